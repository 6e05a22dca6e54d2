//! Objects as rows: a JSON object in each line, or one list of objects.
//!
//! An object within an object becomes columns `a.b`, a list the cell of a multiple choice, its parts joined by `;`. Columns
//! stand in the order in which their keys first appear. Numbers keep their text, so that long ids stay what they are.

use super::rows::{MAX_ROW_CELLS, Record};
use super::text::{self, At, TextReader};
use super::{Stated, Table, TableBuilder, tidy};
use crate::ingest::error::brief;
use crate::ingest::source::Input;
use crate::ingest::{Decision, IngestError};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use std::collections::HashMap;
use std::fmt;

/// The longest object, in bytes.
const MAX_OBJECT_BYTES: usize = 1 << 26;
/// Objects within each other.
const MAX_DEPTH: usize = 16;

/// Reads a file of objects as a table. The number of a row is that of its line, in a list that of the object.
///
/// # Errors
/// [`IngestError::Json`], [`IngestError::Encoding`], [`IngestError::MixedEncodings`], [`IngestError::NoSpreadsheet`], and those
/// of [`TableBuilder`]
pub(super) fn read(
    input: &mut Input<'_>,
    stated: &Stated,
    builder: impl Fn() -> TableBuilder,
    decisions: &mut Vec<Decision>,
) -> Result<Table, IngestError> {
    let file = input.file.to_string();
    let objects = text::read(input, stated.encoding, || Objects::new(&file, builder().with_keys()), decisions)?;
    objects.finish()?.builder.finish()
}

/// How the objects of a file follow each other.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Form {
    /// Nothing but white space so far.
    Unknown,
    Lines,
    List(Place),
}

/// A place in a list of objects.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Place {
    /// Before an object; whether it may be the end of the list as well.
    Before {
        may_end: bool,
    },
    /// In an object, so many braces and brackets deep.
    Inside {
        depth: usize,
        in_string: bool,
        is_escaped: bool,
    },
    Behind,
    /// Behind the list.
    End,
}

/// Cuts a text into objects.
struct Objects<'f> {
    form: Form,
    /// The object, or line, that is not at its end.
    text: String,
    /// Where it begins: the line, and bytes of that line before it.
    start: (u32, usize),
    /// Where the next character stands.
    at: (u32, usize),
    /// Objects so far.
    n_taken: u32,
    rows: ObjectRows<'f>,
}

impl<'f> Objects<'f> {
    fn new(file: &'f str, builder: TableBuilder) -> Self {
        // The extension of a .json file does not say which form it has.
        let is_lines = file.rsplit_once('.').is_some_and(|(_, extension)| !extension.eq_ignore_ascii_case("json"));
        Self {
            form: if is_lines { Form::Lines } else { Form::Unknown },
            text: String::new(),
            start: (1, 0),
            at: (1, 0),
            n_taken: 0,
            rows: ObjectRows::new(file, builder),
        }
    }

    /// Takes a piece of a file with an object in each line.
    fn lines(&mut self, text: &str) -> Result<(), IngestError> {
        for piece in text.split_inclusive('\n') {
            self.keep(piece)?;
            self.at.1 += piece.len();
            if piece.ends_with('\n') {
                self.line()?;
                self.at = (self.at.0.saturating_add(1), 0);
                self.start = self.at;
            }
        }
        Ok(())
    }

    /// Takes the line that was read.
    fn line(&mut self) -> Result<(), IngestError> {
        let text = std::mem::take(&mut self.text);
        if !text.trim().is_empty() {
            self.rows.push(self.start.0, &text, self.start)?;
        }
        self.text = text;
        self.text.clear();
        Ok(())
    }

    /// Takes a character of a list of objects.
    fn list(&mut self, c: char, place: Place) -> Result<Place, IngestError> {
        let next = match (place, c) {
            (Place::Before { .. }, '{') => {
                self.start = self.at;
                self.text.clear();
                self.keep("{")?;
                Place::Inside { depth: 1, in_string: false, is_escaped: false }
            }
            (Place::Before { may_end: true } | Place::Behind, ']') => Place::End,
            (Place::Behind, ',') => Place::Before { may_end: false },
            (Place::Inside { depth, in_string, is_escaped }, _) => {
                self.keep(c.encode_utf8(&mut [0; 4]))?;
                let depth = match c {
                    '{' | '[' if !in_string => depth + 1,
                    '}' | ']' if !in_string => depth - 1,
                    _ => depth,
                };
                if depth == 0 {
                    self.n_taken = self.n_taken.saturating_add(1);
                    let text = std::mem::take(&mut self.text);
                    self.rows.push(self.n_taken, &text, self.start)?;
                    self.text = text;
                    Place::Behind
                } else {
                    let in_string = if c == '"' && !is_escaped { !in_string } else { in_string };
                    Place::Inside { depth, in_string, is_escaped: in_string && c == '\\' && !is_escaped }
                }
            }
            (_, ' ' | '\t' | '\r' | '\n') => place,
            (Place::Before { .. }, _) => return Err(self.wrong(self.at, "an object { ... } should stand here")),
            (Place::Behind, _) => return Err(self.wrong(self.at, "a comma or the end of the list ] should stand here")),
            (Place::End, _) => return Err(self.wrong(self.at, "nothing may stand behind the list")),
        };
        self.at = if c == '\n' { (self.at.0.saturating_add(1), 0) } else { (self.at.0, self.at.1 + c.len_utf8()) };
        Ok(next)
    }

    /// Adds to the object.
    fn keep(&mut self, piece: &str) -> Result<(), IngestError> {
        if self.text.len() + piece.len() > MAX_OBJECT_BYTES {
            return Err(IngestError::TooLarge {
                file: self.rows.file.to_owned(),
                sheet: String::new(),
                found: format!("the object that begins in line {} is longer", self.start.0),
                limit: format!("{MAX_OBJECT_BYTES} bytes an object"),
            });
        }
        self.text.push_str(piece);
        Ok(())
    }

    fn wrong(&self, at: (u32, usize), why: &str) -> IngestError {
        let (file, why) = (self.rows.file.to_owned(), why.to_owned());
        IngestError::Json { file, line: at.0, column: at.1 + 1, why }
    }

    /// Takes what is left at the end of the text.
    fn finish(mut self) -> Result<ObjectRows<'f>, IngestError> {
        match self.form {
            Form::Lines => self.line()?,
            Form::List(Place::Inside { .. }) => {
                return Err(self.wrong(self.start, "the object that begins here does not end"));
            }
            Form::List(Place::Before { .. } | Place::Behind) => {
                return Err(self.wrong(self.at, "the list of objects does not end"));
            }
            Form::Unknown | Form::List(Place::End) => {}
        }
        Ok(self.rows)
    }
}

impl TextReader for Objects<'_> {
    fn feed(&mut self, text: &str) -> Result<(), IngestError> {
        let mut rest = text;
        if self.form == Form::Unknown {
            rest = text.trim_start_matches([' ', '\t', '\r', '\n']);
            let skipped = text.get(..text.len() - rest.len()).unwrap_or_default();
            if let Some((_, last)) = skipped.rsplit_once('\n') {
                self.at = (self.at.0.saturating_add(skipped.matches('\n').count() as u32), last.len());
            } else {
                self.at.1 += skipped.len();
            }
            self.start = self.at;
            match rest.chars().next() {
                None => return Ok(()),
                Some('[') => {
                    (self.form, self.at.1) = (Form::List(Place::Before { may_end: true }), self.at.1 + 1);
                    rest = rest.get(1..).unwrap_or_default();
                }
                Some(_) => self.form = Form::Lines,
            }
        }
        let Form::List(mut place) = self.form else { return self.lines(rest) };
        for c in rest.chars() {
            place = self.list(c, place)?;
        }
        self.form = Form::List(place);
        Ok(())
    }

    fn at(&mut self, _: &str) -> At {
        let row = if let Form::List(_) = self.form { self.n_taken.saturating_add(1) } else { self.at.0 };
        At { row, line: self.at.0, column: 0 }
    }
}

/// The keys of an object with their values, in their order.
struct Fields<'o>(Vec<(String, &'o RawValue)>);

impl<'de: 'o, 'o> Deserialize<'de> for Fields<'o> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Vec<(String, &'de RawValue)>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(Object).map(Self)
    }
}

/// Makes rows of objects.
struct ObjectRows<'f> {
    file: &'f str,
    builder: TableBuilder,
    record: Record,
    column_idx_of: HashMap<String, u32>,
    /// For each name of a column the key it comes from.
    key_of: HashMap<String, String>,
    /// For each column the last object that has it, and how many objects there are.
    last_in: Vec<u64>,
    n_objects: u64,
    /// The cells of the object: the column, and where the text stands in `text`.
    cells: Vec<(u32, usize, usize)>,
    text: String,
}

impl<'f> ObjectRows<'f> {
    fn new(file: &'f str, builder: TableBuilder) -> Self {
        let record = builder.record();
        Self {
            file,
            builder,
            record,
            column_idx_of: HashMap::new(),
            key_of: HashMap::new(),
            last_in: Vec::new(),
            n_objects: 0,
            cells: Vec::new(),
            text: String::new(),
        }
    }

    /// Takes an object that begins at `start` as a row.
    fn push(&mut self, row: u32, object: &str, start: (u32, usize)) -> Result<(), IngestError> {
        self.cells.clear();
        self.text.clear();
        self.n_objects += 1;
        self.object("", object, 1).map_err(|fault| fault.into_error(self.file, object, start))?;
        self.cells.sort_unstable();
        self.record.clear();
        for &(column_idx, from, to) in &self.cells {
            while self.record.n_cells() < column_idx as usize {
                self.record.end_cell();
            }
            self.record.push_str(self.text.get(from..to).unwrap_or_default());
            self.record.end_cell();
        }
        self.builder.push_record(At { row, line: row, column: 0 }, &mut self.record)
    }

    /// Takes the fields of an object, whose own key is `prefix`.
    fn object(&mut self, prefix: &str, object: &str, depth: usize) -> Result<(), Fault> {
        let start = object.len() - object.trim_start().len();
        if !object[start..].starts_with('{') {
            return Err(Fault::at(object, start, "this is no JSON object"));
        }
        let Fields(fields) = serde_json::from_str(object).map_err(|error| Fault::syntax(object, &error))?;
        let mut keys: Vec<&str> = fields.iter().map(|(key, _)| key.as_str()).collect();
        keys.sort_unstable();
        if let Some(twice) = keys.windows(2).find(|pair| pair[0] == pair[1]) {
            let second = fields.iter().rposition(|(key, _)| key == twice[0]).unwrap_or_default();
            return Err(Fault::of(
                fields[second].1,
                format!("the key {:?} stands twice in one object", brief(twice[0])),
            ));
        }
        for (key, value) in &fields {
            let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
            if !value.get().starts_with('{') {
                self.value(&name, value)?;
            } else if depth == MAX_DEPTH {
                return Err(Fault::of(value, format!("more than {MAX_DEPTH} objects stand within each other")));
            } else {
                self.object(&name, value.get(), depth + 1)?;
            }
        }
        Ok(())
    }

    /// Takes a value that is no object as a cell.
    fn value(&mut self, name: &str, value: &RawValue) -> Result<(), Fault> {
        let from = self.text.len();
        if value.get().starts_with('[') {
            let parts: Vec<&RawValue> =
                serde_json::from_str(value.get()).map_err(|error| Fault::syntax(value.get(), &error))?;
            for (position, part) in parts.into_iter().enumerate() {
                if part.get().starts_with(['[', '{']) {
                    let why =
                        format!("the list {:?} holds lists or objects, which do not fit into a cell", brief(name));
                    return Err(Fault::of(part, why));
                }
                if position > 0 {
                    self.text.push(';');
                }
                self.scalar(part)?;
            }
        } else {
            self.scalar(value)?;
        }
        let next_idx = self.column_idx_of.len() as u32;
        let column_idx = match self.column_idx_of.get(name) {
            Some(known) => *known,
            None if next_idx as usize >= MAX_ROW_CELLS => {
                return Err(Fault::of(value, format!("this is key number {}, more than can be columns", next_idx + 1)));
            }
            None => {
                if let Some(other) = self.key_of.insert(tidy(name), name.to_owned()) {
                    let (name, other) = (brief(name), brief(&other));
                    return Err(Fault::of(
                        value,
                        format!("the keys {other:?} and {name:?} differ in white space only"),
                    ));
                }
                self.last_in.push(0);
                self.builder.push_column(name);
                self.column_idx_of.insert(name.to_owned(), next_idx);
                next_idx
            }
        };
        if std::mem::replace(&mut self.last_in[column_idx as usize], self.n_objects) == self.n_objects {
            return Err(Fault::of(value, format!("the key {:?} stands twice in one object", brief(name))));
        }
        self.cells.push((column_idx, from, self.text.len()));
        Ok(())
    }

    /// Adds a string, a number, true or false to the text; null adds nothing.
    fn scalar(&mut self, value: &RawValue) -> Result<(), Fault> {
        match value.get() {
            "null" => {}
            quoted if quoted.starts_with('"') => {
                let text: String = serde_json::from_str(quoted).map_err(|error| Fault::syntax(quoted, &error))?;
                if text.contains('\0') {
                    return Err(Fault::of(value, "the text holds a NUL character".to_owned()));
                }
                self.text.push_str(&text);
            }
            word => self.text.push_str(word),
        }
        Ok(())
    }
}

/// What is wrong with an object.
struct Fault {
    /// The address of the byte at fault: parts of an object are slices of its text.
    address: usize,
    why: String,
}

impl Fault {
    fn at(text: &str, offset: usize, why: &str) -> Self {
        Self { address: text.as_ptr().addr() + offset, why: why.to_owned() }
    }

    fn of(value: &RawValue, why: String) -> Self {
        Self { address: value.get().as_ptr().addr(), why }
    }

    /// What the parser says, without the place, which it knows within this text only.
    fn syntax(text: &str, error: &serde_json::Error) -> Self {
        let message = error.to_string();
        let why = message.split(" at line ").next().unwrap_or_default();
        let before = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum::<usize>();
        let offset = (before + error.column().saturating_sub(1)).min(text.len());
        Self::at(text, offset, &format!("this is no JSON ({why})"))
    }

    fn into_error(self, file: &str, object: &str, (line, n_before): (u32, usize)) -> IngestError {
        let offset = self.address.saturating_sub(object.as_ptr().addr()).min(object.len());
        let before = &object.as_bytes()[..offset];
        let n_lines = before.iter().filter(|byte| **byte == b'\n').count();
        let in_line = before.iter().rev().take_while(|byte| **byte != b'\n').count();
        let column = 1 + in_line + if n_lines == 0 { n_before } else { 0 };
        IngestError::Json { file: file.to_owned(), line: line.saturating_add(n_lines as u32), column, why: self.why }
    }
}

#[cfg(test)]
mod tests {
    use super::super::DEFAULT_MAX_CELL_BYTES;
    use super::*;
    use std::sync::Arc;

    fn table(name: &str, bytes: impl AsRef<[u8]>) -> Result<Table, IngestError> {
        let builder = || TableBuilder::new(0, &Arc::from(name), "", DEFAULT_MAX_CELL_BYTES);
        let stated = Stated { encoding: None, delimiter: None };
        read(&mut Input::of(name, bytes.as_ref())?, &stated, builder, &mut Vec::new())
    }

    fn rows(name: &str, text: &str) -> (Vec<String>, Vec<(u32, Vec<String>)>) {
        let table = table(name, text).unwrap();
        let cells = |row: super::super::Row<'_>| row.cells().into_iter().map(str::to_owned).collect();
        (table.names(), table.rows.iter().map(|row| (row.row, cells(row))).collect())
    }

    fn message(name: &str, text: &str) -> String {
        table(name, text).unwrap_err().to_string()
    }

    #[test]
    fn objects_are_rows_and_keys_columns_in_the_order_they_appear() {
        let text = "{\"id\": 12345678901234567890123, \"who\": {\"age\": 1.50, \"home\": {\"town\": \"Oslo\"}}, \"a\": \"x\\ny\"}\n\n\
                    {\"b\": true, \"id\": 2, \"uses\": [\"Web\", \"Post\", 3, null], \"a\": null}\r\n";
        let (names, found) = rows("a.jsonl", text);
        assert_eq!(names, ["id", "who.age", "who.home.town", "a", "b", "uses"]);
        let first = ["12345678901234567890123", "1.50", "Oslo", "x\ny"].map(str::to_owned).to_vec();
        let second = ["2", "", "", "", "true", "Web;Post;3;"].map(str::to_owned).to_vec();
        assert_eq!(found, [(1, first), (3, second)]);
    }

    #[test]
    fn a_list_of_objects_is_read_like_lines_of_them_whatever_stands_between() {
        let objects = "{\"id\": 1, \"a\": \"} ] \\\" , {\"}\n,\n { \"id\": 2,\n\"a\": [\"y\", \"z\"] }";
        let (names, found) = rows("a.json", &format!(" \n[ {objects} ]\n"));
        assert_eq!(names, ["id", "a"]);
        assert_eq!(found[0], (1, vec!["1".to_owned(), "} ] \" , {".to_owned()]));
        assert_eq!(found[1], (2, vec!["2".to_owned(), "y;z".to_owned()]));
        assert_eq!(rows("a.json", "{\"id\": 1}\n{\"id\": 2}\n").1.len(), 2);
        assert_eq!(rows("a.ndjson", "\u{FEFF}{\"id\": 1}").1.len(), 1);
    }

    #[test]
    fn faults_name_line_and_byte_column() {
        for (name, text, expected) in [
            ("a.jsonl", "{\"a\": 1}\n {\"é\": 1, \"a\" 2}\n", "line 2, byte column 16: this is no JSON (expected `:`)"),
            ("a.jsonl", "{\"a\": 1}\n[2]\n", "line 2, byte column 1: this is no JSON object"),
            ("a.jsonl", "{\"a\": 1} {\"a\": 2}\n", "line 1, byte column 10: this is no JSON (trailing characters)"),
            (
                "a.jsonl",
                "{\"a\": 1, \"b\": {\"c\": 1, \"c\": 2}}\n",
                "line 1, byte column 29: the key \"c\" stands twice in one object",
            ),
            (
                "a.jsonl",
                "{\"a.b\": 1, \"a\": {\"b\": 2}}\n",
                "line 1, byte column 23: the key \"a.b\" stands twice in one object",
            ),
            (
                "a.jsonl",
                "{\"a\": [[1]]}\n",
                "line 1, byte column 8: the list \"a\" holds lists or objects, which do not fit into a cell",
            ),
            ("a.jsonl", "{\"a\": \"x\\u0000\"}\n", "line 1, byte column 7: the text holds a NUL character"),
            ("a.json", "[{\"a\": 1},\n 2]", "line 2, byte column 2: an object { ... } should stand here"),
            (
                "a.json",
                "[{\"a\": 1}\n {\"a\": 2}]",
                "line 2, byte column 2: a comma or the end of the list ] should stand here",
            ),
            ("a.json", "[{\"a\": 1},\n {\"a\": [2]", "line 2, byte column 2: the object that begins here does not end"),
            ("a.json", "[{\"a\": 1},\n", "line 2, byte column 1: the list of objects does not end"),
            ("a.json", "[{\"a\": 1}]\n x", "line 2, byte column 2: nothing may stand behind the list"),
            ("a.json", "[{\"a\": 1},\n {\n\"a\": x}]", "line 3, byte column 6: this is no JSON (expected value)"),
        ] {
            assert_eq!(message(name, text), format!("{name}, {expected}"));
        }
        let deep = format!("{}1{}", "{\"a\":".repeat(20), "}".repeat(20));
        assert!(message("a.jsonl", &deep).contains("more than 16 objects stand within each other"));
        let very_deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(
            message("a.jsonl", &very_deep).contains("holds lists or objects"),
            "{}",
            message("a.jsonl", &very_deep)
        );
        assert!(matches!(table("a.json", "[]"), Err(IngestError::EmptySheet { .. })));
    }

    #[test]
    fn hostile_text_is_refused_or_read_but_never_panics() {
        let pieces = ["{", "}", "[", "]", "\"", "\\", ",", ":", "a", "\n", "é"];
        for n in 0..11_usize.pow(4) {
            let text: String = (0..4).map(|digit| pieces[n / 11_usize.pow(digit) % 11]).collect();
            for (name, text) in [("a.json", format!("[{{{text}")), ("a.jsonl", format!("{{\"a\":{text}"))] {
                let _ = table(name, text);
            }
        }
    }
}
