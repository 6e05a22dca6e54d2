//! The files as they are: bytes, size and hash.

use super::IngestError;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
        let unreadable = |source: std::io::Error| match source.kind() {
            std::io::ErrorKind::NotFound => IngestError::Missing { file: path.to_path_buf() },
            _ => IngestError::Unreadable { file: path.to_path_buf(), source },
        };
        if std::fs::metadata(path).map_err(unreadable)?.is_dir() {
            return Err(IngestError::Folder { file: path.to_path_buf() });
        }
        let bytes = std::fs::read(path).map_err(unreadable)?;
        if bytes.is_empty() {
            return Err(IngestError::EmptyFile { file: path.to_path_buf() });
        }
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
        let source = Self {
            file: Arc::from(name.as_ref()),
            role,
            size: bytes.len() as u64,
            blake3: blake3::hash(&bytes).to_hex().to_string(),
        };
        Ok((source, bytes))
    }
}

/// Reads the files of answers in the order given, then the questions file.
pub(super) fn read_all(
    files: &[PathBuf],
    questions_file: Option<&Path>,
) -> Result<Vec<(Source, Vec<u8>)>, IngestError> {
    if files.is_empty() {
        return Err(IngestError::NoFile);
    }
    let mut sources: Vec<(Source, Vec<u8>)> = Vec::new();
    for path in files {
        let read = Source::read(path, SourceRole::Answers)?;
        if let Some(at) = sources.iter().position(|(source, _)| source.blake3 == read.0.blake3) {
            return Err(IngestError::SameFile { first: files[at].clone(), second: path.clone() });
        }
        sources.push(read);
    }
    if let Some(path) = questions_file {
        sources.push(Source::read(path, SourceRole::Questions)?);
    }
    Ok(sources)
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
        assert!(matches!(read_all(&[], None).unwrap_err(), IngestError::NoFile));
    }

    #[test]
    fn a_file_given_twice_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let (one, two) = (folder.path().join("one.csv"), folder.path().join("two.csv"));
        std::fs::write(&one, "id,comment\n1,Yes\n").unwrap();
        std::fs::copy(&one, &two).unwrap();
        assert!(matches!(read_all(&[one, two], None).unwrap_err(), IngestError::SameFile { .. }));
    }
}
