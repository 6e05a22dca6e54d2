//! What becomes of campaigns: counted once, followed across the questions, and read for what their copies add.

use crate::support::{Outputs, Run, count, list, text, texts};
use serde_json::Value;

const STANDARD: &str = "Stop the helicopter flights over the valley now. The noise of the helicopters drives guests and \
    chamois away, and nobody in the villages was ever asked.";
const OTHER_STANDARD: &str = "The harbour office must open its doors on Saturdays, because whoever works in town during the week \
    cannot collect a parcel before noon on any other day.";

/// What some add to the standard text, each in words of their own.
const ADDED: [&str; 4] = [
    " Our playground needs a fence.",
    " And please repair the swings of the playground before the summer.",
    " The playground beside the school floods after every shower, so my children cannot go there.",
    " A playground for toddlers is what young families miss most here.",
];

const OWN: [&str; 8] = [
    "The evening bus should run later on weekdays.",
    "A later evening bus would help the pupils of the music school.",
    "More evening bus connections to the lake.",
    "Cheaper tickets for the evening bus, please.",
    "Tickets are too expensive for families with several children.",
    "Cheaper tickets for pensioners.",
    "The tickets machine at the lake is always broken.",
    "Plant lime trees along the market street.",
];

/// Twelve exact copies, four with an addition, then answers of others; two questions.
fn consultation() -> String {
    consultation_with(&[])
}

/// The same with further answers to the first question.
fn consultation_with(further: &[String]) -> String {
    let mut answers = vec![[STANDARD.to_owned(), OTHER_STANDARD.to_owned()]; 6];
    answers.extend(vec![[STANDARD.to_owned(), String::new()]; 6]);
    answers.extend(ADDED.map(|added| [format!("{STANDARD}{added}"), "Shade for the benches".to_owned()]));
    answers.extend(OWN.map(str::to_owned).iter().chain(further).map(|own| [own.clone(), String::new()]));
    let header = "id,What should the council change?,What else?".to_owned();
    let rows = (1..).zip(answers).map(|(id, [first, second])| format!("{id},\"{first}\",\"{second}\""));
    std::iter::once(header).chain(rows).collect::<Vec<_>>().join("\n")
}

fn outputs(settings: &str) -> Outputs {
    Run::new().csv(&consultation()).settings(settings).done().outputs()
}

/// The theme of a question that a word defines.
#[track_caller]
fn theme(question: &Value, form: &str) -> Value {
    let defines = |theme: &&Value| {
        let mut terms = list(theme, "terms").iter();
        terms.any(|term| texts(term, "surface_forms").iter().any(|own| own.to_lowercase().contains(form)))
    };
    list(question, "themes").iter().find(defines).unwrap_or_else(|| panic!("no theme of {form:?}")).clone()
}

#[test]
fn the_policy_says_by_which_count_themes_are_ranked_and_ranks_that_differ_are_flagged() {
    let standard = "[themes]\nmin_respondents = 1\n";
    for policy in ["both", "once", "raw"] {
        let outputs = outputs(&format!("{standard}[findings]\ncount_by = \"{policy}\"\n"));
        let findings = outputs.findings();
        assert_eq!(text(&findings, "count_by"), policy);
        assert_eq!(outputs.settings()["findings"]["count_by"].as_str(), Some(policy));
        let question = outputs.question("q1");
        let leading = if policy == "raw" { "n_respondents" } else { "n_respondents_once" };
        assert!(list(&question, "themes").is_sorted_by_key(|theme| std::cmp::Reverse(count(theme, leading))));
        let campaign = theme(&question, "helicopter");
        assert_eq!((count(&campaign, "n_respondents"), count(&campaign, "n_respondents_once")), (16, 1));
        assert_eq!(count(&campaign, "rank_raw"), 1);
        assert!(count(&campaign, "rank_once") > 1 && campaign["rank_differs"] == true, "{campaign}");
        let said = format!("Rank {} counted once, 1 counting each copy.", count(&campaign, "rank_once"));
        assert!(outputs.text("report.html").contains(&said), "{said}");
    }
}

#[test]
fn an_unknown_policy_is_refused() {
    let said = Run::new().csv(&consultation()).settings("[findings]\ncount_by = \"twice\"\n").output().said;
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("twice") && said.stderr.contains("`both`, `once`, `raw`"), "{}", said.stderr);
}

#[test]
fn respondents_who_share_text_in_two_questions_are_one_bloc() {
    let outputs = outputs("");
    let findings = outputs.findings();
    let blocs = list(&findings, "blocs");
    assert_eq!(blocs.len(), 1);
    assert_eq!(text(&blocs[0], "bloc_id"), "b01");
    assert_eq!(texts(&blocs[0], "respondents"), ["1", "2", "3", "4", "5", "6"]);
    let questions: Vec<(&str, u64, f64)> = list(&blocs[0], "questions")
        .iter()
        .map(|of| (text(of, "question"), count(of, "n_respondents"), of["share"].as_f64().unwrap()))
        .collect();
    assert_eq!(questions, [("q1", 6, 0.25), ("q2", 6, 0.6)]);
    assert!(outputs.text("report.html").contains("id=\"blocs\""));
}

#[test]
fn what_varied_copies_add_counts_for_them_and_their_standard_text_once() {
    let outputs = outputs("");
    let question = outputs.question("q1");
    let groups = list(&question, "duplicates");
    assert_eq!(groups.len(), 1);
    assert_eq!((count(&groups[0], "n_respondents"), count(&groups[0], "n_exact")), (16, 12));
    assert_eq!(count(&groups[0], "n_varied"), 4);
    let additions = list(&groups[0], "additions");
    let added: Vec<&str> = additions.iter().map(|addition| text(addition, "text")).collect();
    assert_eq!(added, ADDED.map(str::trim));
    assert_eq!(
        additions.iter().map(|addition| text(addition, "response_id")).collect::<Vec<_>>(),
        ["13", "14", "15", "16"]
    );

    // One standard text, four who added something, eight others.
    assert_eq!((count(&question, "base"), count(&question, "base_once")), (24, 13));
    let playground = theme(&question, "playground");
    assert_eq!(texts(&playground, "respondents"), ["13", "14", "15", "16"]);
    assert_eq!((count(&playground, "n_respondents"), count(&playground, "n_respondents_once")), (4, 4));
    for theme in list(&question, "themes") {
        let (raw, once) = (count(theme, "n_respondents"), count(theme, "n_respondents_once"));
        let n_of_campaign = texts(theme, "respondents").iter().filter(|id| id.parse::<u32>().unwrap() <= 16).count();
        if n_of_campaign > 4 {
            assert_eq!(raw - once, n_of_campaign as u64 - 1, "the standard text counts once: {theme}");
        }
    }
}

#[test]
fn the_same_addition_counts_once_and_an_edit_is_none() {
    let mut further = vec![format!("{STANDARD}{}", ADDED[1]); 3];
    further.push(STANDARD.replace("drives guests and chamois away", "scares guests and chamois off"));
    let csv = consultation_with(&further);
    let question = Run::new().csv(&csv).done().outputs().question("q1");
    let playground = theme(&question, "playground");
    assert_eq!((count(&playground, "n_respondents"), count(&playground, "n_respondents_once")), (7, 4));
    assert_eq!(count(&question, "base_once"), 13);
    let groups = list(&question, "duplicates");
    assert_eq!(list(&groups[0], "additions").len(), 7);
    assert_eq!((count(&groups[0], "n_exact"), count(&groups[0], "n_varied")), (12, 8));
}

#[test]
fn a_passage_added_within_a_point_is_cut_out_of_it() {
    let within = STANDARD.replace(
        "guests and chamois away,",
        "guests and chamois away, while the playground where our three children spend each afternoon stays empty,",
    );
    let csv = consultation_with(&[within]);
    let outputs = Run::new().csv(&csv).done().outputs();
    let question = outputs.question("q1");
    let added = list(&list(&question, "duplicates")[0], "additions")[4].clone();
    assert!(text(&added, "text").starts_with("while the playground where"), "{added}");
    let playground = theme(&question, "playground");
    assert_eq!((count(&playground, "n_respondents"), count(&playground, "n_respondents_once")), (5, 5));
    // Its other points are the standard text's.
    let record = outputs.record("q1", "25");
    let points = list(&record, "points");
    assert!(points.len() == 4 && points.is_sorted_by_key(|point| count(point, "start")), "{points:?}");
    let campaign = list(&question, "themes").iter().find(|theme| texts(theme, "respondents").contains(&"1".to_owned()));
    assert!(campaign.is_none_or(|theme| count(theme, "n_respondents_once") < 4), "{campaign:?}");
}

#[test]
fn what_a_copy_adds_stands_in_the_table_and_is_told_of_it() {
    let ran = Run::new().csv(&consultation()).done();
    let outputs = ran.outputs();
    let rows = outputs.rows_of("duplicates.csv", "q1");
    assert_eq!(rows.len(), 16);
    for row in &rows {
        let number: usize = row["response_id"].parse().unwrap();
        if number <= 12 {
            assert_eq!((row["additions"].as_str(), row["added_text"].as_str()), ("", ""));
            continue;
        }
        let added = ADDED[number - 13];
        let span = format!("{}-{}", STANDARD.len() + 1, STANDARD.len() + added.len());
        assert_eq!((row["additions"].as_str(), row["added_text"].as_str()), (span.as_str(), added.trim()));
        let told = ran.canvass(&["explain", "out", &row["response_id"], "--question", "q1"]).stdout;
        let line = format!("    adds to the standard text: {} (bytes {})\n", added.trim(), span.replace('-', " to "));
        assert!(told.contains(&line), "{told}");
    }
    let told = ran.canvass(&["explain", "out", "1", "--question", "q1"]).stdout;
    assert!(told.contains("duplicates group d01") && !told.contains("adds to"), "{told}");
}

/// The stems of the phrases in an answer.
fn phrases(outputs: &Outputs, response_id: &str) -> Vec<String> {
    let record = outputs.record("q1", response_id);
    let points = list(&record, "points").iter();
    let phrases = points.flat_map(|point| point["phrases"].as_array().cloned().unwrap_or_default());
    phrases.map(|phrase| text(&phrase, "stem").to_owned()).collect()
}

#[test]
fn a_phrase_that_only_additions_have_is_found_and_the_same_addition_counts_once() {
    let different = [
        "Our adventure playground needs a fence.",
        "Please repair the adventure playground before the summer.",
        "Children miss the adventure playground beside the school.",
        "Give young families an adventure playground of their own.",
    ];
    let adding = |added: [&str; 4]| {
        let copies = added.map(|added| format!("{STANDARD} {added}"));
        Run::new().csv(&consultation_with(&copies)).done().outputs()
    };
    let outputs = adding(different);
    for response_id in ["25", "26", "27", "28"] {
        assert_eq!(phrases(&outputs, response_id), ["adventur playground"]);
    }
    let outputs = adding([different[1]; 4]);
    assert_eq!(phrases(&outputs, "25"), Vec::<String>::new());
}

#[test]
fn varied_copies_stand_beside_the_text_in_the_report() {
    let outputs = outputs("");
    let report = outputs.text("report.html");
    assert_eq!(report.matches("class=\"beside\"").count(), 3, "three at most of a group");
    assert!(report.contains("3\u{a0}varied copies of group d01 beside the text, of 4"));
    let ends = |added: &str| format!("was ever asked. <ins>{}</ins></p>", added.trim());
    for added in &ADDED[..3] {
        assert!(report.contains(&ends(added)), "{added}");
    }
}
