//! Truncated singular value decomposition of a sparse matrix (latent semantic analysis).

use super::Csr;
use crate::numeric::{cos, ln};
use ndarray::Array2;
use rand_xoshiro::Xoshiro256Plus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use rayon::prelude::*;

/// Dimensions computed beyond those asked for.
const OVERSAMPLING: usize = 10;
/// Rounds of subspace iteration.
const ROUNDS: usize = 6;

/// The leading singular vectors of a matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct Svd {
    /// `n_rows × n_dimensions`: each row of the matrix in the reduced space, U·S.
    pub rows: Array2<f64>,
    /// The singular values, descending.
    pub singular_values: Vec<f64>,
}

impl Svd {
    /// Decomposes `matrix`, keeping at most `n_dimensions`; fewer if the matrix has a lower rank.
    ///
    /// Signs are fixed: the largest entry of each right singular vector is positive.
    ///
    /// # Guarantees
    /// The same bits at any thread count, for one seed.
    ///
    /// # Cost
    /// About 14 products of the matrix with `n_dimensions + 10` vectors.
    ///
    /// # Source
    /// Halko, Martinsson & Tropp (2011), randomised subspace iteration.
    pub fn fit(matrix: &Csr, n_dimensions: usize, seed: u64) -> Self {
        let transposed = matrix.transposed();
        let width = (n_dimensions + OVERSAMPLING).min(matrix.n_rows()).min(matrix.n_columns());
        // Each block is a list of vectors: `width` of them, one after the other.
        let mut right = gaussian(width, matrix.n_columns(), seed);
        orthonormalise(&mut right);
        let mut left = Vec::new();
        for _ in 0..ROUNDS {
            left = multiply(matrix, &right);
            orthonormalise(&mut left);
            right = multiply(&transposed, &left);
            if right.is_empty() {
                break;
            }
            orthonormalise(&mut right);
        }
        let _ = left;
        // A·V for orthonormal V; the eigenvectors of its Gram matrix turn V into singular vectors.
        let image = multiply(matrix, &right);
        let (values, rotation) = symmetric_eigen(&gram(&image));
        let kept: Vec<usize> = (0..values.len())
            .filter(|i| values[*i] > 1e-12 * values.first().copied().unwrap_or(0.0))
            .take(n_dimensions)
            .collect();
        let mut rows = Array2::zeros((matrix.n_rows(), kept.len()));
        for (dimension, i) in kept.iter().enumerate() {
            let vector = combine(&right, &rotation[*i]);
            let largest = vector.iter().copied().fold(0.0_f64, |best, x| if x.abs() > best.abs() { x } else { best });
            let sign = if largest < 0.0 { -1.0 } else { 1.0 };
            for (row, value) in combine(&image, &rotation[*i]).into_iter().enumerate() {
                rows[[row, dimension]] = sign * value;
            }
        }
        Self { rows, singular_values: kept.iter().map(|i| values[*i].max(0.0).sqrt()).collect() }
    }
}

/// `n` vectors of independent normal deviates (Box-Muller).
fn gaussian(n: usize, length: usize, seed: u64) -> Vec<Vec<f64>> {
    let mut random = Xoshiro256Plus::seed_from_u64(seed);
    let mut uniform = move || (random.next_u64() >> 11) as f64 / (1_u64 << 53) as f64;
    let mut deviate = move || (-2.0 * ln(1.0 - uniform())).sqrt() * cos(std::f64::consts::TAU * uniform());
    (0..n).map(|_| (0..length).map(|_| deviate()).collect()).collect()
}

/// The products of a sparse matrix with each vector.
fn multiply(matrix: &Csr, vectors: &[Vec<f64>]) -> Vec<Vec<f64>> {
    vectors
        .par_iter()
        .map(|vector| {
            (0..matrix.n_rows())
                .map(|row| matrix.row(row).map(|(column, value)| f64::from(value) * vector[column as usize]).sum())
                .collect()
        })
        .collect()
}

/// Makes the vectors orthonormal (Gram-Schmidt, twice); those that depend on earlier ones are dropped.
fn orthonormalise(vectors: &mut Vec<Vec<f64>>) {
    let mut done: Vec<Vec<f64>> = Vec::with_capacity(vectors.len());
    for mut vector in std::mem::take(vectors) {
        let before = dot(&vector, &vector).sqrt();
        for _ in 0..2 {
            for other in &done {
                let share = dot(&vector, other);
                vector.iter_mut().zip(other).for_each(|(x, y)| *x -= share * y);
            }
        }
        let norm = dot(&vector, &vector).sqrt();
        if norm > 1e-10 * before && norm > 0.0 {
            for x in &mut vector {
                *x /= norm;
            }
            done.push(vector);
        }
    }
    *vectors = done;
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

fn gram(vectors: &[Vec<f64>]) -> Vec<Vec<f64>> {
    vectors.iter().map(|a| vectors.iter().map(|b| dot(a, b)).collect()).collect()
}

/// The sum of the vectors, each times its weight.
fn combine(vectors: &[Vec<f64>], weights: &[f64]) -> Vec<f64> {
    let mut sum = vec![0.0; vectors.first().map_or(0, Vec::len)];
    for (vector, weight) in vectors.iter().zip(weights) {
        sum.iter_mut().zip(vector).for_each(|(x, y)| *x += weight * y);
    }
    sum
}

/// Turns rows `p` < `q` in their plane.
fn rotate(rows: &mut [Vec<f64>], p: usize, q: usize, cosine: f64, sine: f64) {
    let (before, from_q) = rows.split_at_mut(q);
    for (x, y) in before[p].iter_mut().zip(&mut from_q[0]) {
        (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
    }
}

/// Eigenvalues, descending, and eigenvectors of a small symmetric matrix (cyclic Jacobi rotations).
fn symmetric_eigen(matrix: &[Vec<f64>]) -> (Vec<f64>, Vec<Vec<f64>>) {
    let n = matrix.len();
    let mut a = matrix.to_vec();
    let mut vectors: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for _sweep in 0..60 {
        let off: f64 = (0..n).flat_map(|i| (0..i).map(move |j| (i, j))).map(|(i, j)| a[i][j] * a[i][j]).sum();
        let diagonal: f64 = (0..n).map(|i| a[i][i] * a[i][i]).sum();
        if off <= 1e-28 * diagonal || off == 0.0 {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                if a[p][q] == 0.0 {
                    continue;
                }
                let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
                let sign = if theta < 0.0 { -1.0 } else { 1.0 };
                let t = sign / (theta.abs() + (theta * theta + 1.0).sqrt());
                let c = 1.0 / (t * t + 1.0).sqrt();
                let s = t * c;
                for row in &mut a {
                    let (x, y) = (row[p], row[q]);
                    row[p] = c * x - s * y;
                    row[q] = s * x + c * y;
                }
                rotate(&mut a, p, q, c, s);
                rotate(&mut vectors, p, q, c, s);
            }
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|x, y| a[*y][*y].total_cmp(&a[*x][*x]).then(x.cmp(y)));
    (order.iter().map(|i| a[*i][*i]).collect(), order.iter().map(|i| vectors[*i].clone()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix() -> Csr {
        Csr::from_terms(&[vec![0, 0, 0, 1], vec![0, 1, 1, 1], vec![2, 2], vec![0, 2], vec![3]], 4)
    }

    #[test]
    fn all_dimensions_keep_every_inner_product() {
        let matrix = matrix();
        let svd = Svd::fit(&matrix, 4, 7);
        for i in 0..matrix.n_rows() {
            for j in 0..matrix.n_rows() {
                let exact: f64 = matrix
                    .row(i)
                    .map(|(column, value)| {
                        let other = matrix.row(j).find(|(other, _)| *other == column).map_or(0.0, |(_, value)| value);
                        f64::from(value * other)
                    })
                    .sum();
                let reduced: f64 = svd.rows.row(i).iter().zip(svd.rows.row(j)).map(|(x, y)| x * y).sum();
                assert!((exact - reduced).abs() < 1e-9, "{i} {j}: {exact} {reduced}");
            }
        }
    }

    #[test]
    fn singular_values_match_a_matrix_worked_by_hand() {
        // [[3, 0], [0, 2], [0, 0]]
        let svd = Svd::fit(&Csr::from_terms(&[vec![0, 0, 0], vec![1, 1], vec![]], 2), 2, 1);
        assert!((svd.singular_values[0] - 3.0).abs() < 1e-12 && (svd.singular_values[1] - 2.0).abs() < 1e-12);
        assert!((svd.rows[[0, 0]] - 3.0).abs() < 1e-12 && svd.rows[[2, 0]].abs() < 1e-12);
    }

    #[test]
    fn an_empty_matrix_has_no_dimensions() {
        assert_eq!(Svd::fit(&Csr::new(5), 3, 1).singular_values, Vec::<f64>::new());
        assert_eq!(Svd::fit(&Csr::from_terms(&[Vec::<u32>::new()], 2), 3, 1).rows.dim(), (1, 0));
    }
}
