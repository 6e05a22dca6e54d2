//! One run at a time writes to a run folder.

use super::{hidden, parent_of};
use crate::error::Error;
use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// How often a lock file that was removed while it was opened is opened anew.
const TRIES: u32 = 100;

/// The right to write to a run folder, until it is dropped.
///
/// The lock is one of the operating system's on a file beside the folder, and so ends with the process however that ends: by a signal or a power
/// cut, too. What then stands there is an empty claim that the next run takes over.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    /// Holds the lock; on a file system without locks it holds nothing.
    file: File,
    /// Folders that were made for it, the outermost first.
    made: Vec<PathBuf>,
    /// Whether the file system has locks.
    pub(super) is_held: bool,
}

impl Lock {
    /// Takes the lock of a run folder.
    ///
    /// # Errors
    /// [`Error::Locked`] at once if another process has it; [`Error::Io`].
    pub(super) fn take(folder: &Path) -> Result<Self, Error> {
        let parent = parent_of(folder);
        let made: Vec<PathBuf> = parent.ancestors().take_while(|above| !above.exists()).map(PathBuf::from).collect();
        let made: Vec<PathBuf> = made.into_iter().filter(|above| !above.as_os_str().is_empty()).rev().collect();
        fs::create_dir_all(parent).map_err(Error::io("create", parent))?;
        let path = hidden(folder, "lock");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        for _ in 0..TRIES {
            let mut file = options.open(&path).map_err(Error::io("write", &path))?;
            let is_held = match file.try_lock() {
                Ok(()) => true,
                Err(TryLockError::WouldBlock) => {
                    return Err(Error::Locked { folder: folder.to_path_buf(), pid: owner(&mut file) });
                }
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => false,
                Err(TryLockError::Error(error)) => return Err(Error::io("lock", &path)(error)),
            };
            let claim = claim();
            let claimed = file.set_len(0).and_then(|()| file.write_all(claim.as_bytes()));
            claimed.map_err(Error::io("write", &path))?;
            // Whoever had it may have removed the file between opening and locking: then the lock is on nothing, and others take another.
            if fs::read(&path).is_ok_and(|found| found == claim.as_bytes()) {
                return Ok(Self { path, file, made, is_held });
            }
        }
        Err(Error::Locked { folder: folder.to_path_buf(), pid: None })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Removed while it is held: so nobody else can have taken what is removed. What cannot be removed locks nobody out.
        let _ = fs::remove_file(&self.path);
        let _ = self.file.unlock();
        for folder in self.made.iter().rev() {
            // A folder that holds anything stays.
            let _ = fs::remove_dir(folder);
        }
    }
}

/// What stands in the lock file: the process, and which of its locks it is.
fn claim() -> String {
    static LOCKS: AtomicU64 = AtomicU64::new(0);
    format!("{} {}\n", std::process::id(), LOCKS.fetch_add(1, Ordering::Relaxed))
}

/// The process that says it has the lock.
fn owner(file: &mut File) -> Option<u32> {
    let mut claim = String::new();
    file.take(64).read_to_string(&mut claim).ok()?;
    claim.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_lock_is_refused_with_the_process_that_has_the_first() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("out");
        let first = Lock::take(&folder).unwrap();
        assert!(first.is_held);
        let Err(Error::Locked { pid, .. }) = Lock::take(&folder) else { panic!("it is locked") };
        assert_eq!(pid, Some(std::process::id()));
        drop(first);
        assert_eq!(fs::read_dir(home.path()).unwrap().count(), 0, "the lock file is removed");
        Lock::take(&folder).unwrap();
    }

    #[test]
    fn what_a_dead_process_left_locks_nobody_out() {
        let home = tempfile::tempdir().unwrap();
        fs::write(home.path().join(".out.lock"), "4711 0\n").unwrap();
        Lock::take(&home.path().join("out")).unwrap();
    }

    #[test]
    fn folders_above_are_made_and_taken_away_if_nothing_came_of_it() {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("a/b/out");
        let lock = Lock::take(&folder).unwrap();
        assert!(home.path().join("a/b/.out.lock").is_file());
        drop(lock);
        assert!(!home.path().join("a").exists());
        let lock = Lock::take(&folder).unwrap();
        fs::create_dir(&folder).unwrap();
        drop(lock);
        assert!(folder.is_dir());
    }

    #[test]
    fn of_many_who_ask_at_once_one_has_it() {
        let home = tempfile::tempdir().unwrap();
        let folder = &home.path().join("out");
        let inside = &AtomicU64::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(move || {
                    for _ in 0..200 {
                        if let Ok(lock) = Lock::take(folder) {
                            assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "two have the lock");
                            std::thread::yield_now();
                            inside.fetch_sub(1, Ordering::SeqCst);
                            drop(lock);
                        }
                    }
                });
            }
        });
    }
}
