use super::matching::ShortForm;
use super::*;
use crate::Span;
use proptest::prelude::*;

fn pairs(text: &str) -> Vec<(&str, &str)> {
    let found = definitions(text).into_iter();
    found.map(|found| (found.short.of(text).expect("a passage"), found.long.of(text).expect("a passage"))).collect()
}

/// Sentences as people write them, each with the short and the long form it defines, or none.
const SENTENCES: [(&str, &[(&str, &str)]); 57] = [
    ("The Coordination Committee (CoCo) should meet in public.", &[("CoCo", "Coordination Committee")]),
    ("Use the existing CoCo (Coordination Committee) instead.", &[("CoCo", "Coordination Committee")]),
    ("The River Basin Agency (RBA) is too slow.", &[("RBA", "River Basin Agency")]),
    ("Ask RBA (River Basin Agency), not us.", &[("RBA", "River Basin Agency")]),
    ("Support small and medium enterprises (SMEs) first.", &[("SMEs", "small and medium enterprises")]),
    ("A small and medium enterprise (SME) pays more.", &[("SME", "small and medium enterprise")]),
    ("Publish key performance indicators (KPI's) monthly.", &[("KPI's", "key performance indicators")]),
    ("The Coordination Committee (or CoCo) never answers.", &[("CoCo", "Coordination Committee")]),
    ("The Coordination Committee (\"CoCo\") never answers.", &[("CoCo", "Coordination Committee")]),
    ("The Coordination Committee (the \u{201c}CoCo\u{201d}) never answers.", &[("CoCo", "Coordination Committee")]),
    ("The Coordination Committee (hereafter CoCo) never answers.", &[("CoCo", "Coordination Committee")]),
    ("The Coordination Committee (CoCo, founded 2010) never answers.", &[("CoCo", "Coordination Committee")]),
    ("The Coordination Committee (CoCo; see article 6) never answers.", &[("CoCo", "Coordination Committee")]),
    ("The Coordination Committee [CoCo] never answers.", &[("CoCo", "Coordination Committee")]),
    ("The \u{2018}Coordination Committee\u{2019} (CoCo) never answers.", &[("CoCo", "Coordination Committee")]),
    ("One e-Government Agency (eGA) is enough.", &[("eGA", "e-Government Agency")]),
    ("An Inter-Valley Transport Task Force (IVT-TF) is planned.", &[("IVT-TF", "Inter-Valley Transport Task Force")]),
    ("Report to the United Nations (U.N.) every year.", &[("U.N.", "United Nations")]),
    ("Money for research and development (R&D) is short.", &[("R&D", "research and development")]),
    ("The out of hours (OOH) doctor was kind.", &[("OOH", "out of hours")]),
    ("Join the Alpine Anglers Association (AAA).", &[("AAA", "Alpine Anglers Association")]),
    (
        "The Valley Bus Office (VBO) and the Lake Ferry Trust (LFT) must merge.",
        &[("VBO", "Valley Bus Office"), ("LFT", "Lake Ferry Trust")],
    ),
    ("THE RIVER BASIN AGENCY (RBA) IS TOO SLOW.", &[("RBA", "RIVER BASIN AGENCY")]),
    ("L\u{2019}Organisation mondiale de la santé (OMS) le demande.", &[("OMS", "Organisation mondiale de la santé")]),
    ("L\u{2019}École nationale des eaux (ci-après « ENE ») ferme.", &[("ENE", "École nationale des eaux")]),
    ("La Liga de Aguas Serranas (LAS) lo pide.", &[("LAS", "Liga de Aguas Serranas")]),
    ("La Organización Mundial de la Salud (en adelante, OMS) lo pide.", &[("OMS", "Organización Mundial de la Salud")]),
    ("Всемирная организация здравоохранения (ВОЗ) против.", &[("ВОЗ", "Всемирная организация здравоохранения")]),
    ("Наш Фонд развития села (далее — ФРС) мал.", &[("ФРС", "Фонд развития села")]),
    ("我们支持 River Basin Agency（简称RBA）的工作。", &[("RBA", "River Basin Agency")]),
    (
        "Food help came from FAO (Food and Agriculture Organization, Rome).",
        &[("FAO", "Food and Agriculture Organization")],
    ),
    ("The education body (Unesco) of the United Nations", &[]),
    ("La Oficina de aguas limpias (Odal) responde.", &[("Odal", "Oficina de aguas limpias")]),
    ("The Office for Daily Air and Light (Odal) answers.", &[("Odal", "Office for Daily Air and Light")]),
    ("The Office of good deals (Odal) answers.", &[]),
    ("More buses in the evening (see below).", &[]),
    ("More buses in the evening (and others).", &[]),
    ("Whether you agree (or not), tell us.", &[]),
    ("We need (a) buses and (b) trains, (ii) ferries, (IV) cars.", &[]),
    ("Since the flood of last year (2021) nothing was done.", &[]),
    ("Several departments (e.g. HR, IT, finance) do the same.", &[]),
    ("Information tools for teachers (including IT) are poor.", &[]),
    ("The IT (including training) is poor.", &[]),
    ("We met in the town of Imst in Tyrol (IT).", &[]),
    ("My amazing carer yesterday (Mary) was kind.", &[]),
    ("Nurse (XXXX) was brilliant.", &[]),
    ("Give us a time slot or expected time either (AM/PM).", &[]),
    ("The RBA office (RBA) is closed.", &[]),
    ("Roads by Autumn (RBAUTUMN) was the slogan.", &[]),
    ("The River board met. Basin Agency (RBA) said no.", &[]),
    ("River; Basin: Agency (RBA)", &[]),
    ("世界卫生组织（世卫组织）反对。", &[]),
    ("منظمة الصحة العالمية (م ص ع) ترفض.", &[]),
    ("Read [User](users/server.html) first.", &[]),
    ("The second river agency (B2) and (1a)", &[]),
    ("The end-of-life forum (OLF) is new.", &[]),
    ("The Radio Bureau (BR) is abroad.", &[]),
];

#[test]
fn sentences_define_what_a_reader_would_say_they_define() {
    for (sentence, expected) in SENTENCES {
        assert_eq!(pairs(sentence), expected, "{sentence}");
    }
}

#[test]
fn spans_are_bytes_of_the_text_without_quotation_marks() {
    let text = "Très: Comité d\u{2019}eau (« CE »)";
    let found = definitions(text);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].long, Span::new(7, 22));
    assert_eq!(&text[found[0].short.start as usize - 3..found[0].short.end as usize + 3], "« CE »");
}

#[test]
fn only_what_may_be_an_abbreviation_is_a_short_form() {
    for written in ["CoCo", "U.N.", "ISC-TF", "UN Women", "ISO 9001", "KPIs", "eGA", "R&D", "Unesco", "ВОЗ", "CO2"] {
        assert!(ShortForm::parse(written).is_some(), "{written}");
    }
    let refused = [
        "",
        "A",
        "a",
        "ii",
        "IV",
        "XXXX",
        "2021",
        "3.5",
        "G20",
        "e.g.",
        "E.g.",
        "NB",
        "see IT",
        "or not",
        "others",
        "As",
        "-UN",
        "UN!",
        "U\"N",
        "UN and EU",
        "ABCDEFGHIJK",
        "世卫",
        "م ص ع",
    ];
    for written in refused {
        assert!(ShortForm::parse(written).is_none(), "{written}");
    }
}

#[test]
fn a_long_form_has_no_more_words_than_the_paper_allows() {
    let words = |written| ShortForm::parse(written).expect("a short form").max_words();
    assert_eq!([words("UN"), words("SMEs"), words("OCDE"), words("UNESCO")], [4, 6, 8, 11]);
    assert_eq!(pairs("the Union for all of the Nations (UN)"), []);
    assert_eq!(pairs("the Union for the Nations (UN)"), [("UN", "Union for the Nations")]);
}

#[test]
fn a_wrapped_line_does_not_end_a_long_form_and_a_short_one_does() {
    let wrapped = "Since the floods of last spring the village has written to the River\nBasin Agency (RBA) in vain.";
    assert_eq!(pairs(wrapped), [("RBA", "River\nBasin Agency")]);
    assert_eq!(pairs("River\nBasin Agency (RBA)"), []);
    assert_eq!(pairs("River   Basin Agency (RBA)"), []);
}

#[test]
fn a_full_stop_of_a_title_does_not_end_a_long_form() {
    assert_eq!(pairs("The St. Anna Hospital (SAH) is far."), [("SAH", "St. Anna Hospital")]);
}

#[test]
fn an_accent_or_a_decomposed_letter_matches_its_plain_letter() {
    assert_eq!(pairs("l'E\u{301}cole nationale (ÉN)"), [("ÉN", "E\u{301}cole nationale")]);
    assert_eq!(pairs("l'École nationale (EN)"), [("EN", "École nationale")]);
}

#[test]
fn nested_brackets_are_each_read_alone() {
    assert_eq!(pairs("We have one (the Coordination Committee (CoCo))."), [("CoCo", "Coordination Committee")]);
    assert_eq!(pairs("CoCo (Coordination Committee (of 2010))"), [("CoCo", "Coordination Committee")]);
}

#[test]
fn hostile_texts_take_no_longer_than_their_length() {
    let megabyte = 1 << 20;
    assert_eq!(pairs(&"(".repeat(megabyte)), []);
    assert_eq!(pairs(&("(".repeat(megabyte / 2) + &")".repeat(megabyte / 2))), []);
    assert_eq!(pairs(&"[)".repeat(megabyte / 2)), []);
    assert_eq!(pairs(&("R".repeat(megabyte) + " (RBA)")), []);
    assert_eq!(pairs(&format!("({})", "the ".repeat(megabyte / 4))), []);
    assert_eq!(pairs(&(" ".repeat(megabyte) + "(RBA)")), []);
    assert_eq!(pairs(&"River Basin Agency (RBA) ".repeat(1000)).len(), 1000);
}

fn spelt(forms: &[(String, u32)]) -> Vec<(&str, u32)> {
    forms.iter().map(|(form, n)| (form.as_str(), *n)).collect()
}

#[test]
fn spellings_of_one_abbreviation_are_counted_together_and_each_text_once() {
    let found = Abbreviations::collect(&[
        "The coordination committee (COCO), that is the Coordination Committee (CoCo).",
        "The Coordination Committee (CoCo)",
        "The Coordination\u{a0} Committees (Co-Co)",
        "CoCo (Coordination Committee)",
    ]);
    let all: Vec<&Abbreviation> = found.iter().collect();
    assert_eq!(all.len(), 1);
    assert_eq!(spelt(&all[0].short_forms), [("CoCo", 2), ("COCO", 1), ("Co-Co", 1)]);
    assert_eq!(spelt(&all[0].long_forms), [("Coordination Committee", 4)]);
    assert_eq!((all[0].n_definitions, all[0].ambiguous), (4, false));
    assert_eq!((all[0].short_form(), all[0].long_form()), ("CoCo", Some("Coordination Committee")));
}

#[test]
fn the_most_frequent_long_form_wins_and_a_rare_one_does_not_matter() {
    let agency = "The River Basin Agency (RBA)";
    let found = Abbreviations::collect(&["A Road Building Act (RBA)", agency, agency, agency]);
    let rba = found.find("RBA").expect("it is defined");
    assert_eq!(spelt(&rba.long_forms), [("River Basin Agency", 3), ("Road Building Act", 1)]);
    assert_eq!(rba.long_form(), Some("River Basin Agency"));
}

#[test]
fn two_frequent_long_forms_leave_an_abbreviation_ambiguous() {
    let agency = "The River Basin Agency (RBA)";
    let found = Abbreviations::collect(&["A Road Building Act (RBA)", agency, agency]);
    let rba = found.find("RBA").expect("it is defined");
    assert!(rba.ambiguous);
    assert_eq!(rba.long_form(), None);
    assert_eq!(rba.long_forms[0].0, "River Basin Agency");
}

#[test]
fn of_equally_frequent_long_forms_the_first_in_the_texts_stands_first() {
    let found = Abbreviations::collect(&["A Road Building Act (RBA)", "The River Basin Agency (RBA)"]);
    assert_eq!(found.find("RBA").map(|rba| rba.long_forms[0].0.as_str()), Some("Road Building Act"));
}

#[test]
fn hyphens_and_plurals_make_no_different_long_form() {
    let found =
        Abbreviations::collect(&["Result-based plans (RBP)", "results based plan (RBP)", "Result-Based Plan (RBP)"]);
    assert_eq!(found.iter().map(|found| found.long_forms.len()).collect::<Vec<_>>(), [1]);
    let found = Abbreviations::collect(&["Intervalley Task Force (IV-TF)", "Inter-Valley Task Force (IV-TF)"]);
    assert_eq!(found.find("IV-TF").map(|found| found.ambiguous), Some(false));
}

#[test]
fn a_word_is_found_however_spelt_but_an_ordinary_word_is_none() {
    let found = Abbreviations::collect(&[
        "Information technology (IT)",
        "United Nations (U.N.)",
        "Coordination Committee (CoCo)",
    ]);
    for word in ["IT", "I.T.", "UN", "UNs", "COCO", "Co-Co", "CoCo"] {
        assert!(found.find(word).is_some(), "{word}");
    }
    for word in ["it", "It", "un", "Un", "coco", "EU", ""] {
        assert!(found.find(word).is_none(), "{word}");
    }
    assert!(Abbreviations::default().find("IT").is_none());
}

#[test]
fn abbreviations_come_in_the_order_of_their_keys() {
    let found = Abbreviations::collect(&["United Nations (UN)", "Bus Office (B.O.)", "Lake Ferry Trust (LFT)"]);
    assert_eq!(found.iter().map(Abbreviation::short_form).collect::<Vec<_>>(), ["B.O.", "LFT", "UN"]);
}

#[test]
fn the_word_lists_are_in_lower_case_and_named() {
    for file in Abbreviations::files() {
        let entries: Vec<&str> = crate::resources::lines(file.text).collect();
        assert!(entries.len() > 20, "{}", file.name);
        assert!(entries.iter().all(|entry| *entry == entry.to_lowercase()), "{}", file.name);
    }
}

#[test]
fn any_number_of_threads_collects_the_same() {
    let texts: Vec<String> = (0..2000)
        .map(|i| match i % 5 {
            0 => format!("The River Basin Agency (RBA) no. {i}"),
            1 => "A Road Building Act (R.B.A.)".to_owned(),
            2 => format!("Area {i}: the Lake Ferry Trust (LFT), the Leisure Fund Team (LFT)"),
            3 => "COCO (coordination committees)".to_owned(),
            _ => "nothing (at all)".to_owned(),
        })
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let collected = [1, 2, 8].map(|threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool of threads");
        pool.install(|| Abbreviations::collect(&texts))
    });
    assert_eq!(collected[0].iter().count(), 3);
    assert!(collected[1..].iter().all(|other| *other == collected[0]));
}

fn holds(text: &str) -> Result<(), TestCaseError> {
    for found in definitions(text) {
        let short = found.short.of(text);
        prop_assert!(short.is_some_and(|short| ShortForm::parse(short).is_some()));
        prop_assert!(found.long.of(text).is_some_and(|long| !long.is_empty() && long.trim() == long));
        prop_assert!(!found.short.overlaps(&found.long));
    }
    Ok(())
}

proptest! {
    #[test]
    fn any_text_gives_spans_that_slice_back_and_do_not_overlap(text in "(?s).{0,80}") {
        holds(&text)?;
    }

    #[test]
    fn brackets_and_capitals_give_spans_that_slice_back(text in "[ab A-CÉЖ世ع(（)）\\[\\]'’.,;\\-\n\u{301}]{0,60}") {
        holds(&text)?;
    }

    #[test]
    fn initials_in_brackets_define_the_words_before_them(words in prop::collection::vec("[A-Z][a-z]{3,8}", 3..6)) {
        let short: String = words.iter().filter_map(|word| word.chars().next()).collect();
        prop_assume!(ShortForm::parse(&short).is_some());
        let long = words.join(" ");
        let text = format!("about the {long} ({short})");
        prop_assert_eq!(pairs(&text), [(short.as_str(), long.as_str())]);
    }
}
