//! Tokens and terms: the words of each point that can carry a theme, and the vocabulary of them all.

use crate::Span;
use crate::language::Language;
use crate::quotation::Quotations;
use crate::resources::Resources;
use crate::segment::segment;
use crate::words::words_in;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// An occurrence of a term.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Token {
    /// Where it stands in the response.
    pub span: Span,
    /// Index into [`Vocabulary::terms`].
    pub term_idx: u32,
    /// Whether it stands in a passage quoted from a reference text and so carries no theme.
    pub quoted: bool,
}

/// One idea unit of a response.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Point {
    /// Where it stands in the response.
    pub span: Span,
    /// Its tokens in order; function words have none.
    pub tokens: Vec<Token>,
}

/// A response taken apart.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct AnalysedText {
    /// The language it was read in.
    pub language: Language,
    /// Its points in order.
    pub points: Vec<Point>,
    /// The passages quoted from a reference text.
    pub quotations: Vec<Span>,
}

/// A vocabulary entry: all words of one stem.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Term {
    /// The stem.
    pub stem: String,
    /// The forms that occur, with their counts: the most frequent first, ties in alphabetical order. A form that occurs both
    /// with and without a capital stands without it.
    pub surface_forms: Vec<(String, u32)>,
    /// Whether it is too general to name a subject ("make", "good", "not") in the language of most of its occurrences.
    pub general: bool,
}

impl Term {
    /// The most frequent form, as a reader would write it.
    pub fn surface(&self) -> &str {
        self.surface_forms.first().map_or(self.stem.as_str(), |(form, _)| form)
    }
}

/// The terms of a set of responses, in the order of their stems.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Vocabulary {
    /// Sorted by stem.
    pub terms: Vec<Term>,
}

impl Vocabulary {
    /// The index of the term with this stem.
    pub fn find(&self, stem: &str) -> Option<u32> {
        self.terms.binary_search_by(|term| term.stem.as_str().cmp(stem)).ok().map(|at| at as u32)
    }
}

/// A set of responses taken apart, and their vocabulary.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Analysis {
    /// One for each text, in the order given.
    pub texts: Vec<AnalysedText>,
    /// The terms that occur.
    pub vocabulary: Vocabulary,
}

/// Takes texts apart, with the resources of each language and a user's own stop words.
pub struct Analyser<'r> {
    resources: &'r Resources,
    stop_words: BTreeSet<String>,
}

/// Texts a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 256;

/// What one distinct word is made of: parts of it, each with its place in the word, stem and form.
struct Part {
    start: usize,
    end: usize,
    stem: String,
    form: String,
}

/// A text in which words are still numbers into a list of distinct words.
struct Draft {
    points: Vec<(Span, Vec<(usize, u32)>)>,
    quotations: Vec<Span>,
}

/// The drafts of a chunk of texts, and its distinct words.
type Drafts<'t> = (Vec<Draft>, Vec<(Language, &'t str)>);

impl<'r> Analyser<'r> {
    /// An analyser that also leaves out `stop_words` (in any language, compared in normalised form).
    pub fn new(resources: &'r Resources, stop_words: &[String]) -> Self {
        Self { resources, stop_words: stop_words.iter().map(|word| word.to_lowercase()).collect() }
    }

    /// Takes each text apart in its language.
    ///
    /// Words are split and normalised by the language's pipeline once per distinct word, and stemmed likewise. Left out are
    /// function words, words of one character, and numbers.
    ///
    /// # Guarantees
    /// The same result at any thread count. Spans lie on character boundaries of their text; token spans lie in
    /// their point's.
    pub fn analyse(&self, texts: &[(&str, Language)], quotations: &Quotations) -> Analysis {
        self.analyse_observed(texts, quotations, &|_| {})
    }

    /// As [`Analyser::analyse`]; `done` is told how many more texts are taken apart, from any thread.
    pub fn analyse_observed(
        &self,
        texts: &[(&str, Language)],
        quotations: &Quotations,
        done: &(dyn Fn(usize) + Sync),
    ) -> Analysis {
        let draft = |chunk| {
            let drafts = self.draft(chunk, quotations);
            done(chunk.len());
            drafts
        };
        let drafts: Vec<Drafts<'_>> = texts.par_chunks(CHUNK).map(draft).collect();

        let mut words: Vec<(Language, &str)> = drafts.iter().flat_map(|(_, words)| words.iter().copied()).collect();
        words.par_sort_unstable();
        words.dedup();
        let parts: Vec<Vec<Part>> = words.par_iter().map(|(language, word)| self.parts(*language, word)).collect();

        let mut stems: Vec<&str> = parts.iter().flatten().map(|part| part.stem.as_str()).collect();
        stems.par_sort_unstable();
        stems.dedup();
        let term_of = |stem: &str| stems.binary_search(&stem).map_or(0, |at| at as u32);
        let tokens_of: Vec<Vec<(usize, usize, u32)>> = parts
            .par_iter()
            .map(|parts| parts.iter().map(|part| (part.start, part.end, term_of(&part.stem))).collect())
            .collect();

        // For each word how often it occurs, and how often of that not as the first word of a point.
        let mut counts = vec![(0_u32, 0_u32); words.len()];
        let mut analysed = Vec::with_capacity(texts.len());
        for ((drafts, local), chunk) in drafts.iter().zip(texts.chunks(CHUNK)) {
            let global: Vec<u32> =
                local.iter().map(|word| words.binary_search(word).map_or(0, |at| at as u32)).collect();
            for (draft, (_, language)) in drafts.iter().zip(chunk) {
                let points = draft.points.iter().map(|(span, words)| {
                    let mut tokens = Vec::new();
                    for (place, (at, word)) in words.iter().enumerate() {
                        let word = global[*word as usize] as usize;
                        counts[word].0 += 1;
                        counts[word].1 += u32::from(place > 0);
                        tokens.extend(tokens_of[word].iter().map(|(start, end, term_idx)| {
                            let span = Span::new(at + start, at + end);
                            // Passages are in order and apart, so only the first that ends behind the token's start can hold it.
                            let next = draft.quotations.partition_point(|quotation| quotation.end <= span.start);
                            let quoted = draft.quotations.get(next).is_some_and(|quotation| quotation.overlaps(&span));
                            Token { span, term_idx: *term_idx, quoted }
                        }));
                    }
                    Point { span: *span, tokens }
                });
                let points = points.collect();
                analysed.push(AnalysedText { language: *language, points, quotations: draft.quotations.clone() });
            }
        }

        let mut forms: Vec<BTreeMap<&str, (u32, u32)>> = vec![BTreeMap::new(); stems.len()];
        // For each term how often it occurs, and how often of that in a language in which it is general.
        let mut general = vec![(0_u32, 0_u32); stems.len()];
        for (((language, word), parts), count) in words.iter().zip(&parts).zip(&counts) {
            for part in parts {
                let occurrences = &mut general[term_of(&part.stem) as usize];
                occurrences.0 += count.0;
                if self.resources.of(*language).is_general(&part.stem) {
                    occurrences.1 += count.0;
                }
                // As written, so that acronyms keep their capitals; glued hyphens and the like take the normalised form.
                let written = word.get(part.start..part.end).unwrap_or(&part.form);
                let form = if written.chars().all(char::is_alphanumeric) { written } else { &part.form };
                let counted = forms[term_of(&part.stem) as usize].entry(form).or_default();
                *counted = (counted.0 + count.0, counted.1 + count.1);
            }
        }
        let terms = stems.iter().zip(forms).zip(general).map(|((stem, forms), general)| Term {
            stem: (*stem).to_owned(),
            surface_forms: surface_forms(&forms),
            general: 2 * general.1 > general.0,
        });
        let terms = terms.collect();
        Analysis { texts: analysed, vocabulary: Vocabulary { terms } }
    }

    /// The stems of a text, each once, sorted: what a question's wording takes out of its answers.
    pub fn stems(&self, text: &str, language: Language) -> Vec<String> {
        let terms = self.analyse(&[(text, language)], &Quotations::default()).vocabulary.terms;
        terms.into_iter().map(|term| term.stem).collect()
    }

    fn draft<'t>(&self, texts: &[(&'t str, Language)], quotations: &Quotations) -> Drafts<'t> {
        let mut seen: HashMap<(Language, &'t str), u32> = HashMap::new();
        let mut distinct = Vec::new();
        let drafts = texts.iter().map(|(text, language)| {
            let resources = self.resources.of(*language);
            let points = segment(text, self.resources).into_iter().map(|span| {
                let words = words_in(text, span, |word| resources.is_prefix(word)).into_iter().map(|word| {
                    let local = *seen.entry((*language, word.text)).or_insert_with(|| {
                        distinct.push((*language, word.text));
                        distinct.len() as u32 - 1
                    });
                    (word.start, local)
                });
                (span, words.collect())
            });
            let points = points.collect();
            Draft { points, quotations: quotations.passages(text) }
        });
        let drafts = drafts.collect();
        (drafts, distinct)
    }

    fn parts(&self, language: Language, word: &str) -> Vec<Part> {
        let resources = self.resources.of(language);
        let carries = |form: &str| {
            form.chars().nth(1).is_some()
                && form.chars().any(char::is_alphabetic)
                && !resources.is_stop_word(form)
                && !self.stop_words.contains(form)
        };
        let pieces = resources.pieces(word).into_iter().filter(|piece| carries(&piece.form));
        pieces
            .map(|piece| Part {
                start: piece.start,
                end: piece.end,
                stem: resources.stem(&piece.form),
                form: piece.form,
            })
            .collect()
    }
}

/// Forms by frequency. "Housing" at the head of a sentence is "housing" unless it stands so elsewhere; "UMM" stays as it is.
///
/// `written`: for each form how often it occurs, and how often of that not as the first word of a point.
fn surface_forms(written: &BTreeMap<&str, (u32, u32)>) -> Vec<(String, u32)> {
    let mut forms: BTreeMap<String, u32> = BTreeMap::new();
    for (form, (count, inner)) in written {
        let lower = form.to_lowercase();
        let only_first_capital = form.chars().skip(1).all(|c| !c.is_uppercase());
        let is_sentence_head = only_first_capital && (*inner == 0 || written.contains_key(lower.as_str()));
        *forms.entry(if is_sentence_head { lower } else { (*form).to_owned() }).or_default() += count;
    }
    let mut forms: Vec<(String, u32)> = forms.into_iter().collect();
    forms.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    forms
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn analyse(texts: &[(&str, Language)]) -> Analysis {
        let resources = Resources::load().expect("the built-in resources load");
        Analyser::new(&resources, &["union".into()]).analyse(texts, &Quotations::default())
    }

    #[test]
    fn words_of_one_stem_are_one_term_with_its_surface_forms() {
        let analysis = analyse(&[
            ("Duplication of work; avoid duplications.", Language::English),
            ("Less duplication, please, in the Union", Language::English),
        ]);
        let stems: Vec<&str> = analysis.vocabulary.terms.iter().map(|term| term.stem.as_str()).collect();
        assert_eq!(stems, ["avoid", "duplic", "less", "work"]);
        let term = &analysis.vocabulary.terms[1];
        assert_eq!(term.surface_forms, [("duplication".to_owned(), 2), ("duplications".to_owned(), 1)]);
        assert_eq!(analysis.texts[0].points.len(), 2);
        assert_eq!(analysis.vocabulary.find("work"), Some(3));
        assert_eq!(analysis.vocabulary.find("union"), None);
    }

    #[test]
    fn acronyms_keep_their_capitals_and_sentence_heads_lose_theirs() {
        let analysis = analyse(&[("Housing first. UMM housing. Affordable, near Geneva. UMM", Language::English)]);
        let surfaces: Vec<&str> = analysis.vocabulary.terms.iter().map(Term::surface).collect();
        assert_eq!(surfaces, ["affordable", "first", "Geneva", "housing", "near", "UMM"]);
    }

    #[test]
    fn token_spans_of_an_elided_word_leave_the_article_out() {
        let text = "Garder l\u{2019}école";
        let analysis = analyse(&[(text, Language::French)]);
        let tokens: Vec<&str> =
            analysis.texts[0].points[0].tokens.iter().filter_map(|token| token.span.of(text)).collect();
        assert_eq!(tokens, ["Garder", "école"]);
    }

    #[test]
    fn a_word_general_in_one_language_is_not_general_in_another() {
        let english = ("The port needs cranes", Language::English);
        let french = ("Porter plus loin", Language::French);
        let analysis = analyse(&[english, english, french]);
        let port = analysis.vocabulary.find("port").expect("both languages have this stem");
        assert!(!analysis.vocabulary.terms[port as usize].general);
        assert!(analyse(&[french]).vocabulary.terms.iter().any(|term| term.stem == "port" && term.general));
    }

    #[test]
    fn quoted_tokens_are_marked() {
        let resources = Resources::load().expect("the built-in resources load");
        let quotations = Quotations::new(["each valley shall have one desk"], 4);
        let analysis = Analyser::new(&resources, &[])
            .analyse(&[("Each valley shall have one desk, and heating.", Language::English)], &quotations);
        let quoted: Vec<bool> = analysis.texts[0].points[0].tokens.iter().map(|token| token.quoted).collect();
        assert_eq!(quoted, [true, true, false]);
    }

    #[test]
    fn the_order_of_the_texts_does_not_change_the_vocabulary() {
        let one = ("Trains and buses at night", Language::English);
        let two = ("Des trains de nuit", Language::French);
        assert_eq!(analyse(&[one, two]).vocabulary, analyse(&[two, one]).vocabulary);
    }

    proptest! {
        #[test]
        fn token_spans_slice_back_and_lie_in_their_point(text in "(?s)\\PC{0,60}") {
            for language in Language::ALL {
                for point in &analyse(&[(&text, language)]).texts[0].points {
                    prop_assert!(point.span.of(&text).is_some());
                    for token in &point.tokens {
                        prop_assert!(token.span.of(&text).is_some_and(|token| !token.is_empty()));
                        prop_assert!(point.span.start <= token.span.start && token.span.end <= point.span.end);
                    }
                }
            }
        }
    }
}
