//! What stands before the questions: the summary, how to read the report, who answered.

use super::{Block, Cell, ColumnKind, Paper, Picture, Table, bold, column, paragraph, plain, thousandths};
use crate::findings::{Finding, QuestionFindings};
use crate::statistics::{Percent, ValueCount};

/// More days than this are put together.
const MOST_COLUMNS: usize = 120;
/// Values of an attribute that are listed.
const MOST_VALUES: usize = 60;

impl Paper<'_> {
    /// The findings of all questions.
    pub(super) fn summary(&self) -> Vec<Block> {
        let findings = self.findings();
        let kind = if findings.respondents_linked { "submissions" } else { "answers" };
        let received = self.say(&format!("summary.{kind}"), &[("n", findings.n_submissions.into())]);
        let aside = self.say("summary.set_aside", &[("n", findings.n_submissions_set_aside.into())]);
        let questions = self.say("summary.questions", &[("n", findings.questions.len().into())]);
        let mut blocks = vec![
            Block::Heading(1, vec![plain(self.text("summary.title"))]),
            paragraph(format!("{received} {aside} {questions}")),
        ];
        if !findings.respondents_linked {
            blocks.push(Block::Note(self.text("summary.not_linked")));
        }
        for question in &findings.questions {
            blocks.push(Block::Heading(3, vec![plain(self.heading_of(question))]));
            if question.findings.is_empty() {
                blocks.push(Block::Note(self.base_line(question)));
                blocks.push(paragraph(self.text("question.no_findings")));
            } else {
                let overview = self.overview(&question.findings, question);
                blocks.push(Block::Table(Table { caption: self.base_line(question), ..overview }));
            }
        }
        blocks
    }

    /// "Base: 118 respondents, 110 with near-duplicates counted once; 100 of them answered in English."
    pub(super) fn base_line(&self, question: &QuestionFindings) -> String {
        let mut line = self.say("question.base", &[("respondents", self.respondents(question.base).into())]);
        if question.base_once != question.base {
            line += " ";
            line += &self.say("question.base_once", &[("n", question.base_once.into())]);
        }
        if question.language_base != question.base {
            let language = self.language(question.language);
            line += " ";
            line += &self
                .say("question.language_base", &[("n", question.language_base.into()), ("language", language.into())]);
        }
        line
    }

    /// A table of themes: rank, label, bar, respondents, share, counted once.
    pub(super) fn overview(&self, themes: &[Finding], question: &QuestionFindings) -> Table {
        let has_once = question.base_once != question.base;
        let mut columns = vec![
            column(self.text("column.rank"), ColumnKind::Number, 9),
            column(self.text("column.finding"), ColumnKind::Text, 38),
            column(self.text("column.bar"), ColumnKind::Bar, 22),
            column(self.text("column.respondents"), ColumnKind::Number, 20),
            column(self.text("column.share"), ColumnKind::Number, 10),
        ];
        if has_once {
            columns.push(column(self.text("column.once"), ColumnKind::Number, 13));
        }
        let rows = themes.iter().map(|theme| {
            let share = self.wording.share(theme.share);
            let mut row = vec![
                Cell::Text(theme.rank.to_string()),
                Cell::Text(theme.label.clone()),
                Cell::Bar(Picture::Bar(thousandths(theme.share)), share.clone()),
                Cell::Text(self.wording.number(theme.n_respondents)),
                Cell::Text(share),
            ];
            if has_once {
                row.push(Cell::Text(self.wording.number(theme.n_respondents_once)));
            }
            row
        });
        Table {
            caption: self.say("question.overview", &[("id", (&question.id).into())]),
            columns,
            rows: rows.collect(),
        }
    }

    /// How to read the report.
    pub(super) fn reading(&self) -> Vec<Block> {
        let mut points = vec!["reading.finding", "reading.base", "reading.once", "reading.stability", "reading.sure"];
        if self.is_private() {
            points.push("reading.private");
        }
        let mut items: Vec<_> = points.into_iter().map(|key| vec![plain(self.text(key))]).collect();
        items.push(vec![plain(self.scale())]);
        items.push(vec![plain(self.text("reading.trace"))]);
        vec![Block::Heading(1, vec![plain(self.text("reading.title"))]), Block::List(items)]
    }

    /// Which shares the words for shares stand for.
    pub(in crate::report) fn scale(&self) -> String {
        let steps: Vec<String> = self
            .findings()
            .quantifiers
            .iter()
            .map(|step| {
                let (word, share) = (self.quantifier(&step.word), self.wording.share(step.at_least));
                self.say("reading.step", &[("word", word.into()), ("share", share.into())])
            })
            .collect();
        self.say("reading.scale", &[("steps", steps.join(self.wording.semicolon()).into())])
    }

    /// Who answered.
    pub(super) fn profile(&self) -> Vec<Block> {
        let profile = &self.findings().profile;
        let mut blocks = vec![
            Block::Heading(1, vec![plain(self.text("profile.title"))]),
            Block::Paragraph(vec![
                bold(self.respondents(profile.n_respondents)),
                plain(" "),
                plain(self.text("profile.intro")),
            ]),
        ];
        let all = profile.n_respondents;
        for attribute in &profile.attributes {
            let said = attribute.values.iter().cloned();
            let unsaid = ValueCount { value: self.text("profile.did_not_say"), ..attribute.did_not_say.clone() };
            let values: Vec<ValueCount> = said.chain((unsaid.n > 0).then_some(unsaid)).collect();
            self.counts(&mut blocks, &attribute.attribute, &values, all);
        }
        let languages = profile.languages.iter().map(|share| ValueCount {
            value: self.language(share.language),
            n: share.n,
            percent: share.percent,
        });
        let none = (profile.n_no_language > 0).then(|| ValueCount {
            value: self.text("profile.no_language"),
            n: profile.n_no_language,
            percent: Percent::new(profile.n_no_language, all),
        });
        let languages: Vec<ValueCount> = languages.chain(none).collect();
        if languages.len() > 1 {
            self.counts(&mut blocks, &self.text("profile.languages"), &languages, all);
        }
        if profile.files.len() > 1 {
            self.counts(&mut blocks, &self.text("profile.files"), &profile.files, all);
        }
        self.days(&mut blocks);
        blocks
    }

    /// A table of values with their respondents.
    fn counts(&self, blocks: &mut Vec<Block>, name: &str, values: &[ValueCount], all: u64) {
        let shown = values.iter().take(MOST_VALUES).map(|value| {
            let percent = self.wording.percent(value.percent);
            let tenths = value.percent.map_or(0, Percent::tenths);
            vec![
                Cell::Text(value.value.clone()),
                Cell::Bar(Picture::Bar(tenths), percent.clone()),
                Cell::Text(self.wording.number(value.n)),
                Cell::Text(percent),
            ]
        });
        let columns = vec![
            column(name.to_owned(), ColumnKind::Text, 45),
            column(self.text("column.bar"), ColumnKind::Bar, 26),
            column(self.text("column.respondents"), ColumnKind::Number, 19),
            column(self.text("column.share"), ColumnKind::Number, 10),
        ];
        let caption =
            self.say("profile.caption", &[("name", name.into()), ("respondents", self.respondents(all).into())]);
        blocks.push(Block::Table(Table { caption, columns, rows: shown.collect() }));
        if values.len() > MOST_VALUES {
            let more = values.len() - MOST_VALUES;
            blocks.push(Block::Note(self.say("profile.more", &[("n", more.into()), ("file", "profile.csv".into())])));
        }
    }

    /// The days of the answers, as columns; what is wide is put together by weeks or longer.
    fn days(&self, blocks: &mut Vec<Block>) {
        let days = &self.findings().profile.days;
        let (Some(first), Some(last)) = (days.first(), days.last()) else { return };
        let step = days.len().div_ceil(MOST_COLUMNS);
        let step = if step == 1 { 1 } else { step.div_ceil(7) * 7 };
        let columns: Vec<u64> = days.chunks(step).map(|chunk| chunk.iter().map(|day| day.n).sum()).collect();
        let most = columns.iter().copied().max().unwrap_or(1).max(1);
        let heights = columns.iter().map(|n| (n * 1000).div_ceil(most) as u32).collect();
        let key = if step == 1 { "profile.by_day" } else { "profile.by_days" };
        let told = self.say(
            key,
            &[
                ("first", self.wording.day(&first.day).into()),
                ("last", self.wording.day(&last.day).into()),
                ("n", most.into()),
                ("step", step.into()),
            ],
        );
        blocks.push(Block::Paragraph(vec![bold(self.text("profile.days"))]));
        blocks.push(Block::Picture(Picture::Columns(heights), told.clone()));
        blocks.push(paragraph(told));
        let without = self.findings().profile.n_no_day;
        if without > 0 {
            blocks.push(Block::Note(self.say("profile.no_day", &[("n", without.into())])));
        }
    }

    /// The word for a share, in the language of the report.
    pub(super) fn quantifier(&self, word: &str) -> String {
        self.wording.find(&format!("quantifier.{word}"), &[]).unwrap_or_else(|| word.to_owned())
    }
}
