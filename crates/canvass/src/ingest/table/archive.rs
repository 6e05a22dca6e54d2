//! What a zip archive says it holds, looked at before a workbook is opened.

use crate::ingest::IngestError;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// What the parts of a workbook may take together when unpacked, in bytes.
const MAX_UNPACKED_BYTES: u64 = 2 << 30;
/// The number of shared strings is stated within the first bytes of their part.
const HEAD_BYTES: u64 = 2048;
/// A shared string takes at least this many bytes: `<si/>`.
const SHARED_STRING_BYTES: u64 = 5;

/// Whether a file is a zip archive with this part in it.
pub(super) fn holds(bytes: &[u8], part: &str) -> bool {
    ZipArchive::new(Cursor::new(bytes)).is_ok_and(|mut archive| archive.by_name(part).is_ok())
}

/// Checks that a file that begins like a zip archive is a whole Excel workbook of a sensible size.
///
/// # Errors
/// [`IngestError::Damaged`], [`IngestError::NoSpreadsheet`], [`IngestError::OtherWorkbook`], [`IngestError::TooLarge`]
pub(super) fn check(file: &str, bytes: &[u8]) -> Result<(), IngestError> {
    let file = file.to_owned();
    let damaged =
        |detail: &str| IngestError::Damaged { file: file.clone(), sheet: String::new(), detail: detail.to_owned() };
    let mut archive =
        ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged("the table of contents at its end is missing"))?;
    let mut parts: Vec<(String, u64)> = Vec::new();
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).map_err(|_| damaged("its table of contents is not whole"))?;
        let name = part.name().map_err(|_| damaged("its table of contents is not whole"))?;
        parts.push((name.to_lowercase().replace('\\', "/"), part.size()));
    }
    let has = |start: &str| parts.iter().any(|(name, _)| name.starts_with(start));
    if has("xl/workbook.bin") {
        return Err(IngestError::OtherWorkbook { file, found: "a binary workbook (.xlsb)" });
    }
    if !has("xl/") {
        if has("content.xml") && has("mimetype") {
            return Err(IngestError::OtherWorkbook { file, found: "an OpenDocument file (.ods or the like)" });
        }
        let found = match (has("word/"), has("ppt/")) {
            (true, _) => "a Word document",
            (_, true) => "a PowerPoint presentation",
            _ => "a zip archive",
        };
        return Err(IngestError::NoSpreadsheet { file, found: found.into() });
    }
    let unpacked = parts.iter().fold(0_u64, |sum, (_, size)| sum.saturating_add(*size));
    if unpacked > MAX_UNPACKED_BYTES {
        return Err(IngestError::TooLarge {
            file,
            sheet: String::new(),
            found: format!("unpacked it takes {unpacked} bytes"),
            limit: format!("{MAX_UNPACKED_BYTES} bytes"),
        });
    }
    // The reader sets memory aside for as many shared strings as are stated, so the statement must be believable.
    let shared = parts.iter().position(|(name, _)| name == "xl/sharedstrings.xml");
    if let Some(index) = shared {
        let mut head = Vec::new();
        let part = archive.by_index(index).map_err(|_| damaged("its shared strings cannot be unpacked"))?;
        part.take(HEAD_BYTES).read_to_end(&mut head).map_err(|_| damaged("its shared strings cannot be unpacked"))?;
        if stated_count(&head).is_some_and(|count| count.saturating_mul(SHARED_STRING_BYTES) > parts[index].1) {
            return Err(damaged("it states more shared strings than it can hold"));
        }
    }
    Ok(())
}

/// The number in `uniqueCount="..."`; too large a number is the largest.
fn stated_count(head: &[u8]) -> Option<u64> {
    let head = String::from_utf8_lossy(head);
    let (_, rest) = head.split_once("uniqueCount=")?;
    let digits: String = rest.chars().skip(1).take_while(char::is_ascii_digit).collect();
    Some(digits.parse().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    fn archive(parts: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in parts {
            writer.start_file(*name, SimpleFileOptions::default()).unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }

    fn message(bytes: &[u8]) -> String {
        check("a.xlsx", bytes).unwrap_err().to_string()
    }

    #[test]
    fn a_workbook_is_told_from_other_archives() {
        assert!(check("a.xlsx", &archive(&[("[Content_Types].xml", ""), ("xl\\Workbook.xml", "")])).is_ok());
        assert!(message(&archive(&[("word/document.xml", "")])).ends_with("it is a Word document"));
        assert!(message(&archive(&[("photo.jpg", "")])).ends_with("it is a zip archive"));
        assert!(message(&archive(&[("mimetype", ""), ("content.xml", "")])).contains("OpenDocument"));
        assert!(message(&archive(&[("xl/workbook.bin", "")])).contains(".xlsb"));
    }

    #[test]
    fn a_workbook_that_states_an_unpacked_size_of_gigabytes_is_refused() {
        let mut bomb = archive(&[("xl/workbook.xml", "x")]);
        // The unpacked size in the central directory: 24 bytes into its only entry.
        let entry = bomb.windows(4).position(|bytes| bytes == b"PK\x01\x02").unwrap();
        bomb[entry + 24..entry + 28].copy_from_slice(&0xF000_0000_u32.to_le_bytes());
        assert!(message(&bomb).contains("unpacked it takes 4026531840 bytes"));
    }

    #[test]
    fn a_workbook_that_states_more_strings_than_it_can_hold_is_refused() {
        for count in ["9000000000000000000", "90000000000000", "99999999999999999999999999"] {
            let strings = format!("<sst uniqueCount=\"{count}\"><si><t>a</t></si></sst>");
            assert!(
                message(&archive(&[("xl/workbook.xml", ""), ("xl/sharedStrings.xml", &strings)]))
                    .contains("more shared strings")
            );
        }
        let honest = "<sst count=\"1\" uniqueCount=\"1\"><si><t>a</t></si></sst>";
        assert!(check("a.xlsx", &archive(&[("xl/workbook.xml", ""), ("xl/sharedStrings.xml", honest)])).is_ok());
    }

    #[test]
    fn an_archive_cut_off_anywhere_is_damaged() {
        let whole = archive(&[("xl/workbook.xml", "")]);
        for len in 4..whole.len() {
            assert!(matches!(check("a.xlsx", &whole[..len]), Err(IngestError::Damaged { .. })), "{len}");
        }
    }
}
