//! k-means on reduced TF-IDF vectors: each point in one theme.
//!
//! The naive clustering of points that the stem themes are measured against. A theme's terms are those that set its points
//! apart from the others.

use super::{Found, Theme, ThemeInput, ThemeSettings, WeightedTerm, association};
use crate::error::AnalysisError;
use crate::vectors::{Svd, TfidfSettings};
use linfa::DatasetBase;
use linfa::traits::{Fit, Predict};
use linfa_clustering::{KMeans, KMeansInit};
use ndarray::Array2;
use rand_xoshiro::Xoshiro256Plus;
use rand_xoshiro::rand_core::SeedableRng;

/// Independent starts; the best is kept.
const N_RUNS: usize = 4;
/// Lloyd iterations at most.
const MAX_ITERATIONS: u64 = 100;
/// How many terms define a cluster.
const N_TERMS: usize = 5;

/// Clusters the points that hold a weighted term; the others are in no theme.
pub(super) fn fit(input: &ThemeInput<'_>, settings: &ThemeSettings, seed: u64) -> Result<Vec<Found>, AnalysisError> {
    let weighted = TfidfSettings::default().fit(input.counts).transform(input.counts);
    let svd = Svd::fit(&weighted, settings.dimensions as usize, seed);
    let mut kept: Vec<u32> = Vec::new();
    let mut vectors: Vec<f64> = Vec::new();
    for (point, row) in svd.rows.outer_iter().enumerate() {
        let norm = row.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
        if norm > 1e-6 {
            kept.push(point as u32);
            vectors.extend(row.iter().map(|x| f64::from(*x) / norm));
        }
    }
    let n_clusters = (settings.max_themes as usize).min(kept.len() / 2);
    if n_clusters == 0 {
        return Ok(Vec::new());
    }
    let refused =
        |reason: String| AnalysisError::Clustering { algorithm: "kmeans", n_clusters, n_points: kept.len(), reason };
    let vectors = Array2::from_shape_vec((kept.len(), svd.singular_values.len()), vectors)
        .map_err(|error| refused(error.to_string()))?;
    let dataset = DatasetBase::from(vectors);
    let model = KMeans::params_with_rng(n_clusters, Xoshiro256Plus::seed_from_u64(seed))
        .init_method(KMeansInit::KMeansPlusPlus)
        .n_runs(N_RUNS)
        .max_n_iterations(MAX_ITERATIONS)
        .fit(&dataset)
        .map_err(|error| refused(error.to_string()))?;
    let assigned = model.predict(&dataset);
    let mut clusters: Vec<Vec<u32>> = vec![Vec::new(); n_clusters];
    for (point, cluster) in kept.iter().zip(assigned.iter()) {
        clusters[*cluster].push(*point);
    }
    let occurrences = input.counts.transposed();
    let found = clusters.into_iter().filter(|points| !points.is_empty()).map(|points| {
        let mut terms = distinctive(input, &occurrences, &points);
        terms.truncate(2 * N_TERMS);
        let companions = terms.split_off(N_TERMS.min(terms.len()));
        let total: f64 = terms.iter().map(|term| term.weight).sum();
        for term in &mut terms {
            term.weight /= total;
        }
        Found { theme: Theme { terms, companions }, points }
    });
    Ok(found.filter(|found| !found.theme.terms.is_empty()).collect())
}

/// The terms that stand in these points more often than chance would have it, by (c - e)² / (e + 0.5).
fn distinctive(input: &ThemeInput<'_>, occurrences: &crate::vectors::Csr, points: &[u32]) -> Vec<WeightedTerm> {
    let mut counts = std::collections::BTreeMap::new();
    for point in points {
        for term in input.counts.columns_of(*point as usize) {
            *counts.entry(*term).or_insert(0.0_f64) += 1.0;
        }
    }
    let share = points.len() as f64 / input.counts.n_rows() as f64;
    let mut terms: Vec<WeightedTerm> = Vec::new();
    for (term_idx, count) in counts {
        let expected = share * occurrences.columns_of(term_idx as usize).len() as f64;
        if count > expected {
            terms.push(WeightedTerm { term_idx, weight: association(count, expected) });
        }
    }
    terms.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.term_idx.cmp(&b.term_idx)));
    terms
}
