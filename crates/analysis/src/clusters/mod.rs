//! Partitions of points: each row in one cluster.
//!
//! Every algorithm stands behind linfa's [`Fit`](linfa::traits::Fit) and [`Predict`](linfa::traits::Predict), on linfa
//! datasets. Those that work on vectors take reduced ones (`n_points × n_dimensions`, f32, rows of length 1 or 0); those that
//! work on words take a sparse matrix of counts or weights.

mod communities;
mod consensus;
mod gsdmm;
mod kmeans;
mod nmf;
mod refine;
mod settings;
mod wrapped;

use crate::error::AnalysisError;
use crate::vectors::Csr;

pub use gsdmm::{Gsdmm, GsdmmSettings};
pub use nmf::{Nmf, NmfSettings};
pub use settings::{ClusterAlgorithm, ClusterSettings, NumberOfClusters};
pub use wrapped::{
    LinfaDbscan, LinfaDbscanSettings, LinfaGmm, LinfaGmmSettings, LinfaKmeans, LinfaKmeansSettings,
};

/// Each row in one cluster, or in none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clustering {
    /// For each row its cluster, below `n_clusters`; `None` where the algorithm leaves a row out.
    pub assigned: Vec<Option<u32>>,
    /// How many clusters there are. Clusters are numbered by size, the largest first; ties by their first row. None is empty.
    pub n_clusters: u32,
    /// Whether the algorithm came to an end of its own, rather than at the most rounds it is given.
    pub is_converged: bool,
}

/// Puts each row into a cluster.
///
/// # Shape
/// `counts` is `n_points × n_terms`: how often each term stands in each point.
///
/// # Guarantees
/// The same result at any thread count, for one seed. A row without a term that weighs anything is in the largest cluster
/// unless the algorithm leaves rows out.
///
/// # Errors
/// [`AnalysisError`] if a setting is out of its bounds, if there are fewer rows with terms than clusters asked for, or if there
/// are more rows than the algorithm can take.
pub fn cluster(counts: &Csr, settings: &ClusterSettings, _seed: u64) -> Result<Clustering, AnalysisError> {
    settings.check()?;
    Err(AnalysisError::Clustering {
        algorithm: settings.algorithm.name(),
        n_clusters: 0,
        n_points: counts.n_rows(),
        reason: "not yet".to_owned(),
    })
}

/// The place of the first of the largest values; 0 if there are none.
fn first_maximum<T: PartialOrd>(values: &[T]) -> usize {
    let mut best = 0;
    for (place, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = place;
        }
    }
    best
}
