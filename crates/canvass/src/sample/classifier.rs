//! Learning codes from what people coded, and proposing them for the rest.

use super::coded::CodedFile;
use super::draw::codes_of;
use super::measure::{Figure, N_RESAMPLES, by_words, words_alone};
use crate::codeframe::{CodeFrame, Reader};
use crate::error::Error;
use crate::run_folder::{CodedQuestion, CodedRun};
use canvass_analysis::agreement::coders::{Pairing, bootstrap};
use canvass_analysis::classify::{ClassifierSettings, Examples, LearntCode, learn};
use canvass_analysis::vectors::unit_rows;
use canvass_analysis::{Csr, Svd, TfidfSettings};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The dimensions that texts are reduced to at most, and the texts for each of them.
const MOST_DIMENSIONS: usize = 100;
const TEXTS_FOR_A_DIMENSION: usize = 10;

/// What came of learning a code.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CodeProposal {
    /// The question.
    pub question: String,
    /// The code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// The responses that people coded, ...
    pub n_coded: usize,
    /// ... and those of them in the code.
    pub n_in_code: usize,
    /// How well the code's words do on what people coded.
    pub words: Figure,
    /// How well what is learnt does by cross-validation; nothing if there were too few examples.
    pub classifier: Option<Figure>,
    /// Which of the two codes the rest.
    pub taken: Taken,
    /// For each response that people did not code what the classifier says; empty if nothing was learnt.
    #[serde(skip)]
    pub responses: Vec<Proposal>,
    /// From which score on the classifier puts a response in.
    pub threshold: Option<f64>,
}

/// What codes the responses that nobody coded.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Taken {
    /// What was learnt.
    Classifier,
    /// The code's words: there were too few examples.
    WordsTooFewExamples,
    /// The code's words: they do better, or as well.
    WordsBetter,
}

impl Taken {
    /// In words.
    pub fn told(self) -> &'static str {
        match self {
            Self::Classifier => "classifier",
            Self::WordsTooFewExamples => "words (too few examples)",
            Self::WordsBetter => "words (as good or better)",
        }
    }
}

/// What a classifier says of a response.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Proposal {
    /// Its place among the question's responses.
    pub response: u32,
    /// How likely it is in the code, 0 to 1.
    pub score: f64,
    /// Whether the classifier puts it in.
    pub is_in: bool,
    /// Whether the code's words do.
    pub by_words: bool,
}

/// What people said of the responses of a question, each once: for each its weight, stratum and codes. Of two coders what both said; what
/// they differ on is open.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settled {
    /// By response id.
    pub responses: BTreeMap<String, SettledResponse>,
}

/// What people said of a response.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SettledResponse {
    /// How many responses it stands for.
    pub weight: f64,
    /// Its stratum.
    pub stratum: u32,
    /// Its codes.
    pub codes: BTreeSet<String>,
    /// The codes on which coders differ.
    pub open: BTreeSet<String>,
    /// Who coded it.
    pub coders: Vec<String>,
}

/// What to do where two coders differ on a code.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Take {
    /// Leave it open.
    #[default]
    Agreed,
    /// Take what the first said.
    First,
    /// Take what the second said.
    Second,
    /// Put the response in if either does.
    Either,
}

/// What people said of a question's responses.
pub fn settle(files: &[CodedFile], question: &str, take: Take) -> Settled {
    let mut settled = Settled::default();
    let by_file: Vec<_> = files.iter().map(|file| (file, file.coded(question))).collect();
    let ids: BTreeSet<&str> = by_file.iter().flat_map(|(_, rows)| rows.keys().copied()).collect();
    for id in ids {
        let said: Vec<_> = by_file.iter().filter_map(|(file, rows)| Some((&file.coder, rows.get(id)?))).collect();
        let (weight, stratum) = (said[0].1.0.weight, said[0].1.0.stratum);
        let by: Vec<String> = said.iter().map(|(coder, _)| (*coder).clone()).collect();
        let sets: Vec<&BTreeSet<String>> = said.iter().map(|(_, (_, codes))| *codes).collect();
        let (codes, open) = match (sets.as_slice(), take) {
            ([one], _) | ([one, _], Take::First) => ((*one).clone(), BTreeSet::new()),
            ([_, other], Take::Second) => ((*other).clone(), BTreeSet::new()),
            ([one, other], Take::Either) => (one.union(other).cloned().collect(), BTreeSet::new()),
            ([one, other, ..], _) => {
                (one.intersection(other).cloned().collect(), one.symmetric_difference(other).cloned().collect())
            }
            ([], _) => continue,
        };
        settled.responses.insert(id.to_owned(), SettledResponse { weight, stratum, codes, open, coders: by });
    }
    settled
}

/// Learns the codes of a run's questions from what people coded.
///
/// A response is its terms, weighted by TF-IDF, its place in the leading dimensions of their singular value decomposition, which takes all
/// responses into account, and whether the code's words put it in. F1 is of all responses, by what those coded stand for.
///
/// # Errors
/// [`Error::CodeFrame`], [`Error::Resource`], [`Error::Analysis`].
pub fn propose(
    run: &CodedRun,
    frame: &CodeFrame,
    files: &[CodedFile],
    take: Take,
    settings: &ClassifierSettings,
) -> Result<Vec<CodeProposal>, Error> {
    let reader = Reader::new(&run.config)?;
    let state = words_alone(frame).replay()?;
    let mut proposals = Vec::new();
    for question in &run.questions {
        let settled = settle(files, &question.id, take);
        if settled.responses.is_empty() {
            continue;
        }
        let words = by_words(question, &state, &reader);
        let codes = codes_of(&state, &question.id);
        let by_hand = coded_of(question, &settled);
        let of: Vec<BTreeSet<u32>> =
            codes.iter().map(|code| words.get(&code.id).cloned().unwrap_or_default()).collect();
        let learnt = learn_question(question, &by_hand, &codes, &of, settings)?;
        for ((code, words), learnt) in codes.iter().zip(&of).zip(learnt) {
            proposals.push(proposal(question, (&code.id, &code.name), words, &by_hand, learnt.as_ref(), settings.seed));
        }
    }
    Ok(proposals)
}

/// The responses that are coded, by their places, ascending.
fn coded_of<'s>(question: &CodedQuestion, settled: &'s Settled) -> Vec<(u32, &'s SettledResponse)> {
    // Of several with one id, as double submissions have, the first is the one that was drawn.
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let responses = (0..).zip(&question.responses).filter(|(_, response)| seen.insert(&response.response_id));
    responses.filter_map(|(at, response)| Some((at, settled.responses.get(&response.response_id)?))).collect()
}

fn learn_question(
    question: &CodedQuestion,
    by_hand: &[(u32, &SettledResponse)],
    codes: &[super::CodeOnSheet],
    words: &[BTreeSet<u32>],
    settings: &ClassifierSettings,
) -> Result<Vec<Option<LearntCode>>, Error> {
    let vectors = vectors(question, settings.seed);
    let hint = |of: &BTreeSet<u32>| -> Vec<f32> {
        (0..question.responses.len() as u32).map(|at| f32::from(u8::from(of.contains(&at)))).collect()
    };
    let mut learnt = Vec::with_capacity(codes.len());
    // A code is learnt from the responses on which nobody differs about it; most codes of one coder share them.
    let closed = |code: &str| by_hand.iter().filter(move |(_, of)| !of.open.contains(code)).collect::<Vec<_>>();
    let mut at = 0;
    while at < codes.len() {
        let from = closed(&codes[at].id);
        let alike = codes[at..].iter().take_while(|code| closed(&code.id) == from).count().max(1);
        let rows: Vec<u32> = from.iter().map(|(response, _)| *response).collect();
        let groups: Vec<u32> = rows.iter().map(|row| question.responses[*row as usize].counts_as).collect();
        let weights: Vec<f64> = from.iter().map(|(_, of)| of.weight).collect();
        let hints: Vec<Vec<f32>> = words[at..at + alike].iter().map(hint).collect();
        let is_in = |code: &super::CodeOnSheet| from.iter().map(|(_, of)| of.codes.contains(&code.id)).collect();
        let of_codes: Vec<Vec<bool>> = codes[at..at + alike].iter().map(is_in).collect();
        let examples = Examples {
            vectors: &vectors,
            hints: &hints,
            coded: &rows,
            weights: &weights,
            groups: &groups,
            codes: &of_codes,
        };
        learnt.extend(learn(&examples, settings)?);
        at += alike;
    }
    Ok(learnt)
}

/// `n_responses × (n_terms + n_dimensions)`: the terms of each response by TF-IDF, then where it lies in few dimensions, both of length 1.
fn vectors(question: &CodedQuestion, seed: u64) -> Csr {
    let n_terms = question.analysis.vocabulary.terms.len();
    let terms_of = |at: usize| -> Vec<u32> {
        let points = question.analysis.texts.get(at).points;
        let tokens = points.iter().flat_map(|point| point.tokens.iter().filter(|token| token.left_out().is_none()));
        tokens.map(canvass_text::Token::term_idx).collect()
    };
    let rows: Vec<Vec<u32>> = (0..question.responses.len()).map(terms_of).collect();
    let counts = Csr::from_terms(&rows, n_terms);
    let weighted = TfidfSettings::default().fit(&counts).transform(&counts);
    let n_dimensions = MOST_DIMENSIONS.min(question.responses.len() / TEXTS_FOR_A_DIMENSION).max(1);
    let mut reduced = Svd::fit(&weighted, n_dimensions, seed).rows;
    unit_rows(&mut reduced);
    let mut vectors = Csr::new(n_terms + reduced.ncols());
    for at in 0..weighted.n_rows() {
        let dimensions = reduced.row(at).to_vec();
        let dimensions = (n_terms as u32..).zip(dimensions).filter(|(_, value)| value.abs() > 0.0);
        vectors.push_row(weighted.row(at).chain(dimensions));
    }
    vectors
}

/// What came of learning a code. `words`: the responses that its words put in.
fn proposal(
    question: &CodedQuestion,
    (code, name): (&str, &str),
    words: &BTreeSet<u32>,
    coded: &[(u32, &SettledResponse)],
    learnt: Option<&LearntCode>,
    seed: u64,
) -> CodeProposal {
    let closed: Vec<&(u32, &SettledResponse)> = coded.iter().filter(|(_, of)| !of.open.contains(code)).collect();
    let is_in: Vec<bool> = closed.iter().map(|(_, of)| of.codes.contains(code)).collect();
    let strata: Vec<u32> = closed.iter().map(|(_, of)| of.stratum).collect();
    let by_words: Vec<bool> = closed.iter().map(|(response, _)| words.contains(response)).collect();
    let f1 = |said: &[bool]| -> Figure {
        let of = |drawn: &[u32]| {
            let mut pairing = Pairing::default();
            for item in drawn.iter().map(|item| *item as usize) {
                pairing.add(said[item], is_in[item], closed[item].1.weight);
            }
            vec![pairing.f1()]
        };
        let all: Vec<u32> = (0..closed.len() as u32).collect();
        let interval = bootstrap(&strata, N_RESAMPLES, seed, &of).first().copied().flatten();
        Figure::new(of(&all)[0], interval)
    };
    let (of_words, of_classifier) = (f1(&by_words), learnt.map(|learnt| f1(&learnt.held_out_in)));
    let taken = match of_classifier {
        None => Taken::WordsTooFewExamples,
        Some(of) if of.value.unwrap_or_default() <= of_words.value.unwrap_or_default() => Taken::WordsBetter,
        Some(_) => Taken::Classifier,
    };
    let done: BTreeSet<u32> = coded.iter().map(|(response, _)| *response).collect();
    let responses = learnt.into_iter().flat_map(|learnt| {
        let rest = (0..).zip(&learnt.scores).filter(|(response, _)| !done.contains(response));
        rest.map(|(response, score)| Proposal {
            response,
            score: *score,
            is_in: *score >= learnt.threshold,
            by_words: words.contains(&response),
        })
    });
    CodeProposal {
        question: question.id.clone(),
        code: code.to_owned(),
        name: name.to_owned(),
        n_coded: closed.len(),
        n_in_code: is_in.iter().filter(|is_in| **is_in).count(),
        words: of_words,
        classifier: of_classifier,
        taken,
        responses: responses.collect(),
        threshold: learnt.map(|learnt| learnt.threshold),
    }
}
