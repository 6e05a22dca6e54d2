//! Partitions of points: each row in one cluster.
//!
//! Every algorithm stands behind linfa's [`Fit`] and [`Predict`](linfa::traits::Predict), on linfa
//! datasets. Those that work on vectors take reduced ones (`n_points × n_dimensions`, f32, rows of length 1 or 0); those that
//! work on words take a sparse matrix of counts or weights.

mod consensus;
mod gsdmm;
mod kmeans;
mod nmf;
mod refine;
mod settings;
mod starts;
mod wrapped;

#[cfg(test)]
mod contract;

use crate::error::AnalysisError;
use crate::vectors::{Csr, Svd, TfidfSettings, unit_rows};
use linfa::DatasetBase;
use linfa::traits::Fit;
use ndarray::{Array1, Array2, Axis};
use std::cell::OnceCell;

pub use consensus::{Consensus, ConsensusSettings, Prepared};
pub use gsdmm::{Gsdmm, GsdmmSettings};
pub use kmeans::{Geometry, KMeans, KMeansSettings, Start};
pub use nmf::{Nmf, NmfSettings};
pub use settings::{ClusterAlgorithm, ClusterSettings, NumberOfClusters};
pub use wrapped::{LinfaDbscan, LinfaDbscanSettings, LinfaGmm, LinfaGmmSettings, LinfaKmeans, LinfaKmeansSettings};

/// The most clusters that the rows can tell there are.
const MAX_CLUSTERS: usize = 1_000_000;

/// Each row in one cluster, or in none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Clustering {
    /// For each row its cluster, below `n_clusters`; `None` where the algorithm leaves a row out.
    pub assigned: Vec<Option<u32>>,
    /// How many clusters there are. Clusters are numbered by size, the largest first; ties by their first row. None is empty.
    pub n_clusters: u32,
    /// Whether the algorithm came to an end of its own, rather than at the most rounds it is given.
    pub is_converged: bool,
}

/// Puts each row into a cluster.
///
/// A term that stands in one row only weighs nothing: it makes no row like another. So there are no clusters, and no row is in one,
/// where no term stands in two rows.
///
/// # Shape
/// `counts` is `n_points × n_terms`: how often each term stands in each point.
///
/// # Guarantees
/// The same result at any thread count, for one seed (`linfa-gmm`: on one kind of machine). A row without a term that weighs
/// anything is in the largest cluster unless the algorithm leaves rows out, as `linfa-dbscan` does, which also makes as many
/// clusters as it finds. Others can make fewer clusters than asked for, never more.
///
/// # Errors
/// [`AnalysisError`] if a setting is out of its bounds, if there are fewer rows with terms than clusters asked for, or if there
/// are more rows than the algorithm can take.
pub fn cluster(counts: &Csr, settings: &ClusterSettings, seed: u64) -> Result<Clustering, AnalysisError> {
    let alone: Vec<u32> = (0..counts.n_rows() as u32).collect();
    cluster_grouped(counts, &alone, settings, seed)
}

/// [`cluster`], with any number for each row: rows of one number are of one mouth, and resamples leave them out together.
pub(crate) fn cluster_grouped(
    counts: &Csr,
    groups: &[u32],
    settings: &ClusterSettings,
    seed: u64,
) -> Result<Clustering, AnalysisError> {
    settings.check()?;
    let (counts, weighted, rows) = telling(counts);
    let n_rows = groups.len();
    if rows.is_empty() {
        return Ok(Clustering { assigned: vec![None; n_rows], n_clusters: 0, is_converged: true });
    }
    let algorithm = settings.algorithm;
    let mut input = Input {
        counts: &counts,
        weighted: &weighted,
        groups: &rows.iter().map(|row| groups[*row]).collect::<Vec<u32>>(),
        algorithm,
        n_clusters: 0,
        dimensions: settings.dimensions as usize,
        seed,
        prepared: OnceCell::new(),
    };
    if algorithm != ClusterAlgorithm::LinfaDbscan {
        input.n_clusters = match settings.n_clusters {
            NumberOfClusters::Fixed(n) => n as usize,
            NumberOfClusters::ByData => input.prepared().n_clusters(MAX_CLUSTERS, seed)?,
            NumberOfClusters::UpTo(most) => input.prepared().n_clusters(most as usize, seed)?,
        };
    }
    if input.n_clusters > rows.len() {
        return Err(input.refused("there are fewer points with a term"));
    }
    let labels = match algorithm {
        ClusterAlgorithm::Consensus | ClusterAlgorithm::Smoothed => consensus(&input),
        ClusterAlgorithm::Spherical => kmeans(&input, Geometry::Spherical),
        ClusterAlgorithm::Euclidean => kmeans(&input, Geometry::Euclidean),
        ClusterAlgorithm::LinfaKmeans => linfa_kmeans(&input),
        ClusterAlgorithm::LinfaDbscan => linfa_dbscan(&input),
        ClusterAlgorithm::LinfaGmm => linfa_gmm(&input),
        ClusterAlgorithm::Nmf => nmf(&input),
        ClusterAlgorithm::Gsdmm => gsdmm(&input),
    }?;
    let leaves_out = algorithm == ClusterAlgorithm::LinfaDbscan;
    Ok(numbered(n_rows, &rows, &labels, leaves_out))
}

/// What the algorithms work on: only rows that hold a weighted term, and only terms that weigh anything.
struct Input<'a> {
    counts: &'a Csr,
    /// TF-IDF, each row of length 1.
    weighted: &'a Csr,
    groups: &'a [u32],
    algorithm: ClusterAlgorithm,
    n_clusters: usize,
    dimensions: usize,
    seed: u64,
    /// What consensus and the number of clusters begin with, prepared once.
    prepared: OnceCell<Prepared<'a>>,
}

impl<'a> Input<'a> {
    fn refused(&self, reason: &str) -> AnalysisError {
        AnalysisError::Clustering {
            algorithm: self.algorithm.name(),
            n_clusters: self.n_clusters,
            n_points: self.weighted.n_rows(),
            reason: reason.to_owned(),
        }
    }

    /// Vectors reduced to at most so many dimensions, each of length 1, and the row of each: a row that has nothing of the
    /// dimensions that are kept has no vector.
    fn vectors(&self, dimensions: usize) -> (Array2<f32>, Vec<usize>) {
        let mut vectors = Svd::fit(self.weighted, dimensions, self.seed).rows;
        unit_rows(&mut vectors);
        let rows: Vec<usize> = (0..vectors.nrows()).filter(|row| vectors.row(*row).iter().any(|x| *x != 0.0)).collect();
        (vectors.select(Axis(0), &rows), rows)
    }

    fn prepared(&self) -> &Prepared<'a> {
        self.prepared.get_or_init(|| Prepared::new(self.counts, self.weighted, self.groups, self.dimensions, self.seed))
    }
}

/// For each row of the input its cluster, by any numbers, and whether the algorithm came to an end of its own.
struct Labels {
    of_rows: Vec<Option<usize>>,
    is_converged: bool,
}

impl Labels {
    /// Of an algorithm that saw some of the rows.
    fn of(n_rows: usize, seen: &[usize], labels: impl IntoIterator<Item = Option<usize>>, is_converged: bool) -> Self {
        let mut of_rows = vec![None; n_rows];
        for (row, label) in seen.iter().zip(labels) {
            of_rows[*row] = label;
        }
        Self { of_rows, is_converged }
    }

    /// Of an algorithm that saw all.
    fn of_all(assigned: &Array1<usize>, is_converged: bool) -> Self {
        Self { of_rows: assigned.iter().map(|cluster| Some(*cluster)).collect(), is_converged }
    }
}

fn consensus(input: &Input<'_>) -> Result<Labels, AnalysisError> {
    let is_one_run = input.algorithm == ClusterAlgorithm::Smoothed;
    let settings = ConsensusSettings { n_clusters: input.n_clusters, is_one_run, seed: input.seed };
    let model = settings.fit(&DatasetBase::new(input.prepared(), ()))?;
    Ok(Labels::of_all(model.assigned(), model.is_converged()))
}

fn kmeans(input: &Input<'_>, geometry: Geometry) -> Result<Labels, AnalysisError> {
    let (vectors, rows) = input.vectors(input.dimensions);
    let model = KMeansSettings { seed: input.seed, ..KMeansSettings::new(input.n_clusters, geometry) }
        .fit(&DatasetBase::from(vectors))?;
    let labels = model.assigned.iter().map(|cluster| Some(*cluster as usize));
    Ok(Labels::of(input.weighted.n_rows(), &rows, labels, model.is_converged))
}

fn linfa_kmeans(input: &Input<'_>) -> Result<Labels, AnalysisError> {
    let (vectors, rows) = input.vectors(input.dimensions);
    let model = LinfaKmeansSettings { n_clusters: input.n_clusters, seed: input.seed, ..Default::default() }
        .fit(&DatasetBase::new(vectors, ()))?;
    let labels = model.assigned().iter().map(|cluster| Some(*cluster));
    Ok(Labels::of(input.weighted.n_rows(), &rows, labels, model.is_converged()))
}

fn linfa_dbscan(input: &Input<'_>) -> Result<Labels, AnalysisError> {
    let (vectors, rows) = input.vectors(input.dimensions.min(LinfaDbscanSettings::MAX_DIMENSIONS));
    let model = LinfaDbscanSettings::default().fit(&DatasetBase::new(vectors, ()))?;
    Ok(Labels::of(input.weighted.n_rows(), &rows, model.assigned().iter().copied(), true))
}

fn linfa_gmm(input: &Input<'_>) -> Result<Labels, AnalysisError> {
    let (vectors, rows) = input.vectors(input.dimensions.min(LinfaGmmSettings::MAX_DIMENSIONS));
    let model = LinfaGmmSettings { n_clusters: input.n_clusters, seed: input.seed, ..Default::default() }
        .fit(&DatasetBase::new(vectors, ()))?;
    let labels = model.assigned().iter().map(|cluster| Some(*cluster));
    Ok(Labels::of(input.weighted.n_rows(), &rows, labels, true))
}

fn nmf(input: &Input<'_>) -> Result<Labels, AnalysisError> {
    let settings = NmfSettings { n_clusters: input.n_clusters, seed: input.seed, ..NmfSettings::default() };
    let model = settings.fit(&DatasetBase::new(input.weighted, ()))?;
    Ok(Labels::of_all(model.assigned(), model.is_converged()))
}

fn gsdmm(input: &Input<'_>) -> Result<Labels, AnalysisError> {
    let settings = GsdmmSettings { n_clusters: input.n_clusters, seed: input.seed, ..GsdmmSettings::default() };
    let model = settings.fit(&DatasetBase::new(input.counts, ()))?;
    Ok(Labels::of_all(model.assigned(), model.is_converged()))
}

/// The counts and weights of the rows that hold a term of any weight, and which those are; without terms that weigh nothing.
fn telling(counts: &Csr) -> (Csr, Csr, Vec<usize>) {
    let tfidf = TfidfSettings::default().fit(counts);
    let weighted = tfidf.transform(counts);
    let rows: Vec<usize> = (0..weighted.n_rows()).filter(|row| !weighted.columns_of(*row).is_empty()).collect();
    (selected(counts, &rows, tfidf.idf()), selected(&weighted, &rows, tfidf.idf()), rows)
}

/// Some rows of a matrix, without the columns that weigh nothing.
fn selected(matrix: &Csr, rows: &[usize], weights: &[f32]) -> Csr {
    let mut n_columns = 0;
    let new_columns: Vec<Option<u32>> = weights
        .iter()
        .map(|weight| {
            (*weight > 0.0).then(|| {
                n_columns += 1;
                n_columns - 1
            })
        })
        .collect();
    let mut selected = Csr::new(n_columns as usize);
    for row in rows {
        let entries = matrix.row(*row);
        selected.push_row(entries.filter_map(|(column, value)| Some((new_columns[column as usize]?, value))));
    }
    selected
}

/// Numbers the clusters by size and leaves out empty ones; rows without a cluster come to the largest, unless they are left out.
fn numbered(n_rows: usize, rows: &[usize], labels: &Labels, leaves_out: bool) -> Clustering {
    let n_labels = labels.of_rows.iter().flatten().max().map_or(0, |last| last + 1);
    // For each label how many rows it has, and the first of them.
    let mut sizes = vec![(0_usize, usize::MAX); n_labels];
    for (row, label) in labels.of_rows.iter().enumerate() {
        if let Some(label) = label {
            let (size, first) = &mut sizes[*label];
            *size += 1;
            *first = row.min(*first);
        }
    }
    let mut order: Vec<usize> = (0..n_labels).filter(|label| sizes[*label].0 > 0).collect();
    order.sort_unstable_by_key(|label| (std::cmp::Reverse(sizes[*label].0), sizes[*label].1));
    let mut numbers = vec![None; n_labels];
    for (number, label) in (0_u32..).zip(&order) {
        numbers[*label] = Some(number);
    }
    let otherwise = if leaves_out || order.is_empty() { None } else { Some(0) };
    let mut assigned = vec![otherwise; n_rows];
    for (row, label) in rows.iter().zip(&labels.of_rows) {
        assigned[*row] = label.map_or(otherwise, |label| numbers[label]);
    }
    Clustering { assigned, n_clusters: order.len() as u32, is_converged: labels.is_converged }
}

/// The place of the first of the largest values; 0 if there are none.
pub(crate) fn first_maximum<T: PartialOrd>(values: &[T]) -> usize {
    let mut best = 0;
    for (place, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = place;
        }
    }
    best
}
