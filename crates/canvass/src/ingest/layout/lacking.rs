//! Several files: which of the columns that are used one of them lacks.

use super::{Table, brief};
use crate::ingest::Decision;
use crate::settings::{InputSettings, Question};

/// What each file lacks of what the others have: columns about the respondents, and questions.
pub(super) fn lacking(tables: &[Table], input: &InputSettings, questions: &[Question]) -> Vec<Decision> {
    tables
        .iter()
        .flat_map(|table| columns(tables, table, input).into_iter().chain(unasked(tables, table, questions)))
        .collect()
}

/// The columns about the respondents that a file lacks.
fn columns(tables: &[Table], table: &Table, input: &InputSettings) -> Option<Decision> {
    let mut names: Vec<&str> = Vec::new();
    let own = [&input.email_column, &input.language_column, &input.time_column];
    for name in own.into_iter().chain(&input.attribute_columns) {
        if !name.is_empty() && table.column_idx(name).is_none() && !names.contains(&name.as_str()) {
            names.push(name);
        }
    }
    let is_one = names.len() == 1;
    let plural = if is_one { "" } else { "s" };
    let others = match (tables.len(), is_one) {
        (2, true) => "the other file has it",
        (2, false) => "the other file has them",
        (_, true) => "another file has it",
        (_, false) => "other files have them",
    };
    let n_rows = table.rows.len();
    let rows = if n_rows == 1 { "1 row".to_owned() } else { format!("{n_rows} rows") };
    (!names.is_empty()).then(|| Decision {
        about: about(table),
        decided: format!("lacks the column{plural} {}, blank for its {rows}", listed(&names)),
        reason: format!("{others}; headers are compared letter by letter"),
    })
}

/// The questions that a file has no column for.
fn unasked(tables: &[Table], table: &Table, questions: &[Question]) -> Option<Decision> {
    let has = |table: &Table, question: &Question| question.columns.iter().any(|name| table.column_idx(name).is_some());
    let in_columns = || questions.iter().filter(|question| !question.columns.is_empty());
    let ids: Vec<&str> =
        in_columns().filter(|question| !has(table, question)).map(|question| question.id.as_str()).collect();
    if ids.is_empty() {
        return None;
    }
    let mut others = tables.iter().filter(|other| other.source_idx != table.source_idx);
    let is_shared = |question: &Question| has(table, question) && others.any(|other| has(other, question));
    let is_alone = !in_columns().any(is_shared);
    let (decided, reason) = if is_alone {
        (
            "shares no question with the other files".to_owned(),
            "where it asks the same in another language or in other words, give its columns the headers of the others",
        )
    } else {
        let reason =
            if ids.len() == 1 { "it has no column of that header" } else { "it has no columns of those headers" };
        (format!("has no answers to {}", listed(&ids)), reason)
    };
    Some(Decision { about: about(table), decided, reason: reason.to_owned() })
}

fn about(table: &Table) -> String {
    if table.sheet.is_empty() { table.file.to_string() } else { format!("{}, sheet {:?}", table.file, table.sheet) }
}

/// Names in quotation marks, the first of many.
fn listed(names: &[&str]) -> String {
    const MOST: usize = 5;
    let mut list: Vec<String> = names.iter().take(MOST).map(|name| format!("{:?}", brief(name))).collect();
    if names.len() > MOST {
        list.push(format!("and {} more", names.len() - MOST));
    }
    list.join(", ")
}
