//! The command line.

mod bench;
mod manual;
mod map;

use canvass::pipeline::DEFAULT_SEED;
use canvass::run_folder::KeepWhen;
use canvass::settings::{Layout, ReportFormat, ReportLanguage};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Parser, Subcommand, ValueEnum};
use std::num::NonZeroU16;
use std::path::PathBuf;

pub(crate) use bench::{
    Bench, BenchDuplicates, CompareBench, Duplicates, FigureFormat, Generate, MeasuredClusters, MeasuredRun, Quality,
    ScaleBench, ScoreFormat, Search, TableFormatArgument,
};
pub(crate) use manual::{Completions, Man};
pub(crate) use map::Map;

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
    /// Show how files would be read, and write a configuration to correct that in
    Inspect(Box<Inspect>),
    /// Check a run folder against its manifest; with the input files, run again and compare byte for byte
    Verify(Verify),
    /// Tell what happened to one response
    Explain(Explain),
    /// Make, check, compare and read code frames: the themes as analysts settle them
    #[command(subcommand)]
    Codeframe(CodeFrame),
    /// Work on the code frame of a run in the browser: read themes, settle their words, code answers; every step is a decision in the file
    Review(Review),
    /// Draw responses of a run for people to code, as a workbook or a text table
    Sample(DrawSample),
    /// Compare what people coded in a sample with the machine and with each other, and learn from it
    Agree(Agree),
    /// Keep the themes of a run as a model that later consultations are coded with (run --themes MODEL)
    Fit(Fit),
    /// Compare two run folders: what went in, what was found, and who came or went
    Diff(Diff),
    /// Check a published summary: which answers support each claim, its quotations and numbers, and what it leaves out
    Audit(Audit),
    /// Hold collections of texts against each other: which items overlap, by which passages and words, and the themes of each
    Map(Box<Map>),
    /// Find copies, edited copies and shared passages in files of texts of any length, and nothing else
    Duplicates(Box<Duplicates>),
    /// Measure how good canvass is on data of your own, or on data it generates
    #[command(subcommand)]
    Bench(Bench),
    /// Print the manual page of canvass or of one of its commands, or write all of them into a folder
    Man(Man),
    /// Print what makes a shell complete the commands and options of canvass
    Completions(Completions),
}

#[derive(Debug, Subcommand)]
pub(crate) enum CodeFrame {
    /// Write the code frame of a run: as its machine proposes it, or the one it was made with
    Init(CodeFrameInit),
    /// Check a code frame: whether all its decisions can be applied and, with a run folder, what they come to there
    Check(CodeFrameCheck),
    /// Compare what two code frames come to
    Diff(CodeFrameDiff),
    /// List the decisions of a code frame
    Log(CodeFrameLog),
    /// Write code frame and coding for programs of qualitative analysis (.qdc, .qdpx) or a spreadsheet (.csv, .xlsx)
    Export(CodeFrameExport),
    /// Take codes and coding from such a file: what differs from the code frame becomes decisions
    Import(CodeFrameImport),
}

#[derive(Args, Debug)]
pub(crate) struct CodeFrameInit {
    /// The run folder
    #[arg(value_name = "RUN_DIR")]
    pub(crate) folder: PathBuf,
    /// A table of codes (.xlsx, .ods, .csv) with the columns name and definition: a frame of these instead, coded by words of theirs
    #[arg(long, value_name = "FILE")]
    pub(crate) names: Option<PathBuf>,
    /// The code frame to write
    #[arg(long, value_name = "FILE", default_value = "codeframe.toml")]
    pub(crate) out: PathBuf,
    /// Replace the file if it exists
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Args, Debug)]
pub(crate) struct CodeFrameCheck {
    /// The code frame
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// A run folder of the consultation it is for
    #[arg(value_name = "RUN_DIR")]
    pub(crate) folder: Option<PathBuf>,
}

#[derive(Args, Debug)]
pub(crate) struct CodeFrameDiff {
    /// The earlier code frame
    #[arg(value_name = "FILE_A")]
    pub(crate) before: PathBuf,
    /// The later code frame
    #[arg(value_name = "FILE_B")]
    pub(crate) after: PathBuf,
    /// How the comparison is written to standard output
    #[arg(long, value_enum, default_value_t = DiffFormat::Text, value_name = "FORMAT")]
    pub(crate) format: DiffFormat,
}

#[derive(Args, Debug)]
pub(crate) struct CodeFrameExport {
    /// The run folder
    #[arg(value_name = "RUN_DIR")]
    pub(crate) folder: PathBuf,
    /// The file to write: a code book (.qdc), a project with answers and coding (.qdpx), tables (.csv, .xlsx)
    #[arg(long, value_name = "FILE")]
    pub(crate) out: PathBuf,
    /// The code frame (default: that of the run, or else what its machine proposes)
    #[arg(long, value_name = "FILE")]
    pub(crate) codeframe: Option<PathBuf>,
    /// A file of the answers, for what a .qdpx says of respondents; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) answers: Vec<PathBuf>,
    /// Replace the file if it exists
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Args, Debug)]
pub(crate) struct CodeFrameImport {
    /// The file to read (.qdc, .qdpx, .xlsx), or tables in .csv
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// The run folder that it is about
    #[arg(long, value_name = "RUN_DIR")]
    pub(crate) run: PathBuf,
    /// The code frame to add to (default: that of the run, or else what its machine proposes)
    #[arg(long, value_name = "FILE")]
    pub(crate) codeframe: Option<PathBuf>,
    /// The code frame to write
    #[arg(long, value_name = "FILE", default_value = "codeframe.toml")]
    pub(crate) out: PathBuf,
    /// Who answers for changes that the file names nobody for
    #[arg(long, value_name = "NAME")]
    pub(crate) author: String,
    /// When they were made, such as 2026-03-31 or 2026-03-31T14:05:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) time: String,
    /// The question of codes of which the file does not say it
    #[arg(long, value_name = "ID")]
    pub(crate) question: Option<String>,
    /// What the positions in a .qdpx count
    #[arg(long, value_enum, default_value_t = Positions::Characters, value_name = "UNIT")]
    pub(crate) positions: Positions,
    /// Replace the code frame to write if it exists
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Positions {
    /// Unicode characters, as the standard has it
    Characters,
    /// Units of UTF-16
    #[value(name = "utf-16")]
    Utf16,
}

#[derive(Args, Debug)]
pub(crate) struct CodeFrameLog {
    /// The code frame
    #[arg(value_name = "FILE")]
    pub(crate) file: PathBuf,
}

#[derive(Args, Debug)]
pub(crate) struct Review {
    /// The run folder, which is only read
    #[arg(value_name = "RUN_DIR")]
    pub(crate) folder: PathBuf,
    /// Who decides: stands with every decision
    #[arg(long, value_name = "NAME")]
    pub(crate) author: String,
    /// The code frame to work on; written if it is not there (default: codeframe.toml beside the run folder)
    #[arg(long, value_name = "FILE")]
    pub(crate) codeframe: Option<PathBuf>,
    /// The question to begin with
    #[arg(long, value_name = "ID")]
    pub(crate) question: Option<String>,
    /// The port of this machine to listen on, 0 for any (default 4747, or any if that is taken)
    #[arg(long, value_name = "N")]
    pub(crate) port: Option<u16>,
}

#[derive(Args, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own on the command line")]
pub(crate) struct Run {
    #[command(flatten)]
    pub(crate) input: Input,
    /// The run folder to write (default: the one that the configuration names, or else canvass-run)
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Replace the run folder if it exists
    #[arg(long)]
    pub(crate) force: bool,
    /// Make the run, and replace the run folder, only if that is of other inputs, settings or another version; else end with exit code 0
    #[arg(long)]
    pub(crate) if_changed: bool,
    /// Keep checkpoints, from which a run that was cut off goes on: of 20,000 responses or more, always, or never
    #[arg(long, value_enum, default_value_t = CheckpointsArgument::Auto, value_name = "WHEN")]
    pub(crate) checkpoints: CheckpointsArgument,
    /// Begin anew: use no checkpoint of an earlier run
    #[arg(long)]
    pub(crate) fresh: bool,
    /// The seed of every random step (default 1)
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// Overwrite e-mail addresses and phone numbers in answers with asterisks, in every output
    #[arg(long)]
    pub(crate) redact: bool,
    /// The code frame that settles the themes, as `canvass codeframe init` writes it
    #[arg(long, value_name = "FILE")]
    pub(crate) codeframe: Option<PathBuf>,
    /// The themes of an earlier consultation, as `canvass fit` writes them: code with these, and tell what changed since
    #[arg(long, value_name = "MODEL")]
    pub(crate) themes: Option<PathBuf>,
    /// A text sent with the form (.txt, .md, .docx), whose wording carries no theme; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) reference: Vec<PathBuf>,
    /// A file of [[synonym]] tables: words and phrases that count as one term; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) synonyms: Vec<PathBuf>,
    /// A tokenizer.json that takes the place of a language's, as en=FILE; may be given several times
    #[arg(long, value_name = "LANGUAGE=FILE", value_parser = tokenizer)]
    pub(crate) tokenizer: Vec<(String, PathBuf)>,
    /// The forms the report is written in (default: html, docx, md and xlsx; parquet, where it is built in, adds coding.parquet)
    #[arg(long, value_name = "NAMES", value_delimiter = ',', value_parser = formats())]
    pub(crate) formats: Vec<ReportFormat>,
    /// The language of the report's fixed words (default en); what respondents wrote, and what is found, stay as they are
    #[arg(long, value_name = "LANGUAGE", value_parser = report_languages())]
    pub(crate) report_language: Option<ReportLanguage>,
}

/// When a run keeps checkpoints.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum CheckpointsArgument {
    /// Of 20,000 responses or more.
    Auto,
    /// Always.
    Always,
    /// Never, and use none.
    Never,
}

impl From<CheckpointsArgument> for KeepWhen {
    fn from(when: CheckpointsArgument) -> Self {
        match when {
            CheckpointsArgument::Auto => Self::Auto,
            CheckpointsArgument::Always => Self::Always,
            CheckpointsArgument::Never => Self::Never,
        }
    }
}

/// Takes the name of a form.
fn formats() -> impl TypedValueParser<Value = ReportFormat> {
    PossibleValuesParser::new(ReportFormat::ALL.map(ReportFormat::name)).map(|name| {
        // The parser takes no other name.
        ReportFormat::ALL.into_iter().find(|format| format.name() == name).unwrap_or(ReportFormat::Html)
    })
}

/// Takes the code of a language of reports.
fn report_languages() -> impl TypedValueParser<Value = ReportLanguage> {
    PossibleValuesParser::new(ReportLanguage::ALL.map(ReportLanguage::code)).map(|code| {
        // The parser takes no other code.
        ReportLanguage::ALL.into_iter().find(|language| language.code() == code).unwrap_or_default()
    })
}

/// The answers, and how they are to be read.
#[derive(Args, Debug)]
pub(crate) struct Input {
    /// The files of answers: .xlsx, .ods, .csv, .tsv, .jsonl, .json, or published documents (.txt, .docx)
    #[arg(required_unless_present = "config", value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,
    /// The settings; what they leave out is worked out from the files
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// A csv of question,text: the wording of questions that a long file names by id
    #[arg(long, value_name = "FILE")]
    pub(crate) questions: Option<PathBuf>,
    /// Wide: a column a question. Long: a row an answer
    #[arg(long, value_enum, value_name = "LAYOUT")]
    pub(crate) layout: Option<LayoutArgument>,
    /// The sheet of a workbook
    #[arg(long, value_name = "NAME")]
    pub(crate) sheet: Option<String>,
    /// The encoding of text files that are not UTF-8, such as windows-1252 (default: worked out where the bytes tell)
    #[arg(long, value_name = "NAME")]
    pub(crate) encoding: Option<String>,
    /// The character between the cells of text files, or "tab" (default: one of , ; tab | by the first rows)
    #[arg(long, value_name = "CHARACTER")]
    pub(crate) delimiter: Option<String>,
    /// Rows of the header (default: worked out)
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u32).range(1..=6))]
    pub(crate) header_rows: Option<u32>,
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

#[derive(Args, Debug)]
pub(crate) struct Inspect {
    #[command(flatten)]
    pub(crate) input: Input,
    /// How the result is written to standard output
    #[arg(long, value_enum, default_value_t = InspectFormat::Table, value_name = "FORMAT")]
    pub(crate) format: InspectFormat,
    /// Where to write the configuration to edit
    #[arg(long, value_name = "FILE", default_value = "canvass.toml")]
    pub(crate) out: PathBuf,
    /// Replace that file if it exists
    #[arg(long)]
    pub(crate) force: bool,
}

/// How an inspection is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum InspectFormat {
    /// For people.
    Table,
    /// A JSON object.
    Json,
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

#[derive(Args, Debug)]
pub(crate) struct DrawSample {
    /// The run folder
    #[arg(value_name = "RUN_DIR")]
    pub(crate) folder: PathBuf,
    /// The responses of each question
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) n: usize,
    /// One question only; may be given several times
    #[arg(long, value_name = "Q")]
    pub(crate) question: Vec<String>,
    /// The attribute of respondents that the sample is to mirror (default: the first)
    #[arg(long, value_name = "ATTRIBUTE")]
    pub(crate) by: Option<String>,
    /// The seed of the draw
    #[arg(long, allow_negative_numbers = true, value_name = "N", default_value_t = DEFAULT_SEED)]
    pub(crate) seed: u64,
    /// The people who are to code: each has a file, all of the same responses
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=9))]
    pub(crate) coders: u8,
    /// Which ticks stand there from the start
    #[arg(long, value_enum, default_value_t = Prefill::None, value_name = "WHOSE")]
    pub(crate) prefill: Prefill,
    /// The code frame to code by (default: that of the run)
    #[arg(long, value_name = "FILE")]
    pub(crate) codeframe: Option<PathBuf>,
    /// The file to write, .xlsx or .csv; of several coders each has its number before the dot
    #[arg(long, value_name = "FILE", default_value = "sample.xlsx")]
    pub(crate) out: PathBuf,
    /// Replace files that exist
    #[arg(long)]
    pub(crate) force: bool,
}

/// Which ticks stand in a sample from the start.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum Prefill {
    /// None: coders do not see what the machine says.
    None,
    /// The machine's, to be corrected.
    Machine,
}

#[derive(Args, Debug)]
pub(crate) struct Agree {
    /// The run folder
    #[arg(value_name = "RUN_DIR")]
    pub(crate) folder: PathBuf,
    /// The coded files, one or two
    #[arg(required = true, value_name = "CODED")]
    pub(crate) coded: Vec<PathBuf>,
    /// Who coded, in the order of the files (default: as the files say)
    #[arg(long, value_name = "NAME")]
    pub(crate) coder: Vec<String>,
    /// The code frame to compare with (default: that of the run); with --write the decisions are added to it
    #[arg(long, value_name = "FILE")]
    pub(crate) codeframe: Option<PathBuf>,
    /// Learn a classifier for each code and propose codes for the rest
    #[arg(long)]
    pub(crate) propose: bool,
    /// What counts where two coders differ
    #[arg(long, value_enum, default_value_t = TakeArgument::Agreed, value_name = "WHOSE")]
    pub(crate) take: TakeArgument,
    /// Add what people coded, and with --propose what was learnt, to the code frame as decisions
    #[arg(long, requires_all = ["codeframe", "time"])]
    pub(crate) write: bool,
    /// When that was decided: a date, or a date and time such as 2026-03-31T14:05:00Z
    #[arg(long, value_name = "TIME")]
    pub(crate) time: Option<String>,
    /// Who takes up what the classifier proposes
    #[arg(long, value_name = "NAME", default_value = "canvass agree")]
    pub(crate) author: String,
    /// The seed of resamples and of what is learnt
    #[arg(long, allow_negative_numbers = true, value_name = "N", default_value_t = DEFAULT_SEED)]
    pub(crate) seed: u64,
    /// The folder to write agreement.json, agreement.csv, disagreements.csv and proposals.csv into (default: none is written)
    #[arg(long, value_name = "DIR")]
    pub(crate) out: Option<PathBuf>,
    /// Replace these files if they exist
    #[arg(long)]
    pub(crate) force: bool,
    /// How the figures are written to standard output
    #[arg(long, value_enum, default_value_t = DiffFormat::Text, value_name = "FORMAT")]
    pub(crate) format: DiffFormat,
}

/// What counts where two coders differ.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum TakeArgument {
    /// What both say; the rest stays open.
    Agreed,
    /// What the first says.
    First,
    /// What the second says.
    Second,
    /// A code that either gives.
    Either,
}

#[derive(Args, Debug)]
pub(crate) struct Diff {
    /// The earlier run folder
    #[arg(value_name = "RUN_A")]
    pub(crate) before: PathBuf,
    /// The later run folder
    #[arg(value_name = "RUN_B")]
    pub(crate) after: PathBuf,
    /// How the comparison is written to standard output
    #[arg(long, value_enum, default_value_t = DiffFormat::Text, value_name = "FORMAT")]
    pub(crate) format: DiffFormat,
}

#[derive(Args, Debug)]
pub(crate) struct Audit {
    /// The summary: .md, .txt, .docx or .json
    #[arg(value_name = "SUMMARY")]
    pub(crate) summary: PathBuf,
    /// The run folder of the answers it summarises
    #[arg(value_name = "RUN_DIR")]
    pub(crate) folder: PathBuf,
    /// The folder to write the audit into
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// The question of claims below no heading that names one
    #[arg(long, value_name = "ID")]
    pub(crate) question: Option<String>,
    /// Audit only the claims below a heading that holds this text
    #[arg(long, value_name = "TEXT")]
    pub(crate) section: Option<String>,
    /// The seed of what is drawn to compare with; without it that of the run
    #[arg(long, value_name = "N")]
    pub(crate) seed: Option<u64>,
    /// The language of the page's fixed words; without it that of the run's report
    #[arg(long, value_name = "LANGUAGE", value_parser = report_languages())]
    pub(crate) report_language: Option<ReportLanguage>,
    /// Replace an earlier audit in the folder
    #[arg(long)]
    pub(crate) force: bool,
}

#[derive(Args, Debug)]
pub(crate) struct Fit {
    /// The run folder
    #[arg(value_name = "RUN_DIR")]
    pub(crate) folder: PathBuf,
    /// The model to write
    #[arg(long, value_name = "FILE", default_value = "themes.json")]
    pub(crate) out: PathBuf,
    /// What the consultation is called in later reports: "2023"
    #[arg(long, value_name = "NAME", default_value = "")]
    pub(crate) name: String,
    /// Replace the model if it exists
    #[arg(long)]
    pub(crate) force: bool,
}

/// How a comparison is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq, ValueEnum)]
pub(crate) enum DiffFormat {
    /// For people.
    Text,
    /// A JSON object.
    Json,
}
