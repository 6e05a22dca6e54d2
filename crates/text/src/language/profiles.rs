//! What tells languages of one script apart: their frequent words and their letters.

use super::Language;
use super::scripts::{Script, script_of};
use crate::resources::{LANGUAGES, Resources, lines};
use std::collections::HashMap;
use unicode_segmentation::UnicodeSegmentation;

/// A set of languages: a bit for each profile.
type Set = u64;

/// The most languages a [`Set`] holds.
pub(super) const MAX_LANGUAGES: usize = Set::BITS as usize;

/// What a word counts that has a letter which the language does not write.
const FOREIGN_LETTER: f64 = -0.7;

/// What a frequent word of one letter counts ("a", "y", "и"); a longer one counts 1.
const ONE_LETTER: f64 = 0.5;

/// Letters looked up by their number; those of the languages with alphabets all lie below.
const LETTERS: usize = 0x2000;

/// The languages known by their words.
pub(super) struct Profiles {
    /// In the order of the file `languages.txt`.
    pub(super) languages: Vec<Language>,
    /// The languages of each script.
    latin: Set,
    cyrillic: Set,
    arabic: Set,
    /// The languages that use each word often.
    words: HashMap<String, Set>,
    /// The languages that write each letter, by its number.
    letters: Vec<Set>,
}

/// What the words of a text say of its language.
#[derive(Debug)]
pub(super) struct Evidence {
    /// The words in the script asked for.
    pub(super) n_words: usize,
    /// For each profile, the frequent words of its language, and less what its letters speak against.
    pub(super) scores: [f64; MAX_LANGUAGES],
    /// For each profile, the frequent words of its language alone.
    pub(super) frequent: [f64; MAX_LANGUAGES],
}

impl Profiles {
    /// The profiles of `languages.txt`, those of the languages with resources joined with their word lists.
    pub(super) fn new(resources: &Resources) -> Self {
        let mut profiles = Self {
            languages: Vec::new(),
            latin: 0,
            cyrillic: 0,
            arabic: 0,
            words: HashMap::new(),
            letters: vec![0; LETTERS],
        };
        let known = lines(LANGUAGES.text).filter_map(|line| line.split_once('|'));
        for (head, words) in known.take(MAX_LANGUAGES) {
            let (code, letters) = head.trim().split_once(' ').unwrap_or((head.trim(), ""));
            let Some(language) = Language::from_code(code) else { continue };
            let own = resources.frequent_words(language).filter(|_| language.has_resources());
            profiles.add(language, letters, words.split_whitespace().chain(own));
        }
        profiles
    }

    fn add<'w>(&mut self, language: Language, letters: &str, words: impl Iterator<Item = &'w str>) {
        let bit: Set = 1 << self.languages.len();
        self.languages.push(language);
        match letters.chars().find_map(script_of) {
            Some(Script::Cyrillic) => self.cyrillic |= bit,
            Some(Script::Arabic) => self.arabic |= bit,
            _ => {
                self.latin |= bit;
                ('a'..='z').for_each(|letter| self.letters[letter as usize] |= bit);
            }
        }
        for letter in letters.chars() {
            if let Some(languages) = self.letters.get_mut(letter as usize) {
                *languages |= bit;
            }
        }
        for word in words {
            *self.words.entry(word.to_owned()).or_default() |= bit;
        }
    }

    /// The languages of a script that are known by their words.
    fn candidates(&self, script: Script) -> Set {
        match script {
            Script::Latin => self.latin,
            Script::Cyrillic => self.cyrillic,
            Script::Arabic => self.arabic,
            Script::Han | Script::Of(_) => 0,
        }
    }

    /// The places of the profiles of a script.
    pub(super) fn places(&self, script: Script) -> impl Iterator<Item = usize> + '_ {
        let candidates = self.candidates(script);
        (0..self.languages.len()).filter(move |place| candidates >> place & 1 == 1)
    }

    /// The place of the profile of a language.
    pub(super) fn place(&self, language: Language) -> Option<usize> {
        self.languages.iter().position(|known| *known == language)
    }

    /// What the words of `text` say of its language, if it is one written in `script`. Acronyms say nothing, unless all of
    /// the text `is_capitals`; nor do capitals within a sentence, which are names ("Los Angeles").
    pub(super) fn evidence(&self, text: &str, script: Script, is_capitals: bool) -> Evidence {
        let candidates = self.candidates(script);
        let mut evidence = Evidence { n_words: 0, scores: [0.0; MAX_LANGUAGES], frequent: [0.0; MAX_LANGUAGES] };
        each_word(text, script, is_capitals, |form, role| {
            evidence.n_words += 1;
            if role.letters {
                add(&mut evidence.scores, candidates & !self.writers(form), FOREIGN_LETTER);
            }
            if role.frequent {
                self.each_frequent(form, |languages, weight| {
                    add(&mut evidence.frequent, candidates & languages, weight);
                });
            }
        });
        for (score, frequent) in evidence.scores.iter_mut().zip(&evidence.frequent) {
            *score += frequent;
        }
        evidence
    }

    /// How much of `text` is frequent words of the one language and not of the other, and the reverse.
    pub(super) fn apart(&self, text: &str, script: Script, is_capitals: bool, pair: [Language; 2]) -> [f64; 2] {
        let [one, other] = pair.map(|language| self.place(language).map_or(0, |place| 1 << place));
        let mut sums = [0.0; 2];
        each_word(text, script, is_capitals, |form, role| {
            if !role.frequent {
                return;
            }
            self.each_frequent(form, |languages: Set, weight| match (languages & one != 0, languages & other != 0) {
                (true, false) => sums[0] += weight,
                (false, true) => sums[1] += weight,
                _ => {}
            });
        });
        sums
    }

    /// The languages that write every letter of a word.
    fn writers(&self, form: &str) -> Set {
        let letters = form.chars().filter(|c| c.is_alphabetic());
        letters.fold(Set::MAX, |set, letter| set & self.letters.get(letter as usize).copied().unwrap_or(0))
    }

    /// The languages that use a word often, and what it counts; an elided word counts by its parts ("d'un", "mayor's").
    fn each_frequent(&self, form: &str, mut count: impl FnMut(Set, f64)) {
        let mut count = |part: &str| {
            let Some(languages) = self.words.get(part) else { return false };
            count(*languages, if part.chars().nth(1).is_some() { 1.0 } else { ONE_LETTER });
            true
        };
        if count(form) {
            return;
        }
        if let Some(at) = form.find('\'') {
            count(&form[..=at]);
            count(&form[at..]);
            count(&form[at + 1..]);
        }
    }
}

/// What a word can be evidence by.
struct Role {
    /// Its letters: not those of names in Latin letters, which keep their foreign accents.
    letters: bool,
    /// Its being frequent: not acronyms, not capitals within a sentence.
    frequent: bool,
}

/// Calls `visit` with each word of `text` in `script`, in lower case.
fn each_word(text: &str, script: Script, is_capitals: bool, mut visit: impl FnMut(&str, Role)) {
    let mut form = String::new();
    let mut end = 0;
    for (at, word) in text.unicode_word_indices() {
        let is_head = end == 0 || text[end..at].contains(['.', '!', '?', ':', ';', '\n', '\u{2022}', '\u{bf}', '"']);
        end = at + word.len();
        let Some(first) = word.chars().find(|c| c.is_alphabetic()) else { continue };
        if script_of(first) != Some(script) {
            continue;
        }
        lower(word, &mut form);
        let is_name = first.is_uppercase() && !is_capitals && !is_head && form != "i" && !form.starts_with("i'");
        let frequent = !is_name && (is_capitals || !is_acronym(word));
        let letters = script != Script::Latin || !form.is_ascii() && (is_capitals || first.is_lowercase());
        visit(&form, Role { letters, frequent });
    }
}

/// Adds `weight` for every language of the set.
fn add(sums: &mut [f64; MAX_LANGUAGES], mut languages: Set, weight: f64) {
    while languages != 0 {
        sums[languages.trailing_zeros() as usize] += weight;
        languages &= languages - 1;
    }
}

/// Whether a word is two capitals or more, and nothing else.
fn is_acronym(word: &str) -> bool {
    word.chars().nth(1).is_some() && word.chars().all(|c| c.is_uppercase() || c.is_numeric())
}

/// The word in lower case, with plain apostrophes, and without marks that stand apart from their letter.
fn lower(word: &str, form: &mut String) {
    form.clear();
    for c in word.chars() {
        match c {
            'A'..='Z' => form.push(c.to_ascii_lowercase()),
            '\u{2019}' => form.push('\''),
            '\u{300}'..='\u{36f}' | '\u{640}' | '\u{64b}'..='\u{65f}' => {}
            _ if c.is_ascii() => form.push(c),
            _ => form.extend(c.to_lowercase()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_file_is_a_profile() {
        let resources = Resources::load().expect("the built-in resources load");
        let profiles = Profiles::new(&resources);
        let n_lines = lines(LANGUAGES.text).count();
        assert_eq!(profiles.languages.len(), n_lines);
        assert!(n_lines <= MAX_LANGUAGES);
        for language in Language::ALL.into_iter().filter(|language| *language != Language::Chinese) {
            assert!(profiles.place(language).is_some(), "{language}");
        }
        for (place, language) in profiles.languages.iter().enumerate() {
            assert!(!profiles.languages[..place].contains(language), "{language} stands twice");
        }
    }

    #[test]
    fn every_language_writes_its_own_words() {
        let resources = Resources::load().expect("the built-in resources load");
        let profiles = Profiles::new(&resources);
        for line in lines(LANGUAGES.text) {
            let (head, words) = line.split_once('|').expect("a bar");
            let code = head.split_whitespace().next().expect("a code");
            let place = profiles.place(Language::from_code(code).expect("a code")).expect("a profile");
            for word in words.split_whitespace() {
                let mut form = String::new();
                lower(word, &mut form);
                assert!(profiles.writers(&form) >> place & 1 == 1, "{code} {word}");
            }
        }
    }

    #[test]
    fn words_are_compared_in_lower_case_with_plain_apostrophes() {
        let mut form = String::new();
        lower("L\u{2019}E\u{301}COLE", &mut form);
        assert_eq!(form, "l'ecole");
    }
}
