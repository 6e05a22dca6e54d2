//! From a finished run to the files of its folder.
//!
//! [`make`] hands every output to a [`Sink`] as it is made, [`files`] gives all with their bytes. The same run gives the same bytes.

mod answers;
mod beside;
mod chart;
mod docx;
mod filters;
mod html;
mod manifest;
mod map;
mod members;
mod paper;
#[cfg(feature = "parquet")]
mod parquet;
mod responses;
mod statistics;
mod tables;
mod template;
mod uncoded;
pub(crate) mod wording;
mod workbook;

use crate::codeframe::CODE_FRAME;
use crate::error::Error;
use crate::findings::{Finding, QuestionFindings};
use crate::pipeline::Run;
use crate::settings::ReportFormat;
use minijinja::Value;
use paper::Paper;
use rayon::prelude::*;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, BufWriter, Write};
use std::path::Path;
use tables::Reasons;
use wording::Wording;

pub(crate) use manifest::{Hashing, hash, resources};
pub use manifest::{LibraryIdentity, Manifest, OutputIdentity, ResourceIdentity};
pub use responses::{PointRecord, ResponseRecord, TermRecord, ThemeRecord, TokenRecord};
pub(crate) use tables::{Table, decimal, guarded, spans};

/// An output: its name in the run folder, and its bytes.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct OutputFile {
    /// The name, stable: other tools read it. What is in a folder of the run folder has a slash in its name.
    pub name: Cow<'static, str>,
    /// The content.
    pub bytes: Vec<u8>,
}

/// The name of the settings in a run folder.
pub const SETTINGS: &str = "canvass.toml";
/// The name of the manifest in a run folder.
pub const MANIFEST: &str = "manifest.json";
/// The name of the responses taken apart in a run folder.
pub const RESPONSES: &str = "responses.jsonl";
/// The name of the findings as data in a run folder.
pub const FINDINGS: &str = "findings.json";
/// The name of the ledger in a run folder ...
const LEDGER: &str = "ledger.csv";
/// ... and where it is not to be published with the rest.
const INTERNAL_LEDGER: &str = "internal/ledger.csv";
/// The name of the responses taken apart where they are not to be published with the rest.
pub(crate) const INTERNAL_RESPONSES: &str = "internal/responses.jsonl";
/// The name of the terms of the answers in a run folder.
pub const VOCABULARY: &str = "vocabulary.jsonl";
/// The name of the terms where they are not to be published with the rest.
pub(crate) const INTERNAL_VOCABULARY: &str = "internal/vocabulary.jsonl";
/// The name of the page.
const PAGE: &str = "report.html";

/// Takes the outputs of a run as they are made.
pub trait Sink {
    /// Takes an output of this name, which `make` writes, once.
    ///
    /// # Errors
    /// Those of the place that it goes to.
    fn put(&mut self, name: &str, make: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> Result<(), Error>;
}

/// Outputs in memory.
impl Sink for Vec<OutputFile> {
    fn put(&mut self, name: &str, make: &mut dyn FnMut(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        let mut bytes = Vec::new();
        make(&mut bytes).map_err(Error::io("write", Path::new(name)))?;
        self.push(OutputFile { name: name.to_owned().into(), bytes });
        Ok(())
    }
}

/// Every file of the run folder, the manifest last.
///
/// # Errors
/// As [`make`].
pub fn files(run: &Run) -> Result<Vec<OutputFile>, Error> {
    let mut files = Vec::new();
    make(run, &mut files)?;
    Ok(files)
}

/// Makes every file of the run folder, the manifest last; those that have a line for each response or more are written as they are made.
/// Returned are the names, in order.
///
/// # Errors
/// [`Error::QuotationNotInSource`] if a quotation is not, byte for byte, at its span of the source; [`Error::Template`].
/// Both would be faults of this program: the check is made on every run. What `sink` says.
pub fn make(run: &Run, sink: &mut dyn Sink) -> Result<Vec<String>, Error> {
    check_quotations(run)?;
    let settings = run.settings.to_toml();
    let resources = resources();
    let pairs: Vec<(String, String)> = resources.iter().map(|r| (r.name.clone(), r.blake3.clone())).collect();
    let is_private = run.settings.privacy.is_on();
    let ledger = if is_private { INTERNAL_LEDGER } else { LEDGER };
    let responses = if is_private { INTERNAL_RESPONSES } else { RESPONSES };
    let vocabulary = if is_private { INTERNAL_VOCABULARY } else { VOCABULARY };
    let mut outputs = Outputs { sink, made: Vec::new() };
    for OutputFile { name, bytes } in papers(run, &settings, &pairs)? {
        outputs.add(&name, &bytes)?;
    }
    outputs.stream(FINDINGS, |out| {
        serde_json::to_writer_pretty(&mut *out, &run.findings)?;
        out.write_all(b"\n")
    })?;
    outputs.stream("coding.csv", |out| tables::coding(run, out))?;
    #[cfg(feature = "parquet")]
    if run.settings.report.writes(ReportFormat::Parquet) {
        outputs.stream("coding.parquet", |out| parquet::coding(run, out))?;
    }
    outputs.stream("duplicates.csv", |out| tables::duplicates(run, out))?;
    outputs.stream("duplicate_pairs.csv", |out| tables::duplicate_pairs(run, out))?;
    outputs.add("closed.csv", &statistics::closed(&run.findings))?;
    outputs.add("profile.csv", &statistics::profile(&run.findings))?;
    outputs.add("crosstabs.csv", &statistics::crosstabs(&run.findings))?;
    let reasons = Reasons::new(run);
    outputs.stream(ledger, |out| tables::ledger(run, &reasons, out))?;
    outputs.stream(responses, |out| responses::records(run, &reasons, out))?;
    outputs.stream(vocabulary, |out| responses::vocabulary(run, out))?;
    outputs.add(SETTINGS, settings.as_bytes())?;
    if let Some(frame) = &run.frame {
        outputs.add(CODE_FRAME, &frame.bytes)?;
    }
    if run.settings.model.is_some() {
        outputs.add("drift.csv", &statistics::drift(&run.findings))?;
    }
    let manifest = manifest::manifest(run, resources, outputs.made.clone());
    let mut bytes = json(&manifest);
    bytes.push(b'\n');
    outputs.add(MANIFEST, &bytes)?;
    Ok(outputs.made.into_iter().map(|output| output.file).collect())
}

/// Outputs on their way, with what the manifest says of them.
struct Outputs<'s> {
    sink: &'s mut dyn Sink,
    made: Vec<OutputIdentity>,
}

impl Outputs<'_> {
    fn add(&mut self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        self.stream(name, |out| out.write_all(bytes))
    }

    fn stream(&mut self, name: &str, make: impl Fn(&mut dyn Write) -> io::Result<()>) -> Result<(), Error> {
        let mut identity = OutputIdentity { file: name.to_owned(), size: 0, blake3: String::new() };
        self.sink.put(name, &mut |out| {
            let mut hashing = BufWriter::with_capacity(1 << 16, Hashing::new(out));
            make(&mut hashing)?;
            hashing.flush()?;
            identity.size = hashing.get_ref().size();
            identity.blake3 = hashing.get_ref().hash().to_hex().to_string();
            Ok(())
        })?;
        self.made.push(identity);
        Ok(())
    }
}

/// The report in the forms that the settings name, made side by side; in the order of [`ReportFormat::ALL`].
fn papers(run: &Run, settings: &str, resources: &[(String, String)]) -> Result<Vec<OutputFile>, Error> {
    let wording = Wording::of(run.settings.report.language);
    let paper = Paper::new(run, &wording);
    let is_sampled = run.intake.responses.len() as u64 > run.settings.report.max_responses;
    let make = |format: &ReportFormat| -> Result<Vec<OutputFile>, Error> {
        let (name, bytes) = match format {
            ReportFormat::Html => return page(&paper, settings, resources),
            ReportFormat::Docx => ("report.docx", docx::render(&paper, is_sampled)),
            ReportFormat::Md => {
                let text = match &run.house.template {
                    Some(template) => template::markdown(&paper, template)?,
                    None => paper::markdown(&paper),
                };
                ("report.md", text.into_bytes())
            }
            ReportFormat::Xlsx => ("findings.xlsx", workbook::render(&paper, is_sampled)?),
            // No paper: written with the other tables.
            ReportFormat::Parquet => return Ok(Vec::new()),
        };
        Ok(vec![OutputFile { name: name.into(), bytes }])
    };
    let papers: Vec<Vec<OutputFile>> =
        run.settings.report.formats.par_iter().map(make).collect::<Result<_, Error>>()?;
    Ok(papers.into_iter().flatten().collect())
}

/// The page, and the pages of answers that stand beside it.
fn page(paper: &Paper<'_>, settings_toml: &str, resources: &[(String, String)]) -> Result<Vec<OutputFile>, Error> {
    let (run, wording) = (paper.run, paper.wording);
    let (uncoded, beside) = (uncoded::uncoded(run), beside::beside(run));
    let groupings = answers::groupings(run);
    let mut answers = answers::answers(run, wording, &groupings);
    let paged = answers.take_pages();
    let maps: Vec<Value> = (run.questions.iter().zip(&run.findings.questions).enumerate())
        .map(|(at, (question, found))| {
            let map = map::theme_map(question, found);
            map.map_or_else(|| Value::from(()), |map| html::map_view(&map, found, at + 1, wording))
        })
        .collect();
    let house = html::HouseView::new(run);
    let findings = &run.findings;
    let (uncoded, beside, answers, maps) = (&uncoded, &beside, &answers, &maps);
    let parts = html::Page {
        findings,
        uncoded,
        beside,
        answers,
        maps,
        house: &house,
        sections: &run.settings.report.sections,
        scale: paper.scale(),
        steps: paper.steps(),
        bases: paper.bases(),
        settings_toml,
        resources,
    };
    let own = run.house.page_template.as_ref();
    let text = own.map(|template| template.text.as_str());
    let page = html::render(&parts, wording, text).map_err(|error| match own {
        Some(template) => template::refused("report.page_template", template, error.source()),
        None => Error::Template(error.to_string()),
    })?;
    let mut files = vec![OutputFile { name: PAGE.into(), bytes: page.into_bytes() }];
    let texts = html::pages_of_answers(&paged, &house, wording).map_err(|error| Error::Template(error.to_string()))?;
    files.extend(paged.into_iter().zip(texts).map(|(page, text)| {
        let name = page.link.file.into();
        OutputFile { name, bytes: text.into_bytes() }
    }));
    Ok(files)
}

/// Every verbatim is the source's text at its span.
fn check_quotations(run: &Run) -> Result<(), Error> {
    for (question, found) in run.questions.iter().zip(&run.findings.questions) {
        let quoted = quoted(found);
        let ids: BTreeSet<&str> = quoted.iter().map(|quoted| quoted.response_id).collect();
        // Where double submissions are not set aside, several responses may have one id.
        let mut texts: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for received in question.positions.iter().map(|at| &run.intake.responses[*at]) {
            if ids.contains(&*received.response_id) {
                texts.entry(&received.response_id).or_default().push(&received.text);
            }
        }
        for Quoted { response_id, text, start, end } in quoted {
            let span = start as usize..end as usize;
            let mut sources = texts.get(response_id).into_iter().flatten();
            if !sources.any(|source| source.get(span.clone()) == Some(text)) {
                return Err(Error::QuotationNotInSource {
                    question: found.id.clone(),
                    response_id: response_id.to_owned(),
                    start,
                    end,
                });
            }
        }
    }
    Ok(())
}

/// A passage that is said to be a response's.
struct Quoted<'f> {
    response_id: &'f str,
    text: &'f str,
    start: u32,
    end: u32,
}

/// Every passage that the findings of a question quote.
fn quoted(found: &QuestionFindings) -> Vec<Quoted<'_>> {
    let further = found.languages.iter().flat_map(|group| group.findings.iter().chain(&group.themes));
    let themes: Vec<&Finding> = found.findings.iter().chain(&found.themes).chain(further).collect();
    let additions = found.duplicates.iter().flat_map(|group| &group.additions);
    let beyond = found.beyond.small_groups.iter().map(|small| &small.verbatim).chain(&found.beyond.single_points);
    let of_theme = themes.iter().flat_map(|theme| {
        let stances = theme.dissent.stances.iter().flat_map(|stances| &stances.verbatims);
        let against = theme.dissent.against.verbatims.iter().map(|opposing| &opposing.verbatim);
        theme.verbatims.iter().chain(stances).chain(against)
    });
    let verbatims = of_theme.chain(additions).chain(beyond).map(|verbatim| Quoted {
        response_id: &verbatim.response_id,
        text: &verbatim.text,
        start: verbatim.start,
        end: verbatim.end,
    });
    let sentences = themes.iter().filter_map(|theme| theme.sentence_source.as_ref()).flat_map(|source| {
        source.parts.iter().map(|part| Quoted {
            response_id: &source.response_id,
            text: &part.text,
            start: part.start,
            end: part.end,
        })
    });
    verbatims.chain(sentences).collect()
}

/// # Panics
/// Never: the models are plain structures of strings, numbers and lists.
fn json(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json::to_vec_pretty(value).expect("a plain structure has a JSON form")
}
