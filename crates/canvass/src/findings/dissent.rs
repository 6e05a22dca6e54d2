//! Who disagrees: a finding by the sides its respondents took in the closed question before, and the points whose wording speaks
//! against.

use super::Verbatim;
use crate::statistics::Percent;
use serde::Serialize;

/// What speaks against a finding.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Dissent {
    /// The sides that its respondents took in the closed question that the question explains (`split_by`); none where there is no
    /// such question, or its options have no sides.
    pub stances: Option<Stances>,
    /// Answers whose wording speaks against: a cue such as "should not" stands in the clause that holds the theme's term.
    pub against: Against,
}

/// The sides taken in a closed question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stances {
    /// The closed question's id.
    pub question: String,
    /// Agree, neutral, disagree and other, as far as anybody who answered is of it.
    pub counts: Vec<StanceCount>,
    /// The finding's respondents who did not answer the closed question; none where a count is suppressed.
    pub n_unsaid: Option<u64>,
    /// The smaller of the two sides, where it is known and has anybody.
    pub minority: Option<Stance>,
    /// Quotations of that side. None where small cells are suppressed: they would tell who chose what.
    pub verbatims: Vec<Verbatim>,
}

/// The side of an answer to a closed question.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stance {
    /// A grade of the upper half.
    Agree,
    /// The grade in the middle.
    Neutral,
    /// A grade of the lower half.
    Disagree,
    /// An option with no side.
    Other,
}

/// How many of a finding's respondents took a side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StanceCount {
    /// The side.
    pub stance: Stance,
    /// The options it is made of, in their order.
    pub options: Vec<String>,
    /// The finding's respondents of it; none: suppressed.
    pub n: Option<u64>,
    /// All of it who answered the question; none: suppressed.
    pub base: Option<u64>,
    /// `n` / `base`, in per cent.
    pub percent: Option<Percent>,
}

/// Answers whose wording speaks against.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Against {
    /// Their respondents.
    pub n_respondents: u64,
    /// Who they are, in the order of the file.
    pub respondents: Vec<String>,
    /// Two of them at most.
    pub verbatims: Vec<OpposingVerbatim>,
}

/// A quotation, and the words in it that speak against.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct OpposingVerbatim {
    /// The quotation.
    #[serde(flatten)]
    pub verbatim: Verbatim,
    /// The cue, as the answer has it.
    pub cue: String,
}
