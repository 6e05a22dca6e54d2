//! The settings of the theme stage.

use crate::error::{AnalysisError, check};
use serde::{Deserialize, Serialize};

/// How themes are found.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Algorithm {
    /// Terms that behave as the names of subjects do; any mention counts.
    #[default]
    Stems,
    /// k-means on reduced TF-IDF vectors: each point in one theme.
    KMeans,
}

/// How points become themes.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ThemeSettings {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// How many themes a question has at most.
    pub max_themes: u32,
    /// The fewest respondents, near-duplicates counted once, that make a theme.
    pub min_respondents: u32,
    /// The largest share of a question's answers a theme may have, above 0 to 1; 1 leaves out nothing.
    pub max_share: f64,
    /// Terms that share this much of the points they stand in (Jaccard) define one theme together.
    pub min_joint_points: f64,
    /// A term that shares this much of the answers it stands in (Jaccard) with a theme defines no other.
    pub max_overlap: f64,
    /// `kmeans`: dimensions kept of the TF-IDF vectors.
    pub dimensions: u32,
}

impl Default for ThemeSettings {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::default(),
            max_themes: 24,
            min_respondents: 3,
            max_share: 1.0,
            min_joint_points: 0.4,
            max_overlap: 0.6,
            dimensions: 20,
        }
    }
}

impl ThemeSettings {
    /// Checks the bounds.
    ///
    /// # Errors
    /// [`AnalysisError::OutOfRange`], naming the setting, its bounds and its value.
    pub fn check(&self) -> Result<(), AnalysisError> {
        let share = |x: f64| x > 0.0 && x <= 1.0;
        check("themes.max_themes", self.max_themes.into(), "from 1 to 1000", (1..=1000).contains(&self.max_themes))?;
        check("themes.min_respondents", self.min_respondents.into(), "at least 1", self.min_respondents >= 1)?;
        check("themes.max_share", self.max_share, "above 0 and at most 1", share(self.max_share))?;
        check("themes.max_overlap", self.max_overlap, "above 0 and at most 1", share(self.max_overlap))?;
        check("themes.min_joint_points", self.min_joint_points, "above 0 and at most 1", share(self.min_joint_points))?;
        check("themes.dimensions", self.dimensions.into(), "from 1 to 1000", (1..=1000).contains(&self.dimensions))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_out_of_bounds_is_named_with_its_bounds() {
        let settings = ThemeSettings { max_share: 1.5, ..ThemeSettings::default() };
        let error = settings.check().expect_err("1.5 is no share");
        assert_eq!(error.to_string(), "themes.max_share is 1.5, but must be above 0 and at most 1");
        assert!(ThemeSettings { max_overlap: f64::NAN, ..ThemeSettings::default() }.check().is_err());
    }
}
