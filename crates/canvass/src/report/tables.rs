//! The tables of the run folder: coding, duplicates, ledger.
//!
//! A cell that begins with = + - @, a tab or a carriage return is written with an apostrophe before it, so that no
//! spreadsheet runs it as a formula. Files are UTF-8, separated by commas, with a line feed behind each row.

use super::members::Members;
use crate::codeframe::PutBy;
use crate::findings::Verbatim;
use crate::pipeline::{LanguageSource, Run, SharedPassage};
use canvass_text::Language;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, Write};

/// The columns of `coding.csv` and `coding.parquet`.
pub(super) const CODING: [&str; 8] =
    ["question", "response_id", "respondent_id", "theme_id", "theme_label", "strength", "points", "coded_by"];

/// A row of them: a response in a theme.
pub(super) struct CodingRow<'r> {
    pub(super) question: &'r str,
    pub(super) response_id: &'r str,
    pub(super) respondent_id: &'r str,
    pub(super) theme_id: &'r str,
    pub(super) theme_label: &'r str,
    pub(super) strength: f64,
    pub(super) n_points: u32,
    pub(super) coded_by: &'static str,
}

/// Hands on the rows of the coding, question by question in the order of the responses, then of the themes' ids.
pub(super) fn each_coding<'r>(run: &'r Run, mut take: impl FnMut(CodingRow<'r>) -> io::Result<()>) -> io::Result<()> {
    for (question, found) in run.questions.iter().zip(&run.findings.questions) {
        let further = found.languages.iter().flat_map(|group| &group.themes);
        let labels: BTreeMap<&str, &str> =
            found.themes.iter().chain(further).map(|theme| (theme.theme_id.as_str(), theme.label.as_str())).collect();
        let members = Members::new(question);
        for (response, position) in question.positions.iter().enumerate() {
            let received = &run.intake.responses[*position];
            for member in members.of(response) {
                let theme_id = members.id(member);
                take(CodingRow {
                    question: &found.id,
                    response_id: &received.response_id,
                    respondent_id: &run.intake.submissions[received.submission_idx as usize].respondent_id,
                    theme_id,
                    theme_label: labels.get(theme_id).copied().unwrap_or_default(),
                    strength: member.strength,
                    n_points: member.n_points,
                    coded_by: match member.put_by {
                        Some(by) if by.is_by_hand() => "hand",
                        by => by.unwrap_or(PutBy::Words).name(),
                    },
                })?;
            }
        }
    }
    Ok(())
}

/// `coding.csv`: a line for each response and theme.
pub(super) fn coding(run: &Run, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Rows::new(out, CODING)?;
    each_coding(run, |row| {
        let (strength, n_points) = (decimal(row.strength), row.n_points.to_string());
        let CodingRow { question, response_id, respondent_id, theme_id, theme_label, coded_by, .. } = row;
        table.row([question, response_id, respondent_id, theme_id, theme_label, &strength, &n_points, coded_by])
    })?;
    table.end()
}

/// `duplicates.csv`: a line for each member of a group of duplicates, then of quotations.
pub(super) fn duplicates(run: &Run, out: &mut dyn Write) -> io::Result<()> {
    let mut table = Rows::new(
        out,
        [
            "question",
            "group_id",
            "kind",
            "response_id",
            "respondent_id",
            "similarity",
            "representative",
            "additions",
            "added_text",
        ],
    )?;
    for found in &run.findings.questions {
        for group in found.duplicates.iter().chain(&found.quotations) {
            let mut added: BTreeMap<&str, Vec<&Verbatim>> = BTreeMap::new();
            for addition in &group.additions {
                added.entry(&addition.response_id).or_default().push(addition);
            }
            for member in &group.members {
                let (spans, texts) = additions(added.get(&*member.response_id).map_or(&[], Vec::as_slice));
                table.row([
                    &found.id,
                    &group.group_id,
                    member.kind.name(),
                    &member.response_id,
                    &member.respondent_id,
                    &decimal(member.similarity),
                    &group.representative,
                    &spans,
                    &texts,
                ])?;
            }
        }
    }
    table.end()
}

/// Passages as `start-end`, bytes into what was analysed, a space between; and their texts, a line each.
fn additions(passages: &[&Verbatim]) -> (String, String) {
    let passage = |added: &&Verbatim| {
        let translated = added.translation.as_ref();
        let (start, end, text) =
            translated.map_or((added.start, added.end, &added.text), |t| (t.start, t.end, &t.text));
        (format!("{start}-{end}"), text.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let (spans, texts): (Vec<String>, Vec<String>) = passages.iter().map(passage).unzip();
    (spans.join(" "), texts.join("\n"))
}

/// `duplicate_pairs.csv`: a line for each pair that shares passages.
pub(super) fn duplicate_pairs(run: &Run, out: &mut dyn Write) -> io::Result<()> {
    let columns = ["question", "response_a", "response_b", "kind", "similarity", "containment", "spans"];
    let mut table = Rows::new(out, columns)?;
    for question in &run.questions {
        let id = &run.intake.questions[question.question_idx as usize].id;
        let response_id = |response: u32| &run.intake.responses[question.positions[response as usize]].response_id;
        for pair in question.copied.pairs.iter() {
            table.row([
                id,
                response_id(pair.a),
                response_id(pair.b),
                pair.kind.name(),
                &decimal(pair.similarity),
                &decimal(pair.containment),
                &spans(pair.passages),
            ])?;
        }
    }
    table.end()
}

/// Passages as `start-end:start-end`, bytes in the first and in the second text, a space between.
pub(crate) fn spans(passages: &[SharedPassage]) -> String {
    let spans: Vec<String> = passages
        .iter()
        .map(|passage| format!("{}-{}:{}-{}", passage.a.start, passage.a.end, passage.b.start, passage.b.end))
        .collect();
    spans.join(" ")
}

/// `ledger.csv`: a line for each response received.
pub(super) fn ledger(run: &Run, reasons: &Reasons<'_>, out: &mut dyn Write) -> io::Result<()> {
    let columns = ["question", "response_id", "respondent_id", "file", "sheet", "row", "column", "state", "reason"];
    let mut table = Rows::new(out, columns)?;
    for (at, (received, entry)) in run.intake.responses.iter().zip(&run.ledger.entries).enumerate() {
        let question = &run.intake.questions[received.question_idx as usize].id;
        let respondent = &run.intake.submissions[received.submission_idx as usize].respondent_id;
        let place = &received.place;
        let reason = reasons.of(at);
        let reason = match run.ledger.masked.get(at).map_or_else(String::new, |masked| masked.describe()) {
            masked if masked.is_empty() => reason,
            masked => format!("{reason}; masked: {masked}").into(),
        };
        table.row([
            question,
            &received.response_id,
            respondent,
            &place.table.file,
            &place.table.sheet,
            &place.row.to_string(),
            &place.letters(),
            entry.state.name(),
            &reason,
        ])?;
    }
    table.end()
}

/// Why each response is where it is: of an analysed one in how many themes it is or why in none.
#[derive(Debug)]
pub(super) struct Reasons<'r> {
    run: &'r Run,
    /// For each analysed response, by its place in the intake.
    of: Vec<Option<Reason<'r>>>,
}

/// That of an analysed response.
#[derive(Clone, Copy, Debug)]
struct Reason<'r> {
    n_themes: u32,
    /// Where it is not sure in which language it is, the one that it is read in.
    read_in: Option<Language>,
    /// Why it is in no theme.
    why: &'r str,
}

impl<'r> Reasons<'r> {
    /// Those of all responses.
    pub(super) fn new(run: &'r Run) -> Self {
        let mut of = vec![None; run.intake.responses.len()];
        for (question, found) in run.questions.iter().zip(&run.findings.questions) {
            // Each list is in the order of the file, and holds the responses of its languages.
            let own: BTreeSet<Language> = found.languages.iter().map(|group| group.language).collect();
            let mut uncoded: BTreeMap<Option<Language>, _> =
                found.languages.iter().map(|group| (Some(group.language), group.no_theme.iter())).collect();
            uncoded.insert(None, found.no_theme.iter());
            let members = Members::new(question);
            for (response, (position, read_in)) in question.positions.iter().zip(&question.read_in).enumerate() {
                debug_assert!(run.ledger.entries[*position].state.is_analysed());
                let n_themes = members.of(response).len() as u32;
                let list = Some(read_in.language).filter(|language| own.contains(language));
                let next = if n_themes == 0 { uncoded.get_mut(&list).and_then(Iterator::next) } else { None };
                of[*position] = Some(Reason {
                    n_themes,
                    read_in: (read_in.source == LanguageSource::Main).then_some(read_in.language),
                    why: next.map_or("", |response| &*response.reason),
                });
            }
        }
        Self { run, of }
    }

    /// That of the response at a place of the intake, in a phrase.
    pub(super) fn of(&self, at: usize) -> Cow<'r, str> {
        let Some(reason) = &self.of[at] else { return self.run.ledger.entries[at].reason.as_str().into() };
        let mut told = match reason.n_themes {
            0 => format!("no theme: {}", reason.why),
            1 => "in 1 theme".into(),
            n => format!("in {n} themes"),
        };
        if let Some(language) = reason.read_in {
            // Writing to a string does not fail.
            let _ = write!(told, "; language not sure, read in {language}");
        }
        told.into()
    }
}

/// Four decimals, without trailing zeros: the same text on every machine.
pub(crate) fn decimal(x: f64) -> String {
    let text = format!("{x:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A cell that no spreadsheet runs as a formula.
pub(crate) fn guarded(cell: &str) -> Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}").into() } else { cell.into() }
}

/// The rows of a table, written as they are made.
struct Rows<'w> {
    writer: csv::Writer<&'w mut dyn Write>,
}

impl<'w> Rows<'w> {
    fn new<const N: usize>(out: &'w mut dyn Write, columns: [&str; N]) -> io::Result<Self> {
        let mut rows = Self { writer: csv::WriterBuilder::new().from_writer(out) };
        rows.row(columns)?;
        Ok(rows)
    }

    /// A row of as many cells as there are columns.
    fn row<const N: usize>(&mut self, cells: [&str; N]) -> io::Result<()> {
        self.writer.write_record(cells.map(guarded).iter().map(|cell| cell.as_bytes())).map_err(io::Error::from)
    }

    fn end(mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

/// A table in the making.
pub(crate) struct Table {
    writer: csv::Writer<Vec<u8>>,
}

impl Table {
    pub(crate) fn new<const N: usize>(columns: [&str; N]) -> Self {
        let mut table = Self { writer: csv::WriterBuilder::new().from_writer(Vec::new()) };
        table.cells(&columns);
        table
    }

    /// A table of columns that are counted by the caller.
    pub(crate) fn of(columns: &[String]) -> Self {
        let mut table = Self { writer: csv::WriterBuilder::new().from_writer(Vec::new()) };
        table.cells(columns);
        table
    }

    /// A row whose cells are counted by the caller: as many as there are columns.
    ///
    /// # Panics
    /// If they are more or fewer; writing to memory does not fail.
    pub(crate) fn cells<C: AsRef<str>>(&mut self, cells: &[C]) {
        let cells: Vec<_> = cells.iter().map(|cell| guarded(cell.as_ref())).collect();
        self.plain(&cells);
    }

    /// A row whose cells the caller guards: a number may have a sign.
    ///
    /// # Panics
    /// As [`Self::cells`].
    pub(crate) fn plain<C: AsRef<str>>(&mut self, cells: &[C]) {
        let cells = cells.iter().map(|cell| cell.as_ref().as_bytes());
        self.writer.write_record(cells).expect("rows of one width go into memory");
    }

    /// # Panics
    /// Never: memory takes every row.
    pub(crate) fn bytes(self) -> Vec<u8> {
        self.writer.into_inner().expect("memory takes every row")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_that_a_spreadsheet_would_run_are_guarded() {
        for (cell, written) in
            [("=1+1", "'=1+1"), ("+1", "'+1"), ("-x", "'-x"), ("@a", "'@a"), ("\tx", "'\tx"), ("a=1", "a=1"), ("", "")]
        {
            assert_eq!(guarded(cell), written);
        }
    }

    #[test]
    fn decimals_have_no_trailing_zeros() {
        assert_eq!(
            (decimal(1.0), decimal(0.5), decimal(0.123_456), decimal(0.0)),
            ("1".into(), "0.5".into(), "0.1235".into(), "0".into())
        );
    }
}
