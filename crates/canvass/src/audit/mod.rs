//! A published summary checked against the answers it is said to summarise.
//!
//! [`Summary::read`] makes claims of a file; [`audit`] says of each which answers support it, looks up what it quotes, checks its numbers, and
//! says what the claims together leave out. Everything is found by words, by rules that the result states: what an audit says can be
//! checked with the answers at hand. It does not say whether a claim is true.

mod claim;
mod numbers;
mod omitted;
mod page;
mod quotations;
mod result;
mod summary;
mod support;

use crate::codeframe::Reader;
use crate::error::Error;
use crate::report::OutputFile;
use crate::run_folder::CodedRun;
use crate::settings::ReportLanguage;
use claim::Audited;
use numbers::Known;
use quotations::Searched;
use rayon::prelude::*;
use support::Answers;

pub use numbers::{Counted, NumberCheck, NumberVerdict};
pub use omitted::{Baseline, Omission, ThemeCover};
pub use quotations::{Difference, QuotationCheck, QuotationVerdict, QuotedPassage, StandsIn};
pub use result::{
    Audit, ClaimAudit, ClaimVerdict, Evidence, FitsBetter, QuestionSource, RULE, Rule, SectionAudit, WordOfClaim,
};
pub use summary::{Claim, PassedOver, Place, Summary};

/// The version of the result's form.
pub const SCHEMA: &str = "canvass-audit-1";
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
    /// A claim says that it is about a question that the run does not have.
    #[error("{place} of the summary {file} is about the question {wanted:?}; the run's open questions are {}", .questions.join(", "))]
    NoSuchQuestionOfClaim {
        /// The file.
        file: String,
        /// The claim.
        place: Place,
        /// What it says.
        wanted: String,
        /// The ids of those there are.
        questions: Vec<String>,
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
                "a claim is an item of a list that begins in bold (\"- **Heading:** sentence\"), any item of a list where none does, a heading with sentences below where there is no list, or in JSON an object with \"heading\" and \"text\"".into()
            }
            Self::NoSuchSection { .. } => "give a part of one of these headings".into(),
            Self::NoSuchQuestionOfClaim { .. } => {
                "give the id or the wording of one of these in its field \"question\", or leave the field out".into()
            }
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

/// Checks a summary against a run.
///
/// # Guarantees
/// The same result at any thread count. Every passage of the evidence and every quotation found is the text that was analysed, byte for byte.
///
/// # Errors
/// [`AuditError`] if the section or a question asked for, or named by a claim, is not there; [`Error::Resource`]: a fault of this program.
pub fn audit(summary: &Summary, run: &CodedRun, request: &AuditRequest) -> Result<Audit, Error> {
    let reader = Reader::new(&run.config)?;
    let analyser = reader.analyser();
    let claims = chosen(summary, request)?;
    let stated = request.question.as_deref().map(|wanted| stated_question(run, wanted)).transpose()?;
    let laid_out: Vec<Answers<'_>> =
        run.questions.par_iter().map(|question| Answers::new(question, question.language)).collect();
    let said: Vec<Option<usize>> =
        claims.iter().map(|claim| question_of(claim, summary, run)).collect::<Result<_, _>>()?;
    let audited: Vec<Audited<'_>> = claims
        .par_iter()
        .zip(said)
        .enumerate()
        .map(|(number, (claim, said))| {
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
    let checked: Vec<ClaimAudit> = audited
        .par_iter()
        .zip(quotations)
        .map(|(audited, quotations)| audited.checked(summary, &laid_out[audited.question_idx], quotations, run))
        .collect();
    let sections = summary.sections.iter().enumerate();
    let sections = sections.filter(|(at, _)| claims.iter().any(|claim| claim.section_idx == Some(*at)));
    Ok(Audit {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        summary: summary.file.clone(),
        summary_blake3: summary.blake3.clone(),
        settings_blake3: run.settings_blake3.clone(),
        seed: request.seed,
        rule: RULE,
        sections: sections.map(|(_, heading)| section(heading, run, &laid_out)).collect(),
        left_out: omitted::left_out(&laid_out, &audited, &checked, request.seed),
        claims: checked,
        passed_over: summary.passed_over.clone(),
    })
}

/// The files of an audit: [`AUDIT_JSON`], and [`AUDIT_HTML`] with its fixed words in this language.
///
/// # Errors
/// [`Error::Template`]: a fault of this program.
pub fn files(audit: &Audit, language: ReportLanguage) -> Result<Vec<OutputFile>, Error> {
    let mut json = serde_json::to_vec_pretty(audit).map_err(|error| Error::Template(error.to_string()))?;
    json.push(b'\n');
    let page = page::render(audit, language)?;
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
    question_called(run, wanted)
        .ok_or_else(|| AuditError::NoSuchQuestion { wanted: wanted.to_owned(), questions: open_questions(run) })
}

fn open_questions(run: &CodedRun) -> Vec<String> {
    run.questions.iter().map(|question| question.id.clone()).collect()
}

/// The question of this id, or else the one that the text names.
fn question_called(run: &CodedRun, text: &str) -> Option<usize> {
    run.questions.iter().position(|question| question.id == text).or_else(|| named_question(run, text))
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

/// The question that the summary says a claim is about: a field of the file, or the heading above it.
fn question_of(claim: &Claim, summary: &Summary, run: &CodedRun) -> Result<Option<usize>, AuditError> {
    let Some(wanted) = &claim.question else {
        return Ok(claim.section_idx.and_then(|at| named_question(run, &summary.sections[at])));
    };
    question_called(run, wanted).map(Some).ok_or_else(|| AuditError::NoSuchQuestionOfClaim {
        file: summary.file.clone(),
        place: claim.place,
        wanted: wanted.clone(),
        questions: open_questions(run),
    })
}

/// The numbers of a heading, checked against the base of the question it names.
fn section(heading: &str, run: &CodedRun, laid_out: &[Answers<'_>]) -> SectionAudit {
    let named = named_question(run, heading).map(|at| &laid_out[at]);
    let numbers = named.map_or_else(Vec::new, |answers| {
        let known = Known { behind: None, base: answers.base, scale: &run.config.findings.quantifiers };
        // The question's own id and wording hold no number to check.
        let wording_end = heading.rfind(['(', '[', '?']).unwrap_or(heading.len());
        numbers::check(heading.get(wording_end..).unwrap_or_default(), &known)
    });
    let question = named.map(|answers| answers.question.id.clone()).unwrap_or_default();
    SectionAudit { heading: heading.to_owned(), question, numbers }
}

/// The quotations of all claims, looked up in the answers to all questions.
fn all_quotations(audited: &[Audited<'_>], run: &CodedRun) -> Vec<Vec<QuotationCheck>> {
    let of_claims: Vec<Vec<String>> =
        audited.iter().map(|of| of.claim.said().flat_map(quotations::quotations).collect()).collect();
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
