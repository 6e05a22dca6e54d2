//! Groups of near-duplicates, each around a representative.

use super::candidates::{Candidate, each_list, pair, unpair};
use super::compare::{Compared, Comparer, jaccard, passages};
use super::template;
use super::texts::Texts;
use super::{Classes, DuplicateSettings};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::hint::black_box;

/// Pairs a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 4096;
/// Pairs whose texts are brought into the cache together.
const FETCHED: usize = 64;

/// What two answers have in common.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DuplicateKind {
    /// The same words in the same order.
    Exact,
    /// An edited copy.
    Near,
    /// The same skeleton, with its slots filled in otherwise.
    Template,
    /// A long passage, or most of the shorter one; not near.
    Partial,
    /// A passage of a reference text or the question only: no duplicate.
    Quotation,
}

impl DuplicateKind {
    /// The word that stands in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Near => "near",
            Self::Template => "template",
            Self::Partial => "partial",
            Self::Quotation => "quotation",
        }
    }

    /// Whether answers so related say the same, so that they may count once.
    pub fn is_copy(self) -> bool {
        matches!(self, Self::Exact | Self::Near | Self::Template)
    }
}

/// A member of a group.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Member {
    /// Index of the text.
    pub document_idx: u32,
    /// To the representative.
    pub kind: DuplicateKind,
    /// To the representative, as [`Compared::similarity`]; 1 for an exact copy.
    pub similarity: f64,
}

/// A group of near-duplicates.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Group {
    /// The text all members are alike to: the one with the most near-duplicates; of several the one with the most exact
    /// copies, of those the earliest.
    pub representative_idx: u32,
    /// All members, the representative among them, by index.
    pub members: Vec<Member>,
    /// Whether the texts are so short that even different people write them ("Yes, I agree"). Such are exact copies, and
    /// no reason to count their authors once.
    pub is_short: bool,
}

impl Group {
    /// The members that count once with the representative, it among them: its copies, unless the text is short.
    pub fn copies(&self) -> impl Iterator<Item = u32> {
        let copies = self.members.iter().filter(|member| member.kind.is_copy() && !self.is_short);
        copies.map(|member| member.document_idx)
    }
}

/// A verified pair: places in the list of different texts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    pub(super) lower: u32,
    pub(super) higher: u32,
    pub(super) is_near: bool,
    pub(super) similarity: f64,
}

/// Whether a text is near to the one taken up (`true`), a partial copy (`false`), or neither.
pub(super) fn relation(
    comparer: &mut Comparer,
    texts: &Texts,
    taken_up: u32,
    other: u32,
    settings: &DuplicateSettings,
) -> Option<(bool, Compared)> {
    let found = comparer.compare(texts, other, settings.min_shingles())?;
    let is_alike = found.similarity >= settings.min_similarity;
    // What little they share may be a set phrase or two, unless it is most of what they have.
    let is_evident = found.n_shared >= settings.evident_shingles();
    if is_alike && (is_evident || jaccard(texts, taken_up, other) >= settings.min_similarity) {
        return Some((true, found));
    }
    let passage_words = settings.passage_words;
    let enough = found.n_shared > (passage_words - settings.shingle_words) as usize;
    let is_partial = enough
        && (found.containment >= settings.min_similarity
            || passages(texts, taken_up, other).iter().any(|passage| passage.n_words >= passage_words));
    is_partial.then_some((false, found))
}

/// All pairs that are near or partial, ascending.
pub(super) fn edges(texts: &Texts, distinct: &[u32], settings: &DuplicateSettings) -> Vec<Edge> {
    let mut edges: Vec<Edge> = Vec::new();
    each_list(texts, distinct, settings, |mut candidates| {
        let mut known = edges.iter().map(|edge| pair(edge.lower, edge.higher)).peekable();
        candidates.retain(|candidate| {
            while known.next_if(|known| known < candidate).is_some() {}
            known.peek() != Some(candidate)
        });
        let verified = verify(texts, distinct, &candidates, settings);
        drop(candidates);
        edges.extend(verified);
        edges.par_sort_unstable_by_key(|edge| (edge.lower, edge.higher));
    });
    edges
}

/// The pairs among the candidates that are near or partial, ascending.
fn verify(texts: &Texts, distinct: &[u32], candidates: &[Candidate], settings: &DuplicateSettings) -> Vec<Edge> {
    let of_chunk = |candidates: &[Candidate]| {
        let (mut comparer, mut loaded) = (Comparer::default(), None);
        let mut edges = Vec::new();
        for candidates in candidates.chunks(FETCHED) {
            // Memory is slow to bring one text after the other, and quick to bring many at a time.
            let touched = candidates.iter().map(|candidate| texts.touch(distinct[unpair(*candidate).1 as usize]));
            black_box(touched.fold(0, |all, text| all ^ text));
            for candidate in candidates {
                let (lower, higher) = unpair(*candidate);
                let (one, other) = (distinct[lower as usize], distinct[higher as usize]);
                if loaded.replace(one) != Some(one) {
                    comparer.load(texts, one);
                }
                if let Some((is_near, compared)) = relation(&mut comparer, texts, one, other, settings) {
                    edges.push(Edge { lower, higher, is_near, similarity: compared.similarity });
                }
            }
        }
        edges
    };
    let edges: Vec<Vec<Edge>> = candidates.par_chunks(CHUNK).map(of_chunk).collect();
    edges.concat()
}

/// For each different text those it is related to.
struct Neighbours {
    ends: Vec<usize>,
    others: Vec<(u32, f64)>,
}

impl Neighbours {
    fn new(n: usize, edges: &[Edge], is_near: bool) -> Self {
        let wanted = || edges.iter().filter(|edge| edge.is_near == is_near);
        let mut ends = vec![0_usize; n];
        wanted().flat_map(|edge| [edge.lower, edge.higher]).for_each(|at| ends[at as usize] += 1);
        let mut total = 0;
        for end in &mut ends {
            total += *end;
            *end = total;
        }
        let mut next: Vec<usize> = ends.clone();
        let mut others = vec![(0, 0.0); total];
        // From the back, so that each list is ascending.
        for edge in edges.iter().rev().filter(|edge| edge.is_near == is_near) {
            for (at, other) in [(edge.lower, edge.higher), (edge.higher, edge.lower)] {
                next[at as usize] -= 1;
                others[next[at as usize]] = (other, edge.similarity);
            }
        }
        Self { ends, others }
    }

    fn of(&self, at: u32) -> &[(u32, f64)] {
        let start = if at == 0 { 0 } else { self.ends[at as usize - 1] };
        &self.others[start..self.ends[at as usize]]
    }
}

/// A group in the making: places in the list of different texts.
struct Gathered {
    representative: u32,
    near: Vec<(u32, f64)>,
    partial: Vec<(u32, f64)>,
}

/// Puts different texts into groups; `edges` are ascending.
///
/// Each near member is near to its group's representative; there is no chaining of A ~ B ~ C where A and C are unlike. A
/// text is in at most one group. Groups are in the order of their first members.
pub(super) fn group(
    texts: &Texts,
    classes: &Classes,
    distinct: &[u32],
    edges: &[Edge],
    settings: &DuplicateSettings,
) -> Vec<Group> {
    let near = Neighbours::new(distinct.len(), edges, true);
    let copies = |at: u32| classes.copies(distinct[at as usize]).len();
    let weight = |at: u32| copies(at) + near.of(at).iter().map(|(other, _)| copies(*other)).sum::<usize>();
    let mut order: Vec<(usize, u32)> =
        (0..distinct.len() as u32).map(|at| (weight(at), at)).filter(|(weight, _)| *weight > 1).collect();
    order.par_sort_by_key(|(weight, at)| (Reverse(*weight), Reverse(copies(*at)), *at));

    let mut taken = vec![false; distinct.len()];
    let mut gathered: Vec<Gathered> = Vec::new();
    for (_, at) in order {
        if std::mem::replace(&mut taken[at as usize], true) {
            continue;
        }
        let mut members: Vec<(u32, f64)> =
            near.of(at).iter().copied().filter(|(other, _)| !taken[*other as usize]).collect();
        members.extend(through_members(texts, distinct, at, &members, &near, &taken, settings));
        for (other, _) in &members {
            taken[*other as usize] = true;
        }
        if !members.is_empty() || copies(at) > 1 {
            gathered.push(Gathered { representative: at, near: members, partial: Vec::new() });
        } else {
            // Its near-duplicates are in other groups; it may still be a partial copy.
            taken[at as usize] = false;
        }
    }
    add_partial(distinct.len(), edges, &mut taken, &mut gathered);
    let groups = gathered.par_iter().map(|gathered| finish(texts, classes, distinct, gathered));
    let mut groups: Vec<Group> = groups.collect();
    groups.par_sort_by_key(|group| group.members[0].document_idx);
    groups
}

/// The near-duplicates of a text that only its near-duplicates were compared with, as happens in large buckets.
fn through_members(
    texts: &Texts,
    distinct: &[u32],
    at: u32,
    members: &[(u32, f64)],
    near: &Neighbours,
    taken: &[bool],
    settings: &DuplicateSettings,
) -> Vec<(u32, f64)> {
    // Each text is a member once, so each list of neighbours is gone through once.
    let mut further: Vec<u32> =
        members.iter().flat_map(|(member, _)| near.of(*member)).map(|(other, _)| *other).collect();
    further.sort_unstable();
    further.dedup();
    further.retain(|other| {
        !taken[*other as usize] && near.of(at).binary_search_by_key(other, |(known, _)| *known).is_err()
    });
    let candidates: Vec<Candidate> = further.into_iter().map(|other| pair(at, other)).collect();
    let verified = verify(texts, distinct, &candidates, settings).into_iter().filter(|edge| edge.is_near);
    verified.map(|edge| (edge.higher, edge.similarity)).collect()
}

/// Puts texts in no group to the representative they are most alike to as partial copies, or into groups of such copies.
fn add_partial(n: usize, edges: &[Edge], taken: &mut [bool], gathered: &mut Vec<Gathered>) {
    let partial = Neighbours::new(n, edges, false);
    let mut group_of = vec![u32::MAX; n];
    for (number, group) in (0..).zip(gathered.iter()) {
        group_of[group.representative as usize] = number;
    }
    for at in 0..n as u32 {
        if taken[at as usize] {
            continue;
        }
        let known = partial.of(at).iter().filter(|(other, _)| group_of[*other as usize] != u32::MAX);
        let best = known.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        if let Some((other, similarity)) = best {
            gathered[group_of[*other as usize] as usize].partial.push((at, *similarity));
            taken[at as usize] = true;
        }
    }
    let free = |at: u32, taken: &[bool]| partial.of(at).iter().filter(|(other, _)| !taken[*other as usize]).count();
    let mut order: Vec<(usize, u32)> = (0..n as u32)
        .filter(|at| !taken[*at as usize])
        .map(|at| (free(at, taken), at))
        .filter(|(free, _)| *free > 0)
        .collect();
    order.sort_by_key(|(free, at)| (Reverse(*free), *at));
    for (_, at) in order {
        if taken[at as usize] {
            continue;
        }
        let members: Vec<(u32, f64)> =
            partial.of(at).iter().copied().filter(|(other, _)| !taken[*other as usize]).collect();
        if !members.is_empty() {
            taken[at as usize] = true;
            for (other, _) in &members {
                taken[*other as usize] = true;
            }
            gathered.push(Gathered { representative: at, near: Vec::new(), partial: members });
        }
    }
}

/// A group with all copies of its texts.
fn finish(texts: &Texts, classes: &Classes, distinct: &[u32], gathered: &Gathered) -> Group {
    let text = |at: u32| distinct[at as usize];
    let representative_idx = text(gathered.representative);
    let near: Vec<u32> = gathered.near.iter().map(|(at, _)| text(*at)).collect();
    let filled = template::filled(texts, representative_idx, &near);
    let mut members: Vec<Member> = Vec::new();
    let mut add = |text: u32, kind: DuplicateKind, similarity: f64| {
        let copies = classes.copies(text).iter();
        members.extend(copies.map(|copy| Member { document_idx: *copy, kind, similarity }));
    };
    add(representative_idx, DuplicateKind::Exact, 1.0);
    for ((at, similarity), is_filled) in gathered.near.iter().zip(filled) {
        let kind = if is_filled { DuplicateKind::Template } else { DuplicateKind::Near };
        add(text(*at), kind, *similarity);
    }
    for (at, similarity) in &gathered.partial {
        add(text(*at), DuplicateKind::Partial, *similarity);
    }
    members.sort_unstable_by_key(|member| member.document_idx);
    Group { representative_idx, members, is_short: false }
}
