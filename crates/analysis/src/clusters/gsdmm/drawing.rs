//! A mixture while its rows are drawn.
//!
//! Most rows are drawn back to the cluster they come from. So a row stays in the model while it is scored: its own cluster is
//! scored apart, as if the row were not there, and only a row that moves changes anything. What the clusters say of a row are
//! sums of logarithms in single precision, eight clusters beside each other; the loops are compiled for wide and for narrow
//! registers, and both add the same numbers in the same order, without fusing products with sums.

#![allow(
    clippy::inline_always,
    clippy::needless_range_loop,
    reason = "each version of a loop is compiled as a whole for its registers, and written lane by lane"
)]

use super::{Gsdmm, Random, Words};
use crate::vectors::Csr;
use multiversion::multiversion;

/// Logarithms of counts that are kept at most: 128 MiB.
const MAX_LOGARITHMS: usize = 1 << 25;
/// Clusters that are scored beside each other.
const LANES: usize = 8;
/// Of rows of at most this many words it is kept what the size and the length of each cluster say.
const MAX_SHORT: u32 = 24;
/// Log-probabilities this far below the largest count as 0: e⁻²⁵ is one draw in 70 thousand million.
const NEGLIGIBLE: f32 = 25.0;
/// Sums of what neighbours say that grow beside each other.
const N_SUMS: usize = 4;
/// The cluster of a row that others are not drawn to.
pub(super) const NO_SAY: u32 = u32::MAX;

/// A model while rows are drawn.
pub(super) struct Drawing<'m> {
    model: &'m mut Gsdmm,
    words: &'m Words,
    onward: Option<&'m Onward<'m>>,
    /// The clusters, and as many that nothing is drawn to as make whole lanes.
    width: usize,
    /// `n_terms × width`: ln (n + prior) of each of the model's counts; empty if there are too many of them.
    logarithms: Vec<f32>,
    /// `MAX_SHORT + 1 × width`: for rows of so many words, what the size and the length of each cluster say.
    of_lengths: Vec<f32>,
    /// For each row the words in it.
    n_words: Vec<u32>,
    /// For each row its cluster; [`NO_SAY`] for those that no other is drawn to.
    pub(super) labels: Vec<u32>,
    /// What each cluster says of the row that is looked at.
    scores: Vec<f32>,
    /// `N_SUMS × width`: what the neighbours of that row say.
    pulls: Vec<f32>,
}

impl<'m> Drawing<'m> {
    /// A model with some rows put into their clusters: `labels` has for each row its cluster, or [`NO_SAY`].
    pub(super) fn new(
        model: &'m mut Gsdmm,
        words: &'m Words,
        onward: Option<&'m Onward<'m>>,
        labels: Vec<u32>,
    ) -> Self {
        let width = model.n_clusters.next_multiple_of(LANES);
        let n_terms = model.counts.len() / model.n_clusters;
        let total = |row| words.row(row).iter().fold(0_u32, |sum, (_, count)| sum.saturating_add(*count));
        let n_words: Vec<u32> = (0..words.n_rows()).map(total).collect();
        for (row, cluster) in labels.iter().enumerate().filter(|(_, cluster)| **cluster != NO_SAY) {
            let cluster = *cluster as usize;
            model.sizes[cluster] += 1;
            model.lengths[cluster] += n_words[row];
            for (term, count) in words.row(row) {
                model.counts[*term as usize * model.n_clusters + cluster] += count;
            }
        }
        let n_logarithms = n_terms.saturating_mul(width);
        let mut logarithms = vec![0.0; if n_logarithms <= MAX_LOGARITHMS { n_logarithms } else { 0 }];
        for (of_term, counts) in logarithms.chunks_exact_mut(width).zip(model.counts.chunks_exact(model.n_clusters)) {
            of_term.iter_mut().zip(counts).for_each(|(logarithm, n)| *logarithm = model.of_counts.ln(*n) as f32);
        }
        let of_lengths = vec![f32::NEG_INFINITY; (MAX_SHORT as usize + 1) * width];
        let (scores, pulls) = (vec![0.0; width], vec![0.0; N_SUMS * width]);
        let mut drawing = Self { model, words, onward, width, logarithms, of_lengths, n_words, labels, scores, pulls };
        (0..drawing.model.n_clusters).for_each(|cluster| drawing.note_length(cluster));
        drawing
    }

    /// Draws each of these rows anew, one after the other.
    pub(super) fn draw(&mut self, rows: &[usize], random: &mut Random) {
        sweep(self, rows, Some(random));
    }

    /// Puts each of these rows into its likeliest cluster, one after the other; how many moved.
    pub(super) fn settle(&mut self, rows: &[usize]) -> usize {
        sweep(self, rows, None)
    }

    /// The likeliest cluster of a row, the first of several.
    pub(super) fn likeliest(&mut self, row: usize) -> usize {
        likeliest(self, row)
    }

    /// Puts a row from one cluster into another.
    fn change(&mut self, row: usize, from: usize, to: usize) {
        self.labels[row] = to as u32;
        self.model.sizes[from] -= 1;
        self.model.sizes[to] += 1;
        self.model.lengths[from] -= self.n_words[row];
        self.model.lengths[to] += self.n_words[row];
        for (term, count) in self.words.row(row) {
            let counts = &mut self.model.counts[*term as usize * self.model.n_clusters..][..self.model.n_clusters];
            counts[from] -= count;
            counts[to] += count;
            if !self.logarithms.is_empty() {
                let logarithms = &mut self.logarithms[*term as usize * self.width..][..self.width];
                logarithms[from] = self.model.of_counts.ln(counts[from]) as f32;
                logarithms[to] = self.model.of_counts.ln(counts[to]) as f32;
            }
        }
        self.note_length(from);
        self.note_length(to);
    }

    /// Works out what the size and the length of a cluster say.
    fn note_length(&mut self, cluster: usize) {
        let model = &*self.model;
        let of_size = model.of_sizes.ln(model.sizes[cluster]);
        for n_words in 0..=MAX_SHORT {
            let of_length = of_size - model.of_lengths.ln_rising(model.lengths[cluster], n_words);
            self.of_lengths[n_words as usize * self.width + cluster] = of_length as f32;
        }
    }

    /// What a cluster says of a row that is in it, as if it were not.
    fn score_of_own(&self, row: usize, cluster: usize) -> f32 {
        let (model, n_words) = (&*self.model, self.n_words[row]);
        let mut score = model.of_sizes.ln(model.sizes[cluster] - 1)
            - model.of_lengths.ln_rising(model.lengths[cluster] - n_words, n_words);
        for (term, count) in self.words.row(row) {
            let others = model.counts[*term as usize * model.n_clusters + cluster] - count;
            score += if *count == 1 { model.of_counts.ln(others) } else { model.of_counts.ln_rising(others, *count) };
        }
        score as f32
    }

    /// As [`Gsdmm::score`], of a row that the model does not know or as if it did not, with what the row's neighbours say.
    #[inline(always)]
    fn score(&mut self, row: usize) {
        let (model, width) = (&*self.model, self.width);
        let scores = &mut self.scores[..width];
        let n_words = self.n_words[row];
        if n_words <= MAX_SHORT {
            scores.copy_from_slice(&self.of_lengths[n_words as usize * width..][..width]);
        } else {
            for (cluster, score) in scores[..model.n_clusters].iter_mut().enumerate() {
                let of_length = model.of_lengths.ln_rising(model.lengths[cluster], n_words);
                *score = (model.of_sizes.ln(model.sizes[cluster]) - of_length) as f32;
            }
            scores[model.n_clusters..].fill(f32::NEG_INFINITY);
        }
        for (term, count) in self.words.row(row) {
            if *count == 1 && !self.logarithms.is_empty() {
                let of_term = &self.logarithms[*term as usize * width..][..width];
                add(scores, of_term);
            } else {
                let counts = model.counts_of(*term);
                for (score, before) in scores.iter_mut().zip(counts) {
                    *score += model.of_counts.ln_rising(*before, *count) as f32;
                }
            }
        }
        let own = self.labels[row];
        if own != NO_SAY {
            self.scores[own as usize] = self.score_of_own(row, own as usize);
        }
        if let Some(onward) = self.onward {
            self.add_neighbours(row, onward);
        }
    }

    /// Adds what the neighbours of a row say. Those beside each other add to different sums: most are in one cluster, and would
    /// wait for each other.
    #[inline(always)]
    fn add_neighbours(&mut self, row: usize, onward: &Onward<'_>) {
        let width = self.width;
        self.pulls.fill(0.0);
        for (at, (neighbour, weight)) in onward.graph.row(row).enumerate() {
            let cluster = self.labels[neighbour as usize];
            if cluster != NO_SAY {
                self.pulls[at % N_SUMS * width + cluster as usize] += onward.weight * weight;
            }
        }
        self.pulls.chunks_exact(width).for_each(|pulls| add(&mut self.scores, pulls));
    }
}

/// Adds numbers to others; both come in whole lanes.
#[inline(always)]
fn add(sums: &mut [f32], numbers: &[f32]) {
    for (sums, numbers) in sums.as_chunks_mut::<LANES>().0.iter_mut().zip(numbers.as_chunks::<LANES>().0) {
        let mut lanes = *sums;
        for lane in 0..LANES {
            lanes[lane] += numbers[lane];
        }
        *sums = lanes;
    }
}

/// Draws rows, or without chance puts them where they are likeliest; how many moved.
#[multiversion(targets("x86_64+avx2"))]
fn sweep(drawing: &mut Drawing<'_>, rows: &[usize], mut random: Option<&mut Random>) -> usize {
    let mut n_moved = 0;
    for row in rows {
        drawing.score(*row);
        let cluster = match random.as_deref_mut() {
            Some(random) => draw(&mut drawing.scores, random.uniform()),
            None => first_of_largest(&drawing.scores),
        };
        let before = drawing.labels[*row] as usize;
        if cluster != before {
            drawing.change(*row, before, cluster);
            n_moved += 1;
        }
    }
    n_moved
}

#[multiversion(targets("x86_64+avx2"))]
fn likeliest(drawing: &mut Drawing<'_>, row: usize) -> usize {
    drawing.score(row);
    first_of_largest(&drawing.scores)
}

/// The greatest of these numbers, which come in whole lanes.
#[inline(always)]
fn largest(scores: &[f32]) -> f32 {
    let mut greatest = [f32::NEG_INFINITY; LANES];
    for scores in scores.as_chunks::<LANES>().0 {
        for lane in 0..LANES {
            greatest[lane] = if scores[lane] > greatest[lane] { scores[lane] } else { greatest[lane] };
        }
    }
    greatest.into_iter().fold(f32::NEG_INFINITY, |a, b| if b > a { b } else { a })
}

#[inline(always)]
fn first_of_largest(scores: &[f32]) -> usize {
    let largest = largest(scores);
    scores.iter().position(|score| *score >= largest).unwrap_or(0)
}

/// A place, each as likely as e to the power of its score says, by a number from 0 to 1, the end excluded; the scores, which come
/// in whole lanes, are overwritten.
#[inline(always)]
fn draw(scores: &mut [f32], uniform: f64) -> usize {
    let largest = largest(scores);
    let mut total = 0.0_f64;
    for scores in scores.as_chunks_mut::<LANES>().0 {
        for lane in 0..LANES {
            scores[lane] = exp(scores[lane] - largest);
        }
        total += f64::from(sum(scores));
    }
    let mut left = uniform * total;
    let mut last = 0;
    for (chunk, weights) in scores.as_chunks::<LANES>().0.iter().enumerate() {
        let of_chunk = f64::from(sum(weights));
        if left >= of_chunk {
            left -= of_chunk;
            continue;
        }
        for (lane, weight) in weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
            last = chunk * LANES + lane;
            left -= f64::from(*weight);
            if left < 0.0 {
                return last;
            }
        }
        // What rounding left goes to the last of those.
        return last;
    }
    scores.iter().rposition(|weight| *weight > 0.0).unwrap_or(last)
}

#[inline(always)]
fn sum(lanes: &[f32; LANES]) -> f32 {
    let [a, b, c, d, e, f, g, h] = *lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// e to the power of a number that is not above 0, within 2e-7 of it; 0 if that is negligible.
///
/// # Source
/// 2ⁿ · eʳ with |r| ≤ ½ ln 2, and the polynomial of Cephes' `expf` (Moshier 1989) for eʳ.
#[inline(always)]
fn exp(x: f32) -> f32 {
    // A number to which adding one of up to 2²² rounds that to a whole one, in its last bits.
    const WHOLE: f32 = 12_582_912.0;
    const LN_2_HIGH: f32 = 0.693_359_4;
    const LN_2_LOW: f32 = -2.121_944_4e-4;
    let held = if x > -NEGLIGIBLE { x } else { -NEGLIGIBLE };
    let shifted = held * std::f32::consts::LOG2_E + WHOLE;
    let n = shifted - WHOLE;
    let r = held - n * LN_2_HIGH - n * LN_2_LOW;
    let mut p = 1.987_569_1e-4_f32;
    for coefficient in [1.398_199_9e-3, 8.333_452e-3, 4.166_579_6e-2, 0.166_666_65, 0.5] {
        p = p * r + coefficient;
    }
    let power = f32::from_bits(shifted.to_bits().wrapping_sub(WHOLE.to_bits()).wrapping_add(127) << 23);
    let e = (p * r * r + r + 1.0) * power;
    if x > -NEGLIGIBLE { e } else { 0.0 }
}

/// A partition to go on from, with neighbours that draw a row to their clusters.
pub(in crate::clusters) struct Onward<'a> {
    /// For each row its cluster, below `n_clusters`.
    pub(in crate::clusters) first: &'a [u32],
    /// For each row whether the clusters are fitted to it; the others are only put into them.
    pub(in crate::clusters) has_say: &'a [bool],
    /// `n_points × n_points`: for each row its neighbours; weights of a row add up to 1 or 0.
    pub(in crate::clusters) graph: &'a Csr,
    /// How much the neighbours of a row count in all: as a word that is so many times e likelier.
    pub(in crate::clusters) weight: f32,
}

#[cfg(test)]
mod tests {
    use super::super::{GsdmmSettings, first_maximum};
    use super::*;
    use rand_xoshiro::Xoshiro256Plus;
    use rand_xoshiro::rand_core::SeedableRng;

    /// The scores of a row as the model has them without it, with a neighbour's.
    fn slow_scores(model: &Gsdmm, words: &Words, row: usize, own: Option<usize>, neighbour: Option<u32>) -> Vec<f64> {
        let mut without = model.clone();
        if let Some(own) = own {
            without.sizes[own] -= 1;
            for (term, count) in words.row(row) {
                without.lengths[own] -= count;
                without.counts[*term as usize * model.n_clusters + own] -= count;
            }
        }
        let mut scores = vec![0.0; model.n_clusters];
        without.score(words.row(row), &mut scores);
        if let Some(neighbour) = neighbour {
            scores[neighbour as usize] += 1.0;
        }
        scores
    }

    #[test]
    fn scores_are_those_of_the_model_without_the_row_however_often_rows_moved() {
        // Row 7 is longer than what is kept of lengths, and rows hold words once and twice.
        let mut rows: Vec<Vec<u32>> = (0..90).map(|i| vec![i % 7, i % 7, 7 + i % 11, 18 + i % 2]).collect();
        rows[7] = (0..60).map(|i| i % 20).collect();
        let counts = Csr::from_terms(&rows, 20);
        let words = Words::of(&counts).unwrap();
        let settings = GsdmmSettings { n_clusters: 5, ..GsdmmSettings::default() };
        let graph = Csr::from_terms(&(0..90).map(|i| vec![(i + 1) % 90]).collect::<Vec<_>>(), 90);
        let (first, has_say) = ([0; 90], [true; 90]);
        let onward = Onward { first: &first, has_say: &has_say, graph: &graph, weight: 1.0 };
        let labels: Vec<u32> = (0..90).map(|row| if row % 9 == 8 { NO_SAY } else { row % 5 }).collect();
        let (mut one, mut other) = (settings.model(&words, 20).unwrap(), settings.model(&words, 20).unwrap());
        let mut kept = Drawing::new(&mut one, &words, Some(&onward), labels.clone());
        let mut looked_up = Drawing::new(&mut other, &words, Some(&onward), labels);
        assert_eq!(kept.logarithms.len(), 20 * 8);
        looked_up.logarithms.clear();
        let with_say: Vec<usize> = (0..90).filter(|row| row % 9 != 8).collect();
        for sweep in 0..3 {
            for row in 0..90 {
                let own = (kept.labels[row] != NO_SAY).then_some(kept.labels[row] as usize);
                let neighbour = Some(kept.labels[(row + 1) % 90]).filter(|label| *label != NO_SAY);
                let expected = slow_scores(kept.model, &words, row, own, neighbour);
                for drawing in [&mut kept, &mut looked_up] {
                    drawing.score(row);
                    for (found, expected) in drawing.scores.iter().zip(&expected) {
                        assert!((f64::from(*found) - expected).abs() < 1e-4, "{row}: {found} {expected}");
                    }
                    assert!(drawing.scores[5..].iter().all(|score| *score == f32::NEG_INFINITY));
                }
                assert_eq!(kept.likeliest(row), first_maximum(&expected), "{row}");
            }
            let mut random = Random(Xoshiro256Plus::seed_from_u64(sweep));
            kept.draw(&with_say, &mut random);
            for row in &with_say {
                let (from, to) = (looked_up.labels[*row] as usize, kept.labels[*row] as usize);
                looked_up.change(*row, from, to);
            }
        }
        assert_eq!(one.counts, other.counts);
        assert_eq!((one.sizes, one.lengths), (other.sizes, other.lengths));
    }

    #[test]
    fn powers_of_e_are_near_those_of_the_library_and_nothing_far_below() {
        for i in 0..=25_000_u16 {
            let x = -f32::from(i) / 1000.0;
            let (found, expected) = (f64::from(exp(x)), crate::numeric::exp(x.into()));
            assert!((found - expected).abs() < 2e-7 * expected || x <= -NEGLIGIBLE, "{x}: {found} {expected}");
        }
        assert_eq!([0.0, -25.0, -80.0, f32::NEG_INFINITY].map(|x| exp(x).to_bits()), [1.0_f32.to_bits(), 0, 0, 0]);
    }

    #[test]
    fn the_greatest_score_is_found_wherever_it_stands() {
        for at in 0..16 {
            let scores: Vec<f32> = (0..16_u16).map(|i| if i == at { -1.0 } else { -2.0 - f32::from(i) }).collect();
            assert_eq!(largest(&scores).to_bits(), (-1.0_f32).to_bits());
            assert_eq!(first_of_largest(&scores), usize::from(at));
        }
        assert_eq!(first_of_largest(&[-3.0; 8]), 0);
    }

    #[test]
    fn draws_follow_the_scores() {
        let mut random = Random(Xoshiro256Plus::seed_from_u64(5));
        let mut drawn = [0_u32; 16];
        for _ in 0..40_000 {
            let mut scores = [f32::NEG_INFINITY; 16];
            (scores[0], scores[1], scores[3], scores[10]) = (-700.0, -701.0, -800.0, -700.0);
            drawn[draw(&mut scores, random.uniform())] += 1;
        }
        // e⁰ : e⁻¹ : e⁻¹⁰⁰ : e⁰ = 0.4223 : 0.1554 : 0 : 0.4223, each within five standard deviations.
        assert_eq!(drawn[0] + drawn[1] + drawn[10], 40_000);
        assert!(drawn[0].abs_diff(16_893) < 500 && drawn[1].abs_diff(6_214) < 370, "{drawn:?}");
        assert_eq!(draw(&mut [-1.0, f32::NEG_INFINITY, -1.0, -9.0, -1.0, -1.0, -1.0, f32::NEG_INFINITY], 1.0), 6);
    }
}
