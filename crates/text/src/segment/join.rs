//! The second pass: joins fragments to what they belong to.

use super::cutter::{Boundary, Piece};
use super::place::char_at;
use super::wording::{Connective, Wording};
use crate::Span;

/// A passage no longer than this, in characters, that opens with "for example" belongs to what it illustrates; a longer one
/// says something of its own.
const SHORT_EXAMPLE: usize = 60;

/// A label is followed by its colon within this many bytes of white space.
const LABEL_GAP: usize = 2;

/// Joins the pieces that are fragments to the one before them; the spans of the points.
pub(super) fn join(text: &str, pieces: &[Piece], wording: &Wording) -> Vec<Span> {
    let mut points: Vec<Span> = Vec::with_capacity(pieces.len());
    let mut opens_with_label = false;
    for piece in pieces {
        let passage = piece.span.of(text).unwrap_or_default();
        let is_labelled = is_labelled(passage, wording);
        let joins = (is_labelled && !opens_with_label && piece.opened_by != Boundary::Number)
            || !piece.opened_by.begins_item() && is_fragment(text, piece, passage, wording);
        match points.last_mut() {
            Some(last) if joins => last.end = piece.span.end,
            _ => {
                // Labels beside each other, "Budget: ... Timeline: ...", are no pair: none belongs to another.
                opens_with_label = is_labelled;
                points.push(piece.span);
            }
        }
    }
    points
}

/// Whether the passage opens with a label that belongs to what stands before it: "KPI: ...".
fn is_labelled(passage: &str, wording: &Wording) -> bool {
    let Some((length, ())) = wording.labels.at(passage) else { return false };
    let rest = &passage[length..];
    let label = rest.trim_start_matches([' ', '\u{a0}', '\u{202f}', '*', '_']);
    match label.chars().next() {
        Some(':' | '\u{ff1a}') => rest.len() - label.len() <= LABEL_GAP,
        Some(dash @ ('-' | '\u{2013}' | '\u{2014}')) => {
            label.len() < rest.len() && char_at(label, dash.len_utf8()).is_some_and(char::is_whitespace)
        }
        _ => false,
    }
}

/// Whether a piece that is no item of a list says nothing by itself.
fn is_fragment(text: &str, piece: &Piece, passage: &str, wording: &Wording) -> bool {
    if matches!(piece.opened_by, Boundary::Start | Boundary::Paragraph) {
        return false;
    }
    if is_enclosed(text, piece.span) {
        return true;
    }
    match wording.connectives.at(passage) {
        Some((_, Connective::Continues)) => return true,
        Some((_, Connective::Illustrates)) if passage.chars().nth(SHORT_EXAMPLE).is_none() => return true,
        Some((length, Connective::Trails)) if passage[length..].chars().all(|c| !c.is_alphanumeric()) => return true,
        _ => {}
    }
    let n_words = passage.split_whitespace().take(3).count();
    piece.opened_by == Boundary::Sentence && n_words == 2 && wording.are_function_words(passage)
}

/// Whether the whole passage stands in brackets: "(as agreed in 2019)."
fn is_enclosed(text: &str, span: Span) -> bool {
    let passage = span.of(text).unwrap_or_default();
    let inner = passage.trim_end_matches(['.', '!', '?', '\u{3002}', ',']);
    let (Some(open), Some(close)) = (inner.chars().next(), inner.chars().next_back()) else { return false };
    let closes = match open {
        '(' => ')',
        '[' => ']',
        '\u{ff08}' => '\u{ff09}',
        _ => return false,
    };
    let inside = inner.strip_prefix(open).and_then(|inner| inner.strip_suffix(close));
    close == closes && inside.is_some_and(|inside| !inside.contains([open, close]))
}
