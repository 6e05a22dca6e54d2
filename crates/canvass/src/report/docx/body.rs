//! The blocks of a chapter as `WordprocessingML`.

use super::picture;
use crate::report::paper::{Block, Cell, ColumnKind, Look, Picture, Span, Table, one_line};
use crate::xml::Xml;
use std::collections::BTreeSet;

/// The width of the text on the page, in twentieths of a point.
pub(super) const TEXT_WIDTH: u32 = 9638;
/// English metric units of a twentieth of a point.
const EMU: u32 = 635;
/// White space at either side of a cell, in twentieths of a point.
const CELL_MARGIN: u32 = 80;
/// The height of a bar, in English metric units.
const BAR_HEIGHT: u32 = 120_000;
/// From this many columns on a table is set in smaller letters.
const NARROW_FROM: usize = 7;
/// Numbers of pictures and bookmarks that a chapter has at its disposal.
const NUMBERS: u32 = 1_000_000;

/// A chapter as XML, and what it needs from the rest of the document.
#[derive(Debug)]
pub(super) struct Body {
    pub(super) xml: String,
    /// Its headings, for the table of contents.
    pub(super) headings: Vec<HeadingLine>,
    /// Its pictures.
    pub(super) pictures: BTreeSet<Picture>,
}

/// A line of the table of contents.
#[derive(Debug)]
pub(super) struct HeadingLine {
    pub(super) level: u8,
    pub(super) text: String,
    pub(super) bookmark: String,
}

struct Writer {
    xml: Xml,
    headings: Vec<HeadingLine>,
    pictures: BTreeSet<Picture>,
    next: u32,
}

/// Writes a chapter; `number`: its place among all, so that ids are unique.
pub(super) fn write(blocks: &[Block], number: u32) -> Body {
    let next = number * NUMBERS % (u32::MAX / 2) + 1;
    let mut writer = Writer { xml: Xml::default(), headings: Vec::new(), pictures: BTreeSet::new(), next };
    for block in blocks {
        writer.block(block);
    }
    Body { xml: writer.xml.done(), headings: writer.headings, pictures: writer.pictures }
}

/// Whether the first letter that has a direction runs from right to left.
pub(super) fn is_rtl(text: &str) -> bool {
    let is_right = |c: char| matches!(c, '\u{590}'..='\u{8ff}' | '\u{fb1d}'..='\u{fdff}' | '\u{fe70}'..='\u{fefc}' | '\u{10800}'..='\u{10fff}' | '\u{1e800}'..='\u{1eeff}');
    text.chars().find(|c| c.is_alphabetic()).is_some_and(is_right)
}

impl Writer {
    fn number(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(level, spans) => self.heading(*level, spans),
            Block::Paragraph(spans) => self.paragraph(None, spans),
            Block::Note(text) => {
                self.paragraph(Some("Note"), &[Span { text: one_line(text), look: Look::Plain }]);
            }
            Block::Quote { text, language, cite } => {
                self.open(Some("Quote"), is_rtl(text));
                self.run(text, Look::Plain, *language);
                self.xml.close();
                self.open(Some("Cite"), false);
                self.run(&format!("— {}", one_line(cite)), Look::Plain, None);
                self.xml.close();
            }
            Block::List(items) => items.iter().for_each(|item| self.paragraph(Some("ListBullet"), item)),
            Block::Table(table) => self.table(table),
            Block::Picture(picture, told) => {
                self.xml.open("w:p", &[]);
                self.picture(picture, told, TEXT_WIDTH * EMU, TEXT_WIDTH * EMU * 18 / 100);
                self.xml.close();
            }
            Block::Answer { id, note, text, language } => {
                self.open(Some("AnswerId"), false);
                self.run(&one_line(id), Look::Bold, None);
                self.run(&format!(" · {}", one_line(note)), Look::Plain, None);
                self.xml.close();
                self.open(Some("Answer"), is_rtl(text));
                self.run(text, Look::Plain, *language);
                self.xml.close();
            }
            Block::Code(text) => {
                for line in text.lines() {
                    self.open(Some("Code"), false);
                    self.run(line, Look::Plain, Some("zxx"));
                    self.xml.close();
                }
            }
        }
    }

    /// Opens a paragraph.
    fn open(&mut self, style: Option<&str>, is_rtl: bool) {
        self.xml.open("w:p", &[]);
        if style.is_some() || is_rtl {
            self.xml.open("w:pPr", &[]);
            if let Some(style) = style {
                self.xml.empty("w:pStyle", &[("w:val", style)]);
            }
            if is_rtl {
                self.xml.empty("w:bidi", &[]);
            }
            self.xml.close();
        }
    }

    fn paragraph(&mut self, style: Option<&str>, spans: &[Span]) {
        self.open(style, spans.first().is_some_and(|span| is_rtl(&span.text)));
        for span in spans {
            self.run(&span.text, span.look, None);
        }
        self.xml.close();
    }

    fn heading(&mut self, level: u8, spans: &[Span]) {
        let style = format!("Heading{level}");
        let text = one_line(&spans.iter().map(|span| span.text.as_str()).collect::<String>());
        let number = self.number();
        let (id, bookmark) = (number.to_string(), format!("_Toc{number}"));
        self.open(Some(&style), is_rtl(&text));
        self.xml.empty("w:bookmarkStart", &[("w:id", &id), ("w:name", &bookmark)]);
        self.run(&text, Look::Plain, None);
        self.xml.empty("w:bookmarkEnd", &[("w:id", &id)]).close();
        self.headings.push(HeadingLine { level, text, bookmark });
    }

    /// Text in one look; line breaks and tabs are kept.
    fn run(&mut self, text: &str, look: Look, language: Option<&str>) {
        if text.is_empty() {
            return;
        }
        let rtl = is_rtl(text);
        self.xml.open("w:r", &[]);
        if look != Look::Plain || language.is_some() || rtl {
            self.xml.open("w:rPr", &[]);
            match look {
                Look::Bold => drop(self.xml.empty("w:b", &[]).empty("w:bCs", &[])),
                Look::Italic => drop(self.xml.empty("w:i", &[]).empty("w:iCs", &[])),
                Look::Plain => {}
            }
            if rtl {
                self.xml.empty("w:rtl", &[]);
            }
            if let Some(language) = language {
                let attribute = if rtl { "w:bidi" } else { "w:val" };
                self.xml.empty("w:lang", &[(attribute, language)]);
            }
            self.xml.close();
        }
        for (at, line) in text.lines().enumerate() {
            if at > 0 {
                self.xml.empty("w:br", &[]);
            }
            for (at, part) in line.split('\t').enumerate() {
                if at > 0 {
                    self.xml.empty("w:tab", &[]);
                }
                if !part.is_empty() {
                    self.xml.open("w:t", &[("xml:space", "preserve")]).text(part).close();
                }
            }
        }
        self.xml.close();
    }

    fn table(&mut self, table: &Table) {
        if !table.caption.is_empty() {
            self.paragraph(Some("Caption"), &[Span { text: one_line(&table.caption), look: Look::Plain }]);
        }
        let all: u32 = table.columns.iter().map(|column| column.width).sum::<u32>().max(1);
        let widths: Vec<u32> = table.columns.iter().map(|column| column.width * TEXT_WIDTH / all).collect();
        self.xml.open("w:tbl", &[]).open("w:tblPr", &[]);
        self.xml.empty("w:tblStyle", &[("w:val", "Findings")]);
        self.xml.empty("w:tblW", &[("w:w", "5000"), ("w:type", "pct")]);
        self.xml.empty("w:tblLayout", &[("w:type", "fixed")]);
        let look = [("w:val", "0020"), ("w:firstRow", "1"), ("w:lastRow", "0"), ("w:firstColumn", "0")];
        let look = [look.as_slice(), &[("w:lastColumn", "0"), ("w:noHBand", "1"), ("w:noVBand", "1")]].concat();
        self.xml.empty("w:tblLook", &look);
        self.xml.empty("w:tblCaption", &[("w:val", &one_line(&table.caption))]);
        self.xml.close().open("w:tblGrid", &[]);
        for width in &widths {
            self.xml.empty("w:gridCol", &[("w:w", &width.to_string())]);
        }
        self.xml.close();
        self.xml.open("w:tr", &[]).open("w:trPr", &[]);
        self.xml.empty("w:cantSplit", &[]).empty("w:tblHeader", &[]).close();
        let style = if table.columns.len() < NARROW_FROM { "TableText" } else { "NarrowText" };
        for (column, width) in table.columns.iter().zip(&widths) {
            self.cell(&Cell::Text(column.title.clone()), column.kind, *width, style);
        }
        self.xml.close();
        for row in &table.rows {
            self.xml.open("w:tr", &[]).open("w:trPr", &[]).empty("w:cantSplit", &[]).close();
            for ((cell, column), width) in row.iter().zip(&table.columns).zip(&widths) {
                self.cell(cell, column.kind, *width, style);
            }
            self.xml.close();
        }
        self.xml.close();
        // Two tables would grow together, and none may end a cell or the body.
        self.xml.open("w:p", &[]).open("w:pPr", &[]).empty("w:pStyle", &[("w:val", "AfterTable")]);
        self.xml.close().close();
    }

    fn cell(&mut self, cell: &Cell, kind: ColumnKind, width: u32, style: &str) {
        self.xml.open("w:tc", &[]).open("w:tcPr", &[]);
        self.xml.empty("w:tcW", &[("w:w", &width.to_string()), ("w:type", "dxa")]).close();
        self.xml.open("w:p", &[]).open("w:pPr", &[]).empty("w:pStyle", &[("w:val", style)]);
        let told = match cell {
            Cell::Text(text) | Cell::Bold(text) => text.as_str(),
            Cell::Bar(..) => "",
        };
        if is_rtl(told) {
            self.xml.empty("w:bidi", &[]);
        }
        if kind == ColumnKind::Number {
            self.xml.empty("w:jc", &[("w:val", "right")]);
        }
        self.xml.close();
        match cell {
            Cell::Text(text) => self.run(text, Look::Plain, None),
            Cell::Bold(text) => self.run(text, Look::Bold, None),
            Cell::Bar(picture, told) => {
                let room = width.saturating_sub(2 * CELL_MARGIN).max(1);
                self.picture(picture, told, room * EMU, BAR_HEIGHT);
            }
        }
        self.xml.close().close();
    }

    fn picture(&mut self, picture: &Picture, told: &str, width: u32, height: u32) {
        let name = picture::name(picture);
        let number = self.number();
        inline(&mut self.xml, &name, None, told, number, (width, height));
        self.pictures.insert(picture.clone());
    }
}

/// A picture within a line: the part's name, that of its SVG form if it has one, what it shows, its number, its size.
pub(super) fn inline(xml: &mut Xml, name: &str, svg: Option<&str>, told: &str, number: u32, size: (u32, u32)) {
    let (cx, cy) = (size.0.to_string(), size.1.to_string());
    let (number, link) = (number.to_string(), link_of(name));
    let extent = [("cx", cx.as_str()), ("cy", cy.as_str())];
    xml.open("w:r", &[]).open("w:drawing", &[]);
    xml.open("wp:inline", &[("distT", "0"), ("distB", "0"), ("distL", "0"), ("distR", "0")]);
    xml.empty("wp:extent", &extent);
    xml.empty("wp:docPr", &[("id", &number), ("name", name), ("descr", &one_line(told))]);
    xml.open("a:graphic", &[]);
    xml.open("a:graphicData", &[("uri", "http://schemas.openxmlformats.org/drawingml/2006/picture")]);
    xml.open("pic:pic", &[]).open("pic:nvPicPr", &[]);
    xml.empty("pic:cNvPr", &[("id", &number), ("name", name), ("descr", &one_line(told))]).empty("pic:cNvPicPr", &[]);
    xml.close().open("pic:blipFill", &[]);
    match svg {
        None => drop(xml.empty("a:blip", &[("r:embed", &link)])),
        Some(svg) => {
            xml.open("a:blip", &[("r:embed", &link)]).open("a:extLst", &[]);
            xml.open("a:ext", &[("uri", "{96DAC541-7B7A-43D3-8B79-37D633B846F1}")]);
            let space = "http://schemas.microsoft.com/office/drawing/2016/SVG/main";
            xml.empty("asvg:svgBlip", &[("xmlns:asvg", space), ("r:embed", &link_of(svg))]);
            xml.close().close().close();
        }
    }
    xml.open("a:stretch", &[]).empty("a:fillRect", &[]).close().close();
    xml.open("pic:spPr", &[]).open("a:xfrm", &[]).empty("a:off", &[("x", "0"), ("y", "0")]);
    xml.empty("a:ext", &extent).close();
    xml.open("a:prstGeom", &[("prst", "rect")]).empty("a:avLst", &[]).close().close();
    xml.close().close().close().close().close().close();
}

/// The id of the link to a picture.
pub(super) fn link_of(name: &str) -> String {
    format!("p-{}", name.replace('.', "-"))
}
