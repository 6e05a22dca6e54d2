//! Reads any bytes as a text table: nothing may panic, what is read is read alike again, and no answer is lost on the way.
#![no_main]

use canvass::{Config, ingest};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut config = Config::default();
    config.input.max_cell_bytes = Some(200);
    for name in ["a.csv", "a.tsv"] {
        match ingest::read_bytes(&[(name, data)], &config) {
            Ok(intake) => {
                let again = ingest::read_bytes(&[(name, data)], &config).expect("it was read before");
                assert_eq!((&again.submissions, &again.responses), (&intake.submissions, &intake.responses));
                assert!(intake.responses.iter().all(|response| response.text.len() <= 200));
                assert!(intake.responses.windows(2).all(|pair| pair[0].question_idx <= pair[1].question_idx));
                assert_eq!(intake.sources[0].size, data.len() as u64);
            }
            Err(error) => assert!(!error.to_string().is_empty() && !error.hint().is_empty()),
        }
    }
});
