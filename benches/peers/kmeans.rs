//! k-means of a file of vectors, timed from the vectors in memory to centroids and clusters; what `benches/peers/kmeans.py` runs
//! beside scikit-learn's `KMeans`.
//!
//! Prints one JSON object: seconds by the clock (`wall`), of processor time over all threads (`cpu`), the highest memory of the
//! process so far (`peak_kib`), and how good the clusters are. With a folder as its last argument, writes centroids and clusters
//! into it.

#![allow(
    clippy::disallowed_methods,
    clippy::disallowed_types,
    reason = "a benchmark looks at the clock, and reads what it shares with its peers"
)]

mod process;

use canvass_analysis::clusters::{Geometry, KMeansSettings, Start};
use linfa::DatasetBase;
use linfa::traits::{Fit, Predict};
use linfa_clustering::{KMeans, KMeansInit};
use ndarray::{Array1, Array2};
use process::{Cost, peak_kib, timed};
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::Path;

const USAGE: &str = "usage: kmeans canvass|narrow|linfa|start ROWS CENTROIDS N_DIMENSIONS N_ITERATIONS [FOLDER]";

/// Centroids, the cluster of each row, and how many iterations it took.
type Found = (Array2<f32>, Vec<u32>, u32);

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [program, rows, centroids, n_dimensions, n_iterations, folder @ ..] = arguments.as_slice() else {
        return Err(USAGE.into());
    };
    let (n_dimensions, max_iterations) = (n_dimensions.parse()?, n_iterations.parse()?);
    let rows = DatasetBase::from(read(rows, n_dimensions)?);
    let start = read(centroids, n_dimensions)?;
    let n_clusters = start.nrows();
    let settings = KMeansSettings {
        start: if program == "start" { Start::PlusPlus } else { Start::Given(start.clone()) },
        n_runs: 1,
        max_iterations,
        tolerance: 0.0,
        narrow: program == "narrow",
        ..KMeansSettings::new(n_clusters, Geometry::Euclidean)
    };
    // Threads start outside the time, as an import does.
    rayon::broadcast(|_| ());

    let (found, Cost { wall, cpu }) = timed(|| -> Result<Found, Box<dyn Error>> {
        if program == "linfa" {
            let model = KMeans::params(n_clusters)
                .init_method(KMeansInit::Precomputed(start))
                .n_runs(1)
                .max_n_iterations(max_iterations.into())
                .tolerance(f32::MIN_POSITIVE)
                .fit(&rows)?;
            let clusters: Array1<usize> = model.predict(&rows);
            Ok((model.centroids().clone(), clusters.iter().map(|cluster| *cluster as u32).collect(), max_iterations))
        } else {
            let model = settings.fit(&rows)?;
            Ok((model.centroids, model.assigned, model.n_iterations))
        }
    })?;
    let (centroids, clusters, n_iterations) = found?;

    let peak_kib = peak_kib()?;
    let objective = objective(&rows.records, &centroids, &clusters);
    let n_threads = rayon::current_num_threads();
    writeln!(
        std::io::stdout(),
        "{{\"wall\": {wall}, \"cpu\": {cpu}, \"peak_kib\": {peak_kib}, \"objective\": {objective}, \
         \"n_iterations\": {n_iterations}, \"n_threads\": {n_threads}}}"
    )?;
    if let Some(folder) = folder.first() {
        let bytes: Vec<u8> = centroids.iter().flat_map(|x| x.to_le_bytes()).collect();
        fs::write(Path::new(folder).join("centroids"), bytes)?;
        let bytes: Vec<u8> = clusters.iter().flat_map(|cluster| cluster.to_le_bytes()).collect();
        fs::write(Path::new(folder).join("clusters"), bytes)?;
    }
    Ok(())
}

/// Rows of f32, little-endian, one after the other.
fn read(path: &str, n_dimensions: usize) -> Result<Array2<f32>, Box<dyn Error>> {
    let bytes = fs::read(path)?;
    let (numbers, _) = bytes.as_chunks::<4>();
    let values: Vec<f32> = numbers.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    Ok(Array2::from_shape_vec((values.len() / n_dimensions, n_dimensions), values)?)
}

/// The squared distances of the rows from the centroids of their clusters, in sum.
fn objective(rows: &Array2<f32>, centroids: &Array2<f32>, clusters: &[u32]) -> f64 {
    let mut sum = 0.0;
    for (row, cluster) in rows.outer_iter().zip(clusters) {
        let both = row.into_iter().zip(centroids.row(*cluster as usize));
        sum += both.map(|(x, c)| (f64::from(*x) - f64::from(*c)) * (f64::from(*x) - f64::from(*c))).sum::<f64>();
    }
    sum
}
