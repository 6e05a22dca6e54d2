//! One question's responses with all that the stages found in them, and what counts once.

use crate::ingest::{Intake, Place, Received};
use crate::ledger::Ledger;
use crate::pipeline::{Added, Copied, FramedQuestion, LanguageGroup, ReadIn};
use canvass_analysis::{Group, Theme};
use canvass_text::{Analysis, Language, Span, Term};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// One question's responses with all that the stages found in them.
pub(crate) struct Coded<'a> {
    /// What was received.
    pub(crate) intake: &'a Intake,
    /// What became of it.
    pub(crate) ledger: &'a Ledger,
    /// Index into `intake.questions`.
    pub(crate) question_idx: u32,
    /// The analysed responses of the question: indices into `intake.responses`. Other indices of responses are into this.
    pub(crate) positions: Vec<usize>,
    /// For each of them the language it is read in.
    pub(crate) read_in: Vec<ReadIn>,
    /// Their texts taken apart.
    pub(crate) analysis: Analysis,
    /// For each response that was analysed in translation, what of the original stands for each of its points.
    pub(crate) originals: BTreeMap<u32, Vec<Span>>,
    /// What was copied among the responses.
    pub(crate) copied: Copied,
    /// What varied copies add.
    pub(crate) added: Added,
    /// The answers of each language that has themes of its own, that of the main language first.
    pub(crate) languages: Vec<LanguageGroup>,
    /// For each word of the code frame, by language and as it is written there, its term, if it occurs.
    pub(crate) frame_terms: BTreeMap<(Language, String), Option<u32>>,
    /// What the code frame says of the question, if it does.
    pub(crate) framed: Option<FramedQuestion>,
    /// The main language.
    pub(crate) main_language: Language,
    /// For each response its unit: what counts once. See [`units`].
    pub(crate) units: Vec<u32>,
    /// For each response its respondent, numbered in order of appearance.
    pub(crate) respondents: Vec<u32>,
    /// Whether small cells are suppressed: then the findings do not say in which file and cell a response stands.
    pub(crate) is_private: bool,
}

impl Coded<'_> {
    pub(super) fn received(&self, response: u32) -> &Received {
        &self.intake.responses[self.positions[response as usize]]
    }

    /// The text that was analysed.
    pub(super) fn text_of(&self, response: u32) -> &str {
        self.received(response).analysed_text()
    }

    /// The cell, unless small cells are suppressed.
    pub(super) fn cell(&self, place: &Place) -> String {
        if self.is_private { String::new() } else { place.cell() }
    }

    pub(super) fn respondent_id(&self, response: u32) -> &Arc<str> {
        &self.intake.submissions[self.received(response).submission_idx as usize].respondent_id
    }

    /// What a point counts as: its respondent's unit, or what the respondent has of their own if it is an addition.
    pub(crate) fn unit_of(&self, response: u32, point: u32) -> u32 {
        let own = self.added.unit(response).filter(|_| self.added.holds(response, point));
        own.unwrap_or(self.units[response as usize])
    }

    /// The respondents of these points, (response, point), and their number with near-duplicates counted once.
    pub(crate) fn count(&self, points: impl Iterator<Item = (u32, u32)>) -> (usize, usize) {
        // For each respondent the last of their units: those of additions are numbered behind all others.
        let counts_as = |(response, point): (u32, u32)| {
            (self.respondents[response as usize], Reverse(self.unit_of(response, point)))
        };
        let mut counts_as: Vec<(u32, Reverse<u32>)> = points.map(counts_as).collect();
        counts_as.sort_unstable();
        counts_as.dedup_by_key(|(respondent, _)| *respondent);
        (counts_as.len(), distinct(counts_as.into_iter().map(|(_, Reverse(unit))| unit)))
    }

    /// How many there are among these responses with near-duplicates counted once: their units, and what respondents have of
    /// their own; never more than respondents.
    pub(crate) fn once(&self, responses: impl Iterator<Item = u32>) -> usize {
        let (mut units, mut respondents) = (Vec::new(), Vec::new());
        for response in responses {
            respondents.push(self.respondents[response as usize]);
            units.push(self.units[response as usize]);
            units.extend(self.added.unit(response));
        }
        distinct(units).min(distinct(respondents))
    }

    /// The text of a point.
    pub(super) fn passage(&self, response: u32, point: u32) -> &str {
        let span = self.analysis.texts.point(response as usize, point as usize).span;
        span.of(self.text_of(response)).unwrap_or_default()
    }

    /// The terms of a point that can carry a theme, ascending.
    pub(super) fn terms_of(&self, response: u32, point: u32) -> Vec<u32> {
        let point = self.analysis.texts.point(response as usize, point as usize);
        let mut terms: Vec<u32> = point.carrying().map(canvass_text::Token::term_idx).collect();
        terms.sort_unstable();
        terms.dedup();
        terms
    }

    /// The companions of a theme that say something of a subject, but for phrases that only repeat words of the theme or of a
    /// companion before them.
    pub(super) fn companions(&self, theme: &Theme) -> Vec<&Term> {
        let term = |term_idx: u32| &self.analysis.vocabulary.terms[term_idx as usize];
        let words = |term: &'_ Term| term.stem.split(' ').map(str::to_owned).collect::<Vec<String>>();
        let mut said: BTreeSet<String> = theme.terms.iter().flat_map(|of| words(term(of.term_idx))).collect();
        let mut companions = Vec::new();
        for companion in theme.companions.iter().map(|companion| term(companion.term_idx)) {
            let words = words(companion);
            let repeats = words.iter().any(|word| said.contains(word));
            if !companion.general && !repeats {
                said.extend(words);
                companions.push(companion);
            }
        }
        companions
    }
}

/// Numbers respondents in order of appearance, and gives each response its unit: what counts once.
///
/// A unit is a respondent with all their responses, and all respondents linked to them by copies (near-duplicates, not
/// partial copies, and no texts too short to be anyone's own). Units
/// are numbered by their first respondents, so counting once never counts more than counting raw.
///
/// Returned: for each response its unit, and for each response its respondent.
pub(crate) fn units(respondent_ids: &[&str], groups: &[Group]) -> (Vec<u32>, Vec<u32>) {
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    let mut respondents = Vec::with_capacity(respondent_ids.len());
    for id in respondent_ids {
        let next = numbers.len() as u32;
        respondents.push(*numbers.entry(id).or_insert(next));
    }
    // Each respondent points at an earlier one of the same unit, the first at itself.
    let mut earlier: Vec<u32> = (0..numbers.len() as u32).collect();
    let first = |earlier: &mut Vec<u32>, mut of: u32| {
        while earlier[of as usize] != of {
            earlier[of as usize] = earlier[earlier[of as usize] as usize];
            of = earlier[of as usize];
        }
        of
    };
    for group in groups {
        let members: Vec<u32> = group.copies().map(|copy| respondents[copy as usize]).collect();
        for pair in members.windows(2) {
            let (a, b) = (first(&mut earlier, pair[0]), first(&mut earlier, pair[1]));
            earlier[a.max(b) as usize] = a.min(b);
        }
    }
    let units = respondents.iter().map(|respondent| first(&mut earlier, *respondent)).collect();
    (units, respondents)
}

/// How many different numbers there are.
pub(super) fn distinct(numbers: impl IntoIterator<Item = u32>) -> usize {
    let mut numbers: Vec<u32> = numbers.into_iter().collect();
    numbers.sort_unstable();
    numbers.dedup();
    numbers.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use canvass_analysis::{DuplicateKind, Member};

    fn group(members: &[u32]) -> Group {
        let member =
            |document_idx: &u32| Member { document_idx: *document_idx, kind: DuplicateKind::Exact, similarity: 1.0 };
        Group { representative_idx: members[0], members: members.iter().map(member).collect(), is_short: false }
    }

    #[test]
    fn a_group_is_one_unit_and_so_is_a_respondent_with_several_responses() {
        // Responses 0 and 2 are one respondent's, 3 is the copy of 0, 1 stands alone.
        let (units, respondents) = units(&["a", "b", "a", "c"], &[group(&[0, 3])]);
        assert_eq!(respondents, [0, 1, 0, 2]);
        assert_eq!(units, [0, 1, 0, 0]);
    }

    #[test]
    fn partial_copies_and_short_texts_link_nobody() {
        let mut partial = group(&[0, 1]);
        partial.members[1].kind = DuplicateKind::Partial;
        let short = Group { is_short: true, ..group(&[2, 3]) };
        assert_eq!(units(&["a", "b", "c", "d"], &[partial, short]).0, [0, 1, 2, 3]);
    }

    #[test]
    fn groups_that_share_a_respondent_are_one_unit() {
        // b and c share a text, a and c share another; c links them.
        let (units, _) = units(&["a", "b", "c", "c", "d"], &[group(&[1, 2]), group(&[0, 3])]);
        assert_eq!(units, [0, 0, 0, 0, 3]);
    }
}
