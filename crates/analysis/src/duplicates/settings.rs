//! The settings of the near-duplicate stage.

use crate::error::{AnalysisError, check};
use serde::{Deserialize, Serialize};

/// What counts as a near-duplicate.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct DuplicateSettings {
    /// Answers whose shingles have at least this Jaccard similarity are near-duplicates.
    pub min_similarity: f64,
    /// Words in a shingle.
    pub shingle_words: u32,
    /// Answers of fewer words, quotations not counted, are never duplicates: short answers are alike by chance.
    pub min_words: u32,
}

impl Default for DuplicateSettings {
    fn default() -> Self {
        Self { min_similarity: 0.5, shingle_words: 3, min_words: 8 }
    }
}

impl DuplicateSettings {
    /// Checks the bounds.
    ///
    /// # Errors
    /// [`AnalysisError::OutOfRange`], naming the setting, its bounds and its value.
    pub fn check(&self) -> Result<(), AnalysisError> {
        let similar = self.min_similarity >= 0.3 && self.min_similarity <= 1.0;
        check("duplicates.min_similarity", self.min_similarity, "from 0.3 to 1", similar)?;
        let words = (1..=20).contains(&self.shingle_words);
        check("duplicates.shingle_words", self.shingle_words.into(), "from 1 to 20", words)?;
        let long = self.min_words >= self.shingle_words;
        check("duplicates.min_words", self.min_words.into(), "no less than duplicates.shingle_words", long)
    }
}
