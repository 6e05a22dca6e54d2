//! The sample consultation, against the key of what was planted in it.

use crate::support::{Outputs, Run, count, list, repository, sample, text, texts};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::OnceLock;

fn key() -> Value {
    serde_json::from_slice(&fs::read(repository("data/sample/key.json")).unwrap()).unwrap()
}

/// The sample as a text file.
fn sample_csv() -> &'static Outputs {
    static SAMPLE: OnceLock<Outputs> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let run = Run::new().file(repository("data/sample/consultation.csv"));
        run.reference(repository("data/sample/reference.md")).done().outputs()
    })
}

/// The open questions.
const OPEN: [&str; 4] = ["q2", "q5", "q7", "q9"];

/// The ids of a list in the key, as outputs write them.
fn ids(list: &Value) -> Vec<String> {
    list.as_array().unwrap().iter().map(Value::to_string).collect()
}

/// The states of all responses to a question, by id.
fn states(outputs: &Outputs, question: &str) -> BTreeMap<String, String> {
    let rows = outputs.rows_of("ledger.csv", question).into_iter();
    rows.map(|row| (row["response_id"].clone(), row["state"].clone())).collect()
}

#[test]
fn the_workbook_and_the_text_file_give_the_same_coding() {
    for name in ["coding.csv", "duplicates.csv"] {
        assert_eq!(sample().text(name), sample_csv().text(name), "{name}");
    }
    // Quotations name the file they stand in; all else is the same.
    let in_one_name =
        |outputs: &Outputs| outputs.text("findings.json").replace("consultation.csv", "consultation.xlsx");
    let questions = |text: String| serde_json::from_str::<Value>(&text).unwrap()["questions"].take();
    assert!(questions(in_one_name(sample())) == questions(in_one_name(sample_csv())), "the findings differ");
}

#[test]
fn the_workbook_and_the_text_file_hold_the_same_texts_in_the_same_places() {
    let without_file = |outputs: &Outputs| -> Vec<Value> {
        let mut records = outputs.records();
        for record in &mut records {
            let record = record.as_object_mut().unwrap();
            record.remove("file").unwrap();
            record.remove("sheet").unwrap();
        }
        records
    };
    let (workbook, text) = (without_file(sample()), without_file(sample_csv()));
    assert_eq!(workbook.len(), text.len());
    for (a, b) in workbook.iter().zip(&text) {
        assert_eq!(a, b);
    }
}

#[test]
fn every_text_is_the_cell_as_it_stands_in_the_file() {
    let key = key();
    let mut reader = csv::Reader::from_path(repository("data/sample/consultation.csv")).unwrap();
    let headers = reader.headers().unwrap().clone();
    let column = |name: &str| headers.iter().position(|header| header == name).unwrap();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    for question in OPEN {
        let at = column(text(&key["questions"][question], "column"));
        for row in &rows {
            assert_eq!(sample().record(question, &row[column("ID")])["text"], row[at], "{question}, id {}", &row[0]);
        }
    }
}

#[test]
fn every_question_is_recognised_with_its_kind() {
    let settings = sample().settings();
    let found: Vec<(&str, &str)> = settings["question"]
        .as_array()
        .unwrap()
        .iter()
        .map(|question| (question["id"].as_str().unwrap(), question["kind"].as_str().unwrap()))
        .collect();
    let key = key();
    let planted: Vec<(&str, &str)> = key["questions"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(id, question)| (id.as_str(), text(question, "kind")))
        .collect();
    assert_eq!(found, planted);
}

#[test]
fn every_column_goes_to_the_question_it_belongs_to() {
    let (settings, key) = (sample().settings(), key());
    for question in settings["question"].as_array().unwrap() {
        let planted = &key["questions"][question["id"].as_str().unwrap()];
        let expected = planted
            .get("columns")
            .map_or_else(|| vec![text(planted, "column").to_owned()], |_| texts(planted, "columns"));
        let found: Vec<String> =
            question["columns"].as_array().unwrap().iter().map(|name| name.as_str().unwrap().into()).collect();
        assert_eq!(found, expected.iter().map(|name| name.trim().to_owned()).collect::<Vec<_>>());
    }
    let input = &settings["input"];
    assert_eq!(input["id_column"].as_str(), Some("ID"));
    let attributes: Vec<&str> =
        input["attribute_columns"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(attributes, [text(&key["attributes"], "type"), text(&key["attributes"], "region")]);
}

#[test]
fn every_response_is_in_the_state_the_key_says() {
    let key = key();
    let tests = ids(&key["test_entries"]);
    let doubles: Vec<String> =
        list(&key, "double_submissions").iter().map(|pair| pair["set_aside"].to_string()).collect();
    for question in OPEN {
        let (blank, no_content) = (ids(&key["blank"][question]), ids(&key["no_content"][question]));
        let states = states(sample(), question);
        assert_eq!(states.len() as u64, count(&key["respondents"], "rows"));
        for (id, state) in states {
            let expected = if tests.contains(&id) {
                "test"
            } else if doubles.contains(&id) {
                "double"
            } else if blank.contains(&id) {
                "blank"
            } else if no_content.contains(&id) {
                "no_content"
            } else {
                "analysed"
            };
            assert_eq!(state, expected, "{question}, id {id}");
        }
    }
}

#[test]
fn the_base_is_the_respondents_who_say_something() {
    let key = key();
    for question in OPEN {
        let silent = ids(&key["blank"][question]).len() + ids(&key["no_content"][question]).len();
        let base = count(&key["respondents"], "counted") - silent as u64;
        assert_eq!(count(&sample().question(question), "base"), base, "{question}");
    }
}

#[test]
fn answers_that_say_little_stay_in_the_base_and_are_accounted_for() {
    let key = key();
    for what in ["one_word", "content_free", "refers_elsewhere", "declined"] {
        for question in OPEN {
            let states = states(sample(), question);
            for id in ids(&key[what][question]) {
                assert_eq!(states[&id], "analysed", "{what}, {question}, id {id}");
                assert!(is_accounted_for(question, &id), "{what}, {question}, id {id}");
            }
        }
    }
}

#[test]
fn dissent_is_accounted_for() {
    for dissent in list(&key(), "dissent") {
        let (question, id) = (text(dissent, "question"), dissent["id"].to_string());
        assert_eq!(states(sample(), question)[&id], "analysed", "{question}, id {id}");
        assert!(is_accounted_for(question, &id), "{question}, id {id}");
    }
}

/// Whether a response is either coded or listed without a theme.
fn is_accounted_for(question: &str, id: &str) -> bool {
    let coded = sample().rows_of("coding.csv", question).iter().any(|row| row["response_id"] == id);
    let uncoded = list(&sample().question(question), "no_theme").iter().any(|response| response["response_id"] == id);
    coded != uncoded
}

#[test]
fn an_answer_that_points_at_another_carries_no_theme() {
    let key = key();
    for question in OPEN {
        let found = sample().question(question);
        for id in ids(&key["refers_elsewhere"][question]) {
            let response = list(&found, "no_theme").iter().find(|response| response["response_id"] == id.as_str());
            let response = response.unwrap_or_else(|| panic!("{question}, id {id} is in a theme"));
            assert!(text(response, "reason").contains("another answer"), "{question}, id {id}: {response}");
        }
    }
}

/// The members of the group of near-duplicates that holds a response, with their kinds.
fn group_of(question: &str, id: &str) -> BTreeMap<String, String> {
    let rows = sample().rows_of("duplicates.csv", question);
    let own =
        rows.iter().find(|row| row["response_id"] == id).unwrap_or_else(|| panic!("{question}: {id} is in no group"));
    let group = rows.iter().filter(|row| row["group_id"] == own["group_id"]);
    group.map(|row| (row["response_id"].clone(), row["kind"].clone())).collect()
}

#[test]
fn the_campaign_is_one_group_of_exact_and_edited_copies() {
    let campaign = &key()["campaign"];
    let group = group_of(text(campaign, "question"), &campaign["standard_text_ids"][0].to_string());
    let exact = ids(&campaign["standard_text_ids"]).into_iter().map(|id| (id, "exact".to_owned()));
    let near = ids(&campaign["edited_ids"]).into_iter().map(|id| (id, "near".to_owned()));
    assert_eq!(group, exact.chain(near).collect());
}

#[test]
fn the_pair_is_found_in_every_question() {
    let key = key();
    let pair = &key["pair"];
    let members: BTreeSet<String> = ids(&pair["ids"]).into_iter().collect();
    for question in texts(pair, "questions") {
        let group = group_of(&question, &pair["ids"][0].to_string());
        assert_eq!(group.keys().cloned().collect::<BTreeSet<_>>(), members, "{question}");
        let edited = question == text(&pair["edited"], "question");
        let second = if edited { "near" } else { "exact" };
        assert_eq!(group[&pair["ids"][1].to_string()], second, "{question}");
    }
}

#[test]
fn no_group_was_found_that_was_not_planted() {
    let count = |question: &&str, is_short: bool| {
        let question = sample().question(question);
        list(&question, "duplicates").iter().filter(|group| group["is_short"] == is_short).count()
    };
    assert_eq!(OPEN.map(|question| count(&question, false)), [1, 2, 1, 1]);
    // Two answers to the last are "no".
    assert_eq!(OPEN.map(|question| count(&question, true)), [0, 0, 0, 1]);
}

#[test]
fn the_representative_of_a_group_is_alike_to_itself() {
    let rows = sample().rows("duplicates.csv");
    for row in &rows {
        let similarity: f64 = row["similarity"].parse().unwrap();
        assert!((0.0..=1.0).contains(&similarity), "{row:?}");
        if row["response_id"] == row["representative"] && row["kind"] != "quotation" {
            assert_eq!((row["similarity"].as_str(), row["kind"].as_str()), ("1", "exact"));
        }
        let same_group = |other: &&_| {
            let other: &&crate::support::Row = other;
            ["question", "group_id"].iter().all(|column| other[*column] == row[*column])
        };
        let representatives =
            rows.iter().filter(same_group).filter(|other| other["response_id"] == row["representative"]);
        assert_eq!(representatives.count(), 1, "{row:?}");
    }
}

#[test]
fn a_campaign_counts_once_beside_the_raw_count() {
    let campaign = &key()["campaign"];
    let question = text(campaign, "question");
    let members: BTreeSet<String> =
        group_of(question, &campaign["standard_text_ids"][0].to_string()).into_keys().collect();
    let pair: BTreeSet<String> = ids(&key()["pair"]["ids"]).into_iter().collect();
    let found = sample().question(question);
    let additions: Vec<&Value> = list(&found, "duplicates").iter().flat_map(|group| list(group, "additions")).collect();
    assert_eq!(additions.len(), 1, "one of the edits is an addition: {additions:?}");
    let adding = campaign["edits"][1]["id"].to_string();
    assert_eq!(
        (text(additions[0], "response_id"), &text(additions[0], "text")[..12]),
        (adding.as_str(), "My own house")
    );
    let record = sample().record(question, &adding);
    let record_points = list(&record, "points");
    let mut carried = 0;
    for theme in list(&found, "themes") {
        let respondents: BTreeSet<String> = texts(theme, "respondents").into_iter().collect();
        // Who added a sentence counts for it where the theme holds it.
        let adds = record_points.last().is_some_and(|point| {
            list(point, "themes").iter().any(|of| text(of, "theme_id") == text(theme, "theme_id"))
        });
        let members: BTreeSet<String> = members.iter().filter(|id| !adds || **id != adding).cloned().collect();
        let extra = |group: &BTreeSet<String>| respondents.intersection(group).count().saturating_sub(1) as u64;
        assert_eq!(
            count(theme, "n_respondents_once"),
            count(theme, "n_respondents") - extra(&members) - extra(&pair),
            "{}",
            text(theme, "label")
        );
        carried += u32::from(extra(&members) >= 11);
    }
    assert!(carried > 0, "the standard text carries a theme");
    assert_eq!(count(&found, "base_once"), count(&found, "base") - 14 - 1, "what one of the sixteen added is one more");
}

#[test]
fn no_two_findings_of_a_question_quote_the_same_point() {
    for question in OPEN {
        let mut quoted = BTreeSet::new();
        for finding in list(&sample().question(question), "findings") {
            for verbatim in list(finding, "verbatims") {
                let place = (text(verbatim, "response_id").to_owned(), count(verbatim, "start"));
                assert!(quoted.insert(place), "{question}: {verbatim}");
            }
        }
        assert!(!quoted.is_empty(), "{question}");
    }
}

#[test]
fn a_quoted_passage_carries_no_theme() {
    let key = key();
    for quotation in list(&key, "quotations") {
        let (question, id) = (text(quotation, "question"), quotation["id"].to_string());
        let record = sample().record(question, &id);
        let quotations = list(&record, "quotations");
        assert_eq!(quotations.len(), 1, "{question}, id {id}");
        let (start, end) = (count(&quotations[0], "start"), count(&quotations[0], "end"));
        let tokens = list(&record, "points").iter().flat_map(|point| list(point, "tokens"));
        let inside: Vec<&Value> =
            tokens.filter(|token| count(token, "start") >= start && count(token, "end") <= end).collect();
        assert!(inside.len() >= 5, "{question}, id {id}");
        for token in inside {
            assert!(!token["left_out"].is_null(), "{question}, id {id}: {token}");
        }
        for point in
            list(&record, "points").iter().filter(|point| count(point, "start") >= start && count(point, "end") <= end)
        {
            assert!(list(point, "themes").is_empty(), "{question}, id {id}: {point}");
        }
    }
}

#[test]
fn only_the_planted_quotations_are_found_and_they_stand_in_the_reference_text() {
    let reference = fs::read_to_string(repository("data/sample/reference.md")).unwrap();
    let planted: BTreeSet<(String, String)> = list(&key(), "quotations")
        .iter()
        .map(|quotation| (text(quotation, "question").into(), quotation["id"].to_string()))
        .collect();
    let mut found = BTreeSet::new();
    for record in sample().records() {
        for quotation in list(&record, "quotations") {
            let span = count(quotation, "start") as usize..count(quotation, "end") as usize;
            assert!(reference.contains(&text(&record, "text")[span]), "{record}");
            found.insert((text(&record, "question").to_owned(), text(&record, "response_id").to_owned()));
        }
    }
    assert_eq!(found, planted);
}

#[test]
fn without_the_reference_text_nothing_is_a_quotation() {
    let outputs = Run::new().file(repository("data/sample/consultation.xlsx")).done().outputs();
    assert!(outputs.records().iter().all(|record| list(record, "quotations").is_empty()));
}

#[test]
fn submissions_in_french_and_spanish_are_read_in_their_language() {
    let key = key();
    let (french, spanish) = (ids(&key["languages"]["fr"]), ids(&key["languages"]["es"]));
    let mut n_other = 0;
    for record in sample().records().iter().filter(|record| record["state"] == "analysed") {
        let id = text(record, "response_id").to_owned();
        let expected = if french.contains(&id) {
            "fr"
        } else if spanish.contains(&id) {
            "es"
        } else {
            "en"
        };
        // An answer of a few words does not show its language; it is read in the main one.
        if text(record, "text").split_whitespace().count() < 5 {
            continue;
        }
        n_other += u32::from(expected != "en");
        assert_eq!(record["language"], expected, "{} to {}: {}", id, record["question"], record["text"]);
    }
    assert!(n_other >= 40, "{n_other}");
}

#[test]
fn a_label_and_a_sentence_are_in_words_of_the_respondents() {
    for question in OPEN {
        let found = sample().question(question);
        // The last question is answered with asides, in which few subjects come up three times.
        let n_findings = list(&found, "findings").len();
        assert!(n_findings == 5 || question == "q9" && n_findings > 2, "{question}: {n_findings}");
        for theme in list(&found, "themes") {
            let answers: Vec<String> =
                sample().records().iter().map(|record| text(record, "text").to_lowercase()).collect();
            for word in
                text(theme, "label").to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 3)
            {
                assert!(answers.iter().any(|answer| answer.contains(word)), "{question}: {word} in {}", theme["label"]);
            }
            let verbatim = &list(theme, "verbatims")[0];
            let spaced: Vec<&str> = text(verbatim, "text").split_whitespace().collect();
            assert_eq!(text(theme, "sentence"), spaced.join(" "));
        }
    }
}
