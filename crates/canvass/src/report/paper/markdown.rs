//! `report.md`: the report in `CommonMark` with the tables of GitHub.
//!
//! Every text is escaped, ours and respondents' alike: no character of theirs opens emphasis, a link, a heading, a list, a table or HTML. Lines
//! of theirs never begin a block.

use super::{Block, Cell, Chapter, ColumnKind, Look, Paper, Span, Table, one_line};
use rayon::prelude::*;

/// The report.
pub(in crate::report) fn render(paper: &Paper<'_>) -> String {
    let mut text = String::new();
    push(&mut text, &["# ", &escaped(&one_line(&paper.title())), "\n\n"]);
    for line in paper.below_title() {
        push(&mut text, &[&escaped(&one_line(&line)), "\\\n"]);
    }
    // The last line breaks into nothing.
    text.truncate(text.len() - "\\\n".len());
    text.push_str("\n\n");
    for chapter in chapters(paper) {
        text.push_str(&chapter);
    }
    while text.ends_with("\n\n") {
        text.pop();
    }
    text
}

/// Of so many times `report.max_responses` the annex holds a sample, here, too: a text of gigabytes opens nowhere.
const LIMITS: u64 = 4;

/// The chapters, made side by side.
pub(in crate::report) fn chapters(paper: &Paper<'_>) -> Vec<String> {
    let is_sampled = paper.run.intake.responses.len() as u64 > LIMITS * paper.run.settings.report.max_responses;
    let of_chapter = |chapter: &Chapter| {
        let mut text = String::new();
        for block in paper.blocks(*chapter, is_sampled) {
            write(&mut text, &block);
        }
        text
    };
    paper.chapters().par_iter().map(of_chapter).collect()
}

fn push(text: &mut String, parts: &[&str]) {
    for part in parts {
        text.push_str(part);
    }
}

fn write(out: &mut String, block: &Block) {
    match block {
        Block::Heading(level, spans) => {
            // The title is of level 1.
            let marks = "#".repeat(usize::from(*level) + 1);
            push(out, &[&marks, " ", &inline(spans), "\n\n"]);
        }
        Block::Paragraph(spans) => push(out, &[&inline(spans), "\n\n"]),
        Block::Note(text) => push(out, &[&escaped(&one_line(text)), "\n\n"]),
        Block::Quote { text, cite, .. } => {
            push(out, &["> ", &lines(text, "\\\n> "), "\n>\n> — ", &escaped(&one_line(cite)), "\n\n"]);
        }
        Block::List(items) => {
            for item in items {
                push(out, &["- ", &inline(item), "\n"]);
            }
            out.push('\n');
        }
        Block::Table(table) => write_table(out, table),
        Block::Picture(..) => {}
        Block::Answer { id, note, text, .. } => {
            push(out, &["**", &escaped(&one_line(id)), "** · ", &escaped(&one_line(note)), "\n\n"]);
            push(out, &["> ", &lines(text, "\\\n> "), "\n\n"]);
        }
        Block::Code(text) => {
            let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or(0);
            let fence = "`".repeat(longest.max(2) + 1);
            push(out, &[&fence, "\n", &without_controls(text), if text.ends_with('\n') { "" } else { "\n" }]);
            push(out, &[&fence, "\n\n"]);
        }
    }
}

fn inline(spans: &[Span]) -> String {
    let mut text = String::new();
    for span in spans {
        let (mark, inner) = (
            match span.look {
                Look::Plain => "",
                Look::Bold => "**",
                Look::Italic => "*",
            },
            escaped(&one_line_inside(&span.text)),
        );
        // Marks work only beside letters.
        let (start, end) = (inner.len() - inner.trim_start().len(), inner.trim_end().len());
        if mark.is_empty() || start >= end {
            text.push_str(&inner);
        } else {
            push(&mut text, &[&inner[..start], mark, &inner[start..end], mark, &inner[end..]]);
        }
    }
    text
}

/// White space evened out, but for a space at either end, which parts spans.
fn one_line_inside(text: &str) -> String {
    let inner = one_line(text);
    let start = if text.starts_with(char::is_whitespace) { " " } else { "" };
    let end = if text.ends_with(char::is_whitespace) && !inner.is_empty() { " " } else { "" };
    format!("{start}{inner}{end}")
}

/// A text of several lines, each escaped; blank ones are left out, as they would end the block.
fn lines(text: &str, between: &str) -> String {
    let lines: Vec<String> =
        text.lines().map(one_line).filter(|line| !line.is_empty()).map(|line| escaped(&line)).collect();
    lines.join(between)
}

fn write_table(out: &mut String, table: &Table) {
    let kept: Vec<usize> = (0..table.columns.len()).filter(|at| table.columns[*at].kind != ColumnKind::Bar).collect();
    if !table.caption.is_empty() {
        push(out, &["*", &escaped(&one_line(&table.caption)), "*\n\n"]);
    }
    for at in &kept {
        push(out, &["| ", &cell(&table.columns[*at].title), " "]);
    }
    out.push_str("|\n");
    for at in &kept {
        out.push_str(if table.columns[*at].kind == ColumnKind::Number { "| ---: " } else { "| --- " });
    }
    out.push_str("|\n");
    for row in &table.rows {
        for at in &kept {
            let told = match &row[*at] {
                Cell::Text(text) => cell(text),
                Cell::Bold(text) if text.is_empty() => String::new(),
                Cell::Bold(text) => format!("**{}**", cell(text)),
                Cell::Bar(..) => String::new(),
            };
            push(out, &["| ", &told, " "]);
        }
        out.push_str("|\n");
    }
    out.push('\n');
}

fn cell(text: &str) -> String {
    escaped(&one_line(text))
}

/// Text of one line that markdown takes for nothing but text.
pub(in crate::report) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let line = text.trim_start();
    // What would begin a block where the text begins a line.
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    let marked = line[digits..].strip_prefix(['.', ')']);
    let is_numbered = digits > 0 && marked.is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace));
    let begins = match line.chars().next() {
        Some('#' | '+' | '-' | '=' | '~' | ':') => Some(text.len() - line.len()),
        _ if is_numbered => Some(text.len() - line.len() + digits),
        _ => None,
    };
    for (at, c) in text.char_indices() {
        let rest = &text[at..];
        let opens_link = (c == ':' && rest.starts_with("://")) || (c == '.' && ends_with_www(&text[..at]));
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '~' | '&' | '$' | '@' => out.extend(['\\', c]),
            _ if begins == Some(at) || opens_link => out.extend(['\\', c]),
            c => out.push(shown(c)),
        }
    }
    out
}

fn ends_with_www(before: &str) -> bool {
    before.len() >= 3 && before.as_bytes()[before.len() - 3..].eq_ignore_ascii_case(b"www")
}

/// Characters that show nothing and steer terminals and parsers are shown as what they are: unknown.
fn shown(c: char) -> char {
    if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}') { '\u{fffd}' } else { c }
}

fn without_controls(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { c } else { shown(c) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_takes_effect() {
        for (text, written) in [
            ("# Title", "\\# Title"),
            ("- item", "\\- item"),
            ("12. item", "12\\. item"),
            ("3) item", "3\\) item"),
            ("52.8 %, 3)x", "52.8 %, 3)x"),
            ("*a* _b_ `c` ~~d~~", "\\*a\\* \\_b\\_ \\`c\\` \\~\\~d\\~\\~"),
            ("[a](http://b.c) ![d](e)", "\\[a\\](http\\://b.c) !\\[d\\](e)"),
            ("<b>x</b> &lt; a|b", "\\<b\\>x\\</b\\> \\&lt; a\\|b"),
            ("www.example.org, a@b.c", "www\\.example.org, a\\@b.c"),
            ("Well-known, 5 + 5 = 10: so.", "Well-known, 5 + 5 = 10: so."),
            ("bell\u{7}", "bell\u{fffd}"),
        ] {
            assert_eq!(escaped(text), written);
        }
    }

    #[test]
    fn lines_of_a_quotation_stay_in_it() {
        let mut out = String::new();
        let text = "One\n\n# Two\r\n    three\n---\n1. four".to_owned();
        write(&mut out, &Block::Quote { text, language: None, cite: "r1".into() });
        assert_eq!(out, "> One\\\n> \\# Two\\\n> three\\\n> \\---\\\n> 1\\. four\n>\n> — r1\n\n");
    }

    #[test]
    fn a_cell_ends_neither_its_row_nor_its_table() {
        let mut out = String::new();
        let column = |title: &str, kind| super::super::column(title.to_owned(), kind, 1);
        let table = Table {
            caption: "A*b".into(),
            columns: vec![
                column("x|y", ColumnKind::Text),
                column("", ColumnKind::Bar),
                column("n", ColumnKind::Number),
            ],
            rows: vec![vec![
                Cell::Text("a|b\nc".into()),
                Cell::Bar(super::super::Picture::Bar(1), String::new()),
                Cell::Bold("5".into()),
            ]],
        };
        write(&mut out, &Block::Table(table));
        assert_eq!(out, "*A\\*b*\n\n| x\\|y | n |\n| --- | ---: |\n| a\\|b c | **5** |\n\n");
    }

    #[test]
    fn settings_do_not_end_their_fence() {
        let mut out = String::new();
        write(&mut out, &Block::Code("a = \"````\"".into()));
        assert_eq!(out, "`````\na = \"````\"\n`````\n\n");
    }
}
