//! The words by which columns are recognised, read from `words.toml`.

use serde::Deserialize;
use std::collections::BTreeMap;

/// The word lists; each entry is folded (see [`fold`]). `words.toml` says what each is for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) response_id: List,
    pub(super) respondent_id: List,
    pub(super) email: List,
    pub(super) name: List,
    pub(super) time: List,
    pub(super) technical: List,
    pub(super) attribute: List,
    pub(super) address: List,
    pub(super) opinion: List,
    pub(super) naming: List,
    pub(super) grouping: List,
    pub(super) text: List,
    pub(super) asks_for_text: List,
    pub(super) question_start: List,
    pub(super) answer_id: List,
    pub(super) question: List,
    pub(super) wording: List,
    pub(super) yes_no: List,
    rating: BTreeMap<String, List>,
}

/// Folded words and phrases, the likelier ones first.
#[derive(Deserialize)]
#[serde(from = "Vec<String>")]
pub(super) struct List(Vec<String>);

impl Words {
    /// The lists of this version.
    pub(super) fn load() -> Self {
        toml::from_str(include_str!("words.toml")).expect("words.toml is part of the source and is read by every test")
    }

    /// The rating that a folded value belongs to; `"neutral"` belongs to any.
    pub(super) fn rating(&self, value: &str) -> Option<&str> {
        const LONGEST: usize = 5;
        let n_words = value.split(' ').count();
        // "I never said so" is a sentence, not a grade.
        if n_words > LONGEST || value.split(' ').any(|word| matches!(word, "i" | "we" | "it" | "je" | "nous" | "yo")) {
            return None;
        }
        let found = |name: &str| self.rating.get(name).is_some_and(|list| list.within(value));
        if found(NEUTRAL) {
            return Some(NEUTRAL);
        }
        self.rating.keys().map(String::as_str).find(|name| found(name))
    }
}

/// The name of the grades that belong to every rating.
pub(super) const NEUTRAL: &str = "neutral";

impl List {
    /// Whether the folded text is an entry.
    pub(super) fn is(&self, folded: &str) -> bool {
        self.0.iter().any(|entry| entry == folded)
    }

    /// Whether an entry stands in the folded text, whole words only.
    pub(super) fn within(&self, folded: &str) -> bool {
        let padded = format!(" {folded} ");
        self.0.iter().any(|entry| padded.contains(&format!(" {entry} ")))
    }

    /// Whether the folded text begins with an entry, whole words only.
    pub(super) fn begins(&self, folded: &str) -> bool {
        self.0.iter().any(|entry| {
            folded.strip_prefix(entry.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
        })
    }

    /// The entries in their order.
    pub(super) fn entries(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl From<Vec<String>> for List {
    fn from(entries: Vec<String>) -> Self {
        Self(entries.iter().map(|entry| fold(entry)).collect())
    }
}

/// Lower case, single spaces, and nothing but letters, digits, `#` and `°`: what headers and options are compared by.
pub(in crate::ingest) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        if c.is_alphanumeric() || matches!(c, '#' | '°') {
            folded.push(c);
        } else if !folded.is_empty() && !folded.ends_with(' ') {
            folded.push(' ');
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_compared_without_case_and_marks() {
        assert_eq!(fold("  E-mail_Address: *"), "e mail address");
        let words = Words::load();
        assert!(words.email.is(&fold("E-Mail")) && words.response_id.is(&fold("N°")));
        assert!(words.asks_for_text.within(&fold("Any other comments?")));
        assert!(!words.asks_for_text.within(&fold("Commentary")));
        assert!(words.question_start.begins(&fold("How so?")) && !words.question_start.begins(&fold("However")));
    }

    #[test]
    fn grades_are_told_from_sentences() {
        let words = Words::load();
        let rating = |value: &str| words.rating(&fold(value));
        assert_eq!(rating("Strongly disagree"), Some("agreement"));
        assert_eq!(rating("Neither agree nor disagree"), Some("neutral"));
        assert_eq!(rating("Plutôt d'accord"), Some("agreement"));
        assert_eq!(rating("I agree"), None);
        assert_eq!(rating("More often than the plan says it should be"), None);
    }
}
