#![no_main]

use isinglass_fuzz::samples;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| samples(bytes));
