//! A solver of mixed-integer programs as a sampler of QUBOs.

use super::{MipClaim, MipSolveError, MipSolver};
use crate::mip::Mip;
use crate::model::Bqm;
use crate::sample_set::SampleSet;
use crate::sampler::{RunControl, SampleError, SampleResult, SampleStatus, Sampler};
use std::sync::Arc;

/// Hands a QUBO to a solver of mixed-integer programs: as it is where the solver takes quadratic objectives
/// ([`Mip::quadratic_of`]), else linearised ([`Mip::linearized_of`]).
///
/// It returns one sample, or none if the solver was stopped before it had one. What the solver says of the minimum is in the
/// [`MipClaim`]; since isinglass does not check it, the status is never [`SampleStatus::Optimal`] and there is no lower bound.
#[derive(Clone)]
pub struct MipSampler {
    /// The solver.
    pub solver: Arc<dyn MipSolver>,
    /// Seed of the solver. `[default: 0]`
    pub seed: u64,
}

impl MipSampler {
    /// Samples, and says what the solver claims.
    ///
    /// # Errors
    /// [`SampleError`] when the solver does not run.
    ///
    /// # Panics
    /// Never: samples are made of the vartype's values.
    pub fn sample_with_claim(
        &self,
        bqm: &Bqm,
        control: &RunControl<'_>,
    ) -> Result<(SampleResult, MipClaim), SampleError> {
        let mip = match self.solver.takes_quadratic_objectives() {
            true => Mip::quadratic_of(bqm, |index| format!("x{index}"))?,
            false => Mip::linearized_of(bqm)?,
        };
        let solution = self.solver.solve(&mip, self.seed, control)?;
        let claim = MipClaim::new(self.solver.name(), &mip, &solution);
        let [low, high] = bqm.vartype().values();
        let sample = |values: &Vec<f64>| -> Vec<i8> {
            values[..bqm.num_variables()].iter().map(|&value| if value > 0.5 { high } else { low }).collect()
        };
        let samples = SampleSet::from_samples(bqm, solution.values.iter().map(sample))
            .expect("a value of the vartype for each variable");
        let status = match solution.status {
            SampleStatus::Optimal => SampleStatus::Heuristic,
            other => other,
        };
        Ok((
            SampleResult { samples, status, lower_bound: None, num_sweeps: 0, num_updates: 0, beta_range: None },
            claim,
        ))
    }
}

impl Sampler for MipSampler {
    fn name(&self) -> &'static str {
        "mip"
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        self.sample_with_claim(bqm, control).map(|(sampling, _)| sampling)
    }
}

impl From<MipSolveError> for SampleError {
    fn from(error: MipSolveError) -> Self {
        Self::Mip { reason: error.to_string() }
    }
}
