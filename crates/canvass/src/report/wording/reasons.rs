//! Why a response is in no theme or not in the base, in the language of the report.
//!
//! The data say it in English. A reason is known by the English texts of the section `reason`, whose placeholders give its parts; one that
//! is not known stands as the data have it.

use super::{Arg, Form, Wording};
use crate::settings::ReportLanguage;
use canvass_text::Language;
use std::sync::LazyLock;

/// What stands behind the reason of a response that also quotes.
const QUOTES: &str = " (quotes a reference text)";

/// What reasons are known by.
static ENGLISH: LazyLock<Wording> = LazyLock::new(|| Wording::of(ReportLanguage::English));

impl Wording {
    /// What a language is called in a sentence.
    pub(crate) fn language_name(&self, language: Language) -> String {
        self.find(&format!("language.{}", language.code()), &[]).unwrap_or_else(|| language.name().to_owned())
    }

    /// What a reason is called.
    pub(crate) fn reason(&self, reason: &str) -> String {
        if self.language() == ReportLanguage::English {
            return reason.to_owned();
        }
        if let Some(plainly) = reason.strip_suffix(QUOTES) {
            return self.say("reason.quotes", &[("reason", self.reason(plainly).into())]);
        }
        let known = ENGLISH.texts.iter().filter(|(key, _)| key.starts_with("reason."));
        // The text with the most words of its own is meant.
        let found = known
            .filter_map(|(key, form)| {
                let Form::Only(text) = form else { return None };
                Some((text.len(), key, parts(text, reason)?))
            })
            .max_by_key(|(length, ..)| *length);
        let Some((_, key, parts)) = found else { return reason.to_owned() };
        let told = parts.iter().map(|(name, part)| {
            let language = (*name == "language").then(|| Language::from_name(part)).flatten();
            (*name, Arg::from(language.map_or_else(|| (*part).to_owned(), |language| self.language_name(language))))
        });
        self.say(key, &told.collect::<Vec<_>>())
    }
}

/// What stands in the places of a text's placeholders, if `told` is that text filled.
fn parts<'a>(text: &'a str, told: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let (first, mut rest) = text.split_once('{').map_or((text, None), |(first, rest)| (first, Some(rest)));
    let mut told = told.strip_prefix(first)?;
    let mut parts = Vec::new();
    while let Some(inner) = rest {
        let (name, after) = inner.split_once('}')?;
        let (literal, next) = after.split_once('{').map_or((after, None), |(literal, next)| (literal, Some(next)));
        let end = if next.is_none() { told.len().checked_sub(literal.len())? } else { told.find(literal)? };
        let (part, behind) = told.split_at_checked(end)?;
        told = behind.strip_prefix(literal)?;
        parts.push((name, part));
        rest = next;
    }
    (told.is_empty() && parts.iter().all(|(_, part)| !part.is_empty())).then_some(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_of_the_data_is_told_in_the_language_of_the_report() {
        let [english, french] = ReportLanguage::ALL.map(Wording::of);
        for (reason, told) in [
            ("fits none of the themes", "ne correspond à aucun des thèmes"),
            ("names no subject (quotes a reference text)", "ne nomme aucun sujet (cite un texte de référence)"),
            (
                "in Dutch, which canvass has no resources for",
                "en néerlandais, langue pour laquelle canvass n’a pas de ressources",
            ),
            ("the cell is empty", "la cellule est vide"),
            ("\"n/a\" gives no answer", "«\u{202f}n/a\u{202f}» n’est pas une réponse"),
            (
                "the same id as row 12 of b.csv, which counts",
                "le même identifiant que la ligne 12 de b.csv, qui compte",
            ),
            ("the same id as row 12, which counts", "le même identifiant que la ligne 12, qui compte"),
            ("<b>unheard of</b>", "<b>unheard of</b>"),
        ] {
            assert_eq!(french.reason(reason), told);
            assert_eq!(english.reason(reason), reason);
        }
    }
}
