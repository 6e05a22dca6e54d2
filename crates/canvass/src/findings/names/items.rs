//! From an answer to the names that it lists.

use super::words::NameWords;

/// A name is at most this long, in words ...
const MAX_WORDS: usize = 7;
/// ... and in characters.
const MAX_CHARACTERS: usize = 70;

/// The items of an answer that may be names, in order, as it writes them; nothing of what is too long to be one.
///
/// Cut at line breaks, semicolons, commas, bullets, bars and slashes with spaces, outside of brackets; and at the word that joins the last
/// two where both look like names.
pub(super) fn items<'t>(text: &'t str, words: &NameWords) -> Vec<&'t str> {
    let mut found = Vec::new();
    for piece in pieces(text) {
        for item in joined(piece, words) {
            let item = trimmed(item, words);
            if item.contains(char::is_alphanumeric)
                && item.split_whitespace().count() <= MAX_WORDS
                && item.chars().count() <= MAX_CHARACTERS
            {
                found.push(item);
            }
        }
    }
    found
}

/// How many parts of an answer stand between separators, names or not.
pub(super) fn n_pieces(text: &str) -> usize {
    pieces(text).len()
}

fn pieces(text: &str) -> Vec<&str> {
    let (mut pieces, mut start, mut depth) = (Vec::new(), 0, 0_u32);
    let mut push = |start: usize, end: usize| {
        if let Some(piece) = text.get(start..end).filter(|piece| piece.contains(char::is_alphanumeric)) {
            // "Our competitors: A, B": the names stand behind the colon.
            let behind = piece.rsplit_once([':', '：']).map(|(_, behind)| behind);
            pieces.push(behind.filter(|behind| behind.contains(char::is_alphanumeric)).unwrap_or(piece));
        }
    };
    for (at, c) in text.char_indices() {
        let rest = &text[at + c.len_utf8()..];
        let is_spaced = text[..at].ends_with(char::is_whitespace) && rest.starts_with(char::is_whitespace);
        let separates = match c {
            '(' | '[' | '（' => {
                depth += 1;
                false
            }
            ')' | ']' | '）' => {
                depth = depth.saturating_sub(1);
                false
            }
            '\n' | '\r' | ';' | '；' | '•' | '|' | '·' | '؛' => {
                depth = 0;
                true
            }
            ',' => depth == 0 && !rest.starts_with(|c: char| c.is_ascii_digit()),
            '、' | '，' | '،' => depth == 0,
            '/' | '-' | '–' | '—' | '*' => depth == 0 && is_spaced,
            '.' | '!' | '?' | '。' => {
                depth == 0 && rest.starts_with(char::is_whitespace) && ends_sentence(&text[start..at])
            }
            _ => false,
        };
        if separates {
            push(start, at);
            start = at + c.len_utf8();
        }
    }
    push(start, text.len());
    pieces
}

/// Whether a full stop behind this ends a sentence: not behind a number, an initial or an abbreviation.
fn ends_sentence(before: &str) -> bool {
    let word = before.split_whitespace().last().unwrap_or_default();
    word.chars().count() > 3 && !word.chars().all(|c| c.is_ascii_digit())
}

/// The two names of "A and B"; the piece itself where they are none.
fn joined<'t>(piece: &'t str, words: &NameWords) -> Vec<&'t str> {
    let mut offset = 0;
    for word in piece.split(' ') {
        let (start, end) = (offset, offset + word.len());
        offset = end + 1;
        if start == 0 || end >= piece.len() || !words.joins.contains(&word.to_lowercase()) {
            continue;
        }
        let (before, behind) = (piece[..start].trim(), piece[end..].trim());
        if before.matches('(').count() == before.matches(')').count()
            && looks_like_name(before, words)
            && begins_name(behind, words)
        {
            let mut all = vec![before];
            all.extend(joined(behind, words));
            return all;
        }
    }
    vec![piece]
}

/// Whether the first word that is no article or preposition has a capital or a digit, or letters that have no case.
fn begins_name(text: &str, words: &NameWords) -> bool {
    let mut own = text.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    let first = own.find(|word| !word.is_empty() && !words.within.contains(&word.to_lowercase()));
    first
        .is_some_and(|word| word.chars().next().is_some_and(|c| !c.is_lowercase()) || word.contains(char::is_uppercase))
}

/// Whether its words but those that stand within names have capitals or digits, or letters that have no case.
pub(super) fn looks_like_name(item: &str, words: &NameWords) -> bool {
    let item = trimmed(item, words);
    let mut any = false;
    for word in item.split_whitespace() {
        let word = word.trim_matches(|c: char| !c.is_alphanumeric());
        let Some(first) = word.chars().next() else { continue };
        if words.within.contains(&word.to_lowercase()) {
            continue;
        }
        if first.is_lowercase() && !word.chars().any(|c| c.is_uppercase() || c.is_ascii_digit()) {
            return false;
        }
        any = true;
    }
    any && item.split_whitespace().count() <= MAX_WORDS && item.chars().count() <= MAX_CHARACTERS
}

/// Without list marks, quotation marks, closing full stops and words that open or close a list.
fn trimmed<'t>(item: &'t str, words: &NameWords) -> &'t str {
    let is_mark = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                '-' | '–'
                    | '—'
                    | '*'
                    | '•'
                    | '·'
                    | '.'
                    | ':'
                    | '"'
                    | '“'
                    | '”'
                    | '«'
                    | '»'
                    | '\''
                    | '…'
                    | '!'
                    | '?'
                    | '。'
                    | '>'
                    | '#'
            )
    };
    let mut item = item.trim_matches(is_mark);
    // "1. Name", "b) Name": a marker, not a name that begins with a number.
    if let Some((marker, rest)) = item.split_once([')', '.'])
        && marker.chars().count() <= 3
        && (marker.chars().all(|c| c.is_ascii_digit()) || marker.chars().count() == 1)
        && rest.starts_with(char::is_whitespace)
    {
        item = rest.trim_matches(is_mark);
    }
    loop {
        let before = item;
        for around in &words.around {
            if let Some(rest) =
                strip(item, around.len(), |start, _| start.to_lowercase() == *around).map(|(_, rest)| rest)
                && rest.starts_with(is_mark)
            {
                item = rest.trim_matches(is_mark);
            }
            if item.to_lowercase() == *around {
                return "";
            }
            let split = item.len().saturating_sub(around.len());
            if item.is_char_boundary(split)
                && item[split..].to_lowercase() == *around
                && item[..split].ends_with(is_mark)
            {
                item = item[..split].trim_matches(is_mark);
            }
        }
        if item == before {
            return item;
        }
    }
}

/// The text cut at a byte, if it can be and if the beginning is as asked.
fn strip(text: &str, at: usize, is_right: impl Fn(&str, &str) -> bool) -> Option<(&str, &str)> {
    let (start, rest) = text.split_at_checked(at)?;
    is_right(start, rest).then_some((start, rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lists_are_cut_into_their_names_however_they_are_written() {
        let words = NameWords::load();
        let told = [
            ("Alpine Club, Valley Bank and Post Office", vec!["Alpine Club", "Valley Bank", "Post Office"]),
            ("1. Alpine Club\n2) Valley Bank\n- Post Office.", vec!["Alpine Club", "Valley Bank", "Post Office"]),
            (
                "Our rivals: Alpine Club (AC, since 1900); \"Valley Bank\", etc.",
                vec!["Alpine Club (AC, since 1900)", "Valley Bank"],
            ),
            ("Bank of England and Wales", vec!["Bank of England", "Wales"]),
            (
                "the Alpine Club and European Ferry Agency (EFA) and Hill Railways Inc.",
                vec!["the Alpine Club", "European Ferry Agency (EFA)", "Hill Railways Inc"],
            ),
            ("such as Zoomly / Chatty", vec!["Zoomly", "Chatty"]),
            ("email and telephone", vec!["email and telephone"]),
            ("谷歌、微软，苹果", vec!["谷歌", "微软", "苹果"]),
            ("None of them is a rival of ours as far as we can see it from here", vec![]),
        ];
        for (text, expected) in told {
            assert_eq!(items(text, &words), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn items_are_passages_of_the_answer(text in "[A-Za-z ,;.:()&/-]{0,60}|\\PC{0,40}") {
            let words = NameWords::load();
            for item in items(&text, &words) {
                prop_assert!(text.contains(item) && !item.trim().is_empty());
            }
        }
    }
}
