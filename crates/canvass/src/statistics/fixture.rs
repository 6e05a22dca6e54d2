//! A question for the tests.

use crate::ingest::{Intake, Submission};
use crate::settings::{DateOrder, InputSettings, Layout, Question, QuestionKind};
use std::collections::BTreeMap;
use std::sync::Arc;

pub(super) fn question(id: &str, kind: QuestionKind, text: &str) -> Question {
    Question {
        id: id.to_owned(),
        kind,
        text: text.to_owned(),
        columns: vec![text.to_owned()],
        translation_column: None,
        list: None,
        names: BTreeMap::default(),
        other_of: None,
        split_by: None,
        options: Vec::new(),
        not_applicable: Vec::new(),
    }
}

/// A wide file read: for each row the attributes and the answers to the closed questions, empty where there is none.
pub(super) fn intake(attributes: &[&str], questions: Vec<Question>, rows: Vec<(Vec<&str>, Vec<&str>)>) -> Intake {
    let input = InputSettings {
        layout: Layout::Wide,
        sheet: String::new(),
        id_column: "id".to_owned(),
        respondent_column: String::new(),
        email_column: String::new(),
        question_column: String::new(),
        text_column: String::new(),
        translation_column: String::new(),
        language_column: String::new(),
        time_column: String::new(),
        date_order: DateOrder::Ymd,
        attribute_columns: attributes.iter().map(|name| (*name).to_owned()).collect(),
        ignored_columns: Vec::new(),
        max_cell_bytes: 1 << 20,
        encoding: String::new(),
        delimiter: String::new(),
    };
    let answered = |cells: Vec<&str>| {
        let cells = (0..).zip(cells).filter(|(_, cell)| !cell.is_empty());
        cells.map(|(question, cell)| (question, 0, Arc::from(cell))).collect()
    };
    let submissions = (1..).zip(rows).map(|(number, (attributes, cells)): (u32, _)| Submission {
        respondent_id: number.to_string(),
        email: None,
        attributes: attributes.into_iter().map(Arc::from).collect(),
        source_idx: 0,
        day: None,
        closed: answered(cells),
    });
    let submissions = submissions.collect();
    let (sources, responses, recognition, decisions) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    Intake { sources, input, questions, recognition, submissions, responses, decisions }
}
