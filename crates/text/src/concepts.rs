//! What makes one term of several words or forms: phrases, and the entries of a lexicon.

use crate::Span;
use crate::language::Language;
use crate::lexicon::{Lexicon, Merge, MergeKind};
use crate::packed::{AnalysedTexts, PartMut};
use crate::phrases::{APART, Element, ElementChunk, Elements, Patterns, Phrase, Step, mine};
use crate::terms::{LeftOut, Point, Term, TermKind, Text, Token, surface_forms};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Texts taken apart, on the way to an analysis.
pub(crate) struct Corpus<'t> {
    /// What was given.
    pub(crate) sources: &'t [Text<'t>],
    /// The same, taken apart.
    pub(crate) texts: AnalysedTexts,
    /// For each text its elements, one a token.
    pub(crate) elements: Elements,
    /// What stands between the terms of phrases, sorted.
    pub(crate) inners: Vec<String>,
    /// The words, then what is added here.
    pub(crate) terms: Vec<Term>,
    /// How many of the terms are words.
    pub(crate) n_words: u32,
    /// The languages of the texts, by number.
    pub(crate) languages: Vec<Language>,
    /// What was found of each lexicon term.
    pub(crate) occurrences: BTreeMap<u32, (MergeKind, BTreeMap<String, u32>)>,
}

/// A form of a lexicon as it occurs in texts of one language.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Sequence {
    first: u32,
    steps: Vec<Step>,
}

/// The term that takes the place of a word.
struct Replacement {
    term: u32,
    origin: Origin,
}

/// Where a form of a concept is from.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Origin {
    /// The user: the word counts however it is written, be it one of the question.
    Synonym,
    /// A definition in an answer, in these spellings: an ordinary word spelt alike ("care" of "CARE") is none.
    Definition(BTreeSet<String>),
}

impl Origin {
    /// Whether a word, as written, is the form.
    fn accepts(&self, written: &str) -> bool {
        match self {
            Self::Synonym => true,
            Self::Definition(spellings) => {
                spellings.contains(written) || written.chars().filter(|c| c.is_uppercase()).count() >= 2
            }
        }
    }

    /// Both: what the user says holds.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Definition(mut a), Self::Definition(b)) => {
                a.extend(b);
                Self::Definition(a)
            }
            _ => Self::Synonym,
        }
    }
}

/// What counts as one term: forms of one language.
struct Concept {
    language: Language,
    label: String,
    kind: MergeKind,
    sequences: BTreeMap<Sequence, Origin>,
}

/// Gives a form's terms in a language (by number), each with what stands between it and the one before; nothing if one of them
/// does not occur.
pub(crate) type Resolve<'r> = dyn Fn(&str, u8) -> Vec<(Option<String>, u32)> + 'r;

/// How a phrase is written: how often, and how often of that not as the first of its point.
type Written = BTreeMap<String, (u32, u32)>;

/// Adds the terms of the lexicon and, if phrases are wanted, those that the texts themselves show, and marks where they stand.
///
/// `own`: for each text that is a copy the passages of it that count where phrases are sought; none if no phrases are wanted.
pub(crate) fn add(
    corpus: &mut Corpus<'_>,
    lexicon: &Lexicon,
    own: Option<&BTreeMap<u32, Vec<Span>>>,
    resolve: &Resolve<'_>,
) {
    let mut patterns = Patterns::default();
    let mut replaced: BTreeMap<u32, Replacement> = BTreeMap::new();
    let concepts = concepts(lexicon, corpus, resolve);
    let first_concept = corpus.terms.len() as u32;
    for concept in &concepts {
        let term = corpus.terms.len() as u32;
        for (sequence, origin) in &concept.sequences {
            if sequence.steps.is_empty() {
                replaced.insert(sequence.first, Replacement { term, origin: origin.clone() });
            } else {
                patterns.add(sequence.first, &sequence.steps, term);
            }
        }
        corpus.terms.push(Term {
            language: concept.language,
            stem: concept.label.to_lowercase(),
            kind: TermKind::Concept,
            surface_forms: Vec::new(),
            general: false,
            as_verb: 0,
        });
    }
    if let Some(own) = own {
        let passages: Vec<(Language, Vec<Element>)> = own
            .iter()
            .map(|(text, spans)| (corpus.sources[*text as usize].language, own_elements(corpus, *text, spans)))
            .collect();
        // Each language by itself: what others write says nothing of how its words go together.
        for language in corpus.languages.clone() {
            let of_language = |text: &Text<'_>| !text.is_copy && text.language == language;
            let originals = corpus.elements.texts().zip(corpus.sources).filter(|(_, text)| of_language(text));
            let of_copies = passages.iter().filter(|(of, _)| *of == language).map(|(_, passage)| passage.as_slice());
            let originals: Vec<&[Element]> = originals.map(|(elements, _)| elements).chain(of_copies).collect();
            let general = |term: u32| corpus.terms[term as usize].general;
            for phrase in mine(&originals, &general) {
                patterns.add(phrase.first, &phrase.steps, corpus.terms.len() as u32);
                let term = phrase_term(&phrase, corpus);
                corpus.terms.push(term);
            }
        }
    }
    let written = mark(corpus, &patterns, &replaced);
    for (term, (forms, _)) in &written {
        let term = &mut corpus.terms[*term as usize];
        let by_form = forms.iter().map(|(form, count)| (form.as_str(), *count)).collect();
        term.surface_forms = without_case(surface_forms(&by_form));
    }
    for (number, concept) in (0..).zip(&concepts) {
        let term = first_concept + number;
        let Some((_, texts)) = written.get(&term) else { continue };
        if !concept.label.is_empty() {
            // The label comes first whether or not anyone wrote it.
            let forms = &mut corpus.terms[term as usize].surface_forms;
            let at = forms.iter().position(|(form, _)| form.to_lowercase() == concept.label.to_lowercase());
            let count = at.map_or(0, |at| forms.remove(at).1);
            forms.insert(0, (concept.label.clone(), count));
        }
        corpus.occurrences.insert(term, (concept.kind, texts.clone()));
    }
}

/// The elements of a text that stand in these passages, each passage as a point.
fn own_elements(corpus: &Corpus<'_>, text: u32, spans: &[Span]) -> Vec<Element> {
    let analysed = corpus.texts.get(text as usize);
    let tokens = || analysed.points.iter().flat_map(|point| &*point.tokens);
    let mut own = Vec::new();
    for span in spans {
        let inside = |token: &Token| span.start <= token.span.start && token.span.end <= span.end;
        let first = own.len();
        let elements = tokens().zip(corpus.elements.of(text as usize));
        own.extend(elements.filter(|(token, _)| inside(token)).map(|(_, element)| *element));
        if let Some(first) = own.get_mut(first) {
            first.set_inner(APART);
        }
    }
    own
}

/// What the lexicon made one, in the order of the lexicon; also where one form alone occurs, as it is called otherwise now.
pub(crate) fn merges(corpus: &Corpus<'_>) -> Vec<Merge> {
    let merged = corpus.occurrences.iter().map(|(term_idx, (kind, texts))| {
        let mut forms: Vec<(String, u32)> = texts.iter().map(|(form, count)| (form.clone(), *count)).collect();
        forms.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        Merge { kind: *kind, term_idx: *term_idx, forms }
    });
    merged.collect()
}

/// The lexicon's entries as they occur; those that share a form or a label are one.
fn concepts(lexicon: &Lexicon, corpus: &Corpus<'_>, resolve: &Resolve<'_>) -> Vec<Concept> {
    let mut concepts: Vec<Concept> = Vec::new();
    for entry in &lexicon.entries {
        for (number, language) in (0_u8..).zip(&corpus.languages) {
            if !language.has_resources() || entry.language.is_some_and(|of| of != *language) {
                continue;
            }
            let label = Some(&entry.label).filter(|label| !label.is_empty());
            let forms = entry.forms.iter().chain(label);
            let mut sequences: BTreeMap<Sequence, Origin> = BTreeMap::new();
            for form in forms {
                let origin = match entry.kind {
                    MergeKind::Synonym => Origin::Synonym,
                    MergeKind::Abbreviation => Origin::Definition([form.clone()].into()),
                };
                if let Some(sequence) = sequence(&resolve(form, number), &corpus.inners) {
                    include(&mut sequences, sequence, origin);
                }
            }
            if sequences.is_empty() {
                continue;
            }
            let mut joined = Concept { language: *language, label: entry.label.clone(), kind: entry.kind, sequences };
            // In the order of the lexicon, so that the last label stays.
            let mut rest = Vec::with_capacity(concepts.len());
            for concept in concepts {
                let same_label =
                    !joined.label.is_empty() && concept.label.to_lowercase() == joined.label.to_lowercase();
                if concept.language == joined.language
                    && (same_label || concept.sequences.keys().any(|sequence| joined.sequences.contains_key(sequence)))
                {
                    for (sequence, origin) in concept.sequences {
                        include(&mut joined.sequences, sequence, origin);
                    }
                    joined.kind = joined.kind.max(concept.kind);
                    if joined.label.is_empty() {
                        joined.label = concept.label;
                    }
                } else {
                    rest.push(concept);
                }
            }
            rest.push(joined);
            concepts = rest;
        }
    }
    concepts
}

/// Adds a form; one that is there already has both origins.
fn include(sequences: &mut BTreeMap<Sequence, Origin>, sequence: Sequence, origin: Origin) {
    let origin = match sequences.remove(&sequence) {
        Some(other) => other.and(origin),
        None => origin,
    };
    sequences.insert(sequence, origin);
}

fn sequence(resolved: &[(Option<String>, u32)], inners: &[String]) -> Option<Sequence> {
    let ((_, first), others) = resolved.split_first()?;
    let step = |(inner, term): &(Option<String>, u32)| {
        let inner = inners.binary_search(inner.as_ref()?).ok()?;
        Some((inner as u32, *term))
    };
    Some(Sequence { first: *first, steps: others.iter().map(step).collect::<Option<_>>()? })
}

/// The vocabulary entry of a phrase; its forms are counted later.
fn phrase_term(phrase: &Phrase, corpus: &Corpus<'_>) -> Term {
    let first = &corpus.terms[phrase.first as usize];
    let mut stem = first.stem.clone();
    for (inner, term) in &phrase.steps {
        let inner = &corpus.inners[*inner as usize];
        for part in [inner, &corpus.terms[*term as usize].stem].into_iter().filter(|part| !part.is_empty()) {
            stem.push(' ');
            stem.push_str(part);
        }
    }
    let kind = if phrase.is_name { TermKind::Name } else { TermKind::Phrase };
    Term { language: first.language, stem, kind, surface_forms: Vec::new(), general: false, as_verb: 0 }
}

/// For each added term how it is written, and in how many texts how.
type Marks = BTreeMap<u32, (Written, BTreeMap<String, u32>)>;

/// Parts of the texts whose marks are in memory beside the sum.
const AT_A_TIME: usize = 16;

/// Marks where the patterns stand, and puts lexicon terms in the place of words.
fn mark(corpus: &mut Corpus<'_>, patterns: &Patterns, replaced: &BTreeMap<u32, Replacement>) -> Marks {
    let Corpus { sources, texts, elements, n_words, .. } = corpus;
    let (elements, size) = elements.chunks();
    let of_part = |((part, elements), sources): ((PartMut<'_>, &ElementChunk), &[Text<'_>])| {
        let mut marks = Marks::new();
        let mut beside = elements.texts().zip(sources);
        part.update(|text| {
            let Some((mut elements, source)) = beside.next() else { return };
            let mut forms: BTreeSet<(u32, String)> = BTreeSet::new();
            for point in &mut *text.points {
                let (of_point, others) = elements.split_at(point.tokens.len());
                elements = others;
                mark_point(source.text, point, of_point, patterns, replaced);
                let first = point.tokens.first().map(|token| token.span.start);
                let added = point.phrases.iter().chain(&*point.tokens);
                for token in added.filter(|token| token.term_idx() >= *n_words) {
                    let form = one_line(token.span.of(source.text).unwrap_or_default());
                    let count = marks.entry(token.term_idx()).or_default().0.entry(form.clone()).or_default();
                    *count = (count.0 + 1, count.1 + u32::from(first != Some(token.span.start)));
                    forms.insert((token.term_idx(), form));
                }
            }
            for (term, form) in forms {
                *marks.entry(term).or_default().1.entry(form).or_default() += 1;
            }
        });
        marks
    };
    let mut parts = texts.parts_mut(size).zip(elements).zip(sources.chunks(size));
    let mut all = Marks::new();
    loop {
        let some: Vec<_> = parts.by_ref().take(AT_A_TIME).collect();
        if some.is_empty() {
            return all;
        }
        for marks in some.into_par_iter().map(of_part).collect::<Vec<_>>() {
            add_marks(&mut all, marks);
        }
    }
}

/// Adds marks to others.
fn add_marks(all: &mut Marks, marks: Marks) {
    for (term, (written, texts)) in marks {
        let (all_written, all_texts) = all.entry(term).or_default();
        for (form, (count, inner)) in written {
            let sum = all_written.entry(form).or_default();
            *sum = (sum.0 + count, sum.1 + inner);
        }
        for (form, count) in texts {
            *all_texts.entry(form).or_default() += count;
        }
    }
}

fn mark_point(
    text: &str,
    point: &mut Point,
    elements: &[Element],
    patterns: &Patterns,
    replaced: &BTreeMap<u32, Replacement>,
) {
    let found = patterns.find(elements);
    // A form within a longer one of the same term ("council" in "youth council") says nothing more.
    let is_within = |from: usize, to: usize, term: u32| {
        found.iter().any(|(a, b, other)| *other == term && *a <= from && to <= *b && (*a, *b) != (from, to))
    };
    let phrases = found.iter().copied().filter(|(from, to, term)| !is_within(*from, *to, *term));
    let phrases = phrases.map(|(from, to, term_idx)| {
        let parts = &point.tokens[from..=to];
        let span = Span { start: parts[0].span.start, end: parts[parts.len() - 1].span.end };
        Token::new(span, term_idx, left_out(parts))
    });
    point.phrases = phrases.collect();
    for (at, token) in point.tokens.iter_mut().enumerate() {
        let Some(Replacement { term, origin }) = replaced.get(&token.term_idx()) else { continue };
        if !origin.accepts(token.span.of(text).unwrap_or_default()) || is_within(at, at, *term) {
            continue;
        }
        token.set_term_idx(*term);
        if *origin == Origin::Synonym && token.left_out() == Some(LeftOut::Question) {
            token.set_left_out(None);
        }
    }
}

/// Why a phrase carries no theme: a word in a passage that is set apart takes the phrase with it; words of the question do
/// so only if it has no other.
fn left_out(parts: &[Token]) -> Option<LeftOut> {
    let apart = parts.iter().filter_map(Token::left_out).find(|reason| *reason != LeftOut::Question);
    apart.or_else(|| parts.iter().all(|token| token.left_out().is_some()).then_some(LeftOut::Question))
}

/// White space evened out.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Forms that differ in case alone, counted as the most frequent of them.
fn without_case(forms: Vec<(String, u32)>) -> Vec<(String, u32)> {
    let mut merged: Vec<(String, u32)> = Vec::with_capacity(forms.len());
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (form, count) in forms {
        let place = *places.entry(form.to_lowercase()).or_insert(merged.len());
        if place == merged.len() {
            merged.push((form, count));
        } else {
            merged[place].1 += count;
        }
    }
    merged.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    merged
}
