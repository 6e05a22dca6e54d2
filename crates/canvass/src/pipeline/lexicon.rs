//! What counts as one term throughout the consultation.

use crate::settings::{Config, SettingsError};
use canvass_text::{Abbreviation, Abbreviations, Analyser, Entry, Language, Lexicon, MergeKind, Text};

/// The lexicon: the abbreviations that the answers define, whichever question they answer, then the user's synonyms.
///
/// An abbreviation that the answers define in two ways is left as it is.
///
/// # Errors
/// As [`synonyms`].
pub(super) fn lexicon<'t>(
    texts: impl Iterator<Item = &'t Text<'t>>,
    config: &Config,
) -> Result<Lexicon, SettingsError> {
    let mut entries = Vec::new();
    if config.text.abbreviations {
        // Copies define nothing that their original does not.
        let answers: Vec<&str> = texts.filter(|text| !text.is_copy).map(|text| text.text).collect();
        entries.extend(Abbreviations::collect(&answers).iter().filter_map(defined));
    }
    entries.extend(synonyms(config)?);
    Ok(Lexicon { entries })
}

/// The user's synonyms.
///
/// # Errors
/// [`SettingsError::Synonym`] for an entry without a term or forms, or of an unknown language.
pub(super) fn synonyms(config: &Config) -> Result<Vec<Entry>, SettingsError> {
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
            code => Some(Language::from_code(code).filter(|language| language.has_resources()).ok_or_else(|| {
                let known = Language::ALL.map(Language::code).join(", ");
                refuse(format!("canvass has no resources for the language {code:?}, but for {known}"))
            })?),
        };
        entries.push(Entry {
            kind: MergeKind::Synonym,
            label: synonym.term.trim().to_owned(),
            forms: synonym.forms.clone(),
            language,
        });
    }
    Ok(entries)
}

/// What an abbreviation and its long form count as, if it is known what it stands for.
fn defined(abbreviation: &Abbreviation) -> Option<Entry> {
    let long = abbreviation.long_form()?;
    let shorts = abbreviation.short_forms.iter().map(|(short, _)| short.as_str());
    Some(Entry {
        kind: MergeKind::Abbreviation,
        label: format!("{long} ({})", abbreviation.short_form()),
        forms: shorts.chain(abbreviation.meant()).map(str::to_owned).collect(),
        language: None,
    })
}

/// Checks that the user's forms are terms from end to end, in the language stated for them or else the main one: without the
/// number or function word at its end a form would match too much, so it matches nothing.
///
/// # Errors
/// [`SettingsError::Synonym`], naming the form.
pub(super) fn check_forms(
    config: &Config,
    main_language: Language,
    analyser: &Analyser<'_>,
) -> Result<(), SettingsError> {
    for entry in synonyms(config)? {
        for form in entry.forms.iter().filter(|form| !form.trim().is_empty()) {
            let language = entry.language.unwrap_or(main_language);
            if !analyser.is_term(form, language) {
                let why = format!(
                    "in {language} its form {form:?} has a number, a single letter or a function word where it begins or ends, \
                     which no term has; leave that off, or state another language"
                );
                return Err(SettingsError::Synonym { term: entry.label, why });
            }
        }
    }
    Ok(())
}
