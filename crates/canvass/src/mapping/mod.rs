//! Collections of texts held against each other: which items overlap, by which passages and words, and who may do the same work twice.
//!
//! The story in reading order: `collection` makes items of files, folders and run folders; `together` takes the items of all
//! collections apart as if they were answers to one question, with their themes and copies; `overlaps` says which items of
//! different collections overlap, and how; `work` joins them to groups; `matrix` counts themes by collection; `tables` and
//! `page` write what came of it. Everything is found by words: what an overlap says can be read in the passages it shows.

mod collection;
mod error;
mod matrix;
mod overlaps;
mod page;
mod tables;
mod together;
mod work;

use crate::error::Error;
use crate::findings::four_decimals;
use crate::ingest::ItemUnit;
use crate::pipeline::DEFAULT_SEED;
use crate::progress::{Observer, Stage};
use crate::report::OutputFile;
use crate::settings::{Config, Synonym};
use canvass_analysis::{OverlapInput, OverlapSettings, find_overlaps};
use serde::Serialize;
use std::collections::BTreeSet;
use std::path::PathBuf;

pub use error::MapError;
pub use matrix::{Matrix, ThemeCell, ThemeRow};
pub use overlaps::{Copied, OverlapPair, Passage, PassagePair, SharedTerm, Verdict};
pub use work::WorkGroup;

/// The version of the result's form.
pub const SCHEMA: &str = "canvass-map-1";
/// The names of the files: all as data, ...
pub const MAP_JSON: &str = "map.json";
/// ... the page, ...
pub const MAP_HTML: &str = "map.html";
/// ... a line for each pair, ...
pub const OVERLAPS_CSV: &str = "overlaps.csv";
/// ... for each theme and collection, ...
pub const MATRIX_CSV: &str = "matrix.csv";
/// ... and for each item of a group of likely duplicated work.
pub const WORK_CSV: &str = "duplicated-work.csv";
/// All of them, in the order in which they are told.
pub const NAMES: [&str; 5] = [MAP_HTML, MAP_JSON, OVERLAPS_CSV, MATRIX_CSV, WORK_CSV];
/// A passage of so many words in a row makes two items a copy.
pub const COPIED_WORDS: u32 = 12;
/// No weaker pair is an overlap, no matter how weak chance is ...
pub const LEAST_OVERLAP: f64 = 0.25;
/// ... nor one that is not so many times as strong as the least that is listed.
pub const OVER_CHANCE: f64 = 1.25;
/// Below this strength a pair is not listed, no matter how weak chance is.
pub const LEAST_RELATED: f64 = 0.1;
/// A passage that this share of all items has carries nothing: the formulas of the house.
const FORMULA_SHARE: f64 = 0.25;

/// What is to be mapped, and how.
#[derive(Clone, Debug)]
pub struct MapRequest {
    /// The collections: a file, a folder of files, or a run folder each.
    pub collections: Vec<PathBuf>,
    /// Their names; empty: those of files and folders.
    pub names: Vec<String>,
    /// What of a document one item is.
    pub unit: ItemUnit,
    /// Of tables: the columns with id, text, title and language.
    pub id_column: Option<String>,
    /// See `id_column`.
    pub text_column: Option<String>,
    /// See `id_column`.
    pub title_column: Option<String>,
    /// See `id_column`.
    pub language_column: Option<String>,
    /// The sheet of workbooks.
    pub sheet: Option<String>,
    /// The encoding of text files that are not UTF-8.
    pub encoding: Option<String>,
    /// Of run folders: only the answers to this question.
    pub question: Option<String>,
    /// Words and phrases that count as one term.
    pub synonyms: Vec<Synonym>,
    /// Texts that all may quote: their wording makes no overlap.
    pub references: Vec<PathBuf>,
    /// The seed of every random step.
    pub seed: u64,
}

impl Default for MapRequest {
    fn default() -> Self {
        Self {
            collections: Vec::new(),
            names: Vec::new(),
            unit: ItemUnit::default(),
            id_column: None,
            text_column: None,
            title_column: None,
            language_column: None,
            sheet: None,
            encoding: None,
            question: None,
            synonyms: Vec::new(),
            references: Vec::new(),
            seed: DEFAULT_SEED,
        }
    }
}

/// A file that was read.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct MapInput {
    /// Its base name.
    pub file: String,
    /// In bytes.
    pub size: u64,
    /// BLAKE3 of its bytes, in hexadecimal.
    pub blake3: String,
}

/// A collection.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Collection {
    /// Its name.
    pub name: String,
    /// What it was read from.
    pub inputs: Vec<MapInput>,
    /// Its items that were compared.
    pub n_items: u64,
    /// Those of them that overlap with one of another collection.
    pub n_overlapping: u64,
    /// The words that half of its items have, from eight items on: they carry nothing, as formulas do.
    pub house_words: Vec<String>,
    /// In which languages they are, the most frequent first.
    pub languages: Vec<LanguageItems>,
}

/// How many items are in a language.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct LanguageItems {
    /// The code of the language.
    pub language: String,
    /// The items.
    pub n_items: u64,
}

/// An item, named.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
pub struct ItemRef {
    /// The collection.
    pub collection: String,
    /// The id of the item, unique in it.
    pub id: String,
}

/// An item.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Item {
    /// The collection it is of: index.
    #[serde(skip)]
    pub collection_idx: u32,
    /// The name of that.
    pub collection: String,
    /// Its id, unique in the collection.
    pub id: String,
    /// Its title, or the heading above it; may be empty.
    pub title: String,
    /// Its text, as it stands in the source.
    pub text: String,
    /// The file it is from.
    pub file: String,
    /// Where it stands there.
    pub place: String,
    /// The first byte of its text in that of the document (UTF-8, without byte order mark); none in tables and run folders.
    pub start: Option<u64>,
    /// The language it is read in: code.
    pub language: String,
    /// The themes it is in.
    pub themes: Vec<String>,
    /// Its best partners, the strongest first, at most [`PARTNERS`].
    pub partners: Vec<ItemPartner>,
}

/// The partners that are listed of an item, at most.
pub const PARTNERS: usize = 5;

/// An item that overlaps another.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ItemPartner {
    /// The collection.
    pub collection: String,
    /// Its id.
    pub id: String,
    /// The pair.
    pub overlap: String,
    /// How strongly.
    pub strength: f64,
    /// What it is.
    pub verdict: Verdict,
}

/// By which rule pairs were judged.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Rule {
    /// The least strength of a pair that is listed.
    pub related_from: f64,
    /// The least strength of an overlap.
    pub overlap_from: f64,
    /// The words in a row that make a copy.
    pub copied_words: u32,
    /// How often an item was held against items of another collection with their words dealt out anew.
    pub chance_draws: u32,
    /// The mean strength of the best partner there.
    pub chance_mean: f64,
    /// The strength that one best partner in twenty passes there.
    pub chance_strength: f64,
}

/// An item that was not compared.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct SetAside {
    /// The collection.
    pub collection: String,
    /// Its id.
    pub id: String,
    /// Why.
    pub reason: String,
}

/// A language that only one collection has items in.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Alone {
    /// The collection.
    pub collection: String,
    /// The code of the language.
    pub language: String,
    /// The items.
    pub n_items: u64,
}

/// What was decided on the way, and why.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Told {
    /// What it is about.
    pub about: String,
    /// What was decided.
    pub decided: String,
    /// Why.
    pub reason: String,
}

/// What is found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Map {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// The version of the program.
    pub version: &'static str,
    /// The seed of every random step.
    pub seed: u64,
    /// The collections, in the order given.
    pub collections: Vec<Collection>,
    /// By which rule pairs were judged.
    pub rule: Rule,
    /// Groups of items that overlap, the strongest first.
    pub duplicated_work: Vec<WorkGroup>,
    /// Pairs of items, the strongest first.
    pub overlaps: Vec<OverlapPair>,
    /// Themes by collection.
    pub matrix: Matrix,
    /// The items, in the order of the collections.
    pub items: Vec<Item>,
    /// Languages that are in one collection only: nothing there to compare with.
    pub alone: Vec<Alone>,
    /// Items that were not compared.
    pub set_aside: Vec<SetAside>,
    /// What was decided on the way.
    pub decisions: Vec<Told>,
}

/// Maps collections.
///
/// # Guarantees
/// The same result at any thread count. Each passage is the text of its item at its span, byte for byte.
///
/// # Errors
/// [`Error::Map`] if there are no two collections with items; [`Error::Input`] and others of what is read.
pub fn map(request: &MapRequest, observer: &dyn Observer) -> Result<Map, Error> {
    observer.begin(Stage::Texts, None);
    let read = collection::read(request)?;
    for told in &read.decisions {
        observer.note(Stage::Texts, &format!("{}: {} ({})", told.about, told.decided, told.reason));
    }
    observer.end(Stage::Texts, read.items.len() as u64);
    let house = together::house_words(&read);
    let config = config(request, &house);
    let together = together::take_apart(&read, request, &config)?;
    let laid_out = together.laid_out();
    let input = OverlapInput {
        counts: &laid_out.counts,
        item_of: &laid_out.item_of,
        collection_of: &laid_out.collection_of,
        class_of: &laid_out.class_of,
    };
    let settings = OverlapSettings { least: LEAST_RELATED, ..OverlapSettings::default() };
    let found = find_overlaps(&input, &settings, request.seed)?;
    let rule = Rule {
        related_from: four_decimals(found.threshold),
        overlap_from: four_decimals((OVER_CHANCE * found.threshold).max(LEAST_OVERLAP)),
        copied_words: COPIED_WORDS,
        chance_draws: found.chance.n_draws,
        chance_mean: four_decimals(found.chance.mean),
        chance_strength: four_decimals(found.chance.strength),
    };
    let mut items = together.items(&read);
    let pairs = overlaps::tell(&found.pairs, &together, &laid_out, &items, &rule);
    overlaps::add_partners(&mut items, &pairs);
    let matrix = matrix::matrix(&together, &read, &mut items);
    Ok(Map {
        schema: SCHEMA,
        version: env!("CARGO_PKG_VERSION"),
        seed: request.seed,
        duplicated_work: work::groups(&pairs, &items),
        collections: together.collections(&read, &pairs, &house)?,
        alone: together.alone(&read),
        set_aside: together.set_aside(&read),
        rule,
        overlaps: pairs.into_iter().map(|pair| pair.told).collect(),
        matrix,
        items,
        decisions: read.decisions,
    })
}

/// The files of a map: [`NAMES`].
///
/// # Errors
/// [`Error::Template`]: a fault of this program.
pub fn files(map: &Map) -> Result<Vec<OutputFile>, Error> {
    let mut json = serde_json::to_vec_pretty(map).map_err(|error| Error::Template(error.to_string()))?;
    json.push(b'\n');
    let page = page::render(map)?;
    let contents = [page.into_bytes(), json, tables::overlaps(map), tables::matrix(map), tables::work(map)];
    Ok(NAMES.into_iter().zip(contents).map(|(name, bytes)| OutputFile { name: name.into(), bytes }).collect())
}

/// The settings that items are taken apart and themes are found by.
fn config(request: &MapRequest, house: &[Vec<String>]) -> Config {
    let mut config = Config { seed: Some(request.seed), ..Config::default() };
    // An item is no submission: one that stands twice is an overlap, not a double.
    config.ledger.double_submissions = false;
    config.ledger.test_entries = false;
    config.text.boilerplate_share = FORMULA_SHARE;
    let house: BTreeSet<&String> = house.iter().flatten().collect();
    config.text.stop_words = house.into_iter().cloned().collect();
    config.themes.resamples = 0;
    config.themes.min_respondents = 2;
    config.duplicates.passage_words = COPIED_WORDS;
    config.findings.beyond = 0;
    config.synonyms.clone_from(&request.synonyms);
    config
}
