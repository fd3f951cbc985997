#![no_main]

use isinglass_fuzz::solver;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| solver(bytes));
