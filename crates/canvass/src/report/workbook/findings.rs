//! The sheets of what is found: themes, copies, names.

use super::{Kind, Sheet, Source, Value};
use crate::findings::{Finding, StabilityVerdict};
use canvass_analysis::DuplicateKind;
use canvass_text::Language;
use rust_xlsxwriter::{Worksheet, XlsxError};
use std::collections::BTreeMap;

/// Verbatims of a theme that have a column.
const VERBATIMS: usize = 3;

/// All themes, the findings marked.
pub(super) fn findings(source: &Source<'_>) -> Result<Worksheet, XlsxError> {
    let mut columns = vec![
        ("column.question", Kind::Text, 10.0),
        ("column.question_text", Kind::Long, 34.0),
        ("column.language", Kind::Text, 11.0),
        ("column.rank", Kind::Number, 7.0),
        ("column.is_finding", Kind::Text, 10.0),
        ("column.theme", Kind::Text, 9.0),
        ("column.label", Kind::Long, 28.0),
        ("column.quantifier", Kind::Text, 14.0),
        ("column.sentence", Kind::Long, 50.0),
        ("column.respondents", Kind::Number, 12.0),
        ("column.base", Kind::Number, 9.0),
        ("column.share", Kind::Share, 9.0),
        ("column.once", Kind::Number, 12.0),
        ("column.base_once", Kind::Number, 12.0),
        ("column.share_once", Kind::Share, 12.0),
        ("column.rank_once", Kind::Number, 10.0),
        ("column.rank_raw", Kind::Number, 10.0),
        ("column.stability", Kind::Text, 10.0),
        ("column.similarity", Kind::Decimal, 10.0),
        ("column.against", Kind::Number, 10.0),
        ("column.terms", Kind::Long, 40.0),
    ];
    for _ in 0..VERBATIMS {
        columns.extend([("column.verbatim", Kind::Long, 50.0), ("column.verbatim_response", Kind::Text, 12.0)]);
    }
    let mut sheet = Sheet::new(source.wording, "sheet.findings", &columns)?;
    for question in &source.run.findings.questions {
        let own = (question.language, &question.themes, question.findings.len(), question.base_once);
        let further = question
            .languages
            .iter()
            .map(|group| (group.language, &group.themes, group.findings.len(), group.base_once));
        for (language, themes, n_findings, base_once) in std::iter::once(own).chain(further) {
            // Shares are of the question's base, but for those of a further language.
            let base = if language == question.language {
                question.base
            } else {
                question.languages.iter().find(|group| group.language == language).map_or(0, |group| group.base)
            };
            for (at, theme) in themes.iter().enumerate() {
                let mut row: Vec<Value<'_>> = vec![(&question.id).into(), (&question.text).into()];
                row.extend(theme_cells(source, theme, language, at < n_findings, (base, base_once)));
                sheet.row(theme.verbatims.first().map(|v| v.response_id.as_str()), &row)?;
            }
        }
    }
    sheet.done()
}

/// The cells of a theme, from its language on; `bases`: its base, and that counted once.
fn theme_cells<'f>(
    source: &Source<'_>,
    theme: &'f Finding,
    language: Language,
    is_finding: bool,
    bases: (u64, u64),
) -> Vec<Value<'f>> {
    let wording = source.wording;
    let verdict = theme.stability.map(|stability| match stability.verdict {
        StabilityVerdict::Stable => "stability.stable_word",
        StabilityVerdict::Fair => "stability.fair_word",
        StabilityVerdict::Weak => "stability.weak_word",
    });
    let terms: Vec<&str> =
        theme.terms.iter().map(|term| term.surface_forms.first().unwrap_or(&term.stem).as_str()).collect();
    let word = wording.find(&format!("quantifier.{}", theme.quantifier), &[]);
    let mut cells: Vec<Value<'f>> = vec![
        language.code().into(),
        theme.rank.into(),
        wording.text(if is_finding { "workbook.yes" } else { "workbook.no" }).into(),
        (&theme.theme_id).into(),
        (&theme.label).into(),
        word.unwrap_or_else(|| theme.quantifier.clone()).into(),
        (&theme.sentence).into(),
        theme.n_respondents.into(),
        bases.0.into(),
        Value::Number(theme.share),
        theme.n_respondents_once.into(),
        bases.1.into(),
        Value::Number(theme.share_once),
        theme.rank_once.into(),
        theme.rank_raw.into(),
        verdict.map_or(Value::Empty, |key| wording.text(key).into()),
        theme.stability.map_or(Value::Empty, |stability| Value::Number(stability.similarity)),
        theme.dissent.against.n_respondents.into(),
        terms.join(", ").into(),
    ];
    for verbatim in theme.verbatims.iter().take(VERBATIMS) {
        cells.extend([verbatim.text.as_str().into(), (&verbatim.response_id).into()]);
    }
    cells
}

/// The members of groups of copies, and of quotations.
pub(super) fn duplicates(source: &Source<'_>) -> Result<Worksheet, XlsxError> {
    let columns = [
        ("column.question", Kind::Text, 10.0),
        ("column.group", Kind::Text, 9.0),
        ("column.kind", Kind::Text, 12.0),
        ("column.response", Kind::Text, 14.0),
        ("column.respondent", Kind::Text, 14.0),
        ("column.similarity", Kind::Decimal, 10.0),
        ("column.representative", Kind::Text, 14.0),
        ("column.added", Kind::Long, 50.0),
        ("column.text", Kind::Long, 70.0),
    ];
    let mut sheet = Sheet::new(source.wording, "sheet.duplicates", &columns)?;
    for question in &source.run.findings.questions {
        for group in question.duplicates.iter().chain(&question.quotations) {
            let mut added: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
            for addition in &group.additions {
                added.entry(&addition.response_id).or_default().push(addition.text.trim());
            }
            let most = if source.is_sampled { super::SAMPLE } else { group.members.len() };
            for member in group.members.iter().take(most) {
                let kind = match member.kind {
                    DuplicateKind::Exact => "copy.exact",
                    DuplicateKind::Near => "copy.near",
                    DuplicateKind::Template => "copy.template",
                    DuplicateKind::Partial => "copy.partial",
                    DuplicateKind::Quotation => "copy.quotation",
                };
                let added = added.get(&*member.response_id).map(|texts| texts.join("\n"));
                // The text stands with the one that stands for the group.
                let text = if *member.response_id == *group.representative { group.text.as_str() } else { "" };
                sheet.row(
                    Some(&member.response_id),
                    &[
                        (&question.id).into(),
                        (&group.group_id).into(),
                        source.wording.text(kind).into(),
                        (&*member.response_id).into(),
                        (&*member.respondent_id).into(),
                        Value::Number(member.similarity),
                        (&group.representative).into(),
                        added.unwrap_or_default().into(),
                        text.into(),
                    ],
                )?;
            }
        }
    }
    sheet.done()
}

/// Who or what is named.
pub(super) fn names(source: &Source<'_>) -> Result<Worksheet, XlsxError> {
    let columns = [
        ("column.question", Kind::Text, 10.0),
        ("column.name", Kind::Long, 40.0),
        ("column.group", Kind::Long, 26.0),
        ("column.respondents", Kind::Number, 12.0),
        ("column.share", Kind::Share, 9.0),
        ("column.variants", Kind::Long, 50.0),
        ("column.responses", Kind::Long, 50.0),
    ];
    let mut sheet = Sheet::new(source.wording, "sheet.names", &columns)?;
    for question in &source.run.findings.questions {
        for name in question.names.iter().flat_map(|names| &names.names) {
            let variants: Vec<String> =
                name.variants.iter().map(|form| format!("{} ({})", form.form, form.n_responses)).collect();
            sheet.row(
                None,
                &[
                    (&question.id).into(),
                    (&name.name).into(),
                    name.group.as_ref().map_or(Value::Empty, Value::from),
                    name.n_respondents.into(),
                    Value::Number(name.share),
                    variants.join("; ").into(),
                    name.response_ids.join(", ").into(),
                ],
            )?;
        }
    }
    sheet.done()
}
