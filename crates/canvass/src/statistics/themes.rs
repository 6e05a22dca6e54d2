//! Who is in which theme, for cross-tables.

use crate::findings::{Coded, Finding, QuestionFindings};
use canvass_text::Language;

/// The themes of a question in one language.
#[derive(Clone, Debug)]
pub(crate) struct ThemeAnswers {
    /// Index into `Intake::questions`.
    pub(super) question_idx: u32,
    pub(super) language: Language,
    pub(super) is_main: bool,
    /// Whether near-duplicates make a difference.
    pub(super) has_copies: bool,
    /// For each response of the base its submission. In the main language the base is that of the question, in another one those
    /// who answered in it.
    pub(super) base: Vec<u32>,
    /// In rank order.
    pub(super) themes: Vec<ThemeMembers>,
}

/// Who is in a theme.
#[derive(Clone, Debug)]
pub(super) struct ThemeMembers {
    pub(super) theme_id: String,
    pub(super) label: String,
    /// For each point its submission and what it counts as.
    pub(super) members: Vec<(u32, u32)>,
}

/// The themes of a question, those in the main language first. `coded.languages` have the ids of their themes.
pub(crate) fn theme_answers(coded: &Coded<'_>, found: &QuestionFindings) -> Vec<ThemeAnswers> {
    let submission = |response: u32| coded.intake.responses[coded.positions[response as usize]].submission_idx;
    let groups = coded.languages.iter().map(|group| {
        let is_main = group.language == coded.main_language;
        let further = found.languages.iter().find(|further| further.language == group.language);
        let themes: &[Finding] = match further {
            Some(further) if !is_main => &further.themes,
            _ => &found.themes,
        };
        let responses: Vec<u32> =
            if is_main { (0..coded.positions.len() as u32).collect() } else { group.responses.clone() };
        let mut members: Vec<Vec<(u32, u32)>> = vec![Vec::new(); group.theme_ids.len()];
        for of in &group.themes.memberships {
            let (response, point) = group.points[of.point_idx as usize];
            let added = coded.added.unit(response).filter(|_| coded.added.holds(response, point));
            let unit = added.unwrap_or(coded.units[response as usize]);
            members[of.theme_idx as usize].push((submission(response), unit));
        }
        let mut members_of = |theme_id: &str| {
            let theme_idx = group.theme_ids.iter().position(|id| id.as_deref() == Some(theme_id));
            theme_idx.map(|theme_idx| std::mem::take(&mut members[theme_idx])).unwrap_or_default()
        };
        ThemeAnswers {
            question_idx: coded.question_idx,
            language: group.language,
            is_main,
            has_copies: found.base_once != found.base,
            base: responses.iter().map(|&response| submission(response)).collect(),
            themes: (themes.iter())
                .map(|theme| ThemeMembers {
                    theme_id: theme.theme_id.clone(),
                    label: theme.label.clone(),
                    members: members_of(&theme.theme_id),
                })
                .collect(),
        }
    });
    groups.collect()
}
