//! How strong overlaps are that mean nothing: of the same items, their words dealt out anew.
//!
//! Within each collection and class all words, once for each point they stand in, are shuffled over all points, so that points keep their
//! lengths and words their frequencies, and what belongs together is lost. Each item is then held against the shuffled items of the other collections, and its
//! strongest partner there is noted.

use super::search::Index;
use super::weights::Weighted;
use super::{CHUNK, OverlapInput};
use crate::seeds::{Purpose, stream};
use crate::vectors::Csr;
use rand_xoshiro::Xoshiro256Plus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use rayon::prelude::*;
use std::collections::BTreeMap;

/// Items that are held against shuffled ones, at least ...
const LEAST_DRAWS: usize = 1_000;
/// ... and of one shuffle at most.
const MOST_OF_SHUFFLE: usize = 500;

/// What chance gives.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Chance {
    /// How often an item was held against the shuffled ones of the other collections.
    pub n_draws: u32,
    /// How often everything was shuffled.
    pub n_shuffles: u32,
    /// The share of them that found a partner stronger than `strength`.
    pub level: f64,
    /// The strength that an item's best partner among shuffled items passes at that share.
    pub strength: f64,
    /// The mean strength of the best partner among shuffled items.
    pub mean: f64,
}

/// Shuffles and measures.
pub(super) fn measure(input: &OverlapInput<'_>, weighted: &Weighted, level: f64, seed: u64) -> Chance {
    let n_items = input.collection_of.len();
    let used: Vec<u32> = spread(n_items);
    if used.is_empty() {
        return Chance { level, ..Chance::default() };
    }
    let n_shuffles = LEAST_DRAWS.div_ceil(used.len());
    let mut best: Vec<f64> = Vec::with_capacity(n_shuffles * used.len());
    for number in 0..n_shuffles {
        let counts = shuffled(input, stream(seed, Purpose::Shuffle, number as u64));
        let dealt = OverlapInput { counts: &counts, ..*input };
        let dealt_weighted = Weighted::new(&dealt);
        let index = Index::new(&dealt, &dealt_weighted);
        let of_chunks: Vec<Vec<f64>> = used
            .par_chunks(CHUNK)
            .map(|items| {
                let mut searcher = index.searcher();
                let best_of = |item: &u32| {
                    let collection = input.collection_of[*item as usize];
                    let is_other = |other: u32| input.collection_of[other as usize] != collection;
                    let partners = searcher.partners(weighted, *item, is_other);
                    partners.iter().map(|partner| partner.strength).fold(0.0, f64::max)
                };
                items.iter().map(best_of).collect()
            })
            .collect();
        best.extend(of_chunks.into_iter().flatten());
    }
    best.sort_by(f64::total_cmp);
    let n = best.len();
    let mean = best.iter().sum::<f64>() / n as f64;
    // The first of those that at most the level's share passes.
    let at = (0..n).find(|at| (n - 1 - at) as f64 <= level * n as f64).unwrap_or(n - 1);
    Chance { n_draws: n as u32, n_shuffles: n_shuffles as u32, level, strength: best[at], mean }
}

/// Items evenly spread over all.
fn spread(n_items: usize) -> Vec<u32> {
    let n = n_items.min(MOST_OF_SHUFFLE);
    (0..n).map(|at| (at * n_items / n) as u32).collect()
}

/// The counts with the words of each collection and class dealt out anew.
fn shuffled(input: &OverlapInput<'_>, seed: u64) -> Csr {
    let mut words: BTreeMap<(u32, u32), Vec<u32>> = BTreeMap::new();
    let kind = |point: usize| {
        let item = input.item_of[point] as usize;
        (input.collection_of[item], input.class_of[item])
    };
    for point in 0..input.counts.n_rows() {
        words.entry(kind(point)).or_default().extend_from_slice(input.counts.columns_of(point));
    }
    let mut random = Xoshiro256Plus::seed_from_u64(seed);
    for words in words.values_mut() {
        // Fisher and Yates, as Durstenfeld has it.
        for at in (1..words.len()).rev() {
            let other = (random.next_u64() % (at as u64 + 1)) as usize;
            words.swap(at, other);
        }
    }
    let mut counts = Csr::new(input.counts.n_columns());
    let mut dealt = Vec::new();
    for point in 0..input.counts.n_rows() {
        dealt.clear();
        let n = input.counts.columns_of(point).len();
        let left = words.entry(kind(point)).or_default();
        dealt.extend(left.drain(left.len() - n..));
        counts.push_terms(&mut dealt);
    }
    counts
}
