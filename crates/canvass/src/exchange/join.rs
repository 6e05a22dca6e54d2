//! From what a file says to decisions behind those of a code frame: only what differs from the frame becomes one.

use super::claims::{Above, By, Claim, Claims, Extent, Passage, differences, squeezed};
use super::rounds::Round;
use super::view::{QuestionView, View};
use super::words::{Word, lines};
use super::{ExchangeError, ExchangeFault, Import, Imported, Unmatched};
use crate::codeframe::coding::{PutBy, check_terms};
use crate::codeframe::{Action, CodeFrame, Decision, FrameError, FrameFault, Status, ThemeState};
use canvass_text::{Analyser, Span};
use std::collections::{BTreeMap, BTreeSet};

/// Rounds of decisions about points: what stands in the way is undone in one, and the next looks again.
const MAX_ROUNDS: usize = 4;

/// Joins claims to the frame they were laid out with.
///
/// # Errors
/// [`ExchangeFault::Frame`] for words that cannot be looked for; [`ExchangeFault::Circle`].
pub(super) fn join(
    mut view: View<'_>,
    claims: Claims,
    import: &Import<'_>,
    analyser: &Analyser<'_>,
) -> Result<Imported, ExchangeError> {
    let mut joining = Joining {
        frame: view.frame.clone(),
        ids: view.frame.decisions.iter().map(|decision| decision.id.clone()).collect(),
        next_line: view.frame.to_toml().lines().count() as u32 + 1,
        import,
        themes: Vec::new(),
    };
    joining.themes(&view, &claims)?;
    let refuse = |error: FrameError| ExchangeError::of(import.file, "", ExchangeFault::Frame(error));
    let state = joining.frame.replay().map_err(refuse)?;
    let unfit = |(line, fault)| FrameError { file: joining.frame.file.clone(), line, fault };
    if let Err(error) = check_terms(&[&state], analyser).map_err(unfit) {
        let place = said_in(&claims, &error.fault);
        return Err(match place {
            Some(place) => ExchangeError::of(import.file, place, ExchangeFault::Word(error)),
            None => refuse(error),
        });
    }
    let (mut n_in_effect, mut n_lapsed) = (0, 0);
    let mut unmatched = claims.unmatched.clone();
    let mut requests = joining.requests(&view, &claims, &mut unmatched);
    for question in &mut view.questions {
        question.desk.learn(&state, analyser);
    }
    for round in 0..MAX_ROUNDS {
        let state = joining.frame.replay().map_err(refuse)?;
        let mut round = Round::new(&view, &state, round == 0);
        round.run(&requests, &mut joining);
        (n_in_effect, n_lapsed) = (n_in_effect + round.n_in_effect, n_lapsed + round.n_lapsed);
        let refused = std::mem::take(&mut round.refused);
        let is_done = !round.has_undone;
        for (at, why) in refused.into_iter().rev() {
            let request = requests.remove(at);
            unmatched.push(Unmatched { place: request.place, what: request.what, why });
        }
        if is_done {
            break;
        }
    }
    joining.frame.replay().map_err(refuse)?;
    let before = view.frame.decisions.len();
    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
    for decision in &joining.frame.decisions[before..] {
        *counts.entry(decision.action.name()).or_default() += 1;
    }
    let n_claims = claims.themes.len() as u64;
    Ok(Imported {
        frame: joining.frame,
        n_themes: n_claims,
        counts,
        n_in_effect,
        n_lapsed,
        unmatched,
        notes: claims.notes,
    })
}

/// Where the word stands that cannot be looked for.
fn said_in<'c>(claims: &'c Claims, fault: &FrameFault) -> Option<&'c str> {
    let FrameFault::Term { term, .. } = fault else { return None };
    let has = |claim: &&Claim| {
        let mut words = claim.include.iter().chain(&claim.exclude).flatten();
        words.any(|(_, word)| word == term)
    };
    claims.themes.iter().find(has).map(|claim| claim.place.as_str())
}

/// A frame that grows.
pub(super) struct Joining<'i> {
    pub(super) frame: CodeFrame,
    ids: BTreeSet<String>,
    /// The line that the next decision will have, for messages.
    next_line: u32,
    import: &'i Import<'i>,
    /// For each claim the id of its theme.
    themes: Vec<String>,
}

/// What is to hold of a point or response.
pub(super) struct Request {
    pub(super) place: String,
    pub(super) what: String,
    pub(super) question: usize,
    pub(super) theme: String,
    pub(super) response: usize,
    pub(super) wanted: Wanted,
    /// Who wants it, and when it was done; the machine wants nothing that is not so.
    pub(super) by: Option<(String, String)>,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Wanted {
    /// The point, by its number, is in the theme.
    In(u32),
    /// The response is.
    WholeIn,
    /// The point is not.
    Out(u32),
    /// The response is not.
    WholeOut,
}

impl Joining<'_> {
    pub(super) fn push(&mut self, question: &str, action: Action, by: Option<(&str, &str)>) {
        let (author, time) = by.unwrap_or((self.import.author, self.import.time));
        let decision = Decision {
            id: String::new(),
            question: if matches!(action, Action::Undo { .. }) { String::new() } else { question.to_owned() },
            author: author.to_owned(),
            time: time.to_owned(),
            reason: format!("imported from {}", self.import.file),
            action,
            line: 0,
        };
        let mut decision = decision.with_digest();
        let first = decision.id.clone();
        // The same decision may have been made and taken back before.
        for again in 2.. {
            if self.ids.insert(decision.id.clone()) {
                break;
            }
            decision.id = format!("{first}-{again}");
        }
        decision.line = self.next_line;
        self.next_line += 1;
        self.frame.decisions.push(decision);
    }

    /// Decides about themes: what was taken away from them, what they are called, which are new, what stands above which.
    fn themes(&mut self, view: &View<'_>, claims: &Claims) -> Result<(), ExchangeError> {
        let mut taken: BTreeSet<(usize, String)> = BTreeSet::new();
        for theme in &view.state.themes {
            let question = view.questions.iter().position(|question| question.question.id == theme.question);
            taken.extend(question.map(|question| (question, theme.id.clone())));
        }
        // Ids first: a theme may stand above one that comes before it.
        for claim in &claims.themes {
            let id = match claim.theme {
                Some(theme) => view.state.themes[theme].id.clone(),
                None => new_id(claim, &taken),
            };
            taken.insert((claim.question, id.clone()));
            self.themes.push(id);
        }
        let order = from_the_top(&claims.themes).map_err(|at| {
            let (place, theme) = (claims.themes[at].place.clone(), claims.themes[at].name.clone());
            ExchangeError::of(self.import.file, place, ExchangeFault::Circle { theme })
        })?;
        for (at, claim) in claims.themes.iter().enumerate() {
            if let Some(theme) = claim.theme {
                self.change(&view.state.themes[theme], claim, &self.themes[at].clone());
            }
        }
        for at in order {
            self.place(view, claims, at);
        }
        for (claim, id) in claims.themes.iter().zip(self.themes.clone()) {
            let question = view.questions[claim.question].question.id.as_str();
            let before = claim.theme.map_or(Status::Proposed, |theme| view.state.themes[theme].status);
            let theme = id;
            match (before, claim.status.unwrap_or(before)) {
                (Status::Proposed | Status::Rejected, Status::SignedOff) => {
                    self.push(question, Action::SignOff { theme }, None);
                }
                (Status::Proposed | Status::SignedOff, Status::Rejected) => {
                    self.push(question, Action::Reject { theme }, None);
                }
                (Status::SignedOff, Status::Proposed) => self.push(question, Action::Reopen { theme }, None),
                _ => {}
            }
        }
        self.missing(view, claims);
        Ok(())
    }

    /// What an existing theme is to be, its place aside. A rejected one is reopened first, and one that stays rejected stays as it is.
    fn change(&mut self, theme: &ThemeState, claim: &Claim, id: &str) {
        let question = theme.question.as_str();
        if theme.status == Status::Rejected {
            if claim.status.is_none_or(|status| status == Status::Rejected) {
                return;
            }
            self.push(question, Action::Reopen { theme: id.to_owned() }, None);
        }
        if !claim.name.is_empty() && squeezed(&claim.name) != squeezed(&theme.name) {
            self.push(question, Action::Rename { theme: id.to_owned(), name: claim.name.clone() }, None);
        }
        if let Some(definition) = &claim.definition {
            let held = |text: &str| lines(&crate::xml::held(text)).trim().to_owned();
            if held(definition) != held(&theme.definition) {
                let definition = definition.trim().to_owned();
                self.push(question, Action::Define { theme: id.to_owned(), definition }, None);
            }
        }
        for (words, exclude) in [(&claim.include, false), (&claim.exclude, true)] {
            let Some(words) = words else { continue };
            let (gone, new) = differences(theme, words, exclude);
            for (language, term) in gone {
                let (theme, language) = (id.to_owned(), language.unwrap_or_default());
                self.push(question, Action::RemoveTerm { theme, term, language, exclude }, None);
            }
            for (language, term) in new {
                let (theme, language) = (id.to_owned(), language.unwrap_or_default());
                self.push(question, Action::AddTerm { theme, term, language, exclude }, None);
            }
        }
    }

    /// Adds a theme, or puts one elsewhere.
    fn place(&mut self, view: &View<'_>, claims: &Claims, at: usize) {
        let claim = &claims.themes[at];
        let question = &view.questions[claim.question].question;
        let parent = match claim.above {
            Above::Unsaid => None,
            Above::Is(above) => Some(above.map_or_else(String::new, |above| self.themes[above].clone())),
        };
        let theme = self.themes[at].clone();
        let Some(known) = claim.theme else {
            let language = claim.language.clone().unwrap_or_else(|| question.language.code().to_owned());
            let (include, further) = apart(claim.include.as_deref().unwrap_or_default());
            let (exclude, further_out) = apart(claim.exclude.as_deref().unwrap_or_default());
            let action = Action::Add {
                theme: theme.clone(),
                name: claim.name.clone(),
                language,
                definition: claim.definition.clone().unwrap_or_default(),
                include,
                exclude,
                parent: parent.unwrap_or_default(),
                search: String::new(),
                guid: claim.guid.as_ref().map(ToString::to_string).unwrap_or_default(),
            };
            self.push(&question.id, action, None);
            let further_out = further_out.into_iter().map(|word| (word, true));
            for ((language, term), exclude) in further.into_iter().map(|word| (word, false)).chain(further_out) {
                let theme = theme.clone();
                self.push(&question.id, Action::AddTerm { theme, term, language, exclude }, None);
            }
            return;
        };
        let known = &view.state.themes[known];
        let stays_rejected =
            known.status == Status::Rejected && claim.status.is_none_or(|status| status == Status::Rejected);
        if let Some(parent) = parent
            && !stays_rejected
            && known.parent.as_deref().unwrap_or_default() != parent
        {
            self.push(&question.id, Action::SetParent { theme, parent }, None);
        }
    }

    /// Themes that a whole list of them lacks.
    fn missing(&mut self, view: &View<'_>, claims: &Claims) {
        let there: BTreeSet<usize> = claims.themes.iter().filter_map(|claim| claim.theme).collect();
        for question in &claims.whole_questions {
            let question = &view.questions[*question];
            let gone = question.themes.iter().filter(|theme| !there.contains(&theme.at));
            for theme in gone.map(|theme| &view.state.themes[theme.at]).filter(|theme| theme.is_live()) {
                self.push(&question.question.id, Action::Reject { theme: theme.id.clone() }, None);
            }
        }
    }

    /// What is to hold of points and responses.
    fn requests(&self, view: &View<'_>, claims: &Claims, unmatched: &mut Vec<Unmatched>) -> Vec<Request> {
        let mut requests = Vec::new();
        // The points of a theme that passages hold, by claim and response.
        let mut kept: BTreeMap<(usize, usize), BTreeSet<u32>> = BTreeMap::new();
        for passage in &claims.passages {
            let claim = &claims.themes[passage.claim];
            let question = &view.questions[claim.question];
            let wanted = wanted(question, passage);
            let points = question.desk.table().responses[passage.response].clone();
            let by = match &passage.by {
                By::Machine => None,
                By::Person(name) => Some((
                    name.clone().unwrap_or_else(|| self.import.author.to_owned()),
                    if passage.time.is_empty() { self.import.time.to_owned() } else { passage.time.clone() },
                )),
            };
            let response = &question.question.responses[passage.response].response_id;
            let name = if claim.name.is_empty() { &self.themes[passage.claim] } else { &claim.name };
            let what = format!("a passage of response {response:?} coded {name:?}");
            if wanted.is_empty() {
                let (place, why) = (passage.place.clone(), "it holds nothing of any point".to_owned());
                unmatched.push(Unmatched { place, what: what.clone(), why });
            }
            for wanted in wanted {
                let of = kept.entry((passage.claim, passage.response)).or_default();
                match wanted {
                    Wanted::In(point) => of.extend([point]),
                    Wanted::WholeIn => of.extend(points.clone()),
                    Wanted::Out(_) | Wanted::WholeOut => {}
                }
                requests.push(Request {
                    place: passage.place.clone(),
                    what: what.clone(),
                    question: claim.question,
                    theme: self.themes[passage.claim].clone(),
                    response: passage.response,
                    wanted,
                    by: by.clone(),
                });
            }
        }
        requests.extend(self.removals(view, claims, &kept));
        requests
    }

    /// What was exported and is no longer there.
    fn removals(
        &self,
        view: &View<'_>,
        claims: &Claims,
        kept: &BTreeMap<(usize, usize), BTreeSet<u32>>,
    ) -> Vec<Request> {
        let mut requests = Vec::new();
        for (at, claim) in claims.themes.iter().enumerate() {
            let question = &view.questions[claim.question];
            let Some(theme) = question.themes.iter().find(|theme| Some(theme.at) == claim.theme) else { continue };
            let mut exported: BTreeMap<usize, Vec<(u32, PutBy)>> = BTreeMap::new();
            for (point, by) in &theme.members {
                let response = question.desk.table().points[*point as usize].response as usize;
                exported.entry(response).or_default().push((*point, *by));
            }
            for (response, points) in exported {
                if !claims.whole_responses.contains(&(claim.question, response)) {
                    continue;
                }
                let kept = kept.get(&(at, response));
                let is_kept = |point: &u32| kept.is_some_and(|kept| kept.contains(point));
                let gone: Vec<u32> = points.iter().map(|(point, _)| *point).filter(|point| !is_kept(point)).collect();
                let is_whole = kept.is_none_or(BTreeSet::is_empty)
                    || points.iter().any(|(_, by)| matches!(by, PutBy::Classifier | PutBy::Response));
                let wanted = match () {
                    () if gone.is_empty() => Vec::new(),
                    () if is_whole && kept.is_none_or(BTreeSet::is_empty) => vec![Wanted::WholeOut],
                    () => gone.into_iter().map(Wanted::Out).collect(),
                };
                let id = &question.question.responses[response].response_id;
                requests.extend(wanted.into_iter().map(|wanted| Request {
                    place: claim.place.clone(),
                    what: format!("that response {id:?} is no longer coded {:?}", claim.name),
                    question: claim.question,
                    theme: self.themes[at].clone(),
                    response,
                    wanted,
                    by: Some((self.import.author.to_owned(), self.import.time.to_owned())),
                }));
            }
        }
        requests
    }
}

/// What a passage asks for: of a whole response that it is in the theme; else the points of which the passage holds at least half, or if
/// there are none the one of which it holds most.
fn wanted(question: &QuestionView<'_>, passage: &Passage) -> Vec<Wanted> {
    let table = question.desk.table();
    let points = table.responses[passage.response].clone();
    let (start, end) = match passage.extent {
        Extent::Whole if points.is_empty() => return Vec::new(),
        Extent::Whole => return vec![Wanted::WholeIn],
        Extent::Out => return vec![Wanted::WholeOut],
        Extent::Bytes(start, end) => (start, end),
    };
    let shared = |point: &u32| {
        let span = table.points[*point as usize].span;
        span.end.min(end).saturating_sub(span.start.max(start))
    };
    let is_half = |point: &u32| {
        let Span { start, end } = table.points[*point as usize].span;
        shared(point) > 0 && shared(point) >= (end - start).div_ceil(2)
    };
    let most: Vec<u32> = points.clone().filter(is_half).collect();
    if !most.is_empty() {
        return most.into_iter().map(Wanted::In).collect();
    }
    // `max_by_key` keeps the last of equals.
    let most = points.rev().filter(|point| shared(point) > 0).max_by_key(shared);
    most.map(Wanted::In).into_iter().collect()
}

/// The words of a theme's own language, each once, and those of others with their languages.
fn apart(words: &[Word]) -> (Vec<String>, Vec<(String, String)>) {
    let (mut own, mut further): (Vec<String>, Vec<(String, String)>) = (Vec::new(), Vec::new());
    for (language, word) in words {
        match language {
            None if !own.iter().any(|known| squeezed(known) == squeezed(word)) => own.push(word.clone()),
            None => {}
            Some(language) => further.push((language.clone(), word.clone())),
        }
    }
    (own, further)
}

/// An id for a new theme: the one it is to have, else one made of its name.
fn new_id(claim: &Claim, taken: &BTreeSet<(usize, String)>) -> String {
    const LONGEST: usize = 40;
    let is_id = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    let is_free = |id: &str| !taken.contains(&(claim.question, id.to_owned()));
    if !claim.id.is_empty() && claim.id.chars().all(is_id) && is_free(&claim.id) {
        return claim.id.clone();
    }
    let words = claim.name.to_lowercase();
    let words = words.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let made: String = words.collect::<Vec<_>>().join("-").chars().take(LONGEST).collect();
    let made = made.trim_end_matches('-');
    let made = if made.is_empty() { "code" } else { made };
    let numbered = (2..).map(|number| format!("{made}-{number}"));
    // There are fewer themes than numbers.
    std::iter::once(made.to_owned()).chain(numbered).find(|id| is_free(id)).unwrap_or_default()
}

/// The claims in the order of the file, but each behind the one above it; or one that stands below itself.
fn from_the_top(claims: &[Claim]) -> Result<Vec<usize>, usize> {
    let mut order: Vec<usize> = Vec::with_capacity(claims.len());
    let mut is_in = vec![false; claims.len()];
    for at in 0..claims.len() {
        let mut chain = Vec::new();
        let mut next = Some(at);
        while let Some(claim) = next.filter(|claim| !is_in[*claim]) {
            chain.push(claim);
            if chain.len() > claims.len() {
                return Err(at);
            }
            next = claims[claim].above.claim();
        }
        for claim in chain.into_iter().rev() {
            is_in[claim] = true;
            order.push(claim);
        }
    }
    Ok(order)
}
