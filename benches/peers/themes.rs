//! The themes of a file of points, one a line, timed from the texts in memory to themes and the points in them; what
//! `benches/peers/bertopic.py`, `growth.py` and `sampling.py` run.
//!
//! All settings that are not given are those of `canvass run`, in English. Every line is a respondent of its own: near-duplicates
//! are not looked for, nor languages. Prints one JSON object: seconds by the clock (`wall`) and of processor time over all threads
//! (`cpu`), also of each part (`wall_text` and so on: texts to counts, themes, stability); the highest memory of the process so
//! far, before stability (`peak_kib_themes`) and in the end (`peak_kib`); and what came of it. With `--memberships`, writes the
//! theme and the point (u32 each) and the strength (f32) of each membership to that file, little-endian.

mod process;

use canvass_analysis::{Csr, ThemeInput, ThemeSettings, Themes, fit_themes, measure_stability};
use canvass_text::{Analyser, Language, Lexicon, Point, Quotations, Resources, TermKind, TermRules, Text};
use clap::Parser;
use process::{Cost, peak_kib, timed};
use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What is asked for.
#[derive(Parser)]
struct Arguments {
    /// Points, one a line.
    texts: PathBuf,
    /// Of more points than this, themes are found in a sample.
    #[arg(long, default_value_t = ThemeSettings::default().max_points)]
    max_points: u32,
    /// Resamples that the stability is measured by.
    #[arg(long, default_value_t = ThemeSettings::default().resamples)]
    resamples: u32,
    /// The seed of the run.
    #[arg(long, default_value_t = canvass::pipeline::DEFAULT_SEED)]
    seed: u64,
    /// Where memberships are written to.
    #[arg(long)]
    memberships: Option<PathBuf>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments = Arguments::parse();
    let text = fs::read_to_string(&arguments.texts)?;
    let texts: Vec<&str> = text.lines().collect();
    let resources = Resources::load()?;
    let settings =
        ThemeSettings { max_points: arguments.max_points, resamples: arguments.resamples, ..ThemeSettings::default() };
    // Threads start outside the time, as an import does.
    rayon::broadcast(|_| ());

    let (points, of_text) = timed(|| Points::read(&texts, &resources))?;
    let respondents: Vec<u32> = (0..texts.len() as u32).collect();
    let input = points.input(&respondents);
    let (themes, of_themes) = timed(|| fit_themes(&input, &settings, arguments.seed))?;
    let themes = themes?;
    let peak_of_themes = peak_kib()?;
    let (stability, of_stability) = timed(|| measure_stability(&input, &themes, &settings, arguments.seed))?;
    let similarities: Vec<f64> = stability?.iter().map(|stability| stability.similarity).collect();

    let in_themes: BTreeSet<u32> = themes.memberships.iter().map(|membership| membership.point_idx).collect();
    let n_points = points.counts.n_rows();
    let costs = [("text", of_text), ("themes", of_themes), ("stability", of_stability)];
    let mut figures = serde_json::json!({
        "wall": of_text.wall + of_themes.wall + of_stability.wall,
        "cpu": of_text.cpu + of_themes.cpu + of_stability.cpu,
        "peak_kib_themes": peak_of_themes,
        "peak_kib": peak_kib()?,
        "n_threads": rayon::current_num_threads(),
        "n_texts": texts.len(),
        "n_points": n_points,
        "n_terms": points.counts.n_columns(),
        "n_fitted": themes.basis.n_points,
        "n_clusters": themes.basis.n_clusters,
        "n_themes": themes.themes.len(),
        "n_memberships": themes.memberships.len(),
        "n_in_no_theme": n_points - in_themes.len(),
        "stability": similarities,
    });
    for (name, Cost { wall, cpu }) in costs {
        figures[format!("wall_{name}")] = wall.into();
        figures[format!("cpu_{name}")] = cpu.into();
    }
    writeln!(std::io::stdout(), "{figures}")?;
    if let Some(file) = &arguments.memberships {
        write_memberships(file, &themes)?;
    }
    Ok(())
}

/// What themes are found in, as a run has it.
struct Points {
    counts: Csr,
    responses: Vec<u32>,
    naming: Vec<f64>,
    is_word: Vec<bool>,
}

impl Points {
    fn read(texts: &[&str], resources: &Resources) -> Self {
        let texts: Vec<Text<'_>> =
            texts.iter().map(|text| Text { text, language: Language::English, is_copy: false }).collect();
        let lexicon = Lexicon::default();
        let analyser = Analyser::new(resources, TermRules::default(), &lexicon);
        let analysis = analyser.analyse(&texts, "", &Quotations::default(), &|_| {});
        let (mut rows, mut responses) = (Vec::new(), Vec::new());
        for (response, text) in (0..).zip(analysis.texts.iter()) {
            for point in &text.points {
                rows.push(Point::carrying(point).map(canvass_text::Token::term_idx).collect::<Vec<u32>>());
                responses.push(response);
            }
        }
        let terms = &analysis.vocabulary.terms;
        let is_read = |language| language == Language::English;
        Self {
            counts: Csr::from_terms(&rows, terms.len()),
            responses,
            naming: terms
                .iter()
                .map(|term| if term.general || !is_read(term.language) { 0.0 } else { term.nominal() })
                .collect(),
            is_word: terms
                .iter()
                .map(|term| is_read(term.language) && matches!(term.kind, TermKind::Word | TermKind::Concept))
                .collect(),
        }
    }

    fn input<'a>(&'a self, groups: &'a [u32]) -> ThemeInput<'a> {
        let Self { counts, responses, naming, is_word } = self;
        ThemeInput { counts, responses, groups, duplicates: groups, naming, is_word }
    }
}

fn write_memberships(file: &Path, themes: &Themes) -> Result<(), Box<dyn Error>> {
    let mut bytes = Vec::with_capacity(12 * themes.memberships.len());
    for membership in &themes.memberships {
        bytes.extend(membership.theme_idx.to_le_bytes());
        bytes.extend(membership.point_idx.to_le_bytes());
        bytes.extend((membership.strength as f32).to_le_bytes());
    }
    Ok(fs::write(file, bytes)?)
}
