//! The texts that were sent with the form.

use crate::docx;
use crate::error::Error;
use crate::ingest::{Source, SourceRole};
use crate::settings::{Reference, ReferenceConfig, SettingsError};
use std::path::{Path, PathBuf};

/// Reads the reference texts: those the configuration names, then those given beside it.
///
/// A text that the configuration names is looked for among those given, by base name, then beside the configuration.
///
/// # Errors
/// [`SettingsError::MissingReference`], [`SettingsError::OtherFile`], [`SettingsError::SameReference`],
/// [`SettingsError::ReferenceFormat`], [`SettingsError::ReferenceEncoding`], or what [`Source::read`] says.
pub(crate) fn read(
    named: &[ReferenceConfig],
    config_folder: Option<&Path>,
    given: &[PathBuf],
) -> Result<Vec<(Source, String)>, Error> {
    let mut sources = Vec::new();
    let mut used = vec![false; given.len()];
    for reference in named {
        let path = locate(&reference.file, reference.blake3.as_deref(), config_folder, given, &mut used)
            .map_err(|file| SettingsError::MissingReference { file })?;
        let (source, text) = read_text(&path)?;
        check_hash(&source, reference.blake3.as_deref())?;
        sources.push((source, text));
    }
    for (path, _) in given.iter().zip(&used).filter(|(_, used)| !**used) {
        sources.push(read_text(path)?);
    }
    for (at, (source, _)) in sources.iter().enumerate() {
        if sources[..at].iter().any(|(other, _)| other.blake3 == source.blake3) {
            return Err(SettingsError::SameReference { file: source.file.to_string() }.into());
        }
    }
    Ok(sources)
}

/// Where the file is that a configuration names: among those given, by base name, or else beside the configuration.
///
/// # Errors
/// Its base name if it is in neither place.
pub(crate) fn locate(
    file: &Path,
    blake3: Option<&str>,
    config_folder: Option<&Path>,
    given: &[PathBuf],
    used: &mut [bool],
) -> Result<PathBuf, String> {
    let name = file.file_name().unwrap_or_default();
    let mut same_name = (0..given.len()).filter(|at| !used[*at] && given[*at].file_name() == Some(name));
    // Of several files of one name, the one of the stated hash.
    let first = same_name.clone().next();
    let right = same_name.find(|at| blake3 == blake3_of(&given[*at]).as_deref()).or(first);
    if let Some(at) = right {
        used[at] = true;
        return Ok(given[at].clone());
    }
    let path = config_folder.unwrap_or(Path::new("")).join(file);
    if path.is_file() { Ok(path) } else { Err(name.to_string_lossy().into_owned()) }
}

/// Checks that a file is the one the configuration means.
///
/// # Errors
/// [`SettingsError::OtherFile`]
pub(crate) fn check_hash(source: &Source, expected: Option<&str>) -> Result<(), SettingsError> {
    match expected {
        Some(expected) if expected != source.blake3 => Err(SettingsError::OtherFile {
            file: source.file.to_string(),
            expected: expected.to_owned(),
            found: source.blake3.clone(),
        }),
        _ => Ok(()),
    }
}

/// The hash of a file, if it can be read.
fn blake3_of(path: &Path) -> Option<String> {
    Source::read(path, SourceRole::Reference).ok().map(|(source, _)| source.blake3)
}

/// A reference text is a plain text in UTF-8, or a Word document.
fn read_text(path: &Path) -> Result<(Source, String), Error> {
    let (source, bytes) = Source::read(path, SourceRole::Reference)?;
    let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
    if extension == "docx" {
        let damaged = |why| SettingsError::ReferenceDocument { file: source.file.to_string(), why };
        let paragraphs = docx::paragraphs(&bytes).map_err(damaged)?;
        return Ok((source, paragraphs.join("\n")));
    }
    if !matches!(extension.as_str(), "txt" | "md" | "markdown" | "text" | "") {
        return Err(SettingsError::ReferenceFormat { file: source.file.to_string(), found: extension }.into());
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok((source, text)),
        Err(error) => {
            let offset = error.utf8_error().valid_up_to();
            let line = error.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
            Err(SettingsError::ReferenceEncoding { file: source.file.to_string(), line, offset: offset as u64 }.into())
        }
    }
}

/// What the settings say of the texts.
pub(crate) fn settings(sources: &[Source]) -> Vec<Reference> {
    sources.iter().map(|source| Reference { file: source.file.to_string(), blake3: source.blake3.clone() }).collect()
}
