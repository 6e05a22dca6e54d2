//! From text to records of cells, whatever pieces the text comes in.

use super::delimiter::Delimiter;
use super::rows::Record;
use super::text::At;
use crate::ingest::{IngestError, column_letters};
use memchr::{memchr, memchr_iter, memchr2, memchr3};

/// A quotation mark that opens a cell, and where it is first clear that it was not closed.
#[derive(Debug)]
pub(super) struct OpenQuote {
    /// The row of its record, its own line and its column.
    at: At,
    until: Until,
}

#[derive(Debug)]
enum Until {
    End,
    /// Text follows a closing one in this line.
    Text(u32),
    /// The same, and a backslash stands before the closing one.
    Backslash(u32),
}

impl OpenQuote {
    pub(super) fn into_error(self, file: &str) -> IngestError {
        let At { row, line, column } = self.at;
        let (file, column) = (file.to_owned(), column_letters(column));
        let until = match self.until {
            Until::Backslash(until) => return IngestError::BackslashQuote { file, row, line: until, column },
            Until::Text(until) => format!("line {until}, where text follows a closing one"),
            Until::End => "the end of the file".into(),
        };
        IngestError::OpenQuote { file, row, line, column, until }
    }
}

/// Splits text into records (RFC 4180, with any separator and any line ending), whatever pieces it comes in.
///
/// A quotation mark inside an unquoted cell stands for itself, and so does text after a closing one, as in a spreadsheet;
/// but where a quoted cell runs over a line break or a separator into such text, a mark was forgotten and cells would be
/// lost. With escapes, `\"` and `\\` inside a quoted cell stand for `"` and `\`, and no text may follow a closing mark.
pub(super) struct Splitter {
    delimiter: Option<Delimiter>,
    has_escapes: bool,
    state: State,
    /// Where the record begins; the column is that of the open cell, by `record`.
    start: At,
    /// The current line.
    line: u32,
    record: Record,
    /// Of the quoted cell that was opened last.
    quote: Quote,
    /// The first quotation mark behind a backslash inside a quoted cell.
    pub(super) backslash: Option<At>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum State {
    /// Before a cell.
    Start,
    /// In a cell without quotation marks, or behind them.
    Plain,
    Quoted,
    /// Behind a backslash that may stand for something else.
    Escape,
    /// Behind a quotation mark that closes the cell, or is the first of two.
    Mark,
    /// Behind a quotation mark that closes the cell, and spaces.
    Behind,
    /// Behind a carriage return that ended a record.
    Return,
}

#[derive(Clone, Copy, Debug, Default)]
struct Quote {
    /// The line of the opening mark.
    line: u32,
    /// Whether a separator or a line break stands in the cell.
    has_swallowed: bool,
    /// Backslashes in a row up to here.
    n_backslashes: usize,
}

impl Splitter {
    pub(super) fn new(delimiter: Option<Delimiter>, has_escapes: bool, first_line: u32, record: Record) -> Self {
        let start = At { row: 1, line: first_line, column: 0 };
        let (state, quote) = (State::Start, Quote::default());
        Self { delimiter, has_escapes, state, start, line: first_line, record, quote, backslash: None }
    }

    /// The place of the next character.
    pub(super) fn at(&self) -> At {
        At { row: self.start.row, line: self.line, column: self.record.n_cells() as u32 }
    }

    /// Splits a piece of the text; hands every record that it ends to `take`, with the place it begins at. A blank line is
    /// a record of one blank cell.
    pub(super) fn feed<E: From<OpenQuote>>(
        &mut self,
        text: &str,
        take: &mut impl FnMut(At, &mut Record) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut rest = text;
        while !rest.is_empty() {
            rest = match self.state {
                State::Start => self.open(rest),
                State::Plain => self.plain(rest, take)?,
                State::Quoted => self.quoted(rest),
                State::Escape => self.escape(rest),
                State::Mark => self.mark(rest),
                State::Behind => self.behind(rest)?,
                State::Return => {
                    self.state = State::Start;
                    rest.strip_prefix('\n').unwrap_or(rest)
                }
            };
        }
        Ok(())
    }

    /// Ends the text: hands on the last record, if there is one.
    pub(super) fn finish<E: From<OpenQuote>>(
        &mut self,
        take: &mut impl FnMut(At, &mut Record) -> Result<(), E>,
    ) -> Result<(), E> {
        match self.state {
            State::Quoted | State::Escape => Err(self.not_closed(Until::End).into()),
            State::Return => Ok(()),
            State::Start if self.record.n_cells() == 0 => Ok(()),
            _ => self.end_record(take),
        }
    }

    fn open<'t>(&mut self, text: &'t str) -> &'t str {
        let Some(rest) = text.strip_prefix('"') else {
            self.state = State::Plain;
            return text;
        };
        self.quote = Quote { line: self.line, ..Quote::default() };
        self.state = State::Quoted;
        rest
    }

    fn plain<'t, E>(
        &mut self,
        text: &'t str,
        take: &mut impl FnMut(At, &mut Record) -> Result<(), E>,
    ) -> Result<&'t str, E> {
        let Some(end) = self.end_of_cell(text) else {
            self.record.push_str(text);
            return Ok("");
        };
        let (cell, rest) = text.split_at(end);
        self.record.push_str(cell);
        if let Some(rest) = rest.strip_prefix(['\r', '\n']) {
            self.end_record(take)?;
            self.state = if text.as_bytes().get(end) == Some(&b'\r') { State::Return } else { State::Start };
            return Ok(rest);
        }
        self.record.end_cell();
        self.state = State::Start;
        Ok(rest.get(self.delimiter.map_or(0, char::len_utf8)..).unwrap_or_default())
    }

    /// Where the next separator or line break stands, in bytes.
    fn end_of_cell(&self, text: &str) -> Option<usize> {
        match self.delimiter {
            None => memchr2(b'\r', b'\n', text.as_bytes()),
            Some(delimiter) if delimiter.is_ascii() => memchr3(delimiter as u8, b'\r', b'\n', text.as_bytes()),
            Some(delimiter) => text.find([delimiter, '\r', '\n']),
        }
    }

    fn end_record<E>(&mut self, take: &mut impl FnMut(At, &mut Record) -> Result<(), E>) -> Result<(), E> {
        self.record.end_cell();
        take(self.start, &mut self.record)?;
        self.record.clear();
        self.line = self.line.saturating_add(1);
        self.start = At { row: self.start.row.saturating_add(1), line: self.line, column: 0 };
        Ok(())
    }

    fn quoted<'t>(&mut self, text: &'t str) -> &'t str {
        let bytes = text.as_bytes();
        let end = if self.has_escapes { memchr2(b'"', b'\\', bytes) } else { memchr(b'"', bytes) };
        let (part, rest) = text.split_at(end.unwrap_or(text.len()));
        self.record.push_str(part);
        self.line = self.line.saturating_add(memchr_iter(b'\n', part.as_bytes()).count() as u32);
        self.quote.has_swallowed = self.quote.has_swallowed || self.end_of_cell(part).is_some();
        let n_backslashes = part.bytes().rev().take_while(|byte| *byte == b'\\').count();
        let before = if n_backslashes == part.len() { self.quote.n_backslashes } else { 0 };
        self.quote.n_backslashes = before + n_backslashes;
        if let Some(mark) = rest.bytes().next() {
            self.state = if mark == b'"' { State::Mark } else { State::Escape };
        }
        rest.get(1..).unwrap_or_default()
    }

    fn escape<'t>(&mut self, text: &'t str) -> &'t str {
        self.state = State::Quoted;
        self.quote.n_backslashes = 0;
        for stands_for in ["\"", "\\"] {
            if let Some(rest) = text.strip_prefix(stands_for) {
                self.backslash.get_or_insert(self.at());
                self.record.push_str(stands_for);
                return rest;
            }
        }
        self.record.push_str("\\");
        text
    }

    fn mark<'t>(&mut self, text: &'t str) -> &'t str {
        if self.quote.n_backslashes % 2 == 1 {
            self.backslash.get_or_insert(self.at());
        }
        let Some(rest) = text.strip_prefix('"') else {
            self.state = State::Behind;
            return text;
        };
        self.record.push_str("\"");
        self.quote.n_backslashes = 0;
        self.state = State::Quoted;
        rest
    }

    fn behind<'t>(&mut self, text: &'t str) -> Result<&'t str, OpenQuote> {
        let rest = if self.delimiter == Some(' ') { text } else { text.trim_start_matches(' ') };
        self.record.push_str(text.get(..text.len() - rest.len()).unwrap_or_default());
        if rest.is_empty() {
            return Ok(rest);
        }
        self.state = State::Plain;
        if self.end_of_cell(rest) == Some(0) {
            return Ok(rest);
        }
        if self.quote.n_backslashes % 2 == 1 {
            return Err(self.not_closed(Until::Backslash(self.line)));
        }
        if self.quote.has_swallowed || self.has_escapes {
            return Err(self.not_closed(Until::Text(self.line)));
        }
        Ok(rest)
    }

    fn not_closed(&self, until: Until) -> OpenQuote {
        OpenQuote { at: At { line: self.quote.line, ..self.at() }, until }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The records of a text that comes in pieces of so many characters.
    fn split(text: &str, n_chars: usize) -> Result<Vec<Vec<String>>, String> {
        let mut splitter = Splitter::new(Some(','), false, 1, Record::new(u64::MAX));
        let mut records = Vec::new();
        let mut take = |_: At, record: &mut Record| {
            records.push(record.cells().map(str::to_owned).collect());
            Ok::<(), OpenQuote>(())
        };
        let chars: Vec<char> = text.chars().collect();
        let mut pieces = chars.chunks(n_chars).map(|piece| piece.iter().collect::<String>());
        let fed = pieces.try_for_each(|piece| splitter.feed(&piece, &mut take));
        fed.and_then(|()| splitter.finish(&mut take)).map_err(|quote| quote.into_error("a.csv").to_string())?;
        Ok(records)
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
            let mut found = split(text, text.len()).unwrap();
            found.retain(|cells| *cells != [""]);
            assert_eq!(found, expected, "{text:?}");
        }
    }

    #[test]
    fn a_text_is_split_alike_whatever_pieces_it_comes_in() {
        let pieces = ["\"", ",", "\n", "\r", "é", "\\", " ", "a"];
        for n in 0..8_usize.pow(5) {
            let text: String = (0..5).map(|digit| pieces[n / 8_usize.pow(digit) % 8]).collect();
            let whole = split(&text, 9);
            assert_eq!(split(&text, 1), whole, "{text:?}");
            assert_eq!(split(&text, 2), whole, "{text:?}");
        }
    }
}
