//! From bytes of a response to the characters that REFI-QDA counts, and back.
//!
//! Positions are Unicode code points from the beginning of the plain text (REFI-QDA 1.5, section 10.2), the end exclusive. A text is written
//! with line feeds at the ends of lines; a program that writes it again may end them otherwise, so a text is compared, and its
//! characters counted, as if every line ended in a line feed.

/// A text with its characters counted.
#[derive(Clone, Debug)]
pub(super) struct Positions {
    /// The text with line feeds only.
    pub(super) text: String,
    /// For each character of it the byte in the text as it is at which it begins.
    bytes: Vec<u32>,
    /// For each character of the text as it is the character of `text`.
    lines: Vec<u32>,
    /// The length of the text as it is, in bytes.
    len: u32,
}

impl Positions {
    /// Counts.
    pub(super) fn of(text: &str) -> Self {
        let mut counted = Self {
            text: String::with_capacity(text.len()),
            bytes: Vec::new(),
            lines: Vec::new(),
            len: text.len() as u32,
        };
        let mut is_behind_return = false;
        for (at, c) in text.char_indices() {
            if c == '\n' && is_behind_return {
                // The second half of one end of line.
                counted.lines.push(counted.bytes.len() as u32);
                is_behind_return = false;
                continue;
            }
            is_behind_return = c == '\r';
            counted.lines.push(counted.bytes.len() as u32);
            counted.bytes.push(at as u32);
            counted.text.push(if is_behind_return { '\n' } else { c });
        }
        counted
    }

    /// The character at or behind a byte of the text as it is.
    pub(super) fn character(&self, byte: u32) -> u64 {
        self.bytes.partition_point(|at| *at < byte) as u64
    }

    /// The byte in the text as it is at which a character of `text` begins; its length for what lies behind.
    pub(super) fn byte(&self, character: u64) -> u32 {
        usize::try_from(character).ok().and_then(|at| self.bytes.get(at)).copied().unwrap_or(self.len)
    }

    /// The character of `text` that a character of the text as it is has become; none for what lies behind the end.
    pub(super) fn in_lines(&self, character: u64) -> Option<u64> {
        let at = usize::try_from(character).ok()?;
        match self.lines.get(at) {
            Some(character) => Some(u64::from(*character)),
            None => (at == self.lines.len()).then_some(self.bytes.len() as u64),
        }
    }

    /// Its characters, in the text as it is.
    pub(super) fn n_characters(&self) -> u64 {
        self.lines.len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn characters_are_code_points_and_lines_end_in_one() {
        let positions = Positions::of("a\u{1f6a2}e\u{301}\r\nb\rc");
        assert_eq!(positions.text, "a\u{1f6a2}e\u{301}\nb\nc");
        assert_eq!((positions.character(1), positions.character(5), positions.character(10)), (1, 2, 5));
        assert_eq!((positions.byte(5), positions.byte(99)), (10, 13));
        assert_eq!((positions.in_lines(5), positions.in_lines(6), positions.in_lines(9)), (Some(5), Some(5), Some(8)));
        assert_eq!((positions.in_lines(10), positions.n_characters()), (None, 9));
    }

    proptest! {
        #[test]
        fn a_span_comes_back_as_it_was(text in "(\\PC|[\r\n\u{301}\u{202e}\u{1f600}a ]){0,20}", a in 0usize..60, b in 0usize..60) {
            let positions = Positions::of(&text);
            let written = Positions::of(&positions.text);
            let place = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0) as u32;
            let (start, end) = (place(a.min(b)), place(a.max(b)));
            // Points never begin or end within an end of line.
            prop_assume!([start, end].iter().all(|at| !text[..*at as usize].ends_with('\r') || !text[*at as usize..].starts_with('\n')));
            let (first, last) = (positions.character(start), positions.character(end));
            prop_assert_eq!((positions.byte(first), positions.byte(last)), (start, end));
            let characters: String = written.text.chars().skip(first as usize).take((last - first) as usize).collect();
            prop_assert_eq!(characters, super::super::words::lines(&text[start as usize..end as usize]));
        }
    }
}
