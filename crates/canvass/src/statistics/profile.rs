//! Who answered: respondents by attribute, language, file and day.

use super::Labelled;
use super::grades::Words;
use super::respondents::Respondents;
use super::share::Percent;
use crate::ingest::{Intake, SourceRole};
use crate::pipeline::{LanguageSource, QuestionRun};
use canvass_text::Language;
use serde::Serialize;
use std::collections::BTreeMap;

/// Who answered. Every share is of all respondents.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Profile {
    /// The respondents: those of submissions that are neither double nor tests.
    pub n_respondents: u64,
    /// What describes them, in the order of the attribute columns.
    pub attributes: Vec<AttributeProfile>,
    /// The languages of their answers in words, the most frequent first.
    pub languages: Vec<LanguageShare>,
    /// Those whose answers do not show their language, or who gave none in words.
    pub n_no_language: u64,
    /// The files they came in, where there are several.
    pub files: Vec<ValueCount>,
    /// The days they answered, from the first to the last; days without an answer are among them.
    pub days: Vec<DayCount>,
    /// Those of no day: where there are days at all.
    pub n_no_day: u64,
}

/// One attribute.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct AttributeProfile {
    /// The column.
    pub attribute: String,
    /// Its values, the most frequent first; ties by text.
    pub values: Vec<ValueCount>,
    /// Those who gave none, or said that they do not say.
    pub did_not_say: ValueCount,
}

/// How many respondents have a value.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ValueCount {
    /// The value.
    pub value: String,
    /// The respondents.
    pub n: u64,
    /// `n` / all respondents, in per cent.
    pub percent: Option<Percent>,
}

/// How many respondents answered in a language: that of most of their answers, of equals the first.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct LanguageShare {
    /// The language.
    pub language: Language,
    /// The respondents.
    pub n: u64,
    /// `n` / all respondents, in per cent.
    pub percent: Option<Percent>,
}

/// How many respondents answered on a day.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct DayCount {
    /// The day, as `2026-03-04`.
    pub day: String,
    /// The respondents.
    pub n: u64,
}

/// What "did not say" is called.
pub(super) const DID_NOT_SAY: &str = "did not say";
/// Over a longer time only days with an answer are listed.
const MOST_DAYS: u32 = 3700;

/// The values of an attribute in the order of the profile, and for each respondent the index of theirs; none: did not say.
pub(super) fn values(cells: &[&str], words: &Words) -> (Vec<String>, Vec<Option<u32>>) {
    let labelled = Labelled::new(cells.iter().copied().filter(|cell| !words.is_not_applicable(cell)));
    let of = cells.iter().map(|cell| labelled.index(cell)).collect();
    (labelled.labels, of)
}

/// Counts the respondents.
pub(super) fn count(
    intake: &Intake,
    respondents: &Respondents<'_>,
    questions: &[QuestionRun],
    words: &Words,
) -> Profile {
    let n = respondents.count() as u64;
    let percent = |part: u64| Percent::new(part, n);
    let names = intake.input.attribute_columns.iter();
    let attributes = names.zip(&respondents.attributes).map(|(name, cells)| {
        let (labels, of) = values(cells, words);
        let mut counts = vec![0_u64; labels.len()];
        for value in of.iter().flatten() {
            counts[*value as usize] += 1;
        }
        let unsaid = n - counts.iter().sum::<u64>();
        let values = labels.into_iter().zip(counts).map(|(value, n)| ValueCount { value, n, percent: percent(n) });
        let did_not_say = ValueCount { value: DID_NOT_SAY.to_owned(), n: unsaid, percent: percent(unsaid) };
        AttributeProfile { attribute: name.clone(), values: values.collect(), did_not_say }
    });
    let languages = languages(intake, respondents, questions);
    let n_languages: u64 = languages.iter().map(|(_, n)| n).sum();
    let (days, n_no_day) = days(respondents);
    Profile {
        n_respondents: n,
        attributes: attributes.collect(),
        languages: (languages.into_iter())
            .map(|(language, n)| LanguageShare { language, n, percent: percent(n) })
            .collect(),
        n_no_language: n - n_languages,
        files: files(intake, respondents)
            .into_iter()
            .map(|(value, n)| ValueCount { value, n, percent: percent(n) })
            .collect(),
        days,
        n_no_day,
    }
}

/// How many respondents answered mostly in each language, the most frequent first.
fn languages(intake: &Intake, respondents: &Respondents<'_>, questions: &[QuestionRun]) -> Vec<(Language, u64)> {
    // Respondent, the place of the answer in the form, its language.
    let mut read: Vec<(u32, u32, Language)> = Vec::new();
    for question in questions {
        for (at, read_in) in question.positions.iter().zip(&question.read_in) {
            let submission = intake.responses[*at].submission_idx;
            let is_shown = !matches!(read_in.source, LanguageSource::Main | LanguageSource::Settings);
            if let Some(respondent) = respondents.of_submission[submission as usize].filter(|_| is_shown) {
                read.push((respondent, question.question_idx, read_in.language));
            }
        }
    }
    read.sort_unstable();
    let mut counts: BTreeMap<Language, u64> = BTreeMap::new();
    for own in read.chunk_by(|a, b| a.0 == b.0) {
        let n_in = |language: Language| own.iter().filter(|(.., other)| *other == language).count();
        let most = own.iter().map(|(.., language)| n_in(*language)).max();
        if let Some((.., language)) = own.iter().find(|(.., language)| Some(n_in(*language)) == most) {
            *counts.entry(*language).or_default() += 1;
        }
    }
    let mut counts: Vec<(Language, u64)> = counts.into_iter().collect();
    counts.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    counts
}

/// How many respondents each file of answers holds, in the order given; nothing if there is one file only.
fn files(intake: &Intake, respondents: &Respondents<'_>) -> Vec<(String, u64)> {
    let answers = |(_, source): &(u32, &crate::ingest::Source)| source.role == SourceRole::Answers;
    let sources: Vec<_> = (0..).zip(&intake.sources).filter(answers).collect();
    if sources.len() < 2 {
        return Vec::new();
    }
    let count = |idx: u32| respondents.files.iter().filter(|file| **file == idx).count() as u64;
    sources.into_iter().map(|(idx, source)| (source.file.to_string(), count(idx))).collect()
}

/// How many respondents answered on each day, and how many on none that is known.
fn days(respondents: &Respondents<'_>) -> (Vec<DayCount>, u64) {
    let mut counts = BTreeMap::new();
    for day in respondents.days.iter().flatten() {
        *counts.entry(*day).or_insert(0_u64) += 1;
    }
    let (Some((&first, _)), Some((&last, _))) = (counts.first_key_value(), counts.last_key_value()) else {
        return (Vec::new(), 0);
    };
    let span = last.since(first);
    if span <= MOST_DAYS {
        for n in 0..=span {
            counts.entry(first.plus(n)).or_default();
        }
    }
    let n_no_day = respondents.days.iter().filter(|day| day.is_none()).count() as u64;
    (counts.into_iter().map(|(day, n)| DayCount { day: day.to_string(), n }).collect(), n_no_day)
}
