//! The files as they are: bytes, size and hash. Text is read window by window, and hashed as it goes.

use super::IngestError;
use serde::{Deserialize, Serialize};
use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Bytes of a file that are in memory at a time.
const WINDOW_BYTES: u64 = 1 << 18;

/// What a file is read for.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SourceRole {
    /// It holds answers.
    Answers,
    /// It holds the wording of questions.
    Questions,
    /// It was sent with the form.
    Reference,
    /// It splits and normalises the words of a language.
    Tokenizer,
    /// It is the picture that the papers carry.
    Logo,
    /// It is a form that a paper is filled into.
    Template,
    /// It settles the themes.
    Codeframe,
    /// It has the themes of an earlier consultation.
    Model,
}

/// The identity of a file that was read: neither its path nor a time, so that it is the same on every computer.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Source {
    /// Its base name. Two files may share one.
    #[serde(serialize_with = "as_str")]
    pub file: Arc<str>,
    /// What it is read for.
    pub role: SourceRole,
    /// In bytes.
    pub size: u64,
    /// BLAKE3 of its bytes, in hexadecimal.
    pub blake3: String,
}

impl Source {
    /// Reads a file; hands back its identity and its bytes.
    ///
    /// # Errors
    /// [`IngestError::Missing`], [`IngestError::Folder`], [`IngestError::Unreadable`], [`IngestError::EmptyFile`]
    pub fn read(path: &Path, role: SourceRole) -> Result<(Self, Vec<u8>), IngestError> {
        let mut input = Input::open(path)?;
        let bytes = input.whole()?;
        Ok((input.finish(role), bytes))
    }

    /// The identity of a file, which is never held in memory whole.
    ///
    /// # Errors
    /// As [`Source::read`].
    pub fn identify(path: &Path, role: SourceRole) -> Result<Self, IngestError> {
        let mut input = Input::open(path)?;
        while !input.window()?.is_empty() {}
        Ok(input.finish(role))
    }
}

/// What can be read, and read again from its beginning.
trait ReadSeek: Read + Seek {}

impl<T: Read + Seek> ReadSeek for T {}

/// A file that is read window by window, and hashed as it goes.
pub(super) struct Input<'b> {
    path: PathBuf,
    /// Its base name.
    pub(super) file: Arc<str>,
    reader: Box<dyn ReadSeek + 'b>,
    hasher: blake3::Hasher,
    size: u64,
    /// What was read last.
    window: Vec<u8>,
    /// Whether the window was looked at and not handed on.
    is_ahead: bool,
}

impl<'b> Input<'b> {
    /// Opens a file and reads its first window.
    ///
    /// # Errors
    /// [`IngestError::Missing`], [`IngestError::Folder`], [`IngestError::Unreadable`], [`IngestError::EmptyFile`]
    pub(super) fn open(path: &Path) -> Result<Self, IngestError> {
        check(path)?;
        let file = File::open(path).map_err(|source| unreadable(path, source))?;
        Self::new(path, Box::new(file))
    }

    /// A file whose bytes are in memory already.
    pub(super) fn of(name: &str, bytes: &'b [u8]) -> Result<Self, IngestError> {
        Self::new(Path::new(name), Box::new(Cursor::new(bytes)))
    }

    fn new(path: &Path, reader: Box<dyn ReadSeek + 'b>) -> Result<Self, IngestError> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let mut input = Self {
            path: path.to_path_buf(),
            file: Arc::from(name.as_ref()),
            reader,
            hasher: blake3::Hasher::new(),
            size: 0,
            window: Vec::new(),
            is_ahead: false,
        };
        input.fill()?;
        input.is_ahead = true;
        if input.window.is_empty() {
            return Err(IngestError::EmptyFile { file: input.path });
        }
        Ok(input)
    }

    /// Reads the next window, whole except at the end of the file.
    fn fill(&mut self) -> Result<(), IngestError> {
        self.window.clear();
        let mut limited = (&mut self.reader).take(WINDOW_BYTES);
        limited.read_to_end(&mut self.window).map_err(|source| unreadable(&self.path, source))?;
        self.hasher.update(&self.window);
        self.size += self.window.len() as u64;
        Ok(())
    }

    /// The first window, where nothing was handed on yet.
    pub(super) fn head(&self) -> &[u8] {
        &self.window
    }

    /// The byte that the window which was read last begins at, and the window.
    pub(super) fn last(&self) -> (u64, &[u8]) {
        (self.size - self.window.len() as u64, &self.window)
    }

    /// The next window; nothing at the end of the file.
    pub(super) fn window(&mut self) -> Result<&[u8], IngestError> {
        if !std::mem::take(&mut self.is_ahead) {
            self.fill()?;
        }
        Ok(&self.window)
    }

    /// Goes back to the beginning.
    pub(super) fn rewind(&mut self) -> Result<(), IngestError> {
        self.reader.rewind().map_err(|source| unreadable(&self.path, source))?;
        self.hasher.reset();
        self.size = 0;
        self.fill()?;
        self.is_ahead = true;
        Ok(())
    }

    /// All bytes from the first window on.
    pub(super) fn whole(&mut self) -> Result<Vec<u8>, IngestError> {
        let mut bytes = Vec::new();
        loop {
            let window = self.window()?;
            if window.is_empty() {
                return Ok(bytes);
            }
            bytes.extend_from_slice(window);
        }
    }

    /// The identity of what was read since the beginning.
    pub(super) fn finish(self, role: SourceRole) -> Source {
        Source { file: self.file, role, size: self.size, blake3: self.hasher.finalize().to_hex().to_string() }
    }
}

/// Whether there is a file to read, as far as can be told without reading it.
pub(super) fn check(path: &Path) -> Result<(), IngestError> {
    let known = std::fs::metadata(path).map_err(|source| unreadable(path, source))?;
    if known.is_dir() {
        return Err(IngestError::Folder { file: path.to_path_buf() });
    }
    if known.is_file() && known.len() == 0 {
        return Err(IngestError::EmptyFile { file: path.to_path_buf() });
    }
    Ok(())
}

fn unreadable(path: &Path, source: std::io::Error) -> IngestError {
    match source.kind() {
        std::io::ErrorKind::NotFound => IngestError::Missing { file: path.to_path_buf() },
        _ => IngestError::Unreadable { file: path.to_path_buf(), source },
    }
}

fn as_str<S: serde::Serializer>(name: &Arc<str>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_is_known_by_base_name_size_and_hash() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers.csv");
        std::fs::write(&path, "id,comment\n1,Yes\n").unwrap();
        let (source, bytes) = Source::read(&path, SourceRole::Answers).unwrap();
        assert_eq!(bytes, b"id,comment\n1,Yes\n");
        assert_eq!((source.file.as_ref(), source.size), ("answers.csv", 17));
        assert_eq!(source.blake3, blake3::hash(&bytes).to_hex().to_string());
    }

    #[test]
    fn a_missing_file_a_folder_and_an_empty_file_are_told_apart() {
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty.csv");
        std::fs::write(&empty, "").unwrap();
        let read = |path: &Path| Source::read(path, SourceRole::Answers).unwrap_err();
        assert!(matches!(read(&folder.path().join("none.csv")), IngestError::Missing { .. }));
        assert!(matches!(read(folder.path()), IngestError::Folder { .. }));
        assert!(matches!(read(&empty), IngestError::EmptyFile { .. }));
    }

    #[test]
    fn windows_are_the_bytes_of_the_file_and_so_are_those_after_going_back() {
        let bytes: Vec<u8> = (0..3 * WINDOW_BYTES + 17).map(|at| (at % 251) as u8).collect();
        let mut input = Input::of("a.csv", &bytes).unwrap();
        assert_eq!(input.head(), &bytes[..WINDOW_BYTES as usize]);
        assert_eq!(input.window().unwrap().len() as u64, WINDOW_BYTES);
        input.rewind().unwrap();
        assert_eq!(input.whole().unwrap(), bytes);
        let source = input.finish(SourceRole::Answers);
        assert_eq!((source.size, source.blake3), (bytes.len() as u64, blake3::hash(&bytes).to_hex().to_string()));
    }
}
