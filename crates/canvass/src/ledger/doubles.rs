//! Double submissions: the same respondent twice. The last one that says something counts.
//!
//! In a wide file a submission is a row, and all its answers are set aside together. In a long file a row is one answer, and
//! what is compared is answers to the same question.

use super::{Entry, State};
use crate::ingest::{Intake, Submission};
use crate::settings::Layout;
use rayon::prelude::*;

/// Two submissions alike in every cell are one respondent's only if this many closed answers and attributes agree ...
const MIN_CLOSED: usize = 6;
/// ... and the open answers have this many words: copies of a campaign agree in less.
const MIN_WORDS: usize = 20;

/// Sets the earlier of two submissions aside that have one id, one e-mail address, or every cell in common.
pub(super) fn set_aside(intake: &Intake, entries: &mut [Entry]) {
    let ids = (0..intake.responses.len()).map(|at| (at, &*intake.responses[at].response_id)).collect();
    same_key(intake, entries, ids, "id");
    let email = |submission: usize| intake.submissions[submission].email.as_deref().filter(|email| email.contains('@'));
    same_key(intake, entries, by_submission(intake, email), "e-mail address");
    if intake.input.layout == Layout::Wide {
        let whole = whole_submissions(intake);
        same_key(intake, entries, by_submission(intake, |submission| whole[submission]), "answer in every cell");
    }
}

/// A key for each response, by that of its submission.
fn by_submission<K>(intake: &Intake, key: impl Fn(usize) -> Option<K>) -> Vec<(usize, K)> {
    let responses = intake.responses.iter().enumerate();
    responses.filter_map(|(at, received)| Some((at, key(received.submission_idx as usize)?))).collect()
}

/// Responses to one question with one key: the last that says something counts.
fn same_key<K: Ord + Send>(intake: &Intake, entries: &mut [Entry], mut keys: Vec<(usize, K)>, what: &str) {
    let says_something = says_something(intake, entries);
    keys.retain(|(at, _)| !matches!(entries[*at].state, State::Double | State::Test));
    let question = |at: usize| intake.responses[at].question_idx;
    keys.par_sort_unstable_by(|a, b| (question(a.0), &a.1, a.0).cmp(&(question(b.0), &b.1, b.0)));
    let is_same = |a: &(usize, K), b: &(usize, K)| question(a.0) == question(b.0) && a.1 == b.1;
    for same in keys.chunk_by(is_same).filter(|same| same.len() > 1) {
        let says = same.iter().rfind(|(at, _)| says_something[*at]).or(same.last());
        let Some(counts) = says.map(|(at, _)| *at) else { continue };
        for (at, _) in same.iter().filter(|(at, _)| *at != counts) {
            let (own, place) = (&intake.responses[*at].place, &intake.responses[counts].place);
            let is_own = own.table.source_idx == place.table.source_idx;
            let file = if is_own { String::new() } else { format!(" of {}", place.table.file) };
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

/// The cells of each submission that is long enough to be recognised by them, as a hash. Where respondents are known by an e-mail
/// address or a column of their own, that is part of it: members of a campaign may well answer everything alike.
fn whole_submissions(intake: &Intake) -> Vec<Option<[u8; 32]>> {
    let mut n_words = vec![0_usize; intake.submissions.len()];
    for received in &intake.responses {
        n_words[received.submission_idx as usize] += received.text.split_whitespace().count();
    }
    let is_long = |(submission, n_words): (&Submission, usize)| {
        let n_attributes = submission.attributes.iter().filter(|cell| !cell.trim().is_empty()).count();
        n_attributes + submission.closed.len() >= MIN_CLOSED && n_words >= MIN_WORDS
    };
    let mut whole: Vec<Option<[u8; 32]>> =
        intake.submissions.iter().zip(n_words).map(|of| is_long(of).then_some([0; 32])).collect();
    // Cell by cell what came before and the cell.
    let add = |hash: &mut [u8; 32], cell: &str| {
        let mut hasher = blake3::Hasher::new();
        hasher.update(hash).update(cell.as_bytes());
        *hash = *hasher.finalize().as_bytes();
    };
    for received in &intake.responses {
        if let Some(hash) = &mut whole[received.submission_idx as usize] {
            add(hash, received.text.trim());
        }
    }
    for (hash, submission) in whole.iter_mut().zip(&intake.submissions) {
        let Some(hash) = hash else { continue };
        for attribute in submission.attributes.iter() {
            add(hash, attribute);
        }
        for (question, column, answer) in submission.closed.iter() {
            add(hash, &format!("{question}.{column} {answer}"));
        }
        add(hash, submission.email.as_deref().unwrap_or_default());
        if !intake.input.respondent_column.is_empty() {
            add(hash, &submission.respondent_id);
        }
    }
    whole
}
