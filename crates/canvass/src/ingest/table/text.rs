//! From the windows of a file to text, whatever its encoding.

use super::encoding::Reading;
use crate::ingest::source::Input;
use crate::ingest::{Decision, IngestError};
use encoding_rs::{DecoderResult, Encoding, UTF_8};
use memchr::memchr;

/// Where the next character of a text stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct At {
    /// As a spreadsheet counts: line breaks inside cells add nothing, blank lines do.
    pub(super) row: u32,
    pub(super) line: u32,
    /// 0-based.
    pub(super) column: u32,
}

/// What makes rows of text.
pub(super) trait TextReader {
    /// Takes the next piece of the text.
    fn feed(&mut self, text: &str) -> Result<(), IngestError>;

    /// Where the next piece begins. `rest` is what follows as far as it can be told, which may show how cells are
    /// separated.
    fn at(&mut self, rest: &str) -> At;
}

/// The first bytes that are no text in the encoding a file was read in.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Malformed {
    pub(super) at: At,
    /// Of its first byte.
    pub(super) offset: u64,
    /// As hexadecimal numbers, or what is wrong with them.
    pub(super) bytes: String,
}

/// Reads a text file with the reader that `begin` makes, in UTF-8 or what else it turns out to be in, which is told.
///
/// # Errors
/// [`IngestError::Encoding`], [`IngestError::MixedEncodings`], and those of [`pump`]
pub(super) fn read<R: TextReader>(
    input: &mut Input<'_>,
    stated: Option<&'static Encoding>,
    begin: impl Fn() -> R,
    decisions: &mut Vec<Decision>,
) -> Result<R, IngestError> {
    let mut reading = Reading::first(input.head(), stated);
    loop {
        let mut reader = begin();
        let Some(malformed) = pump(input, &reading, &mut reader)? else {
            decisions.extend(reading.decision(&input.file));
            return Ok(reader);
        };
        reading = reading.next(input, malformed, stated)?;
    }
}

/// Decodes a file from its beginning and hands its text on, without a byte order mark, piece by piece.
///
/// Hands back the first bytes that are no text in this encoding, if there are any.
///
/// # Errors
/// [`IngestError::NoSpreadsheet`] for a NUL character, [`IngestError::Unreadable`], and those of the reader
pub(super) fn pump(
    input: &mut Input<'_>,
    reading: &Reading,
    reader: &mut impl TextReader,
) -> Result<Option<Malformed>, IngestError> {
    let file = input.file.to_string();
    let mut decoder = reading.encoding.new_decoder_without_bom_handling();
    let mut n_mark = reading.n_mark;
    // Bytes before what is decoded next, and bytes of text handed on.
    let mut offset = n_mark as u64;
    let mut text = String::new();
    loop {
        let window = input.window()?;
        let is_last = window.is_empty();
        let mut rest = window.get(std::mem::take(&mut n_mark)..).unwrap_or_default();
        loop {
            text.clear();
            text.reserve(decoder.max_utf8_buffer_length_without_replacement(rest.len()).unwrap_or(rest.len()));
            let (result, n_read) = decoder.decode_to_string_without_replacement(rest, &mut text, is_last);
            if let Some(at) = memchr(0, text.as_bytes()) {
                reader.feed(text.get(..at).unwrap_or_default())?;
                let line = reader.at("").line;
                let place = if reading.encoding == UTF_8 {
                    // The text before it has as many bytes as the file, a character that two windows share among them.
                    format!("line {line}, byte offset {}", offset + n_read as u64 - (text.len() - at) as u64)
                } else {
                    format!("line {line}")
                };
                return Err(IngestError::NoSpreadsheet {
                    file,
                    found: format!("a binary file ({place}, holds a NUL)"),
                });
            }
            reader.feed(&text)?;
            offset += n_read as u64;
            rest = rest.get(n_read..).unwrap_or_default();
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(length, after) => {
                    let length = usize::from(length).max(1);
                    let first = offset.saturating_sub(u64::from(after) + length as u64);
                    let (following, _) = reading.encoding.decode_without_bom_handling(rest);
                    let at = reader.at(&following);
                    return Ok(Some(Malformed { at, offset: first, bytes: hexadecimal(input, first, length) }));
                }
            }
        }
        if is_last {
            return Ok(None);
        }
    }
}

/// The bytes at an offset, as far as they are in the window that was read last.
fn hexadecimal(input: &Input<'_>, offset: u64, length: usize) -> String {
    let (start, window) = input.last();
    let from = offset.checked_sub(start).map_or(0, |from| from as usize);
    let bytes: Vec<String> = window.iter().skip(from).take(length).map(|byte| format!("0x{byte:02X}")).collect();
    if bytes.is_empty() { "a character that is cut off".to_owned() } else { bytes.join(" ") }
}
