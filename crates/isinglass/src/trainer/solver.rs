//! What minimises the loss, where the user leaves the choice.

use super::Trainer;
use crate::formulation::{FormulationError, Size, WeightTerms, compile_within};
use crate::network::Architecture;
use crate::task::{Objective, Task};
use crate::train::{NamedSampler, SamplerCall, Solver};
use isinglass_qubo::automatic::Automatic;
use isinglass_qubo::sampler::SimulatedAnnealing;
use isinglass_qubo::{RunControl, Sampler};
use std::sync::Arc;

/// Up to this many variables all samples are searched: far below a second.
const MOST_EXHAUSTIVE: usize = 24;
/// The largest QUBO, by its estimate, that is compiled to count its variables.
const MOST_COUNTED: u128 = 50_000;
/// Why weights are annealed.
const BETTER: &str = "flips of weights find lower losses than flips of a QUBO";

/// What minimises the loss.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SolverChoice {
    /// All samples of very small QUBOs, else annealing of the weights; on a chip presolve, then an exact sampler or annealing.
    Auto,
    /// [Annealing of the weights](Solver::Weights) on the true loss.
    Weights,
    /// [Annealing of the QUBO](Solver::Annealing).
    Annealing,
    /// [Exact search](Solver::Exact) over neuron functions, with a proof.
    Exact,
    /// This one, with its own parameters.
    Given(Solver),
}

impl Trainer {
    /// The solver, and why it was taken if the choice was automatic.
    pub(super) fn choose_solver(
        &self,
        task: &Task,
        architecture: &Architecture,
        control: &RunControl<'_>,
    ) -> Result<(Solver, Option<String>), FormulationError> {
        let &Self { num_reads, num_sweeps, beta_range, .. } = self;
        let solver = match &self.solver {
            SolverChoice::Auto => {
                let (solver, reason) = self.automatic(task, architecture, control)?;
                return Ok((solver, Some(reason)));
            }
            SolverChoice::Weights => self.weights(),
            SolverChoice::Annealing => Solver::Annealing { num_reads, num_sweeps, beta_range },
            SolverChoice::Exact => Solver::Exact,
            SolverChoice::Given(solver) => solver.clone(),
        };
        Ok((solver, None))
    }

    fn weights(&self) -> Solver {
        let &Self { num_reads, num_sweeps, beta_range, .. } = self;
        Solver::Weights { num_reads, num_sweeps, beta_range }
    }

    fn automatic(
        &self,
        task: &Task,
        architecture: &Architecture,
        control: &RunControl<'_>,
    ) -> Result<(Solver, String), FormulationError> {
        if self.embedding.is_some() {
            return Ok((self.on_chip(), "a chip takes a QUBO, not weights".to_owned()));
        }
        if task.objective() == Objective::Errors {
            let reason = "it counts classification errors, where a QUBO counts wrong output bits";
            return Ok((self.weights(), reason.to_owned()));
        }
        if self.batch_size.is_some() {
            // minibatches differ in size, so only the whole set is small enough or not
            return Ok((self.weights(), BETTER.to_owned()));
        }
        let too_large = || (self.weights(), format!("the QUBO is too large to try all samples, and {BETTER}"));
        if Size::of_task(task, architecture, &self.formulation).variables > MOST_COUNTED {
            return Ok(too_large());
        }
        let compiled = compile_within(task, architecture, &self.formulation, &WeightTerms::default(), control);
        let num_variables = match compiled {
            Err(FormulationError::Stopped { .. } | FormulationError::Memory { .. }) => return Ok(too_large()),
            compiled => compiled?.statistics.num_variables,
        };
        Ok(match num_variables <= MOST_EXHAUSTIVE {
            true => (Solver::Exhaustive, format!("{num_variables} variables are few enough to try all samples")),
            false => {
                let reason = format!("{num_variables} variables are too many to try all samples, and {BETTER}");
                (self.weights(), reason)
            }
        })
    }

    /// Presolve, then exact samplers or annealing, of the model over qubits.
    fn on_chip(&self) -> Solver {
        let &Self { num_sweeps, beta_range, .. } = self;
        let annealing = SimulatedAnnealing { num_sweeps, beta_range, ..self.annealing.clone() };
        let parameters = format!("{:?}", SimulatedAnnealing { num_reads: 1, seed: 0, ..annealing.clone() });
        let make = move |call: SamplerCall<'_>| -> Box<dyn Sampler> {
            let num_reads = call.num_reads.unwrap_or(annealing.num_reads);
            let annealing = SimulatedAnnealing { num_reads, seed: call.seed, ..annealing.clone() };
            Box::new(Automatic { annealing, ..Automatic::default() })
        };
        Solver::Sampler(NamedSampler {
            name: "auto",
            parameters,
            num_reads: Some(self.num_reads),
            has_rounds: true,
            make: Arc::new(make),
        })
    }
}
