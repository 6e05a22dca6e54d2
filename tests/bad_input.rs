//! Input that cannot be used: exit code 2, and a message that names the place and the way out.
//!
//! The messages are snapshots. All paths are relative to the folder the program is started in, so none needs a filter.

use crate::support::{FERRY, Run, raw_workbook, repository, workbook};
use insta::assert_snapshot;
use std::fs;

/// What is said of input that cannot be used. Nothing is written, and nothing but the error is said.
#[track_caller]
fn refused(run: Run) -> String {
    let ran = run.arg("--quiet").output();
    assert_eq!(ran.said.code, 2, "{}", ran.said.stderr);
    assert_eq!(ran.said.stdout, "");
    assert!(!ran.out.is_dir(), "a run folder was written");
    ran.said.stderr
}

/// Answers whose last cell is this long.
fn with_a_cell_of(n_bytes: usize) -> String {
    format!("id,comment\n1,The evening ferry\n2,An evening ferry\n3,{}\n", "ferry ".repeat(n_bytes / 6 + 1))
}

#[test]
fn a_missing_file() {
    assert_snapshot!(refused(Run::new().file("folder/answers.xlsx")));
}

#[test]
fn a_folder() {
    let run = Run::new();
    let work = tempfile::tempdir().unwrap();
    fs::create_dir(work.path().join("answers")).unwrap();
    assert_snapshot!(refused(run.in_folder(work.path()).file("answers")));
}

#[test]
fn an_empty_file() {
    assert_snapshot!(refused(Run::new().csv("")));
}

#[test]
fn a_file_of_white_space() {
    assert_snapshot!(refused(Run::new().csv("\n\n  \n")));
}

#[test]
fn a_header_only() {
    assert_snapshot!(refused(Run::new().csv("id,comment\n")));
}

#[test]
fn an_empty_sheet() {
    assert_snapshot!(refused(Run::new().answers("answers.xlsx", workbook([("Answers", vec![])]))));
}

#[test]
fn an_empty_sheet_that_was_asked_for() {
    let rows = vec![vec!["id", "comment"], vec!["1", "The evening ferry"], vec!["2", "An evening ferry"]];
    let book = workbook([("Answers", rows), ("Notes", vec![])]);
    assert_snapshot!(refused(Run::new().answers("answers.xlsx", book).args(["--sheet", "Notes"])));
}

#[test]
fn a_sheet_that_does_not_exist() {
    let rows = vec![vec!["id", "comment"], vec!["1", "The evening ferry"], vec!["2", "An evening ferry"]];
    let book = workbook([("Form1", rows), ("Notes", vec![vec!["x"]])]);
    assert_snapshot!(refused(Run::new().answers("answers.xlsx", book).args(["--sheet", "Answers"])));
}

#[test]
fn a_pdf_called_a_workbook() {
    assert_snapshot!(refused(Run::new().answers("answers.xlsx", "%PDF-1.7\n%\u{e2}\u{e3}\n1 0 obj\n<< >>\nendobj\n")));
}

#[test]
fn a_picture_called_a_workbook() {
    assert_snapshot!(refused(
        Run::new().answers("answers.xlsx", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0")
    ));
}

#[test]
fn a_picture_called_a_text_file() {
    assert_snapshot!(refused(
        Run::new().answers("answers.csv", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0")
    ));
}

#[test]
fn a_truncated_workbook() {
    let book = fs::read(repository("data/sample/consultation.xlsx")).unwrap();
    assert_snapshot!(refused(Run::new().answers("answers.xlsx", &book[..book.len() / 2])));
}

#[test]
fn a_column_that_does_not_exist() {
    let answers = "question,answer,text\nQ1,1,The evening ferry\nQ1,2,An evening ferry\n";
    let run =
        Run::new().csv(answers).args(["--layout", "long", "--question-column", "question", "--text-column", "foo"]);
    assert_snapshot!(refused(run));
}

#[test]
fn a_column_that_is_nearly_there() {
    let answers = "Question ID,answer,text\nQ1,1,The evening ferry\nQ1,2,An evening ferry\n";
    let run =
        Run::new().csv(answers).args(["--layout", "long", "--question-column", "question id", "--text-column", "text"]);
    assert_snapshot!(refused(run));
}

#[test]
fn a_column_of_the_configuration_that_does_not_exist() {
    let settings = "[[question]]\nid = \"q1\"\ncolumn = \"What shall we do?\"\nkind = \"open\"\n";
    assert_snapshot!(refused(Run::new().csv(FERRY).settings(settings)));
}

#[test]
fn a_language_column_that_does_not_exist() {
    assert_snapshot!(refused(Run::new().csv(FERRY).args(["--language-column", "Language"])));
}

#[test]
fn a_translation_column_that_does_not_exist() {
    let settings = "[[question]]\nid = \"q1\"\ntranslation_column = \"In English\"\n";
    assert_snapshot!(refused(Run::new().csv(FERRY).settings(settings)));
}

#[test]
fn a_translation_column_for_a_whole_wide_file() {
    let answers = "id,comment,English\n1,Le bac du soir,The evening ferry\n2,Un bac du soir,An evening ferry\n";
    assert_snapshot!(refused(Run::new().csv(answers).args(["--translation-column", "English"])));
}

#[test]
fn two_columns_of_one_name() {
    assert_snapshot!(refused(Run::new().csv("id,comment,comment\n1,The evening ferry,Yes\n2,An evening ferry,No\n")));
}

#[test]
fn a_nul_character() {
    assert_snapshot!(refused(Run::new().csv("id,comment\n1,The evening\0ferry\n2,An evening ferry\n")));
}

#[test]
fn one_response_only() {
    assert_snapshot!(refused(Run::new().csv("id,comment\n1,The evening ferry must run later\n")));
}

#[test]
fn all_responses_empty() {
    let run = Run::new().csv("id,comment\n1,\n2,n/a\n3,  \n");
    assert_snapshot!(refused(run.settings("[[question]]\ncolumn = \"comment\"\nkind = \"open\"\n")));
}

#[test]
fn all_responses_empty_and_no_question_named() {
    assert_snapshot!(refused(Run::new().csv("id,comment\n1,\n2,\n3,\n")));
}

#[test]
fn a_cell_of_two_megabytes() {
    assert_snapshot!(refused(Run::new().csv(&with_a_cell_of(2_000_000))));
}

#[test]
fn a_cell_of_ten_megabytes() {
    let message = refused(Run::new().csv(&with_a_cell_of(10_000_000)));
    for named in ["answers.csv, row 4, column B (\"comment\")", "10000002 bytes", "the limit is 1048576"] {
        assert!(message.contains(named), "{message}");
    }
}

#[test]
fn a_cell_of_two_megabytes_in_a_workbook() {
    // A spreadsheet program stops at 32,767 characters; a file can hold more.
    let rows = [["id", "comment"], ["1", "The evening ferry"], ["2", &"ferry ".repeat(333_333)]];
    assert_snapshot!(refused(Run::new().answers("answers.xlsx", raw_workbook(&rows))));
}

#[test]
fn an_unterminated_quotation_mark() {
    assert_snapshot!(refused(
        Run::new().csv("id,comment\n1,The evening ferry\n2,\"An evening ferry\n3,Cheaper tickets\n")
    ));
}

#[test]
fn a_row_with_too_many_cells() {
    assert_snapshot!(refused(Run::new().csv("id,comment\n1,The evening ferry\n2,Later, and cheaper\n")));
}

#[test]
fn an_unknown_option() {
    assert_snapshot!(refused(Run::new().csv(FERRY).arg("--theads=2")));
}

#[test]
fn no_file() {
    assert_snapshot!(refused(Run::new()));
}

#[test]
fn a_configuration_that_is_not_there() {
    assert_snapshot!(refused(Run::new().csv(FERRY).config("missing.toml")));
}

#[test]
fn an_unknown_setting() {
    assert_snapshot!(refused(Run::new().csv(FERRY).settings("seed = 1\n\n[findings]\n  cuont = 8\n")));
}

#[test]
fn a_configuration_that_is_no_toml() {
    assert_snapshot!(refused(Run::new().csv(FERRY).settings("seed = 1\n[themes\n")));
}

#[test]
fn a_setting_out_of_range() {
    assert_snapshot!(refused(Run::new().csv(FERRY).settings("[findings]\ncount = 0\n")));
}

#[test]
fn a_similarity_out_of_range() {
    assert_snapshot!(refused(Run::new().csv(FERRY).settings("[duplicates]\nmin_similarity = 1.5\n")));
}

#[test]
fn a_language_without_resources() {
    assert_snapshot!(refused(Run::new().csv(FERRY).settings("[text]\nmain_language = \"sv\"\n")));
}

#[test]
fn a_reference_text_that_is_not_there() {
    assert_snapshot!(refused(Run::new().csv(FERRY).reference("folder/form.md")));
}

#[test]
fn a_reference_text_of_the_configuration_that_is_not_there() {
    assert_snapshot!(refused(Run::new().csv(FERRY).settings("[[reference]]\nfile = \"form.md\"\n")));
}

#[test]
fn a_reference_text_in_another_format() {
    assert_snapshot!(refused(Run::new().csv(FERRY).holding("form.pdf", b"%PDF-1.7").reference("form.pdf")));
}

#[test]
fn a_reference_text_that_is_half_a_word_document() {
    assert_snapshot!(refused(Run::new().csv(FERRY).holding("form.docx", b"PK\x03\x04").reference("form.docx")));
}

#[test]
fn a_reference_text_in_another_encoding() {
    assert_snapshot!(refused(
        Run::new().csv(FERRY).holding("form.txt", b"Le bac est fr\xe9quent").reference("form.txt")
    ));
}

#[test]
fn a_reference_text_other_than_the_configuration_says() {
    let settings = format!("[[reference]]\nfile = \"form.txt\"\nblake3 = \"{}\"\n", "0".repeat(64));
    assert_snapshot!(refused(Run::new().csv(FERRY).holding("form.txt", "The ferry").settings(&settings)));
}

#[test]
fn e_mail_addresses_as_respondents() {
    let answers = "id,contact,comment\n1,a@example.org,The evening ferry\n2,b@example.org,An evening ferry\n";
    assert_snapshot!(refused(Run::new().csv(answers).args(["--respondent-column", "contact"])));
}

#[test]
fn names_as_respondents() {
    let answers = "id,Name,comment\n1,Ann Example,The evening ferry\n2,Ben Example,An evening ferry\n";
    assert_snapshot!(refused(Run::new().csv(answers).args(["--respondent-column", "Name"])));
}

#[test]
fn a_blank_cell_in_the_id_column() {
    assert_snapshot!(refused(
        Run::new().csv("id,comment\n1,The evening ferry\n,An evening ferry\n").args(["--id-column", "id"])
    ));
}

#[test]
fn a_questions_file_without_its_columns() {
    let answers = "question,answer,text\nQ1,1,The evening ferry\nQ1,2,An evening ferry\n";
    let run = Run::new().csv(answers).long().holding("w.csv", "id,wording\nQ1,What?\n").args(["--questions", "w.csv"]);
    assert_snapshot!(refused(run));
}

#[test]
fn the_run_folder_is_a_file() {
    assert_snapshot!(refused(Run::new().csv(FERRY).holding("notes.txt", "mine").args(["--out", "notes.txt"])));
}

#[test]
fn the_run_folder_is_a_file_and_force_does_not_replace_it() {
    let run = Run::new().csv(FERRY).holding("notes.txt", "mine").args(["--out", "notes.txt", "--force"]);
    let message = refused(run);
    assert!(!message.contains("--force"), "the way out is no way out: {message}");
}
