//! How well the clusters that canvass finds agree with labels that people gave.
//!
//! [`read`] reads labelled sets; [`measure`] counts the terms of each, puts its texts into clusters, once for each of several
//! seeds, and compares those with the labels; [`tell`] says what came of it, and [`assignments`] which text is in which
//! cluster. Unlike a theme, a cluster holds whole texts, each text in exactly one.

mod counts;
mod error;
mod labelled;
pub mod tell;

use crate::error::Error;
use crate::pipeline::DEFAULT_SEED;
use crate::pipeline::languages::unreadable;
use crate::progress::{Observer, Stage};
use crate::report::guarded;
use canvass_analysis::clusters::{ClusterSettings, Clustering, NumberOfClusters, cluster};
use canvass_analysis::{Agreement, agreement, octaves};
use canvass_text::{Language, Resources};
use serde::Serialize;
use std::fmt;
use std::str::FromStr;

pub use canvass_analysis::clusters::ClusterAlgorithm;
pub use error::QualityError;
pub use labelled::{LabelledSet, read};

/// How many seeds each set is clustered with, where nothing else is said.
pub const N_SEEDS: usize = 3;

/// How many clusters a set is put into.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ClusterCount {
    /// As many as it has labels.
    #[default]
    AsLabelled,
    /// As many as the texts show.
    ByData,
    /// This many.
    Fixed(u32),
}

impl fmt::Display for ClusterCount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AsLabelled => f.write_str("true"),
            Self::ByData => f.write_str("auto"),
            Self::Fixed(n) => write!(f, "{n}"),
        }
    }
}

impl FromStr for ClusterCount {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "true" => Ok(Self::AsLabelled),
            "auto" => Ok(Self::ByData),
            number => number.parse().ok().filter(|n| *n >= 1).map(Self::Fixed).ok_or_else(|| {
                "must be true (as many as there are labels), auto (as many as the texts show) or a number from 1 on"
                    .into()
            }),
        }
    }
}

impl Serialize for ClusterCount {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// How labelled sets are measured.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct QualitySettings {
    /// How texts are put into clusters.
    pub algorithm: ClusterAlgorithm,
    /// Into how many.
    pub k: ClusterCount,
    /// The first of the seeds; the others follow it.
    pub seed: u64,
    /// How many seeds there are.
    pub n_seeds: usize,
}

impl Default for QualitySettings {
    fn default() -> Self {
        Self {
            algorithm: ClusterAlgorithm::default(),
            k: ClusterCount::default(),
            seed: DEFAULT_SEED,
            n_seeds: N_SEEDS,
        }
    }
}

/// A figure that was taken once for each seed.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Figure {
    /// Its mean.
    pub mean: f64,
    /// The largest less the smallest.
    pub spread: f64,
    /// For each seed.
    pub by_seed: Vec<f64>,
}

impl Figure {
    fn new(by_seed: Vec<f64>) -> Self {
        let mean = mean(&by_seed);
        let (least, most) =
            by_seed.iter().fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), x| (least.min(*x), most.max(*x)));
        Self { mean, spread: if by_seed.is_empty() { 0.0 } else { most - least }, by_seed }
    }

    /// For each seed the mean of these figures.
    fn mean_of(figures: &[&Self]) -> Self {
        let n_seeds = figures.iter().map(|figure| figure.by_seed.len()).min().unwrap_or_default();
        let at = |seed: usize| mean(&figures.iter().map(|figure| figure.by_seed[seed]).collect::<Vec<_>>());
        Self::new((0..n_seeds).map(at).collect())
    }
}

fn mean(values: &[f64]) -> f64 {
    if values.is_empty() { 0.0 } else { values.iter().sum::<f64>() / values.len() as f64 }
}

/// How well clusters agree with labels.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Scores {
    /// Normalised mutual information, 0 to 1.
    pub nmi: Figure,
    /// Adjusted Rand index, -0.5 to 1.
    pub ari: Figure,
    /// The share of texts in the one label that their cluster is matched with, 0 to 1.
    pub accuracy: Figure,
    /// Where the texts show the number of clusters: |log2(found / labels)|.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log2_k: Option<Figure>,
}

/// What came of one labelled set.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SetQuality {
    /// What it is called.
    #[serde(rename = "set")]
    pub name: String,
    /// BLAKE3 of its file, in hexadecimal.
    pub blake3: String,
    /// The language its texts were read in, an ISO 639-1 code.
    pub language: &'static str,
    /// How many texts it has.
    pub n_texts: usize,
    /// How many labels.
    pub n_labels: usize,
    /// For each seed how many clusters were found.
    pub n_clusters: Vec<u32>,
    /// For each seed how many texts the algorithm left out. In the scores they are one further cluster.
    pub n_left_out: Vec<usize>,
    /// How well the clusters agree with the labels.
    #[serde(flatten)]
    pub scores: Scores,
    /// For each text its cluster with the first seed; one past the last cluster for those left out.
    #[serde(skip)]
    pub assigned: Vec<u32>,
}

/// What came of all labelled sets.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Quality {
    /// What the fields mean: raised when they change.
    pub schema: &'static str,
    /// That of canvass.
    pub version: &'static str,
    /// How texts were put into clusters.
    pub algorithm: ClusterAlgorithm,
    /// Into how many.
    pub k: ClusterCount,
    /// The seeds.
    pub seeds: Vec<u64>,
    /// For each set, in the order given.
    pub sets: Vec<SetQuality>,
    /// The mean over the sets, each counting alike.
    pub mean: Scores,
}

/// Puts the texts of each set into clusters, and compares these with the labels.
///
/// # Guarantees
/// The same result at any thread count.
///
/// # Errors
/// [`QualityError::TooFewTexts`] before anything is clustered; [`QualityError::Refused`] if the algorithm refuses a set.
pub fn measure(sets: &[LabelledSet], settings: &QualitySettings, observer: &dyn Observer) -> Result<Quality, Error> {
    for set in sets {
        if let ClusterCount::Fixed(n_clusters) = settings.k
            && n_clusters as usize > set.texts.len()
        {
            let (file, n_texts) = (set.source.file.to_string(), set.texts.len());
            return Err(QualityError::TooFewTexts { file, n_texts, n_clusters }.into());
        }
    }
    let resources = Resources::load()?;
    let seeds: Vec<u64> = (0..settings.n_seeds as u64).map(|further| settings.seed.wrapping_add(further)).collect();
    let n_clusterings = (sets.len() * seeds.len()) as u64;
    observer.begin(Stage::Clusters, Some(n_clusterings));
    let mut measured = Vec::with_capacity(sets.len());
    for set in sets {
        measured.push(measure_set(set, settings, &seeds, &resources, observer)?);
    }
    observer.end(Stage::Clusters, n_clusterings);
    let mean = mean_scores(&measured);
    Ok(Quality {
        schema: "canvass-quality-1",
        version: env!("CARGO_PKG_VERSION"),
        algorithm: settings.algorithm,
        k: settings.k,
        seeds,
        sets: measured,
        mean,
    })
}

fn measure_set(
    set: &LabelledSet,
    settings: &QualitySettings,
    seeds: &[u64],
    resources: &Resources,
    observer: &dyn Observer,
) -> Result<SetQuality, Error> {
    let (language, shown, n_looked_at) = counts::language(&set.texts, resources);
    note_unreadable(set, language, (&shown, n_looked_at), observer);
    let counts = counts::counts(&set.texts, language, resources);
    let n_labels = set.label_names.len();
    let n_clusters = match settings.k {
        ClusterCount::AsLabelled => NumberOfClusters::Fixed(n_labels as u32),
        ClusterCount::ByData => NumberOfClusters::ByData,
        ClusterCount::Fixed(n) => NumberOfClusters::Fixed(n),
    };
    let cluster_settings = ClusterSettings { algorithm: settings.algorithm, n_clusters, ..ClusterSettings::default() };
    let mut clusterings: Vec<Clustering> = Vec::with_capacity(seeds.len());
    for seed in seeds {
        let clustering = cluster(&counts, &cluster_settings, *seed)
            .map_err(|source| QualityError::Refused { file: set.source.file.to_string(), source })?;
        clusterings.push(clustering);
        observer.advance(Stage::Clusters, 1);
    }
    let assigned: Vec<Vec<u32>> = clusterings.iter().map(numbered).collect();
    let agreements: Vec<Agreement> = assigned.iter().map(|assigned| agreement(&set.labels, assigned)).collect();
    let figure = |of: &dyn Fn(&Agreement) -> f64| Figure::new(agreements.iter().map(of).collect());
    let n_clusters: Vec<u32> = clusterings.iter().map(|clustering| clustering.n_clusters).collect();
    let off = |found: &u32| octaves(*found, n_labels as u32);
    let log2_k = (settings.k == ClusterCount::ByData).then(|| Figure::new(n_clusters.iter().map(off).collect()));
    let left_out = |clustering: &Clustering| clustering.assigned.iter().filter(|cluster| cluster.is_none()).count();
    Ok(SetQuality {
        name: set.name.clone(),
        blake3: set.source.blake3.clone(),
        language: language.code(),
        n_texts: set.texts.len(),
        n_labels,
        n_clusters,
        n_left_out: clusterings.iter().map(left_out).collect(),
        scores: Scores {
            nmi: figure(&|agreement| agreement.nmi),
            ari: figure(&|agreement| agreement.ari),
            accuracy: figure(&|agreement| agreement.accuracy),
            log2_k,
        },
        assigned: assigned.into_iter().next().unwrap_or_default(),
    })
}

/// For each text its cluster; those left out are in one further cluster.
fn numbered(clustering: &Clustering) -> Vec<u32> {
    clustering.assigned.iter().map(|cluster| cluster.unwrap_or(clustering.n_clusters)).collect()
}

fn mean_scores(sets: &[SetQuality]) -> Scores {
    let mean_of = |of: &dyn Fn(&Scores) -> &Figure| {
        let figures: Vec<&Figure> = sets.iter().map(|set| of(&set.scores)).collect();
        Figure::mean_of(&figures)
    };
    let off: Vec<&Figure> = sets.iter().filter_map(|set| set.scores.log2_k.as_ref()).collect();
    Scores {
        nmi: mean_of(&|scores| &scores.nmi),
        ari: mean_of(&|scores| &scores.ari),
        accuracy: mean_of(&|scores| &scores.accuracy),
        log2_k: (!off.is_empty()).then(|| Figure::mean_of(&off)),
    }
}

/// Tells the user where every other text or more of those looked at is in a language that canvass cannot read.
fn note_unreadable(
    set: &LabelledSet,
    read_in: Language,
    (shown, n_texts): (&[Language], usize),
    observer: &dyn Observer,
) {
    for (language, n) in unreadable(shown.iter().copied(), n_texts) {
        let file = &set.source.file;
        let message = format!(
            "{file}: {n} of {n_texts} texts are in {language}, which canvass has no resources for: read in {read_in}"
        );
        observer.note(Stage::Clusters, &message);
    }
}

/// For each set the table of its clusters with the first seed: its name, and the bytes of a csv of `id,cluster`.
///
/// Clusters count from 0; texts left out have one past the last. Ids that a spreadsheet would run as a formula are guarded,
/// numbers are not.
pub fn assignments(sets: &[LabelledSet], quality: &Quality) -> Vec<(String, Vec<u8>)> {
    let tables = sets.iter().zip(&quality.sets).map(|(set, measured)| {
        let mut table = csv::Writer::from_writer(ASSIGNMENTS_HEADER.to_vec());
        for (id, cluster) in set.ids.iter().zip(&measured.assigned) {
            let id = if id.parse::<f64>().is_ok() { id.into() } else { guarded(id) };
            // Writing to memory does not fail.
            let _ = table.write_record([id.as_bytes(), cluster.to_string().as_bytes()]);
        }
        (assignments_name(set), table.into_inner().unwrap_or_default())
    });
    tables.collect()
}

/// The first line of a table of clusters.
pub(crate) const ASSIGNMENTS_HEADER: &[u8] = b"id,cluster\n";

/// What the table of a set's clusters is called.
pub(crate) fn assignments_name(set: &LabelledSet) -> String {
    format!("{}.csv", set.name)
}
