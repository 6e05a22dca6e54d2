//! Reads any bytes as JSON objects, one a line and as a list: nothing may panic, and every object that the parser of
//! `serde_json` takes is a row.
#![no_main]

use canvass::{Config, ingest};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut config = Config::default();
    config.input.max_cell_bytes = Some(200);
    for name in ["a.jsonl", "a.json"] {
        match ingest::read_bytes(&[(name, data)], &config) {
            Ok(intake) => {
                let again = ingest::read_bytes(&[(name, data)], &config).expect("it was read before");
                assert_eq!((&again.submissions, &again.responses), (&intake.submissions, &intake.responses));
                if let (Ok(text), "a.jsonl") = (std::str::from_utf8(data), name) {
                    let n_lines = text.split('\n').filter(|line| !line.trim().is_empty()).count();
                    assert!(intake.submissions.len() <= n_lines);
                }
            }
            Err(error) => assert!(!error.to_string().is_empty() && !error.hint().is_empty()),
        }
    }
});
