//! Which language a text is written in.

use crate::words::normalised_words;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A language canvass has resources for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Language {
    /// English.
    #[serde(rename = "en")]
    English,
    /// French.
    #[serde(rename = "fr")]
    French,
    /// Spanish.
    #[serde(rename = "es")]
    Spanish,
}

impl Language {
    /// All of them, in the order of their declaration.
    pub const ALL: [Self; 3] = [Self::English, Self::French, Self::Spanish];

    /// The ISO 639-1 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
            Self::Spanish => "es",
        }
    }

    /// The language with this ISO 639-1 code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.code() == code)
    }

    fn whatlang(self) -> whatlang::Lang {
        match self {
            Self::English => whatlang::Lang::Eng,
            Self::French => whatlang::Lang::Fra,
            Self::Spanish => whatlang::Lang::Spa,
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::English => "English",
            Self::French => "French",
            Self::Spanish => "Spanish",
        })
    }
}

/// A language and how sure it is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Identified {
    /// The language.
    pub language: Language,
    /// From 0 (a guess) to 1.
    pub confidence: f64,
}

/// The fewest words on which a language is identified.
const MIN_WORDS: usize = 4;

/// Identifies the language of a text among those canvass has resources for.
///
/// Nothing for texts of fewer than four words and for those whose script none of the languages uses.
///
/// # Source
/// Trigram profiles and alphabets of the crate `whatlang`.
pub fn identify(text: &str) -> Option<Identified> {
    if normalised_words(text).take(MIN_WORDS).count() < MIN_WORDS {
        return None;
    }
    let detector = whatlang::Detector::with_allowlist(Language::ALL.map(Language::whatlang).to_vec());
    let info = detector.detect(text)?;
    let language = Language::ALL.into_iter().find(|language| language.whatlang() == info.lang())?;
    Some(Identified { language, confidence: info.confidence() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_of_the_three_languages_are_told_apart() {
        for (text, language) in [
            ("The last bus leaves the valley at four in the afternoon.", Language::English),
            ("Le dernier bus quitte la vallée à quatre heures de l'après-midi.", Language::French),
            ("El último autobús sale del valle a las cuatro de la tarde.", Language::Spanish),
        ] {
            assert_eq!(identify(text).map(|found| found.language), Some(language), "{text}");
        }
    }

    #[test]
    fn a_text_of_three_words_is_not_identified() {
        assert_eq!(identify("More night trains"), None);
        assert_eq!(identify(""), None);
    }

    #[test]
    fn codes_lead_back_to_their_language() {
        for language in Language::ALL {
            assert_eq!(Language::from_code(language.code()), Some(language));
        }
        assert_eq!(Language::from_code("xx"), None);
    }
}
