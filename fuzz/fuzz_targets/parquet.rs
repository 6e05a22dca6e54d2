//! Reads any bytes as a Parquet file; the corpus begins with those of `tests/parquet`.
#![no_main]

mod archive;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| archive::check("a.parquet", data));
