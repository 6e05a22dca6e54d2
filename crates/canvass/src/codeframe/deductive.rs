//! A code frame from names and definitions alone: which of their words tell an answer's code.
//!
//! A word of a name is taken where no more than half of the answers hold it and no other name has it, a word of a definition where a tenth
//! hold it at most and no other code has it in name or definition: of what many say, or what describes several codes, a word tells little.
//! What a definition excludes gives no words. The frame says so in words that anyone can read, strike out or add to.

use super::{CodeFrame, Desk, FrameTheme, Reader};
use crate::error::Error;
use crate::ingest::{IngestError, Table, is_blank, read_table};
use crate::run_folder::{CodedQuestion, CodedRun};
use canvass_text::{Analyser, Seeker, Sought};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A word of a name that a larger share of the answers hold tells no code.
const MOST_BY_NAME: f64 = 0.5;
/// The same for a word of a definition.
const MOST_BY_DEFINITION: f64 = 0.1;

/// A code as people wrote it down.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct NamedCode {
    /// The question whose answers it codes.
    pub question: String,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What belongs to it and what does not; may be empty.
    pub definition: String,
    /// Further words that put an answer into it.
    pub words: Vec<String>,
}

/// Reads a list of codes: a table with the columns `name` and, if there, `definition`, `id`, `question`, and `words`, separated by semicolons.
///
/// A code without an id is numbered, `t01` and on, within its question; one without a question is of the only open one.
///
/// # Errors
/// [`IngestError`] if the file is no table, lacks the column `name`, or a row names no code or no open question.
pub fn read_codes(path: &Path, run: &CodedRun) -> Result<Vec<NamedCode>, Error> {
    let table = read_table(path, None)?;
    let column = |name: &str| {
        let of = table.columns.iter().find(|column| column.name.eq_ignore_ascii_case(name));
        of.map(|column| column.index)
    };
    let Some(name) = column("name") else {
        return Err(fault(
            &table,
            table.rows.iter().next().map_or(1, |row| row.row) - 1,
            "",
            "no column is named \"name\"",
        ));
    };
    let (question, id, definition, words) = (column("question"), column("id"), column("definition"), column("words"));
    let mut codes: Vec<NamedCode> = Vec::new();
    let mut seen: BTreeSet<(String, String)> = BTreeSet::new();
    for row in table.rows.iter() {
        let cell = |column: Option<u32>| column.map_or("", |column| row.cell(column)).trim().to_owned();
        let letters = |column: Option<u32>| column.map(crate::ingest::column_letters).unwrap_or_default();
        let of = match (cell(question), run.questions.as_slice()) {
            (asked, _) if run.question(&asked).is_some() => asked,
            (asked, [only]) if asked.is_empty() => only.id.clone(),
            (asked, questions) => {
                let ids: Vec<&str> = questions.iter().map(|question| question.id.as_str()).collect();
                let why = format!("the question is {asked:?}; the open questions are {}", ids.join(", "));
                return Err(fault(&table, row.row, &letters(question), &why));
            }
        };
        if is_blank(&cell(Some(name))) {
            return Err(fault(&table, row.row, &letters(Some(name)), "the code has no name"));
        }
        let numbered = codes.iter().filter(|code| code.question == of).count() + 1;
        let given = cell(id);
        let code = NamedCode {
            id: if given.is_empty() { format!("t{numbered:02}") } else { given },
            name: cell(Some(name)),
            definition: cell(definition),
            words: cell(words).split(';').map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect(),
            question: of,
        };
        if !code.id.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '_' | '-')) {
            let why = format!("the id {:?} has characters other than letters, digits, \".\", \"_\" and \"-\"", code.id);
            return Err(fault(&table, row.row, &letters(id), &why));
        }
        if !seen.insert((code.question.clone(), code.id.clone())) {
            return Err(fault(&table, row.row, &letters(id), &format!("the id {:?} stands there twice", code.id)));
        }
        codes.push(code);
    }
    Ok(codes)
}

fn fault(table: &Table, row: u32, column: &str, why: &str) -> Error {
    let (file, sheet) = (table.file.to_string(), table.sheet.to_string());
    IngestError::BadCodes { file, sheet, row, column: column.to_owned(), why: why.to_owned() }.into()
}

/// The frame that codes by the words of names and definitions, and the codes that no word was found for, as (question, id).
///
/// # Errors
/// [`Error::Resource`]: a fault of this program.
pub fn from_names(run: &CodedRun, codes: &[NamedCode]) -> Result<(CodeFrame, Vec<(String, String)>), Error> {
    let reader = Reader::new(&run.config)?;
    let analyser = reader.analyser();
    let mut frame = CodeFrame { file: super::CODE_FRAME.to_owned(), ..CodeFrame::default() };
    let mut wordless = Vec::new();
    for question in &run.questions {
        let of_question: Vec<&NamedCode> = codes.iter().filter(|code| code.question == question.id).collect();
        let words = words_of(question, &of_question, &analyser);
        for (code, include) in of_question.into_iter().zip(words) {
            if include.is_empty() {
                wordless.push((question.id.clone(), code.id.clone()));
            }
            frame.themes.push(FrameTheme {
                question: question.id.clone(),
                language: question.language.code().to_owned(),
                id: code.id.clone(),
                name: code.name.clone(),
                definition: code.definition.clone(),
                include,
                ..FrameTheme::default()
            });
        }
    }
    Ok((frame, wordless))
}

/// A word of a code that some answers hold.
struct Found {
    /// As it is written there, in lower case.
    written: String,
    /// The terms it stands for: words that stand for the same are one.
    means: Vec<u32>,
    /// The share of the answers that hold it.
    share: f64,
    /// Whether it is too general to name a subject: then it is taken only where a name has no other.
    general: bool,
}

/// For each code the words that tell it.
fn words_of(question: &CodedQuestion, codes: &[&NamedCode], analyser: &Analyser<'_>) -> Vec<Vec<String>> {
    let desk = Desk::new(question);
    let seeker = Seeker::new(&question.analysis.vocabulary);
    let language = question.language;
    let n_answers = question.responses.iter().filter(|response| response.language == language).count().max(1);
    let look_up = |text: &str| -> Vec<Found> {
        let mut found: Vec<Found> = Vec::new();
        for written in candidates(text) {
            let Ok(sought) = seeker.seek(&written, language, analyser) else { continue };
            let is_general = |term: u32| question.analysis.vocabulary.terms[term as usize].general;
            let general = matches!(&sought, Sought::Term(term) if is_general(*term));
            let means = match &sought {
                Sought::Term(term) => vec![*term],
                Sought::Run(terms) => terms.iter().map(|(_, term)| *term).collect(),
                Sought::Prefix(_) | Sought::Absent => continue,
            };
            let points = desk.search(&written, language, analyser).unwrap_or_default();
            let mut answers: Vec<u32> = points.iter().map(|at| desk.table().points[*at as usize].response).collect();
            answers.dedup();
            if !answers.is_empty() && !found.iter().any(|known| known.means == means) {
                found.push(Found { written, means, share: answers.len() as f64 / n_answers as f64, general });
            }
        }
        found
    };
    let names: Vec<Vec<Found>> = codes.iter().map(|code| look_up(&code.name)).collect();
    let definitions: Vec<Vec<Found>> = codes.iter().map(|code| look_up(included(&code.definition))).collect();
    let mut in_names: BTreeMap<&[u32], usize> = BTreeMap::new();
    let mut in_codes: BTreeMap<&[u32], BTreeSet<usize>> = BTreeMap::new();
    for (at, (name, definition)) in names.iter().zip(&definitions).enumerate() {
        for found in name {
            *in_names.entry(&found.means).or_default() += 1;
        }
        for found in name.iter().chain(definition) {
            in_codes.entry(&found.means).or_default().insert(at);
        }
    }
    let words = codes.iter().zip(names.iter().zip(&definitions)).map(|(code, (name, definition))| {
        let by_name =
            name.iter().filter(|of| !of.general && of.share <= MOST_BY_NAME && in_names[of.means.as_slice()] == 1);
        let by_definition = definition
            .iter()
            .filter(|of| !of.general && of.share <= MOST_BY_DEFINITION && in_codes[of.means.as_slice()].len() == 1)
            .filter(|of| !name.iter().any(|known| known.means == of.means));
        let mut taken: Vec<String> = by_name.chain(by_definition).map(|found| found.written.clone()).collect();
        if taken.is_empty() {
            // Better the rarest word of the name than none.
            let rarest = name.iter().min_by(|a, b| a.general.cmp(&b.general).then(a.share.total_cmp(&b.share)));
            taken.extend(rarest.map(|found| found.written.clone()));
        }
        for word in &code.words {
            if !taken.iter().any(|known| known.eq_ignore_ascii_case(word)) {
                taken.push(word.clone());
            }
        }
        taken
    });
    words.collect()
}

/// The words of a text, in lower case; one with a hyphen also in parts.
fn candidates(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let is_inner = |c: char| c.is_alphanumeric() || matches!(c, '-' | '\'' | '\u{2019}');
    for word in text.split(|c: char| !is_inner(c)) {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
        if word.is_empty() {
            continue;
        }
        let parts: Vec<String> = word.split('-').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        words.push(word);
        if parts.len() > 1 {
            words.extend(parts);
        }
    }
    words
}

/// A definition up to where it says what does not belong to the code.
fn included(definition: &str) -> &str {
    let folded = definition.to_lowercase();
    // Lower case may be of another length; then the whole definition is taken.
    let starts = ["exclu", "except", "other than", "but not"].iter().filter_map(|mark| folded.find(mark));
    let end = starts.min().filter(|_| folded.len() == definition.len()).unwrap_or(definition.len());
    definition.get(..end).unwrap_or(definition)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_definition_excludes_gives_no_words() {
        assert_eq!(included("Late buses. Exclude trains (t02)."), "Late buses. ");
        assert_eq!(included("Les retards, à l'exclusion des trains"), "Les retards, à l'");
        assert_eq!(included("Late buses"), "Late buses");
    }

    #[test]
    fn words_are_taken_whole_and_in_parts() {
        assert_eq!(candidates("Cross-Sector groups, 'IT'"), ["cross-sector", "cross", "sector", "groups", "it"]);
    }
}
