//! Texts one by one from a file of any length, and any one of them again.
//!
//! A record is held in memory, never the file. Each is known by the byte it begins at, so that it can be read again by itself.

use super::DuplicatesError;
use crate::error::Error;
use crate::ingest::{IngestError, column_letters, other_format};
use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// How the records of a file are written.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Layout {
    /// Cells between delimiters (RFC 4180) below a header of so many: where the id (if there is one) and the text stand.
    Table { delimiter: u8, n_columns: usize, id: Option<usize>, text: usize },
    /// A JSON object a line, with these fields.
    Json { id: String, text: String },
    /// A text a line.
    Lines,
}

/// Which columns, or fields, are read; what is not named is `id`, if there is one, and `text`.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// The id of a text.
    pub id: Option<String>,
    /// The text.
    pub text: Option<String>,
}

/// A file of texts.
#[derive(Clone, Debug)]
pub(super) struct TextFile {
    path: PathBuf,
    /// Its base name.
    name: String,
    layout: Layout,
    /// Where the records begin.
    start: Start,
    max_record: usize,
}

/// Where a record begins.
#[derive(Clone, Copy, Debug)]
struct Start {
    /// The byte.
    at: u64,
    /// The line, from 1.
    line: u64,
    /// The row as a spreadsheet shows it: cells may hold line breaks. After a jump it is not known.
    row: u64,
}

/// A text as it is read.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Record {
    /// The byte it begins at.
    pub(super) at: u64,
    /// Its id; none where the file has none.
    pub(super) id: Option<String>,
    pub(super) text: String,
}

impl TextFile {
    /// Looks at the beginning of a file.
    ///
    /// # Errors
    /// [`IngestError`] if it cannot be read, [`DuplicatesError::Format`], [`DuplicatesError::NoColumn`].
    pub(super) fn open(path: &Path, columns: &Columns, max_record: usize) -> Result<Self, Error> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let field = |name: &Option<String>, default: &str| name.clone().unwrap_or_else(|| default.to_owned());
        look(path, &name)?;
        let layout = match extension.as_str() {
            "jsonl" | "ndjson" => Layout::Json { id: field(&columns.id, "id"), text: field(&columns.text, "text") },
            "txt" | "text" => Layout::Lines,
            "csv" | "tsv" => Layout::Table { delimiter: b',', n_columns: 1, id: None, text: 0 },
            _ => return Err(DuplicatesError::Format { file: name, found: extension }.into()),
        };
        let start = Start { at: 0, line: 1, row: 1 };
        let mut file = Self { path: path.to_path_buf(), name, layout, start, max_record };
        if let Layout::Table { .. } = file.layout {
            file.read_header(columns, extension == "tsv")?;
        }
        Ok(file)
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Whether the file says what its texts are called.
    pub(super) fn has_ids(&self) -> bool {
        match &self.layout {
            Layout::Table { id, .. } => id.is_some(),
            Layout::Json { .. } => true,
            Layout::Lines => false,
        }
    }

    fn read_header(&mut self, columns: &Columns, is_tsv: bool) -> Result<(), Error> {
        let mut records = self.records()?;
        let mut cells = Cells::default();
        while records.line()? && records.is_blank() {}
        let header = std::str::from_utf8(&records.buffer).map_err(|_| records.not_utf8(None))?;
        let delimiter = if is_tsv {
            b'\t'
        } else {
            // The one that occurs most; of several the first.
            let count = |delimiter: &u8| header.bytes().filter(|byte| byte == delimiter).count();
            [b'|', b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
        };
        records.split(delimiter, &mut cells)?;
        let names: Vec<String> = cells.all().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        let start = records.next;
        let place = |wanted: &str| names.iter().position(|name| name == wanted);
        let missing = |wanted: &str| {
            let (file, wanted) = (self.name.clone(), wanted.to_owned());
            Error::from(DuplicatesError::NoColumn { file, wanted, available: names.clone() })
        };
        let id = match &columns.id {
            Some(wanted) => Some(place(wanted).ok_or_else(|| missing(wanted))?),
            None => place("id"),
        };
        let text = match &columns.text {
            Some(wanted) => place(wanted).ok_or_else(|| missing(wanted))?,
            None if names.len() == 1 => 0,
            None => place("text").ok_or_else(|| missing("text"))?,
        };
        drop(records);
        self.layout = Layout::Table { delimiter, n_columns: names.len(), id, text };
        self.start = start;
        Ok(())
    }

    /// The records from the first on.
    pub(super) fn records(&self) -> Result<Records<'_>, Error> {
        self.records_by(1 << 16)
    }

    /// The same, to be read here and there.
    pub(super) fn single_records(&self) -> Result<Records<'_>, Error> {
        self.records_by(1 << 11)
    }

    fn records_by(&self, capacity: usize) -> Result<Records<'_>, Error> {
        let input = File::open(&self.path).map_err(unreadable(&self.path))?;
        let mut input = BufReader::with_capacity(capacity, input);
        input.seek(SeekFrom::Start(self.start.at)).map_err(Error::io("read", &self.path))?;
        let (begun, next) = (self.start, self.start);
        Ok(Records { file: self, input, begun, next, buffer: Vec::new(), cells: Cells::default() })
    }
}

/// Refuses what is no file of texts whatever its name says.
fn look(path: &Path, name: &str) -> Result<(), Error> {
    let is_folder = std::fs::metadata(path).map_err(unreadable(path))?.is_dir();
    if is_folder {
        return Err(IngestError::Folder { file: path.to_path_buf() }.into());
    }
    let mut head = Vec::new();
    let file = File::open(path).map_err(unreadable(path))?;
    std::io::Read::read_to_end(&mut std::io::Read::take(file, 4096), &mut head).map_err(unreadable(path))?;
    if head.is_empty() {
        return Err(IngestError::EmptyFile { file: path.to_path_buf() }.into());
    }
    let found = match other_format(&head) {
        Some(found) => found,
        None if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") => "text in UTF-16",
        None if head.contains(&0) => "a binary file (it holds a NUL)",
        None => return Ok(()),
    };
    Err(DuplicatesError::NotText { file: name.to_owned(), found: found.to_owned() }.into())
}

fn unreadable(path: &Path) -> impl FnOnce(std::io::Error) -> IngestError + use<> {
    let file = path.to_path_buf();
    move |source| match source.kind() {
        std::io::ErrorKind::NotFound => IngestError::Missing { file },
        _ => IngestError::Unreadable { file, source },
    }
}

/// The records of a file.
pub(super) struct Records<'f> {
    file: &'f TextFile,
    input: BufReader<File>,
    /// Where the record in the buffer begins.
    begun: Start,
    /// Where the next one does.
    next: Start,
    /// What is read of the record.
    buffer: Vec<u8>,
    /// Room for its cells.
    cells: Cells,
}

/// The cells of a record, one behind the other.
#[derive(Default)]
struct Cells {
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Cells {
    fn get(&self, number: usize) -> &[u8] {
        let end = self.ends.get(number).copied().unwrap_or(self.bytes.len());
        let start = if number == 0 { 0 } else { self.ends.get(number - 1).copied().unwrap_or(end) };
        &self.bytes[start..end]
    }

    /// The number of the last cell from this one on that shows anything.
    fn last_filled(&self, from: usize) -> Option<usize> {
        (from..self.ends.len()).rev().find(|number| !self.get(*number).trim_ascii().is_empty())
    }

    fn all(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).map(|number| self.get(number))
    }
}

impl Records<'_> {
    /// Goes to the record that begins at this byte.
    pub(super) fn seek(&mut self, at: u64) -> Result<(), Error> {
        // What lies near is still in the buffer.
        let by = i64::try_from(i128::from(at) - i128::from(self.next.at)).unwrap_or(i64::MAX);
        self.input.seek_relative(by).map_err(Error::io("read", &self.file.path))?;
        self.next.at = at;
        Ok(())
    }

    /// The next text; blank lines are none.
    pub(super) fn next(&mut self) -> Result<Option<Record>, Error> {
        loop {
            if !self.line()? {
                return Ok(None);
            }
            if self.is_blank() {
                continue;
            }
            let (id, text) = match &self.file.layout {
                Layout::Lines => (None, self.utf8(self.buffer.trim_ascii_end(), None)?),
                Layout::Json { id, text } => self.fields(id, text)?,
                Layout::Table { delimiter, n_columns, id, text } => {
                    let mut cells = std::mem::take(&mut self.cells);
                    self.split(*delimiter, &mut cells)?;
                    if let Some(last) = cells.last_filled(*n_columns) {
                        let (file, place) = (self.file.name.clone(), self.place(None));
                        let (expected, found) = (*n_columns, last + 1);
                        return Err(DuplicatesError::ExtraCells { file, place, expected, found }.into());
                    }
                    let cell = |number: usize| self.utf8(cells.get(number), Some(number));
                    let read = (id.map(cell).transpose()?, cell(*text)?);
                    self.cells = cells;
                    read
                }
            };
            return Ok(Some(Record { at: self.begun.at, id, text }));
        }
    }

    /// Whether the buffer shows nothing.
    fn is_blank(&self) -> bool {
        self.buffer.trim_ascii().is_empty()
    }

    /// Where the record in the buffer stands, or a cell of it.
    fn place(&self, column: Option<usize>) -> String {
        let Start { line, row, .. } = self.begun;
        match (&self.file.layout, column) {
            (Layout::Table { .. }, Some(column)) => {
                format!("row {row} (line {line}), column {}", column_letters(column as u32))
            }
            (Layout::Table { .. }, None) => format!("row {row} (line {line})"),
            _ => format!("line {line}"),
        }
    }

    fn utf8(&self, bytes: &[u8], column: Option<usize>) -> Result<String, DuplicatesError> {
        std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| self.not_utf8(column))
    }

    fn not_utf8(&self, column: Option<usize>) -> DuplicatesError {
        DuplicatesError::Encoding { file: self.file.name.clone(), place: self.place(column) }
    }

    /// Id and text of a JSON object.
    fn fields(&self, id: &str, text: &str) -> Result<(Option<String>, String), DuplicatesError> {
        let refuse = |why: String| DuplicatesError::Json { file: self.file.name.clone(), line: self.begun.line, why };
        std::str::from_utf8(&self.buffer).map_err(|_| self.not_utf8(None))?;
        let object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(&self.buffer).map_err(|error| refuse(format!("it is no JSON object ({error})")))?;
        let word = |name: &str| match object.get(name) {
            Some(serde_json::Value::String(value)) => Ok(value.clone()),
            Some(serde_json::Value::Number(value)) => Ok(value.to_string()),
            Some(_) => Err(refuse(format!("{name:?} is neither a string nor a number"))),
            None => Err(refuse(format!("it has no {name:?}"))),
        };
        let id = if object.contains_key(id) { Some(word(id)?) } else { None };
        Ok((id, word(text)?))
    }

    /// Reads a line into the buffer; whether there was one. A byte order mark before the first is left out.
    fn line(&mut self) -> Result<bool, Error> {
        self.buffer.clear();
        self.begun = self.next;
        self.next.row += 1;
        let read = self.more()?;
        if self.begun.at == 0 && self.buffer.starts_with(b"\xEF\xBB\xBF") {
            self.buffer.drain(..3);
        }
        Ok(read)
    }

    /// Reads a further line behind what the buffer holds.
    fn more(&mut self) -> Result<bool, Error> {
        let limit = self.file.max_record;
        let rest = limit.saturating_add(1).saturating_sub(self.buffer.len());
        let mut input = std::io::Read::take(&mut self.input, rest as u64);
        let read = input.read_until(b'\n', &mut self.buffer).map_err(Error::io("read", &self.file.path))?;
        self.next.at += read as u64;
        self.next.line += 1;
        if self.buffer.len() > limit {
            let (file, line) = (self.file.name.clone(), self.begun.line);
            return Err(DuplicatesError::TooLong { file, line, limit }.into());
        }
        Ok(read > 0)
    }

    /// Cuts what the buffer holds into cells, reading on where a quoted one holds line breaks.
    fn split(&mut self, delimiter: u8, cells: &mut Cells) -> Result<(), Error> {
        cells.bytes.clear();
        cells.ends.clear();
        let mut at = 0;
        loop {
            if self.buffer.get(at) == Some(&b'"') {
                at = self.quoted(at + 1, cells)?;
            }
            let ends = |byte: &u8| *byte == delimiter || matches!(*byte, b'\n' | b'\r');
            let length = self.buffer[at..].iter().position(ends).unwrap_or(self.buffer.len() - at);
            cells.bytes.extend_from_slice(&self.buffer[at..at + length]);
            at += length;
            cells.ends.push(cells.bytes.len());
            if self.buffer.get(at) != Some(&delimiter) {
                return Ok(());
            }
            at += 1;
        }
    }

    /// Adds what stands from `at` on up to the quotation mark that closes the cell, and says where that is over.
    fn quoted(&mut self, mut at: usize, cells: &mut Cells) -> Result<usize, Error> {
        let (column, first_line) = (cells.ends.len(), self.next.line);
        let open = |records: &Self, until: String| {
            let (file, place) = (records.file.name.clone(), records.place(Some(column)));
            Error::from(DuplicatesError::OpenQuote { file, place, until })
        };
        loop {
            let Some(length) = self.buffer[at..].iter().position(|byte| *byte == b'"') else {
                cells.bytes.extend_from_slice(&self.buffer[at..]);
                at = self.buffer.len();
                match self.more() {
                    Ok(true) => continue,
                    Ok(false) => return Err(open(self, "the end of the file".into())),
                    Err(Error::Duplicates(DuplicatesError::TooLong { limit, .. })) => {
                        return Err(open(self, format!("{limit} bytes further on")));
                    }
                    Err(error) => return Err(error),
                }
            };
            cells.bytes.extend_from_slice(&self.buffer[at..at + length]);
            at += length + 1;
            let next = self.buffer.get(at);
            if next != Some(&b'"') {
                // One that opens a later cell closes none.
                if self.next.line > first_line && next.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte >= 0x80)
                {
                    return Err(open(self, format!("line {}", self.next.line - 1)));
                }
                return Ok(at);
            }
            cells.bytes.push(b'"');
            at += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, bytes: &[u8], columns: &Columns) -> Result<Vec<Record>, Error> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let file = TextFile::open(&path, columns, 1000)?;
        let mut records = file.records()?;
        let mut all = Vec::new();
        while let Some(record) = records.next()? {
            all.push(record);
        }
        // Each is found again at its place, from the last to the first.
        for record in all.iter().rev() {
            records.seek(record.at)?;
            assert_eq!(records.next()?.as_ref(), Some(record));
        }
        Ok(all)
    }

    fn texts(name: &str, bytes: &str) -> Vec<(Option<String>, String)> {
        let records = read(name, bytes.as_bytes(), &Columns::default()).unwrap();
        records.into_iter().map(|record| (record.id, record.text)).collect()
    }

    fn pair(id: &str, text: &str) -> (Option<String>, String) {
        (Some(id.into()), text.into())
    }

    #[test]
    fn cells_with_line_breaks_marks_and_separators_are_read_whole() {
        let bytes = "\u{feff}id,text\r\n1,\"a, \"\"b\"\"\nc\"\r\n\r\n2,d\n3,\"e\"";
        assert_eq!(texts("a.csv", bytes), [pair("1", "a, \"b\"\nc"), pair("2", "d"), pair("3", "e")]);
        assert_eq!(texts("a.csv", "text;id\nx;7\n"), [pair("7", "x")]);
        assert_eq!(texts("a.tsv", "text\nx\ty\n"), [(None, "x".to_owned())]);
    }

    #[test]
    fn objects_and_lines_are_read() {
        assert_eq!(
            texts("a.jsonl", "{\"id\": 1, \"text\": \"x\\ny\"}\n\n{\"id\": \"b\", \"text\": \"z\"}\n"),
            [pair("1", "x\ny"), pair("b", "z")]
        );
        assert_eq!(texts("a.txt", "x y\n\nz\r\n"), [(None, "x y".to_owned()), (None, "z".to_owned())]);
    }

    #[test]
    fn faults_name_their_place() {
        let message = |name: &str, bytes: &[u8]| read(name, bytes, &Columns::default()).unwrap_err().to_string();
        for (name, bytes, expected) in [
            ("a.xls", &b"x"[..], "a.xls ends in .xls, which is not read here: it must be .csv, .tsv, .jsonl or .txt"),
            ("a.csv", b"\x89PNG\r\n", "a.csv is no file of texts: it is a picture (PNG)"),
            ("a.txt", b"\xFF\xFEa\0", "a.txt is no file of texts: it is text in UTF-16"),
            ("a.txt", b"a\0b", "a.txt is no file of texts: it is a binary file (it holds a NUL)"),
            ("a.csv", b"id,answer\n1,x\n", "a.csv has no column \"text\"; it has \"id\", \"answer\""),
            (
                "a.csv",
                b"id,text\n1,\"x\ny\"\n2,\"z\n",
                "a.csv, row 3 (line 4), column B: a quotation mark opens a cell and is not closed before the end of the file",
            ),
            (
                "a.csv",
                b"id,text\n1,\"x\n2,\"y\"\n",
                "a.csv, row 2 (line 2), column B: a quotation mark opens a cell and is not closed before line 3",
            ),
            ("a.csv", b"id,text\n1,x, y\n", "a.csv, row 2 (line 2) has 3 cells, but the header has 2"),
            ("a.csv", b"id,text\n1,x\n2,\xff\n", "a.csv, row 3 (line 3), column B is not UTF-8 text"),
            ("a.csv", b"id,te\xfft\n", "a.csv, row 1 (line 1) is not UTF-8 text"),
            ("a.jsonl", b"\n{\"id\": 1}\n", "a.jsonl, line 2: it has no \"text\""),
            ("a.txt", "x".repeat(2000).as_bytes(), "a.txt, line 1: a record of more than 1000 bytes"),
        ] {
            assert_eq!(message(name, bytes), expected);
        }
        assert!(message("a.csv", b"").ends_with("a.csv is empty (0 bytes)"));
    }
}
