//! The code frame: the themes as an analyst settles them, and the decisions that led there, in a file that replays to the same bytes.
//!
//! A [`CodeFrame`] holds themes, as the machine proposed or someone wrote them, and a list of [`Decision`]s. [`replay`](CodeFrame::replay)
//! follows these and gives the [`FrameState`]: what each theme is now. [`coding`] applies that to the points of a question. Themes stay as
//! they are in the file; who decides adds a decision behind the others, so that a file only grows, and two that grew apart
//! can be joined line by line.

pub mod coding;
mod compare;
mod deductive;
mod desk;
mod error;
mod file;
mod log;
mod propose;
mod reader;
mod replay;
mod state;
pub mod suggest;

use canvass_text::Language;
use serde::{Deserialize, Serialize};

pub use coding::PutBy;
pub use compare::{DecisionNote, FrameDiff, ThemeDiff, compare, text as diff_text};
pub use deductive::{NamedCode, from_names, read_codes};
pub use desk::Desk;
pub use error::{FrameError, FrameFault};
pub(crate) use file::is_time;
pub use log::{log, told};
pub(crate) use propose::form;
pub use propose::propose;
pub use reader::Reader;
pub use state::{Code, Fate, FrameState, FrameTerm, Learnt, Origin, Part, Pin, Rule, ThemeState, Unquoted};

/// The format of the file.
pub const SCHEMA: &str = "canvass-codeframe-1";

/// The name of the code frame in a run folder.
pub const CODE_FRAME: &str = "codeframe.toml";

/// Themes and decisions, as a file has them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CodeFrame {
    /// The base name of the file, for messages.
    pub file: String,
    /// How the machine found the themes, by question and language.
    pub bases: Vec<FrameBasis>,
    /// The themes before any decision, in the order of the file.
    pub themes: Vec<FrameTheme>,
    /// What was decided, in the order in which it applies.
    pub decisions: Vec<Decision>,
}

/// How the machine found the themes of a question: what it takes to measure again how sure they are.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FrameBasis {
    /// The question.
    pub question: String,
    /// The language of the answers, an ISO 639-1 code.
    pub language: String,
    /// The algorithm, by name.
    pub algorithm: String,
    /// How many clusters there were before they were defined; 0 for stem themes.
    pub n_clusters: u32,
}

/// What an analyst says of a theme.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Nobody has said yes or no.
    #[default]
    Proposed,
    /// It is a theme.
    SignedOff,
    /// It is none: it is kept in the file, but codes nothing.
    Rejected,
}

impl Status {
    /// The word that stands in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::SignedOff => "signed-off",
            Self::Rejected => "rejected",
        }
    }
}

/// A theme before any decision.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct FrameTheme {
    /// The question whose answers it codes.
    pub question: String,
    /// The language of its terms, an ISO 639-1 code.
    pub language: String,
    /// Unique within the question: letters, digits, `.`, `_`, `-`.
    pub id: String,
    /// What the report calls it.
    pub name: String,
    /// What belongs to it and what does not, for people.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub definition: String,
    /// A point that holds one of these words and phrases is in the theme ...
    #[serde(default)]
    pub include: Vec<String>,
    /// ... unless it holds one of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// The theme above it, by id; empty: none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub parent: String,
    /// What an analyst says of it.
    #[serde(default)]
    pub status: Status,
    /// The GUID of the code that it was imported from, in REFI-QDA files; empty: one is made of question and id.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub guid: String,
    /// A digest of name and words as the machine proposed them: whether someone has edited the theme in its place.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub proposal: String,
    /// Where it begins in the file, 1-based; 0 if in none.
    #[serde(skip)]
    pub line: u32,
}

impl FrameTheme {
    /// The digest of what a machine proposes.
    pub fn digest(&self) -> String {
        let mut hasher = blake3::Hasher::new();
        for part in [&self.question, &self.language, &self.id, &self.name].into_iter().chain(&self.include) {
            hasher.update(part.as_bytes());
            hasher.update(&[0]);
        }
        hasher.finalize().to_hex()[..DIGEST].to_owned()
    }
}

/// The hexadecimal digits of a decision's id and of a proposal's digest.
const DIGEST: usize = 10;

/// A step of an analyst.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Decision {
    /// Unique within the file; where a program writes it, a digest of everything else, and where the page of a review does, a number
    /// that it drew, so that what is sent twice is known again.
    pub id: String,
    /// The question it is about; empty for an undo.
    pub question: String,
    /// Who decided.
    pub author: String,
    /// When, by whoever wrote it down: a date, or a date and time.
    pub time: String,
    /// Why; may be empty.
    pub reason: String,
    /// What.
    pub action: Action,
    /// Where it begins in the file, 1-based; 0 if in none.
    pub line: u32,
}

impl Decision {
    /// The id that a program gives it: a digest of what it says.
    ///
    /// # Panics
    /// Never: an action is a plain structure.
    pub fn digest(&self) -> String {
        let what = serde_json::to_string(&self.action).expect("a plain structure has a JSON form");
        let mut hasher = blake3::Hasher::new();
        for part in [&self.question, &self.author, &self.time, &self.reason, &what] {
            hasher.update(part.as_bytes());
            hasher.update(&[0]);
        }
        hasher.finalize().to_hex()[..DIGEST].to_owned()
    }
}

/// A point of a response: bytes of what was analysed.
#[derive(Clone, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct PointRef {
    /// The response.
    pub response: String,
    /// The first byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

/// A number from 0 to 1, in thousandths, so that it is written as it is read.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(try_from = "f64", into = "f64")]
pub struct Thousandths(u16);

impl Thousandths {
    /// The nearest to a number, which is taken as 0 below that, and as 1 above.
    #[allow(clippy::cast_sign_loss, reason = "it is not below 0")]
    pub fn nearest(x: f64) -> Self {
        Self((x.clamp(0.0, 1.0) * 1000.0).round() as u16)
    }
}

impl From<Thousandths> for f64 {
    fn from(Thousandths(thousandths): Thousandths) -> Self {
        Self::from(thousandths) / 1000.0
    }
}

impl TryFrom<f64> for Thousandths {
    type Error = &'static str;

    fn try_from(x: f64) -> Result<Self, Self::Error> {
        if (0.0..=1.0).contains(&x) { Ok(Self::nearest(x)) } else { Err("a number from 0 to 1 is needed") }
    }
}

/// What is decided.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(tag = "action", rename_all = "kebab-case", deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are named as in the file, and each action says what they do")]
pub enum Action {
    /// Gives a theme another name.
    Rename { theme: String, name: String },
    /// Says what belongs to a theme.
    Define { theme: String, definition: String },
    /// Makes a theme part of another: its points, words and decisions are that one's from then on.
    Merge { theme: String, into: String },
    /// Makes a new theme of some of a theme's words.
    Split { theme: String, new: String, name: String, terms: Vec<String> },
    /// Takes a theme away.
    Delete { theme: String },
    /// Adds a theme, which may be one that was searched for.
    Add {
        theme: String,
        name: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        language: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        definition: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        include: Vec<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        exclude: Vec<String>,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        parent: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        search: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        guid: String,
    },
    /// Adds a word or phrase that puts a point into a theme, or with `exclude` keeps it out.
    AddTerm {
        theme: String,
        term: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        language: String,
        #[serde(default, skip_serializing_if = "is_false")]
        exclude: bool,
    },
    /// Removes one.
    RemoveTerm {
        theme: String,
        term: String,
        #[serde(default, skip_serializing_if = "String::is_empty")]
        language: String,
        #[serde(default, skip_serializing_if = "is_false")]
        exclude: bool,
    },
    /// Puts a theme below another; an empty one takes it out again.
    SetParent { theme: String, parent: String },
    /// Says that a theme is one.
    SignOff { theme: String },
    /// Says that it is none.
    Reject { theme: String },
    /// Takes either back.
    Reopen { theme: String },
    /// Puts a point into a theme, whatever its words.
    PinPoint { theme: String, response: String, start: u32, end: u32 },
    /// Takes a point out of a theme, whatever its words.
    DropPoint { theme: String, response: String, start: u32, end: u32 },
    /// Both, from one theme to another.
    MovePoint { from: String, to: String, response: String, start: u32, end: u32 },
    /// Puts a response into a theme as a whole.
    CodeResponse { theme: String, response: String },
    /// Takes a response out of a theme, with all its points.
    DropResponse { theme: String, response: String },
    /// Both, from one theme to another.
    MoveResponse { from: String, to: String, response: String },
    /// Says of a response all that it is in: these themes, and no other of the question's that are there, but for those left open.
    CodeExactly {
        response: String,
        themes: Vec<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        open: Vec<String>,
    },
    /// Puts responses into a theme, and others out of it, as a classifier learnt it; what people decided of them stands above that, whenever
    /// they did. The last one of a theme counts.
    ProposeCoding {
        theme: String,
        /// Those that are in ...
        responses: Vec<String>,
        /// ... and those that are not, though they hold a word of the theme.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        without: Vec<String>,
        /// The responses that people had coded, ...
        n_coded: u32,
        /// ... those of them in the theme, ...
        n_in_theme: u32,
        /// ... and how well what was learnt from some foretells others, with its interval.
        f1: Thousandths,
        f1_low: Thousandths,
        f1_high: Thousandths,
    },
    /// Marks a point as one that shows what the theme is: the first that is quoted.
    MarkExemplar { theme: String, response: String, start: u32, end: u32 },
    /// Keeps a point from being quoted: for one theme, or without one for all.
    ExcludeVerbatim {
        #[serde(default, skip_serializing_if = "String::is_empty")]
        theme: String,
        response: String,
        start: u32,
        end: u32,
    },
    /// Takes a decision before it back. An undo can be undone.
    Undo { decision: String },
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde passes it")]
fn is_false(value: &bool) -> bool {
    !value
}

impl Action {
    /// Whether it says what is in a theme other than by words: what people code, or a classifier proposes.
    pub fn is_coding(&self) -> bool {
        matches!(
            self,
            Self::PinPoint { .. }
                | Self::DropPoint { .. }
                | Self::MovePoint { .. }
                | Self::CodeResponse { .. }
                | Self::DropResponse { .. }
                | Self::MoveResponse { .. }
                | Self::CodeExactly { .. }
                | Self::ProposeCoding { .. }
        )
    }

    /// Its name in the file.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Rename { .. } => "rename",
            Self::Define { .. } => "define",
            Self::Merge { .. } => "merge",
            Self::Split { .. } => "split",
            Self::Delete { .. } => "delete",
            Self::Add { .. } => "add",
            Self::AddTerm { .. } => "add-term",
            Self::RemoveTerm { .. } => "remove-term",
            Self::SetParent { .. } => "set-parent",
            Self::SignOff { .. } => "sign-off",
            Self::Reject { .. } => "reject",
            Self::Reopen { .. } => "reopen",
            Self::PinPoint { .. } => "pin-point",
            Self::DropPoint { .. } => "drop-point",
            Self::MovePoint { .. } => "move-point",
            Self::CodeResponse { .. } => "code-response",
            Self::DropResponse { .. } => "drop-response",
            Self::MoveResponse { .. } => "move-response",
            Self::CodeExactly { .. } => "code-exactly",
            Self::ProposeCoding { .. } => "propose-coding",
            Self::MarkExemplar { .. } => "mark-exemplar",
            Self::ExcludeVerbatim { .. } => "exclude-verbatim",
            Self::Undo { .. } => "undo",
        }
    }
}

/// Checks that a code frame is about these open questions only.
pub(crate) fn check_questions<'q>(frame: &CodeFrame, open: impl Iterator<Item = &'q str>) -> Result<(), FrameError> {
    let open: Vec<&str> = open.collect();
    let themes = frame.themes.iter().map(|theme| (&theme.question, theme.line));
    let decisions = frame.decisions.iter().map(|decision| (&decision.question, decision.line));
    for (question, line) in themes.chain(decisions.filter(|(question, _)| !question.is_empty())) {
        if !open.contains(&question.as_str()) {
            let available = open.iter().map(|id| (*id).to_owned()).collect();
            let fault = FrameFault::NoQuestion { question: question.clone(), available };
            return Err(FrameError { file: frame.file.clone(), line, fault });
        }
    }
    Ok(())
}

/// The language of a code.
pub(crate) fn language_of(code: &str) -> Option<Language> {
    Language::from_code(code)
}
