//! k-means, Euclidean and spherical, behind linfa's traits.
//!
//! Lloyd's iterations from a k-means++ start, several times; the best run is kept. Of many rows a sample is clustered so, and all of them
//! once from the best centroids of the sample. Rows are held against the centroids in
//! `kernel`, compiled for wide and for narrow registers; both give the same bits.

mod kernel;
mod lloyd;
mod rows;
mod start;

use crate::error::{AnalysisError, check};
use crate::seeds::{Purpose, stream};
use linfa::DatasetBase;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, ArrayBase, Data, Ix2};
use rand_xoshiro::Xoshiro256Plus;
use rand_xoshiro::rand_core::SeedableRng;
use rayon::prelude::*;

/// What near means.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Geometry {
    /// By cosine. Rows are taken to be of length 1 or 0; centroids are sums of rows, brought to length 1. A row of length 0 is
    /// equally near to all centroids: it is put with the first, and has no part in any.
    Spherical,
    /// By squared distance. Centroids are means of rows.
    Euclidean,
}

impl Geometry {
    fn name(self) -> &'static str {
        match self {
            Self::Spherical => "spherical",
            Self::Euclidean => "euclidean",
        }
    }
}

/// Where the centroids are at first.
#[derive(Clone, Debug, PartialEq)]
pub enum Start {
    /// At rows far from each other (k-means++, the best of a few draws for each).
    PlusPlus,
    /// Here: `n_clusters × n_dimensions`. There is one run; further ones would be the same.
    Given(Array2<f32>),
}

/// How k-means is run.
///
/// # Example
/// ```
/// use canvass_analysis::clusters::{Geometry, KMeansSettings};
/// use linfa::DatasetBase;
/// use linfa::traits::{Fit, Predict};
/// use ndarray::array;
///
/// let rows = array![[1.0_f32, 0.0], [0.0, 1.0], [0.8, 0.6], [0.0, 1.0]];
/// let model = KMeansSettings::new(2, Geometry::Spherical).fit(&DatasetBase::from(rows.clone()))?;
/// let clusters = model.predict(&rows);
/// assert_eq!(clusters[0], clusters[2]);
/// assert_eq!(clusters[1], clusters[3]);
/// # Ok::<(), canvass_analysis::AnalysisError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct KMeansSettings {
    /// How many clusters.
    pub n_clusters: usize,
    /// What near means.
    pub geometry: Geometry,
    /// Where the centroids are at first.
    pub start: Start,
    /// Runs from different starts, of which the one with the lowest objective is kept; of equals the first. Of more than 32,768 rows (or 128 for each
    /// cluster, if that is more) the runs are made on half as many, drawn by the seed, and all rows go on from what they found.
    pub n_runs: u32,
    /// Iterations of a run at most.
    pub max_iterations: u32,
    /// A run ends when no row changes its cluster, or the centroids move by no more than this: the root of the sum of all squared
    /// distances between old and new.
    pub tolerance: f64,
    /// The seed of the starts.
    pub seed: u64,
    /// Whether to do without wide registers even where the processor has them. The result has the same bits; this is for tests.
    #[doc(hidden)]
    pub narrow: bool,
}

impl KMeansSettings {
    /// The usual settings: the best of 4 runs of at most 50 iterations.
    pub fn new(n_clusters: usize, geometry: Geometry) -> Self {
        Self {
            n_clusters,
            geometry,
            start: Start::PlusPlus,
            n_runs: 4,
            max_iterations: 50,
            tolerance: 1e-4,
            seed: 0,
            narrow: false,
        }
    }

    /// Checks the bounds.
    ///
    /// # Errors
    /// [`AnalysisError::OutOfRange`], naming the setting, its bounds and its value.
    pub fn check(&self) -> Result<(), AnalysisError> {
        let n_clusters = self.n_clusters;
        check("kmeans.n_clusters", n_clusters as f64, "from 1 to 1000000", (1..=1_000_000).contains(&n_clusters))?;
        check("kmeans.n_runs", self.n_runs.into(), "at least 1", self.n_runs >= 1)?;
        check("kmeans.max_iterations", self.max_iterations.into(), "at least 1", self.max_iterations >= 1)?;
        let tolerance = self.tolerance;
        check("kmeans.tolerance", tolerance, "a number from 0", tolerance >= 0.0 && tolerance.is_finite())
    }

    /// The centroids given to start from, as they are used; what is wrong with them, if anything is.
    fn given(&self, centroids: &Array2<f32>, n_columns: usize) -> Result<Vec<f32>, String> {
        if centroids.dim() != (self.n_clusters, n_columns) {
            let (n, columns) = centroids.dim();
            return Err(format!(
                "{n} centroids of {columns} dimensions are given to start from, for rows of {n_columns}"
            ));
        }
        let mut values: Vec<f32> = centroids.iter().copied().collect();
        if !values.iter().all(|x| x.abs() <= rows::MAX_VALUE) {
            return Err(format!("a centroid given to start from is not finite, or beyond {:e}", rows::MAX_VALUE));
        }
        if self.geometry == Geometry::Spherical {
            for centroid in values.chunks_exact_mut(n_columns) {
                let length = centroid.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
                if length == 0.0 {
                    return Err("a centroid given to start from is zero".to_owned());
                }
                for x in centroid {
                    *x = (f64::from(*x) / length) as f32;
                }
            }
        }
        Ok(values)
    }
}

impl KMeansSettings {
    /// The best of as many runs as are asked for; `None` if rows are too close to each other to be told apart.
    fn best_run(&self, rows: &rows::Rows<'_>) -> Option<KMeans> {
        let mut random = Xoshiro256Plus::seed_from_u64(stream(self.seed, Purpose::Starts, 0));
        let mut best: Option<KMeans> = None;
        for _ in 0..self.n_runs {
            let centroids = start::plus_plus(rows, self.n_clusters, self.geometry, &mut random, self.narrow)?;
            let model = lloyd::run(rows, centroids, self);
            if best.as_ref().is_none_or(|best| model.objective < best.objective) {
                best = Some(model);
            }
        }
        best
    }
}

/// Clusters by their centroids.
#[derive(Clone, Debug, PartialEq)]
pub struct KMeans {
    /// What near means.
    pub geometry: Geometry,
    /// `n_clusters × n_dimensions`; spherical, each of length 1.
    pub centroids: Array2<f32>,
    /// For each fitted row its cluster: that of the nearest centroid, of equally near ones the first.
    pub assigned: Vec<u32>,
    /// How badly the fitted rows fit, in sum. Spherical: 1 - cos; Euclidean: squared distances.
    pub objective: f64,
    /// Iterations of the run that was kept; where it was one on a sample, those on all rows.
    pub n_iterations: u32,
    /// Whether that run came to an end of its own.
    pub is_converged: bool,
    narrow: bool,
}

impl<D: Data<Elem = f32>, T> Fit<ArrayBase<D, Ix2>, T, AnalysisError> for KMeansSettings {
    type Object = KMeans;

    /// Finds the clusters of the rows.
    ///
    /// A cluster that runs empty takes the row that fits its own worst (of equals the first; never one that is alone). One may be
    /// left without rows only where rows are too close for single precision, or iterations ran out.
    ///
    /// # Shape
    /// `n_points × n_dimensions`; a matrix that does not lie row by row is copied.
    ///
    /// # Guarantees
    /// The same bits for one seed, at any thread count and with registers of any width.
    ///
    /// # Cost
    /// A pass over the rows for each iteration, and over those that are sampled for each centroid of a start; beside the rows some 40 bytes each, and at
    /// most 64 times the centroids in double precision.
    ///
    /// # Errors
    /// [`AnalysisError::OutOfRange`] for the settings; [`AnalysisError::Clustering`] if there are no rows, fewer distinct ones
    /// than clusters (spherical: apart from zero), or values that are not finite or beyond 10¹⁵.
    ///
    /// # Source
    /// Lloyd (1982); Dhillon & Modha (2001), spherical k-means; Arthur & Vassilvitskii (2007), k-means++.
    fn fit(&self, dataset: &DatasetBase<ArrayBase<D, Ix2>, T>) -> Result<KMeans, AnalysisError> {
        self.check()?;
        let (n_points, n_columns) = dataset.records.dim();
        let refused = |reason: String| {
            let (algorithm, n_clusters) = (self.geometry.name(), self.n_clusters);
            AnalysisError::Clustering { algorithm, n_clusters, n_points, reason }
        };
        let records = dataset.records.as_standard_layout();
        let values = records.as_slice().unwrap_or_default();
        let rows = rows::Rows::new(values, n_columns, self.n_clusters, self.geometry).map_err(refused)?;
        if let Start::Given(centroids) = &self.start {
            let centroids = self.given(centroids, n_columns).map_err(refused)?;
            return Ok(lloyd::run(&rows, centroids, self));
        }
        let sample = start::sample(&rows, self.n_clusters, self.seed);
        let sampled = sample.as_ref().and_then(|values| {
            let sample = rows::Rows::new(values, n_columns, self.n_clusters, self.geometry).ok()?;
            self.best_run(&sample)
        });
        if let Some(model) = sampled {
            let centroids = model.centroids.into_iter().collect();
            return Ok(lloyd::run(&rows, centroids, self));
        }
        self.best_run(&rows).ok_or_else(|| refused("its rows are too close to be told apart".to_owned()))
    }
}

/// Rows to a chunk where clusters are predicted.
const PREDICTED_CHUNK: usize = 1024;

impl<D: Data<Elem = f32>> PredictInplace<ArrayBase<D, Ix2>, Array1<usize>> for KMeans {
    /// Gives each row the cluster of its nearest centroid, of equally near ones the first; a row with a value that is no number
    /// the first of all.
    ///
    /// # Panics
    /// If there are not as many targets as rows, or the rows are not of the dimensions that were fitted.
    fn predict_inplace<'a>(&'a self, rows: &'a ArrayBase<D, Ix2>, clusters: &mut Array1<usize>) {
        let n_columns = self.centroids.ncols();
        assert_eq!(rows.nrows(), clusters.len(), "each row has a target");
        assert_eq!(rows.ncols(), n_columns, "rows have the dimensions that were fitted");
        let centroids = self.centroids.as_standard_layout();
        let centroids = kernel::Panels::to_search(centroids.as_slice().unwrap_or_default(), n_columns, self.geometry);
        let rows = rows.as_standard_layout();
        let mut assigned = vec![0_u32; clusters.len()];
        rows.as_slice()
            .unwrap_or_default()
            .par_chunks(PREDICTED_CHUNK * n_columns)
            .zip(assigned.par_chunks_mut(PREDICTED_CHUNK))
            .for_each(|(rows, assigned)| kernel::assign(rows, &centroids, assigned, None, self.narrow));
        clusters.iter_mut().zip(assigned).for_each(|(cluster, assigned)| *cluster = assigned as usize);
    }

    fn default_target(&self, rows: &ArrayBase<D, Ix2>) -> Array1<usize> {
        Array1::zeros(rows.nrows())
    }
}

#[cfg(test)]
mod tests;
