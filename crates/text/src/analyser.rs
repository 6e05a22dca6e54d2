//! From texts to points, tokens and terms.
//!
//! In four steps, the first and third in parallel over chunks of texts: texts are cut into points and words; distinct words get
//! their parts, stems and numbers; tokens are put together; [`crate::concepts`] finds phrases and what counts as one.

use crate::Span;
use crate::boilerplate;
use crate::concepts::{self, Corpus};
use crate::intern::{Distinct, Interner, Key, Merged, merge};
use crate::language::{Identifier, Language};
use crate::lexicon::Lexicon;
use crate::packed::{self, AnalysedTexts};
use crate::phrases::{APART, Element, ElementChunk, Elements};
use crate::quotation::Quotations;
use crate::resources::{LanguageResources, Neighbourhood, Resources};
use crate::segment::{leads_in, segment};
use crate::terms::{
    AnalysedText, Analysis, LeftOut, Point, Term, TermKind, TermRules, Text, Token, Vocabulary, surface_forms,
};
use crate::words::{Word, words_in};
use crate::writing::{acronym, inner_words, is_markup, is_shouted};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::atomic::{AtomicBool, Ordering};

/// Takes texts apart, with the resources of each language, rules and a lexicon.
pub struct Analyser<'r> {
    resources: &'r Resources,
    identifier: Identifier,
    rules: TermRules,
    stop_words: BTreeSet<String>,
    lexicon: &'r Lexicon,
}

/// Texts that a parallel step takes at a time, by their number, so that the thread count cannot show: of many texts many, as each chunk has a
/// list of its distinct words. A chunk is some chunks of packed texts.
fn chunk_size(n_texts: usize) -> usize {
    (n_texts / 256).clamp(256, 16_384) / packed::CHUNK * packed::CHUNK
}

/// A point that leads to a list restates the question if this share of its words that name a subject, and at least two, are
/// the question's.
const PREAMBLE_SHARE: f64 = 0.6;

/// A point of which a passage that most answers share takes up this much is boilerplate as a whole: the rest is how one
/// writer ended what all began.
const BOILERPLATE_SHARE: f64 = 0.5;

/// What one distinct word is made of: parts of it, each with its place in the word, stem and form.
struct Part {
    start: usize,
    end: usize,
    stem: String,
    form: String,
}

/// In the tag of a distinct word: all about it is in capitals, so that they say nothing. The other bits number its language.
const SHOUTED: u8 = 0x80;

/// Texts in which words are still numbers into a list of distinct words.
#[derive(Default)]
struct Drafts {
    texts: Vec<Draft>,
    points: Vec<DraftPoint>,
    /// The words of all points, packed: where each begins, told from the one before it in its text, and its number.
    words: Vec<u8>,
    n_words: usize,
}

struct Draft {
    n_points: u32,
    quotations: Box<[Span]>,
    boilerplate: Box<[Span]>,
}

struct DraftPoint {
    span: Span,
    language: Language,
    n_words: u32,
}

/// The distinct words of all texts.
struct Words<'t> {
    /// By number.
    languages: Vec<Language>,
    /// Sorted; the tag is the number of the language, with [`SHOUTED`] or without.
    keys: Vec<Key<'t>>,
    /// For each chunk, by the number a word had there, its number here.
    numbers: Vec<Vec<u32>>,
    /// For each word its parts.
    parts: Vec<Vec<Part>>,
    /// For each word what it tells of those beside it.
    neighbourhoods: Vec<Neighbourhood>,
    /// For each word where its parts begin and end, and their terms.
    tokens: Vec<Vec<(usize, usize, u32)>>,
    /// The terms: number of the language and stem, sorted.
    stems: Vec<(u8, String)>,
}

impl Words<'_> {
    fn term(&self, language: u8, stem: &str) -> Option<u32> {
        let at = self.stems.binary_search_by(|(l, s)| (*l, s.as_str()).cmp(&(language, stem)));
        at.ok().map(|at| at as u32)
    }
}

/// What a chunk of drafts becomes.
struct Assembled {
    texts: AnalysedTexts,
    /// For each text its elements, one a token; `inner` are places in `inners`.
    elements: ElementChunk,
    /// What stands between two terms that may be of one phrase, sorted.
    inners: Vec<String>,
    /// For each word of all, by number, how it occurs here.
    counts: Vec<(u32, Occurrences)>,
}

/// How often a word occurs.
#[derive(Clone, Copy, Debug, Default)]
struct Occurrences {
    all: u32,
    /// Not as the first word of a point.
    inner: u32,
    /// Beside a word that stands beside verbs.
    as_verb: u32,
}

impl Occurrences {
    fn add(&mut self, other: Self) {
        self.all += other.all;
        self.inner += other.inner;
        self.as_verb += other.as_verb;
    }
}

impl<'r> Analyser<'r> {
    /// An analyser with these rules and this lexicon.
    pub fn new(resources: &'r Resources, rules: TermRules, lexicon: &'r Lexicon) -> Self {
        let stop_words = rules.stop_words.iter().map(|word| word.to_lowercase()).collect();
        Self { resources, identifier: Identifier::new(resources), rules, stop_words, lexicon }
    }

    /// Takes the answers to a question apart, each in its language.
    ///
    /// Words are split and normalised by the language's pipeline once per distinct word, and stemmed likewise. Left out are
    /// function words, words of one letter, and numbers. `done` is told how many more texts are taken apart, from any thread.
    ///
    /// # Guarantees
    /// The same result at any thread count. Spans lie on character boundaries of their text; those of tokens and phrases lie in
    /// their point's.
    pub fn analyse(
        &self,
        texts: &[Text<'_>],
        wording: &str,
        references: &Quotations,
        done: &(dyn Fn(usize) + Sync),
    ) -> Analysis {
        let nothing = |_: &AnalysedTexts| Ok::<_, Infallible>(BTreeMap::new());
        let Ok(analysis) = self.analyse_copies(texts, wording, references, nothing, done);
        analysis
    }

    /// The same, where texts that are copies may have passages of their own. `own` is handed the texts with their points and tokens, and
    /// says by the copy's number which passages of it count where phrases are sought, as if they were a text.
    ///
    /// # Errors
    /// What `own` says.
    pub fn analyse_copies<E>(
        &self,
        texts: &[Text<'_>],
        wording: &str,
        references: &Quotations,
        own: impl FnOnce(&AnalysedTexts) -> Result<BTreeMap<u32, Vec<Span>>, E>,
        done: &(dyn Fn(usize) + Sync),
    ) -> Result<Analysis, E> {
        let languages = languages_of(texts);
        // For each language: an opening that all French answers share need not be in most of all answers.
        let boilerplate: Vec<Quotations> = languages
            .iter()
            .map(|language| {
                let originals = texts.iter().filter(|text| !text.is_copy && text.language == *language);
                let originals: Vec<&str> = originals.map(|text| text.text).collect();
                // Unicode's rules leave a word of Chinese as two words on average.
                let per_word = if *language == Language::Chinese { 2 } else { 1 };
                let min_words = per_word * self.rules.boilerplate_words;
                boilerplate::find(&originals, min_words, self.rules.boilerplate_share)
            })
            .collect();
        let size = chunk_size(texts.len());
        let (drafts, chunks): (Vec<Drafts>, Vec<Distinct<'_>>) = texts
            .par_chunks(size)
            .map(|chunk| {
                let drafts = self.draft(chunk, &languages, references, &boilerplate);
                done(chunk.len());
                drafts
            })
            .unzip();
        let words = self.words(languages, &chunks);
        drop(chunks);
        let general: Vec<bool> = words
            .stems
            .iter()
            .map(|(language, stem)| self.resources.of(words.languages[usize::from(*language)]).is_general(stem))
            .collect();
        let question = self.question_terms(wording, &words);
        let assembled: Vec<Assembled> = drafts
            .into_par_iter()
            .zip(&words.numbers)
            .zip(texts.par_chunks(size))
            .map(|((drafts, numbers), chunk)| assemble(drafts, numbers, chunk, &words, &question, &general))
            .collect();
        let terms = word_terms(&words, &assembled, &general);
        let mut corpus = gathered(assembled, size, texts, terms, words.languages.clone());
        let resolve = |form: &str, language: u8| self.resolve(form, language, &words);
        let own = if self.rules.phrases { Some(own(&corpus.texts)?) } else { None };
        concepts::add(&mut corpus, self.lexicon, own.as_ref(), &resolve);
        let merges = concepts::merges(&corpus);
        Ok(finish(corpus, merges))
    }

    fn draft<'t>(
        &self,
        texts: &[Text<'t>],
        languages: &[Language],
        references: &Quotations,
        boilerplate: &[Quotations],
    ) -> (Drafts, Distinct<'t>) {
        let mut distinct = Interner::new();
        let mut drafts = Drafts::default();
        for Text { text, language: own, .. } in texts {
            let spans = if self.rules.points {
                segment(text, self.resources)
            } else {
                crate::segment::whole(text).into_iter().collect()
            };
            let n_points = spans.len() as u32;
            let mut before = 0_u32;
            for span in spans {
                let passage = span.of(text).unwrap_or_default();
                let language =
                    if self.rules.identify_points { self.identifier.identify_point(passage, *own) } else { *own };
                // A language that no text as a whole is in has no number: the point keeps that of its text.
                let (language, number) = match languages.binary_search(&language) {
                    Ok(number) => (language, number),
                    Err(_) => (*own, languages.binary_search(own).unwrap_or_default()),
                };
                let tag = number as u8 | if is_shouted(passage) { SHOUTED } else { 0 };
                let words = self.words_of(text, span, language);
                drafts.points.push(DraftPoint { span, language, n_words: words.len() as u32 });
                drafts.n_words += words.len();
                for word in words {
                    packed::write_number(&mut drafts.words, (word.start as u32).wrapping_sub(before));
                    packed::write_number(&mut drafts.words, distinct.intern(tag, word.text));
                    before = word.start as u32;
                }
            }
            let boilerplate = languages.binary_search(own).map_or(Vec::new(), |of| boilerplate[of].passages(text));
            drafts.texts.push(Draft {
                n_points,
                quotations: references.passages(text).into(),
                boilerplate: boilerplate.into(),
            });
        }
        drafts.points.shrink_to_fit();
        drafts.words.shrink_to_fit();
        (drafts, distinct.take())
    }

    /// The words of a passage: Unicode's, Chinese cut by dictionary.
    fn words_of<'t>(&self, text: &'t str, span: Span, language: Language) -> Vec<Word<'t>> {
        let resources = self.resources.of(language);
        let mut words = words_in(text, span, |word| resources.is_prefix(word));
        if text.contains(['<', '&']) {
            words.retain(|word| !is_markup(text, word.start, word.end()));
        }
        // Other languages write Han characters, too, but not words of Chinese.
        if language.has_resources() { self.resources.han().join(text, words) } else { words }
    }

    /// Numbers the distinct words and their stems.
    fn words<'t>(&self, languages: Vec<Language>, chunks: &[Distinct<'t>]) -> Words<'t> {
        let Merged { keys, numbers } = merge(chunks);
        let (parts, neighbourhoods): (Vec<Vec<Part>>, Vec<Neighbourhood>) = keys
            .par_iter()
            .map(|(tag, word)| self.take_apart(languages[language_of(*tag)], tag & SHOUTED != 0, word))
            .unzip();
        let mut stems: Vec<(u8, String)> = keys
            .iter()
            .zip(&parts)
            .flat_map(|((tag, _), parts)| parts.iter().map(move |part| (tag & !SHOUTED, part.stem.clone())))
            .collect();
        stems.par_sort_unstable();
        stems.dedup();
        let mut words = Words { languages, keys, numbers, parts, neighbourhoods, tokens: Vec::new(), stems };
        let tokens = words.keys.par_iter().zip(&words.parts).map(|((tag, _), parts)| {
            let token =
                |part: &Part| (part.start, part.end, words.term(tag & !SHOUTED, &part.stem).unwrap_or_default());
            parts.iter().map(token).collect()
        });
        words.tokens = tokens.collect();
        words
    }

    /// The parts of a word that can carry a theme.
    fn parts(&self, language: Language, is_shouted: bool, word: &str) -> Vec<Part> {
        self.take_apart(language, is_shouted, word).0
    }

    /// The parts of a word that can carry a theme, and what it tells of the words beside it.
    fn take_apart(&self, language: Language, is_shouted: bool, word: &str) -> (Vec<Part>, Neighbourhood) {
        let resources = self.resources.of(language);
        if let Some(acronym) = acronym(word, resources).filter(|_| !is_shouted) {
            return (
                vec![Part { start: 0, end: word.len(), stem: acronym.clone(), form: acronym }],
                Neighbourhood::default(),
            );
        }
        let mut parts = Vec::new();
        let mut neighbourhood = Neighbourhood::default();
        for piece in resources.pieces(word) {
            let form =
                if language == Language::Chinese { self.resources.han().simplified(&piece.form) } else { piece.form };
            neighbourhood = resources.neighbourhood(&form);
            if self.carries(&form, resources) {
                parts.push(Part { start: piece.start, end: piece.end, stem: resources.stem(&form), form });
            }
        }
        (parts, neighbourhood)
    }

    /// Whether a form says anything: a letter alone does not, a Han character may.
    fn carries(&self, form: &str, resources: &LanguageResources) -> bool {
        let mut characters = form.chars();
        let is_long_enough = characters.next().is_some_and(|first| {
            let mut first_character = [0; 4];
            characters.next().is_some() || crate::han::is_han(first.encode_utf8(&mut first_character))
        });
        is_long_enough
            && form.chars().any(char::is_alphabetic)
            && !resources.is_stop_word(form)
            && !self.stop_words.contains(form)
    }

    /// For each word term whether it is a word of the question, read in any of the languages: a form in several languages asks
    /// in one of them.
    fn question_terms(&self, wording: &str, words: &Words<'_>) -> Vec<bool> {
        let mut question = vec![false; words.stems.len()];
        if !self.rules.question_words {
            return question;
        }
        for (number, language) in (0_u8..).zip(&words.languages) {
            for word in self.words_of(wording, Span::new(0, wording.len()), *language) {
                for part in self.parts(*language, false, word.text) {
                    if let Some(term) = words.term(number, &part.stem) {
                        question[term as usize] = true;
                    }
                }
            }
        }
        question
    }

    /// Whether a form is a term from end to end: function words may stand between its words, not around them, and every
    /// other word carries something.
    pub fn is_term(&self, form: &str, language: Language) -> bool {
        let resources = self.resources.of(language);
        let words = self.words_of(form, Span::new(0, form.len()), language);
        let carries = |word: &Word<'_>| !self.parts(language, false, word.text).is_empty();
        let is_inner =
            |word: &Word<'_>| resources.pieces(word.text).iter().all(|piece| resources.is_stop_word(&piece.form));
        let (Some(first), Some(last)) = (words.first(), words.last()) else { return false };
        carries(first) && carries(last) && words.iter().all(|word| carries(word) || is_inner(word))
    }

    /// The words of a text that carry something, those inside of words with a hyphen by themselves: where each begins and ends, in bytes,
    /// and its stem.
    pub fn stems_of(&self, form: &str, language: Language) -> Vec<(usize, usize, String)> {
        let words = self.words_of(form, Span::new(0, form.len()), language).into_iter();
        let parts = words.flat_map(|word| {
            let parts = self.parts(language, false, word.text).into_iter();
            parts.map(move |part| (word.start + part.start, word.start + part.end, part.stem))
        });
        parts.collect()
    }

    /// A form of a lexicon as terms, each with what stands between it and the one before; nothing if one of them does not occur,
    /// or if the form is no term of the language: what would be left of it would match too much.
    fn resolve(&self, form: &str, language: u8, words: &Words<'_>) -> Vec<(Option<String>, u32)> {
        let of = words.languages[usize::from(language)];
        if !self.is_term(form, of) {
            return Vec::new();
        }
        let mut resolved: Vec<(Option<String>, u32)> = Vec::new();
        let mut end = None;
        for (start, stop, stem) in self.stems_of(form, of) {
            let Some(term) = words.term(language, &stem) else { return Vec::new() };
            let inner = end.and_then(|end| inner_words(form, end, start));
            if end.is_some() && inner.is_none() {
                return Vec::new();
            }
            resolved.push((inner, term));
            end = Some(stop);
        }
        resolved
    }
}

/// The language's number in a tag.
fn language_of(tag: u8) -> usize {
    usize::from(tag & !SHOUTED)
}

/// The languages of the texts and those with resources, sorted, as many as a tag can number.
fn languages_of(texts: &[Text<'_>]) -> Vec<Language> {
    let mut languages: BTreeSet<Language> = texts.iter().map(|text| text.language).collect();
    languages.extend(Language::ALL);
    languages.into_iter().take(usize::from(SHOUTED)).collect()
}

/// Puts the tokens of a chunk together.
fn assemble(
    drafts: Drafts,
    numbers: &[u32],
    texts: &[Text<'_>],
    words: &Words<'_>,
    question: &[bool],
    general: &[bool],
) -> Assembled {
    let mut counts = vec![Occurrences::default(); numbers.len()];
    let mut inners: BTreeMap<String, u32> = BTreeMap::new();
    let mut analysed = AnalysedTexts::default();
    let mut elements = ElementChunk::with_capacity(texts.len(), drafts.n_words);
    let mut tokens: Vec<Token> = Vec::new();
    let (mut next_points, mut next_words) = (drafts.points.as_slice(), packed::Reader { bytes: &drafts.words });
    let mut words_of_point: Vec<(u32, u32)> = Vec::new();
    for (draft, text) in drafts.texts.into_iter().zip(texts) {
        let (of_text, others) = next_points.split_at(draft.n_points as usize);
        next_points = others;
        let mut points = Vec::with_capacity(of_text.len());
        let mut before = 0_u32;
        for (number, point) in of_text.iter().enumerate() {
            words_of_point.clear();
            for _ in 0..point.n_words {
                before = before.wrapping_add(next_words.number());
                words_of_point.push((before, next_words.number()));
            }
            let of_point = words_of_point.as_slice();
            tokens.clear();
            for (place, (at, word)) in of_point.iter().enumerate() {
                let as_verb = u32::from(stands_as_verb(text.text, of_point, place, words, numbers));
                counts[*word as usize].add(Occurrences { all: 1, inner: u32::from(place > 0), as_verb });
                for (start, end, term_idx) in &words.tokens[numbers[*word as usize] as usize] {
                    let span = Span::new(*at as usize + start, *at as usize + end);
                    let left_out = if within(&draft.quotations, span) {
                        Some(LeftOut::Quotation)
                    } else if within(&draft.boilerplate, span) {
                        Some(LeftOut::Boilerplate)
                    } else {
                        question[*term_idx as usize].then_some(LeftOut::Question)
                    };
                    tokens.push(Token::new(span, *term_idx, left_out));
                }
            }
            let shared: u32 = draft.boilerplate.iter().map(|passage| common(*passage, point.span)).sum();
            if f64::from(shared) >= BOILERPLATE_SHARE * f64::from(point.span.end - point.span.start) {
                for token in &mut tokens {
                    token.set_left_out(Some(LeftOut::Boilerplate));
                }
            }
            if of_text.len() > 1 && restates(text.text, number, point.span, &tokens, question, general) {
                for token in &mut tokens {
                    token.set_left_out(Some(LeftOut::Preamble));
                }
            }
            add_elements(&mut elements, text.text, point.span, &tokens, &mut inners);
            let tokens = tokens.as_slice().into();
            points.push(Point { span: point.span, language: point.language, tokens, phrases: Box::default() });
        }
        elements.end_text();
        let Draft { quotations, boilerplate, .. } = draft;
        analysed.push(&AnalysedText { language: text.language, points: points.into(), quotations, boilerplate });
    }
    // The inner words were numbered as they came; from here on by their place in the sorted list.
    let mut places = vec![0_u32; inners.len()];
    for (place, number) in (0_u32..).zip(inners.values()) {
        places[*number as usize] = place;
    }
    elements.renumber(&places);
    elements.shrink();
    let counts = numbers.iter().copied().zip(counts).collect();
    Assembled { texts: analysed, elements, inners: inners.into_keys().collect(), counts }
}

/// Whether a word stands beside one that stands beside verbs, with nothing but white space between them.
fn stands_as_verb(text: &str, point: &[(u32, u32)], place: usize, words: &Words<'_>, numbers: &[u32]) -> bool {
    let number = |place: usize| numbers[point[place].1 as usize] as usize;
    let are_beside = |left: usize| {
        let end = point[left].0 as usize + words.keys[number(left)].1.len();
        text.get(end..point[left + 1].0 as usize).is_some_and(|gap| gap.chars().all(char::is_whitespace))
    };
    (place > 0 && words.neighbourhoods[number(place - 1)].verb_follows && are_beside(place - 1))
        || (place + 1 < point.len() && words.neighbourhoods[number(place + 1)].verb_precedes && are_beside(place))
}

/// How many bytes two spans share.
fn common(a: Span, b: Span) -> u32 {
    a.end.min(b.end).saturating_sub(a.start.max(b.start))
}

/// Whether a span lies in one of these passages, which are in order and apart.
fn within(passages: &[Span], span: Span) -> bool {
    let next = passages.partition_point(|passage| passage.end <= span.start);
    passages.get(next).is_some_and(|passage| passage.overlaps(&span))
}

/// Whether a point says again what was asked: it leads to a list and is mostly of the question's words, or it is the first of
/// several and of nothing else.
fn restates(text: &str, number: usize, span: Span, tokens: &[Token], question: &[bool], general: &[bool]) -> bool {
    let subjects = || tokens.iter().filter(|token| !general[token.term_idx() as usize]);
    let asked = subjects().filter(|token| question[token.term_idx() as usize]).count();
    if leads_in(text, span) {
        asked >= 2 && asked as f64 >= PREAMBLE_SHARE * subjects().count() as f64
    } else {
        number == 0 && asked >= 3 && asked == subjects().count()
    }
}

/// Adds the tokens of a point as phrases see them.
fn add_elements(
    elements: &mut ElementChunk,
    text: &str,
    point: Span,
    tokens: &[Token],
    inners: &mut BTreeMap<String, u32>,
) {
    let capitals_say_something = !is_shouted(point.of(text).unwrap_or_default());
    let mut end = None;
    elements.extend(tokens.iter().map(|token| {
        let (from, to) = (token.span.start as usize, token.span.end as usize);
        let inner = end.and_then(|end| inner_words(text, end, from)).map_or(APART, |inner| {
            let next = inners.len() as u32;
            *inners.entry(inner).or_insert(next)
        });
        let is_capital = capitals_say_something && text[from..].chars().next().is_some_and(char::is_uppercase);
        end = Some(to);
        Element::new(token.term_idx(), inner, is_capital)
    }));
}

/// The word terms, with the forms that occur.
fn word_terms(words: &Words<'_>, assembled: &[Assembled], general: &[bool]) -> Vec<Term> {
    let mut counts = vec![Occurrences::default(); words.keys.len()];
    for (word, here) in assembled.iter().flat_map(|chunk| &chunk.counts) {
        counts[*word as usize].add(*here);
    }
    let mut as_verb = vec![0_u32; words.stems.len()];
    let mut forms: Vec<BTreeMap<&str, (u32, u32)>> = vec![BTreeMap::new(); words.stems.len()];
    for (((key, parts), tokens), count) in words.keys.iter().zip(&words.parts).zip(&words.tokens).zip(&counts) {
        for (part, (.., term)) in parts.iter().zip(tokens) {
            // As written, so that acronyms keep their capitals; glued hyphens and the like take the normalised form.
            let written = key.1.get(part.start..part.end).unwrap_or(&part.form);
            let is_plain = written.chars().all(char::is_alphanumeric) && key.0 & SHOUTED == 0;
            let counted = forms[*term as usize].entry(if is_plain { written } else { &part.form }).or_default();
            *counted = (counted.0 + count.all, counted.1 + count.inner);
            as_verb[*term as usize] += count.as_verb;
        }
    }
    let terms = words.stems.iter().zip(forms).zip(general.iter().zip(as_verb));
    let terms = terms.map(|(((language, stem), forms), (general, as_verb))| Term {
        language: words.languages[usize::from(*language)],
        stem: stem.clone(),
        kind: TermKind::Word,
        surface_forms: surface_forms(&forms),
        general: *general,
        as_verb,
    });
    terms.collect()
}

/// Puts the chunks together; the numbers of inner words are from here on those of all texts.
fn gathered<'t>(
    assembled: Vec<Assembled>,
    size: usize,
    texts: &'t [Text<'t>],
    terms: Vec<Term>,
    languages: Vec<Language>,
) -> Corpus<'t> {
    let mut inners: BTreeSet<String> = assembled.iter().flat_map(|chunk| chunk.inners.iter().cloned()).collect();
    // The empty one sorts first: phrases::NOTHING.
    inners.insert(String::new());
    let inners: Vec<String> = inners.into_iter().collect();
    let (mut analysed, mut elements) = (AnalysedTexts::default(), Vec::with_capacity(assembled.len()));
    for mut chunk in assembled {
        let place = |inner: &String| inners.binary_search(inner).map_or(APART, |at| at as u32);
        let places: Vec<u32> = chunk.inners.iter().map(place).collect();
        chunk.elements.renumber(&places);
        analysed.append(chunk.texts);
        elements.push(chunk.elements);
    }
    Corpus {
        sources: texts,
        texts: analysed,
        elements: Elements::new(size, elements),
        inners,
        n_words: terms.len() as u32,
        terms,
        languages,
        occurrences: BTreeMap::new(),
    }
}

/// Leaves out terms that do not occur, and numbers the others in the order of the vocabulary.
fn finish(corpus: Corpus<'_>, mut merges: Vec<crate::lexicon::Merge>) -> Analysis {
    let Corpus { mut texts, terms, .. } = corpus;
    let occurs: Vec<AtomicBool> = terms.iter().map(|_| AtomicBool::new(false)).collect();
    (0..texts.len()).into_par_iter().for_each(|text| {
        for token in texts.get(text).points.iter().flat_map(|point| point.tokens.iter().chain(&*point.phrases)) {
            occurs[token.term_idx() as usize].store(true, Ordering::Relaxed);
        }
    });
    let occurs: Vec<bool> = occurs.into_iter().map(AtomicBool::into_inner).collect();
    let mut order: Vec<u32> = (0..terms.len() as u32).filter(|term| occurs[*term as usize]).collect();
    let key = |term: &u32| {
        let Term { language, stem, kind, .. } = &terms[*term as usize];
        (*language, stem.as_str(), *kind, *term)
    };
    order.sort_by(|a, b| key(a).cmp(&key(b)));
    let mut places = vec![0_u32; terms.len()];
    for (place, term) in (0_u32..).zip(&order) {
        places[*term as usize] = place;
    }
    texts.update(|_, text| {
        text.tokens_mut().for_each(|token| token.set_term_idx(places[token.term_idx() as usize]));
    });
    merges.retain(|merge| occurs[merge.term_idx as usize]);
    for merge in &mut merges {
        merge.term_idx = places[merge.term_idx as usize];
    }
    let mut terms: Vec<Option<Term>> = terms.into_iter().map(Some).collect();
    let terms = order.into_iter().filter_map(|term| terms[term as usize].take()).collect();
    Analysis { texts, vocabulary: Vocabulary { terms }, merges }
}
