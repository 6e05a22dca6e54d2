//! The responses in no theme, by language: the report shows those of a language without themes apart from the others.

use super::members::Members;
use crate::findings::{NoTheme, QuestionFindings};
use crate::pipeline::{LanguageSource, QuestionRun, ReadIn, Run};
use canvass_text::Language;
use serde::Serialize;

/// The responses to a question that are in no theme.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Uncoded<'f> {
    /// Those in the main language.
    main: Vec<Answer<'f>>,
    /// Those of each further language with themes of its own, in the order of `QuestionFindings::languages`.
    further: Vec<Vec<Answer<'f>>>,
    /// Those of each language without themes, the most answers first: all its answers.
    listed: Vec<Listed<'f>>,
}

/// The answers in a language without themes.
#[derive(Clone, Debug, Serialize)]
struct Listed<'f> {
    /// The language.
    language: Language,
    /// Whether it has no themes because its answers are few, not because canvass cannot read it.
    has_resources: bool,
    /// Its answers, in the order of the file.
    answers: Vec<Answer<'f>>,
}

/// A response in no theme.
#[derive(Clone, Debug, Serialize)]
struct Answer<'f> {
    /// The code of its language; empty if that is not sure.
    language: &'static str,
    /// The response.
    answer: &'f NoTheme,
}

/// For each question its responses in no theme.
pub(super) fn uncoded(run: &Run) -> Vec<Uncoded<'_>> {
    run.questions.iter().zip(&run.findings.questions).map(|(question, found)| of_question(question, found)).collect()
}

fn of_question<'f>(question: &QuestionRun, found: &'f QuestionFindings) -> Uncoded<'f> {
    let further = found.languages.iter().map(|group| {
        let answer = |answer| Answer { language: group.language.code(), answer };
        group.no_theme.iter().map(answer).collect()
    });
    let mut uncoded = Uncoded { main: Vec::new(), further: further.collect(), listed: Vec::new() };
    // Both are in the order of the file.
    for (read_in, answer) in languages_of_no_theme(question, found).zip(&found.no_theme) {
        let sure = read_in.source != LanguageSource::Main;
        let answer = Answer { language: if sure { read_in.language.code() } else { "" }, answer };
        if read_in.language == found.language {
            uncoded.main.push(answer);
            continue;
        }
        match uncoded.listed.iter_mut().find(|listed| listed.language == read_in.language) {
            Some(listed) => listed.answers.push(answer),
            None => uncoded.listed.push(Listed {
                language: read_in.language,
                has_resources: read_in.language.has_resources(),
                answers: vec![answer],
            }),
        }
    }
    uncoded.listed.sort_by(|a, b| b.answers.len().cmp(&a.answers.len()).then(a.language.cmp(&b.language)));
    uncoded
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
