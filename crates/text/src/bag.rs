//! Bags of words: how often each word stands in each text, for texts that need no more than that.
//!
//! [`crate::terms`] reads a text for its points and stems; this is the plain counterpart, for large batches.

use crate::intern::{Distinct, Interner, merge_unsorted};
use crate::words::{AlphanumericWords, Words, lower_case};
use rayon::prelude::*;
use std::borrow::Cow;
use std::ops::Range;

/// What counts as a word.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum WordRule {
    /// The words of Unicode Standard Annex 29 ("don't", "3.14"), each in lower case.
    Unicode,
    /// In the text in lower case, letters, digits and underscores that stand together ("don", "t", "3", "14").
    ///
    /// With `min_chars: 2` what scikit-learn's vectorizers take unless told otherwise: Python's `(?u)\b\w\w+\b`. Characters
    /// that one version of Unicode knows and the other does not may be read differently.
    Alphanumeric {
        /// Shorter words, in characters, are left out.
        min_chars: usize,
    },
}

/// How often each word stands in each text.
///
/// # Shape
/// `n_texts × n_words`, compressed sparse rows: text `i` has the entries `row_starts[i]..row_starts[i + 1]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Bags {
    /// The distinct words, sorted by their bytes; a word's place is its column.
    pub vocabulary: Vec<String>,
    /// Where the entries of each text start, and where those of the last end: one more than there are texts.
    pub row_starts: Vec<u64>,
    /// The column of each entry, ascending within a text.
    pub columns: Vec<u32>,
    /// How often the word stands in the text; a float, as is what comes of it, so that it can be weighted in place.
    pub counts: Vec<f32>,
}

/// Bytes of text a parallel step takes at a time, or little more: fixed, so that the thread count cannot show. As much as
/// keeps a chunk's distinct words in a core's cache.
const CHUNK_BYTES: usize = 512 << 10;

/// Counts the words of each text.
///
/// # Guarantees
/// The same result at any thread count. Every word occurs.
///
/// # Cost
/// One pass over the texts; lower case and order once for each distinct word. Besides the result, 4 bytes a token.
///
/// # Panics
/// If there are more distinct words than u32 counts.
pub fn count_words<T: AsRef<str> + Sync>(texts: &[T], rule: WordRule) -> Bags {
    count_in_chunks(texts, rule, CHUNK_BYTES)
}

fn count_in_chunks<T: AsRef<str> + Sync>(texts: &[T], rule: WordRule, chunk_bytes: usize) -> Bags {
    let texts: Vec<Cow<'_, str>> =
        chunks(texts, chunk_bytes).into_par_iter().flat_map_iter(|chunk| prepared(&texts[chunk], rule)).collect();
    let (distinct, mut chunks): (Vec<Distinct<'_>>, Vec<Rows>) = chunks(&texts, chunk_bytes)
        .into_par_iter()
        .map_init(Interner::new, |interner, chunk| scan(&texts[chunk], rule, interner))
        .unzip();
    let merged = merge_unsorted(&distinct);
    drop(distinct);
    let (vocabulary, column_of) = lower_cased(&merged.keys);
    chunks.par_iter_mut().zip(merged.numbers).for_each(|(rows, mut numbers)| {
        for number in &mut numbers {
            *number = column_of[*number as usize];
        }
        rows.sort(&numbers);
    });
    joined(vocabulary, chunks, texts.len())
}

/// The texts of each parallel step.
fn chunks<T: AsRef<str>>(texts: &[T], chunk_bytes: usize) -> Vec<Range<usize>> {
    let mut chunks = Vec::new();
    let (mut start, mut n_bytes) = (0, 0);
    for (i, text) in texts.iter().enumerate() {
        // An empty text is work, too.
        n_bytes += text.as_ref().len() + 1;
        if n_bytes >= chunk_bytes {
            chunks.push(start..i + 1);
            (start, n_bytes) = (i + 1, 0);
        }
    }
    if start < texts.len() {
        chunks.push(start..texts.len());
    }
    chunks
}

/// The texts in lower case where that must come before the words.
///
/// The lower case of a word is its lower case in the text, except for two characters: `İ` becomes two, of which the second
/// ends a word, and what `Σ` becomes depends on its neighbours, also across a word's end ("ΟΔΟΣ.Α").
fn prepared<T: AsRef<str>>(texts: &[T], rule: WordRule) -> impl Iterator<Item = Cow<'_, str>> {
    texts.iter().map(move |text| {
        let text = text.as_ref();
        let whole = rule != WordRule::Unicode && !text.is_ascii() && has_either(text, ['İ', 'Σ']);
        if whole { Cow::Owned(text.to_lowercase()) } else { Cow::Borrowed(text) }
    })
}

/// Whether one of two characters of two bytes each occurs in a text that is not empty.
fn has_either(text: &str, characters: [char; 2]) -> bool {
    let [one, other] = characters.map(|character| {
        let mut bytes = [0; 2];
        character.encode_utf8(&mut bytes);
        u16::from_le_bytes(bytes)
    });
    let bytes = text.as_bytes();
    let pairs = bytes.iter().zip(&bytes[1..]).map(|(first, second)| u16::from_le_bytes([*first, *second]));
    // Counted to the end, which lets many pairs be compared at once.
    pairs.map(|pair| usize::from(pair == one) + usize::from(pair == other)).sum::<usize>() > 0
}

/// The texts of a chunk.
struct Rows {
    /// The words of all, text after text, as numbers of the chunk; once sorted, as columns, those of a text ascending.
    words: Vec<u32>,
    /// Where the words of each text end.
    ends: Vec<u32>,
    /// Once sorted, the distinct columns of each text.
    n_distinct: Vec<u32>,
}

/// Numbers the words of a chunk as they are written.
fn scan<'t>(texts: &'t [Cow<'_, str>], rule: WordRule, interner: &mut Interner<'t>) -> (Distinct<'t>, Rows) {
    // Words of five characters and what separates them: what most languages' texts have, or more.
    let n_bytes: usize = texts.iter().map(|text| text.len()).sum();
    let mut words = Vec::with_capacity(n_bytes / 5);
    let mut ends = Vec::with_capacity(texts.len());
    for text in texts {
        match rule {
            WordRule::Unicode => words.extend(Words::new(text).map(|(_, word)| interner.intern(0, word))),
            WordRule::Alphanumeric { min_chars } => {
                words.extend(AlphanumericWords::new(text, min_chars).map(|word| interner.intern(0, word)));
            }
        }
        ends.push(u32::try_from(words.len()).expect("a chunk has fewer words than u32 counts"));
    }
    (interner.take(), Rows { words, ends, n_distinct: Vec::new() })
}

impl Rows {
    /// Turns words into columns, and sorts those of each text.
    fn sort(&mut self, column_of: &[u32]) {
        for word in &mut self.words {
            *word = column_of[*word as usize];
        }
        self.n_distinct.reserve_exact(self.ends.len());
        let mut start = 0;
        for end in &self.ends {
            let row = &mut self.words[start..*end as usize];
            row.sort_unstable();
            let n_distinct = usize::from(!row.is_empty()) + row.windows(2).filter(|pair| pair[0] != pair[1]).count();
            self.n_distinct.push(n_distinct as u32);
            start = *end as usize;
        }
    }

    /// Writes the distinct columns of each text, and how often each stands in it.
    fn count_into(&self, columns: &mut [u32], counts: &mut [f32]) {
        let (mut start, mut next) = (0, 0);
        for end in &self.ends {
            let row = &self.words[start..*end as usize];
            for run in row.chunk_by(|one, other| one == other) {
                columns[next] = run[0];
                counts[next] = run.len() as f32;
                next += 1;
            }
            start = *end as usize;
        }
    }
}

/// The distinct words in lower case, sorted, and the place of each word as written.
fn lower_cased(written: &[(u8, &str)]) -> (Vec<String>, Vec<u32>) {
    let lower: Vec<String> = written.par_iter().map(|(_, word)| lower_case(word)).collect();
    let mut sorted: Vec<(&str, u32)> = lower.iter().map(String::as_str).zip(0..).collect();
    sorted.par_sort_unstable();
    let mut column_of = vec![0; lower.len()];
    let mut vocabulary: Vec<String> = Vec::new();
    for (word, number) in sorted {
        if vocabulary.last().is_none_or(|last| last != word) {
            vocabulary.push(word.to_owned());
        }
        column_of[number as usize] = u32::try_from(vocabulary.len() - 1).expect("fewer distinct words than u32 counts");
    }
    (vocabulary, column_of)
}

/// The rows of all chunks, one after the other.
fn joined(vocabulary: Vec<String>, chunks: Vec<Rows>, n_texts: usize) -> Bags {
    let mut row_starts = Vec::with_capacity(n_texts + 1);
    row_starts.push(0);
    let mut n_entries = 0;
    let mut n_entries_of = Vec::with_capacity(chunks.len());
    for rows in &chunks {
        let before = n_entries;
        for n_distinct in &rows.n_distinct {
            n_entries += u64::from(*n_distinct);
            row_starts.push(n_entries);
        }
        n_entries_of.push((n_entries - before) as usize);
    }
    let (mut columns, mut counts) = (vec![0_u32; n_entries as usize], vec![0_f32; n_entries as usize]);
    let (mut columns_left, mut counts_left) = (columns.as_mut_slice(), counts.as_mut_slice());
    let mut places = Vec::with_capacity(chunks.len());
    for n_entries in n_entries_of {
        let (columns, columns_behind) = columns_left.split_at_mut(n_entries);
        let (counts, counts_behind) = counts_left.split_at_mut(n_entries);
        places.push((columns, counts));
        (columns_left, counts_left) = (columns_behind, counts_behind);
    }
    chunks.into_par_iter().zip(places).for_each(|(rows, (columns, counts))| rows.count_into(columns, counts));
    Bags { vocabulary, row_starts, columns, counts }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::tests::of_singled_out;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};
    use unicode_segmentation::UnicodeSegmentation;

    const SKLEARN: WordRule = WordRule::Alphanumeric { min_chars: 2 };

    /// The same by the shortest way.
    fn naive(texts: &[String], rule: WordRule) -> Bags {
        let words_of = |text: &String| -> Vec<String> {
            match rule {
                WordRule::Unicode => text.unicode_words().map(str::to_lowercase).collect(),
                WordRule::Alphanumeric { min_chars } => text
                    .to_lowercase()
                    .split(|c| !crate::words::is_alphanumeric(c))
                    .filter(|word| word.chars().count() >= min_chars.max(1))
                    .map(str::to_owned)
                    .collect(),
            }
        };
        let rows: Vec<Vec<String>> = texts.iter().map(words_of).collect();
        let vocabulary: BTreeSet<&String> = rows.iter().flatten().collect();
        let columns: BTreeMap<&String, u32> = vocabulary.iter().copied().zip(0..).collect();
        let vocabulary = vocabulary.into_iter().cloned().collect();
        let mut bags = Bags { vocabulary, row_starts: vec![0], columns: Vec::new(), counts: Vec::new() };
        for row in &rows {
            let mut counts: BTreeMap<u32, f32> = BTreeMap::new();
            for word in row {
                *counts.entry(columns[word]).or_default() += 1.0;
            }
            bags.columns.extend(counts.keys());
            bags.counts.extend(counts.values());
            bags.row_starts.push(bags.columns.len() as u64);
        }
        bags
    }

    fn texts() -> impl Strategy<Value = Vec<String>> {
        let text = prop_oneof![of_singled_out(), "([aAbB_1İΣσé]{1,3}[ .,\u{301}]){0,6}", ".{0,30}"];
        prop::collection::vec(text, 0..20)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1_000))]

        #[test]
        fn bags_are_those_of_the_shortest_way_in_chunks_of_any_size(
            texts in texts(),
            rule in prop_oneof![Just(WordRule::Unicode), (0_usize..4).prop_map(|min_chars| WordRule::Alphanumeric { min_chars })],
            chunk_bytes in 1_usize..200,
        ) {
            let expected = naive(&texts, rule);
            prop_assert_eq!(&count_in_chunks(&texts, rule, chunk_bytes), &expected);
            prop_assert_eq!(count_words(&texts, rule), expected);
        }
    }

    #[test]
    fn the_thread_count_does_not_show() {
        let texts: Vec<String> =
            (0..3_000).map(|i| format!("Word{} word{} is Été{}", i % 97, i % 89, i % 11)).collect();
        let counted = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| count_in_chunks(&texts, SKLEARN, 1_000))
        };
        let one = counted(1);
        assert_eq!(one, naive(&texts, SKLEARN));
        assert!([2, 8].into_iter().all(|n_threads| counted(n_threads) == one));
    }

    #[test]
    fn no_text_and_texts_without_words_have_empty_bags() {
        let none = Bags { vocabulary: Vec::new(), row_starts: vec![0], columns: Vec::new(), counts: Vec::new() };
        assert_eq!(count_words::<&str>(&[], SKLEARN), none);
        assert_eq!(count_words(&["", " ?! ", "a"], SKLEARN), Bags { row_starts: vec![0; 4], ..none });
    }

    #[test]
    fn lower_case_is_that_of_the_text() {
        // The dot above ends a word; a sigma before a stop and a letter is not the last of its word.
        assert_eq!(count_words(&["İstanbul ΟΔΟΣ.Α"], SKLEARN).vocabulary, ["stanbul", "οδοσ"]);
        assert_eq!(count_words(&["ΟΔΟΣ Don't Ⓐb"], SKLEARN).vocabulary, ["don", "οδος"]);
        assert_eq!(count_words(&["ΟΔΟΣ Don't İx"], WordRule::Unicode).vocabulary, ["don't", "i\u{307}x", "οδος"]);
    }
}
