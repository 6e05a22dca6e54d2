//! Why nothing can be generated, and the way out.

/// Why nothing can be generated. The message names the option or the parameter, [`GenerateError::hint`] the way out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the fields are named as the message words them")]
pub enum GenerateError {
    /// More is asked of the generator than it can do.
    #[error("{what} is {found}, but must be {expected}")]
    OutOfRange { what: &'static str, found: String, expected: &'static str },
    /// The parameters of a consultation contradict each other.
    #[error("{file}: {what} {why}")]
    Parameters { file: String, what: String, why: String },
}

impl GenerateError {
    /// The way out, as a sentence.
    pub fn hint(&self) -> String {
        match self {
            Self::OutOfRange { what, expected, .. } => {
                let number = if expected.starts_with("from ") { "a number " } else { "" };
                format!("give {what} {number}{expected}")
            }
            Self::Parameters { .. } => {
                "begin with what `canvass bench generate --out FILE` prints, and change that".into()
            }
        }
    }
}
