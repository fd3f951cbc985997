#![no_main]

use isinglass_fuzz::answer;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| answer(bytes));
