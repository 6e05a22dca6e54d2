//! What becomes of a text, rule by rule and language by language.

use super::*;
use proptest::prelude::*;
use std::sync::OnceLock;
use wording::Connective;

fn resources() -> &'static Resources {
    static RESOURCES: OnceLock<Resources> = OnceLock::new();
    RESOURCES.get_or_init(|| Resources::load().expect("the built-in resources load"))
}

fn points(text: &str) -> Vec<&str> {
    segment(text, resources()).into_iter().map(|span| span.of(text).expect("a span slices its text")).collect()
}

/// Asserts that each text, in which a bar stands between the points it should have, has them.
fn assert_points(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(points(text).join(" | "), *expected, "{text}");
    }
}

/// Asserts that each text is one point.
fn assert_one_point(texts: &[&str]) {
    for text in texts {
        assert_eq!(points(text), [*text]);
    }
}

#[test]
fn enumerations_are_cut_at_their_markers() {
    assert_points(&[
        (
            "1. More night trains;  2. Cheaper tickets; and 3. A timetable that\nfits school hours.",
            "More night trains | Cheaper tickets | A timetable that\nfits school hours.",
        ),
        ("(a) housing (b) schools", "housing | schools"),
        ("We need: (a) housing, (b) schools", "We need | housing | schools"),
        ("a) housing\nb) schools", "housing | schools"),
        ("i) housing; ii) schools; iii) roads", "housing | schools | roads"),
        ("3.1. Housing first.  3.2. Schools next.", "Housing first. | Schools next."),
        ("3.1 Housing first\n3.2 Schools next", "Housing first | Schools next"),
        ("1)Housing\n2)Schools", "Housing | Schools"),
        ("xviii. housing\nxix. schools", "housing | schools"),
        ("i. housing\nii. schools", "housing | schools"),
        ("1/ housing\n2/ schools", "housing | schools"),
        ("1\u{b0} des trains 2\u{b0} des bus", "des trains | des bus"),
        ("1.º trenes 2.º buses", "trenes | buses"),
        ("Q1: housing Q2: schools", "housing | schools"),
        ("#1 housing #2 schools", "housing | schools"),
        ("[1] housing [2] schools", "housing | schools"),
        ("1st: housing, 2nd: schools, 3rd: roads", "housing | schools | roads"),
        ("1 - housing\n2 - schools", "housing | schools"),
        ("1.- trenes\n2.- buses", "trenes | buses"),
        ("**1.** housing\n**2.** schools", "housing | schools"),
        ("1\u{fe0f}\u{20e3} housing 2\u{fe0f}\u{20e3} schools", "housing | schools"),
        ("\u{feff}1. housing\n2. schools", "housing | schools"),
        ("A. Housing\nB. Schools", "Housing | Schools"),
        ("1. x: (a) one; (b) two; 2. y", "x | one | two | y"),
        ("We want to: i) build ii) plan iii) act", "We want to | build | plan | act"),
    ]);
}

#[test]
fn markers_of_other_scripts_cut_as_well() {
    assert_points(&[
        ("а) поезда; б) билеты; в) расписание", "поезда | билеты | расписание"),
        ("١- القطارات\n٢- التذاكر", "القطارات | التذاكر"),
        ("١. القطارات\n٢. التذاكر", "القطارات | التذاكر"),
        ("نحتاج إلى: أ) قطارات ب) تذاكر ج) جدول", "نحتاج إلى | قطارات | تذاكر | جدول"),
        ("一、增加列车\n二、降低票价", "增加列车 | 降低票价"),
        ("我们建议：（一）增加列车；（二）降低票价。", "我们建议 | 增加列车 | 降低票价。"),
        ("①增加列车②降低票价③时刻表", "增加列车 | 降低票价 | 时刻表"),
        ("1、增加列车。2、降低票价。3、时刻表", "增加列车。 | 降低票价。 | 时刻表"),
        ("１．列车\u{3000}２．票价", "列车 | 票价"),
    ]);
}

#[test]
fn a_list_inside_a_sentence_needs_two_items_that_say_something() {
    assert_points(&[
        ("We need (a) housing, (b) schools and (c) roads", "We need | housing | schools | roads"),
        ("We need 1) housing 2) schools", "We need | housing | schools"),
    ]);
    assert_one_point(&["As said in paragraphs (a) and (b), we need roads", "Clause (a) is fine"]);
}

#[test]
fn numbers_inside_a_sentence_are_no_markers() {
    assert_one_point(&[
        "Under Article 6. the fee is 2.5 per head since 2019.",
        "It took 3 years and 2.5 million",
        "2.5 million people",
        "under the terms of the agreement on shared regional transport in Article\n6. the fee",
        "J. Smith spoke",
        "A. Jones spoke",
        "第一列车站很远",
        "1、2号线都很远",
        "一些人说",
    ]);
    assert_points(&[
        ("1. Amend Article 2. Then more. 2. Delete it.", "Amend Article 2. | Then more. | Delete it."),
        ("Trains are late. 2. Buses too.", "Trains are late. | 2. Buses too."),
        ("The rule began in 2030. The fee came later.", "The rule began in 2030. | The fee came later."),
    ]);
}

#[test]
fn bullets_line_breaks_and_runs_of_spaces_separate_points() {
    assert_points(&[
        ("- buses\n\u{2022} clinics\n* fibre", "buses | clinics | fibre"),
        ("buses     clinics\r\nfibre", "buses | clinics | fibre"),
        ("better buses\ncheaper flats", "better buses | cheaper flats"),
        ("- [ ] buses\n- [x] clinics", "buses | clinics"),
        ("\u{2192} buses\n\u{2713} clinics\n\u{25ba} fibre\n\u{b7} roads", "buses | clinics | fibre | roads"),
        ("o buses\no clinics", "buses | clinics"),
        ("*buses\n*clinics", "buses | clinics"),
        ("buses \u{2022} clinics \u{2022} fibre", "buses | clinics | fibre"),
        ("It needs: - buses - clinics - fibre", "It needs | buses | clinics | fibre"),
        ("- buses\n  - at night\n  - by day", "buses | at night | by day"),
        ("One.\nTwo!\r\n\r\nThree?", "One. | Two! | Three?"),
        ("les trains\nles bus\ndes trams", "les trains | les bus | des trams"),
        ("buses,\nclinics,\nfibre", "buses | clinics | fibre"),
    ]);
    assert_one_point(&[
        "**Transport:** more trains",
        "a catalan word: paral\u{b7}lel",
        "from A \u{2192} B",
        "Queremos: o trenes o buses",
    ]);
}

#[test]
fn a_wrapped_line_is_not_a_new_point() {
    assert_one_point(&[
        "The regional desk should answer letters within a fortnight and\nnot after the season has ended.",
        "the desk of the\nregional office",
        "the desk of the    regional office",
        "better buses\nand trains",
        "all public trans-\nport",
        "This is a line that is rather long and has its end here,\nwith the sentence going on",
        "See No.\n5 now",
        "le bureau de la\nrégion",
        "la oficina de la\nregión",
        "больше поездов в\nгороде",
    ]);
}

#[test]
fn ordinal_words_open_items_in_running_text() {
    assert_points(&[
        (
            "First, more trains, second, cheaper tickets and third, a timetable",
            "more trains | cheaper tickets | a timetable",
        ),
        ("First, more trains. Second, cheaper tickets. Finally, a tram.", "more trains. | cheaper tickets. | a tram."),
        ("I agree. First of all, we need trains. Secondly, buses.", "I agree. | we need trains. | buses."),
        ("We need this: first, trains; second, buses.", "We need this | trains | buses."),
        ("Premièrement, des trains ; deuxièmement, des bus.", "des trains | des bus."),
        ("D'abord, des trains, ensuite, des bus et enfin, un tram.", "des trains | des bus | un tram."),
        ("En primer lugar, más trenes. En segundo lugar, buses.", "más trenes. | buses."),
        ("Во-первых, поезда, во-вторых, билеты и, наконец, трамвай.", "поезда | билеты | трамвай."),
        ("أولاً: القطارات، ثانيا: التذاكر، وأخيرا: الجدول.", "القطارات | التذاكر | الجدول."),
        ("أولا تحسين النقل ثانيا خفض الأسعار", "تحسين النقل | خفض الأسعار"),
        ("首先，增加列车；其次，降低票价；最后，公布时刻表。", "增加列车 | 降低票价 | 公布时刻表。"),
        ("第一，增加列车，第二，降低票价", "增加列车 | 降低票价"),
        ("一是增加列车；二是降低票价", "增加列车 | 降低票价"),
    ]);
}

#[test]
fn ordinals_that_count_a_noun_open_nothing() {
    assert_one_point(&[
        "The first train leaves before the second train",
        "First aid matters",
        "First and second class",
        "First, second and third class carriages",
        "The second, third and fourth lines",
        "Finally, we thank the council",
        "Le premier train et le deuxième train",
        "第一条线路和第二条线路",
    ]);
}

#[test]
fn sentences_end_at_stops_but_not_at_abbreviations() {
    assert_points(&[
        (
            "Keep the desk, e.g. in the valley. Ask Dr. Moreno (see No. 5). \u{201c}Why not?\u{201d} Yes! And so on... perhaps.",
            "Keep the desk, e.g. in the valley. | Ask Dr. Moreno (see No. 5). | \u{201c}Why not?\u{201d} | Yes! | And so on... perhaps.",
        ),
        ("The answer is no. We said so.", "The answer is no. | We said so."),
        ("buses are late. trains too", "buses are late. | trains too"),
        ("Buses, etc. are late. Trains etc. The rest", "Buses, etc. are late. | Trains etc. | The rest"),
        ("The U.N. agencies met in the U.S. The rest stayed.", "The U.N. agencies met in the U.S. | The rest stayed."),
        ("Choose Plan B. We left at 5 p.m. Trains came.", "Choose Plan B. | We left at 5 p.m. | Trains came."),
        (
            "Write to a.b@c.org. Or www.c.org/a?b=c;d. Then wait.",
            "Write to a.b@c.org. | Or www.c.org/a?b=c;d. | Then wait.",
        ),
        ("They are needed.The fee is high. Why?Because.", "They are needed. | The fee is high. | Why? | Because."),
        ("(As agreed.) Trains are late.", "(As agreed.) | Trains are late."),
        ("« Pourquoi pas ? » Voir p. 3. Fin.", "« Pourquoi pas ? » | Voir p. 3. | Fin."),
        ("\u{201e}Warum?\u{201c} Ja. ‘Why?’ Yes.", "\u{201e}Warum?\u{201c} | Ja. | ‘Why?’ | Yes."),
        (
            "¿Por qué no?¡Porque no! Véase el núm. 5 hoy. Fin.",
            "¿Por qué no? | ¡Porque no! | Véase el núm. 5 hoy. | Fin.",
        ),
        (
            "В 2019 г. мы ждали. См. п. 5 ст. 6. Нужны поезда и т. д. И билеты.",
            "В 2019 г. мы ждали. | См. п. 5 ст. 6. | Нужны поезда и т. д. | И билеты.",
        ),
        ("هل نحتاج إلى قطارات؟ نعم؛ وتذاكر أرخص۔ والسلام.", "هل نحتاج إلى قطارات؟ | نعم | وتذاكر أرخص۔ | والسلام."),
        ("我们需要列车。票价太高！为什么？「好。」再见", "我们需要列车。 | 票价太高！ | 为什么？ | 「好。」 | 再见"),
        ("रेलें चाहिए। टिकट सस्ते हों।", "रेलें चाहिए। | टिकट सस्ते हों।"),
        ("More trains. . . Buses.", "More trains. . . | Buses."),
    ]);
    assert_one_point(&[
        "\"Why not?\" she asked",
        "He said \"no more trains.\" and left",
        "wait . . . more trains",
        "Prof. J. A. Smith, Ph.D. holders and the mgmt. team",
        "Это проф. Иванов И. И. из г. Москва.",
        "The fee is 2.5.",
    ]);
}

#[test]
fn semicolons_separate_except_in_brackets_and_html() {
    assert_points(&[
        ("buses (early; late); trains", "buses (early; late) | trains"),
        ("列车（早；晚）；票价", "列车（早；晚） | 票价"),
        ("قطارات؛ تذاكر", "قطارات | تذاكر"),
        ("R&amp;D is needed; trains", "R&amp;D is needed | trains"),
        ("a (b; c", "a (b | c"),
    ]);
}

#[test]
fn labels_keep_to_the_item_they_belong_to() {
    assert_points(&[
        (
            "1. Action: trains; KPI: 5 a day  2. Action: buses. KPI: 3",
            "Action: trains; KPI: 5 a day | Action: buses. KPI: 3",
        ),
        ("Action: trains\nKPI - price; Deadline: 2027", "Action: trains\nKPI - price; Deadline: 2027"),
        ("- Action: trains\n- KPI: 5\n- Action: buses", "Action: trains\n- KPI: 5 | Action: buses"),
        ("Trains. Recommendation: build. KPI: one", "Trains. | Recommendation: build. KPI: one"),
        ("Action : des trains ; Indicateur : 5 par jour", "Action : des trains ; Indicateur : 5 par jour"),
        ("Acción: trenes; Indicador: 5", "Acción: trenes; Indicador: 5"),
        ("Предложение: поезда. Показатель: 5 в день", "Предложение: поезда. Показатель: 5 в день"),
        ("الإجراء: القطارات\nالمؤشر: ٥", "الإجراء: القطارات\nالمؤشر: ٥"),
        ("行动：增加列车；指标：每天五列。行动：降低票价", "行动：增加列车；指标：每天五列。 | 行动：降低票价"),
    ]);
}

#[test]
fn labels_beside_each_other_belong_to_none() {
    assert_eq!(points("Budget: too low\nTimeline: too short").len(), 2);
    assert_eq!(points("Trains\nTimeline of the works").len(), 2);
}

#[test]
fn fragments_belong_to_what_stands_before_them() {
    assert_points(&[
        ("More trains. (As agreed in 2019.) Cheaper tickets.", "More trains. (As agreed in 2019.) | Cheaper tickets."),
        ("Trains; buses; etc.", "Trains | buses; etc."),
        ("Trains\nBuses\nand others.", "Trains | Buses\nand others."),
        ("Trains. Thanks!", "Trains. Thanks!"),
        (
            "More transport. For example, night trains. Such as in Spain.",
            "More transport. For example, night trains. Such as in Spain.",
        ),
        ("Des trains. Par exemple, la nuit.", "Des trains. Par exemple, la nuit."),
        ("Trenes; gracias", "Trenes; gracias"),
        ("Поезда. Например, ночью.", "Поезда. Например, ночью."),
        ("القطارات. شكرا", "القطارات. شكرا"),
        ("增加列车。例如夜间。", "增加列车。例如夜间。"),
    ]);
    let text = "Meet more. For example, the board could meet twice a year in each of the valleys.";
    assert_eq!(points(text).len(), 2);
}

#[test]
fn short_answers_and_list_items_stand_alone() {
    assert_points(&[
        ("All", "All"),
        ("  Transport.  ", "Transport."),
        ("Yes. More trains. None.", "Yes. | More trains. | None."),
        ("1. All\n2. None\n3. And", "All | None | And"),
        ("train; car; bus", "train | car | bus"),
        ("Thanks!", "Thanks!"),
        ("5", "5"),
        ("1. 2. 3.", "1. 2. 3."),
    ]);
    assert!(points("---\n?").is_empty());
    assert!(points("").is_empty());
    assert!(points("\u{1f44d}").is_empty());
}

#[test]
fn a_point_before_a_list_or_with_a_colon_leads_in() {
    let leading = |text: &str| -> Vec<bool> {
        segment(text, resources()).into_iter().map(|point| leads_in(text, point)).collect()
    };
    assert_eq!(leading("It can be done by:  1. planning;  2. building."), [true, false, false]);
    assert_eq!(leading("My priorities\n- trains\n- buses"), [true, false, false]);
    assert_eq!(leading("We need (a) trains and (b) buses"), [true, false, false]);
    assert_eq!(leading("Trains are late.\n1. Build more."), [false, false]);
    assert_eq!(leading("我们建议：①列车②票价"), [true, false, false]);
    assert_eq!(leading("**Needed**: trains"), [false]);
}

/// Whether a word may stand outside of all points: it belongs to a marker or an ordinal word, or joins.
fn may_stand_outside(word: &str) -> bool {
    let is_marker =
        ["({})", "{}:", "{}.", "{}、", "{}"].iter().any(|form| Marker::read(&form.replace("{}", word)).is_some());
    let wording = resources().wording();
    let lower = word.to_lowercase();
    let is_han = word.chars().all(crate::han::is_han_character);
    let phrases =
        Resources::files().filter(|file| file.name.ends_with("ordinals.txt")).flat_map(|file| file.text.lines());
    let is_ordinal = phrases.filter_map(|line| line.split_once(' ')).any(|(_, phrase)| {
        is_han && phrase == lower || phrase.split(|c: char| !c.is_alphanumeric()).any(|part| part == lower)
    });
    is_marker || is_ordinal || wording.connective(word) == Some(Connective::Joins) || word.eq_ignore_ascii_case("x")
}

fn check(text: &str) -> Result<(), TestCaseError> {
    let spans = segment(text, resources());
    let mut at = 0;
    let mut whole = String::new();
    let mut outside = Vec::new();
    for span in &spans {
        prop_assert!(span.start as usize >= at && span.start < span.end);
        let passage = span.of(text).expect("a span slices its text");
        prop_assert_eq!(passage.trim(), passage);
        prop_assert!(passage.chars().any(char::is_alphanumeric));
        outside.push(&text[at..span.start as usize]);
        whole.push_str(&text[at..span.start as usize]);
        whole.push_str(passage);
        at = span.end as usize;
        leads_in(text, *span);
    }
    outside.push(&text[at..]);
    whole.push_str(&text[at..]);
    prop_assert_eq!(whole, text);
    prop_assert_eq!(spans.is_empty(), !text.chars().any(char::is_alphanumeric));
    if spans.is_empty() {
        return Ok(());
    }
    let words =
        outside.iter().flat_map(|gap| gap.split(|c: char| !c.is_alphanumeric())).filter(|word| !word.is_empty());
    for word in words {
        prop_assert!(may_stand_outside(word), "{word:?} stands outside of all points");
    }
    Ok(())
}

/// What decides where a point begins and ends.
const TOKENS: [&str; 72] = [
    " ",
    " ",
    " ",
    "  ",
    "   ",
    "\n",
    "\r\n",
    "\n\n",
    "\t",
    "\u{a0}",
    "\u{3000}",
    ".",
    ".",
    ",",
    ";",
    ":",
    "!",
    "?",
    "...",
    "\u{2026}",
    "。",
    "；",
    "，",
    "、",
    "：",
    "؟",
    "؛",
    "،",
    "(",
    ")",
    "[",
    "]",
    "（",
    "）",
    "\"",
    "\u{201c}",
    "\u{201d}",
    "«",
    "»",
    "- ",
    "* ",
    "\u{2022}",
    "o ",
    "**",
    "1.",
    "2.",
    "1)",
    "(a)",
    "(b)",
    "ii)",
    "3.2.",
    "①",
    "一、",
    "二、",
    "أ)",
    "а)",
    "First,",
    "second,",
    "第一，",
    "أولا",
    "and",
    "и",
    "e.g.",
    "No.",
    "KPI:",
    "Action:",
    "for example",
    "etc.",
    "trains",
    "Buses",
    "поезда",
    "列车",
];

proptest! {
    #[test]
    fn points_and_gaps_concatenate_to_any_text(text in "(?s).{0,120}") {
        check(&text)?;
    }

    #[test]
    fn points_and_gaps_concatenate_to_text_of_marks_and_letters(
        text in "(?s)[\\u{0}\\u{300}\\u{200f}\\u{64b}\\u{1f44d}\\u{feff}\\n\\t .;:,()*#-]{0,40}[\\PC\\n .;:()0-9a-zA-Z-]{0,80}",
    ) {
        check(&text)?;
    }

    #[test]
    fn points_and_gaps_concatenate_to_lists_and_sentences(tokens in prop::collection::vec(prop::sample::select(&TOKENS), 0..40)) {
        check(&tokens.concat())?;
    }
}

#[test]
fn a_long_text_of_one_sign_comes_to_an_end() {
    for sign in
        ["(", ")", "(a", ". ", "1. ", "1) ", " ", "\n", "and ", "First, ", "\"", "&;", "KPI: ", "é. ", "أ) ", "，", "①"]
    {
        let text = sign.repeat(20_000);
        let spans = segment(&text, resources());
        assert!(spans.is_empty() || spans.iter().all(|span| span.of(&text).is_some()), "{sign}");
    }
}
