//! A table, built row by row within the limits.

use super::header::{self, Span};
use super::merged::Merged;
use super::rows::{MAX_ROW_BYTES, MAX_ROW_CELLS, Record, Rows};
use super::text::At;
use super::{Column, Table, is_blank, is_email, tidy};
use crate::ingest::error::brief;
use crate::ingest::{Decision, IngestError, column_letters};
use std::sync::Arc;

/// Cells of one table, counting each row as long as the longest: of as many every one may become a response.
const MAX_CELLS: u64 = 1_000_000_000;
/// Text of one table, in bytes.
const MAX_TEXT_BYTES: u64 = 64 << 30;

/// Builds a table row by row, within the limits.
///
/// The first rows are kept back until it is clear which of them are the header.
pub(super) struct TableBuilder {
    pub(super) table: Table,
    limit: u64,
    /// How many rows the header has, if the user says so.
    header_rows: Option<usize>,
    /// Whether a row with more cells than the header is refused, since it means that the file was taken apart wrongly.
    is_strict: bool,
    /// The rows kept back, none of them blank.
    head: Vec<(At, Record)>,
    /// Its first row and the names of the columns; `None` while rows are kept back.
    header: Option<(u32, Vec<String>)>,
    /// Whether the names of the columns stand with every cell, not in a row of their own.
    has_keys: bool,
    /// Whether the column holds anything below the header.
    is_filled: Vec<bool>,
    n_bytes: u64,
    /// The merged cells of the sheet's head.
    pub(super) merged: Vec<Merged>,
}

impl TableBuilder {
    pub(super) fn new(source_idx: u32, file: &Arc<str>, sheet: &str, limit: u64) -> Self {
        let (columns, rows, notes) = (Vec::new(), Rows::default(), Vec::new());
        let table = Table { source_idx, file: Arc::clone(file), sheet: Arc::from(sheet), columns, rows, notes };
        Self {
            table,
            limit,
            header_rows: None,
            is_strict: false,
            head: Vec::new(),
            merged: Vec::new(),
            header: None,
            has_keys: false,
            is_filled: Vec::new(),
            n_bytes: 0,
        }
    }

    /// For a file without a header, whose cells come with the names of their columns.
    pub(super) fn with_keys(self) -> Self {
        Self { header: Some((1, Vec::new())), has_keys: true, ..self }
    }

    /// The header has so many rows; `None`: to be worked out.
    pub(super) fn with_header_rows(self, header_rows: Option<usize>) -> Self {
        Self { header_rows, ..self }
    }

    /// For text, where a row with more cells than the header was cut in the wrong places.
    pub(super) fn strict(self) -> Self {
        Self { is_strict: true, ..self }
    }

    /// An empty row for [`Self::push_record`].
    pub(super) fn record(&self) -> Record {
        Record::new(self.limit)
    }

    /// The number of cells of the header, once it was read.
    fn header_len(&self) -> Option<usize> {
        self.header.as_ref().map(|(_, header)| header.len())
    }

    /// Names the next column.
    pub(super) fn push_column(&mut self, name: &str) {
        if let Some((_, header)) = &mut self.header {
            header.push(tidy(name));
        }
    }

    /// Adds a row; blank ones are left out.
    pub(super) fn push(&mut self, row: u32, cells: &[String]) -> Result<(), IngestError> {
        let mut record = Record::of(cells.iter().map(String::as_str), self.limit);
        self.push_record(At { row, line: row, column: 0 }, &mut record)
    }

    /// The same of a row as it was read. What the record holds afterwards is not said.
    pub(super) fn push_record(&mut self, at: At, record: &mut Record) -> Result<(), IngestError> {
        record.trim();
        if record.long().is_some() || record.is_too_large() {
            // Told with the name of its column.
            self.settle()?;
        }
        if self.header.is_some() {
            return self.add(at, record);
        }
        self.check(at.row, record)?;
        if record.n_cells() > 0 {
            let fresh = self.record();
            self.head.push((at, std::mem::replace(record, fresh)));
        }
        if self.head.len() == header::ROWS { self.settle() } else { Ok(()) }
    }

    /// Works out which of the rows kept back are the header, and adds the others.
    pub(super) fn settle(&mut self) -> Result<(), IngestError> {
        if self.header.is_some() || self.head.is_empty() {
            return Ok(());
        }
        let mut head = std::mem::take(&mut self.head);
        let rows: Vec<Vec<String>> =
            head.iter().map(|(_, record)| record.cells().map(str::to_owned).collect()).collect();
        let position = |row: u32| head.iter().position(|(at, _)| at.row == row);
        let across = self.merged.iter().filter(|range| range.first_row == range.last_row);
        let spans: Vec<Span> = across
            .filter_map(|range| {
                let (first, last) = (range.first_column as usize, range.last_column as usize);
                Some(Span { row: position(range.first_row + 1)?, first, last })
            })
            .collect();
        let found = header::header(&rows, &spans, self.header_rows);
        let first = found.n_titles;
        let behind = (first + found.n_rows).min(head.len());
        let numbers = |from: usize, to: usize| -> Vec<u32> { head[from..to].iter().map(|(at, _)| at.row).collect() };
        if first > 0 {
            self.note(&numbers(0, first), "left out as a title above the header", "one cell, above rows of several");
        }
        if found.n_rows > 1 {
            self.note(&numbers(first, behind), "read together as the header", found.reason);
        }
        self.header = Some((head.get(first).map_or(1, |(at, _)| at.row), found.names));
        for (at, record) in head.iter_mut().skip(behind) {
            // Their bytes were counted when they were kept back.
            self.n_bytes -= record.n_bytes() as u64;
            self.add(*at, record)?;
        }
        Ok(())
    }

    fn note(&mut self, rows: &[u32], decided: &str, reason: &str) {
        let table = &mut self.table;
        let sheet = if table.sheet.is_empty() { String::new() } else { format!(", sheet {:?}", table.sheet) };
        let rows = match rows {
            [row] => format!("row {row}"),
            [first, .., last] => format!("rows {first} to {last}"),
            [] => return,
        };
        let (about, reason) = (format!("{}{sheet}, {rows}", table.file), reason.to_owned());
        table.notes.push(Decision { about, decided: decided.to_owned(), reason });
    }

    /// Adds a row below the header.
    fn add(&mut self, at: At, record: &Record) -> Result<(), IngestError> {
        self.check(at.row, record)?;
        if record.n_cells() == 0 {
            return Ok(());
        }
        self.check_title(at.row, record)?;
        if let Some(expected) = self.header_len().filter(|expected| self.is_strict && record.n_cells() > *expected) {
            let (file, found) = (self.table.file.to_string(), record.n_cells());
            return Err(IngestError::ExtraCells { file, row: at.row, line: at.line, expected, found });
        }
        if self.is_filled.len() < record.n_cells() {
            self.is_filled.resize(record.n_cells(), false);
        }
        for (is_filled, cell) in self.is_filled.iter_mut().zip(record.cells()) {
            *is_filled = *is_filled || !is_blank(cell);
        }
        self.table.rows.push(at.row, record);
        Ok(())
    }

    /// One cell above rows of several is a title, not a header.
    fn check_title(&self, row: u32, record: &Record) -> Result<(), IngestError> {
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
    pub(super) fn finish(mut self) -> Result<Table, IngestError> {
        self.settle()?;
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
