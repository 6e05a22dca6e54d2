//! What the findings of a question leave out, and whom.

use super::breakdown::{self, Breakdown};
use super::coded::Coded;
use super::ranking::{Ranked, count, respondents_of};
use super::telling::Telling;
use super::verbatim::{Candidate, passage};
use super::{Finding, Shared, Verbatim, four_decimals};
use crate::pipeline::LanguageGroup;
use canvass_text::TermKind;
use rayon::prelude::*;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Points whose terms are in memory at a time.
const CHUNK: usize = 1 << 16;

/// What is in none of a question's findings, in whatever language they are.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Beyond {
    /// The respondents of the base who are in no finding.
    pub n_respondents: u64,
    /// `n_respondents` / base, 0 to 1, to four decimals.
    pub share: f64,
    /// Who they are: for each attribute each group's respondents in no finding. Empty where small cells are suppressed: with the
    /// findings' tables it would tell what these hold. `ratio`, `p`, `q` and `representation` as in a finding.
    pub who: Vec<Breakdown>,
    /// The themes below, in rank order.
    pub themes: Vec<ThemeBelow>,
    /// Subjects of fewer respondents than a theme needs, but of two at least, the largest first: terms that stand in points of no
    /// theme. Of many the first, see `n_small_groups`.
    pub small_groups: Vec<SmallGroup>,
    /// How many there are.
    pub n_small_groups: u64,
    /// Points of one respondent: of no theme, and sharing no term that could carry one with another respondent. Of many the first,
    /// see `n_single_points`.
    pub single_points: Vec<Verbatim>,
    /// How many there are.
    pub n_single_points: u64,
    /// The responses of the base in no theme.
    pub n_no_theme: u64,
}

/// A theme below the findings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ThemeBelow {
    /// The theme.
    pub theme_id: String,
    /// Its label.
    pub label: String,
    /// Its respondents.
    pub n_respondents: u64,
    /// The same, each group of near-duplicates counted once.
    pub n_respondents_once: u64,
    /// As in the theme.
    pub share: f64,
    /// As in the theme.
    pub quantifier: String,
}

/// A subject of a few respondents.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SmallGroup {
    /// The term, as respondents write it.
    pub label: String,
    /// The respondents with a point that holds it.
    pub n_respondents: u64,
    /// The same, each group of near-duplicates counted once.
    pub n_respondents_once: u64,
    /// Who they are, in the order of the file.
    pub respondents: Shared<Arc<str>>,
    /// The point of the first of them.
    pub verbatim: Verbatim,
}

/// A point is worth listing by itself from so many words on.
const FEWEST_WORDS: usize = 3;

/// What the findings of a question leave out. `ranked` are the themes of each language group of `coded`.
pub(super) fn beyond(coded: &Coded<'_>, telling: &Telling<'_>, ranked: &[Ranked], n_no_theme: usize) -> Beyond {
    let in_findings: BTreeSet<u32> = ranked.iter().flat_map(|ranked| ranked.in_findings.iter().copied()).collect();
    let mut base: BTreeMap<u32, u32> = BTreeMap::new();
    for (response, respondent) in (0..).zip(&coded.respondents) {
        base.entry(*respondent).or_insert(coded.received(response).submission_idx);
    }
    let left: BTreeSet<u32> = base.keys().filter(|respondent| !in_findings.contains(respondent)).copied().collect();
    let mut who: Vec<Breakdown> =
        telling.attributes.iter().map(|by| breakdown::of_respondents(by, &base, &left)).collect();
    let tested = who.iter_mut().map(|breakdown| (left.len() as u64, breakdown));
    breakdown::test(tested, base.len() as u64, telling.settings.smallest_group.into());
    let below = ranked.iter().flat_map(|ranked| &ranked.themes[ranked.findings.len()..]);
    let listed = telling.settings.beyond as usize;
    let (mut small_groups, mut single_points) = (Vec::new(), Vec::new());
    for (group, ranked) in coded.languages.iter().zip(ranked) {
        let uncovered = Uncovered::new(coded, group, ranked);
        small_groups.extend(uncovered.small_groups(telling.min_respondents));
        single_points.extend(uncovered.single_points());
    }
    // Languages one after another; within one the order is that of its groups.
    small_groups.sort_by_key(|(n, _)| Reverse(*n));
    let (n_small_groups, n_single_points) = (small_groups.len() as u64, single_points.len() as u64);
    let share = if base.is_empty() { 0.0 } else { four_decimals(left.len() as f64 / base.len() as f64) };
    Beyond {
        n_respondents: left.len() as u64,
        share,
        who,
        themes: below.map(theme_below).collect(),
        small_groups: small_groups.into_iter().take(listed).map(|(_, small)| small.told(coded)).collect(),
        n_small_groups,
        single_points: single_points
            .into_iter()
            .take(listed)
            .map(|(response, point)| passage(coded, response, point))
            .collect(),
        n_single_points,
        n_no_theme: n_no_theme as u64,
    }
}

fn theme_below(theme: &Finding) -> ThemeBelow {
    ThemeBelow {
        theme_id: theme.theme_id.clone(),
        label: theme.label.clone(),
        n_respondents: theme.n_respondents,
        n_respondents_once: theme.n_respondents_once,
        share: theme.share,
        quantifier: theme.quantifier.clone(),
    }
}

/// The points of a language group in none of its themes, and the terms that could have made one.
struct Uncovered<'c, 'a> {
    coded: &'c Coded<'a>,
    /// In the order of the file.
    points: Vec<(u32, u32)>,
    /// For each term that can name a subject the points that hold it: indices into `points`.
    holding: BTreeMap<u32, Vec<u32>>,
    /// For each of those terms the units with a point that holds it, in a theme or not; of more than two the first two.
    units: BTreeMap<u32, Vec<u32>>,
}

/// A term with the points that hold it.
struct Small {
    term_idx: u32,
    points: Vec<(u32, u32)>,
}

impl<'c, 'a> Uncovered<'c, 'a> {
    fn new(coded: &'c Coded<'a>, group: &LanguageGroup, ranked: &Ranked) -> Self {
        let terms = &coded.analysis.vocabulary.terms;
        let mut is_covered = vec![false; group.points.len()];
        for of in group.themes.memberships.iter().filter(|of| ranked.ids[of.theme_idx as usize].is_some()) {
            is_covered[of.point_idx as usize] = true;
        }
        let (mut points, mut holding, mut units) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        let naming = |(response, point): &(u32, u32)| {
            let mut held = coded.terms_of(*response, *point);
            held.retain(|term_idx| {
                let term = &terms[*term_idx as usize];
                !term.general && term.language == group.language
            });
            held
        };
        for (chunk, is_covered) in group.points.chunks(CHUNK).zip(is_covered.chunks(CHUNK)) {
            let held: Vec<Vec<u32>> = chunk.par_iter().map(naming).collect();
            for (((response, point), held), is_covered) in chunk.iter().zip(held).zip(is_covered) {
                let unit = coded.unit_of(*response, *point);
                for term_idx in held {
                    let units: &mut Vec<u32> = units.entry(term_idx).or_default();
                    if units.len() < 2 && !units.contains(&unit) {
                        units.push(unit);
                    }
                    if !is_covered {
                        holding.entry(term_idx).or_insert_with(Vec::new).push(points.len() as u32);
                    }
                }
                if !is_covered {
                    points.push((*response, *point));
                }
            }
        }
        Self { coded, points, holding, units }
    }

    /// Terms of at least two units, but fewer than a theme needs; the most respondents first, then names and phrases, then the terms
    /// that name things rather than acts, then by text. A term of respondents who are all in a
    /// group taken before is left out: of a standard text one term tells enough.
    fn small_groups(&self, min_respondents: u32) -> Vec<(usize, Small)> {
        let terms = &self.coded.analysis.vocabulary.terms;
        let mut found: Vec<(usize, Small)> = Vec::new();
        for (term_idx, held) in &self.holding {
            let points: Vec<(u32, u32)> = held.iter().map(|at| self.points[*at as usize]).collect();
            let units: BTreeSet<u32> =
                points.iter().map(|(response, point)| self.coded.unit_of(*response, *point)).collect();
            if (2..min_respondents as usize).contains(&units.len()) {
                found.push((units.len(), Small { term_idx: *term_idx, points }));
            }
        }
        found.sort_by(|(n_a, a), (n_b, b)| {
            let (one, other) = (&terms[a.term_idx as usize], &terms[b.term_idx as usize]);
            let is_word = |term: &canvass_text::Term| term.kind == TermKind::Word;
            (n_b.cmp(n_a))
                .then(is_word(one).cmp(&is_word(other)))
                .then(other.nominal().total_cmp(&one.nominal()))
                .then_with(|| one.surface().cmp(other.surface()))
        });
        let mut taken: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        let mut kept: Vec<(usize, Small, BTreeSet<u32>)> = Vec::new();
        for (n, small) in found {
            let responses: BTreeSet<u32> = small.points.iter().map(|(response, _)| *response).collect();
            let known = responses.first().and_then(|response| taken.get(response)).cloned().unwrap_or_default();
            let is_within = |at: &usize| responses.is_subset(&kept[*at].2);
            if known.iter().any(is_within) {
                continue;
            }
            for response in &responses {
                taken.entry(*response).or_default().push(kept.len());
            }
            kept.push((n, small, responses));
        }
        kept.into_iter().map(|(n, small, _)| (n, small)).collect()
    }

    /// Points that name a subject, none of whose terms another unit has, in the order of the file; of copies the first.
    fn single_points(&self) -> Vec<(u32, u32)> {
        let terms = &self.coded.analysis.vocabulary.terms;
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let mut is_single = |(response, point): &&(u32, u32)| {
            let mut names = false;
            for term_idx in self.coded.terms_of(*response, *point) {
                match self.units.get(&term_idx) {
                    Some(units) if units.len() > 1 => return false,
                    Some(_) => names |= !terms[term_idx as usize].general,
                    None => {}
                }
            }
            let text = self.coded.passage(*response, *point);
            names && text.split_whitespace().count() >= FEWEST_WORDS && seen.insert(text)
        };
        let mut single: Vec<(u32, u32)> = self.points.iter().filter(|at| is_single(at)).copied().collect();
        single.sort_unstable();
        single
    }
}

impl Small {
    fn told(&self, coded: &Coded<'_>) -> SmallGroup {
        let candidate = |(response, point): &(u32, u32)| Candidate {
            response: *response,
            point: *point,
            strength: 1.0,
            n_themes: 1,
            is_quotable: true,
        };
        let members: Vec<Candidate> = self.points.iter().map(candidate).collect();
        let (n_respondents, n_respondents_once) = count(coded, &members);
        let (response, point) = self.points[0];
        SmallGroup {
            label: coded.analysis.vocabulary.terms[self.term_idx as usize].surface().to_owned(),
            n_respondents: n_respondents as u64,
            n_respondents_once: n_respondents_once as u64,
            respondents: respondents_of(coded, &members),
            verbatim: passage(coded, response, point),
        }
    }
}
