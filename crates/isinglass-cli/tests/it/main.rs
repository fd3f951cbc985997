//! Tests of the program itself: each runs the real binary.

#![expect(clippy::unwrap_used, reason = "a test fails where it panics")]

mod ablate;
mod checkpoint;
mod chip;
mod compile;
mod convert;
mod data;
mod decode;
mod documents;
mod emulator;
mod failures;
#[cfg(feature = "fetch")]
mod fetch;
mod interrupt;
mod library;
mod limits;
mod measure;
mod mip;
mod model;
mod plan;
mod program;
mod reader;
mod readme;
#[cfg(feature = "qpu")]
mod real_chip;
mod reports;
mod reproduce;
mod solve;
mod streams;
mod tables;
mod train;
mod train_failures;
mod verify;
