//! The theme stage: the answers to a question in each language that has themes of its own, and the themes found in them.

use super::framed::{apply, clusters_by};
use super::keep::{Keeping, Resamples, of_group};
use super::{Frame, FramedQuestion, LanguageGroup};
use crate::error::Error;
use crate::findings::Coded;
use crate::progress::Stage;
use crate::settings::Settings;
use canvass_analysis::{
    Algorithm, Csr, Stability, ThemeInput, Themes, fit_themes, measure_stability, measure_stability_kept,
};
use canvass_text::{Language, Term, TermKind};
use std::collections::BTreeMap;

/// The languages whose answers have themes of their own, with their themes: the main language, whatever the number of its
/// answers, then each with resources and answers enough, the largest first. Where a code frame settles the themes of a language, they are not
/// found but coded; any number of answers is enough then.
pub(super) fn language_groups(
    coded: &Coded<'_>,
    settings: &Settings,
    frame: Option<&Frame>,
    keeping: Keeping<'_>,
) -> Result<(Vec<LanguageGroup>, Option<FramedQuestion>), Error> {
    let applied = frame.map(|frame| apply(coded, frame));
    let is_framed = |language: Language| applied.as_ref().is_some_and(|applied| applied.covers(language));
    let mut by_language: BTreeMap<Language, Vec<u32>> = BTreeMap::new();
    for (response, read_in) in (0..).zip(&coded.read_in) {
        by_language.entry(read_in.language).or_default().push(response);
    }
    let main = by_language.remove(&coded.main_language).unwrap_or_default();
    let enough = |(language, responses): &(Language, Vec<u32>)| {
        let is_large = responses.len() >= settings.text.min_language_group as usize;
        language.has_resources() && (is_large || is_framed(*language))
    };
    let mut further: Vec<(Language, Vec<u32>)> = by_language.into_iter().filter(enough).collect();
    further.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then(a.0.cmp(&b.0)));
    let all: Vec<(Language, Vec<u32>)> = std::iter::once((coded.main_language, main)).chain(further).collect();
    let homes: Vec<Language> = all.iter().map(|(language, _)| *language).filter(|of| is_framed(*of)).collect();
    let groups = all.into_iter().map(|(language, responses)| match &applied {
        Some(applied) if applied.covers(language) => {
            applied.group(coded, (language, responses), &homes, settings, keeping)
        }
        _ => find_themes(coded, language, responses, settings, keeping),
    });
    let groups = groups.collect::<Result<_, _>>()?;
    Ok((groups, applied.filter(|_| !homes.is_empty()).map(|applied| applied.told)))
}

/// Numbers the points of these responses, finds their themes, and measures how stable those are.
fn find_themes(
    coded: &Coded<'_>,
    language: Language,
    responses: Vec<u32>,
    settings: &Settings,
    keeping: Keeping<'_>,
) -> Result<LanguageGroup, Error> {
    let Parts { points, of, groups, duplicates } = &parts(coded, &responses);
    let counts = counts_of(coded, points);
    let (naming, is_word) = &naming(coded, language);
    let input = ThemeInput { counts: &counts, responses: of, groups, duplicates, naming, is_word };
    let themes = keeping.keep(Stage::Themes, &of_group("themes", coded.question_idx, language), || {
        Ok(fit_themes(&input, &settings.themes, settings.seed)?)
    })?;
    let stability = stability(&input, &themes, (coded.question_idx, language), settings, keeping)?;
    let points = points.clone();
    Ok(LanguageGroup { language, responses, points, themes, stability, theme_ids: Vec::new(), framed: None })
}

/// How stable themes are. Where they come from clusters, a resample takes long enough for a checkpoint of its own.
pub(super) fn stability(
    input: &ThemeInput<'_>,
    themes: &Themes,
    (question_idx, language): (u32, Language),
    settings: &Settings,
    keeping: Keeping<'_>,
) -> Result<Vec<Stability>, Error> {
    let (seed, group) = (settings.seed, of_group("stability", question_idx, language));
    keeping.keep(Stage::Themes, &group, || {
        if themes.basis.algorithm == Algorithm::Stems {
            return Ok(measure_stability(input, themes, &settings.themes, seed)?);
        }
        let resamples = Resamples { keeping, group: of_group("resample", question_idx, language) };
        Ok(measure_stability_kept(input, themes, &settings.themes, seed, &resamples)?)
    })
}

/// For each term how well it can name a theme of answers in a language, and whether points are clustered by it.
pub(super) fn naming(coded: &Coded<'_>, language: Language) -> (Vec<f64>, Vec<bool>) {
    let terms = &coded.analysis.vocabulary.terms;
    // What a code frame looks for is no word of the answers' own.
    let can_name = |term: &&Term| !term.general && term.language == language && term.kind != TermKind::Sought;
    let naming = terms.iter().map(|term| Some(term).filter(can_name).map_or(0.0, Term::nominal)).collect();
    (naming, terms.iter().map(|term| clusters_by(term, language)).collect())
}

/// How often each term stands in each of these points.
pub(super) fn counts_of(coded: &Coded<'_>, points: &[(u32, u32)]) -> Csr {
    let mut counts = Csr::new(coded.analysis.vocabulary.terms.len());
    let mut held = Vec::new();
    for (response, point) in points {
        let content = coded.analysis.texts.point(*response as usize, *point as usize);
        held.clear();
        held.extend(content.carrying().map(canvass_text::Token::term_idx));
        counts.push_terms(&mut held);
    }
    counts
}

/// The points that themes are found in, as the theme stage takes them.
#[derive(Clone)]
pub(super) struct Parts {
    /// For each point its response and its index there: those of all responses, then the additions of varied copies.
    pub(super) points: Vec<(u32, u32)>,
    /// For each point what the theme stage takes for its response: additions are responses of their own, numbered behind all others.
    pub(super) of: Vec<u32>,
    /// For each of those what counts once.
    pub(super) groups: Vec<u32>,
    /// For each of those what it is a near-duplicate of.
    pub(super) duplicates: Vec<u32>,
}

impl Parts {
    /// Leaves out points.
    pub(super) fn keep(&mut self, is_kept: impl Fn((u32, u32)) -> bool) {
        let kept: Vec<bool> = self.points.iter().map(|point| is_kept(*point)).collect();
        let mut at = kept.iter();
        self.points.retain(|_| at.next() == Some(&true));
        let mut at = kept.iter();
        self.of.retain(|_| at.next() == Some(&true));
    }
}

/// The points of these responses.
pub(super) fn parts(coded: &Coded<'_>, responses: &[u32]) -> Parts {
    let n_points = |response: &u32| coded.analysis.texts.n_points(*response as usize) as u32;
    let own = responses.iter().flat_map(|response| (0..n_points(response)).map(|point| (*response, point)));
    let mut points: Vec<(u32, u32)> = own.filter(|(response, point)| !coded.added.holds(*response, *point)).collect();
    let mut of: Vec<u32> = points.iter().map(|(response, _)| *response).collect();
    let (mut groups, mut duplicates) = (coded.units.clone(), copied_from(coded));
    let numbers: BTreeMap<u32, u32> = coded.added.responses().zip(coded.positions.len() as u32..).collect();
    for (response, number) in &numbers {
        groups.extend(coded.added.unit(*response));
        duplicates.extend(coded.added.first(*response).map(|first| numbers[&first]));
        if responses.binary_search(response).is_ok() {
            let added = coded.added.points(*response);
            points.extend(added.iter().map(|point| (*response, *point)));
            of.extend(added.iter().map(|_| *number));
        }
    }
    Parts { points, of, groups, duplicates }
}

/// For each response the one that it is a copy of; itself if it is none's.
fn copied_from(coded: &Coded<'_>) -> Vec<u32> {
    let mut of: Vec<u32> = (0..coded.positions.len() as u32).collect();
    for group in &coded.copied.groups {
        for copy in group.copies() {
            of[copy as usize] = group.representative_idx;
        }
    }
    of
}
