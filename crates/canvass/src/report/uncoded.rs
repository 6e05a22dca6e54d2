//! The responses in no theme, by language: the report shows those of a language without themes apart from the others.

use super::members::Members;
use crate::findings::{NoTheme, QuestionFindings, Shared};
use crate::pipeline::{LanguageSource, QuestionRun, ReadIn, Run};
use canvass_text::Language;
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use std::collections::BTreeMap;

/// The responses to a question that are in no theme.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Uncoded {
    /// Those in the main language.
    main: Shared<Answer>,
    /// Those of each further language with themes of its own, in the order of `QuestionFindings::languages`.
    further: Vec<Shared<Answer>>,
    /// Those of each language without themes, the most answers first: all its answers.
    listed: Vec<Listed>,
}

/// The answers in a language without themes.
#[derive(Clone, Debug, Serialize)]
struct Listed {
    /// The language.
    language: Language,
    /// Whether it has no themes because its answers are few, not because canvass cannot read it.
    has_resources: bool,
    /// Its answers, in the order of the file.
    answers: Shared<Answer>,
}

/// A response in no theme.
#[derive(Clone, Debug)]
struct Answer {
    /// The code of its language; empty if that is not sure.
    language: &'static str,
    /// The list that the response is in ...
    list: Shared<NoTheme>,
    /// ... and its place there.
    at: usize,
}

impl Serialize for Answer {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut told = serializer.serialize_struct("Answer", 2)?;
        told.serialize_field("language", self.language)?;
        told.serialize_field("answer", &self.list[self.at])?;
        told.end()
    }
}

/// For each question its responses in no theme.
pub(super) fn uncoded(run: &Run) -> Vec<Uncoded> {
    run.questions.iter().zip(&run.findings.questions).map(|(question, found)| of_question(question, found)).collect()
}

fn of_question(question: &QuestionRun, found: &QuestionFindings) -> Uncoded {
    let further = found.languages.iter().map(|group| {
        let answer = |at| Answer { language: group.language.code(), list: group.no_theme.clone(), at };
        (0..group.no_theme.len()).map(answer).collect()
    });
    let mut main = Vec::new();
    let mut listed: BTreeMap<Language, Vec<Answer>> = BTreeMap::new();
    // Both are in the order of the file.
    for (read_in, at) in languages_of_no_theme(question, found).zip(0..found.no_theme.len()) {
        let sure = read_in.source != LanguageSource::Main;
        let language = if sure { read_in.language.code() } else { "" };
        let answer = Answer { language, list: found.no_theme.clone(), at };
        if read_in.language == found.language {
            main.push(answer);
        } else {
            listed.entry(read_in.language).or_default().push(answer);
        }
    }
    let listed = listed.into_iter().map(|(language, answers)| Listed {
        language,
        has_resources: language.has_resources(),
        answers: answers.into_iter().collect(),
    });
    let mut listed: Vec<Listed> = listed.collect();
    listed.sort_by(|a, b| b.answers.len().cmp(&a.answers.len()).then(a.language.cmp(&b.language)));
    Uncoded { main: main.into_iter().collect(), further: further.collect(), listed }
}

/// In which language each response of `found.no_theme` was read.
fn languages_of_no_theme(question: &QuestionRun, found: &QuestionFindings) -> impl Iterator<Item = ReadIn> {
    let has_own_list = |language: Language| found.languages.iter().any(|group| group.language == language);
    let members = Members::new(question);
    let responses = question.read_in.iter().enumerate();
    let read_in = responses
        .filter(move |(response, read_in)| members.of(*response).is_empty() && !has_own_list(read_in.language));
    read_in.map(|(_, read_in)| *read_in)
}
