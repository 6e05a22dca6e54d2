//! What each bench does, and the search for duplicates alone.

mod compare;
mod figures;
mod generate;
mod measured;
mod plot;
pub(crate) mod process;
mod scale;

use crate::arguments::{
    Bench, BenchDuplicates, Duplicates, FigureFormat, Quality, ScoreFormat, Search, TableFormatArgument,
};
use crate::console::Console;
use crate::progress::Progress;
use canvass::duplicates::{self, Columns, Compared, DuplicatesRequest, LISTED_ACROSS, TableFormat};
use canvass::quality::{self, QualitySettings, tell};
use canvass::{DuplicateSettings, Error, run_folder};
use std::io::{BufWriter, Write, stdout};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

pub(crate) fn execute(bench: &Bench, threads: Option<u16>, console: Console) -> Result<ExitCode, Error> {
    match bench {
        Bench::Quality(arguments) => measure_quality(arguments, console),
        Bench::Generate(arguments) => generate::execute(arguments, console),
        Bench::Duplicates(arguments) => measure_duplicates(arguments, console),
        Bench::Scale(arguments) => scale::execute(arguments, console),
        Bench::Compare(arguments) => compare::execute(arguments, threads, console),
        Bench::MeasuredRun(arguments) => scale::measured(arguments, console),
        Bench::MeasuredClusters(arguments) => compare::measured(arguments, console),
    }
}

fn measure_quality(arguments: &Quality, console: Console) -> Result<ExitCode, Error> {
    let progress = Progress::on_terminals(console);
    let sets = quality::read(&arguments.files, &progress)?;
    if let Some(folder) = &arguments.assignments {
        run_folder::check_assignments(folder, &sets)?;
    }
    let settings = QualitySettings {
        algorithm: arguments.algorithm,
        k: arguments.k,
        seed: arguments.seed,
        n_seeds: usize::from(arguments.seeds.get()),
    };
    let quality = quality::measure(&sets, &settings, &progress)?;
    if let Some(folder) = &arguments.assignments {
        run_folder::write_assignments(folder, &quality::assignments(&sets, &quality))?;
    }
    let format = arguments.format;
    console.result(&format.choose(|| tell::text(&quality), || tell::json(&quality), || tell::csv(&quality)));
    Ok(ExitCode::SUCCESS)
}

/// The search that the command line asks for.
fn request(files: &[PathBuf], columns: Columns, search: &Search) -> DuplicatesRequest {
    DuplicatesRequest {
        files: files.to_vec(),
        columns: Columns { id: search.id_column.clone(), ..columns },
        references: search.reference.clone(),
        settings: DuplicateSettings {
            min_similarity: search.min_similarity,
            target_recall: search.target_recall,
            ..DuplicateSettings::default()
        },
        max_record_bytes: search.max_record_bytes,
        ..DuplicatesRequest::default()
    }
}

pub(crate) fn find_duplicates(arguments: &Duplicates, console: Console) -> Result<ExitCode, Error> {
    let progress = Progress::on_terminals(console);
    let columns = Columns {
        texts: arguments.text_column.clone(),
        question: arguments.question_column.clone(),
        sheet: arguments.sheet.clone(),
        ..Columns::default()
    };
    let found = duplicates::find(&request(&arguments.files, columns, &arguments.search), &progress)?;
    let format = match arguments.format {
        TableFormatArgument::Csv => TableFormat::Csv,
        TableFormatArgument::Jsonl => TableFormat::Jsonl,
    };
    let mut out = BufWriter::new(stdout().lock());
    let pairs = run_folder::write_file(arguments.out.as_deref(), &mut out, |out| found.write_pairs(format, out));
    ended(pairs, out.flush())?;
    if let Some(groups) = &arguments.groups {
        run_folder::write_file(Some(groups), &mut out, |out| found.write_groups(format, out))?;
    }
    let sum = |count: fn(&Compared) -> usize| found.questions().iter().map(count).sum::<usize>();
    let n_texts = sum(Compared::n_texts);
    let (n_pairs, n_groups) = (sum(|of| of.duplicates().pairs.len()), sum(|of| of.duplicates().groups.len()));
    let questions = match found.questions() {
        [_] => String::new(),
        several => format!(" to {} questions", several.len()),
    };
    let left_out = match found.questions().iter().map(|of| of.duplicates().n_unlisted).sum::<u64>() {
        0 => String::new(),
        n => format!(
            "; {n} pairs of texts in different groups left out, beyond the {LISTED_ACROSS} of each text most alike"
        ),
    };
    console.say(&format!("{n_texts} texts{questions}, {n_pairs} pairs, {n_groups} groups{left_out}"));
    Ok(ExitCode::SUCCESS)
}

/// A reader of standard output that has gone away (`| head`) is no error.
pub(crate) fn ended(written: Result<(), Error>, flushed: std::io::Result<()>) -> Result<(), Error> {
    match written {
        Err(Error::Io { source, .. }) if source.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Ok(()) => match flushed {
            Err(source) if source.kind() != std::io::ErrorKind::BrokenPipe => {
                Err(Error::Io { action: "write", path: "the results".into(), source })
            }
            _ => Ok(()),
        },
        other => other,
    }
}

fn measure_duplicates(arguments: &BenchDuplicates, console: Console) -> Result<ExitCode, Error> {
    let progress = Progress::on_terminals(console);
    let columns = Columns { texts: arguments.text_column.iter().cloned().collect(), ..Columns::default() };
    let found = duplicates::find(&request(&arguments.files, columns, &arguments.search), &progress)?;
    let scores = duplicates::score(&found, &arguments.truth)?;
    if let Some(path) = &arguments.plot {
        write_text(path, &duplicates::plot(&scores))?;
    }
    console.result(&match arguments.format {
        ScoreFormat::Text => duplicates::table(&scores).trim_end().to_owned(),
        ScoreFormat::Json => serde_json::json!(scores).to_string(),
    });
    Ok(ExitCode::SUCCESS)
}

/// Writes a text beside its place and renames it.
fn write_text(path: &Path, text: &str) -> Result<(), Error> {
    run_folder::write_file(Some(path), &mut std::io::sink(), |out| {
        out.write_all(text.as_bytes()).map_err(|source| Error::Io { action: "write", path: path.to_path_buf(), source })
    })
}

/// As JSON over several lines.
///
/// # Panics
/// Never: figures are plain structures of strings, numbers and lists.
fn pretty<T: serde::Serialize>(figures: &T) -> String {
    serde_json::to_string_pretty(figures).expect("a plain structure has a JSON form")
}

impl FigureFormat {
    /// What the format asks for.
    fn choose(
        self,
        text: impl FnOnce() -> String,
        json: impl FnOnce() -> String,
        csv: impl FnOnce() -> String,
    ) -> String {
        match self {
            Self::Text => text(),
            Self::Json => json(),
            Self::Csv => csv(),
        }
    }
}
