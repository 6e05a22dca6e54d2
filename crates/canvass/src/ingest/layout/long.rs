//! Long files: a row an answer, and a column that says to which question.

use super::column::{Use, Verdict, judge_answers, judge_beside_text, kind_name};
use super::profile::Profile;
use super::translation::{Originals, may_be_text, readings};
use super::words::{List, fold};
use super::{
    Columns, Job, ROWS_LOOKED_AT, Recognised, Stated, brief, further_times, is_blank, language, outline_of, trimmed,
};
use crate::ingest::{Decision, IngestError, column_letters};
use crate::settings::{Question, QuestionConfig, QuestionKind};
use std::collections::{BTreeMap, HashSet};

/// Completes a draft whose layout is long.
pub(super) fn recognise(job: &Job<'_>, mut draft: Recognised) -> Result<Recognised, IngestError> {
    let (columns, stated, words) = (job.columns, job.stated, job.words);
    let question = named(stated.question.as_deref())
        .or_else(|| find(columns, stated, &words.question, &[]))
        .ok_or_else(|| missing(job, "the id of the question", "question_column"))?;
    let text = named(stated.text.as_deref())
        .or_else(|| find(columns, stated, &words.text, &[question]))
        .ok_or_else(|| missing(job, "the text of the answer", "text_column"))?;
    let mut note = |about: &str, used_as: Use, reason: &str| {
        draft.decisions.push(Decision {
            about: brief(about),
            decided: used_as.describe().to_owned(),
            reason: reason.to_owned(),
        });
    };

    let taken = [question, text];
    let respondent = stated.respondent.clone().unwrap_or_else(|| {
        let found = find_where(columns, stated, &words.respondent_id, &taken, |name| {
            let profile = columns.profile(name);
            profile.looks_like_codes() && profile.holds_digits() && !columns.has_email(name)
        });
        if let Some(name) = found {
            note(name, Use::Respondent, "the header names a respondent and the values are codes");
        }
        found.unwrap_or_default().to_owned()
    });
    let id = stated.id.clone().unwrap_or_else(|| {
        let is_id = |name: &str| identifies(columns, question, name);
        let free = |name: &str| name != respondent && is_id(name);
        let found = find_where(columns, stated, &words.response_id, &taken, free)
            .or_else(|| find_where(columns, stated, &words.answer_id, &taken, free))
            .or_else(|| Some(respondent.as_str()).filter(|name| !name.is_empty() && is_id(name)));
        if let Some(name) = found {
            note(name, Use::Id, "the header names an id and hardly any value comes again within a question");
        }
        found.unwrap_or_default().to_owned()
    });

    let is_free = |name: &str| !taken.contains(&name) && name != id && name != respondent && !stated.has_use(name);
    let translation = stated.translation.clone().unwrap_or_else(|| {
        let found = translation(job, text, is_free);
        if let Some((name, reason)) = found {
            note(name, Use::Translation, reason);
        }
        found.map_or_else(String::new, |(name, _)| name.to_owned())
    });
    let is_free = |name: &str| is_free(name) && name != translation;
    let language = stated.language.clone().unwrap_or_else(|| {
        let found = language::find(columns, words, is_free);
        if let Some((name, reason)) = &found {
            note(name, Use::Language, reason);
        }
        found.map_or_else(String::new, |(name, _)| name.to_owned())
    });

    let time = time(job, is_free);
    let mut email = stated.email.clone();
    let (mut attributes, mut ignored) = (Vec::new(), Vec::new());
    for &name in &columns.names {
        if name == language {
            if !stated.attributes.contains(&language) && language::is_attribute(&columns.profile(name)) {
                attributes.push(language.clone());
            }
            continue;
        }
        if !is_free(name) {
            continue;
        }
        let mut verdict = judge_beside_text(&job.header(name), &columns.profile(name));
        if verdict.used_as == Use::Email && email.is_some() {
            verdict.used_as = Use::Ignored;
        }
        if verdict.used_as == Use::Time && name != time {
            verdict = Verdict::new(Use::Ignored, "a time, but not the one that is used");
        }
        note(name, verdict.used_as, &verdict.reason);
        match verdict.used_as {
            Use::Email => email = Some(columns.optional(name, Use::Email.describe())?),
            Use::Attribute => attributes.push(columns.optional(name, Use::Attribute.describe())?),
            Use::Time => {}
            _ => ignored.push(name.to_owned()),
        }
    }

    (draft.questions, draft.reasons) = questions(job, (question, text), &mut draft.decisions)?;
    if draft.questions.iter().all(|question| question.kind != QuestionKind::Open) {
        let taken_for =
            draft.questions.iter().map(|question| format!("{} ({:?})", question.id, question.kind).to_lowercase());
        draft.refusal = Some(job.no_open_question(taken_for.collect()));
    }
    let input = &mut draft.input;
    question.clone_into(&mut input.question_column);
    text.clone_into(&mut input.text_column);
    input.translation_column = translation;
    input.language_column = language;
    input.time_column = time;
    input.id_column = id;
    input.respondent_column = respondent;
    input.email_column = email.unwrap_or_default();
    input.attribute_columns = [stated.attributes.clone(), attributes].concat();
    input.ignored_columns = [stated.ignored.clone(), ignored].concat();
    Ok(draft)
}

/// The column with the time of an answer; empty if there is none.
fn time(job: &Job<'_>, is_free: impl Fn(&str) -> bool) -> String {
    let is_time = |name: &&str| {
        is_free(name) && judge_beside_text(&job.header(name), &job.columns.profile(name)).used_as == Use::Time
    };
    let (time, _) = further_times(job, job.columns.names.iter().copied().filter(is_time).collect());
    job.stated.time.clone().or(time.map(str::to_owned)).unwrap_or_default()
}

/// The column with the translation of the answers, and what speaks for it.
fn translation<'t>(job: &Job<'t>, text: &str, is_free: impl Fn(&str) -> bool) -> Option<(&'t str, &'static str)> {
    let names = &job.columns.names;
    let text_idx = names.iter().position(|name| *name == text)?;
    let originals = Originals::new([(text_idx, text)].into_iter(), job.words);
    names.iter().enumerate().filter(|(_, name)| is_free(name)).find_map(|(column_idx, &name)| {
        let readings = readings(name, job.words);
        let reason = match originals.of(&readings, column_idx) {
            Some((_, reason)) => reason,
            // A long file holds one column of answers: a mark alone says enough, wherever it stands.
            None if readings.iter().any(String::is_empty) => "the header names a translation",
            None => return None,
        };
        may_be_text(&job.columns.profile(name), job.words).then_some((name, reason))
    })
}

/// The column that stands first in the list, is in every file and has no other use.
pub(super) fn find<'t>(columns: &Columns<'t>, stated: &Stated, list: &List, taken: &[&str]) -> Option<&'t str> {
    find_where(columns, stated, list, taken, |_| true)
}

fn find_where<'t>(
    columns: &Columns<'t>,
    stated: &Stated,
    list: &List,
    taken: &[&str],
    fits: impl Fn(&str) -> bool,
) -> Option<&'t str> {
    let is_free = |name: &str| {
        !taken.contains(&name)
            && !stated.has_use(name)
            && columns.tables.iter().all(|table| table.column_idx(name).is_some())
    };
    list.entries()
        .find_map(|entry| columns.names.iter().copied().find(|name| fold(name) == entry && is_free(name) && fits(name)))
}

fn named(name: Option<&str>) -> Option<&str> {
    name.filter(|name| !name.is_empty())
}

fn missing(job: &Job<'_>, what: &'static str, setting: &'static str) -> IngestError {
    let first = job.columns.first();
    let (file, sheet, available) = (first.file.to_string(), first.sheet.to_string(), first.names());
    IngestError::NoLongColumn { file, sheet, what, setting, available }
}

/// Whether the column fills every row and at most a tenth of its values come again within a question, over all rows.
fn identifies(columns: &Columns<'_>, question: &str, name: &str) -> bool {
    let mut known = HashSet::new();
    let (mut n_rows, mut n_known) = (0_usize, 0_usize);
    for (question, id) in columns.cells(question).zip(columns.cells(name)) {
        if is_blank(id) {
            return false;
        }
        n_rows += 1;
        n_known += usize::from(!known.insert((trimmed(question), trimmed(id))));
    }
    n_known * 10 <= n_rows && columns.profile(name).looks_like_codes() && !columns.has_email(name)
}

/// The questions of the question column: in the order of the configuration if that names them all, else of the questions
/// file, else of their first appearance.
fn questions(
    job: &Job<'_>,
    (column, text_column): (&str, &str),
    decisions: &mut Vec<Decision>,
) -> Result<(Vec<Question>, Vec<String>), IngestError> {
    let mut found = ids(job, column)?;
    for headed in job.outline {
        if !found.iter().any(|id| trimmed(id) == headed.id) {
            found.push(&headed.id);
        }
    }
    let answers = Answers::new(job, column, text_column);
    let mut configured: BTreeMap<&str, (usize, &QuestionConfig)> = BTreeMap::new();
    for (position, question) in job.config.questions.iter().enumerate() {
        let id = question.id.as_deref().map(trimmed).filter(|id| !id.is_empty());
        let id = id.ok_or(IngestError::NamelessQuestion { position: position + 1 })?;
        if configured.insert(id, (position, question)).is_some() {
            let text = brief(question.text.as_deref().unwrap_or(id));
            return Err(IngestError::DoubleQuestion { id: id.to_owned(), first: text.clone(), second: text });
        }
    }
    let known: HashSet<&str> = found.iter().map(|id| trimmed(id)).collect();
    let absent = job.config.questions.iter().filter_map(|question| question.id.as_deref());
    let absent = absent.chain(job.wordings.entries.iter().map(|(id, _)| id.as_str()));
    let mut told = HashSet::new();
    for id in absent.filter(|id| !known.contains(trimmed(id))) {
        if told.insert(trimmed(id)) {
            decisions.push(Decision {
                about: brief(id),
                decided: "left out of the questions".into(),
                reason: format!("no row has it in the column {:?}", brief(column)),
            });
        }
    }

    let all_configured = found.iter().all(|id| configured.contains_key(trimmed(id)));
    let mut questions: Vec<(usize, Question, String)> = Vec::new();
    for (appearance, id) in found.into_iter().enumerate() {
        let key = trimmed(id);
        let stated = configured.get(key).map(|(_, question)| *question);
        let in_file = job.wordings.entries.iter().position(|(known, _)| known == key);
        let rank = match (all_configured, configured.get(key), in_file) {
            (true, Some((position, _)), _) => *position,
            (_, _, Some(position)) => position,
            _ => job.wordings.entries.len() + appearance,
        };
        let wording = stated.and_then(|question| question.text.as_deref()).filter(|text| !is_blank(text));
        let wording = wording.or_else(|| job.wordings.get(key));
        if wording.is_none() {
            decisions.push(Decision {
                about: brief(id),
                decided: "its id stands for its wording".into(),
                reason: "neither the configuration nor a questions file gives the wording".into(),
            });
        }
        let (id, text) = (id.to_owned(), wording.unwrap_or(id).to_owned());
        let (kind, reason) = match stated.and_then(|question| question.kind) {
            Some(kind) => (kind, "the configuration says so".to_owned()),
            None => match outline_of(job.outline, key).map(|headed| headed.closed_kind).collect::<Option<Vec<_>>>() {
                Some(kinds) if !kinds.is_empty() => {
                    (kinds[0], "the document gives no answers to it, at most figures or a chart".into())
                }
                _ => answers.judge(job, key, &text),
            },
        };
        if kind != QuestionKind::Open {
            decisions.push(Decision { about: brief(&id), decided: kind_name(kind).to_owned(), reason: reason.clone() });
        }
        let options = stated.map(|stated| stated.options.clone()).unwrap_or_default();
        let not_applicable = stated.map(|stated| stated.not_applicable.clone()).unwrap_or_default();
        let (columns, translation_column) = (Vec::new(), None);
        let question = Question {
            id,
            kind,
            text,
            columns,
            translation_column,
            other_of: None,
            split_by: None,
            options,
            not_applicable,
            list: None,
            names: BTreeMap::new(),
        };
        questions.push((rank, question, reason));
    }
    questions.sort_by_key(|(rank, ..)| *rank);
    Ok(questions.into_iter().map(|(_, question, reason)| (question, reason)).unzip())
}

/// The first answers to each question.
struct Answers<'t>(BTreeMap<&'t str, Vec<&'t str>>);

impl<'t> Answers<'t> {
    fn new(job: &Job<'t>, question: &str, text: &str) -> Self {
        let mut answers: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (question, text) in job.columns.cells(question).zip(job.columns.cells(text)) {
            let answers = answers.entry(trimmed(question)).or_default();
            if answers.len() < ROWS_LOOKED_AT {
                answers.push(text);
            }
        }
        Self(answers)
    }

    /// The kind of a question that the configuration leaves open, by what its answers look like.
    fn judge(&self, job: &Job<'_>, question: &str, wording: &str) -> (QuestionKind, String) {
        let cells = self.0.get(question).into_iter().flatten().copied();
        judge_answers(&job.header(wording), &Profile::of(cells))
    }
}

/// The different cells of the question column, as they stand where they first appear.
fn ids<'t>(job: &Job<'t>, column: &str) -> Result<Vec<&'t str>, IngestError> {
    let mut known = HashSet::new();
    let mut ids = Vec::new();
    for table in job.columns.tables {
        let Some(column_idx) = table.column_idx(column) else { continue };
        for row in table.rows.iter() {
            let id = row.cell(column_idx);
            if is_blank(id) {
                return Err(IngestError::BlankCell {
                    file: table.file.to_string(),
                    sheet: table.sheet.to_string(),
                    row: row.row,
                    column: column_letters(column_idx),
                    header: brief(column),
                    what: "the id of the question",
                });
            }
            if known.insert(trimmed(id)) {
                ids.push(id);
            }
        }
    }
    Ok(ids)
}

#[cfg(test)]
mod tests {
    use crate::ingest::fixture::{Files, decided, kinds};
    use crate::settings::{Layout, QuestionKind::*};

    const LONG: &str = "\
question,answer,text,language
Q5,0,Work as one,en
Q5,1,Travailler ensemble,fr
Q8,0,Share the calendar,en
Q8,1,,en
";

    #[test]
    fn a_long_file_is_recognised_by_its_headers_and_repeated_questions() {
        let intake = Files::new(&[LONG]).read("");
        let input = &intake.input;
        assert_eq!(input.layout, Layout::Long);
        assert_eq!((input.question_column.as_str(), input.text_column.as_str()), ("question", "text"));
        assert_eq!((input.id_column.as_str(), input.respondent_column.as_str()), ("answer", ""));
        assert_eq!(input.attribute_columns, ["language"]);
        assert_eq!(kinds(&intake), [("Q5", Open), ("Q8", Open)]);
        assert_eq!(intake.questions[0].text, "Q5");
        assert!(decided(&intake, "Q5").starts_with("its id stands for its wording"));
    }

    #[test]
    fn a_question_that_does_not_repeat_makes_no_long_file() {
        let intake = Files::new(&["Question,Comment\nWhat now?,Wait\nWhat then?,Go on\n"]).read("");
        assert_eq!(intake.input.layout, Layout::Wide);
    }

    #[test]
    fn the_questions_file_gives_wording_and_order() {
        let files = Files::new(&[LONG]).with_questions("question,text\nQ8,Which actions?\nQ9,Unused\nQ5,What is it?\n");
        let intake = files.read("");
        let texts: Vec<_> =
            intake.questions.iter().map(|question| (question.id.as_str(), question.text.as_str())).collect();
        assert_eq!(texts, [("Q8", "Which actions?"), ("Q5", "What is it?")]);
        assert!(decided(&intake, "Q9").starts_with("left out of the questions"));
    }

    #[test]
    fn the_configuration_names_columns_and_questions() {
        let file = Files::new(&["frage,person,antwort\nA,p1,Ja\nB,p1,Viel zu tun\nA,p2,Nein\n"]);
        let config = "
            [input]
            question_column = \"frage\"
            text_column = \"antwort\"
            respondent_column = \"person\"
            [[question]]
            id = \"A\"
            kind = \"single\"
            text = \"Einverstanden?\"
            [[question]]
            id = \"C\"
        ";
        let intake = file.read(config);
        assert_eq!(kinds(&intake), [("A", Single), ("B", Open)]);
        assert_eq!(intake.questions[0].text, "Einverstanden?");
        assert!(decided(&intake, "C").starts_with("left out"));
        let (message, hint) = file.error("[input]\nquestion_column = \"frage\"");
        assert!(message.starts_with("answers1.csv: no column is recognised as the one with the text"), "{message}");
        assert!(hint.contains("text_column = "));
    }

    #[test]
    fn a_respondent_column_links_and_may_be_the_id_too() {
        let intake = Files::new(&["item,respondent,comment\n1,r1,x\n1,r2,y\n2,r1,z\n"]).read("");
        assert_eq!(
            (intake.input.id_column.as_str(), intake.input.respondent_column.as_str()),
            ("respondent", "respondent")
        );
        assert_eq!(intake.submissions.len(), 2);
        let first_names = Files::new(&["item,respondent,comment\n1,Ana,x\n1,Bo,y\n2,Ana,z\n"]).read("");
        assert_eq!(first_names.input.respondent_column, "");
        let names = Files::new(&["item,respondent,comment\n1,Ana Lima,x\n1,Bo Lund,y\n2,Ana Lima,z\n"]).read("");
        assert_eq!((names.input.id_column.as_str(), names.input.respondent_column.as_str()), ("", ""));
    }

    #[test]
    fn a_blank_question_is_named_by_row() {
        let (message, _) = Files::new(&["question,text\nQ1,a\nQ1,b\n,c\n"]).error("");
        assert_eq!(
            message,
            "answers1.csv, row 4, column A (\"question\"): the cell is blank, but it must hold the id of the question"
        );
    }

    #[test]
    fn only_closed_questions_are_an_error() {
        let (message, _) =
            Files::new(&["question,text\nQ1,a\nQ1,b\n"]).error("[[question]]\nid = \"Q1\"\nkind = \"scale\"");
        assert_eq!(message, "answers1.csv has no open question; the columns were taken for: q1 (scale)");
    }
}
