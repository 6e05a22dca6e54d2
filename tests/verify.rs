//! A run folder is what its manifest says, and its inputs give it again.

use crate::support::{FERRY, NAMES, Ran, Run, Said, canvass, repository};
use std::fs;
use std::path::Path;

/// A run of a small consultation with a reference text, and its inputs beside the run folder.
fn ferry() -> Ran {
    Run::new().csv(FERRY).holding("form.md", "The ferry is the road of the island.\n").reference("form.md").done()
}

#[track_caller]
fn assert_differs(said: &Said, names: &str, what: &str) {
    assert_eq!(said.code, 1, "{}{}", said.stdout, said.stderr);
    let line = said.stdout.lines().find(|line| line.starts_with("DIFFERS") && line.contains(&format!("{names}:")));
    let line = line.unwrap_or_else(|| panic!("no line about {names} in:\n{}", said.stdout));
    assert!(line.contains(what), "{line}");
    assert!(said.stdout.contains("NOT verified"), "{}", said.stdout);
}

/// Changes one byte near the end of a file, keeping its size.
fn change_a_byte(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let at = bytes.iter().rposition(u8::is_ascii_alphanumeric).unwrap();
    bytes[at] = if bytes[at] == b'x' { b'y' } else { b'x' };
    fs::write(path, bytes).unwrap();
}

/// The BLAKE3 of some bytes, as a manifest gives it for an input.
fn blake3(bytes: &[u8]) -> String {
    let ran = Run::new().csv(FERRY).holding("bytes.txt", bytes).reference("bytes.txt").done();
    let manifest = ran.outputs().json("manifest.json");
    manifest["inputs"][1]["blake3"].as_str().unwrap().to_owned()
}

#[test]
fn a_fresh_run_folder_is_verified_with_and_without_its_inputs() {
    let ran = ferry();
    let outputs_only = ran.canvass(&["verify", "out"]);
    assert_eq!(outputs_only.code, 0, "{}", outputs_only.stdout);
    assert!(outputs_only.stdout.contains("the outputs are as the manifest says"), "{}", outputs_only.stdout);
    let again = ran.canvass(&["verify", "out", "answers.csv", "form.md"]);
    assert_eq!(again.code, 0, "{}", again.stdout);
    assert!(again.stdout.contains("the inputs, run again, give the same bytes"), "{}", again.stdout);
    for name in NAMES {
        assert!(again.stdout.contains(&format!("{name}: the same bytes when run again")), "{name}:\n{}", again.stdout);
    }
}

#[test]
fn the_sample_is_verified_from_another_working_folder() {
    let ran = Run::sample().done();
    let elsewhere = tempfile::tempdir().unwrap();
    let workbook = repository("data/sample/consultation.xlsx");
    let said = canvass(elsewhere.path(), ["verify".as_ref(), ran.out.as_os_str(), workbook.as_os_str()]);
    assert_eq!(said.code, 0, "{}", said.stdout);
    assert!(said.stdout.contains("reference.md: the input the run was made from, found beside"), "{}", said.stdout);
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0, "a verification writes nothing");
}

#[test]
fn a_run_with_a_questions_file_is_verified() {
    let answers = "question,answer,text\nQ1,1,An evening ferry\nQ1,2,The evening ferry\n";
    let run = Run::new().csv(answers).long().holding("w.csv", "question,text\nQ1,What should change?\n");
    let ran = run.args(["--questions", "w.csv"]).done();
    let said = ran.canvass(&["verify", "out", "w.csv", "answers.csv"]);
    assert_eq!(said.code, 0, "{}", said.stdout);
}

#[test]
fn a_changed_byte_is_found_in_every_output() {
    let ran = ferry();
    for name in NAMES.into_iter().filter(|name| *name != "manifest.json") {
        let path = ran.out.join(name);
        let before = fs::read(&path).unwrap();
        change_a_byte(&path);
        assert_differs(&ran.canvass(&["verify", "out"]), name, "another BLAKE3");
        fs::write(&path, [&before[..], b"\n"].concat()).unwrap();
        assert_differs(&ran.canvass(&["verify", "out"]), name, "the manifest says");
        fs::write(&path, before).unwrap();
    }
    assert_eq!(ran.canvass(&["verify", "out"]).code, 0, "all as before");
}

#[test]
fn a_changed_manifest_is_found_when_the_run_is_repeated() {
    let ran = ferry();
    let path = ran.out.join("manifest.json");
    let before = fs::read_to_string(&path).unwrap();
    let forged = before.replace("\"seed\": 1", "\"seed\": 2");
    assert_ne!(before, forged);
    fs::write(&path, forged).unwrap();
    assert_differs(&ran.canvass(&["verify", "out"]), "manifest.json", "gives another seed than canvass.toml");
    // A resource's hash is checked by nothing but the second run.
    let forged = before.replacen("\"name\": \"en/tokenizer.json\"", "\"name\": \"en/tokeniser.json\"", 1);
    assert_ne!(before, forged);
    fs::write(&path, forged).unwrap();
    assert_differs(
        &ran.canvass(&["verify", "out", "answers.csv", "form.md"]),
        "manifest.json",
        "differs when run again",
    );
}

#[test]
fn an_output_changed_together_with_its_hash_is_found_when_the_run_is_repeated() {
    let ran = ferry();
    let path = ran.out.join("coding.csv");
    let before = fs::read(&path).unwrap();
    // The byte that is changed is in the last line.
    let line = std::str::from_utf8(&before).unwrap().lines().count();
    change_a_byte(&path);
    let forged = fs::read(&path).unwrap();
    let byte = before.iter().zip(&forged).position(|(a, b)| a != b).unwrap() + 1;
    let manifest = fs::read_to_string(ran.out.join("manifest.json")).unwrap();
    let forged_manifest = manifest.replace(&blake3(&before), &blake3(&forged));
    assert_ne!(manifest, forged_manifest);
    fs::write(ran.out.join("manifest.json"), forged_manifest).unwrap();
    assert_eq!(ran.canvass(&["verify", "out"]).code, 0, "the outputs are as the manifest says");
    let said = ran.canvass(&["verify", "out", "answers.csv", "form.md"]);
    assert_differs(&said, "coding.csv", &format!("line {line}, byte {byte}"));
}

#[test]
fn a_changed_input_is_named() {
    let ran = ferry();
    change_a_byte(&ran.folder.join("answers.csv"));
    assert_differs(&ran.canvass(&["verify", "out", "answers.csv", "form.md"]), "answers.csv", "is another file");
}

#[test]
fn a_changed_reference_text_is_named() {
    let ran = ferry();
    change_a_byte(&ran.folder.join("form.md"));
    assert_differs(&ran.canvass(&["verify", "out", "answers.csv", "form.md"]), "form.md", "is another file");
}

#[test]
fn a_renamed_input_is_recognised_by_its_hash() {
    let ran = ferry();
    fs::rename(ran.folder.join("answers.csv"), ran.folder.join("final.csv")).unwrap();
    assert_differs(&ran.canvass(&["verify", "out", "final.csv", "form.md"]), "answers.csv", "now called final.csv");
}

#[test]
fn an_input_that_was_not_given_is_named() {
    let ran = ferry();
    let elsewhere = tempfile::tempdir().unwrap();
    fs::rename(ran.folder.join("form.md"), elsewhere.path().join("form.md")).unwrap();
    assert_differs(&ran.canvass(&["verify", "out", "answers.csv"]), "form.md", "was not given: name it too");
}

#[test]
fn a_file_that_is_no_input_is_named() {
    let ran = ferry();
    fs::write(ran.folder.join("other.csv"), "id,comment\n").unwrap();
    let said = ran.canvass(&["verify", "out", "answers.csv", "form.md", "other.csv"]);
    assert_differs(&said, "other.csv", "is no input of this run");
}

#[test]
fn a_missing_input_file_is_an_input_error() {
    let said = ferry().canvass(&["verify", "out", "answers.csv", "form.md", "missing.csv"]);
    assert_eq!(said.code, 2, "{}", said.stderr);
    assert!(said.stderr.contains("missing.csv"), "{}", said.stderr);
}

#[test]
fn a_missing_output_is_named() {
    let ran = ferry();
    fs::remove_file(ran.out.join("ledger.csv")).unwrap();
    assert_differs(&ran.canvass(&["verify", "out"]), "ledger.csv", "cannot be read");
}

#[test]
fn a_file_that_was_added_is_named() {
    let ran = ferry();
    fs::write(ran.out.join("notes.txt"), "mine").unwrap();
    assert_differs(&ran.canvass(&["verify", "out"]), "notes.txt", "not in the manifest");
}

#[test]
fn a_folder_that_is_no_run_folder_is_refused() {
    let ran = ferry();
    fs::create_dir(ran.folder.join("empty")).unwrap();
    for folder in ["empty", "missing", "answers.csv"] {
        let said = ran.canvass(&["verify", folder]);
        assert_eq!(said.code, 2, "{folder}");
        assert!(said.stderr.contains(&format!("{folder} is no run folder")), "{}", said.stderr);
    }
}

#[test]
fn quiet_verification_says_only_what_differs() {
    let ran = ferry();
    let fresh = ran.canvass(&["verify", "out", "answers.csv", "form.md", "--quiet"]);
    assert_eq!((fresh.code, fresh.stdout.as_str(), fresh.stderr.as_str()), (0, "", ""));
    change_a_byte(&ran.out.join("coding.csv"));
    let changed = ran.canvass(&["verify", "out", "--quiet"]);
    assert_eq!(changed.code, 1);
    assert_eq!(changed.stdout, "DIFFERS  coding.csv: has another BLAKE3 than the manifest says\n");
}

#[test]
fn settings_that_cannot_be_read_are_a_difference() {
    let ran = ferry();
    fs::write(ran.out.join("canvass.toml"), "seed = \n").unwrap();
    let said = ran.canvass(&["verify", "out", "answers.csv", "form.md"]);
    assert_differs(&said, "canvass.toml", "the manifest says");
    assert!(
        said.stdout.contains("DIFFERS  canvass.toml: cannot be used, so the run cannot be made again"),
        "{}",
        said.stdout
    );
}
