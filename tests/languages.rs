//! A consultation in several languages: themes by language group, the rest listed whole, nobody lost.

use crate::accounting::assert_adds_up;
use crate::support::{Outputs, Ran, Run, count, list, table, text, texts};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

/// Answers to the question in one language: its code, how many, ideas, and openings that keep them from being copies.
struct Spoken {
    language: &'static str,
    n_answers: usize,
    ideas: &'static [&'static str],
    openings: &'static [&'static str],
}

/// English and French and Russian have answers enough for themes, Spanish has not, and canvass cannot read German.
const SPOKEN: [Spoken; 5] = [
    Spoken {
        language: "en",
        n_answers: 40,
        ideas: &[
            "the evening ferry should leave an hour later so that people can come home from the theatre",
            "tickets have become far too expensive for families with three or more children",
            "there is no ramp for wheelchairs at the northern pier and nobody helps",
            "bicycles should be allowed on board without a charge during the whole summer",
            "the waiting room is cold and dark and it is always locked on Sundays",
        ],
        openings: &[
            "In our village",
            "As a teacher I think that",
            "My neighbours say that",
            "For many years now",
            "From what we see every day",
            "We have written before that",
            "It is plain to us that",
            "Like everybody on the island we believe that",
        ],
    },
    Spoken {
        language: "fr",
        n_answers: 25,
        ideas: &[
            "le bac du soir devrait partir une heure plus tard pour ceux qui travaillent en ville",
            "les billets sont devenus beaucoup trop chers pour les familles avec des enfants",
            "il manque une rampe pour les fauteuils roulants sur le quai du nord",
        ],
        openings: &[
            "Dans notre village",
            "Je pense que",
            "Mes voisins disent que",
            "Depuis de longues années",
            "Comme tout le monde ici nous croyons que",
        ],
    },
    Spoken {
        language: "ru",
        n_answers: 22,
        ideas: &[
            "вечерний паром должен отправляться на час позже, чтобы люди успевали домой",
            "билеты стали слишком дорогими для семей, в которых растут дети",
            "на северном причале нет пандуса для инвалидных колясок, и никто не помогает",
        ],
        openings: &[
            "В нашей деревне",
            "Мы считаем, что",
            "Мои соседи говорят, что",
            "Уже много лет",
            "Каждый день мы видим, что",
        ],
    },
    Spoken {
        language: "es",
        n_answers: 6,
        ideas: &[
            "el último barco de la tarde debería salir una hora más tarde para los trabajadores",
            "los billetes son demasiado caros para las familias que tienen muchos niños",
        ],
        openings: &["En nuestro pueblo creemos que", "Mis vecinos dicen que", "Desde hace muchos años"],
    },
    Spoken {
        language: "de",
        n_answers: 3,
        ideas: &["die letzte Fähre am Abend sollte eine Stunde später fahren, damit wir noch nach Hause kommen"],
        openings: &["Wir meinen,", "Seit vielen Jahren sagen wir,", "Meine Nachbarn und ich finden,"],
    },
];

/// The answers in the order of the file, the languages mixed: id, language, text.
fn answers() -> Vec<(String, &'static str, String)> {
    let mut answers: Vec<(usize, usize, &'static str, String)> = Vec::new();
    for (which, spoken) in SPOKEN.iter().enumerate() {
        for number in 0..spoken.n_answers {
            let n = spoken.ideas.len();
            let opening = spoken.openings[(number + number / 8) % spoken.openings.len()];
            // Each answer one idea, every third a second one: the first ideas are the most frequent.
            let first = [0, 0, 1, 2, 0, 1, 3, 4][number % 8] % n;
            let second = if number % 3 == 0 { format!(" {}.", spoken.ideas[(first + 1) % n]) } else { String::new() };
            let answer = format!("{opening} {}.{second}", spoken.ideas[first]);
            answers.push((number * 100 / spoken.n_answers, which, spoken.language, answer));
        }
    }
    answers.sort_by_key(|(place, which, ..)| (*place, *which));
    let numbered = (1..).zip(answers);
    numbered.map(|(id, (_, _, language, answer)): (u32, _)| (format!("r{id}"), language, answer)).collect()
}

pub(crate) fn ferry() -> Run {
    let mut rows = vec![["id".to_owned(), "What should the ferry change?".to_owned()]];
    rows.extend(answers().into_iter().map(|(id, _, answer)| [id, answer]));
    rows.push(["r97".to_owned(), "n/a".to_owned()]);
    rows.push(["r98".to_owned(), String::new()]);
    Run::new().csv(&table(rows)).settings("[duplicates]\nmin_similarity = 1.0\n")
}

fn ran() -> &'static Ran {
    static RAN: OnceLock<Ran> = OnceLock::new();
    RAN.get_or_init(|| ferry().done())
}

pub(crate) fn outputs() -> &'static Outputs {
    static OUTPUTS: OnceLock<Outputs> = OnceLock::new();
    OUTPUTS.get_or_init(|| ran().outputs())
}

fn n_answers(language: &str) -> u64 {
    SPOKEN.iter().find(|spoken| spoken.language == language).unwrap().n_answers as u64
}

/// The group of a further language.
fn group<'q>(question: &'q Value, language: &str) -> &'q Value {
    let found = list(question, "languages").iter().find(|group| group["language"] == language);
    found.unwrap_or_else(|| panic!("no group of {language}"))
}

/// Whether German is told from the languages canvass has resources for.
fn knows_german() -> bool {
    outputs().records().iter().any(|record| record["language"] == "de")
}

/// The languages whose answers are read in them, whether German is known or not.
fn sure() -> impl Iterator<Item = &'static str> {
    SPOKEN.iter().map(|spoken| spoken.language).filter(|language| *language != "de")
}

#[test]
fn every_answer_is_read_in_its_language() {
    for (id, language, _) in answers().into_iter().filter(|(_, language, _)| *language != "de" || knows_german()) {
        let record = outputs().record("q1", &id);
        assert_eq!(
            (&record["language"], &record["language_source"]),
            (&language.into(), &"identified".into()),
            "{record}"
        );
    }
}

#[test]
fn each_language_has_its_base() {
    let question = outputs().question("q1");
    assert_eq!(count(&question, "base"), 96);
    assert_eq!(question["language"], "en");
    let german = if knows_german() { 0 } else { n_answers("de") };
    assert!((n_answers("en")..=n_answers("en") + german).contains(&count(&question, "language_base")));
    let groups: Vec<(&str, u64)> =
        list(&question, "languages").iter().map(|group| (text(group, "language"), count(group, "base"))).collect();
    if knows_german() {
        assert_eq!(groups, [("fr", 25), ("ru", 22)]);
    } else {
        assert_eq!(groups.iter().map(|(language, _)| *language).collect::<Vec<_>>(), ["fr", "ru"]);
    }
    let counted: u64 = list(&question, "language_counts").iter().map(|count_of| count(count_of, "n_responses")).sum();
    assert_eq!(counted, 96);
}

#[test]
fn shares_are_of_the_base_they_name() {
    let question = outputs().question("q1");
    let share = |n: u64, base: u64| (n as f64 / base as f64 * 10_000.0).round() / 10_000.0;
    let check = |group: &Value, whole: u64, base: u64| {
        assert!(!list(group, "findings").is_empty(), "no findings");
        for theme in list(group, "themes") {
            let n = count(theme, "n_respondents");
            assert_eq!(theme["share"].as_f64(), Some(share(n, whole)), "{theme}");
            assert_eq!(theme["language_share"].as_f64(), Some(share(n, base)), "{theme}");
        }
    };
    check(&question, count(&question, "base"), count(&question, "language_base"));
    for language in ["fr", "ru"] {
        let group = group(&question, language);
        check(group, count(group, "base"), count(group, "base"));
    }
}

#[test]
fn each_language_finds_its_subjects_in_its_own_words() {
    let question = outputs().question("q1");
    let subjects: [(&Value, &[&str]); 3] = [
        (&question, &["evening", "tickets", "ramp", "bicycles"]),
        (group(&question, "fr"), &["soir", "billets", "rampe"]),
        (group(&question, "ru"), &["паром", "билет", "пандус"]),
    ];
    for (group, words) in subjects {
        let forms = list(group, "findings").iter().flat_map(|finding| list(finding, "terms"));
        let forms: Vec<String> = forms.flat_map(|term| texts(term, "surface_forms")).collect();
        assert!(
            words.iter().any(|word| forms.iter().any(|form| form.contains(word))),
            "none of {words:?} in {forms:?}"
        );
    }
}

#[test]
fn everything_adds_up_over_the_groups() {
    assert_adds_up(outputs(), &[("q1".to_owned(), 98)].into());
}

#[test]
fn theme_ids_are_unique_over_the_groups_and_say_their_language() {
    let question = outputs().question("q1");
    let mut ids = texts_of(list(&question, "themes"), "theme_id");
    assert!(ids.iter().all(|id| id.starts_with('t')), "{ids:?}");
    for group in list(&question, "languages") {
        let own = texts_of(list(group, "themes"), "theme_id");
        assert!(own.iter().all(|id| id.starts_with(&format!("{}-t", text(group, "language")))), "{own:?}");
        ids.extend(own);
    }
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{ids:?}");
    let coded: BTreeSet<String> = outputs().rows("coding.csv").iter().map(|row| row["theme_id"].clone()).collect();
    assert_eq!(coded, ids.into_iter().collect(), "coding.csv holds the themes of all groups");
}

fn texts_of(values: &[Value], key: &str) -> Vec<String> {
    values.iter().map(|value| text(value, key).to_owned()).collect()
}

#[test]
fn every_analysed_response_is_in_a_theme_or_in_one_list() {
    let question = outputs().question("q1");
    let mut places: BTreeMap<String, u32> = BTreeMap::new();
    let coded: BTreeSet<String> = outputs().rows("coding.csv").iter().map(|row| row["response_id"].clone()).collect();
    for group in std::iter::once(&question).chain(list(&question, "languages")) {
        for id in texts_of(list(group, "no_theme"), "response_id") {
            *places.entry(id).or_default() += 1;
        }
    }
    for id in coded {
        *places.entry(id).or_default() += 1;
    }
    let analysed: BTreeSet<String> = answers().into_iter().map(|(id, ..)| id).collect();
    assert_eq!(places.keys().cloned().collect::<BTreeSet<_>>(), analysed);
    assert!(places.values().all(|n| *n == 1), "{places:?}");
}

#[test]
fn every_group_counts_its_own_answers_only() {
    let question = outputs().question("q1");
    let languages: BTreeMap<String, String> = outputs()
        .records()
        .iter()
        .filter(|record| text(record, "state").starts_with("analysed"))
        .map(|record| (text(record, "response_id").to_owned(), text(record, "language").to_owned()))
        .collect();
    for (group, language) in std::iter::once((&question, "en"))
        .chain(list(&question, "languages").iter().map(|group| (group, text(group, "language"))))
    {
        let base = if language == "en" { count(&question, "language_base") } else { count(group, "base") };
        let in_themes: BTreeSet<String> =
            list(group, "themes").iter().flat_map(|theme| texts(theme, "respondents")).collect();
        assert_eq!(count(group, "n_in_themes"), in_themes.len() as u64);
        assert!(in_themes.iter().all(|id| languages[id] == language), "{language}");
        let in_none =
            list(group, "no_theme").iter().filter(|answer| languages[text(answer, "response_id")] == language);
        assert_eq!(in_themes.len() + in_none.count(), base as usize, "{language}");
    }
}

#[test]
fn a_language_with_few_answers_is_listed_whole_with_the_reason() {
    let question = outputs().question("q1");
    let no_theme = list(&question, "no_theme");
    for (id, _, answer) in answers().into_iter().filter(|(_, language, _)| *language == "es") {
        let listed = no_theme.iter().find(|listed| listed["response_id"] == id.as_str()).unwrap();
        assert_eq!(text(listed, "reason"), "in Spanish, with too few answers for themes of their own");
        assert_eq!(text(listed, "text"), answer);
    }
}

#[test]
fn a_language_without_resources_is_listed_whole_with_the_reason() {
    if !knows_german() {
        eprintln!("skipped: German is not told from the languages canvass has resources for");
        return;
    }
    let question = outputs().question("q1");
    let german = list(&question, "no_theme").iter().filter(|answer| text(answer, "reason").starts_with("in German"));
    let german: Vec<&Value> = german.collect();
    assert_eq!(german.len(), 3);
    assert!(german.iter().all(|answer| text(answer, "reason") == "in German, which canvass has no resources for"));
    assert!(outputs().text("report.html").contains("Answers in German: 3, listed whole"));
}

#[test]
fn the_ledger_sums() {
    let question = outputs().question("q1");
    let states: u64 = list(&question, "ledger").iter().map(|state| count(state, "n_responses")).sum();
    let rows = outputs().rows("ledger.csv");
    assert_eq!((states, rows.len()), (98, 98));
    for row in rows.iter().filter(|row| row["state"] == "analysed") {
        let record = outputs().record("q1", &row["response_id"]);
        let themes = list(&record, "points").iter().flat_map(|point| list(point, "themes"));
        let themes: BTreeSet<&str> = themes.map(|theme| text(theme, "theme_id")).collect();
        let said = match themes.len() {
            0 => "no theme: ".to_owned(),
            1 => "in 1 theme".to_owned(),
            n => format!("in {n} themes"),
        };
        assert!(row["reason"].starts_with(&said) && row["reason"].len() > 9, "{row:?}");
    }
}

#[test]
fn the_report_shows_every_group_and_every_list() {
    let page = outputs().text("report.html");
    let question = outputs().question("q1");
    let plain = page.replace('\u{a0}', " ");
    let language_base = count(&question, "language_base");
    assert!(plain.contains(&format!("Base: 96 respondents, {language_base} of whom answered in English")));
    assert!(plain.contains("Answers in Spanish: 6, listed whole"));
    for (language, name) in [("fr", "French"), ("ru", "Russian")] {
        let group = group(&question, language);
        let base = count(group, "base");
        assert!(plain.contains(&format!("Answers in {name}: {base} respondents")), "{name}");
        let first = &list(group, "findings")[0];
        let label = format!(
            "<span class=\"label\" data-label=\"question-1-{language}-finding-1\" lang=\"{language}\" dir=\"auto\">{}</span>",
            text(first, "label")
        );
        assert!(page.contains(&label), "{label}");
        let n = count(first, "n_respondents");
        assert!(plain.contains(&format!("{n} of the {base} respondents who answered in {name}")), "{name}");
    }
    let (n_findings, n_themes) = (count(&question, "n_in_findings"), count(&question, "n_in_themes"));
    assert!(plain.contains(&format!(
        "{} in other themes only, {} in no theme, {} answered in another language",
        n_themes - n_findings,
        language_base - n_themes,
        96 - language_base
    )));
}

#[test]
fn the_summary_on_the_terminal_names_every_language() {
    let said = &ran().said.stdout;
    let question = outputs().question("q1");
    for (language, name) in [("fr", "French"), ("ru", "Russian")] {
        let group = group(&question, language);
        let heading =
            format!("    {name}: {} respondents, {} theme", count(group, "base"), list(group, "themes").len());
        assert!(said.contains(&heading), "no {heading:?} in:\n{said}");
        let first = &list(group, "findings")[0];
        assert!(
            said.contains(&format!("      1. {}: {} (", text(first, "label"), count(first, "n_respondents"))),
            "{said}"
        );
    }
    assert!(said.contains("    Spanish: 6 answers, listed in the report"), "{said}");
    assert!(said.contains(&format!("({} of them in English)", count(&question, "language_base"))), "{said}");
}

#[test]
fn an_explanation_finds_the_themes_of_a_further_language() {
    let question = outputs().question("q1");
    let finding = &list(group(&question, "ru"), "findings")[0];
    let id = text(&list(finding, "verbatims")[0], "response_id");
    let told = ran().canvass(&["explain", "out", id]).stdout;
    for passage in [
        "language   Russian, as its text shows".to_owned(),
        format!("theme    {} {} (rank 1 in Russian) because of \"", text(finding, "theme_id"), text(finding, "label")),
        format!("{} (finding 1 in Russian)", text(finding, "label")),
    ] {
        assert!(told.contains(&passage), "no {passage:?} in:\n{told}");
    }
}

#[test]
fn with_one_language_for_all_there_are_no_groups() {
    let settings = "[text]\nmain_language = \"en\"\nidentify_language = false\n";
    let csv = table(
        std::iter::once(["id".to_owned(), "What should the ferry change?".to_owned()])
            .chain(answers().into_iter().map(|(id, _, answer)| [id, answer])),
    );
    let outputs = Run::new().csv(&csv).settings(settings).done().outputs();
    let question = outputs.question("q1");
    assert!(list(&question, "languages").is_empty());
    assert_eq!(count(&question, "language_base"), count(&question, "base"));
    assert!(!outputs.text("report.html").contains("answered in another language"));
}

#[test]
fn the_fewest_answers_that_have_themes_are_a_setting() {
    let csv = table(
        std::iter::once(["id".to_owned(), "What should the ferry change?".to_owned()])
            .chain(answers().into_iter().map(|(id, _, answer)| [id, answer])),
    );
    let outputs = Run::new().csv(&csv).settings("[text]\nmin_language_group = 1000\n").done().outputs();
    let question = outputs.question("q1");
    assert!(list(&question, "languages").is_empty());
    for language in sure().filter(|language| *language != "en") {
        let name =
            [("fr", "French"), ("ru", "Russian"), ("es", "Spanish")].into_iter().find(|(code, _)| *code == language);
        let reason = format!("in {}, with too few answers for themes of their own", name.unwrap().1);
        let listed =
            list(&question, "no_theme").iter().filter(|answer| text(answer, "reason") == reason).count() as u64;
        assert!(listed >= n_answers(language), "{language}: {listed}");
    }
}

#[test]
fn short_answers_among_german_ones_are_not_read_as_english() {
    let long = [
        "Die Fähre am Abend muss eine Stunde später fahren, weil viele von uns in der Stadt arbeiten.",
        "Die Fahrkarten sind für Familien mit drei Kindern inzwischen viel zu teuer geworden.",
        "Am nördlichen Anleger fehlt eine Rampe für Rollstühle, und niemand hilft beim Einsteigen.",
    ];
    let short = ["Mehr Fähren", "Fähren abends", "Rampe", "Fähre abends"];
    let answers = long.into_iter().cycle().take(9).chain(short);
    let rows = (1..).zip(answers).map(|(id, answer): (u32, _)| [id.to_string(), answer.to_owned()]);
    let csv = table(std::iter::once(["id".to_owned(), "Was soll die Fähre ändern?".to_owned()]).chain(rows));
    let ran = Run::new().csv(&csv).done();
    let question = ran.outputs().question("q1");
    assert_eq!((count(&question, "base"), count(&question, "language_base")), (13, 0));
    assert!(list(&question, "themes").is_empty(), "{question}");
    let counts = list(&question, "language_counts");
    assert_eq!((counts.len(), text(&counts[0], "language"), count(&counts[0], "n_responses")), (1, "de", 13));
    let unsure =
        ran.outputs().rows("ledger.csv").into_iter().filter(|row| row["reason"].contains("read in German")).count();
    assert!(unsure > 0, "no answer was too short to show its language");
    let again = Run::new().csv(&csv).settings(ran.outputs().text("canvass.toml")).done();
    assert_eq!(again.outputs(), ran.outputs());
}
