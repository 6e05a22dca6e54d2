//! Hidden columns and rows of a sheet. They are read like the others, which the user is told.

use super::MAX_COLUMNS;
use crate::ingest::table::Table;
use crate::ingest::{Decision, brief, column_letters};

/// The hidden columns and rows of a sheet.
#[derive(Debug, Default)]
pub(super) struct Concealed {
    n_columns: u32,
    /// Runs of columns: the first, and the one behind the last, 0-based.
    columns: Vec<(u32, u32)>,
    /// The number of the first row that is not blank, as the sheet shows it.
    first_row: u32,
    n_rows: u32,
}

impl Concealed {
    /// The next `n` columns.
    pub(super) fn add_columns(&mut self, n: u32, is_concealed: bool) {
        let first = self.n_columns;
        self.n_columns = first.saturating_add(n).min(MAX_COLUMNS);
        match self.columns.last_mut() {
            _ if !is_concealed || first == self.n_columns => {}
            Some((_, end)) if *end == first => *end = self.n_columns,
            _ => self.columns.push((first, self.n_columns)),
        }
    }

    /// `n` hidden rows behind `n_before` others.
    pub(super) fn add_rows(&mut self, n_before: u32, n: u32) {
        if self.n_rows == 0 {
            self.first_row = n_before + 1;
        }
        self.n_rows += n;
    }

    /// What the user is told of the sheet.
    pub(super) fn decisions(&self, table: &Table) -> Vec<Decision> {
        const MOST: usize = 5;
        let about = || format!("{}, sheet {:?}", table.file, table.sheet);
        let is_concealed = |index: u32| self.columns.iter().any(|(first, end)| (*first..*end).contains(&index));
        let columns: Vec<String> = (table.columns.iter().filter(|column| is_concealed(column.index)))
            .map(|column| format!("{} ({:?})", column_letters(column.index), brief(&column.name)))
            .collect();
        let mut told = Vec::new();
        if let [first, others @ ..] = columns.as_slice() {
            let more = if columns.len() > MOST { format!(" and {} more", columns.len() - MOST) } else { String::new() };
            let decided = if others.is_empty() {
                format!("the hidden column {first} is read like the others")
            } else {
                format!(
                    "the hidden columns {}{more} are read like the others",
                    columns[..columns.len().min(MOST)].join(", ")
                )
            };
            let reason = "hiding does not remove them; what is named in ignored_columns is not read".to_owned();
            told.push(Decision { about: about(), decided, reason });
        }
        if self.n_rows > 0 {
            let decided = if self.n_rows == 1 {
                format!("the hidden row {} is read like the others", self.first_row)
            } else {
                format!(
                    "{} hidden rows, the first of them row {}, are read like the others",
                    self.n_rows, self.first_row
                )
            };
            let reason = "hiding and filtering do not remove them; delete rows that are not to count".to_owned();
            told.push(Decision { about: about(), decided, reason });
        }
        told
    }
}
