//! linfa's Gaussian mixture.

use super::{leading, looked_at, of_rows, refusal};
use crate::clusters::first_maximum;
use crate::error::{AnalysisError, check};
use crate::numeric::ln;
use crate::seeds::{Purpose, stream};
use linfa::DatasetBase;
use linfa::traits::{Fit, PredictInplace};
use linfa_clustering::{GaussianMixtureModel, GmmError};
use ndarray::{Array1, Array2, ArrayView2, Axis};
use rand_xoshiro::Xoshiro256Plus;
use rand_xoshiro::rand_core::SeedableRng;

/// Added to the variance of each dimension of a cluster, so that none is 0.
const REGULARISATION: f64 = 1e-3;

/// How linfa's Gaussian mixture is fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinfaGmmSettings {
    /// Clusters.
    pub n_clusters: usize,
    /// Rounds of expectation and maximisation at most.
    pub max_iterations: usize,
    /// The rounds end when the mean log-likelihood gains less than this.
    pub tolerance: f64,
    /// The seed of the k-means that it starts from.
    pub seed: u64,
}

impl Default for LinfaGmmSettings {
    fn default() -> Self {
        Self { n_clusters: 8, max_iterations: 300, tolerance: 1e-3, seed: 0 }
    }
}

/// linfa's Gaussian mixture, fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct LinfaGmm {
    clusters: Vec<Gaussian>,
    assigned: Array1<usize>,
}

/// One cluster of a mixture.
#[derive(Clone, Debug, PartialEq)]
struct Gaussian {
    mean: Array1<f64>,
    /// A lower triangle whose product with its transpose is the inverse of the covariance.
    precision: Array2<f64>,
    /// The logarithm of the density at the mean, times the cluster's weight; the same constant is missing everywhere.
    at_mean: f64,
}

impl LinfaGmm {
    /// The cluster of each row that the model was fitted on.
    pub fn assigned(&self) -> &Array1<usize> {
        &self.assigned
    }

    fn n_dimensions(&self) -> usize {
        self.clusters.first().map_or(0, |cluster| cluster.mean.len())
    }

    /// The likeliest cluster of each row.
    fn likeliest(&self, vectors: &Array2<f64>) -> Array1<usize> {
        let found = of_rows(vectors, |row| {
            let scores: Vec<f64> = self.clusters.iter().map(|cluster| cluster.score(row)).collect();
            first_maximum(&scores)
        });
        found.into()
    }
}

impl Gaussian {
    fn score(&self, row: &[f64]) -> f64 {
        let mut squares = 0.0;
        for column in 0..row.len() {
            let below = (column..row.len()).map(|at| (row[at] - self.mean[at]) * self.precision[[at, column]]);
            let sum: f64 = below.sum();
            squares += sum * sum;
        }
        self.at_mean - 0.5 * squares
    }
}

impl LinfaGmmSettings {
    /// Rows at most: it starts from ten runs of linfa's k-means, and is not parallel.
    pub const MAX_ROWS: usize = 20_000;
    /// Dimensions that it looks at, the first ones: a cluster's covariance has the square of that many values, and needs more points
    /// than that.
    pub const MAX_DIMENSIONS: usize = 20;
}

impl<T> Fit<Array2<f32>, T, AnalysisError> for LinfaGmmSettings {
    type Object = LinfaGmm;

    /// Fits the mixture to the first [`Self::MAX_DIMENSIONS`] dimensions; each cluster has a covariance of its own.
    ///
    /// # Guarantees
    /// The same bits at any thread count, for one seed, on one kind of machine: linfa's products and exponentials are those of
    /// the processor and the system.
    ///
    /// # Errors
    /// [`AnalysisError::OutOfRange`] for the settings; [`AnalysisError::Clustering`] if there are fewer rows than clusters or more
    /// than [`Self::MAX_ROWS`], no dimension, a value that is not finite, or if a cluster loses its points, has no density, or the
    /// rounds do not come to an end.
    fn fit(&self, dataset: &DatasetBase<Array2<f32>, T>) -> Result<LinfaGmm, AnalysisError> {
        check("linfa-gmm.n_clusters", self.n_clusters as f64, "at least 1", self.n_clusters >= 1)?;
        check("linfa-gmm.max_iterations", self.max_iterations as f64, "at least 1", self.max_iterations >= 1)?;
        check("linfa-gmm.tolerance", self.tolerance, "above 0", self.tolerance > 0.0)?;
        let vectors = leading(&dataset.records, Self::MAX_DIMENSIONS);
        let refused = refusal("linfa-gmm", self.n_clusters, vectors.nrows());
        looked_at(&vectors, self.n_clusters, Self::MAX_ROWS).map_err(&refused)?;
        let vectors = DatasetBase::from(vectors);
        let model = GaussianMixtureModel::params(self.n_clusters)
            .with_rng(Xoshiro256Plus::seed_from_u64(stream(self.seed, Purpose::Starts, 0)))
            .reg_covariance(REGULARISATION)
            .max_n_iterations(self.max_iterations as u64)
            .tolerance(self.tolerance)
            .fit(&vectors)
            .map_err(|error| refused(reason(&error)))?;
        let clusters: Option<Vec<Gaussian>> = (0..self.n_clusters).map(|cluster| gaussian(&model, cluster)).collect();
        let clusters = clusters.ok_or_else(|| refused("a cluster has no density".to_owned()))?;
        let mut fitted = LinfaGmm { clusters, assigned: Array1::zeros(0) };
        fitted.assigned = fitted.likeliest(&vectors.records);
        Ok(fitted)
    }
}

impl PredictInplace<Array2<f32>, Array1<usize>> for LinfaGmm {
    /// The likeliest cluster of each row.
    ///
    /// # Panics
    /// If `clusters` is not as long as there are rows, or the rows have other dimensions than those of the fit.
    fn predict_inplace(&self, vectors: &Array2<f32>, clusters: &mut Array1<usize>) {
        assert_eq!(vectors.nrows(), clusters.len(), "each row has a cluster");
        let vectors = leading(vectors, self.n_dimensions());
        assert_eq!(vectors.ncols(), self.n_dimensions(), "the rows have the dimensions of the fit");
        clusters.assign(&self.likeliest(&vectors));
    }

    fn default_target(&self, vectors: &Array2<f32>) -> Array1<usize> {
        Array1::zeros(vectors.nrows())
    }
}

/// One cluster of linfa's model; none if its covariance is not positive definite or its weight is nothing.
fn gaussian(model: &GaussianMixtureModel<f64>, cluster: usize) -> Option<Gaussian> {
    let precision = lower_triangle(model.precisions().index_axis(Axis(0), cluster))?;
    let at_mean = ln(model.weights()[cluster]) + precision.diag().iter().map(|x| ln(*x)).sum::<f64>();
    let mean = model.means().row(cluster).to_owned();
    (at_mean.is_finite() && mean.iter().all(|x| x.is_finite())).then_some(Gaussian { mean, precision, at_mean })
}

/// The Cholesky factor of a symmetric matrix; none if it is not positive definite.
fn lower_triangle(matrix: ArrayView2<'_, f64>) -> Option<Array2<f64>> {
    let n = matrix.nrows();
    let mut lower = Array2::<f64>::zeros((n, n));
    for row in 0..n {
        for column in 0..=row {
            let products: f64 = (0..column).map(|at| lower[[row, at]] * lower[[column, at]]).sum();
            let left = matrix[[row, column]] - products;
            if row > column {
                lower[[row, column]] = left / lower[[column, column]];
            } else if left > 0.0 {
                lower[[row, row]] = left.sqrt();
            } else {
                return None;
            }
        }
    }
    Some(lower)
}

/// What linfa's mixture says, in plain words.
fn reason(error: &GmmError) -> String {
    match error {
        GmmError::EmptyCluster(_) => "a cluster lost all its points".to_owned(),
        GmmError::LinalgError(_) => "the points of a cluster spread in too few dimensions".to_owned(),
        GmmError::NotConverged(_) => "the rounds did not come to an end".to_owned(),
        GmmError::LowerBoundError(_) | GmmError::MinMaxError(_) => {
            "some points are too far from all clusters".to_owned()
        }
        other => other.to_string(),
    }
}
