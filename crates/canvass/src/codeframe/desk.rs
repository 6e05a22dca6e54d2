//! A question's answers laid out for work on its code frame: where every word stands, and what a frame makes of it, at once.

use super::coding::{CodedTheme, HeldTerms, Members, PointTable, code, idle, members, terms};
use super::{CodeFrame, FrameState, FrameTerm, ThemeState};
use crate::findings::IdleDecision;
use crate::run_folder::CodedQuestion;
use canvass_text::{Analyser, FormError, Language, LeftOut, Seeker, Sought, Span};

/// A question's answers, with an index of their terms.
///
/// What it gives for a frame is what a run with that frame gives: the same points in the same themes.
#[derive(Debug)]
pub struct Desk<'q> {
    question: &'q CodedQuestion,
    table: PointTable,
    texts: Vec<&'q str>,
    pub(super) seeker: Seeker<'q>,
    /// For each term the points where it counts, ascending ...
    pub(super) carrying: Vec<Vec<u32>>,
    /// ... and those where it is left out as a word of the question.
    asked: Vec<Vec<u32>>,
    held: HeldTerms,
}

impl<'q> Desk<'q> {
    /// Lays a question out.
    pub fn new(question: &'q CodedQuestion) -> Self {
        let table = question.table();
        let n_terms = question.analysis.vocabulary.terms.len();
        let (mut carrying, mut asked) = (vec![Vec::new(); n_terms], vec![Vec::new(); n_terms]);
        for (at, place) in (0..).zip(&table.points) {
            let point = question.analysis.texts.point(place.response as usize, place.point as usize);
            for token in point.tokens.iter().chain(&point.phrases) {
                let points: &mut Vec<u32> = match token.left_out() {
                    None => &mut carrying[token.term_idx() as usize],
                    Some(LeftOut::Question) => &mut asked[token.term_idx() as usize],
                    Some(_) => continue,
                };
                if points.last() != Some(&at) {
                    points.push(at);
                }
            }
        }
        let seeker = Seeker::new(&question.analysis.vocabulary);
        Self { table, texts: question.texts(), seeker, carrying, asked, held: HeldTerms::default(), question }
    }

    /// The question.
    pub fn question(&self) -> &'q CodedQuestion {
        self.question
    }

    /// Where its points are.
    pub fn table(&self) -> &PointTable {
        &self.table
    }

    /// The points that hold a word or phrase, ascending, as a theme with it would have them.
    ///
    /// # Errors
    /// [`FormError`] if it cannot be looked for.
    pub fn search(&self, form: &str, language: Language, analyser: &Analyser<'_>) -> Result<Vec<u32>, FormError> {
        let sought = self.seeker.seek(form, language, analyser)?;
        Ok(self.points_of(&sought))
    }

    /// What a word or phrase stands for.
    ///
    /// # Errors
    /// [`FormError`] if it cannot be looked for.
    pub fn seek(&self, form: &str, language: Language, analyser: &Analyser<'_>) -> Result<Sought, FormError> {
        self.seeker.seek(form, language, analyser)
    }

    /// Where a word or phrase stands in a point: bytes of what was analysed.
    pub fn spans(&self, form: &str, language: Language, analyser: &Analyser<'_>, point: u32) -> Vec<Span> {
        let Ok(sought) = self.seeker.seek(form, language, analyser) else { return Vec::new() };
        let place = self.table.points[point as usize];
        let content = self.question.analysis.texts.point(place.response as usize, place.point as usize);
        sought.spans(self.texts[place.response as usize], &content, self.is_asked(&sought))
    }

    /// Whether a term counts as a word of the question alone: then it counts where it is one.
    fn is_asked(&self, sought: &Sought) -> bool {
        matches!(sought, Sought::Term(term) if self.carrying[*term as usize].is_empty())
    }

    fn points_of(&self, sought: &Sought) -> Vec<u32> {
        match sought {
            Sought::Absent => Vec::new(),
            Sought::Term(term) if self.is_asked(sought) => self.asked[*term as usize].clone(),
            Sought::Term(term) => self.carrying[*term as usize].clone(),
            Sought::Prefix(terms) => {
                let mut points: Vec<u32> =
                    terms.iter().flat_map(|term| &self.carrying[*term as usize]).copied().collect();
                points.sort_unstable();
                points.dedup();
                points
            }
            Sought::Run(_) => {
                // In a run words of the question count beside others.
                let of_first = sought.first_terms().iter();
                let of_first =
                    of_first.flat_map(|term| self.carrying[*term as usize].iter().chain(&self.asked[*term as usize]));
                let mut points: Vec<u32> = of_first.copied().collect();
                points.sort_unstable();
                points.dedup();
                points.retain(|point| {
                    let place = self.table.points[*point as usize];
                    let content = self.question.analysis.texts.point(place.response as usize, place.point as usize);
                    !sought.spans(self.texts[place.response as usize], &content, true).is_empty()
                });
                points
            }
        }
    }

    /// Looks up the words of a frame that are not known yet; to be called before anything else is asked of the frame.
    pub fn learn(&mut self, state: &FrameState, analyser: &Analyser<'_>) {
        for (language, term) in terms([state], &self.question.id) {
            if !self.held.knows(language, &term) {
                let points = self.search(&term, language, analyser).unwrap_or_default();
                self.held.insert(language, &term, points);
            }
        }
    }

    /// Forgets the words that none of these frames has: what was looked up for frames that came to nothing.
    pub fn forget_others(&mut self, states: &[&FrameState]) {
        let known = terms(states.iter().copied(), &self.question.id);
        self.held.retain(&known);
    }

    /// The themes of the question, with their points.
    pub fn code(&self, state: &FrameState) -> Vec<CodedTheme> {
        code(state, &self.question.id, &|language, term| self.held.of(language, term), &self.table)
    }

    /// The points of a theme as it would be with one more word, those below it aside. `points`: those that hold the word, as
    /// [`search`](Self::search) gives them.
    pub fn members_with(&self, theme: &ThemeState, language: Language, term: &str, points: &[u32]) -> Members {
        let mut theme = theme.clone();
        theme.include(language, FrameTerm { text: term.to_owned(), decision: None, line: 0 });
        let held = |of: Language, text: &str| {
            if of == language && text == term { points } else { self.held.of(of, text) }
        };
        members(&theme, &held, &self.table)
    }

    /// The points of one theme, those below it aside.
    pub fn members(&self, theme: &ThemeState) -> Members {
        members(theme, &|language, term| self.held.of(language, term), &self.table)
    }

    /// The respondents of these points, raw and with near-duplicates counted once.
    pub fn count(&self, points: impl Iterator<Item = u32>) -> (u64, u64) {
        let place = |point: u32| (self.table.points[point as usize].response, self.table.points[point as usize].point);
        self.question.count(points.map(place))
    }

    /// The decisions of a frame about the question that touch nothing.
    pub fn idle(&self, frame: &CodeFrame, state: &FrameState) -> Vec<IdleDecision> {
        let decisions = frame.decisions.iter().zip(&state.undone_by);
        let of_question = decisions.filter(|(decision, by)| by.is_none() && decision.question == self.question.id);
        let held = |language: Language, term: &str| self.held.of(language, term);
        let idle = of_question.filter_map(|(decision, _)| {
            let reason = idle(decision, self.question.language, &held, &self.table)?;
            Some(IdleDecision::of(decision, reason))
        });
        idle.collect()
    }
}
