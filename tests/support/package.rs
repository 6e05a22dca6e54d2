//! What is in a document or a workbook.

use calamine::{Data, Reader, Xlsx};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};

/// The parts of a package, by name.
pub(crate) fn parts(bytes: &[u8]) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let n_parts = archive.len();
    let read = |at: usize| {
        let mut part = archive.by_index(at).unwrap();
        let mut bytes = Vec::new();
        part.read_to_end(&mut bytes).unwrap();
        (part.name().unwrap().into_owned(), bytes)
    };
    (0..n_parts).map(read).collect()
}

/// The rows of a sheet, each by the titles of its columns. No cell is a formula.
pub(crate) fn cells(bytes: &[u8], sheet: &str) -> Vec<BTreeMap<String, Data>> {
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let formulas = book.worksheet_formula(sheet).unwrap();
    assert!(formulas.used_cells().next().is_none(), "a formula in {sheet}");
    let range = book.worksheet_range(sheet).unwrap();
    let mut rows = range.rows();
    let titles: Vec<String> = rows.next().unwrap().iter().map(ToString::to_string).collect();
    rows.map(|row| titles.iter().cloned().zip(row.iter().cloned()).collect()).collect()
}
