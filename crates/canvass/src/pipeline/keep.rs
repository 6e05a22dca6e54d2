//! What a run keeps of itself on the way, so that a run that was cut off need not begin anew.
//!
//! A checkpoint is what a stage, or a part of one, made. Where checkpoints are kept is the business of a [`Keeper`]; what stands in them, and under
//! which names, is settled here. Reading the inputs and judging the responses is done again by every run: the inputs are what tells a run from
//! others. So are the findings: their types are made to be written as `findings.json`, not to be read back.

use crate::error::Error;
use crate::ingest::Source;
use crate::progress::{Observer, Stage};
use crate::settings::{Config, RunConfig, Settings};
use canvass_analysis::{ResampleKeeper, Seen};
use canvass_text::Language;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::io::{self, Read, Write};

/// Where the checkpoints of a run are kept. None of the methods can change a result.
pub trait Keeper: Sync {
    /// The inputs are read, and so it is known which run it is. Handed back is what the user should know.
    ///
    /// `identity`: what every checkpoint must be of, in hexadecimal.
    fn begin(&self, _identity: &str, _n_responses: u64) -> Vec<String> {
        Vec::new()
    }

    /// The settings are complete, and nothing is analysed yet.
    ///
    /// # Errors
    /// An error ends the run: [`Error::Unchanged`].
    fn settled(&self, _settings: &Settings, _sources: &[Source]) -> Result<(), Error> {
        Ok(())
    }

    /// Hands a checkpoint to `read`, if it is there and whole.
    fn load(&self, _name: &str, _read: &mut dyn FnMut(&mut dyn Read) -> io::Result<()>) -> Loaded {
        Loaded::Absent
    }

    /// Keeps what `write` writes, from any thread. It is there whole or not at all.
    fn save(&self, _name: &str, _write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> Saved {
        Saved::Off
    }
}

/// Keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeepsNothing;

impl Keeper for KeepsNothing {}

/// What became of a checkpoint that was asked for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Loaded {
    /// There is none.
    Absent,
    /// It was read.
    Taken,
    /// It cannot be used, and why.
    SetAside(String),
}

/// What became of a checkpoint that was made.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Saved {
    /// Nothing is kept.
    Off,
    /// It is kept; its size in bytes.
    Kept(u64),
    /// It cannot be kept, and why.
    Failed(String),
}

/// The largest single text of a checkpoint, in bytes: a word of an answer.
const LONGEST_TEXT: u64 = 1 << 24;

/// The keeper of a run, and who is told.
#[derive(Clone, Copy)]
pub(crate) struct Keeping<'k> {
    pub(crate) keeper: &'k dyn Keeper,
    pub(crate) observer: &'k dyn Observer,
}

impl Keeping<'_> {
    /// Says which run it is.
    pub(crate) fn begin(self, config: &Config, sources: &[Source], n_responses: u64) {
        for note in self.keeper.begin(&identity(config, sources), n_responses) {
            self.observer.note(Stage::Intake, &note);
        }
    }

    /// What an earlier run kept under this name.
    pub(crate) fn load<T: DeserializeOwned>(self, stage: Stage, name: &str) -> Option<T> {
        let mut value = None;
        let loaded = self.keeper.load(name, &mut |reader| {
            let mut text = vec![0; LONGEST_TEXT as usize];
            let (read, _) = postcard::from_io((reader, text.as_mut_slice())).map_err(io::Error::other)?;
            value = Some(read);
            Ok(())
        });
        match loaded {
            Loaded::Taken => self.observer.taken(stage, name),
            Loaded::Absent => {}
            Loaded::SetAside(why) => {
                self.observer.note(stage, &format!("the checkpoint {name} is not used: {why}"));
                value = None;
            }
        }
        value
    }

    /// Keeps a value under a name.
    pub(crate) fn save<T: Serialize + ?Sized>(self, stage: Stage, name: &str, value: &T) {
        let saved = self.keeper.save(name, &mut |writer| {
            let mut writer = Remembering { writer, error: None };
            let written = postcard::to_io(value, &mut writer).map(drop);
            written.map_err(|error| writer.error.take().unwrap_or_else(|| io::Error::other(error)))
        });
        match saved {
            Saved::Off => {}
            Saved::Kept(bytes) => self.observer.kept(stage, name, bytes),
            Saved::Failed(why) => {
                self.observer.note(stage, &format!("no more checkpoints are kept, and the run goes on: {why}"));
            }
        }
    }

    /// What an earlier run kept under this name, or else what is made now and kept.
    pub(crate) fn keep<T: Serialize + DeserializeOwned>(
        self,
        stage: Stage,
        name: &str,
        make: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        if let Some(value) = self.load(stage, name) {
            return Ok(value);
        }
        let value = make()?;
        self.save(stage, name, &value);
        Ok(value)
    }
}

/// Remembers why nothing could be written: the encoder does not hand it on.
struct Remembering<'w> {
    writer: &'w mut dyn Write,
    error: Option<io::Error>,
}

impl Remembering<'_> {
    fn tried<T>(&mut self, result: io::Result<T>) -> io::Result<T> {
        result.map_err(|error| {
            let kind = error.kind();
            self.error.get_or_insert(error);
            kind.into()
        })
    }
}

impl Write for Remembering<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.writer.write(bytes);
        self.tried(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        let flushed = self.writer.flush();
        self.tried(flushed)
    }
}

/// Which run it is: of two runs with the same identity every stage gives the same. The files are told by their bytes, the rest by what the user stated,
/// as what is worked out follows from these. Where the files stand, and what is to be done with the run folder, is no part of it.
fn identity(config: &Config, sources: &[Source]) -> String {
    let config = Config { run: RunConfig::default(), ..config.clone() };
    let mut hasher = blake3::Hasher::new();
    // Each part with its length, so that no two lists of parts read alike. The derived `Debug` names every field.
    let parts =
        [env!("CARGO_PKG_VERSION").to_owned(), format!("{:?}", cfg!(feature = "parquet")), format!("{config:?}")];
    for part in parts.into_iter().chain(sources.iter().map(|source| format!("{source:?}"))) {
        hasher.update(&(part.len() as u64).to_le_bytes());
        hasher.update(part.as_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

/// The name of a checkpoint of one question.
pub(crate) fn of_question(stage: Stage, question_idx: u32) -> String {
    format!("{}-{question_idx:03}", stage.name())
}

/// The name of a checkpoint of the answers to a question in one language.
pub(crate) fn of_group(what: &str, question_idx: u32, language: Language) -> String {
    format!("{what}-{question_idx:03}-{}", language.code())
}

/// Keeps the resamples of one language group, each in a checkpoint of its own.
pub(crate) struct Resamples<'k> {
    pub(crate) keeping: Keeping<'k>,
    pub(crate) group: String,
}

impl Resamples<'_> {
    fn name(&self, resample: u32) -> String {
        format!("{}-{resample:03}", self.group)
    }
}

impl ResampleKeeper for Resamples<'_> {
    fn load(&self, resample: u32) -> Option<Vec<Seen>> {
        self.keeping.load(Stage::Themes, &self.name(resample))
    }

    fn save(&self, resample: u32, seen: &[Seen]) {
        self.keeping.save(Stage::Themes, &self.name(resample), seen);
    }
}
