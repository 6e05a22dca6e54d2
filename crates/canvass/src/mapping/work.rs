//! Who may do the same work: items that overlaps join, over all collections.

use super::overlaps::Placed;
use super::{Item, ItemRef, SharedTerm, Verdict};
use crate::findings::four_decimals;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Words that are told of a group, at most.
const TERMS: usize = 8;

/// Items that copies and overlaps join, one to the other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WorkGroup {
    /// `w1` and on, the strongest first.
    pub id: String,
    /// Its strongest pair.
    pub strength: f64,
    /// What the strongest verdict of a pair is.
    pub verdict: Verdict,
    /// The collections that have a part in it, in their order.
    pub collections: Vec<String>,
    /// Its items, in the order of the collections.
    pub items: Vec<ItemRef>,
    /// The pairs that join them, the strongest first.
    pub overlaps: Vec<String>,
    /// The words that the pairs share, the heaviest first: by their mean share.
    pub terms: Vec<SharedTerm>,
}

/// Joins items.
///
/// Ordered by the strongest pair, then by the number of collections and of items, then by the first item. Pairs that are merely related
/// join nothing.
pub(super) fn groups(pairs: &[Placed], items: &[Item]) -> Vec<WorkGroup> {
    let joining: Vec<&Placed> = pairs.iter().filter(|pair| pair.told.verdict.is_overlap()).collect();
    let mut root: Vec<u32> = (0..items.len() as u32).collect();
    for pair in &joining {
        let (one, other) = (find(&mut root, pair.a), find(&mut root, pair.b));
        // The least is the root, whatever the order.
        root[one.max(other) as usize] = one.min(other);
    }
    let mut of: BTreeMap<u32, Vec<&Placed>> = BTreeMap::new();
    for pair in &joining {
        of.entry(find(&mut root, pair.a)).or_default().push(pair);
    }
    let mut groups: Vec<(u32, WorkGroup)> = of.into_iter().map(|(root, pairs)| (root, group(&pairs, items))).collect();
    groups.sort_by(|(x_root, x), (y_root, y)| {
        let sizes = |group: &WorkGroup| (group.collections.len(), group.items.len());
        y.strength.total_cmp(&x.strength).then_with(|| sizes(y).cmp(&sizes(x))).then_with(|| x_root.cmp(y_root))
    });
    for (number, (_, group)) in (1..).zip(&mut groups) {
        group.id = format!("w{number}");
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn find(root: &mut [u32], item: u32) -> u32 {
    let mut at = item;
    while root[at as usize] != at {
        root[at as usize] = root[root[at as usize] as usize];
        at = root[at as usize];
    }
    at
}

fn group(pairs: &[&Placed], items: &[Item]) -> WorkGroup {
    let members: BTreeSet<u32> = pairs.iter().flat_map(|pair| [pair.a, pair.b]).collect();
    let named = |item: &u32| {
        let Item { collection, id, .. } = &items[*item as usize];
        ItemRef { collection: collection.clone(), id: id.clone() }
    };
    let mut collections: Vec<String> = Vec::new();
    for item in &members {
        let name = &items[*item as usize].collection;
        if !collections.contains(name) {
            collections.push(name.clone());
        }
    }
    let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
    for term in pairs.iter().flat_map(|pair| &pair.told.terms) {
        *sums.entry(&term.term).or_default() += term.weight;
    }
    let mut terms: Vec<SharedTerm> = sums
        .into_iter()
        .map(|(term, sum)| SharedTerm { term: term.to_owned(), weight: four_decimals(sum / pairs.len() as f64) })
        .collect();
    terms.sort_by(|x, y| y.weight.total_cmp(&x.weight).then_with(|| x.term.cmp(&y.term)));
    terms.truncate(TERMS);
    WorkGroup {
        id: String::new(),
        strength: pairs.iter().map(|pair| pair.told.strength).fold(0.0, f64::max),
        verdict: pairs.iter().map(|pair| pair.told.verdict).min().unwrap_or(Verdict::Related),
        collections,
        items: members.iter().map(named).collect(),
        overlaps: pairs.iter().map(|pair| pair.told.id.clone()).collect(),
        terms,
    }
}
