//! Making a model of a finished run.

use super::model::places;
use super::{
    MODEL_SCHEMA, MadeFrom, ModelError, ModelGroup, ModelQuestion, ModelTerm, ModelTheme, Standing, Tally, ThemeModel,
    holding, tally, words_of,
};
use crate::codeframe::coding::{CodedTheme, covers};
use crate::codeframe::{Action, CodeFrame, Desk, FrameState, Reader};
use crate::error::Error;
use crate::run_folder::{CodedQuestion, CodedRun, read_manifest};
use canvass_analysis::{GivenTheme, SpacePoints, ThemeSpace};
use canvass_text::{Analyser, Language, Sought};
use std::collections::{BTreeMap, BTreeSet};

/// A word is kept if so many hold it: a word of one answer says who wrote it.
const LEAST_HOLDING: u64 = 2;
/// There is at most an axis for so many points.
const POINTS_FOR_AN_AXIS: usize = 10;
/// There are two axes, at least.
const LEAST_AXES: usize = 2;

/// Keeps the themes of a run for later consultations. `name`: what the consultation is called; may be empty.
///
/// What the code frame of the run decides of words, names and themes goes with them; what it decides of single answers cannot.
///
/// # Errors
/// [`ModelError::NoThemes`]; [`Error::NotARunFolder`], [`Error::CodeFrame`], [`Error::Resource`].
pub fn fit(run: &CodedRun, name: &str) -> Result<ThemeModel, Error> {
    let manifest = read_manifest(&run.folder)?;
    let reader = Reader::new(&run.config)?;
    let analyser = reader.analyser();
    let whole = run.code_frame(&analyser);
    let frame = of_words(&whole)?;
    let state = frame.replay()?;
    if !state.themes.iter().any(crate::codeframe::ThemeState::is_live) {
        return Err(ModelError::NoThemes { folder: run.folder.display().to_string() }.into());
    }
    let questions: Vec<ModelQuestion> = (run.questions.iter())
        .map(|question| {
            let groups = groups(question, &state, &analyser, run);
            ModelQuestion { id: question.id.clone(), text: question.text.clone(), groups }
        })
        .filter(|question| !question.groups.is_empty())
        .collect();
    let made_from = MadeFrom {
        settings_blake3: manifest.settings_blake3,
        inputs: manifest.inputs.into_iter().map(|input| (input.file, input.blake3)).collect(),
        resources: manifest.resources.into_iter().map(|resource| (resource.name, resource.blake3)).collect(),
    };
    let model = ThemeModel {
        schema: MODEL_SCHEMA.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        blake3: String::new(),
        name: name.trim().to_owned(),
        made_from,
        codeframe: frame.to_toml(),
        n_left_out: whole.decisions.iter().filter(|decision| is_of_answers(&decision.action)).count() as u64,
        questions,
    };
    Ok(model.sealed())
}

/// Whether a decision is about single answers.
fn is_of_answers(action: &Action) -> bool {
    action.is_coding() || matches!(action, Action::MarkExemplar { .. } | Action::ExcludeVerbatim { .. })
}

/// A frame without what it decides of single answers, and without what was taken back.
fn of_words(frame: &CodeFrame) -> Result<CodeFrame, Error> {
    let undone = frame.replay()?.undone_by;
    let is_kept = |(decision, undone): &(&crate::codeframe::Decision, Option<usize>)| {
        undone.is_none() && !is_of_answers(&decision.action) && !matches!(decision.action, Action::Undo { .. })
    };
    let decisions = frame.decisions.iter().zip(undone).filter(is_kept).map(|(decision, _)| decision.clone());
    Ok(CodeFrame { decisions: decisions.collect(), ..frame.clone() })
}

/// The languages of a question whose themes are kept.
fn groups(question: &CodedQuestion, state: &FrameState, analyser: &Analyser<'_>, run: &CodedRun) -> Vec<ModelGroup> {
    let mut desk = Desk::new(question);
    desk.learn(state, analyser);
    let coded = desk.code(state);
    let homes: Vec<Language> =
        question.groups.iter().map(|group| group.language).filter(|of| covers(state, &question.id, *of)).collect();
    let axes = run.config.themes.dimensions as usize;
    let seed = run.config.seed.unwrap_or_default();
    let fitting = Fitting { question, desk: &desk, state, analyser };
    let of_home = question.groups.iter().filter(|group| homes.contains(&group.language));
    of_home
        .map(|group| {
            let is_home =
                |of: Language| of == group.language || !homes.contains(&of) && homes.first() == Some(&group.language);
            let is_of_group = |coded: &&CodedTheme| {
                let theme = &state.themes[coded.theme];
                theme.is_live() && is_home(theme.language)
            };
            let themes: Vec<&CodedTheme> = coded.iter().filter(is_of_group).collect();
            let counts = (group.base, group.base_once);
            fitting.group(group.language, counts, &themes, axes, seed)
        })
        .collect()
}

/// A question being fitted.
struct Fitting<'f> {
    question: &'f CodedQuestion,
    desk: &'f Desk<'f>,
    state: &'f FrameState,
    analyser: &'f Analyser<'f>,
}

impl Fitting<'_> {
    fn group(
        &self,
        language: Language,
        (base, base_once): (u64, u64),
        coded: &[&CodedTheme],
        most_axes: usize,
        seed: u64,
    ) -> ModelGroup {
        let points = self.points(language);
        let (terms, columns) = self.terms(language, &points);
        let words = |point: &(u32, u32)| -> Vec<Option<u32>> {
            self.placing(language, *point).into_iter().map(|term| columns[term as usize]).collect()
        };
        let (counts, n_unknown) = words_of(points.iter().map(words), terms.len());
        let rows: BTreeMap<(u32, u32), u32> = points.iter().copied().zip(0..).collect();
        let fitted = self.firsts(&points);
        let of_fitted: BTreeMap<u32, u32> = fitted.iter().map(|row| *row as u32).zip(0..).collect();
        let mut in_themes = vec![false; points.len()];
        let (mut given, mut themes) = (Vec::new(), Vec::new());
        for coded in coded {
            let theme = &self.state.themes[coded.theme];
            let members = coded.members.iter().filter_map(|(point, _)| rows.get(&self.place(*point)).copied());
            let members: Vec<u32> = members.collect();
            for row in &members {
                in_themes[*row as usize] = true;
            }
            let points = members.iter().filter_map(|row| of_fitted.get(row).copied()).collect();
            given.push(GivenTheme { terms: self.own_terms(coded, language, &columns), points });
            let (n_respondents, n_respondents_once) = self.desk.count(coded.members.iter().map(|(point, _)| *point));
            let (id, label) = (theme.id.clone(), theme.name.clone());
            themes.push(ModelTheme { id, label, n_respondents, n_respondents_once });
        }
        let unknown_of_fitted: Vec<u32> = fitted.iter().map(|row| n_unknown[*row]).collect();
        let of_space = SpacePoints { counts: &counts.selected(&fitted), n_unknown: &unknown_of_fitted };
        let n_axes = most_axes.min((fitted.len() / POINTS_FOR_AN_AXIS).max(LEAST_AXES));
        let space = ThemeSpace::fit(&of_space, &given, n_axes, seed);
        let near = space.near(&SpacePoints { counts: &counts, n_unknown: &n_unknown });
        let standings = points.iter().zip(near).zip(in_themes);
        let standings =
            standings.map(|((point, near), is_coded)| Standing::of(is_coded, near, self.says_something(*point)));
        let standings: Vec<Standing> = standings.collect();
        let of = |whose: &dyn Fn((u32, u32)) -> u32| -> Tally {
            tally(points.iter().map(|point| whose(*point)).zip(standings.iter().copied()))
        };
        ModelGroup {
            language,
            base,
            base_once,
            tally: of(&|(response, _)| self.question.responses[response as usize].respondent),
            tally_once: of(&|(response, point)| self.question.unit_of(response, point)),
            themes,
            terms,
            space,
        }
    }

    fn place(&self, point: u32) -> (u32, u32) {
        let place = self.desk.table().points[point as usize];
        (place.response, place.point)
    }

    /// The points of the answers in a language, as (response, point), ascending.
    fn points(&self, language: Language) -> Vec<(u32, u32)> {
        let of_language = (0..).zip(&self.question.responses).filter(|(_, response)| response.language == language);
        let n_points = |response: u32| self.question.analysis.texts.n_points(response as usize) as u32;
        of_language.flat_map(|(response, _)| (0..n_points(response)).map(move |point| (response, point))).collect()
    }

    /// The rows of the points that are nobody's copy: those of the first respondent of each unit, and what copies add.
    fn firsts(&self, points: &[(u32, u32)]) -> Vec<usize> {
        let mut first: BTreeMap<u32, u32> = BTreeMap::new();
        let is_first = |(_, (response, point)): &(usize, &(u32, u32))| {
            let of = &self.question.responses[*response as usize];
            let is_own = of.additions[*point as usize].is_some();
            is_own || *first.entry(of.counts_as).or_insert(of.respondent) == of.respondent
        };
        points.iter().enumerate().filter(is_first).map(|(row, _)| row).collect()
    }

    /// The words that enough hold, in the order of the vocabulary, and for each term of the vocabulary its place among them.
    fn terms(&self, language: Language, points: &[(u32, u32)]) -> (Vec<ModelTerm>, Vec<Option<u32>>) {
        let vocabulary = &self.question.analysis.vocabulary.terms;
        let mut held: Vec<(u32, u32)> = Vec::new();
        for (response, point) in points {
            let unit = self.question.unit_of(*response, *point);
            held.extend(self.placing(language, (*response, *point)).into_iter().map(|term| (term, unit)));
        }
        let holding = holding(held, vocabulary.len());
        let (mut terms, mut columns) = (Vec::new(), vec![None; vocabulary.len()]);
        for ((term, n), column) in vocabulary.iter().zip(holding).zip(&mut columns) {
            if n >= LEAST_HOLDING {
                *column = Some(terms.len() as u32);
                terms.push(ModelTerm(
                    term.kind.name().into(),
                    term.stem.clone(),
                    term.surface().into(),
                    n,
                    term.general,
                ));
            }
        }
        (terms, columns)
    }

    /// The terms of a point that it is placed by, as often as they stand there.
    fn placing(&self, language: Language, (response, point): (u32, u32)) -> Vec<u32> {
        let terms = &self.question.analysis.vocabulary.terms;
        let point = self.question.analysis.texts.point(response as usize, point as usize);
        let places = move |term: &u32| {
            let term = &terms[*term as usize];
            term.language == language && places(term.kind)
        };
        point.carrying().map(canvass_text::Token::term_idx).filter(places).collect()
    }

    fn says_something(&self, (response, point): (u32, u32)) -> bool {
        self.question.analysis.texts.point(response as usize, point as usize).carrying().next().is_some()
    }

    /// The kept words that put points into a theme.
    fn own_terms(&self, coded: &CodedTheme, language: Language, columns: &[Option<u32>]) -> Vec<u32> {
        let included = self.state.themes[coded.theme].included().filter(|(of, _)| *of == language);
        let terms = included.flat_map(|(_, term)| match self.desk.seek(&term.text, language, self.analyser) {
            Ok(Sought::Term(term)) => vec![term],
            Ok(Sought::Prefix(terms)) => terms,
            _ => Vec::new(),
        });
        let kept: BTreeSet<u32> = terms.filter_map(|term| columns[term as usize]).collect();
        kept.into_iter().collect()
    }
}
