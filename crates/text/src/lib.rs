//! A response's text, taken apart: language, points, tokens, terms, each with its byte span in the original.
//!
//! The story in reading order: [`language`] says in which language a text is written; [`mod@segment`] cuts it into points;
//! [`resources`] holds what is known of each language; [`terms`] finds the tokens of each point and the vocabulary of
//! all; [`quotation`] marks the passages that were copied from a text sent with the form. Apart from these, [`bag`] counts the
//! words of large batches of texts, whatever their language.
//!
//! Everything here is pure and total: any text gives a result, nothing is read or written, and the result does not
//! depend on the number of threads.

pub mod abbreviation;
mod analyser;
pub mod bag;
mod boilerplate;
mod concepts;
mod han;
mod intern;
pub mod language;
pub mod lexicon;
mod normal;
mod packed;
mod phrases;
pub mod quotation;
pub mod resources;
pub mod search;
pub mod segment;
pub mod stemmer;
pub mod terms;
mod words;
mod writing;

pub use abbreviation::{Abbreviation, Abbreviations, Definition, definitions};
pub use analyser::Analyser;
pub use bag::{Bags, WordRule, count_words};
pub use language::{Identified, Identifier, Language, MIN_CONFIDENCE};
pub use lexicon::{Entry, Lexicon, Merge, MergeKind};
pub use packed::AnalysedTexts;
pub use quotation::Quotations;
pub use resources::{Resource, ResourceError, Resources};
pub use search::{FormError, FormPart, Seeker, Sought, add_terms};
pub use segment::segment;
pub use stemmer::{Snowball, Stemmer, Unstemmed};
pub use terms::{AnalysedText, Analysis, LeftOut, Point, Term, TermKind, TermRules, Text, Token, Vocabulary};
pub use words::{each_normalised_word, normalised_words};

use serde::{Deserialize, Serialize};

/// A passage of a text: bytes into the original, end exclusive.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The span from `start` to `end`.
    ///
    /// # Panics
    /// If a position is past 4 GiB; intake refuses answers far shorter than that.
    pub fn new(start: usize, end: usize) -> Self {
        let byte = |position: usize| u32::try_from(position).expect("an answer is shorter than 4 GiB");
        Self { start: byte(start), end: byte(end) }
    }

    /// The passage, or nothing if the span does not lie on character boundaries of `text`.
    pub fn of<'t>(&self, text: &'t str) -> Option<&'t str> {
        text.get(self.start as usize..self.end as usize)
    }

    /// Whether the two spans share a byte.
    pub fn overlaps(&self, other: &Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}
