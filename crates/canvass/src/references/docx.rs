//! The text of a Word document.
//!
//! What is read: the paragraphs of the document's body, tables and text boxes among it, in the order of the file. What is not: headers, footers,
//! notes, comments, and what a tracked change removed.

use quick_xml::Reader;
use quick_xml::events::Event;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// What the body may take when unpacked, in bytes.
const MAX_UNPACKED_BYTES: u64 = 64 << 20;

/// The text of a document, a line a paragraph.
///
/// # Errors
/// What is wrong with the file, in a phrase.
pub(super) fn text(bytes: &[u8]) -> Result<String, String> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| "it is no zip archive, or cut off".to_owned())?;
    let part = archive.by_name("word/document.xml").map_err(|_| "it holds no word/document.xml".to_owned())?;
    let mut xml = String::new();
    let mut part = part.take(MAX_UNPACKED_BYTES + 1);
    part.read_to_string(&mut xml).map_err(|_| "its word/document.xml cannot be unpacked as UTF-8".to_owned())?;
    if xml.len() as u64 > MAX_UNPACKED_BYTES {
        return Err(format!("unpacked it takes more than {MAX_UNPACKED_BYTES} bytes"));
    }
    body(&xml)
}

/// The text in the XML of a document's body.
fn body(xml: &str) -> Result<String, String> {
    let mut reader = Reader::from_str(xml);
    let (mut text, mut in_text) = (String::new(), false);
    loop {
        let event = reader.read_event().map_err(|error| format!("its XML is not whole: {error}"))?;
        match event {
            Event::Start(element) => in_text = element.local_name().as_ref() == "t",
            Event::Empty(element) => match element.local_name().as_ref() {
                "tab" => text.push('\t'),
                "br" | "cr" | "p" => text.push('\n'),
                "noBreakHyphen" => text.push('\u{2011}'),
                _ => {}
            },
            Event::End(element) => {
                in_text = false;
                if element.local_name().as_ref() == "p" {
                    text.push('\n');
                }
            }
            Event::Text(part) if in_text => text.push_str(&part.xml10_content()),
            Event::CData(part) if in_text => text.push_str(&part.xml10_content()),
            Event::GeneralRef(reference) if in_text => text.push(character(&reference)?),
            Event::Eof => return Ok(text),
            _ => {}
        }
    }
}

/// What a reference such as `&amp;` or `&#233;` stands for.
fn character(reference: &quick_xml::events::BytesRef<'_>) -> Result<char, String> {
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
        assert_eq!(text(&bytes).unwrap(), "The ferry & the mo\u{e9}le\nopen\t\tall year\n");
    }

    #[test]
    fn what_is_no_document_is_refused() {
        assert_eq!(text(b"PK\x03\x04").unwrap_err(), "it is no zip archive, or cut off");
        assert!(text(&document("<w:p>")).unwrap_err().contains("not whole"));
        assert!(text(&document("<w:t>&nothing;</w:t>")).unwrap_err().contains("unknown reference"));
    }
}
