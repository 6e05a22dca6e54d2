//! What the page shows, as it is sent there: plain structures, texts uncut and unescaped. The page never takes a text for markup.

use crate::Recovered;
use crate::work::{Coding, Noted, Refusal, Sent, Version, Work};
use canvass::codeframe::suggest::{PairSuggestion, ReadSuggestion, SplitSuggestion, Suggester, WordSuggestion};
use canvass::codeframe::{Desk, Fate, FrameState, Pin, PointRef, PutBy, ThemeState};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Answers in one list at most.
const PAGE: usize = 50;
/// Answers a preview shows of those that come in, and of those that go out.
const N_PREVIEWED: usize = 30;
/// Suggestions of a kind.
const N_SUGGESTED: usize = 12;
/// Answers to read, of each kind.
const N_TO_READ: usize = 4;

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

impl Work<'_> {
    /// What stays the same while the page is open.
    pub fn overview(&self) -> Overview {
        let file = self.file.path().display().to_string();
        let identity = blake3::hash(format!("{}\0{file}", self.run.settings_blake3).as_bytes());
        let questions = self.run.questions.iter().map(|question| QuestionName {
            id: question.id.clone(),
            text: question.text.split_whitespace().collect::<Vec<_>>().join(" "),
            language: question.language.code(),
        });
        Overview {
            version: self.version(),
            file,
            identity: identity.to_hex()[..16].to_owned(),
            run: self.run.folder.display().to_string(),
            author: self.author.clone(),
            start: self.start.clone(),
            recovered: self.recovered.as_ref().map(RecoveredView::from),
            questions: questions.collect(),
        }
    }

    /// A question with its themes and their counts.
    ///
    /// # Errors
    /// [`Refusal`] if there is no such question.
    pub fn question(&mut self, question: &str) -> Result<QuestionView, Refusal> {
        let at = self.question_at(question)?;
        self.lay(at);
        let (desk, coding) = self.laid(at);
        let of = desk.question();
        let themes = (0..coding.themes.len()).map(|place| row(&self.state, coding, place)).collect();
        let gone = self.state.themes.iter().filter(|theme| theme.question == of.id).filter_map(|theme| {
            let (into, by) = match &theme.fate {
                Fate::There => return None,
                Fate::Merged { into, by } => (Some(into.clone()), *by),
                Fate::Deleted { by } => (None, *by),
            };
            let decision = self.frame.decisions[by].id.clone();
            Some(GoneTheme { id: theme.id.clone(), name: theme.name.clone(), into, decision })
        });
        let mut languages: BTreeMap<canvass::Language, usize> = BTreeMap::new();
        of.responses.iter().for_each(|response| *languages.entry(response.language).or_default() += 1);
        let mut languages: Vec<(canvass::Language, usize)> = languages.into_iter().collect();
        languages.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        let respondents: BTreeSet<u32> = of.responses.iter().map(|response| response.respondent).collect();
        Ok(QuestionView {
            version: self.version(),
            id: of.id.clone(),
            n_responses: of.responses.len() as u64,
            n_points: desk.table().points.len() as u64,
            n_respondents: respondents.len() as u64,
            n_uncoded: coding.uncoded.len() as u64,
            languages: languages.into_iter().map(|(language, _)| language.code()).collect(),
            themes,
            gone: gone.collect(),
        })
    }

    /// A theme with its words and some of its answers: those that hold `word`, or that people put there, where that is asked.
    ///
    /// # Errors
    /// [`Refusal`] if there is no such question or theme.
    pub fn theme(
        &mut self,
        question: &str,
        theme: &str,
        from: usize,
        word: Option<&str>,
        by_hand: bool,
    ) -> Result<ThemeView, Refusal> {
        let at = self.question_at(question)?;
        self.lay(at);
        let (desk, coding) = self.laid(at);
        let place = self.theme_at(coding, question, theme)?;
        let of = &self.state.themes[coding.themes[place].theme];
        let holds: Option<Vec<u32>> =
            word.map(|word| desk.search(word, of.language, self.analyser).unwrap_or_default());
        let members = coding.themes[place].members.iter().filter(|(point, by)| {
            (!by_hand || *by != PutBy::Words) && holds.as_ref().is_none_or(|holds| holds.binary_search(point).is_ok())
        });
        let responses = responses_of(desk, members.map(|(point, _)| *point));
        let drawing = Drawing { work: self, desk, coding, shown: vec![place], words: self.words_of(&[of]) };
        let answers = drawing.list(&responses, from, PAGE);
        Ok(ThemeView {
            version: self.version(),
            row: row(&self.state, coding, place),
            definition: of.definition.clone(),
            words: self.word_views(desk, of),
            answers,
        })
    }

    /// Two themes side by side.
    ///
    /// # Errors
    /// [`Refusal`] if there is no such question or theme.
    pub fn compare(&mut self, question: &str, a: &str, b: &str, from: usize) -> Result<CompareView, Refusal> {
        let at = self.question_at(question)?;
        self.lay(at);
        let (desk, coding) = self.laid(at);
        let places = [self.theme_at(coding, question, a)?, self.theme_at(coding, question, b)?];
        let points =
            places.map(|place| coding.themes[place].members.iter().map(|(point, _)| *point).collect::<BTreeSet<u32>>());
        let responses = [0, 1].map(|side| responses_of(desk, points[side].iter().copied()));
        let respondents = [0, 1].map(|side| -> BTreeSet<u32> {
            let of = &desk.question().responses;
            responses[side].iter().map(|response| of[*response as usize].respondent).collect()
        });
        let both = responses[0].iter().filter(|response| responses[1].binary_search(response).is_ok());
        let both: Vec<u32> = both.copied().collect();
        let alone = |side: usize| -> Vec<u32> {
            responses[side].iter().filter(|response| both.binary_search(response).is_err()).copied().collect()
        };
        let themes = places.map(|place| &self.state.themes[coding.themes[place].theme]);
        let drawing = Drawing { work: self, desk, coding, shown: places.to_vec(), words: self.words_of(&themes) };
        let answers = [alone(0), both.clone(), alone(1)].map(|responses| drawing.list(&responses, from, PAGE));
        Ok(CompareView {
            version: self.version(),
            a: row(&self.state, coding, places[0]),
            b: row(&self.state, coding, places[1]),
            n_respondents: parted(&respondents[0], &respondents[1]),
            n_points: parted(&points[0], &points[1]),
            answers,
        })
    }

    /// The answers in no theme: in the order of the file, or the longest first; those that hold `word`, where that is asked.
    ///
    /// # Errors
    /// [`Refusal`] if there is no such question.
    pub fn uncoded(
        &mut self,
        question: &str,
        from: usize,
        longest_first: bool,
        word: Option<&str>,
    ) -> Result<AnswerList, Refusal> {
        let at = self.question_at(question)?;
        self.lay(at);
        let (desk, coding) = self.laid(at);
        let of = desk.question();
        let mut responses = coding.uncoded.clone();
        if let Some(word) = word {
            let held = desk.search(word, of.language, self.analyser).unwrap_or_default();
            let held = responses_of(desk, held.into_iter());
            responses.retain(|response| held.binary_search(response).is_ok());
        }
        if longest_first {
            responses.sort_by_key(|response| std::cmp::Reverse(of.responses[*response as usize].analysed.len()));
        }
        let words = word.map(|word| (of.language, word.to_owned())).into_iter().collect();
        Ok(Drawing { work: self, desk, coding, shown: Vec::new(), words }.list(&responses, from, PAGE))
    }

    /// The answers that hold a word or phrase, or whose id it is.
    ///
    /// # Errors
    /// [`Refusal`] if there is no such question.
    pub fn search(&mut self, question: &str, sought: &str, from: usize) -> Result<AnswerList, Refusal> {
        let at = self.question_at(question)?;
        self.lay(at);
        let (desk, coding) = self.laid(at);
        let language = desk.question().language;
        let held = desk.search(sought, language, self.analyser).unwrap_or_default();
        let mut responses = responses_of(desk, held.into_iter());
        responses.extend(desk.table().ids.get(sought.trim()).into_iter().flatten());
        responses.sort_unstable();
        responses.dedup();
        let words = vec![(language, sought.to_owned())];
        Ok(Drawing { work: self, desk, coding, shown: Vec::new(), words }.list(&responses, from, PAGE))
    }

    /// The answers of an id, with all the themes they are in.
    ///
    /// # Errors
    /// [`Refusal`] if there is no such question.
    pub fn response(&mut self, question: &str, id: &str) -> Result<AnswerList, Refusal> {
        let at = self.question_at(question)?;
        self.lay(at);
        let (desk, coding) = self.laid(at);
        let responses = desk.table().ids.get(id).cloned().unwrap_or_default();
        let live = (0..coding.themes.len()).filter(|place| self.state.themes[coding.themes[*place].theme].is_live());
        let shown: Vec<usize> = live.collect();
        let themes: Vec<&ThemeState> =
            shown.iter().map(|place| &self.state.themes[coding.themes[*place].theme]).collect();
        let words = self.words_of(&themes);
        Ok(Drawing { work: self, desk, coding, shown, words }.list(&responses, 0, PAGE))
    }

    /// What a decision would come to.
    ///
    /// # Errors
    /// [`Refusal`] if it cannot be made.
    pub fn preview(&mut self, sent: &Sent) -> Result<PreviewView, Refusal> {
        let (state, decision) = self.trial(sent)?;
        let question = if decision.question.is_empty() { sent.question.clone() } else { decision.question };
        let at = self.question_at(&question)?;
        let after = self.coded_as(at, &state);
        let (desk, before) = self.laid(at);
        let of_theme = |coding: &Coding, state: &FrameState, theme: &str| {
            let place = coding.themes.iter().position(|coded| state.themes[coded.theme].id == theme);
            let place = place.filter(|place| state.themes[coding.themes[*place].theme].is_live());
            let points: BTreeSet<u32> = place
                .into_iter()
                .flat_map(|place| coding.themes[place].members.iter().map(|(point, _)| *point))
                .collect();
            (points, place.map_or((0, 0), |place| coding.counts[place]))
        };
        let mut themes = Vec::new();
        for theme in state.themes.iter().filter(|theme| theme.question == question) {
            let (points_before, counts_before) = of_theme(before, &self.state, &theme.id);
            let (points_after, counts_after) = of_theme(&after, &state, &theme.id);
            if points_before == points_after {
                continue;
            }
            let words = self.words_of(&[theme]);
            let drawing = Drawing { work: self, desk, coding: before, shown: Vec::new(), words };
            let list = |points: Vec<u32>| {
                let responses = responses_of(desk, points.iter().copied());
                let mut list = drawing.list(&responses, 0, N_PREVIEWED);
                // What moves is what the reader looks for.
                drawing.set_in(&mut list, &responses, &points);
                list
            };
            themes.push(ThemeChange {
                theme: theme.id.clone(),
                name: theme.name.clone(),
                n_respondents: [counts_before.0, counts_after.0],
                n_points: [points_before.len() as u64, points_after.len() as u64],
                come_in: list(points_after.difference(&points_before).copied().collect()),
                go_out: list(points_before.difference(&points_after).copied().collect()),
            });
        }
        let n_uncoded = [before.uncoded.len() as u64, after.uncoded.len() as u64];
        Ok(PreviewView { version: self.version(), themes, n_uncoded })
    }

    /// The decisions, the last first: of a question, or all.
    pub fn log(&self, question: Option<&str>) -> Vec<Noted> {
        let all = (0..self.frame.decisions.len()).rev().map(|at| self.noted(at));
        all.filter(|noted| question.is_none_or(|question| noted.question == question)).collect()
    }

    /// Suggestions for a question, and words for a theme of it.
    ///
    /// # Errors
    /// [`Refusal`] if there is no such question or theme.
    pub fn suggest(&mut self, question: &str, theme: Option<&str>) -> Result<SuggestionView, Refusal> {
        let at = self.question_at(question)?;
        self.lay(at);
        let (desk, coding) = self.laid(at);
        let suggester = Suggester::new(desk, &self.state, &coding.themes, self.analyser);
        let version = self.version();
        let words = match theme {
            Some(theme) => {
                let place = self.theme_at(coding, question, theme)?;
                suggester.words(coding.themes[place].theme, N_SUGGESTED)
            }
            None => Vec::new(),
        };
        if theme.is_some() {
            return Ok(SuggestionView { version, words, pairs: Vec::new(), splits: Vec::new(), read: Vec::new() });
        }
        let (pairs, splits) = (suggester.pairs(N_SUGGESTED), suggester.splits(N_SUGGESTED));
        let read = suggester.read_next(N_TO_READ).into_iter().map(|suggestion| {
            let shown = (0..coding.themes.len()).collect();
            let drawing = Drawing { work: self, desk, coding, shown, words: Vec::new() };
            ReadView { answer: drawing.answer(suggestion.response), suggestion }
        });
        Ok(SuggestionView { version, words, pairs, splits, read: read.collect() })
    }

    /// The place of a theme among the coded ones.
    fn theme_at(&self, coding: &Coding, question: &str, theme: &str) -> Result<usize, Refusal> {
        let place = coding.themes.iter().position(|coded| self.state.themes[coded.theme].id == theme);
        place.ok_or_else(|| Refusal {
            kind: crate::work::RefusalKind::Conflict,
            message: format!("question {question:?} has no theme {theme:?} now"),
            hint: "choose another theme".to_owned(),
            since: Vec::new(),
            blocking: None,
        })
    }

    fn words_of(&self, themes: &[&ThemeState]) -> Vec<(canvass::Language, String)> {
        let words = themes.iter().flat_map(|theme| theme.included());
        let words: BTreeSet<(canvass::Language, String)> =
            words.map(|(language, term)| (language, term.text.clone())).collect();
        words.into_iter().collect()
    }

    fn word_views(&self, desk: &Desk<'_>, theme: &ThemeState) -> Vec<WordView> {
        let included = theme.included().map(|word| (word, false));
        let mut views: Vec<WordView> = Vec::new();
        for ((language, term), exclude) in included.chain(theme.excluded().map(|word| (word, true))) {
            // A merged theme may have a word twice.
            let is_told =
                |view: &WordView| view.term == term.text && view.language == language.code() && view.exclude == exclude;
            if views.iter().any(is_told) {
                continue;
            }
            let held = desk.search(&term.text, language, self.analyser).unwrap_or_default();
            let table = desk.table();
            let read_so = |point: &&u32| table.languages[table.points[**point as usize].response as usize] == language;
            let is_proposed = || {
                let mut themes = self.frame.themes.iter().filter(|of| of.question == theme.question);
                themes.any(|of| !of.proposal.is_empty() && of.include.contains(&term.text))
            };
            views.push(WordView {
                term: term.text.clone(),
                language: language.code(),
                exclude,
                n_points: held.iter().filter(read_so).count() as u64,
                by: match term.decision {
                    Some(_) => "decided",
                    None if is_proposed() => "proposed",
                    None => "written",
                },
                decision: term.decision.map(|at| self.noted(at)),
            });
        }
        views
    }
}

/// Draws answers: what stands where.
struct Drawing<'w, 'r> {
    work: &'w Work<'r>,
    desk: &'w Desk<'r>,
    coding: &'w Coding,
    /// The themes shown, by their places among the coded ones.
    shown: Vec<usize>,
    /// The words to mark.
    words: Vec<(canvass::Language, String)>,
}

impl Drawing<'_, '_> {
    /// Some of these responses.
    fn list(&self, responses: &[u32], from: usize, n: usize) -> AnswerList {
        let some = responses.iter().skip(from).take(n);
        let answers = some.map(|response| self.answer(*response)).collect();
        AnswerList { n: responses.len() as u64, from: from as u64, answers }
    }

    /// Says of the points of drawn answers which are meant: these.
    fn set_in(&self, list: &mut AnswerList, responses: &[u32], points: &[u32]) {
        for (answer, response) in list.answers.iter_mut().zip(responses) {
            let of_response = self.desk.table().responses[*response as usize].clone();
            for (view, point) in answer.points.iter_mut().zip(of_response) {
                view.is_in = points.binary_search(&point).is_ok();
            }
        }
    }

    fn answer(&self, response: u32) -> AnswerView {
        let of = &self.desk.question().responses[response as usize];
        let text = of.analysed.as_str();
        let (mut pieces, mut points) = (Vec::new(), Vec::new());
        let mut at = 0;
        for (number, point) in (0..).zip(self.desk.table().responses[response as usize].clone()) {
            let span = self.desk.table().points[point as usize].span;
            push(&mut pieces, text, at, span.start, None, None);
            at = span.start.max(at);
            let (words, marks) = self.marks(of.language, point);
            for (start, end, word) in marks {
                if start < at || end > span.end {
                    continue;
                }
                push(&mut pieces, text, at, start, Some(number), None);
                push(&mut pieces, text, start, end, Some(number), Some(word));
                at = end;
            }
            push(&mut pieces, text, at, span.end, Some(number), None);
            at = span.end.max(at);
            let is_in = self.shown.iter().any(|place| self.put(*place, point).is_some());
            let themes = (0..self.coding.themes.len()).filter_map(|place| self.put_view(place, point)).collect();
            points.push(PointView { start: span.start, end: span.end, is_in, themes, words });
        }
        push(&mut pieces, text, at, text.len() as u32, None, None);
        AnswerView {
            response: of.response_id.clone(),
            place: of.place.clone(),
            language: of.language.code(),
            original: of.original.clone(),
            pieces,
            points,
        }
    }

    /// The words that stand in a point, and where: first byte, one past the last, the word's number; by first byte, the longest first.
    fn marks(&self, language: canvass::Language, point: u32) -> (Vec<String>, Vec<(u32, u32, u32)>) {
        let (mut words, mut marks) = (Vec::new(), Vec::new());
        for (of, word) in self.words.iter().filter(|(of, _)| *of == language) {
            let spans = self.desk.spans(word, *of, self.work.analyser, point);
            if !spans.is_empty() {
                let number = words.len() as u32;
                words.push(word.clone());
                marks.extend(spans.into_iter().map(|span| (span.start, span.end, number)));
            }
        }
        marks.sort_by_key(|(start, end, word)| (*start, std::cmp::Reverse(*end), *word));
        (words, marks)
    }

    fn put(&self, place: usize, point: u32) -> Option<PutBy> {
        let members = &self.coding.themes[place].members;
        members.binary_search_by_key(&point, |(point, _)| *point).ok().map(|at| members[at].1)
    }

    /// What put a point into a theme that codes, if it is there.
    fn put_view(&self, place: usize, point: u32) -> Option<PutView> {
        let theme = &self.work.state.themes[self.coding.themes[place].theme];
        let by = self.put(place, point).filter(|_| theme.is_live())?;
        let placed = self.desk.table().points[point as usize];
        let response = &self.desk.question().responses[placed.response as usize].response_id;
        let reference = PointRef { response: response.clone(), start: placed.span.start, end: placed.span.end };
        let decided = |pin: &Pin| pin.is_in.then(|| self.work.noted(pin.decision));
        let decision = match by {
            PutBy::Words => None,
            PutBy::Point => theme.all_parts().filter_map(|part| part.pins.get(&reference)).find_map(decided),
            PutBy::Response => theme.all_parts().filter_map(|part| part.codes.get(response)).find_map(decided),
        };
        let is_exemplar = theme.exemplars.iter().any(|(point, _)| *point == reference);
        let words = if by == PutBy::Words { self.work.words_of(&[theme]) } else { Vec::new() };
        let read_in = self.desk.table().languages[placed.response as usize];
        let stands = |(language, word): &(canvass::Language, String)| {
            *language == read_in && !self.desk.spans(word, *language, self.work.analyser, point).is_empty()
        };
        let words = words.into_iter().filter(stands).map(|(_, word)| word).collect();
        Some(PutView { theme: theme.id.clone(), by: by.name(), decision, is_exemplar, words })
    }
}

fn push(pieces: &mut Vec<Piece>, text: &str, start: u32, end: u32, point: Option<u32>, word: Option<u32>) {
    if let Some(text) = text.get(start as usize..end as usize).filter(|text| !text.is_empty()) {
        pieces.push(Piece { text: text.to_owned(), point, word });
    }
}

fn row(state: &FrameState, coding: &Coding, place: usize) -> ThemeRow {
    let coded = &coding.themes[place];
    let theme = &state.themes[coded.theme];
    let (n_respondents, n_once) = coding.counts[place];
    ThemeRow {
        id: theme.id.clone(),
        name: theme.name.clone(),
        language: theme.language.code(),
        parent: theme.parent.clone(),
        status: theme.status.name(),
        origin: theme.origin.name(),
        n_points: coded.members.len() as u64,
        n_respondents,
        n_once,
        n_by_hand: coded.members.iter().filter(|(_, by)| *by != PutBy::Words).count() as u64,
    }
}

/// The responses of points that ascend.
fn responses_of(desk: &Desk<'_>, points: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut responses: Vec<u32> = points.map(|point| desk.table().points[point as usize].response).collect();
    responses.dedup();
    responses
}

/// How many are in the one alone, in both, in the other alone.
fn parted(a: &BTreeSet<u32>, b: &BTreeSet<u32>) -> [u64; 3] {
    let both = a.intersection(b).count();
    [(a.len() - both) as u64, both as u64, (b.len() - both) as u64]
}
