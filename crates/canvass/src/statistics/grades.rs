//! Which option is a grade of which rating, and how high.

use crate::ingest::fold;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What `words.toml` holds.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    not_applicable: Vec<String>,
    other: Vec<String>,
    other_beside: Vec<String>,
    strength: BTreeMap<String, Vec<String>>,
    negation: Negation,
    rating: Vec<Rating>,
    neutral: Neutral,
    grades: BTreeMap<String, BTreeMap<String, i8>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Negation {
    words: Vec<String>,
    at_all: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rating {
    name: String,
    positive: Vec<String>,
    negative: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Neutral {
    words: Vec<String>,
}

/// Ratings that have sides, but no grades: "maybe" is no median of yes and no.
const YES_OR_NO: [&str; 2] = ["answer", "truth"];

/// What options are worth in a rating.
pub(super) struct Scores {
    /// For each option, from -6 to 6.
    pub(super) scores: Vec<i8>,
    /// Whether they are grades, so that there is a median.
    pub(super) is_graded: bool,
}

/// What a rated word is worth with nothing beside it.
const PLAIN: i8 = 4;
/// What "not very" is worth.
const HARDLY: i8 = -2;
/// What "not at all" is worth.
const NOT_AT_ALL: i8 = -6;

impl Words {
    /// The lists of this version.
    pub(super) fn load() -> Self {
        toml::from_str(include_str!("words.toml")).expect("words.toml is part of the source and is read by every test")
    }

    /// Whether a whole option says that the question does not apply or that no answer is given.
    pub(super) fn is_not_applicable(&self, option: &str) -> bool {
        let folded = fold(option);
        self.not_applicable.contains(&folded)
    }

    /// The text of an option for anything else: "Other", "Other: by boat", "Other (please specify): by boat".
    pub(super) fn other_text<'t>(&self, option: &'t str) -> Option<&'t str> {
        let option = option.trim();
        let begins = |word: &&String| option.get(..word.len()).is_some_and(|start| start.to_lowercase() == **word);
        let rest = self.other.iter().filter(begins).filter_map(|word| option.get(word.len()..));
        let mark = |rest: &&str| rest.trim_start().chars().next().is_none_or(|c| ":-–—(,;/".contains(c));
        let rest = rest.filter(mark).min_by_key(|rest| rest.len())?;
        let is_mark = |c: char| c.is_whitespace() || ":-–—(),;/".contains(c);
        let mut text = rest.trim_start_matches(is_mark);
        for beside in &self.other_beside {
            if text.get(..beside.len()).is_some_and(|start| start.to_lowercase() == *beside) {
                text = text.get(beside.len()..).unwrap_or_default().trim_start_matches(is_mark);
                break;
            }
        }
        let closes = text.ends_with(')') && !text.contains('(');
        Some(if closes { text.trim_end_matches(is_mark) } else { text.trim_end() })
    }

    /// The rating that all these options are grades of. No two have one score.
    pub(super) fn rating(&self, options: &[&str]) -> Option<Scores> {
        let names = self.rating.iter().map(|rating| rating.name.as_str()).chain(self.grades.keys().map(String::as_str));
        names.into_iter().find_map(|name| {
            let scores: Vec<i8> = options.iter().map(|option| self.score(name, option)).collect::<Option<_>>()?;
            let mut distinct = scores.clone();
            distinct.sort_unstable();
            distinct.dedup();
            let decided = scores.iter().any(|score| *score != 0);
            let is_graded = !YES_OR_NO.contains(&name);
            (decided && distinct.len() == scores.len()).then_some(Scores { scores, is_graded })
        })
    }

    /// The score of an option in a rating.
    pub(super) fn score(&self, rating: &str, option: &str) -> Option<i8> {
        let folded = fold(option);
        if let Some(grades) = self.grades.get(rating) {
            let neutral = self.neutral.words.contains(&folded).then_some(0);
            return grades.get(&folded).copied().or(neutral);
        }
        let padded = format!(" {folded} ");
        if self.neutral.words.iter().any(|word| padded.contains(&format!(" {word} "))) {
            return Some(0);
        }
        let rating = self.rating.iter().find(|known| known.name == rating)?;
        // What is negative goes first: "en désaccord" is not "d'accord".
        let (sign, rest) = take(&padded, &rating.negative)
            .map(|rest| (-1, rest))
            .or_else(|| take(&padded, &rating.positive).map(|rest| (1, rest)))?;
        let (at_all, rest) = take(&rest, &self.negation.at_all).map_or((false, rest), |rest| (true, rest));
        let (strength, rest) = self.strength(rest);
        let (negated, rest) = take(&rest, &self.negation.words).map_or((false, rest), |rest| (true, rest));
        if !rest.trim().is_empty() {
            return None;
        }
        match (sign, negated || at_all, strength) {
            (1, true, _) if at_all => Some(NOT_AT_ALL),
            (1, true, None) => Some(-PLAIN),
            (1, true, Some(_)) => Some(HARDLY),
            (_, true, _) => None,
            (sign, false, strength) => Some(sign * strength.unwrap_or(PLAIN)),
        }
    }

    /// How strongly, and what is left.
    fn strength(&self, rest: String) -> (Option<i8>, String) {
        // The longest words first: "very" is not "very much", "a little" is not "little".
        let mut all: Vec<(&str, i8)> = Vec::new();
        for (strength, words) in &self.strength {
            let strength = strength.parse().unwrap_or(PLAIN);
            all.extend(words.iter().map(|word| (word.as_str(), strength)));
        }
        all.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then(a.0.cmp(b.0)));
        for (word, strength) in all {
            if let Some(left) = take(&rest, &[word]) {
                return (Some(strength), left);
            }
        }
        (None, rest)
    }
}

/// The padded text without the longest of these phrases that stands in it, whole words only.
fn take<W: AsRef<str>>(padded: &str, phrases: &[W]) -> Option<String> {
    let standing = phrases.iter().map(AsRef::as_ref).filter(|phrase| padded.contains(&format!(" {phrase} ")));
    let phrase = standing.max_by_key(|phrase| phrase.len())?;
    Some(padded.replacen(&format!(" {phrase} "), " ", 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The options in the order of their scores.
    fn ordered<'o>(options: &[&'o str]) -> Option<Vec<&'o str>> {
        let scores = Words::load().rating(options)?;
        let mut graded: Vec<(i8, &str)> = scores.scores.into_iter().zip(options.iter().copied()).collect();
        graded.sort_unstable();
        Some(graded.into_iter().map(|(_, option)| option).collect())
    }

    #[test]
    fn ratings_in_words_are_ordered_from_the_lowest_grade() {
        for expected in [
            vec!["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"],
            vec!["Do not agree", "Somewhat agree", "Strongly agree"],
            vec![
                "Not at all familiar",
                "Slightly familiar",
                "Somewhat familiar",
                "Moderately familiar",
                "Very familiar",
            ],
            vec!["Not familiar", "Somewhat familiar", "Very familiar"],
            vec!["Very dissatisfied", "Somewhat dissatisfied", "Neutral", "Satisfied", "Very satisfied"],
            vec!["Not at all important", "Not very important", "Quite important", "Important", "Very important"],
            vec!["Never", "Rarely", "Sometimes", "Often", "Always"],
            vec!["Very poor", "Poor", "Fair", "Good", "Excellent"],
            vec!["Not at all", "To some extent", "To a great extent"],
            vec![
                "Pas du tout d'accord",
                "Plutôt pas d'accord",
                "Ni d'accord ni pas d'accord",
                "Plutôt d'accord",
                "Tout à fait d'accord",
            ],
            vec!["Muy insatisfecho", "Insatisfecho", "Satisfecho", "Muy satisfecho"],
            vec!["Totalmente en desacuerdo", "En desacuerdo", "De acuerdo", "Totalmente de acuerdo"],
            vec!["No", "Maybe", "Yes"],
            vec!["Unlikely", "Likely", "Extremely likely"],
        ] {
            let mut shuffled = expected.clone();
            shuffled.sort_unstable();
            assert_eq!(ordered(&shuffled), Some(expected));
        }
    }

    #[test]
    fn what_is_no_rating_has_no_grades() {
        for options in [
            &["Alps", "Andes"][..],
            &["Agree", "Agree with conditions"],
            &["Agree", "Never"],
            // One score twice: which is the higher is not known.
            &["Strongly agree", "Completely agree", "Disagree"],
            &["Neutral"],
        ] {
            assert_eq!(ordered(options), None, "{options:?}");
        }
    }

    #[test]
    fn options_that_say_that_none_applies_are_known_whole() {
        let words = Words::load();
        for option in
            ["N/A", "Not applicable", "Don't know", "don’t know", "Prefer not to say", "Sans opinion", "NS/NC"]
        {
            assert!(words.is_not_applicable(option), "{option}");
        }
        for option in ["No", "Not familiar", "Neutral", "Not applicable rules"] {
            assert!(!words.is_not_applicable(option), "{option}");
        }
    }

    #[test]
    fn the_text_of_another_answer_is_taken_out() {
        let words = Words::load();
        for (option, text) in [
            ("Other", Some("")),
            ("Other (please specify)", Some("")),
            ("Other: by boat", Some("by boat")),
            ("Other (please specify): by boat", Some("by boat")),
            ("other, please specify: by boat (or canoe)", Some("by boat (or canoe)")),
            ("Other (by boat)", Some("by boat")),
            ("Others - by boat", Some("by boat")),
            ("Autre : en bateau", Some("en bateau")),
            ("Other countries", None),
            ("Otherwise", None),
            ("By boat", None),
        ] {
            assert_eq!(words.other_text(option), text, "{option}");
        }
    }
}
