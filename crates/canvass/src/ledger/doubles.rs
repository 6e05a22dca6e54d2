//! Double submissions: the same respondent twice. The last one that says something counts.

use super::{Entry, State};
use crate::ingest::Intake;
use std::collections::BTreeMap;

/// Two submissions alike in every cell are one respondent's only if this many closed answers and attributes agree ...
const MIN_CLOSED: usize = 6;
/// ... and the open answers have this many words: copies of a campaign agree in less.
const MIN_WORDS: usize = 20;

/// Sets the earlier of two submissions aside that have one id, one e-mail address, or every cell in common.
pub(super) fn set_aside(intake: &Intake, entries: &mut [Entry]) {
    same_response_id(intake, entries);
    let emails = intake.submissions.iter().enumerate().filter_map(|(at, submission)| {
        let email = submission.email.as_deref()?.trim().to_lowercase();
        email.contains('@').then_some((email, at))
    });
    same_submission(intake, entries, emails.collect(), "the same e-mail address");
    same_submission(intake, entries, whole_submissions(intake), "the same answer in every cell");
}

/// Responses to one question with one id: the last counts, before all the last whose submission says something.
fn same_response_id(intake: &Intake, entries: &mut [Entry]) {
    let says_something = submissions_that_say_something(intake, entries);
    let mut by_id: BTreeMap<(u32, &str), Vec<usize>> = BTreeMap::new();
    for (at, received) in intake.responses.iter().enumerate() {
        by_id.entry((received.question_idx, &received.response_id)).or_default().push(at);
    }
    for same in by_id.values().filter(|same| same.len() > 1) {
        let says = |at: &&usize| says_something[intake.responses[**at].submission_idx as usize];
        let Some(counts) = same.iter().rfind(says).or(same.last()).copied() else { continue };
        for at in same.iter().filter(|at| **at != counts) {
            let reason = format!("the same id as row {}, which counts", intake.responses[counts].place.row);
            entries[*at] = Entry { state: State::Double, reason };
        }
    }
}

/// Submissions with one key: the last that says something counts.
fn same_submission(intake: &Intake, entries: &mut [Entry], keys: Vec<(String, usize)>, what: &str) {
    let says_something = submissions_that_say_something(intake, entries);
    let mut by_key: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (key, submission) in keys {
        by_key.entry(key).or_default().push(submission);
    }
    // For each submission the row of the one that counts in its place.
    let mut counted_row: BTreeMap<usize, u32> = BTreeMap::new();
    let mut row_of: BTreeMap<usize, u32> = BTreeMap::new();
    for received in &intake.responses {
        row_of.entry(received.submission_idx as usize).or_insert(received.place.row);
    }
    for same in by_key.values().filter(|same| same.len() > 1) {
        let Some(counts) = same.iter().rfind(|at| says_something[**at]).copied() else { continue };
        for at in same.iter().filter(|at| **at != counts) {
            counted_row.insert(*at, row_of.get(&counts).copied().unwrap_or_default());
        }
    }
    for (received, entry) in intake.responses.iter().zip(entries) {
        if let Some(row) = counted_row.get(&(received.submission_idx as usize))
            && entry.state != State::Test
        {
            *entry = Entry { state: State::Double, reason: format!("{what} as row {row}, which counts") };
        }
    }
}

fn submissions_that_say_something(intake: &Intake, entries: &[Entry]) -> Vec<bool> {
    let mut says = vec![false; intake.submissions.len()];
    for (received, entry) in intake.responses.iter().zip(entries) {
        says[received.submission_idx as usize] |= entry.state == State::Analysed;
    }
    says
}

/// The cells of each submission that is long enough to be recognised by them.
fn whole_submissions(intake: &Intake) -> Vec<(String, usize)> {
    let mut cells: Vec<(Vec<String>, usize)> = vec![(Vec::new(), 0); intake.submissions.len()];
    for received in &intake.responses {
        let (cells, n_words) = &mut cells[received.submission_idx as usize];
        cells.push(received.text.trim().to_owned());
        *n_words += received.text.split_whitespace().count();
    }
    let submissions = cells.into_iter().zip(&intake.submissions).enumerate();
    submissions
        .filter_map(|(at, ((mut cells, n_words), submission))| {
            let n_attributes = submission.attributes.iter().filter(|cell| !cell.trim().is_empty()).count();
            let n_closed = n_attributes + submission.closed.len();
            cells.extend(submission.attributes.iter().cloned());
            cells.extend(
                submission.closed.iter().map(|(question, column, answer)| format!("{question}.{column} {answer}")),
            );
            (n_closed >= MIN_CLOSED && n_words >= MIN_WORDS).then(|| (cells.join("\u{1f}"), at))
        })
        .collect()
}
