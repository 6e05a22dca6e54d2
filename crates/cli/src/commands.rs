//! What each command does.

use crate::arguments::{Command, Explain, Input, Run, Verify};
use crate::audit;
use crate::batch::{Summary, program};
use crate::bench;
use crate::codeframe;
use crate::console::Console;
use crate::diff;
use crate::fit;
use crate::inspect;
use crate::manual;
use crate::map;
use crate::progress::Progress;
use crate::review;
use crate::sample;
use canvass::findings::{Finding, LanguageCount, QuestionFindings};
use canvass::pipeline::config_folder;
use canvass::run_folder::{Habits, KeepWhen, Workplace};
use canvass::settings::{Layout, RunConfig, SettingsError, TokenizerConfig, read_synonyms};
use canvass::{Config, Error, Findings, Language, Observer, Request, Silent, Stage, report, run_folder};
use serde_json::json;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::process::ExitCode;

pub(crate) fn execute(command: &Command, threads: Option<u16>, console: Console) -> Result<ExitCode, Error> {
    match command {
        Command::Run(arguments) => Ok(run(arguments, console)),
        Command::Inspect(arguments) => inspect::execute(arguments, console),
        Command::Verify(arguments) => verify(arguments, console),
        Command::Explain(arguments) => explain(arguments, console),
        Command::Codeframe(arguments) => codeframe::execute(arguments, console),
        Command::Review(arguments) => Ok(review::execute(arguments, console)),
        Command::Audit(arguments) => audit::execute(arguments, console),
        Command::Sample(arguments) => sample::draw(arguments, console),
        Command::Agree(arguments) => sample::agree(arguments, console),
        Command::Fit(arguments) => fit::execute(arguments, console),
        Command::Diff(arguments) => diff::execute(arguments, console),
        Command::Map(arguments) => map::execute(arguments, console),
        Command::Duplicates(arguments) => bench::find_duplicates(arguments, console),
        Command::Bench(arguments) => bench::execute(arguments, threads, console),
        Command::Man(arguments) => manual::man(arguments, console),
        Command::Completions(arguments) => Ok(manual::completions(arguments, console)),
    }
}

fn run(arguments: &Run, console: Console) -> ExitCode {
    let (progress, mut summary) = (Progress::new(console), Summary::begin());
    let made = make(arguments, console, &progress, &mut summary);
    summary.tell(&made, &progress, console)
}

/// Makes a run and writes it.
fn make(arguments: &Run, console: Console, progress: &Progress, summary: &mut Summary) -> Result<(), Error> {
    let config = input_config(&arguments.input)?;
    let stated = stated(&config, &arguments.input);
    let out = arguments.out.clone().or_else(|| stated.out.clone()).unwrap_or_else(|| PathBuf::from("canvass-run"));
    summary.out = Some(out.clone());
    let if_changed = arguments.if_changed || stated.if_changed;
    let force = arguments.force || stated.force || if_changed;
    let keep = KeepWhen::from(arguments.checkpoints);
    let workplace = Workplace::open(&out, force, Habits { keep, fresh: arguments.fresh, if_changed, program })?;
    for note in workplace.notes() {
        progress.note(Stage::Intake, note);
    }
    let run = match canvass::run_kept(&request(arguments, config, stated)?, progress, &workplace) {
        Err(unchanged @ Error::Unchanged { .. }) => {
            finish(workplace, progress);
            return Err(unchanged);
        }
        made => made?,
    };
    summary.count(&run);
    progress.begin(Stage::Report, None);
    let files = run_folder::write(&out, &run, force, &|| progress.advance(Stage::Report, 1))?;
    progress.end(Stage::Report, files.len() as u64);
    finish(workplace, progress);
    // The first of the forms asked for.
    let name = files.first().map_or(report::MANIFEST, String::as_str);
    let page = out.join(name);
    console.event(&json!({
        "event": "done",
        "report": page.display().to_string(),
        "questions": run.findings.questions.len(),
        "submissions": run.findings.n_submissions,
    }));
    if !console.is_quiet() {
        console.result(&in_short(&run.findings));
        console.result(&format!("report: {}", page.display()));
    }
    Ok(())
}

/// Clears the place of a run that is made: what cannot be removed is no failure of it.
fn finish(workplace: Workplace, progress: &Progress) {
    if let Err(error) = workplace.finish() {
        progress.note(Stage::Report, &format!("what was kept on the way is still there: {error}"));
    }
}

/// What the configuration says of the run itself, with its paths told from here.
fn stated(config: &Config, arguments: &Input) -> RunConfig {
    let folder = arguments.config.as_deref().map(config_folder).unwrap_or_default();
    config.run.clone().from_folder(&folder)
}

/// The files of answers: those of the command line, or else those that the configuration names.
pub(crate) fn answers(arguments: &Input, config: &Config) -> Result<Vec<PathBuf>, Error> {
    let files = if arguments.files.is_empty() { stated(config, arguments).files } else { arguments.files.clone() };
    if files.is_empty() { Err(SettingsError::NoFiles.into()) } else { Ok(files) }
}

/// The configuration with what the command line states on top.
pub(crate) fn input_config(arguments: &Input) -> Result<Config, Error> {
    let mut config = match &arguments.config {
        Some(path) => Config::read(path)?,
        None => Config::default(),
    };
    let input = &mut config.input;
    input.layout = arguments.layout.map(Layout::from).or(input.layout);
    input.header_rows = arguments.header_rows.or(input.header_rows);
    for (stated, setting) in [
        (&arguments.sheet, &mut input.sheet),
        (&arguments.encoding, &mut input.encoding),
        (&arguments.delimiter, &mut input.delimiter),
        (&arguments.question_column, &mut input.question_column),
        (&arguments.id_column, &mut input.id_column),
        (&arguments.text_column, &mut input.text_column),
        (&arguments.respondent_column, &mut input.respondent_column),
        (&arguments.language_column, &mut input.language_column),
        (&arguments.translation_column, &mut input.translation_column),
    ] {
        if stated.is_some() {
            setting.clone_from(stated);
        }
    }
    Ok(config)
}

fn request(arguments: &Run, mut config: Config, stated: RunConfig) -> Result<Request, Error> {
    let files = answers(&arguments.input, &config)?;
    config.seed = arguments.seed.or(config.seed);
    config.privacy.redact |= arguments.redact;
    if !arguments.formats.is_empty() {
        config.report.formats.clone_from(&arguments.formats);
    }
    config.report.language = arguments.report_language.unwrap_or(config.report.language);
    for path in &arguments.synonyms {
        // Those of a run folder's settings are there already.
        let synonyms = read_synonyms(path)?;
        config
            .synonyms
            .extend(synonyms.into_iter().filter(|synonym| !config.synonyms.contains(synonym)).collect::<Vec<_>>());
    }
    for (language, file) in &arguments.tokenizer {
        let language = language.to_lowercase();
        config.tokenizers.retain(|tokenizer| tokenizer.language.to_lowercase() != language);
        config.tokenizers.push(TokenizerConfig { language, file: file.clone(), blake3: None });
    }
    config.tokenizers.sort_by(|a, b| a.language.cmp(&b.language));
    Ok(Request {
        files,
        config,
        config_folder: arguments.input.config.as_deref().map(config_folder),
        questions_file: arguments.input.questions.clone().or(stated.questions),
        code_frame: arguments.codeframe.clone(),
        model: arguments.themes.clone(),
        references: arguments.reference.clone(),
        tokenizers: arguments.tokenizer.iter().map(|(_, file)| file.clone()).collect(),
        house: Vec::new(),
    })
}

/// The findings in a few lines.
fn in_short(findings: &Findings) -> String {
    let mut text = String::new();
    for question in &findings.questions {
        // Writing to a string does not fail.
        let _ = writeln!(text, "\n{}  {}", question.id, inspect::one_line(&question.text));
        let _ = writeln!(
            text,
            "    base {}{}, {}",
            counted(question.base, "respondent"),
            answered_in(question),
            counted(question.themes.len() as u64, "theme")
        );
        let set_aside: Vec<String> = question
            .ledger
            .iter()
            .filter(|entry| entry.n_responses > 0 && !entry.state.is_analysed())
            .map(|entry| format!("{} {}", entry.n_responses, entry.state.name().replace('_', " ")))
            .collect();
        if !set_aside.is_empty() {
            let _ = writeln!(text, "    set aside: {}", set_aside.join(", "));
        }
        tell_findings(&mut text, &question.findings, question.language, "    ");
        for group in &question.languages {
            let (base, n_themes) = (counted(group.base, "respondent"), counted(group.themes.len() as u64, "theme"));
            let _ = writeln!(text, "    {}: {base}, {n_themes}", group.language);
            tell_findings(&mut text, &group.findings, group.language, "      ");
        }
        for LanguageCount { language, n_responses, .. } in without_themes(question) {
            let _ = writeln!(text, "    {language}: {}, listed in the report", counted(*n_responses, "answer"));
        }
    }
    text
}

/// How many answered in the main language, unless all did.
fn answered_in(question: &QuestionFindings) -> String {
    if question.language_base == question.base {
        return String::new();
    }
    format!(" ({} of them in {})", question.language_base, question.language)
}

/// The languages of a question's answers that have no themes of their own.
fn without_themes(question: &QuestionFindings) -> impl Iterator<Item = &LanguageCount> {
    let has_themes = |count: &LanguageCount| question.languages.iter().any(|group| group.language == count.language);
    question.language_counts.iter().filter(move |count| count.language != question.language && !has_themes(count))
}

/// A line for each finding.
fn tell_findings(text: &mut String, findings: &[Finding], language: Language, indent: &str) {
    if findings.is_empty() {
        let _ = writeln!(text, "{indent}no theme is supported by enough respondents; the answers stand in the report");
    }
    for finding in findings {
        let share = (finding.share * 100.0).round();
        let once = if finding.n_respondents_once == finding.n_respondents {
            String::new()
        } else {
            format!(", {} with near-duplicates counted once", finding.n_respondents_once)
        };
        let Finding { rank, label, n_respondents, .. } = finding;
        let own = if finding.language_share > finding.share {
            format!("; {} % of those in {language}", (finding.language_share * 100.0).round())
        } else {
            String::new()
        };
        let _ = writeln!(text, "{indent}{rank}. {label}: {n_respondents} ({share} %{own}){once}");
    }
}

fn verify(arguments: &Verify, console: Console) -> Result<ExitCode, Error> {
    let verdict = if console.is_quiet() {
        run_folder::verify(&arguments.folder, &arguments.files, &Silent)?
    } else {
        run_folder::verify(&arguments.folder, &arguments.files, &Progress::new(console))?
    };
    for finding in &verdict.findings {
        let mark = if finding.agrees { "agrees " } else { "DIFFERS" };
        if !(console.is_quiet() && finding.agrees) {
            console.result(&format!("{mark}  {}: {}", finding.about, finding.message));
        }
    }
    let agrees = verdict.agrees();
    if !console.is_quiet() {
        console.result(match (agrees, arguments.files.is_empty()) {
            (true, true) => {
                "verified: the outputs are as the manifest says; name the input files to have the run repeated"
            }
            (true, false) => "verified: the inputs, run again, give the same bytes in every output",
            (false, _) => "NOT verified",
        });
    }
    Ok(ExitCode::from(u8::from(!agrees)))
}

fn explain(arguments: &Explain, console: Console) -> Result<ExitCode, Error> {
    let told = run_folder::explain(&arguments.folder, &arguments.response_id, arguments.question.as_deref())?;
    console.result(told.trim_end());
    Ok(ExitCode::SUCCESS)
}

/// "1 theme", "2 themes".
pub(crate) fn counted(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}
