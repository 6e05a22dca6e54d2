//! Texts one by one from a file of any length, and any one of them again.
//!
//! A record is held in memory, never the file. Each is known by the byte it begins at, so that it can be read again by itself.

use super::DuplicatesError;
use crate::error::Error;
use crate::ingest::IngestError;
use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// How the records of a file are written.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Layout {
    /// Cells between delimiters (RFC 4180) below a header: where the id (if there is one) and the text stand.
    Table { delimiter: u8, id: Option<usize>, text: usize },
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
    /// Where the records begin: the byte, and its line.
    start: (u64, u64),
    max_record: usize,
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
        let layout = match extension.as_str() {
            "jsonl" | "ndjson" => Layout::Json { id: field(&columns.id, "id"), text: field(&columns.text, "text") },
            "txt" | "text" => Layout::Lines,
            "csv" | "tsv" => Layout::Table { delimiter: b',', id: None, text: 0 },
            _ => return Err(DuplicatesError::Format { file: name, found: extension }.into()),
        };
        let mut file = Self { path: path.to_path_buf(), name, layout, start: (0, 1), max_record };
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
        let mut input = self.input(1 << 16)?;
        let mark = input.fill_buf().map_err(Error::io("read", &self.path))?.starts_with(b"\xEF\xBB\xBF");
        let mut records = Records { file: self, input, at: 0, line: 1, buffer: Vec::new(), cells: Cells::default() };
        let mut cells = Cells::default();
        records.line()?;
        let header = String::from_utf8_lossy(&records.buffer).into_owned();
        let delimiter = if is_tsv {
            b'\t'
        } else {
            // The one that occurs most; of several the first.
            let count = |delimiter: &u8| header.bytes().filter(|byte| byte == delimiter).count();
            [b'|', b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
        };
        records.split(delimiter, &mut cells)?;
        let mut names: Vec<String> = cells.all().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        if let (true, Some(first)) = (mark, names.first_mut()) {
            *first = first.trim_start_matches('\u{feff}').trim_matches('"').to_owned();
        }
        let start = (records.at, records.line);
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
        self.layout = Layout::Table { delimiter, id, text };
        self.start = start;
        Ok(())
    }

    fn input(&self, capacity: usize) -> Result<BufReader<File>, Error> {
        let unreadable = |source: std::io::Error| match source.kind() {
            std::io::ErrorKind::NotFound => IngestError::Missing { file: self.path.clone() },
            _ => IngestError::Unreadable { file: self.path.clone(), source },
        };
        if std::fs::metadata(&self.path).map_err(unreadable)?.is_dir() {
            return Err(IngestError::Folder { file: self.path.clone() }.into());
        }
        Ok(BufReader::with_capacity(capacity, File::open(&self.path).map_err(unreadable)?))
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
        let mut input = self.input(capacity)?;
        input.seek(SeekFrom::Start(self.start.0)).map_err(Error::io("read", &self.path))?;
        Ok(Records {
            file: self,
            input,
            at: self.start.0,
            line: self.start.1,
            buffer: Vec::new(),
            cells: Cells::default(),
        })
    }
}

/// The records of a file.
pub(super) struct Records<'f> {
    file: &'f TextFile,
    input: BufReader<File>,
    /// The byte and the line the next record begins at.
    at: u64,
    line: u64,
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

    fn all(&self) -> impl Iterator<Item = &[u8]> {
        (0..self.ends.len()).map(|number| self.get(number))
    }
}

impl Records<'_> {
    /// Goes to the record that begins at this byte.
    pub(super) fn seek(&mut self, at: u64) -> Result<(), Error> {
        // What lies near is still in the buffer.
        let by = i64::try_from(i128::from(at) - i128::from(self.at)).unwrap_or(i64::MAX);
        self.input.seek_relative(by).map_err(Error::io("read", &self.file.path))?;
        self.at = at;
        Ok(())
    }

    /// The next text; blank lines are none.
    pub(super) fn next(&mut self) -> Result<Option<Record>, Error> {
        loop {
            let (at, line) = (self.at, self.line);
            if !self.line()? {
                return Ok(None);
            }
            if self.buffer.trim_ascii().is_empty() {
                continue;
            }
            let utf8 = |bytes: &[u8]| {
                let encoding = || DuplicatesError::Encoding { file: self.file.name.clone(), line };
                Ok::<String, DuplicatesError>(std::str::from_utf8(bytes).map_err(|_| encoding())?.to_owned())
            };
            let (id, text) = match &self.file.layout {
                Layout::Lines => (None, utf8(self.buffer.trim_ascii_end())?),
                Layout::Json { id, text } => self.fields(line, id, text)?,
                Layout::Table { delimiter, id, text } => {
                    let mut cells = std::mem::take(&mut self.cells);
                    self.split(*delimiter, &mut cells)?;
                    let utf8 = |bytes: &[u8]| {
                        let encoding = || DuplicatesError::Encoding { file: self.file.name.clone(), line };
                        Ok::<String, DuplicatesError>(std::str::from_utf8(bytes).map_err(|_| encoding())?.to_owned())
                    };
                    let read = (id.map(|id| utf8(cells.get(id))).transpose()?, utf8(cells.get(*text))?);
                    self.cells = cells;
                    read
                }
            };
            return Ok(Some(Record { at, id, text }));
        }
    }

    /// Id and text of a JSON object.
    fn fields(&self, line: u64, id: &str, text: &str) -> Result<(Option<String>, String), DuplicatesError> {
        let refuse = |why: String| DuplicatesError::Json { file: self.file.name.clone(), line, why };
        let bytes = self.buffer.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&self.buffer);
        let object: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(bytes).map_err(|error| refuse(format!("it is no JSON object ({error})")))?;
        let word = |name: &str| match object.get(name) {
            Some(serde_json::Value::String(value)) => Ok(value.clone()),
            Some(serde_json::Value::Number(value)) => Ok(value.to_string()),
            Some(_) => Err(refuse(format!("{name:?} is neither a string nor a number"))),
            None => Err(refuse(format!("it has no {name:?}"))),
        };
        let id = if object.contains_key(id) { Some(word(id)?) } else { None };
        Ok((id, word(text)?))
    }

    /// Reads a line into the buffer; whether there was one.
    fn line(&mut self) -> Result<bool, Error> {
        self.buffer.clear();
        self.more(self.line)
    }

    /// Reads a further line behind what the buffer holds.
    fn more(&mut self, first_line: u64) -> Result<bool, Error> {
        let limit = self.file.max_record;
        let rest = limit.saturating_add(1).saturating_sub(self.buffer.len());
        let mut input = std::io::Read::take(&mut self.input, rest as u64);
        let read = input.read_until(b'\n', &mut self.buffer).map_err(Error::io("read", &self.file.path))?;
        self.at += read as u64;
        self.line += 1;
        if self.buffer.len() > limit {
            return Err(DuplicatesError::TooLong { file: self.file.name.clone(), line: first_line, limit }.into());
        }
        Ok(read > 0)
    }

    /// Cuts what the buffer holds into cells, reading on where a quoted one holds line breaks.
    fn split(&mut self, delimiter: u8, cells: &mut Cells) -> Result<(), Error> {
        let first_line = self.line - 1;
        cells.bytes.clear();
        cells.ends.clear();
        let mut at = 0;
        loop {
            if self.buffer.get(at) == Some(&b'"') {
                at += 1;
                loop {
                    let Some(length) = self.buffer[at..].iter().position(|byte| *byte == b'"') else {
                        cells.bytes.extend_from_slice(&self.buffer[at..]);
                        at = self.buffer.len();
                        let limit = self.file.max_record;
                        let open =
                            || DuplicatesError::OpenQuote { file: self.file.name.clone(), line: first_line, limit };
                        let error = open();
                        match self.more(first_line) {
                            Ok(true) => continue,
                            Ok(false) | Err(Error::Duplicates(DuplicatesError::TooLong { .. })) => {
                                return Err(error.into());
                            }
                            Err(error) => return Err(error),
                        }
                    };
                    cells.bytes.extend_from_slice(&self.buffer[at..at + length]);
                    at += length + 1;
                    if self.buffer.get(at) != Some(&b'"') {
                        break;
                    }
                    cells.bytes.push(b'"');
                    at += 1;
                }
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
        assert_eq!(
            message("a.xlsx", b"PK"),
            "a.xlsx ends in .xlsx, which is not read here: it must be .csv, .tsv, .jsonl or .txt"
        );
        assert_eq!(message("a.csv", b"id,answer\n1,x\n"), "a.csv has no column \"text\"; it has \"id\", \"answer\"");
        assert_eq!(
            message("a.csv", b"id,text\n1,x\n2,\"y\n"),
            "a.csv, line 3: a quotation mark opens a cell and is not closed within 1000 bytes or before the end of the file"
        );
        assert_eq!(message("a.csv", b"id,text\n1,x\n2,\xff\n"), "a.csv, line 3 is not UTF-8 text");
        assert_eq!(message("a.jsonl", b"{\"id\": 1}\n"), "a.jsonl, line 1: it has no \"text\"");
        assert_eq!(message("a.txt", "x".repeat(2000).as_bytes()), "a.txt, line 1: a record of more than 1000 bytes");
    }
}
