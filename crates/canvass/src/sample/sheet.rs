//! A sample as a file to code in: a workbook with a sheet for each question, or a text table for one.
//!
//! All cells are strings or numbers, never formulas, and there is no clock in it: the same sample gives the same bytes.

use super::{DrawnQuestion, Sample, SampleError};
use crate::error::Error;
use crate::report::Table;
use crate::run_folder::CodedRun;
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder,
    Note, Workbook, Worksheet, XlsxError,
};
use std::collections::{BTreeMap, BTreeSet};

/// The sheet that says what to do, and who coded.
pub(super) const ABOUT: &str = "Read me";
/// The sheet of codes.
const CODES: &str = "Codes";
/// The sheet of strata.
const STRATA: &str = "Strata";
/// The sheet that says what was drawn; hidden, as it tells the machine's coding.
pub(super) const DRAWN: &str = "Drawn";
/// The columns of a sheet of responses that are of no code.
pub(super) const RESPONSE: &str = "response";
pub(super) const ANSWER: &str = "answer";
pub(super) const NO_CODE: &str = "no code";
pub(super) const REMARK: &str = "remark";
/// Those of a text table besides.
pub(super) const SAMPLE: &str = "sample";
pub(super) const QUESTION: &str = "question";
pub(super) const STRATUM: &str = "stratum";
pub(super) const WEIGHT: &str = "weight";
/// What stands before the coder's name.
pub(super) const CODER: &str = "Coder";
/// The mark of a code.
pub(super) const TICK: &str = "x";
/// The characters a cell holds, in units of UTF-16, with room for a word on what is cut.
const LONGEST: usize = 32_700;

/// The height that a row has at most, in points.
const TALLEST: f64 = 409.0;
/// The widths of the columns of answers, and of what is said on the first sheet, in characters.
const ANSWER_WIDTH: f64 = 70.0;
const ABOUT_WIDTH: f64 = 110.0;

/// Ticks that stand there from the start: for each question and response the codes.
pub type Prefilled = BTreeMap<(String, u32), BTreeSet<String>>;

/// The name of a question's sheet: its number, so that names that are long or alike stay apart, and what fits of its id.
pub(super) fn sheet_name(number: usize, id: &str) -> String {
    let fits = |c: char| !matches!(c, '[' | ']' | ':' | '*' | '?' | '/' | '\\' | '\'') && !c.is_control();
    let id: String = id.chars().filter(|c| fits(*c)).take(20).collect();
    format!("{}. {}", number + 1, id.trim())
}

/// The header of a code's column: its id, and its name below.
fn header(code: &super::CodeOnSheet) -> String {
    format!("{}\n{}", code.id, one_line(&code.name))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text as a cell takes it.
fn cell(text: &str) -> String {
    let shown = |c: char| {
        let is_break = matches!(c, '\t' | '\n');
        if (c.is_control() && !is_break) || matches!(c, '\u{fffe}' | '\u{ffff}') { '\u{fffd}' } else { c }
    };
    let text: String = text.replace("\r\n", "\n").replace('\r', "\n").chars().map(shown).collect();
    let mut used = 0;
    let kept: String = text
        .chars()
        .take_while(|c| {
            used += c.len_utf16();
            used <= LONGEST
        })
        .collect();
    if kept.len() < text.len() { kept + " [...]" } else { kept }
}

/// How many characters of Latin a character is as wide as.
fn wide(c: char) -> f64 {
    if c >= '\u{1100}' { 2.0 } else { 1.0 }
}

/// The height of a row, in points, that shows a text wrapped in a column of this width, in characters: not all programs find it by themselves.
fn height(text: &str, width: f64) -> f64 {
    let lines = |line: &str| (line.chars().map(wide).sum::<f64>() / (width * 0.95)).ceil().max(1.0);
    let lines: f64 = text.lines().map(lines).sum();
    (lines.max(1.0) * 15.0).min(TALLEST)
}

/// The workbook for one coder.
///
/// # Errors
/// [`Error::Template`]; never for what a run holds.
pub fn workbook(run: &CodedRun, sample: &Sample, coder: &str, prefilled: &Prefilled) -> Result<Vec<u8>, Error> {
    write(run, sample, coder, prefilled)
        .map_err(|error| Error::Template(format!("the workbook cannot be written: {error}")))
}

/// The formats of cells.
struct Formats {
    header: Format,
    text: Format,
    long: Format,
    tick: Format,
    weight: Format,
}

impl Formats {
    fn new() -> Self {
        let top = Format::new().set_align(FormatAlign::Top);
        let header = top.clone().set_bold().set_text_wrap().set_background_color(Color::RGB(0x00E4_EBEF));
        let line = Color::RGB(0x00B8_C4CC);
        Self {
            header: header.set_border(FormatBorder::Thin).set_border_color(line),
            long: top.clone().set_text_wrap(),
            tick: top.clone().set_align(FormatAlign::Center).set_border(FormatBorder::Thin).set_border_color(line),
            weight: top.clone().set_num_format("0.00"),
            text: top,
        }
    }
}

fn write(run: &CodedRun, sample: &Sample, coder: &str, prefilled: &Prefilled) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_title("Sample to code").set_creation_datetime(&created));
    let formats = Formats::new();
    workbook.push_worksheet(about(run, sample, coder, prefilled, &formats)?);
    for (number, question) in sample.questions.iter().enumerate() {
        workbook.push_worksheet(responses(run, question, number, prefilled, &formats)?);
    }
    workbook.push_worksheet(codes(sample, &formats)?);
    workbook.push_worksheet(strata(sample, &formats)?);
    workbook.push_worksheet(drawn(run, sample, &formats)?);
    workbook.save_to_buffer()
}

/// A sheet with a header and rows of text and numbers.
fn table(name: &str, columns: &[(&str, f64)], rows: &[Vec<Value>], formats: &Formats) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name(name)?.set_freeze_panes(1, 0)?;
    for (at, (title, width)) in (0..).zip(columns) {
        sheet.write_string_with_format(0, at, *title, &formats.header)?.set_column_width(at, *width)?;
    }
    for (row, values) in (1..).zip(rows) {
        let heights = values.iter().zip(columns).map(|(value, (_, width))| match value {
            Value::Text(text) if name != DRAWN => height(text, *width),
            _ => 15.0,
        });
        sheet.set_row_height(row, heights.fold(15.0, f64::max))?;
        for (at, value) in (0..).zip(values) {
            match value {
                Value::Text(text) => sheet.write_string_with_format(row, at, cell(text), &formats.long)?,
                Value::Count(n) => sheet.write_number_with_format(row, at, *n as f64, &formats.text)?,
                Value::Weight(x) => sheet.write_number_with_format(row, at, *x, &formats.weight)?,
            };
        }
    }
    Ok(sheet)
}

enum Value {
    Text(String),
    Count(usize),
    Weight(f64),
}

fn about(
    run: &CodedRun,
    sample: &Sample,
    coder: &str,
    prefilled: &Prefilled,
    formats: &Formats,
) -> Result<Worksheet, XlsxError> {
    let mut rows = vec![
        (CODER, coder.to_owned()),
        (
            "How to code",
            "Each question has a sheet. Read the answer and write x below every code that it mentions; an answer may have several. Where none fits, \
             write x below \"no code\": a row without any x counts as not coded yet. The sheet \"Codes\" says what belongs to a code. Do not \
             change ids and headers; remarks are yours. Put your name behind \"Coder\" above."
                .to_owned(),
        ),
        (
            "Ticks",
            if prefilled.is_empty() {
                "None stand there: you do not see what the machine said.".to_owned()
            } else {
                "The machine's stand there already. Who corrects them agrees with the machine more than who codes afresh, so the agreement that is \
                 measured is too high."
                    .to_owned()
            },
        ),
    ];
    for question in &sample.questions {
        let drawn = question.responses.len();
        let asked = one_line(&question.text);
        rows.push((
            "Question",
            format!(
                "{}: {asked} ({drawn} of {} responses, near-duplicates counted once)",
                question.id, question.n_responses
            ),
        ));
    }
    let mirrors = sample
        .by
        .as_ref()
        .map_or(String::new(), |by| format!(", ordered by {by:?} within each stratum and taken at equal steps"));
    rows.push((
        "The draw",
        format!(
            "Stratified by theme: a response is in the stratum of its rarest theme, or in that of responses without one; small themes are one \
             stratum in a small sample. Each stratum gives its share, and at least two{mirrors}. The sheet \"Strata\" has the numbers; what a response stands for is taken into account."
        ),
    ));
    rows.push(("Seed", sample.identity.seed.to_string()));
    rows.push(("Settings of the run", format!("BLAKE3 {}", run.settings_blake3)));
    rows.push(("Sample", sample.identity.word()));
    let mut sheet = Worksheet::new();
    sheet.set_name(ABOUT)?.set_column_width(0, 22)?.set_column_width(1, ABOUT_WIDTH)?;
    sheet.write_string_with_format(0, 0, "Sample to code", &formats.header)?;
    sheet.write_string_with_format(0, 1, "canvass", &formats.header)?;
    for (row, (name, text)) in (1..).zip(rows) {
        sheet.write_string_with_format(row, 0, name, &formats.text)?;
        let format = if name == CODER { &formats.header } else { &formats.long };
        sheet.write_string_with_format(row, 1, cell(&text), format)?;
        sheet.set_row_height(row, height(&text, ABOUT_WIDTH))?;
    }
    Ok(sheet)
}

fn responses(
    run: &CodedRun,
    question: &DrawnQuestion,
    number: usize,
    prefilled: &Prefilled,
    formats: &Formats,
) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name(sheet_name(number, &question.id))?.set_freeze_panes(1, 2)?;
    sheet.set_row_height(0, 90)?;
    let n_codes = question.codes.len() as u16;
    let of_run = run.question(&question.id);
    for (at, title, width) in
        [(0, RESPONSE, 11.0), (1, ANSWER, ANSWER_WIDTH), (2 + n_codes, NO_CODE, 8.0), (3 + n_codes, REMARK, 30.0)]
    {
        sheet.write_string_with_format(0, at, title, &formats.header)?.set_column_width(at, width)?;
    }
    for (at, code) in (2..).zip(&question.codes) {
        sheet.write_string_with_format(0, at, cell(&header(code)), &formats.header)?.set_column_width(at, 13)?;
        if !code.definition.trim().is_empty() {
            let note: String = code.definition.chars().filter(|c| !c.is_control()).take(1_000).collect();
            sheet.insert_note(0, at, &Note::new(note).set_author("canvass").add_author_prefix(false))?;
        }
    }
    for (row, drawn) in (1..).zip(&question.responses) {
        let Some(response) = of_run.map(|question| &question.responses[drawn.response as usize]) else { continue };
        sheet.write_string_with_format(row, 0, cell(&response.response_id), &formats.text)?;
        sheet.write_string_with_format(row, 1, cell(&response.analysed), &formats.long)?;
        sheet.set_row_height(row, height(&response.analysed, ANSWER_WIDTH))?;
        let ticked = prefilled.get(&(question.id.clone(), drawn.response));
        for (at, code) in (2..).zip(&question.codes) {
            if ticked.is_some_and(|codes| codes.contains(&code.id)) {
                sheet.write_string_with_format(row, at, TICK, &formats.tick)?;
            } else {
                sheet.write_blank(row, at, &formats.tick)?;
            }
        }
        let is_without = ticked.is_some_and(BTreeSet::is_empty);
        sheet.write_string_with_format(row, 2 + n_codes, if is_without { TICK } else { "" }, &formats.tick)?;
    }
    let last = question.responses.len().max(1) as u32;
    let ticks = DataValidation::new()
        .allow_list_strings(&[TICK])?
        .set_error_style(DataValidationErrorStyle::Stop)
        .set_error_title("A tick is an x")?
        .set_error_message("Write x, or leave the cell blank.")?;
    sheet.add_data_validation(1, 2, last, 2 + n_codes, &ticks)?;
    Ok(sheet)
}

fn codes(sample: &Sample, formats: &Formats) -> Result<Worksheet, XlsxError> {
    let rows: Vec<Vec<Value>> = (sample.questions.iter())
        .flat_map(|question| question.codes.iter().map(move |code| (question, code)))
        .map(|(question, code)| {
            [&question.id, &code.id, &code.name, &code.definition].map(|text| Value::Text(text.clone())).into()
        })
        .collect();
    table(CODES, &[("question", 12.0), ("code", 12.0), ("name", 40.0), ("definition", 90.0)], &rows, formats)
}

fn strata(sample: &Sample, formats: &Formats) -> Result<Worksheet, XlsxError> {
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for question in &sample.questions {
        for stratum in &question.strata {
            let label = if stratum.theme.is_empty() { "in no theme" } else { &stratum.label };
            let mut row: Vec<Value> =
                [&question.id, "theme", &stratum.theme, label].map(|text| Value::Text(text.to_owned())).into();
            row.extend([Value::Count(stratum.n_responses), Value::Count(stratum.n_drawn)]);
            if stratum.n_drawn > 0 {
                row.push(Value::Weight(stratum.n_responses as f64 / stratum.n_drawn as f64));
            }
            rows.push(row);
        }
        for (value, all, drawn) in &question.by {
            let value = if value.is_empty() { "did not say" } else { value };
            let by = sample.by.as_deref().unwrap_or_default();
            let mut row: Vec<Value> = [&question.id, by, "", value].map(|text| Value::Text(text.to_owned())).into();
            row.extend([Value::Count(*all), Value::Count(*drawn)]);
            rows.push(row);
        }
    }
    let columns = [
        ("question", 12.0),
        ("by", 16.0),
        ("theme", 12.0),
        ("name", 50.0),
        ("responses", 12.0),
        ("drawn", 10.0),
        ("each stands for", 16.0),
    ];
    table(STRATA, &columns, &rows, formats)
}

fn drawn(run: &CodedRun, sample: &Sample, formats: &Formats) -> Result<Worksheet, XlsxError> {
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for question in &sample.questions {
        for drawn in &question.responses {
            rows.push(vec![
                Value::Text(sample.identity.word()),
                Value::Text(question.id.clone()),
                Value::Text(id_of(run, question, drawn.response)),
                Value::Count(drawn.stratum as usize),
                Value::Weight(drawn.weight),
            ]);
        }
    }
    let columns = [(SAMPLE, 20.0), (QUESTION, 12.0), (RESPONSE, 12.0), (STRATUM, 10.0), (WEIGHT, 10.0)];
    let mut sheet = table(DRAWN, &columns, &rows, formats)?;
    sheet.set_hidden(true);
    Ok(sheet)
}

fn id_of(run: &CodedRun, question: &DrawnQuestion, response: u32) -> String {
    let of_run = run.question(&question.id);
    of_run.map_or(String::new(), |question| question.responses[response as usize].response_id.clone())
}

/// The sample of one question as a text table; what begins like a formula has an apostrophe before it, in ids too.
///
/// # Errors
/// [`SampleError::SeveralQuestions`].
pub fn text_table(run: &CodedRun, sample: &Sample, prefilled: &Prefilled) -> Result<Vec<u8>, Error> {
    let [question] = sample.questions.as_slice() else {
        let questions: Vec<String> = sample.questions.iter().map(|question| question.id.clone()).collect();
        return Err(SampleError::SeveralQuestions { n: questions.len(), questions }.into());
    };
    let mut columns: Vec<String> = [SAMPLE, QUESTION, RESPONSE, STRATUM, WEIGHT, ANSWER].map(str::to_owned).into();
    columns.extend(question.codes.iter().map(|code| format!("{} {}", code.id, one_line(&code.name))));
    columns.extend([NO_CODE.to_owned(), REMARK.to_owned()]);
    let mut table = Table::of(&columns);
    for drawn in &question.responses {
        let text = run.question(&question.id).map(|of| of.responses[drawn.response as usize].analysed.clone());
        let mut row = vec![
            sample.identity.word(),
            question.id.clone(),
            id_of(run, question, drawn.response),
            drawn.stratum.to_string(),
            drawn.weight.to_string(),
            text.unwrap_or_default(),
        ];
        let ticked = prefilled.get(&(question.id.clone(), drawn.response));
        let tick = |is_ticked: bool| if is_ticked { TICK.to_owned() } else { String::new() };
        row.extend(question.codes.iter().map(|code| tick(ticked.is_some_and(|codes| codes.contains(&code.id)))));
        row.extend([tick(ticked.is_some_and(BTreeSet::is_empty)), String::new()]);
        table.cells(&row);
    }
    Ok(table.bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_have_names_that_a_workbook_takes() {
        assert_eq!(sheet_name(0, "q1"), "1. q1");
        assert_eq!(sheet_name(11, "What [do] you: think? of/this*"), "12. What do you think of");
        assert!(sheet_name(99, &"x".repeat(60)).chars().count() <= 31);
    }

    #[test]
    fn a_row_is_as_high_as_its_text_needs() {
        let heights =
            [height("", 70.0), height("short", 70.0), height(&"word ".repeat(27), 70.0), height("a\nb\nc", 70.0)];
        assert_eq!(heights.map(f64::to_bits), [15.0_f64, 15.0, 45.0, 45.0].map(f64::to_bits));
        assert_eq!(height(&"x".repeat(90_000), 70.0).to_bits(), TALLEST.to_bits());
    }

    #[test]
    fn a_cell_takes_a_long_text_up_to_its_end() {
        assert_eq!(cell("a\r\nb\u{1}"), "a\nb\u{fffd}");
        let long = cell(&"\u{1F600}".repeat(40_000));
        assert!(long.encode_utf16().count() <= 32_767 && long.ends_with(" [...]"));
    }
}
