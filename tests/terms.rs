//! What counts as one term and what as none: abbreviations, synonyms, phrases, boilerplate; a tokenizer of the user's.

use crate::support::{Ran, Run, list, text, texts};
use serde_json::Value;

/// Answers that define an abbreviation and use it, speak of one thing in two words, and share an opening.
const COUNCIL: &str = "\
id,What should the valley do next?
1,Thank you for asking us all. Give the Youth Council (YoCo) a room of its own in the old school.
2,Thank you for asking us all. The YoCo should meet every month and say what it decides.
3,Thank you for asking us all. More money for the youth council and its small projects.
4,Thank you for asking us all. A bus at nine in the evening would help people with shifts.
5,Thank you for asking us all. Trams run late in the city but we have to walk home at night.
6,Thank you for asking us all. The last bus leaves before the cinema ends and nobody stays.
7,Thank you for asking us all. Let YOCO choose the colours of the new hall.
8,Thank you for asking us all. The tram line could reach the lake if the bridge were stronger.
9,A regional desk in each village so that nobody drives an hour for a stamp.
10,The regional desk is never open when farmers have time.
11,Keep a regional desk in the upper valley and one at the lake.
";

const SYNONYMS: &str = "\
[[synonym]]
term = \"public transport\"
forms = [\"bus\", \"tram\"]
language = \"en\"
";

/// The theme of this label.
fn theme(ran: &Ran, label: &str) -> Value {
    let question = ran.outputs().question("q1");
    let themes = list(&question, "themes");
    let labels: Vec<&str> = themes.iter().map(|theme| text(theme, "label")).collect();
    let at = labels.iter().position(|found| *found == label);
    themes[at.unwrap_or_else(|| panic!("no theme {label:?} among {labels:?}"))].clone()
}

fn forms(merge: &Value) -> Vec<(&str, u64)> {
    list(merge, "forms").iter().map(|form| (text(form, "form"), form["n_responses"].as_u64().unwrap())).collect()
}

#[test]
fn an_abbreviation_counts_with_what_it_stands_for_and_the_merge_is_told() {
    let ran = Run::new().csv(COUNCIL).done();
    let council = theme(&ran, "Youth Council (YoCo)");
    assert_eq!(texts(&council, "respondents"), ["1", "2", "3", "7"]);
    let question = ran.outputs().question("q1");
    let merges = list(&question, "merges");
    assert_eq!(merges.len(), 1);
    assert_eq!(text(&merges[0], "kind"), "abbreviation");
    assert_eq!(forms(&merges[0]), [("YoCo", 2), ("YOCO", 1), ("Youth Council", 1), ("youth council", 1)]);
    assert!(ran.outputs().text("report.html").contains("Youth Council (YoCo)"));
    let off = Run::new().csv(COUNCIL).settings("[text]\nabbreviations = false\n").done();
    assert!(list(&off.outputs().question("q1"), "merges").is_empty());
}

#[test]
fn synonyms_are_one_theme_and_stand_in_the_settings() {
    let ran = Run::new().csv(COUNCIL).holding("synonyms.toml", SYNONYMS).args(["--synonyms", "synonyms.toml"]).done();
    assert_eq!(texts(&theme(&ran, "Public transport"), "respondents"), ["4", "5", "6", "8"]);
    let question = ran.outputs().question("q1");
    let merge = &list(&question, "merges")[1];
    assert_eq!((text(merge, "kind"), text(merge, "term")), ("synonym", "public transport"));
    assert_eq!(forms(merge), [("bus", 2), ("Trams", 1), ("tram", 1)]);
    assert_eq!(ran.outputs().settings()["synonym"][0]["term"].as_str(), Some("public transport"));

    // The run folder's settings hold the synonyms: no file of them is needed again.
    let again = Run::new().csv(COUNCIL).settings(ran.outputs().text("canvass.toml")).done();
    ran.outputs().assert_same(&again.outputs(), "run with its own settings");
    let verdict = ran.canvass(&["verify", "out", "answers.csv"]);
    assert_eq!(verdict.code, 0, "{}{}", verdict.stdout, verdict.stderr);
}

#[test]
fn synonyms_that_say_nothing_are_refused_with_the_way_out() {
    for (synonyms, named) in [
        ("[[synonym]]\nterm = \"x\"\nforms = []\n", "the synonym \"x\" cannot be used: it has no forms"),
        ("[[synonym]]\nterm = \" \"\nforms = [\"bus\"]\n", "its term is empty"),
        ("[[synonym]]\nterm = \"x\"\nforms = [\"y\"]\nlanguage = \"de\"\n", "no resources for the language \"de\""),
        ("[[synonym]]\nterm = \"x\"\nforms = [\"your site\"]\n", "in English its form \"your site\" has a number"),
        ("[[synonym]]\nterm = \"x\"\nforms = [\"Agenda 2030\"]\n", "leave that off"),
        ("[[synonyms]]\nterm = \"x\"\n", "synonyms.toml line 1, column 3: unknown field `synonyms`"),
        ("[[synonym]]\nterm = \"x\"\nforms = \"y\"\n", "synonyms.toml line 3, column 9"),
    ] {
        let ran = Run::new().csv(COUNCIL).holding("synonyms.toml", synonyms).args(["--synonyms", "synonyms.toml"]);
        let said = ran.output().said;
        assert_eq!(said.code, 2, "{synonyms}");
        assert!(said.stderr.contains(named), "{named}: {}", said.stderr);
    }
}

#[test]
fn what_most_answers_share_and_what_stands_together_is_told() {
    let ran = Run::new().csv(COUNCIL).done();
    let question = ran.outputs().question("q1");
    let boilerplate = &list(&question["left_out"], "boilerplate")[0];
    let shared = "Thank you for asking us all";
    assert_eq!((text(boilerplate, "form"), boilerplate["n_responses"].as_u64()), (shared, Some(8)));
    assert_eq!(texts(&question["left_out"], "question_words"), ["valley"]);
    assert_eq!(texts(&theme(&ran, "Regional desk"), "respondents"), ["9", "10", "11"]);
    let record = ran.outputs().record("q1", "10");
    assert_eq!(text(&list(&list(&record, "points")[0], "phrases")[0], "stem"), "region desk");
    assert!(ran.outputs().record("q1", "4")["boilerplate"].is_array());
}

/// Lower case, cutting at the letter q.
const TOKENIZER: &str = r#"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":{"type":"Lowercase"},
"pre_tokenizer":{"type":"Split","pattern":{"String":"q"},"behavior":"Removed","invert":false},
"post_processor":null,"decoder":null,"model":{"type":"WordLevel","vocab":{"u":0},"unk_token":"u"}}"#;

#[test]
fn a_users_tokenizer_is_an_input_of_the_run() {
    let answers = "id,What now?\n1,Ferryqbus\n2,More ferryqbus please\n3,The bus is late\n";
    let ran = Run::new().csv(answers).holding("own.json", TOKENIZER).args(["--tokenizer", "en=own.json"]).done();
    let outputs = ran.outputs();
    let question = outputs.question("q1");
    assert!(list(&question, "themes").iter().any(|theme| texts(theme, "respondents") == ["1", "2", "3"]), "{question}");
    assert_eq!(outputs.settings()["tokenizer"][0]["file"].as_str(), Some("own.json"));
    let inputs = outputs.findings()["inputs"].clone();
    assert!(inputs.as_array().unwrap().iter().any(|input| input["role"] == "tokenizer" && input["file"] == "own.json"));
    let verdict = ran.canvass(&["verify", "out", "answers.csv"]);
    assert_eq!(verdict.code, 0, "{}{}", verdict.stdout, verdict.stderr);
    let again = Run::new().csv(answers).holding("own.json", TOKENIZER).settings(outputs.text("canvass.toml")).done();
    outputs.assert_same(&again.outputs(), "run with its own settings");
    let changed = TOKENIZER.replace("\"q\"", "\"x\"");
    let other = Run::new().csv(answers).holding("own.json", changed).settings(outputs.text("canvass.toml")).output();
    assert_eq!(other.said.code, 2);
    assert!(other.said.stderr.contains("own.json"), "{}", other.said.stderr);
}

#[test]
fn a_tokenizer_that_is_none_is_refused_with_file_and_reason() {
    let surrogate = TOKENIZER.replace("\"u\":0", r#""\ud800":0"#);
    let cases: [(&str, &str, &[&str]); 5] = [
        ("en=own.json", "{", &["own.json", "EOF"]),
        ("en=own.json", &surrogate, &["own.json", "hex escape at line 3"]),
        ("de=own.json", TOKENIZER, &["own.json", "no resources for the language \"de\""]),
        ("en=absent.json", TOKENIZER, &["absent.json"]),
        ("own.json", TOKENIZER, &["LANGUAGE=FILE"]),
    ];
    for (argument, json, named) in cases {
        let ran = Run::new().csv(COUNCIL).holding("own.json", json).args(["--tokenizer", argument]).output();
        assert_eq!(ran.said.code, 2, "{argument}");
        for part in named {
            assert!(ran.said.stderr.contains(part), "{part}: {}", ran.said.stderr);
        }
    }
}

#[test]
fn a_translation_is_analysed_and_the_original_is_quoted() {
    let answers = "\
id,What should change?,What should change? (English translation)
1,Le bac du soir quitte le port pendant que les magasins ferment.,The evening ferry leaves port while the shops are closing.
2,The evening ferry must run later.,
3,\"Un bac du soir avec un café à bord pour les pendulaires. Des billets moins chers.\",\"An evening ferry with a café aboard for commuters. Cheaper tickets.\"
4,The evening ferry is too early for the train.,
5,Tickets cost too much.,
";
    let ran = Run::new().csv(answers).settings("[findings]\nverbatims = 9\n").done();
    let outputs = ran.outputs();
    let ferry = theme(&ran, "Evening ferry");
    assert_eq!(texts(&ferry, "respondents"), ["1", "2", "3", "4"]);
    let verbatims = list(&ferry, "verbatims");
    let quoted = |id: &str| verbatims.iter().find(|verbatim| verbatim["response_id"] == id).unwrap();
    assert_eq!(
        (text(quoted("1"), "text"), text(quoted("1"), "cell")),
        ("Le bac du soir quitte le port pendant que les magasins ferment.", "B2")
    );
    let translation = &quoted("1")["translation"];
    assert_eq!(
        (text(translation, "text"), text(translation, "cell")),
        ("The evening ferry leaves port while the shops are closing.", "C2")
    );
    // As many points in both: the point in the same place is quoted.
    assert_eq!(text(quoted("3"), "text"), "Un bac du soir avec un café à bord pour les pendulaires.");
    assert!(quoted("2").get("translation").is_none());
    assert_eq!(list(&outputs.question("q1"), "language_counts").len(), 1);
    assert!(outputs.text("report.html").contains("translation, cell C2"));
    let told = ran.canvass(&["explain", "out", "1"]).stdout;
    assert!(told.contains("original   Le bac du soir"), "{told}");
}

/// Five answers, three of them alike, would be taken for a choice.
const OPEN: &str = "\
[input]
language_column = \"Language\"
[[question]]
column = \"What should change?\"
kind = \"open\"
";

#[test]
fn the_language_column_decides_and_short_answers_say_that_they_are_unsure() {
    let answers = "\
id,Language,What should change?
1,en,ferry
2,fr,ferry
3,,ferry
4,en,The evening ferry must run later than now.
5,de,Die Fähre am Abend muss viel später fahren.
";
    let ran = Run::new().csv(answers).settings(OPEN).done();
    let outputs = ran.outputs();
    let source = |record: &Value| (text(record, "language").to_owned(), text(record, "language_source").to_owned());
    let sources: Vec<(String, String)> = outputs.records().iter().map(source).collect();
    let expected = [("en", "column"), ("fr", "column"), ("en", "main"), ("en", "column"), ("de", "column")];
    assert_eq!(sources, expected.map(|(language, source)| (language.to_owned(), source.to_owned())));
    let ledger = outputs.rows("ledger.csv");
    assert!(ledger[2]["reason"].ends_with("language not sure, read in English"), "{ledger:?}");
    assert!(!ledger[0]["reason"].contains("not sure"));
    assert_eq!(ledger[4]["reason"], "no theme: in German, which canvass has no resources for");
}

#[test]
fn a_consultation_in_a_language_without_resources_is_listed_whole_and_the_user_is_told() {
    let answers = "\
id,Was soll sich ändern?
1,Die Fähre am Abend muss viel später fahren als heute.
2,Das Dach der Schule ist undicht und muss vor dem Winter repariert werden.
3,Wir brauchen mehr Wohnungen für junge Familien auf der Insel.
4,Der Arzt kommt nur einmal in der Woche und das ist zu wenig.
5,Die Karten für die Fähre sind für Familien viel zu teuer geworden.
";
    let ran = Run::new().csv(answers).done();
    assert!(
        ran.said.stderr.contains("5 of 5 answers are in German, which canvass has no resources for"),
        "{}",
        ran.said.stderr
    );
    let question = ran.outputs().question("q1");
    assert_eq!((question["base"].as_u64(), list(&question, "no_theme").len()), (Some(5), 5));
    assert!(list(&question, "themes").is_empty());
    let sure = ran.outputs().record("q1", "2")["language_confidence"].as_f64().unwrap();
    assert!((0.9..=1.0).contains(&sure), "{sure}");
    assert!(ran.outputs().text("report.html").contains("Das Dach der Schule"));
}

#[test]
fn a_label_begins_at_the_beginning_of_a_word() {
    let answers = "\
id,Who should speak next year?
1,First-time delegates from the villages.
2,A day for long-time delegates.
3,We want part-time delegates to be heard.
4,More money for the roads.
5,Heating in the old school.
";
    let ran = Run::new().csv(answers).settings("[text]\nphrases = false\n").done();
    let question = ran.outputs().question("q1");
    let labels: Vec<&str> = list(&question, "themes").iter().map(|theme| text(theme, "label")).collect();
    assert!(!labels.is_empty() && labels.iter().all(|label| !label.starts_with("Time ")), "{labels:?}");
}
