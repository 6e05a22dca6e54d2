//! From what the stages gave to the findings of one question.

use super::verbatim::{Candidate, choose};
use super::{
    DuplicateGroup, DuplicateMember, Finding, LanguageCount, NoTheme, QuestionFindings, SetAside, StateCount, ThemeTerm,
};
use super::{four_decimals, label};
use crate::ingest::{Intake, Received};
use crate::ledger::{Ledger, Phrases, State};
use crate::settings::FindingSettings;
use canvass_analysis::{Group, Theme, Themes};
use canvass_text::{Analysis, Language, Term, Token};
use std::collections::{BTreeMap, BTreeSet};

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
    /// Their texts taken apart.
    pub(crate) analysis: Analysis,
    /// For each point of the theme stage the response and the index of the point in it.
    pub(crate) points: Vec<(u32, u32)>,
    /// For each term whether it carries no theme here: the question's own words.
    pub(crate) excluded: Vec<bool>,
    /// The near-duplicates among the responses.
    pub(crate) groups: Vec<Group>,
    /// The themes found.
    pub(crate) themes: Themes,
    /// The main language.
    pub(crate) main_language: Language,
    /// For each response its unit: what counts once. See [`units`].
    pub(crate) units: Vec<u32>,
    /// For each response its respondent, numbered in order of appearance.
    pub(crate) respondents: Vec<u32>,
}

impl Coded<'_> {
    pub(super) fn received(&self, response: u32) -> &Received {
        &self.intake.responses[self.positions[response as usize]]
    }

    pub(super) fn text_of(&self, response: u32) -> &str {
        &self.received(response).text
    }

    pub(super) fn respondent_id(&self, response: u32) -> &str {
        &self.intake.submissions[self.received(response).submission_idx as usize].respondent_id
    }

    pub(super) fn unit_of(&self, response: u32) -> u32 {
        self.units[response as usize]
    }

    /// The text of a point.
    pub(super) fn passage(&self, response: u32, point: u32) -> &str {
        let span = self.analysis.texts[response as usize].points[point as usize].span;
        span.of(self.text_of(response)).unwrap_or_default()
    }

    /// The terms of a point that carry a theme.
    pub(super) fn terms_of(&self, response: u32, point: u32) -> BTreeSet<u32> {
        let tokens = self.analysis.texts[response as usize].points[point as usize].tokens.iter();
        tokens.filter(|token| self.carries(token)).map(|token| token.term_idx).collect()
    }

    /// The companions of a theme that say something of a subject.
    pub(super) fn companions(&self, theme: &Theme) -> impl Iterator<Item = &Term> {
        let terms =
            theme.companions.iter().map(|companion| &self.analysis.vocabulary.terms[companion.term_idx as usize]);
        terms.filter(|term| !term.general)
    }

    fn carries(&self, token: &Token) -> bool {
        carries(token, &self.excluded)
    }
}

/// Whether a token can carry a theme: neither quoted nor a word of the question (`excluded`, by term).
pub(crate) fn carries(token: &Token, excluded: &[bool]) -> bool {
    !token.quoted && !excluded[token.term_idx as usize]
}

/// Numbers respondents in order of appearance, and gives each response its unit: what counts once.
///
/// A unit is a respondent with all their responses, and all respondents linked to them by groups of near-duplicates. Units
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
        let members: Vec<u32> = group.members.iter().map(|member| respondents[member.document_idx as usize]).collect();
        for pair in members.windows(2) {
            let (a, b) = (first(&mut earlier, pair[0]), first(&mut earlier, pair[1]));
            earlier[a.max(b) as usize] = a.min(b);
        }
    }
    let units = respondents.iter().map(|respondent| first(&mut earlier, *respondent)).collect();
    (units, respondents)
}

/// The findings of a question, and for each theme of the theme stage its id; themes with too few respondents have none.
pub(crate) fn build_question(
    coded: &Coded<'_>,
    settings: &FindingSettings,
    min_respondents: u32,
    phrases: &Phrases,
) -> (QuestionFindings, Vec<Option<String>>) {
    let question = &coded.intake.questions[coded.question_idx as usize];
    let mut members: Vec<Vec<Candidate>> = vec![Vec::new(); coded.themes.themes.len()];
    for membership in &coded.themes.memberships {
        let (response, point) = coded.points[membership.point_idx as usize];
        members[membership.theme_idx as usize].push(Candidate { response, point, strength: membership.strength });
    }
    let counts: Vec<(usize, usize)> = members.iter().map(|members| count(coded, members)).collect();
    let stem = |theme: usize| {
        let term = coded.themes.themes[theme].terms.first();
        term.map_or("", |term| coded.analysis.vocabulary.terms[term.term_idx as usize].stem.as_str())
    };
    let mut order: Vec<usize> =
        (0..members.len()).filter(|theme| counts[*theme].1 >= min_respondents as usize).collect();
    order.sort_by(|a, b| {
        let ((a_raw, a_once), (b_raw, b_once)) = (counts[*a], counts[*b]);
        b_once.cmp(&a_once).then(b_raw.cmp(&a_raw)).then_with(|| stem(*a).cmp(stem(*b))).then(a.cmp(b))
    });

    let base = distinct(&coded.respondents);
    let mut ids = vec![None; members.len()];
    let mut used = BTreeSet::new();
    let mut themes = Vec::new();
    let width = order.len().to_string().len().max(2);
    for (at, theme_idx) in order.iter().enumerate() {
        let theme = &coded.themes.themes[*theme_idx];
        let points: Vec<(u32, u32)> =
            members[*theme_idx].iter().map(|member| (member.response, member.point)).collect();
        let labels = label::labels(coded, theme, &points);
        let free = labels.iter().find(|label| !used.contains(&label.to_lowercase())).or(labels.last());
        let label = free.cloned().unwrap_or_default();
        used.insert(label.to_lowercase());
        let theme_id = format!("t{:0width$}", at + 1);
        ids[*theme_idx] = Some(theme_id.clone());
        let verbatims = choose(coded, &members[*theme_idx], settings.verbatims as usize);
        let sentence = verbatims.first().map(|verbatim| verbatim.text.split_whitespace().collect::<Vec<_>>().join(" "));
        let term = |term: &canvass_analysis::WeightedTerm| &coded.analysis.vocabulary.terms[term.term_idx as usize];
        let (n_respondents, n_respondents_once) = counts[*theme_idx];
        themes.push(Finding {
            rank: at as u32 + 1,
            theme_id,
            label,
            sentence: sentence.unwrap_or_default(),
            n_respondents: n_respondents as u64,
            n_respondents_once: n_respondents_once as u64,
            share: four_decimals(n_respondents as f64 / base as f64),
            terms: theme
                .terms
                .iter()
                .map(|weighted| ThemeTerm {
                    stem: term(weighted).stem.clone(),
                    surface_forms: term(weighted).surface_forms.iter().map(|(form, _)| form.clone()).collect(),
                    weight: four_decimals(weighted.weight),
                })
                .collect(),
            companions: coded.companions(theme).map(|companion| companion.surface().to_owned()).collect(),
            respondents: respondents_of(coded, &members[*theme_idx]),
            verbatims,
        });
    }
    let findings: Vec<Finding> = themes.iter().take(settings.count as usize).cloned().collect();
    let in_any = |themes: &[usize]| {
        let responses: BTreeSet<u32> =
            themes.iter().flat_map(|theme| members[*theme].iter().map(|member| member.response)).collect();
        let respondents: Vec<u32> = responses.iter().map(|response| coded.respondents[*response as usize]).collect();
        (distinct(&respondents) as u64, responses)
    };
    let (n_in_findings, _) = in_any(&order[..findings.len()]);
    let (n_in_themes, coded_responses) = in_any(&order);
    let ledger = coded.ledger.counts(coded.intake, Some(coded.question_idx));
    let built = QuestionFindings {
        id: question.id.clone(),
        text: question.text.clone(),
        base: base as u64,
        base_once: distinct(&coded.units) as u64,
        n_in_themes,
        n_in_findings,
        ledger: ledger.into_iter().map(|(state, n_responses)| StateCount { state, n_responses }).collect(),
        n_quoting: coded.analysis.texts.iter().filter(|text| !text.quotations.is_empty()).count() as u64,
        language_counts: language_counts(&coded.analysis, &coded_responses),
        findings,
        themes,
        no_theme: no_theme(coded, &coded_responses, phrases),
        set_aside: set_aside(coded),
        duplicates: duplicates(coded),
    };
    (built, ids)
}

/// Respondents of these points, raw and each unit once.
fn count(coded: &Coded<'_>, members: &[Candidate]) -> (usize, usize) {
    let respondents: Vec<u32> = members.iter().map(|member| coded.respondents[member.response as usize]).collect();
    let units: Vec<u32> = members.iter().map(|member| coded.units[member.response as usize]).collect();
    (distinct(&respondents), distinct(&units))
}

fn distinct(numbers: &[u32]) -> usize {
    numbers.iter().collect::<BTreeSet<_>>().len()
}

/// The respondents of these points, each once, in the order of the file.
fn respondents_of(coded: &Coded<'_>, members: &[Candidate]) -> Vec<String> {
    let responses: BTreeSet<u32> = members.iter().map(|member| member.response).collect();
    let mut seen = BTreeSet::new();
    let first_of_each = responses.into_iter().filter(|response| seen.insert(coded.respondents[*response as usize]));
    first_of_each.map(|response| coded.respondent_id(response).to_owned()).collect()
}

fn language_counts(analysis: &Analysis, coded_responses: &BTreeSet<u32>) -> Vec<LanguageCount> {
    let mut counts: Vec<LanguageCount> = Language::ALL
        .into_iter()
        .map(|language| {
            let responses = (0..).zip(&analysis.texts).filter(|(_, text)| text.language == language);
            let (n_responses, n_no_theme) = responses.fold((0, 0), |(all, without), (response, _)| {
                (all + 1, without + u64::from(!coded_responses.contains(&response)))
            });
            LanguageCount { language, n_responses, n_no_theme }
        })
        .filter(|count| count.n_responses > 0)
        .collect();
    counts.sort_by(|a, b| b.n_responses.cmp(&a.n_responses).then(a.language.cmp(&b.language)));
    counts
}

/// The responses in no theme, each with the reason.
fn no_theme(coded: &Coded<'_>, coded_responses: &BTreeSet<u32>, phrases: &Phrases) -> Vec<NoTheme> {
    let uncoded = (0..coded.positions.len() as u32).filter(|response| !coded_responses.contains(response));
    uncoded
        .map(|response| NoTheme {
            response_id: coded.received(response).response_id.clone(),
            respondent_id: coded.respondent_id(response).to_owned(),
            reason: reason(coded, response, phrases),
            text: coded.text_of(response).to_owned(),
        })
        .collect()
}

/// The responses to the question that are not analysed, in the order of the file.
fn set_aside(coded: &Coded<'_>) -> Vec<SetAside> {
    let responses = coded.intake.responses.iter().zip(&coded.ledger.entries);
    responses
        .filter(|(received, entry)| received.question_idx == coded.question_idx && entry.state != State::Analysed)
        .map(|(received, entry)| SetAside {
            response_id: received.response_id.clone(),
            respondent_id: coded.intake.submissions[received.submission_idx as usize].respondent_id.clone(),
            cell: received.place.cell(),
            state: entry.state,
            reason: entry.reason.clone(),
        })
        .collect()
}

/// Why a response is in no theme.
fn reason(coded: &Coded<'_>, response: u32, phrases: &Phrases) -> String {
    let text = &coded.analysis.texts[response as usize];
    let tokens = || text.points.iter().flat_map(|point| &point.tokens);
    let reason = if phrases.points_elsewhere(coded.text_of(response)) {
        "points at another answer"
    } else if tokens().next().is_none() {
        "names no subject"
    } else if tokens().all(|token| token.quoted) {
        "only quotes a reference text"
    } else if !tokens().any(|token| coded.carries(token)) {
        "only words of the question"
    } else {
        "fits none of the themes"
    };
    let mut details = Vec::new();
    if text.language != coded.main_language {
        details.push(text.language.to_string());
    }
    if !text.quotations.is_empty() && tokens().any(|token| !token.quoted) {
        details.push("quotes a reference text".into());
    }
    if details.is_empty() { reason.into() } else { format!("{reason} ({})", details.join("; ")) }
}

fn duplicates(coded: &Coded<'_>) -> Vec<DuplicateGroup> {
    let groups = coded.groups.iter().enumerate();
    groups
        .map(|(number, group)| DuplicateGroup {
            group_id: format!("d{:02}", number + 1),
            representative: coded.received(group.representative_idx).response_id.clone(),
            text: coded.text_of(group.representative_idx).to_owned(),
            members: group
                .members
                .iter()
                .map(|member| DuplicateMember {
                    response_id: coded.received(member.document_idx).response_id.clone(),
                    respondent_id: coded.respondent_id(member.document_idx).to_owned(),
                    kind: member.kind,
                    similarity: four_decimals(member.similarity),
                })
                .collect(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use canvass_analysis::{DuplicateKind, Member};

    fn group(members: &[u32]) -> Group {
        let member =
            |document_idx: &u32| Member { document_idx: *document_idx, kind: DuplicateKind::Exact, similarity: 1.0 };
        Group { representative_idx: members[0], members: members.iter().map(member).collect() }
    }

    #[test]
    fn a_group_is_one_unit_and_so_is_a_respondent_with_several_responses() {
        // Responses 0 and 2 are one respondent's, 3 is the copy of 0, 1 stands alone.
        let (units, respondents) = units(&["a", "b", "a", "c"], &[group(&[0, 3])]);
        assert_eq!(respondents, [0, 1, 0, 2]);
        assert_eq!(units, [0, 1, 0, 0]);
    }

    #[test]
    fn groups_that_share_a_respondent_are_one_unit() {
        // b and c share a text, a and c share another; c links them.
        let (units, _) = units(&["a", "b", "c", "c", "d"], &[group(&[1, 2]), group(&[0, 3])]);
        assert_eq!(units, [0, 0, 0, 0, 3]);
    }
}
