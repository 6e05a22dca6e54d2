//! A claim with the answers that support it, and what is said of it.

use super::numbers::{self, Known};
use super::quotations::QuotationCheck;
use super::result::{ClaimAudit, ClaimVerdict, Evidence, FitsBetter, QuestionSource, RULE, WordOfClaim};
use super::summary::{Claim, Summary};
use super::support::{Answers, ClaimWord, Supporter};
use crate::findings::four_decimals;
use crate::run_folder::CodedRun;
use canvass_text::Analyser;

/// What the answers to a question have for a claim.
struct Found {
    words: Vec<ClaimWord>,
    supporters: Vec<Supporter>,
    /// The respondents, raw and with near-duplicates counted once.
    n: (u64, u64),
    /// The share of the weight of its words that the supporters hold together.
    cover: f64,
    /// The respondents' share of the base.
    share: f64,
}

impl Found {
    fn new(claim: &Claim, answers: &Answers<'_>, analyser: &Analyser<'_>) -> Self {
        let words = answers.words(&claim.heading, &claim.text, analyser);
        let supporters = answers.supporters(&words);
        let n = answers.count(&supporters);
        let cover = answers.cover(&words, &supporters);
        let share = if answers.base.0 == 0 { 0.0 } else { n.0 as f64 / answers.base.0 as f64 };
        Self { words, supporters, n, cover, share }
    }

    fn verdict(&self) -> ClaimVerdict {
        let is_supported = self.n.0 >= RULE.least_respondents
            && self.share >= RULE.least_share
            && self.cover >= RULE.least_words_found;
        match self.n.0 {
            0 => ClaimVerdict::NotFound,
            _ if is_supported => ClaimVerdict::Supported,
            _ => ClaimVerdict::Weak,
        }
    }

    /// How well the claim fits the answers: how many speak of it, and how much of it they say.
    fn fit(&self) -> f64 {
        self.share * self.cover
    }
}

/// A claim with the answers that support it.
pub(super) struct Audited<'c> {
    id: String,
    pub(super) claim: &'c Claim,
    /// Index of its question.
    pub(super) question_idx: usize,
    source: QuestionSource,
    found: Found,
    fits_better: Option<FitsBetter>,
}

impl<'c> Audited<'c> {
    /// Looks a claim up in the answers to its question, or, where none is known, to the one that fits it best.
    pub(super) fn new(
        id: &str,
        claim: &'c Claim,
        known: Option<(usize, QuestionSource)>,
        laid_out: &[Answers<'_>],
        analyser: &Analyser<'_>,
    ) -> Self {
        let mut found: Vec<Found> = laid_out.iter().map(|answers| Found::new(claim, answers, analyser)).collect();
        // Of equally good ones the first.
        let best = |ignored: Option<usize>| {
            let others = (0..found.len()).rev().filter(|at| Some(*at) != ignored);
            others.max_by(|a, b| found[*a].fit().total_cmp(&found[*b].fit()))
        };
        let (question_idx, source) = known.unwrap_or_else(|| (best(None).unwrap_or_default(), QuestionSource::Best));
        let better = best(Some(question_idx)).filter(|other| {
            let (own, other) = (&found[question_idx], &found[*other]);
            other.verdict() == ClaimVerdict::Supported && other.fit() >= RULE.times_better * own.fit()
        });
        let fits_better = better.map(|at| FitsBetter {
            question: laid_out[at].question.id.clone(),
            n_respondents: found[at].n.0,
            base: laid_out[at].base.0,
            share: four_decimals(found[at].share),
            words_found: four_decimals(found[at].cover),
        });
        Self { id: id.to_owned(), claim, question_idx, source, found: found.swap_remove(question_idx), fits_better }
    }

    /// The answers that support it.
    pub(super) fn supporters(&self) -> &[Supporter] {
        &self.found.supporters
    }

    /// What is told of it.
    pub(super) fn checked(
        &self,
        summary: &Summary,
        answers: &Answers<'_>,
        quotations: Vec<QuotationCheck>,
        run: &CodedRun,
    ) -> ClaimAudit {
        let (claim, found) = (self.claim, &self.found);
        let known = Known { behind: Some(found.n), base: answers.base, scale: &run.config.findings.quantifiers };
        ClaimAudit {
            id: self.id.clone(),
            place: claim.place,
            section: summary.section(claim).to_owned(),
            heading: claim.heading.clone(),
            text: claim.text.clone(),
            question: answers.question.id.clone(),
            question_source: self.source,
            verdict: found.verdict(),
            n_respondents: found.n.0,
            n_respondents_once: found.n.1,
            base: answers.base.0,
            share: four_decimals(found.share),
            words_found: four_decimals(found.cover),
            fits_better: self.fits_better.clone(),
            words: found.words.iter().map(WordOfClaim::of).collect(),
            evidence: self.evidence(answers),
            quotations,
            numbers: claim.said().flat_map(|text| numbers::check(text, &known)).collect(),
            remarks: claim.remarks.clone(),
        }
    }

    /// The answers, the best first; of equal fit the first in the file.
    fn evidence(&self, answers: &Answers<'_>) -> Vec<Evidence> {
        let mut supporters = self.found.supporters.clone();
        supporters.sort_by(|a, b| b.fit.total_cmp(&a.fit).then(a.response.cmp(&b.response)));
        let of = |supporter: &Supporter| {
            let response = &answers.question.responses[supporter.response as usize];
            let point = answers.question.analysis.texts.point(supporter.response as usize, supporter.point as usize);
            let of_term = |term: u32| self.found.words.iter().find(|word| word.term == Some(term));
            let tokens =
                || point.tokens.iter().chain(&point.phrases).filter(|token| of_term(token.term_idx()).is_some());
            let mut spans: Vec<(u32, u32)> = tokens()
                .map(|token| (token.span.start - point.span.start, token.span.end - point.span.start))
                .collect();
            spans.sort_unstable();
            spans.dedup();
            let holds = |word: &&ClaimWord| tokens().any(|token| word.term == Some(token.term_idx()));
            Evidence {
                response_id: response.response_id.clone(),
                respondent_id: response.respondent_id.clone(),
                fit: four_decimals(supporter.fit),
                passage: point.span.of(&response.analysed).unwrap_or_default().to_owned(),
                start: point.span.start,
                end: point.span.end,
                shared: self.found.words.iter().filter(holds).map(|word| word.written.clone()).collect(),
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
