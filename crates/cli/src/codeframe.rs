//! Code frames: made, checked, compared, listed.

use crate::arguments::{
    CodeFrame as Command, CodeFrameCheck, CodeFrameDiff, CodeFrameExport, CodeFrameImport, CodeFrameInit, DiffFormat,
    Positions,
};
use crate::commands::counted;
use crate::console::Console;
use canvass::codeframe::{Desk, FrameError, Reader, compare, diff_text, from_names, log, read_codes};
use canvass::exchange::{self, ExchangeFile, ImportSettings};
use canvass::run_folder::{CodedRun, write_file};
use canvass::{CodeFrame, Config, Error};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(crate) fn execute(command: &Command, console: Console) -> Result<ExitCode, Error> {
    match command {
        Command::Init(arguments) => init(arguments, console),
        Command::Check(arguments) => check(arguments, console),
        Command::Diff(arguments) => differences(arguments, console),
        Command::Export(arguments) => export(arguments, console),
        Command::Import(arguments) => import(arguments, console),
        Command::Log(arguments) => {
            console.result(log(&CodeFrame::read(&arguments.file)?)?.trim_end());
            Ok(ExitCode::SUCCESS)
        }
    }
}

/// The code frame that is named, or else that of the run.
fn frame_of(named: Option<&Path>, run: &CodedRun) -> Result<CodeFrame, Error> {
    match named {
        Some(path) => Ok(CodeFrame::read(path)?),
        None => Ok(run.code_frame(&Reader::new(&run.config)?.analyser())),
    }
}

/// Writes a file; one that is there is replaced with `force` only.
pub(crate) fn write(path: &Path, bytes: &[u8], force: bool) -> Result<(), Error> {
    if path.exists() && !force {
        return Err(Error::FileExists { path: path.to_path_buf() });
    }
    write_file(Some(path), &mut std::io::sink(), |file| {
        let action = "write";
        std::io::Write::write_all(file, bytes).map_err(|source| Error::Io { action, path: path.to_path_buf(), source })
    })
}

fn export(arguments: &CodeFrameExport, console: Console) -> Result<ExitCode, Error> {
    let run = CodedRun::read(&arguments.folder)?;
    let frame = frame_of(arguments.codeframe.as_deref(), &run)?;
    let attributes = exchange::attributes(&run, &arguments.answers)?;
    let name = arguments.out.file_name().unwrap_or_default().to_string_lossy();
    let files = exchange::export(&run, &frame, &attributes, &name)?;
    // None is written if one is in the way.
    let paths: Vec<PathBuf> = files.iter().map(|file| arguments.out.with_file_name(&file.name)).collect();
    if let Some(path) = paths.iter().find(|path| path.exists() && !arguments.force) {
        return Err(Error::FileExists { path: path.clone() });
    }
    for (path, file) in paths.iter().zip(&files) {
        write(path, &file.bytes, true)?;
    }
    let there = frame.replay()?.themes.iter().filter(|theme| theme.is_live()).count() as u64;
    let n_responses = run.questions.iter().map(|question| question.responses.len() as u64).sum();
    let names: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
    let told = (names.join(", "), counted(there, "theme"), counted(n_responses, "response"));
    console.result(&format!("{}: {}, {}", told.0, told.1, told.2));
    Ok(ExitCode::SUCCESS)
}

fn import(arguments: &CodeFrameImport, console: Console) -> Result<ExitCode, Error> {
    if arguments.out.exists() && !arguments.force {
        return Err(Error::FileExists { path: arguments.out.clone() });
    }
    let run = CodedRun::read(&arguments.run)?;
    let frame = frame_of(arguments.codeframe.as_deref(), &run)?;
    let mut files = Vec::new();
    for path in &arguments.files {
        files.push(ExchangeFile::read(path)?);
    }
    let settings = ImportSettings {
        author: &arguments.author,
        time: &arguments.time,
        question: arguments.question.as_deref(),
        is_utf_16: matches!(arguments.positions, Positions::Utf16),
    };
    let imported = exchange::import(&run, &frame, &files, &settings)?;
    write(&arguments.out, imported.frame.to_toml().as_bytes(), arguments.force)?;
    console.result(&format!("{}: {}", arguments.out.display(), imported.told()));
    Ok(ExitCode::SUCCESS)
}

fn init(arguments: &CodeFrameInit, console: Console) -> Result<ExitCode, Error> {
    if arguments.out.exists() && !arguments.force {
        return Err(Error::FileExists { path: arguments.out.clone() });
    }
    let run = CodedRun::read(&arguments.folder)?;
    let frame = match &arguments.names {
        Some(names) => {
            let (frame, wordless) = from_names(&run, &read_codes(names, &run)?)?;
            for (question, id) in wordless {
                console.say(&format!("{question}: no answer holds a word of {id}; add words, or code by hand"));
            }
            frame
        }
        None => run.code_frame(&Reader::new(&run.config)?.analyser()),
    };
    write_file(Some(&arguments.out), &mut std::io::sink(), |file| {
        std::io::Write::write_all(file, frame.to_toml().as_bytes()).map_err(|source| Error::Io {
            action: "write",
            path: arguments.out.clone(),
            source,
        })
    })?;
    let (n_themes, n_decisions) = (frame.themes.len() as u64, frame.decisions.len() as u64);
    let file = arguments.out.display();
    console.result(&format!("{file}: {}, {}", counted(n_themes, "theme"), counted(n_decisions, "decision")));
    Ok(ExitCode::SUCCESS)
}

fn check(arguments: &CodeFrameCheck, console: Console) -> Result<ExitCode, Error> {
    let frame = CodeFrame::read(&arguments.file)?;
    let state = frame.replay()?;
    let run = arguments.folder.as_deref().map(CodedRun::read).transpose()?;
    let reader = Reader::new(&run.as_ref().map_or_else(Config::default, |run| run.config.clone()))?;
    let analyser = reader.analyser();
    let refuse = |(line, fault)| FrameError { file: frame.file.clone(), line, fault };
    canvass::codeframe::coding::check_terms(&[&state], &analyser).map_err(refuse)?;
    let mut text = String::new();
    for question in run.iter().flat_map(|run| &run.questions) {
        let mut desk = Desk::new(question);
        desk.learn(&state, &analyser);
        // Writing to a string does not fail.
        let _ = writeln!(text, "{}  {}", question.id, question.text.split_whitespace().collect::<Vec<_>>().join(" "));
        for coded in desk.code(&state) {
            let theme = &state.themes[coded.theme];
            let (raw, once) = desk.count(coded.members.iter().map(|(point, _)| *point));
            let (origin, status) = (theme.origin.name(), theme.status.name());
            let once = if once == raw { String::new() } else { format!(", {once} counted once") };
            let _ = writeln!(text, "    {:8} {raw:6}{once}  {} ({origin}, {status})", theme.id, theme.name);
        }
        for idle in desk.idle(&frame, &state) {
            let (line, action, reason) = (idle.line, idle.action, idle.reason);
            let _ = writeln!(text, "    line {line}: {action} touches nothing here: {reason}");
        }
    }
    let there = state.themes.iter().filter(|theme| theme.is_live()).count() as u64;
    let applied = state.undone_by.iter().filter(|by| by.is_none()).count() as u64;
    let _ = write!(text, "{}: {}, {} applied", frame.file, counted(there, "theme"), counted(applied, "decision"));
    console.result(&text);
    Ok(ExitCode::SUCCESS)
}

fn differences(arguments: &CodeFrameDiff, console: Console) -> Result<ExitCode, Error> {
    let found = compare(&CodeFrame::read(&arguments.before)?, &CodeFrame::read(&arguments.after)?)?;
    match arguments.format {
        DiffFormat::Text => console.result(diff_text(&found).trim_end()),
        // A plain structure has a JSON form.
        DiffFormat::Json => console.result(&serde_json::to_string_pretty(&found).unwrap_or_default()),
    }
    Ok(ExitCode::SUCCESS)
}
