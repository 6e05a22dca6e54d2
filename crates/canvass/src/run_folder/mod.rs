//! The run folder on disk: written whole or not at all, verified, and asked about one response.
//!
//! Beside it, single files: the tables of clusters that a bench leaves behind, and what `canvass duplicates` and the generator write; and
//! folders of a set of files, such as those of an audit. Nothing else of canvass writes files.

mod assignments;
mod coded_run;
mod explain;
mod verify;

use crate::error::Error;
use crate::pipeline::Run;
use crate::report::{self, MANIFEST, Manifest, OutputFile, Sink};
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

pub use assignments::{check_assignments, write_assignments};
pub use coded_run::{CodedGroup, CodedQuestion, CodedResponse, CodedRun, CodedTheme};
pub use explain::explain;
pub use verify::{Finding as VerifyFinding, Verdict, verify};

/// Checks that a run may write to `folder`, before any work is done.
///
/// A folder that does not exist or is empty may be written to. With `force`, so may one that holds nothing but the outputs of
/// an earlier run.
///
/// # Errors
/// [`Error::UnusableFolder`], [`Error::Exists`], [`Error::ForeignFiles`], [`Error::NotARunFolder`], [`Error::Io`].
pub fn check(folder: &Path, force: bool) -> Result<(), Error> {
    check_for(folder, force, |names| {
        if names.iter().any(|name| name == MANIFEST) {
            let outputs = read_manifest(folder)?.outputs.into_iter().map(|output| output.file);
            Ok(outputs.chain([MANIFEST.to_owned()]).collect())
        } else {
            Ok(Vec::new())
        }
    })
}

/// Checks that files of these names may be written to `folder`, as [`check`] does: with `force` it may hold nothing but such files.
///
/// # Errors
/// As [`check`].
pub fn check_set(folder: &Path, names: &[&str], force: bool) -> Result<(), Error> {
    check_for(folder, force, |_| Ok(names.iter().map(|name| (*name).to_owned()).collect()))
}

fn check_for(
    folder: &Path,
    force: bool,
    written: impl FnOnce(&[String]) -> Result<Vec<String>, Error>,
) -> Result<(), Error> {
    let unusable = |why| Err(Error::UnusableFolder { folder: folder.to_path_buf(), why });
    if folder.file_name().is_none() {
        return unusable("a run folder is written beside what stands there and renamed, so it needs a name of its own");
    }
    if folder.is_file() {
        return unusable("it is a file");
    }
    if folder.ancestors().skip(1).any(Path::is_file) {
        return unusable("a file stands where a folder above it would be");
    }
    match fs::read_dir(folder) {
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(Error::io("read", folder)(error)),
    }
    let names = names_in(folder)?;
    if names.is_empty() {
        return Ok(());
    }
    if !force {
        return Err(Error::Exists { folder: folder.to_path_buf() });
    }
    let written = written(&names)?;
    let mut foreign: Vec<String> = names.into_iter().filter(|name| !written.contains(name)).collect();
    foreign.truncate(5);
    if foreign.is_empty() { Ok(()) } else { Err(Error::ForeignFiles { folder: folder.to_path_buf(), foreign }) }
}

/// The names of what is in a run folder, in order: of a folder in it those of its files, with a slash between, and its own if it is
/// empty.
pub(super) fn names_in(folder: &Path) -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::io("read", folder))? {
        let entry = entry.map_err(Error::io("read", folder))?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_folder = entry.file_type().map_err(Error::io("read", folder))?.is_dir();
        let inner = if is_folder { names_in(&entry.path())? } else { Vec::new() };
        if inner.is_empty() {
            names.push(name);
        } else {
            names.extend(inner.into_iter().map(|inner| format!("{name}/{inner}")));
        }
    }
    names.sort_unstable();
    Ok(names)
}

/// Writes the outputs of a run, as they are made, to a temporary folder beside `folder` and renames it; what stood there before is replaced
/// only when everything is written. `done` is called after each file; returned are the names, in order.
///
/// # Errors
/// As [`check`] and [`report::make`]; [`Error::Io`], after which `folder` is as it was.
pub fn write(folder: &Path, run: &Run, force: bool, done: &dyn Fn()) -> Result<Vec<String>, Error> {
    check(folder, force)?;
    write_checked(folder, done, |sink| report::make(run, sink))
}

/// Writes files to a folder of their own as [`write()`] does.
///
/// # Errors
/// As [`check_set`]; [`Error::Io`], after which `folder` is as it was.
pub fn write_set(folder: &Path, outputs: &[OutputFile], force: bool) -> Result<(), Error> {
    let names: Vec<&str> = outputs.iter().map(|output| output.name.as_ref()).collect();
    check_set(folder, &names, force)?;
    write_checked(folder, &|| (), |sink| {
        outputs.iter().try_for_each(|output| sink.put(&output.name, &mut |file| file.write_all(&output.bytes)))
    })
}

fn write_checked<T>(
    folder: &Path,
    done: &dyn Fn(),
    make: impl FnOnce(&mut dyn Sink) -> Result<T, Error>,
) -> Result<T, Error> {
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(parent).map_err(Error::io("create", parent))?;
    let temporary = beside(folder, "new");
    if temporary.exists() {
        fs::remove_dir_all(&temporary).map_err(Error::io("remove", &temporary))?;
    }
    let written = fs::create_dir(&temporary)
        .map_err(Error::io("create a folder in", parent))
        .and_then(|()| make(&mut Temporary { folder: &temporary, done }))
        .and_then(|made| replace(folder, &temporary).map(|()| made));
    if written.is_err() {
        // The temporary folder is ours alone; what is left of it says nothing that the error does not.
        let _ = fs::remove_dir_all(&temporary);
    }
    written
}

/// A folder that outputs are written to before it takes its place.
struct Temporary<'f> {
    folder: &'f Path,
    done: &'f dyn Fn(),
}

impl Sink for Temporary<'_> {
    fn put(&mut self, name: &str, make: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        let path = self.folder.join(name);
        if let Some(inner) = path.parent().filter(|inner| *inner != self.folder) {
            fs::create_dir_all(inner).map_err(Error::io("create", inner))?;
        }
        write_synced(&path, make)?;
        (self.done)();
        Ok(())
    }
}

/// Writes a file, down to the disk.
fn write_synced(path: &Path, mut make: impl FnMut(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
    let mut write = || {
        let mut file = fs::File::create(path)?;
        make(&mut file)?;
        file.sync_all()
    };
    write().map_err(Error::io("write", path))
}

/// Writes a file beside its place and renames it when all is written; without a path, to `otherwise`.
///
/// # Errors
/// [`Error::Io`], after which what stood there is as it was; what `make` says.
pub fn write_file(
    path: Option<&Path>,
    otherwise: &mut dyn Write,
    make: impl FnOnce(&mut dyn Write) -> Result<(), Error>,
) -> Result<(), Error> {
    let Some(path) = path else { return make(otherwise) };
    let temporary = beside(path, "new");
    let write = || {
        let file = fs::File::create(&temporary).map_err(Error::io("write", path))?;
        let mut file = io::BufWriter::with_capacity(1 << 18, file);
        make(&mut file)?;
        let file = file.into_inner().map_err(|error| Error::io("write", path)(error.into_error()))?;
        file.sync_all().map_err(Error::io("write", path))?;
        fs::rename(&temporary, path).map_err(Error::io("rename", path))
    };
    let written = write();
    if written.is_err() {
        // The temporary file is ours alone; what is left of it says nothing that the error does not.
        let _ = fs::remove_file(&temporary);
    }
    written
}

/// Writes files into a folder, which may hold others; each is written beside its place and renamed.
///
/// # Errors
/// [`Error::FileExists`] before anything is written, unless `force`; [`Error::Io`].
pub fn write_into(folder: &Path, outputs: &[OutputFile], force: bool) -> Result<(), Error> {
    let path = |output: &OutputFile| folder.join(output.name.as_ref());
    if let Some(path) = outputs.iter().map(path).find(|path| path.exists() && !force) {
        return Err(Error::FileExists { path });
    }
    fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    for output in outputs {
        let path = path(output);
        write_file(Some(&path), &mut io::sink(), |file| {
            file.write_all(&output.bytes).map_err(Error::io("write", &path))
        })?;
    }
    Ok(())
}

/// Puts `temporary` in the place of `folder`.
fn replace(folder: &Path, temporary: &Path) -> Result<(), Error> {
    let old = beside(folder, "old");
    let existed = folder.exists();
    if existed {
        if old.exists() {
            fs::remove_dir_all(&old).map_err(Error::io("remove", &old))?;
        }
        fs::rename(folder, &old).map_err(Error::io("rename", folder))?;
    }
    if let Err(error) = fs::rename(temporary, folder) {
        if existed {
            fs::rename(&old, folder).map_err(Error::io("restore", folder))?;
        }
        return Err(Error::io("rename", temporary)(error));
    }
    if existed {
        fs::remove_dir_all(&old).map_err(Error::io("remove", &old))?;
    }
    Ok(())
}

/// A hidden place beside `path`, on the same file system.
fn beside(path: &Path, what: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{what}-{}", std::process::id()))
}

/// Reads the manifest of a run folder.
///
/// # Errors
/// [`Error::NotARunFolder`].
pub fn read_manifest(folder: &Path) -> Result<Manifest, Error> {
    let refuse = |why: String| Error::NotARunFolder { folder: folder.to_path_buf(), why };
    let bytes = fs::read(folder.join(MANIFEST)).map_err(|error| refuse(format!("cannot read {MANIFEST}: {error}")))?;
    serde_json::from_slice(&bytes).map_err(|error| refuse(format!("{MANIFEST} is no manifest: {error}")))
}
