//! What was copied in files of any length, without anything else being found in them.
//!
//! [`find`] reads the files once and keeps of each text its shingles (4 bytes a word) and its place; what is found is written by
//! [`Found::write_pairs`] and [`Found::write_groups`], which read the texts of each pair again at their places. So the texts are never in memory
//! together, but for those of a workbook. All texts are compared with each other, whatever file they are in; where the question they answer is
//! known, all that answer the same.

mod error;
mod reader;
mod score;
mod workbook;
mod write;

use crate::error::Error;
use crate::pipeline::duplicates::Common;
use crate::progress::{Observer, Stage};
use crate::references;
use canvass_analysis::duplicates::{Quoting, QuotingPair};
use canvass_analysis::{AnalysisError, DuplicateSettings, Duplicates, Group, Texts, find_duplicates, find_quotations};
use rayon::prelude::*;
use reader::{Record, Records, TextFile};
use std::collections::BTreeMap;
use std::path::PathBuf;

pub use canvass_analysis::duplicates::LISTED_ACROSS;
pub use error::DuplicatesError;
pub use reader::Columns;
pub use score::{EditScore, plot, score, table};

/// Texts that are read before they are reduced together, at most ...
const BATCH_TEXTS: usize = 1 << 16;
/// ... and their bytes.
const BATCH_BYTES: usize = 1 << 25;
/// Texts a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 1024;

/// What is to be searched, and how.
#[derive(Clone, Debug)]
pub struct DuplicatesRequest {
    /// The files of texts.
    pub files: Vec<PathBuf>,
    /// Where id, question and text stand in them.
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
    questions: Vec<Compared>,
    /// Whether the texts answer questions that are named.
    by_question: bool,
}

/// The texts that were compared with each other: all, or those that answer one question.
#[derive(Debug)]
pub struct Compared {
    /// The question; empty where there is but one, without a name.
    question: String,
    /// Which of the texts of a record is one of these.
    column: usize,
    /// For each file the number of its first text here.
    first: Vec<u32>,
    /// For each text the byte, in a workbook the row, its record begins at.
    places: Vec<u64>,
    /// For each text the number of its record, from 1 on, over all files; none where each record has a text here.
    numbers: Vec<u32>,
    texts: Texts,
    duplicates: Duplicates,
    /// Those who quote the same passage.
    quotations: Vec<Group>,
    quoting_pairs: Vec<QuotingPair>,
}

impl Compared {
    fn new(question: String, column: usize, settings: &DuplicateSettings) -> Self {
        Self {
            question,
            column,
            first: Vec::new(),
            places: Vec::new(),
            numbers: Vec::new(),
            texts: Texts::new(settings),
            duplicates: Duplicates::default(),
            quotations: Vec::new(),
            quoting_pairs: Vec::new(),
        }
    }

    /// The question these texts answer; empty where there is but one, without a name.
    pub fn question(&self) -> &str {
        &self.question
    }

    /// How many texts were compared.
    pub fn n_texts(&self) -> usize {
        self.texts.len()
    }

    /// What was copied; indices are numbers of these texts over all files.
    pub fn duplicates(&self) -> &Duplicates {
        &self.duplicates
    }

    /// The file that holds a text.
    fn file_of(&self, number: u32) -> usize {
        self.first.partition_point(|first| *first <= number) - 1
    }

    /// The number of a text's record, from 1 on, over all files.
    fn record_number(&self, number: u32) -> u32 {
        self.numbers.get(number as usize).copied().unwrap_or(number + 1)
    }
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
    let open = |path: &PathBuf| TextFile::open(path, &request.columns, request.max_record_bytes, observer);
    let files: Vec<TextFile> = request.files.iter().map(open).collect::<Result<_, Error>>()?;
    observer.begin(Stage::Texts, None);
    let mut gathering = Gathering::new(request, &common);
    for file in &files {
        let before = gathering.n_records;
        gathering.begin_file();
        let mut records = file.records()?;
        loop {
            let batch = batch(&mut records)?;
            if batch.is_empty() {
                break;
            }
            gathering.add(&batch)?;
        }
        if gathering.n_records == before {
            return Err(DuplicatesError::NoTexts { file: file.name().to_owned() }.into());
        }
    }
    let Gathering { mut questions, quoting, .. } = gathering;
    let n_texts: u64 = questions.iter().map(|of| of.texts.len() as u64).sum();
    observer.end(Stage::Texts, n_texts);
    observer.begin(Stage::Duplicates, None);
    for (of, quoting) in questions.iter_mut().zip(&quoting) {
        // Of one text nothing is a copy.
        if of.texts.len() > 1 {
            of.duplicates = find_duplicates(&of.texts, &request.settings)?;
        }
        (of.quotations, of.quoting_pairs) = find_quotations(quoting, request.settings.shingle_words);
    }
    observer.end(Stage::Duplicates, n_texts);
    Ok(Found { files, questions, by_question: request.columns.by_question() })
}

/// Checks the bounds; what an option sets is named by the option.
fn check(request: &DuplicatesRequest) -> Result<(), Error> {
    let refuse = |what, found: String, expected| Err(DuplicatesError::OutOfRange { what, found, expected }.into());
    if request.max_record_bytes == 0 || u32::try_from(request.max_record_bytes).is_err() {
        // A span is of bytes that 32 bits count.
        return refuse("--max-record-bytes", request.max_record_bytes.to_string(), "from 1 to 4294967295");
    }
    let columns = &request.columns;
    if let Some(twice) = (1..columns.texts.len()).find(|at| columns.texts[..*at].contains(&columns.texts[*at])) {
        let why = format!("the column {:?} is named twice with --text-column", columns.texts[twice]);
        return Err(DuplicatesError::Columns { why }.into());
    }
    if columns.question.is_some() && columns.texts.len() > 1 {
        let why = "there are several --text-column beside a --question-column".into();
        return Err(DuplicatesError::Columns { why }.into());
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
        n_bytes += record.texts().map(str::len).sum::<usize>();
        batch.push(record);
    }
    Ok(batch)
}

/// Puts texts to their questions as they are read.
struct Gathering<'r> {
    request: &'r DuplicatesRequest,
    common: &'r Common,
    questions: Vec<Compared>,
    /// For each question who quotes what.
    quoting: Vec<Vec<Quoting>>,
    /// The questions of a long file by name.
    numbers: BTreeMap<String, usize>,
    n_files: usize,
    n_records: u32,
}

impl<'r> Gathering<'r> {
    fn new(request: &'r DuplicatesRequest, common: &'r Common) -> Self {
        let columns = &request.columns;
        let names = match (&columns.question, columns.texts.len()) {
            (Some(_), _) => Vec::new(),
            (None, 0 | 1) => vec![String::new()],
            _ => columns.texts.clone(),
        };
        let question = |(column, name)| Compared::new(name, column, &request.settings);
        let questions: Vec<Compared> = names.into_iter().enumerate().map(question).collect();
        let quoting = vec![Vec::new(); questions.len()];
        Self { request, common, questions, quoting, numbers: BTreeMap::new(), n_files: 0, n_records: 0 }
    }

    fn begin_file(&mut self) {
        self.n_files += 1;
        self.questions.iter_mut().for_each(|of| of.first.push(of.texts.len() as u32));
    }

    /// Adds records: to each question at once what they have of it.
    fn add(&mut self, batch: &[Record]) -> Result<(), Error> {
        let too_many = || DuplicatesError::TooMany { limit: u32::MAX - 1 };
        let first_record = self.n_records;
        self.n_records = u32::try_from(batch.len())
            .ok()
            .and_then(|more| self.n_records.checked_add(more))
            .filter(|n| *n < u32::MAX)
            .ok_or_else(too_many)?;
        let numbered = batch.iter().zip(first_record + 1..);
        if self.request.columns.question.is_none() {
            for column in 0..self.questions.len() {
                let texts: Vec<&str> = batch.iter().map(|record| record.text(column)).collect();
                self.reduce(column, &texts);
                self.questions[column].places.extend(batch.iter().map(|record| record.at));
            }
            return Ok(());
        }
        let mut by_question: BTreeMap<usize, Vec<(&Record, u32)>> = BTreeMap::new();
        for (record, number) in numbered {
            let question = self.number_of(record.question.as_deref().unwrap_or_default());
            by_question.entry(question).or_default().push((record, number));
        }
        for (question, records) in by_question {
            let texts: Vec<&str> = records.iter().map(|(record, _)| record.text(0)).collect();
            self.reduce(question, &texts);
            let of = &mut self.questions[question];
            of.places.extend(records.iter().map(|(record, _)| record.at));
            of.numbers.extend(records.iter().map(|(_, number)| *number));
        }
        Ok(())
    }

    /// The number of a question, in the order in which they appear.
    fn number_of(&mut self, name: &str) -> usize {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let number = self.questions.len();
        self.numbers.insert(name.to_owned(), number);
        let mut of = Compared::new(name.to_owned(), 0, &self.request.settings);
        // The files before had none of its texts.
        of.first = vec![0; self.n_files];
        self.questions.push(of);
        self.quoting.push(Vec::new());
        number
    }

    fn reduce(&mut self, question: usize, texts: &[&str]) {
        let (common, settings) = (self.common, &self.request.settings);
        let from = self.questions[question].texts.len();
        let reduced: Vec<_> = texts
            .par_chunks(CHUNK)
            .enumerate()
            .map(|(chunk, texts)| common.reduce(texts.iter().copied(), (from + chunk * CHUNK) as u32, settings))
            .collect();
        for (reduced, quotes) in reduced {
            self.questions[question].texts.append(&reduced);
            self.quoting[question].extend(quotes);
        }
    }
}

impl Found {
    /// The questions whose answers were compared, in the order of their columns or of their first answers; one without a name where
    /// they are not told apart.
    pub fn questions(&self) -> &[Compared] {
        &self.questions
    }

    /// The ids of all records.
    ///
    /// # Errors
    /// As [`find`].
    pub(crate) fn ids(&self) -> Result<Vec<String>, Error> {
        let mut ids = Vec::new();
        for file in &self.files {
            let mut records = file.records()?;
            while let Some(record) = records.next()? {
                ids.push(record.id.unwrap_or_else(|| (ids.len() + 1).to_string()));
            }
        }
        Ok(ids)
    }
}
