//! Choosing the quotations that show a theme.

use super::coded::Coded;
use super::telling::Telling;
use super::{TranslatedPassage, Verbatim, VerbatimGroup};
use crate::statistics::Grouping;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// A quotation reads best between these lengths, in words.
const WORDS: std::ops::RangeInclusive<usize> = 6..=60;
/// A shorter one says little by itself: it needs more strength to be chosen.
const FULL_WORDS: usize = 12;
/// A longer one is read by fewer.
const SHORT_WORDS: usize = 30;
/// Two quotations of one theme share at most this part of their terms (Jaccard).
const MAX_LIKENESS: f64 = 0.5;
/// A quotation from a group that is not quoted yet may have this part of the merit of the best one left.
const WORTH_OF_NEW_GROUP: f64 = 0.6;
/// A quotation that tells the other side too ("good, but ...") has this part of its merit.
const WORTH_OF_BOTH_SIDES: f64 = 0.5;
/// So many quotations behind the best one left are looked at for such a group.
const LOOKED_AT: usize = 200;

/// A point of a theme.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    /// Index into `coded.positions`.
    pub(super) response: u32,
    /// Index of the point in the response.
    pub(super) point: u32,
    /// How well it fits the theme.
    pub(super) strength: f64,
    /// How many themes it is in: a point of many shows none of them well.
    pub(super) n_themes: u32,
    /// Whether it may be quoted for the theme.
    pub(super) is_quotable: bool,
}

/// Chooses at most `count` points: central, of a length that reads, of few other themes, that do not tell the other side in the same
/// breath, from different respondents, unlike each other. Those that are quoted already come last.
///
/// First come `exemplars`, points that an analyst marked, in their order, as far as they are candidates. Of the others the first is
/// the one of most merit. Each further one is the best of a group of `telling.grouping` that is not quoted yet, if it has 0.6 of the
/// merit of the best that is left, else that one. Of equal merit the first in the file goes first. Who did not say is of no group.
///
/// Each is cut from the response at its byte span, so it is the source's text by construction.
pub(super) fn choose(
    coded: &Coded<'_>,
    (candidates, exemplars): (&[Candidate], &[(u32, u32)]),
    count: usize,
    telling: &Telling<'_>,
    quoted: &mut BTreeSet<(u32, u32)>,
) -> Vec<(Candidate, Verbatim)> {
    let groups = telling.grouping;
    let marked = |of: &Candidate| exemplars.iter().position(|place| *place == (of.response, of.point));
    let already: &BTreeSet<(u32, u32)> = quoted;
    let mut order: Vec<(bool, f64, Candidate)> = candidates
        .par_iter()
        .filter(|candidate| candidate.is_quotable && marked(candidate).is_none())
        .map(|candidate| {
            let point = coded.analysis.texts.point(candidate.response as usize, candidate.point as usize);
            let passage = point.span.of(coded.text_of(candidate.response)).unwrap_or_default();
            let n_words = passage.split_whitespace().count();
            let length = n_words.min(FULL_WORDS) as f64 / FULL_WORDS as f64 * SHORT_WORDS as f64
                / n_words.max(SHORT_WORDS) as f64;
            let is_quoted = already.contains(&(candidate.response, candidate.point));
            let tells_both = telling.clauses.of(point.language).tells_both_sides(passage);
            let worth = if tells_both { WORTH_OF_BOTH_SIDES } else { 1.0 };
            let merit = worth * candidate.strength * (length / f64::from(candidate.n_themes)).sqrt();
            (WORDS.contains(&n_words) && !is_quoted, merit, *candidate)
        })
        .collect();
    order.par_sort_by(|(a_reads, a_merit, a), (b_reads, b_merit, b)| {
        let place = |candidate: &Candidate| (candidate.response, candidate.point);
        b_reads.cmp(a_reads).then(b_merit.total_cmp(a_merit)).then(place(a).cmp(&place(b)))
    });
    let mut chosen = Chosen { coded, units: BTreeSet::new(), points: Vec::new() };
    let mut seen: BTreeSet<u32> = BTreeSet::new();
    let group_of = |candidate: &Candidate| groups.and_then(|groups| group(coded, groups, candidate.response));
    let mut shown: Vec<Candidate> =
        candidates.iter().filter(|candidate| candidate.is_quotable && marked(candidate).is_some()).copied().collect();
    shown.sort_by_key(marked);
    for candidate in shown.into_iter().take(count) {
        seen.extend(group_of(&candidate).map(|(group, _)| group));
        quoted.insert((candidate.response, candidate.point));
        chosen.add(candidate);
    }
    let mut from = 0;
    while chosen.points.len() < count {
        let Some(best) = (from..order.len()).find(|at| chosen.takes(&order[*at].2)) else { break };
        // What was passed over is like a quotation chosen, or of its respondent, and stays so.
        from = best;
        let (reads, merit, _) = order[best];
        let near = (best..order.len()).take(LOOKED_AT).take_while(|at| {
            let (also_reads, other, _) = order[*at];
            also_reads == reads && other >= WORTH_OF_NEW_GROUP * merit
        });
        let is_new = |at: &usize| {
            let group = group_of(&order[*at].2).filter(|(_, is_said)| *is_said);
            group.is_some_and(|(group, _)| !seen.contains(&group)) && chosen.takes(&order[*at].2)
        };
        let at = near.into_iter().find(is_new).unwrap_or(best);
        let candidate = order[at].2;
        seen.extend(group_of(&candidate).map(|(group, _)| group));
        quoted.insert((candidate.response, candidate.point));
        chosen.add(candidate);
    }
    let told = chosen.points.into_iter().map(|(candidate, _)| {
        let mut verbatim = passage(coded, candidate.response, candidate.point);
        verbatim.group = groups.zip(group_of(&candidate)).map(|(groups, (group, _))| VerbatimGroup {
            by_name: groups.name.clone(),
            group: groups.groups[group as usize].clone(),
        });
        (candidate, verbatim)
    });
    told.collect()
}

/// The group of a response's respondent, and whether they said so.
fn group(coded: &Coded<'_>, groups: &Grouping, response: u32) -> Option<(u32, bool)> {
    let group = groups.of_submission[coded.received(response).submission_idx as usize]?;
    Some((group, !groups.has_unsaid || group as usize + 1 < groups.groups.len()))
}

/// The quotations chosen so far.
struct Chosen<'c, 'a> {
    coded: &'c Coded<'a>,
    units: BTreeSet<u32>,
    points: Vec<(Candidate, Vec<u32>)>,
}

impl Chosen<'_, '_> {
    /// Whether a candidate is of another respondent than these, and unlike them.
    fn takes(&self, candidate: &Candidate) -> bool {
        if self.units.contains(&self.coded.unit_of(candidate.response, candidate.point)) {
            return false;
        }
        let terms = self.coded.terms_of(candidate.response, candidate.point);
        self.points.iter().all(|(_, others)| likeness(&terms, others) <= MAX_LIKENESS)
    }

    fn add(&mut self, candidate: Candidate) {
        self.units.insert(self.coded.unit_of(candidate.response, candidate.point));
        self.points.push((candidate, self.coded.terms_of(candidate.response, candidate.point)));
    }
}

/// The quotation of a point. Where a translation was analysed, the original is quoted, and the translation stands beside it.
pub(super) fn passage(coded: &Coded<'_>, response: u32, point: u32) -> Verbatim {
    let received = coded.received(response);
    let analysed = coded.analysis.texts.point(response as usize, point as usize).span;
    let original = coded.originals.get(&response).map(|spans| spans[point as usize]);
    let span = original.unwrap_or(analysed);
    let translation = received.translation.as_ref().map(|translation| TranslatedPassage {
        text: analysed.of(&translation.text).unwrap_or_default().to_owned(),
        cell: coded.cell(&translation.place),
        start: analysed.start,
        end: analysed.end,
    });
    Verbatim {
        response_id: received.response_id.to_string(),
        respondent_id: coded.respondent_id(response).to_string(),
        file: if coded.is_private { String::new() } else { received.place.table.file.to_string() },
        cell: coded.cell(&received.place),
        text: span.of(&received.text).unwrap_or_default().to_owned(),
        start: span.start,
        end: span.end,
        group: None,
        translation,
    }
}

/// The Jaccard similarity of two ascending lists; 0 of nothing and nothing.
fn likeness(a: &[u32], b: &[u32]) -> f64 {
    let shared = a.iter().filter(|term| b.binary_search(term).is_ok()).count();
    let all = a.len() + b.len() - shared;
    if all == 0 { 0.0 } else { shared as f64 / all as f64 }
}
