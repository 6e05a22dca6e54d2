//! How names vary in writing.

use canvass_text::Resource;
use serde::Deserialize;

const FILE: Resource = Resource { name: "names.toml", text: include_str!("../../../../../models/names.toml") };

/// The built-in list, for the manifest.
pub(in crate::findings) fn resource_files() -> impl Iterator<Item = Resource> {
    std::iter::once(FILE)
}

/// What `models/names.toml` holds; it says what each list is for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NameWords {
    pub(super) legal: Vec<String>,
    pub(super) articles: Vec<String>,
    pub(super) joins: Vec<String>,
    pub(super) around: Vec<String>,
    pub(super) within: Vec<String>,
}

impl NameWords {
    /// The list of this version.
    ///
    /// # Panics
    /// If it does not parse; the tests load it.
    pub(crate) fn load() -> Self {
        toml::from_str(FILE.text).expect("the built-in list of names' words parses")
    }

    /// What is compared of a name: lower case, letters and digits of its words with a space between, without article, legal form,
    /// possessive and plural. Empty if nothing is left.
    pub(super) fn key(&self, name: &str) -> String {
        let lower = name.to_lowercase().replace('’', "'").replace("'s", "");
        let mut parts: Vec<String> = lower
            .split(|c: char| {
                c.is_whitespace() || matches!(c, ',' | '/' | '-' | '–' | '_' | '(' | ')' | '&' | '+' | '"' | '\'')
            })
            .map(|word| word.chars().filter(|c| c.is_alphanumeric()).collect::<String>())
            .filter(|word| !word.is_empty())
            .collect();
        while parts.len() > 1 && parts.first().is_some_and(|word| self.articles.contains(word)) {
            parts.remove(0);
        }
        while parts.len() > 1 && parts.last().is_some_and(|word| self.legal.contains(word)) {
            parts.pop();
        }
        if let Some(last) = parts.last_mut()
            && last.chars().count() > 4
            && last.ends_with('s')
            && !last.ends_with("ss")
        {
            last.pop();
        }
        parts.join(" ")
    }
}
