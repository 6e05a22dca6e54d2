//! A compressed sparse row matrix.

use rayon::prelude::*;
use std::ops::Range;

/// Rows that are worth a parallel step of their own.
const MIN_ROWS: usize = 1024;

/// A sparse matrix, row by row; columns ascend within a row.
///
/// # Shape
/// `n_rows() × n_columns`; row starts are u64, so that the number of entries may pass 4 thousand million.
#[derive(Clone, Debug, PartialEq)]
pub struct Csr {
    n_columns: usize,
    row_starts: Vec<u64>,
    columns: Vec<u32>,
    values: Vec<f32>,
}

impl Csr {
    /// A matrix without rows.
    pub fn new(n_columns: usize) -> Self {
        Self { n_columns, row_starts: vec![0], columns: Vec::new(), values: Vec::new() }
    }

    /// A matrix of its parts: row `i` has the entries `row_starts[i]..row_starts[i + 1]`.
    ///
    /// # Panics
    /// If the row starts do not begin with 0, descend, or do not end with the number of entries; if a column is not below
    /// `n_columns`, or the columns of a row do not ascend.
    pub fn from_parts(n_columns: usize, row_starts: Vec<u64>, columns: Vec<u32>, values: Vec<f32>) -> Self {
        assert_eq!(columns.len(), values.len(), "each entry has a column and a value");
        assert_eq!(row_starts.first(), Some(&0), "the first row starts at 0");
        assert_eq!(row_starts.last(), Some(&(columns.len() as u64)), "the last row ends with the entries");
        assert!(row_starts.is_sorted(), "rows ascend");
        let matrix = Self { n_columns, row_starts, columns, values };
        (0..matrix.n_rows()).into_par_iter().with_min_len(MIN_ROWS).for_each(|row| {
            let columns = matrix.columns_of(row);
            assert!(columns.is_sorted_by(|a, b| a < b), "columns ascend within a row");
            assert!(columns.last().is_none_or(|last| (*last as usize) < n_columns), "columns are below {n_columns}");
        });
        matrix
    }

    /// Counts how often each term stands in each row.
    ///
    /// # Panics
    /// If a term is not below `n_columns`.
    pub fn from_terms<R: AsRef<[u32]>>(rows: &[R], n_columns: usize) -> Self {
        let mut matrix = Self::new(n_columns);
        let mut terms = Vec::new();
        for row in rows {
            terms.clear();
            terms.extend_from_slice(row.as_ref());
            matrix.push_terms(&mut terms);
        }
        matrix
    }

    /// Appends a row that counts how often each term stands among these; they are sorted.
    ///
    /// # Panics
    /// If a term is not below the number of columns.
    pub fn push_terms(&mut self, terms: &mut [u32]) {
        terms.sort_unstable();
        self.push_row(terms.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as f32)));
    }

    /// Appends a row of (column, value), columns ascending.
    ///
    /// # Panics
    /// If a column is not below the number of columns, or they do not ascend.
    pub fn push_row(&mut self, entries: impl IntoIterator<Item = (u32, f32)>) {
        let from = self.columns.len();
        for (column, value) in entries {
            assert!((column as usize) < self.n_columns, "column {column} of {}", self.n_columns);
            assert!(self.columns[from..].last().is_none_or(|last| *last < column), "columns ascend within a row");
            self.columns.push(column);
            self.values.push(value);
        }
        self.row_starts.push(self.columns.len() as u64);
    }

    /// How many rows there are.
    pub fn n_rows(&self) -> usize {
        self.row_starts.len() - 1
    }

    /// How many columns there are.
    pub fn n_columns(&self) -> usize {
        self.n_columns
    }

    /// How many entries are stored.
    pub fn n_entries(&self) -> usize {
        self.columns.len()
    }

    /// The columns of a row that hold a value, ascending.
    pub fn columns_of(&self, row: usize) -> &[u32] {
        &self.columns[self.range(row)]
    }

    /// The values of a row, one for each of its columns.
    pub fn values_of(&self, row: usize) -> &[f32] {
        &self.values[self.range(row)]
    }

    /// The entries of a row: (column, value).
    pub fn row(&self, row: usize) -> impl Iterator<Item = (u32, f32)> + '_ {
        let range = self.range(row);
        self.columns[range.clone()].iter().copied().zip(self.values[range].iter().copied())
    }

    /// Some of the rows, in the order given; all columns.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn selected(&self, rows: &[usize]) -> Self {
        let mut selected = Self::new(self.n_columns);
        for row in rows {
            selected.push_row(self.row(*row));
        }
        selected
    }

    /// The entries of some of the columns; rows and columns keep their places.
    ///
    /// # Panics
    /// If there is not a word for each column.
    #[must_use]
    pub fn with_columns(&self, is_kept: &[bool]) -> Self {
        assert_eq!(is_kept.len(), self.n_columns, "each column is kept or not");
        let mut kept = Self::new(self.n_columns);
        for row in 0..self.n_rows() {
            kept.push_row(self.row(row).filter(|(column, _)| is_kept[*column as usize]));
        }
        kept
    }

    /// The matrix with the values of each row divided by their sum; rows whose sum is 0 stay as they are.
    #[must_use]
    pub fn with_unit_sums(mut self) -> Self {
        for row in 0..self.n_rows() {
            let range = self.range(row);
            let values = &mut self.values[range];
            let sum = values.iter().fold(0.0, |sum, value| sum + f64::from(*value));
            if sum != 0.0 {
                for value in values {
                    *value = (f64::from(*value) / sum) as f32;
                }
            }
        }
        self
    }

    /// The columns of a row that hold a value, and the values.
    pub(super) fn row_parts(&self, row: usize) -> (&[u32], &[f32]) {
        let range = self.range(row);
        (&self.columns[range.clone()], &self.values[range])
    }

    /// The matrix with rows and columns exchanged.
    #[must_use]
    pub fn transposed(&self) -> Self {
        self.transposed_rows(0..self.n_rows())
    }

    /// Some rows of the matrix, with rows and columns exchanged.
    pub(super) fn transposed_rows(&self, rows: Range<usize>) -> Self {
        let entries = self.row_starts[rows.start] as usize..self.row_starts[rows.end] as usize;
        let mut starts = vec![0_u64; self.n_columns + 1];
        for column in &self.columns[entries.clone()] {
            starts[*column as usize + 1] += 1;
        }
        for column in 0..self.n_columns {
            starts[column + 1] += starts[column];
        }
        let mut next = starts.clone();
        let mut columns = vec![0_u32; entries.len()];
        let mut values = vec![0_f32; entries.len()];
        for row in rows.clone() {
            for (column, value) in self.row(row) {
                let at = next[column as usize] as usize;
                next[column as usize] += 1;
                columns[at] = (row - rows.start) as u32;
                values[at] = value;
            }
        }
        Self { n_columns: rows.len(), row_starts: starts, columns, values }
    }

    /// The columns of all entries, row after row.
    pub(super) fn columns(&self) -> &[u32] {
        &self.columns
    }

    /// Blocks of `n_rows` rows, the last of what is left: the ranges of the rows in the block, their columns and their values.
    pub(super) fn blocks_mut(&mut self, n_rows: usize) -> Vec<Block<'_>> {
        let mut blocks = Vec::with_capacity(self.n_rows().div_ceil(n_rows));
        let (mut columns, mut values) = (self.columns.as_slice(), self.values.as_mut_slice());
        for first in (0..self.row_starts.len() - 1).step_by(n_rows) {
            let last = (first + n_rows).min(self.row_starts.len() - 1);
            let row_starts = &self.row_starts[first..=last];
            let n_entries = (row_starts[last - first] - row_starts[0]) as usize;
            let (block_columns, columns_behind) = columns.split_at(n_entries);
            let (block_values, values_behind) = values.split_at_mut(n_entries);
            blocks.push(Block { row_starts, columns: block_columns, values: block_values });
            (columns, values) = (columns_behind, values_behind);
        }
        blocks
    }

    /// Drops the entries of value 0.
    pub(super) fn drop_zeros(&mut self) {
        let (mut from, mut kept) = (0, 0);
        for row in 1..self.row_starts.len() {
            let to = self.row_starts[row] as usize;
            for at in from..to {
                if self.values[at] != 0.0 {
                    self.columns[kept] = self.columns[at];
                    self.values[kept] = self.values[at];
                    kept += 1;
                }
            }
            self.row_starts[row] = kept as u64;
            from = to;
        }
        self.columns.truncate(kept);
        self.values.truncate(kept);
    }

    fn range(&self, row: usize) -> Range<usize> {
        self.row_starts[row] as usize..self.row_starts[row + 1] as usize
    }
}

impl linfa::dataset::Records for Csr {
    type Elem = f32;

    fn nsamples(&self) -> usize {
        self.n_rows()
    }

    fn nfeatures(&self) -> usize {
        self.n_columns
    }
}

/// Some rows of a matrix, one after the other.
pub(super) struct Block<'a> {
    row_starts: &'a [u64],
    columns: &'a [u32],
    values: &'a mut [f32],
}

impl Block<'_> {
    /// Calls `change` with the columns and the values of each row.
    pub(super) fn for_each_row(&mut self, mut change: impl FnMut(&[u32], &mut [f32])) {
        let first = self.row_starts[0];
        for bounds in self.row_starts.windows(2) {
            let row = (bounds[0] - first) as usize..(bounds[1] - first) as usize;
            change(&self.columns[row.clone()], &mut self.values[row]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terms_are_counted_per_row_in_column_order() {
        let matrix = Csr::from_terms(&[vec![2, 0, 2], vec![], vec![1]], 3);
        assert_eq!(matrix.row(0).collect::<Vec<_>>(), [(0, 1.0), (2, 2.0)]);
        assert_eq!(matrix.columns_of(1), []);
        assert_eq!((matrix.n_rows(), matrix.n_columns(), matrix.n_entries()), (3, 3, 3));
    }

    #[test]
    fn rows_and_columns_are_picked_and_rows_brought_to_a_sum_of_one() {
        let matrix = Csr::from_terms(&[vec![2, 0, 2], vec![], vec![1]], 3);
        assert_eq!(matrix.selected(&[2, 0]), Csr::from_terms(&[vec![1], vec![2, 0, 2]], 3));
        assert_eq!(matrix.with_columns(&[false, true, true]), Csr::from_terms(&[vec![2, 2], vec![], vec![1]], 3));
        let row: Vec<(u32, f32)> = matrix.with_unit_sums().row(0).collect();
        assert_eq!(row, [(0, 1.0 / 3.0), (2, 2.0 / 3.0)]);
    }

    #[test]
    fn transposing_twice_gives_the_matrix_back() {
        let matrix = Csr::from_terms(&[vec![2, 0, 2], vec![], vec![1, 2]], 4);
        assert_eq!(matrix.transposed().columns_of(2), [0, 2]);
        assert_eq!(matrix.transposed().transposed(), matrix);
    }

    #[test]
    fn a_matrix_of_its_parts_is_the_matrix() {
        let matrix = Csr::from_terms(&[vec![2, 0, 2], vec![], vec![1]], 3);
        assert_eq!(Csr::from_parts(3, vec![0, 2, 2, 3], vec![0, 2, 1], vec![1.0, 2.0, 1.0]), matrix);
        assert_eq!(Csr::from_parts(4, vec![0], vec![], vec![]), Csr::new(4));
    }

    #[test]
    #[should_panic(expected = "columns ascend within a row")]
    fn parts_whose_columns_do_not_ascend_are_refused() {
        Csr::from_parts(3, vec![0, 2], vec![2, 0], vec![1.0, 1.0]);
    }

    #[test]
    #[should_panic(expected = "columns are below 2")]
    fn parts_with_a_column_too_many_are_refused() {
        Csr::from_parts(2, vec![0, 1], vec![2], vec![1.0]);
    }
}
