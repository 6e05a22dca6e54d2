//! The theme stage where a code frame settles the themes.

use super::groups::{Parts, counts_of, naming, parts, stability};
use super::keep::Keeping;
use super::{Frame, LanguageGroup};
use crate::codeframe::coding::{CodedTheme, HeldTerms, PointTable, PutBy, Told, code, idle};
use crate::codeframe::{CodeFrame, FrameState, Learnt, Origin, PointRef, Status};
use crate::error::Error;
use crate::findings::{Coded, IdleDecision};
use crate::settings::Settings;
use canvass_analysis::{Algorithm, Basis, GivenTheme, Stability, ThemeInput, describe_themes};
use canvass_text::{Language, Term, TermKind};
use std::collections::{BTreeMap, BTreeSet};

/// The themes of a language group as a frame has them, one for each of its themes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FramedTheme {
    /// The id in the frame.
    pub id: String,
    /// What the frame calls it.
    pub name: String,
    /// What belongs to it.
    pub definition: String,
    /// The theme above it.
    pub parent: Option<String>,
    /// What was done with it.
    pub told: Moved,
    /// The points that show it best, as (response, point).
    pub exemplars: Vec<(u32, u32)>,
    /// The points that are not to be quoted for it.
    pub unquoted: BTreeSet<(u32, u32)>,
    /// Those of its points that people or a classifier put there, as (response, point): the point itself, or its response as a whole.
    pub put_by: BTreeMap<(u32, u32), PutBy>,
}

/// A theme of a frame, and what decisions did to it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Moved {
    /// Who wrote it.
    pub origin: Origin,
    /// What is said of it.
    pub status: Status,
    /// The decisions about it.
    pub n_decisions: u64,
    /// The responses in it that were not in it as the file has it.
    pub n_in: u64,
    /// Those that were, and are no longer.
    pub n_out: u64,
    /// The responses in it by hand.
    pub n_by_hand: u64,
    /// The responses in it because a classifier proposed them.
    pub n_by_classifier: u64,
    /// How good that classifier is.
    pub learnt: Option<Learnt>,
}

impl Default for Moved {
    fn default() -> Self {
        Self {
            origin: Origin::Proposed,
            status: Status::Proposed,
            n_decisions: 0,
            n_in: 0,
            n_out: 0,
            n_by_hand: 0,
            n_by_classifier: 0,
            learnt: None,
        }
    }
}

/// What a frame says of a question beside the themes that code it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FramedQuestion {
    /// The themes of the frame that are there, in its order: id, name, what was done with it, and its responses; those of rejected themes are
    /// those it would have.
    pub themes: Vec<FramedRow>,
    /// The decisions that touch nothing.
    pub idle: Vec<IdleDecision>,
    /// The decisions about the question that apply.
    pub n_decisions: u64,
}

/// A line of the frame.
#[derive(Clone, Debug, PartialEq)]
pub struct FramedRow {
    /// The id.
    pub id: String,
    /// The name.
    pub name: String,
    /// What belongs to it.
    pub definition: String,
    /// The theme above it.
    pub parent: Option<String>,
    /// What was done with it.
    pub moved: Moved,
    /// Its responses.
    pub responses: BTreeSet<u32>,
}

/// A theme of a frame that codes answers.
pub(super) struct LiveTheme {
    pub(super) id: String,
    /// Its terms that occur.
    pub(super) terms: Vec<u32>,
    /// Its points, as (response, point).
    pub(super) points: Vec<(u32, u32)>,
}

/// A question with its frame applied.
pub(super) struct Applied<'f> {
    frame: &'f CodeFrame,
    state: &'f FrameState,
    question: &'f str,
    table: PointTable,
    themes: Vec<CodedTheme>,
    moved: Vec<Moved>,
    pub(super) told: FramedQuestion,
}

/// Where the points of a question are.
fn table_of(coded: &Coded<'_>) -> PointTable {
    let mut table = PointTable::default();
    for ((position, text), read_in) in coded.positions.iter().zip(coded.analysis.texts.iter()).zip(&coded.read_in) {
        let id = &coded.intake.responses[*position].response_id;
        table.push(id, read_in.language, text.points.iter().map(|point| point.span));
    }
    table
}

/// Applies a frame to a question.
pub(super) fn apply<'f>(coded: &Coded<'_>, frame: &'f Frame) -> Applied<'f> {
    let Frame { frame, state, proposed, .. } = frame;
    let id = &coded.intake.questions[coded.question_idx as usize].id;
    let table = table_of(coded);
    let held = held(coded, &table);
    let held = |language: Language, term: &str| held.of(language, term);
    let themes = code(state, id, &held, &table);
    let before = code(proposed, id, &held, &table);
    let responses = |coded: &CodedTheme| -> BTreeSet<u32> {
        coded.members.iter().map(|(point, _)| table.points[*point as usize].response).collect()
    };
    let (mut moved, mut rows) = (Vec::new(), Vec::new());
    for coded in &themes {
        let theme = &state.themes[coded.theme];
        let now = responses(coded);
        let then = before.iter().find(|before| proposed.themes[before.theme].id == theme.id).map(&responses);
        let then = then.unwrap_or_default();
        let told = Told::of(theme);
        let put = |is_meant: &dyn Fn(PutBy) -> bool| -> BTreeSet<u32> {
            let points = coded.members.iter().filter(|(_, by)| is_meant(*by));
            points.map(|(point, _)| table.points[*point as usize].response).collect()
        };
        let by_hand = put(&PutBy::is_by_hand);
        let by_classifier = put(&|by| by == PutBy::Classifier);
        let of_theme = Moved {
            origin: told.origin,
            status: told.status,
            n_decisions: told.n_decisions,
            n_in: now.difference(&then).count() as u64,
            n_out: then.difference(&now).count() as u64,
            n_by_hand: by_hand.len() as u64,
            n_by_classifier: by_classifier.difference(&by_hand).count() as u64,
            learnt: theme.learnt(),
        };
        moved.push(of_theme);
        rows.push(FramedRow {
            id: theme.id.clone(),
            name: theme.name.clone(),
            definition: theme.definition.clone(),
            parent: theme.parent.clone(),
            moved: of_theme,
            responses: now,
        });
    }
    let decisions = frame.decisions.iter().enumerate().filter(|(at, _)| state.undone_by[*at].is_none());
    let of_question: Vec<_> = decisions.filter(|(_, decision)| decision.question == *id).collect();
    let main = coded.main_language;
    let idle = of_question
        .iter()
        .filter_map(|(_, decision)| Some(IdleDecision::of(decision, idle(decision, main, &held, &table)?)));
    let told = FramedQuestion { themes: rows, idle: idle.collect(), n_decisions: of_question.len() as u64 };
    let question = frame_question(state, id);
    Applied { frame, state, question, table, themes, moved, told }
}

/// The question's id as the frame has it.
fn frame_question<'f>(state: &'f FrameState, id: &str) -> &'f str {
    state.themes.iter().find(|theme| theme.question == id).map_or("", |theme| theme.question.as_str())
}

/// The points that hold the frame's terms.
fn held(coded: &Coded<'_>, table: &PointTable) -> HeldTerms {
    let mut points: BTreeMap<u32, Vec<u32>> =
        coded.frame_terms.values().flatten().map(|term_idx| (*term_idx, Vec::new())).collect();
    for (at, place) in (0..).zip(&table.points) {
        let point = coded.analysis.texts.point(place.response as usize, place.point as usize);
        for token in point.carrying() {
            if let Some(points) = points.get_mut(&token.term_idx())
                && points.last() != Some(&at)
            {
                points.push(at);
            }
        }
    }
    let mut held = HeldTerms::default();
    for ((language, term), term_idx) in &coded.frame_terms {
        held.insert(*language, term, term_idx.map_or_else(Vec::new, |term_idx| points[&term_idx].clone()));
    }
    held
}

impl Applied<'_> {
    /// Whether the frame settles the themes of a language.
    pub(super) fn covers(&self, language: Language) -> bool {
        crate::codeframe::coding::covers(self.state, self.question, language)
    }

    /// The themes that code answers.
    pub(super) fn live(&self, coded: &Coded<'_>) -> Vec<LiveTheme> {
        let place = |point: u32| {
            let placed = self.table.points[point as usize];
            (placed.response, placed.point)
        };
        let live = self.themes.iter().filter(|of| self.state.themes[of.theme].is_live());
        live.map(|of| LiveTheme {
            id: self.state.themes[of.theme].id.clone(),
            terms: self.terms(coded, of.theme),
            points: of.members.iter().map(|(point, _)| place(*point)).collect(),
        })
        .collect()
    }

    /// The themes of a language group. `homes`: the languages that have a group, that of the main language first; a theme in another stands in
    /// the first.
    pub(super) fn group(
        &self,
        coded: &Coded<'_>,
        (language, responses): (Language, Vec<u32>),
        homes: &[Language],
        settings: &Settings,
        keeping: Keeping<'_>,
    ) -> Result<LanguageGroup, Error> {
        let is_home = |of: Language| of == language || !homes.contains(&of) && homes.first() == Some(&language);
        let themes: Vec<(&CodedTheme, Moved)> = (self.themes.iter().zip(&self.moved))
            .filter(|(coded, _)| self.state.themes[coded.theme].is_live())
            .filter(|(coded, _)| is_home(self.state.themes[coded.theme].language))
            .map(|(coded, moved)| (coded, *moved))
            .collect();
        let place = |point: u32| {
            let placed = self.table.points[point as usize];
            (placed.response, placed.point)
        };
        // What is in one of these themes though its answer is in another language.
        let own: BTreeSet<u32> = responses.iter().copied().collect();
        let members = themes.iter().flat_map(|(coded, _)| &coded.members).map(|(point, _)| place(*point));
        let further: BTreeSet<(u32, u32)> = members.filter(|(response, _)| !own.contains(response)).collect();
        let all: BTreeSet<u32> = own.iter().copied().chain(further.iter().map(|(response, _)| *response)).collect();
        let all: Vec<u32> = all.into_iter().collect();
        let mut taken = parts(coded, &all);
        taken.keep(|at| own.contains(&at.0) || further.contains(&at));
        let Parts { points, of, groups, duplicates } = &taken;
        let counts = &counts_of(coded, points);
        let rows: BTreeMap<(u32, u32), u32> = points.iter().copied().zip(0..).collect();
        let mut framed = Vec::with_capacity(themes.len());
        let mut given = Vec::with_capacity(themes.len());
        for (theme, moved) in &themes {
            let mut points: Vec<u32> = theme.members.iter().map(|(point, _)| rows[&place(*point)]).collect();
            points.sort_unstable();
            given.push(GivenTheme { terms: self.terms(coded, theme.theme), points });
            framed.push(self.framed(theme, *moved));
        }
        let (naming, is_word) = &naming(coded, language);
        let input = ThemeInput { counts, responses: of, groups, duplicates, naming, is_word };
        let basis = self.basis(language, points.len());
        let themes = describe_themes(
            &input,
            &given,
            basis.unwrap_or(Basis { n_points: points.len() as u32, ..Basis::default() }),
        );
        let stability = match basis {
            // Only what the machine proposed can come back by itself.
            Some(_) if framed.iter().any(|theme| theme.told.origin == Origin::Proposed) => {
                let measured = stability(&input, &themes, (coded.question_idx, language), settings, keeping)?;
                let of = measured.into_iter().zip(&framed);
                of.map(|(of, theme)| if theme.told.origin == Origin::Proposed { of } else { Stability::default() })
                    .collect()
            }
            _ => Vec::new(),
        };
        let points = taken.points;
        let framed = Some(framed);
        Ok(LanguageGroup { language, responses, points, themes, stability, theme_ids: Vec::new(), framed })
    }

    /// The terms of a theme and of those below it that occur, each once, in the order of the frame.
    fn terms(&self, coded: &Coded<'_>, theme: usize) -> Vec<u32> {
        let mut terms: Vec<u32> = Vec::new();
        for (language, term) in self.state.themes[theme].included() {
            let term_idx = coded.frame_terms.get(&(language, term.text.clone())).copied().flatten();
            terms.extend(term_idx.filter(|term_idx| !terms.contains(term_idx)));
        }
        terms
    }

    fn framed(&self, coded: &CodedTheme, told: Moved) -> FramedTheme {
        let theme = &self.state.themes[coded.theme];
        let place = |point: u32| (self.table.points[point as usize].response, self.table.points[point as usize].point);
        let find = |point: &PointRef| self.table.find(point).into_iter().map(place);
        let for_this = |of: &Option<String>| of.as_ref().is_none_or(|id| *id == theme.id);
        let unquoted = self.state.unquoted.iter();
        let unquoted = unquoted.filter(|unquoted| unquoted.question == theme.question && for_this(&unquoted.theme));
        FramedTheme {
            id: theme.id.clone(),
            name: theme.name.clone(),
            definition: theme.definition.clone(),
            parent: theme.parent.clone(),
            told,
            exemplars: theme.exemplars.iter().flat_map(|(point, _)| find(point)).collect(),
            unquoted: unquoted.flat_map(|unquoted| find(&unquoted.point)).collect(),
            put_by: coded
                .members
                .iter()
                .filter(|(_, by)| *by != PutBy::Words)
                .map(|(point, by)| (place(*point), *by))
                .collect(),
        }
    }

    /// How the machine found the themes of a language, if the frame says so.
    fn basis(&self, language: Language, n_points: usize) -> Option<Basis> {
        let of = |basis: &&crate::codeframe::FrameBasis| {
            basis.question == self.question && basis.language == language.code()
        };
        let basis = self.frame.bases.iter().find(of)?;
        let algorithm = Algorithm::try_from(basis.algorithm.clone()).ok()?;
        Some(Basis { algorithm, n_points: n_points as u32, is_sample: false, n_clusters: basis.n_clusters })
    }
}

/// Whether points in a language are told apart by a term: phrases repeat what their words say.
pub(super) fn clusters_by(term: &Term, language: Language) -> bool {
    term.language == language && matches!(term.kind, TermKind::Word | TermKind::Concept)
}
