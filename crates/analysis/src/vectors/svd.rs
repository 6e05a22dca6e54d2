//! Truncated singular value decomposition of a sparse matrix (latent semantic analysis).

use super::Csr;
use super::dense::{LANES, add_product, gram, multiply_rows};
use super::eigen::symmetric_eigen;
use crate::seeds::{Purpose, stream};
use ndarray::Array2;
use rand_xoshiro::Xoshiro256Plus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use rayon::prelude::*;
use std::ops::Range;

/// Dimensions computed beyond those asked for, at least.
const OVERSAMPLING: usize = 10;
/// Rounds of subspace iteration.
const ROUNDS: usize = 5;
/// Rows that are multiplied and multiplied back before the next, at least: what they give stays close to the processor.
const PANEL: usize = 16_384;
/// Panels of one matrix, at most.
const MAX_PANELS: usize = 64;
/// A direction below this share of the strongest is what rounding made (of the squares of squares of singular values).
const NOISE: f64 = 1e-14;
/// A dimension is kept if its singular value is more than this share of the first.
const LEAST_SHARE: f64 = 1e-4;

/// The leading singular vectors of a matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Svd {
    /// `n_rows × n_dimensions`: each row of the matrix in the reduced space, U·S.
    pub rows: Array2<f32>,
    /// The singular values, descending: the lengths of the columns of `rows`.
    pub singular_values: Vec<f64>,
    /// `n_columns × n_dimensions`: the right singular vectors, one a column, orthonormal within 1e-5.
    pub right: Array2<f32>,
}

/// Some rows of a matrix, ...
struct Panel {
    rows: Range<usize>,
    /// ... and the same with rows and columns exchanged.
    transposed: Csr,
}

impl Svd {
    /// Decomposes `matrix`, keeping at most `n_dimensions`; fewer if the matrix has a lower rank, where what is below 1e-4 of
    /// the first singular value counts as none.
    ///
    /// Signs are fixed: the largest entry of each right singular vector is positive (of several the first).
    ///
    /// # Guarantees
    /// The same bits at any thread count and on any processor, for one seed.
    ///
    /// # Cost
    /// Eleven products of the matrix with some 10 vectors more than `n_dimensions`, in proportion to its entries. In memory the
    /// matrix once more, three times `n_columns × n_dimensions` and the result, but nothing else that grows with the rows.
    ///
    /// # Source
    /// Halko, Martinsson & Tropp (2011), randomised subspace iteration, on `AᵀA`; shifted as in Feng, Yu, Xie & Tang (2024),
    /// which makes each round count for more.
    pub fn fit(matrix: &Csr, n_dimensions: usize, seed: u64) -> Self {
        let n_dimensions = n_dimensions.min(matrix.n_rows()).min(matrix.n_columns());
        let width = (n_dimensions + OVERSAMPLING).next_multiple_of(LANES);
        let basis = leading_subspace(matrix, width, seed);
        let mut right =
            Array2::from_shape_fn((matrix.n_columns(), n_dimensions), |(row, column)| basis[row * width + column]);
        drop(basis);
        fix_signs(&mut right);
        let rows = product(matrix, &right);
        Self::in_order(rows, right)
    }

    /// Rows in the reduced space: each times the right singular vectors.
    ///
    /// Depends on the fitted vectors only, never on the other rows of the batch; rows of the matrix that was decomposed become
    /// what they are in [`Svd::rows`].
    ///
    /// # Shape
    /// in: `n × n_columns`; out: `n × n_dimensions`.
    ///
    /// # Panics
    /// If the rows have another number of columns than the matrix that was decomposed.
    pub fn project(&self, rows: &Csr) -> Array2<f32> {
        assert_eq!(rows.n_columns(), self.right.nrows(), "rows have the columns of the matrix that was decomposed");
        product(rows, &self.right)
    }

    /// Puts the dimensions in the order of their singular values, and leaves out those that are none.
    fn in_order(rows: Array2<f32>, right: Array2<f32>) -> Self {
        let lengths = column_lengths(&rows);
        let mut order: Vec<usize> = (0..lengths.len()).collect();
        order.sort_by(|x, y| lengths[*y].total_cmp(&lengths[*x]).then(x.cmp(y)));
        let greatest = order.first().map_or(0.0, |first| lengths[*first]);
        order.retain(|dimension| lengths[*dimension] > LEAST_SHARE * greatest);
        let singular_values = order.iter().map(|dimension| lengths[*dimension]).collect();
        Self { rows: select(rows, &order), singular_values, right: select(right, &order) }
    }
}

/// `matrix.n_columns() × width`: orthonormal vectors that span what the leading right singular vectors do; the strongest first.
fn leading_subspace(matrix: &Csr, width: usize, seed: u64) -> Vec<f32> {
    let panels = panels(matrix);
    let mut image = vec![0.0; panels.iter().map(|panel| panel.rows.len()).max().unwrap_or(0) * width];
    let mut basis = uniform(matrix.n_columns() * width, seed);
    let mut shift = 0.0;
    for round in 0..ROUNDS {
        // (AᵀA - shift)·basis
        let mut next: Vec<f32> = basis.par_iter().map(|x| -shift as f32 * x).collect();
        for Panel { rows, transposed } in &panels {
            let image = &mut image[..rows.len() * width];
            image.fill(0.0);
            add_product(matrix, rows.clone(), &basis, width, image);
            add_product(transposed, 0..transposed.n_rows(), image, width, &mut next);
        }
        let weakest = orthonormalise(&mut next, width);
        // The first basis is not orthonormal, and the lengths of its images say nothing.
        if round > 0 && weakest > shift {
            shift = f64::midpoint(weakest, shift);
        }
        basis = next;
    }
    basis
}

/// The matrix in panels of rows.
fn panels(matrix: &Csr) -> Vec<Panel> {
    let n_rows = PANEL.max(matrix.n_rows().div_ceil(MAX_PANELS));
    let starts: Vec<usize> = (0..matrix.n_rows()).step_by(n_rows).collect();
    let panel = |start: &usize| {
        let rows = *start..(start + n_rows).min(matrix.n_rows());
        Panel { rows: rows.clone(), transposed: matrix.transposed_rows(rows) }
    };
    starts.par_iter().map(panel).collect()
}

/// Numbers between -1 and 1.
fn uniform(n: usize, seed: u64) -> Vec<f32> {
    let mut random = Xoshiro256Plus::seed_from_u64(stream(seed, Purpose::Basis, 0));
    (0..n).map(|_| (random.next_u64() >> 40) as f32 / (1_u64 << 23) as f32 - 1.0).collect()
}

/// Turns the columns of a block into orthonormal ones of the same span, strongest first, and 0 where there are no more. Gives
/// the length of the weakest before that.
///
/// The eigenvectors of the Gram matrix turn the columns into singular vectors (Stathopoulos & Wu 2002).
fn orthonormalise(block: &mut [f32], width: usize) -> f64 {
    let (values, vectors) = symmetric_eigen(&gram(block, width), width);
    let mut rotation = vec![0.0_f32; width * width];
    for (column, (value, vector)) in values.iter().zip(&vectors).enumerate() {
        if *value > NOISE * values[0] {
            for (row, x) in vector.iter().enumerate() {
                rotation[row * width + column] = (x / value.sqrt()) as f32;
            }
        }
    }
    multiply_rows(block, &rotation, width);
    values[width - 1].max(0.0).sqrt()
}

/// Turns each column so that its largest entry is positive.
fn fix_signs(vectors: &mut Array2<f32>) {
    let mut largest = vec![0.0_f32; vectors.ncols()];
    for row in vectors.rows() {
        for (largest, x) in largest.iter_mut().zip(row) {
            if x.abs() > largest.abs() {
                *largest = *x;
            }
        }
    }
    for mut row in vectors.rows_mut() {
        for (largest, x) in largest.iter().zip(&mut row) {
            *x = if *largest < 0.0 { -*x } else { *x };
        }
    }
}

/// A sparse matrix times a dense one.
fn product(matrix: &Csr, vectors: &Array2<f32>) -> Array2<f32> {
    let width = vectors.ncols();
    let vectors = vectors.as_standard_layout();
    let mut rows = Array2::zeros((matrix.n_rows(), width));
    let sums = rows.as_slice_mut().unwrap_or_default();
    add_product(matrix, 0..matrix.n_rows(), vectors.as_slice().unwrap_or_default(), width, sums);
    rows
}

/// The length of each column.
fn column_lengths(vectors: &Array2<f32>) -> Vec<f64> {
    let width = vectors.ncols();
    let values = vectors.as_slice().unwrap_or_default();
    let chunks: Vec<Vec<f64>> = values
        .par_chunks((width * PANEL).max(1))
        .map(|rows| {
            let mut sums = vec![0.0; width];
            for row in rows.chunks_exact(width) {
                sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += f64::from(*x) * f64::from(*x));
            }
            sums
        })
        .collect();
    let mut sums = vec![0.0_f64; width];
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, x)| *sum += x);
    }
    sums.into_iter().map(f64::sqrt).collect()
}

/// The array with these columns, in this order.
fn select(vectors: Array2<f32>, columns: &[usize]) -> Array2<f32> {
    if columns.iter().copied().eq(0..vectors.ncols()) {
        return vectors;
    }
    Array2::from_shape_fn((vectors.nrows(), columns.len()), |(row, column)| vectors[[row, columns[column]]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::TfidfSettings;
    use crate::vectors::oracle::{Oracle, oracle};
    use proptest::prelude::*;

    fn inner(vectors: &Array2<f32>, i: usize, j: usize) -> f64 {
        vectors.row(i).iter().zip(vectors.row(j)).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum()
    }

    /// The greatest difference of the columns' inner products from those of orthonormal ones.
    fn skew(vectors: &Array2<f32>) -> f64 {
        let columns = vectors.t().to_owned();
        let pairs = (0..columns.nrows()).flat_map(|i| (0..=i).map(move |j| (i, j)));
        pairs.map(|(i, j)| (inner(&columns, i, j) - f64::from(u8::from(i == j))).abs()).fold(0.0, f64::max)
    }

    /// Weighted points of `n_subjects` subjects, of which each has words of its own.
    fn points(n_points: u32, n_subjects: u32) -> Csr {
        let word = |i: u32, j: u32| i % n_subjects * 20 + (i / 7 * 31 + j * j * 7 + i * j) % 40;
        let rows: Vec<Vec<u32>> = (0..n_points).map(|i| (0..4 + i % 9).map(|j| word(i, j)).collect()).collect();
        let counts = Csr::from_terms(&rows, n_subjects as usize * 20 + 20);
        TfidfSettings::default().fit(&counts).transform(&counts)
    }

    #[test]
    fn singular_values_and_vectors_are_those_of_numpy() {
        let Oracle { matrix, singular_values, right, .. } = oracle();
        let svd = Svd::fit(&matrix, 100, 7);
        assert_eq!(svd.singular_values.len(), singular_values.len(), "the rank");
        for (found, expected) in svd.singular_values.iter().zip(&singular_values) {
            assert!((found - expected).abs() < 2e-6, "{found} {expected}");
        }
        for (dimension, expected) in right.iter().enumerate() {
            for (found, expected) in svd.right.column(dimension).iter().zip(expected) {
                assert!((f64::from(*found) - expected).abs() < 1e-5, "{dimension}: {found} {expected}");
            }
        }
        assert!(skew(&svd.right) < 1e-5);
    }

    #[test]
    fn a_few_dimensions_are_the_first_of_all() {
        let Oracle { matrix, singular_values, right, .. } = oracle();
        let svd = Svd::fit(&matrix, 5, 7);
        for (found, expected) in svd.singular_values.iter().zip(&singular_values) {
            assert!((found / expected - 1.0).abs() < 1e-4, "{found} {expected}");
        }
        for (dimension, expected) in right.iter().enumerate() {
            let cosine: f64 = svd.right.column(dimension).iter().zip(expected).map(|(x, y)| f64::from(*x) * y).sum();
            assert!(cosine > 0.999, "{dimension}: {cosine}");
        }
    }

    #[test]
    fn all_dimensions_keep_every_inner_product() {
        let rows = [vec![0, 0, 0, 1], vec![0, 1, 1, 1], vec![2, 2], vec![0, 2], vec![3]];
        let matrix = Csr::from_terms(&rows, 4);
        let svd = Svd::fit(&matrix, 4, 7);
        for i in 0..matrix.n_rows() {
            for j in 0..matrix.n_rows() {
                let value = |row: usize, column: u32| rows[row].iter().filter(|other| **other == column).count() as f64;
                let exact: f64 = (0..4).map(|column| value(i, column) * value(j, column)).sum();
                let reduced = inner(&svd.rows, i, j);
                assert!((exact - reduced).abs() < 1e-5, "{i} {j}: {exact} {reduced}");
            }
        }
    }

    #[test]
    fn singular_values_match_a_matrix_worked_by_hand() {
        // [[0, 3], [2, 0], [0, 0]]
        let svd = Svd::fit(&Csr::from_terms(&[vec![1, 1, 1], vec![0, 0], vec![]], 2), 2, 1);
        assert!((svd.singular_values[0] - 3.0).abs() < 1e-6 && (svd.singular_values[1] - 2.0).abs() < 1e-6);
        let expected = ndarray::array![[3.0, 0.0], [0.0, 2.0], [0.0, 0.0]];
        assert!(svd.rows.iter().zip(&expected).all(|(x, y)| (x - y).abs() < 1e-6), "{svd:?}");
        let expected = ndarray::array![[0.0, 1.0], [1.0, 0.0]];
        assert!(svd.right.iter().zip(&expected).all(|(x, y)| (x - y).abs() < 1e-6), "{svd:?}");
    }

    #[test]
    fn projected_rows_are_the_fitted_rows_in_any_batch() {
        let matrix = points(500, 12);
        let svd = Svd::fit(&matrix, 20, 7);
        assert_eq!(svd.project(&matrix), svd.rows);
        let mut batch = Csr::new(matrix.n_columns());
        for row in [400, 3, 3, 77] {
            batch.push_row(matrix.row(row));
        }
        let projected = svd.project(&batch);
        for (at, row) in [400, 3, 3, 77].into_iter().enumerate() {
            assert_eq!(projected.row(at), svd.rows.row(row));
        }
    }

    #[test]
    fn the_thread_count_does_not_show() {
        // Several panels, and several chunks of inner products.
        let many_rows = points(40_000, 30);
        let many_columns = points(300, 30).transposed().transposed_rows(0..600);
        let wide = Csr::from_terms(
            &(0..300_u32).map(|i| (0..40).map(|j| i * 20 + j).collect()).collect::<Vec<Vec<_>>>(),
            6_020,
        );
        for matrix in [many_rows, many_columns, wide] {
            let fit = |n_threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
                pool.install(|| Svd::fit(&matrix, 20, 7))
            };
            let one = fit(1);
            assert_eq!(one.singular_values.len(), 20);
            assert!([2, 8].into_iter().all(|n_threads| fit(n_threads) == one));
        }
    }

    #[test]
    fn rows_that_are_all_the_same_have_one_dimension() {
        let svd = Svd::fit(&Csr::from_terms(&vec![vec![0, 2, 2]; 50], 4), 10, 7);
        assert_eq!(svd.singular_values.len(), 1);
        // Fifty rows of length √5.
        assert!((svd.singular_values[0] / 250_f64.sqrt() - 1.0).abs() < 1e-6);
        assert!(svd.rows.iter().all(|x| (f64::from(*x) / 5_f64.sqrt() - 1.0).abs() < 1e-6));
    }

    #[test]
    fn weak_dimensions_beside_strong_ones_are_found() {
        // Two columns of 10,000 rows each, and one row of its own: singular values 100, 100, 1.
        let mut matrix = Csr::new(3);
        for row in 0..20_000 {
            matrix.push_row([(row % 2, 1.0)]);
        }
        matrix.push_row([(2, 1.0)]);
        let svd = Svd::fit(&matrix, 3, 7);
        for (found, expected) in svd.singular_values.iter().zip([100.0, 100.0, 1.0]) {
            assert!((found - expected).abs() < 1e-4, "{found} {expected}");
        }
        assert!((svd.rows[[20_000, 2]] - 1.0).abs() < 1e-5);
    }

    #[test]
    fn an_empty_matrix_has_no_dimensions() {
        assert_eq!(Svd::fit(&Csr::new(5), 3, 1).singular_values, Vec::<f64>::new());
        assert_eq!(Svd::fit(&Csr::new(0), 3, 1).right.dim(), (0, 0));
        let svd = Svd::fit(&Csr::from_terms(&[Vec::<u32>::new()], 2), 3, 1);
        assert_eq!((svd.rows.dim(), svd.right.dim()), ((1, 0), (2, 0)));
        assert_eq!(svd.project(&Csr::from_terms(&[[0], [1]], 2)).dim(), (2, 0));
        assert_eq!(Svd::fit(&points(20, 3), 0, 1).rows.dim(), (20, 0));
    }

    #[test]
    fn one_row_is_one_dimension() {
        let svd = Svd::fit(&Csr::from_terms(&[vec![1, 1, 1, 0, 0, 0, 0]], 3), 2, 1);
        assert_eq!(svd.rows.dim(), (1, 1));
        assert!((svd.rows[[0, 0]] - 5.0).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn vectors_are_orthonormal_and_lengths_descend(
            rows in prop::collection::vec(prop::collection::vec(0_u32..25, 0..9), 0..40),
            n_dimensions in 0_usize..12,
        ) {
            let counts = Csr::from_terms(&rows, 25);
            let matrix = TfidfSettings::default().fit(&counts).transform(&counts);
            let svd = Svd::fit(&matrix, n_dimensions, 3);
            prop_assert!(svd.singular_values.len() <= n_dimensions);
            prop_assert!(svd.singular_values.is_sorted_by(|x, y| x >= y));
            prop_assert!(skew(&svd.right) < 1e-4, "{}", skew(&svd.right));
            for column in svd.right.columns() {
                let largest = column.iter().fold(0.0_f32, |best, x| if x.abs() > best.abs() { *x } else { best });
                prop_assert!(largest > 0.0);
            }
            for row in 0..rows.len() {
                prop_assert!(inner(&svd.rows, row, row) < 1.0 + 1e-5, "no row grows");
            }
        }
    }
}
