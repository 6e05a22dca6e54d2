//! Applying a code frame: which points are in which theme, and by what.

use super::{Decision, FrameState, Origin, Part, PointRef, Rule, Status, ThemeState};
use crate::codeframe::Action;
use canvass_text::{Analyser, Language, Seeker, Span};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// The points of a question's answers, numbered in the order of the answers.
#[derive(Clone, Debug, Default)]
pub struct PointTable {
    /// For each point its place.
    pub points: Vec<PlacedPoint>,
    /// For each response the numbers of its points.
    pub responses: Vec<Range<u32>>,
    /// For each response the language it was read in.
    pub languages: Vec<Language>,
    /// The responses of an id: several where double submissions are kept.
    pub ids: BTreeMap<String, Vec<u32>>,
}

/// Where a point is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct PlacedPoint {
    /// The response.
    pub response: u32,
    /// The point's index there.
    pub point: u32,
    /// Its bytes in what was analysed.
    pub span: Span,
}

/// What put a point into a theme.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum PutBy {
    /// It holds a word of the theme.
    Words,
    /// A classifier learnt from what people coded puts the response there, of which this is the longest point.
    Classifier,
    /// Someone put the point there.
    Point,
    /// Someone put the whole response there, of which this is the longest point.
    Response,
}

impl PutBy {
    /// Whether people did.
    pub fn is_by_hand(self) -> bool {
        self >= Self::Point
    }

    /// The word that stands in every output.
    pub fn name(self) -> &'static str {
        match self {
            Self::Words => "words",
            Self::Classifier => "classifier",
            Self::Point => "point",
            Self::Response => "response",
        }
    }
}

/// The points in a theme, ascending, each with what put it there.
pub type Members = Vec<(u32, PutBy)>;

/// Where terms stand: for a language and a term as it is written the points that hold it, ascending.
pub type Held<'h> = dyn Fn(Language, &str) -> &'h [u32] + 'h;

impl PointTable {
    /// Adds the next response.
    pub fn push(&mut self, id: &str, language: Language, spans: impl Iterator<Item = Span>) {
        let response = self.responses.len() as u32;
        let first = self.points.len() as u32;
        self.points.extend((0..).zip(spans).map(|(point, span)| PlacedPoint { response, point, span }));
        self.responses.push(first..self.points.len() as u32);
        self.languages.push(language);
        self.ids.entry(id.to_owned()).or_default().push(response);
    }

    /// The points that a reference means; none if there is no such point.
    pub fn find(&self, point: &PointRef) -> Vec<u32> {
        let responses = self.ids.get(&point.response).into_iter().flatten();
        let span = Span { start: point.start, end: point.end };
        let points = responses.flat_map(|response| self.responses[*response as usize].clone());
        points.filter(|at| self.points[*at as usize].span == span).collect()
    }

    /// The longest point of a response, the first of equals.
    fn longest(&self, response: u32) -> Option<u32> {
        let length = |at: &u32| self.points[*at as usize].span.end - self.points[*at as usize].span.start;
        // `max_by_key` keeps the last of equals.
        self.responses[response as usize].clone().rev().max_by_key(length)
    }
}

/// The points in a theme, those below it aside.
pub fn members(theme: &ThemeState, held: &Held<'_>, table: &PointTable) -> Members {
    let mut by: Vec<Option<PutBy>> = vec![None; table.points.len()];
    for part in &theme.parts {
        let mut of_part = vec![None; table.points.len()];
        add_rules(&mut of_part, &part.rules, held, table);
        add_decisions(&mut of_part, part, table);
        for (by, of_part) in by.iter_mut().zip(of_part) {
            *by = (*by).max(of_part);
        }
    }
    add_rules(&mut by, &theme.own.rules, held, table);
    add_decisions(&mut by, &theme.own, table);
    (0..).zip(by).filter_map(|(point, by)| Some((point, by?))).collect()
}

fn add_rules(by: &mut [Option<PutBy>], rules: &[Rule], held: &Held<'_>, table: &PointTable) {
    for rule in rules {
        let excluded: BTreeSet<u32> =
            rule.exclude.iter().flat_map(|term| held(rule.language, &term.text)).copied().collect();
        for point in rule.include.iter().flat_map(|term| held(rule.language, &term.text)) {
            let response = table.points[*point as usize].response;
            if table.languages[response as usize] == rule.language && !excluded.contains(point) {
                let by = &mut by[*point as usize];
                *by = (*by).max(Some(PutBy::Words));
            }
        }
    }
}

fn add_decisions(by: &mut [Option<PutBy>], part: &Part, table: &PointTable) {
    for (id, proposed) in &part.proposed {
        for response in table.ids.get(id).into_iter().flatten() {
            let mut points = table.responses[*response as usize].clone();
            if !proposed.is_in {
                // What people put in stays in.
                points.for_each(|at| by[at as usize] = by[at as usize].filter(|by| by.is_by_hand()));
            } else if !points.any(|at| by[at as usize].is_some())
                && let Some(longest) = table.longest(*response)
            {
                by[longest as usize] = Some(PutBy::Classifier);
            }
        }
    }
    for (point, pin) in &part.pins {
        for at in table.find(point) {
            by[at as usize] = pin.is_in.then_some(PutBy::Point);
        }
    }
    for (id, code) in &part.codes {
        for response in table.ids.get(id).into_iter().flatten() {
            let mut points = table.responses[*response as usize].clone();
            if !code.is_in {
                points.for_each(|at| by[at as usize] = None);
                continue;
            }
            // Someone says so of the response; whatever else put it there says no more.
            for at in points.clone() {
                by[at as usize] = by[at as usize].map(|by| by.max(PutBy::Response));
            }
            if !points.any(|at| by[at as usize].is_some())
                && let Some(longest) = table.longest(*response)
            {
                by[longest as usize] = Some(PutBy::Response);
            }
        }
    }
}

/// A theme of a question as it codes.
#[derive(Clone, Debug)]
pub struct CodedTheme {
    /// Its place in [`FrameState::themes`].
    pub theme: usize,
    /// Its points, with those of the themes below it.
    pub members: Members,
}

/// The themes of a question that are there, in the order of the frame; rejected ones too, which code nothing.
pub fn code(state: &FrameState, question: &str, held: &Held<'_>, table: &PointTable) -> Vec<CodedTheme> {
    let there = |theme: &&ThemeState| theme.question == question && theme.fate == super::Fate::There;
    let own: Vec<(usize, Members)> = (state.themes.iter().enumerate())
        .filter(|(_, theme)| there(theme))
        .map(|(at, theme)| (at, members(theme, held, table)))
        .collect();
    let with_those_below = own.iter().map(|(at, members)| {
        let mut all: BTreeMap<u32, PutBy> = members.iter().copied().collect();
        for (other, below) in &own {
            if *other != *at && state.themes[*other].is_live() && is_below(state, *other, *at) {
                for (point, by) in below {
                    let known = all.entry(*point).or_insert(*by);
                    *known = (*known).max(*by);
                }
            }
        }
        CodedTheme { theme: *at, members: all.into_iter().collect() }
    });
    with_those_below.collect()
}

/// Whether a theme stands somewhere below another of its question.
fn is_below(state: &FrameState, theme: usize, above: usize) -> bool {
    let theme = &state.themes[theme];
    let mut next = theme.parent.as_deref();
    // Parents make no circles; a count makes sure.
    for _ in 0..state.themes.len() {
        let Some(id) = next else { return false };
        if state.themes[above].id == id {
            return true;
        }
        next = state.theme(&theme.question, id).and_then(|parent| parent.parent.as_deref());
    }
    false
}

/// Whether the frame settles the themes of the answers to a question in a language: it has, or had, a theme with words of it.
pub fn covers(state: &FrameState, question: &str, language: Language) -> bool {
    state.themes.iter().filter(|theme| theme.question == question).any(|theme| {
        theme.language == language
            || theme.all_parts().flat_map(|part| &part.rules).any(|rule| rule.language == language)
    })
}

/// All words of a question's themes, those they had and those that keep points out included, each once.
pub fn terms<'s>(states: impl IntoIterator<Item = &'s FrameState>, question: &str) -> Vec<(Language, String)> {
    let themes = states.into_iter().flat_map(|state| &state.themes).filter(|theme| theme.question == question);
    let terms = themes.flat_map(|theme| theme.included().chain(theme.excluded()));
    let terms: BTreeSet<(Language, String)> = terms.map(|(language, term)| (language, term.text.clone())).collect();
    terms.into_iter().collect()
}

/// Why a decision touches nothing in these answers, where it does not: a word that none of them has, a point or response that is not
/// there.
pub fn idle(decision: &Decision, main: Language, held: &Held<'_>, table: &PointTable) -> Option<&'static str> {
    const NO_WORD: &str = "no answer holds it";
    const NO_POINT: &str = "there is no such point";
    const NO_RESPONSE: &str = "there is no such response";
    let point = |response: &str, start: u32, end: u32| {
        let reference = PointRef { response: response.to_owned(), start, end };
        match () {
            () if !table.ids.contains_key(response) => Some(NO_RESPONSE),
            () if table.find(&reference).is_empty() => Some(NO_POINT),
            () => None,
        }
    };
    let holds = |language: &str, term: &str| {
        let language = super::language_of(language).unwrap_or(main);
        let points = held(language, term).iter().map(|at| table.points[*at as usize].response);
        points.into_iter().any(|response| table.languages[response as usize] == language)
    };
    match &decision.action {
        Action::AddTerm { term, language, .. } | Action::RemoveTerm { term, language, .. } => {
            (!holds(language, term)).then_some(NO_WORD)
        }
        Action::Add { include, language, .. } => {
            let none = !include.is_empty() && !include.iter().any(|term| holds(language, term));
            none.then_some(NO_WORD)
        }
        Action::PinPoint { response, start, end, .. }
        | Action::DropPoint { response, start, end, .. }
        | Action::MovePoint { response, start, end, .. }
        | Action::MarkExemplar { response, start, end, .. }
        | Action::ExcludeVerbatim { response, start, end, .. } => point(response, *start, *end),
        Action::CodeResponse { response, .. }
        | Action::CodeExactly { response, .. }
        | Action::DropResponse { response, .. }
        | Action::MoveResponse { response, .. } => (!table.ids.contains_key(response)).then_some(NO_RESPONSE),
        Action::ProposeCoding { responses, without, .. } => {
            let mut named = responses.iter().chain(without).peekable();
            (named.peek().is_some() && !named.any(|id| table.ids.contains_key(id))).then_some(NO_RESPONSE)
        }
        _ => None,
    }
}

/// For each of these terms the points that hold it, found one by one: what [`Held`] is made from.
#[derive(Clone, Debug, Default)]
pub struct HeldTerms {
    held: BTreeMap<(Language, String), Vec<u32>>,
}

impl HeldTerms {
    /// Sets the points of a term, ascending.
    pub fn insert(&mut self, language: Language, term: &str, points: Vec<u32>) {
        self.held.insert((language, term.to_owned()), points);
    }

    /// Forgets all terms but these, which are in order.
    pub fn retain(&mut self, terms: &[(Language, String)]) {
        self.held.retain(|known, _| terms.binary_search(known).is_ok());
    }

    /// Whether the points of a term are known.
    pub fn knows(&self, language: Language, term: &str) -> bool {
        self.held.contains_key(&(language, term.to_owned()))
    }

    /// The points of a term.
    pub fn of(&self, language: Language, term: &str) -> &[u32] {
        self.held.get(&(language, term.to_owned())).map_or(&[], Vec::as_slice)
    }
}

/// What an analyst has done with a theme, and what came of it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Told {
    /// Who wrote it.
    pub origin: Origin,
    /// What is said of it.
    pub status: Status,
    /// The decisions about it.
    pub n_decisions: u64,
}

impl Told {
    /// Of a theme.
    pub fn of(theme: &ThemeState) -> Self {
        Self { origin: theme.origin, status: theme.status, n_decisions: theme.decisions.len() as u64 }
    }
}

/// The first term of a state that cannot be looked for, with its line.
pub fn check_terms(states: &[&FrameState], analyser: &Analyser<'_>) -> Result<(), (u32, super::FrameFault)> {
    let nothing = canvass_text::Vocabulary::default();
    let seeker = Seeker::new(&nothing);
    for theme in states.iter().flat_map(|state| &state.themes) {
        for (language, term) in theme.included().chain(theme.excluded()) {
            if let Err(why) = seeker.seek(&term.text, language, analyser) {
                return Err((term.line, super::FrameFault::Term { term: term.text.clone(), why }));
            }
        }
    }
    Ok(())
}
