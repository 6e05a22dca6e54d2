//! What holds of every consultation.

use super::*;
use std::collections::{BTreeMap, BTreeSet};

/// The answers and the truth, each as rows of cells without the header.
fn made(n_responses: u64, seed: u64) -> (Vec<Vec<String>>, Vec<Vec<String>>) {
    let (answers, truth) = bytes(n_responses, seed);
    let rows = |bytes: &[u8]| -> Vec<Vec<String>> {
        let mut reader = csv::Reader::from_reader(bytes);
        reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
    };
    (rows(&answers), rows(&truth))
}

fn bytes(n_responses: u64, seed: u64) -> (Vec<u8>, Vec<u8>) {
    let (mut answers, mut truth) = (Vec::new(), Vec::new());
    let parameters = Parameters::built_in().unwrap();
    generate(&parameters, n_responses, seed, &mut answers, Some(&mut truth)).unwrap();
    (answers, truth)
}

#[test]
fn fewer_rows_are_the_beginning_of_more_and_another_seed_gives_others() {
    let (answers, truth) = bytes(5_000, 3);
    for n_responses in [1, 1_999, 2_001] {
        let (fewer, fewer_truth) = bytes(n_responses, 3);
        assert!(answers.starts_with(&fewer) && truth.starts_with(&fewer_truth), "{n_responses}");
    }
    assert_ne!(bytes(10, 3).0, bytes(10, 4).0);
}

#[test]
fn the_bytes_are_the_same_at_any_thread_count() {
    let with = |n: usize| rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap().install(|| bytes(9_000, 1));
    assert_eq!(with(1), with(3));
}

#[test]
fn lengths_languages_campaigns_and_themes_are_as_the_parameters_say() {
    let parameters = Parameters::built_in().unwrap();
    let (answers, truth) = made(20_000, 1);
    let n = truth.len() as f64;
    let share = |of: &dyn Fn(&Vec<String>) -> bool| truth.iter().filter(|row| of(row)).count() as f64 / n;
    let near = |found: f64, expected: f64, by: f64| assert!((found - expected).abs() < by, "{found} {expected}");
    near(share(&|row| row[5] == "0"), parameters.answers.blank, 0.005);
    for campaign in &parameters.campaign {
        near(share(&|row| row[2] == campaign.name), campaign.share, 0.006);
    }
    for language in &parameters.language {
        let of_others = |row: &Vec<String>| row[1] == language.code && row[2].is_empty();
        near(share(&of_others) / share(&|row| row[2].is_empty() && row[5] != "0"), language.share, 0.01);
    }
    let own: Vec<f64> =
        truth.iter().filter(|row| row[2].is_empty() && row[5] != "0").map(|row| row[5].parse().unwrap()).collect();
    near(own.iter().sum::<f64>() / own.len() as f64, parameters.length.mean_words, 2.0);
    assert!(own.iter().any(|n| *n < 6.0) && own.iter().any(|n| *n > 150.0));
    // Themes come in the order of their weights.
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for row in truth.iter().filter(|row| row[2].is_empty()) {
        row[4].split(';').filter(|name| !name.is_empty()).for_each(|name| *counts.entry(name).or_default() += 1);
    }
    let by_weight: Vec<usize> = parameters.theme.iter().map(|theme| counts[theme.name.as_str()]).collect();
    assert!(by_weight.is_sorted_by(|a, b| a > b), "{by_weight:?}");
    assert_eq!(answers[0].len(), 6);
    assert!(
        answers
            .iter()
            .zip(&truth)
            .all(|(row, told)| row[0] == told[0] && row[5].split_whitespace().count().to_string() == told[5])
    );
}

#[test]
fn copies_of_a_campaign_have_its_text() {
    let (answers, truth) = made(4_000, 2);
    let copies: Vec<&str> =
        answers.iter().zip(&truth).filter(|(_, told)| told[2] == "tower").map(|(row, _)| row[5].as_str()).collect();
    assert!(copies.len() > 100 && copies.iter().all(|text| text.contains("the landlord who bought the shipyard")));
    let different: BTreeSet<&&str> = copies.iter().collect();
    let share = different.len() as f64 / copies.len() as f64;
    // Filled or extended: 0.3 + 0.7 x 0.2; names come again.
    assert!((0.3..0.5).contains(&share), "{share}");
}

#[test]
fn words_of_a_theme_are_no_words_of_the_background() {
    let parameters = Parameters::built_in().unwrap();
    for language in &parameters.language {
        let speaker = Speaker::new(&language.code, &parameters.vocabulary).unwrap();
        let shared = speaker.all_words();
        for theme in &parameters.theme {
            let words = &theme.words[&language.code];
            for word in words.nouns.iter().chain(&words.verbs).chain(&words.adjectives) {
                assert!(!shared.contains(word.as_str()), "{}: {word}", theme.name);
            }
        }
    }
}

#[test]
fn the_vocabulary_grows_as_that_of_real_texts_does() {
    let (answers, _) = made(20_000, 1);
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut sizes = Vec::new();
    for (number, row) in answers.iter().enumerate() {
        let words = row[5].split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
        seen.extend(words.map(str::to_lowercase));
        if [1_999, 19_999].contains(&number) {
            sizes.push(seen.len() as f64);
        }
    }
    // Heaps' law: between 0.4 and 0.6 in English texts (Manning, Raghavan & Schütze 2008, section 5.1.1).
    let exponent = libm::log10(sizes[1] / sizes[0]);
    assert!((0.3..0.65).contains(&exponent), "{sizes:?}: {exponent}");
}

#[test]
fn parameters_that_contradict_each_other_are_refused_by_name() {
    let refused = |from: &str, to: &str| {
        let text = PARAMETERS.replacen(from, to, 1);
        assert_ne!(text, PARAMETERS, "{from}");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mine.toml");
        std::fs::write(&path, text).unwrap();
        let error = Parameters::read(&path).unwrap_err();
        assert!(error.is_usage() && !error.hint().is_empty());
        error.to_string()
    };
    for (from, to, expected) in [
        ("blank = 0.02", "blank = 2", "mine.toml: answers.blank must have shares from 0 to 1"),
        ("code = \"fr\"", "code = \"de\"", "mine.toml: de must be en, fr or es"),
        ("theme = \"housing\"", "theme = \"towers\"", "mine.toml: tower must be about one of the themes"),
        ("name = \"cycling\"", "name = \"buses\"", "mine.toml: theme must have names that differ"),
        ("sigma = 0.7", "sigma = -1", "mine.toml: length must have mean_words from 1 and sigma from 0 to 3"),
    ] {
        assert_eq!(refused(from, to), expected);
    }
    assert!(refused("sigma = 0.7", "sigma = zero").contains("line 11"));
}
