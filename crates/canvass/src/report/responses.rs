//! Every response taken apart, a line of JSON each: what an explanation is made from, and an annex for other tools.

use super::tables::Reasons;
use crate::codeframe::PutBy;
use crate::findings::four_decimals;
use crate::pipeline::{QuestionRun, Run};
use canvass_text::{AnalysedText, Span, TermKind, Token};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::io::{self, Write};

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
pub(super) fn vocabulary(run: &Run, out: &mut dyn Write) -> io::Result<()> {
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
            if bytes.len() >= BLOCK {
                out.write_all(&bytes)?;
                bytes.clear();
            }
        }
    }
    out.write_all(&bytes)
}

/// Bytes that are written at a time.
const BLOCK: usize = 1 << 16;

/// # Panics
/// Never: the records are plain structures, and go into memory.
fn push_line(bytes: &mut Vec<u8>, record: &impl Serialize) {
    serde_json::to_writer(&mut *bytes, record).expect("a plain structure goes into memory");
    bytes.push(b'\n');
}

/// That a point is in a theme.
struct PointInTheme<'r> {
    response: u32,
    point: u32,
    theme_id: &'r str,
    strength: f64,
}

/// The points of a question that are in themes, by response, point and theme.
fn points_in_themes(question: &QuestionRun) -> Vec<PointInTheme<'_>> {
    let n_memberships = question.languages.iter().map(|group| group.themes.memberships.len()).sum();
    let mut points: Vec<PointInTheme<'_>> = Vec::with_capacity(n_memberships);
    for group in &question.languages {
        points.extend(group.themes.memberships.iter().filter_map(|membership| {
            let theme_id = group.theme_ids[membership.theme_idx as usize].as_ref()?;
            let (response, point) = group.points[membership.point_idx as usize];
            Some(PointInTheme { response, point, theme_id, strength: membership.strength })
        }));
    }
    // No point is in a theme twice.
    points.par_sort_unstable_by_key(|of| (of.response, of.point, of.theme_id));
    points
}

/// What the points of a question are told from.
struct Told<'r> {
    question: &'r QuestionRun,
    in_themes: Vec<PointInTheme<'r>>,
    /// What put points into themes, where the theme's words did not: by theme, response and point.
    put_by: BTreeMap<(&'r str, u32, u32), PutBy>,
}

impl<'r> Told<'r> {
    fn new(question: &'r QuestionRun) -> Self {
        let framed = question.languages.iter().flat_map(|group| group.framed.iter().flatten());
        let put_by = framed.flat_map(|theme| {
            theme.put_by.iter().map(|((response, point), by)| ((theme.id.as_str(), *response, *point), *by))
        });
        Self { question, in_themes: points_in_themes(question), put_by: put_by.collect() }
    }

    /// The points of a response.
    fn points(&self, response: u32, text: &AnalysedText) -> Vec<PointRecord> {
        let question = self.question;
        let record = |token: &Token, usual: TermKind| {
            let term = &question.analysis.vocabulary.terms[token.term_idx() as usize];
            TokenRecord {
                start: token.span.start,
                end: token.span.end,
                stem: term.stem.clone(),
                kind: (term.kind != usual).then(|| term.kind.name().to_owned()),
                left_out: token.left_out().map(|reason| reason.name().to_owned()),
            }
        };
        let first = self.in_themes.partition_point(|of| of.response < response);
        let themes = |point: u32| {
            let of_response = self.in_themes[first..].iter().take_while(|of| of.response == response);
            of_response.filter(|of| of.point == point).map(|of| self.theme(of)).collect()
        };
        let points = text.points.iter().zip(0..).map(|(point, at)| PointRecord {
            start: point.span.start,
            end: point.span.end,
            language: (point.language != text.language).then(|| point.language.code().to_owned()),
            counts_as: question.added.unit(response).filter(|_| question.added.holds(response, at)),
            tokens: point.tokens.iter().map(|token| record(token, TermKind::Word)).collect(),
            phrases: point.phrases.iter().map(|token| record(token, TermKind::Phrase)).collect(),
            themes: themes(at),
        });
        points.collect()
    }

    fn theme(&self, of: &PointInTheme<'_>) -> ThemeRecord {
        let by = self.put_by.get(&(of.theme_id, of.response, of.point));
        ThemeRecord {
            theme_id: of.theme_id.to_owned(),
            strength: four_decimals(of.strength),
            by_hand: by.filter(|by| by.is_by_hand()).map(|by| by.name().to_owned()),
            by_classifier: by == Some(&PutBy::Classifier),
        }
    }
}

/// `responses.jsonl`, in the order of the ledger.
pub(super) fn records(run: &Run, reasons: &Reasons<'_>, out: &mut dyn Write) -> io::Result<()> {
    /// Responses whose lines are in memory at a time, and those that are put into lines by one thread.
    const AT_A_TIME: usize = 1 << 14;
    const CHUNK: usize = 256;
    /// The question of responses that are not analysed.
    const NONE: u32 = u32::MAX;
    // Of each the question's number and its number there.
    let mut taken_apart: Vec<(u32, u32)> = vec![(NONE, 0); run.intake.responses.len()];
    for (number, question) in (0..).zip(&run.questions) {
        for (response, position) in (0..).zip(&question.positions) {
            taken_apart[*position] = (number, response);
        }
    }
    let groups = CopyGroups::new(run);
    let told: Vec<Told<'_>> = run.questions.iter().map(Told::new).collect();
    let record = |at: usize| {
        let received = &run.intake.responses[at];
        let entry = &run.ledger.entries[at];
        let (number, response) = taken_apart[at];
        let found = (number != NONE).then(|| &told[number as usize]);
        let text = found.map(|of| of.question.analysis.texts.get(response as usize));
        let read_in = found.map(|of| of.question.read_in[response as usize]);
        debug_assert_eq!(found.is_some(), entry.state.is_analysed());
        ResponseRecord {
            question: run.intake.questions[received.question_idx as usize].id.clone(),
            response_id: received.response_id.to_string(),
            respondent_id: run.intake.submissions[received.submission_idx as usize].respondent_id.to_string(),
            attributes: found.map(|_| attributes_of(run, received.submission_idx)).unwrap_or_default(),
            file: received.place.table.file.to_string(),
            sheet: received.place.table.sheet.to_string(),
            row: received.place.row,
            column: received.place.letters(),
            state: entry.state.name().to_owned(),
            reason: reasons.of(at).into_owned(),
            text: received.text.to_string(),
            translation: received.translation.as_ref().map(|translation| translation.text.to_string()),
            language: text.as_ref().map(|text| text.language.code().to_owned()),
            language_source: read_in.map(|read_in| read_in.source.name().to_owned()),
            language_confidence: read_in.and_then(|read_in| read_in.confidence).map(four_decimals),
            boilerplate: text.as_ref().map(|text| text.boilerplate.to_vec()).unwrap_or_default(),
            quotations: text.as_ref().map(|text| text.quotations.to_vec()).unwrap_or_default(),
            points: found.zip(text).map(|(of, text)| of.points(response, &text)).unwrap_or_default(),
            duplicate_group: found.and_then(|_| groups.of(number as usize, response)).map(str::to_owned),
            counts_as: found.map(|of| of.question.units[response as usize]),
        }
    };
    let places: Vec<usize> = (0..run.intake.responses.len()).collect();
    for block in places.chunks(AT_A_TIME) {
        let lines = block.par_chunks(CHUNK).map(|chunk| {
            let mut bytes = Vec::new();
            for at in chunk {
                push_line(&mut bytes, &record(*at));
            }
            bytes
        });
        for bytes in lines.collect::<Vec<_>>() {
            out.write_all(&bytes)?;
        }
    }
    Ok(())
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

/// Which response is in which group of near-duplicates.
pub(super) struct CopyGroups<'r> {
    run: &'r Run,
    /// For each question each member and the number of its group, ascending.
    of_question: Vec<Vec<(u32, u32)>>,
}

impl<'r> CopyGroups<'r> {
    /// Those of all questions.
    pub(super) fn new(run: &'r Run) -> Self {
        let of_question = run.questions.iter().map(|question| {
            let groups = (0..).zip(&question.copied.groups);
            let members = groups
                .flat_map(|(number, group)| group.members.iter().map(move |member| (member.document_idx, number)));
            let mut members: Vec<(u32, u32)> = members.collect();
            members.sort_unstable();
            members
        });
        Self { run, of_question: of_question.collect() }
    }

    /// The id of the group that a response to a question, by their numbers, is in.
    pub(super) fn of(&self, question: usize, response: u32) -> Option<&'r str> {
        let members = &self.of_question[question];
        let at = members.binary_search_by_key(&response, |(member, _)| *member).ok()?;
        Some(&self.run.findings.questions[question].duplicates[members[at].1 as usize].group_id)
    }
}
