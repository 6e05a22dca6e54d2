//! The tables of the run folder: coding, duplicates, ledger.
//!
//! A cell that begins with = + - @, a tab or a carriage return is written with an apostrophe before it, so that no
//! spreadsheet runs it as a formula. Files are UTF-8, separated by commas, with a line feed behind each row.

use super::responses::themes_of;
use crate::codeframe::PutBy;
use crate::findings::Verbatim;
use crate::pipeline::{LanguageSource, Run, SharedPassage};
use canvass_text::Language;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// `coding.csv`: a line for each response and theme.
pub(super) fn coding(run: &Run) -> Vec<u8> {
    let mut table = Table::new([
        "question",
        "response_id",
        "respondent_id",
        "theme_id",
        "theme_label",
        "strength",
        "points",
        "coded_by",
    ]);
    for (question, found) in run.questions.iter().zip(&run.findings.questions) {
        let further = found.languages.iter().flat_map(|group| &group.themes);
        let labels: BTreeMap<&str, &str> =
            found.themes.iter().chain(further).map(|theme| (theme.theme_id.as_str(), theme.label.as_str())).collect();
        let themes_of_response = themes_of(question);
        for (position, themes) in question.positions.iter().zip(&themes_of_response) {
            let received = &run.intake.responses[*position];
            let respondent = &run.intake.submissions[received.submission_idx as usize].respondent_id;
            for (theme_id, of_response) in themes {
                let label = labels.get(theme_id).copied().unwrap_or_default();
                let (strength, n_points) = (decimal(of_response.strength), of_response.points.len().to_string());
                let by = match of_response.put_by {
                    Some(by) if by.is_by_hand() => "hand",
                    by => by.unwrap_or(PutBy::Words).name(),
                };
                let id = &received.response_id;
                table.row([&found.id, id, respondent, theme_id, label, &strength, &n_points, by]);
            }
        }
    }
    table.bytes()
}

/// `duplicates.csv`: a line for each member of a group of duplicates, then of quotations.
pub(super) fn duplicates(run: &Run) -> Vec<u8> {
    let mut table = Table::new([
        "question",
        "group_id",
        "kind",
        "response_id",
        "respondent_id",
        "similarity",
        "representative",
        "additions",
        "added_text",
    ]);
    for found in &run.findings.questions {
        for group in found.duplicates.iter().chain(&found.quotations) {
            let mut added: BTreeMap<&str, Vec<&Verbatim>> = BTreeMap::new();
            for addition in &group.additions {
                added.entry(&addition.response_id).or_default().push(addition);
            }
            for member in &group.members {
                let (spans, texts) = additions(added.get(member.response_id.as_str()).map_or(&[], Vec::as_slice));
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
                ]);
            }
        }
    }
    table.bytes()
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
pub(super) fn duplicate_pairs(run: &Run) -> Vec<u8> {
    let columns = ["question", "response_a", "response_b", "kind", "similarity", "containment", "spans"];
    let mut table = Table::new(columns);
    for question in &run.questions {
        let id = &run.intake.questions[question.question_idx as usize].id;
        let response_id = |response: u32| &run.intake.responses[question.positions[response as usize]].response_id;
        for pair in &question.copied.pairs {
            table.row([
                id,
                response_id(pair.a),
                response_id(pair.b),
                pair.kind.name(),
                &decimal(pair.similarity),
                &decimal(pair.containment),
                &spans(&pair.passages),
            ]);
        }
    }
    table.bytes()
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
///
/// `reasons`: those of [`reasons`], for the analysed ones.
pub(super) fn ledger(run: &Run, reasons: &BTreeMap<usize, String>) -> Vec<u8> {
    let columns = ["question", "response_id", "respondent_id", "file", "sheet", "row", "column", "state", "reason"];
    let mut table = Table::new(columns);
    for (at, (received, entry)) in run.intake.responses.iter().zip(&run.ledger.entries).enumerate() {
        let question = &run.intake.questions[received.question_idx as usize].id;
        let respondent = &run.intake.submissions[received.submission_idx as usize].respondent_id;
        let place = &received.place;
        let reason = reasons.get(&at).unwrap_or(&entry.reason);
        let reason = match run.ledger.masked.get(at).map_or_else(String::new, |masked| masked.describe()) {
            masked if masked.is_empty() => reason.clone(),
            masked => format!("{reason}; masked: {masked}"),
        };
        table.row([
            question,
            &received.response_id,
            respondent,
            &place.file,
            &place.sheet,
            &place.row.to_string(),
            &place.letters(),
            entry.state.name(),
            &reason,
        ]);
    }
    table.bytes()
}

/// For each analysed response, by its place in the intake, in how many themes it is or why in none.
pub(super) fn reasons(run: &Run) -> BTreeMap<usize, String> {
    let mut reasons = BTreeMap::new();
    for (question, found) in run.questions.iter().zip(&run.findings.questions) {
        // Each list is in the order of the file, and holds the responses of its languages.
        let own: BTreeSet<Language> = found.languages.iter().map(|group| group.language).collect();
        let mut uncoded: BTreeMap<Option<Language>, _> =
            found.languages.iter().map(|group| (Some(group.language), group.no_theme.iter())).collect();
        uncoded.insert(None, found.no_theme.iter());
        for ((position, read_in), themes) in question.positions.iter().zip(&question.read_in).zip(themes_of(question)) {
            debug_assert!(run.ledger.entries[*position].state.is_analysed());
            let list = Some(read_in.language).filter(|language| own.contains(language));
            let mut reason = match themes.len() {
                0 => {
                    let next = uncoded.get_mut(&list).and_then(Iterator::next);
                    format!("no theme: {}", next.map_or("", |response| response.reason.as_str()))
                }
                1 => "in 1 theme".into(),
                n => format!("in {n} themes"),
            };
            if read_in.source == LanguageSource::Main {
                // Writing to a string does not fail.
                let _ = write!(reason, "; language not sure, read in {}", read_in.language);
            }
            reasons.insert(*position, reason);
        }
    }
    reasons
}

/// Four decimals, without trailing zeros: the same text on every machine.
pub(crate) fn decimal(x: f64) -> String {
    let text = format!("{x:.4}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A cell that no spreadsheet runs as a formula.
pub(crate) fn guarded(cell: &str) -> std::borrow::Cow<'_, str> {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}").into() } else { cell.into() }
}

/// A table in the making.
pub(crate) struct Table {
    writer: csv::Writer<Vec<u8>>,
}

impl Table {
    pub(crate) fn new<const N: usize>(columns: [&str; N]) -> Self {
        let mut table = Self { writer: csv::WriterBuilder::new().from_writer(Vec::new()) };
        table.row(columns);
        table
    }

    /// A table of columns that are counted by the caller.
    pub(crate) fn of(columns: &[String]) -> Self {
        let mut table = Self { writer: csv::WriterBuilder::new().from_writer(Vec::new()) };
        table.cells(columns);
        table
    }

    fn row<const N: usize>(&mut self, cells: [&str; N]) {
        self.cells(&cells);
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
