//! Headers of more than one row, and titles above them.
//!
//! Sources of the layouts: SurveyMonkey's help (a row of questions, a row of options), Qualtrics' "Understanding Your Dataset" (a row of codes, a row
//! of questions, a row of import ids), and workbooks whose groups of columns have one merged cell above them.

use super::{is_blank, tidy};

/// Rows at the top that may belong to a title or a header, those that tell it among them.
pub(super) const ROWS: usize = 8;

/// Cells merged in one row: from the first column to the last, 0-based.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Span {
    /// Index into the rows handed over with it.
    pub(super) row: usize,
    pub(super) first: usize,
    pub(super) last: usize,
}

/// What the first rows of a table are.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(super) struct Header {
    /// Rows above the header, which hold a title.
    pub(super) n_titles: usize,
    /// Rows of the header, behind those of the title.
    pub(super) n_rows: usize,
    /// The name of each column; blank where it has none.
    pub(super) names: Vec<String>,
    /// Why there are more rows than one; empty if there are not.
    pub(super) reason: &'static str,
}

/// Reads the header. `rows`: the first rows that are not blank, the header among them, at most [`ROWS`]. `wanted`: how many rows the
/// user says it has.
pub(super) fn header(rows: &[Vec<String>], merged: &[Span], wanted: Option<usize>) -> Header {
    let n_titles = n_titles(rows, wanted.unwrap_or(1));
    let rows = rows.get(n_titles..).unwrap_or_default();
    let merged: Vec<Span> =
        merged.iter().filter_map(|span| Some(Span { row: span.row.checked_sub(n_titles)?, ..*span })).collect();
    let (n_rows, reason) = match wanted {
        Some(wanted) => (wanted.min(rows.len()), "the configuration says so"),
        None if has_import_ids(rows) => (3, "the third row holds Qualtrics' import ids"),
        None if is_option_row(rows) => (2, "the second row holds options, or says that an answer stands there"),
        None if is_spanned(rows, &merged) => {
            (2, "cells of the first row span several columns, which the second row names")
        }
        None => (rows.len().min(1), ""),
    };
    let reason = if n_rows > 1 { reason } else { "" };
    let names = match (n_rows, has_import_ids(rows)) {
        (3, true) => by_wording(&rows[1], &rows[0]),
        (0 | 1, _) => rows.first().into_iter().flatten().map(|cell| tidy(cell)).collect(),
        _ => joined(&rows[..n_rows], &merged),
    };
    Header { n_titles, n_rows, names, reason }
}

/// Rows of one cell each, in the first column, hold a title if a header of several cells stands below, and below that rows of which
/// most have several and none has more: an answer that holds separators without quotation marks is no header.
fn n_titles(rows: &[Vec<String>], n_header: usize) -> usize {
    const FEWEST: usize = 3;
    let filled = |row: &Vec<String>| row.iter().filter(|cell| !is_blank(cell)).count();
    let is_title = |row: &&Vec<String>| filled(row) == 1 && !is_blank(&row[0]);
    let n_titles = rows.iter().take_while(is_title).count();
    let below = rows.get(n_titles + n_header..).unwrap_or_default();
    let has_header = rows.get(n_titles).is_some_and(|header| {
        let n_several = below.iter().filter(|row| filled(row) > 1).count();
        filled(header) >= FEWEST && n_several * 2 > below.len() && below.iter().all(|row| row.len() <= header.len())
    });
    if has_header { n_titles } else { 0 }
}

fn has_import_ids(rows: &[Vec<String>]) -> bool {
    rows.get(2).is_some_and(|row| row.iter().filter(|cell| cell.contains("\"ImportId\"")).count() >= 2)
}

/// SurveyMonkey: `Response` and `Open-Ended Response` below questions, options below what is blank in the first row, and nothing
/// below the columns that run the survey.
fn is_option_row(rows: &[Vec<String>]) -> bool {
    const ANSWERS: [&str; 10] = [
        "response",
        "open-ended response",
        "réponse",
        "réponse ouverte",
        "respuesta",
        "respuesta abierta",
        "antwort",
        "offene antwort",
        "risposta",
        "resposta",
    ];
    let [first, second, ..] = rows else { return false };
    let cell = |row: &[String], at: usize| row.get(at).map_or("", |cell| cell.trim()).to_lowercase();
    let n_columns = first.len().max(second.len());
    let is_answer = (0..n_columns).filter(|at| ANSWERS.contains(&cell(second, *at).as_str())).count();
    let is_bare = cell(second, 0).is_empty() && !cell(first, 0).is_empty();
    // A blank above, a name below: an option.
    let orphans = (0..n_columns).filter(|at| cell(first, *at).is_empty()).collect::<Vec<_>>();
    let named = orphans.iter().all(|at| !cell(second, *at).is_empty());
    is_bare && named && (is_answer > 0 || orphans.len() > 1)
}

/// Merged cells in the first row, each over columns that the second row names.
fn is_spanned(rows: &[Vec<String>], merged: &[Span]) -> bool {
    let [first, second, ..] = rows else { return false };
    let is_filled = |row: &[String], at: usize| row.get(at).is_some_and(|cell| !is_blank(cell));
    let mut spans = merged.iter().filter(|span| span.row == 0 && span.last > span.first).peekable();
    spans.peek().is_some()
        && spans.all(|span| is_filled(first, span.first) && (span.first..=span.last).all(|at| is_filled(second, at)))
}

/// The wordings, with the code where two are the same.
fn by_wording(wordings: &[String], codes: &[String]) -> Vec<String> {
    let names: Vec<String> = wordings.iter().map(|cell| tidy(cell)).collect();
    let is_twice = |at: usize| names.iter().enumerate().any(|(other, name)| other != at && *name == names[at]);
    (0..names.len().max(codes.len()))
        .map(|at| {
            let (name, code) = (names.get(at).map_or("", String::as_str), codes.get(at).map_or("", |code| code.trim()));
            match (name.is_empty(), code.is_empty()) {
                (true, _) => tidy(code),
                (false, false) if is_twice(at) => format!("{name} ({})", tidy(code)),
                _ => name.to_owned(),
            }
        })
        .collect()
}

/// `Question [Option]` for each option below a question; the question alone where the row below only says that its answer stands there.
fn joined(rows: &[Vec<String>], merged: &[Span]) -> Vec<String> {
    let n_columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let cell = |row: usize, at: usize| {
        rows.get(row).and_then(|cells| cells.get(at)).map(|cell| tidy(cell)).unwrap_or_default()
    };
    let last = rows.len() - 1;
    let mut names = Vec::with_capacity(n_columns);
    let mut group = String::new();
    for at in 0..n_columns {
        let own: Vec<String> = (0..last).map(|row| cell(row, at)).filter(|name| !name.is_empty()).collect();
        if !own.is_empty() {
            group = own.join(" - ");
        } else if cell(last, at).is_empty() {
            group.clear();
        }
        let below = cell(last, at);
        let is_alone = !own.is_empty() && (at + 1 == n_columns || (0..last).any(|row| !cell(row, at + 1).is_empty()));
        let is_span =
            merged.iter().any(|span| span.row < last && span.first <= at && at <= span.last && span.last > span.first);
        names.push(match (group.is_empty(), below.is_empty()) {
            (true, _) => below,
            (false, true) => group.clone(),
            (false, false) if is_alone && !is_span => group.clone(),
            (false, false) => format!("{group} [{below}]"),
        });
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        text.lines().map(|line| line.split(',').map(str::to_owned).collect()).collect()
    }

    #[test]
    fn one_row_is_the_usual_header() {
        let found = header(&rows("id, Why? ,\n1,late,x"), &[], None);
        assert_eq!((found.n_titles, found.n_rows, found.reason), (0, 1, ""));
        assert_eq!(found.names, ["id", "Why?", ""]);
        assert_eq!(header(&rows("Comments\nlate\nfar"), &[], None).n_titles, 0);
        assert_eq!(header(&rows("Comments\nlate, far, dear\nfar\nnear"), &[], None).n_titles, 0);
    }

    #[test]
    fn a_title_stands_above_the_header() {
        let found = header(&rows("Survey 2026,,\nexported today,,\nid,Why?,How?\n1,late,x"), &[], None);
        assert_eq!((found.n_titles, found.n_rows), (2, 1));
        assert_eq!(found.names, ["id", "Why?", "How?"]);
    }

    #[test]
    fn survey_monkey_writes_options_below_questions() {
        let text = "Respondent ID,Which do you use?,,,Why?,Do you agree?\n,Van,Desk,Other (please specify),Open-Ended Response,Response\n1,Van,,boat,late,Yes";
        let found = header(&rows(text), &[], None);
        assert_eq!(found.n_rows, 2);
        assert_eq!(
            found.names,
            [
                "Respondent ID",
                "Which do you use? [Van]",
                "Which do you use? [Desk]",
                "Which do you use? [Other (please specify)]",
                "Why?",
                "Do you agree?"
            ]
        );
    }

    #[test]
    fn qualtrics_writes_codes_wordings_and_import_ids() {
        let ids = ["{\"ImportId\":\"a\"}", "{\"ImportId\":\"b\"}", "{\"ImportId\":\"c\"}"].map(str::to_owned).to_vec();
        let mut text = rows("StartDate,Q1,Q2\nStart Date,Why?,Why?");
        text.push(ids);
        let found = header(&text, &[], None);
        assert_eq!((found.n_rows, found.names), (3, vec!["Start Date".into(), "Why? (Q1)".into(), "Why? (Q2)".into()]));
    }

    #[test]
    fn merged_cells_span_the_columns_that_the_next_row_names() {
        let text = rows("ID,How clear are they?,,Why?\nid,Aims,Cost,in words\n1,2,3,x");
        let spans = [Span { row: 0, first: 1, last: 2 }];
        let found = header(&text, &spans, None);
        assert_eq!(found.n_rows, 2);
        assert_eq!(found.names, ["ID", "How clear are they? [Aims]", "How clear are they? [Cost]", "Why?"]);
        assert_eq!(header(&text, &[], None).n_rows, 1);
        assert_eq!(header(&text, &[], Some(2)).n_rows, 2);
    }

    #[test]
    fn answers_below_a_header_are_not_taken_for_one() {
        for text in ["id,Why?,How?\n1,Response,late", "id,,How?\n1,x,y", "Why?,How?\n,late", "id,a,b\n,x,y"] {
            assert_eq!(header(&rows(text), &[], None).n_rows, 1, "{text}");
        }
    }
}
