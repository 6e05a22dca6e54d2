//! The code frame as a file: TOML, tables of themes one behind the other, then a line for each decision, by its id. So it reads well, two
//! versions compare line by line, and versions that grew apart are joined line by line; a decision is added by writing one line.

use super::{Action, CodeFrame, Decision, FrameBasis, FrameError, FrameFault, FrameTheme, SCHEMA};
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::path::Path;
use toml::{Spanned, Table, Value};

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    schema: Spanned<String>,
    #[serde(default)]
    basis: Vec<FrameBasis>,
    #[serde(default, rename = "theme")]
    themes: Vec<Spanned<FrameTheme>>,
    #[serde(default)]
    decisions: Lines,
}

/// The decisions in the order of the file, each with its id.
#[derive(Default)]
struct Lines(Vec<(Spanned<String>, Table)>);

impl<'de> Deserialize<'de> for Lines {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Lines;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a table of decisions, each a line: id = { action = ... }")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Lines, A::Error> {
                let mut lines = Vec::new();
                while let Some(line) = map.next_entry()? {
                    lines.push(line);
                }
                Ok(Lines(lines))
            }
        }
        deserializer.deserialize_map(InOrder)
    }
}

/// The fields that every decision may have.
const COMMON: [&str; 4] = ["question", "author", "time", "reason"];

/// The comment at the top of a code frame.
const HEADER: &str = "\
# The code frame of a consultation: `canvass run FILE... --codeframe THIS_FILE` codes with it.
# A point is in a theme if it holds one of the theme's `include` words or phrases, in any inflection, and none of `exclude`.
# The decisions at the end are applied in their order, a line each. Add new ones there rather than change a theme in its place:
# so it stays known who decided what, when and why. `canvass codeframe check FILE` tells whether all of them can be applied.
";

impl CodeFrame {
    /// Reads a code frame.
    ///
    /// # Errors
    /// [`FrameError`], with the line.
    pub fn read(path: &Path) -> Result<Self, FrameError> {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let refuse = |fault| FrameError { file: file.clone(), line: 0, fault };
        let bytes = std::fs::read(path)
            .map_err(|source| refuse(FrameFault::Unreadable { path: path.to_path_buf(), source }))?;
        Self::from_bytes(&file, &bytes)
    }

    /// Takes a code frame from the bytes of a file. `file` is its base name.
    ///
    /// # Errors
    /// [`FrameError`], with the line.
    pub fn from_bytes(file: &str, bytes: &[u8]) -> Result<Self, FrameError> {
        let refuse = |line, fault| FrameError { file: file.to_owned(), line, fault };
        let text = std::str::from_utf8(bytes).map_err(|_| refuse(0, FrameFault::Encoding))?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        for (number, line) in (1..).zip(text.lines()) {
            if let Some(mark) = ["<<<<<<<", ">>>>>>>", "======="].into_iter().find(|mark| line.starts_with(mark)) {
                return Err(refuse(number, FrameFault::Conflict { mark }));
            }
        }
        let raw: Raw = toml::from_str(text).map_err(|error| {
            let line = error.span().map_or(0, |span| line_of(text, span.start));
            refuse(line, FrameFault::Syntax { message: error.message().to_owned() })
        })?;
        if raw.schema.get_ref() != SCHEMA {
            let line = line_of(text, raw.schema.span().start);
            return Err(refuse(line, FrameFault::Schema { found: raw.schema.into_inner() }));
        }
        let themes = raw.themes.into_iter().map(|theme| {
            let line = line_of(text, theme.span().start);
            FrameTheme { line, ..theme.into_inner() }
        });
        let decisions = raw.decisions.0.into_iter().map(|(id, table)| {
            let line = line_of(text, id.span().start);
            decision(id.into_inner(), table, line).map_err(|fault| refuse(line, fault))
        });
        Ok(Self {
            file: file.to_owned(),
            bases: raw.basis,
            themes: themes.collect(),
            decisions: decisions.collect::<Result<_, _>>()?,
        })
    }

    /// The text of a file with decisions added at its end, all else as it is; written anew where its decisions do not stand last.
    ///
    /// `text`: that of this frame's file.
    pub fn with_decisions(mut self, text: &str, decisions: Vec<Decision>) -> String {
        let is_header = |line: &&str| line.trim_start().starts_with('[');
        let mut added = text.to_owned();
        if !added.ends_with('\n') {
            added.push('\n');
        }
        match text.lines().rfind(is_header).map(str::trim) {
            Some("[decisions]") => {}
            _ if self.decisions.is_empty() && !text.lines().any(|line| line.trim() == "[decisions]") => {
                added.push_str("\n[decisions]\n");
            }
            _ => {
                self.decisions.extend(decisions);
                return self.to_toml();
            }
        }
        for decision in &decisions {
            added.push_str(&decision.to_line());
        }
        added
    }

    /// The text of the file: the same frame gives the same bytes.
    pub fn to_toml(&self) -> String {
        let mut text = format!("{HEADER}schema = {}\n", Value::from(SCHEMA));
        for basis in &self.bases {
            push_table(&mut text, "basis", basis);
        }
        for theme in &self.themes {
            push_table(&mut text, "theme", theme);
        }
        text.push_str("\n[decisions]\n");
        for decision in &self.decisions {
            text.push_str(&decision.to_line());
        }
        text
    }
}

impl Decision {
    /// Its line in the file, with the line's end.
    ///
    /// # Panics
    /// Never: a decision is plain strings, numbers and lists.
    pub fn to_line(&self) -> String {
        let action = serde_json::to_value(&self.action).expect("a plain structure has a JSON form");
        let mut fields: Vec<String> = Vec::new();
        let mut add = |field: &str, value: &serde_json::Value| fields.push(format!("{field} = {}", inline(value)));
        if !self.question.is_empty() {
            add("question", &self.question.as_str().into());
        }
        add("action", &self.action.name().into());
        for (field, value) in action.as_object().into_iter().flatten().filter(|(field, _)| *field != "action") {
            add(field, value);
        }
        add("author", &self.author.as_str().into());
        add("time", &self.time.as_str().into());
        if !self.reason.is_empty() {
            add("reason", &self.reason.as_str().into());
        }
        format!("{} = {{ {} }}\n", key(&self.id), fields.join(", "))
    }

    /// The same with the id that its words give it.
    #[must_use]
    pub fn with_digest(self) -> Self {
        Self { id: self.digest(), ..self }
    }
}

/// A value on one line: escapes of JSON are escapes of TOML, but for a character that TOML wants escaped and JSON does not.
fn inline(value: &serde_json::Value) -> String {
    value.to_string().replace('\u{7f}', "\\u007F")
}

/// A key: bare where it can be.
fn key(id: &str) -> String {
    let is_bare = !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
    if is_bare { id.to_owned() } else { inline(&id.into()) }
}

/// # Panics
/// Never: the tables are plain strings, numbers and lists.
fn push_table(text: &mut String, name: &str, table: &impl Serialize) {
    text.push_str("\n[[");
    text.push_str(name);
    text.push_str("]]\n");
    text.push_str(&toml::to_string(table).expect("a plain table has a TOML form"));
}

/// The line of a byte, 1-based.
fn line_of(text: &str, byte: usize) -> u32 {
    let before = &text.as_bytes()[..byte.min(text.len())];
    before.iter().filter(|byte| **byte == b'\n').count() as u32 + 1
}

/// A decision from its id and its table.
fn decision(id: String, mut table: Table, line: u32) -> Result<Decision, FrameFault> {
    let action = match table.get("action") {
        Some(Value::String(action)) => action.clone(),
        Some(_) | None => return Err(FrameFault::Empty { field: "action" }),
    };
    let mut common: Vec<String> = Vec::with_capacity(COMMON.len());
    for field in COMMON {
        common.push(match table.remove(field) {
            None => String::new(),
            Some(Value::String(text)) => text.trim().to_owned(),
            // A time may stand without quotation marks.
            Some(Value::Datetime(time)) if field == "time" => time.to_string(),
            Some(other) => {
                let message = format!("{field} is a {}, not a text", other.type_str());
                return Err(FrameFault::Decision { action, message });
            }
        });
    }
    let parsed = Action::deserialize(Value::Table(table));
    let parsed = parsed.map_err(|error| FrameFault::Decision { action, message: one_line(error.message()) })?;
    let [question, author, time, reason] = <[String; 4]>::try_from(common).unwrap_or_default();
    if author.is_empty() {
        return Err(FrameFault::Empty { field: "author" });
    }
    if !is_time(&time) {
        return Err(if time.is_empty() { FrameFault::Empty { field: "time" } } else { FrameFault::BadTime { time } });
    }
    let is_undo = matches!(parsed, Action::Undo { .. });
    if question.is_empty() && !is_undo {
        return Err(FrameFault::Empty { field: "question" });
    }
    let question = if is_undo { String::new() } else { question };
    if id.trim().is_empty() {
        return Err(FrameFault::Empty { field: "id" });
    }
    Ok(Decision { id, question, author, time, reason, action: parsed, line })
}

fn one_line(message: &str) -> String {
    message.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a text is a date of RFC 3339, with a time of day or without.
pub(crate) fn is_time(text: &str) -> bool {
    text.parse::<toml::value::Datetime>().is_ok_and(|time| time.date.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: &str = "schema = \"canvass-codeframe-1\"

[[theme]]
question = \"q1\"
language = \"en\"
id = \"t01\"
name = \"Buses\"
include = [\"bus\"]

[decisions]
d1 = { question = \"q1\", action = \"add-term\", theme = \"t01\", term = \"coach\", author = \"A. Lind\", time = 2026-03-31T14:05:00Z, reason = \"the same\" }
";

    fn read(text: &str) -> Result<CodeFrame, FrameError> {
        CodeFrame::from_bytes("frame.toml", text.as_bytes())
    }

    #[test]
    fn a_file_is_read_with_the_lines_of_its_tables() {
        let frame = read(FILE).unwrap();
        assert_eq!((frame.themes[0].line, frame.decisions[0].line), (3, 11));
        let decision = &frame.decisions[0];
        let (theme, term) = ("t01".to_owned(), "coach".to_owned());
        assert_eq!(decision.action, Action::AddTerm { theme, term, language: String::new(), exclude: false });
        assert_eq!(decision.time, "2026-03-31T14:05:00Z");
        assert_eq!(decision.id, "d1");
    }

    #[test]
    fn what_is_written_is_read_again_and_gives_the_same_bytes() {
        let mut frame = read(FILE).unwrap();
        frame.decisions[0].reason = "of \"two\"\nlines, a tab\t, \u{7f} and \u{202e}".to_owned();
        frame.themes[0].definition = "Anything with \"wheels\"\nand = signs, # and [brackets] \u{202e}".to_owned();
        let text = frame.to_toml();
        let again = read(&text).unwrap();
        assert_eq!(again.to_toml(), text);
        assert_eq!(again.themes[0].definition, frame.themes[0].definition);
        assert_eq!(again.decisions[0].action, frame.decisions[0].action);
        assert_eq!(again.decisions[0].reason, frame.decisions[0].reason);
    }

    #[test]
    fn decisions_are_added_behind_all_that_stands_there() {
        let more = || vec![Decision { id: "d2".into(), line: 0, ..read(FILE).unwrap().decisions[0].clone() }];
        let noted = FILE.replace("include =", "# of last year\ninclude =");
        let text = read(&noted).unwrap().with_decisions(&noted, more());
        assert!(text.starts_with(&noted) && read(&text).unwrap().decisions.len() == 2, "{text}");
        // A file without decisions yet.
        let without = noted.split("\n[decisions]").next().unwrap().to_owned();
        let text = read(&without).unwrap().with_decisions(&without, more());
        assert!(text.starts_with(&without) && read(&text).unwrap().decisions.len() == 1, "{text}");
        // Decisions that stand before a theme.
        let (head, theme) = FILE.split_once("\n[[theme]]").unwrap();
        let (theme, decisions) = theme.split_once("\n[decisions]").unwrap();
        let turned = format!("{head}\n[decisions]{decisions}\n[[theme]]{theme}");
        let text = read(&turned).unwrap().with_decisions(&turned, more());
        assert_eq!(read(&text).unwrap().decisions.len(), 2, "{text}");
    }

    #[test]
    fn faults_name_their_line() {
        let message = |text: &str| read(text).unwrap_err().to_string();
        let cases = [
            (FILE.replace("canvass-codeframe-1", "other"), "frame.toml, line 1: its schema is \"other\""),
            (FILE.replace("author = \"A. Lind\", ", ""), "frame.toml, line 11: author is empty"),
            (FILE.replace("2026-03-31T14:05:00Z", "\"yesterday\""), "frame.toml, line 11: \"yesterday\" is no time"),
            (FILE.replace("add-term", "ad-term"), "frame.toml, line 11: the decision \"ad-term\" cannot be read"),
            (FILE.replace("term = ", "trem = "), "frame.toml, line 11: the decision \"add-term\" cannot be read"),
            (FILE.replace("name = \"Buses\"", "nam = \"Buses\""), "frame.toml, line 7: unknown field `nam`"),
            (FILE.replace("[decisions]", "<<<<<<< HEAD\n[decisions]"), "frame.toml, line 10: it holds the mark"),
        ];
        for (text, expected) in cases {
            assert!(message(&text).starts_with(expected), "{}", message(&text));
        }
    }
}
