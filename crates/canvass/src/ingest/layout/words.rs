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
    pub(super) completion: List,
    pub(super) start: List,
    pub(super) technical: List,
    pub(super) attribute: List,
    pub(super) address: List,
    pub(super) opinion: List,
    pub(super) naming: List,
    pub(super) grouping: List,
    pub(super) text: List,
    pub(super) asks_for_text: List,
    pub(super) question_start: List,
    pub(super) language: List,
    pub(super) language_of: List,
    pub(super) language_beside: List,
    pub(super) translation: List,
    pub(super) translation_noun: List,
    pub(super) translation_beside: List,
    pub(super) original: List,
    pub(super) answer_id: List,
    pub(super) question: List,
    pub(super) wording: List,
    pub(super) other_option: List,
    pub(super) selects: List,
    pub(super) explains_answer: List,
    pub(super) explains: List,
    pub(super) why: List,
    pub(super) yes_no: List,
    neutral: List,
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

    /// The names of the ratings.
    pub(super) fn ratings(&self) -> impl Iterator<Item = &str> {
        self.rating.keys().map(String::as_str)
    }

    /// Whether a folded value is a grade of the rating.
    pub(super) fn is_grade(&self, rating: &str, value: &str) -> bool {
        !is_sentence(value) && self.rating.get(rating).is_some_and(|list| list.within(value))
    }

    /// Whether a folded value is a grade of any rating, such as "no opinion".
    pub(super) fn is_neutral(&self, value: &str) -> bool {
        !is_sentence(value) && self.neutral.within(value)
    }
}

/// "I never said so" is a sentence, not a grade.
fn is_sentence(value: &str) -> bool {
    const LONGEST_GRADE: usize = 5;
    let is_person = |word: &str| matches!(word, "i" | "we" | "it" | "je" | "nous" | "yo");
    value.split(' ').count() > LONGEST_GRADE || value.split(' ').any(is_person)
}

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
pub(crate) fn fold(text: &str) -> String {
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
        let is_grade = |rating: &str, value: &str| words.is_grade(rating, &fold(value));
        assert!(is_grade("agreement", "Strongly disagree") && is_grade("agreement", "Plutôt d'accord"));
        assert!(words.is_neutral(&fold("Neither agree nor disagree")));
        assert!(!is_grade("agreement", "I agree"));
        assert!(!is_grade("frequency", "More often than the plan says it should be"));
    }
}
