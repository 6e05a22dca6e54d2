//! `findings.xlsx`: the findings and their tables for a spreadsheet.
//!
//! Cells are strings or numbers, never formulas. Nothing of a clock is in it.

mod findings;
mod responses;
mod statistics;

use super::paper::Paper;
use super::wording::Wording;
use crate::error::Error;
use crate::pipeline::Run;
use crate::report::paper::SAMPLE;
use rayon::prelude::*;
use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format, FormatAlign, Workbook, Worksheet, XlsxError};

/// The characters a cell holds, in units of UTF-16.
const LONGEST: usize = 32_767;
/// The rows of a sheet, without its header.
const MOST_ROWS: u32 = 1_048_575;

/// What a sheet is made from.
struct Source<'r> {
    run: &'r Run,
    wording: &'r Wording,
    paper: &'r Paper<'r>,
    /// Whether responses are sampled.
    is_sampled: bool,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    /// Text of one line.
    Text,
    /// Text that is wrapped.
    Long,
    /// A whole number.
    Number,
    /// A share, shown in per cent.
    Share,
    /// A number with two decimals.
    Decimal,
}

/// A cell.
enum Value<'a> {
    Text(&'a str),
    Owned(String),
    Number(f64),
    Empty,
}

impl From<u64> for Value<'_> {
    fn from(n: u64) -> Self {
        Self::Number(n as f64)
    }
}

impl From<u32> for Value<'_> {
    fn from(n: u32) -> Self {
        Self::Number(f64::from(n))
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(text: &'a str) -> Self {
        Self::Text(text)
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        Self::Text(text)
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Self::Owned(text)
    }
}

/// A sheet in the making: the header is written, rows follow.
struct Sheet<'w> {
    worksheet: Worksheet,
    wording: &'w Wording,
    formats: Vec<Format>,
    next: u32,
}

impl<'w> Sheet<'w> {
    /// A sheet by the key of its name; for each column the key of its title, what it holds, and its width in characters.
    fn new(wording: &'w Wording, name: &str, columns: &[(&str, Kind, f64)]) -> Result<Self, XlsxError> {
        let mut worksheet = Worksheet::new();
        worksheet.set_name(wording.text(name))?.set_freeze_panes(1, 0)?;
        let header = Format::new()
            .set_bold()
            .set_text_wrap()
            .set_align(FormatAlign::Top)
            .set_background_color(Color::RGB(0x00E4_EBEF));
        let mut formats = Vec::new();
        for (at, (title, kind, width)) in (0..).zip(columns) {
            worksheet.write_string_with_format(0, at, wording.text(title), &header)?.set_column_width(at, *width)?;
            let format = Format::new().set_align(FormatAlign::Top);
            formats.push(match kind {
                Kind::Text => format,
                Kind::Long => format.set_text_wrap(),
                Kind::Number => format.set_num_format("#,##0"),
                Kind::Share => format.set_num_format("0.0%"),
                Kind::Decimal => format.set_num_format("0.00"),
            });
        }
        Ok(Self { worksheet, wording, formats, next: 1 })
    }

    /// Adds a row. `response`: the one that a text too long for a cell is of.
    fn row(&mut self, response: Option<&str>, values: &[Value<'_>]) -> Result<(), XlsxError> {
        if self.next > MOST_ROWS {
            return Ok(());
        }
        for ((at, value), format) in (0..).zip(values).zip(&self.formats) {
            let text = match value {
                Value::Empty => continue,
                Value::Number(number) => {
                    self.worksheet.write_number_with_format(self.next, at, *number, format)?;
                    continue;
                }
                Value::Text(text) => text,
                Value::Owned(text) => text.as_str(),
            };
            if !text.is_empty() {
                let text = cell_text(text, response, self.wording);
                self.worksheet.write_string_with_format(self.next, at, text, format)?;
            }
        }
        self.next += 1;
        Ok(())
    }

    /// The sheet, with a filter on its columns.
    fn done(mut self) -> Result<Worksheet, XlsxError> {
        let last = self.formats.len().max(1) as u16 - 1;
        self.worksheet.autofilter(0, 0, self.next - 1, last)?;
        Ok(self.worksheet)
    }
}

/// A text as a cell takes it: without characters that XML does not know, and no longer than a cell.
fn cell_text(text: &str, response: Option<&str>, wording: &Wording) -> String {
    let shown = |c: char| {
        let is_break = matches!(c, '\t' | '\n');
        if (c.is_control() && !is_break) || matches!(c, '\u{fffe}' | '\u{ffff}') { '\u{fffd}' } else { c }
    };
    // A line break of a spreadsheet is a line feed.
    let text: String = text.replace("\r\n", "\n").replace('\r', "\n").chars().map(shown).collect();
    if text.len() <= LONGEST || text.encode_utf16().count() <= LONGEST {
        return text;
    }
    let note = match response {
        Some(id) => wording.say("workbook.cut", &[("response", id.into())]),
        None => wording.text("workbook.cut_plain"),
    };
    let note: String = note.chars().take(1_000).collect();
    let room = LONGEST - note.encode_utf16().count() - 1;
    let mut used = 0;
    let kept = text.chars().take_while(|c| {
        used += c.len_utf16();
        used <= room
    });
    let mut cut: String = kept.collect();
    cut.push(' ');
    cut + &note
}

/// The workbook; `is_sampled`: it holds a sample of the responses.
///
/// # Errors
/// [`Error::Template`]; never for what a run holds.
pub(super) fn render(paper: &Paper<'_>, is_sampled: bool) -> Result<Vec<u8>, Error> {
    write(&Source { run: paper.run, wording: paper.wording, paper, is_sampled })
        .map_err(|error| Error::Template(format!("the workbook cannot be written: {error}")))
}

type Make = for<'s> fn(&Source<'s>) -> Result<Worksheet, XlsxError>;

fn write(source: &Source<'_>) -> Result<Vec<u8>, XlsxError> {
    let has_names = source.run.findings.questions.iter().any(|question| question.names.is_some());
    let mut sheets: Vec<(Make, &str)> = vec![
        (findings::findings, "findings"),
        (responses::coding, "coding"),
        (responses::responses, "responses"),
        (findings::duplicates, "duplicates"),
        (responses::ledger, "ledger"),
        (statistics::crosstabs, "crosstabs"),
        (statistics::closed, "closed"),
        (statistics::profile, "profile"),
    ];
    if has_names {
        sheets.push((findings::names, "names"));
    }
    let made: Vec<Worksheet> = sheets.par_iter().map(|(make, _)| make(source)).collect::<Result<_, _>>()?;
    let mut workbook = Workbook::new();
    let report = &source.run.settings.report;
    let author = if report.organisation.is_empty() { "canvass" } else { &report.organisation };
    let made_at = ExcelDateTime::from_ymd(1980, 1, 1)?;
    let properties =
        DocProperties::new().set_title(source.paper.title()).set_author(author).set_creation_datetime(&made_at);
    workbook.set_properties(&properties);
    for worksheet in made {
        workbook.push_worksheet(worksheet);
    }
    let names: Vec<&str> = sheets.iter().map(|(_, name)| *name).collect();
    workbook.push_worksheet(about(source, &names)?);
    workbook.save_to_buffer()
}

/// What the workbook is, what made it, and what its sheets hold.
fn about(source: &Source<'_>, sheets: &[&str]) -> Result<Worksheet, XlsxError> {
    let (run, wording) = (source.run, source.wording);
    let columns = [("column.item", Kind::Text, 28.0), ("column.value", Kind::Long, 90.0)];
    let mut sheet = Sheet::new(wording, "sheet.about", &columns)?;
    let mut line = |name: String, value: Value<'_>| sheet.row(None, &[name.into(), value]);
    line(wording.text("workbook.title"), source.paper.title().into())?;
    let organisation = &run.settings.report.organisation;
    if !organisation.is_empty() {
        line(wording.text("workbook.organisation"), organisation.into())?;
    }
    let n_responses = run.intake.responses.len() as u64;
    line(wording.text("workbook.responses"), n_responses.into())?;
    let holds = if source.is_sampled {
        let most = run.settings.report.max_responses;
        wording.say("workbook.sample", &[("n", most.into()), ("sample", SAMPLE.into())])
    } else {
        wording.text("workbook.complete")
    };
    line(wording.text("workbook.holds"), holds.into())?;
    for name in sheets {
        line(wording.text(&format!("sheet.{name}")), wording.text(&format!("workbook.hold_{name}")).into())?;
    }
    line(wording.text("workbook.version"), (&run.findings.run.version).into())?;
    line(wording.text("workbook.seed"), run.findings.run.seed.to_string().into())?;
    line(wording.text("workbook.settings"), (&run.findings.run.settings_blake3).into())?;
    for input in &run.findings.inputs {
        line(input.file.clone(), format!("BLAKE3 {}", input.blake3).into())?;
    }
    sheet.done()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::ReportLanguage;

    #[test]
    fn a_text_too_long_for_a_cell_is_cut_and_says_so() {
        let wording = Wording::of(ReportLanguage::English);
        let cut = cell_text(&"😀".repeat(20_000), Some("r7"), &wording);
        assert_eq!(cut.encode_utf16().count(), LONGEST - 1, "two units a letter");
        assert!(cut.ends_with("the whole text is response r7 in responses.jsonl]"), "{}", &cut[cut.len() - 100..]);
        let whole = "a".repeat(LONGEST);
        assert_eq!(cell_text(&whole, None, &wording), whole);
        let long_id = "i".repeat(50_000);
        assert!(cell_text(&format!("{whole}b"), Some(&long_id), &wording).encode_utf16().count() <= LONGEST);
    }

    #[test]
    fn what_xml_does_not_know_is_shown_as_unknown() {
        let wording = Wording::of(ReportLanguage::English);
        assert_eq!(cell_text("a\u{0}\u{1b}\r\nb\u{ffff}", None, &wording), "a\u{fffd}\u{fffd}\nb\u{fffd}");
    }
}
