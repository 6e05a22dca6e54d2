//! `audit.html`: the audit as one page that loads nothing.
//!
//! The page is filled from the same data as `audit.json`. What the summary and the respondents say is text everywhere: the engine escapes
//! it, and a policy in the page's head forbids the browser to load or run anything.

use super::summary::tidy;
use super::{
    Audit, ClaimAudit, ClaimVerdict, Counted, Evidence, HEADING_WEIGHT, HEAVIEST, LEAST_FIT, LEAST_LIKENESS,
    LEAST_RESPONDENTS, LEAST_SHARE, LEAST_WORDS, LEAST_WORDS_FOUND, NumberCheck, NumberVerdict, Omission,
    QuestionSource, QuotationCheck, QuotationVerdict, StandsIn,
};
use crate::error::Error;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, context};
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
    place: &'a str,
    heading: &'a str,
    text: &'a str,
    verdict: &'static str,
    verdict_words: &'static str,
    source: &'static str,
    n_respondents: u64,
    n_respondents_once: u64,
    base: u64,
    percent: String,
    /// The width of the bar, of 100.
    bar: f64,
    found: String,
    missing: String,
    words_found_percent: String,
    evidence: Vec<EvidenceView<'a>>,
    further: Vec<EvidenceView<'a>>,
    n_unshown: usize,
    quotations: Vec<QuotationView<'a>>,
    numbers: Vec<NumberView<'a>>,
    remarks: &'a [String],
    faults: String,
}

#[derive(Debug, Serialize)]
struct EvidenceView<'a> {
    response_id: &'a str,
    respondent_id: &'a str,
    pieces: Pieces,
    shared: String,
}

#[derive(Debug, Serialize)]
struct QuotationView<'a> {
    text: &'a str,
    verdict: &'static str,
    verdict_words: &'static str,
    percent: String,
    question: &'a str,
    is_elsewhere: bool,
    response_id: &'a str,
    passage: &'a str,
    difference: Vec<(&'static str, &'a str)>,
}

#[derive(Debug, Serialize)]
struct NumberView<'a> {
    text: &'a str,
    verdict: &'static str,
    verdict_words: &'static str,
    found: String,
}

#[derive(Debug, Serialize)]
struct QuestionView<'a> {
    number: usize,
    left_out: &'a Omission,
    claims: Vec<&'a ClaimView<'a>>,
    section_numbers: Vec<NumberView<'a>>,
    ids: &'a [String],
    n_more_ids: usize,
    n_left_out: usize,
    mean: String,
}

/// The page.
///
/// # Errors
/// [`Error::Template`]: a fault of this program.
pub(super) fn render(audit: &Audit) -> Result<String, Error> {
    let claims: Vec<ClaimView<'_>> = audit.claims.iter().map(claim_view).collect();
    let questions: Vec<QuestionView<'_>> = (1..)
        .zip(&audit.left_out)
        .map(|(number, left_out)| {
            let numbers = audit.sections.iter().filter(|section| section.question == left_out.question);
            QuestionView {
                number,
                left_out,
                claims: claims.iter().filter(|claim| left_out.claims.iter().any(|id| id == claim.id)).collect(),
                section_numbers: numbers.flat_map(|section| section.numbers.iter().map(number_view)).collect(),
                ids: &left_out.behind_none[..left_out.behind_none.len().min(SHOWN_IDS)],
                n_more_ids: left_out.behind_none.len().saturating_sub(SHOWN_IDS),
                n_left_out: left_out.themes.iter().filter(|theme| theme.is_left_out).count(),
                mean: format!("{:.1}", left_out.baseline.mean),
            }
        })
        .collect();
    let with = |verdict| audit.claims.iter().filter(|claim| claim.verdict == verdict).count();
    let values = context! {
        summary => &audit.summary,
        version => audit.version,
        settings => audit.settings_blake3.chars().take(12).collect::<String>(),
        seed => audit.seed,
        n_supported => with(ClaimVerdict::Supported),
        n_weak => with(ClaimVerdict::Weak),
        n_not_found => with(ClaimVerdict::NotFound),
        n_quotations => audit.claims.iter().map(|claim| claim.quotations.len()).sum::<usize>(),
        n_numbers => audit.claims.iter().map(|claim| claim.numbers.len()).sum::<usize>(),
        questions => Serde(&questions),
        passed_over => Serde(&audit.passed_over),
        rule => context! {
            heading_weight => format!("{HEADING_WEIGHT:.0}"),
            heaviest => HEAVIEST,
            fit => percent(LEAST_FIT),
            words => LEAST_WORDS,
            respondents => LEAST_RESPONDENTS,
            share => percent(LEAST_SHARE),
            words_found => percent(LEAST_WORDS_FOUND),
            likeness => percent(LEAST_LIKENESS),
        },
    };
    fill(values).map_err(|error| Error::Template(format!("{error:#}")))
}

fn fill(values: minijinja::Value) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    // A field the model no longer has must fail, not print as nothing.
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    for (name, text) in PARTS {
        environment.add_template(name, text)?;
    }
    environment.get_template("audit.html")?.render(values)
}

/// A share in whole per cent.
fn percent(share: f64) -> String {
    format!("{:.0}", share * 100.0)
}

fn claim_view(claim: &ClaimAudit) -> ClaimView<'_> {
    let (verdict, verdict_words) = match claim.verdict {
        ClaimVerdict::Supported => ("supported", "Supported"),
        ClaimVerdict::Weak => ("weak", "Weakly supported"),
        ClaimVerdict::NotFound => ("not-found", "Not found"),
    };
    let source = match claim.question_source {
        QuestionSource::Summary => "",
        QuestionSource::Stated => "the question was stated for the audit",
        QuestionSource::Only => "the run has no other question",
        QuestionSource::Best => "no heading names a question: this is the one whose answers support it most",
    };
    let listed = |is_found: bool| {
        let words = claim.words.iter().filter(|word| (word.n_answers > 0) == is_found);
        let told = |word: &super::WordOfClaim| {
            if is_found { format!("{} ({})", word.word, word.n_answers) } else { word.word.clone() }
        };
        words.map(told).collect::<Vec<_>>().join(", ")
    };
    let (shown, rest) = claim.evidence.split_at(claim.evidence.len().min(SHOWN));
    let (further, unshown) = rest.split_at(rest.len().min(ON_REQUEST));
    ClaimView {
        id: &claim.id,
        place: &claim.place,
        heading: &claim.heading,
        text: &claim.text,
        verdict,
        verdict_words,
        source,
        n_respondents: claim.n_respondents,
        n_respondents_once: claim.n_respondents_once,
        base: claim.base,
        percent: percent(claim.share),
        bar: (claim.share * 1000.0).round() / 10.0,
        found: listed(true),
        missing: listed(false),
        words_found_percent: percent(claim.words_found),
        evidence: shown.iter().map(evidence_view).collect(),
        further: further.iter().map(evidence_view).collect(),
        n_unshown: unshown.len(),
        quotations: claim.quotations.iter().map(|of| quotation_view(of, &claim.question)).collect(),
        numbers: claim.numbers.iter().map(number_view).collect(),
        remarks: &claim.remarks,
        faults: faults(claim),
    }
}

/// What is wrong with the quotations and numbers of a claim, in a few words; empty: nothing.
fn faults(claim: &ClaimAudit) -> String {
    let quoted = |verdict| claim.quotations.iter().filter(|of| of.verdict == verdict).count();
    let differing = claim.numbers.iter().filter(|of| of.verdict == NumberVerdict::Differs).count();
    let of = |n: usize, what: &str, said: &str| match n {
        0 => None,
        1 => Some(format!("1 {what} {said}")),
        n => Some(format!("{n} {what}s {said}")),
    };
    let faults = [
        of(quoted(QuotationVerdict::NotFound), "quotation", "not found"),
        of(quoted(QuotationVerdict::Altered), "quotation", "altered"),
        of(differing, "number", "not as found"),
    ];
    faults.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn evidence_view(evidence: &Evidence) -> EvidenceView<'_> {
    EvidenceView {
        response_id: &evidence.response_id,
        respondent_id: &evidence.respondent_id,
        pieces: pieces(&evidence.passage, &evidence.spans),
        shared: tidy(&evidence.shared.join(", ")),
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

fn quotation_view<'a>(check: &'a QuotationCheck, question: &str) -> QuotationView<'a> {
    let (verdict, verdict_words) = match check.verdict {
        QuotationVerdict::Exact => ("supported", "Exact"),
        QuotationVerdict::Altered => ("weak", "Altered"),
        QuotationVerdict::NotFound => ("not-found", "Not found"),
    };
    let found = check.found.as_ref();
    let difference = check.difference.iter().map(|of| {
        let kind = match of.stands_in {
            StandsIn::Both => "both",
            StandsIn::Summary => "summary",
            StandsIn::Answer => "answer",
        };
        (kind, of.words.as_str())
    });
    QuotationView {
        text: &check.text,
        verdict,
        verdict_words,
        percent: percent(check.likeness),
        question: found.map_or("", |of| &of.question),
        is_elsewhere: found.is_some_and(|of| of.question != question),
        response_id: found.map_or("", |of| &of.response_id),
        passage: found.map_or("", |of| &of.passage),
        difference: difference.collect(),
    }
}

fn number_view(check: &NumberCheck) -> NumberView<'_> {
    let (verdict, verdict_words) = match check.verdict {
        NumberVerdict::Agrees => ("supported", "As found"),
        NumberVerdict::Differs => ("weak", "Not as found"),
        NumberVerdict::Unchecked => ("none", "Not checked"),
    };
    let found = check.found.unwrap_or_default();
    let found = match check.counts {
        _ if check.found.is_none() => "nothing says what it counts".to_owned(),
        Counted::Respondents => format!("{found} respondents behind the claim"),
        Counted::RespondentsOnce => format!("{found} behind the claim, near-duplicates counted once"),
        Counted::Base => format!("{found} respondents answered the question"),
        Counted::BaseOnce => format!("{found} answered the question, near-duplicates counted once"),
        Counted::Share => format!("{found:.0} % of those who answered"),
        Counted::Quantifier => format!("“{}”: {found:.0} % of those who answered", check.found_word),
        Counted::Unknown => String::new(),
    };
    NumberView { text: &check.text, verdict, verdict_words, found }
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
