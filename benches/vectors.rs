//! Times the reduction of weighted points, their nearest neighbours and the smoothing over these, on generated points of which it
//! is known what must come of them.
//!
//! `benches/peers/svd.py` times the reduction beside scikit-learn's, on many more points.

#[path = "random.rs"]
mod random;

use canvass_analysis::vectors::unit_rows;
use canvass_analysis::{Csr, Neighbours, Smoothing, Svd, TfidfSettings};
use criterion::{Criterion, Throughput};
use random::Random;
use std::hint::black_box;

/// Points, ...
const N_POINTS: usize = 20_000;
/// ... of this many words ...
const WORDS: usize = 12;
/// ... out of those of one of these subjects ...
const N_SUBJECTS: usize = 40;
/// ... each with this many, ...
const WORDS_OF_SUBJECT: usize = 100;
/// ... or, every third word, out of these, which all subjects share.
const SHARED_WORDS: usize = 2_000;
/// Dimensions kept.
const DIMENSIONS: usize = 100;
/// Neighbours of a point.
const N_NEIGHBOURS: usize = 10;
/// The seed of the generator.
const SEED: u64 = 7;

fn subject(point: usize) -> usize {
    point % N_SUBJECTS
}

/// Weighted points, frequent words first among equals: a number drawn below a number drawn.
fn generate() -> Csr {
    let mut random = Random(SEED);
    let mut below = |n| {
        let most = random.below(n) + 1;
        random.below(most)
    };
    let mut word = |point, place| match place % 3 {
        0 => N_SUBJECTS * WORDS_OF_SUBJECT + below(SHARED_WORDS),
        _ => subject(point) * WORDS_OF_SUBJECT + below(WORDS_OF_SUBJECT),
    };
    let points: Vec<Vec<u32>> =
        (0..N_POINTS).map(|point| (0..WORDS).map(|place| word(point, place) as u32).collect()).collect();
    let counts = Csr::from_terms(&points, N_SUBJECTS * WORDS_OF_SUBJECT + SHARED_WORDS);
    TfidfSettings::default().fit(&counts).transform_owned(counts)
}

fn check_svd(svd: &Svd) {
    assert_eq!((svd.singular_values.len(), svd.rows.nrows()), (DIMENSIONS, N_POINTS));
    assert!(svd.singular_values.is_sorted_by(|one, other| one >= other), "singular values descend");
    // The subjects stand out: their dimensions are clearly longer than those that follow.
    assert!(svd.singular_values[N_SUBJECTS - 1] > 1.5 * svd.singular_values[N_SUBJECTS + 1]);
}

fn check_neighbours(neighbours: &Neighbours) {
    let graph = neighbours.graph();
    assert_eq!(graph.n_entries(), N_POINTS * N_NEIGHBOURS);
    let of_subject =
        |point| graph.columns_of(point).iter().filter(|other| subject(**other as usize) == subject(point)).count();
    let n_of_subject: usize = (0..N_POINTS).map(of_subject).sum();
    assert!(n_of_subject > graph.n_entries() * 9 / 10, "neighbours are about the same subject");
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    let weighted = generate();
    let mut group = criterion.benchmark_group("vectors");
    group.sample_size(10).throughput(Throughput::Elements(N_POINTS as u64));
    group.bench_function("svd", |bencher| {
        bencher.iter_with_large_drop(|| {
            let svd = Svd::fit(black_box(&weighted), DIMENSIONS, SEED);
            check_svd(&svd);
            svd
        });
    });
    group.bench_function("neighbours", |bencher| {
        bencher.iter_with_large_drop(|| {
            let neighbours = Neighbours::fit(black_box(&weighted), N_NEIGHBOURS);
            check_neighbours(&neighbours);
            neighbours
        });
    });
    let mut vectors = Svd::fit(&weighted, DIMENSIONS, SEED).rows;
    unit_rows(&mut vectors);
    let neighbours = Neighbours::fit(&weighted, N_NEIGHBOURS);
    group.bench_function("smoothing", |bencher| {
        bencher.iter_with_large_drop(|| {
            let smoothed = Smoothing::Symmetric { rounds: 4 }.smooth(black_box(&vectors), &neighbours);
            assert_eq!(smoothed.dim(), vectors.dim());
            smoothed
        });
    });
    group.finish();
    criterion.final_summary();
}
