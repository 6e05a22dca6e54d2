//! Why a sample cannot be drawn, or read back, and the way out.

/// Why a sample cannot be drawn, or read back. The message names the place, [`SampleError::hint`] the way out.
///
/// `file` is a base name; `place` is a sheet, row and column as a spreadsheet shows them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are named as the message words them")]
pub enum SampleError {
    /// The run has no such open question.
    #[error("the run has no open question {wanted:?}")]
    NoQuestion { wanted: String, available: Vec<String> },
    /// The respondents have no such attribute.
    #[error("the respondents have no attribute {wanted:?}")]
    NoAttribute { wanted: String, available: Vec<String> },
    /// A question has no codes.
    #[error("question {question:?} has no theme to code by")]
    NoCodes { question: String },
    /// Nothing is to be drawn.
    #[error("a sample of {n} responses cannot be drawn")]
    Empty { n: usize },
    /// A text table holds one question.
    #[error("a CSV file holds the sample of one question, and there are {n}: {}", questions.join(", "))]
    SeveralQuestions { n: usize, questions: Vec<String> },
    /// The file's name does not say what it is to be.
    #[error("{file} ends neither in .xlsx nor in .csv")]
    Format { file: String },
    /// The file is no sample.
    #[error("{file} is no sample that canvass drew: {why}")]
    NoSample { file: String, why: String },
    /// The sample is of other answers.
    #[error("{file} is a sample of other answers than those of {folder}: it says {found}, they are {expected}")]
    OtherAnswers { file: String, folder: String, found: String, expected: String },
    /// The samples are not the same.
    #[error("{first} and {second} are different samples of the answers: {found} and {expected}")]
    OtherSample { first: String, second: String, found: String, expected: String },
    /// A response is not in the sample.
    #[error("{file}, {place}: the response {response:?} is not in the sample")]
    NoResponse { file: String, place: String, response: String },
    /// A response stands there twice.
    #[error("{file}, {place}: the response {response:?} stands there already, in row {first}")]
    SameResponse { file: String, place: String, response: String, first: u32 },
    /// A column is of no code.
    #[error("{file}, {place}: there is no code {code:?} of question {question:?}")]
    NoCode { file: String, place: String, code: String, question: String, available: Vec<String> },
    /// A tick cannot be read.
    #[error("{file}, {place}: {found:?} is no tick")]
    Tick { file: String, place: String, found: String },
    /// A response has codes and none.
    #[error("{file}, {place}: the response {response:?} has a code, and is said to have none")]
    Both { file: String, place: String, response: String },
    /// Nothing is coded.
    #[error("{file} has no coded response yet")]
    Uncoded { file: String },
    /// More coders than can be compared.
    #[error("{n} coded files were given; one or two can be compared")]
    TooMany { n: usize },
    /// Two coders have one name.
    #[error("{first} and {second} are both by {coder:?}")]
    SameCoder { first: String, second: String, coder: String },
}

fn quoted(names: &[String]) -> String {
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}

impl SampleError {
    /// The way out, as a sentence.
    pub fn hint(&self) -> String {
        match self {
            Self::NoQuestion { available, .. } => format!("its open questions are {}", quoted(available)),
            Self::NoAttribute { available, .. } if available.is_empty() => {
                "leave --by out: the run has no attribute columns, or suppresses small cells".into()
            }
            Self::NoAttribute { available, .. } => format!("their attributes are {}", quoted(available)),
            Self::NoCodes { .. } => {
                "leave the question out with --question, or give the run a code frame with themes for it".into()
            }
            Self::Empty { .. } => "give a number of 1 or more to --n".into(),
            Self::SeveralQuestions { .. } => "name one with --question, or write a workbook (.xlsx)".into(),
            Self::Format { .. } => "give --out a name that ends in .xlsx or .csv".into(),
            Self::NoSample { .. } => "give the file that `canvass sample` wrote, with ticks in it".into(),
            Self::OtherAnswers { .. } => {
                "name the run folder that it was drawn from, or another run of the same answers".into()
            }
            Self::OtherSample { .. } => {
                "give each coder a copy of the same sample: `canvass sample --coders 2` writes both".into()
            }
            Self::NoResponse { .. } => "remove the row, or write the id as it was".into(),
            Self::SameResponse { .. } => "remove one of the two rows".into(),
            Self::NoCode { available, .. } => format!(
                "a column of ticks begins with the id of a code; these are {}; a code that is gone is named by the theme it is part of now",
                available.join(", ")
            ),
            Self::Tick { .. } => "write x, or leave the cell blank".into(),
            Self::Both { .. } => "take the tick away from \"no code\", or those of the codes".into(),
            Self::Uncoded { .. } => "tick codes in its rows, or \"no code\" where none fits".into(),
            Self::TooMany { .. } => "compare two at a time".into(),
            Self::SameCoder { .. } => "write each coder's name behind \"Coder\" on the first sheet".into(),
        }
    }
}
