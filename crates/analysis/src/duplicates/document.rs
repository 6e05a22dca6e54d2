//! An answer as a set of shingles.

use super::DuplicateSettings;
use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// The shingles that answers may share without having copied each other: those of the question and the reference texts.
#[derive(Clone, Debug, Default)]
pub struct Shared {
    /// Sorted, each once.
    shingles: Vec<u64>,
}

impl Shared {
    /// The shingles of these texts, each given as its words.
    pub fn new<T, W>(texts: T, settings: &DuplicateSettings) -> Self
    where
        T: IntoIterator,
        T::Item: IntoIterator<Item = W>,
        W: AsRef<str>,
    {
        let mut shingles: Vec<u64> = texts
            .into_iter()
            .flat_map(|words| {
                let words: Vec<W> = words.into_iter().collect();
                shingles(&words, settings.shingle_words as usize)
            })
            .collect();
        shingles.sort_unstable();
        shingles.dedup();
        Self { shingles }
    }
}

/// An answer, reduced to what tells whether it was copied.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Document {
    /// Hash of all its words in order: equal for exact copies.
    pub(super) whole: u128,
    /// Its shingles without the shared ones, sorted, each once; none if the answer is too short to be a duplicate.
    pub(super) shingles: Vec<u64>,
}

impl Document {
    /// Reduces an answer, given as its words in normalised form (case and punctuation gone).
    ///
    /// # Cost
    /// One hash a word; 8 bytes a distinct shingle are kept.
    pub fn new<W: AsRef<str>>(words: &[W], shared: &Shared, settings: &DuplicateSettings) -> Self {
        let mut all = Vec::new();
        for word in words {
            all.extend_from_slice(word.as_ref().as_bytes());
            all.push(0);
        }
        let width = settings.shingle_words as usize;
        let own: Vec<u64> = shingles(words, width);
        let mut kept: Vec<u64> =
            own.into_iter().filter(|shingle| shared.shingles.binary_search(shingle).is_err()).collect();
        // The words in k shingles in a row are k + width - 1; where shared shingles part them there are more, so this is the
        // least number of words that are the answer's own.
        if kept.len() + width <= settings.min_words as usize {
            kept.clear();
        }
        kept.sort_unstable();
        kept.dedup();
        Self { whole: xxh3_128(&all), shingles: kept }
    }

    /// The Jaccard similarity of the two sets of shingles, 0 to 1; 0 if either has none.
    pub fn similarity(&self, other: &Self) -> f64 {
        let (mut a, mut b, mut both) = (0, 0, 0_usize);
        while a < self.shingles.len() && b < other.shingles.len() {
            match self.shingles[a].cmp(&other.shingles[b]) {
                std::cmp::Ordering::Less => a += 1,
                std::cmp::Ordering::Greater => b += 1,
                std::cmp::Ordering::Equal => {
                    both += 1;
                    a += 1;
                    b += 1;
                }
            }
        }
        let either = self.shingles.len() + other.shingles.len() - both;
        if either == 0 { 0.0 } else { both as f64 / either as f64 }
    }
}

/// The hash of every run of `width` words.
fn shingles<W: AsRef<str>>(words: &[W], width: usize) -> Vec<u64> {
    words
        .windows(width)
        .map(|run| {
            let mut hash = Xxh3::new();
            for word in run {
                hash.update(word.as_ref().as_bytes());
                hash.update(&[0]);
            }
            hash.digest()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(text: &str, shared: &[&str]) -> Document {
        let settings = DuplicateSettings { min_words: 4, ..DuplicateSettings::default() };
        let shared = Shared::new(shared.iter().map(|text| text.split(' ')), &settings);
        Document::new(&text.split(' ').collect::<Vec<_>>(), &shared, &settings)
    }

    #[test]
    fn similarity_is_shared_shingles_over_all() {
        // Shingles abc bcd cde against abc bcd cdf: two of four.
        let (one, two) = (document("a b c d e", &[]), document("a b c d f", &[]));
        assert!((one.similarity(&two) - 0.5).abs() < 1e-12);
        assert!((two.similarity(&one) - 0.5).abs() < 1e-12);
        assert!((one.similarity(&one) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn what_stands_in_a_shared_text_makes_no_two_answers_alike() {
        let shared = ["the common sentence of the form"];
        let (one, two) = (
            document("the common sentence of the form", &shared),
            document("the common sentence of the form", &shared),
        );
        assert!(one.similarity(&two).abs() < 1e-12);
    }

    #[test]
    fn short_answers_are_never_alike() {
        assert!(document("yes i agree", &[]).similarity(&document("yes i agree", &[])).abs() < 1e-12);
    }
}
