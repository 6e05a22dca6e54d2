//! Identification of languages, measured: the error table of the README, its floors, and false alarms on real answers.

#![allow(clippy::print_stdout, reason = "the tables are to be read")]

use canvass_text::{Identifier, Language, MIN_CONFIDENCE, Resources};
use proptest::prelude::*;
use std::sync::LazyLock;

static IDENTIFIER: LazyLock<Identifier> =
    LazyLock::new(|| Identifier::new(&Resources::load().expect("the built-in resources load")));

/// The sentences: language and text.
fn sentences() -> Vec<(Language, &'static str)> {
    let lines = include_str!("../testdata/languages.tsv").lines().filter(|line| !line.starts_with('#'));
    let pairs = lines.map(|line| line.split_once('\t').expect("a tab"));
    pairs.map(|(code, text)| (Language::from_code(code).expect("a code"), text)).collect()
}

/// The first `n_words` words of a sentence: words between blanks; in Chinese and Japanese two characters for a word,
/// punctuation not counted.
fn cut(language: Language, text: &str, n_words: usize) -> &str {
    let mut left = n_words;
    if matches!(language.code(), "zh" | "ja") {
        left *= 2;
        let counts = |c: char| {
            left -= usize::from(c.is_alphanumeric());
            left == 0
        };
        let mut counts = counts;
        return text.char_indices().find(|(_, c)| counts(*c)).map_or(text, |(at, c)| &text[..at + c.len_utf8()]);
    }
    text.match_indices(' ').nth(n_words - 1).map_or(text, |(at, _)| &text[..at])
}

/// Whether a text was rightly identified. Of a language without resources it only matters that it is none of those with.
fn agrees(found: Language, language: Language) -> bool {
    found == language || !found.has_resources() && !language.has_resources()
}

/// How the sentences of one language were identified.
#[derive(Clone, Copy, Default)]
struct Row {
    right: usize,
    unsure: usize,
    wrong: usize,
}

impl Row {
    fn of(language: Language, n_words: usize) -> Self {
        let mut row = Self::default();
        for (_, text) in sentences().into_iter().filter(|(of, _)| *of == language) {
            let text = cut(language, text, n_words);
            let found = IDENTIFIER.identify(text);
            match found.filter(|found| found.confidence >= MIN_CONFIDENCE) {
                None => row.unsure += 1,
                Some(found) if agrees(found.language, language) => row.right += 1,
                Some(_) => row.wrong += 1,
            }
            if found.is_none_or(|found| !agrees(found.language, language) || found.confidence < MIN_CONFIDENCE) {
                println!("{language} {n_words}: {found:?} {text}");
            }
        }
        row
    }

    fn add(&mut self, other: Self) {
        self.right += other.right;
        self.unsure += other.unsure;
        self.wrong += other.wrong;
    }
}

/// Prints the rows of the table for `codes`, and returns their sums at 5, 10, 20 words.
fn table(codes: &[&str]) -> [Row; 3] {
    let mut sums = [Row::default(); 3];
    println!("| language | sentences | 5 words: right / unsure / wrong | 10 words | 20 words |\n|---|---|---|---|---|");
    for code in codes {
        let language = Language::from_code(code).expect("a code");
        let rows = [5, 10, 20].map(|n_words| Row::of(language, n_words));
        let cells = rows.map(|row| format!("{} / {} / {}", row.right, row.unsure, row.wrong));
        let n_sentences = rows[0].right + rows[0].unsure + rows[0].wrong;
        println!("| {language} | {n_sentences} | {} |", cells.join(" | "));
        for (sum, row) in sums.iter_mut().zip(rows) {
            sum.add(row);
        }
    }
    sums
}

#[test]
fn the_six_languages_are_identified_and_hardly_ever_mistaken() {
    let sums = table(&["en", "fr", "es", "ru", "ar", "zh"]);
    for (row, (n_words, right, identified)) in sums.iter().zip([(5, 0.9, 0.6), (10, 0.97, 0.85), (20, 0.99, 0.95)]) {
        let sure = (row.right + row.wrong) as f64;
        let all = sure + row.unsure as f64;
        println!(
            "{n_words} words: {:.1} % of those identified right, {:.1} % identified",
            100.0 * row.right as f64 / sure,
            100.0 * sure / all
        );
        assert!(row.right as f64 >= right * sure, "right at {n_words} words");
        assert!(sure >= identified * all, "identified at {n_words} words");
    }
}

#[test]
fn other_languages_are_not_taken_for_one_of_the_six() {
    let sums = table(&["de", "pt", "it", "nl", "uk", "fa", "ja"]);
    for (row, most) in sums.iter().zip([0.1, 0.05, 0.02]) {
        let all = (row.right + row.unsure + row.wrong) as f64;
        assert!(row.wrong as f64 <= most * all);
    }
}

#[test]
fn confidence_is_roughly_the_share_that_is_right() {
    let mut bins = [(0_usize, 0_usize, 0.0); 6];
    for (language, text) in sentences() {
        for n_words in [3, 4, 5, 6, 8, 10, 20] {
            let Some(found) = IDENTIFIER.identify(cut(language, text, n_words)) else { continue };
            let bin = [0.6, 0.75, 0.9, 0.95, 0.98].iter().filter(|from| found.confidence >= **from).count();
            bins[bin].0 += 1;
            bins[bin].1 += usize::from(agrees(found.language, language));
            bins[bin].2 += found.confidence;
        }
    }
    for (all, right, confidence) in bins {
        let all = all.max(1) as f64;
        println!("{all:5} texts: mean confidence {:.3}, right {:.3}", confidence / all, right as f64 / all);
    }
}

#[test]
fn real_english_answers_are_hardly_ever_taken_for_another_language() {
    let Some(texts) = real_answers() else { return println!("skipped: no real answers beside the repository") };
    let mut alarms = 0;
    let mut unsure = 0;
    for text in &texts {
        let found = IDENTIFIER.identify(text);
        unsure += usize::from(found.is_none_or(|found| found.confidence < MIN_CONFIDENCE));
        if let Some(found) =
            found.filter(|found| found.confidence >= MIN_CONFIDENCE && found.language != Language::English)
        {
            alarms += 1;
            println!("{} {:.2} {text}", found.language, found.confidence);
        }
    }
    println!("{} answers, {unsure} unsure, {alarms} taken for another language", texts.len());
    assert!(1000 * alarms <= texts.len());
}

/// English answers of real surveys, where the workspace that holds them is at hand.
fn real_answers() -> Option<Vec<String>> {
    #[expect(clippy::disallowed_methods, reason = "a test reads answers that cannot be part of the repository")]
    let read = |path: &str| {
        let shared = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/");
        std::fs::read_to_string(format!("{shared}{path}")).ok()
    };
    let mut texts = Vec::new();
    for set in ["banking77", "clinc150", "nhs_fft_p1", "nhs_fft_v6"] {
        let lines = read(&format!("eval/labelled/{set}.jsonl"))?;
        let text_of = |line: &str| Some(line.split_once("\"text\": \"")?.1.split_once("\", \"label\"")?.0.to_owned());
        texts.extend(lines.lines().filter_map(text_of));
    }
    let answers = read("gold/one-itu/answers.csv")?;
    let text_of = |line: &str| Some(line.splitn(3, ',').nth(2)?.trim_matches('"').to_owned());
    texts.extend(answers.lines().skip(1).filter_map(text_of));
    Some(texts)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_gives_a_result_and_always_the_same(text in "(?s).{0,80}", words in "[a-zéñßа-яіءا-ی的の '’,.]{0,80}") {
        for text in [text, words] {
            let found = IDENTIFIER.identify(&text);
            prop_assert_eq!(found, IDENTIFIER.identify(&text));
            prop_assert!(found.is_none_or(|found| (0.0..=1.0).contains(&found.confidence)));
            for language in Language::ALL {
                IDENTIFIER.identify_point(&text, language);
            }
        }
    }
}
