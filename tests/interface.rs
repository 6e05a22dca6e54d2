//! The command line: help, exit codes, and what is said where.

use crate::support::{FERRY, Run, canvass, list};
use serde_json::Value;
use std::path::Path;

fn help(arguments: &[&str]) -> String {
    let said = canvass(Path::new("."), arguments);
    assert_eq!(said.code, 0, "{}", said.stderr);
    said.stdout
}

#[test]
fn help_lists_the_commands() {
    let told = help(&["--help"]);
    for command in ["run", "verify", "explain", "bench"] {
        assert!(
            told.lines().any(|line| line.trim_start().starts_with(&format!("{command} "))),
            "no {command} in:\n{told}"
        );
    }
}

#[test]
fn help_on_run_lists_every_option() {
    let told = help(&["run", "--help"]);
    for option in [
        "--config",
        "--out",
        "--force",
        "--threads",
        "--seed",
        "--quiet",
        "--log-format",
        "--layout",
        "--question-column",
        "--id-column",
        "--text-column",
        "--respondent-column",
        "--questions",
        "--reference",
        "--formats",
        "--report-language",
    ] {
        assert!(
            told.contains(&format!("{option} ")) || told.contains(&format!("{option}\n")),
            "no {option} in:\n{told}"
        );
    }
}

#[test]
fn help_on_a_bench_lists_its_options_and_the_names_of_the_algorithms() {
    assert!(help(&["bench", "--help"]).contains("  quality "));
    let told = help(&["bench", "quality", "--help"]);
    for option in ["--k <true|auto|N>", "--algorithm", "--seed", "--assignments", "--format", "consensus, smoothed, "] {
        assert!(told.contains(option), "no {option} in:\n{told}");
    }
}

#[test]
fn the_version_is_that_of_the_manifest() {
    let manifest = Run::new().csv(FERRY).done().outputs().json("manifest.json");
    assert_eq!(help(&["--version"]).trim(), format!("canvass {}", manifest["version"].as_str().unwrap()));
}

#[test]
fn without_a_command_the_usage_is_told() {
    let said = canvass(Path::new("."), [""; 0]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("Usage: canvass"), "{}", said.stderr);
}

#[test]
fn zero_threads_are_refused() {
    let said = Run::new().csv(FERRY).threads(0).output().said;
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("--threads"), "{}", said.stderr);
}

#[test]
fn quiet_prints_nothing_on_success() {
    let said = Run::new().csv(FERRY).arg("--quiet").done().said;
    assert_eq!((said.stdout.as_str(), said.stderr.as_str()), ("", ""));
}

#[test]
fn quiet_prints_errors() {
    let said = Run::new().file("missing.csv").arg("--quiet").output().said;
    assert!(said.stderr.contains("there is no file missing.csv"), "{}", said.stderr);
}

#[test]
fn options_may_stand_before_or_behind_the_command() {
    let ran = Run::new().csv(FERRY).done();
    let said = ran.canvass(&["--quiet", "run", "answers.csv", "--out", "other"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""));
}

/// The lines of standard error as events.
#[track_caller]
fn events(stderr: &str) -> Vec<Value> {
    let event =
        |line: &str| -> Value { serde_json::from_str(line).unwrap_or_else(|error| panic!("{error} in {line:?}")) };
    let events: Vec<Value> = stderr.lines().map(event).collect();
    assert!(events.iter().all(|event| event["event"].is_string()), "{stderr}");
    events
}

#[test]
fn the_json_log_is_an_event_a_line() {
    let said = Run::new().csv(FERRY).args(["--log-format", "json"]).done().said;
    let events = events(&said.stderr);
    let of = |kind: &str| -> Vec<Value> { events.iter().filter(|event| event["event"] == kind).cloned().collect() };
    let stages = |kind: &str| -> Vec<String> { of(kind).iter().map(|event| event["stage"].to_string()).collect() };
    assert_eq!(stages("begin"), stages("end"), "every stage that begins ends");
    for stage in ["intake", "ledger", "text", "duplicates", "themes", "findings", "report"] {
        assert!(stages("end").contains(&format!("{stage:?}")), "no stage {stage} in {:?}", stages("end"));
    }
    assert!(
        of("note").iter().any(|note| note["message"].as_str().unwrap().contains("open question")),
        "{}",
        said.stderr
    );
    let done = of("done");
    assert_eq!((done.len(), done[0]["questions"].as_u64()), (1, Some(1)));
    assert!(done[0]["report"].as_str().unwrap().ends_with("report.html"));
}

#[test]
fn an_error_in_the_json_log_has_its_way_out() {
    let said = Run::new().file("missing.csv").args(["--log-format", "json"]).output().said;
    let events = events(&said.stderr);
    let error = events.iter().find(|event| event["event"] == "error").unwrap();
    assert!(error["message"].as_str().unwrap().contains("missing.csv"), "{error}");
    assert!(error["hint"].as_str().is_some_and(|hint| !hint.is_empty()), "{error}");
}

#[test]
fn progress_is_plain_lines_where_there_is_no_terminal() {
    let said = Run::new().csv(FERRY).done().said;
    assert!(!said.stderr.chars().any(|c| c.is_control() && c != '\n'), "{:?}", said.stderr);
    for line in
        ["    intake  8 responses", "    ledger  8 responses", "      text  6 responses", "  findings  1 question"]
    {
        assert!(said.stderr.lines().any(|found| found == line), "no {line:?} in:\n{}", said.stderr);
    }
}

#[test]
fn a_run_says_what_it_decided_and_why() {
    let said = Run::new().csv(FERRY).done().said;
    for decision in
        ["layout: wide", "id: the id of the response (", "What should the ferry change?: an open question ("]
    {
        assert!(said.stderr.contains(decision), "no {decision:?} in:\n{}", said.stderr);
    }
}

#[test]
fn a_run_says_its_findings_and_where_the_report_is() {
    let ran = Run::new().csv(FERRY).done();
    let question = ran.outputs().question("q1");
    assert!(ran.said.stdout.contains("base 6 respondents"), "{}", ran.said.stdout);
    for finding in list(&question, "findings") {
        let line = format!("{}. {}: {}", finding["rank"], finding["label"].as_str().unwrap(), finding["n_respondents"]);
        assert!(ran.said.stdout.contains(&line), "no {line:?} in:\n{}", ran.said.stdout);
    }
    let report = ran.said.stdout.lines().find_map(|line| line.strip_prefix("report: ")).unwrap();
    assert!(ran.folder.join(report).is_file(), "{report}");
}
