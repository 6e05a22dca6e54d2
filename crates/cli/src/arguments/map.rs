//! The command line of `canvass map`.

use canvass::ingest::ItemUnit;
use canvass::pipeline::DEFAULT_SEED;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::path::PathBuf;

#[derive(Args, Debug)]
pub(crate) struct Map {
    /// The collections, two or more: a table or document, a folder of them, or a run folder each
    #[arg(value_name = "COLLECTION", required = true)]
    pub(crate) collections: Vec<PathBuf>,
    /// The folder to write the map into
    #[arg(long, value_name = "DIR")]
    pub(crate) out: PathBuf,
    /// What the collections are called, in their order (default: the names of files and folders)
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub(crate) names: Vec<String>,
    /// What of a document is an item
    #[arg(long, value_name = "UNIT", value_parser = units(), default_value = ItemUnit::Auto.name())]
    pub(crate) items: ItemUnit,
    /// Tables: the column with the text (default: text, else the one with most of the words)
    #[arg(long, value_name = "NAME")]
    pub(crate) text_column: Option<String>,
    /// Tables: the column with the id (default: id, else rows are numbered)
    #[arg(long, value_name = "NAME")]
    pub(crate) id_column: Option<String>,
    /// Tables: the column with the title (default: title, if there is one)
    #[arg(long, value_name = "NAME")]
    pub(crate) title_column: Option<String>,
    /// Tables: the column that says in which language a text is written (default: language, if there is one)
    #[arg(long, value_name = "NAME")]
    pub(crate) language_column: Option<String>,
    /// The sheet of a workbook
    #[arg(long, value_name = "NAME")]
    pub(crate) sheet: Option<String>,
    /// The encoding of text files that are not UTF-8, such as windows-1252 (default: worked out where the bytes tell)
    #[arg(long, value_name = "NAME")]
    pub(crate) encoding: Option<String>,
    /// Run folders: only the answers to this question
    #[arg(long, value_name = "ID")]
    pub(crate) question: Option<String>,
    /// A text that all may quote (.txt, .md, .docx), whose wording makes no overlap; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) reference: Vec<PathBuf>,
    /// A file of [[synonym]] tables: words and phrases that count as one term; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) synonyms: Vec<PathBuf>,
    /// The seed of every random step
    #[arg(long, value_name = "N", default_value_t = DEFAULT_SEED)]
    pub(crate) seed: u64,
    /// Replace an earlier map in the folder
    #[arg(long)]
    pub(crate) force: bool,
}

/// Takes the name of what an item is.
fn units() -> impl TypedValueParser<Value = ItemUnit> {
    PossibleValuesParser::new(ItemUnit::ALL.map(ItemUnit::name)).map(|name| {
        // The parser takes no other name.
        ItemUnit::ALL.into_iter().find(|unit| unit.name() == name).unwrap_or_default()
    })
}
