//! Multiple choice with a column for each option.

use super::grades::Words;
use super::options::{self, Answers, Scheme};
use super::respondents::Respondents;
use crate::ingest::{Intake, Mark, mark, option, shared_wording};
use crate::settings::{Question, QuestionKind};

/// What gathers the texts of the question that is linked as the further option.
const OTHER: &str = "Other";

/// Whether each column of the question is one of its options.
pub(super) fn is_marked(question: &Question) -> bool {
    question.kind == QuestionKind::Multiple && question.columns.len() > 1
}

/// Reads the cells, as [`options::read`] does; all columns give one list of answers. Who marked no option gave no answer.
///
/// `others`: for each respondent what was written as another option, empty if nothing.
pub(super) fn read(
    question: &Question,
    columns: &[Vec<&str>],
    others: &[&str],
    words: &Words,
) -> (Scheme, Vec<Answers>) {
    let wording = match question.columns.as_slice() {
        [first, second, ..] => shared_wording(first, second).unwrap_or_default(),
        _ => "",
    };
    let labels: Vec<&str> = question.columns.iter().map(|column| option(column, wording)).collect();
    let is_chosen = |cell: &str| !cell.trim().is_empty() && mark(cell) == Mark::Chosen;
    let lists: Vec<Vec<String>> = (0..others.len())
        .map(|respondent| {
            let marked = labels.iter().zip(columns).filter(|(_, cells)| is_chosen(cells[respondent]));
            let other = others[respondent].split_whitespace().collect::<Vec<_>>().join(" ");
            let other = (!other.is_empty()).then(|| format!("{OTHER}: {other}"));
            marked.map(|(label, _)| (*label).to_owned()).chain(other).collect()
        })
        .collect();
    let mut question = question.clone();
    if question.options.is_empty() {
        // The form lists them, chosen or not.
        let is_plain = |label: &&&str| !words.is_not_applicable(label) && words.other_text(label).is_none();
        question.options = labels.iter().filter(is_plain).map(|label| (*label).to_owned()).collect();
    }
    options::of_lists(&question, &[lists.iter().map(Vec::as_slice).collect()], words)
}

/// For each respondent the answer to the open question that is the further option of this one; empty if there is none.
pub(super) fn others<'i>(intake: &'i Intake, respondents: &Respondents<'_>, question: &Question) -> Vec<&'i str> {
    let mut texts = vec![""; respondents.count()];
    let linked = intake.questions.iter().position(|other| other.other_of.as_deref() == Some(question.id.as_str()));
    let Some(linked) = linked.filter(|_| !question.id.is_empty()) else { return texts };
    for response in intake.responses.iter().filter(|response| response.question_idx as usize == linked) {
        if let Some(respondent) = respondents.of_submission[response.submission_idx as usize]
            && !response.text.trim().is_empty()
        {
            texts[respondent as usize] = response.text.trim();
        }
    }
    texts
}

#[cfg(test)]
mod tests {
    use super::super::fixture::question;
    use super::super::options::Answer;
    use super::*;

    fn spread() -> Question {
        let mut spread = question("q1", QuestionKind::Multiple, "Which?");
        spread.columns = ["Van", "Desk", "None of these"].map(|option| format!("Which? [{option}]")).to_vec();
        spread
    }

    fn labels(scheme: &Scheme) -> Vec<&str> {
        scheme.options.iter().map(|option| option.label.as_str()).collect()
    }

    #[test]
    fn a_mark_chooses_the_option_of_its_column_whatever_the_mark() {
        for (chosen, not) in [("Van", ""), ("1", "0"), ("Yes", "No"), ("x", ""), ("Checked", "Unchecked")] {
            let columns = [vec![chosen, not, not], vec![chosen, chosen, not], vec![not, not, not]];
            let (scheme, answers) = read(&spread(), &columns, &["", "", ""], &Words::load());
            assert_eq!(labels(&scheme), ["Van", "Desk", "None of these"], "{chosen}");
            let of = &answers[0].of;
            assert_eq!(of[..], [Answer::Chosen(vec![0, 1]), Answer::Chosen(vec![1]), Answer::None], "{chosen}");
        }
    }

    #[test]
    fn an_option_that_holds_a_separator_is_one_and_another_is_gathered_with_its_text() {
        let mut spread = spread();
        spread.columns = ["Which? - Van, or bus; any", "Which? - Desk"].map(str::to_owned).to_vec();
        let columns = [vec!["1", "", ""], vec!["", "", "2"]];
        let (scheme, answers) = read(&spread, &columns, &["", "a  boat", "sledge"], &Words::load());
        assert_eq!(labels(&scheme), ["Van, or bus; any", "Desk", "Other"]);
        let of = &answers[0].of;
        assert_eq!(of[..], [Answer::Chosen(vec![0]), Answer::Chosen(vec![2]), Answer::Chosen(vec![1, 2])]);
        assert_eq!(answers[0].other_texts.keys().collect::<Vec<_>>(), ["a boat", "sledge"]);
    }
}
