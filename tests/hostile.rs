//! Answers that try to be something else than text.

use crate::support::{Outputs, Run, list, sample, table, text};
use serde_json::Value;

/// Answers that a page, a spreadsheet or a terminal would act on.
const HOSTILE: [&str; 14] = [
    "<script>alert('ferry')</script> The evening ferry must run later",
    "</style><style>body{display:none}</style> The evening ferry must run later",
    "\"><img src=x onerror=\"alert('ferry')\"> The evening ferry",
    "<!-- The evening ferry --> ]]> &lt;b&gt; &amp;",
    "{{ 7 * 7 }} {% raw %} the evening ferry",
    "=HYPERLINK(\"http://example.org\",\"ferry\") evening ferry",
    "+1+cmd|' /C calc'!A0 evening ferry",
    "-2 evening ferries",
    "@SUM(1+1) evening ferry",
    "\t=1+1 evening ferry",
    "\u{202e}yrref gnineve eht\u{202c} the evening ferry",
    "🙂🏔️👩‍👩‍👧‍👦 the evening ferry 🙂",
    "\u{1b}[31mred evening ferry\u{7}",
    "e\u{301}\u{301}\u{301}vening f\u{fb03}ng \u{feff}ferry",
];

/// The ids that a spreadsheet would run as formulas.
const IDS: [&str; 6] = ["=1+1", "+2", "-3", "@4", "\t=5", "6"];

/// The hostile answers, each twice: so every one of them can carry a theme, and is its own near-duplicate.
fn hostile() -> Run {
    let mut rows = vec![["id".to_owned(), "<b>What</b> should =the= ferry change?".to_owned()]];
    for (n, answer) in HOSTILE.iter().cycle().take(2 * HOSTILE.len()).enumerate() {
        let id = IDS.get(n).map_or_else(|| format!("r{n}"), |id| (*id).to_owned());
        rows.push([id, (*answer).to_owned()]);
    }
    let settings = "[input]\nid_column = \"id\"\n[duplicates]\nmin_words = 2\nshingle_words = 2\n[[question]]\nid = \"=q1\"\nkind = \"open\"\n\
                    column = \"<b>What</b> should =the= ferry change?\"\n";
    Run::new().csv(&table(&rows)).settings(settings)
}

/// How often a tag opens in a page, in whatever case.
fn n_tags(page: &str, tag: &str) -> usize {
    let page = page.to_lowercase();
    let opens =
        |(at, found): (usize, &str)| page[at + found.len()..].starts_with(|c: char| !c.is_alphanumeric()).then_some(());
    page.match_indices(&format!("<{tag}")).filter_map(opens).count()
}

#[test]
fn a_page_with_markup_in_its_answers_has_the_tags_of_a_page_without() {
    let hostile = hostile().done().outputs();
    let page = hostile.text("report.html");
    for tag in ["img", "iframe", "object", "link", "base"] {
        assert_eq!(n_tags(page, tag), 0, "<{tag}> in the report");
    }
    assert_eq!((n_tags(page, "script"), n_tags(page, "form")), (1, 1), "those of the page and no others");
    assert_eq!((n_tags(page, "style"), page.matches("</style").count()), (1, 1), "the style of the page and no other");
    assert!(!page.contains("<b>What"), "the question's markup is text");
    assert!(page.contains("&lt;script&gt;alert("), "the answer is shown as it was written");
    assert!(page.contains("&lt;b&gt;What&lt;"), "the question is shown as it was written");
    assert!(!page.contains(" 49 "), "an answer is no template");
}

#[test]
fn no_attribute_of_the_page_is_closed_by_an_answer() {
    let page = hostile().done().outputs().text("report.html").to_owned();
    for (at, _) in page.match_indices("onerror") {
        let before = &page[..at];
        assert!(before.rfind('>') > before.rfind('<'), "inside a tag: {}", &page[at.saturating_sub(80)..at + 20]);
    }
    assert!(page.contains("onerror"), "the answer is shown as it was written");
}

#[test]
fn hostile_answers_are_kept_as_they_are_in_the_data() {
    let outputs = hostile().done().outputs();
    let texts: Vec<String> = outputs.records().iter().map(|record| text(record, "text").to_owned()).collect();
    assert_eq!(texts[..HOSTILE.len()], HOSTILE);
}

#[test]
fn cells_that_a_spreadsheet_would_run_are_guarded_in_every_table() {
    let outputs = hostile().done().outputs();
    for name in ["coding.csv", "duplicates.csv", "duplicate_pairs.csv", "ledger.csv"] {
        let rows = outputs.rows(name);
        assert!(!rows.is_empty(), "{name}");
        for row in &rows {
            assert_eq!(row["question"], "'=q1", "{name}");
            for (column, cell) in row {
                assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{name}, {column}: {cell:?}");
            }
        }
    }
    let guarded = outputs.rows("ledger.csv").into_iter().take(IDS.len()).map(|row| row["response_id"].clone());
    assert_eq!(guarded.collect::<Vec<_>>(), ["'=1+1", "'+2", "'-3", "'@4", "'\t=5", "6"]);
}

#[test]
fn ids_stand_unguarded_in_the_data() {
    let outputs = hostile().done().outputs();
    let ids: Vec<Value> =
        outputs.records().iter().take(IDS.len()).map(|record| record["response_id"].clone()).collect();
    assert_eq!(ids, IDS);
    assert_eq!(list(&outputs.findings(), "questions")[0]["id"], "=q1");
}

#[test]
fn the_guard_of_the_sample_is_on_no_ordinary_cell() {
    for name in ["coding.csv", "duplicates.csv", "duplicate_pairs.csv", "ledger.csv"] {
        for row in sample().rows(name) {
            assert!(row.iter().all(|(column, cell)| column == "reason" || !cell.starts_with('\'')), "{name}: {row:?}");
        }
    }
}

#[test]
fn an_explanation_does_not_steer_the_terminal() {
    let ran = hostile().done();
    let id = format!("r{}", HOSTILE.len() + 12);
    let said = ran.canvass(&["explain", "out", &id]);
    assert_eq!(said.code, 0, "{}", said.stderr);
    assert!(said.stdout.contains("red evening ferry"), "{}", said.stdout);
    assert!(!said.stdout.chars().any(|c| c.is_control() && c != '\n'), "{:?}", said.stdout);
}

#[test]
fn what_a_run_prints_does_not_steer_the_terminal() {
    let answers = "id,\u{1b}[31mWhat should the ferry change?\u{7}\n1,Run the \u{1b}[32mevening ferry later\n2,An \u{1b}[32mevening ferry\n";
    let said = Run::new().csv(answers).done().said;
    for printed in [&said.stdout, &said.stderr] {
        assert!(!printed.chars().any(|c| c.is_control() && c != '\n'), "{printed:?}");
    }
}

#[test]
fn an_answer_of_one_very_long_word_is_analysed() {
    let answers = format!("id,comment\n1,The evening ferry\n2,{}\n3,An evening ferry\n", "x".repeat(100_000));
    let outputs = Run::new().csv(&answers).done().outputs();
    assert_eq!(outputs.rows("ledger.csv")[1]["state"], "analysed");
    assert_eq!(text(&outputs.record("q1", "2"), "text").len(), 100_000);
}

#[test]
fn an_answer_of_very_many_lines_is_analysed() {
    let answers =
        format!("id,comment\n1,The evening ferry\n2,\"{}\"\n3,An evening ferry\n", "- ferry\n".repeat(10_000));
    let outputs = Run::new().csv(&answers).done().outputs();
    assert_eq!(outputs.rows("ledger.csv")[1]["state"], "analysed");
}

#[test]
fn sixty_questions_are_all_reported() {
    let header =
        std::iter::once("id".to_owned()).chain((1..=60).map(|n| format!("What should ferry number {n} change?")));
    let mut rows = vec![header.collect::<Vec<_>>()];
    for id in 1..=4 {
        let answers = (1..=60).map(|n| {
            format!("Guest {id} asks pier {n} for an evening departure, because number {} is too early.", id * n)
        });
        rows.push(std::iter::once(id.to_string()).chain(answers).collect());
    }
    let outputs = Run::new().csv(&table(&rows)).done().outputs();
    let findings = outputs.findings();
    let ids: Vec<&str> = list(&findings, "questions").iter().map(|question| text(question, "id")).collect();
    assert_eq!(ids, (1..=60).map(|n| format!("q{n}")).collect::<Vec<_>>());
    assert_eq!(outputs.rows("ledger.csv").len(), 240);
}

/// Names and addresses of respondents, in the columns a form puts them.
const PERSONAL: &str = "\
ID,Start time,Email,Name,What should the ferry change?
1,2026-03-04 09:15:22,zoe@example.org,Zoe Quartermaine,The evening ferry must run later
2,2026-03-04 09:16:22,yan@example.org,Yannick Pettersson,An evening ferry
3,2026-03-04 09:17:22,YAN@example.org ,Yannick Pettersson,\"An evening ferry, and a ramp\"
";

fn assert_nothing_personal(outputs: &Outputs) {
    for name in outputs.names() {
        let content = outputs.everything(name).to_lowercase();
        for personal in ["example.org", "quartermaine", "pettersson", "zoe", "yannick", "09:15"] {
            assert!(!content.contains(personal), "{personal} in {name}");
        }
    }
}

#[test]
fn no_output_holds_a_name_or_an_e_mail_address() {
    let ran = Run::new().csv(PERSONAL).done();
    assert_nothing_personal(&ran.outputs());
    for printed in [&ran.said.stdout, &ran.said.stderr] {
        assert!(!printed.to_lowercase().contains("example.org") && !printed.contains("Pettersson"), "{printed}");
    }
}

#[test]
fn one_e_mail_address_is_one_respondent() {
    let states: Vec<String> =
        Run::new().csv(PERSONAL).done().outputs().rows("ledger.csv").iter().map(|row| row["state"].clone()).collect();
    assert_eq!(states, ["analysed", "double", "analysed"]);
}
