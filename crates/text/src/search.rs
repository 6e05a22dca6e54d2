//! Looking for a word or phrase that someone wrote down in texts that are taken apart.
//!
//! A form is looked for as the texts are read: by stems, so that inflections match, with what a lexicon made one, and for phrases with
//! the same rule of what may stand between two words. [`Seeker::seek`] says what a form is in a vocabulary, [`Sought::spans`] where
//! that stands in a point, and [`add_terms`] makes terms of what is none yet.

use crate::Span;
use crate::analyser::Analyser;
use crate::language::Language;
use crate::terms::{Analysis, LeftOut, Point, Term, TermKind, Token, Vocabulary, surface_forms};
use crate::writing::inner_words;
use std::collections::BTreeMap;

/// One word of a form, as the texts are read.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct FormPart {
    /// What stands between it and the word before: function words, in lower case. Nothing for the first.
    pub inner: String,
    /// As it is written.
    pub written: String,
    /// Its stem.
    pub stem: String,
}

/// What a form is in a vocabulary.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Sought {
    /// A term of it.
    Term(u32),
    /// Terms in this order, each with the function words between it and the one before.
    Run(Vec<(String, u32)>),
    /// Any of these words: those that begin in the way that is written before the `*`.
    Prefix(Vec<u32>),
    /// Nothing that occurs in the texts.
    Absent,
}

/// Why a form cannot be looked for.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
pub enum FormError {
    /// Nothing is written.
    #[error("it is empty")]
    Empty,
    /// It begins or ends with, or is, a word that carries no theme.
    #[error("it begins or ends with a word that carries no theme, such as \"the\" or a number")]
    NoTerm,
    /// Something other than a space or a hyphen stands between two of its words.
    #[error("between its words stands more than a space, a hyphen or two function words")]
    Apart,
    /// Less than three letters stand before the star.
    #[error("fewer than three letters stand before the star")]
    ShortPrefix,
}

/// The letters before a star at least.
const MIN_PREFIX: usize = 3;

impl Analyser<'_> {
    /// A form as its words, read as an answer of this language is.
    ///
    /// # Errors
    /// [`FormError`] if the form is not a term from end to end.
    pub fn form_parts(&self, form: &str, language: Language) -> Result<Vec<FormPart>, FormError> {
        if form.trim().is_empty() {
            return Err(FormError::Empty);
        }
        if !self.is_term(form, language) {
            return Err(FormError::NoTerm);
        }
        let mut parts: Vec<FormPart> = Vec::new();
        let mut end = None;
        for (start, stop, stem) in self.stems_of(form, language) {
            let inner = end.map_or(Some(String::new()), |end| inner_words(form, end, start));
            let written = form.get(start..stop).unwrap_or_default().to_owned();
            parts.push(FormPart { inner: inner.ok_or(FormError::Apart)?, written, stem });
            end = Some(stop);
        }
        Ok(parts)
    }
}

/// Looks forms up in a vocabulary.
#[derive(Debug)]
pub struct Seeker<'v> {
    vocabulary: &'v Vocabulary,
    /// What is more than a word, by language and written form: as it is written, and in lower case.
    written: BTreeMap<(Language, String), u32>,
    lower: BTreeMap<(Language, String), u32>,
}

impl<'v> Seeker<'v> {
    /// For forms of any language of this vocabulary.
    pub fn new(vocabulary: &'v Vocabulary) -> Self {
        let (mut written, mut lower) = (BTreeMap::new(), BTreeMap::new());
        // Concepts first: "CARE" is what the lexicon says it is. Of one kind the first by stem.
        let rank = |term: &Term| (term.kind != TermKind::Concept, term.kind == TermKind::Phrase);
        let mut order: Vec<u32> = (0..vocabulary.terms.len() as u32).collect();
        order.sort_by_key(|at| rank(&vocabulary.terms[*at as usize]));
        for at in order {
            let term = &vocabulary.terms[at as usize];
            if matches!(term.kind, TermKind::Word | TermKind::Sought) {
                continue;
            }
            for (form, _) in &term.surface_forms {
                written.entry((term.language, form.clone())).or_insert(at);
                lower.entry((term.language, form.to_lowercase())).or_insert(at);
            }
        }
        Self { vocabulary, written, lower }
    }

    /// What a form is in texts of a language. A form in square brackets is a stem, as the findings list it; one that ends with a star is
    /// the beginning of a word.
    ///
    /// # Errors
    /// [`FormError`] if it cannot be looked for.
    pub fn seek(&self, form: &str, language: Language, analyser: &Analyser<'_>) -> Result<Sought, FormError> {
        let form = form.trim();
        if let Some(stem) = form.strip_prefix('[').and_then(|form| form.strip_suffix(']')) {
            if stem.trim().is_empty() {
                return Err(FormError::Empty);
            }
            return Ok(self.of_stem(stem, language).map_or(Sought::Absent, Sought::Term));
        }
        if let Some(beginning) = form.strip_suffix('*') {
            return self.beginning(beginning, language);
        }
        let parts = analyser.form_parts(form, language)?;
        let stem = if let [part] = parts.as_slice() { Some(part.stem.as_str()) } else { None };
        if let Some(term) = self.more_than_a_word(form, stem, language) {
            return Ok(Sought::Term(term));
        }
        let term = |part: &FormPart| {
            // A word that the lexicon made part of something.
            let concept = self.more_than_a_word(&part.written, Some(&part.stem), language);
            concept.or_else(|| self.vocabulary.find(language, &part.stem))
        };
        let terms: Option<Vec<u32>> = parts.iter().map(term).collect();
        Ok(match terms.as_deref() {
            None | Some([]) => Sought::Absent,
            Some([term]) => Sought::Term(*term),
            Some(terms) => {
                Sought::Run(parts.iter().zip(terms).map(|(part, term)| (part.inner.clone(), *term)).collect())
            }
        })
    }

    /// A term that is more than a word; as it is written, or in other case if no word is written so.
    fn more_than_a_word(&self, form: &str, stem: Option<&str>, language: Language) -> Option<u32> {
        let form = form.split_whitespace().collect::<Vec<_>>().join(" ");
        let is_word = || {
            let word = stem.and_then(|stem| self.vocabulary.find(language, stem));
            let forms = word.map(|word| &self.vocabulary.terms[word as usize].surface_forms);
            forms.is_some_and(|forms| forms.iter().any(|(known, _)| *known == form))
        };
        let lower = (language, form.to_lowercase());
        let exact = self.written.get(&(language, form.clone())).copied();
        exact.or_else(|| self.lower.get(&lower).copied().filter(|_| !is_word()))
    }

    /// The term of a stem, a word before anything else.
    fn of_stem(&self, stem: &str, language: Language) -> Option<u32> {
        let of_stem =
            self.vocabulary.terms.partition_point(|term| (term.language, term.stem.as_str()) < (language, stem));
        let term = self.vocabulary.terms.get(of_stem)?;
        (term.language == language && term.stem == stem && term.kind != TermKind::Sought).then_some(of_stem as u32)
    }

    fn beginning(&self, beginning: &str, language: Language) -> Result<Sought, FormError> {
        let beginning = beginning.to_lowercase();
        if beginning.chars().count() < MIN_PREFIX || !beginning.chars().all(char::is_alphanumeric) {
            return Err(FormError::ShortPrefix);
        }
        let begins = |term: &Term| {
            term.language == language
                && term.kind == TermKind::Word
                && term.surface_forms.iter().any(|(form, _)| form.to_lowercase().starts_with(&beginning))
        };
        let terms: Vec<u32> =
            (0..).zip(&self.vocabulary.terms).filter(|(_, term)| begins(term)).map(|(at, _)| at).collect();
        Ok(if terms.is_empty() { Sought::Absent } else { Sought::Prefix(terms) })
    }
}

impl Sought {
    /// Where it stands in a point of `text`, by first byte. `asked`: where it is a word of the question, too, though nowhere where the
    /// point restates the question, quotes, or says what most answers say.
    pub fn spans(&self, text: &str, point: &Point, asked: bool) -> Vec<Span> {
        let counts =
            |token: &&Token| token.left_out().is_none() || asked && token.left_out() == Some(LeftOut::Question);
        match self {
            Self::Term(term) => {
                let tokens = point.tokens.iter().chain(&*point.phrases).filter(|token| token.term_idx() == *term);
                let mut spans: Vec<Span> = tokens.filter(counts).map(|token| token.span).collect();
                spans.sort_unstable();
                spans
            }
            Self::Prefix(terms) => {
                let tokens = point.tokens.iter().filter(|token| terms.binary_search(&token.term_idx()).is_ok());
                tokens.filter(counts).map(|token| token.span).collect()
            }
            Self::Run(run) => {
                point.tokens.windows(run.len()).filter_map(|tokens| run_span(text, tokens, run)).collect()
            }
            Self::Absent => Vec::new(),
        }
    }

    /// A term that every point which holds this holds too, for an index: of a run the first; none where there are several, or none.
    pub fn first_terms(&self) -> &[u32] {
        match self {
            Self::Term(term) => std::slice::from_ref(term),
            Self::Run(run) => run.first().map_or(&[], |(_, term)| std::slice::from_ref(term)),
            Self::Prefix(terms) => terms,
            Self::Absent => &[],
        }
    }
}

/// Where a run stands, if these tokens are one. As with phrases, words of the question are part of one that has others.
fn run_span(text: &str, tokens: &[Token], run: &[(String, u32)]) -> Option<Span> {
    let same = tokens.iter().zip(run).all(|(token, (_, term))| token.term_idx() == *term);
    let together = || {
        tokens.windows(2).zip(&run[1..]).all(|(pair, (inner, _))| {
            inner_words(text, pair[0].span.end as usize, pair[1].span.start as usize).as_ref() == Some(inner)
        })
    };
    let is_set_apart = tokens.iter().any(|token| token.left_out().is_some_and(|why| why != LeftOut::Question));
    (same && !is_set_apart && together())
        .then(|| Span { start: tokens[0].span.start, end: tokens[tokens.len() - 1].span.end })
}

/// Makes terms of forms, so that a point holds them as it holds any other term.
///
/// `texts` are those of the analysis. What is in the vocabulary already is left as it is, but that a word of the question that is asked for
/// counts from now on, if it counts nowhere. Runs and beginnings become terms that are [`TermKind::Sought`]. Terms are numbered anew.
///
/// Returned: for each form its term; none for what does not occur, or cannot be looked for.
pub fn add_terms(
    analysis: &mut Analysis,
    texts: &[&str],
    forms: &[(Language, String)],
    analyser: &Analyser<'_>,
) -> Vec<Option<u32>> {
    let sought: Vec<Sought> = {
        let seeker = Seeker::new(&analysis.vocabulary);
        let seek =
            |(language, form): &(Language, String)| seeker.seek(form, *language, analyser).unwrap_or(Sought::Absent);
        forms.iter().map(seek).collect()
    };
    let mut found: Vec<Option<u32>> = Vec::with_capacity(forms.len());
    let mut added: Vec<(Sought, u32)> = Vec::new();
    for ((language, form), sought) in forms.iter().zip(&sought) {
        let term = match sought {
            Sought::Absent => None,
            Sought::Term(term) => {
                let_count(analysis, *term);
                Some(*term)
            }
            _ => {
                let known = added.iter().find(|(other, _)| other == sought).map(|(_, term)| *term);
                let term = known.or_else(|| add_term(analysis, texts, *language, form, sought));
                if known.is_none() {
                    added.extend(term.map(|term| (sought.clone(), term)));
                }
                term
            }
        };
        found.push(term);
    }
    let places = sort(analysis);
    found.into_iter().map(|term| term.map(|term| places[term as usize])).collect()
}

/// Where a term is left out as a word of the question wherever it stands, it counts from now on.
fn let_count(analysis: &mut Analysis, term: u32) {
    let counts = |point: &Point| point.carrying().any(|token| token.term_idx() == term);
    if analysis.texts.iter().any(|text| text.points.iter().any(counts)) {
        return;
    }
    analysis.texts.update(|_, text| {
        for token in text.tokens_mut() {
            if token.term_idx() == term && token.left_out() == Some(LeftOut::Question) {
                token.set_left_out(None);
            }
        }
    });
}

/// The term that stands wherever this does; none if that is nowhere.
fn add_term(analysis: &mut Analysis, texts: &[&str], language: Language, form: &str, sought: &Sought) -> Option<u32> {
    let term_idx = analysis.vocabulary.terms.len() as u32;
    let mut written: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let mut texts = texts.iter();
    analysis.texts.update_in_order(|analysed| {
        let text = texts.next().copied().unwrap_or_default();
        for point in &mut *analysed.points {
            let spans = sought.spans(text, point, false);
            let first = point.tokens.first().map(|token| token.span.start);
            for span in &spans {
                let form = span.of(text).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
                let count = written.entry(form).or_default();
                *count = (count.0 + 1, count.1 + u32::from(first != Some(span.start)));
            }
            if !spans.is_empty() {
                let mut phrases = std::mem::take(&mut point.phrases).into_vec();
                phrases.extend(spans.into_iter().map(|span| Token::new(span, term_idx, None)));
                phrases.sort_by_key(|token| (token.span.start, token.span.end, token.term_idx()));
                point.phrases = phrases.into_boxed_slice();
            }
        }
    });
    if written.is_empty() {
        return None;
    }
    let written = written.iter().map(|(form, count)| (form.as_str(), *count)).collect();
    let stem = match sought {
        Sought::Run(run) => {
            let word = |(inner, term): &(String, u32)| {
                let stem = &analysis.vocabulary.terms[*term as usize].stem;
                if inner.is_empty() { stem.clone() } else { format!("{inner} {stem}") }
            };
            run.iter().map(word).collect::<Vec<_>>().join(" ")
        }
        _ => form.trim().to_lowercase(),
    };
    let (kind, surface_forms) = (TermKind::Sought, surface_forms(&written));
    analysis.vocabulary.terms.push(Term { language, stem, kind, surface_forms, general: false, as_verb: 0 });
    Some(term_idx)
}

/// Puts the vocabulary back into its order. For each term its new number.
fn sort(analysis: &mut Analysis) -> Vec<u32> {
    let terms = std::mem::take(&mut analysis.vocabulary.terms);
    let mut order: Vec<u32> = (0..terms.len() as u32).collect();
    let key = |term: &Term| (term.language, term.stem.clone(), term.kind);
    order.sort_by_cached_key(|at| (key(&terms[*at as usize]), *at));
    let mut places = vec![0_u32; terms.len()];
    for (place, at) in (0..).zip(&order) {
        places[*at as usize] = place;
    }
    let mut terms: Vec<Option<Term>> = terms.into_iter().map(Some).collect();
    analysis.vocabulary.terms = order.iter().filter_map(|at| terms[*at as usize].take()).collect();
    analysis.texts.update(|_, text| {
        text.tokens_mut().for_each(|token| token.set_term_idx(places[token.term_idx() as usize]));
    });
    for merge in &mut analysis.merges {
        merge.term_idx = places[merge.term_idx as usize];
    }
    places
}
