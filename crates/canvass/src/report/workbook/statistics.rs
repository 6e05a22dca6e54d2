//! The sheets of what is counted beside themes: closed questions, who answered, cross-tables.

use super::{Kind, Sheet, Source, Value};
use crate::settings::QuestionKind;
use crate::statistics::{ClosedItem, ClosedQuestion, CountedOf, Percent};
use rust_xlsxwriter::{Worksheet, XlsxError};

/// A share as a number, 0 to 1.
fn share(percent: Option<Percent>) -> Value<'static> {
    percent.map_or(Value::Empty, |percent| Value::Number(f64::from(percent.tenths()) / 1000.0))
}

/// A row for each option of each closed question, and for what stands apart from its base.
pub(super) fn closed(source: &Source<'_>) -> Result<Worksheet, XlsxError> {
    let columns = [
        ("column.question", Kind::Text, 10.0),
        ("column.question_text", Kind::Long, 40.0),
        ("column.kind", Kind::Text, 14.0),
        ("column.statement", Kind::Long, 40.0),
        ("column.group", Kind::Text, 16.0),
        ("column.answer", Kind::Long, 36.0),
        ("column.respondents", Kind::Number, 12.0),
        ("column.base", Kind::Number, 9.0),
        ("column.share", Kind::Share, 9.0),
        ("column.median", Kind::Text, 16.0),
        ("column.mean", Kind::Decimal, 9.0),
    ];
    let mut sheet = Sheet::new(source.wording, "sheet.closed", &columns)?;
    for question in &source.run.findings.closed_questions {
        for item in &question.items {
            closed_item(source, &mut sheet, question, item)?;
        }
    }
    sheet.done()
}

fn closed_item(
    source: &Source<'_>,
    sheet: &mut Sheet<'_>,
    question: &ClosedQuestion,
    item: &ClosedItem,
) -> Result<(), XlsxError> {
    let wording = source.wording;
    let kind = wording.text(match question.kind {
        QuestionKind::Open => "kind.open",
        QuestionKind::Single => "kind.single",
        QuestionKind::Multiple => "kind.multiple",
        QuestionKind::Scale => "kind.scale",
        QuestionKind::Matrix => "kind.matrix",
    });
    let median = item.median.join("; ");
    let mean: Option<f64> = item.mean.and_then(|mean| mean.to_string().parse().ok());
    let mut line = |group: &str, answer: &str, n: u64, percent: Option<Percent>| {
        sheet.row(
            None,
            &[
                (&question.id).into(),
                (&question.text).into(),
                (&kind).into(),
                item.statement.as_deref().map_or(Value::Empty, Value::Text),
                Value::Text(group),
                Value::Text(answer),
                n.into(),
                item.base.into(),
                share(percent),
                (&median).into(),
                mean.map_or(Value::Empty, Value::Number),
            ],
        )
    };
    let answer = wording.text("column.answer");
    for option in &item.options {
        line(&answer, &option.option, option.n, option.percent)?;
    }
    for other in &item.other_texts {
        line(&wording.text("apart.other_text"), &other.text, other.n, None)?;
    }
    for away in &item.not_applicable {
        line(&wording.text("apart.not_applicable"), &away.text, away.n, None)?;
    }
    line(&wording.text("apart.no_answer"), "", item.n_no_answer, None)
}

/// Who answered.
pub(super) fn profile(source: &Source<'_>) -> Result<Worksheet, XlsxError> {
    let columns = [
        ("column.attribute", Kind::Text, 26.0),
        ("column.value", Kind::Long, 40.0),
        ("column.respondents", Kind::Number, 12.0),
        ("column.share", Kind::Share, 9.0),
    ];
    let (wording, profile) = (source.wording, &source.run.findings.profile);
    let mut sheet = Sheet::new(wording, "sheet.profile", &columns)?;
    let all = profile.n_respondents;
    let mut line = |name: &str, value: &str, n: u64| {
        sheet.row(None, &[Value::Text(name), Value::Text(value), n.into(), share(Percent::new(n, all))])
    };
    for attribute in &profile.attributes {
        for value in &attribute.values {
            line(&attribute.attribute, &value.value, value.n)?;
        }
        line(&attribute.attribute, &wording.text("profile.did_not_say"), attribute.did_not_say.n)?;
    }
    let languages = wording.text("profile.languages");
    for language in &profile.languages {
        let name = wording.find(&format!("language.{}", language.language.code()), &[]);
        line(&languages, &name.unwrap_or_else(|| language.language.name().to_owned()), language.n)?;
    }
    if profile.n_no_language > 0 {
        line(&languages, &wording.text("profile.no_language"), profile.n_no_language)?;
    }
    for file in &profile.files {
        line(&wording.text("profile.files"), &file.value, file.n)?;
    }
    for day in &profile.days {
        line(&wording.text("profile.days"), &day.day, day.n)?;
    }
    sheet.done()
}

/// A row for each cell of each cross-table.
pub(super) fn crosstabs(source: &Source<'_>) -> Result<Worksheet, XlsxError> {
    let columns = [
        ("column.question", Kind::Text, 10.0),
        ("column.counted", Kind::Text, 11.0),
        ("column.language", Kind::Text, 10.0),
        ("column.statement", Kind::Long, 30.0),
        ("column.answer", Kind::Long, 40.0),
        ("column.by", Kind::Text, 22.0),
        ("column.group", Kind::Long, 30.0),
        ("column.respondents", Kind::Number, 12.0),
        ("column.once", Kind::Number, 12.0),
        ("column.base", Kind::Number, 9.0),
        ("column.share", Kind::Share, 9.0),
    ];
    let wording = source.wording;
    let mut sheet = Sheet::new(wording, "sheet.crosstabs", &columns)?;
    let suppressed = wording.text("crosstabs.suppressed");
    for table in &source.run.findings.crosstabs {
        let counted = wording.text(match table.of {
            CountedOf::Themes => "crosstab.themes",
            CountedOf::Answers => "crosstab.answers",
        });
        for (at, answer) in table.answers.iter().enumerate() {
            for group in &table.groups {
                let Some(cell) = group.cells.get(at) else { continue };
                let number = |n: Option<u64>| n.map_or(Value::Text(&suppressed), Value::from);
                sheet.row(
                    None,
                    &[
                        (&table.question).into(),
                        (&counted).into(),
                        table.language.map_or(Value::Empty, |language| Value::Text(language.code())),
                        table.statement.as_deref().map_or(Value::Empty, Value::Text),
                        (&answer.label).into(),
                        (&table.by_name).into(),
                        (&group.group).into(),
                        number(cell.n),
                        cell.n_once.map_or(Value::Empty, Value::from),
                        number(group.base),
                        share(cell.percent),
                    ],
                )?;
            }
        }
    }
    sheet.done()
}
