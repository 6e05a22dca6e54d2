//! Who says it: a finding by attributes, and by the closed question that its question explains.
//!
//! Every number is one of the cross-tables', so what is suppressed there is suppressed here, and nothing here tells more than they do.

use crate::statistics::{GroupedBy, Percent};
use serde::Serialize;

/// A finding by the groups of one attribute or of one closed question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Breakdown {
    /// What the groups are made by.
    pub by: GroupedBy,
    /// The attribute's column, or the closed question's id.
    pub by_name: String,
    /// The groups, in the order of the cross-table; of an attribute those who did not say are the last.
    pub groups: Vec<BreakdownGroup>,
    /// The finding's respondents in none of the groups: who did not answer the closed question. With the groups' `n` they add up
    /// to the finding's respondents. None where a group is suppressed.
    pub n_elsewhere: Option<u64>,
}

/// A group within a finding.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BreakdownGroup {
    /// The value of its respondents.
    pub group: String,
    /// Whether it is those who did not say.
    pub is_unsaid: bool,
    /// Its respondents in the finding; none: suppressed.
    pub n: Option<u64>,
    /// Its respondents who answered the question; none: suppressed.
    pub base: Option<u64>,
    /// `n` / `base`, in per cent.
    pub percent: Option<Percent>,
    /// The group's share / the share of all others who answered, to two decimals; none where either is not told or nobody else
    /// says it.
    pub ratio: Option<f64>,
    /// How likely it is that a group of this size, drawn from those who answered, departs as far from what is expected:
    /// Fisher's exact test, two-sided, to four decimals. None where it was not tested: suppressed, did not say, or a base below
    /// `findings.smallest_group`.
    pub p: Option<f64>,
    /// `p` adjusted for all tests of the question (Benjamini & Hochberg 1995), to four decimals.
    pub q: Option<f64>,
    /// Said where `q` is below 0.05.
    pub representation: Option<Representation>,
}

/// Whether a group stands out in a finding.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Representation {
    /// It says it more often than all others.
    Over,
    /// It says it less often.
    Under,
}
