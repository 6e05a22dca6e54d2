//! A file of which items are to be made: a table, or the text of a document.

use super::published::{self, Whole};
use super::{Reader, Table, Tables, archive, text};
use crate::docx;
use crate::ingest::clauses::LineStyle;
use crate::ingest::document::{self, Form, Section};
use crate::ingest::source::Input;
use crate::ingest::{Decision, IngestError, Source, SourceRole};
use crate::settings::Config;
use std::path::Path;

/// What a file holds.
pub(crate) enum Material {
    /// Rows below a header.
    Table(Table),
    /// A text, a line each for the paragraphs of a Word document.
    Document {
        text: String,
        /// What the format tells of its lines; empty for plain text.
        styles: Vec<LineStyle>,
    },
    /// Answers below the headings of their questions, and the text they stand in.
    Published { text: String, sections: Vec<Section> },
}

/// Whether the name of a file says that it is a document.
pub(crate) fn is_document(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    matches!(ending.as_deref(), Some("txt" | "text" | "md" | "markdown" | "docx"))
}

/// Whether the name of a file says that it can be read.
pub(crate) fn is_readable(path: &Path) -> bool {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    let is_table = matches!(
        ending.as_deref(),
        Some("csv" | "tsv" | "tab" | "xlsx" | "xlsm" | "ods" | "json" | "jsonl" | "ndjson" | "parquet")
    );
    is_table || is_document(path)
}

/// Reads a file, a document by its name, anything else as a table.
///
/// # Errors
/// Any [`IngestError`] of a file.
pub(crate) fn read_material(path: &Path, config: &Config) -> Result<(Material, Source, Vec<Decision>), IngestError> {
    let mut reader = Reader::new(config)?;
    let mut input = Input::open(path)?;
    if !is_document(path) {
        let source = reader.read(input, SourceRole::Answers)?;
        let Tables { mut answers, decisions, .. } = reader.finish();
        let no_rows = IngestError::EmptySheet { file: source.file.to_string(), sheet: String::new() };
        return Ok((Material::Table(answers.pop().ok_or(no_rows)?), source, decisions));
    }
    let mut decisions = Vec::new();
    let file = input.file.to_string();
    let (text, styles, form) = if input.head().starts_with(b"PK\x03\x04") {
        let bytes = input.whole()?;
        let (text, styles) = word_text(&file, &bytes)?;
        (text, styles, Form::Whole)
    } else {
        if let Some(found) = super::other_format(input.head()) {
            return Err(IngestError::NoSpreadsheet { file, found: found.to_owned() });
        }
        let whole = text::read(&mut input, reader.stated.encoding, Whole::default, &mut decisions)?;
        (whole.0, Vec::new(), Form::Line)
    };
    let paragraphs = published::numbered(text.lines());
    let material = if document::is_published(&paragraphs) {
        let sections = document::parse(&file, &paragraphs, form, &mut decisions)?;
        Material::Published { text, sections }
    } else {
        Material::Document { text, styles }
    };
    Ok((material, input.finish(SourceRole::Answers), decisions))
}

/// The paragraphs of a Word document, a line each; a line break within one is a space.
fn word_text(file: &str, bytes: &[u8]) -> Result<(String, Vec<LineStyle>), IngestError> {
    let damaged = |detail: String| IngestError::Damaged { file: file.to_owned(), sheet: String::new(), detail };
    if archive::size_of(bytes, "word/document.xml").is_none() {
        return Err(damaged("it holds no word/document.xml".to_owned()));
    }
    let (mut text, mut styles) = (String::new(), Vec::new());
    for paragraph in docx::styled_paragraphs(bytes).map_err(damaged)? {
        let style = paragraph.style.to_lowercase();
        let is_heading = style.starts_with("heading") || style.starts_with("titre") || style == "title";
        text.push_str(&paragraph.text().replace(['\n', '\r'], " "));
        text.push('\n');
        styles.push(LineStyle { is_heading, is_item: paragraph.is_item || style.starts_with("list") });
    }
    Ok((text, styles))
}
