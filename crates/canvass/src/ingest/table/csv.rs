//! Text files with one record a line.
//!
//! The records are split here and not by the `csv` crate, which the tests hold them against: it takes a quotation mark
//! that is never closed for a cell that runs to the end of the file, and counts lines where a spreadsheet counts rows.

use super::{Table, TableBuilder, is_blank};
use crate::ingest::{IngestError, column_letters};

/// Reads a text file as a table.
///
/// # Errors
/// [`IngestError::Encoding`], [`IngestError::NoSpreadsheet`], [`IngestError::OpenQuote`], [`IngestError::ExtraCells`],
/// and those of [`TableBuilder`]
pub(super) fn read(file: &str, bytes: &[u8], mut builder: TableBuilder) -> Result<Table, IngestError> {
    let text = decode(file, bytes)?;
    let ((text, first_line), delimiter) = delimiter(file, text);
    let mut records = Records::new(text, delimiter, first_line);
    let mut cells = Vec::new();
    while let Some(start) = records.next(&mut cells).map_err(|quote| quote.into_error(file))? {
        if let Some(expected) = builder.header_len()
            && let Some(last) = cells.iter().rposition(|cell| !is_blank(cell)).filter(|&last| last >= expected)
        {
            let (file, row, line) = (file.to_owned(), start.row, start.line);
            builder.check_title(start.row, &cells)?;
            return Err(IngestError::ExtraCells { file, row, line, expected, found: last + 1 });
        }
        builder.push(start.row, std::mem::take(&mut cells))?;
    }
    builder.finish()
}

/// The text, without a byte order mark.
fn decode<'t>(file: &str, bytes: &'t [u8]) -> Result<&'t str, IngestError> {
    const LOOKED_AT: usize = 4096;
    let n_bytes = bytes.len();
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let n_mark = n_bytes - bytes.len();
    let head = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    let nuls_in = |side: usize| head.iter().skip(side).step_by(2).filter(|&&byte| byte == 0).count();
    let (nuls_at_even, nuls_at_odd) = (nuls_in(0), nuls_in(1));
    let has_mark = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
    // Latin letters in UTF-16 have a NUL in every second byte, always on the same side; other binary files do not.
    let one_sided = nuls_at_even.min(nuls_at_odd) == 0 && (nuls_at_even + nuls_at_odd) * 10 > head.len() * 3;
    if has_mark || one_sided {
        let shown = if has_mark { 2 } else { 4 };
        return Err(encoding(file, "UTF-16", bytes, 0, (0, shown)));
    }
    if let Some(at) = bytes.iter().position(|byte| *byte == 0) {
        let line = bytes[..at].iter().filter(|byte| **byte == b'\n').count() + 1;
        let found = format!("a binary file (line {line}, byte offset {}, holds a NUL)", n_mark + at);
        return Err(IngestError::NoSpreadsheet { file: file.to_owned(), found });
    }
    std::str::from_utf8(bytes)
        .map_err(|error| encoding(file, "Windows-1252 or Latin-1", bytes, n_mark, (error.valid_up_to(), 1)))
}

/// The error for `len` bytes `at` which the text ceases to be UTF-8; before them it is. `n_mark` bytes are cut off.
fn encoding(file: &str, found: &'static str, bytes: &[u8], n_mark: usize, (at, len): (usize, usize)) -> IngestError {
    let valid = bytes.get(..at).and_then(|valid| std::str::from_utf8(valid).ok()).unwrap_or_default();
    // The separator shows in the rows behind the place, too.
    let (_, delimiter) = delimiter(file, &String::from_utf8_lossy(bytes));
    let ((text, first_line), _) = self::delimiter(file, valid);
    let mut records = Records::new(text, delimiter, first_line);
    let (mut place, mut column) = (records.start(), 0);
    let mut cells = Vec::new();
    loop {
        match records.next(&mut cells) {
            Ok(Some(start)) if records.at == text.len() && !text.ends_with(['\n', '\r']) => {
                (place, column) = (start, cells.len() - 1);
            }
            Ok(Some(_)) => place = records.start(),
            Ok(None) => break,
            Err(quote) => {
                (place, column) = (quote.start, quote.column);
                break;
            }
        }
    }
    IngestError::Encoding {
        file: file.to_owned(),
        found,
        row: place.row,
        line: 1 + valid.matches('\n').count() as u32,
        column: column_letters(column as u32),
        offset: n_mark + at,
        bytes: bytes.iter().skip(at).take(len).map(|byte| format!("0x{byte:02X}")).collect::<Vec<_>>().join(" "),
    }
}

/// Works out what separates the cells; `None` if nothing does. Hands on the text with the line it begins in, past one
/// such as `sep=;`, which Excel understands and does not show.
///
/// Of the separators in the header that one is taken under which most of the first records are as long as the header;
/// between equals the more frequent in the header, one that a space follows not counted.
fn delimiter<'t>(file: &str, text: &'t str) -> ((&'t str, u32), Option<u8>) {
    const LOOKED_AT: usize = 50;
    if let Some((stated @ (b',' | b';' | b'\t' | b'|'), rest)) =
        text.strip_prefix("sep=").and_then(|rest| Some((*rest.as_bytes().first()?, rest.get(1..)?)))
        && let Some(rest) = rest.strip_prefix("\r\n").or_else(|| rest.strip_prefix('\n'))
    {
        return ((rest, 2), Some(stated));
    }
    if file.to_ascii_lowercase().ends_with(".tsv") {
        return ((text, 1), Some(b'\t'));
    }
    let mut best = None;
    for candidate in [b',', b';', b'\t', b'|'] {
        let mut records = Records::new(text, Some(candidate), 1);
        let mut lengths = std::iter::from_fn(|| {
            let mut cells = Vec::new();
            records.next(&mut cells).ok().flatten().map(|_| cells)
        })
        .filter(|cells| cells.iter().any(|cell| !is_blank(cell)));
        let Some(header) = lengths.next().filter(|header| header.len() > 1) else { continue };
        let agreeing = lengths.take(LOOKED_AT).filter(|cells| cells.len() == header.len()).count();
        let tight = header.iter().skip(1).filter(|cell| !cell.starts_with(' ')).count();
        let score = (agreeing, tight, header.len());
        if best.is_none_or(|(highest, _)| score > highest) {
            best = Some((score, candidate));
        }
    }
    let best = best.map(|(_, candidate)| candidate).or_else(|| below_a_title(text));
    ((text, 1), best)
}

/// Where the first record has one cell: the separator under which all the next ones have the same three cells or more, no
/// space following it. Then the first is a title, which is refused later.
fn below_a_title(text: &str) -> Option<u8> {
    const LOOKED_AT: usize = 10;
    [b',', b';', b'\t', b'|'].into_iter().find(|candidate| {
        let mut records = Records::new(text, Some(*candidate), 1);
        let mut lengths = Vec::new();
        let mut cells = Vec::new();
        while lengths.len() <= LOOKED_AT && matches!(records.next(&mut cells), Ok(Some(_))) {
            if cells.iter().skip(1).any(|cell| cell.starts_with(' ')) {
                return false;
            }
            if cells.iter().any(|cell| !is_blank(cell)) {
                lengths.push(cells.len());
            }
        }
        lengths.len() > 2 && lengths[1] > 2 && lengths[2..].iter().all(|length| *length == lengths[1])
    })
}

/// Where a record begins.
#[derive(Clone, Copy, Debug)]
struct Start {
    /// As a spreadsheet counts: line breaks inside cells add nothing, blank lines do.
    row: u32,
    line: u32,
}

/// A quotation mark that opens a cell in `column` of the record that begins at `start`, and where it is first clear that
/// it was not closed.
#[derive(Debug)]
struct OpenQuote {
    start: Start,
    column: usize,
    line: u32,
    /// `None`: the end of the file.
    until_line: Option<u32>,
}

impl OpenQuote {
    fn into_error(self, file: &str) -> IngestError {
        IngestError::OpenQuote {
            file: file.to_owned(),
            row: self.start.row,
            line: self.line,
            column: column_letters(self.column as u32),
            until: match self.until_line {
                Some(line) => format!("line {line}, where text follows a closing one"),
                None => "the end of the file".into(),
            },
        }
    }
}

/// Splits text into records (RFC 4180, with any single-byte separator and any line ending).
///
/// A quotation mark inside an unquoted cell stands for itself, and so does text after a closing one, as in a spreadsheet;
/// but where a quoted cell runs over a line break or a separator into such text, a mark was forgotten and cells would be lost.
struct Records<'t> {
    text: &'t str,
    delimiter: Option<u8>,
    /// Bytes into the text.
    at: usize,
    row: u32,
    line: u32,
}

impl<'t> Records<'t> {
    fn new(text: &'t str, delimiter: Option<u8>, first_line: u32) -> Self {
        Self { text, delimiter, at: 0, row: 1, line: first_line }
    }

    /// Where the next record begins.
    fn start(&self) -> Start {
        Start { row: self.row, line: self.line }
    }

    /// Reads the next record into `cells`; a blank line is a record of one blank cell.
    fn next(&mut self, cells: &mut Vec<String>) -> Result<Option<Start>, OpenQuote> {
        let bytes = self.text.as_bytes();
        if self.at >= bytes.len() {
            return Ok(None);
        }
        let start = self.start();
        cells.clear();
        loop {
            let mut cell = String::new();
            if bytes.get(self.at) == Some(&b'"') {
                self.quoted(start, cells.len(), &mut cell)?;
            }
            let rest = bytes.get(self.at..).unwrap_or_default();
            let len = rest.iter().position(|&byte| self.ends_cell(byte)).unwrap_or(rest.len());
            cell.push_str(self.slice(self.at, self.at + len));
            self.at += len;
            cells.push(cell);
            match bytes.get(self.at) {
                Some(b'\r' | b'\n') | None => break,
                Some(_) => self.at += 1,
            }
        }
        let rest = bytes.get(self.at..).unwrap_or_default();
        self.at += if rest.starts_with(b"\r\n") { 2 } else { rest.len().min(1) };
        self.row = self.row.saturating_add(1);
        self.line = self.line.saturating_add(1);
        Ok(Some(start))
    }

    /// Reads from an opening quotation mark to behind the closing one.
    fn quoted(&mut self, start: Start, column: usize, cell: &mut String) -> Result<(), OpenQuote> {
        let bytes = self.text.as_bytes();
        let opened_in = self.line;
        let open = |until_line| OpenQuote { start, column, line: opened_in, until_line };
        self.at += 1;
        loop {
            let rest = bytes.get(self.at..).unwrap_or_default();
            let Some(len) = rest.iter().position(|&byte| byte == b'"') else { return Err(open(None)) };
            let part = self.slice(self.at, self.at + len);
            cell.push_str(part);
            self.line = self.line.saturating_add(part.matches('\n').count() as u32);
            self.at += len + 1;
            if bytes.get(self.at) != Some(&b'"') {
                break;
            }
            cell.push('"');
            self.at += 1;
        }
        let swallowed = cell.bytes().any(|byte| self.ends_cell(byte));
        let behind = bytes.get(self.at..).unwrap_or_default().iter().find(|&&byte| byte != b' ');
        if swallowed && behind.is_some_and(|&byte| !self.ends_cell(byte)) {
            return Err(open(Some(self.line)));
        }
        Ok(())
    }

    fn ends_cell(&self, byte: u8) -> bool {
        matches!(byte, b'\r' | b'\n') || Some(byte) == self.delimiter
    }

    fn slice(&self, start: usize, end: usize) -> &'t str {
        self.text.get(start..end).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DEFAULT_MAX_CELL_BYTES, is_blank};
    use super::*;
    use std::sync::Arc;

    fn table(text: impl AsRef<[u8]>) -> Result<Table, IngestError> {
        read("a.csv", text.as_ref(), TableBuilder::new(0, &Arc::from("a.csv"), "", DEFAULT_MAX_CELL_BYTES))
    }

    fn rows(text: &str) -> Vec<(u32, Vec<String>)> {
        table(text).unwrap().rows.into_iter().map(|row| (row.row, row.cells)).collect()
    }

    #[test]
    fn a_title_or_a_respondent_in_the_place_of_the_header_is_refused() {
        let message = message("Survey 2026\n\nid;email;answer\n1;a@b.example;Yes\n");
        assert_eq!(message, "a.csv, row 1 is no header: it has one cell, and row 3 has 3; it looks like a title");
        let message = self::message("1,alice@example.org,More trains\n2,bob@example.org,Fewer cars\n");
        assert_eq!(message, "a.csv, row 1 is no header: the cell in column B is an e-mail address");
    }

    #[test]
    fn a_cell_that_swallowed_a_separator_is_refused() {
        let message = message("id;a;b\n9;\"Ines;more trains;\"An app for tickets\n");
        assert!(
            message.contains("row 2 (line 2), column B: a quotation mark opens a cell and is not closed"),
            "{message}"
        );
        assert_eq!(rows("id,a\n1,\"The\" bus\n")[0].1, ["1", "The bus"]);
    }

    fn message(text: impl AsRef<[u8]>) -> String {
        table(text).unwrap_err().to_string()
    }

    #[test]
    fn records_are_split_as_the_csv_crate_splits_them() {
        let texts = [
            "a,b\n1,2\n",
            "a,b\r\n1,\"x, \"\"y\"\"\r\nz\"\r\n\r\n2,",
            "a,b\r1,he said \"no\"\r",
            "\"a\"b,c\n\"\",\"\"\"\"\n ,\u{A0}\"x\"",
            "a,,\n\"x\" ,y",
            "é,\"ü\nß\"",
        ];
        for text in texts {
            let mut oracle = csv::ReaderBuilder::new();
            let mut oracle = oracle.has_headers(false).flexible(true).from_reader(text.as_bytes());
            let expected: Vec<Vec<String>> =
                oracle.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect();
            let (mut records, mut found, mut cells) = (Records::new(text, Some(b','), 1), Vec::new(), Vec::new());
            while records.next(&mut cells).unwrap().is_some() {
                if cells != [""] {
                    found.push(std::mem::take(&mut cells));
                }
            }
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn rows_are_numbered_as_a_spreadsheet_shows_them() {
        let rows = rows("id,text\n1,\"two\nlines\"\n\n2,\"\n\n\"\n3,x\n");
        assert_eq!(rows.iter().map(|(row, _)| *row).collect::<Vec<_>>(), [2, 4, 5]);
        assert_eq!(rows[0].1[1], "two\nlines");
    }

    #[test]
    fn the_separator_is_worked_out_from_the_header_and_the_first_records() {
        let cells = |text: &str| rows(text)[0].1.clone();
        assert_eq!(cells("id;text\n1;a, b, c\n"), ["1", "a, b, c"]);
        assert_eq!(cells("id\ttext\n1\ta;b"), ["1", "a;b"]);
        assert_eq!(cells("id;What, if anything, is wrong, or missing?;Why\n1;a, b;c\n"), ["1", "a, b", "c"]);
        assert_eq!(cells("comment\nI agree, mostly; really\n"), ["I agree, mostly; really"]);
        assert_eq!(cells("\"a, b\"|c\n1|2"), ["1", "2"]);
        assert_eq!(rows("sep=;\r\na,b;c\r\n1,2;3"), [(2, vec!["1,2".into(), "3".into()])]);
        assert_eq!(cells("id;What, why\n1;abc, def\n"), ["1", "abc, def"]);
    }

    #[test]
    fn a_quotation_mark_that_is_not_closed_is_named_where_it_opens() {
        let text = "id,text\n1,\"a\nb\"\n2,\"open\n3,x\n4,y\n";
        let expected = "a.csv, row 3 (line 4), column B: a quotation mark opens a cell and is not closed before the end of the file";
        assert_eq!(message(text), expected);
        let text = "id,text\n1,\"open\n2,\"x, y\"\n";
        assert!(message(text).starts_with("a.csv, row 2 (line 2), column B: "), "{}", message(text));
        assert!(message(text).contains("before line 3"), "{}", message(text));
        assert_eq!(rows("id,text\n1,\"say \"yes\" now\"\n")[0].1[1], "say yes\" now\"");
    }

    #[test]
    fn a_row_longer_than_the_header_is_named_and_a_shorter_one_filled_up() {
        assert_eq!(message("id,text\n\n1,a,b\n"), "a.csv, row 3 (line 3) has 3 cells, but the header has 2");
        let rows = rows("id,text,more\n1,a,,,\n2\n");
        assert_eq!(rows, [(2, vec!["1".into(), "a".into()]), (3, vec!["2".into()])]);
    }

    #[test]
    fn latin_1_is_named_with_row_line_column_offset_and_byte() {
        let error = table(b"id,text\n1,\"a\nb\"\n2,caf\xE9 au lait\n").unwrap_err();
        let expected = "a.csv is not UTF-8 text but probably Windows-1252 or Latin-1: \
                        row 3 (line 4), column B, byte offset 21 holds 0xE9";
        assert_eq!(error.to_string(), expected);
        assert!(error.hint().contains("iconv -f WINDOWS-1252 -t UTF-8 a.csv > utf8-a.csv"));
        let in_quotes = message(b"id,text\n1,\"a\n\xE9\"\n");
        assert!(in_quotes.contains("row 2 (line 3), column B"), "{in_quotes}");
        let in_header = message(b"id,\"Qu'en pensez-vous\xA0?\"\n1,a\n");
        assert!(in_header.contains("row 1 (line 1), column B, byte offset 21"), "{in_header}");
        let at_start = message(b"id,text\n\xE9,a\n");
        assert!(at_start.contains("row 2 (line 2), column A, byte offset 8"), "{at_start}");
    }

    #[test]
    fn utf_16_is_known_with_and_without_its_mark() {
        let utf_16: Vec<u8> = "id,text\n1,some words\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert!(message(&utf_16).contains("probably UTF-16"), "{}", message(&utf_16));
        let marked = [b"\xFF\xFE".as_slice(), &utf_16].concat();
        assert!(message(marked).contains("row 1 (line 1), column A, byte offset 0 holds 0xFF 0xFE"));
    }

    #[test]
    fn a_byte_order_mark_is_skipped_and_nul_bytes_make_no_spreadsheet() {
        assert_eq!(table("\u{FEFF}id,text\n1,a\n").unwrap().names(), ["id", "text"]);
        assert!(message(b"id,text\n1,\x00\x01\x02 some more text that is long enough\n").contains("a binary file"));
    }

    #[test]
    fn hostile_bytes_are_refused_or_read_but_never_panic() {
        let pieces: [&[u8]; 9] = [b"\"", b",", b"\n", b"\r", b"\xE9", "é".as_bytes(), b";", b"sep=", b"\x00"];
        for n in 0..9_usize.pow(4) {
            let bytes: Vec<u8> = (0..4).flat_map(|digit| pieces[n / 9_usize.pow(digit) % 9].to_vec()).collect();
            if let Ok(table) = table(&bytes) {
                assert!(table.rows.iter().all(|row| !row.cells.iter().all(|cell| is_blank(cell))));
            }
        }
    }
}
