//! The texts of a workbook, all in memory: a sheet holds a million rows at most.

use super::DuplicatesError;
use super::reader::{Columns, Record, texts};
use crate::error::Error;
use crate::ingest::{IngestError, Source, SourceRole, Table, column_letters, read_workbook};
use crate::progress::{Observer, Stage};
use std::path::Path;

/// Reads the sheet that is named, else the first that holds data, and says which if there are several.
///
/// # Errors
/// [`IngestError`] if the workbook is none or damaged, [`DuplicatesError::NoColumn`], [`DuplicatesError::NoSheet`],
/// [`DuplicatesError::LongCell`], [`DuplicatesError::NoQuestion`].
pub(super) fn read(
    path: &Path,
    columns: &Columns,
    max_cell: usize,
    observer: &dyn Observer,
) -> Result<Vec<Record>, Error> {
    let (source, bytes) = Source::read(path, SourceRole::Answers)?;
    let limit = max_cell as u64;
    let sheet = columns.sheet.as_deref();
    let (mut table, decisions) = read_workbook(&source.file, &bytes, sheet, limit).map_err(by_options)?;
    drop(bytes);
    for decision in decisions {
        observer.note(Stage::Texts, &format!("{}: {} ({})", decision.about, decision.decided, decision.reason));
    }
    let wanted = columns.place(&source.file, &table.names())?;
    let index = |number: usize| table.columns[number].index;
    let (id, question) = (wanted.id.map(index), wanted.question.map(index));
    let columns: Vec<u32> = wanted.texts.iter().map(|number| index(*number)).collect();
    let rows = std::mem::take(&mut table.rows);
    let records = (0..).zip(rows.iter()).map(|(at, row)| {
        let cell = |column: u32| row.cell(column).to_owned();
        if let Some(column) = question.filter(|column| row.cell(*column).trim().is_empty()) {
            return Err(no_question(&table, row.row, column).into());
        }
        let (first, further) = texts(&columns, |column| Ok::<_, Error>(cell(*column)))?;
        Ok(Record { at, id: id.map(cell), question: question.map(cell), first, further })
    });
    records.collect()
}

fn no_question(table: &Table, row: u32, column: u32) -> DuplicatesError {
    let place = format!("sheet {:?}, row {row}, column {}", table.sheet, column_letters(column));
    DuplicatesError::NoQuestion { file: table.file.to_string(), place }
}

/// Limit and sheet are set by options here, not by a configuration.
fn by_options(error: IngestError) -> Error {
    match error {
        IngestError::LongCell { file, sheet, row, column, size, limit, .. } => {
            let place = format!("sheet {sheet:?}, row {row}, column {column}");
            DuplicatesError::LongCell { file, place, size, limit }.into()
        }
        IngestError::NoSuchSheet { file, wanted, available } => {
            DuplicatesError::NoSheet { file, wanted, available }.into()
        }
        other => other.into(),
    }
}
