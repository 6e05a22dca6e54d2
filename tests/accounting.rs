//! The sums agree: laws that hold for whatever is answered.

use crate::support::{Outputs, Row, Run, count, list, sample, table, text, texts};
use proptest::prelude::*;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The cell of a table without its guard.
fn unguarded(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@', '\t', '\r'])).unwrap_or(cell)
}

fn cells<'r>(rows: impl IntoIterator<Item = &'r Row>, column: &str) -> BTreeSet<String> {
    rows.into_iter().map(|row| unguarded(&row[column]).to_owned()).collect()
}

/// Everything that must hold in any run folder. `n_received` is the number of responses each question received.
pub(crate) fn assert_adds_up(outputs: &Outputs, n_received: &BTreeMap<String, u64>) {
    let findings = outputs.findings();
    let records = outputs.records();
    let total: u64 = n_received.values().sum();
    assert_eq!(records.len() as u64, total, "a line a response");
    assert_eq!(outputs.rows("ledger.csv").len() as u64, total, "a row a response");
    assert_eq!(list(&findings, "questions").len(), n_received.len());
    for question in list(&findings, "questions") {
        let id = text(question, "id");
        let guarded_id =
            outputs.rows("ledger.csv").iter().find(|row| unguarded(&row["question"]) == id).unwrap()["question"]
                .clone();
        let ledger = outputs.rows_of("ledger.csv", &guarded_id);
        assert_eq!(ledger.len() as u64, n_received[id]);
        states_sum(question, &ledger);
        let analysed: Vec<&Row> = ledger.iter().filter(|row| is_analysed(&row["state"])).collect();
        assert_eq!(
            count(question, "base"),
            cells(analysed.iter().copied(), "respondent_id").len() as u64,
            "base of {id}"
        );
        let coding = outputs.rows_of("coding.csv", &guarded_id);
        coded_or_not(question, &analysed, &coding);
        themes_add_up(question, &coding);
        verbatims_are_the_source(question, &records);
        groups_are_listed(question, &outputs.rows_of("duplicates.csv", &guarded_id));
    }
}

fn is_analysed(state: &str) -> bool {
    matches!(state, "analysed" | "analysed_apart")
}

fn states_sum(question: &Value, ledger: &[Row]) {
    let states = list(question, "ledger");
    assert_eq!(states.iter().map(|state| count(state, "n_responses")).sum::<u64>(), ledger.len() as u64);
    for state in states {
        let listed = ledger.iter().filter(|row| row["state"] == text(state, "state")).count();
        assert_eq!(count(state, "n_responses"), listed as u64, "{state}");
    }
}

/// The answers in the main language, which are the question's own, then those of each further language.
fn groups(question: &Value) -> impl Iterator<Item = &Value> {
    std::iter::once(question).chain(list(question, "languages"))
}

fn coded_or_not(question: &Value, analysed: &[&Row], coding: &[Row]) {
    let coded = cells(coding, "response_id");
    let no_theme = || groups(question).flat_map(|group| list(group, "no_theme"));
    let uncoded: BTreeSet<String> = no_theme().map(|response| text(response, "response_id").to_owned()).collect();
    assert_eq!(uncoded.len(), no_theme().count(), "each once");
    assert!(coded.is_disjoint(&uncoded), "{:?}", coded.intersection(&uncoded));
    let all: BTreeSet<String> = coded.union(&uncoded).cloned().collect();
    assert_eq!(
        all,
        cells(analysed.iter().copied(), "response_id"),
        "every analysed response is coded or listed without a theme"
    );
    for group in groups(question) {
        let of_group: BTreeSet<&str> = list(group, "themes").iter().map(|theme| text(theme, "theme_id")).collect();
        let rows = coding.iter().filter(|row| of_group.contains(row["theme_id"].as_str()));
        assert_eq!(count(group, "n_in_themes"), cells(rows, "respondent_id").len() as u64);
    }
    let pairs: BTreeSet<(&String, &String)> =
        coding.iter().map(|row| (&row["response_id"], &row["theme_id"])).collect();
    assert_eq!(pairs.len(), coding.len(), "a line for each response and theme");
    for row in coding {
        let strength: f64 = row["strength"].parse().unwrap();
        assert!((0.0..=1.0).contains(&strength) && row["points"].parse::<u32>().unwrap() >= 1, "{row:?}");
    }
}

fn themes_add_up(question: &Value, coding: &[Row]) {
    let ids: Vec<String> = groups(question)
        .flat_map(|group| list(group, "themes"))
        .map(|theme| text(theme, "theme_id").to_owned())
        .collect();
    assert_eq!(cells(coding, "theme_id"), ids.iter().cloned().collect());
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
    for group in groups(question) {
        let base = count(group, "base");
        let language_base = group.get("language_base").map_or(base, |base| base.as_u64().unwrap());
        assert!(language_base <= base && base <= count(question, "base"));
        assert!(count(group, "n_in_findings") <= count(group, "n_in_themes"));
        assert!(count(group, "n_in_themes") <= language_base);
        group_adds_up(group, base, language_base, coding);
    }
}

fn group_adds_up(group: &Value, base: u64, language_base: u64, coding: &[Row]) {
    let (themes, findings) = (list(group, "themes"), list(group, "findings"));
    assert_eq!(findings, &themes[..themes.len().min(5)], "findings are the first five themes");
    let in_findings: BTreeSet<String> = findings.iter().flat_map(|finding| texts(finding, "respondents")).collect();
    assert_eq!(count(group, "n_in_findings"), in_findings.len() as u64);
    let order = |theme: &Value| {
        let descending = |key: &str| std::cmp::Reverse(count(theme, key));
        (descending("n_respondents_once"), descending("n_respondents"), text(theme, "theme_id").to_owned())
    };
    assert!(themes.is_sorted_by_key(order), "by n_respondents_once, n_respondents, theme_id");
    let mut by_raw: Vec<&Value> = themes.iter().collect();
    by_raw.sort_by_key(|theme| count(theme, "rank_raw"));
    assert!(by_raw.is_sorted_by_key(|theme| std::cmp::Reverse(count(theme, "n_respondents"))));
    for (rank, theme) in (1..).zip(themes) {
        assert_eq!((count(theme, "rank"), count(theme, "rank_once")), (rank, rank));
        assert_eq!(count(by_raw[count(theme, "rank_raw") as usize - 1], "rank"), rank, "each raw rank once");
        assert_eq!(theme["rank_differs"], count(theme, "rank_raw") != rank);
        let share_once = theme["share_once"].as_f64().unwrap();
        assert!(share_once > 0.0 && share_once <= 1.0, "{theme}");
        let (n, once) = (count(theme, "n_respondents"), count(theme, "n_respondents_once"));
        assert!(once >= 1 && once <= n && n <= language_base, "{once} <= {n} <= {language_base}");
        for (key, whole) in [("share", base), ("language_share", language_base)] {
            let share = (n as f64 / whole as f64 * 10_000.0).round() / 10_000.0;
            assert!((theme[key].as_f64().unwrap() - share).abs() < 1e-9, "{key}: {theme}");
        }
        let respondents = texts(theme, "respondents");
        assert_eq!(respondents.len() as u64, n, "all respondents are listed");
        let coded: Vec<&Row> = coding.iter().filter(|row| row["theme_id"] == text(theme, "theme_id")).collect();
        assert_eq!(respondents.into_iter().collect::<BTreeSet<_>>(), cells(coded.iter().copied(), "respondent_id"));
        assert!(coded.iter().all(|row| unguarded(&row["theme_label"]) == text(theme, "label")));
    }
}

fn verbatims_are_the_source(question: &Value, records: &[Value]) {
    let own: Vec<&Value> =
        records.iter().filter(|record| record["question"] == question["id"] && record["state"] == "analysed").collect();
    for theme in groups(question).flat_map(|group| list(group, "themes")) {
        let respondents = texts(theme, "respondents");
        assert!(!list(theme, "verbatims").is_empty(), "a theme without evidence: {theme}");
        for verbatim in list(theme, "verbatims") {
            let record = own.iter().find(|record| record["response_id"] == verbatim["response_id"]).unwrap();
            let (start, end) = (count(verbatim, "start") as usize, count(verbatim, "end") as usize);
            assert_eq!(text(record, "text").get(start..end), Some(text(verbatim, "text")), "{verbatim}");
            assert_eq!(record["respondent_id"], verbatim["respondent_id"]);
            assert!(respondents.iter().any(|id| id == text(verbatim, "respondent_id")), "{verbatim} is of the theme");
        }
    }
}

fn groups_are_listed(question: &Value, rows: &[Row]) {
    let quotations: usize = list(question, "quotations").iter().map(|group| list(group, "members").len()).sum();
    let (quoting, rows): (Vec<Row>, Vec<Row>) = rows.iter().cloned().partition(|row| row["kind"] == "quotation");
    assert_eq!((quotations, cells(&quoting, "response_id").len()), (quoting.len(), quoting.len()));
    let members: usize = list(question, "duplicates").iter().map(|group| list(group, "members").len()).sum();
    assert_eq!(members, rows.len());
    assert!(count(question, "base_once") <= count(question, "base"));
    assert_eq!(cells(&rows, "response_id").len(), rows.len(), "a response is in one group at most");
}

#[test]
fn the_sample_adds_up() {
    let n_received = ["q2", "q5", "q7", "q9"].map(|id| (id.to_owned(), 125)).into();
    assert_adds_up(sample(), &n_received);
}

/// An answer of a few ideas, or none.
fn answer() -> impl Strategy<Value = String> {
    let idea = prop::sample::select(vec![
        "The evening ferry must run later.",
        "cheaper tickets for families",
        "A ramp for wheelchairs at the pier, because the steps are steep and wet in winter and nobody helps.",
        "Le bac du soir part trop tôt.",
        "More ferries 🙂\r\nin summer",
        "- bicycles on board",
        "=1+1",
        "\u{202e}reversed",
    ]);
    prop_oneof![
        8 => prop::collection::vec(idea, 1..4).prop_map(|ideas| ideas.join(" ")),
        1 => Just(String::new()),
        1 => Just("n/a".to_owned()),
        1 => Just("All".to_owned()),
        1 => Just("test".to_owned()),
    ]
}

/// Two answers that can be compared, whatever the others are.
const FIRST: &str = "The evening ferry leaves too early";

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_wide_file_adds_up(answers in prop::collection::vec((answer(), answer()), 0..14)) {
        let mut rows = vec![["id", "What should the ferry change?", "What else would you like to tell us?"].map(str::to_owned)];
        rows.extend((1..3).map(|id| [id.to_string(), format!("{FIRST}, guest {id}"), String::new()]));
        rows.extend((3..).zip(&answers).map(|(id, (a, b))| [id.to_string(), a.clone(), b.clone()]));
        let question = |id: usize| format!("[[question]]\nid = \"q{id}\"\nkind = \"open\"\ncolumn = {:?}\n", rows[0][id]);
        let run = Run::new().csv(&table(&rows)).settings(&[question(1), question(2)].concat());
        let n = rows.len() as u64 - 1;
        assert_adds_up(&run.done().outputs(), &[("q1".to_owned(), n), ("q2".to_owned(), n)].into());
    }

    #[test]
    fn a_long_file_adds_up_where_respondents_answer_twice_and_ids_come_again(
        answers in prop::collection::vec((prop::bool::ANY, 0..9_u32, 0..6_u32, answer()), 0..20),
        linked in prop::bool::ANY,
    ) {
        let mut rows = vec![["question", "answer", "text", "guest"].map(str::to_owned)];
        rows.extend((100..102).map(|id| ["=A", &id.to_string(), FIRST, "x"].map(str::to_owned)));
        rows.extend(answers.iter().map(|(first, id, guest, text)| {
            [if *first { "=A" } else { "B" }.to_owned(), id.to_string(), text.clone(), format!("g{guest}")]
        }));
        let mut n_received = BTreeMap::new();
        for row in &rows[1..] {
            *n_received.entry(row[0].clone()).or_insert(0) += 1;
        }
        let run = Run::new().csv(&table(&rows)).long();
        let run = if linked { run.args(["--respondent-column", "guest"]) } else { run };
        assert_adds_up(&run.done().outputs(), &n_received);
    }
}

#[test]
fn answers_set_aside_stand_in_the_findings_with_their_reasons() {
    let csv = "id,What should the ferry change?,And the harbour?\n1,The evening ferry,More benches near the quay\n\
               2,N / A,Less noise from the cranes at night\n3,test,A roof over the benches\n4,A later ferry,\n";
    let outputs = Run::new().csv(csv).done().outputs();
    let set_aside = |question: &str| -> Vec<(String, String, String)> {
        let found = outputs.question(question);
        let field = |answer: &Value, key: &str| answer[key].as_str().unwrap().to_owned();
        let answers = found["set_aside"].as_array().unwrap().iter();
        answers.map(|answer| (field(answer, "cell"), field(answer, "state"), field(answer, "reason"))).collect()
    };
    let row = |cell: &str, state: &str, reason: &str| (cell.to_owned(), state.to_owned(), reason.to_owned());
    assert_eq!(
        set_aside("q1"),
        [row("B3", "no_content", "\"n / a\" gives no answer"), row("B4", "test", "the answer only tries the form")]
    );
    assert_eq!(set_aside("q2"), [row("C5", "blank", "the cell is empty")]);
}

#[test]
fn what_cannot_be_read_and_what_is_read_apart_have_states_of_their_own() {
    let german = "Der letzte Zug am Abend kommt zu spät an, und die Fähre wartet leider nicht auf die Reisenden";
    let outputs = Run::new()
        .csv(&format!(
            "id,What should the ferry change?\n1,The evening ferry must run later\n2,A later evening ferry\n3,#NAME?\n4,????? ?? ????\n5,{german:?}\n"
        ))
        .done()
        .outputs();
    let states: Vec<String> = outputs.rows("ledger.csv").iter().map(|row| row["state"].clone()).collect();
    assert_eq!(states, ["analysed", "analysed", "unreadable", "unreadable", "analysed_apart"]);
    assert_adds_up(&outputs, &BTreeMap::from([("q1".to_owned(), 5)]));
    assert_eq!(count(&list(&outputs.findings(), "questions")[0], "base"), 3);
    let ledger = outputs.rows("ledger.csv");
    assert!(ledger[4]["reason"].contains("German"), "{}", ledger[4]["reason"]);
}
