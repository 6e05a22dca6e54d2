//! The rows that are clustered, and what is asked of one row at a time.

use super::Geometry;
use rayon::prelude::*;
use std::collections::BTreeSet;

/// Values beyond this are refused, so that no square and no sum of squares is infinite.
pub(super) const MAX_VALUE: f32 = 1e15;
/// At most this many chunks ...
const MAX_CHUNKS: usize = 64;
/// ... of at least this many rows.
const MIN_CHUNK: usize = 512;
/// Numbers that are summed beside each other.
const LANES: usize = 8;

/// Rows of equal length, one after the other.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rows<'a> {
    pub(super) values: &'a [f32],
    pub(super) n_columns: usize,
    /// Rows to a chunk. How rows are cut depends on how many rows and clusters there are, and on nothing else.
    pub(super) chunk: usize,
    /// Rows that belong to no cluster in particular: spherical, those of length 0.
    pub(super) n_idle: usize,
}

impl<'a> Rows<'a> {
    /// The rows of a matrix; what is wrong with them, if they cannot be clustered.
    pub(super) fn new(
        values: &'a [f32],
        n_columns: usize,
        n_clusters: usize,
        geometry: Geometry,
    ) -> Result<Self, String> {
        if values.is_empty() {
            return Err("there is nothing to cluster".to_owned());
        }
        let n_rows = values.len() / n_columns;
        if u32::try_from(n_rows).is_err() {
            return Err("there are more rows than 32 bits can count".to_owned());
        }
        // The sums of the clusters over each chunk together are never more numbers than half of the rows' own.
        let chunk = n_rows.div_ceil(MAX_CHUNKS).max(MIN_CHUNK).max(2 * n_clusters);
        let mut rows = Self { values, n_columns, chunk, n_idle: 0 };
        let idle: Vec<Option<usize>> = values
            .par_chunks(chunk * n_columns)
            .map(|rows| {
                let is_sound = rows.iter().fold(true, |is_sound, x| is_sound & (x.abs() <= MAX_VALUE));
                let count = || rows.chunks_exact(n_columns).filter(|row| is_idle(row, geometry)).count();
                is_sound.then(count)
            })
            .collect();
        for (chunk_idx, idle) in idle.into_iter().enumerate() {
            rows.n_idle += idle.ok_or_else(|| rows.unsound(chunk_idx))?;
        }
        if rows.has_fewer_distinct_than(n_clusters, geometry) {
            let kind = if geometry == Geometry::Spherical { " that are not zero" } else { "" };
            return Err(format!("there are fewer distinct rows{kind}"));
        }
        Ok(rows)
    }

    pub(super) fn n_rows(&self) -> usize {
        self.values.len() / self.n_columns
    }

    pub(super) fn row(&self, row: usize) -> &'a [f32] {
        &self.values[row * self.n_columns..][..self.n_columns]
    }

    /// The rows chunk by chunk, in order.
    pub(super) fn chunks(&self) -> rayon::slice::Chunks<'a, f32> {
        self.values.par_chunks(self.chunk * self.n_columns)
    }

    fn unsound(&self, chunk: usize) -> String {
        let first = chunk * self.chunk;
        let is_unsound = |row: &usize| !self.row(*row).iter().all(|x| x.abs() <= MAX_VALUE);
        let row = (first..self.n_rows()).find(is_unsound).unwrap_or(first);
        format!("row {row} holds a value that is not finite, or beyond {MAX_VALUE:e}")
    }

    /// Stops at the last distinct row it needs, which is nearly always among the first.
    fn has_fewer_distinct_than(&self, n: usize, geometry: Geometry) -> bool {
        let (mut seen, mut bits) = (BTreeSet::new(), Vec::with_capacity(self.n_columns));
        for row in self.values.chunks_exact(self.n_columns) {
            if seen.len() >= n {
                break;
            }
            // -0 becomes 0.
            bits.clear();
            bits.extend(row.iter().map(|x| (x + 0.0).to_bits()));
            if !is_idle(row, geometry) && !seen.contains(&bits) {
                seen.insert(bits.clone());
            }
        }
        seen.len() < n
    }
}

/// Whether a row has nothing to say on where a centroid should be: spherical, a row of length 0.
pub(super) fn is_idle(row: &[f32], geometry: Geometry) -> bool {
    geometry == Geometry::Spherical && row.iter().all(|x| *x == 0.0)
}

/// What a row adds to the objective: spherical, 1 - its cosine to the centroid; Euclidean, its squared distance from it.
pub(super) fn misfit(row: &[f32], centroid: &[f32], geometry: Geometry) -> f64 {
    match geometry {
        Geometry::Spherical => (1.0 - sum_of(row, centroid, |x, c| x * c)).max(0.0),
        Geometry::Euclidean => sum_of(row, centroid, |x, c| (x - c) * (x - c)),
    }
}

/// The sum over both of what `of` makes of each pair, in an order that eight lanes can keep.
fn sum_of(row: &[f32], centroid: &[f32], of: impl Fn(f64, f64) -> f64) -> f64 {
    let mut sums = [0.0_f64; LANES];
    let (row, row_rest) = row.as_chunks::<LANES>();
    let (centroid, centroid_rest) = centroid.as_chunks::<LANES>();
    for (row, centroid) in row.iter().zip(centroid) {
        for lane in 0..LANES {
            sums[lane] += of(f64::from(row[lane]), f64::from(centroid[lane]));
        }
    }
    for ((sum, x), c) in sums.iter_mut().zip(row_rest).zip(centroid_rest) {
        *sum += of(f64::from(*x), f64::from(*c));
    }
    sums.iter().sum()
}
