//! Finds the least possible loss of a network by exact search, and certifies it.
//!
//! Run with `cargo run --release -p isinglass --example prove_optimum`.

#![allow(clippy::print_stdout, reason = "a program that prints its result")]

use isinglass::bits::BitMatrix;
use isinglass::certificate::Certificate;
use isinglass::exact::ExactTrainer;
use isinglass::network::Architecture;
use isinglass::qubo::{RunControl, SampleStatus};
use isinglass::task::Task;
use std::error::Error;

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    // is the number of ones in three bits odd?
    let inputs = BitMatrix::from_fn(8, 3, |row, column| row >> column & 1 == 1);
    let targets = BitMatrix::from_fn(8, 1, |row, _| row.count_ones() % 2 == 1);
    let task = Task::new(inputs, targets)?;
    let control = RunControl::default();

    for hidden in [1, 3] {
        let architecture = Architecture::new(vec![3, hidden, 1], true)?;
        let training = ExactTrainer::default().train(&task, &architecture, &control)?;
        assert_eq!(training.status, SampleStatus::Optimal);
        println!("no network 3-{hidden}-1 has fewer than {} wrong rows of 8", training.loss);
        let certificate = Certificate::new(&task, &training.network, training.lower_bound, &control)?;
        println!("its certificate is a file of {} bytes, for `isinglass verify`", certificate.to_json().len());
    }
    Ok(())
}
