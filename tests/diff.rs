//! What changed between two runs.

use crate::support::{FERRY, Ran, Run, Said, list, text};
use serde_json::Value;
use std::fs;

/// The consultation a week later: one respondent more on each subject, one fewer, one who says something else, a new subject.
const LATER: &str = "\
id,What should the ferry change?
1,The evening ferry must run later.
2,\"A later evening ferry, please. And cheaper tickets.\"
3,Cheaper tickets for families.
5,A ramp for wheelchairs at the harbour.
6,n/a
7,A ramp for wheelchairs
8,The evening ferry is too early for the last train.
9,Wheelchairs need a ramp at last
10,An evening ferry
";

/// The earlier run in `out`, and the later one, with these arguments, in `later`.
fn both(later: &str, arguments: &[&str]) -> Ran {
    let settings = "[themes]\nmin_respondents = 2\n";
    let ran = Run::new().csv(FERRY).settings(settings).done();
    fs::write(ran.folder.join("later.csv"), later).unwrap();
    let all = [&["run", "later.csv", "--out", "later", "--config", "settings.toml"], arguments].concat();
    let said = ran.canvass(&all);
    assert_eq!(said.code, 0, "{}", said.stderr);
    ran
}

fn json(said: &Said) -> Value {
    assert_eq!(said.code, 0, "{}", said.stderr);
    serde_json::from_str(&said.stdout).unwrap()
}

#[test]
fn what_changed_is_told_with_what_went_in_and_what_came_out() {
    let ran = both(LATER, &["--seed", "2"]);
    let said = ran.canvass(&["diff", "out", "later"]);
    assert_eq!((said.code, said.stderr.as_str()), (0, ""));
    // Hashes are those of the files.
    insta::assert_snapshot!(said.stdout);
}

#[test]
fn what_changed_is_data_too() {
    let ran = both(LATER, &[]);
    let diff = json(&ran.canvass(&["diff", "out", "later", "--format", "json"]));
    assert_eq!((&diff["schema"], &diff["is_same"]), (&"canvass-diff-1".into(), &false.into()));
    assert_eq!(list(&diff, "inputs").len(), 2, "one file left, another came");
    let question = &list(&diff, "questions")[0];
    let responses = &question["responses"];
    assert_eq!(responses["came"], serde_json::json!(["9", "10"]));
    assert_eq!(responses["went"], serde_json::json!(["4"]));
    assert_eq!(responses["changed"], serde_json::json!(["5", "7"]));
    assert_eq!(responses["n_same"], 5);
    assert_eq!((&question["base"]["before"], &question["base"]["after"]), (&6.into(), &8.into()));
    let findings = list(&list(question, "groups")[0], "findings");
    let fate = |word: &str| {
        let holds = |side: &str, finding: &Value| {
            finding["label"][side].as_str().is_some_and(|label| label.to_lowercase().contains(word))
        };
        let found = findings.iter().find(|finding| holds("after", finding) || holds("before", finding));
        found.map(|finding| text(finding, "fate").to_owned())
    };
    assert_eq!(fate("ramp").or(fate("wheelchair")).as_deref(), Some("new"));
    assert!(matches!(fate("evening").as_deref(), Some("kept" | "moved")), "{findings:?}");
    for finding in findings {
        let both = finding["label"]["before"].is_string() && finding["label"]["after"].is_string();
        assert_eq!(finding["likeness"].is_object(), both, "{finding}");
    }
}

#[test]
fn the_same_run_twice_is_the_same() {
    let ran = Run::new().csv(FERRY).done();
    let said = ran.canvass(&["diff", "out", "out"]);
    assert_eq!(said.stdout, "The two runs are the same: every output has the same bytes.\n");
    assert_eq!(json(&ran.canvass(&["diff", "out", "out", "--format", "json"]))["is_same"], true);
}

#[test]
fn a_setting_that_differs_is_named_and_so_is_what_it_moves() {
    let ran = both(FERRY, &["--report-language", "fr"]);
    let diff = json(&ran.canvass(&["diff", "out", "later", "--format", "json"]));
    let settings: Vec<&str> = list(&diff, "settings").iter().map(|setting| text(setting, "setting")).collect();
    assert_eq!(settings, ["report.language"]);
    let findings = list(&list(&list(&diff, "questions")[0], "groups")[0], "findings");
    assert!(!findings.is_empty() && findings.iter().all(|finding| finding["fate"] == "kept"), "{findings:?}");
}

#[test]
fn questions_of_one_run_only_are_told() {
    let ran = both(
        "id,What should the ferry change?,And the harbour?\n1,The evening ferry,More light\n2,Evening ferry,Light\n",
        &[],
    );
    let said = ran.canvass(&["diff", "out", "later"]);
    assert!(said.stdout.contains("a question of the later run only"), "{}", said.stdout);
    let said = ran.canvass(&["diff", "later", "out"]);
    assert!(said.stdout.contains("a question of the earlier run only"), "{}", said.stdout);
}

#[test]
fn without_the_responses_of_a_published_folder_the_rest_is_compared() {
    let ran = both(LATER, &[]);
    for folder in ["out", "later"] {
        fs::remove_file(ran.folder.join(folder).join("responses.jsonl")).unwrap();
    }
    let said = ran.canvass(&["diff", "out", "later"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stdout.contains("responses  not compared: a folder does not hold them"), "{}", said.stdout);
}

#[test]
fn a_folder_that_is_no_run_is_refused_with_a_way_out() {
    let ran = Run::new().csv(FERRY).done();
    fs::create_dir(ran.folder.join("empty")).unwrap();
    for arguments in [["diff", "out", "empty"], ["diff", "missing", "out"]] {
        let said = ran.canvass(&arguments);
        assert_eq!(said.code, 2);
        assert!(said.stderr.contains("is no run folder: cannot read manifest.json"), "{}", said.stderr);
        assert!(said.stderr.contains("name the folder that `canvass run` wrote"), "{}", said.stderr);
    }
    fs::write(ran.out.join("findings.json"), "{").unwrap();
    let said = ran.canvass(&["diff", "out", "out"]);
    assert!(said.code == 2 && said.stderr.contains("findings.json is damaged"), "{}", said.stderr);
}
