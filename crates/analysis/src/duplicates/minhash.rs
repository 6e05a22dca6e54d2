//! Signatures: for each of many hash functions the least hash of a text's shingles.
//!
//! The probability that two texts have the same least hash is the Jaccard similarity of their sets of shingles. Sixteen hash functions are
//! taken at a time, so that their minima stay in registers; whatever the registers, the minima are the same whole numbers.
//!
//! # Source
//! Broder (1997); hash functions x ↦ (x ⊕ s) · a mod 2³², a odd, after Dietzfelbinger et al. (1997).

use super::texts::COMMON;
use multiversion::multiversion;

/// Hash functions taken at a time.
pub(super) const LANES: usize = 16;

/// One number for each of sixteen hash functions.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[repr(align(64))]
pub(super) struct Lanes(pub(super) [u32; LANES]);

/// Sixteen hash functions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hashes {
    salts: Lanes,
    factors: Lanes,
}

impl Hashes {
    /// The `number`th sixteen. They are fixed: no setting and no machine changes them.
    pub(super) fn new(number: usize) -> Self {
        let drawn = |lane: usize| mix((number * LANES + lane) as u64 + 1);
        Self {
            salts: Lanes(std::array::from_fn(|lane| drawn(lane) as u32)),
            factors: Lanes(std::array::from_fn(|lane| (drawn(lane) >> 32) as u32 | 1)),
        }
    }
}

/// For each of several texts the minima of its shingles, [`COMMON`] left out; all are `u32::MAX` if it has no other.
pub(super) fn minima(texts: &[&[u32]], hashes: &Hashes, minima: &mut Vec<Lanes>) {
    minima.clear();
    minima_wide(texts, hashes, minima);
}

#[multiversion(targets("x86_64+avx512f", "x86_64+avx2", "x86_64+sse4.1", "x86+avx2"))]
fn minima_wide(texts: &[&[u32]], hashes: &Hashes, minima: &mut Vec<Lanes>) {
    minima_by(texts, hashes, minima);
}

#[inline(always)]
#[allow(clippy::inline_always, clippy::needless_range_loop, reason = "compiled once for each width of registers")]
fn minima_by(texts: &[&[u32]], hashes: &Hashes, minima: &mut Vec<Lanes>) {
    let (salts, factors) = (hashes.salts.0, hashes.factors.0);
    for text in texts {
        let mut least = [u32::MAX; LANES];
        for &shingle in *text {
            if shingle == COMMON {
                continue;
            }
            for lane in 0..LANES {
                least[lane] = least[lane].min((shingle ^ salts[lane]).wrapping_mul(factors[lane]));
            }
        }
        minima.push(Lanes(least));
    }
}

/// A bijective mixing of 64 bits (the finaliser of SplitMix64; Steele, Lea & Flood 2014).
pub(super) fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same without `multiversion`.
    fn plain(texts: &[&[u32]], hashes: &Hashes) -> Vec<Lanes> {
        let mut minima = Vec::new();
        minima_by(texts, hashes, &mut minima);
        minima
    }

    proptest! {
        #[test]
        fn every_width_of_registers_gives_the_same_minima(
            texts in prop::collection::vec(prop::collection::vec(prop_oneof![Just(COMMON), any::<u32>()], 0..40), 0..9),
            number in 0_usize..20
        ) {
            let slices: Vec<&[u32]> = texts.iter().map(Vec::as_slice).collect();
            let hashes = Hashes::new(number);
            let mut wide = Vec::new();
            minima(&slices, &hashes, &mut wide);
            prop_assert_eq!(&wide, &plain(&slices, &hashes));
            // By the definition.
            for (text, found) in texts.iter().zip(&wide) {
                for lane in 0..LANES {
                    let hash = |x: &u32| (x ^ hashes.salts.0[lane]).wrapping_mul(hashes.factors.0[lane]);
                    prop_assert_eq!(found.0[lane], text.iter().filter(|x| **x != COMMON).map(hash).min().unwrap_or(u32::MAX));
                }
            }
        }
    }

    #[test]
    fn minima_agree_as_often_as_sets_are_similar() {
        // 40 shingles each, so many of them shared: J = shared / (80 - shared). Over 4,096 functions the standard error is below 0.008.
        for shared in [10_u64, 20, 30] {
            let own = |from: u64| (0..40 - shared).map(move |x| mix(from + x) as u32);
            let common = || (0..shared).map(|x| mix(7_000_000 + x) as u32);
            let text: Vec<u32> = common().chain(own(1_000)).chain(common()).chain(own(2_000)).collect();
            let mut agree = 0;
            for number in 0..256 {
                let mut found = Vec::new();
                minima(&[&text[..40], &text[40..]], &Hashes::new(number), &mut found);
                agree += (0..LANES).filter(|lane| found[0].0[*lane] == found[1].0[*lane]).count();
            }
            let (expected, rate) = (shared as f64 / (80 - shared) as f64, f64::from(agree as u32) / 4096.0);
            assert!((rate - expected).abs() < 0.03, "{shared}: {rate} for {expected}");
        }
    }
}
