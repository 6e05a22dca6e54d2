//! The inner loops: rows against all centroids.
//!
//! Centroids lie column by column, eight beside each other, so that eight dot products grow at once and each is summed in
//! the order of the columns. Every version of a loop, whatever registers it is compiled for and however many rows it takes at
//! a time, therefore adds the same numbers in the same order, and gives the same bits. No version fuses products with sums.

#![allow(
    clippy::inline_always,
    clippy::needless_range_loop,
    reason = "each version of a loop is compiled as a whole for its registers, and written lane by lane"
)]

use super::Geometry;
use multiversion::multiversion;
use multiversion::target::target_cfg_f;

/// Centroids that lie beside each other.
pub(super) const LANES: usize = 8;
/// Rows that are held against a few centroids before the next few are taken: both stay close to the processor.
const BLOCK: usize = 96;

/// One number for each of eight centroids.
#[derive(Clone, Copy, Debug)]
#[repr(align(32))]
pub(super) struct Lanes(pub(super) [f32; LANES]);

impl Lanes {
    pub(super) const ZERO: Self = Self([0.0; LANES]);
}

/// Centroids, eight in a panel, each panel column by column; the last is filled up with centroids that are never nearest.
#[derive(Clone, Debug)]
pub(super) struct Panels {
    n_columns: usize,
    values: Vec<Lanes>,
    /// What is added to the dot product with a centroid to make its score: the nearest centroid has the highest.
    biases: Vec<Lanes>,
}

impl Panels {
    /// Lays out centroids (`n × n_columns`, row by row) to be searched.
    ///
    /// Spherical: the score is the cosine. Euclidean: of |x - c|² = |x|² - 2x·c + |c|² the part that depends on c, halved and
    /// its sign changed. It is taken about the mean of the centroids, m: x·(c - m) - (|c|² - |m|²) / 2 is greatest for the same
    /// c and loses less where all rows lie far from 0.
    pub(super) fn to_search(centroids: &[f32], n_columns: usize, geometry: Geometry) -> Self {
        let n_centroids = centroids.len() / n_columns;
        let mut middle = vec![0.0_f64; n_columns];
        if geometry == Geometry::Euclidean {
            for centroid in centroids.chunks_exact(n_columns) {
                middle.iter_mut().zip(centroid).for_each(|(m, c)| *m += f64::from(*c));
            }
            for m in &mut middle {
                *m = f64::from((*m / n_centroids as f64) as f32);
            }
        }
        let mut panels = Self::lay_out(centroids, n_columns, &middle);
        for (number, bias) in panels.biases.iter_mut().flat_map(|lanes| &mut lanes.0).enumerate() {
            *bias = match geometry {
                _ if number >= n_centroids => f32::NEG_INFINITY,
                Geometry::Spherical => 0.0,
                Geometry::Euclidean => {
                    let panel = &panels.values[number / LANES * n_columns..][..n_columns];
                    let offset = panel.iter().map(|lanes| f64::from(lanes.0[number % LANES]));
                    let half: f64 = offset.zip(&middle).map(|(c, m)| c * (0.5 * c + m)).sum();
                    -half as f32
                }
            };
        }
        panels
    }

    /// Lays out up to eight centres to measure distances from.
    pub(super) fn to_measure(centres: &[f32], n_columns: usize) -> Self {
        Self::lay_out(centres, n_columns, &vec![0.0; n_columns])
    }

    fn lay_out(centroids: &[f32], n_columns: usize, middle: &[f64]) -> Self {
        let n_panels = (centroids.len() / n_columns).div_ceil(LANES);
        let mut values = vec![Lanes::ZERO; n_panels * n_columns];
        for (number, centroid) in centroids.chunks_exact(n_columns).enumerate() {
            let panel = &mut values[number / LANES * n_columns..][..n_columns];
            for (lanes, (c, m)) in panel.iter_mut().zip(centroid.iter().zip(middle)) {
                lanes.0[number % LANES] = (f64::from(*c) - m) as f32;
            }
        }
        Self { n_columns, values, biases: vec![Lanes::ZERO; n_panels] }
    }

    fn panel(&self, number: usize) -> &[Lanes] {
        &self.values[number * self.n_columns..][..self.n_columns]
    }
}

/// The sums over some rows, cluster by cluster.
#[derive(Clone, Debug)]
pub(super) struct Sums {
    /// `n_clusters × n_columns`.
    pub(super) values: Vec<f64>,
    /// Rows of each cluster.
    pub(super) counts: Vec<u32>,
    /// Rows that changed their cluster.
    pub(super) n_moved: usize,
}

/// Puts each row to its nearest centroid (of equally near ones the first), and if asked to, sums the rows of each cluster.
pub(super) fn assign(rows: &[f32], centroids: &Panels, assigned: &mut [u32], sums: Option<&mut Sums>, narrow: bool) {
    if narrow { assign_narrow(rows, centroids, assigned, sums) } else { assign_wide(rows, centroids, assigned, sums) }
}

#[multiversion(targets("x86_64+avx2", "x86+avx2"))]
fn assign_wide(rows: &[f32], centroids: &Panels, assigned: &mut [u32], sums: Option<&mut Sums>) {
    if target_cfg_f!(any(target_feature = "avx2", target_arch = "aarch64")) {
        assign_by::<6, 2>(rows, centroids, assigned, sums);
    } else {
        assign_by::<4, 1>(rows, centroids, assigned, sums);
    }
}

fn assign_narrow(rows: &[f32], centroids: &Panels, assigned: &mut [u32], sums: Option<&mut Sums>) {
    assign_by::<4, 1>(rows, centroids, assigned, sums);
}

/// The best centroid so far of those that stand at each place of their panel.
#[derive(Clone, Copy)]
struct Best {
    scores: Lanes,
    panels: [u32; LANES],
}

impl Best {
    const NONE: Self = Self { scores: Lanes([f32::NEG_INFINITY; LANES]), panels: [0; LANES] };

    #[inline(always)]
    fn update(&mut self, dots: &[f32; LANES], biases: &Lanes, panel: u32) {
        let mut scores = *dots;
        for lane in 0..LANES {
            scores[lane] += biases.0[lane];
        }
        // All bits where the new one is better: without a branch, and for all lanes at once.
        let mut better = [0_u32; LANES];
        for lane in 0..LANES {
            better[lane] = u32::from(scores[lane] > self.scores.0[lane]).wrapping_neg();
        }
        for lane in 0..LANES {
            self.panels[lane] = (panel & better[lane]) | (self.panels[lane] & !better[lane]);
        }
        for lane in 0..LANES {
            let (score, best) = (scores[lane], self.scores.0[lane]);
            self.scores.0[lane] = if score > best { score } else { best };
        }
    }

    #[inline(always)]
    fn centroid(&self) -> u32 {
        let scores = &self.scores.0;
        // The greatest of all, then the first that has it.
        let mut best = scores[0];
        for score in &scores[1..] {
            best = if *score > best { *score } else { best };
        }
        let mut centroid = u32::MAX;
        for lane in 0..LANES {
            let is_other = u32::from(scores[lane] < best).wrapping_neg();
            centroid = centroid.min((self.panels[lane] * LANES as u32 + lane as u32) | is_other);
        }
        centroid
    }
}

#[inline(always)]
fn assign_by<const ROWS: usize, const PANELS: usize>(
    rows: &[f32],
    centroids: &Panels,
    assigned: &mut [u32],
    mut sums: Option<&mut Sums>,
) {
    let n_columns = centroids.n_columns;
    for (rows, assigned) in rows.chunks(BLOCK * n_columns).zip(assigned.chunks_mut(BLOCK)) {
        fetch(rows);
        let mut best = [Best::NONE; BLOCK];
        let best = &mut best[..assigned.len()];
        let mut panel = 0;
        while panel + PANELS <= centroids.biases.len() {
            compare::<ROWS, PANELS>(rows, centroids, panel, best);
            panel += PANELS;
        }
        while panel < centroids.biases.len() {
            compare::<ROWS, 1>(rows, centroids, panel, best);
            panel += 1;
        }
        for ((row, assigned), best) in rows.chunks_exact(n_columns).zip(assigned).zip(best) {
            let centroid = best.centroid();
            if let Some(sums) = sums.as_deref_mut() {
                sums.n_moved += usize::from(*assigned != centroid);
                sums.counts[centroid as usize] += 1;
                let sum = &mut sums.values[centroid as usize * n_columns..][..n_columns];
                sum.iter_mut().zip(row).for_each(|(sum, x)| *sum += f64::from(*x));
            }
            *assigned = centroid;
        }
    }
}

/// Reads a number of each line of memory that a block of rows lies in, so that the processor fetches them in one sweep. Several rows
/// at a time are read in no order it foresees, and a fifth of the time would be spent waiting.
#[inline(always)]
fn fetch(rows: &[f32]) {
    const LINE: usize = 64 / size_of::<f32>();
    std::hint::black_box(rows.iter().step_by(LINE).fold(0, |bits, x| bits ^ x.to_bits()));
}

/// Holds a block of rows against the centroids of `PANELS` panels.
#[inline(always)]
fn compare<const ROWS: usize, const PANELS: usize>(rows: &[f32], centroids: &Panels, first: usize, best: &mut [Best]) {
    let n_columns = centroids.n_columns;
    let panels: [&[Lanes]; PANELS] = std::array::from_fn(|panel| centroids.panel(first + panel));
    let biases: [Lanes; PANELS] = std::array::from_fn(|panel| centroids.biases[first + panel]);
    let mut groups = rows.chunks_exact(ROWS * n_columns);
    let mut best_groups = best.chunks_exact_mut(ROWS);
    for (rows, best) in groups.by_ref().zip(best_groups.by_ref()) {
        let rows: [&[f32]; ROWS] = std::array::from_fn(|row| &rows[row * n_columns..][..n_columns]);
        let dots = tile(rows, panels);
        for (best, dots) in best.iter_mut().zip(&dots) {
            for panel in 0..PANELS {
                best.update(&dots[panel], &biases[panel], (first + panel) as u32);
            }
        }
    }
    for (row, best) in groups.remainder().chunks_exact(n_columns).zip(best_groups.into_remainder()) {
        let [dots] = tile([row], panels);
        for panel in 0..PANELS {
            best.update(&dots[panel], &biases[panel], (first + panel) as u32);
        }
    }
}

/// The dot products of rows with centroids, each summed in the order of the columns.
#[inline(always)]
fn tile<const ROWS: usize, const PANELS: usize>(
    rows: [&[f32]; ROWS],
    panels: [&[Lanes]; PANELS],
) -> [[[f32; LANES]; PANELS]; ROWS] {
    let n_columns = rows[0].len();
    let rows = rows.map(|row| &row[..n_columns]);
    let panels = panels.map(|panel| &panel[..n_columns]);
    let mut sums = [[[0.0_f32; LANES]; PANELS]; ROWS];
    for column in 0..n_columns {
        for row in 0..ROWS {
            let x = rows[row][column];
            for panel in 0..PANELS {
                for lane in 0..LANES {
                    sums[row][panel][lane] += x * panels[panel][column].0[lane];
                }
            }
        }
    }
    sums
}

/// Measures the squared distance of each row to up to eight centres, and adds up for each centre how far rows would be from
/// their closest centre, were it taken.
pub(super) fn measure(
    rows: &[f32],
    centres: &Panels,
    closest: &[f32],
    distances: &mut [Lanes],
    narrow: bool,
) -> [f64; LANES] {
    if narrow {
        measure_narrow(rows, centres, closest, distances)
    } else {
        measure_wide(rows, centres, closest, distances)
    }
}

#[multiversion(targets("x86_64+avx2", "x86+avx2"))]
fn measure_wide(rows: &[f32], centres: &Panels, closest: &[f32], distances: &mut [Lanes]) -> [f64; LANES] {
    measure_by::<6>(rows, centres, closest, distances)
}

fn measure_narrow(rows: &[f32], centres: &Panels, closest: &[f32], distances: &mut [Lanes]) -> [f64; LANES] {
    measure_by::<6>(rows, centres, closest, distances)
}

#[inline(always)]
fn measure_by<const ROWS: usize>(
    rows: &[f32],
    centres: &Panels,
    closest: &[f32],
    distances: &mut [Lanes],
) -> [f64; LANES] {
    let n_columns = centres.n_columns;
    let centres = centres.panel(0);
    let mut sums = [0.0_f64; LANES];
    let blocks = rows.chunks(BLOCK * n_columns).zip(distances.chunks_mut(BLOCK)).zip(closest.chunks(BLOCK));
    for ((rows, distances), closest) in blocks {
        fetch(rows);
        let mut groups = rows.chunks_exact(ROWS * n_columns);
        let mut distance_groups = distances.chunks_exact_mut(ROWS);
        for (rows, distances) in groups.by_ref().zip(distance_groups.by_ref()) {
            let rows: [&[f32]; ROWS] = std::array::from_fn(|row| &rows[row * n_columns..][..n_columns]);
            for (distance, lanes) in distances.iter_mut().zip(squared_distances(rows, centres)) {
                distance.0 = lanes;
            }
        }
        for (row, distance) in groups.remainder().chunks_exact(n_columns).zip(distance_groups.into_remainder()) {
            [distance.0] = squared_distances([row], centres);
        }
        for (distance, closest) in distances.iter().zip(closest) {
            for lane in 0..LANES {
                let distance = distance.0[lane];
                sums[lane] += f64::from(if distance < *closest { distance } else { *closest });
            }
        }
    }
    sums
}

/// The squared distances of rows to eight centres, each summed in the order of the columns; exactly 0 between equals.
#[inline(always)]
fn squared_distances<const ROWS: usize>(rows: [&[f32]; ROWS], centres: &[Lanes]) -> [[f32; LANES]; ROWS] {
    let n_columns = rows[0].len();
    let rows = rows.map(|row| &row[..n_columns]);
    let centres = &centres[..n_columns];
    let mut sums = [[0.0_f32; LANES]; ROWS];
    for column in 0..n_columns {
        for row in 0..ROWS {
            let x = rows[row][column];
            for lane in 0..LANES {
                let difference = x - centres[column].0[lane];
                sums[row][lane] += difference * difference;
            }
        }
    }
    sums
}
