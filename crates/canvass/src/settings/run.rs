//! What a configuration may say of the run itself, so that it can be started by its configuration alone.

use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Which files are read and where the run folder stands: no setting of the result, and so not in the `canvass.toml` of a run folder. What the
/// command line says goes first. Paths are relative to the folder of the configuration.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct RunConfig {
    /// The files of answers.
    pub files: Vec<PathBuf>,
    /// A csv of `question,text`.
    pub questions: Option<PathBuf>,
    /// The run folder.
    pub out: Option<PathBuf>,
    /// Whether an earlier run folder is replaced.
    pub force: bool,
    /// Whether nothing is made where the run folder is of the same inputs, settings and version.
    pub if_changed: bool,
}

impl RunConfig {
    /// The same with its paths told from where the program was started.
    #[must_use]
    pub fn from_folder(mut self, folder: &Path) -> Self {
        for path in self.files.iter_mut().chain(&mut self.questions).chain(&mut self.out) {
            *path = folder.join(&*path);
        }
        self
    }
}
