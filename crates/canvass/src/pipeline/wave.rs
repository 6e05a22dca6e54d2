//! A run with a theme model: the code frame that it gives, what fits none of its themes, and the themes found in that.

use super::framed::{LiveTheme, apply};
use super::groups::{Parts, counts_of, naming, parts};
use super::keep::{Keeping, of_group};
use super::{Companions, Frame, Request};
use crate::codeframe::{Action, CodeFrame, FrameTheme, form};
use crate::error::Error;
use crate::findings::{Coded, QuestionFindings, four_decimals, theme_labels};
use crate::ingest::{Intake, Source, SourceRole};
use crate::progress::{Observer, Stage};
use crate::references::{check_hash, locate};
use crate::settings::{Config, ModelSettings, Settings, SettingsError};
use crate::waves::{
    self, Candidate, Drift, GroupNow, Matched, ModelGroup, ModelTerm, NewTheme, Outside, Standing, Tally, ThemeModel,
    Within, frame_here, holding, is_new, match_questions, places, risen, share, tally, words_of,
};
use canvass_analysis::{Csr, Nearest, SpacePoints, ThemeInput, WeightedTerm, fit_themes};
use canvass_text::{Analyser, Language, Seeker, Term};
use std::collections::{BTreeMap, BTreeSet};

/// A theme model as it was read.
#[derive(Clone, Debug)]
pub struct WaveModel {
    /// What it says.
    pub model: ThemeModel,
    /// Which file it is.
    pub source: Source,
}

impl WaveModel {
    /// Takes a model from the bytes of a file.
    ///
    /// # Errors
    /// [`crate::waves::ModelError`], or that of its code frame.
    pub fn from_bytes(source: Source, bytes: &[u8]) -> Result<Self, Error> {
        let model = ThemeModel::from_bytes(&source.file, bytes)?;
        Ok(Self { model, source })
    }

    /// The setting that names it.
    pub(super) fn settings(&self, matched: &[Matched]) -> ModelSettings {
        ModelSettings {
            file: self.source.file.to_string(),
            blake3: self.source.blake3.clone(),
            questions: matched.iter().map(|matched| (matched.here.clone(), matched.there.clone())).collect(),
        }
    }

    /// Tells the user of what may be coded otherwise here than where the model was made.
    fn note_resources(&self, observer: &dyn Observer) {
        let now: BTreeMap<String, String> =
            crate::report::resources().into_iter().map(|resource| (resource.name, resource.blake3)).collect();
        let codes: BTreeSet<&str> = self
            .model
            .questions
            .iter()
            .flat_map(|question| &question.groups)
            .map(|group| group.language.code())
            .collect();
        let is_used = |name: &str| name.split_once('/').is_some_and(|(folder, _)| codes.contains(folder));
        let changed: Vec<&str> = (self.model.made_from.resources.iter())
            .filter(|(name, blake3)| is_used(name) && now.get(name) != Some(blake3))
            .map(|(name, _)| name.as_str())
            .collect();
        if !changed.is_empty() {
            let message = format!(
                "the model {} was made by canvass {}, which read words otherwise ({}): shares then and now are not quite of one measure; fit it again with this version",
                self.source.file,
                self.model.version,
                changed.join(", ")
            );
            observer.note(Stage::Intake, &message);
        }
    }
}

/// Reads the theme model: the one given, or else the one that the configuration names, from its folder.
pub(super) fn read(request: &Request, observer: &dyn Observer) -> Result<Option<WaveModel>, Error> {
    let named = request.config.model.as_ref();
    let path = match (&request.model, named) {
        (Some(path), _) => path.clone(),
        (None, Some(named)) => {
            let folder = request.config_folder.as_deref();
            locate(&named.file, named.blake3.as_deref(), folder, &[], &mut [])
                .map_err(|file| SettingsError::MissingModel { file })?
        }
        (None, None) => return Ok(None),
    };
    let (source, bytes) = Source::read(&path, SourceRole::Model)?;
    if request.model.is_none() {
        check_hash(&source, named.and_then(|named| named.blake3.as_deref()))?;
    }
    let model = WaveModel::from_bytes(source, &bytes)?;
    model.note_resources(observer);
    Ok(Some(model))
}

/// What a run codes with.
pub(super) struct Wave<'m> {
    model: Option<&'m WaveModel>,
    matched: Vec<Matched>,
    /// The code frame: the user's, or else that of the model.
    pub(super) frame: Option<Frame>,
    /// Whether it is the model's: then what fits none of its themes may make new ones.
    is_model_frame: bool,
    /// For each question what is beside its counts, by language.
    now: BTreeMap<u32, BTreeMap<Language, GroupNow>>,
}

impl<'m> Wave<'m> {
    /// Pairs the model's questions with those of the form.
    pub(super) fn begin(
        companions: &'m Companions,
        intake: &Intake,
        positions: &[(u32, Vec<usize>)],
        config: &Config,
    ) -> Result<Self, Error> {
        let model = companions.model.as_ref();
        let (mut matched, mut frame) = (Vec::new(), companions.frame.clone());
        if let Some(WaveModel { model, source }) = model {
            let open: Vec<(&str, &str)> = positions
                .iter()
                .map(|(question, _)| &intake.questions[*question as usize])
                .map(|question| (question.id.as_str(), question.text.as_str()))
                .collect();
            let nothing = BTreeMap::new();
            let stated = config.model.as_ref().map_or(&nothing, |model| &model.questions);
            matched = match_questions(&source.file, model, &open, stated)?;
            if frame.is_none() {
                let (of_model, _) = model.frame(&source.file)?;
                let bytes = frame_here(&of_model, &matched).to_toml().into_bytes();
                frame = Some(Frame::from_bytes(&source.file, bytes)?);
            }
        }
        let is_model_frame = model.is_some() && companions.frame.is_none();
        Ok(Self { model, matched, frame, is_model_frame, now: BTreeMap::new() })
    }

    /// The setting that names the model.
    pub(super) fn settings(&self) -> Option<ModelSettings> {
        self.model.map(|model| model.settings(&self.matched))
    }

    fn of_question(&self, coded: &Coded<'_>) -> Option<(&'m WaveModel, &Matched)> {
        let id = &coded.intake.questions[coded.question_idx as usize].id;
        Some((self.model?, self.matched.iter().find(|matched| matched.here == *id)?))
    }

    /// Looks at what fits none of the themes; with the model's own frame the themes found in that are added to it.
    pub(super) fn extend(
        &mut self,
        coded: &mut [Coded<'_>],
        settings: &Settings,
        analyser: &Analyser<'_>,
        keeping: Keeping<'_>,
    ) -> Result<(), Error> {
        let Some(frame) = self.frame.clone().filter(|_| self.model.is_some()) else { return Ok(()) };
        let mut extended = frame.frame.clone();
        for coded in coded {
            let Some((model, matched)) = self.of_question(coded) else { continue };
            let Some(question) = model.model.question(&matched.there) else { continue };
            let here = matched.here.clone();
            let mut now = BTreeMap::new();
            for group in &question.groups {
                let looked = Looked::new(coded, &frame, group);
                let found =
                    if self.is_model_frame { looked.find(&frame, settings, analyser, keeping)? } else { Vec::new() };
                let mut of_group = looked.now;
                for FoundTheme { mut told, terms } in found {
                    if told.is_new {
                        let (language, forms) = (group.language, terms.iter().map(|(form, _)| form.clone()).collect());
                        let id = free_id(&extended, &here, language, language == coded.main_language);
                        extended.themes.push(frame_theme(&here, language, &id, &told.label, forms));
                        coded.frame_terms.extend(terms.into_iter().map(|(form, term)| ((language, form), Some(term))));
                        told.theme_id = Some(id);
                    }
                    of_group.new_themes.push(told);
                }
                now.insert(group.language, of_group);
            }
            self.now.insert(coded.question_idx, now);
        }
        if extended.themes.len() > frame.frame.themes.len() {
            self.frame = Some(Frame::from_bytes(&frame.frame.file, extended.to_toml().into_bytes())?);
        }
        Ok(())
    }

    /// What changed in a question.
    pub(super) fn drift(&mut self, coded: &Coded<'_>, found: &QuestionFindings) -> Option<Drift> {
        let (model, matched) = self.of_question(coded)?;
        let (model, matched) = (&model.model, matched.clone());
        let now = self.now.remove(&coded.question_idx).unwrap_or_default();
        waves::drift(model, &matched, found, now)
    }
}

/// A theme of the frame that was found now.
fn frame_theme(question: &str, language: Language, id: &str, label: &str, include: Vec<String>) -> FrameTheme {
    let mut theme = FrameTheme {
        question: question.to_owned(),
        language: language.code().to_owned(),
        id: id.to_owned(),
        name: label.to_owned(),
        include,
        ..FrameTheme::default()
    };
    theme.proposal = theme.digest();
    theme
}

/// The first id of the form `n01`, in a further language `fr-n01`, that no theme of the question has.
fn free_id(frame: &CodeFrame, question: &str, language: Language, is_main: bool) -> String {
    let prefix = if is_main { String::new() } else { format!("{}-", language.code()) };
    let ids: BTreeSet<&str> =
        frame.themes.iter().filter(|theme| theme.question == question).map(|theme| theme.id.as_str()).collect();
    let added: BTreeSet<&str> = (frame.decisions.iter())
        .filter(|decision| decision.question == question)
        .filter_map(|decision| match &decision.action {
            Action::Add { theme, .. } | Action::Split { new: theme, .. } => Some(theme.as_str()),
            _ => None,
        })
        .collect();
    let mut number = 1;
    loop {
        let id = format!("{prefix}n{number:02}");
        if !ids.contains(id.as_str()) && !added.contains(id.as_str()) {
            return id;
        }
        number += 1;
    }
}

/// A theme that was found in what fits none of the model's.
struct FoundTheme {
    told: NewTheme,
    /// Its terms, each as a frame writes it.
    terms: Vec<(String, u32)>,
}

/// The answers to a question in one language, looked at with a model.
struct Looked<'l, 'c> {
    coded: &'l Coded<'c>,
    group: &'l ModelGroup,
    parts: Parts,
    /// For each point where it stands.
    standings: Vec<Standing>,
    /// The themes of the frame that code answers, ...
    live: Vec<LiveTheme>,
    /// ... and for each what counts once of those who are in it, ascending.
    units: Vec<Vec<u32>>,
    now: GroupNow,
}

impl<'l, 'c> Looked<'l, 'c> {
    fn new(coded: &'l Coded<'c>, frame: &Frame, group: &'l ModelGroup) -> Self {
        let live = apply(coded, frame).live(coded);
        let in_themes: BTreeSet<(u32, u32)> = live.iter().flat_map(|theme| &theme.points).copied().collect();
        let of_language = (0..).zip(&coded.read_in).filter(|(_, read_in)| read_in.language == group.language);
        let responses: Vec<u32> = of_language.map(|(response, _)| response).collect();
        let parts = parts(coded, &responses);
        let (counts, n_unknown) = counts(coded, group, &parts.points);
        let near = group.space.near(&SpacePoints { counts: &counts, n_unknown: &n_unknown });
        let standing = |(point, near): (&(u32, u32), &Option<Nearest>)| {
            let content = coded.analysis.texts.point(point.0 as usize, point.1 as usize);
            Standing::of(in_themes.contains(point), *near, content.carrying().next().is_some())
        };
        let standings: Vec<Standing> = parts.points.iter().zip(&near).map(standing).collect();
        let of_respondents: Tally = tally(
            parts
                .points
                .iter()
                .map(|(response, _)| coded.respondents[*response as usize])
                .zip(standings.iter().copied()),
        );
        let mut now = GroupNow {
            tally: of_respondents,
            outside: outside(coded, group, &parts.points, &standings),
            live: live.iter().map(|theme| theme.id.clone()).collect(),
            ..GroupNow::default()
        };
        add_words(&mut now, coded, group.language, &parts.points);
        for theme in &live {
            for term in &theme.terms {
                let of = now.defines.entry(key_of(&coded.analysis.vocabulary.terms[*term as usize])).or_default();
                of.push(theme.id.clone());
            }
        }
        let units = live.iter().map(|theme| units_of(coded, &theme.points)).collect();
        Self { coded, group, parts, standings, live, units, now }
    }

    /// The points in which themes are sought: those that fit none of the model's, and those with a word that more say now and that defines none.
    fn pool(&self) -> Parts {
        let terms = &self.coded.analysis.vocabulary.terms;
        let risen = risen(self.group, self.base_once(), &self.now);
        let is_telling: Vec<bool> = (terms.iter())
            .map(|term| term.language == self.group.language && risen.contains(&key_of(term)))
            .zip(terms)
            .map(|(is_risen, term)| is_risen && !self.now.defines.contains_key(&key_of(term)))
            .collect();
        let is_in = |((response, point), standing): (&(u32, u32), &Standing)| {
            let content = self.coded.analysis.texts.point(*response as usize, *point as usize);
            *standing == Standing::Unlike || content.carrying().any(|token| is_telling[token.term_idx() as usize])
        };
        let points = self.parts.points.iter().zip(&self.standings).filter(|of| is_in(*of));
        let kept: BTreeSet<(u32, u32)> = points.map(|(point, _)| *point).collect();
        let mut pool = self.parts.clone();
        pool.keep(|point| kept.contains(&point));
        pool
    }

    /// The theme of the model that at least half of those who say this are in, counted once; the first of the largest.
    fn within(&self, points: &[(u32, u32)]) -> Option<Within> {
        let units = units_of(self.coded, points);
        let mut most: Option<Within> = None;
        for (theme, own) in self.live.iter().zip(&self.units) {
            let Some(then) = self.group.themes.iter().find(|then| then.id == theme.id) else { continue };
            let n_both = units.iter().filter(|unit| own.binary_search(unit).is_ok()).count() as u64;
            if 2 * n_both >= units.len() as u64 && most.as_ref().is_none_or(|most| n_both > most.n_both) {
                let (n_then, n_now) = (then.n_respondents_once, own.len() as u64);
                most = Some(Within { theme_id: theme.id.clone(), n_then, n_now, n_both });
            }
        }
        most
    }

    /// Finds themes in what fits none of the model's, the largest first.
    fn find(
        &self,
        frame: &Frame,
        settings: &Settings,
        analyser: &Analyser<'_>,
        keeping: Keeping<'_>,
    ) -> Result<Vec<FoundTheme>, Error> {
        let coded = self.coded;
        let terms = &coded.analysis.vocabulary.terms;
        let pool = self.pool();
        let own = counts_of(coded, &pool.points);
        let language = self.group.language;
        let (mut naming, is_word) = naming(coded, language);
        // What defines a theme of the model defines no other.
        self.live.iter().flat_map(|theme| &theme.terms).for_each(|term| naming[*term as usize] = 0.0);
        let (naming, is_word) = (&naming, &is_word);
        let Parts { of, groups, duplicates, .. } = &pool;
        let input = ThemeInput { counts: &own, responses: of, groups, duplicates, naming, is_word };
        let name = of_group("wave", coded.question_idx, language);
        let fitted = || Ok(fit_themes(&input, &settings.themes, settings.seed)?);
        let found = keeping.keep(Stage::Themes, &name, fitted)?.themes;
        let mut used: BTreeSet<String> = frame.state.themes.iter().map(|theme| theme.name.to_lowercase()).collect();
        let held: BTreeMap<(&str, &str), u64> = self.group.terms.iter().map(|term| (term.key(), term.3)).collect();
        let seeker = Seeker::new(&coded.analysis.vocabulary);
        let mut told: Vec<(FoundTheme, Candidate)> = Vec::new();
        let defining: Vec<u32> =
            found.iter().filter_map(|theme| theme.terms.first()).map(|term| term.term_idx).collect();
        for theme in found {
            let others = defining
                .iter()
                .copied()
                .filter(|of| Some(of) != theme.terms.first().map(|term| &term.term_idx))
                .collect();
            let of_theme: BTreeSet<u32> = theme.terms.iter().map(|term| term.term_idx).collect();
            let holds = |(response, point): &&(u32, u32)| {
                let content = coded.analysis.texts.point(*response as usize, *point as usize);
                content.carrying().any(|token| of_theme.contains(&token.term_idx()))
            };
            let points: Vec<(u32, u32)> = self.parts.points.iter().filter(holds).copied().collect();
            let (raw, once) = coded.count(points.iter().copied());
            let (raw, once) = (raw as u64, once as u64);
            if once < u64::from(settings.themes.min_respondents) {
                continue;
            }
            let then: u64 = (of_theme.iter().map(|term| &terms[*term as usize]))
                .map(|term| held.get(&(term.kind.name(), term.stem.as_str())).copied().unwrap_or(1))
                .sum();
            let within = self.within(&points);
            let labels = theme_labels(coded, &theme, &points, &others);
            let free = labels.iter().find(|label| !used.contains(&label.to_lowercase())).or(labels.last());
            let label = free.cloned().unwrap_or_default();
            used.insert(label.to_lowercase());
            let write = |term: &WeightedTerm| {
                (form(&coded.analysis.vocabulary, language, term.term_idx, &seeker, analyser), term.term_idx)
            };
            let told_theme = NewTheme {
                theme_id: None,
                label,
                words: theme.terms.iter().map(|term| terms[term.term_idx as usize].surface().to_owned()).collect(),
                n_respondents: raw,
                n_respondents_once: once,
                share: 0.0,
                then_at_most: then.min(self.group.base_once),
                p_adjusted: 1.0,
                mostly_in: within.as_ref().map(|within| within.theme_id.clone()),
                is_new: false,
            };
            let terms = theme.terms.iter().map(write).collect();
            told.push((FoundTheme { told: told_theme, terms }, Candidate { n_now: once, then_at_most: then, within }));
        }
        let base_now = self.base_once();
        let (mut found, candidates): (Vec<FoundTheme>, Vec<Candidate>) = told.into_iter().unzip();
        for (found, (p_adjusted, is_new)) in found.iter_mut().zip(is_new(&candidates, self.group.base_once, base_now)) {
            found.told.p_adjusted = p_adjusted;
            found.told.is_new = is_new;
            found.told.share = four_decimals(share(found.told.n_respondents_once, base_now));
        }
        // As they would be ranked; of equals as they were found.
        found.sort_by_key(|found| std::cmp::Reverse((found.told.n_respondents_once, found.told.n_respondents)));
        Ok(found)
    }

    /// What shares are shares of, counted once: all answers for the main language.
    fn base_once(&self) -> u64 {
        let coded = self.coded;
        if self.group.language == coded.main_language {
            return coded.once(0..coded.positions.len() as u32) as u64;
        }
        let own = (0..).zip(&coded.read_in).filter(|(_, read_in)| read_in.language == self.group.language);
        coded.once(own.map(|(response, _)| response)) as u64
    }
}

/// What counts once of those whose points these are, ascending.
fn units_of(coded: &Coded<'_>, points: &[(u32, u32)]) -> Vec<u32> {
    let mut units: Vec<u32> = points.iter().map(|(response, point)| coded.unit_of(*response, *point)).collect();
    units.sort_unstable();
    units.dedup();
    units
}

/// What a term is known again by.
fn key_of(term: &Term) -> (String, String) {
    (term.kind.name().to_owned(), term.stem.clone())
}

/// How often the words of a model's group stand in each point, and how many other words do.
fn counts(coded: &Coded<'_>, group: &ModelGroup, points: &[(u32, u32)]) -> (Csr, Vec<u32>) {
    let known: BTreeMap<(&str, &str), u32> = group.terms.iter().map(ModelTerm::key).zip(0..).collect();
    let places = |term: &Term| term.language == group.language && places(term.kind);
    let column = |term: &Term| places(term).then(|| known.get(&(term.kind.name(), term.stem.as_str())).copied());
    let columns: Vec<Option<Option<u32>>> = coded.analysis.vocabulary.terms.iter().map(column).collect();
    let words = |(response, point): &(u32, u32)| -> Vec<Option<u32>> {
        let content = coded.analysis.texts.point(*response as usize, *point as usize);
        content.carrying().filter_map(|token| columns[token.term_idx() as usize]).collect()
    };
    words_of(points.iter().map(words), group.terms.len())
}

/// The responses that say something and are in no theme of a model: each by the nearest to one that its points come.
fn outside(coded: &Coded<'_>, group: &ModelGroup, points: &[(u32, u32)], standings: &[Standing]) -> Vec<Outside> {
    let mut of: BTreeMap<u32, Standing> = BTreeMap::new();
    for ((response, _), standing) in points.iter().zip(standings) {
        of.entry(*response).and_modify(|known| *known = (*standing).max(*known)).or_insert(*standing);
    }
    let told = of.into_iter().filter_map(|(response, standing)| {
        let near = match standing {
            Standing::Near(theme) => Some(group.themes[theme as usize].id.clone()),
            Standing::Unlike => None,
            Standing::Coded | Standing::Silent => return None,
        };
        let received = &coded.intake.responses[coded.positions[response as usize]];
        let respondent_id = coded.intake.submissions[received.submission_idx as usize].respondent_id.to_string();
        Some(Outside { response_id: received.response_id.to_string(), respondent_id, near })
    });
    told.collect()
}

/// Counts who holds each word.
fn add_words(now: &mut GroupNow, coded: &Coded<'_>, language: Language, points: &[(u32, u32)]) {
    let mut held: Vec<(u32, u32)> = Vec::new();
    for (response, point) in points {
        let content = coded.analysis.texts.point(*response as usize, *point as usize);
        let unit = coded.unit_of(*response, *point);
        held.extend(content.carrying().map(|token| (token.term_idx(), unit)));
    }
    let terms = &coded.analysis.vocabulary.terms;
    for (term, n) in terms.iter().zip(holding(held, terms.len())).filter(|(_, n)| *n > 0) {
        if term.language == language {
            now.add_word(term, n);
        }
    }
}
