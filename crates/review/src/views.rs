//! What the page shows, as it is sent there: plain structures, texts uncut and unescaped. The page never takes a text for markup.

use crate::Recovered;
use crate::work::{Noted, Version};
use canvass::codeframe::suggest::{PairSuggestion, ReadSuggestion, SplitSuggestion, WordSuggestion};
use serde::Serialize;

/// What stays the same while the page is open.
#[derive(Clone, Debug, Serialize)]
pub struct Overview {
    /// The code frame now.
    pub version: Version,
    /// The code frame's path.
    pub file: String,
    /// Tells this work from others: of the run and the code frame.
    pub identity: String,
    /// The run folder.
    pub run: String,
    /// Who decides.
    pub author: String,
    /// The question to begin with.
    pub start: Option<String>,
    /// A last line that was cut off when the file was opened.
    pub recovered: Option<RecoveredView>,
    /// The open questions.
    pub questions: Vec<QuestionName>,
}

/// A last line that was cut off.
#[derive(Clone, Debug, Serialize)]
pub struct RecoveredView {
    /// The file that holds it now.
    pub aside: String,
    /// The line it was.
    pub line: u32,
    /// What was there of it.
    pub text: String,
}

/// An open question.
#[derive(Clone, Debug, Serialize)]
pub struct QuestionName {
    /// Its id.
    pub id: String,
    /// Its wording.
    pub text: String,
    /// Its main language.
    pub language: &'static str,
}

/// A question as the code frame codes it.
#[derive(Clone, Debug, Serialize)]
pub struct QuestionView {
    /// The code frame.
    pub version: Version,
    /// The question.
    pub id: String,
    /// Answers that were analysed.
    pub n_responses: u64,
    /// Their points.
    pub n_points: u64,
    /// Their respondents.
    pub n_respondents: u64,
    /// Answers in no theme.
    pub n_uncoded: u64,
    /// The languages the answers were read in, those of most answers first.
    pub languages: Vec<&'static str>,
    /// The themes that are there, in the order of the frame.
    pub themes: Vec<ThemeRow>,
    /// Those that are not, with what became of them.
    pub gone: Vec<GoneTheme>,
}

/// A theme in the list.
#[derive(Clone, Debug, Serialize)]
pub struct ThemeRow {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The language among whose themes it is.
    pub language: &'static str,
    /// The theme above it.
    pub parent: Option<String>,
    /// `proposed`, `signed-off` or `rejected`.
    pub status: &'static str,
    /// `proposed`, `edited` or `written`.
    pub origin: &'static str,
    /// Its points.
    pub n_points: u64,
    /// Its respondents.
    pub n_respondents: u64,
    /// The same with near-duplicates counted once.
    pub n_once: u64,
    /// Its points that people put there.
    pub n_by_hand: u64,
}

/// A theme that is no longer there.
#[derive(Clone, Debug, Serialize)]
pub struct GoneTheme {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What it was merged into; none if it was deleted.
    pub into: Option<String>,
    /// The decision.
    pub decision: String,
}

/// A word of a theme.
#[derive(Clone, Debug, Serialize)]
pub struct WordView {
    /// As it is written.
    pub term: String,
    /// The language of the answers it looks at.
    pub language: &'static str,
    /// Whether it keeps points out.
    pub exclude: bool,
    /// Points of such answers that hold it.
    pub n_points: u64,
    /// `proposed` by the machine, `written` into the file, or `decided`.
    pub by: &'static str,
    /// Who decided, and when.
    pub decision: Option<Noted>,
}

/// A theme with its answers.
#[derive(Clone, Debug, Serialize)]
pub struct ThemeView {
    /// The code frame.
    pub version: Version,
    /// Its row.
    pub row: ThemeRow,
    /// What belongs to it.
    pub definition: String,
    /// Its words.
    pub words: Vec<WordView>,
    /// Its answers.
    pub answers: AnswerList,
}

/// Some of a list of answers.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerList {
    /// How many there are.
    pub n: u64,
    /// The first of these.
    pub from: u64,
    /// These.
    pub answers: Vec<AnswerView>,
}

/// An answer, cut where something begins or ends.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerView {
    /// Its id.
    pub response: String,
    /// Where it stands.
    pub place: String,
    /// The language it was read in.
    pub language: &'static str,
    /// The answer as it was given, where a translation was analysed.
    pub original: Option<String>,
    /// Its pieces; together the text that was analysed.
    pub pieces: Vec<Piece>,
    /// Its points.
    pub points: Vec<PointView>,
}

/// A piece of an answer.
#[derive(Clone, Debug, Serialize)]
pub struct Piece {
    /// Its text.
    pub text: String,
    /// The point it is part of, by number; none between points.
    pub point: Option<u32>,
    /// The words, by number in [`PointView::words`], that stand here; none if none does.
    pub word: Option<u32>,
}

/// A point of an answer.
#[derive(Clone, Debug, Serialize)]
pub struct PointView {
    /// Its first byte in what was analysed.
    pub start: u32,
    /// One past its last.
    pub end: u32,
    /// Whether it is in the theme shown, or in one of those shown.
    pub is_in: bool,
    /// What put it into themes.
    pub themes: Vec<PutView>,
    /// The words of the themes shown that stand in it.
    pub words: Vec<String>,
}

/// What put a point into a theme.
#[derive(Clone, Debug, Serialize)]
pub struct PutView {
    /// The theme.
    pub theme: String,
    /// `words`, `point` or `response`.
    pub by: &'static str,
    /// The decision, where people put it there.
    pub decision: Option<Noted>,
    /// Whether it is marked as one that shows what the theme is.
    pub is_exemplar: bool,
    /// The words of the theme that stand in the point, where words put it there; none if a theme below it holds the point.
    pub words: Vec<String>,
}

/// Two themes side by side.
#[derive(Clone, Debug, Serialize)]
pub struct CompareView {
    /// The code frame.
    pub version: Version,
    /// The one.
    pub a: ThemeRow,
    /// The other.
    pub b: ThemeRow,
    /// Respondents in the one alone, in both, in the other alone.
    pub n_respondents: [u64; 3],
    /// Points, alike.
    pub n_points: [u64; 3],
    /// Answers in the one alone, in both, in the other alone.
    pub answers: [AnswerList; 3],
}

/// What a decision would come to.
#[derive(Clone, Debug, Serialize)]
pub struct PreviewView {
    /// The code frame.
    pub version: Version,
    /// The themes whose points would change.
    pub themes: Vec<ThemeChange>,
    /// Answers in no theme, before and after.
    pub n_uncoded: [u64; 2],
}

/// A theme whose points would change.
#[derive(Clone, Debug, Serialize)]
pub struct ThemeChange {
    /// Its id.
    pub theme: String,
    /// Its name after.
    pub name: String,
    /// Respondents before and after.
    pub n_respondents: [u64; 2],
    /// Points before and after.
    pub n_points: [u64; 2],
    /// Answers whose points come in.
    pub come_in: AnswerList,
    /// Answers whose points go out.
    pub go_out: AnswerList,
}

/// The suggestions for a question.
#[derive(Clone, Debug, Serialize)]
pub struct SuggestionView {
    /// The code frame.
    pub version: Version,
    /// Words for the theme that was asked for.
    pub words: Vec<WordSuggestion>,
    /// Pairs of themes.
    pub pairs: Vec<PairSuggestion>,
    /// Themes to split.
    pub splits: Vec<SplitSuggestion>,
    /// Answers to read.
    pub read: Vec<ReadView>,
}

/// An answer to read.
#[derive(Clone, Debug, Serialize)]
pub struct ReadView {
    /// Why.
    #[serde(flatten)]
    pub suggestion: ReadSuggestion,
    /// It.
    pub answer: AnswerView,
}

impl From<&Recovered> for RecoveredView {
    fn from(recovered: &Recovered) -> Self {
        let aside = recovered.aside.display().to_string();
        Self { aside, line: recovered.line, text: recovered.text.clone() }
    }
}
