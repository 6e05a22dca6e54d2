//! What is known of each language: built in, hashed by name into every manifest.

use crate::han::Han;
use crate::language::Language;
use crate::segment::wording::{Connective, Lists, Wording};
use crate::stemmer::{Stemmer, Unstemmed, stemmer_of};
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
    ($($name:literal),+) => {
        Resource { name: concat!($($name),+), text: include_str!(concat!("../../../models/", $($name),+)) }
    };
}

/// The files of one language.
struct Files {
    tokenizer: Resource,
    stop_words: Resource,
    general_words: Resource,
    irregular_forms: Resource,
    abbreviations: Resource,
    prefixes: Resource,
    ordinals: Resource,
    labels: Resource,
    connectives: Resource,
    before_verbs: Resource,
    behind_verbs: Resource,
}

macro_rules! files {
    ($code:literal) => {
        Files {
            tokenizer: resource!($code, "/tokenizer.json"),
            stop_words: resource!($code, "/stop_words.txt"),
            general_words: resource!($code, "/general_words.txt"),
            irregular_forms: resource!($code, "/irregular_forms.txt"),
            abbreviations: resource!($code, "/abbreviations.txt"),
            prefixes: resource!($code, "/prefixes.txt"),
            ordinals: resource!($code, "/ordinals.txt"),
            labels: resource!($code, "/labels.txt"),
            connectives: resource!($code, "/connectives.txt"),
            before_verbs: resource!($code, "/before_verbs.txt"),
            behind_verbs: resource!($code, "/behind_verbs.txt"),
        }
    };
}

/// The files of each language, in the order of [`Language::ALL`].
const FILES: [Files; 6] = [files!("en"), files!("fr"), files!("es"), files!("ru"), files!("ar"), files!("zh")];

/// Acronyms of English that would be function words without their capitals.
const ACRONYMS: Resource = resource!("en/acronyms.txt");

/// Traditional Chinese characters and their simplified forms.
const TRADITIONAL: Resource = resource!("zh/traditional.txt");

/// Frequent words and letters of the languages that identification knows.
pub(crate) const LANGUAGES: Resource = resource!("languages.txt");

impl Files {
    fn all(&self) -> [Resource; 11] {
        [
            self.tokenizer,
            self.stop_words,
            self.general_words,
            self.irregular_forms,
            self.abbreviations,
            self.prefixes,
            self.ordinals,
            self.labels,
            self.connectives,
            self.before_verbs,
            self.behind_verbs,
        ]
    }
}

/// A tokenizer that cannot be used: of those built in none, as the tests show, but perhaps a user's own.
#[derive(Debug, thiserror::Error)]
#[error("the tokenizer {name} cannot be used: {message}")]
pub struct ResourceError {
    /// Its path below `models/`, or the user's file.
    pub name: String,
    /// What is wrong with it.
    pub message: String,
}

/// What is known of one language.
pub(crate) struct LanguageResources {
    language: Option<Language>,
    tokenizer: Tokenizer,
    stemmer: Box<dyn Stemmer>,
    stop_words: BTreeSet<&'static str>,
    general_words: &'static str,
    /// Stems of the general words.
    general: BTreeSet<String>,
    /// Irregular forms and their base forms.
    irregular: BTreeMap<&'static str, &'static str>,
    abbreviations: BTreeSet<&'static str>,
    prefixes: BTreeSet<&'static str>,
    /// The numbers of the phrases that open an item of an enumeration.
    ordinals: BTreeMap<&'static str, u32>,
    labels: BTreeSet<&'static str>,
    /// Acronyms that would be function words without their capitals.
    acronyms: BTreeSet<&'static str>,
    connectives: BTreeMap<&'static str, Connective>,
    /// Words that a verb mostly follows.
    before_verbs: BTreeSet<&'static str>,
    /// Words that mostly follow a verb, where they follow a word that carries something.
    behind_verbs: BTreeSet<&'static str>,
}

/// What a word tells of those beside it.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Neighbourhood {
    /// The next is mostly a verb ("should", "to").
    pub(crate) verb_follows: bool,
    /// The one before it, if it carries something, is mostly a verb ("the", "us").
    pub(crate) verb_precedes: bool,
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
    fn load(language: Language, files: &Files) -> Result<Self, ResourceError> {
        let stemmer = stemmer_of(language);
        Ok(Self {
            language: Some(language),
            tokenizer: parse(files.tokenizer.name, files.tokenizer.text)?,
            general_words: files.general_words.text,
            general: stems(stemmer.as_ref(), files.general_words.text),
            stemmer,
            stop_words: lines(files.stop_words.text).collect(),
            irregular: lines(files.irregular_forms.text).filter_map(|line| line.split_once(' ')).collect(),
            abbreviations: lines(files.abbreviations.text).collect(),
            prefixes: lines(files.prefixes.text).collect(),
            ordinals: lines(files.ordinals.text)
                .filter_map(|line| line.split_once(' '))
                .filter_map(|(number, phrase)| Some((phrase, number.parse().ok()?)))
                .collect(),
            labels: lines(files.labels.text).collect(),
            acronyms: if language == Language::English { lines(ACRONYMS.text).collect() } else { BTreeSet::new() },
            connectives: lines(files.connectives.text)
                .filter_map(|line| line.split_once(' '))
                .filter_map(|(name, phrase)| Some((phrase, Connective::from_name(name)?)))
                .collect(),
            before_verbs: lines(files.before_verbs.text).collect(),
            behind_verbs: lines(files.behind_verbs.text).collect(),
        })
    }

    /// What can be said of a text in any other language: its words in lower case.
    fn neutral() -> Result<Self, ResourceError> {
        let Files { tokenizer, .. } = &FILES[Language::Spanish.place()];
        Ok(Self {
            language: None,
            tokenizer: parse(tokenizer.name, tokenizer.text)?,
            stemmer: Box::new(Unstemmed),
            stop_words: BTreeSet::new(),
            general_words: "",
            general: BTreeSet::new(),
            irregular: BTreeMap::new(),
            abbreviations: BTreeSet::new(),
            prefixes: BTreeSet::new(),
            ordinals: BTreeMap::new(),
            labels: BTreeSet::new(),
            acronyms: BTreeSet::new(),
            connectives: BTreeMap::new(),
            before_verbs: BTreeSet::new(),
            behind_verbs: BTreeSet::new(),
        })
    }

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
            // Some pre-tokenisers mark where a word begins.
            .map(|(form, span, _)| (form.trim_start_matches(['\u{2581}', '\u{120}']), span))
            .filter(|(form, (start, end))| {
                !form.is_empty() && word.get(*start..*end).is_some_and(|part| !part.is_empty())
            })
            .map(|(form, (start, end))| Piece { start, end, form: form.to_owned() })
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

    /// What a form tells of the words beside it.
    pub(crate) fn neighbourhood(&self, form: &str) -> Neighbourhood {
        Neighbourhood {
            verb_follows: self.before_verbs.contains(form),
            verb_precedes: self.behind_verbs.contains(form),
        }
    }

    pub(crate) fn is_general(&self, stem: &str) -> bool {
        self.general.contains(stem)
    }

    /// Whether these capitals are an acronym that would be a function word without them.
    pub(crate) fn is_acronym(&self, capitals: &str) -> bool {
        self.acronyms.contains(capitals)
    }

    /// What decides where a point begins and ends.
    fn lists(&self) -> Lists<'_> {
        Lists {
            abbreviations: self.abbreviations.iter().copied().collect(),
            function_words: self.stop_words.iter().copied().collect(),
            ordinals: &self.ordinals,
            labels: self.labels.iter().copied().collect(),
            connectives: &self.connectives,
        }
    }

    pub(crate) fn is_prefix(&self, word: &str) -> bool {
        self.prefixes.contains(word.to_lowercase().as_str())
    }
}

/// What is known of all languages; made once and shared.
pub struct Resources {
    /// Those of [`Language::ALL`], then what serves all others.
    languages: Vec<LanguageResources>,
    wording: Wording,
    han: Han,
}

impl Resources {
    /// Loads the built-in resources.
    ///
    /// # Errors
    /// [`ResourceError`] if a tokenizer does not parse; never for the files as released.
    pub fn load() -> Result<Self, ResourceError> {
        let mut languages = Vec::new();
        for (language, files) in Language::ALL.into_iter().zip(&FILES) {
            languages.push(LanguageResources::load(language, files)?);
        }
        languages.push(LanguageResources::neutral()?);
        let wording = Wording::new(languages.iter().map(LanguageResources::lists));
        Ok(Self { languages, wording, han: Han::new(TRADITIONAL.text) })
    }

    /// Puts a user's own `tokenizer.json` in the place of a language's. `name` is only named in errors.
    ///
    /// Its normaliser and pre-tokeniser are given one word of Unicode's at a time; its model is not used.
    ///
    /// # Errors
    /// [`ResourceError`] if it does not parse.
    pub fn replace_tokenizer(&mut self, language: Language, name: &str, json: &str) -> Result<(), ResourceError> {
        self.languages[language.place()].tokenizer = parse(name, json)?;
        Ok(())
    }

    /// Puts another stemmer in the place of a language's.
    pub fn replace_stemmer(&mut self, language: Language, stemmer: Box<dyn Stemmer>) {
        let resources = &mut self.languages[language.place()];
        resources.general = stems(stemmer.as_ref(), resources.general_words);
        resources.stemmer = stemmer;
    }

    /// The built-in files, in a fixed order, for the manifest.
    pub fn files() -> impl Iterator<Item = Resource> {
        FILES
            .into_iter()
            .flat_map(|files| files.all())
            .chain([ACRONYMS, TRADITIONAL, LANGUAGES])
            .chain(crate::Abbreviations::files())
    }

    /// The libraries whose versions can change a result, with their versions, for the manifest.
    pub fn libraries(&self) -> Vec<(String, String)> {
        let stemmers = self.languages.iter().filter_map(|resources| {
            let language = resources.language.filter(|_| !resources.stemmer.version().is_empty())?;
            let name = format!("stemmer {}: {}", language.code(), resources.stemmer.name());
            Some((name, resources.stemmer.version().to_owned()))
        });
        let mut libraries: Vec<(String, String)> = stemmers.collect();
        for (name, version) in LIBRARIES {
            libraries.push((name.to_owned(), version.to_owned()));
        }
        libraries
    }

    pub(crate) fn of(&self, language: Language) -> &LanguageResources {
        &self.languages[language.place()]
    }

    /// The function words and the general words of a language: those it is known by.
    pub(crate) fn frequent_words(&self, language: Language) -> impl Iterator<Item = &'static str> {
        let of = self.of(language);
        of.stop_words.iter().copied().chain(lines(of.general_words))
    }

    pub(crate) fn han(&self) -> &Han {
        &self.han
    }

    /// The words of all languages that decide where a point begins and ends.
    pub(crate) fn wording(&self) -> &Wording {
        &self.wording
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

/// What else decides how a text is taken apart. The tests compare the versions with `Cargo.lock`.
const LIBRARIES: [(&str, &str); 4] = [
    ("normalisation", "tokenizers 0.23.2"),
    ("words", "unicode-segmentation 1.13.3"),
    ("words of Chinese", "jieba-rs 0.11.0"),
    ("language identification", "whatlang 0.18.0"),
];

/// The stems of a word list.
fn stems(stemmer: &dyn Stemmer, words: &'static str) -> BTreeSet<String> {
    lines(words).map(|word| stemmer.stem(word).into_owned()).collect()
}

fn parse(name: &str, json: &str) -> Result<Tokenizer, ResourceError> {
    Tokenizer::from_bytes(json.as_bytes()).map_err(|error| {
        let mut message = error.to_string();
        if message.contains("hex escape") || message.contains("surrogate") {
            message.push_str(": half a character (a lone surrogate such as \\ud800)");
        }
        ResourceError { name: name.to_owned(), message }
    })
}

/// The entries of a word list: a line each, comments and blank lines left out.
pub(crate) fn lines(text: &'static str) -> impl Iterator<Item = &'static str> {
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
    fn the_libraries_named_are_those_built_in() {
        let resources = Resources::load().expect("the built-in resources load");
        let lock = include_str!("../../../Cargo.lock");
        for (_, library) in resources.libraries() {
            let (name, version) = library.split_once(' ').expect("a name and a version");
            assert!(lock.contains(&format!("name = \"{name}\"\nversion = \"{version}\"\n")), "{library}");
        }
    }

    #[test]
    fn every_word_list_has_entries_in_lower_case() {
        for file in
            Resources::files().filter(|file| !file.name.ends_with("tokenizer.json") && *file.name != *ACRONYMS.name)
        {
            assert!(lines(file.text).count() > 2, "{}", file.name);
            assert!(lines(file.text).all(|line| line == line.to_lowercase()), "{}", file.name);
        }
    }
}
