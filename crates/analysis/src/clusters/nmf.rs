//! Non-negative matrix factorisation of weighted terms.
//!
//! Each row is taken to be a sum of a few components, each component a few terms that go together; a row belongs to the component
//! that it holds most of. Coordinate descent solves for the rows given the components and for the components given the rows, in
//! turns: it is the same step on the matrix and on its transpose, and each row of either is a problem of its own.

use super::first_maximum;
use crate::error::{AnalysisError, check};
use crate::vectors::Csr;
use linfa::DatasetBase;
use linfa::traits::{Fit, PredictInplace};
use multiversion::multiversion;
use ndarray::{Array1, Array2, ArrayView2};
use rand_xoshiro::Xoshiro256Plus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use rayon::prelude::*;

/// Values of the two factors at most, rows and terms by components: 2 GiB.
pub const MAX_CELLS: u64 = 1 << 29;
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
#[inline(always)]
fn add(sums: &mut [f32], factor: f32, values: &[f32]) {
    for (sum, value) in sums.iter_mut().zip(values) {
        *sum += factor * value;
    }
}

/// The products of the columns of a factor with each other.
fn gram(factor: &[f32], n_clusters: usize) -> Vec<f32> {
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
    total.into_iter().map(|total| total as f32).collect()
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

/// Components that are rows of the matrix, each drawn the likelier the less alike it is to those before; nothing where there is
/// no further unlike row.
fn start(matrix: &Csr, n_clusters: usize, seed: u64) -> Factors {
    let mut random = Xoshiro256Plus::seed_from_u64(seed);
    let mut of_terms = vec![0.0; matrix.n_columns() * n_clusters];
    let length = |row: usize| matrix.row(row).map(|(_, value)| f64::from(value) * f64::from(value)).sum::<f64>().sqrt();
    let lengths: Vec<f64> = (0..matrix.n_rows()).map(length).collect();
    let mut unlike: Vec<f64> = lengths.iter().map(|length| if *length > 0.0 { 1.0 } else { 0.0 }).collect();
    let mut taken = vec![0.0_f64; matrix.n_columns()];
    for component in 0..n_clusters {
        let total: f64 = unlike.iter().sum();
        let mut at = (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64 * total;
        let drawn = unlike.iter().position(|share| {
            at -= share;
            at < 0.0
        });
        // Rounding can carry the draw past the last row.
        let Some(drawn) = drawn.or_else(|| unlike.iter().rposition(|share| *share > 0.0)) else { break };
        taken.fill(0.0);
        for (term, value) in matrix.row(drawn) {
            taken[term as usize] = f64::from(value) / lengths[drawn];
            of_terms[term as usize * n_clusters + component] = value;
        }
        let rows = unlike.par_iter_mut().zip(&lengths).enumerate().with_min_len(CHUNK);
        rows.filter(|(_, (unlike, _))| **unlike > 0.0).for_each(|(row, (unlike, length))| {
            let product: f64 = matrix.row(row).map(|(term, value)| f64::from(value) * taken[term as usize]).sum();
            let distance = 1.0 - product / length;
            // What is left of 1 - 1 by rounding is no difference.
            *unlike = if distance > 1e-6 { unlike.min(distance) } else { 0.0 };
        });
    }
    Factors { n_clusters, of_rows: vec![0.0; matrix.n_rows() * n_clusters], of_terms }
}

/// The length of the matrix less the product of the factors (Frobenius norm).
fn error(matrix: &Csr, factors: &Factors) -> f64 {
    let Factors { n_clusters, of_rows, of_terms } = factors;
    let (mut squares, mut products) = (0.0, 0.0);
    for (row, shares) in of_rows.chunks_exact(*n_clusters).enumerate() {
        for (term, value) in matrix.row(row) {
            let of_term = &of_terms[term as usize * n_clusters..];
            let product: f64 = shares.iter().zip(of_term).map(|(x, y)| f64::from(*x) * f64::from(*y)).sum();
            squares += f64::from(value) * f64::from(value);
            products += f64::from(value) * product;
        }
    }
    let (rows, terms) = (gram(of_rows, *n_clusters), gram(of_terms, *n_clusters));
    let explained: f64 = rows.into_iter().zip(terms).map(|(x, y)| f64::from(x) * f64::from(y)).sum();
    (squares - 2.0 * products + explained).max(0.0).sqrt()
}

impl<T> Fit<Csr, T, AnalysisError> for NmfSettings {
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
    /// value is negative or not finite, or there are more values than [`MAX_CELLS`].
    ///
    /// # Source
    /// Cichocki & Phan (2009), fast local algorithms for large scale non-negative matrix and tensor factorisations; the same steps
    /// as scikit-learn's solver `cd` without its shuffling.
    fn fit(&self, dataset: &DatasetBase<Csr, T>) -> Result<Nmf, AnalysisError> {
        self.check()?;
        let matrix = &dataset.records;
        let n_points = (0..matrix.n_rows()).filter(|row| !matrix.columns_of(*row).is_empty()).count();
        let refused = |reason: String| {
            Err(AnalysisError::Clustering { algorithm: "nmf", n_clusters: self.n_clusters, n_points, reason })
        };
        if self.n_clusters > n_points {
            return refused("there are fewer points with a term".to_owned());
        }
        let n_cells = (matrix.n_rows() as u64 + matrix.n_columns() as u64) * self.n_clusters as u64;
        if n_cells > MAX_CELLS {
            return refused(format!("the factors have {n_cells} values, and {MAX_CELLS} is the most"));
        }
        let is_weight = |(_, value): (u32, f32)| value.is_finite() && value >= 0.0;
        if !(0..matrix.n_rows()).all(|row| matrix.row(row).all(is_weight)) {
            return refused("a value is negative or not finite".to_owned());
        }
        let mut factors = start(matrix, self.n_clusters, self.seed);
        let (n_iterations, is_converged) = self.improve(matrix, &mut factors);
        let error = error(matrix, &factors);
        if !error.is_finite() {
            return refused("the values are too large".to_owned());
        }
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
