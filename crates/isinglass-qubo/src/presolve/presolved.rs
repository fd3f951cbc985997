//! What a presolve leaves, and the way back.

use super::statistics::Statistics;
use super::units::{Unit, Units, add_below};
use super::work::Work;
use crate::model::{Bqm, Vartype};

/// A bound in units as an energy that no exact energy is below, and no [`Bqm::energy`] either: those are rounded to the nearest number.
pub(crate) fn bound_value(bqm: &Bqm, unit: Unit, bound: Units) -> f64 {
    unit.value_below(bound, bqm.offset())
}

/// A connected component of what is left.
#[derive(Clone, Debug, PartialEq)]
pub struct Component {
    /// The component as a model of its own, of the vartype of the whole.
    pub bqm: Bqm,
    /// By variable of the component, the variable of the whole model that it stands for; ascending.
    pub variables: Vec<u32>,
    /// No energy of `bqm` is further from that of the exact component, whose coefficients may have more digits than an `f64`; 0
    /// where none was rounded.
    pub rounding: f64,
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
    /// The largest number that is not above the exact offset.
    pub(super) offset_below: f64,
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

    /// A component without rounding: 0/1 variables, coefficients in units.
    pub(crate) fn exact_component(&self, index: usize) -> Work {
        self.work.part(&self.components[index].variables)
    }

    /// The bound of the whole that one bound for each component leads to.
    pub(crate) fn whole_bound(&self, bounds: &[f64]) -> f64 {
        let part = |(component, &bound): (&Component, &f64)| add_below(bound, -component.rounding);
        self.components.iter().zip(bounds).map(part).fold(self.offset_below, add_below)
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
