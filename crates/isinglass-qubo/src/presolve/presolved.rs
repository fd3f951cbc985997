//! What a presolve leaves, and the way back.

use super::statistics::Statistics;
use super::units::{Unit, Units, add_below};
use super::work::Work;
use crate::model::{Bqm, Vartype};

/// A bound in units as an energy that no [`Bqm::energy`] is below, rounding included.
pub(crate) fn bound_value(bqm: &Bqm, unit: Unit, bound: Units) -> f64 {
    below_rounding(bqm, unit.value_below(bound, bqm.offset()))
}

/// A bound on energies as they are, made one on energies as [`Bqm::energy`] computes them.
fn below_rounding(bqm: &Bqm, bound: f64) -> f64 {
    if Unit::of(bqm).is_ok_and(|unit| unit.energies_are_exact(bqm)) {
        return bound;
    }
    let terms = bqm.linear().iter().copied().chain(bqm.interactions().map(|(.., bias)| bias));
    let (count, sum) = terms.fold((2.0, bqm.offset().abs()), |(count, sum), bias| (count + 1.0, sum + bias.abs()));
    // an energy is a sum of so many terms, each addition off by at most half an epsilon of what is added up at most
    (bound - count * f64::EPSILON * sum).next_down()
}

/// A connected component of what is left.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// The component as a model of its own, of the vartype of the whole.
    pub bqm: Bqm,
    /// By variable of the component, the variable of the whole model that it stands for; ascending.
    pub variables: Vec<u32>,
}

/// A model made smaller, and the way back.
///
/// `E(lift(x_1, x_2, ..)) = offset + sum_c E_c(x_c)` over the components `c`, exactly where the coefficients of the components are
/// numbers that `f64` holds (multiples of powers of two), and within rounding otherwise; the least value of both sides is the
/// same.
#[derive(Clone, Debug)]
pub struct Presolved {
    pub(super) vartype: Vartype,
    pub(super) offset: f64,
    pub(super) components: Vec<Component>,
    pub(super) work: Work,
    pub(super) statistics: Statistics,
}

impl Presolved {
    /// The energy of what was taken out; each component has its own offset besides.
    #[must_use]
    pub fn offset(&self) -> f64 {
        self.offset
    }

    /// Connected components in the order of their least variable; none where the model is solved.
    #[must_use]
    pub fn components(&self) -> &[Component] {
        &self.components
    }

    /// What it bought.
    #[must_use]
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// The bound of the whole that one bound for each component leads to.
    pub(crate) fn whole_bound(&self, bqm: &Bqm, bounds: &[f64]) -> f64 {
        // the coefficients of components were rounded, if at all, by less than the terms of an energy may be
        let part = |(component, &bound): (&Component, &f64)| below_rounding(&component.bqm, bound);
        let sum = self.components.iter().zip(bounds).map(part).fold(self.offset, add_below);
        below_rounding(bqm, sum)
    }

    /// The sample of the whole model that samples of the components lead to.
    ///
    /// # Panics
    /// When there is not one sample for each component, with one value for each of its variables.
    #[must_use]
    pub fn lift<S: AsRef<[i8]>>(&self, samples: &[S]) -> Vec<i8> {
        assert_eq!(samples.len(), self.components.len(), "one sample for each component");
        let [low, high] = self.vartype.values();
        let mut values = vec![false; self.work.num_variables()];
        for (component, sample) in self.components.iter().zip(samples) {
            let sample = sample.as_ref();
            assert_eq!(sample.len(), component.variables.len(), "one value for each variable");
            for (&variable, &value) in component.variables.iter().zip(sample) {
                values[variable as usize] = value == high;
            }
        }
        self.work.lift(&mut values);
        values.into_iter().map(|value| if value { high } else { low }).collect()
    }
}
