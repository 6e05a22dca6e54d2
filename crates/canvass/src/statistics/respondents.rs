//! Who answered, one entry a respondent.
//!
//! A submission counts unless it is a double or a test. Where a respondent has several that count, of each attribute and of each
//! closed question the last one given counts, so that nobody is counted twice.

use crate::ingest::{Day, Intake};
use crate::ledger::{Ledger, Standing};
use crate::settings::QuestionKind;
use std::collections::HashMap;

/// Every respondent, numbered in the order of the files.
pub(super) struct Respondents<'i> {
    /// For each submission its respondent; none where it does not count.
    pub(super) of_submission: Vec<Option<u32>>,
    /// For each attribute column, for each respondent the cell; empty if there is none.
    pub(super) attributes: Vec<Vec<&'i str>>,
    /// For each closed question, by its index, for each of its columns, for each respondent the cell; empty if there is none.
    pub(super) closed: Vec<(u32, Vec<Vec<&'i str>>)>,
    /// The day of each.
    pub(super) days: Vec<Option<Day>>,
    /// The file of each.
    pub(super) files: Vec<u32>,
}

impl<'i> Respondents<'i> {
    pub(super) fn new(intake: &'i Intake, ledger: &Ledger) -> Self {
        let mut numbers: HashMap<&str, u32> = HashMap::with_capacity(intake.submissions.len());
        let mut of_submission = Vec::with_capacity(intake.submissions.len());
        for (submission, standing) in intake.submissions.iter().zip(&ledger.submissions) {
            let next = numbers.len() as u32;
            of_submission.push(
                (*standing == Standing::Counted).then(|| *numbers.entry(&*submission.respondent_id).or_insert(next)),
            );
        }
        let n = numbers.len();
        let is_closed = |(_, kind): &(u32, QuestionKind)| *kind != QuestionKind::Open;
        let questions = (0..).zip(intake.questions.iter().map(|question| question.kind)).filter(is_closed);
        // A long file has one column of answers.
        let n_columns = |question: u32| intake.questions[question as usize].columns.len().max(1);
        let mut closed: Vec<(u32, Vec<Vec<&str>>)> =
            questions.map(|(question, _)| (question, vec![vec![""; n]; n_columns(question)])).collect();
        let mut place = vec![None; intake.questions.len()];
        for (at, (question, _)) in closed.iter().enumerate() {
            place[*question as usize] = Some(at);
        }
        let mut attributes = vec![vec![""; n]; intake.input.attribute_columns.len()];
        let (mut days, mut files) = (vec![None; n], vec![0; n]);
        for (submission, respondent) in intake.submissions.iter().zip(&of_submission) {
            let Some(respondent) = respondent.map(|respondent| respondent as usize) else { continue };
            for (cells, cell) in attributes.iter_mut().zip(submission.attributes.iter()) {
                if !cell.trim().is_empty() {
                    cells[respondent] = cell.trim();
                }
            }
            for (question, column, cell) in submission.closed.iter() {
                if let Some(at) = place[*question as usize] {
                    closed[at].1[*column as usize][respondent] = cell.trim();
                }
            }
            days[respondent] = submission.day.or(days[respondent]);
            files[respondent] = submission.source_idx;
        }
        Self { of_submission, attributes, closed, days, files }
    }

    /// How many they are.
    pub(super) fn count(&self) -> usize {
        self.days.len()
    }
}
