//! Rows of text, many in one piece of memory.
//!
//! A [`Record`] is one row while it is read, [`Rows`] are all rows of a table: blocks of about a mebibyte, each one text
//! with the ends of its cells. A cell costs its bytes and four more, a row eight. Blocks are handed on one by one, so that
//! what is made of the rows can take their place in memory.

use super::is_blank;

/// Text of a block, in bytes; a single longer row is a block by itself.
const BLOCK_BYTES: usize = 1 << 20;
/// Text of a row, in bytes: with it the ends of cells in a block fit u32.
pub(super) const MAX_ROW_BYTES: usize = 1 << 30;
/// Cells of a row.
pub(super) const MAX_ROW_CELLS: usize = 1 << 16;

/// A row while it is read: its cells one behind the other.
#[derive(Debug)]
pub(super) struct Record {
    text: String,
    /// Where each cell ends in the text, in bytes.
    ends: Vec<usize>,
    /// The longest cell kept, in bytes.
    limit: u64,
    /// Bytes of the open cell, kept or not.
    n_open: u64,
    /// The first cell that is longer than the limit, and its bytes; what is over the limit is not kept.
    long: Option<(usize, u64)>,
    is_too_large: bool,
}

impl Record {
    pub(super) fn new(limit: u64) -> Self {
        Self { text: String::new(), ends: Vec::new(), limit, n_open: 0, long: None, is_too_large: false }
    }

    pub(super) fn of<'c>(cells: impl IntoIterator<Item = &'c str>, limit: u64) -> Self {
        let mut record = Self::new(limit);
        for cell in cells {
            record.push_str(cell);
            record.end_cell();
        }
        record
    }

    /// Makes room for the next row.
    pub(super) fn clear(&mut self) {
        self.text.clear();
        self.ends.clear();
        (self.n_open, self.long, self.is_too_large) = (0, None, false);
    }

    /// Adds to the open cell.
    pub(super) fn push_str(&mut self, part: &str) {
        self.n_open += part.len() as u64;
        if self.text.len() + part.len() > MAX_ROW_BYTES {
            self.is_too_large = true;
        } else if self.n_open <= self.limit {
            self.text.push_str(part);
        }
    }

    /// Closes the open cell.
    pub(super) fn end_cell(&mut self) {
        if self.n_open > self.limit {
            self.long.get_or_insert((self.ends.len(), self.n_open));
        }
        self.n_open = 0;
        if self.ends.len() < MAX_ROW_CELLS {
            self.ends.push(self.text.len());
        } else {
            self.is_too_large = true;
        }
    }

    /// Cells that are closed.
    pub(super) fn n_cells(&self) -> usize {
        self.ends.len()
    }

    /// The closed cells; of one over the limit what is within it, at most.
    pub(super) fn cells(&self) -> impl DoubleEndedIterator<Item = &str> + ExactSizeIterator {
        (0..self.ends.len()).map(|position| {
            let start = position.checked_sub(1).map_or(0, |before| self.ends[before]);
            self.text.get(start..self.ends[position]).unwrap_or_default()
        })
    }

    /// Takes the blank cells off its end.
    pub(super) fn trim(&mut self) {
        // A cell that is too long is not blank, whatever is kept of it.
        let n_long = self.long.map_or(0, |(position, _)| position + 1);
        let n_filled = self.cells().rposition(|cell| !is_blank(cell)).map_or(0, |last| last + 1);
        self.ends.truncate(n_filled.max(n_long));
        self.text.truncate(self.ends.last().copied().unwrap_or(0));
    }

    /// Bytes of text.
    pub(super) fn n_bytes(&self) -> usize {
        self.text.len()
    }

    /// The first cell that is longer than the limit, with its bytes.
    pub(super) fn long(&self) -> Option<(usize, u64)> {
        self.long
    }

    /// Whether the row has more text or more cells than are kept.
    pub(super) fn is_too_large(&self) -> bool {
        self.is_too_large
    }
}

/// The rows of a table that are not blank, top to bottom.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    blocks: Vec<Block>,
    n_rows: usize,
}

impl Rows {
    /// Adds a row; `row` is its number.
    pub(super) fn push(&mut self, row: u32, record: &Record) {
        let is_full = |block: &Block| block.text.len() + record.text.len() > BLOCK_BYTES;
        if self.blocks.last().is_none_or(is_full) {
            if let Some(full) = self.blocks.last_mut() {
                full.shrink();
            }
            self.blocks.push(Block::default());
        }
        if let Some(block) = self.blocks.last_mut() {
            block.push(row, record);
            self.n_rows += 1;
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.n_rows
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.n_rows == 0
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        self.blocks.iter().flat_map(Block::iter)
    }

    /// The blocks one by one; each is given up before the next.
    pub(crate) fn into_blocks(self) -> impl Iterator<Item = Block> {
        self.blocks.into_iter()
    }
}

/// Rows that follow each other.
#[derive(Debug, Default)]
pub(crate) struct Block {
    text: String,
    /// Where each cell ends in the text, in bytes.
    ends: Vec<u32>,
    /// Of each row its number, and how many cells the block has up to its end.
    rows: Vec<(u32, u32)>,
}

impl Block {
    fn push(&mut self, row: u32, record: &Record) {
        let start = self.text.len();
        self.text.push_str(&record.text);
        self.ends.extend(record.ends.iter().map(|end| (start + end) as u32));
        self.rows.push((row, self.ends.len() as u32));
    }

    fn shrink(&mut self) {
        self.text.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.rows.shrink_to_fit();
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = Row<'_>> {
        let ends = self.rows.iter().map(|(_, end)| *end);
        let starts = std::iter::once(0).chain(ends);
        self.rows.iter().zip(starts).map(|(&(row, end), first)| Row { row, block: self, first, end })
    }
}

/// A row of a table.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'b> {
    /// 1-based, as a spreadsheet shows it.
    #[allow(clippy::struct_field_names, reason = "its number, as everywhere")]
    pub(crate) row: u32,
    block: &'b Block,
    /// Its cells among those of the block.
    first: u32,
    end: u32,
}

impl<'b> Row<'b> {
    /// The cell of the column with this index; blank if the row ends before it.
    pub(crate) fn cell(self, column_idx: u32) -> &'b str {
        let Block { text, ends, .. } = self.block;
        let Some(position) = self.first.checked_add(column_idx).filter(|position| *position < self.end) else {
            return "";
        };
        let position = position as usize;
        let start = position.checked_sub(1).map_or(0, |before| ends[before]);
        text.get(start as usize..ends[position] as usize).unwrap_or_default()
    }

    /// Its cells up to the last that is not blank.
    #[cfg(test)]
    pub(crate) fn cells(self) -> Vec<&'b str> {
        (0..self.end - self.first).map(|column_idx| self.cell(column_idx)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_as_they_were_put_in_over_many_blocks() {
        let cells = |row: u32| {
            let long = "é".repeat(if row.is_multiple_of(7) { 300_000 } else { 2000 });
            [row.to_string(), String::new(), long, " ".to_owned()]
        };
        let mut rows = Rows::default();
        for row in 1..=1000 {
            let mut record = Record::of(cells(row).iter().map(String::as_str), u64::MAX);
            record.trim();
            rows.push(row, &record);
        }
        assert_eq!((rows.len(), rows.iter().count()), (1000, 1000));
        for (row, number) in rows.iter().zip(1..) {
            assert_eq!((row.row, row.cells()), (number, cells(number).iter().take(3).map(String::as_str).collect()));
            assert_eq!((row.cell(3), row.cell(u32::MAX)), ("", ""));
        }
        let blocks: Vec<Block> = rows.into_blocks().collect();
        assert!(blocks.len() > 50);
        assert!(blocks.iter().all(|block| block.text.len() <= BLOCK_BYTES));
        assert_eq!(
            blocks.iter().flat_map(Block::iter).map(|row| row.row).collect::<Vec<_>>(),
            (1..=1000).collect::<Vec<_>>()
        );
    }

    #[test]
    fn a_cell_over_the_limit_is_counted_and_not_kept() {
        let mut record = Record::new(4);
        record.push_str("abc");
        record.end_cell();
        for _ in 0..1000 {
            record.push_str("wxyz");
        }
        record.end_cell();
        assert_eq!((record.long(), record.n_bytes()), (Some((1, 4000)), 7));
        record.clear();
        assert_eq!((record.long(), record.n_cells()), (None, 0));
    }

    #[test]
    fn a_row_of_too_many_cells_says_so() {
        let mut record = Record::of(std::iter::repeat_n("", MAX_ROW_CELLS), 9);
        assert!(!record.is_too_large());
        record.end_cell();
        assert!(record.is_too_large());
    }
}
