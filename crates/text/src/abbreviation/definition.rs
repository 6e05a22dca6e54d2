//! The places of a text at which an abbreviation is defined.

use super::matching::{Passage, ShortForm};
use crate::Span;
use crate::resources::{Resource, lines};

/// What stands between a bracket and the short form it introduces.
const INTRODUCTIONS: Resource =
    Resource { name: "introductions.txt", text: include_str!("../../../../models/introductions.txt") };

/// What opens a bracket that holds an example, not a long form.
const ASIDES: Resource = Resource { name: "asides.txt", text: include_str!("../../../../models/asides.txt") };

/// The files that decide what a definition is.
pub(super) const FILES: [Resource; 2] = [INTRODUCTIONS, ASIDES];

/// How many bytes before a bracket, or in one, a long form is looked for.
const REACH: usize = 400;

/// A short form that stands before a bracket has at most this many bytes, quotation marks and all.
const SHORT_REACH: usize = 32;

/// A line at least this long, in bytes, was wrapped, not ended.
const WRAPPED_LINE: usize = 60;

/// A passage of this many white spaces separates: forms replace line breaks by it.
const SPACE_RUN: usize = 3;

/// One definition of an abbreviation.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Definition {
    /// The short form as written, without quotation marks: "SMEs".
    pub short: Span,
    /// What it stands for: "small and medium enterprises".
    pub long: Span,
}

/// Finds where a text says what an abbreviation stands for: "River Basin Agency (RBA)", "RBA (River Basin Agency)".
///
/// Brackets are round or square, also full-width. The short form in a bracket may stand in quotation marks, behind an
/// introduction ("or", "hereafter"), and before a comma, semicolon or colon. A short form before a bracket is one word.
/// A long form lies in the sentence and line of its bracket, and holds no bracket itself.
///
/// Precision goes before recall: in answers a bracket more often holds an aside than an abbreviation. Short forms whose
/// letters are few of the initials of their long forms ("XML", "BR" for "Radiocommunication Bureau") are not found, nor
/// any in a script without case.
///
/// # Guarantees
/// In the order of their short forms; spans lie on character boundaries; the two of a definition do not overlap.
///
/// # Cost
/// Linear in the length of the text: a few hundred bytes are read on either side of a bracket.
///
/// # Source
/// A. S. Schwartz, M. A. Hearst (2003): A simple algorithm for identifying abbreviation definitions in biomedical text.
/// Pacific Symposium on Biocomputing 8, 451-462.
pub fn definitions(text: &str) -> Vec<Definition> {
    let mut definitions = Vec::new();
    let (mut round, mut square) = (Vec::new(), Vec::new());
    for (at, c) in text.char_indices() {
        let opened = match c {
            '(' | '\u{ff08}' => {
                round.push((at, at + c.len_utf8()));
                continue;
            }
            '[' | '\u{ff3b}' => {
                square.push((at, at + c.len_utf8()));
                continue;
            }
            ')' | '\u{ff09}' => round.pop(),
            ']' | '\u{ff3d}' => square.pop(),
            _ => None,
        };
        if let Some((open, content)) = opened
            && at - content <= REACH
        {
            let bracket = Bracket { text, open, content, close: at };
            definitions.extend(bracket.short_form_within().or_else(|| bracket.long_form_within()));
        }
    }
    definitions.sort_unstable();
    definitions.dedup();
    definitions
}

/// A pair of brackets.
struct Bracket<'t> {
    text: &'t str,
    /// Where the opening bracket stands.
    open: usize,
    /// One past the opening bracket.
    content: usize,
    /// Where the closing bracket stands.
    close: usize,
}

impl Bracket<'_> {
    /// "long form (short form)".
    fn short_form_within(&self) -> Option<Definition> {
        let (start, end) = self.introduced();
        let end = start + self.text[start..end].find(ends_clause).unwrap_or(end - start);
        let (start, end) = trimmed(self.text, start, end, is_wrapping);
        let short = ShortForm::parse(&self.text[start..end])?;
        let (from, to) = passage_before(self.text, self.open, short.max_words());
        let from = short.begin_of_long_form(&Passage::read(self.text, from, to))?;
        self.defined((start, end), (from, to))
    }

    /// "short form (long form)".
    fn long_form_within(&self) -> Option<Definition> {
        let (start, end) = word_before(self.text, self.open)?;
        let short = ShortForm::parse(&self.text[start..end])?;
        let (from, to) = self.introduced();
        let content = &self.text[from..to];
        if lines(ASIDES.text).any(|aside| without_opening(content, aside).is_some()) {
            return None;
        }
        // A comma may end the long form or stand in it: "FAO (Food and Agriculture Organization, Rome)".
        let ends = [content.find(ends_clause), content.find(|c| ends_clause(c) && c != ',')];
        ends.into_iter().find_map(|stop| {
            let (from, to) = trimmed(self.text, from, stop.map_or(to, |stop| from + stop), |c| !c.is_alphanumeric());
            let is_long_form = from < to && short.is_short_for(&Passage::read(self.text, from, to));
            if is_long_form { self.defined((start, end), (from, to)) } else { None }
        })
    }

    /// The definition, unless its long form is an address, a file name or code: `User` (`users/index.html`).
    fn defined(&self, short: (usize, usize), long: (usize, usize)) -> Option<Definition> {
        let passage = &self.text[long.0..long.1];
        let is_name_of_file =
            passage.split('.').skip(1).any(|rest| rest.chars().take(2).filter(|c| c.is_alphanumeric()).count() == 2);
        let is_code = is_name_of_file || passage.contains(['#', '<', '=', '>', '@', '\\', '_', '{', '}', '$']);
        (!is_code).then(|| Definition { short: Span::new(short.0, short.1), long: Span::new(long.0, long.1) })
    }

    /// What stands between the brackets, without introductions and quotation marks.
    fn introduced(&self) -> (usize, usize) {
        let (mut start, end) = trimmed(self.text, self.content, self.close, is_wrapping);
        // One may follow another: "(or the CoCo)". Of two that fit the longer stands.
        while let Some(rest) = lines(INTRODUCTIONS.text)
            .filter_map(|introduction| without_opening(&self.text[start..end], introduction))
            .filter(|rest| rest.contains(char::is_alphanumeric))
            .min_by_key(|rest| rest.len())
        {
            start = trimmed(self.text, end - rest.len(), end, is_wrapping).0;
        }
        (start, end)
    }
}

/// The passage that ends before a bracket: at most `max_words` words of its sentence.
fn passage_before(text: &str, open: usize, max_words: usize) -> (usize, usize) {
    let is_gap = |c: char| c.is_whitespace() || is_quote(c) || matches!(c, ',' | '*' | '_');
    let end = text[..open].char_indices().rev().take(SHORT_REACH).find(|(_, c)| !is_gap(*c));
    let Some(end) = end.map(|(at, c)| at + c.len_utf8()) else {
        return (open, open);
    };
    let (mut start, mut words, mut spaces) = (end, 0, 0);
    // The character behind the one looked at, and the first behind it that is no white space.
    let (mut next, mut next_visible) = (' ', ' ');
    for (at, c) in text[..end].char_indices().rev() {
        spaces = if c.is_whitespace() { spaces + 1 } else { 0 };
        let stops = end - at > REACH
            || spaces >= SPACE_RUN
            || match c {
                '(' | ')' | '[' | ']' | '\u{ff08}' | '\u{ff09}' | '\u{ff3b}' | '\u{ff3d}' => true,
                '.' => next.is_whitespace() && !next_visible.is_lowercase() && !is_short_token(&text[..at]),
                '\u{2026}' => next.is_whitespace() && !next_visible.is_lowercase(),
                ',' | '\u{ff0c}' => false,
                '\u{2013}' | '-' => next.is_whitespace() && text[..at].ends_with(char::is_whitespace),
                '\n' => !is_wrapped(&text[..at]),
                _ => {
                    ends_clause(c)
                        || matches!(c, '!' | '?' | '\u{3002}' | '\u{ff01}' | '\u{ff1f}' | '|' | '\t' | '\u{2022}')
                }
            };
        if stops {
            break;
        }
        if c.is_whitespace() && !next.is_whitespace() {
            words += 1;
            if words == max_words {
                break;
            }
        }
        if !c.is_whitespace() {
            start = at;
            next_visible = c;
        }
        next = c;
    }
    (start, end)
}

/// The word that stands before a bracket, without quotation marks.
fn word_before(text: &str, open: usize) -> Option<(usize, usize)> {
    let before = text[..open].trim_end();
    let mut reach = before.char_indices().rev().take_while(|(at, _)| before.len() - at <= SHORT_REACH);
    let mut start = before.len();
    let ended = reach.find(|(at, c)| {
        let ends = c.is_whitespace() || matches!(c, '(' | '[' | ')' | ']');
        start = if ends { start } else { *at };
        ends
    });
    if ended.is_none() && start > 0 {
        return None;
    }
    let (start, end) = trimmed(text, start, before.len(), is_wrapping);
    (start < end).then_some((start, end))
}

/// Whether a full stop behind this text ends no sentence: "St.", "U.S.", "5.".
fn is_short_token(before: &str) -> bool {
    before.chars().rev().take(3).take_while(|c| c.is_alphanumeric()).count() <= 2
}

/// Whether the line that ends here was wrapped.
fn is_wrapped(before: &str) -> bool {
    let mut line = before.char_indices().rev().take_while(|(_, c)| *c != '\n');
    line.any(|(at, _)| before.len() - at >= WRAPPED_LINE)
}

/// Characters that end a long form, and what is said in a bracket of a short form.
fn ends_clause(c: char) -> bool {
    matches!(
        c,
        ',' | ';'
            | ':'
            | '('
            | '['
            | '\u{2014}'
            | '\u{ff08}'
            | '\u{ff3b}'
            | '\u{ff0c}'
            | '\u{ff1a}'
            | '\u{ff1b}'
            | '\u{61b}'
    )
}

fn is_quote(c: char) -> bool {
    matches!(c, '"' | '\'' | '`' | '\u{ab}' | '\u{bb}' | '\u{2018}'..='\u{201f}' | '\u{2039}' | '\u{203a}' | '\u{300c}'..='\u{300f}')
}

/// What may stand around a short form, or between it and its introduction.
fn is_wrapping(c: char) -> bool {
    c.is_whitespace()
        || is_quote(c)
        || matches!(c, '-' | '\u{2010}'..='\u{2015}' | ':' | ',' | '*' | '_' | '=' | '\u{ff0c}' | '\u{ff1a}')
}

/// The part of a passage that neither begins nor ends with a character of this kind.
fn trimmed(text: &str, start: usize, end: usize, is_outside: impl Fn(char) -> bool) -> (usize, usize) {
    let kept = text[start..end].trim_end_matches(&is_outside);
    let end = start + kept.len();
    (end - kept.trim_start_matches(&is_outside).len(), end)
}

/// The rest of a passage that begins with these words, in whatever case.
fn without_opening<'t>(passage: &'t str, words: &str) -> Option<&'t str> {
    let mut rest = passage.chars();
    for expected in words.chars() {
        let found = rest.next()?;
        let found = if found == '\u{2019}' { '\'' } else { found };
        if found != expected && !found.to_lowercase().eq([expected]) {
            return None;
        }
    }
    // Nothing need stand between an apostrophe or a Chinese word and what follows.
    let binds = !words.ends_with(char::is_lowercase);
    let rest = rest.as_str();
    (binds || !rest.starts_with(char::is_alphanumeric)).then_some(rest)
}
