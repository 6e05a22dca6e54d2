//! A matrix with what numpy and scikit-learn make of it.

use super::Csr;

/// What `testdata/vectors.py` wrote.
pub(super) struct Oracle {
    pub(super) matrix: Csr,
    pub(super) singular_values: Vec<f64>,
    /// The first right singular vectors.
    pub(super) right: Vec<Vec<f64>>,
    /// Row, and its nearest ones with their cosines, nearest first.
    pub(super) neighbours: Vec<(usize, Vec<(u32, f64)>)>,
}

pub(super) fn oracle() -> Oracle {
    let mut oracle = Oracle { matrix: Csr::new(48), singular_values: vec![], right: vec![], neighbours: vec![] };
    for line in include_str!("../../testdata/vectors.tsv").lines() {
        let parts: Vec<&str> = line.split('\t').collect();
        let numbers = || parts[2].split_whitespace().map(|number| number.parse().unwrap()).collect();
        let pair = |pair: &str| {
            let (column, value) = pair.split_once(':').unwrap();
            (column.parse::<u32>().unwrap(), value.parse::<f64>().unwrap())
        };
        let pairs = parts[2].split_whitespace().map(pair);
        match parts[0] {
            "row" => oracle.matrix.push_row(pairs.map(|(column, value)| (column, value as f32))),
            "singular" => oracle.singular_values = numbers(),
            "right" => oracle.right.push(numbers()),
            "neighbours" => oracle.neighbours.push((parts[1].parse().unwrap(), pairs.collect())),
            other => panic!("{other}"),
        }
    }
    oracle
}
