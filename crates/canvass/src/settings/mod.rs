//! Settings: what the user wrote ([`Config`]) and what the run used ([`Settings`]).
//!
//! Two types, because they are two stages of one idea. A [`Config`] may leave anything out; intake looks at the files
//! and completes it. A [`Settings`] leaves nothing out, and its TOML, written into the run folder as `canvass.toml`,
//! is again a valid [`Config`] that gives the same run.

mod config;
mod quantifier;
mod report;
mod run;

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub use config::{
    CodeFrameConfig, Config, CrosstabConfig, InputConfig, ModelConfig, QuestionConfig, ReferenceConfig, SettingsError,
    TextConfig, TokenizerConfig, read_synonyms,
};
pub(crate) use config::{parse_toml, read_text};
pub(crate) use quantifier::check as check_quantifiers;
pub use quantifier::{ONE, Quantifier, quantifier};
pub use report::{
    HouseFile, HouseFileConfig, MOST_RESPONSES, ReportConfig, ReportFormat, ReportLanguage, ReportSection,
    ReportSettings,
};
pub use run::RunConfig;

/// How a file holds its answers.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Layout {
    /// One row a submission, one column a question.
    Wide,
    /// One row an answer; a column says to which question.
    Long,
}

/// The order in which a date is written.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DateOrder {
    /// Year, month, day.
    #[default]
    Ymd,
    /// Day, month, year.
    Dmy,
    /// Month, day, year.
    Mdy,
}

impl DateOrder {
    /// In words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Ymd => "year, month, day",
            Self::Dmy => "day, month, year",
            Self::Mdy => "month, day, year",
        }
    }
}

/// What kind of answers a question takes.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum QuestionKind {
    /// Free text: the questions that are analysed.
    Open,
    /// One of several options.
    Single,
    /// Any of several options, in one cell, separated by semicolons or commas.
    Multiple,
    /// A number on a scale.
    Scale,
    /// Several statements answered on one scale, a column each.
    Matrix,
}

/// One question of the consultation.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Question {
    /// The id in every output: `q1`, `q2`, ... in a wide file, the question column's cell in a long one.
    pub id: String,
    /// Its kind.
    pub kind: QuestionKind,
    /// The wording.
    pub text: String,
    /// The columns that hold its answers: several for a matrix, none in a long file.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// Wide files: the column with the translation of its answers; none in a long file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub translation_column: Option<String>,
    /// Open questions: the id of the closed question whose further option ("other, please specify") is written out here; empty:
    /// it is a question of its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_of: Option<String>,
    /// Open questions: the id of the closed question by whose answers its respondents are told apart ("please explain your
    /// answer"); empty: by none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split_by: Option<String>,
    /// Closed questions: the options in their order, the lowest first, as the user states them; empty: worked out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub options: Vec<String>,
    /// Closed questions: the options that say that none applies, as the user states them; empty: worked out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub not_applicable: Vec<String>,
    /// Open questions: whether they are answered with lists of names, which are then counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<bool>,
    /// Open questions answered with names: what counts as one group, by its label.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, Vec<String>>,
}

/// Where in the files the answers are; complete. An empty name means "there is none".
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct InputSettings {
    /// Wide or long.
    pub layout: Layout,
    /// The sheet of a workbook; empty for text files and where the workbooks name their sheets differently.
    pub sheet: String,
    /// The encoding of text files that are neither UTF-8 nor have a byte order mark; empty: worked out file by file.
    pub encoding: String,
    /// The character between the cells of text files, or "tab"; empty: worked out file by file.
    pub delimiter: String,
    /// Rows of the header, those of a title above it not counted; 0: worked out file by file.
    pub header_rows: u32,
    /// The column with the id of a response; empty: the 1-based data row is the id.
    pub id_column: String,
    /// The column with the id of a respondent; empty: a wide file's response id, nothing to link by in a long file.
    pub respondent_column: String,
    /// The column with e-mail addresses, used to find double submissions and never written out.
    pub email_column: String,
    /// Long files: the column with the question's id.
    pub question_column: String,
    /// Long files: the column with the answer.
    pub text_column: String,
    /// Long files: the column with the translation of the answer.
    pub translation_column: String,
    /// The column that says in which language a submission, in a long file an answer, is written. It may be one of
    /// `attribute_columns` too.
    pub language_column: String,
    /// The column with the time of a submission.
    pub time_column: String,
    /// The order in which its dates are written, where the year does not stand first.
    pub date_order: DateOrder,
    /// Columns that say something about the respondent (type, region, ...).
    pub attribute_columns: Vec<String>,
    /// Columns that are read by nobody: names, further times, anything unwanted.
    pub ignored_columns: Vec<String>,
    /// The longest answer accepted, in bytes.
    pub max_cell_bytes: u64,
}

impl InputSettings {
    /// Of a table with one row of header in which no column is anything.
    pub(crate) fn unnamed() -> Self {
        Self {
            layout: Layout::Wide,
            sheet: String::new(),
            encoding: String::new(),
            delimiter: String::new(),
            header_rows: 1,
            id_column: String::new(),
            respondent_column: String::new(),
            email_column: String::new(),
            question_column: String::new(),
            text_column: String::new(),
            translation_column: String::new(),
            language_column: String::new(),
            time_column: String::new(),
            date_order: DateOrder::default(),
            attribute_columns: Vec::new(),
            ignored_columns: Vec::new(),
            max_cell_bytes: u64::MAX,
        }
    }
}

/// Which answers are set aside before the analysis.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct LedgerSettings {
    /// Set aside the earlier of two submissions with the same id, the same e-mail address or the same cells throughout.
    pub double_submissions: bool,
    /// Set aside submissions whose every answer is a test ("test", "asdf").
    pub test_entries: bool,
    /// Further answers, beyond the built-in "n/a" and the like, that say nothing.
    pub no_content: Vec<String>,
}

impl Default for LedgerSettings {
    fn default() -> Self {
        Self { double_submissions: true, test_entries: true, no_content: Vec::new() }
    }
}

/// How text becomes terms; complete.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own in the file")]
pub struct TextSettings {
    /// The language of most answers: short or unsure texts are read in it. An ISO 639-1 code.
    pub main_language: String,
    /// Whether each response's language is identified; if not, all are read in the main language.
    pub identify_language: bool,
    /// A language with at least this many answers to a question gets themes of its own; fewer are listed whole.
    pub min_language_group: u32,
    /// Whether answers are cut into points; if not, each is one.
    pub points: bool,
    /// Whether the words of the question, and points that restate it, carry no theme.
    pub question_words: bool,
    /// Passages of at least this many words that most answers share carry no theme.
    pub boilerplate_words: u32,
    /// "Most": more than this share of the question's answers in one language, near-duplicates counted once. 1 leaves all in.
    pub boilerplate_share: f64,
    /// Passages of at least this many words that stand in a reference text carry no theme.
    pub quotation_words: u32,
    /// Whether words that stand together more often than chance would have it are terms of their own.
    pub phrases: bool,
    /// Whether abbreviations that the answers define count as what they stand for.
    pub abbreviations: bool,
    /// Further words that carry no theme.
    pub stop_words: Vec<String>,
}

/// Words and phrases that count as one term.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Synonym {
    /// What the term is called; counts as a form.
    pub term: String,
    /// The other forms; inflected forms need not be listed.
    pub forms: Vec<String>,
    /// The language the forms are of, an ISO 639-1 code; empty: all.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub language: String,
}

/// Which of the two counts of a theme leads. Every output has both, whichever it is.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CountBy {
    /// Themes are ranked counted once; the report shows the respondents first and, beside them, their number counted once.
    #[default]
    Both,
    /// Themes are ranked counted once, and that count comes first in the report.
    Once,
    /// Themes are ranked by respondents, each copy counted.
    Raw,
}

/// What a finding shows.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct FindingSettings {
    /// Which count leads.
    pub count_by: CountBy,
    /// How many findings a question has at most.
    pub count: u32,
    /// How many verbatims each finding shows at most.
    pub verbatims: u32,
    /// The smallest base of a group that can be said to stand out in a finding.
    pub smallest_group: u32,
    /// How many small groups, and how many points of one respondent, are listed at most of what the findings leave out.
    pub beyond: u32,
    /// The words for shares, from the highest step to the one of 0.
    pub quantifiers: Vec<Quantifier>,
}

impl Default for FindingSettings {
    fn default() -> Self {
        Self {
            count_by: CountBy::Both,
            count: 5,
            verbatims: 3,
            smallest_group: 5,
            beyond: 20,
            quantifiers: quantifier::scale(),
        }
    }
}

/// Which cross-tables are made; complete.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct CrosstabSettings {
    /// What themes and closed answers are told apart by: names of attribute columns, and ids of questions with one answer a
    /// respondent.
    pub by: Vec<String>,
}

/// What must not show through the numbers.
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields, default)]
pub struct PrivacySettings {
    /// Overwrite e-mail addresses and phone numbers in answers with asterisks before anything is analysed.
    pub redact: bool,
    /// Cells of cross-tables with fewer respondents than this, but some, are suppressed; 0: none is.
    pub smallest_cell: u32,
}

impl PrivacySettings {
    /// Whether small cells are suppressed.
    pub fn is_on(&self) -> bool {
        self.smallest_cell > 0
    }
}

/// A file that goes with the configuration: a text that was sent with the form, whose wording carries no theme, or a code frame.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Reference {
    /// The file's base name.
    pub file: String,
    /// BLAKE3 of the file's bytes, in hexadecimal.
    pub blake3: String,
}

/// The themes of an earlier consultation.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ModelSettings {
    /// The model's base name.
    pub file: String,
    /// BLAKE3 of its bytes, in hexadecimal.
    pub blake3: String,
    /// Which question is which: an id here, and the id in the model.
    pub questions: BTreeMap<String, String>,
}

/// A tokenizer that takes the place of a language's.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct TokenizerSettings {
    /// The language, an ISO 639-1 code.
    pub language: String,
    /// The file's base name.
    pub file: String,
    /// BLAKE3 of the file's bytes, in hexadecimal.
    pub blake3: String,
}

/// Every setting that can change a result. Its TOML is `canvass.toml` of a run folder.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Settings {
    /// The seed of every random step.
    pub seed: u64,
    /// Where the answers are.
    pub input: InputSettings,
    /// What is set aside.
    pub ledger: LedgerSettings,
    /// How text becomes terms.
    pub text: TextSettings,
    /// How points become themes.
    pub themes: canvass_analysis::ThemeSettings,
    /// What counts as a near-duplicate.
    pub duplicates: canvass_analysis::DuplicateSettings,
    /// What a finding shows.
    pub findings: FindingSettings,
    /// Which cross-tables are made.
    pub crosstabs: CrosstabSettings,
    /// What must not show through the numbers.
    pub privacy: PrivacySettings,
    /// How the papers look and read.
    pub report: ReportSettings,
    /// The code frame that settles the themes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub codeframe: Option<Reference>,
    /// The themes of an earlier consultation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<ModelSettings>,
    /// The texts sent with the form.
    #[serde(rename = "reference", skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<Reference>,
    /// The user's tokenizers.
    #[serde(rename = "tokenizer", skip_serializing_if = "Vec::is_empty")]
    pub tokenizers: Vec<TokenizerSettings>,
    /// Words and phrases that count as one term.
    #[serde(rename = "synonym", skip_serializing_if = "Vec::is_empty")]
    pub synonyms: Vec<Synonym>,
    /// The questions in the order of the form.
    #[serde(rename = "question")]
    pub questions: Vec<Question>,
}

impl Settings {
    /// The text of `canvass.toml`.
    ///
    /// The same settings give the same bytes. Reading the text back as a [`Config`] and completing it on the same
    /// files gives the same settings.
    ///
    /// # Panics
    /// Never: every field has a TOML form.
    pub fn to_toml(&self) -> String {
        let body = toml::to_string(self).expect("settings are plain tables, strings, numbers and booleans");
        format!("{HEADER}\n{body}")
    }
}

/// The comment at the top of every `canvass.toml`.
const HEADER: &str = "\
# Settings of this run, complete: `canvass run FILE... --config canvass.toml` with the same files, questions file,
# reference texts and tokenizers included, gives the same bytes again.
# To correct a guess, change it here: a question's kind (open, single, multiple, scale, matrix), its id or its wording;
# give a closed question options = [...] in their order, the lowest first, and not_applicable = [...];
# move a column's name to attribute_columns or ignored_columns to take it out of the questions. To take a translation
# away, remove its translation_column line and name the column among ignored_columns.
# An empty name means \"there is none\".
";
