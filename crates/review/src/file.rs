//! The code frame on disk while people work on it: it only grows, by one line a decision, and what else stands in it stays byte for byte.
//!
//! A line is written at the end of the file and brought down to the disk before the decision counts as made. Before each line the file is read
//! again: what someone wrote there by hand meanwhile is taken in, never overwritten. A last line that was cut off, as a crash or
//! a power cut may leave it, is set aside in a file of its own.

use crate::error::ReviewError;
use canvass::CodeFrame;
use canvass::codeframe::{Decision, FrameError};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// A code frame on disk, as it was last read or written.
#[derive(Debug)]
pub(crate) struct FrameFile {
    path: PathBuf,
    name: String,
    bytes: Vec<u8>,
    /// When it was changed last and how long it is, as the system says: what a glance compares.
    stamp: Option<(SystemTime, u64)>,
    /// Whether a line at the end is known to be a decision.
    ends_in_decisions: bool,
}

/// A last line that was cut off, and where it is now.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Recovered {
    /// The file that holds what was there of it.
    pub aside: PathBuf,
    /// The line it was, 1-based.
    pub line: u32,
    /// What was there of it, for people.
    pub text: String,
}

/// Why a decision cannot be written.
#[derive(Debug)]
pub(crate) enum Unwritten {
    /// The file is no longer as it was last read.
    Changed,
    /// The line cannot be added without changing what is there.
    NoPlace,
    /// The system refuses.
    Io(ReviewError),
}

impl FrameFile {
    /// Reads a code frame; writes `make` there first if there is none. Also told: whether it was made, and what was cut off.
    ///
    /// # Errors
    /// [`ReviewError`] if it cannot be read, written or followed.
    pub(crate) fn open(
        path: &Path,
        make: impl FnOnce() -> String,
    ) -> Result<(Self, CodeFrame, bool, Option<Recovered>), ReviewError> {
        let is_new = !path.exists();
        if is_new {
            write_whole(path, make().as_bytes())?;
        }
        // A link stays one: what it leads to is written.
        let path = &fs::canonicalize(path).map_err(ReviewError::io("read", path))?;
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut file = Self { path: path.clone(), name, bytes: Vec::new(), stamp: None, ends_in_decisions: false };
        file.bytes = file.read()?;
        let (frame, recovered) = match file.frame_of(&file.bytes) {
            Ok(frame) => (frame, None),
            Err(error) => file.recover(error)?,
        };
        Ok((file, frame, is_new, recovered))
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What it holds, in 16 hexadecimal digits.
    pub(crate) fn digest(&self) -> String {
        blake3::hash(&self.bytes).to_hex()[..16].to_owned()
    }

    /// How many lines it has.
    pub(crate) fn n_lines(&self) -> u32 {
        self.bytes.iter().filter(|byte| **byte == b'\n').count() as u32 + u32::from(!self.ends_with_line())
    }

    fn ends_with_line(&self) -> bool {
        self.bytes.last().is_none_or(|byte| *byte == b'\n')
    }

    fn frame_of(&self, bytes: &[u8]) -> Result<CodeFrame, FrameError> {
        let frame = CodeFrame::from_bytes(&self.name, bytes)?;
        frame.replay()?;
        Ok(frame)
    }

    fn read(&mut self) -> Result<Vec<u8>, ReviewError> {
        let stamp = self.stamp_now();
        let bytes = fs::read(&self.path).map_err(ReviewError::io("read", &self.path))?;
        self.stamp = stamp;
        Ok(bytes)
    }

    fn stamp_now(&self) -> Option<(SystemTime, u64)> {
        let metadata = fs::metadata(&self.path).ok()?;
        Some((metadata.modified().ok()?, metadata.len()))
    }

    /// Whether the system says that it may have changed. Cheap, and blind to a change within one tick of its clock.
    pub(crate) fn may_have_changed(&self) -> bool {
        self.stamp.is_none() || self.stamp != self.stamp_now()
    }

    /// Reads it again. The frame, if it is another now; if it cannot be followed, the file counts as unread, and the next call
    /// looks again.
    ///
    /// # Errors
    /// [`ReviewError`]
    pub(crate) fn refresh(&mut self) -> Result<Option<CodeFrame>, ReviewError> {
        let bytes = self.read()?;
        if bytes == self.bytes {
            return Ok(None);
        }
        match self.frame_of(&bytes) {
            Ok(frame) => {
                self.bytes = bytes;
                self.ends_in_decisions = false;
                Ok(Some(frame))
            }
            Err(error) => {
                self.stamp = None;
                Err(error.into())
            }
        }
    }

    /// Adds the line of a decision that has been tried in memory. When this returns the line is on the disk.
    ///
    /// # Errors
    /// [`Unwritten`], after which the file is as it was, unless another program changed it.
    pub(crate) fn add(&mut self, decision: &Decision) -> Result<(), Unwritten> {
        let now = self.read().map_err(Unwritten::Io)?;
        if now != self.bytes {
            return Err(Unwritten::Changed);
        }
        let line = decision.to_line();
        let break_before = if self.ends_with_line() { "" } else { "\n" };
        if self.ends_in_decisions {
            return self.append(&format!("{break_before}{line}"));
        }
        for opening in ["", "\n[decisions]\n"] {
            let added = format!("{break_before}{opening}{line}");
            if self.is_added(&[&self.bytes, added.as_bytes()].concat(), decision) {
                self.append(&added)?;
                self.ends_in_decisions = true;
                return Ok(());
            }
        }
        // Tables stand behind the decisions: the line goes behind the last of them.
        let place = self.behind_decisions().ok_or(Unwritten::NoPlace)?;
        let whole = [&self.bytes[..place], line.as_bytes(), &self.bytes[place..]].concat();
        if !self.is_added(&whole, decision) {
            return Err(Unwritten::NoPlace);
        }
        write_whole(&self.path, &whole).map_err(Unwritten::Io)?;
        self.stamp = self.stamp_now();
        self.bytes = whole;
        Ok(())
    }

    /// Whether these bytes are the file with one decision more, this one, at the end.
    fn is_added(&self, bytes: &[u8], decision: &Decision) -> bool {
        let (Ok(before), Ok(after)) =
            (CodeFrame::from_bytes(&self.name, &self.bytes), CodeFrame::from_bytes(&self.name, bytes))
        else {
            return false;
        };
        after.decisions.len() == before.decisions.len() + 1
            && after.themes.len() == before.themes.len()
            && after.decisions.last().is_some_and(|last| last.id == decision.id && last.action == decision.action)
    }

    /// The first byte behind the line of the last decision, or behind the head of their table.
    fn behind_decisions(&self) -> Option<usize> {
        let frame = CodeFrame::from_bytes(&self.name, &self.bytes).ok()?;
        let mut lines = self.bytes.split_inclusive(|byte| *byte == b'\n');
        let last = match frame.decisions.last() {
            Some(decision) => decision.line as usize,
            None => lines.position(|line| line.trim_ascii() == b"[decisions]")? + 1,
        };
        let lines = self.bytes.split_inclusive(|byte| *byte == b'\n');
        Some(lines.take(last).map(<[u8]>::len).sum())
    }

    fn append(&mut self, added: &str) -> Result<(), Unwritten> {
        let length = self.bytes.len() as u64;
        let write = || -> io::Result<()> {
            let mut file = OpenOptions::new().append(true).open(&self.path)?;
            let written = file.write_all(added.as_bytes()).and_then(|()| file.sync_all());
            if written.is_err() {
                // A full disk may have taken a part of the line.
                self.take_back(&file, length, added);
            }
            written
        };
        write().map_err(|source| Unwritten::Io(ReviewError::io("write", &self.path)(source)))?;
        let now = self.read().map_err(Unwritten::Io)?;
        let before = std::mem::take(&mut self.bytes);
        self.bytes = [&before, added.as_bytes()].concat();
        if now != self.bytes {
            // Another program wrote at the same moment; what it wrote is taken in by whoever asks next.
            self.stamp = None;
        }
        Ok(())
    }

    /// Removes what is there of a line, if nothing else was added.
    fn take_back(&self, file: &File, length: u64, added: &str) {
        let Ok(now) = fs::read(&self.path) else { return };
        if now.strip_prefix(self.bytes.as_slice()).is_some_and(|rest| added.as_bytes().starts_with(rest)) {
            // What fails here is found, and set aside, when the file is opened again.
            let _ = file.set_len(length);
        }
    }

    /// Sets a last line without an end aside, if the file can be followed without it.
    fn recover(&mut self, error: FrameError) -> Result<(CodeFrame, Option<Recovered>), ReviewError> {
        let cut = self.bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        let tail = self.bytes[cut..].to_vec();
        let Some(frame) =
            Some(&self.bytes[..cut]).filter(|_| !tail.is_empty()).and_then(|kept| self.frame_of(kept).ok())
        else {
            return Err(error.into());
        };
        let aside = self.write_aside(&tail)?;
        let kept = self.bytes[..cut].to_vec();
        write_whole(&self.path, &kept)?;
        self.bytes = kept;
        self.stamp = self.stamp_now();
        let line = self.n_lines() + 1;
        let text = String::from_utf8_lossy(&tail).trim_matches(['\0', ' ', '\t', '\r']).to_owned();
        Ok((frame, Some(Recovered { aside, line, text })))
    }

    /// Writes to the first free name beside the file.
    fn write_aside(&self, bytes: &[u8]) -> Result<PathBuf, ReviewError> {
        let mut number = 1;
        loop {
            let aside = self.path.with_file_name(format!("{}.cut-off-{number}", self.name));
            let made = OpenOptions::new().write(true).create_new(true).open(&aside);
            match made.and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all())) {
                Ok(()) => return Ok(aside),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(ReviewError::io("write", &aside)(error)),
            }
        }
    }
}

/// Writes a file beside its place, down to the disk, and renames it.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), ReviewError> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let temporary = path.with_file_name(format!(".{name}.new"));
    let write = || -> io::Result<()> {
        let mut file = File::create(&temporary)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&temporary, path)?;
        // That the name stands is on the disk only with the folder; not every system lets a folder be opened.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
        Ok(())
    };
    let written = write();
    if written.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    written.map_err(ReviewError::io("write", path))
}
