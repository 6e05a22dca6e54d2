//! What every algorithm keeps, whatever it is given.

use super::*;
use linfa::dataset::Records;
use linfa::traits::{Predict, PredictInplace};
use ndarray::Array1;

/// The algorithms under contract: all of them. Another one is a line in [`fitted`].
const BUILT: [ClusterAlgorithm; 9] = ClusterAlgorithm::ALL;

/// Those that are told how many clusters to make.
fn told() -> impl Iterator<Item = ClusterAlgorithm> {
    BUILT.into_iter().filter(|algorithm| *algorithm != ClusterAlgorithm::LinfaDbscan)
}

fn clustered(counts: &Csr, algorithm: ClusterAlgorithm, n: u32) -> Result<Clustering, AnalysisError> {
    let settings = ClusterSettings { algorithm, n_clusters: NumberOfClusters::Fixed(n), dimensions: 20 };
    cluster(counts, &settings, 7)
}

/// A model's clusters of the rows that it was fitted on, and what it predicts for some of them.
struct Fitted {
    assigned: Vec<Option<usize>>,
    predict: Box<Predicts>,
}

/// For the places of some rows their clusters.
type Predicts = dyn Fn(&[usize]) -> Vec<Option<usize>>;

/// Fits each algorithm on what [`cluster`] would give it.
fn fitted(counts: &Csr, algorithm: ClusterAlgorithm, n_clusters: usize) -> Fitted {
    let (counts, weighted, rows) = telling(counts);
    let groups: Vec<u32> = (0..rows.len() as u32).collect();
    let (counts, weighted, prepared) = (&counts, &weighted, OnceCell::new());
    let input = Input { counts, weighted, groups: &groups, algorithm, n_clusters, dimensions: 20, seed: 7, prepared };
    match algorithm {
        ClusterAlgorithm::Gsdmm => {
            let model = GsdmmSettings { n_clusters, seed: 7, ..Default::default() };
            on_terms(&model, input.counts, input.counts, |model| model.assigned().clone())
        }
        ClusterAlgorithm::Nmf => {
            let model = NmfSettings { n_clusters, seed: 7, ..Default::default() };
            on_terms(&model, input.weighted, input.weighted, |model| model.assigned().clone())
        }
        ClusterAlgorithm::LinfaKmeans => {
            let model = LinfaKmeansSettings { n_clusters, seed: 7, ..Default::default() };
            on_vectors(&model, &input, |model| model.assigned().mapv(Some))
        }
        ClusterAlgorithm::LinfaGmm => {
            let model = LinfaGmmSettings { n_clusters, seed: 7, ..Default::default() };
            on_vectors(&model, &input, |model| model.assigned().mapv(Some))
        }
        ClusterAlgorithm::LinfaDbscan => {
            on_vectors(&LinfaDbscanSettings::default(), &input, |model| model.assigned().clone())
        }
        ClusterAlgorithm::Spherical | ClusterAlgorithm::Euclidean => {
            let spherical = algorithm == ClusterAlgorithm::Spherical;
            let geometry = if spherical { Geometry::Spherical } else { Geometry::Euclidean };
            let settings = KMeansSettings { seed: 7, ..KMeansSettings::new(n_clusters, geometry) };
            on_vectors(&settings, &input, |model| {
                model.assigned.iter().map(|cluster| Some(*cluster as usize)).collect()
            })
        }
        ClusterAlgorithm::Consensus | ClusterAlgorithm::Smoothed => {
            let is_one_run = algorithm == ClusterAlgorithm::Smoothed;
            let settings = ConsensusSettings { n_clusters, is_one_run, seed: 7 };
            on_terms(&settings, input.prepared(), input.weighted, |model| model.assigned().clone())
        }
    }
}

/// Fitted on `records`, predicts rows of `matrix`.
fn on_terms<S, M, R>(settings: &S, records: R, matrix: &Csr, assigned: impl Fn(&M) -> Array1<usize>) -> Fitted
where
    R: Records,
    S: Fit<R, (), AnalysisError, Object = M>,
    M: PredictInplace<Csr, Array1<usize>> + 'static,
{
    let model = settings.fit(&DatasetBase::new(records, ())).unwrap();
    let assigned = assigned(&model).iter().map(|cluster| Some(*cluster)).collect();
    let matrix = matrix.clone();
    let predict = move |rows: &[usize]| {
        let found: Array1<usize> = model.predict(&DatasetBase::new(matrix.selected(rows), ()));
        found.iter().map(|cluster| Some(*cluster)).collect()
    };
    Fitted { assigned, predict: Box::new(predict) }
}

/// Of algorithms that may leave rows out and such that may not: `T` is the type of what they predict.
fn on_vectors<S, M, T>(settings: &S, input: &Input<'_>, assigned: impl Fn(&M) -> Array1<Option<usize>>) -> Fitted
where
    S: Fit<Array2<f32>, (), AnalysisError, Object = M>,
    M: PredictInplace<Array2<f32>, Array1<T>> + 'static,
    T: Copy + Into<Option<usize>>,
{
    let (vectors, rows) = input.vectors(input.dimensions);
    assert_eq!(rows.len(), input.counts.n_rows(), "every row has a vector here");
    let data = DatasetBase::new(vectors, ());
    let model = settings.fit(&data).unwrap();
    let assigned = assigned(&model).to_vec();
    let predict = move |rows: &[usize]| {
        let found: Array1<T> = model.predict(&data.records.select(Axis(0), rows));
        found.iter().map(|cluster| (*cluster).into()).collect()
    };
    Fitted { assigned, predict: Box::new(predict) }
}

/// Rows of three subjects in turns: five words of the subject's eight, and one of sixteen that all share.
fn three_subjects(n_rows: u32) -> Csr {
    // As good as drawn.
    let mixed = |x: u32| {
        let x = (x + 1).wrapping_mul(0x9E37_79B9);
        let x = (x ^ (x >> 16)).wrapping_mul(0x85EB_CA6B);
        x ^ (x >> 13)
    };
    let rows: Vec<Vec<u32>> = (0..n_rows)
        .map(|row| {
            (0..5).map(|j| 8 * (row % 3) + mixed(8 * row + j) % 8).chain([24 + mixed(8 * row + 5) % 16]).collect()
        })
        .collect();
    Csr::from_terms(&rows, 40)
}

/// What holds for every result.
fn check_shape(found: &Clustering, n_rows: usize, algorithm: ClusterAlgorithm) {
    assert_eq!(found.assigned.len(), n_rows, "{algorithm:?}");
    let mut sizes = vec![(0, usize::MAX); found.n_clusters as usize];
    for (row, cluster) in found.assigned.iter().enumerate() {
        if let Some(cluster) = cluster {
            let (size, first) = &mut sizes[*cluster as usize];
            (*size, *first) = (*size + 1, row.min(*first));
        }
    }
    assert!(sizes.iter().all(|(size, _)| *size > 0), "{algorithm:?}: {sizes:?}");
    let in_order = |a: &(usize, usize), b: &(usize, usize)| a.0 > b.0 || (a.0 == b.0 && a.1 < b.1);
    assert!(sizes.is_sorted_by(in_order), "{algorithm:?}: {sizes:?}");
    if algorithm != ClusterAlgorithm::LinfaDbscan && found.n_clusters > 0 {
        assert!(found.assigned.iter().all(Option::is_some), "{algorithm:?}");
    }
}

/// Whether it went well, or was refused with a reason; never anything else.
fn check_any(result: Result<Clustering, AnalysisError>, n_rows: usize, algorithm: ClusterAlgorithm) {
    match result {
        Ok(found) => check_shape(&found, n_rows, algorithm),
        Err(AnalysisError::Clustering { .. }) => {}
        Err(other) => panic!("{algorithm:?}: {other}"),
    }
}

/// Adjusted Rand index of the clusters and the subjects the rows were planted for.
fn agreement(found: &Clustering) -> f64 {
    let clusters: Vec<u32> = found.assigned.iter().map(|cluster| cluster.unwrap_or(found.n_clusters)).collect();
    let subjects: Vec<u32> = (0..clusters.len() as u32).map(|row| row % 3).collect();
    crate::agreement(&clusters, &subjects).ari
}

/// Whether no cluster holds rows of two subjects.
fn never_mixes(found: &Clustering) -> bool {
    let mut subjects = vec![None; found.n_clusters as usize];
    let clustered = found.assigned.iter().enumerate().filter_map(|(row, cluster)| Some((row % 3, (*cluster)?)));
    clustered.into_iter().all(|(subject, cluster)| *subjects[cluster as usize].get_or_insert(subject) == subject)
}

#[test]
fn no_rows_and_blank_rows_are_in_no_cluster() {
    for algorithm in BUILT {
        for (counts, n_rows) in
            [(Csr::new(0), 0), (Csr::new(5), 0), (Csr::from_terms(&vec![Vec::<u32>::new(); 9], 5), 9)]
        {
            let found = clustered(&counts, algorithm, 3).unwrap();
            assert_eq!((found.n_clusters, found.assigned), (0, vec![None; n_rows]), "{algorithm:?}");
        }
    }
}

#[test]
fn rows_that_share_no_term_are_in_no_cluster() {
    for algorithm in BUILT {
        for rows in [vec![vec![0, 1]], vec![vec![0], vec![1], vec![2, 3]]] {
            let found = clustered(&Csr::from_terms(&rows, 4), algorithm, 1).unwrap();
            assert_eq!((found.n_clusters, found.assigned), (0, vec![None; rows.len()]), "{algorithm:?}");
        }
    }
}

#[test]
fn rows_all_alike_are_one_cluster() {
    let counts = Csr::from_terms(&vec![vec![0, 1]; 40], 2);
    for algorithm in BUILT {
        let found = clustered(&counts, algorithm, 1).unwrap();
        assert_eq!((found.n_clusters, found.assigned), (1, vec![Some(0); 40]), "{algorithm:?}");
        check_any(clustered(&counts, algorithm, 3), 40, algorithm);
    }
}

#[test]
fn more_clusters_than_rows_with_terms_are_refused_with_both_numbers() {
    let counts = Csr::from_terms(&[vec![0, 1], vec![0], vec![], vec![1], vec![2]], 3);
    for algorithm in told() {
        let refused = clustered(&counts, algorithm, 4).unwrap_err().to_string();
        let expected = format!("{} cannot make 4 clusters of 3 points: ", algorithm.name());
        assert!(refused.starts_with(&expected), "{refused}");
        check_any(clustered(&counts, algorithm, 3), 5, algorithm);
    }
}

#[test]
fn one_cluster_holds_all_rows() {
    for algorithm in told() {
        let found = clustered(&three_subjects(90), algorithm, 1).unwrap();
        assert_eq!((found.n_clusters, found.assigned), (1, vec![Some(0); 90]), "{algorithm:?}");
    }
}

#[test]
fn blank_rows_are_in_the_largest_cluster_or_left_out() {
    let subjects = three_subjects(150);
    let mut counts = Csr::new(40);
    for row in 0..150 {
        // Rows 0, 5, 10, … of all.
        if row % 4 == 0 {
            counts.push_row([]);
        }
        counts.push_row(subjects.row(row));
    }
    for algorithm in BUILT {
        let found = clustered(&counts, algorithm, 3).unwrap();
        check_shape(&found, 188, algorithm);
        let expected = if algorithm == ClusterAlgorithm::LinfaDbscan { None } else { Some(0) };
        assert!((0..188).step_by(5).all(|row| found.assigned[row] == expected), "{algorithm:?}");
    }
}

#[test]
fn subjects_with_words_of_their_own_are_found() {
    for algorithm in BUILT {
        let found = clustered(&three_subjects(300), algorithm, 3).unwrap();
        check_shape(&found, 300, algorithm);
        // DBSCAN takes a subject for several clusters, but never mixes them, and half of the rows are in one.
        if algorithm == ClusterAlgorithm::LinfaDbscan {
            assert!(found.assigned.iter().flatten().count() >= 150);
            assert!(found.n_clusters >= 3 && never_mixes(&found), "{found:?}");
        } else {
            assert!(agreement(&found) > 0.95, "{algorithm:?}: {}", agreement(&found));
        }
    }
}

#[test]
fn the_thread_count_changes_nothing() {
    let counts = three_subjects(3000);
    for algorithm in BUILT {
        let at = |n_threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
            pool.install(|| clustered(&counts, algorithm, 4))
        };
        let one = at(1);
        assert!(one.is_ok(), "{algorithm:?}: {one:?}");
        assert_eq!(one, at(2), "{algorithm:?}");
        assert_eq!(one, at(8), "{algorithm:?}");
        assert_eq!(one, at(1), "{algorithm:?}");
    }
}

#[test]
fn predictions_agree_with_the_fit_and_do_not_depend_on_the_batch() {
    let counts = three_subjects(600);
    for algorithm in BUILT {
        let Fitted { assigned, predict } = fitted(&counts, algorithm, 3);
        let all: Vec<usize> = (0..600).collect();
        let predicted = predict(&all);
        let n_same = assigned.iter().zip(&predicted).filter(|(a, b)| a == b).count();
        assert!(n_same >= 590, "{algorithm:?}: {n_same} of 600");
        for row in (0..600).step_by(37) {
            assert_eq!(predict(&[row]), [predicted[row]], "{algorithm:?}");
        }
        let reversed: Vec<usize> = all.iter().rev().copied().collect();
        assert!(predict(&reversed).iter().rev().eq(&predicted), "{algorithm:?}");
        assert_eq!(predict(&[]), [], "{algorithm:?}");
    }
}

#[test]
fn a_very_long_row_and_a_very_large_count_are_no_fault() {
    let mut rows: Vec<Vec<u32>> =
        (0..60_u32).map(|row| (0..8).map(|j| (row * 167 + j * j) % 10_000).collect()).collect();
    rows.push((0..10_000).collect());
    let long = Csr::from_terms(&rows, 10_000);
    let subjects = three_subjects(60);
    let mut large = Csr::new(40);
    for row in 0..60 {
        let factor = if row % 7 == 0 { 1e9 } else { 1.0 };
        large.push_row(subjects.row(row).map(|(term, count)| (term, factor * count)));
    }
    for algorithm in BUILT {
        check_any(clustered(&long, algorithm, 3), 61, algorithm);
        check_any(clustered(&large, algorithm, 3), 60, algorithm);
    }
}
