//! Code frame and coding in and out: REFI-QDA code books and projects, tables.
//!
//! Out: [`export`] lays a run out with a code frame and writes it. In: [`import`] reads a file, finds the themes and responses it speaks of,
//! and adds a decision to the frame for whatever differs; what it cannot place is listed and not lost.
//!
//! A REFI-QDA file is read into a [`Project`] and written from one. What the formats have no place for, the words of a theme and its status,
//! stands in the descriptions of codes.

mod claims;
mod error;
mod guid;
mod join;
mod model;
mod outgoing;
mod package;
mod positions;
mod read;
mod refi;
mod rounds;
mod table;
mod view;
mod words;

use crate::codeframe::{CodeFrame, FrameError, FrameFault, Reader, is_time};
use crate::error::Error;
use crate::ingest::SourceRole;
use crate::run_folder::CodedRun;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

pub use error::{ExchangeError, ExchangeFault};
pub use guid::Guid;
pub use model::{Case, Code, Coding, Other, Project, Selection, Set, Source, User, Variable};
pub use outgoing::Attributes;

/// The formats.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Format {
    /// A REFI-QDA code book.
    CodeBook,
    /// A REFI-QDA project.
    Project,
    /// Tables in text files.
    Csv,
    /// Tables in a workbook.
    Workbook,
}

impl Format {
    /// What the names of their files end in, for messages.
    const NAMES: &'static str = ".qdc, .qdpx, .csv, .xlsx";

    /// The format that a file's name says.
    ///
    /// # Errors
    /// [`ExchangeFault::Format`]
    pub fn of(file: &str) -> Result<Self, ExchangeError> {
        let extension = file.rsplit_once('.').map_or("", |(_, extension)| extension).to_lowercase();
        match extension.as_str() {
            "qdc" => Ok(Self::CodeBook),
            "qdpx" => Ok(Self::Project),
            "csv" => Ok(Self::Csv),
            "xlsx" => Ok(Self::Workbook),
            _ => Err(ExchangeError::of(file, "", ExchangeFault::Format)),
        }
    }
}

/// A file in memory.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ExchangeFile {
    /// Its base name.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

impl ExchangeFile {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Input`] if it cannot be read.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let (source, bytes) = crate::ingest::Source::read(path, SourceRole::Answers)?;
        Ok(Self { name: source.file.to_string(), bytes })
    }
}

/// What the files of a run's answers say of respondents; without files nothing.
///
/// # Errors
/// [`Error::Input`] for files that cannot be read as answers; [`Error::Exchange`] for one that the run was not made from.
pub fn attributes(run: &CodedRun, files: &[PathBuf]) -> Result<Attributes, Error> {
    if files.is_empty() {
        return Ok(Attributes::default());
    }
    let mut intake = crate::ingest::read(files, &run.config, None)?;
    let inputs = crate::run_folder::read_manifest(&run.folder)?.inputs;
    for source in intake.sources.iter().filter(|source| source.role == SourceRole::Answers) {
        if !inputs.iter().any(|input| input.blake3 == source.blake3) {
            return Err(ExchangeError::of(&source.file, "", ExchangeFault::OtherAnswers).into());
        }
    }
    if run.config.privacy.redact {
        crate::privacy::redact(&mut intake);
    }
    let names = intake.input.attribute_columns;
    let mut values: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for submission in intake.submissions {
        // Of several submissions of a respondent the latest that says something counts, value by value.
        let known =
            values.entry(submission.respondent_id.to_string()).or_insert_with(|| vec![String::new(); names.len()]);
        for (known, value) in known.iter_mut().zip(submission.attributes.iter()) {
            if !value.trim().is_empty() {
                value.as_ref().clone_into(known);
            }
        }
    }
    Ok(Attributes { names, values })
}

/// Writes a run with a code frame. `name`: the base name of the file, whose end says the format; of tables in text files the coding
/// stands in a second one, `-coding` behind its stem. `attributes`: what a project says of respondents; nothing where small cells are
/// suppressed.
///
/// The bytes are the same for the same run and frame, at any thread count.
///
/// # Errors
/// [`Error::Exchange`] for a format that is unknown or cannot hold it; [`Error::CodeFrame`] for a frame that does not fit the run.
pub fn export(
    run: &CodedRun,
    frame: &CodeFrame,
    attributes: &Attributes,
    name: &str,
) -> Result<Vec<ExchangeFile>, Error> {
    let format = Format::of(name)?;
    let reader = Reader::new(&run.config)?;
    let view = view::View::new(run, frame, &reader.analyser())?;
    let file = |name: String, bytes: Vec<u8>| ExchangeFile { name, bytes };
    Ok(match format {
        Format::CodeBook => {
            let project = Project { origin: refi::ORIGIN.into(), codes: outgoing::codes(&view), ..Project::default() };
            vec![file(name.to_owned(), refi::code_book(&project).into_bytes())]
        }
        Format::Project => {
            let project = outgoing::project(&view, attributes, run.config.privacy.is_on());
            vec![file(name.to_owned(), package::write(&project))]
        }
        Format::Csv => {
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            let (book, coding) = table::csv(&view);
            vec![file(name.to_owned(), book), file(format!("{stem}-coding.csv"), coding)]
        }
        Format::Workbook => vec![file(name.to_owned(), table::workbook(&view, name)?)],
    })
}

/// How a file is read.
#[derive(Clone, Copy, Debug)]
pub struct ImportSettings<'i> {
    /// Who answers for what the file names nobody for.
    pub author: &'i str,
    /// When that was decided: a date, or a date and time.
    pub time: &'i str,
    /// The question of codes of which the file does not say it.
    pub question: Option<&'i str>,
    /// Whether positions count UTF-16 units, against the standard.
    pub is_utf_16: bool,
}

/// How a file is read, and which it is.
struct Import<'i> {
    file: &'i str,
    /// The part of the archive.
    part: &'i str,
    author: &'i str,
    time: &'i str,
    question: Option<&'i str>,
    is_utf_16: bool,
}

/// A code frame with what a file says.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The frame, with a decision for each difference behind those it had.
    pub frame: CodeFrame,
    /// The themes of which the file speaks.
    pub n_themes: u64,
    /// The decisions that were added, by the name of their action.
    pub counts: BTreeMap<&'static str, u64>,
    /// The codings that were in effect already.
    pub n_in_effect: u64,
    /// Codings by the machine that are no longer so: the frame has changed since they were exported.
    pub n_lapsed: u64,
    /// What the file says that could not be placed.
    pub unmatched: Vec<Unmatched>,
    /// What else there is to know.
    pub notes: Vec<String>,
}

/// Something that could not be placed.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Unmatched {
    /// Where it stands in the file.
    pub place: String,
    /// What it is.
    pub what: String,
    /// Why.
    pub why: String,
}

impl Imported {
    /// What was done, in a line, then a line for each thing that could not be placed.
    pub fn told(&self) -> String {
        let number = |n: u64, what: &str| if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") };
        let n_added: u64 = self.counts.values().sum();
        let mut text = format!("{}, {}", number(self.n_themes, "theme"), number(n_added, "new decision"));
        let counts: Vec<String> = self.counts.iter().map(|(action, n)| format!("{n} {action}")).collect();
        if !counts.is_empty() {
            text.push_str(" (");
            text.push_str(&counts.join(", "));
            text.push(')');
        }
        // Writing to a string does not fail.
        let _ = write!(text, ", {} in effect already", number(self.n_in_effect, "coding"));
        if self.n_lapsed > 0 {
            let _ = write!(
                text,
                ", {} by the machine left aside: the code frame no longer gives them",
                number(self.n_lapsed, "coding")
            );
        }
        for note in &self.notes {
            let _ = write!(text, "\nnote: {note}");
        }
        for Unmatched { place, what, why } in &self.unmatched {
            let place = if place.is_empty() { String::new() } else { format!("{place}: ") };
            let _ = write!(text, "\nnot taken over: {place}{what}: {why}");
        }
        text
    }
}

/// Reads files and adds what they say to a code frame. Several are read together only if all are `.csv`.
///
/// # Errors
/// [`Error::Exchange`], with the place; [`Error::CodeFrame`] for a frame that does not fit the run.
pub fn import(
    run: &CodedRun,
    frame: &CodeFrame,
    files: &[ExchangeFile],
    settings: &ImportSettings<'_>,
) -> Result<Imported, Error> {
    let reader = Reader::new(&run.config)?;
    let analyser = reader.analyser();
    let view = view::View::new(run, frame, &analyser)?;
    let names: Vec<&str> = files.iter().map(|file| file.name.as_str()).collect();
    let told = names.join(", ");
    let ImportSettings { author, time, question, is_utf_16 } = *settings;
    let import = Import { file: &told, part: "", author, time, question, is_utf_16 };
    if let Some(question) = question.filter(|id| run.question(id).is_none()) {
        let fault = ExchangeFault::UnknownQuestion { question: question.to_owned(), available: view.ids() };
        return Err(ExchangeError::of(&told, "", fault).into());
    }
    let refuse = |fault| Err(FrameError { file: told.clone(), line: 0, fault }.into());
    if author.trim().is_empty() {
        return refuse(FrameFault::Empty { field: "author" });
    }
    if !is_time(time) {
        return refuse(FrameFault::BadTime { time: time.to_owned() });
    }
    let mut claims = claims::Claims::default();
    for file in files {
        let format = Format::of(&file.name)?;
        if files.len() > 1 && format != Format::Csv {
            return Err(ExchangeError::of(&file.name, "", ExchangeFault::Mixed { other: told }).into());
        }
        match format {
            Format::CodeBook => {
                let text = read::decode(&file.name, "", &file.bytes)?;
                let project = refi::read_code_book(&file.name, &text)?;
                claims = claims::of_project(&view, &with_codes(&file.name, project)?, &import)?;
            }
            Format::Project => {
                let (project, part) = package::read(&file.name, &file.bytes)?;
                let import = Import { part: &part, ..import };
                claims = claims::of_project(&view, &with_codes(&file.name, project)?, &import)?;
            }
            Format::Csv | Format::Workbook => {}
        }
    }
    if files.iter().all(|file| matches!(Format::of(&file.name), Ok(Format::Csv | Format::Workbook))) {
        claims = table::read(&view, files)?;
    }
    Ok(join::join(view, claims, &import, &analyser)?)
}

fn with_codes(file: &str, project: Project) -> Result<Project, ExchangeError> {
    if project.codes.is_empty() {
        return Err(ExchangeError::of(file, "", ExchangeFault::NoCodes));
    }
    Ok(project)
}
