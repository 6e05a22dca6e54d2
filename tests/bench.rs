//! `canvass bench generate`, `scale` and `compare`: consultations whose themes are known, and what runs and algorithms cost.

use crate::support::{canvass, repository};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use tempfile::TempDir;

/// Standard output of a command that does what it is asked.
#[track_caller]
fn done(folder: &Path, arguments: &str) -> String {
    let said = canvass(folder, arguments.split(' '));
    assert_eq!(said.code, 0, "{arguments}: {}", said.stderr);
    said.stdout
}

/// The rows of a table by the names of their columns.
fn rows(path: &Path) -> Vec<BTreeMap<String, String>> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let header = reader.headers().unwrap().clone();
    let named =
        |row: csv::StringRecord| header.iter().zip(row.iter()).map(|(a, b)| (a.to_owned(), b.to_owned())).collect();
    reader.records().map(|row| named(row.unwrap())).collect()
}

fn home() -> TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn a_generated_consultation_is_read_without_flags_and_its_themes_are_found() {
    let home = home();
    let folder = home.path();
    let printed = done(folder, "bench generate --responses 2000 --seed 1 --out answers.csv");
    assert!(printed.starts_with("# 2000 responses, seed 1, canvass "), "{printed}");
    assert!(printed.contains("mean_words = 40.0") && printed.contains("[[theme]]"), "{printed}");
    done(folder, "run answers.csv");
    let findings: Value = serde_json::from_slice(&fs::read(folder.join("canvass-run/findings.json")).unwrap()).unwrap();
    let questions = findings["questions"].as_array().unwrap();
    assert_eq!(questions.len(), 1, "one open question");
    assert_eq!(findings["closed_questions"].as_array().unwrap().len(), 2, "two closed ones");

    let mut planted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let truth = rows(&folder.join("answers.truth.csv"));
    for row in truth.iter().filter(|row| row["language"] == "en") {
        for theme in row["themes"].split(';').filter(|theme| !theme.is_empty()) {
            planted.entry(theme.to_owned()).or_default().insert(row["id"].clone());
        }
    }
    let english: BTreeSet<&str> =
        truth.iter().filter(|row| row["language"] == "en").map(|row| row["id"].as_str()).collect();
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for row in rows(&folder.join("canvass-run/coding.csv")) {
        if english.contains(row["response_id"].as_str()) {
            found.entry(row["theme_id"].clone()).or_default().insert(row["response_id"].clone());
        }
    }
    // Of each planted theme how well the found one that is most like it agrees with it (F1).
    let best = |planted: &BTreeSet<String>| {
        let f1 = |found: &BTreeSet<String>| {
            2.0 * planted.intersection(found).count() as f64 / (planted.len() + found.len()) as f64
        };
        found.values().map(f1).fold(0.0, f64::max)
    };
    let scores: Vec<(&String, usize, f64)> = planted.iter().map(|(name, ids)| (name, ids.len(), best(ids))).collect();
    let n_found = scores.iter().filter(|(.., f1)| *f1 >= 0.6).count();
    assert!(n_found >= 10 && planted.len() == 12, "{scores:?}");
    // Most of the findings are planted.
    let ids: Vec<&str> =
        questions[0]["findings"].as_array().unwrap().iter().map(|f| f["theme_id"].as_str().unwrap()).collect();
    let is_planted = |id: &&&str| {
        let of = &found[**id];
        planted.values().any(|planted| 2 * planted.intersection(of).count() * 10 >= 8 * (planted.len() + of.len()))
    };
    assert!(ids.len() == 5 && ids.iter().filter(is_planted).count() >= 3, "{ids:?}");
}

#[test]
fn a_smaller_consultation_is_the_beginning_of_a_larger_one_at_any_thread_count() {
    let home = home();
    let folder = home.path();
    done(folder, "--quiet bench generate --responses 300 --seed 9 --out small.csv");
    done(folder, "--quiet bench generate --responses 5000 --seed 9 --out large.csv --truth known.csv --threads 3");
    for (small, large) in [("small.csv", "large.csv"), ("small.truth.csv", "known.csv")] {
        let [small, large] = [small, large].map(|name| fs::read(folder.join(name)).unwrap());
        assert!(large.starts_with(&small) && large.len() > 10 * small.len());
    }
    // Without a place to write to, the table goes to standard output and nothing else does.
    let told = done(folder, "bench generate --responses 300 --seed 9");
    assert_eq!(told.as_bytes(), fs::read(folder.join("small.csv")).unwrap());
}

#[test]
fn parameters_of_ones_own_take_the_place_of_the_built_in_ones() {
    let home = home();
    let folder = home.path();
    let printed = done(folder, "bench generate --responses 5 --out a.csv");
    // What is printed is a file of parameters.
    fs::write(folder.join("same.toml"), &printed).unwrap();
    done(folder, "--quiet bench generate --responses 5 --parameters same.toml --out same.csv");
    assert_eq!(fs::read(folder.join("a.csv")).unwrap(), fs::read(folder.join("same.csv")).unwrap());
    fs::write(folder.join("mine.toml"), printed.replace("blank = 0.02", "blank = 1.0")).unwrap();
    done(folder, "--quiet bench generate --responses 50 --parameters mine.toml --out b.csv");
    assert!(rows(&folder.join("b.truth.csv")).iter().all(|row| row["words"] == "0"));
    for (arguments, expected) in [
        ("bench generate --parameters mine.toml --edits copies", "--parameters"),
        ("bench generate --words 20", "--edits"),
        ("bench generate --parameters none.toml", "none.toml"),
    ] {
        let said = canvass(folder, arguments.split(' '));
        assert!(said.code == 2 && said.stderr.contains(expected), "{arguments}: {}", said.stderr);
    }
}

#[test]
fn a_scale_bench_tells_stages_threads_and_growth() {
    let home = home();
    let folder = home.path();
    fs::write(folder.join("quick.toml"), "[themes]\nresamples = 0\n").unwrap();
    let json = done(
        folder,
        "--quiet bench scale --sizes 60,120 --thread-counts 1,2 --config quick.toml --folder . --plot plot.svg --format json",
    );
    let told: Value = serde_json::from_str(&json).unwrap();
    let rows = told["rows"].as_array().unwrap();
    for stage in ["intake", "ledger", "languages", "duplicates", "text", "themes", "findings", "report", "all"] {
        let own: Vec<&Value> = rows.iter().filter(|row| row["stage"] == stage).collect();
        assert_eq!(own.len(), 4, "{stage}");
        assert!(own.iter().all(|row| row["wall_seconds"]["median"].as_f64().unwrap() > 0.0), "{stage}");
    }
    let sum: f64 = rows[..8].iter().map(|row| row["wall_seconds"]["median"].as_f64().unwrap()).sum();
    assert!(sum <= rows[8]["wall_seconds"]["median"].as_f64().unwrap());
    assert!(
        told["machine"]["cores"].as_u64().unwrap() > 0 && told["seed"] == 1 && told["failures"] == Value::Array(vec![])
    );
    if cfg!(target_os = "linux") {
        assert!(rows[8]["peak_mib"]["median"].as_f64().unwrap() > 5.0 && rows[8]["cpu_seconds"].is_object());
    }
    let svg = fs::read_to_string(folder.join("plot.svg")).unwrap();
    assert!(svg.starts_with("<svg") && svg.contains("all, 2 threads"), "{svg}");
    // What it worked with is gone.
    let mut left: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    left.sort();
    assert_eq!(left, ["plot.svg", "quick.toml"]);
}

#[test]
fn a_scale_bench_says_which_runs_failed() {
    let home = home();
    // Settings that can be read but not used: the runs fail, the bench tells of each.
    fs::write(home.path().join("bad.toml"), "[input]\ntext_column = \"no such column\"\nlayout = \"long\"\n").unwrap();
    let said = canvass(home.path(), "bench scale --sizes 20 --config bad.toml --format csv".split(' '));
    assert_eq!((said.code, said.stdout.lines().count()), (1, 1), "{}", said.stderr);
    assert!(said.stderr.contains("20 responses, 1 threads: "), "{}", said.stderr);
    for (arguments, expected) in [
        ("bench scale --sizes 10x", "such as 5000, 10k or 1M"),
        ("bench scale --sizes 10 --config none.toml", "none.toml"),
        ("bench scale --thread-counts 0", "--thread-counts"),
    ] {
        let said = canvass(home.path(), arguments.split(' '));
        assert!(said.code == 2 && said.stderr.contains(expected), "{arguments}: {}", said.stderr);
    }
}

#[test]
fn algorithms_are_compared_by_quality_and_cost() {
    let home = home();
    let folder = home.path();
    let town = repository("data/labelled/town.jsonl").display().to_string();
    let names = "spherical,linfa-kmeans,nmf";
    let csv_text = done(
        folder,
        &format!("--quiet bench compare {town} --algorithms {names} --repeats 2 --format csv --plot plot.svg"),
    );
    fs::write(folder.join("table.csv"), &csv_text).unwrap();
    let told = rows(&folder.join("table.csv"));
    let algorithms: Vec<&str> = told.iter().map(|row| row["algorithm"].as_str()).collect();
    assert_eq!(algorithms.join(","), names);
    let quality: Value = serde_json::from_str(&done(
        folder,
        &format!("--quiet bench quality {town} --algorithm nmf --seeds 2 --format json"),
    ))
    .unwrap();
    let [first, second] = [0, 1].map(|seed| quality["sets"][0]["nmi"]["by_seed"][seed].as_f64().unwrap());
    let [least, greatest] = ["nmi_least", "nmi_greatest"].map(|name| told[2][name].parse::<f64>().unwrap());
    assert!((least - first.min(second)).abs() < 1e-3 && (greatest - first.max(second)).abs() < 1e-3);
    assert!(told.iter().all(|row| row["wall_s"].parse::<f64>().unwrap() > 0.0 && row["runs"] == "2"));
    assert_eq!(fs::read_to_string(folder.join("plot.svg")).unwrap().matches("<circle").count(), 3);
    let said = canvass(folder, ["bench", "compare", "none.jsonl"]);
    assert_eq!(said.code, 2, "{}", said.stderr);
}
