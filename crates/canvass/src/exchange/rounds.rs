//! A look at all that is wanted of points and responses: what holds already, what stands in the way, what is to be decided.

use super::join::{Joining, Request, Wanted};
use super::view::View;
use crate::codeframe::{Action, Decision, FrameState, PointRef, ThemeState};
use std::collections::{BTreeMap, BTreeSet};

/// A look at all that is wanted.
pub(super) struct Round<'v> {
    view: &'v View<'v>,
    state: &'v FrameState,
    is_first: bool,
    /// For each question and theme its points.
    members: BTreeMap<(usize, String), BTreeSet<u32>>,
    coded: BTreeSet<(usize, String, String)>,
    pub(super) n_in_effect: u64,
    pub(super) n_lapsed: u64,
    pub(super) has_undone: bool,
    pub(super) refused: Vec<(usize, String)>,
}

impl<'v> Round<'v> {
    pub(super) fn new(view: &'v View<'v>, state: &'v FrameState, is_first: bool) -> Self {
        Self {
            view,
            state,
            is_first,
            members: BTreeMap::new(),
            coded: BTreeSet::new(),
            n_in_effect: 0,
            n_lapsed: 0,
            has_undone: false,
            refused: Vec::new(),
        }
    }

    /// Undoes what stands in the way of anything wanted; if nothing does, decides what is wanted.
    pub(super) fn run(&mut self, requests: &[Request], joining: &mut Joining<'_>) {
        let mut undone: BTreeSet<usize> = BTreeSet::new();
        for (at, request) in requests.iter().enumerate() {
            if self.holds(request) || request.by.is_none() {
                continue;
            }
            match self.in_the_way(request) {
                Ok(decisions) => undone.extend(decisions),
                Err(why) => self.refused.push((at, why)),
            }
        }
        if !undone.is_empty() {
            for at in undone {
                let decision = joining.frame.decisions[at].id.clone();
                joining.push("", Action::Undo { decision }, None);
            }
            self.has_undone = true;
        }
        let refused: BTreeSet<usize> = self.refused.iter().map(|(at, _)| *at).collect();
        for (at, request) in requests.iter().enumerate().filter(|(at, _)| !refused.contains(at)) {
            debug_assert!(at < requests.len());
            if self.holds(request) {
                // What is taken out counts as nothing that was coded.
                self.n_in_effect +=
                    u64::from(self.is_first && matches!(request.wanted, Wanted::In(_) | Wanted::WholeIn));
            } else if request.by.is_none() {
                self.n_lapsed += u64::from(self.is_first);
            } else if !self.has_undone {
                self.decide(request, joining);
            }
        }
    }

    fn theme(&self, request: &Request) -> Option<&'v ThemeState> {
        let theme = self.state.theme(&self.view.questions[request.question].question.id, &request.theme);
        theme.filter(|theme| theme.is_live())
    }

    fn members(&mut self, request: &Request) -> &mut BTreeSet<u32> {
        let (view, theme) = (self.view, self.theme(request));
        let key = (request.question, request.theme.clone());
        self.members.entry(key).or_insert_with(|| {
            let members = theme.map(|theme| view.questions[request.question].desk.members(theme));
            members.into_iter().flatten().map(|(point, _)| point).collect()
        })
    }

    fn response<'a>(&self, request: &Request) -> (&'a str, std::ops::Range<u32>)
    where
        'v: 'a,
    {
        let view: &'v View<'v> = self.view;
        let question = &view.questions[request.question];
        let points = question.desk.table().responses[request.response].clone();
        (question.question.responses[request.response].response_id.as_str(), points)
    }

    /// Whether what is wanted is so.
    fn holds(&mut self, request: &Request) -> bool {
        let (id, points) = self.response(request);
        let is_coded = self.coded.contains(&(request.question, request.theme.clone(), id.to_owned()))
            || self.theme(request).is_some_and(|theme| theme.own.codes.get(id).is_some_and(|code| code.is_in));
        let members = self.members(request);
        let is_any_in = points.clone().any(|point| members.contains(&point));
        match request.wanted {
            Wanted::In(point) => members.contains(&point) || is_coded,
            Wanted::WholeIn => is_any_in,
            Wanted::Out(point) => !members.contains(&point),
            Wanted::WholeOut => !is_any_in,
        }
    }

    /// The decisions that must be undone first; why it cannot be had, where one of them says more than that.
    fn in_the_way(&self, request: &Request) -> Result<Vec<usize>, String> {
        let Some(theme) = self.theme(request) else { return Err(format!("the theme {:?} is rejected", request.theme)) };
        let (id, _) = self.response(request);
        let point = |number: u32| self.view.questions[request.question].point(number).1;
        let of_response = theme.own.codes.get(id).map(|code| (code.is_in, code.decision));
        let of_points = |is_in: bool| {
            let pins = theme.own.pins.iter().filter(move |(point, pin)| point.response == id && pin.is_in == is_in);
            pins.map(|(_, pin)| pin.decision)
        };
        let of_point = |number: u32| theme.own.pins.get(&point(number)).map(|pin| pin.decision);
        let mut found: Vec<usize> = of_response.map(|(_, decision)| decision).into_iter().collect();
        match request.wanted {
            Wanted::In(number) | Wanted::Out(number) => found.extend(of_point(number)),
            Wanted::WholeIn => found.extend(of_points(false)),
            Wanted::WholeOut => found.extend(of_points(true)),
        }
        for at in &found {
            let decision = &self.view_decisions()[*at];
            let says_more = |action: &Action| {
                matches!(action, Action::MovePoint { .. } | Action::MoveResponse { .. } | Action::CodeExactly { .. })
            };
            if says_more(&decision.action) {
                return Err(format!(
                    "the decision {} of {} stands against it, and says something of other themes, too: undo that first",
                    decision.id, decision.author
                ));
            }
        }
        Ok(found)
    }

    /// The decisions of the frame that was laid out; those that were added since are about themes, and stand in no one's way.
    fn view_decisions(&self) -> &[Decision] {
        &self.view.frame.decisions
    }

    fn decide(&mut self, request: &Request, joining: &mut Joining<'_>) {
        let question = &self.view.questions[request.question];
        let (id, points) = self.response(request);
        let (theme, response) = (request.theme.clone(), id.to_owned());
        let span = |number: u32| {
            let (_, PointRef { start, end, .. }) = question.point(number);
            (start, end)
        };
        let members = self.members(request);
        let action = match request.wanted {
            Wanted::In(number) => {
                members.insert(number);
                let (start, end) = span(number);
                Action::PinPoint { theme, response, start, end }
            }
            Wanted::Out(number) => {
                members.remove(&number);
                let (start, end) = span(number);
                Action::DropPoint { theme, response, start, end }
            }
            Wanted::WholeIn => {
                // Which of its points that is says the coding; that one of them is in is what counts here.
                members.extend(points.start..(points.start + 1).min(points.end));
                self.coded.insert((request.question, theme.clone(), response.clone()));
                Action::CodeResponse { theme, response }
            }
            Wanted::WholeOut => {
                members.retain(|point| !points.contains(point));
                Action::DropResponse { theme, response }
            }
        };
        let by = request.by.as_ref().map(|(author, time)| (author.as_str(), time.as_str()));
        joining.push(&question.question.id, action, by);
    }
}
