//! The settings of a partition.

use crate::error::{AnalysisError, check};
use serde::{Deserialize, Serialize};

/// How rows are put into clusters.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClusterAlgorithm {
    /// What several runs of `smoothed` and of `gsdmm` agree on.
    #[default]
    Consensus,
    /// Spherical k-means on vectors smoothed over their nearest neighbours, then naive Bayes on the terms.
    Smoothed,
    /// Spherical k-means on reduced vectors.
    Spherical,
    /// k-means (Euclidean) on reduced vectors.
    Euclidean,
    /// linfa's k-means on reduced vectors.
    LinfaKmeans,
    /// linfa's DBSCAN on reduced vectors.
    LinfaDbscan,
    /// linfa's Gaussian mixture on reduced vectors.
    LinfaGmm,
    /// Non-negative matrix factorisation of the weighted terms.
    Nmf,
    /// Dirichlet multinomial mixture of the counted terms.
    Gsdmm,
}

impl ClusterAlgorithm {
    /// All of them, in the order in which they are listed to users.
    pub const ALL: [Self; 9] = [
        Self::Consensus,
        Self::Smoothed,
        Self::Spherical,
        Self::Euclidean,
        Self::LinfaKmeans,
        Self::LinfaDbscan,
        Self::LinfaGmm,
        Self::Nmf,
        Self::Gsdmm,
    ];

    /// The name it is chosen by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Consensus => "consensus",
            Self::Smoothed => "smoothed",
            Self::Spherical => "spherical",
            Self::Euclidean => "euclidean",
            Self::LinfaKmeans => "linfa-kmeans",
            Self::LinfaDbscan => "linfa-dbscan",
            Self::LinfaGmm => "linfa-gmm",
            Self::Nmf => "nmf",
            Self::Gsdmm => "gsdmm",
        }
    }
}

/// How many clusters there are to be.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum NumberOfClusters {
    /// As many as the rows tell.
    #[default]
    ByData,
    /// As many as the rows tell, but no more than this.
    UpTo(u32),
    /// This many.
    Fixed(u32),
}

/// How rows are put into clusters.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClusterSettings {
    /// The algorithm.
    pub algorithm: ClusterAlgorithm,
    /// How many clusters.
    pub n_clusters: NumberOfClusters,
    /// Dimensions kept of the TF-IDF vectors, where an algorithm works on reduced ones.
    pub dimensions: u32,
}

impl Default for ClusterSettings {
    fn default() -> Self {
        Self { algorithm: ClusterAlgorithm::default(), n_clusters: NumberOfClusters::default(), dimensions: 100 }
    }
}

impl ClusterSettings {
    /// Checks the bounds.
    ///
    /// # Errors
    /// [`AnalysisError::OutOfRange`], naming the setting, its bounds and its value.
    pub fn check(&self) -> Result<(), AnalysisError> {
        if let NumberOfClusters::Fixed(n) | NumberOfClusters::UpTo(n) = self.n_clusters {
            check("clusters.n_clusters", n.into(), "at least 1", n >= 1)?;
        }
        check("clusters.dimensions", self.dimensions.into(), "from 1 to 1000", (1..=1000).contains(&self.dimensions))
    }
}
