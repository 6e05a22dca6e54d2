//! Why codes or coding cannot be exchanged, and the way out.

use crate::codeframe::FrameError;
use crate::ingest::IngestError;

/// Why codes or coding cannot be exchanged, with the place.
#[derive(Debug, thiserror::Error)]
#[error("{}{fault}", told(file, place, fault))]
pub struct ExchangeError {
    /// The base name of the file.
    pub file: String,
    /// Part and line, or sheet, row and column; empty for the whole file.
    pub place: String,
    /// What is wrong there.
    pub fault: ExchangeFault,
}

/// The file and the place, unless what is wrong names them itself.
fn told(file: &str, place: &str, fault: &ExchangeFault) -> String {
    match fault {
        ExchangeFault::Input(_) => String::new(),
        _ if place.is_empty() => format!("{file}: "),
        _ => format!("{file}, {place}: "),
    }
}

/// What is wrong.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are named as the message words them")]
pub enum ExchangeFault {
    /// The name ends in no format that is known.
    #[error("it is none of {}", super::Format::NAMES)]
    Format,
    /// Files of two kinds are read together.
    #[error("it is no table, and is given together with {other}")]
    Mixed { other: String },
    /// The file is no whole archive or workbook.
    #[error(transparent)]
    Input(#[from] IngestError),
    /// What the decisions come to contradicts the code frame.
    #[error("what it says cannot be applied: {0}")]
    Frame(FrameError),
    /// A word of a theme cannot be looked for.
    #[error("{}", .0.fault)]
    Word(FrameError),
    /// The XML is broken.
    #[error("its XML is not whole: {message}")]
    Xml { message: String },
    /// The XML declares entities.
    #[error("its XML has a document type, which no REFI-QDA file needs and which can stand for more than is written")]
    Doctype,
    /// The XML is nested too deep.
    #[error("its XML is nested more than {limit} deep")]
    Deep { limit: usize },
    /// The text is in an encoding that is not read.
    #[error("its text is {found}")]
    Encoding { found: String },
    /// The XML is something else.
    #[error("its root is {found}, not {expected}")]
    Root { found: String, expected: &'static str },
    /// Something lacks what it must have.
    #[error("{what} has no {attribute}")]
    Missing { what: String, attribute: &'static str },
    /// An attribute says what it cannot say.
    #[error("{attribute} of {what} is {value:?}")]
    Value { what: String, attribute: &'static str, value: String },
    /// Two things share an identity.
    #[error("{what} has the GUID {guid} of {other}")]
    SameGuid { what: String, guid: String, other: String },
    /// A text is longer than any name.
    #[error("{attribute} of {what} has {found} characters, more than {limit}")]
    Long { what: String, attribute: &'static str, found: usize, limit: usize },
    /// A file of answers is none of the run's.
    #[error("it is none of the files that the run was made from")]
    OtherAnswers,
    /// There are no codes.
    #[error("it holds no code")]
    NoCodes,
    /// There is no project in the archive.
    #[error("it holds {found} files ending in .qde at its top, not one")]
    NoProject { found: usize },
    /// A source stands outside the archive's folder.
    #[error("the text of {what} is to be at {path:?}, which leads out of the project")]
    Outside { what: String, path: String },
    /// A source is not in the archive.
    #[error("the text of {what} is to be at {path:?}, which is not in the archive")]
    NoText { what: String, path: String },
    /// It is not known which question a code is about.
    #[error("nothing says which question the code {code:?} is about")]
    NoQuestion { code: String, available: Vec<String> },
    /// The consultation does not have the question.
    #[error("the consultation has no open question {question:?}")]
    UnknownQuestion { question: String, available: Vec<String> },
    /// A table lacks a column.
    #[error("it has no column {column:?}")]
    NoColumn { column: &'static str, available: Vec<String> },
    /// A workbook has neither sheet.
    #[error("it has neither a sheet \"Code book\" nor a sheet \"Coding\"")]
    NoSheet,
    /// A cell must say something.
    #[error("{column} is empty")]
    Empty { column: &'static str },
    /// A cell says what it cannot say.
    #[error("{column} is {found:?}")]
    Cell { column: &'static str, found: String, expected: &'static str },
    /// A theme is not there.
    #[error("question {question:?} has no theme {theme:?}")]
    NoTheme { theme: String, question: String, available: Vec<String> },
    /// Two rows say what one theme is.
    #[error("the theme {theme:?} stands in {other} already")]
    SameTheme { theme: String, other: String },
    /// Themes stand below each other in a circle.
    #[error("the theme {theme:?} stands below itself")]
    Circle { theme: String },
    /// A workbook cannot hold it.
    #[error("{what}, more than a workbook holds")]
    Workbook { what: String },
    /// A quotation mark is never closed, or the like.
    #[error("it cannot be taken apart: {message}")]
    Csv { message: String },
}

impl ExchangeError {
    pub(super) fn of(file: &str, place: impl Into<String>, fault: impl Into<ExchangeFault>) -> Self {
        Self { file: file.to_owned(), place: place.into(), fault: fault.into() }
    }

    /// The way out, as a sentence.
    pub fn hint(&self) -> String {
        let listed = |names: &[String]| names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
        match &self.fault {
            ExchangeFault::Format => "give it a name that ends so".into(),
            ExchangeFault::Mixed { .. } => {
                "give one code book, project or workbook; several files are read together only if all are .csv".into()
            }
            ExchangeFault::Input(error) => error.hint(),
            ExchangeFault::Frame(error) | ExchangeFault::Word(error) => error.hint(),
            ExchangeFault::Xml { .. } | ExchangeFault::NoProject { .. } => {
                "export it again from the program that wrote it".into()
            }
            ExchangeFault::Doctype | ExchangeFault::Deep { .. } | ExchangeFault::Long { .. } => {
                "no program writes such a file by itself: ask whoever sent it, or export it anew".into()
            }
            ExchangeFault::Encoding { .. } => "save it as UTF-8".into(),
            ExchangeFault::Root { .. } => {
                "a code book is exported as REFI-QDA Codebook (.qdc), a project as REFI-QDA Project (.qdpx)".into()
            }
            ExchangeFault::Missing { .. } | ExchangeFault::Value { .. } | ExchangeFault::SameGuid { .. } => {
                "the program that wrote it broke the standard: export it again, with another version if it does so again".into()
            }
            ExchangeFault::OtherAnswers => "name the files as they were when `canvass run` read them: manifest.json has their hashes".into(),
            ExchangeFault::NoCodes => "export a code book that has codes".into(),
            ExchangeFault::Outside { .. } | ExchangeFault::NoText { .. } => {
                "export the project with its sources inside".into()
            }
            ExchangeFault::NoQuestion { available, .. } => {
                format!("name it with --question: {}", listed(available))
            }
            ExchangeFault::UnknownQuestion { available, .. } => format!("its open questions are {}", listed(available)),
            ExchangeFault::NoColumn { available, .. } => format!("its columns are {}", listed(available)),
            ExchangeFault::NoSheet => "name the sheets so; `canvass codeframe export` writes them to go by".into(),
            ExchangeFault::Empty { column } => format!("fill in {column}, or remove the row"),
            ExchangeFault::Cell { expected, .. } => format!("write {expected}"),
            ExchangeFault::NoTheme { available, .. } if available.is_empty() => "the question has no themes".into(),
            ExchangeFault::NoTheme { available, .. } => format!("its themes are {}", listed(available)),
            ExchangeFault::SameTheme { .. } => "remove one of the rows".into(),
            ExchangeFault::Circle { .. } => "put one of the themes above it elsewhere".into(),
            ExchangeFault::Workbook { .. } => "export to .csv or .qdpx instead".into(),
            ExchangeFault::Csv { .. } => "save it as CSV again: cells with commas, quotation marks or line breaks stand within quotation marks".into(),
        }
    }
}
