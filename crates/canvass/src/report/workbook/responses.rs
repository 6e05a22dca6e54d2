//! The sheets of responses: which is in which theme, what each says, what became of it.

use super::{Kind, Sheet, Source, Value};
use crate::codeframe::coding::PutBy;
use crate::ledger::State;
use crate::report::members::Members;
use crate::report::paper::sample;
use crate::report::responses::CopyGroups;
use crate::report::tables::Reasons;
use rust_xlsxwriter::{Worksheet, XlsxError};
use std::collections::BTreeMap;

/// A row for each response and theme.
pub(super) fn coding(source: &Source<'_>) -> Result<Worksheet, XlsxError> {
    let columns = [
        ("column.question", Kind::Text, 10.0),
        ("column.response", Kind::Text, 14.0),
        ("column.respondent", Kind::Text, 14.0),
        ("column.theme", Kind::Text, 9.0),
        ("column.label", Kind::Long, 40.0),
        ("column.strength", Kind::Decimal, 10.0),
        ("column.points", Kind::Number, 9.0),
        ("column.coded_by", Kind::Text, 10.0),
    ];
    let run = source.run;
    let by = |by: Option<PutBy>| {
        source.wording.text(match by {
            Some(by) if by.is_by_hand() => "frame.by_people",
            Some(PutBy::Classifier) => "frame.classifier",
            _ => "frame.by_words",
        })
    };
    let mut sheet = Sheet::new(source.wording, "sheet.coding", &columns)?;
    for (question, found) in run.questions.iter().zip(&run.findings.questions) {
        let labels = labels(found);
        let members = Members::new(question);
        for at in sample(question.positions.len(), source.is_sampled) {
            let received = &run.intake.responses[question.positions[at]];
            let respondent = &run.intake.submissions[received.submission_idx as usize].respondent_id;
            for member in members.of(at) {
                let theme_id = members.id(member);
                sheet.row(
                    None,
                    &[
                        (&found.id).into(),
                        Value::Text(&received.response_id),
                        Value::Text(respondent),
                        theme_id.into(),
                        labels.get(theme_id).copied().unwrap_or_default().into(),
                        Value::Number(crate::findings::four_decimals(member.strength)),
                        u64::from(member.n_points).into(),
                        by(member.put_by).into(),
                    ],
                )?;
            }
        }
    }
    sheet.done()
}

/// The labels of all themes of a question.
fn labels(found: &crate::findings::QuestionFindings) -> BTreeMap<&str, &str> {
    let further = found.languages.iter().flat_map(|group| &group.themes);
    found.themes.iter().chain(further).map(|theme| (theme.theme_id.as_str(), theme.label.as_str())).collect()
}

/// Every response; what tells respondents apart only where small cells are not suppressed.
pub(super) fn responses(source: &Source<'_>) -> Result<Worksheet, XlsxError> {
    let run = source.run;
    let mut columns = vec![
        ("column.question", Kind::Text, 10.0),
        ("column.response", Kind::Text, 14.0),
        ("column.respondent", Kind::Text, 14.0),
        ("column.state", Kind::Text, 14.0),
        ("column.themes", Kind::Long, 40.0),
        ("column.duplicate_group", Kind::Text, 12.0),
        ("column.text", Kind::Long, 90.0),
        ("column.translation", Kind::Long, 60.0),
    ];
    let attributes: &[String] = if source.paper.is_private() { &[] } else { &run.settings.input.attribute_columns };
    let is_open = !source.paper.is_private();
    if is_open {
        columns.push(("column.language", Kind::Text, 10.0));
    }
    // The names of attributes are the file's own.
    columns.extend(attributes.iter().map(|_| ("column.attribute", Kind::Text, 18.0)));
    let mut sheet = Sheet::new(source.wording, "sheet.responses", &columns)?;
    let first = columns.len() - attributes.len();
    sheet.rename(first, attributes)?;
    let copies = CopyGroups::new(run);
    for (number, (question, found)) in run.questions.iter().zip(&run.findings.questions).enumerate() {
        let labels = labels(found);
        let members = Members::new(question);
        let of_question: Vec<usize> = (0..run.intake.responses.len())
            .filter(|at| run.intake.responses[*at].question_idx == question.question_idx)
            .collect();
        for at in sample(of_question.len(), source.is_sampled).map(|at| of_question[at]) {
            let received = &run.intake.responses[at];
            let submission = &run.intake.submissions[received.submission_idx as usize];
            // Positions are in the order of the file.
            let response = question.positions.binary_search(&at).ok();
            let named: Vec<&str> = response
                .map(|response| members.ids_of(response).filter_map(|id| labels.get(id).copied()).collect())
                .unwrap_or_default();
            let group = response.and_then(|response| copies.of(number, response as u32));
            let mut row: Vec<Value<'_>> = vec![
                (&found.id).into(),
                Value::Text(&received.response_id),
                Value::Text(&submission.respondent_id),
                source.state(run.ledger.entries[at].state).into(),
                named.join("; ").into(),
                group.map_or(Value::Empty, Value::Text),
                Value::Text(&received.text),
                received.translation.as_ref().map_or(Value::Empty, |translation| Value::Text(&translation.text)),
            ];
            if is_open {
                let language = response.map(|response| question.read_in[response].language.code());
                row.push(language.map_or(Value::Empty, Value::from));
            }
            row.extend(attributes.iter().zip(submission.attributes.iter()).map(|(_, value)| Value::Text(value)));
            sheet.row(Some(&received.response_id), &row)?;
        }
    }
    sheet.done()
}

/// What became of every response; counts only where small cells are suppressed and where responses are sampled.
pub(super) fn ledger(source: &Source<'_>) -> Result<Worksheet, XlsxError> {
    if source.paper.is_private() || source.is_sampled {
        return ledger_counts(source);
    }
    let columns = [
        ("column.question", Kind::Text, 10.0),
        ("column.response", Kind::Text, 14.0),
        ("column.respondent", Kind::Text, 14.0),
        ("column.state", Kind::Text, 16.0),
        ("column.reason", Kind::Long, 50.0),
        ("column.file", Kind::Text, 24.0),
        ("column.sheet", Kind::Text, 14.0),
        ("column.row", Kind::Number, 8.0),
        ("column.column", Kind::Text, 9.0),
    ];
    let run = source.run;
    let reasons = Reasons::new(run);
    let mut sheet = Sheet::new(source.wording, "sheet.ledger", &columns)?;
    for (at, (received, entry)) in run.intake.responses.iter().zip(&run.ledger.entries).enumerate() {
        let place = &received.place;
        sheet.row(
            None,
            &[
                (&run.intake.questions[received.question_idx as usize].id).into(),
                Value::Text(&received.response_id),
                Value::Text(&run.intake.submissions[received.submission_idx as usize].respondent_id),
                source.state(entry.state).into(),
                reasons.of(at).into_owned().into(),
                Value::Text(&place.table.file),
                Value::Text(&place.table.sheet),
                place.row.into(),
                place.letters().into(),
            ],
        )?;
    }
    sheet.done()
}

/// The responses of each question in each state.
fn ledger_counts(source: &Source<'_>) -> Result<Worksheet, XlsxError> {
    let columns =
        [("column.question", Kind::Text, 12.0), ("column.state", Kind::Text, 20.0), ("column.n", Kind::Number, 12.0)];
    let mut sheet = Sheet::new(source.wording, "sheet.ledger", &columns)?;
    for question in &source.run.findings.questions {
        for entry in &question.ledger {
            sheet.row(None, &[(&question.id).into(), source.state(entry.state).into(), entry.n_responses.into()])?;
        }
    }
    sheet.done()
}

impl Source<'_> {
    fn state(&self, state: State) -> String {
        self.wording.text(&format!("state.{}", state.name()))
    }
}

impl Sheet<'_> {
    /// Gives columns names of the file's own, from the column `first` on.
    fn rename(&mut self, first: usize, names: &[String]) -> Result<(), XlsxError> {
        for (at, name) in (first as u16..).zip(names) {
            self.worksheet.write_string(0, at, super::cell_text(name, None, self.wording))?;
        }
        Ok(())
    }
}
