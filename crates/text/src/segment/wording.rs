//! Words that decide where a point begins and ends, of all languages at once: texts mix them.

use super::place::{char_at, is_alphanumeric};
use crate::han::is_han_character as is_han;
use std::collections::{BTreeMap, HashMap};

/// How a passage hangs on the one before it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Connective {
    /// Stands before a further item of a list: "and".
    Joins,
    /// What it opens is never a point of its own: "such as".
    Continues,
    /// What it opens is no point of its own if it is short: "for example".
    Illustrates,
    /// Adds nothing, as a whole passage: "etc".
    Trails,
}

impl Connective {
    /// The connective of this name, as the word lists have it.
    pub(crate) fn from_name(name: &str) -> Option<Self> {
        match name {
            "joins" => Some(Self::Joins),
            "continues" => Some(Self::Continues),
            "illustrates" => Some(Self::Illustrates),
            "trails" => Some(Self::Trails),
            _ => None,
        }
    }
}

/// What the word lists of one language say.
pub(crate) struct Lists<'l> {
    /// Abbreviations in lower case; with a # behind it, only where a number follows.
    pub(crate) abbreviations: Vec<&'static str>,
    /// Function words in lower case.
    pub(crate) function_words: Vec<&'static str>,
    /// Phrases that open an item of an enumeration, with its number; 99 for the last.
    pub(crate) ordinals: &'l BTreeMap<&'static str, u32>,
    /// Labels that belong to what stands before them.
    pub(crate) labels: Vec<&'static str>,
    /// Connectives.
    pub(crate) connectives: &'l BTreeMap<&'static str, Connective>,
}

/// The words of all languages.
pub(crate) struct Wording {
    /// Whether the word is an abbreviation only before a number. Asked for single words only.
    abbreviations: HashMap<&'static str, bool>,
    /// A bit for each language in which the word is a function word. Asked for single words only.
    function_words: HashMap<&'static str, u32>,
    /// Asked for by their beginning.
    pub(super) ordinals: Phrases<u32>,
    /// Asked for by their beginning.
    pub(super) labels: Phrases<()>,
    /// Asked for by their beginning.
    pub(super) connectives: Phrases<Connective>,
}

impl Wording {
    /// Puts the lists of the languages together.
    pub(crate) fn new<'l>(languages: impl Iterator<Item = Lists<'l>>) -> Self {
        let mut abbreviations = HashMap::new();
        let mut function_words = HashMap::new();
        let (mut ordinals, mut labels, mut connectives) = (Vec::new(), Vec::new(), Vec::new());
        for (place, lists) in languages.enumerate() {
            for entry in lists.abbreviations {
                let (word, before_number) = entry.strip_suffix('#').map_or((entry, false), |word| (word, true));
                let only = abbreviations.entry(word).or_insert(before_number);
                *only &= before_number;
            }
            for word in lists.function_words {
                *function_words.entry(word).or_insert(0) |= 1 << place;
            }
            ordinals.extend(lists.ordinals.iter().map(|(phrase, number)| (*phrase, *number)));
            labels.extend(lists.labels.into_iter().map(|label| (label, ())));
            connectives.extend(lists.connectives.iter().map(|(phrase, connective)| (*phrase, *connective)));
        }
        Self {
            abbreviations,
            function_words,
            ordinals: Phrases::new(ordinals),
            labels: Phrases::new(labels),
            connectives: Phrases::new(connectives),
        }
    }

    /// Whether a full stop behind this word ends no sentence. Some words are abbreviations only where a number follows
    /// ("No. 5").
    pub(super) fn is_abbreviation(&self, word: &str, before_number: bool) -> bool {
        self.abbreviations.get(word.to_lowercase().as_str()).is_some_and(|only| before_number || !only)
    }

    /// Whether the word is a function word in any of the languages.
    pub(super) fn is_function_word(&self, word: &str) -> bool {
        self.languages_of(word) != 0
    }

    /// Whether all words of the passage are function words of one language.
    pub(super) fn are_function_words(&self, passage: &str) -> bool {
        let words = passage.split(|c: char| !c.is_alphanumeric() && c != '\'' && c != '\u{2019}');
        words.filter(|word| !word.is_empty()).fold(u32::MAX, |languages, word| languages & self.languages_of(word)) != 0
    }

    fn languages_of(&self, word: &str) -> u32 {
        if let Some(languages) = self.function_words.get(word) {
            return *languages;
        }
        self.function_words.get(word.to_lowercase().replace('\u{2019}', "'").as_str()).copied().unwrap_or(0)
    }

    /// What a whole passage is, closing punctuation aside.
    pub(super) fn connective(&self, passage: &str) -> Option<Connective> {
        let (length, connective) = self.connectives.at(passage)?;
        passage.get(length..)?.chars().all(|c| !c.is_alphanumeric()).then_some(connective)
    }
}

/// How far a phrase is followed, in bytes: the marks in it have no bound.
const LONGEST_PHRASE: usize = 200;

/// Phrases, to be found at the beginning of a text: a tree with a branch for each character.
pub(super) struct Phrases<T> {
    /// The root first.
    nodes: Vec<Node<T>>,
    /// The nodes of the phrases' first characters, where these are ASCII; 0 for none.
    first: [usize; 128],
}

struct Node<T> {
    /// In the order of their characters.
    branches: Vec<(char, usize)>,
    /// The value of the phrase that ends here.
    value: Option<T>,
}

impl<T: Copy> Phrases<T> {
    fn new(phrases: Vec<(&'static str, T)>) -> Self {
        let mut nodes = vec![Node { branches: Vec::new(), value: None }];
        for (phrase, value) in phrases {
            let mut node = 0;
            for c in phrase.chars().filter(|c| !is_mark(*c)).map(folded) {
                node = match nodes[node].branches.binary_search_by_key(&c, |(branch, _)| *branch) {
                    Ok(place) => nodes[node].branches[place].1,
                    Err(place) => {
                        let new = nodes.len();
                        nodes[node].branches.insert(place, (c, new));
                        nodes.push(Node { branches: Vec::new(), value: None });
                        new
                    }
                };
            }
            nodes[node].value.get_or_insert(value);
        }
        let mut first = [0; 128];
        for (c, node) in &nodes[0].branches {
            if let Some(place) = first.get_mut(*c as usize) {
                *place = *node;
            }
        }
        Self { nodes, first }
    }

    /// The longest phrase that the text begins with, by its length in bytes of the text. Case, the form of apostrophes,
    /// hyphens and spaces, and the vowel marks of Arabic do not count. It must end where a word ends, which in Chinese is
    /// anywhere.
    pub(super) fn at(&self, text: &str) -> Option<(usize, T)> {
        if let Some(place) = text.bytes().next().and_then(|byte| self.first.get(usize::from(byte.to_ascii_lowercase())))
            && *place == 0
        {
            return None;
        }
        let (mut node, mut at, mut found) = (self.nodes.first()?, 0, None);
        while let Some(next) = char_at(text, at).filter(|_| at < LONGEST_PHRASE) {
            let is_inside = at > 0;
            at += next.len_utf8();
            if is_inside && is_mark(next) {
                continue;
            }
            let Ok(place) = node.branches.binary_search_by_key(&folded(next), |(branch, _)| *branch) else { break };
            node = self.nodes.get(node.branches[place].1)?;
            if let Some(value) = node.value {
                let end = behind_marks(text, at);
                if is_han(next) || char_at(text, end).is_none_or(|next| !is_alphanumeric(next)) {
                    found = Some((end, value));
                }
            }
        }
        found
    }
}

/// The place behind the vowel marks at `at`. Bounded, though no word has more than three.
fn behind_marks(text: &str, at: usize) -> usize {
    let marks = text.get(at..).unwrap_or_default().chars().take(4).take_while(|c| is_mark(*c));
    at + marks.map(char::len_utf8).sum::<usize>()
}

/// Vowel marks of Arabic, and the stroke that stretches a word.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{640}' | '\u{64b}'..='\u{652}')
}

/// A character as the lists write it.
fn folded(c: char) -> char {
    match c {
        'A'..='Z' => c.to_ascii_lowercase(),
        '\u{2019}' => '\'',
        '\u{2010}' | '\u{2011}' => '-',
        'А'..='Я' => char::from_u32(c as u32 + 0x20).unwrap_or(c),
        'а'..='я' | '\u{600}'..='\u{6ff}' => c,
        _ if c.is_whitespace() => ' ',
        _ if c.is_ascii() || is_han(c) => c,
        _ => c.to_lowercase().next().unwrap_or(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_phrase_is_found_whatever_its_case_and_marks() {
        let phrases = Phrases::new(vec![("first", 1), ("first of all", 2), ("أولا", 3), ("第一", 4), ("d'abord", 5)]);
        assert_eq!(phrases.at("First of\u{a0}all, trains"), Some((13, 2)));
        assert_eq!(phrases.at("FIRST, trains"), Some((5, 1)));
        assert_eq!(phrases.at("firstly"), None);
        assert_eq!(phrases.at("أوّلًا: القطارات").map(|(_, value)| value), Some(3));
        assert_eq!(phrases.at("第一列车"), Some((6, 4)));
        assert_eq!(phrases.at("D\u{2019}abord"), Some((9, 5)));
        assert_eq!(phrases.at(""), None);
    }
}
