//! TF-IDF: how much a term says about a point.

use super::Csr;
use crate::numeric::ln;
use rayon::prelude::*;

/// Rows a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 1024;
/// Entries whose columns a parallel step counts, at least.
const CHUNK_ENTRIES: usize = 1 << 20;

/// How terms are weighted.
///
/// The default is for short texts; what scikit-learn's `TfidfVectorizer` does unless told otherwise is
/// `min_document_frequency: 1, sublinear_tf: false, smooth_idf: true`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TfidfSettings {
    /// Terms in fewer rows weigh nothing.
    pub min_document_frequency: u32,
    /// Whether a term that stands in a row `c` times counts 1 + ln c, not c.
    pub sublinear_tf: bool,
    /// Whether rows are counted as if one more held every term once.
    pub smooth_idf: bool,
}

impl Default for TfidfSettings {
    fn default() -> Self {
        Self { min_document_frequency: 2, sublinear_tf: true, smooth_idf: true }
    }
}

/// Weights terms by how rare they are in the rows it was fitted on.
#[derive(Clone, Debug, PartialEq)]
pub struct Tfidf {
    /// One weight a column; 0 for a term that is left out.
    idf: Vec<f32>,
    sublinear_tf: bool,
}

impl TfidfSettings {
    /// Fits the weights: idf(t) = ln((1 + n) / (1 + df(t))) + 1, without the two ones in the fraction if not smooth.
    ///
    /// # Shape
    /// `counts`: `n_points × n_terms`.
    ///
    /// # Source
    /// Manning, Raghavan & Schütze (2008), section 6.2, smoothed as scikit-learn does.
    pub fn fit(&self, counts: &Csr) -> Tfidf {
        let n = counts.n_rows() as f64;
        let more = if self.smooth_idf { 1.0 } else { 0.0 };
        let weight = |frequency: &u32| {
            if *frequency == 0 || *frequency < self.min_document_frequency {
                return 0.0;
            }
            (ln((more + n) / (more + f64::from(*frequency))) + 1.0) as f32
        };
        Tfidf { idf: document_frequencies(counts).par_iter().map(weight).collect(), sublinear_tf: self.sublinear_tf }
    }
}

/// For each column the rows that hold a value in it.
fn document_frequencies(counts: &Csr) -> Vec<u32> {
    // A chunk is no shorter than what it gives, or adding up would cost more than counting.
    let chunk = CHUNK_ENTRIES.max(counts.n_columns());
    let chunks: Vec<Vec<u32>> = counts
        .columns()
        .par_chunks(chunk)
        .map(|columns| {
            let mut frequencies = vec![0_u32; counts.n_columns()];
            for column in columns {
                frequencies[*column as usize] += 1;
            }
            frequencies
        })
        .collect();
    let mut chunks = chunks.into_iter();
    let mut sums = chunks.next().unwrap_or_else(|| vec![0; counts.n_columns()]);
    for frequencies in chunks {
        sums.iter_mut().zip(frequencies).for_each(|(sum, frequency)| *sum += frequency);
    }
    sums
}

impl Tfidf {
    /// Weights each entry by tf · idf, where tf is the count or 1 + ln count, and scales every row to unit length.
    ///
    /// Depends on the fitted weights only, never on the other rows of the batch.
    ///
    /// # Shape
    /// in: `n × n_terms` counts; out: the same, every row of norm 1 (within 1e-6) or empty.
    ///
    /// # Guarantees
    /// The same bits at any thread count.
    pub fn transform(&self, counts: &Csr) -> Csr {
        self.transform_owned(counts.clone())
    }

    /// As [`Tfidf::transform`], in the memory of the counts.
    #[must_use]
    pub fn transform_owned(&self, mut counts: Csr) -> Csr {
        let leaves_out = counts
            .blocks_mut(CHUNK)
            .into_par_iter()
            .map(|mut block| {
                let mut leaves_out = false;
                block.for_each_row(|columns, values| leaves_out |= self.weigh(columns, values));
                leaves_out
            })
            .reduce(|| false, |one, other| one || other);
        if leaves_out {
            counts.drop_zeros();
        }
        counts
    }

    /// The weight of each term.
    pub fn idf(&self) -> &[f32] {
        &self.idf
    }

    /// The weights of a row of counts, as [`Tfidf::transform`] gives them; 0 for what that leaves out.
    pub(crate) fn weights(&self, columns: &[u32], counts: &[f32], weights: &mut Vec<f32>) {
        weights.clear();
        weights.extend_from_slice(counts);
        self.weigh(columns, weights);
    }

    /// Weights a row; whether an entry came to nothing.
    fn weigh(&self, columns: &[u32], values: &mut [f32]) -> bool {
        let weight = |column: u32, count: f32| {
            // Most terms stand in a row once, and ln 1 is 0.
            let once = count.to_bits() == 1_f32.to_bits();
            let frequency = if once || !self.sublinear_tf { f64::from(count) } else { 1.0 + ln(f64::from(count)) };
            let weight = frequency * f64::from(self.idf[column as usize]);
            if weight > 0.0 { weight } else { 0.0 }
        };
        let mut squares = 0.0;
        for (column, count) in columns.iter().zip(values.iter()) {
            let weight = weight(*column, *count);
            squares += weight * weight;
        }
        let norm = squares.sqrt();
        let mut leaves_out = false;
        for (column, value) in columns.iter().zip(values) {
            let weight = weight(*column, *value);
            *value = if weight > 0.0 { (weight / norm) as f32 } else { 0.0 };
            leaves_out |= *value == 0.0;
        }
        leaves_out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn weights_match_a_table_worked_by_hand() {
        // Three points over terms a, b, c: "a a b", "a", "c".
        let counts = Csr::from_terms(&[vec![0, 0, 1], vec![0], vec![2]], 3);
        let tfidf = TfidfSettings { min_document_frequency: 1, ..TfidfSettings::default() }.fit(&counts);
        // idf(a) = ln(4/3) + 1, idf(b) = idf(c) = ln(4/2) + 1.
        for (found, expected) in tfidf.idf().iter().zip([1.287_682, 1.693_147, 1.693_147]) {
            assert!((found - expected).abs() < 1e-6, "{found} {expected}");
        }
        // Row 0: a (1 + ln 2) * 1.2876821 = 2.1802353, b 1.6931472; norm 2.7604726.
        let row: Vec<(u32, f32)> = tfidf.transform(&counts).row(0).collect();
        assert!((row[0].1 - 0.789_805).abs() < 1e-5 && (row[1].1 - 0.613_354).abs() < 1e-5, "{row:?}");
    }

    #[test]
    fn a_term_below_the_least_document_frequency_weighs_nothing() {
        let counts = Csr::from_terms(&[vec![0, 1], vec![0], vec![1, 2]], 3);
        let weighted = TfidfSettings::default().fit(&counts).transform(&counts);
        assert_eq!(weighted.columns_of(2), [1]);
    }

    #[test]
    fn scikit_learns_weights_are_a_matter_of_settings() {
        // TfidfVectorizer().fit_transform(["aa aa bb", "aa", "cc"]), scikit-learn 1.9.1, first row.
        let counts = Csr::from_terms(&[vec![0, 0, 1], vec![0], vec![2]], 3);
        let settings = TfidfSettings { min_document_frequency: 1, sublinear_tf: false, smooth_idf: true };
        let row: Vec<(u32, f32)> = settings.fit(&counts).transform(&counts).row(0).collect();
        assert!((row[0].1 - 0.835_592).abs() < 1e-6 && (row[1].1 - 0.549_351).abs() < 1e-6, "{row:?}");
        // TfidfVectorizer(smooth_idf=False): idf(a) = ln(3/2) + 1, idf(b) = ln 3 + 1.
        let idf = TfidfSettings { smooth_idf: false, ..settings }.fit(&counts);
        assert!((idf.idf()[0] - 1.405_465).abs() < 1e-6 && (idf.idf()[1] - 2.098_612).abs() < 1e-6, "{idf:?}");
    }

    /// The same row after row, in f64.
    fn naive(rows: &[Vec<u32>], n_columns: usize, settings: TfidfSettings) -> Vec<Vec<(u32, f64)>> {
        let frequency = |column: u32| rows.iter().filter(|row| row.contains(&column)).count();
        let more = if settings.smooth_idf { 1.0 } else { 0.0 };
        let weighted = rows.iter().map(|row| {
            let weight = |column: u32| {
                let count = row.iter().filter(|other| **other == column).count() as f64;
                let frequency = frequency(column);
                if count == 0.0 || frequency < settings.min_document_frequency as usize {
                    return None;
                }
                let idf = ln((more + rows.len() as f64) / (more + frequency as f64)) + 1.0;
                Some((column, if settings.sublinear_tf { 1.0 + ln(count) } else { count } * idf))
            };
            let weights: Vec<(u32, f64)> = (0..n_columns as u32).filter_map(weight).collect();
            let norm = weights.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
            weights.into_iter().map(|(column, weight)| (column, weight / norm)).collect()
        });
        weighted.collect()
    }

    #[test]
    fn the_thread_count_does_not_show() {
        let rows: Vec<Vec<u32>> =
            (0..5_000_u32).map(|i| (0..i % 13).map(|j| (i * 31 + j * j * 7) % 997).collect()).collect();
        let counts = Csr::from_terms(&rows, 997);
        let weighted = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| TfidfSettings::default().fit(&counts).transform(&counts))
        };
        let one = weighted(1);
        assert!([2, 8].into_iter().all(|n_threads| weighted(n_threads) == one));
    }

    #[test]
    fn nothing_weighs_nothing() {
        for counts in [Csr::new(0), Csr::new(3), Csr::from_terms(&[Vec::<u32>::new()], 0)] {
            assert_eq!(TfidfSettings::default().fit(&counts).transform(&counts), counts);
        }
    }

    proptest! {
        #[test]
        fn weights_are_those_of_the_shortest_way(
            rows in prop::collection::vec(prop::collection::vec(0_u32..12, 0..90), 0..20),
            (min_document_frequency, sublinear_tf, smooth_idf) in (0_u32..4, any::<bool>(), any::<bool>()),
        ) {
            let settings = TfidfSettings { min_document_frequency, sublinear_tf, smooth_idf };
            let counts = Csr::from_terms(&rows, 12);
            let tfidf = settings.fit(&counts);
            let found = tfidf.transform(&counts);
            prop_assert_eq!(&found, &tfidf.transform_owned(counts));
            for (row, expected) in naive(&rows, 12, settings).iter().enumerate() {
                let found: Vec<_> = found.row(row).collect();
                prop_assert_eq!(found.len(), expected.len());
                for ((column, value), (expected_column, expected_value)) in found.iter().zip(expected) {
                    prop_assert_eq!(column, expected_column);
                    prop_assert!((f64::from(*value) - expected_value).abs() < 1e-6, "{} {}", value, expected_value);
                }
            }
        }

        #[test]
        fn rows_have_norm_one_or_none(rows in prop::collection::vec(prop::collection::vec(0_u32..20, 0..12), 0..30)) {
            let counts = Csr::from_terms(&rows, 20);
            let weighted = TfidfSettings::default().fit(&counts).transform(&counts);
            for row in 0..weighted.n_rows() {
                let norm: f64 = weighted.row(row).map(|(_, value)| f64::from(value * value)).sum::<f64>().sqrt();
                prop_assert!(weighted.columns_of(row).is_empty() || (norm - 1.0).abs() < 1e-6);
            }
        }

        #[test]
        fn permuting_the_rows_permutes_the_result(rows in prop::collection::vec(prop::collection::vec(0_u32..9, 0..6), 1..12)) {
            let reversed: Vec<_> = rows.iter().rev().cloned().collect();
            let weigh = |rows: &[Vec<u32>]| {
                let counts = Csr::from_terms(rows, 9);
                TfidfSettings::default().fit(&counts).transform(&counts)
            };
            let (one, two) = (weigh(&rows), weigh(&reversed));
            for row in 0..rows.len() {
                prop_assert!(one.row(row).eq(two.row(rows.len() - 1 - row)));
            }
        }
    }
}
