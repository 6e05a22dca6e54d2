//! What the points are about.
//!
//! A theme is defined by terms: a point that holds one of them is in the theme. That is what the report shows as the
//! reason and what an analyst can edit. The default algorithm (stem themes) chooses single terms that behave as the names of
//! subjects do; the other is k-means on reduced vectors, for comparison.

mod clusters;
mod settings;
mod stems;

use crate::error::AnalysisError;
use crate::vectors::{Csr, TfidfSettings};

pub use settings::{Algorithm, ThemeSettings};

/// What themes are found in.
#[derive(Clone, Copy, Debug)]
pub struct ThemeInput<'a> {
    /// `n_points × n_terms`: how often each term stands in each point. Terms that carry no theme are left out beforehand.
    pub counts: &'a Csr,
    /// For each point the response it belongs to; ascending.
    pub responses: &'a [u32],
    /// For each response its group: near-duplicates share one, every other response has its own. Any numbers.
    pub groups: &'a [u32],
    /// For each term whether it may define a theme; the others only tell points apart.
    pub may_define: &'a [bool],
}

/// A term and its weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WeightedTerm {
    /// The column of the term.
    pub term_idx: u32,
    /// Its weight; its scale is that of the list it stands in.
    pub weight: f64,
}

/// One theme.
#[derive(Clone, Debug, PartialEq)]
pub struct Theme {
    /// The terms that put a point into the theme, the one it was found by first; weights sum to 1.
    pub terms: Vec<WeightedTerm>,
    /// Terms that stand beside them more often than chance would have it, by (c - e)² / (e + 0.5), the heaviest first.
    /// They describe the theme; they do not put a point into it.
    pub companions: Vec<WeightedTerm>,
}

/// A point in a theme.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Membership {
    /// Index into [`Themes::themes`].
    pub theme_idx: u32,
    /// The row of the point.
    pub point_idx: u32,
    /// Cosine of the point's TF-IDF vector with the mean of the theme's points: 0 to 1.
    pub strength: f64,
}

/// The themes of a set of points.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Themes {
    /// The themes in the order in which the algorithm took them.
    pub themes: Vec<Theme>,
    /// By theme, then by point.
    pub memberships: Vec<Membership>,
}

/// Finds the themes of a set of points.
///
/// A point may be in several themes or in none.
///
/// # Guarantees
/// The same result at any thread count, for one seed. Without points, no themes.
///
/// # Errors
/// [`AnalysisError`] if a setting is out of its bounds or the clustering library refuses.
pub fn fit_themes(input: &ThemeInput<'_>, settings: &ThemeSettings, seed: u64) -> Result<Themes, AnalysisError> {
    settings.check()?;
    let found = match settings.algorithm {
        Algorithm::Stems => stems::fit(input, settings),
        Algorithm::KMeans => clusters::fit(input, settings, seed)?,
    };
    Ok(with_strengths(input.counts, found))
}

/// A theme and the points in it, ascending.
struct Found {
    theme: Theme,
    points: Vec<u32>,
}

/// How much more often something happens than chance would have it: (c - e)² / (e + 0.5).
fn association(count: f64, expected: f64) -> f64 {
    (count - expected) * (count - expected) / (expected + 0.5)
}

/// Measures how well each point fits each of its themes.
fn with_strengths(counts: &Csr, found: Vec<Found>) -> Themes {
    let weighted = TfidfSettings::default().fit(counts).transform(counts);
    let mut themes = Themes::default();
    let mut mean = vec![0.0_f64; counts.n_columns()];
    for (theme_idx, Found { theme, points }) in found.into_iter().enumerate() {
        mean.fill(0.0);
        for point in &points {
            for (term, weight) in weighted.row(*point as usize) {
                mean[term as usize] += f64::from(weight);
            }
        }
        let norm = mean.iter().map(|weight| weight * weight).sum::<f64>().sqrt();
        for point_idx in points {
            let product: f64 =
                weighted.row(point_idx as usize).map(|(term, weight)| f64::from(weight) * mean[term as usize]).sum();
            let strength = if norm > 0.0 { (product / norm).clamp(0.0, 1.0) } else { 0.0 };
            themes.memberships.push(Membership { theme_idx: theme_idx as u32, point_idx, strength });
        }
        themes.themes.push(theme);
    }
    themes
}
