//! Long files: a row an answer.

use crate::support::{Outputs, Run, count, list, table, text};

const ANSWERS: &str = "\
question,answer,text,guest
Q8,0,The evening ferry must run later,anna
Q8,07,A later evening ferry,ben
Q8,x 1,Cheaper tickets,cleo
Q5,0,An evening ferry in winter,anna
Q5,1,The evening ferry,cleo
";

/// The (question, response, respondent) of every row of the ledger.
fn identities(outputs: &Outputs) -> Vec<[String; 3]> {
    let rows = outputs.rows("ledger.csv").into_iter();
    rows.map(|row| ["question", "response_id", "respondent_id"].map(|column| row[column].clone())).collect()
}

fn question_ids(outputs: &Outputs) -> Vec<String> {
    list(&outputs.findings(), "questions").iter().map(|question| text(question, "id").to_owned()).collect()
}

#[test]
fn ids_are_the_cells_as_they_stand_and_answers_are_not_linked() {
    let outputs = Run::new().csv(ANSWERS).long().done().outputs();
    let expected =
        [["Q8", "0", "Q8:0"], ["Q8", "07", "Q8:07"], ["Q8", "x 1", "Q8:x 1"], ["Q5", "0", "Q5:0"], ["Q5", "1", "Q5:1"]];
    assert_eq!(identities(&outputs), expected.map(|row| row.map(str::to_owned)));
    assert_eq!(count(&outputs.findings(), "n_submissions"), 5);
    let settings = outputs.settings();
    assert_eq!(settings["input"]["layout"].as_str(), Some("long"));
    assert_eq!(settings["input"]["respondent_column"].as_str(), Some(""));
}

#[test]
fn a_respondent_column_links_the_answers() {
    let outputs = Run::new().csv(ANSWERS).long().args(["--respondent-column", "guest"]).done().outputs();
    let respondents: Vec<String> = identities(&outputs).into_iter().map(|[_, _, respondent]| respondent).collect();
    assert_eq!(respondents, ["anna", "ben", "cleo", "anna", "cleo"]);
    assert_eq!(count(&outputs.findings(), "n_submissions"), 3);
    assert_eq!(["Q8", "Q5"].map(|id| count(&outputs.question(id), "base")), [3, 2]);
}

#[test]
fn questions_stand_in_the_order_of_the_file() {
    assert_eq!(question_ids(&Run::new().csv(ANSWERS).long().done().outputs()), ["Q8", "Q5"]);
}

#[test]
fn the_questions_file_gives_the_wording_and_the_order() {
    let wording = "question,text\nQ5,\"In winter, what helps?\"\nQ8,What should change?\n";
    let run = Run::new().csv(ANSWERS).long().holding("wording.csv", wording).args(["--questions", "wording.csv"]);
    let outputs = run.done().outputs();
    assert_eq!(text(&outputs.question("Q5"), "text"), "In winter, what helps?");
    assert_eq!(text(&outputs.question("Q8"), "text"), "What should change?");
    assert_eq!(question_ids(&outputs), ["Q5", "Q8"]);
    let manifest = outputs.json("manifest.json");
    let roles: Vec<(&str, &str)> =
        list(&manifest, "inputs").iter().map(|input| (text(input, "file"), text(input, "role"))).collect();
    assert_eq!(roles, [("answers.csv", "answers"), ("wording.csv", "questions")]);
}

#[test]
fn the_configuration_gives_the_wording() {
    let settings = "[[question]]\nid = \"Q5\"\ntext = \"In winter?\"\n";
    let outputs = Run::new().csv(ANSWERS).long().settings(settings).done().outputs();
    assert_eq!(text(&outputs.question("Q5"), "text"), "In winter?");
}

#[test]
fn words_of_the_question_carry_no_theme() {
    let answers = "question,answer,text\nQ1,1,The ferry and tickets\nQ1,2,The ferry and tickets\nQ1,3,Ferry\n";
    let wording = "question,text\nQ1,What about the ferry?\n";
    let run = Run::new().csv(answers).long().holding("w.csv", wording).args(["--questions", "w.csv"]);
    let outputs = run.done().outputs();
    let record = outputs.record("Q1", "1");
    let tokens: Vec<(&str, Option<&str>)> = list(&list(&record, "points")[0], "tokens")
        .iter()
        .map(|token| (text(token, "stem"), token.get("left_out").and_then(|why| why.as_str())))
        .collect();
    assert_eq!(tokens, [("ferri", Some("question")), ("ticket", None)]);
    let question = outputs.question("Q1");
    let response = list(&question, "no_theme").iter().find(|response| response["response_id"] == "3").unwrap();
    assert_eq!(response["reason"], "only words of the question");
}

#[test]
fn a_long_file_is_recognised_without_being_told() {
    let rows: Vec<[String; 3]> = (0..40)
        .map(|n| {
            let question = if n < 20 { "Q1" } else { "Q2" };
            [
                question.to_owned(),
                (n % 20).to_string(),
                format!("Answer number {n} says that the evening ferry leaves too early"),
            ]
        })
        .collect();
    let header = ["question", "answer", "text"].map(str::to_owned);
    let outputs = Run::new().csv(&table([header].iter().chain(&rows))).done().outputs();
    assert_eq!(outputs.settings()["input"]["layout"].as_str(), Some("long"));
    assert_eq!(question_ids(&outputs), ["Q1", "Q2"]);
}

#[test]
fn several_files_are_one_consultation() {
    let more = "question,answer,text,guest\nQ8,9,The evening ferry,dora\n";
    let outputs = Run::new().csv(ANSWERS).answers("late.csv", more).long().done().outputs();
    let rows = outputs.rows_of("ledger.csv", "Q8");
    let cells: Vec<(&str, &str, &str)> =
        rows.iter().map(|row| (row["response_id"].as_str(), row["file"].as_str(), row["row"].as_str())).collect();
    assert_eq!(
        cells,
        [("0", "answers.csv", "2"), ("07", "answers.csv", "3"), ("x 1", "answers.csv", "4"), ("9", "late.csv", "2")]
    );
}

#[test]
fn without_an_id_column_the_data_row_is_the_id() {
    let answers = "question,text\nQ1,The evening ferry\nQ1,An evening ferry\nQ2,Cheaper tickets\n";
    let run =
        Run::new().csv(answers).args(["--layout", "long", "--question-column", "question", "--text-column", "text"]);
    let ids: Vec<String> = identities(&run.done().outputs()).into_iter().map(|[_, response, _]| response).collect();
    assert_eq!(ids, ["1", "2", "3"]);
}
