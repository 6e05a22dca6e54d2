//! Closed questions: how many chose what, on a base that is said.
//!
//! The base of a question is the respondents who answered it; those who chose that none applies stand apart, and so do those
//! who did not answer: the three add up to all respondents. Shares are of the base, to a tenth of a per cent, computed in integers;
//! rounded as they are, they need not sum to 100, and those of a multiple choice do not.

use super::options::{Answer, Answers, Half, Scheme};
use super::share::{Mean, Percent};
use crate::settings::{Question, QuestionKind};
use serde::Serialize;
use std::cmp::Ordering;

/// What was answered to a closed question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClosedQuestion {
    /// The question's id.
    pub id: String,
    /// Its wording.
    pub text: String,
    /// Single choice, multiple choice, scale or matrix.
    pub kind: QuestionKind,
    /// What the answers say, in English sentences made of the counts; none where nothing sensible can be said.
    pub sentences: Vec<String>,
    /// The ends of a scale of numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<ScaleEnds>,
    /// One, or the statements of a matrix: ordered by the share of the upper half, then by median, then as they stand in the form.
    pub items: Vec<ClosedItem>,
}

/// The ends of a scale of numbers.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ScaleEnds {
    /// The lowest number.
    pub low: i32,
    /// The highest.
    pub high: i32,
    /// What the wording calls the lowest.
    pub low_label: Option<String>,
    /// What it calls the highest.
    pub high_label: Option<String>,
    /// Whether the wording or the user says so; if not, these are the least and the greatest number answered.
    pub is_stated: bool,
}

/// What was answered in one column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClosedItem {
    /// The statement, in a matrix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// The respondents who answered.
    pub base: u64,
    /// Those who chose that none applies.
    pub n_not_applicable: u64,
    /// Those who did not answer.
    pub n_no_answer: u64,
    /// The options in their order, the lowest grade first.
    pub options: Vec<OptionCount>,
    /// The options that say that none applies.
    pub not_applicable: Vec<AwayCount>,
    /// What was written under "Other", by count, then by text.
    pub other_texts: Vec<AwayCount>,
    /// Those of the base who chose a grade.
    pub n_graded: u64,
    /// The median of the grades: the one in the middle; of an even number of respondents the two in the middle, the lower first,
    /// if they differ. None where the options have no order of their own.
    pub median: Vec<String>,
    /// The mean of a scale of at least three numbers.
    pub mean: Option<Mean>,
    /// Those who chose a grade of the upper half, where it is known which these are.
    pub upper: Option<HalfCount>,
    /// Those who chose one of the lower half.
    pub lower: Option<HalfCount>,
}

/// How many chose an option.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OptionCount {
    /// The option.
    pub option: String,
    /// Its number on a scale, 1 for the lowest grade of a rating.
    pub grade: Option<i32>,
    /// Its half, where that is known.
    pub half: Option<Half>,
    /// The respondents.
    pub n: u64,
    /// `n` / base, in per cent.
    pub percent: Option<Percent>,
}

/// How many chose or wrote something that is not in the base, or is a text under "Other".
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct AwayCount {
    /// What.
    pub text: String,
    /// The respondents.
    pub n: u64,
}

/// How many chose a half of the grades.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct HalfCount {
    /// The respondents.
    pub n: u64,
    /// `n` / base, in per cent.
    pub percent: Option<Percent>,
}

/// Counts the answers to a question.
pub(super) fn count(question: &Question, scheme: &Scheme, answers: &[Answers]) -> ClosedQuestion {
    let statement = |column: usize| {
        let header = question.columns.get(column).filter(|_| question.kind == QuestionKind::Matrix)?;
        Some(statement(header, &question.text))
    };
    let items = answers.iter().enumerate();
    let mut items: Vec<ClosedItem> =
        items.map(|(column, answers)| item(question.kind, scheme, answers, statement(column))).collect();
    // Stable: what is alike stays as it stands in the form.
    items.sort_by(by_agreement);
    let scale = scheme.ends.as_ref().map(|ends| ScaleEnds {
        low: ends.low,
        high: ends.high,
        low_label: ends.labels.as_ref().map(|(low, _)| low.clone()),
        high_label: ends.labels.as_ref().map(|(_, high)| high.clone()),
        is_stated: ends.is_stated,
    });
    let (id, text, kind) = (question.id.clone(), question.text.clone(), question.kind);
    let mut counted = ClosedQuestion { id, text, kind, sentences: Vec::new(), scale, items };
    counted.sentences = super::sentence::sentences(&counted);
    counted
}

/// The statement that a column of a matrix is about: its header without what all of them share.
pub(super) fn statement(header: &str, wording: &str) -> String {
    if let Some((stem, statement)) = header.strip_suffix(']').and_then(|header| header.rsplit_once('['))
        && !stem.trim().is_empty()
    {
        return statement.trim().to_owned();
    }
    let is_mark = |c: char| c.is_whitespace() || ":-–—?.".contains(c);
    let rest = header.strip_prefix(wording).map(|rest| rest.trim_start_matches(is_mark));
    rest.filter(|rest| !rest.is_empty()).unwrap_or(header).to_owned()
}

fn item(kind: QuestionKind, scheme: &Scheme, answers: &Answers, statement: Option<String>) -> ClosedItem {
    let mut counts = vec![0_u64; scheme.options.len()];
    let mut away = vec![0_u64; scheme.not_applicable.len()];
    let (mut base, mut n_no_answer) = (0, 0);
    for answer in &answers.of {
        match answer {
            Answer::None => n_no_answer += 1,
            Answer::NotApplicable(option) => away[*option as usize] += 1,
            Answer::Chosen(options) => {
                base += 1;
                for option in options {
                    counts[*option as usize] += 1;
                }
            }
        }
    }
    let options: Vec<OptionCount> = (scheme.options.iter().zip(counts))
        .map(|(choice, n)| OptionCount {
            option: choice.label.clone(),
            grade: choice.grade,
            half: choice.half,
            n,
            percent: Percent::new(n, base),
        })
        .collect();
    let mut other_texts: Vec<AwayCount> =
        answers.other_texts.iter().map(|(text, n)| AwayCount { text: text.clone(), n: *n }).collect();
    other_texts.sort_by(|a, b| b.n.cmp(&a.n).then_with(|| a.text.cmp(&b.text)));
    let graded = kind != QuestionKind::Multiple && options.iter().any(|option| option.grade.is_some());
    let of_half = |half: Half| {
        let n = options.iter().filter(|option| option.half == Some(half)).map(|option| option.n).sum();
        options.iter().any(|option| option.half.is_some()).then(|| HalfCount { n, percent: Percent::new(n, base) })
    };
    ClosedItem {
        statement,
        base,
        n_not_applicable: away.iter().sum(),
        n_no_answer,
        n_graded: if graded { options.iter().filter(|o| o.grade.is_some()).map(|o| o.n).sum() } else { 0 },
        median: if graded { median(&options) } else { Vec::new() },
        mean: mean(scheme, &options),
        upper: of_half(Half::Upper),
        lower: of_half(Half::Lower),
        not_applicable: (scheme.not_applicable.iter().zip(away))
            .filter(|(_, n)| *n > 0)
            .map(|(text, n)| AwayCount { text: text.clone(), n })
            .collect(),
        options,
        other_texts,
    }
}

/// The grade in the middle, or the two.
fn median(options: &[OptionCount]) -> Vec<String> {
    let graded = || options.iter().filter(|option| option.grade.is_some());
    let n: u64 = graded().map(|option| option.n).sum();
    // The option of the respondent at this place, from 1.
    let at = |place: u64| {
        let mut before = 0;
        graded().find(|option| {
            before += option.n;
            before >= place
        })
    };
    let (low, high) = (at(n.div_ceil(2)), at(n / 2 + 1));
    match (low, high) {
        (Some(low), Some(high)) if n > 0 && low != high => vec![low.option.clone(), high.option.clone()],
        (Some(low), _) if n > 0 => vec![low.option.clone()],
        _ => Vec::new(),
    }
}

/// The mean of a scale of numbers; two numbers are no scale.
fn mean(scheme: &Scheme, options: &[OptionCount]) -> Option<Mean> {
    const FEWEST: usize = 3;
    let graded = || options.iter().filter_map(|option| Some((i64::from(option.grade?), option.n)));
    if !scheme.is_numeric || graded().count() < FEWEST {
        return None;
    }
    Mean::new(graded().map(|(grade, n)| grade * n.cast_signed()).sum(), graded().map(|(_, n)| n).sum())
}

/// By the share of the upper half, the largest first, then by the median.
fn by_agreement(a: &ClosedItem, b: &ClosedItem) -> Ordering {
    let share = |item: &ClosedItem| item.upper.map_or((0, 1), |upper| (upper.n, item.base.max(1)));
    let ((n_a, base_a), (n_b, base_b)) = (share(a), share(b));
    let shares = (u128::from(n_b) * u128::from(base_a)).cmp(&(u128::from(n_a) * u128::from(base_b)));
    let middle = |item: &ClosedItem| {
        let grade = |label: &String| item.options.iter().find(|option| option.option == *label)?.grade;
        item.median.iter().filter_map(grade).sum::<i32>() * if item.median.len() == 1 { 2 } else { 1 }
    };
    shares.then(middle(b).cmp(&middle(a)))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::question;
    use super::super::grades::Words;
    use super::super::options;
    use super::*;

    fn counted(question: &Question, columns: &[Vec<&str>]) -> ClosedQuestion {
        let (scheme, answers) = options::read(question, columns, &Words::load());
        count(question, &scheme, &answers)
    }

    fn options_of(item: &ClosedItem) -> Vec<(&str, u64, String)> {
        let percent = |option: &OptionCount| option.percent.map_or_else(String::new, |percent| percent.to_string());
        item.options.iter().map(|option| (option.option.as_str(), option.n, percent(option))).collect()
    }

    #[test]
    fn a_single_choice_adds_up_to_all_respondents() {
        let question = question("q1", QuestionKind::Single, "Do you agree?");
        let cells = vec!["Yes", "No", "yes", "", "Don't know", "Yes", "In part"];
        let counted = counted(&question, &[cells]);
        let item = &counted.items[0];
        assert_eq!((item.base, item.n_not_applicable, item.n_no_answer), (5, 1, 1));
        let expected = [("Yes", 3, "60.0".into()), ("In part", 1, "20.0".into()), ("No", 1, "20.0".into())];
        assert_eq!(options_of(item), expected);
        assert!(item.median.is_empty(), "\"in part\" is no grade");
        assert_eq!((item.mean, item.upper.unwrap().n, item.lower.unwrap().n), (None, 3, 1));
    }

    #[test]
    fn a_scale_has_distribution_median_and_mean() {
        let question = question("q1", QuestionKind::Scale, "How clear? (1 to 5)");
        let counted = counted(&question, &[vec!["1", "3", "4", "5", "n/a", "4.5"]]);
        let item = &counted.items[0];
        // 4.5 is no grade: it stands under "Other", in the base.
        assert_eq!((item.base, item.n_graded, item.n_not_applicable), (5, 4, 1));
        assert_eq!(item.options.iter().map(|option| option.n).collect::<Vec<_>>(), [1, 0, 1, 1, 1, 1]);
        assert_eq!(item.median, ["3", "4"]);
        assert_eq!(item.mean.unwrap().to_string(), "3.25");
        assert_eq!(item.other_texts, [AwayCount { text: "4.5".into(), n: 1 }]);
    }

    #[test]
    fn a_multiple_choice_is_counted_by_respondent() {
        let question = question("q1", QuestionKind::Multiple, "Which?");
        let counted = counted(&question, &[vec!["Post;Web;", "Web;", "Web;Other: a walk;", "", "None of these;"]]);
        let item = &counted.items[0];
        assert_eq!((item.base, item.n_no_answer), (4, 1));
        let expected = [
            ("Web", 3, "75.0".into()),
            ("None of these", 1, "25.0".into()),
            ("Post", 1, "25.0".into()),
            ("Other", 1, "25.0".into()),
        ];
        assert_eq!(options_of(item), expected);
        assert_eq!((item.median.len(), item.mean, item.upper), (0, None, None));
    }

    #[test]
    fn statements_are_ordered_by_agreement_then_median_then_as_in_the_form() {
        let mut matrix = question("q1", QuestionKind::Matrix, "Statements");
        matrix.columns = ["Aims", "Costs", "Dates", "Ends"].map(|name| format!("How clear? [{name}]")).to_vec();
        let columns = [
            vec!["Agree", "Disagree", "Disagree", ""],
            vec!["Agree", "Agree", "Neutral", "N/A"],
            vec!["Agree", "Neutral", "Disagree", ""],
            vec!["Agree", "Neutral", "Disagree", "N/A"],
        ];
        let counted = counted(&matrix, &columns);
        let order: Vec<_> = counted.items.iter().map(|item| item.statement.as_deref().unwrap()).collect();
        assert_eq!(order, ["Costs", "Dates", "Ends", "Aims"]);
        // All statements have the same options, also those that nobody chose.
        assert!(counted.items.iter().all(|item| item.options.len() == 3));
        assert_eq!(counted.items[0].not_applicable, [AwayCount { text: "N/A".into(), n: 1 }]);
    }

    #[test]
    fn statements_are_headers_without_what_they_share() {
        assert_eq!(statement("How clear are they? [The aims]", "How clear are they?"), "The aims");
        assert_eq!(statement("The plan can benefit from: focus", "The plan can benefit from"), "focus");
        assert_eq!(statement("The aims are clear", "Statements: The aims are clear"), "The aims are clear");
    }

    #[test]
    fn a_question_without_answers_has_a_base_of_nothing() {
        let question = question("q1", QuestionKind::Scale, "How clear?");
        let counted = counted(&question, &[vec!["", ""]]);
        assert_eq!((counted.items[0].base, counted.items[0].n_no_answer, counted.items[0].mean), (0, 2, None));
        assert!(counted.sentences.is_empty() && counted.items[0].options.is_empty());
    }
}
