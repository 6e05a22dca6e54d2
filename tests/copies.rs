//! `canvass duplicates`, and its bench: copies in files of texts.

use crate::support::{Said, canvass, list};
use insta::assert_snapshot;
use serde_json::Value;
use std::fs;
use tempfile::TempDir;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

fn said(folder: &TempDir, arguments: &str) -> Said {
    canvass(folder.path(), arguments.split(' '))
}

#[track_caller]
fn done(folder: &TempDir, arguments: &str) -> String {
    let said = said(folder, arguments);
    assert_eq!(said.code, 0, "{}", said.stderr);
    said.stdout
}

const STANDARD: &str =
    "We ask the county to keep the night ferry, to run it until two and to take bicycles free of charge.";
const LETTERS: &str = "id,text\n\
    a,\"We ask the county to keep the night ferry, to run it until two and to take bicycles free of charge.\"\n\
    b,WE ASK THE COUNTY to keep the night ferry to run it until two and to take bicycles free of charge!\n\
    c,\"We beg the county to keep the night ferry, to run it until three and to take bicycles free of charge.\"\n\
    d,The school bus is late.\n\
    e,the school bus is late\n\
    f,\"A bench under each tree, please, and shade for those who wait there in July.\"\n";

#[test]
fn pairs_are_told_with_their_kind_and_their_passages() {
    let folder = folder(&[("letters.csv", LETTERS)]);
    assert_snapshot!(done(&folder, "duplicates letters.csv --groups groups.csv"));
    assert_snapshot!(fs::read_to_string(folder.path().join("groups.csv")).unwrap());
}

#[test]
fn every_format_and_any_number_of_threads_say_the_same() {
    let lines = LETTERS.lines().skip(1).map(|line| line.split_once(',').unwrap());
    let mut json = String::new();
    for (id, text) in lines {
        json += &serde_json::json!({"id": id, "text": text.trim_matches('"')}).to_string();
        json.push('\n');
    }
    let folder = folder(&[("letters.csv", LETTERS), ("letters.jsonl", &json)]);
    let pairs = done(&folder, "duplicates letters.csv");
    assert_eq!(done(&folder, "duplicates letters.jsonl --threads 1"), pairs);
    assert_eq!(done(&folder, "duplicates letters.csv --threads 8"), pairs);
    done(&folder, "duplicates letters.csv --out pairs.csv");
    assert_eq!(fs::read_to_string(folder.path().join("pairs.csv")).unwrap(), pairs);
    let objects = done(&folder, "duplicates letters.csv --format jsonl");
    let objects: Vec<Value> = objects.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(objects.len(), pairs.lines().count() - 1);
    assert_eq!((&objects[0]["kind"], list(&objects[0], "spans").len()), (&Value::from("exact"), 1));
}

#[test]
fn several_files_are_compared_with_each_other_and_numbered_throughout() {
    let folder =
        folder(&[("one.txt", &format!("Nothing of note.\n{STANDARD}\n")), ("two.txt", &format!("\n{STANDARD}\n"))]);
    let pairs = done(&folder, "duplicates one.txt two.txt");
    assert!(pairs.lines().nth(1).unwrap().starts_with("2,3,exact,1,1,1,0-"), "{pairs}");
}

#[test]
fn what_stands_in_a_reference_text_is_a_quotation() {
    let texts = format!("id,text\na,\"{STANDARD} So say I.\"\nb,\"{STANDARD} And so does my aunt.\"\n");
    let folder = folder(&[("a.csv", &texts), ("form.txt", STANDARD)]);
    assert!(done(&folder, "duplicates a.csv").contains("a,b,near,"));
    let pairs = done(&folder, "duplicates a.csv --reference form.txt");
    assert!(pairs.lines().count() == 2 && pairs.contains("a,b,quotation,"), "{pairs}");
}

#[test]
fn faults_of_the_files_are_refused_with_their_place() {
    let folder =
        folder(&[("a.csv", "id,answer\n1,x\n"), ("b.csv", "id,text\n1,\"x\n2,y\n"), ("c.docx", "x"), ("d.txt", "\n")]);
    fs::write(folder.path().join("empty.csv"), "").unwrap();
    fs::write(folder.path().join("latin.csv"), b"id,text\n1,caf\xe9\n").unwrap();
    fs::write(folder.path().join("picture.csv"), b"\x89PNG\r\n\x1a\n\0\0").unwrap();
    fs::create_dir(folder.path().join("letters")).unwrap();
    for (number, arguments) in [
        "duplicates a.csv",
        "duplicates b.csv",
        "duplicates c.docx",
        "duplicates d.txt",
        "duplicates e.csv",
        "duplicates empty.csv",
        "duplicates latin.csv",
        "duplicates picture.csv",
        "duplicates letters",
        "duplicates a.csv --text-column reply",
        "bench duplicates a.csv --text-column answer --truth d.txt",
    ]
    .into_iter()
    .enumerate()
    {
        let said = said(&folder, arguments);
        assert_eq!(said.code, 2, "{arguments}");
        assert_snapshot!(format!("a_fault_{number}"), said.stderr);
    }
}

#[test]
fn an_option_out_of_its_bounds_is_named_by_its_name() {
    let folder = folder(&[("a.csv", LETTERS), ("truth.csv", "source,copy,edit,strength\na,b,copies,0.1\n")]);
    for (arguments, expected) in [
        ("duplicates a.csv --min-similarity 2", "--min-similarity is 2, but must be from 0.3 to 1"),
        ("duplicates a.csv --min-similarity nan", "--min-similarity is NaN, but must be from 0.3 to 1"),
        ("duplicates a.csv --min-similarity -0.5", "--min-similarity is -0.5, but must be from 0.3 to 1"),
        ("duplicates a.csv --target-recall 1", "--target-recall is 1, but must be from 0.5 to 0.999"),
        ("duplicates a.csv --max-record-bytes 0", "--max-record-bytes is 0, but must be from 1 to 4294967295"),
        (
            "bench duplicates a.csv --truth truth.csv --min-similarity 0",
            "--min-similarity is 0, but must be from 0.3 to 1",
        ),
        ("bench generate --responses 0", "--responses is 0, but must be from 1 to 4294967294"),
        ("bench generate --words 0", "--words is 0, but must be from 1 to 100000"),
        ("bench generate --huge-megabytes 0", "--huge-megabytes is 0, but must be from 1 to 1000"),
        ("bench generate --strengths 0.1,1", "--strengths is 1, but must be shares above 0 and up to 0.9"),
    ] {
        let said = said(&folder, arguments);
        assert_eq!(said.code, 2, "{arguments}");
        assert!(said.stderr.contains(&format!("error: {expected}\n")), "{}", said.stderr);
        let option = expected.split(' ').next().unwrap();
        assert!(said.stderr.contains(&format!("way out: give {option} ")), "{}", said.stderr);
        assert!(!said.stderr.contains("configuration"), "{}", said.stderr);
    }
    // What is no number is refused with the option, too.
    for arguments in
        ["duplicates a.csv --min-similarity much", "bench generate --seed -1", "duplicates a.csv --threads 0"]
    {
        let said = said(&folder, arguments);
        let option = arguments.split(' ').find(|word| word.starts_with("--")).unwrap();
        assert!(said.code == 2 && said.stderr.contains(option), "{}", said.stderr);
    }
}

/// Recall and precision of a cell of the bench.
fn figures(scores: &Value, edit: &str, strength: f64) -> (f64, f64) {
    let cells = scores.as_array().unwrap().iter();
    let mut own =
        cells.filter(|cell| cell["edit"] == edit && (cell["strength"].as_f64().unwrap() - strength).abs() < 1e-9);
    let cell = own.next().unwrap_or_else(|| panic!("no {edit} at {strength}"));
    assert!(cell["n_pairs"].as_u64().unwrap() >= 30);
    (cell["recall"].as_f64().unwrap(), cell["precision"].as_f64().unwrap())
}

/// The pairs found in answers that are hard to search, as cells.
fn adversarial(mode: &str, further: &str) -> Vec<Vec<String>> {
    let folder = folder(&[]);
    done(&folder, &format!("bench generate --responses 400 --adversarial {mode} --out a.csv{further}"));
    let pairs = done(&folder, "duplicates a.csv");
    assert_eq!(done(&folder, "duplicates a.csv --threads 1"), pairs);
    pairs.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn answers_that_are_hard_to_search_are_searched() {
    let kinds = |pairs: &[Vec<String>], kind: &str| pairs.iter().filter(|pair| pair[2] == kind).count();
    // One group, of which each is told with the representative.
    let identical = adversarial("identical", "");
    assert_eq!((identical.len(), kinds(&identical, "exact")), (399, 399));
    // One word is too few different shingles to be anyone's own: as long ones are identical, and no others are alike.
    let one_word = adversarial("one-word", "");
    assert!(!one_word.is_empty() && kinds(&one_word, "exact") == one_word.len());
    // Only an answer as long as thousands shares that much by chance.
    let huge = adversarial("huge", " --huge-megabytes 1");
    assert!(huge.len() < 10 && huge.iter().all(|pair| pair[..2].contains(&"201".to_owned())), "{huge:?}");
    assert_eq!(adversarial("shared-sentence", ""), Vec::<Vec<String>>::new());
    let passage = adversarial("shared-passage", " --words 150");
    assert!(passage.len() >= 399 && kinds(&passage, "partial") == passage.len(), "{passage:?}");
}

#[test]
fn planted_copies_are_found_and_nothing_else_is() {
    let folder = folder(&[]);
    done(
        &folder,
        "bench generate --responses 6000 --edits copies,typos,inserted,dropped,reordered,slots --strengths 0.1,0.2 --out a.csv --truth truth.csv",
    );
    let scores = done(&folder, "bench duplicates a.csv --truth truth.csv --format json --plot plot.svg");
    let scores: Value = serde_json::from_str(&scores).unwrap();
    for edit in ["copies", "typos", "inserted", "dropped", "reordered", "slots"] {
        for strength in [0.1, 0.2] {
            let (recall, precision) = figures(&scores, edit, strength);
            assert!(recall >= 0.99 && precision >= 0.99, "{edit} {strength}: {recall} {precision}");
        }
    }
    assert!(fs::read_to_string(folder.path().join("plot.svg")).unwrap().matches("<polyline").count() == 6);
    assert!(done(&folder, "bench duplicates a.csv --truth truth.csv").starts_with("edit"));
}
