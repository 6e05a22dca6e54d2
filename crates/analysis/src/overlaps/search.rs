//! Which items share enough to be compared, by the terms they have.

use super::OverlapInput;
use super::weights::Weighted;

/// Up to so many items every term leads to pairs ...
const ALL_LEAD: usize = 5_000;
/// ... among more, those that at most this share of them have.
const LEADING_SHARE: f64 = 0.2;
/// Where some terms lead to no pair, what is found may be this much below the threshold.
const SLACK: f64 = 0.8;

/// Rows by the terms they hold.
#[derive(Clone, Debug, Default)]
struct Postings {
    /// For each term where its entries begin; one more for the end.
    starts: Vec<usize>,
    /// Row and value.
    entries: Vec<(u32, f32)>,
}

impl Postings {
    fn new(rows: &crate::vectors::Csr, is_leading: &[bool]) -> Self {
        let mut starts = vec![0_usize; rows.n_columns() + 1];
        for row in 0..rows.n_rows() {
            for term in rows.columns_of(row).iter().filter(|term| is_leading[**term as usize]) {
                starts[*term as usize + 1] += 1;
            }
        }
        for term in 0..rows.n_columns() {
            starts[term + 1] += starts[term];
        }
        let mut next = starts.clone();
        let mut entries = vec![(0, 0.0); starts[rows.n_columns()]];
        for row in 0..rows.n_rows() {
            for (term, value) in rows.row(row).filter(|(term, _)| is_leading[*term as usize]) {
                let at = &mut next[term as usize];
                entries[*at] = (row as u32, value);
                *at += 1;
            }
        }
        Self { starts, entries }
    }

    fn of(&self, term: u32) -> &[(u32, f32)] {
        &self.entries[self.starts[term as usize]..self.starts[term as usize + 1]]
    }
}

/// The items and points of all collections by their terms.
pub(super) struct Index<'a> {
    item_of: &'a [u32],
    class_of: &'a [u32],
    points: Postings,
    items: Postings,
    point_lengths: Vec<f64>,
    item_lengths: Vec<f64>,
    has_all: bool,
}

/// An item that may overlap another.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Partner {
    pub(super) item: u32,
    pub(super) strength: f64,
}

impl<'a> Index<'a> {
    pub(super) fn new(input: &OverlapInput<'a>, weighted: &Weighted) -> Self {
        let n_items = input.collection_of.len();
        let has_all = n_items <= ALL_LEAD;
        let most = n_items as f64 * LEADING_SHARE;
        let is_leading: Vec<bool> = weighted.held_by.iter().map(|held| has_all || f64::from(*held) <= most).collect();
        Self {
            item_of: input.item_of,
            class_of: input.class_of,
            points: Postings::new(&weighted.points.values, &is_leading),
            items: Postings::new(&weighted.items.values, &is_leading),
            point_lengths: weighted.points.lengths.clone(),
            item_lengths: weighted.items.lengths.clone(),
            has_all,
        }
    }

    /// What a strength found here may lack, as a factor.
    pub(super) fn slack(&self) -> f64 {
        if self.has_all { 1.0 - 1e-9 } else { SLACK }
    }

    /// Looks for the partners of one item after the other.
    pub(super) fn searcher(&self) -> Searcher<'_, 'a> {
        Searcher {
            index: self,
            sums: vec![0.0; self.point_lengths.len().max(self.item_lengths.len())],
            touched: Vec::new(),
            best: vec![0.0; self.item_lengths.len()],
            partners: Vec::new(),
        }
    }
}

/// Sums in the making.
pub(super) struct Searcher<'i, 'a> {
    index: &'i Index<'a>,
    sums: Vec<f64>,
    touched: Vec<u32>,
    /// For each item the greatest strength so far.
    best: Vec<f64>,
    partners: Vec<u32>,
}

impl Searcher<'_, '_> {
    /// The items of the same class, among those that are wanted, that share a term with an item of `from`; ascending. `from` may be
    /// weighted otherwise than what the index was made of, but has the same items.
    pub(super) fn partners(&mut self, from: &Weighted, item: u32, is_wanted: impl Fn(u32) -> bool) -> Vec<Partner> {
        let index = self.index;
        let class = index.class_of[item as usize];
        let is_wanted = |other: u32| index.class_of[other as usize] == class && is_wanted(other);
        self.add(&index.items, from.items.values.row(item as usize));
        let length = from.items.lengths[item as usize];
        self.settle(|row| (row, length * index.item_lengths[row as usize]), &is_wanted);
        for point in from.points_of(item) {
            self.add(&index.points, from.points.values.row(point));
            let length = from.points.lengths[point];
            let of = |row: u32| (index.item_of[row as usize], length * index.point_lengths[row as usize]);
            self.settle(of, &is_wanted);
        }
        self.partners.sort_unstable();
        let best = &mut self.best;
        let found = self.partners.drain(..);
        found.map(|item| Partner { item, strength: std::mem::take(&mut best[item as usize]) }).collect()
    }

    /// Adds up what a row has in common with all rows. Terms ascend, so the order of each sum is that of [`super::weights::Rows::alike`].
    fn add(&mut self, postings: &Postings, row: impl Iterator<Item = (u32, f32)>) {
        for (term, ours) in row {
            for (other, theirs) in postings.of(term) {
                let product = f64::from(ours) * f64::from(*theirs);
                let sum = &mut self.sums[*other as usize];
                if *sum == 0.0 && product > 0.0 {
                    self.touched.push(*other);
                }
                *sum += product;
            }
        }
    }

    /// Takes the sums for likenesses of items.
    fn settle(&mut self, of: impl Fn(u32) -> (u32, f64), is_wanted: &impl Fn(u32) -> bool) {
        for row in self.touched.drain(..) {
            let sum = std::mem::take(&mut self.sums[row as usize]);
            let (item, lengths) = of(row);
            if !is_wanted(item) {
                continue;
            }
            let best = &mut self.best[item as usize];
            if *best == 0.0 {
                self.partners.push(item);
            }
            *best = best.max(sum / lengths);
        }
    }
}
