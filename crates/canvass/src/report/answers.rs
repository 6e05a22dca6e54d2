//! Every response to the open questions as the page shows it, with what became of it: the annex.
//!
//! Up to [`MOST_INLINE`] responses stand in the page itself, where they can be searched and filtered. Of more they stand in pages of their own,
//! in the folder `report/`; of more than [`MOST_PAGED`] the page holds a sample, and `coding.csv` all.

use super::members::Members;
use super::paper::sample;
use super::responses::CopyGroups;
use super::wording::Wording;
use crate::findings::{Finding, QuestionFindings};
use crate::ledger::State;
use crate::pipeline::{LanguageSource, Run};
use crate::settings::ReportSection;
use crate::statistics::{Grouping, Known};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;

/// Responses that stand in the page itself.
const MOST_INLINE: usize = 5_000;
/// Responses that stand in pages of their own.
const MOST_PAGED: usize = 200_000;
/// Responses of such a page.
const PER_PAGE: usize = 500;
/// Where such pages stand.
const FOLDER: &str = "report/";

/// Where the responses stand.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Place {
    /// In the page.
    Inline,
    /// In pages of their own.
    Paged,
    /// A sample of them in the page.
    Sample,
}

/// All responses that are not blank.
#[derive(Debug, Serialize)]
pub(super) struct Answers<'r> {
    pub(super) place: Place,
    /// How many they are.
    n: usize,
    /// What respondents are told apart by; nothing where small cells are suppressed.
    filters: Vec<Filter>,
    /// In the order of the form.
    pub(super) questions: Vec<Asked<'r>>,
}

/// An attribute that answers can be filtered by.
#[derive(Clone, Debug, Serialize)]
struct Filter {
    name: String,
    /// Its groups, each with the code that answers have it by.
    groups: Vec<(String, String)>,
}

/// The responses to a question.
#[derive(Debug, Serialize)]
pub(super) struct Asked<'r> {
    /// The question's id.
    pub(super) id: &'r str,
    /// Its wording.
    text: &'r str,
    /// Its themes: those of the main language in rank order, then those of each further language.
    themes: Vec<ThemeLink<'r>>,
    /// For each further language where its themes begin.
    offsets: Vec<usize>,
    /// How many responses are not blank; where a sample is shown it has fewer.
    n: usize,
    /// In the order of the file; where they stand in pages, those of the page.
    answers: Vec<Answer<'r>>,
    /// The pages they stand in.
    pages: Vec<PageLink>,
    /// The page of the report as links name it: empty in the page itself.
    report: &'static str,
    /// For each respondent where the response stands.
    hrefs: BTreeMap<&'r str, String>,
}

/// A page of answers.
#[derive(Clone, Debug, Serialize)]
pub(super) struct PageLink {
    /// Its name, beside the page of the report.
    pub(super) file: String,
    /// The number of its first answer, 1-based.
    first: usize,
    /// And of its last.
    last: usize,
}

/// A theme as answers name it.
#[derive(Clone, Debug, Serialize)]
struct ThemeLink<'r> {
    label: &'r str,
    language: &'static str,
    /// The id of its element in the page; empty if it has none.
    anchor: String,
}

/// A response.
#[derive(Debug, Serialize)]
pub(super) struct Answer<'r> {
    /// The id of its element.
    anchor: String,
    response_id: &'r str,
    respondent_id: &'r str,
    /// The number of the respondent.
    respondent: u32,
    /// Whether it is in the base.
    counts: bool,
    text: &'r str,
    /// The code of its language; empty if that is not sure.
    language: &'static str,
    /// Into `Asked::themes`.
    themes: Vec<usize>,
    /// What became of it, if it is in no theme.
    became: String,
    /// Its group of near-duplicates.
    copy_of: Option<&'r str>,
    /// Codes of the groups that the respondent is of.
    groups: Vec<String>,
    /// What these are called.
    values: Vec<&'r str>,
}

/// Reads the answers from a run; `groupings` are what they can be filtered by, see [`groupings`]. A report without an annex has none.
pub(super) fn answers<'r>(run: &'r Run, wording: &Wording, groupings: &'r [Grouping]) -> Answers<'r> {
    let has_annex = run.settings.report.sections.contains(&ReportSection::Annex);
    let is_told = |at: usize| has_annex && run.ledger.entries[at].state != State::Blank;
    let n = (0..run.intake.responses.len()).filter(|at| is_told(*at)).count();
    let place = if n <= MOST_INLINE {
        Place::Inline
    } else if n <= MOST_PAGED {
        Place::Paged
    } else {
        Place::Sample
    };
    let mut told: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (at, received) in run.intake.responses.iter().enumerate().filter(|(at, _)| is_told(*at)) {
        told.entry(received.question_idx).or_default().push(at);
    }
    let numbers = numbers(run);
    let copies = CopyGroups::new(run);
    let of_question = |number: usize| {
        let told = told.get(&run.questions[number].question_idx).map_or(&[][..], Vec::as_slice);
        asked(&Source { run, wording, groupings, numbers: &numbers, copies: &copies }, number, told, place)
    };
    Answers {
        place,
        n,
        filters: filters(groupings, wording),
        questions: (0..run.questions.len()).map(of_question).collect(),
    }
}

/// What the answers can be filtered by; nothing where small cells are suppressed.
pub(super) fn groupings(run: &Run) -> Vec<Grouping> {
    if run.settings.privacy.is_on() {
        return Vec::new();
    }
    let known = Known::new(&run.intake, &run.ledger);
    run.settings.input.attribute_columns.iter().filter_map(|name| known.grouping(name)).collect()
}

fn filters(groupings: &[Grouping], wording: &Wording) -> Vec<Filter> {
    let unsaid = |grouping: &Grouping, group: usize| grouping.has_unsaid && group + 1 == grouping.groups.len();
    let filter = |(at, grouping): (usize, &Grouping)| Filter {
        name: grouping.name.clone(),
        groups: grouping
            .groups
            .iter()
            .enumerate()
            .map(|(group, name)| {
                let name = if unsaid(grouping, group) { wording.text("profile.did_not_say") } else { name.clone() };
                (format!("{at}.{group}"), name)
            })
            .collect(),
    };
    groupings.iter().enumerate().map(filter).collect()
}

/// For each submission the number of its respondent, in order of appearance.
fn numbers(run: &Run) -> Vec<u32> {
    let submissions = &run.intake.submissions;
    let id = |at: &u32| &*submissions[*at as usize].respondent_id;
    let mut by_id: Vec<u32> = (0..submissions.len() as u32).collect();
    by_id.par_sort_unstable_by(|a, b| id(a).cmp(id(b)).then(a.cmp(b)));
    // First for each the earliest of its respondent; that one has its number before the others are looked at.
    let mut numbers = vec![0; submissions.len()];
    for of_respondent in by_id.chunk_by(|a, b| id(a) == id(b)) {
        for at in of_respondent {
            numbers[*at as usize] = of_respondent[0];
        }
    }
    let mut next = 0;
    for at in 0..numbers.len() {
        if numbers[at] as usize == at {
            numbers[at] = next;
            next += 1;
        } else {
            numbers[at] = numbers[numbers[at] as usize];
        }
    }
    numbers
}

/// What answers are read from.
struct Source<'a, 'r> {
    run: &'r Run,
    wording: &'a Wording,
    groupings: &'r [Grouping],
    numbers: &'a [u32],
    copies: &'a CopyGroups<'r>,
}

fn asked<'r>(source: &Source<'_, 'r>, number: usize, told: &[usize], place: Place) -> Asked<'r> {
    let (run, found) = (source.run, &source.run.findings.questions[number]);
    let question = &run.questions[number];
    let (mut themes, offsets) = theme_links(found, number);
    if !run.settings.report.sections.contains(&ReportSection::Questions) {
        for theme in &mut themes {
            theme.anchor.clear();
        }
    }
    let of_theme = theme_numbers(found);
    let members = Members::new(question);
    let mut answers = Vec::new();
    let mut hrefs = BTreeMap::new();
    for (n, at) in sample(told.len(), place == Place::Sample).map(|n| (n, told[n])) {
        let received = &run.intake.responses[at];
        let submission = &run.intake.submissions[received.submission_idx as usize];
        let anchor = format!("answer-{}-{}", number + 1, n + 1);
        let href = match place {
            Place::Inline | Place::Sample => format!("#{anchor}"),
            Place::Paged => format!("{}#{anchor}", file_name(number, n / PER_PAGE)),
        };
        hrefs.entry(&*submission.respondent_id).or_insert(href);
        let state = run.ledger.entries[at].state;
        // Positions are in the order of the file.
        let response = question.positions.binary_search(&at).ok().map(|response| response as u32);
        let mut named: Vec<usize> = response.map_or_else(Vec::new, |response| {
            members.ids_of(response as usize).filter_map(|theme_id| of_theme.get(theme_id).copied()).collect()
        });
        named.sort_unstable();
        let read_in = response.map(|response| question.read_in[response as usize]);
        let sure = read_in.filter(|read_in| read_in.source != LanguageSource::Main && received.translation.is_none());
        let became =
            if response.is_some() { "annex.no_theme".to_owned() } else { format!("state_of_one.{}", state.name()) };
        let of = |grouping: &Grouping| grouping.of_submission[received.submission_idx as usize];
        let groups = source.groupings.iter().enumerate().filter_map(|(at, by)| Some((at, by, of(by)?)));
        answers.push(Answer {
            anchor,
            response_id: &received.response_id,
            respondent_id: &submission.respondent_id,
            respondent: source.numbers[received.submission_idx as usize],
            counts: response.is_some(),
            text: &received.text,
            language: sure.map_or("", |read_in| read_in.language.code()),
            became: if named.is_empty() { source.wording.text(&became) } else { String::new() },
            themes: named,
            copy_of: response.and_then(|response| source.copies.of(number, response)),
            groups: groups.clone().map(|(at, _, group)| format!("{at}.{group}")).collect(),
            values: groups
                .filter(|(_, by, group)| !(by.has_unsaid && *group as usize + 1 == by.groups.len()))
                .map(|(_, by, group)| by.groups[group as usize].as_str())
                .collect(),
        });
    }
    let pages = if place == Place::Paged { page_links(number, answers.len()) } else { Vec::new() };
    Asked { id: &found.id, text: &found.text, themes, offsets, n: told.len(), answers, pages, report: "", hrefs }
}

fn page_links(number: usize, n: usize) -> Vec<PageLink> {
    let link = |page: usize| PageLink {
        file: file_name(number, page),
        first: page * PER_PAGE + 1,
        last: n.min((page + 1) * PER_PAGE),
    };
    (0..n.div_ceil(PER_PAGE)).map(link).collect()
}

/// What stands in a page of answers.
#[derive(Debug, Serialize)]
pub(super) struct PageOfAnswers<'r> {
    /// The number of the question, 1-based.
    number: usize,
    #[serde(flatten)]
    pub(super) link: PageLink,
    /// The names of the pages before and after it, as it links to them.
    previous: Option<String>,
    next: Option<String>,
    filters: Vec<Filter>,
    asked: Asked<'r>,
}

impl<'r> Answers<'r> {
    /// Takes the answers that stand in pages of their own out, page by page.
    pub(super) fn take_pages(&mut self) -> Vec<PageOfAnswers<'r>> {
        let filters = &self.filters;
        let mut pages = Vec::new();
        for (number, asked) in self.questions.iter_mut().enumerate().filter(|(_, asked)| !asked.pages.is_empty()) {
            let mut answers = std::mem::take(&mut asked.answers).into_iter();
            // They stand in one folder.
            let beside = |at: Option<usize>| Some(asked.pages.get(at?)?.file.trim_start_matches(FOLDER).to_owned());
            for (at, link) in asked.pages.iter().enumerate() {
                pages.push(PageOfAnswers {
                    number: number + 1,
                    link: link.clone(),
                    previous: beside(at.checked_sub(1)),
                    next: beside(Some(at + 1)),
                    filters: filters.clone(),
                    asked: Asked {
                        answers: answers.by_ref().take(PER_PAGE).collect(),
                        themes: asked.themes.clone(),
                        offsets: Vec::new(),
                        pages: Vec::new(),
                        hrefs: BTreeMap::new(),
                        report: "../report.html",
                        ..*asked
                    },
                });
            }
        }
        pages
    }
}

/// The themes of a question with where they stand in the page, and where those of each further language begin.
fn theme_links(found: &QuestionFindings, number: usize) -> (Vec<ThemeLink<'_>>, Vec<usize>) {
    let anchor = format!("question-{}", number + 1);
    let mut links = Vec::new();
    let link = |finding: &Finding, n_findings: usize, anchor: &str| {
        let kind = if finding.rank as usize <= n_findings { "finding" } else { "theme" };
        format!("{anchor}-{kind}-{}", finding.rank)
    };
    for finding in &found.themes {
        let anchor = link(finding, found.findings.len(), &anchor);
        links.push(ThemeLink { label: &finding.label, language: found.language.code(), anchor });
    }
    let mut offsets = Vec::new();
    for group in &found.languages {
        offsets.push(links.len());
        let place = format!("{anchor}-{}", group.language.code());
        for finding in &group.themes {
            let anchor = link(finding, group.findings.len(), &place);
            links.push(ThemeLink { label: &finding.label, language: group.language.code(), anchor });
        }
    }
    (links, offsets)
}

/// For each theme its place in `Asked::themes`.
fn theme_numbers(found: &QuestionFindings) -> BTreeMap<&str, usize> {
    let all = found.themes.iter().chain(found.languages.iter().flat_map(|group| &group.themes));
    all.map(|theme| theme.theme_id.as_str()).zip(0..).collect()
}

/// The name of a page of answers, beside the page of the report.
fn file_name(question: usize, page: usize) -> String {
    format!("{FOLDER}question-{}-{:03}.html", question + 1, page + 1)
}
