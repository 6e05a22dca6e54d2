//! The styles of the document, by the names that word processors know: Title, Heading 1 to 3, Quote, Caption, ...

use super::picture::{colour, hex, lightness, tint};
use crate::xml::Xml;

const SPACE: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
/// A colour lighter than this is no colour for letters.
const LIGHTEST: u32 = 150;

/// A paragraph style.
#[allow(clippy::struct_excessive_bools, reason = "each is a mark of its own in the file")]
struct Style {
    id: &'static str,
    name: &'static str,
    /// In half points; none: as the text.
    size: Option<&'static str>,
    /// Before and after, in twentieths of a point.
    space: (&'static str, &'static str),
    /// Indent on the left, in twentieths of a point.
    indent: Option<&'static str>,
    is_bold: bool,
    is_italic: bool,
    is_accent: bool,
    is_quiet: bool,
    /// Whether it stays on the page of what follows.
    keeps_next: bool,
    /// Its place in the outline, 0 for the first level.
    outline: Option<&'static str>,
}

const PLAIN: Style = Style {
    id: "",
    name: "",
    size: None,
    space: ("0", "120"),
    indent: None,
    is_bold: false,
    is_italic: false,
    is_accent: false,
    is_quiet: false,
    keeps_next: false,
    outline: None,
};

const STYLES: [Style; 20] = [
    Style {
        id: "Title",
        name: "Title",
        size: Some("52"),
        space: ("240", "120"),
        is_bold: true,
        is_accent: true,
        ..PLAIN
    },
    Style { id: "Subtitle", name: "Subtitle", size: Some("24"), space: ("0", "60"), is_quiet: true, ..PLAIN },
    Style {
        id: "Heading1",
        name: "heading 1",
        size: Some("34"),
        space: ("480", "160"),
        is_bold: true,
        is_accent: true,
        keeps_next: true,
        outline: Some("0"),
        ..PLAIN
    },
    Style {
        id: "Heading2",
        name: "heading 2",
        size: Some("27"),
        space: ("360", "120"),
        is_bold: true,
        is_accent: true,
        keeps_next: true,
        outline: Some("1"),
        ..PLAIN
    },
    Style {
        id: "Heading3",
        name: "heading 3",
        size: Some("23"),
        space: ("280", "80"),
        is_bold: true,
        keeps_next: true,
        outline: Some("2"),
        ..PLAIN
    },
    Style { id: "Note", name: "Note", size: Some("17"), is_quiet: true, ..PLAIN },
    Style { id: "Quote", name: "Quote", space: ("80", "0"), indent: Some("400"), is_italic: true, ..PLAIN },
    Style {
        id: "Cite",
        name: "Cite",
        size: Some("17"),
        space: ("0", "140"),
        indent: Some("400"),
        is_quiet: true,
        ..PLAIN
    },
    Style {
        id: "Caption",
        name: "caption",
        size: Some("18"),
        space: ("160", "60"),
        is_quiet: true,
        keeps_next: true,
        ..PLAIN
    },
    Style { id: "TableText", name: "Table Text", size: Some("18"), space: ("30", "30"), ..PLAIN },
    Style { id: "NarrowText", name: "Narrow Table Text", size: Some("15"), space: ("20", "20"), ..PLAIN },
    Style { id: "AfterTable", name: "After Table", size: Some("8"), space: ("0", "60"), ..PLAIN },
    Style {
        id: "AnswerId",
        name: "Answer Id",
        size: Some("17"),
        space: ("120", "0"),
        is_quiet: true,
        keeps_next: true,
        ..PLAIN
    },
    Style { id: "Answer", name: "Answer", size: Some("19"), space: ("0", "60"), indent: Some("240"), ..PLAIN },
    Style { id: "Code", name: "Code", size: Some("15"), space: ("0", "0"), ..PLAIN },
    Style {
        id: "TOCHeading",
        name: "TOC Heading",
        size: Some("27"),
        space: ("360", "120"),
        is_bold: true,
        is_accent: true,
        keeps_next: true,
        ..PLAIN
    },
    Style { id: "TOC1", name: "toc 1", space: ("40", "20"), ..PLAIN },
    Style { id: "TOC2", name: "toc 2", size: Some("19"), space: ("0", "20"), indent: Some("240"), ..PLAIN },
    Style { id: "TOC3", name: "toc 3", size: Some("19"), space: ("0", "20"), indent: Some("480"), ..PLAIN },
    Style { id: "Footer", name: "footer", size: Some("16"), space: ("0", "0"), is_quiet: true, ..PLAIN },
];

/// `word/styles.xml`
pub(super) fn styles(accent: &str, language: &str) -> String {
    let accent = colour(accent);
    let letters = if lightness(accent) > LIGHTEST { "1a1f24".to_owned() } else { hex(accent) };
    let mut xml = Xml::part();
    xml.open("w:styles", &[("xmlns:w", SPACE)]).open("w:docDefaults", &[]);
    xml.open("w:rPrDefault", &[]).open("w:rPr", &[]);
    let font = "Calibri";
    xml.empty("w:rFonts", &[("w:ascii", font), ("w:hAnsi", font), ("w:eastAsia", font), ("w:cs", "Arial")]);
    xml.empty("w:sz", &[("w:val", "21")]).empty("w:szCs", &[("w:val", "21")]);
    xml.empty("w:lang", &[("w:val", language), ("w:eastAsia", "zh-CN"), ("w:bidi", "ar-SA")]).close().close();
    xml.open("w:pPrDefault", &[]).open("w:pPr", &[]);
    xml.empty("w:spacing", &[("w:after", "120"), ("w:line", "264"), ("w:lineRule", "auto")]).close().close().close();
    xml.open("w:style", &[("w:type", "paragraph"), ("w:default", "1"), ("w:styleId", "Normal")]);
    xml.empty("w:name", &[("w:val", "Normal")]).empty("w:qFormat", &[]).close();
    for style in &STYLES {
        paragraph_style(&mut xml, style, &letters);
    }
    list_style(&mut xml);
    table_style(&mut xml, &hex(tint(accent, 14)), &letters);
    xml.done()
}

fn paragraph_style(xml: &mut Xml, style: &Style, accent: &str) {
    xml.open("w:style", &[("w:type", "paragraph"), ("w:styleId", style.id)]);
    xml.empty("w:name", &[("w:val", style.name)]).empty("w:basedOn", &[("w:val", "Normal")]);
    if style.outline.is_some() {
        xml.empty("w:next", &[("w:val", "Normal")]);
    }
    xml.empty("w:qFormat", &[]).open("w:pPr", &[]);
    if style.keeps_next {
        xml.empty("w:keepNext", &[]).empty("w:keepLines", &[]);
    }
    if style.id == "Quote" {
        xml.open("w:pBdr", &[]);
        xml.empty("w:left", &[("w:val", "single"), ("w:sz", "18"), ("w:space", "10"), ("w:color", "c9d3da")]).close();
    }
    if matches!(style.id, "TOC1" | "TOC2" | "TOC3") {
        xml.open("w:tabs", &[]).empty("w:tab", &[("w:val", "right"), ("w:leader", "dot"), ("w:pos", "9638")]).close();
    }
    if style.id == "Footer" {
        xml.open("w:tabs", &[]).empty("w:tab", &[("w:val", "right"), ("w:pos", "9638")]).close();
    }
    xml.empty("w:spacing", &[("w:before", style.space.0), ("w:after", style.space.1)]);
    if let Some(indent) = style.indent {
        xml.empty("w:ind", &[("w:left", indent)]);
    }
    if let Some(level) = style.outline {
        xml.empty("w:outlineLvl", &[("w:val", level)]);
    }
    xml.close().open("w:rPr", &[]);
    if style.id == "Code" {
        xml.empty("w:rFonts", &[("w:ascii", "Consolas"), ("w:hAnsi", "Consolas"), ("w:cs", "Consolas")]);
    }
    if style.is_bold {
        xml.empty("w:b", &[]).empty("w:bCs", &[]);
    }
    if style.is_italic {
        xml.empty("w:i", &[]);
    }
    if style.is_accent || style.is_quiet {
        xml.empty("w:color", &[("w:val", if style.is_accent { accent } else { "545e67" })]);
    }
    if let Some(size) = style.size {
        xml.empty("w:sz", &[("w:val", size)]).empty("w:szCs", &[("w:val", size)]);
    }
    xml.close().close();
}

fn list_style(xml: &mut Xml) {
    xml.open("w:style", &[("w:type", "paragraph"), ("w:styleId", "ListBullet")]);
    xml.empty("w:name", &[("w:val", "List Bullet")]).empty("w:basedOn", &[("w:val", "Normal")]).empty("w:qFormat", &[]);
    xml.open("w:pPr", &[]).open("w:numPr", &[]).empty("w:numId", &[("w:val", "1")]).close();
    xml.empty("w:spacing", &[("w:before", "0"), ("w:after", "60")]);
    xml.empty("w:ind", &[("w:left", "360"), ("w:hanging", "280")]).close().close();
}

fn table_style(xml: &mut Xml, shade: &str, accent: &str) {
    xml.open("w:style", &[("w:type", "table"), ("w:customStyle", "1"), ("w:styleId", "Findings")]);
    xml.empty("w:name", &[("w:val", "Findings Table")]).empty("w:qFormat", &[]);
    xml.open("w:tblPr", &[]).open("w:tblBorders", &[]);
    let line = |colour: &'static str| [("w:val", "single"), ("w:sz", "4"), ("w:space", "0"), ("w:color", colour)];
    xml.empty("w:top", &line("8a959e")).empty("w:bottom", &line("8a959e")).empty("w:insideH", &line("d9e0e5")).close();
    xml.open("w:tblCellMar", &[]);
    xml.empty("w:left", &[("w:w", "80"), ("w:type", "dxa")]).empty("w:right", &[("w:w", "80"), ("w:type", "dxa")]);
    xml.close().close();
    xml.open("w:tblStylePr", &[("w:type", "firstRow")]).open("w:rPr", &[]);
    xml.empty("w:b", &[]).empty("w:color", &[("w:val", accent)]).close();
    xml.open("w:tcPr", &[]).empty("w:shd", &[("w:val", "clear"), ("w:color", "auto"), ("w:fill", shade)]);
    xml.close().close().close();
}

/// `word/numbering.xml`: one kind of bullet.
pub(super) fn numbering() -> String {
    let mut xml = Xml::part();
    xml.open("w:numbering", &[("xmlns:w", SPACE)]).open("w:abstractNum", &[("w:abstractNumId", "0")]);
    xml.empty("w:multiLevelType", &[("w:val", "singleLevel")]).open("w:lvl", &[("w:ilvl", "0")]);
    xml.empty("w:start", &[("w:val", "1")]).empty("w:numFmt", &[("w:val", "bullet")]);
    xml.empty("w:pStyle", &[("w:val", "ListBullet")]);
    xml.empty("w:lvlText", &[("w:val", "•")]).empty("w:lvlJc", &[("w:val", "left")]);
    xml.open("w:pPr", &[]).empty("w:ind", &[("w:left", "360"), ("w:hanging", "280")]).close().close().close();
    xml.open("w:num", &[("w:numId", "1")]).empty("w:abstractNumId", &[("w:val", "0")]);
    xml.done()
}
