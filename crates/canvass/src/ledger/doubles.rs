//! Double submissions: the same respondent twice. The last one that says something counts.
//!
//! In a wide file a submission is a row, and all its answers are set aside together. In a long file a row is one answer, and
//! what is compared is answers to the same question.

use super::{Entry, State};
use crate::ingest::Intake;
use crate::settings::Layout;
use std::collections::BTreeMap;

/// Two submissions alike in every cell are one respondent's only if this many closed answers and attributes agree ...
const MIN_CLOSED: usize = 6;
/// ... and the open answers have this many words: copies of a campaign agree in less.
const MIN_WORDS: usize = 20;

/// Sets the earlier of two submissions aside that have one id, one e-mail address, or every cell in common.
pub(super) fn set_aside(intake: &Intake, entries: &mut [Entry]) {
    let ids = (0..intake.responses.len()).map(|at| (at, intake.responses[at].response_id.clone())).collect();
    same_key(intake, entries, ids, "id");
    let emails = by_submission(intake, |submission| {
        let email = intake.submissions[submission].email.as_deref()?.trim().to_lowercase();
        email.contains('@').then_some(email)
    });
    same_key(intake, entries, emails, "e-mail address");
    if intake.input.layout == Layout::Wide {
        let whole = whole_submissions(intake);
        let cells = by_submission(intake, |submission| whole[submission].clone());
        same_key(intake, entries, cells, "answer in every cell");
    }
}

/// A key for each response, by that of its submission.
fn by_submission(intake: &Intake, key: impl Fn(usize) -> Option<String>) -> Vec<(usize, String)> {
    let responses = intake.responses.iter().enumerate();
    responses.filter_map(|(at, received)| Some((at, key(received.submission_idx as usize)?))).collect()
}

/// Responses to one question with one key: the last that says something counts.
fn same_key(intake: &Intake, entries: &mut [Entry], keys: Vec<(usize, String)>, what: &str) {
    let says_something = says_something(intake, entries);
    let mut by_key: BTreeMap<(u32, String), Vec<usize>> = BTreeMap::new();
    for (at, key) in keys {
        if !matches!(entries[at].state, State::Double | State::Test) {
            by_key.entry((intake.responses[at].question_idx, key)).or_default().push(at);
        }
    }
    for same in by_key.values().filter(|same| same.len() > 1) {
        let Some(counts) = same.iter().rfind(|at| says_something[**at]).or(same.last()).copied() else { continue };
        for at in same.iter().filter(|at| **at != counts) {
            let (own, place) = (&intake.responses[*at].place, &intake.responses[counts].place);
            let file = if own.source_idx == place.source_idx { String::new() } else { format!(" of {}", place.file) };
            let reason = format!("the same {what} as row {}{file}, which counts", place.row);
            entries[*at] = Entry { state: State::Double, reason };
        }
    }
}

/// For each response whether it says something: in a wide file, whether any of its row does.
fn says_something(intake: &Intake, entries: &[Entry]) -> Vec<bool> {
    let own = entries.iter().map(|entry| entry.state == State::Analysed);
    if intake.input.layout == Layout::Long {
        return own.collect();
    }
    let mut says = vec![false; intake.submissions.len()];
    for (received, own) in intake.responses.iter().zip(own) {
        says[received.submission_idx as usize] |= own;
    }
    intake.responses.iter().map(|received| says[received.submission_idx as usize]).collect()
}

/// The cells of each submission that is long enough to be recognised by them. Where respondents are known by an e-mail
/// address or a column of their own, that is part of it: members of a campaign may well answer everything alike.
fn whole_submissions(intake: &Intake) -> Vec<Option<String>> {
    let mut cells: Vec<(Vec<String>, usize)> = vec![(Vec::new(), 0); intake.submissions.len()];
    for received in &intake.responses {
        let (cells, n_words) = &mut cells[received.submission_idx as usize];
        cells.push(received.text.trim().to_owned());
        *n_words += received.text.split_whitespace().count();
    }
    let submissions = cells.into_iter().zip(&intake.submissions);
    submissions
        .map(|((mut cells, n_words), submission)| {
            let n_attributes = submission.attributes.iter().filter(|cell| !cell.trim().is_empty()).count();
            let n_closed = n_attributes + submission.closed.len();
            cells.extend(submission.attributes.iter().map(ToString::to_string));
            cells.extend(
                submission.closed.iter().map(|(question, column, answer)| format!("{question}.{column} {answer}")),
            );
            cells.extend(submission.email.clone());
            if !intake.input.respondent_column.is_empty() {
                cells.push(submission.respondent_id.clone());
            }
            (n_closed >= MIN_CLOSED && n_words >= MIN_WORDS).then(|| cells.join("\u{1f}"))
        })
        .collect()
}
