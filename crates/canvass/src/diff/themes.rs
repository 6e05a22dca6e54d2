//! Which theme of one run is which of the other.

use super::read::{ReadGroup, ReadTheme};
use super::{Fate, FindingDiff, GroupDiff, Likeness, change};
use crate::findings::four_decimals;
use std::collections::BTreeSet;

/// Two themes that share so much of their responses, or of their terms where responses cannot tell, are one.
const HALF: f64 = 0.5;
/// With half of the terms so much of the responses will do.
const QUARTER: f64 = 0.25;

/// The findings of both runs in one language; `same`: the responses that both have with the same text.
pub(super) fn group(then: Option<&ReadGroup>, now: Option<&ReadGroup>, same: &BTreeSet<String>) -> GroupDiff {
    let (before, after) = (then.map_or(&[][..], |group| &group.themes), now.map_or(&[][..], |group| &group.themes));
    let n_before = then.map_or(0, |group| group.n_findings);
    let n_after = now.map_or(0, |group| group.n_findings);
    let pairs = pairs(before, after, same);
    let mut findings: Vec<FindingDiff> = Vec::new();
    for (at, theme) in after.iter().enumerate().take(n_after) {
        let pair = pairs.iter().find(|pair| pair.after == at);
        let fate = match pair {
            None => Fate::New,
            Some(pair) if pair.before >= n_before => Fate::Risen,
            Some(pair) if before[pair.before].rank == theme.rank => Fate::Kept,
            Some(_) => Fate::Moved,
        };
        findings.push(told(fate, pair.map(|pair| &before[pair.before]), Some(theme), pair.map(|pair| pair.likeness)));
    }
    for (at, theme) in before.iter().enumerate().take(n_before) {
        match pairs.iter().find(|pair| pair.before == at) {
            Some(pair) if pair.after < n_after => {}
            Some(pair) => {
                findings.push(told(Fate::Fallen, Some(theme), Some(&after[pair.after]), Some(pair.likeness)));
            }
            None => findings.push(told(Fate::Gone, Some(theme), None, None)),
        }
    }
    GroupDiff {
        language: now.or(then).map(|group| group.language.clone()).unwrap_or_default(),
        base: change(then.map(|group| group.base), now.map(|group| group.base)),
        findings,
    }
}

fn told(fate: Fate, then: Option<&ReadTheme>, now: Option<&ReadTheme>, likeness: Option<Likeness>) -> FindingDiff {
    let text = |of: fn(&ReadTheme) -> &String| change(then.map(|t| of(t).clone()), now.map(|t| of(t).clone()));
    let count = |of: fn(&ReadTheme) -> u64| change(then.map(of), now.map(of));
    FindingDiff {
        fate,
        theme_id: text(|theme| &theme.theme_id),
        label: text(|theme| &theme.label),
        rank: count(|theme| theme.rank),
        n_respondents: count(|theme| theme.n_respondents),
        n_respondents_once: count(|theme| theme.n_respondents_once),
        share: change(then.map(|theme| theme.share), now.map(|theme| theme.share)),
        likeness,
    }
}

/// Two themes that are one.
struct Pair {
    before: usize,
    after: usize,
    likeness: Likeness,
}

/// Pairs of themes that are one, best first; ties by rank. Each theme is in one pair at most.
fn pairs(before: &[ReadTheme], after: &[ReadTheme], same: &BTreeSet<String>) -> Vec<Pair> {
    let shared = |theme: &ReadTheme| -> BTreeSet<String> { theme.responses.intersection(same).cloned().collect() };
    let (then, now): (Vec<_>, Vec<_>) = (before.iter().map(shared).collect(), after.iter().map(shared).collect());
    let mut candidates: Vec<Pair> = Vec::new();
    for (a, theme) in before.iter().enumerate() {
        for (b, other) in after.iter().enumerate() {
            let responses = jaccard(&then[a], &now[b]);
            let terms = jaccard(&theme.stems(), &other.stems()).unwrap_or_default();
            let is_one = match responses {
                Some(responses) => responses >= HALF || (responses >= QUARTER && terms >= HALF),
                None => terms >= HALF,
            };
            if is_one {
                let likeness = Likeness { responses: responses.map(four_decimals), terms: four_decimals(terms) };
                candidates.push(Pair { before: a, after: b, likeness });
            }
        }
    }
    let score = |pair: &Pair| pair.likeness.responses.unwrap_or_default() + pair.likeness.terms;
    candidates.sort_by(|x, y| score(y).total_cmp(&score(x)).then((x.after, x.before).cmp(&(y.after, y.before))));
    let mut pairs: Vec<Pair> = Vec::new();
    for candidate in candidates {
        if pairs.iter().all(|pair| pair.before != candidate.before && pair.after != candidate.after) {
            pairs.push(candidate);
        }
    }
    pairs
}

/// What two sets share of what either has; none of nothing.
fn jaccard<T: Ord>(a: &BTreeSet<T>, b: &BTreeSet<T>) -> Option<f64> {
    let (shared, all) = (a.intersection(b).count(), a.union(b).count());
    (all > 0).then(|| shared as f64 / all as f64)
}
