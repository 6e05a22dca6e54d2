//! The recipe: clusters that several runs agree on.
//!
//! One run goes from vectors smoothed over their nearest neighbours by spherical k-means and naive Bayes to a first partition;
//! where clusters are large enough for it, a mixture of terms, coupled to the same neighbours, then draws every row anew a
//! number of times. What chance decides, that of the start and that of who answered, differs from run to run: each begins
//! elsewhere, and in each a fifth of the rows has no say in what the clusters are and is only put into them. The runs are matched
//! with the one that agrees best with all others, and each row goes where most of them put it; where the mixture drew, each row
//! then moves to its likeliest cluster until none moves.

use super::gsdmm::{GsdmmSettings, Onward};
use super::kmeans::{Geometry, KMeansSettings};
use super::refine::{Evidence, refine};
use crate::agreement::{matched, nmi};
use crate::error::AnalysisError;
use crate::seeds::{Purpose, stream};
use crate::vectors::{Csr, Neighbours, Smoothing, Svd, unit_rows};
use linfa::DatasetBase;
use linfa::dataset::Records;
use linfa::traits::{Fit, Predict, PredictInplace};
use ndarray::{Array1, Array2, Axis};
use rayon::prelude::*;
use std::cmp::Reverse;

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
const COUPLING: f32 = 1.0;
/// Times each row is drawn anew in a run ...
const N_SWEEPS: usize = 20;
/// ... and passes that then put each row into its likeliest cluster: later ones move a row in a thousand, and the vote is still to come.
const N_PASSES: usize = 3;
/// Passes after the vote at most.
const MAX_PASSES: usize = 20;
/// Iterations of k-means at most: naive Bayes and the mixture go on from there.
const MAX_ITERATIONS: u32 = 10;
/// The fewest rows for each cluster of the first, too many, that the number of clusters is worked out from ...
const MIN_ROWS_PER_FIRST: usize = 10;
/// ... and the most of those; ...
const MAX_FIRST: usize = 300;
/// ... where the number of clusters is bounded, so many times the bound.
const FIRST_PER_CLUSTER: usize = 4;

/// How clusters that several runs agree on are found.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct ConsensusSettings {
    /// How many clusters; there can be fewer in the end.
    pub n_clusters: usize,
    /// Whether one run as far as naive Bayes is enough, in which every row has a say: the algorithm `smoothed`.
    pub is_one_run: bool,
    /// The seed of all runs.
    pub seed: u64,
}

/// Clusters by their terms.
#[derive(Clone, Debug, PartialEq)]
pub struct Consensus {
    evidence: Evidence,
    assigned: Array1<usize>,
    is_converged: bool,
}

impl Consensus {
    /// The cluster of each row that it was fitted on.
    pub fn assigned(&self) -> &Array1<usize> {
        &self.assigned
    }

    /// Whether the rows came to rest after the vote; where the mixture does not draw, whether all runs came to an end of their own.
    pub fn is_converged(&self) -> bool {
        self.is_converged
    }
}

impl<T> Fit<&Prepared<'_>, T, AnalysisError> for ConsensusSettings {
    type Object = Consensus;

    /// Finds the clusters of the rows.
    ///
    /// # Guarantees
    /// The same bits at any thread count, for one seed.
    ///
    /// # Errors
    /// As of the algorithms that it is made of.
    fn fit(&self, dataset: &DatasetBase<&Prepared<'_>, T>) -> Result<Consensus, AnalysisError> {
        let rows = dataset.records;
        let (labels, is_converged) = if self.is_one_run {
            rows.smoothed(self.n_clusters, self.seed, &rows.all_have_say())?
        } else {
            rows.consensus(self.n_clusters, self.seed)?
        };
        let evidence = Evidence::new(&rows.transposed, &labels, self.n_clusters, &rows.all_have_say());
        let assigned = labels.into_iter().map(|label| label as usize).collect();
        Ok(Consensus { evidence, assigned, is_converged })
    }
}

impl PredictInplace<Csr, Array1<usize>> for Consensus {
    /// The cluster where the weighted terms of each row are likeliest, whatever the other rows; a row without a known term is in
    /// the largest.
    ///
    /// # Panics
    /// If `clusters` is not as long as there are rows.
    fn predict_inplace(&self, weighted: &Csr, clusters: &mut Array1<usize>) {
        assert_eq!(weighted.n_rows(), clusters.len(), "each row has a cluster");
        let labels = self.evidence.likeliest_of_all(weighted);
        for (cluster, label) in clusters.iter_mut().zip(labels) {
            *cluster = label as usize;
        }
    }

    fn default_target(&self, weighted: &Csr) -> Array1<usize> {
        Array1::zeros(weighted.n_rows())
    }
}

/// What all runs begin with.
#[derive(Debug)]
pub struct Prepared<'a> {
    counts: &'a Csr,
    weighted: &'a Csr,
    groups: &'a [u32],
    transposed: Csr,
    /// The neighbours of each row; weights of a row add up to 1.
    graph: Csr,
    smoothed: Array2<f32>,
    /// For each row the first one with the same vector; `None` if that is zero.
    kinds: Vec<Option<u32>>,
}

impl Records for Prepared<'_> {
    type Elem = f32;

    fn nsamples(&self) -> usize {
        self.weighted.n_rows()
    }

    fn nfeatures(&self) -> usize {
        self.weighted.n_columns()
    }
}

/// A partition and whether it came to an end of its own.
type Labels = (Vec<u32>, bool);

impl<'a> Prepared<'a> {
    /// Prepares the vectors of the rows.
    ///
    /// # Shape
    /// `n_points × n_terms`, counts and TF-IDF weights; no row is empty. `groups` has any number for each row: rows of one number
    /// have a say in the same runs.
    pub fn new(counts: &'a Csr, weighted: &'a Csr, groups: &'a [u32], n_dimensions: usize, seed: u64) -> Self {
        let graph = Neighbours::fit(weighted, N_NEIGHBOURS).symmetric().with_unit_sums();
        let mut vectors = Svd::fit(weighted, n_dimensions, seed).rows;
        unit_rows(&mut vectors);
        let smoothed = Smoothing::Symmetric { rounds: N_ROUNDS }.smooth_over(&graph, vectors);
        let kinds = kinds(&smoothed);
        Self { counts, weighted, groups, transposed: weighted.transposed(), graph, smoothed, kinds }
    }

    /// What [`N_RUNS`] runs agree on.
    fn consensus(&self, n_clusters: usize, seed: u64) -> Result<Labels, AnalysisError> {
        let runs: Vec<Labels> = (0..N_RUNS)
            .into_par_iter()
            .map(|run| self.run(n_clusters, stream(seed, Purpose::Run, run), &self.have_say(seed, run)))
            .collect::<Result<_, _>>()?;
        let is_converged = runs.iter().all(|(_, is_converged)| *is_converged);
        let labels: Vec<Vec<u32>> = runs.into_iter().map(|(labels, _)| labels).collect();
        let voted = vote(&labels, n_clusters);
        if !self.draws(n_clusters) {
            return Ok((voted, is_converged));
        }
        let settings = GsdmmSettings { n_sweeps: 0, max_passes: MAX_PASSES, ..GsdmmSettings::default() };
        self.draw(&voted, &GsdmmSettings { n_clusters, seed, ..settings }, &self.all_have_say())
    }

    /// Which rows have a say in a run: each group has one in all runs but one.
    fn have_say(&self, seed: u64, run: u64) -> Vec<bool> {
        self.groups.iter().map(|group| stream(seed, Purpose::NoSay, (*group).into()) % N_RUNS != run).collect()
    }

    fn all_have_say(&self) -> Vec<bool> {
        vec![true; self.weighted.n_rows()]
    }

    /// One run.
    fn run(&self, n_clusters: usize, seed: u64, has_say: &[bool]) -> Result<Labels, AnalysisError> {
        let first = self.smoothed(n_clusters, seed, has_say)?;
        if self.draws(n_clusters) { self.draw(&first.0, &of_run(n_clusters, seed), has_say) } else { Ok(first) }
    }

    /// Spherical k-means on smoothed vectors, then naive Bayes; no more clusters than there are different vectors.
    fn smoothed(&self, n_clusters: usize, seed: u64, has_say: &[bool]) -> Result<Labels, AnalysisError> {
        let rows: Vec<usize> = (0..has_say.len()).filter(|row| has_say[*row]).collect();
        let n_clusters = n_clusters.min(self.n_kinds(&rows));
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
        let settings = KMeansSettings {
            n_runs: 1,
            max_iterations: MAX_ITERATIONS,
            seed,
            ..KMeansSettings::new(n_clusters, Geometry::Spherical)
        };
        let mut labels = if rows.len() == has_say.len() {
            settings.fit(&DatasetBase::from(self.smoothed.view()))?.assigned
        } else {
            let model = settings.fit(&DatasetBase::from(self.smoothed.select(Axis(0), &rows)))?;
            model.predict(&self.smoothed).into_iter().map(|cluster| cluster as u32).collect()
        };
        let is_converged = refine(self.weighted, &self.transposed, &mut labels, n_clusters, has_say);
        Ok((labels, is_converged))
    }

    /// How many different vectors these rows have, zero aside.
    fn n_kinds(&self, rows: &[usize]) -> usize {
        let mut is_seen = vec![false; self.kinds.len()];
        for kind in rows.iter().filter_map(|row| self.kinds[*row]) {
            is_seen[kind as usize] = true;
        }
        is_seen.into_iter().filter(|is_seen| *is_seen).count()
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
        let (seed, all) = (stream(seed, Purpose::TooMany, 0), self.all_have_say());
        let (first, _) = self.smoothed(n_first, seed, &all)?;
        let (labels, _) = self.draw(&first, &of_run(n_first, seed), &all)?;
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

    /// Draws the rows that have a say anew, then puts all into their likeliest clusters.
    fn draw(&self, first: &[u32], settings: &GsdmmSettings, has_say: &[bool]) -> Result<Labels, AnalysisError> {
        let mixture =
            settings.fit_from(self.counts, &Onward { first, has_say, graph: &self.graph, weight: COUPLING })?;
        Ok((mixture.labels(), mixture.is_converged()))
    }
}

/// How the mixture draws in a run.
fn of_run(n_clusters: usize, seed: u64) -> GsdmmSettings {
    GsdmmSettings { n_clusters, n_sweeps: N_SWEEPS, max_passes: N_PASSES, seed, ..GsdmmSettings::default() }
}

/// For each row the first with the same vector; `None` if that is zero.
fn kinds(vectors: &Array2<f32>) -> Vec<Option<u32>> {
    // Adding 0 makes -0 into 0.
    let bits = |row: u32| vectors.row(row as usize).into_iter().map(|x| (x + 0.0).to_bits());
    let mut rows: Vec<u32> = (0..vectors.nrows() as u32).collect();
    rows.par_sort_unstable_by(|one, other| bits(*one).cmp(bits(*other)).then(one.cmp(other)));
    let mut kinds = vec![None; rows.len()];
    for alike in rows.chunk_by(|one, other| bits(*one).eq(bits(*other))) {
        if bits(alike[0]).any(|bits| bits != 0) {
            for row in alike {
                kinds[*row as usize] = Some(alike[0]);
            }
        }
    }
    kinds
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
            let most = votes.chunk_by(|a, b| a == b).map(|run| (run.len(), run[0] == own, Reverse(run[0])));
            most.max().map_or(own, |(_, _, Reverse(cluster))| cluster)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::TfidfSettings;
    use ndarray::array;

    #[test]
    fn rows_of_one_vector_are_of_one_kind_and_zeros_of_none() {
        assert_eq!(kinds(&array![[0.0, 1.0], [-0.0, 0.0], [1.0, 0.0], [-0.0, 1.0]]), [Some(0), None, Some(2), Some(0)]);
    }

    #[test]
    fn each_group_has_no_say_in_one_run_and_rows_of_a_group_have_none_together() {
        let counts = Csr::from_terms(&(0..600).map(|row| vec![row % 7, row % 11]).collect::<Vec<_>>(), 11);
        let weighted = TfidfSettings::default().fit(&counts).transform(&counts);
        let groups: Vec<u32> = (0..600).map(|row| row / 3).collect();
        let prepared = Prepared::new(&counts, &weighted, &groups, 5, 1);
        let mut n_runs_without = vec![0; 600];
        for run in 0..N_RUNS {
            let has_say = prepared.have_say(1, run);
            assert_ne!(has_say, prepared.have_say(2, run));
            assert!(has_say.chunks(3).all(|group| group.iter().all(|has_say| *has_say == group[0])));
            let n_without = has_say.iter().filter(|has_say| !**has_say).count();
            assert!((60..180).contains(&n_without), "about a fifth of 600: {n_without}");
            for (n_runs, has_say) in n_runs_without.iter_mut().zip(has_say) {
                *n_runs += u32::from(!has_say);
            }
        }
        assert_eq!(n_runs_without, [1; 600]);
    }

    #[test]
    fn rows_without_a_say_change_no_cluster_and_are_put_where_their_words_are() {
        // Two subjects of four words each; a row holds two of its subject's, the last twenty a word of both.
        let mut rows: Vec<Vec<u32>> =
            (0..400).map(|i: u32| vec![4 * (i % 2) + i % 4, 4 * (i % 2) + (i / 4) % 4]).collect();
        rows.extend((0..20).map(|i: u32| vec![i % 4, 4 + i % 4]));
        let counts = Csr::from_terms(&rows, 8);
        let weighted = TfidfSettings::default().fit(&counts).transform(&counts);
        let groups: Vec<u32> = (0..420).collect();
        let prepared = Prepared::new(&counts, &weighted, &groups, 5, 1);
        let has_say: Vec<bool> = (0..420).map(|row| row % 5 != 0 && row < 400).collect();
        let (labels, _) = prepared.run(2, 3, &has_say).unwrap();
        let (one, other) = (labels[1], labels[2]);
        assert_ne!(one, other);
        assert!((0..400).all(|row| labels[row] == if row % 2 == 1 { one } else { other }), "{labels:?}");
        assert!(labels[400..].iter().all(|label| *label < 2));
    }

    #[test]
    fn most_runs_decide_whatever_they_call_a_cluster() {
        let runs = [vec![0, 0, 1, 1, 2, 2], vec![1, 1, 0, 0, 2, 2], vec![0, 0, 1, 2, 2, 2]];
        let voted = vote(&runs, 3);
        assert_eq!(crate::agreement(&voted, &[0, 0, 1, 1, 2, 2]).ari.to_bits(), 1.0_f64.to_bits());
    }
}
