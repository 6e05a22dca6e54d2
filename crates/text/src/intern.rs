//! Numbers for distinct words: within a chunk of texts as they come, over all chunks in the order of the words.
//!
//! A text repeats its words, so that whatever costs more than a look at a word (lower case, stems, comparison) is done
//! once for each distinct one.

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// What is numbered: a word, and a tag of the caller's (such as its language) under which it counts as distinct.
pub(crate) type Key<'t> = (u8, &'t str);

/// Numbers the distinct keys of a chunk, in the order in which they are first seen.
///
/// # Guarantees
/// Numbers depend on the keys and their order only, never on their hashes.
///
/// # Cost
/// One hash, and as a rule one comparison, a call. The hash has no secret: whoever chooses the words can make them collide, and
/// a chunk take time square to its distinct words.
#[derive(Debug, Default)]
pub(crate) struct Interner<'t> {
    /// Open addressing with linear probing, at most half full: the hash's upper half and the number plus one; 0 if empty.
    slots: Vec<u64>,
    keys: Vec<Key<'t>>,
    hashes: Vec<u64>,
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
        self.intern_hashed((tag, word), xxh3_64_with_seed(word.as_bytes(), u64::from(tag)))
    }

    /// The keys by their number.
    pub(crate) fn keys(&self) -> &[Key<'t>] {
        &self.keys
    }

    #[inline]
    fn intern_hashed(&mut self, key: Key<'t>, hash: u64) -> u32 {
        if 2 * self.keys.len() >= self.slots.len() {
            self.grow();
        }
        let mask = self.slots.len() - 1;
        let mut at = hash as usize & mask;
        loop {
            let slot = self.slots[at];
            if slot == 0 {
                self.keys.push(key);
                self.hashes.push(hash);
                self.slots[at] = slot_of(hash, self.keys.len() - 1);
                return self.keys.len() as u32 - 1;
            }
            if slot >> 32 == hash >> 32 {
                let number = slot as u32 - 1;
                if self.keys[number as usize] == key {
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
        for (number, hash) in self.hashes.iter().enumerate() {
            let mut at = *hash as usize & (n_slots - 1);
            while self.slots[at] != 0 {
                at = (at + 1) & (n_slots - 1);
            }
            self.slots[at] = slot_of(*hash, number);
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
    /// Sorted; a key's place is its number.
    pub(crate) keys: Vec<Key<'t>>,
    /// For each chunk, by the number a key had there, its number here.
    pub(crate) numbers: Vec<Vec<u32>>,
}

/// Shards of the keys: fixed, so that the thread count cannot show.
const SHARDS: usize = 64;

/// The shard of a hash: by bits that do not choose its slot.
fn shard_of(hash: u64) -> usize {
    (hash >> 32) as usize % SHARDS
}

/// A chunk's numbers, shard after shard, and where each shard starts.
struct Sharded {
    numbers: Vec<u32>,
    starts: Vec<usize>,
}

impl Sharded {
    fn new(chunk: &Interner<'_>) -> Self {
        let mut starts = vec![0; SHARDS + 1];
        for hash in &chunk.hashes {
            starts[shard_of(*hash) + 1] += 1;
        }
        for shard in 0..SHARDS {
            starts[shard + 1] += starts[shard];
        }
        let (mut next, mut numbers) = (starts.clone(), vec![0; chunk.hashes.len()]);
        for (number, hash) in chunk.hashes.iter().enumerate() {
            let at = &mut next[shard_of(*hash)];
            numbers[*at] = number as u32;
            *at += 1;
        }
        Self { numbers, starts }
    }

    fn of(&self, shard: usize) -> &[u32] {
        &self.numbers[self.starts[shard]..self.starts[shard + 1]]
    }
}

/// Numbers the distinct keys of all chunks in their order (by tag, then by the bytes of the word).
///
/// # Guarantees
/// The same result at any thread count.
///
/// # Cost
/// One comparison for each distinct key of each chunk, and one sort of those distinct over all.
pub(crate) fn merge<'t>(chunks: &[Interner<'t>]) -> Merged<'t> {
    // Keys that are equal have one hash, hence one shard: the shards are merged apart.
    let sharded: Vec<Sharded> = chunks.par_iter().map(Sharded::new).collect();
    let shards: Vec<(Interner<'t>, Vec<u32>)> = (0..SHARDS)
        .into_par_iter()
        .map(|shard| {
            let mut distinct = Interner::new();
            let mut numbers = Vec::with_capacity(sharded.iter().map(|chunk| chunk.of(shard).len()).sum());
            for (chunk, sharded) in chunks.iter().zip(&sharded) {
                numbers.extend(sharded.of(shard).iter().map(|number| {
                    let number = *number as usize;
                    distinct.intern_hashed(chunk.keys[number], chunk.hashes[number])
                }));
            }
            (distinct, numbers)
        })
        .collect();

    // The first eight bytes of a word settle most comparisons without a look at it.
    let mut sorted: Vec<(u8, u64, &str, u32)> =
        Vec::with_capacity(shards.iter().map(|(keys, _)| keys.keys.len()).sum());
    let mut offsets = Vec::with_capacity(SHARDS);
    for (distinct, _) in &shards {
        let offset = sorted.len();
        offsets.push(offset);
        let keys = distinct.keys.iter().enumerate();
        sorted.extend(keys.map(|(number, (tag, word))| (*tag, prefix(word), *word, (offset + number) as u32)));
    }
    sorted.par_sort_unstable();
    let mut ranks = vec![0_u32; sorted.len()];
    for (rank, (.., at)) in sorted.iter().enumerate() {
        ranks[*at as usize] = rank as u32;
    }

    // Where the numbers of a chunk start within each shard's.
    let mut starts = vec![0; SHARDS];
    let mut from = Vec::with_capacity(chunks.len());
    for chunk in &sharded {
        from.push(starts.clone());
        for (shard, start) in starts.iter_mut().enumerate() {
            *start += chunk.of(shard).len();
        }
    }
    let numbers = sharded.par_iter().zip(&from).map(|(chunk, from)| {
        let mut numbers = vec![0; chunk.numbers.len()];
        for (shard, (_, merged)) in shards.iter().enumerate() {
            for (number, merged) in chunk.of(shard).iter().zip(&merged[from[shard]..]) {
                numbers[*number as usize] = ranks[offsets[shard] + *merged as usize];
            }
        }
        numbers
    });
    Merged { numbers: numbers.collect(), keys: sorted.iter().map(|(tag, _, word, _)| (*tag, *word)).collect() }
}

/// The first eight bytes of a word as a number; words of different numbers are in the order of these.
fn prefix(word: &str) -> u64 {
    let mut bytes = [0; 8];
    let n = word.len().min(8);
    bytes[..n].copy_from_slice(&word.as_bytes()[..n]);
    u64::from_be_bytes(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn chunks() -> impl Strategy<Value = Vec<Vec<(u8, String)>>> {
        let word = prop_oneof!["[ab]{0,3}", "[ab]{7,10}", "[a\u{0}é]{0,3}", ".{0,20}"];
        prop::collection::vec(prop::collection::vec((0_u8..3, word), 0..60), 0..6)
    }

    fn interned(chunk: &[(u8, String)]) -> (Interner<'_>, Vec<u32>) {
        let mut interner = Interner::new();
        let numbers = chunk.iter().map(|(tag, word)| interner.intern(*tag, word)).collect();
        (interner, numbers)
    }

    proptest! {
        #[test]
        fn numbers_stand_for_keys_in_the_order_they_come(chunk in chunks().prop_map(|chunks| chunks.concat())) {
            let (interner, numbers) = interned(&chunk);
            let mut expected: Vec<Key<'_>> = Vec::new();
            for ((tag, word), number) in chunk.iter().zip(&numbers) {
                if !expected.contains(&(*tag, word.as_str())) {
                    expected.push((*tag, word));
                }
                prop_assert_eq!(expected[*number as usize], (*tag, word.as_str()));
            }
            prop_assert_eq!(interner.keys(), expected);
        }

        #[test]
        fn merged_keys_are_sorted_and_every_number_leads_to_its_key(chunks in chunks()) {
            let interners: Vec<_> = chunks.iter().map(|chunk| interned(chunk).0).collect();
            let merged = merge(&interners);
            let mut expected: Vec<Key<'_>> = chunks.iter().flatten().map(|(tag, word)| (*tag, word.as_str())).collect();
            expected.sort_unstable();
            expected.dedup();
            prop_assert_eq!(&merged.keys, &expected);
            prop_assert_eq!(merged.numbers.len(), chunks.len());
            for (interner, numbers) in interners.iter().zip(&merged.numbers) {
                let keys: Vec<Key<'_>> = numbers.iter().map(|number| merged.keys[*number as usize]).collect();
                prop_assert_eq!(interner.keys(), keys);
            }
        }
    }

    #[test]
    fn the_thread_count_does_not_show() {
        let words: Vec<String> = (0..5_000_u64).map(|i| format!("w{}", i * 7919 % 1_999)).collect();
        let merged = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| {
                let interners: Vec<Interner<'_>> = words
                    .par_chunks(100)
                    .map(|chunk| {
                        let mut interner = Interner::new();
                        for word in chunk {
                            interner.intern((word.len() % 2) as u8, word);
                        }
                        interner
                    })
                    .collect();
                merge(&interners)
            })
        };
        let one = merged(1);
        assert_eq!(one.keys.len(), 1_999);
        assert!([2, 8].into_iter().all(|n_threads| merged(n_threads) == one));
    }

    #[test]
    fn nothing_merges_to_nothing() {
        assert_eq!(merge(&[]), Merged { keys: Vec::new(), numbers: Vec::new() });
        assert_eq!(merge(&[Interner::new()]), Merged { keys: Vec::new(), numbers: vec![Vec::new()] });
    }
}
