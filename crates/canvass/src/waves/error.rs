//! Why a theme model cannot be used, and the way out.

/// Why a theme model cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are named as the message words them; lines and columns are 1-based")]
pub enum ModelError {
    /// The file is no JSON.
    #[error("{file}, line {line}, column {column}: it is no theme model: {message}")]
    Syntax { file: String, line: usize, column: usize, message: String },
    /// The file is JSON, but says no schema.
    #[error("{file} is no theme model: it has no \"schema\"")]
    NoSchema { file: String },
    /// The file is of another kind, or of a version that this program does not know.
    #[error("{file}: its schema is {found:?}; this canvass reads {:?}", super::MODEL_SCHEMA)]
    Schema { file: String, found: String },
    /// The file was changed after it was written.
    #[error("{file} was changed after it was fitted: its content has BLAKE3 {found}, but it says {stated}")]
    Changed { file: String, stated: String, found: String },
    /// A part of the file does not fit the others.
    #[error("{file} is damaged: {why}")]
    Damaged { file: String, why: String },
    /// The run has no question with themes.
    #[error("the run {folder} has no theme to keep")]
    NoThemes { folder: String },
    /// No question of the model is asked again.
    #[error("{file}: none of its questions is asked here; it has {}, and open here are {}", theirs.join(", "), ours.join(", "))]
    NoQuestion { file: String, theirs: Vec<String>, ours: Vec<String> },
    /// The configuration pairs questions that are not there.
    #[error("model.questions names {id:?}, but {place} has no such open question: it has {}", known.join(", "))]
    UnknownQuestion { id: String, place: String, known: Vec<String> },
    /// The configuration pairs a question of the model twice.
    #[error("model.questions names the model's question {id:?} twice")]
    SameQuestion { id: String },
}

impl ModelError {
    /// The way out, as a sentence.
    pub fn hint(&self) -> String {
        match self {
            Self::Syntax { .. } | Self::NoSchema { .. } => {
                "give a file that `canvass fit RUN_DIR --out FILE` wrote".into()
            }
            Self::Schema { .. } => {
                "fit the model again with this version: canvass fit RUN_DIR --out FILE; a model with a higher number needs a later canvass".into()
            }
            Self::Changed { .. } | Self::Damaged { .. } => {
                "take the file as it was written, or fit it again; to change themes, change the code frame of the run, run again, and fit that".into()
            }
            Self::NoThemes { .. } => "fit a run that found themes, or one with a code frame".into(),
            Self::NoQuestion { .. } => {
                "pair them in the configuration: [model.questions] \"ID HERE\" = \"ID IN THE MODEL\"".into()
            }
            Self::UnknownQuestion { .. } | Self::SameQuestion { .. } => {
                "correct [model.questions]: each line is \"ID HERE\" = \"ID IN THE MODEL\"".into()
            }
        }
    }
}
