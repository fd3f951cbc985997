//! Fixed workloads whose instructions `cargo xtask instructions` counts: without arguments their names are printed, with a name
//! it is done once, on one thread.

// A program for the terminal: printing is what it does.
#![allow(clippy::print_stdout)]

use isinglass_qubo::sampler::{Exhaustive, SimulatedAnnealing, SteepestDescent};
use isinglass_qubo::testing::{random_integers, random_reals};
use isinglass_qubo::{Bqm, RunControl, Sampler, Vartype};

/// A name, a problem, and what is done to it.
type Workload = (&'static str, fn() -> Bqm, fn() -> Box<dyn Sampler>);

fn annealing(num_sweeps: u64) -> Box<dyn Sampler> {
    let beta_range = Some((0.1, 3.0));
    Box::new(SimulatedAnnealing { num_sweeps, beta_range, threads: Some(1), ..SimulatedAnnealing::default() })
}

const WORKLOADS: [Workload; 6] = [
    ("sa-bytes", || random_integers(Vartype::Spin, 1000, 8, 2, 1), || annealing(100)),
    ("sa-integers", || random_integers(Vartype::Spin, 1000, 8, 200, 1), || annealing(100)),
    ("sa-singles", || random_reals(Vartype::Spin, 1000, 8, 1), || annealing(100)),
    ("sa-dense", || random_reals(Vartype::Spin, 200, 200, 1), || annealing(100)),
    (
        "exhaustive",
        || random_integers(Vartype::Binary, 22, 8, 5, 1),
        || Box::new(Exhaustive { threads: Some(1), ..Exhaustive::default() }),
    ),
    (
        "descent",
        || random_reals(Vartype::Spin, 2000, 8, 1),
        || Box::new(SteepestDescent { threads: Some(1), ..SteepestDescent::default() }),
    ),
];

fn main() {
    let Some(name) = std::env::args().nth(1) else {
        WORKLOADS.iter().for_each(|(name, ..)| println!("{name}"));
        return;
    };
    let (_, problem, sampler) = WORKLOADS.iter().find(|(known, ..)| *known == name).expect("a workload of this name");
    let sampling = sampler().sample(&problem(), &RunControl::default()).expect("the workloads can be sampled");
    println!("{:?}", sampling.best().map(|row| row.energy));
}
