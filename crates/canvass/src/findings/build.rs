//! From what the stages gave to the findings of one question.

use super::beyond::beyond;
use super::coded::{Coded, distinct};
use super::ranking::{Ranked, ThemeIds, rank};
use super::telling::Teller;
use super::verbatim::passage;
use super::{
    DuplicateGroup, DuplicateMember, FormCount, FrameThemeRow, LanguageCount, LanguageFindings, LeftOutWords,
    MergedForms, NoTheme, QuestionFindings, QuestionFrame, SetAside, Shared, StateCount, ThemeFrame, breakdown,
    dissent, four_decimals, names,
};
use crate::ledger::Phrases;
use crate::pipeline::{FramedQuestion, FramedRow};
use crate::statistics::{CountedOf, CrossTable, GroupedBy};
use canvass_analysis::{DuplicateKind, Group, Member};
use canvass_text::{Analysis, Language, LeftOut, Span};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The findings of a question, and for each language group the ids of its themes.
pub(crate) fn build_question(coded: &Coded<'_>, teller: &Teller<'_>) -> (QuestionFindings, Vec<ThemeIds>) {
    let question = &coded.intake.questions[coded.question_idx as usize];
    let base = distinct(coded.respondents.iter().copied());
    let telling = &teller.of(coded.question_idx);
    let mut ranked: Vec<Ranked> = coded.languages.iter().map(|group| rank(coded, group, base, telling)).collect();
    let in_themes: BTreeSet<u32> = ranked.iter().flat_map(|ranked| ranked.responses.iter().copied()).collect();
    let further: BTreeSet<Language> = coded.languages.iter().skip(1).map(|group| group.language).collect();
    let no_theme_in = |of: &dyn Fn(Language) -> bool| {
        let responses = (0..coded.positions.len() as u32)
            .filter(|response| !in_themes.contains(response) && of(coded.read_in[*response as usize].language));
        responses.map(|response| no_theme(coded, response, telling.phrases)).collect()
    };
    let n_no_theme = coded.positions.len() - in_themes.len();
    let beyond = beyond(coded, telling, &ranked, n_no_theme);
    let ids = ranked.iter_mut().map(|ranked| std::mem::take(&mut ranked.ids)).collect();
    let mut ranked = ranked.into_iter();
    let main = ranked.next();
    let languages = coded.languages.iter().skip(1).zip(ranked).map(|(group, ranked)| LanguageFindings {
        language: group.language,
        base: ranked.base,
        base_once: ranked.base_once,
        theme_basis: ranked.basis,
        n_in_themes: ranked.n_in_themes,
        n_in_findings: ranked.n_in_findings,
        findings: ranked.findings,
        themes: ranked.themes,
        no_theme: no_theme_in(&|language| language == group.language),
    });
    let languages = languages.collect();
    let ledger = coded.ledger.counts(coded.intake, Some(coded.question_idx));
    let (language_base, n_in_themes, n_in_findings) =
        main.as_ref().map_or((0, 0, 0), |main| (main.base, main.n_in_themes, main.n_in_findings));
    let (theme_basis, findings, themes) = main.map(|main| (main.basis, main.findings, main.themes)).unwrap_or_default();
    let built = QuestionFindings {
        id: question.id.clone(),
        text: question.text.clone(),
        base: base as u64,
        base_once: coded.once(0..coded.positions.len() as u32) as u64,
        language: coded.main_language,
        language_base,
        theme_basis,
        n_in_themes,
        n_in_findings,
        ledger: ledger.into_iter().map(|(state, n_responses)| StateCount { state, n_responses }).collect(),
        n_quoting: coded.analysis.texts.iter().filter(|text| !text.quotations.is_empty()).count() as u64,
        n_translated: coded.originals.len() as u64,
        left_out: left_out(coded),
        merges: merges(&coded.analysis),
        language_counts: language_counts(coded, &in_themes),
        findings,
        themes,
        no_theme: no_theme_in(&|language| !further.contains(&language)),
        languages,
        beyond,
        code_frame: coded.framed.as_ref().map(|framed| question_frame(coded, framed)),
        drift: None,
        names: names::count(coded, telling.names),
        set_aside: set_aside(coded),
        duplicates: groups(coded, &coded.copied.groups, 'd'),
        duplicate_pairs_left_out: coded.copied.n_unlisted,
        quotations: groups(coded, &coded.copied.quotations, 'r'),
    };
    (built, ids)
}

/// What a code frame says of a question.
fn question_frame(coded: &Coded<'_>, framed: &FramedQuestion) -> QuestionFrame {
    let respondents =
        |row: &FramedRow| distinct(row.responses.iter().map(|response| coded.respondents[*response as usize]));
    let row = |row: &FramedRow| FrameThemeRow {
        theme_id: row.id.clone(),
        label: row.name.clone(),
        n_respondents: respondents(row) as u64,
        frame: ThemeFrame::of(&row.moved, &row.definition, row.parent.as_ref()),
    };
    QuestionFrame {
        themes: framed.themes.iter().map(row).collect(),
        n_decisions: framed.n_decisions,
        idle: framed.idle.clone(),
    }
}

/// Adds what the cross-tables of a question tell of its themes: who says it, and, where small cells are suppressed, which sides they
/// took.
///
/// `question_idx` is the index into `Intake::questions`.
pub(crate) fn add_breakdowns(
    found: &mut QuestionFindings,
    question_idx: u32,
    teller: &Teller<'_>,
    crosstabs: &[CrossTable],
) {
    let telling = teller.of(question_idx);
    let of_language = |language: Option<Language>| {
        let tables = crosstabs.iter().filter(|table| table.of == CountedOf::Themes && table.question == found.id);
        tables.filter(|table| table.language == language).collect::<Vec<&CrossTable>>()
    };
    let main = of_language(None);
    let further: Vec<Vec<&CrossTable>> =
        found.languages.iter().map(|group| of_language(Some(group.language))).collect();
    let split_by = telling.sides.map(|sides| sides.question.as_str()).or(telling.split_by);
    let of_main = std::iter::once((&mut found.themes, &mut found.findings, found.base, main));
    let of_further = found.languages.iter_mut().zip(further);
    let of_further = of_further.map(|(group, tables)| (&mut group.themes, &mut group.findings, group.base, tables));
    for (themes, findings, base, tables) in of_main.chain(of_further) {
        let shown = |table: &&&CrossTable| table.by == GroupedBy::Attribute || Some(table.by_name.as_str()) == split_by;
        let shown: Vec<&CrossTable> = tables.iter().filter(shown).copied().collect();
        for theme in themes.iter_mut() {
            theme.breakdown = breakdown::of_theme(theme, &shown);
            if telling.is_private {
                dissent::suppress(theme, telling.sides, &tables);
            }
        }
        let all = themes.iter_mut().flat_map(|theme| {
            let n = theme.n_respondents;
            theme.breakdown.iter_mut().map(move |breakdown| (n, breakdown))
        });
        breakdown::test(all, base, telling.settings.smallest_group.into());
        let n_findings = findings.len();
        findings.clone_from_slice(&themes[..n_findings]);
    }
}

/// What carries no theme, beside function words and quotations.
fn left_out(coded: &Coded<'_>) -> LeftOutWords {
    let terms = &coded.analysis.vocabulary.terms;
    let mut question_words = BTreeSet::new();
    let mut n_restating = 0;
    let mut passages: BTreeMap<String, (String, u64)> = BTreeMap::new();
    for (response, text) in (0..).zip(coded.analysis.texts.iter()) {
        let tokens = || text.points.iter().flat_map(|point| &point.tokens);
        let asked = tokens().filter(|token| token.left_out() == Some(LeftOut::Question));
        question_words.extend(asked.map(|token| terms[token.term_idx() as usize].surface()));
        n_restating += u64::from(tokens().any(|token| token.left_out() == Some(LeftOut::Preamble)));
        let written = |span: &Span| span.of(coded.text_of(response)).map(one_line).unwrap_or_default();
        let of_text: BTreeMap<String, String> =
            text.boilerplate.iter().map(written).map(|passage| (passage.to_lowercase(), passage)).collect();
        for (key, passage) in of_text {
            passages.entry(key).or_insert((passage, 0)).1 += 1;
        }
    }
    let mut boilerplate: Vec<FormCount> =
        passages.into_values().map(|(form, n_responses)| FormCount { form, n_responses }).collect();
    boilerplate.sort_by(|a, b| b.n_responses.cmp(&a.n_responses).then_with(|| a.form.cmp(&b.form)));
    LeftOutWords { question_words: question_words.into_iter().map(str::to_owned).collect(), n_restating, boilerplate }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn merges(analysis: &Analysis) -> Vec<MergedForms> {
    let forms = |forms: &[(String, u32)]| {
        let count = |(form, count): &(String, u32)| FormCount { form: form.clone(), n_responses: (*count).into() };
        forms.iter().map(count).collect()
    };
    let merges = analysis.merges.iter().map(|merge| MergedForms {
        kind: merge.kind.name(),
        term: analysis.vocabulary.terms[merge.term_idx as usize].surface().to_owned(),
        forms: forms(&merge.forms),
    });
    merges.collect()
}

fn language_counts(coded: &Coded<'_>, in_themes: &BTreeSet<u32>) -> Vec<LanguageCount> {
    let mut counts: BTreeMap<Language, (u64, u64)> = BTreeMap::new();
    for (response, read_in) in (0..).zip(&coded.read_in) {
        let count = counts.entry(read_in.language).or_default();
        *count = (count.0 + 1, count.1 + u64::from(!in_themes.contains(&response)));
    }
    let count = |(language, (n_responses, n_no_theme))| LanguageCount { language, n_responses, n_no_theme };
    let mut counts: Vec<LanguageCount> = counts.into_iter().map(count).collect();
    counts.sort_by(|a, b| b.n_responses.cmp(&a.n_responses).then(a.language.cmp(&b.language)));
    counts
}

/// A response in no theme, with the reason.
fn no_theme(coded: &Coded<'_>, response: u32, phrases: &Phrases) -> NoTheme {
    NoTheme {
        response_id: Arc::clone(&coded.received(response).response_id),
        respondent_id: Arc::clone(coded.respondent_id(response)),
        reason: reason(coded, response, phrases),
        text: coded.received(response).text.to_string(),
    }
}

/// The responses to the question that are not analysed, in the order of the file.
fn set_aside(coded: &Coded<'_>) -> Shared<SetAside> {
    let responses = coded.intake.responses.iter().zip(&coded.ledger.entries);
    responses
        .filter(|(received, entry)| received.question_idx == coded.question_idx && !entry.state.is_analysed())
        .map(|(received, entry)| SetAside {
            response_id: Arc::clone(&received.response_id),
            respondent_id: Arc::clone(&coded.intake.submissions[received.submission_idx as usize].respondent_id),
            cell: coded.cell(&received.place),
            state: entry.state,
            reason: entry.reason.clone(),
        })
        .collect()
}

/// Why a response is in no theme.
fn reason(coded: &Coded<'_>, response: u32, phrases: &Phrases) -> Cow<'static, str> {
    let text = coded.analysis.texts.get(response as usize);
    let language = coded.read_in[response as usize].language;
    let tokens = || text.points.iter().flat_map(|point| point.tokens.iter().chain(&point.phrases));
    let reason = if phrases.points_elsewhere(coded.text_of(response)) {
        "points at another answer"
    } else if !language.has_resources() {
        return format!("in {language}, which canvass has no resources for").into();
    } else if coded.languages.iter().all(|group| group.language != language) {
        return format!("in {language}, with too few answers for themes of their own").into();
    } else if tokens().next().is_none() {
        "names no subject"
    } else if tokens().all(|token| token.left_out() == Some(LeftOut::Quotation)) {
        "only quotes a reference text"
    } else if tokens().all(|token| matches!(token.left_out(), Some(LeftOut::Question | LeftOut::Preamble))) {
        "only words of the question"
    } else if tokens().all(|token| token.left_out() == Some(LeftOut::Boilerplate)) {
        "only what most answers share"
    } else if tokens().all(|token| token.left_out().is_some()) {
        "only words of the question, of a reference text or of most answers"
    } else {
        "fits none of the themes"
    };
    let quotes = !text.quotations.is_empty() && tokens().any(|token| token.left_out() != Some(LeftOut::Quotation));
    if quotes { format!("{reason} (quotes a reference text)").into() } else { reason.into() }
}

/// Groups as they are told, numbered behind a letter.
fn groups(coded: &Coded<'_>, groups: &[Group], letter: char) -> Shared<DuplicateGroup> {
    (1..).zip(groups).map(|(number, group)| told(coded, group, format!("{letter}{number:02}"))).collect()
}

fn told(coded: &Coded<'_>, group: &Group, group_id: String) -> DuplicateGroup {
    let member = |member: &Member| DuplicateMember {
        response_id: Arc::clone(&coded.received(member.document_idx).response_id),
        respondent_id: Arc::clone(coded.respondent_id(member.document_idx)),
        kind: member.kind,
        similarity: four_decimals(member.similarity),
    };
    let copies = group.members.iter().filter(|member| member.kind.is_copy());
    let senders: Vec<u32> = copies.clone().map(|copy| coded.respondents[copy.document_idx as usize]).collect();
    let n_exact = copies.clone().filter(|copy| copy.kind == DuplicateKind::Exact).count();
    // Only a copy of this group adds something to its text; a response is a copy in one group at most.
    let additions = copies.clone().flat_map(|copy| {
        let points = coded.added.points(copy.document_idx).iter();
        points.map(|point| passage(coded, copy.document_idx, *point))
    });
    DuplicateGroup {
        group_id,
        is_short: group.is_short,
        representative: coded.received(group.representative_idx).response_id.to_string(),
        text: coded.received(group.representative_idx).text.to_string(),
        n_respondents: distinct(senders.iter().copied()) as u64,
        n_exact: n_exact as u64,
        n_varied: (senders.len() - n_exact) as u64,
        additions: additions.collect(),
        members: group.members.iter().map(member).collect(),
    }
}
