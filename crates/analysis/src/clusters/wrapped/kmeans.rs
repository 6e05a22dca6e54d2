//! linfa's k-means.

use super::{leading, looked_at, nearest_to, of_rows, refusal, rows, square_distance};
use crate::error::{AnalysisError, check};
use crate::seeds::{Purpose, stream};
use linfa::DatasetBase;
use linfa::traits::{Fit, PredictInplace};
use linfa_clustering::{KMeans, KMeansInit};
use ndarray::{Array1, Array2, ArrayView2};
use rand_xoshiro::Xoshiro256Plus;
use rand_xoshiro::rand_core::SeedableRng;

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

impl LinfaKmeansSettings {
    /// Rows at most. Each start compares every row with all centroids before, for each centroid: with 150 clusters, 22,000 rows of
    /// 100 dimensions take about half a minute a start.
    pub const MAX_ROWS: usize = 50_000;
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
    /// than [`Self::MAX_ROWS`], no dimension, or a value that is not finite.
    fn fit(&self, dataset: &DatasetBase<Array2<f32>, T>) -> Result<LinfaKmeans, AnalysisError> {
        check("linfa-kmeans.n_clusters", self.n_clusters as f64, "at least 1", self.n_clusters >= 1)?;
        check("linfa-kmeans.n_runs", self.n_runs as f64, "at least 1", self.n_runs >= 1)?;
        check("linfa-kmeans.max_iterations", self.max_iterations as f64, "at least 1", self.max_iterations >= 1)?;
        check("linfa-kmeans.tolerance", self.tolerance, "above 0", self.tolerance > 0.0)?;
        let vectors = leading(&dataset.records, usize::MAX);
        let refused = refusal("linfa-kmeans", self.n_clusters, vectors.nrows());
        looked_at(&vectors, self.n_clusters, Self::MAX_ROWS).map_err(&refused)?;
        let vectors = DatasetBase::from(vectors);
        let centroids = KMeans::params_with_rng(
            self.n_clusters,
            Xoshiro256Plus::seed_from_u64(stream(self.seed, Purpose::Starts, 0)),
        )
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
        clusters.assign(&nearest(&leading(vectors, usize::MAX), &self.centroids));
    }

    fn default_target(&self, vectors: &Array2<f32>) -> Array1<usize> {
        Array1::zeros(vectors.nrows())
    }
}

/// For each row the nearest centroid.
fn nearest(vectors: &Array2<f64>, centroids: &Array2<f64>) -> Array1<usize> {
    of_rows(vectors, |row| nearest_to(row, centroids).map_or(0, |(centroid, _)| centroid)).into()
}

/// How far the centroids would move in another iteration, together. linfa counts the centroid itself as one more point.
fn movement(vectors: &Array2<f64>, centroids: &Array2<f64>, assigned: &Array1<usize>) -> f64 {
    let mut sums: Vec<Vec<f64>> = rows(centroids).map(<[f64]>::to_vec).collect();
    let mut sizes = vec![1.0; sums.len()];
    for (row, cluster) in rows(vectors).zip(assigned) {
        sums[*cluster].iter_mut().zip(row).for_each(|(sum, x)| *sum += x);
        sizes[*cluster] += 1.0;
    }
    let moved = sums.iter_mut().zip(sizes).zip(rows(centroids)).map(|((sum, size), centroid)| {
        for x in sum.iter_mut() {
            *x /= size;
        }
        square_distance(sum, centroid)
    });
    moved.sum::<f64>().sqrt()
}
