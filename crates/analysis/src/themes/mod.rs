//! What the points are about.
//!
//! A theme is defined by terms: a point that holds one of them is in the theme. That is what the report shows as the reason, what
//! an analyst can edit, and what a later consultation is coded with. Where points are few (stem themes), single terms that
//! behave as the names of subjects do are chosen; where they are many, the points are clustered, and each cluster is defined by
//! the terms that tell it from the others. [`measure_stability`] says how sure each theme is.

mod clusters;
mod definitions;
mod given;
mod sample;
mod settings;
mod space;
mod stability;
mod stems;

use crate::clusters::ClusterAlgorithm;
use crate::error::AnalysisError;
use crate::vectors::{Csr, TfidfSettings};
use clusters::telling_points;
use rayon::prelude::*;
use sample::Groups;
use serde::{Deserialize, Serialize};

pub use given::{GivenTheme, describe_themes};
pub use settings::{Algorithm, ThemeSettings};
pub use space::{Nearest, SpacePoints, ThemePlace, ThemeSpace};
pub use stability::{ResampleKeeper, Seen, Stability, measure_stability, measure_stability_kept};

/// What themes are found in.
#[derive(Clone, Copy, Debug)]
pub struct ThemeInput<'a> {
    /// `n_points × n_terms`: how often each term stands in each point. Terms that carry no theme are left out beforehand.
    pub counts: &'a Csr,
    /// For each point the response it belongs to; ascending.
    pub responses: &'a [u32],
    /// For each response its group, what counts once: the answers of a respondent, and near-duplicates, share one. Any numbers.
    pub groups: &'a [u32],
    /// For each response what it is a near-duplicate of: those that are near-duplicates share a number, every other response has its
    /// own. Only the first of them has a say in what clusters there are, and all different answers of a group have.
    pub duplicates: &'a [u32],
    /// For each term how well it can name a theme, 0 to 1; at 0 it defines none, and only tells points apart.
    pub naming: &'a [f64],
    /// For each term whether points are clustered by it. Phrases repeat what their words say.
    pub is_word: &'a [bool],
}

/// A term and its weight.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct WeightedTerm {
    /// The column of the term.
    pub term_idx: u32,
    /// Its weight; its scale is that of the list it stands in.
    pub weight: f64,
}

/// One theme.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Theme {
    /// The terms that put a point into the theme, the one it was found by first. Each weighs as many answers as hold it,
    /// near-duplicates counted once; the weights add up to 1.
    pub terms: Vec<WeightedTerm>,
    /// Terms that stand beside them, or in the points of the cluster, more often than chance would have it, by
    /// (c - e)² / (e + 0.5), the heaviest first.
    /// They describe the theme; they do not put a point into it.
    pub companions: Vec<WeightedTerm>,
}

/// A point in a theme.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Membership {
    /// Index into [`Themes::themes`].
    pub theme_idx: u32,
    /// The row of the point.
    pub point_idx: u32,
    /// Cosine of the point's TF-IDF vector with the mean of the theme's points: 0 to 1.
    pub strength: f64,
}

/// The themes of a set of points.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Themes {
    /// The themes in the order in which the algorithm took them.
    pub themes: Vec<Theme>,
    /// By theme, then by point.
    pub memberships: Vec<Membership>,
    /// How they were found.
    pub basis: Basis,
}

/// What themes rest on.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Basis {
    /// The algorithm, never `auto`; stems where points do not make two clusters.
    pub algorithm: Algorithm,
    /// Points that themes were found in.
    pub n_points: u32,
    /// Whether those are a sample; every point is coded all the same.
    pub is_sample: bool,
    /// How many clusters there were, before they were defined; 0 for stem themes.
    pub n_clusters: u32,
}

/// Finds the themes of a set of points.
///
/// A point may be in several themes or in none. Of more than `max_points` points the themes are found in a seeded sample of the
/// respondents, and all points are then coded by the themes' terms.
///
/// # Guarantees
/// The same result at any thread count, for one seed. Without points, no themes.
///
/// # Errors
/// [`AnalysisError`] if a setting is out of its bounds or the clustering library refuses.
pub fn fit_themes(input: &ThemeInput<'_>, settings: &ThemeSettings, seed: u64) -> Result<Themes, AnalysisError> {
    settings.check()?;
    let n_points = input.counts.n_rows();
    let is_sample = n_points > settings.max_points as usize;
    let (found, n_clusters, n_used) = if is_sample {
        let groups = Groups::new(input);
        let drawn = groups.draw(input, groups.len(), settings.max_points as usize, seed);
        let sample = drawn.input(input);
        let (found, n_clusters) = find(&sample, settings, seed)?;
        let n_used = sample.counts.n_rows();
        (code(input.counts, found), n_clusters, n_used)
    } else {
        let (found, n_clusters) = find(input, settings, seed)?;
        (found, n_clusters, n_points)
    };
    let algorithm = if n_clusters == 0 { Algorithm::Stems } else { used(usize::MAX, settings) };
    let basis = Basis { algorithm, n_points: n_used as u32, is_sample, n_clusters };
    Ok(Themes { basis, ..with_strengths(input.counts, found) })
}

/// Finds themes in these very points, and how many clusters they come from, if any.
fn find(input: &ThemeInput<'_>, settings: &ThemeSettings, seed: u64) -> Result<(Vec<Found>, u32), AnalysisError> {
    let rows = telling_points(input);
    match used(rows.len(), settings) {
        Algorithm::Clusters(algorithm) => clusters::fit(input, &rows, algorithm, settings, seed),
        Algorithm::Stems | Algorithm::Auto => Ok((stems::fit(input, settings), 0)),
    }
}

/// The algorithm for this many points that have a say.
fn used(n_points: usize, settings: &ThemeSettings) -> Algorithm {
    match settings.algorithm {
        Algorithm::Auto if n_points >= settings.clusters_from as usize => {
            Algorithm::Clusters(ClusterAlgorithm::default())
        }
        Algorithm::Auto => Algorithm::Stems,
        chosen => chosen,
    }
}

/// A theme and the points in it, ascending.
struct Found {
    theme: Theme,
    points: Vec<u32>,
}

/// How much more often something happens than chance would have it: (c - e)² / (e + 0.5).
fn association(count: f64, expected: f64) -> f64 {
    (count - expected) * (count - expected) / (expected + 0.5)
}

/// Puts all points into these themes by their terms.
fn code(counts: &Csr, found: Vec<Found>) -> Vec<Found> {
    // By term, then by theme.
    let mut themes_of: Vec<(u32, u32)> = (0..)
        .zip(&found)
        .flat_map(|(theme_idx, found)| found.theme.terms.iter().map(move |term| (term.term_idx, theme_idx)))
        .collect();
    themes_of.sort_unstable();
    let mut is_defining = vec![false; counts.n_columns()];
    for (term, _) in &themes_of {
        is_defining[*term as usize] = true;
    }
    let mut points: Vec<Vec<u32>> = vec![Vec::new(); found.len()];
    for row in 0..counts.n_rows() {
        for term in counts.columns_of(row).iter().filter(|term| is_defining[**term as usize]) {
            let first = themes_of.partition_point(|(other, _)| other < term);
            for (_, theme_idx) in themes_of[first..].iter().take_while(|(other, _)| other == term) {
                let points = &mut points[*theme_idx as usize];
                if points.last() != Some(&(row as u32)) {
                    points.push(row as u32);
                }
            }
        }
    }
    found.into_iter().zip(points).map(|(found, points)| Found { points, ..found }).collect()
}

/// Measures how well each point fits each of its themes. Rows are weighted as they are read, as weights of all would take as much memory again.
fn with_strengths(counts: &Csr, found: Vec<Found>) -> Themes {
    let tfidf = TfidfSettings::default().fit(counts);
    let strengths_of = |found: &Found| {
        let mut mean = vec![0.0_f64; counts.n_columns()];
        let mut weights = Vec::new();
        for point in &found.points {
            let columns = counts.columns_of(*point as usize);
            tfidf.weights(columns, counts.values_of(*point as usize), &mut weights);
            for (term, weight) in columns.iter().zip(&weights) {
                mean[*term as usize] += f64::from(*weight);
            }
        }
        let norm = mean.iter().map(|weight| weight * weight).sum::<f64>().sqrt();
        let strength = |point: &u32| {
            let columns = counts.columns_of(*point as usize);
            tfidf.weights(columns, counts.values_of(*point as usize), &mut weights);
            let products = columns.iter().zip(&weights).map(|(term, weight)| f64::from(*weight) * mean[*term as usize]);
            if norm > 0.0 { (products.sum::<f64>() / norm).clamp(0.0, 1.0) } else { 0.0 }
        };
        found.points.iter().map(strength).collect()
    };
    let strengths: Vec<Vec<f64>> = found.par_iter().map(strengths_of).collect();
    let mut themes = Themes::default();
    themes.memberships.reserve_exact(strengths.iter().map(Vec::len).sum());
    for (theme_idx, (Found { theme, points }, strengths)) in (0..).zip(found.into_iter().zip(strengths)) {
        let of_theme = points.into_iter().zip(strengths);
        themes.memberships.extend(of_theme.map(|(point_idx, strength)| Membership { theme_idx, point_idx, strength }));
        themes.themes.push(theme);
    }
    themes
}

/// The Jaccard similarity of two ascending lists.
fn jaccard(a: &[u32], b: &[u32]) -> f64 {
    let shared = a.iter().filter(|x| b.binary_search(x).is_ok()).count();
    let union = a.len() + b.len() - shared;
    if union == 0 { 0.0 } else { shared as f64 / union as f64 }
}

#[cfg(test)]
mod fixture {
    use super::*;

    /// Hands on points as the theme stage takes them: each a response of its own, every term a word that can name a theme. `groups`:
    /// what counts once, and what is a near-duplicate of what.
    pub(super) fn with_input<T>(
        rows: &[Vec<u32>],
        n_terms: usize,
        groups: &[u32],
        take: impl FnOnce(&ThemeInput<'_>) -> T,
    ) -> T {
        let counts = Csr::from_terms(rows, n_terms);
        let responses: Vec<u32> = (0..rows.len() as u32).collect();
        let (naming, is_word) = (&vec![1.0; n_terms], &vec![true; n_terms]);
        let (responses, duplicates) = (&responses, groups);
        take(&ThemeInput { counts: &counts, responses, groups, duplicates, naming, is_word })
    }

    /// For so many points that nobody copied what counts once: each.
    pub(super) fn each(rows: &[Vec<u32>]) -> Vec<u32> {
        (0..rows.len() as u32).collect()
    }

    /// The themes of points, and how stable they are.
    pub(super) fn themes_and_stability(
        rows: &[Vec<u32>],
        n_terms: usize,
        groups: &[u32],
        settings: &ThemeSettings,
    ) -> (Themes, Vec<Stability>) {
        with_input(rows, n_terms, groups, |input| {
            let themes = fit_themes(input, settings, 1).expect("the settings are in bounds");
            let stability = measure_stability(input, &themes, settings, 1).expect("the settings are in bounds");
            (themes, stability)
        })
    }
}

#[cfg(test)]
mod contract {
    //! What every algorithm keeps, whatever it is given.

    use super::fixture::{each, themes_and_stability, with_input};
    use super::*;

    const ALGORITHMS: [Algorithm; 4] = [
        Algorithm::Auto,
        Algorithm::Stems,
        Algorithm::Clusters(ClusterAlgorithm::Consensus),
        Algorithm::Clusters(ClusterAlgorithm::Spherical),
    ];

    fn themes(rows: &[Vec<u32>], n_terms: usize, algorithm: Algorithm, seed: u64) -> Themes {
        themes_by(rows, n_terms, &ThemeSettings { algorithm, ..ThemeSettings::default() }, seed)
    }

    fn themes_by(rows: &[Vec<u32>], n_terms: usize, settings: &ThemeSettings, seed: u64) -> Themes {
        with_input(rows, n_terms, &each(rows), |input| {
            fit_themes(input, settings, seed).expect("the settings are in bounds")
        })
    }

    /// Points of three subjects, each with words of its own and one that all share.
    fn three_subjects() -> Vec<Vec<u32>> {
        (0..90).map(|i: u32| vec![3 * (i % 3), 3 * (i % 3) + 1 + i / 3 % 2, 9 + i % 7]).collect()
    }

    #[test]
    fn no_points_and_empty_points_have_no_themes() {
        for algorithm in ALGORITHMS {
            assert!(themes(&[], 5, algorithm, 1).themes.is_empty());
            assert!(themes(&[], 0, algorithm, 1).themes.is_empty());
            assert!(themes(&vec![vec![]; 9], 5, algorithm, 1).themes.is_empty());
        }
    }

    #[test]
    fn one_point_has_no_theme_and_points_all_alike_have_one() {
        for algorithm in ALGORITHMS {
            assert!(themes(&[vec![0, 1]], 2, algorithm, 1).themes.is_empty());
            let alike = themes(&vec![vec![0, 1]; 50], 2, algorithm, 1);
            let terms: Vec<Vec<u32>> =
                alike.themes.iter().map(|theme| theme.terms.iter().map(|term| term.term_idx).collect()).collect();
            assert_eq!(terms, [[0, 1]], "{algorithm:?}");
            assert_eq!(alike.memberships.len(), 50, "{algorithm:?}");
        }
    }

    #[test]
    fn terms_that_too_few_answers_hold_make_no_theme() {
        let rows: Vec<Vec<u32>> = (0..5).map(|i| vec![i, i + 1]).collect();
        for algorithm in ALGORITHMS {
            assert!(themes(&rows, 6, algorithm, 1).themes.is_empty(), "{algorithm:?}");
        }
    }

    #[test]
    fn fewer_points_than_themes_wanted_are_no_fault() {
        let rows = &three_subjects()[..12];
        for algorithm in ALGORITHMS {
            let settings = ThemeSettings { algorithm, n_themes: Some(24), ..ThemeSettings::default() };
            let found = themes_by(rows, 16, &settings, 1);
            // There is a cluster for two points at most, and stem themes are told by their words.
            assert!(found.themes.len() <= 6, "{algorithm:?}: {:?}", found.themes);
            assert!(found.memberships.iter().all(|membership| membership.point_idx < 12), "{algorithm:?}");
        }
    }

    #[test]
    fn memberships_are_ordered_and_within_bounds_and_every_theme_has_terms_and_points() {
        let rows = three_subjects();
        for algorithm in ALGORITHMS {
            let found = themes(&rows, 16, algorithm, 1);
            assert!(!found.themes.is_empty(), "{algorithm:?}");
            let places: Vec<(u32, u32)> = found.memberships.iter().map(|m| (m.theme_idx, m.point_idx)).collect();
            assert!(places.is_sorted_by(|a, b| a < b), "{algorithm:?}");
            assert!(
                found
                    .memberships
                    .iter()
                    .all(|m| (m.point_idx as usize) < rows.len() && (0.0..=1.0).contains(&m.strength))
            );
            for (theme_idx, theme) in (0..).zip(&found.themes) {
                let weight: f64 = theme.terms.iter().map(|term| term.weight).sum();
                assert!((weight - 1.0).abs() < 1e-9, "{algorithm:?}");
                assert!(found.memberships.iter().any(|m| m.theme_idx == theme_idx), "{algorithm:?}");
            }
        }
    }

    /// Twelve hundred points of three subjects, each with five words of its own, two of them in a point.
    fn many() -> Vec<Vec<u32>> {
        (0..1200).map(|i: u32| vec![5 * (i % 3) + i / 3 % 5, 5 * (i % 3) + (i / 3 + 1 + i / 15 % 3) % 5]).collect()
    }

    fn with_settings(rows: &[Vec<u32>], groups: &[u32], settings: &ThemeSettings) -> (Themes, Vec<Stability>) {
        themes_and_stability(rows, 15, groups, settings)
    }

    #[test]
    fn many_points_are_clustered_and_the_subjects_come_back() {
        let each = each(&many());
        let (themes, stability) = with_settings(&many(), &each, &ThemeSettings { resamples: 5, ..Default::default() });
        assert_eq!(themes.basis.algorithm, Algorithm::Clusters(ClusterAlgorithm::Consensus));
        assert!(!themes.basis.is_sample);
        let mut subjects: Vec<Vec<u32>> = themes
            .themes
            .iter()
            .map(|theme| {
                let mut terms: Vec<u32> = theme.terms.iter().map(|term| term.term_idx / 5).collect();
                terms.dedup();
                terms
            })
            .collect();
        assert!(subjects.iter().all(|subjects| subjects.len() == 1), "no theme mixes subjects: {subjects:?}");
        subjects.sort_unstable();
        subjects.dedup();
        assert_eq!(subjects, [[0], [1], [2]]);
        assert!(stability.iter().all(|stability| stability.n_resamples == 5), "{stability:?}");
    }

    #[test]
    fn of_too_many_points_a_sample_is_read_and_all_are_coded() {
        let each = each(&many());
        let settings = ThemeSettings { max_points: 1000, resamples: 0, ..Default::default() };
        let (themes, _) = with_settings(&many(), &each, &settings);
        assert!(themes.basis.is_sample && themes.basis.n_points == 1000, "{:?}", themes.basis);
        let mut coded: Vec<u32> = themes.memberships.iter().map(|membership| membership.point_idx).collect();
        coded.sort_unstable();
        coded.dedup();
        assert!(coded.len() > 1150, "{} of 1200 points are coded", coded.len());
    }

    #[test]
    fn copies_of_a_letter_beside_few_answers_leave_these_their_themes() {
        // 1170 copies of one letter, and thirty answers of three subjects.
        let mut rows = vec![vec![0, 1]; 1170];
        rows.extend((0..30).map(|i: u32| vec![5 + 3 * (i % 3), 6 + 3 * (i % 3)]));
        let groups: Vec<u32> = (0..1200).map(|i: u32| i.saturating_sub(1169)).collect();
        let (themes, stability) = with_settings(&rows, &groups, &ThemeSettings::default());
        assert_eq!(themes.basis.algorithm, Algorithm::Stems);
        let first: Vec<u32> = themes.themes.iter().map(|theme| theme.terms[0].term_idx).collect();
        assert_eq!(first, [5, 8, 11]);
        assert!(stability.iter().all(|stability| stability.similarity > 0.9), "{stability:?}");
    }

    #[test]
    fn the_number_of_themes_can_be_fixed() {
        let each = each(&many());
        for (algorithm, n_themes) in [(Algorithm::Auto, 3), (Algorithm::Stems, 2)] {
            let settings = ThemeSettings { algorithm, n_themes: Some(n_themes), resamples: 0, ..Default::default() };
            assert_eq!(with_settings(&many(), &each, &settings).0.themes.len(), n_themes as usize, "{algorithm:?}");
        }
        let one = ThemeSettings { n_themes: Some(1), resamples: 0, ..Default::default() };
        assert_eq!(with_settings(&many(), &each, &one).0.themes.len(), 1);
    }

    #[test]
    fn the_thread_count_changes_nothing() {
        let rows = three_subjects();
        for algorithm in ALGORITHMS {
            let at = |threads| {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool of threads");
                pool.install(|| themes(&rows, 16, algorithm, 7))
            };
            let one = at(1);
            assert_eq!(one, at(2), "{algorithm:?}");
            assert_eq!(one, at(8), "{algorithm:?}");
        }
    }
}
