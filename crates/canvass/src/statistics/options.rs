//! What the options of a closed question are, in which order they stand, and which of them each respondent chose.
//!
//! The order is, of what applies first: the one the user states; numbers ascending; grades of a rating from the lowest; by
//! count, ties by text.

use super::grades::Words;
use super::scale::{self, Ends};
use super::split::split;
use crate::settings::{Question, QuestionKind};
use serde::Serialize;
use std::collections::BTreeMap;

/// More options than this, none stated, and those that one respondent alone gave are gathered under "Other".
pub(super) const MOST_OPTIONS: usize = 12;
/// What gathers free texts.
const OTHER: &str = "Other";

/// On which half of a rating or a scale an option stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Half {
    /// The lower: disagreement.
    Lower,
    /// Neither.
    Middle,
    /// The upper: agreement.
    Upper,
}

/// One option of a question.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Choice {
    /// As most respondents' cells have it.
    pub(super) label: String,
    /// Its grade: the number on a scale, 1 for the lowest grade of a rating; none if the options have no order of their own.
    pub(super) grade: Option<i32>,
    /// Its half, where that is known.
    pub(super) half: Option<Half>,
}

/// What is chosen from.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Scheme {
    /// The options in their order.
    pub(super) options: Vec<Choice>,
    /// Whether the last of them gathers free texts.
    pub(super) has_other: bool,
    /// The options that say that none applies, by count; ties by text.
    pub(super) not_applicable: Vec<String>,
    /// The ends of a scale of numbers.
    pub(super) ends: Option<Ends>,
    /// Whether the grades are numbers.
    pub(super) is_numeric: bool,
}

/// What a respondent answered.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) enum Answer {
    /// Nothing.
    #[default]
    None,
    /// That none applies: an index into `Scheme::not_applicable`.
    NotApplicable(u16),
    /// Options, ascending, at least one: indices into `Scheme::options`.
    Chosen(Vec<u16>),
}

/// The answers to one column of a question.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Answers {
    /// For each respondent.
    pub(super) of: Vec<Answer>,
    /// What was written under "Other", and by how many; by text.
    pub(super) other_texts: BTreeMap<String, u64>,
}

/// A value: cells that differ in case or white space only are one.
pub(super) fn key(cell: &str) -> String {
    cell.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// What becomes of a value.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Meaning {
    Option(u16),
    NotApplicable(u16),
    Other,
}

/// Reads the cells of a closed question: one list for each of its columns, in it one cell for each respondent, empty if there is
/// none.
///
/// A matrix has one scheme for all its statements.
pub(super) fn read(question: &Question, columns: &[Vec<&str>], words: &Words) -> (Scheme, Vec<Answers>) {
    let cells = || columns.iter().flatten().copied().filter(|cell| !cell.trim().is_empty());
    let parts: BTreeMap<&str, Vec<String>> = if question.kind == QuestionKind::Multiple {
        split(cells(), &question.options)
    } else {
        cells().map(|cell| (cell, vec![cell.to_owned()])).collect()
    };
    let none: &[String] = &[];
    let mut lists = Vec::with_capacity(columns.len());
    for cells in columns {
        lists.push(cells.iter().map(|cell| parts.get(cell).map_or(none, Vec::as_slice)).collect());
    }
    of_lists(question, &lists, words)
}

/// The same, for each column and each respondent the options named.
pub(super) fn of_lists(question: &Question, columns: &[Vec<&[String]>], words: &Words) -> (Scheme, Vec<Answers>) {
    let mut values: BTreeMap<String, Forms> = BTreeMap::new();
    for part in columns.iter().flatten().copied().flatten() {
        let form = part.split_whitespace().collect::<Vec<_>>().join(" ");
        *values.entry(key(part)).or_default().0.entry(form).or_default() += 1;
    }
    let (scheme, meanings) = scheme(question, &values, words);
    let answers = columns.iter().map(|lists| {
        let mut answers = Answers::default();
        for parts in lists {
            answers.of.push(answer(parts, &meanings, &scheme, words, &mut answers.other_texts));
        }
        answers
    });
    let answers = answers.collect();
    (scheme, answers)
}

/// What the parts of a cell say. An option that none applies counts for nothing beside another.
fn answer(
    parts: &[String],
    meanings: &BTreeMap<String, Meaning>,
    scheme: &Scheme,
    words: &Words,
    other_texts: &mut BTreeMap<String, u64>,
) -> Answer {
    let (mut chosen, mut not_applicable) = (Vec::new(), None);
    for part in parts {
        match meanings.get(&key(part)) {
            Some(Meaning::Option(option)) => chosen.push(*option),
            Some(Meaning::NotApplicable(option)) => not_applicable = not_applicable.or(Some(*option)),
            Some(Meaning::Other) => {
                let text = words.other_text(part).unwrap_or_else(|| part.trim());
                if !text.is_empty() {
                    *other_texts.entry(text.to_owned()).or_default() += 1;
                }
                chosen.push(scheme.options.len() as u16 - 1);
            }
            None => {}
        }
    }
    chosen.sort_unstable();
    chosen.dedup();
    match (chosen.is_empty(), not_applicable) {
        (true, Some(option)) => Answer::NotApplicable(option),
        (true, None) => Answer::None,
        (false, _) => Answer::Chosen(chosen),
    }
}

/// The forms of a value, and how many cells have each.
#[derive(Clone, Debug, Default)]
struct Forms(BTreeMap<String, u64>);

impl Forms {
    fn count(&self) -> u64 {
        self.0.values().sum()
    }

    /// The form that most cells have; of equals the first by text.
    fn label(&self) -> String {
        let most = self.0.values().max().copied().unwrap_or_default();
        self.0.iter().find(|(_, n)| **n == most).map_or_else(String::new, |(form, _)| form.clone())
    }
}

fn scheme(question: &Question, values: &BTreeMap<String, Forms>, words: &Words) -> (Scheme, BTreeMap<String, Meaning>) {
    let stated: Vec<String> = question.options.iter().map(|option| key(option)).collect();
    let stated_away: Vec<String> = question.not_applicable.iter().map(|option| key(option)).collect();
    let is_away = |value: &str| {
        !stated.iter().any(|option| option == value)
            && (stated_away.iter().any(|option| option == value)
                || stated_away.is_empty() && words.is_not_applicable(value))
    };
    let (away, rest): (Vec<_>, Vec<_>) = values.iter().partition(|(value, _)| is_away(value));
    let (others, rest): (Vec<_>, Vec<_>) = rest
        .into_iter()
        .partition(|(value, _)| !stated.iter().any(|option| option == *value) && words.other_text(value).is_some());
    let mut meanings: BTreeMap<String, Meaning> =
        others.iter().map(|(value, _)| ((*value).clone(), Meaning::Other)).collect();

    let mut ordered = if stated.is_empty() {
        worked_out(question, &rest, words)
    } else {
        stated_options(question, &stated, &rest, words)
    };
    for (value, _) in &rest {
        // "5" and "5 (very)" are one number.
        let number = ordered.is_numeric.then(|| scale::number(value)).flatten();
        let is_it = |(known, choice): &(String, Choice)| {
            known == *value || number.is_some_and(|number| choice.grade == Some(number))
        };
        let known = ordered.options.iter().position(is_it);
        let meaning = known.map_or(Meaning::Other, |at| Meaning::Option(at as u16));
        ordered.leaves_out |= meaning == Meaning::Other;
        meanings.insert((*value).clone(), meaning);
    }
    let has_other = ordered.leaves_out || !others.is_empty();
    let mut options: Vec<Choice> = ordered.options.into_iter().map(|(_, choice)| choice).collect();
    if has_other {
        options.push(Choice { label: OTHER.to_owned(), grade: None, half: None });
    }
    let mut away: Vec<(&String, u64, String)> =
        away.into_iter().map(|(value, forms)| (value, forms.count(), forms.label())).collect();
    away.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    for (at, (value, ..)) in away.iter().enumerate() {
        meanings.insert((*value).clone(), Meaning::NotApplicable(at as u16));
    }
    let not_applicable = away.into_iter().map(|(.., label)| label).collect();
    let Ordered { ends, is_numeric, .. } = ordered;
    (Scheme { options, has_other, not_applicable, ends, is_numeric }, meanings)
}

/// Options in their order, each with its key.
#[derive(Default)]
struct Ordered {
    options: Vec<(String, Choice)>,
    ends: Option<Ends>,
    is_numeric: bool,
    /// Whether values are no option of these.
    leaves_out: bool,
}

type Values<'v> = [(&'v String, &'v Forms)];

/// The options as the user states them. They have grades if they are a rating, or belong to a matrix or a scale.
fn stated_options(question: &Question, stated: &[String], values: &Values<'_>, words: &Words) -> Ordered {
    let numbers: Option<Vec<i32>> = stated.iter().map(|option| scale::number(option)).collect();
    if let Some(numbers) = numbers.filter(|_| question.kind != QuestionKind::Multiple) {
        let known: Vec<(&String, String)> = stated.iter().zip(question.options.iter().cloned()).collect();
        let options = known.into_iter().zip(&numbers).map(|((value, label), number)| {
            let choice = Choice { label, grade: Some(*number), half: None };
            (value.clone(), choice)
        });
        let ends = Ends::of(&question.text, &numbers, true);
        return halves(Ordered { options: options.collect(), ends, is_numeric: true, leaves_out: false });
    }
    let scores = words.rating(&question.options.iter().map(String::as_str).collect::<Vec<_>>());
    let graded = question.kind != QuestionKind::Multiple
        && (scores.as_ref().is_some_and(|scores| scores.is_graded)
            || matches!(question.kind, QuestionKind::Matrix | QuestionKind::Scale));
    let label = |value: &str, stated: &str| {
        let found = values.iter().find(|(known, _)| *known == value);
        found.map_or_else(|| stated.to_owned(), |(_, forms)| forms.label())
    };
    let options = (1..).zip(stated.iter().zip(&question.options)).enumerate().map(|(at, (grade, (value, option)))| {
        let half = scores.as_ref().map(|scores| half(scores.scores[at]));
        let grade = graded.then_some(grade);
        let half = half.filter(|_| question.kind != QuestionKind::Multiple);
        (value.clone(), Choice { label: label(value, option), grade, half })
    });
    Ordered { options: options.collect(), ..Ordered::default() }
}

fn worked_out(question: &Question, values: &Values<'_>, words: &Words) -> Ordered {
    if question.kind == QuestionKind::Scale {
        return numbers(question, values);
    }
    if question.kind != QuestionKind::Multiple
        && let Some(ordered) = rating(values, words)
    {
        return ordered;
    }
    let mut options: Vec<(&String, u64, String)> =
        values.iter().map(|(value, forms)| (*value, forms.count(), forms.label())).collect();
    options.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    if options.len() > MOST_OPTIONS {
        options.retain(|(_, n, _)| *n > 1);
    }
    let choice = |label| Choice { label, grade: None, half: None };
    let options = options.into_iter().map(|(value, _, label)| (value.clone(), choice(label))).collect();
    Ordered { options, ..Ordered::default() }
}

/// Numbers ascending, those between the ends that nobody chose included.
fn numbers(question: &Question, values: &Values<'_>) -> Ordered {
    let mut by_number: BTreeMap<i32, Vec<&(&String, &Forms)>> = BTreeMap::new();
    for entry in values {
        if let Some(number) = scale::number(entry.0) {
            by_number.entry(number).or_default().push(entry);
        }
    }
    let found: Vec<i32> = by_number.keys().copied().collect();
    let ends = Ends::of(&question.text, &found, false);
    if let Some(ends) = &ends {
        for number in ends.low..=ends.high {
            by_number.entry(number).or_default();
        }
    }
    // Cells such as "5" and "5 (very)" are one number; the first by text stands for it.
    let mut options = Vec::new();
    for (number, entries) in by_number {
        let (value, label) = entries
            .first()
            .map_or_else(|| (number.to_string(), number.to_string()), |entry| (entry.0.clone(), entry.1.label()));
        options.push((value, Choice { label, grade: Some(number), half: None }));
    }
    halves(Ordered { options, ends, is_numeric: true, leaves_out: false })
}

/// On a scale whose ends are known, what is above the middle is the upper half.
fn halves(mut ordered: Ordered) -> Ordered {
    if let Some(Ends { low, high, is_stated: true, .. }) = ordered.ends {
        for (_, choice) in &mut ordered.options {
            choice.half = choice.grade.map(|grade| match (2 * grade).cmp(&(low + high)) {
                std::cmp::Ordering::Less => Half::Lower,
                std::cmp::Ordering::Equal => Half::Middle,
                std::cmp::Ordering::Greater => Half::Upper,
            });
        }
    }
    ordered
}

/// Grades of one rating, the lowest first; "yes" before "no". A few values may be none: they are free texts.
fn rating(values: &Values<'_>, words: &Words) -> Option<Ordered> {
    let total: u64 = values.iter().map(|(_, forms)| forms.count()).sum();
    let scores = |values: &[&(&String, &Forms)]| {
        words.rating(&values.iter().map(|(value, _)| value.as_str()).collect::<Vec<_>>())
    };
    let all: Vec<&(&String, &Forms)> = values.iter().collect();
    let (graded, scores) = if let Some(scores) = scores(&all) {
        (all, scores)
    } else {
        // At most a fifth of the answers, each given once.
        let some: Vec<_> = values.iter().filter(|(_, forms)| forms.count() > 1).collect();
        let n: u64 = some.iter().map(|(_, forms)| forms.count()).sum();
        let scores = scores(&some).filter(|scores| scores.scores.len() > 1 && n * 5 >= total * 4)?;
        (some, scores)
    };
    let mut options: Vec<(i8, &String, String)> =
        graded.iter().zip(&scores.scores).map(|((value, forms), score)| (*score, *value, forms.label())).collect();
    options.sort_unstable();
    if !scores.is_graded {
        options.reverse();
    }
    let options = (1..).zip(options).map(|(grade, (score, value, label))| {
        (value.clone(), Choice { label, grade: scores.is_graded.then_some(grade), half: Some(half(score)) })
    });
    Some(Ordered { options: options.collect(), ..Ordered::default() })
}

/// "Slightly familiar" is not yet on the upper half.
fn half(score: i8) -> Half {
    match score {
        ..0 => Half::Lower,
        0 | 1 => Half::Middle,
        2.. => Half::Upper,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::question;
    use super::*;

    fn labels(question: &Question, cells: &[&str]) -> (Vec<String>, Vec<String>, BTreeMap<String, u64>) {
        let (scheme, answers) = read(question, &[cells.to_vec()], &Words::load());
        let labels = scheme.options.iter().map(|option| option.label.clone()).collect();
        (labels, scheme.not_applicable, answers[0].other_texts.clone())
    }

    #[test]
    fn options_without_an_order_of_their_own_stand_by_count_and_text() {
        let single = question("q1", QuestionKind::Single, "Which?");
        let cells = ["Andes", "alps", "Alps", "Alps ", "Tatra", "Andes", "N/A", ""];
        assert_eq!(labels(&single, &cells).0, ["Alps", "Andes", "Tatra"]);
        assert_eq!(labels(&single, &cells).1, ["N/A"]);
    }

    #[test]
    fn free_texts_are_gathered_under_other() {
        let single = question("q1", QuestionKind::Single, "How?");
        let (options, _, texts) = labels(&single, &["By bus", "Other: by boat", "By bus", "Other", "other (on foot)"]);
        assert_eq!(options, ["By bus", "Other"]);
        assert_eq!(texts.into_iter().collect::<Vec<_>>(), [("by boat".into(), 1), ("on foot".into(), 1)]);
        let rating = ["Agree", "Agree", "Agree", "Disagree", "Disagree", "Disagree", "Agree", "Disagree", "It depends"];
        let (options, _, texts) = labels(&single, &rating);
        assert_eq!((options, texts.len()), (vec!["Disagree".into(), "Agree".into(), "Other".into()], 1));
        // Of many options those that one respondent gave are texts.
        let many: Vec<String> = (0..30).map(|n| format!("place {}", n / 2 + 10)).chain(["my garden".into()]).collect();
        let (options, _, texts) = labels(&single, &many.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!((options.len(), texts.len()), (16, 1));
    }

    #[test]
    fn a_scale_has_every_number_between_its_ends() {
        let scale = question("q1", QuestionKind::Scale, "How clear? (1 = not at all, 5 = very)");
        let (scheme, _) = read(&scale, &[vec!["2", "4", "4"]], &Words::load());
        let grades: Vec<_> = scheme.options.iter().map(|option| (option.grade, option.half)).collect();
        let half = |half| Some(half);
        assert_eq!(
            grades,
            [
                (Some(1), half(Half::Lower)),
                (Some(2), half(Half::Lower)),
                (Some(3), half(Half::Middle)),
                (Some(4), half(Half::Upper)),
                (Some(5), half(Half::Upper))
            ]
        );
        let unknown = question("q1", QuestionKind::Scale, "How clear?");
        let (scheme, _) = read(&unknown, &[vec!["2", "4", "4"]], &Words::load());
        assert_eq!(scheme.options.iter().map(|option| option.half).collect::<Vec<_>>(), [None; 3]);
    }

    #[test]
    fn what_the_user_states_goes_before_what_is_worked_out() {
        let mut single = question("q1", QuestionKind::Single, "How sure?");
        single.options = vec!["Low".into(), "Middling".into(), "High".into()];
        single.not_applicable = vec!["No idea".into()];
        let (options, away, texts) = labels(&single, &["high", "Low", "no idea", "Don't know", "high"]);
        assert_eq!(options, ["Low", "Middling", "high", "Other"]);
        assert_eq!((away, texts.len()), (vec!["no idea".to_owned()], 1));
    }

    #[test]
    fn an_option_that_none_applies_counts_for_nothing_beside_another() {
        let multiple = question("q1", QuestionKind::Multiple, "Which?");
        let (_, answers) = read(&multiple, &[vec!["Post;N/A;", "N/A;", "Post;Post;", ""]], &Words::load());
        let chosen = Answer::Chosen(vec![0]);
        assert_eq!(answers[0].of, [chosen.clone(), Answer::NotApplicable(0), chosen, Answer::None]);
    }
}
