//! The terms that define a cluster: what turns a set of points into a theme that can be read, edited and applied again.
//!
//! A theme is the points that hold any of its terms. From a cluster the terms are taken one after the other, each the one that
//! brings those points nearest to the cluster's, until no term helps. So the theme of a large set is of the same kind as that
//! of a small one, a point may be in several, and a later consultation is coded with the same words.

use super::{WeightedTerm, association};
use crate::vectors::Csr;

/// Terms looked at for a cluster: the most associated with it.
const N_CANDIDATES: usize = 60;
/// The fewest points of the cluster that hold a term of its definition.
const MIN_POINTS: u32 = 3;
/// Terms that define a theme at most: a definition is to be read.
const MAX_TERMS: usize = 12;
/// How much a term has to bring the points of the definition nearer to the cluster's, in F1.
const MIN_GAIN: f64 = 0.005;

/// A definition, and how well it tells the cluster.
pub(super) struct Definition {
    /// The terms, in the order in which they were taken.
    pub terms: Vec<u32>,
    /// Further terms that set the cluster apart, the heaviest first.
    pub companions: Vec<WeightedTerm>,
}

/// Which points hold which terms.
pub(super) struct Definitions<'a> {
    counts: &'a Csr,
    /// `n_terms × n_points`.
    occurrences: &'a Csr,
    naming: &'a [f64],
}

impl<'a> Definitions<'a> {
    pub(super) fn new(counts: &'a Csr, occurrences: &'a Csr, naming: &'a [f64]) -> Self {
        Self { counts, occurrences, naming }
    }

    /// Defines the cluster of these points, ascending; `None` if no term does.
    ///
    /// # Cost
    /// `MAX_TERMS` times the points that hold any of the candidates.
    pub(super) fn define(&self, cluster: &[u32]) -> Option<Definition> {
        let mut associated = self.associated(cluster);
        let mut is_member = vec![false; self.counts.n_rows()];
        for point in cluster {
            is_member[*point as usize] = true;
        }
        let candidates: Vec<u32> = associated
            .iter()
            .map(|term| term.term_idx)
            .filter(|term| self.naming[*term as usize] > 0.0)
            .take(N_CANDIDATES)
            .collect();
        let (mut holds, mut n_held, mut n_right, mut f1) = (vec![false; self.counts.n_rows()], 0, 0, 0.0);
        let mut terms: Vec<u32> = Vec::new();
        while terms.len() < MAX_TERMS {
            let mut best: Option<(f64, u32, usize, usize)> = None;
            for term in candidates.iter().filter(|term| !terms.contains(term)) {
                let points = self.occurrences.columns_of(*term as usize);
                let new = points.iter().filter(|point| !holds[**point as usize]);
                let (more, right) = new
                    .fold((0, 0), |(more, right), point| (more + 1, right + usize::from(is_member[*point as usize])));
                let reached = 2.0 * (n_right + right) as f64 / (cluster.len() + n_held + more) as f64;
                if best.is_none_or(|(best, ..)| reached > best) {
                    best = Some((reached, *term, more, right));
                }
            }
            let Some((reached, term, more, right)) = best.filter(|(reached, ..)| *reached >= f1 + MIN_GAIN) else {
                break;
            };
            (f1, n_held, n_right) = (reached, n_held + more, n_right + right);
            for point in self.occurrences.columns_of(term as usize) {
                holds[*point as usize] = true;
            }
            terms.push(term);
        }
        associated.retain(|term| !terms.contains(&term.term_idx));
        associated.truncate(MAX_TERMS);
        (!terms.is_empty()).then_some(Definition { terms, companions: associated })
    }

    /// The terms that stand in these points more often than chance would have it, the most associated first.
    fn associated(&self, cluster: &[u32]) -> Vec<WeightedTerm> {
        let mut held: Vec<u32> =
            cluster.iter().flat_map(|point| self.counts.columns_of(*point as usize)).copied().collect();
        held.sort_unstable();
        let share = cluster.len() as f64 / self.counts.n_rows() as f64;
        let mut terms = Vec::new();
        for run in held.chunk_by(|a, b| a == b) {
            let (term_idx, count) = (run[0], run.len() as u32);
            let expected = share * self.occurrences.columns_of(term_idx as usize).len() as f64;
            if count >= MIN_POINTS && f64::from(count) > expected {
                terms.push(WeightedTerm { term_idx, weight: association(count.into(), expected) });
            }
        }
        terms.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.term_idx.cmp(&b.term_idx)));
        terms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn define(rows: &[Vec<u32>], n_terms: usize, cluster: &[u32], naming: &[f64]) -> Option<Definition> {
        let counts = Csr::from_terms(rows, n_terms);
        Definitions::new(&counts, &counts.transposed(), naming).define(cluster)
    }

    #[test]
    fn the_terms_that_tell_a_cluster_define_it_and_a_word_of_every_point_does_not() {
        // Points 0 to 5 hold term 0 or 1, the others 2; term 3 stands everywhere.
        let row = |term| vec![term, 3];
        let rows = [0, 0, 0, 1, 1, 1, 2, 2, 2].map(row);
        let found = define(&rows, 4, &[0, 1, 2, 3, 4, 5], &[1.0; 4]).expect("two terms tell it");
        assert_eq!(found.terms, [0, 1]);
    }

    #[test]
    fn a_cluster_that_no_term_tells_has_no_definition() {
        let rows = [vec![0], vec![1], vec![2], vec![3]];
        assert!(define(&rows, 4, &[0, 1], &[1.0; 4]).is_none());
        let rows = [vec![0], vec![0], vec![1], vec![1]];
        assert!(define(&rows, 2, &[0, 1], &[0.0, 1.0]).is_none());
    }
}
