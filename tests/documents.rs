//! Published documents: a list of answers below the heading of each question, as text and as a Word document.

use crate::support::{Run, canvass, count, list, shared, text, word_document};
use insta::assert_snapshot;
use serde_json::Value;
use std::fs;
use std::path::Path;

/// Two answers to Q2 are cut by a page: their numbering shows it, and the stated number proves it.
const PUBLISHED: &str = "\
Answers to the consultation on the mountain lifts

Q1. How often do you take the lift? (Scale 1 to 5)

Q2. What should the lifts change?

\t4 responses

\t1. Later evening lifts 2. Cheaper tickets for families

\t3. A bench at the valley station

\tLater evening lifts in winter, please

\tThe tickets for families are too dear
\t
\tThe evening lifts must run later,
even in the rain

Q3. Anything else?

\t2 responses

\tThank you for the lifts

\tThank you for asking us

__________
Total\t6
";

/// The questions as `canvass inspect` tells them to a program: id, kind, base.
fn inspected(folder: &Path, file: &str) -> Vec<(String, String, u64)> {
    let said = canvass(folder, ["inspect", file, "--format", "json"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let told: Value = serde_json::from_str(&said.stdout).unwrap();
    let questions = list(&told, "questions").iter();
    questions.map(|q| (text(q, "id").to_owned(), text(q, "kind").to_owned(), count(q, "base"))).collect()
}

fn expected(questions: &[(&str, &str, u64)]) -> Vec<(String, String, u64)> {
    questions.iter().map(|(id, kind, base)| ((*id).to_owned(), (*kind).to_owned(), *base)).collect()
}

/// The answers as they are published, and how a document writes them.
fn files(published: &str) -> [(&'static str, Vec<u8>); 2] {
    [("results.txt", published.as_bytes().to_vec()), ("results.docx", word_document(published.lines()))]
}

#[test]
fn a_published_document_is_read_without_a_flag() {
    for (name, bytes) in files(PUBLISHED) {
        let ran = Run::new().answers(name, bytes).done();
        let told = expected(&[("Q1", "scale", 0), ("Q2", "open", 4), ("Q3", "open", 2)]);
        assert_eq!(inspected(&ran.folder, name), told, "{name}");
        let outputs = ran.outputs();
        let ids = |question: &str| -> Vec<String> {
            outputs.rows_of("ledger.csv", question).iter().map(|row| row["response_id"].clone()).collect()
        };
        assert_eq!(
            (ids("Q2"), ids("Q3")),
            (["1", "2", "3", "4"].map(str::to_owned).to_vec(), ["1", "2"].map(str::to_owned).to_vec())
        );
        let rows: Vec<String> = outputs.rows_of("ledger.csv", "Q2").iter().map(|row| row["row"].clone()).collect();
        assert_eq!(rows, ["9", "13", "15", "17"], "{name}");
        let joined = outputs.records().into_iter().find(|record| record["question"] == "Q2").unwrap();
        let whole = "1. Later evening lifts 2. Cheaper tickets for families\n3. A bench at the valley station";
        assert_eq!(text(&joined, "text"), whole);
        let verified = canvass(&ran.folder, ["verify", "out", name]);
        assert_eq!(verified.code, 0, "{}", verified.stdout);
    }
}

#[test]
fn what_was_joined_and_what_was_not_read_is_said() {
    let ran = Run::new().answers("results.txt", PUBLISHED).done();
    assert_snapshot!(
        ran.said.stderr.lines().filter(|line| line.contains("results.txt:")).collect::<Vec<_>>().join("\n")
    );
}

#[test]
fn both_forms_give_the_same_answers() {
    let [text, word] = files(PUBLISHED)
        .map(|(name, bytes)| Run::new().answers(name, bytes).done().outputs().text("coding.csv").to_owned());
    assert_eq!(text, word);
}

#[test]
fn a_word_document_without_headings_is_refused() {
    let letter = word_document(["Dear Sir or Madam,", "the lifts are late."]);
    let refused = Run::new().answers("letter.docx", letter).arg("--quiet").output();
    assert_eq!(refused.said.code, 2);
    assert_snapshot!(refused.said.stderr);
}

#[test]
fn two_headings_of_one_number_are_refused() {
    let refused = Run::new().answers("results.txt", format!("{PUBLISHED}Q2. Again?\n\tYes\n")).arg("--quiet").output();
    assert_eq!(refused.said.code, 2);
    assert_snapshot!(refused.said.stderr);
}

#[test]
fn the_published_results_of_a_real_consultation_have_as_many_answers_as_they_state() {
    let Some(results) = shared("seeds/one-itu-consultation-2023-results.txt") else { return };
    let published = fs::read_to_string(results).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files(&published) {
        fs::write(folder.path().join(name), bytes).unwrap();
        let told = inspected(folder.path(), name);
        let open: Vec<u64> = told.iter().filter(|(_, kind, _)| kind == "open").map(|(.., base)| *base).collect();
        assert_eq!(open, [43, 43, 39, 43, 42, 38], "{name}");
        let ids: Vec<&str> = told.iter().map(|(id, ..)| id.as_str()).collect();
        assert_eq!(ids, ["Q4", "Q5", "Q6", "Q7", "Q8", "Q9", "Q10", "Q11", "Q12"]);
    }
}
