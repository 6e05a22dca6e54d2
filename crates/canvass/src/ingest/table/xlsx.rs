//! Excel workbooks.
//!
//! The cells are streamed: calamine's ranges take memory for every cell between the first and the last, which one stray
//! cell in the bottom right corner would make 17 thousand million.

use super::merged::{self, HEAD_ROWS, Merged, merged_head};
use super::sheets::{Sheet, choose};
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

/// Reads the `wanted` sheet, else the first visible one with rows below its header.
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
    let name = choose(file, &sheets, wanted, |name| filled_rows(&mut workbook, file, name), decisions)?;
    read_sheet(&mut workbook, file, builder(name))
}

/// The number of rows that are not blank, counted up to 2.
fn filled_rows(workbook: &mut Workbook<'_>, file: &str, sheet: &str) -> Result<usize, IngestError> {
    let mut n_filled = 0;
    each_row(workbook, file, sheet, |_, cells| {
        n_filled += usize::from(!cells.iter().all(|cell| is_blank(cell)));
        Ok(n_filled < 2)
    })?;
    Ok(n_filled)
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

fn read_sheet(workbook: &mut Workbook<'_>, file: &str, builder: TableBuilder) -> Result<Table, IngestError> {
    let sheet = builder.table.sheet.to_string();
    let mut builder = builder.with_merged(merged(workbook, file, &sheet)?);
    each_row(workbook, file, &sheet, |row, cells| builder.push(row, &cells).map(|()| true))?;
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
    let fail = |error: XlsxError| damaged(file, sheet, &error);
    let mut reader = workbook.worksheet_cells_reader(sheet).map_err(fail)?;
    let (mut row_idx, mut cells) = (0, Vec::new());
    while let Some(cell) = reader.next_cell_with_formula_metadata().map_err(fail)? {
        let (cell_row, column_idx) = cell.pos;
        if cell_row > row_idx {
            if !cells.is_empty() && !take(row_idx.saturating_add(1), std::mem::take(&mut cells))? {
                return Ok(());
            }
            row_idx = cell_row;
        }
        let column_idx = column_idx as usize;
        if cell_row < row_idx || cell_row >= MAX_ROWS || column_idx >= MAX_COLUMNS {
            let detail = "its cells are not where they should be".to_owned();
            return Err(IngestError::Damaged { file: file.to_owned(), sheet: sheet.to_owned(), detail });
        }
        if cell.formula.is_some() && cell.value == DataRef::Empty {
            let name = format!("{}{}", column_letters(cell.pos.1), cell_row + 1);
            return Err(IngestError::BlankFormula { file: file.to_owned(), sheet: sheet.to_owned(), cell: name });
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

fn damaged(file: &str, sheet: &str, error: &XlsxError) -> IngestError {
    match error {
        XlsxError::Password => {
            IngestError::OtherWorkbook { file: file.to_owned(), found: "a workbook that is protected by a password" }
        }
        error => IngestError::Damaged {
            file: file.to_owned(),
            sheet: sheet.to_owned(),
            detail: error.to_string().to_lowercase(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::super::DEFAULT_MAX_CELL_BYTES;
    use super::*;
    use rust_xlsxwriter::{ExcelDateTime as Time, Format, Formula, Workbook as Writer};
    use std::sync::Arc;

    fn read_all(bytes: &[u8], wanted: Option<&str>) -> Result<(Table, Vec<Decision>), IngestError> {
        super::super::archive::check("a.xlsx", bytes)?;
        let builder = |sheet: &str| TableBuilder::new(0, &Arc::from("a.xlsx"), sheet, DEFAULT_MAX_CELL_BYTES);
        let mut decisions = Vec::new();
        read("a.xlsx", bytes, wanted, builder, &mut decisions).map(|table| (table, decisions))
    }

    fn first(table: &Table) -> &str {
        table.rows.iter().next().unwrap().cell(0)
    }

    fn workbook(sheets: &[(&str, &[&[&str]])]) -> Vec<u8> {
        let mut writer = Writer::new();
        for (name, rows) in sheets {
            let sheet = writer.add_worksheet().set_name(*name).unwrap();
            for (row, cells) in (0..).zip(*rows) {
                for (column, cell) in (0..).zip(*cells) {
                    sheet.write_string(row, column, *cell).unwrap();
                }
            }
        }
        writer.save_to_buffer().unwrap()
    }

    #[test]
    fn cells_of_every_kind_become_the_text_a_spreadsheet_shows() {
        let mut writer = Writer::new();
        let sheet = writer.add_worksheet();
        let time = Format::new().set_num_format("yyyy-mm-dd hh:mm:ss");
        let date = Format::new().set_num_format("dd/mm/yyyy");
        for column in 0..9 {
            sheet.write_string(0, column, format!("c{column}")).unwrap();
        }
        let moment = Time::from_ymd(2026, 3, 4).unwrap();
        sheet.write_number(1, 0, 12.0).unwrap();
        sheet.write_number(1, 1, 0.1).unwrap();
        sheet.write_boolean(1, 2, true).unwrap();
        sheet.write_datetime_with_format(1, 3, moment.and_hms(9, 15, 22.0).unwrap(), &time).unwrap();
        sheet.write_datetime_with_format(1, 4, Time::from_ymd(2026, 3, 4).unwrap(), &date).unwrap();
        sheet.write_formula(1, 5, Formula::new("=1+1").set_result("2")).unwrap();
        sheet.write_string(1, 6, "two\r\nlines & <b>").unwrap();
        sheet
            .write_datetime_with_format(
                1,
                7,
                Time::from_hms(9, 5, 0.0).unwrap(),
                &Format::new().set_num_format("hh:mm"),
            )
            .unwrap();
        sheet.write_formula(1, 8, Formula::new("=A1/0").set_result("#DIV/0!")).unwrap();
        let (table, _) = read_all(&writer.save_to_buffer().unwrap(), None).unwrap();
        let expected =
            ["12", "0.1", "TRUE", "2026-03-04 09:15:22", "2026-03-04", "2", "two\nlines & <b>", "09:05:00", "#DIV/0!"];
        assert_eq!(table.rows.iter().next().unwrap().cells(), expected);
    }

    #[test]
    fn rows_keep_the_numbers_a_spreadsheet_shows() {
        let bytes = workbook(&[("S", &[&[], &["id", "text"], &[], &["1", "a"], &[" "], &["", "b"]])]);
        let (table, _) = read_all(&bytes, None).unwrap();
        let rows: Vec<_> = table.rows.iter().map(|row| (row.row, row.cell(1))).collect();
        assert_eq!(rows, [(4, "a"), (6, "b")]);
    }

    #[test]
    fn merged_cells_of_the_head_are_found() {
        let mut writer = Writer::new();
        let sheet = writer.add_worksheet().set_name("S").unwrap();
        sheet.merge_range(0, 1, 0, 3, "Where?", &Format::new()).unwrap();
        sheet.merge_range(0, 0, 1, 0, "id", &Format::new()).unwrap();
        sheet.merge_range(20, 0, 21, 3, "later", &Format::new()).unwrap();
        for (column, name) in (1..).zip(["Bus", "Train", "Ferry"]) {
            sheet.write_string(1, column, name).unwrap();
        }
        let bytes = writer.save_to_buffer().unwrap();
        let mut workbook = Workbook::new(Cursor::new(bytes.as_slice())).unwrap();
        let range =
            |first_row, first_column, last_row, last_column| Merged { first_row, first_column, last_row, last_column };
        assert_eq!(merged(&mut workbook, "a.xlsx", "S").unwrap(), [range(0, 0, 1, 0), range(0, 1, 0, 3)]);
    }

    #[test]
    fn a_single_cell_in_the_last_corner_takes_no_memory() {
        let mut writer = Writer::new();
        let sheet = writer.add_worksheet();
        sheet.write_string(0, 0, "comment").unwrap();
        sheet.write_string(1, 0, "a").unwrap();
        sheet.write_string(1_048_575, 16_383, "stray").unwrap();
        let (table, _) = read_all(&writer.save_to_buffer().unwrap(), None).unwrap();
        assert_eq!(table.rows.iter().last().map(|row| row.row), Some(1_048_576));
        assert_eq!(table.columns[1].name, "(column XFD)");
    }

    #[test]
    fn the_first_sheet_with_data_is_read_and_the_others_are_named() {
        let sheets: &[(&str, &[&[&str]])] =
            &[("Empty", &[]), ("Cover", &[&["Title"]]), ("Form1", &[&["id"], &["1"]]), ("Old", &[&["id"], &["2"]])];
        let (table, decisions) = read_all(&workbook(sheets), None).unwrap();
        assert_eq!((table.sheet.as_ref(), first(&table)), ("Form1", "1"));
        assert_eq!(decisions[0].reason, "it is the first that holds data; not read: \"Old\"");
        let (table, decisions) = read_all(&workbook(sheets), Some("Old")).unwrap();
        assert_eq!((first(&table), decisions.len()), ("2", 0));
        let error = read_all(&workbook(sheets), Some("Nope")).unwrap_err().to_string();
        assert_eq!(error, "a.xlsx has no sheet \"Nope\"; its sheets are \"Empty\", \"Cover\", \"Form1\", \"Old\"");
    }

    #[test]
    fn a_workbook_without_answers_says_which_sheet_was_looked_at() {
        let message = |sheets| read_all(&workbook(sheets), None).unwrap_err().to_string();
        assert_eq!(message(&[("A", &[])]), "a.xlsx, sheet \"A\" is empty: it has no header and no rows");
        let cover: &[(&str, &[&[&str]])] = &[("A", &[]), ("B", &[&["id"]])];
        assert_eq!(message(cover), "a.xlsx, sheet \"B\" has a header in row 1, but no rows below it");
    }

    #[test]
    fn a_workbook_cut_off_anywhere_is_refused() {
        let bytes = workbook(&[("S", &[&["id", "text"], &["1", "a"]])]);
        for len in (4..bytes.len()).step_by(97) {
            let error = read_all(&bytes[..len], None).unwrap_err();
            assert!(matches!(error, IngestError::Damaged { .. }), "{len}: {error}");
        }
    }

    #[test]
    fn a_workbook_with_wrong_bytes_inside_is_refused_or_read_but_does_not_panic() {
        let bytes = workbook(&[("S", &[&["id", "text"], &["1", "a"]])]);
        for at in (0..bytes.len()).step_by(13) {
            let mut wrong = bytes.clone();
            wrong[at] ^= 0x55;
            let _ = read_all(&wrong, None);
        }
    }

    #[test]
    fn days_and_spans_of_time_have_one_form() {
        let span = ExcelDateTime::new(1.5, ExcelDateTimeType::TimeDelta, false);
        assert_eq!(shown_time(&span, false), "36:00:00");
    }
}
