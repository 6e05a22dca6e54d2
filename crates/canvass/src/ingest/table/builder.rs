//! A table, built row by row within the limits.

use super::merged::Merged;
use super::rows::{MAX_ROW_BYTES, MAX_ROW_CELLS, Record, Rows};
use super::{Column, Table, is_blank, is_email, tidy};
use crate::ingest::error::brief;
use crate::ingest::{IngestError, column_letters};
use std::sync::Arc;

/// Cells of one table, counting each row as long as the longest: of as many every one may become a response.
const MAX_CELLS: u64 = 1_000_000_000;
/// Text of one table, in bytes.
const MAX_TEXT_BYTES: u64 = 64 << 30;

/// Builds a table row by row, within the limits.
pub(super) struct TableBuilder {
    pub(super) table: Table,
    limit: u64,
    /// The header as it was read; `None` before the first row that is not blank.
    header: Option<(u32, Vec<String>)>,
    /// Whether the names of the columns stand with every cell, not in a row of their own.
    has_keys: bool,
    /// Whether the column holds anything below the header.
    is_filled: Vec<bool>,
    n_bytes: u64,
    /// The merged cells of the sheet's head.
    #[allow(dead_code, reason = "the header will be worked out with them")]
    pub(super) merged: Vec<Merged>,
}

impl TableBuilder {
    pub(super) fn new(source_idx: u32, file: &Arc<str>, sheet: &str, limit: u64) -> Self {
        let (columns, rows) = (Vec::new(), Rows::default());
        let table = Table { source_idx, file: Arc::clone(file), sheet: Arc::from(sheet), columns, rows };
        Self { table, limit, header: None, has_keys: false, is_filled: Vec::new(), n_bytes: 0, merged: Vec::new() }
    }

    /// For a file without a header, whose cells come with the names of their columns.
    pub(super) fn with_keys(self) -> Self {
        Self { header: Some((1, Vec::new())), has_keys: true, ..self }
    }

    /// An empty row for [`Self::push_record`].
    pub(super) fn record(&self) -> Record {
        Record::new(self.limit)
    }

    /// The number of cells of the header, once it was read.
    pub(super) fn header_len(&self) -> Option<usize> {
        self.header.as_ref().map(|(_, header)| header.len())
    }

    /// Names the next column.
    pub(super) fn push_column(&mut self, name: &str) {
        if let Some((_, header)) = &mut self.header {
            header.push(tidy(name));
        }
    }

    /// Adds a row; the first that is not blank is the header, further blank ones are left out.
    pub(super) fn push(&mut self, row: u32, cells: &[String]) -> Result<(), IngestError> {
        self.push_record(row, &mut Record::of(cells.iter().map(String::as_str), self.limit))
    }

    /// The same of a row as it was read.
    pub(super) fn push_record(&mut self, row: u32, record: &mut Record) -> Result<(), IngestError> {
        record.trim();
        self.check(row, record)?;
        if record.n_cells() == 0 {
            return Ok(());
        }
        self.check_title(row, record)?;
        if self.header.is_none() {
            self.header = Some((row, record.cells().map(tidy).collect()));
            return Ok(());
        }
        if self.is_filled.len() < record.n_cells() {
            self.is_filled.resize(record.n_cells(), false);
        }
        for (is_filled, cell) in self.is_filled.iter_mut().zip(record.cells()) {
            *is_filled = *is_filled || !is_blank(cell);
        }
        self.table.rows.push(row, record);
        Ok(())
    }

    /// A row of one cell above rows of several is a title, not a header.
    pub(super) fn check_title(&self, row: u32, record: &Record) -> Result<(), IngestError> {
        const FEWEST: usize = 3;
        match &self.header {
            Some((header_row, header)) if self.table.rows.is_empty() && !self.has_keys => {
                let named = header.iter().filter(|name| !name.is_empty()).count();
                let filled = record.cells().filter(|cell| !is_blank(cell)).count();
                if named == 1 && filled >= FEWEST {
                    let found = format!("it has one cell, and row {row} has {filled}; it looks like a title");
                    return Err(self.no_header(*header_row, found));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn no_header(&self, row: u32, found: String) -> IngestError {
        IngestError::NoHeader { file: self.table.file.to_string(), sheet: self.table.sheet.to_string(), row, found }
    }

    fn too_large(&self, found: String, limit: String) -> IngestError {
        let (file, sheet) = (self.table.file.to_string(), self.table.sheet.to_string());
        IngestError::TooLarge { file, sheet, found, limit }
    }

    fn check(&mut self, row: u32, record: &Record) -> Result<(), IngestError> {
        if let Some((column, size)) = record.long() {
            let header = self.header.as_ref().and_then(|(_, header)| header.get(column));
            return Err(IngestError::LongCell {
                file: self.table.file.to_string(),
                sheet: self.table.sheet.to_string(),
                row,
                column: column_letters(column as u32),
                header: header.map(|name| brief(name)).unwrap_or_default(),
                size,
                limit: self.limit,
            });
        }
        if record.is_too_large() {
            let limit = format!("{MAX_ROW_CELLS} cells and {MAX_ROW_BYTES} bytes in a row");
            return Err(self.too_large(format!("row {row} has more cells or more text"), limit));
        }
        self.n_bytes += record.n_bytes() as u64;
        let n_columns = self.is_filled.len().max(self.header_len().unwrap_or(0)).max(record.n_cells()) as u64;
        let n_cells = n_columns * (self.table.rows.len() as u64 + 1);
        match (n_cells > MAX_CELLS, self.n_bytes > MAX_TEXT_BYTES) {
            (false, false) => Ok(()),
            (true, _) => {
                Err(self.too_large(format!("row {row} is cell number {n_cells}"), format!("{MAX_CELLS} cells")))
            }
            _ => {
                let found = format!("{} bytes of text up to row {row}", self.n_bytes);
                Err(self.too_large(found, format!("{MAX_TEXT_BYTES} bytes")))
            }
        }
    }

    /// Names the columns.
    pub(super) fn finish(self) -> Result<Table, IngestError> {
        let mut table = self.table;
        let (file, sheet) = (table.file.to_string(), table.sheet.to_string());
        let Some((header_row, header)) = self.header else {
            return Err(IngestError::EmptySheet { file, sheet });
        };
        // Headers are written out; what is in a respondent's cell must not be taken for one.
        if let Some(index) = header.iter().position(|name| is_email(name)) {
            let found = format!("the cell in column {} is an e-mail address", column_letters(index as u32));
            return Err(IngestError::NoHeader { file, sheet, row: header_row, found });
        }
        if table.rows.is_empty() {
            return Err(if self.has_keys {
                IngestError::EmptySheet { file, sheet }
            } else {
                IngestError::NoRows { file, sheet, row: header_row }
            });
        }
        for index in 0..header.len().max(self.is_filled.len()) {
            let letters = column_letters(index as u32);
            let name = match header.get(index).filter(|name| !name.is_empty()) {
                Some(name) => name.clone(),
                None if self.is_filled.get(index) == Some(&true) => format!("(column {letters})"),
                None => continue,
            };
            table.columns.push(Column { name, index: index as u32 });
        }
        let mut by_name: Vec<&Column> = table.columns.iter().collect();
        by_name.sort_by_key(|column| (&column.name, column.index));
        let twice = by_name.iter().zip(by_name.iter().skip(1)).find(|(first, second)| first.name == second.name);
        if let Some((first, second)) = twice {
            let name = brief(&first.name);
            let (first, second) = (column_letters(first.index), column_letters(second.index));
            return Err(IngestError::DoubleColumn { file, sheet, row: header_row, name, first, second });
        }
        Ok(table)
    }
}
