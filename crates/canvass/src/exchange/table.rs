//! Tables: the code book, a row for each theme, and the coding, a row for each response and theme.
//!
//! A row that is missing says nothing: rows are lost by sorting and filtering. What is to be taken out says `no` in the column `in`, and a theme
//! is rejected by its status.

use super::claims::{Above, By, Claim, Claims, Extent, Passage, is_called, squeezed, status_of};
use super::outgoing::MACHINE;
use super::read::decode;
use super::view::{QuestionView, View, words_of};
use super::words::{join, split};
use super::{ExchangeError, ExchangeFault, ExchangeFile, Format, Guid, Unmatched};
use crate::codeframe::Fate;
use crate::codeframe::coding::PutBy;
use crate::error::Error;
use crate::ingest::{IngestError, column_letters, read_workbook};
use crate::xml::held;
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format as CellFormat, FormatAlign, Workbook, XlsxError};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The columns of the code book.
const BOOK: [&str; 10] =
    ["question", "theme_id", "name", "definition", "parent", "status", "language", "include", "exclude", "guid"];
/// The columns of the coding.
const CODING: [&str; 7] = ["question", "response_id", "theme_id", "theme_name", "in", "coded_by", "text"];
/// The sheets of a workbook.
const BOOK_SHEET: &str = "Code book";
const CODING_SHEET: &str = "Coding";
/// The characters a cell of a workbook holds, in units of UTF-16.
const LONGEST: usize = 32_767;
/// The rows of a sheet, without its header.
const MOST_ROWS: usize = 1_048_575;
/// The longest cell that is read, in bytes.
const MAX_CELL_BYTES: u64 = 1 << 20;
/// What stands in `coded_by` for the words of a theme.
const WORDS: &str = "words";
/// What stands there for what a classifier proposed.
const CLASSIFIER: &str = "classifier";

/// The rows of the code book.
fn book(view: &View<'_>) -> Vec<[String; BOOK.len()]> {
    let of_question = |question: &QuestionView<'_>| -> Vec<[String; BOOK.len()]> {
        let themes = question.themes.iter().map(|theme| &view.state.themes[theme.at]);
        let row = |theme: &crate::codeframe::ThemeState| {
            let own = theme.language.code();
            [
                theme.question.clone(),
                theme.id.clone(),
                theme.name.clone(),
                theme.definition.clone(),
                theme.parent.clone().unwrap_or_default(),
                theme.status.name().to_owned(),
                own.to_owned(),
                join(&words_of(theme, false), own),
                join(&words_of(theme, true), own),
                theme.guid.clone(),
            ]
        };
        themes.map(row).collect()
    };
    view.questions.iter().flat_map(of_question).collect()
}

/// The rows of the coding.
fn coding(view: &View<'_>) -> Vec<[String; CODING.len()]> {
    let mut rows = Vec::new();
    for question in &view.questions {
        // For each response and theme who put it there.
        let mut found: BTreeMap<(usize, usize), Vec<&str>> = BTreeMap::new();
        for (place, theme) in question.themes.iter().enumerate() {
            let of = &view.state.themes[theme.at];
            for (number, by) in &theme.members {
                let (response, point) = question.point(*number);
                let coders = found.entry((response, place)).or_default();
                let author = match by {
                    PutBy::Words => None,
                    PutBy::Classifier => Some(CLASSIFIER),
                    PutBy::Point | PutBy::Response => {
                        view.by_hand(of, &point, *by).map(|decision| decision.author.as_str())
                    }
                };
                coders.extend(author.filter(|author| !coders.contains(author)));
            }
        }
        for ((response, place), coders) in found {
            let theme = &view.state.themes[question.themes[place].at];
            let response = &question.question.responses[response];
            rows.push([
                question.question.id.clone(),
                response.response_id.clone(),
                theme.id.clone(),
                theme.name.clone(),
                "yes".to_owned(),
                if coders.is_empty() { WORDS.to_owned() } else { coders.join("; ") },
                response.analysed.clone(),
            ]);
        }
    }
    rows
}

/// Whether a spreadsheet would run a cell as a formula.
fn is_run(cell: &str) -> bool {
    cell.starts_with(['=', '+', '-', '@', '\t', '\r'])
}

/// A cell that no spreadsheet runs as a formula; one that looks as if it were guarded is guarded once more, so that each is told apart.
fn guarded(cell: &str) -> String {
    if is_run(cell.trim_start_matches('\'')) { format!("'{cell}") } else { cell.to_owned() }
}

/// What was guarded.
fn unguarded(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if is_run(rest.trim_start_matches('\'')) => rest,
        _ => cell,
    }
}

/// Both tables as text files.
pub(super) fn csv(view: &View<'_>) -> (Vec<u8>, Vec<u8>) {
    (text(&BOOK, &book(view)), text(&CODING, &coding(view)))
}

/// # Panics
/// Never: rows of one width go into memory.
fn text<const N: usize>(columns: &[&str; N], rows: &[[String; N]]) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(columns).expect("memory takes every row");
    for row in rows {
        writer.write_record(row.iter().map(|cell| guarded(cell))).expect("memory takes every row");
    }
    writer.into_inner().expect("memory takes every row")
}

/// Both tables as a workbook.
///
/// # Errors
/// [`ExchangeFault::Workbook`] for what it cannot hold.
pub(super) fn workbook(view: &View<'_>, file: &str) -> Result<Vec<u8>, Error> {
    let (book, coding) = (book(view), coding(view));
    let refuse = |what: String| ExchangeError::of(file, "", ExchangeFault::Workbook { what });
    for (n_rows, of) in [(book.len(), "themes"), (coding.len(), "codings")] {
        if n_rows > MOST_ROWS {
            return Err(refuse(format!("there are {n_rows} {of}")).into());
        }
    }
    for row in &book {
        if let Some(at) = row.iter().position(|cell| cell.encode_utf16().count() > LONGEST) {
            return Err(refuse(format!("{} of theme {:?} has more than {LONGEST} characters", BOOK[at], row[1])).into());
        }
    }
    made(&book, &coding).map_err(|error| Error::Template(error.to_string()))
}

fn made(book: &[[String; BOOK.len()]], coding: &[[String; CODING.len()]]) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let made_at = ExcelDateTime::from_ymd(1980, 1, 1)?;
    workbook.set_properties(&DocProperties::new().set_author(MACHINE).set_creation_datetime(&made_at));
    let header = CellFormat::new().set_bold().set_align(FormatAlign::Top);
    let wrapped = CellFormat::new().set_text_wrap().set_align(FormatAlign::Top);
    let wide = ["definition", "include", "exclude", "text", "name", "theme_name"];
    let mut sheet =
        |name: &str, columns: &[&str], rows: &mut dyn Iterator<Item = &[String]>| -> Result<(), XlsxError> {
            let worksheet = workbook.add_worksheet();
            worksheet.set_name(name)?.set_freeze_panes(1, 0)?;
            for (at, column) in (0..).zip(columns) {
                worksheet.write_string_with_format(0, at, *column, &header)?;
                worksheet.set_column_width(at, if wide.contains(column) { 44.0 } else { 14.0 })?;
            }
            for (number, row) in (1..).zip(rows) {
                for (at, cell) in (0..).zip(row).filter(|(_, cell)| !cell.is_empty()) {
                    let cell = held(cell);
                    // Only the text of an answer can be so long: what is above is there to be read.
                    let shown = if cell.encode_utf16().count() > LONGEST { cut(&cell) } else { &cell };
                    worksheet.write_string_with_format(number, at, shown, &wrapped)?;
                }
            }
            Ok(())
        };
    sheet(BOOK_SHEET, &BOOK, &mut book.iter().map(<[String; BOOK.len()]>::as_slice))?;
    sheet(CODING_SHEET, &CODING, &mut coding.iter().map(<[String; CODING.len()]>::as_slice))?;
    workbook.save_to_buffer()
}

/// As much of a text as a cell holds.
fn cut(text: &str) -> &str {
    let mut used = 0;
    let end = text.char_indices().find(|(_, c)| {
        used += c.len_utf16();
        used > LONGEST
    });
    end.map_or(text, |(at, _)| &text[..at])
}

/// A table as it was read.
struct Sheet {
    file: String,
    /// The sheet; empty in a text file.
    name: String,
    /// Whether it is read together with others, so that a place must name it.
    is_one_of: bool,
    columns: Vec<String>,
    /// The rows with their numbers, 1-based, the header included.
    rows: Vec<(u32, Vec<String>)>,
}

/// A cell of a table.
#[derive(Clone, Copy)]
struct Row<'s> {
    sheet: &'s Sheet,
    number: u32,
    cells: &'s [String],
}

impl Sheet {
    fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.trim().to_lowercase() == name)
    }

    fn has(&self, name: &str) -> bool {
        self.column(name).is_some()
    }

    fn required(&self, column: &'static str) -> Result<(), ExchangeError> {
        let available = self.columns.iter().filter(|name| !name.trim().is_empty()).cloned().collect();
        let fault = ExchangeFault::NoColumn { column, available };
        let place = if self.name.is_empty() { String::new() } else { format!("sheet {:?}", self.name) };
        if self.has(column) { Ok(()) } else { Err(ExchangeError::of(&self.file, place, fault)) }
    }

    fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        let is_blank = |cells: &[String]| cells.iter().all(|cell| cell.trim().is_empty());
        let rows = self.rows.iter().filter(move |(_, cells)| !is_blank(cells));
        rows.map(|(number, cells)| Row { sheet: self, number: *number, cells })
    }
}

impl<'s> Row<'s> {
    /// The cell in a column; empty without one.
    fn cell(self, column: &str) -> &'s str {
        self.sheet.column(column).and_then(|at| self.cells.get(at)).map_or("", |cell| cell.trim())
    }

    fn place(self) -> String {
        let sheet = if self.sheet.name.is_empty() { String::new() } else { format!("sheet {:?}, ", self.sheet.name) };
        format!("{sheet}row {}", self.number)
    }

    /// The place for what is listed of all files together.
    fn place_among(self) -> String {
        if self.sheet.is_one_of { format!("{}, {}", self.sheet.file, self.place()) } else { self.place() }
    }

    fn refuse(self, column: &str, fault: ExchangeFault) -> ExchangeError {
        let letters = self.sheet.column(column).map(|at| format!(", column {}", column_letters(at as u32)));
        ExchangeError::of(&self.sheet.file, format!("{}{}", self.place(), letters.unwrap_or_default()), fault)
    }

    /// A cell that must say something.
    fn required(self, column: &'static str) -> Result<&'s str, ExchangeError> {
        let cell = self.cell(column);
        if cell.is_empty() { Err(self.refuse(column, ExchangeFault::Empty { column })) } else { Ok(cell) }
    }

    /// The question of the row, by its place in the run.
    fn question(self, view: &View<'_>) -> Result<usize, ExchangeError> {
        let id = self.required("question")?;
        let found = view.questions.iter().position(|question| question.question.id == id);
        let unknown = || ExchangeFault::UnknownQuestion { question: id.to_owned(), available: view.ids() };
        found.ok_or_else(|| self.refuse("question", unknown()))
    }
}

/// Reads the tables of these files.
///
/// # Errors
/// [`ExchangeError`], with sheet, row and column.
pub(super) fn read(view: &View<'_>, files: &[ExchangeFile]) -> Result<Claims, ExchangeError> {
    let mut sheets = Vec::new();
    for file in files {
        match Format::of(&file.name)? {
            Format::Workbook => sheets.extend(of_workbook(file)?),
            _ => sheets.push(Sheet { is_one_of: files.len() > 1, ..of_text(file)? }),
        }
    }
    let mut reading = Reading { view, claims: Claims::default(), places: BTreeMap::new() };
    let (codings, books): (Vec<&Sheet>, Vec<&Sheet>) = sheets.iter().partition(|sheet| sheet.has("response_id"));
    for sheet in books {
        reading.book(sheet)?;
    }
    for sheet in codings {
        reading.coding(sheet)?;
    }
    Ok(reading.claims)
}

fn of_workbook(file: &ExchangeFile) -> Result<Vec<Sheet>, ExchangeError> {
    let name: Arc<str> = file.name.as_str().into();
    let mut sheets = Vec::new();
    for wanted in [BOOK_SHEET, CODING_SHEET] {
        match read_workbook(&name, &file.bytes, Some(wanted), MAX_CELL_BYTES) {
            Ok((table, _)) => {
                let rows = table.rows.iter().map(|row| {
                    let cells = table.columns.iter().map(|column| row.cell(column.index).to_owned());
                    (row.row, cells.collect())
                });
                let rows = rows.collect();
                let (file, name) = (file.name.clone(), table.sheet.to_string());
                sheets.push(Sheet { file, name, is_one_of: false, columns: table.names(), rows });
            }
            Err(IngestError::NoSuchSheet { .. }) => {}
            Err(error) => return Err(ExchangeError::of(&file.name, "", error)),
        }
    }
    if sheets.is_empty() { Err(ExchangeError::of(&file.name, "", ExchangeFault::NoSheet)) } else { Ok(sheets) }
}

fn of_text(file: &ExchangeFile) -> Result<Sheet, ExchangeError> {
    let text = decode(&file.name, "", &file.bytes)?;
    let refuse =
        |row: u32, message: String| ExchangeError::of(&file.name, format!("row {row}"), ExchangeFault::Csv { message });
    let header = text.lines().next().unwrap_or_default();
    let count = |delimiter: &u8| header.bytes().filter(|byte| byte == delimiter).count();
    // `max_by_key` keeps the last of equals.
    let delimiter = [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',');
    let mut reader =
        csv::ReaderBuilder::new().has_headers(false).flexible(true).delimiter(delimiter).from_reader(text.as_bytes());
    let (mut columns, mut rows): (Vec<String>, Vec<(u32, Vec<String>)>) = (Vec::new(), Vec::new());
    for (number, record) in (1..).zip(reader.records()) {
        let record = record.map_err(|error| refuse(number, error.to_string()))?;
        let cells: Vec<String> = record.iter().map(|cell| unguarded(cell).to_owned()).collect();
        if let Some(cell) = cells.iter().find(|cell| cell.len() as u64 > MAX_CELL_BYTES) {
            let message = format!("a cell takes {} bytes, as where a quotation mark is never closed", cell.len());
            return Err(refuse(number, message));
        }
        if number == 1 {
            columns = cells;
        } else if cells.len() > columns.len() && cells[columns.len()..].iter().any(|cell| !cell.trim().is_empty()) {
            return Err(refuse(number, format!("it has {} cells, the header {}", cells.len(), columns.len())));
        } else {
            rows.push((number, cells));
        }
    }
    Ok(Sheet { file: file.name.clone(), name: String::new(), is_one_of: false, columns, rows })
}

/// Tables that are read.
struct Reading<'a, 'r> {
    view: &'a View<'r>,
    claims: Claims,
    /// For each claim the row it stands in, by question and id or, without one, name.
    places: BTreeMap<(usize, String), usize>,
}

impl Reading<'_, '_> {
    fn book(&mut self, sheet: &Sheet) -> Result<(), ExchangeError> {
        sheet.required("question")?;
        sheet.required("name")?;
        let first = self.claims.themes.len();
        let mut parents: Vec<(Row<'_>, &str)> = Vec::new();
        for row in sheet.rows() {
            let question = row.question(self.view)?;
            let name = row.required("name")?;
            let id = row.cell("theme_id");
            let themes = &self.view.state.themes;
            let of_question =
                |theme: &crate::codeframe::ThemeState| theme.question == self.view.questions[question].question.id;
            let theme = if id.is_empty() {
                let is_named = |theme: &crate::codeframe::ThemeState| is_called(&theme.name, name);
                themes.iter().position(|theme| of_question(theme) && theme.fate == Fate::There && is_named(theme))
            } else {
                themes.iter().position(|theme| of_question(theme) && theme.id == id)
            };
            if let Some(theme) = theme.map(|theme| &themes[theme]).filter(|theme| theme.fate != Fate::There) {
                let why = format!("its theme {:?} is gone from the code frame", theme.id);
                self.claims.unmatched.push(Unmatched {
                    place: row.place_among(),
                    what: format!("the theme {name:?}"),
                    why,
                });
                continue;
            }
            let key = theme.map_or_else(
                || if id.is_empty() { squeezed(name) } else { id.to_owned() },
                |theme| themes[theme].id.clone(),
            );
            if let Some(other) = self.places.get(&(question, key.clone())) {
                let other = self.claims.themes[*other].place.clone();
                return Err(row.refuse("theme_id", ExchangeFault::SameTheme { theme: key, other }));
            }
            self.places.insert((question, key), self.claims.themes.len());
            // What is found by its name keeps it as it is.
            let name = theme.filter(|_| id.is_empty()).map_or(name, |theme| themes[theme].name.as_str());
            let claim = self.claim(row, (question, theme), (id, name))?;
            self.claims.themes.push(claim);
            parents.push((row, row.cell("parent")));
        }
        if !sheet.has("parent") {
            return Ok(());
        }
        for (at, (row, parent)) in (first..).zip(parents) {
            let question = self.claims.themes[at].question;
            let above = match parent {
                "" => None,
                parent => Some(self.theme(row, "parent", question, parent, "")?),
            };
            self.claims.themes[at].above = Above::Is(above);
        }
        Ok(())
    }

    fn claim(
        &self,
        row: Row<'_>,
        (question, theme): (usize, Option<usize>),
        (id, name): (&str, &str),
    ) -> Result<Claim, ExchangeError> {
        let sheet = row.sheet;
        let wrong = |column: &'static str, expected: &'static str| {
            let found = row.cell(column).to_owned();
            row.refuse(column, ExchangeFault::Cell { column, found, expected })
        };
        let status = match row.cell("status") {
            "" => None,
            status => Some(status_of(status).ok_or_else(|| wrong("status", "proposed, signed-off or rejected"))?),
        };
        let language = match row.cell("language") {
            "" => None,
            code => Some(
                canvass_text::Language::from_code(code).ok_or_else(|| wrong("language", "a code such as en or fr"))?,
            ),
        };
        let guid = match row.cell("guid") {
            "" => None,
            guid => Some(Guid::parse(guid).ok_or_else(|| wrong("guid", "a GUID, or nothing"))?),
        };
        let known = theme.map(|theme| self.view.state.themes[theme].language);
        let own = known.or(language).unwrap_or(self.view.questions[question].question.language).code();
        let words = |column: &str| sheet.has(column).then(|| split(row.cell(column), own));
        Ok(Claim {
            place: row.place(),
            question,
            theme,
            id: id.to_owned(),
            guid,
            name: name.to_owned(),
            definition: sheet.has("definition").then(|| row.cell("definition").to_owned()),
            above: Above::Unsaid,
            language: language.map(|language| language.code().to_owned()),
            include: words("include"),
            exclude: words("exclude"),
            status,
        })
    }

    /// The claim about a theme by id or name: that of a row, else one that says nothing.
    fn theme(
        &mut self,
        row: Row<'_>,
        column: &str,
        question: usize,
        id: &str,
        name: &str,
    ) -> Result<usize, ExchangeError> {
        let view = self.view;
        let asked = view.questions[question].question.id.as_str();
        let wanted = if id.is_empty() { name } else { id };
        let by_key = self.places.get(&(question, id.to_owned())).or_else(|| {
            let of_name = |claim: &&usize| is_called(&self.claims.themes[**claim].name, wanted);
            let of_question = self.places.iter().filter(|((of, _), _)| *of == question);
            of_question.map(|(_, claim)| claim).find(of_name)
        });
        if let Some(claim) = by_key {
            return Ok(*claim);
        }
        let there = |theme: &crate::codeframe::ThemeState| theme.question == asked && theme.fate == Fate::There;
        let themes = &view.state.themes;
        let by_id = themes.iter().position(|theme| there(theme) && theme.id == id);
        let found = by_id.or_else(|| themes.iter().position(|theme| there(theme) && is_called(&theme.name, wanted)));
        let Some(place) = found else {
            let available = themes.iter().filter(|theme| there(theme)).map(|theme| theme.id.clone()).collect();
            let fault = ExchangeFault::NoTheme { theme: wanted.to_owned(), question: asked.to_owned(), available };
            return Err(row.refuse(column, fault));
        };
        let claim = Claim { place: row.place(), question, theme: Some(place), ..Claim::default() };
        self.places.insert((question, themes[place].id.clone()), self.claims.themes.len());
        self.claims.themes.push(claim);
        Ok(self.claims.themes.len() - 1)
    }

    fn coding(&mut self, sheet: &Sheet) -> Result<(), ExchangeError> {
        sheet.required("question")?;
        if !sheet.has("theme_name") {
            sheet.required("theme_id")?;
        }
        let mut responses: BTreeMap<(usize, &str), usize> = BTreeMap::new();
        for (number, question) in self.view.questions.iter().enumerate() {
            for (at, response) in question.question.responses.iter().enumerate() {
                responses.entry((number, response.response_id.as_str())).or_insert(at);
            }
        }
        for row in sheet.rows() {
            let question = row.question(self.view)?;
            let id = row.required("response_id")?;
            let (theme, name) = (row.cell("theme_id"), row.cell("theme_name"));
            let column = if theme.is_empty() { "theme_name" } else { "theme_id" };
            if theme.is_empty() && name.is_empty() {
                return Err(row.refuse(column, ExchangeFault::Empty { column: "theme_id" }));
            }
            let claim = self.theme(row, column, question, theme, name)?;
            let is_in = match row.cell("in").to_lowercase().as_str() {
                "" | "yes" | "y" | "1" | "true" => true,
                "no" | "n" | "0" | "false" => false,
                _ => {
                    let (column, found) = ("in", row.cell("in").to_owned());
                    return Err(row.refuse(column, ExchangeFault::Cell { column, found, expected: "yes or no" }));
                }
            };
            let by = match row.cell("coded_by") {
                // What is taken out is taken out by someone.
                WORDS | CLASSIFIER if is_in => By::Machine,
                WORDS | CLASSIFIER | "" => By::Person(None),
                name if is_in => By::Person(Some(name.to_owned())),
                _ => By::Person(None),
            };
            let place = row.place_among();
            let Some(response) = responses.get(&(question, id)).copied() else {
                let what = format!("the coding of response {id:?}");
                let asked = &self.view.questions[question].question.id;
                let why = format!("question {asked:?} has no analysed response of this id");
                self.claims.unmatched.push(Unmatched { place, what, why });
                continue;
            };
            let extent = if is_in { Extent::Whole } else { Extent::Out };
            self.claims.passages.push(Passage { place, claim, response, extent, by, time: String::new() });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cell_that_would_be_run_is_guarded_and_comes_back() {
        for (cell, written) in [("=1+1", "'=1+1"), ("'=1+1", "''=1+1"), ("'tis", "'tis"), ("''-x", "'''-x"), ("", "")] {
            assert_eq!(guarded(cell), written);
            assert_eq!(unguarded(written), cell);
        }
    }

    proptest! {
        #[test]
        fn any_cell_comes_back(cell in "['=+@\t\r-]{0,3}\\PC{0,4}") {
            let written = guarded(&cell);
            prop_assert!(!is_run(&written));
            prop_assert_eq!(unguarded(&written), cell);
        }
    }
}
