//! A cell of an OpenDocument spreadsheet.

use super::super::value::{shown_bool, shown_iso_moment, shown_iso_span, shown_number};
use super::repeated;
use crate::docx::character;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion};
use std::borrow::Cow;
use std::io::BufRead;

/// Spaces that elements of one cell may stand for.
const MAX_SPACES: u64 = 16 << 20;

/// A cell, or a run of equal ones.
#[derive(Debug)]
pub(super) struct Cell {
    pub(super) text: String,
    /// At least 1.
    pub(super) n: u32,
    /// Spaces in it that are only counted in the file.
    pub(super) n_spaces: u64,
    /// The rows and columns that it covers, at least 1.
    pub(super) span: (u32, u32),
    /// Whether it is a formula whose value does not stand in the file.
    pub(super) is_unknown: bool,
}

/// What the attributes of a cell say.
#[derive(Debug)]
pub(super) struct Stated {
    tag: String,
    kind: Option<String>,
    value: Option<String>,
    is_error: bool,
    has_formula: bool,
    n: u32,
    span: (u32, u32),
}

impl Stated {
    pub(super) fn of(tag: &BytesStart<'_>) -> Self {
        let mut stated = Self {
            tag: tag.name().as_ref().to_owned(),
            kind: None,
            value: None,
            is_error: false,
            has_formula: false,
            n: 1,
            span: (1, 1),
        };
        for attribute in tag.attributes().with_checks(false).flatten() {
            let text = || attribute.normalized_value(XmlVersion::Implicit1_0).ok().map(Cow::into_owned);
            match attribute.key.as_ref() {
                "office:value-type" => stated.kind = text(),
                "office:value"
                | "office:date-value"
                | "office:time-value"
                | "office:boolean-value"
                | "office:string-value" => stated.value = text(),
                "calcext:value-type" => stated.is_error = text().as_deref() == Some("error"),
                "table:formula" => stated.has_formula = true,
                "table:number-columns-repeated" => stated.n = repeated(text()),
                "table:number-rows-spanned" => stated.span.0 = repeated(text()),
                "table:number-columns-spanned" => stated.span.1 = repeated(text()),
                _ => {}
            }
        }
        stated
    }

    /// The value in the form that workbooks share; none if its text is what counts.
    fn shown(&self) -> Option<String> {
        let value = self.value.as_deref().filter(|value| !value.is_empty() && !self.is_error)?;
        match self.kind.as_deref()? {
            "float" | "percentage" | "currency" => {
                value.trim().parse().ok().filter(|n: &f64| n.is_finite()).map(shown_number)
            }
            "date" => Some(shown_iso_moment(value)),
            "time" => Some(shown_iso_span(value)),
            "boolean" => Some(shown_bool(value == "true").to_owned()),
            "string" => Some(value.to_owned()),
            _ => None,
        }
    }
}

/// The attribute of this name.
pub(super) fn attribute(tag: &BytesStart<'_>, name: &str) -> Option<String> {
    let attribute = tag.attributes().with_checks(false).flatten().find(|attribute| attribute.key.as_ref() == name)?;
    attribute.normalized_value(XmlVersion::Implicit1_0).ok().map(Cow::into_owned)
}

/// Reads a cell up to its end.
///
/// # Errors
/// What is wrong with the file, in a phrase.
pub(super) fn read(reader: &mut Reader<impl BufRead>, stated: &Stated) -> Result<Cell, String> {
    let mut text = Text::default();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        match reader.read_event_into(&mut buffer).map_err(|error| format!("its XML is not whole: {error}"))? {
            Event::Start(tag) => match tag.name().as_ref() {
                "text:p" | "text:h" => text.open(),
                "text:s" => text.push_spaces(attribute(&tag, "text:c")),
                "text:tab" => text.push('\t'),
                "text:line-break" => text.push('\n'),
                // Comments, notes, readings, tables and drawings are not what the cell shows.
                name if name.starts_with("draw:")
                    || matches!(name, "office:annotation" | "text:note" | "text:ruby-text" | "table:table") =>
                {
                    let end = tag.to_end().into_owned();
                    let passed = reader.read_to_end_into(end.name(), &mut Vec::new());
                    passed.map_err(|error| format!("its XML is not whole: {error}"))?;
                }
                _ => {}
            },
            Event::End(tag) if tag.name().as_ref() == stated.tag => break,
            Event::End(tag) if matches!(tag.name().as_ref(), "text:p" | "text:h") => text.close(),
            Event::Text(part) => text.push_str(&part.xml10_content()),
            Event::CData(part) => text.push_str(&part.xml10_content()),
            Event::GeneralRef(reference) => text.push(character(&reference)?),
            Event::Eof => return Err("it does not end".into()),
            _ => {}
        }
    }
    let is_unknown = stated.has_formula && stated.kind.is_none() && stated.value.is_none() && text.shown.is_empty();
    let n_spaces = text.n_spaces;
    let text = stated.shown().unwrap_or(text.shown);
    Ok(Cell { text, n: stated.n, n_spaces, span: stated.span, is_unknown })
}

/// The paragraphs of a cell: white space is one space within them and none around them; further spaces are elements.
#[derive(Debug, Default)]
struct Text {
    shown: String,
    n_paragraphs: usize,
    /// How deep within paragraphs; text elsewhere is the layout of the file.
    depth: usize,
    /// Where the open paragraph begins.
    start: usize,
    is_space_due: bool,
    n_spaces: u64,
}

impl Text {
    fn open(&mut self) {
        if self.n_paragraphs > 0 {
            self.shown.push('\n');
        }
        self.n_paragraphs += 1;
        self.depth += 1;
        (self.start, self.is_space_due) = (self.shown.len(), false);
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.is_space_due = false;
    }

    fn push(&mut self, c: char) {
        if self.depth == 0 {
            return;
        }
        if std::mem::take(&mut self.is_space_due) {
            self.shown.push(' ');
        }
        self.shown.push(c);
    }

    fn push_str(&mut self, text: &str) {
        for c in text.chars() {
            if matches!(c, ' ' | '\t' | '\n' | '\r') {
                self.is_space_due = self.depth > 0 && self.shown.len() > self.start;
            } else {
                self.push(c);
            }
        }
    }

    fn push_spaces(&mut self, n: Option<String>) {
        let n = n.and_then(|n| n.trim().parse().ok()).unwrap_or(1).min(MAX_SPACES - self.n_spaces);
        self.n_spaces += n;
        for _ in 0..n {
            self.push(' ');
        }
    }
}
