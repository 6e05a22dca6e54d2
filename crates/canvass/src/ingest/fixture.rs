//! Files for the tests of intake, and a configuration made of what was recognised.

use super::{IngestError, Intake, read};
use crate::settings::{Config, InputSettings, Question, QuestionKind};
use std::path::{Path, PathBuf};

/// Files in a folder of their own.
pub(super) struct Files {
    folder: tempfile::TempDir,
    answers: Vec<PathBuf>,
    questions: Option<PathBuf>,
}

impl Files {
    /// Writes `answers1.csv`, `answers2.csv`, ...
    pub(super) fn new(answers: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let answers = (1..)
            .zip(answers)
            .map(|(n, text)| {
                let path = folder.path().join(format!("answers{n}.csv"));
                std::fs::write(&path, text).unwrap();
                path
            })
            .collect();
        Self { folder, answers, questions: None }
    }

    /// Adds the wording of the questions.
    pub(super) fn with_questions(mut self, text: &str) -> Self {
        let path = self.folder.path().join("questions.csv");
        std::fs::write(&path, text).unwrap();
        self.questions = Some(path);
        self
    }

    pub(super) fn try_read(&self, config: &str) -> Result<Intake, IngestError> {
        read(&self.answers, &parse(config), self.questions.as_deref())
    }

    /// Reads the files, and checks that the settings found are a fixed point: with them as configuration, and without
    /// the questions file, they are found again.
    pub(super) fn read(&self, config: &str) -> Intake {
        let intake = self.try_read(config).unwrap();
        let again = read(&self.answers, &complete(&intake), None).unwrap();
        assert_eq!((&again.input, &again.questions), (&intake.input, &intake.questions));
        assert_eq!((&again.submissions, &again.responses), (&intake.submissions, &intake.responses));
        intake
    }

    /// The message and the hint of the error that reading ends with.
    pub(super) fn error(&self, config: &str) -> (String, String) {
        let error = self.try_read(config).unwrap_err();
        (error.to_string(), error.hint())
    }
}

/// The configuration that the run folder of this intake would hold.
pub(super) fn complete(intake: &Intake) -> Config {
    #[derive(serde::Serialize)]
    struct Written<'a> {
        input: &'a InputSettings,
        question: &'a [Question],
    }
    parse(&toml::to_string(&Written { input: &intake.input, question: &intake.questions }).unwrap())
}

fn parse(config: &str) -> Config {
    Config::parse(config, Path::new("canvass.toml")).unwrap()
}

/// `q1 Open, q2 Single, ...`
pub(super) fn kinds(intake: &Intake) -> Vec<(&str, QuestionKind)> {
    intake.questions.iter().map(|question| (question.id.as_str(), question.kind)).collect()
}

/// What was decided about a column.
pub(super) fn decided(intake: &Intake, about: &str) -> String {
    let found = intake.decisions.iter().find(|decision| decision.about == about);
    found.map_or_else(|| "nothing".to_owned(), |decision| format!("{}: {}", decision.decided, decision.reason))
}
