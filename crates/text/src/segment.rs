//! Cuts a text into points: idea units, each a byte span of the original.
//!
//! Two passes. `cutter` cuts at line breaks, list markers, ordinal words, runs of three or more spaces, semicolons and
//! sentence ends; `join` puts fragments back to what they belong to. What lies between two points holds only white space,
//! punctuation, list markers, ordinal words such as "First," and lone words that join, such as the "and" of "...; and 3. ...".

mod brackets;
mod cutter;
mod join;
mod lookahead;
mod marker;
mod place;
mod sentence;
mod sequence;
#[cfg(test)]
mod tests;
pub(crate) mod wording;
mod wrapping;

use crate::{Resources, Span};
use marker::Marker;
use place::{WhiteSpace, char_before, is_alphanumeric, is_break, separates};

/// Cuts a text into its points.
///
/// # Guarantees
/// Spans are in order, do not overlap, lie on character boundaries, and begin and end with no white space. A text with a
/// letter or digit has at least one point, any other none. A letter or digit outside of all points belongs to a list
/// marker, an ordinal word or a lone word that joins.
///
/// # Cost
/// Linear in the length of the text, whatever it holds: every look ahead or back is bounded by a constant.
///
/// # Example
/// ```
/// use canvass_text::{Resources, segment};
///
/// let resources = Resources::load()?;
/// let text = "First, more trains (at night; on Sundays), second, cheaper tickets. KPI: 5 a day";
/// let points: Vec<&str> = segment(text, &resources).iter().filter_map(|span| span.of(text)).collect();
/// assert_eq!(points, ["more trains (at night; on Sundays)", "cheaper tickets. KPI: 5 a day"]);
/// # Ok::<(), canvass_text::ResourceError>(())
/// ```
pub fn segment(text: &str, resources: &Resources) -> Vec<Span> {
    let wording = resources.wording();
    let pieces = cutter::cut(text, wording);
    if pieces.is_empty() {
        return whole(text).into_iter().collect();
    }
    join::join(text, &pieces, wording)
}

/// The text as one point, without white space and separators at its ends; nothing if it has no letter or digit.
pub(crate) fn whole(text: &str) -> Option<Span> {
    trimmed(text, 0, text.len())
}

/// How far behind a point its colon is looked for, and how far before one its marker, in bytes.
const LEAD_REACH: usize = 16;

/// Whether a point only leads to what follows it: a colon stands behind it, or it ends with no stop and a list begins.
///
/// "Two things are needed:" leads in; "trains" in "- trains" does not, though another bullet follows.
pub fn leads_in(text: &str, point: Span) -> bool {
    let (start, end) = (point.start as usize, point.end as usize);
    let Some(behind) = text.get(end..) else { return false };
    let ending: String = behind
        .chars()
        .take(LEAD_REACH)
        .take_while(|c| separates(*c) || matches!(c, '*' | '_' | ' ' | '\u{a0}'))
        .collect();
    if ending.contains([':', '\u{ff1a}']) {
        return true;
    }
    if char_before(text, end).is_none_or(|c| !c.is_alphanumeric() && !matches!(c, ')' | '"' | '\u{201d}' | '\u{bb}')) {
        return false;
    }
    let next = WhiteSpace::at(text, end + ending.len()).end;
    let begins_list = text.get(next..).and_then(Marker::read).is_some_and(|marker| {
        let is_first_bullet = marker.is_bullet() && !stands_behind_marker(text, start);
        is_first_bullet || marker.readings().any(|(_, value)| value == 1)
    });
    begins_list && next > end
}

/// Whether something stands between the beginning of the line and byte `at`.
fn stands_behind_marker(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default().chars().rev().take(LEAD_REACH);
    before.take_while(|c| !is_break(*c)).any(|c| !c.is_whitespace())
}

/// The span from `start` to `end` without white space, list bullets and separators at its ends; nothing if no letter or
/// digit is left.
fn trimmed(text: &str, start: usize, end: usize) -> Option<Span> {
    let passage = text.get(start..end)?;
    let separates = |c: char| c.is_whitespace() || separates(c) || matches!(c, '\u{feff}' | '\u{2022}' | '\u{b7}');
    let is_dash = |c: char| matches!(c, '-' | '\u{2013}' | '\u{2014}');
    let begins = |c: char| separates(c) || is_dash(c) || matches!(c, '.' | ')' | '\u{ff09}' | '\u{3002}');
    let mut left = passage.trim_start_matches(begins);
    // A star that no other closes is a bullet.
    if let Some(rest) = left.strip_prefix('*').filter(|rest| !rest.trim_start_matches('*').contains('*')) {
        left = rest.trim_start_matches(|c: char| c == '*' || begins(c));
    }
    let kept = left.trim_end_matches(|c: char| separates(c) || is_dash(c));
    let from = start + passage.len() - left.len();
    kept.chars().any(is_alphanumeric).then(|| Span::new(from, from + kept.len()))
}
