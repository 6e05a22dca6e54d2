//! A multiple choice that is spread over neighbouring columns: one for each option, marked where it was chosen.
//!
//! Exports write the option itself (SurveyMonkey, Qualtrics), a number or a word such as "Yes" or "Checked" (LimeSurvey, REDCap), and
//! leave what was not chosen blank or write "0" or "No".

use super::column::Use;
use super::matrix::Candidate;
use super::words::{Words, fold};
use crate::settings::QuestionKind;

/// What says that an option was chosen, folded.
const CHOSEN: [&str; 16] = [
    "1",
    "x",
    "y",
    "yes",
    "true",
    "checked",
    "selected",
    "ticked",
    "quoted",
    "oui",
    "vrai",
    "sí",
    "si",
    "verdadero",
    "да",
    "是",
];
/// What says that it was not.
const NOT_CHOSEN: [&str; 16] = [
    "0",
    "n",
    "no",
    "false",
    "unchecked",
    "not checked",
    "not selected",
    "unticked",
    "not quoted",
    "non",
    "faux",
    "falso",
    "none",
    "нет",
    "否",
    "لا",
];
/// Signs that fold to nothing.
const TICKS: [&str; 5] = ["✓", "✔", "☑", "☒", "✗"];
/// What parts the wording from the option, beside brackets.
const SEPARATORS: [&str; 4] = [" - ", " – ", ": ", " / "];

/// What a cell of an option says.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Mark {
    Chosen,
    NotChosen,
}

/// Whether the cell, not blank, chooses the option. What is none of the usual marks does.
pub(crate) fn mark(cell: &str) -> Mark {
    if NOT_CHOSEN.contains(&fold(cell).as_str()) { Mark::NotChosen } else { Mark::Chosen }
}

/// The option that a header names behind the wording.
pub(crate) fn option<'n>(name: &'n str, wording: &str) -> &'n str {
    let rest = name.strip_prefix(wording).unwrap_or(name).trim();
    let bare = rest.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let bare = bare.unwrap_or_else(|| rest.trim_start_matches(['-', '–', ':', '/']));
    bare.trim()
}

/// The wording that the headers of an option's column and of the next share.
pub(crate) fn shared_wording<'n>(first: &'n str, second: &str) -> Option<&'n str> {
    let bracket = |name: &'n str| Some(name.strip_suffix(']')?.rsplit_once('[')?.0);
    if let Some(wording) = bracket(first).filter(|wording| !wording.trim().is_empty()) {
        let is_same = second.ends_with(']') && second.strip_prefix(wording).is_some_and(|rest| rest.starts_with('['));
        return is_same.then_some(wording);
    }
    let ends = SEPARATORS.iter().flat_map(|separator| {
        first.match_indices(separator).map(|(start, found)| start + found.len()).collect::<Vec<_>>()
    });
    // The longest, so that "Which? - Selected Choice - Van" is option "Van".
    let mut ends: Vec<usize> = ends.filter(|end| second.starts_with(&first[..*end])).collect();
    ends.sort_unstable();
    ends.pop().map(|end| &first[..end]).filter(|wording| wording.len() < first.len() && wording.len() < second.len())
}

/// The number of columns, from the first on, that hold one option each of one question; 1: the first stands alone.
pub(super) fn run(columns: &[Candidate<'_>], words: &Words) -> usize {
    let [first, second, ..] = columns else { return 1 };
    let Some(wording) = shared_wording(first.name, second.name) else { return 1 };
    let is_of_it = |column: &&Candidate<'_>| {
        let may_be = matches!(column.used_as, Use::Question(_) | Use::Ignored | Use::Attribute);
        column.name.starts_with(wording) && column.name.len() > wording.len() && may_be
    };
    let length = columns.iter().take_while(is_of_it).take_while(|column| is_marked(column, wording)).count();
    let marked = &columns[..length];
    // Nothing but one number or "yes" in every row of every column may as well be the answers to statements.
    let is_told = marked.iter().any(|column| {
        let values = || column.profile.values.keys();
        column.profile.n_filled < column.profile.n_rows && column.profile.n_filled > 0
            || values().any(|value| mark(value) == Mark::NotChosen || is_option(value, column.name, wording))
    });
    let is_choice = words.selects.within(&fold(wording)) || !are_answers(marked);
    if length > 1 && is_told && is_choice { length } else { 1 }
}

/// Whether most columns are answered with "yes" or "no", and nowhere blank: statements rather than options, unless the wording asks to
/// choose.
fn are_answers(columns: &[Candidate<'_>]) -> bool {
    let is_answered = |column: &&Candidate<'_>| {
        let words = ["yes", "no", "oui", "non", "sí", "si"];
        column.profile.n_filled == column.profile.n_rows
            && column.profile.values.keys().all(|value| words.contains(&fold(value).as_str()))
            && column.used_as == Use::Question(QuestionKind::Single)
    };
    columns.iter().filter(is_answered).count() * 2 > columns.len()
}

fn is_option(value: &str, name: &str, wording: &str) -> bool {
    fold(value) == fold(option(name, wording)) && !fold(value).is_empty()
}

/// Whether every value says that the option was chosen or not.
fn is_marked(column: &Candidate<'_>, wording: &str) -> bool {
    let mut numbers = 0;
    column.profile.values.keys().all(|value| {
        let folded = fold(value);
        // One number, the same in each row: the code of the option.
        let is_code = folded != "0" && folded.parse::<u8>().is_ok() && {
            numbers += 1;
            numbers == 1
        };
        is_code
            || CHOSEN.contains(&folded.as_str())
            || NOT_CHOSEN.contains(&folded.as_str())
            || TICKS.contains(value)
            || is_option(value, column.name, wording)
    })
}

#[cfg(test)]
mod tests {
    use super::super::profile::Profile;
    use super::*;

    fn run_of(columns: &[(&str, &[&str])]) -> usize {
        let profiles: Vec<_> = columns.iter().map(|(_, cells)| Profile::of(cells.iter().copied())).collect();
        let candidates: Vec<_> = columns
            .iter()
            .zip(&profiles)
            .map(|((name, _), profile)| Candidate { name, used_as: Use::Question(QuestionKind::Single), profile })
            .collect();
        run(&candidates, &Words::load())
    }

    #[test]
    fn options_of_one_question_are_marked_in_columns_of_their_own() {
        let columns: [(&str, &[&str]); 4] = [
            ("Which? [Van]", &["Van", ""]),
            ("Which? [Desk]", &["Desk", "Desk"]),
            ("Which? [None]", &["", ""]),
            ("Which? [Other]", &["a boat", ""]),
        ];
        assert_eq!(run_of(&columns), 3);
        let columns: [(&str, &[&str]); 3] =
            [("Which? - Van", &["1", "0"]), ("Which? - Desk", &["0", "0"]), ("Why?", &["", "1"])];
        assert_eq!(run_of(&columns), 2);
        let columns: [(&str, &[&str]); 2] = [("Which?: Van", &["✓", ""]), ("Which?: Desk", &["", "✓"])];
        assert_eq!(run_of(&columns), 2);
        let columns: [(&str, &[&str]); 2] = [("Which? [Van]", &["4", ""]), ("Which? [Desk]", &["", "5"])];
        assert_eq!(run_of(&columns), 2);
    }

    #[test]
    fn statements_are_no_options() {
        let columns: [(&str, &[&str]); 2] = [("Rate [Aims]", &["5", "4"]), ("Rate [Cost]", &["5", ""])];
        assert_eq!(run_of(&columns), 1);
        let columns: [(&str, &[&str]); 2] = [("Rate [Aims]", &["5", "5"]), ("Rate [Cost]", &["5", "5"])];
        assert_eq!(run_of(&columns), 1);
        let columns: [(&str, &[&str]); 2] = [("Is it [Clear]", &["Yes", "No"]), ("Is it [Short]", &["Yes", "No"])];
        assert_eq!(run_of(&columns), 1);
        let columns: [(&str, &[&str]); 2] = [("Which? [Van]", &["Yes", "No"]), ("Which? [Desk]", &["Yes", "No"])];
        assert_eq!(run_of(&columns), 2);
        assert_eq!(run_of(&[("Van", &["x", ""]), ("Desk", &["", "x"])]), 1);
    }

    #[test]
    fn the_wording_ends_where_the_options_begin() {
        assert_eq!(shared_wording("A - b - Van", "A - b - Desk"), Some("A - b - "));
        assert_eq!(shared_wording("A [Van]", "B [Desk]"), None);
        assert_eq!(option("Which? [Van]", "Which? "), "Van");
        assert_eq!(option("A - b - Van", "A - b - "), "Van");
    }
}
