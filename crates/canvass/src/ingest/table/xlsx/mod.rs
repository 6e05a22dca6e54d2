//! Excel workbooks.
//!
//! The cells are streamed: calamine's ranges take memory for every cell between the first and the last, which one stray
//! cell in the bottom right corner would make 17 thousand million.

#[cfg(test)]
mod tests;

use super::merged::{self, HEAD_ROWS, Merged, merged_head};
use super::sheets::{Extent, Sheet, choose};
use super::value::{shown_bool, shown_iso_moment, shown_iso_span, shown_moment, shown_number, shown_span};
use super::{Table, TableBuilder, is_blank};
use crate::ingest::{Decision, IngestError, column_letters};
use calamine::{DataRef, ExcelDateTime, ExcelDateTimeType, Reader, SheetType, SheetVisible, Xlsx, XlsxError};
use std::io::Cursor;

type Workbook<'b> = Xlsx<Cursor<&'b [u8]>>;

/// Excel has no rows below this one.
const MAX_ROWS: u32 = 1 << 20;
/// And no columns past XFD.
const MAX_COLUMNS: usize = 16_384;
/// The longest text of a cell, in UTF-16 units.
const MAX_CHARACTERS: usize = 32_767;

/// Reads the `wanted` sheet, else the one that [`choose`] takes.
///
/// # Errors
/// [`IngestError::Damaged`], [`IngestError::NoSuchSheet`], and those of [`TableBuilder`]
pub(super) fn read(
    file: &str,
    bytes: &[u8],
    wanted: Option<&str>,
    builder: impl Fn(&str) -> TableBuilder,
    decisions: &mut Vec<Decision>,
) -> Result<Table, IngestError> {
    let mut workbook = Workbook::new(Cursor::new(bytes)).map_err(|error| damaged(file, "", &error))?;
    let sheets: Vec<Sheet> = workbook
        .sheets_metadata()
        .iter()
        .filter(|sheet| sheet.typ == SheetType::WorkSheet)
        .map(|sheet| Sheet { name: sheet.name.clone(), is_visible: sheet.visible == SheetVisible::Visible })
        .collect();
    let name = choose(file, &sheets, wanted, |name| extent(&mut workbook, file, name), decisions)?;
    read_sheet(&mut workbook, file, builder(name), decisions)
}

/// How much the sheet holds. What is wrong below its first rows shows where the sheet is read.
fn extent(workbook: &mut Workbook<'_>, file: &str, sheet: &str) -> Result<Extent, IngestError> {
    let mut extent = Extent::default();
    let add = |_, cells: Vec<String>| Ok(extent.add(1, cells.iter().filter(|cell| !is_blank(cell)).count()));
    match each_row(workbook, file, sheet, add) {
        Err(error) if !extent.has_rows() => Err(error),
        _ => Ok(extent),
    }
}

/// The merged cells of the sheet's head. They stand behind the cells in the file, so that the whole sheet is looked through.
fn merged(workbook: &mut Workbook<'_>, file: &str, sheet: &str) -> Result<Vec<Merged>, IngestError> {
    let mut head = Vec::new();
    each_row(workbook, file, sheet, |row, cells| {
        head.extend((row <= HEAD_ROWS).then_some(cells));
        Ok(row < HEAD_ROWS)
    })?;
    if !merged::has_gaps(&head) {
        return Ok(Vec::new());
    }
    let ranges = workbook.merge_cells_by_sheet_name(sheet).map_err(|error| damaged(file, sheet, &error))?;
    Ok(merged_head(ranges.into_iter().map(|range| Merged {
        first_row: range.start.0,
        first_column: range.start.1,
        last_row: range.end.0,
        last_column: range.end.1,
    })))
}

/// Cells with as many characters as a cell can hold: what exports to Excel cuts longer answers to.
#[derive(Default)]
struct Full {
    first: String,
    n: usize,
}

impl Full {
    fn look(&mut self, row: u32, cells: &[String]) {
        for (column, cell) in (0..).zip(cells) {
            if cell.len() >= MAX_CHARACTERS && cell.encode_utf16().count() == MAX_CHARACTERS {
                if self.n == 0 {
                    self.first = format!("{}{row}", column_letters(column));
                }
                self.n += 1;
            }
        }
    }

    fn decision(&self, file: &str, sheet: &str) -> Option<Decision> {
        let decided = match self.n {
            0 => return None,
            1 => format!("the text of cell {} is taken as it is, but may lack its end", self.first),
            n => format!(
                "the text of {n} cells, the first of them {}, is taken as it is, but may lack its end",
                self.first
            ),
        };
        let reason = format!("it has {MAX_CHARACTERS} characters, the most that a cell of Excel holds");
        Some(Decision { about: format!("{file}, sheet {sheet:?}"), decided, reason })
    }
}

fn read_sheet(
    workbook: &mut Workbook<'_>,
    file: &str,
    builder: TableBuilder,
    decisions: &mut Vec<Decision>,
) -> Result<Table, IngestError> {
    let sheet = builder.table.sheet.to_string();
    let mut builder = builder.with_merged(merged(workbook, file, &sheet)?);
    let mut full = Full::default();
    each_row(workbook, file, &sheet, |row, cells| {
        full.look(row, &cells);
        builder.push(row, &cells).map(|()| true)
    })?;
    decisions.extend(full.decision(file, &sheet));
    builder.finish()
}

/// Hands every row that has cells, with its number, to `take`, until that returns `false`.
fn each_row(
    workbook: &mut Workbook<'_>,
    file: &str,
    sheet: &str,
    mut take: impl FnMut(u32, Vec<String>) -> Result<bool, IngestError>,
) -> Result<(), IngestError> {
    let is_1904 = workbook.has_1904_epoch();
    let mut reader = workbook.worksheet_cells_reader(sheet).map_err(|error| damaged(file, sheet, &error))?;
    let (mut row_idx, mut cells) = (0, Vec::new());
    let mut last = None;
    loop {
        let next =
            reader.next_cell_with_formula_metadata().map_err(|error| damaged_behind(file, sheet, last, &error))?;
        let Some(cell) = next else { break };
        last = Some(cell.pos);
        let (cell_row, column_idx) = cell.pos;
        if cell_row > row_idx {
            if !cells.is_empty() && !take(row_idx.saturating_add(1), std::mem::take(&mut cells))? {
                return Ok(());
            }
            row_idx = cell_row;
        }
        let column_idx = column_idx as usize;
        if cell_row < row_idx || cell_row >= MAX_ROWS || column_idx >= MAX_COLUMNS {
            let why = if cell_row < row_idx {
                "stands below cells of later rows"
            } else {
                "lies beyond the last cell XFD1048576"
            };
            let detail = format!("cell {} {why}", name(cell.pos));
            return Err(IngestError::Damaged { file: file.to_owned(), sheet: sheet.to_owned(), detail });
        }
        if cell.formula.is_some() && cell.value == DataRef::Empty {
            let (file, sheet) = (file.to_owned(), sheet.to_owned());
            return Err(IngestError::BlankFormula { file, sheet, cell: name(cell.pos) });
        }
        let text = shown(&cell.value, is_1904);
        if !text.is_empty() {
            if cells.len() <= column_idx {
                cells.resize(column_idx + 1, String::new());
            }
            cells[column_idx] = text;
        }
    }
    if !cells.is_empty() {
        take(row_idx.saturating_add(1), cells)?;
    }
    Ok(())
}

/// The value as text. Formulas show the value they had when the workbook was saved.
fn shown(value: &DataRef<'_>, is_1904: bool) -> String {
    match value {
        DataRef::Empty => String::new(),
        DataRef::String(text) => line_breaks(text),
        DataRef::SharedString(text) => line_breaks(text),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => shown_number(*number),
        DataRef::Bool(is_true) => shown_bool(*is_true).into(),
        DataRef::DateTime(time) => shown_time(time, is_1904),
        DataRef::DateTimeIso(text) => shown_iso_moment(text),
        DataRef::DurationIso(text) => shown_iso_span(text),
        DataRef::Error(error) => error.to_string(),
    }
}

/// calamine has decoded `_x000D_`, which Excel writes before a line break, to a carriage return; one line break is left.
fn line_breaks(text: &str) -> String {
    if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text.to_owned() }
}

/// `2026-03-04 09:15:22`; without the time at midnight, without the date for a time of day or a span of time. A number that
/// no day has, as there are none before 1900 and after 9999, is shown as a number.
fn shown_time(time: &ExcelDateTime, is_1904: bool) -> String {
    const SECONDS_A_DAY: i64 = 86_400;
    /// Of 9999-12-31, counted from 1900 and from 1904.
    const LAST_DAYS: [i64; 2] = [2_958_465, 2_957_003];
    // Excel stores fractions of a day, so a full second is off by some microseconds: rounded before it is split up.
    let seconds = (time.as_f64() * SECONDS_A_DAY as f64).round() as i64;
    let days = seconds.div_euclid(SECONDS_A_DAY);
    if time.is_duration() || (days == 0 && !is_1904) {
        return shown_span(seconds);
    }
    if !(0..=LAST_DAYS[usize::from(is_1904)]).contains(&days) {
        return shown_number(time.as_f64());
    }
    let day = ExcelDateTime::new(days as f64, ExcelDateTimeType::DateTime, is_1904);
    let (year, month, day, ..) = day.to_ymd_hms_milli();
    shown_moment(&format!("{year:04}-{month:02}-{day:02}"), seconds.rem_euclid(SECONDS_A_DAY))
}

/// `B5`, from 0-based numbers.
fn name((row, column): (u32, u32)) -> String {
    format!("{}{}", column_letters(column), u64::from(row) + 1)
}

/// A fault of a sheet behind the last cell that could be read.
fn damaged_behind(file: &str, sheet: &str, last: Option<(u32, u32)>, error: &XlsxError) -> IngestError {
    match (damaged(file, sheet, error), last) {
        (IngestError::Damaged { file, sheet, detail }, Some(last)) => {
            IngestError::Damaged { file, sheet, detail: format!("{detail}, after cell {}", name(last)) }
        }
        (error, _) => error,
    }
}

fn damaged(file: &str, sheet: &str, error: &XlsxError) -> IngestError {
    match error {
        XlsxError::Password => {
            IngestError::OtherWorkbook { file: file.to_owned(), found: "a workbook that is protected by a password" }
        }
        error => IngestError::Damaged { file: file.to_owned(), sheet: sheet.to_owned(), detail: phrase(error) },
    }
}

/// What is wrong, in the words of a spreadsheet's user where there are any.
fn phrase(error: &XlsxError) -> String {
    match error {
        XlsxError::Xml(error) => format!("its XML is not whole: {}", error.to_string().trim_start_matches("at 0..0: ")),
        XlsxError::XmlEof(_) => "its XML ends too early".into(),
        XlsxError::FileNotFound(part) => format!("its part {part} is missing"),
        XlsxError::WorksheetNotFound(sheet) => format!("the part that holds the sheet {sheet:?} is missing"),
        XlsxError::RelationshipNotFound => "it does not say which part holds which sheet".into(),
        XlsxError::Unexpected(what) if what.contains("shared strings table") => {
            "a cell refers to a shared text that is not there".into()
        }
        XlsxError::CellTAttribute(kind) => format!("a cell is of the unknown type {kind:?}"),
        XlsxError::CellError(value) => format!("a cell holds the unknown error {value:?}"),
        XlsxError::Unrecognized { val, .. } => format!("a cell that should be true or false holds {val:?}"),
        XlsxError::ParseFloat(_) => "a cell that should hold a number does not".into(),
        XlsxError::Alphanumeric(_)
        | XlsxError::NumericColumn(_)
        | XlsxError::ColumnNumberOverflow
        | XlsxError::RowNumberOverflow
        | XlsxError::RangeWithoutColumnComponent
        | XlsxError::RangeWithoutRowComponent
        | XlsxError::DimensionCount(_) => "the name of a cell or range is not one such as B5 or A1:C3".into(),
        XlsxError::NotAWorksheet(kind) => format!("the part that should hold its cells is a {kind}"),
        error => error.to_string().to_lowercase(),
    }
}
