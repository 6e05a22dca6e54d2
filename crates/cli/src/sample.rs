//! Samples for people to code: drawn, read back, compared, learnt from.

use crate::arguments::{Agree, DiffFormat, DrawSample, Prefill, TakeArgument};
use crate::commands::counted;
use crate::console::Console;
use canvass::report::OutputFile;
use canvass::run_folder::{CodedRun, write_into};
use canvass::sample::{
    ClassifierSettings, CodedFile, DrawSettings, Outcome, Prefilled, SampleError, Settled, Signed, Take, decisions,
    draw_sample, files, measure, prefill, propose, read_coded, settle, tell, tell_sample, text_table, words_alone,
    workbook,
};
use canvass::{CodeFrame, Error, codeframe};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The frame that is named, else that of the run.
fn frame_of(run: &CodedRun, named: Option<&Path>) -> Result<CodeFrame, Error> {
    match named {
        Some(path) => Ok(CodeFrame::read(path)?),
        None => Ok(run.code_frame(&codeframe::Reader::new(&run.config)?.analyser())),
    }
}

/// The folder of a file, and its name.
fn split(path: &Path) -> (PathBuf, String) {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    (folder.to_path_buf(), path.file_name().unwrap_or_default().to_string_lossy().into_owned())
}

pub(crate) fn draw(arguments: &DrawSample, console: Console) -> Result<ExitCode, Error> {
    let (folder, name) = split(&arguments.out);
    let extension = arguments.out.extension().map(|of| of.to_string_lossy().to_lowercase());
    let is_text = match extension.as_deref() {
        Some("xlsx") => false,
        Some("csv") => true,
        _ => return Err(SampleError::Format { file: name }.into()),
    };
    let run = CodedRun::read(&arguments.folder)?;
    let frame = frame_of(&run, arguments.codeframe.as_deref())?;
    let settings = DrawSettings {
        n: arguments.n,
        questions: arguments.question.clone(),
        by: arguments.by.clone(),
        seed: arguments.seed,
    };
    let sample = draw_sample(&run, &words_alone(&frame).replay()?, &settings)?;
    let ticks = match arguments.prefill {
        Prefill::None => Prefilled::new(),
        Prefill::Machine => prefill(&run, &frame, &sample)?,
    };
    let stem = arguments.out.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let mut outputs = Vec::new();
    for coder in 1..=arguments.coders {
        let name = match arguments.coders {
            1 => name.clone(),
            _ => format!("{stem}-{coder}.{}", extension.as_deref().unwrap_or_default()),
        };
        let bytes = if is_text {
            text_table(&run, &sample, &ticks)?
        } else {
            workbook(&run, &sample, &format!("coder {coder}"), &ticks)?
        };
        outputs.push(OutputFile { name: name.into(), bytes });
    }
    write_into(&folder, &outputs, arguments.force)?;
    console.result(tell_sample(&sample).trim_end());
    for output in outputs {
        console.result(&format!("sample: {}", folder.join(output.name.as_ref()).display()));
    }
    Ok(ExitCode::SUCCESS)
}

pub(crate) fn agree(arguments: &Agree, console: Console) -> Result<ExitCode, Error> {
    if arguments.coded.len() > 2 {
        return Err(SampleError::TooMany { n: arguments.coded.len() }.into());
    }
    let run = CodedRun::read(&arguments.folder)?;
    let frame = frame_of(&run, arguments.codeframe.as_deref())?;
    let state = words_alone(&frame).replay()?;
    let mut coded: Vec<CodedFile> = Vec::new();
    for (at, path) in arguments.coded.iter().enumerate() {
        coded.push(read_coded(path, &run, &state, arguments.coder.get(at).map(String::as_str))?);
    }
    same_sample(&coded)?;
    let measured = measure(&run, &frame, &coded, arguments.seed)?;
    let take = match arguments.take {
        TakeArgument::Agreed => Take::Agreed,
        TakeArgument::First => Take::First,
        TakeArgument::Second => Take::Second,
        TakeArgument::Either => Take::Either,
    };
    let proposals = if arguments.propose {
        let settings = ClassifierSettings { seed: arguments.seed, ..ClassifierSettings::default() };
        propose(&run, &frame, &coded, take, &settings)?
    } else {
        Vec::new()
    };
    let outcome = Outcome::new(&coded, arguments.seed, measured, proposals);
    if let Some(folder) = &arguments.out {
        write_into(folder, &files(&run, &outcome)?, arguments.force)?;
    }
    match arguments.format {
        DiffFormat::Text => console.result(tell(&outcome).trim_end()),
        // A plain structure has a JSON form.
        DiffFormat::Json => console.result(&serde_json::to_string_pretty(&outcome).unwrap_or_default()),
    }
    if arguments.write {
        let settled: Vec<(String, Settled)> = (run.questions.iter())
            .map(|question| (question.id.clone(), settle(&coded, &question.id, take)))
            .filter(|(_, settled)| !settled.responses.is_empty())
            .collect();
        write(arguments, &run, frame, &settled, &outcome, console)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Two coders have coded the same sample, and are not one.
fn same_sample(coded: &[CodedFile]) -> Result<(), SampleError> {
    let [one, other] = coded else { return Ok(()) };
    let (first, second) = (one.file.clone(), other.file.clone());
    if one.identity != other.identity {
        let (found, expected) = (other.identity.word(), one.identity.word());
        return Err(SampleError::OtherSample { first, second, found, expected });
    }
    if one.coder == other.coder {
        return Err(SampleError::SameCoder { first, second, coder: one.coder.clone() });
    }
    Ok(())
}

/// Adds the decisions to the frame's file.
fn write(
    arguments: &Agree,
    run: &CodedRun,
    frame: CodeFrame,
    settled: &[(String, Settled)],
    outcome: &Outcome,
    console: Console,
) -> Result<(), Error> {
    let (Some(path), Some(time)) = (&arguments.codeframe, &arguments.time) else { return Ok(()) };
    let signed = Signed { time: time.clone(), author: arguments.author.clone() };
    let written = decisions(run, &frame, settled, &outcome.proposals, &signed)?;
    for (question, response) in &written.contradicted {
        console
            .say(&format!("{question}: response {response} is coded otherwise in the code frame already; that stands"));
    }
    let n = written.decisions.len() as u64;
    let before =
        std::fs::read_to_string(path).map_err(|source| Error::Io { action: "read", path: path.clone(), source })?;
    let name = frame.file.clone();
    let text = frame.with_decisions(&before, written.decisions);
    // What is added must replay: a frame that does not is never written.
    CodeFrame::from_bytes(&name, text.as_bytes())?.replay()?;
    let (folder, name) = split(path);
    write_into(&folder, &[OutputFile { name: name.into(), bytes: text.into_bytes() }], true)?;
    console.result(&format!("{}: {} added", path.display(), counted(n, "decision")));
    Ok(())
}
