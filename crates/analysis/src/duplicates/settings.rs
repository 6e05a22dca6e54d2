//! The settings of the near-duplicate stage.

use crate::error::{AnalysisError, check};
use serde::{Deserialize, Serialize};

/// What counts as a near-duplicate.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct DuplicateSettings {
    /// Answers at least this similar are near-duplicates: the share of the words of both that stand in shared shingles.
    pub min_similarity: f64,
    /// The share of pairs just that similar that the signatures are to find; more of those more similar.
    pub target_recall: f64,
    /// Words in a shingle.
    pub shingle_words: u32,
    /// Answers of fewer words, quotations not counted, are never near-duplicates: short answers are alike by chance. For the
    /// same reason near-duplicates share as many different shingles as so many words in a row have.
    pub min_words: u32,
    /// A passage of so many words in a row makes two answers that are no near-duplicates a partial copy.
    pub passage_words: u32,
}

impl Default for DuplicateSettings {
    fn default() -> Self {
        Self { min_similarity: 0.5, target_recall: 0.99, shingle_words: 3, min_words: 8, passage_words: 20 }
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
        let recall = self.target_recall >= 0.5 && self.target_recall <= 0.999;
        check("duplicates.target_recall", self.target_recall, "from 0.5 to 0.999", recall)?;
        let words = (1..=20).contains(&self.shingle_words);
        check("duplicates.shingle_words", self.shingle_words.into(), "from 1 to 20", words)?;
        let long = self.min_words >= self.shingle_words;
        check("duplicates.min_words", self.min_words.into(), "no less than duplicates.shingle_words", long)?;
        let passage = self.passage_words >= self.min_words && self.passage_words <= 100_000;
        let expected = "no less than duplicates.min_words and at most 100000";
        check("duplicates.passage_words", self.passage_words.into(), expected, passage)
    }

    /// The different shingles that a pair has to share to be near-duplicates, and a text to have one.
    pub(super) fn min_shingles(&self) -> usize {
        (self.min_words - self.shingle_words) as usize + 1
    }

    /// The different shingles of half a passage: from so many on a pair need not share most of its shingles to be near, but only most of its words.
    pub(super) fn evident_shingles(&self) -> usize {
        ((self.passage_words / 2).saturating_sub(self.shingle_words) as usize + 1).max(self.min_shingles())
    }
}
