//! Pairs of items as they are told: what they are, by which passages, in which words.

use super::together::{LaidOut, Together};
use super::{Item, ItemPartner, ItemRef, PARTNERS, Rule};
use crate::findings::four_decimals;
use crate::pipeline::CopiedPair;
use canvass_analysis::{DuplicateKind, Overlap, PointMatch};
use canvass_text::Span;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeSet;

/// Pairs a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 256;
/// Words that are told of a pair, at most.
const TERMS: usize = 12;

/// What two items are to each other.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The words of one stand in the other: an exact or edited copy, or a passage of [`super::COPIED_WORDS`] words in a row.
    Copied,
    /// As strong as [`Rule::overlap_from`], in other words.
    Overlap,
    /// Stronger than chance, and no more.
    Related,
}

impl Verdict {
    /// The word that stands in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Copied => "copied",
            Self::Overlap => "overlap",
            Self::Related => "related",
        }
    }

    /// Whether the two may be the same work.
    pub fn is_overlap(self) -> bool {
        self != Self::Related
    }
}

/// A passage of an item.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Passage {
    /// The first byte in the item's text.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// The passage.
    pub text: String,
    /// Where the shared words stand in it: bytes of the passage, ascending.
    pub words: Vec<(u32, u32)>,
}

/// Two passages that are alike.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PassagePair {
    /// How alike, 0 to 1.
    pub strength: f64,
    /// That of the first item.
    pub a: Passage,
    /// That of the second.
    pub b: Passage,
}

/// A word that both items have.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SharedTerm {
    /// As the items write it most often.
    pub term: String,
    /// Its share of what the two have in common, 0 to 1.
    pub weight: f64,
}

/// What was copied.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Copied {
    /// The words of both that stand in shared passages, by the words of both, 0 to 1.
    pub similarity: f64,
    /// The same of the item of which the larger share stands in the other.
    pub containment: f64,
    /// The runs of three words or more that both have: (start, end) in the first and (start, end) in the second, bytes of the items' texts.
    pub runs: Vec<((u32, u32), (u32, u32))>,
}

/// Two items of different collections that share something.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct OverlapPair {
    /// `o1` and on, the strongest first.
    pub id: String,
    /// The item of the earlier collection.
    pub a: ItemRef,
    /// The item of the later one.
    pub b: ItemRef,
    /// What they are to each other.
    pub verdict: Verdict,
    /// How strongly they overlap, 0 to 1: the greatest of `whole`, `passage` and, of copies, `copied.similarity`.
    pub strength: f64,
    /// How alike the items are as wholes.
    pub whole: f64,
    /// How alike the two passages are that are most alike.
    pub passage: f64,
    /// What was copied, if anything was.
    pub copied: Option<Copied>,
    /// The passages that are alike, the most alike first.
    pub passages: Vec<PassagePair>,
    /// The words that both have, the heaviest first, at most twelve.
    pub terms: Vec<SharedTerm>,
}

/// A pair with the places of its items.
#[derive(Clone, Debug)]
pub(super) struct Placed {
    pub(super) a: u32,
    pub(super) b: u32,
    pub(super) told: OverlapPair,
}

/// Tells the pairs.
pub(super) fn tell(
    pairs: &[Overlap],
    together: &Together,
    laid_out: &LaidOut,
    items: &[Item],
    rule: &Rule,
) -> Vec<Placed> {
    let copied = |pair: &Overlap| {
        let copied = together.question().copied.pairs.of(pair.a.min(pair.b), pair.a.max(pair.b));
        copied.filter(|copied| copied.kind != DuplicateKind::Quotation)
    };
    let teller = Teller { together, laid_out, items, rule };
    let mut told: Vec<Placed> = pairs
        .par_chunks(CHUNK)
        .map(|pairs| {
            let of = |pair: &Overlap| teller.told(pair, copied(pair));
            pairs.iter().map(of).collect::<Vec<_>>()
        })
        .collect::<Vec<_>>()
        .concat();
    told.sort_by(|x, y| y.told.strength.total_cmp(&x.told.strength).then_with(|| (x.a, x.b).cmp(&(y.a, y.b))));
    for (number, pair) in (1..).zip(&mut told) {
        pair.told.id = format!("o{number}");
    }
    told
}

struct Teller<'t> {
    together: &'t Together,
    laid_out: &'t LaidOut,
    items: &'t [Item],
    rule: &'t Rule,
}

impl Teller<'_> {
    fn told(&self, pair: &Overlap, copied: Option<CopiedPair<'_>>) -> Placed {
        let copied = copied.map(|copied| {
            let runs = copied.passages.iter().map(|run| {
                let (one, other) = ((run.a.start, run.a.end), (run.b.start, run.b.end));
                if copied.a == pair.a { (one, other) } else { (other, one) }
            });
            let (similarity, containment) = (four_decimals(copied.similarity), four_decimals(copied.containment));
            Copied { similarity, containment, runs: runs.collect() }
        });
        // Words of an exact copy are all of it: no cosine says that of a short text.
        let strength = copied.as_ref().map_or(pair.strength, |copied| copied.similarity.max(pair.strength));
        let strength = four_decimals(strength);
        let verdict = match &copied {
            Some(_) => Verdict::Copied,
            None if strength >= self.rule.overlap_from => Verdict::Overlap,
            None => Verdict::Related,
        };
        let vocabulary = &self.together.question().analysis.vocabulary;
        let shared: BTreeSet<u32> = pair.terms.iter().map(|term| term.term_idx).collect();
        let term = |term: &canvass_analysis::WeightedTerm| SharedTerm {
            term: vocabulary.terms[term.term_idx as usize].surface().to_owned(),
            weight: four_decimals(term.weight),
        };
        let told = OverlapPair {
            id: String::new(),
            a: self.item_ref(pair.a),
            b: self.item_ref(pair.b),
            verdict,
            strength,
            whole: four_decimals(pair.whole),
            passage: four_decimals(pair.passage),
            copied,
            passages: pair.matches.iter().map(|found| self.passages(found, &shared)).collect(),
            terms: pair.terms.iter().take(TERMS).map(term).collect(),
        };
        Placed { a: pair.a, b: pair.b, told }
    }

    fn item_ref(&self, item: u32) -> ItemRef {
        let Item { collection, id, .. } = &self.items[item as usize];
        ItemRef { collection: collection.clone(), id: id.clone() }
    }

    fn passages(&self, found: &PointMatch, shared: &BTreeSet<u32>) -> PassagePair {
        let (a, b) = (self.passage(found.a, shared), self.passage(found.b, shared));
        PassagePair { strength: four_decimals(found.strength), a, b }
    }

    /// A point, with the places of the words that are shared.
    fn passage(&self, point: u32, shared: &BTreeSet<u32>) -> Passage {
        let (item, number) = self.laid_out.points[point as usize];
        let question = self.together.question();
        let point = question.analysis.texts.point(item as usize, number as usize);
        let Span { start, end } = point.span;
        let is_shared = |token: &&canvass_text::Token| shared.contains(&token.term_idx());
        let mut words: Vec<(u32, u32)> = point
            .carrying()
            .filter(is_shared)
            .map(|token| (token.span.start - start, token.span.end - start))
            .collect();
        words.sort_unstable();
        // A phrase is marked as one.
        words.dedup_by(|next, last| {
            let is_within = next.0 < last.1;
            if is_within {
                last.1 = last.1.max(next.1);
            }
            is_within
        });
        let text = point.span.of(&self.items[item as usize].text).unwrap_or_default().to_owned();
        Passage { start, end, text, words }
    }
}

/// Notes the best partners of each item.
pub(super) fn add_partners(items: &mut [Item], pairs: &[Placed]) {
    for pair in pairs {
        for (item, partner) in [(pair.a, &pair.told.b), (pair.b, &pair.told.a)] {
            let partners = &mut items[item as usize].partners;
            if partners.len() < PARTNERS {
                let ItemRef { collection, id } = partner.clone();
                let OverlapPair { strength, verdict, .. } = pair.told;
                partners.push(ItemPartner { collection, id, overlap: pair.told.id.clone(), strength, verdict });
            }
        }
    }
}
