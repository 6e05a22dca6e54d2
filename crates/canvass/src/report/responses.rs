//! Every response taken apart, a line of JSON each: what an explanation is made from, and an annex for other tools.

use crate::codeframe::PutBy;
use crate::findings::four_decimals;
use crate::pipeline::{QuestionRun, Run};
use canvass_text::{Span, TermKind, Token};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A line of `responses.jsonl`: one response to one question.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ResponseRecord {
    /// The question's id.
    pub question: String,
    /// The response's id.
    pub response_id: String,
    /// The respondent's id.
    pub respondent_id: String,
    /// The respondent's attributes, in the order of `attribute_columns`; none unless analysed, if all are blank, or where small cells are
    /// suppressed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[serde(default)]
    pub attributes: Vec<String>,
    /// The base name of the file.
    pub file: String,
    /// The sheet; empty in a text file.
    pub sheet: String,
    /// The row, 1-based, the header included.
    pub row: u32,
    /// The column as a spreadsheet names it.
    pub column: String,
    /// The state in the ledger.
    pub state: String,
    /// The rule that put it there, or its themes in a phrase.
    pub reason: String,
    /// The cell's text.
    pub text: String,
    /// Its translation in the file: where there is one, it is what was analysed, and all spans are into it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(default)]
    pub translation: Option<String>,
    /// The language it was read in; none unless analysed.
    pub language: Option<String>,
    /// How it is known: `identified`, `column`, `translation` (it is that of the translation), `settings`, or `main` for texts that are read in the main language because theirs
    /// is not sure.
    pub language_source: Option<String>,
    /// How sure the text makes it, 0 to 1; none where it is not the text that says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(default)]
    pub language_confidence: Option<f64>,
    /// Passages that most answers to the question share.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[serde(default)]
    pub boilerplate: Vec<Span>,
    /// Passages quoted from a reference text.
    pub quotations: Vec<Span>,
    /// Its points.
    pub points: Vec<PointRecord>,
    /// Its group of near-duplicates.
    pub duplicate_group: Option<String>,
    /// What it counts as where near-duplicates count once: responses to the question with one number count once. None unless analysed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(default)]
    pub counts_as: Option<u32>,
}

/// A point of a response.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct PointRecord {
    /// First byte in the response's text.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// The language it was read in, if it is not the response's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(default)]
    pub language: Option<String>,
    /// What it counts as, if it is what a varied copy adds to a standard text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(default)]
    pub counts_as: Option<u32>,
    /// Its words.
    pub tokens: Vec<TokenRecord>,
    /// Its phrases.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[serde(default)]
    pub phrases: Vec<TokenRecord>,
    /// The themes it is in.
    pub themes: Vec<ThemeRecord>,
}

/// A token of a point.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct TokenRecord {
    /// First byte in the response's text.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// The stem of its term.
    pub stem: String,
    /// What its term is made of, if a word is no `word` or a phrase no `phrase`: see `vocabulary.jsonl`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(default)]
    pub kind: Option<String>,
    /// Why it carries no theme: `question` for a word of the question, `preamble` for one in a point that restates it,
    /// `boilerplate` for one in a passage that most answers share, `quotation` for one quoted from a reference text.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(default)]
    pub left_out: Option<String>,
}

/// A theme of a point.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct ThemeRecord {
    /// The theme's id.
    pub theme_id: String,
    /// How well the point fits it, 0 to 1.
    pub strength: f64,
    /// Who put it there, if not the theme's words: someone `point` by point, or with its `response`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(default)]
    pub by_hand: Option<String>,
    /// Whether a classifier learnt from what people coded put its response there.
    #[serde(skip_serializing_if = "is_false")]
    #[serde(default)]
    pub by_classifier: bool,
}

/// A line of `vocabulary.jsonl`: a term of the answers to one question.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct TermRecord {
    /// The question's id.
    pub question: String,
    /// The language of its words.
    pub language: String,
    /// Its stem; of a phrase the stems, separated by spaces.
    pub stem: String,
    /// `word`, `phrase`, `name` (a phrase written with capitals), `concept` (what a lexicon counts as one) or `sought` (what a code frame looks
    /// for).
    pub kind: String,
    /// The forms that occur, with their counts, the most frequent first.
    pub forms: Vec<(String, u32)>,
    /// Whether it is too general to name a subject.
    #[serde(skip_serializing_if = "is_false")]
    #[serde(default)]
    pub general: bool,
    /// How often it stands where a verb does.
    #[serde(skip_serializing_if = "is_zero")]
    #[serde(default)]
    pub as_verb: u32,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde passes it")]
fn is_false(value: &bool) -> bool {
    !value
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "as serde passes it")]
fn is_zero(value: &u32) -> bool {
    *value == 0
}

/// `vocabulary.jsonl`: the terms of each question, in their order.
pub(super) fn vocabulary(run: &Run) -> Vec<u8> {
    let mut bytes = Vec::new();
    for question in &run.questions {
        let id = &run.intake.questions[question.question_idx as usize].id;
        for term in &question.analysis.vocabulary.terms {
            let record = TermRecord {
                question: id.clone(),
                language: term.language.code().to_owned(),
                stem: term.stem.clone(),
                kind: term.kind.name().to_owned(),
                forms: term.surface_forms.clone(),
                general: term.general,
                as_verb: term.as_verb,
            };
            push_line(&mut bytes, &record);
        }
    }
    bytes
}

/// # Panics
/// Never: the records are plain structures, and go into memory.
fn push_line(bytes: &mut Vec<u8>, record: &impl Serialize) {
    serde_json::to_writer(&mut *bytes, record).expect("a plain structure goes into memory");
    bytes.push(b'\n');
}

/// What puts a response into a theme.
#[derive(Clone, Debug, Default)]
pub(super) struct ThemeOfResponse {
    /// The largest strength of its points.
    pub(super) strength: f64,
    /// Its points in the theme: indices in the response, ascending.
    pub(super) points: Vec<u32>,
    /// What put it there: people before a classifier before words.
    pub(super) put_by: Option<PutBy>,
}

/// For each theme of a response, by id, what puts it there.
pub(super) type ThemesOfResponse<'a> = BTreeMap<&'a str, ThemeOfResponse>;

/// For each analysed response of a question its themes.
pub(super) fn themes_of(question: &QuestionRun) -> Vec<ThemesOfResponse<'_>> {
    let mut themes: Vec<ThemesOfResponse<'_>> = vec![BTreeMap::new(); question.positions.len()];
    for (theme_id, response, point, found) in memberships(question) {
        let theme = themes[response as usize].entry(theme_id).or_default();
        theme.strength = theme.strength.max(found);
        // Additions stand behind all other points in the theme stage.
        let at = theme.points.partition_point(|known| *known < point);
        theme.points.insert(at, point);
    }
    for framed in question.languages.iter().flat_map(|group| group.framed.iter().flatten()) {
        for ((response, _), by) in &framed.put_by {
            if let Some(theme) = themes[*response as usize].get_mut(framed.id.as_str()) {
                theme.put_by = theme.put_by.max(Some(*by));
            }
        }
    }
    themes
}

/// The points that are in a theme: the theme's id, response, point and strength.
fn memberships(question: &QuestionRun) -> impl Iterator<Item = (&str, u32, u32, f64)> {
    question.languages.iter().flat_map(|group| {
        group.themes.memberships.iter().filter_map(|membership| {
            let theme_id = group.theme_ids[membership.theme_idx as usize].as_ref()?;
            let (response, point) = group.points[membership.point_idx as usize];
            Some((theme_id.as_str(), response, point, membership.strength))
        })
    })
}

/// `responses.jsonl`, in the order of the ledger.
///
/// `reasons`: for each analysed response, by its place in the intake, its themes in a phrase.
pub(super) fn records(run: &Run, reasons: &BTreeMap<usize, String>) -> Vec<u8> {
    let mut taken_apart: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    for (number, question) in run.questions.iter().enumerate() {
        for (response, position) in question.positions.iter().enumerate() {
            taken_apart.insert(*position, (number, response));
        }
    }
    let groups = groups(run);
    let points: Vec<Vec<Vec<PointRecord>>> = run.questions.iter().map(points_of).collect();
    let mut bytes = Vec::new();
    for (at, (received, entry)) in run.intake.responses.iter().zip(&run.ledger.entries).enumerate() {
        let found = taken_apart.get(&at).map(|(number, response)| {
            let text = &run.questions[*number].analysis.texts[*response];
            let read_in = run.questions[*number].read_in[*response];
            ((text, read_in), points[*number][*response].clone(), groups.get(&(*number, *response as u32)).cloned())
        });
        let (text, points, duplicate_group) =
            found.map_or((None, Vec::new(), None), |(text, points, group)| (Some(text), points, group));
        debug_assert_eq!(text.is_some(), entry.state.is_analysed());
        let record = ResponseRecord {
            question: run.intake.questions[received.question_idx as usize].id.clone(),
            response_id: received.response_id.clone(),
            respondent_id: run.intake.submissions[received.submission_idx as usize].respondent_id.clone(),
            attributes: text.map(|_| attributes_of(run, received.submission_idx)).unwrap_or_default(),
            file: received.place.file.to_string(),
            sheet: received.place.sheet.to_string(),
            row: received.place.row,
            column: received.place.letters(),
            state: entry.state.name().to_owned(),
            reason: reasons.get(&at).unwrap_or(&entry.reason).clone(),
            text: received.text.clone(),
            translation: received.translation.as_ref().map(|translation| translation.text.clone()),
            language: text.map(|(text, _)| text.language.code().to_owned()),
            language_source: text.map(|(_, read_in)| read_in.source.name().to_owned()),
            language_confidence: text.and_then(|(_, read_in)| read_in.confidence).map(four_decimals),
            boilerplate: text.map(|(text, _)| text.boilerplate.clone()).unwrap_or_default(),
            quotations: text.map(|(text, _)| text.quotations.clone()).unwrap_or_default(),
            points,
            duplicate_group,
            counts_as: taken_apart.get(&at).map(|(number, response)| run.questions[*number].units[*response]),
        };
        push_line(&mut bytes, &record);
    }
    bytes
}

/// The attributes of who made a submission; none if all are blank, or where small cells are suppressed.
fn attributes_of(run: &Run, submission: u32) -> Vec<String> {
    let values = &run.intake.submissions[submission as usize].attributes;
    let is_blank = values.iter().all(|value| value.trim().is_empty());
    if is_blank || run.settings.privacy.smallest_cell > 0 {
        Vec::new()
    } else {
        values.iter().map(|value| value.trim().to_owned()).collect()
    }
}

/// For each response of a question its points.
fn points_of(question: &QuestionRun) -> Vec<Vec<PointRecord>> {
    let mut records: Vec<Vec<PointRecord>> = question
        .analysis
        .texts
        .iter()
        .zip(0..)
        .map(|(text, response)| {
            let points = text.points.iter().zip(0..).map(|(point, at)| {
                let record = |token: &Token, usual: TermKind| {
                    let term = &question.analysis.vocabulary.terms[token.term_idx as usize];
                    TokenRecord {
                        start: token.span.start,
                        end: token.span.end,
                        stem: term.stem.clone(),
                        kind: (term.kind != usual).then(|| term.kind.name().to_owned()),
                        left_out: token.left_out.map(|reason| reason.name().to_owned()),
                    }
                };
                PointRecord {
                    start: point.span.start,
                    end: point.span.end,
                    language: (point.language != text.language).then(|| point.language.code().to_owned()),
                    counts_as: question.added.unit(response).filter(|_| question.added.holds(response, at)),
                    tokens: point.tokens.iter().map(|token| record(token, TermKind::Word)).collect(),
                    phrases: point.phrases.iter().map(|token| record(token, TermKind::Phrase)).collect(),
                    themes: Vec::new(),
                }
            });
            points.collect()
        })
        .collect();
    let put_by: BTreeMap<(&str, u32, u32), PutBy> = (question.languages.iter())
        .flat_map(|group| group.framed.iter().flatten())
        .flat_map(|theme| {
            theme.put_by.iter().map(|((response, point), by)| ((theme.id.as_str(), *response, *point), *by))
        })
        .collect();
    for (theme_id, response, point, strength) in memberships(question) {
        let by = put_by.get(&(theme_id, response, point));
        let by_hand = by.filter(|by| by.is_by_hand()).map(|by| by.name().to_owned());
        let by_classifier = by == Some(&PutBy::Classifier);
        let theme =
            ThemeRecord { theme_id: theme_id.to_owned(), strength: four_decimals(strength), by_hand, by_classifier };
        records[response as usize][point as usize].themes.push(theme);
    }
    for point in records.iter_mut().flatten() {
        point.themes.sort_by(|a, b| a.theme_id.cmp(&b.theme_id));
    }
    records
}

/// For each member of a group of near-duplicates, by question and response, the group's id.
pub(super) fn groups(run: &Run) -> BTreeMap<(usize, u32), String> {
    let mut groups = BTreeMap::new();
    for (number, (question, found)) in run.questions.iter().zip(&run.findings.questions).enumerate() {
        for (group, found) in question.copied.groups.iter().zip(&found.duplicates) {
            for member in &group.members {
                groups.insert((number, member.document_idx), found.group_id.clone());
            }
        }
    }
    groups
}
