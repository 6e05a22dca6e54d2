//! What was copied in files of any length, without anything else being found in them.
//!
//! [`find`] reads the files once and keeps of each text its shingles (4 bytes a word) and its place; what is found is written by
//! [`Found::write_pairs`] and [`Found::write_groups`], which read the texts of each pair again at their places. So the texts are never in memory
//! together. All texts are compared with each other, whatever file they are in.

mod error;
mod reader;
mod score;

use crate::error::Error;
use crate::pipeline::duplicates::{Common, in_bytes, passages_of, word_spans};
use crate::progress::{Observer, Stage};
use crate::references;
use crate::report::{decimal, guarded, spans};
use canvass_analysis::duplicates::{Pair, QuotingPair, jaccard};
use canvass_analysis::{
    AnalysisError, DuplicateKind, DuplicateSettings, Duplicates, Group, Texts, find_duplicates, find_quotations,
};
use canvass_text::Span;
use rayon::prelude::*;
use reader::{Record, Records, TextFile};
use serde_json::json;
use std::io::Write;
use std::path::PathBuf;

pub use error::DuplicatesError;
pub use reader::Columns;
pub use score::{EditScore, plot, score, table};

/// Texts that are read before they are reduced together, at most ...
const BATCH_TEXTS: usize = 1 << 16;
/// ... and their bytes.
const BATCH_BYTES: usize = 1 << 25;
/// Texts or pairs a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 1024;

/// What is to be searched, and how.
#[derive(Clone, Debug)]
pub struct DuplicatesRequest {
    /// The files of texts.
    pub files: Vec<PathBuf>,
    /// Where id and text stand in them.
    pub columns: Columns,
    /// Texts sent with the form.
    pub references: Vec<PathBuf>,
    /// What counts as copied.
    pub settings: DuplicateSettings,
    /// The shortest quotation of a reference text, in words.
    pub quotation_words: usize,
    /// The longest record accepted, in bytes.
    pub max_record_bytes: usize,
}

impl Default for DuplicatesRequest {
    fn default() -> Self {
        Self {
            files: Vec::new(),
            columns: Columns::default(),
            references: Vec::new(),
            settings: DuplicateSettings::default(),
            quotation_words: 8,
            max_record_bytes: 1 << 26,
        }
    }
}

/// How results are written.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum TableFormat {
    /// Comma-separated, with a header.
    #[default]
    Csv,
    /// A JSON object a line.
    Jsonl,
}

/// What was copied, and where the texts are.
#[derive(Debug)]
pub struct Found {
    files: Vec<TextFile>,
    /// For each file the number of its first text.
    first: Vec<u32>,
    /// For each text the byte its record begins at.
    places: Vec<u64>,
    texts: Texts,
    duplicates: Duplicates,
    /// Those who quote the same passage.
    quotations: Vec<Group>,
    quoting_pairs: Vec<QuotingPair>,
}

/// Finds what was copied.
///
/// # Errors
/// [`Error::Input`], [`Error::Duplicates`], [`Error::Settings`] and [`Error::Analysis`].
pub fn find(request: &DuplicatesRequest, observer: &dyn Observer) -> Result<Found, Error> {
    check(request)?;
    if request.files.is_empty() {
        return Err(crate::ingest::IngestError::NoFile.into());
    }
    let references = references::read(&[], None, &request.references)?;
    let common = references.iter().map(|(_, text)| text.as_str());
    let common = Common::new(common, &request.settings, request.quotation_words);
    let open = |path: &PathBuf| TextFile::open(path, &request.columns, request.max_record_bytes);
    let files: Vec<TextFile> = request.files.iter().map(open).collect::<Result<_, Error>>()?;
    let mut first = Vec::new();
    let (mut places, mut texts, mut quoting) = (Vec::new(), Texts::new(&request.settings), Vec::new());
    observer.begin(Stage::Texts, None);
    for file in &files {
        let before = texts.len();
        first.push(before as u32);
        let mut records = file.records()?;
        loop {
            let batch = batch(&mut records)?;
            if batch.is_empty() {
                break;
            }
            if texts.len() + batch.len() >= u32::MAX as usize {
                return Err(DuplicatesError::TooMany { limit: u32::MAX - 1 }.into());
            }
            let from = texts.len();
            let reduced: Vec<_> = batch
                .par_chunks(CHUNK)
                .enumerate()
                .map(|(chunk, records)| {
                    let texts = records.iter().map(|record| record.text.as_str());
                    common.reduce(texts, (from + chunk * CHUNK) as u32, &request.settings)
                })
                .collect();
            for (reduced, quotes) in reduced {
                texts.append(&reduced);
                quoting.extend(quotes);
            }
            places.extend(batch.iter().map(|record| record.at));
        }
        if texts.len() == before {
            return Err(DuplicatesError::NoTexts { file: file.name().to_owned() }.into());
        }
    }
    observer.end(Stage::Texts, texts.len() as u64);
    observer.begin(Stage::Duplicates, None);
    let duplicates = find_duplicates(&texts, &request.settings)?;
    let (quotations, quoting_pairs) = find_quotations(&quoting, request.settings.shingle_words);
    observer.end(Stage::Duplicates, texts.len() as u64);
    Ok(Found { files, first, places, texts, duplicates, quotations, quoting_pairs })
}

/// Checks the bounds; what an option sets is named by the option.
fn check(request: &DuplicatesRequest) -> Result<(), Error> {
    let refuse = |what, found: String, expected| Err(DuplicatesError::OutOfRange { what, found, expected }.into());
    if request.max_record_bytes == 0 || u32::try_from(request.max_record_bytes).is_err() {
        // A span is of bytes that 32 bits count.
        return refuse("--max-record-bytes", request.max_record_bytes.to_string(), "from 1 to 4294967295");
    }
    match request.settings.check() {
        Err(AnalysisError::OutOfRange { setting: "duplicates.min_similarity", found, expected }) => {
            refuse("--min-similarity", found.to_string(), expected)
        }
        Err(AnalysisError::OutOfRange { setting: "duplicates.target_recall", found, expected }) => {
            refuse("--target-recall", found.to_string(), expected)
        }
        other => Ok(other?),
    }
}

/// The next records, as many as are held in memory at once.
fn batch(records: &mut Records<'_>) -> Result<Vec<Record>, Error> {
    let (mut batch, mut n_bytes) = (Vec::new(), 0);
    while batch.len() < BATCH_TEXTS && n_bytes < BATCH_BYTES {
        let Some(record) = records.next()? else { break };
        n_bytes += record.text.len();
        batch.push(record);
    }
    Ok(batch)
}

/// Reads texts again, by their numbers.
struct Again<'f> {
    found: &'f Found,
    records: Vec<Option<Records<'f>>>,
}

impl<'f> Again<'f> {
    fn new(found: &'f Found) -> Self {
        Self { found, records: found.files.iter().map(|_| None).collect() }
    }

    /// The id and the text. Where the file has no ids it is the number, from 1 on, over all files.
    fn read(&mut self, number: u32) -> Result<(String, String), Error> {
        let file = self.found.first.partition_point(|first| *first <= number) - 1;
        if self.records[file].is_none() {
            self.records[file] = Some(self.found.files[file].single_records()?);
        }
        let changed = || DuplicatesError::Changed { file: self.found.files[file].name().to_owned() };
        let Some(records) = &mut self.records[file] else { return Err(changed().into()) };
        records.seek(self.found.places[number as usize])?;
        let record = records.next()?.ok_or_else(changed)?;
        Ok((record.id.unwrap_or_else(|| (number + 1).to_string()), record.text))
    }

    fn id(&mut self, number: u32) -> Result<String, Error> {
        if self.found.files.iter().any(TextFile::has_ids) {
            return Ok(self.read(number)?.0);
        }
        Ok((number + 1).to_string())
    }
}

impl Found {
    /// How many texts were compared.
    pub fn n_texts(&self) -> usize {
        self.texts.len()
    }

    /// What was copied; indices are numbers of texts over all files.
    pub fn duplicates(&self) -> &Duplicates {
        &self.duplicates
    }

    /// The ids of all texts.
    ///
    /// # Errors
    /// As [`find`].
    pub(crate) fn ids(&self) -> Result<Vec<String>, Error> {
        let mut ids = Vec::with_capacity(self.texts.len());
        for file in &self.files {
            let mut records = file.records()?;
            while let Some(record) = records.next()? {
                ids.push(record.id.unwrap_or_else(|| (ids.len() + 1).to_string()));
            }
        }
        Ok(ids)
    }

    /// Writes a line for each pair: `response_a,response_b,kind,similarity,containment,jaccard,spans`, quotations last.
    ///
    /// # Errors
    /// [`Error::Io`]; [`DuplicatesError::Changed`] if a file is no longer what was read.
    pub fn write_pairs(&self, format: TableFormat, out: &mut dyn Write) -> Result<(), Error> {
        if format == TableFormat::Csv {
            put(out, b"response_a,response_b,kind,similarity,containment,jaccard,spans\n")?;
        }
        // So many chunks are made at a time, then written.
        for block in self.duplicates.pairs.chunks(64 * CHUNK) {
            let made: Vec<Result<Vec<u8>, Error>> =
                block.par_chunks(CHUNK).map(|pairs| self.lines(pairs, format)).collect();
            for bytes in made {
                put(out, &bytes?)?;
            }
        }
        let mut again = Again::new(self);
        let pairs = &self.duplicates.pairs;
        for pair in &self.quoting_pairs {
            if pairs.binary_search_by_key(&(pair.a, pair.b), |known| (known.a, known.b)).is_ok() {
                continue;
            }
            let ((id_a, a), (id_b, b)) = (again.read(pair.a)?, again.read(pair.b)?);
            let spans = spans(&in_bytes(&pair.passages, &word_spans(&a), &word_spans(&b)));
            let kind = DuplicateKind::Quotation;
            let line = line(
                format,
                &[&id_a, &id_b],
                kind,
                &[pair.similarity, pair.containment, jaccard(&self.texts, pair.a, pair.b)],
                &spans,
            );
            put(out, &line)?;
        }
        Ok(())
    }

    fn lines(&self, pairs: &[Pair], format: TableFormat) -> Result<Vec<u8>, Error> {
        let mut again = Again::new(self);
        let mut known: Option<(u32, String, Vec<Span>)> = None;
        let mut bytes = Vec::new();
        for pair in pairs {
            let (id_a, words_a) = match known.take() {
                Some((of, id, words)) if of == pair.a => (id, words),
                _ => {
                    let (id, text) = again.read(pair.a)?;
                    (id, word_spans(&text))
                }
            };
            let (id_b, b) = again.read(pair.b)?;
            let words_b = word_spans(&b);
            let passages = passages_of(&self.texts, pair.a, pair.b, pair.kind, words_a.len());
            let fits = |start: u32, n: u32, words: &[Span]| (start + n) as usize <= words.len();
            let is_whole = |passage: &canvass_analysis::duplicates::Passage| {
                fits(passage.start_a, passage.n_words, &words_a) && fits(passage.start_b, passage.n_words, &words_b)
            };
            if !passages.iter().all(is_whole) {
                let file = self.first.partition_point(|first| *first <= pair.b) - 1;
                return Err(DuplicatesError::Changed { file: self.files[file].name().to_owned() }.into());
            }
            let spans = spans(&in_bytes(&passages, &words_a, &words_b));
            let figures = [pair.similarity, pair.containment, pair.jaccard];
            bytes.extend(line(format, &[&id_a, &id_b], pair.kind, &figures, &spans));
            known = Some((pair.a, id_a, words_a));
        }
        Ok(bytes)
    }

    /// Writes a line for each member of a group: `group_id,kind,response_id,similarity,representative`, quotations last.
    ///
    /// # Errors
    /// As [`Self::write_pairs`].
    pub fn write_groups(&self, format: TableFormat, out: &mut dyn Write) -> Result<(), Error> {
        if format == TableFormat::Csv {
            put(out, b"group_id,kind,response_id,similarity,representative\n")?;
        }
        let mut again = Again::new(self);
        let numbered = |letter: char, groups: &'_ [Group]| {
            (1..)
                .zip(groups.to_vec())
                .map(move |(number, group)| (format!("{letter}{number:02}"), group))
                .collect::<Vec<_>>()
        };
        for (id, group) in numbered('d', &self.duplicates.groups).into_iter().chain(numbered('r', &self.quotations)) {
            let representative = again.id(group.representative_idx)?;
            for member in &group.members {
                let response = again.id(member.document_idx)?;
                let kind = member.kind.name();
                let bytes = match format {
                    TableFormat::Csv => row(&[&id, kind, &response, &decimal(member.similarity), &representative]),
                    TableFormat::Jsonl => object(&json!({
                        "group_id": id, "kind": kind, "response_id": response,
                        "similarity": crate::findings::four_decimals(member.similarity), "representative": representative,
                    })),
                };
                put(out, &bytes)?;
            }
        }
        Ok(())
    }
}

fn put(out: &mut dyn Write, bytes: &[u8]) -> Result<(), Error> {
    out.write_all(bytes).map_err(Error::io("write", "the results"))
}

fn line(format: TableFormat, ids: &[&str; 2], kind: DuplicateKind, figures: &[f64; 3], spans: &str) -> Vec<u8> {
    let [similarity, containment, jaccard] = figures.map(crate::findings::four_decimals);
    match format {
        TableFormat::Csv => {
            let [similarity, containment, jaccard] = [similarity, containment, jaccard].map(decimal);
            row(&[ids[0], ids[1], kind.name(), &similarity, &containment, &jaccard, spans])
        }
        TableFormat::Jsonl => {
            let passages = spans.split(' ').filter(|span| !span.is_empty()).collect::<Vec<_>>();
            object(&json!({
                "response_a": ids[0], "response_b": ids[1], "kind": kind.name(), "similarity": similarity,
                "containment": containment, "jaccard": jaccard, "spans": passages,
            }))
        }
    }
}

/// A row of a table.
fn row(cells: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (number, cell) in cells.iter().enumerate() {
        if number > 0 {
            bytes.push(b',');
        }
        let cell = guarded(cell);
        if cell.contains(['"', ',', '\n', '\r']) {
            bytes.extend(format!("\"{}\"", cell.replace('"', "\"\"")).bytes());
        } else {
            bytes.extend(cell.bytes());
        }
    }
    bytes.push(b'\n');
    bytes
}

fn object(value: &serde_json::Value) -> Vec<u8> {
    let mut bytes = value.to_string().into_bytes();
    bytes.push(b'\n');
    bytes
}
