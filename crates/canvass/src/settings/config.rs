//! What the user wrote: every part may be missing.

use super::{
    DateOrder, FindingSettings, Layout, LedgerSettings, PrivacySettings, QuestionKind, ReportConfig, RunConfig,
    Synonym, TextSettings,
};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// A configuration as written by a user; what it leaves out is worked out from the files or takes its default.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Which files are read, and where the run folder stands.
    pub run: RunConfig,
    /// The seed of every random step.
    pub seed: Option<u64>,
    /// Where the answers are.
    pub input: InputConfig,
    /// What is set aside.
    pub ledger: LedgerSettings,
    /// How text becomes terms.
    pub text: TextConfig,
    /// How points become themes.
    pub themes: canvass_analysis::ThemeSettings,
    /// What counts as a near-duplicate.
    pub duplicates: canvass_analysis::DuplicateSettings,
    /// What a finding shows.
    pub findings: FindingSettings,
    /// Which cross-tables are made.
    pub crosstabs: CrosstabConfig,
    /// What must not show through the numbers.
    pub privacy: PrivacySettings,
    /// How the papers look and read.
    pub report: ReportConfig,
    /// The code frame that settles the themes.
    pub codeframe: Option<CodeFrameConfig>,
    /// The themes of an earlier consultation.
    pub model: Option<ModelConfig>,
    /// The texts sent with the form.
    #[serde(rename = "reference")]
    pub references: Vec<ReferenceConfig>,
    /// Tokenizers that take the place of the built-in ones.
    #[serde(rename = "tokenizer")]
    pub tokenizers: Vec<TokenizerConfig>,
    /// Words and phrases that count as one term.
    #[serde(rename = "synonym")]
    pub synonyms: Vec<Synonym>,
    /// Questions the user names; columns not named here are recognised.
    #[serde(rename = "question")]
    pub questions: Vec<QuestionConfig>,
}

/// Where in the files the answers are. `None`: to be worked out; an empty name: there is none.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct InputConfig {
    /// Wide or long.
    pub layout: Option<Layout>,
    /// The sheet of a workbook.
    pub sheet: Option<String>,
    /// The encoding of text files that are not UTF-8, by a name that web pages use. An empty name: to be worked out.
    pub encoding: Option<String>,
    /// The character between the cells of text files, or "tab". An empty name: to be worked out.
    pub delimiter: Option<String>,
    /// Rows of the header of files of answers. 0: to be worked out.
    pub header_rows: Option<u32>,
    /// The column with the id of a response.
    pub id_column: Option<String>,
    /// The column with the id of a respondent.
    pub respondent_column: Option<String>,
    /// The column with e-mail addresses.
    pub email_column: Option<String>,
    /// Long files: the column with the question's id.
    pub question_column: Option<String>,
    /// Long files: the column with the answer.
    pub text_column: Option<String>,
    /// Long files: the column with the translation of the answer.
    pub translation_column: Option<String>,
    /// The column that says in which language a submission, in a long file an answer, is written.
    pub language_column: Option<String>,
    /// The column with the time of a submission.
    pub time_column: Option<String>,
    /// The order in which its dates are written.
    pub date_order: Option<DateOrder>,
    /// Columns that say something about the respondent.
    pub attribute_columns: Vec<String>,
    /// Columns that are not read.
    pub ignored_columns: Vec<String>,
    /// The longest answer accepted, in bytes (default 1 MiB).
    pub max_cell_bytes: Option<u64>,
}

/// One question as the user names it: by column in a wide file, by id in a long one.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct QuestionConfig {
    /// Its id in every output.
    pub id: Option<String>,
    /// Its kind.
    pub kind: Option<QuestionKind>,
    /// Its wording.
    pub text: Option<String>,
    /// Its columns in a wide file.
    pub columns: Vec<String>,
    /// Its column in a wide file, for those who write the file by hand: the same as `columns` with one name.
    pub column: Option<String>,
    /// Wide files: the column with the translation of its answers. `None`: to be worked out; an empty name: there is none.
    pub translation_column: Option<String>,
    /// Open questions: the id of the closed question whose further option is written out here. `None`: to be worked out; empty:
    /// of none.
    pub other_of: Option<String>,
    /// Open questions: the id of the closed question by whose answers its respondents are told apart. `None`: to be worked out;
    /// empty: by none.
    pub split_by: Option<String>,
    /// Closed questions: the options in their order, the lowest first; empty: worked out.
    pub options: Vec<String>,
    /// Closed questions: the options that say that none applies; empty: worked out.
    pub not_applicable: Vec<String>,
    /// Open questions: whether they are answered with lists of names. `None`: worked out.
    pub list: Option<bool>,
    /// Open questions answered with names: what counts as one group, by its label.
    pub names: BTreeMap<String, Vec<String>>,
}

/// Which cross-tables are made.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct CrosstabConfig {
    /// Names of attribute columns and ids of closed questions. `None`: all attributes, and all single-choice questions and scales
    /// with few options.
    pub by: Option<Vec<String>>,
}

/// How text becomes terms.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
#[allow(clippy::struct_excessive_bools, reason = "each is a switch of its own in the file")]
pub struct TextConfig {
    /// The language of most answers, an ISO 639 code. `None`: worked out from the answers.
    pub main_language: Option<String>,
    /// As in [`TextSettings`], like all below.
    pub identify_language: bool,
    /// The fewest answers in another language that get themes of their own.
    pub min_language_group: u32,
    /// Whether answers are cut into points.
    pub points: bool,
    /// Whether the words of the question carry no theme.
    pub question_words: bool,
    /// The shortest passage, in words, that is boilerplate.
    pub boilerplate_words: u32,
    /// The share of a question's answers that have boilerplate in common.
    pub boilerplate_share: f64,
    /// The shortest quotation, in words.
    pub quotation_words: u32,
    /// Whether words that stand together are terms of their own.
    pub phrases: bool,
    /// Whether abbreviations that the answers define count as what they stand for.
    pub abbreviations: bool,
    /// Further words that carry no theme.
    pub stop_words: Vec<String>,
}

impl Default for TextConfig {
    fn default() -> Self {
        Self {
            main_language: None,
            identify_language: true,
            min_language_group: 20,
            points: true,
            question_words: true,
            boilerplate_words: 5,
            boilerplate_share: 0.5,
            quotation_words: 8,
            phrases: true,
            abbreviations: true,
            stop_words: Vec::new(),
        }
    }
}

impl TextConfig {
    /// The settings, once the main language is known.
    pub(crate) fn complete(&self, main_language: canvass_text::Language) -> TextSettings {
        TextSettings {
            main_language: main_language.code().to_owned(),
            identify_language: self.identify_language,
            min_language_group: self.min_language_group,
            points: self.points,
            question_words: self.question_words,
            boilerplate_words: self.boilerplate_words,
            boilerplate_share: self.boilerplate_share,
            quotation_words: self.quotation_words,
            phrases: self.phrases,
            abbreviations: self.abbreviations,
            stop_words: self.stop_words.clone(),
        }
    }
}

/// A text sent with the form.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct ReferenceConfig {
    /// Its path, relative to the configuration's folder; in a run folder its base name.
    pub file: PathBuf,
    /// BLAKE3 of its bytes; when present the file must match it.
    #[serde(default)]
    pub blake3: Option<String>,
}

/// The code frame that settles the themes.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct CodeFrameConfig {
    /// Its path, relative to the configuration's folder.
    pub file: PathBuf,
    /// BLAKE3 of its bytes; when present the file must match it.
    #[serde(default)]
    pub blake3: Option<String>,
}

/// The themes of an earlier consultation.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct ModelConfig {
    /// The model's path, relative to the configuration's folder.
    pub file: PathBuf,
    /// BLAKE3 of its bytes; when present the file must match it.
    #[serde(default)]
    pub blake3: Option<String>,
    /// Which question is which: an id here, and the id in the model. Others are paired by wording, then by id.
    #[serde(default)]
    pub questions: BTreeMap<String, String>,
}

/// A tokenizer that takes the place of a language's.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct TokenizerConfig {
    /// The language, an ISO 639-1 code.
    pub language: String,
    /// Its path, relative to the configuration's folder; in a run folder its base name.
    pub file: PathBuf,
    /// BLAKE3 of its bytes; when present the file must match it.
    #[serde(default)]
    pub blake3: Option<String>,
}

/// A file of synonyms: a configuration that holds nothing else.
#[derive(Clone, Debug, Default, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Synonyms {
    #[serde(rename = "synonym", default)]
    synonyms: Vec<Synonym>,
}

/// Reads a file of synonyms: tables `[[synonym]]` as in a configuration.
///
/// # Errors
/// [`SettingsError::Unreadable`], [`SettingsError::Encoding`], [`SettingsError::Syntax`] (naming line and column).
pub fn read_synonyms(path: &Path) -> Result<Vec<Synonym>, SettingsError> {
    let synonyms: Synonyms = parse_toml(&read_text(path)?, path)?;
    Ok(synonyms.synonyms)
}

/// A settings file as text.
pub(crate) fn read_text(path: &Path) -> Result<String, SettingsError> {
    let bytes = std::fs::read(path).map_err(|source| SettingsError::Unreadable { file: path.to_path_buf(), source })?;
    let text = String::from_utf8(bytes).map_err(|error| SettingsError::Encoding {
        file: path.to_path_buf(),
        offset: error.utf8_error().valid_up_to() as u64,
    })?;
    Ok(text.trim_start_matches('\u{feff}').to_owned())
}

/// Parses a settings file; `path` is only named in errors.
pub(crate) fn parse_toml<T: serde::de::DeserializeOwned>(text: &str, path: &Path) -> Result<T, SettingsError> {
    toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let before = text.get(..at).unwrap_or_default();
        SettingsError::Syntax {
            file: path.to_path_buf(),
            line: before.matches('\n').count() + 1,
            column: before.rsplit('\n').next().unwrap_or_default().chars().count() + 1,
            message: error
                .message()
                .replace("expected u64", "expected a whole number of 0 or more")
                .replace("expected u32", "expected a whole number from 0 to 4294967295"),
        }
    })
}

impl Config {
    /// Reads a configuration.
    ///
    /// # Errors
    /// [`SettingsError::Unreadable`], [`SettingsError::Syntax`] (naming line and column), [`SettingsError::OutOfRange`].
    pub fn read(path: &Path) -> Result<Self, SettingsError> {
        Self::parse(&read_text(path)?, path)
    }

    /// Parses a configuration; `path` is only named in errors.
    ///
    /// # Errors
    /// As [`Config::read`].
    pub fn parse(text: &str, path: &Path) -> Result<Self, SettingsError> {
        let mut config: Self = parse_toml(text, path)?;
        for question in &mut config.questions {
            if let Some(column) = question.column.take() {
                question.columns.insert(0, column);
            }
        }
        Ok(config)
    }
}

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// The file cannot be read.
    #[error("cannot read the configuration {}: {source}", file.display())]
    Unreadable {
        /// The configuration.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not UTF-8.
    #[error("the configuration {} is not UTF-8 at byte {offset}", file.display())]
    Encoding {
        /// The configuration.
        file: PathBuf,
        /// The first byte that is not.
        offset: u64,
    },
    /// The file is no TOML, or names a setting that does not exist.
    #[error("{} line {line}, column {column}: {message}", file.display())]
    Syntax {
        /// The configuration.
        file: PathBuf,
        /// 1-based.
        line: usize,
        /// 1-based, in characters.
        column: usize,
        /// What the parser said.
        message: String,
    },
    /// A value is outside its bounds.
    #[error("{setting} is {found}, but must be {expected}")]
    OutOfRange {
        /// The setting, as `section.name`.
        setting: &'static str,
        /// What it may be.
        expected: String,
        /// What it is.
        found: String,
    },
    /// A language canvass has no resources for.
    #[error("text.main_language is {found:?}, but canvass has resources for {expected} only")]
    UnknownLanguage {
        /// The languages there are.
        expected: String,
        /// What was asked for.
        found: String,
    },
    /// A synonym that says nothing.
    #[error("the synonym {term:?} cannot be used: {why}")]
    Synonym {
        /// Its term.
        term: String,
        /// What is wrong with it.
        why: String,
    },
    /// A name cannot be put into a group.
    #[error("the question {question:?} groups the name {name:?}, but {why}")]
    Names {
        /// The question.
        question: String,
        /// The name.
        name: String,
        /// What is wrong with it.
        why: String,
    },
    /// The configuration names a tokenizer that is not there.
    #[error("the configuration names the tokenizer {file:?}, which is not beside it and was not given")]
    MissingTokenizer {
        /// The file's name.
        file: String,
    },
    /// A tokenizer is of no use.
    #[error("the tokenizer {file} cannot be used: {why}")]
    Tokenizer {
        /// The file's name.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// The configuration names a logo or a template that is not there.
    #[error("{setting} names {file:?}, which is not beside the configuration and was not given")]
    MissingHouseFile {
        /// The setting, as `section.name`.
        setting: &'static str,
        /// The file's name.
        file: String,
    },
    /// A logo or a template is of no use.
    #[error("{file}, which {setting} names, cannot be used: {why}")]
    HouseFile {
        /// The setting, as `section.name`.
        setting: &'static str,
        /// The file's name.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// The configuration names a reference text that was not given.
    #[error("the configuration names the reference text {file:?}, which is not beside it and was not given")]
    MissingReference {
        /// The file's name.
        file: String,
    },
    /// The configuration names a code frame that was not given.
    #[error("the configuration names the code frame {file:?}, which is not beside it and was not given")]
    MissingCodeFrame {
        /// The file's name.
        file: String,
    },
    /// No file of answers is named.
    #[error("no file of answers is named, neither on the command line nor in the configuration")]
    NoFiles,
    /// The configuration names a theme model that was not given.
    #[error("the configuration names the theme model {file:?}, which is not beside it and was not given")]
    MissingModel {
        /// The file's name.
        file: String,
    },
    /// A reference text is of a kind canvass does not read.
    #[error(
        "the reference text {file} ends in .{found}, but must be a plain text (.txt or .md) or a Word document (.docx)"
    )]
    ReferenceFormat {
        /// The file's name.
        file: String,
        /// Its extension.
        found: String,
    },
    /// A reference text is a Word document that cannot be read.
    #[error("the reference text {file} cannot be read as a Word document: {why}")]
    ReferenceDocument {
        /// The file's name.
        file: String,
        /// What is wrong with it.
        why: String,
    },
    /// A reference text is not UTF-8.
    #[error("the reference text {file} is not UTF-8: line {line}, byte offset {offset}")]
    ReferenceEncoding {
        /// The file's name.
        file: String,
        /// The line, 1-based.
        line: u64,
        /// The first byte that is not.
        offset: u64,
    },
    /// Cross-tables are to be made by something that does not group respondents.
    #[error(
        "crosstabs.by names {name:?}, which is neither an attribute column nor a question with one answer; those are: {}",
        listed(available)
    )]
    UnknownGroups {
        /// What the configuration names.
        name: String,
        /// What it could name.
        available: Vec<String>,
    },
    /// A reference text is given twice.
    #[error("the reference text {file} is given twice")]
    SameReference {
        /// The file's name.
        file: String,
    },
    /// A reference text is not the one the configuration was written with.
    #[error("the reference text {file} has BLAKE3 {found}, but the configuration says {expected}")]
    OtherFile {
        /// The file's name.
        file: String,
        /// The hash in the configuration.
        expected: String,
        /// The hash of the file.
        found: String,
    },
}

impl SettingsError {
    /// The way out, as a sentence.
    pub fn hint(&self) -> String {
        match self {
            Self::Unreadable { .. } => "check the path given to --config or --synonyms".into(),
            Self::Encoding { .. } => "save it as plain text in UTF-8".into(),
            Self::Syntax { .. } => {
                "the README lists every setting, and what a file of synonyms holds; the canvass.toml of any run folder is a complete example".into()
            }
            Self::OutOfRange { setting, .. } => format!("change {setting} in the configuration"),
            Self::UnknownLanguage { .. } => "leave text.main_language out to have it worked out".into(),
            Self::Synonym { .. } => {
                "write [[synonym]] with term = \"...\", forms = [\"...\", ...] and, for one language only, language = \"en\""
                    .into()
            }
            Self::Names { .. } => "give each name to one group: [question.names] \"Group\" = [\"name\", ...]".into(),
            Self::MissingTokenizer { file } => format!("give it with --tokenizer LANGUAGE=PATH/TO/{file}"),
            Self::Tokenizer { .. } => {
                "write --tokenizer LANGUAGE=FILE with one of en, fr, es, ru, ar, zh and a tokenizer.json as the library \
                 tokenizers saves it"
                    .into()
            }
            Self::MissingHouseFile { setting, file } => {
                format!("put {file} beside the configuration, or correct {setting}; to verify a run, name the file too")
            }
            Self::HouseFile { setting, .. } if *setting == "report.logo" => {
                "give a PNG, JPEG or SVG picture of at most 4 MiB".into()
            }
            Self::HouseFile { .. } => {
                "correct the template; the README says what it can use. Without one the built-in form is written".into()
            }
            Self::MissingCodeFrame { file } => format!("give it with --codeframe PATH/TO/{file}"),
            Self::NoFiles => "name the files behind the command, or in the configuration: [run] files = [\"answers.csv\"]".into(),
            Self::MissingModel { file } => format!("give it with --themes PATH/TO/{file}; to verify a run, name it too"),
            Self::MissingReference { file } => format!("give it with --reference PATH/TO/{file}"),
            Self::ReferenceFormat { .. } | Self::ReferenceDocument { .. } => {
                "save it as plain text in UTF-8 and give that file".into()
            }
            Self::ReferenceEncoding { .. } => {
                "save it as plain text in UTF-8 (on a command line: iconv -f WINDOWS-1252 -t UTF-8 IN > OUT)".into()
            }
            Self::UnknownGroups { .. } => {
                "name columns of input.attribute_columns, or ids of questions of kind single or scale, in crosstabs.by; leave it out to have them all".into()
            }
            Self::SameReference { .. } => "name each reference text once".into(),
            Self::OtherFile { .. } => {
                "give the file the run was made with, or remove the blake3 line from the configuration".into()
            }
        }
    }
}

/// Names in quotation marks, or that there are none.
fn listed(names: &[String]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ")
}
