//! What stands behind the questions: blocs, the ledger, the method, settings and hashes.

use super::{Block, Cell, ColumnKind, Paper, Table, bold, column, paragraph, plain};
use crate::findings::{QuestionFindings, QuestionFrame};
use crate::ledger::State;

/// Blocs, files and ids that are listed.
const MOST: usize = 100;

impl Paper<'_> {
    /// Respondents who share copied text in several questions.
    pub(super) fn blocs(&self) -> Vec<Block> {
        let found = &self.findings().blocs;
        if found.is_empty() {
            return Vec::new();
        }
        let mut blocks = vec![
            Block::Heading(1, vec![plain(self.text("blocs.title"))]),
            paragraph(self.say("blocs.intro", &[("n", found.len().into())])),
        ];
        for bloc in found.iter().take(MOST) {
            let title = self.say(
                "blocs.bloc",
                &[("id", (&bloc.bloc_id).into()), ("respondents", self.respondents(bloc.n_respondents).into())],
            );
            blocks.push(Block::Heading(3, vec![plain(title)]));
            let rows = bloc.questions.iter().map(|question| {
                vec![
                    Cell::Text(question.question.clone()),
                    Cell::Text(question.groups.join(", ")),
                    Cell::Text(self.wording.number(question.n_respondents)),
                    Cell::Text(self.wording.share(question.share)),
                ]
            });
            let columns = vec![
                column(self.text("column.question"), ColumnKind::Text, 25),
                column(self.text("column.group"), ColumnKind::Text, 45),
                column(self.text("column.respondents"), ColumnKind::Number, 18),
                column(self.text("column.share"), ColumnKind::Number, 12),
            ];
            let caption = self.text("blocs.caption");
            blocks.push(Block::Table(Table { caption, columns, rows: rows.collect() }));
            let ids: Vec<&str> = bloc.respondents.iter().take(MOST).map(String::as_str).collect();
            let mut listed = ids.join(", ");
            if bloc.respondents.len() > MOST {
                listed += ", ";
                listed += &self.say("list.more", &[("n", (bloc.respondents.len() - MOST).into())]);
            }
            blocks.push(Block::Note(self.say("blocs.members", &[("ids", listed.into())])));
        }
        if found.len() > MOST {
            let more = [("n", (found.len() - MOST).into()), ("file", "findings.json".into())];
            blocks.push(Block::Note(self.say("profile.more", &more)));
        }
        blocks
    }

    /// What became of every response.
    pub(super) fn ledger(&self) -> Vec<Block> {
        let questions = &self.findings().questions;
        let count = |state: State, of: &QuestionFindings| -> u64 {
            of.ledger.iter().filter(|entry| entry.state == state).map(|entry| entry.n_responses).sum()
        };
        let states: Vec<State> = State::ALL
            .into_iter()
            .filter(|state| questions.iter().any(|question| count(*state, question) > 0))
            .collect();
        let mut columns = vec![column(self.text("column.question"), ColumnKind::Text, 16)];
        columns.extend(states.iter().map(|state| column(self.state(*state), ColumnKind::Number, 12)));
        columns.push(column(self.text("column.received"), ColumnKind::Number, 12));
        let mut rows: Vec<Vec<Cell>> = questions
            .iter()
            .map(|question| {
                let counts: Vec<u64> = states.iter().map(|state| count(*state, question)).collect();
                let mut row = vec![Cell::Text(question.id.clone())];
                row.extend(counts.iter().map(|n| Cell::Text(self.wording.number(*n))));
                row.push(Cell::Text(self.wording.number(counts.iter().sum())));
                row
            })
            .collect();
        let totals: Vec<u64> = states.iter().map(|state| questions.iter().map(|q| count(*state, q)).sum()).collect();
        let mut row = vec![Cell::Bold(self.text("ledger.all"))];
        row.extend(totals.iter().map(|n| Cell::Bold(self.wording.number(*n))));
        row.push(Cell::Bold(self.wording.number(totals.iter().sum())));
        rows.push(row);
        let key = if self.is_private() { "ledger.private" } else { "ledger.named" };
        vec![
            Block::Heading(1, vec![plain(self.text("ledger.title"))]),
            paragraph(self.text("ledger.intro")),
            Block::Table(Table { caption: self.text("ledger.caption"), columns, rows }),
            Block::Note(self.say(key, &[("file", self.ledger_file().into())])),
            Block::Note(self.text("ledger.states")),
        ]
    }

    /// How every number came about.
    pub(super) fn method(&self) -> Vec<Block> {
        let items = self.steps().into_iter().map(|(title, text)| vec![bold(title), plain(format!(" {text}"))]);
        let basis = self.bases().into_iter().map(|line| vec![plain(line)]);
        vec![
            Block::Heading(1, vec![plain(self.text("method.title"))]),
            Block::List(items.collect()),
            paragraph(self.text("method.basis_intro")),
            Block::List(basis.collect()),
            paragraph(self.text("method.verify")),
        ]
    }

    /// What is done, step by step: a title and a text each.
    pub(in crate::report) fn steps(&self) -> Vec<(String, String)> {
        let settings = &self.run.settings;
        let steps = [
            ("method.read_title", self.text("method.read")),
            ("method.points_title", self.text("method.points")),
            (
                "method.themes_title",
                self.say("method.themes", &[("clusters_from", u64::from(settings.themes.clusters_from).into())]),
            ),
            (
                "method.counts_title",
                self.say("method.counts", &[("min", u64::from(settings.themes.min_respondents).into())]),
            ),
            (
                "method.duplicates_title",
                self.say(
                    "method.duplicates",
                    &[("similarity", self.wording.two_decimals(settings.duplicates.min_similarity).into())],
                ),
            ),
            (
                "method.stability_title",
                self.say("method.stability", &[("n", u64::from(settings.themes.resamples).into())]),
            ),
            ("method.quoting_title", self.text("method.quoting")),
            ("method.groups_title", self.text("method.groups")),
            ("method.dissent_title", self.text("method.dissent")),
            ("method.limits_title", self.text("method.limits")),
        ];
        steps.into_iter().map(|(title, text)| (self.text(title), text)).collect()
    }

    /// The points of a question that a code frame codes, and its decisions.
    fn framed(&self, question: &QuestionFindings, frame: &QuestionFrame) -> String {
        let (points, other) = (question.theme_basis.n_points, question.theme_basis.n_points_other);
        let told = self.say(
            "method.basis_framed",
            &[
                ("id", (&question.id).into()),
                ("points", self.say("count.points", &[("n", points.into())]).into()),
                ("decisions", self.say("frame.decisions", &[("n", frame.n_decisions.into())]).into()),
                ("other", other.into()),
            ],
        );
        if frame.idle.is_empty() {
            return told;
        }
        let n_idle = frame.idle.len() as u64;
        format!("{told} {}", self.say("method.idle", &[("id", (&question.id).into()), ("n", n_idle.into())]))
    }

    /// The points of each question, and how many of them are in no theme.
    pub(in crate::report) fn bases(&self) -> Vec<String> {
        let base = |question: &QuestionFindings| {
            let basis = &question.theme_basis;
            if let Some(frame) = &question.code_frame {
                return self.framed(question, frame);
            }
            let how = match basis.algorithm {
                "stems" => self.text("method.by_terms"),
                algorithm => self.say("method.by_clusters", &[("algorithm", algorithm.into())]),
            };
            let mut told = vec![
                ("id", (&question.id).into()),
                ("points", self.say("count.points", &[("n", basis.n_points.into())]).into()),
                ("how", how.into()),
                ("other", basis.n_points_other.into()),
            ];
            if basis.n_points_sampled == basis.n_points {
                return self.say("method.basis", &told);
            }
            told.push(("sampled", basis.n_points_sampled.into()));
            self.say("method.basis_sampled", &told)
        };
        self.findings().questions.iter().map(base).collect()
    }

    /// Settings, files and hashes.
    pub(super) fn settings(&self) -> Vec<Block> {
        let findings = self.findings();
        let rows = findings.inputs.iter().take(MOST).map(|input| {
            let role = match input.role {
                crate::ingest::SourceRole::Answers => "role.answers",
                crate::ingest::SourceRole::Questions => "role.questions",
                crate::ingest::SourceRole::Reference => "role.reference",
                crate::ingest::SourceRole::Tokenizer => "role.tokenizer",
                crate::ingest::SourceRole::Logo => "role.logo",
                crate::ingest::SourceRole::Template => "role.template",
                crate::ingest::SourceRole::Codeframe => "role.codeframe",
                crate::ingest::SourceRole::Model => "role.model",
            };
            let cells = [input.file.clone(), self.text(role), self.wording.number(input.size), input.blake3.clone()];
            cells.into_iter().map(Cell::Text).collect()
        });
        let columns = vec![
            column(self.text("column.file"), ColumnKind::Text, 30),
            column(self.text("column.role"), ColumnKind::Text, 18),
            column(self.text("column.bytes"), ColumnKind::Number, 14),
            column(self.text("column.hash"), ColumnKind::Text, 38),
        ];
        vec![
            Block::Heading(1, vec![plain(self.text("settings.title"))]),
            paragraph(self.say("settings.hash", &[("hash", (&findings.run.settings_blake3).into())])),
            Block::Table(Table { caption: self.text("settings.files"), columns, rows: rows.collect() }),
            paragraph(self.text("settings.text")),
            Block::Code(self.run.settings.to_toml()),
        ]
    }
}
