//! Samples a spin glass on a classical emulation of a quantum annealer, with its time as the machine would charge it.
//!
//! The emulation models ranges, precision, noise and timing of a chip, not its quantum dynamics.
//! Run with `cargo run --release -p isinglass --example emulate_qpu`.

#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use isinglass::chip::qpu::{QpuEmulator, SolverProperties};
use isinglass::qubo::{BqmBuilder, RunControl, Sampler, Vartype};
use std::error::Error;

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    // a triangle whose three couplings cannot all be satisfied
    let mut builder = BqmBuilder::new(Vartype::Spin, 3);
    for (first, second) in [(0, 1), (1, 2), (0, 2)] {
        builder.add_quadratic(first, second, 1.0);
    }
    let emulator = QpuEmulator::new(SolverProperties::named("advantage6")?);
    println!("{}", emulator.scope().notice());

    let result = emulator.sample(&builder.build()?, &RunControl::default())?;
    let best = result.best().ok_or("the emulator gives at least one sample")?;
    println!("least energy {} with spins {:?}", best.energy, best.sample);
    let time = emulator.properties.timing.access_time(&emulator.timing_request(3));
    println!("{} reads would take the chip {:.1} ms", emulator.num_reads, time.qpu_access_time / 1000.0);
    assert_eq!(best.energy, -1.0);
    Ok(())
}
