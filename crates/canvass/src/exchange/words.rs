//! What a format has no place for, written into a text: the words of a theme, its id and its status.
//!
//! The description of a code is the definition of its theme; behind that, below a line `-- canvass --`, stand lines `key: value`. Whoever
//! works with the code book sees there which words the code stands for, and may change them.

use std::collections::BTreeMap;

/// What begins the lines that are ours.
const MARK: &str = "-- canvass --";

/// The definition, and what is said beside it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Described {
    /// What belongs to the theme, for people.
    pub(super) definition: String,
    /// The lines that are ours, by key.
    pub(super) fields: BTreeMap<String, String>,
    /// Whether it has such lines.
    pub(super) is_ours: bool,
}

/// The keys of our lines.
const KEYS: [&str; 8] = ["question", "theme", "language", "status", "include", "exclude", "frame", "response"];

/// The description of a code.
pub(super) fn describe(definition: &str, fields: &[(&str, &str)]) -> String {
    let mut text = definition.trim().to_owned();
    if !text.is_empty() {
        text.push_str("\n\n");
    }
    text.push_str(MARK);
    for (key, value) in fields {
        text.push('\n');
        text.push_str(key);
        text.push_str(": ");
        text.push_str(value);
    }
    text
}

/// Takes a description apart. Where a program made one line of it, or put something else behind the mark, what stands behind it is not
/// read; a line that is none of ours belongs to the definition.
pub(super) fn described(text: &str) -> Described {
    let text = lines(text);
    let Some(at) = text.rfind(MARK) else {
        return Described { definition: text.trim().to_owned(), ..Described::default() };
    };
    let (before, after) = (&text[..at], &text[at + MARK.len()..]);
    let mut found = Described { definition: before.trim().to_owned(), is_ours: true, ..Described::default() };
    let mut own = after.split('\n');
    if own.next().is_some_and(|rest| !rest.trim().is_empty()) {
        return found;
    }
    for line in own {
        match line.split_once(':') {
            Some((key, value)) if KEYS.contains(&key.trim()) => {
                found.fields.insert(key.trim().to_owned(), value.trim().to_owned());
            }
            _ if line.trim().is_empty() => {}
            _ => {
                let definition = std::mem::take(&mut found.definition);
                format!("{definition}\n{}", line.trim()).trim().clone_into(&mut found.definition);
            }
        }
    }
    found
}

/// A text whose lines end in line feeds.
pub(super) fn lines(text: &str) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() }
}

/// A word of a theme: the language, if it is not the theme's, and the word.
pub(super) type Word = (Option<String>, String);

/// Words in one line: semicolons between, a backslash before a semicolon or backslash that is part of one; a word of another
/// language's answers stands behind its code and a colon.
pub(super) fn join(words: &[Word], own: &str) -> String {
    let written = words.iter().map(|(language, word)| {
        let mut text = String::new();
        match language {
            Some(language) => {
                text.push_str(language);
                text.push(':');
            }
            // What would be read as a language is none.
            None if split_language(word).is_some() => {
                text.push_str(own);
                text.push(':');
            }
            None => {}
        }
        for c in word.chars() {
            match c {
                ';' | '\\' => text.extend(['\\', c]),
                '\n' => text.push_str("\\n"),
                '\r' => text.push_str("\\r"),
                c => text.push(c),
            }
        }
        text
    });
    written.collect::<Vec<_>>().join("; ")
}

/// The words of such a line, blank ones left out.
pub(super) fn split(text: &str, own: &str) -> Vec<Word> {
    let (mut words, mut word) = (Vec::new(), String::new());
    let mut chars = text.chars();
    loop {
        let c = chars.next();
        match c {
            None | Some(';') => {
                let whole = std::mem::take(&mut word);
                let whole = whole.trim();
                if !whole.is_empty() {
                    words.push(match split_language(whole) {
                        Some((language, rest)) if language == own => (None, rest.to_owned()),
                        Some((language, rest)) => (Some(language.to_owned()), rest.to_owned()),
                        None => (None, whole.to_owned()),
                    });
                }
                if c.is_none() {
                    return words;
                }
            }
            Some('\\') => match chars.next() {
                Some('n') => word.push('\n'),
                Some('r') => word.push('\r'),
                Some(other) => word.push(other),
                None => word.push('\\'),
            },
            Some(c) => word.push(c),
        }
    }
}

/// A word behind the code of a language that has resources, and a colon.
fn split_language(word: &str) -> Option<(&str, &str)> {
    let (code, rest) = word.split_once(':')?;
    let is_one = canvass_text::Language::from_code(code).is_some_and(|language| language.code() == code);
    (is_one && !rest.trim().is_empty()).then(|| (code, rest.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_description_is_a_definition_with_lines_of_ours() {
        let text = describe("Anything with wheels,\nbuses aside.", &[("theme", "t01"), ("include", "tram; bus\\;es")]);
        assert_eq!(text, "Anything with wheels,\nbuses aside.\n\n-- canvass --\ntheme: t01\ninclude: tram; bus\\;es");
        let found = described(&text.replace('\n', "\r\n"));
        assert_eq!(found.definition, "Anything with wheels,\nbuses aside.");
        assert_eq!((found.fields["theme"].as_str(), found.is_ours), ("t01", true));
    }

    #[test]
    fn what_people_write_behind_our_lines_belongs_to_the_definition() {
        let found = described("Wheels.\n\n-- canvass --\ntheme: t01\nNot boats.");
        assert_eq!((found.definition.as_str(), found.fields.len()), ("Wheels.\nNot boats.", 1));
        let flat = described("Wheels. -- canvass -- theme: t01 include: bus");
        assert_eq!((flat.definition.as_str(), flat.fields.len(), flat.is_ours), ("Wheels.", 0, true));
        assert!(!described("Wheels.").is_ours);
    }

    #[test]
    fn a_word_of_another_language_is_told_from_a_word_with_a_colon() {
        let words =
            vec![(None, "fr: now".to_owned()), (Some("fr".to_owned()), "bac".to_owned()), (None, "a:b".to_owned())];
        let line = join(&words, "en");
        assert_eq!(line, "en:fr: now; fr:bac; a:b");
        assert_eq!(split(&line, "en"), words);
    }

    proptest! {
        #[test]
        fn words_come_back_as_they_were(
            words in prop::collection::vec((prop::option::of(Just("fr".to_owned())), "\\PC{1,6}|[;:\\\\a-c\n\r]{1,8}|(en|fr):[a-z]{1,3}"), 0..6),
        ) {
            let words: Vec<Word> = words.into_iter().map(|(language, word)| (language, word.trim().to_owned())).collect();
            let is_one = |word: &Word| !word.1.is_empty() && (word.0.is_none() || split_language(&word.1).is_none());
            prop_assume!(words.iter().all(is_one));
            prop_assert_eq!(split(&join(&words, "en"), "en"), words);
        }
    }
}
