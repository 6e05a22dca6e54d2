//! One consultation through several channels: files of different tools, whose columns are in another order, more or fewer.

use crate::support::{Outputs, Ran, Run, canvass, workbook};
use insta::assert_snapshot;
use serde_json::Value;
use std::fs;

/// Five rows of a form on the web.
fn online() -> Vec<u8> {
    workbook([(
        "Form1",
        vec![
            vec![
                "ID",
                "Completion time",
                "Email",
                "Organisation type",
                "Should it sail on Sundays?",
                "What should the ferry change?",
            ],
            row("1", "2026-03-02 09:00:00", "ana@example.org", "Resident", "Yes", "The evening ferry must run later."),
            row("2", "2026-03-03 09:00:00", "bo@example.org", "Business", "No", "Cheaper tickets for families."),
            row("3", "2026-03-03 10:00:00", "cy@example.org", "Resident", "Yes", "A later evening ferry, please."),
            row(
                "4",
                "2026-03-04 09:00:00",
                "di@example.org",
                "Resident",
                "Yes",
                "Tickets are too expensive for families.",
            ),
            row("5", "2026-03-05 09:00:00", "ed@example.org", "Business", "No", "The evening ferry is too early."),
        ],
    )])
}

fn row<'s>(
    id: &'s str,
    time: &'s str,
    email: &'s str,
    kind: &'s str,
    sunday: &'s str,
    answer: &'s str,
) -> Vec<&'s str> {
    vec![id, time, email, kind, sunday, answer]
}

/// Four paper forms, typed in by another tool: no address, no time, an age group, a question of their own.
const PAPER: &str = "\
What should the ferry change?,Age group,ID,Organisation type,What should change at the pier?,Should it sail on Sundays?
Cheaper tickets for pupils.,under 30,101,Resident,A roof against the rain,Yes
The evening ferry stops too early for the late shift.,30 to 60,102,Resident,More benches under a roof,Yes
Tickets are too expensive.,30 to 60,103,Visitor,,No
The evening ferry must run later in summer.,under 30,104,Resident,A board that shows delays,Yes
";

/// The same form in French.
const FRENCH: &str = "\
ID,Type d'organisation,Que faut-il changer au ferry ?
201,Habitant,Le dernier bateau doit partir plus tard le soir.
202,Habitant,Les billets sont trop chers pour les familles.
";

fn two_channels() -> Run {
    Run::new().answers("online.xlsx", online()).answers("paper.csv", PAPER)
}

/// For each file the rows of the ledger of a question.
fn rows_by_file(ran: &Ran, question: &str) -> Vec<(String, usize)> {
    let outputs = ran.outputs();
    let mut counted: Vec<(String, usize)> = Vec::new();
    for row in outputs.rows_of("ledger.csv", question) {
        match counted.iter_mut().find(|(file, _)| *file == row["file"]) {
            Some((_, n)) => *n += 1,
            None => counted.push((row["file"].clone(), 1)),
        }
    }
    counted
}

#[test]
fn inspect_says_which_file_gave_what_and_what_each_lacks() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("online.xlsx"), online()).unwrap();
    fs::write(folder.path().join("paper.csv"), PAPER).unwrap();
    fs::write(folder.path().join("french.csv"), FRENCH).unwrap();
    let two = canvass(folder.path(), ["inspect", "online.xlsx", "paper.csv"]);
    assert_eq!(two.code, 0, "{}", two.stderr);
    assert_snapshot!(two.stdout);
    let three = canvass(folder.path(), ["inspect", "online.xlsx", "paper.csv", "french.csv", "--force"]);
    assert_eq!(three.code, 0, "{}", three.stderr);
    assert_snapshot!(three.stdout);
}

/// The reason given for the columns that the last of these files lacks.
fn reason_of(files: &[&str]) -> String {
    let folder = tempfile::tempdir().unwrap();
    let names: Vec<String> = (0..files.len()).map(|n| format!("{n}.csv")).collect();
    for (name, text) in names.iter().zip(files) {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let said = canvass(folder.path(), [&["inspect".to_owned()][..], &names].concat());
    assert_eq!(said.code, 0, "{}", said.stderr);
    let last = format!("{}: lacks the column", names.last().unwrap());
    let line = said.stdout.lines().find(|line| line.contains(&last)).unwrap();
    line.split_once('(').unwrap().1.split_once(';').unwrap().0.to_owned()
}

#[test]
fn columns_and_files_are_told_in_the_singular_and_the_plural() {
    let one = "ID,Organisation type,What should the ferry change?\n201,Resident,A roof against the rain\n202,Visitor,More benches\n";
    let two = "ID,What should the ferry change?\n301,A roof against the rain\n302,More benches\n";
    assert_eq!(reason_of(&[PAPER, one]), "the other file has it");
    assert_eq!(reason_of(&[PAPER, two]), "the other file has them");
    assert_eq!(reason_of(&[PAPER, two, one]), "another file has it");
    assert_eq!(reason_of(&[PAPER, one, two]), "other files have them");
}

#[test]
fn a_question_that_both_files_ask_is_answered_by_both_and_one_that_one_asks_by_it() {
    let ran = two_channels().done();
    let file = |name: &str, n| (name.to_owned(), n);
    assert_eq!(rows_by_file(&ran, "q2"), [file("online.xlsx", 5), file("paper.csv", 4)]);
    assert_eq!(rows_by_file(&ran, "q3"), [file("paper.csv", 4)]);
    let outputs = ran.outputs();
    let ids: Vec<String> = outputs.rows_of("ledger.csv", "q2").iter().map(|row| row["response_id"].clone()).collect();
    assert_eq!(ids, ["1", "2", "3", "4", "5", "101", "102", "103", "104"]);
    let columns = outputs.settings()["input"]["attribute_columns"].as_array().unwrap().len();
    assert_eq!(columns, 2, "the age group, which one file has, is an attribute");
}

#[test]
fn the_settings_of_such_a_run_give_it_again() {
    let first = two_channels().done();
    let again = two_channels().settings(first.outputs().text("canvass.toml")).done();
    assert_eq!(again.outputs(), first.outputs());
}

/// The file and the cell of all that has one.
fn places(value: &Value, found: &mut Vec<(Value, Value)>) {
    if let Some(cell) = value.get("cell") {
        found.push((value["file"].clone(), cell.clone()));
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| places(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| places(field, found)),
        _ => {}
    }
}

#[test]
fn with_small_cells_suppressed_no_finding_says_through_which_channel_an_answer_came() {
    let ran = two_channels().settings("[privacy]\nsmallest_cell = 2\n").done();
    let outputs = ran.outputs();
    let open = two_channels().done().outputs();
    let places_of = |outputs: &Outputs| {
        let mut found = Vec::new();
        places(&outputs.findings()["questions"], &mut found);
        found
    };
    let (hidden, told) = (places_of(&outputs), places_of(&open));
    assert!(!hidden.is_empty() && told.iter().any(|(file, cell)| file == "paper.csv" && cell != ""), "{told:?}");
    for (file, cell) in &hidden {
        assert!((file == "" || file.is_null()) && cell == "", "{file} {cell}");
    }
    // The page says "paper.csv" where it lists the files, and nowhere beside an answer.
    assert!(open.text("report.html").contains("paper.csv, cell A"));
    let page = outputs.text("report.html");
    assert!(
        !page.contains("paper.csv, cell") && !page.contains(", cell ") && !page.contains("<th scope=\"col\">Cell</th>")
    );
    assert!(outputs.text("internal/ledger.csv").contains("paper.csv"), "whoever may know finds it there");
    let verified = ran.canvass(&["verify", "out", "online.xlsx", "paper.csv"]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
}

#[test]
fn the_order_of_the_files_changes_no_count() {
    let one = two_channels().done().outputs();
    let other = Run::new().answers("paper.csv", PAPER).answers("online.xlsx", online()).done().outputs();
    // The ids of questions follow the first file.
    let count = |outputs: &Outputs, text: &str| {
        let findings: Value = serde_json::from_str(outputs.text("findings.json")).unwrap();
        let questions = findings["questions"].as_array().unwrap().clone();
        let question = questions.into_iter().find(|question| question["text"] == text).unwrap();
        question["base"].as_u64().unwrap()
    };
    for (text, base) in [("What should the ferry change?", 9), ("What should change at the pier?", 3)] {
        assert_eq!((count(&one, text), count(&other, text)), (base, base), "{text}");
    }
}

#[test]
fn headers_that_differ_in_case_or_marks_only_are_refused_with_the_way_out() {
    let renamed = PAPER.replacen("Organisation type", "organisation type", 1);
    let said = Run::new().answers("online.xlsx", online()).answers("paper.csv", &renamed).output().said;
    assert_eq!(said.code, 2);
    assert_snapshot!(said.stderr);
    // The way out is one, also where the configuration names the column.
    let settings = "[input]\nattribute_columns = [\"Organisation type\"]\n";
    let run = |paper: &str| Run::new().answers("online.xlsx", online()).answers("paper.csv", paper).settings(settings);
    let stated = run(&renamed).output().said;
    assert_eq!(stated.code, 2);
    assert_snapshot!(stated.stderr.lines().filter(|line| !line.contains("online.xlsx")).collect::<Vec<_>>().join("\n"));
    run(PAPER).done();
    run(&PAPER.replacen("Organisation type", "Kind of paper", 1)).done();
}

#[test]
fn ids_under_headers_that_differ_in_case_only_are_not_given_up_for_row_numbers() {
    let paper = PAPER.replacen("ID", "Id", 1);
    let said = Run::new().answers("online.xlsx", online()).answers("paper.csv", &paper).output().said;
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("(the id of the response; another file has it)"), "{}", said.stderr);
    assert!(said.stderr.contains("if \"Id\" is the same column, rename it \"ID\" in paper.csv"), "{}", said.stderr);
}
