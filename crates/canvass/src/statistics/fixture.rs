//! A question for the tests.

use crate::ingest::{Intake, Submission};
use crate::settings::{DateOrder, InputSettings, Question, QuestionKind};
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
        id_column: "id".to_owned(),
        date_order: DateOrder::Ymd,
        attribute_columns: attributes.iter().map(|name| (*name).to_owned()).collect(),
        ..InputSettings::unnamed()
    };
    let answered = |cells: Vec<&str>| {
        let cells = (0..).zip(cells).filter(|(_, cell)| !cell.is_empty());
        cells.map(|(question, cell)| (question, 0, Arc::from(cell))).collect()
    };
    let submissions = (1..).zip(rows).map(|(number, (attributes, cells)): (u32, _)| Submission {
        respondent_id: number.to_string().into(),
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
