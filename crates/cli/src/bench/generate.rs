//! Generated consultations, and answers with copies.

use super::ended;
use crate::arguments::Generate;
use crate::console::Console;
use canvass::generate::consultation::{PARAMETERS, Parameters};
use canvass::generate::{GenerateRequest, consultation, generate};
use canvass::{Error, run_folder};
use std::io::{BufWriter, Write, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(super) fn execute(arguments: &Generate, console: Console) -> Result<ExitCode, Error> {
    if arguments.adversarial.is_some() || !arguments.edits.is_empty() {
        answers_alone(arguments)
    } else {
        whole(arguments, console)
    }
}

/// A consultation, and what it is made of.
fn whole(arguments: &Generate, console: Console) -> Result<ExitCode, Error> {
    let (parameters, text) = match &arguments.parameters {
        Some(path) => Parameters::read(path)?,
        None => (Parameters::built_in()?, PARAMETERS.to_owned()),
    };
    let truth = arguments.truth.clone().or_else(|| arguments.out.as_deref().map(beside));
    write(arguments, truth.as_deref(), &|answers, truth| {
        consultation::generate(&parameters, arguments.responses, arguments.seed, answers, truth)
    })?;
    if arguments.out.is_some() && !console.is_quiet() {
        let (n, seed, version) = (arguments.responses, arguments.seed, env!("CARGO_PKG_VERSION"));
        console.result(&format!("# {n} responses, seed {seed}, canvass {version}\n\n{}", text.trim_end()));
    }
    Ok(ExitCode::SUCCESS)
}

/// Where the truth of `answers.csv` stands: `answers.truth.csv`.
pub(super) fn beside(answers: &Path) -> PathBuf {
    answers.with_extension("truth.csv")
}

fn answers_alone(arguments: &Generate) -> Result<ExitCode, Error> {
    let request = GenerateRequest {
        n_responses: arguments.responses,
        n_words: arguments.words,
        edits: arguments.edits.clone(),
        strengths: arguments.strengths.clone(),
        adversarial: arguments.adversarial,
        huge_megabytes: arguments.huge_megabytes,
        seed: arguments.seed,
    };
    write(arguments, arguments.truth.as_deref(), &|answers, truth| generate(&request, answers, truth))?;
    Ok(ExitCode::SUCCESS)
}

/// What writes answers and, where wanted, what is known of them.
type Make<'m> = &'m dyn Fn(&mut dyn Write, Option<&mut dyn Write>) -> Result<(), Error>;

fn write(arguments: &Generate, truth: Option<&Path>, make: Make<'_>) -> Result<(), Error> {
    let mut out = BufWriter::new(stdout().lock());
    let written = run_folder::write_file(arguments.out.as_deref(), &mut out, |answers| match truth {
        None => make(answers, None),
        Some(path) => run_folder::write_file(Some(path), &mut std::io::sink(), |truth| make(answers, Some(truth))),
    });
    ended(written, out.flush())
}
