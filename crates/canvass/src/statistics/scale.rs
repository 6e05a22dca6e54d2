//! Scales of numbers: the number in a cell, and what the question's wording says of the ends.

/// The ends of a scale.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Ends {
    pub(super) low: i32,
    pub(super) high: i32,
    /// What the wording calls them.
    pub(super) labels: Option<(String, String)>,
    /// Whether the wording or the user says what they are; if not, they are the least and the greatest number answered.
    pub(super) is_stated: bool,
}

/// Longer scales are no scales.
const LONGEST: i32 = 100;

impl Ends {
    /// The ends of a scale with this wording and these numbers, ascending or as the user states them.
    pub(super) fn of(wording: &str, numbers: &[i32], are_stated: bool) -> Option<Self> {
        let (low, high) = (numbers.iter().min().copied()?, numbers.iter().max().copied()?);
        if high.checked_sub(low)? > LONGEST {
            return None;
        }
        let told = worded(wording).filter(|told| told.low <= low && told.high >= high);
        match told {
            Some(told) if !are_stated || (told.low, told.high) == (low, high) => Some(told),
            _ => Some(Self { low, high, labels: None, is_stated: are_stated && low < high }),
        }
    }
}

/// The number that a cell begins with: "4", "5 (very)", "1 - not at all"; not "4.5", "10%" or "3 times".
pub(super) fn number(cell: &str) -> Option<i32> {
    let cell = cell.trim();
    let end = cell.char_indices().find(|(at, c)| !(c.is_ascii_digit() || *at == 0 && *c == '-')).map(|(at, _)| at);
    let (number, rest) = cell.split_at(end.unwrap_or(cell.len()));
    let rest = rest.trim_start();
    let is_label = rest.is_empty() || rest.starts_with(['(', '-', '–', '—', '=', ':']);
    number.parse().ok().filter(|_| is_label)
}

/// What a wording says of the ends: "(1 = not at all, 5 = very)", "from 0 to 10", "(1-5)".
fn worded(wording: &str) -> Option<Ends> {
    let numbers = numbers_of(wording);
    let labelled: Vec<(i32, String)> = numbers
        .iter()
        .filter_map(|(_, end, number)| {
            let rest = wording.get(*end..)?.trim_start();
            let label = rest.strip_prefix(['=', ':']).or_else(|| rest.strip_prefix("means "))?;
            let label = label.split([',', ';', ')', '(', '\n', '.']).next()?;
            let label = label.trim().trim_end_matches(" and").trim();
            (!label.is_empty() && !label.contains(char::is_numeric)).then(|| (*number, label.to_owned()))
        })
        .collect();
    let low = labelled.iter().min_by_key(|(number, _)| *number);
    let high = labelled.iter().max_by_key(|(number, _)| *number);
    if let (Some(low), Some(high)) = (low, high)
        && low.0 < high.0
        && high.0 - low.0 <= LONGEST
    {
        let labels = Some((low.1.clone(), high.1.clone()));
        return Some(Ends { low: low.0, high: high.0, labels, is_stated: true });
    }
    numbers.windows(2).find_map(|pair| {
        let [(_, end, low), (start, _, high)] = pair else { return None };
        let between = wording.get(*end..*start)?.trim().to_lowercase();
        let is_range = matches!(between.as_str(), "to" | "-" | "–" | "—" | ".." | "à" | "a" | "al" | "hasta");
        // "2028-2031" and "points 3 to 5" are none.
        (is_range && matches!(low, 0 | 1) && (*low + 2..=10).contains(high)).then_some(Ends {
            low: *low,
            high: *high,
            labels: None,
            is_stated: true,
        })
    })
}

/// The whole numbers in a wording, each with its first byte and the one past its last.
fn numbers_of(wording: &str) -> Vec<(usize, usize, i32)> {
    let mut numbers = Vec::new();
    let mut at = 0;
    while let Some(found) = wording.get(at..).and_then(|rest| rest.find(|c: char| c.is_ascii_digit())) {
        let start = at + found;
        let digits = wording.get(start..).map_or(0, |rest| rest.bytes().take_while(u8::is_ascii_digit).count());
        at = start + digits;
        let before = wording.get(..start).and_then(|text| text.chars().next_back());
        let whole = before.is_none_or(|c| !c.is_alphanumeric() && c != '.');
        if let Some(number) = wording.get(start..at).and_then(|text| text.parse().ok()).filter(|_| whole) {
            numbers.push((start, at, number));
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    type Told = (i32, i32, Option<(String, String)>);

    fn ends(wording: &str) -> Option<Told> {
        worded(wording).map(|ends| (ends.low, ends.high, ends.labels))
    }

    #[test]
    fn the_wording_says_what_the_ends_of_a_scale_are() {
        let labels = |low: &str, high: &str| Some((low.to_owned(), high.to_owned()));
        assert_eq!(ends("How happy? (1 = not at all, 5 = very)"), Some((1, 5, labels("not at all", "very"))));
        assert_eq!(ends("Rate it (5: best; 1: worst)"), Some((1, 5, labels("worst", "best"))));
        assert_eq!(ends("On a scale of 1 to 10, how likely?"), Some((1, 10, None)));
        assert_eq!(ends("How clear is it (0–10)?"), Some((0, 10, None)));
        for wording in
            ["How clear is the plan 2028-2031?", "Points 3 to 5", "Question 1", "Is version 1.1 to 5 better?"]
        {
            assert_eq!(ends(wording), None, "{wording}");
        }
    }

    #[test]
    fn the_numbers_answered_stand_in_where_the_wording_says_nothing_or_something_else() {
        let ends = |wording, numbers: &[i32]| Ends::of(wording, numbers, false).map(|e| (e.low, e.high, e.is_stated));
        assert_eq!(ends("(1 to 5)", &[2, 4]), Some((1, 5, true)));
        assert_eq!(ends("(1 to 5)", &[2, 9]), Some((2, 9, false)));
        assert_eq!(ends("How clear?", &[2, 4]), Some((2, 4, false)));
        assert_eq!(ends("How clear?", &[]), None);
        assert_eq!(ends("How much?", &[2, 4000]), None);
        let stated = Ends::of("How clear?", &[1, 2, 3], true).unwrap();
        assert_eq!((stated.low, stated.high, stated.is_stated), (1, 3, true));
    }

    #[test]
    fn a_cell_begins_with_its_number() {
        for (cell, expected) in [
            ("4", Some(4)),
            (" 5 (very)", Some(5)),
            ("1 - not at all", Some(1)),
            ("-2", Some(-2)),
            ("4.5", None),
            ("10%", None),
            ("3 times", None),
            ("", None),
            ("-", None),
            ("99999999999", None),
        ] {
            assert_eq!(number(cell), expected, "{cell}");
        }
    }
}
