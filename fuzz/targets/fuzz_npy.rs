#![no_main]

use isinglass::dataset::Format;
use isinglass_fuzz::table;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| table(bytes, Format::Npy));
