//! The command line.

use canvass::pipeline::DEFAULT_SEED;
use canvass::quality::{ClusterAlgorithm, ClusterCount};
use canvass::settings::Layout;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::num::NonZeroU16;
use std::path::PathBuf;

/// Reproducible, traceable top 5 findings from the free-text answers of a consultation.
#[derive(Debug, Parser)]
#[command(name = "canvass", version, max_term_width = 100)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Threads to use; as many as there are processors if not given. No result depends on it
    #[arg(long, global = true, value_name = "N")]
    pub(crate) threads: Option<NonZeroU16>,
    /// Print errors only
    #[arg(long, global = true)]
    pub(crate) quiet: bool,
    /// How progress and errors are written to standard error
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text, value_name = "FORMAT")]
    pub(crate) log_format: LogFormat,
}

/// How progress and errors are written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Read answers, find themes, and write the report and its data into a run folder
    Run(Box<Run>),
    /// Check a run folder against its manifest; with the input files, run again and compare byte for byte
    Verify(Verify),
    /// Tell what happened to one response
    Explain(Explain),
    /// Measure how good canvass is on data of your own
    #[command(subcommand)]
    Bench(Bench),
}

#[derive(Args, Debug)]
pub(crate) struct Run {
    /// The files of answers: .xlsx, .csv, .tsv
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The settings; what they leave out is worked out from the files
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// The run folder to write
    #[arg(long, value_name = "DIR", default_value = "canvass-run")]
    pub(crate) out: PathBuf,
    /// Replace the run folder if it exists
    #[arg(long)]
    pub(crate) force: bool,
    /// The seed of every random step (default 1)
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// A csv of question,text: the wording of questions that a long file names by id
    #[arg(long, value_name = "FILE")]
    pub(crate) questions: Option<PathBuf>,
    /// A text sent with the form (.txt, .md), whose wording carries no theme; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) reference: Vec<PathBuf>,
    /// A file of [[synonym]] tables: words and phrases that count as one term; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) synonyms: Vec<PathBuf>,
    /// A tokenizer.json that takes the place of a language's, as en=FILE; may be given several times
    #[arg(long, value_name = "LANGUAGE=FILE", value_parser = tokenizer)]
    pub(crate) tokenizer: Vec<(String, PathBuf)>,
    /// Wide: a column a question. Long: a row an answer
    #[arg(long, value_enum, value_name = "LAYOUT")]
    pub(crate) layout: Option<LayoutArgument>,
    /// The sheet of a workbook
    #[arg(long, value_name = "NAME")]
    pub(crate) sheet: Option<String>,
    /// Long layout: the column with the question's id
    #[arg(long, value_name = "NAME")]
    pub(crate) question_column: Option<String>,
    /// The column with the id of a response
    #[arg(long, value_name = "NAME")]
    pub(crate) id_column: Option<String>,
    /// Long layout: the column with the answer
    #[arg(long, value_name = "NAME")]
    pub(crate) text_column: Option<String>,
    /// The column with the id of a respondent
    #[arg(long, value_name = "NAME")]
    pub(crate) respondent_column: Option<String>,
    /// The column that says in which language an answer is written
    #[arg(long, value_name = "NAME")]
    pub(crate) language_column: Option<String>,
    /// Long layout: the column with the translation of the answer
    #[arg(long, value_name = "NAME")]
    pub(crate) translation_column: Option<String>,
}

/// A language and a file.
fn tokenizer(argument: &str) -> Result<(String, PathBuf), String> {
    let (language, file) = argument.split_once('=').ok_or("must be LANGUAGE=FILE, such as en=tokenizer.json")?;
    Ok((language.to_owned(), PathBuf::from(file)))
}

#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum LayoutArgument {
    Wide,
    Long,
}

impl From<LayoutArgument> for Layout {
    fn from(layout: LayoutArgument) -> Self {
        match layout {
            LayoutArgument::Wide => Self::Wide,
            LayoutArgument::Long => Self::Long,
        }
    }
}

#[derive(Args, Debug)]
pub(crate) struct Verify {
    /// The run folder
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The files the run was made from: answers, questions, reference texts, tokenizers
    #[arg(value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct Explain {
    /// The run folder
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// The id of the response, as in ledger.csv
    #[arg(value_name = "RESPONSE_ID", allow_hyphen_values = true)]
    pub(crate) response_id: String,
    /// One question only
    #[arg(long, value_name = "Q")]
    pub(crate) question: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Bench {
    /// Compare clusters of texts with the labels that people gave them: NMI, ARI and accuracy
    Quality(Quality),
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
    /// The first of the three seeds
    #[arg(long, value_name = "N", default_value_t = DEFAULT_SEED)]
    pub(crate) seed: u64,
    /// A folder for the clusters that the first seed gives: of each file its NAME.csv, with the columns id,cluster
    #[arg(long, value_name = "DIR")]
    pub(crate) assignments: Option<PathBuf>,
    /// How the figures are written to standard output
    #[arg(long, value_enum, default_value_t = QualityFormat::Text, value_name = "FORMAT")]
    pub(crate) format: QualityFormat,
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
pub(crate) enum QualityFormat {
    /// For people.
    Text,
    /// One object, with the figures of each seed.
    Json,
    /// A row a set.
    Csv,
}
