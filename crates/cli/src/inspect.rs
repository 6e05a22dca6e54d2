//! What `canvass inspect` shows.

use crate::arguments::{Inspect, InspectFormat};
use crate::commands::{answers, input_config};
use crate::console::Console;
use canvass::ingest::Source;
use canvass::settings::{Layout, QuestionKind};
use canvass::{Error, InspectedQuestion, Inspection, Request, run_folder};
use serde_json::json;
use std::fmt::Write as _;
use std::process::ExitCode;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

pub(crate) fn execute(arguments: &Inspect, console: Console) -> Result<ExitCode, Error> {
    let config = input_config(&arguments.input)?;
    let request = Request {
        files: answers(&arguments.input, &config)?,
        config,
        questions_file: arguments.input.questions.clone(),
        ..Request::default()
    };
    let told = canvass::inspect(&request)?;
    console.result(&match arguments.format {
        InspectFormat::Table => table(&told),
        InspectFormat::Json => {
            serde_json::to_string_pretty(&told).expect("strings, numbers and lists have a JSON form")
        }
    });
    if arguments.out.exists() && !arguments.force {
        console.say(&format!(
            "{} exists and was left as it is; --force replaces it, --out FILE writes elsewhere",
            arguments.out.display()
        ));
        return Ok(ExitCode::SUCCESS);
    }
    run_folder::write_file(Some(&arguments.out), &mut std::io::sink(), |file| {
        file.write_all(told.settings.as_bytes()).map_err(|source| Error::Io {
            action: "write",
            path: arguments.out.clone(),
            source,
        })
    })?;
    console.event(&json!({"event": "done", "settings": arguments.out.display().to_string()}));
    console.say(&format!(
        "written: {}; correct it where a guess is wrong, and give it to canvass run with --config",
        arguments.out.display()
    ));
    Ok(ExitCode::SUCCESS)
}

/// The inspection for people: a line for each question, and below it where its answers stand and why it is of its kind.
fn table(told: &Inspection) -> String {
    let mut text = String::new();
    let of_file = |(input, n): (&Source, &u64)| {
        if *n == 0 || *n == told.n_submissions { input.file.to_string() } else { format!("{} ({n})", input.file) }
    };
    let files: Vec<String> = told.inputs.iter().zip(&told.submissions_by_input).map(of_file).collect();
    let layout = match told.layout {
        Layout::Wide => "wide: a column for each question",
        Layout::Long => "long: a row for each answer",
    };
    // Writing to a string does not fail.
    let _ = writeln!(text, "{}: {} submissions; {layout}\n", files.join(", "), told.n_submissions);
    let width = told.questions.iter().map(|question| question.id.width()).max().unwrap_or_default().clamp(2, 16);
    let _ = writeln!(text, "{}  kind       base  blanks  question", padded("id", width));
    for question in &told.questions {
        let InspectedQuestion { base, blanks, .. } = question;
        let id = padded(&cut(&one_line(&question.id), width), width);
        let wording = cut(&one_line(&question.text), 100);
        let _ = writeln!(text, "{id}  {:<8} {base:>6}  {blanks:>6}  {wording}", kind(question.kind));
        let indent = " ".repeat(width + 27);
        let _ = writeln!(text, "{indent}{}: {}", one_line(&question.source), one_line(&question.reason));
        if question.list == Some(true) {
            let _ = writeln!(text, "{indent}answered with lists of names, which are counted");
        }
        if let Some(to) = &question.other_of {
            let _ = writeln!(text, "{indent}the further option of {}", one_line(to));
        }
        if let Some(to) = &question.split_by {
            let _ = writeln!(text, "{indent}split by the answers to {}", one_line(to));
        }
    }
    if !told.columns.is_empty() {
        let _ = writeln!(text, "\nother columns, and notes");
    }
    for column in &told.columns {
        let (about, reason) = (cut(&one_line(&column.about), 60), one_line(&column.reason));
        let _ = writeln!(text, "  {about}: {} ({reason})", column.used_as);
    }
    if let Some(refusal) = &told.refusal {
        let _ = writeln!(text, "\ncanvass run would stop here: {}", one_line(refusal));
    }
    text.trim_end().to_owned()
}

fn kind(kind: QuestionKind) -> &'static str {
    match kind {
        QuestionKind::Open => "open",
        QuestionKind::Single => "single",
        QuestionKind::Multiple => "multiple",
        QuestionKind::Scale => "scale",
        QuestionKind::Matrix => "matrix",
    }
}

/// White space evened out, control characters left out.
pub(crate) fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().filter(|c| !c.is_control()).collect()
}

/// Filled up with spaces to a width in columns of the terminal.
fn padded(text: &str, width: usize) -> String {
    format!("{text}{}", " ".repeat(width.saturating_sub(text.width())))
}

/// Cut to a width in columns of the terminal.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut used = 1;
    let fits = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= width
    };
    format!("{}…", text.chars().take_while(fits).collect::<String>().trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_characters_are_cut_and_padded_by_the_columns_they_take() {
        assert_eq!(cut("意见和建议", 7), "意见和…");
        assert_eq!(cut("short", 5), "short");
        assert_eq!(cut("longer", 5), "long…");
        assert_eq!(padded("意见", 6), "意见  ");
    }
}
