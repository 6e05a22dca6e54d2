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
    /// How similar they are; below 0 if they are partial copies only.
    signed: f64,
}

impl Edge {
    fn new(lower: u32, higher: u32, is_near: bool, similarity: f64) -> Self {
        Self { lower, higher, signed: if is_near { similarity } else { -similarity } }
    }

    /// Both places as one number, in whose order edges stand.
    fn key(&self) -> Candidate {
        pair(self.lower, self.higher)
    }

    pub(super) fn is_near(&self) -> bool {
        self.signed.is_sign_positive()
    }

    pub(super) fn similarity(&self) -> f64 {
        self.signed.abs()
    }

    /// The other end than this one.
    fn beside(&self, at: u32) -> u32 {
        if self.lower == at { self.higher } else { self.lower }
    }
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
    // Lists follow each other in ascending order until one begins anew: till then what is found waits in `new`.
    let (mut edges, mut new): (Vec<Edge>, Vec<Edge>) = (Vec::new(), Vec::new());
    let settle = |edges: &mut Vec<Edge>, new: &mut Vec<Edge>| {
        edges.append(new);
        edges.par_sort_unstable_by_key(Edge::key);
    };
    each_list(texts, distinct, settings, |mut candidates| {
        let Some(first) = candidates.first().copied() else { return };
        if new.last().is_some_and(|last| last.key() >= first) {
            settle(&mut edges, &mut new);
        }
        let known = edges.partition_point(|edge| edge.key() < first);
        let mut known = edges[known..].iter().map(Edge::key).peekable();
        candidates.retain(|candidate| {
            while known.next_if(|known| known < candidate).is_some() {}
            known.peek() != Some(candidate)
        });
        verify(texts, distinct, &candidates, settings, &mut new);
    });
    settle(&mut edges, &mut new);
    edges
}

/// Adds the pairs among the candidates that are near or partial, ascending.
fn verify(
    texts: &Texts,
    distinct: &[u32],
    candidates: &[Candidate],
    settings: &DuplicateSettings,
    edges: &mut Vec<Edge>,
) {
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
                    edges.push(Edge::new(lower, higher, is_near, compared.similarity));
                }
            }
        }
        edges
    };
    let found: Vec<Vec<Edge>> = candidates.par_chunks(CHUNK).map(of_chunk).collect();
    for found in found {
        edges.extend(found);
    }
}

/// The verified pairs, and for each different text its own.
pub(super) struct Related {
    /// Ascending.
    pub(super) edges: Vec<Edge>,
    /// For each text where the numbers of its edges begin, and where the last ones end.
    starts: Vec<usize>,
    /// Numbers of edges, text by text, those of a text in the order of their other ends.
    numbers: Vec<u32>,
}

impl Related {
    /// The pairs of `n` texts; `edges` are ascending.
    ///
    /// # Panics
    /// From 2³² pairs on, which take 64 GiB.
    pub(super) fn new(n: usize, edges: Vec<Edge>) -> Self {
        assert!(u32::try_from(edges.len()).is_ok(), "{} related pairs are more than can be numbered", edges.len());
        let mut starts = vec![0_usize; n + 1];
        edges.iter().flat_map(|edge| [edge.lower, edge.higher]).for_each(|at| starts[at as usize] += 1);
        let mut total = 0;
        for start in &mut starts {
            total += *start;
            *start = total;
        }
        let mut numbers = vec![0; total];
        // From the back, so that each list is ascending and ends become starts.
        for (number, edge) in (0..edges.len() as u32).zip(&edges).rev() {
            for at in [edge.lower, edge.higher] {
                starts[at as usize] -= 1;
                numbers[starts[at as usize]] = number;
            }
        }
        Self { edges, starts, numbers }
    }

    /// The numbers of a text's edges.
    pub(super) fn numbers(&self, at: u32) -> &[u32] {
        &self.numbers[self.starts[at as usize]..self.starts[at as usize + 1]]
    }

    /// The texts that one is related to, ascending, and how.
    pub(super) fn of(&self, at: u32) -> impl Iterator<Item = (u32, &Edge)> {
        let edges = self.numbers(at).iter().map(|number| &self.edges[*number as usize]);
        edges.map(move |edge| (edge.beside(at), edge))
    }

    /// Those that are near, with their similarities.
    fn near(&self, at: u32) -> impl Iterator<Item = (u32, f64)> {
        self.of(at).filter(|(_, edge)| edge.is_near()).map(|(other, edge)| (other, edge.similarity()))
    }

    /// Those that are partial copies, with their similarities.
    fn partial(&self, at: u32) -> impl Iterator<Item = (u32, f64)> {
        self.of(at).filter(|(_, edge)| !edge.is_near()).map(|(other, edge)| (other, edge.similarity()))
    }

    /// Whether two texts are known to be related.
    fn is_known(&self, at: u32, other: u32) -> bool {
        let beside = |number: &u32| self.edges[*number as usize].beside(at);
        self.numbers(at).binary_search_by_key(&other, beside).is_ok()
    }
}

/// A group in the making: places in the list of different texts.
struct Gathered {
    representative: u32,
    near: Vec<(u32, f64)>,
    partial: Vec<(u32, f64)>,
}

/// Puts different texts into groups.
///
/// Each near member is near to its group's representative; there is no chaining of A ~ B ~ C where A and C are unlike. A
/// text is in at most one group. Groups are in the order of their first members.
pub(super) fn group(
    texts: &Texts,
    classes: &Classes,
    distinct: &[u32],
    related: &Related,
    settings: &DuplicateSettings,
) -> Vec<Group> {
    let copies = |at: u32| classes.copies(distinct[at as usize]).len();
    let weight = |at: u32| copies(at) + related.near(at).map(|(other, _)| copies(other)).sum::<usize>();
    let mut order: Vec<(usize, u32)> =
        (0..distinct.len() as u32).map(|at| (weight(at), at)).filter(|(weight, _)| *weight > 1).collect();
    order.par_sort_by_key(|(weight, at)| (Reverse(*weight), Reverse(copies(*at)), *at));

    let mut taken = vec![false; distinct.len()];
    let mut gathered: Vec<Gathered> = Vec::new();
    for (_, at) in order {
        if std::mem::replace(&mut taken[at as usize], true) {
            continue;
        }
        let mut members: Vec<(u32, f64)> = related.near(at).filter(|(other, _)| !taken[*other as usize]).collect();
        members.extend(through_members(texts, distinct, at, &members, related, &taken, settings));
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
    add_partial(distinct.len(), related, &mut taken, &mut gathered);
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
    related: &Related,
    taken: &[bool],
    settings: &DuplicateSettings,
) -> Vec<(u32, f64)> {
    // Each text is a member once, so each list of neighbours is gone through once.
    let mut further: Vec<u32> =
        members.iter().flat_map(|(member, _)| related.near(*member)).map(|(other, _)| other).collect();
    further.sort_unstable();
    further.dedup();
    further.retain(|other| !taken[*other as usize] && !related.is_known(at, *other));
    let candidates: Vec<Candidate> = further.into_iter().map(|other| pair(at, other)).collect();
    let mut edges = Vec::new();
    verify(texts, distinct, &candidates, settings, &mut edges);
    edges.into_iter().filter(Edge::is_near).map(|edge| (edge.higher, edge.similarity())).collect()
}

/// Puts texts in no group to the representative they are most alike to as partial copies, or into groups of such copies.
fn add_partial(n: usize, related: &Related, taken: &mut [bool], gathered: &mut Vec<Gathered>) {
    let mut group_of = vec![u32::MAX; n];
    for (number, group) in (0..).zip(gathered.iter()) {
        group_of[group.representative as usize] = number;
    }
    for at in 0..n as u32 {
        if taken[at as usize] {
            continue;
        }
        let known = related.partial(at).filter(|(other, _)| group_of[*other as usize] != u32::MAX);
        let best = known.max_by(|a, b| a.1.total_cmp(&b.1).then(b.0.cmp(&a.0)));
        if let Some((other, similarity)) = best {
            gathered[group_of[other as usize] as usize].partial.push((at, similarity));
            taken[at as usize] = true;
        }
    }
    let free = |at: u32, taken: &[bool]| related.partial(at).filter(|(other, _)| !taken[*other as usize]).count();
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
        let members: Vec<(u32, f64)> = related.partial(at).filter(|(other, _)| !taken[*other as usize]).collect();
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
