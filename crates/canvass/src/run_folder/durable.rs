//! Down to the disk: what a power cut must not take.

use std::fs::File;
use std::io;
use std::path::Path;

/// Brings a folder's list of names down to the disk, so that files made or renamed in it are there after a power cut.
///
/// Systems on which a folder cannot be opened bring it down by themselves.
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    if cfg!(not(unix)) {
        return Ok(());
    }
    match File::open(folder)?.sync_all() {
        // A file system that has nothing to bring down says so.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        done => done,
    }
}

/// The same for a folder and all folders in it.
pub(super) fn sync_folders(folder: &Path) -> io::Result<()> {
    for entry in folder.read_dir()? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_folders(&entry.path())?;
        }
    }
    sync_folder(folder)
}

/// The bytes of all files in a folder and the folders in it, as far as they can be counted.
pub(super) fn bytes_in(folder: &Path) -> u64 {
    let entries = folder.read_dir().into_iter().flatten().flatten();
    let of = |entry: std::fs::DirEntry| match entry.metadata() {
        Ok(entry_is) if entry_is.is_dir() => bytes_in(&entry.path()),
        Ok(entry_is) => entry_is.len(),
        Err(_) => 0,
    };
    entries.map(of).sum()
}

/// Whether a write failed because there is no space left.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
