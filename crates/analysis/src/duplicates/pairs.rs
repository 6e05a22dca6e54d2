//! The pairs that are told of.

use super::compare::{Compared, Comparer, jaccard};
use super::groups::{DuplicateKind, Edge, Group, relation};
use super::texts::Texts;
use super::{Classes, DuplicateSettings};
use rayon::prelude::*;

/// Members of a group whose pairs are all told; of a larger one each member is told with the representative only.
pub const LISTED: usize = 50;
/// Groups or pairs a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 256;

/// Two texts that share more than chance and reference texts explain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// The earlier text.
    pub a: u32,
    /// The later one.
    pub b: u32,
    /// What they have in common.
    pub kind: DuplicateKind,
    /// As [`Compared::similarity`]; 1 for exact copies.
    pub similarity: f64,
    /// As [`Compared::containment`]; 1 for exact copies.
    pub containment: f64,
    /// Of their shingles, 0 to 1.
    pub jaccard: f64,
}

/// All pairs within groups of up to [`LISTED`] members that are related; of larger ones those with the representative; and the
/// verified pairs of texts in different groups. Ascending, each once.
pub(super) fn list(
    texts: &Texts,
    classes: &Classes,
    distinct: &[u32],
    edges: &[Edge],
    groups: &[Group],
    settings: &DuplicateSettings,
) -> Vec<Pair> {
    let within = |groups: &[Group]| {
        let mut comparer = Comparer::default();
        groups.iter().flat_map(|group| within(texts, group, &mut comparer, settings)).collect::<Vec<_>>()
    };
    let mut pairs: Vec<Pair> = groups.par_chunks(CHUNK).map(within).collect::<Vec<_>>().concat();

    let mut group_of = vec![u32::MAX; texts.len()];
    for (number, group) in (0..).zip(groups) {
        group.members.iter().for_each(|member| group_of[member.document_idx as usize] = number);
    }
    let across = |edges: &[Edge]| {
        let mut comparer = Comparer::default();
        let mut pairs = Vec::new();
        for edge in edges {
            let (one, other) = (distinct[edge.lower as usize], distinct[edge.higher as usize]);
            let group = group_of[one as usize];
            if group != u32::MAX && group == group_of[other as usize] {
                continue;
            }
            comparer.load(texts, one);
            let Some((is_near, alike)) = relation(&mut comparer, texts, one, other, settings) else { continue };
            let kind = if is_near { DuplicateKind::Near } else { DuplicateKind::Partial };
            let jaccard = jaccard(texts, one, other);
            let (ones, others) = (classes.copies(one), classes.copies(other));
            let all = ones.len() * others.len() <= LISTED;
            for one in &ones[..if all { ones.len() } else { 1 }] {
                let others = others[..if all { others.len() } else { 1 }].iter();
                pairs.extend(others.map(|other| made(*one, *other, kind, alike, jaccard)));
            }
        }
        pairs
    };
    pairs.extend(edges.par_chunks(CHUNK).map(across).collect::<Vec<_>>().concat());
    pairs.par_sort_unstable_by_key(|pair| (pair.a, pair.b));
    pairs.dedup_by_key(|pair| (pair.a, pair.b));
    pairs
}

fn made(one: u32, other: u32, kind: DuplicateKind, compared: Compared, jaccard: f64) -> Pair {
    let Compared { similarity, containment, .. } = compared;
    Pair { a: one.min(other), b: one.max(other), kind, similarity, containment, jaccard }
}

fn within(texts: &Texts, group: &Group, comparer: &mut Comparer, settings: &DuplicateSettings) -> Vec<Pair> {
    let mut pairs = Vec::new();
    let same = Compared { n_shared: 0, similarity: 1.0, containment: 1.0 };
    let kind_of = |text: u32| {
        let at = group.members.binary_search_by_key(&text, |member| member.document_idx);
        at.map_or(DuplicateKind::Exact, |at| group.members[at].kind)
    };
    // Of two fillings of one form neither is the other, edited.
    let fills = |text: u32| {
        kind_of(text) == DuplicateKind::Template || texts.whole(text) == texts.whole(group.representative_idx)
    };
    let all: Vec<u32> = group.members.iter().map(|member| member.document_idx).collect();
    let from = if all.len() <= LISTED { all.as_slice() } else { std::slice::from_ref(&group.representative_idx) };
    for one in from {
        if !group.is_short {
            comparer.load(texts, *one);
        }
        let later = |other: &&u32| if all.len() <= LISTED { *other > one } else { *other != one };
        for other in all.iter().filter(later) {
            if texts.whole(*one) == texts.whole(*other) {
                pairs.push(made(*one, *other, DuplicateKind::Exact, same, 1.0));
                continue;
            }
            let Some((is_near, alike)) = relation(comparer, texts, *one, *other, settings) else { continue };
            let kind = match is_near {
                true if fills(*one) && fills(*other) => DuplicateKind::Template,
                true => DuplicateKind::Near,
                false => DuplicateKind::Partial,
            };
            pairs.push(made(*one, *other, kind, alike, jaccard(texts, *one, *other)));
        }
    }
    pairs
}
