//! Text files in other forms than comma-separated UTF-8: the answers are the same whatever file they come in.

use crate::support::{FERRY, Outputs, Run, text};
use std::collections::BTreeMap;

const FRENCH: &str = "\
id,Avis
1,\"Le bac du soir est trop fréquenté, à la fin de l'été\"
2,Où est passé le bac du soir ?
3,Les billets sont très chers pour les élèves
4,Des billets moins chers pour les élèves
";

/// Id and text of every answer, as they are kept.
fn answers(outputs: &Outputs) -> Vec<(String, String)> {
    let pair = |record| (text(record, "response_id").to_owned(), text(record, "text").to_owned());
    outputs.records().iter().map(pair).collect()
}

/// Bytes of text whose characters all stand in Latin-1.
fn latin_1(text: &str) -> Vec<u8> {
    text.chars().map(|c| u8::try_from(c).unwrap()).collect()
}

#[test]
fn a_file_in_an_old_encoding_gives_the_answers_of_the_file_in_utf_8_and_says_so() {
    let expected = answers(&Run::new().csv(FRENCH).done().outputs());
    let utf_16: Vec<u8> = format!("\u{FEFF}{FRENCH}").encode_utf16().flat_map(u16::to_be_bytes).collect();
    for (bytes, encoding) in [(latin_1(FRENCH), "windows-1252"), (utf_16, "UTF-16BE")] {
        let ran = Run::new().answers("answers.csv", bytes).done();
        assert_eq!(answers(&ran.outputs()), expected);
        assert!(ran.said.stderr.contains(&format!("answers.csv: read as {encoding} (")), "{}", ran.said.stderr);
    }
}

#[test]
fn spans_of_a_file_in_an_old_encoding_are_into_the_text_in_utf_8() {
    let outputs = Run::new().answers("answers.csv", latin_1(FRENCH)).done().outputs();
    for record in outputs.records() {
        let answer = text(&record, "text");
        for point in record["points"].as_array().unwrap() {
            let (start, end) = (point["start"].as_u64().unwrap() as usize, point["end"].as_u64().unwrap() as usize);
            assert!(answer.get(start..end).is_some(), "{record}");
        }
    }
}

#[test]
fn a_stated_encoding_stands_in_the_settings_and_gives_the_same_run_again() {
    let ran = Run::new().answers("answers.csv", latin_1(FRENCH)).args(["--encoding", "iso-8859-1"]).done();
    let outputs = ran.outputs();
    assert!(outputs.text("canvass.toml").contains("encoding = \"iso-8859-1\""));
    let again = ran.canvass(&["verify", "out", "answers.csv"]);
    assert_eq!(again.code, 0, "{}", again.stderr);
}

#[test]
fn any_separator_gives_the_same_answers() {
    let expected = answers(&Run::new().csv(FERRY).done().outputs());
    for (delimiter, stated) in
        [(";", None), ("\t", None), ("|", None), ("^", Some("^")), ("\t", Some("tab")), ("§", Some("§"))]
    {
        // The only commas that separate stand behind an id.
        let changed: String = FERRY.lines().map(|line| line.replacen(',', delimiter, 1) + "\n").collect();
        let run = Run::new().csv(&changed);
        let run = if let Some(stated) = stated { run.args(["--delimiter", stated]) } else { run };
        assert_eq!(answers(&run.done().outputs()), expected, "{delimiter:?}");
    }
}

/// The answers of [`FERRY`] as objects.
fn objects() -> Vec<String> {
    let mut reader = csv::Reader::from_reader(FERRY.as_bytes());
    let header = reader.headers().unwrap().clone();
    let object = |record: csv::StringRecord| {
        serde_json::to_string(&header.iter().zip(&record).collect::<BTreeMap<_, _>>()).unwrap()
    };
    reader.records().map(|record| object(record.unwrap())).collect()
}

#[test]
fn objects_give_the_same_answers_as_rows() {
    let expected = answers(&Run::new().csv(FERRY).done().outputs());
    let lines = objects().join("\n");
    let list = format!("[\n{}\n]\n", objects().join(",\n"));
    for (name, content) in
        [("answers.jsonl", &lines), ("answers.ndjson", &lines), ("answers.json", &list), ("answers.json", &lines)]
    {
        let outputs = Run::new().answers(name, content).args(["--id-column", "id"]).done().outputs();
        assert_eq!(answers(&outputs), expected, "{name}");
        let row = outputs.rows("ledger.csv").into_iter().next().unwrap();
        assert_eq!((row["row"].as_str(), row["file"].as_str()), ("1", name));
    }
}

#[test]
fn objects_within_objects_are_columns_and_lists_are_multiple_choice() {
    let rows = [
        r#"{"id": 1, "who": {"region": "Asia"}, "uses": ["Web", "Post"], "comment": "The evening ferry is late"}"#,
        r#"{"id": 2, "who": {"region": "Asia"}, "uses": ["Post"], "comment": "Tickets are too expensive"}"#,
        r#"{"id": 3, "who": {"region": "Africa"}, "uses": ["Web", "Post"], "comment": "Cheaper tickets, a later ferry"}"#,
        r#"{"id": 4, "uses": ["Web"], "comment": null}"#,
    ];
    let outputs = Run::new().answers("answers.jsonl", rows.join("\n")).done().outputs();
    let settings = outputs.text("canvass.toml");
    for part in
        ["attribute_columns = [\"who.region\"]", "id = \"q1\"\nkind = \"multiple\"", "id = \"q2\"\nkind = \"open\""]
    {
        assert!(settings.contains(part), "{part}: {settings}");
    }
}

#[test]
fn channels_in_different_forms_are_one_consultation() {
    let csv = latin_1(
        "id;Avis\n1;Le bac est trop fréquenté à midi, très cher, et plein à craquer\n2;Où est passé le bac du soir, déjà ?\n",
    );
    let object = "{\"id\": \"web-1\", \"Avis\": \"Le bac du soir est passé où ?\"}\n";
    let ran = Run::new().answers("post.csv", csv).answers("web.jsonl", object).done();
    let places: Vec<(String, String)> =
        ran.outputs().rows("ledger.csv").into_iter().map(|row| (row["file"].clone(), row["row"].clone())).collect();
    let expected = [("post.csv", "2"), ("post.csv", "3"), ("web.jsonl", "1")];
    assert_eq!(places, expected.map(|(file, row)| (file.to_owned(), row.to_owned())));
}

#[test]
fn a_file_of_16384_columns_is_read() {
    let header: Vec<String> = (1..16_384).map(|column| format!("c{column}")).collect();
    let rows = FERRY.lines().enumerate().map(|(position, line)| {
        let further = if position == 0 { header.join(",") } else { vec![""; header.len()].join(",") };
        format!("{line},{further}\n")
    });
    // Blank columns would be open questions of their own, each with a section in the report.
    let settings = format!("[input]\nignored_columns = {header:?}\n");
    let outputs = Run::new().csv(&rows.collect::<String>()).settings(&settings).done().outputs();
    assert_eq!(answers(&outputs).len(), 8);
}
