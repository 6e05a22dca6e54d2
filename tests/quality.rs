//! `canvass bench quality`: clusters against the labels that people gave.

use crate::support::{Said, canvass, list, repository, shared, text};
use insta::assert_snapshot;
use serde_json::Value;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

/// A bench in the making: `Bench::new().set("set.jsonl", "...").arg("--k").arg("3").done()`.
struct Bench {
    home: TempDir,
    arguments: Vec<OsString>,
}

impl Bench {
    fn new() -> Self {
        Self { home: tempfile::tempdir().unwrap(), arguments: ["bench", "quality"].map(OsString::from).into() }
    }

    /// The set of 60 answers about a town.
    fn town() -> Self {
        Self::new().arg(town())
    }

    /// A file in the bench's own folder.
    fn set(self, name: &str, bytes: impl AsRef<[u8]>) -> Self {
        let path = self.home.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
        self.arg(name)
    }

    fn arg(mut self, argument: impl Into<OsString>) -> Self {
        self.arguments.push(argument.into());
        self
    }

    fn args<'a>(self, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        arguments.into_iter().fold(self, Self::arg)
    }

    fn said(&self) -> Said {
        canvass(self.home.path(), &self.arguments)
    }

    /// Runs, and is expected to succeed.
    #[track_caller]
    fn done(&self) -> Said {
        let said = self.said();
        assert_eq!(said.code, 0, "{}", said.stderr);
        said
    }

    /// Runs, and is expected to succeed; what it says as JSON.
    #[track_caller]
    fn json(&self) -> Value {
        let arguments = self.arguments.iter().cloned().chain(["--format", "json"].map(OsString::from));
        let said = canvass(self.home.path(), arguments);
        assert_eq!(said.code, 0, "{}", said.stderr);
        serde_json::from_str(&said.stdout).unwrap()
    }

    /// What is said of input that cannot be used. Nothing but the error is said, and nothing is written.
    #[track_caller]
    fn refused(self) -> String {
        let files = files(self.home.path());
        let bench = self.args(["--quiet"]);
        let said = bench.said();
        assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{}", said.stderr);
        assert_eq!(files, self::files(bench.home.path()));
        said.stderr
    }
}

fn town() -> PathBuf {
    repository("data/labelled/town.jsonl")
}

fn files(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = entries.collect();
    names.sort_unstable();
    names
}

/// A line of a labelled set.
fn line(id: u32, text: &str, label: &str) -> String {
    format!("{}\n", serde_json::json!({"id": id, "text": text, "label": label}))
}

/// The mean of a figure.
#[track_caller]
fn mean(scores: &Value, figure: &str) -> f64 {
    scores[figure]["mean"].as_f64().unwrap_or_else(|| panic!("no {figure} in {scores}"))
}

/// The columns of a table of clusters.
fn clusters(path: &Path) -> (Vec<String>, Vec<u32>) {
    let rows = csv::Reader::from_path(path).unwrap().into_deserialize::<(String, u32)>().map(|row| row.unwrap());
    rows.unzip()
}

#[test]
fn subjects_of_their_own_words_are_found_again() {
    let told = Bench::town().arg(repository("data/labelled/ville.jsonl")).json();
    let sets = list(&told, "sets");
    assert_eq!((text(&sets[0], "set"), text(&sets[1], "set")), ("town", "ville"));
    assert_eq!((text(&sets[0], "language"), text(&sets[1], "language")), ("en", "fr"));
    assert_eq!((sets[0]["n_texts"].as_u64(), sets[0]["n_labels"].as_u64()), (Some(60), Some(3)));
    assert_eq!(sets[0]["n_clusters"], serde_json::json!([3, 3, 3]));
    assert!(mean(&sets[0], "nmi") > 0.3 && mean(&sets[0], "ari") > 0.25, "{told}");
    assert!(mean(&sets[0], "accuracy") > 0.6, "{told}");
    for figure in ["nmi", "ari", "accuracy"] {
        let of_sets = f64::midpoint(mean(&sets[0], figure), mean(&sets[1], figure));
        assert!((mean(&told["mean"], figure) - of_sets).abs() < 1e-12, "{figure}: {told}");
    }
    assert!(told["mean"].get("log2_k").is_none(), "{told}");
}

#[test]
fn the_thread_count_changes_nothing_and_the_seeds_follow_the_first() {
    let told = |arguments: &[&str]| Bench::town().args(arguments.iter().copied()).json();
    let one = told(&["--threads", "1"]);
    assert_eq!(one, told(&["--threads", "3"]));
    assert_eq!(one["seeds"], serde_json::json!([1, 2, 3]));
    let later = told(&["--seed", "2"]);
    assert_eq!(later["seeds"], serde_json::json!([2, 3, 4]));
    let by_seed = |told: &Value| -> Vec<Value> { list(&told["mean"]["nmi"], "by_seed").to_vec() };
    assert_eq!(by_seed(&one)[1..], by_seed(&later)[..2]);
}

#[test]
fn the_number_of_clusters_may_be_given_or_left_to_the_texts() {
    let told = Bench::town().args(["--k", "5"]).json();
    assert_eq!((text(&told, "k"), &told["sets"][0]["n_clusters"]), ("5", &serde_json::json!([5, 5, 5])));
    let told = Bench::town().args(["--k", "auto"]).json();
    assert_eq!(text(&told, "k"), "auto");
    let found = list(&told["sets"][0], "n_clusters").iter().map(|n| n.as_u64().unwrap() as u32);
    let found: Vec<f64> = found.map(|n| canvass_analysis::octaves(n, 3)).collect();
    let off = mean(&told["sets"][0], "log2_k");
    assert!((off - found.iter().sum::<f64>() / 3.0).abs() < 1e-12, "{told}");
    assert!((off - mean(&told["mean"], "log2_k")).abs() < 1e-12, "{told}");
}

#[test]
fn people_get_a_table_and_spreadsheets_get_one() {
    let bench = || Bench::town().arg(repository("data/labelled/ville.jsonl"));
    let said = bench().done();
    assert_eq!(said.stderr, "", "progress is for terminals");
    let lines: Vec<&str> = said.stdout.lines().collect();
    assert_eq!(lines[0], "consensus, as many clusters as labels; mean (spread) over the seeds 1, 2, 3");
    let first_words: Vec<&str> = lines[2..].iter().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(first_words, ["set", "town", "ville", "mean"]);
    let said = bench().args(["--format", "csv"]).done();
    let mut reader = csv::Reader::from_reader(said.stdout.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(|row| row.unwrap()).collect();
    let cells: Vec<(&str, &str)> = rows.iter().map(|row| (&row[0], &row[3])).collect();
    assert_eq!(cells, [("town", "3"), ("ville", "3"), ("mean", "")]);
}

#[test]
fn the_clusters_of_the_first_seed_are_those_that_were_scored() {
    let bench = Bench::town().args(["--assignments", "clusters"]);
    let told = bench.json();
    let folder = bench.home.path().join("clusters");
    let (ids, found) = clusters(&folder.join("town.csv"));
    assert_eq!(files(&folder), ["town.csv"]);
    assert_eq!(ids, (1..=60).map(|id| id.to_string()).collect::<Vec<_>>());
    // The subjects take turns.
    let labels: Vec<u32> = (0..60).map(|text| text % 3).collect();
    let agreement = canvass_analysis::agreement(&labels, &found);
    for (figure, found) in [("nmi", agreement.nmi), ("ari", agreement.ari), ("accuracy", agreement.accuracy)] {
        assert_eq!(told["sets"][0][figure]["by_seed"][0].as_f64(), Some(found), "{figure}");
    }
    // Once more, over what is there.
    bench.done();
}

#[test]
fn texts_that_are_left_out_count_as_one_further_cluster() {
    let bench = Bench::town().args(["--algorithm", "linfa-dbscan", "--k", "auto", "--assignments", "clusters"]);
    let told = bench.json();
    let set = &told["sets"][0];
    let (n_clusters, n_left_out) = (set["n_clusters"][0].as_u64().unwrap(), set["n_left_out"][0].as_u64().unwrap());
    let (_, found) = clusters(&bench.home.path().join("clusters/town.csv"));
    assert_eq!(found.iter().filter(|cluster| u64::from(**cluster) == n_clusters).count() as u64, n_left_out);
    assert!(found.iter().all(|cluster| u64::from(*cluster) <= n_clusters));
}

#[test]
fn one_label_for_all_texts_is_no_fault() {
    let set: String = (1..=20).map(|id| line(id, "The evening ferry is late", "ferry")).collect();
    let said = Bench::new().set("ferry.jsonl", set).done();
    assert!(said.stdout.contains("ferry     20       1         1  1.0000 (0.0000)"), "{}", said.stdout);
    assert!(said.stdout.contains("ferry: all texts have one label"), "{}", said.stdout);
}

#[test]
fn real_patient_feedback_is_clustered_better_than_by_chance() {
    let Some(set) = shared("eval/labelled/nhs_fft_v6.jsonl") else { return };
    let told = Bench::new().arg(set).json();
    let set = &told["sets"][0];
    assert_eq!((set["n_texts"].as_u64(), set["n_labels"].as_u64()), (Some(3967), Some(21)));
    assert!(mean(set, "nmi") > 0.25 && mean(set, "ari") > 0.12, "{told}");
}

#[test]
fn the_json_log_tells_the_stages() {
    let said = Bench::town().args(["--log-format", "json"]).done();
    let ends = said.stderr.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let ends: Vec<Value> = ends.filter(|event| event["event"] == "end").collect();
    let stages: Vec<(&str, Option<u64>)> = ends.iter().map(|end| (text(end, "stage"), end["total"].as_u64())).collect();
    assert_eq!(stages, [("labelled", Some(60)), ("clusters", Some(3))]);
}

#[test]
fn a_missing_file() {
    assert_snapshot!(Bench::new().arg("folder/coded.jsonl").refused());
}

#[test]
fn an_empty_file() {
    assert_snapshot!(Bench::new().set("coded.jsonl", "").refused());
}

#[test]
fn a_file_of_blank_lines() {
    assert_snapshot!(Bench::new().set("coded.jsonl", "\n \n").refused());
}

#[test]
fn a_spreadsheet() {
    assert_snapshot!(Bench::new().set("coded.csv", "id,text,label\n1,Late,ferry\n").refused());
}

#[test]
fn a_list_in_one_piece() {
    assert_snapshot!(Bench::new().set("coded.json", r#"[{"id": 1, "text": "Late", "label": "ferry"}]"#).refused());
}

#[test]
fn a_line_without_a_label() {
    let set = line(1, "Late", "ferry") + "\n{\"id\": 2, \"text\": \"Dear\", \"theme\": \"fares\"}\n";
    assert_snapshot!(Bench::new().set("coded.jsonl", set).refused());
}

#[test]
fn a_blank_label() {
    assert_snapshot!(Bench::new().set("coded.jsonl", line(1, "Late", "")).refused());
}

#[test]
fn a_nested_text() {
    let set = r#"{"id": 1, "text": {"en": "Late"}, "label": "ferry"}"#;
    assert_snapshot!(Bench::new().set("coded.jsonl", set).refused());
}

#[test]
fn two_texts_of_one_id() {
    let set = line(1, "Late", "ferry") + &line(2, "Dear", "fares") + &line(1, "Dear", "fares");
    assert_snapshot!(Bench::new().set("coded.jsonl", set).refused());
}

#[test]
fn latin_1() {
    assert_snapshot!(
        Bench::new().set("coded.jsonl", b"{\"id\": 1, \"text\": \"Caf\xe9\", \"label\": \"x\"}").refused()
    );
}

#[test]
fn more_clusters_than_texts() {
    let set = line(1, "Late", "ferry") + &line(2, "Dear", "fares");
    assert_snapshot!(Bench::new().set("coded.jsonl", set).args(["--k", "3"]).refused());
}

#[test]
fn the_same_file_twice() {
    let set = line(1, "Late", "ferry");
    assert_snapshot!(Bench::new().set("coded.jsonl", &set).set("copy.jsonl", &set).refused());
}

#[test]
fn two_sets_whose_clusters_would_go_to_one_file() {
    let bench = Bench::new().set("a/coded.jsonl", line(1, "Late", "ferry")).set("b/coded.jsonl", line(1, "Dear", "x"));
    assert_snapshot!(bench.args(["--assignments", "clusters"]).refused());
}

#[test]
fn a_table_of_something_else_where_clusters_would_go() {
    let bench = Bench::new().set("coded.jsonl", line(1, "Late", "ferry")).args(["--assignments", "."]);
    fs::write(bench.home.path().join("coded.csv"), "id,theme\n").unwrap();
    assert_snapshot!(bench.refused());
}

#[test]
fn an_unknown_algorithm() {
    assert_snapshot!(Bench::town().args(["--algorithm", "magic"]).refused().replace(town().to_str().unwrap(), "FILE"));
}

#[test]
fn a_number_of_clusters_that_is_none() {
    for k in ["0", "-1", "many", "1.5"] {
        let told = Bench::town().arg(format!("--k={k}")).refused();
        assert!(told.contains("must be true") && told.contains("--k"), "{told}");
    }
}
