//! A QUBO as a program: with its quadratic objective, or with a variable for each product.

use super::{Mip, RowSense, Variable, VariableKind};
use crate::mip::{MipBuilder, MipError};
use crate::model::{Bqm, ModelError, Vartype};
use std::borrow::Cow;

impl Mip {
    /// A QUBO as it is: binary variables with the quadratic objective `E(x)`, no rows. A ±1 model is converted first
    /// (`s = 2x - 1`), energies unchanged.
    ///
    /// `name(i)` is the name of variable `i`; names must differ.
    ///
    /// # Errors
    /// [`ModelError`] when the conversion overflows.
    pub fn quadratic_of(bqm: &Bqm, name: impl Fn(usize) -> String) -> Result<Self, ModelError> {
        let bqm = as_binary(bqm)?;
        let variable = |index| Variable { name: name(index), kind: VariableKind::Binary, lower: 0.0, upper: 1.0 };
        Ok(Self {
            variables: (0..bqm.num_variables()).map(variable).collect(),
            linear: bqm.linear().to_vec(),
            quadratic: bqm.interactions().map(|(i, j, bias)| (i as u32, j as u32, bias)).collect(),
            offset: bqm.offset(),
            row_starts: vec![0],
            row_variables: Vec::new(),
            row_coefficients: Vec::new(),
            row_sides: Vec::new(),
        })
    }

    /// A QUBO with a linear objective: a continuous variable `p` in `[0, 1]` for each product `x y`, after the variables of the QUBO
    /// (the first [`Bqm::num_variables`] ones), in the order of [`Bqm::interactions`].
    ///
    /// Of the rows `p <= x`, `p <= y`, `p >= x + y - 1` only those are there that the minimum needs: the last one where the bias is
    /// positive, the first two where it is negative. For binary `x` and `y` the best `p` is then their product, so that the
    /// minimum over `p` is `E(x)`. A ±1 model is converted first.
    ///
    /// # Errors
    /// [`ModelError`] when the conversion overflows.
    ///
    /// # References
    /// R. Fortet, *Applications de l'algèbre de Boole en recherche opérationnelle* (1960).
    ///
    /// # Examples
    /// ```
    /// use isinglass_qubo::{BqmBuilder, Vartype, mip::Mip};
    /// let mut builder = BqmBuilder::new(Vartype::Binary, 2);
    /// builder.add_quadratic(0, 1, -2.0);
    /// let mip = Mip::linearized_of(&builder.build()?)?;
    /// assert_eq!((mip.num_variables(), mip.num_rows()), (3, 2));
    /// assert_eq!(mip.objective(&[1.0, 1.0, 1.0]), -2.0);
    /// # Ok::<(), isinglass_qubo::ModelError>(())
    /// ```
    ///
    /// # Panics
    /// Never: names are `x0`, `x1`, ... and `p0`, `p1`, ..., and coefficients those of a model.
    pub fn linearized_of(bqm: &Bqm) -> Result<Self, ModelError> {
        let bqm = as_binary(bqm)?;
        let mut builder = MipBuilder::new();
        for (index, &bias) in bqm.linear().iter().enumerate() {
            let variable = builder.add_binary(format!("x{index}"));
            builder.add_linear(variable, bias);
        }
        builder.add_offset(bqm.offset());
        for (index, (x, y, bias)) in bqm.interactions().enumerate() {
            let product = builder.add_variable(format!("p{index}"), VariableKind::Continuous, 0.0, 1.0);
            builder.add_linear(product, bias);
            if bias > 0.0 {
                builder.add_row([(product, 1.0), (x, -1.0), (y, -1.0)], RowSense::GreaterEqual, -1.0);
            } else if bias < 0.0 {
                for factor in [x, y] {
                    builder.add_row([(product, 1.0), (factor, -1.0)], RowSense::LessEqual, 0.0);
                }
            }
        }
        let built: Result<Self, MipError> = builder.build();
        Ok(built.expect("names differ, and coefficients of models are finite"))
    }
}

fn as_binary(bqm: &Bqm) -> Result<Cow<'_, Bqm>, ModelError> {
    match bqm.vartype() {
        Vartype::Binary => Ok(Cow::Borrowed(bqm)),
        Vartype::Spin => bqm.to_vartype(Vartype::Binary).map(Cow::Owned),
    }
}
