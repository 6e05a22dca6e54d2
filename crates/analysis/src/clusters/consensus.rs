//! The recipe: clusters that several starts agree on.
//!
//! One run goes from vectors smoothed over their nearest neighbours by spherical k-means and naive Bayes to a first partition;
//! where clusters are large enough for it, a mixture of terms, coupled to the same neighbours, then draws every row anew a
//! number of times. What one start decides by chance differs from run to run: the runs are matched with the one that agrees best
//! with all others, and each row goes where most of them put it; where the mixture drew, each row then moves to its likeliest
//! cluster until none moves.

use super::gsdmm::{Coupling, GsdmmSettings};
use super::kmeans::{Geometry, KMeansSettings};
use super::refine::{Evidence, refine};
use crate::agreement::{matched, nmi};
use crate::error::AnalysisError;
use crate::vectors::{Csr, Neighbours, Smoothing, Svd, Tfidf, TfidfSettings, unit_rows};
use linfa::DatasetBase;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2};
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Cells of a table of terms by clusters at most: 2 GiB.
const MAX_CELLS: usize = 1 << 28;
/// Runs that have a vote.
const N_RUNS: u64 = 5;
/// Neighbours of each row.
const N_NEIGHBOURS: usize = 10;
/// Rounds of smoothing.
const N_ROUNDS: u32 = 4;
/// The fewest rows that a cluster has on average if the mixture is to draw: of fewer, its words say too little.
const MIN_ROWS_PER_CLUSTER: usize = 100;
/// How much the clusters of a row's neighbours count, in all: as much as one word that is e times likelier.
const COUPLING: f64 = 1.0;
/// Times each row is drawn anew.
const N_SWEEPS: usize = 20;
/// The fewest rows for each cluster of the first, too many, that the number of clusters is worked out from ...
const MIN_ROWS_PER_FIRST: usize = 10;
/// ... and the most of those; ...
const MAX_FIRST: usize = 300;
/// ... where the number of clusters is bounded, so many times the bound.
const FIRST_PER_CLUSTER: usize = 4;

/// How clusters that several starts agree on are found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ConsensusSettings {
    /// How many clusters; there can be fewer in the end.
    pub n_clusters: usize,
    /// Dimensions kept of the TF-IDF vectors.
    pub n_dimensions: usize,
    /// Whether one run as far as naive Bayes is enough: the algorithm `smoothed`.
    pub is_one_run: bool,
    /// The seed of all runs.
    pub seed: u64,
}

/// Clusters by their terms.
#[derive(Clone, Debug, PartialEq)]
pub struct Consensus {
    tfidf: Tfidf,
    evidence: Evidence,
    assigned: Array1<usize>,
    is_converged: bool,
}

impl Consensus {
    /// The cluster of each row that it was fitted on.
    pub fn assigned(&self) -> &Array1<usize> {
        &self.assigned
    }

    /// Whether all runs came to an end of their own.
    pub fn is_converged(&self) -> bool {
        self.is_converged
    }
}

impl<T> Fit<Csr, T, AnalysisError> for ConsensusSettings {
    type Object = Consensus;

    /// Finds the clusters of the rows.
    ///
    /// # Shape
    /// `n_points × n_terms` counts: whole numbers.
    ///
    /// # Guarantees
    /// The same bits at any thread count, for one seed.
    ///
    /// # Errors
    /// As of the algorithms that it is made of.
    fn fit(&self, dataset: &DatasetBase<Csr, T>) -> Result<Consensus, AnalysisError> {
        let counts = &dataset.records;
        let tfidf = TfidfSettings::default().fit(counts);
        let weighted = tfidf.transform(counts);
        let recipe = Recipe::new(counts, &weighted, self.n_dimensions, self.seed);
        let find = if self.is_one_run { Recipe::smoothed } else { Recipe::consensus };
        let (labels, is_converged) = find(&recipe, self.n_clusters, self.seed)?;
        let evidence = Evidence::new(&recipe.transposed, &labels, self.n_clusters);
        let assigned = labels.into_iter().map(|label| label as usize).collect();
        Ok(Consensus { tfidf, evidence, assigned, is_converged })
    }
}

impl PredictInplace<Csr, Array1<usize>> for Consensus {
    /// The cluster where the terms of each row are likeliest, whatever the other rows; a row without a known term is in the
    /// largest.
    ///
    /// # Panics
    /// If `clusters` is not as long as there are rows.
    fn predict_inplace(&self, counts: &Csr, clusters: &mut Array1<usize>) {
        assert_eq!(counts.n_rows(), clusters.len(), "each row has a cluster");
        let labels = self.evidence.likeliest_of_all(&self.tfidf.transform(counts));
        for (cluster, label) in clusters.iter_mut().zip(labels) {
            *cluster = label as usize;
        }
    }

    fn default_target(&self, counts: &Csr) -> Array1<usize> {
        Array1::zeros(counts.n_rows())
    }
}

/// What all runs begin with.
pub(super) struct Recipe {
    counts: Csr,
    weighted: Csr,
    transposed: Csr,
    /// The neighbours of each row; weights of a row add up to 1.
    graph: Csr,
    smoothed: Array2<f32>,
    /// How many different vectors there are, zero aside.
    n_distinct: usize,
}

/// A partition and whether it came to an end of its own.
pub(super) type Labels = (Vec<u32>, bool);

impl Recipe {
    /// Prepares the vectors of the rows.
    ///
    /// # Shape
    /// `n_points × n_terms`, counts and TF-IDF weights; no row is empty.
    pub(super) fn new(counts: &Csr, weighted: &Csr, n_dimensions: usize, seed: u64) -> Self {
        let neighbours = Neighbours::fit(weighted, N_NEIGHBOURS);
        let mut vectors = Svd::fit(weighted, n_dimensions, seed).rows;
        unit_rows(&mut vectors);
        let graph = neighbours.symmetric().with_unit_sums();
        let smoothed = Smoothing::Symmetric { rounds: N_ROUNDS }.smooth(&vectors, &neighbours);
        let (counts, transposed, weighted) = (counts.clone(), weighted.transposed(), weighted.clone());
        let n_distinct = n_distinct(&smoothed);
        Self { counts, weighted, transposed, graph, smoothed, n_distinct }
    }

    /// What [`N_RUNS`] runs agree on.
    pub(super) fn consensus(&self, n_clusters: usize, seed: u64) -> Result<Labels, AnalysisError> {
        let runs: Vec<Labels> = (0..N_RUNS)
            .into_par_iter()
            .map(|run| self.run(n_clusters, run_seed(seed, run)))
            .collect::<Result<_, _>>()?;
        let is_converged = runs.iter().all(|(_, is_converged)| *is_converged);
        let labels: Vec<Vec<u32>> = runs.into_iter().map(|(labels, _)| labels).collect();
        let voted = vote(&labels, n_clusters);
        if !self.draws(n_clusters) {
            return Ok((voted, is_converged));
        }
        let settings = GsdmmSettings { n_clusters, n_sweeps: 0, seed, ..GsdmmSettings::default() };
        let mixture = settings.fit_from(&self.counts, &voted, &self.coupling())?;
        Ok((mixture.labels(), is_converged && mixture.is_converged()))
    }

    /// One run.
    pub(super) fn run(&self, n_clusters: usize, seed: u64) -> Result<Labels, AnalysisError> {
        let first = self.smoothed(n_clusters, seed)?;
        if self.draws(n_clusters) { self.draw(&first.0, n_clusters, seed) } else { Ok(first) }
    }

    /// Spherical k-means on smoothed vectors, then naive Bayes; no more clusters than there are different vectors.
    pub(super) fn smoothed(&self, n_clusters: usize, seed: u64) -> Result<Labels, AnalysisError> {
        let n_clusters = n_clusters.min(self.n_distinct);
        let n_cells = self.weighted.n_columns() * n_clusters;
        if n_cells > MAX_CELLS {
            return Err(AnalysisError::Clustering {
                algorithm: "smoothed",
                n_clusters,
                n_points: self.counts.n_rows(),
                reason: format!("a table of terms by clusters has {n_cells} cells, and {MAX_CELLS} is the most"),
            });
        }
        if n_clusters <= 1 {
            return Ok((vec![0; self.counts.n_rows()], true));
        }
        let settings = KMeansSettings { n_runs: 1, seed, ..KMeansSettings::new(n_clusters, Geometry::Spherical) };
        let mut labels = settings.fit(&DatasetBase::from(self.smoothed.view()))?.assigned;
        let is_converged = refine(&self.weighted, &self.transposed, &mut labels, n_clusters);
        Ok((labels, is_converged))
    }

    /// How many clusters there are, `most` at most: begins with too many, lets the mixture empty those that nothing holds together, and takes
    /// the Hill number of order ½ of the sizes that are left, (Σ √p)². That is between how many there are, whatever their size
    /// (order 0), and how many of equal size would be as various (order 1).
    ///
    /// # Source
    /// Hill (1973), diversity and evenness.
    pub(super) fn n_clusters(&self, most: usize, seed: u64) -> Result<usize, AnalysisError> {
        let n_rows = self.weighted.n_rows();
        let n_first = (n_rows / MIN_ROWS_PER_FIRST).clamp(1, MAX_FIRST.min(FIRST_PER_CLUSTER * most.max(1)));
        if n_first == 1 {
            return Ok(1);
        }
        let (first, _) = self.smoothed(n_first, seed)?;
        let (labels, _) = self.draw(&first, n_first, seed)?;
        let mut sizes = vec![0_u32; n_first];
        for label in labels {
            sizes[label as usize] += 1;
        }
        let roots = sizes.iter().fold(0.0, |sum, size| sum + (f64::from(*size) / n_rows as f64).sqrt());
        #[expect(clippy::cast_sign_loss, reason = "a square is not below 0")]
        let n_clusters = (roots * roots).round() as usize;
        Ok(n_clusters.clamp(1, n_first.min(most)))
    }

    fn draws(&self, n_clusters: usize) -> bool {
        self.counts.n_rows() >= MIN_ROWS_PER_CLUSTER * n_clusters
    }

    fn draw(&self, first: &[u32], n_clusters: usize, seed: u64) -> Result<Labels, AnalysisError> {
        let settings = GsdmmSettings { n_clusters, n_sweeps: N_SWEEPS, seed, ..GsdmmSettings::default() };
        let mixture = settings.fit_from(&self.counts, first, &self.coupling())?;
        Ok((mixture.labels(), mixture.is_converged()))
    }

    fn coupling(&self) -> Coupling<'_> {
        Coupling { graph: &self.graph, weight: COUPLING }
    }
}

/// How many of the rows differ, zero aside.
fn n_distinct(vectors: &Array2<f32>) -> usize {
    // Adding 0 makes -0 into 0.
    let rows = vectors.outer_iter().map(|row| row.iter().map(|x| (x + 0.0).to_bits()).collect::<Vec<u32>>());
    rows.filter(|row| row.iter().any(|bits| *bits != 0)).collect::<BTreeSet<_>>().len()
}

/// The seed of a run: another one for each.
fn run_seed(seed: u64, run: u64) -> u64 {
    seed.wrapping_mul(N_RUNS).wrapping_add(run)
}

/// The cluster that most runs put each row into, after each run's clusters are matched with those of the run that agrees best
/// with all others. Its own word decides between equals.
fn vote(runs: &[Vec<u32>], n_clusters: usize) -> Vec<u32> {
    let agreements: Vec<f64> =
        runs.par_iter().map(|run| runs.iter().fold(0.0, |sum, other| sum + nmi(run, other))).collect();
    let reference = super::first_maximum(&agreements);
    let names: Vec<Vec<u32>> = runs.iter().map(|run| matched(run, &runs[reference], n_clusters)).collect();
    let rows: Vec<u32> = (0..runs[reference].len() as u32).collect();
    rows.into_iter()
        .map(|row| {
            let mut votes: Vec<u32> = names.iter().map(|names| names[row as usize]).collect();
            votes.sort_unstable();
            let own = runs[reference][row as usize];
            let most = votes.chunk_by(|a, b| a == b).map(|run| (run.len(), run[0] == own, std::cmp::Reverse(run[0])));
            most.max().map_or(own, |(_, _, std::cmp::Reverse(cluster))| cluster)
        })
        .collect()
}
