//! Which answers support a claim: those with a passage that holds enough of its words.
//!
//! Each word of a claim weighs as much as it is rare among the answers, those of its heading twice. A passage fits by the weight of the claim's
//! words in it, as a share of that of the claim's six heaviest.

use super::RULE;
use crate::run_folder::CodedQuestion;
use canvass_text::{Analyser, Language, LeftOut, Seeker, Sought, TermKind};
use std::collections::BTreeSet;

/// A question's answers in one language, by the words in them.
pub(super) struct Answers<'q> {
    pub(super) question: &'q CodedQuestion,
    pub(super) language: Language,
    /// Each passage: its answer and its number in it.
    pub(super) passages: Vec<(u32, u32)>,
    /// For each term the passages that hold it, ascending.
    holding: Vec<Vec<u32>>,
    /// For each term the answers that hold it.
    held_by: Vec<u32>,
    /// The answers.
    total: u32,
    /// The respondents who answered, in any language, raw and with near-duplicates counted once.
    pub(super) base: (u64, u64),
    /// All respondents: their numbers are below this.
    pub(super) n_respondents: usize,
    seeker: Seeker<'q>,
    /// The words that names of several words begin with, in lower case.
    name_starts: BTreeSet<String>,
}

/// Words that tell who speaks and not of what, in lower case: in a summary they are no words of the answers.
const SPEAKERS: [&str; 12] = [
    "respondent",
    "respondents",
    "answer",
    "answers",
    "response",
    "responses",
    "participants",
    "répondants",
    "réponses",
    "encuestados",
    "respuestas",
    "participantes",
];

/// A word of a claim.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct ClaimWord {
    /// As the claim has it.
    pub(super) written: String,
    /// The term it stands for; none if no answer has it.
    pub(super) term: Option<u32>,
    /// Whether it stands in the heading.
    pub(super) in_heading: bool,
    /// The answers that hold it.
    pub(super) n_answers: u32,
    pub(super) weight: f64,
}

/// An answer that supports a claim.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Supporter {
    pub(super) response: u32,
    /// Its passage that fits best.
    pub(super) point: u32,
    /// The share of the claim's weight in that.
    pub(super) fit: f64,
}

impl<'q> Answers<'q> {
    pub(super) fn new(question: &'q CodedQuestion, language: Language) -> Self {
        let n_terms = question.analysis.vocabulary.terms.len();
        let (mut passages, mut holding) = (Vec::new(), vec![Vec::new(); n_terms]);
        let mut held_by = vec![0_u32; n_terms];
        let mut last_answer = vec![u32::MAX; n_terms];
        let mut n_answers = 0;
        for (response, text) in (0_u32..).zip(question.analysis.texts.iter()) {
            if question.responses[response as usize].language != language {
                continue;
            }
            n_answers += 1;
            for (number, point) in (0_u32..).zip(&text.points) {
                let at = passages.len() as u32;
                passages.push((response, number));
                for token in point.tokens.iter().chain(&point.phrases) {
                    if !matches!(token.left_out(), None | Some(LeftOut::Question)) {
                        continue;
                    }
                    let term = token.term_idx() as usize;
                    let of_term: &mut Vec<u32> = &mut holding[term];
                    if of_term.last() != Some(&at) {
                        of_term.push(at);
                    }
                    if last_answer[term] != response {
                        last_answer[term] = response;
                        held_by[term] += 1;
                    }
                }
            }
        }
        let texts = (0_u32..).zip(question.analysis.texts.iter());
        let all = texts.flat_map(|(response, text)| (0..text.points.len() as u32).map(move |point| (response, point)));
        let base = question.count(all);
        let n_respondents = question.responses.iter().map(|response| response.respondent as usize + 1).max();
        let seeker = Seeker::new(&question.analysis.vocabulary);
        let names = question.analysis.vocabulary.terms.iter().filter(|term| term.kind == TermKind::Concept);
        let forms = names.flat_map(|term| &term.surface_forms).filter(|(form, _)| form.contains(char::is_whitespace));
        let name_starts = forms.filter_map(|(form, _)| Some(form.split_whitespace().next()?.to_lowercase())).collect();
        Self {
            question,
            language,
            passages,
            holding,
            held_by,
            total: n_answers,
            base,
            n_respondents: n_respondents.unwrap_or_default(),
            seeker,
            name_starts,
        }
    }

    /// The words of a passage, as if it were a claim without a heading.
    pub(super) fn words_of_passage(&self, at: u32) -> Vec<ClaimWord> {
        let (response, point) = self.passages[at as usize];
        let point = self.question.analysis.texts.point(response as usize, point as usize);
        let tokens = point.tokens.iter().filter(|token| matches!(token.left_out(), None | Some(LeftOut::Question)));
        let mut terms: Vec<u32> = tokens.map(canvass_text::Token::term_idx).collect();
        terms.sort_unstable();
        terms.dedup();
        let word = |term: u32| {
            let n_answers = self.held_by[term as usize];
            let weight = self.rarity(n_answers);
            ClaimWord { written: String::new(), term: Some(term), in_heading: false, n_answers, weight }
        };
        terms.into_iter().map(word).collect()
    }

    /// What a word weighs by how many answers have it.
    fn rarity(&self, n_answers: u32) -> f64 {
        libm::log(f64::from(self.total + 1) / (f64::from(n_answers) + 0.5))
    }

    /// The words of a claim, each once, those of its heading first.
    pub(super) fn words(&self, heading: &str, text: &str, analyser: &Analyser<'_>) -> Vec<ClaimWord> {
        let mut words: Vec<ClaimWord> = Vec::new();
        let mut seen: BTreeSet<(Option<u32>, String)> = BTreeSet::new();
        for (passage, in_heading) in [(heading, true), (text, false)] {
            for (written, term, stem) in self.looked_up(passage, analyser) {
                if SPEAKERS.contains(&written.to_lowercase().as_str()) {
                    continue;
                }
                let known = (term, if term.is_some() { String::new() } else { stem });
                if !seen.insert(known) {
                    continue;
                }
                let n_answers = term.map_or(0, |term| self.held_by[term as usize]);
                let rarity = self.rarity(n_answers);
                let weight = if in_heading { RULE.heading_weight * rarity } else { rarity };
                let term = term.filter(|_| n_answers > 0);
                words.push(ClaimWord { written, term, in_heading, n_answers, weight });
            }
        }
        words
    }

    /// The words of a text that carry something: as written, and the term each stands for. Names of several words that the answers define
    /// are one.
    fn looked_up(&self, text: &str, analyser: &Analyser<'_>) -> Vec<(String, Option<u32>, String)> {
        const LONGEST_NAME: usize = 5;
        let terms = &self.question.analysis.vocabulary.terms;
        let found = analyser.stems_of(text, self.language);
        let mut words = Vec::new();
        let mut at = 0;
        while at < found.len() {
            let begins = text.get(found[at].0..found[at].1).unwrap_or_default().to_lowercase();
            let longest = if self.name_starts.contains(&begins) { LONGEST_NAME } else { 1 };
            let name = (2..=longest).rev().find_map(|len| {
                let last = found.get(at + len - 1)?;
                let written = text.get(found[at].0..last.1)?;
                match self.seeker.seek(written, self.language, analyser) {
                    Ok(Sought::Term(term)) if terms[term as usize].kind == TermKind::Concept => {
                        Some((len, term, written))
                    }
                    _ => None,
                }
            });
            if let Some((len, term, written)) = name {
                words.push((written.to_owned(), Some(term), String::new()));
                at += len;
                continue;
            }
            let (start, end, stem) = &found[at];
            let written = text.get(*start..*end).unwrap_or_default().to_owned();
            let term = match self.seeker.seek(&written, self.language, analyser) {
                Ok(Sought::Term(term)) => Some(term),
                // A part of a word with a hyphen is no form by itself everywhere; its stem is.
                _ => self.question.analysis.vocabulary.find(self.language, stem),
            };
            words.push((written, term, stem.clone()));
            at += 1;
        }
        words
    }

    /// The answers that support a claim of these words, in their order.
    pub(super) fn supporters(&self, words: &[ClaimWord]) -> Vec<Supporter> {
        let measure = measure(words);
        let n_of_heading = words.iter().filter(|word| word.in_heading).count();
        // What each passage holds: the weight of the claim's words, how many they are, and how many of those of the heading.
        let mut held: Vec<(f64, u32, u32)> = vec![(0.0, 0, 0); self.passages.len()];
        for word in words {
            let Some(term) = word.term else { continue };
            for at in &self.holding[term as usize] {
                let (sum, n, of_heading) = &mut held[*at as usize];
                *sum += word.weight;
                *n += 1;
                *of_heading += u32::from(word.in_heading);
            }
        }
        let mut supporters: Vec<Supporter> = Vec::new();
        for ((sum, n, of_heading), (response, point)) in held.into_iter().zip(&self.passages) {
            let (fit, n, of_heading) = ((sum / measure).min(1.0), n as usize, of_heading as usize);
            let is_heading = n_of_heading > 0 && of_heading == n_of_heading;
            let has_enough = n >= RULE.least_words || is_heading || words.len() < RULE.least_words;
            if n == 0 || fit < RULE.least_fit || !has_enough {
                continue;
            }
            let (response, point) = (*response, *point);
            match supporters.last_mut() {
                Some(last) if last.response == response => {
                    if fit > last.fit {
                        *last = Supporter { response, point, fit };
                    }
                }
                _ => supporters.push(Supporter { response, point, fit }),
            }
        }
        supporters
    }

    /// The respondents of supporters, raw and with near-duplicates counted once.
    pub(super) fn count(&self, supporters: &[Supporter]) -> (u64, u64) {
        self.question.count(supporters.iter().map(|supporter| (supporter.response, supporter.point)))
    }

    /// The share of the weight of a claim's words that its supporters' passages hold together.
    pub(super) fn cover(&self, words: &[ClaimWord], supporters: &[Supporter]) -> f64 {
        let all: f64 = words.iter().map(|word| word.weight).sum();
        let is_held = |term: u32| {
            supporters.iter().any(|of| {
                let point = self.question.analysis.texts.point(of.response as usize, of.point as usize);
                point.tokens.iter().chain(&point.phrases).any(|token| token.term_idx() == term)
            })
        };
        let held: f64 = words.iter().filter(|word| word.term.is_some_and(is_held)).map(|word| word.weight).sum();
        // Of nothing the sum is -0.
        if all > 0.0 && held > 0.0 { held / all } else { 0.0 }
    }
}

/// The weight that fits are measured by.
fn measure(words: &[ClaimWord]) -> f64 {
    let mut weights: Vec<f64> = words.iter().map(|word| word.weight).collect();
    weights.sort_by(|a, b| b.total_cmp(a));
    let measure: f64 = weights.iter().take(RULE.heaviest).sum();
    if measure > 0.0 { measure } else { 1.0 }
}

/// A number that a draw is made by.
pub(super) fn number(seed: u64, name: &str, draw: u32, of: u32) -> u64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&seed.to_le_bytes()).update(&draw.to_le_bytes()).update(&of.to_le_bytes()).update(name.as_bytes());
    let mut bytes = [0; 8];
    hasher.finalize_xof().fill(&mut bytes);
    u64::from_le_bytes(bytes)
}
