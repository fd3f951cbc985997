//! Models over 0/1 variables with whole coefficients.

use super::units::Units;
use crate::model::{Bqm, Vartype};
use crate::presolve::Work;

/// A model over 0/1 variables with whole coefficients.
pub(super) trait Integers {
    fn num_variables(&self) -> usize;
    /// The bias of a variable; `coupling` hears of its neighbours and the biases to them.
    fn terms(&self, variable: usize, coupling: impl FnMut(u32, i128)) -> i128;
}

/// A model in units.
pub(super) struct InUnits<'a> {
    pub(super) bqm: &'a Bqm,
    pub(super) units: Units,
}

impl Integers for InUnits<'_> {
    fn num_variables(&self) -> usize {
        self.bqm.num_variables()
    }

    fn terms(&self, variable: usize, mut coupling: impl FnMut(u32, i128)) -> i128 {
        let (neighbors, biases) = self.bqm.neighborhood(variable);
        let own = self.units.integer(self.bqm.linear()[variable]);
        // s = 2 x - 1: h s gives 2 h x, and J s t gives 4 J x y - 2 J x - 2 J y
        let is_spin = self.bqm.vartype() == Vartype::Spin;
        let mut bias = if is_spin { 2 * own } else { own };
        for (&neighbor, &quadratic) in neighbors.iter().zip(biases) {
            let quadratic = self.units.integer(quadratic);
            if is_spin {
                bias -= 2 * quadratic;
            }
            coupling(neighbor, if is_spin { 4 * quadratic } else { quadratic });
        }
        bias
    }
}

impl Integers for Work {
    fn num_variables(&self) -> usize {
        self.num_variables()
    }

    fn terms(&self, variable: usize, mut coupling: impl FnMut(u32, i128)) -> i128 {
        self.row(variable).iter().for_each(|&(neighbor, bias)| coupling(neighbor, bias));
        self.linear(variable)
    }
}
