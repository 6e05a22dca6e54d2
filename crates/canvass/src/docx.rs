//! The text of a Word document.
//!
//! What is read: the paragraphs of the document's body, tables and text boxes among it, in the order of the file. What is not: headers, footers,
//! notes, comments, and what a tracked change removed.

use quick_xml::Reader;
use quick_xml::XmlVersion;
use quick_xml::events::{BytesStart, Event};
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// What the body may take when unpacked, in bytes.
pub(crate) const MAX_UNPACKED_BYTES: u64 = 64 << 20;

/// A paragraph of a document.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct DocumentParagraph {
    /// Its text, in pieces of the same weight, and whether each is bold by itself, not by its style.
    pub(crate) runs: Vec<(bool, String)>,
    /// The id of its style; empty: that of all others.
    pub(crate) style: String,
    /// Whether it is an item of a list.
    pub(crate) is_item: bool,
}

impl DocumentParagraph {
    fn push(&mut self, is_bold: bool, text: &str) {
        match self.runs.last_mut() {
            Some((last, run)) if *last == is_bold => run.push_str(text),
            _ => self.runs.push((is_bold, text.to_owned())),
        }
    }

    /// Its text.
    pub(crate) fn text(&self) -> String {
        self.runs.iter().map(|(_, run)| run.as_str()).collect()
    }
}

/// The texts of the paragraphs of a document, blank ones among them; a line break within one is a line break.
///
/// # Errors
/// What is wrong with the file, in a phrase.
pub(crate) fn paragraphs(bytes: &[u8]) -> Result<Vec<String>, String> {
    Ok(styled_paragraphs(bytes)?.iter().map(DocumentParagraph::text).collect())
}

/// The paragraphs of a document, with what tells headings, lists and bold words.
///
/// # Errors
/// What is wrong with the file, in a phrase.
pub(crate) fn styled_paragraphs(bytes: &[u8]) -> Result<Vec<DocumentParagraph>, String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| "it is no zip archive, or cut off".to_owned())?;
    let part = archive.by_name("word/document.xml").map_err(|_| "it holds no word/document.xml".to_owned())?;
    let mut xml = String::new();
    let mut part = part.take(MAX_UNPACKED_BYTES + 1);
    part.read_to_string(&mut xml).map_err(|_| "its part word/document.xml is damaged or not in UTF-8".to_owned())?;
    if xml.len() as u64 > MAX_UNPACKED_BYTES {
        return Err(format!("unpacked it takes more than {MAX_UNPACKED_BYTES} bytes"));
    }
    body(&xml)
}

/// What holds text or marks that are not read: places of tabs, what a tracked change moved away, and the second form of a text box.
fn is_passed_over(name: &str) -> bool {
    matches!(name, "tabs" | "moveFrom" | "Fallback")
}

/// The value of an element, `w:val`; none if it has none.
fn value(element: &BytesStart<'_>) -> Option<String> {
    let of = element.attributes().flatten().find(|attribute| attribute.key.local_name().as_ref() == "val")?;
    of.normalized_value(XmlVersion::Implicit1_0).ok().map(std::borrow::Cow::into_owned)
}

/// The paragraphs in the XML of a document's body.
fn body(xml: &str) -> Result<Vec<DocumentParagraph>, String> {
    let mut reader = Reader::from_str(xml);
    let (mut paragraphs, mut open): (Vec<DocumentParagraph>, Vec<DocumentParagraph>) = (Vec::new(), Vec::new());
    let (mut in_text, mut is_bold, mut n_passed_over) = (false, false, 0_u32);
    loop {
        let event = reader.read_event().map_err(|error| format!("its XML is not whole: {error}"))?;
        // Outside of any paragraph no text stands.
        let mut push = |text: &str| {
            if let Some(paragraph) = open.last_mut().filter(|_| n_passed_over == 0) {
                paragraph.push(is_bold, text);
            }
        };
        match event {
            Event::Start(element) => {
                let name = element.local_name();
                in_text = name.as_ref() == "t";
                n_passed_over += u32::from(is_passed_over(name.as_ref()));
                match name.as_ref() {
                    "p" => open.push(DocumentParagraph::default()),
                    "r" => is_bold = false,
                    "b" => is_bold = is_on(&element),
                    "numPr" => open.iter_mut().last().into_iter().for_each(|paragraph| paragraph.is_item = true),
                    _ => {}
                }
            }
            Event::Empty(element) => match element.local_name().as_ref() {
                "tab" => push("\t"),
                "br" | "cr" => push("\n"),
                "noBreakHyphen" => push("\u{2011}"),
                "p" if n_passed_over == 0 => paragraphs.push(DocumentParagraph::default()),
                "b" => is_bold = is_on(&element),
                "pStyle" => {
                    if let Some((paragraph, style)) = open.last_mut().zip(value(&element)) {
                        paragraph.style = style;
                    }
                }
                _ => {}
            },
            Event::End(element) => {
                in_text = false;
                let name = element.local_name();
                n_passed_over -= u32::from(is_passed_over(name.as_ref()));
                match name.as_ref() {
                    "p" => paragraphs.extend(open.pop().filter(|_| n_passed_over == 0)),
                    // The mark at the end of a paragraph has a weight of its own, which is not that of its text.
                    "pPr" | "r" => is_bold = false,
                    _ => {}
                }
            }
            Event::Text(part) if in_text => push(&part.xml10_content()),
            Event::CData(part) if in_text => push(&part.xml10_content()),
            Event::GeneralRef(reference) if in_text => push(character(&reference)?.encode_utf8(&mut [0; 4])),
            Event::Eof => return Ok(paragraphs),
            _ => {}
        }
    }
}

/// Whether a switch such as `w:b` is on.
fn is_on(element: &BytesStart<'_>) -> bool {
    !matches!(value(element).as_deref(), Some("0" | "false" | "off" | "none"))
}

/// What a reference such as `&amp;` or `&#233;` stands for.
pub(crate) fn character(reference: &quick_xml::events::BytesRef<'_>) -> Result<char, String> {
    let content = reference.xml10_content();
    let unknown = || format!("its XML has the unknown reference &{content};");
    if let Some(character) = reference.resolve_char_ref().map_err(|_| unknown())? {
        return Ok(character);
    }
    match content.as_ref() {
        "amp" => Ok('&'),
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "quot" => Ok('"'),
        "apos" => Ok('\''),
        _ => Err(unknown()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn document(body: &str) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("word/document.xml", SimpleFileOptions::default()).unwrap();
        write!(writer, "<?xml version=\"1.0\"?><w:document xmlns:w=\"w\"><w:body>{body}</w:body></w:document>")
            .unwrap();
        writer.finish().unwrap().into_inner()
    }

    #[test]
    fn paragraphs_are_lines_and_runs_are_joined() {
        let bytes = document(
            "<w:p><w:r><w:t>The ferry &amp; the </w:t></w:r><w:r><w:t>mo&#233;le</w:t></w:r></w:p>\
             <w:p><w:del><w:r><w:delText>gone</w:delText></w:r></w:del><w:r><w:t>open<w:tab/></w:t><w:tab/><w:t>all year</w:t></w:r></w:p>",
        );
        assert_eq!(paragraphs(&bytes).unwrap(), ["The ferry & the mo\u{e9}le", "open\t\tall year"]);
    }

    #[test]
    fn places_of_tabs_what_was_moved_away_and_second_forms_of_text_boxes_are_not_text() {
        let bytes = document(
            "<w:p><w:pPr><w:tabs><w:tab w:val=\"left\"/></w:tabs></w:pPr><w:moveFrom><w:r><w:t>old</w:t></w:r></w:moveFrom>\
             <w:r><w:tab/><w:t>new</w:t><w:br/><w:t>line</w:t></w:r></w:p><w:p/>\
             <w:p><w:r><w:t>before</w:t><mc:Choice><w:p><w:r><w:t>box</w:t></w:r></w:p></mc:Choice>\
             <mc:Fallback><w:p><w:r><w:t>box</w:t></w:r></w:p></mc:Fallback><w:t>after</w:t></w:r></w:p>",
        );
        assert_eq!(paragraphs(&bytes).unwrap(), ["\tnew\nline", "", "box", "beforeafter"]);
    }

    #[test]
    fn what_is_no_document_is_refused() {
        assert_eq!(paragraphs(b"PK\x03\x04").unwrap_err(), "it is no zip archive, or cut off");
        assert!(paragraphs(&document("<w:p>")).unwrap_err().contains("not whole"));
        assert!(paragraphs(&document("<w:t>&nothing;</w:t>")).unwrap_err().contains("unknown reference"));
    }
}
