#![no_main]

use isinglass_fuzz::checkpoint;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| checkpoint(bytes));
