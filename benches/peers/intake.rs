//! Files of answers read to responses; what `benches/peers/intake.py` runs beside pandas.
//!
//! Prints one JSON object: seconds by the clock (`wall`), of processor time over all threads (`cpu`), the highest memory of the
//! process (`peak_kib`), and what was read.

mod process;

use canvass::{Config, ingest};
use process::{Cost, peak_kib, timed};
use std::error::Error;
use std::io::Write;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let files: Vec<PathBuf> = std::env::args_os().skip(1).map(PathBuf::from).collect();
    let (intake, Cost { wall, cpu }) = timed(|| ingest::read(&files, &Config::default(), None))?;
    let intake = intake?;
    let figures = serde_json::json!({
        "wall": wall,
        "cpu": cpu,
        "peak_kib": peak_kib()?,
        "n_submissions": intake.submissions.len(),
        "n_responses": intake.responses.len(),
        "n_bytes": intake.responses.iter().map(|response| response.text.len()).sum::<usize>(),
        "blake3": intake.sources.iter().map(|source| source.blake3.as_str()).collect::<Vec<_>>(),
    });
    writeln!(std::io::stdout(), "{figures}")?;
    Ok(())
}
