//! What can be counted beside themes: closed questions, who answered, and cross-tables of everything by everything.
//!
//! Everything counts respondents, never rows: see `respondents.rs`. Shares and means are computed in integers (`share.rs`), so that they
//! are the same everywhere.

mod closed;
mod crosstab;
#[cfg(test)]
mod fixture;
mod grades;
mod options;
mod profile;
mod respondents;
mod scale;
mod sentence;
mod share;
mod sides;
mod split;
mod suppression;
mod themes;

use crate::ingest::Intake;
use crate::ledger::Ledger;
use crate::pipeline::QuestionRun;
use crate::settings::{Config, CrosstabSettings, QuestionKind, Settings, SettingsError};
use grades::Words;
use respondents::Respondents;
use std::collections::{BTreeMap, HashMap};

pub use closed::{AwayCount, ClosedItem, ClosedQuestion, HalfCount, OptionCount, ScaleEnds};
pub use crosstab::{Cell, CountedAnswer, CountedOf, CrossTable, Group, GroupedBy};
pub use options::Half;
pub use profile::{AttributeProfile, DayCount, LanguageShare, Profile, ValueCount};
pub use share::{Mean, Percent};
pub(crate) use sides::{Grouping, Known, Sides};
pub(crate) use themes::{ThemeAnswers, theme_answers};

/// What is counted beside themes.
#[derive(Clone, Debug, PartialEq)]
pub struct Statistics {
    /// Who answered.
    pub profile: Profile,
    /// The closed questions in the order of the form.
    pub closed: Vec<ClosedQuestion>,
    /// The cross-tables in the order of the form, then of the settings.
    pub crosstabs: Vec<CrossTable>,
}

/// Counts.
///
/// `themes` are those of the open questions, in the order of the form.
pub(crate) fn count(
    settings: &Settings,
    known: &Known<'_>,
    questions: &[QuestionRun],
    themes: &[ThemeAnswers],
) -> Statistics {
    let Known { intake, words, respondents, closed } = known;
    let closed = closed
        .iter()
        .map(|read| closed::count(&intake.questions[read.question_idx as usize], &read.scheme, &read.answers));
    let closed = closed.collect();
    let profile = profile::count(intake, respondents, questions, words);
    let by = &settings.crosstabs.by;
    let crosstabs = crosstab::tables(known, themes, by, &settings.privacy);
    Statistics { profile, closed, crosstabs }
}

/// What cross-tables are made by: as stated, else all attributes, and all single-choice questions and scales with few options.
///
/// # Errors
/// [`SettingsError::UnknownGroups`] for a name that is neither.
pub(crate) fn by(intake: &Intake, ledger: &Ledger, config: &Config) -> Result<CrosstabSettings, SettingsError> {
    let attributes = &intake.input.attribute_columns;
    let may_group = |kind: QuestionKind| matches!(kind, QuestionKind::Single | QuestionKind::Scale);
    if let Some(stated) = &config.crosstabs.by {
        let mut by: Vec<String> = Vec::new();
        for name in stated {
            let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
            let is_question = |id: &str| intake.questions.iter().any(|q| q.id.trim() == id && may_group(q.kind));
            if !attributes.contains(&name) && !is_question(&name) {
                let questions = intake.questions.iter().filter(|question| may_group(question.kind));
                let available = attributes.iter().cloned().chain(questions.map(|question| question.id.clone()));
                return Err(SettingsError::UnknownGroups { name, available: available.collect() });
            }
            if !by.contains(&name) {
                by.push(name);
            }
        }
        return Ok(CrosstabSettings { by });
    }
    if !intake.questions.iter().any(|question| may_group(question.kind)) {
        return Ok(CrosstabSettings { by: attributes.clone() });
    }
    let words = Words::load();
    let respondents = Respondents::new(intake, ledger);
    let few = respondents.closed.iter().filter(|(question_idx, columns)| {
        let question = &intake.questions[*question_idx as usize];
        may_group(question.kind)
            && (1..=options::MOST_OPTIONS).contains(&options::read(question, columns, &words).0.options.len())
    });
    let questions = few.map(|(question_idx, _)| intake.questions[*question_idx as usize].id.clone());
    let mut by = attributes.clone();
    by.extend(questions.filter(|id| !attributes.contains(id)));
    Ok(CrosstabSettings { by })
}

/// Values that differ in case or white space only are one; the most frequent first, ties by text.
struct Labelled {
    labels: Vec<String>,
    index: HashMap<String, u32>,
}

impl Labelled {
    fn new<'c>(cells: impl Iterator<Item = &'c str>) -> Self {
        let mut values: BTreeMap<String, BTreeMap<&str, u64>> = BTreeMap::new();
        for cell in cells.filter(|cell| !cell.trim().is_empty()) {
            *values.entry(options::key(cell)).or_default().entry(cell.trim()).or_default() += 1;
        }
        let mut values: Vec<(String, u64, &str)> = (values.into_iter())
            .map(|(key, forms)| {
                let most = forms.values().max().copied().unwrap_or_default();
                let form = forms.iter().find(|(_, n)| **n == most).map_or("", |(form, _)| *form);
                (key, forms.values().sum(), form)
            })
            .collect();
        values.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        let labels = values.iter().map(|(.., form)| (*form).to_owned()).collect();
        Self { labels, index: values.into_iter().map(|(key, ..)| key).zip(0..).collect() }
    }

    fn index(&self, cell: &str) -> Option<u32> {
        self.index.get(&options::key(cell)).copied()
    }
}
