//! What is looked up: the distinct rows, and for each term those that hold it.

use super::Limits;
use crate::vectors::Csr;
use rayon::prelude::*;
use std::ops::Range;

/// The distinct rows, and for each term those that hold it.
pub(super) struct Index {
    pub(super) rows: Csr,
    /// `n_terms × n_distinct_rows`.
    pub(super) terms: Csr,
    /// The highest weight of each term.
    pub(super) most: Vec<f32>,
    /// For each row of the matrix, which distinct row it is.
    pub(super) distinct: Vec<u32>,
    /// The rows of the matrix, those that are alike beside each other and ascending.
    members: Vec<u32>,
    /// For each distinct row, where its members are.
    ranges: Vec<Range<u32>>,
}

impl Index {
    pub(super) fn new(weighted: &Csr, limits: Limits) -> Self {
        let bits = |row: u32| {
            let (columns, values) = weighted.row_parts(row as usize);
            (columns, values.iter().map(|value| value.to_bits()))
        };
        let compare = |one: &u32, other: &u32| {
            let ((columns, values), (other_columns, other_values)) = (bits(*one), bits(*other));
            columns.cmp(other_columns).then_with(|| values.cmp(other_values))
        };
        let mut members: Vec<u32> = (0..weighted.n_rows() as u32).collect();
        members.par_sort_unstable_by(|one, other| compare(one, other).then(one.cmp(other)));
        let mut rows = Csr::new(weighted.n_columns());
        let mut distinct = vec![0; members.len()];
        let mut ranges = Vec::new();
        let mut start = 0;
        for alike in members.chunk_by(|one, other| compare(one, other).is_eq()) {
            for member in alike {
                distinct[*member as usize] = ranges.len() as u32;
            }
            rows.push_row(weighted.row(alike[0] as usize));
            ranges.push(start..start + alike.len() as u32);
            start += alike.len() as u32;
        }
        let mut terms = rows.transposed();
        if rows.n_rows() > limits.max_exact {
            terms = heaviest(&terms, limits.max_rows_of_term);
        }
        let most =
            (0..terms.n_rows()).map(|term| terms.row_parts(term).1.iter().copied().fold(0.0, f32::max)).collect();
        Self { rows, terms, most, distinct, members, ranges }
    }

    /// The cosine of a row, by term, and a distinct row; summed in the order of the terms.
    pub(super) fn cosine(&self, row: &[f32], other: u32) -> f32 {
        let products =
            self.rows.row(other as usize).map(|(term, weight)| f64::from(row[term as usize]) * f64::from(weight));
        products.sum::<f64>() as f32
    }

    pub(super) fn members(&self, distinct: u32) -> &[u32] {
        let range = &self.ranges[distinct as usize];
        &self.members[range.start as usize..range.end as usize]
    }
}

/// The matrix with only the `n` greatest values of each row; of equal ones the first.
fn heaviest(matrix: &Csr, n: usize) -> Csr {
    let mut result = Csr::new(matrix.n_columns());
    let mut entries = Vec::new();
    for row in 0..matrix.n_rows() {
        entries.clear();
        entries.extend(matrix.row(row));
        if entries.len() > n {
            entries.select_nth_unstable_by(n, |one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
            entries.truncate(n);
            entries.sort_unstable_by_key(|(column, _)| *column);
        }
        result.push_row(entries.iter().copied());
    }
    result
}
