//! What a zip archive says it holds, looked at before a workbook is opened.

use crate::ingest::IngestError;
use std::io::{Cursor, Read};
use zip::read::ZipFile;
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

/// What the parts of a workbook may take together when unpacked, in bytes.
const MAX_UNPACKED_BYTES: u64 = 2 << 30;
/// What an archive may hold; workbooks of a thousand sheets have some thousands of parts.
const MAX_PARTS: usize = 1 << 16;
/// What a sheet holds is packed to a tenth or a fiftieth; what is packed much further says nothing, and a small file of it fills memory.
const DENSE_RATIO: u64 = 200;
/// Parts up to this size may be packed as far as they go.
const DENSE_BYTES: u64 = 64 << 20;
/// The number of shared strings is stated within the first bytes of their part.
const HEAD_BYTES: u64 = 2048;
/// A shared string takes at least this many bytes: `<si/>`.
const SHARED_STRING_BYTES: u64 = 5;

/// What a part takes when unpacked, as the archive states it, in bytes; `None` if the file is no zip archive with this part in it.
pub(super) fn size_of(bytes: &[u8], part: &str) -> Option<u64> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).ok()?;
    archive.by_name(part).ok().map(|part| part.size())
}

/// The workbooks that are zip archives.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Workbook {
    /// Excel's, .xlsx.
    Excel,
    /// OpenDocument's, .ods.
    OpenDocument,
}

/// What an .ods file says of itself in its part `mimetype`; templates go on with `-template`.
const OPEN_DOCUMENT: &str = "application/vnd.oasis.opendocument.spreadsheet";

/// Checks that a file that begins like a zip archive is a whole workbook of a sensible size: its parts are unpacked once, so that
/// none is larger than stated, and none differs from its checksum.
///
/// # Errors
/// [`IngestError::Damaged`], [`IngestError::NoSpreadsheet`], [`IngestError::OtherWorkbook`], [`IngestError::TooLarge`]
pub(super) fn check(file: &str, bytes: &[u8]) -> Result<Workbook, IngestError> {
    let (mut archive, parts) = list(file, bytes, MAX_PARTS)?;
    let kind = kind(file, &parts, &mut archive)?;
    bound(file, &parts, MAX_UNPACKED_BYTES)?;
    for (index, Part { name, size, .. }) in parts.iter().enumerate().filter(|(_, part)| is_read(&part.name)) {
        let mut part = part(file, &mut archive, index, name)?;
        let unlike = || damaged(file, &unlike(name));
        if name == "xl/sharedstrings.xml" {
            // The reader sets memory aside for as many shared strings as are stated, so the statement must be believable.
            let mut head = Vec::new();
            part.by_ref().take(HEAD_BYTES).read_to_end(&mut head).map_err(|_| unlike())?;
            if stated_count(&head).is_some_and(|count| count.saturating_mul(SHARED_STRING_BYTES) > *size) {
                return Err(damaged(file, "it states more shared strings than it can hold"));
            }
            let rest = std::io::copy(&mut part.take(*size), &mut std::io::sink()).map_err(|_| unlike())?;
            if head.len() as u64 + rest != *size {
                return Err(unlike());
            }
            continue;
        }
        let found = std::io::copy(&mut part.take(size.saturating_add(1)), &mut std::io::sink());
        if found.map_err(|_| unlike())? != *size {
            return Err(unlike());
        }
    }
    Ok(kind)
}

/// An archive in memory.
pub(crate) type Archive<'b> = ZipArchive<Cursor<&'b [u8]>>;

/// A part of an archive, as the archive states it.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    /// Its name in small letters, with slashes.
    pub(crate) name: String,
    /// Its size unpacked, in bytes.
    pub(crate) size: u64,
    /// Its size in the archive, in bytes.
    pub(crate) packed: u64,
}

/// The parts of an archive.
///
/// # Errors
/// [`IngestError::Damaged`], [`IngestError::TooLarge`]
pub(crate) fn list<'b>(file: &str, bytes: &'b [u8], max_parts: usize) -> Result<(Archive<'b>, Vec<Part>), IngestError> {
    let archive = ZipArchive::new(Cursor::new(bytes));
    let mut archive = archive.map_err(|_| damaged(file, "the table of contents at its end is missing"))?;
    if archive.len() > max_parts {
        let found = format!("it is an archive of {} parts", archive.len());
        return Err(too_large(file, found, format!("{max_parts} parts")));
    }
    let mut parts = Vec::new();
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).map_err(|_| damaged(file, "its table of contents is not whole"))?;
        let name = part.name().map_err(|_| damaged(file, "its table of contents is not whole"))?;
        let name = name.to_lowercase().replace('\\', "/");
        parts.push(Part { name, size: part.size(), packed: part.compressed_size() });
    }
    Ok((archive, parts))
}

/// Refuses an archive that takes more than `max_bytes` when unpacked, or of which a part is packed further than anything that is written.
///
/// # Errors
/// [`IngestError::TooLarge`]
pub(crate) fn bound(file: &str, parts: &[Part], max_bytes: u64) -> Result<(), IngestError> {
    let unpacked = parts.iter().fold(0_u64, |sum, part| sum.saturating_add(part.size));
    if unpacked > max_bytes {
        return Err(too_large(file, format!("unpacked it takes {unpacked} bytes"), format!("{max_bytes} bytes")));
    }
    let is_dense = |part: &&Part| part.size > DENSE_BYTES && part.size / DENSE_RATIO > part.packed;
    if let Some(Part { name, size, packed }) = parts.iter().find(is_dense) {
        let found = format!("its part {name} takes {packed} bytes in the archive and {size} unpacked");
        return Err(too_large(file, found, format!("{DENSE_RATIO} times as much for parts over {DENSE_BYTES} bytes")));
    }
    Ok(())
}

/// A part by its place, to be read.
fn part<'a, 'b>(
    file: &str,
    archive: &'a mut Archive<'b>,
    index: usize,
    name: &str,
) -> Result<ZipFile<'a, Cursor<&'b [u8]>>, IngestError> {
    let part = archive.by_index(index).map_err(|error| damaged(file, &refused(name, &error)))?;
    if !matches!(part.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        return Err(damaged(file, &packed_otherwise(name)));
    }
    Ok(part)
}

/// The bytes of a part, which are what its size and checksum say.
///
/// # Errors
/// [`IngestError::Damaged`]
pub(crate) fn read_part(
    file: &str,
    archive: &mut Archive<'_>,
    index: usize,
    of: &Part,
) -> Result<Vec<u8>, IngestError> {
    let part = part(file, archive, index, &of.name)?;
    let mut bytes = Vec::new();
    let read = part.take(of.size.saturating_add(1)).read_to_end(&mut bytes);
    if read.is_err() || bytes.len() as u64 != of.size {
        return Err(damaged(file, &unlike(&of.name)));
    }
    Ok(bytes)
}

fn damaged(file: &str, detail: &str) -> IngestError {
    IngestError::Damaged { file: file.to_owned(), sheet: String::new(), detail: detail.to_owned() }
}

fn too_large(file: &str, found: String, limit: String) -> IngestError {
    IngestError::TooLarge { file: file.to_owned(), sheet: String::new(), found, limit }
}

/// Which workbook it is, by the names of its parts.
fn kind(file: &str, parts: &[Part], archive: &mut Archive<'_>) -> Result<Workbook, IngestError> {
    let file = file.to_owned();
    let has = |start: &str| parts.iter().any(|part| part.name.starts_with(start));
    if has("xl/workbook.bin") {
        return Err(IngestError::OtherWorkbook { file, found: "a binary workbook (.xlsb)" });
    }
    if has("xl/") {
        return Ok(Workbook::Excel);
    }
    if has("content.xml") && has("mimetype") {
        let mut stated = String::new();
        let is_read = archive.by_name("mimetype").is_ok_and(|part| part.take(100).read_to_string(&mut stated).is_ok());
        if is_read && stated.trim().starts_with(OPEN_DOCUMENT) {
            return Ok(Workbook::OpenDocument);
        }
        return Err(IngestError::NoSpreadsheet {
            file,
            found: "an OpenDocument file, but no spreadsheet (.ods)".into(),
        });
    }
    let found = match (has("word/"), has("ppt/")) {
        (true, _) => "a Word document without text",
        (_, true) => "a PowerPoint presentation",
        _ => "a zip archive; if the answers are in it, unpack it first",
    };
    Err(IngestError::NoSpreadsheet { file, found: found.into() })
}

/// Whether the part is one that is read; pictures and the like are not.
fn is_read(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    matches!(extension, "xml" | "rels") && !name.starts_with("thumbnails/")
}

fn unlike(part: &str) -> String {
    format!("its part {part} is not what its size and checksum say")
}

fn packed_otherwise(part: &str) -> String {
    format!("its part {part} is compressed in a way that workbooks are not")
}

fn refused(part: &str, error: &ZipError) -> String {
    match error {
        ZipError::UnsupportedArchive(what) if what.to_lowercase().contains("password") => {
            format!("its part {part} is encrypted")
        }
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => packed_otherwise(part),
        _ => format!("its part {part} cannot be found where the table of contents says"),
    }
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
        assert!(message(&archive(&[("word/styles.xml", "")])).ends_with("it is a Word document without text"));
        assert!(message(&archive(&[("photo.jpg", "")])).contains("it is a zip archive"));
        assert!(message(&archive(&[("mimetype", ""), ("content.xml", "")])).contains("OpenDocument file, but no"));
        let sheets = archive(&[("mimetype", OPEN_DOCUMENT), ("content.xml", "")]);
        assert_eq!(check("a.ods", &sheets).unwrap(), Workbook::OpenDocument);
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
    fn a_part_that_is_not_what_is_stated_is_named() {
        let whole = archive(&[("xl/workbook.xml", "<workbook/>"), ("xl/worksheets/sheet1.xml", &"<c/>".repeat(5000))]);
        let entry = whole.windows(4).rposition(|bytes| bytes == b"PK\x01\x02").unwrap();
        // Checksum and unpacked size in the central directory: 16 and 24 bytes into an entry.
        for (at, wrong) in [(16, 7_u32), (24, 3), (24, 30_000)] {
            let mut archive = whole.clone();
            archive[entry + at..entry + at + 4].copy_from_slice(&wrong.to_le_bytes());
            let detail = "its part xl/worksheets/sheet1.xml is not what its size and checksum say";
            assert!(message(&archive).ends_with(detail), "{}", message(&archive));
        }
    }

    #[test]
    fn an_archive_cut_off_anywhere_is_damaged() {
        let whole = archive(&[("xl/workbook.xml", "")]);
        for len in 4..whole.len() {
            assert!(matches!(check("a.xlsx", &whole[..len]), Err(IngestError::Damaged { .. })), "{len}");
        }
    }
}
