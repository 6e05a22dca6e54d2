//! Tokens and terms: the words of each point that can carry a theme, the phrases they make, and the vocabulary of them all.

use crate::Span;
use crate::language::Language;
use crate::lexicon::Merge;
use crate::packed::AnalysedTexts;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Why a token carries no theme.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum LeftOut {
    /// A word of the question.
    Question,
    /// It stands in a point that restates the question.
    Preamble,
    /// It stands in a passage that most answers to the question share.
    Boilerplate,
    /// It stands in a passage quoted from a reference text.
    Quotation,
}

impl LeftOut {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Question, Self::Preamble, Self::Boilerplate, Self::Quotation];

    /// The word that stands in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Question => "question",
            Self::Preamble => "preamble",
            Self::Boilerplate => "boilerplate",
            Self::Quotation => "quotation",
        }
    }
}

/// An occurrence of a term.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Token {
    /// Where it stands in the response.
    pub span: Span,
    /// The term in the lower bits, why it is left out in the upper ones: there are some twenty tokens a response.
    packed: u32,
}

/// Bits of a token that number its term.
const TERM_BITS: u32 = 29;

impl Token {
    /// An occurrence of the term `term_idx`; `left_out`: why it carries no theme, if it does not.
    ///
    /// # Panics
    /// If the term's number is 2²⁹ or more.
    pub fn new(span: Span, term_idx: u32, left_out: Option<LeftOut>) -> Self {
        let mut token = Self { span, packed: 0 };
        token.set_term_idx(term_idx);
        token.set_left_out(left_out);
        token
    }

    /// Index into [`Vocabulary::terms`].
    pub fn term_idx(&self) -> u32 {
        self.packed & ((1 << TERM_BITS) - 1)
    }

    /// Why it carries no theme, if it does not.
    pub fn left_out(&self) -> Option<LeftOut> {
        match self.packed >> TERM_BITS {
            1 => Some(LeftOut::Question),
            2 => Some(LeftOut::Preamble),
            3 => Some(LeftOut::Boilerplate),
            4 => Some(LeftOut::Quotation),
            _ => None,
        }
    }

    /// The term and why it is left out in one number, small for the first terms.
    pub(crate) fn to_number(self) -> u32 {
        self.packed.rotate_left(32 - TERM_BITS)
    }

    /// The token at `span` of which [`Self::to_number`] gave this.
    pub(crate) fn from_number(span: Span, number: u32) -> Self {
        Self { span, packed: number.rotate_right(32 - TERM_BITS) }
    }

    pub(crate) fn set_term_idx(&mut self, term_idx: u32) {
        assert!(term_idx >> TERM_BITS == 0, "a vocabulary has less than 2²⁹ terms");
        self.packed = self.packed >> TERM_BITS << TERM_BITS | term_idx;
    }

    pub(crate) fn set_left_out(&mut self, left_out: Option<LeftOut>) {
        let reason = match left_out {
            None => 0,
            Some(LeftOut::Question) => 1,
            Some(LeftOut::Preamble) => 2,
            Some(LeftOut::Boilerplate) => 3,
            Some(LeftOut::Quotation) => 4,
        };
        self.packed = reason << TERM_BITS | self.term_idx();
    }
}

/// One idea unit of a response.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Point {
    /// Where it stands in the response.
    pub span: Span,
    /// The language it was read in: the response's, unless it is evidently in another.
    pub language: Language,
    /// Its words in order; function words have no token.
    pub tokens: Box<[Token]>,
    /// Its phrases, by first byte, then by length; they may overlap.
    pub phrases: Box<[Token]>,
}

impl Point {
    /// The terms of the point that can carry a theme: its words and phrases, as often as they occur.
    pub fn carrying(&self) -> impl Iterator<Item = &Token> {
        self.tokens.iter().chain(&*self.phrases).filter(|token| token.left_out().is_none())
    }
}

/// A response taken apart. Many of them are held as [`AnalysedTexts`].
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct AnalysedText {
    /// The language it was read in.
    pub language: Language,
    /// Its points in order.
    pub points: Box<[Point]>,
    /// The passages quoted from a reference text.
    pub quotations: Box<[Span]>,
    /// The passages that most answers share.
    pub boilerplate: Box<[Span]>,
}

impl AnalysedText {
    /// Its words and phrases.
    pub(crate) fn tokens_mut(&mut self) -> impl Iterator<Item = &mut Token> {
        self.points.iter_mut().flat_map(|point| point.tokens.iter_mut().chain(&mut *point.phrases))
    }
}

/// What a term is made of.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum TermKind {
    /// All words of one stem.
    Word,
    /// Words that stand together more often than chance would have it.
    Phrase,
    /// Words that stand together with capitals.
    Name,
    /// What a lexicon counts as one: an abbreviation and what it stands for, or a user's synonyms.
    Concept,
    /// What someone looks for: a phrase that the texts do not show by themselves, or words that begin alike.
    Sought,
}

impl TermKind {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Word, Self::Phrase, Self::Name, Self::Concept, Self::Sought];

    /// The word that stands in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Word => "word",
            Self::Phrase => "phrase",
            Self::Name => "name",
            Self::Concept => "concept",
            Self::Sought => "sought",
        }
    }
}

/// A vocabulary entry.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Term {
    /// The language of its words.
    pub language: Language,
    /// The stem; of a phrase the stems, separated by spaces.
    pub stem: String,
    /// What it is made of.
    pub kind: TermKind,
    /// The forms that occur, with their counts: the most frequent first, ties in alphabetical order. A form that occurs both
    /// with and without a capital stands without it.
    pub surface_forms: Vec<(String, u32)>,
    /// Whether it is too general to name a subject ("make", "good", "not") in its language.
    pub general: bool,
    /// How often it occurs where a verb does: right behind "should", "to", "we" and the like, or right before "the", "us" and the
    /// like. "Achieve" often, "training" seldom; a phrase never.
    pub as_verb: u32,
}

/// Occurrences as a name that every term is given beforehand.
const DOUBT: f64 = 2.0;

impl Term {
    /// The share of its occurrences in which it names something rather than says what is done, as far as the words beside it
    /// tell; a term that is rare is given the benefit of the doubt. 0 to 1.
    pub fn nominal(&self) -> f64 {
        let all: u32 = self.surface_forms.iter().map(|(_, count)| count).sum();
        1.0 - f64::from(self.as_verb) / (f64::from(all) + DOUBT)
    }

    /// The most frequent form, as a reader would write it.
    pub fn surface(&self) -> &str {
        self.surface_forms.first().map_or(self.stem.as_str(), |(form, _)| form)
    }
}

/// Forms by frequency. "Housing" at the head of a sentence is "housing" unless it stands so elsewhere; "UMM" stays as it is.
///
/// `written`: for each form how often it occurs, and how often of that not as the first word of a point.
pub(crate) fn surface_forms(written: &BTreeMap<&str, (u32, u32)>) -> Vec<(String, u32)> {
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

/// The terms of a set of responses, in the order of their languages, then of their stems.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub struct Vocabulary {
    /// Sorted by language, stem, kind.
    pub terms: Vec<Term>,
}

impl Vocabulary {
    /// The index of the word with this stem.
    pub fn find(&self, language: Language, stem: &str) -> Option<u32> {
        let key = (language, stem, TermKind::Word);
        let at = self.terms.binary_search_by(|term| (term.language, term.stem.as_str(), term.kind).cmp(&key));
        at.ok().map(|at| at as u32)
    }
}

/// A set of responses taken apart, and their vocabulary.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Analysis {
    /// One for each text, in the order given.
    pub texts: AnalysedTexts,
    /// The terms that occur.
    pub vocabulary: Vocabulary,
    /// What the lexicon made one, with the forms that occur, in the order of the lexicon.
    pub merges: Vec<Merge>,
}

/// A response to be taken apart.
#[derive(Clone, Copy, Debug)]
pub struct Text<'t> {
    /// The answer.
    pub text: &'t str,
    /// The language to read it in.
    pub language: Language,
    /// Whether it repeats another of the texts: then it does not count where phrases and boilerplate are sought.
    pub is_copy: bool,
}

/// What of the text carries themes.
#[derive(Clone, Debug, PartialEq)]
#[allow(clippy::struct_excessive_bools, reason = "each is a rule of its own, to be switched alone")]
pub struct TermRules {
    /// Whether answers are cut into points; if not, each is one.
    pub points: bool,
    /// Whether a point that is evidently in another language than its answer is read in that one.
    pub identify_points: bool,
    /// Whether the words of the question, and points that restate it, carry no theme.
    pub question_words: bool,
    /// A passage that this share of the answers has in common carries no theme; 1 leaves all in.
    pub boilerplate_share: f64,
    /// The shortest such passage, in words.
    pub boilerplate_words: usize,
    /// Whether words that stand together are terms of their own.
    pub phrases: bool,
    /// Further words that carry no theme, in any language, compared in normalised form.
    pub stop_words: Vec<String>,
}

impl Default for TermRules {
    fn default() -> Self {
        Self {
            points: true,
            identify_points: true,
            question_words: true,
            boilerplate_share: 0.5,
            boilerplate_words: 5,
            phrases: true,
            stop_words: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_gives_back_what_it_was_made_of() {
        let span = Span { start: 3, end: 9 };
        for left_out in LeftOut::ALL.into_iter().map(Some).chain([None]) {
            for term_idx in [0, 1, 77, (1 << TERM_BITS) - 1] {
                let mut token = Token::new(span, term_idx, left_out);
                assert_eq!((token.span, token.term_idx(), token.left_out()), (span, term_idx, left_out));
                token.set_term_idx(5);
                assert_eq!((token.term_idx(), token.left_out()), (5, left_out));
                token.set_left_out(Some(LeftOut::Boilerplate));
                assert_eq!((token.term_idx(), token.left_out()), (5, Some(LeftOut::Boilerplate)));
            }
        }
        assert_eq!(size_of::<Token>(), 12);
    }
}
