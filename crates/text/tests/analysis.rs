//! What comes out of taking texts apart: tokens, phrases and terms, with their spans.

use canvass_text::{
    AnalysedTexts, Analyser, Analysis, Entry, Language, LeftOut, Lexicon, MergeKind, Quotations, Resources, Term,
    TermKind, TermRules, Text,
};
use proptest::prelude::*;
use std::sync::OnceLock;

fn resources() -> &'static Resources {
    static RESOURCES: OnceLock<Resources> = OnceLock::new();
    RESOURCES.get_or_init(|| Resources::load().expect("the built-in resources load"))
}

fn rules() -> TermRules {
    TermRules { stop_words: vec!["union".into()], ..TermRules::default() }
}

fn analyse_with(texts: &[(&str, Language)], wording: &str, lexicon: &Lexicon, rules: TermRules) -> Analysis {
    let texts: Vec<Text<'_>> =
        texts.iter().map(|(text, language)| Text { text, language: *language, is_copy: false }).collect();
    Analyser::new(resources(), rules, lexicon).analyse(&texts, wording, &Quotations::default(), &|_| {})
}

fn analyse(texts: &[(&str, Language)]) -> Analysis {
    analyse_with(texts, "", &Lexicon::default(), rules())
}

fn english(texts: &[&'static str]) -> Vec<(&'static str, Language)> {
    texts.iter().map(|text| (*text, Language::English)).collect()
}

fn stems(analysis: &Analysis) -> Vec<&str> {
    analysis.vocabulary.terms.iter().map(|term| term.stem.as_str()).collect()
}

/// The tokens of all texts as (word as written, why it is left out).
fn left_out(analysis: &Analysis, texts: &[(&'static str, Language)]) -> Vec<(&'static str, Option<LeftOut>)> {
    let points = analysis.texts.iter().zip(texts).flat_map(|(analysed, (text, _))| {
        let tokens = analysed.points.into_iter().flat_map(|point| point.tokens);
        tokens.map(|token| (token.span.of(text).unwrap_or_default(), token.left_out()))
    });
    points.collect()
}

/// The terms of a kind, as a reader would write them.
fn of_kind(analysis: &Analysis, kind: TermKind) -> Vec<&str> {
    analysis.vocabulary.terms.iter().filter(|term| term.kind == kind).map(Term::surface).collect()
}

#[test]
fn words_of_one_stem_are_one_term_with_its_surface_forms() {
    let analysis =
        analyse(&english(&["Duplication of work; avoid duplications.", "Less duplication, please, in the Union"]));
    assert_eq!(stems(&analysis), ["avoid", "duplic", "less", "work"]);
    let term = &analysis.vocabulary.terms[1];
    assert_eq!(term.surface_forms, [("duplication".to_owned(), 2), ("duplications".to_owned(), 1)]);
    assert_eq!(analysis.texts.get(0).points.len(), 2);
    assert_eq!(analysis.vocabulary.find(Language::English, "work"), Some(3));
    assert_eq!(analysis.vocabulary.find(Language::French, "work"), None);
    assert_eq!(analysis.vocabulary.find(Language::English, "union"), None);
}

#[test]
fn acronyms_keep_their_capitals_and_sentence_heads_lose_theirs() {
    let analysis = analyse(&english(&["Housing first. UMM housing. Affordable, near Geneva. UMM"]));
    let surfaces: Vec<&str> = analysis.vocabulary.terms.iter().map(Term::surface).collect();
    assert_eq!(surfaces, ["affordable", "first", "Geneva", "housing", "near", "UMM"]);
}

#[test]
fn an_acronym_is_no_function_word_unless_all_about_it_is_in_capitals() {
    assert_eq!(stems(&analyse(&english(&["Better IT for it"]))), ["IT", "better"]);
    assert_eq!(stems(&analyse(&english(&["WE WANT BETTER BUSES, AND WE WANT IT NOW"]))), ["better", "bus", "want"]);
    assert_eq!(stems(&analyse(&english(&["the U.N. office", "the UN office"])))[1], "un");
}

#[test]
fn a_word_beside_those_that_stand_beside_verbs_says_what_is_done() {
    let texts = [
        "We should achieve the goals",
        "Training, to us, is training",
        "Send us the goals, the training; it trains",
        "Nous devrions financer la formation, la formation des maires",
    ];
    let languages = [Language::English, Language::English, Language::English, Language::French];
    let texts: Vec<(&str, Language)> = texts.into_iter().zip(languages).collect();
    let analysis = analyse(&texts);
    let term = |language, stem: &str| {
        let term = analysis.vocabulary.find(language, stem).expect("the term occurs");
        &analysis.vocabulary.terms[term as usize]
    };
    let as_verb = |stem| term(Language::English, stem).as_verb;
    // "Achieve" counts once, though words on both sides show it; a comma keeps "training" and "to" apart.
    assert_eq!([as_verb("achiev"), as_verb("goal"), as_verb("train"), as_verb("send")], [1, 0, 1, 1]);
    assert_eq!(term(Language::French, "financ").as_verb, 1);
    assert_eq!(term(Language::French, "format").as_verb, 0);
    // One occurrence as a verb of one, two as a name beforehand; one of four.
    assert!((term(Language::English, "achiev").nominal() - 2.0 / 3.0).abs() < 1e-12);
    assert!((term(Language::English, "train").nominal() - 5.0 / 6.0).abs() < 1e-12);
}

#[test]
fn token_spans_of_an_elided_word_leave_the_article_out() {
    let text = "Garder l\u{2019}école";
    let analysis = analyse(&[(text, Language::French)]);
    let tokens: Vec<&str> =
        analysis.texts.get(0).points[0].tokens.iter().filter_map(|token| token.span.of(text)).collect();
    assert_eq!(tokens, ["Garder", "école"]);
}

#[test]
fn words_of_two_languages_are_two_terms_though_they_have_one_stem() {
    let analysis = analyse(&[("The port needs cranes", Language::English), ("Porter plus loin", Language::French)]);
    let general = |language| {
        let term = analysis.vocabulary.find(language, "port").expect("both languages have this stem");
        analysis.vocabulary.terms[term as usize].general
    };
    assert!(!general(Language::English));
    assert!(general(Language::French));
}

#[test]
fn russian_arabic_and_chinese_words_are_normalised_and_stemmed() {
    let analysis = analyse(&[
        ("Новые автобусы и автобусные остановки", Language::Russian),
        ("Ещё один автобус; еще автобуса", Language::Russian),
    ]);
    assert!(analysis.vocabulary.find(Language::Russian, "автобус").is_some(), "{:?}", stems(&analysis));
    let analysis = analyse(&[("المَدْرَسَة والمـدرسة", Language::Arabic), ("مدرسة", Language::Arabic)]);
    assert_eq!(analysis.vocabulary.terms.len(), 1, "{:?}", stems(&analysis));
    let analysis = analyse(&[("公共交通的票价很贵", Language::Chinese), ("公共交通的票價很貴", Language::Chinese)]);
    let transport = analysis.vocabulary.find(Language::Chinese, "公共交通").expect("a word of both texts");
    assert!(analysis.vocabulary.find(Language::Chinese, "票价").is_some(), "{:?}", stems(&analysis));
    assert_eq!(analysis.vocabulary.terms[transport as usize].surface_forms, [("公共交通".to_owned(), 2)]);
}

#[test]
fn words_of_the_question_quotations_and_boilerplate_carry_no_theme() {
    let texts = english(&["The last bus leaves early.", "We want each valley to have one desk, and heating."]);
    let inputs: Vec<Text<'_>> =
        texts.iter().map(|(text, language)| Text { text, language: *language, is_copy: false }).collect();
    let references = Quotations::new(["each valley to have one desk"], 4);
    let lexicon = Lexicon::default();
    let analysis =
        Analyser::new(resources(), rules(), &lexicon).analyse(&inputs, "What of the buses?", &references, &|_| {});
    let why: Vec<(&str, Option<LeftOut>)> = left_out(&analysis, &texts);
    assert!(why.contains(&("bus", Some(LeftOut::Question))), "{why:?}");
    assert!(why.contains(&("valley", Some(LeftOut::Quotation))), "{why:?}");
    assert!(why.contains(&("heating", None)), "{why:?}");

    let texts: Vec<String> =
        (0..24).map(|i| format!("Thank you for asking us about the night train. Answer {i}: heating.")).collect();
    let texts: Vec<(&str, Language)> = texts.iter().map(|text| (text.as_str(), Language::English)).collect();
    let analysis = analyse(&texts);
    let point = &analysis.texts.get(3).points[0];
    assert!(!point.tokens.is_empty());
    assert!(point.tokens.iter().all(|token| token.left_out() == Some(LeftOut::Boilerplate)), "{point:?}");
    assert_eq!(analysis.texts.get(3).boilerplate.len(), 1);
    assert!(analysis.texts.get(3).points[1].carrying().next().is_some());
}

#[test]
fn a_campaign_is_no_boilerplate() {
    let campaign = "Keep the night train running all winter, every winter.";
    let mut texts = vec![Text { text: campaign, language: Language::English, is_copy: false }];
    texts.extend([Text { is_copy: true, ..texts[0] }; 20]);
    texts.extend(["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"].map(|text| Text { text, ..texts[0] }));
    let lexicon = Lexicon::default();
    let analysis = Analyser::new(resources(), rules(), &lexicon).analyse(&texts, "", &Quotations::default(), &|_| {});
    assert!(analysis.texts.get(5).boilerplate.is_empty());
}

#[test]
fn phrases_of_what_copies_have_of_their_own_are_found() {
    let campaign = "Keep the harbour office open on Saturdays.";
    let added = [
        "The night bus is late.",
        "A night bus for the valley, please.",
        "Our night bus leaves early.",
        "Schools need a night bus.",
    ];
    let copies = added.map(|added| format!("{campaign} {added}"));
    let others = ["Cheaper tickets for pupils.", "Trees along the market street.", "A new roof for the swimming hall."];
    let text = |text, is_copy| Text { text, language: Language::English, is_copy };
    let mut texts = vec![text(campaign, false)];
    texts.extend(others.map(|other| text(other, false)));
    texts.extend(copies.iter().map(|copy| text(copy, true)));
    let lexicon = Lexicon::default();
    // The phrases, where the last `n` copies have what they add of their own.
    let phrases = |n: usize| {
        let own = |read: &AnalysedTexts| {
            let last = read.iter().enumerate().rev().take(n);
            Ok::<_, ()>(last.map(|(number, text)| (number as u32, vec![text.points[1].span])).collect())
        };
        let analysis = Analyser::new(resources(), rules(), &lexicon)
            .analyse_copies(&texts, "", &Quotations::default(), own, &|_| {})
            .unwrap();
        let terms = analysis.vocabulary.terms.into_iter().filter(|term| term.kind == TermKind::Phrase);
        terms.map(|term| term.stem).collect::<Vec<_>>()
    };
    assert_eq!(phrases(0), Vec::<String>::new());
    assert_eq!(phrases(2), Vec::<String>::new());
    // What they all share stays one text's.
    assert_eq!(phrases(4), ["night bus"]);
    let refused = Analyser::new(resources(), rules(), &lexicon).analyse_copies(
        &texts,
        "",
        &Quotations::default(),
        |_| Err("no"),
        &|_| {},
    );
    assert_eq!(refused, Err("no"));
}

#[test]
fn a_point_that_restates_the_question_carries_no_theme() {
    let texts = english(&["The main obstacles to exchange between offices:\n- heating\n- bad roads", "Heating"]);
    let analysis =
        analyse_with(&texts, "Which obstacles to exchange between offices do you see?", &Lexicon::default(), rules());
    let why = left_out(&analysis, &texts);
    assert!(why.contains(&("obstacles", Some(LeftOut::Preamble))), "{why:?}");
    assert!(why.contains(&("main", Some(LeftOut::Preamble))), "{why:?}");
    assert!(why.contains(&("roads", None)), "{why:?}");
    let rules = TermRules { question_words: false, ..rules() };
    let analysis =
        analyse_with(&texts, "Which obstacles to exchange between offices do you see?", &Lexicon::default(), rules);
    assert!(left_out(&analysis, &texts).iter().all(|(_, reason)| reason.is_none()));
}

/// Answers in which "regional desk", "right of way" and "Moreno Trust" stand together.
const PHRASES: [&str; 6] = [
    "The regional desk is shut; hikers need a right of way.",
    "Open the regional desk. A right of way over the pass! Ask the Moreno Trust.",
    "A regional desk and a right of way",
    "The Moreno Trust funds heating and roads",
    "Roads need way more funds, and desks too",
    "Regional roads, pass roads, heating",
];

#[test]
fn words_that_stand_together_are_phrases_also_over_function_words() {
    let texts = english(&PHRASES);
    let analysis = analyse(&texts);
    assert_eq!(of_kind(&analysis, TermKind::Phrase), ["regional desk", "right of way"]);
    assert_eq!(of_kind(&analysis, TermKind::Name), ["Moreno Trust"]);
    let phrase = &analysis.texts.get(1).points[1].phrases[0];
    assert_eq!(phrase.span.of(PHRASES[1]), Some("right of way"));
    let without = analyse_with(&texts, "", &Lexicon::default(), TermRules { phrases: false, ..rules() });
    assert!(without.texts.iter().flat_map(|text| text.points).all(|point| point.phrases.is_empty()));
}

#[test]
fn a_phrase_carries_a_theme_though_one_of_its_words_is_the_questions() {
    let texts = english(&PHRASES);
    let analysis = analyse_with(&texts, "What do you think of the desks?", &Lexicon::default(), rules());
    let phrase = analysis.texts.get(0).points[0].phrases[0];
    assert_eq!((phrase.span.of(PHRASES[0]), phrase.left_out()), (Some("regional desk"), None));
    let analysis = analyse_with(&texts, "What of the regional desks?", &Lexicon::default(), rules());
    assert_eq!(analysis.texts.get(0).points[0].phrases[0].left_out(), Some(LeftOut::Question));
}

fn entry(kind: MergeKind, label: &str, forms: &[&str]) -> Entry {
    Entry { kind, label: label.into(), forms: forms.iter().map(|form| (*form).to_owned()).collect(), language: None }
}

#[test]
fn forms_of_a_lexicon_are_one_term_and_every_merge_is_listed() {
    let texts = english(&[
        "Ask the youth council.",
        "The YoCo decides; the YOCO, I mean",
        "Youth Councils and trams",
        "more buses",
    ]);
    let lexicon = Lexicon {
        entries: vec![
            entry(MergeKind::Abbreviation, "youth council (YoCo)", &["YoCo", "youth council"]),
            entry(MergeKind::Synonym, "public transport", &["bus", "tram"]),
        ],
    };
    let analysis = analyse_with(&texts, "", &lexicon, rules());
    assert_eq!(of_kind(&analysis, TermKind::Concept), ["public transport", "youth council (YoCo)"]);
    let concept =
        analysis.vocabulary.terms.iter().position(|term| term.surface() == "youth council (YoCo)").expect("a term")
            as u32;
    for text in analysis.texts.iter().take(3) {
        assert!(text.points.iter().flat_map(canvass_text::Point::carrying).any(|token| token.term_idx() == concept));
    }
    assert_eq!(analysis.vocabulary.find(Language::English, "yoco"), None);
    let merges: Vec<(MergeKind, Vec<(&str, u32)>)> = analysis
        .merges
        .iter()
        .map(|merge| (merge.kind, merge.forms.iter().map(|(form, n)| (form.as_str(), *n)).collect()))
        .collect();
    assert_eq!(
        merges,
        [
            (MergeKind::Abbreviation, vec![("YOCO", 1), ("YoCo", 1), ("Youth Councils", 1), ("youth council", 1)]),
            (MergeKind::Synonym, vec![("buses", 1), ("trams", 1)]),
        ]
    );
}

#[test]
fn entries_that_share_a_form_are_one_and_the_users_label_names_it() {
    let texts = english(&["The YoCo decides", "Ask the youth council", "the young people's council"]);
    let lexicon = Lexicon {
        entries: vec![
            entry(MergeKind::Abbreviation, "youth council (YoCo)", &["YoCo", "youth council"]),
            entry(MergeKind::Synonym, "the young", &["yoco", "young people"]),
        ],
    };
    let analysis = analyse_with(&texts, "", &lexicon, rules());
    assert_eq!(of_kind(&analysis, TermKind::Concept), ["the young"]);
    assert_eq!(analysis.merges.len(), 1);
    assert_eq!(analysis.merges[0].kind, MergeKind::Synonym);
}

#[test]
fn a_point_in_another_language_is_read_in_it() {
    let text = "We need later buses in the evening and cheaper tickets for the young.\nIl faut aussi que les bus du soir soient plus fréquents dans nos vallées.";
    let analysis = analyse(&[(text, Language::English)]);
    let languages: Vec<Language> = analysis.texts.get(0).points.iter().map(|point| point.language).collect();
    assert_eq!(languages, [Language::English, Language::French]);
    assert!(analysis.vocabulary.find(Language::French, "soir").is_some());
    let rules = TermRules { identify_points: false, ..rules() };
    let analysis = analyse_with(&[(text, Language::English)], "", &Lexicon::default(), rules);
    assert!(analysis.texts.get(0).points.iter().all(|point| point.language == Language::English));
}

#[test]
fn a_text_that_is_not_cut_is_one_point() {
    let rules = TermRules { points: false, ..rules() };
    let analysis = analyse_with(&english(&["1. Buses. 2. Trains; ferries\nand roads"]), "", &Lexicon::default(), rules);
    assert_eq!(analysis.texts.get(0).points.len(), 1);
    assert_eq!(analysis.texts.get(0).points[0].tokens.len(), 4);
}

#[test]
fn a_users_tokenizer_and_stemmer_take_the_place_of_the_built_in_ones() {
    let mut resources = Resources::load().expect("the built-in resources load");
    let json = r#"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[],"normalizer":{"type":"Uppercase"},
        "pre_tokenizer":{"type":"Split","pattern":{"String":"x"},"behavior":"Removed","invert":false},
        "post_processor":null,"decoder":null,"model":{"type":"WordLevel","vocab":{"u":0},"unk_token":"u"}}"#;
    // The tokenizers crate has no Uppercase: the message names the file.
    let error = resources.replace_tokenizer(Language::English, "own.json", json).expect_err("no such normaliser");
    assert!(error.to_string().starts_with("the tokenizer own.json cannot be used: "), "{error}");
    let json = json.replace("Uppercase", "Lowercase");
    resources.replace_tokenizer(Language::English, "own.json", &json).expect("a tokenizer");
    resources.replace_stemmer(Language::English, Box::new(canvass_text::Unstemmed));
    let lexicon = Lexicon::default();
    let text = Text { text: "busxtrains", language: Language::English, is_copy: false };
    let analysis = Analyser::new(&resources, rules(), &lexicon).analyse(&[text], "", &Quotations::default(), &|_| {});
    assert_eq!(stems(&analysis), ["bus", "trains"]);
    assert_eq!(analysis.texts.get(0).points[0].tokens[1].span.of("busxtrains"), Some("trains"));
}

#[test]
fn a_tokenizer_with_a_lone_surrogate_is_refused_with_its_place() {
    let mut resources = Resources::load().expect("the built-in resources load");
    let json = r#"{"version":"1.0","model":{"type":"WordLevel","vocab":{"\ud800":0},"unk_token":"u"}}"#;
    let error = resources.replace_tokenizer(Language::English, "own.json", json).expect_err("half a character");
    let message = error.to_string();
    assert!(
        message.contains("own.json") && message.contains("surrogate") || message.contains("hex escape"),
        "{message}"
    );
}

#[test]
fn the_order_of_the_texts_does_not_change_the_vocabulary() {
    let mut texts = english(&PHRASES);
    texts.push(("Des trains de nuit", Language::French));
    let vocabulary = analyse(&texts).vocabulary;
    texts.reverse();
    assert_eq!(analyse(&texts).vocabulary, vocabulary);
}

#[test]
fn the_thread_count_changes_nothing() {
    let texts: Vec<String> = (0..700).map(|i| format!("{} {}", PHRASES[i % 6], PHRASES[i * 5 % 6])).collect();
    let texts: Vec<(&str, Language)> = texts.iter().map(|text| (text.as_str(), Language::English)).collect();
    let lexicon = Lexicon { entries: vec![entry(MergeKind::Synonym, "paths", &["road", "right of way"])] };
    let at = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool of threads");
        pool.install(|| analyse_with(&texts, "Which desks?", &lexicon, rules()))
    };
    let one = at(1);
    assert!(one.texts.iter().any(|text| text.points.iter().any(|point| !point.phrases.is_empty())));
    assert_eq!(one, at(2));
    assert_eq!(one, at(8));
}

/// Anything a keyboard, a clipboard or an attacker gives.
fn any_text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        "\\PC{0,12}",
        "(?s).{0,6}",
        Just("e\u{301}".to_owned()),
        Just("\u{0}".to_owned()),
        Just("المَدْرَسَة".to_owned()),
        Just("👩‍👩‍👧".to_owned()),
        Just("公共交通的票價".to_owned()),
        Just("\u{202e}abc".to_owned()),
        "(regional desk|Moreno Trust|right of way|l'école|U\\.N\\.|IT|inter-valley)",
        Just(". ".to_owned()),
        Just(" ".to_owned()),
    ];
    prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn spans_of_tokens_and_phrases_slice_back_and_lie_in_their_point(texts in prop::collection::vec(any_text(), 1..6)) {
        for language in Language::ALL {
            let inputs: Vec<(&str, Language)> = texts.iter().chain(&texts).map(|text| (text.as_str(), language)).collect();
            let analysis = analyse(&inputs);
            for (analysed, (text, _)) in analysis.texts.iter().zip(&inputs) {
                for point in &analysed.points {
                    prop_assert!(point.span.of(text).is_some_and(|passage| !passage.is_empty()));
                    for token in point.tokens.iter().chain(&point.phrases) {
                        prop_assert!(token.span.of(text).is_some_and(|passage| !passage.is_empty()));
                        prop_assert!(point.span.start <= token.span.start && token.span.end <= point.span.end);
                        prop_assert!((token.term_idx() as usize) < analysis.vocabulary.terms.len());
                    }
                    prop_assert!(point.tokens.is_sorted_by_key(|token| (token.span.start, token.span.end)));
                    prop_assert!(point.phrases.is_sorted_by_key(|phrase| (phrase.span.start, phrase.span.end)));
                }
            }
        }
    }
}

#[test]
fn an_ordinary_word_spelt_like_an_abbreviation_is_not_what_that_stands_for() {
    let texts = english(&["Child care and home care", "Ask Citizens Advice for Rural Elders", "CARE decides"]);
    let label = "Citizens Advice for Rural Elders (CARE)";
    let forms = ["CARE", "Citizens Advice for Rural Elders"];
    let lexicon = Lexicon { entries: vec![entry(MergeKind::Abbreviation, label, &forms)] };
    let analysis = analyse_with(&texts, "", &lexicon, rules());
    assert!(analysis.vocabulary.find(Language::English, "care").is_some());
    let forms: Vec<&str> = analysis.merges[0].forms.iter().map(|(form, _)| form.as_str()).collect();
    assert_eq!(forms, ["CARE", "Citizens Advice for Rural Elders"]);
}

#[test]
fn a_form_within_a_longer_one_of_the_same_term_counts_once() {
    let texts = english(&["the bus stop at the lake", "the bus and the stop"]);
    let lexicon = Lexicon { entries: vec![entry(MergeKind::Synonym, "bus stop", &["bus", "stop"])] };
    let analysis = analyse_with(&texts, "", &lexicon, rules());
    let concept = analysis.vocabulary.terms.iter().position(|term| term.kind == TermKind::Concept).expect("a concept");
    let count = |text: usize| {
        let point = &analysis.texts.get(text).points[0];
        point.carrying().filter(|token| token.term_idx() as usize == concept).count()
    };
    assert_eq!((count(0), count(1)), (1, 2));
}

#[test]
fn a_synonym_counts_though_it_is_a_word_of_the_question() {
    let texts = english(&["a new platform", "a new website", "heating"]);
    let lexicon = Lexicon { entries: vec![entry(MergeKind::Synonym, "platform", &["website"])] };
    let analysis = analyse_with(&texts, "What of the platform?", &lexicon, rules());
    let carried = analysis.texts.iter().filter(|text| {
        text.points[0]
            .carrying()
            .any(|token| analysis.vocabulary.terms[token.term_idx() as usize].kind == TermKind::Concept)
    });
    assert_eq!(carried.count(), 2);
}

#[test]
fn what_is_left_of_a_form_without_its_function_words_matches_nothing() {
    // "Your" says nothing in English and might in French: the form is none in the one, and does not occur in the other.
    let texts = english(&["a building site", "your site is slow"]);
    let lexicon = Lexicon { entries: vec![entry(MergeKind::Synonym, "web presence", &["your site", "Agenda 2030"])] };
    let analysis = analyse_with(&texts, "", &lexicon, rules());
    assert!(analysis.merges.is_empty(), "{:?}", analysis.merges);
    assert!(analysis.vocabulary.find(Language::English, "site").is_some());
}

#[test]
fn either_apostrophe_may_stand_in_a_form() {
    let texts = [("L\u{2019}agence de l\u{2019}eau décide", Language::French), ("l'agence de l'eau", Language::French)];
    let lexicon = Lexicon { entries: vec![entry(MergeKind::Synonym, "ADE", &["agence de l'eau"])] };
    let analysis = analyse_with(&texts, "", &lexicon, rules());
    assert!(analysis.texts.iter().all(|text| !text.points[0].phrases.is_empty()));
}

#[test]
fn a_form_is_a_term_only_from_end_to_end() {
    let lexicon = Lexicon::default();
    let analyser = Analyser::new(resources(), rules(), &lexicon);
    for form in ["bus", "right of way", "public transport", "IT"] {
        assert!(analyser.is_term(form, Language::English), "{form}");
    }
    for form in ["out of", "Agenda 2030", "Group of 77", "Plan B", "your site", "", "2030"] {
        assert!(!analyser.is_term(form, Language::English), "{form}");
    }
    assert!(analyser.is_term("公共交通", Language::Chinese));
}

#[test]
fn tags_and_named_characters_are_no_words() {
    let texts = english(&["<p class=\"x\">Roads&nbsp;flood<br/>valleys</p>", "a < b and roads > paths & trails; fine"]);
    let analysis = analyse(&texts);
    let words = |text: usize| -> Vec<&str> {
        let tokens = analysis.texts.get(text).points.into_iter().flat_map(|point| point.tokens);
        tokens.filter_map(|token| token.span.of(texts[text].0)).collect()
    };
    assert_eq!(words(0), ["Roads", "flood", "valleys"]);
    assert_eq!(words(1), ["roads", "paths", "trails", "fine"]);
}

#[test]
fn an_ending_of_its_own_does_not_save_a_shared_opening() {
    let texts: Vec<String> = (0..24)
        .map(|i| match i % 3 {
            0 => format!("Heating {i}."),
            1 => format!("Thank you for the opportunity to comment on this important process. Heating {i}."),
            _ => format!("Thank you for the opportunity to comment on this importent proces. Roads {i}."),
        })
        .collect();
    let texts: Vec<(&str, Language)> = texts.iter().map(|text| (text.as_str(), Language::English)).collect();
    let analysis = analyse(&texts);
    assert!(analysis.texts.get(1).points[0].carrying().next().is_none(), "{:?}", analysis.texts.get(1).points[0]);
    assert!(analysis.texts.get(1).points[1].carrying().next().is_some());
}
