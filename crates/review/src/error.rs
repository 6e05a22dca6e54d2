//! Why a review cannot begin or go on, and the way out.

use std::path::PathBuf;

/// What can go wrong. Every error has a way out: [`ReviewError::hint`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReviewError {
    /// The run folder or the code frame cannot be used.
    #[error(transparent)]
    Canvass(#[from] canvass::Error),
    /// The code frame would stand in the run folder, which is never changed.
    #[error("{} stands in the run folder", path.display())]
    Inside {
        /// The code frame.
        path: PathBuf,
    },
    /// A file cannot be read or written.
    #[error("cannot {action} {}: {source}", path.display())]
    Io {
        /// What was tried: "read", "write", ...
        action: &'static str,
        /// Where.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The run has no open question, or not the one asked for.
    #[error("the run has no open question{}", question.as_ref().map(|id| format!(" {id:?}")).unwrap_or_default())]
    NoQuestion {
        /// The one asked for.
        question: Option<String>,
        /// Those there are.
        available: Vec<String>,
    },
    /// Nobody is named as the author.
    #[error("the author is empty")]
    NoAuthor,
    /// The address is taken, or may not be listened on.
    #[error("cannot listen on 127.0.0.1:{port}: {source}")]
    Listen {
        /// The port.
        port: u16,
        /// What the system said.
        source: std::io::Error,
    },
    /// The server broke off.
    #[error("the page can no longer be served: {0}")]
    Serve(std::io::Error),
    /// The system gives no random numbers, so there is no token that nobody could guess.
    #[error("the system gives no random numbers: {0}")]
    Random(getrandom::Error),
}

impl ReviewError {
    pub(crate) fn io(action: &'static str, path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_path_buf();
        move |source| Self::Io { action, path, source }
    }

    /// The way out, as a sentence.
    pub fn hint(&self) -> String {
        match self {
            Self::Canvass(error) => error.hint(),
            Self::Inside { .. } => "give --codeframe a path outside the run folder, such as codeframe.toml".to_owned(),
            Self::Io { .. } => "check that the path exists, may be written to and has space left".to_owned(),
            Self::NoQuestion { available, .. } if available.is_empty() => {
                "take the folder of a run that has open questions".to_owned()
            }
            Self::NoQuestion { available, .. } => format!("its open questions are {}", available.join(", ")),
            Self::NoAuthor => "name who decides: --author \"A. Lind\"".to_owned(),
            Self::Listen { .. } => "give --port another number, or none for any that is free".to_owned(),
            Self::Serve(_) => "start it again: every decision told as saved is in the code frame".to_owned(),
            Self::Random(_) => "start it where the system can give random numbers".to_owned(),
        }
    }

    /// Whether the input or the usage is at fault.
    pub fn is_usage(&self) -> bool {
        match self {
            Self::Canvass(error) => error.is_usage(),
            Self::Inside { .. } | Self::NoQuestion { .. } | Self::NoAuthor | Self::Listen { .. } => true,
            Self::Io { .. } | Self::Serve(_) | Self::Random(_) => false,
        }
    }
}

impl From<canvass::codeframe::FrameError> for ReviewError {
    fn from(error: canvass::codeframe::FrameError) -> Self {
        Self::Canvass(error.into())
    }
}
