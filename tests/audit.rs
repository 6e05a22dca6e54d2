//! A published summary checked against a run.

use crate::support::{Book, Ran, Run, Said, count, list, text, texts};
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::fs;

/// Thirty answers about a ferry and a library, so that the rarity of words means something.
const TOWN: &str = "\
id,What should the ferry change?,What should the library change?
1,The evening ferry must run later.,Open the library on Sundays.
2,\"A later evening ferry, please.\",Longer opening hours on Sundays and in the evening.
3,Cheaper tickets for families.,Lend tools and sewing machines.
4,Tickets are too expensive for families with children.,A quiet room for students.
5,The ferry in the evening leaves before the last train arrives.,Sunday opening hours.
6,Bicycles need more room on deck.,More books in Polish.
7,More room for bicycles and prams.,A quiet room without telephones.
8,The evening ferry is too early for the last train.,Lend tools.
9,A ticket for the whole family.,Story hours for small children.
10,The crew is friendly.,Polish and Ukrainian books.
";

const SUMMARY: &str = "\
# What people said

## q1. What should the ferry change?
(10 answers; 9 after counting copies once)

- **A later evening ferry:** Most respondents ask for a ferry later in the evening, \"too early for the last train\".
  Support: 4 answers. Indices: 1, 2, 5, 8.
- **Cheaper family tickets:** About 30 % of respondents find tickets too expensive for families: \"Tickets are far too expensive for families\".
- **Helicopters to the airport:** Many want helicopters. \"We demand a heliport now\"

Next in rank: Room for bicycles (2).

## What should the library change?

- **Opening on Sundays:** Longer opening hours on Sundays.
- **Lending tools and sewing machines:** Tools are asked for by 2 of 10 respondents.

Note: fewer answers than last year.
";

fn run_of(csv: &str) -> Ran {
    Run::new().csv(csv).done()
}

/// The audit of this summary, by the name of its file, and what was said.
pub(crate) fn audit(ran: &Ran, name: &str, summary: impl AsRef<[u8]>, arguments: &[&str]) -> (Value, Said) {
    fs::write(ran.folder.join(name), summary).unwrap();
    let said = ran.canvass(&[&["audit", name, "out", "--out", "audit", "--force"], arguments].concat());
    let found = fs::read(ran.folder.join("audit/audit.json")).ok().filter(|_| said.code == 0);
    (found.map_or(Value::Null, |bytes| serde_json::from_slice(&bytes).unwrap()), said)
}

/// An audit with something in each of its lists, one claim among it below the wrong question.
pub(crate) fn audit_of_the_town() -> Value {
    let misplaced =
        "\n## q1. What should the ferry change?\n\n- **Hours on Sundays:** The library should open on Sundays.\n";
    audit(&run_of(TOWN), "summary.md", format!("{SUMMARY}{misplaced}"), &[]).0
}

fn claim<'v>(audit: &'v Value, heading: &str) -> &'v Value {
    list(audit, "claims").iter().find(|claim| text(claim, "heading") == heading).unwrap()
}

#[test]
fn each_claim_is_told_with_who_supports_it_and_what_is_wrong_with_it() {
    let (found, said) = audit(&run_of(TOWN), "summary.md", SUMMARY, &[]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert_snapshot!(said.stdout);
    let ferry = claim(&found, "A later evening ferry");
    let ids: Vec<&str> = list(ferry, "evidence").iter().map(|of| text(of, "response_id")).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    assert_eq!((text(ferry, "verdict"), sorted), ("supported", vec!["1", "2", "5", "8"]));
    assert_eq!((count(ferry, "n_respondents"), count(ferry, "base")), (4, 10));
    assert_eq!(texts(ferry, "remarks"), ["Support: 4 answers. Indices: 1, 2, 5, 8."]);
    let helicopters = claim(&found, "Helicopters to the airport");
    assert_eq!((text(helicopters, "verdict"), count(helicopters, "n_respondents")), ("not_found", 0));
    let quoted: Vec<(&str, &str)> = list(&found, "claims")
        .iter()
        .flat_map(|claim| list(claim, "quotations"))
        .map(|of| (text(of, "text"), text(of, "verdict")))
        .collect();
    assert_eq!(
        quoted,
        [
            ("too early for the last train", "exact"),
            ("Tickets are far too expensive for families", "altered"),
            ("We demand a heliport now", "not_found"),
        ]
    );
    let numbers = |heading: &str| -> Vec<(String, String)> {
        let numbers = list(claim(&found, heading), "numbers").iter();
        numbers.map(|of| (text(of, "text").to_owned(), text(of, "verdict").to_owned())).collect()
    };
    let of = |text: &str, verdict: &str| (text.to_owned(), verdict.to_owned());
    let ferry = [of("Most respondents", "differs"), of("4 answers", "agrees")];
    assert_eq!(numbers("A later evening ferry"), ferry);
    assert_eq!(numbers("Lending tools and sewing machines"), [of("2 of 10 respondents", "agrees")]);
    let heading: Vec<&str> =
        list(&list(&found, "sections")[0], "numbers").iter().map(|of| text(of, "verdict")).collect();
    assert_eq!(heading, ["agrees", "unchecked"]);
    assert_eq!(list(&found, "passed_over").len(), 2, "{}", found["passed_over"]);
}

#[test]
fn every_passage_of_the_evidence_is_in_its_answer_byte_for_byte() {
    let ran = run_of(TOWN);
    let (found, _) = audit(&ran, "summary.md", SUMMARY, &[]);
    let outputs = ran.outputs();
    for claim in list(&found, "claims") {
        let question = text(claim, "question");
        for of in list(claim, "evidence") {
            let record = outputs.record(question, text(of, "response_id"));
            let (start, end) = (count(of, "start") as usize, count(of, "end") as usize);
            assert_eq!(&text(&record, "text")[start..end], text(of, "passage"));
            assert!(list(of, "shared").len() >= 2, "{of}");
        }
    }
}

#[test]
fn what_is_left_out_is_told_beside_what_chance_reaches() {
    let (found, _) = audit(&run_of(TOWN), "summary.md", SUMMARY, &[]);
    let left_out = &list(&found, "left_out")[0];
    assert_eq!((text(left_out, "question"), count(left_out, "base")), ("q1", 10));
    assert!(texts(left_out, "behind_none").contains(&"10".to_owned()), "{left_out}");
    let n_behind = count(left_out, "n_behind");
    assert_eq!(n_behind + list(left_out, "behind_none").len() as u64, 10);
    let baseline = &left_out["baseline"];
    assert_eq!((count(baseline, "n_claims"), count(baseline, "n_draws")), (3, 100));
    assert!(count(baseline, "low") >= 1 && count(baseline, "high") <= 10, "{baseline}");
}

#[test]
fn the_same_summary_in_word_text_and_json_has_the_same_claims() {
    let ran = run_of(TOWN);
    let told = |found: &Value| -> Vec<(String, String, u64)> {
        let of = |claim: &Value| {
            (text(claim, "heading").to_owned(), text(claim, "question").to_owned(), count(claim, "n_respondents"))
        };
        list(found, "claims").iter().map(of).collect()
    };
    let markdown = told(&audit(&ran, "summary.md", SUMMARY, &[]).0);
    assert_eq!(markdown.len(), 5);
    let plain = SUMMARY.replace("- **", "• ").replace(":** ", ": ");
    assert_eq!(told(&audit(&ran, "summary.txt", &plain, &[]).0), markdown);
    let paragraphs: Vec<String> = SUMMARY
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| {
            let (style, rest) = match line.trim_start() {
                of if of.starts_with('#') => ("<w:pStyle w:val=\"Heading2\"/>", of.trim_start_matches(['#', ' '])),
                of if of.starts_with("- ") => ("<w:numPr/>", &of[2..]),
                of => ("", of),
            };
            let (bold, rest) = rest.strip_prefix("**").and_then(|rest| rest.split_once("**")).unwrap_or(("", rest));
            format!("<w:p><w:pPr>{style}</w:pPr><w:r><w:rPr><w:b/></w:rPr><w:t>{bold}</w:t></w:r><w:r><w:t>{rest}</w:t></w:r></w:p>")
        })
        .collect();
    assert_eq!(told(&audit(&ran, "summary.docx", Book::word(&paragraphs.concat()).bytes(), &[]).0), markdown);
    let (found, _) = audit(&ran, "summary.md", SUMMARY, &[]);
    let claims: Vec<Value> = list(&found, "claims")
        .iter()
        .map(|of| json!({"title": of["heading"], "description": of["text"], "question": of["question"]}))
        .collect();
    assert_eq!(told(&audit(&ran, "summary.json", json!({"findings": claims}).to_string(), &[]).0), markdown);
}

#[test]
fn without_bold_words_and_lists_the_lowest_headings_with_sentences_below_are_claims() {
    let summary = "\
# What people said

An introduction.

## q1. What should the ferry change?

### 1. A later evening ferry

Most respondents ask for a ferry later in the evening.

They mean the last train.

### 2. Cheaper family tickets

Tickets are too expensive for families.
";
    let (found, said) = audit(&run_of(TOWN), "summary.md", summary, &[]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    let told: Vec<(&str, &str, &str)> =
        list(&found, "claims").iter().map(|of| (text(of, "heading"), text(of, "text"), text(of, "question"))).collect();
    let evening = "Most respondents ask for a ferry later in the evening. They mean the last train.";
    assert_eq!(
        told,
        [
            ("A later evening ferry", evening, "q1"),
            ("Cheaper family tickets", "Tickets are too expensive for families.", "q1"),
        ]
    );
    assert_eq!(found["passed_over"], json!([{"place": "line 3", "text": "An introduction."}]));
}

#[test]
fn without_a_heading_the_question_is_the_stated_one_or_the_one_that_supports_the_claim_most() {
    let ran = run_of(TOWN);
    let summary = "- **Sunday opening:** The library should open on Sundays.\n";
    let (found, said) = audit(&ran, "summary.md", summary, &[]);
    assert!(said.stdout.contains("no question named"), "{}", said.stdout);
    let source = |found: &Value| {
        (text(&found["claims"][0], "question").to_owned(), text(&found["claims"][0], "question_source").to_owned())
    };
    assert_eq!(source(&found), ("q2".to_owned(), "best".to_owned()));
    let (found, _) = audit(&ran, "summary.md", summary, &["--question", "q1"]);
    assert_eq!(source(&found), ("q1".to_owned(), "stated".to_owned()));
    let both = format!("## The harbour\n\n- **Dredging:** The harbour silts up.\n\n## The library\n\n{summary}");
    let (found, _) = audit(&ran, "summary.md", both, &["--section", "LIBRARY"]);
    assert_eq!(list(&found, "claims").len(), 1);
}

#[test]
fn a_claim_below_the_wrong_question_is_told_with_the_one_that_it_fits_better() {
    let found = audit_of_the_town();
    let better = |heading: &str| claim(&found, heading)["fits_better"].clone();
    let sundays = better("Hours on Sundays");
    assert_eq!((text(&sundays, "question"), count(&sundays, "n_respondents"), count(&sundays, "base")), ("q2", 3, 10));
    assert_eq!(better("A later evening ferry"), Value::Null);
    // Where the summary names no question, the claim is looked for where it fits best, and fits nowhere better.
    let summary = "- **Hours on Sundays:** The library should open on Sundays.\n";
    let (found, said) = audit(&run_of(TOWN), "summary.md", summary, &[]);
    assert_eq!((text(&found["claims"][0], "question"), &found["claims"][0]["fits_better"]), ("q2", &Value::Null));
    assert!(said.stdout.contains("(no question named: the one it fits best)"), "{}", said.stdout);
    let (_, said) = audit(&run_of(TOWN), "summary.md", summary, &["--question", "q1"]);
    assert!(said.stdout.contains("fits q2 better: 3 of 10"), "{}", said.stdout);
}

#[test]
fn the_page_is_in_the_language_of_the_runs_report_or_in_the_one_asked_for() {
    let ran = Run::new().csv(TOWN).args(["--report-language", "fr"]).done();
    let page = |arguments: &[&str]| {
        let (_, said) = audit(&ran, "summary.md", SUMMARY, arguments);
        assert_eq!(said.code, 0, "{}", said.stderr);
        fs::read_to_string(ran.folder.join("audit/audit.html")).unwrap()
    };
    let french = page(&[]);
    assert!(french.contains("<html lang=\"fr\">") && french.contains("4 des 10 répondants (40\u{202f}%)"), "{french}");
    assert!(french.contains("«\u{202f}too early for the last train\u{202f}»"), "{french}");
    assert!(!french.contains("respondents ("), "no English is left");
    let english = page(&["--report-language", "en"]);
    assert!(english.contains("<html lang=\"en\">") && english.contains("4 of 10 respondents (40\u{a0}%)"), "{english}");
}

#[test]
fn what_cannot_be_audited_is_refused_with_the_way_out() {
    let ran = run_of(TOWN);
    let cases: [(&str, &[u8], &[&str]); 10] = [
        ("summary.pdf", b"%PDF", &[]),
        ("summary.md", b"Nothing is claimed here.\n", &[]),
        ("latin.md", b"- **Caf\xe9:** open\n", &[]),
        ("broken.docx", b"PK\x03\x04", &[]),
        ("broken.json", b"{\"claims\": [", &[]),
        ("other.json", b"{\"answers\": []}", &[]),
        ("empty.json", b"[{\"heading\": \" \"}]", &[]),
        ("asked.json", b"[\"A ferry\", {\"heading\": \"A ferry\", \"question\": \"q7\"}]", &[]),
        ("claims.md", SUMMARY.as_bytes(), &["--section", "harbour"]),
        ("claims.md", SUMMARY.as_bytes(), &["--question", "q7"]),
    ];
    let mut told = String::new();
    for (name, bytes, arguments) in cases {
        let (_, said) = audit(&ran, name, bytes, arguments);
        assert_eq!(said.code, 2, "{name}: {}", said.stderr);
        told.push_str(&said.stderr);
    }
    assert!(!ran.folder.join("audit").exists(), "nothing is written");
    let said = ran.canvass(&["audit", "claims.md", "out", "--out", "out", "--force"]);
    assert_eq!(said.code, 2);
    told.push_str(&said.stderr);
    assert_snapshot!(told);
}

#[test]
fn markup_in_a_summary_and_in_answers_is_text_in_the_page() {
    let answers =
        TOWN.replace("Cheaper tickets for families.", "Cheaper tickets for <script>alert(1)</script> families.");
    let ran = run_of(&answers);
    let summary = "- **Cheaper tickets </title><img src=x onerror=alert(2)>:** for families <b>now</b>\n";
    let (found, said) = audit(&ran, "summary.md", summary, &["--question", "q1"]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(count(&found["claims"][0], "n_respondents") > 0);
    let page = fs::read_to_string(ran.folder.join("audit/audit.html")).unwrap();
    assert!(!page.contains("<script>") && !page.contains("<img") && !page.contains("<b>now"), "{page}");
    assert!(page.contains("&lt;script&gt;") && page.contains("default-src 'none'"));
}

#[test]
fn an_audit_has_the_same_bytes_at_any_thread_count() {
    let ran = Run::sample().done();
    let report = fs::read_to_string(ran.folder.join("out/report.md")).unwrap();
    fs::write(ran.folder.join("summary.md"), report).unwrap();
    let mut all = Vec::new();
    for threads in ["1", "2", "8"] {
        let said = ran.canvass(&["audit", "summary.md", "out", "--out", "audit", "--force", "--threads", threads]);
        assert_eq!(said.code, 0, "{}", said.stderr);
        all.push(["audit.html", "audit.json"].map(|name| fs::read(ran.folder.join("audit").join(name)).unwrap()));
    }
    assert!(all[0] == all[1] && all[1] == all[2]);
}

#[test]
fn the_findings_of_a_run_are_supported_by_its_own_answers() {
    let ran = Run::sample().done();
    let findings = ran.outputs().findings();
    let claims: Vec<Value> = list(&findings, "questions")
        .iter()
        .flat_map(|question| list(question, "findings").iter().map(move |finding| (question, finding)))
        .map(|(question, finding)| json!({"heading": finding["label"], "text": finding["sentence"], "question": question["id"]}))
        .collect();
    let (found, _) = audit(&ran, "own.json", Value::Array(claims).to_string(), &[]);
    let verdicts: Vec<&str> = list(&found, "claims").iter().map(|claim| text(claim, "verdict")).collect();
    let n_supported = verdicts.iter().filter(|verdict| **verdict == "supported").count();
    assert!(n_supported * 10 >= verdicts.len() * 9, "{verdicts:?}");
    assert!(!verdicts.contains(&"not_found"), "{verdicts:?}");
}
