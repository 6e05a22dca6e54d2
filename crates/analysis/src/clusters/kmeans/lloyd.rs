//! Rows to their nearest centroid, centroids to the middle of their rows, and again.

use super::kernel::{self, Panels, Sums};
use super::rows::{Rows, is_idle, misfit};
use super::{Geometry, KMeans, KMeansSettings};
use ndarray::Array2;
use rayon::prelude::*;
use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// Iterates from these centroids to the end.
pub(super) fn run(rows: &Rows<'_>, mut centroids: Vec<f32>, settings: &KMeansSettings) -> KMeans {
    let &KMeansSettings { n_clusters, geometry, narrow, .. } = settings;
    let mut assigned = vec![u32::MAX; rows.n_rows()];
    let empty = Sums { values: vec![0.0; centroids.len()], counts: vec![0; n_clusters], n_moved: 0 };
    let mut chunk_sums = vec![empty; rows.n_rows().div_ceil(rows.chunk)];
    let (mut n_iterations, mut is_converged, mut is_settled) = (0, false, false);
    while n_iterations < settings.max_iterations && !is_converged {
        n_iterations += 1;
        let panels = Panels::to_search(&centroids, rows.n_columns, geometry);
        rows.chunks().zip(assigned.par_chunks_mut(rows.chunk)).zip(&mut chunk_sums).for_each(
            |((rows, assigned), sums)| {
                sums.clear();
                kernel::assign(rows, &panels, assigned, Some(sums), narrow);
            },
        );
        let mut sums = total(&chunk_sums, rows.n_columns);
        // Spherical: a row of length 0 is equally near to all centroids, and so with the first; it is none of its rows.
        sums.counts[0] -= rows.n_idle as u32;
        let is_filled = fill_empty(rows, &centroids, geometry, &mut assigned, &mut sums);
        is_settled = sums.n_moved == 0 && !is_filled;
        let moved = move_to_middle(&mut centroids, &sums, rows.n_columns, geometry);
        is_converged = is_settled || moved <= settings.tolerance;
    }
    if !is_settled {
        let panels = Panels::to_search(&centroids, rows.n_columns, geometry);
        rows.chunks()
            .zip(assigned.par_chunks_mut(rows.chunk))
            .for_each(|(rows, assigned)| kernel::assign(rows, &panels, assigned, None, narrow));
    }
    let objective = objective(rows, &centroids, &assigned, geometry);
    let centroids = Array2::from_shape_fn((n_clusters, rows.n_columns), |(k, j)| centroids[k * rows.n_columns + j]);
    KMeans { geometry, centroids, assigned, objective, n_iterations, is_converged, narrow }
}

impl Sums {
    fn clear(&mut self) {
        self.values.fill(0.0);
        self.counts.fill(0);
        self.n_moved = 0;
    }
}

/// The sums of all chunks: for each number that of one chunk after the other.
fn total(chunks: &[Sums], n_columns: usize) -> Sums {
    let mut sums = chunks[0].clone();
    sums.values.par_chunks_mut(n_columns).enumerate().for_each(|(cluster, sum)| {
        for chunk in &chunks[1..] {
            let values = &chunk.values[cluster * n_columns..][..n_columns];
            sum.iter_mut().zip(values).for_each(|(sum, x)| *sum += x);
        }
    });
    for chunk in &chunks[1..] {
        sums.counts.iter_mut().zip(&chunk.counts).for_each(|(sum, n)| *sum += n);
        sums.n_moved += chunk.n_moved;
    }
    sums
}

/// Gives each cluster without rows one that fits its own worst: the worst first, of equals the first; none that is alone in its
/// cluster, and none that equals one already given.
fn fill_empty(rows: &Rows<'_>, centroids: &[f32], geometry: Geometry, assigned: &mut [u32], sums: &mut Sums) -> bool {
    let empty: Vec<usize> = (0..sums.counts.len()).filter(|cluster| sums.counts[*cluster] == 0).collect();
    if empty.is_empty() {
        return false;
    }
    let n_columns = rows.n_columns;
    // Of numbers that are not negative the greater has the greater bits.
    let misfits: Vec<Option<(u64, Reverse<usize>)>> = (0..rows.n_rows())
        .into_par_iter()
        .with_min_len(rows.chunk)
        .map(|row| {
            let values = rows.row(row);
            let centroid = &centroids[assigned[row] as usize * n_columns..][..n_columns];
            (!is_idle(values, geometry)).then(|| (misfit(values, centroid, geometry).to_bits(), Reverse(row)))
        })
        .collect();
    let mut worst: BinaryHeap<_> = misfits.into_iter().flatten().collect();
    let mut given: Vec<usize> = Vec::with_capacity(empty.len());
    for cluster in empty {
        while let Some((_, Reverse(row))) = worst.pop() {
            let from = assigned[row] as usize;
            let values = rows.row(row);
            if sums.counts[from] < 2 || given.iter().any(|other| rows.row(*other) == values) {
                continue;
            }
            for (column, x) in values.iter().enumerate() {
                sums.values[from * n_columns + column] -= f64::from(*x);
                sums.values[cluster * n_columns + column] = f64::from(*x);
            }
            sums.counts[from] -= 1;
            sums.counts[cluster] = 1;
            assigned[row] = cluster as u32;
            given.push(row);
            break;
        }
    }
    true
}

/// Moves each centroid to the mean of its rows (spherical: to its direction); gives how far they moved, all together. A centroid
/// stays where its cluster has no rows, or rows that cancel each other out.
fn move_to_middle(centroids: &mut [f32], sums: &Sums, n_columns: usize, geometry: Geometry) -> f64 {
    let mut moved = 0.0;
    let both = centroids.chunks_exact_mut(n_columns).zip(sums.values.chunks_exact(n_columns));
    for ((centroid, sum), count) in both.zip(&sums.counts) {
        let length = match geometry {
            Geometry::Spherical => sum.iter().map(|x| x * x).sum::<f64>().sqrt(),
            Geometry::Euclidean => f64::from(*count),
        };
        if *count == 0 || length == 0.0 {
            continue;
        }
        for (c, sum) in centroid.iter_mut().zip(sum) {
            let new = (sum / length) as f32;
            let step = f64::from(new) - f64::from(*c);
            moved += step * step;
            *c = new;
        }
    }
    moved.sqrt()
}

/// How badly all rows fit, summed chunk by chunk.
fn objective(rows: &Rows<'_>, centroids: &[f32], assigned: &[u32], geometry: Geometry) -> f64 {
    let sums: Vec<f64> = rows
        .chunks()
        .zip(assigned.par_chunks(rows.chunk))
        .map(|(chunk, assigned)| {
            let both = chunk.chunks_exact(rows.n_columns).zip(assigned);
            both.map(|(row, cluster)| {
                let centroid = &centroids[*cluster as usize * rows.n_columns..][..rows.n_columns];
                misfit(row, centroid, geometry)
            })
            .sum()
        })
        .collect();
    sums.iter().sum()
}
