//! Groups of near-duplicates, each around a representative.

use super::{Document, DuplicateSettings};
use crate::error::AnalysisError;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Bands of the locality-sensitive hash, ...
const N_BANDS: usize = 42;
/// ... and the minima in each. Two answers of Jaccard similarity s are compared with probability 1 - (1 - s³)^42: 0.996 at
/// 0.5, 0.68 at 0.3, 0.04 at 0.1.
const BAND_WIDTH: usize = 3;
/// Answers a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 256;
/// Answers in one bucket that are compared with each other; the rest only with the bucket's first ones. Bounds the
/// cost where thousands share a passage.
const BUCKET_REACH: usize = 64;

/// How an answer equals its representative.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DuplicateKind {
    /// The same words in the same order.
    Exact,
    /// An edited copy.
    Near,
}

impl DuplicateKind {
    /// The word that stands in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Near => "near",
        }
    }
}

/// A member of a group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Member {
    /// Index of the document.
    pub document_idx: u32,
    /// To the representative.
    pub kind: DuplicateKind,
    /// Jaccard similarity of shingles to the representative, 0 to 1.
    pub similarity: f64,
}

/// A group of near-duplicates.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// The document all members are alike to: the one with the most near-duplicates; of several the one with the most exact
    /// copies, of those the earliest.
    pub representative_idx: u32,
    /// All members, the representative among them, by index.
    pub members: Vec<Member>,
}

/// Finds the groups of near-duplicates.
///
/// Each member is at least `min_similarity` alike to its group's representative; there is no chaining of A ~ B ~ C where A and
/// C are unlike. A document is in at most one group.
///
/// # Guarantees
/// The same result at any thread count. Groups are in the order of their first members.
///
/// # Errors
/// [`AnalysisError::OutOfRange`] if a setting is.
///
/// # Source
/// Broder (1997), resemblance by minima of hashed shingles; Leskovec, Rajaraman & Ullman (2020), chapter 3, banding.
pub fn find_groups(documents: &[Document], settings: &DuplicateSettings) -> Result<Vec<Group>, AnalysisError> {
    settings.check()?;
    // Exact copies are one from here on.
    let mut copies: BTreeMap<u128, Vec<u32>> = BTreeMap::new();
    for (at, document) in documents.iter().enumerate() {
        if !document.shingles.is_empty() {
            copies.entry(document.whole).or_default().push(at as u32);
        }
    }
    let mut distinct: Vec<Vec<u32>> = copies.into_values().collect();
    distinct.sort_unstable();

    let alike = alike(documents, &distinct, settings.min_similarity);
    let mut neighbours: Vec<Vec<(u32, f64)>> = vec![Vec::new(); distinct.len()];
    for (a, b, similarity) in alike {
        neighbours[a as usize].push((b, similarity));
        neighbours[b as usize].push((a, similarity));
    }
    let weight = |at: usize| {
        distinct[at].len() + neighbours[at].iter().map(|(other, _)| distinct[*other as usize].len()).sum::<usize>()
    };
    let mut order: Vec<(usize, usize)> =
        (0..distinct.len()).map(|at| (weight(at), at)).filter(|(weight, _)| *weight > 1).collect();
    order.sort_by(|a, b| b.0.cmp(&a.0).then(distinct[b.1].len().cmp(&distinct[a.1].len())).then(a.1.cmp(&b.1)));

    let mut taken = vec![false; distinct.len()];
    let mut groups = Vec::new();
    for (_, at) in order {
        if std::mem::replace(&mut taken[at], true) {
            continue;
        }
        let mut members: Vec<Member> = distinct[at]
            .iter()
            .map(|copy| Member { document_idx: *copy, kind: DuplicateKind::Exact, similarity: 1.0 })
            .collect();
        for (other, similarity) in &neighbours[at] {
            if !std::mem::replace(&mut taken[*other as usize], true) {
                members.extend(distinct[*other as usize].iter().map(|copy| Member {
                    document_idx: *copy,
                    kind: DuplicateKind::Near,
                    similarity: *similarity,
                }));
            }
        }
        if members.len() > 1 {
            members.sort_by_key(|member| member.document_idx);
            groups.push(Group { representative_idx: distinct[at][0], members });
        }
    }
    groups.sort_by_key(|group| group.members[0].document_idx);
    Ok(groups)
}

/// The pairs of distinct documents that are alike: (lower, higher, similarity), ascending.
fn alike(documents: &[Document], distinct: &[Vec<u32>], min_similarity: f64) -> Vec<(u32, u32, f64)> {
    let document = |at: u32| &documents[distinct[at as usize][0] as usize];
    let all: Vec<u32> = (0..distinct.len() as u32).collect();
    let bands: Vec<Vec<[u64; N_BANDS]>> =
        all.par_chunks(CHUNK).map(|chunk| chunk.iter().map(|at| bands(&document(*at).shingles)).collect()).collect();
    let bands: Vec<[u64; N_BANDS]> = bands.into_iter().flatten().collect();

    let mut candidates: Vec<(u32, u32)> = Vec::new();
    for band in 0..N_BANDS {
        let mut buckets: Vec<(u64, u32)> =
            bands.iter().enumerate().map(|(at, bands)| (bands[band], at as u32)).collect();
        buckets.par_sort_unstable();
        for bucket in buckets.chunk_by(|a, b| a.0 == b.0) {
            for (place, (_, higher)) in bucket.iter().enumerate() {
                candidates.extend(bucket[..place.min(BUCKET_REACH)].iter().map(|(_, lower)| (*lower, *higher)));
            }
        }
        // Keep memory in bounds: most candidates recur in many bands.
        candidates.par_sort_unstable();
        candidates.dedup();
    }
    let verified: Vec<Vec<(u32, u32, f64)>> = candidates
        .par_chunks(CHUNK)
        .map(|pairs| {
            let similar = pairs.iter().map(|(a, b)| (*a, *b, document(*a).similarity(document(*b))));
            similar.filter(|(_, _, similarity)| *similarity >= min_similarity).collect()
        })
        .collect();
    verified.into_iter().flatten().collect()
}

/// The bands of a MinHash signature.
fn bands(shingles: &[u64]) -> [u64; N_BANDS] {
    std::array::from_fn(|band| {
        (0..BAND_WIDTH).fold(0, |hash, row| {
            let salt = mix((band * BAND_WIDTH + row) as u64 + 1);
            let least = shingles.iter().map(|shingle| mix(shingle ^ salt)).min().unwrap_or_default();
            mix(hash ^ least)
        })
    })
}

/// A bijective mixing of 64 bits (the finaliser of SplitMix64; Steele, Lea & Flood 2014).
fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::super::Shared;
    use super::*;
    use proptest::prelude::*;

    fn groups(texts: &[&str]) -> Vec<(u32, Vec<(u32, DuplicateKind)>)> {
        let settings = DuplicateSettings::default();
        let documents: Vec<Document> = texts
            .iter()
            .map(|text| Document::new(&text.split(' ').collect::<Vec<_>>(), &Shared::default(), &settings))
            .collect();
        find_groups(&documents, &settings)
            .expect("the default settings are in bounds")
            .into_iter()
            .map(|group| {
                (
                    group.representative_idx,
                    group.members.iter().map(|member| (member.document_idx, member.kind)).collect(),
                )
            })
            .collect()
    }

    #[test]
    fn copies_and_edited_copies_are_one_group_around_the_standard_text() {
        let standard = "we call on the union to stop all tourist flights over the high valleys before the next season";
        let edited = "we call on the union to stop all tourist flights over our quiet valleys before the next season";
        let other = "the night bus should wait for the last train and take bicycles as well as skis";
        let (near, exact) = (DuplicateKind::Near, DuplicateKind::Exact);
        assert_eq!(groups(&[edited, other, standard, standard]), [(2, vec![(0, near), (2, exact), (3, exact)])]);
    }

    #[test]
    fn likeness_is_not_chained() {
        let words: Vec<String> = (0..60).map(|i| format!("w{i}")).collect();
        let window = |from: usize| words[from..from + 30].join(" ");
        // Neighbours share 20 of 30 words, the ends only 10.
        let (a, b, c) = (window(0), window(8), window(16));
        let found = groups(&[&a, &b, &c]);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].0, 1);
    }

    #[test]
    fn short_and_empty_answers_form_no_group() {
        assert!(groups(&["yes", "yes", "", "", "i agree with all of it", "i agree with all of it"]).is_empty());
    }

    #[test]
    fn a_hundred_thousand_copies_are_one_group() {
        let text = "one and the same text sent again and again by very many people";
        let texts = vec![text; 100_000];
        let found = groups(&texts);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].1.len(), 100_000);
    }

    proptest! {
        #[test]
        fn every_member_is_alike_to_its_representative_and_in_one_group(
            texts in prop::collection::vec(prop::collection::vec(0_u8..4, 8..16), 0..24)
        ) {
            let settings = DuplicateSettings::default();
            let documents: Vec<Document> = texts
                .iter()
                .map(|words| {
                    let words: Vec<String> = words.iter().map(u8::to_string).collect();
                    Document::new(&words, &Shared::default(), &settings)
                })
                .collect();
            let mut seen = std::collections::BTreeSet::new();
            for group in find_groups(&documents, &settings).expect("in bounds") {
                prop_assert!(group.members.len() > 1);
                for member in &group.members {
                    prop_assert!(seen.insert(member.document_idx));
                    let similarity = documents[group.representative_idx as usize].similarity(&documents[member.document_idx as usize]);
                    prop_assert!((similarity - member.similarity).abs() < 1e-12 && similarity >= settings.min_similarity);
                }
            }
        }
    }
}
