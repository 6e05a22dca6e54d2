//! Forms that count as one term: abbreviations with what they stand for, and a user's synonyms.

use crate::language::Language;
use serde::{Deserialize, Serialize};

/// Why forms count as one.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub enum MergeKind {
    /// The answers define the abbreviation.
    Abbreviation,
    /// The user says so.
    Synonym,
}

impl MergeKind {
    /// The word that stands in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Abbreviation => "abbreviation",
            Self::Synonym => "synonym",
        }
    }
}

/// Forms that count as one term.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// Why.
    pub kind: MergeKind,
    /// What the term is called; where empty, its most frequent form.
    pub label: String,
    /// The forms, each of one word or several; inflected forms need not be listed.
    pub forms: Vec<String>,
    /// The language it holds for; none: all.
    pub language: Option<Language>,
}

/// What counts as one term.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Lexicon {
    /// A form that stands in several entries joins them; the last that has a label names the term.
    pub entries: Vec<Entry>,
}

/// Forms that were made one term.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Merge {
    /// Why: if for several reasons, the last in the order of [`MergeKind`].
    pub kind: MergeKind,
    /// Index into the vocabulary.
    pub term_idx: u32,
    /// The forms as they occur, each with the number of answers that have it, the most frequent first.
    pub forms: Vec<(String, u32)>,
}
