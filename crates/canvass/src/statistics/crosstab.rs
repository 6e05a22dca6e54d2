//! Cross-tables: every theme and every closed answer, by attributes and by closed answers.
//!
//! A row is a group of respondents, those with one value; its base is those of them who answered the question, and a share is of
//! that. Who did not say which group is theirs is a group of an attribute; who did not answer the closed question that a table is
//! by is in none of its rows.

use super::closed::statement;
use super::options::{Answer, Answers, Scheme};
use super::profile::{self, DID_NOT_SAY};
use super::respondents::Respondents;
use super::share::Percent;
use super::sides::{Known, chosen};
use super::suppression::{Counts, Pattern};
use super::themes::ThemeAnswers;
use crate::ingest::Intake;
use crate::settings::{PrivacySettings, QuestionKind};
use canvass_text::Language;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// One table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CrossTable {
    /// The question whose themes or answers are counted.
    pub question: String,
    /// `themes` of an open question or `answers` to a closed one.
    pub of: CountedOf,
    /// The language of the themes, where it is not the main one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// The statement, of a matrix.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub statement: Option<String>,
    /// What the groups are made by.
    pub by: GroupedBy,
    /// An attribute's column, or a closed question's id.
    pub by_name: String,
    /// The themes in rank order, or the options in their order.
    pub answers: Vec<CountedAnswer>,
    /// The groups: the rows.
    pub groups: Vec<Group>,
}

/// What a table counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CountedOf {
    /// The themes of an open question.
    Themes,
    /// The answers to a closed question.
    Answers,
}

/// What a table's groups are made by.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum GroupedBy {
    /// An attribute of the respondent.
    Attribute,
    /// The answer to a closed question.
    Question,
}

/// A column of a table.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct CountedAnswer {
    /// The theme's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme_id: Option<String>,
    /// The theme's label, or the option.
    pub label: String,
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Group {
    /// The value of its respondents.
    pub group: String,
    /// Whether it is those who did not say.
    pub is_unsaid: bool,
    /// Those of them who answered the question; none: suppressed.
    pub base: Option<u64>,
    /// For each answer.
    pub cells: Vec<Cell>,
}

/// A cell of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Cell {
    /// The respondents of the group who gave the answer; none: suppressed.
    pub n: Option<u64>,
    /// `n` / the group's base, in per cent; none of nothing, and where suppressed.
    pub percent: Option<Percent>,
    /// Themes of a question with near-duplicates: the respondents with those counted once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n_once: Option<u64>,
}

/// A closed question with all that respondents chose.
pub(super) struct ReadQuestion {
    /// Index into `Intake::questions`.
    pub(super) question_idx: u32,
    pub(super) scheme: Scheme,
    /// For each of its columns.
    pub(super) answers: Vec<Answers>,
}

/// Groups of respondents.
pub(super) struct By {
    kind: GroupedBy,
    pub(super) name: String,
    pub(super) groups: Vec<String>,
    /// Whether the last group is those who did not say.
    pub(super) has_unsaid: bool,
    /// For each respondent the group; none: in none.
    pub(super) of: Vec<Option<u32>>,
    /// Of a closed question, its index.
    pub(super) question_idx: Option<u32>,
}

/// What is counted in one table: for each respondent the answers, ascending; none if they are not in the base.
struct Of<'a> {
    question: String,
    counted: CountedOf,
    language: Option<Language>,
    statement: Option<String>,
    answers: Vec<CountedAnswer>,
    question_idx: u32,
    /// Whether each respondent of the base gave just one of the answers.
    is_partition: bool,
    given: Vec<Option<Vec<u32>>>,
    /// Themes, where near-duplicates count.
    once: Option<&'a ThemeAnswers>,
}

/// What one row of tables counts.
enum Source<'a> {
    /// The themes of a question in one language.
    Themes(&'a ThemeAnswers),
    /// One column of a closed question.
    Closed(&'a ReadQuestion, usize),
}

impl Source<'_> {
    fn question_idx(&self) -> u32 {
        match self {
            Self::Themes(themes) => themes.question_idx,
            Self::Closed(read, _) => read.question_idx,
        }
    }
}

/// Makes every table that `names` asks for.
pub(super) fn tables(
    known: &Known<'_>,
    themes: &[ThemeAnswers],
    names: &[String],
    privacy: &PrivacySettings,
) -> Vec<CrossTable> {
    let Known { intake, words, respondents, closed } = known;
    let bys: Vec<By> = names.iter().filter_map(|name| by(intake, respondents, closed, name, words)).collect();
    if bys.is_empty() {
        return Vec::new();
    }
    let mut sources: Vec<Source<'_>> = themes.iter().map(Source::Themes).collect();
    sources
        .extend(closed.iter().flat_map(|read| (0..read.answers.len()).map(move |column| Source::Closed(read, column))));
    // In the order of the form.
    sources.sort_by_key(Source::question_idx);
    let both_ways: BTreeSet<u32> = bys.iter().filter_map(|by| by.question_idx).collect();
    let mut patterns: BTreeMap<(u32, u32), Pattern> = BTreeMap::new();
    let mut tables = Vec::new();
    for source in &sources {
        // One at a time: it holds an entry for each respondent.
        let of = &match source {
            Source::Themes(themes) => of_themes(intake, respondents, themes),
            Source::Closed(read, column) => of_closed(intake, read, *column),
        };
        for by in bys.iter().filter(|by| by.question_idx != Some(of.question_idx)) {
            let counts = count(of, by);
            if counts.bases.iter().all(|base| *base == 0) {
                continue;
            }
            let pattern = if privacy.is_on() {
                // The same two questions the other way round: one pattern, or one table would tell what the other keeps.
                let other = by.question_idx.filter(|_| of.is_partition && both_ways.contains(&of.question_idx));
                let Some(pattern) = other
                    .and_then(|other| patterns.get(&(other, of.question_idx)).map(Pattern::transposed))
                    .or_else(|| Pattern::new(&counts, u64::from(privacy.smallest_cell), other.is_some()))
                else {
                    continue;
                };
                if let Some(other) = other {
                    patterns.insert((of.question_idx, other), pattern.clone());
                }
                Some(pattern)
            } else {
                None
            };
            tables.push(table(of, by, &counts, pattern.as_ref(), respondents));
        }
    }
    tables
}

/// The groups that a name asks for: an attribute's column goes before a question's id.
pub(super) fn by(
    intake: &Intake,
    respondents: &Respondents<'_>,
    closed: &[ReadQuestion],
    name: &str,
    words: &super::grades::Words,
) -> Option<By> {
    if let Some(column) = intake.input.attribute_columns.iter().position(|column| column == name) {
        let (mut groups, of) = profile::values(&respondents.attributes[column], words);
        let unsaid = groups.len() as u32;
        let has_unsaid = of.iter().any(Option::is_none);
        if has_unsaid {
            groups.push(DID_NOT_SAY.to_owned());
        }
        let of = of.into_iter().map(|value| Some(value.unwrap_or(unsaid))).collect();
        let (kind, name) = (GroupedBy::Attribute, name.to_owned());
        return Some(By { kind, name, groups, has_unsaid, of, question_idx: None });
    }
    let question = closed.iter().find(|question| intake.questions[question.question_idx as usize].id == name)?;
    let groups = question.scheme.options.iter().map(|option| option.label.clone()).collect();
    let of = question.answers.first()?.of.iter().map(chosen);
    let (kind, name, question_idx) = (GroupedBy::Question, name.to_owned(), Some(question.question_idx));
    Some(By { kind, name, groups, has_unsaid: false, of: of.collect(), question_idx })
}

fn of_themes<'a>(intake: &Intake, respondents: &Respondents<'_>, themes: &'a ThemeAnswers) -> Of<'a> {
    let mut given: Vec<Option<Vec<u32>>> = vec![None; respondents.count()];
    let of = |submission: u32| respondents.of_submission[submission as usize].map(|respondent| respondent as usize);
    for respondent in themes.base.iter().filter_map(|submission| of(*submission)) {
        given[respondent].get_or_insert_with(Vec::new);
    }
    for (at, theme) in (0..).zip(&themes.themes) {
        for respondent in theme.members.iter().filter_map(|(submission, _)| of(*submission)) {
            let given = given[respondent].get_or_insert_with(Vec::new);
            if given.last() != Some(&at) {
                given.push(at);
            }
        }
    }
    Of {
        question: intake.questions[themes.question_idx as usize].id.clone(),
        counted: CountedOf::Themes,
        language: (!themes.is_main).then_some(themes.language),
        statement: None,
        answers: (themes.themes.iter())
            .map(|theme| CountedAnswer { theme_id: Some(theme.theme_id.clone()), label: theme.label.clone() })
            .collect(),
        question_idx: themes.question_idx,
        is_partition: false,
        given,
        once: themes.has_copies.then_some(themes),
    }
}

/// What is counted of one column of a closed question.
fn of_closed<'a>(intake: &Intake, read: &ReadQuestion, column: usize) -> Of<'a> {
    let question = &intake.questions[read.question_idx as usize];
    let answers = |option: &super::options::Choice| CountedAnswer { theme_id: None, label: option.label.clone() };
    let given = read.answers[column].of.iter().map(|answer| match answer {
        Answer::Chosen(options) => Some(options.iter().map(|option| u32::from(*option)).collect()),
        Answer::None | Answer::NotApplicable(_) => None,
    });
    let header = question.columns.get(column).filter(|_| question.kind == QuestionKind::Matrix);
    Of {
        question: question.id.clone(),
        counted: CountedOf::Answers,
        language: None,
        statement: header.map(|header| statement(header, &question.text)),
        answers: read.scheme.options.iter().map(answers).collect(),
        question_idx: read.question_idx,
        // Where there is one option only, whoever answered gave it.
        is_partition: question.kind != QuestionKind::Multiple || read.scheme.options.len() < 2,
        given: given.collect(),
        once: None,
    }
}

fn count(of: &Of<'_>, by: &By) -> Counts {
    let (n_groups, n_answers) = (by.groups.len(), of.answers.len());
    let mut counts = Counts {
        is_partition: of.is_partition,
        totals: vec![0; n_groups],
        bases: vec![0; n_groups],
        answer_totals: vec![0; n_answers],
        cells: vec![vec![0; n_answers]; n_groups],
    };
    for (group, given) in by.of.iter().zip(&of.given) {
        for answer in given.iter().flatten() {
            counts.answer_totals[*answer as usize] += 1;
        }
        let Some(group) = group.map(|group| group as usize) else { continue };
        counts.totals[group] += 1;
        let Some(given) = given else { continue };
        counts.bases[group] += 1;
        for answer in given {
            counts.cells[group][*answer as usize] += 1;
        }
    }
    counts
}

/// For each group and theme the respondents with near-duplicates counted once.
fn once(themes: &ThemeAnswers, by: &By, respondents: &Respondents<'_>) -> Vec<Vec<u64>> {
    let mut counts = vec![vec![0; themes.themes.len()]; by.groups.len()];
    for (at, theme) in themes.themes.iter().enumerate() {
        let mut found: Vec<(BTreeSet<u32>, BTreeSet<u32>)> = vec![Default::default(); by.groups.len()];
        for (submission, unit) in &theme.members {
            let Some(respondent) = respondents.of_submission[*submission as usize] else { continue };
            let Some(group) = by.of[respondent as usize] else { continue };
            let (units, members) = &mut found[group as usize];
            units.insert(*unit);
            members.insert(respondent);
        }
        for (counts, (units, members)) in counts.iter_mut().zip(found) {
            counts[at] = units.len().min(members.len()) as u64;
        }
    }
    counts
}

fn table(
    of: &Of<'_>,
    by: &By,
    counts: &Counts,
    pattern: Option<&Pattern>,
    respondents: &Respondents<'_>,
) -> CrossTable {
    // Counted once is not told where cells are suppressed: it would be a second way to what they hold.
    let once = of.once.filter(|_| pattern.is_none()).map(|themes| once(themes, by, respondents));
    let groups = by.groups.iter().enumerate().filter(|(group, _)| counts.totals[*group] > 0).map(|(group, label)| {
        let is_kept = |answer: usize| pattern.is_none_or(|pattern| !pattern.cells[group][answer]);
        let base = counts.bases[group];
        let cells = counts.cells[group].iter().enumerate().map(|(answer, n)| Cell {
            n: is_kept(answer).then_some(*n),
            percent: Percent::new(*n, base).filter(|_| is_kept(answer)),
            n_once: once.as_ref().map(|once| once[group][answer]),
        });
        Group {
            group: label.clone(),
            is_unsaid: by.has_unsaid && group + 1 == by.groups.len(),
            base: pattern.is_none_or(|pattern| !pattern.groups[group]).then_some(base),
            cells: cells.collect(),
        }
    });
    CrossTable {
        question: of.question.clone(),
        of: of.counted,
        language: of.language,
        statement: of.statement.clone(),
        by: by.kind,
        by_name: by.name.clone(),
        answers: of.answers.clone(),
        groups: groups.collect(),
    }
}
