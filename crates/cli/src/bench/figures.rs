//! Figures of repeated measurements: medians, spreads, growth; and tables of them.

use serde::Serialize;

/// The median of some runs, with the least and the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub(super) struct Figure {
    pub(super) median: f64,
    pub(super) least: f64,
    pub(super) greatest: f64,
}

impl Figure {
    /// None where a run has none.
    pub(super) fn of(values: impl Iterator<Item = Option<f64>>) -> Option<Self> {
        let mut values: Vec<f64> = values.collect::<Option<_>>()?;
        values.sort_unstable_by(f64::total_cmp);
        let (least, greatest) = (*values.first()?, *values.last()?);
        let half = values.len() / 2;
        let median = if values.len() % 2 == 1 { values[half] } else { f64::midpoint(values[half - 1], values[half]) };
        Some(Self { median, least, greatest })
    }

    /// With so many decimals, and the range where there is one: "1.2 (1.1-1.4)".
    pub(super) fn told(self, decimals: usize) -> String {
        let Self { median, least, greatest } = self;
        let [median, least, greatest] = [median, least, greatest].map(|x| format!("{x:.decimals$}"));
        if least == greatest { median } else { format!("{median} ({least}-{greatest})") }
    }
}

/// By which power of the size something grows: ln(b / a) / ln(to / from).
///
/// None where nothing can be said: figures that are not above `least`, or sizes that do not grow.
pub(super) fn exponent(from: u64, a: f64, to: u64, b: f64, least: f64) -> Option<f64> {
    (a > least && b > 0.0 && from > 0 && to > from)
        .then(|| libm::log(b / a) / libm::log(to as f64 / from as f64))
        .filter(|exponent| exponent.is_finite())
}

/// Rows with their cells below each other: the first `n_left` columns to the left, the others to the right.
pub(super) fn aligned(rows: &[Vec<String>], n_left: usize) -> String {
    let n_columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..n_columns).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            if column < n_left { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

/// Rows as csv: a cell that holds a comma or a quotation mark stands in quotation marks.
pub(super) fn csv(rows: &[Vec<String>]) -> String {
    let cell = |cell: &String| {
        if cell.contains([',', '"', '\n']) { format!("\"{}\"", cell.replace('"', "\"\"")) } else { cell.clone() }
    };
    rows.iter().map(|row| row.iter().map(cell).collect::<Vec<_>>().join(",")).collect::<Vec<_>>().join("\n")
}

/// 1234567 as "1,234,567".
pub(super) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_lies_between_the_least_and_the_greatest() {
        let of = |values: &[f64]| Figure::of(values.iter().copied().map(Some)).unwrap();
        assert_eq!(of(&[3.0, 1.0, 2.0]), Figure { median: 2.0, least: 1.0, greatest: 3.0 });
        assert!((of(&[4.0, 1.0]).median - 2.5).abs() < 1e-12);
        assert_eq!(Figure::of([Some(1.0), None].into_iter()), None);
        assert_eq!(Figure::of(std::iter::empty()), None);
        assert_eq!((of(&[1.0]).told(2).as_str(), of(&[1.0, 2.0, 4.0]).told(1).as_str()), ("1.00", "2.0 (1.0-4.0)"));
    }

    #[test]
    fn growth_is_the_slope_of_the_logarithms() {
        let near = |found: Option<f64>, expected: f64| assert!((found.unwrap() - expected).abs() < 1e-9, "{found:?}");
        near(exponent(1_000, 2.0, 10_000, 20.0, 0.0), 1.0);
        near(exponent(1_000, 2.0, 10_000, 200.0, 0.0), 2.0);
        near(exponent(1_000, 5.0, 4_000, 10.0, 0.0), 0.5);
        near(exponent(1_000, 5.0, 4_000, 5.0, 0.0), 0.0);
        assert_eq!(exponent(1_000, 0.001, 10_000, 1.0, 0.01), None);
        assert_eq!(exponent(1_000, 1.0, 1_000, 2.0, 0.0), None);
    }

    #[test]
    fn tables_are_aligned_quoted_and_grouped() {
        let rows = vec![vec!["a".to_owned(), "1".to_owned()], vec!["bcd".to_owned(), "12,5".to_owned()]];
        assert_eq!(aligned(&rows, 1), "a       1\nbcd  12,5");
        assert_eq!(csv(&rows), "a,1\nbcd,\"12,5\"");
        assert_eq!([1, 999, 1_000, 1_234_567].map(grouped), ["1", "999", "1,000", "1,234,567"]);
    }
}
