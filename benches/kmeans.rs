//! Times k-means on generated vectors, of which it is known what must come of them.
//!
//! `benches/peers/kmeans.py` times the same work beside scikit-learn and linfa.

#![allow(clippy::disallowed_methods, clippy::disallowed_types, reason = "a benchmark looks at the clock")]

#[path = "random.rs"]
mod random;

use canvass_analysis::clusters::{Geometry, KMeans, KMeansSettings, Start};
use criterion::{Criterion, Throughput};
use linfa::DatasetBase;
use linfa::traits::Fit;
use ndarray::{Array2, Axis};
use random::Random;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Vectors that are timed, ...
const N_ROWS: usize = 200_000;
/// ... or only run once, as a test: without optimisation the others would take minutes, ...
const N_ROWS_TESTED: usize = 5_000;
/// ... of this length ...
const N_DIMENSIONS: usize = 100;
/// ... about this many directions, one after the other, and clusters to be found.
const N_CLUSTERS: usize = 50;
/// Iterations that are timed.
const N_ITERATIONS: u32 = 10;
/// The seed of the generator.
const SEED: u64 = 7;

/// Vectors of length 1 about their directions: row `i` about direction `i % N_CLUSTERS`, at a cosine of 0.7 or so.
fn generate(n_rows: usize) -> Array2<f32> {
    let mut random = Random(SEED);
    let mut number = || random.below(1 << 24) as f32 / (1 << 23) as f32 - 1.0;
    let mut unit = |about: Option<&Vec<f32>>| {
        let mut vector: Vec<f32> = (0..N_DIMENSIONS).map(|_| number()).collect();
        let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        for (j, x) in vector.iter_mut().enumerate() {
            *x = about.map_or(0.0, |about| about[j]) + *x / length;
        }
        let length = vector.iter().map(|x| x * x).sum::<f32>().sqrt();
        for x in &mut vector {
            *x /= length;
        }
        vector
    };
    let directions: Vec<Vec<f32>> = (0..N_CLUSTERS).map(|_| unit(None)).collect();
    let mut rows = Array2::zeros((n_rows, N_DIMENSIONS));
    for (i, mut row) in rows.outer_iter_mut().enumerate() {
        row.iter_mut().zip(unit(Some(&directions[i % N_CLUSTERS]))).for_each(|(x, new)| *x = new);
    }
    rows
}

/// Times `settings`, and checks off the clock what share of the rows is with those about the same direction.
fn bench<T>(
    criterion: &mut Criterion,
    name: &str,
    rows: &DatasetBase<Array2<f32>, T>,
    settings: &KMeansSettings,
    expected: f64,
) {
    let mut group = criterion.benchmark_group("kmeans");
    group.sample_size(10).throughput(Throughput::Elements(rows.records.nrows() as u64));
    group.bench_function(name, |bencher| {
        bencher.iter_custom(|iterations| {
            let mut time = Duration::ZERO;
            for _ in 0..iterations {
                let start = Instant::now();
                let model: KMeans = black_box(settings.fit(rows)).expect("the settings are sound");
                time += start.elapsed();
                let share = share_together(&model);
                assert!(share >= expected, "only {share} of the rows are with those about the same direction");
            }
            time
        });
    });
    group.finish();
}

/// The share of the rows that are in a cluster of their direction: for each cluster the most that are about the same one.
fn share_together(model: &KMeans) -> f64 {
    let mut counts = vec![[0_usize; N_CLUSTERS]; N_CLUSTERS];
    for (row, cluster) in model.assigned.iter().enumerate() {
        counts[*cluster as usize][row % N_CLUSTERS] += 1;
    }
    let together: usize = counts.iter().filter_map(|directions| directions.iter().max()).sum();
    together as f64 / model.assigned.len() as f64
}

fn main() {
    let mut criterion = Criterion::default().configure_from_args();
    // What `cargo bench` gives, and `cargo test` does not.
    let is_timed = std::env::args().any(|argument| argument == "--bench");
    let rows = generate(if is_timed { N_ROWS } else { N_ROWS_TESTED });
    let first = Start::Given(rows.slice_axis(Axis(0), (..N_CLUSTERS).into()).to_owned());
    let rows = DatasetBase::from(rows);
    for (name, geometry) in [("spherical", Geometry::Spherical), ("euclidean", Geometry::Euclidean)] {
        let ten = KMeansSettings {
            start: first.clone(),
            max_iterations: N_ITERATIONS,
            tolerance: 0.0,
            ..KMeansSettings::new(N_CLUSTERS, geometry)
        };
        bench(&mut criterion, name, &rows, &ten, 0.95);
        let start = KMeansSettings { start: Start::PlusPlus, n_runs: 1, max_iterations: 1, seed: SEED, ..ten };
        bench(&mut criterion, &format!("{name}_start"), &rows, &start, 0.7);
    }
    criterion.final_summary();
}
