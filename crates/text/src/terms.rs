//! Tokens and terms: the words of each point that can carry a theme, the phrases they make, and the vocabulary of them all.

use crate::Span;
use crate::language::Language;
use crate::lexicon::Merge;
use std::collections::BTreeMap;

/// Why a token carries no theme.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
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
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Token {
    /// Where it stands in the response.
    pub span: Span,
    /// Index into [`Vocabulary::terms`].
    pub term_idx: u32,
    /// Why it carries no theme, if it does not.
    pub left_out: Option<LeftOut>,
}

/// One idea unit of a response.
#[derive(Clone, Debug, Eq, PartialEq)]
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
        self.tokens.iter().chain(&*self.phrases).filter(|token| token.left_out.is_none())
    }
}

/// A response taken apart.
///
/// Slices rather than vectors, here and in [`Point`]: of millions of responses, what a vector keeps free for more would be half of the memory.
#[derive(Clone, Debug, Eq, PartialEq)]
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

/// What a term is made of.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
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
#[derive(Clone, Debug, Eq, PartialEq)]
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
#[derive(Clone, Debug, Default, Eq, PartialEq)]
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
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Analysis {
    /// One for each text, in the order given.
    pub texts: Vec<AnalysedText>,
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
