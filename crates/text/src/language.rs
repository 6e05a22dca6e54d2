//! Languages: those canvass has resources for, and all others; and the language of a text.

mod identifier;
mod profiles;
mod scripts;

pub use identifier::{Identified, Identifier, MIN_CONFIDENCE};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cmp::Ordering;
use std::fmt;

/// The language of a text.
///
/// Ordered: those with resources as declared, then the others by code.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Language {
    /// English.
    English,
    /// French.
    French,
    /// Spanish.
    Spanish,
    /// Russian.
    Russian,
    /// Arabic.
    Arabic,
    /// Chinese, in either script.
    Chinese,
    /// A language canvass has no resources for: its texts are kept and shown, but no themes are sought in them.
    Other(isolang::Language),
}

impl Language {
    /// Those canvass has resources for, in the order of their declaration.
    pub const ALL: [Self; 6] = [Self::English, Self::French, Self::Spanish, Self::Russian, Self::Arabic, Self::Chinese];

    /// The ISO 639-1 code, or the ISO 639-3 code where there is none.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
            Self::Spanish => "es",
            Self::Russian => "ru",
            Self::Arabic => "ar",
            Self::Chinese => "zh",
            Self::Other(language) => language.to_639_1().unwrap_or_else(|| language.to_639_3()),
        }
    }

    /// The language with this ISO 639-1 or ISO 639-3 code, regions ignored ("pt-BR").
    pub fn from_code(code: &str) -> Option<Self> {
        let code = code.trim().to_ascii_lowercase();
        let code = code.split(['-', '_']).next().unwrap_or_default();
        let language = isolang::Language::from_639_1(code).or_else(|| isolang::Language::from_639_3(code))?;
        Some(Self::from(language))
    }

    /// The language that a person means by `text`: a code, the English name or the language's own ("French", "français").
    pub fn from_name(text: &str) -> Option<Self> {
        let name = text.trim();
        if let Some(language) = Self::from_code(name) {
            return Some(language);
        }
        let is_named =
            |language: &Self| language.names().iter().any(|known| known.to_lowercase() == name.to_lowercase());
        if let Some(language) = Self::ALL.into_iter().find(is_named) {
            return Some(language);
        }
        let mut characters = name.chars();
        let capitalised: String =
            characters.next()?.to_uppercase().chain(characters.flat_map(char::to_lowercase)).collect();
        let language = isolang::Language::from_name(&capitalised)
            .or_else(|| isolang::Language::from_autonym(&capitalised))
            .or_else(|| isolang::Language::from_autonym(&name.to_lowercase()))?;
        Some(Self::from(language))
    }

    /// The English name.
    pub fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::French => "French",
            Self::Spanish => "Spanish",
            Self::Russian => "Russian",
            Self::Arabic => "Arabic",
            Self::Chinese => "Chinese",
            Self::Other(language) => language.to_name(),
        }
    }

    /// Whether canvass has resources for it.
    pub fn has_resources(self) -> bool {
        !matches!(self, Self::Other(_))
    }

    /// The place among [`Language::ALL`]; one past the last for all others.
    pub(crate) fn place(self) -> usize {
        Self::ALL.iter().position(|language| *language == self).unwrap_or(Self::ALL.len())
    }

    /// What the languages with resources are called, by themselves and others.
    fn names(self) -> &'static [&'static str] {
        match self {
            Self::English => &["English", "anglais", "inglés", "английский", "الإنجليزية", "英文", "英语", "英語"],
            Self::French => {
                &["French", "français", "francais", "francés", "французский", "الفرنسية", "法文", "法语", "法語"]
            }
            Self::Spanish => &[
                "Spanish",
                "espagnol",
                "español",
                "espanol",
                "castellano",
                "испанский",
                "الإسبانية",
                "西班牙文",
                "西班牙语",
            ],
            Self::Russian => &["Russian", "russe", "ruso", "русский", "الروسية", "俄文", "俄语", "俄語"],
            Self::Arabic => &["Arabic", "arabe", "árabe", "арабский", "العربية", "阿拉伯文", "阿拉伯语"],
            Self::Chinese => {
                &["Chinese", "Mandarin", "chinois", "chino", "китайский", "الصينية", "中文", "汉语", "漢語", "普通话"]
            }
            Self::Other(_) => &[],
        }
    }
}

impl From<isolang::Language> for Language {
    fn from(language: isolang::Language) -> Self {
        match language {
            isolang::Language::Eng => Self::English,
            isolang::Language::Fra => Self::French,
            isolang::Language::Spa => Self::Spanish,
            isolang::Language::Rus => Self::Russian,
            // The macrolanguages and their standard varieties.
            isolang::Language::Ara | isolang::Language::Arb => Self::Arabic,
            isolang::Language::Zho | isolang::Language::Cmn => Self::Chinese,
            other => Self::Other(other),
        }
    }
}

impl Ord for Language {
    fn cmp(&self, other: &Self) -> Ordering {
        self.place().cmp(&other.place()).then_with(|| self.code().cmp(other.code()))
    }
}

impl PartialOrd for Language {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::from_code(&code).ok_or_else(|| serde::de::Error::custom(format!("{code:?} is no language code")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_lead_back_to_their_language() {
        for language in Language::ALL {
            assert_eq!(Language::from_code(language.code()), Some(language));
        }
        let german = Language::from_code("de").expect("a code");
        assert_eq!((german.code(), german.name(), german.has_resources()), ("de", "German", false));
        assert_eq!(Language::from_code("deu"), Some(german));
        assert_eq!(Language::from_code("xx"), None);
    }

    #[test]
    fn a_language_is_known_by_code_and_by_name() {
        for (name, code) in
            [("en", "en"), ("EN-gb", "en"), ("English", "en"), ("français", "fr"), ("Русский", "ru"), ("中文", "zh")]
        {
            assert_eq!(Language::from_name(name).map(Language::code), Some(code), "{name}");
        }
        for (name, code) in [("German", "de"), ("deutsch", "de"), ("PORTUGUESE", "pt"), ("fil", "fil")] {
            assert_eq!(Language::from_name(name).map(Language::code), Some(code), "{name}");
        }
        assert_eq!(Language::from_name("all of them"), None);
    }

    #[test]
    fn languages_with_resources_come_first() {
        let code = |code: &str| Language::from_code(code).expect("a code");
        let mut languages = [code("pt"), code("zh"), code("de"), code("en")];
        languages.sort();
        assert_eq!(languages.map(Language::code), ["en", "zh", "de", "pt"]);
    }
}
