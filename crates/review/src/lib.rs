//! A page on which an analyst works on the code frame of a finished run, served to the browsers of this machine alone.
//!
//! In reading order: [`Review::open`] reads the run folder and the code frame; the file on disk is kept by `file`, which only ever adds lines to
//! it; [`Work`] holds what the code frame comes to now and makes decisions; [`views`] is what the page shows, made by `show` and `draw`; `server` lets in whoever
//! has the token, from this machine, and nobody else. The page itself is plain files in `page/`.
//!
//! The run folder is only read. Every decision is a line of the code frame, as if it were written there by hand.

mod draw;
mod error;
mod file;
mod page;
mod server;
mod session;
mod show;
pub mod views;
mod work;
mod worker;

pub use error::ReviewError;
pub use file::Recovered;
pub use server::interrupted;
pub use work::{Decided, Noted, Refusal, RefusalKind, Sent, Version, Work};

use canvass::codeframe::{CODE_FRAME, Reader};
use canvass::run_folder::CodedRun;
use file::FrameFile;
use std::fs;
use std::path::{Path, PathBuf};
use work::Begin;

/// Says when a decision is made: a date, or a date and time, of RFC 3339. No clock is read here.
pub type Clock = Box<dyn Fn() -> String + Send>;

/// What is to be reviewed, and by whom.
#[derive(Clone, Debug, Default)]
pub struct ReviewSettings {
    /// The run folder.
    pub folder: PathBuf,
    /// The code frame; `codeframe.toml` beside the run folder if not said.
    pub codeframe: Option<PathBuf>,
    /// Who decides.
    pub author: String,
    /// The question to begin with.
    pub question: Option<String>,
    /// The port to listen on: 0 for any that is free; if not said, [`PORT`](Review::PORT), or any if that is taken.
    pub port: Option<u16>,
}

/// A review that can begin.
pub struct Review {
    run: CodedRun,
    reader: Reader,
    begin: Begin,
    is_new: bool,
    port: Option<u16>,
}

impl Review {
    /// The port that is listened on if no other is asked for: the same each time, so that a tab finds the server again.
    pub const PORT: u16 = 4747;

    /// Reads the run folder and the code frame. A code frame that is not there is written: that of the run, or what its machine proposes. A
    /// last line that was cut off is set aside.
    ///
    /// # Errors
    /// [`ReviewError`]
    pub fn open(settings: &ReviewSettings, clock: Clock) -> Result<Self, ReviewError> {
        if settings.author.trim().is_empty() {
            return Err(ReviewError::NoAuthor);
        }
        Self::of(CodedRun::read(&settings.folder)?, settings, clock)
    }

    /// As [`open`](Self::open), of a run that is in memory already.
    ///
    /// # Errors
    /// [`ReviewError`]
    pub fn of(run: CodedRun, settings: &ReviewSettings, clock: Clock) -> Result<Self, ReviewError> {
        let available: Vec<String> = run.questions.iter().map(|question| question.id.clone()).collect();
        if available.is_empty() || settings.question.as_ref().is_some_and(|id| !available.contains(id)) {
            return Err(ReviewError::NoQuestion { question: settings.question.clone(), available });
        }
        let path = settings.codeframe.clone().map_or_else(|| beside(&settings.folder), Ok)?;
        outside(&path, &settings.folder)?;
        let reader = Reader::new(&run.config)?;
        let (file, frame, is_new, recovered) = FrameFile::open(&path, || run.code_frame(&reader.analyser()).to_toml())?;
        let author = settings.author.trim().to_owned();
        let begin = Begin { file, frame, author, start: settings.question.clone(), recovered, clock };
        Ok(Self { run, reader, begin, is_new, port: settings.port })
    }

    /// The code frame's path.
    pub fn path(&self) -> &Path {
        self.begin.file.path()
    }

    /// Whether the code frame was written by [`open`](Self::open).
    pub fn is_new(&self) -> bool {
        self.is_new
    }

    /// A last line that was cut off.
    pub fn recovered(&self) -> Option<&Recovered> {
        self.begin.recovered.as_ref()
    }

    /// Works on the code frame without a server.
    ///
    /// # Errors
    /// [`ReviewError`] if the code frame has a word that cannot be looked for.
    pub fn work<T>(self, with: impl FnOnce(&mut Work<'_>) -> T) -> Result<T, ReviewError> {
        let analyser = self.reader.analyser();
        let mut work = Work::new(&self.run, &analyser, self.begin)?;
        Ok(with(&mut work))
    }

    /// Serves the page until `stop` is done. `ready` is given the address to open, with the token.
    ///
    /// # Errors
    /// [`ReviewError`]
    pub fn serve(
        self,
        ready: impl FnOnce(&str),
        stop: impl Future<Output = ()> + Send + 'static,
    ) -> Result<(), ReviewError> {
        server::serve(self, ready, stop)
    }
}

/// The code frame beside a run folder.
fn beside(folder: &Path) -> Result<PathBuf, ReviewError> {
    if let (Some(_), Some(parent)) = (folder.file_name(), folder.parent()) {
        return Ok(parent.join(CODE_FRAME));
    }
    let whole = fs::canonicalize(folder).map_err(ReviewError::io("read", folder))?;
    Ok(whole.parent().unwrap_or(&whole).join(CODE_FRAME))
}

/// Refuses a code frame within the run folder.
fn outside(path: &Path, folder: &Path) -> Result<(), ReviewError> {
    let folder = fs::canonicalize(folder).map_err(ReviewError::io("read", folder))?;
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let parent = fs::canonicalize(parent).map_err(ReviewError::io("read", parent))?;
    // A link may lead into the folder, too.
    let whole = fs::canonicalize(path).unwrap_or_else(|_| parent.clone());
    if parent.starts_with(&folder) || whole.starts_with(&folder) {
        return Err(ReviewError::Inside { path: path.to_path_buf() });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
