//! Eigenvalues and eigenvectors of a small symmetric matrix.

/// Sweeps over all pairs, at most; a dozen are enough for a hundred rows.
const MAX_SWEEPS: usize = 60;
/// Below this share of what stands on the diagonal, an entry beside it counts as 0.
const NEGLIGIBLE: f64 = 1e-15;

/// Eigenvalues, descending, and the eigenvector of each: a row of the second.
///
/// # Shape
/// `matrix`: `n × n`, row by row.
///
/// # Source
/// Cyclic Jacobi rotations, as in Golub & Van Loan (2013), section 8.5. Small eigenvalues of a matrix whose rows are of very
/// different size are as exact as large ones.
pub(super) fn symmetric_eigen(matrix: &[f64], n: usize) -> (Vec<f64>, Vec<Vec<f64>>) {
    let mut a = matrix.to_vec();
    let mut vectors = vec![0.0; n * n];
    for i in 0..n {
        vectors[i * n + i] = 1.0;
    }
    for _sweep in 0..MAX_SWEEPS {
        let mut is_diagonal = true;
        for p in 0..n {
            for q in p + 1..n {
                let (pq, pp, qq) = (a[p * n + q], a[p * n + p], a[q * n + q]);
                if pq == 0.0 || pq.abs() <= NEGLIGIBLE * pp.abs().sqrt() * qq.abs().sqrt() {
                    continue;
                }
                is_diagonal = false;
                let theta = (qq - pp) / (2.0 * pq);
                let sign = if theta < 0.0 { -1.0 } else { 1.0 };
                let t = sign / (theta.abs() + (theta * theta + 1.0).sqrt());
                let c = 1.0 / (t * t + 1.0).sqrt();
                let s = t * c;
                rotate(&mut a, n, p, q, c, s);
                rotate(&mut vectors, n, p, q, c, s);
                // By symmetry the columns are the rows, but where they cross.
                for i in 0..n {
                    a[i * n + p] = a[p * n + i];
                    a[i * n + q] = a[q * n + i];
                }
                a[p * n + p] = pp - t * pq;
                a[q * n + q] = qq + t * pq;
                a[p * n + q] = 0.0;
                a[q * n + p] = 0.0;
            }
        }
        if is_diagonal {
            break;
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|x, y| a[y * n + y].total_cmp(&a[x * n + x]).then(x.cmp(y)));
    let values = order.iter().map(|i| a[i * n + i]).collect();
    (values, order.iter().map(|i| vectors[i * n..][..n].to_vec()).collect())
}

/// Turns rows `p` < `q` in their plane.
fn rotate(rows: &mut [f64], n: usize, p: usize, q: usize, cosine: f64, sine: f64) {
    let (before, from_q) = rows.split_at_mut(q * n);
    for (x, y) in before[p * n..][..n].iter_mut().zip(&mut from_q[..n]) {
        (*x, *y) = (cosine * *x - sine * *y, sine * *x + cosine * *y);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_matrix_worked_by_hand() {
        let (values, vectors) = symmetric_eigen(&[2.0, 1.0, 1.0, 2.0], 2);
        assert!((values[0] - 3.0).abs() < 1e-15 && (values[1] - 1.0).abs() < 1e-15, "{values:?}");
        assert!((vectors[0][0] - vectors[0][1]).abs() < 1e-15 && (vectors[1][0] + vectors[1][1]).abs() < 1e-15);
    }

    #[test]
    fn nothing_has_no_eigenvalues() {
        assert_eq!(symmetric_eigen(&[], 0), (vec![], vec![]));
        assert_eq!(symmetric_eigen(&[0.0; 4], 2).0, [0.0, 0.0]);
    }

    proptest! {
        #[test]
        fn values_and_vectors_make_the_matrix_again(entries in prop::collection::vec(-1.0_f64..1.0, 49), n in 1_usize..8) {
            let matrix: Vec<f64> = (0..n * n).map(|i| entries[i] + entries[i % n * n + i / n]).collect();
            let (values, vectors) = symmetric_eigen(&matrix, n);
            prop_assert!(values.is_sorted_by(|x, y| x >= y));
            for i in 0..n {
                for j in 0..n {
                    let again: f64 = values.iter().zip(&vectors).map(|(value, vector)| value * vector[i] * vector[j]).sum();
                    prop_assert!((again - matrix[i * n + j]).abs() < 1e-13);
                    let product: f64 = vectors[i].iter().zip(&vectors[j]).map(|(x, y)| x * y).sum();
                    prop_assert!((product - f64::from(u8::from(i == j))).abs() < 1e-13);
                }
            }
        }
    }
}
