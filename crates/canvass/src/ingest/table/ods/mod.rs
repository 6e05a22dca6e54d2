//! OpenDocument spreadsheets, as LibreOffice writes them.
//!
//! The cells are streamed from the part `content.xml`, once to see which sheet holds answers, and again to read it. A run of
//! equal cells or rows stands there once, with how often it is repeated: blank ones are only counted, so that the million
//! rows below the last answer take no memory.

mod cell;
mod concealed;
#[cfg(test)]
mod tests;

use self::cell::{Cell, attribute};
use self::concealed::Concealed;
use super::merged::{HEAD_ROWS, Merged, merged_head};
use super::sheets::{Extent, Sheet, choose};
use super::{Table, TableBuilder, is_blank};
use crate::ingest::{Decision, IngestError, column_letters};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::QName;
use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Cursor};
use zip::ZipArchive;
use zip::read::ZipFile;

/// There are no rows below this one.
const MAX_ROWS: u32 = 1 << 20;
/// And no columns past XFD.
const MAX_COLUMNS: u32 = 16_384;
/// Cells and bytes together that repetition may add to what stands in the file.
const MAX_REPEATED: u64 = 64 << 20;

type Archive<'b> = ZipArchive<Cursor<&'b [u8]>>;

/// Reads the `wanted` sheet, else the one that [`choose`] takes.
///
/// # Errors
/// [`IngestError::Damaged`], [`IngestError::OtherWorkbook`], [`IngestError::BlankFormula`], those of [`choose`] and of [`TableBuilder`]
pub(super) fn read(
    file: &str,
    bytes: &[u8],
    wanted: Option<&str>,
    builder: impl Fn(&str) -> TableBuilder,
    decisions: &mut Vec<Decision>,
) -> Result<Table, IngestError> {
    let cannot = |error: &dyn std::fmt::Display| damaged(file, "", error.to_string());
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| cannot(&error))?;
    if is_encrypted(&mut archive) {
        let found = "a workbook that is protected by a password";
        return Err(IngestError::OtherWorkbook { file: file.to_owned(), found });
    }
    let (mut sheets, mut extents) = (Vec::new(), Vec::new());
    let mut content = Content::open(file, &mut archive)?;
    while let Some(sheet) = content.next_sheet()? {
        extents.push(if wanted.is_none() {
            content.extent(&sheet.name)?
        } else {
            content.pass_sheet().map(|()| Extent::default())?
        });
        sheets.push(sheet);
    }
    drop(content);
    let extent = |name: &str| {
        let found = sheets.iter().zip(&extents).find(|(sheet, _)| sheet.name == name);
        Ok(found.map(|(_, extent)| *extent).unwrap_or_default())
    };
    let name = choose(file, &sheets, wanted, extent, decisions)?;
    let mut content = Content::open(file, &mut archive)?;
    while let Some(sheet) = content.next_sheet()? {
        if sheet.name == name {
            return content.read_sheet(builder(name), decisions);
        }
        content.pass_sheet()?;
    }
    builder(name).finish()
}

/// Whether the manifest says that a part is encrypted.
fn is_encrypted(archive: &mut Archive<'_>) -> bool {
    let Ok(part) = archive.by_name("META-INF/manifest.xml") else { return false };
    let mut reader = Reader::from_reader(BufReader::new(part));
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer) {
            Ok(Event::Start(tag) | Event::Empty(tag)) if tag.name().as_ref() == "manifest:encryption-data" => {
                return true;
            }
            Ok(Event::Eof) | Err(_) => return false,
            Ok(_) => {}
        }
    }
}

/// A row: its cells that are not blank, and how often it stands there.
#[derive(Debug, Default)]
struct Line {
    /// The column, 0-based, and the cell.
    cells: Vec<(u32, Cell)>,
    n: u32,
}

impl Line {
    /// The cells up to the last that is not blank.
    fn width(&self) -> u64 {
        self.cells.last().map_or(0, |(column, cell)| u64::from(column + cell.n))
    }

    /// Its cells one by one, blank ones among them.
    fn texts(&self) -> Vec<String> {
        let mut texts = vec![String::new(); self.width() as usize];
        for (column, cell) in &self.cells {
            texts[*column as usize..][..cell.n as usize].fill(cell.text.clone());
        }
        texts
    }
}

/// The sheets of a document, one behind the other.
struct Content<'f, R> {
    file: &'f str,
    reader: Reader<R>,
    buffer: Vec<u8>,
    /// Styles of tables that are not shown.
    hidden: BTreeSet<String>,
    /// Of the sheet that is read.
    merged: Vec<Merged>,
    concealed: Concealed,
    n_repeated: u64,
}

impl<'f, 'a, 'b> Content<'f, BufReader<ZipFile<'a, Cursor<&'b [u8]>>>> {
    fn open(file: &'f str, archive: &'a mut Archive<'b>) -> Result<Self, IngestError> {
        let part = archive.by_name("content.xml").map_err(|error| damaged(file, "", error.to_string()))?;
        Ok(Self::new(file, BufReader::new(part)))
    }
}

impl<'f, R: BufRead> Content<'f, R> {
    fn new(file: &'f str, source: R) -> Self {
        let mut reader = Reader::from_reader(source);
        reader.config_mut().expand_empty_elements = true;
        Self {
            file,
            reader,
            buffer: Vec::new(),
            hidden: BTreeSet::new(),
            merged: Vec::new(),
            concealed: Concealed::default(),
            n_repeated: 0,
        }
    }

    /// Goes on to the next sheet; its rows follow.
    fn next_sheet(&mut self) -> Result<Option<Sheet>, IngestError> {
        let file = self.file;
        let cannot = |error: quick_xml::Error| damaged(file, "", not_whole(&error));
        let mut style = None;
        self.merged.clear();
        self.concealed = Concealed::default();
        self.n_repeated = 0;
        loop {
            self.buffer.clear();
            let event = self.reader.read_event_into(&mut self.buffer).map_err(cannot)?;
            let Event::Start(tag) = event else {
                if matches!(event, Event::Eof) {
                    return Ok(None);
                }
                continue;
            };
            match tag.name().as_ref() {
                "style:style" => style = attribute(&tag, "style:name"),
                "style:table-properties" if attribute(&tag, "table:display").as_deref() == Some("false") => {
                    self.hidden.extend(style.take());
                }
                // Deleted cells, and copies of other documents' tables.
                "table:tracked-changes" | "table:dde-links" => {
                    let end = tag.to_end().into_owned();
                    self.reader.read_to_end_into(end.name(), &mut Vec::new()).map_err(cannot)?;
                }
                "table:table" => {
                    let is_hidden =
                        attribute(&tag, "table:style-name").is_some_and(|style| self.hidden.contains(&style));
                    let name = attribute(&tag, "table:name").unwrap_or_default();
                    return Ok(Some(Sheet { name, is_visible: !is_hidden }));
                }
                _ => {}
            }
        }
    }

    /// Leaves out the rest of the sheet.
    fn pass_sheet(&mut self) -> Result<(), IngestError> {
        let passed = self.reader.read_to_end_into(QName("table:table"), &mut self.buffer);
        passed.map(|_| ()).map_err(|error| damaged(self.file, "", not_whole(&error)))
    }

    /// How much the sheet holds; it is passed. What is wrong below its first rows shows where the sheet is read.
    fn extent(&mut self, sheet: &str) -> Result<Extent, IngestError> {
        let (mut row, mut extent) = (0, Extent::default());
        loop {
            match self.next_row(sheet, &mut row) {
                Ok(None) => return Ok(extent),
                Ok(Some(line)) => {
                    let n_filled = line.cells.iter().map(|(_, cell)| cell.n as usize).sum();
                    if extent.add(line.n, n_filled) {
                        continue;
                    }
                }
                Err(error) if !extent.has_rows() => return Err(error),
                Err(_) => {}
            }
            self.pass_sheet()?;
            return Ok(extent);
        }
    }

    fn read_sheet(&mut self, builder: TableBuilder, decisions: &mut Vec<Decision>) -> Result<Table, IngestError> {
        let table = self.read_rows(builder)?;
        decisions.extend(self.concealed.decisions(&table));
        Ok(table)
    }

    fn read_rows(&mut self, mut builder: TableBuilder) -> Result<Table, IngestError> {
        let sheet = builder.table.sheet.to_string();
        // The head waits until all its merged cells are known.
        let mut head = Some(Vec::new());
        let mut row = 0;
        loop {
            let line = self.next_row(&sheet, &mut row)?;
            let is_head = line.is_some() && row <= HEAD_ROWS;
            if let (false, Some(lines)) = (is_head, head.as_ref()) {
                builder = builder.with_merged(merged_head(self.merged.drain(..)));
                for (row, line) in lines {
                    push(&mut builder, *row, line)?;
                }
                head = None;
            }
            let Some(line) = line else { return builder.finish() };
            let first = row - line.n;
            self.check_repeated(&sheet, first, &line)?;
            match &mut head {
                Some(lines) => lines.push((first, line)),
                None => push(&mut builder, first, &line)?,
            }
        }
    }

    /// The next row that is not blank; `row` is the number of rows up to its end, its repetitions among them.
    fn next_row(&mut self, sheet: &str, row: &mut u32) -> Result<Option<Line>, IngestError> {
        let file = self.file;
        let cannot = |error: quick_xml::Error| damaged(file, sheet, not_whole(&error));
        loop {
            self.buffer.clear();
            match self.reader.read_event_into(&mut self.buffer).map_err(cannot)? {
                Event::Start(tag) if tag.name().as_ref() == "table:table-column" => {
                    let n = repeated(attribute(&tag, "table:number-columns-repeated"));
                    self.concealed.add_columns(n, is_concealed(&tag));
                }
                Event::Start(tag) if tag.name().as_ref() == "table:table-row" => {
                    let n = repeated(attribute(&tag, "table:number-rows-repeated"));
                    let is_concealed = is_concealed(&tag);
                    let cells = self.cells(sheet, *row)?;
                    let line = Line { cells, n };
                    if line.cells.is_empty() {
                        *row = row.saturating_add(n).min(MAX_ROWS);
                        continue;
                    }
                    if n > MAX_ROWS - *row {
                        let detail = format!("row {} is filled, and repeated to below row {MAX_ROWS}", *row + 1);
                        return Err(damaged(file, sheet, detail));
                    }
                    if is_concealed {
                        self.concealed.add_rows(*row, n);
                    }
                    *row += n;
                    return Ok(Some(line));
                }
                Event::Start(tag) if matches!(tag.name().as_ref(), "table:shapes" | "office:forms" | "table:table") => {
                    let end = tag.to_end().into_owned();
                    self.reader.read_to_end_into(end.name(), &mut Vec::new()).map_err(cannot)?;
                }
                Event::End(tag) if tag.name().as_ref() == "table:table" => return Ok(None),
                Event::Eof => return Err(damaged(file, sheet, "the sheet does not end".into())),
                _ => {}
            }
        }
    }

    /// The cells of a row that are not blank; notes down the merged ones.
    fn cells(&mut self, sheet: &str, row: u32) -> Result<Vec<(u32, Cell)>, IngestError> {
        let (file, mut column, mut cells) = (self.file, 0_u32, Vec::new());
        loop {
            self.buffer.clear();
            let event = self.reader.read_event_into(&mut self.buffer);
            match event.map_err(|error| damaged(file, sheet, not_whole(&error)))? {
                Event::Start(tag) if matches!(tag.name().as_ref(), "table:table-cell" | "table:covered-table-cell") => {
                    let stated = cell::Stated::of(&tag);
                    let cell = cell::read(&mut self.reader, &stated)
                        .map_err(|detail| damaged(file, sheet, format!("cell {}: {detail}", name(row, column))))?;
                    self.add_repeated(sheet, row, cell.n_spaces)?;
                    if cell.is_unknown {
                        let (file, sheet) = (file.to_owned(), sheet.to_owned());
                        return Err(IngestError::BlankFormula { file, sheet, cell: name(row, column) });
                    }
                    if row < HEAD_ROWS && cell.span != (1, 1) {
                        self.merged.push(Merged {
                            first_row: row,
                            first_column: column,
                            last_row: row.saturating_add(cell.span.0 - 1),
                            last_column: column.saturating_add(cell.span.1 - 1),
                        });
                    }
                    let n = cell.n;
                    if !is_blank(&cell.text) {
                        if n > MAX_COLUMNS.saturating_sub(column) {
                            let detail = format!("row {} is filled beyond its last column XFD", row + 1);
                            return Err(damaged(file, sheet, detail));
                        }
                        cells.push((column, cell));
                    }
                    column = column.saturating_add(n).min(MAX_COLUMNS);
                }
                Event::End(tag) if tag.name().as_ref() == "table:table-row" => return Ok(cells),
                Event::Eof => return Err(damaged(file, sheet, "a row does not end".into())),
                _ => {}
            }
        }
    }

    /// What repetition adds in a row must stay within bounds: a few bytes can ask for thousands of millions of cells.
    fn check_repeated(&mut self, sheet: &str, row: u32, line: &Line) -> Result<(), IngestError> {
        let bytes = |n: fn(&Cell) -> u64| -> u64 {
            line.cells.iter().map(|(_, cell)| n(cell) * (1 + cell.text.len() as u64)).sum()
        };
        let in_row = bytes(|cell| u64::from(cell.n) - 1);
        let whole = line.width() + bytes(|cell| u64::from(cell.n));
        let more = in_row.saturating_add(whole.saturating_mul(u64::from(line.n) - 1));
        self.add_repeated(sheet, row, more)
    }

    fn add_repeated(&mut self, sheet: &str, row: u32, more: u64) -> Result<(), IngestError> {
        self.n_repeated = self.n_repeated.saturating_add(more);
        if self.n_repeated <= MAX_REPEATED {
            return Ok(());
        }
        Err(IngestError::TooLarge {
            file: self.file.to_owned(),
            sheet: sheet.to_owned(),
            found: format!(
                "its cells up to row {}, repeated as it says, take {} cells and bytes",
                row + 1,
                self.n_repeated
            ),
            limit: MAX_REPEATED.to_string(),
        })
    }
}

/// Whether a column or row is hidden, by hand or by a filter.
fn is_concealed(tag: &BytesStart<'_>) -> bool {
    attribute(tag, "table:visibility").is_some_and(|visibility| visibility != "visible")
}

/// Adds a row as often as it is repeated; `row` is the number of rows before it.
fn push(builder: &mut TableBuilder, row: u32, line: &Line) -> Result<(), IngestError> {
    let texts = line.texts();
    (row + 1..=row + line.n).try_for_each(|row| builder.push(row, &texts))
}

/// A count of repetitions; without one, or with one that is no number, once.
fn repeated(stated: Option<String>) -> u32 {
    stated.and_then(|n| n.trim().parse().ok()).unwrap_or(1).max(1)
}

/// `B5`, from 0-based numbers.
fn name(row: u32, column: u32) -> String {
    format!("{}{}", column_letters(column), row + 1)
}

fn not_whole(error: &quick_xml::Error) -> String {
    format!("its XML is not whole: {error}")
}

fn damaged(file: &str, sheet: &str, detail: String) -> IngestError {
    IngestError::Damaged { file: file.to_owned(), sheet: sheet.to_owned(), detail }
}
