//! Exact minimization of QUBOs: presolve and bucket elimination first, then branch and bound within a limit.

use isinglass_qubo::automatic::Automatic;
use isinglass_qubo::sampler::{BranchAndBound, SimulatedAnnealing};
use isinglass_qubo::{Bqm, RunControl, SampleError, SampleResult, SampleStatus, Sampler};
use std::time::{Duration, Instant};

/// Presolve and bucket elimination, followed by branch and bound with this time limit in seconds if they prove no minimum.
pub(super) struct ExactSearch {
    pub(super) seconds: f64,
    pub(super) seed: u64,
    pub(super) threads: Option<usize>,
}

impl Sampler for ExactSearch {
    fn name(&self) -> &'static str {
        "exact"
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        let (seed, threads) = (self.seed, self.threads);
        let annealing = SimulatedAnnealing { seed, threads, ..SimulatedAnnealing::default() };
        // with a deadline the choosing sampler would race until then
        let at_once = RunControl { deadline: None, ..*control };
        let first = Automatic { annealing, ..Automatic::default() }.sample(bqm, &at_once)?;
        if matches!(first.status, SampleStatus::Optimal | SampleStatus::Interrupted) {
            return Ok(first);
        }
        let own = Duration::try_from_secs_f64(self.seconds).ok().and_then(|time| Instant::now().checked_add(time));
        let deadline = [own, control.deadline].into_iter().flatten().min();
        let search = BranchAndBound { seed, threads, ..BranchAndBound::default() };
        let second = search.sample(bqm, &RunControl { deadline, ..*control })?;
        let energy = |sampling: &SampleResult| sampling.best().map(|row| row.energy);
        // annealing may have found what the search, cut off, has not
        let is_worse = energy(&first).zip(energy(&second)).is_some_and(|(first, second)| first < second);
        Ok(if is_worse && second.status != SampleStatus::Optimal {
            SampleResult { status: second.status, lower_bound: second.lower_bound, ..first }
        } else {
            second
        })
    }
}
