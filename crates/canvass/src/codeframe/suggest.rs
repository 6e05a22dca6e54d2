//! What an analyst might look at next, each with the figures that speak for it: words for a theme, themes to merge, themes to split,
//! answers to read.
//!
//! Nothing is decided here. All of it is counted on the points as the frame codes them now, in a fixed order: the same frame and run give the same
//! suggestions.

use super::coding::CodedTheme;
use super::propose::form;
use super::{Desk, FrameState, PutBy, ThemeState};
use canvass_analysis::g_squared;
use canvass_text::{Analyser, Language, Sought, TermKind};
use serde::Serialize;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

/// The least association that is told: what chance passes once in a thousand cases.
const MIN_ASSOCIATION: f64 = 10.83;
/// A word is suggested for a theme if this share of the points that hold it is in the theme already.
const MIN_WITHIN: f64 = 0.2;
/// The words that go with a theme, as far as two themes are compared by them.
const N_COMPANIONS: usize = 10;
/// Two themes are a pair if the smaller shares this much of its responses with the other ...
const MIN_CONTAINED: f64 = 0.5;
/// ... of at least this many, ...
const MIN_SHARED: u64 = 3;
/// ... or if so many of the words that go with them are the same.
const MIN_COMPANIONS: usize = 4;
/// A side of a theme that is to be split has at least this share of its points, and as many points as [`MIN_SHARED`] says.
const MIN_SIDE: f64 = 0.2;
/// The sides share at most this share of the smaller.
const MAX_TOGETHER: f64 = 0.1;
/// Two words of a theme belong together if so many of the words that go with them are the same.
const MIN_ALIKE: usize = 3;
/// A point in no theme is near one if it holds so many of the words that go with it.
const MIN_NEAR: usize = 2;

/// A word or phrase that may belong to a theme.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WordSuggestion {
    /// As a frame would write it.
    pub term: String,
    /// The points of the theme that hold it.
    pub n_within: u64,
    /// The points it would bring in.
    pub n_points: u64,
    /// The respondents it would bring in.
    pub n_respondents: u64,
    /// Dunning's G² of the word and the theme's points.
    pub association: f64,
}

/// Two themes that may be one, or one of which may stand below the other.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PairSuggestion {
    /// The smaller, by id.
    pub theme: String,
    /// The larger.
    pub other: String,
    /// The responses of the smaller.
    pub n_theme: u64,
    /// Those of the larger.
    pub n_other: u64,
    /// Those in both.
    pub n_shared: u64,
    /// Words that go with both, though they are of neither; the strongest first.
    pub words: Vec<String>,
}

/// A theme that may be two.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SplitSuggestion {
    /// The theme.
    pub theme: String,
    /// The words of the larger side.
    pub stay: Vec<String>,
    /// The words of the smaller side.
    pub leave: Vec<String>,
    /// The points of the larger side.
    pub n_stay: u64,
    /// Those of the smaller.
    pub n_leave: u64,
    /// Those of both.
    pub n_both: u64,
    /// Whether they are words of the theme, and so can be split; if not, they are words that go with it.
    pub is_own: bool,
}

/// An answer to read.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReadSuggestion {
    /// The response, by its place.
    #[serde(skip)]
    pub response: u32,
    /// Its id.
    pub response_id: String,
    /// Why.
    #[serde(flatten)]
    pub reason: ReadReason,
}

/// Why an answer is worth reading.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "why", rename_all = "kebab-case")]
pub enum ReadReason {
    /// It is in no theme, and holds a word that other such answers hold.
    Shared {
        /// The word.
        term: String,
        /// The answers in no theme that hold it.
        n: u64,
    },
    /// It is in no theme, and holds words that go with one.
    Near {
        /// The theme.
        theme: String,
        /// The words.
        words: Vec<String>,
    },
    /// It is in no theme, and none of these is longer.
    Longest {
        /// Its characters.
        n: u64,
    },
    /// It is in a theme by one word alone, and holds none that go with it.
    Borderline {
        /// The theme.
        theme: String,
        /// The word.
        term: String,
    },
}

/// Looks for suggestions in a question as a frame codes it.
pub struct Suggester<'a, 'q> {
    desk: &'a Desk<'q>,
    state: &'a FrameState,
    coded: &'a [CodedTheme],
    analyser: &'a Analyser<'a>,
    /// The points of the answers in each language.
    n_points: BTreeMap<Language, u64>,
    /// For each theme that codes the words that go with it.
    profiles: OnceCell<Vec<Vec<u32>>>,
}

/// A term that goes with a set of points.
#[derive(Clone, Copy, Debug)]
struct Companion {
    term: u32,
    association: f64,
    /// The points of the set that hold it.
    n: u64,
}

impl<'a, 'q> Suggester<'a, 'q> {
    /// `coded` is what the desk makes of the state.
    pub fn new(desk: &'a Desk<'q>, state: &'a FrameState, coded: &'a [CodedTheme], analyser: &'a Analyser<'a>) -> Self {
        let mut n_points: BTreeMap<Language, u64> = BTreeMap::new();
        let table = desk.table();
        for (points, language) in table.responses.iter().zip(&table.languages) {
            *n_points.entry(*language).or_default() += points.len() as u64;
        }
        Self { desk, state, coded, analyser, n_points, profiles: OnceCell::new() }
    }

    /// Words that stand in a theme's points more often than elsewhere and would bring others in, `n` at most, the strongest first.
    ///
    /// `theme`: its place in the state.
    pub fn words(&self, theme: usize, n: usize) -> Vec<WordSuggestion> {
        let Some(coded) = self.coded.iter().find(|coded| coded.theme == theme) else { return Vec::new() };
        let of = &self.state.themes[theme];
        let points: Vec<u32> = coded.members.iter().map(|(point, _)| *point).collect();
        let is_in: BTreeSet<u32> = points.iter().copied().collect();
        let before = self.desk.members(of).len();
        let known = self.desk.count(points.iter().copied()).0;
        let asked = self.terms_of(of);
        let mut brought: BTreeSet<Vec<u32>> = BTreeSet::new();
        let mut words = Vec::new();
        for companion in self.companions(&points, of.language) {
            let all = &self.desk.carrying[companion.term as usize];
            let is_within = companion.n as f64 >= MIN_WITHIN * all.len() as f64;
            if companion.n < 2 || !is_within || all.len() as u64 == companion.n || asked.contains(&companion.term) {
                continue;
            }
            let question = self.desk.question();
            let term =
                form(&question.analysis.vocabulary, of.language, companion.term, &self.desk.seeker, self.analyser);
            let held = self.desk.search(&term, of.language, self.analyser).unwrap_or_default();
            let with = self.desk.members_with(of, of.language, &term, &held);
            let new: Vec<u32> = with.iter().map(|(point, _)| *point).filter(|point| !is_in.contains(point)).collect();
            if with.len() <= before || new.is_empty() || !brought.insert(new.clone()) {
                continue;
            }
            let n_respondents = self.desk.count(points.iter().chain(&new).copied()).0 - known;
            words.push(WordSuggestion {
                term,
                n_within: companion.n,
                n_points: new.len() as u64,
                n_respondents,
                association: rounded(companion.association),
            });
            if words.len() == n {
                break;
            }
        }
        words
    }

    /// Pairs of themes of one language that share their responses, or the words that go with them; `n` at most, the strongest first.
    pub fn pairs(&self, n: usize) -> Vec<PairSuggestion> {
        let live: Vec<(&ThemeState, &CodedTheme)> = self.live().collect();
        let responses: Vec<Vec<u32>> = live.iter().map(|(_, coded)| self.responses(coded)).collect();
        let companions = self.profiles();
        let mut pairs: Vec<(f64, PairSuggestion)> = Vec::new();
        for b in 1..live.len() {
            for a in 0..b {
                if live[a].0.language != live[b].0.language || related(self.state, live[a].0, live[b].0) {
                    continue;
                }
                let n_shared = n_common(&responses[a], &responses[b]);
                let least = responses[a].len().min(responses[b].len());
                let contained = if least == 0 { 0.0 } else { n_shared as f64 / least as f64 };
                let words: Vec<u32> =
                    companions[a].iter().filter(|term| companions[b].contains(term)).copied().collect();
                let is_contained = n_shared >= MIN_SHARED && contained >= MIN_CONTAINED;
                if !is_contained && words.len() < MIN_COMPANIONS {
                    continue;
                }
                let (small, large) = if responses[a].len() <= responses[b].len() { (a, b) } else { (b, a) };
                let strength = contained + words.len() as f64 / N_COMPANIONS as f64;
                let pair = PairSuggestion {
                    theme: live[small].0.id.clone(),
                    other: live[large].0.id.clone(),
                    n_theme: responses[small].len() as u64,
                    n_other: responses[large].len() as u64,
                    n_shared,
                    words: words.into_iter().map(|term| self.surface(term)).collect(),
                };
                pairs.push((strength, pair));
            }
        }
        // A stable sort: pairs of one strength stay in the order of the themes.
        pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
        pairs.into_iter().take(n).map(|(_, pair)| pair).collect()
    }

    /// Themes whose points fall into two sides by words that hardly stand together; `n` at most, the largest smaller side first.
    pub fn splits(&self, n: usize) -> Vec<SplitSuggestion> {
        let mut splits: Vec<SplitSuggestion> = self
            .live()
            .filter_map(|(theme, coded)| self.split_of_own(theme, coded).or_else(|| self.split_of_others(theme, coded)))
            .collect();
        splits.sort_by_key(|split| (!split.is_own, std::cmp::Reverse(split.n_leave)));
        splits.truncate(n);
        splits
    }

    /// The words of a theme in two groups: those of a group stand together, or beside the same words.
    fn split_of_own(&self, theme: &ThemeState, coded: &CodedTheme) -> Option<SplitSuggestion> {
        let in_theme: BTreeSet<u32> = coded.members.iter().map(|(point, _)| *point).collect();
        let asked = self.terms_of(theme);
        let mut words: Vec<(&str, Vec<u32>, Vec<u32>)> = Vec::new();
        for (language, term) in theme.included().filter(|(language, _)| *language == theme.language) {
            let held = self.desk.search(&term.text, language, self.analyser).unwrap_or_default();
            let points: Vec<u32> = held.into_iter().filter(|point| in_theme.contains(point)).collect();
            let beside = self.companions(&points, language).into_iter().map(|companion| companion.term);
            let beside = beside.filter(|term| !asked.contains(term)).take(N_COMPANIONS).collect();
            words.push((&term.text, points, beside));
        }
        let mut group: Vec<usize> = (0..words.len()).collect();
        for b in 1..words.len() {
            for a in 0..b {
                let together = n_common(&words[a].1, &words[b].1) as f64;
                let least = words[a].1.len().min(words[b].1.len()) as f64;
                let alike = words[a].2.iter().filter(|term| words[b].2.contains(term)).count();
                if together > MAX_TOGETHER * least || alike >= MIN_ALIKE {
                    let (from, to) = (group[b], group[a]);
                    group.iter_mut().filter(|of| **of == from).for_each(|of| *of = to);
                }
            }
        }
        let mut sides: BTreeMap<usize, (Vec<String>, BTreeSet<u32>)> = BTreeMap::new();
        for (of, (text, points, _)) in group.iter().zip(&words) {
            let side = sides.entry(*of).or_default();
            side.0.push((*text).to_owned());
            side.1.extend(points);
        }
        let mut sides: Vec<(Vec<String>, BTreeSet<u32>)> = sides.into_values().collect();
        sides.sort_by_key(|(_, points)| std::cmp::Reverse(points.len()));
        let mut sides = sides.into_iter();
        let (stay, leave) = (sides.next()?, sides.next()?);
        let n_both = stay.1.intersection(&leave.1).count();
        let found = SplitSuggestion {
            theme: theme.id.clone(),
            n_stay: stay.1.len() as u64,
            n_leave: leave.1.len() as u64,
            n_both: n_both as u64,
            stay: stay.0,
            leave: leave.0,
            is_own: true,
        };
        found.is_two(in_theme.len()).then_some(found)
    }

    /// Two words that go with a theme, of which hardly a point holds both.
    fn split_of_others(&self, theme: &ThemeState, coded: &CodedTheme) -> Option<SplitSuggestion> {
        let points: Vec<u32> = coded.members.iter().map(|(point, _)| *point).collect();
        let asked = self.terms_of(theme);
        let least = (MIN_SIDE * points.len() as f64).max(MIN_SHARED as f64);
        let companions = self.companions(&points, theme.language).into_iter();
        let sides: Vec<(u32, Vec<u32>)> = companions
            .filter(|companion| !asked.contains(&companion.term) && companion.n as f64 >= least)
            .take(2 * N_COMPANIONS)
            .map(|companion| {
                let held = self.desk.carrying[companion.term as usize].iter().copied();
                (companion.term, held.filter(|point| points.binary_search(point).is_ok()).collect())
            })
            .collect();
        let mut best: Option<SplitSuggestion> = None;
        for b in 1..sides.len() {
            for a in 0..b {
                let (stay, leave) =
                    if sides[a].1.len() >= sides[b].1.len() { (&sides[a], &sides[b]) } else { (&sides[b], &sides[a]) };
                let found = SplitSuggestion {
                    theme: theme.id.clone(),
                    stay: vec![self.written(stay.0, theme.language)],
                    leave: vec![self.written(leave.0, theme.language)],
                    n_stay: stay.1.len() as u64,
                    n_leave: leave.1.len() as u64,
                    n_both: n_common(&stay.1, &leave.1),
                    is_own: false,
                };
                let is_better = best.as_ref().is_none_or(|best| found.n_leave > best.n_leave);
                if is_better && found.is_two(points.len()) {
                    best = Some(found);
                }
            }
        }
        best
    }

    /// Answers to read, `n` of each kind at most: those in no theme that share a word, that are near a theme, that are longest; and
    /// those that are in a theme by a single word. Each answer once.
    pub fn read_next(&self, n: usize) -> Vec<ReadSuggestion> {
        let uncoded = self.uncoded();
        let mut told: BTreeSet<u32> = BTreeSet::new();
        let mut found = Vec::new();
        let kinds = [self.shared(&uncoded), self.near(&uncoded), self.longest(&uncoded), self.borderline()];
        for kind in kinds {
            let new = kind.into_iter().filter(|(response, _)| told.insert(*response)).take(n).collect::<Vec<_>>();
            found.extend(new.into_iter().map(|(response, reason)| {
                let response_id = self.desk.question().responses[response as usize].response_id.clone();
                ReadSuggestion { response, response_id, reason }
            }));
        }
        found
    }

    /// The answers that are in no theme.
    pub fn uncoded(&self) -> Vec<u32> {
        let mut is_coded = vec![false; self.desk.table().responses.len()];
        for (_, coded) in self.live() {
            for (point, _) in &coded.members {
                is_coded[self.desk.table().points[*point as usize].response as usize] = true;
            }
        }
        (0..).zip(is_coded).filter(|(_, is_coded)| !is_coded).map(|(response, _)| response).collect()
    }

    /// For each word that several of these answers hold, the one that holds most such words; the most frequent word first.
    fn shared(&self, uncoded: &[u32]) -> Vec<(u32, ReadReason)> {
        let mut holding: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
        for response in uncoded {
            for term in self.terms_in(*response) {
                holding.entry(term).or_default().push(*response);
            }
        }
        holding.retain(|_, responses| responses.len() > 1);
        let mut weight: BTreeMap<u32, usize> = BTreeMap::new();
        for response in holding.values().flatten() {
            *weight.entry(*response).or_default() += 1;
        }
        let mut terms: Vec<(u32, Vec<u32>)> = holding.into_iter().collect();
        terms.sort_by_key(|(_, responses)| std::cmp::Reverse(responses.len()));
        let mut taken: BTreeSet<u32> = BTreeSet::new();
        let mut found = Vec::new();
        for (term, responses) in terms.into_iter().take(8 * N_COMPANIONS) {
            let free = responses.iter().filter(|response| !taken.contains(response));
            let Some(best) = free.max_by_key(|response| (weight[response], std::cmp::Reverse(**response))) else {
                continue;
            };
            // The answers of this word are represented; another word is to bring others.
            taken.extend(&responses);
            found.push((*best, ReadReason::Shared { term: self.surface(term), n: responses.len() as u64 }));
        }
        found
    }

    /// Those that hold several of the words that go with one theme, most first.
    fn near(&self, uncoded: &[u32]) -> Vec<(u32, ReadReason)> {
        let live: Vec<&ThemeState> = self.live().map(|(theme, _)| theme).collect();
        let mut going_with: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
        for (at, companions) in self.profiles().iter().enumerate() {
            for term in companions {
                going_with.entry(*term).or_default().push(at);
            }
        }
        let mut found: Vec<(u32, ReadReason)> = Vec::new();
        for response in uncoded {
            let mut held: BTreeMap<usize, Vec<u32>> = BTreeMap::new();
            for term in self.terms_in(*response) {
                for at in going_with.get(&term).into_iter().flatten() {
                    held.entry(*at).or_default().push(term);
                }
            }
            // Of equals the first theme: `max_by_key` keeps the last.
            let nearest = held.into_iter().rev().max_by_key(|(_, held)| held.len());
            if let Some((at, held)) = nearest.filter(|(_, held)| held.len() >= MIN_NEAR) {
                let words = held.into_iter().map(|term| self.surface(term)).collect();
                found.push((*response, ReadReason::Near { theme: live[at].id.clone(), words }));
            }
        }
        let n_words = |reason: &ReadReason| if let ReadReason::Near { words, .. } = reason { words.len() } else { 0 };
        found.sort_by_key(|(_, reason)| std::cmp::Reverse(n_words(reason)));
        found
    }

    fn longest(&self, uncoded: &[u32]) -> Vec<(u32, ReadReason)> {
        let length = |response: u32| self.desk.question().responses[response as usize].analysed.chars().count() as u64;
        let mut found: Vec<(u32, u64)> = uncoded.iter().map(|response| (*response, length(*response))).collect();
        found.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        found.into_iter().map(|(response, n)| (response, ReadReason::Longest { n })).collect()
    }

    /// Answers whose only point in a theme is there by a single occurrence of one word, beside none of the words that go with the theme.
    /// One for each theme, then another.
    fn borderline(&self) -> Vec<(u32, ReadReason)> {
        let mut rounds: Vec<(usize, u32, ReadReason)> = Vec::new();
        for ((theme, coded), companions) in self.live().zip(self.profiles()) {
            let asked = self.terms_of(theme);
            if companions.len() < MIN_COMPANIONS {
                continue;
            }
            let mut of_theme = 0;
            let table = self.desk.table();
            for same in coded.members.chunk_by(|a, b| response_of(table, a.0) == response_of(table, b.0)) {
                let [(point, PutBy::Words)] = same else { continue };
                let place = table.points[*point as usize];
                let point = self.desk.question().analysis.texts.point(place.response as usize, place.point as usize);
                let terms: Vec<u32> = point.carrying().map(canvass_text::Token::term_idx).collect();
                let held: Vec<u32> = terms.iter().filter(|term| asked.contains(term)).copied().collect();
                let [word] = held.as_slice() else { continue };
                if terms.len() > 1 && !terms.iter().any(|term| companions.contains(term)) {
                    let term = self.surface(*word);
                    rounds.push((of_theme, place.response, ReadReason::Borderline { theme: theme.id.clone(), term }));
                    of_theme += 1;
                }
            }
        }
        rounds.sort_by_key(|(round, _, _)| *round);
        rounds.into_iter().map(|(_, response, reason)| (response, reason)).collect()
    }

    /// The themes that code, in the order of the frame.
    fn live(&self) -> impl DoubleEndedIterator<Item = (&'a ThemeState, &'a CodedTheme)> {
        let (state, coded) = (self.state, self.coded);
        coded.iter().map(|coded| (&state.themes[coded.theme], coded)).filter(|(theme, _)| theme.is_live())
    }

    /// The responses of a theme, ascending.
    fn responses(&self, coded: &CodedTheme) -> Vec<u32> {
        let table = self.desk.table();
        let mut responses: Vec<u32> = coded.members.iter().map(|(point, _)| response_of(table, *point)).collect();
        responses.dedup();
        responses
    }

    /// The terms that a theme asks for, or keeps out.
    fn terms_of(&self, theme: &ThemeState) -> BTreeSet<u32> {
        let mut terms = BTreeSet::new();
        for (language, term) in theme.included().chain(theme.excluded()) {
            match self.desk.seeker.seek(&term.text, language, self.analyser) {
                Ok(Sought::Term(term)) => drop(terms.insert(term)),
                Ok(Sought::Prefix(of)) => terms.extend(of),
                Ok(Sought::Run(_) | Sought::Absent) | Err(_) => {}
            }
        }
        terms
    }

    /// For each theme that codes the words that go with it, its own aside, the strongest first.
    fn profiles(&self) -> &[Vec<u32>] {
        self.profiles.get_or_init(|| self.live().map(|(theme, coded)| self.companions_of(theme, coded)).collect())
    }

    fn companions_of(&self, theme: &ThemeState, coded: &CodedTheme) -> Vec<u32> {
        let points: Vec<u32> = coded.members.iter().map(|(point, _)| *point).collect();
        let own = self.terms_of(theme);
        let companions = self.companions(&points, theme.language).into_iter().map(|companion| companion.term);
        companions.filter(|term| !own.contains(term)).take(N_COMPANIONS).collect()
    }

    /// The terms that stand in these points more often than chance would have it, the strongest first, ties by their number.
    fn companions(&self, points: &[u32], language: Language) -> Vec<Companion> {
        let mut counts: BTreeMap<u32, u64> = BTreeMap::new();
        let mut n_points = 0;
        for point in points {
            let place = self.desk.table().points[*point as usize];
            let text = self.desk.question().analysis.texts.get(place.response as usize);
            if text.language != language {
                continue;
            }
            n_points += 1;
            let terms: BTreeSet<u32> =
                text.points[place.point as usize].carrying().map(canvass_text::Token::term_idx).collect();
            for term in terms {
                *counts.entry(term).or_default() += 1;
            }
        }
        let n_all = self.n_points.get(&language).copied().unwrap_or_default();
        let mut companions: Vec<Companion> = counts
            .into_iter()
            .filter(|(term, n)| *n > 1 && self.says_something(*term, language))
            .map(|(term, n)| {
                let n_term = self.desk.carrying[term as usize].len() as u64;
                Companion { term, n, association: g_squared(n, n_points, n_term, n_all) }
            })
            .filter(|companion| companion.association >= MIN_ASSOCIATION)
            .collect();
        companions.sort_by(|a, b| b.association.total_cmp(&a.association).then(a.term.cmp(&b.term)));
        companions
    }

    /// Whether a term can name something.
    fn says_something(&self, term: u32, language: Language) -> bool {
        let term = &self.desk.question().analysis.vocabulary.terms[term as usize];
        term.language == language && !term.general && term.kind != TermKind::Sought
    }

    /// The terms of a response that can name something.
    fn terms_in(&self, response: u32) -> BTreeSet<u32> {
        let text = self.desk.question().analysis.texts.get(response as usize);
        let terms = text.points.iter().flat_map(|point| point.carrying().map(canvass_text::Token::term_idx));
        terms.filter(|term| self.says_something(*term, text.language)).collect()
    }

    fn surface(&self, term: u32) -> String {
        self.desk.question().analysis.vocabulary.terms[term as usize].surface().to_owned()
    }

    /// As a frame would write it.
    fn written(&self, term: u32, language: Language) -> String {
        form(&self.desk.question().analysis.vocabulary, language, term, &self.desk.seeker, self.analyser)
    }
}

impl SplitSuggestion {
    /// Whether both sides are large, and nearly apart.
    fn is_two(&self, n_points: usize) -> bool {
        let least = (MIN_SIDE * n_points as f64).max(MIN_SHARED as f64);
        self.n_leave as f64 >= least && self.n_both as f64 <= MAX_TOGETHER * self.n_leave as f64
    }
}

fn response_of(table: &super::coding::PointTable, point: u32) -> u32 {
    table.points[point as usize].response
}

/// How many numbers two ascending lists have in common.
fn n_common(a: &[u32], b: &[u32]) -> u64 {
    let (mut n, mut at) = (0, 0);
    for number in a {
        while at < b.len() && b[at] < *number {
            at += 1;
        }
        n += u64::from(b.get(at) == Some(number));
    }
    n
}

/// Whether one stands somewhere below the other.
fn related(state: &FrameState, a: &ThemeState, b: &ThemeState) -> bool {
    let is_above = |above: &ThemeState, below: &ThemeState| {
        let mut next = below.parent.as_deref();
        for _ in 0..state.themes.len() {
            let Some(id) = next else { return false };
            if id == above.id {
                return true;
            }
            next = state.theme(&below.question, id).and_then(|theme| theme.parent.as_deref());
        }
        false
    };
    is_above(a, b) || is_above(b, a)
}

/// To a tenth: what is told.
fn rounded(association: f64) -> f64 {
    (association * 10.0).round() / 10.0
}

#[cfg(test)]
mod tests;
