//! Where a sentence ends.

use super::place::{char_at, char_before, is_caseless, is_closing, is_in_address, is_opening, word_at, word_before};
use super::wording::Wording;
use crate::han::is_han_character as is_han;

/// What a stop does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Stop {
    /// It ends a sentence, which takes up the bytes before this one: quotation marks and brackets that close belong to it.
    Ends(usize),
    /// It ends none; the text goes on here.
    GoesOn(usize),
    /// It belongs to an abbreviation; the text goes on here.
    Abbreviates(usize),
}

/// How far ahead the next letter is looked for, in characters.
const REACH: usize = 64;

/// What the stop that begins at byte `at` does.
pub(super) fn read(text: &str, at: usize, wording: &Wording) -> Stop {
    let (stop_end, only_wide, is_single) = stops(text, at);
    let end = closing(text, stop_end);
    if only_wide {
        return Stop::Ends(end);
    }
    let Some(next) = char_at(text, end) else { return Stop::Ends(end) };
    let first = char_at(text, at).unwrap_or_default();
    if !next.is_whitespace() {
        return if end == stop_end && ends_without_space(text, at, end, next) {
            Stop::Ends(end)
        } else {
            Stop::GoesOn(end)
        };
    }
    let following = next_letter(text, end);
    let runs_on = following.is_some_and(|(_, c)| c.is_lowercase());
    let is_full_stop = first == '.' && is_single;
    if !is_full_stop {
        // "..." trails off inside a sentence unless a capital follows; "Why?" she asked.
        let trails = matches!(first, '.' | '\u{2026}');
        return if runs_on && (trails || end > stop_end) { Stop::GoesOn(end) } else { Stop::Ends(end) };
    }
    if runs_on && end > stop_end {
        return Stop::GoesOn(end);
    }
    behind_word(text, at, following, wording)
        .map_or(Stop::Ends(end), |abbreviates| if abbreviates { Stop::Abbreviates(end) } else { Stop::GoesOn(end) })
}

/// Where a run of stops ends, whether one among them ends a sentence by itself, and whether the run is one full stop.
fn stops(text: &str, at: usize) -> (usize, bool, bool) {
    let (mut end, mut n, mut wide) = (at, 0, false);
    loop {
        match char_at(text, end) {
            Some(c @ ('.' | '!' | '?' | '\u{2026}')) => end += c.len_utf8(),
            Some(c) if is_wide_stop(c) => {
                // A full stop of full width between digits is a decimal one.
                let digits = c == '\u{ff0e}'
                    && char_before(text, end).is_some_and(char::is_numeric)
                    && char_at(text, end + c.len_utf8()).is_some_and(char::is_numeric);
                end += c.len_utf8();
                wide |= !digits;
            }
            // ". . ."
            Some(' ') if n > 0 && text.as_bytes().get(end + 1) == Some(&b'.') => end += 2,
            _ => return (end, wide, n == 1),
        }
        n += 1;
    }
}

/// Stops of scripts that need no white space behind them.
pub(super) fn is_wide_stop(c: char) -> bool {
    matches!(
        c,
        '\u{3002}' | '\u{ff01}' | '\u{ff1f}' | '\u{ff0e}' | '\u{ff61}' | '\u{61f}' | '\u{6d4}' | '\u{964}' | '\u{965}'
    )
}

/// The place behind the quotation marks and brackets that close at `at`; French puts a space before its own.
fn closing(text: &str, at: usize) -> usize {
    let mut end = at;
    loop {
        match char_at(text, end) {
            Some(c) if is_closing(c) => end += c.len_utf8(),
            // What opens a quotation in English closes one in German.
            Some(c @ ('\u{201c}' | '\u{2018}'))
                if char_at(text, end + c.len_utf8()).is_none_or(char::is_whitespace) =>
            {
                end += c.len_utf8();
            }
            Some(c @ (' ' | '\u{a0}' | '\u{202f}')) if char_at(text, end + c.len_utf8()) == Some('\u{bb}') => {
                end += c.len_utf8() + '\u{bb}'.len_utf8();
            }
            _ => return end,
        }
    }
}

/// Whether a stop that no white space follows ends a sentence all the same: "¡Sí!¿Cuándo?", "needed.The fee".
fn ends_without_space(text: &str, at: usize, end: usize, next: char) -> bool {
    if matches!(next, '\u{bf}' | '\u{a1}') {
        return true;
    }
    if is_han(next) {
        return char_before(text, at).is_some_and(is_han);
    }
    let is_full_stop = text.as_bytes().get(at) == Some(&b'.');
    if !next.is_uppercase() || is_full_stop && end > at + 1 || is_in_address(text, at) {
        return false;
    }
    let word = word_before(text, at, |c| matches!(c, '.' | '-' | '_' | '/'));
    let is_plain = word.chars().all(char::is_lowercase) && word.chars().nth(2).is_some();
    let then = char_at(text, end + next.len_utf8());
    (!is_full_stop || is_plain) && then.is_none_or(|c| c.is_lowercase() || c.is_whitespace())
}

/// The first character at or after `at` that is neither white space nor a quotation mark, and where it is.
fn next_letter(text: &str, at: usize) -> Option<(usize, char)> {
    let mut ahead = text.get(at..)?.char_indices().take(REACH);
    ahead.find(|(_, c)| !c.is_whitespace() && !is_closing(*c) && !is_opening(*c)).map(|(offset, c)| (at + offset, c))
}

/// What the word before a full stop makes of it: nothing if a sentence ends, or whether it is an abbreviation's.
fn behind_word(text: &str, at: usize, following: Option<(usize, char)>, wording: &Wording) -> Option<bool> {
    let word = word_before(text, at, |c| matches!(c, '.' | '-' | '\'' | '\u{2019}' | '\u{b0}'));
    let (_, next) = following?;
    if wording.is_abbreviation(word, next.is_numeric()) {
        return Some(true);
    }
    let runs_on = next.is_lowercase();
    // "J." and "U.N." stand before names; a function word with a capital begins a sentence.
    let begins_sentence = || {
        let (place, _) = following.unwrap_or_default();
        let following = word_at(text, place);
        // "J. A. Smith": the "A" is another initial.
        char_at(text, place + following.len()) != Some('.') && wording.is_function_word(following)
    };
    if is_initials(word) {
        let is_upper = word.chars().next().is_some_and(char::is_uppercase);
        let is_lone = word.chars().nth(1).is_none();
        let goes_on =
            runs_on || next.is_numeric() || (is_upper || is_lone) && next.is_uppercase() && !begins_sentence();
        return goes_on.then_some(false);
    }
    let n_characters = word.chars().take(3).count();
    let is_cut_short = n_characters < 3 || word.eq_ignore_ascii_case("etc") || has_no_vowel(word);
    (runs_on && (is_cut_short || word.contains('.'))).then_some(false)
}

/// Whether the word is letters with a stop behind each but the last: "J", "U.N", "p.m".
fn is_initials(word: &str) -> bool {
    !word.is_empty()
        && word.split('.').all(|part| {
            let mut characters = part.chars();
            let first = characters.next();
            first.is_some_and(|c| c.is_alphabetic() && !is_caseless(c)) && characters.next().is_none()
        })
}

/// Whether a word in small letters has no vowel, as only abbreviations do: "mgmt". Told for Latin and Cyrillic letters.
fn has_no_vowel(word: &str) -> bool {
    let is_consonant = |c: char| {
        matches!(c, 'b'..='z' if !matches!(c, 'e' | 'i' | 'o' | 'u' | 'y'))
            || matches!(c, 'а'..='я' if !matches!(c, 'а' | 'е' | 'и' | 'о' | 'у' | 'ы' | 'э' | 'ю' | 'я'))
    };
    !word.is_empty() && word.chars().all(is_consonant)
}
