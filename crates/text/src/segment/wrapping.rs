//! Lines that were wrapped, not ended.

use super::place::{char_at, char_before, is_caseless, word_at, word_before};
use super::wording::{Connective, Wording};

/// A line at least this long, in characters, that ends without punctuation was wrapped, not ended.
const WRAPPED_LINE: usize = 60;

/// A line at least this long may have been wrapped, if the words where it ends speak for it.
const LONG_LINE: usize = 30;

/// The end of a line, or a run of spaces inside one, and the text behind it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gap {
    /// Where the line begins.
    pub(super) line: usize,
    /// Where the gap begins.
    pub(super) start: usize,
    /// Where it ends.
    pub(super) end: usize,
    /// Whether it is a line break.
    pub(super) is_break: bool,
    /// Whether the stop of an abbreviation stands before it.
    pub(super) abbreviated: bool,
}

impl Gap {
    /// How long the line before it is, in characters, up to a length that counts as long.
    fn line_length(&self, text: &str) -> usize {
        text.get(self.line..self.start).unwrap_or_default().chars().take(WRAPPED_LINE).count()
    }

    /// Whether a long line ends in it without punctuation.
    pub(super) fn follows_open_line(&self, text: &str) -> bool {
        let is_open = char_before(text, self.start).is_some_and(|c| c.is_alphanumeric() || c == ',');
        self.is_break && is_open && self.line_length(text) == WRAPPED_LINE
    }

    /// Whether it only interrupts a sentence: a word is hyphenated; the line is long and a small letter follows; or the
    /// words on either side cannot end and begin what stands there.
    pub(super) fn interrupts(&self, text: &str, wording: &Wording) -> bool {
        let (Some(before), Some(after)) = (char_before(text, self.start), char_at(text, self.end)) else {
            return false;
        };
        let length = self.line_length(text);
        let is_small = after.is_lowercase();
        if self.abbreviated {
            return self.is_break && (is_small || after.is_numeric() || length >= LONG_LINE);
        }
        if matches!(before, '-' | '\u{2010}' | '\u{ad}') {
            let hyphen = self.start - before.len_utf8();
            return self.is_break && is_small && char_before(text, hyphen).is_some_and(char::is_alphabetic);
        }
        let goes_on = || {
            let word = word_at(text, self.end);
            wording.connective(word) == Some(Connective::Joins)
                || length >= LONG_LINE && wording.is_function_word(word) && word != word_at(text, self.line)
        };
        if matches!(before, ',' | '\u{60c}' | '\u{3001}' | '\u{ff0c}') {
            return is_small && (length >= LONG_LINE || goes_on()) || is_caseless(after) && length >= LONG_LINE;
        }
        if before == '(' {
            return true;
        }
        if !before.is_alphanumeric() && !matches!(before, '\'' | '\u{2019}') {
            return false;
        }
        let last = word_before(text, self.start, |c| matches!(c, '\'' | '\u{2019}'));
        let breaks_off = last.chars().all(|c| !c.is_uppercase()) && wording.is_function_word(last);
        if is_small {
            return breaks_off || self.is_break && (length == WRAPPED_LINE || goes_on());
        }
        self.is_break && length == WRAPPED_LINE && (breaks_off || is_caseless(after) && goes_on())
    }
}
