//! Labelled sets: texts of which each has the label that people gave it.

use super::QualityError;
use crate::error::Error;
use crate::ingest::{IngestError, Source, SourceRole};
use crate::progress::{Observer, Stage};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Texts, each with one label.
#[derive(Clone, Debug)]
pub struct LabelledSet {
    /// What it is called: the file's name without its extension.
    pub name: String,
    /// The file as it was given.
    pub path: PathBuf,
    /// The identity of the file.
    pub source: Source,
    /// For each text its id; of a number as it is written in JSON.
    pub ids: Vec<String>,
    /// The texts; one may be blank.
    pub texts: Vec<String>,
    /// For each text its label: an index into `label_names`.
    pub labels: Vec<u32>,
    /// The labels in the order in which they first occur. Each occurs.
    pub label_names: Vec<String>,
}

/// Reads labelled sets: UTF-8 files with a JSON object a line, `{"id": ..., "text": ..., "label": ...}`. Id and label are
/// strings or numbers; the number 1 and the string "1" are the same. Further fields and blank lines are passed over.
///
/// # Errors
/// [`Error::Input`] for a file that cannot be read or is given twice, [`Error::Quality`] with the line for one that is no
/// labelled set.
pub fn read(files: &[PathBuf], observer: &dyn Observer) -> Result<Vec<LabelledSet>, Error> {
    if files.is_empty() {
        return Err(IngestError::NoFile.into());
    }
    observer.begin(Stage::Labelled, None);
    let mut sets: Vec<LabelledSet> = Vec::new();
    for path in files {
        let (source, bytes) = Source::read(path, SourceRole::Answers)?;
        if let Some(other) = sets.iter().find(|other| other.source.blake3 == source.blake3) {
            return Err(IngestError::SameFile { first: other.path.clone(), second: path.clone() }.into());
        }
        sets.push(parse(path, source, &bytes)?);
    }
    observer.end(Stage::Labelled, sets.iter().map(|set| set.texts.len() as u64).sum());
    Ok(sets)
}

/// Reads the bytes of a file.
fn parse(path: &Path, source: Source, bytes: &[u8]) -> Result<LabelledSet, QualityError> {
    let file = source.file.to_string();
    let text = std::str::from_utf8(bytes).map_err(|error| {
        let byte = error.valid_up_to();
        let line = bytes.iter().take(byte).filter(|byte| **byte == b'\n').count() + 1;
        let is_utf_16 = bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff");
        let found = if is_utf_16 { "UTF-16" } else { "Windows-1252" };
        QualityError::Encoding { file: file.clone(), line, byte, found }
    })?;
    let mut set = LabelledSet {
        name: path.file_stem().unwrap_or(path.as_os_str()).to_string_lossy().into_owned(),
        path: path.to_path_buf(),
        source,
        ids: Vec::new(),
        texts: Vec::new(),
        labels: Vec::new(),
        label_names: Vec::new(),
    };
    let mut lines_of: BTreeMap<String, usize> = BTreeMap::new();
    let mut labels: BTreeMap<String, u32> = BTreeMap::new();
    for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        if line.trim().is_empty() {
            continue;
        }
        let fields = Fields::of(&file, number, line)?;
        let id = fields.name("id")?;
        if let Some(first) = lines_of.insert(id.clone(), number) {
            return Err(QualityError::DoubleId { file, first, line: number, id });
        }
        let label = fields.name("label")?;
        let n_labels = labels.len() as u32;
        set.labels.push(*labels.entry(label.clone()).or_insert(n_labels));
        if labels.len() > set.label_names.len() {
            set.label_names.push(label);
        }
        set.texts.push(fields.text()?);
        set.ids.push(id);
    }
    if set.texts.is_empty() {
        return Err(QualityError::NoTexts { file });
    }
    Ok(set)
}

/// The fields of a line, and where that is.
struct Fields<'f> {
    file: &'f str,
    line: usize,
    values: serde_json::Map<String, Value>,
}

impl<'f> Fields<'f> {
    fn of(file: &'f str, line: usize, json: &str) -> Result<Self, QualityError> {
        let value = serde_json::from_str(json).map_err(|error| {
            let told = error.to_string();
            // The line that the parser counts is always its first.
            let why = told.split(" at line ").next().unwrap_or_default().to_owned();
            QualityError::NotJson { file: file.to_owned(), line, byte: error.column(), why }
        })?;
        match value {
            Value::Object(values) => Ok(Self { file, line, values }),
            other => Err(QualityError::NoObject { file: file.to_owned(), line, found: kind(&other) }),
        }
    }

    fn value(&self, field: &'static str) -> Result<&Value, QualityError> {
        self.values.get(field).ok_or_else(|| {
            let mut present: Vec<String> = self.values.keys().cloned().collect();
            present.sort_unstable();
            QualityError::MissingField { file: self.file.to_owned(), line: self.line, field, present }
        })
    }

    fn wrong(&self, field: &'static str, found: &Value, expected: &'static str) -> QualityError {
        QualityError::WrongKind { file: self.file.to_owned(), line: self.line, field, found: kind(found), expected }
    }

    /// An id or a label.
    fn name(&self, field: &'static str) -> Result<String, QualityError> {
        let name = match self.value(field)? {
            Value::String(name) => name.clone(),
            Value::Number(number) => number.to_string(),
            other => return Err(self.wrong(field, other, "a string or a number")),
        };
        if name.trim().is_empty() {
            return Err(QualityError::Blank { file: self.file.to_owned(), line: self.line, field });
        }
        Ok(name)
    }

    fn text(&self) -> Result<String, QualityError> {
        match self.value("text")? {
            Value::String(text) => Ok(text.clone()),
            other => Err(self.wrong("text", other, "a string")),
        }
    }
}

/// What a value is, in words.
fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::progress::Silent;

    fn parsed(bytes: impl AsRef<[u8]>) -> Result<LabelledSet, QualityError> {
        let source = Source { file: "set.jsonl".into(), role: SourceRole::Answers, size: 0, blake3: String::new() };
        parse(Path::new("folder/set.jsonl"), source, bytes.as_ref())
    }

    fn refused(bytes: impl AsRef<[u8]>) -> String {
        let error = parsed(bytes).unwrap_err();
        assert!(!error.hint().is_empty() && error.is_usage());
        error.to_string()
    }

    #[test]
    fn a_set_has_its_ids_texts_and_labels_in_the_order_of_the_file() {
        let set = parsed(
            "\u{feff}{\"id\": 7, \"text\": \"One\", \"label\": \"b\", \"more\": [1]}\r\n\n  \n\
             {\"label\": 2, \"text\": \"\", \"id\": \"x\"}\n{\"id\": 8, \"text\": \"Three\", \"label\": \"b\"}",
        )
        .unwrap();
        assert_eq!((set.name.as_str(), set.ids.as_slice()), ("set", ["7", "x", "8"].map(String::from).as_slice()));
        assert_eq!(set.texts, ["One", "", "Three"]);
        assert_eq!((set.labels, set.label_names), (vec![0, 1, 0], vec!["b".to_owned(), "2".to_owned()]));
    }

    #[test]
    fn a_number_and_the_same_digits_are_one_label_and_one_id() {
        let lines = r#"{"id": 1, "text": "a", "label": 3}
{"id": 2, "text": "b", "label": "3"}"#;
        assert_eq!(parsed(lines).unwrap().label_names, ["3"]);
        assert_eq!(
            refused(
                r#"{"id": 1, "text": "a", "label": 3}
{"id": "1", "text": "b", "label": 3}"#
            ),
            "set.jsonl, lines 1 and 2 have the same id: \"1\""
        );
    }

    #[test]
    fn a_line_that_is_no_object_is_named() {
        assert_eq!(
            refused("{\"id\": 1, \"text\": \"a\", \"label\": 3}\n\n{\"id\": 2, text}"),
            "set.jsonl, line 3 is not JSON: key must be a string at byte 11 of the line"
        );
        assert_eq!(refused("[1, \"a\", \"b\"]"), "set.jsonl, line 1 is a list, not a JSON object");
        assert!(refused("[").starts_with("set.jsonl, line 1 is not JSON: EOF while parsing a list"));
        assert!(refused("[".repeat(100_000)).contains("recursion limit"));
    }

    #[test]
    fn a_field_that_is_missing_nested_or_blank_is_named() {
        assert_eq!(
            refused(r#"{"id": 1, "text": "a", "category": "b"}"#),
            r#"set.jsonl, line 1 has no "label"; its fields are "category", "id", "text""#
        );
        assert_eq!(refused("{}"), r#"set.jsonl, line 1 has no "id"; its fields are none"#);
        assert_eq!(
            refused(r#"{"id": 1, "text": {"en": "a"}, "label": "b"}"#),
            r#"set.jsonl, line 1: "text" is an object, but must be a string"#
        );
        assert_eq!(
            refused(r#"{"id": 1, "text": "a", "label": ["b", "c"]}"#),
            r#"set.jsonl, line 1: "label" is a list, but must be a string or a number"#
        );
        assert_eq!(
            refused(r#"{"id": 1, "text": null, "label": "b"}"#),
            r#"set.jsonl, line 1: "text" is null, but must be a string"#
        );
        assert_eq!(refused(r#"{"id": 1, "text": "a", "label": " "}"#), r#"set.jsonl, line 1: "label" is blank"#);
    }

    #[test]
    fn text_in_another_encoding_is_named_with_its_line() {
        assert_eq!(
            refused(b"{\"id\": 1, \"text\": \"a\", \"label\": 3}\n{\"id\": 2, \"text\": \"caf\xe9\"}"),
            "set.jsonl, line 2 is not UTF-8 text but probably Windows-1252: byte 57 of the file"
        );
        assert!(refused(b"\xff\xfe{\0").contains("probably UTF-16"));
    }

    #[test]
    fn a_file_of_blank_lines_has_no_texts() {
        assert_eq!(refused("\n \n\r\n"), "set.jsonl has no texts: every line is blank");
    }

    #[test]
    fn a_file_given_twice_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let files = ["one.jsonl", "two.jsonl"].map(|name| folder.path().join(name));
        for path in &files {
            std::fs::write(path, r#"{"id": 1, "text": "a", "label": 3}"#).unwrap();
        }
        assert!(matches!(read(&files, &Silent).unwrap_err(), Error::Input(IngestError::SameFile { .. })));
        assert_eq!(read(&files[..1], &Silent).unwrap().len(), 1);
        assert!(matches!(read(&[], &Silent).unwrap_err(), Error::Input(IngestError::NoFile)));
    }
}
