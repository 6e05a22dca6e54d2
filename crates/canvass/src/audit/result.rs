//! What an audit gives: the types of `audit.json`, field by field, and the rules that it states.

use super::numbers::NumberCheck;
use super::omitted::Omission;
use super::quotations::QuotationCheck;
use super::summary::{PassedOver, Place};
use serde::Serialize;

/// The numbers of the rules that an audit goes by.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Rule {
    /// A word of the heading weighs so many times what one of the text does.
    pub heading_weight: f64,
    /// A passage is measured by so many of the claim's heaviest words.
    pub heaviest: usize,
    /// The least share of their weight that a passage must hold to support the claim ...
    pub least_fit: f64,
    /// ... and the fewest different words of the claim, if it has as many; the whole heading will do, too.
    pub least_words: usize,
    /// A claim that fewer respondents support is weak at best ...
    pub least_respondents: u64,
    /// ... and so is one that a smaller share of the base supports ...
    pub least_share: f64,
    /// ... and one of whose words, by weight, a smaller share occurs in what supports it.
    pub least_words_found: f64,
    /// A claim fits the answers to another question better if it is supported there, and if share of the base times share of its words found is so
    /// many times what it is in its own.
    pub times_better: f64,
    /// The least share of a quotation's words that an answer must have for the quotation to be an altered one.
    pub least_likeness: f64,
    /// A number of respondents agrees if it is off by no more than this part of what was found ...
    pub number_tolerance: f64,
    /// ... or by so many respondents.
    pub respondents_tolerance: f64,
    /// A share agrees if it is off by no more than so many points of a hundred.
    pub points_tolerance: f64,
}

/// The rules: calibrated as `benches/README.md` tells.
pub const RULE: Rule = Rule {
    heading_weight: 2.0,
    heaviest: 6,
    least_fit: 0.15,
    least_words: 2,
    least_respondents: 3,
    least_share: 0.02,
    least_words_found: 0.25,
    times_better: 1.5,
    least_likeness: 0.6,
    number_tolerance: 0.2,
    respondents_tolerance: 2.0,
    points_tolerance: 5.0,
};

/// What the answers say of a claim.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimVerdict {
    /// At least [`Rule::least_respondents`] and [`Rule::least_share`] of the base support it, and what they say has at least
    /// [`Rule::least_words_found`] of its words, by weight.
    Supported,
    /// Someone supports it.
    Weak,
    /// Nobody does.
    NotFound,
}

/// How the question of a claim is known.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QuestionSource {
    /// The summary says it: a heading above, or a field of the file.
    Summary,
    /// Whoever asked for the audit.
    Stated,
    /// There is only one.
    Only,
    /// None is said: of all questions it is the one whose answers support the claim most.
    Best,
}

/// A claim, checked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClaimAudit {
    /// `c1` and on, in the order of the summary.
    pub id: String,
    /// Where it stands in the summary.
    pub place: Place,
    /// The heading above it; empty: none.
    pub section: String,
    /// Its heading; may be empty.
    pub heading: String,
    /// Its sentences; may be empty.
    pub text: String,
    /// The id of the question it was looked for in.
    pub question: String,
    /// How that is known.
    pub question_source: QuestionSource,
    /// What the answers say of it.
    pub verdict: ClaimVerdict,
    /// The respondents who support it.
    pub n_respondents: u64,
    /// The same, near-duplicates counted once.
    pub n_respondents_once: u64,
    /// The respondents who answered the question, in any language.
    pub base: u64,
    /// Their share of the base, 0 to 1.
    pub share: f64,
    /// The share of the weight of its words that occurs in what supports it, 0 to 1.
    pub words_found: f64,
    /// The question whose answers fit it much better; none: no other's do, or the summary names no question.
    pub fits_better: Option<FitsBetter>,
    /// The words it was looked for by.
    pub words: Vec<WordOfClaim>,
    /// The answers that support it, the best first.
    pub evidence: Vec<Evidence>,
    /// What it quotes.
    pub quotations: Vec<QuotationCheck>,
    /// The numbers it gives.
    pub numbers: Vec<NumberCheck>,
    /// The lines beside it that give evidence.
    pub remarks: Vec<String>,
}

/// The question whose answers fit a claim better than those to its own.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FitsBetter {
    /// The id of the question.
    pub question: String,
    /// The respondents whose answers to it support the claim.
    pub n_respondents: u64,
    /// The respondents who answered it, in any language.
    pub base: u64,
    /// Their share of that base, 0 to 1.
    pub share: f64,
    /// The share of the weight of the claim's words that occurs in what supports it there, 0 to 1.
    pub words_found: f64,
}

/// A word that a claim was looked for by.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WordOfClaim {
    /// As the claim has it.
    pub word: String,
    /// Whether it stands in the heading: then it weighs twice.
    pub in_heading: bool,
    /// The answers that have it or an inflection of it.
    pub n_answers: u32,
    /// What it weighs.
    pub weight: f64,
}

/// An answer that supports a claim.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evidence {
    /// The response.
    pub response_id: String,
    /// Its respondent.
    pub respondent_id: String,
    /// The share of the weight of the claim's words that the passage holds, 0 to 1.
    pub fit: f64,
    /// Its passage that fits best.
    pub passage: String,
    /// The first byte of the passage in the text that was analysed.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
    /// The words of the claim that it holds, as the claim has them.
    pub shared: Vec<String>,
    /// Where they stand: bytes of the passage.
    pub spans: Vec<(u32, u32)>,
}

/// A heading of a summary and the numbers that it gives.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SectionAudit {
    /// The heading.
    pub heading: String,
    /// The question it names; empty: none.
    pub question: String,
    /// Its numbers, checked against the base of that.
    pub numbers: Vec<NumberCheck>,
}

/// A summary, checked.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Audit {
    /// [`SCHEMA`](super::SCHEMA).
    pub schema: &'static str,
    /// The version of the program.
    pub version: &'static str,
    /// The file of the summary.
    pub summary: String,
    /// BLAKE3 of that, in hexadecimal.
    pub summary_blake3: String,
    /// BLAKE3 of the settings of the run.
    pub settings_blake3: String,
    /// The seed of what was drawn.
    pub seed: u64,
    /// The rules it goes by.
    pub rule: Rule,
    /// The headings with claims below them.
    pub sections: Vec<SectionAudit>,
    /// The claims.
    pub claims: Vec<ClaimAudit>,
    /// What the claims leave out, for each question that claims are about.
    pub left_out: Vec<Omission>,
    /// What of the summary is no claim, and was not checked.
    pub passed_over: Vec<PassedOver>,
}
