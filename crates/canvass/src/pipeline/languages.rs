//! Which language each answer is read in.

use crate::error::Error;
use crate::ingest::{Intake, Received};
use crate::progress::{Observer, Stage};
use crate::settings::{Config, SettingsError};
use canvass_text::{Identified, Identifier, Language, MIN_CONFIDENCE, Resources};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How it is known in which language an answer is to be read.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub enum LanguageSource {
    /// The text shows it.
    Identified,
    /// The file says so.
    Column,
    /// Its translation in the file shows it: that is what was analysed.
    Translation,
    /// The user wants all answers read in one language.
    Settings,
    /// It is not known: the text is too short or shows no language surely, and is read in the main one, or in the one without resources
    /// that nearly all others are in.
    Main,
}

impl LanguageSource {
    /// The word that stands in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identified => "identified",
            Self::Column => "column",
            Self::Translation => "translation",
            Self::Settings => "settings",
            Self::Main => "main",
        }
    }
}

/// The language an answer is read in.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct ReadIn {
    /// The language.
    pub language: Language,
    /// How it is known.
    pub source: LanguageSource,
    /// How sure the text makes it, 0 to 1; none where it is not the text that says so.
    pub confidence: Option<f64>,
}

/// The main language, and for each analysed response the language it is read in.
pub(super) fn languages(
    intake: &Intake,
    positions: &[(u32, Vec<usize>)],
    config: &Config,
    resources: &Resources,
) -> Result<(Language, Vec<Vec<ReadIn>>), Error> {
    let stated = match &config.text.main_language {
        None => None,
        Some(code) => {
            let known = Language::from_code(code).filter(|language| language.has_resources());
            Some(known.ok_or_else(|| SettingsError::UnknownLanguage {
                expected: Language::ALL.map(Language::code).join(", "),
                found: code.clone(),
            })?)
        }
    };
    let identifier = Identifier::new(resources);
    // Without a stated main language the texts have to show it.
    let follows = config.text.identify_language || stated.is_none();
    let known: Vec<Vec<Option<ReadIn>>> = positions
        .iter()
        .map(|(_, positions)| {
            positions.par_iter().map(|at| known(&intake.responses[*at], follows.then_some(&identifier))).collect()
        })
        .collect();
    let main = stated.unwrap_or_else(|| most_frequent(known.iter().flatten().flatten().map(|found| found.language)));
    let n_answers = known.iter().map(Vec::len).sum();
    let others = nearly_all(known.iter().flatten().flatten().map(|found| found.language), n_answers);
    let read_in = |found: Option<ReadIn>| match found {
        // What the file says holds, whatever the text looks like.
        Some(found) if config.text.identify_language || found.source == LanguageSource::Column => found,
        _ if !config.text.identify_language => {
            ReadIn { language: main, source: LanguageSource::Settings, confidence: None }
        }
        Some(found) => found,
        None => ReadIn { language: others.unwrap_or(main), source: LanguageSource::Main, confidence: None },
    };
    Ok((main, known.into_iter().map(|known| known.into_iter().map(read_in).collect()).collect()))
}

/// The language of one response, as far as file and text tell. What the file states is the original's, not the translation's.
fn known(received: &Received, identifier: Option<&Identifier>) -> Option<ReadIn> {
    if let (Some(language), None) = (received.stated_language, &received.translation) {
        return Some(ReadIn { language, source: LanguageSource::Column, confidence: None });
    }
    let found = shown(received.analysed_text(), identifier?)?;
    let source = if received.translation.is_some() { LanguageSource::Translation } else { LanguageSource::Identified };
    Some(ReadIn { language: found.language, source, confidence: Some(found.confidence) })
}

/// The language of a text, if it shows one surely.
pub(crate) fn shown(text: &str, identifier: &Identifier) -> Option<Identified> {
    identifier.identify(text).filter(|found| found.confidence >= MIN_CONFIDENCE)
}

/// The language with resources that most of these are; of several the first, and English where there is none.
pub(crate) fn most_frequent(languages: impl Iterator<Item = Language>) -> Language {
    let counts = counted(languages);
    let count = |language: &Language| counts.get(language).copied().unwrap_or_default();
    Language::ALL.into_iter().rev().max_by_key(count).unwrap_or(Language::English)
}

/// The languages without resources that at least half of `n_texts` are in, and how many that is.
pub(crate) fn unreadable(languages: impl Iterator<Item = Language>, n_texts: usize) -> Vec<(Language, usize)> {
    let is_unreadable = |(language, n): &(Language, usize)| !language.has_resources() && 2 * n >= n_texts;
    counted(languages).into_iter().filter(is_unreadable).collect()
}

/// The language without resources that nine tenths of these are in, and with them half of `n_texts`: then those that do not show
/// theirs are in it, too, and not in one that nobody writes.
fn nearly_all(languages: impl Iterator<Item = Language>, n_texts: usize) -> Option<Language> {
    let counts = counted(languages);
    let n_known: usize = counts.values().sum();
    let is_it = |(language, n): &(&Language, &usize)| {
        !language.has_resources() && **n > 0 && 10 * **n >= 9 * n_known && 2 * **n >= n_texts
    };
    counts.iter().find(is_it).map(|(language, _)| *language)
}

fn counted(languages: impl Iterator<Item = Language>) -> BTreeMap<Language, usize> {
    let mut counts = BTreeMap::new();
    for language in languages {
        *counts.entry(language).or_default() += 1;
    }
    counts
}

/// Tells the user where every other answer or more is in a language that canvass cannot read.
pub(super) fn note_unreadable(read_in: &[Vec<ReadIn>], observer: &dyn Observer) {
    let n_answers: usize = read_in.iter().map(Vec::len).sum();
    for (language, n) in unreadable(read_in.iter().flatten().map(|read_in| read_in.language), n_answers) {
        let message = format!(
            "{n} of {n_answers} answers are in {language}, which canvass has no resources for: they are listed whole"
        );
        observer.note(Stage::Text, &message);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nearly_all_are_in_has_no_resources_and_is_shown_by_half_of_all() {
        let of = |german: usize, english: usize, n_texts: usize| {
            let german = std::iter::repeat_n(Language::from_name("German").unwrap(), german);
            nearly_all(german.chain(std::iter::repeat_n(Language::English, english)), n_texts).map(Language::name)
        };
        assert_eq!((of(29, 0, 40), of(9, 1, 10)), (Some("German"), Some("German")));
        // One short text taken for German, too many in English, English itself, nothing.
        assert_eq!([of(1, 0, 10), of(8, 2, 10), of(0, 10, 10), of(0, 0, 0)], [None; 4]);
    }
}
