//! linfa's k-means, DBSCAN and Gaussian mixture.
//!
//! They are there to compare with. Each takes `n_points × n_dimensions` reduced vectors and works in f64. linfa panics where it is
//! given what it cannot use, so everything is looked at before: what it could not do is an error with a reason.

mod dbscan;
mod gmm;
mod kmeans;

use crate::error::AnalysisError;
use ndarray::{Array2, Axis, Slice};
use rayon::prelude::*;
use std::slice::ChunksExact;

pub use dbscan::{LinfaDbscan, LinfaDbscanSettings};
pub use gmm::{LinfaGmm, LinfaGmmSettings};
pub use kmeans::{LinfaKmeans, LinfaKmeansSettings};

/// Rows a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 64;
/// Sums that a distance is made of, so that the processor can work on several at once.
const LANES: usize = 8;

/// Makes errors of reasons.
fn refusal(algorithm: &'static str, n_clusters: usize, n_points: usize) -> impl Fn(String) -> AnalysisError {
    move |reason| AnalysisError::Clustering { algorithm, n_clusters, n_points, reason }
}

/// What of the vectors linfa could not use.
fn looked_at(vectors: &Array2<f64>, n_clusters: usize, max_rows: usize) -> Result<(), String> {
    if vectors.nrows() < n_clusters {
        Err("there are fewer points with a term".to_owned())
    } else if vectors.nrows() > max_rows {
        Err(format!("it takes {max_rows} points at most"))
    } else if vectors.ncols() == 0 {
        Err("the points have no dimension".to_owned())
    } else if vectors.iter().any(|x| !x.is_finite()) {
        Err("a value is not finite".to_owned())
    } else {
        Ok(())
    }
}

/// The first dimensions, row after row, in f64: there no distance between vectors of f32 passes the largest number.
fn leading(vectors: &Array2<f32>, n_dimensions: usize) -> Array2<f64> {
    let leading = vectors.slice_axis(Axis(1), Slice::from(..vectors.ncols().min(n_dimensions)));
    leading.mapv(f64::from).as_standard_layout().into_owned()
}

/// The rows of vectors that lie row after row.
fn rows(vectors: &Array2<f64>) -> ChunksExact<'_, f64> {
    vectors.as_slice().unwrap_or_default().chunks_exact(vectors.ncols().max(1))
}

/// What `each` makes of every row, in their order.
fn of_rows<T: Send>(vectors: &Array2<f64>, each: impl Fn(&[f64]) -> T + Sync) -> Vec<T> {
    let vectors: Vec<&[f64]> = rows(vectors).collect();
    let chunks: Vec<Vec<T>> =
        vectors.par_chunks(CHUNK).map(|vectors| vectors.iter().map(|row| each(row)).collect()).collect();
    chunks.into_iter().flatten().collect()
}

/// The square of the distance between two points.
fn square_distance(one: &[f64], other: &[f64]) -> f64 {
    let mut sums = [0.0; LANES];
    let (ones, others) = (one.chunks_exact(LANES), other.chunks_exact(LANES));
    let rest = ones.remainder().iter().zip(others.remainder()).map(|(x, y)| (x - y) * (x - y)).sum::<f64>();
    for (one, other) in ones.zip(others) {
        for (sum, (x, y)) in sums.iter_mut().zip(one.iter().zip(other)) {
            *sum += (x - y) * (x - y);
        }
    }
    sums.iter().sum::<f64>() + rest
}

/// The place of the nearest row and the square of its distance; the first of several.
fn nearest_to(row: &[f64], others: &Array2<f64>) -> Option<(usize, f64)> {
    let distances = rows(others).map(|other| square_distance(row, other));
    distances.enumerate().min_by(|(_, one), (_, other)| one.total_cmp(other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use linfa::DatasetBase;
    use linfa::traits::{Fit, Predict};
    use std::fmt::Debug;

    /// Points around three corners, each moved a little, and one far from all.
    fn corners() -> Array2<f32> {
        Array2::from_shape_fn((61, 3), |(row, column)| {
            let moved = ((row * 7 + column * 5) % 11) as f32 / 100.0;
            if row == 60 { -5.0 } else { f32::from(u8::from(row % 3 == column)) + moved }
        })
    }

    fn dataset(vectors: Array2<f32>) -> DatasetBase<Array2<f32>, ()> {
        DatasetBase::new(vectors, ())
    }

    fn kmeans(n_clusters: usize) -> LinfaKmeansSettings {
        LinfaKmeansSettings { n_clusters, ..LinfaKmeansSettings::default() }
    }

    fn gmm(n_clusters: usize) -> LinfaGmmSettings {
        LinfaGmmSettings { n_clusters, ..LinfaGmmSettings::default() }
    }

    #[test]
    fn corners_are_found_and_a_point_apart_is_in_no_cluster_of_dbscan() {
        let settings = LinfaDbscanSettings { tolerance: Some(0.3), ..LinfaDbscanSettings::default() };
        let model = settings.fit(&dataset(corners())).unwrap();
        assert_eq!((model.n_clusters(), model.assigned()[60]), (3, None));
        assert!((0..60).all(|row| model.assigned()[row] == Some(row % 3)), "{model:?}");
        assert_eq!(model.predict(&dataset(corners())), *model.assigned());
        // Four clusters: the point apart is one.
        let model = kmeans(4).fit(&dataset(corners())).unwrap();
        assert!((0..60).all(|row| model.assigned()[row] == model.assigned()[row % 3]) && model.is_converged());
        assert_eq!(model.predict(&dataset(corners())), *model.assigned());
        let model = gmm(4).fit(&dataset(corners())).unwrap();
        assert!((0..60).all(|row| model.assigned()[row] == model.assigned()[row % 3]));
        assert_eq!(model.predict(&dataset(corners())), *model.assigned());
    }

    #[test]
    fn half_of_the_rows_have_enough_neighbours_within_the_tolerance() {
        // Points at 0, 1, 2, … and far apart beyond: the third nearest, the point itself counted, is 1 away inside the line.
        let line = Array2::from_shape_fn((40, 1), |(row, _)| if row < 30 { row as f32 } else { (row * 100) as f32 });
        let model = LinfaDbscanSettings { min_points: 3, tolerance: None }.fit(&dataset(line)).unwrap();
        assert!((model.tolerance() - 1.0).abs() < 1e-6, "{}", model.tolerance());
        assert_eq!((model.n_clusters(), model.assigned().iter().flatten().count()), (1, 30));
    }

    #[test]
    fn few_iterations_do_not_come_to_rest() {
        let spread = Array2::from_shape_fn((400, 2), |(row, column)| ((row * (7 + column)) % 97) as f32);
        let settings = LinfaKmeansSettings { max_iterations: 1, n_runs: 1, ..kmeans(7) };
        assert!(!settings.fit(&dataset(spread)).unwrap().is_converged());
    }

    #[test]
    fn a_point_far_from_all_clusters_is_in_one_of_a_mixture() {
        let model = gmm(3).fit(&dataset(corners())).unwrap();
        assert!(model.predict(&dataset(Array2::from_elem((1, 3), 3e38)))[0] < 3);
    }

    /// Each algorithm on the same vectors; what the refusals say.
    fn refusals<E>(vectors: &Array2<f32>, n_clusters: usize, also: E) -> Vec<String>
    where
        E: Fn(&DatasetBase<Array2<f32>, ()>) -> Option<String>,
    {
        fn said<T: Debug>(result: Result<T, AnalysisError>) -> Option<String> {
            result.err().map(|error| error.to_string())
        }
        let data = dataset(vectors.clone());
        [said(kmeans(n_clusters).fit(&data)), said(gmm(n_clusters).fit(&data)), also(&data)]
            .into_iter()
            .flatten()
            .collect()
    }

    #[test]
    fn what_linfa_cannot_use_is_refused_with_the_reason() {
        let none = |_: &DatasetBase<Array2<f32>, ()>| None;
        let dbscan = |data: &DatasetBase<Array2<f32>, ()>| {
            LinfaDbscanSettings::default().fit(data).err().map(|error| error.to_string())
        };
        let all = |vectors: &Array2<f32>, n, reason: &str, expected: usize| {
            let refusals = refusals(vectors, n, dbscan);
            assert!(refusals.len() == expected && refusals.iter().all(|said| said.ends_with(reason)), "{refusals:?}");
        };
        for value in [f32::NAN, f32::INFINITY] {
            let mut vectors = corners();
            vectors[[7, 1]] = value;
            all(&vectors, 2, "a value is not finite", 3);
        }
        all(&Array2::zeros((5, 0)), 2, "the points have no dimension", 3);
        all(&Array2::zeros((50_001, 1)), 2, "points at most", 3);
        all(&Array2::zeros((0, 4)), 1, "clusters of 0 points: there are fewer points with a term", 2);
        all(&corners(), 62, "62 clusters of 61 points: there are fewer points with a term", 2);
        assert_eq!(refusals(&corners(), 0, none).len(), 2);
    }

    #[test]
    fn points_all_alike_are_no_fault_or_are_refused() {
        for value in [0.0, 1.0, -3e38] {
            let data = dataset(Array2::from_elem((3000, 4), value));
            assert_eq!(kmeans(1).fit(&data).unwrap().assigned().sum(), 0);
            assert_eq!(gmm(1).fit(&data).map_or(0, |model| model.assigned().sum()), 0);
            assert_eq!(kmeans(3).fit(&data).unwrap().assigned().sum(), 0);
            assert!(gmm(3).fit(&data).unwrap_err().to_string().ends_with("a cluster lost all its points"));
            let model = LinfaDbscanSettings::default().fit(&data).unwrap();
            assert!(model.n_clusters() == 1 && model.assigned().iter().all(|cluster| *cluster == Some(0)));
        }
    }

    #[test]
    fn hostile_numbers_do_not_panic() {
        let hostile = Array2::from_shape_fn((40, 3), |(row, column)| match (row + column) % 5 {
            0 => 3e38,
            1 => -3e38,
            2 => 1e-45,
            _ => row as f32,
        });
        assert!(kmeans(5).fit(&dataset(hostile.clone())).is_ok());
        assert!(LinfaDbscanSettings::default().fit(&dataset(hostile.clone())).is_ok());
        // Whether it is fitted does not matter here.
        let _ = gmm(5).fit(&dataset(hostile)).map(|model| model.assigned().len());
    }

    #[test]
    fn settings_out_of_bounds_are_named() {
        let said = |error: AnalysisError| error.to_string();
        let data = dataset(corners());
        let settings = LinfaKmeansSettings { n_runs: 0, ..kmeans(2) };
        assert_eq!(said(settings.fit(&data).unwrap_err()), "linfa-kmeans.n_runs is 0, but must be at least 1");
        let settings = LinfaDbscanSettings { min_points: 1, tolerance: None };
        assert_eq!(said(settings.fit(&data).unwrap_err()), "linfa-dbscan.min_points is 1, but must be at least 2");
        let settings = LinfaDbscanSettings { tolerance: Some(f64::NAN), ..settings };
        assert!(settings.fit(&data).is_err());
        let settings = LinfaGmmSettings { tolerance: 0.0, ..gmm(2) };
        assert_eq!(said(settings.fit(&data).unwrap_err()), "linfa-gmm.tolerance is 0, but must be above 0");
    }
}
