//! Who disagrees: a finding by the sides its respondents took in the closed question before, and the points whose wording speaks
//! against.

use super::clauses::spoken_against;
use super::coded::{Coded, distinct};
use super::ranking::{respondents_of, spans_of};
use super::telling::Telling;
use super::verbatim::{Candidate, choose};
use super::{Finding, Shared, Verbatim};
use crate::statistics::{CountedAnswer, CrossTable, Percent, Sides};
use canvass_text::Span;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What speaks against a finding.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Dissent {
    /// The sides that its respondents took in the closed question that the question explains (`split_by`); none where there is no
    /// such question, or its options have no sides.
    pub stances: Option<Stances>,
    /// Answers whose wording speaks against: a cue such as "should not" stands in the clause that holds the theme's term.
    pub against: Against,
}

/// The sides taken in a closed question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stances {
    /// The closed question's id.
    pub question: String,
    /// Agree, neutral, disagree and other, as far as anybody who answered is of it.
    pub counts: Vec<StanceCount>,
    /// The finding's respondents who did not answer the closed question; none where a count is suppressed.
    pub n_unsaid: Option<u64>,
    /// The smaller of the two sides, where it is known and has anybody.
    pub minority: Option<Stance>,
    /// Quotations of that side. None where small cells are suppressed: they would tell who chose what.
    pub verbatims: Vec<Verbatim>,
}

/// The side of an answer to a closed question.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stance {
    /// A grade of the upper half.
    Agree,
    /// The grade in the middle.
    Neutral,
    /// A grade of the lower half.
    Disagree,
    /// An option with no side.
    Other,
}

/// How many of a finding's respondents took a side.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StanceCount {
    /// The side.
    pub stance: Stance,
    /// The options it is made of, in their order.
    pub options: Vec<String>,
    /// The finding's respondents of it; none: suppressed.
    pub n: Option<u64>,
    /// All of it who answered the question; none: suppressed.
    pub base: Option<u64>,
    /// `n` / `base`, in per cent.
    pub percent: Option<Percent>,
}

/// Answers whose wording speaks against.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Against {
    /// Their respondents.
    pub n_respondents: u64,
    /// Who they are, in the order of the file.
    pub respondents: Shared<Arc<str>>,
    /// Two of them at most; none that is quoted for the smaller side in [`Stances`].
    pub verbatims: Vec<OpposingVerbatim>,
}

/// A quotation, and the words in it that speak against.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct OpposingVerbatim {
    /// The quotation.
    pub verbatim: Verbatim,
    /// The cue, as the answer has it.
    pub cue: String,
}

/// Quotations of each kind at most.
const QUOTED: usize = 2;
/// A theme of which a greater part than one in so many speaks against something is itself about that: nobody in it disagrees with it
/// by the same words.
const MOST_AGAINST: usize = 3;
/// The order in which stances are told.
const ORDER: [Stance; 4] = [Stance::Agree, Stance::Neutral, Stance::Disagree, Stance::Other];

/// What speaks against a theme with these points. `opposed` are those whose wording does, `chosen` its quotations; `bases` are the sides of
/// all who could be in it.
pub(super) fn dissent(
    coded: &Coded<'_>,
    telling: &Telling<'_>,
    members: &[Candidate],
    opposed: &Opposed,
    chosen: &[(Candidate, Verbatim)],
    bases: &StanceBases,
) -> Dissent {
    let quoted: BTreeSet<(u32, u32)> = chosen.iter().map(|(of, _)| (of.response, of.point)).collect();
    let (stances, of_minority) =
        telling.sides.map(|sides| stances(coded, telling, sides, members, &quoted, bases)).unzip();
    let against = against(coded, telling, members, opposed, &quoted, &of_minority.unwrap_or_default());
    Dissent { stances, against }
}

/// How many respondents of a base are of each side.
pub(super) type StanceBases = BTreeMap<Stance, u64>;

/// The sides of these responses' respondents, each respondent once.
pub(super) fn bases(coded: &Coded<'_>, sides: &Sides, responses: impl Iterator<Item = u32>) -> StanceBases {
    let mut of: BTreeMap<Stance, Vec<u32>> = BTreeMap::new();
    for response in responses {
        if let Some(stance) = sides.of(coded.received(response).submission_idx) {
            of.entry(stance).or_default().push(coded.respondents[response as usize]);
        }
    }
    of.into_iter().map(|(stance, respondents)| (stance, distinct(respondents) as u64)).collect()
}

/// The sides taken, and the points that are quoted for the smaller one.
fn stances(
    coded: &Coded<'_>,
    telling: &Telling<'_>,
    sides: &Sides,
    members: &[Candidate],
    quoted: &BTreeSet<(u32, u32)>,
    all: &StanceBases,
) -> (Stances, BTreeSet<(u32, u32)>) {
    let stance_of = |member: &Candidate| sides.of(coded.received(member.response).submission_idx);
    let own = bases(coded, sides, members.iter().map(|member| member.response));
    let counts = ORDER.into_iter().filter_map(|stance| {
        let (n, base) = (own.get(&stance).copied().unwrap_or_default(), *all.get(&stance)?);
        Some(count(sides, stance, Some(n), Some(base)))
    });
    let counts: Vec<StanceCount> = counts.collect();
    let respondents = members.iter().map(|member| coded.respondents[member.response as usize]);
    let n_unsaid = (distinct(respondents) as u64).saturating_sub(own.values().sum());
    let minority = minority(&counts);
    let (mut verbatims, mut points) = (Vec::new(), BTreeSet::new());
    if let Some(minority) = minority.filter(|_| !telling.is_private) {
        let of_side: Vec<Candidate> =
            members.iter().filter(|member| stance_of(member) == Some(minority)).copied().collect();
        // What the finding quotes already comes last.
        let quotations = choose(coded, (&of_side, &[]), QUOTED, telling, &mut quoted.clone());
        for (of, verbatim) in quotations {
            points.insert((of.response, of.point));
            verbatims.push(verbatim);
        }
    }
    (Stances { question: sides.question.clone(), counts, n_unsaid: Some(n_unsaid), minority, verbatims }, points)
}

fn count(sides: &Sides, stance: Stance, n: Option<u64>, base: Option<u64>) -> StanceCount {
    let options = sides.options.iter().filter(|(_, of)| *of == stance).map(|(option, _)| option.clone());
    let percent = n.zip(base).and_then(|(n, base)| Percent::new(n, base));
    StanceCount { stance, options: options.collect(), n, base, percent }
}

/// The side that fewer of the finding's respondents took, if both have anybody; of equals those who disagree.
fn minority(counts: &[StanceCount]) -> Option<Stance> {
    let n = |stance: Stance| counts.iter().find(|count| count.stance == stance).map(|count| count.n);
    let (agree, disagree) = (n(Stance::Agree)??, n(Stance::Disagree)??);
    let fewer = if agree < disagree { Stance::Agree } else { Stance::Disagree };
    (agree.min(disagree) > 0).then_some(fewer)
}

/// Puts in the place of the counts those that the cross-table has, where small cells are suppressed: a side is told if all its options
/// are. Without a table nothing is told.
pub(super) fn suppress(finding: &mut Finding, sides: Option<&Sides>, tables: &[&CrossTable]) {
    let Some((stances, sides)) = finding.dissent.stances.as_mut().zip(sides) else { return };
    let is_theme = |answer: &CountedAnswer| answer.theme_id.as_deref() == Some(finding.theme_id.as_str());
    let found = tables.iter().find(|table| table.by_name == stances.question).and_then(|table| {
        let column = table.answers.iter().position(is_theme)?;
        Some((column, table))
    });
    let Some((column, table)) = found else {
        finding.dissent.stances = None;
        return;
    };
    for told in &mut stances.counts {
        let of_side = || table.groups.iter().filter(|group| told.options.contains(&group.group));
        let n = of_side().map(|group| group.cells[column].n).sum::<Option<u64>>();
        let base = of_side().map(|group| group.base).sum::<Option<u64>>();
        *told = count(sides, told.stance, n, base);
    }
    let known = stances.counts.iter().map(|count| count.n).sum::<Option<u64>>();
    stances.n_unsaid = known.map(|known| finding.n_respondents.saturating_sub(known));
    stances.minority = minority(&stances.counts);
}

/// The points of a theme whose wording speaks against it, by response and point, each with the cue.
pub(super) type Opposed = BTreeMap<(u32, u32), String>;

/// The points whose wording speaks against the theme; none where so many do that the theme is about that. `terms` define it.
pub(super) fn opposed(
    coded: &Coded<'_>,
    telling: &Telling<'_>,
    members: &[Candidate],
    terms: &BTreeSet<u32>,
) -> Opposed {
    let cue_of = |member: &Candidate| {
        let point = coded.analysis.texts.point(member.response as usize, member.point as usize);
        let text = point.span.of(coded.text_of(member.response)).unwrap_or_default();
        let within = |span: Span| Span { start: span.start - point.span.start, end: span.end - point.span.start };
        let held: Vec<Span> = spans_of(&point, terms).into_iter().map(within).collect();
        let cue = spoken_against(text, &held, telling.clauses.of(point.language))?;
        let cue = cue.of(text).unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
        Some(((member.response, member.point), cue))
    };
    let cues: Vec<((u32, u32), String)> = members.par_iter().filter_map(cue_of).collect();
    let cues: Opposed = cues.into_iter().collect();
    let respondents: BTreeSet<u32> = cues.keys().map(|(response, _)| coded.respondents[*response as usize]).collect();
    let all = members.iter().map(|member| coded.respondents[member.response as usize]);
    if respondents.len() * MOST_AGAINST > distinct(all) { Opposed::new() } else { cues }
}

/// The points that speak against; `of_minority` are quoted already, beside the side their respondents took, and not again.
fn against(
    coded: &Coded<'_>,
    telling: &Telling<'_>,
    members: &[Candidate],
    cues: &Opposed,
    quoted: &BTreeSet<(u32, u32)>,
    of_minority: &BTreeSet<(u32, u32)>,
) -> Against {
    let is_opposed = |member: &&Candidate| cues.contains_key(&(member.response, member.point));
    let opposed: Vec<Candidate> = members.iter().filter(is_opposed).copied().collect();
    let respondents = respondents_of(coded, &opposed);
    let unquoted: Vec<Candidate> =
        opposed.into_iter().filter(|member| !of_minority.contains(&(member.response, member.point))).collect();
    let verbatims = choose(coded, (&unquoted, &[]), QUOTED, telling, &mut quoted.clone());
    let verbatims = verbatims.into_iter().map(|(of, verbatim)| OpposingVerbatim {
        verbatim,
        cue: cues.get(&(of.response, of.point)).cloned().unwrap_or_default(),
    });
    Against { n_respondents: respondents.len() as u64, verbatims: verbatims.collect(), respondents }
}
