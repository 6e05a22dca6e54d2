//! What was found, as tables: texts are read again at their places for their ids and the spans of what they share.

use super::reader::Records;
use super::{Compared, DuplicatesError, Found, TableFormat};
use crate::error::Error;
use crate::pipeline::duplicates::{in_bytes, passages_of, word_spans};
use crate::report::{decimal, guarded, spans};
use canvass_analysis::duplicates::{Pair, Passage, jaccard};
use canvass_analysis::{DuplicateKind, Group};
use canvass_text::Span;
use rayon::prelude::*;
use serde_json::{Value, json};
use std::io::Write;

/// Pairs a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 1024;

/// Reads the texts of a question again, by their numbers.
struct Again<'f> {
    found: &'f Found,
    of: &'f Compared,
    records: Vec<Option<Records<'f>>>,
}

impl<'f> Again<'f> {
    fn new(found: &'f Found, of: &'f Compared) -> Self {
        Self { found, of, records: found.files.iter().map(|_| None).collect() }
    }

    /// The id and the text. Where the file has no ids it is the number of the record, from 1 on, over all files.
    fn read(&mut self, number: u32) -> Result<(String, String), Error> {
        let file = self.of.file_of(number);
        if self.records[file].is_none() {
            self.records[file] = Some(self.found.files[file].single_records()?);
        }
        let changed = || Error::from(DuplicatesError::Changed { file: self.found.files[file].name().to_owned() });
        let Some(records) = &mut self.records[file] else { return Err(changed()) };
        records.seek(self.of.places[number as usize])?;
        // What could be read before cannot be at fault now.
        let record = match records.next() {
            Ok(Some(record)) => record,
            Ok(None) | Err(Error::Duplicates(_)) => return Err(changed()),
            Err(error) => return Err(error),
        };
        let id = record.id.clone().unwrap_or_else(|| self.of.record_number(number).to_string());
        Ok((id, record.take_text(self.of.column)))
    }

    fn id(&mut self, number: u32) -> Result<String, Error> {
        if self.found.files[self.of.file_of(number)].has_ids() {
            return Ok(self.read(number)?.0);
        }
        Ok(self.of.record_number(number).to_string())
    }
}

impl Found {
    /// Writes a line for each pair: `response_a,response_b,kind,similarity,containment,jaccard,spans`, of each question quotations last.
    /// Where questions are told apart, `question` comes first.
    ///
    /// # Errors
    /// [`Error::Io`]; [`DuplicatesError::Changed`] if a file is no longer what was read.
    pub fn write_pairs(&self, format: TableFormat, out: &mut dyn Write) -> Result<(), Error> {
        self.header(format, "response_a,response_b,kind,similarity,containment,jaccard,spans\n", out)?;
        for of in &self.questions {
            // So many chunks are made at a time, then written.
            for block in of.duplicates.pairs.chunks(64 * CHUNK) {
                let made: Vec<Result<Vec<u8>, Error>> =
                    block.par_chunks(CHUNK).map(|pairs| self.lines(of, pairs, format)).collect();
                for bytes in made {
                    put(out, &bytes?)?;
                }
            }
            self.write_quotations(of, format, out)?;
        }
        Ok(())
    }

    fn header(&self, format: TableFormat, columns: &str, out: &mut dyn Write) -> Result<(), Error> {
        if format == TableFormat::Csv {
            put(out, if self.by_question { b"question," } else { b"" })?;
            put(out, columns.as_bytes())?;
        }
        Ok(())
    }

    /// The pairs that quote the same, but for those that are listed already.
    fn write_quotations(&self, of: &Compared, format: TableFormat, out: &mut dyn Write) -> Result<(), Error> {
        let mut again = Again::new(self, of);
        for pair in &of.quoting_pairs {
            if of.duplicates.pairs.binary_search_by_key(&(pair.a, pair.b), |known| (known.a, known.b)).is_ok() {
                continue;
            }
            let ((id_a, a), (id_b, b)) = (again.read(pair.a)?, again.read(pair.b)?);
            let spans = spans(&in_bytes(&pair.passages, &word_spans(&a), &word_spans(&b)));
            let figures = [pair.similarity, pair.containment, jaccard(&of.texts, pair.a, pair.b)];
            let kind = DuplicateKind::Quotation;
            put(out, &self.line(of, format, [&id_a, &id_b], kind, figures, &spans))?;
        }
        Ok(())
    }

    fn lines(&self, of: &Compared, pairs: &[Pair], format: TableFormat) -> Result<Vec<u8>, Error> {
        let mut again = Again::new(self, of);
        let mut known: Option<(u32, String, Vec<Span>)> = None;
        let mut bytes = Vec::new();
        for pair in pairs {
            let (id_a, words_a) = match known.take() {
                Some((number, id, words)) if number == pair.a => (id, words),
                _ => {
                    let (id, text) = again.read(pair.a)?;
                    (id, word_spans(&text))
                }
            };
            let (id_b, b) = again.read(pair.b)?;
            let words_b = word_spans(&b);
            let passages = passages_of(&of.texts, pair.a, pair.b, pair.kind, words_a.len());
            let fits = |start: u32, n: u32, words: &[Span]| (start + n) as usize <= words.len();
            let is_whole = |passage: &Passage| {
                fits(passage.start_a, passage.n_words, &words_a) && fits(passage.start_b, passage.n_words, &words_b)
            };
            if !passages.iter().all(is_whole) {
                let file = self.files[of.file_of(pair.b)].name().to_owned();
                return Err(DuplicatesError::Changed { file }.into());
            }
            let spans = spans(&in_bytes(&passages, &words_a, &words_b));
            let figures = [pair.similarity, pair.containment, pair.jaccard(&of.texts)];
            bytes.extend(self.line(of, format, [&id_a, &id_b], pair.kind, figures, &spans));
            known = Some((pair.a, id_a, words_a));
        }
        Ok(bytes)
    }

    /// Writes a line for each member of a group: `group_id,kind,response_id,similarity,representative`, of each question quotations last.
    /// Where questions are told apart, `question` comes first.
    ///
    /// # Errors
    /// As [`Self::write_pairs`].
    pub fn write_groups(&self, format: TableFormat, out: &mut dyn Write) -> Result<(), Error> {
        self.header(format, "group_id,kind,response_id,similarity,representative\n", out)?;
        for of in &self.questions {
            let mut again = Again::new(self, of);
            for (letter, groups) in [('d', &of.duplicates.groups), ('r', &of.quotations)] {
                for (number, group) in (1..).zip(groups) {
                    self.write_group(&mut again, &format!("{letter}{number:02}"), group, format, out)?;
                }
            }
        }
        Ok(())
    }

    fn write_group(
        &self,
        again: &mut Again<'_>,
        id: &str,
        group: &Group,
        format: TableFormat,
        out: &mut dyn Write,
    ) -> Result<(), Error> {
        let representative = again.id(group.representative_idx)?;
        for member in &group.members {
            let response = again.id(member.document_idx)?;
            let kind = member.kind.name();
            let similarity = crate::findings::four_decimals(member.similarity);
            let bytes = match format {
                TableFormat::Csv => self.row(again.of, &[id, kind, &response, &decimal(similarity), &representative]),
                TableFormat::Jsonl => self.object(
                    again.of,
                    json!({
                        "group_id": id, "kind": kind, "response_id": response, "similarity": similarity,
                        "representative": representative,
                    }),
                ),
            };
            put(out, &bytes)?;
        }
        Ok(())
    }

    fn line(
        &self,
        of: &Compared,
        format: TableFormat,
        ids: [&str; 2],
        kind: DuplicateKind,
        figures: [f64; 3],
        spans: &str,
    ) -> Vec<u8> {
        let [similarity, containment, jaccard] = figures.map(crate::findings::four_decimals);
        match format {
            TableFormat::Csv => {
                let [similarity, containment, jaccard] = [similarity, containment, jaccard].map(decimal);
                self.row(of, &[ids[0], ids[1], kind.name(), &similarity, &containment, &jaccard, spans])
            }
            TableFormat::Jsonl => {
                let passages = spans.split(' ').filter(|span| !span.is_empty()).collect::<Vec<_>>();
                self.object(
                    of,
                    json!({
                        "response_a": ids[0], "response_b": ids[1], "kind": kind.name(), "similarity": similarity,
                        "containment": containment, "jaccard": jaccard, "spans": passages,
                    }),
                )
            }
        }
    }

    /// A row of a table.
    fn row(&self, of: &Compared, cells: &[&str]) -> Vec<u8> {
        let mut bytes = Vec::new();
        let question = self.by_question.then_some(of.question.as_str());
        for (number, cell) in question.iter().chain(cells).enumerate() {
            if number > 0 {
                bytes.push(b',');
            }
            let cell = guarded(cell);
            if cell.contains(['"', ',', '\n', '\r']) {
                bytes.extend(format!("\"{}\"", cell.replace('"', "\"\"")).bytes());
            } else {
                bytes.extend(cell.bytes());
            }
        }
        bytes.push(b'\n');
        bytes
    }

    /// A line of JSON.
    fn object(&self, of: &Compared, mut value: Value) -> Vec<u8> {
        if self.by_question {
            value["question"] = of.question.as_str().into();
        }
        let mut bytes = value.to_string().into_bytes();
        bytes.push(b'\n');
        bytes
    }
}

fn put(out: &mut dyn Write, bytes: &[u8]) -> Result<(), Error> {
    out.write_all(bytes).map_err(Error::io("write", "the results"))
}
