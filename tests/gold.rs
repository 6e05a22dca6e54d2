//! A real consultation in the long layout, where it lies beside the repository.

use crate::support::{Outputs, Run, count, list, shared, text};
use std::collections::BTreeMap;
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

/// The rows of a table of the hand coding.
fn gold(name: &str) -> Option<Vec<BTreeMap<String, String>>> {
    let path = shared(&format!("gold/one-itu/{name}"))?;
    Some(csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect())
}

/// What the run says of pairs, by question and responses.
fn pairs(outputs: &Outputs) -> BTreeMap<(String, u32, u32), String> {
    let id = |text: &str| text.parse::<u32>().unwrap();
    let rows = outputs.rows("duplicate_pairs.csv").into_iter();
    rows.map(|row| ((row["question"].clone(), id(&row["response_a"]), id(&row["response_b"])), row["kind"].clone()))
        .collect()
}

#[test]
fn every_pair_that_people_found_is_found_and_no_other() {
    let (Some(outputs), Some(gold)) = (one_itu(), gold("duplicates.csv")) else { return };
    let found = pairs(&outputs);
    let mut expected = BTreeMap::new();
    for row in gold.iter().filter(|row| row["type"] != "quotation") {
        let key = (row["q"].clone(), row["i"].parse::<u32>().unwrap(), row["j"].parse::<u32>().unwrap());
        expected.insert(key, row["type"].clone());
    }
    let duplicates: BTreeMap<_, _> = found.into_iter().filter(|(_, kind)| kind != "quotation").collect();
    assert_eq!(duplicates, expected);
}

#[test]
fn what_is_lifted_from_the_reference_text_is_a_quotation_and_no_duplicate() {
    let (Some(outputs), Some(gold)) = (one_itu(), gold("reference_quotes.csv")) else { return };
    let rows = outputs.rows("duplicates.csv");
    let quotes = |row: &BTreeMap<String, String>| {
        rows.iter().any(|found| {
            found["kind"] == "quotation" && found["question"] == row["q"] && found["response_id"] == row["i"]
        })
    };
    let verbatim: Vec<_> = gold.iter().filter(|row| row["note"].starts_with("LIFTED verbatim")).collect();
    assert!(!verbatim.is_empty());
    for row in verbatim {
        assert!(quotes(row), "{row:?}");
    }
    let again: Vec<_> = gold.iter().filter(|row| row["note"].starts_with("LIFTED (re-translated)")).collect();
    let n_found = again.iter().filter(|row| quotes(row)).count();
    println!("lifted and translated anew: {n_found} of {} found", again.len());
    let found = pairs(&outputs);
    for row in gold.iter().filter(|row| row["note"].starts_with("LIFTED")) {
        let id = row["i"].parse::<u32>().unwrap();
        let other = found
            .iter()
            .find(|((question, a, b), kind)| *question == row["q"] && (*a == id || *b == id) && *kind != "quotation");
        assert_eq!(other, None);
    }
}

#[test]
fn the_passages_of_a_pair_are_the_same_words_in_both_answers() {
    let Some(outputs) = one_itu() else { return };
    let words = |record: &serde_json::Value, span: &str| -> Vec<String> {
        let (start, end) = span.split_once('-').unwrap();
        let passage = &text(record, "text")[start.parse().unwrap()..end.parse().unwrap()];
        let words = passage.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        words.map(str::to_lowercase).collect()
    };
    let rows = outputs.rows("duplicate_pairs.csv");
    assert!(rows.len() > 10);
    for row in rows {
        let a = outputs.record(&row["question"], &row["response_a"]);
        let b = outputs.record(&row["question"], &row["response_b"]);
        assert!(!row["spans"].is_empty(), "{row:?}");
        for passage in row["spans"].split(' ') {
            let (in_a, in_b) = passage.split_once(':').unwrap();
            assert_eq!(words(&a, in_a), words(&b, in_b), "{row:?}");
        }
    }
}
