//! The first pass: cuts a text at its line breaks, markers, ordinal words, runs of spaces, semicolons and sentence ends.

use super::brackets::Brackets;
use super::lookahead::{is_continued, is_repeated};
use super::marker::{Marker, Style, may_begin};
use super::place::{WhiteSpace, char_at, char_before, is_break, is_in_address, separates, word_before};
use super::sentence::{self, Stop, is_wide_stop};
use super::sequence::{Place, Sequence, Verdict};
use super::trimmed;
use super::wording::{Connective, Wording};
use super::wrapping::Gap;
use crate::Span;
use crate::han::is_han_character as is_han;

/// What began a piece.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Boundary {
    /// The text.
    Start,
    /// A line break.
    Line,
    /// A blank line.
    Paragraph,
    /// A run of spaces.
    Spaces,
    /// A semicolon.
    Semicolon,
    /// The end of a sentence.
    Sentence,
    /// A bullet.
    Bullet,
    /// A marker that counts.
    Number,
    /// An ordinal word.
    Ordinal,
}

impl Boundary {
    /// Whether the piece is an item of a list.
    pub(super) fn begins_item(self) -> bool {
        matches!(self, Self::Bullet | Self::Number | Self::Ordinal)
    }
}

/// What lies between two cuts.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Piece {
    /// Where, trimmed.
    pub(super) span: Span,
    /// What began it.
    pub(super) opened_by: Boundary,
}

/// A run of this many spaces separates points: forms replace line breaks by it.
const SPACE_RUN: usize = 3;

/// No word that joins is longer, in bytes.
const LONGEST_JOINING: usize = 24;

/// The number of an ordinal that is the last, whatever its place.
const LAST: u32 = 99;

/// Cuts the text.
pub(super) fn cut(text: &str, wording: &Wording) -> Vec<Piece> {
    let mut cutter = Cutter {
        text,
        bytes: text.as_bytes(),
        wording,
        brackets: Brackets::find(text),
        pieces: Vec::new(),
        from: 0,
        opened_by: Boundary::Start,
        line_start: 0,
        abbreviated: None,
        sequence: Sequence::default(),
        ordinal: 0,
    };
    cutter.run();
    cutter.pieces
}

/// What the bytes of a text may begin.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Class {
    /// Nothing of interest.
    Plain,
    Space,
    Stop,
    Semicolon,
    Colon,
    /// A character of several bytes to be looked at.
    Wide,
}

/// The class of each byte. Letters of two bytes and Han characters are plain: only blocks with white space, punctuation
/// or bullets are looked at.
const CLASSES: [Class; 256] = {
    let mut classes = [Class::Plain; 256];
    let spaces = [b'\t', b'\n', 0x0b, 0x0c, b'\r', b' '];
    let mut i = 0;
    while i < spaces.len() {
        classes[spaces[i] as usize] = Class::Space;
        i += 1;
    }
    let stops = [b'.', b'!', b'?'];
    i = 0;
    while i < stops.len() {
        classes[stops[i] as usize] = Class::Stop;
        i += 1;
    }
    classes[b';' as usize] = Class::Semicolon;
    classes[b':' as usize] = Class::Colon;
    // Latin-1 signs; Arabic punctuation in two blocks; Devanagari, Ogham; general punctuation and bullets; punctuation of
    // East Asia, of full width, and bullets in private use.
    let wide = [0xc2_u8, 0xd8, 0xdb, 0xe0, 0xe1, 0xe2, 0xe3, 0xef];
    i = 0;
    while i < wide.len() {
        classes[wide[i] as usize] = Class::Wide;
        i += 1;
    }
    classes
};

/// The byte is plain.
const PLAIN: u8 = 1;

/// For each byte whether it is plain, a space, an ASCII letter that begins no marker of two letters or more, and an ASCII
/// letter: a bit each, from the lowest.
const FLAGS: [u8; 256] = {
    let mut flags = [0; 256];
    let mut byte = 0_u8;
    loop {
        let is_letter = byte.is_ascii_alphabetic();
        let may_mark = matches!(byte.to_ascii_lowercase(), b'i' | b'v' | b'x' | b'o' | b'q');
        let is_plain = matches!(CLASSES[byte as usize], Class::Plain);
        flags[byte as usize] = is_plain as u8 * PLAIN
            + (byte == b' ') as u8 * 2
            + (is_letter && !may_mark) as u8 * 4
            + is_letter as u8 * 8;
        if byte == u8::MAX {
            break;
        }
        byte += 1;
    }
    flags
};

struct Cutter<'t> {
    text: &'t str,
    bytes: &'t [u8],
    wording: &'t Wording,
    brackets: Brackets,
    pieces: Vec<Piece>,
    /// Where the current piece begins.
    from: usize,
    opened_by: Boundary,
    line_start: usize,
    /// The place behind the last abbreviation's stop.
    abbreviated: Option<usize>,
    sequence: Sequence,
    /// The last ordinal word, 0 before the first.
    ordinal: u32,
}

impl Cutter<'_> {
    fn run(&mut self) {
        let bom = if self.text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let mut i = WhiteSpace::at(self.text, bom).end;
        self.line_start = i;
        i = self.open(i, i, Place::Line);
        while let Some(next) = self.next_of_interest(i) {
            i = next;
            i = match CLASSES[usize::from(self.bytes[i])] {
                Class::Plain => i + 1,
                Class::Space => self.white_space(i),
                Class::Stop => self.stop(i),
                Class::Semicolon => self.semicolon(i, 1),
                Class::Colon => self.punctuation(i, 1, Place::Colon),
                Class::Wide => self.wide(i),
            };
        }
        self.cut(self.bytes.len(), self.bytes.len(), Boundary::Line);
    }

    /// The next byte, at or after `i`, that may begin or end something.
    ///
    /// Most bytes are letters, and most others single spaces before a word that is no marker. Both are told by arithmetic
    /// on flags: a branch for each space would be mispredicted at each word.
    fn next_of_interest(&self, i: usize) -> Option<usize> {
        let rest = self.bytes.get(i..)?;
        let flags = |byte: u8| FLAGS[usize::from(byte)];
        // Where an ordinal word may stand, spaces matter.
        let skips = u8::from(self.ordinal == 0);
        if self.from == i && rest.first() == Some(&b' ') {
            return Some(i);
        }
        let found = rest.windows(3).position(|three| {
            let is_quiet = flags(three[0]) >> 1 & flags(three[1]) >> 2 & flags(three[2]) >> 3 & skips;
            (flags(three[0]) | is_quiet) & PLAIN == 0
        });
        let tail = rest.len().saturating_sub(2);
        let in_tail = || rest[tail..].iter().position(|byte| flags(*byte) & PLAIN == 0).map(|offset| tail + offset);
        found.or_else(in_tail).map(|offset| i + offset)
    }

    /// Goes on behind a character of several bytes.
    fn wide(&mut self, i: usize) -> usize {
        // Letters of Arabic begin with the byte of its comma.
        if self.bytes[i] == 0xd8 && self.bytes.get(i + 1).is_some_and(|next| *next >= 0xa0) {
            return i + 2;
        }
        let Some(c) = char_at(self.text, i) else { return i + 1 };
        let length = c.len_utf8();
        match c {
            _ if c.is_whitespace() => self.white_space(i),
            _ if is_wide_stop(c) || c == '\u{2026}' => self.stop(i),
            '\u{ff1b}' | '\u{61b}' => self.semicolon(i, length),
            '\u{ff1a}' => self.punctuation(i, length, Place::Colon),
            '\u{ff0c}' | '\u{3001}' | '\u{60c}' => self.punctuation(i, length, Place::Stop),
            // Quotation marks and dashes.
            _ if c < '\u{2022}' => i + length,
            _ => match Marker::read(&self.text[i..]) {
                Some(marker) if matches!(marker.style, Style::Bullet | Style::Enclosed) => {
                    let place = if self.from == i { Place::Stop } else { self.place_behind(i, 0) };
                    let next = self.open(i, i, place);
                    if next > i { next } else { i + length }
                }
                _ => i + length,
            },
        }
    }

    /// Goes on behind white space; cuts where it separates.
    fn white_space(&mut self, i: usize) -> usize {
        // The usual case: one space inside a sentence.
        if self.bytes[i] == b' ' && self.from != i && self.ordinal == 0 {
            let rest = &self.bytes[i + 1..];
            let is_word = match rest {
                // Digits of Arabic and Persian.
                [0xd9, 0xa0..=0xa9, ..] | [0xdb, 0xb0..=0xb9, ..] | [] => false,
                // Two letters of Cyrillic or Arabic, the second no stroke that stretches a marker.
                [0xd0..=0xdf, _, second @ 0xd0..=0xdf, third, ..] => (*second, *third) != (0xd9, 0x80),
                [first, ..] => *first > b' ' && first.is_ascii() && !may_begin(rest),
            };
            if is_word {
                return i + 1;
            }
        }
        let run = WhiteSpace::at(self.text, i);
        if run.end == self.bytes.len() {
            return run.end;
        }
        let boundary = match run.n_breaks {
            0 if run.n_characters < SPACE_RUN => {
                let place = if self.from == i { Place::Stop } else { self.place_behind(i, run.n_characters) };
                return self.open(i, run.end, place);
            }
            0 => Boundary::Spaces,
            1 => Boundary::Line,
            _ => Boundary::Paragraph,
        };
        let gap = Gap {
            line: self.line_start.min(i),
            start: i,
            end: run.end,
            is_break: boundary == Boundary::Line,
            abbreviated: self.abbreviated == Some(i),
        };
        let is_blank = boundary == Boundary::Paragraph || self.from >= i;
        let is_wrapped = !is_blank && gap.interrupts(self.text, self.wording);
        if run.n_breaks > 0 {
            self.line_start = run.end;
            self.sequence.end_line();
        }
        let place = if gap.follows_open_line(self.text) { Place::WrappedLine } else { Place::Line };
        let opened = self.mark(i, run.end, place);
        if opened > run.end {
            return self.ordinal_at(self.from, opened).unwrap_or(opened);
        }
        // "... of Article" and "6. The fee" on the next line.
        let is_numbered = place == Place::WrappedLine && self.bytes[run.end].is_ascii_digit();
        if is_wrapped || is_numbered && Marker::read(&self.text[run.end..]).is_some() {
            return run.end;
        }
        self.cut(i, run.end, boundary);
        self.ordinal_at(run.end, run.end).unwrap_or(run.end)
    }

    /// What stands before byte `end` and `n_spaces` spaces makes of a marker behind them.
    fn place_behind(&self, end: usize, n_spaces: usize) -> Place {
        match char_before(self.text, end) {
            Some(':' | '\u{ff1a}') => Place::Colon,
            // "Art. 2. The fee"
            Some('.') if self.abbreviated == Some(end) => Place::Inside,
            Some('.' | '?' | '!' | ')' | '\u{201d}' | '"' | '\u{bb}') => Place::Stop,
            Some(c) if separates(c) || is_wide_stop(c) => Place::Stop,
            _ if n_spaces >= 2 => Place::Stop,
            _ => Place::Inside,
        }
    }

    /// Goes on behind a comma, colon or the like, which a marker may follow directly.
    fn punctuation(&mut self, i: usize, length: usize, place: Place) -> usize {
        let next = i + length;
        if place == Place::Colon {
            let space = WhiteSpace::at(self.text, next);
            if space.n_breaks == 0
                && let Some(behind) = self.ordinal_at(next, space.end)
            {
                return behind;
            }
        }
        match char_at(self.text, next) {
            Some('(' | '[') => self.open(next, next, place),
            Some(c) if !c.is_ascii() && !c.is_whitespace() || c.is_ascii_digit() && length > 1 => {
                self.open(next, next, place)
            }
            _ => next,
        }
    }

    fn semicolon(&mut self, i: usize, length: usize) -> usize {
        let next = i + length;
        if self.brackets.around(i).is_some() || length == 1 && (self.ends_entity(i) || self.is_inside_address(i)) {
            return next;
        }
        self.cut(i, next, Boundary::Semicolon);
        match char_at(self.text, next) {
            Some(c) if !c.is_whitespace() => self.open(next, next, Place::Stop),
            _ => next,
        }
    }

    /// Whether the semicolon ends a character written as HTML does: "&amp;".
    fn ends_entity(&self, i: usize) -> bool {
        let before = &self.bytes[i.saturating_sub(10)..i];
        before.iter().rposition(|byte| *byte == b'&').is_some_and(|and| {
            and + 1 < before.len() && before[and + 1..].iter().all(|b| b.is_ascii_alphanumeric() || *b == b'#')
        })
    }

    fn is_inside_address(&self, i: usize) -> bool {
        self.bytes.get(i + 1).is_some_and(u8::is_ascii_alphanumeric) && is_in_address(self.text, i)
    }

    fn stop(&mut self, i: usize) -> usize {
        if let Some(pair) = self.brackets.around(i)
            && !self.ends_enclosed_sentence(i, pair)
        {
            return i + char_at(self.text, i).map_or(1, char::len_utf8);
        }
        match sentence::read(self.text, i, self.wording) {
            Stop::Ends(end) if self.is_lone_number(i) => end,
            Stop::Ends(end) => {
                self.cut(end, end, Boundary::Sentence);
                match char_at(self.text, end) {
                    Some(c) if !c.is_whitespace() => self.open(end, end, Place::Stop),
                    _ => end,
                }
            }
            Stop::GoesOn(next) => next,
            Stop::Abbreviates(next) => {
                self.abbreviated = Some(next);
                next
            }
        }
    }

    /// Whether nothing but a number stands between the last cut and the stop: a marker that counts nothing here.
    fn is_lone_number(&self, i: usize) -> bool {
        let number = word_before(self.text, i, |_| false);
        let is_short = !number.is_empty() && number.len() <= 2 && number.bytes().all(|byte| byte.is_ascii_digit());
        is_short && WhiteSpace::at(self.text, self.from).end + number.len() == i
    }

    /// Whether the stop is the last of a sentence that stands in brackets as a whole: "(As agreed in 2019.)"
    fn ends_enclosed_sentence(&self, i: usize, (open, close): (usize, usize)) -> bool {
        self.bytes[i + 1..close].iter().all(|byte| matches!(byte, b'.' | b'!' | b'?'))
            && WhiteSpace::at(self.text, self.from).end == open
    }

    /// Cuts before the markers and the ordinal word at `at`, if there are any; what stands before ends at `end`. The place
    /// behind them.
    fn open(&mut self, end: usize, at: usize, place: Place) -> usize {
        let next = self.mark(end, at, place);
        let end = if next > at { self.from } else { end };
        self.ordinal_at(end, next).unwrap_or(next)
    }

    /// Cuts before the markers at `at`; the place behind them and the spaces that follow.
    fn mark(&mut self, end: usize, at: usize, place: Place) -> usize {
        let (mut end, mut at, mut place) = (end, at, place);
        while may_begin(&self.bytes[at..]) {
            let Some(marker) = Marker::read(&self.text[at..]) else { break };
            let behind = at + marker.length;
            let reading = match self.sequence.judge(&marker, place) {
                // "A. Smith" is no item.
                Verdict::Yes(Some(reading)) if self.may_be_initial(at, marker.style) => {
                    if reading.1 == 1 && !is_continued(self.text, at, behind, reading, self.wording) {
                        break;
                    }
                    Some(reading)
                }
                Verdict::Yes(reading) => reading,
                Verdict::UnlessRepeated(reading)
                    if self.brackets.around(at).is_none()
                        && !is_repeated(self.text, at, behind)
                        && self.abbreviated != Some(end) =>
                {
                    Some(reading)
                }
                Verdict::IfContinued(reading)
                    if self.brackets.around(at).is_none()
                        && is_continued(self.text, at, behind, reading, self.wording) =>
                {
                    Some(reading)
                }
                _ => break,
            };
            if let Some(reading) = reading {
                self.sequence.advance(reading, marker.style);
            }
            if marker.style == Style::LineBullet && place == Place::Colon {
                self.sequence.begin_dashes();
            }
            self.cut(end, behind, if marker.is_bullet() { Boundary::Bullet } else { Boundary::Number });
            at = behind;
            while let Some(c) = char_at(self.text, at).filter(|c| c.is_whitespace() && !is_break(*c)) {
                at += c.len_utf8();
            }
            (end, place) = (at, Place::Nested);
        }
        at
    }

    /// Whether the marker may be the initial of a name: a capital and a full stop.
    fn may_be_initial(&self, at: usize, style: Style) -> bool {
        style == Style::Stop && char_at(self.text, at).is_some_and(char::is_uppercase)
    }

    /// Cuts before the ordinal word at `at`; the place behind it and its comma.
    fn ordinal_at(&mut self, end: usize, at: usize) -> Option<usize> {
        let begins = self.from >= end || matches!(char_before(self.text, end), Some(':' | '\u{ff1a}'));
        // Inside a sentence only a list that runs goes on, behind a comma or an "and".
        let goes_on = || {
            char_before(self.text, end).is_some_and(separates)
                || self.wording.connective(word_before(self.text, end, |_| false)) == Some(Connective::Joins)
        };
        if !begins && self.ordinal == 0 {
            return None;
        }
        let first = char_at(self.text, at)?;
        if !begins && !is_arabic(first) && !goes_on() {
            return None;
        }
        let (length, number) = self.wording.ordinals.at(self.text.get(at..)?)?;
        // "ثانيا" is an adverb that needs no comma before it.
        let is_adverb = is_arabic(first) && self.text[at..at + length].ends_with('ا');
        if !begins && !is_adverb && !goes_on() {
            return None;
        }
        let behind = self.behind_ordinal(at, at + length)?;
        let accepted = if begins && number == 1 {
            // "First, second and third class"
            let next = WhiteSpace::at(self.text, behind).end;
            self.wording.ordinals.at(&self.text[next..]).is_none_or(|(_, number)| number == 1 || number == LAST)
        } else if begins {
            self.ordinal > 0 && (number > self.ordinal || number == LAST)
        } else {
            number == self.ordinal + 1 || number == LAST
        };
        if !accepted || self.brackets.around(at).is_some() {
            return None;
        }
        self.ordinal = if number == LAST { 0 } else { number };
        self.cut(end, behind, Boundary::Ordinal);
        Some(behind)
    }

    /// The place behind the comma, colon or dash that follows an ordinal word. Arabic needs none; Chinese neither, save for
    /// numbers with 第, which count nouns as well ("第一列车").
    fn behind_ordinal(&self, at: usize, end: usize) -> Option<usize> {
        let next = char_at(self.text, end);
        if let Some(c) = next.filter(|c| separates(*c) && *c != ';') {
            return Some(end + c.len_utf8());
        }
        let space = WhiteSpace::at(self.text, end);
        if let Some(c) = char_at(self.text, space.end).filter(|c| matches!(c, '-' | '\u{2013}' | '\u{2014}' | ':')) {
            let behind = space.end + c.len_utf8();
            if char_at(self.text, behind).is_none_or(char::is_whitespace) {
                return Some(behind);
            }
        }
        let last = char_before(self.text, end)?;
        let is_arabic = is_arabic(last) && space.end > end && space.n_breaks == 0;
        let is_chinese = is_han(last) && next.is_some_and(is_han) && !self.text[at..].starts_with('第');
        (is_arabic || is_chinese).then_some(end)
    }

    /// Ends the current piece before byte `end`; the next begins at `next`.
    fn cut(&mut self, end: usize, next: usize, boundary: Boundary) {
        let end = if boundary.begins_item() { self.without_connective(end) } else { end };
        let piece = trimmed(self.text, self.from, end).filter(|span| {
            let passage = span.of(self.text).unwrap_or_default();
            let is_long = passage.len() > LONGEST_JOINING;
            is_long || self.opened_by.begins_item() || self.wording.connective(passage) != Some(Connective::Joins)
        });
        if let Some(span) = piece {
            self.pieces.push(Piece { span, opened_by: self.opened_by });
            self.opened_by = boundary;
        } else if boundary.begins_item() || !self.opened_by.begins_item() {
            self.opened_by = boundary;
        }
        self.from = next;
    }

    /// The place before the "and" that ends the current piece; `end` if none does.
    fn without_connective(&self, end: usize) -> usize {
        let Some(piece) = self.text.get(self.from..end) else { return end };
        let kept = piece.trim_end_matches(|c: char| c.is_whitespace() || separates(c));
        let word = word_before(kept, kept.len(), |c| c == '/');
        let start = self.from + kept.len() - word.len();
        let stands_apart =
            start == self.from || char_before(self.text, start).is_some_and(|c| c.is_whitespace() || separates(c));
        if stands_apart && !word.is_empty() && self.wording.connective(word) == Some(Connective::Joins) {
            start
        } else {
            end
        }
    }
}

/// Whether this is a letter or a vowel mark of Arabic.
fn is_arabic(c: char) -> bool {
    matches!(c, '\u{620}'..='\u{652}')
}
