//! What counts as one term throughout the consultation.

use crate::settings::{Config, SettingsError};
use canvass_text::{Abbreviation, Abbreviations, Entry, Language, Lexicon, MergeKind};

/// The lexicon: the abbreviations that the answers define, whichever question they answer, then the user's synonyms.
///
/// An abbreviation that the answers define in two ways is left as it is.
///
/// # Errors
/// [`SettingsError::Synonym`] for an entry without a term or forms, or of an unknown language.
pub(super) fn lexicon(answers: &[&str], config: &Config) -> Result<Lexicon, SettingsError> {
    let mut entries = Vec::new();
    if config.text.abbreviations {
        entries.extend(Abbreviations::collect(answers).iter().filter_map(defined));
    }
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

/// What an abbreviation and its long form count as, if it is known what it stands for.
fn defined(abbreviation: &Abbreviation) -> Option<Entry> {
    let long = abbreviation.long_form()?;
    let forms = abbreviation.short_forms.iter().chain(&abbreviation.long_forms);
    Some(Entry {
        kind: MergeKind::Abbreviation,
        label: format!("{long} ({})", abbreviation.short_form()),
        forms: forms.map(|(form, _)| form.clone()).collect(),
        language: None,
    })
}
