//! linfa's k-means, DBSCAN and Gaussian mixture.
//!
//! They are there to compare with. Each takes `n_points × n_dimensions` reduced vectors and works in f64. linfa panics where it is
//! given what it cannot use, so everything is looked at before: what it could not do is an error with a reason.

use super::first_maximum;
use crate::error::{AnalysisError, check};
use crate::numeric::ln;
use linfa::DatasetBase;
use linfa::ParamGuard;
use linfa::traits::{Fit, PredictInplace, Transformer};
use linfa_clustering::{Dbscan, GaussianMixtureModel, GmmError, KMeans, KMeansInit};
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Axis, Slice};
use rand_xoshiro::Xoshiro256Plus;
use rand_xoshiro::rand_core::SeedableRng;
use rayon::prelude::*;

/// Rows at most for [`LinfaKmeans`].
pub const MAX_KMEANS_ROWS: usize = 50_000;
/// Rows at most for [`LinfaDbscan`]: it compares each with every other.
pub const MAX_DBSCAN_ROWS: usize = 20_000;
/// Rows at most for [`LinfaGmm`].
pub const MAX_GMM_ROWS: usize = 50_000;
/// Dimensions that [`LinfaGmm`] looks at, the first ones: a cluster's covariance has the square of that many values, and needs more
/// points than dimensions.
pub const MAX_GMM_DIMENSIONS: usize = 20;

/// Rows a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 64;
/// Rows at most whose neighbours tell the tolerance of [`LinfaDbscan`].
const MAX_SAMPLE: usize = 1000;
/// The share of rows that are to have enough neighbours within the tolerance.
const DENSE_SHARE: f64 = 0.5;
/// Added to the variance of each dimension of a cluster, so that none is 0.
const REGULARISATION: f64 = 1e-3;

/// How linfa's k-means is fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinfaKmeansSettings {
    /// Clusters.
    pub n_clusters: usize,
    /// Independent starts by k-means++; the best is kept.
    pub n_runs: usize,
    /// Lloyd iterations at most.
    pub max_iterations: usize,
    /// The iterations end when the centroids move by less than this, together.
    pub tolerance: f64,
    /// The seed of the starts.
    pub seed: u64,
}

impl Default for LinfaKmeansSettings {
    fn default() -> Self {
        Self { n_clusters: 8, n_runs: 4, max_iterations: 100, tolerance: 1e-4, seed: 0 }
    }
}

/// linfa's k-means, fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct LinfaKmeans {
    centroids: Array2<f64>,
    assigned: Array1<usize>,
    is_converged: bool,
}

impl LinfaKmeans {
    /// `n_clusters × n_dimensions`: the centroids.
    pub fn centroids(&self) -> ArrayView2<'_, f64> {
        self.centroids.view()
    }

    /// The cluster of each row that the model was fitted on.
    pub fn assigned(&self) -> &Array1<usize> {
        &self.assigned
    }

    /// Whether the centroids have come to rest.
    pub fn is_converged(&self) -> bool {
        self.is_converged
    }
}

impl<T> Fit<Array2<f32>, T, AnalysisError> for LinfaKmeansSettings {
    type Object = LinfaKmeans;

    /// Fits the centroids.
    ///
    /// # Guarantees
    /// The same bits at any thread count, for one seed: of linfa's starts only k-means++ has that, so there is no choice.
    ///
    /// # Errors
    /// [`AnalysisError::OutOfRange`] for the settings; [`AnalysisError::Clustering`] if there are fewer rows than clusters or more
    /// than [`MAX_KMEANS_ROWS`], no dimension, or a value that is not finite.
    fn fit(&self, dataset: &DatasetBase<Array2<f32>, T>) -> Result<LinfaKmeans, AnalysisError> {
        check("linfa-kmeans.n_clusters", self.n_clusters as f64, "at least 1", self.n_clusters >= 1)?;
        check("linfa-kmeans.n_runs", self.n_runs as f64, "at least 1", self.n_runs >= 1)?;
        check("linfa-kmeans.max_iterations", self.max_iterations as f64, "at least 1", self.max_iterations >= 1)?;
        check("linfa-kmeans.tolerance", self.tolerance, "above 0", self.tolerance > 0.0)?;
        let vectors = widened(&dataset.records);
        let refused = refusal("linfa-kmeans", self.n_clusters, vectors.nrows());
        looked_at(&vectors, self.n_clusters, MAX_KMEANS_ROWS).map_err(&refused)?;
        let vectors = DatasetBase::from(vectors);
        let centroids = KMeans::params_with_rng(self.n_clusters, Xoshiro256Plus::seed_from_u64(self.seed))
            .init_method(KMeansInit::KMeansPlusPlus)
            .n_runs(self.n_runs)
            .max_n_iterations(self.max_iterations as u64)
            .tolerance(self.tolerance)
            .fit(&vectors)
            .map_err(|error| refused(error.to_string()))?
            .centroids()
            .clone();
        // linfa says neither which row is where in the best run nor whether that run came to rest.
        let assigned = nearest(&vectors.records, &centroids);
        let is_converged = movement(&vectors.records, &centroids, &assigned) < self.tolerance;
        Ok(LinfaKmeans { centroids, assigned, is_converged })
    }
}

impl PredictInplace<Array2<f32>, Array1<usize>> for LinfaKmeans {
    /// The cluster whose centroid is nearest to each row.
    ///
    /// # Panics
    /// If `clusters` is not as long as there are rows, or the rows have other dimensions than those of the fit.
    fn predict_inplace(&self, vectors: &Array2<f32>, clusters: &mut Array1<usize>) {
        assert_eq!(vectors.nrows(), clusters.len(), "each row has a cluster");
        assert_eq!(vectors.ncols(), self.centroids.ncols(), "the rows have the dimensions of the fit");
        clusters.assign(&nearest(&widened(vectors), &self.centroids));
    }

    fn default_target(&self, vectors: &Array2<f32>) -> Array1<usize> {
        Array1::zeros(vectors.nrows())
    }
}

/// How linfa's DBSCAN is fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinfaDbscanSettings {
    /// Rows within the tolerance of a row, itself counted, that make it a core of a cluster.
    pub min_points: usize,
    /// The distance below which rows are neighbours; `None` for that which leaves half of the rows (of a thousand, evenly taken)
    /// with `min_points` within it.
    pub tolerance: Option<f64>,
}

impl Default for LinfaDbscanSettings {
    fn default() -> Self {
        Self { min_points: 5, tolerance: None }
    }
}

/// linfa's DBSCAN, fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct LinfaDbscan {
    tolerance: f64,
    /// The rows that have enough neighbours, and the cluster of each.
    cores: Array2<f64>,
    clusters_of_cores: Vec<usize>,
    n_clusters: usize,
    assigned: Array1<Option<usize>>,
}

impl LinfaDbscan {
    /// The distance below which rows are neighbours.
    pub fn tolerance(&self) -> f64 {
        self.tolerance
    }

    /// How many clusters were found.
    pub fn n_clusters(&self) -> usize {
        self.n_clusters
    }

    /// The cluster of each row that the model was fitted on; `None` for those that are near no core.
    pub fn assigned(&self) -> &Array1<Option<usize>> {
        &self.assigned
    }
}

impl<T> Fit<Array2<f32>, T, AnalysisError> for LinfaDbscanSettings {
    type Object = LinfaDbscan;

    /// Finds the clusters.
    ///
    /// # Guarantees
    /// The same bits at any thread count; nothing is drawn.
    ///
    /// # Cost
    /// Three times the square of the number of rows in distances.
    ///
    /// # Errors
    /// [`AnalysisError::OutOfRange`] for the settings; [`AnalysisError::Clustering`] if there are more rows than
    /// [`MAX_DBSCAN_ROWS`], no dimension, or a value that is not finite.
    fn fit(&self, dataset: &DatasetBase<Array2<f32>, T>) -> Result<LinfaDbscan, AnalysisError> {
        check("linfa-dbscan.min_points", self.min_points as f64, "at least 2", self.min_points >= 2)?;
        if let Some(tolerance) = self.tolerance {
            check("linfa-dbscan.tolerance", tolerance, "above 0", tolerance > 0.0 && tolerance.is_finite())?;
        }
        let vectors = widened(&dataset.records);
        let refused = refusal("linfa-dbscan", 0, vectors.nrows());
        looked_at(&vectors, 0, MAX_DBSCAN_ROWS).map_err(&refused)?;
        let tolerance = self.tolerance.unwrap_or_else(|| usual_distance(&vectors, self.min_points));
        let assigned = Dbscan::params(self.min_points)
            .tolerance(tolerance)
            .check()
            .map_err(|error| refused(error.to_string()))?
            .transform(&vectors);
        let is_core: Vec<bool> = rows_in_parallel(&vectors, |row| {
            vectors.outer_iter().filter(|other| square_distance(row, *other).sqrt() < tolerance).count() >= self.min_points
        });
        let cores: Vec<usize> = (0..vectors.nrows()).filter(|row| is_core[*row] && assigned[*row].is_some()).collect();
        Ok(LinfaDbscan {
            tolerance,
            cores: vectors.select(Axis(0), &cores),
            clusters_of_cores: cores.iter().filter_map(|row| assigned[*row]).collect(),
            n_clusters: assigned.iter().flatten().max().map_or(0, |last| last + 1),
            assigned,
        })
    }
}

impl PredictInplace<Array2<f32>, Array1<Option<usize>>> for LinfaDbscan {
    /// The cluster of the core that is nearest to each row, if it is within the tolerance.
    ///
    /// linfa's DBSCAN knows no new rows; this is the rule by which it takes rows at the border of a cluster, except that it takes
    /// those that are near two clusters into the one found first.
    ///
    /// # Panics
    /// If `clusters` is not as long as there are rows, or the rows have other dimensions than those of the fit.
    fn predict_inplace(&self, vectors: &Array2<f32>, clusters: &mut Array1<Option<usize>>) {
        assert_eq!(vectors.nrows(), clusters.len(), "each row has a cluster or none");
        assert_eq!(vectors.ncols(), self.cores.ncols(), "the rows have the dimensions of the fit");
        let found = rows_in_parallel(&widened(vectors), |row| {
            let (core, distance) = nearest_to(row, &self.cores)?;
            (distance.sqrt() < self.tolerance).then(|| self.clusters_of_cores[core])
        });
        clusters.iter_mut().zip(found).for_each(|(cluster, found)| *cluster = found);
    }

    fn default_target(&self, vectors: &Array2<f32>) -> Array1<Option<usize>> {
        Array1::from_elem(vectors.nrows(), None)
    }
}

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

    /// The likeliest cluster of each row.
    fn likeliest(&self, vectors: &Array2<f64>) -> Array1<usize> {
        let found = rows_in_parallel(vectors, |row| {
            let scores: Vec<f64> = self.clusters.iter().map(|cluster| cluster.score(row)).collect();
            first_maximum(&scores)
        });
        found.into()
    }
}

impl Gaussian {
    fn score(&self, row: ArrayView1<'_, f64>) -> f64 {
        let mut squares = 0.0;
        for column in 0..row.len() {
            let below = (column..row.len()).map(|at| (row[at] - self.mean[at]) * self.precision[[at, column]]);
            let sum: f64 = below.sum();
            squares += sum * sum;
        }
        self.at_mean - 0.5 * squares
    }
}

impl<T> Fit<Array2<f32>, T, AnalysisError> for LinfaGmmSettings {
    type Object = LinfaGmm;

    /// Fits the mixture to the first [`MAX_GMM_DIMENSIONS`] dimensions; each cluster has a covariance of its own.
    ///
    /// # Guarantees
    /// The same bits at any thread count, for one seed, on one kind of machine: linfa's products and exponentials are those of
    /// the processor and the system.
    ///
    /// # Errors
    /// [`AnalysisError::OutOfRange`] for the settings; [`AnalysisError::Clustering`] if there are fewer rows than clusters or more
    /// than [`MAX_GMM_ROWS`], no dimension, a value that is not finite, or if a cluster loses its points, has no density, or the
    /// rounds do not come to an end.
    fn fit(&self, dataset: &DatasetBase<Array2<f32>, T>) -> Result<LinfaGmm, AnalysisError> {
        check("linfa-gmm.n_clusters", self.n_clusters as f64, "at least 1", self.n_clusters >= 1)?;
        check("linfa-gmm.max_iterations", self.max_iterations as f64, "at least 1", self.max_iterations >= 1)?;
        check("linfa-gmm.tolerance", self.tolerance, "above 0", self.tolerance > 0.0)?;
        let vectors = leading(&dataset.records);
        let refused = refusal("linfa-gmm", self.n_clusters, vectors.nrows());
        looked_at(&vectors, self.n_clusters, MAX_GMM_ROWS).map_err(&refused)?;
        let vectors = DatasetBase::from(vectors);
        let model = GaussianMixtureModel::params(self.n_clusters)
            .with_rng(Xoshiro256Plus::seed_from_u64(self.seed))
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
        let vectors = leading(vectors);
        assert_eq!(vectors.ncols(), self.clusters[0].mean.len(), "the rows have the dimensions of the fit");
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
        GmmError::LowerBoundError(_) | GmmError::MinMaxError(_) => "some points are too far from all clusters".to_owned(),
        other => other.to_string(),
    }
}

/// Makes errors of reasons.
fn refusal(algorithm: &'static str, n_clusters: usize, n_points: usize) -> impl Fn(String) -> AnalysisError {
    move |reason| AnalysisError::Clustering { algorithm, n_clusters, n_points, reason }
}

/// What of the vectors linfa could not use.
fn looked_at(vectors: &Array2<f64>, n_clusters: usize, max_rows: usize) -> Result<(), String> {
    if vectors.nrows() < n_clusters {
        Err("there are fewer points with a term".to_owned())
    } else if vectors.nrows() > max_rows {
        Err(format!("it takes {max_rows} points at most"))
    } else if vectors.ncols() == 0 {
        Err("the points have no dimension".to_owned())
    } else if vectors.iter().any(|x| !x.is_finite()) {
        Err("a value is not finite".to_owned())
    } else {
        Ok(())
    }
}

/// In f64, where no distance between vectors of f32 passes the largest number.
fn widened(vectors: &Array2<f32>) -> Array2<f64> {
    vectors.mapv(f64::from)
}

/// The first dimensions, as many as the Gaussian mixture looks at.
fn leading(vectors: &Array2<f32>) -> Array2<f64> {
    vectors.slice_axis(Axis(1), Slice::from(..vectors.ncols().min(MAX_GMM_DIMENSIONS))).mapv(f64::from)
}

/// What `each` makes of every row, in their order.
fn rows_in_parallel<T: Send>(vectors: &Array2<f64>, each: impl Fn(ArrayView1<'_, f64>) -> T + Sync) -> Vec<T> {
    let chunks: Vec<Vec<T>> = (0..vectors.nrows().div_ceil(CHUNK))
        .into_par_iter()
        .map(|chunk| {
            let rows = chunk * CHUNK..((chunk + 1) * CHUNK).min(vectors.nrows());
            rows.map(|row| each(vectors.row(row))).collect()
        })
        .collect();
    chunks.into_iter().flatten().collect()
}

/// The square of the distance between two points.
fn square_distance(one: ArrayView1<'_, f64>, other: ArrayView1<'_, f64>) -> f64 {
    one.iter().zip(other).map(|(x, y)| (x - y) * (x - y)).sum()
}

/// The place of the nearest row and the square of its distance; the first of several.
fn nearest_to(row: ArrayView1<'_, f64>, others: &Array2<f64>) -> Option<(usize, f64)> {
    let distances = others.outer_iter().map(|other| square_distance(row, other));
    distances.enumerate().min_by(|(_, one), (_, other)| one.total_cmp(other))
}

/// For each row the nearest centroid.
fn nearest(vectors: &Array2<f64>, centroids: &Array2<f64>) -> Array1<usize> {
    rows_in_parallel(vectors, |row| nearest_to(row, centroids).map_or(0, |(centroid, _)| centroid)).into()
}

/// How far the centroids would move in another iteration, together. linfa counts the centroid itself as one more point.
fn movement(vectors: &Array2<f64>, centroids: &Array2<f64>, assigned: &Array1<usize>) -> f64 {
    let (mut sums, mut sizes) = (centroids.clone(), vec![1.0; centroids.nrows()]);
    for (row, cluster) in vectors.outer_iter().zip(assigned) {
        sums.row_mut(*cluster).zip_mut_with(&row, |sum, x| *sum += x);
        sizes[*cluster] += 1.0;
    }
    let moved = sums.outer_iter().zip(centroids.outer_iter()).zip(sizes);
    moved.map(|((sum, centroid), size)| square_distance((&sum / size).view(), centroid)).sum::<f64>().sqrt()
}

/// The distance within which [`DENSE_SHARE`] of a sample of rows have `min_points` rows, themselves counted.
fn usual_distance(vectors: &Array2<f64>, min_points: usize) -> f64 {
    let every = vectors.nrows().div_ceil(MAX_SAMPLE).max(1);
    let sample = vectors.slice_axis(Axis(0), Slice::from(..).step_by(every as isize)).to_owned();
    let mut reaches: Vec<f64> = rows_in_parallel(&sample, |row| {
        let mut distances: Vec<f64> = vectors.outer_iter().map(|other| square_distance(row, other)).collect();
        let at = (min_points - 1).min(distances.len() - 1);
        *distances.select_nth_unstable_by(at, f64::total_cmp).1
    });
    reaches.sort_unstable_by(f64::total_cmp);
    let at = (DENSE_SHARE * reaches.len() as f64) as usize;
    // A neighbour is nearer than the tolerance, and even points all alike are neighbours.
    reaches.get(at.min(reaches.len().saturating_sub(1))).map_or(0.0, |square| square.sqrt()).max(1e-6) * (1.0 + 1e-9)
}
