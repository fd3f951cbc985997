#![no_main]

use isinglass_fuzz::edges;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| edges(bytes));
