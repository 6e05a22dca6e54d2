use super::*;
use linfa::prelude::Predict;
use linfa_clustering::KMeansInit;
use ndarray::{Axis, array, concatenate};
use proptest::prelude::*;
use rand_xoshiro::rand_core::RngCore;

/// Uniform numbers from -1 to 1.
struct Uniform(Xoshiro256Plus);

impl Uniform {
    fn new(seed: u64) -> Self {
        Self(Xoshiro256Plus::seed_from_u64(seed))
    }

    fn next(&mut self) -> f32 {
        (self.0.next_u64() >> 40) as f32 / (1_u64 << 23) as f32 - 1.0
    }

    fn rows(&mut self, n_rows: usize, n_columns: usize) -> Array2<f32> {
        Array2::from_shape_fn((n_rows, n_columns), |_| self.next())
    }
}

/// Rows that scatter about as many centres as are asked for.
fn clouds(n_rows: usize, n_columns: usize, n_centres: usize, scatter: f32, seed: u64) -> Array2<f32> {
    let mut uniform = Uniform::new(seed);
    let centres = uniform.rows(n_centres, n_columns);
    Array2::from_shape_fn((n_rows, n_columns), |(i, j)| centres[[i % n_centres, j]] + scatter * uniform.next())
}

fn unit(mut rows: Array2<f32>) -> Array2<f32> {
    for mut row in rows.outer_iter_mut() {
        let length = row.iter().map(|x| f64::from(*x) * f64::from(*x)).sum::<f64>().sqrt();
        row.mapv_inplace(|x| (f64::from(x) / length) as f32);
    }
    rows
}

fn settings(n_clusters: usize, geometry: Geometry, start: Start) -> KMeansSettings {
    KMeansSettings { start, tolerance: 0.0, ..KMeansSettings::new(n_clusters, geometry) }
}

fn fit(rows: &Array2<f32>, settings: &KMeansSettings) -> KMeans {
    settings.fit(&DatasetBase::from(rows.view())).unwrap()
}

fn refusal(rows: &Array2<f32>, settings: &KMeansSettings) -> String {
    settings.fit(&DatasetBase::from(rows.view())).unwrap_err().to_string()
}

fn first_rows(rows: &Array2<f32>, n: usize) -> Start {
    Start::Given(rows.slice_axis(Axis(0), (..n).into()).to_owned())
}

fn assert_close(found: &Array2<f32>, expected: &Array2<f32>, tolerance: f32) {
    assert_eq!(found.dim(), expected.dim());
    let worst = found.iter().zip(expected).map(|(x, y)| (x - y).abs()).fold(0.0, f32::max);
    assert!(worst <= tolerance, "off by {worst}");
}

fn bits(model: &KMeans) -> (Vec<u32>, &[u32], u64, u32) {
    let centroids = model.centroids.iter().map(|x| x.to_bits()).collect();
    (centroids, &model.assigned, model.objective.to_bits(), model.n_iterations)
}

#[test]
fn scikit_learn_finds_the_same() {
    let (mut rows, mut runs) = (Vec::new(), Vec::new());
    for line in include_str!("../testdata/kmeans.tsv").lines() {
        let cells: Vec<&str> = line.split('\t').collect();
        let numbers = || cells[1..].iter().map(|x| x.parse::<f64>().unwrap()).collect::<Vec<_>>();
        match cells[0] {
            "row" => rows.extend(numbers()),
            "run" => runs.push((cells, Vec::new(), Vec::new())),
            "labels" => {
                runs.last_mut().unwrap().1 = cells[1..].iter().map(|x| x.parse().unwrap()).collect::<Vec<u32>>();
            }
            "centroid" => runs.last_mut().unwrap().2.extend(numbers()),
            _ => {}
        }
    }
    let rows = Array2::from_shape_vec((150, 4), rows.into_iter().map(|x| x as f32).collect()).unwrap();
    assert_eq!(runs.len(), 2);
    for (figures, labels, centroids) in runs {
        let (max_iterations, n_iterations): (u32, u32) = (figures[1].parse().unwrap(), figures[2].parse().unwrap());
        let inertia: f64 = figures[3].parse().unwrap();
        let model =
            fit(&rows, &KMeansSettings { max_iterations, ..settings(5, Geometry::Euclidean, first_rows(&rows, 5)) });
        assert_eq!(model.n_iterations, n_iterations);
        assert_eq!(model.is_converged, model.n_iterations < max_iterations);
        assert!((model.objective / inertia - 1.0).abs() < 1e-5, "{} {inertia}", model.objective);
        assert_eq!(model.assigned, labels);
        let centroids = centroids.into_iter().map(|x| x as f32).collect();
        assert_close(&model.centroids, &Array2::from_shape_vec((5, 4), centroids).unwrap(), 1e-5);
    }
}

/// linfa counts the old centroid among the rows of its cluster, so that its centroids come near the mean by a factor of one more
/// than the cluster has rows, each iteration: after twelve they are there.
#[test]
fn linfa_finds_the_same() {
    let rows = clouds(1000, 8, 5, 0.3, 3);
    let Start::Given(start) = first_rows(&rows, 5) else { unreachable!() };
    let dataset = DatasetBase::from(rows.clone());
    let theirs = linfa_clustering::KMeans::params_with_rng(5, Xoshiro256Plus::seed_from_u64(1))
        .init_method(KMeansInit::Precomputed(start.clone()))
        .n_runs(1)
        .max_n_iterations(12)
        .tolerance(1e-30)
        .fit(&dataset)
        .unwrap();
    let ours =
        fit(&rows, &KMeansSettings { max_iterations: 12, ..settings(5, Geometry::Euclidean, Start::Given(start)) });
    assert_close(&ours.centroids, theirs.centroids(), 1e-5);
    let labels: Array1<usize> = theirs.predict(&dataset);
    assert_eq!(ours.predict(&dataset), labels);
    assert!((ours.objective / 1000.0 - f64::from(theirs.inertia())).abs() < 1e-5);
}

/// Spherical k-means as it is written in books.
fn reference(rows: &Array2<f32>, n_clusters: usize, n_iterations: u32) -> (Vec<u32>, Array2<f32>, f64) {
    let rows = rows.mapv(f64::from);
    let mut centroids = rows.slice_axis(Axis(0), (..n_clusters).into()).to_owned();
    let nearest = |centroids: &Array2<f64>| -> Vec<u32> {
        let cosines = rows.dot(&centroids.t());
        let best =
            |row: ndarray::ArrayView1<f64>| (0..n_clusters).rev().max_by(|a, b| row[*a].total_cmp(&row[*b])).unwrap();
        cosines.outer_iter().map(|row| best(row) as u32).collect()
    };
    for _ in 0..n_iterations {
        let mut sums = Array2::zeros(centroids.dim());
        for (row, cluster) in rows.outer_iter().zip(nearest(&centroids)) {
            let mut sum = sums.row_mut(cluster as usize);
            sum += &row;
        }
        for mut sum in sums.outer_iter_mut() {
            let length = sum.dot(&sum).sqrt();
            sum /= length;
        }
        centroids = sums;
    }
    let assigned = nearest(&centroids);
    let both = rows.outer_iter().zip(&assigned);
    let objective = both.map(|(row, cluster)| 1.0 - row.dot(&centroids.row(*cluster as usize))).sum();
    (assigned, centroids.mapv(|x| x as f32), objective)
}

#[test]
fn the_reference_in_double_precision_finds_the_same() {
    let rows = unit(clouds(3000, 20, 12, 0.8, 5));
    for n_iterations in [1, 2, 3] {
        let settings = settings(12, Geometry::Spherical, first_rows(&rows, 12));
        let model = fit(&rows, &KMeansSettings { max_iterations: n_iterations, ..settings });
        assert_eq!(model.n_iterations, n_iterations);
        let (assigned, centroids, objective) = reference(&rows, 12, n_iterations);
        assert_eq!(model.assigned, assigned);
        assert_close(&model.centroids, &centroids, 1e-6);
        assert!((model.objective - objective).abs() < 1e-3, "{} {objective}", model.objective);
    }
}

#[test]
fn narrow_and_wide_registers_and_any_number_of_threads_give_the_same_bits() {
    // Rows, columns and clusters that leave a rest at every step.
    for (n_rows, n_columns, n_clusters) in [(5003, 37, 13), (2111, 100, 50), (997, 3, 4), (701, 1, 9)] {
        let mut rows = clouds(n_rows, n_columns, n_clusters, 0.9, 11);
        for geometry in [Geometry::Euclidean, Geometry::Spherical] {
            if geometry == Geometry::Spherical && n_columns > 1 {
                rows = unit(rows);
                rows.row_mut(60).fill(0.0);
            } else if geometry == Geometry::Spherical {
                continue;
            }
            for start in [Start::PlusPlus, first_rows(&rows, n_clusters)] {
                let settings = KMeansSettings { n_runs: 2, max_iterations: 9, ..settings(n_clusters, geometry, start) };
                let expected = fit(&rows, &settings);
                for narrow in [false, true] {
                    for n_threads in [1, 2, 8] {
                        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
                        let settings = KMeansSettings { narrow, ..settings.clone() };
                        let (found, predicted) = pool.install(|| {
                            let found = fit(&rows, &settings);
                            let predicted = found.predict(&rows);
                            (found, predicted)
                        });
                        assert_eq!(bits(&found), bits(&expected), "{n_threads} threads, narrow: {narrow}");
                        assert!(predicted.iter().zip(&expected.assigned).all(|(x, y)| *x == *y as usize));
                    }
                }
            }
        }
    }
}

#[test]
fn starts_on_a_sample_of_many_rows_find_what_starts_on_all_do() {
    let rows = clouds(40_000, 6, 8, 0.3, 21);
    let settings = KMeansSettings { seed: 4, ..KMeansSettings::new(8, Geometry::Euclidean) };
    let of_all = rows::Rows::new(rows.as_slice().unwrap(), 6, 8, Geometry::Euclidean).unwrap();
    let sample = start::sample(&of_all, 8, 4).unwrap();
    assert_eq!(sample.len(), 16_384 * 6);
    let expected = settings.best_run(&of_all).unwrap();
    let found = fit(&rows, &settings);
    assert!(found.objective <= 1.001 * expected.objective, "{} {}", found.objective, expected.objective);
    let pool = rayon::ThreadPoolBuilder::new().num_threads(8).build().unwrap();
    assert_eq!(bits(&pool.install(|| fit(&rows, &settings))), bits(&found));
    // Fewer rows, or more clusters, and all rows are taken.
    let few = rows::Rows::new(&rows.as_slice().unwrap()[..32_768 * 6], 6, 8, Geometry::Euclidean).unwrap();
    assert_eq!(start::sample(&few, 8, 4), None);
    assert_eq!(start::sample(&of_all, 313, 4), None);
}

#[test]
fn a_sample_too_uniform_to_start_from_gives_way_to_all_rows() {
    // Two rows of 40,000 differ from the others: hardly any sample has both.
    let mut rows = Array2::zeros((40_000, 2));
    rows[[7, 0]] = 1.0;
    rows[[30_011, 1]] = 1.0;
    for seed in 0..4 {
        let model = fit(&rows, &KMeansSettings { seed, ..KMeansSettings::new(3, Geometry::Euclidean) });
        assert!(model.objective < 1e-9);
        assert!(model.assigned[7] != model.assigned[0] && model.assigned[30_011] != model.assigned[0]);
    }
}

#[test]
fn rows_far_from_zero_are_told_apart() {
    let rows = clouds(600, 6, 4, 0.2, 9);
    let near = fit(&rows, &settings(4, Geometry::Euclidean, first_rows(&rows, 4)));
    let far = rows.mapv(|x| x + 1000.0);
    let far = fit(&far, &settings(4, Geometry::Euclidean, first_rows(&far, 4)));
    assert_eq!(near.assigned, far.assigned);
}

#[test]
fn an_empty_cluster_takes_the_row_that_fits_worst() {
    let rows = array![[0.0_f32], [1.0], [10.0], [11.0], [50.0]];
    let start = Start::Given(array![[0.5_f32], [10.5], [1000.0]]);
    let model = fit(&rows, &KMeansSettings { max_iterations: 1, ..settings(3, Geometry::Euclidean, start) });
    assert_eq!(model.assigned, [0, 0, 1, 1, 2]);
    assert_eq!(model.centroids, array![[0.5], [10.5], [50.0]]);
    assert!(!model.is_converged);
}

#[test]
fn of_rows_that_fit_equally_badly_the_first_is_taken() {
    let rows = array![[0.0_f32], [-4.0], [4.0], [0.0]];
    let start = Start::Given(array![[0.0_f32], [1000.0]]);
    let model = fit(&rows, &settings(2, Geometry::Euclidean, start));
    assert_eq!(model.assigned, [0, 1, 0, 0]);
    assert!(model.is_converged);
}

#[test]
fn equal_rows_fill_one_empty_cluster_only() {
    let rows = array![[0.0_f32], [9.0], [9.0], [9.0], [8.0], [0.5]];
    let start = Start::Given(array![[0.0_f32], [1000.0], [1000.0]]);
    let model = fit(&rows, &KMeansSettings { max_iterations: 1, ..settings(3, Geometry::Euclidean, start) });
    assert_eq!(model.centroids.column(0).to_vec()[1..], [9.0, 8.0]);
    assert_eq!(model.assigned, [0, 1, 1, 1, 2, 0]);
}

#[test]
fn as_many_clusters_as_distinct_rows_leave_nothing_over() {
    let rows = array![[3.0_f32], [1.0], [2.0], [1.0], [0.0], [-0.0]];
    let far = Array2::from_shape_fn((4, 1), |(i, _)| 100.0 + i as f32);
    for start in [Start::PlusPlus, Start::Given(far)] {
        let model = fit(&rows, &settings(4, Geometry::Euclidean, start));
        assert!(model.objective.abs() < 1e-12 && model.is_converged, "{model:?}");
        assert_eq!(model.assigned[1], model.assigned[3]);
        assert_eq!(model.assigned[4], model.assigned[5]);
    }
}

#[test]
fn rows_of_length_zero_have_no_part_in_a_centroid() {
    let rows = array![[0.0_f32, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0], [0.6, 0.8]];
    let without = array![[1.0_f32, 0.0], [0.0, 1.0], [0.6, 0.8]];
    let with = fit(&rows, &settings(2, Geometry::Spherical, first_rows(&without, 2)));
    let without = fit(&without, &settings(2, Geometry::Spherical, first_rows(&without, 2)));
    assert_eq!(with.centroids, without.centroids);
    assert!((with.objective - without.objective - 2.0).abs() < 1e-12);
    assert_eq!((with.assigned[0], with.assigned[3]), (0, 0));
    // A cluster that holds nothing else is empty, and is filled.
    let rows = array![[0.0_f32, 0.0], [0.6, 0.8], [0.0, 1.0]];
    let start = Start::Given(array![[-1.0_f32, 0.0], [0.0, 1.0]]);
    let model = fit(&rows, &settings(2, Geometry::Spherical, start));
    assert_eq!(model.assigned, [0, 0, 1]);
}

#[test]
fn a_start_takes_distinct_rows_and_none_of_length_zero() {
    let rows = unit(clouds(40, 5, 8, 0.0, 2));
    let rows = concatenate![Axis(0), Array2::zeros((3, 5)), rows];
    let model = fit(&rows, &KMeansSettings { max_iterations: 1, ..settings(8, Geometry::Spherical, Start::PlusPlus) });
    assert!(model.objective < 3.0 + 1e-5, "each of the eight rows is a centroid: {}", model.objective);
}

#[test]
fn further_runs_never_make_it_worse() {
    let rows = clouds(500, 4, 20, 0.3, 8);
    let objective =
        |n_runs| fit(&rows, &KMeansSettings { n_runs, ..settings(20, Geometry::Euclidean, Start::PlusPlus) }).objective;
    let objectives: Vec<f64> = (1..6).map(objective).collect();
    assert!(objectives.is_sorted_by(|fewer, more| more <= fewer), "{objectives:?}");
}

#[test]
fn rows_may_lie_in_any_order_in_memory() {
    let rows = clouds(90, 7, 3, 0.3, 4);
    let settings = settings(3, Geometry::Euclidean, first_rows(&rows, 3));
    let expected = fit(&rows, &settings);
    let columns = rows.t().as_standard_layout().into_owned();
    let found = settings.fit(&DatasetBase::from(columns.t())).unwrap();
    assert_eq!(found, expected);
    assert_eq!(found.predict(&rows), found.predict(&columns.t()));
    let dataset = found.predict(rows);
    assert_eq!(dataset.targets.len(), 90);
}

#[test]
fn what_cannot_be_done_is_said() {
    let rows = array![[0.0_f32, 1.0], [1.0, 0.0], [0.0, 1.0], [0.0, 0.0]];
    let new = |n| KMeansSettings::new(n, Geometry::Euclidean);
    assert_eq!(refusal(&rows, &new(4)), "euclidean cannot make 4 clusters of 4 points: there are fewer distinct rows");
    assert_eq!(
        refusal(&rows, &KMeansSettings::new(3, Geometry::Spherical)),
        "spherical cannot make 3 clusters of 4 points: there are fewer distinct rows that are not zero"
    );
    for empty in [Array2::zeros((0, 3)), Array2::zeros((3, 0))] {
        assert!(refusal(&empty, &new(1)).ends_with("there is nothing to cluster"));
    }
    for unsound in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY, 1e16] {
        let mut rows = rows.clone();
        rows[[2, 1]] = unsound;
        assert!(refusal(&rows, &new(2)).ends_with("row 2 holds a value that is not finite, or beyond 1e15"));
        let start = Start::Given(array![[0.0, 1.0], [1.0, unsound]]);
        assert!(
            refusal(&array![[0.0_f32, 1.0], [1.0, 0.0]], &KMeansSettings { start, ..new(2) })
                .ends_with("a centroid given to start from is not finite, or beyond 1e15")
        );
    }
    let given =
        |centroids| KMeansSettings { start: Start::Given(centroids), ..KMeansSettings::new(2, Geometry::Spherical) };
    assert!(
        refusal(&rows, &given(Array2::ones((2, 3))))
            .ends_with("2 centroids of 3 dimensions are given to start from, for rows of 2")
    );
    assert!(refusal(&rows, &given(array![[1.0, 0.0], [0.0, 0.0]])).ends_with("a centroid given to start from is zero"));
    assert_eq!(refusal(&rows, &new(0)), "kmeans.n_clusters is 0, but must be from 1 to 1000000");
    assert!(refusal(&rows, &KMeansSettings { n_runs: 0, ..new(2) }).starts_with("kmeans.n_runs is 0"));
    assert!(refusal(&rows, &KMeansSettings { max_iterations: 0, ..new(2) }).starts_with("kmeans.max_iterations is 0"));
    for tolerance in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(refusal(&rows, &KMeansSettings { tolerance, ..new(2) }).starts_with("kmeans.tolerance is"));
    }
}

#[test]
fn a_row_that_is_no_number_is_put_with_the_first_cluster() {
    let model = fit(&array![[5.0_f32], [1.0]], &settings(2, Geometry::Euclidean, Start::PlusPlus));
    assert_eq!(model.predict(&array![[f32::NAN]]).to_vec(), [0]);
}

#[test]
#[should_panic(expected = "rows have the dimensions that were fitted")]
fn rows_of_other_dimensions_are_not_predicted() {
    let model = fit(&array![[5.0_f32], [1.0]], &settings(2, Geometry::Euclidean, Start::PlusPlus));
    model.predict(&array![[5.0_f32, 1.0]]);
}

prop_compose! {
    fn any_rows()(n_rows in 12_usize..300, n_columns in 2_usize..20, scatter in 0.05_f32..2.0, seed: u64, is_spherical: bool)
        -> (Array2<f32>, Geometry)
    {
        let rows = clouds(n_rows, n_columns, 6, scatter, seed);
        if is_spherical { (unit(rows), Geometry::Spherical) } else { (rows, Geometry::Euclidean) }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn the_objective_never_rises((rows, geometry) in any_rows(), n_clusters in 1_usize..12) {
        let mut before = f64::INFINITY;
        for max_iterations in 1..8 {
            let start = first_rows(&rows, n_clusters);
            let model = fit(&rows, &KMeansSettings { max_iterations, ..settings(n_clusters, geometry, start) });
            prop_assert!(model.objective <= before * (1.0 + 1e-6) + 1e-4, "{} after {before}", model.objective);
            before = model.objective;
        }
    }

    #[test]
    fn every_row_is_with_its_nearest_centroid((rows, geometry) in any_rows(), n_clusters in 1_usize..12, seed: u64) {
        let start = KMeansSettings { n_runs: 1, max_iterations: 300, seed, ..settings(n_clusters, geometry, Start::PlusPlus) };
        let model = fit(&rows, &start);
        prop_assert!(model.is_converged);
        let mut counts = vec![0; n_clusters];
        for (row, cluster) in rows.outer_iter().zip(&model.assigned) {
            let fits = |centroid: ndarray::ArrayView1<f32>| {
                rows::misfit(row.as_slice().unwrap(), centroid.as_slice().unwrap(), geometry)
            };
            let own = fits(model.centroids.row(*cluster as usize));
            prop_assert!(model.centroids.outer_iter().all(|centroid| own <= fits(centroid) + 1e-5));
            counts[*cluster as usize] += 1;
        }
        prop_assert!(counts.iter().all(|count| *count > 0), "{counts:?}");
        prop_assert_eq!(model.predict(&rows).iter().map(|cluster| *cluster as u32).collect::<Vec<_>>(), model.assigned);
    }

    /// The values are whole numbers, so that sums are the same in any order.
    #[test]
    fn rows_in_another_order_are_in_the_same_clusters(n_rows in 30_usize..200, n_columns in 2_usize..6, seed: u64) {
        let rows = clouds(n_rows, n_columns, 5, 0.5, seed).mapv(|x| (1000.0 * x).round());
        let mut order: Vec<usize> = (0..n_rows).collect();
        let mut random = Xoshiro256Plus::seed_from_u64(seed);
        order.sort_by_cached_key(|_| random.next_u64());
        let settings = settings(3, Geometry::Euclidean, first_rows(&rows, 3));
        let (model, other) = (fit(&rows, &settings), fit(&rows.select(Axis(0), &order), &settings));
        prop_assert_eq!(&model.centroids, &other.centroids);
        let expected: Vec<u32> = order.iter().map(|row| model.assigned[*row]).collect();
        prop_assert_eq!(expected, other.assigned);
    }
}
