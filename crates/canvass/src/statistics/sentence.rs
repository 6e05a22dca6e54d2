//! The sentences that reports lead with, made of the counts. All their words stand here.

use super::closed::{ClosedItem, ClosedQuestion, HalfCount};
use super::options::Half;
use crate::settings::QuestionKind;

/// Of fewer respondents a share says more than there is: they are counted.
const FEWEST_FOR_SHARES: u64 = 20;

/// The sentences about a question.
pub(super) fn sentences(question: &ClosedQuestion) -> Vec<String> {
    let sentences = match (question.kind, question.items.as_slice()) {
        (QuestionKind::Matrix, items) => matrix(items),
        (QuestionKind::Scale, [item]) => vec![scale(question, item)],
        (_, [item]) if item.upper.is_some() => vec![rating(item)],
        (_, [item]) => vec![most_chosen(item, question.kind == QuestionKind::Multiple)],
        _ => Vec::new(),
    };
    sentences.into_iter().flatten().collect()
}

/// "More than 85 % of the 45 who answered (39)": the largest multiple of five below the share.
fn part(n: u64, base: u64) -> String {
    let who = format!("the {base} who answered");
    match n {
        0 => format!("None of {who}"),
        _ if n == base => format!("All {base} who answered"),
        _ if base < FEWEST_FOR_SHARES => format!("{n} of {who}"),
        _ if 2 * n == base => format!("Half of {who}"),
        _ => format!("{} of {who} ({n})", more_than(n, base)),
    }
}

/// "More than 85 %", "85 %" if it is just that, "fewer than 5 %".
fn more_than(n: u64, base: u64) -> String {
    let fives = n * 20 / base;
    match (fives, n * 20 == base * fives) {
        (0, _) => "Fewer than 5 %".to_owned(),
        (_, true) => format!("{} %", fives * 5),
        _ => format!("More than {} %", fives * 5),
    }
}

/// The options of a half, the outermost first, as a choice: “Agree” or “Strongly agree”.
fn options_of(item: &ClosedItem, half: Half) -> String {
    let mut options: Vec<&str> =
        item.options.iter().filter(|option| option.half == Some(half)).map(|option| option.option.as_str()).collect();
    // Grades stand from the lowest, others from "yes".
    let is_ascending = item.options.iter().any(|option| option.grade.is_some());
    if (half == Half::Upper) == is_ascending {
        options.reverse();
    }
    let quoted: Vec<String> = options.iter().map(|option| format!("“{option}”")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} or {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

/// The half that more chose, the upper one of equals; none if nobody chose either.
fn larger(item: &ClosedItem) -> Option<(Half, HalfCount)> {
    let (upper, lower) = (item.upper?, item.lower?);
    let half = if lower.n > upper.n { (Half::Lower, lower) } else { (Half::Upper, upper) };
    (half.1.n > 0 && !options_of(item, half.0).is_empty()).then_some(half)
}

fn rating(item: &ClosedItem) -> Option<String> {
    let (half, count) = larger(item)?;
    Some(format!("{} said {}.", part(count.n, item.base), options_of(item, half)))
}

/// "7 of the 10 who answered gave 4 or 5 on a scale of 1 (not at all) to 5 (very)."
fn scale(question: &ClosedQuestion, item: &ClosedItem) -> Option<String> {
    let ends = question.scale.as_ref()?;
    let (half, count) = larger(item)?;
    let grades = || item.options.iter().filter(|option| option.half == Some(half)).filter_map(|option| option.grade);
    let (low, high) = (grades().min()?, grades().max()?);
    let gave = match high - low {
        0 => low.to_string(),
        1 => format!("{low} or {high}"),
        _ => format!("{low} to {high}"),
    };
    let end = |number: i32, label: &Option<String>| {
        label.as_ref().map_or_else(|| number.to_string(), |label| format!("{number} ({label})"))
    };
    let (low, high) = (end(ends.low, &ends.low_label), end(ends.high, &ends.high_label));
    Some(format!("{} gave {gave} on a scale of {low} to {high}.", part(count.n, item.base)))
}

/// Options without an order: the one that most chose, if it is one.
fn most_chosen(item: &ClosedItem, is_multiple: bool) -> Option<String> {
    let most = item.options.iter().map(|option| option.n).max().filter(|n| *n > 0)?;
    let mut first = item.options.iter().filter(|option| option.n == most);
    let (option, None) = (first.next()?, first.next()) else { return None };
    let is_one_of_several = item.options.len() > 1 && item.base > 1;
    let what = if is_multiple { "named" } else { "chose" };
    is_one_of_several
        .then(|| format!("{} {what} “{}”, more than any other option.", part(most, item.base), option.option))
}

/// Which statements most agree with, and which more disagree with than agree.
fn matrix(items: &[ClosedItem]) -> Vec<Option<String>> {
    let answered: Vec<&ClosedItem> = items.iter().filter(|item| item.base > 0 && item.upper.is_some()).collect();
    let Some(first) = answered.first() else { return Vec::new() };
    let list = |items: &[&&ClosedItem]| {
        let statements: Vec<String> =
            items.iter().map(|item| format!("“{}”", item.statement.as_deref().unwrap_or_default())).collect();
        statements.join("; ")
    };
    let upper = |item: &ClosedItem| item.upper.map_or(0, |upper| upper.n);
    let lower = |item: &ClosedItem| item.lower.map_or(0, |lower| lower.n);
    let (said, opposed) = (options_of(first, Half::Upper), options_of(first, Half::Lower));
    // The largest share, in steps of five, that half of the statements exceed; half of the answers at least.
    let exceeds = |item: &ClosedItem, fives: u64| upper(item) * 20 > item.base * fives;
    let n_above = |fives: u64| answered.iter().filter(|item| exceeds(item, fives)).count();
    let fives =
        (10..20).rev().find(|fives| n_above(*fives) * 2 >= answered.len()).or_else(|| (n_above(10) > 0).then_some(10));
    let agreed = fives.filter(|_| !said.is_empty()).map(|fives| {
        let above: Vec<_> = answered.iter().filter(|item| exceeds(item, fives)).collect();
        let to = if above.len() == 1 { "" } else { " each of" };
        let share = if fives == 10 { "half".to_owned() } else { format!("{} %", fives * 5) };
        format!("More than {share} of those who answered said {said} to{to} {}.", list(&above))
    });
    let against: Vec<_> = answered.iter().filter(|item| lower(item) > upper(item)).collect();
    let disagreed = (!against.is_empty() && !opposed.is_empty()).then(|| {
        let named: Vec<String> = against
            .iter()
            .map(|item| {
                format!("“{}” ({} against {})", item.statement.as_deref().unwrap_or_default(), lower(item), upper(item))
            })
            .collect();
        let instead = if said.is_empty() { String::new() } else { format!(" than {said}") };
        format!("More said {opposed}{instead} to {}.", named.join("; "))
    });
    vec![agreed, disagreed]
}

#[cfg(test)]
mod tests {
    use super::super::fixture::question;
    use super::super::grades::Words;
    use super::super::{closed, options};
    use super::*;
    use crate::settings::Question;

    #[test]
    fn a_share_is_said_as_the_largest_multiple_of_five_below_it() {
        for (n, base, said) in [
            (39, 45, "More than 85 % of the 45 who answered (39)"),
            (17, 20, "85 % of the 20 who answered (17)"),
            (45, 45, "All 45 who answered"),
            (0, 45, "None of the 45 who answered"),
            (20, 40, "Half of the 40 who answered"),
            (21, 40, "More than 50 % of the 40 who answered (21)"),
            (1, 100, "Fewer than 5 % of the 100 who answered (1)"),
            (5, 100, "5 % of the 100 who answered (5)"),
            (7, 10, "7 of the 10 who answered"),
            (5, 10, "5 of the 10 who answered"),
            (999, 1000, "More than 95 % of the 1000 who answered (999)"),
        ] {
            assert_eq!(part(n, base), said);
        }
    }

    fn said(question: &Question, columns: &[Vec<&str>]) -> Vec<String> {
        let (scheme, answers) = options::read(question, columns, &Words::load());
        closed::count(question, &scheme, &answers).sentences
    }

    fn cells<'c>(counts: &[(&'c str, usize)]) -> Vec<&'c str> {
        counts.iter().flat_map(|(cell, n)| vec![*cell; *n]).collect()
    }

    #[test]
    fn a_rating_leads_with_the_half_that_more_chose() {
        let single = question("q1", QuestionKind::Single, "Do you agree?");
        let agree = cells(&[("Strongly agree", 20), ("Agree", 18), ("Disagree", 5), ("N/A", 9), ("Neutral", 2)]);
        assert_eq!(
            said(&single, &[agree]),
            ["More than 80 % of the 45 who answered (38) said “Strongly agree” or “Agree”."]
        );
        let disagree = cells(&[("Agree", 5), ("Disagree", 12), ("Strongly disagree", 13)]);
        assert_eq!(
            said(&single, &[disagree]),
            ["More than 80 % of the 30 who answered (25) said “Strongly disagree” or “Disagree”."]
        );
        assert_eq!(said(&single, &[cells(&[("Neutral", 5), ("N/A", 2)])]), Vec::<String>::new());
    }

    #[test]
    fn a_scale_names_its_ends_and_says_nothing_where_they_are_not_known() {
        let scale = question("q1", QuestionKind::Scale, "How clear? (1 = not at all, 5 = very)");
        assert_eq!(
            said(&scale, &[vec!["4", "5", "4", "5", "5", "5", "4", "1", "2", "3"]]),
            ["7 of the 10 who answered gave 4 or 5 on a scale of 1 (not at all) to 5 (very)."]
        );
        assert!(said(&question("q1", QuestionKind::Scale, "How clear?"), &[vec!["4", "5"]]).is_empty());
    }

    #[test]
    fn options_without_an_order_lead_with_the_one_chosen_most_if_there_is_one() {
        let multiple = question("q1", QuestionKind::Multiple, "Which?");
        assert_eq!(
            said(&multiple, &[vec!["Web;Post;", "Web;", "Web;Fax;"]]),
            ["All 3 who answered named “Web”, more than any other option."]
        );
        assert!(said(&multiple, &[vec!["Web;", "Post;"]]).is_empty());
    }

    #[test]
    fn a_matrix_says_what_most_agree_with_and_what_more_oppose() {
        let mut matrix = question("q1", QuestionKind::Matrix, "The plan can benefit from");
        matrix.columns = ["focus", "clarity", "goals", "services"].map(str::to_owned).to_vec();
        let column = |agree: usize, not: usize| {
            cells(&[("Strongly agree", agree / 2), ("Somewhat agree", agree - agree / 2), ("Do not agree", not)])
        };
        let columns = [column(44, 6), column(46, 4), column(30, 20), column(20, 30)];
        assert_eq!(
            said(&matrix, &columns),
            [
                "More than 85 % of those who answered said “Strongly agree” or “Somewhat agree” to each of “clarity”; “focus”.",
                "More said “Do not agree” than “Strongly agree” or “Somewhat agree” to “services” (30 against 20)."
            ]
        );
    }
}
