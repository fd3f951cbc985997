#![no_main]

use isinglass_fuzz::handover;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| handover(bytes));
