#![no_main]

use isinglass_fuzz::embedding;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| embedding(bytes));
