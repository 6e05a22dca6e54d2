//! A compressed sparse row matrix.

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

    /// Counts how often each term stands in each row.
    ///
    /// # Panics
    /// If a term is not below `n_columns`.
    pub fn from_terms<R: AsRef<[u32]>>(rows: &[R], n_columns: usize) -> Self {
        let mut matrix = Self::new(n_columns);
        let mut sorted = Vec::new();
        for row in rows {
            sorted.clear();
            sorted.extend_from_slice(row.as_ref());
            sorted.sort_unstable();
            matrix.push_row(sorted.chunk_by(|a, b| a == b).map(|run| (run[0], run.len() as f32)));
        }
        matrix
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

    /// The entries of a row: (column, value).
    pub fn row(&self, row: usize) -> impl Iterator<Item = (u32, f32)> + '_ {
        let range = self.range(row);
        self.columns[range.clone()].iter().copied().zip(self.values[range].iter().copied())
    }

    /// The matrix with rows and columns exchanged.
    #[must_use]
    pub fn transposed(&self) -> Self {
        let mut starts = vec![0_u64; self.n_columns + 1];
        for column in &self.columns {
            starts[*column as usize + 1] += 1;
        }
        for column in 0..self.n_columns {
            starts[column + 1] += starts[column];
        }
        let mut next = starts.clone();
        let mut columns = vec![0_u32; self.columns.len()];
        let mut values = vec![0_f32; self.values.len()];
        for row in 0..self.n_rows() {
            for (column, value) in self.row(row) {
                let at = next[column as usize] as usize;
                next[column as usize] += 1;
                columns[at] = row as u32;
                values[at] = value;
            }
        }
        Self { n_columns: self.n_rows(), row_starts: starts, columns, values }
    }

    fn range(&self, row: usize) -> std::ops::Range<usize> {
        self.row_starts[row] as usize..self.row_starts[row + 1] as usize
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
    fn transposing_twice_gives_the_matrix_back() {
        let matrix = Csr::from_terms(&[vec![2, 0, 2], vec![], vec![1, 2]], 4);
        assert_eq!(matrix.transposed().columns_of(2), [0, 2]);
        assert_eq!(matrix.transposed().transposed(), matrix);
    }
}
