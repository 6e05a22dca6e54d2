//! Text files with one record a line.
//!
//! The records are split here and not by the `csv` crate, which the tests hold them against: it takes a quotation mark
//! that is never closed for a cell that runs to the end of the file, and counts lines where a spreadsheet counts rows.

use super::delimiter::{self, Delimiter};
use super::encoding::Reading;
use super::rows::Record;
use super::split::{OpenQuote, Splitter};
use super::text::{At, TextReader, pump};
use super::{Stated, Table, TableBuilder};
use crate::ingest::source::Input;
use crate::ingest::{Decision, IngestError, column_letters};

/// Text by which the separator is worked out, in bytes.
const SAMPLE_BYTES: usize = 1 << 20;

/// Reads a text file as a table.
///
/// A file is read again from its beginning where it turns out not to be UTF-8, or where it cannot be taken apart unless
/// quotation marks inside cells are written `\"`.
///
/// # Errors
/// [`IngestError::Encoding`], [`IngestError::MixedEncodings`], [`IngestError::NoSpreadsheet`], [`IngestError::OpenQuote`],
/// [`IngestError::BackslashQuote`], [`IngestError::ExtraCells`], and those of [`TableBuilder`]
pub(super) fn read(
    input: &mut Input<'_>,
    stated: &Stated,
    builder: impl Fn() -> TableBuilder,
    decisions: &mut Vec<Decision>,
) -> Result<Table, IngestError> {
    let file = input.file.to_string();
    let mut reading = Reading::first(input.head(), stated.encoding);
    // What is wrong with the file if a backslash means nothing, and where the first one stands.
    let mut without_escapes: Option<(IngestError, At)> = None;
    let table = loop {
        let mut text = Text::new(&file, stated.delimiter, without_escapes.is_some(), builder().strict());
        let error = match pump(input, &reading, &mut text) {
            Ok(Some(malformed)) => {
                reading = reading.next(input, malformed, stated.encoding)?;
                continue;
            }
            Ok(None) => match text.end() {
                Ok(()) => break text.builder.finish()?,
                Err(error) => error,
            },
            Err(error) => error,
        };
        without_escapes = match (without_escapes, text.backslash()) {
            (Some((first, _)), _) => return Err(first),
            (None, Some(at)) if is_about_quotes(&error) && input.rewind().is_ok() => Some((error, at)),
            _ => return Err(error),
        };
    };
    decisions.extend(reading.decision(&file));
    decisions.extend(without_escapes.map(|(_, at)| Decision {
        about: file,
        decided: "a quotation mark behind a backslash (\\\") is part of its cell".into(),
        reason: format!(
            "the first is in row {} (line {}), column {}, and the file cannot be taken apart otherwise",
            at.row,
            at.line,
            column_letters(at.column)
        ),
    }));
    Ok(table)
}

fn is_about_quotes(error: &IngestError) -> bool {
    matches!(error, IngestError::OpenQuote { .. } | IngestError::BackslashQuote { .. } | IngestError::ExtraCells { .. })
}

/// Makes a table of text.
struct Text<'f> {
    file: &'f str,
    stated: Option<Delimiter>,
    has_escapes: bool,
    /// The beginning of the text, until the separator is known.
    sample: String,
    splitter: Option<Splitter>,
    builder: TableBuilder,
}

impl<'f> Text<'f> {
    fn new(file: &'f str, stated: Option<Delimiter>, has_escapes: bool, builder: TableBuilder) -> Self {
        Self { file, stated, has_escapes, sample: String::new(), splitter: None, builder }
    }

    /// Works out the separator from the sample and the text behind it, and begins to split the sample.
    fn begin(&mut self, rest: &str, is_whole: bool) -> Result<(), IngestError> {
        let mut sample = std::mem::take(&mut self.sample);
        let n_sample = sample.len();
        sample.push_str(rest);
        let line = delimiter::stated_line(&sample);
        let from = line.map_or(0, |(_, len)| len);
        let by_name = || self.file.to_ascii_lowercase().ends_with(".tsv").then_some('\t');
        let delimiter = self.stated.or(line.map(|(delimiter, _)| delimiter)).or_else(by_name);
        let delimiter = delimiter.or_else(|| delimiter::guess(&sample, is_whole, self.has_escapes));
        let first_line = 1 + u32::from(line.is_some());
        self.splitter = Some(Splitter::new(delimiter, self.has_escapes, first_line, self.builder.record()));
        self.split(sample.get(from..n_sample).unwrap_or_default())
    }

    fn split(&mut self, text: &str) -> Result<(), IngestError> {
        let Some(splitter) = &mut self.splitter else { return Ok(()) };
        let mut take = |at: At, record: &mut Record| self.builder.push_record(at, record).map_err(Fault::Other);
        splitter.feed(text, &mut take).map_err(|fault: Fault| fault.into_error(self.file))
    }

    /// Takes the last record.
    fn end(&mut self) -> Result<(), IngestError> {
        if self.splitter.is_none() {
            self.begin("", true)?;
        }
        let Some(splitter) = &mut self.splitter else { return Ok(()) };
        let mut take = |at: At, record: &mut Record| self.builder.push_record(at, record).map_err(Fault::Other);
        splitter.finish(&mut take).map_err(|fault: Fault| fault.into_error(self.file))?;
        self.builder.settle()
    }

    /// The first quotation mark that may be part of its cell because a backslash stands before it.
    fn backslash(&self) -> Option<At> {
        self.splitter.as_ref().and_then(|splitter| splitter.backslash)
    }
}

impl TextReader for Text<'_> {
    fn feed(&mut self, text: &str) -> Result<(), IngestError> {
        if self.splitter.is_some() {
            return self.split(text);
        }
        self.sample.push_str(text);
        if self.sample.len() < SAMPLE_BYTES { Ok(()) } else { self.begin("", false) }
    }

    fn at(&mut self, rest: &str) -> At {
        if self.splitter.is_none() {
            // What else is wrong is told once this is put right.
            let _ = self.begin(rest, false);
        }
        self.splitter.as_ref().map_or(At { row: 1, line: 1, column: 0 }, Splitter::at)
    }
}

/// Why a text cannot be taken apart further.
enum Fault {
    Quote(OpenQuote),
    Other(IngestError),
}

impl From<OpenQuote> for Fault {
    fn from(quote: OpenQuote) -> Self {
        Self::Quote(quote)
    }
}

impl Fault {
    fn into_error(self, file: &str) -> IngestError {
        match self {
            Self::Other(error) => error,
            Self::Quote(quote) => quote.into_error(file),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{DEFAULT_MAX_CELL_BYTES, is_blank};
    use super::*;
    use std::sync::Arc;

    fn read_with(text: &[u8], delimiter: Option<Delimiter>) -> Result<(Table, Vec<Decision>), IngestError> {
        let builder = || TableBuilder::new(0, &Arc::from("a.csv"), "", DEFAULT_MAX_CELL_BYTES);
        let mut decisions = Vec::new();
        let stated = Stated { encoding: None, delimiter };
        let table = read(&mut Input::of("a.csv", text)?, &stated, builder, &mut decisions)?;
        Ok((table, decisions))
    }

    fn table(text: impl AsRef<[u8]>) -> Result<Table, IngestError> {
        read_with(text.as_ref(), None).map(|(table, _)| table)
    }

    fn cells_of(table: &Table) -> Vec<(u32, Vec<String>)> {
        table.rows.iter().map(|row| (row.row, row.cells().into_iter().map(str::to_owned).collect())).collect()
    }

    fn rows(text: &str) -> Vec<(u32, Vec<String>)> {
        cells_of(&table(text).unwrap())
    }

    #[test]
    fn a_title_or_a_respondent_in_the_place_of_the_header_is_refused_if_it_cannot_be_told_for_sure() {
        let message = read_with(b"Survey 2026\n\nid;email;answer\n1;a;b;c\n", Some(';')).unwrap_err().to_string();
        assert_eq!(message, "a.csv, row 1 is no header: it has one cell, and row 3 has 3; it looks like a title");
        assert_eq!(rows("Survey 2026\n\nid;mail;answer\n1;a@b.example;Yes\n")[0].0, 4);
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
    fn bytes_that_are_no_text_are_named_with_row_line_column_offset_and_byte() {
        let error = table(b"id,text\n1,\"a\nb\"\n2,caf\x8E au lait\n").unwrap_err();
        let expected = "a.csv is not UTF-8 text, and its bytes do not tell whether it is macintosh or windows-1252: \
                        row 3 (line 4), column B, byte offset 21 holds 0x8E";
        assert_eq!(error.to_string(), expected);
        assert!(error.hint().contains("--encoding macintosh"), "{}", error.hint());
        let place = |bytes: &[u8]| {
            let mut input = Input::of("a.csv", bytes).unwrap();
            let mut text = Text::new("a.csv", None, false, TableBuilder::new(0, &Arc::from("a.csv"), "", 99));
            let reading = Reading::first(input.head(), None);
            let found = pump(&mut input, &reading, &mut text).unwrap().unwrap();
            (found.at.row, found.at.line, found.at.column, found.offset)
        };
        assert_eq!(place(b"id,text\n1,\"a\n\xE9\"\n"), (2, 3, 1, 13));
        assert_eq!(place(b"id,\"Qu'en pensez-vous\xA0?\"\n1,a\n"), (1, 1, 1, 21));
        assert_eq!(place(b"id,text\n\xE9,a\n"), (2, 2, 0, 8));
    }

    #[test]
    fn any_character_separates_cells_if_it_is_stated() {
        for (name, delimiter) in [("^", '^'), ("~", '~'), (":", ':'), ("§", '§'), ("tab", '\t'), (" ", ' ')] {
            assert_eq!(delimiter::named(name).unwrap(), delimiter);
            let text = format!("id{delimiter}text\n1{delimiter}\"a{delimiter}b\"\n2{delimiter}\"c\"\n");
            let (table, _) = read_with(text.as_bytes(), Some(delimiter)).unwrap();
            let expected = [(2, vec!["1".to_owned(), format!("a{delimiter}b")]), (3, vec!["2".into(), "c".into()])];
            assert_eq!(cells_of(&table), expected);
        }
        assert_eq!(table("id^text\n1^a\n").unwrap().names(), ["id^text"]);
        assert_eq!(rows("sep=^\nid^text\n1^a\n"), [(2, vec!["1".into(), "a".into()])]);
        for name in ["", "ab", "a", "7", "\"", "\n"] {
            assert!(matches!(delimiter::named(name), Err(IngestError::NoDelimiter { .. })), "{name:?}");
        }
    }

    #[test]
    fn backslashes_before_quotation_marks_are_understood_where_the_file_has_them_throughout() {
        let text = "id,text\n1,\"She said \\\"no, never\\\"\"\n2,\"\\\"Yes\\\" and C:\\\\x \\n\"\n3,\"plain\"\n";
        let (table, decisions) = read_with(text.as_bytes(), None).unwrap();
        let texts: Vec<&str> = table.rows.iter().map(|row| row.cell(1)).collect();
        assert_eq!(texts, ["She said \"no, never\"", "\"Yes\" and C:\\x \\n", "plain"]);
        assert_eq!(
            decisions[0].reason,
            "the first is in row 2 (line 2), column B, and the file cannot be taken apart otherwise"
        );
        // The same with marks that follow each other, which RFC 4180 would take for one.
        let (table, _) = read_with(b"id,text\n1,\"He said \\\"\\\"\"\n2,\"x\"\n", None).unwrap();
        assert_eq!(table.rows.iter().map(|row| row.cell(1)).collect::<Vec<_>>(), ["He said \"\"", "x"]);
        // A backslash that stands for itself.
        assert_eq!(rows("id,path\n1,\"C:\\new\\\"\n2,\"x\"\n")[0].1[1], "C:\\new\\");
    }

    #[test]
    fn backslashes_before_some_quotation_marks_only_are_refused() {
        let message = message("id,text\n1,\"She said \\\"no\\\"\"\n2,\"He said \"\"yes\"\", C:\\\"\n3,\"x\"\n");
        assert_eq!(
            message,
            "a.csv, row 2 (line 2), column B: text follows a quotation mark behind a backslash (\\\"), and the file does not \
             write all quotation marks inside cells that way"
        );
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
                assert!(table.rows.iter().all(|row| !row.cells().into_iter().all(is_blank)));
            }
        }
    }
}
