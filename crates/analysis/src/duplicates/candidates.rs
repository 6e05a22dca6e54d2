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

/// The pairs to be compared, ascending, each once: places in `distinct`, which holds texts.
pub(super) fn candidates(texts: &Texts, distinct: &[u32], settings: &DuplicateSettings) -> Vec<Candidate> {
    let mut lists = vec![by_passages(texts, distinct, settings)];
    let mut met = vec![0_u32; distinct.len()];
    let banding = Banding::new(settings);
    let per_block = (LANES / banding.n_rows).max(1);
    let mut keys = vec![0_u32; distinct.len() * per_block];
    for block in 0..banding.n_bands.div_ceil(per_block) {
        let n_bands = per_block.min(banding.n_bands - block * per_block);
        band_keys(texts, distinct, &Hashes::new(block), banding.n_rows, per_block, &mut keys);
        let bands: Vec<(Vec<Candidate>, Vec<u32>)> = (0..n_bands)
            .into_par_iter()
            .map(|band| {
                let chunks = || keys.chunks(CHUNK * per_block);
                let keys = || chunks().flat_map(|chunk| band_of(chunk, band, per_block)).copied().zip(0..);
                let mut found = Vec::new();
                let in_large = compare_buckets(&repeated(keys, distinct.len()), &met, &mut found);
                (found, in_large)
            })
            .collect();
        let mut found = Vec::with_capacity(bands.iter().map(|(found, _)| found.len()).sum());
        for (of_band, in_large) in bands {
            found.extend(of_band);
            for text in in_large {
                met[text as usize] += 1;
            }
        }
        found.par_sort_unstable();
        found.dedup();
        lists.push(found);
        // Lists of about one length are merged, so that each pair is moved a few times only.
        while let [.., before, last] = lists.as_slice()
            && last.len() * 2 >= before.len()
        {
            merge_last(&mut lists);
        }
    }
    while lists.len() > 1 {
        merge_last(&mut lists);
    }
    lists.pop().unwrap_or_default()
}

/// Puts the last two lists together.
fn merge_last(lists: &mut Vec<Vec<Candidate>>) {
    let (last, before) = (lists.pop().unwrap_or_default(), lists.pop().unwrap_or_default());
    lists.push(merged(before, last));
}

/// The keys of one band in a chunk of keys, which lie band by band.
fn band_of(chunk: &[u32], band: usize, per_block: usize) -> &[u32] {
    let n_texts = chunk.len() / per_block;
    &chunk[band * n_texts..(band + 1) * n_texts]
}

/// For each text the hashes of `per_block` bands: for each chunk of texts band by band.
fn band_keys(texts: &Texts, distinct: &[u32], hashes: &Hashes, n_rows: usize, per_block: usize, keys: &mut [u32]) {
    keys.par_chunks_mut(CHUNK * per_block).zip(distinct.par_chunks(CHUNK)).for_each(|(keys, distinct)| {
        let (mut shingles, mut ends, mut least) = (Vec::new(), Vec::new(), Vec::new());
        for text in distinct {
            shingles.extend(texts.shingles(*text).iter().copied().filter(|shingle| *shingle != COMMON));
            ends.push(shingles.len());
        }
        minima(&shingles, &ends, hashes, &mut least);
        for (at, Lanes(least)) in least.iter().enumerate() {
            for (band, rows) in least.chunks_exact(n_rows).take(per_block).enumerate() {
                let key = rows.iter().fold(0, |hash, row| mix(hash ^ u64::from(*row)));
                keys[band * distinct.len() + at] = (key >> 32) as u32;
            }
        }
    });
}

/// Of (key, place) those whose key may occur again, as key and place in one number, ascending.
///
/// A key is looked for by one bit of two maps, the keys met once and those met again; of the keys that occur once, one in eight is kept.
fn repeated<I: Iterator<Item = (u32, u32)>>(keys: impl Fn() -> I, n_keys: usize) -> Vec<u64> {
    let bits = (8 * n_keys.max(1)).next_power_of_two().trailing_zeros().clamp(12, 31);
    let (mut once, mut again) = (vec![0_u64; 1 << (bits - 6)], vec![0_u64; 1 << (bits - 6)]);
    let at = |key: u32| {
        let bit = key >> (32 - bits);
        ((bit >> 6) as usize, 1_u64 << (bit & 63))
    };
    for (key, _) in keys() {
        let (word, bit) = at(key);
        again[word] |= once[word] & bit;
        once[word] |= bit;
    }
    drop(once);
    let is_repeated = |(key, _): &(u32, u32)| {
        let (word, bit) = at(*key);
        again[word] & bit != 0
    };
    let mut entries: Vec<u64> = keys().filter(is_repeated).map(|(key, place)| pair(key, place)).collect();
    entries.par_sort_unstable();
    entries.dedup();
    entries
}

/// The pairs to compare within each run of entries with one key. `met`: for each text how often it stood in a large bucket so far.
/// Returns the texts that stand in one now.
fn compare_buckets(entries: &[u64], met: &[u32], found: &mut Vec<Candidate>) -> Vec<u32> {
    let mut in_large = Vec::new();
    for bucket in entries.chunk_by(|a, b| a >> 32 == b >> 32) {
        if bucket.len() <= SMALL {
            for (at, higher) in bucket.iter().enumerate() {
                found.extend(bucket[..at].iter().map(|lower| pair(*lower as u32, *higher as u32)));
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
            let others = first.iter().filter(|other| **other != text);
            found.extend(others.map(|other| pair(text.min(*other), text.max(*other))));
            in_large.push(text);
        }
    }
    in_large
}

/// Two ascending lists as one, what is in both once.
fn merged(a: Vec<Candidate>, b: Vec<Candidate>) -> Vec<Candidate> {
    if a.is_empty() || b.is_empty() {
        return if a.is_empty() { b } else { a };
    }
    let mut merged = Vec::with_capacity(a.len() + b.len());
    let (mut a, mut b) = (a.into_iter().peekable(), b.into_iter().peekable());
    while let (Some(x), Some(y)) = (a.peek().copied(), b.peek().copied()) {
        merged.push(x.min(y));
        if x <= y {
            a.next();
        }
        if y <= x {
            b.next();
        }
    }
    merged.extend(a);
    merged.extend(b);
    merged
}

/// The pairs that share a passage.
fn by_passages(texts: &Texts, distinct: &[u32], settings: &DuplicateSettings) -> Vec<Candidate> {
    let kept: Vec<Vec<(u32, u32)>> = distinct
        .par_chunks(CHUNK)
        .enumerate()
        .map(|(chunk, distinct)| {
            let mut kept = Vec::new();
            for (text, place) in distinct.iter().zip((chunk * CHUNK) as u32..) {
                kept.extend(winnow(texts.shingles(*text), settings).into_iter().map(|run| (run, place)));
            }
            kept
        })
        .collect();
    let n_kept = kept.iter().map(Vec::len).sum();
    let entries = repeated(|| kept.iter().flatten().copied(), n_kept);
    drop(kept);
    let mut found = Vec::new();
    compare_buckets(&entries, &vec![0; distinct.len()], &mut found);
    found.par_sort_unstable();
    found.dedup();
    found
}

/// The hashes of the runs that are kept of a text, each once.
fn winnow(shingles: &[u32], settings: &DuplicateSettings) -> Vec<u32> {
    let width = settings.shingle_words as usize;
    let passage = settings.passage_words as usize;
    let run_words = RUN_WORDS.max(width).min(passage);
    let (in_run, in_window) = (run_words - width + 1, passage - run_words + 1);
    let runs: Vec<u64> = shingles
        .windows(in_run)
        .map(
            |run| {
                if run.contains(&COMMON) { u64::MAX } else { run.iter().fold(0, |hash, x| mix(hash ^ u64::from(*x))) }
            },
        )
        .collect();
    let mut kept = Vec::new();
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
    kept.sort_unstable();
    kept.dedup();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lists_are_merged() {
        assert_eq!(merged(vec![1, 3, 5], vec![2, 3, 6, 7]), [1, 2, 3, 5, 6, 7]);
    }

    #[test]
    fn a_large_bucket_costs_no_square() {
        let entries: Vec<u64> = (0..1000).map(|place| pair(9, place)).collect();
        let (mut found, mut met) = (Vec::new(), vec![0; 1000]);
        assert_eq!(compare_buckets(&entries, &met, &mut found).len(), 1000);
        assert_eq!(found.len(), 1000 * FIRST - FIRST);
        // A text that stood in more large buckets comes first.
        met[777] = 2;
        found.clear();
        compare_buckets(&entries, &met, &mut found);
        assert!((0..1000).all(|at| at == 777 || found.contains(&pair(at.min(777), at.max(777)))));
    }

    #[test]
    fn keys_that_occur_again_are_kept() {
        let keys: Vec<u32> = (0..5000_u64).map(|i| mix(i % 4000) as u32).collect();
        let entries = repeated(|| keys.iter().copied().zip(0..), keys.len());
        let mut places: Vec<u32> = entries.iter().map(|entry| *entry as u32).collect();
        places.sort_unstable();
        assert!((0..1000).chain(4000..5000).all(|place| places.binary_search(&place).is_ok()));
        assert!(places.len() < 3000, "{}", places.len());
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
            let one = winnow(&passage, &settings);
            let other = winnow(&[before, passage, after].concat(), &settings);
            prop_assert!(one.iter().any(|run| other.contains(run)));
        }
    }
}
