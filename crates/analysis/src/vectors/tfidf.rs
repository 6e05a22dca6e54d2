//! TF-IDF: how much a term says about a point.

use super::Csr;
use crate::numeric::ln;
use rayon::prelude::*;

/// Rows a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 1024;

/// How terms are weighted.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TfidfSettings {
    /// Terms in fewer rows weigh nothing.
    pub min_document_frequency: u32,
}

impl Default for TfidfSettings {
    fn default() -> Self {
        Self { min_document_frequency: 2 }
    }
}

/// Weights terms by how rare they are in the rows it was fitted on.
#[derive(Clone, Debug, PartialEq)]
pub struct Tfidf {
    /// One weight a column; 0 for a term that is left out.
    idf: Vec<f32>,
}

impl TfidfSettings {
    /// Fits the weights: idf(t) = ln((1 + n) / (1 + df(t))) + 1.
    ///
    /// # Shape
    /// `counts`: `n_points × n_terms`.
    ///
    /// # Source
    /// Manning, Raghavan & Schütze (2008), section 6.2, smoothed as scikit-learn does.
    pub fn fit(&self, counts: &Csr) -> Tfidf {
        let mut frequencies = vec![0_u32; counts.n_columns()];
        for row in 0..counts.n_rows() {
            for column in counts.columns_of(row) {
                frequencies[*column as usize] += 1;
            }
        }
        let n = counts.n_rows() as f64;
        let weight = |frequency: &u32| {
            if *frequency == 0 || *frequency < self.min_document_frequency {
                return 0.0;
            }
            (ln((1.0 + n) / (1.0 + f64::from(*frequency))) + 1.0) as f32
        };
        Tfidf { idf: frequencies.iter().map(weight).collect() }
    }
}

impl Tfidf {
    /// Weights each entry by (1 + ln count) · idf and scales every row to unit length.
    ///
    /// Depends on the fitted weights only, never on the other rows of the batch.
    ///
    /// # Shape
    /// in: `n × n_terms` counts; out: the same, every row of norm 1 (within 1e-6) or empty.
    ///
    /// # Guarantees
    /// The same bits at any thread count.
    pub fn transform(&self, counts: &Csr) -> Csr {
        let rows: Vec<usize> = (0..counts.n_rows()).collect();
        let chunks: Vec<Vec<Vec<(u32, f32)>>> =
            rows.par_chunks(CHUNK).map(|rows| rows.iter().map(|row| self.weigh(counts.row(*row))).collect()).collect();
        let mut weighted = Csr::new(counts.n_columns());
        for row in chunks.into_iter().flatten() {
            weighted.push_row(row);
        }
        weighted
    }

    /// The weight of each term.
    pub fn idf(&self) -> &[f32] {
        &self.idf
    }

    fn weigh(&self, row: impl Iterator<Item = (u32, f32)>) -> Vec<(u32, f32)> {
        let weighted: Vec<(u32, f64)> = row
            .map(|(column, count)| (column, (1.0 + ln(f64::from(count))) * f64::from(self.idf[column as usize])))
            .filter(|(_, weight)| *weight > 0.0)
            .collect();
        let norm = weighted.iter().map(|(_, weight)| weight * weight).sum::<f64>().sqrt();
        weighted.into_iter().map(|(column, weight)| (column, (weight / norm) as f32)).collect()
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
        let tfidf = TfidfSettings { min_document_frequency: 1 }.fit(&counts);
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

    proptest! {
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
