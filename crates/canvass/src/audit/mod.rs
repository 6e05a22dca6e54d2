//! A published summary checked against the answers it is said to summarise.
//!
//! [`Summary::read`] makes claims of a file; [`audit`] says of each which answers support it, looks up what it quotes, checks its numbers, and
//! says what the claims together leave out. Everything is found by words, by rules that the result states: what an audit says can be
//! checked with the answers at hand. It does not say whether a claim is true.

mod numbers;
mod omitted;
mod page;
mod quotations;
mod summary;
mod support;

use crate::codeframe::Reader;
use crate::error::Error;
use crate::findings::four_decimals;
use crate::report::OutputFile;
use crate::run_folder::{CodedQuestion, CodedRun};
use canvass_text::Analyser;
use numbers::Known;
use quotations::Searched;
use rayon::prelude::*;
use serde::Serialize;
use support::{Answers, ClaimWord, Supporter};

pub use numbers::{Counted, NumberCheck, NumberVerdict};
pub use omitted::{Baseline, Omission, ThemeCover};
pub use quotations::{Difference, LEAST_LIKENESS, QuotationCheck, QuotationVerdict, QuotedPassage, StandsIn};
pub use summary::{Claim, Summary};
pub use support::{HEADING_WEIGHT, HEAVIEST, LEAST_FIT, LEAST_WORDS};

/// The version of the result's form.
pub const SCHEMA: &str = "canvass-audit-1";
/// A claim that fewer respondents support is weak at best ...
pub const LEAST_RESPONDENTS: u64 = 3;
/// ... and so is one that a smaller share of the base supports ...
pub const LEAST_SHARE: f64 = 0.02;
/// ... and one of whose words, by weight, a smaller share occurs in what supports it.
pub const LEAST_WORDS_FOUND: f64 = 0.25;
/// The names of the files.
pub const AUDIT_JSON: &str = "audit.json";
/// The page.
pub const AUDIT_HTML: &str = "audit.html";

/// Why a summary cannot be audited.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    /// The summary cannot be read.
    #[error("cannot read the summary {file}: {why}")]
    Unreadable {
        /// The file.
        file: String,
        /// Why.
        why: String,
    },
    /// The name of the summary ends in nothing that is known.
    #[error("cannot tell what the summary {file} is by its name")]
    UnknownKind {
        /// The file.
        file: String,
    },
    /// It holds no claim.
    #[error("the summary {file} holds no claim")]
    NoClaims {
        /// The file.
        file: String,
    },
    /// No heading holds the text that was asked for.
    #[error("no heading of the summary {file} with claims below it holds {wanted:?}; the headings are {}", quoted(.headings))]
    NoSuchSection {
        /// The file.
        file: String,
        /// What was asked for.
        wanted: String,
        /// The headings, at most twenty.
        headings: Vec<String>,
    },
    /// The run has no such open question.
    #[error("the run has no open question {wanted:?}; its open questions are {}", .questions.join(", "))]
    NoSuchQuestion {
        /// What was asked for.
        wanted: String,
        /// Their ids.
        questions: Vec<String>,
    },
}

fn quoted(headings: &[String]) -> String {
    if headings.is_empty() {
        return "none".to_owned();
    }
    headings.iter().map(|heading| format!("{heading:?}")).collect::<Vec<_>>().join(", ")
}

impl AuditError {
    /// The way out, as a sentence.
    pub fn hint(&self) -> String {
        match self {
            Self::Unreadable { .. } => "a summary is a Markdown, text, Word (.docx) or JSON file".into(),
            Self::UnknownKind { .. } => "give it the ending .md, .txt, .docx or .json".into(),
            Self::NoClaims { .. } => {
                "a claim is an item of a list that begins in bold (\"- **Heading:** sentence\"), any item of a list where none does, or in JSON an object with \"heading\" and \"text\"".into()
            }
            Self::NoSuchSection { .. } => "give a part of one of these headings".into(),
            Self::NoSuchQuestion { .. } => "give the id of one of these".into(),
        }
    }
}

/// What to audit, and how.
#[derive(Clone, Debug, Default)]
pub struct AuditRequest {
    /// The question of claims that say none.
    pub question: Option<String>,
    /// Only claims below a heading that holds this text are audited.
    pub section: Option<String>,
    /// The seed of what is drawn.
    pub seed: u64,
}

/// What the answers say of a claim.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ClaimVerdict {
    /// At least [`LEAST_RESPONDENTS`] respondents and [`LEAST_SHARE`] of the base support it, and what they say has at least
    /// [`LEAST_WORDS_FOUND`] of its words, by weight.
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
    pub place: String,
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
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The version of the program.
    pub version: &'static str,
    /// The file of the summary.
    pub summary: String,
    /// BLAKE3 of the settings of the run.
    pub settings_blake3: String,
    /// The seed of what was drawn.
    pub seed: u64,
    /// The headings with claims below them.
    pub sections: Vec<SectionAudit>,
    /// The claims.
    pub claims: Vec<ClaimAudit>,
    /// What the claims leave out, for each question that claims are about.
    pub left_out: Vec<Omission>,
    /// Lines of the summary that are no claims, with their places.
    pub passed_over: Vec<(String, String)>,
}

/// Checks a summary against a run.
///
/// # Guarantees
/// The same result at any thread count. Every passage of the evidence and every quotation found is the text that was analysed, byte for byte.
///
/// # Errors
/// [`AuditError`] if the section or the question asked for is not there; [`Error::Resource`]: a fault of this program.
pub fn audit(summary: &Summary, run: &CodedRun, request: &AuditRequest) -> Result<Audit, Error> {
    let reader = Reader::new(&run.config)?;
    let analyser = reader.analyser();
    let claims = chosen(summary, request)?;
    let stated = request.question.as_deref().map(|wanted| stated_question(run, wanted)).transpose()?;
    let laid_out: Vec<Answers<'_>> =
        run.questions.par_iter().map(|question| Answers::new(question, question.language)).collect();
    let audited: Vec<Audited<'_>> = claims
        .par_iter()
        .enumerate()
        .map(|(number, claim)| {
            let said = question_of(claim, summary, run);
            let known = match (said, stated, run.questions.as_slice()) {
                (Some(at), ..) => Some((at, QuestionSource::Summary)),
                (None, Some(at), _) => Some((at, QuestionSource::Stated)),
                (None, None, [_]) => Some((0, QuestionSource::Only)),
                _ => None,
            };
            Audited::new(&format!("c{}", number + 1), claim, known, &laid_out, &analyser)
        })
        .collect();
    let quotations = all_quotations(&audited, run);
    let mut checked: Vec<ClaimAudit> = Vec::with_capacity(audited.len());
    for (audited, quotations) in audited.iter().zip(quotations) {
        checked.push(audited.checked(summary, &laid_out, quotations, run));
    }
    let sections = summary.sections.iter().enumerate();
    let sections = sections.filter(|(at, _)| claims.iter().any(|claim| claim.section_idx == Some(*at)));
    Ok(Audit {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        summary: summary.file.clone(),
        settings_blake3: run.settings_blake3.clone(),
        seed: request.seed,
        sections: sections.map(|(_, heading)| section(heading, run)).collect(),
        left_out: omitted::left_out(&laid_out, &audited, &checked, request.seed),
        claims: checked,
        passed_over: summary.passed_over.clone(),
    })
}

/// The files of an audit: [`AUDIT_JSON`] and [`AUDIT_HTML`].
///
/// # Errors
/// [`Error::Template`]: a fault of this program.
pub fn files(audit: &Audit) -> Result<Vec<OutputFile>, Error> {
    let mut json = serde_json::to_vec_pretty(audit).map_err(|error| Error::Template(error.to_string()))?;
    json.push(b'\n');
    let page = page::render(audit)?;
    Ok(vec![
        OutputFile { name: AUDIT_HTML.into(), bytes: page.into_bytes() },
        OutputFile { name: AUDIT_JSON.into(), bytes: json },
    ])
}

/// The claims that are asked for.
fn chosen<'s>(summary: &'s Summary, request: &AuditRequest) -> Result<Vec<&'s Claim>, AuditError> {
    let Some(wanted) = &request.section else { return Ok(summary.claims.iter().collect()) };
    let folded = folded(wanted);
    let claims: Vec<&Claim> =
        summary.claims.iter().filter(|claim| self::folded(summary.section(claim)).contains(&folded)).collect();
    if claims.is_empty() || folded.is_empty() {
        let headings = summary.sections.iter().take(20).cloned().collect();
        return Err(AuditError::NoSuchSection { file: summary.file.clone(), wanted: wanted.clone(), headings });
    }
    Ok(claims)
}

/// The words of a text, without case and marks.
fn folded(text: &str) -> String {
    canvass_text::normalised_words(text).collect::<Vec<_>>().join(" ")
}

fn stated_question(run: &CodedRun, wanted: &str) -> Result<usize, AuditError> {
    let found = run.questions.iter().position(|question| question.id == wanted).or_else(|| named_question(run, wanted));
    found.ok_or_else(|| AuditError::NoSuchQuestion {
        wanted: wanted.to_owned(),
        questions: run.questions.iter().map(|question| question.id.clone()).collect(),
    })
}

/// The question that a heading begins with: its id, its wording, or the beginning of that of four words or more.
fn named_question(run: &CodedRun, heading: &str) -> Option<usize> {
    const LEAST: usize = 4;
    let heading = folded(heading);
    let begins = |text: &str, with: &str| {
        !with.is_empty() && text.strip_prefix(with).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    let by_id = run.questions.iter().position(|question| begins(&heading, &folded(&question.id)));
    by_id.or_else(|| {
        run.questions.iter().position(|question| {
            let wording = folded(&question.text);
            begins(&heading, &wording) || (heading.split(' ').count() >= LEAST && begins(&wording, &heading))
        })
    })
}

/// The question that the summary says a claim is about.
fn question_of(claim: &Claim, summary: &Summary, run: &CodedRun) -> Option<usize> {
    match &claim.question {
        Some(named) => run.questions.iter().position(|of| of.id == *named).or_else(|| named_question(run, named)),
        None => claim.section_idx.and_then(|at| named_question(run, &summary.sections[at])),
    }
}

/// The base of a question, raw and with near-duplicates counted once.
fn base_of(question: &CodedQuestion) -> (u64, u64) {
    let texts = (0_u32..).zip(&question.analysis.texts);
    question.count(texts.flat_map(|(response, text)| (0..text.points.len() as u32).map(move |point| (response, point))))
}

fn section(heading: &str, run: &CodedRun) -> SectionAudit {
    let question = named_question(run, heading).map(|at| &run.questions[at]);
    let numbers = question.map_or_else(Vec::new, |question| {
        let known = Known { behind: None, base: base_of(question), scale: &run.config.findings.quantifiers };
        // The question's own id and wording hold no number to check.
        let wording_end = heading.rfind(['(', '[', '?']).unwrap_or(heading.len());
        numbers::check(heading.get(wording_end..).unwrap_or_default(), &known)
    });
    SectionAudit {
        heading: heading.to_owned(),
        question: question.map(|of| of.id.clone()).unwrap_or_default(),
        numbers,
    }
}

/// A claim with the answers that support it.
struct Audited<'c> {
    id: String,
    claim: &'c Claim,
    /// Index of its question.
    question_idx: usize,
    source: QuestionSource,
    words: Vec<ClaimWord>,
    supporters: Vec<Supporter>,
}

impl<'c> Audited<'c> {
    fn new(
        id: &str,
        claim: &'c Claim,
        known: Option<(usize, QuestionSource)>,
        laid_out: &[Answers<'_>],
        analyser: &Analyser<'_>,
    ) -> Self {
        let of = |question_idx: usize, source: QuestionSource| {
            let answers = &laid_out[question_idx];
            let words = answers.words(&claim.heading, &claim.text, analyser);
            let supporters = answers.supporters(&words);
            Self { id: id.to_owned(), claim, question_idx, source, words, supporters }
        };
        if let Some((question_idx, source)) = known {
            return of(question_idx, source);
        }
        let mut best = of(0, QuestionSource::Best);
        for question_idx in 1..laid_out.len() {
            let other = of(question_idx, QuestionSource::Best);
            let n = |of: &Self| laid_out[of.question_idx].count(&of.supporters).0;
            if n(&other) > n(&best) {
                best = other;
            }
        }
        best
    }

    fn checked(
        &self,
        summary: &Summary,
        laid_out: &[Answers<'_>],
        quotations: Vec<QuotationCheck>,
        run: &CodedRun,
    ) -> ClaimAudit {
        let (claim, answers) = (self.claim, &laid_out[self.question_idx]);
        let (n_respondents, n_respondents_once) = answers.count(&self.supporters);
        let base = base_of(answers.question);
        let share = if base.0 == 0 { 0.0 } else { n_respondents as f64 / base.0 as f64 };
        let words_found = answers.cover(&self.words, &self.supporters);
        let is_supported =
            n_respondents >= LEAST_RESPONDENTS && share >= LEAST_SHARE && words_found >= LEAST_WORDS_FOUND;
        let verdict = match n_respondents {
            0 => ClaimVerdict::NotFound,
            _ if is_supported => ClaimVerdict::Supported,
            _ => ClaimVerdict::Weak,
        };
        let known =
            Known { behind: Some((n_respondents, n_respondents_once)), base, scale: &run.config.findings.quantifiers };
        let said =
            [claim.heading.as_str(), claim.text.as_str()].into_iter().chain(claim.remarks.iter().map(String::as_str));
        ClaimAudit {
            id: self.id.clone(),
            place: claim.place.clone(),
            section: summary.section(claim).to_owned(),
            heading: claim.heading.clone(),
            text: claim.text.clone(),
            question: answers.question.id.clone(),
            question_source: self.source,
            verdict,
            n_respondents,
            n_respondents_once,
            base: base.0,
            share: four_decimals(share),
            words_found: four_decimals(words_found),
            words: self.words.iter().map(WordOfClaim::of).collect(),
            evidence: self.evidence(answers),
            quotations,
            numbers: said.flat_map(|text| numbers::check(text, &known)).collect(),
            remarks: claim.remarks.clone(),
        }
    }

    /// The answers, the best first; of equal fit the first in the file.
    fn evidence(&self, answers: &Answers<'_>) -> Vec<Evidence> {
        let mut supporters = self.supporters.clone();
        supporters.sort_by(|a, b| b.fit.total_cmp(&a.fit).then(a.response.cmp(&b.response)));
        let of = |supporter: &Supporter| {
            let response = &answers.question.responses[supporter.response as usize];
            let point = &answers.question.analysis.texts[supporter.response as usize].points[supporter.point as usize];
            let of_term = |term: u32| self.words.iter().find(|word| word.term == Some(term));
            let tokens = || point.tokens.iter().chain(&point.phrases).filter(|token| of_term(token.term_idx).is_some());
            let mut spans: Vec<(u32, u32)> = tokens()
                .map(|token| (token.span.start - point.span.start, token.span.end - point.span.start))
                .collect();
            spans.sort_unstable();
            spans.dedup();
            let holds = |word: &&ClaimWord| tokens().any(|token| word.term == Some(token.term_idx));
            Evidence {
                response_id: response.response_id.clone(),
                respondent_id: response.respondent_id.clone(),
                fit: four_decimals(supporter.fit),
                passage: point.span.of(&response.analysed).unwrap_or_default().to_owned(),
                start: point.span.start,
                end: point.span.end,
                shared: self.words.iter().filter(holds).map(|word| word.written.clone()).collect(),
                spans,
            }
        };
        supporters.iter().map(of).collect()
    }
}

impl WordOfClaim {
    fn of(word: &ClaimWord) -> Self {
        Self {
            word: word.written.clone(),
            in_heading: word.in_heading,
            n_answers: word.n_answers,
            weight: four_decimals(word.weight),
        }
    }
}

/// The quotations of all claims, looked up in the answers to all questions.
fn all_quotations(audited: &[Audited<'_>], run: &CodedRun) -> Vec<Vec<QuotationCheck>> {
    let of_claims: Vec<Vec<String>> = audited
        .iter()
        .map(|of| {
            let said = [of.claim.heading.as_str(), of.claim.text.as_str()];
            let said = said.into_iter().chain(of.claim.remarks.iter().map(String::as_str));
            said.flat_map(quotations::quotations).collect()
        })
        .collect();
    if of_claims.iter().all(Vec::is_empty) {
        return vec![Vec::new(); audited.len()];
    }
    let answers: Vec<Searched<'_>> = run
        .questions
        .iter()
        .flat_map(|question| {
            question.responses.iter().map(|response| Searched {
                question: &question.id,
                response_id: &response.response_id,
                respondent_id: &response.respondent_id,
                text: &response.analysed,
            })
        })
        .collect();
    let asked: Vec<(String, Option<&str>)> = audited
        .iter()
        .zip(&of_claims)
        .flat_map(|(of, texts)| {
            let question = run.questions[of.question_idx].id.as_str();
            texts.iter().map(move |text| (text.clone(), Some(question)))
        })
        .collect();
    let mut checks = quotations::look_up(&asked, &answers).into_iter();
    of_claims.iter().map(|texts| checks.by_ref().take(texts.len()).collect()).collect()
}
