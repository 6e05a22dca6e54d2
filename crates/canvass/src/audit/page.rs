//! `audit.html`: the audit as one page that loads nothing.
//!
//! The page is filled from the same data as `audit.json`, its fixed words are those of the report's [`Wording`]. What the summary and the
//! respondents say is text everywhere: the engine escapes it, and a policy in the page's head forbids the browser to load or run anything.

use super::{
    Audit, ClaimAudit, ClaimVerdict, Evidence, FitsBetter, NumberCheck, NumberVerdict, Omission, Place, QuestionSource,
    QuotationCheck, QuotationVerdict, WordOfClaim,
};
use crate::error::Error;
use crate::report::wording::{self, Wording};
use crate::settings::ReportLanguage;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, Value, context};
use serde::Serialize;

/// The endings make the engine escape for HTML.
const PARTS: [(&str, &str); 2] =
    [("audit.html", include_str!("page/audit.html")), ("audit.css", include_str!("page/audit.css"))];
/// Answers shown at once under a claim ...
const SHOWN: usize = 5;
/// ... and on request; the others stand in `audit.json`.
const ON_REQUEST: usize = 100;
/// Ids shown of those behind no claim.
const SHOWN_IDS: usize = 500;

/// A passage in pieces, and whether each is a word of the claim.
type Pieces = Vec<(String, bool)>;

#[derive(Debug, Serialize)]
struct ClaimView<'a> {
    id: &'a str,
    place: (&'static str, u32),
    heading: &'a str,
    text: &'a str,
    question: &'a str,
    source: QuestionSource,
    verdict: ClaimVerdict,
    n_respondents: u64,
    n_respondents_once: u64,
    base: u64,
    share: f64,
    /// The width of the bar, of 100.
    bar: f64,
    fits_better: Option<&'a FitsBetter>,
    /// Its words that answers have, with how many have each; and those that none has.
    found: String,
    missing: String,
    words_found: f64,
    evidence: Vec<EvidenceView<'a>>,
    further: Vec<EvidenceView<'a>>,
    n_unshown: usize,
    quotations: &'a [QuotationCheck],
    numbers: &'a [NumberCheck],
    remarks: &'a [String],
    /// What is wrong with its quotations and numbers, and how many are.
    faults: [(&'static str, usize); 3],
}

#[derive(Debug, Serialize)]
struct EvidenceView<'a> {
    response_id: &'a str,
    respondent_id: &'a str,
    pieces: Pieces,
}

#[derive(Debug, Serialize)]
struct QuestionView<'a> {
    number: usize,
    left_out: &'a Omission,
    claims: Vec<&'a ClaimView<'a>>,
    /// Those of its heading.
    numbers: Vec<&'a NumberCheck>,
    ids: &'a [String],
    n_more_ids: usize,
    n_left_out: usize,
}

/// The page, with its fixed words in this language.
///
/// # Errors
/// [`Error::Template`]: a fault of this program.
pub(super) fn render(audit: &Audit, language: ReportLanguage) -> Result<String, Error> {
    let claims: Vec<ClaimView<'_>> = audit.claims.iter().map(claim_view).collect();
    let questions: Vec<QuestionView<'_>> = (1..)
        .zip(&audit.left_out)
        .map(|(number, left_out)| {
            let sections = audit.sections.iter().filter(|section| section.question == left_out.question);
            QuestionView {
                number,
                left_out,
                claims: claims.iter().filter(|claim| claim.question == left_out.question).collect(),
                numbers: sections.flat_map(|section| &section.numbers).collect(),
                ids: &left_out.behind_none[..left_out.behind_none.len().min(SHOWN_IDS)],
                n_more_ids: left_out.behind_none.len().saturating_sub(SHOWN_IDS),
                n_left_out: left_out.themes.iter().filter(|theme| theme.is_left_out).count(),
            }
        })
        .collect();
    let with = |verdict| (verdict, audit.claims.iter().filter(|claim| claim.verdict == verdict).count());
    let passed_over: Vec<((&str, u32), &str)> =
        audit.passed_over.iter().map(|of| (of.place.parts(), of.text.as_str())).collect();
    let values = context! {
        language => language.code(),
        summary => &audit.summary,
        version => audit.version,
        settings => audit.settings_blake3.chars().take(12).collect::<String>(),
        seed => audit.seed,
        verdicts => Serde([ClaimVerdict::Supported, ClaimVerdict::Weak, ClaimVerdict::NotFound].map(with)),
        n_quotations => audit.claims.iter().map(|claim| claim.quotations.len()).sum::<usize>(),
        n_numbers => audit.claims.iter().map(|claim| claim.numbers.len()).sum::<usize>(),
        questions => Serde(&questions),
        passed_over => Serde(&passed_over),
        rule => Serde(&audit.rule),
    };
    fill(values, &Wording::of(language)).map_err(|error| Error::Template(format!("{error:#}")))
}

fn fill(values: Value, words: &Wording) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    // A field the model no longer has must fail, not print as nothing.
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    wording::install(&mut environment, words);
    for (name, text) in PARTS {
        environment.add_template(name, text)?;
    }
    environment.get_template("audit.html")?.render(values)
}

fn claim_view(claim: &ClaimAudit) -> ClaimView<'_> {
    let listed = |is_found: bool| {
        let words = claim.words.iter().filter(|word| (word.n_answers > 0) == is_found);
        let told = |word: &WordOfClaim| {
            if is_found { format!("{} ({})", word.word, word.n_answers) } else { word.word.clone() }
        };
        words.map(told).collect::<Vec<_>>().join(", ")
    };
    let quoted = |verdict| claim.quotations.iter().filter(|of| of.verdict == verdict).count();
    let (shown, rest) = claim.evidence.split_at(claim.evidence.len().min(SHOWN));
    let (further, unshown) = rest.split_at(rest.len().min(ON_REQUEST));
    ClaimView {
        id: &claim.id,
        place: Place::parts(claim.place),
        heading: &claim.heading,
        text: &claim.text,
        question: &claim.question,
        source: claim.question_source,
        verdict: claim.verdict,
        n_respondents: claim.n_respondents,
        n_respondents_once: claim.n_respondents_once,
        base: claim.base,
        share: claim.share,
        bar: (claim.share * 1000.0).round() / 10.0,
        fits_better: claim.fits_better.as_ref(),
        found: listed(true),
        missing: listed(false),
        words_found: claim.words_found,
        evidence: shown.iter().map(evidence_view).collect(),
        further: further.iter().map(evidence_view).collect(),
        n_unshown: unshown.len(),
        quotations: &claim.quotations,
        numbers: &claim.numbers,
        remarks: &claim.remarks,
        faults: [
            ("quotation_not_found", quoted(QuotationVerdict::NotFound)),
            ("quotation_altered", quoted(QuotationVerdict::Altered)),
            ("number_differs", claim.numbers.iter().filter(|of| of.verdict == NumberVerdict::Differs).count()),
        ],
    }
}

fn evidence_view(evidence: &Evidence) -> EvidenceView<'_> {
    EvidenceView {
        response_id: &evidence.response_id,
        respondent_id: &evidence.respondent_id,
        pieces: pieces(&evidence.passage, &evidence.spans),
    }
}

/// A passage in pieces. Spans are ascending; one within another adds nothing.
fn pieces(passage: &str, spans: &[(u32, u32)]) -> Pieces {
    let mut pieces: Pieces = Vec::new();
    let mut at = 0;
    for (start, end) in spans {
        let (start, end) = ((*start as usize).max(at), *end as usize);
        if let (Some(plain), Some(marked)) = (passage.get(at..start), passage.get(start..end)) {
            pieces.push((plain.to_owned(), false));
            pieces.push((marked.to_owned(), true));
            at = end;
        }
    }
    pieces.push((passage.get(at..).unwrap_or_default().to_owned(), false));
    pieces.retain(|(piece, _)| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passage_is_cut_at_the_words_of_the_claim_and_stays_whole() {
        let told = pieces("The night bus, please", &[(4, 13), (4, 9), (10, 13)]);
        assert_eq!(told, [("The ".to_owned(), false), ("night bus".to_owned(), true), (", please".to_owned(), false)]);
        assert_eq!(pieces("ferry", &[(0, 5)]), [("ferry".to_owned(), true)]);
    }
}
