//! The list a text is in: inside a line a marker counts only as the first of a list or as the next of one.

use super::marker::{Kind, Marker, Style};

/// Where a marker stands.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Place {
    /// Where a line begins.
    Line,
    /// Where a line begins that may continue the one before it.
    WrappedLine,
    /// Behind another marker.
    Nested,
    /// Behind a colon.
    Colon,
    /// Behind other punctuation or two spaces.
    Stop,
    /// Inside a sentence.
    Inside,
}

/// Whether a marker begins a point.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Verdict {
    /// It does, counting this; nothing for bullets.
    Yes(Option<(Kind, u32)>),
    /// It does unless another of the same number follows that stands better: "amend Article 2. ... 2. Delete it".
    UnlessRepeated((Kind, u32)),
    /// It does if the next of its list follows: "we need (a) housing and (b) schools".
    IfContinued((Kind, u32)),
    /// It does not.
    No,
}

/// What each list last counted.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    last: [Option<(u32, Style)>; Kind::COUNT],
    /// Whether bullets that else begin a line have begun to stand in this one: "by: - training - hiring".
    has_dashes: bool,
}

impl Sequence {
    /// Whether the marker begins a point there.
    pub(super) fn judge(&self, marker: &Marker, place: Place) -> Verdict {
        let at_line = matches!(place, Place::Line | Place::WrappedLine);
        if marker.is_bullet() {
            let begins = at_line
                || marker.style == Style::Bullet
                || place == Place::Nested
                || marker.style == Style::LineBullet && (place == Place::Colon || self.has_dashes);
            return if begins { Verdict::Yes(None) } else { Verdict::No };
        }
        let next = marker
            .readings()
            .find(|(kind, value)| *value > 1 && self.last[*kind as usize].is_some_and(|(last, _)| last + 1 == *value));
        let next_alike =
            next.filter(|(kind, _)| self.last[*kind as usize].is_some_and(|(_, style)| style == marker.style));
        let first = marker.readings().find(|(_, value)| *value == 1);
        let any = marker.readings[0];
        let is_letter = marker.readings().any(|(kind, _)| kind == Kind::Letter);
        // Told from text by its form alone, or by standing in a list.
        let (is_plain, is_loose) = match marker.style {
            Style::Enclosed | Style::Bracket | Style::Comma => (true, false),
            Style::Stop => (any.is_some_and(|(kind, _)| kind == Kind::Number), is_letter),
            Style::Bare | Style::Degree => (false, true),
            _ => (false, false),
        };
        let accepted = match place {
            Place::Line if is_loose => next.or(first),
            Place::Line => next.or(first).or(any),
            Place::WrappedLine => next.or(first),
            Place::Nested | Place::Colon if is_plain || marker.style != Style::Bare => next.or(first),
            Place::Stop if is_plain => next.or(first),
            Place::Stop => next_alike,
            Place::Inside if is_plain => return Self::inside(marker, next, first),
            Place::Inside => return next_alike.map_or(Verdict::No, Verdict::UnlessRepeated),
            Place::Nested | Place::Colon => None,
        };
        accepted.map_or(Verdict::No, |reading| Verdict::Yes(Some(reading)))
    }

    fn inside(marker: &Marker, next: Option<(Kind, u32)>, first: Option<(Kind, u32)>) -> Verdict {
        match (next, first) {
            (Some(next), _) => Verdict::UnlessRepeated(next),
            (None, Some(first)) if matches!(marker.style, Style::Enclosed | Style::Bracket) => {
                Verdict::IfContinued(first)
            }
            _ => Verdict::No,
        }
    }

    /// A bullet stands behind a colon.
    pub(super) fn begin_dashes(&mut self) {
        self.has_dashes = true;
    }

    /// A line ends.
    pub(super) fn end_line(&mut self) {
        self.has_dashes = false;
    }

    /// Goes on behind a marker that begins a point.
    pub(super) fn advance(&mut self, (kind, value): (Kind, u32), style: Style) {
        self.last[kind as usize] = Some((value, style));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(sequence: &mut Sequence, text: &str, place: Place) -> bool {
        let marker = Marker::read(text).expect("a marker");
        match sequence.judge(&marker, place) {
            Verdict::Yes(Some(reading)) | Verdict::UnlessRepeated(reading) => {
                sequence.advance(reading, marker.style);
                true
            }
            Verdict::Yes(None) => true,
            Verdict::IfContinued(_) | Verdict::No => false,
        }
    }

    #[test]
    fn only_the_next_of_a_list_counts_inside_a_line() {
        let mut sequence = Sequence::default();
        assert!(!judge(&mut sequence, "6. x", Place::Stop));
        assert!(judge(&mut sequence, "1. x", Place::Stop));
        assert!(!judge(&mut sequence, "3. x", Place::Stop));
        assert!(judge(&mut sequence, "2. x", Place::Inside));
        assert!(judge(&mut sequence, "7. x", Place::Line));
    }

    #[test]
    fn what_may_be_text_counts_inside_a_line_only_in_a_list_written_alike() {
        let mut sequence = Sequence::default();
        assert!(!judge(&mut sequence, "a. x", Place::Stop));
        assert!(judge(&mut sequence, "a. x", Place::Colon));
        assert!(judge(&mut sequence, "b. x", Place::Inside));
        assert!(!judge(&mut sequence, "c- x", Place::Inside));
        assert!(!judge(&mut sequence, "J. Smith", Place::Line));
    }

    #[test]
    fn a_list_inside_another_does_not_end_it() {
        let mut sequence = Sequence::default();
        for text in ["1. x", "(a) x", "(b) x", "2. x"] {
            assert!(judge(&mut sequence, text, Place::Stop), "{text}");
        }
    }
}
