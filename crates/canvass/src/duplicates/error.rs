//! Why a file of texts cannot be searched for copies, and the way out.

/// Why a file of texts cannot be searched for copies. The message names the place, [`DuplicatesError::hint`] the way out.
///
/// `file` is a base name; `line` counts from 1, as an editor does; `place` is a line, of a table the row and the column as a spreadsheet
/// shows them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are named as the message words them")]
pub enum DuplicatesError {
    /// The file is of a kind that is not read here.
    #[error("{file} ends in .{found}, which is not read here: it must be .csv, .tsv, .xlsx, .ods, .jsonl or .txt")]
    Format { file: String, found: String },
    /// The file is something else altogether.
    #[error("{file} is no file of texts: it is {found}")]
    NotText { file: String, found: String },
    /// There is no such column.
    #[error("{file} has no column {wanted:?}; it has {}", quoted(available))]
    NoColumn { file: String, wanted: String, available: Vec<String> },
    /// The workbook has no such sheet.
    #[error("{file} has no sheet {wanted:?}; its sheets are {}", quoted(available))]
    NoSheet { file: String, wanted: String, available: Vec<String> },
    /// A quotation mark opens a cell that does not end.
    #[error("{file}, {place}: a quotation mark opens a cell and is not closed before {until}")]
    OpenQuote { file: String, place: String, until: String },
    /// A row has more cells than the header.
    #[error("{file}, {place} has {found} cells, but the header has {expected}")]
    ExtraCells { file: String, place: String, expected: usize, found: usize },
    /// A record is longer than is held in memory.
    #[error("{file}, line {line}: a record of more than {limit} bytes")]
    TooLong { file: String, line: u64, limit: usize },
    /// A cell of a workbook is longer than is accepted.
    #[error("{file}, {place}: the cell holds {size} bytes, the limit is {limit}")]
    LongCell { file: String, place: String, size: u64, limit: u64 },
    /// An answer to no question.
    #[error("{file}, {place}: the cell is blank, but it must hold the question")]
    NoQuestion { file: String, place: String },
    /// The columns cannot be used together.
    #[error("{why}")]
    Columns { why: String },
    /// The text is not UTF-8.
    #[error("{file}, {place} is not UTF-8 text")]
    Encoding { file: String, place: String },
    /// A line is no JSON object with the fields wanted.
    #[error("{file}, line {line}: {why}")]
    Json { file: String, line: u64, why: String },
    /// There are no texts.
    #[error("{file} has no texts")]
    NoTexts { file: String },
    /// There are too many texts to number.
    #[error("there are more than {limit} texts")]
    TooMany { limit: u32 },
    /// The file was changed while it was searched.
    #[error("{file} was changed while it was searched")]
    Changed { file: String },
    /// The truth names a text that the answers do not have, or is no table of the truth.
    #[error("{file}, row {row}: {why}")]
    Truth { file: String, row: usize, why: String },
    /// More is asked of the generator than it can do.
    #[error("{what} is {found}, but must be {expected}")]
    OutOfRange { what: &'static str, found: String, expected: &'static str },
}

impl DuplicatesError {
    /// The way out, as a sentence.
    pub fn hint(&self) -> String {
        match self {
            Self::NotText { .. } => "give a .csv, .tsv, .jsonl or .txt file in UTF-8, or a workbook (.xlsx, .ods)".into(),
            Self::Format { .. } => "save it as an Excel workbook (.xlsx) or as CSV UTF-8 (.csv)".into(),
            Self::NoColumn { available, .. } if available.is_empty() => {
                "give a table or .jsonl, whose texts may name their question; of a .txt file each line is a text".into()
            }
            Self::NoColumn { .. } => {
                "name the columns with --text-column, --id-column and --question-column as they stand in the header".into()
            },
            Self::NoSheet { .. } => "name one of these sheets with --sheet".into(),
            Self::OpenQuote { .. } => {
                "close the cell with a quotation mark, and write quotation marks inside a cell twice (\"\")".into()
            }
            Self::ExtraCells { .. } => "put cells that hold the separator into quotation marks".into(),
            Self::TooLong { .. } => {
                "check that the records end where they should; --max-record-bytes raises the limit".into()
            }
            Self::LongCell { .. } => "shorten the cell, or raise the limit with --max-record-bytes".into(),
            Self::NoQuestion { .. } => "fill the cell or delete the row".into(),
            Self::Columns { .. } => {
                "name each column once; with --question-column (a row an answer) one --text-column, without it (a column a question) as many as there are questions".into()
            }
            Self::Encoding { .. } => {
                "save it as CSV UTF-8, or convert it: iconv -f WINDOWS-1252 -t UTF-8 FILE > NEW".into()
            }
            Self::Json { .. } => r#"write one JSON object a line: {"id": "17", "text": "Buses are late."}"#.into(),
            Self::NoTexts { .. } => "check that it is the right file".into(),
            Self::TooMany { .. } => "search parts of the files one by one".into(),
            Self::Changed { .. } => "run again when nothing writes to it".into(),
            Self::Truth { .. } => "give the file that `canvass bench generate --truth` wrote with these answers".into(),
            Self::OutOfRange { what, expected, .. } => {
                let number = if expected.starts_with("from ") { "a number " } else { "" };
                format!("give {what} {number}{expected}")
            }
        }
    }
}

/// The names, cut to what can be read at a glance.
fn quoted(names: &[String]) -> String {
    const MOST: usize = 8;
    let mut list: Vec<String> = names.iter().take(MOST).map(|name| format!("{name:?}")).collect();
    if names.len() > MOST {
        list.push(format!("and {} more", names.len() - MOST));
    }
    if list.is_empty() { "none".into() } else { list.join(", ") }
}
