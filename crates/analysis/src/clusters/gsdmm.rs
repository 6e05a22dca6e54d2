//! Dirichlet multinomial mixture for short texts.
//!
//! Each row is taken to speak of one subject: its words are drawn from the words of that cluster. Clusters that few rows join die
//! out, so that there can be fewer in the end than at the start. A collapsed Gibbs sampler takes one row after the other out of
//! its cluster and draws a new one from what all other rows say: that is sequential by nature, and left so.

mod drawing;

use super::first_maximum;
use super::starts::unlike_rows;
use crate::error::{AnalysisError, check};
use crate::numeric::{ln, ln_gamma};
use crate::seeds::{Purpose, stream};
use crate::vectors::{Csr, TfidfSettings};
use linfa::DatasetBase;
use linfa::dataset::Records;
use linfa::traits::{Fit, PredictInplace};
use ndarray::Array1;
use rand_xoshiro::Xoshiro256Plus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use rayon::prelude::*;
use std::borrow::Borrow;

use drawing::{Drawing, NO_SAY};

pub(super) use drawing::Onward;

/// Logarithms that are kept in a table at most; those of larger numbers are worked out each time.
const MAX_TABLE: u64 = 1 << 22;
/// Rows a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 1024;

/// How a mixture is fitted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct GsdmmSettings {
    /// Clusters at the start; empty ones stay in the model.
    pub n_clusters: usize,
    /// Rows that each cluster is taken to hold beforehand: the smaller, the sooner small clusters die out.
    pub alpha: f64,
    /// Times that each cluster is taken to hold each term beforehand: the smaller, the more alike the words of a cluster.
    pub beta: f64,
    /// How often each row is drawn anew.
    pub n_sweeps: usize,
    /// Passes at most that then put each row into its likeliest cluster, until none moves.
    pub max_passes: usize,
    /// The seed of the draws.
    pub seed: u64,
}

impl Default for GsdmmSettings {
    fn default() -> Self {
        Self { n_clusters: 8, alpha: 0.1, beta: 0.1, n_sweeps: 15, max_passes: 20, seed: 0 }
    }
}

/// A fitted mixture.
#[derive(Clone, Debug, PartialEq)]
pub struct Gsdmm {
    n_clusters: usize,
    /// Rows with a word in each cluster.
    sizes: Vec<u32>,
    /// Words in each cluster.
    lengths: Vec<u32>,
    /// `n_terms × n_clusters`: how often each term stands in each cluster.
    counts: Vec<u32>,
    assigned: Array1<usize>,
    is_converged: bool,
    of_sizes: Logarithms,
    of_lengths: Logarithms,
    of_counts: Logarithms,
}

impl Gsdmm {
    /// Rows in each cluster, those without a word aside.
    pub fn sizes(&self) -> &[u32] {
        &self.sizes
    }

    /// How often a term stands in each cluster; nothing for a term that the model does not know.
    pub fn counts_of(&self, term: u32) -> &[u32] {
        let from = term as usize * self.n_clusters;
        self.counts.get(from..from + self.n_clusters).unwrap_or_default()
    }

    /// The cluster of each row that the model was fitted on; that of a row without a word is the largest.
    pub fn assigned(&self) -> &Array1<usize> {
        &self.assigned
    }

    /// The cluster of each row that the model was fitted on, as a list.
    pub(super) fn labels(&self) -> Vec<u32> {
        self.assigned.iter().map(|cluster| *cluster as u32).collect()
    }

    /// Whether each row is in its likeliest cluster, given all others.
    pub fn is_converged(&self) -> bool {
        self.is_converged
    }

    /// The cluster that holds most rows; the first of several.
    fn largest(&self) -> usize {
        first_maximum(&self.sizes)
    }

    /// For each cluster the logarithm of how likely it is that a row that is not in the model belongs there; the same constant
    /// is missing everywhere.
    fn score(&self, row: &[(u32, u32)], scores: &mut [f64]) {
        self.score_length(row, scores);
        for (term, count) in row {
            self.score_term(*term, *count, scores);
        }
    }

    /// What the number of words of a row says, whatever the words are.
    fn score_length(&self, row: &[(u32, u32)], scores: &mut [f64]) {
        let n_words = row.iter().fold(0_u32, |sum, (_, count)| sum.saturating_add(*count));
        for ((score, size), length) in scores.iter_mut().zip(&self.sizes).zip(&self.lengths) {
            *score = self.of_sizes.ln(*size) - self.of_lengths.ln_rising(*length, n_words);
        }
    }

    /// Adds what a term says that stands in a row so often.
    fn score_term(&self, term: u32, count: u32, scores: &mut [f64]) {
        let in_clusters = &self.counts[term as usize * self.n_clusters..][..self.n_clusters];
        if count == 1 {
            for (score, before) in scores.iter_mut().zip(in_clusters) {
                *score += self.of_counts.ln(*before);
            }
        } else {
            for (score, before) in scores.iter_mut().zip(in_clusters) {
                *score += self.of_counts.ln_rising(*before, count);
            }
        }
    }
}

/// Logarithms of whole numbers with a prior added, from tables as far as those go.
#[derive(Clone, Debug, PartialEq)]
struct Logarithms {
    prior: f64,
    /// ln (n + prior).
    of: Vec<f64>,
    /// Σ ln (j + prior) over j below n; one more than of the others.
    sums: Vec<f64>,
}

impl Logarithms {
    /// Tables of the numbers up to `last`.
    fn new(last: u64, prior: f64) -> Self {
        let of: Vec<f64> = (0..=last.min(MAX_TABLE)).map(|n| ln(n as f64 + prior)).collect();
        let mut sums = Vec::with_capacity(of.len() + 1);
        sums.push(0.0);
        for logarithm in &of {
            sums.push(sums[sums.len() - 1] + logarithm);
        }
        Self { prior, of, sums }
    }

    /// ln (n + prior).
    fn ln(&self, n: u32) -> f64 {
        self.of.get(n as usize).copied().unwrap_or_else(|| ln(f64::from(n) + self.prior))
    }

    /// The logarithm of (n + prior) · (n + 1 + prior) · …, a product of `count` factors.
    fn ln_rising(&self, n: u32, count: u32) -> f64 {
        let end = n as usize + count as usize;
        if end < self.sums.len() {
            return self.sums[end] - self.sums[n as usize];
        }
        ln_gamma(end as f64 + self.prior) - ln_gamma(f64::from(n) + self.prior)
    }
}

/// The words of each row: (term, how often), those of all rows one after the other.
struct Words {
    starts: Vec<usize>,
    entries: Vec<(u32, u32)>,
}

impl Words {
    /// Reads whole numbers; none if there is a value that is no count.
    fn of(counts: &Csr) -> Option<Self> {
        let mut words = Self { starts: vec![0], entries: Vec::with_capacity(counts.n_entries()) };
        for row in 0..counts.n_rows() {
            for (term, value) in counts.row(row) {
                if !(value.is_finite() && value >= 0.0 && value.fract() == 0.0) {
                    return None;
                }
                words.entries.extend(entry(term, value));
            }
            words.starts.push(words.entries.len());
        }
        Some(words)
    }

    fn n_rows(&self) -> usize {
        self.starts.len() - 1
    }

    fn row(&self, row: usize) -> &[(u32, u32)] {
        &self.entries[self.starts[row]..self.starts[row + 1]]
    }

    /// Words in all rows, and the most that stand in them of one term.
    fn totals(&self, n_terms: usize) -> (u64, u64) {
        let mut of_terms = vec![0_u64; n_terms];
        for (term, count) in &self.entries {
            of_terms[*term as usize] += u64::from(*count);
        }
        (of_terms.iter().sum(), of_terms.iter().copied().max().unwrap_or(0))
    }
}

/// A term and how often it counts, unless that is not at all.
#[expect(clippy::cast_sign_loss, reason = "what is below 0 counts as 0")]
fn entry(term: u32, value: f32) -> Option<(u32, u32)> {
    let count = (value.round() as u32).min(GsdmmSettings::MAX_COUNT);
    (count > 0).then_some((term, count))
}

impl GsdmmSettings {
    /// Cells of the table of counts at most, terms by clusters: 2 GiB.
    pub const MAX_CELLS: u64 = 1 << 29;
    /// Words at most, over all rows.
    pub const MAX_WORDS: u64 = u32::MAX as u64;
    /// A term counts in a row as often as it stands there, but no more often than this.
    pub const MAX_COUNT: u32 = 1000;

    /// Checks the bounds.
    ///
    /// # Errors
    /// [`AnalysisError::OutOfRange`], naming the setting, its bounds and its value.
    pub fn check(&self) -> Result<(), AnalysisError> {
        let is_prior = |x: f64| x > 0.0 && x <= 1000.0;
        check("gsdmm.n_clusters", self.n_clusters as f64, "at least 1", self.n_clusters >= 1)?;
        check("gsdmm.alpha", self.alpha, "above 0 and at most 1000", is_prior(self.alpha))?;
        check("gsdmm.beta", self.beta, "above 0 and at most 1000", is_prior(self.beta))
    }

    /// An empty model with room for the words, or the reason why there is none.
    fn model(&self, words: &Words, n_terms: usize) -> Result<Gsdmm, String> {
        let n_rows = (0..words.n_rows()).filter(|row| !words.row(*row).is_empty()).count();
        if self.n_clusters > n_rows {
            return Err("there are fewer points with a term".to_owned());
        }
        let n_cells = n_terms as u64 * self.n_clusters as u64;
        if n_cells > Self::MAX_CELLS {
            return Err(format!(
                "a table of {n_terms} terms by clusters has {n_cells} cells, and {} is the most",
                Self::MAX_CELLS
            ));
        }
        let (n_words, most) = words.totals(n_terms);
        if n_words > Self::MAX_WORDS {
            return Err(format!("the points hold {n_words} words, and {} is the most", Self::MAX_WORDS));
        }
        Ok(Gsdmm {
            n_clusters: self.n_clusters,
            sizes: vec![0; self.n_clusters],
            lengths: vec![0; self.n_clusters],
            counts: vec![0; n_cells as usize],
            assigned: Array1::zeros(words.n_rows()),
            is_converged: false,
            of_sizes: Logarithms::new(n_rows as u64, self.alpha),
            of_lengths: Logarithms::new(n_words, n_terms as f64 * self.beta),
            of_counts: Logarithms::new(most, self.beta),
        })
    }

    /// Goes on from a partition.
    ///
    /// # Shape
    /// `counts` as of `fit`.
    ///
    /// # Errors
    /// As of `fit`.
    pub(super) fn fit_from(&self, counts: &Csr, onward: &Onward<'_>) -> Result<Gsdmm, AnalysisError> {
        self.fitted(counts, Some(onward))
    }

    fn fitted(&self, counts: &Csr, onward: Option<&Onward<'_>>) -> Result<Gsdmm, AnalysisError> {
        self.check()?;
        let refused = |reason: String| AnalysisError::Clustering {
            algorithm: "gsdmm",
            n_clusters: self.n_clusters,
            n_points: (0..counts.n_rows()).filter(|row| !counts.columns_of(*row).is_empty()).count(),
            reason,
        };
        let words = Words::of(counts).ok_or_else(|| refused("a value is no count".to_owned()))?;
        let mut model = self.model(&words, counts.n_columns()).map_err(refused)?;
        self.sample(counts, &words, &mut model, onward);
        let largest = model.largest();
        for row in 0..words.n_rows() {
            if words.row(row).is_empty() {
                model.assigned[row] = largest;
            }
        }
        Ok(model)
    }

    /// Draws the rows' clusters, from a partition or from those of unlike rows, then puts each row
    /// into its likeliest one, those without a say last. From random clusters, as its authors have it, the sampler agrees less with people on each of four
    /// labelled sets.
    fn sample(&self, counts: &Csr, words: &Words, model: &mut Gsdmm, onward: Option<&Onward<'_>>) {
        let mut random = Random(Xoshiro256Plus::seed_from_u64(stream(self.seed, Purpose::Draws, 0)));
        let weights = TfidfSettings { min_document_frequency: 1, ..TfidfSettings::default() };
        let starts =
            onward.is_none().then(|| unlike_rows(&weights.fit(counts).transform(counts), self.n_clusters, self.seed));
        let has_say = |row: &usize| onward.is_none_or(|onward| onward.has_say[*row]);
        let rows = (0..words.n_rows()).filter(|row| !words.row(*row).is_empty());
        let (rows, without_say): (Vec<usize>, Vec<usize>) = rows.partition(has_say);
        let mut labels = vec![NO_SAY; words.n_rows()];
        for row in &rows {
            let chance = |random: &mut Random| random.below(self.n_clusters) as u32;
            let start = starts.as_ref().and_then(|starts| starts.nearest[*row]).map(|start| start as u32);
            let first = onward.map(|onward| onward.first[*row]);
            labels[*row] = first.or(start).unwrap_or_else(|| chance(&mut random));
        }
        let mut drawing = Drawing::new(model, words, onward, labels);
        for _ in 0..self.n_sweeps {
            drawing.draw(&rows, &mut random);
        }
        let is_converged = (0..self.max_passes).any(|_| drawing.settle(&rows) == 0);
        let mut assigned = Array1::zeros(words.n_rows());
        for row in without_say {
            assigned[row] = drawing.likeliest(row);
        }
        for row in rows {
            assigned[row] = drawing.labels[row] as usize;
        }
        model.assigned = assigned;
        model.is_converged = is_converged;
    }
}

/// Seeded draws.
struct Random(Xoshiro256Plus);

impl Random {
    /// A number from 0 to 1, the end excluded.
    fn uniform(&mut self) -> f64 {
        (self.0.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A whole number below `n`.
    fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.0.next_u64()) * n as u128) >> 64) as usize
    }
}

impl<R: Records + Borrow<Csr>, T> Fit<R, T, AnalysisError> for GsdmmSettings {
    type Object = Gsdmm;

    /// Fits the mixture.
    ///
    /// # Shape
    /// `n_points × n_terms` counts: whole numbers, each taken as [`Self::MAX_COUNT`] at most.
    ///
    /// # Guarantees
    /// The same bits for one seed: the sampler is sequential.
    ///
    /// # Cost
    /// `n_sweeps` times the number of entries times the number of clusters.
    ///
    /// # Errors
    /// [`AnalysisError::OutOfRange`] for the settings; [`AnalysisError::Clustering`] if fewer rows than clusters have a term, a
    /// value is no count, or there are more cells than [`Self::MAX_CELLS`] or more words than [`Self::MAX_WORDS`].
    ///
    /// # Source
    /// Yin & Wang (2014), A Dirichlet multinomial mixture model-based approach for short text clustering.
    fn fit(&self, dataset: &DatasetBase<R, T>) -> Result<Gsdmm, AnalysisError> {
        self.fitted(dataset.records.borrow(), None)
    }
}

impl PredictInplace<Csr, Array1<usize>> for Gsdmm {
    /// The likeliest cluster of each row, whatever the other rows; the model stays as it is. Terms that it does not know tell
    /// nothing, and a row without a known one is in the largest cluster.
    ///
    /// # Panics
    /// If `clusters` is not as long as there are rows.
    fn predict_inplace(&self, counts: &Csr, clusters: &mut Array1<usize>) {
        assert_eq!(counts.n_rows(), clusters.len(), "each row has a cluster");
        let n_terms = self.counts.len() / self.n_clusters;
        let chunks: Vec<Vec<usize>> = (0..counts.n_rows().div_ceil(CHUNK))
            .into_par_iter()
            .map(|chunk| {
                let (mut row_words, mut scores) = (Vec::new(), vec![0.0; self.n_clusters]);
                let rows = chunk * CHUNK..((chunk + 1) * CHUNK).min(counts.n_rows());
                rows.map(|row| {
                    let known = counts.row(row).filter(|(term, _)| (*term as usize) < n_terms);
                    row_words.clear();
                    row_words.extend(known.filter_map(|(term, value)| entry(term, value)));
                    if row_words.is_empty() {
                        return self.largest();
                    }
                    self.score(&row_words, &mut scores);
                    first_maximum(&scores)
                })
                .collect()
            })
            .collect();
        clusters.iter_mut().zip(chunks.into_iter().flatten()).for_each(|(cluster, found)| *cluster = found);
    }

    fn default_target(&self, counts: &Csr) -> Array1<usize> {
        Array1::zeros(counts.n_rows())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use linfa::traits::Predict;
    use proptest::prelude::*;

    fn fit(counts: Csr, n_clusters: usize) -> Result<Gsdmm, AnalysisError> {
        GsdmmSettings { n_clusters, ..GsdmmSettings::default() }.fit(&DatasetBase::new(counts, ()))
    }

    /// The same from the definition: (m + α) Π Π (n + β + j) / Π (N + V·β + i), words of the row beside those of the cluster.
    fn slow_score(model: &Gsdmm, row: &[(u32, u32)], cluster: usize, n_terms: usize) -> f64 {
        let mut score = ln(f64::from(model.sizes[cluster]) + 0.1);
        let mut n_words = 0;
        for (term, count) in row {
            for j in 0..*count {
                score += ln(f64::from(model.counts_of(*term)[cluster] + j) + 0.1);
                score -= ln(f64::from(model.lengths[cluster] + n_words) + 0.1 * n_terms as f64);
                n_words += 1;
            }
        }
        score
    }

    #[test]
    fn logarithms_beyond_the_tables_go_on() {
        let (short, long) = (Logarithms::new(3, 0.7), Logarithms::new(100, 0.7));
        for (n, count) in [(0, 2), (2, 2), (3, 1), (2, 40), (50, 7)] {
            assert!((short.ln(n) - long.ln(n)).abs() < 1e-12);
            assert!((short.ln_rising(n, count) - long.ln_rising(n, count)).abs() < 1e-10, "{n} {count}");
        }
    }

    #[test]
    fn the_model_counts_what_its_clusters_hold() {
        let rows: Vec<Vec<u32>> = (0..60).map(|i| vec![i % 3, i % 3, 3 + i % 5]).collect();
        let model = fit(Csr::from_terms(&rows, 8), 4).unwrap();
        for cluster in 0..4 {
            let held: Vec<&Vec<u32>> =
                rows.iter().zip(model.assigned()).filter(|(_, at)| **at == cluster).map(|(row, _)| row).collect();
            assert_eq!(model.sizes()[cluster] as usize, held.len());
            for term in 0..8 {
                let count = held.iter().flat_map(|row| row.iter()).filter(|other| **other == term).count();
                assert_eq!(model.counts_of(term)[cluster] as usize, count);
            }
        }
        assert_eq!(model.counts_of(8), []);
    }

    #[test]
    fn a_row_without_a_known_word_is_in_the_largest_cluster() {
        let model = fit(Csr::from_terms(&[vec![0], vec![0], vec![0], vec![1], vec![]], 2), 2).unwrap();
        let largest = model.assigned()[0];
        assert_eq!(model.assigned()[4], largest);
        let new = Csr::from_terms(&[vec![], vec![2, 2], vec![1, 2]], 3);
        let found = model.predict(&DatasetBase::new(new, ()));
        assert_eq!((found[0], found[1]), (largest, largest));
    }

    #[test]
    fn what_cannot_be_fitted_is_refused_with_the_reason() {
        let refused = |counts, n_clusters| fit(counts, n_clusters).unwrap_err().to_string();
        assert_eq!(
            refused(Csr::from_terms(&[vec![0], vec![]], 1), 2),
            "gsdmm cannot make 2 clusters of 1 points: there are fewer points with a term"
        );
        for value in [0.5, -1.0, f32::NAN, f32::INFINITY] {
            assert!(refused(Csr::from_parts(1, vec![0, 1], vec![0], vec![value]), 1).ends_with("a value is no count"));
        }
        assert_eq!(refused(Csr::new(1), 0), "gsdmm.n_clusters is 0, but must be at least 1");
        let mut wide = Csr::new(1 << 29);
        (0..2).for_each(|_| wide.push_row([(0, 1.0)]));
        assert!(refused(wide, 2).contains("has 1073741824 cells, and 536870912 is the most"));
        let beta = GsdmmSettings { n_clusters: 1, beta: 0.0, ..GsdmmSettings::default() };
        assert_eq!(beta.check().unwrap_err().to_string(), "gsdmm.beta is 0, but must be above 0 and at most 1000");
    }

    proptest! {
        #[test]
        fn scores_are_those_of_the_definition(
            rows in prop::collection::vec(prop::collection::vec(0_u32..6, 1..9), 2..12),
            row in prop::collection::vec(0_u32..6, 1..9),
        ) {
            let model = fit(Csr::from_terms(&rows, 6), 2).unwrap();
            let row = Words::of(&Csr::from_terms(&[row], 6)).unwrap().entries;
            let mut scores = [0.0; 2];
            model.score(&row, &mut scores);
            for (cluster, score) in scores.into_iter().enumerate() {
                let expected = slow_score(&model, &row, cluster, 6);
                prop_assert!((score - expected).abs() < 1e-9, "{} {}", score, expected);
            }
        }
    }
}
