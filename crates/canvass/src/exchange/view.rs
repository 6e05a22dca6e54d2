//! A run with a code frame, as it is exchanged: what stands for each response and each theme, and what is in which.

use super::Guid;
use super::positions::Positions;
use super::words::Word;
use crate::codeframe::coding::{Members, PutBy};
use crate::codeframe::{CodeFrame, Decision, Desk, Fate, FrameState, PointRef, Status, ThemeState};
use crate::error::Error;
use crate::run_folder::{CodedQuestion, CodedRun};
use canvass_text::{Analyser, Span};
use std::collections::{BTreeMap, BTreeSet};

/// A run with a code frame.
pub(super) struct View<'r> {
    pub(super) frame: &'r CodeFrame,
    pub(super) state: FrameState,
    /// For each theme of the state its identity.
    pub(super) guids: Vec<Guid>,
    /// A digest of the frame: what was exported from another frame has another.
    pub(super) digest: String,
    pub(super) questions: Vec<QuestionView<'r>>,
}

/// A question.
pub(super) struct QuestionView<'r> {
    pub(super) question: &'r CodedQuestion,
    pub(super) guid: Guid,
    pub(super) desk: Desk<'r>,
    /// For each response what it is called.
    pub(super) names: Vec<String>,
    /// For each response its identity.
    pub(super) guids: Vec<Guid>,
    /// The themes that are there, rejected ones too.
    pub(super) themes: Vec<ThemeView>,
}

/// A theme.
pub(super) struct ThemeView {
    /// Its place in the state.
    pub(super) at: usize,
    pub(super) guid: Guid,
    /// Its points, those of the themes below it aside; none if it is rejected.
    pub(super) members: Members,
}

impl<'r> View<'r> {
    /// Lays a run out.
    ///
    /// # Errors
    /// [`Error::CodeFrame`] if the frame cannot be replayed, or has a question that the run does not have.
    pub(super) fn new(run: &'r CodedRun, frame: &'r CodeFrame, analyser: &Analyser<'_>) -> Result<Self, Error> {
        let state = frame.replay()?;
        crate::codeframe::check_questions(frame, run.questions.iter().map(|question| question.id.as_str()))?;
        let digest = blake3::hash(frame.to_toml().as_bytes()).to_hex()[..DIGEST].to_owned();
        let mut questions = Vec::with_capacity(run.questions.len());
        let guids = guids_of(&state);
        for question in &run.questions {
            questions.push(QuestionView::new(question, &state, &guids, analyser));
        }
        Ok(Self { frame, state, guids, digest, questions })
    }

    /// The ids of the questions.
    pub(super) fn ids(&self) -> Vec<String> {
        self.questions.iter().map(|view| view.question.id.clone()).collect()
    }

    /// The decision that put a point into a theme by hand.
    pub(super) fn by_hand(&self, theme: &ThemeState, point: &PointRef, by: PutBy) -> Option<&'r Decision> {
        // What was decided last stands in the last part.
        let parts: Vec<_> = theme.all_parts().collect();
        let found = parts.iter().rev().find_map(|part| match by {
            PutBy::Words | PutBy::Classifier => None,
            PutBy::Point => part.pins.get(point).filter(|pin| pin.is_in),
            PutBy::Response => part.codes.get(&point.response).filter(|code| code.is_in),
        });
        found.map(|pin| &self.frame.decisions[pin.decision])
    }
}

/// The hexadecimal digits of a frame's digest.
const DIGEST: usize = 20;

impl<'r> QuestionView<'r> {
    fn new(question: &'r CodedQuestion, state: &FrameState, of_themes: &[Guid], analyser: &Analyser<'_>) -> Self {
        let mut desk = Desk::new(question);
        desk.learn(state, analyser);
        let (mut names, mut guids) = (Vec::new(), Vec::new());
        let mut times: BTreeMap<&str, u32> = BTreeMap::new();
        for response in &question.responses {
            let id = response.response_id.as_str();
            let time = times.entry(id).and_modify(|n| *n += 1).or_insert(1);
            names.push(if *time == 1 {
                format!("{} {id}", question.id)
            } else {
                format!("{} {id} ({time})", question.id)
            });
            guids.push(Guid::of(&["response", &question.id, id, &time.to_string()]));
        }
        let there = (state.themes.iter().enumerate())
            .filter(|(_, theme)| theme.question == question.id && theme.fate == Fate::There);
        let themes = there.map(|(at, theme)| {
            let members = if theme.status == Status::Rejected { Members::new() } else { desk.members(theme) };
            ThemeView { at, guid: of_themes[at].clone(), members }
        });
        let (guid, themes) = (Guid::of(&["question", &question.id]), themes.collect());
        Self { question, guid, desk, names, guids, themes }
    }

    /// What its code is called: the id and the wording.
    pub(super) fn name(&self) -> String {
        let text = self.question.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if text.is_empty() || text == self.question.id {
            self.question.id.clone()
        } else {
            format!("{} {text}", self.question.id)
        }
    }

    /// A response with its characters counted.
    pub(super) fn positions(&self, response: usize) -> Positions {
        Positions::of(&self.question.responses[response].analysed)
    }

    /// The point that a number stands for, as decisions name it.
    pub(super) fn point(&self, number: u32) -> (usize, PointRef) {
        let place = self.desk.table().points[number as usize];
        let response = place.response as usize;
        let Span { start, end } = place.span;
        (response, PointRef { response: self.question.responses[response].response_id.clone(), start, end })
    }
}

/// The identities of themes: that of the code a theme came from, unless another has it, as where one code book was taken for two questions.
fn guids_of(state: &FrameState) -> Vec<Guid> {
    let mut taken: BTreeSet<Guid> = BTreeSet::new();
    let guids = state.themes.iter().map(|theme| {
        let own = Guid::parse(&theme.guid).filter(|guid| !taken.contains(guid));
        let guid = own.unwrap_or_else(|| Guid::of(&["theme", &theme.question, &theme.id]));
        taken.insert(guid.clone());
        guid
    });
    guids.collect()
}

/// The words of a theme, those that put points in or those that keep them out, each once.
pub(super) fn words_of(theme: &ThemeState, exclude: bool) -> Vec<Word> {
    let terms: Vec<_> = if exclude { theme.excluded().collect() } else { theme.included().collect() };
    let mut words: Vec<Word> = Vec::with_capacity(terms.len());
    for (language, term) in terms {
        let word = ((language != theme.language).then(|| language.code().to_owned()), term.text.clone());
        if !words.contains(&word) {
            words.push(word);
        }
    }
    words
}
