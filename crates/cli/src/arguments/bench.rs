//! The benches, and the search for copies.

use canvass::DuplicateSettings;
use canvass::generate::{Adversarial, Edit};
use canvass::pipeline::DEFAULT_SEED;
use canvass::quality::{ClusterAlgorithm, ClusterCount, N_SEEDS};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand, ValueEnum};
use std::num::NonZeroU16;
use std::path::PathBuf;

#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// Compare clusters of texts with the labels that people gave them: NMI, ARI and accuracy
    Quality(Quality),
    /// Generate a consultation whose themes, campaigns and languages are known; or answers with copies whose edits are known
    Generate(Generate),
    /// Compare the copies found in generated answers with what is known of them: recall and precision by edit and strength
    Duplicates(BenchDuplicates),
    /// Measure what runs cost by size, threads and stage: time, memory, growth
    Scale(ScaleBench),
    /// Compare algorithms on labelled texts: what their clusters are worth, and what they cost
    Compare(CompareBench),
    /// One run in a process of its own, for `scale`
    #[command(hide = true)]
    MeasuredRun(MeasuredRun),
    /// One clustering in a process of its own, for `compare`
    #[command(hide = true)]
    MeasuredClusters(MeasuredClusters),
}

#[derive(Args, Debug)]
pub(crate) struct Duplicates {
    /// The files of texts: .csv and .tsv with a header, .xlsx, .ods, .jsonl, or .txt with a text a line
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The column, or field, with the text [default: text]; of several, each is a question with answers compared by themselves
    #[arg(long, value_name = "NAME")]
    pub(crate) text_column: Vec<String>,
    /// The column, or field, with the question that a text answers: texts are compared within a question only
    #[arg(long, value_name = "NAME")]
    pub(crate) question_column: Option<String>,
    /// The sheet of a workbook [default: the first with data]
    #[arg(long, value_name = "NAME")]
    pub(crate) sheet: Option<String>,
    #[command(flatten)]
    pub(crate) search: Search,
    /// Where to write the pairs, instead of to standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Where to write the groups
    #[arg(long, value_name = "FILE")]
    pub(crate) groups: Option<PathBuf>,
    /// How they are written
    #[arg(long, value_enum, default_value_t = TableFormatArgument::Csv, value_name = "FORMAT")]
    pub(crate) format: TableFormatArgument,
}

/// How files of texts are searched.
#[derive(Args, Debug)]
pub(crate) struct Search {
    /// The column, or field, with the id [default: id, else the texts are numbered]
    #[arg(long, value_name = "NAME")]
    pub(crate) id_column: Option<String>,
    /// A text sent with the form (.txt, .md, .docx), whose wording makes no copies; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) reference: Vec<PathBuf>,
    /// From which similarity on texts are near-duplicates
    #[arg(long, allow_negative_numbers = true, value_name = "SHARE", default_value_t = DuplicateSettings::default().min_similarity)]
    pub(crate) min_similarity: f64,
    /// The share of the pairs just that similar that is to be found
    #[arg(long, allow_negative_numbers = true, value_name = "SHARE", default_value_t = DuplicateSettings::default().target_recall)]
    pub(crate) target_recall: f64,
    /// The longest record accepted, in bytes
    #[arg(long, allow_negative_numbers = true, value_name = "BYTES", default_value_t = 1 << 26)]
    pub(crate) max_record_bytes: usize,
}

/// How pairs and groups are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum TableFormatArgument {
    /// Comma-separated, with a header.
    Csv,
    /// A JSON object a line.
    Jsonl,
}

/// A consultation, unless copies or hard answers are asked for.
#[derive(Args, Debug)]
#[command(group = clap::ArgGroup::new("alone").args(["edits", "adversarial"]))]
pub(crate) struct Generate {
    /// How many answers
    #[arg(long, allow_negative_numbers = true, value_name = "N", default_value_t = 10_000)]
    pub(crate) responses: u64,
    /// Of all draws
    #[arg(long, allow_negative_numbers = true, value_name = "N", default_value_t = DEFAULT_SEED)]
    pub(crate) seed: u64,
    /// Where to write the answers, instead of to standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Where to write what is known of the answers: of a consultation `id,language,campaign,main_theme,themes,words`
    /// [default: beside --out, as FILE.truth.csv], of copies `source,copy,edit,strength`
    #[arg(long, value_name = "FILE")]
    pub(crate) truth: Option<PathBuf>,
    /// What the consultation is made of, in the place of the parameters that are printed with --out
    #[arg(long, value_name = "FILE", conflicts_with = "alone")]
    pub(crate) parameters: Option<PathBuf>,
    /// Instead: answers alone (id,text), a quarter of them sources and copies, to which this is done
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = edits())]
    pub(crate) edits: Vec<Edit>,
    /// The shares of the words that edits touch
    #[arg(long, allow_negative_numbers = true, value_name = "SHARES", value_delimiter = ',', default_values_t = [0.05, 0.1, 0.2, 0.3, 0.4], requires = "edits")]
    pub(crate) strengths: Vec<f64>,
    /// Instead: answers alone that are hard to search. identical: all the same; one-word: one word over and over;
    /// huge: one of many megabytes among the others; shared-sentence, shared-passage: 14 or 30 words that all have
    #[arg(long, value_name = "MODE", value_parser = adversarial(), conflicts_with_all = ["edits", "strengths"])]
    pub(crate) adversarial: Option<Adversarial>,
    /// Words of an answer, on average, with --edits or --adversarial
    #[arg(long, allow_negative_numbers = true, value_name = "N", default_value_t = 40, requires = "alone")]
    pub(crate) words: u32,
    /// The length of the answer of --adversarial huge, in millions of bytes
    #[arg(long, allow_negative_numbers = true, value_name = "N", default_value_t = 10, requires = "adversarial")]
    pub(crate) huge_megabytes: u32,
}

/// Takes the name of an edit.
fn edits() -> impl TypedValueParser<Value = Edit> {
    PossibleValuesParser::new(Edit::ALL.map(Edit::name)).map(|name| {
        // The parser takes no other name.
        Edit::ALL.into_iter().find(|edit| edit.name() == name).unwrap_or(Edit::Copies)
    })
}

/// Takes the name of what makes answers hard.
fn adversarial() -> impl TypedValueParser<Value = Adversarial> {
    PossibleValuesParser::new(Adversarial::ALL.map(Adversarial::name)).map(|name| {
        // The parser takes no other name.
        Adversarial::ALL.into_iter().find(|mode| mode.name() == name).unwrap_or(Adversarial::Identical)
    })
}

#[derive(Args, Debug)]
pub(crate) struct BenchDuplicates {
    /// The generated answers
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// What the generator said of the copies
    #[arg(long, value_name = "FILE")]
    pub(crate) truth: PathBuf,
    /// The column with the text [default: text]
    #[arg(long, value_name = "NAME")]
    pub(crate) text_column: Option<String>,
    #[command(flatten)]
    pub(crate) search: Search,
    /// Where to draw recall against strength (SVG)
    #[arg(long, value_name = "FILE")]
    pub(crate) plot: Option<PathBuf>,
    /// How the figures are written to standard output
    #[arg(long, value_enum, default_value_t = ScoreFormat::Text, value_name = "FORMAT")]
    pub(crate) format: ScoreFormat,
}

/// How scores are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum ScoreFormat {
    /// For people.
    Text,
    /// A list of objects.
    Json,
}

#[derive(Args, Debug)]
pub(crate) struct Quality {
    /// Labelled sets: a JSON object a line, {"id": ..., "text": ..., "label": ...}
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// How many clusters: "true", as many as there are labels; "auto", as many as the texts show; or a number
    #[arg(long, value_name = "true|auto|N", default_value_t = ClusterCount::AsLabelled)]
    pub(crate) k: ClusterCount,
    /// How texts are put into clusters
    #[arg(long, value_name = "NAME", value_parser = algorithms(), default_value = ClusterAlgorithm::default().name())]
    pub(crate) algorithm: ClusterAlgorithm,
    /// The first of the seeds
    #[arg(long, allow_negative_numbers = true, value_name = "N", default_value_t = DEFAULT_SEED)]
    pub(crate) seed: u64,
    /// How many seeds each file is clustered with
    #[arg(long, value_name = "N", default_value_t = SEEDS)]
    pub(crate) seeds: NonZeroU16,
    /// A folder for the clusters that the first seed gives: of each file its NAME.csv, with the columns id,cluster
    #[arg(long, value_name = "DIR")]
    pub(crate) assignments: Option<PathBuf>,
    /// How the figures are written to standard output
    #[arg(long, value_enum, default_value_t = FigureFormat::Text, value_name = "FORMAT")]
    pub(crate) format: FigureFormat,
}

/// How many seeds there are where nothing is said.
const SEEDS: NonZeroU16 = NonZeroU16::MIN.saturating_add(N_SEEDS as u16 - 1);

#[derive(Args, Debug)]
pub(crate) struct ScaleBench {
    /// How many responses: 1000, 10k, 1M; each size is generated and run
    #[arg(long, value_name = "SIZES", value_delimiter = ',', value_parser = size, default_values = ["1k", "10k", "100k"])]
    pub(crate) sizes: Vec<u64>,
    /// On how many threads
    #[arg(long, value_name = "NUMBERS", value_delimiter = ',', default_values_t = [NonZeroU16::MIN])]
    pub(crate) thread_counts: Vec<NonZeroU16>,
    /// How often each is run, in turn
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) repeats: u32,
    /// Of the consultation
    #[arg(long, value_name = "N", default_value_t = DEFAULT_SEED)]
    pub(crate) seed: u64,
    /// What the consultation is made of, as `bench generate --parameters` takes it
    #[arg(long, value_name = "FILE")]
    pub(crate) parameters: Option<PathBuf>,
    /// The settings of the runs, as `canvass run --config` takes them
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// A folder with room for the generated answers and one run folder [default: that of the system for temporary files]
    #[arg(long, value_name = "DIR")]
    pub(crate) folder: Option<PathBuf>,
    /// Where to draw seconds against responses (SVG)
    #[arg(long, value_name = "FILE")]
    pub(crate) plot: Option<PathBuf>,
    /// How the figures are written to standard output
    #[arg(long, value_enum, default_value_t = FigureFormat::Text, value_name = "FORMAT")]
    pub(crate) format: FigureFormat,
}

/// A number of responses, also as 10k or 1M.
fn size(text: &str) -> Result<u64, String> {
    let (digits, unit) = match text.char_indices().last() {
        Some((at, 'k' | 'K')) => (&text[..at], 1_000),
        Some((at, 'm' | 'M')) => (&text[..at], 1_000_000),
        _ => (text, 1),
    };
    let number = digits.parse::<u64>().ok().and_then(|number| number.checked_mul(unit));
    number
        .filter(|number| (1..=4_294_967_294).contains(number))
        .ok_or_else(|| "must be a number of responses from 1 to 4294967294, such as 5000, 10k or 1M".to_owned())
}

#[derive(Args, Debug)]
pub(crate) struct CompareBench {
    /// Labelled sets: a JSON object a line, {"id": ..., "text": ..., "label": ...}
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// Which algorithms
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = algorithms(), default_values = ClusterAlgorithm::ALL.map(ClusterAlgorithm::name))]
    pub(crate) algorithms: Vec<ClusterAlgorithm>,
    /// How many clusters: "true", as many as there are labels; "auto", as many as the texts show; or a number
    #[arg(long, value_name = "true|auto|N", default_value_t = ClusterCount::AsLabelled)]
    pub(crate) k: ClusterCount,
    /// How often each is run, in turn, each time with the next seed
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(crate) repeats: u32,
    /// The first of the seeds
    #[arg(long, value_name = "N", default_value_t = DEFAULT_SEED)]
    pub(crate) seed: u64,
    /// Where to draw quality against cost (SVG)
    #[arg(long, value_name = "FILE")]
    pub(crate) plot: Option<PathBuf>,
    /// How the figures are written to standard output
    #[arg(long, value_enum, default_value_t = FigureFormat::Text, value_name = "FORMAT")]
    pub(crate) format: FigureFormat,
}

#[derive(Args, Debug)]
pub(crate) struct MeasuredRun {
    /// The answers
    pub(crate) file: PathBuf,
    /// The run folder, replaced if it exists
    #[arg(long)]
    pub(crate) out: PathBuf,
    /// The settings
    #[arg(long)]
    pub(crate) config: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct MeasuredClusters {
    /// The labelled set
    pub(crate) file: PathBuf,
    /// How texts are put into clusters
    #[arg(long, value_parser = algorithms())]
    pub(crate) algorithm: ClusterAlgorithm,
    /// How many clusters
    #[arg(long)]
    pub(crate) k: ClusterCount,
    /// The seed
    #[arg(long)]
    pub(crate) seed: u64,
}

/// Takes the name of an algorithm.
fn algorithms() -> impl TypedValueParser<Value = ClusterAlgorithm> {
    PossibleValuesParser::new(ClusterAlgorithm::ALL.map(ClusterAlgorithm::name)).map(|name| {
        // The parser takes no other name.
        ClusterAlgorithm::ALL.into_iter().find(|algorithm| algorithm.name() == name).unwrap_or_default()
    })
}

/// How figures are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum FigureFormat {
    /// For people.
    Text,
    /// One object, with all figures.
    Json,
    /// A table, comma-separated.
    Csv,
}
