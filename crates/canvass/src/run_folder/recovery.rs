//! What a run that was cut off leaves beside the run folder, and how the next one clears it up.

use super::durable::sync_folder;
use super::{hidden, parent_of, verify};
use crate::error::Error;
use crate::progress::Silent;
use std::fs;
use std::path::{Path, PathBuf};

/// Puts the run folder back in its place, if a run was cut off while it put a new one there, and removes what else is left of runs that
/// are no more. To be called by whoever has the lock. Handed back is what was done.
///
/// A run folder is replaced by two renames, `NAME` to `.NAME.old-PID` and `.NAME.new-PID` to `NAME`; between them there is none. Then all of
/// the new one had been written: it takes its place if it is what its manifest says, and else the old one does.
///
/// # Errors
/// [`Error::Io`]
pub(super) fn recover(folder: &Path) -> Result<Vec<String>, Error> {
    let (new, old) = (left(folder, "new")?, left(folder, "old")?);
    let mut notes = Vec::new();
    if !folder.exists()
        && let Some(old) = old.first()
    {
        let (process, path) = old;
        let whole = new.iter().find(|(of, path)| of == process && is_whole(path));
        let (from, told) = match whole {
            Some((_, path)) => (path, "it was all written and is put in its place"),
            None => (path, "the run folder that stood there before is put back"),
        };
        fs::rename(from, folder).map_err(Error::io("rename", from))?;
        sync_folder(parent_of(folder)).map_err(Error::io("write", folder))?;
        notes.push(format!("an earlier run was cut off while it replaced {}: {told}", folder.display()));
    }
    let mut n_removed = 0;
    for (_, path) in new.iter().chain(&old).filter(|(_, path)| path.exists()) {
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
            .map_err(Error::io("remove", path))?;
        n_removed += 1;
    }
    if n_removed > 0 {
        notes.push("what an earlier run that was cut off had half written is removed".to_owned());
    }
    Ok(notes)
}

/// Whether a folder is what its manifest says.
fn is_whole(folder: &Path) -> bool {
    verify(folder, &[], &Silent).is_ok_and(|verdict| verdict.agrees())
}

/// What stands beside the run folder under the names that runs use while they write, by process.
fn left(folder: &Path, what: &str) -> Result<Vec<(u32, PathBuf)>, Error> {
    let parent = parent_of(folder);
    let prefix = hidden(folder, &format!("{what}-"));
    let prefix = prefix.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut found = Vec::new();
    for entry in fs::read_dir(parent).map_err(Error::io("read", parent))? {
        let entry = entry.map_err(Error::io("read", parent))?;
        let name = entry.file_name();
        let process = name.to_str().and_then(|name| name.strip_prefix(&prefix));
        if let Some(process) = process.and_then(|process| process.parse().ok()) {
            found.push((process, entry.path()));
        }
    }
    found.sort_unstable();
    Ok(found)
}
