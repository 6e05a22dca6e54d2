//! An open question: its findings with their evidence, and what they leave out.

use super::{
    Block, Cell, ColumnKind, Look, Paper, Span, Table, beginning, bold, column, italic, one_line, paragraph, plain,
};
use crate::codeframe::Status;
use crate::findings::{
    Breakdown, BreakdownGroup, DuplicateGroup, Finding, LanguageFindings, NoTheme, QuestionFindings, Representation,
    StabilityVerdict, Stance, ThemeFrame, ThemeStability, Verbatim,
};
use crate::report::wording::capitalised;
use crate::settings::CountBy;
use canvass_text::Language;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Ids of respondents that stand behind a finding.
const MOST_IDS: usize = 60;
/// Terms, forms and names that are listed.
const MOST_TERMS: usize = 20;
/// Answers without a theme that are shown for each reason.
const MOST_ANSWERS: usize = 5;
/// Groups of near-duplicates that are listed.
const MOST_GROUPS: usize = 50;
/// Characters of a text in a table.
const LONGEST: usize = 280;
/// Names that are listed.
const MOST_NAMES: usize = 100;

impl Paper<'_> {
    /// A question.
    pub(super) fn question(&self, number: usize) -> Vec<Block> {
        let question = &self.findings().questions[number];
        let mut blocks = vec![Block::Heading(1, vec![plain(self.heading_of(question))])];
        let of = self.base_line(question);
        let aside: Vec<String> = question
            .ledger
            .iter()
            .filter(|entry| entry.n_responses > 0 && !entry.state.is_analysed())
            .map(|entry| {
                let told = [("n", entry.n_responses.into()), ("state", self.state(entry.state).into())];
                self.say("question.state_count", &told)
            })
            .collect();
        blocks.push(paragraph(of));
        if !aside.is_empty() {
            blocks.push(paragraph(self.say("question.set_aside", &[("states", aside.join(", ").into())])));
        }
        if let Some(names) = &question.names {
            self.names(&mut blocks, names);
        }
        let heading = |key: &str| Block::Heading(2, vec![plain(self.text(key))]);
        blocks.push(heading("question.findings"));
        self.findings_of(&mut blocks, question, &question.findings, question.language);
        let below = question.themes.len() - question.findings.len().min(question.themes.len());
        blocks.push(heading("question.beyond"));
        self.beyond(&mut blocks, question, below);
        for group in &question.languages {
            self.language_group(&mut blocks, question, group);
        }
        self.rejected(&mut blocks, question);
        if let Some(drift) = &question.drift {
            self.drift(&mut blocks, question, drift);
        }
        let n_no_theme = question.no_theme.len() + question.languages.iter().map(|g| g.no_theme.len()).sum::<usize>();
        if n_no_theme > 0 {
            blocks.push(heading("question.no_theme"));
            self.no_theme(&mut blocks, question, n_no_theme as u64);
        }
        self.left_out(&mut blocks, question);
        let groups: Vec<&DuplicateGroup> = question.duplicates.iter().filter(|group| !group.is_short).collect();
        if !groups.is_empty() {
            blocks.push(heading("question.duplicates"));
            self.duplicates(&mut blocks, &groups);
        }
        blocks
    }

    /// The findings in some language, at a glance and one by one.
    fn findings_of(&self, blocks: &mut Vec<Block>, question: &QuestionFindings, found: &[Finding], language: Language) {
        if found.is_empty() {
            blocks.push(paragraph(self.text("question.no_findings")));
            return;
        }
        blocks.push(Block::Table(self.overview(found, question)));
        for finding in found {
            self.finding(blocks, question, finding, language);
        }
    }

    /// A finding with all that is known of it.
    fn finding(&self, blocks: &mut Vec<Block>, question: &QuestionFindings, finding: &Finding, language: Language) {
        let title =
            self.say("finding.title", &[("rank", finding.rank.to_string().into()), ("label", (&finding.label).into())]);
        blocks.push(Block::Heading(3, vec![bold(title)]));
        let mut lead = vec![Span { text: self.wording.quoted(&one_line(&finding.sentence)), look: Look::Bold }];
        // The sentence is not quoted twice, but where it was shortened.
        let first = finding.verbatims.first().filter(|first| one_line(&first.text) == one_line(&finding.sentence));
        let source = first.map(|first| self.cite_verbatim(first)).or_else(|| {
            finding.sentence_source.as_ref().map(|source| self.cite(&source.response_id, &source.respondent_id))
        });
        lead.extend(source.map(|source| plain(format!(" ({source})"))));
        blocks.push(Block::Paragraph(lead));
        let is_translated = first.is_some_and(|first| first.translation.is_some());
        let others = &finding.verbatims[usize::from(first.is_some() && !is_translated)..];
        let mut facts: Vec<Vec<Span>> = vec![self.count(question, finding)];
        if finding.rank_differs {
            let ranks = [("once", u64::from(finding.rank_once).into()), ("raw", u64::from(finding.rank_raw).into())];
            facts.push(vec![plain(self.say("finding.rank_differs", &ranks))]);
        }
        if finding.language_share > finding.share {
            let share = self.wording.share(finding.language_share);
            let of = [("share", share.into()), ("language", self.language(language).into())];
            facts.push(vec![plain(self.say("finding.language_share", &of))]);
        }
        facts.extend(self.then(question, finding, language).map(|then| vec![plain(then)]));
        if let Some(stability) = &finding.stability {
            facts.push(self.stability(stability));
        }
        if let Some(frame) = &finding.frame {
            facts.push(vec![plain(self.frame(frame))]);
        }
        facts.push(vec![plain(self.say("finding.terms", &[("terms", self.terms(finding).into())]))]);
        blocks.push(Block::List(facts));
        for verbatim in others {
            self.quote(blocks, verbatim, language);
        }
        self.dissent(blocks, finding, language);
        for breakdown in &finding.breakdown {
            self.breakdown(blocks, breakdown);
        }
        blocks.push(Block::Note(self.say(
            "finding.respondents",
            &[("ids", self.ids(&finding.respondents).into()), ("n", finding.respondents.len().into())],
        )));
    }

    /// "Some: 28 of 118 respondents (24 %). 26 with near-duplicates counted once (24 % of 110)."
    fn count(&self, question: &QuestionFindings, finding: &Finding) -> Vec<Span> {
        let raw = self.say(
            "finding.count",
            &[
                ("n", finding.n_respondents.into()),
                ("base", question.base.into()),
                ("share", self.wording.share(finding.share).into()),
            ],
        );
        let once = self.say(
            "finding.count_once",
            &[
                ("n", finding.n_respondents_once.into()),
                ("base", question.base_once.into()),
                ("share", self.wording.share(finding.share_once).into()),
            ],
        );
        let word = capitalised(&self.quantifier(&finding.quantifier));
        let mut parts = match self.findings().count_by {
            CountBy::Once => vec![once, raw],
            CountBy::Both | CountBy::Raw => vec![raw, once],
        };
        if question.base_once == question.base && finding.n_respondents == finding.n_respondents_once {
            parts = vec![parts.swap_remove(usize::from(self.findings().count_by == CountBy::Once))];
        }
        vec![bold(self.say("finding.quantifier", &[("word", word.into())])), plain(format!(" {}", parts.join(" ")))]
    }

    /// What analysts did with a theme.
    fn frame(&self, frame: &ThemeFrame) -> String {
        let responses = |n: u64| self.say("frame.responses", &[("n", n.into())]);
        let status = match frame.status {
            "signed-off" => "frame.status_signed_off",
            "rejected" => "frame.status_rejected",
            _ => "frame.status_proposed",
        };
        let key = match frame.origin {
            "proposed" => "frame.proposed",
            "edited" => "frame.edited",
            _ => "frame.written",
        };
        let told = self.say(
            key,
            &[
                ("status", self.text(status).into()),
                ("decisions", self.say("frame.decisions", &[("n", frame.n_decisions.into())]).into()),
                ("came", responses(frame.n_in).into()),
                ("went", responses(frame.n_out).into()),
            ],
        );
        let mut told = vec![told];
        if frame.n_by_hand > 0 {
            told.push(self.say("frame.by_hand", &[("responses", responses(frame.n_by_hand).into())]));
        }
        if let Some(classifier) = &frame.classifier {
            let f1 = |x: f64| self.wording.two_decimals(x).into();
            told.push(self.say(
                "frame.by_classifier",
                &[
                    ("responses", responses(classifier.n_responses).into()),
                    ("coded", u64::from(classifier.n_coded).into()),
                    ("in_theme", u64::from(classifier.n_in_theme).into()),
                    ("f1", f1(classifier.f1)),
                    ("low", f1(classifier.f1_low)),
                    ("high", f1(classifier.f1_high)),
                ],
            ));
        }
        told.join(" ")
    }

    fn stability(&self, stability: &ThemeStability) -> Vec<Span> {
        let key = match stability.verdict {
            StabilityVerdict::Stable => "stability.stable",
            StabilityVerdict::Fair => "stability.fair",
            StabilityVerdict::Weak => "stability.weak",
        };
        let mut told = self.say(
            "stability.figures",
            &[
                ("similarity", self.wording.two_decimals(stability.similarity).into()),
                ("returned", u64::from(stability.n_returned).into()),
                ("resamples", u64::from(stability.n_resamples).into()),
            ],
        );
        if let Some((first, last)) = stability.rank {
            let (first, last) = (u64::from(first), u64::from(last));
            let key = if first == last { "stability.rank" } else { "stability.ranks" };
            told += " ";
            told += &self.say(key, &[("first", first.into()), ("last", last.into())]);
        }
        vec![bold(self.text(key)), plain(format!(" {told}"))]
    }

    /// The forms of the theme's terms, the heaviest first.
    fn terms(&self, finding: &Finding) -> String {
        let forms = finding.terms.iter().take(MOST_TERMS).map(|term| {
            let form = term.surface_forms.first().unwrap_or(&term.stem);
            self.wording.quoted(form)
        });
        let mut listed: Vec<String> = forms.collect();
        if finding.terms.len() > MOST_TERMS {
            listed.push(self.say("list.more", &[("n", (finding.terms.len() - MOST_TERMS).into())]));
        }
        listed.join(", ")
    }

    /// "1, 2, 3 and 40 more"
    fn ids(&self, ids: &[Arc<str>]) -> String {
        let mut listed: Vec<String> = ids.iter().take(MOST_IDS).map(ToString::to_string).collect();
        if ids.len() > MOST_IDS {
            listed.push(self.say("list.more", &[("n", (ids.len() - MOST_IDS).into())]));
        }
        listed.join(", ")
    }

    /// Who says it.
    fn breakdown(&self, blocks: &mut Vec<Block>, breakdown: &Breakdown) {
        let named: Vec<&BreakdownGroup> = breakdown.groups.iter().filter(|group| group.base != Some(0)).collect();
        if named.is_empty() {
            return;
        }
        let has_outstanding = named.iter().any(|group| group.representation.is_some());
        let suppressed = || self.text("crosstabs.suppressed");
        let number = |n: Option<u64>| n.map_or_else(suppressed, |n| self.wording.number(n));
        let rows = named.iter().map(|group| {
            let value = if group.is_unsaid { self.text("profile.did_not_say") } else { group.group.clone() };
            let percent = if group.n.is_none() { suppressed() } else { self.wording.percent(group.percent) };
            let stands_out = match group.representation {
                Some(Representation::Over) => self.stands_out("breakdown.over", group),
                Some(Representation::Under) => self.stands_out("breakdown.under", group),
                None => String::new(),
            };
            let mut row = vec![value, number(group.n), number(group.base), percent];
            row.extend(has_outstanding.then_some(stands_out));
            row.into_iter().map(Cell::Text).collect()
        });
        let mut titles = vec![
            (breakdown.by_name.clone(), ColumnKind::Text, 34),
            (self.text("column.say_it"), ColumnKind::Number, 13),
            (self.text("column.base"), ColumnKind::Number, 13),
            (self.text("column.share"), ColumnKind::Number, 13),
        ];
        if has_outstanding {
            titles.push((self.text("column.stands_out"), ColumnKind::Text, 27));
        }
        let columns = titles.into_iter().map(|(title, kind, width)| column(title, kind, width)).collect();
        let caption =
            self.say("breakdown.caption", &[("name", self.grouped_by(breakdown.by, &breakdown.by_name).into())]);
        blocks.push(Block::Table(Table { caption, columns, rows: rows.collect() }));
    }

    fn stands_out(&self, key: &str, group: &BreakdownGroup) -> String {
        let ratio = group.ratio.map_or_else(String::new, |ratio| self.wording.written(&format!("{ratio:.2}")));
        self.say(key, &[("ratio", ratio.into())])
    }

    /// Who disagrees.
    fn dissent(&self, blocks: &mut Vec<Block>, finding: &Finding, language: Language) {
        let dissent = &finding.dissent;
        if let Some(stances) = &dissent.stances {
            let counts: Vec<String> = stances
                .counts
                .iter()
                .map(|count| {
                    let n = count.n.map_or_else(|| self.text("crosstabs.suppressed"), |n| self.wording.number(n));
                    let key = match count.stance {
                        Stance::Agree => "stance.agree",
                        Stance::Neutral => "stance.neutral",
                        Stance::Disagree => "stance.disagree",
                        Stance::Other => "stance.other",
                    };
                    self.say(key, &[("count", n.into())])
                })
                .collect();
            let told = [("id", (&stances.question).into()), ("counts", counts.join(", ").into())];
            blocks.push(paragraph(self.say("dissent.stances", &told)));
            for verbatim in &stances.verbatims {
                self.quote(blocks, verbatim, language);
            }
        }
        if dissent.against.n_respondents > 0 {
            let told =
                [("n", dissent.against.n_respondents.into()), ("ids", self.ids(&dissent.against.respondents).into())];
            blocks.push(paragraph(self.say("dissent.against", &told)));
            for opposing in &dissent.against.verbatims {
                blocks
                    .push(Block::Note(self.say("dissent.cue", &[("cue", self.wording.quoted(&opposing.cue).into())])));
                self.quote(blocks, &opposing.verbatim, language);
            }
        } else {
            blocks.push(paragraph(self.text("dissent.against_none")));
        }
    }

    /// A quotation with its source.
    fn quote(&self, blocks: &mut Vec<Block>, verbatim: &Verbatim, language: Language) {
        let cite = self.cite_verbatim(verbatim);
        // The language of the theme is that of the translation, where one was analysed.
        let spoken = if verbatim.translation.is_some() { None } else { Some(language.code()) };
        blocks.push(Block::Quote { text: verbatim.text.trim().to_owned(), language: spoken, cite });
        if let Some(translation) = &verbatim.translation {
            let cite = self.text("quote.translation");
            let text = translation.text.trim().to_owned();
            blocks.push(Block::Quote { text, language: Some(language.code()), cite });
        }
    }

    /// The source of a quotation, with the group that it is from.
    fn cite_verbatim(&self, verbatim: &Verbatim) -> String {
        let cite = self.cite(&verbatim.response_id, &verbatim.respondent_id);
        match verbatim.group.as_ref().filter(|_| !self.is_private()) {
            Some(group) => self.say("quote.group", &[("cite", cite.into()), ("group", (&group.group).into())]),
            None => cite,
        }
    }

    /// "response 12" or "response 12 of respondent 3".
    fn cite(&self, response_id: &str, respondent_id: &str) -> String {
        let key = if response_id == respondent_id { "quote.response" } else { "quote.respondent" };
        self.say(key, &[("response", response_id.into()), ("respondent", respondent_id.into())])
    }

    /// What the findings leave out, and whom.
    fn beyond(&self, blocks: &mut Vec<Block>, question: &QuestionFindings, n_below: usize) {
        let in_findings = self.say(
            "beyond.covered",
            &[
                ("n", question.n_in_findings.into()),
                ("base", question.base.into()),
                ("rest", question.base.saturating_sub(question.n_in_findings).into()),
            ],
        );
        blocks.push(paragraph(in_findings));
        for breakdown in question.beyond.who.iter().filter(|_| !self.is_private()) {
            self.breakdown(blocks, breakdown);
        }
        if n_below > 0 {
            let below = &question.themes[question.findings.len()..];
            let mut table = self.overview(below, question);
            table.caption = self.say("beyond.themes", &[("n", n_below.into())]);
            blocks.push(Block::Table(table));
        }
        let beyond = &question.beyond;
        if !beyond.small_groups.is_empty() {
            blocks.push(paragraph(self.say("beyond.small_groups", &[("n", beyond.n_small_groups.into())])));
            let items = beyond.small_groups.iter().map(|group| {
                let source = self.cite(&group.verbatim.response_id, &group.verbatim.respondent_id);
                let quoted = self.wording.quoted(&beginning(&group.verbatim.text, LONGEST));
                let label = format!("{} ({})", group.label, self.respondents(group.n_respondents));
                vec![bold(label), plain(format!(" {quoted} ({source})"))]
            });
            blocks.push(Block::List(items.collect()));
        }
        if !beyond.single_points.is_empty() {
            blocks.push(paragraph(self.say("beyond.single_points", &[("n", beyond.n_single_points.into())])));
            let items = beyond.single_points.iter().map(|point| {
                let source = self.cite(&point.response_id, &point.respondent_id);
                vec![plain(format!("{} ({source})", self.wording.quoted(&beginning(&point.text, LONGEST))))]
            });
            blocks.push(Block::List(items.collect()));
        }
    }

    /// The answers in a further language.
    fn language_group(&self, blocks: &mut Vec<Block>, question: &QuestionFindings, group: &LanguageFindings) {
        let name = self.language(group.language);
        blocks.push(Block::Heading(2, vec![plain(self.say("question.in_language", &[("language", name.into())]))]));
        let base = self.say("question.base", &[("respondents", self.respondents(group.base).into())]);
        blocks.push(paragraph(base));
        self.findings_of(blocks, question, &group.findings, group.language);
        let below = &group.themes[group.findings.len().min(group.themes.len())..];
        if !below.is_empty() {
            let mut table = self.overview(below, question);
            table.caption = self.say("beyond.themes", &[("n", below.len().into())]);
            blocks.push(Block::Table(table));
        }
    }

    /// The themes that analysts rejected, a line each.
    fn rejected(&self, blocks: &mut Vec<Block>, question: &QuestionFindings) {
        let rows = question.code_frame.iter().flat_map(|frame| &frame.themes);
        let rejected = rows.filter(|row| row.frame.status == Status::Rejected.name()).map(|row| {
            let told = [("label", row.label.as_str().into()), ("n", row.n_respondents.into())];
            vec![plain(self.say("frame.rejected", &told))]
        });
        let rejected: Vec<_> = rejected.collect();
        if !rejected.is_empty() {
            blocks.push(Block::Heading(2, vec![plain(self.text("frame.rejected_title"))]));
            blocks.push(paragraph(self.text("frame.rejected_intro")));
            blocks.push(Block::List(rejected));
        }
    }

    /// The responses in no theme, by reason.
    fn no_theme(&self, blocks: &mut Vec<Block>, question: &QuestionFindings, n: u64) {
        blocks.push(paragraph(self.say("no_theme.intro", &[("n", n.into()), ("base", question.base.into())])));
        let mut by_reason: BTreeMap<&str, Vec<&NoTheme>> = BTreeMap::new();
        let further = question.languages.iter().flat_map(|group| &group.no_theme);
        for answer in question.no_theme.iter().chain(further) {
            by_reason.entry(&answer.reason).or_default().push(answer);
        }
        let mut reasons: Vec<(&str, Vec<&NoTheme>)> = by_reason.into_iter().collect();
        reasons.sort_by(|a, b| b.1.len().cmp(&a.1.len()).then(a.0.cmp(b.0)));
        for (reason, answers) in reasons {
            let told = [("reason", self.wording.reason(reason).into()), ("n", answers.len().into())];
            blocks.push(Block::Paragraph(vec![italic(self.say("no_theme.reason", &told))]));
            let items = answers.iter().take(MOST_ANSWERS).map(|answer| {
                let source = self.cite(&answer.response_id, &answer.respondent_id);
                vec![plain(format!("{} ({source})", self.wording.quoted(&beginning(&answer.text, LONGEST))))]
            });
            blocks.push(Block::List(items.collect()));
            if answers.len() > MOST_ANSWERS {
                let more = answers.len() - MOST_ANSWERS;
                blocks.push(Block::Note(self.say("no_theme.more", &[("n", more.into())])));
            }
        }
    }

    /// What carries no theme, and what counts as one.
    fn left_out(&self, blocks: &mut Vec<Block>, question: &QuestionFindings) {
        let left_out = &question.left_out;
        let mut items: Vec<Vec<Span>> = Vec::new();
        if !left_out.question_words.is_empty() {
            let words: Vec<&str> = left_out.question_words.iter().take(MOST_TERMS).map(String::as_str).collect();
            items.push(vec![plain(self.say("left_out.question", &[("words", words.join(", ").into())]))]);
        }
        for passage in left_out.boilerplate.iter().take(MOST_TERMS) {
            let quoted = self.wording.quoted(&beginning(&passage.form, LONGEST));
            let told = [("passage", quoted.into()), ("n", passage.n_responses.into())];
            items.push(vec![plain(self.say("left_out.boilerplate", &told))]);
        }
        if question.n_quoting > 0 {
            items.push(vec![plain(self.say("left_out.quoting", &[("n", question.n_quoting.into())]))]);
        }
        for merge in question.merges.iter().take(MOST_TERMS) {
            let forms: Vec<String> = merge
                .forms
                .iter()
                .take(MOST_TERMS)
                .map(|form| format!("{} ({})", form.form, self.wording.number(form.n_responses)))
                .collect();
            let told = [("term", (&merge.term).into()), ("forms", forms.join(", ").into())];
            items.push(vec![plain(self.say("left_out.merge", &told))]);
        }
        if !items.is_empty() {
            blocks.push(Block::Heading(2, vec![plain(self.text("left_out.title"))]));
            blocks.push(Block::List(items));
        }
    }

    /// Groups of near-duplicates.
    fn duplicates(&self, blocks: &mut Vec<Block>, groups: &[&DuplicateGroup]) {
        blocks.push(paragraph(self.say("duplicates.intro", &[("n", groups.len().into())])));
        let rows = groups.iter().take(MOST_GROUPS).map(|group| {
            let number = |n: u64| Cell::Text(self.wording.number(n));
            vec![
                Cell::Text(group.group_id.clone()),
                number(group.n_respondents),
                number(group.n_exact),
                number(group.n_varied),
                number(group.additions.len() as u64),
                Cell::Text(format!("{} ({})", beginning(&group.text, LONGEST), group.representative)),
            ]
        });
        let titles = [
            ("column.group", ColumnKind::Text, 9),
            ("column.respondents", ColumnKind::Number, 17),
            ("column.exact", ColumnKind::Number, 10),
            ("column.varied", ColumnKind::Number, 11),
            ("column.additions", ColumnKind::Number, 13),
            ("column.standard_text", ColumnKind::Text, 40),
        ];
        let columns = titles.into_iter().map(|(key, kind, width)| column(self.text(key), kind, width)).collect();
        blocks.push(Block::Table(Table { caption: self.text("duplicates.caption"), columns, rows: rows.collect() }));
        if groups.len() > MOST_GROUPS {
            let more = [("n", (groups.len() - MOST_GROUPS).into()), ("file", "duplicates.csv".into())];
            blocks.push(Block::Note(self.say("profile.more", &more)));
        }
    }

    /// Who is named.
    fn names(&self, blocks: &mut Vec<Block>, names: &crate::findings::Names) {
        blocks.push(Block::Heading(2, vec![plain(self.text("names.title"))]));
        let share = self.wording.share(names.share);
        let told = [("n", names.n_respondents.into()), ("share", share.into()), ("names", names.names.len().into())];
        blocks.push(paragraph(self.say("names.intro", &told)));
        let row = |name: &str, n: u64, share: f64, detail: String| {
            let share = self.wording.share(share);
            vec![name.to_owned(), self.wording.number(n), share, detail].into_iter().map(Cell::Text).collect()
        };
        let columns = |first: &str, last: &str| {
            vec![
                column(self.text(first), ColumnKind::Text, 40),
                column(self.text("column.respondents"), ColumnKind::Number, 15),
                column(self.text("column.share"), ColumnKind::Number, 10),
                column(self.text(last), ColumnKind::Text, 35),
            ]
        };
        if !names.groups.is_empty() {
            let rows = names.groups.iter().map(|g| row(&g.label, g.n_respondents, g.share, g.names.join(", ")));
            let columns = columns("column.group", "column.names");
            let caption = self.text("names.groups");
            blocks.push(Block::Table(Table { caption, columns, rows: rows.collect() }));
        }
        let rows = names.names.iter().take(MOST_NAMES).map(|name| {
            let variants: Vec<&str> = name.variants.iter().skip(1).map(|form| form.form.as_str()).collect();
            row(&name.name, name.n_respondents, name.share, variants.join("; "))
        });
        let columns = columns("column.name", "column.variants");
        blocks.push(Block::Table(Table { caption: self.text("names.caption"), columns, rows: rows.collect() }));
        if names.names.len() > MOST_NAMES {
            let more = [("n", (names.names.len() - MOST_NAMES).into()), ("file", "findings.json".into())];
            blocks.push(Block::Note(self.say("profile.more", &more)));
        }
    }
}
