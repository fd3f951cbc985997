#![no_main]

use isinglass_fuzz::dwave_conf;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| dwave_conf(bytes));
