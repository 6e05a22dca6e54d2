//! Choosing the quotations that show a theme.

use super::coded::Coded;
use super::{TranslatedPassage, Verbatim};
use std::collections::BTreeSet;

/// A quotation reads best between these lengths, in words.
const WORDS: std::ops::RangeInclusive<usize> = 6..=60;
/// A shorter one says little by itself: it needs more strength to be chosen.
const FULL_WORDS: usize = 12;
/// A longer one is read by fewer.
const SHORT_WORDS: usize = 30;
/// Two quotations of one theme share at most this part of their terms (Jaccard).
const MAX_LIKENESS: f64 = 0.5;

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
}

/// Chooses at most `count` points: central, of a length that reads, of few other themes, from different respondents, unlike each
/// other. Those that are quoted already come last.
///
/// Each is cut from the response at its byte span, so it is the source's text by construction.
pub(super) fn choose(
    coded: &Coded<'_>,
    candidates: &[Candidate],
    count: usize,
    quoted: &mut BTreeSet<(u32, u32)>,
) -> Vec<Verbatim> {
    let mut order: Vec<(bool, f64, Candidate)> = candidates
        .iter()
        .map(|candidate| {
            let n_words = coded.passage(candidate.response, candidate.point).split_whitespace().count();
            let length = n_words.min(FULL_WORDS) as f64 / FULL_WORDS as f64 * SHORT_WORDS as f64
                / n_words.max(SHORT_WORDS) as f64;
            let is_quoted = quoted.contains(&(candidate.response, candidate.point));
            let merit = candidate.strength * (length / f64::from(candidate.n_themes)).sqrt();
            (WORDS.contains(&n_words) && !is_quoted, merit, *candidate)
        })
        .collect();
    order.sort_by(|(a_reads, a_merit, a), (b_reads, b_merit, b)| {
        let place = |candidate: &Candidate| (candidate.response, candidate.point);
        b_reads.cmp(a_reads).then(b_merit.total_cmp(a_merit)).then(place(a).cmp(&place(b)))
    });
    let mut units = BTreeSet::new();
    let mut chosen: Vec<(Candidate, BTreeSet<u32>)> = Vec::new();
    for (_, _, candidate) in order {
        if chosen.len() == count {
            break;
        }
        let unit = coded.unit_of(candidate.response, candidate.point);
        let terms = coded.terms_of(candidate.response, candidate.point);
        if units.contains(&unit) || chosen.iter().any(|(_, others)| likeness(&terms, others) > MAX_LIKENESS) {
            continue;
        }
        units.insert(unit);
        quoted.insert((candidate.response, candidate.point));
        chosen.push((candidate, terms));
    }
    chosen.into_iter().map(|(candidate, _)| passage(coded, candidate.response, candidate.point)).collect()
}

/// The quotation of a point. Where a translation was analysed, the original is quoted, and the translation stands beside it.
pub(super) fn passage(coded: &Coded<'_>, response: u32, point: u32) -> Verbatim {
    let received = coded.received(response);
    let analysed = coded.analysis.texts[response as usize].points[point as usize].span;
    let original = coded.originals.get(&response).map(|spans| spans[point as usize]);
    let span = original.unwrap_or(analysed);
    let translation = received.translation.as_ref().map(|translation| TranslatedPassage {
        text: analysed.of(&translation.text).unwrap_or_default().to_owned(),
        cell: translation.place.cell(),
        start: analysed.start,
        end: analysed.end,
    });
    Verbatim {
        response_id: received.response_id.clone(),
        respondent_id: coded.respondent_id(response).to_owned(),
        file: received.place.file.to_string(),
        cell: received.place.cell(),
        text: span.of(&received.text).unwrap_or_default().to_owned(),
        start: span.start,
        end: span.end,
        group: None,
        translation,
    }
}

fn likeness(a: &BTreeSet<u32>, b: &BTreeSet<u32>) -> f64 {
    let shared = a.intersection(b).count();
    let all = a.len() + b.len() - shared;
    if all == 0 { 0.0 } else { shared as f64 / all as f64 }
}
