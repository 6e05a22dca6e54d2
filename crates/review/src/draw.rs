//! Drawing answers: where they are cut, which words are marked, what put each point where it is.

use crate::show::words_of;
use crate::views::{AnswerList, AnswerView, Piece, PointView, PutView};
use crate::work::{Coding, Work};
use canvass::codeframe::{Desk, Pin, PointRef, PutBy};

/// Draws answers: what stands where.
pub(crate) struct Drawing<'w, 'r> {
    pub(crate) work: &'w Work<'r>,
    pub(crate) desk: &'w Desk<'r>,
    pub(crate) coding: &'w Coding,
    /// The themes shown, by their places among the coded ones.
    pub(crate) shown: Vec<usize>,
    /// The words to mark.
    pub(crate) words: Vec<(canvass::Language, String)>,
}

impl Drawing<'_, '_> {
    /// Some of these responses.
    pub(crate) fn list(&self, responses: &[u32], from: usize, n: usize) -> AnswerList {
        let some = responses.iter().skip(from).take(n);
        let answers = some.map(|response| self.answer(*response)).collect();
        AnswerList { n: responses.len() as u64, from: from as u64, answers }
    }

    /// Says of the points of drawn answers which are meant: these.
    pub(crate) fn set_in(&self, list: &mut AnswerList, responses: &[u32], points: &[u32]) {
        for (answer, response) in list.answers.iter_mut().zip(responses) {
            let of_response = self.desk.table().responses[*response as usize].clone();
            for (view, point) in answer.points.iter_mut().zip(of_response) {
                view.is_in = points.binary_search(&point).is_ok();
            }
        }
    }

    pub(crate) fn answer(&self, response: u32) -> AnswerView {
        let of = &self.desk.question().responses[response as usize];
        let text = of.analysed.as_str();
        let (mut pieces, mut points) = (Vec::new(), Vec::new());
        let mut at = 0;
        for (number, point) in (0..).zip(self.desk.table().responses[response as usize].clone()) {
            let span = self.desk.table().points[point as usize].span;
            push(&mut pieces, text, at, span.start, None, None);
            at = span.start.max(at);
            let (words, marks) = self.marks(of.language, point);
            for (start, end, word) in marks {
                if start < at || end > span.end {
                    continue;
                }
                push(&mut pieces, text, at, start, Some(number), None);
                push(&mut pieces, text, start, end, Some(number), Some(word));
                at = end;
            }
            push(&mut pieces, text, at, span.end, Some(number), None);
            at = span.end.max(at);
            let is_in = self.shown.iter().any(|place| self.put(*place, point).is_some());
            let themes = (0..self.coding.themes.len()).filter_map(|place| self.put_view(place, point)).collect();
            points.push(PointView { start: span.start, end: span.end, is_in, themes, words });
        }
        push(&mut pieces, text, at, text.len() as u32, None, None);
        AnswerView {
            response: of.response_id.clone(),
            place: of.place.clone(),
            language: of.language.code(),
            original: of.original.clone(),
            pieces,
            points,
        }
    }

    /// The words that stand in a point, and where: first byte, one past the last, the word's number; by first byte, the longest first.
    fn marks(&self, language: canvass::Language, point: u32) -> (Vec<String>, Vec<(u32, u32, u32)>) {
        let (mut words, mut marks) = (Vec::new(), Vec::new());
        for (of, word) in self.words.iter().filter(|(of, _)| *of == language) {
            let spans = self.desk.spans(word, *of, self.work.analyser, point);
            if !spans.is_empty() {
                let number = words.len() as u32;
                words.push(word.clone());
                marks.extend(spans.into_iter().map(|span| (span.start, span.end, number)));
            }
        }
        marks.sort_by_key(|(start, end, word)| (*start, std::cmp::Reverse(*end), *word));
        (words, marks)
    }

    fn put(&self, place: usize, point: u32) -> Option<PutBy> {
        let members = &self.coding.themes[place].members;
        members.binary_search_by_key(&point, |(point, _)| *point).ok().map(|at| members[at].1)
    }

    /// What put a point into a theme that codes, if it is there.
    fn put_view(&self, place: usize, point: u32) -> Option<PutView> {
        let theme = &self.work.state.themes[self.coding.themes[place].theme];
        let by = self.put(place, point).filter(|_| theme.is_live())?;
        let placed = self.desk.table().points[point as usize];
        let response = &self.desk.question().responses[placed.response as usize].response_id;
        let reference = PointRef { response: response.clone(), start: placed.span.start, end: placed.span.end };
        let decided = |pin: &Pin| pin.is_in.then(|| self.work.noted(pin.decision));
        let decision = match by {
            PutBy::Words | PutBy::Classifier => None,
            PutBy::Point => theme.all_parts().filter_map(|part| part.pins.get(&reference)).find_map(decided),
            PutBy::Response => theme.all_parts().filter_map(|part| part.codes.get(response)).find_map(decided),
        };
        let is_exemplar = theme.exemplars.iter().any(|(point, _)| *point == reference);
        let words = if by == PutBy::Words { words_of(&[theme]) } else { Vec::new() };
        let read_in = self.desk.table().languages[placed.response as usize];
        let stands = |(language, word): &(canvass::Language, String)| {
            *language == read_in && !self.desk.spans(word, *language, self.work.analyser, point).is_empty()
        };
        let words = words.into_iter().filter(stands).map(|(_, word)| word).collect();
        Some(PutView { theme: theme.id.clone(), by: by.name(), decision, is_exemplar, words })
    }
}

fn push(pieces: &mut Vec<Piece>, text: &str, start: u32, end: u32, point: Option<u32>, word: Option<u32>) {
    if let Some(text) = text.get(start as usize..end as usize).filter(|text| !text.is_empty()) {
        pieces.push(Piece { text: text.to_owned(), point, word });
    }
}

/// The responses of points that ascend.
pub(crate) fn responses_of(desk: &Desk<'_>, points: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut responses: Vec<u32> = points.map(|point| desk.table().points[point as usize].response).collect();
    responses.dedup();
    responses
}
