//! Wide files made up for it, recognised.

use crate::ingest::fixture::{Files, decided, kinds};
use crate::settings::{DateOrder, Layout, QuestionKind::*};

const FORMS: &str = "\
ID,Start time,Completion time,Email,Name,Which of these best describes you?,Region,Have you read the draft strategy?,\
What should the strategy do first?,How clear is the draft? (1 to 5),The aims are clear,The budget is realistic,\
The timeline is realistic,What is missing from the draft?,Which services do you use?,Any other comments?
1,3/4/26 9:15:22,3/4/26 9:20:10,anonymous,,NGO,Asia,Yes,Fund the local offices,4,Agree,Neutral,Disagree,,Web;Post;,
2,3/4/26 10:15:22,3/4/26 10:20:10,anonymous,,Member State,Africa,No,,3,Strongly agree,Agree,Agree,Nothing,Web;,n/a
3,3/5/26 9:15:22,3/5/26 9:20:10,anonymous,,NGO,Africa,In part,Fewer meetings,5,Agree,Disagree,Neutral,A map of costs,Post;,No
";

#[test]
fn a_forms_export_is_recognised_column_by_column() {
    let intake = Files::new(&[FORMS]).read("");
    let expected =
        [("q1", Single), ("q2", Open), ("q3", Scale), ("q4", Matrix), ("q5", Open), ("q6", Multiple), ("q7", Open)];
    assert_eq!(intake.input.layout, Layout::Wide);
    assert_eq!(intake.input.id_column, "ID");
    assert_eq!(intake.input.attribute_columns, ["Which of these best describes you?", "Region"]);
    assert_eq!(intake.input.ignored_columns, ["Start time", "Email", "Name"]);
    assert_eq!((intake.input.time_column.as_str(), intake.input.date_order), ("Completion time", DateOrder::Mdy));
    assert!(decided(&intake, "Start time").contains("that of the submission is in \"Completion time\""));
    assert_eq!(kinds(&intake), expected);
    assert_eq!(
        intake.questions[3].text,
        "Statements: The aims are clear; The budget is realistic; The timeline is realistic"
    );
    assert_eq!(intake.questions[3].columns.len(), 3);
}

#[test]
fn an_id_and_a_comment_are_one_open_question() {
    let intake = Files::new(&["id,comment\n1,Good\n2,Good\n3,\n"]).read("");
    assert_eq!((intake.input.id_column.as_str(), kinds(&intake)), ("id", vec![("q1", Open)]));
    let intake = Files::new(&["Comments\nI agree, mostly\n"]).read("");
    assert_eq!(kinds(&intake), [("q1", Open)]);
}

#[test]
fn questions_without_a_single_answer_are_still_questions() {
    let intake = Files::new(&["id,What works?,What does not?\n1,,\n2, ,\n"]).read("");
    assert_eq!(kinds(&intake), [("q1", Open), ("q2", Open)]);
    assert_eq!(intake.responses.len(), 4);
}

#[test]
fn what_the_configuration_states_is_taken_and_the_rest_recognised() {
    let config = "
        [input]
        attribute_columns = [\"Have you read  the draft strategy?\"]
        [[question]]
        column = \"What is missing from the draft?\"
        id = \"gaps\"
        text = \"Gaps\"
        [[question]]
        id = \"q1\"
        text = \"First things first\"
    ";
    let intake = Files::new(&[FORMS]).read(config);
    assert_eq!(intake.input.attribute_columns.len(), 3);
    assert_eq!(
        kinds(&intake),
        [("q1", Open), ("q2", Scale), ("q3", Matrix), ("gaps", Open), ("q5", Multiple), ("q6", Open)]
    );
    assert_eq!(intake.questions[0].text, "First things first");
    assert_eq!(intake.questions[3].text, "Gaps");
}

#[test]
fn a_column_that_does_not_exist_is_named_with_those_that_do() {
    let (message, hint) = Files::new(&["ID,Comment\n1,a b\n"]).error("[input]\nid_column = \"id\"");
    assert_eq!(message, "answers1.csv has no column \"id\" (id_column); its columns are \"ID\", \"Comment\"");
    assert_eq!(hint, "did you mean \"ID\"?");
    let (message, _) =
        Files::new(&["ID,Comment\n1,a\n", "ID,comment?\n2,b\n"]).error("[[question]]\ncolumn = \"Comment\"");
    let start = "answers2.csv has no column \"Comment\" (question number 1; another file has it)";
    assert!(message.starts_with(start), "{message}");
}

#[test]
fn a_file_may_lack_columns_that_others_have_and_that_is_told() {
    let files = [
        "ID,Email,Region,What works?,Why so?\n1,a@b.org,Asia,The van,It is near\n2,c@d.org,Asia,The desk,It is far\n",
        "What works?,ID,Age group\nThe boat,8,30 to 60\nThe pier,9,30 to 60\n",
    ];
    let intake = Files::new(&files).read("");
    assert_eq!(intake.input.attribute_columns, ["Region", "Age group"]);
    let attributes: Vec<Vec<&str>> =
        intake.submissions.iter().map(|submission| submission.attributes.iter().map(AsRef::as_ref).collect()).collect();
    assert_eq!(attributes, [["Asia", ""], ["Asia", ""], ["", "30 to 60"], ["", "30 to 60"]]);
    assert_eq!(intake.submissions[2].email, None);
    assert_eq!(intake.recognition.iter().map(|of| of.n_received).collect::<Vec<_>>(), [4, 2]);
    let told: Vec<String> = intake
        .decisions
        .iter()
        .filter(|decision| decision.about.contains(".csv"))
        .map(|decision| format!("{} {}", decision.about, decision.decided))
        .collect();
    assert_eq!(
        told,
        [
            "answers1.csv lacks the column \"Age group\", blank for its 2 rows",
            "answers2.csv lacks the columns \"Email\", \"Region\", blank for its 2 rows",
            "answers2.csv has no answers to \"q2\"",
        ]
    );
}

#[test]
fn headers_that_differ_in_case_and_marks_only_are_no_two_columns() {
    let (message, hint) = Files::new(&["ID,What works?\n1,The van\n", "ID,what works\n2,The pier\n"]).error("");
    assert!(message.contains("has no column \"What works?\" (an open question; another file has it)"), "{message}");
    assert!(
        hint.starts_with("if \"what works\" is the same column, rename it \"What works?\" in answers2.csv; if"),
        "{hint}"
    );
}

#[test]
fn files_without_a_question_in_common_are_told() {
    let files = ["ID,What works?\n1,The van\n2,The desk\n", "ID,Qu'est-ce qui marche ?\n3,Le bus\n4,Le quai\n"];
    let intake = Files::new(&files).read("");
    assert!(decided(&intake, "answers2.csv").starts_with("shares no question with the other files"));
}

#[test]
fn codes_of_respondents_that_one_file_lacks_are_not_read() {
    let files =
        ["ID,Comment\n1,The van\n2,The desk\n", "Respondent ID,Comment\nR7,The boat\nR8,The pier\nR7,The bus\n"];
    let intake = Files::new(&files).read("");
    assert_eq!(intake.input.respondent_column, "");
    assert!(decided(&intake, "Respondent ID").contains("answers1.csv lacks it"));
    let ids: Vec<&str> = intake.submissions.iter().map(|submission| &*submission.respondent_id).collect();
    assert_eq!(ids, ["1", "2", "3", "4", "5"]);
}

#[test]
fn a_column_has_one_use() {
    let config = "[input]\nid_column = \"ID\"\n[[question]]\ncolumn = \"ID\"";
    let (message, _) = Files::new(&["ID,Comment\n1,a\n"]).error(config);
    assert_eq!(message, "the configuration uses the column \"ID\" twice: as id_column and as question number 1");
}

#[test]
fn two_questions_of_one_id_are_refused() {
    let config = "[[question]]\ncolumn = \"Why?\"\nid = \"q2\"";
    let (message, _) = Files::new(&["Why?,How so?\na,b\n"]).error(config);
    assert_eq!(message, "two questions have the id \"q2\": \"Why?\" and \"How so?\"");
}

#[test]
fn names_and_addresses_are_no_ids() {
    let file = Files::new(&["Name,Contact,Comment\nAna,a@b.org,Good\nBo,c@d.org,Bad\n"]);
    let (message, hint) = file.error("[input]\nid_column = \"Contact\"");
    assert_eq!(message, "answers1.csv: the column \"Contact\" cannot be id_column, because it holds e-mail addresses");
    assert!(hint.contains("ids appear in every output"));
    assert!(file.error("[input]\nrespondent_column = \"Name\"").0.contains("names of persons"));
    let intake = file.read("");
    assert_eq!((intake.input.id_column.as_str(), intake.input.email_column.as_str()), ("", "Contact"));
}

#[test]
fn ids_that_two_files_share_give_way_to_row_numbers() {
    let files = Files::new(&["ID,Comment\n1,a\n2,b\n", "Comment,ID\nc,1\n"]);
    let intake = files.read("");
    assert!(decided(&intake, "ID").contains("(\"1\" is in more than one)"), "{}", decided(&intake, "ID"));
    let ids: Vec<_> = intake.responses.iter().map(|response| (&*response.response_id, &*response.text)).collect();
    assert_eq!(ids, [("1", "a"), ("2", "b"), ("3", "c")]);
    assert_eq!(files.read("[input]\nid_column = \"ID\"").responses[2].response_id.as_ref(), "1");
}

#[test]
fn a_file_without_an_open_question_says_what_each_column_was_taken_for() {
    let (message, hint) = Files::new(&["id,Region\n1,Asia\n2,Asia\n"]).error("");
    let expected = "answers1.csv has no open question; the columns were taken for: \
                    \"id\" the id of the response; \"Region\" an attribute of the respondent";
    assert_eq!(message, expected);
    assert!(hint.contains("kind = \"open\""));
}

#[test]
fn the_wording_may_come_from_a_questions_file() {
    let files =
        Files::new(&["id,Q1,Q2\n1,Fund it,Cut it\n"]).with_questions("question,text\nQ1,What first?\nq2,What last?\n");
    let texts: Vec<_> = files.read("").questions.into_iter().map(|question| question.text).collect();
    assert_eq!(texts, ["What first?", "What last?"]);
}
