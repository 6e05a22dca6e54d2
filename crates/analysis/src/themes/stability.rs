//! How sure a theme is: whether it comes back when some respondents are left out.
//!
//! The themes of a small consultation hang on a few answers. Each resample leaves out a fifth of the respondents, finds the
//! themes of the others from scratch, and looks for each theme among them.

use super::sample::Groups;
use super::{Found, ThemeInput, ThemeSettings, Themes, jaccard};
use crate::error::AnalysisError;
use crate::seeds::{Purpose, stream};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One respondent in so many is left out of a resample.
const LEFT_OUT: usize = 5;
/// Points in a resample at most: four fifths of 15,000.
const MAX_POINTS: usize = 12_000;
/// A theme has come back if it shares this much of its answers (Jaccard) with one of the resample.
const RETURNED: f64 = 0.5;
/// One resample in so many, at either end, is left out of the interval of the rank.
const TAIL: usize = 20;

/// How often a theme comes back in resamples of the respondents.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Stability {
    /// Resamples that had an answer of the theme.
    pub n_resamples: u32,
    /// Those with a theme that shares at least half of the answers of both (Jaccard).
    pub n_returned: u32,
    /// The Jaccard similarity with the most similar theme of each resample, mean over the resamples: 0 to 1.
    pub similarity: f64,
    /// The interval that holds its rank by respondents, 1 for the largest theme, in at least nine tenths of the resamples it came
    /// back in; `None` if it never did.
    pub rank: Option<(u32, u32)>,
}

/// Measures the stability of each theme.
///
/// # Guarantees
/// The same at any thread count, for one seed. Near-duplicates are drawn together, as one respondent.
///
/// # Cost
/// Finds themes `settings.resamples` times, each in at most 12,000 points.
///
/// # Errors
/// As [`fit_themes`](super::fit_themes).
///
/// # Source
/// Hennig (2007), cluster-wise assessment of cluster stability, by subsetting.
pub fn measure_stability(
    input: &ThemeInput<'_>,
    themes: &Themes,
    settings: &ThemeSettings,
    seed: u64,
) -> Result<Vec<Stability>, AnalysisError> {
    measure_stability_kept(input, themes, settings, seed, &Forgetful)
}

/// Keeps what resamples showed, so that a measurement that was cut off need not begin anew.
pub trait ResampleKeeper: Sync {
    /// What a resample of the same measurement showed, if that was kept.
    fn load(&self, resample: u32) -> Option<Vec<Seen>>;
    /// Keeps what a resample showed: one for each theme.
    fn save(&self, resample: u32, seen: &[Seen]);
}

/// Keeps nothing.
struct Forgetful;

impl ResampleKeeper for Forgetful {
    fn load(&self, _: u32) -> Option<Vec<Seen>> {
        None
    }

    fn save(&self, _: u32, _: &[Seen]) {}
}

/// The same, where resamples that `keeper` has are not made again; each is handed to it as soon as it is made, from any thread.
///
/// # Errors
/// As [`measure_stability`].
pub fn measure_stability_kept(
    input: &ThemeInput<'_>,
    themes: &Themes,
    settings: &ThemeSettings,
    seed: u64,
    keeper: &dyn ResampleKeeper,
) -> Result<Vec<Stability>, AnalysisError> {
    let answers = answers_of(input, themes);
    if answers.is_empty() {
        return Ok(Vec::new());
    }
    // The same algorithm and number of clusters, though points are fewer: it is the themes that are to come back.
    let n_clusters = themes.basis.n_clusters;
    let n_themes = if n_clusters > 0 { Some(n_clusters) } else { settings.n_themes };
    let settings = &ThemeSettings { algorithm: themes.basis.algorithm, n_themes, ..*settings };
    let groups = Groups::new(input);
    let resamples: Vec<Vec<Seen>> = (0..u64::from(settings.resamples))
        .into_par_iter()
        .map(|resample| {
            let number = resample as u32;
            if let Some(kept) = keeper.load(number).filter(|kept| kept.len() == answers.len()) {
                return Ok(kept);
            }
            let found = look_again(input, &groups, &answers, settings, stream(seed, Purpose::Resample, resample))?;
            keeper.save(number, &found);
            Ok(found)
        })
        .collect::<Result<_, AnalysisError>>()?;
    Ok((0..answers.len()).map(|theme| summary(resamples.iter().filter_map(|seen| seen[theme]))).collect())
}

/// A theme in a resample: the similarity of the theme most like it, and the rank of that; `None` if no answer of it was drawn.
pub type Seen = Option<(f64, u32)>;

/// The group of a point.
fn group_of(input: &ThemeInput<'_>, point: u32) -> u32 {
    input.groups[input.responses[point as usize] as usize]
}

/// The groups of each theme, ascending: near-duplicates are one answer, or a campaign would make its theme stable.
fn answers_of(input: &ThemeInput<'_>, themes: &Themes) -> Vec<Vec<u32>> {
    let mut answers = vec![Vec::new(); themes.themes.len()];
    for membership in &themes.memberships {
        answers[membership.theme_idx as usize].push(group_of(input, membership.point_idx));
    }
    for groups in &mut answers {
        groups.sort_unstable();
        groups.dedup();
    }
    answers
}

/// Looks for each theme in a resample.
fn look_again(
    input: &ThemeInput<'_>,
    groups: &Groups,
    answers: &[Vec<u32>],
    settings: &ThemeSettings,
    seed: u64,
) -> Result<Vec<Seen>, AnalysisError> {
    let points = groups.draw(input, groups.len() - groups.len() / LEFT_OUT, MAX_POINTS, seed);
    let sample = points.input(input);
    let found = match super::find(&sample, settings, seed) {
        Ok((found, _)) => found,
        // Too few points that differ, by this draw.
        Err(AnalysisError::Clustering { .. }) => Vec::new(),
        Err(error) => return Err(error),
    };
    let drawn: BTreeSet<u32> = sample.responses.iter().map(|response| sample.groups[*response as usize]).collect();
    let again = ranked(&sample, &found);
    let found_again = answers.iter().map(|answers| {
        let left: Vec<u32> = answers.iter().copied().filter(|group| drawn.contains(group)).collect();
        if left.is_empty() {
            return None;
        }
        let similar = (1..).zip(&again).map(|(rank, again)| (jaccard(&left, again), rank));
        // The first of the most similar.
        Some(similar.fold((0.0, 0), |best, other| if other.0 > best.0 { other } else { best }))
    });
    Ok(found_again.collect())
}

/// The groups of the themes of a resample, the theme of most respondents first.
fn ranked(sample: &ThemeInput<'_>, found: &[Found]) -> Vec<Vec<u32>> {
    let mut ranked: Vec<Vec<u32>> = Vec::new();
    for found in found {
        let groups: BTreeSet<u32> = found.points.iter().map(|point| group_of(sample, *point)).collect();
        ranked.push(groups.into_iter().collect());
    }
    ranked.sort_by_key(|groups| std::cmp::Reverse(groups.len()));
    ranked
}

fn summary(seen: impl Iterator<Item = (f64, u32)>) -> Stability {
    let mut stability = Stability::default();
    let mut ranks = Vec::new();
    for (similarity, rank) in seen {
        stability.n_resamples += 1;
        stability.similarity += similarity;
        if similarity >= RETURNED {
            stability.n_returned += 1;
            ranks.push(rank);
        }
    }
    if stability.n_resamples > 0 {
        stability.similarity /= f64::from(stability.n_resamples);
    }
    ranks.sort_unstable();
    let cut = ranks.len() / TAIL;
    stability.rank = (!ranks.is_empty()).then(|| (ranks[cut], ranks[ranks.len() - 1 - cut]));
    stability
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::themes::fixture::{each, themes_and_stability, with_input};
    use std::collections::BTreeMap;
    use std::sync::Mutex;

    #[test]
    fn a_theme_of_many_alike_comes_back_and_one_of_three_does_so_less_often() {
        // Forty answers on buses, three on a fountain.
        let mut rows: Vec<Vec<u32>> = (0..40).map(|i| vec![0, 1 + i % 3]).collect();
        rows.extend((0..3).map(|_| vec![4, 5]));
        let (themes, found) = themes_and_stability(&rows, 6, &each(&rows), &ThemeSettings::default());
        let of = |term| found[themes.themes.iter().position(|theme| theme.terms[0].term_idx == term).unwrap()];
        let (bus, fountain) = (of(0), of(4));
        assert_eq!((bus.n_returned, bus.rank), (20, Some((1, 1))));
        assert!(bus.similarity > 0.99, "{bus:?}");
        assert!(fountain.n_returned < 20 && fountain.similarity < 0.8, "{fountain:?}");
    }

    /// Keeps resamples in memory, and counts how many were made.
    #[derive(Default)]
    struct Kept {
        seen: Mutex<BTreeMap<u32, Vec<Seen>>>,
        made: Mutex<u32>,
    }

    impl ResampleKeeper for Kept {
        fn load(&self, resample: u32) -> Option<Vec<Seen>> {
            self.seen.lock().unwrap().get(&resample).cloned()
        }

        fn save(&self, resample: u32, seen: &[Seen]) {
            *self.made.lock().unwrap() += 1;
            self.seen.lock().unwrap().insert(resample, seen.to_vec());
        }
    }

    #[test]
    fn resamples_that_were_kept_are_not_made_again_and_change_nothing() {
        let rows: Vec<Vec<u32>> = (0..40).map(|i| vec![0, 1 + i % 3]).collect();
        let settings = ThemeSettings::default();
        let each = each(&rows);
        with_input(&rows, 6, &each, |input| {
            let themes = super::super::fit_themes(input, &settings, 1).unwrap();
            let expected = measure_stability(input, &themes, &settings, 1).unwrap();
            let kept = Kept::default();
            let measure = || measure_stability_kept(input, &themes, &settings, 1, &kept).unwrap();
            assert_eq!(measure(), expected);
            let made = || std::mem::take(&mut *kept.made.lock().unwrap());
            assert_eq!(made(), settings.resamples);
            // A cut: seven are there, and one of them is of another number of themes.
            kept.seen.lock().unwrap().retain(|resample, _| *resample < 7);
            kept.seen.lock().unwrap().insert(3, Vec::new());
            assert_eq!(measure(), expected);
            assert_eq!(made(), settings.resamples - 6);
        });
    }

    #[test]
    fn the_interval_of_the_rank_leaves_out_a_twentieth_at_either_end() {
        let ranks = (0..40).map(|i| (1.0, if i == 0 { 9 } else { 2 + i % 2 }));
        let found = summary(ranks);
        assert_eq!((found.n_returned, found.rank), (40, Some((2, 3))));
        assert_eq!(summary(std::iter::empty()), Stability::default());
        assert_eq!(summary([(0.2, 4)].into_iter()).rank, None);
    }
}
