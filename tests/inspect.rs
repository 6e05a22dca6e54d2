//! `canvass inspect`: how files would be read, and the configuration in which that is corrected.

use crate::support::{Run, canvass, repository, workbook};
use insta::assert_snapshot;
use serde_json::Value;
use std::fs;
use std::path::Path;

const FORM: &str = "\
ID,Region,Do you agree with the plan?,Please explain your answer,Which services do you use?,Other (please specify),Any other comments?
1,North,Yes,It is time to act on the road,Van;Desk;,Boat,
2,South,No,Too dear by far for us,Van;,,The desk is closed too often
3,North,Yes,,Desk;,Bus,The van is always late in winter
";

fn inspect(folder: &Path, arguments: &[&str]) -> (i32, String, String) {
    let said = canvass(folder, ["inspect"].iter().chain(arguments));
    (said.code, said.stdout, said.stderr)
}

fn with(name: &str, text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(name), text).unwrap();
    folder
}

#[test]
fn the_sample_consultation_is_shown_question_by_question() {
    let folder = tempfile::tempdir().unwrap();
    let sample = repository("data/sample/consultation.xlsx");
    let (code, told, _) = inspect(folder.path(), &[sample.to_str().unwrap()]);
    assert_eq!(code, 0);
    assert_snapshot!(told);
    assert_snapshot!(fs::read_to_string(folder.path().join("canvass.toml")).unwrap());
}

#[test]
fn the_same_is_told_to_a_program() {
    let folder = with("answers.csv", FORM);
    let (code, told, _) = inspect(folder.path(), &["answers.csv", "--format", "json"]);
    assert_eq!(code, 0);
    let told: Value = serde_json::from_str(&told).unwrap();
    let questions = told["questions"].as_array().unwrap();
    let kinds: Vec<&str> = questions.iter().map(|question| question["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["single", "open", "multiple", "open", "open"]);
    for (question, (base, blanks)) in questions.iter().zip([(3, 0), (2, 1), (3, 0), (2, 1), (2, 1)]) {
        assert_eq!((question["base"].as_u64(), question["blanks"].as_u64()), (Some(base), Some(blanks)), "{question}");
        for field in ["id", "text", "reason", "source"] {
            assert!(question[field].as_str().is_some_and(|value| !value.is_empty()), "{question}");
        }
    }
    assert_eq!((questions[1]["split_by"].as_str(), questions[3]["other_of"].as_str()), (Some("q1"), Some("q3")));
}

#[test]
fn a_wrong_guess_is_corrected_in_one_line() {
    let folder = with("answers.csv", FORM);
    inspect(folder.path(), &["answers.csv"]);
    let settings = fs::read_to_string(folder.path().join("canvass.toml")).unwrap();
    let corrected = settings.replace("split_by = \"q1\"", "split_by = \"\"");
    assert_ne!(corrected, settings);
    let run = Run::new().csv(FORM).settings(&corrected).done();
    let used = fs::read_to_string(run.out.join("canvass.toml")).unwrap();
    assert!(used.contains("other_of = \"q3\"") && !used.contains("split_by = \"q"), "{used}");
}

#[test]
fn a_configuration_that_exists_is_not_replaced_unasked() {
    let folder = with("answers.csv", FORM);
    fs::write(folder.path().join("canvass.toml"), "seed = 7\n").unwrap();
    let (code, _, said) = inspect(folder.path(), &["answers.csv"]);
    assert_eq!(code, 0);
    assert!(said.contains("canvass.toml exists and was left as it is; --force replaces it"), "{said}");
    assert_eq!(fs::read_to_string(folder.path().join("canvass.toml")).unwrap(), "seed = 7\n");
    assert_eq!(inspect(folder.path(), &["answers.csv", "--force"]).0, 0);
    assert!(fs::read_to_string(folder.path().join("canvass.toml")).unwrap().starts_with("# How canvass reads"));
}

#[test]
fn what_a_header_holds_stays_in_its_comment_and_on_its_line() {
    let form = "ID,\"Region\n[input]\nlayout = \"\"long\"\"\",\"Any\u{1b}[31m comments?\"\n1,North,The van is late\n2,North,The desk is closed\n";
    let folder = with("answers.csv", form);
    let (code, told, _) = inspect(folder.path(), &["answers.csv"]);
    assert_eq!(code, 0);
    assert!(!told.contains('\u{1b}'), "{told}");
    let (code, again, said) = inspect(folder.path(), &["answers.csv", "--config", "canvass.toml"]);
    assert_eq!((code, again.lines().next()), (0, told.lines().next()), "{said}");
}

#[test]
fn files_without_an_open_question_are_shown_and_what_a_run_would_say() {
    let folder = with("answers.csv", "id,Region\n1,Asia\n2,Asia\n");
    let (code, told, _) = inspect(folder.path(), &["answers.csv"]);
    assert_eq!(code, 0);
    assert!(told.contains("Region: an attribute of the respondent"), "{told}");
    assert!(told.contains("canvass run would stop here: answers.csv has no open question"), "{told}");
}

#[test]
fn the_answers_are_read_and_not_the_notes_before_them() {
    let answers: Vec<String> = (1..=12).map(|id| format!("The van came {id} minutes late")).collect();
    let ids: Vec<String> = (1..=12).map(|id| id.to_string()).collect();
    let rows = ids.iter().zip(&answers).map(|(id, answer)| vec![id.as_str(), "North", answer.as_str()]);
    let rows = std::iter::once(vec!["ID", "Region", "What should change?"]).chain(rows).collect();
    let notes =
        vec![vec!["Export of the van survey"], vec!["Sheet", "What it holds"], vec!["Responses", "the answers"]];
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("vans.xlsx"), workbook([("Notes", notes), ("Responses", rows)])).unwrap();
    let (code, told, _) = inspect(folder.path(), &["vans.xlsx"]);
    assert_eq!(code, 0);
    let why = "it has more rows and columns than \"Notes\", which stands before it; not read: \"Notes\"";
    assert!(told.contains(&format!("vans.xlsx: the sheet \"Responses\" is read ({why})")), "{told}");
    assert!(told.starts_with("vans.xlsx: 12 submissions"), "{told}");
    let (_, told, _) = inspect(folder.path(), &["vans.xlsx", "--sheet", "Notes", "--force"]);
    assert!(told.starts_with("vans.xlsx: 2 submissions"), "{told}");
}

#[test]
fn a_question_that_is_answered_with_names_says_so() {
    let rows = ["Acme, Northwind", "Northwind", "Acme; Blue Ferry", "Blue Ferry, Acme", "Acme"];
    let rows: Vec<String> = (1..).zip(rows).map(|(id, names)| format!("{id},\"{names}\",The pier is cold\n")).collect();
    let form = format!("ID,Who are the main competitors?,What else?\n{}", rows.concat());
    let folder = with("answers.csv", &form);
    let (_, told, _) = inspect(folder.path(), &["answers.csv"]);
    let lists: Vec<&str> = told.lines().filter(|line| line.contains("lists of names")).map(str::trim).collect();
    assert_eq!(lists, ["answered with lists of names, which are counted"], "{told}");
    let settings = fs::read_to_string(folder.path().join("canvass.toml")).unwrap();
    let run = Run::new().csv(&form).settings(&settings.replace("\nlist = true", "\nlist = false")).done().outputs();
    assert!(run.question("q1").get("names").is_none_or(Value::is_null), "{}", run.question("q1"));
    assert!(Run::new().csv(&form).settings(&settings).done().outputs().question("q1")["names"].is_object());
}
