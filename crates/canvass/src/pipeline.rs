//! The whole job: intake, ledger, points, terms, TF-IDF, themes, near-duplicates, findings.
//!
//! [`run`] begins with files, [`analyse`] with responses that are already in memory. Neither writes anything: what a
//! [`Run`] holds is turned into files by [`crate::report`] and [`crate::run_folder`].

use crate::error::Error;
use crate::findings::{Coded, Findings, InputIdentity, QuestionFindings, RunIdentity, build_question, carries, units};
use crate::ingest::{self, Intake, Source};
use crate::ledger::{self, Ledger, Phrases, State};
use crate::progress::{Observer, Stage};
use crate::references;
use crate::settings::{Config, Layout, QuestionKind, Settings, SettingsError, TextSettings};
use canvass_analysis::{Csr, Document, Group, Shared, ThemeInput, Themes, find_groups, fit_themes};
use canvass_text::{Analyser, Analysis, Language, Quotations, Resources, identify, normalised_words};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The seed used when none is given.
pub const DEFAULT_SEED: u64 = 1;

/// Responses a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 256;

/// A language counts as identified from this confidence on; below, a text is read in the main language.
const MIN_CONFIDENCE: f64 = 0.5;

/// What a run is asked to do.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// The files of answers.
    pub files: Vec<PathBuf>,
    /// What the user has settled.
    pub config: Config,
    /// The folder the configuration was read from: what its paths are relative to.
    pub config_folder: Option<PathBuf>,
    /// A csv of `question,text`: the wording, for files whose questions are ids.
    pub questions_file: Option<PathBuf>,
    /// Texts sent with the form.
    pub references: Vec<PathBuf>,
}

/// A finished run, in memory.
#[derive(Clone, Debug)]
pub struct Run {
    /// Every setting that could change a result.
    pub settings: Settings,
    /// What was received.
    pub intake: Intake,
    /// What became of it.
    pub ledger: Ledger,
    /// The open questions, in the order of the form.
    pub questions: Vec<QuestionRun>,
    /// What is found, as data.
    pub findings: Findings,
}

/// What the stages found in the answers to one question.
#[derive(Clone, Debug)]
pub struct QuestionRun {
    /// Index into `Intake::questions`.
    pub question_idx: u32,
    /// The analysed responses: indices into `Intake::responses`. Other indices of responses are into this.
    pub positions: Vec<usize>,
    /// Their texts taken apart.
    pub analysis: Analysis,
    /// For each point of the theme stage its response and its index there.
    pub points: Vec<(u32, u32)>,
    /// For each term whether it carries no theme: a word of the question.
    pub excluded: Vec<bool>,
    /// The groups of near-duplicates.
    pub groups: Vec<Group>,
    /// The themes as found.
    pub themes: Themes,
    /// For each of them its id in the findings; none where too few respondents support it.
    pub theme_ids: Vec<Option<String>>,
}

/// Reads the files and analyses them.
///
/// # Errors
/// Any [`Error`] of intake, settings or analysis.
pub fn run(request: &Request, observer: &dyn Observer) -> Result<Run, Error> {
    check(&request.config)?;
    observer.begin(Stage::Intake, None);
    let reference_sources =
        references::read(&request.config.references, request.config_folder.as_deref(), &request.references)?;
    let mut intake = ingest::read(&request.files, &request.config, request.questions_file.as_deref())?;
    for decision in &intake.decisions {
        observer.note(Stage::Intake, &format!("{}: {} ({})", decision.about, decision.decided, decision.reason));
    }
    observer.end(Stage::Intake, intake.responses.len() as u64);
    let (sources, texts): (Vec<Source>, Vec<String>) = reference_sources.into_iter().unzip();
    intake.sources.extend(sources);
    analyse(intake, &request.config, &texts, observer)
}

/// Analyses responses that are already in memory.
///
/// # Errors
/// [`Error::NothingToCompare`] if no question has two answers; [`Error::Settings`] and [`Error::Analysis`].
pub fn analyse(intake: Intake, config: &Config, references: &[String], observer: &dyn Observer) -> Result<Run, Error> {
    check(config)?;
    let resources = Resources::load()?;
    let n_received = intake.responses.len() as u64;
    observer.begin(Stage::Ledger, Some(n_received));
    let ledger = ledger::judge(&intake, &config.ledger);
    let n_doubles = ledger.entries.iter().filter(|entry| entry.state == State::Double).count();
    if n_doubles * 10 > ledger.entries.len() {
        let message =
            format!("{n_doubles} of {n_received} responses are double submissions: is the id column the right one?");
        observer.note(Stage::Ledger, &message);
    }
    observer.end(Stage::Ledger, n_received);

    let positions = analysed_positions(&intake, &ledger)?;
    let n_analysed: u64 = positions.iter().map(|(_, positions)| positions.len() as u64).sum();
    observer.begin(Stage::Text, Some(n_analysed));
    let (main_language, identified) = languages(&intake, &positions, config, &resources)?;
    let settings = complete(&intake, config, main_language);
    let quotations = Quotations::new(references.iter().map(String::as_str), settings.text.quotation_words as usize);
    let analyser = Analyser::new(&resources, &settings.text.stop_words);
    let mut taken_apart = Vec::new();
    for ((question_idx, positions), languages) in positions.iter().zip(&identified) {
        let wording = intake.questions[*question_idx as usize].text.as_str();
        taken_apart.push(take_apart(&intake, wording, positions, languages, &analyser, &quotations, observer));
    }
    observer.end(Stage::Text, n_analysed);

    observer.begin(Stage::Duplicates, Some(n_analysed));
    let mut groups = Vec::new();
    for (question_idx, positions) in &positions {
        let wording = intake.questions[*question_idx as usize].text.as_str();
        groups.push(near_duplicates(&intake, positions, wording, references, &settings, observer)?);
    }
    observer.end(Stage::Duplicates, n_analysed);

    let n_points: u64 =
        taken_apart.iter().flat_map(|(analysis, _)| &analysis.texts).map(|text| text.points.len() as u64).sum();
    observer.begin(Stage::Themes, Some(n_points));
    let mut coded = Vec::new();
    for (((question_idx, positions), (analysis, excluded)), groups) in
        positions.into_iter().zip(taken_apart).zip(groups)
    {
        let ids: Vec<&str> = positions
            .iter()
            .map(|at| intake.submissions[intake.responses[*at].submission_idx as usize].respondent_id.as_str())
            .collect();
        let (units, respondents) = units(&ids, &groups);
        note_few_respondents(&intake, &settings, question_idx, &respondents, observer);
        let (points, themes) = find_themes(&analysis, &excluded, &units, &settings)?;
        observer.advance(Stage::Themes, points.len() as u64);
        coded.push(Coded {
            intake: &intake,
            ledger: &ledger,
            question_idx,
            positions,
            analysis,
            points,
            excluded,
            groups,
            themes,
            main_language,
            units,
            respondents,
        });
    }
    observer.end(Stage::Themes, n_points);

    observer.begin(Stage::Findings, Some(coded.len() as u64));
    let phrases = Phrases::new(&settings.ledger.no_content);
    let mut built: Vec<QuestionFindings> = Vec::new();
    let mut questions = Vec::new();
    for coded in coded {
        let (findings, theme_ids) =
            build_question(&coded, &settings.findings, settings.themes.min_respondents, &phrases);
        built.push(findings);
        let Coded { question_idx, positions, analysis, points, excluded, groups, themes, .. } = coded;
        questions.push(QuestionRun { question_idx, positions, analysis, points, excluded, groups, themes, theme_ids });
        observer.advance(Stage::Findings, 1);
    }
    let findings = Findings {
        schema: "canvass-findings-1",
        run: RunIdentity {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            settings_blake3: blake3::hash(settings.to_toml().as_bytes()).to_hex().to_string(),
            seed: settings.seed,
        },
        inputs: intake.sources.iter().map(input_identity).collect(),
        respondents_linked: settings.input.layout == Layout::Wide || !settings.input.respondent_column.is_empty(),
        n_submissions: intake.submissions.len() as u64,
        n_submissions_set_aside: ledger.set_aside.iter().filter(|set_aside| **set_aside).count() as u64,
        questions: built,
    };
    observer.end(Stage::Findings, findings.questions.len() as u64);
    Ok(Run { settings, intake, ledger, questions, findings })
}

/// Checks every setting the user can give, before any file is read.
fn check(config: &Config) -> Result<(), Error> {
    config.themes.check()?;
    config.duplicates.check()?;
    let bound = |setting, found: u32, low: u32, high: u32| {
        if (low..=high).contains(&found) {
            return Ok(());
        }
        Err(SettingsError::OutOfRange { setting, expected: format!("from {low} to {high}"), found: found.to_string() })
    };
    if config.seed.is_some_and(|seed| i64::try_from(seed).is_err()) {
        // A TOML file holds no larger number.
        let (expected, found) = (format!("from 0 to {}", i64::MAX), config.seed.unwrap_or_default().to_string());
        return Err(SettingsError::OutOfRange { setting: "seed", expected, found }.into());
    }
    bound("findings.count", config.findings.count, 1, 100)?;
    bound("findings.verbatims", config.findings.verbatims, 1, 100)?;
    bound("text.quotation_words", config.text.quotation_words.unwrap_or(DEFAULT_QUOTATION_WORDS), 3, 1000)?;
    Ok(())
}

/// Takes the responses to one question apart; beside them, for each term whether it is a word of the question.
fn take_apart(
    intake: &Intake,
    wording: &str,
    positions: &[usize],
    languages: &[Language],
    analyser: &Analyser<'_>,
    quotations: &Quotations,
    observer: &dyn Observer,
) -> (Analysis, Vec<bool>) {
    let text_of = |at: &usize| intake.responses[*at].text.as_str();
    let texts: Vec<(&str, Language)> =
        positions.iter().zip(languages).map(|(at, language)| (text_of(at), *language)).collect();
    let done = |n: usize| observer.advance(Stage::Text, n as u64);
    let analysis = analyser.analyse_observed(&texts, quotations, &done);
    // A form in several languages asks in one of them; its words are left out of the answers in all.
    let mut excluded = vec![false; analysis.vocabulary.terms.len()];
    for stem in Language::ALL.into_iter().flat_map(|language| analyser.stems(wording, language)) {
        if let Some(term) = analysis.vocabulary.find(&stem) {
            excluded[term as usize] = true;
        }
    }
    (analysis, excluded)
}

/// The fewest words that make a quotation when the user does not say.
const DEFAULT_QUOTATION_WORDS: u32 = 8;

/// For each open question the responses that are analysed.
fn analysed_positions(intake: &Intake, ledger: &Ledger) -> Result<Vec<(u32, Vec<usize>)>, Error> {
    let mut by_question: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (idx, _) in intake.questions.iter().enumerate().filter(|(_, question)| question.kind == QuestionKind::Open) {
        by_question.insert(idx as u32, Vec::new());
    }
    for (at, received) in intake.responses.iter().enumerate() {
        if ledger.entries[at].state == State::Analysed {
            by_question.entry(received.question_idx).or_default().push(at);
        }
    }
    if by_question.values().all(|positions| positions.len() < 2) {
        return Err(Error::NothingToCompare {
            places: answer_columns(intake),
            received: intake.responses.len() as u64,
            n_questions: by_question.len(),
            analysed: by_question.values().map(|positions| positions.len() as u64).sum(),
            counts: ledger.counts(intake, None),
        });
    }
    Ok(by_question.into_iter().collect())
}

/// Where the answers to the open questions are: file, sheet and column, at most five of them.
fn answer_columns(intake: &Intake) -> Vec<String> {
    let mut places: Vec<String> = Vec::new();
    let mut last = None;
    for received in &intake.responses {
        let place = &received.place;
        let column = (place.source_idx, received.question_idx, place.column);
        if last.replace(column) != Some(column) {
            let sheet = if place.sheet.is_empty() { String::new() } else { format!(", sheet {:?}", place.sheet) };
            let named = format!("{}{sheet}, column {}", place.file, place.letters());
            if !places.contains(&named) {
                places.push(named);
            }
        }
        if places.len() == 5 {
            break;
        }
    }
    places
}

/// The main language, and for each analysed response the language it is read in.
fn languages(
    intake: &Intake,
    positions: &[(u32, Vec<usize>)],
    config: &Config,
    resources: &Resources,
) -> Result<(Language, Vec<Vec<Language>>), Error> {
    let stated = match &config.text.main_language {
        None => None,
        Some(code) => Some(Language::from_code(code).ok_or_else(|| SettingsError::UnknownLanguage {
            expected: Language::ALL.map(Language::code).join(", "),
            found: code.clone(),
        })?),
    };
    if let (Some(language), Some(false)) = (stated, config.text.identify_language) {
        return Ok((language, positions.iter().map(|(_, positions)| vec![language; positions.len()]).collect()));
    }
    let identified: Vec<Vec<Option<Language>>> = positions
        .iter()
        .map(|(_, positions)| {
            let sure =
                |at: &usize| identify(&intake.responses[*at].text).filter(|found| found.confidence >= MIN_CONFIDENCE);
            positions.par_iter().map(|at| sure(at).map(|found| found.language)).collect()
        })
        .collect();
    let count = |language: Language| identified.iter().flatten().filter(|found| **found == Some(language)).count();
    // The first of the most frequent: English where nothing is sure.
    let main = stated.unwrap_or_else(|| {
        Language::ALL.into_iter().rev().max_by_key(|language| count(*language)).unwrap_or(Language::English)
    });
    let follow = config.text.identify_language != Some(false);
    // Trigrams mislead on lists of nouns; a text leaves the main language only if its function words do, too.
    let leaves = |at: usize, language: Language| {
        let count = |language| resources.count_function_words(language, &intake.responses[at].text);
        follow && (language == main || count(language) > count(main))
    };
    let read_in = identified
        .into_iter()
        .zip(positions)
        .map(|(languages, (_, positions))| {
            let pairs = languages.into_par_iter().zip(positions);
            pairs.map(|(found, at)| found.filter(|language| leaves(*at, *language)).unwrap_or(main)).collect()
        })
        .collect();
    Ok((main, read_in))
}

/// The settings of the run: what the user stated, what intake worked out, and defaults.
fn complete(intake: &Intake, config: &Config, main_language: Language) -> Settings {
    let is_reference = |source: &&Source| source.role == ingest::SourceRole::Reference;
    let references: Vec<Source> = intake.sources.iter().filter(is_reference).cloned().collect();
    Settings {
        seed: config.seed.unwrap_or(DEFAULT_SEED),
        input: intake.input.clone(),
        ledger: config.ledger.clone(),
        text: TextSettings {
            main_language: main_language.code().to_owned(),
            identify_language: config.text.identify_language.unwrap_or(true),
            quotation_words: config.text.quotation_words.unwrap_or(DEFAULT_QUOTATION_WORDS),
            stop_words: config.text.stop_words.clone(),
        },
        themes: config.themes,
        duplicates: config.duplicates,
        findings: config.findings.clone(),
        references: references::settings(&references),
        questions: intake.questions.clone(),
    }
}

/// The groups of near-duplicates among the responses to one question.
fn near_duplicates(
    intake: &Intake,
    positions: &[usize],
    wording: &str,
    references: &[String],
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Vec<Group>, Error> {
    let common = references.iter().map(String::as_str).chain([wording]);
    let shared = Shared::new(common.map(normalised_words), &settings.duplicates);
    let documents: Vec<Vec<Document>> = positions
        .par_chunks(CHUNK)
        .map(|chunk| {
            let documents = chunk.iter().map(|at| {
                let words: Vec<String> = normalised_words(&intake.responses[*at].text).collect();
                Document::new(&words, &shared, &settings.duplicates)
            });
            let documents = documents.collect();
            observer.advance(Stage::Duplicates, chunk.len() as u64);
            documents
        })
        .collect();
    Ok(find_groups(&documents.concat(), &settings.duplicates)?)
}

/// Tells the user where hardly any respondents give many answers to a question: the wrong column may tell them apart.
fn note_few_respondents(
    intake: &Intake,
    settings: &Settings,
    question_idx: u32,
    respondents: &[u32],
    observer: &dyn Observer,
) {
    let n_respondents = respondents.iter().max().map_or(0, |last| last + 1);
    if respondents.len() > 2 * n_respondents as usize {
        let id = &intake.questions[question_idx as usize].id;
        let column = &settings.input.respondent_column;
        let n_answers = respondents.len();
        observer.note(
            Stage::Themes,
            &format!("{id}: {n_answers} answers are of {n_respondents} respondents, told apart by {column:?}: is it the right column?"),
        );
    }
}

/// For each point of the theme stage its response and its index there.
type PointPlaces = Vec<(u32, u32)>;

/// Numbers the points of a question and finds their themes.
fn find_themes(
    analysis: &Analysis,
    excluded: &[bool],
    units: &[u32],
    settings: &Settings,
) -> Result<(PointPlaces, Themes), Error> {
    let mut places = Vec::new();
    let mut rows: Vec<Vec<u32>> = Vec::new();
    let mut responses: Vec<u32> = Vec::new();
    for (response, text) in (0..).zip(&analysis.texts) {
        for (point, content) in (0..).zip(&text.points) {
            places.push((response, point));
            responses.push(response);
            let carrying = content.tokens.iter().filter(|token| carries(token, excluded));
            rows.push(carrying.map(|token| token.term_idx).collect());
        }
    }
    let counts = Csr::from_terms(&rows, analysis.vocabulary.terms.len());
    let may_define: Vec<bool> = analysis.vocabulary.terms.iter().map(|term| !term.general).collect();
    let input = ThemeInput { counts: &counts, responses: &responses, groups: units, may_define: &may_define };
    let themes = fit_themes(&input, &settings.themes, settings.seed)?;
    Ok((places, themes))
}

fn input_identity(source: &Source) -> InputIdentity {
    InputIdentity { file: source.file.to_string(), role: source.role, size: source.size, blake3: source.blake3.clone() }
}

/// The folder a configuration's paths are relative to.
pub fn config_folder(config: &Path) -> PathBuf {
    config.parent().map(Path::to_path_buf).unwrap_or_default()
}
