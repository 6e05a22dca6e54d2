//! `findings.json` is as its published JSON Schema says.

use crate::languages;
use crate::support::{FERRY, Outputs, Run, repository, sample};
use serde_json::{Value, json};
use std::fs;

fn schema() -> Value {
    serde_json::from_slice(&fs::read(repository("crates/canvass/schema/findings.schema.json")).unwrap()).unwrap()
}

/// What a document breaks, each with its place.
fn faults(document: &Value) -> Vec<String> {
    let validator = jsonschema::draft202012::new(&schema()).unwrap();
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[track_caller]
fn assert_valid(outputs: &Outputs) {
    assert_eq!(faults(&outputs.findings()), Vec::<String>::new());
}

#[test]
fn the_schema_is_a_schema() {
    jsonschema::draft202012::meta::validate(&schema()).unwrap();
    assert_eq!(schema()["$schema"], "https://json-schema.org/draft/2020-12/schema");
}

#[test]
fn the_findings_of_the_sample_are_valid() {
    assert_valid(sample());
}

#[test]
fn the_findings_of_small_consultations_are_valid() {
    assert_valid(&Run::new().csv(FERRY).done().outputs());
    assert_valid(&Run::new().csv("id,comment\n1,Yes please\n2,Never again\n").done().outputs());
    assert_valid(
        &Run::new()
            .csv("question,answer,text\nQ1,1,A later ferry\nQ1,2,A later ferry\nQ2,1,\n")
            .long()
            .done()
            .outputs(),
    );
}

#[test]
fn the_findings_in_several_languages_are_valid() {
    let outputs = languages::outputs();
    assert_valid(outputs);
    let groups = outputs.question("q1")["languages"].as_array().unwrap().len();
    assert!(groups >= 2, "{groups} further languages");
}

#[test]
fn the_findings_of_a_theme_model_are_valid() {
    assert_valid(&crate::waves::with_a_model());
}

#[test]
fn the_findings_of_a_code_frame_are_valid() {
    assert_valid(&crate::codeframe::framed_ferry());
}

#[test]
fn the_schema_name_in_the_data_is_the_one_published() {
    assert_eq!(sample().findings()["schema"], schema()["properties"]["schema"]["const"]);
}

#[test]
fn a_broken_document_is_not_valid() {
    let whole = sample().findings();
    let mut broken: Vec<(&str, Value)> = Vec::new();
    let mut with = |what, change: &dyn Fn(&mut Value)| {
        let mut document = whole.clone();
        change(&mut document);
        assert_ne!(document, whole, "{what} changes nothing");
        broken.push((what, document));
    };
    with("another schema", &|document| document["schema"] = json!("canvass-findings-0"));
    with("no questions", &|document| drop(document.as_object_mut().unwrap().remove("questions")));
    with("an unknown field", &|document| document["questions"][0]["extra"] = json!(1));
    with("a negative base", &|document| document["questions"][0]["base"] = json!(-1));
    with("a share above 1", &|document| document["questions"][0]["findings"][0]["share"] = json!(1.5));
    with("a rank of 0", &|document| document["questions"][0]["themes"][0]["rank"] = json!(0));
    with("a share as text", &|document| document["questions"][0]["themes"][0]["share"] = json!("0.5"));
    with("an unknown state", &|document| document["questions"][0]["ledger"][0]["state"] = json!("lost"));
    with("an unknown role", &|document| document["inputs"][0]["role"] = json!("answer"));
    with("a hash cut short", &|document| document["inputs"][0]["blake3"] = json!("07004c48"));
    with("an unknown kind of copy", &|document| {
        document["questions"][0]["duplicates"][0]["members"][0]["kind"] = json!("far");
    });
    with("a language by its name", &|document| document["questions"][0]["language"] = json!("English"));
    with("no language base", &|document| {
        document["questions"][0].as_object_mut().unwrap().remove("language_base");
    });
    with("an unknown reason to merge", &|document| {
        document["questions"][0]["merges"] = json!([{"kind": "guess", "term": "bus", "forms": []}]);
    });
    with("a passage without its count", &|document| {
        document["questions"][0]["left_out"]["boilerplate"] = json!([{"form": "Dear Union"}]);
    });
    with("a language group without its base", &|document| {
        document["questions"][0]["languages"] = json!([{"language": "fr"}]);
    });
    with("a verbatim without its place", &|document| {
        let verbatim = document["questions"][0]["findings"][0]["verbatims"][0].as_object_mut().unwrap();
        verbatim.remove("start");
    });
    for (what, document) in broken {
        assert!(!faults(&document).is_empty(), "{what} is valid");
    }
}

#[test]
fn every_field_of_the_schema_is_described_and_no_object_takes_unknown_fields() {
    fn walk(at: &str, schema: &Value) {
        let Some(object) = schema.as_object() else { return };
        if let Some(properties) = object.get("properties") {
            assert_eq!(object.get("additionalProperties"), Some(&json!(false)), "{at}");
            for (name, field) in properties.as_object().unwrap() {
                assert!(
                    field["description"].as_str().is_some_and(|text| text.len() > 8),
                    "{at}.{name} has no description"
                );
            }
        }
        for (key, below) in object {
            walk(&format!("{at}/{key}"), below);
        }
    }
    walk("", &schema());
}
