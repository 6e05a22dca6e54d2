//! What is known of each language: built in, hashed by name into every manifest.

use crate::language::Language;
use rust_stemmers::{Algorithm, Stemmer};
use std::collections::{BTreeMap, BTreeSet};
use tokenizers::tokenizer::pre_tokenizer::PreTokenizedString;
use tokenizers::{NormalizedString, Normalizer, OffsetReferential, OffsetType, PreTokenizer, Tokenizer};

/// A built-in file, as it went into the program.
#[derive(Clone, Copy, Debug)]
pub struct Resource {
    /// Its path below `models/`.
    pub name: &'static str,
    /// Its text.
    pub text: &'static str,
}

macro_rules! resource {
    ($name:literal) => {
        Resource { name: $name, text: include_str!(concat!("../../../models/", $name)) }
    };
}

/// The six files of each language, in the order of [`Language::ALL`].
const FILES: [[Resource; 6]; 3] = [
    [
        resource!("en/tokenizer.json"),
        resource!("en/stop_words.txt"),
        resource!("en/general_words.txt"),
        resource!("en/irregular_forms.txt"),
        resource!("en/abbreviations.txt"),
        resource!("en/prefixes.txt"),
    ],
    [
        resource!("fr/tokenizer.json"),
        resource!("fr/stop_words.txt"),
        resource!("fr/general_words.txt"),
        resource!("fr/irregular_forms.txt"),
        resource!("fr/abbreviations.txt"),
        resource!("fr/prefixes.txt"),
    ],
    [
        resource!("es/tokenizer.json"),
        resource!("es/stop_words.txt"),
        resource!("es/general_words.txt"),
        resource!("es/irregular_forms.txt"),
        resource!("es/abbreviations.txt"),
        resource!("es/prefixes.txt"),
    ],
];

/// A built-in resource that cannot be used; never happens to the files as released, which the tests load.
#[derive(Debug, thiserror::Error)]
#[error("the resource models/{name} cannot be used: {message}")]
pub struct ResourceError {
    /// Its path below `models/`.
    pub name: &'static str,
    /// What is wrong with it.
    pub message: String,
}

/// What is known of one language.
pub(crate) struct LanguageResources {
    tokenizer: Tokenizer,
    stemmer: Stemmer,
    stop_words: BTreeSet<&'static str>,
    /// Stems of the general words.
    general: BTreeSet<String>,
    /// Irregular forms and their base forms.
    irregular: BTreeMap<&'static str, &'static str>,
    abbreviations: BTreeSet<&'static str>,
    prefixes: BTreeSet<&'static str>,
}

/// One part of a word after normalisation: "l'eau" has one, "eau".
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Piece {
    /// First byte in the word as written.
    pub(crate) start: usize,
    /// One past the last byte in the word as written.
    pub(crate) end: usize,
    /// The normalised form.
    pub(crate) form: String,
}

impl LanguageResources {
    /// The parts of a word in normalised form. Called once per distinct word, so the speed of the pipeline matters little.
    pub(crate) fn pieces(&self, word: &str) -> Vec<Piece> {
        let mut normalized = NormalizedString::from(word);
        if let Some(normalizer) = self.tokenizer.get_normalizer()
            && normalizer.normalize(&mut normalized).is_err()
        {
            return Vec::new();
        }
        let mut pre_tokenized = PreTokenizedString::from(normalized);
        if let Some(pre_tokenizer) = self.tokenizer.get_pre_tokenizer()
            && pre_tokenizer.pre_tokenize(&mut pre_tokenized).is_err()
        {
            return Vec::new();
        }
        pre_tokenized
            .get_splits(OffsetReferential::Original, OffsetType::Byte)
            .into_iter()
            .filter(|(form, _, _)| !form.is_empty())
            .map(|(form, (start, end), _)| Piece { start, end, form: form.to_owned() })
            .collect()
    }

    /// The stem of a normalised form; an irregular form has that of its base form.
    pub(crate) fn stem(&self, form: &str) -> String {
        let base = self.irregular.get(form).copied().unwrap_or(form);
        self.stemmer.stem(base).into_owned()
    }

    pub(crate) fn is_stop_word(&self, form: &str) -> bool {
        self.stop_words.contains(form)
    }

    pub(crate) fn is_general(&self, stem: &str) -> bool {
        self.general.contains(stem)
    }

    pub(crate) fn is_prefix(&self, word: &str) -> bool {
        self.prefixes.contains(word.to_lowercase().as_str())
    }
}

/// What is known of all languages; made once and shared.
pub struct Resources {
    languages: Vec<LanguageResources>,
}

impl Resources {
    /// Loads the built-in resources.
    ///
    /// # Errors
    /// [`ResourceError`] if a tokenizer does not parse; never for the files as released.
    pub fn load() -> Result<Self, ResourceError> {
        let languages = Language::ALL
            .iter()
            .zip(FILES)
            .map(|(language, [tokenizer, stop_words, general, irregular, abbreviations, prefixes])| {
                let stemmer = Stemmer::create(match language {
                    Language::English => Algorithm::English,
                    Language::French => Algorithm::French,
                    Language::Spanish => Algorithm::Spanish,
                });
                Ok(LanguageResources {
                    tokenizer: Tokenizer::from_bytes(tokenizer.text.as_bytes())
                        .map_err(|error| ResourceError { name: tokenizer.name, message: error.to_string() })?,
                    general: lines(general.text).map(|word| stemmer.stem(word).into_owned()).collect(),
                    stemmer,
                    stop_words: lines(stop_words.text).collect(),
                    irregular: lines(irregular.text).filter_map(|line| line.split_once(' ')).collect(),
                    abbreviations: lines(abbreviations.text).collect(),
                    prefixes: lines(prefixes.text).collect(),
                })
            })
            .collect::<Result<_, ResourceError>>()?;
        Ok(Self { languages })
    }

    /// The built-in files, in a fixed order, for the manifest.
    pub fn files() -> impl Iterator<Item = Resource> {
        FILES.into_iter().flatten()
    }

    pub(crate) fn of(&self, language: Language) -> &LanguageResources {
        &self.languages[language as usize]
    }

    /// Whether a full stop behind this word ends no sentence, in any of the languages: texts mix them. Some words are
    /// abbreviations only where a number follows ("No. 5").
    pub(crate) fn is_abbreviation(&self, word: &str, before_number: bool) -> bool {
        let word = word.to_lowercase();
        let numbered = format!("{word}#");
        self.languages.iter().any(|language| {
            language.abbreviations.contains(word.as_str())
                || before_number && language.abbreviations.contains(numbered.as_str())
        })
    }

    /// How many of the words of a text are function words of the language.
    pub fn count_function_words(&self, language: Language, text: &str) -> usize {
        let words = crate::words::normalised_words(text);
        words.filter(|word| self.of(language).is_stop_word(word)).count()
    }

    /// Whether the form is a function word of the language.
    pub fn is_stop_word(&self, language: Language, form: &str) -> bool {
        self.of(language).is_stop_word(&form.to_lowercase().replace('\u{2019}', "'"))
    }
}

/// The entries of a word list: a line each, comments and blank lines left out.
fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(language: Language, word: &str) -> Vec<String> {
        let resources = Resources::load().expect("the built-in resources load");
        resources.of(language).pieces(word).into_iter().map(|piece| piece.form).collect()
    }

    #[test]
    fn words_are_normalised_by_the_tokenizer_of_their_language() {
        assert_eq!(forms(Language::English, "Mayor\u{2019}s"), ["mayor"]);
        assert_eq!(forms(Language::English, "Inter-Regional"), ["interregional"]);
        assert_eq!(forms(Language::English, "don't"), ["don't"]);
        assert_eq!(forms(Language::French, "L\u{2019}Énergie"), ["énergie"]);
        assert_eq!(forms(Language::French, "qu'une"), ["une"]);
    }

    #[test]
    fn irregular_forms_have_the_stem_of_their_base_form() {
        let resources = Resources::load().expect("the built-in resources load");
        for language in Language::ALL {
            let of = resources.of(language);
            assert!(of.irregular.iter().all(|(form, base)| of.stem(form) == of.stem(base)), "{language}");
        }
        assert_eq!(resources.of(Language::English).stem("buses"), "bus");
    }

    #[test]
    fn pieces_keep_their_place_in_the_word_as_written() {
        let resources = Resources::load().expect("the built-in resources load");
        let pieces = resources.of(Language::French).pieces("l\u{2019}ÉCOLE");
        assert_eq!(pieces, [Piece { start: 4, end: 10, form: "école".into() }]);
    }

    #[test]
    fn every_word_list_has_entries_in_lower_case() {
        for file in Resources::files().filter(|file| !file.name.ends_with("tokenizer.json")) {
            assert!(lines(file.text).count() > 5, "{}", file.name);
            assert!(lines(file.text).all(|line| line == line.to_lowercase()), "{}", file.name);
        }
    }
}
