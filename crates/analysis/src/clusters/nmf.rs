//! Non-negative matrix factorisation of weighted terms.
//!
//! Each row is taken to be a sum of a few components, each component a few terms that go together; a row belongs to the component
//! that it holds most of. Coordinate descent solves for the rows given the components and for the components given the rows, in
//! turns: it is the same step on the matrix and on its transpose, and each row of either is a problem of its own.

use super::first_maximum;
use super::starts::unlike_rows;
use crate::error::{AnalysisError, check};
use crate::vectors::Csr;
use linfa::DatasetBase;
use linfa::dataset::Records;
use linfa::traits::{Fit, PredictInplace};
use multiversion::multiversion;
use ndarray::{Array1, Array2, ArrayView2};
use rayon::prelude::*;
use std::borrow::Borrow;

/// Rows a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 256;
/// Rows whose products are summed at a time, at least; there are never more than [`MAX_SUMS`] sums at once.
const SUM_CHUNK: usize = 4096;
/// Sums of products at once.
const MAX_SUMS: usize = 16;
/// Rounds at most over the components when a row is explained by given ones.
const MAX_ROUNDS: usize = 100;
/// A row is explained when a round changes its shares by less than this, together.
const ROW_TOLERANCE: f64 = 1e-5;

/// How a matrix is factorised.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NmfSettings {
    /// Components.
    pub n_clusters: usize,
    /// Rounds at most, each of rows and of components.
    pub max_iterations: usize,
    /// The rounds end when the gradient that is left, over what it was in the first round, is at most this.
    pub tolerance: f64,
    /// The seed of the rows that the components start from.
    pub seed: u64,
}

impl Default for NmfSettings {
    fn default() -> Self {
        Self { n_clusters: 8, max_iterations: 200, tolerance: 1e-3, seed: 0 }
    }
}

/// A factorised matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Nmf {
    /// `n_terms × n_clusters`: how much each component has of each term; every component has length 1 or is nothing.
    of_terms: Array2<f32>,
    /// `n_clusters × n_clusters`: the products of the components.
    gram: Vec<f32>,
    assigned: Array1<usize>,
    /// The component that most rows hold most of.
    largest: usize,
    error: f64,
    n_iterations: usize,
    is_converged: bool,
}

impl Nmf {
    /// `n_clusters × n_terms`: the components, each of length 1 or nothing.
    pub fn components(&self) -> ArrayView2<'_, f32> {
        self.of_terms.t()
    }

    /// The cluster of each row that was factorised; that of a row without any component is the largest.
    pub fn assigned(&self) -> &Array1<usize> {
        &self.assigned
    }

    /// The length of what is left of the matrix when the factors' product is taken away (Frobenius norm).
    pub fn error(&self) -> f64 {
        self.error
    }

    /// How many rounds were made.
    pub fn n_iterations(&self) -> usize {
        self.n_iterations
    }

    /// Whether the rounds ended at the tolerance.
    pub fn is_converged(&self) -> bool {
        self.is_converged
    }

    /// For each row the component that it holds most of; none if it holds nothing of any.
    fn strongest(&self, matrix: &Csr) -> Vec<Option<usize>> {
        let shares = explain(matrix, self.of_terms.as_slice().unwrap_or_default(), &self.gram, self.of_terms.ncols());
        shares
            .chunks_exact(self.of_terms.ncols())
            .map(|shares| {
                let strongest = first_maximum(shares);
                (shares[strongest] > 0.0).then_some(strongest)
            })
            .collect()
    }
}

/// Two factors, of `n_rows × n_clusters` and `n_terms × n_clusters`, row after row.
struct Factors {
    n_clusters: usize,
    of_rows: Vec<f32>,
    of_terms: Vec<f32>,
}

impl NmfSettings {
    /// The largest value: the sums of products of such values are within the range of f32.
    pub const MAX_VALUE: f32 = 1e12;
    /// Values of the two factors at most, rows and terms by components: 2 GiB.
    pub const MAX_CELLS: u64 = 1 << 29;

    /// Checks the bounds.
    ///
    /// # Errors
    /// [`AnalysisError::OutOfRange`], naming the setting, its bounds and its value.
    pub fn check(&self) -> Result<(), AnalysisError> {
        check("nmf.n_clusters", self.n_clusters as f64, "at least 1", self.n_clusters >= 1)?;
        check("nmf.max_iterations", self.max_iterations as f64, "at least 1", self.max_iterations >= 1)?;
        check("nmf.tolerance", self.tolerance, "at least 0", self.tolerance >= 0.0)
    }

    /// Improves the factors in turns; how many, and whether that came to an end.
    fn improve(&self, matrix: &Csr, factors: &mut Factors) -> (usize, bool) {
        let transposed = matrix.transposed();
        let Factors { n_clusters, of_rows, of_terms } = factors;
        let mut first = 0.0;
        for iteration in 1..=self.max_iterations {
            let gradient = step(matrix, of_terms, &gram(of_terms, *n_clusters), of_rows)
                + step(&transposed, of_rows, &gram(of_rows, *n_clusters), of_terms);
            if iteration == 1 {
                first = gradient;
            }
            // Not `gradient / first <= tolerance`: what was right from the start has no gradient at all.
            if gradient <= self.tolerance * first {
                return (iteration, true);
            }
        }
        (self.max_iterations, false)
    }
}

/// Improves each row of one factor, given the other; how much of the gradient was left before.
fn step(matrix: &Csr, other: &[f32], gram: &[f32], factor: &mut [f32]) -> f64 {
    let n_clusters = order_of(gram);
    let gradients: Vec<f64> = factor
        .par_chunks_mut(CHUNK * n_clusters)
        .enumerate()
        .map(|(chunk, factor)| step_chunk(matrix, chunk * CHUNK, other, gram, factor))
        .collect();
    gradients.iter().sum()
}

/// [`step`] on the rows from `first`.
#[multiversion(targets("x86_64+avx2", "x86+avx2"))]
fn step_chunk(matrix: &Csr, first: usize, other: &[f32], gram: &[f32], factor: &mut [f32]) -> f64 {
    let n_clusters = order_of(gram);
    let mut left = vec![0.0; n_clusters];
    let mut gradient = 0.0;
    for (row, shares) in (first..).zip(factor.chunks_exact_mut(n_clusters)) {
        residual(matrix, row, other, gram, shares, &mut left);
        gradient += descend(gram, shares, &mut left).0;
    }
    gradient
}

/// Explains each row by the given components, whatever the other rows: its shares of them, row after row.
fn explain(matrix: &Csr, of_terms: &[f32], gram: &[f32], n_clusters: usize) -> Vec<f32> {
    let mut shares = vec![0.0; matrix.n_rows() * n_clusters];
    shares
        .par_chunks_mut((CHUNK * n_clusters).max(1))
        .enumerate()
        .for_each(|(chunk, shares)| explain_chunk(matrix, chunk * CHUNK, of_terms, gram, shares));
    shares
}

/// [`explain`] of the rows from `first`.
#[multiversion(targets("x86_64+avx2", "x86+avx2"))]
fn explain_chunk(matrix: &Csr, first: usize, of_terms: &[f32], gram: &[f32], shares: &mut [f32]) {
    let n_clusters = order_of(gram);
    let mut left = vec![0.0; n_clusters];
    for (row, shares) in (first..).zip(shares.chunks_exact_mut(n_clusters)) {
        residual(matrix, row, of_terms, gram, shares, &mut left);
        for _ in 0..MAX_ROUNDS {
            if descend(gram, shares, &mut left).1 < ROW_TOLERANCE {
                break;
            }
        }
    }
}

/// How many components a matrix of their products has.
fn order_of(gram: &[f32]) -> usize {
    gram.len().isqrt()
}

/// The product of a row with each component, less what the row's shares explain of it.
#[expect(clippy::inline_always, reason = "it has to become part of what is compiled for each processor")]
#[inline(always)]
fn residual(matrix: &Csr, row: usize, other: &[f32], gram: &[f32], shares: &[f32], left: &mut [f32]) {
    left.fill(0.0);
    for (column, value) in matrix.row(row) {
        // A term that the components do not know explains nothing.
        add(left, value, other.get(column as usize * left.len()..).unwrap_or_default());
    }
    for (component, share) in shares.iter().enumerate().filter(|(_, share)| **share != 0.0) {
        add(left, -share, &gram[component * left.len()..]);
    }
}

/// Sets one share after the other to what explains most; the gradient that was left, and by how much the shares changed.
#[expect(clippy::inline_always, reason = "it has to become part of what is compiled for each processor")]
#[inline(always)]
fn descend(gram: &[f32], shares: &mut [f32], left: &mut [f32]) -> (f64, f64) {
    let (mut gradient, mut change) = (0.0, 0.0);
    for component in 0..shares.len() {
        let (share, products) = (shares[component], &gram[component * left.len()..][..left.len()]);
        if products[component] <= 0.0 || (share == 0.0 && left[component] <= 0.0) {
            continue;
        }
        gradient += f64::from(left[component].abs());
        let better = (share + left[component] / products[component]).max(0.0);
        let by = better - share;
        if by != 0.0 {
            change += f64::from(by.abs());
            shares[component] = better;
            add(left, -by, products);
        }
    }
    (gradient, change)
}

/// Adds `factor` times the first of the values to the sums.
#[expect(clippy::inline_always, reason = "it has to become part of what is compiled for each processor")]
#[inline(always)]
fn add(sums: &mut [f32], factor: f32, values: &[f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += factor * value;
    }
}

/// The products of the columns of a factor with each other.
fn gram(factor: &[f32], n_clusters: usize) -> Vec<f32> {
    products(factor, n_clusters).into_iter().map(|product| product as f32).collect()
}

/// [`gram`], not yet rounded.
fn products(factor: &[f32], n_clusters: usize) -> Vec<f64> {
    let chunk = SUM_CHUNK.max((factor.len() / n_clusters).div_ceil(MAX_SUMS));
    let sums: Vec<Vec<f64>> = factor
        .par_chunks(chunk * n_clusters)
        .map(|factor| {
            let mut sums = vec![0.0; n_clusters * n_clusters];
            let mut held: Vec<(usize, f64)> = Vec::new();
            for shares in factor.chunks_exact(n_clusters) {
                held.clear();
                let shares = shares.iter().enumerate().filter(|(_, share)| **share != 0.0);
                held.extend(shares.map(|(component, share)| (component, f64::from(*share))));
                for (one, share) in &held {
                    for (other, other_share) in &held {
                        sums[one * n_clusters + other] += share * other_share;
                    }
                }
            }
            sums
        })
        .collect();
    let mut total = vec![0.0; n_clusters * n_clusters];
    for sums in sums {
        total.iter_mut().zip(sums).for_each(|(total, sum)| *total += sum);
    }
    total
}

/// Scales the components to length 1, or leaves them nothing.
fn normalise(of_terms: &mut [f32], gram: &[f32]) {
    let n_clusters = order_of(gram);
    let scales: Vec<f32> = (0..n_clusters)
        .map(|component| gram[component * n_clusters + component].sqrt())
        .map(|length| if length > 0.0 { 1.0 / length } else { 0.0 })
        .collect();
    for shares in of_terms.chunks_exact_mut(n_clusters) {
        shares.iter_mut().zip(&scales).for_each(|(share, scale)| *share *= scale);
    }
}

/// Components that are rows of the matrix, unlike each other; nothing where there is no further unlike row.
fn start(matrix: &Csr, n_clusters: usize, seed: u64) -> Factors {
    let mut of_terms = vec![0.0; matrix.n_columns() * n_clusters];
    for (component, row) in unlike_rows(matrix, n_clusters, seed).drawn.into_iter().enumerate() {
        for (term, value) in matrix.row(row) {
            of_terms[term as usize * n_clusters + component] = value;
        }
    }
    Factors { n_clusters, of_rows: vec![0.0; matrix.n_rows() * n_clusters], of_terms }
}

/// The length of the matrix less the product of the factors (Frobenius norm).
fn error(matrix: &Csr, factors: &Factors) -> f64 {
    let Factors { n_clusters, of_rows, of_terms } = factors;
    let (mut squares, mut shared) = (0.0, 0.0);
    for (row, shares) in of_rows.chunks_exact(*n_clusters).enumerate() {
        for (term, value) in matrix.row(row) {
            let of_term = &of_terms[term as usize * n_clusters..];
            let product: f64 = shares.iter().zip(of_term).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum();
            squares += f64::from(value) * f64::from(value);
            shared += f64::from(value) * product;
        }
    }
    let (rows, terms) = (products(of_rows, *n_clusters), products(of_terms, *n_clusters));
    let explained: f64 = rows.into_iter().zip(terms).map(|(x, y)| x * y).sum();
    (squares - 2.0 * shared + explained).max(0.0).sqrt()
}

impl<R: Records + Borrow<Csr>, T> Fit<R, T, AnalysisError> for NmfSettings {
    type Object = Nmf;

    /// Factorises the matrix.
    ///
    /// # Shape
    /// `n_points × n_terms`: weights, none of them negative.
    ///
    /// # Guarantees
    /// The same bits at any thread count, for one seed.
    ///
    /// # Cost
    /// A round takes, for each component of which a row or a term has a share, one step over all components.
    ///
    /// # Errors
    /// [`AnalysisError::OutOfRange`] for the settings; [`AnalysisError::Clustering`] if fewer rows than components have a term, a
    /// value is negative or not finite, or there are more values than [`Self::MAX_CELLS`].
    ///
    /// # Source
    /// Cichocki & Phan (2009), fast local algorithms for large scale non-negative matrix and tensor factorisations; the same steps
    /// as scikit-learn's solver `cd` without its shuffling.
    fn fit(&self, dataset: &DatasetBase<R, T>) -> Result<Nmf, AnalysisError> {
        self.check()?;
        let matrix: &Csr = dataset.records.borrow();
        let n_points = (0..matrix.n_rows()).filter(|row| !matrix.columns_of(*row).is_empty()).count();
        let refused = |reason: String| {
            Err(AnalysisError::Clustering { algorithm: "nmf", n_clusters: self.n_clusters, n_points, reason })
        };
        if self.n_clusters > n_points {
            return refused("there are fewer points with a term".to_owned());
        }
        let n_cells = (matrix.n_rows() as u64 + matrix.n_columns() as u64) * self.n_clusters as u64;
        if n_cells > Self::MAX_CELLS {
            return refused(format!("the factors have {n_cells} values, and {} is the most", Self::MAX_CELLS));
        }
        let is_weight = |(_, value): (u32, f32)| (0.0..=Self::MAX_VALUE).contains(&value);
        if !(0..matrix.n_rows()).all(|row| matrix.row(row).all(is_weight)) {
            return refused("a value is negative, too large or no number".to_owned());
        }
        let mut factors = start(matrix, self.n_clusters, self.seed);
        let (n_iterations, is_converged) = self.improve(matrix, &mut factors);
        let error = error(matrix, &factors);
        let Factors { mut of_terms, .. } = factors;
        let products = gram(&of_terms, self.n_clusters);
        normalise(&mut of_terms, &products);
        let gram = gram(&of_terms, self.n_clusters);
        let of_terms = Array2::from_shape_vec((matrix.n_columns(), self.n_clusters), of_terms)
            .map_err(|error| AnalysisError::Linfa(error.to_string()))?;
        let mut model =
            Nmf { of_terms, gram, assigned: Array1::zeros(0), largest: 0, error, n_iterations, is_converged };
        let strongest = model.strongest(matrix);
        let mut sizes = vec![0_u32; self.n_clusters];
        strongest.iter().flatten().for_each(|component| sizes[*component] += 1);
        model.largest = first_maximum(&sizes);
        model.assigned = strongest.into_iter().map(|component| component.unwrap_or(model.largest)).collect();
        Ok(model)
    }
}

impl PredictInplace<Csr, Array1<usize>> for Nmf {
    /// The component that each row holds most of, whatever the other rows; that of a row without any is the largest.
    ///
    /// # Panics
    /// If `clusters` is not as long as there are rows.
    fn predict_inplace(&self, matrix: &Csr, clusters: &mut Array1<usize>) {
        assert_eq!(matrix.n_rows(), clusters.len(), "each row has a cluster");
        for (cluster, found) in clusters.iter_mut().zip(self.strongest(matrix)) {
            *cluster = found.unwrap_or(self.largest);
        }
    }

    fn default_target(&self, matrix: &Csr) -> Array1<usize> {
        Array1::zeros(matrix.n_rows())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linfa::traits::Predict;
    use proptest::prelude::*;

    fn sparse(rows: &[Vec<f32>]) -> Csr {
        let mut matrix = Csr::new(rows.first().map_or(0, Vec::len));
        for row in rows {
            matrix.push_row((0_u32..).zip(row.iter().copied()).filter(|(_, value)| *value != 0.0));
        }
        matrix
    }

    fn fit(matrix: Csr, n_clusters: usize) -> Result<Nmf, AnalysisError> {
        NmfSettings { n_clusters, ..NmfSettings::default() }.fit(&DatasetBase::new(matrix, ()))
    }

    #[test]
    fn the_factors_are_those_of_scikit_learn() {
        // scikit-learn 1.9.1, with X, W and H as below:
        // NMF(3, init="custom", solver="cd", tol=0, max_iter=50, shuffle=False).fit_transform(X, W=W, H=H)
        let value = |i: usize, j: usize| {
            if (i + 2 * j).is_multiple_of(3) { 0.0 } else { ((i * 5 + j * 3 + i * j) % 7) as f32 / 7.0 }
        };
        let matrix = sparse(&(0..9).map(|i| (0..7).map(|j| value(i, j)).collect()).collect::<Vec<_>>());
        let factors = |max_iterations| {
            let of_rows = (0..9).flat_map(|i| (0..3).map(move |c| (1 + (i * 7 + c * 5) % 11) as f32 / 11.0)).collect();
            let of_terms = (0..7).flat_map(|j| (0..3).map(move |c| (1 + (j * 3 + c * 7) % 13) as f32 / 13.0)).collect();
            let mut factors = Factors { n_clusters: 3, of_rows, of_terms };
            NmfSettings { n_clusters: 3, max_iterations, tolerance: 0.0, seed: 0 }.improve(&matrix, &mut factors);
            factors
        };
        for (iterations, expected) in [(1, 1.892_438_7), (5, 1.304_332_3), (50, 1.196_998_7)] {
            let found = error(&matrix, &factors(iterations));
            assert!((found - expected).abs() < 1e-5, "after {iterations}: {found} {expected}");
        }
        let Factors { of_rows, of_terms, .. } = factors(50);
        let first_terms = [[2.475_051, 1.207_165, 0.0], [0.0, 1.047_621, 0.356_28], [2.765_275, 0.0, 1.081_456]];
        for (found, expected) in of_terms.iter().zip(first_terms.as_flattened()) {
            assert!((f64::from(*found) - expected).abs() < 1e-4, "{found} {expected}");
        }
        for (found, expected) in of_rows[24..].iter().zip([0.029_898, 0.358_667, 0.0]) {
            assert!((f64::from(*found) - expected).abs() < 1e-4, "{found} {expected}");
        }
    }

    #[test]
    fn a_matrix_that_is_a_product_is_found_again() {
        // Two kinds of rows without a term in common, in shares of 1 to 3.
        let rows: Vec<Vec<f32>> = (0..12)
            .map(|i: u16| {
                let share = f32::from(1 + i % 3);
                if i.is_multiple_of(2) { vec![3.0 * share, 4.0 * share, 0.0] } else { vec![0.0, 0.0, share] }
            })
            .collect();
        let model = fit(sparse(&rows), 2).unwrap();
        assert!(model.error() < 1e-3 && model.is_converged(), "{model:?}");
        assert!((0..12).all(|row| model.assigned()[row] == model.assigned()[row % 2]));
        let component = model.components().row(model.assigned()[0]).to_vec();
        assert!((component[0] - 0.6).abs() < 1e-5 && (component[1] - 0.8).abs() < 1e-5, "{component:?}");
    }

    #[test]
    fn a_row_without_a_component_is_in_the_largest_cluster() {
        let rows = [vec![1.0, 0.0], vec![1.0, 0.0], vec![0.0, 1.0], vec![0.0, 0.0]];
        let model = fit(sparse(&rows), 2).unwrap();
        assert_eq!(model.assigned()[3], model.assigned()[0]);
        // Terms that the model does not know.
        let unknown = sparse(&[vec![0.0, 0.0, 1.0]]);
        assert_eq!(model.predict(&DatasetBase::new(unknown, ()))[0], model.assigned()[0]);
    }

    #[test]
    fn what_cannot_be_factorised_is_refused_with_the_reason() {
        let refused = |matrix, n_clusters| fit(matrix, n_clusters).unwrap_err().to_string();
        assert_eq!(
            refused(sparse(&[vec![1.0], vec![0.0]]), 2),
            "nmf cannot make 2 clusters of 1 points: there are fewer points with a term"
        );
        for value in [-1.0, f32::NAN, f32::INFINITY, 1e13] {
            assert!(refused(sparse(&[vec![value]]), 1).ends_with("a value is negative, too large or no number"));
        }
        assert!(fit(sparse(&[vec![NmfSettings::MAX_VALUE], vec![1.0]]), 1).unwrap().error() < 1e6);
        assert!(refused(sparse(&[]), 1).contains("1 clusters of 0 points"));
        assert_eq!(refused(sparse(&[vec![1.0]]), 0), "nmf.n_clusters is 0, but must be at least 1");
        let mut wide = Csr::new(1 << 29);
        wide.push_row([(0, 1.0)]);
        assert!(refused(wide, 1).contains("values, and 536870912 is the most"));
    }

    proptest! {
        #[test]
        fn more_rounds_never_leave_more(
            rows in prop::collection::vec(prop::collection::vec(0_u8..4, 6), 3..15),
            seed in any::<u64>(),
        ) {
            let rows: Vec<Vec<f32>> = rows.iter().map(|row| row.iter().map(|x| f32::from(*x)).collect()).collect();
            let matrix = sparse(&rows);
            let left = |max_iterations| {
                let mut factors = start(&matrix, 3, seed);
                NmfSettings { n_clusters: 3, max_iterations, tolerance: 0.0, seed }.improve(&matrix, &mut factors);
                error(&matrix, &factors)
            };
            let left = [left(1), left(2), left(5), left(20)];
            prop_assert!(left.windows(2).all(|pair| pair[1] <= pair[0] + 1e-3), "{:?}", left);
        }
    }
}
