//! What changed in a question since the consultation that a theme model was made of.

use super::{Block, Cell, ColumnKind, Paper, Table, bold, column, paragraph, plain};
use crate::findings::{Finding, QuestionFindings};
use crate::report::wording::Arg;
use crate::waves::{Drift, DriftChange, DriftTheme, DriftWord, GroupDrift, NewTheme};
use canvass_text::Language;

impl Paper<'_> {
    /// What a finding was in the consultation that the theme model is of, or that it is new; nothing without a model.
    pub(super) fn then(&self, question: &QuestionFindings, finding: &Finding, language: Language) -> Option<String> {
        let drift = question.drift.as_ref()?;
        let group = drift.groups.iter().find(|group| group.language == language)?;
        let then = || Arg::from(self.named(drift));
        if let Some(theme) = group.themes.iter().find(|theme| theme.theme_id == finding.theme_id) {
            let share = self.wording.share(theme.share_then);
            let told = [
                ("then", then()),
                ("n", theme.n_then.into()),
                ("base", group.base_then.into()),
                ("share", share.into()),
            ];
            let told = self.say("drift.of_theme", &told);
            return Some(match theme.change {
                DriftChange::Rose => format!("{told} {}", self.text("drift.rose_since")),
                DriftChange::Fell => format!("{told} {}", self.text("drift.fell_since")),
                DriftChange::Unclear | DriftChange::Gone => told,
            });
        }
        let is_new = group.new_themes.iter().any(|theme| theme.theme_id.as_ref() == Some(&finding.theme_id));
        is_new.then(|| self.say("drift.new_theme", &[("then", then())]))
    }

    /// What the earlier consultation is called.
    fn named(&self, drift: &Drift) -> String {
        if drift.then.is_empty() { self.text("drift.earlier") } else { drift.then.clone() }
    }

    /// What changed in a question.
    pub(super) fn drift(&self, blocks: &mut Vec<Block>, question: &QuestionFindings, drift: &Drift) {
        blocks.push(Block::Heading(2, vec![plain(self.text("drift.title"))]));
        blocks.push(paragraph(self.say("drift.intro", &[("then", self.named(drift).into())])));
        if !drift.is_same_wording {
            let text = self.wording.quoted(&drift.text);
            blocks.push(paragraph(self.say("drift.wording", &[("text", text.into())])));
        }
        for group in &drift.groups {
            if drift.groups.len() > 1 {
                let language = self.language(group.language);
                let heading = self.say("question.in_language", &[("language", language.into())]);
                blocks.push(Block::Heading(3, vec![plain(heading)]));
            }
            self.drift_of(blocks, question, group);
        }
    }

    fn drift_of(&self, blocks: &mut Vec<Block>, question: &QuestionFindings, group: &GroupDrift) {
        let (before, now) = (group.base_then, group.base_now);
        let (before_once, now_once) = (group.base_once_then, group.base_once_now);
        let key = if (before, now) == (before_once, now_once) { "drift.base" } else { "drift.base_once" };
        let bases = [
            ("before", before.into()),
            ("now", now.into()),
            ("before_once", before_once.into()),
            ("now_once", now_once.into()),
        ];
        blocks.push(paragraph(self.say(key, &bases)));
        let titles = [
            ("column.theme", ColumnKind::Text, 34),
            ("drift.before", ColumnKind::Number, 14),
            ("drift.now", ColumnKind::Number, 14),
            ("drift.difference", ColumnKind::Number, 24),
            ("drift.change", ColumnKind::Text, 14),
        ];
        let columns = titles.into_iter().map(|(key, kind, width)| column(self.text(key), kind, width)).collect();
        let rows = group.themes.iter().map(|theme| self.theme_row(theme)).collect();
        let caption = self.say("drift.caption", &[("id", (&question.id).into())]);
        blocks.push(Block::Table(Table { caption, columns, rows }));
        blocks.push(Block::Note(self.text("drift.tested")));
        blocks.push(Block::Table(self.standing(question, group)));
        self.new_themes(blocks, group);
        for (key, words) in [("drift.risen", &group.risen), ("drift.fallen", &group.fallen)] {
            if !words.is_empty() {
                let words: Vec<String> = words.iter().map(|word| self.word(word)).collect();
                blocks.push(Block::Paragraph(vec![
                    bold(format!("{}{}", self.text(key), self.wording.colon())),
                    plain(format!("{}.", words.join(", "))),
                ]));
            }
        }
    }

    fn counted(&self, n: u64, share: f64) -> String {
        format!("{} ({})", self.wording.number(n), self.wording.share(share))
    }

    fn theme_row(&self, theme: &DriftTheme) -> Vec<Cell> {
        let none = || "–".to_owned();
        let now = theme.n_now.zip(theme.share_now).map_or_else(none, |(n, share)| self.counted(n, share));
        let difference = theme.difference.zip(theme.interval).map_or_else(none, |(difference, (low, high))| {
            let points = |x: f64| self.wording.points(x).into();
            self.say(
                "drift.interval",
                &[("difference", points(difference)), ("low", points(low)), ("high", points(high))],
            )
        });
        let change = match theme.change {
            DriftChange::Rose => Cell::Bold(self.text("drift.rose")),
            DriftChange::Fell => Cell::Bold(self.text("drift.fell")),
            DriftChange::Unclear => Cell::Text(self.text("drift.unclear")),
            DriftChange::Gone => Cell::Text(self.text("drift.gone")),
        };
        vec![
            Cell::Text(format!("{} ({})", theme.label, theme.theme_id)),
            Cell::Text(self.counted(theme.n_then, theme.share_then)),
            Cell::Text(now),
            Cell::Text(difference),
            change,
        ]
    }

    /// Where respondents stand, then and now.
    fn standing(&self, question: &QuestionFindings, group: &GroupDrift) -> Table {
        let (then, now) = (&group.tally_then, &group.tally_now);
        let share = |n: u64, all: u64| if all == 0 { 0.0 } else { n as f64 / all as f64 };
        let row = |key: &str, before: u64, after: u64| {
            let cells = [
                self.text(key),
                self.counted(before, share(before, then.all())),
                self.counted(after, share(after, now.all())),
            ];
            cells.into_iter().map(Cell::Text).collect()
        };
        let rows = vec![
            row("drift.in_themes", then.in_themes, now.in_themes),
            row("drift.near", then.near, now.near),
            row("drift.unlike", then.unlike, now.unlike),
            row("drift.silent", then.silent, now.silent),
        ];
        let titles = [("drift.standing", ColumnKind::Text, 60), ("drift.before", ColumnKind::Number, 20)];
        let titles = titles.into_iter().chain([("drift.now", ColumnKind::Number, 20)]);
        let columns = titles.map(|(key, kind, width)| column(self.text(key), kind, width)).collect();
        Table { caption: self.say("drift.standing_caption", &[("id", (&question.id).into())]), columns, rows }
    }

    fn new_themes(&self, blocks: &mut Vec<Block>, group: &GroupDrift) {
        let (new, others): (Vec<&NewTheme>, Vec<&NewTheme>) = group.new_themes.iter().partition(|theme| theme.is_new);
        blocks.push(Block::Heading(3, vec![plain(self.text("drift.new_title"))]));
        if new.is_empty() {
            blocks.push(paragraph(self.text("drift.none_new")));
        } else {
            blocks.push(paragraph(self.say("drift.new_intro", &[("n", new.len().into())])));
            let items = new.iter().map(|theme| {
                let told = [
                    ("label", (&theme.label).into()),
                    ("id", theme.theme_id.clone().unwrap_or_default().into()),
                    ("now", theme.n_respondents.into()),
                    ("before", theme.then_at_most.into()),
                    ("words", theme.words.join(", ").into()),
                ];
                let mut said = self.say("drift.new", &told);
                let within = group.themes.iter().find(|of| Some(&of.theme_id) == theme.mostly_in.as_ref());
                if let Some(within) = within {
                    said.push(' ');
                    said.push_str(&self.say("drift.new_within", &[("theme", (&within.label).into())]));
                }
                vec![plain(said)]
            });
            blocks.push(Block::List(items.collect()));
        }
        if !others.is_empty() {
            let one = |theme: &&NewTheme| {
                let told = [
                    ("label", (&theme.label).into()),
                    ("now", theme.n_respondents.into()),
                    ("before", theme.then_at_most.into()),
                ];
                self.say("drift.as_before_one", &told)
            };
            let themes: Vec<String> = others.iter().map(one).collect();
            let told = [("n", others.len().into()), ("themes", themes.join(self.wording.semicolon()).into())];
            blocks.push(Block::Note(self.say("drift.as_before", &told)));
        }
    }

    fn word(&self, word: &DriftWord) -> String {
        let told = [("word", (&word.word).into()), ("before", word.n_then.into()), ("now", word.n_now.into())];
        self.say("drift.word", &told)
    }
}
