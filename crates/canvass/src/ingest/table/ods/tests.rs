use super::super::DEFAULT_MAX_CELL_BYTES;
use super::*;
use calamine::{Data, Ods, Reader as _};
use proptest::prelude::*;
use std::io::Write;
use std::sync::Arc;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const STYLES: &str = "<style:style style:name=\"off\" style:family=\"table\"><style:table-properties table:display=\"false\"/></style:style>";

/// A document whose spreadsheet holds this.
fn document(spreadsheet: &str) -> Vec<u8> {
    let names =
        "xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\" xmlns:style=\"s\" xmlns:calcext=\"c\" xmlns:draw=\"d\"";
    let content = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><office:document-content {names}><office:automatic-styles>{STYLES}\
         </office:automatic-styles><office:body><office:spreadsheet>{spreadsheet}</office:spreadsheet></office:body>\
         </office:document-content>"
    );
    archive(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest:manifest xmlns:manifest=\"m\"/>"),
        ("content.xml", &content),
    ])
}

fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).unwrap();
        writer.write_all(content.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn text(text: &str) -> String {
    format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
}

fn row(cells: &[String]) -> String {
    format!("<table:table-row>{}</table:table-row>", cells.concat())
}

fn sheet(name: &str, rows: &[String]) -> String {
    format!("<table:table table:name=\"{name}\">{}</table:table>", rows.concat())
}

fn read_all(bytes: &[u8], wanted: Option<&str>) -> Result<(Table, Vec<Decision>), IngestError> {
    assert_eq!(super::super::archive::check("a.ods", bytes)?, super::super::archive::Workbook::OpenDocument);
    let builder = |sheet: &str| TableBuilder::new(0, &Arc::from("a.ods"), sheet, DEFAULT_MAX_CELL_BYTES);
    let mut decisions = Vec::new();
    read("a.ods", bytes, wanted, builder, &mut decisions).map(|table| (table, decisions))
}

fn rows(spreadsheet: &str) -> Vec<(u32, Vec<String>)> {
    let (table, _) = read_all(&document(spreadsheet), None).unwrap();
    table.rows.iter().map(|row| (row.row, row.cells().into_iter().map(str::to_owned).collect())).collect()
}

fn message(spreadsheet: &str) -> String {
    read_all(&document(spreadsheet), None).unwrap_err().to_string()
}

/// The one cell below a header.
fn shown(cell: &str) -> String {
    let table = sheet("S", &[row(&[text("id"), text("c")]), row(&[text("1"), cell.to_owned()])]);
    rows(&table)[0].1.get(1).cloned().unwrap_or_default()
}

#[test]
fn cells_of_every_kind_become_the_text_a_workbook_of_excel_would_give() {
    let value = |attributes: &str, text: &str| {
        shown(&format!("<table:table-cell {attributes}><text:p>{text}</text:p></table:table-cell>"))
    };
    assert_eq!(value("office:value-type=\"float\" office:value=\"12\"", "12.00"), "12");
    assert_eq!(value("office:value-type=\"float\" office:value=\"0.1\"", "0,1"), "0.1");
    assert_eq!(value("office:value-type=\"percentage\" office:value=\"0.25\"", "25%"), "0.25");
    assert_eq!(value("office:value-type=\"currency\" office:value=\"3.5\"", "3.50 EUR"), "3.5");
    assert_eq!(value("office:value-type=\"boolean\" office:boolean-value=\"true\"", "WAHR"), "TRUE");
    assert_eq!(value("office:value-type=\"date\" office:date-value=\"2026-03-04\"", "4/3/26"), "2026-03-04");
    let moment = "office:value-type=\"date\" office:date-value=\"2026-03-04T09:15:21.999999999\"";
    assert_eq!(value(moment, "09:15"), "2026-03-04 09:15:22");
    assert_eq!(value("office:value-type=\"time\" office:time-value=\"PT09H05M00S\"", "9:05"), "09:05:00");
    assert_eq!(value("table:formula=\"of:=1+1\" office:value-type=\"float\" office:value=\"2\"", "2"), "2");
    assert_eq!(
        value(
            "table:formula=\"of:=1/0\" office:value-type=\"string\" office:string-value=\"\" calcext:value-type=\"error\"",
            "#DIV/0!"
        ),
        "#DIV/0!"
    );
    assert_eq!(value("table:formula=\"of:=x\" office:value-type=\"string\" office:string-value=\"a b\"", "a b"), "a b");
    assert_eq!(value("", "no type"), "no type");
}

#[test]
fn the_text_of_a_cell_is_what_it_shows() {
    let cell =
        |inner: &str| shown(&format!("<table:table-cell office:value-type=\"string\">{inner}</table:table-cell>"));
    assert_eq!(
        cell("<text:p>one &amp; <text:span>two</text:span></text:p>\n <text:p/><text:p>three</text:p>"),
        "one & two\n\nthree"
    );
    assert_eq!(
        cell("<text:p>\n   a\n   b <text:s text:c=\"2\"/>c<text:tab/>d<text:line-break/>e  </text:p>"),
        "a b   c\td\ne"
    );
    let comment = "<office:annotation><text:p>a comment</text:p></office:annotation>";
    let drawing = "<draw:frame><draw:text-box><text:p>a drawing</text:p></draw:text-box></draw:frame>";
    let reading = "<text:ruby><text:ruby-base>渡</text:ruby-base><text:ruby-text>わた</text:ruby-text></text:ruby>";
    assert_eq!(cell(&format!("{comment}<text:p>{reading}し</text:p>{drawing}")), "渡し");
}

#[test]
fn repeated_rows_and_columns_stand_as_often_as_they_are_repeated_and_blank_ones_take_no_memory() {
    let blank = "<table:table-row table:number-rows-repeated=\"1048000\"><table:table-cell table:number-columns-repeated=\"16384\"/></table:table-row>";
    let run = "<table:table-cell table:number-columns-repeated=\"2\" office:value-type=\"string\"><text:p>x</text:p></table:table-cell>\
               <table:table-cell table:number-columns-repeated=\"16380\"/>";
    let found = rows(&sheet(
        "S",
        &[
            row(&[text("id"), text("a"), text("b"), text("c")]),
            format!("<table:table-row table:number-rows-repeated=\"2\">{}{run}</table:table-row>", text("1")),
            blank.to_owned(),
            row(&[text("2"), "<table:table-cell/>".into(), text("y")]),
            blank.replace("1048000", "4294967295"),
        ],
    ));
    let cells = |cells: &[&str]| cells.iter().map(|&cell| cell.to_owned()).collect::<Vec<_>>();
    assert_eq!(
        found,
        [(2, cells(&["1", "x", "x"])), (3, cells(&["1", "x", "x"])), (1_048_004, cells(&["2", "", "y"]))]
    );
}

#[test]
fn repetition_beyond_bounds_is_refused_before_it_takes_memory() {
    let header = row(&[text("id"), text("a")]);
    let many = |rows: u64, columns: u64, text: &str| {
        format!(
            "<table:table-row table:number-rows-repeated=\"{rows}\"><table:table-cell table:number-columns-repeated=\"{columns}\" \
             office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell></table:table-row>"
        )
    };
    let error = message(&sheet("S", &[header.clone(), many(1_048_575, 16_384, "x")]));
    assert!(error.contains("its cells up to row 2, repeated as it says, take"), "{error}");
    let error = message(&sheet("S", &[header.clone(), many(1, 16_384, &"x".repeat(9000))]));
    assert!(error.contains("is too large"), "{error}");
    let error = message(&sheet("S", &[header.clone(), many(1_048_576, 1, "x")]));
    assert!(error.contains("row 2 is filled, and repeated to below row 1048576"), "{error}");
    let error = message(&sheet("S", &[header.clone(), many(1, 16_385, "x")]));
    assert!(error.contains("filled beyond its last column XFD"), "{error}");
    let spaces = text(&"<text:s text:c=\"4000000000\"/>x".repeat(9));
    let error = message(&sheet("S", &[header, row(&[spaces.repeat(9)])]));
    assert!(error.contains("is too large"), "{error}");
}

#[test]
fn the_first_visible_sheet_with_data_is_read_and_the_others_are_named() {
    let filled = |id: &str| vec![row(&[text("id"), text("c")]), row(&[text(id), text("x")])];
    let hidden = sheet("Lists", &filled("0")).replace("<table:table ", "<table:table table:style-name=\"off\" ");
    let sheets = [
        hidden.clone(),
        sheet("Cover", &[row(&[text("Title")])]),
        sheet("Form1", &filled("1")),
        sheet("Old", &filled("2")),
    ];
    let bytes = document(&sheets.concat());
    let (table, decisions) = read_all(&bytes, None).unwrap();
    assert_eq!((table.sheet.as_ref(), table.rows.iter().next().unwrap().cell(0)), ("Form1", "1"));
    assert_eq!(decisions[0].reason, "it is the first that holds data; not read: \"Old\"");
    let (table, decisions) = read_all(&bytes, Some("Lists")).unwrap();
    assert_eq!((table.rows.iter().next().unwrap().cell(0), decisions.len()), ("0", 0));
    let error = read_all(&bytes, Some("Nope")).unwrap_err().to_string();
    assert_eq!(error, "a.ods has no sheet \"Nope\"; its sheets are \"Lists\", \"Cover\", \"Form1\", \"Old\"");
    assert_eq!(message(&hidden), "a.ods has rows on hidden sheets only: \"Lists\"");
    assert_eq!(message(""), "a.ods is no spreadsheet: it is a workbook without a sheet of cells");
}

#[test]
fn what_was_deleted_and_what_is_drawn_on_a_sheet_is_no_row() {
    let deleted =
        format!("<table:tracked-changes><table:deletion>{}</table:deletion></table:tracked-changes>", text("gone"));
    let shapes = "<table:shapes><draw:frame><table:table table:name=\"inner\"><table:table-row><table:table-cell><text:p>x</text:p>\
                  </table:table-cell></table:table-row></table:table></draw:frame></table:shapes>";
    let table = format!(
        "{deleted}<table:table table:name=\"S\">{shapes}<table:table-header-rows>{}</table:table-header-rows>\
         <table:table-row-group>{}</table:table-row-group></table:table>",
        row(&[text("id"), text("c")]),
        row(&[text("1"), text("a")])
    );
    assert_eq!(rows(&table), [(2, vec!["1".to_owned(), "a".to_owned()])]);
}

#[test]
fn merged_cells_of_the_head_are_found() {
    let span = |rows: u32, columns: u32, text: &str| {
        format!(
            "<table:table-cell table:number-rows-spanned=\"{rows}\" table:number-columns-spanned=\"{columns}\" \
             office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>"
        )
    };
    let covered = "<table:covered-table-cell/>".to_owned();
    let spreadsheet = sheet(
        "S",
        &[
            row(&[span(2, 1, "id"), span(1, 2, "Where?"), covered.clone()]),
            row(&[covered, text("Bus"), text("Train")]),
            row(&[text("1"), text("x"), text("y")]),
        ],
    );
    let bytes = document(&spreadsheet);
    let mut archive = ZipArchive::new(Cursor::new(bytes.as_slice())).unwrap();
    let mut content = Content::open("a.ods", &mut archive).unwrap();
    content.next_sheet().unwrap().unwrap();
    let mut row = 0;
    while content.next_row("S", &mut row).unwrap().is_some() {}
    let range =
        |first_row, first_column, last_row, last_column| Merged { first_row, first_column, last_row, last_column };
    assert_eq!(merged_head(content.merged), [range(0, 0, 1, 0), range(0, 1, 0, 2)]);
}

#[test]
fn hidden_columns_and_rows_are_read_and_told() {
    let hidden = |tag: &str, rest: &str| format!("<table:{tag} table:visibility=\"collapse\"{rest}/>");
    let columns = format!(
        "<table:table-column/>{}<table:table-column/>{}",
        hidden("table-column", ""),
        hidden("table-column", " table:number-columns-repeated=\"1000\"")
    );
    let line = |cells: [&str; 3]| row(&cells.map(text));
    let filtered = |line: String| line.replacen("<table:table-row", "<table:table-row table:visibility=\"filter\"", 1);
    let lines = [
        columns,
        line(["id", "note", "c"]),
        line(["1", "x", "a"]),
        filtered(line(["2", "y", "b"])),
        filtered(line(["3", "z", "c"])),
    ];
    let (table, decisions) = read_all(&document(&sheet("S", &lines)), None).unwrap();
    assert_eq!((table.columns.len(), table.rows.len()), (3, 3));
    let told: Vec<_> = decisions.iter().map(|told| (told.about.as_str(), told.decided.as_str())).collect();
    let about = "a.ods, sheet \"S\"";
    assert_eq!(
        told,
        [
            (about, "the hidden column B (\"note\") is read like the others"),
            (about, "2 hidden rows, the first of them row 3, are read like the others"),
        ]
    );
}

#[test]
fn a_formula_without_a_value_and_a_password_are_named() {
    let formula = "<table:table-cell table:formula=\"of:=A1\"/>".to_owned();
    let error = message(&sheet("S", &[row(&[text("id"), text("c")]), row(&[text("1"), formula])]));
    assert_eq!(error, "a.ods, sheet \"S\", cell B2: the formula has no value");
    let locked = archive(&[
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        (
            "META-INF/manifest.xml",
            "<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>",
        ),
        ("content.xml", "\u{1}\u{2}\u{3}"),
    ]);
    assert!(read_all(&locked, None).unwrap_err().to_string().contains("protected by a password"));
}

#[test]
fn a_document_cut_off_anywhere_is_refused_and_wrong_bytes_do_not_panic() {
    let whole = document(&sheet("S", &[row(&[text("id"), text("c")]), row(&[text("1"), text("a")])]));
    for len in (4..whole.len()).step_by(31) {
        assert!(matches!(read_all(&whole[..len], None), Err(IngestError::Damaged { .. })), "{len}");
    }
    let content = sheet("S", &[row(&[text("id"), text("c")]), row(&[text("1"), text("a")])]);
    for len in 0..content.len() {
        assert!(read_all(&document(&content[..len]), None).is_err(), "{len}");
    }
}

proptest! {
    /// calamine takes memory for every cell up to the last, and so is not what reads; but it finds the same values.
    #[test]
    fn values_are_those_that_calamine_finds(
        cells in prop::collection::vec((0..4_u32, 1..4_u32, "[a-zé0-9]{0,4}", any::<bool>(), -1000..1000_i32), 1..24),
        repeats in prop::collection::vec(1..4_u32, 6),
    ) {
        let cell = |(kind, n, text, flag, number): &(u32, u32, String, bool, i32)| {
            let (attributes, text) = match kind {
                0 => (String::new(), String::new()),
                1 => (format!("office:value-type=\"float\" office:value=\"{}\"", f64::from(*number) / 8.0), text.clone()),
                2 => (format!("office:value-type=\"boolean\" office:boolean-value=\"{flag}\""), text.clone()),
                _ => ("office:value-type=\"string\"".to_owned(), text.clone()),
            };
            let content = if *kind == 0 { String::new() } else { format!("<text:p>{text}</text:p>") };
            format!("<table:table-cell table:number-columns-repeated=\"{n}\" {attributes}>{content}</table:table-cell>")
        };
        let lines: Vec<String> = cells.chunks(4).zip(&repeats).map(|(cells, n)| {
            format!("<table:table-row table:number-rows-repeated=\"{n}\">{}</table:table-row>", cells.iter().map(cell).collect::<String>())
        }).collect();
        let bytes = document(&sheet("S", &lines));
        let range = Ods::new(Cursor::new(bytes.as_slice())).unwrap().worksheet_range("S").unwrap();
        let expected: Vec<(u32, u32, String)> = range.used_cells().map(|(row, column, value)| {
            let (top, left) = range.start().unwrap();
            let text = match value {
                Data::Float(number) => crate::ingest::table::value::shown_number(*number),
                Data::Bool(is_true) => crate::ingest::table::value::shown_bool(*is_true).to_owned(),
                other => other.to_string(),
            };
            (row as u32 + top, column as u32 + left, text)
        }).filter(|(.., text)| !text.is_empty()).collect();
        let mut archive = ZipArchive::new(Cursor::new(bytes.as_slice())).unwrap();
        let mut content = Content::open("a.ods", &mut archive).unwrap();
        content.next_sheet().unwrap().unwrap();
        let (mut row, mut found) = (0, Vec::new());
        while let Some(line) = content.next_row("S", &mut row).unwrap() {
            for row in row - line.n..row {
                let texts = (0..).zip(line.texts());
                found.extend(texts.filter(|(_, text)| !text.is_empty()).map(|(column, text)| (row, column, text)));
            }
        }
        prop_assert_eq!(found, expected);
    }
}
