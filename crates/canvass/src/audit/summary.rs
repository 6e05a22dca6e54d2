//! A published summary as claims: which lines state a finding, to which question, and what stands beside them.
//!
//! Markdown, plain text and Word documents become blocks first, [`Block`]s; claims are found in those alike. A JSON file says itself what
//! its claims are.

use super::AuditError;
use crate::docx;
use pulldown_cmark::{Event, Parser, Tag, TagEnd};
use serde::{Serialize, Serializer};
use serde_json::Value;
use std::fmt;
use std::path::Path;

/// The largest summary that is read, in bytes.
const MAX_BYTES: u64 = 64 << 20;
/// A summary has at most so many claims.
const MAX_CLAIMS: usize = 1_000;
/// A list item without bold words has its heading before a colon or a dash, if it is no longer than this, in words.
const MAX_HEADING_WORDS: usize = 12;
/// Lines that begin so give evidence for the claim they stand in ...
const EVIDENCE: [&str; 3] = ["support", "source", "sources"];
/// ... or remark on a list of claims.
const REMARKS: [&str; 3] = ["next in rank", "note", "notes"];

/// A summary.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Summary {
    /// The name of its file.
    pub file: String,
    /// BLAKE3 of that, in hexadecimal.
    pub blake3: String,
    /// Its claims, in their order.
    pub claims: Vec<Claim>,
    /// The headings below which there is a claim, in their order.
    pub sections: Vec<String>,
    /// What is no claim and stands beside none, in its order.
    pub passed_over: Vec<PassedOver>,
}

/// A line or paragraph of a summary that is no claim.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct PassedOver {
    /// Where it stands.
    pub place: Place,
    /// What it says.
    pub text: String,
}

/// Where something stands in a summary, 1-based; written "line 12".
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Place {
    /// Of a text.
    Line(u32),
    /// Of a Word document.
    Paragraph(u32),
    /// Of a JSON file.
    Claim(u32),
}

impl Place {
    /// What is counted, and its number.
    pub fn parts(self) -> (&'static str, u32) {
        match self {
            Self::Line(number) => ("line", number),
            Self::Paragraph(number) => ("paragraph", number),
            Self::Claim(number) => ("claim", number),
        }
    }
}

impl Default for Place {
    fn default() -> Self {
        Self::Line(1)
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, number) = self.parts();
        write!(f, "{what} {number}")
    }
}

impl Serialize for Place {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// What a summary states.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Claim {
    /// Where it stands.
    pub place: Place,
    /// Index of the heading that it stands below.
    pub section_idx: Option<usize>,
    /// The question it is said to be about, where the file has a field for that.
    pub question: Option<String>,
    /// Its heading; may be empty.
    pub heading: String,
    /// Its sentences; may be empty.
    pub text: String,
    /// Lines beside it that give evidence.
    pub remarks: Vec<String>,
}

impl Claim {
    /// All it says: heading, sentences and the lines beside them.
    pub fn said(&self) -> impl Iterator<Item = &str> {
        [&self.heading, &self.text].into_iter().chain(&self.remarks).map(String::as_str)
    }
}

/// A paragraph, heading or list item.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
struct Block {
    place: Place,
    is_heading: bool,
    /// Of a heading: 1 and on, the highest first.
    level: u32,
    /// Whether it begins an item of a list.
    is_item: bool,
    /// Whether it goes on with what an item began.
    is_inner: bool,
    /// Its text, in pieces of the same weight, and whether each is bold.
    runs: Vec<(bool, String)>,
}

impl Block {
    fn push(&mut self, is_bold: bool, text: &str) {
        match self.runs.last_mut() {
            Some((last, run)) if *last == is_bold => run.push_str(text),
            _ => self.runs.push((is_bold, text.to_owned())),
        }
    }

    /// Its text, white space evened out.
    fn text(&self) -> String {
        tidy(&self.runs.iter().map(|(_, run)| run.as_str()).collect::<String>())
    }

    fn begins_bold(&self) -> bool {
        self.runs.iter().find(|(_, run)| !run.trim().is_empty()).is_some_and(|(is_bold, _)| *is_bold)
    }

    fn is_bold(&self) -> bool {
        self.begins_bold() && self.runs.iter().all(|(is_bold, run)| *is_bold || !run.contains(char::is_alphanumeric))
    }
}

impl Summary {
    /// Reads a summary: `.md`, `.txt`, `.docx` or `.json`.
    ///
    /// # Errors
    /// [`AuditError`] if the file cannot be read, or holds no claim.
    pub fn read(path: &Path) -> Result<Self, AuditError> {
        let file = path.display().to_string();
        let cannot = |why: String| AuditError::Unreadable { file: file.clone(), why };
        let size = std::fs::metadata(path).map_err(|error| cannot(error.to_string()))?.len();
        if size > MAX_BYTES {
            return Err(cannot(format!("it takes {size} bytes, more than {MAX_BYTES}")));
        }
        let bytes = std::fs::read(path).map_err(|error| cannot(error.to_string()))?;
        let kind = path.extension().map(|kind| kind.to_string_lossy().to_lowercase()).unwrap_or_default();
        Self::from_bytes(&file, &kind, &bytes)
    }

    /// Reads a summary from memory; `kind` is the ending of its name.
    ///
    /// # Errors
    /// As [`Summary::read`].
    pub fn from_bytes(file: &str, kind: &str, bytes: &[u8]) -> Result<Self, AuditError> {
        let cannot = |why: String| AuditError::Unreadable { file: file.to_owned(), why };
        let text = || {
            let text = std::str::from_utf8(bytes).map_err(|error| {
                cannot(format!("it is not in UTF-8 (byte {}); save it as UTF-8", error.valid_up_to()))
            })?;
            Ok(text.trim_start_matches('\u{feff}'))
        };
        let mut summary = match kind {
            "md" | "markdown" => claims_of(&markdown(text()?)),
            "txt" | "text" => claims_of(&markdown(&with_bullets(text()?))),
            "docx" => claims_of(&document(bytes).map_err(cannot)?),
            "json" => json(text()?).map_err(cannot)?,
            _ => return Err(AuditError::UnknownKind { file: file.to_owned() }),
        };
        summary.file = Path::new(file).file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        summary.blake3 = blake3::hash(bytes).to_hex().to_string();
        match summary.claims.len() {
            0 => Err(AuditError::NoClaims { file: file.to_owned() }),
            n if n > MAX_CLAIMS => Err(cannot(format!("it holds {n} claims, more than {MAX_CLAIMS}"))),
            _ => Ok(summary),
        }
    }

    /// The heading a claim stands below; empty if there is none.
    pub fn section(&self, claim: &Claim) -> &str {
        claim.section_idx.map_or("", |at| self.sections[at].as_str())
    }
}

/// White space evened out.
pub(super) fn tidy(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Plain text has other marks for items of lists than Markdown: they become its own.
fn with_bullets(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| {
        let left = line.trim_start();
        match left.chars().next() {
            Some(mark @ ('•' | '·' | '▪' | '◦' | '‣' | '–' | '—'))
                if left[mark.len_utf8()..].starts_with([' ', '\t']) =>
            {
                // The mark goes; lines keep their numbers.
                format!("-{}", &left[mark.len_utf8()..])
            }
            _ => line.to_owned(),
        }
    });
    lines.collect()
}

/// The blocks of a Markdown text.
fn markdown(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut open: Option<Block> = None;
    let (mut n_strong, mut depth, mut begins_item, mut line, mut seen) = (0_u32, 0_u32, false, 1_u32, 0_usize);
    for (event, range) in Parser::new(text).into_offset_iter() {
        // Events of the parser begin in the order of the text, but for ends of what began earlier.
        if range.start > seen {
            line += text[seen..range.start].matches('\n').count() as u32;
            seen = range.start;
        }
        let begin = |is_heading: bool, begins_item: &mut bool| Block {
            place: Place::Line(line),
            is_heading,
            level: 0,
            is_item: depth > 0 && std::mem::take(begins_item),
            is_inner: depth > 0,
            runs: Vec::new(),
        };
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                blocks.extend(open.take());
                open = Some(Block { level: level as u32, ..begin(true, &mut begins_item) });
            }
            Event::Start(Tag::Paragraph) => {
                blocks.extend(open.take());
                open = Some(begin(false, &mut begins_item));
            }
            Event::Start(Tag::Item) => {
                blocks.extend(open.take());
                depth += 1;
                begins_item = true;
            }
            Event::End(TagEnd::Item) => {
                blocks.extend(open.take());
                depth = depth.saturating_sub(1);
            }
            Event::End(TagEnd::Heading(_) | TagEnd::Paragraph) => blocks.extend(open.take()),
            Event::Start(Tag::Strong) => n_strong += 1,
            Event::End(TagEnd::Strong) => n_strong = n_strong.saturating_sub(1),
            Event::Text(part) | Event::Code(part) | Event::Html(part) | Event::InlineHtml(part) => {
                open.get_or_insert_with(|| begin(false, &mut begins_item)).push(n_strong > 0, &part);
            }
            Event::SoftBreak | Event::HardBreak => {
                if let Some(block) = &mut open {
                    block.push(n_strong > 0, "\n");
                }
            }
            _ => {}
        }
    }
    blocks.extend(open);
    blocks
}

/// The blocks of a Word document.
fn document(bytes: &[u8]) -> Result<Vec<Block>, String> {
    let paragraphs = docx::styled_paragraphs(bytes)?;
    let blocks = (1_u32..).zip(paragraphs).map(|(number, paragraph)| {
        let style = paragraph.style.to_lowercase();
        Block {
            place: Place::Paragraph(number),
            is_heading: style.starts_with("heading") || style.starts_with("titre") || style == "title",
            level: style.chars().last().and_then(|last| last.to_digit(10)).unwrap_or_default(),
            is_item: paragraph.is_item || style.starts_with("list"),
            is_inner: false,
            runs: paragraph.runs,
        }
    });
    Ok(blocks.collect())
}

/// What a line begins with, up to its colon.
fn opening(text: &str) -> String {
    text.split_once(':').map_or_else(String::new, |(head, _)| head.trim().to_lowercase())
}

/// Whether a line gives evidence for a claim: "Support: ...".
fn is_evidence(text: &str) -> bool {
    EVIDENCE.contains(&opening(text).as_str())
}

/// Whether a line is no claim itself, by what it begins with.
fn is_remark(text: &str) -> bool {
    is_evidence(text) || REMARKS.contains(&opening(text).as_str())
}

/// What a claim says, and the evidence that stands in the same paragraph: from a line that begins so to the next one or the end.
fn split_remarks(text: &str) -> (String, Vec<String>) {
    let (mut said, mut remarks): (String, Vec<String>) = (String::new(), Vec::new());
    for line in text.split('\n') {
        match remarks.last_mut() {
            _ if is_evidence(line) => remarks.push(tidy(line)),
            Some(remark) => *remark = tidy(&format!("{remark} {line}")),
            None => said.extend([" ", line]),
        }
    }
    (tidy(&said), remarks)
}

/// The claims of blocks.
///
/// A block that begins in bold and says more, or an item of a list that begins in bold, is a claim. Where no item does, every item of a list
/// is one. What stands alone in bold, a heading, and a paragraph right before a list are what claims stand below. Without bold words and lists, the
/// lowest headings with text below are claims.
fn claims_of(blocks: &[Block]) -> Summary {
    let mut summary = Summary::default();
    let is_marked = |block: &Block| block.begins_bold() && !block.is_heading && !is_remark(&block.text());
    let any_marked = blocks.iter().any(|block| is_marked(block) && (block.is_item || !block.is_bold()));
    let has_text = |at: usize| blocks.get(at + 1).is_some_and(|next| !next.is_heading);
    let is_plain = !any_marked && !blocks.iter().any(|block| block.is_item);
    let headings = blocks.iter().enumerate().filter(|(at, block)| is_plain && block.is_heading && has_text(*at));
    let lowest = headings.map(|(_, block)| block.level).max();
    let mut section: Option<(String, Option<usize>)> = None;
    // A claim that only a heading was found of takes what follows for its sentences.
    let mut is_open = false;
    for (at, block) in blocks.iter().enumerate() {
        let raw: String = block.runs.iter().map(|(_, run)| run.as_str()).collect();
        let text = tidy(&raw);
        if !text.contains(char::is_alphanumeric) {
            continue;
        }
        let states_claim = block.is_heading && Some(block.level) == lowest && has_text(at);
        let is_claim = match () {
            () if any_marked => is_marked(block) && (block.is_item || !block.is_bold()),
            () => states_claim || (block.is_item && !is_remark(&text)),
        };
        if is_claim {
            let (heading, said) = if states_claim { (text, String::new()) } else { split_claim(block, any_marked) };
            let heading = without_number(&heading).to_owned();
            let (text, remarks) = split_remarks(&said);
            let section_idx = section.as_mut().map(|(name, idx)| {
                *idx.get_or_insert_with(|| {
                    summary.sections.push(name.clone());
                    summary.sections.len() - 1
                })
            });
            is_open = true;
            summary.claims.push(Claim { place: block.place, section_idx, question: None, heading, text, remarks });
            continue;
        }
        let leads_list = !block.is_item && blocks.get(at + 1).is_some_and(|next| next.is_item);
        let opens = block.is_heading
            || (block.is_bold() && !block.is_item)
            || (leads_list && !block.is_inner && !is_remark(&text));
        match summary.claims.last_mut().filter(|_| is_open && !block.is_heading) {
            _ if opens => {
                // Lines of a heading that stand one below the other are one: "Question ...", "(43 answers)".
                let goes_on = section.as_ref().is_some_and(|(_, idx)| idx.is_none());
                let name = if goes_on && !block.is_heading {
                    format!("{} {text}", section.take().unwrap_or_default().0)
                } else {
                    text
                };
                section = Some((name, None));
                is_open = false;
            }
            Some(claim) if is_evidence(&text) => claim.remarks.push(text),
            Some(claim)
                if (is_plain && !is_remark(&text)) || block.is_inner || (claim.text.is_empty() && !block.is_item) =>
            {
                let (said, remarks) = split_remarks(&raw);
                if !said.is_empty() {
                    claim.text = tidy(&format!("{} {said}", claim.text));
                }
                claim.remarks.extend(remarks);
            }
            _ => {
                // Behind the last claim of a list nothing more belongs to it.
                is_open = is_open && is_remark(&text);
                summary.passed_over.push(PassedOver { place: block.place, text });
            }
        }
    }
    summary
}

/// A heading without the number that it begins with: "1. ", "2) ".
fn without_number(heading: &str) -> &str {
    let rest = heading.trim_start_matches(|c: char| c.is_ascii_digit());
    let is_number = (1..=2).contains(&(heading.len() - rest.len()));
    rest.strip_prefix(['.', ')'])
        .filter(|_| is_number)
        .map(str::trim_start)
        .filter(|rest| !rest.is_empty())
        .unwrap_or(heading)
}

/// The heading and the sentences of a claim.
fn split_claim(block: &Block, is_marked: bool) -> (String, String) {
    let is_mark = |c: char| c.is_whitespace() || matches!(c, ':' | '.' | '-' | '–' | '—');
    if is_marked {
        let mut heading = String::new();
        let mut rest = block.runs.iter().skip_while(|(_, run)| run.trim().is_empty());
        let mut said = String::new();
        for (is_bold, run) in rest.by_ref() {
            if *is_bold {
                heading.push_str(run);
            } else {
                said.push_str(run);
                break;
            }
        }
        rest.for_each(|(_, run)| said.push_str(run));
        let said = said.trim_start_matches(is_mark).to_owned();
        return (tidy(&heading).trim_end_matches(is_mark).to_owned(), said);
    }
    let raw: String = block.runs.iter().map(|(_, run)| run.as_str()).collect();
    let cuts = [": ", " – ", " — ", " - "].iter().filter_map(|mark| raw.find(mark).map(|at| (at, mark.len())));
    match cuts.min() {
        Some((at, len)) if raw[..at].split_whitespace().count() <= MAX_HEADING_WORDS => {
            (tidy(&raw[..at]), raw[at + len..].to_owned())
        }
        _ => (String::new(), raw),
    }
}

/// The claims of a JSON file: a list of them, or an object with the list as `claims` or `findings`; each a text, or an object with `heading`
/// and `text`, and perhaps `question`. The names that other programs use for these are known.
fn json(text: &str) -> Result<Summary, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| format!("it is no JSON: {error}"))?;
    let mut summary = Summary::default();
    let lists = ["claims", "findings", "themes", "results"];
    let list = match &value {
        Value::Array(list) => Some(list),
        Value::Object(object) => lists.iter().find_map(|name| object.get(*name)?.as_array()),
        _ => None,
    };
    let list = list.ok_or_else(|| format!("it is neither a list nor an object with one of: {}", lists.join(", ")))?;
    for (number, claim) in (1_u32..).zip(list) {
        let place = Place::Claim(number);
        let field = |names: &[&str]| {
            let found = names.iter().find_map(|name| claim.get(*name)?.as_str());
            found.map(tidy).filter(|text| !text.is_empty())
        };
        let made = match claim {
            Value::String(text) => Claim { text: tidy(text), ..Claim::default() },
            Value::Object(_) => Claim {
                heading: field(&["heading", "title", "label", "name"]).unwrap_or_default(),
                text: field(&["text", "sentence", "description", "summary", "definition"]).unwrap_or_default(),
                question: field(&["question", "question_id"]),
                ..Claim::default()
            },
            _ => return Err(format!("{place} is neither a text nor an object")),
        };
        if !made.heading.contains(char::is_alphanumeric) && !made.text.contains(char::is_alphanumeric) {
            return Err(format!("{place} has neither a heading nor a text"));
        }
        summary.claims.push(Claim { place, ..made });
    }
    Ok(summary)
}
