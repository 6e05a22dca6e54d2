//! From files to responses: reads the tables, works out the layout, and hands on every response received with the
//! cell it came from.
//!
//! [`read`] is the whole stage. Nothing is judged here: a blank answer is a response like any other, and the ledger
//! says what becomes of it. Imperfect input is a finding; an error is only what leaves nothing sensible to read.

mod clauses;
mod collection;
mod day;
mod document;
mod error;
#[cfg(test)]
mod fixture;
mod layout;
mod notes;
mod place;
mod responses;
mod source;
mod table;

use crate::settings::{Config, InputSettings, Question};
use canvass_text::Language;
use std::path::PathBuf;
use std::sync::Arc;

pub use clauses::ItemUnit;
pub(crate) use collection::{NoColumn, NotTaken, RawItem, TableColumns, files_of, read_items};
pub use day::Day;
pub use error::IngestError;
pub(crate) use error::brief;
pub(crate) use layout::{Mark, fold, mark, option, shared_wording};
pub use place::{Place, TablePlace, column_letters};
use source::Input;
pub use source::{Source, SourceRole};
pub use table::is_guarded;
pub(crate) use table::{Table, archive, is_blank, other_format, read_table, read_workbook};

/// What intake hands on.
#[derive(Clone, Debug)]
pub struct Intake {
    /// The files read, in the order given: answers first, then the questions file.
    pub sources: Vec<Source>,
    /// Where the answers were, complete.
    pub input: InputSettings,
    /// Every question in the order of the form, open and closed, complete.
    pub questions: Vec<Question>,
    /// For each of them how it was recognised, for the user to check.
    pub recognition: Vec<Recognition>,
    /// Every submission in the order of the files.
    pub submissions: Vec<Submission>,
    /// Every response to an open question: grouped by question in form order, within it in the order of the files.
    /// In a wide file that is one for each open question and submission, blank or not.
    pub responses: Vec<Received>,
    /// What was worked out and why, in reading order, for the user to check.
    pub decisions: Vec<Decision>,
}

/// How a question was recognised.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Recognition {
    /// Why it is of its kind.
    pub reason: String,
    /// Where its answers stand: file, sheet and columns.
    pub source: String,
    /// The responses received, blank or not.
    pub n_received: u64,
}

/// One submission: a row of a wide file; in a long file the rows of one respondent, or a single row where the
/// respondent is not known.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Submission {
    /// The id of the respondent in every output; never a name or an e-mail address.
    pub respondent_id: Arc<str>,
    /// The e-mail address, for finding double submissions only. Never written out.
    pub email: Option<Box<str>>,
    /// The values of `InputSettings::attribute_columns`, in that order; empty where not given.
    pub attributes: Arc<[Arc<str>]>,
    /// The file of its first row: index into `Intake::sources`.
    pub source_idx: u32,
    /// The day it was made, the latest where it has several rows; none where the time column gives none.
    pub day: Option<Day>,
    /// The answers to the closed questions, blank ones left out.
    pub closed: Arc<[ClosedAnswer]>,
}

/// An answer to a closed question: index into `Intake::questions`, column within it, the cell.
pub type ClosedAnswer = (u32, u32, Arc<str>);

/// One response as it was received.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Received {
    /// Index into `Intake::questions`.
    pub question_idx: u32,
    /// Index into `Intake::submissions`.
    pub submission_idx: u32,
    /// The id of the response: the cell of the id column as it stands, else the 1-based data row.
    pub response_id: Arc<str>,
    /// The cell.
    pub place: Place,
    /// The text of the cell, unchanged. Where that cell is blank and the one with its translation is not, the translation
    /// and its cell stand here.
    pub text: Box<str>,
    /// The language of `text` as the language column states it; none where there is no such column, its cell is blank or
    /// names no language, or `text` is the translation.
    pub stated_language: Option<Language>,
    /// The translation of `text`, as the file has it; none where there is none or it is the same.
    pub translation: Option<Box<Translation>>,
}

impl Received {
    /// The text that is analysed: the translation where there is one. Spans of points, tokens and passages are into it.
    pub fn analysed_text(&self) -> &str {
        self.translation.as_ref().map_or(&self.text, |translation| &translation.text)
    }
}

/// The translation of an answer, as the file has it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Translation {
    /// The text of the cell, unchanged; not blank.
    pub text: Box<str>,
    /// The cell.
    pub place: Place,
}

/// Something intake worked out.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Decision {
    /// What it is about: a column, a sheet, a file.
    pub about: String,
    /// What was decided.
    pub decided: String,
    /// Why.
    pub reason: String,
}

/// Reads the answers of a consultation.
///
/// What `config` states is taken; what it leaves out is worked out from the files, and [`Intake::decisions`] says how.
/// `questions_file` is a csv of `question,text` with the wording of questions that a long file names by id only.
///
/// # Errors
/// Any [`IngestError`]; each names file, sheet, row and column as far as they apply.
pub fn read(
    files: &[PathBuf],
    config: &Config,
    questions_file: Option<&std::path::Path>,
) -> Result<Intake, IngestError> {
    open(inspect(files, config, questions_file)?)
}

/// As [`read`]; but where no question is open, hands on what there is, with the error that [`read`] ends with.
///
/// # Errors
/// As [`read`], other than [`IngestError::NoOpenQuestion`]
pub fn inspect(
    files: &[PathBuf],
    config: &Config,
    questions_file: Option<&std::path::Path>,
) -> Result<(Intake, Option<IngestError>), IngestError> {
    if files.is_empty() {
        return Err(IngestError::NoFile);
    }
    let mut reader = table::Reader::new(config)?;
    for path in files.iter().map(PathBuf::as_path).chain(questions_file) {
        source::check(path)?;
    }
    let mut sources: Vec<Source> = Vec::new();
    for path in files {
        let read = reader.read(Input::open(path)?, SourceRole::Answers)?;
        if let Some(at) = sources.iter().position(|source| source.blake3 == read.blake3) {
            return Err(IngestError::SameFile { first: files[at].clone(), second: path.clone() });
        }
        sources.push(read);
    }
    if let Some(path) = questions_file {
        sources.push(reader.read(Input::open(path)?, SourceRole::Questions)?);
    }
    gather(reader.finish(), config, sources)
}

/// The same of files whose bytes are in memory, each with its name, which says the format where the bytes leave it open.
///
/// # Errors
/// As [`read`].
pub fn read_bytes(files: &[(&str, &[u8])], config: &Config) -> Result<Intake, IngestError> {
    if files.is_empty() {
        return Err(IngestError::NoFile);
    }
    let mut reader = table::Reader::new(config)?;
    let mut sources: Vec<Source> = Vec::new();
    for (name, bytes) in files {
        let read = reader.read(Input::of(name, bytes)?, SourceRole::Answers)?;
        if let Some(at) = sources.iter().position(|source| source.blake3 == read.blake3) {
            return Err(IngestError::SameFile { first: files[at].0.into(), second: (*name).into() });
        }
        sources.push(read);
    }
    open(gather(reader.finish(), config, sources)?)
}

/// What was read, where a question is open.
fn open((intake, refusal): (Intake, Option<IngestError>)) -> Result<Intake, IngestError> {
    match refusal {
        None => Ok(intake),
        Some(refusal) => Err(refusal),
    }
}

fn gather(
    tables: table::Tables,
    config: &Config,
    sources: Vec<Source>,
) -> Result<(Intake, Option<IngestError>), IngestError> {
    let mut recognised = layout::recognise(&tables, config)?;
    let refusal = recognised.refusal.take();
    Ok((responses::collect(tables.answers, recognised, sources)?, refusal))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_given_twice_is_refused() {
        let answers = b"id,comment\n1,Yes we can\n".as_slice();
        let error = read_bytes(&[("one.csv", answers), ("two.csv", answers)], &Config::default()).unwrap_err();
        assert_eq!(error.to_string(), "one.csv and two.csv are the same file: every answer would count twice");
        assert!(matches!(read_bytes(&[], &Config::default()).unwrap_err(), IngestError::NoFile));
    }

    #[test]
    fn a_file_that_is_missing_is_told_before_any_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let faulty = folder.path().join("faulty.csv");
        std::fs::write(&faulty, "id,comment\n1,\"open\n").unwrap();
        let error = read(&[faulty, folder.path().join("none.csv")], &Config::default(), None).unwrap_err();
        assert!(matches!(error, IngestError::Missing { .. }), "{error}");
    }
}
