//! What the claims about a question leave out, and how much claims drawn at random would.

use super::claim::Audited;
use super::result::ClaimAudit;
use super::support::{Answers, Supporter, number};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// So many times claims are drawn.
const DRAWS: u32 = 100;
/// A theme is left out if less than this share of its respondents is behind any claim.
const LEAST_COVER: f64 = 0.5;

/// What the claims about a question leave out.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Omission {
    /// The question.
    pub question: String,
    /// Its wording.
    pub text: String,
    /// The claims about it.
    pub claims: Vec<String>,
    /// Its respondents.
    pub base: u64,
    /// Those who answered in another language than the one the claims were looked for in.
    pub n_other_languages: u64,
    /// Those behind a claim.
    pub n_behind: u64,
    /// Those behind none who answered in that language: their ids, in the order of the file.
    pub behind_none: Vec<String>,
    /// The themes of that language, in rank order.
    pub themes: Vec<ThemeCover>,
    /// What as many passages drawn from the answers reach, taken for claims.
    pub baseline: Baseline,
    /// What the run's own first themes reach, as many as there are claims.
    pub n_behind_first_themes: u64,
}

/// How much of a theme the claims cover.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ThemeCover {
    /// The theme.
    pub theme_id: String,
    /// Its label.
    pub label: String,
    /// Its respondents.
    pub n_respondents: u64,
    /// Those of them behind a claim.
    pub n_behind: u64,
    /// The claims that at least a fifth of its respondents are behind, the most first.
    pub claims: Vec<String>,
    /// Whether less than half of its respondents are behind any claim.
    pub is_left_out: bool,
}

/// What claims drawn at random reach.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Baseline {
    /// The claims of each draw.
    pub n_claims: usize,
    /// The draws.
    pub n_draws: u32,
    /// Respondents behind any of them: the mean ...
    pub mean: f64,
    /// ... and what five in a hundred draws fall short of ...
    pub low: u64,
    /// ... or exceed.
    pub high: u64,
}

/// A claim that this share of a theme's respondents is behind is named with it.
const NAMED_FROM: f64 = 0.2;

/// For each question that a claim is about, in the order of the form.
pub(super) fn left_out(
    laid_out: &[Answers<'_>],
    audited: &[Audited<'_>],
    checked: &[ClaimAudit],
    seed: u64,
) -> Vec<Omission> {
    let questions = laid_out.iter().enumerate();
    let asked = questions.filter(|(at, _)| audited.iter().any(|of| of.question_idx == *at));
    asked
        .map(|(at, answers)| {
            let of_question: Vec<(&ClaimAudit, &[Supporter])> = audited
                .iter()
                .zip(checked)
                .filter(|(of, _)| of.question_idx == at)
                .map(|(of, claim)| (claim, of.supporters()))
                .collect();
            omission(answers, &of_question, seed)
        })
        .collect()
}

fn omission(answers: &Answers<'_>, claims: &[(&ClaimAudit, &[Supporter])], seed: u64) -> Omission {
    let question = answers.question;
    let respondent = |response: u32| question.responses[response as usize].respondent;
    // For each claim, and for all together, whether a respondent is behind it.
    let nobody = || vec![false; answers.n_respondents];
    let behind: Vec<Vec<bool>> = claims
        .iter()
        .map(|(_, of)| {
            let mut behind = nobody();
            for supporter in *of {
                behind[respondent(supporter.response) as usize] = true;
            }
            behind
        })
        .collect();
    let mut all = nobody();
    for of in &behind {
        for (any, is_behind) in all.iter_mut().zip(of) {
            *any |= is_behind;
        }
    }
    let among = |people: &BTreeSet<u32>, behind: &[bool]| people.iter().filter(|of| behind[**of as usize]).count();
    let mut ids: BTreeMap<u32, (&str, bool)> = BTreeMap::new();
    for response in &question.responses {
        let in_language = response.language == answers.language;
        ids.entry(response.respondent).or_insert((&response.respondent_id, false)).1 |= in_language;
    }
    let themes = question.themes.iter().filter(|theme| theme.language == answers.language);
    let members =
        |points: &[(u32, u32)]| points.iter().map(|(response, _)| respondent(*response)).collect::<BTreeSet<u32>>();
    let cover = |theme: &crate::run_folder::CodedTheme| {
        let of_theme = members(&theme.points);
        let n_behind = among(&of_theme, &all) as u64;
        let mut shared: Vec<(usize, usize)> = behind
            .iter()
            .map(|of| among(&of_theme, of))
            .enumerate()
            .filter(|(_, n)| *n > 0 && *n as f64 >= NAMED_FROM * of_theme.len() as f64)
            .collect();
        shared.sort_by_key(|(at, n)| (std::cmp::Reverse(*n), *at));
        ThemeCover {
            theme_id: theme.id.clone(),
            label: theme.label.clone(),
            n_respondents: of_theme.len() as u64,
            n_behind,
            claims: shared.into_iter().map(|(at, _)| claims[at].0.id.clone()).collect(),
            is_left_out: (n_behind as f64) < LEAST_COVER * of_theme.len() as f64,
        }
    };
    let first: BTreeSet<u32> = themes.clone().take(claims.len()).flat_map(|theme| members(&theme.points)).collect();
    Omission {
        question: question.id.clone(),
        text: question.text.clone(),
        claims: claims.iter().map(|(claim, _)| claim.id.clone()).collect(),
        base: answers.base.0,
        n_other_languages: ids.values().filter(|(_, in_language)| !in_language).count() as u64,
        n_behind: all.iter().filter(|is_behind| **is_behind).count() as u64,
        behind_none: ids
            .iter()
            .filter(|(number, (_, in_language))| *in_language && !all[**number as usize])
            .map(|(_, (id, _))| (*id).to_owned())
            .collect(),
        themes: themes.map(cover).collect(),
        baseline: baseline(answers, claims.len(), seed),
        n_behind_first_themes: first.len() as u64,
    }
}

/// What so many passages, drawn from the answers and taken for claims, reach.
fn baseline(answers: &Answers<'_>, n_claims: usize, seed: u64) -> Baseline {
    let question = answers.question;
    let n_passages = answers.passages.len();
    let mut reached: Vec<u64> = (0..DRAWS)
        .into_par_iter()
        .map(|draw| {
            let mut behind = vec![false; answers.n_respondents];
            for of in 0..(n_claims.min(n_passages) as u32) {
                let at = number(seed, &question.id, draw, of) % n_passages as u64;
                let supporters = answers.supporters(&answers.words_of_passage(at as u32));
                for supporter in supporters {
                    behind[question.responses[supporter.response as usize].respondent as usize] = true;
                }
            }
            behind.into_iter().filter(|is_behind| *is_behind).count() as u64
        })
        .collect();
    reached.sort_unstable();
    let at = |percent: usize| reached[(reached.len() * percent).div_ceil(100).max(1) - 1];
    let mean = reached.iter().sum::<u64>() as f64 / f64::from(DRAWS);
    Baseline { n_claims, n_draws: DRAWS, mean: (mean * 10.0).round() / 10.0, low: at(5), high: at(95) }
}
