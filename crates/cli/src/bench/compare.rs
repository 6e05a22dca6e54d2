//! `canvass bench compare`: what clusters of several algorithms are worth, and what they cost.

use super::figures::{Figure, aligned, csv};
use super::measured::{Cost, Recorder, child};
use super::plot::{Axis, Plot, Scale, Series};
use super::process::{Machine, build};
use super::write_text;
use crate::arguments::{CompareBench, MeasuredClusters};
use crate::console::Console;
use canvass::quality::{self, QualitySettings};
use canvass::{Error, Silent};
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

const MIB: f64 = (1 << 20) as f64;

/// What one clustering came to, in a process of its own.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
struct Measured {
    n_texts: usize,
    n_labels: usize,
    n_clusters: u32,
    n_left_out: usize,
    nmi: f64,
    ari: f64,
    accuracy: f64,
    /// From texts in memory to clusters.
    clustering: Cost,
    /// Of the whole process, reading the file among it.
    process: Cost,
}

/// What an algorithm came to on one file, or on all.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Row {
    algorithm: &'static str,
    set: String,
    runs: usize,
    n_texts: usize,
    n_labels: usize,
    n_clusters: Option<Figure>,
    nmi: Option<Figure>,
    ari: Option<Figure>,
    accuracy: Option<Figure>,
    wall_seconds: Option<Figure>,
    cpu_seconds: Option<Figure>,
    peak_mib: Option<Figure>,
    /// Why there are no figures.
    failure: Option<String>,
}

/// All that was measured.
#[derive(Debug, Serialize)]
struct Compared {
    schema: &'static str,
    build: String,
    machine: Machine,
    k: String,
    seeds: Vec<u64>,
    threads: Option<u16>,
    rows: Vec<Row>,
}

pub(super) fn execute(arguments: &CompareBench, threads: Option<u16>, console: Console) -> Result<ExitCode, Error> {
    // What is no labelled set is said at once, by name and line.
    let sets = quality::read(&arguments.files, &Silent)?;
    let names: Vec<(String, usize, usize)> =
        sets.iter().map(|set| (set.name.clone(), set.texts.len(), set.label_names.len())).collect();
    drop(sets);
    let seeds: Vec<u64> = (0..u64::from(arguments.repeats)).map(|n| arguments.seed.wrapping_add(n)).collect();
    let mut found: Vec<Vec<Result<Measured, String>>> = vec![Vec::new(); arguments.algorithms.len() * names.len()];
    // In turn, so that what else the machine does falls on all of them.
    for seed in &seeds {
        for (number, file) in arguments.files.iter().enumerate() {
            for (place, algorithm) in arguments.algorithms.iter().enumerate() {
                let cell = &mut found[place * names.len() + number];
                if cell.last().is_some_and(Result::is_err) {
                    continue;
                }
                let measured = child(&command(arguments, algorithm.name(), threads, *seed, file));
                let what = format!("{}, {}, seed {seed}", algorithm.name(), names[number].0);
                console.say(&match &measured {
                    Ok(Measured { nmi, clustering, .. }) => format!("{what}: NMI {nmi:.3}, {:.1} s", clustering.wall),
                    Err(why) => format!("{what}: {why}"),
                });
                cell.push(measured);
            }
        }
    }
    let mut rows = Vec::new();
    for (place, algorithm) in arguments.algorithms.iter().enumerate() {
        for (number, (set, n_texts, n_labels)) in names.iter().enumerate() {
            let runs = &found[place * names.len() + number];
            rows.push(row(algorithm.name(), set, *n_texts, *n_labels, runs));
        }
    }
    let compared = Compared {
        schema: "canvass-compare-1",
        build: build(),
        machine: Machine::here(),
        k: arguments.k.to_string(),
        seeds,
        threads,
        rows,
    };
    if let Some(path) = &arguments.plot {
        write_text(path, &compared.plot().svg())?;
    }
    console.result(&arguments.format.choose(|| compared.text(), || super::pretty(&compared), || compared.csv()));
    Ok(ExitCode::SUCCESS)
}

fn command(arguments: &CompareBench, algorithm: &str, threads: Option<u16>, seed: u64, file: &Path) -> Vec<String> {
    let mut command = vec!["--quiet".to_owned()];
    if let Some(threads) = threads {
        command.extend(["--threads".to_owned(), threads.to_string()]);
    }
    command.extend(["bench", "measured-clusters"].map(str::to_owned));
    command.push(file.display().to_string());
    let k = arguments.k.to_string();
    command.extend(["--algorithm", algorithm, "--seed", &seed.to_string(), "--k", &k].map(str::to_owned));
    command
}

/// What the process of its own does: one clustering, and a line of what it came to and cost.
pub(super) fn measured(arguments: &MeasuredClusters, console: Console) -> Result<ExitCode, Error> {
    let recorder = Recorder::new();
    let sets = quality::read(std::slice::from_ref(&arguments.file), &Silent)?;
    let settings = QualitySettings { algorithm: arguments.algorithm, k: arguments.k, seed: arguments.seed, n_seeds: 1 };
    let quality = quality::measure(&sets, &settings, &recorder)?;
    let costs = recorder.finish();
    let set = &quality.sets[0];
    let measured = Measured {
        n_texts: set.n_texts,
        n_labels: set.n_labels,
        n_clusters: set.n_clusters[0],
        n_left_out: set.n_left_out[0],
        nmi: set.scores.nmi.mean,
        ari: set.scores.ari.mean,
        accuracy: set.scores.accuracy.mean,
        clustering: costs.stages.first().map_or(costs.all, |(_, cost)| *cost),
        process: costs.all,
    };
    console.result(&serde_json::json!(measured).to_string());
    Ok(ExitCode::SUCCESS)
}

fn row(algorithm: &'static str, set: &str, n_texts: usize, n_labels: usize, runs: &[Result<Measured, String>]) -> Row {
    let done: Vec<&Measured> = runs.iter().filter_map(|run| run.as_ref().ok()).collect();
    let figure = |of: &dyn Fn(&Measured) -> Option<f64>| Figure::of(done.iter().map(|run| of(run)));
    Row {
        algorithm,
        set: set.to_owned(),
        runs: done.len(),
        n_texts,
        n_labels,
        n_clusters: figure(&|run| Some(f64::from(run.n_clusters))),
        nmi: figure(&|run| Some(run.nmi)),
        ari: figure(&|run| Some(run.ari)),
        accuracy: figure(&|run| Some(run.accuracy)),
        wall_seconds: figure(&|run| Some(run.clustering.wall)),
        cpu_seconds: figure(&|run| run.clustering.cpu),
        peak_mib: figure(&|run| run.process.peak.map(|bytes| bytes as f64 / MIB)),
        failure: runs.iter().find_map(|run| run.as_ref().err().cloned()),
    }
}

fn told(figure: Option<Figure>, decimals: usize) -> String {
    figure.map_or_else(|| "-".to_owned(), |figure| figure.told(decimals))
}

impl Compared {
    fn text(&self) -> String {
        let header = [
            "algorithm",
            "set",
            "texts",
            "labels",
            "clusters",
            "NMI",
            "ARI",
            "accuracy",
            "wall s",
            "CPU s",
            "peak MiB",
        ];
        let mut rows = vec![header.map(str::to_owned).to_vec()];
        for row in &self.rows {
            rows.push(vec![
                row.algorithm.to_owned(),
                row.set.clone(),
                row.n_texts.to_string(),
                row.n_labels.to_string(),
                told(row.n_clusters, 0),
                told(row.nmi, 3),
                told(row.ari, 3),
                told(row.accuracy, 3),
                told(row.wall_seconds, 2),
                told(row.cpu_seconds, 2),
                told(row.peak_mib, 0),
            ]);
        }
        let seeds: Vec<String> = self.seeds.iter().map(u64::to_string).collect();
        let mut text = format!(
            "{}; {}\nk {}, seeds {}; median (least-greatest); seconds from texts in memory to clusters, peak of the process\n\n{}",
            self.build,
            self.machine.told(),
            self.k,
            seeds.join(", "),
            aligned(&rows, 2)
        );
        for Row { algorithm, set, failure, .. } in &self.rows {
            if let Some(failure) = failure {
                // Writing to a string does not fail.
                let _ = write!(text, "\n{algorithm}, {set}: {failure}");
            }
        }
        text
    }

    fn csv(&self) -> String {
        let mut header: Vec<String> = ["algorithm", "set", "runs", "texts", "labels"].map(str::to_owned).to_vec();
        for name in ["clusters", "nmi", "ari", "accuracy", "wall_s", "cpu_s", "peak_mib"] {
            header.extend([name.to_owned(), format!("{name}_least"), format!("{name}_greatest")]);
        }
        header.extend(["failure", "k", "build", "machine"].map(str::to_owned));
        let mut rows = vec![header];
        for row in &self.rows {
            let mut line: Vec<String> = vec![row.algorithm.to_owned(), row.set.clone()];
            line.extend([row.runs, row.n_texts, row.n_labels].map(|n| n.to_string()));
            let figures =
                [row.n_clusters, row.nmi, row.ari, row.accuracy, row.wall_seconds, row.cpu_seconds, row.peak_mib];
            line.extend(figures.into_iter().flat_map(|figure| {
                figure.map_or_else(Default::default, |figure: Figure| {
                    [figure.median, figure.least, figure.greatest].map(|x| format!("{x:.4}"))
                })
            }));
            line.push(row.failure.clone().unwrap_or_default());
            line.extend([self.k.clone(), self.build.clone(), self.machine.told()]);
            rows.push(line);
        }
        csv(&rows)
    }

    /// NMI against processor time: for each algorithm its sets, joined from the cheapest on.
    fn plot(&self) -> Plot {
        let mut series: Vec<Series> = Vec::new();
        for row in &self.rows {
            let cost = row.cpu_seconds.or(row.wall_seconds);
            let Some((x, y)) = cost.zip(row.nmi).map(|(cost, nmi)| (cost.median, nmi.median)) else { continue };
            match series.iter_mut().find(|series| series.name == row.algorithm) {
                Some(series) => series.points.push((x, y)),
                None => series.push(Series {
                    name: row.algorithm.to_owned(),
                    colour: series.len(),
                    dash: 0,
                    points: vec![(x, y)],
                }),
            }
        }
        for series in &mut series {
            series.points.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        Plot {
            title: "Quality against cost".into(),
            note: format!("{}; {}; a point for each set", self.build, self.machine.told()),
            x: Axis { title: "seconds of processor time", scale: Scale::Logarithmic },
            y: Axis { title: "NMI", scale: Scale::Linear },
            series,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compared() -> Compared {
        let run = |nmi: f64, seconds: f64| {
            let cost = Cost { wall: seconds, cpu: Some(seconds), peak: Some(10 << 20) };
            Ok(Measured {
                n_texts: 100,
                n_labels: 4,
                n_clusters: 4,
                n_left_out: 0,
                nmi,
                ari: nmi / 2.0,
                accuracy: 0.5,
                clustering: cost,
                process: cost,
            })
        };
        Compared {
            schema: "canvass-compare-1",
            build: "canvass 0".into(),
            machine: Machine { os: "linux".into(), architecture: "x86_64", cpu: "c".into(), cores: 2, memory_gib: 8.0 },
            k: "true".into(),
            seeds: vec![1, 2, 3],
            threads: None,
            rows: vec![
                row("spherical", "a", 100, 4, &[run(0.5, 1.0), run(0.7, 3.0), run(0.6, 2.0)]),
                row("spherical", "b", 100, 4, &[run(0.4, 0.5)]),
                row("linfa-gmm", "a", 100, 4, &[Err("refused, it says".into())]),
            ],
        }
    }

    #[test]
    fn the_table_the_csv_and_the_drawing_hold_what_was_measured() {
        let compared = compared();
        let text = compared.text();
        assert!(text.contains("spherical  a      100       4         4  0.600 (0.500-0.700)"), "{text}");
        assert!(text.ends_with("linfa-gmm, a: refused, it says"), "{text}");
        let csv = compared.csv();
        assert!(
            csv.lines().nth(1).unwrap().starts_with("spherical,a,3,100,4,4.0000,4.0000,4.0000,0.6000,0.5000,0.7000,"),
            "{csv}"
        );
        assert!(csv.contains("\"refused, it says\""), "{csv}");
        let svg = compared.plot().svg();
        assert_eq!((svg.matches("<circle").count(), svg.matches("<polyline").count()), (2, 1), "{svg}");
        let json: serde_json::Value = serde_json::from_str(&super::super::pretty(&compared)).unwrap();
        assert_eq!(json["rows"][0]["nmi"]["median"].as_f64(), Some(0.6));
        assert!(json["rows"][2]["nmi"].is_null());
    }
}
