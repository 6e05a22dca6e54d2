//! Reading a coded file back: what someone said of each response, and what the response stands for.

use super::SampleError;
use super::draw::{Identity, answers_digest, codes_of};
use super::sheet::{
    ABOUT, ANSWER, CODER, DRAWN, NO_CODE, QUESTION, REMARK, RESPONSE, SAMPLE, STRATUM, WEIGHT, sheet_name,
};
use crate::codeframe::FrameState;
use crate::error::Error;
use crate::ingest::{IngestError, Table, column_letters, read_table};
use crate::run_folder::CodedRun;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What someone coded.
#[derive(Clone, Debug, PartialEq)]
pub struct CodedFile {
    /// The base name of the file.
    pub file: String,
    /// Who coded.
    pub coder: String,
    /// Which sample it is.
    pub identity: Identity,
    /// For each question the responses drawn, by id.
    pub questions: BTreeMap<String, BTreeMap<String, CodedRow>>,
}

/// A response of a coded file.
#[derive(Clone, Debug, PartialEq)]
pub struct CodedRow {
    /// Its stratum.
    pub stratum: u32,
    /// How many responses it stands for.
    pub weight: f64,
    /// The codes that were ticked; none if it is not coded yet.
    pub codes: Option<BTreeSet<String>>,
    /// What the coder remarked.
    pub remark: String,
}

impl CodedFile {
    /// The responses of a question that are coded, with their codes.
    pub fn coded(&self, question: &str) -> BTreeMap<&str, (&CodedRow, &BTreeSet<String>)> {
        let rows = self.questions.get(question).into_iter().flatten();
        rows.filter_map(|(id, row)| Some((id.as_str(), (row, row.codes.as_ref()?)))).collect()
    }

    /// How many responses were drawn, and how many of them are coded.
    pub fn progress(&self) -> (usize, usize) {
        let rows = || self.questions.values().flat_map(BTreeMap::values);
        (rows().count(), rows().filter(|row| row.codes.is_some()).count())
    }
}

/// Reads a coded file.
///
/// A cell with x, 1, yes, true or a tick mark is a tick; one that is blank or has 0, no, false or a dash is none. `coder`: the name to take in the
/// place of the one in the file.
///
/// # Errors
/// [`IngestError`] if the file cannot be read; [`SampleError`], with sheet, row and column, for what is in it.
pub fn read_coded(path: &Path, run: &CodedRun, state: &FrameState, coder: Option<&str>) -> Result<CodedFile, Error> {
    let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let is_text =
        !path.extension().is_some_and(|extension| ["xlsx", "ods"].iter().any(|of| extension.eq_ignore_ascii_case(of)));
    let no_sample = |why: &str| SampleError::NoSample { file: file.clone(), why: why.to_owned() };
    let drawn = read_table(path, (!is_text).then_some(DRAWN)).map_err(|error| match error {
        IngestError::NoSuchSheet { .. } | IngestError::NoRows { .. } | IngestError::EmptySheet { .. } => {
            Error::from(no_sample(&format!("it has no sheet {DRAWN:?} with rows")))
        }
        error => error.into(),
    })?;
    let identity = read_drawn(&drawn, &no_sample)?;
    let expected = answers_digest(run);
    if identity.answers != expected {
        let folder = run.folder.display().to_string();
        return Err(SampleError::OtherAnswers { file, folder, found: identity.answers, expected }.into());
    }
    let mut read = CodedFile {
        coder: coder.map_or_else(|| coder_of(path, is_text, &file), |name| Ok(name.to_owned()))?,
        identity,
        questions: questions_of(&drawn, run, &no_sample)?,
        file: file.clone(),
    };
    let mut in_order: Vec<String> = Vec::new();
    let column = drawn.column_idx(QUESTION).unwrap_or_default();
    for row in drawn.rows.iter() {
        let id = unguarded(row.cell(column));
        if in_order.last() != Some(&id) {
            in_order.push(id);
        }
    }
    for (number, question) in in_order.iter().enumerate() {
        let sheet;
        let table = if is_text {
            &drawn
        } else {
            sheet = read_table(path, Some(&sheet_name(number, question)))?;
            &sheet
        };
        let rows = read.questions.entry(question.clone()).or_default();
        read_ticks(table, question, state, rows)?;
    }
    if read.progress().1 == 0 {
        return Err(SampleError::Uncoded { file: read.file }.into());
    }
    Ok(read)
}

/// The name behind "Coder"; of a text table its file's.
fn coder_of(path: &Path, is_text: bool, file: &str) -> Result<String, Error> {
    let stem = || path.file_stem().map_or_else(|| file.to_owned(), |stem| stem.to_string_lossy().into_owned());
    if is_text {
        return Ok(stem());
    }
    let table = match read_table(path, Some(ABOUT)) {
        Ok(table) => table,
        Err(IngestError::NoSuchSheet { .. }) => return Ok(stem()),
        Err(error) => return Err(error.into()),
    };
    let named = table.rows.iter().find(|row| row.cell(0).trim() == CODER).map(|row| row.cell(1).trim().to_owned());
    Ok(named.filter(|name| !name.is_empty()).unwrap_or_else(stem))
}

/// Which sample it is, the same in every row.
fn read_drawn(drawn: &Table, no_sample: &dyn Fn(&str) -> SampleError) -> Result<Identity, SampleError> {
    let Some(column) = drawn.column_idx(SAMPLE) else { return Err(no_sample("it has no column \"sample\"")) };
    let mut identity: Option<Identity> = None;
    for row in drawn.rows.iter() {
        let Some(found) = Identity::read(row.cell(column)) else {
            let place = place(drawn, row.row, column);
            return Err(no_sample(&format!("{place} holds {:?}", row.cell(column))));
        };
        if identity.get_or_insert_with(|| found.clone()) != &found {
            return Err(no_sample("its rows are of different samples"));
        }
    }
    identity.ok_or_else(|| no_sample("it has no rows"))
}

fn questions_of(
    drawn: &Table,
    run: &CodedRun,
    no_sample: &dyn Fn(&str) -> SampleError,
) -> Result<BTreeMap<String, BTreeMap<String, CodedRow>>, SampleError> {
    let mut questions: BTreeMap<String, BTreeMap<String, CodedRow>> = BTreeMap::new();
    let column = |name: &str| drawn.column_idx(name).ok_or_else(|| no_sample(&format!("it has no column {name:?}")));
    let (question, response) = (column(QUESTION)?, column(RESPONSE)?);
    let (stratum, weight) = (column(STRATUM)?, column(WEIGHT)?);
    let mut first: BTreeMap<(String, String), u32> = BTreeMap::new();
    let there: BTreeSet<(&str, &str)> = (run.questions.iter())
        .flat_map(|question| question.responses.iter().map(|of| (question.id.as_str(), of.response_id.as_str())))
        .collect();
    for row in drawn.rows.iter() {
        let unreadable =
            |column: u32| no_sample(&format!("{} holds {:?}", place(drawn, row.row, column), row.cell(column)));
        let of_stratum: u32 = row.cell(stratum).trim().parse().map_err(|_| unreadable(stratum))?;
        let of_weight: f64 = row.cell(weight).trim().parse().map_err(|_| unreadable(weight))?;
        if !of_weight.is_finite() || of_weight <= 0.0 {
            return Err(unreadable(weight));
        }
        let id = unguarded(row.cell(response));
        let of_question = unguarded(row.cell(question));
        if !there.contains(&(of_question.as_str(), id.as_str())) {
            let (file, place) = (drawn.file.to_string(), place(drawn, row.row, response));
            return Err(SampleError::NoResponse { file, place, response: id });
        }
        if let Some(first) = first.insert((of_question.clone(), id.clone()), row.row) {
            let (file, place) = (drawn.file.to_string(), place(drawn, row.row, response));
            return Err(SampleError::SameResponse { file, place, response: id, first });
        }
        let coded = CodedRow { stratum: of_stratum, weight: of_weight, codes: None, remark: String::new() };
        questions.entry(of_question).or_default().insert(id, coded);
    }
    Ok(questions)
}

/// A text without the apostrophe that keeps it from being a formula.
fn unguarded(text: &str) -> String {
    let text = text.trim();
    let inner = text.strip_prefix('\'').filter(|inner| inner.starts_with(['=', '+', '-', '@']));
    inner.unwrap_or(text).to_owned()
}

fn place(table: &Table, row: u32, column: u32) -> String {
    let sheet = if table.sheet.is_empty() { String::new() } else { format!("sheet {:?}, ", table.sheet) };
    format!("{sheet}row {row}, column {}", column_letters(column))
}

fn read_ticks(
    table: &Table,
    question: &str,
    state: &FrameState,
    rows: &mut BTreeMap<String, CodedRow>,
) -> Result<(), SampleError> {
    let file = || table.file.to_string();
    let header = table.rows.iter().next().map_or(1, |row| row.row.saturating_sub(1).max(1));
    let Some(response) = table.column_idx(RESPONSE) else {
        let why = format!("sheet {:?} has no column {RESPONSE:?}", table.sheet);
        return Err(SampleError::NoSample { file: file(), why });
    };
    let known = [RESPONSE, ANSWER, NO_CODE, REMARK, SAMPLE, QUESTION, STRATUM, WEIGHT];
    let (no_code, remark) = (table.column_idx(NO_CODE), table.column_idx(REMARK));
    let available: Vec<String> = codes_of(state, question).into_iter().map(|code| code.id).collect();
    let mut codes: Vec<(u32, String)> = Vec::new();
    for column in table.columns.iter().filter(|column| !known.contains(&column.name.as_str())) {
        let id = column.name.split_whitespace().next().unwrap_or_default().to_owned();
        let is_blank = || table.rows.iter().all(|row| row.cell(column.index).trim().is_empty());
        if !available.contains(&id) {
            // Columns without a tick take nothing from anybody.
            if is_blank() {
                continue;
            }
            let (place, question) = (place(table, header, column.index), question.to_owned());
            return Err(SampleError::NoCode { file: file(), place, code: id, question, available });
        }
        codes.push((column.index, id));
    }
    let mut first: BTreeMap<String, u32> = BTreeMap::new();
    let of_question = table.column_idx(QUESTION);
    for row in table.rows.iter() {
        if of_question.is_some_and(|column| unguarded(row.cell(column)) != question) {
            continue;
        }
        let id = unguarded(row.cell(response));
        let at = |column: u32| place(table, row.row, column);
        let mut ticked: BTreeSet<String> = BTreeSet::new();
        let tick = |column: u32| -> Result<bool, SampleError> {
            let found = row.cell(column);
            is_tick(found).ok_or_else(|| SampleError::Tick { file: file(), place: at(column), found: found.to_owned() })
        };
        for (column, code) in &codes {
            if tick(*column)? {
                ticked.insert(code.clone());
            }
        }
        let is_without = no_code.map_or(Ok(false), tick)?;
        let Some(drawn) = rows.get_mut(&id) else {
            return Err(SampleError::NoResponse { file: file(), place: at(response), response: id });
        };
        if let Some(first) = first.insert(id.clone(), row.row) {
            return Err(SampleError::SameResponse { file: file(), place: at(response), response: id, first });
        }
        if is_without && !ticked.is_empty() {
            let place = at(no_code.unwrap_or_default());
            return Err(SampleError::Both { file: file(), place, response: id });
        }
        drawn.codes = (is_without || !ticked.is_empty()).then_some(ticked);
        drawn.remark = remark.map_or(String::new(), |column| unguarded(row.cell(column)));
    }
    Ok(())
}

/// Whether a cell is ticked; none if that cannot be told.
fn is_tick(cell: &str) -> Option<bool> {
    match cell.trim().to_lowercase().as_str() {
        "x" | "1" | "1.0" | "yes" | "y" | "true" | "\u{2713}" | "\u{2714}" | "\u{00d7}" | "\u{0445}" => Some(true),
        "" | "0" | "0.0" | "no" | "n" | "false" | "-" | "\u{2013}" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_read_as_people_write_them() {
        let ticked = ["x", " X ", "1", "yes", "\u{2713}", "\u{0425}"];
        assert!(ticked.iter().all(|cell| is_tick(cell) == Some(true)));
        assert!(["", " ", "0", "No", "-"].iter().all(|cell| is_tick(cell) == Some(false)));
        assert_eq!((is_tick("maybe"), is_tick("xx")), (None, None));
    }

    #[test]
    fn an_apostrophe_before_a_formula_is_taken_away() {
        assert_eq!([unguarded("'=1"), unguarded("'tis"), unguarded(" 7 ")], ["=1", "'tis", "7"]);
    }
}
