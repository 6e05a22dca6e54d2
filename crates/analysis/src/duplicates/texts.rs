//! Answers as runs of shingles, in compact arrays.

use super::DuplicateSettings;
use super::minhash::mix;
use std::ops::Range;
use xxhash_rust::xxh3::xxh3_64;

/// What stands for a shingle that a reference text has too.
pub(super) const COMMON: u32 = 0;

/// The hash of a normalised word: what the stage knows of it.
pub fn word_hash(word: &str) -> u64 {
    xxh3_64(word.as_bytes())
}

/// The shingles that answers may share without having copied each other: those of the question and the reference texts.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    /// Sorted, each once.
    shingles: Vec<u32>,
}

impl Shared {
    /// The shingles of these texts, each given as the hashes of its words.
    pub fn new<'t>(texts: impl IntoIterator<Item = &'t [u64]>, settings: &DuplicateSettings) -> Self {
        let width = settings.shingle_words as usize;
        let mut shingles: Vec<u32> = texts.into_iter().flat_map(|words| words.windows(width).map(shingle)).collect();
        shingles.sort_unstable();
        shingles.dedup();
        Self { shingles }
    }

    fn contains(&self, shingle: u32) -> bool {
        !self.shingles.is_empty() && self.shingles.binary_search(&shingle).is_ok()
    }
}

/// Answers, each reduced to what tells whether it was copied.
///
/// # Invariants
/// A text of n words has n + 1 − w shingles, in their order, or none if n < w; a shingle that a reference text has is 0.
///
/// # Cost
/// 4 bytes a word, 24 a text.
#[derive(Clone, Debug)]
pub struct Texts {
    width: usize,
    /// For each text where its shingles end.
    ends: Vec<u64>,
    shingles: Vec<u32>,
    /// For each text the hash of all its words in order; 0 if it has none.
    whole: Vec<u128>,
}

impl Texts {
    /// No texts yet.
    pub fn new(settings: &DuplicateSettings) -> Self {
        Self { width: settings.shingle_words as usize, ends: Vec::new(), shingles: Vec::new(), whole: Vec::new() }
    }

    /// Adds a text, given as the hashes of its words in normalised form (case and punctuation gone).
    pub fn push(&mut self, words: &[u64], shared: &Shared) {
        let whole = words.iter().fold((0_u64, 1_u64), |(a, b), word| (mix(a ^ word), mix(b.wrapping_add(*word))));
        self.whole.push(if words.is_empty() { 0 } else { u128::from(whole.0) << 64 | u128::from(whole.1) | 1 });
        let own = |shingle: u32| if shared.contains(shingle) { COMMON } else { shingle };
        self.shingles.extend(words.windows(self.width).map(shingle).map(own));
        self.ends.push(self.shingles.len() as u64);
    }

    /// Adds the texts of `other` behind these.
    pub fn append(&mut self, other: &Self) {
        let before = self.shingles.len() as u64;
        self.shingles.extend_from_slice(&other.shingles);
        self.ends.extend(other.ends.iter().map(|end| before + end));
        self.whole.extend_from_slice(&other.whole);
    }

    /// How many texts there are.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Words in a shingle.
    pub(super) fn width(&self) -> usize {
        self.width
    }

    /// The shingles of a text in their order: the shingle at i is of the words i to i + w - 1.
    pub(super) fn shingles(&self, text: u32) -> &[u32] {
        let text = text as usize;
        let start = if text == 0 { 0 } else { self.ends[text - 1] };
        &self.shingles[start as usize..self.ends[text] as usize]
    }

    /// Reads a shingle of each line of the cache that the text begins in, up to four: they are at hand then. What it gives means nothing.
    #[inline]
    pub(super) fn touch(&self, text: u32) -> u32 {
        let shingles = self.shingles(text);
        [0, 16, 32, 48].iter().fold(0, |all, at| all ^ shingles.get(*at).copied().unwrap_or_default())
    }

    /// The hash of a whole text; 0 if it has no word.
    pub(super) fn whole(&self, text: u32) -> u128 {
        self.whole[text as usize]
    }

    /// Whether a text has at least `n` different shingles that no reference text has.
    pub(super) fn has_shingles(&self, text: u32, n: usize) -> bool {
        let mut found: Vec<u32> = Vec::with_capacity(n);
        for shingle in self.shingles(text) {
            if found.len() == n {
                break;
            }
            if *shingle != COMMON && !found.contains(shingle) {
                found.push(*shingle);
            }
        }
        found.len() == n
    }
}

/// The words that shingles at these places cover: ranges, in order, joined where they overlap or touch.
pub(super) fn covered(places: impl Iterator<Item = usize>, width: usize) -> Vec<Range<usize>> {
    let mut ranges: Vec<Range<usize>> = Vec::new();
    for place in places {
        match ranges.last_mut() {
            Some(last) if last.end >= place => last.end = place + width,
            _ => ranges.push(place..place + width),
        }
    }
    ranges
}

/// The hash of a run of words, never [`COMMON`].
fn shingle(words: &[u64]) -> u32 {
    let hash =
        words.iter().fold(0, |hash: u64, word| (hash.rotate_left(23) ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    ((mix(hash) >> 32) as u32).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<u64> {
        text.split_whitespace().map(word_hash).collect()
    }

    #[test]
    fn a_text_has_a_shingle_for_each_run_of_three_words() {
        let settings = DuplicateSettings::default();
        let mut texts = Texts::new(&settings);
        for text in ["a b c d", "b c d", "a b", ""] {
            texts.push(&words(text), &Shared::default());
        }
        assert_eq!((0..4).map(|text| texts.shingles(text).len()).collect::<Vec<_>>(), [2, 1, 0, 0]);
        assert_eq!(texts.shingles(0)[1], texts.shingles(1)[0]);
        assert_eq!(texts.whole(3), 0);
        assert_ne!(texts.whole(2), 0);
    }

    #[test]
    fn shingles_of_a_reference_text_are_marked() {
        let settings = DuplicateSettings::default();
        let shared = Shared::new([words("the common part").as_slice()], &settings);
        let mut texts = Texts::new(&settings);
        texts.push(&words("say the common part again"), &shared);
        assert_eq!(
            texts.shingles(0).iter().map(|shingle| *shingle == COMMON).collect::<Vec<_>>(),
            [false, true, false]
        );
    }

    #[test]
    fn texts_put_together_in_parts_are_the_same() {
        let settings = DuplicateSettings::default();
        let (mut one, mut other, mut both) = (Texts::new(&settings), Texts::new(&settings), Texts::new(&settings));
        for (at, text) in ["a b c d", "x y", "e f g", "h i j k"].into_iter().enumerate() {
            if at < 2 { &mut one } else { &mut other }.push(&words(text), &Shared::default());
            both.push(&words(text), &Shared::default());
        }
        one.append(&other);
        assert_eq!((one.ends, one.shingles, one.whole), (both.ends, both.shingles, both.whole));
    }

    #[test]
    fn covered_words_are_counted_once() {
        assert_eq!(covered([0, 1, 5, 8].into_iter(), 3), [0..4, 5..11]);
    }
}
