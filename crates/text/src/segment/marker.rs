//! List markers: "1.", "2)", "(a)", "iii)", "3.2.", those of other scripts, and bullets.

use super::place::char_at;
use crate::han::is_han_character as is_han;

/// What counts in a list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Number,
    /// A letter of the Latin alphabet.
    Letter,
    Roman,
    Cyrillic,
    /// A letter of the Arabic alphabet, in the order of the abjad.
    Abjad,
    /// The same in the order of dictionaries.
    Hija,
    /// A Chinese number, "三", or heavenly stem, "丙".
    Han,
    /// "Q3:".
    Question,
}

impl Kind {
    /// How many there are.
    pub(super) const COUNT: usize = 8;
}

/// How a marker is written.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Style {
    /// A character that is nothing but a bullet: begins a point wherever it stands.
    Bullet,
    /// "- ", "* ": begins a point where a line begins, and behind a colon.
    LineBullet,
    /// "o ", as text copied from a word processor has it: begins a point where a line begins.
    LetterBullet,
    /// "(1)", "[1]", "①": needs no white space to be told from text.
    Enclosed,
    /// "1)".
    Bracket,
    /// "1.".
    Stop,
    /// "一、".
    Comma,
    /// "1-".
    Dash,
    /// "1:".
    Colon,
    /// "1/".
    Slash,
    /// "1°".
    Degree,
    /// "#1".
    Hash,
    /// "3.2 Title".
    Title,
    /// "1 - title", which may be text as well.
    Bare,
}

/// What a marker may count: "i)" is a letter or a Roman one.
pub(super) type Readings = [Option<(Kind, u32)>; 2];

/// A list marker.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Marker {
    /// Bytes, the white space behind it not counted.
    pub(super) length: usize,
    /// What it may count; nothing for bullets.
    pub(super) readings: Readings,
    /// How it is written.
    pub(super) style: Style,
}

/// No marker is longer than this, in characters.
const LONGEST: usize = 14;

/// The first characters of a text, each with the byte it begins at.
struct Head {
    characters: [char; LONGEST],
    bytes: [usize; LONGEST + 1],
    n: usize,
}

impl Head {
    fn new(text: &str) -> Self {
        let mut head = Self { characters: ['\0'; LONGEST], bytes: [0; LONGEST + 1], n: 0 };
        for c in text.chars().take(LONGEST) {
            head.characters[head.n] = c;
            head.bytes[head.n + 1] = head.bytes[head.n] + c.len_utf8();
            head.n += 1;
        }
        head
    }

    fn at(&self, i: usize) -> Option<char> {
        self.characters[..self.n].get(i).copied()
    }

    /// The byte at which character `i` begins.
    fn byte(&self, i: usize) -> usize {
        self.bytes[i.min(self.n)]
    }
}

/// Whether a marker may begin with these bytes: a quick look, which passes some words.
#[inline]
pub(super) fn may_begin(bytes: &[u8]) -> bool {
    let Some(first) = bytes.first() else { return false };
    match first {
        b'0'..=b'9' | b'(' | b'[' | b'*' | b'_' | b'#' | b'-' | b'+' | b'>' | b'=' | 0x80.. => true,
        b'a'..=b'z' | b'A'..=b'Z' => match bytes.get(1) {
            Some(b')' | b'.' | b'-' | 0xe3 | 0xef) => true,
            Some(b'i' | b'v' | b'x' | b'I' | b'V' | b'X') => matches!(first, b'i' | b'v' | b'x' | b'I' | b'V' | b'X'),
            Some(b' ' | b'\t' | 0xc2) => *first == b'o',
            Some(b'0'..=b'9') => matches!(first, b'q' | b'Q'),
            _ => false,
        },
        _ => false,
    }
}

impl Marker {
    /// The marker at the beginning of the text, if there is one.
    pub(super) fn read(text: &str) -> Option<Self> {
        let first = char_at(text, 0)?;
        if is_letter_of_other_script(first) {
            // Words of other scripts are the rule; a letter that marks is followed by what closes the marker.
            let next = char_at(text, first.len_utf8())?;
            let may_mark = close(next).is_some() || next == '\u{640}' || numeral(next).is_some();
            if !may_mark {
                return None;
            }
        }
        let head = Head::new(text);
        bullet(&head).or_else(|| circled(&head)).or_else(|| counted(&head))
    }

    /// Whether it is a bullet.
    pub(super) fn is_bullet(&self) -> bool {
        matches!(self.style, Style::Bullet | Style::LineBullet | Style::LetterBullet)
    }

    /// What it may count.
    pub(super) fn readings(&self) -> impl Iterator<Item = (Kind, u32)> + '_ {
        self.readings.iter().flatten().copied()
    }
}

/// Whether this is a letter of one of the other scripts that have markers of their own. No digits.
fn is_letter_of_other_script(c: char) -> bool {
    matches!(c, '\u{370}'..='\u{65f}' | '\u{66a}'..='\u{6ef}' | '\u{6fa}'..='\u{6ff}') || is_han(c)
}

/// A bullet, with the box behind it: "- [ ]".
fn bullet(head: &Head) -> Option<Marker> {
    let first = head.at(0)?;
    let is_space = |i: usize| head.at(i).is_some_and(char::is_whitespace);
    let marker = |n: usize, style| Some(Marker { length: head.byte(n), readings: [None; 2], style });
    match first {
        '\u{2022}' | '\u{25aa}' | '\u{25ab}' | '\u{25cf}' | '\u{25e6}' | '\u{2023}' | '\u{2043}' | '\u{2756}'
        | '\u{27a2}' | '\u{27a4}' | '\u{25ba}' | '\u{25b8}' | '\u{25b6}' | '\u{25a0}' | '\u{25a1}' | '\u{25c6}'
        | '\u{f0b7}' | '\u{f0a7}' | '\u{f0d8}' => {
            // Emoji are these characters with a variation selector behind them.
            marker(1 + usize::from(head.at(1) == Some('\u{fe0f}')), Style::Bullet)
        }
        '\u{2713}' | '\u{2714}' | '\u{2705}' | '\u{2610}' | '\u{2611}' | '\u{2612}' | '\u{2192}' | '\u{21d2}'
        | '\u{2794}' | '\u{279c}' | '\u{25cb}' | '\u{2605}' | '\u{2666}' | '\u{b7}' | '\u{30fb}' => {
            marker(1 + usize::from(head.at(1) == Some('\u{fe0f}')), Style::LineBullet)
        }
        '-' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '*' | '+' | '>' if is_space(1) => {
            let is_box = head.at(2) == Some('[')
                && head.at(3).is_some_and(|c| matches!(c, ' ' | 'x' | 'X'))
                && head.at(4) == Some(']');
            marker(if is_box { 5 } else { 1 }, Style::LineBullet)
        }
        '-' | '=' if head.at(1) == Some('>') => marker(2, Style::LineBullet),
        '[' if head.at(1).is_some_and(|c| matches!(c, ' ' | 'x' | 'X')) && head.at(2) == Some(']') => {
            marker(3, Style::LineBullet)
        }
        'o' if is_space(1) => marker(1, Style::LetterBullet),
        _ => None,
    }
}

/// A number in a circle, in brackets or on a key, as one character.
fn circled(head: &Head) -> Option<Marker> {
    let first = head.at(0)?;
    let marker = |n: usize, value, kind| {
        let length = head.byte(n);
        Some(Marker { length, readings: [Some((kind, value)), None], style: Style::Enclosed })
    };
    let from = |base: u32| first as u32 - base + 1;
    match first {
        '\u{2460}'..='\u{2473}' => marker(1, from(0x2460), Kind::Number),
        '\u{2474}'..='\u{2487}' => marker(1, from(0x2474), Kind::Number),
        '\u{2488}'..='\u{249b}' => marker(1, from(0x2488), Kind::Number),
        '\u{2776}'..='\u{277f}' => marker(1, from(0x2776), Kind::Number),
        '\u{2780}'..='\u{2789}' => marker(1, from(0x2780), Kind::Number),
        '\u{278a}'..='\u{2793}' => marker(1, from(0x278a), Kind::Number),
        '\u{3220}'..='\u{3229}' => marker(1, from(0x3220), Kind::Han),
        '\u{3280}'..='\u{3289}' => marker(1, from(0x3280), Kind::Han),
        '1'..='9' => {
            let key = 1 + usize::from(head.at(1) == Some('\u{fe0f}'));
            let is_key = head.at(key) == Some('\u{20e3}');
            if is_key { marker(key + 1, first as u32 - '0' as u32, Kind::Number) } else { None }
        }
        _ => None,
    }
}

/// A marker that counts: what counts, and what closes it.
fn counted(head: &Head) -> Option<Marker> {
    // "**1.**": bold print as plain text has it.
    let n_stars = (0..3).take_while(|i| head.at(*i).is_some_and(|c| matches!(c, '*' | '_'))).count();
    let mut i = n_stars;
    let (open, prefix) = (opens(head.at(i)?), head.at(i)?);
    let is_prefixed = matches!(prefix, '#' | 'q' | 'Q');
    if open || is_prefixed && head.at(i + 1).is_some_and(|c| c.is_ascii_digit()) {
        i += 1;
    }
    let is_prefixed = is_prefixed && i > n_stars;
    let (mut readings, n) = body(head, i)?;
    i += n;
    let is_number = matches!(readings[0], Some((Kind::Number, _)));
    let mut n_levels = 1;
    if is_number && !open && !is_prefixed {
        (i, n_levels) = levels(head, i, &mut readings);
    }
    let (style, after) = closed(head, i, &readings, open, prefix, n_levels)?;
    i = after;
    i += (0..n_stars).take_while(|k| head.at(i + k).is_some_and(|c| matches!(c, '*' | '_'))).count();
    stands_alone(head, i, style, is_number).then_some(())?;
    if prefix == 'q' || prefix == 'Q' {
        readings = readings.map(|reading| reading.map(|(_, value)| (Kind::Question, value)));
    }
    Some(Marker { length: head.byte(i), readings, style })
}

/// "3.2.": the last level counts. Where the levels end, and how many there are. A level must be closed, "3.2.", or the
/// marker of a title, "3.2 Title"; "2.5 million" is a number.
fn levels(head: &Head, mut i: usize, readings: &mut Readings) -> (usize, usize) {
    let mut n_levels = 1;
    while matches!(head.at(i), Some('.' | '\u{ff0e}')) {
        let Some(([Some((Kind::Number, value)), _], n)) = body(head, i + 1) else { break };
        let closes = match head.at(i + 1 + n) {
            Some('.' | ')' | '\u{ff0e}') => true,
            Some(c) if c.is_whitespace() => head.at(i + 2 + n).is_some_and(char::is_uppercase),
            _ => false,
        };
        if !closes {
            break;
        }
        *readings = [Some((Kind::Number, value)), None];
        i += 1 + n;
        n_levels += 1;
    }
    (i, n_levels)
}

/// How the marker whose body ends before `i` is closed, and where.
fn closed(
    head: &Head,
    i: usize,
    readings: &Readings,
    open: bool,
    prefix: char,
    n_levels: usize,
) -> Option<(Style, usize)> {
    let is_number = matches!(readings[0], Some((Kind::Number, _)));
    let is_space = |i: usize| head.at(i).is_none_or(char::is_whitespace);
    let Some(c) = head.at(i) else { return (prefix == '#').then_some((Style::Hash, i)) };
    if open {
        let style = if matches!(close(c)?, Style::Bracket) { Style::Enclosed } else { return None };
        // "(1)." has one stop too many.
        let stop = usize::from(head.at(i + 1) == Some('.') && is_space(i + 2));
        return Some((style, i + 1 + stop));
    }
    if prefix == '#' && c.is_whitespace() {
        return Some((Style::Hash, i));
    }
    if c.is_whitespace() && is_number {
        let is_dash = head.at(i + 1).is_some_and(|c| matches!(c, '-' | '\u{2013}' | '\u{2014}')) && is_space(i + 2);
        let ends_number = head.at(i + 3).is_none_or(|c| !c.is_numeric());
        return if n_levels > 1 {
            Some((Style::Title, i))
        } else {
            (is_dash && ends_number && head.at(i + 2).is_some()).then_some((Style::Bare, i + 2))
        };
    }
    // "1st:" and the like.
    let suffix = if is_number { ordinal_suffix(head, i) } else { 0 };
    let i = i + suffix;
    let style = close(head.at(i)?)?;
    if suffix > 0 && !matches!(style, Style::Colon | Style::Bracket | Style::Dash) {
        return None;
    }
    match style {
        Style::Stop if head.at(i + 1) == Some('-') => Some((Style::Stop, i + 2)),
        Style::Slash | Style::Colon | Style::Degree if !is_number => None,
        // "1.º"
        Style::Stop if matches!(head.at(i + 1), Some('\u{ba}' | '\u{aa}')) => Some((Style::Degree, i + 2)),
        _ => Some((style, i + 1)),
    }
}

/// The length of "st", "nd", "er", "-й" behind a number, in characters.
fn ordinal_suffix(head: &Head, i: usize) -> usize {
    const SUFFIXES: [&str; 10] = ["st", "nd", "rd", "th", "er", "re", "e", "ère", "-е", "-й"];
    let matches = |suffix: &&str| suffix.chars().enumerate().all(|(k, c)| head.at(i + k) == Some(c));
    SUFFIXES.iter().filter(|suffix| matches(suffix)).map(|suffix| suffix.chars().count()).max().unwrap_or(0)
}

/// Whether what follows the marker at `i` lets it be one: white space, or a letter where the marker is told from text
/// without.
fn stands_alone(head: &Head, i: usize, style: Style, is_number: bool) -> bool {
    let Some(next) = head.at(i) else { return true };
    if next.is_whitespace() {
        return true;
    }
    let is_word = next.is_alphabetic() && numeral(next).is_none_or(|_| !matches!(style, Style::Comma));
    match style {
        Style::Title | Style::Bare | Style::Hash | Style::Bullet | Style::LineBullet | Style::LetterBullet => true,
        Style::Enclosed => !next.is_numeric() && next != '.' && next != ',',
        Style::Stop | Style::Bracket if is_number => !next.is_numeric() && next != '.' && next != ',',
        Style::Bracket => next.is_uppercase() || next >= '\u{370}' && next.is_alphabetic(),
        Style::Stop | Style::Dash => next >= '\u{590}' && next.is_alphabetic(),
        Style::Comma => is_word || !next.is_alphanumeric(),
        Style::Colon | Style::Slash | Style::Degree => next >= '\u{2e80}' && next.is_alphabetic(),
    }
}

/// Whether the bracket opens a marker.
fn opens(c: char) -> bool {
    matches!(c, '(' | '[' | '\u{ff08}' | '\u{3010}' | '\u{3014}')
}

/// How a marker is written that this character closes.
fn close(c: char) -> Option<Style> {
    Some(match c {
        ')' | ']' | '\u{ff09}' | '\u{3011}' | '\u{3015}' => Style::Bracket,
        '.' | '\u{ff0e}' | '\u{6d4}' => Style::Stop,
        '\u{3001}' => Style::Comma,
        '-' | '\u{2013}' | '\u{2014}' => Style::Dash,
        ':' | '\u{ff1a}' => Style::Colon,
        '/' => Style::Slash,
        '\u{b0}' | '\u{ba}' | '\u{aa}' => Style::Degree,
        _ => return None,
    })
}

/// What the body at `i` may count, and its length in characters.
fn body(head: &Head, i: usize) -> Option<(Readings, usize)> {
    let first = head.at(i)?;
    if let Some(digit) = digit(first) {
        let second = head.at(i + 1).and_then(self::digit);
        let is_long = second.is_some() && head.at(i + 2).and_then(self::digit).is_some();
        let (value, n) = second.map_or((digit, 1), |second| (10 * digit + second, 2));
        return (!is_long).then_some(([Some((Kind::Number, value)), None], n));
    }
    if first.is_ascii_alphabetic() {
        return latin(head, i);
    }
    if numeral(first).is_some() {
        return han(head, i);
    }
    let lower = first.to_lowercase().next()?;
    let place = |letters: &str| letters.chars().position(|letter| letter == lower).map(|place| place as u32 + 1);
    if let Some(value) = place("абвгдежзиклмнопрстуф") {
        return Some(([Some((Kind::Cyrillic, value)), None], 1));
    }
    if let Some(value) = place("甲乙丙丁戊己庚辛壬癸") {
        return Some(([Some((Kind::Han, value)), None], 1));
    }
    let bare = if lower == 'ا' { 'أ' } else { lower };
    let place = |letters: &str| letters.chars().position(|letter| letter == bare).map(|place| place as u32 + 1);
    let abjad = place("أبجدهوزحطيكلمن")?;
    // "هـ": the stroke keeps the letter from joining.
    let n = 1 + usize::from(head.at(i + 1) == Some('\u{640}'));
    Some(([Some((Kind::Abjad, abjad)), place("أبتثجحخدذرزس").map(|value| (Kind::Hija, value))], n))
}

/// A letter or a Roman number.
fn latin(head: &Head, i: usize) -> Option<(Readings, usize)> {
    let n = (0..6).take_while(|k| head.at(i + k).is_some_and(|c| c.is_ascii_alphabetic())).count();
    if n > 5 {
        return None;
    }
    let letter = |k: usize| head.at(i + k).map(|c| c.to_ascii_lowercase());
    let roman = (1..=20).find(|value| {
        let written = ROMAN[*value - 1];
        written.len() == n && written.chars().enumerate().all(|(k, c)| letter(k) == Some(c))
    });
    let roman = roman.map(|value| (Kind::Roman, value as u32));
    let letter = letter(0).filter(|_| n == 1).map(|c| (Kind::Letter, c as u32 - 'a' as u32 + 1));
    let readings = if roman.is_some() { [roman, letter] } else { [letter, None] };
    readings[0].is_some().then_some((readings, n))
}

const ROMAN: [&str; 20] = [
    "i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii", "xiii", "xiv", "xv", "xvi", "xvii",
    "xviii", "xix", "xx",
];

/// A Chinese number up to ninety-nine.
fn han(head: &Head, i: usize) -> Option<(Readings, usize)> {
    let (mut value, mut n) = (0, 0);
    while let Some(next) = head.at(i + n).and_then(numeral) {
        n += 1;
        value = match (value, next) {
            (0, next) => next,
            (tens @ 1..=9, 10) => 10 * tens,
            (tens, ones @ 1..=9) if tens % 10 == 0 => tens + ones,
            _ => return None,
        };
    }
    (n <= 3).then_some(([Some((Kind::Han, value)), None], n))
}

/// The value of a Chinese numeral.
fn numeral(c: char) -> Option<u32> {
    if !is_han(c) {
        return None;
    }
    "一二三四五六七八九十".chars().position(|numeral| numeral == c).map(|place| place as u32 + 1)
}

/// The value of a digit: of Europe, of East Asia (full width), of Arabic and of Persian.
fn digit(c: char) -> Option<u32> {
    let zero = match c {
        '0'..='9' => '0',
        '\u{660}'..='\u{669}' => '\u{660}',
        '\u{6f0}'..='\u{6f9}' => '\u{6f0}',
        '\u{ff10}'..='\u{ff19}' => '\u{ff10}',
        _ => return None,
    };
    Some(c as u32 - zero as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_are_told_from_words_and_numbers() {
        for (text, marker) in [
            ("1. x", "1."),
            ("12) x", "12)"),
            ("(a) x", "(a)"),
            ("iv) x", "iv)"),
            ("xviii. x", "xviii."),
            ("3.2. x", "3.2."),
            ("3.2 Title", "3.2"),
            ("1.x", "1."),
            ("1.- x", "1.-"),
            ("1 - x", "1 -"),
            ("1/ x", "1/"),
            ("1\u{b0} x", "1\u{b0}"),
            ("1.º x", "1.º"),
            ("1st: x", "1st:"),
            ("Q12: x", "Q12:"),
            ("#1 x", "#1"),
            ("[1] x", "[1]"),
            ("**1.** x", "**1.**"),
            ("**1. x**", "**1."),
            ("- [ ] x", "- [ ]"),
            ("\u{2022}x", "\u{2022}"),
            ("\u{2192} x", "\u{2192}"),
            ("o x", "o"),
            ("一、列车", "一、"),
            ("十二、列车", "十二、"),
            ("（一）列车", "（一）"),
            ("1、列车", "1、"),
            ("①列车", "①"),
            ("１．列车", "１．"),
            ("1\u{fe0f}\u{20e3} x", "1\u{fe0f}\u{20e3}"),
            ("甲、列车", "甲、"),
            ("١- القطارات", "١-"),
            ("١. القطارات", "١."),
            ("أ) القطارات", "أ)"),
            ("هـ) القطارات", "هـ)"),
            ("а) поезда", "а)"),
            ("б. поезда", "б."),
        ] {
            assert_eq!(Marker::read(text).and_then(|found| text.get(..found.length)), Some(marker), "{text}");
        }
    }

    #[test]
    fn words_and_numbers_are_no_markers() {
        for text in [
            "2.5 million",
            "2023. x",
            "word. x",
            "(and) x",
            "a b",
            "1.000",
            "",
            "2-х этажный",
            "1、2号线",
            "一、二年级",
            "一些",
            "10:30 x",
            "1/2 x",
            "20 - 30 x",
            "**bold** x",
            "old x",
            "(i.e. x",
            "-5 degrees",
            "поезда",
            "القطارات",
            "#tag x",
            "20 \u{b0}C",
        ] {
            assert_eq!(Marker::read(text), None, "{text}");
        }
    }

    #[test]
    fn a_quick_look_passes_every_marker() {
        for text in ["1. x", "a) x", "Iv. x", "o x", "Q1: x", "(a) x", "#1", "a\u{ff09}x", "А) x", "- x", "> x", "=> x"]
        {
            assert!(may_begin(text.as_bytes()), "{text}");
        }
        for text in ["word", "in time", "on x", "quick"] {
            assert!(!may_begin(text.as_bytes()), "{text}");
        }
    }
}
