//! The settings of the theme stage.

use crate::clusters::ClusterAlgorithm;
use crate::error::{AnalysisError, check};
use serde::{Deserialize, Serialize};

/// How themes are found.
///
/// Written as a name: `auto`, `stems`, or that of a [`ClusterAlgorithm`].
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(try_from = "String", into = "String")]
pub enum Algorithm {
    /// Stem themes for few points, consensus clusters from `clusters_from` points on.
    #[default]
    Auto,
    /// Terms that behave as the names of subjects do.
    Stems,
    /// Clusters, each defined by the terms that tell it from the others.
    Clusters(ClusterAlgorithm),
}

impl Algorithm {
    /// The name it is chosen by.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Stems => "stems",
            Self::Clusters(algorithm) => algorithm.name(),
        }
    }
}

impl From<Algorithm> for String {
    fn from(algorithm: Algorithm) -> Self {
        algorithm.name().to_owned()
    }
}

impl TryFrom<String> for Algorithm {
    type Error = String;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        let clusters = ClusterAlgorithm::ALL.map(Self::Clusters);
        let mut all = [Self::Auto, Self::Stems].into_iter().chain(clusters);
        all.find(|algorithm| algorithm.name() == name).ok_or_else(|| {
            let clusters: Vec<&str> = ClusterAlgorithm::ALL.map(ClusterAlgorithm::name).to_vec();
            format!("no algorithm is called {name:?}: it is auto, stems, {}", clusters.join(", "))
        })
    }
}

/// How points become themes.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct ThemeSettings {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// How many themes a question has; `None`: as many as the answers give, but no more than `max_themes`.
    pub n_themes: Option<u32>,
    /// How many themes a question has at most where the answers decide.
    pub max_themes: u32,
    /// The fewest respondents, near-duplicates counted once, that make a theme.
    pub min_respondents: u32,
    /// The largest share of a question's answers a theme may have, above 0 to 1; 1 leaves out nothing.
    pub max_share: f64,
    /// Terms that share this much of the points they stand in (Jaccard) define one theme together.
    pub min_joint_points: f64,
    /// A term that shares this much of the answers it stands in (Jaccard) with a theme defines no other.
    pub max_overlap: f64,
    /// `auto`: from this many points on, near-duplicates and points without a shared word aside, themes are found by clusters.
    pub clusters_from: u32,
    /// Clusters: dimensions kept of the TF-IDF vectors, but no more than a tenth of the points.
    pub dimensions: u32,
    /// Of more points than this, themes are found in a sample, and every point is then coded by their terms.
    pub max_points: u32,
    /// Resamples of the respondents by which the stability of each theme is measured; 0 leaves it unmeasured.
    pub resamples: u32,
}

impl Default for ThemeSettings {
    fn default() -> Self {
        Self {
            algorithm: Algorithm::default(),
            n_themes: None,
            max_themes: 20,
            min_respondents: 3,
            max_share: 1.0,
            min_joint_points: 0.4,
            max_overlap: 0.6,
            clusters_from: 500,
            dimensions: 100,
            max_points: 50_000,
            resamples: 20,
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
        let n_themes = self.n_themes.unwrap_or(1);
        check("themes.n_themes", n_themes.into(), "from 1 to 1000", (1..=1000).contains(&n_themes))?;
        check("themes.max_points", self.max_points.into(), "at least 1000", self.max_points >= 1000)?;
        check("themes.resamples", self.resamples.into(), "at most 1000", self.resamples <= 1000)?;
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
