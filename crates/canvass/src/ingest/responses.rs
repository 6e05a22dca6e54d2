//! From rows to submissions and responses.

use super::day::{Day, Written};
use super::error::brief;
use super::layout::Recognised;
use super::notes::Notes;
use super::table::{Row, Rows, Table, is_blank, trimmed};
use super::{
    ClosedAnswer, IngestError, Intake, Place, Received, Recognition, Source, Submission, TablePlace, Translation,
    column_letters,
};
use crate::settings::{InputSettings, Layout, Question, QuestionKind};
use canvass_text::Language;
use std::collections::{HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

/// Takes the cells out of the tables.
///
/// Ids that stand twice are handed on: the ledger judges them. Where a wide file has a respondent column and its cell is
/// blank, the respondent is `row N`, with N counting the data rows of all files; in a long file it is
/// `question:response_id`, linked to nothing.
///
/// # Errors
/// [`IngestError::BlankCell`] for a blank cell in the id column
pub(super) fn collect(tables: Vec<Table>, recognised: Recognised, sources: Vec<Source>) -> Result<Intake, IngestError> {
    let Recognised { input, questions, reasons, places, mut decisions, .. } = recognised;
    let mut notes = Notes::default();
    let Collected { submissions, mut responses, n_received } = match input.layout {
        Layout::Wide => wide(tables, &input, &questions, &mut notes)?,
        Layout::Long => long(tables, &input, &questions, &mut notes)?,
    };
    let recognition = reasons.into_iter().zip(places).zip(n_received);
    let recognition =
        recognition.map(|((reason, source), n_received)| Recognition { reason, source, n_received }).collect();
    decisions.extend(notes.decisions(&input, &questions));
    // Stable, so that within a question the order of the files stays, and without room for a second half of them.
    responses.sort_by_cached_key(|response| response.question_idx);
    responses.shrink_to_fit();
    Ok(Intake { sources, input, questions, recognition, submissions, responses, decisions })
}

/// The columns of one table that every row is read by, as indices in the file.
struct Access<'s> {
    table: Arc<TablePlace>,
    input: &'s InputSettings,
    id: Option<u32>,
    respondent: Option<u32>,
    email: Option<u32>,
    language: Option<u32>,
    time: Option<u32>,
    attributes: Vec<Option<u32>>,
}

impl<'s> Access<'s> {
    fn new(table: &Table, input: &'s InputSettings) -> Self {
        let place =
            TablePlace { source_idx: table.source_idx, file: Arc::clone(&table.file), sheet: Arc::clone(&table.sheet) };
        Self {
            table: Arc::new(place),
            input,
            id: table.column_idx(&input.id_column),
            respondent: table.column_idx(&input.respondent_column),
            email: table.column_idx(&input.email_column),
            language: table.column_idx(&input.language_column),
            time: table.column_idx(&input.time_column),
            attributes: input.attribute_columns.iter().map(|name| table.column_idx(name)).collect(),
        }
    }

    /// The id of the response in this row: the cell as it stands, else the number of the row among the data rows.
    fn response_id(&self, row: Row<'_>, data_row: u32) -> Result<Arc<str>, IngestError> {
        let Some(column_idx) = self.id else { return Ok(data_row.to_string().into()) };
        let id = row.cell(column_idx);
        if is_blank(id) {
            return Err(IngestError::BlankCell {
                file: self.table.file.to_string(),
                sheet: self.table.sheet.to_string(),
                row: row.row,
                column: column_letters(column_idx),
                header: brief(&self.input.id_column),
                what: "the id of the response",
            });
        }
        Ok(id.into())
    }

    /// The cell of the respondent column, if there is one and it is not blank.
    fn respondent_id<'r>(&self, row: Row<'r>) -> Option<&'r str> {
        let id = trimmed(row.cell(self.respondent?));
        (!id.is_empty()).then_some(id)
    }

    fn email(&self, row: Row<'_>) -> Option<Box<str>> {
        let email = trimmed(row.cell(self.email?));
        // Forms that hide who answers write "anonymous" into every row.
        email.contains('@').then(|| email.to_lowercase().into())
    }

    fn attributes(&self, row: Row<'_>, values: &mut Values) -> Vec<Arc<str>> {
        let cell = |column_idx: &Option<u32>| column_idx.map_or("", |column_idx| trimmed(row.cell(column_idx)));
        self.attributes.iter().map(|column_idx| values.get(cell(column_idx))).collect()
    }

    /// The language that the row is said to be written in.
    fn language(&self, row: Row<'_>, notes: &mut Notes) -> Option<Language> {
        let column_idx = self.language?;
        notes.language(trimmed(row.cell(column_idx)), || self.place(row.row, column_idx))
    }

    /// The day of the row.
    fn day(&self, row: Row<'_>, notes: &mut Notes) -> Option<Day> {
        let column_idx = self.time?;
        let cell = trimmed(row.cell(column_idx));
        let day = Written::read(cell).and_then(|written| written.day(self.input.date_order));
        if day.is_none() && !cell.is_empty() {
            notes.no_date(cell, || self.place(row.row, column_idx));
        }
        day
    }

    /// Takes an answer out of the row, with its translation.
    fn answer(&self, row: Row<'_>, column_idx: u32, translation_idx: Option<u32>) -> Answer {
        let own = row.cell(column_idx);
        let answer = |column_idx, text: &str| {
            let place = self.place(row.row, column_idx);
            Answer { place, text: text.into(), translation: None, is_translation: false }
        };
        let translation = translation_idx.map(|idx| (idx, row.cell(idx))).filter(|(_, text)| !is_blank(text));
        let Some((translation_idx, text)) = translation else { return answer(column_idx, own) };
        if is_blank(own) {
            return Answer { is_translation: true, ..answer(translation_idx, text) };
        }
        let is_other = trimmed(text) != trimmed(own);
        let translation =
            is_other.then(|| Translation { text: text.into(), place: self.place(row.row, translation_idx) });
        Answer { translation: translation.map(Box::new), ..answer(column_idx, own) }
    }

    fn place(&self, row: u32, column: u32) -> Place {
        Place { table: Arc::clone(&self.table), row, column }
    }
}

/// An answer as it stands in its row.
struct Answer {
    place: Place,
    text: Box<str>,
    translation: Option<Box<Translation>>,
    /// Whether the text is the translation, as the cell of the answer itself is blank.
    is_translation: bool,
}

struct Collected {
    submissions: Vec<Submission>,
    responses: Vec<Received>,
    /// For each question the cells that could hold an answer.
    n_received: Vec<u64>,
}

/// Cells that come again and again, and what is said in all of a submission, each once in memory.
#[derive(Default)]
struct Values {
    cells: HashSet<Arc<str>>,
    attributes: HashSet<Arc<[Arc<str>]>>,
    closed: HashSet<Arc<[ClosedAnswer]>>,
}

/// Values of a kind that are known at most.
const MOST_VALUES: usize = 1 << 16;

impl Values {
    fn get(&mut self, cell: &str) -> Arc<str> {
        const LONGEST: usize = 200;
        if cell.len() > LONGEST { Arc::from(cell) } else { shared(&mut self.cells, cell) }
    }

    fn attributes(&mut self, attributes: &[Arc<str>]) -> Arc<[Arc<str>]> {
        shared(&mut self.attributes, attributes)
    }

    fn closed(&mut self, closed: &[ClosedAnswer]) -> Arc<[ClosedAnswer]> {
        shared(&mut self.closed, closed)
    }
}

/// The value among those known; one that is new is added, as long as there are not too many.
fn shared<V: ?Sized + Eq + Hash>(known: &mut HashSet<Arc<V>>, value: &V) -> Arc<V>
where
    for<'v> Arc<V>: From<&'v V>,
{
    if let Some(known) = known.get(value) {
        return Arc::clone(known);
    }
    let value: Arc<V> = Arc::from(value);
    if known.len() < MOST_VALUES {
        known.insert(Arc::clone(&value));
    }
    value
}

/// The rows of a table, block by block: what is taken out of a block takes its place in memory.
fn take_rows(table: &mut Table) -> Rows {
    std::mem::take(&mut table.rows)
}

fn wide(
    tables: Vec<Table>,
    input: &InputSettings,
    questions: &[Question],
    notes: &mut Notes,
) -> Result<Collected, IngestError> {
    let n_rows = tables.iter().map(|table| table.rows.len()).sum();
    let n_open = questions.iter().filter(|question| question.kind == QuestionKind::Open).count();
    let (mut submissions, mut responses) = (Vec::with_capacity(n_rows), Vec::with_capacity(n_rows * n_open));
    let mut n_received = vec![0; questions.len()];
    let mut values = Values::default();
    for mut table in tables {
        let rows = take_rows(&mut table);
        let access = Access::new(&table, input);
        for (n_received, question) in n_received.iter_mut().zip(questions) {
            if question.columns.iter().any(|name| table.column_idx(name).is_some()) {
                *n_received += rows.len() as u64;
            }
        }
        let translation_of = |question: &Question| table.column_idx(question.translation_column.as_deref()?);
        let translations: Vec<Option<u32>> = questions.iter().map(translation_of).collect();
        // (question, column within it, column of the file), open questions apart.
        let (open, closed): (Vec<_>, Vec<_>) = (0..)
            .zip(questions)
            .flat_map(|(question_idx, question)| (0..).zip(&question.columns).map(move |column| (question_idx, column)))
            .filter_map(|(question_idx, (n, name))| Some((question_idx, n, table.column_idx(name)?)))
            .partition(|(question_idx, ..)| questions[*question_idx as usize].kind == QuestionKind::Open);
        for block in rows.into_blocks() {
            for row in block.iter() {
                let submission_idx = submissions.len() as u32;
                let data_row = submission_idx + 1;
                let response_id = access.response_id(row, data_row)?;
                let respondent_id = match (access.respondent, access.respondent_id(row)) {
                    (None, _) => Arc::clone(&response_id),
                    (_, Some(id)) => id.into(),
                    // Not the id of the response, which may be another respondent's id.
                    (Some(_), None) => format!("row {data_row}").into(),
                };
                let closed =
                    closed.iter().map(|&(question_idx, n, column_idx)| (question_idx, n, row.cell(column_idx)));
                let closed = closed.filter(|(.., cell)| !is_blank(cell));
                let closed: Vec<ClosedAnswer> =
                    closed.map(|(question_idx, n, cell)| (question_idx, n, values.get(cell))).collect();
                let attributes = access.attributes(row, &mut values);
                submissions.push(Submission {
                    respondent_id,
                    email: access.email(row),
                    attributes: values.attributes(&attributes),
                    source_idx: access.table.source_idx,
                    day: access.day(row, notes),
                    closed: values.closed(&closed),
                });
                let language = access.language(row, notes);
                for &(question_idx, _, column_idx) in &open {
                    let answer = access.answer(row, column_idx, translations[question_idx as usize]);
                    let response_id = Arc::clone(&response_id);
                    responses.push(received(question_idx, submission_idx, response_id, answer, language, notes));
                }
            }
        }
    }
    Ok(Collected { submissions, responses, n_received })
}

/// A response, of an answer and the language its row states.
fn received(
    question_idx: u32,
    submission_idx: u32,
    response_id: Arc<str>,
    answer: Answer,
    language: Option<Language>,
    notes: &mut Notes,
) -> Received {
    let Answer { place, text, translation, is_translation } = answer;
    if is_translation {
        notes.only_translated(question_idx, &place);
    }
    // The language that is stated is that of the answer, not of its translation.
    let stated_language = language.filter(|_| !is_translation);
    Received { question_idx, submission_idx, response_id, place, text, stated_language, translation }
}

fn long(
    tables: Vec<Table>,
    input: &InputSettings,
    questions: &[Question],
    notes: &mut Notes,
) -> Result<Collected, IngestError> {
    let n_rows = tables.iter().map(|table| table.rows.len()).sum();
    let (mut submissions, mut responses) = (Vec::new(), Vec::with_capacity(n_rows));
    let mut n_received = vec![0; questions.len()];
    let question_idx_of: HashMap<&str, u32> = questions.iter().map(|question| trimmed(&question.id)).zip(0..).collect();
    let mut submission_idx_of: HashMap<Arc<str>, u32> = HashMap::new();
    let mut values = Values::default();
    let blank = vec![values.get(""); input.attribute_columns.len()];
    let mut data_row = 0;
    for mut table in tables {
        let rows = take_rows(&mut table);
        let access = Access::new(&table, input);
        let (Some(question), Some(text)) =
            (table.column_idx(&input.question_column), table.column_idx(&input.text_column))
        else {
            continue;
        };
        let translation = table.column_idx(&input.translation_column);
        for block in rows.into_blocks() {
            for row in block.iter() {
                data_row += 1;
                let Some(&question_idx) = question_idx_of.get(trimmed(row.cell(question))) else { continue };
                n_received[question_idx as usize] += 1;
                let response_id = access.response_id(row, data_row)?;
                let known: Option<Arc<str>> = access.respondent_id(row).map(Arc::from);
                let next_idx = submissions.len() as u32;
                let submission_idx = match &known {
                    Some(id) => *submission_idx_of.entry(Arc::clone(id)).or_insert(next_idx),
                    None => next_idx,
                };
                if submission_idx == next_idx {
                    let unlinked = || format!("{}:{response_id}", questions[question_idx as usize].id).into();
                    submissions.push(Submission {
                        respondent_id: known.unwrap_or_else(unlinked),
                        email: None,
                        attributes: values.attributes(&blank),
                        source_idx: access.table.source_idx,
                        day: None,
                        closed: values.closed(&[]),
                    });
                }
                let submission = &mut submissions[submission_idx as usize];
                submission.email = submission.email.take().or_else(|| access.email(row));
                let mut attributes = submission.attributes.to_vec();
                for (attribute, value) in attributes.iter_mut().zip(access.attributes(row, &mut values)) {
                    if attribute.is_empty() {
                        *attribute = value;
                    }
                }
                submission.attributes = values.attributes(&attributes);
                submission.day = submission.day.max(access.day(row, notes));
                let language = access.language(row, notes);
                if questions[question_idx as usize].kind == QuestionKind::Open {
                    let answer = access.answer(row, text, translation);
                    responses.push(received(question_idx, submission_idx, response_id, answer, language, notes));
                } else if !is_blank(row.cell(text)) {
                    let mut closed = submission.closed.to_vec();
                    closed.push((question_idx, 0, values.get(row.cell(text))));
                    submission.closed = values.closed(&closed);
                }
            }
        }
    }
    Ok(Collected { submissions, responses, n_received })
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Files;
    use super::*;

    fn ids(intake: &Intake) -> Vec<(&str, &str, &str)> {
        let respondent = |response: &Received| &*intake.submissions[response.submission_idx as usize].respondent_id;
        intake
            .responses
            .iter()
            .map(|response| (&*response.response_id, respondent(response), &*response.text))
            .collect()
    }

    #[test]
    fn a_wide_file_gives_a_response_for_each_open_question_and_submission() {
        let intake = Files::new(&["id,Why?,Do you agree?,Region,How so?\n7,a b,Yes,Asia,\n\n8, c,,,d\n"]).read("");
        let expected = [("7", "7", "a b"), ("8", "8", " c"), ("7", "7", ""), ("8", "8", "d")];
        assert_eq!(ids(&intake), expected);
        let place = &intake.responses[3].place;
        assert_eq!(place.to_string(), "answers1.csv, row 4, column E");
        assert_eq!(*intake.submissions[0].closed, [(1, 0, "Yes".into())]);
        assert_eq!(*intake.submissions[1].closed, []);
        assert_eq!(*intake.submissions[0].attributes, ["Asia".into()]);
    }

    #[test]
    fn rows_are_numbered_over_all_files_where_there_is_no_id() {
        let intake = Files::new(&["Why?\na\nb\n", "Where?,Why?\n,c\n"]);
        let intake = intake.read("[input]\nignored_columns = [\"Where?\"]");
        assert_eq!(ids(&intake), [("1", "1", "a"), ("2", "2", "b"), ("3", "3", "c")]);
        assert_eq!(intake.responses[2].place.to_string(), "answers2.csv, row 2, column B");
        assert_eq!(intake.responses[2].place.table.source_idx, 1);
    }

    #[test]
    fn a_blank_respondent_is_known_by_the_row() {
        let intake = Files::new(&["id,member,Why?\n1,m 1,a\n2,,b\n"]).read("[input]\nrespondent_column = \"member\"");
        assert_eq!(ids(&intake), [("1", "m 1", "a"), ("2", "row 2", "b")]);
    }

    #[test]
    fn a_blank_id_is_named_by_row_with_a_way_out() {
        let files = Files::new(&["id,Why?\n1,a\n,b\n"]);
        let (message, hint) = files.error("[input]\nid_column = \"id\"");
        let expected =
            "answers1.csv, row 3, column A (\"id\"): the cell is blank, but it must hold the id of the response";
        assert_eq!(message, expected);
        assert!(hint.contains("id_column = \"\""));
        assert_eq!(ids(&files.read("")), [("1", "1", "a"), ("2", "2", "b")]);
    }

    #[test]
    fn e_mail_addresses_are_kept_apart_from_ids_and_from_anonymous() {
        let intake = Files::new(&["Email,Why?\n A@b.org ,a\nanonymous,b\n"]).read("");
        let emails: Vec<_> = intake.submissions.iter().map(|submission| submission.email.as_deref()).collect();
        assert_eq!(emails, [Some("a@b.org"), None]);
    }

    #[test]
    fn long_answers_are_linked_by_respondent_only() {
        let text = "question,id,member,text\nQ1,1,m1,a\nQ2,2,m1,b\nQ1,3,,c\nQ2,4,,d\nQ1,5,m2,e\n";
        let files = Files::new(&[text]);
        let intake = files.read("[input]\nrespondent_column = \"member\"");
        let expected = [("1", "m1", "a"), ("3", "Q1:3", "c"), ("5", "m2", "e"), ("2", "m1", "b"), ("4", "Q2:4", "d")];
        assert_eq!(ids(&intake), expected);
        assert_eq!(intake.submissions.len(), 4);
        let unlinked = files.read("[input]\nrespondent_column = \"\"");
        assert_eq!(unlinked.submissions.len(), 5);
        assert_eq!(unlinked.submissions[1].respondent_id.as_ref(), "Q2:2");
    }

    #[test]
    fn closed_answers_of_a_long_file_stand_with_their_respondent() {
        let text = "question,respondent,text\nQ1,r1,Yes\nQ2,r1,Because of the cost\nQ1,r2,\nQ2,r2,No idea\n";
        let intake = Files::new(&[text]).read("[[question]]\nid = \"Q1\"\nkind = \"single\"");
        let closed: Vec<_> = intake.submissions.iter().map(|submission| submission.closed.to_vec()).collect();
        assert_eq!(closed, [vec![(0, 0, "Yes".into())], vec![]]);
        assert_eq!(intake.responses.len(), 2);
    }

    /// For each response its stated language, its text and its translation.
    fn translated(intake: &Intake) -> Vec<(Option<&str>, &str, Option<&str>)> {
        let responses = intake.responses.iter();
        responses
            .map(|response| {
                let translation = response.translation.as_ref().map(|translation| &*translation.text);
                (response.stated_language.map(Language::code), &*response.text, translation)
            })
            .collect()
    }

    #[test]
    fn a_response_has_its_stated_language_and_its_translation() {
        let text = "\
id,Language,Why?,Why? (translation)
1,French,Trop tard ,Too late
2,German,Zu früh,
3,EN,Too far, Too far
4,Spanish,,Too dear
5,,,
";
        let intake = Files::new(&[text]).read("");
        let expected = [
            (Some("fr"), "Trop tard ", Some("Too late")),
            (Some("de"), "Zu früh", None),
            (Some("en"), "Too far", None),
            (None, "Too dear", None),
            (None, "", None),
        ];
        assert_eq!(translated(&intake), expected);
        let place = |at: usize| intake.responses[at].place.to_string();
        assert_eq!(
            (place(0), place(3)),
            ("answers1.csv, row 2, column C".into(), "answers1.csv, row 5, column D".into())
        );
        let translation = intake.responses[0].translation.as_ref().unwrap();
        assert_eq!(translation.place.to_string(), "answers1.csv, row 2, column D");
        let told = intake.decisions.last().unwrap();
        assert_eq!(
            format!("{}: {} ({})", told.about, told.decided, told.reason),
            "Why? (translation): 1 translation is taken for the answer itself to q1 (the cell with the answer is blank; the first is \
             answers1.csv, row 5, column D)"
        );
    }

    #[test]
    fn answers_of_a_long_file_have_a_language_and_a_translation_each() {
        let text = "\
question,respondent,lang,text,translation
Q1,r1,fr,Trop tard,Too late
Q2,r1,en,Too far,
Q1,r2,es,,Too dear
";
        let intake = Files::new(&[text]).read("");
        let expected =
            [(Some("fr"), "Trop tard", Some("Too late")), (None, "Too dear", None), (Some("en"), "Too far", None)];
        assert_eq!(translated(&intake), expected);
        assert_eq!(intake.input.attribute_columns, ["lang"]);
    }

    #[test]
    fn cells_that_name_no_language_are_told_once_with_the_first_place() {
        let rows: Vec<String> = (1..=20)
            .map(|n| format!("{n},{},Too late {n}\n", if n % 10 == 4 { "Elvish script" } else { "en" }))
            .collect();
        let intake = Files::new(&[&format!("id,Language,Why?\n{}", rows.concat())]).read("");
        let told: Vec<_> = intake.decisions.iter().filter(|told| told.decided.contains("no language")).collect();
        assert_eq!(told.len(), 1);
        assert_eq!(told[0].decided, "2 of 20 cells name no language canvass knows: identified from the text instead");
        assert_eq!(told[0].reason, "the first is answers1.csv, row 5, column B: \"Elvish script\"");
        assert_eq!(translated(&intake)[3], (None, "Too late 4", None));
    }

    #[test]
    fn a_translation_is_no_longer_than_an_answer_may_be() {
        let text = format!("id,Why?,Translation\n1,Trop tard,{}\n", "x".repeat(60));
        let (message, _) = Files::new(&[&text]).error("[input]\nmax_cell_bytes = 50");
        assert!(message.contains("row 2, column C (\"Translation\"): the cell holds 60 bytes"), "{message}");
    }
}
