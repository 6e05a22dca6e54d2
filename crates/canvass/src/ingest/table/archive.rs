//! What a zip archive says it holds, read from its central directory without unpacking anything.

use crate::ingest::IngestError;

/// What the parts of a workbook may take together when unpacked, in bytes.
const MAX_UNPACKED_BYTES: u64 = 2 << 30;

/// Checks that a file that begins like a zip archive is a whole Excel workbook of a sensible size.
///
/// # Errors
/// [`IngestError::Damaged`], [`IngestError::NoSpreadsheet`], [`IngestError::OtherWorkbook`], [`IngestError::TooLarge`]
pub(super) fn check(file: &str, bytes: &[u8]) -> Result<(), IngestError> {
    let file = file.to_owned();
    let Some(parts) = parts(bytes) else {
        let detail = "the table of contents at its end is missing".to_owned();
        return Err(IngestError::Damaged { file, sheet: String::new(), detail });
    };
    let has = |start: &str| parts.iter().any(|part| part.name.starts_with(start));
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
    let unpacked = parts.iter().fold(0_u64, |sum, part| sum.saturating_add(part.unpacked_bytes));
    if unpacked > MAX_UNPACKED_BYTES {
        return Err(IngestError::TooLarge {
            file,
            sheet: String::new(),
            found: format!("unpacked it takes {unpacked} bytes"),
            limit: format!("{MAX_UNPACKED_BYTES} bytes"),
        });
    }
    Ok(())
}

struct Part {
    /// In lower case, with `/` between folders.
    name: String,
    unpacked_bytes: u64,
}

/// The entries of the central directory; `None` if it is not whole.
///
/// Field offsets as in PKWARE's APPNOTE.TXT 6.3.10, sections 4.3.12 to 4.3.16 and 4.5.3.
fn parts(bytes: &[u8]) -> Option<Vec<Part>> {
    const LONGEST_COMMENT: usize = 0xFFFF;
    let first = bytes.len().saturating_sub(22 + LONGEST_COMMENT);
    let end = (first..=bytes.len().checked_sub(22)?).rev().find(|&at| bytes[at..].starts_with(b"PK\x05\x06"))?;
    let (mut directory_end, mut directory_bytes) = (end, number(bytes, end + 12, 4)?);
    if let Some(locator) = end.checked_sub(20).filter(|&at| bytes[at..].starts_with(b"PK\x06\x07")) {
        let zip64 = usize::try_from(number(bytes, locator + 8, 8)?).ok()?;
        if bytes.get(zip64..)?.starts_with(b"PK\x06\x06") {
            (directory_end, directory_bytes) = (zip64, number(bytes, zip64.checked_add(40)?, 8)?);
        }
    }
    let mut at = directory_end.checked_sub(usize::try_from(directory_bytes).ok()?)?;
    let mut parts = Vec::new();
    while at < directory_end {
        if !bytes.get(at..)?.starts_with(b"PK\x01\x02") {
            return None;
        }
        let length = |offset| number(bytes, at + offset, 2).and_then(|n| usize::try_from(n).ok());
        let (name_len, extra_len, comment_len) = (length(28)?, length(30)?, length(32)?);
        let name = bytes.get(at + 46..at + 46 + name_len)?;
        let extra = bytes.get(at + 46 + name_len..at + 46 + name_len + extra_len)?;
        let mut unpacked_bytes = number(bytes, at + 24, 4)?;
        if unpacked_bytes == 0xFFFF_FFFF {
            unpacked_bytes = zip64_unpacked_bytes(extra).unwrap_or(unpacked_bytes);
        }
        let name = String::from_utf8_lossy(name).to_lowercase().replace('\\', "/");
        parts.push(Part { name, unpacked_bytes });
        at += 46 + name_len + extra_len + comment_len;
    }
    Some(parts)
}

/// The unpacked size from the extra field with header id 1, in which it comes first.
fn zip64_unpacked_bytes(mut extra: &[u8]) -> Option<u64> {
    loop {
        let (id, len) = (number(extra, 0, 2)?, usize::try_from(number(extra, 2, 2)?).ok()?);
        if id == 1 {
            return number(extra, 4, 8);
        }
        extra = extra.get(4 + len..)?;
    }
}

/// A little-endian number of `len` bytes.
fn number(bytes: &[u8], at: usize, len: usize) -> Option<u64> {
    let digits = bytes.get(at..at.checked_add(len)?)?;
    Some(digits.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An archive of empty parts that declare a size.
    fn archive(parts: &[(&str, u32)]) -> Vec<u8> {
        let mut bytes = b"PK\x03\x04 the parts ".to_vec();
        let start = bytes.len();
        for (name, size) in parts {
            let mut entry = vec![0; 46];
            entry[..4].copy_from_slice(b"PK\x01\x02");
            entry[24..28].copy_from_slice(&size.to_le_bytes());
            entry[28] = name.len() as u8;
            bytes.extend(entry);
            bytes.extend(name.as_bytes());
        }
        let mut end = vec![0; 22];
        end[..4].copy_from_slice(b"PK\x05\x06");
        end[12..16].copy_from_slice(&((bytes.len() - start) as u32).to_le_bytes());
        bytes.extend(end);
        bytes
    }

    fn message(bytes: &[u8]) -> String {
        check("a.xlsx", bytes).unwrap_err().to_string()
    }

    #[test]
    fn a_workbook_is_told_from_other_archives() {
        assert!(check("a.xlsx", &archive(&[("[Content_Types].xml", 1), ("xl\\Workbook.xml", 1)])).is_ok());
        assert!(message(&archive(&[("word/document.xml", 1)])).ends_with("it is a Word document"));
        assert!(message(&archive(&[("photo.jpg", 1)])).ends_with("it is a zip archive"));
        assert!(message(&archive(&[("mimetype", 1), ("content.xml", 1)])).contains("OpenDocument"));
        assert!(message(&archive(&[("xl/workbook.bin", 1)])).contains(".xlsb"));
    }

    #[test]
    fn a_workbook_that_unpacks_to_more_than_two_gigabytes_is_refused() {
        let bomb = archive(&[("xl/worksheets/sheet1.xml", 0xF000_0000), ("xl/sharedstrings.xml", 0xF000_0000)]);
        assert!(message(&bomb).contains("unpacked it takes 8053063680 bytes"));
    }

    #[test]
    fn an_archive_cut_off_anywhere_is_damaged() {
        let whole = archive(&[("xl/workbook.xml", 1)]);
        for len in 4..whole.len() {
            assert!(matches!(check("a.xlsx", &whole[..len]), Err(IngestError::Damaged { .. })), "{len}");
        }
    }
}
