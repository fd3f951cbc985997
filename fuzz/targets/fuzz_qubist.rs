#![no_main]

use isinglass_fuzz::problem;
use isinglass_qubo::io::Format;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| problem(bytes, Format::Qubist));
