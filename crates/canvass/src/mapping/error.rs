//! Why collections cannot be mapped, and the way out.

use std::path::PathBuf;

/// Why collections cannot be mapped. The message names the place, [`MapError::hint`] the way out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are named as the message words them")]
pub enum MapError {
    /// There is nothing to compare with.
    #[error("{n} {} given, but a map compares two or more", if *n == 1 { "collection was" } else { "collections were" })]
    TooFew { n: usize },
    /// Two of the files have the same bytes.
    #[error("{} and {} are the same file: every item would overlap with itself", first.display(), second.display())]
    SameFile { first: PathBuf, second: PathBuf },
    /// A folder without files that can be read.
    #[error("the folder {} holds no file that can be read", folder.display())]
    EmptyFolder { folder: PathBuf },
    /// A collection without items.
    #[error("{} holds no item{}", path.display(), if why.is_empty() { String::new() } else { format!(": {why}") })]
    NoItems { path: PathBuf, why: String },
    /// Every item of a collection says nothing.
    #[error("no item of {collection} says anything that can be compared ({n} set aside, the first as {reason})")]
    NothingSaid { collection: String, n: usize, reason: String },
    /// A table has no such column.
    #[error("{file} has no column {wanted:?}; its columns are {}", quoted(available))]
    NoColumn { file: String, wanted: String, available: Vec<String> },
    /// No column of a table holds the texts.
    #[error(
        "{file} has no column called \"text\", and none that holds most of the words; its columns are {}",
        quoted(available)
    )]
    NoTextColumn { file: String, available: Vec<String> },
    /// A run has no such question.
    #[error("the run {} has no open question {wanted:?}; its open questions are {}", folder.display(), available.join(", "))]
    NoSuchQuestion { folder: PathBuf, wanted: String, available: Vec<String> },
    /// Names that do not fit the collections.
    #[error("{found} names were given for {expected} collections")]
    Names { found: usize, expected: usize },
    /// A name that stands twice, or is blank.
    #[error("the name {name:?} cannot tell a collection from the others")]
    Name { name: String },
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

impl MapError {
    /// The way out, as a sentence.
    pub fn hint(&self) -> String {
        match self {
            Self::TooFew { .. } => "name two files or folders, such as `canvass map clubs.md wardens.csv --out map`".into(),
            Self::SameFile { .. } => "name each file once".into(),
            Self::EmptyFolder { .. } => {
                "put the files into it as .txt, .md, .docx, .csv, .tsv, .xlsx, .ods, .json or .jsonl; folders within it are not read".into()
            }
            Self::NoItems { .. } => {
                "say with --items what of a document is an item (clauses, sections, paragraphs, files), or with --text-column which column of a table holds the texts".into()
            }
            Self::NothingSaid { .. } => "check that the right column or part of the document is read".into(),
            Self::NoColumn { .. } => {
                "name one of these with --text-column, --id-column, --title-column or --language-column".into()
            }
            Self::NoTextColumn { .. } => "name the column of the texts with --text-column".into(),
            Self::NoSuchQuestion { .. } => "give the id of one of these with --question".into(),
            Self::Names { .. } => "give one name for each collection, in their order, separated by commas".into(),
            Self::Name { .. } => "give each collection a name of its own with --names".into(),
        }
    }
}
