//! A run folder is written whole or not at all, and nothing of the user's is lost.

use crate::support::{FERRY, NAMES, Outputs, Run, sample};
use std::fs;
use std::path::Path;

/// What lies in a folder, hidden files among them.
fn entries(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn a_run_folder_holds_exactly_the_files_with_stable_names() {
    assert_eq!(sample().names(), NAMES);
}

#[test]
fn the_tables_have_stable_columns() {
    let header = |name: &str| sample().text(name).lines().next().unwrap().to_owned();
    assert_eq!(
        header("coding.csv"),
        "question,response_id,respondent_id,theme_id,theme_label,strength,points,coded_by"
    );
    assert_eq!(header("duplicate_pairs.csv"), "question,response_a,response_b,kind,similarity,containment,spans");
    assert_eq!(
        header("duplicates.csv"),
        "question,group_id,kind,response_id,respondent_id,similarity,representative,additions,added_text"
    );
    assert_eq!(header("ledger.csv"), "question,response_id,respondent_id,file,sheet,row,column,state,reason");
}

#[test]
fn the_manifest_names_every_other_output_and_every_input() {
    let manifest = sample().json("manifest.json");
    let names = |key: &str| -> Vec<String> {
        manifest[key].as_array().unwrap().iter().map(|file| file["file"].as_str().unwrap().to_owned()).collect()
    };
    let mut outputs = names("outputs");
    outputs.sort();
    assert_eq!(outputs, NAMES.into_iter().filter(|name| *name != "manifest.json").collect::<Vec<_>>());
    assert_eq!(names("inputs"), ["consultation.xlsx", "reference.md"]);
    for output in manifest["outputs"].as_array().unwrap() {
        let bytes = sample().bytes(output["file"].as_str().unwrap());
        assert_eq!(output["size"], bytes.len(), "{output}");
    }
    assert!(!manifest["resources"].as_array().unwrap().is_empty());
}

#[test]
fn an_existing_run_folder_is_refused_without_force() {
    let first = Run::new().csv(FERRY).done();
    let before = first.outputs();
    let refused = first.canvass(&["run", "answers.csv", "--out", "out", "--seed", "9"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("the output folder out exists"), "{}", refused.stderr);
    assert!(refused.stderr.contains("--force"), "{}", refused.stderr);
    before.assert_same(&first.outputs(), "a refused run");
}

#[test]
fn an_existing_run_folder_is_replaced_with_force() {
    let first = Run::new().csv(FERRY).done();
    let replaced = first.canvass(&["run", "answers.csv", "--out", "out", "--seed", "9", "--force"]);
    assert_eq!(replaced.code, 0, "{}", replaced.stderr);
    assert_eq!(first.outputs().settings()["seed"].as_integer(), Some(9));
    assert_eq!(entries(&first.folder), ["answers.csv", "out"], "nothing is left beside the run folder");
}

#[test]
fn a_failed_run_leaves_the_old_run_folder_byte_for_byte() {
    let first = Run::new().csv(FERRY).holding("one.csv", "id,comment\n1,Only me\n").done();
    let before = first.outputs();
    for arguments in [vec!["missing.csv"], vec!["one.csv"], vec!["answers.csv", "--reference", "missing.md"]] {
        let mut all = vec!["run", "--out", "out", "--force"];
        all.extend(&arguments);
        assert_eq!(first.canvass(&all).code, 2, "{arguments:?}");
        before.assert_same(&first.outputs(), &arguments.join(" "));
    }
    assert_eq!(entries(&first.folder), ["answers.csv", "one.csv", "out"], "nothing is left beside the run folder");
}

#[test]
fn a_failed_run_writes_no_folder() {
    let failed = Run::new().answers("one.csv", "id,comment\n1,Only me\n").output();
    assert_eq!(failed.said.code, 2);
    assert_eq!(entries(&failed.folder), ["one.csv"]);
}

#[test]
fn a_run_folder_with_a_file_of_the_user_is_not_replaced() {
    let first = Run::new().csv(FERRY).done();
    fs::write(first.out.join("notes.txt"), "mine").unwrap();
    let before = first.outputs();
    let refused = first.canvass(&["run", "answers.csv", "--out", "out", "--force"]);
    assert_eq!(refused.code, 2);
    assert!(refused.stderr.contains("notes.txt"), "{}", refused.stderr);
    before.assert_same(&first.outputs(), "a refused run");
}

#[test]
fn a_folder_that_is_no_run_folder_is_not_replaced() {
    let work = tempfile::tempdir().unwrap();
    fs::create_dir(work.path().join("out")).unwrap();
    fs::write(work.path().join("out/findings.json"), "{}").unwrap();
    let refused = Run::new().holding("f.csv", FERRY).csv(FERRY).arg("--force");
    let refused = refused.arg("--out").arg(work.path().join("out")).output();
    assert_eq!(refused.said.code, 2, "a name of ours without a manifest is a file of the user");
    assert_eq!(fs::read(work.path().join("out/findings.json")).unwrap(), b"{}");
}

#[test]
fn an_empty_folder_is_written_to() {
    let work = tempfile::tempdir().unwrap();
    fs::create_dir(work.path().join("out")).unwrap();
    fs::write(work.path().join("answers.csv"), FERRY).unwrap();
    let ran = Run::new().file("answers.csv").in_folder(work.path()).done();
    assert_eq!(ran.outputs().names(), NAMES);
    assert_eq!(entries(work.path()), ["answers.csv", "out"]);
}

#[test]
fn missing_folders_above_the_run_folder_are_made() {
    let ran = Run::new().csv(FERRY).args(["--out", "a/b/c"]).done();
    assert_eq!(Outputs::read(&ran.folder.join("a/b/c")).names(), NAMES);
    assert_eq!(entries(&ran.folder.join("a/b")), ["c"]);
}

#[test]
fn a_run_folder_may_be_named_with_a_slash_behind_it() {
    let ran = Run::new().csv(FERRY).args(["--out", "out/"]).done();
    assert_eq!(ran.outputs().names(), NAMES);
    assert_eq!(entries(&ran.folder), ["answers.csv", "out"]);
}

#[test]
fn without_out_the_run_folder_is_canvass_run() {
    let ran = Run::new().csv(FERRY).done();
    assert_eq!(ran.canvass(&["run", "answers.csv"]).code, 0);
    assert_eq!(Outputs::read(&ran.folder.join("canvass-run")).names(), NAMES);
}
