//! What can be wrong with the settings of an analysis, or with what it is given.

/// Why an analysis cannot be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum AnalysisError {
    /// A setting is outside its bounds.
    #[error("{setting} is {found}, but must be {expected}")]
    OutOfRange {
        /// The setting, as `section.name`.
        setting: &'static str,
        /// What it may be.
        expected: &'static str,
        /// What it is.
        found: f64,
    },
    /// An algorithm cannot do what it is asked to.
    #[error("{algorithm} cannot make {n_clusters} clusters of {n_points} points: {reason}")]
    Clustering {
        /// The name of the algorithm.
        algorithm: &'static str,
        /// Clusters asked for.
        n_clusters: usize,
        /// Points with a term.
        n_points: usize,
        /// What is in the way.
        reason: String,
    },
    /// linfa refused.
    #[error("linfa: {0}")]
    Linfa(String),
}

impl From<linfa::Error> for AnalysisError {
    fn from(error: linfa::Error) -> Self {
        Self::Linfa(error.to_string())
    }
}

/// `Ok` if `found` passes, else the error that names the bound.
pub(crate) fn check(
    setting: &'static str,
    found: f64,
    expected: &'static str,
    passes: bool,
) -> Result<(), AnalysisError> {
    if passes { Ok(()) } else { Err(AnalysisError::OutOfRange { setting, expected, found }) }
}
