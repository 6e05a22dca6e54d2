//! What happened to one response, told from the run folder.

use crate::support::{FERRY, Run, list, sample, text};
use std::fs;

/// Explains a response of the sample.
#[track_caller]
fn explain(arguments: &[&str]) -> String {
    let said = Run::sample().done().canvass(&[&["explain", "out"], arguments].concat());
    assert_eq!(said.code, 0, "{}", said.stderr);
    said.stdout
}

#[track_caller]
fn assert_holds(told: &str, passages: &[&str]) {
    for passage in passages {
        assert!(told.contains(passage), "no {passage:?} in:\n{told}");
    }
}

#[test]
fn an_explanation_names_the_cell_the_points_and_the_terms() {
    let told = explain(&["12", "--question", "q5"]);
    assert_holds(
        &told,
        &[
            "Question q5: Please name up to three priorities",
            "Response 12 of respondent 12",
            "consultation.xlsx, sheet \"Sheet1\", row 13, column P",
            "analysed",
            "language   English, as its text shows",
            "point 1    The Union should make an end to tourist helicopter flights",
            "helicopter [helicopt]",
            "strategy (word of the question)",
            "of 16 responses; the one that stands for it",
            "quoted in",
        ],
    );
}

#[test]
fn an_explanation_names_each_theme_with_the_words_that_put_the_response_there() {
    let findings = sample().question("q5");
    let theme = &list(&findings, "findings")[0];
    let verbatim = &list(theme, "verbatims")[0];
    let told = explain(&[text(verbatim, "response_id"), "--question", "q5"]);
    let heading = format!("{} {} (rank 1)", text(theme, "theme_id"), text(theme, "label"));
    let line =
        told.lines().find(|line| line.contains(&heading)).unwrap_or_else(|| panic!("no {heading:?} in:\n{told}"));
    assert!(line.contains("because of \"") && line.contains("strength 0.") || line.contains("strength 1"), "{line}");
    let quoted = told.lines().find(|line| line.trim_start().starts_with("quoted in")).unwrap();
    assert!(quoted.contains(text(theme, "label")), "{quoted}");
}

#[test]
fn an_explanation_shows_a_quotation_and_leaves_its_words_out() {
    let told = explain(&["74", "--question", "q5"]);
    assert_holds(
        &told,
        &["quotation  The small-grants fund will be open twice a year", "(quoted from a reference text)"],
    );
}

#[test]
fn a_response_to_several_questions_is_explained_for_each_and_for_one_on_demand() {
    let all = explain(&["12"]);
    assert_eq!(all.lines().filter(|line| line.starts_with("Question ")).count(), 4);
    let one = explain(&["12", "--question", "q7"]);
    assert_eq!(one.lines().filter(|line| line.starts_with("Question ")).count(), 1);
    assert_holds(&one, &["Question q7"]);
}

#[test]
fn a_blank_response_is_explained() {
    let told = explain(&["12", "--question", "q7"]);
    assert_holds(&told, &["row 13, column R", "ledger     blank"]);
    assert!(!told.contains("point 1"), "{told}");
}

#[test]
fn a_double_names_the_row_that_counts() {
    let told = explain(&["58", "--question", "q5"]);
    assert_holds(&told, &["double", "row 62, which counts"]);
}

#[test]
fn an_answer_that_says_nothing_and_a_test_are_explained() {
    assert_holds(&explain(&["29", "--question", "q5"]), &["no content", "gives no answer"]);
    assert_holds(
        &explain(&["7", "--question", "q5"]),
        &["ledger     test", "every answer of the submission is a test"],
    );
}

#[test]
fn an_answer_without_a_theme_is_told_why() {
    let question = sample().question("q2");
    let response = list(&question, "no_theme").first().unwrap();
    let told = explain(&[text(response, "response_id"), "--question", "q2"]);
    assert_holds(&told, &["no theme", text(response, "reason")]);
}

#[test]
fn an_unknown_response_is_refused_with_ids_there_are() {
    let ran = Run::sample().done();
    for (arguments, named) in [
        (vec!["explain", "out", "x99"], "no response \"x99\" in out"),
        (vec!["explain", "out", "12", "--question", "q1"], "no response \"12\" to question \"q1\""),
        (vec!["explain", "out", "x99", "--question", "q5"], "no response \"x99\" to question \"q5\""),
    ] {
        let said = ran.canvass(&arguments);
        assert_eq!(said.code, 2, "{arguments:?}");
        assert!(said.stderr.contains(named), "{}", said.stderr);
    }
    let said = ran.canvass(&["explain", "out", "x99"]);
    assert!(said.stderr.contains("for example 1, 2, 3"), "{}", said.stderr);
}

/// Answers that open with a passage most of them share, restate the question, define an abbreviation and repeat a phrase.
const HARBOUR: &str = "\
id,Which harbour buildings should the island council repair?
1,Thank you very much for asking us. Open the evening ferry office on Sundays.
2,Thank you very much for asking us. The evening ferry office is never open.
3,Thank you very much for asking us. A longer pier and an evening ferry office.
4,Thank you very much for asking us. The evening ferry office needs a ramp and a clock.
5,Thank you very much for asking us. The Coast Safety Board (CSB) must write letters.
6,Thank you very much for asking us. We would like to hear from the CSB about the crane.
7,\"The harbour buildings the island council should repair:
- all sheds with leaking roofs
- the old sail loft\"
8,Ramp
9,\"Cheaper berths for old boats, and a new crane for the boats of the club. Les billets sont beaucoup trop chers pour les familles.\"
10,Thank you very much for asking us. A bench for the old men who wait.
11,Thank you very much for asking us. Lamps along the wall and at the gate.
";

#[test]
fn an_explanation_says_why_each_word_carries_no_theme() {
    let ran = Run::new().csv(HARBOUR).done();
    let told = |id| ran.canvass(&["explain", "out", id]).stdout;
    assert_holds(
        &told("1"),
        &[
            "language   English, as its text shows",
            "shared     Thank you very much for asking us (bytes 0 to 33): stands in most answers",
            "Thank (in a passage that most answers share)",
            "phrases  evening ferry office [",
            "because of \"",
        ],
    );
    assert_holds(&told("6"), &["CSB ["]);
    assert_holds(&told("7"), &["harbour (restates the question)"]);
    assert_holds(&told("8"), &["language   English, the main language, as its own is not sure"]);
    assert_holds(&told("9"), &["    language French, unlike the rest"]);
    let report = fs::read_to_string(ran.out.join("report.html")).unwrap().replace('\u{a0}', " ");
    assert_holds(
        &report,
        &[
            "What carries no theme here",
            "what 1 answer says only to restate the question",
            "1 passage that most answers share",
            "“Thank you very much for asking us”",
            "Counted as one",
            "the answers define the abbreviation",
        ],
    );
}

#[test]
fn an_id_that_begins_with_a_hyphen_is_an_id() {
    let ran = Run::new().csv("id,comment\n-1,The evening ferry\n-2,An evening ferry\n").done();
    let said = ran.canvass(&["explain", "out", "-1"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_holds(&said.stdout, &["Response -1 of respondent -1"]);
}

#[test]
fn a_folder_that_is_no_run_folder_cannot_explain() {
    let said = Run::new().csv(FERRY).done().canvass(&["explain", "missing", "1"]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("missing is no run folder"), "{}", said.stderr);
}

#[test]
fn an_id_that_the_tables_guard_is_found_in_either_spelling() {
    let csv = "id,What should the ferry change?\n=1,The evening ferry must run later.\n=2,A later evening ferry\n";
    let ran = Run::new().csv(csv).args(["--id-column", "id"]).done();
    for id in ["=1", "'=1"] {
        let said = ran.canvass(&["explain", "out", id]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        assert!(said.stdout.contains("Response =1 of respondent =1"), "{}", said.stdout);
    }
}
