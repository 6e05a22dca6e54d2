//! Columns beside the answers: the language an answer is written in, and its translation.

use crate::support::{Outputs, Ran, Run, list, text};

const WIDE: &str = "\
id,Language,What should change?,What should change? (English translation),What works well?,Translation notes
1,French,Le bac du soir part trop tôt,The evening ferry leaves too early,La cafétéria,checked by two people
2,English,The evening ferry must run later,,The staff on the pier,nothing to be done here
3,Spanish,El ferry de la tarde debe salir más tarde,The evening ferry must leave later,El café del barco,a second look is needed
4,Elvish,The evening ferry is too early,,The view of the island,left as it was
5,French,,Cheaper tickets for families,,the original was lost
6,English,Cheaper tickets for families,,The crew is friendly,nothing
7,English,Tickets are too expensive for families,,The crew,nothing
8,English,A later ferry in the evening,,The crew and the view,nothing
9,English,Cheaper tickets please,,The food on board,nothing
10,English,Tickets cost too much,,The clean decks,nothing
11,English,More space for bicycles,,The timetable at the pier,nothing
";

const LONG: &str = "\
question,answer,text,lang,in English
Q1,1,Le bac du soir part trop tôt,fr,The evening ferry leaves too early
Q1,2,The evening ferry must run later,en,
Q2,1,Le café du bateau,fr,The coffee on board
Q2,2,The view,en,
";

/// For each question its id and the column with its translation.
fn translations(outputs: &Outputs) -> Vec<(String, Option<String>)> {
    let settings = outputs.settings();
    let questions = settings["question"].as_array().unwrap().iter();
    let name = |question: &toml::Value, key: &str| question.get(key).map(|name| name.as_str().unwrap().to_owned());
    questions.map(|question| (name(question, "id").unwrap(), name(question, "translation_column"))).collect()
}

fn input<'s>(settings: &'s toml::Table, key: &str) -> &'s str {
    settings["input"][key].as_str().unwrap()
}

/// The settings of a run, changed, as the configuration of another.
fn corrected(ran: &Ran, answers: &str, changes: &[(&str, &str)]) -> Outputs {
    let mut settings = ran.outputs().text("canvass.toml").to_owned();
    for (from, to) in changes {
        assert!(settings.contains(from), "no {from} in {settings}");
        settings = settings.replace(from, to);
    }
    Run::new().csv(answers).settings(&settings).done().outputs()
}

#[test]
fn a_language_column_and_translations_are_recognised_and_told() {
    let ran = Run::new().csv(WIDE).done();
    let (outputs, said) = (ran.outputs(), &ran.said.stderr);
    let settings = outputs.settings();
    assert_eq!(input(&settings, "language_column"), "Language");
    assert_eq!(input(&settings, "translation_column"), "");
    let column = "What should change? (English translation)";
    assert_eq!(translations(&outputs)[..2], [("q1".into(), Some(column.into())), ("q2".into(), None)]);
    for told in [
        "Language: the language of the answers (the header and 10 of 11 cells name languages",
        "Language: 1 of 11 cells name no language canvass knows: identified from the text instead (the first is answers.csv, row 5, \
         column B: \"Elvish\")",
        "What should change? (English translation): the translation of answers (of \"What should change?\": ",
        "What should change? (English translation): 1 translation is taken for the answer itself to q1 (the cell with the answer is \
         blank; the first is answers.csv, row 6, column D)",
    ] {
        assert!(said.contains(told), "{told}\n{said}");
    }
}

#[test]
fn a_translation_stands_for_an_answer_that_is_blank() {
    let outputs = Run::new().csv(WIDE).done().outputs();
    let rows = outputs.rows_of("ledger.csv", "q1");
    assert!(rows.iter().all(|row| row["state"] == "analysed"), "{rows:?}");
    assert_eq!((rows[3]["column"].as_str(), rows[4]["column"].as_str()), ("C", "D"));
    assert_eq!(text(&outputs.record("q1", "5"), "text"), "Cheaper tickets for families");
    assert_eq!(text(&outputs.record("q1", "1"), "text"), "Le bac du soir part trop tôt");
}

#[test]
fn the_settings_of_a_run_with_such_columns_give_the_run_again() {
    for (run, answers) in [
        (Run::new().csv(WIDE), WIDE),
        (Run::new().csv(LONG).long().args(["--language-column", "lang", "--translation-column", "in English"]), LONG),
    ] {
        let ran = run.done();
        let again = corrected(&ran, answers, &[]);
        ran.outputs().assert_same(&again, "run again with its own settings");
        let said = ran.canvass(&["verify", "out", "answers.csv"]);
        assert_eq!(said.code, 0, "{}", said.stdout);
    }
}

#[test]
fn the_command_line_names_the_columns_of_a_long_file() {
    let run = Run::new().csv(LONG).long();
    let outputs = run.args(["--language-column", "lang", "--translation-column", "in English"]).done().outputs();
    let settings = outputs.settings();
    assert_eq!((input(&settings, "language_column"), input(&settings, "translation_column")), ("lang", "in English"));
    let attributes = settings["input"]["attribute_columns"].as_array().unwrap();
    assert_eq!(attributes.iter().map(|name| name.as_str().unwrap()).collect::<Vec<_>>(), ["lang"]);
    let none = Run::new().csv(LONG).long().args(["--language-column", ""]).done().outputs();
    assert_eq!(input(&none.settings(), "language_column"), "");
}

#[test]
fn a_wrong_guess_is_corrected_in_the_settings() {
    let ran = Run::new().csv(WIDE).done();
    let column = "What should change? (English translation)";
    let line = format!("translation_column = \"{column}\"\n");
    let ignored =
        corrected(&ran, WIDE, &[(&line, ""), ("ignored_columns = [", &format!("ignored_columns = [\"{column}\", "))]);
    assert!(translations(&ignored).iter().all(|(_, translation)| translation.is_none()));
    assert_eq!(ignored.rows_of("ledger.csv", "q1")[4]["state"], "blank");
    let own = format!("\n[[question]]\nid = \"english\"\nkind = \"open\"\ncolumn = \"{column}\"\n\n");
    let question = corrected(&ran, WIDE, &[(&line, &own)]);
    let ids: Vec<String> =
        list(&question.findings(), "questions").iter().map(|question| text(question, "id").to_owned()).collect();
    assert_eq!(ids[..3], ["q1", "english", "q2"]);
    let no_language = corrected(&ran, WIDE, &[("language_column = \"Language\"", "language_column = \"\"")]);
    assert_eq!(input(&no_language.settings(), "language_column"), "");
}
