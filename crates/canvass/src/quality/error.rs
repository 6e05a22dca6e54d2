//! Why a labelled set cannot be used, and the way out.

use canvass_analysis::AnalysisError;
use std::path::PathBuf;

/// Why a labelled set cannot be used. The message names the place, [`QualityError::hint`] the way out.
///
/// `file` is a base name; `line` counts from 1, blank ones too.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are named as the message words them; the units are given above")]
pub enum QualityError {
    /// The text is not UTF-8.
    #[error("{file}, line {line} is not UTF-8 text but probably {found}: byte {byte} of the file")]
    Encoding { file: String, line: usize, byte: usize, found: &'static str },
    /// A line is no JSON.
    #[error("{file}, line {line} is not JSON: {why} at byte {byte} of the line")]
    NotJson { file: String, line: usize, byte: usize, why: String },
    /// A line is JSON, but no object.
    #[error("{file}, line {line} is {found}, not a JSON object")]
    NoObject { file: String, line: usize, found: &'static str },
    /// A line lacks a field.
    #[error("{file}, line {line} has no {field:?}; its fields are {}", listed(present))]
    MissingField { file: String, line: usize, field: &'static str, present: Vec<String> },
    /// A field holds something else.
    #[error("{file}, line {line}: {field:?} is {found}, but must be {expected}")]
    WrongKind { file: String, line: usize, field: &'static str, found: &'static str, expected: &'static str },
    /// An id or a label is blank.
    #[error("{file}, line {line}: {field:?} is blank")]
    Blank { file: String, line: usize, field: &'static str },
    /// Two texts have one id.
    #[error("{file}, lines {first} and {line} have the same id: {id:?}")]
    DoubleId { file: String, first: usize, line: usize, id: String },
    /// A file without texts.
    #[error("{file} has no texts: every line is blank")]
    NoTexts { file: String },
    /// More clusters are wanted than there are texts.
    #[error("{file} has {n_texts} {}, which cannot be put into {n_clusters} clusters", if *n_texts == 1 { "text" } else { "texts" })]
    TooFewTexts { file: String, n_texts: usize, n_clusters: u32 },
    /// The algorithm refuses the set.
    #[error("{file}: {source}")]
    Refused { file: String, source: AnalysisError },
    /// The clusters of two sets would be written to one file.
    #[error("the clusters of {} and {} would both be written to {name:?}", first.display(), second.display())]
    SameName { name: String, first: PathBuf, second: PathBuf },
    /// What stands where clusters are to be written is something else.
    #[error("{} exists, and it is no table of id,cluster", path.display())]
    OtherFile { path: PathBuf },
    /// The clusters are to be written into a file.
    #[error("{} is a file, not a folder", path.display())]
    NoFolder { path: PathBuf },
}

impl QualityError {
    /// The way out, as a sentence.
    pub fn hint(&self) -> String {
        match self {
            Self::Encoding { file, found, .. } => {
                let name = if *found == "UTF-16" { "UTF-16" } else { "WINDOWS-1252" };
                format!("convert it: iconv -f {name} -t UTF-8 {file} > utf8-{file}")
            }
            Self::NotJson { .. } | Self::NoObject { .. } => {
                format!("write one JSON object a line: {EXAMPLE}; of a list in one piece, `jq -c '.[]'` makes such lines")
            }
            Self::MissingField { .. } | Self::WrongKind { .. } | Self::NoTexts { .. } => {
                format!("write each text with its id and its label, one a line: {EXAMPLE}")
            }
            Self::Blank { field: "label", .. } => {
                "label the text or leave the line out: every text has to have one label".into()
            }
            Self::Blank { .. } => "give every text an id of its own".into(),
            Self::DoubleId { .. } => "give one of them another id, or leave it out".into(),
            Self::TooFewTexts { .. } => "give a smaller number to --k".into(),
            Self::Refused { .. } => {
                "choose another --algorithm or --k, or leave the file out; a text counts only by words that other texts of the file have too"
                    .into()
            }
            Self::SameName { .. } => "rename one of the files, or run them one by one into different folders".into(),
            Self::OtherFile { .. } => "move it elsewhere, or name another folder with --assignments".into(),
            Self::NoFolder { .. } => "name a folder with --assignments".into(),
        }
    }

    /// Whether the user's input or usage is the cause.
    pub(crate) fn is_usage(&self) -> bool {
        !matches!(self, Self::Refused { source: AnalysisError::Linfa(_), .. })
    }
}

/// What a line looks like.
const EXAMPLE: &str = r#"{"id": 1, "text": "Buses are late.", "label": "transport"}"#;

/// The names, cut to what can be read at a glance.
fn listed(names: &[String]) -> String {
    const MOST: usize = 8;
    let mut list: Vec<String> = names.iter().take(MOST).map(|name| format!("{name:?}")).collect();
    if names.len() > MOST {
        list.push(format!("and {} more", names.len() - MOST));
    }
    if list.is_empty() { "none".into() } else { list.join(", ") }
}
