//! The paper's hard-constraint model, solved as it was there: by a solver of mixed-integer programs.

use super::ConstrainedSolver;
use isinglass::formulation::{FormulationOptions, WeightTerms, hard_constraints_within};
use isinglass::network::{Architecture, Network};
use isinglass::task::Task;
use isinglass_qubo::mip_solver::MipSolver;
use isinglass_qubo::{RunControl, SampleStatus};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The [program with hard constraints](isinglass::formulation::hard_constraints) of a batch, without merging of rows or a gauge, as in the
/// paper.
///
/// That a network is the best one is the solver's own claim.
pub struct HardMip {
    /// The solver.
    pub solver: Arc<dyn MipSolver>,
    /// The most seconds for a batch. `[range: above 0]`
    pub seconds: f64,
    /// The solver's seed.
    pub seed: u64,
}

impl ConstrainedSolver for HardMip {
    fn name(&self) -> String {
        self.solver.name()
    }

    fn solve(
        &self,
        task: &Task,
        architecture: &Architecture,
        control: &RunControl<'_>,
    ) -> Result<Option<(Network, bool)>, String> {
        let options = FormulationOptions::reference();
        let hard = hard_constraints_within(task, architecture, &options, &WeightTerms::default(), control)
            .map_err(|error| error.to_string())?;
        let own =
            Duration::try_from_secs_f64(self.seconds).ok().and_then(|seconds| Instant::now().checked_add(seconds));
        let deadline = [own, control.deadline].into_iter().flatten().min();
        let control = RunControl { deadline, ..*control };
        let solution = self.solver.solve(&hard.mip, self.seed, &control).map_err(|error| error.to_string())?;
        let is_optimal = solution.status == SampleStatus::Optimal;
        Ok(solution.values.map(|values| (hard.network(&values), is_optimal)))
    }
}
