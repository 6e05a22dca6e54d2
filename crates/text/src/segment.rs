//! Cuts a text into points: idea units, each a byte span of the original.
//!
//! A point ends at a line break, a list marker, a semicolon, a run of three or more spaces, or the end of a sentence. What
//! lies between two points holds only white space, punctuation, list markers and lone function words such as the "and" of
//! "...; and 3. ...".

mod marker;

use crate::{Resources, Span};
use marker::{Marker, Sequence};

/// Cuts a text into its points.
///
/// # Guarantees
/// Spans are in order, do not overlap, lie on character boundaries, and begin and end with no white space. A text with a
/// letter or digit has at least one point.
///
/// # Cost
/// Linear in the length of the text.
pub fn segment(text: &str, resources: &Resources) -> Vec<Span> {
    let mut cutter = Cutter {
        text,
        characters: text.char_indices().collect(),
        resources,
        points: Vec::new(),
        from: 0,
        sequence: Sequence::default(),
    };
    cutter.run();
    let mut points = cutter.points;
    if points.is_empty() {
        points.extend(trimmed(text, 0, text.len()));
    }
    points
}

/// The text as one point, without white space and separators at its ends; nothing if it has no letter or digit.
pub(crate) fn whole(text: &str) -> Option<Span> {
    trimmed(text, 0, text.len())
}

/// How far ahead a closing bracket is looked for, in characters; an opening one without it opens nothing.
const BRACKET_REACH: usize = 300;

/// A line at least this long, in characters, that ends without punctuation was wrapped, not ended.
const WRAPPED_LINE: usize = 60;

/// A run of this many spaces separates points: forms replace line breaks by it.
const SPACE_RUN: usize = 3;

struct Cutter<'t> {
    text: &'t str,
    characters: Vec<(usize, char)>,
    resources: &'t Resources,
    points: Vec<Span>,
    /// Where the current point begins, in characters.
    from: usize,
    sequence: Sequence,
}

impl Cutter<'_> {
    fn run(&mut self) {
        let mut depth = 0_usize;
        let mut line_start = 0;
        let mut i = 0;
        while i < self.characters.len() {
            if let Some(length) = self.marker_at(i, line_start) {
                self.cut(i, i + length);
                depth = 0;
                i += length;
                continue;
            }
            let c = self.characters[i].1;
            match c {
                '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                    if !self.is_wrapped(i, line_start) {
                        self.cut(i, i + 1);
                        depth = 0;
                    }
                    line_start = i + 1;
                }
                '(' | '[' if self.closes(i, c) => depth += 1,
                ')' | ']' => depth = depth.saturating_sub(1),
                ';' | '\u{ff1b}' | '\u{61b}' if depth == 0 => self.cut(i, i + 1),
                '.' | '!' | '?' | '\u{2026}' | '\u{3002}' | '\u{ff01}' | '\u{ff1f}' | '\u{61f}' if depth == 0 => {
                    if let Some(end) = self.sentence_end(i) {
                        self.cut(end, end);
                        i = end;
                        continue;
                    }
                    // The rest of a "..." or "!!!" that ends nothing ends nothing either.
                    while self.character(i + 1).is_some_and(|c| matches!(c, '.' | '!' | '?' | '\u{2026}')) {
                        i += 1;
                    }
                }
                _ if c.is_whitespace() => {
                    let run = self.characters[i..].iter().take_while(|(_, c)| is_space(*c)).count();
                    if run >= SPACE_RUN {
                        self.cut(i, i + run);
                        depth = 0;
                    }
                    i += run.max(1);
                    continue;
                }
                _ => {}
            }
            i += 1;
        }
        self.cut(self.characters.len(), self.characters.len());
    }

    /// The byte at which the character begins, or the end of the text.
    fn byte(&self, i: usize) -> usize {
        self.characters.get(i).map_or(self.text.len(), |(at, _)| *at)
    }

    fn character(&self, i: usize) -> Option<char> {
        self.characters.get(i).map(|(_, c)| *c)
    }

    /// Ends the current point before character `end`; the next begins at character `next`.
    fn cut(&mut self, end: usize, next: usize) {
        if let Some(span) = trimmed(self.text, self.byte(self.from), self.byte(end)) {
            let passage = span.of(self.text).unwrap_or_default();
            let is_lone_function_word = passage.chars().all(|c| c.is_alphabetic() || c == '/')
                && crate::Language::ALL
                    .iter()
                    .any(|language| passage.split('/').all(|word| self.resources.is_stop_word(*language, word)));
            if !is_lone_function_word {
                self.points.push(span);
            }
        }
        self.from = next;
    }

    /// The length of the list marker at `i`, if there is one that begins a point there.
    fn marker_at(&mut self, i: usize, line_start: usize) -> Option<usize> {
        let before = i.checked_sub(1).and_then(|before| self.character(before));
        if before.is_some_and(|c| !c.is_whitespace() && !matches!(c, ';' | ':')) {
            return None;
        }
        let marker = Marker::read(&self.characters[i..])?;
        let blank_before = self.characters[line_start.min(i)..i].iter().all(|(_, c)| c.is_whitespace());
        let last = self.characters[..i].iter().rev().find(|(_, c)| !c.is_whitespace()).map(|(_, c)| *c);
        let gap = self.characters[..i].iter().rev().take_while(|(_, c)| c.is_whitespace()).count();
        let after_stop = gap >= 2 || last.is_some_and(|c| matches!(c, '.' | ';' | ':' | ',' | '?' | '!' | ')'));
        self.sequence.accepts(&marker, blank_before, after_stop).then_some(marker.length)
    }

    /// Whether the line break at `i` only wraps a sentence: a long line without punctuation, then a small letter.
    fn is_wrapped(&self, i: usize, line_start: usize) -> bool {
        let length = i - line_start;
        let ends_open = i > 0
            && self
                .character(i - 1)
                .is_some_and(|c| c.is_alphanumeric() || matches!(c, ',' | ' ' | '-' | '\u{2019}' | '\''));
        let next = self.character(i + 1);
        length >= WRAPPED_LINE && ends_open && next.is_some_and(char::is_lowercase)
    }

    /// Whether the bracket at `i` is closed within reach.
    fn closes(&self, i: usize, open: char) -> bool {
        let close = if open == '(' { ')' } else { ']' };
        self.characters[i..].iter().take(BRACKET_REACH).any(|(_, c)| *c == close)
    }

    /// If the stop at `i` ends a sentence: the character behind its closing quotation marks and brackets.
    fn sentence_end(&self, i: usize) -> Option<usize> {
        let stop = self.character(i)?;
        let mut end = i + 1;
        while self.character(end).is_some_and(|c| matches!(c, '.' | '!' | '?' | '\u{2026}')) {
            end += 1;
        }
        while self.character(end).is_some_and(is_closing) {
            end += 1;
        }
        if matches!(stop, '\u{3002}' | '\u{ff01}' | '\u{ff1f}') {
            return Some(end);
        }
        let Some(next) = self.character(end) else { return Some(end) };
        if !next.is_whitespace() {
            return None;
        }
        if stop != '.' || end - i > 1 && self.character(i + 1) == Some('.') {
            // "..." trails off inside a sentence unless a capital follows.
            let continues = stop != '!' && stop != '?' && self.next_letter(end).is_some_and(char::is_lowercase);
            return (!continues).then_some(end);
        }
        let word = self.word_before(i);
        let following = self.next_letter(end);
        let is_initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
        if is_initial || self.resources.is_abbreviation(&word, following.is_some_and(char::is_numeric)) {
            return None;
        }
        let runs_on = following.is_some_and(char::is_lowercase);
        let ends_anyway = word.chars().count() >= 3 && !word.eq_ignore_ascii_case("etc");
        (!runs_on || ends_anyway).then_some(end)
    }

    /// What stands directly before character `i`, back to white space or an opening bracket.
    fn word_before(&self, i: usize) -> String {
        let length = self.characters[..i]
            .iter()
            .rev()
            .take(24)
            .take_while(|(_, c)| c.is_alphanumeric() || matches!(c, '.' | '-' | '\'' | '\u{2019}' | '\u{b0}'))
            .count();
        self.characters[i - length..i].iter().map(|(_, c)| *c).collect()
    }

    /// The first character at or after `i` that is neither white space nor an opening quotation mark.
    fn next_letter(&self, i: usize) -> Option<char> {
        self.characters[i..]
            .iter()
            .map(|(_, c)| *c)
            .find(|c| !c.is_whitespace() && !is_closing(*c) && !matches!(c, '\u{201c}' | '\u{ab}'))
    }
}

fn is_space(c: char) -> bool {
    c.is_whitespace() && !matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_closing(c: char) -> bool {
    matches!(c, ')' | ']' | '"' | '\'' | '\u{201d}' | '\u{2019}' | '\u{bb}')
}

/// The span from `start` to `end` without white space, list bullets and separators at its ends; nothing if no letter or
/// digit is left.
fn trimmed(text: &str, start: usize, end: usize) -> Option<Span> {
    let passage = text.get(start..end)?;
    let separates =
        |c: char| c.is_whitespace() || c == '\u{feff}' || matches!(c, ',' | ';' | ':' | '\u{2022}' | '\u{b7}');
    let left = passage
        .trim_start_matches(|c: char| separates(c) || matches!(c, '-' | '\u{2013}' | '\u{2014}' | '*' | '.' | ')'));
    let kept = left.trim_end_matches(|c: char| separates(c) || matches!(c, '-' | '\u{2013}' | '\u{2014}'));
    let from = start + passage.len() - left.len();
    kept.chars().any(char::is_alphanumeric).then(|| Span::new(from, from + kept.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn points(text: &str) -> Vec<&str> {
        let resources = Resources::load().expect("the built-in resources load");
        segment(text, &resources).into_iter().map(|span| span.of(text).expect("a span slices its text")).collect()
    }

    #[test]
    fn enumerations_are_cut_at_their_markers() {
        assert_eq!(
            points("1. More night trains;  2. Cheaper tickets; and 3. A timetable that\nfits school hours."),
            ["More night trains", "Cheaper tickets", "A timetable that\nfits school hours."]
        );
        assert_eq!(points("(a) housing (b) schools"), ["housing", "schools"]);
        assert_eq!(points("We need: (a) housing, (b) schools"), ["We need", "housing", "schools"]);
        assert_eq!(points("a) housing\nb) schools"), ["housing", "schools"]);
        assert_eq!(points("i) housing; ii) schools; iii) roads"), ["housing", "schools", "roads"]);
        assert_eq!(points("3.1. Housing first.  3.2. Schools next."), ["Housing first.", "Schools next."]);
        assert_eq!(points("1)Housing\n2)Schools"), ["Housing", "Schools"]);
    }

    #[test]
    fn numbers_inside_a_sentence_are_no_markers() {
        assert_eq!(
            points("Under Article 6. the fee is 2.5 per head since 2019."),
            ["Under Article 6. the fee is 2.5 per head since 2019."]
        );
        assert_eq!(points("It took 3 years and 2.5 million"), ["It took 3 years and 2.5 million"]);
    }

    #[test]
    fn bullets_line_breaks_and_runs_of_spaces_separate_points() {
        assert_eq!(points("- buses\n\u{2022} clinics\n* fibre"), ["buses", "clinics", "fibre"]);
        assert_eq!(points("buses     clinics\r\nfibre"), ["buses", "clinics", "fibre"]);
        assert_eq!(points("better buses\ncheaper flats"), ["better buses", "cheaper flats"]);
    }

    #[test]
    fn a_wrapped_line_is_not_a_new_point() {
        let text = "The regional desk should answer letters within a fortnight and\nnot after the season has ended.";
        assert_eq!(points(text), [text]);
    }

    #[test]
    fn sentences_end_at_stops_but_not_at_abbreviations() {
        assert_eq!(
            points(
                "Keep the desk, e.g. in the valley. Ask Dr. Moreno (see No. 5). \u{201c}Why not?\u{201d} Yes! And so on... perhaps."
            ),
            [
                "Keep the desk, e.g. in the valley.",
                "Ask Dr. Moreno (see No. 5).",
                "\u{201c}Why not?\u{201d}",
                "Yes!",
                "And so on... perhaps."
            ]
        );
        assert_eq!(points("The answer is no. We said so."), ["The answer is no.", "We said so."]);
        assert_eq!(points("buses are late. trains too"), ["buses are late.", "trains too"]);
    }

    #[test]
    fn semicolons_separate_except_in_brackets() {
        assert_eq!(points("buses (early; late); trains"), ["buses (early; late)", "trains"]);
    }

    #[test]
    fn a_lone_word_is_a_point_and_punctuation_is_none() {
        assert_eq!(points("All"), ["All"]);
        assert_eq!(points("  Transport.  "), ["Transport."]);
        assert!(points("---\n?").is_empty());
        assert!(points("").is_empty());
    }

    proptest! {
        #[test]
        fn spans_are_ordered_disjoint_and_leave_no_content_outside(text in "(?s)[\\PC\\n\\t .;:()0-9a-zA-Z-]{0,120}") {
            let resources = Resources::load().expect("the built-in resources load");
            let spans = segment(&text, &resources);
            let mut at = 0;
            for span in &spans {
                prop_assert!(span.start as usize >= at && span.start < span.end);
                let passage = span.of(&text);
                prop_assert!(passage.is_some_and(|passage| passage.trim() == passage));
                at = span.end as usize;
            }
            prop_assert!(at <= text.len());
            prop_assert_eq!(spans.is_empty(), !text.chars().any(char::is_alphanumeric));
        }
    }
}
