//! The same input and settings give the same bytes.

use crate::support::{FERRY, Outputs, Run, repository, sample};
use std::fs;
use std::path::Path;

#[test]
fn the_outputs_are_the_same_at_one_two_and_eight_threads() {
    let [one, two, eight] = [1, 2, 8].map(|n| Run::sample().threads(n).done().outputs());
    one.assert_same(&two, "1 and 2 threads");
    one.assert_same(&eight, "1 and 8 threads");
}

#[test]
fn the_outputs_are_the_same_in_two_runs() {
    sample().assert_same(&Run::sample().done().outputs(), "two runs");
}

#[test]
fn the_outputs_are_the_same_from_two_working_folders() {
    let run_in = |inputs: &Path, work: &Path| -> Outputs {
        fs::create_dir_all(inputs).unwrap();
        for name in ["consultation.xlsx", "reference.md"] {
            fs::copy(repository("data/sample").join(name), inputs.join(name)).unwrap();
        }
        let run = Run::new().file(inputs.join("consultation.xlsx")).reference(inputs.join("reference.md"));
        run.in_folder(work).done().outputs()
    };
    let (one, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let beside = run_in(one.path(), one.path());
    let below = run_in(&other.path().join("deep/down"), other.path());
    beside.assert_same(&below, "two working folders");
    for name in beside.names() {
        for folder in [one.path(), other.path()] {
            assert!(
                !beside.everything(name).contains(folder.to_str().unwrap()),
                "{name} names a folder of this computer"
            );
        }
    }
}

#[test]
fn the_outputs_do_not_depend_on_quiet_or_the_log_format() {
    let plain = Run::new().csv(FERRY).done().outputs();
    for arguments in
        [vec!["--quiet"], vec!["--log-format", "json"], vec!["--quiet", "--log-format", "json", "--threads", "3"]]
    {
        let other = Run::new().csv(FERRY).args(arguments.iter().copied()).done().outputs();
        plain.assert_same(&other, &arguments.join(" "));
    }
}

#[test]
fn the_outputs_do_not_depend_on_the_name_of_the_run_folder() {
    let plain = Run::new().csv(FERRY).done().outputs();
    let ran = Run::new().csv(FERRY).args(["--out", "below/another name"]).done();
    plain.assert_same(&Outputs::read(&ran.folder.join("below/another name")), "two run folders");
}

#[test]
fn the_settings_of_a_run_folder_give_the_run_again() {
    let first = Run::sample().done();
    let again = Run::sample().config(first.out.join("canvass.toml")).done();
    first.outputs().assert_same(&again.outputs(), "run again with its own settings");
}

#[test]
fn the_settings_of_a_long_run_give_the_run_again() {
    let answers =
        "question,answer,text\nQ1,1,The evening ferry runs too early\nQ1,2,An evening ferry\nQ2,1,Cheaper tickets\n";
    let wording = "question,text\nQ1,What should change?\nQ2,\"And else, dear guest?\"\n";
    let first = Run::new().csv(answers).long().holding("w.csv", wording).args(["--questions", "w.csv"]).done();
    let again = Run::new().csv(answers).config(first.out.join("canvass.toml")).done();
    let same = ["canvass.toml", "coding.csv", "duplicates.csv", "ledger.csv", "responses.jsonl"];
    for name in same {
        // The wording is in the settings now: the file with it is no longer an input.
        assert_eq!(first.outputs().text(name), again.outputs().text(name), "{name}");
    }
    assert_eq!(first.outputs().findings()["questions"], again.outputs().findings()["questions"]);
}

#[test]
fn the_settings_state_everything_the_run_worked_out() {
    let settings = sample().settings();
    for section in ["input", "ledger", "text", "themes", "duplicates", "findings", "reference", "question"] {
        assert!(settings.contains_key(section), "no [{section}] in {settings}");
    }
    assert_eq!(settings["input"]["layout"].as_str(), Some("wide"));
    assert_eq!(settings["input"]["sheet"].as_str(), Some("Sheet1"));
    for name in ["out", "threads", "quiet", "log_format"] {
        assert!(!sample().text("canvass.toml").contains(&format!("\n{name} =")), "{name} is no setting");
    }
}

#[test]
fn the_seed_is_recorded() {
    let default = Run::new().csv(FERRY).done().outputs();
    let seven = Run::new().csv(FERRY).args(["--seed", "7"]).done().outputs();
    for (outputs, seed) in [(&default, 1), (&seven, 7)] {
        assert_eq!(outputs.settings()["seed"].as_integer(), Some(seed));
        assert_eq!(outputs.json("manifest.json")["seed"], seed);
        assert_eq!(outputs.findings()["run"]["seed"], seed);
    }
    assert_ne!(default.json("manifest.json")["settings_blake3"], seven.json("manifest.json")["settings_blake3"]);
}

#[test]
fn the_command_line_goes_before_the_configuration() {
    let outputs = Run::new().csv(FERRY).settings("seed = 3\n").args(["--seed", "8"]).done().outputs();
    assert_eq!(outputs.settings()["seed"].as_integer(), Some(8));
}
