//! `canvass duplicates`, and its bench: copies in files of texts.

use crate::support::{Run, Said, canvass, count, list, table, workbook};
use insta::assert_snapshot;
use serde_json::Value;
use std::fs;
use tempfile::TempDir;

/// A folder with these files.
fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, content) in files {
        fs::write(folder.path().join(name), content).unwrap();
    }
    folder
}

fn said(folder: &TempDir, arguments: &str) -> Said {
    canvass(folder.path(), arguments.split(' '))
}

#[track_caller]
fn done(folder: &TempDir, arguments: &str) -> String {
    let said = said(folder, arguments);
    assert_eq!(said.code, 0, "{}", said.stderr);
    said.stdout
}

const STANDARD: &str =
    "We ask the county to keep the night ferry, to run it until two and to take bicycles free of charge.";
const LETTERS: &str = "id,text\n\
    a,\"We ask the county to keep the night ferry, to run it until two and to take bicycles free of charge.\"\n\
    b,WE ASK THE COUNTY to keep the night ferry to run it until two and to take bicycles free of charge!\n\
    c,\"We beg the county to keep the night ferry, to run it until three and to take bicycles free of charge.\"\n\
    d,The school bus is late.\n\
    e,the school bus is late\n\
    f,\"A bench under each tree, please, and shade for those who wait there in July.\"\n";

#[test]
fn pairs_are_told_with_their_kind_and_their_passages() {
    let folder = folder(&[("letters.csv", LETTERS)]);
    assert_snapshot!(done(&folder, "duplicates letters.csv --groups groups.csv"));
    assert_snapshot!(fs::read_to_string(folder.path().join("groups.csv")).unwrap());
}

#[test]
fn every_format_and_any_number_of_threads_say_the_same() {
    let lines = LETTERS.lines().skip(1).map(|line| line.split_once(',').unwrap());
    let mut json = String::new();
    for (id, text) in lines {
        json += &serde_json::json!({"id": id, "text": text.trim_matches('"')}).to_string();
        json.push('\n');
    }
    let folder = folder(&[("letters.csv", LETTERS), ("letters.jsonl", &json)]);
    let pairs = done(&folder, "duplicates letters.csv");
    assert_eq!(done(&folder, "duplicates letters.jsonl --threads 1"), pairs);
    assert_eq!(done(&folder, "duplicates letters.csv --threads 8"), pairs);
    done(&folder, "duplicates letters.csv --out pairs.csv");
    assert_eq!(fs::read_to_string(folder.path().join("pairs.csv")).unwrap(), pairs);
    let objects = done(&folder, "duplicates letters.csv --format jsonl");
    let objects: Vec<Value> = objects.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(objects.len(), pairs.lines().count() - 1);
    assert_eq!((&objects[0]["kind"], list(&objects[0], "spans").len()), (&Value::from("exact"), 1));
}

#[test]
fn several_files_are_compared_with_each_other_and_numbered_throughout() {
    let folder =
        folder(&[("one.txt", &format!("Nothing of note.\n{STANDARD}\n")), ("two.txt", &format!("\n{STANDARD}\n"))]);
    let pairs = done(&folder, "duplicates one.txt two.txt");
    assert!(pairs.lines().nth(1).unwrap().starts_with("2,3,exact,1,1,1,0-"), "{pairs}");
}

#[test]
fn what_stands_in_a_reference_text_is_a_quotation() {
    let texts = format!("id,text\na,\"{STANDARD} So say I.\"\nb,\"{STANDARD} And so does my aunt.\"\n");
    let folder = folder(&[("a.csv", &texts), ("form.txt", STANDARD)]);
    assert!(done(&folder, "duplicates a.csv").contains("a,b,near,"));
    let pairs = done(&folder, "duplicates a.csv --reference form.txt");
    assert!(pairs.lines().count() == 2 && pairs.contains("a,b,quotation,"), "{pairs}");
}

/// Answers to two questions, a row a submission: two sent the same text in to both.
fn two_questions() -> Vec<Vec<&'static str>> {
    let other = "A bench under each tree, please, and shade for those who wait there in July.";
    vec![
        vec!["id", "What of the ferry?", "What else?"],
        vec!["m1", STANDARD, other],
        vec!["m2", STANDARD, STANDARD],
        vec!["m3", other, "Nothing, thank you."],
        vec!["m4", "", other],
    ]
}

#[test]
fn texts_are_compared_within_a_question_only_however_the_file_holds_them() {
    let wide = two_questions();
    let mut long = vec![vec!["id", "question", "text"]];
    for column in 1..3 {
        long.extend(wide[1..].iter().map(|row| vec![row[0], wide[0][column], row[column]]));
    }
    let object = |row: &Vec<&str>| serde_json::json!({"id": row[0], "question": row[1], "text": row[2]}).to_string();
    let objects = long[1..].iter().map(object).collect::<Vec<_>>().join("\n");
    let folder = folder(&[("wide.csv", &table(&wide)), ("long.csv", &table(&long)), ("long.jsonl", &objects)]);
    fs::write(folder.path().join("wide.xlsx"), workbook([("Form1", wide.clone())])).unwrap();
    fs::write(folder.path().join("long.xlsx"), workbook([("Notes", vec![vec!["x"]]), ("Form1", long)])).unwrap();

    // An argument with spaces is one.
    let columns = ["--text-column", "What of the ferry?", "--text-column", "What else?"];
    let in_wide = |file: &str, further: &[&str]| {
        let said = canvass(folder.path(), ["duplicates", file].iter().chain(&columns).chain(further));
        assert_eq!(said.code, 0, "{}", said.stderr);
        said.stdout
    };
    let pairs = in_wide("wide.csv", &["--groups", "groups.csv"]);
    assert_eq!(
        pairs,
        "question,response_a,response_b,kind,similarity,containment,jaccard,spans\n\
        What of the ferry?,m1,m2,exact,1,1,1,0-98:0-98\nWhat else?,m1,m4,exact,1,1,1,0-75:0-75\n"
    );
    assert_eq!(
        fs::read_to_string(folder.path().join("groups.csv")).unwrap(),
        "question,group_id,kind,response_id,similarity,representative\n\
        What of the ferry?,d01,exact,m1,1,m1\nWhat of the ferry?,d01,exact,m2,1,m1\n\
        What else?,d01,exact,m1,1,m1\nWhat else?,d01,exact,m4,1,m1\n"
    );
    assert_eq!(in_wide("wide.xlsx", &["--threads", "1"]), pairs);
    for file in ["long.csv", "long.jsonl", "long.xlsx", "long.xlsx --sheet Form1 --threads 8"] {
        assert_eq!(done(&folder, &format!("duplicates {file} --question-column question")), pairs, "{file}");
    }
    let objects = done(&folder, "duplicates long.csv --question-column question --format jsonl");
    let first: Value = serde_json::from_str(objects.lines().next().unwrap()).unwrap();
    assert_eq!((&first["question"], &first["response_b"]), (&"What of the ferry?".into(), &"m2".into()));
    // Two files, of which the second alone has the second question; without ids a text is called by its row.
    let rows = |rows: &[[&str; 2]]| table([["question", "text"]].iter().chain(rows));
    fs::write(folder.path().join("one.csv"), rows(&[["a", STANDARD]])).unwrap();
    fs::write(folder.path().join("two.csv"), rows(&[["b", STANDARD], ["a", STANDARD], ["b", STANDARD]])).unwrap();
    let pairs = done(&folder, "duplicates one.csv two.csv --question-column question");
    assert_eq!(
        pairs.lines().skip(1).collect::<Vec<_>>(),
        ["a,1,3,exact,1,1,1,0-98:0-98", "b,2,4,exact,1,1,1,0-98:0-98"]
    );
}

#[test]
fn faults_of_questions_and_workbooks_are_refused_with_their_place() {
    let folder = folder(&[
        ("long.csv", "id,question,text\n1,q1,x\n2, ,y\n"),
        ("long.jsonl", "{\"text\": \"x\"}\n"),
        ("lines.txt", "x\n"),
        ("no.xlsx", "id,text\n"),
    ]);
    let long = "ferry ".repeat(100);
    let book = workbook([
        ("Form1", vec![vec!["id", "question", "text"], vec!["1", "q1", "x"], vec!["2", "", "y"]]),
        ("Long", vec![vec!["id", "text"], vec!["1", long.as_str()]]),
    ]);
    fs::write(folder.path().join("book.xlsx"), &book).unwrap();
    fs::write(folder.path().join("half.xlsx"), &book[..book.len() / 2]).unwrap();
    for (number, arguments) in [
        "duplicates long.csv --question-column question",
        "duplicates long.csv --question-column topic",
        "duplicates long.csv --question-column question --text-column text --text-column id",
        "duplicates long.csv --text-column text --text-column text",
        "duplicates long.jsonl --question-column question",
        "duplicates lines.txt --question-column question",
        "duplicates no.xlsx",
        "duplicates half.xlsx",
        "duplicates book.xlsx --sheet Form2",
        "duplicates book.xlsx --text-column answer",
        "duplicates book.xlsx --question-column question",
        "duplicates book.xlsx --sheet Long --max-record-bytes 100",
    ]
    .into_iter()
    .enumerate()
    {
        let said = said(&folder, &format!("{arguments} --quiet"));
        assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{arguments}");
        assert_snapshot!(format!("a_fault_of_questions_{number}"), said.stderr);
    }
}

/// One sentence as it may be typed: composed, decomposed, with ligatures and full-width letters, with spaces and apostrophes of all
/// kinds, with characters that show nothing.
const TYPED: [&str; 5] = [
    "L'été, l'office de la vallée doit rester ouvert : les élèves n'ont que 20 minutes.",
    "L\u{2019}e\u{301}te\u{301}, l\u{2019}office de la valle\u{301}e doit rester ouvert\u{202f}: les e\u{301}le\u{300}ves n\u{2019}ont que 20\u{a0}minutes.",
    "L\u{2bc}été, l\u{2018}o\u{fb03}ce de la vallée doit rester ouvert\u{a0}: les élèves n\u{b4}ont que \u{ff12}\u{ff10} minutes.",
    "L'été, l'of\u{ad}fice de la val\u{200d}lée\u{200b} doit res\u{2060}ter ouvert : les élèves n'ont que 20 minutes.\u{feff}",
    "\u{ff2c}'été,\u{3000}l'o\u{fb00}ice de la vallée doit rester ouvert : les élèves n\u{ff07}ont que 20 \u{ff4d}\u{ff49}\u{ff4e}\u{ff55}\u{ff54}\u{ff45}\u{ff53}.",
];

#[test]
fn the_same_text_is_an_exact_copy_however_its_characters_are_typed() {
    let texts = TYPED.join("\n");
    let folder = folder(&[("typed.txt", &texts)]);
    let pairs = done(&folder, "duplicates typed.txt");
    let pairs: Vec<Vec<&str>> = pairs.lines().skip(1).map(|line| line.split(',').collect()).collect();
    assert_eq!(pairs.len(), 10);
    for pair in pairs {
        assert_eq!(pair[2..6], ["exact", "1", "1", "1"], "{pair:?}");
        // The passage reaches from the first word to the last, in bytes of the text as it came.
        for (id, span) in pair[..2].iter().zip(pair[6].split(':')) {
            let text = TYPED[id.parse::<usize>().unwrap() - 1];
            let (start, end) = span.split_once('-').unwrap();
            let rest = text[end.parse().unwrap()..].trim_end_matches('\u{feff}');
            assert_eq!((start, rest), ("0", "."), "{pair:?}");
        }
    }
}

#[test]
fn a_campaign_is_one_however_its_characters_are_typed() {
    let own = ["Le bus du soir", "Des arbres au marché", "Plus de bus", "La piscine"];
    let rows = TYPED.iter().chain(&own).zip(1..).map(|(text, id)| [id.to_string(), (*text).to_owned()]);
    let csv = table([["id".to_owned(), "Que faire ?".to_owned()]].into_iter().chain(rows));
    let question = Run::new().csv(&csv).done().outputs().question("q1");
    let groups = list(&question, "duplicates");
    assert_eq!((groups.len(), count(&groups[0], "n_exact"), count(&groups[0], "n_varied")), (1, 5, 0));
    assert_eq!((count(&question, "base"), count(&question, "base_once")), (9, 5));
}

#[test]
fn faults_of_the_files_are_refused_with_their_place() {
    let folder =
        folder(&[("a.csv", "id,answer\n1,x\n"), ("b.csv", "id,text\n1,\"x\n2,y\n"), ("c.docx", "x"), ("d.txt", "\n")]);
    fs::write(folder.path().join("empty.csv"), "").unwrap();
    fs::write(folder.path().join("latin.csv"), b"id,text\n1,caf\xe9\n").unwrap();
    fs::write(folder.path().join("picture.csv"), b"\x89PNG\r\n\x1a\n\0\0").unwrap();
    fs::create_dir(folder.path().join("letters")).unwrap();
    for (number, arguments) in [
        "duplicates a.csv",
        "duplicates b.csv",
        "duplicates c.docx",
        "duplicates d.txt",
        "duplicates e.csv",
        "duplicates empty.csv",
        "duplicates latin.csv",
        "duplicates picture.csv",
        "duplicates letters",
        "duplicates a.csv --text-column reply",
        "bench duplicates a.csv --text-column answer --truth d.txt",
    ]
    .into_iter()
    .enumerate()
    {
        let said = said(&folder, arguments);
        assert_eq!(said.code, 2, "{arguments}");
        assert_snapshot!(format!("a_fault_{number}"), said.stderr);
    }
}

#[test]
fn an_option_out_of_its_bounds_is_named_by_its_name() {
    let folder = folder(&[("a.csv", LETTERS), ("truth.csv", "source,copy,edit,strength\na,b,copies,0.1\n")]);
    for (arguments, expected) in [
        ("duplicates a.csv --min-similarity 2", "--min-similarity is 2, but must be from 0.3 to 1"),
        ("duplicates a.csv --min-similarity nan", "--min-similarity is NaN, but must be from 0.3 to 1"),
        ("duplicates a.csv --min-similarity -0.5", "--min-similarity is -0.5, but must be from 0.3 to 1"),
        ("duplicates a.csv --target-recall 1", "--target-recall is 1, but must be from 0.5 to 0.999"),
        ("duplicates a.csv --max-record-bytes 0", "--max-record-bytes is 0, but must be from 1 to 4294967295"),
        (
            "bench duplicates a.csv --truth truth.csv --min-similarity 0",
            "--min-similarity is 0, but must be from 0.3 to 1",
        ),
        ("bench generate --responses 0", "--responses is 0, but must be from 1 to 4294967294"),
        ("bench generate --edits copies --words 0", "--words is 0, but must be from 1 to 100000"),
        ("bench generate --adversarial huge --huge-megabytes 0", "--huge-megabytes is 0, but must be from 1 to 1000"),
        (
            "bench generate --edits copies --strengths 0.1,1",
            "--strengths is 1, but must be shares above 0 and up to 0.9",
        ),
    ] {
        let said = said(&folder, arguments);
        assert_eq!(said.code, 2, "{arguments}");
        assert!(said.stderr.contains(&format!("error: {expected}\n")), "{}", said.stderr);
        let option = expected.split(' ').next().unwrap();
        assert!(said.stderr.contains(&format!("way out: give {option} ")), "{}", said.stderr);
        assert!(!said.stderr.contains("configuration"), "{}", said.stderr);
    }
    // What is no number is refused with the option, too.
    for arguments in
        ["duplicates a.csv --min-similarity much", "bench generate --seed -1", "duplicates a.csv --threads 0"]
    {
        let said = said(&folder, arguments);
        let option = arguments.split(' ').find(|word| word.starts_with("--")).unwrap();
        assert!(said.code == 2 && said.stderr.contains(option), "{}", said.stderr);
    }
}

/// Recall and precision of a cell of the bench.
fn figures(scores: &Value, edit: &str, strength: f64) -> (f64, f64) {
    let cells = scores.as_array().unwrap().iter();
    let mut own =
        cells.filter(|cell| cell["edit"] == edit && (cell["strength"].as_f64().unwrap() - strength).abs() < 1e-9);
    let cell = own.next().unwrap_or_else(|| panic!("no {edit} at {strength}"));
    assert!(cell["n_pairs"].as_u64().unwrap() >= 30);
    (cell["recall"].as_f64().unwrap(), cell["precision"].as_f64().unwrap())
}

/// The pairs found in answers that are hard to search, as cells.
fn adversarial(mode: &str, further: &str) -> Vec<Vec<String>> {
    let folder = folder(&[]);
    done(&folder, &format!("bench generate --responses 400 --adversarial {mode} --out a.csv{further}"));
    let pairs = done(&folder, "duplicates a.csv");
    assert_eq!(done(&folder, "duplicates a.csv --threads 1"), pairs);
    pairs.lines().skip(1).map(|line| line.split(',').map(str::to_owned).collect()).collect()
}

#[test]
fn answers_that_are_hard_to_search_are_searched() {
    let kinds = |pairs: &[Vec<String>], kind: &str| pairs.iter().filter(|pair| pair[2] == kind).count();
    // One group, of which each is told with the representative.
    let identical = adversarial("identical", "");
    assert_eq!((identical.len(), kinds(&identical, "exact")), (399, 399));
    // One word is too few different shingles to be anyone's own: as long ones are identical, and no others are alike.
    let one_word = adversarial("one-word", "");
    assert!(!one_word.is_empty() && kinds(&one_word, "exact") == one_word.len());
    // Only an answer as long as thousands shares that much by chance.
    let huge = adversarial("huge", " --huge-megabytes 1");
    assert!(huge.len() < 10 && huge.iter().all(|pair| pair[..2].contains(&"201".to_owned())), "{huge:?}");
    assert_eq!(adversarial("shared-sentence", ""), Vec::<Vec<String>>::new());
    let passage = adversarial("shared-passage", " --words 150");
    assert!(passage.len() >= 399 && kinds(&passage, "partial") == passage.len(), "{passage:?}");
}

#[test]
fn planted_copies_are_found_and_nothing_else_is() {
    let folder = folder(&[]);
    done(
        &folder,
        "bench generate --responses 6000 --edits copies,typos,inserted,dropped,reordered,slots --strengths 0.1,0.2 --out a.csv --truth truth.csv",
    );
    let scores = done(&folder, "bench duplicates a.csv --truth truth.csv --format json --plot plot.svg");
    let scores: Value = serde_json::from_str(&scores).unwrap();
    for edit in ["copies", "typos", "inserted", "dropped", "reordered", "slots"] {
        for strength in [0.1, 0.2] {
            let (recall, precision) = figures(&scores, edit, strength);
            assert!(recall >= 0.99 && precision >= 0.99, "{edit} {strength}: {recall} {precision}");
        }
    }
    assert!(fs::read_to_string(folder.path().join("plot.svg")).unwrap().matches("<polyline").count() == 6);
    assert!(done(&folder, "bench duplicates a.csv --truth truth.csv").starts_with("edit"));
}
