#![no_main]

use isinglass_fuzz::layout;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| layout(bytes));
