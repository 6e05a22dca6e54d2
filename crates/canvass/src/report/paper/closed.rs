//! Closed questions and cross-tables.

use super::{Block, Cell, ColumnKind, Paper, Picture, Table, beginning, column, one_line, paragraph, plain};
use crate::report::wording::Wording;
use crate::settings::{QuestionKind, ReportLanguage};
use crate::statistics::{ClosedItem, ClosedQuestion, CountedOf, CrossTable, GroupedBy, Half, OptionCount, Percent};

/// Answers of a cross-table that stand beside each other on a page.
const MOST_ANSWERS: usize = 6;
/// Characters of an answer at the head of a column.
const LONGEST_ANSWER: usize = 48;
/// Texts under "Other" that are listed.
const MOST_OTHERS: usize = 20;

impl Paper<'_> {
    /// The closed questions.
    pub(super) fn closed_questions(&self) -> Vec<Block> {
        let questions = &self.findings().closed_questions;
        if questions.is_empty() {
            return Vec::new();
        }
        let mut blocks =
            vec![Block::Heading(1, vec![plain(self.text("closed.title"))]), paragraph(self.text("closed.intro"))];
        for question in questions {
            blocks.push(Block::Heading(2, vec![plain(self.heading_of_closed(question))]));
            for sentence in sentences(self.wording, question) {
                blocks.push(paragraph(sentence));
            }
            if question.kind == QuestionKind::Matrix {
                self.matrix(&mut blocks, question);
            } else {
                for item in &question.items {
                    self.item(&mut blocks, question, item);
                }
            }
        }
        blocks
    }

    /// A question's id and wording; statements of a matrix that has no wording of its own stand below.
    fn heading_of_closed(&self, question: &ClosedQuestion) -> String {
        let wording = if question.kind == QuestionKind::Matrix && question.text.starts_with("Statements: ") {
            self.say("page_closed.statements", &[("n", question.items.len().into())])
        } else {
            one_line(&question.text)
        };
        self.say("paper.question", &[("id", (&question.id).into()), ("wording", wording.into())])
    }

    /// The options of a question in one column, with bars.
    fn item(&self, blocks: &mut Vec<Block>, question: &ClosedQuestion, item: &ClosedItem) {
        let rows = in_order(question, item).into_iter().map(|option| {
            let percent = self.wording.percent(option.percent);
            let tenths = option.percent.map_or(0, Percent::tenths);
            vec![
                Cell::Text(option.option.clone()),
                Cell::Bar(Picture::Bar(tenths), percent.clone()),
                Cell::Text(self.wording.number(option.n)),
                Cell::Text(percent),
            ]
        });
        let columns = vec![
            column(self.text("column.answer"), ColumnKind::Text, 45),
            column(self.text("column.bar"), ColumnKind::Bar, 26),
            column(self.text("column.respondents"), ColumnKind::Number, 19),
            column(self.text("column.share"), ColumnKind::Number, 10),
        ];
        let caption = self.say(
            "closed.caption",
            &[("id", (&question.id).into()), ("respondents", self.respondents(item.base).into())],
        );
        blocks.push(Block::Table(Table { caption, columns, rows: rows.collect() }));
        let beside = self.beside_base(question, item);
        if !beside.is_empty() {
            blocks.push(Block::Note(beside));
        }
        if !item.other_texts.is_empty() {
            let texts: Vec<String> = item
                .other_texts
                .iter()
                .take(MOST_OTHERS)
                .map(|other| format!("{} ({})", self.wording.quoted(&one_line(&other.text)), other.n))
                .collect();
            blocks.push(Block::Note(self.say("closed.others", &[("texts", texts.join(", ").into())])));
        }
    }

    /// What stands apart from the base, median and mean.
    fn beside_base(&self, question: &ClosedQuestion, item: &ClosedItem) -> String {
        let apart =
            [("closed.not_applicable", item.n_not_applicable), ("closed.no_answer", item.n_no_answer)].into_iter();
        let mut parts: Vec<String> =
            apart.filter(|(_, n)| *n > 0).map(|(key, n)| self.say(key, &[("n", n.into())])).collect();
        if question.kind == QuestionKind::Multiple {
            parts.push(self.text("closed.multiple"));
        }
        if !item.median.is_empty() {
            let median: Vec<String> = item.median.iter().map(|grade| self.wording.quoted(grade)).collect();
            parts.push(self.say("closed.median", &[("median", median.join(", ").into())]));
        }
        if let Some(mean) = item.mean {
            parts.push(self.say("closed.mean", &[("mean", self.wording.written(&mean.to_string()).into())]));
        }
        parts.join(" ")
    }

    /// The statements of a matrix, a stacked bar each.
    fn matrix(&self, blocks: &mut Vec<Block>, question: &ClosedQuestion) {
        let Some(first) = question.items.first() else { return };
        let parts = in_order(question, first);
        let bar = match parts[..] {
            [first, .., last] => {
                self.say("closed.bar", &[("first", (&first.option).into()), ("last", (&last.option).into())])
            }
            _ => self.text("column.bar"),
        };
        let mut columns =
            vec![column(self.text("column.statement"), ColumnKind::Text, 230), column(bar, ColumnKind::Bar, 160)];
        let width = (540 / (parts.len() as u32).max(1)).max(60);
        columns.extend(parts.iter().map(|option| column(option.option.clone(), ColumnKind::Number, width)));
        columns.push(column(self.text("column.base"), ColumnKind::Number, 80));
        let rows = question.items.iter().map(|item| {
            let options = in_order(question, item);
            let mut end = 0;
            let ends = options.iter().map(|option| {
                end += option.n;
                (end * 1000).checked_div(item.base).unwrap_or_default().min(1000) as u32
            });
            let told: Vec<String> = options
                .iter()
                .map(|option| format!("{} {}", option.option, self.wording.percent(option.percent)))
                .collect();
            let mut row = vec![
                Cell::Text(item.statement.clone().unwrap_or_default()),
                Cell::Bar(Picture::Stack(ends.collect()), told.join(", ")),
            ];
            row.extend(options.iter().map(|option| {
                Cell::Text(format!("{} ({})", self.wording.number(option.n), self.wording.percent(option.percent)))
            }));
            row.push(Cell::Text(self.wording.number(item.base)));
            row
        });
        let caption = self.say("closed.matrix", &[("id", (&question.id).into())]);
        blocks.push(Block::Table(Table { caption, columns, rows: rows.collect() }));
    }

    /// The cross-tables, as few answers beside each other as fit a page.
    pub(super) fn crosstabs(&self) -> Vec<Block> {
        let tables = &self.findings().crosstabs;
        if tables.is_empty() {
            return Vec::new();
        }
        let mut intro = self.text("crosstabs.intro");
        if self.is_private() {
            let smallest = u64::from(self.run.settings.privacy.smallest_cell);
            intro += " ";
            intro += &self.say("crosstabs.private", &[("n", smallest.into())]);
        }
        let mut blocks = vec![Block::Heading(1, vec![plain(self.text("crosstabs.title"))]), paragraph(intro)];
        let mut last = "";
        for table in tables {
            if table.question != last {
                last = &table.question;
                blocks.push(Block::Heading(2, vec![plain(self.crosstab_heading(table))]));
            }
            // Of themes only the findings; the tables have them all.
            let most = match table.of {
                CountedOf::Themes => self.run.settings.findings.count as usize,
                CountedOf::Answers => table.answers.len(),
            };
            let shown: Vec<usize> = (0..table.answers.len().min(most)).collect();
            for part in shown.chunks(MOST_ANSWERS) {
                blocks.push(self.crosstab(table, part));
            }
        }
        blocks
    }

    fn crosstab_heading(&self, table: &CrossTable) -> String {
        let findings = self.findings();
        let open = findings.questions.iter().find(|question| question.id == table.question).map(|q| &q.text);
        if let Some(closed) = findings.closed_questions.iter().find(|question| question.id == table.question) {
            return self.heading_of_closed(closed);
        }
        let wording = open.map_or_else(String::new, |text| one_line(text));
        self.say("paper.question", &[("id", (&table.question).into()), ("wording", wording.into())])
    }

    /// What stands at the head of the groups: the attribute, or the closed question with its wording.
    fn groups_of(&self, table: &CrossTable) -> String {
        let closed = &self.findings().closed_questions;
        match closed.iter().find(|question| table.by == GroupedBy::Question && question.id == table.by_name) {
            Some(question) => beginning(&self.heading_of_closed(question), LONGEST_ANSWER),
            None => table.by_name.clone(),
        }
    }

    /// What groups are made by, as captions name it: an attribute in quotation marks, a closed question by its id.
    pub(super) fn grouped_by(&self, by: GroupedBy, name: &str) -> String {
        match by {
            GroupedBy::Attribute => self.wording.quoted(name),
            GroupedBy::Question => name.to_owned(),
        }
    }

    fn crosstab(&self, table: &CrossTable, part: &[usize]) -> Block {
        let suppressed = || self.text("crosstabs.suppressed");
        let mut columns = vec![
            column(self.groups_of(table), ColumnKind::Text, 220),
            column(self.text("column.base"), ColumnKind::Number, 80),
        ];
        let width = (700 / part.len().max(1)) as u32;
        columns.extend(
            part.iter()
                .map(|at| column(beginning(&table.answers[*at].label, LONGEST_ANSWER), ColumnKind::Number, width)),
        );
        let rows = table.groups.iter().map(|group| {
            let value = if group.is_unsaid { self.text("profile.did_not_say") } else { group.group.clone() };
            let base = group.base.map_or_else(suppressed, |base| self.wording.number(base));
            let mut row = vec![Cell::Text(value), Cell::Text(base)];
            row.extend(part.iter().map(|at| {
                let cell = group.cells.get(*at).copied().unwrap_or_default();
                Cell::Text(match cell.n {
                    None => suppressed(),
                    Some(n) => format!("{} ({})", self.wording.number(n), self.wording.percent(cell.percent)),
                })
            }));
            row
        });
        let by = ("by", self.grouped_by(table.by, &table.by_name).into());
        let caption = match (&table.statement, table.language) {
            (Some(statement), _) => {
                self.say("crosstabs.of", &[by, ("what", self.wording.quoted(&one_line(statement)).into())])
            }
            (None, Some(language)) => self.say("crosstabs.of", &[by, ("what", self.language(language).into())]),
            (None, None) => self.say("crosstabs.caption", &[by]),
        };
        Block::Table(Table { caption, columns, rows: rows.collect() })
    }
}

/// The options in the order in which they are read: grades in words from the highest, numbers from the lowest, then what has no grade.
fn in_order<'q>(question: &ClosedQuestion, item: &'q ClosedItem) -> Vec<&'q OptionCount> {
    let (mut graded, ungraded): (Vec<_>, Vec<_>) = item.options.iter().partition(|option| option.grade.is_some());
    if question.kind != QuestionKind::Matrix && question.scale.is_some() {
        return item.options.iter().collect();
    }
    graded.reverse();
    graded.into_iter().chain(ungraded).collect()
}

/// What the answers say. The English sentences are those of the data; other languages are told the half or the option that most chose.
pub(in crate::report) fn sentences(wording: &Wording, question: &ClosedQuestion) -> Vec<String> {
    if wording.language() == ReportLanguage::English {
        return question.sentences.clone();
    }
    let told = |item: &ClosedItem| {
        let (n, percent, answers) = leading(question, item)?;
        let answers: Vec<String> = answers.into_iter().map(|answer| wording.quoted(answer)).collect();
        let listed = answers.join(&format!(" {} ", wording.text("list.or")));
        let arguments = [
            ("n", n.into()),
            ("base", item.base.into()),
            ("percent", wording.percent(percent).into()),
            ("answers", listed.into()),
            ("statement", wording.quoted(item.statement.as_deref().unwrap_or_default()).into()),
        ];
        let key = if item.statement.is_some() { "closed.most_of_statement" } else { "closed.most" };
        Some(wording.say(key, &arguments))
    };
    question.items.iter().filter_map(told).collect()
}

/// The half that more chose, or else the option that most did, if it is one; with its answers.
fn leading<'q>(question: &ClosedQuestion, item: &'q ClosedItem) -> Option<(u64, Option<Percent>, Vec<&'q str>)> {
    if let (Some(upper), Some(lower)) = (item.upper, item.lower)
        && question.kind != QuestionKind::Multiple
    {
        let (half, count) = if lower.n > upper.n { (Half::Lower, lower) } else { (Half::Upper, upper) };
        let options = item.options.iter().filter(|option| option.half == Some(half));
        return (count.n > 0).then(|| (count.n, count.percent, options.map(|option| option.option.as_str()).collect()));
    }
    let most = item.options.iter().map(|option| option.n).max().filter(|n| *n > 0)?;
    let mut first = item.options.iter().filter(|option| option.n == most);
    let (option, None) = (first.next()?, first.next()) else { return None };
    (item.options.len() > 1).then(|| (option.n, option.percent, vec![option.option.as_str()]))
}
