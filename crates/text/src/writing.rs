//! How words are written: in capitals, as acronyms, within markup, side by side.

use crate::phrases::MAX_INNER;
use crate::resources::LanguageResources;

/// A point is in capitals throughout if it has this many letters that have case, ...
const SHOUTED_LETTERS: usize = 12;
/// ... and this share of them are capitals.
const SHOUTED_SHARE: f64 = 0.7;

/// How far a tag's brackets are looked for, in bytes.
const TAG_REACH: usize = 200;
/// The longest name of a character, in bytes: "&thetasym;".
const ENTITY_REACH: usize = 10;

/// Whether a word is part of a tag or names a character, as editors of formatted text leave them: "<br>", "&nbsp;".
pub(crate) fn is_markup(text: &str, start: usize, end: usize) -> bool {
    let bytes = text.as_bytes();
    let opens = |at: usize| bytes.get(at + 1).is_some_and(|c| c.is_ascii_alphabetic() || matches!(c, b'/' | b'!'));
    let before = &bytes[start.saturating_sub(TAG_REACH)..start];
    let behind = &bytes[end..(end + TAG_REACH).min(bytes.len())];
    let open = before.iter().rposition(|c| matches!(c, b'<' | b'>')).map(|at| start - before.len() + at);
    let closes = behind.iter().find(|c| matches!(c, b'<' | b'>')) == Some(&b'>');
    let in_tag = open.is_some_and(|at| bytes[at] == b'<' && opens(at)) && closes;
    let is_entity = end - start <= ENTITY_REACH
        && (before.ends_with(b"&") || before.ends_with(b"&#"))
        && bytes.get(end) == Some(&b';');
    in_tag || is_entity
}

/// Whether a passage is in capitals throughout, so that a capital says nothing.
pub(crate) fn is_shouted(passage: &str) -> bool {
    let (mut upper, mut cased) = (0, 0);
    for c in passage.chars() {
        upper += usize::from(c.is_uppercase());
        cased += usize::from(c.is_uppercase() || c.is_lowercase());
    }
    cased >= SHOUTED_LETTERS && upper as f64 >= SHOUTED_SHARE * cased as f64
}

/// The acronym a word is, if it would be taken for another word without its capitals or points: "IT", "U.N".
pub(crate) fn acronym(word: &str, resources: &LanguageResources) -> Option<String> {
    let letters: String = word.chars().filter(|c| *c != '.').collect();
    let has_points = letters.len() < word.len();
    if letters.chars().nth(1).is_none() || !letters.chars().all(char::is_uppercase) {
        return None;
    }
    if resources.is_acronym(&letters) {
        return Some(letters);
    }
    // "U.N." is "UN" however it is written.
    let single_letters = has_points && word.split('.').all(|part| part.chars().nth(1).is_none());
    let lower = letters.to_lowercase();
    single_letters.then(|| if resources.is_stop_word(&lower) { letters } else { lower })
}

/// What stands between two terms of one phrase, in lower case: nothing, or a few function words. None if they cannot be in one.
pub(crate) fn inner_words(text: &str, end: usize, start: usize) -> Option<String> {
    let gap = text.get(end..start)?;
    let mut inner = String::new();
    let mut n_words = 0;
    let mut in_word = false;
    for c in gap.chars() {
        if c.is_alphabetic() || matches!(c, '\'' | '\u{2019}') && in_word {
            if !in_word {
                n_words += 1;
                if !inner.is_empty() {
                    inner.push(' ');
                }
            }
            in_word = true;
            inner.extend(if c == '\u{2019}' { '\'' } else { c }.to_lowercase());
        } else if c.is_whitespace() || matches!(c, '-' | '\u{2010}' | '\u{2011}' | '\'' | '\u{2019}') {
            in_word = false;
            // A blank line ends more than a phrase.
            if c == '\n' && gap.matches('\n').count() > 1 {
                return None;
            }
        } else {
            return None;
        }
    }
    (n_words <= MAX_INNER).then_some(inner)
}
