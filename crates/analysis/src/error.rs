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
    /// The clustering library refused.
    #[error("k-means cannot make {n_clusters} clusters of {n_points} points: {message}")]
    Clustering {
        /// Clusters asked for.
        n_clusters: usize,
        /// Points with a term.
        n_points: usize,
        /// What the library said.
        message: String,
    },
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
