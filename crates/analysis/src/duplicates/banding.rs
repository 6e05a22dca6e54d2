//! How many bands of how many minima find the pairs that are to be found.
//!
//! Minima are taken in blocks of m = 16, of which each ⌊m / r⌋ bands of r. A pair whose sets of shingles have the Jaccard similarity J
//! agrees in a minimum with probability J, in all r of a band with Jʳ. Pairs that have next to nothing in common agree in a band too, if there
//! are enough of them: their number grows with the square of the texts. So a pair is compared only if two more minima of the block agree
//! than those of the band. A block of k bands then gives a pair with probability
//!
//! ```text
//! P = 1 − (1 − Jʳ)ᵏ − k · Jʳ · ((1 − J)ᵐ⁻ʳ + (m − r) · J · (1 − J)ᵐ⁻ʳ⁻¹)
//! ```
//!
//! (some band agrees, less one band with no other minimum or with a single one), and for a wanted recall R at J it takes
//!
//! ```text
//! ⌈ ln(1 − R) / ln(1 − P) ⌉
//! ```
//!
//! blocks. Bands of one row, which only pairs with little in common need, do without the further two.
//!
//! The threshold is one of words, not of shingles: a pair is near if a share s of its words stands in shared shingles. Where single
//! words are changed here and there, each kept with probability p, a word of a shingle of w stands in an unchanged one with probability
//!
//! ```text
//! s(p) = p · (1 − (1 − p)² · Σ (k + 1) pᵏ, k from 0 to w − 2)
//! ```
//!
//! (it is kept, and with its kept neighbours to the left and right makes a run of w at least), and of the shingles the share q = pʷ is
//! unchanged: J = q / (2 − q). Changes that stand together leave more shingles for the same s, so this is the hard case. At s = 0.5
//! and w = 3 it is p = 0.67, J = 0.18: two rows, 27 blocks for R = 0.99.
//!
//! # Source
//! Leskovec, Rajaraman & Ullman (2020), section 3.4, for the bands.

use super::DuplicateSettings;
use super::minhash::LANES;

/// Minima a signature has at most, unless bands of one row ask for more.
const MAX_MINIMA: usize = 28 * LANES;
/// Rows that a band has at most.
const MAX_ROWS: usize = 8;
/// Minima beside those of a band in which a pair has to agree.
const FURTHER: usize = 2;

/// The shape of the signatures.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Banding {
    /// Blocks of sixteen minima.
    pub n_blocks: usize,
    /// Minima in each band of a block.
    pub n_rows: usize,
    /// Minima of a block that agree in a pair which is compared, those of the band among them.
    pub n_agreeing: usize,
}

impl Banding {
    /// The shape that finds the share `target_recall` of the pairs that are `min_similarity` similar: of those with no more than 448
    /// minima, the one with the most rows, which compares the fewest other pairs.
    pub fn new(settings: &DuplicateSettings) -> Self {
        let jaccard = jaccard_at(settings.min_similarity, settings.shingle_words as usize);
        Self::for_jaccard(jaccard, settings.target_recall)
    }

    /// The shape that finds this share of the pairs of this Jaccard similarity.
    pub fn for_jaccard(jaccard: f64, recall: f64) -> Self {
        let of_rows = |n_rows: usize| {
            let n_agreeing = if n_rows > 1 { n_rows + FURTHER } else { 1 };
            let shape = Self { n_blocks: 1, n_rows, n_agreeing };
            let found = shape.recall_at(jaccard);
            let wanted = if found < 1.0 { libm::log(1.0 - recall) / libm::log(1.0 - found) } else { 1.0 };
            // A positive number; rounded up as a whole one.
            #[allow(clippy::cast_sign_loss, reason = "both logarithms are negative, so their ratio is positive")]
            let n_blocks = libm::ceil(wanted) as usize;
            Self { n_blocks: n_blocks.max(1), ..shape }
        };
        let affordable = (1..=MAX_ROWS).rev().map(of_rows).find(|shape| shape.n_blocks * LANES <= MAX_MINIMA);
        affordable.unwrap_or_else(|| of_rows(1))
    }

    /// Bands in each block.
    pub fn n_bands(&self) -> usize {
        LANES / self.n_rows
    }

    /// The probability that a pair of this Jaccard similarity is compared.
    pub fn recall_at(&self, jaccard: f64) -> f64 {
        let (n_rows, n_bands) = (self.n_rows, self.n_bands());
        let (same, other) = (power(jaccard, n_rows), 1.0 - jaccard);
        let mut of_block = 1.0 - power(1.0 - same, n_bands);
        if self.n_agreeing > n_rows {
            let n_others = LANES - n_rows;
            let too_few = power(other, n_others) + n_others as f64 * jaccard * power(other, n_others - 1);
            of_block -= n_bands as f64 * same * too_few;
        }
        1.0 - power(1.0 - of_block, self.n_blocks)
    }
}

/// The Jaccard similarity of shingles where words are changed singly until `similarity` is left.
fn jaccard_at(similarity: f64, width: usize) -> f64 {
    let left_at = |kept: f64| {
        let short: f64 = (0..width.saturating_sub(1)).map(|k| (k + 1) as f64 * power(kept, k)).sum();
        kept * (1.0 - (1.0 - kept) * (1.0 - kept) * short)
    };
    // What is left grows with what is kept: halve the interval until it has no inside.
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if left_at(middle) < similarity {
            low = middle;
        } else {
            high = middle;
        }
    }
    let unchanged = power(high, width);
    unchanged / (2.0 - unchanged)
}

fn power(base: f64, exponent: usize) -> f64 {
    (0..exponent).fold(1.0, |product, _| product * base)
}

#[cfg(test)]
mod tests {
    use super::super::minhash::mix;
    use super::*;

    #[test]
    fn the_shape_follows_from_threshold_and_recall() {
        let shape = Banding::new(&DuplicateSettings::default());
        assert_eq!(shape, Banding { n_blocks: 27, n_rows: 2, n_agreeing: 4 });
        assert_eq!(shape.n_bands(), 8);
        let strict = DuplicateSettings { min_similarity: 0.9, ..DuplicateSettings::default() };
        assert!(Banding::new(&strict).n_rows > 2);
        assert_eq!(Banding::for_jaccard(1.0, 0.99), Banding { n_blocks: 1, n_rows: 8, n_agreeing: 10 });
        // Of pairs with so little in common too few agree in two minima, let alone in four.
        assert_eq!(Banding::for_jaccard(0.02, 0.99).n_agreeing, 1);
    }

    #[test]
    fn the_recall_is_met_and_one_block_fewer_would_miss_it() {
        for jaccard in [0.05, 0.1, 0.2, 0.35, 0.5, 0.8] {
            for recall in [0.5, 0.9, 0.99, 0.999] {
                let shape = Banding::for_jaccard(jaccard, recall);
                assert!(shape.recall_at(jaccard) >= recall, "{jaccard} {recall}");
                let fewer = Banding { n_blocks: shape.n_blocks - 1, ..shape };
                assert!(fewer.recall_at(jaccard) < recall, "{jaccard} {recall}");
            }
        }
    }

    #[test]
    fn the_probability_is_what_drawn_minima_come_to() {
        let drawn = |at: u64| (mix(at) >> 11) as f64 / (1_u64 << 53) as f64;
        for (jaccard, n_rows) in [(0.2, 2), (0.35, 3), (0.6, 5), (0.3, 1)] {
            let shape = Banding { n_blocks: 1, n_rows, n_agreeing: if n_rows > 1 { n_rows + FURTHER } else { 1 } };
            let n_trials = 40_000;
            let is_found = |trial: &u64| {
                let agrees: Vec<bool> = (0..16).map(|lane| drawn(trial * 16 + lane) < jaccard).collect();
                let in_band = agrees.chunks_exact(n_rows).any(|band| band.iter().all(|agrees| *agrees));
                in_band && agrees.iter().filter(|agrees| **agrees).count() >= shape.n_agreeing
            };
            let found = (0..n_trials).filter(is_found).count() as f64 / n_trials as f64;
            // Four standard deviations of 40,000 trials are at most 0.01.
            assert!((found - shape.recall_at(jaccard)).abs() < 0.01, "{jaccard} {n_rows}: {found}");
        }
    }

    #[test]
    fn single_words_of_shingles_of_one_are_worth_themselves() {
        // s(p) = p, so J = s / (2 - s).
        assert!((jaccard_at(0.5, 1) - 1.0 / 3.0).abs() < 1e-12);
        // By hand: p = 0.8 leaves 0.8 · (3 · 0.64 - 2 · 0.512) = 0.7168 of the words and 0.512 of the shingles.
        assert!((jaccard_at(0.7168, 3) - 0.512 / 1.488).abs() < 1e-12);
    }
}
