//! One programming of the chip: gauge, scale, errors, and the reads that follow.

use super::QpuEmulator;
use super::freeze_out::FreezeOut;
use crate::embedding::SpinReversal;
use isinglass_qubo::model::Bqm;
use isinglass_qubo::rng::stream;
use isinglass_qubo::sampler::{Progress, ProgressReport, RunControl, SampleError, UnfinishedReads, random_spins};
use rand_core::Rng;
use rayon::prelude::*;

/// A problem on the chip.
pub(super) struct Programming<'a> {
    chains: &'a [Vec<u32>],
    gauge: Option<SpinReversal>,
    scale: f64,
    programmed: Bqm,
    anneal_seed: u64,
    readout_seed: u64,
    /// Only the first programming has reads in any case.
    cut: UnfinishedReads,
}

/// The reads of one programming.
pub(super) struct Reads {
    /// Spins of the problem as it was given.
    pub(super) spins: Vec<Vec<i8>>,
    pub(super) num_updates: u64,
}

impl<'a> Programming<'a> {
    /// Programming `index` of a run. All its random numbers come from stream `index` of the seed.
    pub(super) fn new(
        emulator: &QpuEmulator,
        spin: &Bqm,
        chains: &'a [Vec<u32>],
        index: usize,
    ) -> Result<Self, SampleError> {
        let mut random = stream(emulator.seed, index as u64);
        let [gauge_seed, error_seed, anneal_seed, readout_seed] = std::array::from_fn(|_| random.next_u64());
        let gauge = (emulator.num_spin_reversal_transforms > 0)
            .then(|| SpinReversal::from_signs(signs(spin.num_variables(), chains, gauge_seed)));
        let turned = gauge.as_ref().map(|gauge| gauge.apply(spin)).transpose()?;
        let (scaled, scale) = emulator.scaled(turned.as_ref().unwrap_or(spin))?;
        let programmed = emulator.control_errors.apply(&scaled, &mut stream(error_seed, 0))?;
        let cut = if index == 0 { UnfinishedReads::DroppedAfterFirst } else { UnfinishedReads::Dropped };
        Ok(Self { chains, gauge, scale, programmed, anneal_seed, readout_seed, cut })
    }

    /// Divisor that scaled the problem.
    pub(super) fn scale(&self) -> f64 {
        self.scale
    }

    /// Makes the reads. `place` is the number of reads before, and that of all reads.
    pub(super) fn reads(
        &self,
        freeze_out: &FreezeOut<'_>,
        num_reads: usize,
        (before, total): (usize, usize),
        control: &RunControl<'_>,
    ) -> Result<Reads, SampleError> {
        let progress = control.progress.map(|listener| PartOfRun { listener, num_reads, before, total });
        // energies of what was programmed say nothing about a target in the problem that was given
        let progress = progress.as_ref().map(|progress| progress as &dyn Progress);
        let inner = RunControl { target: None, progress, ..*control };
        let frozen =
            freeze_out.anneal(&self.programmed, num_reads, self.chains, self.anneal_seed, (&inner, self.cut))?;
        let read = |index: usize| {
            let spins = freeze_out.read(&self.programmed, frozen.samples.row(index).sample, self.readout_seed, index);
            self.gauge.as_ref().map_or_else(|| spins.clone(), |gauge| gauge.turn(&spins))
        };
        let spins = (0..frozen.samples.len()).into_par_iter().map(read).collect();
        Ok(Reads { spins, num_updates: frozen.num_updates })
    }
}

/// Random signs of variables; all variables of a chain have the same sign, so that its couplings do not change.
fn signs(num_variables: usize, chains: &[Vec<u32>], seed: u64) -> Vec<i8> {
    let drawn = random_spins(num_variables, &mut stream(seed, 0));
    let mut owner: Vec<Option<u32>> = vec![None; num_variables];
    for chain in chains {
        // chains of chains come after their parts
        let free: Vec<u32> = chain.iter().copied().filter(|&each| owner[each as usize].is_none()).collect();
        free.iter().for_each(|&each| owner[each as usize] = free.first().copied());
    }
    (0..num_variables).map(|each| drawn[owner[each].map_or(each, |owner| owner as usize)]).collect()
}

/// The progress of one programming as a part of that of the run, in thousandths of all reads.
struct PartOfRun<'a> {
    listener: &'a dyn Progress,
    num_reads: usize,
    before: usize,
    total: usize,
}

impl Progress for PartOfRun<'_> {
    fn report(&self, report: ProgressReport) {
        let share = report.done as f64 / report.total.max(1) as f64;
        let done = (self.before as f64 + share * self.num_reads as f64) * 1000.0;
        self.listener.report(ProgressReport {
            done: done as u64,
            total: (self.total as u64).saturating_mul(1000),
            best_energy: None,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_has_one_sign_and_both_signs_occur() {
        let chains = [vec![0, 3, 4], vec![1, 2], vec![0, 1, 2, 3, 4, 5]];
        let all: Vec<Vec<i8>> = (0..20).map(|seed| signs(8, &chains, seed)).collect();
        assert!(all.iter().all(|signs| signs[0] == signs[3] && signs[3] == signs[4] && signs[1] == signs[2]));
        for (first, second) in [(0, 1), (1, 5), (6, 7)] {
            assert!(all.iter().any(|signs| signs[first] != signs[second]));
        }
    }
}
