//! One form for what is written alike: Unicode knows several ways to write most letters.
//!
//! The form is NFKC (Unicode Standard Annex 15): a letter and its accent are one character, ligatures and full-width letters are the plain
//! ones, a no-break space is a space. Beyond that, characters that show nothing are left out (soft hyphens, joiners,
//! marks of direction), and an apostrophe is `'` however it is typed.

use crate::Span;
use unicode_normalization::char::{canonical_combining_class, decompose_compatible};
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// Whether the words of a text are those of its normal form, up to case and apostrophes: most texts are written so.
///
/// # Guarantees
/// If so, every boundary between words is one of the normal form, too, in the same place.
///
/// # Cost
/// Of ASCII a look at each eighth byte; else a few comparisons a character.
pub(crate) fn is_plain(text: &str) -> bool {
    if text.is_ascii() {
        return true;
    }
    // What a sign that is not its own normal form stands before may be a mark, and then a word begins with the sign.
    let mut follows_sign = false;
    text.chars().all(|c| {
        let is_plain = is_common(c) || !follows_sign && is_normal(c);
        follows_sign = matches!(c, '\u{2011}' | '\u{2026}');
        is_plain
    })
}

/// Whether a character is one of many that no normal form changes, or one whose change no word shows; no mark is.
fn is_common(c: char) -> bool {
    matches!(c,
        // Of Latin-1 the signs that are no part of words in any form; then letters but for ligatures and the long s.
        '\0'..='\u{7f}'
        | '\u{a0}'..='\u{a7}'
        | '\u{a9}'
        | '\u{ab}'..='\u{ac}'
        | '\u{ae}'
        | '\u{b0}'..='\u{b1}'
        | '\u{b6}'..='\u{b7}'
        | '\u{bb}'
        | '\u{bf}'..='\u{131}'
        | '\u{134}'..='\u{13e}'
        | '\u{141}'..='\u{148}'
        | '\u{14a}'..='\u{17e}'
        // Cyrillic, Arabic and Han letters.
        | '\u{400}'..='\u{481}'
        | '\u{621}'..='\u{63a}'
        | '\u{641}'..='\u{64a}'
        | '\u{4e00}'..='\u{9fff}'
        // Dashes, quotation marks, the ellipsis; also both curly apostrophes, which a word is rid of later.
        | '\u{2010}'..='\u{2015}'
        | '\u{2018}'..='\u{201a}'
        | '\u{201c}'..='\u{201f}'
        | '\u{2026}')
}

/// Whether a character by itself is its normal form, and joins none before it.
fn is_normal(c: char) -> bool {
    !shows_nothing(c)
        && !is_apostrophe(c)
        && canonical_combining_class(c) == 0
        && is_nfkc_quick(std::iter::once(c)) == IsNormalized::Yes
}

/// Characters that are there for the computer: without them the text looks the same.
fn shows_nothing(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// Characters that are typed for an apostrophe, beside the curly ones.
fn is_apostrophe(c: char) -> bool {
    matches!(c, '\u{b4}' | '\u{2bc}' | '\u{201b}' | '\u{2032}' | '\u{ff07}')
}

/// A text in its normal form, and where each part of it comes from.
///
/// # Invariants
/// The pieces are in the order of both texts and make up the whole normal form.
#[derive(Debug, Default)]
pub(crate) struct Normal {
    text: String,
    pieces: Vec<Piece>,
}

/// A part of a normal form.
#[derive(Debug)]
struct Piece {
    /// Where it begins in the normal form.
    at: usize,
    /// Where it stands in the text.
    start: usize,
    end: usize,
    /// Whether it is the same there, byte for byte.
    is_same: bool,
}

impl Normal {
    /// The normal form of a text.
    ///
    /// # Cost
    /// Linear; beside the text 32 bytes for each change between what is the same and what is not.
    pub(crate) fn new(text: &str) -> Self {
        let mut normal = Self { text: String::with_capacity(text.len()), pieces: Vec::new() };
        // What is normalised together: a character that nothing before it joins, and what joins it.
        let mut unit = String::new();
        let (mut start, mut end) = (0, 0);
        for (at, c) in text.char_indices().filter(|(_, c)| !shows_nothing(*c)) {
            if begins(c) && !unit.is_empty() {
                normal.push(&unit, start, end);
                unit.clear();
            }
            if unit.is_empty() {
                start = at;
            }
            unit.push(if is_apostrophe(c) { '\'' } else { c });
            end = at + c.len_utf8();
        }
        normal.push(&unit, start, end);
        normal
    }

    fn push(&mut self, unit: &str, start: usize, end: usize) {
        let at = self.text.len();
        self.text.extend(unit.nfkc());
        // An apostrophe is as long as the one it stands for only where it is the same; what shows nothing may stand within.
        let is_same = self.text[at..] == *unit && unit.len() == end - start;
        match self.pieces.last_mut() {
            Some(last) if is_same && last.is_same && last.end == start => last.end = end,
            _ if self.text.len() > at => self.pieces.push(Piece { at, start, end, is_same }),
            _ => {}
        }
    }

    /// The normal form.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Where a passage of the normal form, of at least one byte, stands in the text: from the first character that has a part in it to
    /// the last.
    pub(crate) fn source(&self, start: usize, end: usize) -> Span {
        let of = |byte: usize| &self.pieces[self.pieces.partition_point(|piece| piece.at <= byte).saturating_sub(1)];
        let (first, last) = (of(start), of(end - 1));
        let from = if first.is_same { first.start + (start - first.at) } else { first.start };
        let to = if last.is_same { last.start + (end - last.at) } else { last.end };
        Span::new(from, to)
    }
}

/// Whether nothing before a character joins it when a text is normalised.
fn begins(c: char) -> bool {
    if c.is_ascii() {
        return true;
    }
    let mut first = None;
    decompose_compatible(c, |part| first = first.or(Some(part)));
    let first = first.unwrap_or(c);
    let is_alone = |c| canonical_combining_class(c) == 0 && is_nfkc_quick(std::iter::once(c)) != IsNormalized::Maybe;
    is_alone(c) && is_alone(first)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::tests::of_singled_out;
    use proptest::prelude::*;

    fn form(text: &str) -> String {
        Normal::new(text).text().to_owned()
    }

    #[test]
    fn what_is_written_alike_has_one_form() {
        for (one, other) in [
            ("caf\u{e9}", "cafe\u{301}"),
            ("\u{1e69}", "s\u{307}\u{323}"),
            ("\u{ac01}", "\u{1100}\u{1161}\u{11a8}"),
            ("o\u{fb03}ce", "office"),
            ("\u{ff26}\u{ff25}\u{ff32}\u{ff32}\u{ff39}\u{3000}\u{ff11}\u{ff12}", "FERRY 12"),
            ("\u{30ac}", "\u{ff76}\u{ff9e}"),
            ("no\u{a0}break", "no break"),
            ("thin\u{202f}!", "thin !"),
            ("co\u{ad}operate", "cooperate"),
            ("a\u{200d}b\u{200b}c\u{2060}d\u{feff}", "abcd"),
            ("e\u{200d}\u{301}", "\u{e9}"),
            ("don\u{2bc}t", "don't"),
            ("don\u{b4}t", "don't"),
            ("\u{fefb}", "\u{644}\u{627}"),
        ] {
            assert_eq!(form(one), form(other), "{one:?} {other:?}");
        }
    }

    #[test]
    fn a_passage_is_found_again_in_the_text() {
        let text = "the o\u{fb03}ce\u{202f}: cafe\u{301} co\u{ad}op\u{ad}";
        let normal = Normal::new(text);
        for (word, source) in
            [("the", "the"), ("office", "o\u{fb03}ce"), ("caf\u{e9}", "cafe\u{301}"), ("coop", "co\u{ad}op")]
        {
            let at = normal.text().find(word).unwrap();
            assert_eq!(normal.source(at, at + word.len()).of(text), Some(source));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn the_form_is_that_of_the_standard_and_all_of_it_comes_from_somewhere(
            chars in prop::collection::vec(any::<char>(), 0..24), singled_out in of_singled_out()
        ) {
            for text in [String::from_iter(chars), singled_out] {
                let normal = Normal::new(&text);
                let visible = text.chars().filter(|c| !shows_nothing(*c));
                let expected: String = visible.map(|c| if is_apostrophe(c) { '\'' } else { c }).nfkc().collect();
                prop_assert_eq!(normal.text(), &expected);
                for (at, c) in expected.char_indices() {
                    let source = normal.source(at, at + c.len_utf8());
                    prop_assert!(source.start < source.end && source.of(&text).is_some());
                }
            }
        }
    }
}
