//! The themes of a run kept for later consultations.

use crate::arguments::Fit as Arguments;
use crate::codeframe::write;
use crate::commands::counted;
use crate::console::Console;
use canvass::Error;
use canvass::run_folder::CodedRun;
use canvass::waves::fit;
use serde_json::json;
use std::process::ExitCode;

pub(crate) fn execute(arguments: &Arguments, console: Console) -> Result<ExitCode, Error> {
    if arguments.out.exists() && !arguments.force {
        return Err(Error::FileExists { path: arguments.out.clone() });
    }
    let run = CodedRun::read(&arguments.folder)?;
    let model = fit(&run, &arguments.name)?;
    write(&arguments.out, model.to_json().as_bytes(), arguments.force)?;
    let groups = || model.questions.iter().flat_map(|question| &question.groups);
    let n_themes: usize = groups().map(|group| group.themes.len()).sum();
    let n_words: usize = groups().map(|group| group.terms.len()).sum();
    console.event(&json!({
        "event": "done",
        "model": arguments.out.display().to_string(),
        "questions": model.questions.len(),
        "themes": n_themes,
        "words": n_words,
        "left_out": model.n_left_out,
    }));
    if !console.is_quiet() {
        console.result(&format!(
            "{} of {}, known by {}",
            counted(n_themes as u64, "theme"),
            counted(model.questions.len() as u64, "question"),
            counted(n_words as u64, "word"),
        ));
        if model.n_left_out > 0 {
            console.result(&format!(
                "left out: {} about single answers, which say nothing of others",
                counted(model.n_left_out, "decision")
            ));
        }
        console.result(&format!("model: {}", arguments.out.display()));
    }
    Ok(ExitCode::SUCCESS)
}
