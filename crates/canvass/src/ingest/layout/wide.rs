//! Wide files: a row a submission, a column a question.

use super::column::{Use, Verdict, judge, kind_name};
use super::marks;
use super::matrix::{self, Candidate};
use super::profile::Profile;
use super::translation::{Originals, may_be_text, readings};
use super::{Job, Recognised, brief, fold, further_times, identity, is_blank, label, language, links, tidy, trimmed};
use crate::ingest::{Decision, IngestError};
use crate::settings::{Question, QuestionKind};
use std::collections::BTreeMap;

/// Why a question is of the kind that the configuration gives it.
const STATED: &str = "the configuration says so";

/// A question before it has its number.
struct Draft {
    /// Into `Columns::names`; in the order they are written to the settings.
    columns: Vec<usize>,
    kind: QuestionKind,
    id: Option<String>,
    text: Option<String>,
    /// The column with its translation; `None`: not known, blank: stated that there is none.
    translation: Option<String>,
    /// Why it is of its kind.
    reason: String,
    /// The options in their order and those that say that none applies, as stated.
    options: (Vec<String>, Vec<String>),
}

/// Completes a draft whose layout is wide.
pub(super) fn recognise(job: &Job<'_>, mut draft: Recognised) -> Result<Recognised, IngestError> {
    let names = &job.columns.names;
    let profiles: Vec<Profile<'_>> = names.iter().map(|name| job.columns.profile(name)).collect();
    let mut questions = stated_questions(job, &profiles)?;
    let is_settled = |column_idx: usize| {
        job.stated.has_use(names[column_idx]) || questions.iter().any(|question| question.columns.contains(&column_idx))
    };
    let settled: Vec<bool> = (0..names.len()).map(is_settled).collect();

    let mut verdicts: BTreeMap<usize, Verdict> = BTreeMap::new();
    identity::identities(job, &profiles, &settled, &mut verdicts)?;
    judge_columns(job, &profiles, &settled, &questions, &mut verdicts);
    one_time(job, &mut verdicts);
    let translations = translations(job, &profiles, &questions, &mut verdicts);
    questions.extend(recognised_questions(job, &profiles, &mut verdicts));
    questions.sort_by_key(|question| question.columns.iter().min().copied());
    for question in questions.iter_mut().filter(|question| question.translation.is_none()) {
        let translation = question.columns.iter().find_map(|column_idx| translations.get(column_idx));
        question.translation = translation.map(|&column_idx| names[column_idx].to_owned());
    }

    let mut told = Vec::new();
    (draft.questions, draft.reasons) = number(job, questions, &mut told)?;
    for question in &draft.questions {
        let setting = kind_name(question.kind);
        for name in &question.columns {
            job.columns.optional(name, setting)?;
        }
    }
    unused_translations(job, &mut verdicts, &draft.questions);
    for (&column_idx, verdict) in &verdicts {
        let about = brief(names[column_idx]);
        draft.decisions.push(Decision {
            about,
            decided: verdict.used_as.describe().to_owned(),
            reason: verdict.reason.clone(),
        });
    }
    draft.decisions.append(&mut told);
    fill_in(job, &verdicts, &mut draft)?;
    if draft.questions.iter().all(|question| question.kind != QuestionKind::Open) {
        draft.refusal = Some(job.no_open_question(taken_for(job, &verdicts, &draft)));
    }
    Ok(draft)
}

/// The questions whose columns the configuration names.
fn stated_questions(job: &Job<'_>, profiles: &[Profile<'_>]) -> Result<Vec<Draft>, IngestError> {
    let mut questions = Vec::new();
    let mut uses = job.stated.uses.clone();
    for (position, question) in job.config.questions.iter().enumerate() {
        let label = label(position, question);
        if question.columns.is_empty() {
            if question.id.as_deref().is_none_or(is_blank) {
                return Err(IngestError::NamelessQuestion { position: position + 1 });
            }
            continue;
        }
        let mut columns = Vec::new();
        for name in &question.columns {
            let name = job.columns.optional(name, &format!("question {label}"))?;
            if let Some(first) = uses.insert(name.clone(), format!("question {label}")) {
                let second = format!("question {label}");
                return Err(IngestError::ColumnTwice { column: brief(&name), first, second });
            }
            columns.extend(job.columns.names.iter().position(|known| *known == name));
        }
        let (kind, reason) = match (question.kind, columns.as_slice()) {
            (Some(kind), _) => (kind, STATED.to_owned()),
            (None, [column_idx]) => {
                let header = job.header(job.columns.names[*column_idx]);
                match judge(&header, &profiles[*column_idx], true) {
                    Verdict { used_as: Use::Question(kind), reason } => (kind, reason),
                    _ => (
                        QuestionKind::Open,
                        "the configuration names it as a question, and nothing says that it is closed".into(),
                    ),
                }
            }
            (None, _) => {
                let run: Vec<Candidate<'_>> = columns
                    .iter()
                    .map(|&idx| Candidate {
                        name: job.columns.names[idx],
                        used_as: Use::Ignored,
                        profile: &profiles[idx],
                    })
                    .collect();
                if marks::run(&run, job.words) == run.len() {
                    (
                        QuestionKind::Multiple,
                        "the configuration gives it several columns, each marked for an option".into(),
                    )
                } else {
                    (QuestionKind::Matrix, "the configuration gives it several columns".into())
                }
            }
        };
        let id = question.id.as_deref().map(trimmed).filter(|id| !id.is_empty()).map(str::to_owned);
        let (text, translation) = (question.text.clone(), job.stated.translations[position].clone());
        let options = (question.options.clone(), question.not_applicable.clone());
        questions.push(Draft { columns, kind, id, text, translation, reason, options });
    }
    Ok(questions)
}

/// Judges the columns that neither the configuration nor [`identities`] settles, left to right.
fn judge_columns(
    job: &Job<'_>,
    profiles: &[Profile<'_>],
    settled: &[bool],
    questions: &[Draft],
    verdicts: &mut BTreeMap<usize, Verdict>,
) {
    let is_closed = |used_as: Use| matches!(used_as, Use::Question(kind) if kind != QuestionKind::Open);
    let mut has_email = job.stated.email.is_some();
    let (mut after_question, mut after_closed) = (false, false);
    for (column_idx, (name, profile)) in job.columns.names.iter().zip(profiles).enumerate() {
        if settled[column_idx] || verdicts.contains_key(&column_idx) {
            let stated = questions.iter().find(|question| question.columns.contains(&column_idx));
            after_question |= stated.is_some();
            after_closed = stated.is_some_and(|question| question.kind != QuestionKind::Open);
            continue;
        }
        let mut verdict = judge(&job.header(name), profile, after_question);
        if verdict.used_as == Use::Email && std::mem::replace(&mut has_email, true) {
            verdict = Verdict::new(Use::Ignored, "e-mail addresses, but not in the column that is used for them");
        }
        if after_closed && links::names_other(std::iter::once(*name), job.words) {
            let reason = "the header asks to write out another option of the question before";
            verdict = Verdict::new(Use::Question(QuestionKind::Open), reason);
        }
        after_question |= matches!(verdict.used_as, Use::Question(_));
        after_closed = is_closed(verdict.used_as);
        verdicts.insert(column_idx, verdict);
    }
}

/// Leaves one column with the time of the submission.
fn one_time(job: &Job<'_>, verdicts: &mut BTreeMap<usize, Verdict>) {
    let names = &job.columns.names;
    let times = verdicts.iter().filter(|(_, verdict)| verdict.used_as == Use::Time);
    let (taken, further) = further_times(job, times.map(|(&column_idx, _)| names[column_idx]).collect());
    let reason = taken.map_or_else(
        || "a time, but the configuration says which column is used for it".to_owned(),
        |taken| format!("a time; that of the submission is in {:?}", brief(taken)),
    );
    for (column_idx, verdict) in verdicts.iter_mut() {
        if further.contains(&names[*column_idx]) {
            *verdict = Verdict::new(Use::Ignored, reason.clone());
        }
    }
}

/// Finds the columns that hold translations of answers to open questions, unless the configuration says where they are:
/// for the column of each question that of its translation. A second translation of the same answers is not read.
fn translations(
    job: &Job<'_>,
    profiles: &[Profile<'_>],
    questions: &[Draft],
    verdicts: &mut BTreeMap<usize, Verdict>,
) -> BTreeMap<usize, usize> {
    const OPEN: Use = Use::Question(QuestionKind::Open);
    let names = &job.columns.names;
    let candidates: Vec<(usize, Vec<String>)> = verdicts
        .iter()
        .filter(|(_, verdict)| matches!(verdict.used_as, Use::Question(_) | Use::Attribute | Use::Ignored))
        .map(|(&column_idx, _)| (column_idx, readings(names[column_idx], job.words)))
        .filter(|(column_idx, readings)| !readings.is_empty() && may_be_text(&profiles[*column_idx], job.words))
        .collect();
    let may_have_one = |question: &&Draft| question.translation.as_deref() != Some("");
    let stated = questions.iter().filter(|question| question.kind == QuestionKind::Open).filter(may_have_one);
    let judged = verdicts.iter().filter(|(_, verdict)| verdict.used_as == OPEN).map(|(&column_idx, _)| column_idx);
    let open = stated.flat_map(|question| question.columns.iter().copied()).chain(judged);
    let mut originals = Originals::new(open.map(|column_idx| (column_idx, names[column_idx])), job.words);

    let has_one = |column_idx: usize| {
        let is_its = |question: &&Draft| question.columns.contains(&column_idx);
        questions.iter().find(is_its).is_some_and(|question| question.translation.is_some())
    };
    let mut found: BTreeMap<usize, usize> = BTreeMap::new();
    for (column_idx, readings) in candidates {
        let Some((question, reason)) = originals.of(&readings, column_idx) else { continue };
        let of = brief(names[question]);
        let verdict = if has_one(question) || found.contains_key(&question) {
            Verdict::new(Use::Ignored, format!("a further translation of {of:?}"))
        } else {
            found.insert(question, column_idx);
            Verdict::new(Use::Translation, format!("of {of:?}: {reason}"))
        };
        verdicts.insert(column_idx, verdict);
        originals.is_translated(question, column_idx);
    }
    found
}

/// Columns that were taken for translations, but that no question has in the end, are not read.
fn unused_translations(job: &Job<'_>, verdicts: &mut BTreeMap<usize, Verdict>, questions: &[Question]) {
    let is_used = |name: &str| is_translation(questions, name);
    for (&column_idx, verdict) in verdicts.iter_mut().filter(|(_, verdict)| verdict.used_as == Use::Translation) {
        if !is_used(job.columns.names[column_idx]) {
            *verdict = Verdict::new(Use::Ignored, "a translation, but the configuration says otherwise");
        }
    }
}

fn is_translation(questions: &[Question], name: &str) -> bool {
    questions.iter().any(|question| question.translation_column.as_deref() == Some(name))
}

/// The questions among the judged columns, neighbours that share one scale as one matrix.
fn recognised_questions(
    job: &Job<'_>,
    profiles: &[Profile<'_>],
    verdicts: &mut BTreeMap<usize, Verdict>,
) -> Vec<Draft> {
    let names = &job.columns.names;
    let mut questions = Vec::new();
    let mut column_idx = 0;
    while column_idx < names.len() {
        let run: Vec<Candidate<'_>> = (column_idx..names.len())
            .map_while(|column_idx| {
                let used_as = verdicts.get(&column_idx)?.used_as;
                Some(Candidate { name: names[column_idx], used_as, profile: &profiles[column_idx] })
            })
            .collect();
        let n_options = marks::run(&run, job.words);
        let n_columns = if n_options > 1 { n_options } else { matrix::run(&run, job.words) };
        let first = if n_options > 1 {
            Some(Use::Question(QuestionKind::Multiple))
        } else {
            run.first().map(|first| first.used_as)
        };
        if let Some(Use::Question(kind)) = first {
            let columns: Vec<usize> = (column_idx..column_idx + n_columns).collect();
            let kind = if n_columns > n_options { QuestionKind::Matrix } else { kind };
            for column_idx in columns.iter().filter(|_| n_columns > 1) {
                let reason = if n_options > 1 {
                    format!("{n_columns} neighbouring columns are marked for one option each")
                } else {
                    format!("{n_columns} neighbouring columns are answered on one scale")
                };
                verdicts.insert(*column_idx, Verdict::new(Use::Question(kind), reason));
            }
            let reason = verdicts.get(&column_idx).map_or_else(String::new, |verdict| verdict.reason.clone());
            let options = (Vec::new(), Vec::new());
            questions.push(Draft { columns, kind, id: None, text: None, translation: None, reason, options });
        }
        column_idx += n_columns;
    }
    questions
}

/// The questions, and for each why it is of its kind.
type Numbered = (Vec<Question>, Vec<String>);

/// Gives the questions, which stand in column order, their ids and wordings.
fn number(job: &Job<'_>, drafts: Vec<Draft>, decisions: &mut Vec<Decision>) -> Result<Numbered, IngestError> {
    let (mut questions, mut reasons): Numbered = (Vec::new(), Vec::new());
    for (position, draft) in drafts.into_iter().enumerate() {
        let columns: Vec<String> = draft.columns.iter().map(|&idx| job.columns.names[idx].to_owned()).collect();
        let id = draft.id.unwrap_or_else(|| format!("q{}", position + 1));
        // A `[[question]]` without a column says something about the question of that id.
        let stated = job.config.questions.iter().zip(&job.stated.translations);
        let stated = stated.filter(|(stated, _)| stated.columns.is_empty());
        let stated = stated.rev().find(|(stated, _)| stated.id.as_deref().map(trimmed) == Some(id.as_str()));
        let (stated, stated_translation) =
            stated.map_or((None, None), |(stated, column)| (Some(stated), column.clone()));
        let kind = stated.and_then(|stated| stated.kind).unwrap_or(draft.kind);
        let stated_text = draft.text.or_else(|| stated.and_then(|stated| stated.text.clone()));
        let text = stated_text.filter(|text| !is_blank(text)).unwrap_or_else(|| wording(job, &id, &columns));
        if columns.len() > 1 && !matches!(kind, QuestionKind::Matrix | QuestionKind::Multiple) {
            return Err(IngestError::SeveralColumns { question: id, kind: kind_name(kind), found: columns.len() });
        }
        if let Some(first) = questions.iter().find(|question| question.id == id) {
            return Err(IngestError::DoubleQuestion { id, first: brief(&first.text), second: brief(&text) });
        }
        // What is stated about the id goes before what was recognised.
        let translation_column = stated_translation.or(draft.translation).filter(|name| !name.is_empty());
        let is_stated = stated.is_some_and(|stated| stated.kind.is_some());
        reasons.push(if is_stated { STATED.to_owned() } else { draft.reason });
        let (options, not_applicable) = draft.options;
        let by_id = stated.map(|stated| (stated.options.clone(), stated.not_applicable.clone())).unwrap_or_default();
        let options = if options.is_empty() { by_id.0 } else { options };
        let not_applicable = if not_applicable.is_empty() { by_id.1 } else { not_applicable };
        let (other_of, split_by) = (None, None);
        questions.push(Question {
            id,
            kind,
            text,
            columns,
            translation_column,
            other_of,
            split_by,
            options,
            not_applicable,
            list: None,
            names: BTreeMap::new(),
        });
    }
    for stated in job.config.questions.iter().filter(|stated| stated.columns.is_empty()) {
        let id = stated.id.as_deref().map(trimmed).unwrap_or_default();
        if !questions.iter().any(|question| question.id == id) {
            decisions.push(Decision {
                about: brief(id),
                decided: "left out of the questions".into(),
                reason: "the configuration names no column for it, and no question has this id".into(),
            });
        }
    }
    for (id, _) in &job.wordings.entries {
        let folded = fold(id);
        let is_used =
            |question: &Question| question.id == *id || question.columns.iter().any(|name| fold(name) == folded);
        if !questions.iter().any(is_used) {
            decisions.push(Decision {
                about: brief(id),
                decided: "a wording that is not used".into(),
                reason: "the questions file names it, but no question has this id or column".into(),
            });
        }
    }
    Ok((questions, reasons))
}

/// The wording of a question: from the questions file, by id or by header, else the header.
fn wording(job: &Job<'_>, id: &str, columns: &[String]) -> String {
    let header = match columns {
        [name] => name.clone(),
        names => matrix::text(names),
    };
    let folded = fold(&header);
    let by_header =
        || job.wordings.entries.iter().find(|(known, _)| fold(known) == folded).map(|(_, text)| text.as_str());
    job.wordings.get(id).or_else(by_header).map_or(header, tidy)
}

/// Writes the columns that are no questions into the settings.
fn fill_in(job: &Job<'_>, verdicts: &BTreeMap<usize, Verdict>, draft: &mut Recognised) -> Result<(), IngestError> {
    let stated = job.stated;
    let input = &mut draft.input;
    input.id_column = stated.id.clone().unwrap_or_default();
    input.respondent_column = stated.respondent.clone().unwrap_or_default();
    input.email_column = stated.email.clone().unwrap_or_default();
    input.attribute_columns.clone_from(&stated.attributes);
    let language = stated.language.iter().filter(|name| !name.is_empty() && !stated.attributes.contains(name));
    input.attribute_columns.extend(language.filter(|name| language::is_attribute(&job.columns.profile(name))).cloned());
    input.language_column = stated.language.clone().unwrap_or_default();
    input.time_column = stated.time.clone().unwrap_or_default();
    input.ignored_columns.clone_from(&stated.ignored);
    // Stated for a question that is not there.
    let unused = stated.translations.iter().flatten().filter(|name| !name.is_empty());
    input.ignored_columns.extend(unused.filter(|name| !is_translation(&draft.questions, name)).cloned());
    // A file that is stated to be wide has neither of them.
    input
        .ignored_columns
        .extend([&stated.question, &stated.text].into_iter().flatten().filter(|name| !name.is_empty()).cloned());
    for (&column_idx, verdict) in verdicts {
        let name = job.columns.names[column_idx];
        if verdict.used_as == Use::Ignored {
            input.ignored_columns.push(name.to_owned());
            continue;
        }
        // Files whose answers need no translation lack the column for it; a file without times is one without days.
        if verdict.used_as == Use::Translation {
            continue;
        }
        if verdict.used_as == Use::Time {
            name.clone_into(&mut input.time_column);
            continue;
        }
        let setting = verdict.used_as.describe();
        let name = match verdict.used_as {
            Use::Id | Use::Respondent => job.columns.everywhere(name, setting)?,
            _ => job.columns.optional(name, setting)?,
        };
        match verdict.used_as {
            Use::Id => input.id_column = name,
            Use::Respondent => input.respondent_column = name,
            Use::Email => input.email_column = name,
            Use::Language => {
                input.language_column.clone_from(&name);
                if language::is_attribute(&job.columns.profile(&name)) {
                    input.attribute_columns.push(name);
                }
            }
            Use::Attribute => input.attribute_columns.push(name),
            Use::Time | Use::Translation | Use::Ignored | Use::Question(_) => {}
        }
    }
    Ok(())
}

/// What each column was taken for, for the error that none is an open question.
fn taken_for(job: &Job<'_>, verdicts: &BTreeMap<usize, Verdict>, draft: &Recognised) -> Vec<String> {
    const MOST: usize = 20;
    let mut list = Vec::new();
    for (column_idx, name) in job.columns.names.iter().enumerate() {
        let question = draft.questions.iter().find(|question| question.columns.iter().any(|column| column == name));
        let used_as = match (question, verdicts.get(&column_idx), job.stated.uses.get(*name)) {
            (Some(question), ..) => kind_name(question.kind).to_owned(),
            (_, Some(verdict), _) if verdict.used_as == Use::Ignored => format!("not read ({})", verdict.reason),
            (_, Some(verdict), _) => verdict.used_as.describe().to_owned(),
            (_, _, Some(setting)) => setting.clone(),
            _ => continue,
        };
        list.push(format!("{:?} {used_as}", brief(name)));
    }
    if list.len() > MOST {
        let more = list.len() - MOST;
        list.truncate(MOST);
        list.push(format!("and {more} more"));
    }
    list
}

#[cfg(test)]
mod tests;
