//! Which neighbouring columns are statements of one matrix.

use super::column::Use;
use super::profile::Profile;
use super::words::{Words, fold};
use crate::settings::QuestionKind;
use std::collections::BTreeSet;

/// More options than this are no rating.
const MOST_OPTIONS: usize = 8;
/// Stands for a rating whose name the grades leave open.
const NEUTRAL: &str = "neutral";
/// In words, on average.
const LONGEST_OPTION: f64 = 5.0;

/// A column as far as it matters here.
pub(super) struct Candidate<'p> {
    pub(super) name: &'p str,
    pub(super) used_as: Use,
    pub(super) profile: &'p Profile<'p>,
}

/// The length of the longest run of columns, from the first on, that are answered on one scale; 1: the first stands alone.
///
/// That is so if the headers share all but an ending in brackets, as Google Forms writes them, or if the values are grades
/// of one rating, or if three to eight short options stand under headers that are no questions.
pub(super) fn run(columns: &[Candidate<'_>], words: &Words) -> usize {
    let Some(first) = columns.first().filter(|column| is_closed(column)) else { return 1 };
    let rest = || columns.iter().take_while(|column| is_closed(column)).enumerate().skip(1);
    if let Some(stem) = bracket_stem(first.name) {
        let others = rest().take_while(|(_, column)| bracket_stem(column.name) == Some(stem)).count();
        return others + 1;
    }
    let mut rating = grades(first, words);
    let mut options = options(first);
    let mut length = 1;
    for (column_idx, column) in rest() {
        let own = self::options(column);
        let all: BTreeSet<String> = options.union(&own).cloned().collect();
        let n_shared = options.intersection(&own).count();
        let own_rating = grades(column, words);
        let is_question = first.name.contains('?') || column.name.contains('?');
        let fits_any = own_rating == Some(NEUTRAL) || (rating == Some(NEUTRAL) && own_rating.is_some());
        let of_one_rating = rating.is_some() && (own_rating == rating || (fits_any && !is_question));
        let of_few_options = n_shared >= 2
            && n_shared * 2 >= own.len().min(options.len())
            && all.len() >= 3
            && column.profile.mean_words <= LONGEST_OPTION;
        let fits = all.len() <= MOST_OPTIONS && (of_one_rating || (of_few_options && !is_question));
        if !fits || column.used_as != Use::Question(QuestionKind::Single) {
            break;
        }
        if of_one_rating && rating == Some(NEUTRAL) {
            rating = own_rating;
        }
        options = all;
        length = column_idx + 1;
    }
    if first.used_as == Use::Question(QuestionKind::Single) { length } else { 1 }
}

/// The wording of a question of several columns: what its headers share, else all of them.
pub(super) fn text(names: &[String]) -> String {
    const SHORTEST_SHARED_WORDS: usize = 3;
    let first = names.first().map_or("", String::as_str);
    if let Some(stem) = bracket_stem(first).filter(|stem| names.iter().all(|name| bracket_stem(name) == Some(stem))) {
        return stem.to_owned();
    }
    let shared = names.iter().fold(first.len(), |len, name| {
        let same = first.bytes().zip(name.bytes()).take_while(|(a, b)| a == b).count();
        len.min(same)
    });
    let shared = (0..=shared).rev().find_map(|len| first.get(..len)).unwrap_or_default();
    let ends = [": ", " - ", " – ", "? "].into_iter().filter_map(|mark| Some(shared.rfind(mark)? + mark.len())).max();
    let stem = ends.and_then(|end| shared.get(..end)).unwrap_or_default();
    let stem = stem.trim_end_matches([' ', ':', '-', '–']);
    // Qualtrics tells by it the options from the text beside "other".
    let stem = stem.strip_suffix("- Selected Choice").unwrap_or(stem).trim_end();
    if stem.split_whitespace().count() >= SHORTEST_SHARED_WORDS {
        return stem.to_owned();
    }
    format!("Statements: {}", names.join("; "))
}

fn is_closed(column: &Candidate<'_>) -> bool {
    matches!(column.used_as, Use::Question(kind) if kind != QuestionKind::Open)
}

/// The rating the values are grades of; [`NEUTRAL`] if they fit any.
fn grades<'w>(column: &Candidate<'_>, words: &'w Words) -> Option<&'w str> {
    column.profile.rating(words).or_else(|| column.profile.are_neutral(words).then_some(NEUTRAL))
}

/// `How clear are they? [The aims]` without the part in brackets.
fn bracket_stem(name: &str) -> Option<&str> {
    let (stem, _) = name.strip_suffix(']')?.rsplit_once('[')?;
    Some(stem.trim_end()).filter(|stem| !stem.is_empty())
}

/// The options of a column in a form to compare, up to one more than a rating has.
fn options(column: &Candidate<'_>) -> BTreeSet<String> {
    column.profile.values.keys().take(MOST_OPTIONS + 1).map(|value| fold(value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run_of(columns: &[(&str, &[&str])]) -> usize {
        let words = Words::load();
        let profiles: Vec<_> = columns.iter().map(|(_, cells)| Profile::of(cells.iter().copied())).collect();
        let candidates: Vec<_> = columns
            .iter()
            .zip(&profiles)
            .map(|((name, _), profile)| {
                let kind = if profile.are_grades() { QuestionKind::Scale } else { QuestionKind::Single };
                Candidate { name, used_as: Use::Question(kind), profile }
            })
            .collect();
        run(&candidates, &words)
    }

    #[test]
    fn grades_of_one_rating_form_a_matrix_though_few_rows_share_them() {
        let columns: [(&str, &[&str]); 4] = [
            ("The aims are clear", &["Agree", "Neutral"]),
            ("The budget is realistic", &["Not applicable", ""]),
            ("How often do you meet?", &["Never", "Often"]),
            ("The plan is fair", &["Agree"]),
        ];
        assert_eq!((run_of(&columns), run_of(&columns[1..])), (2, 1));
    }

    #[test]
    fn questions_that_share_yes_and_no_stay_apart() {
        let columns: [(&str, &[&str]); 2] =
            [("Did you read it?", &["Yes", "No"]), ("Did you like it?", &["No", "Yes"])];
        assert_eq!(run_of(&columns), 1);
    }

    #[test]
    fn brackets_or_shared_options_form_a_matrix() {
        let columns: [(&str, &[&str]); 3] =
            [("Rate each [Aims]", &["1", "2"]), ("Rate each [Cost]", &["2", "3"]), ("Rate it", &["1", "2"])];
        assert_eq!(run_of(&columns), 2);
        let columns: [(&str, &[&str]); 2] = [("Aims", &["High", "Low", "None"]), ("Cost", &["High", "Low", "Low"])];
        assert_eq!(run_of(&columns), 2);
    }

    #[test]
    fn the_wording_of_a_matrix_is_what_its_headers_share() {
        let text = |names: &[&str]| text(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        assert_eq!(text(&["How clear are they? [Aims]", "How clear are they? [Cost]"]), "How clear are they?");
        assert_eq!(text(&["How clear is it: the aim", "How clear is it: the cost"]), "How clear is it");
        assert_eq!(
            text(&["The aims are clear", "The aims are new"]),
            "Statements: The aims are clear; The aims are new"
        );
        assert_eq!(text(&["été: a", "étè: b"]), "Statements: été: a; étè: b");
    }
}
