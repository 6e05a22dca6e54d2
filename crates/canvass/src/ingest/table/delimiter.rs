//! What separates the cells of a text file.

use super::is_blank;
use super::rows::Record;
use super::split::{OpenQuote, Splitter};
use crate::ingest::IngestError;

/// The character between two cells.
pub(super) type Delimiter = char;

/// Those that are recognised; others must be stated.
const CANDIDATES: [Delimiter; 4] = [',', ';', '\t', '|'];
/// The longest cell that counts here in full, in bytes.
const CELL_BYTES: u64 = 1 << 16;

/// The delimiter of this name: a character, or "tab".
pub(super) fn named(name: &str) -> Result<Delimiter, IngestError> {
    let mut characters = name.chars();
    match (characters.next(), characters.next()) {
        _ if name.eq_ignore_ascii_case("tab") || name == "\\t" => Ok('\t'),
        (Some(one), None) if !one.is_alphanumeric() && !matches!(one, '"' | '\\' | '\r' | '\n' | '\0') => Ok(one),
        _ => Err(IngestError::NoDelimiter { found: name.to_owned() }),
    }
}

/// A line such as `sep=;`, which Excel understands and does not show: what it states, and its bytes.
pub(super) fn stated_line(text: &str) -> Option<(Delimiter, usize)> {
    let rest = text.strip_prefix("sep=")?;
    let delimiter = rest.chars().next().filter(|&c| named(&c.to_string()).is_ok())?;
    let end = rest.get(delimiter.len_utf8()..)?;
    let len = if end.starts_with("\r\n") { 2 } else { usize::from(end.starts_with('\n')) };
    (len > 0).then_some((delimiter, 4 + delimiter.len_utf8() + len))
}

/// Works out what separates the cells from the beginning of a text; `None` if nothing does.
///
/// Of the separators in the header that one is taken under which most of the first records are as long as the header;
/// between equals the more frequent in the header, one that a space follows not counted.
pub(super) fn guess(sample: &str, is_whole: bool, has_escapes: bool) -> Option<Delimiter> {
    const LOOKED_AT: usize = 51;
    let (mut best, mut without_header) = (None, None);
    for candidate in CANDIDATES {
        let (mut lengths, mut tight, mut n_blank) = (Vec::new(), 0, 0);
        let n_open = first_records(sample, is_whole, (candidate, has_escapes), |record| {
            if record.cells().any(|cell| !is_blank(cell)) {
                if lengths.is_empty() {
                    tight = record.cells().skip(1).filter(|cell| !cell.starts_with(' ')).count();
                }
                lengths.push(record.n_cells());
            } else {
                n_blank = n_blank.max(record.n_cells());
            }
            lengths.len() < LOOKED_AT
        });
        let Some((&header, others)) = lengths.split_first() else {
            // What is wrong with a header that does not end, or with blank cells alone, is told when the file is read.
            without_header = without_header.or((n_open > 0 || n_blank > 1).then_some(candidate));
            continue;
        };
        if header < 2 {
            continue;
        }
        let agreeing = others.iter().filter(|length| **length == header).count();
        let score = (agreeing, tight, header);
        if best.is_none_or(|(highest, _)| score > highest) {
            best = Some((score, candidate));
        }
    }
    let best = best.map(|(_, candidate)| candidate);
    best.or_else(|| below_a_title(sample, is_whole, has_escapes)).or(without_header)
}

/// Where the first record has one cell: the separator under which all the next ones have the same three cells or more, no
/// space following it. Then the first is a title, which is refused later.
fn below_a_title(sample: &str, is_whole: bool, has_escapes: bool) -> Option<Delimiter> {
    const LOOKED_AT: usize = 10;
    CANDIDATES.into_iter().find(|&candidate| {
        let mut lengths = Vec::new();
        let mut has_space = false;
        first_records(sample, is_whole, (candidate, has_escapes), |record| {
            has_space |= record.cells().skip(1).any(|cell| cell.starts_with(' '));
            if record.cells().any(|cell| !is_blank(cell)) {
                lengths.push(record.n_cells());
            }
            lengths.len() <= LOOKED_AT && !has_space
        });
        !has_space && lengths.len() > 2 && lengths[1] > 2 && lengths[2..].iter().all(|length| *length == lengths[1])
    })
}

/// No more records are wanted, or no more can be read.
struct Enough;

impl From<OpenQuote> for Enough {
    fn from(_: OpenQuote) -> Self {
        Self
    }
}

/// Hands on the records of a sample, as long as `take` wants more; a last one that may go on behind the sample is left out.
/// Hands back how many cells stand before the place where it stopped, in its record.
fn first_records(
    sample: &str,
    is_whole: bool,
    (delimiter, has_escapes): (Delimiter, bool),
    mut take: impl FnMut(&Record) -> bool,
) -> u32 {
    let mut splitter = Splitter::new(Some(delimiter), has_escapes, 1, Record::new(CELL_BYTES));
    let mut take = |_, record: &mut Record| if take(record) { Ok(()) } else { Err(Enough) };
    if splitter.feed(sample, &mut take).is_ok() && is_whole {
        // What is wrong at the end is told when the file is read.
        let _ = splitter.finish(&mut take);
    }
    splitter.at().column
}
