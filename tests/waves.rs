//! Themes over time: a model of one consultation, a later one coded with it, and what changed.

use crate::support::{Outputs, Ran, Run, Said, count, list, text, texts};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

const QUESTION: &str = "What should the town council do?";

/// What is said of each subject, in so few words that nobody's answer is a copy.
const SUBJECTS: [(&str, [&str; 4]); 4] = [
    (
        "ferry",
        [
            "Run the evening ferry {}",
            "The ferry leaves too early {}",
            "We need a later ferry {}",
            "Let the ferry sail {}",
        ],
    ),
    (
        "library",
        [
            "Open the library {}",
            "The library should lend tools {}",
            "Give the library a lift {}",
            "Paint the library {}",
        ],
    ),
    (
        "bicycle",
        [
            "Build bicycle lanes {}",
            "Repair bicycle lanes {}",
            "Bicycle lanes are missing {}",
            "More room for bicycles {}",
        ],
    ),
    ("heating", ["Heating costs too much {}", "Help with heating {}", "Subsidise heating {}", "Cheaper heating {}"]),
];

const NEW: [&str; 4] = [
    "Electric charging points {}",
    "Charging stations are missing {}",
    "Install electric charging {}",
    "Electric cars need charging {}",
];

const ENDS: [&str; 6] = ["soon", "please", "at last", "now", "every day", "this year"];

/// So many answers about each subject, and about a new one.
fn answers(counts: [usize; 4], n_new: usize) -> String {
    let mut csv = format!("id,{QUESTION}\n");
    let mut number = 0;
    let mut add = |sentence: &str, at: usize| {
        number += 1;
        // Writing to a string does not fail.
        let _ = writeln!(csv, "{number},\"{}\"", sentence.replace("{}", ENDS[at % ENDS.len()]));
    };
    for ((_, sentences), n) in SUBJECTS.iter().zip(counts) {
        for at in 0..n {
            add(sentences[at % 4], at / 4 + at);
        }
    }
    for at in 0..n_new {
        add(NEW[at % 4], at / 4 + at);
    }
    csv
}

/// The first consultation, and its model.
fn then() -> Ran {
    let ran = Run::new().csv(&answers([12, 12, 8, 8], 0)).done();
    let said = ran.canvass(&["fit", "out", "--out", "then.json", "--name", "spring 2024"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stdout.contains("model: then.json"), "{}", said.stdout);
    ran
}

/// A later consultation, coded with the model of the first.
fn later(ran: &Ran, csv: &str, arguments: &[&str]) -> Ran {
    fs::write(ran.folder.join("later.csv"), csv).unwrap();
    let arguments = ["--themes", "then.json", "--out", "later", "--force"].iter().chain(arguments).copied();
    let later = Run::new().in_folder(&ran.folder).file("later.csv").args(arguments).output();
    assert_eq!(later.said.code, 0, "{}", later.said.stderr);
    later
}

fn outputs(ran: &Ran) -> Outputs {
    Outputs::read(&ran.folder.join("later"))
}

fn group(question: &Value) -> &Value {
    &question["drift"]["groups"][0]
}

/// For each theme its id by the word that names its subject.
fn ids(question: &Value) -> BTreeMap<&'static str, String> {
    let themes = list(question, "themes");
    let of = |subject: &str| {
        let named = themes.iter().find(|theme| {
            list(theme, "terms")
                .iter()
                .any(|term| texts(term, "surface_forms")[0].to_lowercase().starts_with(&subject[..5]))
        });
        named.map(|theme| text(theme, "theme_id").to_owned())
    };
    SUBJECTS.iter().filter_map(|(subject, _)| Some((*subject, of(subject)?))).collect()
}

/// A table, each row by its columns.
fn rows(table: &str) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(table.as_bytes()).deserialize().map(Result::unwrap).collect()
}

fn theme<'v>(group: &'v Value, id: &str) -> &'v Value {
    list(group, "themes").iter().find(|theme| text(theme, "theme_id") == id).unwrap()
}

#[test]
fn a_later_consultation_is_coded_with_the_same_themes_and_what_changed_is_told() {
    let first = then();
    let before = first.outputs().question("q1");
    let ids = ids(&before);
    assert_eq!(ids.len(), 4, "{ids:?}");
    let ran = later(&first, &answers([12, 1, 8, 30], 0), &[]);
    let outputs = outputs(&ran);
    let question = outputs.question("q1");
    let group = group(&question);
    assert_eq!(question["drift"]["then"], "spring 2024");
    assert_eq!(question["drift"]["is_same_wording"], true);
    assert_eq!((count(group, "base_then"), count(group, "base_now")), (40, 51));
    let change = |subject: &str| text(theme(group, &ids[subject]), "change").to_owned();
    assert_eq!(["ferry", "library", "bicycle", "heating"].map(change), ["unclear", "fell", "unclear", "rose"]);
    for found in list(&before, "themes") {
        let told = theme(group, text(found, "theme_id"));
        assert_eq!(told["n_then"], found["n_respondents"], "as the first run had it");
        assert_eq!(told["share_then"], found["share"]);
    }
    let heating = theme(group, &ids["heating"]);
    assert_eq!((count(heating, "n_then"), count(heating, "n_now")), (8, 30));
    // 30/51 - 8/40, and Newcombe's interval worked out apart.
    assert_eq!((heating["difference"].as_f64(), heating["interval"].clone()), (Some(0.3882), json!([0.1872, 0.5446])));
    let now = list(&question, "themes").iter().find(|theme| text(theme, "theme_id") == ids["heating"]).unwrap();
    assert_eq!(now["n_respondents"], heating["n_now"], "the theme and its drift say the same");
    assert!(list(group, "new_themes").iter().all(|theme| theme["is_new"] == false), "{}", group["new_themes"]);
    let risen: BTreeSet<&str> = list(group, "risen").iter().map(|word| text(word, "word")).collect();
    assert!(risen.contains("heating"), "{risen:?}");
}

#[test]
fn what_fits_no_earlier_theme_makes_new_ones_that_code_like_the_others() {
    let first = then();
    let ran = later(&first, &answers([12, 12, 8, 8], 16), &[]);
    let outputs = outputs(&ran);
    let question = outputs.question("q1");
    let new: Vec<&Value> =
        list(group(&question), "new_themes").iter().filter(|theme| theme["is_new"] == true).collect();
    assert!(!new.is_empty(), "{}", group(&question)["new_themes"]);
    let of_new: BTreeSet<String> = new.iter().map(|theme| text(theme, "theme_id").to_owned()).collect();
    assert!(of_new.contains("n01"), "{of_new:?}");
    let coded: BTreeSet<u32> = rows(outputs.text("coding.csv"))
        .iter()
        .filter(|row| of_new.contains(&row["theme_id"]))
        .map(|row| row["response_id"].parse().unwrap())
        .collect();
    // The new subject's answers are the last sixteen; nothing else is in its themes.
    assert_eq!(coded, (41..=56).collect());
    let found = list(&question, "themes").iter().find(|theme| text(theme, "theme_id") == "n01").unwrap();
    assert_eq!(found["n_respondents"], new[0]["n_respondents"]);
    // Those who say the new thing fit none of the earlier themes.
    let tally = &group(&question)["tally_now"];
    assert!(count(tally, "unlike") + count(tally, "near") >= 16, "{tally}");
    let outside = list(group(&question), "outside");
    let by_id: BTreeSet<u32> = outside.iter().map(|of| text(of, "response_id").parse().unwrap()).collect();
    assert!(by_id.is_superset(&coded), "{by_id:?}");
    let near = outside.iter().filter(|of| of["near"].is_string()).count() as u64;
    assert_eq!((near, outside.len() as u64 - near), (count(tally, "near"), count(tally, "unlike")));
    let frame = outputs.text("codeframe.toml");
    assert!(frame.contains("id = \"n01\""), "{frame}");
    // With that frame an analyst settles it, and the drift is told by the same model.
    fs::write(first.folder.join("settled.toml"), frame.replace("[decisions]", "[decisions]\nd1 = { question = \"q1\", author = \"A. Lind\", time = \"2026-04-01\", action = \"rename\", theme = \"n01\", name = \"Electric cars\" }")).unwrap();
    let settled = later(&first, &answers([12, 12, 8, 8], 16), &["--codeframe", "settled.toml"]);
    let question = self::outputs(&settled).question("q1");
    let named = list(&question, "themes").iter().find(|theme| text(theme, "theme_id") == "n01").unwrap();
    assert_eq!(named["label"], "Electric cars");
    assert!(list(group(&question), "new_themes").is_empty(), "the frame settles which themes there are");
}

#[test]
fn a_theme_that_nobody_speaks_of_any_more_is_told_with_zero() {
    let first = then();
    let ran = later(&first, &answers([12, 0, 8, 8], 0), &[]);
    let before = first.outputs().question("q1");
    let library = ids(&before)["library"].clone();
    let question = outputs(&ran).question("q1");
    let told = theme(group(&question), &library);
    assert_eq!((told["n_now"].clone(), text(told, "change")), (json!(0), "fell"));
    assert!(list(&question, "themes").iter().all(|theme| text(theme, "theme_id") != library));
}

#[test]
fn the_same_bytes_at_any_thread_count_and_verified_with_the_model_named() {
    let first = then();
    let csv = answers([10, 6, 8, 12], 10);
    let one = outputs(&later(&first, &csv, &["--threads", "1"]));
    for threads in ["2", "8"] {
        outputs(&later(&first, &csv, &["--threads", threads])).assert_same(&one, &format!("{threads} threads"));
    }
    let ran = later(&first, &csv, &[]);
    let verified = ran.canvass(&["verify", "later", "later.csv", "then.json"]);
    assert_eq!(verified.code, 0, "{}{}", verified.stdout, verified.stderr);
    assert!(verified.stdout.contains("drift.csv: the same bytes when run again"), "{}", verified.stdout);
    let without = ran.canvass(&["verify", "later", "later.csv"]);
    // It lies beside the answers, so it is found.
    assert_eq!(without.code, 0, "{}", without.stdout);
    fs::rename(ran.folder.join("then.json"), ran.folder.join("elsewhere.json")).unwrap();
    let without = ran.canvass(&["verify", "later", "later.csv"]);
    assert_eq!(without.code, 1, "{}", without.stdout);
    assert!(without.stdout.contains("then.json: is an input of the run and was not given"), "{}", without.stdout);
    fs::rename(ran.folder.join("elsewhere.json"), ran.folder.join("then.json")).unwrap();
    // The settings of the run folder name the model, which is looked for beside them.
    fs::copy(ran.folder.join("then.json"), ran.folder.join("later/then.json")).unwrap();
    let again = Run::new()
        .in_folder(&ran.folder)
        .file("later.csv")
        .args(["--config", "later/canvass.toml", "--out", "again"])
        .output();
    assert_eq!(again.said.code, 0, "{}", again.said.stderr);
    Outputs::read(&ran.folder.join("again")).assert_same(&one, "from the settings of the run folder");
}

#[test]
fn a_model_says_no_word_of_one_answer_alone_and_is_the_same_bytes_again() {
    let secret = answers([12, 12, 8, 8], 0).replacen("please", "for my sister Walburga", 1);
    let ran = Run::new().csv(&secret).done();
    let fit = |out: &str| {
        let said = ran.canvass(&["fit", "out", "--out", out]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        fs::read_to_string(ran.folder.join(out)).unwrap()
    };
    let model = fit("a.json");
    assert!(model.contains("librari") && !model.to_lowercase().contains("walburga"));
    assert_eq!(model, fit("b.json"));
    let said = ran.canvass(&["fit", "out", "--out", "a.json"]);
    assert_eq!(said.code, 2, "{}", said.stderr);
    assert!(said.stderr.contains("the file a.json exists"), "{}", said.stderr);
}

#[test]
fn decisions_about_words_go_with_a_model_and_those_about_answers_stay() {
    let ran = then();
    let question = ran.outputs().question("q1");
    let ids = ids(&question);
    let (ferry, library) = (&ids["ferry"], &ids["library"]);
    let said = ran.canvass(&["codeframe", "init", "out", "--out", "frame.toml"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let decide = |id: &str, fields: &str| {
        format!("{id} = {{ question = \"q1\", author = \"A. Lind\", time = \"2026-04-01\", {fields} }}\n")
    };
    let mut frame = fs::read_to_string(ran.folder.join("frame.toml")).unwrap();
    frame += &decide("d1", &format!("action = \"rename\", theme = \"{ferry}\", name = \"Sailings\""));
    frame += &decide("d2", &format!("action = \"code-response\", theme = \"{ferry}\", response = \"40\""));
    frame += &decide("d3", &format!("action = \"reject\", theme = \"{library}\""));
    frame += &decide("d4", &format!("action = \"rename\", theme = \"{ferry}\", name = \"Boats\""));
    frame += "d5 = { action = \"undo\", decision = \"d4\", author = \"A. Lind\", time = \"2026-04-01\" }\n";
    fs::write(ran.folder.join("frame.toml"), frame).unwrap();
    let framed = Run::new()
        .in_folder(&ran.folder)
        .file("answers.csv")
        .args(["--codeframe", "frame.toml", "--out", "framed"])
        .output();
    assert_eq!(framed.said.code, 0, "{}", framed.said.stderr);
    let said = ran.canvass(&["fit", "framed", "--out", "then.json", "--force"]);
    assert!(said.stdout.contains("left out: 1 decision about single answers"), "{}", said.stdout);
    let model: Value = serde_json::from_slice(&fs::read(ran.folder.join("then.json")).unwrap()).unwrap();
    let frame = text(&model, "codeframe");
    assert!(frame.contains("Sailings") && !frame.contains("Boats") && !frame.contains("code-response"), "{frame}");
    let question = outputs(&later(&ran, &answers([6, 6, 6, 6], 0), &[])).question("q1");
    let told = theme(group(&question), ferry);
    assert_eq!(text(told, "label"), "Sailings");
    // By its words alone; the one that was put in by hand cannot be put in again.
    assert_eq!((count(told, "n_then"), count(told, "n_now")), (12, 6));
    assert!(
        list(group(&question), "themes").iter().all(|theme| text(theme, "theme_id") != *library),
        "it was rejected"
    );
}

#[test]
fn questions_are_paired_by_wording_by_id_or_as_the_configuration_says() {
    let first = then();
    let csv = answers([8, 8, 8, 8], 0);
    let moved = csv.replacen(&format!("id,{QUESTION}"), "id,Name a colour?,what should the town council do", 1);
    let moved: String = moved
        .lines()
        .enumerate()
        .map(
            |(at, line)| {
                if at == 0 { format!("{line}\n") } else { line.replacen(',', ",blue and green again,", 1) + "\n" }
            },
        )
        .collect();
    let question = outputs(&later(&first, &moved, &[])).question("q2");
    assert_eq!((text(&question["drift"], "question"), &question["drift"]["is_same_wording"]), ("q1", &json!(true)));
    let other = csv.replacen(QUESTION, "And what else?", 1);
    let question = outputs(&later(&first, &other, &[])).question("q1");
    assert_eq!(question["drift"]["is_same_wording"], false);
    assert_eq!(text(&question["drift"], "text"), QUESTION);
    let settings = "[[question]]\ncolumn = \"And what else?\"\nid = \"wishes\"\n";
    fs::write(first.folder.join("settings.toml"), settings).unwrap();
    let refused = refuse(&first, &other, &["--config", "settings.toml"]);
    assert!(refused.stderr.contains("it has q1, and open here are wishes"), "{}", refused.stderr);
    assert!(refused.stderr.contains("[model.questions] \"ID HERE\" = \"ID IN THE MODEL\""), "{}", refused.stderr);
    let paired = format!("{settings}\n[model]\nfile = \"then.json\"\nquestions = {{ wishes = \"q1\" }}\n");
    fs::write(first.folder.join("settings.toml"), paired).unwrap();
    let question = outputs(&later(&first, &other, &["--config", "settings.toml"])).question("wishes");
    assert_eq!(text(&question["drift"], "question"), "q1");
}

fn refuse(ran: &Ran, csv: &str, arguments: &[&str]) -> Said {
    fs::write(ran.folder.join("later.csv"), csv).unwrap();
    let arguments = ["--themes", "then.json", "--out", "refused"].iter().chain(arguments).copied();
    let later = Run::new().in_folder(&ran.folder).file("later.csv").args(arguments).output();
    assert_eq!(later.said.code, 2, "{}", later.said.stderr);
    assert!(!ran.folder.join("refused").exists());
    later.said
}

#[test]
fn models_that_cannot_be_used_are_refused_with_the_way_out() {
    let first = then();
    let csv = answers([4, 4, 4, 4], 0);
    let model = fs::read_to_string(first.folder.join("then.json")).unwrap();
    let refused = |text: &str| {
        fs::write(first.folder.join("then.json"), text).unwrap();
        refuse(&first, &csv, &[]).stderr
    };
    let older = refused(&model.replacen("canvass-themes-1", "canvass-themes-0", 1));
    assert!(
        older.contains("then.json: its schema is \"canvass-themes-0\"; this canvass reads \"canvass-themes-1\""),
        "{older}"
    );
    assert!(older.contains("fit the model again with this version"), "{older}");
    let changed = refused(&model.replacen("spring 2024", "spring 2025", 1));
    assert!(changed.contains("was changed after it was fitted"), "{changed}");
    let table = refused("id,text\n1,two\n");
    assert!(table.contains("then.json, line 1, column 1: it is no theme model"), "{table}");
    let ran = Run::new().csv("id,comment\n1,Yes please\n2,Never again\n").done();
    let said = ran.canvass(&["fit", "out", "--out", "none.json"]);
    assert_eq!(said.code, 2, "{}", said.stderr);
    assert!(said.stderr.contains("has no theme to keep") && !ran.folder.join("none.json").exists(), "{}", said.stderr);
}

#[test]
fn a_model_of_another_version_is_read_and_told_where_words_are_read_otherwise() {
    let first = then();
    let bytes = fs::read(first.folder.join("then.json")).unwrap();
    let mut model = canvass::waves::ThemeModel::from_bytes("then.json", &bytes).unwrap();
    model.version = "0.0.9".into();
    fs::write(first.folder.join("then.json"), model.clone().sealed().to_json()).unwrap();
    let same = later(&first, &answers([4, 4, 4, 4], 0), &[]);
    assert!(!same.said.stderr.contains("read words otherwise"), "{}", same.said.stderr);
    let stop_words = model.made_from.resources.iter_mut().find(|(name, _)| name == "en/stop_words.txt").unwrap();
    stop_words.1 = "0".repeat(64);
    fs::write(first.folder.join("then.json"), model.sealed().to_json()).unwrap();
    let other = later(&first, &answers([4, 4, 4, 4], 0), &[]);
    let told = "was made by canvass 0.0.9, which read words otherwise (en/stop_words.txt)";
    assert!(other.said.stderr.contains(told), "{}", other.said.stderr);
}

#[test]
fn the_report_tells_what_changed_on_the_page_and_on_paper_in_both_languages() {
    let first = then();
    let csv = answers([12, 2, 8, 24], 16);
    for (language, title, rose) in [("en", "Then and now", "rose"), ("fr", "Avant et maintenant", "hausse")] {
        let outputs = outputs(&later(&first, &csv, &["--report-language", language]));
        let (page, paper) = (outputs.text("report.html"), outputs.text("report.md"));
        for said in [title, rose, "spring 2024", "charging"] {
            assert!(page.contains(said), "{language}: {said}");
            assert!(paper.contains(said), "{language}: {said}");
        }
    }
    let outputs = outputs(&later(&first, &csv, &[]));
    let rows = rows(outputs.text("drift.csv"));
    let question = outputs.question("q1");
    assert_eq!(rows.len(), list(group(&question), "themes").len() + list(group(&question), "new_themes").len());
    let fell = rows.iter().find(|row| row["change"] == "fell").unwrap();
    // A negative number is no formula, and stays one.
    assert!(fell["difference"].parse::<f64>().unwrap() < 0.0, "{fell:?}");
    let labels: Vec<String> = list(&question, "themes").iter().map(|theme| text(theme, "label").to_owned()).collect();
    assert!(labels.iter().any(|label| label.to_lowercase().contains("charging")), "{labels:?}");
    assert!(!texts(&list(group(&question), "new_themes")[0], "words").is_empty());
}

/// A run with a model, for the schema.
pub(crate) fn with_a_model() -> Outputs {
    let first = then();
    outputs(&later(&first, &answers([12, 2, 8, 24], 16), &[]))
}
