//! What terms weigh, and the vectors of points and items.

use super::{OverlapInput, PRIOR};
use crate::numeric::ln;
use crate::themes::WeightedTerm;
use crate::vectors::Csr;
use std::ops::Range;

/// Weighted rows, with what each is divided by.
#[derive(Clone, Debug)]
pub(super) struct Rows {
    pub(super) values: Csr,
    /// For each row its length, as if the prior's words stood in it.
    pub(super) lengths: Vec<f64>,
}

impl Rows {
    fn new(counts: &Csr, weight_of: &[f64], prior: f64) -> Self {
        let mut values = Csr::new(counts.n_columns());
        let mut lengths = Vec::with_capacity(counts.n_rows());
        for row in 0..counts.n_rows() {
            let weigh = |(term, _): (u32, f32)| (term, weight_of[term as usize] as f32);
            values.push_row(counts.row(row).map(weigh));
            let squares = values.row(row).fold(0.0, |sum, (_, value)| sum + f64::from(value) * f64::from(value));
            lengths.push((squares + prior).sqrt());
        }
        Self { values, lengths }
    }

    /// How alike two rows are, 0 to 1.
    pub(super) fn alike(&self, a: usize, b: usize) -> f64 {
        let product = self.common(a, b).fold(0.0, |sum, (_, value)| sum + value);
        product / (self.lengths[a] * self.lengths[b])
    }

    /// The terms that both rows have, each with its share of what they have in common; the heaviest first.
    pub(super) fn shared(&self, a: usize, b: usize) -> Vec<WeightedTerm> {
        let mut terms: Vec<WeightedTerm> =
            self.common(a, b).map(|(term_idx, weight)| WeightedTerm { term_idx, weight }).collect();
        let all: f64 = terms.iter().map(|term| term.weight).sum();
        for term in &mut terms {
            term.weight /= all;
        }
        terms.sort_by(|x, y| y.weight.total_cmp(&x.weight).then(x.term_idx.cmp(&y.term_idx)));
        terms
    }

    /// The terms that both rows have, ascending, with the product of their values.
    fn common(&self, a: usize, b: usize) -> impl Iterator<Item = (u32, f64)> + '_ {
        let mut theirs = self.values.row(b).peekable();
        self.values.row(a).filter_map(move |(term, ours)| {
            while theirs.next_if(|(other, _)| *other < term).is_some() {}
            let (_, their) = theirs.next_if(|(other, _)| *other == term)?;
            Some((term, f64::from(ours) * f64::from(their)))
        })
    }
}

/// Points and items as vectors.
#[derive(Clone, Debug)]
pub(super) struct Weighted {
    pub(super) points: Rows,
    pub(super) items: Rows,
    /// For each term the items that have it.
    pub(super) held_by: Vec<u32>,
    /// For each item where its points begin; one more for the end.
    starts: Vec<usize>,
}

impl Weighted {
    pub(super) fn new(input: &OverlapInput<'_>) -> Self {
        let n_items = input.collection_of.len();
        let starts = starts(input.item_of, n_items);
        let items = item_counts(input.counts, &starts);
        let n_terms = input.counts.n_columns();
        let n_classes = input.class_of.iter().max().map_or(0, |last| *last as usize + 1);
        let mut n_of_class = vec![0_u32; n_classes];
        for class in input.class_of {
            n_of_class[*class as usize] += 1;
        }
        let (mut held_by, mut n_beside) = (vec![0_u32; n_terms], vec![0_u32; n_terms]);
        for item in 0..n_items {
            for term in items.columns_of(item) {
                held_by[*term as usize] += 1;
                // A term is of one language; of two classes that have it the larger counts.
                let n = n_of_class[input.class_of[item] as usize];
                n_beside[*term as usize] = n_beside[*term as usize].max(n);
            }
        }
        let weights: Vec<f64> = held_by
            .iter()
            .zip(&n_beside)
            .map(|(held, n)| ln(f64::from(n.max(held) + 1) / (f64::from(*held) + 0.5)))
            .collect();
        let prior = PRIOR * mean_square(input.counts, &weights);
        let points = Rows::new(input.counts, &weights, prior);
        let items = Rows::new(&items, &weights, prior);
        Self { points, items, held_by, starts }
    }

    /// The points of an item.
    pub(super) fn points_of(&self, item: u32) -> Range<usize> {
        self.starts[item as usize]..self.starts[item as usize + 1]
    }
}

/// For each item where its points begin; one more for the end.
pub(super) fn starts(item_of: &[u32], n_items: usize) -> Vec<usize> {
    (0..=n_items as u32).map(|item| item_of.partition_point(|of| *of < item)).collect()
}

/// How often each term stands in each item.
pub(super) fn item_counts(counts: &Csr, starts: &[usize]) -> Csr {
    let mut items = Csr::new(counts.n_columns());
    let mut entries: Vec<(u32, f32)> = Vec::new();
    for bounds in starts.windows(2) {
        entries.clear();
        entries.extend((bounds[0]..bounds[1]).flat_map(|point| counts.row(point)));
        entries.sort_unstable_by_key(|(term, _)| *term);
        let sums = entries.chunk_by(|x, y| x.0 == y.0);
        items.push_row(sums.map(|of| (of[0].0, of.iter().map(|(_, count)| count).sum())));
    }
    items
}

/// The mean of the squared weight of all words.
fn mean_square(counts: &Csr, weights: &[f64]) -> f64 {
    let (mut sum, mut n) = (0.0, 0.0);
    for row in 0..counts.n_rows() {
        for (term, count) in counts.row(row) {
            let weight = weights[term as usize];
            sum += f64::from(count) * weight * weight;
            n += f64::from(count);
        }
    }
    if n > 0.0 && sum > 0.0 { sum / n } else { 1.0 }
}
