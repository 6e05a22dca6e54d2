//! Closed questions, who answered, cross-tables, and small cells that are suppressed.

use crate::support::{Outputs, Row, Run, count, list, repository, sample, shared, text};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// The rows of the sample that count: no test, no earlier half of a double submission.
fn rows() -> Vec<BTreeMap<String, String>> {
    let key: Value = serde_json::from_slice(&std::fs::read(repository("data/sample/key.json")).unwrap()).unwrap();
    let mut aside: BTreeSet<String> = list(&key, "test_entries").iter().map(Value::to_string).collect();
    aside.extend(list(&key, "double_submissions").iter().map(|pair| pair["set_aside"].to_string()));
    let mut reader = csv::Reader::from_path(repository("data/sample/consultation.csv")).unwrap();
    let rows = reader.deserialize().map(|row| row.unwrap());
    rows.filter(|row: &BTreeMap<String, String>| !aside.contains(&row["ID"])).collect()
}

/// How often each value stands in the column whose name begins so.
fn tally(column: &str) -> BTreeMap<String, u64> {
    let mut counts = BTreeMap::new();
    for row in rows() {
        let (_, value) = row.iter().find(|(name, _)| name.starts_with(column)).unwrap();
        *counts.entry(value.trim().to_owned()).or_insert(0) += 1;
    }
    counts
}

fn closed(outputs: &Outputs, id: &str) -> Value {
    let findings = outputs.findings();
    list(&findings, "closed_questions").iter().find(|question| question["id"] == id).unwrap().clone()
}

/// For each option how many chose it.
fn options(item: &Value) -> Vec<(String, u64)> {
    list(item, "options").iter().map(|option| (text(option, "option").to_owned(), count(option, "n"))).collect()
}

#[test]
fn the_closed_questions_of_the_sample_are_counted_as_the_file_has_them() {
    for (id, column) in [("q1", "How familiar"), ("q3", "Overall, how satisfied"), ("q8", "Would your organisation")] {
        let item = closed(sample(), id)["items"][0].clone();
        let mut expected = tally(column);
        assert_eq!(count(&item, "n_no_answer"), expected.remove("").unwrap_or(0), "{id}");
        assert_eq!(options(&item).into_iter().collect::<BTreeMap<_, _>>(), expected, "{id}");
        assert_eq!(count(&item, "base") + count(&item, "n_no_answer"), 123, "{id}");
    }
    let matrix = closed(sample(), "q4");
    assert_eq!(list(&matrix, "items").len(), 5);
    for item in list(&matrix, "items") {
        let mut expected = tally(text(item, "statement"));
        assert_eq!(count(item, "n_no_answer"), expected.remove("").unwrap_or(0));
        assert_eq!(count(item, "n_not_applicable"), expected.remove("Not applicable").unwrap_or(0));
        assert_eq!(options(item).into_iter().collect::<BTreeMap<_, _>>(), expected);
        let order: Vec<String> = options(item).into_iter().map(|(option, _)| option).collect();
        assert_eq!(order, ["Strongly disagree", "Disagree", "Neutral", "Agree", "Strongly agree"]);
    }
}

#[test]
fn a_multiple_choice_of_the_sample_is_cut_at_its_semicolons() {
    let mut expected: BTreeMap<String, u64> = BTreeMap::new();
    let mut base = 0;
    for (value, n) in tally("Which services") {
        let services: BTreeSet<&str> = value.split(';').map(str::trim).filter(|option| !option.is_empty()).collect();
        base += if services.is_empty() { 0 } else { n };
        for service in services {
            *expected.entry(service.to_owned()).or_default() += n;
        }
    }
    let item = closed(sample(), "q6")["items"][0].clone();
    assert_eq!(count(&item, "base"), base);
    assert_eq!(options(&item).into_iter().collect::<BTreeMap<_, _>>(), expected);
}

#[test]
fn the_scale_of_the_sample_has_the_median_and_the_mean_of_its_values() {
    let mut grades: Vec<u64> = rows()
        .iter()
        .map(|row| row.iter().find(|(name, _)| name.starts_with("Overall")).unwrap().1.parse().unwrap())
        .collect();
    grades.sort_unstable();
    let question = closed(sample(), "q3");
    let item = &question["items"][0];
    assert_eq!(item["median"], serde_json::json!([grades[grades.len() / 2].to_string()]));
    let mean = grades.iter().sum::<u64>() as f64 / grades.len() as f64;
    assert!((item["mean"].as_f64().unwrap() - mean).abs() <= 0.005);
    assert_eq!((text(&question["scale"], "low_label"), text(&question["scale"], "high_label")), ("not at all", "very"));
}

#[test]
fn the_sentences_of_the_sample_are_made_of_its_counts() {
    let findings = sample().findings();
    let said: Vec<String> = (list(&findings, "closed_questions").iter())
        .flat_map(|question| {
            list(question, "sentences")
                .iter()
                .map(move |said| format!("{}: {}", text(question, "id"), said.as_str().unwrap()))
        })
        .collect();
    insta::assert_snapshot!(said.join("\n"));
    let page = sample().text("report.html");
    for sentence in said {
        let words: String = sentence.split_once(": ").unwrap().1.split('“').next().unwrap().to_owned();
        assert!(page.contains(words.trim()), "{sentence}");
    }
}

#[test]
fn the_profile_of_the_sample_adds_up_to_its_respondents() {
    let profile = sample().findings()["profile"].clone();
    assert_eq!(count(&profile, "n_respondents"), 123);
    for (attribute, column) in list(&profile, "attributes").iter().zip(["Which of the following", "In which region"]) {
        let mut expected = tally(column);
        assert_eq!(count(&attribute["did_not_say"], "n"), expected.remove("").unwrap_or(0));
        let found: BTreeMap<String, u64> = (list(attribute, "values").iter())
            .map(|value| (text(value, "value").to_owned(), count(value, "n")))
            .collect();
        assert_eq!(found, expected);
    }
    let days: BTreeMap<String, u64> =
        (list(&profile, "days").iter()).map(|day| (text(day, "day").to_owned(), count(day, "n"))).collect();
    let mut expected: BTreeMap<String, u64> = BTreeMap::new();
    for (time, n) in tally("Completion time") {
        *expected.entry(time[..10].to_owned()).or_default() += n;
    }
    assert_eq!(
        days.iter().filter(|(_, n)| **n > 0).map(|(day, n)| (day.clone(), *n)).collect::<BTreeMap<_, _>>(),
        expected
    );
    assert!(days.values().any(|n| *n == 0), "days without an answer are listed");
    let languages: Vec<(&str, u64)> =
        list(&profile, "languages").iter().map(|entry| (text(entry, "language"), count(entry, "n"))).collect();
    assert_eq!(languages.iter().map(|(code, _)| *code).collect::<Vec<_>>(), ["en", "fr", "es"]);
    assert_eq!(languages.iter().map(|(_, n)| n).sum::<u64>() + count(&profile, "n_no_language"), 123);
}

#[test]
fn the_cross_tables_of_the_sample_add_up_to_the_counts() {
    let findings = sample().findings();
    let tables = list(&findings, "crosstabs");
    let by: BTreeSet<&str> = tables.iter().map(|table| text(table, "by_name")).collect();
    assert_eq!(by.len(), 5, "two attributes, two single choices and a scale: {by:?}");
    for table in tables.iter().filter(|table| table["by"] == "attribute") {
        let sum =
            |at: usize| -> u64 { list(table, "groups").iter().map(|group| count(&group["cells"][at], "n")).sum() };
        let base: u64 = list(table, "groups").iter().map(|group| count(group, "base")).sum();
        let (id, statement) = (text(table, "question"), table.get("statement"));
        if table["of"] == "themes" {
            let question = sample().question(id);
            assert_eq!(base, count(&question, "base"));
            for (at, theme) in list(&question, "themes").iter().enumerate() {
                assert_eq!(sum(at), count(theme, "n_respondents"), "{id} {theme}");
            }
        } else {
            let question = closed(sample(), id);
            let item = list(&question, "items").iter().find(|item| item.get("statement") == statement).unwrap();
            assert_eq!(base, count(item, "base"));
            let sums: Vec<u64> = (0..list(table, "answers").len()).map(sum).collect();
            assert_eq!(sums, options(item).into_iter().map(|(_, n)| n).collect::<Vec<_>>());
        }
    }
    // The table as the file has it.
    let familiar = |region: &str, option: &str| {
        let fits = |row: &&BTreeMap<String, String>| {
            row["In which region are you based?"] == region && row.values().any(|value| value == option)
        };
        rows().iter().filter(fits).count().to_string()
    };
    let cells: Vec<Row> = sample().rows_of("crosstabs.csv", "q1");
    let mut n_cells = 0;
    for cell in cells.iter().filter(|cell| cell["by_name"].starts_with("In which region")) {
        let region = if cell["group"] == "did not say" { "" } else { &cell["group"] };
        assert_eq!(cell["n"], familiar(region, &cell["answer"]), "{cell:?}");
        n_cells += 1;
    }
    assert_eq!(n_cells, 3 * 7);
}

#[test]
fn copies_are_counted_raw_and_once_in_each_group() {
    let findings = sample().findings();
    let of_q5 =
        list(&findings, "crosstabs").iter().filter(|table| table["question"] == "q5" && table["of"] == "themes");
    let mut differs = false;
    for cell in of_q5.flat_map(|table| list(table, "groups")).flat_map(|group| list(group, "cells")) {
        assert!(count(cell, "n_once") <= count(cell, "n"));
        differs |= count(cell, "n_once") < count(cell, "n");
    }
    assert!(differs, "the campaign of q5 counts once");
}

/// The shares of seven groups in a published paper on 45 responses, from the counts that they must come from.
const REGIONS: [(&str, usize, u64); 7] = [
    ("Upland", 12, 27),
    ("Delta", 11, 24),
    ("Coast", 6, 13),
    ("Islands", 6, 13),
    ("Steppe", 5, 11),
    ("Straits", 1, 2),
    ("", 4, 9),
];

fn regional() -> Outputs {
    let mut file = "id,Region,Do you agree?,What should change?\n".to_owned();
    let mut id = 0;
    for (region, n, _) in REGIONS {
        for _ in 0..n {
            id += 1;
            let comment = ["The evening ferry must run later.", "Cheaper tickets for families."][id % 2];
            let agrees = if id <= 39 { "Agree" } else { "Disagree" };
            let _ = writeln!(file, "{id},{region},{agrees},{comment}");
        }
    }
    let settings = "[[question]]\ncolumn = \"What should change?\"\nkind = \"open\"";
    Run::new().csv(&file).settings(settings).done().outputs()
}

#[test]
fn the_regional_shares_of_a_published_paper_are_found_again() {
    let outputs = regional();
    let profile = outputs.findings()["profile"].clone();
    let attribute = &list(&profile, "attributes")[0];
    // Half a per cent rounds up.
    let whole = |value: &Value| {
        let (percent, tenth) =
            value["percent"].to_string().split_once('.').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
        percent.parse::<u64>().unwrap() + u64::from(tenth.parse::<u64>().unwrap() >= 5)
    };
    for (region, n, percent) in REGIONS {
        let values = list(attribute, "values").iter().chain([&attribute["did_not_say"]]);
        let name = if region.is_empty() { "did not say" } else { region };
        let value = values.into_iter().find(|value| value["value"] == name).unwrap();
        assert_eq!((count(value, "n"), whole(value)), (n as u64, percent), "{region}");
    }
    let sentence = closed(&outputs, "q1")["sentences"][0].clone();
    assert_eq!(sentence, "More than 85 % of the 45 who answered (39) said “Agree”.");
    let Some(paper) = shared("seeds/one-itu-consultation-2023-results.txt") else { return };
    let paper = std::fs::read_to_string(paper).unwrap();
    let line = paper.lines().find(|line| line.contains("geographical representation")).unwrap();
    let shares: Vec<u64> = (line.match_indices('%'))
        .map(|(at, _)| {
            let digits: String = line[..at].chars().rev().take_while(char::is_ascii_digit).collect();
            digits.chars().rev().collect::<String>().parse().unwrap()
        })
        .collect();
    assert_eq!(shares, [27, 24, 13, 13, 11, 2, 9]);
}

const SURVEY: &str = "\
id,Submitted at,Region,How sure are you?,Which do you use?,What should change?
1,04/03/2026 10:00,North,High,\"Bus, ferry, Post\",The evening ferry must run later.
2,05/03/2026 10:00,North,Low,Post,\"A later evening ferry, please.\"
3,14/03/2026 10:00,South,No idea,\"Bus, ferry\",Cheaper tickets for families.
4,soon,South,Middling,Post,
5,15/03/2026 10:00,,High,,Tickets are too expensive for families.
";
const STATED: &str = "\
[[question]]
column = \"How sure are you?\"
kind = \"single\"
options = [\"Low\", \"Middling\", \"High\"]
not_applicable = [\"No idea\"]
[[question]]
column = \"Which do you use?\"
kind = \"multiple\"
options = [\"Bus, ferry\", \"Post\", \"Fax\"]
[crosstabs]
by = [\"q1\", \"Region\"]
";

#[test]
fn stated_options_hold_and_the_settings_written_give_the_same_run() {
    let ran = Run::new().csv(SURVEY).settings(STATED).done();
    let outputs = ran.outputs();
    let named = |options: &[(&str, u64)]| options.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect::<Vec<_>>();
    let sure = closed(&outputs, "q1")["items"][0].clone();
    assert_eq!(options(&sure), named(&[("Low", 1), ("Middling", 1), ("High", 2)]));
    assert_eq!((count(&sure, "base"), count(&sure, "n_not_applicable"), count(&sure, "n_no_answer")), (4, 1, 0));
    let used = closed(&outputs, "q2")["items"][0].clone();
    assert_eq!(options(&used), named(&[("Bus, ferry", 2), ("Post", 3), ("Fax", 0)]));
    assert_eq!((count(&used, "base"), count(&used, "n_no_answer")), (4, 1));
    let findings = outputs.findings();
    let by: BTreeSet<&str> = list(&findings, "crosstabs").iter().map(|table| text(table, "by_name")).collect();
    assert_eq!(by, BTreeSet::from(["Region", "q1"]));
    let again = ran.canvass(&["run", "answers.csv", "--config", "out/canvass.toml", "--out", "again"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
    outputs.assert_same(&Outputs::read(&ran.folder.join("again")), "with the settings written");
}

#[test]
fn the_day_of_a_submission_is_told_with_what_gives_none() {
    let ran = Run::new().csv(SURVEY).settings(STATED).done();
    let said = &ran.said.stderr;
    assert!(said.contains("dates are written day, month, year"), "{said}");
    assert!(said.contains("1 cell gives no day") && said.contains("row 5, column B: \"soon\""), "{said}");
    let profile = ran.outputs().findings()["profile"].clone();
    assert_eq!((list(&profile, "days").len(), count(&profile, "n_no_day")), (12, 1));
    let turned = Run::new().csv(SURVEY).settings("[input]\ndate_order = \"mdy\"").done().outputs();
    assert_eq!(count(&turned.findings()["profile"], "n_no_day"), 3);
}

#[test]
fn who_answered_closed_questions_only_counts_there() {
    let outputs = Run::new().csv(SURVEY).settings(STATED).done().outputs();
    assert_eq!(count(&outputs.findings()["profile"], "n_respondents"), 5);
    assert_eq!(count(&outputs.question("q3"), "base"), 4);
    assert_eq!(count(&outputs.findings(), "n_submissions_set_aside"), 1);
}

#[test]
fn a_consultation_without_closed_questions_and_attributes_has_empty_tables() {
    let outputs = Run::new().csv(crate::support::FERRY).done().outputs();
    let findings = outputs.findings();
    assert!(list(&findings, "closed_questions").is_empty() && list(&findings, "crosstabs").is_empty());
    assert_eq!(outputs.text("closed.csv").lines().count(), 1);
    assert!(!outputs.text("report.html").contains("id=\"closed\""));
}

#[test]
fn what_does_not_group_respondents_is_refused_as_groups() {
    for (settings, name) in [
        ("[crosstabs]\nby = [\"Shoe size\"]", "groups_that_are_not_there"),
        ("[privacy]\nsmallest_cell = 1", "a_smallest_cell_of_one"),
    ] {
        let ran = Run::new().csv(SURVEY).settings(settings).output();
        assert_eq!(ran.said.code, 2);
        insta::assert_snapshot!(
            name,
            ran.said.stderr.lines().filter(|line| !line.contains("answers.csv:")).collect::<Vec<_>>().join("\n")
        );
    }
}

const PRIVATE: &str = "[privacy]\nsmallest_cell = 5\n";

#[test]
fn small_cells_are_suppressed_in_every_output() {
    let outputs = Run::sample().settings(PRIVATE).done().outputs();
    let (mut n_suppressed, mut n_published) = (0, 0);
    for cell in outputs.rows("crosstabs.csv") {
        if cell["suppressed"] == "yes" {
            assert_eq!((cell["n"].as_str(), cell["percent"].as_str()), ("", ""));
            n_suppressed += 1;
        } else {
            assert!(!(1..5).contains(&cell["n"].parse::<u64>().unwrap()), "{cell:?}");
            n_published += 1;
        }
        assert_eq!(cell["n_once"], "");
    }
    assert!(n_suppressed > 50 && n_published > 100, "{n_suppressed} and {n_published}");
    let findings = outputs.findings();
    for cell in list(&findings, "crosstabs")
        .iter()
        .flat_map(|table| list(table, "groups"))
        .flat_map(|group| list(group, "cells"))
    {
        assert!(cell["n"].as_u64().is_none_or(|n| n == 0 || n >= 5));
        assert_eq!(cell.get("n_once"), None);
    }
    assert!(outputs.text("report.html").contains("[c]"));
    // Counts of one thing are whole.
    assert_eq!(findings["profile"], sample().findings()["profile"]);
    assert_eq!(findings["closed_questions"], sample().findings()["closed_questions"]);
}

#[test]
fn with_small_cells_suppressed_no_output_says_who_has_which_attribute() {
    let outputs = Run::sample().settings(PRIVATE).done().outputs();
    for name in
        ["internal/responses.jsonl", "coding.csv", "duplicates.csv", "duplicate_pairs.csv", "internal/ledger.csv"]
    {
        for value in ["Member municipality", "Regional association", "Very familiar", "Strongly agree"] {
            let holds = |line: &&str| {
                // What respondents wrote in words is theirs.
                let record: Value = serde_json::from_str(line).unwrap_or_default();
                let written = record["text"].as_str().unwrap_or_default();
                line.contains(value) && !written.contains(value)
            };
            assert_eq!(outputs.text(name).lines().filter(holds).count(), 0, "{value} in {name}");
        }
    }
}

#[test]
fn the_ledger_stays_internal_and_the_manifest_knows_it() {
    let ran = Run::sample().settings(PRIVATE).done();
    let names = ran.outputs().names().into_iter().map(str::to_owned).collect::<Vec<_>>();
    assert!(
        names.contains(&"internal/ledger.csv".to_owned()) && !names.contains(&"ledger.csv".to_owned()),
        "{names:?}"
    );
    let verified = ran.canvass(&["verify", "out"]);
    assert_eq!(verified.code, 0, "{}", verified.stdout);
    assert!(verified.stdout.contains("internal/ledger.csv"), "{}", verified.stdout);
    // Written over again; what canvass did not write in the folder is not.
    let again = Run::sample().settings(PRIVATE).arg("--force").in_folder(&ran.folder);
    assert_eq!(again.output().said.code, 0);
    std::fs::write(ran.out.join("internal/notes.txt"), "mine").unwrap();
    assert_ne!(ran.canvass(&["verify", "out"]).code, 0);
    let refused = Run::sample().settings(PRIVATE).arg("--force").in_folder(&ran.folder).output().said;
    assert!(refused.code != 0 && refused.stderr.contains("internal/notes.txt"), "{}", refused.stderr);
}
