//! Whole answers that give no answer, try the form, or point elsewhere.

use canvass_text::Resource;
use serde::Deserialize;
use std::collections::BTreeSet;

/// The phrase lists of each language.
const FILES: [Resource; 6] = [
    Resource { name: "en/answers.toml", text: include_str!("../../../../models/en/answers.toml") },
    Resource { name: "fr/answers.toml", text: include_str!("../../../../models/fr/answers.toml") },
    Resource { name: "es/answers.toml", text: include_str!("../../../../models/es/answers.toml") },
    Resource { name: "ru/answers.toml", text: include_str!("../../../../models/ru/answers.toml") },
    Resource { name: "ar/answers.toml", text: include_str!("../../../../models/ar/answers.toml") },
    Resource { name: "zh/answers.toml", text: include_str!("../../../../models/zh/answers.toml") },
];

/// The built-in phrase lists, for the manifest.
pub(crate) fn resource_files() -> impl Iterator<Item = Resource> {
    FILES.into_iter()
}

/// An answer that only points at another is at most this long, in words.
const ELSEWHERE_WORDS: usize = 8;

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    no_content: Vec<String>,
    test: Vec<String>,
    elsewhere: Vec<String>,
}

/// Whole answers that say nothing or name no theme, in all languages.
#[derive(Debug)]
pub(crate) struct Phrases {
    no_content: BTreeSet<String>,
    test: BTreeSet<String>,
    elsewhere: Vec<String>,
}

impl Phrases {
    /// The built-in lists, with further answers that say nothing.
    ///
    /// # Panics
    /// If a built-in list does not parse; the tests load them all.
    pub(crate) fn new(no_content: &[String]) -> Self {
        let mut all = Lists::default();
        for file in FILES {
            let lists: Lists = toml::from_str(file.text).expect("the built-in phrase lists parse");
            all.no_content.extend(lists.no_content);
            all.test.extend(lists.test);
            all.elsewhere.extend(lists.elsewhere);
        }
        Self {
            no_content: all.no_content.iter().chain(no_content).map(|phrase| letters(phrase)).collect(),
            test: all.test.iter().map(|phrase| normalised(phrase)).collect(),
            elsewhere: all.elsewhere.iter().map(|phrase| normalised(phrase)).collect(),
        }
    }

    /// Why an answer says nothing, if it does: each of its parts is "n/a" or the like, however it is written ("N / A").
    pub(crate) fn no_content(&self, answer: &str) -> Option<String> {
        let normalised = normalised(answer);
        let says_nothing = |part: &str| self.no_content.contains(&letters(part));
        let mut parts =
            normalised.split([',', ';', ':', '-', '\u{2013}', '\u{2014}']).filter(|part| !letters(part).is_empty());
        let mut words = normalised.split_whitespace();
        if !letters(&normalised).is_empty()
            && (says_nothing(&normalised) || parts.all(says_nothing) || words.all(says_nothing))
        {
            return Some(format!("\"{normalised}\" gives no answer"));
        }
        let is_mark = |c: char| c.is_whitespace() || c.is_ascii_punctuation() || is_punctuation(c);
        (normalised.is_empty() && answer.chars().all(is_mark)).then(|| "punctuation alone gives no answer".into())
    }

    /// Whether the answer only tries the form: "test", "Test 2".
    pub(crate) fn is_test(&self, answer: &str) -> bool {
        let answer = normalised(answer);
        self.test.contains(&answer) || self.test.contains(answer.trim_end_matches(|c: char| c.is_numeric() || c == ' '))
    }

    /// Whether the answer points at another instead of giving one.
    pub(crate) fn points_elsewhere(&self, answer: &str) -> bool {
        let answer = normalised(answer);
        answer.split_whitespace().count() <= ELSEWHERE_WORDS
            && self.elsewhere.iter().any(|phrase| {
                // "see q" is also the beginning of "see q3".
                answer
                    .strip_prefix(phrase.as_str())
                    .is_some_and(|rest| rest.chars().next().is_none_or(|c| !c.is_alphabetic()))
            })
    }
}

/// Whether a cell shows nothing: white space and characters without width.
pub(crate) fn is_blank(cell: &str) -> bool {
    cell.chars().all(|c| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'))
}

/// The letters and digits of a text, in lower case: "N / A" and "n.a." are both "na".
fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Lower case, white space evened out, punctuation at both ends taken off.
fn normalised(text: &str) -> String {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let inner = words.join(" ");
    inner.trim_matches(|c: char| c.is_ascii_punctuation() || is_punctuation(c) || c.is_whitespace()).to_owned()
}

/// Punctuation beyond ASCII, as the languages of the United Nations use it.
fn is_punctuation(c: char) -> bool {
    matches!(c, '\u{2010}'..='\u{2027}' | '\u{2212}' | '\u{ab}' | '\u{bb}' | '\u{bf}' | '\u{a1}' | '\u{b7}' | '\u{3001}'..='\u{3003}'
        | '\u{3008}'..='\u{3011}' | '\u{ff01}' | '\u{ff0c}' | '\u{ff1a}' | '\u{ff1b}' | '\u{ff1f}' | '\u{60c}' | '\u{61b}' | '\u{61f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_that_say_nothing_are_told_from_those_that_say_little() {
        let phrases = Phrases::new(&["keine".into()]);
        assert!(is_blank(" \u{200b}\u{feff}") && !is_blank("x"));
        for nothing in [
            "\u{2212}",
            "n/a",
            " N/A. ",
            "No comment!",
            "-",
            "...",
            "?",
            "Keine",
            "sin comentarios",
            "s/o",
            "N / A",
            "n\\a",
            "n/a n/a",
            "N/A - not applicable",
        ] {
            assert!(phrases.no_content(nothing).is_some(), "{nothing}");
        }
        for little in [
            "None",
            "No",
            "All",
            "n/a for us, but the valley needs a bus",
            "Very important",
            "5",
            "\u{1f44d}",
            "Nothing",
        ] {
            assert!(phrases.no_content(little).is_none(), "{little}");
        }
    }

    #[test]
    fn answers_that_point_elsewhere_are_short_and_begin_so() {
        let phrases = Phrases::new(&[]);
        for answer in ["See my previous answer", "same as above.", "see Q3", "Voir ma réponse à la question 2", "idem"]
        {
            assert!(phrases.points_elsewhere(answer), "{answer}");
        }
        for answer in
            ["See above, and also open the desk in winter for the sake of the schools", "Seeds", "Same prices for all"]
        {
            assert!(!phrases.points_elsewhere(answer), "{answer}");
        }
    }

    #[test]
    fn tests_are_whole_answers() {
        let phrases = Phrases::new(&[]);
        assert!(phrases.is_test("Test test") && phrases.is_test("asdf") && phrases.is_test("TEST 123"));
        assert!(!phrases.is_test("Test the water every year"));
    }
}
