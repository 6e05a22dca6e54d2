//! Published documents as tables: the answers below each question's heading, a row each.

use super::encoding::Reading;
use super::text::{self, At, TextReader};
use super::{Headed, Stated, Table, TableBuilder, Tables, archive};
use crate::docx;
use crate::ingest::document::{self, Form, Paragraph};
use crate::ingest::source::Input;
use crate::ingest::{Decision, IngestError};

/// Whether a text file that begins so is a published document.
pub(super) fn begins(head: &[u8], stated: &Stated) -> bool {
    let encoding = Reading::first(head, stated.encoding).encoding;
    let (text, _) = encoding.decode_with_bom_removal(head);
    document::is_published(&numbered(text.lines()))
}

/// The paragraphs of a text file.
pub(super) fn text(
    input: &mut Input<'_>,
    stated: &Stated,
    decisions: &mut Vec<Decision>,
) -> Result<Vec<Paragraph>, IngestError> {
    let whole = text::read(input, stated.encoding, Whole::default, decisions)?;
    Ok(numbered(whole.0.lines()))
}

/// The text so far.
#[derive(Default)]
pub(super) struct Whole(pub(super) String);

impl TextReader for Whole {
    fn feed(&mut self, text: &str) -> Result<(), IngestError> {
        self.0.push_str(text);
        Ok(())
    }

    fn at(&mut self, _rest: &str) -> At {
        let line = 1 + self.0.matches('\n').count() as u32;
        At { row: line, line, column: 0 }
    }
}

/// The paragraphs of a Word document, if the archive is one.
///
/// # Errors
/// [`IngestError::Damaged`]; [`IngestError::TooLarge`]; [`IngestError::NoHeadings`] if it is no published document.
pub(super) fn word_document(file: &str, bytes: &[u8]) -> Result<Option<Vec<Paragraph>>, IngestError> {
    let Some(size) = archive::size_of(bytes, "word/document.xml") else { return Ok(None) };
    if size > docx::MAX_UNPACKED_BYTES {
        let (found, limit) =
            (format!("its text takes {size} bytes unpacked"), format!("{} bytes", docx::MAX_UNPACKED_BYTES));
        return Err(IngestError::TooLarge { file: file.to_owned(), sheet: String::new(), found, limit });
    }
    let damaged = |detail| IngestError::Damaged { file: file.to_owned(), sheet: String::new(), detail };
    let paragraphs = numbered(docx::paragraphs(bytes).map_err(damaged)?);
    if document::is_published(&paragraphs) {
        return Ok(Some(paragraphs));
    }
    Err(IngestError::NoHeadings { file: file.to_owned() })
}

pub(super) fn numbered<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Vec<Paragraph> {
    (1..).zip(texts).map(|(number, text)| Paragraph { number, text: text.into() }).collect()
}

/// The answers as a long table, whose rows are the paragraphs and whose column A holds their text; adds the questions to the outline.
pub(super) fn read(
    file: &str,
    paragraphs: &[Paragraph],
    form: Form,
    mut builder: TableBuilder,
    tables: &mut Tables,
) -> Result<Table, IngestError> {
    let sections = document::parse(file, paragraphs, form, &mut tables.decisions)?;
    builder = builder.with_header_rows(Some(1));
    builder.push(0, &["text", "question", "answer"].map(str::to_owned))?;
    for section in &sections {
        for (n, answer) in (1_u32..).zip(&section.answers) {
            builder.push(answer.number, &[answer.text.clone(), section.id.clone(), n.to_string()])?;
        }
    }
    tables.outline.extend(sections.into_iter().map(|section| Headed {
        place: format!("{file}, from paragraph {}", section.number),
        closed_kind: section.answers.is_empty().then(|| section.closed_kind()),
        id: section.id,
        text: section.text,
    }));
    builder.finish()
}
