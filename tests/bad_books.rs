//! Workbooks, Word documents and data files that cannot be used: what is said of each, and the way out; and those that are read though
//! something about them is odd.
//!
//! As with `bad_text`: one table and one snapshot. Nothing panics, nothing is written.

use crate::support::{Book, Run, repository};
use insta::assert_snapshot;
use std::fmt::Write;
use std::fs;

/// A name, the file's name and bytes, and further arguments.
type Case = (&'static str, &'static str, Vec<u8>, &'static [&'static str]);

const SHEET: &str = "xl/worksheets/sheet1.xml";
/// The beginning of a container of the old Office, which encrypted workbooks are in, too.
const OLD: &[u8] = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1\0\0\0\0\0\0\0\0";

fn case(name: &'static str, file: &'static str, bytes: impl AsRef<[u8]>) -> Case {
    (name, file, bytes.as_ref().to_vec(), &[])
}

fn excel(name: &'static str, book: &Book) -> Case {
    case(name, "a.xlsx", book.bytes())
}

fn open(name: &'static str, tables: &str) -> Case {
    case(name, "a.ods", Book::open_document(tables).bytes())
}

fn word(name: &'static str, book: &Book) -> Case {
    case(name, "a.docx", book.bytes())
}

/// A row of cells with text.
fn row(number: u32, cells: &[&str]) -> String {
    let cell = |text: &&str| format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>");
    let cells: String = cells.iter().map(cell).collect();
    format!("<row r=\"{number}\">{cells}</row>")
}

/// A header and one row whose second cell is this.
fn second(cell: &str) -> Book {
    Book::excel().rows(&format!("{}<row r=\"2\"><c r=\"A2\"><v>1</v></c>{cell}</row>", row(1, &["id", "comment"])))
}

/// The number at a place of a part's entry in the table of contents, altered.
fn misstated(book: &Book, part: &str, at: usize, number: u32) -> Vec<u8> {
    let mut bytes = book.bytes();
    let name = bytes.windows(part.len()).rposition(|window| window == part.as_bytes()).unwrap();
    let entry = name - 46;
    assert_eq!(&bytes[entry..entry + 4], b"PK\x01\x02");
    bytes[entry + at..entry + at + 4].copy_from_slice(&number.to_le_bytes());
    bytes
}

fn archives() -> Vec<Case> {
    let whole = Book::excel().bytes();
    let inner = Book::excel().part("xl/media/inner.zip", whole.clone());
    let bomb = format!("<worksheet><sheetData>{}</sheetData></worksheet>", "<row></row>".repeat(7_000_000));
    vec![
        case("an archive cut off within its first part", "a.xlsx", &whole[..40]),
        case("an archive cut off in its middle", "a.xlsx", &whole[..whole.len() / 2]),
        case("an archive without its last bytes", "a.xlsx", &whole[..whole.len() - 5]),
        case("an archive whose parts were lost, not their list", "a.xlsx", &whole[whole.len() / 2..]),
        case("a part with a wrong checksum", "a.xlsx", misstated(&Book::excel(), SHEET, 16, 7)),
        case("a part that is longer than stated", "a.xlsx", misstated(&Book::excel(), SHEET, 24, 30)),
        case(
            "a part that is stated to take four gigabytes",
            "a.xlsx",
            misstated(&Book::excel(), SHEET, 24, 0xF000_0000),
        ),
        case("a part that is not where it should be", "a.xlsx", misstated(&Book::excel(), SHEET, 42, 9)),
        case("a part compressed in an unknown way", "a.xlsx", misstated(&Book::excel(), SHEET, 10, 77)),
        excel("a part packed to a thousandth", &Book::excel().part(SHEET, bomb)),
        excel("an archive of 70,000 parts", &Book::excel().crowded(70_000)),
        case(
            "an archive of other files",
            "a.xlsx",
            Book::word("").without("word/document.xml").part("answers.csv", "id").bytes(),
        ),
        excel(
            "paths that lead out of the archive",
            &Book::excel().without("xl/workbook.xml").part("../../xl/workbook.xml", "<workbook/>"),
        ),
        case("an archive that is empty", "a.xlsx", b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0"),
        case(
            "a nested archive without a workbook",
            "a.zip",
            Book::word("").without("word/document.xml").part("inner.xlsx", inner.bytes()).bytes(),
        ),
    ]
}

fn parts() -> Vec<Case> {
    let entities = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>";
    let book = Book::excel;
    vec![
        excel("no list of sheets", &book().without("xl/workbook.xml")),
        excel("no links to sheets", &book().without("xl/_rels/workbook.xml.rels")),
        excel("no sheet where one is listed", &book().without(SHEET)),
        excel("a sheet of another type", &book().part(SHEET, "<chartsheet xmlns=\"x\"><drawing/></chartsheet>")),
        excel("an empty part as sheet", &book().part(SHEET, "")),
        excel("a sheet cut off in a cell", &book().altered(SHEET, |xml| xml[..xml.len() - 60].to_owned())),
        excel("an element that is not closed", &book().altered(SHEET, |xml| xml.replace("<v>3</v>", "<v>3</v"))),
        excel("a text beyond the shared ones", &book().altered(SHEET, |xml| xml.replace("<v>4</v>", "<v>99</v>"))),
        excel("more shared texts stated than there can be", &book().altered("xl/sharedStrings.xml", |xml| {
            xml.replace("<sst ", "<sst uniqueCount=\"4000000000\" ")
        })),
        excel("entities of its own", &book().altered("xl/sharedStrings.xml", |xml| {
            format!("{entities}{}", xml.replace("Cheaper", "&b;"))
        })),
        excel("an entity in a sheet", &second("<c r=\"B2\" t=\"inlineStr\"><is><t>&ferry;</t></is></c>")),
        excel("NUL bytes as sheet", &book().part(SHEET, vec![0; 300])),
        excel("a sheet in another encoding than it says", &book().part(SHEET, b"<?xml version=\"1.0\" encoding=\"UTF-8\"?><worksheet><sheetData><row><c t=\"inlineStr\"><is><t>caf\xE9</t></is></c></row></sheetData></worksheet>".as_slice())),
        excel("a binary workbook", &book().without("xl/workbook.xml").part("xl/workbook.bin", "x")),
        excel("chart sheets only", &book().altered("xl/_rels/workbook.xml.rels", |xml| xml.replace("relationships/worksheet\"", "relationships/chartsheet\""))),
        excel("no sheet at all", &book().sheets(&[])),
    ]
}

fn sheets() -> Vec<Case> {
    let header = row(1, &["id", "comment"]);
    let filled = format!("{header}{}", row(2, &["1", "The evening ferry"]));
    let name = |n: u32| format!("<c t=\"inlineStr\"><is><t>c{}</t></is></c>", n % 16_383);
    let wide: String = (0..16_384).map(name).collect();
    let mut asked = excel("a sheet that there is not", &Book::excel());
    asked.3 = &["--sheet", "Form2"];
    vec![
        excel("an empty sheet", &Book::excel().rows("")),
        excel("a header alone", &Book::excel().rows(&header)),
        excel("answers on a hidden sheet only", &Book::excel().sheets(&[("Cover", "visible", ""), ("Data", "hidden", &filled)])),
        excel("answers on a very hidden sheet only", &Book::excel().sheets(&[("Cover", "visible", &header), ("Data", "veryHidden", &filled)])),
        asked,
        excel("two columns of one name", &Book::excel().rows(&format!("{}{}", row(1, &["id", "a", "a"]), row(2, &["1", "x", "y"])))),
        excel("16,384 columns, two of one name", &Book::excel().rows(&format!("<row r=\"1\">{wide}</row>{}", row(2, &["1"])))),
        excel("a cell beyond the last column", &second("<c r=\"XFE2\"><v>1</v></c>")),
        excel("a cell beyond the last row", &Book::excel().rows(&format!("{header}<row r=\"1048577\"><c r=\"A1048577\"><v>1</v></c></row>"))),
        excel("a row that is called 0", &second("<c r=\"B0\"><v>1</v></c>")),
        excel("rows in the wrong order", &Book::excel().rows(&format!("{header}{}{}", row(5, &["1", "a"]), row(3, &["2", "b"])))),
        excel("a cell called by no name", &second("<c r=\"B-2\"><v>1</v></c>")),
        excel("a cell of an unknown type", &second("<c r=\"B2\" t=\"ferry\"><v>1</v></c>")),
        excel("a number that is none", &second("<c r=\"B2\" t=\"n\"><v>1,5</v></c>")),
        excel("an error that there is not", &second("<c r=\"B2\" t=\"e\"><v>#FERRY!</v></c>")),
        excel("a formula that nobody worked out", &second("<c r=\"B2\"><f>A2&amp;\"x\"</f><v></v></c>")),
        excel("a cell of two megabytes", &second(&format!("<c r=\"B2\" t=\"inlineStr\"><is><t>{}</t></is></c>", "ferry ".repeat(350_000)))),
        excel("cells merged over everything", &Book::excel().altered(SHEET, |_| {
            format!("<worksheet><sheetData>{}</sheetData><mergeCells><mergeCell ref=\"A1:XFD1048576\"/></mergeCells></worksheet>", row(1, &["Survey 2026"]))
        })),
        excel("a range of merged cells that is none", &Book::excel().altered(SHEET, |_| {
            format!("<worksheet><sheetData>{}{}</sheetData><mergeCells><mergeCell ref=\"A1:B1:C1\"/></mergeCells></worksheet>", row(1, &["Survey 2026"]), row(2, &["id", "comment"]))
        })),
    ]
}

fn open_documents() -> Vec<Case> {
    let cell = |text: &str| {
        format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
    };
    let header = format!("<table:table-row>{}{}</table:table-row>", cell("id"), cell("comment"));
    let table = |rows: &str| format!("<table:table table:name=\"Form1\">{header}{rows}</table:table>");
    let run = |rows: u64, columns: u64| {
        table(&format!(
            "<table:table-row table:number-rows-repeated=\"{rows}\">{}</table:table-row>",
            cell("x").replace(
                "<table:table-cell",
                &format!("<table:table-cell table:number-columns-repeated=\"{columns}\"")
            )
        ))
    };
    let plain = || Book::open_document("");
    let whole = plain().bytes();
    vec![
        case("an OpenDocument cut off", "a.ods", &whole[..whole.len() / 2]),
        case("an OpenDocument without content", "a.ods", plain().without("content.xml").bytes()),
        case("an OpenDocument text", "a.odt", plain().part("mimetype", "application/vnd.oasis.opendocument.text").bytes()),
        case("an OpenDocument with a password", "a.ods", plain().part("META-INF/manifest.xml", "<manifest:manifest><manifest:file-entry><manifest:encryption-data/></manifest:file-entry></manifest:manifest>").part("content.xml", vec![7; 90]).bytes()),
        open("an empty sheet of OpenDocument", "<table:table table:name=\"Form1\"/>"),
        open("no sheet in an OpenDocument", "<office:forms/>"),
        open("a row repeated to the end of the sheet", &run(1_048_576, 1)),
        open("a row of all columns repeated to the end of the sheet", &run(1_048_575, 16_384)),
        open("a cell repeated beyond the last column", &run(1, 17_000)),
        open("a formula of OpenDocument that nobody worked out", &table(&format!("<table:table-row>{}<table:table-cell table:formula=\"of:=[.A1]\"/></table:table-row>", cell("1")))),
        open("an entity of its own in an OpenDocument", &table(&format!("<table:table-row>{}{}</table:table-row>", cell("1"), cell("&ferry;")))),
        open("an OpenDocument whose elements do not fit", &table("<table:table-row></table:table-cell></table:table-row>")),
        case("NUL bytes in an OpenDocument", "a.ods", plain().part("content.xml", vec![0; 200]).bytes()),
    ]
}

fn documents() -> Vec<Case> {
    let paragraph = "<w:p><w:r><w:t>Q1. What should change?</w:t></w:r></w:p>";
    let plain = || Book::word(paragraph);
    let bomb = format!("<w:p><w:r><w:t>{}</w:t></w:r></w:p>", "a".repeat(65 << 20));
    vec![
        case("a Word document cut off", "a.docx", &plain().bytes()[..200]),
        word("a Word document without its text", &plain().without("word/document.xml").part("word/styles.xml", "<w/>")),
        word("a Word document without headings", &Book::word("<w:p><w:r><w:t>Dear all,</w:t></w:r></w:p>")),
        word("a Word document whose elements do not fit", &Book::word("<w:p><w:r></w:p></w:r>")),
        word("a Word document with entities of its own", &Book::word(&paragraph.replace("change", "&ferry;"))),
        word(
            "a Word document in another encoding",
            &plain().part("word/document.xml", b"<w:document><w:body>caf\xE9</w:body></w:document>".as_slice()),
        ),
        word("a Word document that takes more than 64 megabytes", &Book::word(&bomb)),
        case("a Word document with a wrong checksum", "a.docx", misstated(&plain(), "word/document.xml", 16, 7)),
        case("a Word document of the old kind", "a.doc", OLD),
    ]
}

fn others() -> Vec<Case> {
    vec![
        case("an old workbook under a new name", "a.xlsx", OLD),
        case("an old workbook", "a.xls", OLD),
        case("text under the name of a workbook", "a.xlsx", "id,comment\n1,The evening ferry\n"),
        case("text under the name of an OpenDocument", "a.ods", "id,comment\n1,The evening ferry\n"),
        case("a table of the web under the name of a workbook", "a.xls", "<html><table><tr><td>id</td></tr></table>"),
        case("a Word document under the name of a workbook", "a.xlsx", Book::word("<w:p/>").bytes()),
        case("text under the name of a data file", "a.parquet", "id,comment\n1,The evening ferry\n"),
    ]
}

/// Beyond the files that the tests make: written by pyarrow, see the README beside them.
#[cfg(feature = "parquet")]
fn data_files() -> Vec<Case> {
    let file = |name: &str| fs::read(repository("tests/parquet").join(name)).unwrap();
    let whole = file("answers.parquet");
    let len = whole.len();
    // The list of columns is the last part, its length behind it.
    let n_listed = u32::from_le_bytes(whole[len - 8..len - 4].try_into().unwrap()) as usize;
    let with = |at: usize, bytes: &[u8]| {
        let mut wrong = whole.clone();
        wrong[at..at + bytes.len()].copy_from_slice(bytes);
        wrong
    };
    vec![
        case("a data file without its end", "a.parquet", &whole[..len - 9]),
        case("a data file cut off in its middle", "a.parquet", &whole[..len / 2]),
        case("the first bytes of a data file alone", "a.parquet", b"PAR1"),
        case("a data file whose end has a wrong length", "a.parquet", with(len - 8, &u32::MAX.to_le_bytes())),
        case("a data file with NUL bytes as its list of columns", "a.parquet", with(len - 8 - n_listed, &[0; 40])),
        case("a data file with wrong bytes in its first page", "a.parquet", with(6, &[0xFF; 12])),
        case("a data file at whose bytes its reader panics", "a.parquet", {
            let mut wrong = whole.clone();
            for (at, byte) in [(9, 57), (555, 166), (1143, 81)] {
                wrong[at] = byte;
            }
            wrong
        }),
        case("a data file with records in a column", "a.parquet", file("records.parquet")),
        case("a data file with lists of lists", "a.parquet", file("lists_of_lists.parquet")),
        case("a data file compressed in another way", "a.parquet", file("brotli.parquet")),
        case("a data file without rows", "a.parquet", file("no_rows.parquet")),
    ]
}

#[cfg(not(feature = "parquet"))]
fn data_files() -> Vec<Case> {
    let whole = fs::read(repository("tests/parquet/answers.parquet")).unwrap();
    vec![case("a data file", "a.parquet", whole)]
}

/// What is said of each, below its name.
fn said_of(cases: Vec<Case>) -> String {
    let mut said = format!("{} cases\n", cases.len());
    let mut accepted = Vec::new();
    for (name, file, bytes, arguments) in cases {
        let ran = Run::new().answers(file, bytes).args(arguments.iter().copied()).arg("--quiet").output();
        if ran.said.code != 2 {
            accepted.push(name);
            continue;
        }
        assert_eq!(ran.said.stdout, "", "{name}");
        assert!(!ran.out.is_dir(), "{name}: a run folder was written");
        assert!(ran.said.stderr.contains("way out: "), "{name}: {}", ran.said.stderr);
        write!(said, "\n## {name}\n{}", ran.said.stderr).unwrap();
    }
    assert!(accepted.is_empty(), "not refused: {accepted:?}");
    said
}

#[test]
fn every_faulty_workbook_and_document_is_refused_with_its_place_and_a_way_out() {
    let cases = [archives(), parts(), sheets(), open_documents(), documents(), others()].concat();
    assert_snapshot!(said_of(cases));
}

#[cfg(feature = "parquet")]
#[test]
fn every_faulty_data_file_is_refused_with_its_place_and_a_way_out() {
    assert_snapshot!(said_of(data_files()));
}

#[cfg(not(feature = "parquet"))]
#[test]
fn a_data_file_is_refused_with_the_way_to_read_it() {
    assert_snapshot!(said_of(data_files()));
}

/// Odd, but read: the formulas' values, days as they are, hidden rows, what the names of parts say aside.
#[test]
fn workbooks_that_are_odd_are_read_all_the_same() {
    let formula = "<c r=\"B2\" t=\"str\"><f>A2</f><v>The evening ferry must run later</v></c>";
    let day = second(
        "<c r=\"B2\" s=\"1\"><v>-5</v></c><c r=\"C2\" t=\"inlineStr\"><is><t>The evening ferry must run later</t></is></c>",
    );
    let cases = [
        ("formulas with their values", second(formula)),
        ("a day before 1900", day.clone()),
        (
            "days that count from 1904",
            day.altered("xl/workbook.xml", |xml| xml.replace("<workbookPr/>", "<workbookPr date1904=\"1\"/>")),
        ),
        ("a wrong list of the types of parts", Book::excel().part("[Content_Types].xml", "<Types/>")),
        (
            "dimensions that are absurd",
            Book::excel()
                .altered(SHEET, |xml| xml.replace("<sheetData>", "<dimension ref=\"A1:XFD1048576\"/><sheetData>")),
        ),
        ("hidden rows", Book::excel().altered(SHEET, |xml| xml.replace("<row r=\"3\">", "<row r=\"3\" hidden=\"1\">"))),
        ("paths that lead out of the archive beside it", Book::excel().part("../../../evil.xml", "<evil/>")),
        (
            "several sheets with answers",
            Book::excel()
                .sheets(&[("Form1", "visible", crate::support::ROWS), ("Form2", "visible", crate::support::ROWS)]),
        ),
        ("an OpenDocument", Book::open_document("")),
    ];
    for (name, book) in cases {
        let file = if name == "an OpenDocument" { "a.ods" } else { "a.xlsx" };
        let ran = Run::new()
            .answers(file, book.bytes())
            .settings("[[question]]\nid = \"q1\"\nkind = \"open\"\ncolumn = \"comment\"\n")
            .output();
        // Of a single answer there is nothing to find; that it was read is what counts here.
        assert!(!ran.said.stderr.contains("is damaged"), "{name}: {}", ran.said.stderr);
        assert!(!ran.said.stderr.contains("is no spreadsheet"), "{name}: {}", ran.said.stderr);
    }
}
