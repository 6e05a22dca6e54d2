//! The nearest neighbours of each row.

use super::Csr;
use rayon::prelude::*;
use std::cmp::Ordering;
use std::ops::Range;

/// Rows a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 64;
/// More than rounding can add to a cosine that is summed in f32.
const SLACK: f32 = 1e-5;
/// What is looked up: all, for as many points as that is quick for.
const LIMITS: Limits = Limits { max_exact: 65_536, max_rows_of_term: 2_048 };
/// To compute a cosine in full takes as long as to look up this many rows of a term.
const COST_OF_ROW: usize = 100;

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

/// A row that was found.
#[derive(Clone, Copy)]
struct Neighbour {
    cosine: f32,
    row: u32,
}

/// The distinct rows, and for each term those that hold it.
struct Index {
    rows: Csr,
    /// `n_terms × n_distinct_rows`.
    terms: Csr,
    /// The highest weight of each term.
    most: Vec<f32>,
    /// For each row of the matrix, which distinct row it is.
    distinct: Vec<u32>,
    /// The rows of the matrix, those that are alike beside each other and ascending.
    members: Vec<u32>,
    /// For each distinct row, where its members are.
    ranges: Vec<Range<u32>>,
}

impl Index {
    fn new(weighted: &Csr, limits: Limits) -> Self {
        let bits = |row: u32| {
            let (columns, values) = weighted.row_parts(row as usize);
            (columns, values.iter().map(|value| value.to_bits()))
        };
        let compare = |one: &u32, other: &u32| {
            let ((columns, values), (other_columns, other_values)) = (bits(*one), bits(*other));
            columns.cmp(other_columns).then_with(|| values.cmp(other_values))
        };
        let mut members: Vec<u32> = (0..weighted.n_rows() as u32).collect();
        members.par_sort_unstable_by(|one, other| compare(one, other).then(one.cmp(other)));
        let mut rows = Csr::new(weighted.n_columns());
        let mut distinct = vec![0; members.len()];
        let mut ranges = Vec::new();
        let mut start = 0;
        for alike in members.chunk_by(|one, other| compare(one, other).is_eq()) {
            for member in alike {
                distinct[*member as usize] = ranges.len() as u32;
            }
            rows.push_row(weighted.row(alike[0] as usize));
            ranges.push(start..start + alike.len() as u32);
            start += alike.len() as u32;
        }
        let mut terms = rows.transposed();
        if rows.n_rows() > limits.max_exact {
            terms = heaviest(&terms, limits.max_rows_of_term);
        }
        let most =
            (0..terms.n_rows()).map(|term| terms.row_parts(term).1.iter().copied().fold(0.0, f32::max)).collect();
        Self { rows, terms, most, distinct, members, ranges }
    }

    /// The cosine of a row, by term, and a distinct row; summed in the order of the terms.
    fn cosine(&self, row: &[f32], other: u32) -> f32 {
        let products =
            self.rows.row(other as usize).map(|(term, weight)| f64::from(row[term as usize]) * f64::from(weight));
        products.sum::<f64>() as f32
    }

    fn members(&self, distinct: u32) -> &[u32] {
        let range = &self.ranges[distinct as usize];
        &self.members[range.start as usize..range.end as usize]
    }
}

/// The matrix with only the `n` greatest values of each row; of equal ones the first.
fn heaviest(matrix: &Csr, n: usize) -> Csr {
    let mut result = Csr::new(matrix.n_columns());
    let mut entries = Vec::new();
    for row in 0..matrix.n_rows() {
        entries.clear();
        entries.extend(matrix.row(row));
        if entries.len() > n {
            entries.select_nth_unstable_by(n, |one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
            entries.truncate(n);
            entries.sort_unstable_by_key(|(column, _)| *column);
        }
        result.push_row(entries.iter().copied());
    }
    result
}

/// The search for the nearest rows of one row after another; leaves nothing behind for the next.
struct Search<'a> {
    index: &'a Index,
    /// The row whose neighbours are searched, by term.
    row: Vec<f32>,
    /// Its entries, rarest first.
    entries: Vec<Entry>,
    found: Found,
    best: Best,
    /// Rows that are, or were, the nearest so far.
    nearest: Vec<(f32, u32)>,
}

impl<'a> Search<'a> {
    fn new(index: &'a Index, n_found: usize) -> Self {
        let n_rows = index.rows.n_rows();
        Self {
            index,
            row: vec![0.0; index.rows.n_columns()],
            entries: Vec::new(),
            found: Found { cosines: vec![0.0; n_rows], rows: vec![0; n_rows + 1], n: 0 },
            best: Best { n: n_found, cosines: Vec::new() },
            nearest: Vec::new(),
        }
    }

    /// The nearest rows of a distinct row, itself among them, nearest first.
    fn nearest(&mut self, distinct: usize) -> Vec<Neighbour> {
        for (term, weight) in self.index.rows.row(distinct) {
            self.row[term as usize] = weight;
        }
        self.list_entries(distinct);
        let rest = self.look_up();
        let mut nearest = self.compare(rest);
        nearest.sort_unstable_by(|one, other| other.cosine.total_cmp(&one.cosine).then(one.row.cmp(&other.row)));
        nearest.truncate(self.best.n);
        nearest.shrink_to_fit();
        for term in self.index.rows.columns_of(distinct) {
            self.row[*term as usize] = 0.0;
        }
        self.found.retain(|_| false);
        nearest
    }

    /// Lists the entries of a distinct row, rarest first.
    fn list_entries(&mut self, distinct: usize) {
        let Index { rows, terms, most, .. } = self.index;
        self.entries.clear();
        self.entries.extend(rows.row(distinct).map(|(term, weight)| Entry {
            n_rows: terms.columns_of(term as usize).len(),
            term,
            weight,
            rest: Rest::default(),
            n_rows_from_here: 0,
        }));
        self.entries.sort_unstable_by_key(|entry| (entry.n_rows, entry.term));
        let (mut squares, mut most_in_all, mut n_rows) = (0.0_f32, 0.0_f32, 0);
        for entry in self.entries.iter_mut().rev() {
            squares += entry.weight * entry.weight;
            most_in_all += entry.weight * most[entry.term as usize];
            n_rows += entry.n_rows;
            entry.rest = Rest { squares, most: most_in_all.min(squares.sqrt()) };
            entry.n_rows_from_here = n_rows;
        }
    }

    /// Sums what the terms add to the cosines, rarest first, until few rows are left that can be neighbours. Gives the part of
    /// the row that was not looked up.
    fn look_up(&mut self) -> Rest {
        let mut is_closed = false;
        for at in 0..self.entries.len() {
            let Entry { term, weight, rest, n_rows, n_rows_from_here } = self.entries[at];
            // To look at the rows found so far is worth it where there is more to look up.
            if n_rows > self.found.n {
                let least = self.least();
                // Then no row with none of the terms so far is a neighbour.
                is_closed |= least > rest.most + SLACK;
                if is_closed {
                    self.found.retain(|cosine| rest.highest(cosine) + SLACK >= least);
                    if self.found.n * COST_OF_ROW <= n_rows_from_here {
                        return rest;
                    }
                }
            }
            let (rows, weights) = self.index.terms.row_parts(term as usize);
            if is_closed {
                self.found.add_to_found(rows, weights, weight);
            } else {
                self.found.add(rows, weights, weight);
            }
        }
        Rest::default()
    }

    /// A cosine that is not above that of the farthest neighbour: of the rows nearest so far the cosines in full.
    fn least(&mut self) -> f32 {
        self.best.clear();
        self.nearest.clear();
        for (row, cosine) in self.found.iter() {
            if cosine > self.best.least() {
                self.best.add(cosine, self.index.members(row).len());
                self.nearest.push((cosine, row));
            }
        }
        let least_so_far = self.best.least();
        self.best.clear();
        for (so_far, row) in &self.nearest {
            if *so_far >= least_so_far {
                self.best.add(self.index.cosine(&self.row, *row), self.index.members(*row).len());
            }
        }
        self.best.least()
    }

    /// Computes the cosines in full with the rows that can still be neighbours: those that are nearest so far first, so that
    /// few others can.
    fn compare(&mut self, rest: Rest) -> Vec<Neighbour> {
        self.nearest.clear();
        self.nearest.extend(self.found.iter().map(|(row, cosine)| (cosine, row)));
        if self.nearest.len() > self.best.n {
            self.nearest
                .select_nth_unstable_by(self.best.n, |one, other| other.0.total_cmp(&one.0).then(one.1.cmp(&other.1)));
        }
        self.best.clear();
        let mut neighbours = Vec::new();
        for (so_far, row) in &self.nearest {
            if rest.highest(*so_far) + SLACK < self.best.least() {
                continue;
            }
            let cosine = self.index.cosine(&self.row, *row);
            let members = self.index.members(*row);
            if cosine > 0.0 && cosine >= self.best.least() {
                self.best.add(cosine, members.len());
                neighbours.extend(members.iter().take(self.best.n).map(|row| Neighbour { cosine, row: *row }));
            }
        }
        neighbours
    }
}

/// A term of a row.
#[derive(Clone, Copy)]
struct Entry {
    term: u32,
    weight: f32,
    /// Distinct rows to look up.
    n_rows: usize,
    /// The part of the row from this term on.
    rest: Rest,
    /// Rows to look up from this term on.
    n_rows_from_here: usize,
}

/// The part of a row that has not been looked up.
#[derive(Clone, Copy, Default)]
struct Rest {
    /// The square of its length.
    squares: f32,
    /// The most that any row can have in common with it.
    most: f32,
}

impl Rest {
    /// The highest that a cosine can still become.
    fn highest(self, cosine: f32) -> f32 {
        // By Cauchy and Schwarz: what is left of the other row, whose length is 1 too, times what is left of this one.
        // The slack is inside the root, where rounding would count for most.
        let seen = 1.0 - self.squares + SLACK;
        let others_rest = (1.0 + SLACK - cosine * cosine / seen).max(0.0);
        cosine + self.most.min((self.squares * others_rest).sqrt())
    }
}

/// The distinct rows that share a term with a row.
struct Found {
    /// The cosine so far with each distinct row; 0 if not found.
    cosines: Vec<f32>,
    /// The first `n` of these.
    rows: Vec<u32>,
    n: usize,
}

impl Found {
    /// Adds a term of some rows to the cosines.
    fn add(&mut self, rows: &[u32], weights: &[f32], weight: f32) {
        for (row, other) in rows.iter().zip(weights) {
            let cosine = &mut self.cosines[*row as usize];
            // Without a branch: a row that is not new is overwritten by the next.
            self.rows[self.n] = *row;
            self.n += usize::from(*cosine == 0.0);
            *cosine += (weight * other).max(f32::MIN_POSITIVE);
        }
    }

    /// The same for rows that are found already.
    fn add_to_found(&mut self, rows: &[u32], weights: &[f32], weight: f32) {
        for (row, other) in rows.iter().zip(weights) {
            let cosine = &mut self.cosines[*row as usize];
            *cosine += if *cosine > 0.0 { weight * other } else { 0.0 };
        }
    }

    /// Forgets the rows whose cosine so far does not pass.
    fn retain(&mut self, passes: impl Fn(f32) -> bool) {
        let mut n_kept = 0;
        for at in 0..self.n {
            let row = self.rows[at];
            let cosine = &mut self.cosines[row as usize];
            let stays = passes(*cosine);
            *cosine = if stays { *cosine } else { 0.0 };
            self.rows[n_kept] = row;
            n_kept += usize::from(stays);
        }
        self.n = n_kept;
    }

    fn iter(&self) -> impl Iterator<Item = (u32, f32)> + '_ {
        self.rows[..self.n].iter().map(|row| (*row, self.cosines[*row as usize]))
    }
}

/// The highest cosines of those that were seen, each counted as often as its row stands in the matrix.
struct Best {
    n: usize,
    /// `n` of them, descending; 0 where there are fewer.
    cosines: Vec<f32>,
}

impl Best {
    fn clear(&mut self) {
        self.cosines.clear();
        self.cosines.resize(self.n, 0.0);
    }

    /// The `n`-th highest.
    fn least(&self) -> f32 {
        self.cosines[self.n - 1]
    }

    fn add(&mut self, cosine: f32, times: usize) {
        let at = self.cosines.partition_point(|other| *other >= cosine);
        let times = times.min(self.n - at);
        self.cosines.copy_within(at..self.n - times, at + times);
        self.cosines[at..at + times].fill(cosine);
    }
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
