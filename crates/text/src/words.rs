//! The words of a text, before any language is considered.

use crate::Span;
use unicode_segmentation::UnicodeSegmentation;

/// A word as it stands, with the hyphen of a bound prefix glued ("inter-regional").
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Word<'t> {
    pub(crate) text: &'t str,
    pub(crate) start: usize,
}

impl Word<'_> {
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// Whether this character is read as a hyphen.
fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{2011}')
}

/// The words within `span` of `text`, in order. A word that `is_prefix` and stands before a hyphen and another word is one
/// word with it.
///
/// # Source
/// Unicode Standard Annex 29, word boundaries.
pub(crate) fn words_in<'t>(text: &'t str, span: Span, is_prefix: impl Fn(&str) -> bool) -> Vec<Word<'t>> {
    let from = span.start as usize;
    let mut words: Vec<Word<'t>> = Vec::new();
    for (at, word) in span.of(text).unwrap_or_default().unicode_word_indices() {
        let start = from + at;
        if let Some(last) = words.last_mut() {
            let between = &text[last.end()..start];
            let mut characters = between.chars();
            if characters.next().is_some_and(is_hyphen) && characters.next().is_none() && is_prefix(last.text) {
                last.text = &text[last.start..start + word.len()];
                continue;
            }
        }
        words.push(Word { text: word, start });
    }
    words
}

/// The words of a text in lower case, without punctuation: what two answers must share to count as near-duplicates, and
/// an answer a reference text to count as quoting it.
pub fn normalised_words(text: &str) -> impl Iterator<Item = String> + '_ {
    normalised_word_indices(text).map(|(_, word)| word)
}

/// The normalised words of a text, each with its span.
pub(crate) fn normalised_word_indices(text: &str) -> impl Iterator<Item = (Span, String)> + '_ {
    text.unicode_word_indices()
        .map(|(at, word)| (Span::new(at, at + word.len()), word.to_lowercase().replace('\u{2019}', "'")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<&str> {
        let prefix = |word: &str| matches!(word.to_lowercase().as_str(), "inter" | "co");
        words_in(text, Span::new(0, text.len()), prefix).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn a_bound_prefix_is_one_word_with_what_follows_its_hyphen() {
        assert_eq!(
            words("Inter-regional co-operation, cross-border"),
            ["Inter-regional", "co-operation", "cross", "border"]
        );
        assert_eq!(words("co - operation"), ["co", "operation"]);
    }

    #[test]
    fn normalised_words_forget_case_and_punctuation() {
        let words: Vec<String> = normalised_words("The mayor\u{2019}s \u{201c}plan\u{201d} -- NOW!").collect();
        assert_eq!(words, ["the", "mayor's", "plan", "now"]);
    }
}
