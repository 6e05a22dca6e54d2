//! The lines of a document, each with what it is: a heading, a numbered clause, an item of a list, text.

/// What a format tells of a line besides its text.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct LineStyle {
    /// Whether it is a heading.
    pub(crate) is_heading: bool,
    /// Whether it is an item of a list.
    pub(crate) is_item: bool,
}

/// A heading has at most so many words.
const HEADING_WORDS: usize = 12;
/// Words that lead a number.
const LABELS: [&str; 17] = [
    "article",
    "art.",
    "clause",
    "section",
    "§",
    "paragraph",
    "resolution",
    "recommendation",
    "decision",
    "question",
    "résolution",
    "recommandation",
    "décision",
    "resolución",
    "recomendación",
    "decisión",
    "artículo",
];

/// What a line is.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Kind {
    Blank,
    /// A line drawn of characters.
    Rule,
    /// Its number, if it has one, and its wording.
    Heading(Option<String>, String),
    /// Its number; the text begins at the line's `text`.
    Clause(String),
    /// An item of a list.
    Item,
    Text,
}

#[derive(Clone, Debug)]
pub(super) struct Line<'t> {
    pub(super) number: u32,
    /// Where its text begins, behind white space, bookmarks and a clause's number.
    pub(super) text: usize,
    /// Where its text ends, before white space.
    pub(super) end: usize,
    /// What stands there, number included.
    pub(super) whole: &'t str,
    pub(super) kind: Kind,
    is_led_by_tab: bool,
}

/// The lines of a text, each with what it is.
pub(super) fn lines<'t>(text: &'t str, styles: &[LineStyle]) -> Vec<Line<'t>> {
    let mut lines: Vec<Line<'t>> = Vec::new();
    let mut at = 0;
    for (number, line) in (1..).zip(text.split_inclusive('\n')) {
        let start = at + lead(line);
        let end = at + line.trim_end().len().max(lead(line));
        let is_led_by_tab = line.starts_with('\t');
        let whole = text.get(start..end).unwrap_or_default();
        lines.push(Line { number, text: start, end, whole, kind: Kind::Text, is_led_by_tab });
        at += line.len();
    }
    let has_marks = lines.iter().any(|line| markdown_heading(line.whole).is_some());
    let mut last: Option<u32> = None;
    for at in 0..lines.len() {
        let style = styles.get(at).copied().unwrap_or_default();
        let kind = kind(&lines, at, style, has_marks, last);
        if let Kind::Clause(number) = &kind {
            let line = &mut lines[at];
            let behind = marker(line.whole).map_or(0, |found| found.length);
            line.text += behind;
            last = number.split('.').next().and_then(|first| first.parse().ok());
        }
        lines[at].kind = kind;
    }
    lines
}

/// The white space and bookmarks that converters leave at the beginning of a line.
fn lead(line: &str) -> usize {
    let mut rest = line;
    loop {
        rest = rest.trim_start();
        let Some(inner) = rest.strip_prefix("[bookmark:") else { break };
        let Some(end) = inner.find(']') else { break };
        rest = &inner[end + 1..];
    }
    line.len() - rest.len()
}

fn kind(lines: &[Line<'_>], at: usize, style: LineStyle, has_marks: bool, last: Option<u32>) -> Kind {
    let line = &lines[at];
    let text = line.whole;
    if text.is_empty() {
        return Kind::Blank;
    }
    if is_rule(text) {
        return Kind::Rule;
    }
    let titled = |wording: &str| {
        let found = marker(wording).filter(|found| found.length < wording.len() || found.is_label);
        let number = found.as_ref().map(|found| found.number.clone());
        let rest = found.map_or(wording, |found| &wording[found.length..]);
        let rest = rest.trim_start_matches([':', '.', ')', '-', '–', '—', ' ', '\t']);
        Kind::Heading(number, if rest.is_empty() { wording.to_owned() } else { rest.to_owned() })
    };
    if let Some(wording) = markdown_heading(text) {
        return titled(wording);
    }
    if style.is_heading || is_bold(text) {
        return titled(text.trim_matches(['*', '_', ' ']));
    }
    if let Some(found) = marker(text) {
        let rest = &text[found.length..];
        let begins =
            !found.is_label || at == 0 || !matches!(lines[at - 1].kind, Kind::Text | Kind::Item | Kind::Clause(_));
        let is_next = found.number.parse().is_ok_and(|number: u32| number == 1 || last == number.checked_sub(1));
        if begins && (found.is_sure || is_next) {
            return if is_titled(lines, at, &found, rest) {
                titled(text)
            } else if rest.is_empty() {
                Kind::Text
            } else {
                Kind::Clause(found.number)
            };
        }
    }
    if style.is_item || is_item(text) {
        return Kind::Item;
    }
    if !has_marks && is_heading(lines, at) { Kind::Heading(None, text.to_owned()) } else { Kind::Text }
}

/// The wording of a Markdown heading.
fn markdown_heading(text: &str) -> Option<&str> {
    let rest = text.trim_start_matches('#');
    let n_marks = text.len() - rest.len();
    let wording = rest.strip_prefix([' ', '\t'])?.trim().trim_end_matches('#').trim().trim_matches('*');
    ((1..=6).contains(&n_marks) && !wording.is_empty()).then_some(wording)
}

fn is_bold(text: &str) -> bool {
    text.len() > 4 && text.starts_with("**") && text.ends_with("**") && !text[2..text.len() - 2].contains("**")
}

fn is_rule(text: &str) -> bool {
    const SHORTEST: usize = 3;
    let first = text.chars().next().filter(|c| matches!(c, '_' | '-' | '=' | '*' | '—'));
    first.is_some_and(|first| text.chars().count() >= SHORTEST && text.chars().all(|c| c == first || c == ' '))
}

/// The number that a line begins with.
struct Marker {
    number: String,
    /// Its bytes, with the white space behind it.
    length: usize,
    is_label: bool,
    /// Whether it can be nothing but a number of a clause: it has a point or bracket, several levels or a tab behind it.
    is_sure: bool,
}

/// "1.2", "3.", "4)", "Article 5", with what follows.
fn marker(text: &str) -> Option<Marker> {
    const LONGEST: usize = 3;
    let label = LABELS.iter().find_map(|label| {
        let head: String = text.chars().take(label.chars().count()).collect();
        let rest = text.get(head.len()..)?;
        (head.to_lowercase() == *label && rest.starts_with([' ', '\u{a0}'])).then_some(head.len())
    });
    let from = label.map_or(0, |end| end + text[end..].len() - text[end..].trim_start().len());
    let digits = |at: usize| text[at..].bytes().take_while(u8::is_ascii_digit).count();
    let mut at = from;
    let mut n_levels = 0;
    loop {
        let n = digits(at);
        if n == 0 || n > LONGEST {
            break;
        }
        at += n;
        n_levels += 1;
        if !text[at..].starts_with('.') || digits(at + 1) == 0 {
            break;
        }
        at += 1;
    }
    if n_levels == 0 {
        return None;
    }
    let number = text[..at].to_owned();
    let closed = text[at..].starts_with(['.', ')', ':']);
    let at = at + usize::from(closed);
    let rest = &text[at..];
    let space = rest.len() - rest.trim_start().len();
    if space == 0 && !(rest.is_empty() && label.is_some()) {
        return None;
    }
    let is_sure = closed || n_levels > 1 || label.is_some() || rest.starts_with('\t');
    Some(Marker { number, length: at + space, is_label: label.is_some(), is_sure })
}

/// Whether a numbered line is the heading of what follows.
fn is_titled(lines: &[Line<'_>], at: usize, found: &Marker, rest: &str) -> bool {
    if !is_short(rest) && !rest.is_empty() {
        return false;
    }
    let Some(next) = lines[at + 1..].iter().find(|line| !line.whole.is_empty()) else { return false };
    if let Some(below) = marker(next.whole) {
        return below.number.strip_prefix(found.number.as_str()).is_some_and(|inner| inner.starts_with('.'));
    }
    let is_apart = next.number > lines[at].number + 1;
    !is_item(next.whole) && !is_rule(next.whole) && (is_apart || next.whole.starts_with(char::is_uppercase))
}

/// An item of a list by its mark: a bullet, "a)", "(iv)".
fn is_item(text: &str) -> bool {
    let mut characters = text.chars();
    if matches!(characters.next(), Some('-' | '*' | '•' | '·' | '–' | '▪' | '◦' | '‣' | '+')) {
        return characters.next().is_some_and(char::is_whitespace);
    }
    let inner = text.strip_prefix('(').unwrap_or(text);
    let Some((mark, behind)) = inner.split_once(')') else { return false };
    let is_mark = mark.len() == 1 && mark.starts_with(|c: char| c.is_ascii_alphanumeric())
        || (1..=4).contains(&mark.len()) && mark.chars().all(|c| matches!(c, 'i' | 'v' | 'x'));
    is_mark && behind.starts_with(char::is_whitespace)
}

fn ends_open(text: &str) -> bool {
    !text.ends_with(['.', ';', ':', ',', '!', '?', '。', '；', '：'])
}

fn is_short(text: &str) -> bool {
    ends_open(text) && text.split_whitespace().count() <= HEADING_WORDS && text.contains(char::is_alphabetic)
}

/// Whether a line without a number is a heading: short, begun with a capital, what stands before it ended, and what follows longer.
fn is_heading(lines: &[Line<'_>], at: usize) -> bool {
    let line = &lines[at];
    let begins = line.whole.starts_with(|c: char| c.is_uppercase() || c.is_numeric());
    if !begins || line.is_led_by_tab || !is_short(line.whole) {
        return false;
    }
    let before = lines[..at].iter().rev().find(|line| !line.whole.is_empty());
    let is_apart = at == 0 || lines[at - 1].whole.is_empty();
    let has_ended = before.is_none_or(|before| is_apart || !ends_open(before.whole) || is_heading_kind(before));
    let Some(next) = lines[at + 1..].iter().find(|line| !line.whole.is_empty()) else { return false };
    let is_longer = !is_short(next.whole) || marker(next.whole).is_some() || is_item(next.whole);
    // A line that a lower-case one goes on with is the beginning of a paragraph.
    let goes_on = next.number == line.number + 1 && next.whole.starts_with(char::is_lowercase);
    has_ended && is_longer && !goes_on && !is_rule(next.whole) && !next.is_led_by_tab
}

fn is_heading_kind(line: &Line<'_>) -> bool {
    matches!(line.kind, Kind::Heading(..))
}
