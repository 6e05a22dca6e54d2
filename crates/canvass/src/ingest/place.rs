//! Where a cell stands.

use std::fmt;
use std::sync::Arc;

/// Where a table stands.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct TablePlace {
    /// Index into `Intake::sources`.
    pub source_idx: u32,
    /// The base name of the file.
    pub file: Arc<str>,
    /// The sheet; empty in a text file.
    pub sheet: Arc<str>,
}

/// The place of a cell in its file, as a spreadsheet shows it.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Place {
    /// The table that it is a cell of.
    pub table: Arc<TablePlace>,
    /// The row, 1-based, the header included: what a spreadsheet shows beside it.
    pub row: u32,
    /// The column, 0-based.
    pub column: u32,
}

impl Place {
    /// The column as a spreadsheet names it: `A`, `B`, ..., `Z`, `AA`.
    pub fn letters(&self) -> String {
        column_letters(self.column)
    }

    /// The cell as a spreadsheet names it: `P13`.
    pub fn cell(&self) -> String {
        format!("{}{}", self.letters(), self.row)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.table.file)?;
        if !self.table.sheet.is_empty() {
            write!(f, ", sheet {:?}", self.table.sheet)?;
        }
        write!(f, ", row {}, column {}", self.row, self.letters())
    }
}

/// The name a spreadsheet gives the 0-based column: 0 is `A`, 25 `Z`, 26 `AA`.
pub fn column_letters(column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + (rest % 26) as u8));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::column_letters;

    #[test]
    fn columns_are_named_as_a_spreadsheet_names_them() {
        for (column, letters) in [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(column_letters(column), letters);
        }
    }
}
