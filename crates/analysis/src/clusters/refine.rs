//! Moves rows between clusters by naive Bayes on their terms.
//!
//! k-means cuts through the middle between two centroids, whatever stands there; the words of a row often tell more plainly
//! where it belongs. Each round takes the words of each cluster and puts every row where its own are likeliest.

use crate::numeric::ln;
use crate::vectors::Csr;
use rayon::prelude::*;

/// What each term is taken to weigh in each cluster beforehand.
const PRIOR_WEIGHT: f64 = 0.1;
/// How much the size of a cluster counts, from 0 (not at all) to 1 (as by Bayes' rule, which drains small clusters).
const SIZE_WEIGHT: f64 = 0.5;
/// Rounds at most.
const MAX_ROUNDS: usize = 10;
/// No further round if a smaller share of the rows moves.
const MIN_MOVED: f64 = 0.0005;
/// Rows and terms a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 256;

/// Moves each row to the cluster where its terms are likeliest, until hardly any moves; whether it came to that.
///
/// # Shape
/// `weighted` is `n_points × n_terms`, `transposed` the same the other way round; `labels` has one cluster, below
/// `n_clusters`, for each point, and `has_say` whether its terms count as the cluster's. A cluster may end up empty; a row without terms ends up in the largest.
///
/// # Cost
/// For each round `n_clusters` times the entries of the matrix, twice.
pub(super) fn refine(
    weighted: &Csr,
    transposed: &Csr,
    labels: &mut Vec<u32>,
    n_clusters: usize,
    has_say: &[bool],
) -> bool {
    let n_with_say = has_say.iter().filter(|has_say| **has_say).count();
    for _ in 0..MAX_ROUNDS {
        let moved = Evidence::new(transposed, labels, n_clusters, has_say).likeliest_of_all(weighted);
        let is_moved = |row: &usize| has_say[*row] && moved[*row] != labels[*row];
        let n_moved = (0..moved.len()).filter(is_moved).count();
        *labels = moved;
        if n_moved as f64 <= MIN_MOVED * n_with_say as f64 {
            return true;
        }
    }
    false
}

/// How likely each term is in each cluster.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Evidence {
    n_clusters: usize,
    /// For each cluster, from its size.
    of_sizes: Vec<f64>,
    /// `n_terms × n_clusters`: the logarithm of the term's share of the cluster's weight.
    of_terms: Vec<f64>,
}

impl Evidence {
    /// # Shape
    /// As of [`refine`].
    pub(super) fn new(transposed: &Csr, labels: &[u32], n_clusters: usize, has_say: &[bool]) -> Self {
        let mut sizes = vec![0.0; n_clusters];
        for (label, _) in labels.iter().zip(has_say).filter(|(_, has_say)| **has_say) {
            sizes[*label as usize] += 1.0;
        }
        let mut of_terms = vec![PRIOR_WEIGHT; transposed.n_rows() * n_clusters];
        of_terms.par_chunks_mut(CHUNK * n_clusters).enumerate().for_each(|(chunk, weights)| {
            for (at, weights) in weights.chunks_mut(n_clusters).enumerate() {
                let entries = transposed.row(chunk * CHUNK + at);
                for (row, weight) in entries.filter(|(row, _)| has_say[*row as usize]) {
                    weights[labels[row as usize] as usize] += f64::from(weight);
                }
            }
        });
        let mut totals = vec![0.0; n_clusters];
        for weights in of_terms.chunks(n_clusters) {
            for (total, weight) in totals.iter_mut().zip(weights) {
                *total += weight;
            }
        }
        of_terms.par_chunks_mut(CHUNK * n_clusters).for_each(|weights| {
            for (weight, total) in weights.iter_mut().zip(totals.iter().cycle()) {
                *weight = ln(*weight / total);
            }
        });
        Self { n_clusters, of_sizes: sizes.into_iter().map(|size| SIZE_WEIGHT * ln(size + 0.5)).collect(), of_terms }
    }

    /// The likeliest cluster of each row; terms that are not known tell nothing.
    pub(super) fn likeliest_of_all(&self, weighted: &Csr) -> Vec<u32> {
        let rows: Vec<usize> = (0..weighted.n_rows()).collect();
        let chunks: Vec<Vec<u32>> = rows
            .par_chunks(CHUNK)
            .map(|rows| {
                let mut scores = vec![0.0; self.n_clusters];
                rows.iter().map(|row| self.likeliest(weighted, *row, &mut scores)).collect()
            })
            .collect();
        chunks.concat()
    }

    /// The likeliest cluster of a row, the first of several. `scores` has room for one of each cluster.
    fn likeliest(&self, weighted: &Csr, row: usize, scores: &mut [f64]) -> u32 {
        scores.copy_from_slice(&self.of_sizes);
        for (term, weight) in weighted.row(row) {
            let from = term as usize * self.n_clusters;
            let Some(of_term) = self.of_terms.get(from..from + self.n_clusters) else { continue };
            for (score, evidence) in scores.iter_mut().zip(of_term) {
                *score += f64::from(weight) * evidence;
            }
        }
        super::first_maximum(scores) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::TfidfSettings;

    /// Two subjects of three words each; a row holds two of its subject's.
    fn two_subjects() -> Csr {
        let rows: Vec<Vec<u32>> = (0..40).map(|i: u32| vec![3 * (i % 2) + i % 3, 3 * (i % 2) + (i + 1) % 3]).collect();
        TfidfSettings::default().fit(&Csr::from_terms(&rows, 6)).transform_owned(Csr::from_terms(&rows, 6))
    }

    #[test]
    fn rows_that_were_put_wrong_move_to_where_their_words_are() {
        let weighted = two_subjects();
        let right: Vec<u32> = (0..40).map(|i| i % 2).collect();
        let mut labels = right.clone();
        for wrong in [3, 8, 15, 22, 31] {
            labels[wrong] = 1 - labels[wrong];
        }
        assert!(refine(&weighted, &weighted.transposed(), &mut labels, 2, &vec![true; weighted.n_rows()]));
        assert_eq!(labels, right);
    }

    #[test]
    fn a_row_without_terms_is_in_the_largest_cluster() {
        let weighted = Csr::from_terms(&[vec![0], vec![], vec![1], vec![1], vec![1]], 2);
        let mut labels = vec![0, 0, 1, 1, 1];
        refine(&weighted, &weighted.transposed(), &mut labels, 2, &vec![true; weighted.n_rows()]);
        assert_eq!(labels, [0, 1, 1, 1, 1]);
    }

    #[test]
    fn scores_are_those_worked_out_by_hand() {
        // Cluster 0 holds row "a a" (weight 2), cluster 1 "b": S = [[2.1, 0.1], [0.1, 1.1]].
        let weighted = Csr::from_terms(&[vec![0, 0], vec![1]], 2);
        let evidence = Evidence::new(&weighted.transposed(), &[0, 1], 2, &[true; 2]);
        let expected = [2.1 / 2.2, 0.1 / 1.2, 0.1 / 2.2, 1.1 / 1.2].map(ln);
        for (found, expected) in evidence.of_terms.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-7, "{found} {expected}");
        }
        assert!((evidence.of_sizes[0] - 0.5 * ln(1.5)).abs() < 1e-12);
    }
}
