//! The page filled with findings made up for it.

use super::*;
use crate::report::filters::one_line;
use serde_json::{Value, json};
use sha2::Digest as _;

const HOSTILE: &str = r#"<script>alert(1)</script>"><img src=x onerror=1> {{ 7*7 }}"#;

fn consultation(questions: &Value) -> Value {
    json!({
        "schema": "findings",
        "run": {"version": "0.1.0", "settings_blake3": "0123456789abcdef0123456789abcdef", "seed": 7},
        "inputs": [{"file": "answers.csv", "role": "answers", "size": 12345, "blake3": "00ff"}],
        "respondents_linked": true,
        "n_submissions": 45,
        "n_submissions_set_aside": 1,
        "count_by": "both",
        "blocs": [],
        "questions": questions,
    })
}

/// A theme of `n` respondents, `once` with near-duplicates counted once, on a base of 43.
fn theme(rank: u32, label: &str, n: u32, once: u32) -> Value {
    json!({
        "rank": rank, "rank_once": rank, "rank_raw": rank, "rank_differs": false, "theme_id": format!("t{rank}"), "label": label, "sentence": "There is duplication of work.", "quantifier": "some", "breakdown": [],
        "dissent": {"stances": null, "against": {"n_respondents": 0, "respondents": [], "verbatims": []}},
        "n_respondents": n, "n_respondents_once": once, "share": f64::from(n) / 43.0,
        "share_once": f64::from(once) / 40.0, "language_share": f64::from(n) / 43.0,
        "stability": {"verdict": "stable", "similarity": 0.91, "n_resamples": 20, "n_returned": 19, "rank": [1, 3]},
        "terms": [{"stem": "duplic", "surface_forms": ["duplication", "duplicating"], "weight": 1.0}],
        "companions": ["sectors"], "respondents": ["1", "2"],
        "verbatims": [
            {"response_id": "1", "respondent_id": "1", "file": "a.xlsx", "cell": "P2", "text": "There is\nduplication of work.", "start": 0, "end": 30},
            {"response_id": "2", "respondent_id": "r2", "file": "a.xlsx", "cell": "P3", "text": "We keep duplicating.", "start": 5, "end": 25},
        ],
    })
}

/// A question whose themes are `themes`, the first `n_findings` of them findings.
fn question(id: &str, text: &str, themes: &[Value], n_findings: usize) -> Value {
    json!({
        "id": id, "text": text, "base": 43, "base_once": 40, "language": "en", "language_base": 43,
        "theme_basis": {"algorithm": "stems", "n_points": 120, "n_points_sampled": 120, "n_points_other": 30}, "n_in_themes": 30, "n_in_findings": 20,
        "ledger": [{"state": "analysed", "n_responses": 43}, {"state": "blank", "n_responses": 2}],
        "n_quoting": 2, "n_translated": 0,
        "left_out": {"question_words": [], "n_restating": 0, "boilerplate": []}, "merges": [],
        "language_counts": [{"language": "en", "n_responses": 43, "n_no_theme": 13}],
        "names": null,
        "beyond": {"n_respondents": 23, "share": 0.5349, "who": [], "themes": [], "small_groups": [], "n_small_groups": 0, "single_points": [], "n_single_points": 0, "n_no_theme": 13},
        "findings": themes[..n_findings], "themes": themes, "no_theme": [], "languages": [], "set_aside": [{"response_id": "44", "respondent_id": "44", "cell": "P45", "state": "blank", "reason": "the cell is empty"}], "duplicates": [], "quotations": [],
    })
}

/// A response in no theme, and its language; none if that is not sure.
fn uncoded(language: &str, reason: &str, text: &str) -> Value {
    let answer = json!({"response_id": "9", "respondent_id": "9", "reason": reason, "text": text});
    json!({"language": language, "answer": answer})
}

/// Lists of responses in no theme: for each question those in the main language, then those of the further languages.
fn lists(questions: &Value) -> Value {
    let of_question = |question: &Value| {
        let main =
            question["no_theme"].as_array().unwrap().iter().map(|answer| json!({"language": "en", "answer": answer}));
        let further = question["languages"].as_array().unwrap().iter().map(|group| {
            let answers = group["no_theme"].as_array().unwrap().iter();
            answers.map(|answer| json!({"language": group["language"], "answer": answer})).collect::<Vec<_>>()
        });
        json!({"main": main.collect::<Vec<_>>(), "further": further.collect::<Vec<_>>(), "listed": []})
    };
    questions.as_array().unwrap().iter().map(of_question).collect()
}

/// For each question that no copies are shown.
fn none_beside(questions: &Value) -> Value {
    questions.as_array().unwrap().iter().map(|_| json!({})).collect()
}

/// For each question that no answer is shown, or one of this text.
fn answers(questions: &Value, text: Option<&str>) -> Value {
    let of_question = |question: &Value| {
        let answer = |text: &str| {
            json!({
                "anchor": "answer-1-1", "response_id": text, "respondent_id": format!("r {text}"), "respondent": 0, "counts": true,
                "text": text, "language": "", "themes": [0], "became": "", "copy_of": text, "groups": ["0.0"], "values": [text],
            })
        };
        json!({
            "id": question["id"], "text": question["text"], "offsets": [0, 0, 0], "n": 1, "pages": [], "report": "",
            "themes": [{"label": text.unwrap_or_default(), "language": "en", "anchor": "question-1"}],
            "answers": text.map(answer).into_iter().collect::<Vec<_>>(), "hrefs": {"1": "#main"},
        })
    };
    let questions: Vec<Value> = questions.as_array().unwrap().iter().map(of_question).collect();
    let filters: Vec<Value> = text.iter().map(|text| json!({"name": text, "groups": [["0.0", text]]})).collect();
    json!({"place": "inline", "n": usize::from(text.is_some()), "filters": filters, "questions": questions})
}

fn filled(
    findings: &Value,
    uncoded: &Value,
    beside: &Value,
    settings_toml: &str,
    resources: &[(String, String)],
) -> Result<String, TemplateError> {
    let parts = parts_of(findings, uncoded, beside, settings_toml, resources);
    fill(findings, parts, &Wording::of(crate::settings::ReportLanguage::English), None)
}

/// What the page is made of beside the findings.
fn parts_of(
    findings: &Value,
    uncoded: &Value,
    beside: &Value,
    settings_toml: &str,
    resources: &[(String, String)],
) -> minijinja::Value {
    let text = (settings_toml == HOSTILE).then_some(HOSTILE);
    let none = json!([]);
    let answers = answers(findings.get("questions").unwrap_or(&none), text);
    let maps = vec![Value::Null; answers["questions"].as_array().unwrap().len()];
    let house = HouseView {
        language: "en",
        title: text.unwrap_or_default().to_owned(),
        organisation: text.unwrap_or_default().to_owned(),
        colour: "#0b3c50".into(),
        logo: String::new(),
    };
    context! {
        settings_toml, uncoded => Serde(uncoded), beside => Serde(beside), answers => Serde(answers), maps => Serde(maps),
        house => Serde(house), sections => Serde(ReportSection::ALL), resources => Serde(resources), scale => "Words for shares: many from 20 %.",
        steps => vec![("Counts.", "Respondents are counted.")], bases => vec!["q1: 120 points"],
    }
}

fn page(questions: &Value) -> String {
    page_with(questions, &lists(questions))
}

fn page_with(questions: &Value, uncoded: &Value) -> String {
    let resources = [("en/stop_words.txt".to_owned(), "aa11".to_owned())];
    filled(&consultation(questions), uncoded, &none_beside(questions), "seed = 7\n", &resources).unwrap()
}

/// A question of 43 respondents: 23 answered in English, 12 in French, 5 in Arabic, 2 in Spanish, 1 in German.
fn question_in_five_languages() -> (Value, Value) {
    let mut question = question("q2", "What works?", &[theme(1, "buses", 14, 11), theme(2, "roads", 5, 5)], 1);
    question["language_base"] = json!(23);
    question["n_in_themes"] = json!(18);
    question["n_in_findings"] = json!(14);
    for theme in ["findings", "themes"] {
        question[theme][0]["language_share"] = json!(14.0 / 23.0);
    }
    question["language_counts"] = json!([
        {"language": "en", "n_responses": 23, "n_no_theme": 5}, {"language": "fr", "n_responses": 12, "n_no_theme": 3},
        {"language": "ar", "n_responses": 5, "n_no_theme": 5}, {"language": "es", "n_responses": 2, "n_no_theme": 2},
        {"language": "de", "n_responses": 1, "n_no_theme": 1},
    ]);
    let group = |language: &str, base: u32, theme: &Value| {
        json!({
            "language": language, "base": base, "base_once": base, "theme_basis": {"algorithm": "stems", "n_points": 120, "n_points_sampled": 120, "n_points_other": 30}, "n_in_themes": theme["n_respondents"], "n_in_findings": theme["n_respondents"],
            "findings": [theme], "themes": [theme],
            "no_theme": [{"response_id": "9", "respondent_id": "9", "reason": "names no subject", "text": "Oui"}],
        })
    };
    let mut french = theme(1, "bus du soir", 9, 9);
    french["share"] = json!(0.75);
    question["languages"] = json!([group("fr", 12, &french), group("ar", 5, &theme(1, "الحافلة الليلية", 3, 3))]);
    let mut lists = lists(&json!([question]));
    let too_few = "in Spanish, with too few answers for themes of their own";
    let spanish = [uncoded("es", too_few, "Más autobuses"), uncoded("es", too_few, "Nada")];
    let german = [uncoded("de", "in German, which canvass has no resources for", "Mehr Busse am Abend")];
    lists[0]["listed"] = json!([
        {"language": "es", "has_resources": true, "answers": spanish},
        {"language": "de", "has_resources": false, "answers": german},
    ]);
    lists[0]["main"] = json!([uncoded("", "names no subject", "Ja")]);
    (json!([question]), lists)
}

/// The text of a page: tags out, white space evened.
fn text(page: &str) -> String {
    let body = page.split_once("<body>").unwrap().1;
    let pieces: String = body.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text)).collect();
    one_line(&pieces)
}

/// The values of an attribute in the whole page.
fn attribute<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    page.split(&format!(" {name}=\"")).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

#[test]
fn a_finding_shows_count_base_share_terms_and_evidence() {
    let text = text(&page(&json!([question("q2", "What works?", &[theme(1, "duplication of work", 14, 11)], 1)])));
    assert!(text.contains("14 of 43 respondents (33 %); counted once 11 of 40"), "{text}");
    assert!(text.contains("Counted where an answer says: duplication, duplicating"), "{text}");
    assert!(text.contains("Response 2, respondent r2, cell P3, bytes 5–25"), "{text}");
    assert!(text.contains("45 received = 43 analysed + 2 blank"), "{text}");
    assert!(
        text.contains("23 respondents of 43 are in none of these findings: 10 in other themes only, 13 in no theme")
    );
}

#[test]
fn the_sentence_stands_for_the_first_verbatim_and_is_not_printed_twice() {
    let page = page(&json!([question("q2", "What works?", &[theme(1, "duplication", 14, 11)], 1)]));
    assert_eq!(text(&page).matches("duplication of work.").count(), 1);
}

#[test]
fn how_sure_a_theme_is_stands_in_words_and_figures() {
    let mut themes = [theme(1, "Duplication", 14, 14), theme(2, "Budgets", 9, 9), theme(3, "Archives", 3, 3)];
    themes[1]["stability"] =
        json!({"verdict": "fair", "similarity": 0.66, "n_resamples": 20, "n_returned": 20, "rank": [2, 2]});
    themes[2]["stability"] =
        json!({"verdict": "weak", "similarity": 0.21, "n_resamples": 18, "n_returned": 0, "rank": null});
    let text = text(&page(&json!([question("q1", "What?", &themes, 2)])));
    for expected in [
        "Stable: it comes back 19 of 20 times when respondents are left out, as number 1 to 3.",
        "Fairly stable: it comes back every time when respondents are left out, as number 2.",
        "Weak, with other respondents it is another theme: it does not come back when respondents are left out.",
        "30 of them (25 %) are in no theme.",
    ] {
        assert!(text.contains(expected), "{expected}: {text}");
    }
    assert!(!text.contains("drawn by the seed; every point"));
}

#[test]
fn a_theme_that_copies_would_lift_is_flagged() {
    let mut themes = [theme(1, "buses", 20, 20), theme(2, "housing", 12, 12), theme(3, "helicopters", 16, 1)];
    for (theme, raw) in themes.iter_mut().zip([1, 3, 2]) {
        theme["rank_raw"] = json!(raw);
        theme["rank_differs"] = json!(raw != 1);
    }
    let text = text(&page(&json!([question("q5", "Priorities?", &themes, 2)])));
    assert_eq!(text.matches("counting each copy.").count(), 2, "{text}");
    assert!(text.contains("Rank 2 counted once, 3 counting each copy."), "{text}");
    assert!(text.contains("Rank 3 counted once, 2 counting each copy."), "{text}");
}

#[test]
fn the_count_that_leads_comes_first_and_the_other_beside_it() {
    let mut once = consultation(&json!([question("q2", "What works?", &[theme(1, "buses", 14, 11)], 1)]));
    once["count_by"] = json!("once");
    let text = text(&filled(&once, &lists(&once["questions"]), &json!([{}]), "", &[]).unwrap());
    assert!(text.contains("11 of 40 counted once (28 %); counting each copy 14 of 43 respondents (33 %)"), "{text}");
}

#[test]
fn a_varied_copy_stands_beside_the_text_with_its_differences_marked() {
    let mut question = question("q5", "Priorities?", &[theme(1, "buses", 14, 11)], 1);
    let member =
        |id: &str, kind: &str| json!({"response_id": id, "respondent_id": id, "kind": kind, "similarity": 0.8});
    question["duplicates"] = json!([{
        "group_id": "d01", "is_short": false, "representative": "1", "text": "Keep the ferry.", "n_respondents": 2,
        "n_exact": 1, "n_varied": 1, "additions": [], "members": [member("1", "exact"), member("2", "near")],
    }]);
    let beside = json!([{"d01": [{
        "response_id": "2", "respondent_id": "2",
        "standard": [{"text": "Keep the ", "differs": false}, {"text": "ferry.", "differs": true}],
        "copy": [{"text": "Keep the ", "differs": false}, {"text": "<b> bus.", "differs": true}],
    }]}]);
    let questions = json!([question]);
    let page = filled(&consultation(&questions), &lists(&questions), &beside, "", &[]).unwrap();
    assert!(page.contains(">Keep the <del>ferry.</del></"), "what only the text of the group has");
    assert!(page.contains(">Keep the <ins>&lt;b&gt; bus.</ins></"), "what only the copy has, escaped");
    let text = text(&page);
    assert!(
        text.contains("struck through what only the text of the group has, underlined what only the copy has"),
        "{text}"
    );
    assert_eq!(attribute(&page, "role").iter().filter(|role| **role == "group").count(), 1);
}

#[test]
fn a_bloc_is_told_with_its_members_its_questions_and_its_weight() {
    let mut consultation = consultation(&json!([]));
    assert!(!filled(&consultation, &json!([]), &json!([]), "", &[]).unwrap().contains("id=\"blocs\""));
    consultation["blocs"] = json!([{
        "bloc_id": "b01", "n_respondents": 3, "respondents": ["7", "8", HOSTILE],
        "questions": [
            {"question": "q2", "groups": ["d01", "d03"], "n_respondents": 3, "share": 0.0698},
            {"question": HOSTILE, "groups": ["d02"], "n_respondents": 2, "share": 0.05},
        ],
    }]);
    let page = filled(&consultation, &json!([]), &json!([]), "", &[]).unwrap();
    assert_eq!(page.matches("<script").count(), 1, "that of the page itself");
    let text = text(&page).replace('\u{a0}', " ");
    assert!(text.contains("Bloc b01: 3 respondents"), "{text}");
    assert!(text.contains("q2d01, d033 respondents7 %"), "{text}");
    assert!(text.contains("Members of bloc b017, 8, "), "{text}");
}

#[test]
fn what_respondents_wrote_is_never_markup() {
    let mut theme = theme(1, HOSTILE, 2, 2);
    theme["terms"][0]["surface_forms"] = json!([HOSTILE]);
    theme["companions"] = json!([HOSTILE]);
    theme["respondents"] = json!([HOSTILE]);
    theme["sentence"] = json!(HOSTILE);
    for verbatim in theme["verbatims"].as_array_mut().unwrap() {
        verbatim["text"] = json!(HOSTILE);
        verbatim["response_id"] = json!(HOSTILE);
        verbatim["respondent_id"] = json!(format!("respondent {HOSTILE}"));
    }
    let mut question = question(HOSTILE, HOSTILE, &[theme.clone(), theme], 1);
    question["no_theme"] = json!([{"response_id": HOSTILE, "respondent_id": "r", "reason": HOSTILE, "text": HOSTILE}]);
    question["duplicates"] = json!([{
        "group_id": HOSTILE, "is_short": false, "representative": HOSTILE, "text": HOSTILE, "n_respondents": 2, "n_exact": 1, "n_varied": 1,
        "additions": [{"response_id": HOSTILE, "respondent_id": "r", "file": "a.xlsx", "cell": "P2", "text": HOSTILE, "start": 0, "end": 3}],
        "members": [{"response_id": HOSTILE, "respondent_id": "r", "kind": "exact", "similarity": 1.0}],
    }]);
    question["left_out"] = json!({
        "question_words": [HOSTILE], "n_restating": 1, "boilerplate": [{"form": HOSTILE, "n_responses": 3}],
    });
    question["merges"] = json!([{"kind": HOSTILE, "term": HOSTILE, "forms": [{"form": HOSTILE, "n_responses": 3}]}]);
    question["languages"] = json!([{
        "language": "fr", "base": 3, "base_once": 3, "theme_basis": {"algorithm": "stems", "n_points": 120, "n_points_sampled": 120, "n_points_other": 30}, "n_in_themes": 2, "n_in_findings": 2, "findings": question["themes"],
        "themes": question["themes"], "no_theme": question["no_theme"],
    }]);
    let questions = json!([question]);
    let mut lists = lists(&questions);
    lists[0]["listed"] =
        json!([{"language": "es", "has_resources": true, "answers": [uncoded("es", HOSTILE, HOSTILE)]}]);
    let mut consultation = consultation(&questions);
    consultation["inputs"][0]["file"] = json!(HOSTILE);
    let side = json!([{"text": HOSTILE, "differs": false}, {"text": HOSTILE, "differs": true}]);
    let beside = json!([{HOSTILE: [{"response_id": HOSTILE, "respondent_id": "r", "standard": side, "copy": side}]}]);
    let page = filled(&consultation, &lists, &beside, HOSTILE, &[(HOSTILE.to_owned(), HOSTILE.to_owned())]).unwrap();
    assert!(page.contains("&lt;script&gt;alert(1)&lt;&#x2f;script&gt;&quot;&gt;&lt;img src=x onerror=1&gt;"));
    assert_eq!(page.matches("<script").count(), 1, "that of the page itself");
    assert!(!page.contains("<img"));
    assert!(!page.contains("\">\"&gt;") && !page.contains("49"), "neither an attribute nor an expression opens");
    assert!(page.contains("{{ 7*7 }}"), "and no expression is evaluated");
}

#[test]
fn the_page_loads_nothing_and_its_links_stay_inside() {
    let (questions, lists) = question_in_five_languages();
    let page = page_with(&questions, &lists);
    for loading in [" src=", "url(", "@import", "<link", "<iframe", "<object", "<form"] {
        assert!(!page.contains(loading), "{loading}");
    }
    let ids = attribute(&page, "id");
    for target in attribute(&page, "href") {
        let id = target.strip_prefix('#').expect("a link inside the page");
        assert!(ids.contains(&id), "{id}");
    }
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(distinct.len(), ids.len(), "ids are unique");
    for label in attribute(&page, "aria-labelledby") {
        assert!(ids.contains(&label), "{label}");
    }
}

#[test]
fn with_several_languages_shares_say_what_they_are_of_and_the_sum_holds() {
    let (questions, lists) = question_in_five_languages();
    let text = text(&page_with(&questions, &lists));
    for passage in [
        "Base: 43 respondents, 23 of whom answered in English.",
        "14 of 43 respondents (33 %); 61 % of the 23 who answered in English; counted once 11 of 40",
        "29 respondents of 43 are in none of these findings: 4 in other themes only, 5 in no theme, 20 answered in another language.",
        "Base: 43 respondents, 23 of whom answered in English RankThemeRespondentsCounted onceShareIn English",
        "Languages the answers were read in: English 23 (5 in no theme), French 12 (3 in no theme), Arabic 5 (5 in no theme), Spanish 2 (listed whole), German 1 (listed whole).",
    ] {
        assert!(text.contains(passage), "no {passage:?} in {text}");
    }
}

#[test]
fn each_further_language_has_a_section_of_its_own_and_a_line_in_the_summary() {
    let (questions, lists) = question_in_five_languages();
    let page = page_with(&questions, &lists);
    let text = text(&page);
    for passage in [
        "French: 12 respondents, first: bus du soir (9).",
        "Spanish: 2 answers, listed whole.",
        "Answers in French: 12 respondents",
        "9 of the 12 respondents who answered in French (75 %)",
        "3 respondents of 12 are in none of these findings: 0 in other themes only, 3 in no theme.",
        "Answers in Spanish: 2, listed whole Too few for themes of their own. They count in the base and in no theme",
        "Answers in German: 1, listed whole Canvass has no word lists for this language, so it seeks no themes here. It counts",
        "Mehr Busse am Abend",
        "Themes are found within one language",
    ] {
        assert!(text.contains(passage), "no {passage:?} in {text}");
    }
    for id in ["question-1-fr", "question-1-fr-finding-1", "question-1-ar", "question-1-es", "question-1-de"] {
        assert_eq!(attribute(&page, "id").iter().filter(|found| **found == id).count(), 1, "{id}");
    }
}

#[test]
fn labels_and_quotations_carry_their_language_and_find_their_direction() {
    let (questions, lists) = question_in_five_languages();
    let page = page_with(&questions, &lists);
    for element in [
        r#"<span class="label" data-label="question-1-finding-1" lang="en" dir="auto">buses</span>"#,
        r#"<span class="label" data-label="question-1-fr-finding-1" lang="fr" dir="auto">bus du soir</span>"#,
        r#"<span class="label" data-label="question-1-ar-finding-1" lang="ar" dir="auto">الحافلة الليلية</span>"#,
        r#"<blockquote lang="ar" dir="auto">We keep duplicating.</blockquote>"#,
        r#"<p class="sentence" lang="fr" dir="auto">"#,
        r#"<bdi class="term" lang="fr">duplication</bdi>"#,
        r#"<td class="answer" lang="de" dir="auto">Mehr Busse am Abend</td>"#,
        r#"<td class="answer" lang="" dir="auto">Ja</td>"#,
    ] {
        assert!(page.contains(element), "no {element}");
    }
}

#[test]
fn a_consultation_in_one_language_says_nothing_of_others() {
    let text = text(&page(&json!([question("q2", "What works?", &[theme(1, "buses", 14, 11)], 1)])));
    for passage in ["who answered in", "another language", "of the answers in", "Themes are found within"] {
        assert!(!text.contains(passage), "{passage:?} in {text}");
    }
}

#[test]
fn a_question_that_nobody_answered_in_the_main_language_says_so() {
    let (mut questions, lists) = question_in_five_languages();
    for count in ["language_base", "n_in_themes", "n_in_findings"] {
        questions[0][count] = json!(0);
    }
    questions[0]["findings"] = json!([]);
    questions[0]["themes"] = json!([]);
    let text = text(&page_with(&questions, &lists));
    assert!(text.contains("No answer was read in English."), "{text}");
    assert!(text.contains("9 of the 12 respondents who answered in French (75 %)"), "{text}");
}

#[test]
fn what_carries_no_theme_and_what_counts_as_one_is_told() {
    let mut question = question("q2", "What works?", &[theme(1, "buses", 14, 11)], 1);
    question["left_out"] = json!({
        "question_words": ["work", "works"], "n_restating": 4,
        "boilerplate": [{"form": "We thank the Union for the chance to comment", "n_responses": 31}],
    });
    question["merges"] = json!([
        {"kind": "abbreviation", "term": "EV", "forms": [{"form": "EV", "n_responses": 5}, {"form": "electric vehicle", "n_responses": 2}]},
        {"kind": "synonym", "term": "bus", "forms": [{"form": "bus", "n_responses": 9}]},
    ]);
    let text = text(&page(&json!([question])));
    for passage in [
        "What carries no theme here: 2 words of the question; what 4 answers say only to restate the question; \
         1 passage that most answers share; what 2 answers quote from a text sent with the form.",
        "which tell no answer from another: work, works.",
        "“We thank the Union for the chance to comment” (31)",
        "2 terms stand for several forms each",
        "EVEV (5), electric vehicle (2)the answers define the abbreviation",
        "busbus (9)synonyms by the settings",
    ] {
        assert!(text.contains(passage), "no {passage:?} in {text}");
    }
}

#[test]
fn any_question_id_gives_safe_anchors() {
    let page = page(&json!([question("a b/\"é\" #1", "What works?", &[theme(1, "buses", 2, 2)], 1)]));
    assert!(page.contains("id=\"question-1\"") && page.contains("id=\"question-1-finding-1\""));
}

#[test]
fn a_consultation_without_questions_is_a_page() {
    let run = crate::findings::RunIdentity { version: "0.1.0".to_owned(), settings_blake3: "00".repeat(32), seed: 0 };
    let findings = Findings {
        schema: "findings",
        run,
        inputs: Vec::new(),
        respondents_linked: true,
        n_submissions: 0,
        n_submissions_set_aside: 0,
        quantifiers: Vec::new(),
        count_by: crate::settings::CountBy::Both,
        blocs: Vec::new(),
        questions: Vec::new(),
        profile: crate::statistics::Profile::default(),
        closed_questions: Vec::new(),
        smallest_cell: 0,
        crosstabs: Vec::new(),
    };
    let findings = serde_json::to_value(&findings).unwrap();
    let page = filled(&findings, &json!([]), &json!([]), "", &[]).unwrap();
    assert!(text(&page).contains("There is no open question with answers to report."));
}

#[test]
fn a_question_without_answers_is_a_section() {
    let mut question = question("q9", "Anything else?", &[], 0);
    for count in ["base", "base_once", "language_base", "n_in_themes", "n_in_findings"] {
        question[count] = json!(0);
    }
    question["ledger"] = json!([{"state": "analysed", "n_responses": 0}]);
    question["language_counts"] = json!([]);
    let text = text(&page(&json!([question])));
    assert!(text.contains("Base: 0 respondents."), "{text}");
    assert!(text.contains("No theme in these answers is supported by enough respondents"), "{text}");
}

#[test]
fn a_field_the_findings_lack_is_an_error_that_names_the_place() {
    let error = filled(&json!({"run": {}}), &json!([]), &json!([]), "", &[]).unwrap_err().to_string();
    assert!(error.starts_with("its template fails: undefined value"), "{error}");
    assert!(error.contains("report.html:"), "{error}");
}

#[test]
fn the_policy_lets_the_script_of_the_page_run_and_nothing_else() {
    let hash = format!("sha256-{}", BASE64.encode(sha2::Sha256::digest(SCRIPT)));
    assert_eq!(SCRIPT_HASH, hash, "put the second into SCRIPT_HASH");
    assert!(!SCRIPT.contains("</script"));
    let page = page(&json!([]));
    assert_eq!((page.matches("<script").count(), page.matches(SCRIPT).count()), (1, 1));
}

#[test]
fn the_page_in_french_has_no_english_sentence() {
    let (questions, lists) = question_in_five_languages();
    let mut consultation = consultation(&questions);
    consultation["questions"][0]["merges"] = json!([{"kind": "synonym", "term": "bus", "forms": []}]);
    let parts = parts_of(&consultation, &lists, &json!([{}]), "", &[]);
    let page = fill(&consultation, parts, &Wording::of(crate::settings::ReportLanguage::French), None).unwrap();
    let text = text(page.split_once("<script>").unwrap().0);
    for passage in [
        "Base : 43 répondants, dont 23 ayant répondu en anglais. 2 thèmes.",
        "Certains : 14 des 43 répondants (33 %) ; 61 % des 23 personnes ayant répondu en anglais ; comptés une fois, 11 sur 40",
        "Stable : il revient 19 fois sur 20 lorsque des répondants sont laissés de côté, du rang 1 au rang 3.",
        "45 reçues = 43 analysées + 2 vides",
        "29 répondants sur 43 ne relèvent d’aucun de ces constats",
        "1 vide : 44",
        "synonymes selon les réglages",
        "Réponses en français : 12 répondants",
        "« There is duplication of work. »",
    ] {
        assert!(text.contains(passage), "no {passage:?} in {text}");
    }
    for word in [" the ", " of the ", " respondents", " counted ", " answer is", "gives no answer"] {
        assert!(!text.contains(word), "{word:?} in {text}");
    }
}
