//! Dense vectors, row by row: their sums, their inner products, their length.
//!
//! The loops are compiled twice, for any x86-64 processor and for those with AVX2; both add the same numbers in the same
//! order, without fusing products with sums, and so give the same bits.

use super::Csr;
use multiversion::multiversion;
use ndarray::Array2;
use rayon::prelude::*;
use std::ops::Range;

/// Rows a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 256;
/// Rows whose inner products a parallel step sums.
const CHUNK_OF_PRODUCTS: usize = 2048;
/// Numbers that are summed beside each other.
pub(super) const LANES: usize = 16;
/// Summands that are added up on their own before they are added to a sum: long sums lose less so.
const RUN: usize = 32;
/// Rows whose inner products are summed before they are added to the others.
const ROWS: usize = 16;

/// Below this length a vector is what rounding left.
const NOTHING: f64 = 1e-6;

/// Scales each row to unit length; rows of zeros, or shorter than 1e-6, become zeros.
///
/// # Guarantees
/// The same bits at any thread count. The rows lie one after the other afterwards.
pub fn unit_rows(vectors: &mut Array2<f32>) {
    if !vectors.is_standard_layout() {
        *vectors = vectors.as_standard_layout().into_owned();
    }
    let width = vectors.ncols().max(1);
    let values = vectors.as_slice_mut().unwrap_or_default();
    values.par_chunks_mut(width * CHUNK).for_each(|chunk| chunk.chunks_exact_mut(width).for_each(unit));
}

/// Scales a vector to unit length, or to nothing.
pub(super) fn unit(vector: &mut [f32]) {
    let norm = vector.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
    let scale = if norm > NOTHING { 1.0 / norm } else { 0.0 };
    for x in vector {
        *x = (f64::from(*x) * scale) as f32;
    }
}

/// `sums += matrix · block`, for some rows of the matrix.
///
/// # Shape
/// `sums`: `rows.len() × width`; `block`: `matrix.n_columns() × width`.
pub(super) fn add_product(matrix: &Csr, rows: Range<usize>, block: &[f32], width: usize, sums: &mut [f32]) {
    sums.par_chunks_mut((width * CHUNK).max(1)).enumerate().for_each(|(chunk, sums)| {
        add_product_of_rows(matrix, rows.start + chunk * CHUNK, block, width, sums);
    });
}

#[multiversion(targets("x86_64+avx2"))]
fn add_product_of_rows(matrix: &Csr, first: usize, block: &[f32], width: usize, sums: &mut [f32]) {
    add_product_of_rows_any(matrix, first, block, width, sums);
}

#[expect(clippy::inline_always, reason = "compiled with the features of the caller")]
#[inline(always)]
fn add_product_of_rows_any(matrix: &Csr, first: usize, block: &[f32], width: usize, sums: &mut [f32]) {
    for (row, sums) in sums.chunks_exact_mut(width).enumerate() {
        let (columns, values) = matrix.row_parts(first + row);
        for (columns, values) in columns.chunks(RUN).zip(values.chunks(RUN)) {
            let mut at = 0;
            let mut lanes = sums.chunks_exact_mut(LANES);
            for sums in &mut lanes {
                let mut run = [0.0_f32; LANES];
                for (column, value) in columns.iter().zip(values) {
                    let summand = &block[*column as usize * width + at..][..LANES];
                    for lane in 0..LANES {
                        run[lane] += value * summand[lane];
                    }
                }
                for lane in 0..LANES {
                    sums[lane] += run[lane];
                }
                at += LANES;
            }
            for sum in lanes.into_remainder() {
                let mut run = 0.0_f32;
                for (column, value) in columns.iter().zip(values) {
                    run += value * block[*column as usize * width + at];
                }
                *sum += run;
                at += 1;
            }
        }
    }
}

/// The inner products of the columns of a block with each other, in f64: `width × width`, both halves alike.
///
/// `width` is a multiple of [`LANES`].
pub(super) fn gram(block: &[f32], width: usize) -> Vec<f64> {
    let chunks: Vec<Vec<f64>> = block
        .par_chunks(width * CHUNK_OF_PRODUCTS)
        .map(|rows| {
            let mut sums = vec![0.0; width * width];
            add_inner_products(rows, width, &mut sums);
            sums
        })
        .collect();
    let mut sums = vec![0.0; width * width];
    for chunk in chunks {
        sums.iter_mut().zip(chunk).for_each(|(sum, x)| *sum += x);
    }
    for i in 0..width {
        for j in 0..i {
            sums[i * width + j] = sums[j * width + i];
        }
    }
    sums
}

#[multiversion(targets("x86_64+avx2"))]
fn add_inner_products(block: &[f32], width: usize, sums: &mut [f64]) {
    add_inner_products_any(block, width, sums);
}

#[expect(clippy::inline_always, reason = "compiled with the features of the caller")]
#[inline(always)]
fn add_inner_products_any(block: &[f32], width: usize, sums: &mut [f64]) {
    let mut rows = vec![0.0_f64; ROWS * width];
    for block in block.chunks(ROWS * width) {
        rows.iter_mut().zip(block).for_each(|(row, x)| *row = f64::from(*x));
        rows[block.len()..].fill(0.0);
        for i in 0..width {
            let from = i / LANES * LANES;
            for at in (from..width).step_by(LANES) {
                let mut run = [0.0_f64; LANES];
                for row in rows.chunks_exact(width) {
                    let (x, others) = (row[i], &row[at..][..LANES]);
                    for lane in 0..LANES {
                        run[lane] += x * others[lane];
                    }
                }
                let sums = &mut sums[i * width + at..][..LANES];
                for lane in 0..LANES {
                    sums[lane] += run[lane];
                }
            }
        }
    }
}

/// Each row of the block times a matrix (`width × width`), in place; sums in f32.
///
/// `width` is a multiple of [`LANES`].
pub(super) fn multiply_rows(block: &mut [f32], matrix: &[f32], width: usize) {
    block.par_chunks_mut(width * CHUNK).for_each(|rows| multiply_some_rows(rows, matrix, width));
}

#[multiversion(targets("x86_64+avx2"))]
fn multiply_some_rows(block: &mut [f32], matrix: &[f32], width: usize) {
    multiply_some_rows_any(block, matrix, width);
}

#[expect(clippy::inline_always, reason = "compiled with the features of the caller")]
#[inline(always)]
fn multiply_some_rows_any(block: &mut [f32], matrix: &[f32], width: usize) {
    let mut rows = vec![0.0_f32; 4 * width];
    for block in block.chunks_mut(4 * width) {
        rows[..block.len()].copy_from_slice(block);
        for at in (0..width).step_by(LANES) {
            let mut sums = [[0.0_f32; LANES]; 4];
            for i in 0..width {
                let summand = &matrix[i * width + at..][..LANES];
                for row in 0..4 {
                    let x = rows[row * width + i];
                    for lane in 0..LANES {
                        sums[row][lane] += x * summand[lane];
                    }
                }
            }
            for (row, sums) in block.chunks_exact_mut(width).zip(&sums) {
                row[at..][..LANES].copy_from_slice(sums);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rows_are_scaled_and_nothing_stays_nothing() {
        let mut vectors = ndarray::array![[3.0, 4.0], [0.0, 0.0], [0.0, -2.0], [1e-8, 1e-8]];
        unit_rows(&mut vectors);
        assert_eq!(vectors, ndarray::array![[0.6, 0.8], [0.0, 0.0], [0.0, -1.0], [0.0, 0.0]]);
        // Column after column in memory.
        let mut vectors = ndarray::array![[3.0, 0.0], [4.0, 0.0]].reversed_axes();
        unit_rows(&mut vectors);
        assert_eq!(vectors, ndarray::array![[0.6, 0.8], [0.0, 0.0]]);
        unit_rows(&mut Array2::zeros((3, 0)));
        unit_rows(&mut Array2::zeros((0, 3)));
    }

    /// Numbers between -1 and 1 whose sums are not exact.
    fn numbers(n: usize) -> Vec<f32> {
        (0..n).map(|i| ((i * 7919 + i * i * 31) % 1009) as f32 / 504.5 - 1.0).collect()
    }

    proptest! {
        /// What is compiled for the processor at hand, beside what any processor can run.
        #[test]
        fn the_processor_does_not_show(
            rows in prop::collection::vec(prop::collection::vec(0_u32..60, 0..90), 1..40),
            width in 1_usize..60,
        ) {
            let mut matrix = Csr::from_terms(&rows, 60);
            for mut block in matrix.blocks_mut(7) {
                block.for_each_row(|_, values| values.iter_mut().zip(numbers(60)).for_each(|(value, x)| *value *= x));
            }
            let block = numbers(60 * width);
            let (mut found, mut expected) = (numbers(rows.len() * width), numbers(rows.len() * width));
            add_product_of_rows(&matrix, 0, &block, width, &mut found);
            add_product_of_rows_any(&matrix, 0, &block, width, &mut expected);
            prop_assert_eq!(&found, &expected);

            let width = width.next_multiple_of(LANES);
            let block = numbers(60 * width);
            let (mut found, mut expected) = (vec![0.1; width * width], vec![0.1; width * width]);
            add_inner_products(&block, width, &mut found);
            add_inner_products_any(&block, width, &mut expected);
            prop_assert_eq!(&found, &expected);

            let (mut found, mut expected) = (block.clone(), block);
            multiply_some_rows(&mut found, &numbers(width * width), width);
            multiply_some_rows_any(&mut expected, &numbers(width * width), width);
            prop_assert_eq!(&found, &expected);
        }

        #[test]
        fn products_are_those_of_the_shortest_way(
            rows in prop::collection::vec(prop::collection::vec(0_u32..60, 0..90), 0..20),
            width in 1_usize..40,
        ) {
            let matrix = Csr::from_terms(&rows, 60);
            let block = numbers(60 * width);
            let mut sums = vec![0.0; rows.len() * width];
            add_product(&matrix, 0..rows.len(), &block, width, &mut sums);
            for (row, sums) in sums.chunks(width).enumerate() {
                for (at, sum) in sums.iter().enumerate() {
                    let product = |(column, value): (u32, f32)| f64::from(value) * f64::from(block[column as usize * width + at]);
                    let expected: f64 = matrix.row(row).map(product).sum();
                    prop_assert!((f64::from(*sum) - expected).abs() < 1e-4, "{} {}", sum, expected);
                }
            }

            let width = width.next_multiple_of(LANES);
            let block = numbers(60 * width);
            let product = |one: usize, other: usize| {
                block.chunks(width).map(|row| f64::from(row[one]) * f64::from(row[other])).sum::<f64>()
            };
            let products = gram(&block, width);
            let mut twice = block.clone();
            multiply_rows(&mut twice, &(0..width * width).map(|i| if i / width == i % width { 2.0 } else { 0.0 }).collect::<Vec<_>>(), width);
            for i in 0..width {
                for j in 0..width {
                    prop_assert!((products[i * width + j] - product(i, j)).abs() < 1e-12);
                }
            }
            prop_assert!(twice.iter().zip(&block).all(|(x, y)| (x - 2.0 * y).abs() < 1e-6));
        }
    }
}
