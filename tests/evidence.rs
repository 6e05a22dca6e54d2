//! What a finding shows beside its count: who says it, who disagrees, what is left out, and who is named.

use crate::support::{Outputs, Run};
use serde_json::Value;
use std::fmt::Write;
use std::sync::OnceLock;

const HEADER: &str = "ID,Region,Do you agree that there should be a night ferry?,Please explain your answer,Who are the main competitors of the ferry?\n";

/// For each respondent: whether they agree, why, and whom they name. The islanders speak of a lifeline, the others of the shops; three who
/// disagree speak of the night ferry too.
fn answers() -> String {
    let named = [
        "Lake Bus, Alpine Club",
        "Shoreline Transport Ltd; the Lake Bus",
        "Shoreline Transport and Alpine Club",
        "Shoreline Transprt",
        "Alpine Clubs\nLake Bus",
        "European Ferry Agency (EFA)",
        "EFA, Shoreline Transport",
        "We know of none that would do the same things as you do here",
    ];
    let mut csv = HEADER.to_owned();
    for id in 0..32 {
        let (region, agrees, why) = match id {
            0..10 => ("Islands", "Agree", format!("The night ferry is a lifeline for farm number {id}.")),
            10..13 => ("North", "Disagree", format!("The night ferry should not run in month {id}, nobody takes it.")),
            13..16 => ("North", "Disagree", "Trains are cheaper.".to_owned()),
            16..22 => ("North", "Agree", format!("The shops need the night ferry for {id} workers.")),
            22 => ("", "", "A zebra crossing at the quay would be splendid.".to_owned()),
            _ => ("South", "Agree", format!("Tickets for families of {id} are too expensive.")),
        };
        writeln!(csv, "{},{region},{agrees},\"{why}\",\"{}\"", id + 1, named[id % named.len()]).unwrap();
    }
    csv
}

fn outputs() -> &'static Outputs {
    static OUTPUTS: OnceLock<Outputs> = OnceLock::new();
    OUTPUTS.get_or_init(|| Run::new().csv(&answers()).done().outputs())
}

/// The finding whose label holds this.
#[track_caller]
fn finding<'q>(question: &'q Value, label: &str) -> &'q Value {
    let findings = question["findings"].as_array().unwrap();
    let is_it = |finding: &&Value| finding["label"].as_str().unwrap().to_lowercase().contains(label);
    findings.iter().find(is_it).unwrap_or_else(|| panic!("{label:?} is not among {findings:#?}"))
}

#[test]
fn a_finding_has_a_word_for_its_share_from_the_scale_of_the_settings() {
    let question = outputs().question("q2");
    let ferry = finding(&question, "ferry");
    assert_eq!((ferry["n_respondents"].as_u64(), ferry["quantifier"].as_str()), (Some(19), Some("about_half")));
    assert_eq!(outputs().findings()["quantifiers"][2]["word"], "about_half");
    let scale =
        "[findings]\nquantifiers = [{ at_least = 0.5, word = \"plenty\" }, { at_least = 0, word = \"hardly any\" }]\n";
    let own = Run::new().csv(&answers()).settings(scale).done().outputs().question("q2");
    assert_eq!(finding(&own, "ferry")["quantifier"], "plenty");
}

#[test]
fn a_breakdown_adds_up_and_says_which_group_stands_out() {
    let question = outputs().question("q2");
    for theme in question["themes"].as_array().unwrap() {
        let breakdown = theme["breakdown"].as_array().unwrap();
        let by: Vec<&str> = breakdown.iter().map(|by| by["by_name"].as_str().unwrap()).collect();
        assert_eq!(by, ["Region", "q1"]);
        for by in breakdown {
            let n: u64 = by["groups"].as_array().unwrap().iter().map(|group| group["n"].as_u64().unwrap()).sum();
            assert_eq!(n + by["n_elsewhere"].as_u64().unwrap(), theme["n_respondents"].as_u64().unwrap());
        }
    }
    let groups = finding(&question, "ferry")["breakdown"][0]["groups"].as_array().unwrap().clone();
    let told = |name: &str| groups.iter().find(|group| group["group"] == name).unwrap().clone();
    assert_eq!(told("Islands")["representation"], "over");
    assert_eq!(told("South")["representation"], "under");
    assert_eq!(told("North")["representation"], Value::Null);
    assert_eq!(told("did not say")["p"], Value::Null, "who did not say is no group to stand out");
}

#[test]
fn quotations_come_from_different_groups() {
    let question = outputs().question("q2");
    let verbatims = finding(&question, "ferry")["verbatims"].as_array().unwrap().clone();
    let groups: Vec<&str> = verbatims.iter().map(|verbatim| verbatim["group"]["group"].as_str().unwrap()).collect();
    assert!(groups.contains(&"Islands") && groups.contains(&"North"), "{groups:?}");
}

#[test]
fn who_disagrees_is_counted_and_quoted() {
    let question = outputs().question("q2");
    let dissent = &finding(&question, "ferry")["dissent"];
    let counts: Vec<(&str, u64, u64)> = (dissent["stances"]["counts"].as_array().unwrap().iter())
        .map(|of| (of["stance"].as_str().unwrap(), of["n"].as_u64().unwrap(), of["base"].as_u64().unwrap()))
        .collect();
    assert_eq!(counts, [("agree", 16, 25), ("disagree", 3, 6)]);
    assert_eq!(dissent["stances"]["minority"], "disagree");
    let quoted = dissent["stances"]["verbatims"][0]["text"].as_str().unwrap();
    assert!(quoted.contains("should not run"), "{quoted}");
    assert_eq!(dissent["against"]["n_respondents"], 3);
    assert_eq!(dissent["against"]["verbatims"][0]["cue"], "should not run");
    let texts =
        |of: &[Value]| of.iter().map(|verbatim| verbatim["text"].as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let of_side = texts(dissent["stances"]["verbatims"].as_array().unwrap());
    let opposing = dissent["against"]["verbatims"].as_array().unwrap().iter().map(|of| of["verbatim"].clone());
    let against = texts(&opposing.collect::<Vec<_>>());
    assert!(against.iter().all(|text| !of_side.contains(text)), "quoted twice: {of_side:?}, {against:?}");
}

#[test]
fn what_the_findings_leave_out_is_told() {
    let beyond = outputs().question("q2")["beyond"].clone();
    let points: Vec<&str> =
        beyond["single_points"].as_array().unwrap().iter().map(|point| point["text"].as_str().unwrap()).collect();
    assert!(points.contains(&"A zebra crossing at the quay would be splendid."), "{points:?}");
    for by in beyond["who"].as_array().unwrap() {
        let n: u64 = by["groups"].as_array().unwrap().iter().map(|group| group["n"].as_u64().unwrap()).sum();
        assert_eq!(n, beyond["n_respondents"].as_u64().unwrap());
    }
}

#[test]
fn names_are_counted_with_their_variants_and_grouped_as_the_settings_say() {
    let config = "[[question]]\nid = \"q3\"\nkind = \"open\"\n[question.names]\n\"On land\" = [\"lake bus\", \"Shoreline Transport\"]\n\"By air\" = [\"Sky Lines\"]\n";
    let ran = Run::new().csv(&answers()).settings(config).done();
    let names = ran.outputs().question("q3")["names"].clone();
    let told: Vec<(&str, u64, usize)> = (names["names"].as_array().unwrap().iter())
        .map(|name| {
            let variants = name["variants"].as_array().unwrap().len();
            (name["name"].as_str().unwrap(), name["n_respondents"].as_u64().unwrap(), variants)
        })
        .collect();
    assert_eq!(
        told,
        [("Shoreline Transport", 16, 3), ("Alpine Club", 12, 2), ("Lake Bus", 12, 2), ("EFA", 8, 2)],
        "{names:#}"
    );
    assert_eq!(names["groups"][1]["label"], "On land");
    assert_eq!(names["groups"][1]["n_respondents"], 24);
    assert_eq!(names["unused"][0], "Sky Lines");
    assert_eq!(names["without"].as_array().unwrap().len(), 4);
    assert_eq!(outputs().question("q2")["names"], Value::Null);
}

#[test]
fn lists_of_names_are_known_by_the_answers_unless_the_settings_say_otherwise() {
    let names = |list: &str| {
        let settings = format!("[[question]]\nid = \"q3\"\nkind = \"open\"\n{list}");
        Run::new().csv(&answers()).settings(&settings).done().outputs().question("q3")["names"].clone()
    };
    assert_eq!(names("")["n_respondents"], 28);
    assert_eq!(names("list = false\n"), Value::Null);
}

#[test]
fn small_cells_are_suppressed_in_everything_a_finding_shows() {
    let outputs = Run::new().csv(&answers()).settings("[privacy]\nsmallest_cell = 4\n").done().outputs();
    let question = outputs.question("q2");
    let crosstabs = outputs.findings()["crosstabs"].clone();
    for theme in question["themes"].as_array().unwrap() {
        assert!(theme["verbatims"].as_array().unwrap().iter().all(|verbatim| verbatim.get("group").is_none()));
        let stances = &theme["dissent"]["stances"];
        assert!(stances.is_null() || stances["verbatims"].as_array().unwrap().is_empty());
        for by in theme["breakdown"].as_array().unwrap() {
            let is_it = |table: &&Value| {
                table["question"] == "q2" && table["of"] == "themes" && table["by_name"] == by["by_name"]
            };
            let table = crosstabs.as_array().unwrap().iter().find(is_it).unwrap();
            let column =
                table["answers"].as_array().unwrap().iter().position(|of| of["theme_id"] == theme["theme_id"]).unwrap();
            for (group, row) in by["groups"].as_array().unwrap().iter().zip(table["groups"].as_array().unwrap()) {
                assert_eq!((&group["n"], &group["base"]), (&row["cells"][column]["n"], &row["base"]));
                if group["n"].is_null() || group["base"].is_null() {
                    assert!(
                        ["percent", "ratio", "p", "q", "representation"].iter().all(|field| group[*field].is_null())
                    );
                    assert!(by["n_elsewhere"].is_null() || group["base"].is_null());
                }
            }
        }
    }
    let suppressed = |by: &Value| by["groups"].as_array().unwrap().iter().any(|group| group["n"].is_null());
    let mut all =
        question["themes"].as_array().unwrap().iter().flat_map(|theme| theme["breakdown"].as_array().unwrap());
    assert!(all.any(suppressed), "nothing is small here");
    assert!(question["beyond"]["who"].as_array().unwrap().is_empty());
}

#[test]
fn settings_that_make_no_sense_are_refused_with_a_way_out() {
    for (settings, message) in [
        (
            "[findings]\nquantifiers = [{ at_least = 0.5, word = \"most\" }]\n",
            "findings.quantifiers is a last step of 0.5",
        ),
        (
            "[[question]]\nid = \"q3\"\n[question.names]\nA = [\"EFA\"]\nB = [\"efa\"]\n",
            "it is in two groups, \"A\" and \"B\"",
        ),
    ] {
        let ran = Run::new().csv(&answers()).settings(settings).output();
        assert!(ran.said.code != 0 && ran.said.stderr.contains(message), "{}", ran.said.stderr);
    }
}
