//! What counts as one term throughout the consultation.

use crate::settings::{Config, SettingsError};
use canvass_text::{Entry, Language, Lexicon, MergeKind};

/// The lexicon: the abbreviations that the answers define, then the user's synonyms.
///
/// # Errors
/// [`SettingsError::Synonym`] for an entry without a term or forms, or of an unknown language.
pub(super) fn lexicon(config: &Config) -> Result<Lexicon, SettingsError> {
    let mut entries = Vec::new();
    for synonym in &config.synonyms {
        let refuse = |why: String| SettingsError::Synonym { term: synonym.term.clone(), why };
        if synonym.term.trim().is_empty() {
            return Err(refuse("its term is empty".into()));
        }
        if synonym.forms.iter().all(|form| form.trim().is_empty()) {
            return Err(refuse("it has no forms".into()));
        }
        let language = match synonym.language.as_str() {
            "" => None,
            code => Some(
                Language::from_code(code)
                    .filter(|language| language.has_resources())
                    .ok_or_else(|| refuse(format!("canvass has no resources for the language {code:?}")))?,
            ),
        };
        entries.push(Entry {
            kind: MergeKind::Synonym,
            label: synonym.term.trim().to_owned(),
            forms: synonym.forms.clone(),
            language,
        });
    }
    Ok(Lexicon { entries })
}
