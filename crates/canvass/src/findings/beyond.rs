//! What the findings of a question leave out, and whom.

use super::Verbatim;
use super::breakdown::Breakdown;
use serde::Serialize;

/// What is in none of a question's findings, in whatever language they are.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Beyond {
    /// The respondents of the base who are in no finding.
    pub n_respondents: u64,
    /// `n_respondents` / base, 0 to 1, to four decimals.
    pub share: f64,
    /// Who they are: for each attribute each group's respondents in no finding. Empty where small cells are suppressed: with the
    /// findings' tables it would tell what these hold. `ratio`, `p`, `q` and `representation` as in a finding.
    pub who: Vec<Breakdown>,
    /// The themes below, in rank order.
    pub themes: Vec<ThemeBelow>,
    /// Subjects of fewer respondents than a theme needs, but of two at least, the largest first: terms that stand in points of no
    /// theme. Of many the first, see `n_small_groups`.
    pub small_groups: Vec<SmallGroup>,
    /// How many there are.
    pub n_small_groups: u64,
    /// Points of one respondent: of no theme, and sharing no term that could carry one with another respondent. Of many the first,
    /// see `n_single_points`.
    pub single_points: Vec<Verbatim>,
    /// How many there are.
    pub n_single_points: u64,
    /// The responses of the base in no theme.
    pub n_no_theme: u64,
}

/// A theme below the findings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ThemeBelow {
    /// The theme.
    pub theme_id: String,
    /// Its label.
    pub label: String,
    /// Its respondents.
    pub n_respondents: u64,
    /// The same, each group of near-duplicates counted once.
    pub n_respondents_once: u64,
    /// As in the theme.
    pub share: f64,
    /// As in the theme.
    pub quantifier: String,
}

/// A subject of a few respondents.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SmallGroup {
    /// The term, as respondents write it.
    pub label: String,
    /// The respondents with a point that holds it.
    pub n_respondents: u64,
    /// The same, each group of near-duplicates counted once.
    pub n_respondents_once: u64,
    /// Who they are, in the order of the file.
    pub respondents: Vec<String>,
    /// The point of the first of them.
    pub verbatim: Verbatim,
}
