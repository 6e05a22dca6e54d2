//! What each bench does.

use crate::arguments::{Bench, Quality, QualityFormat};
use crate::console::Console;
use crate::progress::Progress;
use canvass::quality::{self, QualitySettings, tell};
use canvass::{Error, run_folder};
use std::process::ExitCode;

pub(crate) fn execute(bench: &Bench, console: Console) -> Result<ExitCode, Error> {
    match bench {
        Bench::Quality(arguments) => measure_quality(arguments, console),
    }
}

fn measure_quality(arguments: &Quality, console: Console) -> Result<ExitCode, Error> {
    let progress = Progress::on_terminals(console);
    let sets = quality::read(&arguments.files, &progress)?;
    if let Some(folder) = &arguments.assignments {
        run_folder::check_assignments(folder, &sets)?;
    }
    let settings = QualitySettings { algorithm: arguments.algorithm, k: arguments.k, seed: arguments.seed };
    let quality = quality::measure(&sets, &settings, &progress)?;
    if let Some(folder) = &arguments.assignments {
        run_folder::write_assignments(folder, &quality::assignments(&sets, &quality))?;
    }
    console.result(&match arguments.format {
        QualityFormat::Text => tell::text(&quality),
        QualityFormat::Json => tell::json(&quality),
        QualityFormat::Csv => tell::csv(&quality),
    });
    Ok(ExitCode::SUCCESS)
}
