//! The pairs that are told of.

use super::compare::{Compared, Comparer, jaccard};
use super::groups::{DuplicateKind, Edge, Group, Related, relation};
use super::texts::Texts;
use super::{Classes, DuplicateSettings};
use rayon::prelude::*;

/// Members of a group whose pairs are all told; of a larger one each member is told with the representative only.
pub const LISTED: usize = 50;
/// Of a text's pairs with texts of other groups so many are told, those most alike; and whatever is told of the other text.
pub const LISTED_ACROSS: usize = 5;
/// Groups or pairs a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 256;
/// Groups or pairs of which what is found is put to what was found before, at once.
const BATCH: usize = 256 * CHUNK;

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
}

impl Pair {
    /// The Jaccard similarity of their shingles, 0 to 1; 1 for exact copies.
    pub fn jaccard(&self, texts: &Texts) -> f64 {
        if self.kind == DuplicateKind::Exact { 1.0 } else { jaccard(texts, self.a, self.b) }
    }
}

/// All pairs within groups of up to [`LISTED`] members that are related; of larger ones those with the representative; and of the
/// verified pairs of texts in different groups the [`LISTED_ACROSS`] of each text that are most alike. Ascending, each once. And how many
/// verified pairs of different texts that leaves out.
pub(super) fn list(
    texts: &Texts,
    classes: &Classes,
    distinct: &[u32],
    related: Related,
    groups: &[Group],
    settings: &DuplicateSettings,
) -> (Vec<Pair>, u64) {
    let mut group_of = vec![u32::MAX; texts.len()];
    for (number, group) in (0..).zip(groups) {
        group.members.iter().for_each(|member| group_of[member.document_idx as usize] = number);
    }
    let is_across = |edge: &Edge| {
        let (one, other) = (distinct[edge.lower as usize], distinct[edge.higher as usize]);
        group_of[one as usize] == u32::MAX || group_of[one as usize] != group_of[other as usize]
    };
    let (across, n_unlisted) = most_alike(distinct.len(), related, is_across);
    drop(group_of);

    let mut pairs: Vec<Pair> = Vec::new();
    let within = |groups: &[Group]| {
        let mut comparer = Comparer::default();
        groups.iter().flat_map(|group| within(texts, group, &mut comparer, settings)).collect::<Vec<_>>()
    };
    let mut add = |found: Vec<Vec<Pair>>| found.into_iter().for_each(|found| pairs.extend(found));
    groups.chunks(BATCH).for_each(|groups| add(groups.par_chunks(CHUNK).map(within).collect()));
    let across_groups = |edges: &[Edge]| {
        let mut comparer = Comparer::default();
        let mut pairs = Vec::new();
        for edge in edges {
            let (one, other) = (distinct[edge.lower as usize], distinct[edge.higher as usize]);
            comparer.load(texts, one);
            let Some((is_near, alike)) = relation(&mut comparer, texts, one, other, settings) else { continue };
            let kind = if is_near { DuplicateKind::Near } else { DuplicateKind::Partial };
            let (ones, others) = (classes.copies(one), classes.copies(other));
            let all = ones.len() * others.len() <= LISTED;
            for one in &ones[..if all { ones.len() } else { 1 }] {
                let others = others[..if all { others.len() } else { 1 }].iter();
                pairs.extend(others.map(|other| made(*one, *other, kind, alike)));
            }
        }
        pairs
    };
    across.chunks(BATCH).for_each(|edges| add(edges.par_chunks(CHUNK).map(across_groups).collect()));
    pairs.par_sort_unstable_by_key(|pair| (pair.a, pair.b));
    pairs.dedup_by_key(|pair| (pair.a, pair.b));
    (pairs, n_unlisted)
}

/// Of the edges of `n` texts that are across groups those among the [`LISTED_ACROSS`] most alike of either end, of several as much alike those with the
/// earlier texts; ascending. And how many others there are.
fn most_alike(n: usize, mut related: Related, is_across: impl Fn(&Edge) -> bool) -> (Vec<Edge>, u64) {
    let across: Vec<bool> = related.edges.iter().map(is_across).collect();
    let mut is_listed = vec![false; across.len()];
    let mut of_text: Vec<u32> = Vec::new();
    for at in 0..n as u32 {
        of_text.clear();
        of_text.extend(related.numbers(at).iter().filter(|number| across[**number as usize]));
        if of_text.len() > LISTED_ACROSS {
            // Numbers of a text's edges are in the order of the other texts.
            let similarity = |number: &u32| related.edges[*number as usize].similarity();
            of_text.sort_by(|a, b| similarity(b).total_cmp(&similarity(a)).then(a.cmp(b)));
            of_text.truncate(LISTED_ACROSS);
        }
        for number in &of_text {
            is_listed[*number as usize] = true;
        }
    }
    let count = |is: &[bool]| is.iter().filter(|is| **is).count();
    let n_unlisted = count(&across) - count(&is_listed);
    let mut listed = is_listed.iter();
    related.edges.retain(|_| listed.next() == Some(&true));
    (related.edges, n_unlisted as u64)
}

fn made(one: u32, other: u32, kind: DuplicateKind, compared: Compared) -> Pair {
    let Compared { similarity, containment, .. } = compared;
    Pair { a: one.min(other), b: one.max(other), kind, similarity, containment }
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
                pairs.push(made(*one, *other, DuplicateKind::Exact, same));
                continue;
            }
            let Some((is_near, alike)) = relation(comparer, texts, *one, *other, settings) else { continue };
            let kind = match is_near {
                true if fills(*one) && fills(*other) => DuplicateKind::Template,
                true => DuplicateKind::Near,
                false => DuplicateKind::Partial,
            };
            pairs.push(made(*one, *other, kind, alike));
        }
    }
    pairs
}
