//! List markers: "1.", "2)", "(a)", "iii)", "3.2.", bullets; and which of them continue a list.

/// What counts in a list.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Kind {
    Number,
    Letter,
    Roman,
    Bullet,
}

/// A list marker.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Marker {
    /// Characters, the white space behind it not counted.
    pub(super) length: usize,
    /// What it may be: "i)" is a letter or a Roman one.
    readings: Vec<(Kind, u32)>,
    /// Whether it marks a point only where a line begins: "1-", "a.", "-".
    only_at_line_start: bool,
}

impl Marker {
    /// The marker at the beginning of `characters`, if there is one.
    pub(super) fn read(characters: &[(usize, char)]) -> Option<Self> {
        let at = |i: usize| characters.get(i).map(|(_, c)| *c);
        let first = at(0)?;
        if matches!(first, '\u{2022}' | '\u{25aa}' | '\u{25cf}' | '\u{25e6}' | '\u{2023}' | '\u{2756}' | '\u{27a2}') {
            return Some(Self { length: 1, readings: vec![(Kind::Bullet, 0)], only_at_line_start: false });
        }
        if matches!(first, '-' | '\u{2013}' | '\u{2014}' | '*' | '\u{b7}') && at(1).is_some_and(char::is_whitespace) {
            return Some(Self { length: 1, readings: vec![(Kind::Bullet, 0)], only_at_line_start: true });
        }
        let open = usize::from(first == '(');
        let body: String =
            characters[open..].iter().take(5).map(|(_, c)| *c).take_while(char::is_ascii_alphanumeric).collect();
        let mut length = open + body.len();
        let readings = readings(&body)?;
        let is_number = readings[0].0 == Kind::Number;
        let mut value = readings;
        // "3.2.": the last level counts.
        while is_number && open == 0 && at(length) == Some('.') {
            let level: String =
                characters[length + 1..].iter().take(3).map(|(_, c)| *c).take_while(char::is_ascii_digit).collect();
            let closed = matches!(at(length + 1 + level.len()), Some('.' | ')'));
            let (Ok(number), true) = (level.parse(), closed) else { break };
            length += 1 + level.len();
            value = vec![(Kind::Number, number)];
        }
        let mut only_at_line_start = false;
        match at(length)? {
            ')' => length += 1,
            '.' if open == 0 => {
                length += 1;
                only_at_line_start = !is_number;
                if at(length) == Some('-') {
                    length += 1;
                }
            }
            '-' | '\u{2013}' | ':' if open == 0 && is_number && at(length + 1).is_some_and(char::is_whitespace) => {
                length += 1;
                only_at_line_start = true;
            }
            _ => return None,
        }
        let follows = at(length);
        let stands_alone =
            follows.is_none_or(|c| c.is_whitespace() || is_number && !c.is_numeric() && c != '.' && c != ',');
        stands_alone.then_some(Self { length, readings: value, only_at_line_start })
    }
}

/// What the body of a marker may count; nothing if it is none.
fn readings(body: &str) -> Option<Vec<(Kind, u32)>> {
    if !body.is_empty() && body.len() <= 2 && body.bytes().all(|b| b.is_ascii_digit()) {
        return Some(vec![(Kind::Number, body.parse().ok()?)]);
    }
    let lower = body.to_ascii_lowercase();
    let mut readings = Vec::new();
    let romans = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"];
    if let Some(place) = romans.iter().position(|roman| *roman == lower) {
        readings.push((Kind::Roman, place as u32 + 1));
    }
    if let [letter @ b'a'..=b'z'] = lower.as_bytes() {
        readings.push((Kind::Letter, u32::from(letter - b'a') + 1));
    }
    (!readings.is_empty()).then_some(readings)
}

/// The list a text is in: a marker inside a line counts only as the first of a list or the next of this one.
#[derive(Debug, Default)]
pub(super) struct Sequence {
    last: Option<(Kind, u32)>,
}

impl Sequence {
    /// Whether the marker begins a point.
    ///
    /// `at_line_start`: only white space precedes it in its line. `after_stop`: punctuation or two spaces precede it.
    pub(super) fn accepts(&mut self, marker: &Marker, at_line_start: bool, after_stop: bool) -> bool {
        if marker.readings == [(Kind::Bullet, 0)] {
            return at_line_start || !marker.only_at_line_start;
        }
        let next = marker
            .readings
            .iter()
            .find(|(kind, value)| self.last == Some((*kind, value.saturating_sub(1))) && *value > 1);
        let first = marker.readings.iter().find(|(_, value)| *value == 1);
        let accepted = if at_line_start {
            next.or(first).or(marker.readings.first())
        } else if marker.only_at_line_start {
            None
        } else {
            next.or(first.filter(|_| after_stop))
        };
        if let Some(reading) = accepted {
            self.last = Some(*reading);
        }
        accepted.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Marker> {
        Marker::read(&text.char_indices().collect::<Vec<_>>())
    }

    #[test]
    fn markers_are_told_from_words_and_numbers() {
        for (text, length) in
            [("1. x", 2), ("12) x", 3), ("(a) x", 3), ("iv) x", 3), ("3.2. x", 4), ("1.x", 2), ("\u{2022}x", 1)]
        {
            assert_eq!(read(text).map(|marker| marker.length), Some(length), "{text}");
        }
        for text in ["2.5 million", "2023. x", "word. x", "(and) x", "a b", "1.000", ""] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn only_the_next_of_a_list_counts_inside_a_line() {
        let mut sequence = Sequence::default();
        let marker = |text| read(text).expect("a marker");
        assert!(!sequence.accepts(&marker("6. x"), false, true));
        assert!(sequence.accepts(&marker("1. x"), false, true));
        assert!(!sequence.accepts(&marker("3. x"), false, true));
        assert!(sequence.accepts(&marker("2. x"), false, false));
        assert!(sequence.accepts(&marker("7. x"), true, false));
    }
}
