//! How long an analyst waits: a decision with all counts after it, and a preview, on 100,000 generated points.

#![allow(clippy::unwrap_used, missing_docs, reason = "a bench stops where it fails, and is no library")]

mod random;

use canvass::codeframe::{Action, FrameTheme};
use canvass::run_folder::{CodedQuestion, CodedResponse, CodedRun};
use canvass::{CodeFrame, Config, Language};
use canvass_review::{Review, ReviewSettings, Sent, Version, Work};
use canvass_text::{Analyser, Lexicon, Quotations, Resources, TermRules, Text};
use criterion::{Criterion, criterion_group, criterion_main};
use random::Random;
use std::fs;
use std::hint::black_box;
use std::path::Path;

const N_RESPONSES: usize = 25_000;
const N_SENTENCES: usize = 4;
const N_WORDS: usize = 10;
const N_THEMES: usize = 60;
/// Different words of the answers.
const N_VOCABULARY: usize = 4_000;

/// A word that no rule of English shortens: consonants and vowels by its number.
fn word(number: usize) -> String {
    let (consonants, vowels) = (b"bdfgklmnprtv", b"aiou");
    let mut rest = number;
    let mut letters = Vec::new();
    for _ in 0..3 {
        letters.push(consonants[rest % consonants.len()]);
        rest /= consonants.len();
        letters.push(vowels[rest % vowels.len()]);
        rest /= vowels.len();
    }
    letters.push(b'k');
    String::from_utf8(letters).unwrap()
}

/// Frequent words are those of low numbers, as in a language.
fn drawn(random: &mut Random) -> String {
    let top = random.below(N_VOCABULARY) + 1;
    word(random.below(top))
}

fn texts() -> Vec<String> {
    let mut random = Random(1);
    let mut sentence = || {
        let words: Vec<String> = (0..N_WORDS).map(|_| drawn(&mut random)).collect();
        format!("The {}.", words.join(" "))
    };
    (0..N_RESPONSES).map(|_| (0..N_SENTENCES).map(|_| sentence()).collect::<Vec<_>>().join(" ")).collect()
}

fn run(folder: &Path) -> CodedRun {
    let texts = texts();
    let resources = Resources::load().unwrap();
    let lexicon = Lexicon::default();
    let analyser = Analyser::new(&resources, TermRules::default(), &lexicon);
    let text = |text| Text { text, language: Language::English, is_copy: false };
    let all: Vec<Text<'_>> = texts.iter().map(|answer| text(answer.as_str())).collect();
    let analysis = analyser.analyse(&all, "", &Quotations::default(), &|_| {});
    let responses = texts.iter().zip(0..).zip(analysis.texts.iter()).map(|((answer, number), text)| CodedResponse {
        attributes: Vec::new(),
        response_id: number.to_string(),
        respondent_id: number.to_string(),
        respondent: number,
        counts_as: number,
        additions: vec![None; text.points.len()],
        language: Language::English,
        analysed: answer.clone(),
        original: None,
        place: format!("answers.csv, B{}", number + 2),
    });
    let question = CodedQuestion {
        id: "q1".to_owned(),
        text: "What?".to_owned(),
        language: Language::English,
        responses: responses.collect(),
        analysis,
        themes: Vec::new(),
        bases: Vec::new(),
        groups: Vec::new(),
    };
    let (folder, settings_blake3) = (folder.to_path_buf(), String::new());
    CodedRun { folder, config: Config::default(), settings_blake3, questions: vec![question], frame: None }
}

/// Themes of five words each, of which a point in 150 holds one: 3,000 points a theme, and some answers in none.
fn frame() -> CodeFrame {
    let theme = |number: usize| FrameTheme {
        question: "q1".to_owned(),
        language: "en".to_owned(),
        id: format!("t{number:02}"),
        name: format!("Theme {number}"),
        include: (0..5).map(|at| word(300 + number + at * N_THEMES)).collect(),
        ..FrameTheme::default()
    };
    CodeFrame { themes: (0..N_THEMES).map(theme).collect(), ..CodeFrame::default() }
}

fn sent(number: usize, action: Action) -> Sent {
    let id = format!("d{number}");
    Sent { id, question: "q1".to_owned(), action, reason: String::new(), seen: Version::default() }
}

fn add(theme: usize, term: usize) -> Action {
    let (theme, term) = (format!("t{theme:02}"), word(term));
    Action::AddTerm { theme, term, language: String::new(), exclude: false }
}

/// Adds a word and undoes that, in turn; after each all counts of the question.
fn decide(work: &mut Work<'_>, number: usize, before: u64) {
    let action = if number.is_multiple_of(2) {
        add(number / 2 % N_THEMES, 700 + number % 500)
    } else {
        Action::Undo { decision: format!("d{}", number - 1) }
    };
    work.decide(&sent(number, action)).unwrap();
    let view = work.question("q1").unwrap();
    let total: u64 = view.themes.iter().map(|row| row.n_points).sum();
    assert_eq!(total > before, number.is_multiple_of(2), "a word brings points in, and its undo takes them out");
}

fn review(criterion: &mut Criterion) {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("out");
    fs::create_dir(&folder).unwrap();
    let path = home.path().join("codeframe.toml");
    fs::write(&path, frame().to_toml()).unwrap();
    let settings =
        ReviewSettings { folder, codeframe: Some(path), author: "A. Lind".to_owned(), ..ReviewSettings::default() };
    let review = Review::of(run(&settings.folder), &settings, Box::new(|| "2026-03-31".to_owned())).unwrap();
    let work = |work: &mut Work<'_>| {
        let view = work.question("q1").unwrap();
        assert_eq!(view.n_points as usize, N_RESPONSES * N_SENTENCES, "every sentence is a point");
        let before: u64 = view.themes.iter().map(|row| row.n_points).sum();
        let mut group = criterion.benchmark_group("review");
        group.sample_size(10);
        let mut number = 0;
        group.bench_function("decide_and_count", |bencher| {
            bencher.iter(|| {
                decide(work, number, before);
                number += 1;
            });
        });
        group.bench_function("preview", |bencher| {
            bencher.iter(|| {
                let view = work.preview(&sent(usize::MAX, add(1, 900))).unwrap();
                assert!(view.themes[0].come_in.n > 0);
                black_box(view)
            });
        });
        group.bench_function("words_for_a_theme", |bencher| {
            bencher.iter(|| {
                let view = work.suggest("q1", Some("t01")).unwrap();
                assert!(view.words.iter().all(|word| word.association > 10.8 && word.n_respondents > 0));
                black_box(view)
            });
        });
        group.bench_function("all_suggestions", |bencher| {
            bencher.iter(|| {
                let view = work.suggest("q1", None).unwrap();
                assert!(!view.read.is_empty());
                black_box(view)
            });
        });
        group.finish();
    };
    review.work(work).unwrap();
}

criterion_group!(benches, review);
criterion_main!(benches);
