//! How many bands of how many minima find the pairs that are to be found.
//!
//! A pair whose sets of shingles have the Jaccard similarity J agrees in a minimum with probability J, in all r minima of a band
//! with Jʳ, and in at least one of b bands with 1 − (1 − Jʳ)ᵇ. So for a wanted recall R at J
//!
//! ```text
//! b = ⌈ ln(1 − R) / ln(1 − Jʳ) ⌉
//! ```
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
//! and w = 3 it is p = 0.67, J = 0.18: two rows, 144 bands for R = 0.99.
//!
//! # Source
//! Leskovec, Rajaraman & Ullman (2020), section 3.4, for the bands.

use super::DuplicateSettings;

/// Minima a signature has at most, unless bands of one row ask for more.
const MAX_MINIMA: usize = 320;
/// Rows that a band has at most.
const MAX_ROWS: usize = 8;

/// The shape of the signatures.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Banding {
    /// Bands of a signature.
    pub n_bands: usize,
    /// Minima in each.
    pub n_rows: usize,
}

impl Banding {
    /// The shape that finds the share `target_recall` of the pairs that are `min_similarity` similar: of those with no more than 320
    /// minima, the one with the most rows, which compares the fewest other pairs.
    pub fn new(settings: &DuplicateSettings) -> Self {
        let jaccard = jaccard_at(settings.min_similarity, settings.shingle_words as usize);
        Self::for_jaccard(jaccard, settings.target_recall)
    }

    /// The shape that finds this share of the pairs of this Jaccard similarity.
    pub fn for_jaccard(jaccard: f64, recall: f64) -> Self {
        let of_rows = |n_rows: usize| {
            let same = power(jaccard, n_rows);
            let wanted = if same < 1.0 { libm::log(1.0 - recall) / libm::log(1.0 - same) } else { 1.0 };
            // A positive number; rounded up as a whole one.
            #[allow(clippy::cast_sign_loss, reason = "both logarithms are negative, so their ratio is positive")]
            let n_bands = libm::ceil(wanted) as usize;
            Self { n_bands: n_bands.max(1), n_rows }
        };
        let affordable = (1..=MAX_ROWS).rev().map(of_rows).find(|shape| shape.n_bands * shape.n_rows <= MAX_MINIMA);
        affordable.unwrap_or_else(|| of_rows(1))
    }

    /// The probability that a pair of this Jaccard similarity is compared.
    pub fn recall_at(&self, jaccard: f64) -> f64 {
        1.0 - power(1.0 - power(jaccard, self.n_rows), self.n_bands)
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
    use super::*;

    #[test]
    fn the_shape_follows_from_threshold_and_recall() {
        let shape = Banding::new(&DuplicateSettings::default());
        assert_eq!(shape, Banding { n_bands: 144, n_rows: 2 });
        let strict = DuplicateSettings { min_similarity: 0.9, ..DuplicateSettings::default() };
        assert!(Banding::new(&strict).n_rows > 2);
        assert_eq!(Banding::for_jaccard(1.0, 0.99), Banding { n_bands: 1, n_rows: 8 });
    }

    #[test]
    fn the_recall_is_met_and_one_band_fewer_would_miss_it() {
        for jaccard in [0.05, 0.1, 0.2, 0.35, 0.5, 0.8] {
            for recall in [0.5, 0.9, 0.99, 0.999] {
                let shape = Banding::for_jaccard(jaccard, recall);
                assert!(shape.recall_at(jaccard) >= recall, "{jaccard} {recall}");
                let fewer = Banding { n_bands: shape.n_bands - 1, ..shape };
                assert!(fewer.recall_at(jaccard) < recall, "{jaccard} {recall}");
            }
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
