//! How files would be read: what each question and column is taken for and why, and a configuration to correct it in.

use crate::error::Error;
use crate::findings::settle_lists;
use crate::ingest::{self, Intake, Source};
use crate::ledger;
use crate::pipeline::{Request, analysed_by_question, check};
use crate::settings::{InputSettings, Layout, Question, QuestionKind};
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;

/// How files would be read.
#[derive(Clone, Debug, Serialize)]
pub struct Inspection {
    /// The files read.
    pub inputs: Vec<Source>,
    /// Wide or long.
    pub layout: Layout,
    /// The submissions received.
    pub n_submissions: u64,
    /// For each of `inputs` those of them whose first row stands there.
    pub submissions_by_input: Vec<u64>,
    /// In the order of the form.
    pub questions: Vec<InspectedQuestion>,
    /// What else was worked out: columns that hold no answers first, in their order, then notes.
    pub columns: Vec<InspectedColumn>,
    /// What `canvass run` would refuse; none if it would go on.
    pub refusal: Option<String>,
    /// A configuration that says all this, with comments.
    #[serde(skip)]
    pub settings: String,
}

/// A question as it is recognised.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct InspectedQuestion {
    /// Its id in every output.
    pub id: String,
    /// Its wording.
    pub text: String,
    /// Its kind.
    pub kind: QuestionKind,
    /// The responses that are not blank, before anything is set aside.
    pub base: u64,
    /// The responses that are.
    pub blanks: u64,
    /// Open questions: whether it is answered with lists of names, which are then counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub list: Option<bool>,
    /// Why it is of its kind.
    pub reason: String,
    /// Where its answers stand.
    pub source: String,
    /// The closed question whose further option is written out here, if it is that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub other_of: Option<String>,
    /// The closed question by whose answers its respondents are told apart, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split_by: Option<String>,
}

/// Something else that was worked out.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct InspectedColumn {
    /// What it is about: mostly a column.
    pub about: String,
    /// What it is taken for.
    pub used_as: String,
    /// Why.
    pub reason: String,
}

/// Reads the files and says how; nothing is analysed. Whether a question is answered with lists of names is worked out as in a run, but
/// from answers that nothing is masked in.
///
/// # Errors
/// Any [`Error`] of intake or settings, but for a consultation without an open question, which [`Inspection::refusal`] tells.
pub fn inspect(request: &Request) -> Result<Inspection, Error> {
    check(&request.config)?;
    let (mut intake, refusal) = ingest::inspect(&request.files, &request.config, request.questions_file.as_deref())?;
    let is_stated: Vec<bool> = intake.questions.iter().map(|question| question.list.is_some()).collect();
    let positions = analysed_by_question(&intake, &ledger::judge(&intake, &request.config.ledger));
    settle_lists(&mut intake, &positions, |_| ());
    let questions: Vec<InspectedQuestion> = (0..intake.questions.len()).map(|at| question(&intake, at)).collect();
    let of_questions = intake.questions.iter().flat_map(|question| &question.columns);
    let of_questions: BTreeSet<String> = of_questions.map(|name| ingest::brief(name)).collect();
    let columns = intake.decisions.iter().filter(|decision| !of_questions.contains(&decision.about));
    let columns: Vec<InspectedColumn> = columns
        .map(|decision| InspectedColumn {
            about: decision.about.clone(),
            used_as: decision.decided.clone(),
            reason: decision.reason.clone(),
        })
        .collect();
    // What most questions are need not be said of each.
    for (question, is_stated) in intake.questions.iter_mut().zip(is_stated) {
        question.list = question.list.filter(|is_list| *is_list || is_stated);
    }
    let settings = settings(&intake, &questions, &columns);
    let mut submissions_by_input = vec![0; intake.sources.len()];
    for submission in &intake.submissions {
        submissions_by_input[submission.source_idx as usize] += 1;
    }
    Ok(Inspection {
        layout: intake.input.layout,
        n_submissions: intake.submissions.len() as u64,
        submissions_by_input,
        inputs: intake.sources,
        questions,
        columns,
        refusal: refusal.map(|refusal| format!("{refusal}; {}", refusal.hint())),
        settings,
    })
}

fn question(intake: &Intake, question_idx: usize) -> InspectedQuestion {
    let (question, recognition) = (&intake.questions[question_idx], &intake.recognition[question_idx]);
    let is_its = |idx: u32| idx as usize == question_idx;
    let base = if question.kind == QuestionKind::Open {
        let own = intake.responses.iter().filter(|response| is_its(response.question_idx));
        own.filter(|response| !ingest::is_blank(&response.text)).count()
    } else {
        // Of options in columns of their own one has to be marked.
        let is_spread = question.kind == QuestionKind::Multiple && question.columns.len() > 1;
        let answers = |cell: &str| !is_spread || ingest::mark(cell) == ingest::Mark::Chosen;
        let is_answered = |closed: &(u32, u32, Arc<str>)| is_its(closed.0) && answers(&closed.2);
        intake.submissions.iter().filter(|submission| submission.closed.iter().any(is_answered)).count()
    } as u64;
    let linked = |to: &Option<String>| to.clone().filter(|to| !to.is_empty());
    InspectedQuestion {
        id: question.id.clone(),
        text: question.text.clone(),
        kind: question.kind,
        base,
        blanks: recognition.n_received.saturating_sub(base),
        list: question.list,
        reason: recognition.reason.clone(),
        source: recognition.source.clone(),
        other_of: linked(&question.other_of),
        split_by: linked(&question.split_by),
    }
}

/// The comment at the top of the configuration.
const HEADER: &str = "\
# How canvass reads these files. To correct a guess, change one line and run `canvass run FILE... --config` with this file:
#   a question's kind        kind = \"open\", \"single\", \"multiple\", \"scale\" or \"matrix\"
#   a column is no question  remove its [[question]] and add the column's name to attribute_columns or ignored_columns
#   a column is a question   take its name out of attribute_columns or ignored_columns and add [[question]], column = \"...\"
#   answers that are names   list = true in an open question has the names in its answers counted; list = false does not
#   an answer explained      split_by = \"q2\" in the open question ties it to the closed question q2; split_by = \"\" unties it
# What is left out is worked out anew. Every other setting may be added; the README lists them.
";

/// A configuration that says all this.
fn settings(intake: &Intake, questions: &[InspectedQuestion], columns: &[InspectedColumn]) -> String {
    #[derive(Serialize)]
    struct Input<'a> {
        input: &'a InputSettings,
    }
    #[derive(Serialize)]
    struct One<'a> {
        question: [&'a Question; 1],
    }
    const PLAIN: &str = "settings are plain tables, strings, numbers and booleans";
    let mut text = format!("{HEADER}\n");
    for column in columns {
        text.push_str(&comment(&format!("{}: {} ({})", column.about, column.used_as, column.reason)));
    }
    text.push_str(&toml::to_string(&Input { input: &intake.input }).expect(PLAIN));
    for (question, told) in intake.questions.iter().zip(questions) {
        text.push('\n');
        let InspectedQuestion { base, blanks, source, reason, .. } = told;
        text.push_str(&comment(&format!("{source}: {base} answered, {blanks} blank; {reason}")));
        text.push_str(&toml::to_string(&One { question: [question] }).expect(PLAIN));
    }
    text
}

/// A line of comment; what a cell put there stays in it.
fn comment(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("# {text}\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::Config;
    use std::path::Path;

    fn request(text: &str, config: &str) -> (tempfile::TempDir, Request) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("answers.csv");
        std::fs::write(&file, text).unwrap();
        let config = Config::parse(config, Path::new("canvass.toml")).unwrap();
        (folder, Request { files: vec![file], config, ..Request::default() })
    }

    const FORM: &str = "\
ID,Region,Do you agree?,Please explain,The plan is clear,The plan is fair,What else?
1,North,Yes,It is near,Agree,Disagree,
2,South,No,,Agree,,A bus at night
3,North,,Too dear by far,,Agree,\u{a0}
";

    #[test]
    fn every_question_is_told_with_its_base_its_blanks_and_its_place() {
        let (_folder, request) = request(FORM, "");
        let told = inspect(&request).unwrap();
        let told: Vec<_> =
            told.questions.iter().map(|q| (q.id.as_str(), q.kind, q.base, q.blanks, q.source.as_str())).collect();
        assert_eq!(
            told,
            [
                ("q1", QuestionKind::Single, 2, 1, "answers.csv, column C"),
                ("q2", QuestionKind::Open, 2, 1, "answers.csv, column D"),
                ("q3", QuestionKind::Matrix, 3, 0, "answers.csv, columns E to F"),
                ("q4", QuestionKind::Open, 1, 2, "answers.csv, column G"),
            ]
        );
    }

    #[test]
    fn the_configuration_reads_the_files_in_the_same_way() {
        let (_folder, mut request) = request(FORM, "");
        let first = inspect(&request).unwrap();
        assert!(first.settings.contains("split_by = \"q1\""), "{}", first.settings);
        assert!(first.settings.contains("# Region: an attribute of the respondent ("), "{}", first.settings);
        request.config = Config::parse(&first.settings, Path::new("canvass.toml")).unwrap();
        let again = inspect(&request).unwrap();
        let told = |inspection: &Inspection| -> Vec<_> {
            inspection.questions.iter().map(|q| (q.id.clone(), q.kind, q.base, q.split_by.clone())).collect()
        };
        assert_eq!(told(&again), told(&first));
        let corrected = first.settings.replace("kind = \"single\"\n", "kind = \"open\"\n");
        request.config = Config::parse(&corrected, Path::new("canvass.toml")).unwrap();
        let told = inspect(&request).unwrap();
        assert_eq!((told.questions[0].kind, &told.questions[1].split_by), (QuestionKind::Open, &None));
    }

    #[test]
    fn a_question_that_is_answered_with_names_is_told_and_untold_in_one_line() {
        let rows = ["Acme, Northwind", "Northwind", "Acme; Blue Ferry", "Blue Ferry, Acme", "Acme"];
        let rows: Vec<String> =
            (1..).zip(rows).map(|(id, names)| format!("{id},\"{names}\",The pier is cold\n")).collect();
        let form = format!("ID,Who are the main competitors?,What else?\n{}", rows.concat());
        let (_folder, mut request) = request(&form, "");
        let told = |request: &Request| {
            let told = inspect(request).unwrap();
            (told.questions.iter().map(|question| question.list).collect::<Vec<_>>(), told.settings)
        };
        let (lists, settings) = told(&request);
        assert_eq!(lists, [Some(true), Some(false)]);
        assert_eq!(settings.matches("\nlist = ").count(), 1, "{settings}");
        let corrected = settings.replace("\nlist = true\n", "\nlist = false\n");
        request.config = Config::parse(&corrected, Path::new("canvass.toml")).unwrap();
        let (lists, again) = told(&request);
        assert_eq!(lists, [Some(false), Some(false)]);
        assert!(again.contains("\nlist = false\n"), "{again}");
    }

    #[test]
    fn files_without_an_open_question_are_told_all_the_same() {
        let (_folder, request) = request("id,Region\n1,Asia\n2,Asia\n", "");
        let told = inspect(&request).unwrap();
        assert!(told.refusal.unwrap().starts_with("answers.csv has no open question"));
        assert_eq!(told.columns.last().unwrap().used_as, "an attribute of the respondent");
    }
}
