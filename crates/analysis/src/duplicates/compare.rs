//! Two texts held against each other, exactly.

use super::texts::{COMMON, Texts, covered};

/// How alike two texts are; of shingles and words that no reference text has.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Compared {
    /// Different shingles that both have.
    pub n_shared: usize,
    /// The words of both that stand in shingles that both have, by the words of both, 0 to 1. For texts that repeat no shingle it is
    /// never below the Jaccard similarity of their shingles.
    pub similarity: f64,
    /// The same of the one text of which the larger share stands in the other, 0 to 1.
    pub containment: f64,
}

/// A run of words that two texts share.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Passage {
    /// Its first word in the first text.
    pub start_a: u32,
    /// Its first word in the second.
    pub start_b: u32,
    /// Its words.
    pub n_words: u32,
}

/// Classes of shingles, as a power of two: their map stays in the nearest cache, and of the shingles that a text of forty words does not
/// have one in four hundred falls into a class that it has.
const CLASS_BITS: u32 = 14;
/// Words of the map of classes.
const CLASS_WORDS: usize = 1 << (CLASS_BITS - 6);

/// The class of a shingle: its word in the map, and its bit there.
#[inline]
fn class(shingle: u32) -> (usize, u32) {
    ((shingle >> (32 - CLASS_BITS + 6)) as usize, shingle >> (32 - CLASS_BITS) & 63)
}

/// Holds one text ready to be compared with others.
///
/// Most of those it is compared with share next to nothing with it. The classes of its shingles tell them; the table is made for the first
/// that needs it.
#[derive(Clone, Debug, Default)]
pub(super) struct Comparer {
    text: u32,
    /// A bit for each class of shingles that the text has.
    classes: Vec<u64>,
    /// Room for the places of shingles in the other text.
    noted: Vec<u32>,
    has_table: bool,
    /// Open addressing; [`COMMON`] where there is nothing.
    keys: Vec<u32>,
    /// For each place the number of the comparison in which it was last met.
    met: Vec<u32>,
    shift: u32,
    comparison: u32,
    /// For each shingle of the text its place in the table.
    places: Vec<u32>,
    n_words: usize,
    width: usize,
}

impl Comparer {
    /// Takes up a text.
    pub(super) fn load(&mut self, texts: &Texts, text: u32) {
        self.text = text;
        self.has_table = false;
        self.classes.clear();
        self.classes.resize(CLASS_WORDS, 0);
        for shingle in texts.shingles(text).iter().filter(|shingle| **shingle != COMMON) {
            let (word, bit) = class(*shingle);
            self.classes[word] |= 1 << bit;
        }
    }

    /// Notes the places among these shingles of those that the text may have, and gives their number.
    #[inline]
    fn note_shared(&mut self, shingles: &[u32]) -> usize {
        let Some(classes) = self.classes.first_chunk::<CLASS_WORDS>() else { return 0 };
        if self.noted.len() < shingles.len() {
            self.noted.resize(shingles.len(), 0);
        }
        // Which are shared is as good as chance: nothing here branches on it.
        let mut n_noted = 0;
        for (at, shingle) in (0..).zip(shingles) {
            self.noted[n_noted] = at;
            let (word, bit) = class(*shingle);
            n_noted += (classes[word] >> bit & 1) as usize;
        }
        n_noted
    }

    /// Makes the table of the text's shingles.
    fn make_table(&mut self, texts: &Texts) {
        self.has_table = true;
        let shingles = texts.shingles(self.text);
        let bits = (2 * shingles.len()).next_power_of_two().max(16).trailing_zeros();
        self.shift = 32 - bits;
        self.width = texts.width();
        self.comparison = 0;
        self.keys.clear();
        self.keys.resize(1 << bits, COMMON);
        self.met.clear();
        self.met.resize(1 << bits, 0);
        self.places.clear();
        for shingle in shingles {
            let place = if *shingle == COMMON { u32::MAX } else { self.place(*shingle) as u32 };
            if let Some(key) = self.keys.get_mut(place as usize) {
                *key = *shingle;
            }
            self.places.push(place);
        }
        self.n_words = n_covered((0..shingles.len()).filter(|at| shingles[*at] != COMMON), self.width);
    }

    /// Where a shingle stands in the table, or would.
    #[inline]
    fn place(&self, shingle: u32) -> usize {
        let mask = self.keys.len() - 1;
        let mut place = (shingle.wrapping_mul(0x9e37_79b1) >> self.shift) as usize;
        while self.keys[place] != COMMON && self.keys[place] != shingle {
            place = (place + 1) & mask;
        }
        place
    }

    /// Compares the text with another; nothing if they share fewer than `min_shared` different shingles.
    pub(super) fn compare(&mut self, texts: &Texts, other: u32, min_shared: usize) -> Option<Compared> {
        let shingles = texts.shingles(other);
        let n_noted = self.note_shared(shingles);
        if n_noted < min_shared.max(1) {
            return None;
        }
        if !self.has_table {
            self.make_table(texts);
        }
        self.comparison += 1;
        let mut n_shared = 0;
        let mut shared_words = Run::new(self.width);
        for at in &self.noted[..n_noted] {
            let shingle = shingles[*at as usize];
            let place = self.place(shingle);
            // No text is loaded with what stands for a reference text's, which is also what stands where there is nothing.
            if shingle != COMMON && self.keys[place] == shingle {
                shared_words.add(*at as usize);
                n_shared += usize::from(self.met[place] != self.comparison);
                self.met[place] = self.comparison;
            }
        }
        if n_shared < min_shared.max(1) {
            return None;
        }
        let here = (0..self.places.len()).filter(|at| {
            let place = self.places[*at];
            place != u32::MAX && self.met[place as usize] == self.comparison
        });
        let here = n_covered(here, self.width);
        let there = shared_words.n_words;
        let n_words = n_covered((0..shingles.len()).filter(|at| shingles[*at] != COMMON), self.width);
        let similarity = (here + there) as f64 / (self.n_words + n_words) as f64;
        let containment = (here as f64 / self.n_words as f64).max(there as f64 / n_words as f64);
        Some(Compared { n_shared, similarity, containment })
    }
}

/// Counts the words that shingles at ascending places cover.
struct Run {
    width: usize,
    end: usize,
    n_words: usize,
}

impl Run {
    fn new(width: usize) -> Self {
        Self { width, end: 0, n_words: 0 }
    }

    #[inline]
    fn add(&mut self, place: usize) {
        self.n_words += place + self.width - self.end.max(place);
        self.end = place + self.width;
    }
}

fn n_covered(places: impl Iterator<Item = usize>, width: usize) -> usize {
    let mut run = Run::new(width);
    places.for_each(|place| run.add(place));
    run.n_words
}

/// The Jaccard similarity of the shingles of two texts that no reference text has, 0 to 1; 0 if neither has any.
pub fn jaccard(texts: &Texts, a: u32, b: u32) -> f64 {
    let set = |text: u32| {
        let mut set: Vec<u32> = texts.shingles(text).iter().copied().filter(|shingle| *shingle != COMMON).collect();
        set.sort_unstable();
        set.dedup();
        set
    };
    let (a, b) = (set(a), set(b));
    let both = a.iter().filter(|shingle| b.binary_search(shingle).is_ok()).count();
    let either = a.len() + b.len() - both;
    if either == 0 { 0.0 } else { both as f64 / either as f64 }
}

/// Places of a shingle in the second text that are tried as the beginning of a passage.
const TRIED: usize = 8;

/// The passages that two texts share, in the order of the first text: from left to right, each as long as it can be, of at least
/// one shingle and of words of no reference text alone. Their order in the second text may be another.
pub fn passages(texts: &Texts, a: u32, b: u32) -> Vec<Passage> {
    let (ours, theirs) = (texts.shingles(a), texts.shingles(b));
    let mut places: Vec<(u32, u32)> =
        theirs.iter().copied().zip(0..).filter(|(shingle, _)| *shingle != COMMON).collect();
    places.sort_unstable();
    let mut passages = Vec::new();
    let mut at = 0;
    while at < ours.len() {
        let from = places.partition_point(|(shingle, _)| *shingle < ours[at]);
        let same = places[from..].iter().take_while(|(shingle, _)| *shingle == ours[at]).take(TRIED);
        let run = |start: u32| {
            let pairs = ours[at..].iter().zip(&theirs[start as usize..]);
            pairs.take_while(|(ours, theirs)| ours == theirs && **ours != COMMON).count()
        };
        // The longest; of several the first.
        let longest = same.map(|(_, start)| (run(*start), std::cmp::Reverse(*start))).max();
        let Some((length, std::cmp::Reverse(start_b))) = longest else {
            at += 1;
            continue;
        };
        let n_words = (length + texts.width() - 1) as u32;
        passages.push(Passage { start_a: at as u32, start_b, n_words });
        at += length;
    }
    passages
}

/// The words of a text that stand in runs of words which no reference text has: what similarity is a share of.
pub fn own_words(texts: &Texts, text: u32) -> usize {
    let shingles = texts.shingles(text);
    let own = (0..shingles.len()).filter(|at| shingles[*at] != COMMON);
    covered(own, texts.width()).into_iter().map(|words| words.len()).sum()
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::DuplicateSettings;
    use super::super::texts::{Shared, word_hash};
    use super::*;
    use proptest::prelude::*;

    pub(crate) fn texts_beside(texts: &[&str], references: &[&str]) -> Texts {
        let settings = DuplicateSettings::default();
        let words = |text: &str| text.split_whitespace().map(word_hash).collect::<Vec<_>>();
        let references: Vec<Vec<u64>> = references.iter().map(|text| words(text)).collect();
        let shared = Shared::new(references.iter().map(Vec::as_slice), &settings);
        let mut made = Texts::new(&settings);
        for text in texts {
            made.push(&words(text), &shared);
        }
        made
    }

    pub(crate) fn texts(texts: &[&str]) -> Texts {
        texts_beside(texts, &[])
    }

    fn compare(texts: &Texts, a: u32, b: u32) -> Option<Compared> {
        let mut comparer = Comparer::default();
        comparer.load(texts, a);
        comparer.compare(texts, b, 1)
    }

    #[test]
    fn similarity_is_the_share_of_words_in_shared_shingles() {
        // abc bcd cde against abc bcd cdf: the words a to d, four of five in both; two of four shingles.
        let two = texts(&["a b c d e", "a b c d f"]);
        let compared = compare(&two, 0, 1).unwrap();
        assert_eq!(compared.n_shared, 2);
        assert!((compared.similarity - 0.8).abs() < 1e-12);
        assert!((compared.containment - 0.8).abs() < 1e-12);
        assert!((jaccard(&two, 0, 1) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn the_part_of_a_longer_text_is_contained_in_it() {
        let two = texts(&["a b c d", "x y z a b c d u v w q r"]);
        let compared = compare(&two, 0, 1).unwrap();
        assert!((compared.similarity - 0.5).abs() < 1e-12);
        assert!((compared.containment - 1.0).abs() < 1e-12);
        assert_eq!(passages(&two, 0, 1), [Passage { start_a: 0, start_b: 3, n_words: 4 }]);
    }

    #[test]
    fn blocks_in_another_order_are_shared_passages() {
        let two = texts(&["a b c d e f", "d e f a b c"]);
        assert!((compare(&two, 0, 1).unwrap().similarity - 1.0).abs() < 1e-12);
        let expected = [Passage { start_a: 0, start_b: 3, n_words: 3 }, Passage { start_a: 3, start_b: 0, n_words: 3 }];
        assert_eq!(passages(&two, 0, 1), expected);
    }

    #[test]
    fn what_a_reference_text_has_makes_no_two_texts_alike() {
        let two = texts_beside(
            &["so the common sentence of the form it is", "why the common sentence of the form"],
            &["the common sentence of the form"],
        );
        assert_eq!(compare(&two, 0, 1), None);
        assert!(passages(&two, 0, 1).is_empty());
        // Of the first text "so the common" and "the form it is" are its own runs.
        assert_eq!((own_words(&two, 0), own_words(&two, 1)), (7, 3));
    }

    proptest! {
        #[test]
        fn similarity_is_symmetric_and_what_the_definition_says(
            a in prop::collection::vec(0_u8..5, 0..24), b in prop::collection::vec(0_u8..5, 0..24)
        ) {
            let join = |words: &[u8]| words.iter().map(u8::to_string).collect::<Vec<_>>().join(" ");
            let two = texts(&[&join(&a), &join(&b)]);
            let (one, other) = (compare(&two, 0, 1), compare(&two, 1, 0));
            prop_assert_eq!(one, other);
            let in_shared = |of: &[u8], with: &[u8]| (0..of.len()).filter(|at| {
                (at.saturating_sub(2)..=*at).filter(|from| from + 3 <= of.len())
                    .any(|from| with.windows(3).any(|run| run == &of[from..from + 3]))
            }).count();
            let (here, there) = (in_shared(&a, &b), in_shared(&b, &a));
            match one {
                None => prop_assert_eq!(here + there, 0),
                Some(found) => {
                    prop_assert!((found.similarity - (here + there) as f64 / (a.len() + b.len()) as f64).abs() < 1e-12);
                    prop_assert!((0.0..=1.0).contains(&found.containment) && found.containment >= found.similarity);
                }
            }
            for passage in passages(&two, 0, 1) {
                let (from_a, from_b, n) = (passage.start_a as usize, passage.start_b as usize, passage.n_words as usize);
                prop_assert_eq!(&a[from_a..from_a + n], &b[from_b..from_b + n]);
            }
        }
    }
}
