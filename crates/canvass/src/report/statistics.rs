//! Closed questions, who answered and cross-tables: their part of the page, and their tables.

use super::chart;
use super::tables::{Table, guarded};
use super::wording::Wording;
use crate::findings::Findings;
use crate::statistics::{ClosedItem, ClosedQuestion, CrossTable, Percent};
use crate::waves::{DriftChange, GroupDrift};
use minijinja::Environment;
use minijinja::value::Value;

/// Adds what draws the charts. They are markup of our own, whose texts the writer escapes.
pub(super) fn install(environment: &mut Environment<'static>, wording: &Wording) {
    let own = wording.clone();
    environment.add_function("bar_chart", move |title: String, labels: Vec<String>, counts: Vec<u64>, base: u64| {
        Value::from_safe_string(chart::bars(&own, &title, &labels, &counts, base))
    });
    let own = wording.clone();
    environment.add_function(
        "stacked_chart",
        move |title: String, parts: Vec<String>, labels: Vec<String>, counts: Vec<Vec<u64>>, bases: Vec<u64>| {
            Value::from_safe_string(chart::stacked(&own, &title, &parts, &labels, &counts, &bases))
        },
    );
    let own = wording.clone();
    environment.add_function("day_chart", move |title: String, days: Vec<String>, counts: Vec<u64>| {
        Value::from_safe_string(chart::days(&own, &title, &days, &counts))
    });
    environment.add_function("shade", |at: usize, of: usize| chart::shade(at, of).0);
    environment.add_test("shown_by_group", is_shown_by_group);
}

/// Whether the page shows a cross-table: one by an attribute of few values. All stand in `crosstabs.csv`.
fn is_shown_by_group(table: &Value) -> Result<bool, minijinja::Error> {
    const MOST_GROUPS: usize = 12;
    let length = |name: &str| Ok::<usize, minijinja::Error>(table.get_attr(name)?.len().unwrap_or_default());
    let is_attribute = table.get_attr("by")?.as_str() == Some("attribute");
    Ok(is_attribute && length("groups")? <= MOST_GROUPS && length("answers")? > 0)
}

fn of(percent: Option<Percent>) -> String {
    percent.map_or_else(String::new, |percent| percent.to_string())
}

fn optional<T: ToString>(value: Option<T>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

/// `closed.csv`: a line for each option of each closed question, then for what stands apart from its base.
pub(super) fn closed(findings: &Findings) -> Vec<u8> {
    let columns =
        ["question", "kind", "statement", "group", "answer", "grade", "n", "base", "percent", "median", "mean"];
    let mut table = Table::new(columns);
    for question in &findings.closed_questions {
        for item in &question.items {
            closed_item(&mut table, question, item);
        }
    }
    table.bytes()
}

fn closed_item(table: &mut Table, question: &ClosedQuestion, item: &ClosedItem) {
    let kind = match question.kind {
        crate::settings::QuestionKind::Open => "open",
        crate::settings::QuestionKind::Single => "single",
        crate::settings::QuestionKind::Multiple => "multiple",
        crate::settings::QuestionKind::Scale => "scale",
        crate::settings::QuestionKind::Matrix => "matrix",
    };
    let (statement, base) = (item.statement.as_deref().unwrap_or_default(), item.base.to_string());
    let (median, mean) = (item.median.join("; "), optional(item.mean));
    let mut line = |group: &str, answer: &str, grade: Option<i32>, n: u64, percent: &str| {
        let (grade, n) = (optional(grade), n.to_string());
        table.cells(&[&question.id, kind, statement, group, answer, &grade, &n, &base, percent, &median, &mean]);
    };
    for option in &item.options {
        line("answer", &option.option, option.grade, option.n, &of(option.percent));
    }
    for away in &item.other_texts {
        line("other_text", &away.text, None, away.n, "");
    }
    for away in &item.not_applicable {
        line("not_applicable", &away.text, None, away.n, "");
    }
    line("no_answer", "", None, item.n_no_answer, "");
}

/// `profile.csv`: a line for each value of each attribute, each language, file and day.
pub(super) fn profile(findings: &Findings) -> Vec<u8> {
    let mut table = Table::new(["kind", "name", "value", "n", "base", "percent"]);
    let profile = &findings.profile;
    let base = profile.n_respondents;
    let mut line = |kind: &str, name: &str, value: &str, n: u64| {
        table.cells(&[kind, name, value, &n.to_string(), &base.to_string(), &of(Percent::new(n, base))]);
    };
    for attribute in &profile.attributes {
        for value in &attribute.values {
            line("attribute", &attribute.attribute, &value.value, value.n);
        }
        line("did_not_say", &attribute.attribute, "", attribute.did_not_say.n);
    }
    for language in &profile.languages {
        line("language", "", language.language.code(), language.n);
    }
    if !profile.languages.is_empty() {
        line("no_language", "", "", profile.n_no_language);
    }
    for file in &profile.files {
        line("file", "", &file.value, file.n);
    }
    for day in &profile.days {
        line("day", "", &day.day, day.n);
    }
    if !profile.days.is_empty() {
        line("no_day", "", "", profile.n_no_day);
    }
    table.bytes()
}

/// `drift.csv`: a line for each theme of the theme model and each theme found beside them, by question and language.
pub(super) fn drift(findings: &Findings) -> Vec<u8> {
    let columns = [
        "question",
        "language",
        "theme_id",
        "label",
        "n_then",
        "base_then",
        "n_now",
        "base_now",
        "n_once_then",
        "base_once_then",
        "n_once_now",
        "base_once_now",
        "difference",
        "low",
        "high",
        "p_adjusted",
        "change",
    ];
    let mut table = Table::new(columns);
    for question in &findings.questions {
        for group in question.drift.iter().flat_map(|drift| &drift.groups) {
            drift_lines(&mut table, &question.id, group);
        }
    }
    table.bytes()
}

fn drift_lines(table: &mut Table, question: &str, group: &GroupDrift) {
    let language = group.language.code();
    let number = |n: u64| n.to_string();
    let bases = [group.base_then, group.base_now, group.base_once_then, group.base_once_now].map(number);
    for theme in &group.themes {
        let change = match theme.change {
            DriftChange::Rose => "rose",
            DriftChange::Fell => "fell",
            DriftChange::Unclear => "unclear",
            DriftChange::Gone => "gone",
        };
        let signed = |x: Option<f64>| x.map_or_else(String::new, |x| format!("{x:.4}"));
        table.plain(&[
            &guarded(question),
            language,
            &guarded(&theme.theme_id),
            &guarded(&theme.label),
            &number(theme.n_then),
            &bases[0],
            &optional(theme.n_now),
            &bases[1],
            &number(theme.n_once_then),
            &bases[2],
            &optional(theme.n_once_now),
            &bases[3],
            &signed(theme.difference),
            &signed(theme.interval.map(|(low, _)| low)),
            &signed(theme.interval.map(|(_, high)| high)),
            &signed(theme.p_adjusted),
            change,
        ]);
    }
    for theme in &group.new_themes {
        // How many said it then is known as a bound only, which the findings tell.
        table.cells(&[
            question,
            language,
            theme.theme_id.as_deref().unwrap_or_default(),
            &theme.label,
            "",
            &bases[0],
            &number(theme.n_respondents),
            &bases[1],
            "",
            &bases[2],
            &number(theme.n_respondents_once),
            &bases[3],
            "",
            "",
            "",
            &format!("{:.4}", theme.p_adjusted),
            if theme.is_new { "new" } else { "as_before" },
        ]);
    }
}

/// `crosstabs.csv`: a line for each cell of each cross-table.
pub(super) fn crosstabs(findings: &Findings) -> Vec<u8> {
    let columns = [
        "question",
        "of",
        "language",
        "statement",
        "theme_id",
        "answer",
        "by",
        "by_name",
        "group",
        "n",
        "n_once",
        "base",
        "percent",
        "suppressed",
    ];
    let mut table = Table::new(columns);
    for crosstab in &findings.crosstabs {
        crosstab_lines(&mut table, crosstab);
    }
    table.bytes()
}

fn crosstab_lines(table: &mut Table, crosstab: &CrossTable) {
    use crate::statistics::{CountedOf, GroupedBy};
    let of_what = match crosstab.of {
        CountedOf::Themes => "themes",
        CountedOf::Answers => "answers",
    };
    let by = match crosstab.by {
        GroupedBy::Attribute => "attribute",
        GroupedBy::Question => "question",
    };
    let language = crosstab.language.map_or("", canvass_text::Language::code);
    let statement = crosstab.statement.as_deref().unwrap_or_default();
    for (at, answer) in crosstab.answers.iter().enumerate() {
        for group in &crosstab.groups {
            let Some(cell) = group.cells.get(at) else { continue };
            let theme_id = answer.theme_id.as_deref().unwrap_or_default();
            let suppressed = if cell.n.is_none() { "yes" } else { "no" };
            table.cells(&[
                &crosstab.question,
                of_what,
                language,
                statement,
                theme_id,
                &answer.label,
                by,
                &crosstab.by_name,
                &group.group,
                &optional(cell.n),
                &optional(cell.n_once),
                &optional(group.base),
                &of(cell.percent),
                suppressed,
            ]);
        }
    }
}
