//! Times bags of words and their TF-IDF weights on generated answers, of which it is known what must come of them.
//!
//! `benches/peers/tfidf.py` times the same work beside scikit-learn, on many more answers.

#[path = "random.rs"]
mod random;

use canvass_analysis::{Csr, TfidfSettings};
use canvass_text::{Bags, WordRule, count_words};
use criterion::{Criterion, Throughput};
use random::Random;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Answers, ...
const N_RESPONSES: usize = 20_000;
/// ... of this many words ...
const WORDS: usize = 30;
/// ... out of this many, every tenth of which is not ASCII.
const N_WORDS: usize = 5_000;
/// The seed of the generator.
const SEED: u64 = 7;

/// The word of a number: syllables that spell it.
fn word(number: usize) -> String {
    const SYLLABLES: [&str; 18] =
        ["ba", "ce", "di", "fo", "gu", "ha", "je", "ki", "lo", "mu", "na", "pe", "qui", "ro", "su", "ta", "ve", "xi"];
    let (mut rest, mut word) = (number, String::new());
    loop {
        word.push_str(SYLLABLES[rest % SYLLABLES.len()]);
        rest /= SYLLABLES.len();
        if rest == 0 {
            break;
        }
    }
    if number.is_multiple_of(10) { word + "é" } else { word + "n" }
}

/// Answers in sentences of ten words, frequent words first among equals: a number drawn below a number drawn.
fn generate() -> Vec<String> {
    let mut random = Random(SEED);
    let mut answer = || {
        let mut text = String::new();
        for place in 0..WORDS {
            let most = random.below(N_WORDS) + 1;
            let word = word(random.below(most));
            let (head, rest) = word.split_at(1);
            text.push_str(&if place % 10 == 0 { head.to_uppercase() } else { head.to_owned() });
            text.push_str(rest);
            text.push_str(if place % 10 == 9 { ". " } else { " " });
        }
        text
    };
    (0..N_RESPONSES).map(|_| answer()).collect()
}

/// Times `work` on what `prepare` gives, and checks what comes of it, both off the clock.
fn bench<I, T>(
    criterion: &mut Criterion,
    name: &str,
    prepare: impl Fn() -> I,
    work: impl Fn(I) -> T,
    check: impl Fn(&T),
) {
    let mut group = criterion.benchmark_group("tfidf");
    group.sample_size(10).throughput(Throughput::Elements(N_RESPONSES as u64));
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|iterations| {
            let mut time = Duration::ZERO;
            for _ in 0..iterations {
                let input = prepare();
                let start = Instant::now();
                let result = black_box(work(input));
                time += start.elapsed();
                check(&result);
            }
            time
        });
    });
    group.finish();
}

fn check_bags(bags: &Bags) {
    assert!(bags.vocabulary.is_sorted_by(|one, other| one < other), "the vocabulary is sorted, each word once");
    assert!(bags.vocabulary.len() <= N_WORDS, "words at the head of a sentence are the same words");
    assert_eq!(bags.row_starts.len(), N_RESPONSES + 1);
    for bounds in bags.row_starts.windows(2) {
        let counts = &bags.counts[bounds[0] as usize..bounds[1] as usize];
        assert!((counts.iter().sum::<f32>() - WORDS as f32).abs() < 0.5, "every word is counted");
    }
}

fn check_weights(matrix: &Csr) {
    for row in 0..matrix.n_rows() {
        let norm = matrix.row(row).map(|(_, weight)| f64::from(weight) * f64::from(weight)).sum::<f64>().sqrt();
        assert!((norm - 1.0).abs() < 1e-6, "row {row} has norm {norm}");
    }
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let texts = generate();
    let scikit_learn = WordRule::Alphanumeric { min_chars: 2 };
    for (name, rule) in [("alphanumeric_words", scikit_learn), ("unicode_words", WordRule::Unicode)] {
        bench(&mut criterion, name, || (), |()| count_words(&texts, rule), check_bags);
    }

    let bags = count_words(&texts, scikit_learn);
    let counts = Csr::from_parts(bags.vocabulary.len(), bags.row_starts, bags.columns, bags.counts);
    let settings = TfidfSettings { min_document_frequency: 1, sublinear_tf: false, smooth_idf: true };
    let weigh = |counts: Csr| settings.fit(&counts).transform_owned(counts);
    bench(&mut criterion, "weights", || counts.clone(), weigh, check_weights);
    criterion.final_summary();
}
