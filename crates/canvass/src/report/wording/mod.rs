//! Every fixed word of the report, the page's and the papers', and of the page of an audit, by key, in each language it is written in.
//!
//! `en.toml` and `fr.toml` hold the same keys with the same placeholders, which a test proves. A key is `section.name`. A text with
//! the placeholder `{n}` may have two forms, `one` and `many`: in English one is of 1, in French of 0 and 1.
//! Templates use them as `t("key", n=3)`; in the page what a macro made stands as markup in its place.

mod numbers;
mod reasons;
mod templates;

pub(crate) use templates::install;

use crate::settings::ReportLanguage;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// The texts of a language, and how it writes numbers.
#[derive(Clone, Debug)]
pub(crate) struct Wording {
    language: ReportLanguage,
    texts: BTreeMap<String, Form>,
}

/// A text.
#[derive(Clone, Debug, serde::Deserialize)]
#[serde(untagged)]
enum Form {
    /// Of any number.
    Only(String),
    /// By number.
    ByNumber {
        /// Of one.
        one: String,
        /// Of several.
        many: String,
    },
}

/// What stands in the place of a placeholder.
#[derive(Clone, Debug)]
pub(crate) enum Arg<'a> {
    /// A number; grouped by thousands.
    Count(u64),
    /// Anything else, as it stands.
    Text(Cow<'a, str>),
    /// HTML; only where HTML is written.
    Markup(Cow<'a, str>),
}

/// What a filled text is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Target {
    /// Text, to be escaped by whoever writes it.
    Plain,
    /// HTML: its words and what is filled in are escaped here, but for markup. With `bold` numbers stand out.
    Html { bold: bool },
}

impl From<u64> for Arg<'_> {
    fn from(n: u64) -> Self {
        Self::Count(n)
    }
}

impl From<usize> for Arg<'_> {
    fn from(n: usize) -> Self {
        Self::Count(n as u64)
    }
}

impl<'a> From<&'a str> for Arg<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Arg<'_> {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl<'a> From<&'a String> for Arg<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text.as_str().into())
    }
}

impl Wording {
    /// The texts of a language.
    ///
    /// # Panics
    /// Never: a test parses both files.
    pub(crate) fn of(language: ReportLanguage) -> Self {
        let file = match language {
            ReportLanguage::English => include_str!("en.toml"),
            ReportLanguage::French => include_str!("fr.toml"),
        };
        let sections: BTreeMap<String, BTreeMap<String, Form>> =
            toml::from_str(file).expect("the built-in texts parse");
        let of_section = |(section, texts): (String, BTreeMap<String, Form>)| {
            texts.into_iter().map(move |(name, form)| (format!("{section}.{name}"), form))
        };
        Self { language, texts: sections.into_iter().flat_map(of_section).collect() }
    }

    /// The language.
    pub(crate) fn language(&self) -> ReportLanguage {
        self.language
    }

    /// A text without placeholders.
    pub(crate) fn text(&self, key: &str) -> String {
        self.say(key, &[])
    }

    /// A text with its placeholders filled; a key that is not there stands for itself, which a test rules out for the papers.
    pub(crate) fn say(&self, key: &str, arguments: &[(&str, Arg<'_>)]) -> String {
        self.find(key, arguments).unwrap_or_else(|| key.to_owned())
    }

    /// The text of a key, if there is one.
    pub(crate) fn find(&self, key: &str, arguments: &[(&str, Arg<'_>)]) -> Option<String> {
        self.find_for(Target::Plain, key, arguments)
    }

    fn find_for(&self, target: Target, key: &str, arguments: &[(&str, Arg<'_>)]) -> Option<String> {
        let text = match self.texts.get(key)? {
            Form::Only(text) => text,
            Form::ByNumber { one, many } => {
                let n = arguments.iter().find_map(|(name, argument)| match argument {
                    Arg::Count(n) if *name == "n" => Some(*n),
                    _ => None,
                });
                if n.is_some_and(|n| self.is_one(n)) { one } else { many }
            }
        };
        Some(self.fill(target, text, arguments))
    }

    /// The text with each `{name}` replaced, in one pass: what is filled in is not looked at again.
    fn fill(&self, target: Target, text: &str, arguments: &[(&str, Arg<'_>)]) -> String {
        let mut filled = String::with_capacity(text.len() + 32);
        let mut rest = text;
        while let Some((before, (name, after))) =
            rest.split_once('{').and_then(|(before, inner)| Some((before, inner.split_once('}')?)))
        {
            filled.push_str(&target.text(before));
            match arguments.iter().find(|(known, _)| *known == name) {
                Some((_, Arg::Count(n))) => filled.push_str(&target.number(self.number(*n))),
                Some((_, Arg::Text(text))) => filled.push_str(&target.text(text)),
                Some((_, Arg::Markup(markup))) => filled.push_str(markup),
                None => debug_assert!(false, "no {name:?} for {text:?}"),
            }
            rest = after;
        }
        filled.push_str(&target.text(rest));
        filled
    }

    fn is_one(&self, n: u64) -> bool {
        match self.language {
            ReportLanguage::English => n == 1,
            ReportLanguage::French => n < 2,
        }
    }
}

/// The first letter in upper case.
pub(crate) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

impl Target {
    fn text(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Plain => text.into(),
            Self::Html { .. } => minijinja::HtmlEscape(text).to_string().into(),
        }
    }

    fn number(self, number: String) -> String {
        match self {
            Self::Html { bold: true } => format!("<b>{number}</b>"),
            Self::Html { bold: false } | Self::Plain => number,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The placeholders of a text, in order of their names.
    fn placeholders(text: &str) -> Vec<&str> {
        let mut names: Vec<&str> = text.split('{').skip(1).filter_map(|inner| Some(inner.split_once('}')?.0)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    fn forms(form: &Form) -> Vec<&str> {
        match form {
            Form::Only(text) => vec![text],
            Form::ByNumber { one, many } => vec![one, many],
        }
    }

    #[test]
    fn every_language_has_the_same_keys_with_the_same_placeholders() {
        let [english, french] = ReportLanguage::ALL.map(Wording::of);
        let keys = |wording: &Wording| wording.texts.keys().cloned().collect::<Vec<_>>();
        assert_eq!(keys(&english), keys(&french));
        assert!(english.texts.len() > 100);
        for (key, form) in &english.texts {
            let expected = placeholders(forms(form).last().unwrap());
            for text in forms(form).into_iter().chain(forms(&french.texts[key])) {
                let found = placeholders(text);
                // The form of one may spell the number out.
                let is_same = found == expected
                    || expected.iter().filter(|name| **name != "n").copied().collect::<Vec<_>>() == found;
                assert!(is_same, "{key}: {found:?}, not {expected:?}");
                assert!(!text.trim().is_empty() && text.trim() == text, "{key}");
            }
            if let Form::ByNumber { one, many } = form {
                assert!(expected.contains(&"n") || one != many, "{key} goes by number and has none");
            }
        }
    }

    #[test]
    fn french_is_written_with_its_own_marks() {
        for (key, form) in Wording::of(ReportLanguage::French).texts {
            for text in forms(&form) {
                assert!(!text.contains(['“', '”', '"']), "{key}: {text}");
                for mark in [':', ';', '?', '!', '»', '%'] {
                    for (at, _) in text.match_indices(mark) {
                        let before = text[..at].chars().next_back();
                        assert!(
                            matches!(before, Some('\u{202f}' | '\u{a0}')),
                            "{key}: no narrow space before {mark}: {text}"
                        );
                    }
                }
                for (at, _) in text.match_indices('«') {
                    assert!(text[at + '«'.len_utf8()..].starts_with('\u{202f}'), "{key}: {text}");
                }
                assert!(!text.contains('\''), "{key}: a straight apostrophe");
            }
        }
    }

    #[test]
    fn every_key_that_the_papers_use_is_there() {
        let english = Wording::of(ReportLanguage::English);
        let sources = [
            include_str!("../paper/mod.rs"),
            include_str!("../paper/front.rs"),
            include_str!("../paper/question.rs"),
            include_str!("../paper/closed.rs"),
            include_str!("../paper/back.rs"),
            include_str!("../paper/annex.rs"),
            include_str!("../paper/markdown.rs"),
            include_str!("../docx/mod.rs"),
            include_str!("../workbook/mod.rs"),
            include_str!("../workbook/findings.rs"),
            include_str!("../workbook/responses.rs"),
            include_str!("../workbook/statistics.rs"),
        ];
        let is_key = |text: &str| {
            let mut parts = text.split('.');
            let (Some(section), Some(name), None) = (parts.next(), parts.next(), parts.next()) else { return false };
            let is_word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            is_word(section)
                && is_word(name)
                && !["csv", "png", "jpeg", "svg", "xml"].contains(&name)
                && english.texts.keys().any(|key| key.starts_with(&format!("{section}.")))
        };
        let mut used = std::collections::BTreeSet::new();
        for literal in sources.iter().flat_map(|source| source.split('"').skip(1).step_by(2)) {
            if is_key(literal) {
                assert!(english.texts.contains_key(literal), "no text {literal:?}");
                used.insert(literal);
            }
        }
        assert!(used.len() > 80, "{}", used.len());
    }

    /// The parts of the report's page and the page of an audit, by name.
    const PAGE: [(&str, &str); 21] = [
        ("annex.html", include_str!("../page/annex.html")),
        ("answers.html", include_str!("../page/answers.html")),
        ("audit.html", include_str!("../../audit/page/audit.html")),
        ("blocs.html", include_str!("../page/blocs.html")),
        ("closed.html", include_str!("../page/closed.html")),
        ("copies.html", include_str!("../page/copies.html")),
        ("crosstabs.html", include_str!("../page/crosstabs.html")),
        ("finding.html", include_str!("../page/finding.html")),
        ("ledger.html", include_str!("../page/ledger.html")),
        ("making.html", include_str!("../page/making.html")),
        ("names.html", include_str!("../page/names.html")),
        ("page_of_answers.html", include_str!("../page/page_of_answers.html")),
        ("parts.html", include_str!("../page/parts.html")),
        ("profile.html", include_str!("../page/profile.html")),
        ("question.html", include_str!("../page/question.html")),
        ("reading.html", include_str!("../page/reading.html")),
        ("report.html", include_str!("../page/report.html")),
        ("settings.html", include_str!("../page/settings.html")),
        ("style.css", include_str!("../page/style.css")),
        ("summary.html", include_str!("../page/summary.html")),
        ("theme.html", include_str!("../page/theme.html")),
    ];

    /// What stands between `start` and `end`, each time.
    fn between<'t>(text: &'t str, start: &str, end: &str) -> Vec<&'t str> {
        text.split(start).skip(1).filter_map(|rest| Some(rest.split_once(end)?.0)).collect()
    }

    /// The text without what stands between `start` and `end`.
    fn without(text: &str, start: &str, end: &str) -> String {
        let mut pieces = text.split(start);
        let first = pieces.next().unwrap_or_default().to_owned();
        pieces.fold(first, |kept, piece| kept + " ; " + piece.split_once(end).map_or("", |(_, after)| after))
    }

    #[test]
    fn every_key_that_the_page_uses_is_there() {
        let english = Wording::of(ReportLanguage::English);
        let mut used = std::collections::BTreeSet::new();
        for (name, part) in PAGE {
            for call in part.split("t(\"").skip(1) {
                let (first, rest) = call.split_once('"').unwrap();
                // "import(" and the like have no dot.
                if !first.contains('.') {
                    continue;
                }
                let rest = rest.split(['}', '%']).next().unwrap_or_default();
                if rest.starts_with(" ~") {
                    let has_one = english.texts.keys().any(|key| key.starts_with(first));
                    assert!(has_one, "{name}: no text begins with {first:?}");
                    used.extend(english.texts.keys().filter(|key| key.starts_with(first)).cloned());
                    continue;
                }
                // Of `t("a.b" if … else "a.c")` both.
                let others = rest.split('"').step_by(2).zip(rest.split('"').skip(1).step_by(2));
                let others = others
                    .filter(|(before, literal)| before.trim_end().ends_with("else") && literal.contains('.'))
                    .map(|(_, literal)| literal);
                for key in std::iter::once(first).chain(others) {
                    assert!(english.texts.contains_key(key), "{name}: no text {key:?}");
                    used.insert(key.to_owned());
                }
            }
        }
        // And none of the page's is there in vain; those that filters choose by name aside.
        let by_name = ["page_merges.abbreviation", "page_merges.synonym"];
        for key in english.texts.keys().filter(|key| key.starts_with("page") || key.starts_with("audit")) {
            assert!(
                used.contains(key) || by_name.contains(&key.as_str()) || key.starts_with("paper."),
                "{key} is not used"
            );
        }
        assert!(used.len() > 200, "{}", used.len());
    }

    #[test]
    fn no_part_of_the_page_has_words_of_its_own() {
        let is_run = |text: &str| {
            let words: Vec<&str> = text.split([' ', '\n']).collect();
            let is_word = |word: &&str| word.len() > 1 && word.bytes().all(|b| b.is_ascii_alphabetic());
            words.windows(2).any(|pair| pair.iter().all(is_word))
        };
        // Commands and a prefix of the data.
        let known = ["canvass verify ", "canvass explain", "canvass explain ", "Statements: ", "canvass"];
        let mut n = 0;
        for (name, part) in PAGE.into_iter().filter(|(name, _)| !name.contains(".css") && !name.contains(".js")) {
            let part = without(&without(part, "{#", "#}"), "<style>", "</style>");
            let tags = between(&part, "{{", "}}").into_iter().chain(between(&part, "{%", "%}"));
            for literal in tags.flat_map(|tag| tag.split('"').skip(1).step_by(2)) {
                n += 1;
                assert!(!is_run(literal) || known.contains(&literal), "{name}: {literal:?} is written in a tag");
            }
            let written = without(&without(&without(&part, "{{", "}}"), "{%", "%}"), "<", ">");
            for piece in written.split(';') {
                assert!(!is_run(piece), "{name}: {piece:?} is no text of the wording");
                let single = piece.trim().trim_matches(['.', ':', ',', '(', ')']);
                let is_word = single.len() > 3 && single.bytes().all(|b| b.is_ascii_alphabetic());
                assert!(!is_word, "{name}: {single:?} is no text of the wording");
            }
        }
        assert!(n > 300, "{n}");
        assert!(is_run("of the") && !is_run("q = 0.1") && !is_run("BLAKE3"));
    }

    #[test]
    fn numbers_choose_the_form_as_the_language_does() {
        let [english, french] = ReportLanguage::ALL.map(Wording::of);
        let told =
            |wording: &Wording, n: u64| wording.say("count.respondents", &[("n", n.into())]).replace('\u{a0}', " ");
        assert_eq!([0, 1, 2].map(|n| told(&english, n)), ["0 respondents", "1 respondent", "2 respondents"]);
        assert_eq!([0, 1, 2].map(|n| told(&french, n)), ["0 répondant", "1 répondant", "2 répondants"]);
        assert_eq!(told(&french, 12_345), "12\u{202f}345 répondants");
    }

    #[test]
    fn what_is_filled_in_is_not_filled_again() {
        let english = Wording::of(ReportLanguage::English);
        let filled = english.fill(Target::Plain, "{a} and {b}", &[("a", "{b}".into()), ("b", "x".into())]);
        assert_eq!(filled, "{b} and x");
    }
}
