//! What a measurement came to, as text for people, as JSON and as csv.

use super::{ClusterCount, Figure, Quality, Scores, SetQuality};
use crate::report::{Table, decimal};

/// For people: a line a set, then the mean over the sets where there are several.
pub fn text(quality: &Quality) -> String {
    let mut header = vec!["set", "texts", "labels", "clusters", "NMI", "ARI", "accuracy"];
    if quality.mean.log2_k.is_some() {
        header.push("|log2 k|");
    }
    let mut rows = vec![header.into_iter().map(str::to_owned).collect::<Vec<_>>()];
    for set in &quality.sets {
        let mut row = vec![set.name.clone(), set.n_texts.to_string(), set.n_labels.to_string(), range(&set.n_clusters)];
        row.extend(told(&set.scores));
        rows.push(row);
    }
    if quality.sets.len() > 1 {
        let mut row = vec!["mean".to_owned(), String::new(), String::new(), String::new()];
        row.extend(told(&quality.mean));
        rows.push(row);
    }
    let k = match quality.k {
        ClusterCount::AsLabelled => "as many clusters as labels".to_owned(),
        ClusterCount::ByData => "as many clusters as the texts show".to_owned(),
        ClusterCount::Fixed(1) => "1 cluster".to_owned(),
        ClusterCount::Fixed(n) => format!("{n} clusters"),
    };
    let seeds: Vec<String> = quality.seeds.iter().map(u64::to_string).collect();
    let algorithm = quality.algorithm.name();
    let mut lines = vec![format!("{algorithm}, {k}; mean (spread) over the seeds {}", seeds.join(", ")), String::new()];
    lines.extend(aligned(&rows));
    let notes: Vec<String> = quality.sets.iter().filter_map(note).collect();
    if !notes.is_empty() {
        lines.push(String::new());
        lines.extend(notes);
    }
    lines.join("\n")
}

/// The scores of a line.
fn told(scores: &Scores) -> impl Iterator<Item = String> + '_ {
    let all = [&scores.nmi, &scores.ari, &scores.accuracy].into_iter().chain(&scores.log2_k);
    all.map(|Figure { mean, spread, .. }| format!("{mean:.4} ({spread:.4})"))
}

/// "21", or "18-21" where the seeds differ.
fn range(counts: &[u32]) -> String {
    let (least, most) = (counts.iter().min().copied().unwrap_or(0), counts.iter().max().copied().unwrap_or(0));
    if least == most { least.to_string() } else { format!("{least}-{most}") }
}

/// What else is to be known of a set.
fn note(set: &SetQuality) -> Option<String> {
    let mut notes = Vec::new();
    if set.n_left_out.iter().any(|n| *n > 0) {
        let counts: Vec<String> = set.n_left_out.iter().map(usize::to_string).collect();
        notes.push(format!(
            "left out {} of {} texts, which count as one further cluster",
            counts.join(", "),
            set.n_texts
        ));
    }
    if set.n_labels == 1 {
        notes.push("all texts have one label, so NMI and ARI can only be 0 or 1".to_owned());
    }
    if notes.is_empty() { None } else { Some(format!("{}: {}", set.name, notes.join("; "))) }
}

/// Rows with their cells below each other: the first column to the left, the others to the right.
fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let n_columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..n_columns).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, width))| {
            if column == 0 { format!("{cell:<width$}") } else { format!("{cell:>width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// As one JSON object, with the figures of each seed.
///
/// # Panics
/// Never: a measurement is a plain structure of strings, numbers and lists.
pub fn json(quality: &Quality) -> String {
    serde_json::to_string_pretty(quality).expect("a plain structure has a JSON form")
}

/// As a csv with a row a set, and last a row `mean`; figures have four decimals at most, and those that do not apply are blank.
pub fn csv(quality: &Quality) -> String {
    let mut table = Table::new([
        "set",
        "texts",
        "labels",
        "clusters",
        "clusters_spread",
        "left_out",
        "left_out_spread",
        "nmi",
        "nmi_spread",
        "ari",
        "ari_spread",
        "accuracy",
        "accuracy_spread",
        "log2_k",
        "log2_k_spread",
    ]);
    for set in &quality.sets {
        let clusters = Figure::new(set.n_clusters.iter().map(|n| f64::from(*n)).collect());
        let left_out = Figure::new(set.n_left_out.iter().map(|n| *n as f64).collect());
        let mut cells = vec![set.name.clone(), set.n_texts.to_string(), set.n_labels.to_string()];
        cells.extend([clusters, left_out].iter().flat_map(figure_cells));
        cells.extend(score_cells(&set.scores));
        table.cells(&cells);
    }
    let mut cells = vec![String::new(); 7];
    "mean".clone_into(&mut cells[0]);
    cells.extend(score_cells(&quality.mean));
    table.cells(&cells);
    String::from_utf8_lossy(&table.bytes()).trim_end().to_owned()
}

fn score_cells(scores: &Scores) -> Vec<String> {
    let log2_k = scores.log2_k.as_ref().map_or_else(Default::default, figure_cells);
    [&scores.nmi, &scores.ari, &scores.accuracy].into_iter().flat_map(figure_cells).chain(log2_k).collect()
}

/// Mean and spread.
fn figure_cells(figure: &Figure) -> [String; 2] {
    [decimal(figure.mean), decimal(figure.spread)]
}

#[cfg(test)]
mod tests {
    use super::*;
    use canvass_analysis::clusters::ClusterAlgorithm;

    fn quality() -> Quality {
        let scores = |nmi: f64, log2_k: Option<f64>| Scores {
            nmi: Figure::new(vec![nmi, nmi + 0.01, nmi + 0.02]),
            ari: Figure::new(vec![-0.1, 0.0, 0.1]),
            accuracy: Figure::new(vec![0.5; 3]),
            log2_k: log2_k.map(|off| Figure::new(vec![off; 3])),
        };
        let set = |name: &str, n_clusters: Vec<u32>, scores: Scores| SetQuality {
            name: name.to_owned(),
            blake3: String::new(),
            language: "en",
            n_texts: 1200,
            n_labels: 20,
            n_clusters,
            n_left_out: vec![0, 3, 0],
            scores,
            assigned: Vec::new(),
        };
        let sets = vec![
            set("=answers", vec![20; 3], scores(0.2, Some(0.0))),
            set("b", vec![18, 20, 21], scores(0.3, Some(0.1))),
        ];
        Quality {
            schema: "canvass-quality-1",
            version: "0",
            algorithm: ClusterAlgorithm::Gsdmm,
            k: ClusterCount::ByData,
            seeds: vec![1, 2, 3],
            mean: super::super::mean_scores(&sets),
            sets,
        }
    }

    #[test]
    fn people_are_told_a_line_a_set_and_the_mean() {
        let expected = "\
gsdmm, as many clusters as the texts show; mean (spread) over the seeds 1, 2, 3

set       texts  labels  clusters              NMI              ARI         accuracy         |log2 k|
=answers   1200      20        20  0.2100 (0.0200)  0.0000 (0.2000)  0.5000 (0.0000)  0.0000 (0.0000)
b          1200      20     18-21  0.3100 (0.0200)  0.0000 (0.2000)  0.5000 (0.0000)  0.1000 (0.0000)
mean                               0.2600 (0.0200)  0.0000 (0.2000)  0.5000 (0.0000)  0.0500 (0.0000)

=answers: left out 0, 3, 0 of 1200 texts, which count as one further cluster
b: left out 0, 3, 0 of 1200 texts, which count as one further cluster";
        assert_eq!(text(&quality()), expected);
    }

    #[test]
    fn a_csv_has_a_row_a_set_and_the_mean() {
        let expected = "\
set,texts,labels,clusters,clusters_spread,left_out,left_out_spread,nmi,nmi_spread,ari,ari_spread,accuracy,accuracy_spread,log2_k,log2_k_spread
'=answers,1200,20,20,0,1,3,0.21,0.02,0,0.2,0.5,0,0,0
b,1200,20,19.6667,3,1,3,0.31,0.02,0,0.2,0.5,0,0.1,0
mean,,,,,,,0.26,0.02,0,0.2,0.5,0,0.05,0";
        assert_eq!(csv(&quality()), expected);
    }

    #[test]
    fn json_has_the_figures_of_each_seed_and_leaves_out_what_does_not_apply() {
        let mut quality = quality();
        quality.k = ClusterCount::Fixed(20);
        quality.sets[0].scores.log2_k = None;
        let told: serde_json::Value = serde_json::from_str(&json(&quality)).unwrap();
        assert_eq!((&told["k"], &told["algorithm"]), (&"20".into(), &"gsdmm".into()));
        let set = &told["sets"][0];
        assert_eq!((&set["set"], set["n_left_out"][1].as_u64()), (&"=answers".into(), Some(3)));
        assert_eq!(set["ari"]["by_seed"].as_array().map(Vec::len), Some(3));
        assert!(set.get("log2_k").is_none() && set.get("assigned").is_none(), "{set}");
    }
}
