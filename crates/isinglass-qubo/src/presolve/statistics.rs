//! What a presolve bought.

use serde::{Deserialize, Serialize};

/// Sizes before and after, and how many variables each rule took out.
///
/// The variables before are those after and the sum of all counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Statistics {
    /// Variables of the model given.
    pub num_variables: usize,
    /// Its interactions, those of bias zero included.
    pub num_interactions: usize,
    /// Variables that are left.
    pub num_variables_left: usize,
    /// Interactions that are left.
    pub num_interactions_left: usize,
    /// Connected components of what is left.
    pub num_components: usize,
    /// Variables of the largest of them.
    pub largest_component: usize,
    /// Fixed, because the field has one sign.
    pub dominated: usize,
    /// Set to their best value, without neighbours.
    pub isolated: usize,
    /// Minimised over, with one neighbour.
    pub degree_one: usize,
    /// Minimised over, with two neighbours.
    pub degree_two: usize,
    /// Minimised over, with three neighbours.
    pub degree_three: usize,
    /// Fixed by roof duality to the value of all optima.
    pub roof_strong: usize,
    /// Fixed by roof duality to the value of some optimum.
    pub roof_weak: usize,
    /// Fixed by what two rows imply.
    pub pair_fixed: usize,
    /// Merged with an equal variable by what two rows imply.
    pub pair_equal: usize,
    /// Merged with an opposite variable by what two rows imply.
    pub pair_opposite: usize,
    /// Fixed by the search of a region.
    pub region_fixed: usize,
    /// Merged with an equal variable by the search of a region.
    pub region_equal: usize,
    /// Merged with an opposite variable by the search of a region.
    pub region_opposite: usize,
    /// No sample has less energy than this: the best roof dual that was computed, or the optimum where no variable is left.
    pub lower_bound: Option<f64>,
    /// Whether the rules ran until none applied, rather than to the limit of effort.
    pub complete: bool,
}

impl Statistics {
    /// Variables that were taken out.
    #[must_use]
    pub fn num_taken_out(&self) -> usize {
        self.num_variables - self.num_variables_left
    }
}
