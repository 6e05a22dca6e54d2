//! How well two partitions of the same items agree.
//!
//! [`agreement`] compares the clusters that an algorithm found with the labels that people gave; [`octaves`] says how far the
//! number of clusters is off. [`coders`] compares people and machines that put an item into several codes.

pub mod coders;
mod matching;

use crate::numeric::{ln, log2};

/// How well two partitions of the same items agree; all three are 1 if and only if they are the same partition.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Agreement {
    /// Normalised mutual information, 0 to 1: what each partition says about the other, by the arithmetic mean of what each
    /// says at all. Rises with the number of clusters, so compare it at like numbers.
    pub nmi: f64,
    /// Adjusted Rand index, -0.5 to 1: the pairs of items on which the partitions agree, above what chance would have them
    /// agree on; 0 is chance.
    pub ari: f64,
    /// The share of the items that lie in matched clusters, 0 to 1, each cluster of the one matched with at most one of the
    /// other as suits best.
    pub accuracy: f64,
}

/// Compares two partitions: for each item its cluster in `a` and in `b`, any numbers.
///
/// # Guarantees
/// The same bits if `a` and `b` change places, if clusters are given other numbers, and if the items change their order.
/// Where both partitions are one cluster, each item its own cluster, or without items, they are the same: 1.
/// Where only one of them is a single cluster, `nmi` and `ari` are 0.
///
/// # Cost
/// Linear in the items, but for sorting; `accuracy` takes min² · max steps and min · max · 4 bytes for the smaller and the
/// larger number of clusters.
///
/// # Panics
/// If the partitions are not of equally many items.
///
/// # Source
/// As `normalized_mutual_info_score` (`average_method="arithmetic"`) and `adjusted_rand_score` of scikit-learn 1.9 and
/// `linear_sum_assignment` of `SciPy`; Vinh, Epps & Bailey (2010), Hubert & Arabie (1985).
pub fn agreement(a: &[u32], b: &[u32]) -> Agreement {
    assert_eq!(a.len(), b.len(), "partitions of the same items");
    let table = Contingency::new(a, b);
    if table.is_one_to_one() {
        return Agreement { nmi: 1.0, ari: 1.0, accuracy: 1.0 };
    }
    Agreement { nmi: table.nmi(), ari: table.ari(), accuracy: table.accuracy() }
}

/// The normalised mutual information of two partitions, as of [`agreement`].
pub(crate) fn nmi(a: &[u32], b: &[u32]) -> f64 {
    assert_eq!(a.len(), b.len(), "partitions of the same items");
    let table = Contingency::new(a, b);
    if table.is_one_to_one() { 1.0 } else { table.nmi() }
}

/// The clusters of `a` under the names of those of `b` that they are matched with, one to one, so that most items have the same
/// name in both.
///
/// # Shape
/// Both have clusters below `n_clusters`.
pub(crate) fn matched(a: &[u32], b: &[u32], n_clusters: usize) -> Vec<u32> {
    let mut shared = vec![0; n_clusters * n_clusters];
    for (a, b) in a.iter().zip(b) {
        shared[*a as usize * n_clusters + *b as usize] += 1;
    }
    let names = matching::best_columns(n_clusters, n_clusters, &shared);
    a.iter().map(|cluster| names[*cluster as usize] as u32).collect()
}

/// How far a number of clusters is from the true one, in doublings: |log2(found / actual)|. None counts as one.
pub fn octaves(found: u32, actual: u32) -> f64 {
    log2(f64::from(found.max(1)) / f64::from(actual.max(1))).abs()
}

/// How many items each pair of clusters shares.
struct Contingency {
    /// Items in all.
    n: u64,
    /// Items in each cluster of the one partition.
    rows: Vec<u64>,
    /// Items in each cluster of the other.
    columns: Vec<u64>,
    /// (row, column, items) of each pair that shares any, in order.
    cells: Vec<(u32, u32, u64)>,
}

impl Contingency {
    fn new(a: &[u32], b: &[u32]) -> Self {
        let (a, n_rows) = numbered(a);
        let (b, n_columns) = numbered(b);
        let mut pairs: Vec<(u32, u32)> = a.into_iter().zip(b).collect();
        pairs.sort_unstable();
        let cells: Vec<(u32, u32, u64)> =
            pairs.chunk_by(|one, other| one == other).map(|run| (run[0].0, run[0].1, run.len() as u64)).collect();
        let (mut rows, mut columns) = (vec![0; n_rows], vec![0; n_columns]);
        for (row, column, count) in &cells {
            rows[*row as usize] += count;
            columns[*column as usize] += count;
        }
        Self { n: pairs.len() as u64, rows, columns, cells }
    }

    /// Whether both are the same partition.
    fn is_one_to_one(&self) -> bool {
        self.cells.len() == self.rows.len() && self.cells.len() == self.columns.len()
    }

    fn nmi(&self) -> f64 {
        let n = self.n as f64;
        let shared = self.cells.iter().map(|(row, column, count)| {
            let expected = self.rows[*row as usize] as f64 * self.columns[*column as usize] as f64;
            *count as f64 / n * ln(n * *count as f64 / expected)
        });
        let information = sum(shared.collect());
        let entropy = |sizes: &[u64]| sum(sizes.iter().map(|size| *size as f64 / n * -ln(*size as f64 / n)).collect());
        // Not both are one cluster: that would be the same partition.
        (information / f64::midpoint(entropy(&self.rows), entropy(&self.columns))).clamp(0.0, 1.0)
    }

    /// In whole numbers up to the division: with n below 2³², pairs fit 63 bits, and their products 126.
    fn ari(&self) -> f64 {
        let pairs = |count: u64| i128::from(count) * (i128::from(count) - 1) / 2;
        let together: i128 = self.cells.iter().map(|(.., count)| pairs(*count)).sum();
        let only_a = self.rows.iter().map(|size| pairs(*size)).sum::<i128>() - together;
        let only_b = self.columns.iter().map(|size| pairs(*size)).sum::<i128>() - together;
        let apart = pairs(self.n) - together - only_a - only_b;
        let above_chance = together * apart - only_a * only_b;
        let most = (together + only_a) * (only_a + apart) + (together + only_b) * (only_b + apart);
        2.0 * above_chance as f64 / most as f64
    }

    fn accuracy(&self) -> f64 {
        let is_upright = self.rows.len() > self.columns.len();
        let (n_rows, n_columns) =
            if is_upright { (self.columns.len(), self.rows.len()) } else { (self.rows.len(), self.columns.len()) };
        let mut table = vec![0; n_rows * n_columns];
        for (row, column, count) in &self.cells {
            let (row, column) = if is_upright { (*column, *row) } else { (*row, *column) };
            table[row as usize * n_columns + column as usize] = *count as u32;
        }
        matching::best_sum(n_rows, n_columns, &table) as f64 / self.n as f64
    }
}

/// The same partition with its clusters numbered from 0, and how many there are.
fn numbered(clusters: &[u32]) -> (Vec<u32>, usize) {
    let mut distinct = clusters.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let numbers = clusters.iter().map(|cluster| distinct.binary_search(cluster).unwrap_or_default() as u32);
    (numbers.collect(), distinct.len())
}

/// The sum in order of size: the same bits in whatever order the terms come.
fn sum(mut terms: Vec<f64>) -> f64 {
    terms.sort_unstable_by(f64::total_cmp);
    terms.into_iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// Made by `testdata/agreement.py`.
    const ORACLE: &str = include_str!("../testdata/agreement.tsv");

    #[test]
    fn clusters_are_named_after_those_they_share_most_items_with() {
        assert_eq!(matched(&[0, 0, 1, 1, 2], &[2, 2, 0, 0, 0], 3), [2, 2, 0, 0, 1]);
    }

    #[test]
    fn the_scores_are_those_of_scikit_learn_and_scipy() {
        let numbers = |text: &str| -> Vec<u32> { text.split_whitespace().map(|x| x.parse().unwrap()).collect() };
        let mut n_cases = 0;
        for line in ORACLE.lines().filter(|line| !line.starts_with('#')) {
            let fields: Vec<&str> = line.split('\t').collect();
            let expected = [1, 2, 3].map(|at: usize| fields[at].parse::<f64>().unwrap());
            let Agreement { nmi, ari, accuracy } = agreement(&numbers(fields[4]), &numbers(fields[5]));
            for (found, expected) in [nmi, ari, accuracy].into_iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{}: {found}, not {expected}", fields[0]);
            }
            n_cases += 1;
        }
        assert_eq!(n_cases, 20);
    }

    #[test]
    fn a_worked_example() {
        // Together in both: none of the pairs. Together in the one: (0, 1) and (2, 3); in the other: (0, 2) and (1, 3).
        let Agreement { nmi, ari, accuracy } = agreement(&[0, 0, 1, 1], &[0, 1, 0, 1]);
        assert!(nmi.abs() < 1e-15, "{nmi}");
        // (0·2 - 2·2) · 2 / (2·4 + 2·4)
        assert_eq!((ari.to_bits(), accuracy.to_bits()), ((-0.5_f64).to_bits(), 0.5_f64.to_bits()));
    }

    #[test]
    fn a_hundred_thousand_items_in_hundreds_of_clusters_are_no_trouble() {
        let a: Vec<u32> = (0..100_000).map(|i| i % 400).collect();
        let b: Vec<u32> = (0..100_000).map(|i| i % 800 / 2).collect();
        let Agreement { nmi, ari, accuracy } = agreement(&a, &b);
        assert!(nmi > 0.8 && ari > 0.4 && (accuracy - 0.5).abs() < 0.1, "{nmi} {ari} {accuracy}");
    }

    #[test]
    #[should_panic(expected = "partitions of the same items")]
    fn partitions_of_unlike_length_are_refused() {
        agreement(&[1], &[]);
    }

    #[test]
    fn octaves_count_doublings_either_way() {
        let found = [octaves(8, 2), octaves(2, 8), octaves(5, 5), octaves(0, 4)];
        assert_eq!(found.map(f64::to_bits), [2.0, 2.0, 0.0, 2.0].map(f64::to_bits));
    }

    fn bits(found: Agreement) -> [u64; 3] {
        [found.nmi, found.ari, found.accuracy].map(f64::to_bits)
    }

    /// Two partitions of the same items.
    fn partitions() -> impl Strategy<Value = (Vec<u32>, Vec<u32>)> {
        vec((0_u32..6, 0_u32..9), 0..80).prop_map(|pairs| pairs.into_iter().unzip())
    }

    proptest! {
        #[test]
        fn the_scores_are_within_their_bounds((a, b) in partitions()) {
            let Agreement { nmi, ari, accuracy } = agreement(&a, &b);
            prop_assert!((0.0..=1.0).contains(&nmi) && (-0.5..=1.0).contains(&ari), "{} {}", nmi, ari);
            prop_assert!((0.0..=1.0).contains(&accuracy) && (a.is_empty() || accuracy > 0.0), "{}", accuracy);
        }

        #[test]
        fn either_partition_may_come_first((a, b) in partitions()) {
            prop_assert_eq!(bits(agreement(&a, &b)), bits(agreement(&b, &a)));
        }

        #[test]
        fn the_numbers_of_clusters_say_nothing((a, b) in partitions()) {
            let renamed: Vec<u32> = a.iter().map(|cluster| u32::MAX - cluster * 7).collect();
            prop_assert_eq!(bits(agreement(&a, &b)), bits(agreement(&renamed, &b)));
            prop_assert_eq!(bits(agreement(&a, &renamed)), [1.0_f64.to_bits(); 3]);
        }

        #[test]
        fn the_order_of_items_says_nothing(
            (pairs, shuffled) in vec((0_u32..6, 0_u32..9), 0..40)
                .prop_flat_map(|pairs| (Just(pairs.clone()), Just(pairs).prop_shuffle()))
        ) {
            let of = |pairs: Vec<(u32, u32)>| -> Agreement {
                let (a, b): (Vec<u32>, Vec<u32>) = pairs.into_iter().unzip();
                agreement(&a, &b)
            };
            prop_assert_eq!(bits(of(pairs)), bits(of(shuffled)));
        }
    }
}
