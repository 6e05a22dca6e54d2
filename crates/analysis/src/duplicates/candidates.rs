//! Which pairs of texts are worth comparing.
//!
//! Two ways, and a pair that either finds is compared exactly later:
//!
//! - **Signatures** find texts that are alike throughout, by the bands of [`Banding`].
//! - **Passages** find texts that share a long passage, however much else they hold: of each window of runs of eight words the run with
//!   the least hash is kept, so that any shared passage of `passage_words` has a run that both kept.
//!
//! # Cost
//! A bucket of up to [`SMALL`] texts is compared throughout. In a larger one each text is compared with [`FIRST`] only, so that cost
//! grows with the texts and not with their square: with those that stood in the most large buckets so far, as the source of many copies
//! does, of several the earliest. Where more than sixteen different texts share a band or run, a pair of others is then found only by
//! another bucket, or in the group of a text that both are alike to.
//!
//! # Source
//! Broder (1997); Schleimer, Wilkerson & Aiken (2003), winnowing.

use super::minhash::{Hashes, LANES, Lanes, minima, mix};
use super::sorting::{all_merged, merged, sort_by_bits};
use super::texts::{COMMON, Texts};
use super::{Banding, DuplicateSettings};
use rayon::prelude::*;

/// Texts a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 1024;
/// Texts in a bucket that are all compared with each other.
pub const SMALL: usize = 16;
/// Texts of a larger bucket that all others are compared with.
pub const FIRST: usize = 4;
/// Words in a run by which passages are found.
const RUN_WORDS: usize = 8;

/// A pair of places in a list of texts: the lower and the higher.
pub(super) type Candidate = u64;

pub(super) fn pair(lower: u32, higher: u32) -> Candidate {
    u64::from(lower) << 32 | u64::from(higher)
}

pub(super) fn unpair(candidate: Candidate) -> (u32, u32) {
    ((candidate >> 32) as u32, candidate as u32)
}

/// Pairs that wait for being compared, for each text; a few more may.
const WAITING: usize = 8;
/// Pairs that may wait at least.
const LEAST_WAITING: usize = 1 << 20;
/// Pairs that are handed on together, about.
const BATCH: usize = 1 << 18;

/// Hands on the pairs to be compared: places in `distinct`, which holds texts. Each list is ascending and has a pair once; further lists may
/// have it again. No more than some eight pairs for each text are held at a time.
pub(super) fn each_list(
    texts: &Texts,
    distinct: &[u32],
    settings: &DuplicateSettings,
    mut take: impl FnMut(Vec<Candidate>),
) {
    let most_waiting = LEAST_WAITING.max(WAITING * distinct.len());
    let mut lists = vec![by_passages(texts, distinct, settings)];
    let mut met = vec![0_u32; distinct.len()];
    let banding = Banding::new(settings);
    let mut block = Block::new(distinct.len(), banding);
    for number in 0..banding.n_blocks {
        block.take(texts, distinct, &Hashes::new(number));
        let bands: Vec<(Vec<Candidate>, Vec<u32>)> = block
            .keys
            .par_chunks(distinct.len().max(1))
            .map(|keys| {
                let mut found = Vec::new();
                let entries = repeated(keys, |at| at as u32);
                let in_large = compare_buckets(&entries, &met, |a, b| block.may_be_alike(a, b), &mut found);
                (sorted(found, distinct.len()), in_large)
            })
            .collect();
        let (found, in_large): (Vec<_>, Vec<_>) = bands.into_iter().unzip();
        in_large.into_iter().flatten().for_each(|text| met[text as usize] += 1);
        lists.push(all_merged(found));
        // Lists of about one length are merged, so that each pair is moved a few times only.
        while let [.., before, last] = lists.as_slice()
            && last.len() * 2 >= before.len()
        {
            let (last, before) = (lists.pop().unwrap_or_default(), lists.pop().unwrap_or_default());
            lists.push(merged(before, last));
        }
        if lists.iter().map(Vec::len).sum::<usize>() >= most_waiting {
            hand_on(&std::mem::take(&mut lists), distinct.len(), &mut take);
        }
    }
    drop((block, met));
    hand_on(&lists, distinct.len(), &mut take);
}

/// Hands on ascending lists of pairs of `n` places as one, part by part: never are all of them in memory twice.
fn hand_on(lists: &[Vec<Candidate>], n: usize, take: &mut impl FnMut(Vec<Candidate>)) {
    let n_parts = lists.iter().map(Vec::len).sum::<usize>().div_ceil(BATCH).max(1);
    let mut done = vec![0; lists.len()];
    for part in 1..=n_parts {
        // A part is of those whose lower place is below this one.
        let bound = (part * n).div_ceil(n_parts);
        let of_list = |(list, done): (&Vec<Candidate>, &mut usize)| {
            let from = *done;
            *done += list[from..].partition_point(|candidate| (unpair(*candidate).0 as usize) < bound);
            list[from..*done].to_vec()
        };
        take(all_merged(lists.iter().zip(&mut done).map(of_list).collect()));
    }
}

/// Pairs of `n` places ascending, each once.
fn sorted(mut found: Vec<Candidate>, n: usize) -> Vec<Candidate> {
    let bits = usize::BITS - n.leading_zeros();
    sort_by_bits(&mut found, 0..bits);
    sort_by_bits(&mut found, 32..32 + bits);
    found.dedup();
    found
}

/// What is known of the texts by one block of minima.
struct Block {
    banding: Banding,
    /// The hashes of the bands, band by band, text by text.
    keys: Vec<u32>,
    /// For each text the last bits of its minima: where two minima agree these do, and of others one in 256.
    ends: Vec<[u8; LANES]>,
}

impl Block {
    fn new(n_texts: usize, banding: Banding) -> Self {
        Self { banding, keys: vec![0; n_texts * banding.n_bands()], ends: vec![[0; LANES]; n_texts] }
    }

    /// Takes the minima of the texts.
    ///
    /// The hashes are the upper halves of Σ mᵢ · xᵢ mod 2⁶⁴, of which two different bands have the same with probability 2⁻³² (Lemire &
    /// Kaser 2014).
    fn take(&mut self, texts: &Texts, distinct: &[u32], hashes: &Hashes) {
        let n_rows = self.banding.n_rows;
        let factors: Vec<u64> = (1..=n_rows as u64).map(|row| mix(row << 32)).collect();
        let mut of_chunk: Vec<Vec<&mut [u32]>> = distinct.chunks(CHUNK).map(|_| Vec::new()).collect();
        for band in self.keys.chunks_mut(distinct.len().max(1)) {
            of_chunk.iter_mut().zip(band.chunks_mut(CHUNK)).for_each(|(bands, keys)| bands.push(keys));
        }
        let chunks = of_chunk.par_iter_mut().zip(distinct.par_chunks(CHUNK)).zip(self.ends.par_chunks_mut(CHUNK));
        chunks.for_each(|((bands, distinct), ends)| {
            let shingles: Vec<&[u32]> = distinct.iter().map(|text| texts.shingles(*text)).collect();
            let mut least = Vec::with_capacity(distinct.len());
            minima(&shingles, hashes, &mut least);
            for (band, keys) in bands.iter_mut().enumerate() {
                for (key, Lanes(least)) in keys.iter_mut().zip(&least) {
                    let rows = least[band * n_rows..(band + 1) * n_rows].iter().zip(&factors);
                    let sum =
                        rows.fold(0_u64, |sum, (row, factor)| sum.wrapping_add(u64::from(*row).wrapping_mul(*factor)));
                    *key = (sum >> 32) as u32;
                }
            }
            for (ends, Lanes(least)) in ends.iter_mut().zip(&least) {
                *ends = least.map(|least| least as u8);
            }
        });
    }

    /// Whether as many minima of two texts may agree as [`Banding::n_agreeing`] asks for.
    #[inline]
    fn may_be_alike(&self, a: u32, b: u32) -> bool {
        let (a, b) = (&self.ends[a as usize], &self.ends[b as usize]);
        let agreeing: u8 = a.iter().zip(b).map(|(a, b)| u8::from(a == b)).sum();
        usize::from(agreeing) >= self.banding.n_agreeing
    }
}

/// Which numbers of so many bits were met, once and again.
struct Met {
    words: Vec<[u64; 2]>,
    bits: u32,
}

impl Met {
    /// Room for about eight times as many numbers as there are keys.
    fn new(n_keys: usize) -> Self {
        let bits = (8 * n_keys.max(1)).next_power_of_two().trailing_zeros().clamp(12, 31);
        Self { words: vec![[0; 2]; 1 << (bits - 6)], bits }
    }

    #[inline]
    fn add(&mut self, number: u32) {
        let (word, bit) = self.place(number);
        let [once, again] = &mut self.words[word];
        *again |= *once & bit;
        *once |= bit;
    }

    /// Whether a number was met twice at least.
    #[inline]
    fn is_repeated(&self, number: u32) -> bool {
        let (word, bit) = self.place(number);
        self.words[word][1] & bit != 0
    }

    /// Of the upper bits.
    #[inline]
    fn place(&self, number: u32) -> (usize, u64) {
        let bit = number >> (32 - self.bits);
        ((bit >> 6) as usize, 1 << (bit & 63))
    }
}

/// Of the keys those that may occur again, as key and place in one number, ascending; `place` of a key's index grows with it.
///
/// A key is looked for by one bit among those met once and those met again, first by its upper bits, then by its lower ones: of the keys that
/// occur once, one in sixty is kept.
fn repeated(keys: &[u32], place: impl Fn(usize) -> u32) -> Vec<u64> {
    let mut met = Met::new(keys.len());
    for key in keys {
        met.add(*key);
    }
    let entries = keys.iter().enumerate().filter(|(_, key)| met.is_repeated(**key));
    let mut entries: Vec<u64> = entries.map(|(at, key)| pair(*key, place(at))).collect();
    let lower = |entry: u64| ((entry >> 32) as u32).reverse_bits();
    let mut met = Met::new(entries.len());
    for entry in &entries {
        met.add(lower(*entry));
    }
    entries.retain(|entry| met.is_repeated(lower(*entry)));
    sort_by_bits(&mut entries, 32..64);
    entries
}

/// The pairs to compare within each run of entries with one key. `met`: for each text how often it stood in a large bucket so far;
/// `may_be_alike`: whether a pair is to be compared at all. Returns the texts that stand in a large bucket now.
fn compare_buckets(
    entries: &[u64],
    met: &[u32],
    may_be_alike: impl Fn(u32, u32) -> bool,
    found: &mut Vec<Candidate>,
) -> Vec<u32> {
    let mut in_large = Vec::new();
    for bucket in entries.chunk_by(|a, b| a >> 32 == b >> 32) {
        if bucket.len() <= SMALL {
            for (at, higher) in bucket.iter().enumerate() {
                let lower = bucket[..at].iter().filter(|lower| may_be_alike(**lower as u32, *higher as u32));
                found.extend(lower.map(|lower| pair(*lower as u32, *higher as u32)));
            }
            continue;
        }
        let mut first: Vec<u32> = Vec::with_capacity(FIRST + 1);
        for entry in bucket {
            let text = *entry as u32;
            let at = first.partition_point(|other| met[*other as usize] >= met[text as usize]);
            if at < FIRST {
                first.insert(at, text);
                first.truncate(FIRST);
            }
        }
        for entry in bucket {
            let text = *entry as u32;
            let others = first.iter().filter(|other| **other != text && may_be_alike(**other, text));
            found.extend(others.map(|other| pair(text.min(*other), text.max(*other))));
            in_large.push(text);
        }
    }
    in_large
}

/// The pairs that share a passage.
fn by_passages(texts: &Texts, distinct: &[u32], settings: &DuplicateSettings) -> Vec<Candidate> {
    let kept: Vec<(Vec<u32>, Vec<u32>)> = distinct
        .par_chunks(CHUNK)
        .enumerate()
        .map(|(chunk, distinct)| {
            let (mut keys, mut places, mut runs) = (Vec::new(), Vec::new(), Vec::new());
            for (text, place) in distinct.iter().zip((chunk * CHUNK) as u32..) {
                winnow(texts.shingles(*text), settings, &mut runs, &mut keys);
                places.resize(keys.len(), place);
            }
            (keys, places)
        })
        .collect();
    let n_kept = kept.iter().map(|(keys, _)| keys.len()).sum();
    let (mut keys, mut places) = (Vec::with_capacity(n_kept), Vec::with_capacity(n_kept));
    for (of_chunk, at) in kept {
        keys.extend(of_chunk);
        places.extend(at);
    }
    let entries = repeated(&keys, |at| places[at]);
    drop((keys, places));
    let mut found = Vec::new();
    compare_buckets(&entries, &vec![0; distinct.len()], |_, _| true, &mut found);
    sorted(found, distinct.len())
}

/// A factor of the hashes of runs: odd, otherwise any.
const BASE: u64 = 0xd134_2543_de82_ef95;

/// Adds the hashes of the runs that are kept of a text, each once. `runs` is room to work in.
///
/// A run of shingles x₁ … xₙ has the hash Σ xᵢ · BASEⁿ⁻ⁱ mod 2⁶⁴, mixed, which each step takes from the one before; one with a
/// shingle of a reference text is kept nowhere.
fn winnow(shingles: &[u32], settings: &DuplicateSettings, runs: &mut Vec<u64>, kept: &mut Vec<u32>) {
    let width = settings.shingle_words as usize;
    let passage = settings.passage_words as usize;
    let run_words = RUN_WORDS.max(width).min(passage);
    let (in_run, in_window) = (run_words - width + 1, passage - run_words + 1);
    let leaving = (0..in_run).fold(1_u64, |power, _| power.wrapping_mul(BASE));
    let (mut sum, mut since_common) = (0_u64, 0);
    runs.clear();
    for (at, shingle) in shingles.iter().enumerate() {
        since_common = if *shingle == COMMON { 0 } else { since_common + 1 };
        sum = sum.wrapping_mul(BASE).wrapping_add(u64::from(*shingle));
        if at >= in_run {
            sum = sum.wrapping_sub(leaving.wrapping_mul(u64::from(shingles[at - in_run])));
        }
        if at + 1 >= in_run {
            runs.push(if since_common < in_run { u64::MAX } else { mix(sum) });
        }
    }
    let first = kept.len();
    // The least of each window, of several the last; it is looked for anew only when it has left the window.
    let mut least: Option<usize> = None;
    for end in in_window..=runs.len() {
        let window = end - in_window..end;
        let new = match least {
            Some(at) if at >= window.start => {
                if runs[end - 1] <= runs[at] {
                    end - 1
                } else {
                    at
                }
            }
            _ => window.rev().min_by_key(|at| runs[*at]).unwrap_or(end - 1),
        };
        if least != Some(new) && runs[new] != u64::MAX {
            kept.push((runs[new] >> 32) as u32);
        }
        least = Some(new);
    }
    kept[first..].sort_unstable();
    let mut end = first;
    for at in first..kept.len() {
        if at == first || kept[at] != kept[end - 1] {
            kept[end] = kept[at];
            end += 1;
        }
    }
    kept.truncate(end);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_large_bucket_costs_no_square() {
        let entries: Vec<u64> = (0..1000).map(|place| pair(9, place)).collect();
        let (mut found, mut met) = (Vec::new(), vec![0; 1000]);
        assert_eq!(compare_buckets(&entries, &met, |_, _| true, &mut found).len(), 1000);
        assert_eq!(found.len(), 1000 * FIRST - FIRST);
        // A text that stood in more large buckets comes first.
        met[777] = 2;
        found.clear();
        compare_buckets(&entries, &met, |_, _| true, &mut found);
        assert!((0..1000).all(|at| at == 777 || found.contains(&pair(at.min(777), at.max(777)))));
    }

    #[test]
    fn keys_that_occur_again_are_kept() {
        let keys: Vec<u32> = (0..5000_u64).map(|i| mix(i % 4000) as u32).collect();
        let entries = repeated(&keys, |at| at as u32);
        let mut places: Vec<u32> = entries.iter().map(|entry| *entry as u32).collect();
        places.sort_unstable();
        assert!((0..1000).chain(4000..5000).all(|place| places.binary_search(&place).is_ok()));
        assert!(places.len() < 2200, "{}", places.len());
        assert!(entries.is_sorted());
    }

    proptest! {
        #[test]
        fn a_shared_passage_is_always_found(
            before in prop::collection::vec(any::<u32>(), 0..60),
            after in prop::collection::vec(any::<u32>(), 0..60),
            passage in prop::collection::vec(1..u32::MAX, 18),
        ) {
            // 18 shingles of 3 words are 20 words.
            let settings = DuplicateSettings::default();
            let (mut one, mut other) = (Vec::new(), Vec::new());
            winnow(&passage, &settings, &mut Vec::new(), &mut one);
            winnow(&[before, passage, after].concat(), &settings, &mut Vec::new(), &mut other);
            prop_assert!(one.iter().any(|run| other.contains(run)));
        }
    }
}
