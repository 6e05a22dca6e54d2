//! Numbers for distinct words: within a chunk of texts as they come, over all chunks in the order of the words.
//!
//! A text repeats its words, so that whatever costs more than a look at a word (lower case, stems, comparison) is done
//! once for each distinct one.

use rayon::prelude::*;
use std::ops::Range;
use xxhash_rust::xxh3::xxh3_64;

/// What is numbered: a word, and a tag of the caller's (such as its language) under which it counts as distinct.
pub(crate) type Key<'t> = (u8, &'t str);

/// A key, with what of its word spares most looks at the word itself.
#[derive(Clone, Copy, Debug)]
struct Entry<'t> {
    /// The word's first eight bytes, the first as the lowest, zeros behind a shorter word.
    first: u64,
    /// Its last eight bytes, or 0 if the first are all.
    last: u64,
    word: &'t str,
    tag: u8,
}

/// Words no longer than this are known from the first and last bytes and the length.
const KNOWN_LENGTH: usize = 16;

impl<'t> Entry<'t> {
    #[inline]
    fn new(tag: u8, word: &'t str) -> Self {
        let bytes = word.as_bytes();
        let (first, last) = match (bytes.first_chunk::<8>(), bytes.last_chunk::<8>()) {
            (Some(first), Some(last)) => {
                (u64::from_le_bytes(*first), if bytes.len() > 8 { u64::from_le_bytes(*last) } else { 0 })
            }
            _ => (short(bytes), 0),
        };
        Self { first, last, word, tag }
    }

    /// Multiplies to 128 bits and folds them, as wyhash does for short words.
    #[inline]
    fn hash(&self) -> u64 {
        let length_and_tag = (self.word.len() as u64) << 8 | u64::from(self.tag);
        let mut last = self.last ^ length_and_tag.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        if self.word.len() > KNOWN_LENGTH {
            last ^= long(self.word);
        }
        let product = u128::from(self.first ^ 0xa076_1d64_78bd_642f) * u128::from(last ^ 0xe703_7ed1_a0b4_28db);
        product as u64 ^ (product >> 64) as u64
    }

    #[inline]
    fn equals(&self, other: &Self) -> bool {
        self.first == other.first
            && self.last == other.last
            && self.word.len() == other.word.len()
            && self.tag == other.tag
            && (self.word.len() <= KNOWN_LENGTH || self.word == other.word)
    }

    fn key(&self) -> Key<'t> {
        (self.tag, self.word)
    }
}

/// What tells long words apart that begin and end alike.
#[cold]
fn long(word: &str) -> u64 {
    xxh3_64(word.as_bytes())
}

/// Less than eight bytes as a number, the first as the lowest byte.
#[inline]
fn short(bytes: &[u8]) -> u64 {
    let n = bytes.len();
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        // Where both have a byte it is the same.
        return u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << (8 * (n - 4));
    }
    bytes.iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// The distinct keys of a chunk, shard after shard: what one shard's merge reads stands together.
#[derive(Clone, Debug)]
pub(crate) struct Distinct<'t> {
    entries: Vec<Entry<'t>>,
    /// The number of each.
    numbers: Vec<u32>,
    /// Where each shard starts, and the last ends.
    starts: [u32; SHARDS + 1],
}

/// Shards of the keys: fixed, so that the thread count cannot show.
const SHARDS: usize = 64;

/// The shard of a key: by bits of its hash that do not choose its slot.
fn shard_of(hash: u64) -> usize {
    (hash >> 32) as usize % SHARDS
}

impl<'t> Distinct<'t> {
    /// Puts entries, which stand by their number, in the order of their shards.
    fn new(by_number: &[Entry<'t>]) -> Self {
        let mut starts = [0; SHARDS + 1];
        for entry in by_number {
            starts[shard_of(entry.hash()) + 1] += 1;
        }
        for shard in 0..SHARDS {
            starts[shard + 1] += starts[shard];
        }
        let (mut next, mut numbers) = (starts, vec![0; by_number.len()]);
        for (entry, number) in by_number.iter().zip(0..) {
            let at = &mut next[shard_of(entry.hash())];
            numbers[*at as usize] = number;
            *at += 1;
        }
        let entries = numbers.iter().map(|number| by_number[*number as usize]).collect();
        Self { entries, numbers, starts }
    }

    /// The places of a shard's keys.
    fn places(&self, shard: usize) -> Range<usize> {
        self.starts[shard] as usize..self.starts[shard + 1] as usize
    }
}

/// Numbers the distinct keys of a chunk, in the order in which they are first seen.
///
/// # Guarantees
/// Numbers depend on the keys and their order only, never on their hashes.
///
/// # Cost
/// One hash and as a rule one comparison a call, without a look at words of up to 16 bytes seen before. The hash has no
/// secret: whoever chooses the words can make them collide, and a chunk take time square to its distinct words.
#[derive(Debug, Default)]
pub(crate) struct Interner<'t> {
    /// Open addressing with linear probing, at most half full: the hash's upper half and the number plus one; 0 if empty.
    slots: Vec<u64>,
    entries: Vec<Entry<'t>>,
}

/// The slots a table starts with; a power of two, as are all that follow.
const FIRST_SLOTS: usize = 64;

impl<'t> Interner<'t> {
    /// Nothing seen yet.
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// The number of the key: its own if it was seen before, else the next.
    #[inline]
    pub(crate) fn intern(&mut self, tag: u8, word: &'t str) -> u32 {
        let entry = Entry::new(tag, word);
        self.intern_hashed(entry, entry.hash())
    }

    /// The keys seen, in memory of just their size, for [`merge`]; ready for the next chunk, in the memory of this one.
    pub(crate) fn take(&mut self) -> Distinct<'t> {
        let distinct = Distinct::new(&self.entries);
        self.entries.clear();
        self.slots.fill(0);
        distinct
    }

    #[inline]
    fn intern_hashed(&mut self, entry: Entry<'t>, hash: u64) -> u32 {
        if 2 * self.entries.len() >= self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                let number = self.entries.len();
                self.entries.push(entry);
                self.slots[at] = slot_of(hash, number);
                return number as u32;
            }
            if slot >> 32 == hash >> 32 {
                let number = slot as u32 - 1;
                if self.entries[number as usize].equals(&entry) {
                    return number;
                }
            }
            at = (at + 1) & mask;
        }
    }

    #[cold]
    fn grow(&mut self) {
        let n_slots = (2 * self.slots.len()).max(FIRST_SLOTS);
        self.slots.clear();
        self.slots.resize(n_slots, 0);
        for (number, entry) in self.entries.iter().enumerate() {
            let hash = entry.hash();
            let mut at = hash as usize & (n_slots - 1);
            while self.slots[at] != 0 {
                at = (at + 1) & (n_slots - 1);
            }
            self.slots[at] = slot_of(hash, number);
        }
    }
}

/// # Panics
/// If there are as many keys as a u32 counts, for which a chunk had to be of gigabytes.
fn slot_of(hash: u64, number: usize) -> u64 {
    let entry = u32::try_from(number + 1).expect("a chunk has fewer distinct words than u32 counts");
    hash >> 32 << 32 | u64::from(entry)
}

/// The distinct keys of all chunks.
#[derive(Debug, Eq, PartialEq)]
pub(crate) struct Merged<'t> {
    /// Each once; a key's place is its number.
    pub(crate) keys: Vec<Key<'t>>,
    /// For each chunk, by the number a key had there, its number here.
    pub(crate) numbers: Vec<Vec<u32>>,
}

/// Numbers the distinct keys of all chunks in their order: by tag, then by the bytes of the word.
///
/// # Guarantees
/// The same result at any thread count.
///
/// # Cost
/// One comparison for each distinct key of each chunk, and one sort of those distinct over all.
pub(crate) fn merge<'t>(chunks: &[Distinct<'t>]) -> Merged<'t> {
    let (entries, mut numbers) = united(chunks);
    // The first eight bytes settle most comparisons without a look at the word.
    let mut sorted: Vec<(u8, u64, &str, u32)> = entries
        .iter()
        .zip(0..)
        .map(|(entry, number)| (entry.tag, entry.first.swap_bytes(), entry.word, number))
        .collect();
    sorted.par_sort_unstable();
    let mut ranks = vec![0_u32; sorted.len()];
    for ((.., number), rank) in sorted.iter().zip(0..) {
        ranks[*number as usize] = rank;
    }
    numbers.par_iter_mut().flatten().for_each(|number| *number = ranks[*number as usize]);
    Merged { keys: sorted.iter().map(|(tag, _, word, _)| (*tag, *word)).collect(), numbers }
}

/// As [`merge`], for callers that sort by something else: the numbers are in no order that may reach a result.
pub(crate) fn merge_unsorted<'t>(chunks: &[Distinct<'t>]) -> Merged<'t> {
    let (entries, numbers) = united(chunks);
    Merged { keys: entries.iter().map(Entry::key).collect(), numbers }
}

/// The distinct entries of all chunks, shard after shard, and the places of each chunk's among them.
fn united<'t>(chunks: &[Distinct<'t>]) -> (Vec<Entry<'t>>, Vec<Vec<u32>>) {
    // Keys that are equal have one hash, hence one shard: the shards are merged apart.
    let shards: Vec<(Vec<Entry<'t>>, Vec<u32>)> = (0..SHARDS)
        .into_par_iter()
        .map(|shard| {
            let mut interner = Interner::new();
            let mut numbers = Vec::with_capacity(chunks.iter().map(|chunk| chunk.places(shard).len()).sum());
            for chunk in chunks {
                let entries = &chunk.entries[chunk.places(shard)];
                numbers.extend(entries.iter().map(|entry| interner.intern_hashed(*entry, entry.hash())));
            }
            (interner.entries, numbers)
        })
        .collect();
    let mut entries = Vec::with_capacity(shards.iter().map(|(entries, _)| entries.len()).sum());
    let mut offsets = Vec::with_capacity(SHARDS);
    for (distinct, _) in &shards {
        offsets.push(entries.len() as u32);
        entries.extend_from_slice(distinct);
    }

    // Where the numbers of a chunk start within each shard's.
    let mut starts = vec![0; SHARDS];
    let mut from = Vec::with_capacity(chunks.len());
    for chunk in chunks {
        from.push(starts.clone());
        for (shard, start) in starts.iter_mut().enumerate() {
            *start += chunk.places(shard).len();
        }
    }
    let numbers = chunks.par_iter().zip(&from).map(|(chunk, from)| {
        let mut numbers = vec![0; chunk.numbers.len()];
        for (shard, (_, merged)) in shards.iter().enumerate() {
            for (number, merged) in chunk.numbers[chunk.places(shard)].iter().zip(&merged[from[shard]..]) {
                numbers[*number as usize] = offsets[shard] + merged;
            }
        }
        numbers
    });
    (entries, numbers.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chunks() -> impl Strategy<Value = Vec<Vec<(u8, String)>>> {
        let word =
            prop_oneof!["[ab]{0,3}", "[ab]{7,10}", "[ab]{15,18}", "a{17}[ab]{0,3}a{10}", "[a\u{0}é]{0,3}", ".{0,20}"];
        prop::collection::vec(prop::collection::vec((0_u8..3, word), 0..60), 0..6)
    }

    fn interned(chunk: &[(u8, String)]) -> (Distinct<'_>, Vec<u32>) {
        let mut interner = Interner::new();
        // What stood in the table before does not show.
        for i in 0..40 {
            interner.intern(0, &"abababababababababababababababababababab"[i..]);
        }
        interner.take();
        let numbers = chunk.iter().map(|(tag, word)| interner.intern(*tag, word)).collect();
        (interner.take(), numbers)
    }

    fn keys<'t>(distinct: &Distinct<'t>) -> Vec<Key<'t>> {
        let mut keys: Vec<_> = distinct.numbers.iter().zip(distinct.entries.iter().map(Entry::key)).collect();
        keys.sort_unstable();
        keys.into_iter().map(|(_, key)| key).collect()
    }

    proptest! {
        #[test]
        fn numbers_stand_for_keys_in_the_order_they_come(chunk in chunks().prop_map(|chunks| chunks.concat())) {
            let (distinct, numbers) = interned(&chunk);
            let mut expected: Vec<Key<'_>> = Vec::new();
            for ((tag, word), number) in chunk.iter().zip(&numbers) {
                if !expected.contains(&(*tag, word.as_str())) {
                    expected.push((*tag, word));
                }
                prop_assert_eq!(expected[*number as usize], (*tag, word.as_str()));
            }
            prop_assert_eq!(keys(&distinct), expected);
        }

        #[test]
        fn merged_keys_are_sorted_and_every_number_leads_to_its_key(chunks in chunks()) {
            let distinct: Vec<_> = chunks.iter().map(|chunk| interned(chunk).0).collect();
            let merged = merge(&distinct);
            let mut expected: Vec<Key<'_>> = chunks.iter().flatten().map(|(tag, word)| (*tag, word.as_str())).collect();
            expected.sort_unstable();
            expected.dedup();
            prop_assert_eq!(&merged.keys, &expected);
            let unsorted = merge_unsorted(&distinct);
            prop_assert_eq!(unsorted.keys.len(), expected.len());
            for merged in [merged, unsorted] {
                let chunks: Vec<Vec<Key<'_>>> = merged
                    .numbers
                    .iter()
                    .map(|numbers| numbers.iter().map(|number| merged.keys[*number as usize]).collect())
                    .collect();
                prop_assert_eq!(chunks, distinct.iter().map(keys).collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn the_thread_count_does_not_show() {
        let words: Vec<String> = (0..5_000_u64).map(|i| format!("w{}", i * 7919 % 1_999)).collect();
        let merged = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| {
                let distinct: Vec<Distinct<'_>> = words
                    .par_chunks(100)
                    .map(|chunk| {
                        let mut interner = Interner::new();
                        for word in chunk {
                            interner.intern((word.len() % 2) as u8, word);
                        }
                        interner.take()
                    })
                    .collect();
                merge(&distinct)
            })
        };
        let one = merged(1);
        assert_eq!(one.keys.len(), 1_999);
        assert!([2, 8].into_iter().all(|n_threads| merged(n_threads) == one));
    }

    #[test]
    fn nothing_merges_to_nothing() {
        assert_eq!(merge(&[]), Merged { keys: Vec::new(), numbers: Vec::new() });
        assert_eq!(merge(&[Interner::new().take()]), Merged { keys: Vec::new(), numbers: vec![Vec::new()] });
    }
}
