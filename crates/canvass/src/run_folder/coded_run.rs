//! A run folder read back: the answers taken apart, with their themes, as the run had them.
//!
//! What works on a finished run (a code frame, a review, a sample) begins here, and needs neither the input files nor another analysis.

use super::read_manifest;
use crate::codeframe::coding::PointTable;
use crate::codeframe::{CODE_FRAME, CodeFrame, FrameBasis, propose};
use crate::error::Error;
use crate::pipeline::Frame;
use crate::report::{
    FINDINGS, INTERNAL_RESPONSES, INTERNAL_VOCABULARY, PointRecord, RESPONSES, ResponseRecord, SETTINGS, TermRecord,
    TokenRecord, VOCABULARY,
};
use crate::settings::Config;
use canvass_text::{
    AnalysedText, AnalysedTexts, Analyser, Analysis, Language, LeftOut, Point, Span, Term, TermKind, Token, Vocabulary,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

/// A run folder read back.
#[derive(Clone, Debug)]
pub struct CodedRun {
    /// The folder.
    pub folder: PathBuf,
    /// The settings of the run.
    pub config: Config,
    /// BLAKE3 of the settings, in hexadecimal.
    pub settings_blake3: String,
    /// Its open questions, in the order of the form.
    pub questions: Vec<CodedQuestion>,
    /// The code frame that settled its themes.
    pub frame: Option<Frame>,
}

/// A question of a run.
#[derive(Clone, Debug)]
pub struct CodedQuestion {
    /// Its id.
    pub id: String,
    /// Its wording.
    pub text: String,
    /// The main language.
    pub language: Language,
    /// The analysed responses, in the order of the file.
    pub responses: Vec<CodedResponse>,
    /// Their texts taken apart.
    pub analysis: Analysis,
    /// The themes the run reported, in rank order, those of the main language first.
    pub themes: Vec<CodedTheme>,
    /// How they were found, by language.
    pub bases: Vec<FrameBasis>,
    /// The answers in each language that has themes, the main language first.
    pub groups: Vec<CodedGroup>,
}

/// The answers to a question in one language.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct CodedGroup {
    /// The language.
    pub language: Language,
    /// What the run's shares are shares of: the respondents of the question, for a further language those who answered in it.
    pub base: u64,
    /// Their number with each group of near-duplicates counted once.
    pub base_once: u64,
}

/// A response of a run.
#[derive(Clone, Debug)]
pub struct CodedResponse {
    /// Its id.
    pub response_id: String,
    /// Its respondent.
    pub respondent_id: String,
    /// Its respondent's attributes, in the order of the settings' `attribute_columns`; empty if none is known.
    pub attributes: Vec<String>,
    /// Its respondent, numbered in order of appearance in the question.
    pub respondent: u32,
    /// What it counts as where near-duplicates count once.
    pub counts_as: u32,
    /// For each of its points what that counts as, if it is an addition.
    pub additions: Vec<Option<u32>>,
    /// The language it was read in.
    pub language: Language,
    /// What was analysed: the answer, or its translation.
    pub analysed: String,
    /// The answer where its translation was analysed.
    pub original: Option<String>,
    /// Where it stands: file, sheet, row and column.
    pub place: String,
}

/// A theme that a run reported.
#[derive(Clone, Debug)]
pub struct CodedTheme {
    /// Its id.
    pub id: String,
    /// Its label.
    pub label: String,
    /// The language among whose themes it is.
    pub language: Language,
    /// The stems of its terms.
    pub stems: Vec<String>,
    /// Its points, as (response, point), ascending.
    pub points: Vec<(u32, u32)>,
    /// Its respondents, raw and once, as reported.
    pub counts: (u64, u64),
}

impl CodedQuestion {
    /// Where its points are.
    pub fn table(&self) -> PointTable {
        let mut table = PointTable::default();
        for (response, text) in self.responses.iter().zip(self.analysis.texts.iter()) {
            table.push(&response.response_id, response.language, text.points.iter().map(|point| point.span));
        }
        table
    }

    /// The texts that were analysed.
    pub fn texts(&self) -> Vec<&str> {
        self.responses.iter().map(|response| response.analysed.as_str()).collect()
    }

    /// What a point counts as where near-duplicates count once.
    pub fn unit_of(&self, response: u32, point: u32) -> u32 {
        let of = &self.responses[response as usize];
        of.additions[point as usize].unwrap_or(of.counts_as)
    }

    /// Respondents of these points, raw and once.
    pub fn count(&self, points: impl Iterator<Item = (u32, u32)>) -> (u64, u64) {
        let mut counts_as: BTreeMap<u32, u32> = BTreeMap::new();
        for (response, point) in points {
            let (respondent, unit) = (self.responses[response as usize].respondent, self.unit_of(response, point));
            // Units of additions are numbered behind all others.
            counts_as.entry(respondent).and_modify(|known| *known = unit.max(*known)).or_insert(unit);
        }
        let raw = counts_as.len() as u64;
        let mut units: Vec<u32> = counts_as.into_values().collect();
        units.sort_unstable();
        units.dedup();
        (raw, units.len() as u64)
    }
}

impl CodedRun {
    /// Reads a run folder.
    ///
    /// # Errors
    /// [`Error::NotARunFolder`], also for one of a version that wrote less; [`Error::Settings`], [`Error::CodeFrame`].
    pub fn read(folder: &Path) -> Result<Self, Error> {
        let manifest = read_manifest(folder)?;
        let refuse = |why: String| Error::NotARunFolder { folder: folder.to_path_buf(), why };
        let read = |name: &str| {
            fs::read_to_string(folder.join(name)).map_err(|error| refuse(format!("cannot read {name}: {error}")))
        };
        let damaged = |name: &str, error: String| refuse(format!("{name} is damaged: {error}"));
        let findings: Value =
            serde_json::from_str(&read(FINDINGS)?).map_err(|error| damaged(FINDINGS, error.to_string()))?;
        let config = Config::read(&folder.join(SETTINGS))?;
        let frame = match fs::read(folder.join(CODE_FRAME)) {
            Ok(bytes) => Some(Frame::from_bytes(CODE_FRAME, bytes)?),
            Err(_) => None,
        };
        let mut questions: Vec<CodedQuestion> = Vec::new();
        for question in list(&findings, "questions") {
            questions.push(question_of(question).map_err(|error| damaged(FINDINGS, error))?);
        }
        let numbers: BTreeMap<String, usize> =
            questions.iter().enumerate().map(|(number, question)| (question.id.clone(), number)).collect();
        let mut kinds: Vec<BTreeMap<(Language, String, TermKind), u32>> = vec![BTreeMap::new(); questions.len()];
        let vocabulary = if folder.join(VOCABULARY).is_file() { VOCABULARY } else { INTERNAL_VOCABULARY };
        for_each_line(folder, vocabulary, |record: TermRecord| {
            let Some(number) = numbers.get(&record.question) else { return Ok(()) };
            let terms = &mut questions[*number].analysis.vocabulary.terms;
            let term = term_of(record)?;
            kinds[*number].insert((term.language, term.stem.clone(), term.kind), terms.len() as u32);
            terms.push(term);
            Ok(())
        })?;
        let responses = if folder.join(RESPONSES).is_file() { RESPONSES } else { INTERNAL_RESPONSES };
        let mut respondents: Vec<BTreeMap<String, u32>> = vec![BTreeMap::new(); questions.len()];
        for_each_line(folder, responses, |record: ResponseRecord| {
            let Some(number) = numbers.get(&record.question) else { return Ok(()) };
            let (Some(_), Some(_)) = (&record.language, record.counts_as) else { return Ok(()) };
            add_response(&mut questions[*number], record, &kinds[*number], &mut respondents[*number])
        })?;
        Ok(Self { folder: folder.to_path_buf(), config, settings_blake3: manifest.settings_blake3, questions, frame })
    }

    /// A question, by its id.
    pub fn question(&self, id: &str) -> Option<&CodedQuestion> {
        self.questions.iter().find(|question| question.id == id)
    }

    /// The code frame that settled the themes of the run, or else the one that says what the machine found.
    pub fn code_frame(&self, analyser: &Analyser<'_>) -> CodeFrame {
        self.frame.as_ref().map_or_else(|| propose(self, analyser), |frame| frame.frame.clone())
    }
}

/// Reads a file of JSON lines.
fn for_each_line<T: serde::de::DeserializeOwned>(
    folder: &Path,
    name: &str,
    mut take: impl FnMut(T) -> Result<(), String>,
) -> Result<(), Error> {
    let refuse = |why: String| Error::NotARunFolder { folder: folder.to_path_buf(), why };
    let file = fs::File::open(folder.join(name)).map_err(|error| {
        refuse(format!("cannot read {name}: {error} (a run folder of an earlier version may lack it: run again)"))
    })?;
    for (at, line) in BufReader::new(file).lines().enumerate() {
        let line = line.map_err(|error| refuse(format!("cannot read {name}: {error}")))?;
        let record = serde_json::from_str(&line).map_err(|error| error.to_string());
        record.and_then(&mut take).map_err(|why| refuse(format!("{name} line {} is damaged: {why}", at + 1)))?;
    }
    Ok(())
}

fn list<'v>(value: &'v Value, name: &str) -> &'v [Value] {
    value[name].as_array().map_or(&[], Vec::as_slice)
}

fn text(value: &Value, name: &str) -> Result<String, String> {
    value[name].as_str().map(str::to_owned).ok_or_else(|| format!("{name} is missing"))
}

fn language(code: &str) -> Result<Language, String> {
    Language::from_code(code).ok_or_else(|| format!("the language {code:?} is unknown"))
}

/// A question as the findings have it, without its answers.
fn question_of(question: &Value) -> Result<CodedQuestion, String> {
    let main = language(&text(question, "language")?)?;
    let id = text(question, "id")?;
    let mut themes = Vec::new();
    let (mut bases, mut groups) = (Vec::new(), Vec::new());
    let further = list(question, "languages").iter().map(|group| (group, group["language"].as_str()));
    for (group, code) in std::iter::once((question, None)).chain(further) {
        let of = code.map_or(Ok(main), language)?;
        for theme in list(group, "themes") {
            let count = |name: &str| theme[name].as_u64().unwrap_or_default();
            themes.push(CodedTheme {
                id: text(theme, "theme_id")?,
                label: text(theme, "label")?,
                language: of,
                stems: list(theme, "terms").iter().map(|term| text(term, "stem")).collect::<Result<_, _>>()?,
                points: Vec::new(),
                counts: (count("n_respondents"), count("n_respondents_once")),
            });
        }
        let number = |name: &str| group[name].as_u64().ok_or_else(|| format!("{name} is missing"));
        groups.push(CodedGroup { language: of, base: number("base")?, base_once: number("base_once")? });
        let found = &group["theme_basis"];
        bases.push(FrameBasis {
            question: id.clone(),
            language: of.code().to_owned(),
            algorithm: text(found, "algorithm")?,
            n_clusters: found["n_clusters"].as_u64().unwrap_or_default() as u32,
        });
    }
    let analysis = Analysis { texts: AnalysedTexts::default(), vocabulary: Vocabulary::default(), merges: Vec::new() };
    Ok(CodedQuestion {
        id,
        text: text(question, "text")?,
        language: main,
        responses: Vec::new(),
        analysis,
        themes,
        bases,
        groups,
    })
}

fn term_of(record: TermRecord) -> Result<Term, String> {
    let kind = kind(&record.kind)?;
    Ok(Term {
        language: language(&record.language)?,
        stem: record.stem,
        kind,
        surface_forms: record.forms,
        general: record.general,
        as_verb: record.as_verb,
    })
}

fn kind(name: &str) -> Result<TermKind, String> {
    TermKind::ALL.into_iter().find(|kind| kind.name() == name).ok_or_else(|| format!("no term is a {name:?}"))
}

fn add_response(
    question: &mut CodedQuestion,
    record: ResponseRecord,
    terms: &BTreeMap<(Language, String, TermKind), u32>,
    respondents: &mut BTreeMap<String, u32>,
) -> Result<(), String> {
    let of_response = language(record.language.as_deref().unwrap_or_default())?;
    let number = question.responses.len() as u32;
    let mut points = Vec::with_capacity(record.points.len());
    for (at, point) in (0..).zip(&record.points) {
        for theme in &point.themes {
            let of_theme = question.themes.iter_mut().find(|known| known.id == theme.theme_id);
            of_theme.ok_or_else(|| format!("there is no theme {:?}", theme.theme_id))?.points.push((number, at));
        }
        points.push(point_of(point, of_response, terms)?);
    }
    let next = respondents.len() as u32;
    let respondent = *respondents.entry(record.respondent_id.clone()).or_insert(next);
    let sheet = if record.sheet.is_empty() { String::new() } else { format!(", sheet {}", record.sheet) };
    let place = format!("{}{sheet}, {}{}", record.file, record.column, record.row);
    let (analysed, original) = match record.translation {
        Some(translation) => (translation, Some(record.text)),
        None => (record.text, None),
    };
    question.responses.push(CodedResponse {
        response_id: record.response_id,
        respondent_id: record.respondent_id,
        attributes: record.attributes,
        respondent,
        counts_as: record.counts_as.unwrap_or_default(),
        additions: record.points.iter().map(|point| point.counts_as).collect(),
        language: of_response,
        analysed,
        original,
        place,
    });
    let (quotations, boilerplate) = (record.quotations.into(), record.boilerplate.into());
    let points = points.into_boxed_slice();
    question.analysis.texts.push(&AnalysedText { language: of_response, points, quotations, boilerplate });
    Ok(())
}

fn point_of(
    point: &PointRecord,
    of_response: Language,
    terms: &BTreeMap<(Language, String, TermKind), u32>,
) -> Result<Point, String> {
    let of_point = point.language.as_deref().map_or(Ok(of_response), language)?;
    let token = |record: &TokenRecord, usual: TermKind| -> Result<Token, String> {
        let kind = record.kind.as_deref().map_or(Ok(usual), kind)?;
        let left_out = match record.left_out.as_deref() {
            None => None,
            Some(name) => Some(
                LeftOut::ALL
                    .into_iter()
                    .find(|why| why.name() == name)
                    .ok_or_else(|| format!("{name:?} is no reason"))?,
            ),
        };
        let term_idx = terms.get(&(of_point, record.stem.clone(), kind)).copied();
        let term_idx = term_idx.ok_or_else(|| format!("the term {:?} is not in {VOCABULARY}", record.stem))?;
        Ok(Token::new(Span { start: record.start, end: record.end }, term_idx, left_out))
    };
    Ok(Point {
        span: Span { start: point.start, end: point.end },
        language: of_point,
        tokens: point.tokens.iter().map(|record| token(record, TermKind::Word)).collect::<Result<_, _>>()?,
        phrases: point.phrases.iter().map(|record| token(record, TermKind::Phrase)).collect::<Result<_, _>>()?,
    })
}
