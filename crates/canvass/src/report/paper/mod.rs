//! The written report as blocks: headings, paragraphs, quotations, tables. `report.md` and `report.docx` are two renderings of it.
//!
//! A report is a list of [`Chapter`]s, whose blocks are made one chapter at a time and side by side. All texts are plain: whoever
//! renders them escapes every one, ours as well as respondents'.

mod annex;
mod back;
mod closed;
mod drift;
mod front;
mod markdown;
mod question;

use super::wording::{Arg, Wording};
use crate::findings::{Findings, QuestionFindings};
use crate::pipeline::Run;
use crate::settings::ReportSection;
use canvass_text::Language;

pub(super) use annex::{SAMPLE, sample};
pub(super) use closed::sentences;
pub(super) use markdown::{chapters as markdown_chapters, escaped as markdown_escaped, render as markdown};

/// A run with the words it is told in.
pub(super) struct Paper<'r> {
    pub(super) run: &'r Run,
    pub(super) wording: &'r Wording,
    /// For each response, by its place in the intake, its question's number and its place there; none unless analysed.
    analysed: Vec<Option<(u32, u32)>>,
}

/// A part of the report that is made by itself.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Chapter {
    /// A section that is in one piece.
    Whole(ReportSection),
    /// An open question, by its place.
    Question(usize),
    /// The responses to an open question, by its place.
    Annex(usize),
}

/// A piece of text in one look.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Span {
    pub(super) text: String,
    pub(super) look: Look,
}

/// How a piece of text looks.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Look {
    Plain,
    Bold,
    Italic,
}

/// A block.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Block {
    /// Of level 1, a section; 2, a question; 3, a part of it.
    Heading(u8, Vec<Span>),
    Paragraph(Vec<Span>),
    /// A paragraph in small print.
    Note(String),
    /// What somebody wrote, in a language if that is known, and where it stands.
    Quote {
        text: String,
        language: Option<&'static str>,
        cite: String,
    },
    List(Vec<Vec<Span>>),
    Table(Table),
    /// A picture without letters, and what it shows in words; only where pictures can be.
    Picture(Picture, String),
    /// A response of the annex: its id, what became of it, its text.
    Answer {
        id: String,
        note: String,
        text: String,
        language: Option<&'static str>,
    },
    /// Text line by line, as a machine reads it.
    Code(String),
}

/// A table.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Table {
    /// What it shows.
    pub(super) caption: String,
    pub(super) columns: Vec<Column>,
    /// As many cells a row as there are columns.
    pub(super) rows: Vec<Vec<Cell>>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Column {
    pub(super) title: String,
    pub(super) kind: ColumnKind,
    /// Its part of the width, beside the other columns' parts.
    pub(super) width: u32,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum ColumnKind {
    Text,
    Number,
    /// Bars; left out where pictures cannot be, as the numbers stand beside them.
    Bar,
}

/// A cell of a table.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    Text(String),
    Bold(String),
    Bar(Picture, String),
}

/// A picture made of rectangles.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Picture {
    /// A share of the width, in thousandths.
    Bar(u32),
    /// Parts of the width, from dark to light: where each ends, in thousandths.
    Stack(Vec<u32>),
    /// Columns, in thousandths of the height.
    Columns(Vec<u32>),
}

pub(super) fn plain(text: impl Into<String>) -> Span {
    Span { text: text.into(), look: Look::Plain }
}

pub(super) fn bold(text: impl Into<String>) -> Span {
    Span { text: text.into(), look: Look::Bold }
}

pub(super) fn italic(text: impl Into<String>) -> Span {
    Span { text: text.into(), look: Look::Italic }
}

fn paragraph(text: impl Into<String>) -> Block {
    Block::Paragraph(vec![plain(text)])
}

fn column(title: String, kind: ColumnKind, width: u32) -> Column {
    Column { title, kind, width }
}

/// 0.3256 as 326.
fn thousandths(share: f64) -> u32 {
    u32::try_from((share.clamp(0.0, 1.0) * 1000.0).round() as i64).unwrap_or_default()
}

/// White space evened out; spaces that do not break stay.
pub(super) fn one_line(text: &str) -> String {
    let breaks = |c: char| c.is_whitespace() && !matches!(c, '\u{a0}' | '\u{202f}');
    text.split(breaks).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// The beginning of a long text.
fn beginning(text: &str, longest: usize) -> String {
    let even = one_line(text);
    if even.chars().count() <= longest {
        return even;
    }
    let start: String = even.chars().take(longest - 1).collect();
    format!("{}…", start.trim_end())
}

impl<'r> Paper<'r> {
    pub(super) fn new(run: &'r Run, wording: &'r Wording) -> Self {
        let mut analysed = vec![None; run.intake.responses.len()];
        for (number, question) in (0..).zip(&run.questions) {
            for (response, position) in (0..).zip(&question.positions) {
                analysed[*position] = Some((number, response));
            }
        }
        Self { run, wording, analysed }
    }

    fn findings(&self) -> &'r Findings {
        &self.run.findings
    }

    fn say(&self, key: &str, arguments: &[(&str, Arg<'_>)]) -> String {
        self.wording.say(key, arguments)
    }

    fn text(&self, key: &str) -> String {
        self.wording.text(key)
    }

    /// "14 respondents".
    fn respondents(&self, n: u64) -> String {
        self.say("count.respondents", &[("n", n.into())])
    }

    /// Whether what tells respondents apart must not show.
    pub(super) fn is_private(&self) -> bool {
        self.run.settings.privacy.is_on()
    }

    /// The title.
    pub(super) fn title(&self) -> String {
        let stated = &self.run.settings.report.title;
        if stated.is_empty() { self.text("paper.title") } else { stated.clone() }
    }

    /// What stands below the title, a line each.
    pub(super) fn below_title(&self) -> Vec<String> {
        let findings = self.findings();
        let answers = findings.inputs.iter().filter(|input| input.role == crate::ingest::SourceRole::Answers);
        let files: Vec<&str> = answers.map(|input| input.file.as_str()).collect();
        let organisation = &self.run.settings.report.organisation;
        let mut lines: Vec<String> = Some(organisation).filter(|name| !name.is_empty()).into_iter().cloned().collect();
        if !files.is_empty() {
            lines.push(self.say("paper.files", &[("files", files.join(", ").into())]));
        }
        let settings: String = findings.run.settings_blake3.chars().take(12).collect();
        let seed = findings.run.seed.to_string();
        let made = [("version", (&findings.run.version).into()), ("seed", seed.into()), ("settings", settings.into())];
        lines.push(self.say("paper.made", &made));
        lines
    }

    /// The chapters, in the order of the settings.
    pub(super) fn chapters(&self) -> Vec<Chapter> {
        let numbers = 0..self.run.questions.len();
        let sections = self.run.settings.report.sections.iter();
        let chapters = sections.flat_map(|section| match section {
            ReportSection::Questions => numbers.clone().map(Chapter::Question).collect(),
            ReportSection::Annex => numbers.clone().map(Chapter::Annex).collect(),
            other => vec![Chapter::Whole(*other)],
        });
        chapters.collect()
    }

    /// The blocks of a chapter; `sampled`: the annex holds a sample of the responses.
    pub(super) fn blocks(&self, chapter: Chapter, sampled: bool) -> Vec<Block> {
        match chapter {
            Chapter::Whole(ReportSection::Summary) => self.summary(),
            Chapter::Whole(ReportSection::Reading) => self.reading(),
            Chapter::Whole(ReportSection::Profile) => self.profile(),
            Chapter::Whole(ReportSection::Closed) => self.closed_questions(),
            Chapter::Whole(ReportSection::Crosstabs) => self.crosstabs(),
            Chapter::Whole(ReportSection::Blocs) => self.blocs(),
            Chapter::Whole(ReportSection::Ledger) => self.ledger(),
            Chapter::Whole(ReportSection::Method) => self.method(),
            Chapter::Whole(ReportSection::Settings) => self.settings(),
            Chapter::Question(number) => self.question(number),
            Chapter::Annex(number) => self.annex(number, sampled),
            // These are chapters of their own, question by question.
            Chapter::Whole(ReportSection::Questions | ReportSection::Annex) => Vec::new(),
        }
    }

    /// A question's id and wording.
    fn heading_of(&self, question: &QuestionFindings) -> String {
        let wording = one_line(&question.text);
        if wording.is_empty() || wording == question.id {
            return question.id.clone();
        }
        self.say("paper.question", &[("id", (&question.id).into()), ("wording", wording.into())])
    }

    /// What a language is called.
    fn language(&self, language: Language) -> String {
        self.wording.language_name(language)
    }

    /// What a state of the ledger is called, of one response.
    fn state_of_one(&self, state: crate::ledger::State) -> String {
        self.text(&format!("state_of_one.{}", state.name()))
    }

    /// What a state of the ledger is called, of several.
    fn state(&self, state: crate::ledger::State) -> String {
        self.text(&format!("state.{}", state.name()))
    }

    /// Where the ledger is.
    fn ledger_file(&self) -> &'static str {
        if self.is_private() { super::INTERNAL_LEDGER } else { super::LEDGER }
    }
}
