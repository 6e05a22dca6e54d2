//! Documents as items: numbered clauses, sections below headings, paragraphs.
//!
//! A document is taken line by line, a Word document paragraph by paragraph. An item is a slice of its text, from behind its number to the end of
//! its last line, so that every passage of it is a passage of the document.

mod lines;

use lines::{Kind, Line, lines};
use std::ops::Range;

pub(crate) use lines::LineStyle;

/// What of a document one item is.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ItemUnit {
    /// Clauses where they hold half of the text, else sections where there are two, else paragraphs.
    #[default]
    Auto,
    /// A numbered clause ("1.2 ...", "3) ...", "Article 5. ..."), with the lists and paragraphs below it.
    Clauses,
    /// What stands below a heading, up to the next one.
    Sections,
    /// A paragraph, or an item of a list.
    Paragraphs,
    /// A whole file.
    Files,
}

impl ItemUnit {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Auto, Self::Clauses, Self::Sections, Self::Paragraphs, Self::Files];

    /// The word for it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Clauses => "clauses",
            Self::Sections => "sections",
            Self::Paragraphs => "paragraphs",
            Self::Files => "files",
        }
    }
}

/// An item of a document.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Clause {
    /// Its number as the document has it ("1.2", "Article 5"), else "s3", "p7"; of a whole file empty.
    pub(crate) id: String,
    /// The heading above it; empty: none.
    pub(crate) title: String,
    /// The line it begins in, from 1.
    pub(crate) line: u32,
    /// Its bytes in the document's text.
    pub(crate) bytes: Range<usize>,
}

/// A document taken apart.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Clauses {
    /// What was taken for an item; never `Auto`.
    pub(crate) unit: ItemUnit,
    pub(crate) items: Vec<Clause>,
    /// How many lines with text are in no item, and the first of them.
    pub(crate) unread: (usize, u32),
}

/// Takes a document apart. `styles`: what the format tells of each line; may be shorter than the text.
pub(crate) fn clauses(text: &str, styles: &[LineStyle], unit: ItemUnit) -> Clauses {
    let lines = lines(text, styles);
    let made = |unit: ItemUnit| {
        let items = match unit {
            ItemUnit::Auto | ItemUnit::Clauses => numbered(&lines),
            ItemUnit::Sections => sections(&lines),
            ItemUnit::Paragraphs => paragraphs(&lines),
            ItemUnit::Files => whole(&lines),
        };
        let unit = if unit == ItemUnit::Auto { ItemUnit::Clauses } else { unit };
        // Items stand in the order of the document.
        let is_in = |line: &Line<'_>| {
            let at = items.partition_point(|item| item.bytes.end <= line.text);
            items.get(at).is_some_and(|item| item.bytes.contains(&line.text))
        };
        let says = |line: &&Line<'_>| matches!(line.kind, Kind::Text | Kind::Item | Kind::Clause(_));
        let mut out = lines.iter().filter(says).filter(|line| !is_in(line));
        let first = out.next().map(|line| line.number);
        Clauses { unit, unread: (out.count() + usize::from(first.is_some()), first.unwrap_or_default()), items }
    };
    if unit != ItemUnit::Auto {
        return made(unit);
    }
    let size = |clauses: &Clauses| clauses.items.iter().map(|item| item.bytes.len()).sum::<usize>();
    let all: usize = lines.iter().map(|line| line.end.saturating_sub(line.text)).sum();
    let by_number = made(ItemUnit::Clauses);
    if by_number.items.len() > 1 && 2 * size(&by_number) >= all {
        return by_number;
    }
    let by_heading = made(ItemUnit::Sections);
    if by_heading.items.len() > 1 && 2 * size(&by_heading) >= all {
        return by_heading;
    }
    made(ItemUnit::Paragraphs)
}

/// An item in the making.
struct Open {
    id: String,
    title: String,
    line: u32,
    bytes: Range<usize>,
}

impl Open {
    fn close(open: Option<Self>, items: &mut Vec<Clause>) {
        if let Some(Self { id, title, line, bytes }) = open.filter(|open| !open.bytes.is_empty()) {
            items.push(Clause { id, title, line, bytes });
        }
    }
}

/// Numbered clauses; below a numbered heading without any, its text.
fn numbered(lines: &[Line<'_>]) -> Vec<Clause> {
    let (mut items, mut open): (Vec<Clause>, Option<Open>) = (Vec::new(), None);
    // The number of a heading below which no clause has begun.
    let (mut title, mut pending): (String, Option<String>) = (String::new(), None);
    for line in lines {
        match &line.kind {
            Kind::Blank => {}
            Kind::Rule => Open::close(open.take(), &mut items),
            Kind::Heading(number, wording) => {
                Open::close(open.take(), &mut items);
                title.clone_from(wording);
                pending.clone_from(number);
            }
            Kind::Clause(number) => {
                Open::close(open.take(), &mut items);
                pending = None;
                let (id, title) = (number.clone(), title.clone());
                open = Some(Open { id, title, line: line.number, bytes: line.text..line.end });
            }
            Kind::Item | Kind::Text => match (&mut open, pending.take()) {
                (Some(open), _) => open.bytes.end = line.end,
                (None, Some(id)) => {
                    let title = title.clone();
                    open = Some(Open { id, title, line: line.number, bytes: line.text..line.end });
                }
                (None, None) => {}
            },
        }
    }
    Open::close(open, &mut items);
    items
}

/// What stands below each heading.
fn sections(lines: &[Line<'_>]) -> Vec<Clause> {
    let (mut items, mut open): (Vec<Clause>, Option<Open>) = (Vec::new(), None);
    let mut number = 0;
    for line in lines {
        match &line.kind {
            Kind::Blank | Kind::Rule => {}
            Kind::Heading(label, wording) => {
                Open::close(open.take(), &mut items);
                number += 1;
                let id = label.clone().unwrap_or_else(|| format!("s{number}"));
                open = Some(Open { id, title: wording.clone(), line: line.number, bytes: 0..0 });
            }
            Kind::Clause(_) | Kind::Item | Kind::Text => {
                if let Some(open) = &mut open {
                    if open.bytes.is_empty() {
                        // A number that begins the text is part of it.
                        open.bytes = line.end - line.whole.len()..line.end;
                    }
                    open.bytes.end = line.end;
                }
            }
        }
    }
    Open::close(open, &mut items);
    items
}

/// Paragraphs and items of lists.
fn paragraphs(lines: &[Line<'_>]) -> Vec<Clause> {
    let (mut items, mut open): (Vec<Clause>, Option<Open>) = (Vec::new(), None);
    let (mut title, mut number) = (String::new(), 0);
    for line in lines {
        let begins = match &line.kind {
            Kind::Blank | Kind::Rule => {
                Open::close(open.take(), &mut items);
                continue;
            }
            Kind::Heading(_, wording) => {
                Open::close(open.take(), &mut items);
                title.clone_from(wording);
                continue;
            }
            Kind::Clause(number) => Some(number.clone()),
            Kind::Item => Some(String::new()),
            Kind::Text => None,
        };
        match &mut open {
            Some(open) if begins.is_none() => open.bytes.end = line.end,
            _ => {
                Open::close(open.take(), &mut items);
                number += 1;
                let id = begins.filter(|id| !id.is_empty()).unwrap_or_else(|| format!("p{number}"));
                open = Some(Open { id, title: title.clone(), line: line.number, bytes: line.text..line.end });
            }
        }
    }
    Open::close(open, &mut items);
    items
}

/// All of a document, its first heading the title.
fn whole(lines: &[Line<'_>]) -> Vec<Clause> {
    let mut said = lines.iter().filter(|line| !matches!(line.kind, Kind::Blank | Kind::Rule));
    let title = lines.iter().find_map(|line| match &line.kind {
        Kind::Heading(_, wording) => Some(wording.clone()),
        _ => None,
    });
    let Some(first) = said.next() else { return Vec::new() };
    let start = first.end - first.whole.len();
    let end = said.next_back().map_or(first.end, |line| line.end);
    vec![Clause { id: String::new(), title: title.unwrap_or_default(), line: first.number, bytes: start..end }]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, unit: ItemUnit) -> Vec<(String, String, String)> {
        let found = clauses(text, &[], unit);
        let item = |clause: &Clause| {
            (clause.id.clone(), clause.title.clone(), text[clause.bytes.clone()].replace('\n', " / "))
        };
        found.items.iter().map(item).collect()
    }

    fn of(items: &[(String, String, String)]) -> Vec<(&str, &str, &str)> {
        items.iter().map(|(id, title, text)| (id.as_str(), title.as_str(), text.as_str())).collect()
    }

    const REPORT: &str = "\
Report to the Assembly
Purpose
This paper tells what was done.

[bookmark: x1]1\tHuts
1.1\tThe huts shall be
open in winter. They hold:
a)\tWinter rooms
· stoves;
[bookmark: x2]1.2. Keys are lent.
Water and waste
1.3\tWater is tested in 3 places.
2. Paths
2.1) Paths are marked.
3\tProposal
The Assembly is asked to note this.
________
printed in 2026
";

    #[test]
    fn numbered_clauses_have_their_number_their_heading_and_what_stands_below_them() {
        let items = read(REPORT, ItemUnit::Auto);
        assert_eq!(
            of(&items),
            [
                ("1.1", "Huts", "The huts shall be / open in winter. They hold: / a)\tWinter rooms / · stoves;"),
                ("1.2", "Huts", "Keys are lent."),
                ("1.3", "Water and waste", "Water is tested in 3 places."),
                ("2.1", "Paths", "Paths are marked."),
                ("3", "Proposal", "The Assembly is asked to note this."),
            ]
        );
        let found = clauses(REPORT, &[], ItemUnit::Auto);
        assert_eq!((found.unit, found.unread), (ItemUnit::Clauses, (4, 1)));
        assert_eq!(found.items[1].line, 10);
    }

    #[test]
    fn sections_are_what_stands_below_a_heading() {
        let text = "# Resolutions\n\n## Resolution 3: Winter rooms\n\nEvery hut keeps one.\n\n1. A stove.\n\n## Keys\nKeys are lent.\n";
        let items = read(text, ItemUnit::Auto);
        assert_eq!(
            of(&items),
            [
                ("Resolution 3", "Winter rooms", "Every hut keeps one. /  / 1. A stove."),
                ("s3", "Keys", "Keys are lent."),
            ]
        );
    }

    #[test]
    fn where_there_is_neither_number_nor_heading_paragraphs_are_items() {
        let text = "The huts shall be open\nin winter.\n\n- Keys are lent.\n- Water is tested.\n";
        let items = read(text, ItemUnit::Auto);
        let texts: Vec<&str> = of(&items).iter().map(|(_, _, text)| *text).collect();
        assert_eq!(texts, ["The huts shall be open / in winter.", "- Keys are lent.", "- Water is tested."]);
        assert_eq!(of(&read(text, ItemUnit::Files)).len(), 1);
        assert!(read(" \n\n___\n", ItemUnit::Files).is_empty());
    }

    #[test]
    fn a_list_of_short_lines_is_no_list_of_headings() {
        let items = read("1. More huts\n2. Fewer paths\n3. Cheaper keys in the\nwinter season\n", ItemUnit::Auto);
        assert_eq!(of(&items)[2], ("3", "", "Cheaper keys in the / winter season"));
        assert_eq!(items.len(), 3);
    }

    #[test]
    fn numbers_within_a_text_are_no_clauses() {
        let text = "18 April 2019\n1 to keep huts open\n2 to lend keys\n67 keys were lent\n1985 was a good year\n";
        let items = read(text, ItemUnit::Auto);
        assert_eq!(of(&items)[1].2, "to lend keys / 67 keys were lent / 1985 was a good year");
        assert_eq!(items.len(), 2);
    }

    #[test]
    fn words_before_a_number_belong_to_it() {
        let items =
            read("Article 5. Keys are lent to members.\n\nArticle 6. Huts are open in winter.\n", ItemUnit::Auto);
        assert_eq!(of(&items)[1], ("Article 6", "", "Huts are open in winter."));
    }

    #[test]
    fn any_text_is_taken_apart() {
        for text in [
            "",
            "\n",
            "1.",
            "1. ",
            "#",
            "# ",
            "**",
            "****",
            "(",
            "a)",
            "[bookmark:",
            "Article",
            "Article ",
            "§ 5",
            "\u{feff}1. é",
            "— — —",
        ] {
            for unit in ItemUnit::ALL {
                for item in clauses(text, &[], unit).items {
                    assert!(text.get(item.bytes).is_some_and(|text| !text.is_empty()));
                }
            }
        }
    }
}
