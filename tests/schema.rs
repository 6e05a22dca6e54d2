//! `findings.json` and `audit.json` are as their published JSON Schemas say.

use crate::languages;
use crate::support::{FERRY, Outputs, Run, repository, sample};
use serde_json::{Value, json};
use std::fs;

/// The published schemas, by the name of the file.
const SCHEMAS: [&str; 2] = ["findings", "audit"];

fn schema_of(name: &str) -> Value {
    let path = repository(&format!("crates/canvass/schema/{name}.schema.json"));
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn schema() -> Value {
    schema_of("findings")
}

/// What a document breaks, each with its place.
fn faults(document: &Value) -> Vec<String> {
    faults_by(&schema(), document)
}

fn faults_by(schema: &Value, document: &Value) -> Vec<String> {
    let validator = jsonschema::draft202012::new(schema).unwrap();
    validator.iter_errors(document).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

#[track_caller]
fn assert_valid(outputs: &Outputs) {
    assert_eq!(faults(&outputs.findings()), Vec::<String>::new());
}

#[test]
fn the_schemas_are_schemas() {
    for schema in SCHEMAS.map(schema_of) {
        jsonschema::draft202012::meta::validate(&schema).unwrap();
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    }
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
fn every_field_of_the_schemas_is_described_and_no_object_takes_unknown_fields() {
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
    for name in SCHEMAS {
        walk(name, &schema_of(name));
    }
}

#[test]
fn audits_are_valid_and_broken_ones_are_not() {
    let schema = schema_of("audit");
    let whole = crate::audit::audit_of_the_town();
    assert_eq!(faults_by(&schema, &whole), Vec::<String>::new());
    assert_eq!(whole["schema"], schema["properties"]["schema"]["const"]);
    // What it must hold for the schema to be tried: each list has something somewhere.
    let claims = whole["claims"].as_array().unwrap();
    for list in ["evidence", "quotations", "numbers", "remarks", "words"] {
        assert!(claims.iter().any(|claim| !claim[list].as_array().unwrap().is_empty()), "{list}");
    }
    assert!(claims.iter().any(|claim| claim["fits_better"].is_object()));
    assert!(claims.iter().flat_map(|claim| claim["quotations"].as_array().unwrap()).any(|of| of["found"].is_null()));
    assert!(!whole["passed_over"].as_array().unwrap().is_empty());
    let mut broken: Vec<(&str, Value)> = Vec::new();
    let mut with = |what, change: &dyn Fn(&mut Value)| {
        let mut document = whole.clone();
        change(&mut document);
        assert_ne!(document, whole, "{what} changes nothing");
        broken.push((what, document));
    };
    with("no rule", &|document| drop(document.as_object_mut().unwrap().remove("rule")));
    with("an unknown field", &|document| document["claims"][0]["truth"] = json!(true));
    with("an unknown verdict", &|document| document["claims"][0]["verdict"] = json!("true"));
    with("a share above 1", &|document| document["claims"][0]["share"] = json!(1.5));
    with("a place in words", &|document| document["claims"][0]["place"] = json!("at the top"));
    with("a span of three", &|document| document["claims"][0]["evidence"][0]["spans"][0] = json!([1, 2, 3]));
    with("a quotation nowhere", &|document| document["claims"][0]["quotations"] = json!([{"text": "late"}]));
    with("a number that counts what is not known", &|document| {
        document["claims"][0]["numbers"][0]["counts"] = json!("people");
    });
    with("a passed over line as a text", &|document| document["passed_over"] = json!(["Note: none"]));
    with("no claims", &|document| document["claims"] = json!([]));
    for (what, document) in broken {
        assert!(!faults_by(&schema, &document).is_empty(), "{what} is valid");
    }
}
