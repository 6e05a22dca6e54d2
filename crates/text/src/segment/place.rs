//! Characters of a text by their bytes: what stands at, before and behind a place.

/// The character that begins at byte `at`.
#[inline]
pub(super) fn char_at(text: &str, at: usize) -> Option<char> {
    match *text.as_bytes().get(at)? {
        byte if byte.is_ascii() => Some(char::from(byte)),
        _ => text.get(at..)?.chars().next(),
    }
}

/// The character that ends before byte `at`.
#[inline]
pub(super) fn char_before(text: &str, at: usize) -> Option<char> {
    match *text.as_bytes().get(at.checked_sub(1)?)? {
        byte if byte.is_ascii() => Some(char::from(byte)),
        _ => text.get(..at)?.chars().next_back(),
    }
}

/// Whether this is a letter or a digit. As of the standard library, but quick for Cyrillic, Arabic and Han.
#[inline]
pub(super) fn is_alphanumeric(c: char) -> bool {
    match c {
        _ if c.is_ascii() => c.is_ascii_alphanumeric(),
        '\u{410}'..='\u{44f}' | '\u{620}'..='\u{64a}' | '\u{4e00}'..='\u{9fff}' => true,
        _ => c.is_alphanumeric(),
    }
}

/// Whether a line ends here.
pub(super) fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// Whether a letter is of a script that knows no capitals.
pub(super) fn is_caseless(c: char) -> bool {
    c.is_alphabetic() && !c.is_lowercase() && !c.is_uppercase()
}

/// Whether this closes a quotation or a bracket.
pub(super) fn is_closing(c: char) -> bool {
    matches!(
        c,
        ')' | ']'
            | '"'
            | '\''
            | '\u{201d}'
            | '\u{2019}'
            | '\u{bb}'
            | '\u{203a}'
            | '\u{300d}'
            | '\u{300f}'
            | '\u{ff09}'
            | '\u{3011}'
            | '\u{300b}'
    )
}

/// Whether this opens a quotation.
pub(super) fn is_opening(c: char) -> bool {
    matches!(c, '"' | '\'' | '\u{201c}' | '\u{201e}' | '\u{2018}' | '\u{ab}' | '\u{2039}' | '\u{300c}' | '\u{300e}')
}

/// Whether this separates what stands before it from what follows, as a comma or a colon does, but ends no sentence.
pub(super) fn separates(c: char) -> bool {
    matches!(
        c,
        ',' | ';' | ':' | '\u{60c}' | '\u{61b}' | '\u{3001}' | '\u{ff0c}' | '\u{ff1a}' | '\u{ff1b}' | '\u{ff64}'
    )
}

/// White space from one place to the next other character.
#[derive(Clone, Copy, Debug)]
pub(super) struct WhiteSpace {
    /// Where it ends.
    pub(super) end: usize,
    /// How many characters it is long.
    pub(super) n_characters: usize,
    /// How many lines end in it.
    pub(super) n_breaks: usize,
}

impl WhiteSpace {
    /// The white space at `at`, which may be none.
    pub(super) fn at(text: &str, at: usize) -> Self {
        let mut run = Self { end: at, n_characters: 0, n_breaks: 0 };
        while let Some(c) = char_at(text, run.end).filter(|c| c.is_whitespace()) {
            run.end += c.len_utf8();
            run.n_characters += 1;
            let is_half = c == '\r' && char_at(text, run.end) == Some('\n');
            run.n_breaks += usize::from(is_break(c) && !is_half) + usize::from(c == '\u{2029}');
        }
        run
    }
}

/// How far back the word before a place is read, in characters: longer ones are no abbreviations.
const WORD_REACH: usize = 24;

/// The letters, digits and what `also` allows that stand directly before byte `end`; nothing for a word too long to be told.
pub(super) fn word_before(text: &str, end: usize, also: impl Fn(char) -> bool) -> &str {
    let mut start = end;
    for _ in 0..WORD_REACH {
        let Some(c) = char_before(text, start).filter(|c| is_alphanumeric(*c) || also(*c)) else { break };
        start -= c.len_utf8();
    }
    text.get(start..end).unwrap_or_default()
}

/// The word that begins at byte `start`, with the apostrophes in it.
pub(super) fn word_at(text: &str, start: usize) -> &str {
    let mut end = start;
    for _ in 0..WORD_REACH {
        let Some(c) = char_at(text, end).filter(|c| is_alphanumeric(*c) || matches!(c, '\'' | '\u{2019}')) else {
            break;
        };
        end += c.len_utf8();
    }
    text.get(start..end).unwrap_or_default()
}

/// How far back the beginning of an address is looked for, in bytes.
const ADDRESS_REACH: usize = 120;

/// Whether byte `at` lies in a web or e-mail address.
pub(super) fn is_in_address(text: &str, at: usize) -> bool {
    let bytes = text.as_bytes();
    let from = at.saturating_sub(ADDRESS_REACH);
    let start = bytes[from..at].iter().rposition(u8::is_ascii_whitespace).map_or(from, |space| from + space + 1);
    let word = &bytes[start..at];
    word.contains(&b'@')
        || word.windows(3).any(|three| three == b"://")
        || word.windows(4).any(|four| four.eq_ignore_ascii_case(b"www."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quick_letters_and_digits_are_those_of_the_standard_library() {
        assert!(('\0'..='\u{ffff}').all(|c| is_alphanumeric(c) == c.is_alphanumeric()));
    }
}
