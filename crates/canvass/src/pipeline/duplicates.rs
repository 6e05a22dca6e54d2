//! What was copied among the responses to one question.

use crate::error::Error;
use crate::ingest::Intake;
use crate::progress::{Observer, Stage};
use crate::settings::Settings;
use canvass_analysis::duplicates::{Pair, Passage, Quoting, QuotingPair, References, Shared, passages, word_hash};
use canvass_analysis::{DuplicateKind, DuplicateSettings, Group, Texts, find_duplicates, find_quotations};
use canvass_text::{Span, each_normalised_word};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

/// Responses or pairs a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 256;
/// Responses that are reduced before they are put to those before them: they are in memory twice.
const BATCH: usize = 64 * CHUNK;

/// What was copied; indices are into `QuestionRun::positions`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Copied {
    /// The groups of duplicates.
    pub groups: Vec<Group>,
    /// The groups of responses that quote the same passage of a reference text or the question.
    pub quotations: Vec<Group>,
    /// The pairs of either, ascending; one that is both stands as what is not a quotation.
    pub pairs: CopiedPairs,
    /// Related pairs of different texts in different groups that are not among `pairs`, as `canvass_analysis::Duplicates::n_unlisted`.
    pub n_unlisted: u64,
}

/// Pairs of responses that share passages, ascending, in two flat lists.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct CopiedPairs {
    listed: Vec<Listed>,
    /// The passages of all pairs, pair by pair.
    passages: Vec<SharedPassage>,
}

/// A pair as it is kept.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
struct Listed {
    a: u32,
    b: u32,
    similarity: f64,
    containment: f64,
    /// Where its passages end.
    end: u64,
    kind: DuplicateKind,
}

/// Two responses that share passages.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CopiedPair<'p> {
    /// The earlier response.
    pub a: u32,
    /// The later one.
    pub b: u32,
    /// What they have in common.
    pub kind: DuplicateKind,
    /// The words of both that stand in shared passages, by the words of both, 0 to 1.
    pub similarity: f64,
    /// The same of the one of which the larger share stands in the other, 0 to 1.
    pub containment: f64,
    /// The passages, in the order of the first response.
    pub passages: &'p [SharedPassage],
}

impl CopiedPairs {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.listed.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.listed.is_empty()
    }

    /// All of them, ascending.
    pub fn iter(&self) -> impl Iterator<Item = CopiedPair<'_>> {
        (0..self.listed.len()).map(|at| self.at(at))
    }

    /// The pair of these two responses, the earlier one first.
    pub fn of(&self, a: u32, b: u32) -> Option<CopiedPair<'_>> {
        let at = self.listed.binary_search_by_key(&(a, b), |listed| (listed.a, listed.b)).ok()?;
        Some(self.at(at))
    }

    fn at(&self, at: usize) -> CopiedPair<'_> {
        let Listed { a, b, similarity, containment, end, kind } = self.listed[at];
        let start = if at == 0 { 0 } else { self.listed[at - 1].end };
        CopiedPair { a, b, kind, similarity, containment, passages: &self.passages[start as usize..end as usize] }
    }

    /// Adds a pair behind all others.
    fn push(&mut self, pair: CopiedPair<'_>) {
        let CopiedPair { a, b, kind, similarity, containment, passages } = pair;
        self.passages.extend_from_slice(passages);
        self.listed.push(Listed { a, b, similarity, containment, end: self.passages.len() as u64, kind });
    }
}

/// A passage that two texts share, in each of them.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct SharedPassage {
    /// In the first text.
    pub a: Span,
    /// In the second.
    pub b: Span,
}

/// The hashes of a text's normalised words.
pub(crate) fn word_hashes(text: &str, words: &mut Vec<u64>) {
    words.clear();
    each_normalised_word(text, |_, word| words.push(word_hash(word)));
}

/// The spans of a text's words.
pub(crate) fn word_spans(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    each_normalised_word(text, |span, _| spans.push(span));
    spans
}

/// Passages of words as passages of bytes.
pub(crate) fn in_bytes(passages: &[Passage], words_a: &[Span], words_b: &[Span]) -> Vec<SharedPassage> {
    let of = |words: &[Span], start: u32, n_words: u32| Span {
        start: words[start as usize].start,
        end: words[(start + n_words) as usize - 1].end,
    };
    let passage = |passage: &Passage| SharedPassage {
        a: of(words_a, passage.start_a, passage.n_words),
        b: of(words_b, passage.start_b, passage.n_words),
    };
    passages.iter().map(passage).collect()
}

/// The passages of a pair: of exact copies one, from the first word to the last.
pub(crate) fn passages_of(texts: &Texts, a: u32, b: u32, kind: DuplicateKind, n_words: usize) -> Vec<Passage> {
    match kind {
        DuplicateKind::Exact => vec![Passage { start_a: 0, start_b: 0, n_words: n_words as u32 }],
        _ => passages(texts, a, b),
    }
}

/// What stands in the texts that answers may share without having copied each other.
pub(crate) struct Common {
    shared: Shared,
    references: References,
}

impl Common {
    pub(crate) fn new<'t>(
        texts: impl IntoIterator<Item = &'t str>,
        settings: &DuplicateSettings,
        quotation_words: usize,
    ) -> Self {
        let mut words = Vec::new();
        let texts: Vec<Vec<u64>> = texts
            .into_iter()
            .map(|text| {
                word_hashes(text, &mut words);
                words.clone()
            })
            .collect();
        let shared = Shared::new(texts.iter().map(Vec::as_slice), settings);
        Self { shared, references: References::new(texts, quotation_words) }
    }

    /// Reduces texts; those that quote are added to `quoting` under their number from `first` on.
    pub(crate) fn reduce<'t>(
        &self,
        texts: impl Iterator<Item = &'t str>,
        first: u32,
        settings: &DuplicateSettings,
    ) -> (Texts, Vec<Quoting>) {
        let (mut reduced, mut quoting, mut words) = (Texts::new(settings), Vec::new(), Vec::new());
        for (document_idx, text) in (first..).zip(texts) {
            word_hashes(text, &mut words);
            reduced.push(&words, &self.shared);
            let quotes = self.references.quotes(&words);
            if !quotes.is_empty() {
                quoting.push(Quoting { document_idx, n_words: words.len() as u32, quotes });
            }
        }
        (reduced, quoting)
    }
}

/// Finds what was copied among the responses to one question.
///
/// # Errors
/// [`Error::Analysis`] if a setting is out of bounds.
pub(crate) fn find(
    intake: &Intake,
    positions: &[usize],
    wording: &str,
    references: &[String],
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Copied, Error> {
    let text = |response: u32| intake.responses[positions[response as usize]].analysed_text();
    let common = references.iter().map(String::as_str).chain([wording]);
    let common = Common::new(common, &settings.duplicates, settings.text.quotation_words as usize);
    let (mut texts, mut quoting) = (Texts::new(&settings.duplicates), Vec::new());
    for (batch, positions) in positions.chunks(BATCH).enumerate() {
        let chunks: Vec<(Texts, Vec<Quoting>)> = positions
            .par_chunks(CHUNK)
            .enumerate()
            .map(|(chunk, positions)| {
                let texts = positions.iter().map(|at| intake.responses[*at].analysed_text());
                let reduced = common.reduce(texts, (batch * BATCH + chunk * CHUNK) as u32, &settings.duplicates);
                observer.advance(Stage::Duplicates, positions.len() as u64);
                reduced
            })
            .collect();
        for (reduced, quotes) in chunks {
            texts.append(&reduced);
            quoting.extend(quotes);
        }
    }
    let found = find_duplicates(&texts, &settings.duplicates)?;
    let (quotations, quoting_pairs) = find_quotations(&quoting, settings.duplicates.shingle_words);

    let of_chunk = |pairs: &[Pair]| {
        let mut known: Option<(u32, Vec<Span>)> = None;
        let mut made = CopiedPairs::default();
        for pair in pairs {
            let words_a = match known.take() {
                Some((of, words)) if of == pair.a => words,
                _ => word_spans(text(pair.a)),
            };
            let shared = passages_of(&texts, pair.a, pair.b, pair.kind, words_a.len());
            let passages = in_bytes(&shared, &words_a, &word_spans(text(pair.b)));
            let Pair { a, b, kind, similarity, containment } = *pair;
            made.push(CopiedPair { a, b, kind, similarity, containment, passages: &passages });
            known = Some((pair.a, words_a));
        }
        made
    };
    let mut quoting_pairs = quoting_pairs.into_iter().peekable();
    let add_quotation = |pairs: &mut CopiedPairs, pair: QuotingPair| {
        let passages = in_bytes(&pair.passages, &word_spans(text(pair.a)), &word_spans(text(pair.b)));
        let QuotingPair { a, b, similarity, containment, .. } = pair;
        let kind = DuplicateKind::Quotation;
        pairs.push(CopiedPair { a, b, kind, similarity, containment, passages: &passages });
    };
    let mut pairs = CopiedPairs::default();
    for block in found.pairs.chunks(BATCH) {
        let made: Vec<CopiedPairs> = block.par_chunks(CHUNK).map(of_chunk).collect();
        for pair in made.iter().flat_map(CopiedPairs::iter) {
            while let Some(before) = quoting_pairs.next_if(|other| (other.a, other.b) < (pair.a, pair.b)) {
                add_quotation(&mut pairs, before);
            }
            // What is both is no quotation only.
            while quoting_pairs.next_if(|other| (other.a, other.b) == (pair.a, pair.b)).is_some() {}
            pairs.push(pair);
        }
    }
    quoting_pairs.for_each(|pair| add_quotation(&mut pairs, pair));
    Ok(Copied { groups: found.groups, quotations, pairs, n_unlisted: found.n_unlisted })
}
