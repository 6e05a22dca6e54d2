//! How the papers of a run look and read. Nothing here changes what is found.

use super::SettingsError;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The language of the fixed words of the papers; what respondents wrote stays as it is.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
pub enum ReportLanguage {
    /// English.
    #[default]
    #[serde(rename = "en")]
    English,
    /// French.
    #[serde(rename = "fr")]
    French,
}

impl ReportLanguage {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::English, Self::French];

    /// The ISO 639-1 code.
    pub fn code(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
        }
    }
}

/// A form the report is written in.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ReportFormat {
    /// `report.html`.
    Html,
    /// `report.docx`.
    Docx,
    /// `report.md`.
    Md,
    /// `findings.xlsx`.
    Xlsx,
    /// `coding.parquet`, beside `coding.csv`.
    Parquet,
}

impl ReportFormat {
    /// All of them, in the order in which they are written.
    pub const ALL: [Self; 5] = [Self::Html, Self::Docx, Self::Md, Self::Xlsx, Self::Parquet];

    /// Those that people read: what is written unless something else is asked for.
    pub const PAPERS: [Self; 4] = [Self::Html, Self::Docx, Self::Md, Self::Xlsx];

    /// The word that stands for it on the command line and in the settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Docx => "docx",
            Self::Md => "md",
            Self::Xlsx => "xlsx",
            Self::Parquet => "parquet",
        }
    }
}

/// A part of the report, of the page as of `report.md` and `report.docx`.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ReportSection {
    /// The findings of all questions at a glance.
    Summary,
    /// How to read it.
    Reading,
    /// Who answered.
    Profile,
    /// The open questions.
    Questions,
    /// The closed questions.
    Closed,
    /// Themes and closed answers by groups of respondents.
    Crosstabs,
    /// Respondents who share copied text in several questions.
    Blocs,
    /// What became of every response.
    Ledger,
    /// How every number came about.
    Method,
    /// All settings, files and hashes.
    Settings,
    /// All responses, question by question.
    Annex,
}

impl ReportSection {
    /// All of them, in the order of the report.
    pub const ALL: [Self; 11] = [
        Self::Summary,
        Self::Reading,
        Self::Profile,
        Self::Questions,
        Self::Closed,
        Self::Crosstabs,
        Self::Blocs,
        Self::Ledger,
        Self::Method,
        Self::Settings,
        Self::Annex,
    ];
}

/// A file of the house: a logo or a template.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct HouseFile {
    /// The file's base name.
    pub file: String,
    /// BLAKE3 of the file's bytes, in hexadecimal.
    pub blake3: String,
}

/// How the papers look and read; complete.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReportSettings {
    /// The language of the fixed words.
    pub language: ReportLanguage,
    /// The forms that are written.
    pub formats: Vec<ReportFormat>,
    /// The title; empty: the language's own.
    pub title: String,
    /// Whose report it is; empty: not said.
    pub organisation: String,
    /// The colour of headings and bars, as `#rrggbb`.
    pub colour: String,
    /// The parts of `report.html`, `report.md` and `report.docx`, in their order.
    pub sections: Vec<ReportSection>,
    /// Above this many responses, `report.docx` and `findings.xlsx` hold a sample of them, and say so.
    pub max_responses: u64,
    /// The logo.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<HouseFile>,
    /// The template of `report.md`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<HouseFile>,
    /// The template of `report.html`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub page_template: Option<HouseFile>,
}

impl ReportSettings {
    /// Whether a form is written.
    pub fn writes(&self, format: ReportFormat) -> bool {
        self.formats.contains(&format)
    }
}

/// A file that the configuration names: its path alone, or with the hash it must have.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(untagged, expecting = "expected a path, or a table of file and blake3")]
pub enum HouseFileConfig {
    /// Its path, relative to the configuration's folder.
    Path(PathBuf),
    /// As a run folder states it.
    Stated {
        /// Its path, relative to the configuration's folder; in a run folder its base name.
        file: PathBuf,
        /// BLAKE3 of its bytes; when present the file must match it.
        #[serde(default)]
        blake3: Option<String>,
    },
}

impl HouseFileConfig {
    /// Its path.
    pub fn path(&self) -> &PathBuf {
        match self {
            Self::Path(path) | Self::Stated { file: path, .. } => path,
        }
    }

    /// The hash it must have.
    pub fn blake3(&self) -> Option<&str> {
        match self {
            Self::Path(_) => None,
            Self::Stated { blake3, .. } => blake3.as_deref(),
        }
    }
}

/// How the papers look and read, as written by a user.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields, default)]
pub struct ReportConfig {
    /// The language of the fixed words.
    pub language: ReportLanguage,
    /// The forms that are written.
    pub formats: Vec<ReportFormat>,
    /// The title; empty: the language's own.
    pub title: String,
    /// Whose report it is; empty: not said.
    pub organisation: String,
    /// The colour of headings and bars, as `#rrggbb`.
    pub colour: String,
    /// The parts of `report.html`, `report.md` and `report.docx`, in their order.
    pub sections: Vec<ReportSection>,
    /// Above this many responses, `report.docx` and `findings.xlsx` hold a sample of them, and say so.
    pub max_responses: u64,
    /// The logo: a .png, .jpg or .svg file.
    pub logo: Option<HouseFileConfig>,
    /// The template of `report.md`.
    pub template: Option<HouseFileConfig>,
    /// The template of `report.html`.
    pub page_template: Option<HouseFileConfig>,
}

/// The default of [`ReportSettings::max_responses`]: beyond it neither a word processor nor a spreadsheet is of use to a reader.
pub const MOST_RESPONSES: u64 = 50_000;
/// A worksheet has 1,048,576 rows; a response may have several in `findings.xlsx`.
const MOST_ROWS: u64 = 200_000;
/// The longest title and organisation, in characters: core properties of documents hold no more.
const LONGEST_TITLE: usize = 255;
/// The colour of headings and bars where none is stated.
const COLOUR: &str = "#0b3c50";

impl Default for ReportConfig {
    fn default() -> Self {
        Self {
            language: ReportLanguage::default(),
            formats: ReportFormat::PAPERS.to_vec(),
            title: String::new(),
            organisation: String::new(),
            colour: COLOUR.to_owned(),
            sections: ReportSection::ALL.to_vec(),
            max_responses: MOST_RESPONSES,
            logo: None,
            template: None,
            page_template: None,
        }
    }
}

impl ReportConfig {
    /// Checks what the types leave open.
    ///
    /// # Errors
    /// [`SettingsError::OutOfRange`]
    pub(crate) fn check(&self) -> Result<(), SettingsError> {
        let refuse = |setting, expected: &str, found: String| {
            Err(SettingsError::OutOfRange { setting, expected: expected.to_owned(), found })
        };
        if self.formats.is_empty() {
            return refuse("report.formats", "at least one of html, docx, md, xlsx, parquet", "empty".to_owned());
        }
        if self.formats.contains(&ReportFormat::Parquet) && !cfg!(feature = "parquet") {
            let expected = "html, docx, md, xlsx: this canvass was built without the feature canvass-cli/parquet";
            return refuse("report.formats", expected, "parquet".to_owned());
        }
        if !is_colour(&self.colour) {
            return refuse("report.colour", "a colour such as \"#0b3c50\"", format!("{:?}", self.colour));
        }
        for (setting, text) in [("report.title", &self.title), ("report.organisation", &self.organisation)] {
            let n = text.chars().count();
            if n > LONGEST_TITLE || text.chars().any(char::is_control) {
                return refuse(setting, "one line of at most 255 characters", format!("{n} characters"));
            }
        }
        if !(1..=MOST_ROWS).contains(&self.max_responses) {
            return refuse("report.max_responses", "from 1 to 200000", self.max_responses.to_string());
        }
        Ok(())
    }

    /// The settings, once the files of the house are read.
    pub(crate) fn complete(
        &self,
        logo: Option<HouseFile>,
        template: Option<HouseFile>,
        page_template: Option<HouseFile>,
    ) -> ReportSettings {
        let formats = ReportFormat::ALL.into_iter().filter(|format| self.formats.contains(format));
        let mut sections: Vec<ReportSection> = Vec::new();
        for section in &self.sections {
            if !sections.contains(section) {
                sections.push(*section);
            }
        }
        ReportSettings {
            language: self.language,
            formats: formats.collect(),
            title: self.title.trim().to_owned(),
            organisation: self.organisation.trim().to_owned(),
            colour: self.colour.to_lowercase(),
            sections,
            max_responses: self.max_responses,
            logo,
            template,
            page_template,
        }
    }
}

/// `#rrggbb`
fn is_colour(text: &str) -> bool {
    text.strip_prefix('#').is_some_and(|digits| digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_used_is_refused_with_its_bounds() {
        let checked = |change: &dyn Fn(&mut ReportConfig)| {
            let mut config = ReportConfig::default();
            change(&mut config);
            config.check().map_err(|error| error.to_string())
        };
        assert!(checked(&|_| {}).is_ok());
        assert_eq!(
            checked(&|config| config.colour = "red".into()).unwrap_err(),
            "report.colour is \"red\", but must be a colour such as \"#0b3c50\""
        );
        assert!(checked(&|config| config.colour = "#12345g".into()).is_err());
        assert!(checked(&|config| config.formats.clear()).is_err());
        assert!(checked(&|config| config.max_responses = 0).is_err());
        assert!(checked(&|config| config.title = "two\nlines".into()).is_err());
        assert!(checked(&|config| config.organisation = "x".repeat(256)).is_err());
    }

    #[test]
    fn forms_stand_in_one_order_and_sections_as_stated() {
        let config = ReportConfig {
            formats: vec![ReportFormat::Xlsx, ReportFormat::Html],
            sections: vec![ReportSection::Questions, ReportSection::Summary, ReportSection::Questions],
            ..ReportConfig::default()
        };
        let settings = config.complete(None, None, None);
        assert_eq!(settings.formats, [ReportFormat::Html, ReportFormat::Xlsx]);
        assert_eq!(settings.sections, [ReportSection::Questions, ReportSection::Summary]);
    }
}
