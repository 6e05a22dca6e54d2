//! Archives around fuzzed parts, and what must hold of whatever is read from them.

use canvass::{Config, ingest};
use std::io::{Cursor, Write};
use std::sync::Once;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// An archive of these parts.
pub(crate) fn archive(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer.start_file(*name, SimpleFileOptions::default()).expect("a name of ours");
        writer.write_all(content).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

/// An Excel workbook of one sheet: what stands in the sheet, the shared strings and the properties of the workbook.
#[allow(dead_code, reason = "not every target makes one")]
pub(crate) fn excel(sheet: &[u8], strings: &[u8], properties: &[u8]) -> Vec<u8> {
    const LINKS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let around = |before: &str, inner: &[u8], after: &str| [before.as_bytes(), inner, after.as_bytes()].concat();
    let link = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{LINKS}/{kind}\" Target=\"{target}\"/>")
    };
    let links = [
        link("r1", "worksheet", "worksheets/sheet1.xml"),
        link("r2", "sharedStrings", "sharedStrings.xml"),
        link("r3", "styles", "styles.xml"),
    ];
    archive(&[
        ("xl/_rels/workbook.xml.rels", format!("<Relationships>{}</Relationships>", links.concat()).as_bytes()),
        (
            "xl/workbook.xml",
            &around("<workbook>", properties, "<sheets><sheet name=\"S\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>"),
        ),
        ("xl/styles.xml", b"<styleSheet><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/><xf numFmtId=\"21\"/></cellXfs></styleSheet>"),
        ("xl/sharedStrings.xml", &around("<sst>", strings, "</sst>")),
        ("xl/worksheets/sheet1.xml", &around("<worksheet>", sheet, "</worksheet>")),
    ])
}

/// A valid archive with some of its bytes altered: an alteration is a place, in two bytes, and a byte.
#[allow(dead_code, reason = "not every target alters one")]
pub(crate) fn altered(whole: &[u8], alterations: &[u8]) -> Vec<u8> {
    let mut bytes = whole.to_vec();
    for alteration in alterations.chunks_exact(3) {
        let at = usize::from(u16::from_le_bytes([alteration[0], alteration[1]])) % bytes.len();
        bytes[at] = alteration[2];
    }
    bytes
}

/// What is read is read alike again; what is refused is refused with a message and a way out.
pub(crate) fn check(name: &str, bytes: &[u8]) {
    static QUIET: Once = Once::new();
    // The fuzzer's hook ends the process at any panic; those of other readers are caught, and what is not caught ends it all the same.
    QUIET.call_once(|| std::panic::set_hook(Box::new(|_| {})));
    let mut config = Config::default();
    config.input.max_cell_bytes = Some(1000);
    match ingest::read_bytes(&[(name, bytes)], &config) {
        Ok(intake) => {
            let again = ingest::read_bytes(&[(name, bytes)], &config).expect("it was read before");
            assert_eq!((&again.submissions, &again.responses), (&intake.submissions, &intake.responses));
            assert!(intake.responses.iter().all(|response| response.text.len() <= 1000));
        }
        Err(error) => assert!(!error.to_string().is_empty() && !error.hint().is_empty()),
    }
}

/// The parts of the input, which stand between lines of dashes.
#[allow(dead_code, reason = "not every target has several")]
pub(crate) fn pieces<const N: usize>(data: &[u8]) -> [&[u8]; N] {
    let mut rest = data;
    std::array::from_fn(|_| {
        let end = rest.windows(4).position(|window| window == b"\n--\n");
        let (piece, after) = end.map_or((rest, &[][..]), |end| (&rest[..end], &rest[end + 4..]));
        rest = after;
        piece
    })
}
