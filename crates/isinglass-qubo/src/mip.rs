//! Mixed-integer programs: what solvers such as HiGHS, SCIP, CBC and Gurobi take.
//!
//! `min offset + c'x + sum_{i<j} q_ij x_i x_j` over `x` between bounds, some of them whole, with rows `a'x <= b`, `= b` or `>= b`. Files
//! are written by [`io::write_mip`](crate::io::write_mip).

mod builder;
mod of_bqm;
#[cfg(test)]
mod tests;

pub use builder::{MipBuilder, MipError};

/// Which values a variable takes between its bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VariableKind {
    /// `0` or `1`.
    Binary,
    /// Whole numbers.
    Integer,
    /// All numbers.
    Continuous,
}

/// A variable of a program.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    /// Its name, which no other one has.
    pub name: String,
    /// Its kind.
    pub kind: VariableKind,
    /// The least value; may be `-inf`.
    pub lower: f64,
    /// The greatest value; may be `inf`.
    pub upper: f64,
}

/// How the two sides of a row compare.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RowSense {
    /// `a'x <= b`
    LessEqual,
    /// `a'x = b`
    Equal,
    /// `a'x >= b`
    GreaterEqual,
}

/// A row `a'x <= b`, `= b` or `>= b`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Row<'a> {
    /// The variables with a coefficient, ascending.
    pub variables: &'a [u32],
    /// Their coefficients, none of them zero.
    pub coefficients: &'a [f64],
    /// How the sides compare.
    pub sense: RowSense,
    /// The right-hand side `b`.
    pub right: f64,
}

impl Row<'_> {
    /// By how much `values` miss the row; zero where they meet it.
    fn miss(&self, values: &[f64]) -> f64 {
        let terms = self.variables.iter().zip(self.coefficients);
        let above =
            terms.map(|(&variable, coefficient)| coefficient * values[variable as usize]).sum::<f64>() - self.right;
        match self.sense {
            RowSense::LessEqual => above.max(0.0),
            RowSense::Equal => above.abs(),
            RowSense::GreaterEqual => (-above).max(0.0),
        }
    }
}

/// A mixed-integer program to be minimised, immutable once built (see [`MipBuilder`]).
///
/// # Examples
/// ```
/// use isinglass_qubo::mip::{MipBuilder, RowSense};
/// let mut builder = MipBuilder::new();
/// let (x, y) = (builder.add_binary("x"), builder.add_binary("y"));
/// builder.add_linear(x, -2.0);
/// builder.add_linear(y, -3.0);
/// builder.add_row([(x, 1.0), (y, 1.0)], RowSense::LessEqual, 1.0);
/// let mip = builder.build()?;
/// assert_eq!(mip.objective(&[0.0, 1.0]), -3.0);
/// assert!(mip.check(&[0.0, 1.0], 0.0).is_ok());
/// assert_eq!(mip.check(&[1.0, 1.0], 0.0).unwrap_err().to_string(), "row c0 is missed by 1");
/// # Ok::<(), isinglass_qubo::mip::MipError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Mip {
    variables: Vec<Variable>,
    linear: Vec<f64>,
    quadratic: Vec<(u32, u32, f64)>,
    offset: f64,
    row_starts: Vec<usize>,
    row_variables: Vec<u32>,
    row_coefficients: Vec<f64>,
    row_sides: Vec<(RowSense, f64)>,
}

/// What a point violates.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Violation {
    /// Not one value for each variable.
    #[error("{found} values for {num_variables} variables")]
    Length {
        /// Values given.
        found: usize,
        /// Variables there are.
        num_variables: usize,
    },
    /// A value out of bounds, or not whole where it must be, or no number.
    #[error("variable {name} is {value}, but must be {}between {lower} and {upper}", if *whole { "whole and " } else { "" })]
    Value {
        /// The variable's name.
        name: String,
        /// Its value.
        value: f64,
        /// Whether it must be whole.
        whole: bool,
        /// Its least value.
        lower: f64,
        /// Its greatest value.
        upper: f64,
    },
    /// A row.
    #[error("row c{row} is missed by {by}")]
    Row {
        /// The row, from 0.
        row: usize,
        /// By how much.
        by: f64,
    },
}

impl Mip {
    /// The variables in order.
    #[must_use]
    pub fn variables(&self) -> &[Variable] {
        &self.variables
    }

    /// Number of variables.
    #[must_use]
    pub fn num_variables(&self) -> usize {
        self.variables.len()
    }

    /// Linear coefficients of the objective by variable.
    #[must_use]
    pub fn linear(&self) -> &[f64] {
        &self.linear
    }

    /// Quadratic terms `(i, j, coefficient)` of the objective, `i < j`, each pair once.
    pub fn quadratic(&self) -> impl ExactSizeIterator<Item = (usize, usize, f64)> + '_ {
        self.quadratic.iter().map(|&(first, second, coefficient)| (first as usize, second as usize, coefficient))
    }

    /// Whether the objective has no quadratic term.
    #[must_use]
    pub fn is_linear(&self) -> bool {
        self.quadratic.is_empty()
    }

    /// The constant of the objective.
    #[must_use]
    pub fn offset(&self) -> f64 {
        self.offset
    }

    /// Number of rows.
    #[must_use]
    pub fn num_rows(&self) -> usize {
        self.row_sides.len()
    }

    /// Number of coefficients in rows.
    #[must_use]
    pub fn num_nonzeros(&self) -> usize {
        self.row_variables.len()
    }

    /// The rows in order.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> + '_ {
        self.row_sides.iter().enumerate().map(|(row, &(sense, right))| {
            let range = self.row_starts[row]..self.row_starts[row + 1];
            Row {
                variables: &self.row_variables[range.clone()],
                coefficients: &self.row_coefficients[range],
                sense,
                right,
            }
        })
    }

    /// The objective of a point, offset included.
    ///
    /// # Panics
    /// When there is not one value for each variable.
    #[must_use]
    pub fn objective(&self, values: &[f64]) -> f64 {
        assert_eq!(values.len(), self.num_variables(), "one value for each variable");
        let linear: f64 = self.linear.iter().zip(values).map(|(coefficient, value)| coefficient * value).sum();
        let quadratic: f64 =
            self.quadratic().map(|(first, second, coefficient)| coefficient * values[first] * values[second]).sum();
        self.offset + linear + quadratic
    }

    /// Checks a point: bounds, whole numbers, then rows.
    ///
    /// A value may be out of bounds by `tolerance`, and a row may be missed by `tolerance` times the largest of 1, its right-hand side and
    /// its coefficients. Whole variables are whole or not.
    ///
    /// # Errors
    /// The first [`Violation`].
    pub fn check(&self, values: &[f64], tolerance: f64) -> Result<(), Violation> {
        if values.len() != self.num_variables() {
            return Err(Violation::Length { found: values.len(), num_variables: self.num_variables() });
        }
        for (variable, &value) in self.variables.iter().zip(values) {
            let whole = variable.kind != VariableKind::Continuous;
            let within = value >= variable.lower - tolerance && value <= variable.upper + tolerance;
            if !within || (whole && value.fract() != 0.0) {
                let (name, lower, upper) = (variable.name.clone(), variable.lower, variable.upper);
                return Err(Violation::Value { name, value, whole, lower, upper });
            }
        }
        for (row, sides) in self.rows().enumerate() {
            let by = sides.miss(values);
            let scale = sides.coefficients.iter().fold(sides.right.abs().max(1.0), |largest, c| c.abs().max(largest));
            if by > tolerance * scale {
                return Err(Violation::Row { row, by });
            }
        }
        Ok(())
    }
}
