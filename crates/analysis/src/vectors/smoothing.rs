//! Vectors smoothed over their neighbours.

use super::dense::{add_product, unit_rows};
use super::{Csr, Neighbours};
use ndarray::Array2;
use std::mem::swap;

/// How vectors are drawn towards those of their neighbours, so that short points with hardly a word in common meet.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Smoothing {
    /// Y ← L2(Y + W·Y), from the vectors themselves, where W is G + Gᵀ with rows that sum to 1: neighbours in either direction
    /// count, and each round reaches one step further.
    Symmetric {
        /// How often.
        rounds: u32,
    },
    /// Y ← L2(Z + W·Y), from Y = Z, where Z are the vectors themselves and W is G with rows that sum to 1: every round starts
    /// from them again.
    Directed {
        /// How often.
        rounds: u32,
    },
}

impl Smoothing {
    /// Smooths vectors over the graph of the neighbours.
    ///
    /// # Shape
    /// in: `n_points × n_dimensions`, rows of length 1 or 0; out: the same. A row of zeros with neighbours becomes their mean,
    /// scaled to unit length; a row without neighbours stays as it is.
    ///
    /// # Guarantees
    /// The same bits at any thread count.
    ///
    /// # Panics
    /// If there are not as many vectors as rows in the graph.
    pub fn smooth(self, vectors: &Array2<f32>, neighbours: &Neighbours) -> Array2<f32> {
        let graph = match self {
            Self::Symmetric { .. } => neighbours.symmetric(),
            Self::Directed { .. } => neighbours.graph().clone(),
        };
        self.smooth_over(&graph.with_unit_sums(), vectors.to_owned())
    }

    /// [`Self::smooth`], over W itself.
    pub(crate) fn smooth_over(self, weights: &Csr, vectors: Array2<f32>) -> Array2<f32> {
        assert_eq!(vectors.nrows(), weights.n_rows(), "there is a vector for each row of the graph");
        let mut smoothed =
            if vectors.is_standard_layout() { vectors } else { vectors.as_standard_layout().into_owned() };
        let (rounds, start) = match self {
            Self::Symmetric { rounds } => (rounds, None),
            Self::Directed { rounds } => (rounds, Some(smoothed.clone())),
        };
        let width = smoothed.ncols();
        let mut next = smoothed.clone();
        for _ in 0..rounds {
            next.assign(start.as_ref().unwrap_or(&smoothed));
            let from = smoothed.as_slice().unwrap_or_default();
            let sums = next.as_slice_mut().unwrap_or_default();
            add_product(weights, 0..weights.n_rows(), from, width, sums);
            unit_rows(&mut next);
            swap(&mut smoothed, &mut next);
        }
        smoothed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Rows 0 and 1 are neighbours of each other, both are of row 2, row 3 is alone and row 4 empty.
    fn graph() -> Neighbours {
        let mut matrix = Csr::new(4);
        matrix.push_row([(0, 0.6), (1, 0.8)]);
        matrix.push_row([(0, 0.8), (1, 0.6)]);
        matrix.push_row([(1, 0.6), (2, 0.8)]);
        matrix.push_row([(3, 1.0)]);
        matrix.push_row([]);
        Neighbours::fit(&matrix, 1)
    }

    fn assert_near(found: &Array2<f32>, expected: &Array2<f32>) {
        assert!(found.iter().zip(expected).all(|(x, y)| (x - y).abs() < 1e-6), "{found} {expected}");
    }

    #[test]
    fn one_round_matches_a_table_worked_by_hand() {
        let vectors = ndarray::array![[1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [0.6, 0.8], [0.0, 0.0]];
        // G: 0 -> 1 (.96), 1 -> 0 (.96), 2 -> 0 (.48). Each follows its one neighbour.
        let half = 0.5_f32.sqrt();
        let expected = ndarray::array![[half, half], [half, half], [1.0, 0.0], [0.6, 0.8], [0.0, 0.0]];
        assert_near(&Smoothing::Directed { rounds: 1 }.smooth(&vectors, &graph()), &expected);
        // G + Gᵀ: 0 - 1 (1.92), 0 - 2 (.48). Row 0 gets .8 of row 1 and .2 of row 2: (1, .8), of length 1.280625.
        let expected = ndarray::array![[0.780_868_8, 0.624_695], [half, half], [1.0, 0.0], [0.6, 0.8], [0.0, 0.0]];
        assert_near(&Smoothing::Symmetric { rounds: 1 }.smooth(&vectors, &graph()), &expected);
    }

    #[test]
    fn directed_rounds_start_from_the_vectors_again() {
        let vectors = ndarray::array![[1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [0.6, 0.8], [0.0, 0.0]];
        // Row 0: (1, 0) + (√½, √½), of length √(2 + √2).
        let half = 0.5_f32.sqrt();
        let norm = (2.0 + 2_f32.sqrt()).sqrt();
        let (near, far) = ((1.0 + half) / norm, half / norm);
        let expected = ndarray::array![[near, far], [far, near], [half, half], [0.6, 0.8], [0.0, 0.0]];
        assert_near(&Smoothing::Directed { rounds: 2 }.smooth(&vectors, &graph()), &expected);
    }

    #[test]
    fn no_round_and_no_vectors_change_nothing() {
        let vectors = ndarray::array![[1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [0.6, 0.8], [0.0, 0.0]];
        for smoothing in [Smoothing::Symmetric { rounds: 0 }, Smoothing::Directed { rounds: 0 }] {
            assert_eq!(smoothing.smooth(&vectors, &graph()), vectors);
        }
        let nothing = Neighbours::fit(&Csr::new(3), 4);
        for smoothing in [Smoothing::Symmetric { rounds: 4 }, Smoothing::Directed { rounds: 2 }] {
            assert_eq!(smoothing.smooth(&Array2::zeros((0, 3)), &nothing).dim(), (0, 3));
            assert_eq!(smoothing.smooth(&Array2::zeros((5, 0)), &graph()).dim(), (5, 0));
        }
    }

    #[test]
    fn the_thread_count_does_not_show() {
        let rows: Vec<Vec<u32>> =
            (0..3_000_u32).map(|i| (0..i % 13).map(|j| (i * 31 + j * j * 7) % 997).collect()).collect();
        let counts = Csr::from_terms(&rows, 997);
        let settings = crate::vectors::TfidfSettings::default();
        let weighted = settings.fit(&counts).transform(&counts);
        let smooth = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| {
                let mut vectors = crate::vectors::Svd::fit(&weighted, 20, 7).rows;
                unit_rows(&mut vectors);
                let neighbours = Neighbours::fit(&weighted, 10);
                [Smoothing::Symmetric { rounds: 4 }, Smoothing::Directed { rounds: 2 }]
                    .map(|smoothing| smoothing.smooth(&vectors, &neighbours))
            })
        };
        let one = smooth(1);
        assert!([2, 8].into_iter().all(|n_threads| smooth(n_threads) == one));
    }

    proptest! {
        #[test]
        fn rows_have_norm_one_or_none(
            rows in prop::collection::vec(prop::collection::vec(0_u32..14, 0..7), 1..40),
            entries in prop::collection::vec(-1.0_f32..1.0, 3 * 40),
            rounds in 0_u32..5,
        ) {
            let counts = Csr::from_terms(&rows, 14);
            let neighbours = Neighbours::fit(&crate::vectors::TfidfSettings::default().fit(&counts).transform(&counts), 4);
            let mut vectors = Array2::from_shape_fn((rows.len(), 3), |(row, column)| entries[row * 3 + column]);
            unit_rows(&mut vectors);
            for smoothing in [Smoothing::Symmetric { rounds }, Smoothing::Directed { rounds }] {
                let smoothed = smoothing.smooth(&vectors, &neighbours);
                for row in smoothed.rows() {
                    let norm = row.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
                    prop_assert!(norm == 0.0 || (norm - 1.0).abs() < 1e-6, "{}", norm);
                }
            }
        }
    }
}
