//! Merged cells at the head of a sheet: they tell which columns a heading covers.

use super::{TableBuilder, is_blank};

/// The rows from the top in which merged cells are looked for.
pub(super) const HEAD_ROWS: u32 = 10;
/// No more ranges than these are handed on; nobody merges so many by hand.
const MAX_RANGES: usize = 1 << 16;

/// A range of merged cells, of which the first holds the text. Rows and columns of the sheet, 0-based; the last ones are part of it.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) struct Merged {
    pub(super) first_row: u32,
    pub(super) first_column: u32,
    pub(super) last_row: u32,
    pub(super) last_column: u32,
}

/// The ranges of more than one cell that begin in the first rows: top to bottom, left to right, each once.
pub(super) fn merged_head(ranges: impl IntoIterator<Item = Merged>) -> Vec<Merged> {
    let is_range = |range: &Merged| {
        let (first, last) = ((range.first_row, range.first_column), (range.last_row, range.last_column));
        range.first_row < HEAD_ROWS && first.0 <= last.0 && first.1 <= last.1 && first != last
    };
    let mut head: Vec<Merged> = ranges.into_iter().filter(is_range).take(MAX_RANGES).collect();
    head.sort_unstable();
    head.dedup();
    head
}

/// Whether the first filled of these rows leaves a cell blank within the width that the rows fill together: without that
/// nothing in them can be merged to any effect, and a sheet need not be looked through for it.
pub(super) fn has_gaps(rows: &[Vec<String>]) -> bool {
    let width = |row: &Vec<String>| row.iter().rposition(|cell| !is_blank(cell)).map_or(0, |last| last + 1);
    let widest = rows.iter().map(width).max().unwrap_or(0);
    let Some(first) = rows.iter().find(|row| width(row) > 0) else { return false };
    (0..widest).any(|column| first.get(column).is_none_or(|cell| is_blank(cell)))
}

impl TableBuilder {
    /// With the merged cells of the sheet's head, as [`merged_head`] gives them.
    pub(super) fn with_merged(mut self, merged: Vec<Merged>) -> Self {
        self.merged = merged;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(first_row: u32, first_column: u32, last_row: u32, last_column: u32) -> Merged {
        Merged { first_row, first_column, last_row, last_column }
    }

    #[test]
    fn ranges_that_begin_in_the_head_are_handed_on_in_order_and_once() {
        let found = merged_head([
            range(1, 4, 1, 6),
            range(0, 1, 0, 3),
            range(10, 0, 12, 0),
            range(9, 0, 40, 0),
            range(0, 1, 0, 3),
            range(2, 2, 2, 2),
            range(3, 3, 1, 1),
        ]);
        assert_eq!(found, [range(0, 1, 0, 3), range(1, 4, 1, 6), range(9, 0, 40, 0)]);
    }

    #[test]
    fn a_first_row_without_gaps_has_nothing_merged() {
        let rows = |rows: &[&[&str]]| -> Vec<Vec<String>> {
            rows.iter().map(|row| row.iter().map(|&cell| cell.to_owned()).collect()).collect()
        };
        assert!(!has_gaps(&rows(&[&[], &["id", "place"], &["1", ""], &["", "x", " "]])));
        assert!(has_gaps(&rows(&[&["Survey"], &["id", "place"]])));
        assert!(has_gaps(&rows(&[&["id", "", "Q1"], &["", "a", "b"]])));
        assert!(!has_gaps(&rows(&[&[], &[" "]])));
    }
}
