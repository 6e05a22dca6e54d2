//! Items of several collections that speak of the same: found by the words they share, weighed by how rare these are.
//!
//! The story in reading order: `weights` says what each term weighs; `search` finds for an item those of other collections that
//! share enough; `chance` says how much items share by chance; [`find_overlaps`] lists what is above that, each pair
//! with its passages and its words.
//!
//! # How strong an overlap is
//! Terms weigh ln((n + 1) / (df + 0.5)): n items, df of them with the term. A vector of a point or of a whole item has for each term
//! its weight, however often it stands there: one word that two items repeat makes them no more alike. Two vectors are as alike as their cosine, each as if [`PRIOR`] more words of its own of
//! average weight stood in it: so two words in common prove less than twenty. An overlap is as strong as the likeness of the items, or of
//! the two points that are most alike, whichever is more: two long items that share one passage are found, and two short ones
//! about the same subject.

mod chance;
mod search;
mod weights;

use crate::error::{AnalysisError, check};
use crate::themes::WeightedTerm;
use crate::vectors::Csr;
use rayon::prelude::*;
use search::Index;
use weights::Weighted;

pub use chance::Chance;

/// Words of average weight that each vector is taken to have besides.
pub const PRIOR: f64 = 3.0;
/// Pairs of points that are told of a pair of items, at most.
pub const MAX_MATCHES: usize = 5;
/// Items that a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 64;

/// What overlaps are sought in.
#[derive(Clone, Copy, Debug)]
pub struct OverlapInput<'a> {
    /// `n_points × n_terms`: how often each term stands in each point.
    pub counts: &'a Csr,
    /// For each point the item it belongs to; ascending.
    pub item_of: &'a [u32],
    /// For each item its collection; only items of different collections are compared.
    pub collection_of: &'a [u32],
    /// For each item its class, such as its language; only items of one class are compared.
    pub class_of: &'a [u32],
}

/// How overlaps are sought.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OverlapSettings {
    /// The share of items that find a partner as strong as the least overlap listed, though their words were dealt out by chance: above 0, below 1.
    pub level: f64,
    /// No overlap is weaker, whatever chance says: 0 to 1.
    pub least: f64,
}

impl Default for OverlapSettings {
    fn default() -> Self {
        Self { level: 0.05, least: 0.1 }
    }
}

/// Two points that are alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PointMatch {
    /// The point of the first item: row of the counts.
    pub a: u32,
    /// The point of the second.
    pub b: u32,
    /// How alike, 0 to 1.
    pub strength: f64,
}

/// Two items that overlap.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlap {
    /// The item of the earlier collection.
    pub a: u32,
    /// The item of the later one.
    pub b: u32,
    /// The greater of `whole` and `passage`, 0 to 1.
    pub strength: f64,
    /// How alike the items are.
    pub whole: f64,
    /// How alike the two points are that are most alike.
    pub passage: f64,
    /// The points that are alike, each with one other, the most alike first; at least one, at most [`MAX_MATCHES`]. All but the first are half as alike
    /// as the least overlap listed, or more.
    pub matches: Vec<PointMatch>,
    /// The terms that both have, each with its share of what they have in common: the heaviest first. The shares add up to 1.
    pub terms: Vec<WeightedTerm>,
}

/// What is found.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlaps {
    /// The strongest first, then by items.
    pub pairs: Vec<Overlap>,
    /// What chance gives.
    pub chance: Chance,
    /// The least strength that is listed: what chance gives at the level of the settings, but no less than their least.
    pub threshold: f64,
}

/// Finds the items of different collections that overlap.
///
/// # Guarantees
/// The same result at any thread count, for one seed. Exact up to 5,000 items; among more, terms that more than a fifth of them have lead to no pair by
/// themselves, though they count in those that others lead to.
///
/// # Cost
/// For each point the points that share one of its rarer terms.
///
/// # Errors
/// [`AnalysisError::OutOfRange`] if a setting is.
pub fn find_overlaps(
    input: &OverlapInput<'_>,
    settings: &OverlapSettings,
    seed: u64,
) -> Result<Overlaps, AnalysisError> {
    let is_share = settings.level > 0.0 && settings.level < 1.0;
    check("overlaps.level", settings.level, "above 0 and below 1", is_share)?;
    check("overlaps.least", settings.least, "from 0 to 1", (0.0..=1.0).contains(&settings.least))?;
    let weighted = Weighted::new(input);
    let chance = chance::measure(input, &weighted, settings.level, seed);
    let threshold = chance.strength.max(settings.least);
    let index = Index::new(input, &weighted);
    let n_items = input.collection_of.len() as u32;
    let items: Vec<u32> = (0..n_items).collect();
    let found: Vec<Vec<Overlap>> = items
        .par_chunks(CHUNK)
        .map(|items| {
            let mut searcher = index.searcher();
            let mut found = Vec::new();
            for item in items {
                let collection = input.collection_of[*item as usize];
                let is_later = |other: u32| input.collection_of[other as usize] > collection;
                for candidate in searcher.partners(&weighted, *item, is_later) {
                    // Where terms lead to no pair the sum may lack a little.
                    if candidate.strength >= threshold * index.slack() {
                        found.extend(compare(&weighted, *item, candidate.item, threshold));
                    }
                }
            }
            found
        })
        .collect();
    let mut pairs: Vec<Overlap> = found.into_iter().flatten().collect();
    pairs.sort_by(|x, y| y.strength.total_cmp(&x.strength).then_with(|| (x.a, x.b).cmp(&(y.a, y.b))));
    Ok(Overlaps { pairs, chance, threshold })
}

/// Holds two items against each other, exactly; nothing if they are less alike than the threshold.
fn compare(weighted: &Weighted, a: u32, b: u32, threshold: f64) -> Option<Overlap> {
    let whole = weighted.items.alike(a as usize, b as usize);
    let mut matches: Vec<PointMatch> = Vec::new();
    for p in weighted.points_of(a) {
        for q in weighted.points_of(b) {
            let strength = weighted.points.alike(p, q);
            if strength > 0.0 {
                matches.push(PointMatch { a: p as u32, b: q as u32, strength });
            }
        }
    }
    matches.sort_by(|x, y| y.strength.total_cmp(&x.strength).then_with(|| (x.a, x.b).cmp(&(y.a, y.b))));
    let passage = matches.first()?.strength;
    let strength = whole.max(passage);
    if strength < threshold {
        return None;
    }
    // Each point with one other; the first is told however weak it is, the others if they carry a part of the overlap.
    let mut kept: Vec<PointMatch> = Vec::new();
    for found in matches {
        let is_free = kept.iter().all(|known| known.a != found.a && known.b != found.b);
        if is_free && kept.len() < MAX_MATCHES && (kept.is_empty() || found.strength >= threshold / 2.0) {
            kept.push(found);
        }
    }
    let terms = weighted.items.shared(a as usize, b as usize);
    Some(Overlap { a, b, strength, whole, passage, matches: kept, terms })
}

#[cfg(test)]
mod tests;
