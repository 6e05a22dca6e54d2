//! linfa's DBSCAN.

use super::{leading, looked_at, nearest_to, of_rows, refusal, rows, square_distance};
use crate::error::{AnalysisError, check};
use linfa::traits::{Fit, PredictInplace, Transformer};
use linfa::{DatasetBase, ParamGuard};
use linfa_clustering::Dbscan;
use ndarray::{Array1, Array2, Axis};

/// Rows at most whose neighbours tell the tolerance.
const MAX_SAMPLE: usize = 1000;

/// How linfa's DBSCAN is fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LinfaDbscanSettings {
    /// Rows within the tolerance of a row, itself counted, that make it a core of a cluster.
    pub min_points: usize,
    /// The distance up to which rows are neighbours; `None` for that which leaves half of the rows (of a thousand, evenly taken)
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
    /// The distance up to which rows are neighbours.
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

impl LinfaDbscanSettings {
    /// Rows at most: each is compared with every other, one after the other.
    pub const MAX_ROWS: usize = 20_000;
    /// Dimensions that it looks at, the first ones: in many dimensions all points are about as far from each other.
    pub const MAX_DIMENSIONS: usize = 20;
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
    /// [`Self::MAX_ROWS`], no dimension, or a value that is not finite.
    fn fit(&self, dataset: &DatasetBase<Array2<f32>, T>) -> Result<LinfaDbscan, AnalysisError> {
        check("linfa-dbscan.min_points", self.min_points as f64, "at least 2", self.min_points >= 2)?;
        if let Some(tolerance) = self.tolerance {
            check("linfa-dbscan.tolerance", tolerance, "above 0", tolerance > 0.0 && tolerance.is_finite())?;
        }
        let vectors = leading(&dataset.records, Self::MAX_DIMENSIONS);
        let refused = refusal("linfa-dbscan", 0, vectors.nrows());
        looked_at(&vectors, 0, Self::MAX_ROWS).map_err(&refused)?;
        let tolerance = self.tolerance.unwrap_or_else(|| usual_distance(&vectors, self.min_points));
        let assigned = Dbscan::params(self.min_points)
            .tolerance(tolerance)
            .check()
            .map_err(|error| refused(error.to_string()))?
            .transform(&vectors);
        let is_core: Vec<bool> = of_rows(&vectors, |row| {
            rows(&vectors).filter(|other| square_distance(row, other).sqrt() <= tolerance).count() >= self.min_points
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
        let vectors = leading(vectors, LinfaDbscanSettings::MAX_DIMENSIONS);
        assert_eq!(vectors.ncols(), self.cores.ncols(), "the rows have the dimensions of the fit");
        let found = of_rows(&vectors, |row| {
            let (core, distance) = nearest_to(row, &self.cores)?;
            (distance.sqrt() <= self.tolerance).then(|| self.clusters_of_cores[core])
        });
        clusters.iter_mut().zip(found).for_each(|(cluster, found)| *cluster = found);
    }

    fn default_target(&self, vectors: &Array2<f32>) -> Array1<Option<usize>> {
        Array1::from_elem(vectors.nrows(), None)
    }
}

/// The distance within which half of a sample of rows have `min_points` rows, themselves counted.
fn usual_distance(vectors: &Array2<f64>, min_points: usize) -> f64 {
    let every = vectors.nrows().div_ceil(MAX_SAMPLE).max(1);
    let sample: Vec<usize> = (0..vectors.nrows()).step_by(every).collect();
    let mut reaches: Vec<f64> = of_rows(&vectors.select(Axis(0), &sample), |row| {
        let mut distances: Vec<f64> = rows(vectors).map(|other| square_distance(row, other)).collect();
        let at = (min_points - 1).min(distances.len() - 1);
        *distances.select_nth_unstable_by(at, f64::total_cmp).1
    });
    reaches.sort_unstable_by(f64::total_cmp);
    // Even points all alike are to be neighbours, and a square root is to reach what it is the root of.
    reaches.get(reaches.len() / 2).map_or(0.0, |square| square.sqrt()).max(1e-6) * (1.0 + 1e-9)
}
