//! From what the stages gave to the findings of one question.

use super::verbatim::{Candidate, choose, passage};
use super::{
    DuplicateGroup, DuplicateMember, Finding, FormCount, LanguageCount, LanguageFindings, LeftOutWords, MergedForms,
    NoTheme, QuestionFindings, SetAside, StabilityVerdict, StateCount, ThemeBasis, ThemeStability, ThemeTerm,
};
use super::{four_decimals, label};
use crate::ingest::{Intake, Received};
use crate::ledger::{Ledger, Phrases};
use crate::pipeline::{Added, Copied, LanguageGroup, ReadIn};
use crate::settings::{CountBy, FindingSettings};
use canvass_analysis::{DuplicateKind, Group, Member, Stability, Theme};
use canvass_text::{Analysis, Language, LeftOut, Span, Term};
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

    /// The text that was analysed.
    pub(super) fn text_of(&self, response: u32) -> &str {
        self.received(response).analysed_text()
    }

    pub(super) fn respondent_id(&self, response: u32) -> &str {
        &self.intake.submissions[self.received(response).submission_idx as usize].respondent_id
    }

    /// What a point counts as: its respondent's unit, or what the respondent has of their own if it is an addition.
    pub(super) fn unit_of(&self, response: u32, point: u32) -> u32 {
        let own = self.added.unit(response).filter(|_| self.added.holds(response, point));
        own.unwrap_or(self.units[response as usize])
    }

    /// How many there are among these responses with near-duplicates counted once: their units, and what respondents have of
    /// their own; never more than respondents.
    fn once(&self, responses: impl Iterator<Item = u32>) -> usize {
        let (mut units, mut respondents) = (BTreeSet::new(), BTreeSet::new());
        for response in responses {
            respondents.insert(self.respondents[response as usize]);
            units.insert(self.units[response as usize]);
            units.extend(self.added.unit(response));
        }
        units.len().min(respondents.len())
    }

    /// The text of a point.
    pub(super) fn passage(&self, response: u32, point: u32) -> &str {
        let span = self.analysis.texts[response as usize].points[point as usize].span;
        span.of(self.text_of(response)).unwrap_or_default()
    }

    /// The terms of a point that can carry a theme.
    pub(super) fn terms_of(&self, response: u32, point: u32) -> BTreeSet<u32> {
        let point = &self.analysis.texts[response as usize].points[point as usize];
        point.carrying().map(|token| token.term_idx).collect()
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

/// For each theme of a language group its id; themes with too few respondents have none.
type ThemeIds = Vec<Option<String>>;

/// The themes of a language group in rank order.
struct Ranked {
    themes: Vec<Finding>,
    findings: Vec<Finding>,
    ids: ThemeIds,
    base: u64,
    base_once: u64,
    basis: ThemeBasis,
    n_in_themes: u64,
    n_in_findings: u64,
    /// The responses in a theme.
    responses: BTreeSet<u32>,
}

/// The findings of a question, and for each language group the ids of its themes.
pub(crate) fn build_question(
    coded: &Coded<'_>,
    settings: &FindingSettings,
    min_respondents: u32,
    phrases: &Phrases,
) -> (QuestionFindings, Vec<ThemeIds>) {
    let question = &coded.intake.questions[coded.question_idx as usize];
    let base = distinct(&coded.respondents);
    let mut ranked: Vec<Ranked> =
        coded.languages.iter().map(|group| rank(coded, group, base, settings, min_respondents)).collect();
    let in_themes: BTreeSet<u32> = ranked.iter().flat_map(|ranked| ranked.responses.iter().copied()).collect();
    let further: BTreeSet<Language> = coded.languages.iter().skip(1).map(|group| group.language).collect();
    let no_theme_in = |of: &dyn Fn(Language) -> bool| {
        let responses = (0..coded.positions.len() as u32)
            .filter(|response| !in_themes.contains(response) && of(coded.read_in[*response as usize].language));
        responses.map(|response| no_theme(coded, response, phrases)).collect()
    };
    let ids = ranked.iter_mut().map(|ranked| std::mem::take(&mut ranked.ids)).collect();
    let mut ranked = ranked.into_iter();
    let main = ranked.next();
    let languages = coded.languages.iter().skip(1).zip(ranked).map(|(group, ranked)| LanguageFindings {
        language: group.language,
        base: ranked.base,
        base_once: ranked.base_once,
        theme_basis: ranked.basis,
        n_in_themes: ranked.n_in_themes,
        n_in_findings: ranked.n_in_findings,
        findings: ranked.findings,
        themes: ranked.themes,
        no_theme: no_theme_in(&|language| language == group.language),
    });
    let languages = languages.collect();
    let ledger = coded.ledger.counts(coded.intake, Some(coded.question_idx));
    let (language_base, n_in_themes, n_in_findings) =
        main.as_ref().map_or((0, 0, 0), |main| (main.base, main.n_in_themes, main.n_in_findings));
    let (theme_basis, findings, themes) = main.map(|main| (main.basis, main.findings, main.themes)).unwrap_or_default();
    let built = QuestionFindings {
        id: question.id.clone(),
        text: question.text.clone(),
        base: base as u64,
        base_once: coded.once(0..coded.positions.len() as u32) as u64,
        language: coded.main_language,
        language_base,
        theme_basis,
        n_in_themes,
        n_in_findings,
        ledger: ledger.into_iter().map(|(state, n_responses)| StateCount { state, n_responses }).collect(),
        n_quoting: coded.analysis.texts.iter().filter(|text| !text.quotations.is_empty()).count() as u64,
        n_translated: coded.originals.len() as u64,
        left_out: left_out(coded),
        merges: merges(&coded.analysis),
        language_counts: language_counts(coded, &in_themes),
        findings,
        themes,
        no_theme: no_theme_in(&|language| !further.contains(&language)),
        languages,
        set_aside: set_aside(coded),
        duplicates: groups(coded, &coded.copied.groups, 'd'),
        quotations: groups(coded, &coded.copied.quotations, 'r'),
    };
    (built, ids)
}

/// Ranks the themes of a language group. The share of those in the main language is of the question's `base`, that of the others
/// of their own.
fn rank(
    coded: &Coded<'_>,
    group: &LanguageGroup,
    base: usize,
    settings: &FindingSettings,
    min_respondents: u32,
) -> Ranked {
    let themes = &group.themes.themes;
    let mut members: Vec<Vec<Candidate>> = vec![Vec::new(); themes.len()];
    let mut n_themes: BTreeMap<(u32, u32), u32> = BTreeMap::new();
    for membership in &group.themes.memberships {
        let (response, point) = group.points[membership.point_idx as usize];
        *n_themes.entry((response, point)).or_default() += 1;
        members[membership.theme_idx as usize].push(Candidate {
            response,
            point,
            strength: membership.strength,
            n_themes: 1,
        });
    }
    for member in members.iter_mut().flatten() {
        member.n_themes = n_themes[&(member.response, member.point)];
    }
    let counts: Vec<(usize, usize)> = members.iter().map(|members| count(coded, members)).collect();
    let stem = |theme: usize| {
        let term = themes[theme].terms.first();
        term.map_or("", |term| coded.analysis.vocabulary.terms[term.term_idx as usize].stem.as_str())
    };
    let enough: Vec<usize> = (0..members.len()).filter(|theme| counts[*theme].1 >= min_respondents as usize).collect();
    let orders = Orders::new(enough, &counts, &stem);
    let order = orders.by(settings.count_by);

    let of_group = |numbers: &[u32]| {
        distinct(&group.responses.iter().map(|response| numbers[*response as usize]).collect::<Vec<_>>())
    };
    let (language_base, base_once) = (of_group(&coded.respondents), coded.once(group.responses.iter().copied()));
    let is_main = group.language == coded.main_language;
    let whole_once = if is_main { coded.once(0..coded.positions.len() as u32) } else { base_once };
    let base = if is_main { base } else { language_base };
    let prefix = if is_main { String::new() } else { format!("{}-", group.language.code()) };
    let width = order.len().to_string().len().max(2);
    let mut ids = vec![None; members.len()];
    let (mut used, mut quoted) = (BTreeSet::new(), BTreeSet::new());
    let mut ranked = Vec::new();
    for (at, theme_idx) in order.iter().enumerate() {
        let theme_id = format!("{prefix}t{:0width$}", at + 1);
        let others = named_by(order.iter().filter(|other| *other != theme_idx).map(|other| &themes[*other]));
        let label = free_label(coded, &themes[*theme_idx], &members[*theme_idx], &others, &mut used);
        let shares = counts[*theme_idx].0 as f64;
        ranked.push(Finding {
            rank: at as u32 + 1,
            rank_once: place(&orders.once, *theme_idx),
            rank_raw: place(&orders.raw, *theme_idx),
            rank_differs: place(&orders.once, *theme_idx) != place(&orders.raw, *theme_idx),
            share: four_decimals(shares / base as f64),
            share_once: four_decimals(counts[*theme_idx].1 as f64 / whole_once as f64),
            language_share: four_decimals(shares / language_base as f64),
            stability: group.stability.get(*theme_idx).and_then(stability),
            ..finding(
                coded,
                &themes[*theme_idx],
                (theme_id.clone(), label),
                &members[*theme_idx],
                settings,
                &mut quoted,
            )
        });
        ids[*theme_idx] = Some(theme_id);
    }
    let findings: Vec<Finding> = ranked.iter().take(settings.count as usize).cloned().collect();
    let in_any = |themes: &[usize]| {
        let responses: BTreeSet<u32> =
            themes.iter().flat_map(|theme| members[*theme].iter().map(|member| member.response)).collect();
        let respondents: Vec<u32> = responses.iter().map(|response| coded.respondents[*response as usize]).collect();
        (distinct(&respondents) as u64, responses)
    };
    let (n_in_findings, _) = in_any(&order[..findings.len()]);
    let (n_in_themes, responses) = in_any(order);
    let basis = basis(group, &ids);
    let (base, base_once) = (language_base as u64, base_once as u64);
    Ranked { themes: ranked, findings, ids, base, base_once, basis, n_in_themes, n_in_findings, responses }
}

/// Themes in rank order, by either count.
struct Orders {
    /// Near-duplicates counted once; of equals the one of more respondents first.
    once: Vec<usize>,
    /// By respondents; of equals the one of more counted once first.
    raw: Vec<usize>,
}

impl Orders {
    /// `counts` are raw and once; what is equal in both is ordered by stem, then as it was found.
    fn new<'s>(themes: Vec<usize>, counts: &[(usize, usize)], stem: &dyn Fn(usize) -> &'s str) -> Self {
        let sorted = |mut themes: Vec<usize>, key: &dyn Fn(usize) -> (usize, usize)| {
            themes.sort_by(|a, b| key(*b).cmp(&key(*a)).then_with(|| stem(*a).cmp(stem(*b))).then(a.cmp(b)));
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
    let in_themes: BTreeSet<u32> = group
        .themes
        .memberships
        .iter()
        .filter(|membership| ids[membership.theme_idx as usize].is_some())
        .map(|membership| membership.point_idx)
        .collect();
    ThemeBasis {
        algorithm: group.themes.basis.algorithm.name(),
        n_points: group.points.len() as u64,
        n_points_sampled: group.themes.basis.n_points.into(),
        n_points_other: (group.points.len() - in_themes.len()) as u64,
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
    settings: &FindingSettings,
    quoted: &mut BTreeSet<(u32, u32)>,
) -> Finding {
    let verbatims = choose(coded, members, settings.verbatims as usize, quoted);
    let sentence = verbatims.first().map(|verbatim| verbatim.text.split_whitespace().collect::<Vec<_>>().join(" "));
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
    }
}

/// What carries no theme, beside function words and quotations.
fn left_out(coded: &Coded<'_>) -> LeftOutWords {
    let terms = &coded.analysis.vocabulary.terms;
    let mut question_words = BTreeSet::new();
    let mut n_restating = 0;
    let mut passages: BTreeMap<String, (String, u64)> = BTreeMap::new();
    for (response, text) in (0..).zip(&coded.analysis.texts) {
        let tokens = || text.points.iter().flat_map(|point| &point.tokens);
        let asked = tokens().filter(|token| token.left_out == Some(LeftOut::Question));
        question_words.extend(asked.map(|token| terms[token.term_idx as usize].surface()));
        n_restating += u64::from(tokens().any(|token| token.left_out == Some(LeftOut::Preamble)));
        let written = |span: &Span| span.of(coded.text_of(response)).map(one_line).unwrap_or_default();
        let of_text: BTreeMap<String, String> =
            text.boilerplate.iter().map(written).map(|passage| (passage.to_lowercase(), passage)).collect();
        for (key, passage) in of_text {
            passages.entry(key).or_insert((passage, 0)).1 += 1;
        }
    }
    let mut boilerplate: Vec<FormCount> =
        passages.into_values().map(|(form, n_responses)| FormCount { form, n_responses }).collect();
    boilerplate.sort_by(|a, b| b.n_responses.cmp(&a.n_responses).then_with(|| a.form.cmp(&b.form)));
    LeftOutWords { question_words: question_words.into_iter().map(str::to_owned).collect(), n_restating, boilerplate }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn merges(analysis: &Analysis) -> Vec<MergedForms> {
    let forms = |forms: &[(String, u32)]| {
        let count = |(form, count): &(String, u32)| FormCount { form: form.clone(), n_responses: (*count).into() };
        forms.iter().map(count).collect()
    };
    let merges = analysis.merges.iter().map(|merge| MergedForms {
        kind: merge.kind.name(),
        term: analysis.vocabulary.terms[merge.term_idx as usize].surface().to_owned(),
        forms: forms(&merge.forms),
    });
    merges.collect()
}

/// Respondents of these points, raw and each unit once: who has an addition among them counts by that, not by the standard text.
fn count(coded: &Coded<'_>, members: &[Candidate]) -> (usize, usize) {
    let mut counts_as: BTreeMap<u32, u32> = BTreeMap::new();
    for member in members {
        let respondent = coded.respondents[member.response as usize];
        let unit = coded.unit_of(member.response, member.point);
        // Units of additions are numbered behind all others.
        counts_as.entry(respondent).and_modify(|known| *known = unit.max(*known)).or_insert(unit);
    }
    (counts_as.len(), distinct(&counts_as.into_values().collect::<Vec<_>>()))
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

fn language_counts(coded: &Coded<'_>, in_themes: &BTreeSet<u32>) -> Vec<LanguageCount> {
    let mut counts: BTreeMap<Language, (u64, u64)> = BTreeMap::new();
    for (response, read_in) in (0..).zip(&coded.read_in) {
        let count = counts.entry(read_in.language).or_default();
        *count = (count.0 + 1, count.1 + u64::from(!in_themes.contains(&response)));
    }
    let count = |(language, (n_responses, n_no_theme))| LanguageCount { language, n_responses, n_no_theme };
    let mut counts: Vec<LanguageCount> = counts.into_iter().map(count).collect();
    counts.sort_by(|a, b| b.n_responses.cmp(&a.n_responses).then(a.language.cmp(&b.language)));
    counts
}

/// A response in no theme, with the reason.
fn no_theme(coded: &Coded<'_>, response: u32, phrases: &Phrases) -> NoTheme {
    NoTheme {
        response_id: coded.received(response).response_id.clone(),
        respondent_id: coded.respondent_id(response).to_owned(),
        reason: reason(coded, response, phrases),
        text: coded.received(response).text.clone(),
    }
}

/// The responses to the question that are not analysed, in the order of the file.
fn set_aside(coded: &Coded<'_>) -> Vec<SetAside> {
    let responses = coded.intake.responses.iter().zip(&coded.ledger.entries);
    responses
        .filter(|(received, entry)| received.question_idx == coded.question_idx && !entry.state.is_analysed())
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
    let language = coded.read_in[response as usize].language;
    let tokens = || text.points.iter().flat_map(|point| point.tokens.iter().chain(&point.phrases));
    let reason = if phrases.points_elsewhere(coded.text_of(response)) {
        "points at another answer"
    } else if !language.has_resources() {
        return format!("in {language}, which canvass has no resources for");
    } else if coded.languages.iter().all(|group| group.language != language) {
        return format!("in {language}, with too few answers for themes of their own");
    } else if tokens().next().is_none() {
        "names no subject"
    } else if tokens().all(|token| token.left_out == Some(LeftOut::Quotation)) {
        "only quotes a reference text"
    } else if tokens().all(|token| matches!(token.left_out, Some(LeftOut::Question | LeftOut::Preamble))) {
        "only words of the question"
    } else if tokens().all(|token| token.left_out == Some(LeftOut::Boilerplate)) {
        "only what most answers share"
    } else if tokens().all(|token| token.left_out.is_some()) {
        "only words of the question, of a reference text or of most answers"
    } else {
        "fits none of the themes"
    };
    let quotes = !text.quotations.is_empty() && tokens().any(|token| token.left_out != Some(LeftOut::Quotation));
    if quotes { format!("{reason} (quotes a reference text)") } else { reason.into() }
}

/// Groups as they are told, numbered behind a letter.
fn groups(coded: &Coded<'_>, groups: &[Group], letter: char) -> Vec<DuplicateGroup> {
    (1..).zip(groups).map(|(number, group)| told(coded, group, format!("{letter}{number:02}"))).collect()
}

fn told(coded: &Coded<'_>, group: &Group, group_id: String) -> DuplicateGroup {
    let member = |member: &Member| DuplicateMember {
        response_id: coded.received(member.document_idx).response_id.clone(),
        respondent_id: coded.respondent_id(member.document_idx).to_owned(),
        kind: member.kind,
        similarity: four_decimals(member.similarity),
    };
    let copies = group.members.iter().filter(|member| member.kind.is_copy());
    let senders: Vec<u32> = copies.clone().map(|copy| coded.respondents[copy.document_idx as usize]).collect();
    let n_exact = copies.clone().filter(|copy| copy.kind == DuplicateKind::Exact).count();
    // Only a copy of this group adds something to its text; a response is a copy in one group at most.
    let additions = copies.clone().flat_map(|copy| {
        let points = coded.added.points(copy.document_idx).iter();
        points.map(|point| passage(coded, copy.document_idx, *point))
    });
    DuplicateGroup {
        group_id,
        is_short: group.is_short,
        representative: coded.received(group.representative_idx).response_id.clone(),
        text: coded.received(group.representative_idx).text.clone(),
        n_respondents: distinct(&senders) as u64,
        n_exact: n_exact as u64,
        n_varied: (senders.len() - n_exact) as u64,
        additions: additions.collect(),
        members: group.members.iter().map(member).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
    fn themes_are_ranked_by_either_count_and_the_other_breaks_ties() {
        // Raw and once: 0 is a campaign's, 1 and 2 are equal counted once, 3 equals 2 in both.
        let counts = [(40, 1), (12, 9), (15, 9), (15, 9)];
        let orders = Orders::new(vec![0, 1, 2, 3], &counts, &|theme| ["d", "c", "b", "a"][theme]);
        assert_eq!(orders.by(CountBy::Both), [3, 2, 1, 0]);
        assert_eq!(orders.by(CountBy::Once), [3, 2, 1, 0]);
        assert_eq!(orders.by(CountBy::Raw), [0, 3, 2, 1]);
        assert_eq!((place(&orders.once, 0), place(&orders.raw, 0)), (4, 1));
    }

    #[test]
    fn groups_that_share_a_respondent_are_one_unit() {
        // b and c share a text, a and c share another; c links them.
        let (units, _) = units(&["a", "b", "c", "c", "d"], &[group(&[1, 2]), group(&[0, 3])]);
        assert_eq!(units, [0, 0, 0, 0, 3]);
    }
}
