//! Decisions about what is in a theme, whatever its words: points, responses, what a classifier proposes, what is quoted.

use super::{Following, not_itself};
use crate::codeframe::state::{Code, Learnt, Pin, Unquoted};
use crate::codeframe::{Action, FrameFault, PointRef};
use std::collections::BTreeMap;

impl Following<'_> {
    /// `(themes, open)`: as of the action. What was decided before in the same sense stays as it is.
    pub(super) fn code_exactly(
        &mut self,
        at: usize,
        question: &str,
        response: &str,
        (themes, open): (&[String], &[String]),
    ) -> Result<(), FrameFault> {
        if response.is_empty() {
            return Err(FrameFault::Empty { field: "response" });
        }
        for id in themes.iter().chain(open) {
            self.there(question, id)?;
        }
        let of_question: Vec<String> = (self.state.themes.iter())
            .filter(|theme| theme.question == question && theme.is_live() && !open.contains(&theme.id))
            .map(|theme| theme.id.clone())
            .collect();
        let rejected = themes.iter().filter(|id| !of_question.contains(id));
        for id in rejected.chain(&of_question) {
            let is_in = themes.contains(id);
            let theme = &self.state.themes[self.there(question, id)?];
            if theme.own.codes.get(response).is_none_or(|known| known.is_in != is_in) {
                self.code(at, question, id, response, is_in)?;
            }
        }
        Ok(())
    }

    /// `(theme, responses, without)`: as of the action.
    pub(super) fn propose(
        &mut self,
        at: usize,
        question: &str,
        (theme, responses, without): (&str, &[String], &[String]),
        learnt: Learnt,
    ) -> Result<(), FrameFault> {
        let place = self.open(question, theme, at)?;
        let mut proposed = BTreeMap::new();
        let of = |ids: &'_ [String], is_in: bool| ids.iter().map(move |id| (id.clone(), is_in)).collect::<Vec<_>>();
        for (id, is_in) in of(responses, true).into_iter().chain(of(without, false)) {
            if id.is_empty() {
                return Err(FrameFault::Empty { field: "response" });
            }
            if proposed.insert(id.clone(), Pin { is_in, decision: at }).is_some() {
                return Err(FrameFault::ProposedTwice { response: id });
            }
        }
        let theme = &mut self.state.themes[place];
        (theme.own.proposed, theme.own.learnt) = (proposed, Some(learnt));
        theme.edited();
        Ok(())
    }

    /// Decisions about a point.
    pub(super) fn point(&mut self, at: usize, question: &str, action: &Action) -> Result<(), FrameFault> {
        let reference = |response: &str, start: u32, end: u32| {
            if response.is_empty() {
                return Err(FrameFault::Empty { field: "response" });
            }
            if start >= end {
                return Err(FrameFault::BadSpan { start, end });
            }
            Ok(PointRef { response: response.to_owned(), start, end })
        };
        match action {
            Action::PinPoint { theme, response, start, end } => {
                self.pin(at, question, theme, reference(response, *start, *end)?, true)
            }
            Action::DropPoint { theme, response, start, end } => {
                self.pin(at, question, theme, reference(response, *start, *end)?, false)
            }
            Action::MovePoint { from, to, response, start, end } => {
                not_itself(from, to, "moved to")?;
                let point = reference(response, *start, *end)?;
                self.pin(at, question, from, point.clone(), false)?;
                self.pin(at, question, to, point, true)
            }
            Action::MarkExemplar { theme, response, start, end } => {
                let point = reference(response, *start, *end)?;
                let place = self.open(question, theme, at)?;
                let theme = &self.state.themes[place];
                if let Some((_, by)) = theme.exemplars.iter().find(|(known, _)| *known == point) {
                    return Err(self.decided(&point, "an exemplar of", &theme.id, *by));
                }
                self.state.themes[place].exemplars.push((point, at));
                Ok(())
            }
            Action::ExcludeVerbatim { theme, response, start, end } => {
                let point = reference(response, *start, *end)?;
                if !theme.is_empty() {
                    self.open(question, theme, at)?;
                }
                let theme = Some(theme.clone()).filter(|theme| !theme.is_empty());
                let known = self.state.unquoted.iter();
                let mut known = known.filter(|known| known.question == question && known.point == point);
                if let Some(known) = known.find(|known| known.theme.is_none() || known.theme == theme) {
                    let by = known.decision;
                    return Err(self.decided(&point, "kept from being quoted for", &theme.unwrap_or_default(), by));
                }
                self.state.unquoted.push(Unquoted { question: question.to_owned(), theme, point, decision: at });
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn decided(&self, point: &PointRef, state: &'static str, id: &str, by: usize) -> FrameFault {
        let what = format!("the point {}-{} of response {:?}", point.start, point.end, point.response);
        FrameFault::Decided { what, state, id: id.to_owned(), line: self.frame.decisions[by].line }
    }

    fn pin(&mut self, at: usize, question: &str, theme: &str, point: PointRef, is_in: bool) -> Result<(), FrameFault> {
        let place = self.open(question, theme, at)?;
        let theme = &self.state.themes[place];
        let state = |is_in: bool| if is_in { "in" } else { "out of" };
        if let Some(known) = theme.own.pins.get(&point) {
            return Err(self.decided(&point, state(known.is_in), &theme.id, known.decision));
        }
        if let Some(known) = theme.own.codes.get(&point.response) {
            let what = format!("the response {:?}", point.response);
            let line = self.frame.decisions[known.decision].line;
            return Err(FrameFault::Decided { what, state: state(known.is_in), id: theme.id.clone(), line });
        }
        let theme = &mut self.state.themes[place];
        theme.own.pins.insert(point, Pin { is_in, decision: at });
        theme.edited();
        Ok(())
    }

    pub(super) fn code(
        &mut self,
        at: usize,
        question: &str,
        theme: &str,
        response: &str,
        is_in: bool,
    ) -> Result<(), FrameFault> {
        if response.is_empty() {
            return Err(FrameFault::Empty { field: "response" });
        }
        let place = self.open(question, theme, at)?;
        let theme = &self.state.themes[place];
        let pinned = theme.own.pins.iter().find(|(point, pin)| point.response == response && pin.is_in != is_in);
        if let Some(known) = theme.own.codes.get(response).or(pinned.map(|(_, pin)| pin)) {
            let state = if known.is_in { "in" } else { "out of" };
            let line = self.frame.decisions[known.decision].line;
            let what = format!("the response {response:?}");
            return Err(FrameFault::Decided { what, state, id: theme.id.clone(), line });
        }
        let theme = &mut self.state.themes[place];
        theme.own.codes.insert(response.to_owned(), Code { is_in, decision: at });
        theme.edited();
        Ok(())
    }
}
