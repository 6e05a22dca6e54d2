//! The themes of a language group in rank order, each with its counts and its evidence.

use super::coded::{Coded, distinct};
use super::dissent::{StanceBases, bases, dissent, opposed};
use super::sentence::sentence;
use super::telling::Telling;
use super::verbatim::{Candidate, choose};
use super::{
    Finding, Shared, StabilityVerdict, ThemeBasis, ThemeFrame, ThemeStability, ThemeTerm, four_decimals, label,
};
use crate::pipeline::{FramedTheme, LanguageGroup};
use crate::settings::{CountBy, quantifier};
use canvass_analysis::{Stability, Theme};
use canvass_text::{Point, Span};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What stands for the algorithm where a code frame settles the themes.
const CODED: &str = "codeframe";

/// For each theme of a language group its id; themes with too few respondents have none.
pub(super) type ThemeIds = Vec<Option<String>>;

/// The themes of a language group in rank order.
pub(super) struct Ranked {
    pub(super) themes: Vec<Finding>,
    pub(super) findings: Vec<Finding>,
    pub(super) ids: ThemeIds,
    pub(super) base: u64,
    pub(super) base_once: u64,
    pub(super) basis: ThemeBasis,
    pub(super) n_in_themes: u64,
    pub(super) n_in_findings: u64,
    /// The responses in a theme.
    pub(super) responses: BTreeSet<u32>,
    /// The respondents in a finding.
    pub(super) in_findings: BTreeSet<u32>,
}

/// Ranks the themes of a language group. The share of those in the main language is of the question's `base`, that of the others
/// of their own.
pub(super) fn rank(coded: &Coded<'_>, group: &LanguageGroup, base: usize, telling: &Telling<'_>) -> Ranked {
    let settings = telling.settings;
    let themes = &group.themes.themes;
    let framed = |theme: usize| group.framed.as_ref().map(|framed| &framed[theme]);
    let is_unquoted =
        |theme: usize, place: (u32, u32)| framed(theme).is_some_and(|framed| framed.unquoted.contains(&place));
    let mut n_themes = vec![0_u32; group.points.len()];
    let mut sizes = vec![0; themes.len()];
    for membership in &group.themes.memberships {
        n_themes[membership.point_idx as usize] += 1;
        sizes[membership.theme_idx as usize] += 1;
    }
    let mut members: Vec<Vec<Candidate>> = sizes.into_iter().map(Vec::with_capacity).collect();
    for membership in &group.themes.memberships {
        let (response, point) = group.points[membership.point_idx as usize];
        members[membership.theme_idx as usize].push(Candidate {
            response,
            point,
            strength: membership.strength,
            n_themes: n_themes[membership.point_idx as usize],
            is_quotable: !is_unquoted(membership.theme_idx as usize, (response, point)),
        });
    }
    let counts: Vec<(usize, usize)> = members.iter().map(|members| count(coded, members)).collect();
    let stem = |theme: usize| {
        let term = themes[theme].terms.first();
        term.map_or("", |term| coded.analysis.vocabulary.terms[term.term_idx as usize].stem.as_str())
    };
    // What an analyst made a theme is one, however few say it.
    let least = if group.framed.is_some() { 1 } else { telling.min_respondents as usize };
    let is_below = |theme: usize| framed(theme).is_some_and(|framed| framed.parent.is_some());
    let enough: Vec<usize> = (0..members.len()).filter(|theme| counts[*theme].1 >= least).collect();
    let orders = Orders::new(enough, &counts, &stem, &is_below);
    let order = orders.by(settings.count_by);

    let of_group = |numbers: &[u32]| distinct(group.responses.iter().map(|response| numbers[*response as usize]));
    let (language_base, base_once) = (of_group(&coded.respondents), coded.once(group.responses.iter().copied()));
    // A frame may put answers in other languages into a theme.
    let in_language = |members: &[Candidate]| {
        let own = members.iter().filter(|of| group.responses.binary_search(&of.response).is_ok());
        distinct(own.map(|of| coded.respondents[of.response as usize]))
    };
    let is_main = group.language == coded.main_language;
    let whole_once = if is_main { coded.once(0..coded.positions.len() as u32) } else { base_once };
    let base = if is_main { base } else { language_base };
    let all = if is_main { (0..coded.positions.len() as u32).collect() } else { group.responses.clone() };
    let stances = telling.sides.map(|sides| bases(coded, sides, all.iter().copied())).unwrap_or_default();
    let prefix = if is_main { String::new() } else { format!("{}-", group.language.code()) };
    let width = order.len().to_string().len().max(2);
    let mut ids = vec![None; members.len()];
    let (mut used, mut quoted) = (BTreeSet::new(), BTreeSet::new());
    let mut ranked = Vec::new();
    for (at, theme_idx) in order.iter().enumerate() {
        let theme_id = match framed(*theme_idx) {
            Some(framed) => framed.id.clone(),
            None => format!("{prefix}t{:0width$}", at + 1),
        };
        let others = named_by(order.iter().filter(|other| *other != theme_idx).map(|other| &themes[*other]));
        let label = match framed(*theme_idx) {
            Some(framed) => framed.name.clone(),
            None => free_label(coded, &themes[*theme_idx], &members[*theme_idx], &others, &mut used),
        };
        let share = four_decimals(counts[*theme_idx].0 as f64 / base as f64);
        let share_once = four_decimals(counts[*theme_idx].1 as f64 / whole_once as f64);
        let leading = if settings.count_by == CountBy::Once { share_once } else { share };
        ranked.push(Finding {
            rank: at as u32 + 1,
            rank_once: place(&orders.once, *theme_idx),
            rank_raw: place(&orders.raw, *theme_idx),
            rank_differs: place(&orders.once, *theme_idx) != place(&orders.raw, *theme_idx),
            share,
            share_once,
            language_share: four_decimals(in_language(&members[*theme_idx]) as f64 / language_base.max(1) as f64),
            quantifier: quantifier(&settings.quantifiers, leading, counts[*theme_idx].0 as u64).to_owned(),
            stability: group.stability.get(*theme_idx).and_then(stability),
            ..finding(
                coded,
                &themes[*theme_idx],
                (theme_id.clone(), label),
                &members[*theme_idx],
                (telling, &stances, framed(*theme_idx)),
                &mut quoted,
            )
        });
        ids[*theme_idx] = Some(theme_id);
    }
    let n_top = order.iter().take(settings.count as usize).filter(|theme| !is_below(**theme)).count();
    let findings: Vec<Finding> = ranked[..n_top].to_vec();
    let in_any = |themes: &[usize]| {
        let responses: BTreeSet<u32> =
            themes.iter().flat_map(|theme| members[*theme].iter().map(|member| member.response)).collect();
        let respondents: Vec<u32> = responses.iter().map(|response| coded.respondents[*response as usize]).collect();
        (respondents.into_iter().collect::<BTreeSet<u32>>(), responses)
    };
    let (in_findings, _) = in_any(&order[..findings.len()]);
    let (in_themes, responses) = in_any(order);
    let (n_in_findings, n_in_themes) = (in_findings.len() as u64, in_themes.len() as u64);
    let basis = basis(group, &ids);
    let (base, base_once) = (language_base as u64, base_once as u64);
    Ranked { themes: ranked, findings, ids, base, base_once, basis, n_in_themes, n_in_findings, responses, in_findings }
}

/// Themes in rank order, by either count; those that stand below another behind all others.
struct Orders {
    /// Near-duplicates counted once; of equals the one of more respondents first.
    once: Vec<usize>,
    /// By respondents; of equals the one of more counted once first.
    raw: Vec<usize>,
}

impl Orders {
    /// `counts` are raw and once; what is equal in both is ordered by stem, then as it was found.
    fn new<'s>(
        themes: Vec<usize>,
        counts: &[(usize, usize)],
        stem: &dyn Fn(usize) -> &'s str,
        is_below: &dyn Fn(usize) -> bool,
    ) -> Self {
        let sorted = |mut themes: Vec<usize>, key: &dyn Fn(usize) -> (usize, usize)| {
            themes.sort_by(|a, b| {
                let by_count = is_below(*a).cmp(&is_below(*b)).then_with(|| key(*b).cmp(&key(*a)));
                by_count.then_with(|| stem(*a).cmp(stem(*b))).then(a.cmp(b))
            });
            themes
        };
        let once = sorted(themes.clone(), &|theme| (counts[theme].1, counts[theme].0));
        Self { once, raw: sorted(themes, &|theme| counts[theme]) }
    }

    fn by(&self, count: CountBy) -> &[usize] {
        match count {
            CountBy::Both | CountBy::Once => &self.once,
            CountBy::Raw => &self.raw,
        }
    }
}

/// The rank of a theme in an order: 1 for the first.
fn place(order: &[usize], theme: usize) -> u32 {
    order.iter().position(|other| *other == theme).map_or(0, |at| at as u32 + 1)
}

/// The terms that these themes were found by.
fn named_by<'t>(themes: impl Iterator<Item = &'t Theme>) -> BTreeSet<u32> {
    themes.filter_map(|theme| theme.terms.first()).map(|term| term.term_idx).collect()
}

/// How the themes of a group were found; `ids` tells which of them are reported.
fn basis(group: &LanguageGroup, ids: &ThemeIds) -> ThemeBasis {
    let mut is_in_theme = vec![false; group.points.len()];
    for of in group.themes.memberships.iter().filter(|of| ids[of.theme_idx as usize].is_some()) {
        is_in_theme[of.point_idx as usize] = true;
    }
    ThemeBasis {
        algorithm: if group.framed.is_some() { CODED } else { group.themes.basis.algorithm.name() },
        n_points: group.points.len() as u64,
        n_points_sampled: group.themes.basis.n_points.into(),
        n_points_other: is_in_theme.iter().filter(|is_in| !**is_in).count() as u64,
        n_clusters: if group.framed.is_some() { 0 } else { group.themes.basis.n_clusters },
    }
}

fn stability(stability: &Stability) -> Option<ThemeStability> {
    (stability.n_resamples > 0).then(|| ThemeStability {
        verdict: StabilityVerdict::new(stability.similarity),
        similarity: four_decimals(stability.similarity),
        n_resamples: stability.n_resamples,
        n_returned: stability.n_returned,
        rank: stability.rank,
    })
}

/// The best label of a theme that no other has yet.
fn free_label(
    coded: &Coded<'_>,
    theme: &Theme,
    members: &[Candidate],
    others: &BTreeSet<u32>,
    used: &mut BTreeSet<String>,
) -> String {
    let points: Vec<(u32, u32)> = members.iter().map(|member| (member.response, member.point)).collect();
    let labels = label::labels(coded, theme, &points, others);
    let free = labels.iter().find(|label| !used.contains(&label.to_lowercase())).or(labels.last());
    let label = free.cloned().unwrap_or_default();
    used.insert(label.to_lowercase());
    label
}

/// A theme with its evidence; rank and shares are filled in by the caller. `quoted` are the points that themes before it quote.
fn finding(
    coded: &Coded<'_>,
    theme: &Theme,
    (theme_id, label): (String, String),
    members: &[Candidate],
    (telling, stances, framed): (&Telling<'_>, &StanceBases, Option<&FramedTheme>),
    quoted: &mut BTreeSet<(u32, u32)>,
) -> Finding {
    let defining: BTreeSet<u32> = theme.terms.iter().map(|term| term.term_idx).collect();
    let opposed = opposed(coded, telling, members, &defining);
    // What speaks against the theme is quoted as that.
    let shown: Vec<Candidate> =
        members.iter().filter(|of| !opposed.contains_key(&(of.response, of.point))).copied().collect();
    let exemplars = framed.map_or(&[][..], |framed| &framed.exemplars);
    let count_of = telling.settings.verbatims as usize;
    let chosen = choose(coded, (&shown, exemplars), count_of, telling, quoted);
    let first = chosen.first().map(|(candidate, verbatim)| {
        let point = coded.analysis.texts.point(candidate.response as usize, candidate.point as usize);
        let terms = spans_of(&point, &defining);
        sentence(verbatim, point.span, &terms, telling.clauses.of(point.language))
    });
    let (sentence, sentence_source) = first.unzip();
    let dissent = dissent(coded, telling, members, &opposed, &chosen, stances);
    let verbatims = chosen.into_iter().map(|(_, verbatim)| verbatim).collect();
    let term = |term: &canvass_analysis::WeightedTerm| &coded.analysis.vocabulary.terms[term.term_idx as usize];
    let (n_respondents, n_respondents_once) = count(coded, members);
    let terms = theme.terms.iter().map(|weighted| ThemeTerm {
        stem: term(weighted).stem.clone(),
        surface_forms: term(weighted).surface_forms.iter().map(|(form, _)| form.clone()).collect(),
        weight: four_decimals(weighted.weight),
    });
    Finding {
        rank: 0,
        rank_once: 0,
        rank_raw: 0,
        rank_differs: false,
        theme_id,
        label,
        sentence: sentence.unwrap_or_default(),
        sentence_source,
        quantifier: String::new(),
        n_respondents: n_respondents as u64,
        n_respondents_once: n_respondents_once as u64,
        share: 0.0,
        share_once: 0.0,
        language_share: 0.0,
        stability: None,
        terms: terms.collect(),
        companions: coded.companions(theme).iter().map(|companion| companion.surface().to_owned()).collect(),
        respondents: respondents_of(coded, members),
        verbatims,
        breakdown: Vec::new(),
        dissent,
        frame: framed.map(ThemeFrame::new),
    }
}

/// Where these terms stand in a point.
pub(super) fn spans_of(point: &Point, terms: &BTreeSet<u32>) -> Vec<Span> {
    point.carrying().filter(|token| terms.contains(&token.term_idx())).map(|token| token.span).collect()
}

/// Respondents of these points, raw and each unit once: who has an addition among them counts by that, not by the standard text.
pub(super) fn count(coded: &Coded<'_>, members: &[Candidate]) -> (usize, usize) {
    coded.count(members.iter().map(|member| (member.response, member.point)))
}

/// The respondents of these points, each once, in the order of the file.
pub(super) fn respondents_of(coded: &Coded<'_>, members: &[Candidate]) -> Shared<Arc<str>> {
    // For each respondent their first response.
    let both = |member: &Candidate| (coded.respondents[member.response as usize], member.response);
    let mut firsts: Vec<(u32, u32)> = members.iter().map(both).collect();
    firsts.sort_unstable();
    firsts.dedup_by_key(|(respondent, _)| *respondent);
    firsts.sort_unstable_by_key(|(_, response)| *response);
    firsts.into_iter().map(|(_, response)| Arc::clone(coded.respondent_id(response))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn themes_are_ranked_by_either_count_and_the_other_breaks_ties() {
        // Raw and once: 0 is a campaign's, 1 and 2 are equal counted once, 3 equals 2 in both.
        let counts = [(40, 1), (12, 9), (15, 9), (15, 9)];
        let orders = Orders::new(vec![0, 1, 2, 3], &counts, &|theme| ["d", "c", "b", "a"][theme], &|_| false);
        assert_eq!(orders.by(CountBy::Both), [3, 2, 1, 0]);
        assert_eq!(orders.by(CountBy::Once), [3, 2, 1, 0]);
        assert_eq!(orders.by(CountBy::Raw), [0, 3, 2, 1]);
        assert_eq!((place(&orders.once, 0), place(&orders.raw, 0)), (4, 1));
    }
}
