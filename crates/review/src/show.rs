//! Making what the page shows, of what the code frame comes to now.

use crate::draw::{Drawing, responses_of};
use crate::views::{
    AnswerList, CompareView, GoneTheme, Overview, PreviewView, QuestionName, QuestionView, ReadView, RecoveredView,
    SuggestionView, ThemeChange, ThemeRow, ThemeView, WordView,
};
use crate::work::{Coding, Noted, Refusal, RefusalKind, Sent, Work};
use canvass::codeframe::suggest::Suggester;
use canvass::codeframe::{Desk, Fate, FrameState, ThemeState};
use std::collections::{BTreeMap, BTreeSet};

/// Answers in one list at most.
const PAGE: usize = 50;
/// Answers a preview shows of those that come in, and of those that go out.
const N_PREVIEWED: usize = 30;
/// Suggestions of a kind.
const N_SUGGESTED: usize = 12;
/// Answers to read, of each kind.
const N_TO_READ: usize = 4;

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
        for response in &of.responses {
            *languages.entry(response.language).or_default() += 1;
        }
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
            (!by_hand || by.is_by_hand()) && holds.as_ref().is_none_or(|holds| holds.binary_search(point).is_ok())
        });
        let responses = responses_of(desk, members.map(|(point, _)| *point));
        let drawing = Drawing { work: self, desk, coding, shown: vec![place], words: words_of(&[of]) };
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
        let drawing = Drawing { work: self, desk, coding, shown: places.to_vec(), words: words_of(&themes) };
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
            let held = self.holding(desk, word);
            responses.retain(|response| held.binary_search(response).is_ok());
        }
        if longest_first {
            responses.sort_by_key(|response| std::cmp::Reverse(of.responses[*response as usize].analysed.len()));
        }
        let words = word.map(|word| in_all_languages(desk, word)).unwrap_or_default();
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
        let mut responses = self.holding(desk, sought);
        responses.extend(desk.table().ids.get(sought.trim()).into_iter().flatten());
        responses.sort_unstable();
        responses.dedup();
        let words = in_all_languages(desk, sought);
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
        let words = words_of(&themes);
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
            let words = words_of(&[theme]);
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

    /// The responses that hold a word or phrase of the language they were read in, ascending.
    fn holding(&self, desk: &Desk<'_>, sought: &str) -> Vec<u32> {
        let mut responses = Vec::new();
        for (language, word) in in_all_languages(desk, sought) {
            let held = desk.search(&word, language, self.analyser).unwrap_or_default();
            let read_so = |response: &u32| desk.table().languages[*response as usize] == language;
            responses.extend(responses_of(desk, held.into_iter()).into_iter().filter(read_so));
        }
        responses.sort_unstable();
        responses
    }

    /// The place of a theme among the coded ones.
    fn theme_at(&self, coding: &Coding, question: &str, theme: &str) -> Result<usize, Refusal> {
        let place = coding.themes.iter().position(|coded| self.state.themes[coded.theme].id == theme);
        place.ok_or_else(|| Refusal {
            kind: RefusalKind::Conflict,
            message: format!("question {question:?} has no theme {theme:?} now"),
            hint: "choose another theme".to_owned(),
            since: Vec::new(),
            blocking: None,
        })
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

/// The words that put points into these themes, each once.
pub(crate) fn words_of(themes: &[&ThemeState]) -> Vec<(canvass::Language, String)> {
    let words = themes.iter().flat_map(|theme| theme.included());
    let words: BTreeSet<(canvass::Language, String)> =
        words.map(|(language, term)| (language, term.text.clone())).collect();
    words.into_iter().collect()
}

/// A word in each language that answers were read in.
fn in_all_languages(desk: &Desk<'_>, word: &str) -> Vec<(canvass::Language, String)> {
    let languages: BTreeSet<canvass::Language> = desk.table().languages.iter().copied().collect();
    languages.into_iter().map(|language| (language, word.to_owned())).collect()
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
        n_by_hand: coded.members.iter().filter(|(_, by)| by.is_by_hand()).count() as u64,
    }
}

/// How many are in the one alone, in both, in the other alone.
fn parted(a: &BTreeSet<u32>, b: &BTreeSet<u32>) -> [u64; 3] {
    let both = a.intersection(b).count();
    [(a.len() - both) as u64, both as u64, (b.len() - both) as u64]
}
