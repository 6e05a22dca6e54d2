//! Files as items: rows of a table, clauses of a document, published answers.

use super::clauses::{ItemUnit, clauses};
use super::document::Section;
use super::table::{Material, Table, is_blank, is_readable, read_material, trimmed};
use super::{Decision, IngestError, Source, source};
use crate::settings::Config;
use canvass_text::Language;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Which columns of a table are read.
#[derive(Clone, Debug, Default)]
pub(crate) struct TableColumns {
    pub(crate) id: Option<String>,
    pub(crate) text: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) language: Option<String>,
}

/// An item of a file.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct RawItem {
    /// Unique in its file.
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) text: String,
    /// Where it stands in the file: "line 12", "row 7".
    pub(crate) place: String,
    /// The first byte of its text in that of its document; none in a table.
    pub(crate) start: Option<u64>,
    /// The language that its row states.
    pub(crate) language: Option<Language>,
}

/// The items of a file.
#[derive(Clone, Debug)]
pub(crate) struct Taken {
    pub(crate) source: Source,
    pub(crate) items: Vec<RawItem>,
    pub(crate) decisions: Vec<Decision>,
}

/// Why a table gives no items.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct NoColumn {
    pub(crate) file: String,
    /// What was asked for; empty: no column holds texts.
    pub(crate) wanted: String,
    pub(crate) available: Vec<String>,
}

/// Why a file gives no items.
#[derive(Debug)]
pub(crate) enum NotTaken {
    Input(IngestError),
    Column(NoColumn),
}

impl From<IngestError> for NotTaken {
    fn from(error: IngestError) -> Self {
        Self::Input(error)
    }
}

/// The files of a folder that can be read, by name, and how many others there are; of a file itself.
///
/// # Errors
/// [`IngestError::Missing`], [`IngestError::Unreadable`]
pub(crate) fn files_of(path: &Path) -> Result<(Vec<PathBuf>, usize), IngestError> {
    if !path.is_dir() {
        source::check(path)?;
        return Ok((vec![path.to_path_buf()], 0));
    }
    let unreadable = |source| IngestError::Unreadable { file: path.to_path_buf(), source };
    let (mut files, mut n_others) = (Vec::new(), 0);
    for entry in std::fs::read_dir(path).map_err(unreadable)? {
        let file = entry.map_err(unreadable)?.path();
        let is_hidden = file.file_name().is_none_or(|name| name.to_string_lossy().starts_with('.'));
        if is_hidden || file.is_dir() {
            continue;
        }
        if is_readable(&file) {
            files.push(file);
        } else {
            n_others += 1;
        }
    }
    files.sort();
    Ok((files, n_others))
}

/// Reads the items of a file.
///
/// # Errors
/// Any [`IngestError`] of the file; a column that is not there.
pub(crate) fn read_items(
    path: &Path,
    config: &Config,
    columns: &TableColumns,
    unit: ItemUnit,
) -> Result<Taken, NotTaken> {
    let (material, source, mut decisions) = read_material(path, config)?;
    let file = source.file.to_string();
    let mut told = |decided: String, reason: &str| {
        decisions.push(Decision { about: file.clone(), decided, reason: reason.to_owned() });
    };
    let mut items = match material {
        Material::Table(table) => rows(&table, columns, &mut told).map_err(NotTaken::Column)?,
        Material::Published { text, sections } => {
            told(format!("{} questions with their answers", sections.len()), "headings such as \"Q5. ...\"");
            answers(&text, &sections)
        }
        Material::Document { text, styles } => {
            let found = clauses(&text, &styles, unit);
            let reason = if unit == ItemUnit::Auto { "by its numbers, headings and blank lines" } else { "as stated" };
            told(format!("{} items, {}", found.items.len(), found.unit.name()), reason);
            if found.unread.0 > 0 {
                told(
                    format!("{} lines are not read, the first is line {}", found.unread.0, found.unread.1),
                    "they stand in no item",
                );
            }
            let item = |clause: super::clauses::Clause| RawItem {
                id: clause.id,
                title: clause.title,
                text: text.get(clause.bytes.clone()).unwrap_or_default().to_owned(),
                place: format!("line {}", clause.line),
                start: Some(clause.bytes.start as u64),
                language: None,
            };
            found.items.into_iter().map(item).collect()
        }
    };
    let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
    tell_apart(&mut items, &stem);
    Ok(Taken { source, items, decisions })
}

/// Ids that are empty become the file's name; those that stand twice are told apart by their places.
fn tell_apart(items: &mut [RawItem], stem: &str) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for item in items.iter_mut() {
        if item.id.is_empty() {
            stem.clone_into(&mut item.id);
        }
        *counts.entry(item.id.clone()).or_default() += 1;
    }
    for item in items.iter_mut().filter(|item| counts[&item.id] > 1) {
        item.id = format!("{} ({})", item.id, item.place);
    }
}

/// A row each.
fn rows(table: &Table, columns: &TableColumns, told: &mut impl FnMut(String, &str)) -> Result<Vec<RawItem>, NoColumn> {
    let missing =
        |wanted: &str| NoColumn { file: table.file.to_string(), wanted: wanted.to_owned(), available: table.names() };
    let named =
        |name: &str| table.columns.iter().find(|column| column.name.to_lowercase() == name).map(|column| column.index);
    let find = |wanted: &Option<String>, usual: &str| match wanted {
        Some(name) => table.column_idx(name).map(Some).ok_or_else(|| missing(name)),
        None => Ok(named(usual)),
    };
    let id = find(&columns.id, "id")?;
    let title = find(&columns.title, "title")?;
    let language = find(&columns.language, "language")?;
    let text = match find(&columns.text, "text")? {
        Some(text) => text,
        None => longest(table, &[id, title, language], told).ok_or_else(|| missing(""))?,
    };
    let sheet = if table.sheet.is_empty() { String::new() } else { format!("sheet {}, ", table.sheet) };
    let (mut items, mut n_blank) = (Vec::new(), 0_usize);
    for (number, row) in (1_u32..).zip(table.rows.iter()) {
        if is_blank(row.cell(text)) {
            n_blank += 1;
            continue;
        }
        let cell = |column: Option<u32>| column.map_or("", |column| trimmed(row.cell(column)));
        let id = Some(cell(id)).filter(|id| !id.is_empty()).map_or_else(|| number.to_string(), str::to_owned);
        let stated = cell(language);
        items.push(RawItem {
            id,
            title: cell(title).to_owned(),
            text: row.cell(text).to_owned(),
            place: format!("{sheet}row {}", row.row),
            start: None,
            language: Language::from_code(stated).or_else(|| Language::from_name(stated)),
        });
    }
    if n_blank > 0 {
        told(format!("{n_blank} rows are not read"), "the cell with the text is blank");
    }
    Ok(items)
}

/// The column whose cells hold by far the most text.
fn longest(table: &Table, taken: &[Option<u32>], told: &mut impl FnMut(String, &str)) -> Option<u32> {
    const WORDS: usize = 4;
    let mut sizes: Vec<(usize, u32, &str)> = Vec::new();
    for column in table.columns.iter().filter(|column| !taken.contains(&Some(column.index))) {
        let size = table.rows.iter().map(|row| row.cell(column.index).split_whitespace().count()).sum();
        sizes.push((size, column.index, &column.name));
    }
    sizes.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let (size, index, name) = *sizes.first()?;
    let is_clear = sizes.get(1).is_none_or(|(next, ..)| size >= 2 * next);
    if !is_clear || size < WORDS * table.rows.len() {
        return None;
    }
    told(format!("the text is the column {name:?}"), "no column is called \"text\", and it holds most of the words");
    Some(index)
}

/// The answers to each question of a published document.
fn answers(text: &str, sections: &[Section]) -> Vec<RawItem> {
    let mut starts: Vec<usize> = vec![0];
    starts.extend(text.match_indices('\n').map(|(at, _)| at + 1));
    let mut items = Vec::new();
    for section in sections {
        for (number, answer) in (1..).zip(&section.answers) {
            let said = answer.text.trim();
            let from = starts.get(answer.number as usize - 1).copied().unwrap_or_default();
            // An answer that was joined is no slice of the document.
            let start = text.get(from..).and_then(|rest| rest.find(said)).map(|at| (from + at) as u64);
            items.push(RawItem {
                id: format!("{}:{number}", section.id),
                title: section.text.clone(),
                text: said.to_owned(),
                place: format!("line {}", answer.number),
                start,
                language: None,
            });
        }
    }
    items.retain(|item| !item.text.is_empty());
    items
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(name: &str, bytes: &str, columns: &TableColumns) -> Result<Taken, NotTaken> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        read_items(&path, &Config::default(), columns, ItemUnit::Auto)
    }

    #[test]
    fn rows_of_a_table_are_items_with_id_title_and_place() {
        let csv = "ID,Title,What is resolved,Year\nR1,Huts,Huts are open in winter for all,2024\nR2,Keys,,2024\nR1,Water,Water is tested in every season,2025\n";
        let taken = read("a.csv", csv, &TableColumns::default()).unwrap();
        let told: Vec<(&str, &str, &str)> =
            taken.items.iter().map(|item| (item.id.as_str(), item.title.as_str(), item.place.as_str())).collect();
        assert_eq!(told, [("R1 (row 2)", "Huts", "row 2"), ("R1 (row 4)", "Water", "row 4")]);
        let decided: Vec<&str> = taken.decisions.iter().map(|decision| decision.decided.as_str()).collect();
        assert!(
            decided.contains(&"the text is the column \"What is resolved\"")
                && decided.contains(&"1 rows are not read"),
            "{decided:?}"
        );
    }

    #[test]
    fn a_column_that_is_not_there_is_named_with_those_that_are() {
        let columns = TableColumns { text: Some("Answer".into()), ..TableColumns::default() };
        let error = read("a.csv", "id,text\n1,Yes we can\n", &columns).unwrap_err();
        let NotTaken::Column(error) = error else { panic!("{error:?}") };
        assert_eq!((error.wanted.as_str(), error.available.join(" ").as_str()), ("Answer", "id text"));
        let unclear = read("a.csv", "one,two\nYes we can,No we cannot\n", &TableColumns::default()).unwrap_err();
        assert!(matches!(unclear, NotTaken::Column(NoColumn { wanted, .. }) if wanted.is_empty()));
    }

    #[test]
    fn items_of_a_document_are_slices_of_it() {
        let text = "Report\n\n1. Huts are open in winter.\n2. Keys are lent\nto members.\n";
        let taken = read("a.txt", text, &TableColumns::default()).unwrap();
        assert_eq!(taken.items.len(), 2);
        for item in &taken.items {
            let start = usize::try_from(item.start.unwrap()).unwrap();
            assert_eq!(text[start..start + item.text.len()], item.text);
        }
    }

    #[test]
    fn published_answers_are_items_below_their_question() {
        let text = "Q1. What?\n\n2 responses\n\n\tLate vans in winter\n\n\tNo seats at all\n\nQ2. Why?\n\n1 response\n\n\tBecause of snow\n";
        let taken = read("a.txt", text, &TableColumns::default()).unwrap();
        let ids: Vec<&str> = taken.items.iter().map(|item| item.id.as_str()).collect();
        assert_eq!(ids, ["Q1:1", "Q1:2", "Q2:1"]);
        assert_eq!(taken.items[2].title, "Why?");
        for item in &taken.items {
            let start = usize::try_from(item.start.unwrap()).unwrap();
            assert_eq!(text[start..start + item.text.len()], item.text);
        }
    }
}
