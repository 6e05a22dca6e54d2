//! Rows to start clusters from.

use crate::seeds::{Purpose, stream};
use crate::vectors::Csr;
use rand_xoshiro::Xoshiro256Plus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use rayon::prelude::*;

/// Rows a parallel step takes at a time, at least; each row is by itself, so that the thread count cannot show.
const CHUNK: usize = 1024;

/// Rows that are unlike each other.
pub(super) struct Starts {
    /// The rows, as drawn; fewer than asked for where there is no further unlike row.
    pub(super) drawn: Vec<usize>,
    /// For each row of the matrix the place in `drawn` of the row most alike, the first of several; `None` if it has nothing of any.
    pub(super) nearest: Vec<Option<usize>>,
}

/// A row while others are drawn.
struct Row {
    length: f64,
    /// 1 less the cosine with the row most alike of those drawn.
    unlike: f64,
    nearest: Option<usize>,
}

/// Draws rows, each the likelier the less alike it is to those before (k-means++ by 1 - cos).
pub(super) fn unlike_rows(matrix: &Csr, n: usize, seed: u64) -> Starts {
    let mut random = Xoshiro256Plus::seed_from_u64(stream(seed, Purpose::Starts, 0));
    let mut rows: Vec<Row> = (0..matrix.n_rows())
        .map(|row| {
            let length = matrix.row(row).map(|(_, value)| f64::from(value) * f64::from(value)).sum::<f64>().sqrt();
            Row { length, unlike: if length > 0.0 { 1.0 } else { 0.0 }, nearest: None }
        })
        .collect();
    let mut taken = vec![0.0; matrix.n_columns()];
    let mut drawn = Vec::with_capacity(n);
    while drawn.len() < n {
        let total: f64 = rows.iter().map(|row| row.unlike).sum();
        let mut at = (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64 * total;
        let next = rows.iter().position(|row| {
            at -= row.unlike;
            at < 0.0
        });
        // Rounding can carry the draw past the last row.
        let Some(next) = next.or_else(|| rows.iter().rposition(|row| row.unlike > 0.0)) else { break };
        for (column, value) in matrix.row(next) {
            taken[column as usize] = f64::from(value) / rows[next].length;
        }
        rows.par_iter_mut().enumerate().with_min_len(CHUNK).filter(|(_, row)| row.unlike > 0.0).for_each(
            |(at, row)| {
                let product: f64 =
                    matrix.row(at).map(|(column, value)| f64::from(value) * taken[column as usize]).sum();
                let unlike = 1.0 - product / row.length;
                if unlike < row.unlike {
                    // What is left of 1 - 1 by rounding is no difference.
                    row.unlike = if unlike > 1e-6 { unlike } else { 0.0 };
                    row.nearest = Some(drawn.len());
                }
            },
        );
        for column in matrix.columns_of(next) {
            taken[*column as usize] = 0.0;
        }
        drawn.push(next);
    }
    Starts { drawn, nearest: rows.into_iter().map(|row| row.nearest).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_each_kind_are_drawn_and_no_more() {
        let matrix = Csr::from_terms(&[vec![0], vec![0, 0], vec![], vec![1, 2], vec![1, 2], vec![3]], 4);
        for seed in 0..20 {
            let Starts { drawn, nearest } = unlike_rows(&matrix, 5, seed);
            assert_eq!(drawn.len(), 3, "three kinds of rows");
            assert_eq!(nearest[2], None);
            for (one, other) in [(0, 1), (3, 4), (5, 5)] {
                assert_eq!(nearest[one], nearest[other]);
                let start = drawn[nearest[one].unwrap()];
                assert!(start == one || start == other);
            }
        }
        assert_eq!(
            unlike_rows(&matrix, 1, 0).nearest.iter().flatten().count(),
            2 - usize::from(unlike_rows(&matrix, 1, 0).drawn == [5])
        );
    }

    #[test]
    fn nothing_starts_nothing() {
        for matrix in [Csr::new(0), Csr::new(2), Csr::from_terms(&[Vec::<u32>::new()], 2)] {
            assert!(unlike_rows(&matrix, 3, 1).drawn.is_empty());
        }
    }
}
