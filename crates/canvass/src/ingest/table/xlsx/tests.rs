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
        .write_datetime_with_format(1, 7, Time::from_hms(9, 5, 0.0).unwrap(), &Format::new().set_num_format("hh:mm"))
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

const HEAD: &str = "<row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>id</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>c</t></is></c></row>";

/// A workbook of parts written by hand: the rows of its only sheet, its shared strings, its styles' cell formats (numbers of built-in
/// formats), and whether days count from 1904.
fn by_hand(rows: &str, strings: &str, formats: &[u32], is_1904: bool) -> Vec<u8> {
    const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
    const LINKS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let relation = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{LINKS}/{kind}\" Target=\"{target}\"/>")
    };
    let relations = |inner: String| {
        format!(
            "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">{inner}</Relationships>"
        )
    };
    let format = |number: &u32| format!("<xf numFmtId=\"{number}\"/>");
    let formats: String = formats.iter().map(format).collect();
    let date1904 = if is_1904 { "<workbookPr date1904=\"1\"/>" } else { "" };
    let parts = [
        ("_rels/.rels", relations(relation("r1", "officeDocument", "xl/workbook.xml"))),
        (
            "xl/_rels/workbook.xml.rels",
            relations(
                relation("r1", "worksheet", "worksheets/sheet1.xml")
                    + &relation("r2", "sharedStrings", "sharedStrings.xml")
                    + &relation("r3", "styles", "styles.xml"),
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{LINKS}\">{date1904}<sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"
            ),
        ),
        ("xl/sharedStrings.xml", format!("<sst xmlns=\"{MAIN}\">{strings}</sst>")),
        ("xl/styles.xml", format!("<styleSheet xmlns=\"{MAIN}\"><cellXfs>{formats}</cellXfs></styleSheet>")),
        ("xl/worksheets/sheet1.xml", format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>")),
    ];
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut writer, content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// What cells (A2, B2, ... of a row) become.
fn shown_cells(cells: &str, strings: &str, formats: &[u32], is_1904: bool) -> Vec<String> {
    let rows = format!("{HEAD}<row r=\"2\">{cells}</row>");
    let (table, _) = read_all(&by_hand(&rows, strings, formats, is_1904), None).unwrap();
    table.rows.iter().next().unwrap().cells().into_iter().map(str::to_owned).collect()
}

#[test]
fn escaped_characters_are_decoded_in_shared_inline_and_formula_strings_and_runs_are_joined() {
    let strings = "<si><t>a_x000D_\nb_x005F_x000D_ _x00e9_ _x000_ _xZZZZ_</t></si>\
                   <si><r><t xml:space=\"preserve\">The </t></r><r><rPr><b/></rPr><t>ferry_x000A_2</t></r></si>\
                   <si><t>渡し</t><rPh sb=\"0\" eb=\"1\"><t>わた</t></rPh><phoneticPr fontId=\"1\"/></si>\
                   <si><t xml:space=\"preserve\"> _xD83D__xDE42_ </t></si>";
    let cells = "<c t=\"s\"><v>0</v></c><c t=\"s\"><v>1</v></c><c t=\"s\"><v>2</v></c><c t=\"s\"><v>3</v></c>\
                 <c t=\"inlineStr\"><is><r><t>in_x0009_</t></r><r><t>line</t></r><rPh sb=\"0\" eb=\"1\"><t>no</t></rPh></is></c>\
                 <c t=\"str\"><f>A1&amp;\"x\"</f><v>f_x000D_\ng</v></c>";
    let found = shown_cells(cells, strings, &[], false);
    assert_eq!(found, ["a\nb_x000D_ \u{e9} _x000_ _xZZZZ_", "The ferry\n2", "渡し", " 🙂 ", "in\tline", "f\ng"]);
}

#[test]
fn days_that_there_are_not_are_shown_as_numbers() {
    let day = |serials: &[&str], is_1904: bool| {
        let cell = |serial: &&str| format!("<c s=\"1\"><v>{serial}</v></c>");
        let cells: String = serials.iter().map(cell).collect();
        shown_cells(&cells, "", &[0, 14], is_1904)
    };
    assert_eq!(
        day(&["46085", "46085.5", "60", "61"], false),
        ["2026-03-04", "2026-03-04 12:00:00", "1900-02-29", "1900-03-01"]
    );
    assert_eq!(
        day(&["-1", "-0.25", "2958465", "2958466", "1e300"], false),
        ["-1", "-0.25", "9999-12-31", "2958466", "1e300"]
    );
    assert_eq!(day(&["0", "44623", "-3", "0.5"], true), ["1904-01-01", "2026-03-04", "-3", "1904-01-01 12:00:00"]);
    let iso = "<c t=\"d\"><v>2026-03-04T09:15:22</v></c><c t=\"d\"><v>2026-03-04T00:00:00.000</v></c>";
    assert_eq!(shown_cells(iso, "", &[], false), ["2026-03-04 09:15:22", "2026-03-04"]);
}

#[test]
fn booleans_and_errors_of_every_kind_are_cells_like_others() {
    let errors = ["#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"];
    let cell = |error: &&str| format!("<c t=\"e\"><v>{error}</v></c>");
    let cells: String = errors.iter().map(cell).collect();
    assert_eq!(shown_cells(&cells, "", &[], false), errors);
    let unknown = format!("{HEAD}<row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"B2\" t=\"e\"><v>#FERRY!</v></c></row>");
    let error = read_all(&by_hand(&unknown, "", &[], false), None).unwrap_err().to_string();
    assert!(error.ends_with("a cell holds the unknown error \"#FERRY!\", after cell A2"), "{error}");
    assert_eq!(shown_cells("<c t=\"b\"><v>1</v></c><c t=\"b\"><v>false</v></c>", "", &[], false), ["TRUE", "FALSE"]);
}

#[test]
fn a_formula_without_a_value_is_named_and_one_whose_value_is_empty_is_blank() {
    let rows = format!("{HEAD}<row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"B2\"><f>A2</f><v></v></c></row>");
    let error = read_all(&by_hand(&rows, "", &[], false), None).unwrap_err();
    assert_eq!(error.to_string(), "a.xlsx, sheet \"S\", cell B2: the formula has no value");
    assert_eq!(shown_cells("<c><v>1</v></c><c t=\"str\"><f>A2</f><v></v></c>", "", &[], false), ["1"]);
}

#[test]
fn a_cell_that_is_as_long_as_a_cell_can_be_is_said_to_lack_its_end_perhaps() {
    let long = format!("{}é", "x".repeat(MAX_CHARACTERS - 1));
    let rows = |text: &str| format!("{HEAD}<row r=\"2\"><c r=\"B2\" t=\"inlineStr\"><is><t>{text}</t></is></c></row>");
    let (_, decisions) = read_all(&by_hand(&rows(&long), "", &[], false), None).unwrap();
    assert_eq!(decisions[0].decided, "the text of cell B2 is taken as it is, but may lack its end");
    let longer = format!("{long}x");
    let (table, decisions) = read_all(&by_hand(&rows(&longer), "", &[], false), None).unwrap();
    assert_eq!((table.rows.iter().next().unwrap().cell(1), decisions.len()), (longer.as_str(), 0));
}
