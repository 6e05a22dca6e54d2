//! What lies ahead of a marker inside a sentence: whether it is one of a list.

use super::marker::{Kind, Marker};
use super::place::{char_before, is_break, word_before};
use super::wording::Wording;

/// How far ahead the next of a list is looked for, in bytes.
const LIST_REACH: usize = 600;

/// How many characters that may close the next marker are looked at.
const MOST_CANDIDATES: usize = 16;

/// Nothing that counts in a marker is longer, in bytes: "xviii", "十二".
const LONGEST_BODY: usize = 9;

/// What lies ahead of byte `from` within reach.
fn ahead(text: &str, from: usize) -> &str {
    let mut to = (from + LIST_REACH).min(text.len());
    while !text.is_char_boundary(to) {
        to -= 1;
    }
    text.get(from..to).unwrap_or_default()
}

/// Whether the marker stands again ahead, and better: where a line begins or behind a stop.
pub(super) fn is_repeated(text: &str, at: usize, behind: usize) -> bool {
    let (marker, ahead) = (&text[at..behind], ahead(text, behind));
    ahead.match_indices(marker).any(|(offset, _)| {
        let before = ahead[..offset].trim_end();
        let gap = &ahead[before.len()..offset];
        gap.contains(is_break) || !gap.is_empty() && before.ends_with(['.', ';', ':', '?', '!'])
    })
}

/// Whether the next of the list stands ahead, with something to say in between.
pub(super) fn is_continued(
    text: &str,
    at: usize,
    behind: usize,
    (kind, value): (Kind, u32),
    wording: &Wording,
) -> bool {
    let ahead = ahead(text, behind);
    let close = text[at..behind].chars().next_back();
    ahead.match_indices(|c| Some(c) == close).take(MOST_CANDIDATES).any(|(offset, close)| {
        let body = word_before(ahead, offset, |_| false);
        if body.is_empty() || body.len() > LONGEST_BODY {
            return false;
        }
        let start = offset - body.len();
        let start =
            start - char_before(ahead, start).filter(|c| matches!(c, '(' | '[' | '\u{ff08}')).map_or(0, char::len_utf8);
        let is_next = Marker::read(&ahead[start..]).is_some_and(|marker| {
            start + marker.length >= offset + close.len() && marker.readings().any(|next| next == (kind, value + 1))
        });
        is_next && !wording.are_function_words(&ahead[..start])
    })
}
