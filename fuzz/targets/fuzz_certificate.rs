#![no_main]

use isinglass_fuzz::certificate;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| certificate(bytes));
