//! Solves a QUBO that has nothing to do with networks: the largest cut of a ring of seven nodes with a chord.
//!
//! Run with `cargo run --release -p isinglass --example solve_qubo`.

#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use isinglass::qubo::automatic::Automatic;
use isinglass::qubo::{BqmBuilder, RunControl, Sampler, Vartype};
use std::error::Error;

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let ring = (0..7).map(|node| (node, (node + 1) % 7));
    let edges: Vec<(usize, usize)> = ring.chain([(0, 3)]).collect();
    // an edge is cut if its ends differ: x + y - 2xy is 1 then, and 0 otherwise
    let mut builder = BqmBuilder::new(Vartype::Binary, 7);
    for &(left, right) in &edges {
        builder.add_linear(left, -1.0);
        builder.add_linear(right, -1.0);
        builder.add_quadratic(left, right, 2.0);
    }
    let bqm = builder.build()?;

    let result = Automatic::default().sample(&bqm, &RunControl::default())?;
    let best = result.best().ok_or("there is at least one sample")?;
    println!("{} of {} edges are cut ({:?}): {:?}", -best.energy, edges.len(), result.status, best.sample);
    assert_eq!(best.energy, -7.0);
    Ok(())
}
