//! The first hundred dimensions of a weighted matrix, timed from the matrix in memory to the rows in the reduced space; what
//! `benches/peers/svd.py` runs beside scikit-learn's `TruncatedSVD`.
//!
//! Prints one JSON object: seconds by the clock (`wall`), of processor time over all threads (`cpu`), the highest memory of the
//! process so far (`peak_kib`), and what came of it. With a second argument, writes the right singular vectors to that file.

mod process;

use canvass_analysis::{Csr, Svd};
use process::{Cost, peak_kib, timed};
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;

/// Dimensions kept.
const DIMENSIONS: usize = 100;
/// The seed of the first basis.
const SEED: u64 = 7;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let matrix = read_matrix(Path::new(&arguments.next().ok_or("usage: svd FOLDER [FILE]")?))?;
    // Threads start outside the time, as an import does.
    rayon::broadcast(|_| ());

    let (svd, Cost { wall, cpu }) = timed(|| Svd::fit(&matrix, DIMENSIONS, SEED))?;

    let figures = serde_json::json!({
        "wall": wall,
        "cpu": cpu,
        "peak_kib": peak_kib()?,
        "n_threads": rayon::current_num_threads(),
        "singular_values": svd.singular_values,
    });
    writeln!(std::io::stdout(), "{figures}")?;
    if let Some(file) = arguments.next() {
        fs::write(file, svd.right.iter().flat_map(|x| x.to_le_bytes()).collect::<Vec<u8>>())?;
    }
    Ok(())
}

/// Row starts (u64), columns (u32) and values (f32) as they lie in memory, little-endian, and the number of columns as text.
fn read_matrix(folder: &Path) -> Result<Csr, Box<dyn Error>> {
    let numbers = |name: &str| fs::read(folder.join(name));
    let (row_starts, columns, values) = (numbers("row_starts")?, numbers("columns")?, numbers("values")?);
    let n_columns = fs::read_to_string(folder.join("n_columns"))?.trim().parse()?;
    let (row_starts, _) = row_starts.as_chunks();
    let (columns, _) = columns.as_chunks();
    let (values, _) = values.as_chunks();
    Ok(Csr::from_parts(
        n_columns,
        row_starts.iter().map(|bytes| u64::from_le_bytes(*bytes)).collect(),
        columns.iter().map(|bytes| u32::from_le_bytes(*bytes)).collect(),
        values.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect(),
    ))
}
