//! `canvass bench scale`: what a run costs, by size, threads and stage.

use super::figures::{Figure, aligned, csv, exponent, grouped};
use super::measured::{Cost, Costs, Recorder, child};
use super::plot::{Axis, Plot, Scale, Series};
use super::process::{Machine, build};
use super::write_text;
use crate::arguments::{MeasuredRun, ScaleBench};
use crate::console::Console;
use canvass::generate::consultation::{self, Parameters};
use canvass::{Config, Error, Observer, Request, Stage, pipeline, run_folder};
use serde::Serialize;
use std::io;
use std::path::Path;
use std::process::ExitCode;

/// The row that holds all stages and what lies between them.
const ALL: &str = "all";
/// Below these figures growth says nothing: seconds, and bytes.
const LEAST_SECONDS: f64 = 0.05;
const LEAST_BYTES: f64 = 1e6;
const MIB: f64 = (1 << 20) as f64;

/// What one stage of a run of one size on so many threads cost.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Row {
    responses: u64,
    threads: u16,
    stage: String,
    wall_seconds: Figure,
    cpu_seconds: Option<Figure>,
    peak_mib: Option<Figure>,
    /// The peak, for each response.
    bytes_per_response: Option<f64>,
    /// Growth since the next smaller size, as a power of the size.
    wall_exponent: Option<f64>,
    cpu_exponent: Option<f64>,
    peak_exponent: Option<f64>,
}

/// All that was measured.
#[derive(Debug, Serialize)]
struct Scaled {
    schema: &'static str,
    build: String,
    machine: Machine,
    seed: u64,
    /// BLAKE3 of the parameters of the consultation.
    parameters_blake3: String,
    /// The settings of the runs, where a file gives them.
    config: Option<String>,
    repeats: u32,
    rows: Vec<Row>,
    /// Runs that ended before their time.
    failures: Vec<String>,
}

/// The runs of one size on so many threads.
struct Runs {
    responses: u64,
    threads: u16,
    costs: Vec<Costs>,
}

pub(super) fn execute(arguments: &ScaleBench, console: Console) -> Result<ExitCode, Error> {
    let (parameters, text) = match &arguments.parameters {
        Some(path) => Parameters::read(path)?,
        None => (Parameters::built_in()?, consultation::PARAMETERS.to_owned()),
    };
    // What the settings cannot be used for is said before hours are spent.
    if let Some(config) = &arguments.config {
        Config::read(config)?;
    }
    let place = arguments.folder.clone().unwrap_or_else(std::env::temp_dir);
    let folder = tempfile::Builder::new().prefix("canvass-scale-").tempdir_in(&place).map_err(|source| Error::Io {
        action: "create a folder in",
        path: place.clone(),
        source,
    })?;
    let (mut all, mut failures): (Vec<Runs>, Vec<String>) = (Vec::new(), Vec::new());
    for responses in ascending(&arguments.sizes) {
        let answers = folder.path().join(format!("{responses}.csv"));
        run_folder::write_file(Some(&answers), &mut io::sink(), |out| {
            consultation::generate(&parameters, responses, arguments.seed, out, None)
        })?;
        let mut runs: Vec<Runs> =
            arguments.thread_counts.iter().map(|n| Runs { responses, threads: n.get(), costs: Vec::new() }).collect();
        for _ in 0..arguments.repeats {
            for runs in &mut runs {
                match child::<Costs>(&command(arguments, runs.threads, &answers, folder.path())) {
                    Ok(costs) => {
                        let (n, threads, wall) = (grouped(responses), runs.threads, costs.all.wall);
                        console.say(&format!("{n} responses, {threads} threads: {wall:.1} s"));
                        runs.costs.push(costs);
                    }
                    Err(why) => {
                        let failure = format!("{} responses, {} threads: {why}", grouped(responses), runs.threads);
                        console.say(&failure);
                        failures.push(failure);
                    }
                }
            }
        }
        all.extend(runs.into_iter().filter(|runs| !runs.costs.is_empty()));
        // Large files are not kept while larger ones are made; what is left goes with the folder.
        let _ = std::fs::remove_file(&answers);
    }
    let scaled = Scaled {
        schema: "canvass-scale-1",
        build: build(),
        machine: Machine::here(),
        seed: arguments.seed,
        parameters_blake3: consultation::identity(&text),
        config: arguments.config.as_ref().map(|path| path.display().to_string()),
        repeats: arguments.repeats,
        rows: rows(&all),
        failures,
    };
    if let Some(path) = &arguments.plot {
        write_text(path, &scaled.plot().svg())?;
    }
    console.result(&arguments.format.choose(|| scaled.text(), || super::pretty(&scaled), || scaled.csv()));
    Ok(ExitCode::from(u8::from(!scaled.failures.is_empty())))
}

fn ascending(sizes: &[u64]) -> Vec<u64> {
    let mut sizes = sizes.to_vec();
    sizes.sort_unstable();
    sizes.dedup();
    sizes
}

fn command(arguments: &ScaleBench, threads: u16, answers: &Path, folder: &Path) -> Vec<String> {
    let mut command: Vec<String> =
        ["--quiet", "--threads", &threads.to_string(), "bench", "measured-run"].map(str::to_owned).into();
    command.push(answers.display().to_string());
    command.extend(["--out".to_owned(), folder.join("run").display().to_string()]);
    if let Some(config) = &arguments.config {
        command.extend(["--config".to_owned(), config.display().to_string()]);
    }
    command
}

/// What the process of its own does: a run as `canvass run` makes it, and a line of what it cost.
pub(super) fn measured(arguments: &MeasuredRun, console: Console) -> Result<ExitCode, Error> {
    let recorder = Recorder::new();
    let config = arguments.config.as_deref().map(Config::read).transpose()?.unwrap_or_default();
    let request = Request {
        files: vec![arguments.file.clone()],
        config,
        config_folder: arguments.config.as_deref().map(pipeline::config_folder),
        ..Request::default()
    };
    let run = canvass::run(&request, &recorder)?;
    recorder.begin(Stage::Report, None);
    let files = run_folder::write(&arguments.out, &run, true, &|| {})?;
    recorder.end(Stage::Report, files.len() as u64);
    drop(run);
    console.result(&serde_json::json!(recorder.finish()).to_string());
    Ok(ExitCode::SUCCESS)
}

/// For each size and thread count the stages in the order of the runs, then all of it; growth since the next smaller size.
fn rows(all: &[Runs]) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for runs in all {
        let mut stages: Vec<&str> = runs.costs[0].stages.iter().map(|(name, _)| name.as_str()).collect();
        stages.push(ALL);
        for stage in stages {
            let costs: Vec<Cost> = runs.costs.iter().filter_map(|costs| of_stage(costs, stage)).collect();
            let figure = |of: &dyn Fn(&Cost) -> Option<f64>| Figure::of(costs.iter().map(of));
            let Some(wall) = figure(&|cost| Some(cost.wall)) else { continue };
            let peak = figure(&|cost| cost.peak.map(|bytes| bytes as f64));
            let before = rows.iter().rev().find(|row| row.threads == runs.threads && row.stage == stage);
            let growth = |now: Option<Figure>, then: &dyn Fn(&Row) -> Option<f64>, least: f64| {
                let before = before?;
                exponent(before.responses, then(before)?, runs.responses, now?.median, least)
            };
            let cpu = figure(&|cost| cost.cpu);
            let row = Row {
                responses: runs.responses,
                threads: runs.threads,
                stage: stage.to_owned(),
                wall_seconds: wall,
                cpu_seconds: cpu,
                peak_mib: peak.map(|peak| Figure {
                    median: peak.median / MIB,
                    least: peak.least / MIB,
                    greatest: peak.greatest / MIB,
                }),
                bytes_per_response: peak.map(|peak| peak.median / runs.responses as f64),
                wall_exponent: growth(Some(wall), &|row| Some(row.wall_seconds.median), LEAST_SECONDS),
                cpu_exponent: growth(cpu, &|row| row.cpu_seconds.map(|cpu| cpu.median), LEAST_SECONDS),
                peak_exponent: growth(peak, &|row| row.peak_mib.map(|peak| peak.median * MIB), LEAST_BYTES),
            };
            rows.push(row);
        }
    }
    rows
}

fn of_stage(costs: &Costs, stage: &str) -> Option<Cost> {
    if stage == ALL {
        return Some(costs.all);
    }
    costs.stages.iter().find(|(name, _)| name == stage).map(|(_, cost)| *cost)
}

fn told(figure: Option<Figure>, decimals: usize) -> String {
    figure.map_or_else(|| "-".to_owned(), |figure| figure.told(decimals))
}

fn power(exponent: Option<f64>) -> String {
    exponent.map_or_else(|| "-".to_owned(), |exponent| format!("{exponent:.2}"))
}

impl Scaled {
    fn text(&self) -> String {
        let header = [
            "responses",
            "threads",
            "stage",
            "wall s",
            "CPU s",
            "peak MiB",
            "bytes/response",
            "growth: wall",
            "CPU",
            "peak",
        ];
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        for row in &self.rows {
            rows.push(vec![
                grouped(row.responses),
                row.threads.to_string(),
                row.stage.clone(),
                told(Some(row.wall_seconds), 2),
                told(row.cpu_seconds, 2),
                told(row.peak_mib, 0),
                row.bytes_per_response.map_or_else(|| "-".to_owned(), |bytes| format!("{bytes:.0}")),
                power(row.wall_exponent),
                power(row.cpu_exponent),
                power(row.peak_exponent),
            ]);
        }
        let config = self.config.as_ref().map(|config| format!(", settings {config}")).unwrap_or_default();
        let mut text = format!(
            "{}; {}\nseed {}, {} run(s) each{config}; median (least-greatest); growth as a power of the size since the next smaller one\n\n{}",
            self.build,
            self.machine.told(),
            self.seed,
            self.repeats,
            aligned(&rows, 0)
        );
        for failure in &self.failures {
            text.push_str("\nfailed: ");
            text.push_str(failure);
        }
        text
    }

    fn csv(&self) -> String {
        let header = [
            "responses",
            "threads",
            "stage",
            "runs",
            "wall_s",
            "wall_s_least",
            "wall_s_greatest",
            "cpu_s",
            "cpu_s_least",
            "cpu_s_greatest",
            "peak_mib",
            "peak_mib_least",
            "peak_mib_greatest",
            "bytes_per_response",
            "wall_exponent",
            "cpu_exponent",
            "peak_exponent",
            "seed",
            "build",
            "machine",
        ];
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        let cells = |figure: Option<Figure>| {
            figure.map_or_else(Default::default, |figure| {
                [figure.median, figure.least, figure.greatest].map(|x| format!("{x:.4}"))
            })
        };
        let number = |x: Option<f64>| x.map_or_else(String::new, |x| format!("{x:.4}"));
        for row in &self.rows {
            let mut line =
                vec![row.responses.to_string(), row.threads.to_string(), row.stage.clone(), self.repeats.to_string()];
            line.extend([Some(row.wall_seconds), row.cpu_seconds, row.peak_mib].into_iter().flat_map(cells));
            line.extend([row.bytes_per_response, row.wall_exponent, row.cpu_exponent, row.peak_exponent].map(number));
            line.extend([self.seed.to_string(), self.build.clone(), self.machine.told()]);
            rows.push(line);
        }
        csv(&rows)
    }

    /// Seconds by the clock against responses: a line for each stage and thread count.
    fn plot(&self) -> Plot {
        let mut stages: Vec<&str> = Vec::new();
        let mut threads: Vec<u16> = Vec::new();
        for row in &self.rows {
            if !stages.contains(&row.stage.as_str()) {
                stages.push(&row.stage);
            }
            if !threads.contains(&row.threads) {
                threads.push(row.threads);
            }
        }
        let mut series = Vec::new();
        for (dash, n) in threads.iter().enumerate() {
            for (colour, stage) in stages.iter().enumerate() {
                let own = self.rows.iter().filter(|row| row.threads == *n && row.stage == *stage);
                let points = own.map(|row| (row.responses as f64, row.wall_seconds.median)).collect();
                let plural = if *n == 1 { "" } else { "s" };
                series.push(Series { name: format!("{stage}, {n} thread{plural}"), colour, dash, points });
            }
        }
        Plot {
            title: "Seconds by the clock, by responses and stage".into(),
            note: format!("{}; {}; seed {}", self.build, self.machine.told(), self.seed),
            x: Axis { title: "responses", scale: Scale::Logarithmic },
            y: Axis { title: "seconds", scale: Scale::Logarithmic },
            series,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaled() -> Scaled {
        let costs = |seconds: f64, mib: u64| Costs {
            stages: vec![("text".into(), Cost { wall: seconds, cpu: Some(2.0 * seconds), peak: Some(mib << 20) })],
            all: Cost { wall: 2.0 * seconds, cpu: None, peak: Some(mib << 20) },
        };
        let runs = |responses, costs| Runs { responses, threads: 2, costs };
        let all =
            [runs(1_000, vec![costs(1.0, 10), costs(3.0, 12), costs(2.0, 11)]), runs(10_000, vec![costs(20.0, 100)])];
        Scaled {
            schema: "canvass-scale-1",
            build: "canvass 0, x".into(),
            machine: Machine { os: "linux".into(), architecture: "x86_64", cpu: "c".into(), cores: 2, memory_gib: 8.0 },
            seed: 7,
            parameters_blake3: String::new(),
            config: None,
            repeats: 3,
            rows: rows(&all),
            failures: vec!["100,000 responses, 2 threads: killed".into()],
        }
    }

    #[test]
    fn rows_have_medians_bytes_for_each_response_and_growth() {
        let scaled = scaled();
        assert_eq!(scaled.rows.iter().map(|row| row.stage.as_str()).collect::<Vec<_>>(), ["text", ALL, "text", ALL]);
        let text = &scaled.rows[0];
        assert_eq!((text.wall_seconds.median, text.wall_seconds.least, text.wall_exponent), (2.0, 1.0, None));
        assert!((text.bytes_per_response.unwrap() - 11.0 * MIB / 1000.0).abs() < 1e-6);
        let larger = &scaled.rows[2];
        assert!(
            (larger.wall_exponent.unwrap() - 1.0).abs() < 1e-9 && (larger.cpu_exponent.unwrap() - 1.0).abs() < 1e-9
        );
        assert_eq!(scaled.rows[3].cpu_seconds, None);
    }

    #[test]
    fn the_table_the_csv_and_the_drawing_hold_every_row() {
        let scaled = scaled();
        let text = scaled.text();
        assert!(text.contains("1,000        2   text  2.00 (1.00-3.00)"), "{text}");
        assert!(text.contains("seed 7") && text.ends_with("failed: 100,000 responses, 2 threads: killed"), "{text}");
        let csv = scaled.csv();
        let lines: Vec<&str> = csv.lines().collect();
        assert_eq!(lines.len(), 5);
        assert!(lines.iter().skip(1).all(|line| line.matches(',').count() >= 19), "{csv}");
        assert!(lines[3].starts_with("10000,2,text,3,20.0000,"), "{csv}");
        let svg = scaled.plot().svg();
        assert_eq!((svg.matches("<polyline").count(), svg.matches("<circle").count()), (2, 4));
        let json: serde_json::Value = serde_json::from_str(&super::super::pretty(&scaled)).unwrap();
        assert_eq!((json["rows"].as_array().unwrap().len(), json["rows"][2]["responses"].as_u64()), (4, Some(10_000)));
    }
}
