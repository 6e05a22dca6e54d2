//! Templates of the house: what they are filled with, and what is told where they fail.

use super::paper::{Paper, markdown_chapters, markdown_escaped};
use super::wording;
use crate::error::Error;
use crate::house::Template;
use crate::settings::SettingsError;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Output, State, UndefinedBehavior, Value, context};

/// Fills the template of `report.md`.
///
/// It sees the findings, as `findings.json` has them, `title`, `lines` (what stands below the title) and `chapters` (those of the built-in
/// report, as markdown); and has the function `t` and the filters of the words. What it prints is escaped for markdown, but for
/// `chapters`, which is markdown already.
///
/// # Errors
/// [`SettingsError::HouseFile`] with the line of the template.
pub(super) fn markdown(paper: &Paper<'_>, template: &Template) -> Result<String, Error> {
    let refuse = |error: &minijinja::Error| refused("report.template", template, error);
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Custom("markdown".into()));
    environment.set_formatter(escape);
    wording::install(&mut environment, paper.wording);
    environment.add_template("report.md", &template.text).map_err(|error| refuse(&error))?;
    let chapters: Vec<Value> = markdown_chapters(paper).into_iter().map(Value::from_safe_string).collect();
    let filled = environment.get_template("report.md").and_then(|found| {
        found.render(context! {
            title => paper.title(),
            lines => paper.below_title(),
            chapters,
            ..Serde(&paper.run.findings)
        })
    });
    filled.map_err(|error| refuse(&error))
}

/// The error of a template of the user's.
pub(super) fn refused(setting: &'static str, template: &Template, error: &minijinja::Error) -> Error {
    let line = error.line().map_or_else(String::new, |line| format!("line {line}: "));
    let why = format!("{line}{error}");
    SettingsError::HouseFile { setting, file: template.source.file.to_string(), why }.into()
}

fn escape(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), minijinja::Error> {
    if value.is_undefined() {
        // Strict: says which name is not there.
        return minijinja::escape_formatter(out, state, value);
    }
    let text = value.to_string();
    let written = if value.is_safe() {
        out.write_str(&text)
    } else {
        let lines: Vec<String> = text.lines().map(|line| markdown_escaped(line.trim())).collect();
        out.write_str(&lines.join(" "))
    };
    written.map_err(minijinja::Error::from)
}
