//! From bytes to tables: a header and rows of text, whatever the format of the file.

pub(crate) mod archive;
mod builder;
mod csv;
mod delimiter;
mod encoding;
mod header;
mod json;
mod material;
mod merged;
mod ods;
#[cfg(feature = "parquet")]
mod parquet;
mod published;
mod rows;
mod sheets;
mod split;
mod text;
mod value;
mod xlsx;

use self::builder::TableBuilder;
use self::delimiter::Delimiter;
pub(crate) use self::material::{Material, is_readable, read_material};
pub(crate) use self::rows::{Row, Rows};
use super::document::Form;
use super::source::Input;
use super::{Decision, IngestError, Source, SourceRole};
use crate::settings::{Config, QuestionKind};
use encoding_rs::Encoding;
use std::cell::Cell;
use std::path::Path;
use std::sync::Arc;

/// The longest answer accepted where the configuration does not say, in bytes.
pub(super) const DEFAULT_MAX_CELL_BYTES: u64 = 1 << 20;

/// Every table that was read.
pub(super) struct Tables {
    /// At least one.
    pub(super) answers: Vec<Table>,
    pub(super) questions: Option<Table>,
    /// The questions that published documents head their answers with, in the order of the documents.
    pub(super) outline: Vec<Headed>,
    /// Which sheets were taken.
    pub(super) decisions: Vec<Decision>,
}

/// A question as a published document has it.
#[derive(Debug)]
pub(super) struct Headed {
    pub(super) id: String,
    pub(super) text: String,
    /// Where: the file and the paragraph.
    pub(super) place: String,
    /// The kind of a question without answers there.
    pub(super) closed_kind: Option<QuestionKind>,
}

/// One sheet: a header and at least one row that is not blank.
#[derive(Debug)]
pub(crate) struct Table {
    /// Index into `Intake::sources`.
    pub(crate) source_idx: u32,
    pub(crate) file: Arc<str>,
    /// Empty in a text file.
    pub(crate) sheet: Arc<str>,
    /// The columns that have a name or hold anything, left to right. No two have one name.
    pub(crate) columns: Vec<Column>,
    /// The rows that are not blank, top to bottom.
    pub(crate) rows: Rows,
    /// What was decided about the header.
    notes: Vec<Decision>,
}

/// A column of a [`Table`].
#[derive(Debug)]
pub(crate) struct Column {
    /// The header, white space tidied; `(column D)` where it is blank.
    pub(crate) name: String,
    /// 0-based, as in the file.
    pub(crate) index: u32,
}

impl Table {
    /// The index in the file of the column of this name.
    pub(crate) fn column_idx(&self, name: &str) -> Option<u32> {
        self.columns.iter().find(|column| column.name == name).map(|column| column.index)
    }

    /// The names of its columns.
    pub(crate) fn names(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }
}

/// What the configuration says of every text file.
struct Stated {
    encoding: Option<&'static Encoding>,
    delimiter: Option<Delimiter>,
}

/// Reads files as tables, one after the other.
pub(super) struct Reader<'c> {
    config: &'c Config,
    stated: Stated,
    tables: Tables,
}

impl<'c> Reader<'c> {
    /// # Errors
    /// [`IngestError::NoSuchEncoding`], [`IngestError::NoDelimiter`] if the configuration says what cannot be.
    pub(super) fn new(config: &'c Config) -> Result<Self, IngestError> {
        let named = |name: &Option<String>| name.clone().filter(|name| !name.is_empty());
        let encoding = named(&config.input.encoding).map(|label| encoding::named(&label)).transpose()?;
        let delimiter = named(&config.input.delimiter).map(|name| delimiter::named(&name)).transpose()?;
        let (answers, outline, decisions) = (Vec::new(), Vec::new(), Vec::new());
        let tables = Tables { answers, questions: None, outline, decisions };
        Ok(Self { config, stated: Stated { encoding, delimiter }, tables })
    }

    /// Reads a file; hands back its identity.
    ///
    /// The bytes decide the format, the extension only where they leave it open.
    pub(super) fn read(&mut self, mut input: Input<'_>, role: SourceRole) -> Result<Source, IngestError> {
        let limit = self.config.input.max_cell_bytes.unwrap_or(DEFAULT_MAX_CELL_BYTES);
        let is_answers = role == SourceRole::Answers;
        let source_idx = self.tables.answers.len() as u32;
        let file = Arc::clone(&input.file);
        // The header of a questions file is ours.
        let header_rows = self.config.input.header_rows.filter(|rows| *rows > 0 && is_answers);
        let builder = |sheet: &str| {
            let builder = TableBuilder::new(source_idx, &file, sheet, limit);
            builder.with_header_rows(header_rows.map(|rows| rows as usize))
        };
        let decisions = &mut self.tables.decisions;
        let table = match format_of(&file, input.head(), &self.stated)? {
            Format::Archive => {
                let bytes = input.whole()?;
                if let Some(paragraphs) = published::word_document(&file, &bytes)? {
                    let table = published::read(&file, &paragraphs, Form::Whole, builder(""), &mut self.tables)?;
                    return Ok(self.add(table, role, input));
                }
                let wanted = self.config.input.sheet.as_deref().filter(|sheet| is_answers && !sheet.is_empty());
                workbook(&file, &bytes, wanted, builder, decisions)?
            }
            Format::Document => {
                let paragraphs = published::text(&mut input, &self.stated, decisions)?;
                published::read(&file, &paragraphs, Form::Line, builder(""), &mut self.tables)?
            }
            Format::Text => csv::read(&mut input, &self.stated, || builder(""), decisions)?,
            #[cfg(feature = "parquet")]
            Format::Parquet => {
                let bytes = input.whole()?;
                sound(&file, || parquet::read(&file, bytes, builder("")))?
            }
            #[cfg(not(feature = "parquet"))]
            Format::Parquet => return Err(IngestError::NoParquet { file: file.to_string() }),
            Format::Json => json::read(&mut input, &self.stated, || builder(""), decisions)?,
        };
        Ok(self.add(table, role, input))
    }

    fn add(&mut self, mut table: Table, role: SourceRole, input: Input<'_>) -> Source {
        self.tables.decisions.append(&mut table.notes);
        if role == SourceRole::Answers {
            self.tables.answers.push(table);
        } else {
            self.tables.questions = Some(table);
        }
        input.finish(role)
    }

    /// What was read.
    pub(super) fn finish(self) -> Tables {
        self.tables
    }
}

/// Reads one table by itself, from a file of any kind, with a header of one row: of a workbook the `wanted` sheet, else the first with rows.
pub(crate) fn read_table(path: &Path, wanted: Option<&str>) -> Result<Table, IngestError> {
    let mut input = Input::open(path)?;
    let file = Arc::clone(&input.file);
    if matches!(format_of(&file, input.head(), &NOT_STATED)?, Format::Archive) {
        let bytes = input.whole()?;
        let builder =
            |sheet: &str| TableBuilder::new(0, &file, sheet, DEFAULT_MAX_CELL_BYTES).with_header_rows(Some(1));
        return workbook(&file, &bytes, wanted, builder, &mut Vec::new());
    }
    let config = Config::default();
    let mut reader = Reader::new(&config)?;
    reader.read(input, SourceRole::Questions)?;
    let no_rows = IngestError::EmptySheet { file: file.to_string(), sheet: String::new() };
    reader.finish().questions.ok_or(no_rows)
}

/// That nothing is said of text files.
const NOT_STATED: Stated = Stated { encoding: None, delimiter: None };

/// Reads one sheet of a workbook by itself: the `wanted` one, else the first with rows below its header; and which that is, where
/// there are several.
pub(crate) fn read_workbook(
    file: &Arc<str>,
    bytes: &[u8],
    wanted: Option<&str>,
    max_cell_bytes: u64,
) -> Result<(Table, Vec<Decision>), IngestError> {
    let mut decisions = Vec::new();
    let builder = |sheet: &str| TableBuilder::new(0, file, sheet, max_cell_bytes);
    let mut table = workbook(file, bytes, wanted, builder, &mut decisions)?;
    decisions.append(&mut table.notes);
    Ok((table, decisions))
}

fn workbook(
    file: &str,
    bytes: &[u8],
    wanted: Option<&str>,
    builder: impl Fn(&str) -> TableBuilder,
    decisions: &mut Vec<Decision>,
) -> Result<Table, IngestError> {
    match archive::check(file, bytes)? {
        archive::Workbook::Excel => sound(file, || xlsx::read(file, bytes, wanted, builder, decisions)),
        archive::Workbook::OpenDocument => ods::read(file, bytes, wanted, builder, decisions),
    }
}

thread_local! {
    static IS_GUARDED: Cell<bool> = const { Cell::new(false) };
}

/// Whether this thread reads a binary format by a reader that is not ours. A panic there becomes an [`IngestError`], so that a panic
/// hook need not tell it; no result depends on this.
pub fn is_guarded() -> bool {
    IS_GUARDED.get()
}

/// What a reader of a binary format that is not ours gives. Such readers check most of what a file states of itself; where one missed
/// something and panics, the file is to blame.
fn sound<T>(file: &str, read: impl FnOnce() -> Result<T, IngestError>) -> Result<T, IngestError> {
    let detail = "what it states of itself contradicts itself".to_owned();
    let unsound = IngestError::Damaged { file: file.to_owned(), sheet: String::new(), detail };
    IS_GUARDED.set(true);
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(read)).unwrap_or(Err(unsound));
    IS_GUARDED.set(false);
    result
}

enum Format {
    /// A workbook or a Word document.
    Archive,
    /// A published document as text.
    Document,
    Text,
    Json,
    Parquet,
}

/// What a file is that holds neither a table nor plain text, by its first bytes.
pub(crate) fn other_format(bytes: &[u8]) -> Option<&'static str> {
    const OTHER: [(&[u8], &str); 10] = [
        (b"%PDF", "a PDF document"),
        (b"\x89PNG", "a picture (PNG)"),
        (b"\xFF\xD8\xFF", "a picture (JPEG)"),
        (b"GIF8", "a picture (GIF)"),
        (b"\x1F\x8B", "a compressed file (gzip)"),
        (b"7z\xBC\xAF", "a compressed file (7z)"),
        (b"Rar!", "a compressed file (RAR)"),
        (b"{\\rtf", "a text document (RTF)"),
        (b"SQLite format 3", "a database (SQLite)"),
        (b"PAR1", "a data file (Parquet)"),
    ];
    if let Some((_, found)) = OTHER.iter().find(|(magic, _)| bytes.starts_with(magic)) {
        return Some(found);
    }
    let start: String = bytes.iter().take(512).map(|byte| char::from(byte.to_ascii_lowercase())).collect();
    let start = start.trim_start_matches(|c: char| !c.is_ascii_graphic());
    let is_page = ["<!doctype html", "<html", "<?xml", "<table"].iter().any(|tag| start.starts_with(tag));
    is_page.then_some("a web page or an XML file, whatever its name says")
}

/// What the first bytes of a file and its name make it.
fn format_of(file: &str, bytes: &[u8], stated: &Stated) -> Result<Format, IngestError> {
    let no_spreadsheet = |found: &str| IngestError::NoSpreadsheet { file: file.to_owned(), found: found.to_owned() };
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Ok(Format::Archive);
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        let found = match file.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase()).as_deref() {
            Some("doc" | "docx") => "an old Word document (.doc) or one that is protected by a password",
            _ => "an old workbook (.xls) or one that is protected by a password",
        };
        return Err(IngestError::OtherWorkbook { file: file.to_owned(), found });
    }
    if bytes.starts_with(b"PAR1") {
        return Ok(Format::Parquet);
    }
    if let Some(found) = other_format(bytes) {
        return Err(no_spreadsheet(found));
    }
    let extension = file.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref() {
        Some("txt" | "text" | "md") if published::begins(bytes, stated) => Ok(Format::Document),
        None | Some("csv" | "tsv" | "tab" | "txt") => Ok(Format::Text),
        Some("text" | "md") => {
            Err(no_spreadsheet("a text without headings such as \"Q5. What ...?\" above its answers"))
        }
        Some("jsonl" | "ndjson" | "json") => Ok(Format::Json),
        Some(extension @ ("xlsx" | "xlsm" | "xls" | "ods" | "docx" | "parquet")) => {
            let is_text = !bytes.contains(&0) && std::str::from_utf8(bytes).is_ok();
            Err(no_spreadsheet(&if is_text {
                format!("text that is named .{extension}; if it is a table of values, its name should end in .csv")
            } else {
                format!("something else that is named .{extension}")
            }))
        }
        Some(extension) => Err(no_spreadsheet(&format!("a .{extension} file"))),
    }
}

/// Whether a cell is nothing but an e-mail address.
pub(super) fn is_email(cell: &str) -> bool {
    let Some((before, after)) = trimmed(cell).split_once('@') else { return false };
    !before.is_empty()
        && after.contains('.')
        && !after.contains(char::is_whitespace)
        && !before.contains(char::is_whitespace)
}

/// Whether a cell shows nothing.
pub(crate) fn is_blank(cell: &str) -> bool {
    cell.chars().all(is_space)
}

/// The cell without white space around it.
pub(super) fn trimmed(cell: &str) -> &str {
    cell.trim_matches(is_space)
}

/// A header as a name: no white space around it, single spaces within.
pub(super) fn tidy(name: &str) -> String {
    name.split(is_space).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// White space of any kind (the no-break space among them), byte order marks and zero-width spaces.
fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{FEFF}' | '\u{200B}')
}

#[cfg(test)]
mod tests {
    use super::rows::Record;
    use super::text::At;
    use super::*;

    fn build(rows: &[&[&str]]) -> Result<Table, IngestError> {
        let mut builder = TableBuilder::new(0, &Arc::from("a.csv"), "", 20);
        for (row, cells) in (1..).zip(rows) {
            builder.push_record(At { row, line: row, column: 0 }, &mut Record::of(cells.iter().copied(), 20))?;
        }
        builder.finish()
    }

    #[test]
    fn headers_are_tidied_and_blank_ones_named_only_if_the_column_holds_anything() {
        let table =
            build(&[&[], &["\u{FEFF} id\u{A0}", "", "What\n\nelse ?", ""], &["1", "", "x"], &["2", "", "", " y"]]);
        let table = table.unwrap();
        let columns: Vec<_> = table.columns.iter().map(|column| (column.name.as_str(), column.index)).collect();
        assert_eq!(columns, [("id", 0), ("What else ?", 2), ("(column D)", 3)]);
        assert_eq!(table.rows.iter().map(|row| row.row).collect::<Vec<_>>(), [3, 4]);
        assert_eq!(table.rows.iter().map(|row| row.cell(3)).collect::<Vec<_>>(), ["", " y"]);
    }

    #[test]
    fn blank_rows_are_skipped_and_the_others_keep_their_numbers() {
        let table = build(&[&["a"], &["1"], &[" ", "\u{A0}"], &["2"], &[]]).unwrap();
        assert_eq!(table.rows.iter().map(|row| row.row).collect::<Vec<_>>(), [2, 4]);
    }

    #[test]
    fn two_columns_of_one_name_are_named_by_letter() {
        let error = build(&[&["a", "b", " a "], &["1"]]).unwrap_err();
        assert_eq!(error.to_string(), "a.csv, row 1: columns A and C are both named \"a\"");
    }

    #[test]
    fn an_empty_sheet_and_a_header_alone_are_told_apart() {
        assert!(matches!(build(&[&[" "]]), Err(IngestError::EmptySheet { .. })));
        assert!(matches!(build(&[&[], &["a"], &[""]]), Err(IngestError::NoRows { row: 2, .. })));
    }

    #[test]
    fn a_cell_over_the_limit_is_named_with_its_place_size_and_limit() {
        let error = build(&[&["id", "text"], &["1", "123456789012345678901"]]).unwrap_err();
        let message = "a.csv, row 2, column B (\"text\"): the cell holds 21 bytes, the limit is 20";
        assert_eq!(error.to_string(), message);
        assert!(error.hint().contains("max_cell_bytes = 21"));
    }

    #[test]
    fn a_reader_that_panics_is_guarded_and_blames_the_file() {
        let read = || -> Result<(), IngestError> {
            assert!(is_guarded());
            panic!("a reader's own panic")
        };
        let error = sound("a.parquet", read).unwrap_err();
        assert!(matches!(&error, IngestError::Damaged { file, .. } if file == "a.parquet"), "{error}");
        assert!(!is_guarded());
        assert!(sound("a.parquet", || Ok(is_guarded())).unwrap());
    }

    const PLAIN: Stated = Stated { encoding: None, delimiter: None };

    #[test]
    fn files_that_are_no_spreadsheets_say_what_they_are() {
        let found = |file: &str, bytes: &[u8]| format_of(file, bytes, &PLAIN).map(|_| ()).unwrap_err().to_string();
        assert_eq!(found("a.csv", b"%PDF-1.7"), "a.csv is no spreadsheet: it is a PDF document");
        assert!(found("a.xls", b" <HTML><body>").contains("a web page"));
        assert!(found("a.xls", b"\xD0\xCF\x11\xE0\xA1").contains("protected by a password"));
        assert!(found("a.xlsx", b"id,comment").contains("text that is named .xlsx"));
        assert!(found("a.docx", b"x").contains("text that is named .docx"));
        assert!(format_of("a.CSV", b"id", &PLAIN).is_ok());
    }
}
