//! The ledger: every response received ends in exactly one state, with the rule that put it there.
//!
//! Nothing is deleted: what is set aside stays in the ledger, and the sums are enforced.

mod doubles;
mod phrases;
mod unreadable;

use crate::ingest::Intake;
use crate::privacy::Masked;
use crate::settings::LedgerSettings;
use canvass_text::Language;
use rayon::prelude::*;
use serde::Serialize;

pub(crate) use phrases::{Phrases, resource_files};

/// What became of a response.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// In the question's base; in themes or in none.
    Analysed,
    /// In the question's base, but in a language without resources: listed whole, in no theme.
    AnalysedApart,
    /// The cell is empty.
    Blank,
    /// The cell says that no answer is given: "n/a" and the like, or punctuation alone.
    NoContent,
    /// Another submission of the same respondent counts.
    Double,
    /// An entry made to try the form.
    Test,
    /// The cell holds no text that a person wrote: a spreadsheet's error, or letters that were lost.
    Unreadable,
}

impl State {
    /// All of them, in the order of a report.
    pub const ALL: [Self; 7] =
        [Self::Analysed, Self::AnalysedApart, Self::Blank, Self::NoContent, Self::Double, Self::Test, Self::Unreadable];

    /// Whether the response is in its question's base.
    pub fn is_analysed(self) -> bool {
        matches!(self, Self::Analysed | Self::AnalysedApart)
    }

    /// The word that stands in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Analysed => "analysed",
            Self::AnalysedApart => "analysed_apart",
            Self::Blank => "blank",
            Self::NoContent => "no_content",
            Self::Double => "double",
            Self::Test => "test",
            Self::Unreadable => "unreadable",
        }
    }
}

/// The state of one response, and why.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Entry {
    /// The state.
    pub state: State,
    /// The rule that put it there, in a phrase; empty for analysed responses.
    pub reason: String,
}

/// The state of every response received.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Ledger {
    /// One for each of `Intake::responses`, in their order.
    pub entries: Vec<Entry>,
    /// For each submission whether none of its responses is analysed.
    pub set_aside: Vec<bool>,
    /// For each of `Intake::responses` what was masked in it; empty where nothing was to be masked.
    pub masked: Vec<Masked>,
    /// For each submission whether it counts where no answer in words is asked for: in the profile and in closed questions.
    pub submissions: Vec<Standing>,
}

/// Whether a whole submission counts. One without a single answer in words does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Standing {
    /// It counts.
    Counted,
    /// All of it is a double: another submission of the same respondent counts.
    Double,
    /// It was made to try the form.
    Test,
}

/// Judges every response received.
///
/// # Guarantees
/// One entry a response. Per question the counts of the states sum to the responses received.
pub fn judge(intake: &Intake, settings: &LedgerSettings) -> Ledger {
    let phrases = Phrases::new(&settings.no_content);
    let mut entries: Vec<Entry> = intake
        .responses
        .par_iter()
        .map(|received| {
            let (state, reason) = if phrases::is_blank(&received.text) {
                (State::Blank, "the cell is empty".into())
            } else if let Some(why) = unreadable::unreadable(&received.text) {
                (State::Unreadable, why)
            } else if let Some(why) = phrases.no_content(&received.text) {
                (State::NoContent, why)
            } else {
                (State::Analysed, String::new())
            };
            Entry { state, reason }
        })
        .collect();
    if settings.test_entries {
        set_tests_aside(intake, &phrases, &mut entries);
    }
    if settings.double_submissions {
        doubles::set_aside(intake, &mut entries);
    }
    let mut set_aside = vec![true; intake.submissions.len()];
    for (received, entry) in intake.responses.iter().zip(&entries) {
        if entry.state == State::Analysed {
            set_aside[received.submission_idx as usize] = false;
        }
    }
    let submissions = standings(intake, &entries);
    Ledger { entries, set_aside, submissions, masked: Vec::new() }
}

/// Judges submissions by their responses: a double if all are doubles or tests, a test if all are tests or blank. One without
/// responses to open questions counts.
fn standings(intake: &Intake, entries: &[Entry]) -> Vec<Standing> {
    // For each submission its responses, doubles, tests and blanks.
    let mut counts = vec![[0_u32; 4]; intake.submissions.len()];
    for (received, entry) in intake.responses.iter().zip(entries) {
        let [all, doubles, tests, blanks] = &mut counts[received.submission_idx as usize];
        *all += 1;
        *doubles += u32::from(entry.state == State::Double);
        *tests += u32::from(entry.state == State::Test);
        *blanks += u32::from(entry.state == State::Blank);
    }
    let standing = |[all, doubles, tests, blanks]: [u32; 4]| match () {
        () if doubles > 0 && doubles + tests == all => Standing::Double,
        () if tests > 0 && tests + blanks == all => Standing::Test,
        () => Standing::Counted,
    };
    counts.into_iter().map(standing).collect()
}

/// An answer that only tries the form is a test; so is all of a submission whose every answer is one.
fn set_tests_aside(intake: &Intake, phrases: &Phrases, entries: &mut [Entry]) {
    let mut answers = vec![(0_u32, 0_u32); intake.submissions.len()];
    for (received, entry) in intake.responses.iter().zip(entries.iter()) {
        if entry.state == State::Analysed {
            let (n_answers, n_tests) = &mut answers[received.submission_idx as usize];
            *n_answers += 1;
            *n_tests += u32::from(phrases.is_test(&received.text));
        }
    }
    for (received, entry) in intake.responses.iter().zip(entries) {
        let (n_answers, n_tests) = answers[received.submission_idx as usize];
        if entry.state == State::Analysed && phrases.is_test(&received.text) {
            *entry = Entry { state: State::Test, reason: "the answer only tries the form".into() };
        }
        if n_answers > 0 && n_answers == n_tests && entry.state != State::Blank {
            *entry = Entry { state: State::Test, reason: "every answer of the submission is a test".into() };
        }
    }
}

impl Ledger {
    /// Marks analysed responses in languages without resources. `read_in`: the language of each of the responses at `positions`.
    pub(crate) fn set_apart(&mut self, positions: &[usize], read_in: impl IntoIterator<Item = Language>) {
        for (at, language) in positions.iter().zip(read_in).filter(|(_, language)| !language.has_resources()) {
            let reason = format!("in {language}, which canvass has no resources for: listed whole");
            self.entries[*at] = Entry { state: State::AnalysedApart, reason };
        }
    }

    /// The number of responses in each state, in the order of [`State::ALL`], for one question or for all.
    ///
    /// # Panics
    /// If the counts do not sum to the responses received; that would be a fault of this program.
    pub fn counts(&self, intake: &Intake, question_idx: Option<u32>) -> Vec<(State, u64)> {
        let of_question = |at: &usize| question_idx.is_none_or(|idx| intake.responses[*at].question_idx == idx);
        let positions: Vec<usize> = (0..self.entries.len()).filter(of_question).collect();
        let count = |state: State| positions.iter().filter(|at| self.entries[**at].state == state).count() as u64;
        let counts: Vec<(State, u64)> = State::ALL.into_iter().map(|state| (state, count(state))).collect();
        assert_eq!(counts.iter().map(|(_, n)| n).sum::<u64>(), positions.len() as u64, "the ledger adds up");
        counts
    }
}
