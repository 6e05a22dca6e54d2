//! What the cells of a column look like.

use super::words::{Words, fold};
use crate::ingest::day::Written;
use crate::ingest::table::{is_email, trimmed};
use std::collections::{BTreeMap, BTreeSet};

/// Figures of one column over the rows looked at.
pub(super) struct Profile<'t> {
    /// Rows that have a cell in this column that is not blank.
    pub(super) n_filled: usize,
    /// Rows looked at.
    pub(super) n_rows: usize,
    /// The different values, trimmed, and in how many rows each stands.
    pub(super) values: BTreeMap<&'t str, usize>,
    /// Words of a filled cell, on average.
    pub(super) mean_words: f64,
    n_emails: usize,
    n_codes: usize,
    n_numbers: usize,
    n_grades: usize,
    n_times: usize,
    n_days: usize,
    n_links: usize,
    n_with_digit: usize,
}

impl<'t> Profile<'t> {
    /// Counts over the cells.
    pub(super) fn of(cells: impl Iterator<Item = &'t str>) -> Self {
        let mut profile = Self {
            n_filled: 0,
            n_rows: 0,
            values: BTreeMap::new(),
            mean_words: 0.0,
            n_emails: 0,
            n_codes: 0,
            n_numbers: 0,
            n_grades: 0,
            n_times: 0,
            n_days: 0,
            n_links: 0,
            n_with_digit: 0,
        };
        let mut n_words = 0;
        for cell in cells {
            profile.n_rows += 1;
            let value = trimmed(cell);
            if value.is_empty() {
                continue;
            }
            profile.n_filled += 1;
            *profile.values.entry(value).or_default() += 1;
            let words_of_cell = value.split_whitespace().count();
            n_words += words_of_cell;
            profile.n_emails += usize::from(is_email(value));
            profile.n_codes += usize::from(words_of_cell == 1 && !value.contains('@'));
            profile.n_numbers += usize::from(value.replace(',', ".").parse::<f64>().is_ok());
            profile.n_grades += usize::from(value.parse::<u8>().is_ok_and(|grade| grade <= 10));
            profile.n_times += usize::from(is_time(value));
            profile.n_days += usize::from(Written::read(value).is_some());
            profile.n_with_digit += usize::from(value.chars().any(char::is_numeric));
            profile.n_links += usize::from(value.starts_with("http://") || value.starts_with("https://"));
        }
        if profile.n_filled > 0 {
            profile.mean_words = n_words as f64 / profile.n_filled as f64;
        }
        profile
    }

    pub(super) fn n_distinct(&self) -> usize {
        self.values.len()
    }

    /// The part of the filled cells whose value stands in another row too.
    pub(super) fn repeated(&self) -> f64 {
        self.part(self.values.values().filter(|&&n| n > 1).sum())
    }

    fn part(&self, n: usize) -> f64 {
        if self.n_filled == 0 { 0.0 } else { n as f64 / self.n_filled as f64 }
    }

    pub(super) fn mostly_emails(&self) -> bool {
        self.part(self.n_emails) >= 0.5
    }

    pub(super) fn has_email(&self) -> bool {
        self.n_emails > 0
    }

    /// Whether the values are single words or numbers, as ids are, and no e-mail addresses.
    pub(super) fn looks_like_codes(&self) -> bool {
        self.part(self.n_codes) >= 0.9
    }

    /// Whether most values hold a digit, as codes do and names of persons do not.
    pub(super) fn holds_digits(&self) -> bool {
        self.part(self.n_with_digit) >= 0.5
    }

    /// Whether every row has a value and at most a tenth of the values come again.
    pub(super) fn identifies(&self) -> bool {
        self.n_filled == self.n_rows && self.n_distinct() * 10 >= self.n_filled * 9 && self.looks_like_codes()
    }

    pub(super) fn are_numbers(&self) -> bool {
        self.part(self.n_numbers) >= 0.9
    }

    /// Whether every value is an integer from 0 to 10.
    pub(super) fn are_grades(&self) -> bool {
        self.n_filled > 0 && self.n_grades == self.n_filled
    }

    pub(super) fn are_times(&self) -> bool {
        self.part(self.n_times) >= 0.95
    }

    /// Whether most values give a day.
    pub(super) fn mostly_times(&self) -> bool {
        self.part(self.n_days) >= 0.5
    }

    pub(super) fn are_links(&self) -> bool {
        self.part(self.n_links) >= 0.9
    }

    /// Whether there are few different values, most of which come again.
    pub(super) fn few_values(&self) -> bool {
        self.n_distinct() <= self.few() && self.repeated() >= 0.5
    }

    /// How many values are few for this number of rows.
    pub(super) fn few(&self) -> usize {
        (self.n_filled / 10).max(12)
    }

    /// Whether all values say yes, no or the like.
    pub(super) fn are_yes_no(&self, words: &Words) -> bool {
        self.n_filled > 0 && self.values.keys().all(|value| words.yes_no.is(&fold(value)))
    }

    /// The rating that all values are grades of.
    pub(super) fn rating<'w>(&self, words: &'w Words) -> Option<&'w str> {
        const MOST_GRADES: usize = 8;
        if self.n_distinct() > MOST_GRADES {
            return None;
        }
        let values: Vec<String> = self.values.keys().map(|value| fold(value)).collect();
        let graded: Vec<&String> = values.iter().filter(|value| !words.is_neutral(value)).collect();
        let mut ratings = words.ratings().filter(|_| !graded.is_empty());
        ratings.find(|rating| graded.iter().all(|value| words.is_grade(rating, value)))
    }

    /// Whether all values are grades that belong to any rating.
    pub(super) fn are_neutral(&self, words: &Words) -> bool {
        self.n_filled > 0 && self.values.keys().all(|value| words.is_neutral(&fold(value)))
    }

    /// The separator, if the values are lists of options that come again: `;` as Microsoft Forms writes them, one behind
    /// each option, or `, ` as Google Forms does.
    pub(super) fn list_separator(&self) -> Option<&'static str> {
        if self.n_filled == 0 {
            return None;
        }
        if self.values.keys().all(|value| value.ends_with(';')) {
            return Some(";");
        }
        [";", ", "].into_iter().find(|&separator| self.lists_options(separator))
    }

    /// Options come again in different lists; in copies of one text, the parts come again together.
    fn lists_options(&self, separator: &str) -> bool {
        const LONGEST_OPTION: usize = 8;
        let mut options: BTreeMap<&str, usize> = BTreeMap::new();
        let (mut n_lists, mut n_options, mut n_words) = (0, 0, 0);
        for (value, n) in &self.values {
            let parts: BTreeSet<&str> = value.split(separator).map(str::trim).filter(|part| !part.is_empty()).collect();
            n_lists += if parts.len() > 1 { *n } else { 0 };
            n_options += parts.len();
            n_words += parts.iter().map(|part| part.split_whitespace().count()).sum::<usize>();
            for part in parts {
                *options.entry(part).or_default() += 1;
            }
        }
        let n_repeated: usize = options.values().filter(|&&n| n > 1).sum();
        self.part(n_lists) >= 0.3
            && options.len() <= self.few()
            && n_repeated * 10 >= n_options * 8
            && n_words <= n_options * LONGEST_OPTION
    }
}

/// Whether the value is a date, with or without a time of day.
fn is_time(value: &str) -> bool {
    let date_and_time = value.replace(['T', 'Z'], " ");
    let mut words = date_and_time.split_whitespace();
    let Some(date) = words.next() else { return false };
    let numbers: Vec<&str> = date.trim_end_matches(',').split(['-', '/', '.']).collect();
    let is_number = |text: &str, longest: usize| {
        (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let is_date = numbers.len() == 3
        && numbers.iter().all(|number| is_number(number, 4))
        && numbers.iter().filter(|number| number.len() > 2).count() <= 1;
    let is_clock = |word: &str| {
        let clock = word.split(['+', '-']).next().unwrap_or_default();
        clock.split([':', '.']).all(|number| is_number(number, 6)) && clock.contains(':')
            || matches!(word.to_ascii_uppercase().as_str(), "AM" | "PM" | "UTC" | "GMT")
            || word.starts_with(['+', '-'])
    };
    is_date && words.all(is_clock)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile<'t>(cells: &[&'t str]) -> Profile<'t> {
        Profile::of(cells.iter().copied())
    }

    #[test]
    fn times_are_known_in_the_forms_that_exports_use() {
        for time in [
            "2026-03-04",
            "2026-03-04 09:15:22",
            "3/4/26 9:15:22",
            "04/03/2026 09:15",
            "2026-03-04T09:15:22.123Z",
            "4.3.2026",
            "2026-03-04T09:15:22+01:00",
            "3/4/2026 9:15:22 AM",
        ] {
            assert!(is_time(time), "{time}");
        }
        for text in ["12", "1.5", "2026", "3/4", "version 1.2.3", "1.2.3 of the plan", "10-12-14 people"] {
            assert!(!is_time(text), "{text}");
        }
    }

    #[test]
    fn lists_of_options_are_told_from_sentences() {
        assert_eq!(profile(&["Email;Post;", "Post;"]).list_separator(), Some(";"));
        assert_eq!(profile(&["Email;Post", "Post", "Post;Email", "Email"]).list_separator(), Some(";"));
        assert_eq!(profile(&["Email, Post", "Post", "Post, Email", "Email"]).list_separator(), Some(", "));
        let letter = "We object, as we said, to the plan";
        assert_eq!(profile(&[letter, letter, letter, "No"]).list_separator(), None);
        assert_eq!(profile(&["Clear; good", "I like it, but why", "No"]).list_separator(), None);
    }

    #[test]
    fn a_rating_is_known_by_its_grades_alone() {
        let words = Words::load();
        assert_eq!(profile(&["Agree", "Neutral", "Strongly disagree"]).rating(&words), Some("agreement"));
        let familiar = ["Somewhat familiar", "Not familiar", "Very familiar"];
        assert_eq!(profile(&familiar).rating(&words), Some("familiarity"));
        assert_eq!(profile(&["Agree", "Never"]).rating(&words), None);
        assert_eq!(profile(&["Neutral"]).rating(&words), None);
        assert_eq!(profile(&["Agree", "It depends"]).rating(&words), None);
    }

    #[test]
    fn ids_are_single_words_that_fill_every_row_and_hardly_repeat() {
        assert!(profile(&["1", "2", "3"]).identifies());
        assert!(!profile(&["1", "", "3"]).identifies());
        assert!(!profile(&["1", "1", "2"]).identifies());
        assert!(!profile(&["a@b.org", "c@d.org"]).identifies());
        assert!(!profile(&["Ana Lima", "Bo Lund"]).identifies());
    }
}
