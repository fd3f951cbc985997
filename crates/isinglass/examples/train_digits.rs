//! Trains a network to tell the handwritten digits 4 and 9 apart, and compares its accuracy with that of simpler methods.
//!
//! Run with `cargo run --release -p isinglass --example train_digits`.

#![allow(clippy::print_stdout, reason = "a program that prints a table")]

use isinglass::dataset::{Order, PipelineOptions, PreparedData, ReadOptions, Split, SplitOptions, TestSource, builtin};
use isinglass::qubo::RunControl;
use isinglass::report::weights_picture;
use isinglass::trainer::Trainer;
use std::error::Error;

pub(crate) fn main() -> Result<(), Box<dyn Error>> {
    let options = SplitOptions {
        classes: Some(vec!["4".to_owned(), "9".to_owned()]),
        order: Order::Seeded(1),
        test: TestSource::Fraction(0.25),
        ..SplitOptions::default()
    };
    let split = Split::prepare(builtin("digits", 0)?, &options, &ReadOptions::default())?;
    // images of 4x4 pixels, without those that are nearly always dark or bright
    let pixels = PipelineOptions { pool: Some((2, 2)), feature_mean: Some((3.0, 12.0)), ..PipelineOptions::default() };
    let data = PreparedData::fit(&split, &pixels)?;

    let trainer = Trainer { hidden: vec![3], bias: true, proof_time: None, ..Trainer::default() };
    let trained = trainer.fit(&data, &RunControl::default())?;

    println!("accuracy on {} test rows: {:.3}", trained.report.dataset.num_test_rows, trained.accuracy());
    for baseline in &trained.report.baselines {
        println!("{:>20}: {:.3}", baseline.name, baseline.test_accuracy.unwrap_or(baseline.train_accuracy));
    }
    print!("{}", weights_picture(trained.network(), &trained.report.dataset.input_names));
    assert!(trained.accuracy() > 0.85, "the digits 4 and 9 are learned");
    Ok(())
}
