//! What a comparison needs of a run folder.

use crate::error::Error;
use crate::report::{FINDINGS, INTERNAL_RESPONSES, Manifest, RESPONSES, SETTINGS};
use crate::run_folder::read_manifest;
use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The table of codings in a run folder.
const CODING: &str = "coding.csv";

/// A run folder.
pub(super) struct Folder {
    pub(super) manifest: Manifest,
    pub(super) settings: toml::Table,
    pub(super) questions: Vec<ReadQuestion>,
}

/// An open question.
pub(super) struct ReadQuestion {
    pub(super) id: String,
    pub(super) text: String,
    pub(super) base: u64,
    pub(super) base_once: u64,
    /// In the order of the file; none where the folder does not hold them.
    pub(super) responses: Option<Vec<ReadResponse>>,
    /// The main language first.
    pub(super) groups: Vec<ReadGroup>,
}

/// A response.
#[derive(Deserialize)]
pub(super) struct ReadResponse {
    question: String,
    #[serde(rename = "response_id")]
    pub(super) id: String,
    pub(super) state: String,
    pub(super) text: String,
}

impl ReadResponse {
    pub(super) fn is_in_base(&self) -> bool {
        self.state.starts_with("analysed")
    }
}

/// The themes in one language.
#[derive(Clone)]
pub(super) struct ReadGroup {
    pub(super) language: String,
    pub(super) base: u64,
    /// In rank order; the first are the findings.
    pub(super) themes: Vec<ReadTheme>,
    pub(super) n_findings: usize,
}

/// A theme.
#[derive(Clone, Deserialize)]
pub(super) struct ReadTheme {
    pub(super) theme_id: String,
    pub(super) label: String,
    pub(super) rank: u64,
    pub(super) n_respondents: u64,
    pub(super) n_respondents_once: u64,
    pub(super) share: f64,
    terms: Vec<ReadTerm>,
    /// The ids of its responses.
    #[serde(skip)]
    pub(super) responses: BTreeSet<String>,
}

#[derive(Clone, Deserialize)]
struct ReadTerm {
    stem: String,
}

impl ReadTheme {
    pub(super) fn stems(&self) -> BTreeSet<&str> {
        self.terms.iter().map(|term| term.stem.as_str()).collect()
    }
}

impl ReadQuestion {
    /// The responses in any theme.
    pub(super) fn coded(&self) -> BTreeSet<String> {
        let themes = self.groups.iter().flat_map(|group| &group.themes);
        themes.flat_map(|theme| theme.responses.iter().cloned()).collect()
    }
}

impl Folder {
    /// # Errors
    /// [`Error::NotARunFolder`], with what is missing or damaged.
    pub(super) fn read(folder: &Path) -> Result<Self, Error> {
        let refuse = |why: String| Error::NotARunFolder { folder: folder.to_path_buf(), why };
        let read = |name: &str| {
            fs::read_to_string(folder.join(name)).map_err(|error| refuse(format!("cannot read {name}: {error}")))
        };
        let manifest = read_manifest(folder)?;
        let settings = read(SETTINGS)?.parse().map_err(|error| refuse(format!("{SETTINGS} is damaged: {error}")))?;
        let findings: Value = serde_json::from_str(&read(FINDINGS)?)
            .map_err(|error| refuse(format!("{FINDINGS} is damaged: {error}")))?;
        let mut coding = coding(&read(CODING)?).map_err(|error| refuse(format!("{CODING} is damaged: {error}")))?;
        let name = [RESPONSES, INTERNAL_RESPONSES].into_iter().find(|name| folder.join(name).is_file());
        let mut responses: Option<BTreeMap<String, Vec<ReadResponse>>> = None;
        if let Some(name) = name {
            let by_question = responses.insert(BTreeMap::new());
            for (at, line) in read(name)?.lines().enumerate() {
                let response: ReadResponse = serde_json::from_str(line)
                    .map_err(|error| refuse(format!("{name} line {} is damaged: {error}", at + 1)))?;
                by_question.entry(response.question.clone()).or_default().push(response);
            }
        }
        let mut questions = Vec::new();
        for question in findings["questions"].as_array().into_iter().flatten() {
            let read = self::question(question, &mut coding, responses.as_mut());
            questions.push(read.map_err(|error| refuse(format!("{FINDINGS} is damaged: {error}")))?);
        }
        Ok(Self { manifest, settings, questions })
    }

    /// The place of the question that another is: by id, else by wording; not one of those `taken`.
    pub(super) fn find(&self, other: &ReadQuestion, taken: &BTreeSet<usize>) -> Option<usize> {
        let free = || (0..self.questions.len()).filter(|at| !taken.contains(at));
        let by_id = free().find(|at| self.questions[*at].id == other.id);
        by_id.or_else(|| free().find(|at| !other.text.is_empty() && self.questions[*at].text == other.text))
    }
}

/// The responses of each theme, by question and theme. Ids stand without the apostrophe that guards them in tables.
fn coding(text: &str) -> Result<BTreeMap<(String, String), BTreeSet<String>>, csv::Error> {
    #[derive(Deserialize)]
    struct Line {
        question: String,
        response_id: String,
        theme_id: String,
    }
    let plain = |cell: String| match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest.to_owned(),
        _ => cell,
    };
    let mut responses: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for line in csv::Reader::from_reader(text.as_bytes()).deserialize() {
        let Line { question, response_id, theme_id } = line?;
        responses.entry((plain(question), theme_id)).or_default().insert(plain(response_id));
    }
    Ok(responses)
}

fn question(
    value: &Value,
    coding: &mut BTreeMap<(String, String), BTreeSet<String>>,
    responses: Option<&mut BTreeMap<String, Vec<ReadResponse>>>,
) -> Result<ReadQuestion, serde_json::Error> {
    let text = |key: &str| value[key].as_str().unwrap_or_default().to_owned();
    let count = |value: &Value, key: &str| value[key].as_u64().unwrap_or_default();
    let id = text("id");
    let mut groups = Vec::new();
    for group in std::iter::once(value).chain(value["languages"].as_array().into_iter().flatten()) {
        let mut themes: Vec<ReadTheme> = Vec::deserialize(&group["themes"])?;
        for theme in &mut themes {
            theme.responses = coding.remove(&(id.clone(), theme.theme_id.clone())).unwrap_or_default();
        }
        groups.push(ReadGroup {
            language: group["language"].as_str().unwrap_or_default().to_owned(),
            base: count(group, "base"),
            themes,
            n_findings: group["findings"].as_array().map_or(0, Vec::len),
        });
    }
    let responses = responses.map(|by_question| by_question.remove(&id).unwrap_or_default());
    let (base, base_once) = (count(value, "base"), count(value, "base_once"));
    Ok(ReadQuestion { text: text("text"), base, base_once, responses, groups, id })
}
