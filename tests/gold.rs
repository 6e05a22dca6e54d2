//! A real consultation in the long layout, where it lies beside the repository.

use crate::support::{Outputs, Run, count, list, shared, text};
use std::fs;

/// The consultation run as its issue says.
fn one_itu() -> Option<Outputs> {
    let folder = shared("gold/one-itu")?;
    let reference = shared("seeds/one-itu-reference-extracts.txt")?;
    let run = Run::new().file(folder.join("answers.csv")).long();
    let run = run.arg("--questions").arg(folder.join("questions.csv")).reference(reference);
    Some(run.done().outputs())
}

#[test]
fn the_questions_have_their_wording_and_their_base() {
    let Some(outputs) = one_itu() else { return };
    let findings = outputs.findings();
    let found: Vec<(&str, u64)> =
        list(&findings, "questions").iter().map(|question| (text(question, "id"), count(question, "base"))).collect();
    assert_eq!(found, [("Q5", 43), ("Q8", 44), ("Q11", 43)]);
    assert!(text(&outputs.question("Q8"), "text").contains("three actions that ITU should implement"));
    for question in list(&findings, "questions") {
        assert_eq!(list(question, "findings").len(), 5, "{}", question["id"]);
    }
}

#[test]
fn passages_of_the_reference_text_are_recognised() {
    let Some(outputs) = one_itu() else { return };
    let record = outputs.record("Q5", "16");
    let quoted: usize =
        list(&record, "quotations").iter().map(|span| (count(span, "end") - count(span, "start")) as usize).sum();
    assert!(quoted * 2 > text(&record, "text").len(), "most of the answer is quoted: {record}");
    let reference = fs::read_to_string(shared("seeds/one-itu-reference-extracts.txt").unwrap()).unwrap().to_lowercase();
    let first = &list(&record, "quotations")[0];
    let passage = &text(&record, "text")[count(first, "start") as usize..count(first, "end") as usize];
    let opening: Vec<&str> = passage.split_whitespace().take(4).collect();
    assert!(reference.contains(&opening.join(" ").to_lowercase()), "{passage}");
}

#[test]
fn the_exact_copies_are_found() {
    let Some(outputs) = one_itu() else { return };
    for question in ["Q8", "Q11"] {
        let rows = outputs.rows_of("duplicates.csv", question);
        let row = |id: &str| {
            rows.iter()
                .find(|row| row["response_id"] == id)
                .unwrap_or_else(|| panic!("{question}: {id} is in no group"))
        };
        assert_eq!(row("10")["group_id"], row("13")["group_id"], "{question}");
        assert_eq!((row("10")["kind"].as_str(), row("13")["kind"].as_str()), ("exact", "exact"), "{question}");
    }
}
