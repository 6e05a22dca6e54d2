//! A user's own tokenizers.

use crate::error::Error;
use crate::ingest::{Source, SourceRole};
use crate::references::{check_hash, locate};
use crate::settings::{SettingsError, TokenizerConfig, TokenizerSettings};
use canvass_text::{Language, Resources};
use std::path::{Path, PathBuf};

/// A tokenizer that takes the place of a language's.
#[derive(Clone, Debug)]
pub struct OwnTokenizer {
    /// The language.
    pub language: Language,
    /// Which file it is.
    pub source: Source,
    /// Its text.
    pub json: String,
}

/// Reads the tokenizers a configuration names: each is looked for among the files given, by base name, then beside the
/// configuration.
///
/// # Errors
/// [`SettingsError::MissingTokenizer`], [`SettingsError::Tokenizer`], [`SettingsError::OtherFile`], or what [`Source::read`] says.
pub(crate) fn read(
    named: &[TokenizerConfig],
    config_folder: Option<&Path>,
    given: &[PathBuf],
) -> Result<Vec<OwnTokenizer>, Error> {
    let mut used = vec![false; given.len()];
    let mut tokenizers: Vec<OwnTokenizer> = Vec::new();
    for tokenizer in named {
        let path = locate(&tokenizer.file, tokenizer.blake3.as_deref(), config_folder, given, &mut used)
            .map_err(|file| SettingsError::MissingTokenizer { file })?;
        let (source, bytes) = Source::read(&path, SourceRole::Tokenizer)?;
        check_hash(&source, tokenizer.blake3.as_deref())?;
        let refuse = |why: String| SettingsError::Tokenizer { file: source.file.to_string(), why };
        let language = Language::from_code(&tokenizer.language)
            .filter(|language| language.has_resources())
            .ok_or_else(|| refuse(format!("canvass has no resources for the language {:?}", tokenizer.language)))?;
        if tokenizers.iter().any(|other| other.language == language) {
            return Err(refuse(format!("{language} has another one already")).into());
        }
        let json = String::from_utf8(bytes)
            .map_err(|error| refuse(format!("it is not UTF-8 at byte {}", error.utf8_error().valid_up_to())))?;
        tokenizers.push(OwnTokenizer { language, source, json });
    }
    Ok(tokenizers)
}

/// Puts the tokenizers in the place of the built-in ones.
///
/// # Errors
/// [`SettingsError::Tokenizer`] for one that does not parse.
pub(crate) fn install(tokenizers: &[OwnTokenizer], resources: &mut Resources) -> Result<(), SettingsError> {
    for OwnTokenizer { language, source, json } in tokenizers {
        resources
            .replace_tokenizer(*language, &source.file, json)
            .map_err(|error| SettingsError::Tokenizer { file: source.file.to_string(), why: error.message })?;
    }
    Ok(())
}

/// What the settings say of the tokenizers.
pub(crate) fn settings(tokenizers: &[OwnTokenizer]) -> Vec<TokenizerSettings> {
    let settings = tokenizers.iter().map(|OwnTokenizer { language, source, .. }| TokenizerSettings {
        language: language.code().to_owned(),
        file: source.file.to_string(),
        blake3: source.blake3.clone(),
    });
    settings.collect()
}
