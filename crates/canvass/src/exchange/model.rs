//! Codes and coding as REFI-QDA has them: what its files are read to and written from.

use super::Guid;

/// A project; of a code book its codes alone.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Project {
    /// What it is called.
    pub name: String,
    /// The program that wrote it, as it says.
    pub origin: String,
    /// What is said of it.
    pub description: String,
    /// Who coded.
    pub users: Vec<User>,
    /// The codes, each behind the one above it.
    pub codes: Vec<Code>,
    /// What is known of cases.
    pub variables: Vec<Variable>,
    /// Respondents.
    pub cases: Vec<Case>,
    /// What was coded.
    pub sources: Vec<Source>,
    /// Groups of sources.
    pub sets: Vec<Set>,
    /// Sources that are no plain text, or whose text is not in the project, with their codings.
    pub others: Vec<Other>,
}

/// Someone who coded.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct User {
    /// Identity.
    pub guid: Guid,
    /// Name; may be empty.
    pub name: String,
}

/// A code.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Code {
    /// Identity.
    pub guid: Guid,
    /// Name.
    pub name: String,
    /// Whether anything may be coded with it; if not, it is a folder.
    pub is_codable: bool,
    /// What is said of it.
    pub description: String,
    /// The code above it: its place among the codes, smaller than its own.
    pub above: Option<usize>,
    /// Where it begins in the file, 1-based.
    pub line: u32,
}

/// What is known of cases; values are texts.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Variable {
    /// Identity.
    pub guid: Guid,
    /// Name.
    pub name: String,
}

/// A respondent.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Case {
    /// Identity.
    pub guid: Guid,
    /// Name.
    pub name: String,
    /// What is known: the place of the variable, and the value.
    pub values: Vec<(usize, String)>,
    /// The places of its sources.
    pub sources: Vec<usize>,
}

/// A text that was coded.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Source {
    /// Identity.
    pub guid: Guid,
    /// Name.
    pub name: String,
    /// The text as the project has it, a byte order mark aside.
    pub text: String,
    /// Its coded passages.
    pub selections: Vec<Selection>,
    /// Codings of the whole text.
    pub codings: Vec<Coding>,
}

/// A coded passage.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Selection {
    /// Identity.
    pub guid: Guid,
    /// The first character: code points from the beginning of the text.
    pub start: u64,
    /// One past the last.
    pub end: u64,
    /// Who selected it, if it is said.
    pub user: Option<Guid>,
    /// Its codings.
    pub codings: Vec<Coding>,
    /// Where it begins in the file, 1-based.
    pub line: u32,
}

/// That a code was put on a passage.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Coding {
    /// Identity.
    pub guid: Guid,
    /// The code.
    pub code: Guid,
    /// By whom, if it is said.
    pub user: Option<Guid>,
    /// When, if it is said: a date and time as XML Schema writes them.
    pub time: String,
}

/// A group of sources.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Set {
    /// Identity.
    pub guid: Guid,
    /// Name.
    pub name: String,
    /// The places of its sources.
    pub sources: Vec<usize>,
}

/// A source that is not read.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Other {
    /// Its name.
    pub name: String,
    /// Why it is not read.
    pub why: String,
    /// How many codings it has.
    pub n_codings: u64,
}
