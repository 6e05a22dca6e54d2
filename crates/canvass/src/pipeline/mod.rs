//! The whole job: intake, ledger, points, terms, TF-IDF, themes, near-duplicates, findings.
//!
//! [`run`] begins with files, [`analyse`] with responses that are already in memory. Neither writes anything: what a
//! [`Run`] holds is turned into files by [`crate::report`] and [`crate::run_folder`].

pub(crate) mod additions;
pub(crate) mod duplicates;
mod frame;
mod framed;
mod groups;
mod keep;
pub(crate) mod languages;
mod lexicon;
mod tell;
mod wave;

use crate::error::Error;
use crate::findings::{Coded, Findings, Teller, add_breakdowns, build_question, check_names, settle_lists, units};
use crate::house::{self, House};
use crate::ingest::{self, Intake, Received, Source};
use crate::ledger::{self, Ledger, Phrases, State};
use crate::privacy;
use crate::progress::{Observer, Stage};
use crate::references;
use crate::settings::{Config, QuestionKind, Settings, SettingsError, check_quantifiers};
use crate::statistics;
use crate::tokenizers::{self, OwnTokenizer};
use canvass_analysis::{Group, Stability, Themes};
use canvass_text::{
    AnalysedTexts, Analyser, Analysis, Language, Quotations, Resources, Span, TermRules, Text, segment,
};
use keep::{Keeping, of_question};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use wave::Wave;

pub use additions::Added;
pub use duplicates::{Copied, CopiedPair, CopiedPairs, SharedPassage};
pub use frame::Frame;
pub use framed::{FramedQuestion, FramedRow, FramedTheme, Moved};
pub use keep::{Keeper, KeepsNothing, Loaded, Saved};
pub use languages::{LanguageSource, ReadIn};
pub(crate) use tell::input_identity;
pub use wave::WaveModel;

/// The seed used when none is given.
pub const DEFAULT_SEED: u64 = 1;

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
    /// The code frame that settles the themes; without one, the one that the configuration names.
    pub code_frame: Option<PathBuf>,
    /// The themes of an earlier consultation; without them, those that the configuration names.
    pub model: Option<PathBuf>,
    /// Texts sent with the form.
    pub references: Vec<PathBuf>,
    /// Files among which a tokenizer that the configuration names is looked for first.
    pub tokenizers: Vec<PathBuf>,
    /// Files among which a logo or template that the configuration names is looked for first.
    pub house: Vec<PathBuf>,
}

/// What is read beside the answers.
#[derive(Clone, Debug, Default)]
pub struct Companions {
    /// The wording of the texts that were sent with the form.
    pub references: Vec<String>,
    /// The user's own tokenizers.
    pub tokenizers: Vec<OwnTokenizer>,
    /// The logo and the templates of the papers.
    pub house: House,
    /// The code frame that settles the themes.
    pub frame: Option<Frame>,
    /// The themes of an earlier consultation.
    pub model: Option<WaveModel>,
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
    /// The libraries whose versions can change a result: what each does, and its name and version.
    pub libraries: Vec<(String, String)>,
    /// The logo and the templates of the papers.
    pub house: House,
    /// The code frame that settled the themes: that of a theme model with the themes found now, where no other was given.
    pub frame: Option<Frame>,
}

/// What the stages found in the answers to one question.
#[derive(Clone, Debug)]
pub struct QuestionRun {
    /// Index into `Intake::questions`.
    pub question_idx: u32,
    /// The analysed responses: indices into `Intake::responses`. Other indices of responses are into this.
    pub positions: Vec<usize>,
    /// For each of them the language it is read in.
    pub read_in: Vec<ReadIn>,
    /// For each of them its unit, what counts once: responses of one unit are one respondent's, or copies.
    pub units: Vec<u32>,
    /// Their texts taken apart.
    pub analysis: Analysis,
    /// What was copied.
    pub copied: Copied,
    /// What varied copies add to the texts they are copies of.
    pub added: Added,
    /// The answers of each language that have themes of their own: those in the main language first, then by size.
    pub languages: Vec<LanguageGroup>,
    /// What the code frame says of the question, if it does.
    pub framed: Option<FramedQuestion>,
}

impl From<Coded<'_>> for QuestionRun {
    fn from(coded: Coded<'_>) -> Self {
        let Coded { question_idx, positions, read_in, units, analysis, copied, added, languages, framed, .. } = coded;
        Self { question_idx, positions, read_in, units, analysis, copied, added, languages, framed }
    }
}

/// The answers to a question taken apart, what stands for the points of those that were translated, and what varied copies add.
type TakenApart = (Analysis, BTreeMap<u32, Vec<Span>>, Added);

/// The answers to a question in one language, and their themes.
#[derive(Clone, Debug)]
pub struct LanguageGroup {
    /// The language.
    pub language: Language,
    /// Its responses, ascending: indices into `QuestionRun::positions`.
    pub responses: Vec<u32>,
    /// For each point of the theme stage its response and its index there.
    pub points: Vec<(u32, u32)>,
    /// The themes as found.
    pub themes: Themes,
    /// For each of them how often it comes back in resamples of the respondents.
    pub stability: Vec<Stability>,
    /// For each of them its id in the findings; none where too few respondents support it.
    pub theme_ids: Vec<Option<String>>,
    /// For each of them what the code frame says of it; none where themes were found.
    pub framed: Option<Vec<FramedTheme>>,
}

/// Reads the files and analyses them.
///
/// # Errors
/// Any [`Error`] of intake, settings or analysis.
pub fn run(request: &Request, observer: &dyn Observer) -> Result<Run, Error> {
    run_kept(request, observer, &KeepsNothing)
}

/// The same, with a keeper of checkpoints: what an earlier run of the same inputs and settings kept is taken from it.
///
/// # Errors
/// As [`run`]; what the keeper says of the settings.
pub fn run_kept(request: &Request, observer: &dyn Observer, keeper: &dyn Keeper) -> Result<Run, Error> {
    check(&request.config)?;
    observer.begin(Stage::Intake, None);
    let reference_sources =
        references::read(&request.config.references, request.config_folder.as_deref(), &request.references)?;
    let tokenizers =
        tokenizers::read(&request.config.tokenizers, request.config_folder.as_deref(), &request.tokenizers)?;
    let house = house::read(&request.config.report, request.config_folder.as_deref(), &request.house)?;
    let frame = frame::read(request)?;
    let model = wave::read(request, observer)?;
    let mut intake = ingest::read(&request.files, &request.config, request.questions_file.as_deref())?;
    for decision in &intake.decisions {
        observer.note(Stage::Intake, &format!("{}: {} ({})", decision.about, decision.decided, decision.reason));
    }
    observer.end(Stage::Intake, intake.responses.len() as u64);
    let (sources, references): (Vec<Source>, Vec<String>) = reference_sources.into_iter().unzip();
    intake.sources.extend(sources);
    intake.sources.extend(tokenizers.iter().map(|tokenizer| tokenizer.source.clone()));
    intake.sources.extend(house.sources().cloned());
    intake.sources.extend(frame.iter().map(|frame| frame.source.clone()));
    intake.sources.extend(model.iter().map(|model| model.source.clone()));
    let companions = Companions { references, tokenizers, house, frame, model };
    analyse_kept(intake, &request.config, &companions, Keeping { keeper, observer })
}

/// Analyses responses that are already in memory.
///
/// # Errors
/// [`Error::NothingToCompare`] if no question has two answers; [`Error::Settings`] and [`Error::Analysis`].
pub fn analyse(
    intake: Intake,
    config: &Config,
    companions: &Companions,
    observer: &dyn Observer,
) -> Result<Run, Error> {
    analyse_kept(intake, config, companions, Keeping { keeper: &KeepsNothing, observer })
}

/// The stages from the ledger on.
fn analyse_kept(
    mut intake: Intake,
    config: &Config,
    companions: &Companions,
    keeping: Keeping<'_>,
) -> Result<Run, Error> {
    let observer = keeping.observer;
    check(config)?;
    keeping.begin(config, &intake.sources, intake.responses.len() as u64);
    let mut resources = Resources::load()?;
    tokenizers::install(&companions.tokenizers, &mut resources)?;
    let references = companions.references.as_slice();
    let mut ledger = account(&mut intake, config, observer);
    let positions = analysed_positions(&intake, &ledger)?;
    settle_lists(&mut intake, &positions, |message| observer.note(Stage::Ledger, message));
    let n_analysed: u64 = positions.iter().map(|(_, positions)| positions.len() as u64).sum();
    let (main_language, read_in) = read_languages(&intake, &positions, config, &resources, &mut ledger, keeping)?;
    let mut wave = Wave::begin(companions, &intake, &positions, config)?;
    let settings = complete(&intake, &ledger, config, companions, &wave, main_language)?;

    keeping.keeper.settled(&settings, &intake.sources)?;
    let copied = find_copies(&intake, &positions, references, &settings, keeping)?;

    observer.begin(Stage::Text, Some(n_analysed));
    let quotations = Quotations::new(references.iter().map(String::as_str), settings.text.quotation_words as usize);
    let all_texts = all_texts(&intake, &positions, &read_in, &copied);
    let lexicon = lexicon::lexicon(all_texts.iter().flatten(), config)?;
    let analyser = Analyser::new(&resources, term_rules(&settings), &lexicon);
    lexicon::check_forms(config, main_language, &analyser)?;
    let frame = wave.frame.as_ref();
    frame::check(frame, &intake, &positions, &analyser)?;
    let mut coded = Vec::new();
    for ((((question_idx, positions), read_in), copied), texts) in
        positions.into_iter().zip(read_in).zip(copied).zip(&all_texts)
    {
        let ids: Vec<&str> = positions
            .iter()
            .map(|at| &*intake.submissions[intake.responses[*at].submission_idx as usize].respondent_id)
            .collect();
        let (units, respondents) = units(&ids, &copied.groups);
        note_few_respondents(&intake, &settings, question_idx, &respondents, observer);
        let done = |n: usize| observer.advance(Stage::Text, n as u64);
        let wording = intake.questions[question_idx as usize].text.as_str();
        let plain: Vec<&str> = texts.iter().map(|text| text.text).collect();
        let own = |read: &AnalysedTexts| additions::passages(&copied, &plain, &ids, read, &settings.duplicates);
        let taken_apart: TakenApart = keeping.keep(Stage::Text, &of_question(Stage::Text, question_idx), || {
            let mut analysis = analyser.analyse_copies(texts, wording, &quotations, own, &done)?;
            let mut originals = originals(&intake, &positions, &analysis, &resources);
            let added = additions::find(&copied, &plain, &ids, &mut analysis, &mut originals, &settings.duplicates)?;
            Ok((analysis, originals, added))
        })?;
        let (mut analysis, originals, added) = taken_apart;
        let id = &intake.questions[question_idx as usize].id;
        let frame_terms = frame::terms(frame, id, &mut analysis, &plain, &analyser);
        coded.push(Coded {
            intake: &intake,
            ledger: &ledger,
            question_idx,
            positions,
            read_in,
            analysis,
            originals,
            copied,
            added,
            languages: Vec::new(),
            frame_terms,
            framed: None,
            main_language,
            units,
            respondents,
            is_private: settings.privacy.is_on(),
        });
    }
    observer.end(Stage::Text, n_analysed);
    note_unused_synonyms(config, &coded, observer);

    themes_of(&mut coded, &mut wave, &settings, &analyser, keeping)?;

    observer.begin(Stage::Findings, Some(coded.len() as u64));
    let phrases = Phrases::new(&settings.ledger.no_content);
    let known = statistics::Known::new(&intake, &ledger);
    let teller = Teller::new(&settings, &known, &phrases);
    let (mut built, mut questions, mut themes) = (Vec::new(), Vec::new(), Vec::new());
    for mut coded in coded {
        let (mut findings, theme_ids) = build_question(&coded, &teller);
        findings.drift = wave.drift(&coded, &findings);
        for (group, theme_ids) in coded.languages.iter_mut().zip(theme_ids) {
            group.theme_ids = theme_ids;
        }
        if !settings.crosstabs.by.is_empty() {
            themes.extend(statistics::theme_answers(&coded, &findings));
        }
        built.push(findings);
        questions.push(QuestionRun::from(coded));
        observer.advance(Stage::Findings, 1);
    }
    let statistics = statistics::count(&settings, &known, &questions, &themes);
    for (question, found) in questions.iter().zip(&mut built) {
        add_breakdowns(found, question.question_idx, &teller, &statistics.crosstabs);
    }
    let findings = tell::tell(&settings, &intake, &ledger, &questions, built, statistics);
    observer.end(Stage::Findings, findings.questions.len() as u64);
    let (libraries, house) = (resources.libraries(), companions.house.clone());
    Ok(Run { settings, intake, ledger, questions, findings, libraries, house, frame: wave.frame })
}

/// The main language, and in which language each answer is read; those in languages without resources are set apart.
fn read_languages(
    intake: &Intake,
    positions: &[(u32, Vec<usize>)],
    config: &Config,
    resources: &Resources,
    ledger: &mut Ledger,
    keeping: Keeping<'_>,
) -> Result<(Language, Vec<Vec<ReadIn>>), Error> {
    let n_analysed: u64 = positions.iter().map(|(_, positions)| positions.len() as u64).sum();
    keeping.observer.begin(Stage::Languages, Some(n_analysed));
    let (main_language, read_in) = keeping.keep(Stage::Languages, Stage::Languages.name(), || {
        languages::languages(intake, positions, config, resources)
    })?;
    languages::note_unreadable(&read_in, keeping.observer);
    for ((_, positions), read_in) in positions.iter().zip(&read_in) {
        ledger.set_apart(positions, read_in.iter().map(|read_in| read_in.language));
    }
    keeping.observer.end(Stage::Languages, n_analysed);
    Ok((main_language, read_in))
}

/// Finds the themes of each question, or codes with those that are given.
fn themes_of(
    coded: &mut [Coded<'_>],
    wave: &mut Wave<'_>,
    settings: &Settings,
    analyser: &Analyser<'_>,
    keeping: Keeping<'_>,
) -> Result<(), Error> {
    let observer = keeping.observer;
    let points = |coded: &Coded<'_>| {
        let texts = &coded.analysis.texts;
        (0..texts.len()).map(|text| texts.n_points(text) as u64).sum::<u64>()
    };
    let n_points: u64 = coded.iter().map(points).sum();
    observer.begin(Stage::Themes, Some(n_points));
    wave.extend(coded, settings, analyser, keeping)?;
    for coded in coded {
        (coded.languages, coded.framed) = groups::language_groups(coded, settings, wave.frame.as_ref(), keeping)?;
        observer.advance(Stage::Themes, points(coded));
    }
    observer.end(Stage::Themes, n_points);
    Ok(())
}

/// What was copied among the answers to each question.
fn find_copies(
    intake: &Intake,
    positions: &[(u32, Vec<usize>)],
    references: &[String],
    settings: &Settings,
    keeping: Keeping<'_>,
) -> Result<Vec<Copied>, Error> {
    let observer = keeping.observer;
    let n_analysed: u64 = positions.iter().map(|(_, positions)| positions.len() as u64).sum();
    observer.begin(Stage::Duplicates, Some(n_analysed));
    let of_question = |(question_idx, positions): &(u32, Vec<usize>)| {
        let wording = intake.questions[*question_idx as usize].text.as_str();
        keeping.keep(Stage::Duplicates, &of_question(Stage::Duplicates, *question_idx), || {
            duplicates::find(intake, positions, wording, references, settings, observer)
        })
    };
    let copied = positions.iter().map(of_question).collect::<Result<_, Error>>()?;
    observer.end(Stage::Duplicates, n_analysed);
    Ok(copied)
}

/// Masks what must not be shown, and judges every response.
fn account(intake: &mut Intake, config: &Config, observer: &dyn Observer) -> Ledger {
    let n_received = intake.responses.len() as u64;
    observer.begin(Stage::Ledger, Some(n_received));
    let masked = if config.privacy.redact { privacy::redact(intake) } else { Vec::new() };
    let mut ledger = ledger::judge(intake, &config.ledger);
    ledger.masked = masked;
    let n_doubles = ledger.entries.iter().filter(|entry| entry.state == State::Double).count();
    if n_doubles * 10 > ledger.entries.len() {
        let message =
            format!("{n_doubles} of {n_received} responses are double submissions: is the id column the right one?");
        observer.note(Stage::Ledger, &message);
    }
    observer.end(Stage::Ledger, n_received);
    ledger
}

/// Checks every setting the user can give, before any file is read.
pub(crate) fn check(config: &Config) -> Result<(), Error> {
    lexicon::synonyms(config)?;
    config.themes.check()?;
    config.duplicates.check()?;
    config.report.check()?;
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
    bound("findings.smallest_group", config.findings.smallest_group, 1, 1000)?;
    bound("findings.beyond", config.findings.beyond, 0, 1000)?;
    check_names(config)?;
    check_quantifiers(&config.findings.quantifiers)?;
    bound("text.quotation_words", config.text.quotation_words, 3, 1000)?;
    bound("text.boilerplate_words", config.text.boilerplate_words, 2, 1000)?;
    bound("text.min_language_group", config.text.min_language_group, 1, u32::MAX)?;
    let smallest_cell = config.privacy.smallest_cell;
    if smallest_cell == 1 || smallest_cell > 1000 {
        let (expected, found) = ("0, or from 2 to 1000".to_owned(), smallest_cell.to_string());
        return Err(SettingsError::OutOfRange { setting: "privacy.smallest_cell", expected, found }.into());
    }
    let share = config.text.boilerplate_share;
    if !(0.1..=1.0).contains(&share) {
        let (expected, found) = ("from 0.1 to 1".to_owned(), share.to_string());
        return Err(SettingsError::OutOfRange { setting: "text.boilerplate_share", expected, found }.into());
    }
    Ok(())
}

/// What of a text carries themes.
fn term_rules(settings: &Settings) -> TermRules {
    let text = &settings.text;
    TermRules {
        points: text.points,
        identify_points: text.identify_language,
        question_words: text.question_words,
        boilerplate_share: text.boilerplate_share,
        boilerplate_words: text.boilerplate_words as usize,
        phrases: text.phrases,
        stop_words: text.stop_words.clone(),
    }
}

/// For each response that was analysed in translation, what of the original stands for each of its points: the point in the same
/// place if the original has as many, else the whole answer.
fn originals(
    intake: &Intake,
    positions: &[usize],
    analysis: &Analysis,
    resources: &Resources,
) -> BTreeMap<u32, Vec<Span>> {
    let mut originals = BTreeMap::new();
    for (response, at) in (0..).zip(positions) {
        let Received { text, translation: Some(_), .. } = &intake.responses[*at] else { continue };
        let points = segment(text, resources);
        let blank = text.len() - text.trim_start().len();
        let whole = Span::new(blank, blank + text.trim().len());
        let n_points = analysis.texts.n_points(response as usize);
        let spans = if points.len() == n_points { points } else { vec![whole; n_points] };
        originals.insert(response, spans);
    }
    originals
}

/// The texts of each question.
fn all_texts<'i>(
    intake: &'i Intake,
    positions: &[(u32, Vec<usize>)],
    read_in: &[Vec<ReadIn>],
    copied: &[Copied],
) -> Vec<Vec<Text<'i>>> {
    let questions = positions.iter().zip(read_in).zip(copied);
    questions.map(|(((_, positions), read_in), copied)| texts(intake, positions, read_in, &copied.groups)).collect()
}

/// The texts of a question; of each group of near-duplicates all but the representative are copies.
fn texts<'i>(intake: &'i Intake, positions: &[usize], read_in: &[ReadIn], groups: &[Group]) -> Vec<Text<'i>> {
    let mut texts: Vec<Text<'i>> = positions
        .iter()
        .zip(read_in)
        .map(|(at, read_in)| Text {
            text: intake.responses[*at].analysed_text(),
            language: read_in.language,
            is_copy: false,
        })
        .collect();
    for group in groups {
        for copy in group.copies().filter(|copy| *copy != group.representative_idx) {
            texts[copy as usize].is_copy = true;
        }
    }
    texts
}

/// Tells the user which of their synonyms no answer holds.
fn note_unused_synonyms(config: &Config, coded: &[Coded<'_>], observer: &dyn Observer) {
    let used: BTreeSet<String> = coded
        .iter()
        .flat_map(|coded| coded.analysis.merges.iter().map(move |merge| (coded, merge.term_idx)))
        .map(|(coded, term)| coded.analysis.vocabulary.terms[term as usize].surface().to_lowercase())
        .collect();
    for synonym in &config.synonyms {
        let term = synonym.term.trim();
        if !used.contains(&term.to_lowercase()) {
            let message =
                format!("the synonym {term:?}: no answer holds any of its forms, or another synonym has them");
            observer.note(Stage::Text, &message);
        }
    }
}

/// For each open question the responses that are analysed.
fn analysed_positions(intake: &Intake, ledger: &Ledger) -> Result<Vec<(u32, Vec<usize>)>, Error> {
    let by_question = analysed_by_question(intake, ledger);
    if by_question.iter().all(|(_, positions)| positions.len() < 2) {
        return Err(Error::NothingToCompare {
            places: answer_columns(intake),
            received: intake.responses.len() as u64,
            n_questions: by_question.len(),
            analysed: by_question.iter().map(|(_, positions)| positions.len() as u64).sum(),
            counts: ledger.counts(intake, None),
        });
    }
    Ok(by_question)
}

/// The analysed responses of each open question, in the order of the form.
pub(crate) fn analysed_by_question(intake: &Intake, ledger: &Ledger) -> Vec<(u32, Vec<usize>)> {
    let mut by_question: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (idx, _) in intake.questions.iter().enumerate().filter(|(_, question)| question.kind == QuestionKind::Open) {
        by_question.insert(idx as u32, Vec::new());
    }
    for (at, received) in intake.responses.iter().enumerate() {
        if ledger.entries[at].state.is_analysed() {
            by_question.entry(received.question_idx).or_default().push(at);
        }
    }
    by_question.into_iter().collect()
}

/// Where the answers to the open questions are: file, sheet and column, at most five of them.
fn answer_columns(intake: &Intake) -> Vec<String> {
    let mut places: Vec<String> = Vec::new();
    let mut last = None;
    for received in &intake.responses {
        let place = &received.place;
        let column = (place.table.source_idx, received.question_idx, place.column);
        if last.replace(column) != Some(column) {
            let sheet =
                if place.table.sheet.is_empty() { String::new() } else { format!(", sheet {:?}", place.table.sheet) };
            let named = format!("{}{sheet}, column {}", place.table.file, place.letters());
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

/// The settings of the run: what the user stated, what intake worked out, and defaults.
fn complete(
    intake: &Intake,
    ledger: &Ledger,
    config: &Config,
    companions: &Companions,
    wave: &Wave<'_>,
    main_language: Language,
) -> Result<Settings, Error> {
    let is_reference = |source: &&Source| source.role == ingest::SourceRole::Reference;
    let references: Vec<Source> = intake.sources.iter().filter(is_reference).cloned().collect();
    let [logo, template, page_template] = companions.house.settings();
    Ok(Settings {
        seed: config.seed.unwrap_or(DEFAULT_SEED),
        input: intake.input.clone(),
        ledger: config.ledger.clone(),
        text: config.text.complete(main_language),
        themes: config.themes,
        duplicates: config.duplicates,
        findings: config.findings.clone(),
        crosstabs: statistics::by(intake, ledger, config)?,
        privacy: config.privacy.clone(),
        report: config.report.complete(logo, template, page_template),
        codeframe: companions.frame.as_ref().map(Frame::settings),
        model: wave.settings(),
        references: references::settings(&references),
        tokenizers: tokenizers::settings(&companions.tokenizers),
        synonyms: config.synonyms.clone(),
        questions: intake.questions.clone(),
    })
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

/// The folder a configuration's paths are relative to.
pub fn config_folder(config: &Path) -> PathBuf {
    config.parent().map(Path::to_path_buf).unwrap_or_default()
}
