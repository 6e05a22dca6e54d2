//! The place where a run is made: locked, cleared up, with checkpoints beside the run folder.

use super::checkpoints::Checkpoints;
use super::lock::Lock;
use super::recovery::recover;
use super::{check, hidden, read_manifest, verify};
use crate::error::Error;
use crate::findings::InputIdentity;
use crate::ingest::Source;
use crate::pipeline::{Keeper, Loaded, Saved, input_identity};
use crate::progress::Silent;
use crate::report;
use crate::settings::Settings;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// From how many responses on a run keeps checkpoints by itself: a smaller one is made anew in less time than it takes to notice that it was cut off.
pub const CHECKPOINTS_FROM: u64 = 20_000;

/// When a run keeps checkpoints.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum KeepWhen {
    /// Of [`CHECKPOINTS_FROM`] responses or more, or where an earlier run has left some.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never, and none is used.
    Never,
}

/// How a run is made; none of it changes a result.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// When checkpoints are kept.
    pub keep: KeepWhen,
    /// Whether those of an earlier run are left aside.
    pub fresh: bool,
    /// Whether the run ends with [`Error::Unchanged`] if the run folder is what it would come to. An earlier run folder is then replaced.
    pub if_changed: bool,
    /// What tells this program from others: checkpoints are used only by the very program that wrote them. Asked only if there are any.
    pub program: fn() -> String,
}

/// The place where a run is made.
///
/// While it is there, no other run is made for the same folder. Checkpoints stay when it is dropped, unless the run is [`finish`](Self::finish)ed.
#[derive(Debug)]
pub struct Workplace {
    folder: PathBuf,
    work: PathBuf,
    habits: Habits,
    notes: Vec<String>,
    /// Settled when the inputs are read; none where no checkpoints are kept.
    checkpoints: OnceLock<Option<Checkpoints>>,
    /// The last to go.
    _lock: Lock,
}

impl Workplace {
    /// Takes the place: checks that the run may write to `folder`, as [`check`] does, locks it, and clears up what a run that was cut off
    /// left there.
    ///
    /// # Errors
    /// As [`check`]; [`Error::Locked`] if another run is being made there.
    pub fn open(folder: &Path, force: bool, habits: Habits) -> Result<Self, Error> {
        let force = force || habits.if_changed;
        check(folder, force)?;
        let lock = Lock::take(folder)?;
        let mut notes = recover(folder)?;
        // The folder may have come back.
        check(folder, force)?;
        if !lock.is_held {
            notes.push(
                "this file system has no locks: see to it that no other run writes to the same folder".to_owned(),
            );
        }
        let work = hidden(folder, "work");
        if habits.fresh && work.exists() {
            fs::remove_dir_all(&work).map_err(Error::io("remove", &work))?;
        }
        let folder = folder.to_path_buf();
        Ok(Self { folder, work, habits, notes, checkpoints: OnceLock::new(), _lock: lock })
    }

    /// What was found and done there.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The run is written, or nothing is to be: removes the checkpoints.
    ///
    /// # Errors
    /// [`Error::Io`]
    pub fn finish(self) -> Result<(), Error> {
        if self.work.exists() {
            fs::remove_dir_all(&self.work).map_err(Error::io("remove", &self.work))?;
        }
        Ok(())
    }

    fn checkpoints(&self) -> Option<&Checkpoints> {
        self.checkpoints.get()?.as_ref()
    }
}

impl Drop for Workplace {
    fn drop(&mut self) {
        // Goes only if it is empty.
        let _ = fs::remove_dir(&self.work);
    }
}

impl Keeper for Workplace {
    fn begin(&self, identity: &str, n_responses: u64) -> Vec<String> {
        let mut notes = Vec::new();
        self.checkpoints.get_or_init(|| {
            let is_large = self.habits.keep == KeepWhen::Always || n_responses >= CHECKPOINTS_FROM;
            if self.habits.keep == KeepWhen::Never || !is_large && !self.work.exists() {
                return None;
            }
            let identity = report::hash(format!("{identity}\n{}", (self.habits.program)()).as_bytes());
            let (checkpoints, n_removed) = Checkpoints::open(&self.work, identity);
            if n_removed > 0 {
                notes.push(format!(
                    "{n_removed} checkpoints beside the run folder are of other inputs, settings or another program, or half written, and are removed"
                ));
            }
            (is_large || !checkpoints.is_empty()).then_some(checkpoints)
        });
        notes
    }

    fn settled(&self, settings: &Settings, sources: &[Source]) -> Result<(), Error> {
        if self.habits.if_changed && is_unchanged(&self.folder, settings, sources) {
            return Err(Error::Unchanged { folder: self.folder.clone() });
        }
        Ok(())
    }

    fn load(&self, name: &str, read: &mut dyn FnMut(&mut dyn Read) -> io::Result<()>) -> Loaded {
        self.checkpoints().map_or(Loaded::Absent, |checkpoints| checkpoints.load(name, read))
    }

    fn save(&self, name: &str, write: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> Saved {
        self.checkpoints().map_or(Saved::Off, |checkpoints| checkpoints.save(name, write))
    }
}

/// Whether a run folder is whole and of these settings, these inputs and this version.
fn is_unchanged(folder: &Path, settings: &Settings, sources: &[Source]) -> bool {
    let Ok(manifest) = read_manifest(folder) else { return false };
    let inputs: Vec<InputIdentity> = sources.iter().map(input_identity).collect();
    manifest.version == env!("CARGO_PKG_VERSION")
        && manifest.inputs == inputs
        && manifest.settings_blake3 == report::hash(settings.to_toml().as_bytes())
        && manifest.resources == report::resources()
        && verify(folder, &[], &Silent).is_ok_and(|verdict| verdict.agrees())
}
