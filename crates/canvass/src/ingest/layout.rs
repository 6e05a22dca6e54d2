//! Works out what each column is: completes what the configuration leaves out.
//!
//! What the configuration states is taken. The rest is judged by headers and by the first [`ROWS_LOOKED_AT`] rows; only
//! ids are looked at in every row. Recognising again with the result as configuration gives the same result.

mod column;
mod identity;
mod lacking;
mod language;
mod links;
mod long;
mod marks;
mod matrix;
mod profile;
mod translation;
mod wide;
mod words;

use self::column::Header;
pub(super) use self::language::named_language;
pub(crate) use self::marks::{Mark, mark, option, shared_wording};
use self::profile::Profile;
use self::words::Words;
pub(crate) use self::words::fold;
use super::error::{IN_ANOTHER, brief};
use super::table::{DEFAULT_MAX_CELL_BYTES, Headed, Table, Tables, is_blank, is_email, tidy, trimmed};
use super::{Decision, IngestError, column_letters, day};
use crate::settings::{Config, InputSettings, Layout, Question, QuestionConfig};
use std::collections::{BTreeMap, BTreeSet};

/// Rows by which columns are judged, over all files.
const ROWS_LOOKED_AT: usize = 5000;

/// The layout, complete.
#[derive(Debug)]
pub(super) struct Recognised {
    pub(super) input: InputSettings,
    pub(super) questions: Vec<Question>,
    /// For each of them why it is of its kind.
    pub(super) reasons: Vec<String>,
    /// For each of them where its answers stand.
    pub(super) places: Vec<String>,
    /// What is wrong if one question has to be open, and none is.
    pub(super) refusal: Option<IngestError>,
    pub(super) decisions: Vec<Decision>,
}

/// Works out the layout of the files.
///
/// # Errors
/// [`IngestError::NoSuchColumn`], [`IngestError::ColumnTwice`], [`IngestError::DoubleQuestion`],
/// [`IngestError::NamelessQuestion`], [`IngestError::SeveralColumns`], [`IngestError::NoLongColumn`],
/// [`IngestError::BlankCell`], [`IngestError::PersonalIds`], [`IngestError::MisplacedTranslation`],
/// [`IngestError::NoOpenQuestion`]
pub(super) fn recognise(tables: &Tables, config: &Config) -> Result<Recognised, IngestError> {
    let words = Words::load();
    let columns = Columns::new(&tables.answers);
    let stated = Stated::new(&columns, config, &words)?;
    let wordings = Wordings::read(tables.questions.as_ref(), &words, &tables.outline)?;
    let mut decisions = tables.decisions.clone();
    let layout = layout(&columns, config, &stated, &words, &mut decisions);
    stated.refuse_misplaced_translation(layout, columns.first())?;
    let input = InputSettings {
        layout,
        sheet: sheet(&tables.answers, &mut decisions),
        encoding: config.input.encoding.clone().unwrap_or_default(),
        delimiter: config.input.delimiter.clone().unwrap_or_default(),
        header_rows: config.input.header_rows.unwrap_or_default(),
        date_order: config.input.date_order.unwrap_or_default(),
        max_cell_bytes: config.input.max_cell_bytes.unwrap_or(DEFAULT_MAX_CELL_BYTES),
        ..InputSettings::unnamed()
    };
    let outline = tables.outline.as_slice();
    let job = Job { columns: &columns, stated: &stated, wordings: &wordings, outline, config, words: &words };
    let draft =
        Recognised { input, questions: Vec::new(), reasons: Vec::new(), places: Vec::new(), refusal: None, decisions };
    let mut draft = match layout {
        Layout::Wide => wide::recognise(&job, draft)?,
        Layout::Long => long::recognise(&job, draft)?,
    };
    date_order(&job, &mut draft);
    draft.decisions.extend(lacking::lacking(&tables.answers, &draft.input, &draft.questions));
    links::link(&job, &mut draft.questions, &mut draft.decisions)?;
    let place = |question: &Question| {
        let headed: Vec<&str> = outline_of(outline, &question.id).map(|headed| headed.place.as_str()).collect();
        if headed.is_empty() { place(&tables.answers, &draft.input, question) } else { headed.join("; ") }
    };
    draft.places = draft.questions.iter().map(place).collect();
    Ok(draft)
}

/// What published documents say of a question.
fn outline_of<'t>(outline: &'t [Headed], id: &str) -> impl Iterator<Item = &'t Headed> {
    outline.iter().filter(move |headed| headed.id == trimmed(id))
}

/// Where the answers to a question stand, in each file: `a.xlsx, sheet "Form1", columns F to H`.
fn place(tables: &[Table], input: &InputSettings, question: &Question) -> String {
    const MOST: usize = 3;
    let names = if question.columns.is_empty() {
        std::slice::from_ref(&input.text_column)
    } else {
        question.columns.as_slice()
    };
    let mut places: Vec<String> = tables
        .iter()
        .filter_map(|table| {
            let mut columns: Vec<u32> = names.iter().filter_map(|name| table.column_idx(name)).collect();
            columns.sort_unstable();
            let runs: Vec<String> = columns.chunk_by(|a, b| a + 1 == *b).map(run).collect();
            let plural = if columns.len() == 1 { "" } else { "s" };
            let sheet = if table.sheet.is_empty() { String::new() } else { format!(", sheet {:?}", table.sheet) };
            (!runs.is_empty()).then(|| format!("{}{sheet}, column{plural} {}", table.file, runs.join(", ")))
        })
        .collect();
    if places.len() > MOST {
        let more = places.len() - MOST;
        places.truncate(MOST);
        places.push(format!("and {more} more files"));
    }
    places.join("; ")
}

/// Neighbouring columns: `F`, `F to H`.
fn run(columns: &[u32]) -> String {
    match columns {
        [] => String::new(),
        [one] => column_letters(*one),
        [first, .., last] => format!("{} to {}", column_letters(*first), column_letters(*last)),
    }
}

/// Works out in which order the dates of the time column are written, unless the configuration says so.
fn date_order(job: &Job<'_>, recognised: &mut Recognised) {
    let column = recognised.input.time_column.as_str();
    if column.is_empty() || job.config.input.date_order.is_some() {
        return;
    }
    let (order, reason) = day::order(job.columns.cells(column).map(trimmed));
    recognised.input.date_order = order;
    recognised.decisions.push(Decision {
        about: brief(column),
        decided: format!("dates are written {}", order.describe()),
        reason,
    });
}

/// Of the columns that hold times the one that is taken, of the best header the first, and the others.
fn further_times<'t>(job: &Job<'t>, mut times: Vec<&'t str>) -> (Option<&'t str>, Vec<&'t str>) {
    if job.stated.time.is_some() {
        return (None, times);
    }
    // Stable: among equals the first column.
    times.sort_by_key(|name| job.header(name).time_rank());
    let further = times.split_off(times.len().min(1));
    (times.pop(), further)
}

/// What both layouts are recognised from.
struct Job<'a> {
    columns: &'a Columns<'a>,
    stated: &'a Stated,
    wordings: &'a Wordings,
    outline: &'a [Headed],
    config: &'a Config,
    words: &'a Words,
}

impl Job<'_> {
    fn header(&self, name: &str) -> Header<'_> {
        Header::new(name, self.words)
    }

    /// The error for a consultation without an open question.
    fn no_open_question(&self, taken_for: Vec<String>) -> IngestError {
        let first = self.columns.first();
        IngestError::NoOpenQuestion { file: first.file.to_string(), sheet: first.sheet.to_string(), taken_for }
    }
}

/// The columns of all files of answers, matched by name.
struct Columns<'t> {
    tables: &'t [Table],
    /// Those of the first file in its order, then what others have besides.
    names: Vec<&'t str>,
}

impl<'t> Columns<'t> {
    fn new(tables: &'t [Table]) -> Self {
        let mut known = BTreeSet::new();
        let all = tables.iter().flat_map(|table| &table.columns).map(|column| column.name.as_str());
        Self { tables, names: all.filter(|name| known.insert(*name)).collect() }
    }

    fn first(&self) -> &'t Table {
        // Intake refuses an empty list of files before any table is read.
        &self.tables[0]
    }

    /// The name as the files have it, which every file must.
    fn everywhere(&self, name: &str, setting: &str) -> Result<String, IngestError> {
        let wanted = tidy(name);
        match self.tables.iter().find(|table| table.column_idx(&wanted).is_none()) {
            Some(table) => {
                let is_elsewhere = self.names.contains(&wanted.as_str());
                let setting = if is_elsewhere { in_another(setting) } else { setting.to_owned() };
                Err(no_such_column(table, wanted, &setting))
            }
            None => Ok(wanted),
        }
    }

    /// The name as the files have it, which at least one file must.
    fn anywhere(&self, name: &str, setting: &str) -> Result<String, IngestError> {
        let wanted = tidy(name);
        if self.names.contains(&wanted.as_str()) { Ok(wanted) } else { self.everywhere(name, setting) }
    }

    /// The name as the files have it. A file may lack the column, but not have it by a name that differs in case, spaces and marks only.
    fn optional(&self, name: &str, setting: &str) -> Result<String, IngestError> {
        let wanted = self.anywhere(name, setting)?;
        let folded = fold(&wanted);
        let is_alike = |table: &&Table| {
            table.column_idx(&wanted).is_none() && table.columns.iter().any(|column| fold(&column.name) == folded)
        };
        match self.tables.iter().find(is_alike) {
            Some(table) => Err(no_such_column(table, wanted, &in_another(setting))),
            None => Ok(wanted),
        }
    }

    /// The cells of a column, top to bottom, of the files that have it.
    fn cells(&self, name: &str) -> impl Iterator<Item = &'t str> {
        let columns: Vec<_> = self.tables.iter().filter_map(|table| Some((table, table.column_idx(name)?))).collect();
        columns.into_iter().flat_map(|(table, column_idx)| table.rows.iter().map(move |row| row.cell(column_idx)))
    }

    /// Whether any cell of the column, in any row, is an e-mail address.
    fn has_email(&self, name: &str) -> bool {
        self.cells(name).any(is_email)
    }

    fn profile(&self, name: &str) -> Profile<'t> {
        Profile::of(self.cells(name).take(ROWS_LOOKED_AT))
    }
}

/// The use of a column, with the word that another file has it.
fn in_another(setting: &str) -> String {
    format!("{setting}{IN_ANOTHER}")
}

/// The error for a table that lacks a column.
fn no_such_column(table: &Table, wanted: String, setting: &str) -> IngestError {
    let available = table.names();
    let (file, sheet, setting) = (table.file.to_string(), table.sheet.to_string(), setting.to_owned());
    IngestError::NoSuchColumn { file, sheet, setting, wanted, available }
}

/// The columns the configuration names, checked. `None`: not stated; an empty name: there is none.
struct Stated {
    id: Option<String>,
    respondent: Option<String>,
    email: Option<String>,
    question: Option<String>,
    text: Option<String>,
    translation: Option<String>,
    language: Option<String>,
    time: Option<String>,
    /// The translation column of each `[[question]]`, in that order.
    translations: Vec<Option<String>>,
    attributes: Vec<String>,
    ignored: Vec<String>,
    /// What the configuration uses each column for, in words.
    uses: BTreeMap<String, String>,
}

impl Stated {
    fn new(columns: &Columns<'_>, config: &Config, words: &Words) -> Result<Self, IngestError> {
        let input = &config.input;
        let one = |name: &Option<String>, setting: &str| match name {
            Some(name) if !name.is_empty() => columns.everywhere(name, setting).map(Some),
            stated => Ok(stated.clone()),
        };
        // One file may hold answers that need no translation, or come from a channel that asks for no address.
        let part = |name: &Option<String>, setting: &str| match name {
            Some(name) if !name.is_empty() => columns.optional(name, setting).map(Some),
            stated => Ok(stated.clone()),
        };
        let any = |name: &Option<String>, setting: &str| match name {
            Some(name) if !name.is_empty() => columns.anywhere(name, setting).map(Some),
            stated => Ok(stated.clone()),
        };
        let mut stated = Self {
            id: one(&input.id_column, "id_column")?,
            respondent: one(&input.respondent_column, "respondent_column")?,
            email: part(&input.email_column, "email_column")?,
            question: one(&input.question_column, "question_column")?,
            text: one(&input.text_column, "text_column")?,
            translation: any(&input.translation_column, "translation_column")?,
            language: part(&input.language_column, "language_column")?,
            time: any(&input.time_column, "time_column")?,
            translations: Vec::new(),
            attributes: Vec::new(),
            ignored: Vec::new(),
            uses: BTreeMap::new(),
        };
        for name in &input.attribute_columns {
            stated.attributes.push(columns.optional(name, "attribute_columns")?);
        }
        for name in &input.ignored_columns {
            stated.ignored.push(columns.anywhere(name, "ignored_columns")?);
        }
        refuse_personal(columns, words, stated.id.as_deref(), "id_column")?;
        refuse_personal(columns, words, stated.respondent.as_deref(), "respondent_column")?;
        // One column may well be the id of both a response and its respondent.
        let respondent = if stated.respondent == stated.id { None } else { stated.respondent.clone() };
        for (name, setting) in [
            (stated.id.clone(), "id_column"),
            (respondent, "respondent_column"),
            (stated.email.clone(), "email_column"),
            (stated.question.clone(), "question_column"),
            (stated.text.clone(), "text_column"),
            (stated.translation.clone(), "translation_column"),
            (stated.language.clone(), "language_column"),
            (stated.time.clone(), "time_column"),
        ] {
            stated.claim(name.as_deref().unwrap_or_default(), setting)?;
        }
        for (position, question) in config.questions.iter().enumerate() {
            let setting = format!("translation_column of question {}", label(position, question));
            let name = any(&question.translation_column, &setting)?;
            stated.claim(name.as_deref().unwrap_or_default(), &setting)?;
            stated.translations.push(name);
        }
        // The language of an answer may describe the respondent, too.
        let language = stated.language.clone();
        for name in stated.attributes.clone().into_iter().filter(|name| language.as_ref() != Some(name)) {
            stated.claim(&name, "one of attribute_columns")?;
        }
        for name in stated.ignored.clone() {
            stated.claim(&name, "one of ignored_columns")?;
        }
        Ok(stated)
    }

    /// Notes the use of a column, which may have one only.
    fn claim(&mut self, name: &str, setting: &str) -> Result<(), IngestError> {
        if name.is_empty() {
            return Ok(());
        }
        match self.uses.insert(name.to_owned(), setting.to_owned()) {
            Some(first) => Err(IngestError::ColumnTwice { column: brief(name), first, second: setting.to_owned() }),
            None => Ok(()),
        }
    }

    /// In a wide file each question has its own translation column; in a long one the answers have one.
    fn refuse_misplaced_translation(&self, layout: Layout, first: &Table) -> Result<(), IngestError> {
        let named = |name: &Option<String>| name.as_deref().filter(|name| !name.is_empty()).map(brief);
        let misplaced = match layout {
            Layout::Wide => named(&self.translation),
            Layout::Long => self.translations.iter().find_map(named),
        };
        match misplaced {
            Some(column) => {
                let (file, sheet) = (first.file.to_string(), first.sheet.to_string());
                Err(IngestError::MisplacedTranslation { file, sheet, layout, column })
            }
            None => Ok(()),
        }
    }

    /// Whether the configuration says what the column is for.
    fn has_use(&self, name: &str) -> bool {
        self.uses.contains_key(name)
    }
}

/// What a `[[question]]` is called in a message.
fn label(position: usize, question: &QuestionConfig) -> String {
    question.id.clone().unwrap_or_else(|| format!("number {}", position + 1))
}

/// Ids appear in every output, so that names and e-mail addresses cannot be ids.
fn refuse_personal(
    columns: &Columns<'_>,
    words: &Words,
    name: Option<&str>,
    setting: &'static str,
) -> Result<(), IngestError> {
    let Some(name) = name.filter(|name| !name.is_empty()) else { return Ok(()) };
    let header = Header::new(name, words);
    let found = if header.names_email() || columns.has_email(name) {
        "e-mail addresses"
    } else if header.names_person() {
        "names of persons"
    } else {
        return Ok(());
    };
    let (first, column) = (columns.first(), brief(name));
    let (file, sheet) = (first.file.to_string(), first.sheet.to_string());
    Err(IngestError::PersonalIds { file, sheet, setting, column, found })
}

/// The wording of questions, from the questions file.
struct Wordings {
    /// Id and wording in the order of the file.
    entries: Vec<(String, String)>,
}

impl Wordings {
    /// What a questions file says goes before what the headings of a document say.
    fn read(table: Option<&Table>, words: &Words, outline: &[Headed]) -> Result<Self, IngestError> {
        let mut entries: Vec<(String, String)> = Vec::new();
        let Some(table) = table else {
            for headed in outline {
                if !entries.iter().any(|(id, _)| *id == headed.id) {
                    entries.push((headed.id.clone(), headed.text.clone()));
                }
            }
            return Ok(Self { entries });
        };
        let find = |list: &words::List, wanted: &str| {
            let found =
                list.entries().find_map(|entry| table.columns.iter().find(|column| fold(&column.name) == entry));
            found.ok_or_else(|| no_such_column(table, wanted.to_owned(), "the questions file needs it"))
        };
        let (question, wording) = (find(&words.question, "question")?, find(&words.wording, "text")?);
        let mut known = BTreeMap::new();
        for row in table.rows.iter() {
            let (id, text) = (trimmed(row.cell(question.index)), trimmed(row.cell(wording.index)));
            if id.is_empty() || text.is_empty() {
                continue;
            }
            if let Some(first) = known.insert(id, text) {
                let (first, second) = (brief(first), brief(text));
                return Err(IngestError::DoubleQuestion { id: id.to_owned(), first, second });
            }
            entries.push((id.to_owned(), text.to_owned()));
        }
        Ok(Self { entries })
    }

    fn get(&self, id: &str) -> Option<&str> {
        self.entries.iter().find(|(known, _)| known == id).map(|(_, text)| text.as_str())
    }
}

/// Wide, unless the configuration says otherwise or the columns of a long file are there.
fn layout(
    columns: &Columns<'_>,
    config: &Config,
    stated: &Stated,
    words: &Words,
    decisions: &mut Vec<Decision>,
) -> Layout {
    if let Some(layout) = config.input.layout {
        return layout;
    }
    let is_named = |name: &Option<String>| name.as_ref().is_some_and(|name| !name.is_empty());
    if is_named(&stated.question) || is_named(&stated.text) {
        return Layout::Long;
    }
    let question = long::find(columns, stated, &words.question, &[]);
    let text = question.and_then(|question| long::find(columns, stated, &words.text, &[question]));
    let (layout, reason) = match (question, text) {
        (Some(question), Some(text)) if columns.profile(question).repeated() > 0.0 => {
            (Layout::Long, format!("the column {question:?} says to which question the column {text:?} is an answer"))
        }
        _ => (Layout::Wide, "no pair of columns holds the question and the answer".into()),
    };
    let decided = match layout {
        Layout::Wide => "wide: a column for each question",
        Layout::Long => "long: a row for each answer",
    };
    decisions.push(Decision { about: "layout".into(), decided: decided.into(), reason });
    layout
}

/// The sheet to name in the settings: the one sheet that was read, or none where the workbooks differ.
fn sheet(tables: &[Table], decisions: &mut Vec<Decision>) -> String {
    let sheets: BTreeSet<&str> =
        tables.iter().map(|table| table.sheet.as_ref()).filter(|name| !name.is_empty()).collect();
    if sheets.len() > 1 {
        decisions.push(Decision {
            about: "sheet".into(),
            decided: "the first sheet with data is read in each workbook".into(),
            reason: format!(
                "the workbooks name it differently: {}",
                sheets.iter().copied().collect::<Vec<_>>().join(", ")
            ),
        });
        return String::new();
    }
    sheets.first().map_or_else(String::new, |name| (*name).to_owned())
}

#[cfg(test)]
mod tests {
    use crate::ingest::fixture::complete;
    use crate::ingest::read;
    use crate::settings::Config;
    use std::path::{Path, PathBuf};

    fn workbook(folder: &Path, file: &str, sheet: &str) -> PathBuf {
        let path = folder.join(file);
        let mut writer = rust_xlsxwriter::Workbook::new();
        let sheet = writer.add_worksheet().set_name(sheet).unwrap();
        sheet.write_column(0, 0, ["id", file]).unwrap();
        sheet.write_column(0, 1, ["Any comments?", "Too slow for us"]).unwrap();
        writer.save(&path).unwrap();
        path
    }

    #[test]
    fn the_sheet_is_named_in_the_settings_only_where_it_is_the_same_in_every_workbook() {
        let folder = tempfile::tempdir().unwrap();
        let files = ["a.xlsx", "b.xlsx"].map(|file| workbook(folder.path(), file, "Form1"));
        let other = [files[0].clone(), workbook(folder.path(), "c.xlsx", "Sheet1")];
        for (files, sheet) in [(files, "Form1"), (other, "")] {
            let intake = read(&files, &Config::default(), None).unwrap();
            assert_eq!(intake.input.sheet, sheet);
            let again = read(&files, &complete(&intake), None).unwrap();
            assert_eq!((again.input, again.questions), (intake.input, intake.questions));
        }
    }
}
