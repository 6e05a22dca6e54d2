//! Why a code frame cannot be used, and the way out.

use std::path::PathBuf;

/// Why a code frame cannot be used, with its place.
#[derive(Debug, thiserror::Error)]
#[error("{file}{}: {fault}", at(*line))]
pub struct FrameError {
    /// The base name of the file.
    pub file: String,
    /// The line at which the theme or decision begins, 1-based; 0 for the whole file.
    pub line: u32,
    /// What is wrong there.
    pub fault: FrameFault,
}

fn at(line: u32) -> String {
    if line == 0 { String::new() } else { format!(", line {line}") }
}

/// What is wrong with a code frame.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are named as the message words them; lines are 1-based")]
pub enum FrameFault {
    /// The file cannot be read.
    #[error("cannot be read: {source}")]
    Unreadable { path: PathBuf, source: std::io::Error },
    /// The file is not UTF-8.
    #[error("it is not UTF-8")]
    Encoding,
    /// The file is no TOML, or has fields that no code frame has.
    #[error("{message}")]
    Syntax { message: String },
    /// The file is of another kind or version.
    #[error("its schema is {found:?}; canvass reads {:?}", super::SCHEMA)]
    Schema { found: String },
    /// A merge of two versions is not finished.
    #[error("it holds the mark of an unfinished merge, {mark:?}")]
    Conflict { mark: &'static str },
    /// A decision says what no decision of its kind says.
    #[error("the decision {action:?} cannot be read: {message}")]
    Decision { action: String, message: String },
    /// A field must say something.
    #[error("{field} is empty")]
    Empty { field: &'static str },
    /// An id has other characters than ids have.
    #[error("the id {id:?} has characters other than letters, digits, \".\", \"_\" and \"-\"")]
    BadId { id: String },
    /// A time is none.
    #[error("{time:?} is no time")]
    BadTime { time: String },
    /// A language has no resources.
    #[error("the language {code:?} is unknown")]
    UnknownLanguage { code: String },
    /// Two themes of a question share an id.
    #[error("the theme {id:?} of question {question:?} is there already, since line {line}")]
    SameTheme { id: String, question: String, line: u32 },
    /// Two decisions share an id.
    #[error("the decision {id:?} is there already, in line {line}")]
    SameDecision { id: String, line: u32 },
    /// A theme is not there.
    #[error("question {question:?} has no theme {id:?}")]
    NoTheme { id: String, question: String, available: Vec<String> },
    /// A theme is no longer there.
    #[error("the theme {id:?} of question {question:?} is gone: {fate} in line {line}")]
    GoneTheme { id: String, question: String, fate: String, line: u32 },
    /// A theme is merged with itself, or below itself.
    #[error("the theme {id:?} cannot be {what} itself")]
    Itself { id: String, what: &'static str },
    /// A theme has the status that is decided.
    #[error("the theme {id:?} is {status} already, since line {line}")]
    SameStatus { id: String, status: &'static str, line: u32 },
    /// A rejected theme is to change.
    #[error("the theme {id:?} is rejected, since line {line}")]
    Rejected { id: String, line: u32 },
    /// A theme has the word already.
    #[error("the theme {id:?} has {term:?} already, since line {line}")]
    SameTerm { id: String, term: String, line: u32 },
    /// A theme does not have the word.
    #[error("the theme {id:?} has no {term:?}")]
    NoTerm { id: String, term: String, available: Vec<String> },
    /// A word cannot be looked for.
    #[error("the term {term:?} cannot be looked for: {why}")]
    Term { term: String, why: canvass_text::FormError },
    /// A point or response was decided about before.
    #[error("{what} is {state} {id:?} already, by line {line}")]
    Decided { what: String, state: &'static str, id: String, line: u32 },
    /// A response is named twice where a classifier proposes.
    #[error("the response {response:?} is named twice")]
    ProposedTwice { response: String },
    /// A passage is no passage.
    #[error("bytes {start} to {end} are no passage")]
    BadSpan { start: u32, end: u32 },
    /// An undo of what is not there.
    #[error("there is no decision {id:?} before it")]
    NoDecision { id: String },
    /// An undo of what is undone.
    #[error("the decision {id:?} is undone already, by line {line}")]
    Undone { id: String, line: u32 },
    /// A question that the consultation does not have.
    #[error("the consultation has no open question {question:?}")]
    NoQuestion { question: String, available: Vec<String> },
}

impl FrameError {
    /// The way out, as a sentence.
    pub fn hint(&self) -> String {
        let listed = |names: &[String]| names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
        match &self.fault {
            FrameFault::Unreadable { .. } => "check the path given to --codeframe".into(),
            FrameFault::Encoding => "save it as plain text in UTF-8".into(),
            FrameFault::Syntax { message } if message.contains("duplicate key") => {
                "give each decision an id of its own; a decision that stands there twice, as joining two files may leave it, is removed once".into()
            }
            FrameFault::Syntax { .. } | FrameFault::Decision { .. } => {
                "the README lists what a code frame holds; `canvass codeframe init RUN_DIR --out FILE` writes one to go by".into()
            }
            FrameFault::Schema { .. } => "take the version of canvass that wrote it, or make one with `canvass codeframe init`".into(),
            FrameFault::Conflict { .. } => {
                "keep the decisions of both sides, each once, and remove the marks; with \"codeframe.toml merge=union\" in .gitattributes git does that by itself".into()
            }
            FrameFault::Empty { field } => format!("give {field} a value"),
            FrameFault::BadId { .. } => "write an id such as t01 or regional-presence".into(),
            FrameFault::BadTime { .. } => "write a date and time such as 2026-03-31T14:05:00Z, or a date".into(),
            FrameFault::UnknownLanguage { .. } => "write a code of two letters, such as en, fr, es, ru, ar or zh".into(),
            FrameFault::SameTheme { .. } => "give one of them another id".into(),
            FrameFault::SameDecision { .. } => "remove one of them: joining two files may have kept both".into(),
            FrameFault::NoTheme { available, .. } if available.is_empty() => "the question has no themes in this file".into(),
            FrameFault::NoTheme { available, .. } => format!("its themes are {}", listed(available)),
            FrameFault::GoneTheme { .. } | FrameFault::Undone { .. } => {
                "remove this decision, or undo the one that stands before it".into()
            }
            FrameFault::Itself { .. } => "name another theme".into(),
            FrameFault::SameStatus { .. } | FrameFault::SameTerm { .. } => "remove this decision: it changes nothing".into(),
            FrameFault::Rejected { .. } => "reopen the theme first, or remove this decision".into(),
            FrameFault::NoTerm { available, .. } => format!("its terms are {}", listed(available)),
            FrameFault::Term { .. } => {
                "write a word or phrase as answers have it, the beginning of a word and a star, or a stem in square brackets".into()
            }
            FrameFault::Decided { .. } => "undo the one before, or remove this decision".into(),
            FrameFault::ProposedTwice { .. } => "name it once, among `responses` or among `without`".into(),
            FrameFault::BadSpan { .. } => "take start and end from responses.jsonl".into(),
            FrameFault::NoDecision { .. } => "`canvass codeframe log FILE` lists the decisions with their ids".into(),
            FrameFault::NoQuestion { available, .. } => format!("its open questions are {}", listed(available)),
        }
    }
}
