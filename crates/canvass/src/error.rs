//! Why a run, a check or an explanation could not be made.

use crate::audit::AuditError;
use crate::codeframe::FrameError;
use crate::duplicates::DuplicatesError;
use crate::exchange::ExchangeError;
use crate::generate::GenerateError;
use crate::ingest::IngestError;
use crate::ledger::State;
use crate::mapping::MapError;
use crate::quality::QualityError;
use crate::run_folder::is_full;
use crate::sample::SampleError;
use crate::settings::SettingsError;
use crate::waves::ModelError;
use canvass_analysis::AnalysisError;
use std::path::PathBuf;

/// What can go wrong. Every error has a way out: [`Error::hint`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The files cannot be read as answers.
    #[error(transparent)]
    Input(#[from] IngestError),
    /// The configuration cannot be used.
    #[error(transparent)]
    Settings(#[from] SettingsError),
    /// The code frame cannot be used.
    #[error(transparent)]
    CodeFrame(#[from] FrameError),
    /// The theme model cannot be used.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// The summary cannot be audited.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// Codes or coding cannot be exchanged.
    #[error(transparent)]
    Exchange(#[from] ExchangeError),
    /// The analysis refuses its settings or its input.
    #[error(transparent)]
    Analysis(#[from] AnalysisError),
    /// A labelled set cannot be used.
    #[error(transparent)]
    Quality(#[from] QualityError),
    /// A file of texts cannot be searched for copies.
    #[error(transparent)]
    Duplicates(#[from] DuplicatesError),
    /// Collections cannot be mapped.
    #[error(transparent)]
    Map(#[from] MapError),
    /// Nothing can be generated.
    #[error(transparent)]
    Generate(#[from] GenerateError),
    /// A sample cannot be drawn, or read back.
    #[error(transparent)]
    Sample(#[from] SampleError),
    /// A built-in resource is broken.
    #[error(transparent)]
    Resource(#[from] canvass_text::ResourceError),
    /// No question has two answers to compare.
    #[error("there is nothing to compare in {}: {} to {}; {} something{}", places.join("; "), number(*.received, "response"), number(*.n_questions as u64, "open question"), say(*.analysed), states(.counts))]
    NothingToCompare {
        /// Where the answers are: file, sheet and column of each open question, at most five.
        places: Vec<String>,
        /// Responses received.
        received: u64,
        /// Open questions.
        n_questions: usize,
        /// Responses that say something.
        analysed: u64,
        /// What became of the others.
        counts: Vec<(State, u64)>,
    },
    /// A quotation is not in its source; a fault of this program.
    #[error(
        "the quotation of response {response_id:?} to question {question:?} is not in its source at bytes {start} to {end}"
    )]
    QuotationNotInSource {
        /// The question.
        question: String,
        /// The response.
        response_id: String,
        /// The first byte.
        start: u32,
        /// One past the last.
        end: u32,
    },
    /// The report cannot be made; a fault of this program.
    #[error("the report cannot be made: {0}")]
    Template(String),
    /// A file or folder cannot be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried: "write", "read", "rename", ...
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// There is no space for the run folder.
    #[error("the disk is full: {} needs {}, and {} could be written", folder.display(), size(*needed), size(*written))]
    DiskFull {
        /// The run folder.
        folder: PathBuf,
        /// The bytes of all outputs.
        needed: u64,
        /// Those that were written.
        written: u64,
    },
    /// Another run is being made for the same folder.
    #[error("another run is writing to {}{}", folder.display(), pid.map(|pid| format!(" (process {pid})")).unwrap_or_default())]
    Locked {
        /// The run folder.
        folder: PathBuf,
        /// The process that says it has the lock.
        pid: Option<u32>,
    },
    /// There is nothing to do: the run folder is what the run would come to.
    #[error("nothing has changed: {} is of these inputs, settings and this version", folder.display())]
    Unchanged {
        /// The run folder.
        folder: PathBuf,
    },
    /// The output file exists.
    #[error("the file {} exists", path.display())]
    FileExists {
        /// The file.
        path: PathBuf,
    },
    /// The output folder exists.
    #[error("the output folder {} exists", folder.display())]
    Exists {
        /// The folder.
        folder: PathBuf,
    },
    /// The output folder cannot be one.
    #[error("{} cannot be the output folder: {why}", folder.display())]
    UnusableFolder {
        /// The folder.
        folder: PathBuf,
        /// Why.
        why: &'static str,
    },
    /// The output folder holds something that canvass did not write, and so cannot be replaced.
    #[error("the output folder {} holds {}, which canvass did not write", folder.display(), foreign.join(", "))]
    ForeignFiles {
        /// The folder.
        folder: PathBuf,
        /// The names, at most five.
        foreign: Vec<String>,
    },
    /// The folder is no run folder.
    #[error("{} is no run folder: {why}", folder.display())]
    NotARunFolder {
        /// The folder.
        folder: PathBuf,
        /// What is missing or broken.
        why: String,
    },
    /// No response has this id.
    #[error("there is no response {response_id:?}{} in {}", .question.as_ref().map(|id| format!(" to question {id:?}")).unwrap_or_default(), folder.display())]
    NoSuchResponse {
        /// The run folder.
        folder: PathBuf,
        /// The id asked for.
        response_id: String,
        /// The question asked for.
        question: Option<String>,
        /// A few of the ids there are.
        available: Vec<String>,
        /// The open questions there are.
        questions: Vec<String>,
    },
}

/// "1 response", "2 responses".
fn number(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// "1234 bytes" or, above a million, "12.3 MB".
fn size(bytes: u64) -> String {
    let tenths = bytes / 100_000;
    if tenths < 10 { format!("{bytes} bytes") } else { format!("{}.{} MB", tenths / 10, tenths % 10) }
}

/// "1 says", "2 say".
fn say(n: u64) -> String {
    if n == 1 { "1 says".into() } else { format!("{n} say") }
}

/// " (3 blank, 1 double)", the states that hold anything.
fn states(counts: &[(State, u64)]) -> String {
    let others = counts.iter().filter(|(state, n)| *n > 0 && !state.is_analysed());
    let others: Vec<String> = others.map(|(state, n)| format!("{n} {}", state.name().replace('_', " "))).collect();
    if others.is_empty() { String::new() } else { format!(" ({})", others.join(", ")) }
}

impl Error {
    /// The way out, as a sentence.
    pub fn hint(&self) -> String {
        match self {
            Self::Input(error) => error.hint(),
            Self::Audit(error) => error.hint(),
            Self::Model(error) => error.hint(),
            Self::Map(error) => error.hint(),
            Self::Settings(error) => error.hint(),
            Self::CodeFrame(error) => error.hint(),
            Self::Exchange(error) => error.hint(),
            Self::Quality(error) => error.hint(),
            Self::Duplicates(error) => error.hint(),
            Self::Generate(error) => error.hint(),
            Self::Sample(error) => error.hint(),
            Self::Analysis(AnalysisError::OutOfRange { setting, .. }) => {
                format!("change {setting} in the configuration")
            }
            Self::Analysis(AnalysisError::Clustering { .. } | AnalysisError::Linfa(_)) => {
                "lower themes.max_themes, or leave themes.algorithm out".into()
            }
            Self::NothingToCompare { .. } => {
                "themes need at least two answers to one question; check that the right columns \
                are taken for open questions (run with a config that names them), and read single answers as they are"
                    .into()
            }
            Self::Resource(_) | Self::QuotationNotInSource { .. } | Self::Template(_) => {
                "this is a fault of canvass: please report it with the version and, if you may, the input".into()
            }
            Self::Io { source, .. } if is_full(source) => "free space on that disk".into(),
            Self::DiskFull { .. } => {
                "free space on that disk, or name a folder on another with --out, and run again: checkpoints that \
                were kept beside the folder save the work that is done"
                    .into()
            }
            Self::Locked { pid: Some(pid), .. } => {
                format!("wait until it is done, or end it (kill {pid}); or name another folder with --out")
            }
            Self::Locked { pid: None, .. } => "wait until it is done, or name another folder with --out".into(),
            Self::Unchanged { .. } => "leave out --if-changed to have it made again".into(),
            Self::Io { .. } => "check the path, the permissions and the space on the disk".into(),
            Self::Exists { .. } | Self::FileExists { .. } => {
                "name another with --out, or replace it with --force".into()
            }
            Self::ForeignFiles { .. } => "move these files elsewhere, or name another folder with --out".into(),
            Self::NotARunFolder { .. } => "name the folder that `canvass run` wrote".into(),
            Self::UnusableFolder { .. } => "name another folder with --out".into(),
            Self::NoSuchResponse { available, questions, .. } if available.is_empty() => {
                format!("the open questions are {}", questions.join(", "))
            }
            Self::NoSuchResponse { available, .. } => {
                format!("ids are written as in ledger.csv, for example {}", available.join(", "))
            }
        }
    }

    /// Whether the user's input or usage is the cause, not the run.
    pub fn is_usage(&self) -> bool {
        match self {
            Self::Input(_)
            | Self::Settings(_)
            | Self::CodeFrame(_)
            | Self::Audit(_)
            | Self::Model(_)
            | Self::Exchange(_)
            | Self::Duplicates(_)
            | Self::Map(_)
            | Self::Generate(_)
            | Self::Sample(_)
            | Self::NothingToCompare { .. }
            | Self::Exists { .. }
            | Self::FileExists { .. }
            | Self::UnusableFolder { .. }
            | Self::ForeignFiles { .. }
            | Self::NotARunFolder { .. }
            | Self::NoSuchResponse { .. } => true,
            Self::Analysis(error) => matches!(error, AnalysisError::OutOfRange { .. }),
            Self::Quality(error) => error.is_usage(),
            Self::Resource(_)
            | Self::QuotationNotInSource { .. }
            | Self::Template(_)
            | Self::Io { .. }
            | Self::DiskFull { .. }
            | Self::Locked { .. }
            | Self::Unchanged { .. } => false,
        }
    }

    /// An I/O error with its place, for `map_err`.
    pub(crate) fn io(action: &'static str, path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { action, path, source }
    }
}
