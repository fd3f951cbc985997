//! Steepest descent: the polish of every other sampler, and a sampler of local minima.

use super::reads::Reads;
use super::scaling::check_energies;
use super::state::State;
use super::watch::Watch;
use super::{RunControl, SampleError, SampleResult, Sampler};
use crate::model::{Bqm, Vartype};
use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// From random spins, the flip that lowers the energy most is taken again and again (the variable of smallest index among equals),
/// until no flip lowers it.
///
/// # References
/// J. Nocedal, S. J. Wright, *Numerical Optimization* (2006), on steepest descent; here over single flips.
///
/// # Examples
/// ```
/// use isinglass_qubo::{BqmBuilder, RunControl, Sampler, Vartype, sampler::SteepestDescent};
/// let mut builder = BqmBuilder::new(Vartype::Spin, 2);
/// builder.add_quadratic(0, 1, -1.0);
/// let sampling = SteepestDescent::default().sample(&builder.build()?, &RunControl::default())?;
/// assert!(sampling.samples.energies().iter().all(|&energy| energy == -1.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SteepestDescent {
    /// Number of reads. `[default: 64] [range: 1..]`
    pub num_reads: usize,
    /// Seed of all random streams. `[default: 0]`
    pub seed: u64,
    /// Threads. `[default: those of the surrounding pool] [range: 1..]`
    pub threads: Option<usize>,
}

impl Default for SteepestDescent {
    fn default() -> Self {
        Self { num_reads: 64, seed: 0, threads: None }
    }
}

impl Sampler for SteepestDescent {
    fn name(&self) -> &'static str {
        "descent"
    }

    fn sample(&self, bqm: &Bqm, control: &RunControl<'_>) -> Result<SampleResult, SampleError> {
        check_energies(bqm)?;
        let spin = bqm.as_vartype(Vartype::Spin)?;
        let Self { num_reads, seed, threads } = *self;
        let num_updates = AtomicU64::new(0);
        let sampling = Reads { num_reads, seed, threads, units: 1 }.run(bqm, control, |stream, watch| {
            let mut state = State::random(&spin, stream);
            num_updates.fetch_add(descend(&mut state, watch), Relaxed);
            watch.advance(1);
            state.spins().to_vec()
        })?;
        Ok(SampleResult { num_updates: num_updates.into_inner(), ..sampling })
    }
}

/// A flip that lowers the energy by `gain`, as it was when it was put into the queue.
#[derive(PartialEq)]
struct Flip {
    gain: f64,
    variable: usize,
}

impl Eq for Flip {}

impl Ord for Flip {
    fn cmp(&self, other: &Self) -> Ordering {
        self.gain.total_cmp(&other.gain).then(other.variable.cmp(&self.variable))
    }
}

impl PartialOrd for Flip {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Flips between two looks at the clock.
const FLIPS_BETWEEN_LOOKS: u64 = 1 << 12;

/// Takes the best flip until none lowers the energy, or until the watch says stop; returns the number of flips.
pub(crate) fn descend(state: &mut State<'_>, watch: &Watch<'_>) -> u64 {
    let flip = |state: &State<'_>, variable: usize| {
        let gain = -state.cost(variable);
        (gain > 0.0).then_some(Flip { gain, variable })
    };
    let mut queue: BinaryHeap<Flip> = (0..state.spins().len()).filter_map(|variable| flip(state, variable)).collect();
    let mut flips = 0;
    while let Some(Flip { gain, variable }) = queue.pop() {
        // put in again with its new gain when a neighbour turned
        if gain != -state.cost(variable) {
            continue;
        }
        state.flip(variable);
        flips += 1;
        queue.extend(state.neighbors(variable).iter().filter_map(|&other| flip(state, other as usize)));
        if flips % FLIPS_BETWEEN_LOOKS == 0 && watch.is_stopped() {
            break;
        }
    }
    flips
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{random_reals, sampler_conformance};

    #[test]
    fn steepest_descent_passes_the_conformance_suite() {
        let make = |seed, threads| SteepestDescent { num_reads: 2000, seed, threads: Some(threads) };
        sampler_conformance(|seed, threads| Box::new(make(seed, threads)));
    }

    #[test]
    fn no_single_flip_lowers_a_sample() {
        let bqm = random_reals(Vartype::Binary, 60, 8, 4);
        let sampling = SteepestDescent::default().sample(&bqm, &RunControl::default()).unwrap();
        for row in sampling.samples.rows() {
            let mut sample = row.sample.to_vec();
            for variable in 0..60 {
                sample[variable] = 1 - sample[variable];
                assert!(bqm.energy(&sample) > row.energy - 1e-9);
                sample[variable] = 1 - sample[variable];
            }
        }
    }
}
