//! What each submission's respondent is: of which group, and of which side in a closed question.

use super::crosstab::{self, ReadQuestion};
use super::grades::Words;
use super::options::{self, Answer, Half};
use super::respondents::Respondents;
use crate::findings::Stance;
use crate::ingest::Intake;
use crate::ledger::Ledger;

/// All that is known of the respondents beside their answers in words.
pub(crate) struct Known<'i> {
    pub(super) intake: &'i Intake,
    pub(super) words: Words,
    pub(super) respondents: Respondents<'i>,
    /// The closed questions in the order of the form.
    pub(super) closed: Vec<ReadQuestion>,
}

/// The groups of an attribute, or of a closed question, and who is in which.
pub(crate) struct Grouping {
    /// The attribute's column, or the closed question's id.
    pub(crate) name: String,
    /// The groups, in the order of the cross-tables.
    pub(crate) groups: Vec<String>,
    /// Whether the last of them is those who did not say.
    pub(crate) has_unsaid: bool,
    /// For each submission its group; none: in none, or the submission does not count.
    pub(crate) of_submission: Vec<Option<u32>>,
}

/// The sides taken in a closed question.
pub(crate) struct Sides {
    /// The closed question's id.
    pub(crate) question: String,
    /// Its options in their order, each with its side.
    pub(crate) options: Vec<(String, Stance)>,
    /// For each submission the option; none: none, or the submission does not count.
    pub(crate) of_submission: Vec<Option<u32>>,
}

impl Sides {
    /// The side of a submission.
    pub(crate) fn of(&self, submission: u32) -> Option<Stance> {
        self.of_submission[submission as usize].map(|option| self.options[option as usize].1)
    }
}

impl<'i> Known<'i> {
    /// Reads attributes and closed questions.
    pub(crate) fn new(intake: &'i Intake, ledger: &Ledger) -> Self {
        let words = Words::load();
        let respondents = Respondents::new(intake, ledger);
        let read = |(question_idx, columns): &(u32, Vec<Vec<&str>>)| {
            let (scheme, answers) = options::read(&intake.questions[*question_idx as usize], columns, &words);
            ReadQuestion { question_idx: *question_idx, scheme, answers }
        };
        let closed = respondents.closed.iter().map(read).collect();
        Self { intake, words, respondents, closed }
    }

    /// The groups of a name of `crosstabs.by`; none if it is neither an attribute nor a question with one answer.
    pub(crate) fn grouping(&self, name: &str) -> Option<Grouping> {
        let by = crosstab::by(self.intake, &self.respondents, &self.closed, name, &self.words)?;
        Some(Grouping {
            name: by.name,
            groups: by.groups,
            has_unsaid: by.has_unsaid,
            of_submission: self.by_submission(&by.of),
        })
    }

    /// The sides taken in the closed question with this id; none if there is no such question with one answer each, or if no side of
    /// its options is known.
    pub(crate) fn sides(&self, id: &str) -> Option<Sides> {
        let by = crosstab::by(self.intake, &self.respondents, &self.closed, id, &self.words)?;
        let question = &self.closed.iter().find(|read| Some(read.question_idx) == by.question_idx)?;
        let options = &question.scheme.options;
        if question.answers.len() != 1 || options.iter().all(|option| option.half.is_none()) {
            return None;
        }
        let stance = |half: Option<Half>| match half {
            Some(Half::Upper) => Stance::Agree,
            Some(Half::Middle) => Stance::Neutral,
            Some(Half::Lower) => Stance::Disagree,
            None => Stance::Other,
        };
        Some(Sides {
            question: by.name,
            options: options.iter().map(|option| (option.label.clone(), stance(option.half))).collect(),
            of_submission: self.by_submission(&by.of),
        })
    }

    fn by_submission(&self, of: &[Option<u32>]) -> Vec<Option<u32>> {
        self.respondents.of_submission.iter().map(|respondent| of[(*respondent)? as usize]).collect()
    }
}

/// The option that a respondent with one answer chose.
pub(super) fn chosen(answer: &Answer) -> Option<u32> {
    match answer {
        Answer::Chosen(options) => options.first().map(|option| u32::from(*option)),
        Answer::None | Answer::NotApplicable(_) => None,
    }
}
