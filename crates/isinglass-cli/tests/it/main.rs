//! Tests of the program itself: each runs the real binary.

#![expect(clippy::unwrap_used, reason = "a test fails where it panics")]

mod data;
mod documents;
mod failures;
mod interrupt;
mod program;
mod solve;
