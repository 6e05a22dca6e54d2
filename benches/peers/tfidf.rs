//! TF-IDF of a file of responses, one a line, timed from the texts in memory to the weighted matrix; what
//! `benches/peers/tfidf.py` runs beside scikit-learn's `TfidfVectorizer`.
//!
//! Prints one JSON object: seconds by the clock (`wall`), of processor time over all threads (`cpu`), the highest memory of the
//! process so far (`peak_kib`), and what the matrix holds. With a second argument, writes the matrix into that folder.

mod process;

use canvass_analysis::{Csr, TfidfSettings};
use canvass_text::{Bags, WordRule, count_words};
use process::{Cost, peak_kib, timed};
use std::error::Error;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let input = arguments.next().ok_or("usage: tfidf RESPONSES [FOLDER]")?;
    let text = fs::read_to_string(input)?;
    let texts: Vec<&str> = text.lines().collect();
    // Threads start outside the time, as an import does.
    rayon::broadcast(|_| ());

    let ((vocabulary, matrix), Cost { wall, cpu }) = timed(|| {
        let bags = count_words(&texts, WordRule::Alphanumeric { min_chars: 2 });
        let Bags { vocabulary, row_starts, columns, counts } = bags;
        let counts = Csr::from_parts(vocabulary.len(), row_starts, columns, counts);
        let settings = TfidfSettings { min_document_frequency: 1, sublinear_tf: false, smooth_idf: true };
        (vocabulary, settings.fit(&counts).transform_owned(counts))
    })?;

    let figures = serde_json::json!({
        "wall": wall,
        "cpu": cpu,
        "peak_kib": peak_kib()?,
        "n_threads": rayon::current_num_threads(),
        "n_responses": matrix.n_rows(),
        "n_terms": matrix.n_columns(),
        "n_entries": matrix.n_entries(),
    });
    writeln!(std::io::stdout(), "{figures}")?;
    if let Some(folder) = arguments.next() {
        write_matrix(Path::new(&folder), &vocabulary, &matrix)?;
    }
    Ok(())
}

/// Writes `vocabulary.txt`, and row starts (u64), columns (u32) and values (f32) as they lie in memory, little-endian.
fn write_matrix(folder: &Path, vocabulary: &[String], matrix: &Csr) -> Result<(), Box<dyn Error>> {
    fs::write(folder.join("vocabulary.txt"), vocabulary.join("\n"))?;
    let file = |name: &str| fs::File::create(folder.join(name)).map(BufWriter::new);
    let (mut row_starts, mut columns, mut values) = (file("row_starts")?, file("columns")?, file("values")?);
    let mut end = 0_u64;
    row_starts.write_all(&end.to_le_bytes())?;
    for row in 0..matrix.n_rows() {
        for (column, value) in matrix.row(row) {
            columns.write_all(&column.to_le_bytes())?;
            values.write_all(&value.to_le_bytes())?;
            end += 1;
        }
        row_starts.write_all(&end.to_le_bytes())?;
    }
    row_starts.flush()?;
    columns.flush()?;
    values.flush()?;
    Ok(())
}
