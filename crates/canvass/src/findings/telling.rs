//! What the findings of a question are told by.

use super::clauses::ClauseResources;
use super::names::NameWords;
use crate::ledger::Phrases;
use crate::settings::{FindingSettings, Settings};
use crate::statistics::{Grouping, Known, Sides};

/// What is the same for all questions.
pub(crate) struct Teller<'a> {
    settings: &'a Settings,
    phrases: &'a Phrases,
    clauses: ClauseResources,
    names: NameWords,
    /// The attributes, in their order.
    attributes: Vec<Grouping>,
    /// What quotations are told apart by, where it is no attribute.
    further: Option<Grouping>,
    /// The closed questions that open ones explain.
    sides: Vec<Sides>,
}

/// What the findings of one question are told by.
pub(super) struct Telling<'t> {
    pub(super) settings: &'t FindingSettings,
    /// The respondents that a theme needs, near-duplicates counted once.
    pub(super) min_respondents: u32,
    pub(super) phrases: &'t Phrases,
    pub(super) clauses: &'t ClauseResources,
    pub(super) names: &'t NameWords,
    /// What quotations are told apart by; none where small cells are suppressed, as a quotation names its respondent.
    pub(super) grouping: Option<&'t Grouping>,
    /// The attributes; none where small cells are suppressed.
    pub(super) attributes: &'t [Grouping],
    /// The sides taken in the closed question that this one explains.
    pub(super) sides: Option<&'t Sides>,
    /// That closed question.
    pub(super) split_by: Option<&'t str>,
    /// Whether small cells are suppressed.
    pub(super) is_private: bool,
}

impl<'a> Teller<'a> {
    /// Reads the groups and the sides.
    pub(crate) fn new(settings: &'a Settings, known: &Known<'_>, phrases: &'a Phrases) -> Self {
        let attributes: Vec<Grouping> =
            settings.input.attribute_columns.iter().filter_map(|name| known.grouping(name)).collect();
        let named = settings.crosstabs.by.first();
        let further = named.filter(|name| attributes.iter().all(|of| of.name != **name));
        let mut ids: Vec<&str> =
            settings.questions.iter().filter_map(|question| question.split_by.as_deref()).collect();
        ids.sort_unstable();
        ids.dedup();
        Self {
            settings,
            phrases,
            clauses: ClauseResources::load(),
            names: NameWords::load(),
            further: further.and_then(|name| known.grouping(name)),
            sides: ids.into_iter().filter_map(|id| known.sides(id)).collect(),
            attributes,
        }
    }

    /// For the question with this index.
    pub(super) fn of(&self, question_idx: u32) -> Telling<'_> {
        let is_private = self.settings.privacy.is_on();
        let by = self.settings.crosstabs.by.first();
        let named = by.and_then(|name| self.attributes.iter().chain(&self.further).find(|of| of.name == *name));
        let split_by = self.settings.questions[question_idx as usize].split_by.as_deref();
        Telling {
            settings: &self.settings.findings,
            min_respondents: self.settings.themes.min_respondents,
            phrases: self.phrases,
            clauses: &self.clauses,
            names: &self.names,
            grouping: named.or(self.attributes.first()).filter(|_| !is_private),
            attributes: if is_private { &[] } else { &self.attributes },
            sides: split_by.and_then(|id| self.sides.iter().find(|sides| sides.question == id)),
            split_by: split_by.filter(|id| !id.is_empty()),
            is_private,
        }
    }
}
