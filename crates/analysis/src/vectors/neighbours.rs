//! The nearest neighbours of each row.

mod index;
mod search;

use super::Csr;
use index::Index;
use rayon::prelude::*;
use search::{Neighbour, Search};
use std::cmp::Ordering;

/// Rows a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 64;
/// What is looked up: all, for as many points as that is quick for.
const LIMITS: Limits = Limits { max_exact: 65_536, max_rows_of_term: 2_048 };

/// What is looked up.
#[derive(Clone, Copy)]
struct Limits {
    /// Of more distinct rows than this, ...
    max_exact: usize,
    /// ... only so many that hold a term are looked up: those in which it weighs most.
    max_rows_of_term: usize,
}

/// For each row the rows most like it.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbours {
    graph: Csr,
}

impl Neighbours {
    /// Finds for each row the `n_neighbours` others of the highest cosine; of equal ones the first. Rows that have no column in
    /// common are no neighbours, so that a row may have fewer, and a row of zeros has none.
    ///
    /// # Shape
    /// `weighted`: `n_points × n_terms`, no weight below 0, every row of norm 1 or 0.
    ///
    /// # Guarantees
    /// What a comparison of all pairs would find, up to 65,536 distinct rows. Of more, a term that more than 2,048 of them hold
    /// is looked up in those 2,048 only in which it weighs most: a neighbour can be missed if most of what it shares with the
    /// row is terms that many hold and that weigh little in it. The same bits at any thread count.
    ///
    /// # Cost
    /// The terms of a row are looked up rarest first, and only until no row without one of them can be a neighbour. Rows that
    /// are the same are looked up once.
    pub fn fit(weighted: &Csr, n_neighbours: usize) -> Self {
        Self::fit_within(weighted, n_neighbours, LIMITS)
    }

    fn fit_within(weighted: &Csr, n_neighbours: usize, limits: Limits) -> Self {
        let index = Index::new(weighted, limits);
        // A row is found beside its neighbours.
        let n_found = n_neighbours + 1;
        let starts: Vec<usize> = (0..index.rows.n_rows()).step_by(CHUNK).collect();
        let nearest: Vec<Vec<Vec<Neighbour>>> = starts
            .into_par_iter()
            .map_init(
                || Search::new(&index, n_found),
                |search, start| {
                    let rows = start..(start + CHUNK).min(index.rows.n_rows());
                    rows.map(|row| search.nearest(row)).collect()
                },
            )
            .collect();
        let mut graph = Csr::new(weighted.n_rows());
        let mut entries = Vec::new();
        for row in 0..weighted.n_rows() as u32 {
            let distinct = index.distinct[row as usize] as usize;
            let others = nearest[distinct / CHUNK][distinct % CHUNK].iter().filter(|found| found.row != row);
            entries.clear();
            entries.extend(others.take(n_neighbours).map(|found| (found.row, found.cosine)));
            entries.sort_unstable_by_key(|(row, _)| *row);
            graph.push_row(entries.iter().copied());
        }
        Self { graph }
    }

    /// Each row's neighbours and the cosines, `n_points × n_points`.
    pub fn graph(&self) -> &Csr {
        &self.graph
    }

    /// The graph without directions, G + Gᵀ: two rows are joined if one is a neighbour of the other, twice as strongly if each
    /// is one of the other.
    pub fn symmetric(&self) -> Csr {
        let reverse = self.graph.transposed();
        let mut sum = Csr::new(self.graph.n_columns());
        let mut entries = Vec::new();
        for row in 0..self.graph.n_rows() {
            entries.clear();
            merge(self.graph.row(row), reverse.row(row), &mut entries);
            sum.push_row(entries.iter().copied());
        }
        sum
    }
}

/// Adds two sparse rows.
fn merge(one: impl Iterator<Item = (u32, f32)>, other: impl Iterator<Item = (u32, f32)>, sum: &mut Vec<(u32, f32)>) {
    let (mut one, mut other) = (one.peekable(), other.peekable());
    while let (Some((x, of_x)), Some((y, of_y))) = (one.peek().copied(), other.peek().copied()) {
        sum.push(match x.cmp(&y) {
            Ordering::Less => (x, of_x),
            Ordering::Greater => (y, of_y),
            Ordering::Equal => (x, of_x + of_y),
        });
        if x <= y {
            one.next();
        }
        if y <= x {
            other.next();
        }
    }
    sum.extend(one);
    sum.extend(other);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::TfidfSettings;
    use crate::vectors::oracle::oracle;
    use proptest::prelude::*;

    fn weigh(rows: &[Vec<u32>], n_columns: usize) -> Csr {
        let counts = Csr::from_terms(rows, n_columns);
        TfidfSettings { min_document_frequency: 1, ..TfidfSettings::default() }.fit(&counts).transform(&counts)
    }

    /// Every pair compared.
    fn naive(weighted: &Csr, n_neighbours: usize) -> Csr {
        let cosine = |one: usize, other: usize| {
            let value =
                |column: u32| weighted.row(other).find(|(other, _)| *other == column).map_or(0.0, |(_, value)| value);
            weighted.row(one).map(|(column, x)| f64::from(x) * f64::from(value(column))).sum::<f64>() as f32
        };
        let mut graph = Csr::new(weighted.n_rows());
        for row in 0..weighted.n_rows() {
            let others = (0..weighted.n_rows()).filter(|other| *other != row);
            let mut nearest: Vec<(u32, f32)> = others.map(|other| (other as u32, cosine(row, other))).collect();
            nearest.retain(|(_, cosine)| *cosine > 0.0);
            nearest.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
            nearest.truncate(n_neighbours);
            nearest.sort_by_key(|(other, _)| *other);
            graph.push_row(nearest);
        }
        graph
    }

    /// Points of words of which a few are frequent and many rare.
    fn points(n_points: u32) -> Csr {
        let word = |i: u32, j: u32| {
            let x = (i * 7919 + j * 104_729 + i * j * 31) % 997;
            x * x / 997 * x / 997
        };
        let rows: Vec<Vec<u32>> = (0..n_points).map(|i| (0..i % 13).map(|j| word(i, j)).collect()).collect();
        weigh(&rows, 997)
    }

    #[test]
    fn neighbours_match_a_table_worked_by_hand() {
        // Rows (.6, .8, 0), (.8, .6, 0), (0, 0, 1), (0, .8, .6), none, the first again.
        let mut matrix = Csr::new(3);
        matrix.push_row([(0, 0.6), (1, 0.8)]);
        matrix.push_row([(0, 0.8), (1, 0.6)]);
        matrix.push_row([(2, 1.0)]);
        matrix.push_row([(1, 0.8), (2, 0.6)]);
        matrix.push_row([]);
        matrix.push_row([(0, 0.6), (1, 0.8)]);
        let neighbours = Neighbours::fit(&matrix, 2);
        // In hundredths, as 0.6 is not exact.
        let hundredths = |graph: &Csr, row| {
            graph.row(row).map(|(other, cosine)| (other, (cosine * 100.0).round() as i32)).collect::<Vec<_>>()
        };
        let row = |row| hundredths(neighbours.graph(), row);
        // Row 1 is as near to row 0 as to row 5; row 3 has rows 0 and 5 before row 2 (.60) and row 1 (.48).
        assert_eq!(row(0), [(1, 96), (5, 100)]);
        assert_eq!(row(1), [(0, 96), (5, 96)]);
        assert_eq!(row(2), [(3, 60)]);
        assert_eq!(row(3), [(0, 64), (5, 64)]);
        assert_eq!(row(4), []);
        assert_eq!(row(5), [(0, 100), (1, 96)]);

        let symmetric = neighbours.symmetric();
        let row = |row| hundredths(&symmetric, row);
        assert_eq!(row(0), [(1, 192), (3, 64), (5, 200)]);
        assert_eq!(row(1), [(0, 192), (5, 192)]);
        assert_eq!(row(2), [(3, 60)]);
        assert_eq!(row(3), [(0, 64), (2, 60), (5, 64)]);
        assert_eq!(row(4), []);
        assert_eq!(row(5), [(0, 200), (1, 192), (3, 64)]);
    }

    #[test]
    fn neighbours_are_those_of_scikit_learn() {
        let oracle = oracle();
        let graph = Neighbours::fit(&oracle.matrix, 5).graph;
        assert_eq!(oracle.neighbours.len(), 58);
        for (row, mut expected) in oracle.neighbours {
            expected.sort_by_key(|(other, _)| *other);
            assert!(graph.columns_of(row).iter().eq(expected.iter().map(|(other, _)| other)), "{row}");
            for ((_, cosine), (_, expected)) in graph.row(row).zip(expected) {
                assert!((f64::from(cosine) - expected).abs() < 1e-6, "{row}: {cosine} {expected}");
            }
        }
    }

    #[test]
    fn rows_that_are_all_the_same_have_the_first_as_neighbours() {
        let graph = Neighbours::fit(&weigh(&vec![vec![0, 2, 2]; 50], 4), 3).graph;
        assert_eq!(graph.columns_of(0), [1, 2, 3]);
        assert_eq!(graph.columns_of(1), [0, 2, 3]);
        assert!((3..50).all(|row| graph.columns_of(row) == [0, 1, 2]));
    }

    #[test]
    fn nothing_has_no_neighbours() {
        for (matrix, n_neighbours) in
            [(Csr::new(0), 3), (Csr::new(4), 3), (weigh(&[vec![]], 1), 3), (weigh(&[vec![0]], 1), 3), (points(30), 0)]
        {
            let neighbours = Neighbours::fit(&matrix, n_neighbours);
            assert_eq!(
                (neighbours.graph().n_rows(), neighbours.graph().n_columns()),
                (matrix.n_rows(), matrix.n_rows())
            );
            assert_eq!((neighbours.graph().n_entries(), neighbours.symmetric().n_entries()), (0, 0));
        }
    }

    #[test]
    fn the_thread_count_does_not_show_and_long_lists_are_cut_without_a_trace_of_it() {
        let points = points(2_000);
        let limits = Limits { max_exact: 100, max_rows_of_term: 200 };
        let fit = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| (Neighbours::fit(&points, 10), Neighbours::fit_within(&points, 10, limits)))
        };
        let one = fit(1);
        assert_eq!(one.0.graph, naive(&points, 10));
        assert_ne!(one.0, one.1, "lists are cut");
        assert!([2, 8].into_iter().all(|n_threads| fit(n_threads) == one));
        // What is found is found with its whole cosine, and hardly less near.
        let nearness = |neighbours: &Neighbours| -> f64 {
            (0..2_000).flat_map(|row| neighbours.graph.row(row)).map(|(_, cosine)| f64::from(cosine)).sum()
        };
        assert!(nearness(&one.1) > 0.95 * nearness(&one.0), "{} {}", nearness(&one.1), nearness(&one.0));
    }

    proptest! {
        #[test]
        fn neighbours_are_those_of_all_pairs(
            rows in prop::collection::vec(prop::collection::vec(0_u32..14, 0..7), 0..60),
            n_neighbours in 0_usize..12,
        ) {
            let weighted = weigh(&rows, 14);
            let neighbours = Neighbours::fit(&weighted, n_neighbours);
            prop_assert_eq!(&neighbours.graph, &naive(&weighted, n_neighbours));
            let symmetric = neighbours.symmetric();
            prop_assert_eq!(&symmetric.transposed(), &symmetric);
        }

        #[test]
        fn permuting_the_rows_permutes_the_neighbours(
            rows in prop::collection::vec(prop::collection::vec(0_u32..14, 0..7), 1..40),
        ) {
            let reversed: Vec<_> = rows.iter().rev().cloned().collect();
            let (one, other) = (Neighbours::fit(&weigh(&rows, 14), 5), Neighbours::fit(&weigh(&reversed, 14), 5));
            let last = rows.len() - 1;
            for row in 0..=last {
                let mut nearest: Vec<(u32, f32)> = one.graph.row(row).collect();
                let mut mirrored: Vec<(u32, f32)> =
                    other.graph.row(last - row).map(|(column, cosine)| (last as u32 - column, cosine)).collect();
                // Of equal cosines the rows may be others, where only some of them have a place.
                let least = nearest.iter().map(|(_, cosine)| *cosine).fold(f32::INFINITY, f32::min);
                let n = nearest.len();
                nearest.retain(|(_, cosine)| *cosine > least);
                mirrored.retain(|(_, cosine)| *cosine > least);
                mirrored.sort_by_key(|(column, _)| *column);
                prop_assert_eq!(nearest, mirrored);
                prop_assert_eq!(n, other.graph.columns_of(last - row).len());
            }
        }
    }
}
