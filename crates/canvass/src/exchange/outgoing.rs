//! From a run with a code frame to a project.

use super::view::{QuestionView, View, words_of};
use super::words::{describe, join};
use super::{Case, Code, Coding, Guid, Project, Selection, Set, Source, User, Variable, refi};
use crate::codeframe::coding::PutBy;
use crate::codeframe::{Status, ThemeState};
use std::collections::BTreeMap;

/// What is known of respondents: read from the files of the answers, since a run folder does not hold it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Attributes {
    /// The names of the columns.
    pub names: Vec<String>,
    /// For each respondent the values, by id.
    pub values: BTreeMap<String, Vec<String>>,
}

/// The user that stands for the machine.
pub(super) const MACHINE: &str = "canvass";

pub(super) fn user_guid(name: &str) -> Guid {
    Guid::of(&["user", name])
}

/// The codes: a folder for each question, in it its themes.
pub(super) fn codes(view: &View<'_>) -> Vec<Code> {
    let mut codes = Vec::new();
    for question in &view.questions {
        let top = codes.len();
        let fields = [("question", question.question.id.as_str()), ("frame", &view.digest)];
        codes.push(Code {
            guid: question.guid.clone(),
            name: question.name(),
            is_codable: false,
            description: describe(&question.question.text, &fields),
            above: None,
            line: 0,
        });
        let mut next: Vec<(usize, usize)> = below(view, question, None).into_iter().rev().map(|at| (at, top)).collect();
        while let Some((theme, above)) = next.pop() {
            let of = &view.state.themes[question.themes[theme].at];
            let at = codes.len();
            codes.push(Code {
                guid: question.themes[theme].guid.clone(),
                name: of.name.clone(),
                is_codable: of.status != Status::Rejected,
                description: description(of),
                above: Some(above),
                line: 0,
            });
            next.extend(below(view, question, Some(&of.id)).into_iter().rev().map(|theme| (theme, at)));
        }
    }
    codes
}

/// The themes right below another, by their places among those of the question.
fn below(view: &View<'_>, question: &QuestionView<'_>, parent: Option<&str>) -> Vec<usize> {
    let parent_of = |at: &usize| view.state.themes[question.themes[*at].at].parent.as_deref();
    (0..question.themes.len()).filter(|at| parent_of(at) == parent).collect()
}

fn description(theme: &ThemeState) -> String {
    let own = theme.language.code();
    let (include, exclude) = (join(&words_of(theme, false), own), join(&words_of(theme, true), own));
    let fields = [
        ("question", theme.question.as_str()),
        ("theme", &theme.id),
        ("language", own),
        ("status", theme.status.name()),
        ("include", &include),
        ("exclude", &exclude),
    ];
    describe(&theme.definition, &fields)
}

/// The whole project. `is_private`: what tells respondents apart is left out, as in every output that is published.
pub(super) fn project(view: &View<'_>, attributes: &Attributes, is_private: bool) -> Project {
    let nothing = Attributes::default();
    let attributes = if is_private { &nothing } else { attributes };
    let mut project = Project {
        name: "canvass".into(),
        origin: refi::ORIGIN.into(),
        description: describe("", &[("frame", &view.digest)]),
        users: vec![User { guid: user_guid(MACHINE), name: MACHINE.into() }],
        codes: codes(view),
        ..Project::default()
    };
    let names = attributes.names.iter().map(String::as_str).chain((!is_private).then_some("language"));
    for (at, name) in names.enumerate() {
        project
            .variables
            .push(Variable { guid: Guid::of(&["variable", name, &at.to_string()]), name: name.to_owned() });
    }
    let mut cases: BTreeMap<&str, usize> = BTreeMap::new();
    let mut languages: Vec<Vec<&'static str>> = Vec::new();
    for question in &view.questions {
        let mut set =
            Set { guid: Guid::of(&["set", &question.question.id]), name: question.name(), sources: Vec::new() };
        let mut codings = codings(view, question, &mut project.users);
        for (at, response) in question.question.responses.iter().enumerate() {
            let place = project.sources.len();
            set.sources.push(place);
            project.sources.push(source(question, at, codings.remove(&at).unwrap_or_default()));
            let case = *cases.entry(&response.respondent_id).or_insert_with(|| {
                let values = attributes.values.get(&response.respondent_id).into_iter().flatten().cloned();
                project.cases.push(Case {
                    guid: Guid::of(&["respondent", &response.respondent_id]),
                    name: response.respondent_id.clone(),
                    values: (0..).zip(values).filter(|(_, value)| !value.trim().is_empty()).collect(),
                    sources: Vec::new(),
                });
                languages.push(Vec::new());
                project.cases.len() - 1
            });
            project.cases[case].sources.push(place);
            if !languages[case].contains(&response.language.code()) {
                languages[case].push(response.language.code());
            }
        }
        if !set.sources.is_empty() {
            project.sets.push(set);
        }
    }
    if !is_private {
        for (case, languages) in project.cases.iter_mut().zip(languages) {
            case.values.push((attributes.names.len(), languages.join(", ")));
        }
    }
    project
}

/// The passages of a response, as characters, with the codings of each.
type Passages = BTreeMap<(u64, u64), Vec<Coding>>;

/// For each response of a question its coded passages. Those who coded by hand become users.
fn codings(view: &View<'_>, question: &QuestionView<'_>, users: &mut Vec<User>) -> BTreeMap<usize, Passages> {
    let mut found: BTreeMap<usize, Passages> = BTreeMap::new();
    let mut positions = BTreeMap::new();
    for theme in &question.themes {
        let of = &view.state.themes[theme.at];
        for (number, by) in &theme.members {
            let (response, point) = question.point(*number);
            let counted = positions.entry(response).or_insert_with(|| question.positions(response));
            // Who codes a response as a whole selects it whole, and so does a classifier.
            let (start, end) = match by {
                PutBy::Response | PutBy::Classifier => (0, counted.text.chars().count() as u64),
                PutBy::Words | PutBy::Point => (counted.character(point.start), counted.character(point.end)),
            };
            let decision = view.by_hand(of, &point, *by);
            let name = decision.map_or(MACHINE, |decision| decision.author.as_str());
            if users.iter().all(|user| user.name != name) {
                users.push(User { guid: user_guid(name), name: name.to_owned() });
            }
            let user = user_guid(name);
            let (start_text, end_text) = (start.to_string(), end.to_string());
            let id = question.guids[response].to_string();
            let coding = Coding {
                guid: Guid::of(&["coding", &id, &theme.guid.to_string(), &start_text, &end_text]),
                code: theme.guid.clone(),
                user: Some(user),
                time: decision.and_then(|decision| refi::date_time(&decision.time)).unwrap_or_default(),
            };
            let passage = found.entry(response).or_default().entry((start, end)).or_default();
            // Double submissions with one id share what is decided of them.
            if passage.iter().all(|known| known.guid != coding.guid) {
                passage.push(coding);
            }
        }
    }
    found
}

fn source(question: &QuestionView<'_>, at: usize, passages: Passages) -> Source {
    let guid = question.guids[at].clone();
    let selections = passages.into_iter().map(|((start, end), codings)| Selection {
        guid: Guid::of(&["selection", &guid.to_string(), &start.to_string(), &end.to_string()]),
        start,
        end,
        user: codings.first().and_then(|coding| coding.user.clone()),
        codings,
        line: 0,
    });
    let selections = selections.collect();
    Source {
        guid,
        name: question.names[at].clone(),
        text: question.positions(at).text,
        selections,
        codings: Vec::new(),
    }
}
