//! Themes by clusters: each cluster of points is defined by the terms that tell it from the others.
//!
//! Clusters show what belongs together although no single term says so; but they put each point into one theme only, and need
//! many points. The definition makes up for the former: every point that holds one of its terms is in the theme.

use super::definitions::Definitions;
use super::{Found, Theme, ThemeInput, ThemeSettings, WeightedTerm, jaccard, stems};
use crate::clusters::{ClusterAlgorithm, ClusterSettings, NumberOfClusters, cluster_grouped};
use crate::error::AnalysisError;
use crate::vectors::Csr;

/// A dimension for this many points at most.
const POINTS_PER_DIMENSION: usize = 10;
/// The fewest points with terms that are clustered.
const MIN_POINTS: usize = 4;

/// Clusters the points that have a say, `rows`, and defines the clusters, the largest theme first, and how many clusters there
/// were. All points are coded.
pub(super) fn fit(
    input: &ThemeInput<'_>,
    rows: &[usize],
    algorithm: ClusterAlgorithm,
    settings: &ThemeSettings,
    seed: u64,
) -> Result<(Vec<Found>, u32), AnalysisError> {
    if rows.len() < MIN_POINTS {
        return Ok((stems::fit(input, settings), 0));
    }
    let counts = input.counts.selected(rows);
    let most = rows.len() as u32 / 2;
    let settings_of_clusters = ClusterSettings {
        algorithm,
        n_clusters: match settings.n_themes {
            Some(n) => NumberOfClusters::Fixed(n.min(most)),
            None => NumberOfClusters::UpTo(settings.max_themes.min(most)),
        },
        dimensions: settings.dimensions.min((rows.len() / POINTS_PER_DIMENSION).max(2) as u32),
    };
    let groups: Vec<u32> = rows.iter().map(|row| input.groups[input.responses[*row] as usize]).collect();
    let words = counts.with_columns(input.is_word);
    let clustering = cluster_grouped(&words, &groups, &settings_of_clusters, seed)?;
    if clustering.n_clusters < 2 {
        // What is one cluster is told from nothing: no term defines it.
        return Ok((stems::fit(input, settings), 0));
    }
    let mut clusters: Vec<Vec<u32>> = vec![Vec::new(); clustering.n_clusters as usize];
    for (point, cluster) in (0..).zip(&clustering.assigned) {
        if let Some(cluster) = cluster {
            clusters[*cluster as usize].push(point);
        }
    }
    let occurrences = counts.transposed();
    let definitions = Definitions::new(&counts, &occurrences, input.naming);
    let defined: Vec<(Vec<u32>, Vec<WeightedTerm>)> = clusters
        .iter()
        .filter_map(|cluster| definitions.define(cluster))
        .map(|definition| (definition.terms, definition.companions))
        .collect();
    Ok((Coding::new(input).themes(defined, settings), clustering.n_clusters))
}

/// The points that have a say in clusters: of responses that are no copies, with a word that another of them holds.
pub(super) fn telling_points(input: &ThemeInput<'_>) -> Vec<usize> {
    let is_copy = input.are_copies();
    let rows: Vec<usize> = (0..input.counts.n_rows()).filter(|row| !is_copy[*row]).collect();
    let mut frequencies = vec![0_u32; input.counts.n_columns()];
    for row in &rows {
        for term in input.counts.columns_of(*row) {
            frequencies[*term as usize] += 1;
        }
    }
    let tells = |term: &u32| input.is_word[*term as usize] && frequencies[*term as usize] > 1;
    rows.into_iter().filter(|row| input.counts.columns_of(*row).iter().any(tells)).collect()
}

/// Puts points into themes by the terms they hold.
pub(super) struct Coding<'a> {
    input: &'a ThemeInput<'a>,
    /// `n_terms × n_points`.
    occurrences: Csr,
    /// Groups in all.
    n_groups: f64,
}

impl<'a> Coding<'a> {
    pub(super) fn new(input: &'a ThemeInput<'a>) -> Self {
        let occurrences = input.counts.transposed();
        let n_groups = input.n_groups(input.responses).into();
        Self { input, occurrences, n_groups }
    }

    /// The points that hold any of these terms, ascending.
    pub(super) fn points_with(&self, terms: impl Iterator<Item = u32>) -> Vec<u32> {
        let mut points: Vec<u32> = terms.flat_map(|term| self.occurrences.columns_of(term as usize)).copied().collect();
        points.sort_unstable();
        points.dedup();
        points
    }

    /// The responses of these points, ascending.
    fn responses_of(&self, points: &[u32]) -> Vec<u32> {
        let mut responses: Vec<u32> = points.iter().map(|point| self.input.responses[*point as usize]).collect();
        responses.dedup();
        responses
    }

    /// The themes with these terms and companions, those that have the right size, the largest first; of two that are mostly said
    /// by the same answers the larger.
    fn themes(&self, defined: Vec<(Vec<u32>, Vec<WeightedTerm>)>, settings: &ThemeSettings) -> Vec<Found> {
        let mut sized: Vec<(u32, Vec<u32>, Vec<WeightedTerm>)> = defined
            .into_iter()
            .map(|(terms, companions)| (self.size_of(&terms), terms, companions))
            .filter(|(size, ..)| {
                *size >= settings.min_respondents && f64::from(*size) <= settings.max_share * self.n_groups
            })
            .collect();
        sized.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
        let mut themes: Vec<(Vec<u32>, Vec<u32>, Vec<WeightedTerm>)> = Vec::new();
        for (_, terms, companions) in sized {
            let answers = self.responses_of(&self.points_with(terms.iter().copied()));
            if !themes.iter().any(|(theme, ..)| jaccard(theme, &answers) >= settings.max_overlap) {
                themes.push((answers, terms, companions));
            }
        }
        themes.into_iter().map(|(_, terms, companions)| self.theme(&terms, companions)).collect()
    }

    /// The theme of these terms; each weighs as many answers as hold it, near-duplicates counted once.
    fn theme(&self, terms: &[u32], mut companions: Vec<WeightedTerm>) -> Found {
        let sizes: Vec<f64> = terms.iter().map(|term| f64::from(self.size_of(&[*term]))).collect();
        let total = sizes.iter().fold(0.0, |sum, size| sum + size);
        let weighted = terms.iter().zip(sizes);
        let weighted = weighted.map(|(term_idx, size)| WeightedTerm { term_idx: *term_idx, weight: size / total });
        companions.retain(|companion| !terms.contains(&companion.term_idx));
        let theme = Theme { terms: weighted.collect(), companions };
        Found { theme, points: self.points_with(terms.iter().copied()) }
    }

    /// The groups that hold any of these terms.
    fn size_of(&self, terms: &[u32]) -> u32 {
        self.input.n_groups(&self.responses_of(&self.points_with(terms.iter().copied())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_copies_one_has_a_say_and_of_different_answers_of_a_respondent_all() {
        // Responses 0 and 1 are one respondent's and differ; 2 and 3 are copies of 0, by others. Response 4 has two points.
        let rows: Vec<Vec<u32>> = vec![vec![0, 1], vec![1, 2], vec![0, 1], vec![0, 1], vec![2], vec![3]];
        let counts = Csr::from_terms(&rows, 4);
        let input = ThemeInput {
            counts: &counts,
            responses: &[0, 1, 2, 3, 4, 4],
            groups: &[7, 7, 7, 7, 9],
            duplicates: &[0, 1, 0, 0, 4],
            naming: &[1.0; 4],
            is_word: &[true; 4],
        };
        // The copies of 0 have none, nor has the point whose word no other holds.
        assert_eq!(telling_points(&input), [0, 1, 4]);
        // Were the answers of a unit all copies of one, no word would be held twice.
        assert_eq!(telling_points(&ThemeInput { duplicates: &[7, 7, 7, 7, 9], ..input }), Vec::<usize>::new());
        assert_eq!(Coding::new(&input).size_of(&[1]), 1, "each unit counts once, however many answers it gave");
    }
}
