//! Texts one by one from a file of any length, and any one of them again.
//!
//! A record is held in memory, never the file. Each is known by the byte it begins at, so that it can be read again by itself.

use super::{DuplicatesError, workbook};
use crate::error::Error;
use crate::ingest::{IngestError, column_letters, other_format};
use crate::progress::Observer;
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};

/// Stands between the cells of a table of one column: no text has this byte.
const NO_DELIMITER: u8 = 0xff;

/// How the records of a file are written.
#[derive(Debug)]
enum Layout {
    /// Cells between delimiters (RFC 4180) below a header of so many.
    Table { delimiter: u8, n_columns: usize, columns: Wanted<usize> },
    /// A JSON object a line, with these fields.
    Json(Wanted<String>),
    /// A text a line.
    Lines,
    /// The rows of a workbook's sheet, in memory.
    Rows(Vec<Record>),
}

/// Where in a record things stand.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Wanted<T> {
    pub(super) id: Option<T>,
    pub(super) question: Option<T>,
    pub(super) texts: Vec<T>,
}

/// Which columns, or fields, are read; what is not named is `id`, if there is one, and `text`.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// The id of a text.
    pub id: Option<String>,
    /// The question a text answers: texts are compared within a question only.
    pub question: Option<String>,
    /// The text; of several each column is a question.
    pub texts: Vec<String>,
    /// The sheet of a workbook; else the first that holds data.
    pub sheet: Option<String>,
}

impl Columns {
    /// Whether texts are told apart by the question they answer.
    pub fn by_question(&self) -> bool {
        self.question.is_some() || self.texts.len() > 1
    }

    /// Where they stand in a header.
    ///
    /// # Errors
    /// [`DuplicatesError::NoColumn`]
    pub(super) fn place(&self, file: &str, header: &[String]) -> Result<Wanted<usize>, DuplicatesError> {
        let place = |wanted: &String| header.iter().position(|name| name == wanted);
        let find = |wanted: &String| {
            let missing = || (file.to_owned(), wanted.clone(), header.to_vec());
            place(wanted).ok_or_else(missing).map_err(|(file, wanted, available)| DuplicatesError::NoColumn {
                file,
                wanted,
                available,
            })
        };
        let texts = match self.texts.as_slice() {
            [] if header.len() == 1 && self.question.is_none() => vec![0],
            [] => vec![find(&"text".to_owned())?],
            named => named.iter().map(find).collect::<Result<_, _>>()?,
        };
        let id = match &self.id {
            Some(wanted) => Some(find(wanted)?),
            None => place(&"id".to_owned()),
        };
        Ok(Wanted { id, question: self.question.as_ref().map(find).transpose()?, texts })
    }
}

/// A file of texts.
#[derive(Debug)]
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

/// A record as it is read.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Record {
    /// The byte it begins at; in a workbook its number.
    pub(super) at: u64,
    /// Its id; none where the file has none.
    pub(super) id: Option<String>,
    /// The question it answers; none where that is not asked for.
    pub(super) question: Option<String>,
    /// Its text, ...
    pub(super) first: String,
    /// ... and those of the further columns.
    pub(super) further: Vec<String>,
}

impl Record {
    /// Its texts, in the order of the columns asked for.
    pub(super) fn texts(&self) -> impl Iterator<Item = &str> {
        std::iter::once(&self.first).chain(&self.further).map(String::as_str)
    }

    /// The text of a column.
    pub(super) fn text(&self, column: usize) -> &str {
        self.texts().nth(column).unwrap_or_default()
    }

    /// The same, moved out.
    pub(super) fn take_text(mut self, column: usize) -> String {
        if column == 0 { self.first } else { self.further.swap_remove(column - 1) }
    }
}

impl TextFile {
    /// Looks at the beginning of a file.
    ///
    /// # Errors
    /// [`IngestError`] if it cannot be read, [`DuplicatesError::Format`], [`DuplicatesError::NoColumn`].
    pub(super) fn open(
        path: &Path,
        columns: &Columns,
        max_record: usize,
        observer: &dyn Observer,
    ) -> Result<Self, Error> {
        let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned();
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        let head = look(path, &name)?;
        let layout = match extension.as_str() {
            "jsonl" | "ndjson" => {
                let texts = if columns.texts.is_empty() { vec!["text".to_owned()] } else { columns.texts.clone() };
                let id = columns.id.clone().or(Some("id".to_owned()));
                Layout::Json(Wanted { id, question: columns.question.clone(), texts })
            }
            "txt" | "text" if columns.by_question() => {
                let wanted = columns.question.clone().or(columns.texts.first().cloned()).unwrap_or_default();
                return Err(DuplicatesError::NoColumn { file: name, wanted, available: Vec::new() }.into());
            }
            "txt" | "text" => Layout::Lines,
            "csv" | "tsv" => Layout::Table { delimiter: b',', n_columns: 1, columns: Wanted::default() },
            "xlsx" | "xlsm" | "ods" if head.starts_with(b"PK") => {
                Layout::Rows(workbook::read(path, columns, max_record, observer)?)
            }
            "xlsx" | "xlsm" | "ods" => {
                let found = format!("something else that is named .{extension}");
                return Err(DuplicatesError::NotText { file: name, found }.into());
            }
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
            Layout::Table { columns, .. } => columns.id.is_some(),
            Layout::Json { .. } => true,
            Layout::Lines => false,
            Layout::Rows(rows) => rows.iter().any(|row| row.id.is_some()),
        }
    }

    fn read_header(&mut self, columns: &Columns, is_tsv: bool) -> Result<(), Error> {
        let mut records = self.records()?;
        let mut cells = Cells::default();
        while records.line()? && records.is_blank() {}
        let header = std::str::from_utf8(&records.buffer).map_err(|_| records.not_utf8(None))?;
        // The one that occurs most; of several the comma, or the last.
        let count = |delimiter: &u8| header.bytes().filter(|byte| byte == delimiter).count();
        let known = if is_tsv { &b"\t"[..] } else { b"|\t;," };
        let delimiter = known.iter().copied().max_by_key(count).filter(|most| count(most) > 0).unwrap_or(NO_DELIMITER);
        records.split(delimiter, &mut cells)?;
        let names: Vec<String> = cells.all().map(|cell| String::from_utf8_lossy(cell).trim().to_owned()).collect();
        let start = records.next;
        drop(records);
        let columns = columns.place(&self.name, &names)?;
        self.layout = Layout::Table { delimiter, n_columns: names.len(), columns };
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

/// Refuses what is no file of texts whatever its name says; else hands on its first bytes.
fn look(path: &Path, name: &str) -> Result<Vec<u8>, Error> {
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
        None if head.contains(&0) && !head.starts_with(b"PK") => "a binary file (it holds a NUL)",
        None => return Ok(head),
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

/// The first text and those of the further columns; without further ones no memory is set aside for them.
pub(super) fn texts<T, E>(
    columns: &[T],
    mut text: impl FnMut(&T) -> Result<String, E>,
) -> Result<(String, Vec<String>), E> {
    let Some((first, further)) = columns.split_first() else { return Ok(<(String, Vec<String>)>::default()) };
    Ok((text(first)?, further.iter().map(text).collect::<Result<_, E>>()?))
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
        if !matches!(self.file.layout, Layout::Rows(_)) {
            // What lies near is still in the buffer.
            let by = i64::try_from(i128::from(at) - i128::from(self.next.at)).unwrap_or(i64::MAX);
            self.input.seek_relative(by).map_err(Error::io("read", &self.file.path))?;
        }
        self.next.at = at;
        Ok(())
    }

    /// The next record; blank lines are none.
    pub(super) fn next(&mut self) -> Result<Option<Record>, Error> {
        let file = self.file;
        if let Layout::Rows(rows) = &file.layout {
            let row = rows.get(self.next.at as usize);
            self.next.at += 1;
            return Ok(row.cloned());
        }
        loop {
            if !self.line()? {
                return Ok(None);
            }
            if self.is_blank() {
                continue;
            }
            let record = match &file.layout {
                Layout::Json(fields) => self.fields(fields)?,
                Layout::Table { delimiter, n_columns, columns } => self.cells(*delimiter, *n_columns, columns)?,
                Layout::Lines | Layout::Rows(_) => {
                    let text = self.utf8(self.buffer.trim_ascii_end(), None)?;
                    Record { at: self.begun.at, first: text, ..Record::default() }
                }
            };
            return Ok(Some(record));
        }
    }

    /// The record of a row of cells.
    fn cells(&mut self, delimiter: u8, n_columns: usize, columns: &Wanted<usize>) -> Result<Record, Error> {
        let mut cells = std::mem::take(&mut self.cells);
        self.split(delimiter, &mut cells)?;
        if let Some(last) = cells.last_filled(n_columns) {
            let (file, place) = (self.file.name.clone(), self.place(None));
            return Err(DuplicatesError::ExtraCells { file, place, expected: n_columns, found: last + 1 }.into());
        }
        let cell = |number: usize| self.utf8(cells.get(number), Some(number));
        let (id, question) = (columns.id.map(cell).transpose()?, columns.question.map(cell).transpose()?);
        if question.as_ref().is_some_and(|question| question.trim().is_empty()) {
            let (file, place) = (self.file.name.clone(), self.place(columns.question));
            return Err(DuplicatesError::NoQuestion { file, place }.into());
        }
        let (first, further) = texts(&columns.texts, |number| cell(*number))?;
        let record = Record { at: self.begun.at, id, question, first, further };
        self.cells = cells;
        Ok(record)
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

    /// The record of a JSON object.
    fn fields(&self, fields: &Wanted<String>) -> Result<Record, DuplicatesError> {
        let refuse = |why: String| DuplicatesError::Json { file: self.file.name.clone(), line: self.begun.line, why };
        std::str::from_utf8(&self.buffer).map_err(|_| self.not_utf8(None))?;
        let mut object: serde_json::Map<String, Value> =
            serde_json::from_slice(&self.buffer).map_err(|error| refuse(format!("it is no JSON object ({error})")))?;
        let mut word = |name: &String| match object.remove(name) {
            Some(Value::String(value)) => Ok(Some(value)),
            Some(Value::Number(value)) => Ok(Some(value.to_string())),
            Some(_) => Err(refuse(format!("{name:?} is neither a string nor a number"))),
            None => Ok(None),
        };
        let lacking = |name: &String| refuse(format!("it has no {name:?}"));
        let id = fields.id.as_ref().map(&mut word).transpose()?.flatten();
        let question = match &fields.question {
            Some(name) => Some(word(name)?.ok_or_else(|| lacking(name))?),
            None => None,
        };
        if question.as_ref().is_some_and(|question| question.trim().is_empty()) {
            let (file, place) = (self.file.name.clone(), self.place(None));
            return Err(DuplicatesError::NoQuestion { file, place });
        }
        let (first, further) = texts(&fields.texts, |name| word(name)?.ok_or_else(|| lacking(name)))?;
        Ok(Record { at: self.begun.at, id, question, first, further })
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
        let file = TextFile::open(&path, columns, 1000, &crate::Silent)?;
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
        records.into_iter().map(|record| (record.id.clone(), record.take_text(0))).collect()
    }

    fn pair(id: &str, text: &str) -> (Option<String>, String) {
        (Some(id.into()), text.into())
    }

    #[test]
    fn cells_with_line_breaks_marks_and_separators_are_read_whole() {
        let bytes = "\u{feff}id,text\r\n1,\"a, \"\"b\"\"\nc\"\r\n\r\n2,d\n3,\"e\"";
        assert_eq!(texts("a.csv", bytes), [pair("1", "a, \"b\"\nc"), pair("2", "d"), pair("3", "e")]);
        assert_eq!(texts("a.csv", "text;id\nx;7\n"), [pair("7", "x")]);
        assert_eq!(texts("a.tsv", "text\tnote\nx\ty\n"), [(None, "x".to_owned())]);
        // Of one column nothing separates cells.
        assert_eq!(texts("a.csv", "answer\nx, y\n\"a, b\"\n"), [(None, "x, y".to_owned()), (None, "a, b".to_owned())]);
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
            (
                "a.xls",
                &b"x"[..],
                "a.xls ends in .xls, which is not read here: it must be .csv, .tsv, .xlsx, .ods, .jsonl or .txt",
            ),
            ("a.xlsx", b"id,text\n", "a.xlsx is no file of texts: it is something else that is named .xlsx"),
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
