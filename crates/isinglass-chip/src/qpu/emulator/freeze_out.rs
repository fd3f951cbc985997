//! Where an anneal ends, and what a frozen state reads as.

use super::{Dynamics, QpuEmulator};
use isinglass_qubo::model::Bqm;
use isinglass_qubo::rng::{Stream, stream};
use isinglass_qubo::sampler::{
    AnnealSchedule, ClusterMoves, Readout, RunControl, SampleError, SampleResult, SimulatedQuantumAnnealing, SpinState,
    SpinVectorMonteCarlo, UnfinishedReads,
};
use rand_core::Rng;

/// Least part of the schedule that is annealed, however high the temperature.
const LEAST_PART: f64 = 0.01;

/// The part of the schedule before the freeze-out, and the temperatures.
pub(super) struct FreezeOut<'a> {
    emulator: &'a QpuEmulator,
    schedule: AnnealSchedule,
    /// Inverse temperature of the anneal, in the inverse of the schedule's unit.
    beta: f64,
    /// Inverse effective temperature, in units of `h` on the chip.
    effective_beta: f64,
    num_sweeps: u64,
}

impl<'a> FreezeOut<'a> {
    pub(super) fn new(emulator: &'a QpuEmulator) -> Result<Self, SampleError> {
        let properties = &emulator.properties;
        let effective_beta = 1.0 / emulator.effective_temperature.unwrap_or(properties.effective_temperature);
        let last = properties.schedule.b(1.0);
        if last <= 0.0 {
            return Err(SampleError::Parameter { name: "B(1)", value: last, allowed: "above 0" });
        }
        let beta = AnnealSchedule::beta(properties.temperature_mk).max(2.0 * effective_beta / last);
        let end = properties.schedule.s_of_b(2.0 * effective_beta / beta).max(LEAST_PART);
        let time = emulator.annealing_time.unwrap_or(properties.timing.default_annealing_time);
        let num_sweeps = (time * emulator.sweeps_per_microsecond * end).ceil().max(1.0) as u64;
        Ok(Self { emulator, schedule: properties.schedule.until(end)?, beta, effective_beta, num_sweeps })
    }

    pub(super) fn num_sweeps(&self) -> u64 {
        self.num_sweeps
    }

    /// Inverse temperatures at both ends of the anneal in units of the problem as it was given.
    pub(super) fn beta_range(&self, scale: f64) -> (f64, f64) {
        (self.beta * self.schedule.b(0.0) / 2.0 / scale, self.effective_beta / scale)
    }

    /// Anneals what was programmed up to the freeze-out. A chip has no reads that were cut off, so they are dropped.
    pub(super) fn anneal(
        &self,
        programmed: &Bqm,
        num_reads: usize,
        chains: &[Vec<u32>],
        seed: u64,
        (control, cut): (&RunControl<'_>, UnfinishedReads),
    ) -> Result<SampleResult, SampleError> {
        let (num_sweeps, isa) = (self.num_sweeps, self.emulator.isa);
        let cluster_moves = ClusterMoves::Sets(chains.to_vec());
        match self.emulator.dynamics {
            Dynamics::SpinVector { moves } => SpinVectorMonteCarlo {
                num_reads,
                num_sweeps,
                schedule: self.schedule.clone(),
                beta: Some(self.beta),
                scale: Some(1.0),
                moves,
                cluster_moves,
                seed,
                threads: None,
                isa,
            }
            .sample_with_cut_reads(programmed, control, cut),
            Dynamics::PathIntegral { num_slices } => SimulatedQuantumAnnealing {
                num_reads,
                num_sweeps,
                num_slices,
                schedule: Some(self.schedule.clone()),
                beta: Some(self.beta),
                scale: Some(1.0),
                cluster_moves,
                readout: Readout::Random,
                seed,
                isa,
                ..SimulatedQuantumAnnealing::default()
            }
            .sample_with_cut_reads(programmed, control, cut),
        }
    }

    /// Reads frozen state `index`: each spin in turn is set by a heat bath at the effective temperature, then readout errors are added.
    pub(super) fn read(&self, programmed: &Bqm, frozen: &[i8], seed: u64, index: usize) -> Vec<i8> {
        let mut random = stream(seed, index as u64);
        let mut state = SpinState::new(programmed, frozen.to_vec());
        for variable in 0..frozen.len() {
            // the cost of a flip is -2 s f
            let turns = 1.0 / (1.0 + (self.effective_beta * state.cost(variable)).exp());
            if uniform(&mut random) < turns {
                state.flip(variable);
            }
        }
        let wrong = self.emulator.readout_error;
        state.spins().iter().map(|&spin| if uniform(&mut random) < wrong { -spin } else { spin }).collect()
    }
}

/// A number evenly distributed in `[0, 1)`.
fn uniform(random: &mut Stream) -> f64 {
    (random.next_u64() >> 11) as f64 / (1u64 << 53) as f64
}
