//! From bytes to tables: a header and rows of text, whatever the format of the file.

mod archive;
mod csv;
mod xlsx;

use super::document::{self, Form, Paragraph, Section};
use super::error::brief;
use super::{Decision, IngestError, Source, SourceRole, column_letters};
use crate::docx;
use crate::settings::{Config, QuestionKind};
use std::sync::Arc;

/// The longest answer accepted where the configuration does not say, in bytes.
pub(super) const DEFAULT_MAX_CELL_BYTES: u64 = 1 << 20;

/// Cells of one table, counting each row as long as the header.
const MAX_CELLS: u64 = 200_000_000;
/// Text of one table, in bytes.
const MAX_TEXT_BYTES: u64 = 4 << 30;

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
    pub(super) source_idx: u32,
    pub(crate) file: Arc<str>,
    /// Empty in a text file.
    pub(crate) sheet: Arc<str>,
    /// The columns that have a name or hold anything, left to right. No two have one name.
    pub(crate) columns: Vec<Column>,
    /// The rows that are not blank, top to bottom.
    pub(crate) rows: Vec<Row>,
}

/// A column of a [`Table`].
#[derive(Debug)]
pub(crate) struct Column {
    /// The header, white space tidied; `(column D)` where it is blank.
    pub(crate) name: String,
    /// 0-based, as in the file.
    pub(crate) index: u32,
}

/// A row of a [`Table`].
#[derive(Debug)]
pub(crate) struct Row {
    /// 1-based, as a spreadsheet shows it.
    pub(crate) row: u32,
    /// From the first column of the file to the last that is not blank in this row.
    pub(super) cells: Vec<String>,
}

impl Row {
    /// The cell of the column with this index; blank if the row ends before it.
    pub(crate) fn cell(&self, column_idx: u32) -> &str {
        self.cells.get(column_idx as usize).map_or("", String::as_str)
    }

    /// The same, moved out.
    pub(super) fn take(&mut self, column_idx: u32) -> String {
        self.cells.get_mut(column_idx as usize).map(std::mem::take).unwrap_or_default()
    }
}

impl Table {
    /// The index in the file of the column of this name.
    pub(super) fn column_idx(&self, name: &str) -> Option<u32> {
        self.columns.iter().find(|column| column.name == name).map(|column| column.index)
    }

    /// The names of its columns.
    pub(crate) fn names(&self) -> Vec<String> {
        self.columns.iter().map(|column| column.name.clone()).collect()
    }
}

/// Reads every file as a table.
///
/// The bytes decide the format, the extension only where they leave it open.
pub(super) fn read_all(sources: &[(Source, Vec<u8>)], config: &Config) -> Result<Tables, IngestError> {
    let mut tables = Tables { answers: Vec::new(), questions: None, outline: Vec::new(), decisions: Vec::new() };
    let limit = config.input.max_cell_bytes.unwrap_or(DEFAULT_MAX_CELL_BYTES);
    for (source_idx, (source, bytes)) in sources.iter().enumerate() {
        let builder = |sheet: &str| TableBuilder::new(source_idx as u32, &source.file, sheet, limit);
        let is_answers = source.role == SourceRole::Answers;
        let table = match format_of(&source.file, bytes)? {
            Format::Workbook => {
                let wanted = config.input.sheet.as_deref().filter(|sheet| is_answers && !sheet.is_empty());
                xlsx::read(&source.file, bytes, wanted, builder, &mut tables.decisions)?
            }
            Format::Text => csv::read(&source.file, bytes, builder(""))?,
            Format::Document(paragraphs, form) => {
                let sections = document::parse(&source.file, &paragraphs, form, &mut tables.decisions)?;
                let table = of_sections(&sections, builder(""))?;
                tables.outline.extend(sections.into_iter().map(|section| Headed {
                    place: format!("{}, from paragraph {}", source.file, section.number),
                    closed_kind: section.answers.is_empty().then(|| section.closed_kind()),
                    id: section.id,
                    text: section.text,
                }));
                table
            }
        };
        if is_answers {
            tables.answers.push(table);
        } else {
            tables.questions = Some(table);
        }
    }
    Ok(tables)
}

/// Reads one sheet of a workbook by itself: the `wanted` one, else the first with rows below its header; and which that is, where
/// there are several.
pub(crate) fn read_workbook(
    file: &Arc<str>,
    bytes: &[u8],
    wanted: Option<&str>,
    max_cell_bytes: u64,
) -> Result<(Table, Vec<Decision>), IngestError> {
    archive::check(file, bytes)?;
    let mut decisions = Vec::new();
    let builder = |sheet: &str| TableBuilder::new(0, file, sheet, max_cell_bytes);
    let table = xlsx::read(file, bytes, wanted, builder, &mut decisions)?;
    Ok((table, decisions))
}

enum Format {
    Workbook,
    Text,
    Document(Vec<Paragraph>, Form),
}

/// The answers of a published document as a long table. Its rows are the paragraphs, and the column A holds their text.
fn of_sections(sections: &[Section], mut builder: TableBuilder) -> Result<Table, IngestError> {
    builder.push(0, ["text", "question", "answer"].map(str::to_owned).to_vec())?;
    for section in sections {
        for (n, answer) in (1..).zip(&section.answers) {
            let n: u32 = n;
            builder.push(answer.number, vec![answer.text.clone(), section.id.clone(), n.to_string()])?;
        }
    }
    builder.finish()
}

/// The paragraphs of a text file that is a published document.
fn published_text(bytes: &[u8]) -> Option<Vec<Paragraph>> {
    let text = std::str::from_utf8(bytes).ok()?;
    let paragraphs = numbered(text.strip_prefix('\u{feff}').unwrap_or(text).lines());
    document::is_published(&paragraphs).then_some(paragraphs)
}

fn numbered<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Vec<Paragraph> {
    (1..).zip(texts).map(|(number, text)| Paragraph { number, text: text.into() }).collect()
}

/// The paragraphs of a Word document, if the archive is one.
fn word_document(file: &str, bytes: &[u8]) -> Result<Option<Vec<Paragraph>>, IngestError> {
    if !archive::holds(bytes, "word/document.xml") {
        return Ok(None);
    }
    let damaged = |detail| IngestError::Damaged { file: file.to_owned(), sheet: String::new(), detail };
    let paragraphs = numbered(docx::paragraphs(bytes).map_err(damaged)?);
    if document::is_published(&paragraphs) {
        return Ok(Some(paragraphs));
    }
    Err(IngestError::NoHeadings { file: file.to_owned() })
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

fn format_of(file: &str, bytes: &[u8]) -> Result<Format, IngestError> {
    let no_spreadsheet = |found: &str| IngestError::NoSpreadsheet { file: file.to_owned(), found: found.to_owned() };
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        if let Some(paragraphs) = word_document(file, bytes)? {
            return Ok(Format::Document(paragraphs, Form::Whole));
        }
        return archive::check(file, bytes).map(|()| Format::Workbook);
    }
    if bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        let found = "an old workbook (.xls) or one that is protected by a password";
        return Err(IngestError::OtherWorkbook { file: file.to_owned(), found });
    }
    if let Some(found) = other_format(bytes) {
        return Err(no_spreadsheet(found));
    }
    let extension = file.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    match extension.as_deref() {
        None | Some("csv" | "tsv" | "tab") => Ok(Format::Text),
        Some("txt" | "text" | "md") => Ok(match published_text(bytes) {
            Some(paragraphs) => Format::Document(paragraphs, Form::Line),
            None if extension.as_deref() == Some("txt") => Format::Text,
            None => return Err(no_spreadsheet("a text without headings such as \"Q5. What ...?\" above its answers")),
        }),
        Some(extension @ ("xlsx" | "xlsm" | "xls")) => {
            Err(no_spreadsheet(&format!("something else that is named .{extension}")))
        }
        Some(extension) => Err(no_spreadsheet(&format!("a .{extension} file"))),
    }
}

/// Builds a table row by row, within the limits.
struct TableBuilder {
    table: Table,
    limit: u64,
    /// The header as it was read; `None` before the first row that is not blank.
    header: Option<(u32, Vec<String>)>,
    /// Whether the column holds anything below the header.
    is_filled: Vec<bool>,
    n_bytes: u64,
}

impl TableBuilder {
    fn new(source_idx: u32, file: &Arc<str>, sheet: &str, limit: u64) -> Self {
        let (columns, rows) = (Vec::new(), Vec::new());
        let table = Table { source_idx, file: Arc::clone(file), sheet: Arc::from(sheet), columns, rows };
        Self { table, limit, header: None, is_filled: Vec::new(), n_bytes: 0 }
    }

    /// The number of cells of the header, once it was read.
    fn header_len(&self) -> Option<usize> {
        self.header.as_ref().map(|(_, header)| header.len())
    }

    /// Adds a row; the first that is not blank is the header, further blank ones are left out.
    fn push(&mut self, row: u32, mut cells: Vec<String>) -> Result<(), IngestError> {
        while cells.last().is_some_and(|cell| is_blank(cell)) {
            cells.pop();
        }
        if cells.is_empty() {
            return Ok(());
        }
        self.check(row, &cells)?;
        self.check_title(row, &cells)?;
        if self.header.is_none() {
            self.header = Some((row, cells.iter().map(|cell| tidy(cell)).collect()));
            return Ok(());
        }
        if self.is_filled.len() < cells.len() {
            self.is_filled.resize(cells.len(), false);
        }
        for (is_filled, cell) in self.is_filled.iter_mut().zip(&cells) {
            *is_filled = *is_filled || !is_blank(cell);
        }
        self.table.rows.push(Row { row, cells });
        Ok(())
    }

    /// A row of one cell above rows of several is a title, not a header.
    fn check_title(&self, row: u32, cells: &[String]) -> Result<(), IngestError> {
        const FEWEST: usize = 3;
        let filled = cells.iter().filter(|cell| !is_blank(cell)).count();
        match &self.header {
            Some((header_row, header)) if self.table.rows.is_empty() && filled >= FEWEST => {
                let named = header.iter().filter(|name| !name.is_empty()).count();
                if named == 1 {
                    let found = format!("it has one cell, and row {row} has {filled}; it looks like a title");
                    return Err(self.no_header(*header_row, found));
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn no_header(&self, row: u32, found: String) -> IngestError {
        IngestError::NoHeader { file: self.table.file.to_string(), sheet: self.table.sheet.to_string(), row, found }
    }

    fn check(&mut self, row: u32, cells: &[String]) -> Result<(), IngestError> {
        if let Some((column, cell)) = cells.iter().enumerate().find(|(_, cell)| cell.len() as u64 > self.limit) {
            let header = self.header.as_ref().and_then(|(_, header)| header.get(column));
            return Err(IngestError::LongCell {
                file: self.table.file.to_string(),
                sheet: self.table.sheet.to_string(),
                row,
                column: column_letters(column as u32),
                header: header.map(|name| brief(name)).unwrap_or_default(),
                size: cell.len() as u64,
                limit: self.limit,
            });
        }
        self.n_bytes += cells.iter().map(|cell| cell.len() as u64).sum::<u64>();
        let n_columns = self.is_filled.len().max(self.header_len().unwrap_or(0)).max(cells.len()) as u64;
        let n_cells = n_columns * (self.table.rows.len() as u64 + 1);
        let (found, limit) = match (n_cells > MAX_CELLS, self.n_bytes > MAX_TEXT_BYTES) {
            (false, false) => return Ok(()),
            (true, _) => (format!("row {row} is cell number {n_cells}"), format!("{MAX_CELLS} cells")),
            _ => (format!("{} bytes of text up to row {row}", self.n_bytes), format!("{MAX_TEXT_BYTES} bytes")),
        };
        let (file, sheet) = (self.table.file.to_string(), self.table.sheet.to_string());
        Err(IngestError::TooLarge { file, sheet, found, limit })
    }

    /// Names the columns.
    fn finish(self) -> Result<Table, IngestError> {
        let mut table = self.table;
        let (file, sheet) = (table.file.to_string(), table.sheet.to_string());
        let Some((header_row, header)) = self.header else {
            return Err(IngestError::EmptySheet { file, sheet });
        };
        // Headers are written out; what is in a respondent's cell must not be taken for one.
        if let Some(index) = header.iter().position(|name| is_email(name)) {
            let found = format!("the cell in column {} is an e-mail address", column_letters(index as u32));
            return Err(IngestError::NoHeader { file, sheet, row: header_row, found });
        }
        if table.rows.is_empty() {
            return Err(IngestError::NoRows { file, sheet, row: header_row });
        }
        for index in 0..header.len().max(self.is_filled.len()) {
            let letters = column_letters(index as u32);
            let name = match header.get(index).filter(|name| !name.is_empty()) {
                Some(name) => name.clone(),
                None if self.is_filled.get(index) == Some(&true) => format!("(column {letters})"),
                None => continue,
            };
            table.columns.push(Column { name, index: index as u32 });
        }
        let mut by_name: Vec<&Column> = table.columns.iter().collect();
        by_name.sort_by_key(|column| (&column.name, column.index));
        let twice = by_name.iter().zip(by_name.iter().skip(1)).find(|(first, second)| first.name == second.name);
        if let Some((first, second)) = twice {
            let name = brief(&first.name);
            let (first, second) = (column_letters(first.index), column_letters(second.index));
            return Err(IngestError::DoubleColumn { file, sheet, row: header_row, name, first, second });
        }
        Ok(table)
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
    use super::*;

    fn build(rows: &[&[&str]]) -> Result<Table, IngestError> {
        let mut builder = TableBuilder::new(0, &Arc::from("a.csv"), "", 20);
        for (row, cells) in (1..).zip(rows) {
            builder.push(row, cells.iter().map(|&cell| cell.to_owned()).collect())?;
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
        assert_eq!((table.rows[0].cell(3), table.rows[1].cell(3)), ("", " y"));
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
    fn files_that_are_no_spreadsheets_say_what_they_are() {
        let found = |file: &str, bytes: &[u8]| format_of(file, bytes).map(|_| ()).unwrap_err().to_string();
        assert_eq!(found("a.csv", b"%PDF-1.7"), "a.csv is no spreadsheet: it is a PDF document");
        assert!(found("a.xls", b" <HTML><body>").contains("a web page"));
        assert!(found("a.xls", b"\xD0\xCF\x11\xE0\xA1").contains("protected by a password"));
        assert!(found("a.xlsx", b"id,comment").contains("something else that is named .xlsx"));
        assert!(found("a.docx", b"x").contains("a .docx file"));
        assert!(format_of("a.CSV", b"id").is_ok());
    }
}
