//! A mixture while its rows are drawn.

use super::{Gsdmm, Words};
use crate::vectors::Csr;

/// Logarithms of counts that are kept at most: 128 MiB.
const MAX_LOGARITHMS: usize = 1 << 24;
/// The cluster of a row that others are not drawn to.
pub(super) const NO_SAY: u32 = u32::MAX;

/// A model while rows are drawn. What it tells is the same, bit for bit; but a score reads what each cluster holds of a word, and only that of two
/// clusters changes, so the logarithms of the counts are kept beside them.
pub(super) struct Drawing<'m> {
    model: &'m mut Gsdmm,
    /// ln (n + prior) of each of the model's counts; empty if there are too many of them.
    logarithms: Vec<f64>,
    /// For each row its cluster; [`NO_SAY`] for those that no other is drawn to.
    pub(super) labels: Vec<u32>,
}

impl<'m> Drawing<'m> {
    /// An empty model before rows are put into it.
    pub(super) fn new(model: &'m mut Gsdmm, labels: Vec<u32>) -> Self {
        let n_logarithms = if model.counts.len() <= MAX_LOGARITHMS { model.counts.len() } else { 0 };
        let logarithms = vec![model.of_counts.ln(0); n_logarithms];
        Self { model, logarithms, labels }
    }

    /// Puts a row into a cluster.
    pub(super) fn add(&mut self, words: &Words, row: usize, cluster: usize) {
        self.labels[row] = cluster as u32;
        self.model.sizes[cluster] += 1;
        for (term, count) in words.row(row) {
            self.model.lengths[cluster] += count;
            self.change(*term, cluster, |before| before + count);
        }
    }

    /// Takes a row out of its cluster, and gives that.
    pub(super) fn remove(&mut self, words: &Words, row: usize) -> usize {
        let cluster = self.labels[row] as usize;
        self.model.sizes[cluster] -= 1;
        for (term, count) in words.row(row) {
            self.model.lengths[cluster] -= count;
            self.change(*term, cluster, |before| before - count);
        }
        cluster
    }

    fn change(&mut self, term: u32, cluster: usize, to: impl Fn(u32) -> u32) {
        let cell = term as usize * self.model.n_clusters + cluster;
        let count = to(self.model.counts[cell]);
        self.model.counts[cell] = count;
        if let Some(logarithm) = self.logarithms.get_mut(cell) {
            *logarithm = self.model.of_counts.ln(count);
        }
    }

    /// As [`Gsdmm::score`], with what the row's neighbours say.
    pub(super) fn score(&self, words: &Words, row: usize, onward: Option<&Onward<'_>>, scores: &mut [f64]) {
        let model = &*self.model;
        if self.logarithms.is_empty() {
            model.score(words.row(row), scores);
        } else {
            model.score_length(words.row(row), scores);
            for (term, count) in words.row(row) {
                if *count > 1 {
                    model.score_term(*term, *count, scores);
                    continue;
                }
                let in_clusters = &self.logarithms[*term as usize * model.n_clusters..][..model.n_clusters];
                scores.iter_mut().zip(in_clusters).for_each(|(score, logarithm)| *score += logarithm);
            }
        }
        let Some(onward) = onward else { return };
        for (neighbour, weight) in onward.graph.row(row) {
            let cluster = self.labels[neighbour as usize];
            if cluster != NO_SAY {
                scores[cluster as usize] += onward.weight * f64::from(weight);
            }
        }
    }
}

/// A partition to go on from, with neighbours that draw a row to their clusters.
pub(in crate::clusters) struct Onward<'a> {
    /// For each row its cluster, below `n_clusters`.
    pub(in crate::clusters) first: &'a [u32],
    /// For each row whether the clusters are fitted to it; the others are only put into them.
    pub(in crate::clusters) has_say: &'a [bool],
    /// `n_points × n_points`: for each row its neighbours; weights of a row add up to 1 or 0.
    pub(in crate::clusters) graph: &'a Csr,
    /// How much the neighbours of a row count in all: as a word that is so many times e likelier.
    pub(in crate::clusters) weight: f64,
}

#[cfg(test)]
mod tests {
    use super::super::GsdmmSettings;
    use super::*;

    #[test]
    fn logarithms_that_are_kept_give_the_same_bits_as_those_that_are_looked_up() {
        let rows: Vec<Vec<u32>> = (0..90).map(|i| vec![i % 7, i % 7, 7 + i % 11, 18 + i % 2]).collect();
        let counts = Csr::from_terms(&rows, 20);
        let words = Words::of(&counts).unwrap();
        let settings = GsdmmSettings { n_clusters: 5, ..GsdmmSettings::default() };
        let (mut one, mut other) = (settings.model(&words, 20).unwrap(), settings.model(&words, 20).unwrap());
        let mut kept = Drawing::new(&mut one, vec![0; 90]);
        let mut looked_up = Drawing::new(&mut other, vec![0; 90]);
        assert_eq!(kept.logarithms.len(), 100);
        looked_up.logarithms.clear();
        let graph = Csr::from_terms(&(0..90).map(|i| vec![(i + 1) % 90]).collect::<Vec<_>>(), 90);
        let (first, has_say) = ([0; 90], [true; 90]);
        let onward = Onward { first: &first, has_say: &has_say, graph: &graph, weight: 1.0 };
        let (mut scores, mut expected) = ([0.0; 5], [0.0; 5]);
        for row in 0..90 {
            kept.add(&words, row, row % 5);
            looked_up.add(&words, row, row % 5);
        }
        for row in 0..90 {
            assert_eq!(kept.remove(&words, row), looked_up.remove(&words, row));
            kept.score(&words, row, Some(&onward), &mut scores);
            looked_up.score(&words, row, Some(&onward), &mut expected);
            assert_eq!(scores.map(f64::to_bits), expected.map(f64::to_bits));
            kept.add(&words, row, (row * 3) % 5);
            looked_up.add(&words, row, (row * 3) % 5);
        }
    }
}
