//! Workbooks and documents written part by part, so that any part can be wrong.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const LINKS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const KIND: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml";

/// The rows that a workbook has without further word: a header and three answers.
pub(crate) const ROWS: &str = "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>0</v></c><c r=\"B1\" t=\"s\"><v>1</v></c></row>\
    <row r=\"2\"><c r=\"A2\"><v>1</v></c><c r=\"B2\" t=\"s\"><v>2</v></c></row>\
    <row r=\"3\"><c r=\"A3\"><v>2</v></c><c r=\"B3\" t=\"s\"><v>3</v></c></row>\
    <row r=\"4\"><c r=\"A4\"><v>3</v></c><c r=\"B4\" t=\"s\"><v>4</v></c></row>";

/// The parts of an archive.
#[derive(Clone, Debug)]
pub(crate) struct Book {
    parts: Vec<(String, Vec<u8>)>,
}

impl Book {
    fn of(parts: &[(&str, String)]) -> Self {
        let parts = parts.iter().map(|(name, content)| ((*name).to_owned(), content.clone().into_bytes())).collect();
        Self { parts }
    }

    /// An Excel workbook with the sheet `Form1`.
    pub(crate) fn excel() -> Self {
        let strings = ["id", "comment", "The evening ferry must run later", "Cheaper tickets", "A later ferry"];
        let string = |text: &&str| format!("<si><t>{text}</t></si>");
        let strings: String = strings.iter().map(string).collect();
        Self::of(&[
            (
                "[Content_Types].xml",
                format!(
                    "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\">\
                     <Override PartName=\"/xl/workbook.xml\" ContentType=\"{KIND}.sheet.main+xml\"/></Types>"
                ),
            ),
            ("_rels/.rels", relations(&[("r1", "officeDocument", "xl/workbook.xml")])),
            ("xl/sharedStrings.xml", format!("<sst xmlns=\"{MAIN}\">{strings}</sst>")),
            ("xl/styles.xml", format!("<styleSheet xmlns=\"{MAIN}\"><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>")),
        ])
        .sheets(&[("Form1", "visible", ROWS)])
    }

    /// The sheets of an Excel workbook: name, state and rows.
    pub(crate) fn sheets(mut self, sheets: &[(&str, &str, &str)]) -> Self {
        let mut links = vec![
            ("s1".to_owned(), "sharedStrings", "sharedStrings.xml".to_owned()),
            ("s2".to_owned(), "styles", "styles.xml".to_owned()),
        ];
        let mut list = String::new();
        for (n, (name, state, rows)) in (1..).zip(sheets) {
            links.push((format!("r{n}"), "worksheet", format!("worksheets/sheet{n}.xml")));
            write!(list, "<sheet name=\"{name}\" sheetId=\"{n}\" state=\"{state}\" r:id=\"r{n}\"/>").unwrap();
            let sheet = format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>");
            self = self.part(&format!("xl/worksheets/sheet{n}.xml"), sheet);
        }
        let links: Vec<_> = links.iter().map(|(id, kind, target)| (id.as_str(), *kind, target.as_str())).collect();
        let book =
            format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{LINKS}\"><workbookPr/><sheets>{list}</sheets></workbook>");
        self.part("xl/workbook.xml", book).part("xl/_rels/workbook.xml.rels", relations(&links))
    }

    /// Other rows in an Excel workbook's only sheet.
    pub(crate) fn rows(self, rows: &str) -> Self {
        self.sheets(&[("Form1", "visible", rows)])
    }

    /// An OpenDocument spreadsheet with these tables; without any, with the sheet `Form1`.
    pub(crate) fn open_document(tables: &str) -> Self {
        let row = |id: &str, text: &str| {
            let cell = |text: &str| {
                format!("<table:table-cell office:value-type=\"string\"><text:p>{text}</text:p></table:table-cell>")
            };
            format!("<table:table-row>{}{}</table:table-row>", cell(id), cell(text))
        };
        let plain = format!(
            "<table:table table:name=\"Form1\">{}{}{}</table:table>",
            row("id", "comment"),
            row("1", "The evening ferry must run later"),
            row("2", "Cheaper tickets")
        );
        let tables = if tables.is_empty() { plain } else { tables.to_owned() };
        Self::of(&[
            ("mimetype", "application/vnd.oasis.opendocument.spreadsheet".to_owned()),
            ("META-INF/manifest.xml", "<manifest:manifest xmlns:manifest=\"m\"/>".to_owned()),
            (
                "content.xml",
                format!(
                    "<?xml version=\"1.0\"?><office:document-content xmlns:office=\"o\" xmlns:table=\"t\" xmlns:text=\"x\"><office:body>\
                     <office:spreadsheet>{tables}</office:spreadsheet></office:body></office:document-content>"
                ),
            ),
        ])
    }

    /// A Word document whose body is this XML.
    pub(crate) fn word(body: &str) -> Self {
        let document = format!("<?xml version=\"1.0\"?><w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>");
        Self::of(&[("[Content_Types].xml", "<Types/>".to_owned()), ("word/document.xml", document)])
    }

    /// With this part, in the place of one of its name.
    pub(crate) fn part(mut self, name: &str, content: impl Into<Vec<u8>>) -> Self {
        let content = content.into();
        match self.parts.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = content,
            None => self.parts.push((name.to_owned(), content)),
        }
        self
    }

    /// With a part in other words.
    pub(crate) fn altered(self, name: &str, alter: impl Fn(&str) -> String) -> Self {
        let (_, known) = self.parts.iter().find(|(known, _)| known == name).unwrap();
        let content = alter(std::str::from_utf8(known).unwrap());
        self.part(name, content)
    }

    /// With so many further parts, all of them empty.
    pub(crate) fn crowded(mut self, n: usize) -> Self {
        self.parts.extend((0..n).map(|n| (format!("xl/media/{n}"), Vec::new())));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.parts.retain(|(known, _)| known != name);
        self
    }

    /// The archive.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in &self.parts {
            let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
            writer.start_file(name.as_str(), options).unwrap();
            writer.write_all(content).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }
}

fn relations(links: &[(&str, &str, &str)]) -> String {
    let link = |(id, kind, target): &(&str, &str, &str)| {
        format!("<Relationship Id=\"{id}\" Type=\"{LINKS}/{kind}\" Target=\"{target}\"/>")
    };
    format!("<Relationships xmlns=\"{PACKAGE}\">{}</Relationships>", links.iter().map(link).collect::<String>())
}
