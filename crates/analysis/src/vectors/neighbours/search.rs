//! The search for the nearest rows: the terms of a row are looked up rarest first, until few rows are left to compare.

use super::index::Index;

/// More than rounding can add to a cosine that is summed in f32.
const SLACK: f32 = 1e-5;
/// To compute a cosine in full takes as long as to look up this many rows of a term.
const COST_OF_ROW: usize = 100;

/// A row that was found.
#[derive(Clone, Copy)]
pub(super) struct Neighbour {
    pub(super) cosine: f32,
    pub(super) row: u32,
}

/// The search for the nearest rows of one row after another; leaves nothing behind for the next.
pub(super) struct Search<'a> {
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
    pub(super) fn new(index: &'a Index, n_found: usize) -> Self {
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
    pub(super) fn nearest(&mut self, distinct: usize) -> Vec<Neighbour> {
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
