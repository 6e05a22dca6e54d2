//! Questions that are answered with a list of names: who is named, by how many.

mod items;
mod merge;
mod words;

use super::clauses::ClauseResources;
use super::coded::Coded;
use super::{FormCount, four_decimals};
use crate::ingest::Intake;
use crate::settings::{Config, SettingsError};
use items::{items, looks_like_name, n_pieces};
use merge::Merged;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) use words::NameWords;
pub(super) use words::resource_files;

/// The names that the answers to a question give.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Names {
    /// The respondents of the question's base who give a name.
    pub n_respondents: u64,
    /// Their share of the base, 0 to 1, to four decimals.
    pub share: f64,
    /// The names, by respondents, then by name.
    pub names: Vec<NameCount>,
    /// The groups that the settings make of names, in their order.
    pub groups: Vec<NameGroup>,
    /// Names that the settings put into a group and no answer gives.
    pub unused: Vec<String>,
    /// The responses of the base that give no name.
    pub without: Vec<String>,
}

/// A name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NameCount {
    /// Its most frequent form.
    pub name: String,
    /// The respondents who give it.
    pub n_respondents: u64,
    /// `n_respondents` / the question's base, 0 to 1, to four decimals.
    pub share: f64,
    /// All forms that count as it, the most frequent first.
    pub variants: Vec<FormCount>,
    /// The responses that give it, in the order of the file.
    pub response_ids: Vec<String>,
    /// The group that the settings put it into.
    pub group: Option<String>,
}

/// A group of names.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NameGroup {
    /// Its label.
    pub label: String,
    /// The respondents who give a name of it.
    pub n_respondents: u64,
    /// `n_respondents` / the question's base, 0 to 1, to four decimals.
    pub share: f64,
    /// Its names that answers give, by respondents, then by name.
    pub names: Vec<String>,
}

/// Fewest answers by which a question can be known to be answered with lists.
const FEWEST_ANSWERS: usize = 5;
/// Answers looked at to know it.
const LOOKED_AT: usize = 2000;
/// The share of its parts by which an answer is a list of names.
const NAMES_OF_ANSWER: f64 = 0.75;
/// The share of answers that are lists of names, where the wording asks for names ...
const LISTS_IF_ASKED: f64 = 0.6;
/// ... and where it does not; then more than one name must be usual, too.
const LISTS: f64 = 0.85;
/// The share of answers with several names that makes that usual.
const SEVERAL: f64 = 0.4;

/// Settles for each open question whether it is answered with lists of names, where the user does not say. Those are told as notes.
///
/// A question is, if the user groups its names; else if most answers are short items that look like names: capitals, digits, or letters
/// that have no case; each of them a part between commas, semicolons, line breaks or bullets.
pub(crate) fn settle(intake: &mut Intake, positions: &[(u32, Vec<usize>)], mut note: impl FnMut(&str)) {
    let (words, clauses) = (NameWords::load(), ClauseResources::load());
    for (question_idx, positions) in positions {
        let question = &intake.questions[*question_idx as usize];
        if question.list.is_some() {
            continue;
        }
        let answers = positions.iter().take(LOOKED_AT).map(|at| &*intake.responses[*at].text);
        let found = is_list(answers, clauses.asks_names(&question.text), &words);
        let is_list = !question.names.is_empty() || found;
        if found {
            note(&format!(
                "{}: answered with lists of names, which are counted (list = false in its table turns that off)",
                question.id
            ));
        }
        intake.questions[*question_idx as usize].list = Some(is_list);
    }
}

/// Whether answers are lists of names.
fn is_list<'t>(answers: impl Iterator<Item = &'t str>, asks_names: bool, words: &NameWords) -> bool {
    let (mut n, mut n_lists, mut n_several) = (0_usize, 0_usize, 0_usize);
    for answer in answers {
        let n_names = items(answer, words).into_iter().filter(|item| looks_like_name(item, words)).count();
        n += 1;
        let is_list = n_names > 0 && n_names as f64 >= NAMES_OF_ANSWER * n_pieces(answer) as f64;
        n_lists += usize::from(is_list);
        n_several += usize::from(is_list && n_names > 1);
    }
    let share = |part: usize| part as f64 / n as f64;
    n >= FEWEST_ANSWERS
        && (asks_names && share(n_lists) >= LISTS_IF_ASKED || share(n_lists) >= LISTS && share(n_several) >= SEVERAL)
}

/// Who gives a name, and how it is written.
#[derive(Default)]
struct Given {
    respondents: BTreeSet<u32>,
    responses: BTreeSet<u32>,
    forms: BTreeMap<String, BTreeSet<u32>>,
}

/// Counts the names that the answers to a question give; none if it is not answered with names.
///
/// What counts as one is said in `names/merge.rs`; a name that is merged is listed with all its forms.
pub(super) fn count(coded: &Coded<'_>, words: &NameWords) -> Option<Names> {
    let question = &coded.intake.questions[coded.question_idx as usize];
    if question.list != Some(true) {
        return None;
    }
    let texts: Vec<&str> = (0..coded.positions.len() as u32).map(|response| coded.text_of(response)).collect();
    let mut by_key: BTreeMap<String, Given> = BTreeMap::new();
    let mut without = Vec::new();
    for (response, text) in (0..).zip(&texts) {
        let mut any = false;
        for item in items(text, words) {
            let (key, alias) = keys(item, words);
            if key.is_empty() {
                continue;
            }
            any = true;
            let given = by_key.entry(alias.unwrap_or(key)).or_default();
            given.respondents.insert(coded.respondents[response as usize]);
            given.responses.insert(response);
            let form = item.split_whitespace().collect::<Vec<_>>().join(" ");
            given.forms.entry(form).or_default().insert(response);
        }
        if !any {
            without.push(coded.received(response).response_id.to_string());
        }
    }
    let counts = by_key.iter().map(|(key, given)| (key.clone(), given.respondents.len())).collect();
    let merged = Merged::new(&counts, &texts, words);
    let mut all: BTreeMap<String, Given> = BTreeMap::new();
    for (key, given) in by_key {
        let name = all.entry(merged.of(&key).to_owned()).or_default();
        name.respondents.extend(given.respondents);
        name.responses.extend(given.responses);
        for (form, responses) in given.forms {
            name.forms.entry(form).or_default().extend(responses);
        }
    }
    let base = super::coded::distinct(coded.respondents.iter().copied());
    let share = |n: usize| if base == 0 { 0.0 } else { four_decimals(n as f64 / base as f64) };
    let group_of: BTreeMap<String, &str> = (question.names.iter())
        .flat_map(|(label, names)| names.iter().map(move |name| (label, name)))
        .map(|(label, name)| (merged.of(&words.key(name)).to_owned(), label.as_str()))
        .collect();
    let everybody: BTreeSet<u32> = all.values().flat_map(|given| &given.respondents).copied().collect();
    let mut names: Vec<(NameCount, &BTreeSet<u32>)> = (all.iter())
        .map(|(key, given)| {
            (told(coded, given, share(given.respondents.len()), group_of.get(key).copied()), &given.respondents)
        })
        .collect();
    names.sort_by(|(a, _), (b, _)| b.n_respondents.cmp(&a.n_respondents).then_with(|| a.name.cmp(&b.name)));
    let groups = question.names.keys().map(|label| {
        let own = names.iter().filter(|(name, _)| name.group.as_deref() == Some(label));
        let respondents: BTreeSet<u32> = own.clone().flat_map(|(_, respondents)| *respondents).copied().collect();
        NameGroup {
            label: label.clone(),
            n_respondents: respondents.len() as u64,
            share: share(respondents.len()),
            names: own.map(|(name, _)| name.name.clone()).collect(),
        }
    });
    let groups = groups.collect();
    let is_unused = |name: &&String| !all.contains_key(merged.of(&words.key(name)));
    Some(Names {
        n_respondents: everybody.len() as u64,
        share: share(everybody.len()),
        groups,
        unused: question.names.values().flatten().filter(is_unused).cloned().collect(),
        names: names.into_iter().map(|(name, _)| name).collect(),
        without,
    })
}

/// The key of an item; and, of "European Space Agency (ESA)" or "ESA (European Space Agency)", the one that both are known by: what stands
/// before the bracket.
fn keys(item: &str, words: &NameWords) -> (String, Option<String>) {
    let before = item.split_once(['(', '（', '[']).map(|(before, _)| words.key(before)).filter(|key| !key.is_empty());
    (words.key(item), before)
}

fn told(coded: &Coded<'_>, given: &Given, share: f64, group: Option<&str>) -> NameCount {
    let mut variants: Vec<FormCount> = (given.forms.iter())
        .map(|(form, responses)| FormCount { form: form.clone(), n_responses: responses.len() as u64 })
        .collect();
    variants.sort_by(|a, b| b.n_responses.cmp(&a.n_responses).then_with(|| a.form.cmp(&b.form)));
    NameCount {
        name: variants.first().map(|variant| variant.form.clone()).unwrap_or_default(),
        n_respondents: given.respondents.len() as u64,
        share,
        variants,
        response_ids: given
            .responses
            .iter()
            .map(|response| coded.received(*response).response_id.to_string())
            .collect(),
        group: group.map(str::to_owned),
    }
}

/// Checks the groups of names that the user makes.
///
/// # Errors
/// [`SettingsError::Names`] for a name in two groups, or one that is blank.
pub(crate) fn check(config: &Config) -> Result<(), SettingsError> {
    let words = NameWords::load();
    for question in &config.questions {
        let mut known: BTreeMap<String, &str> = BTreeMap::new();
        for (label, name) in
            question.names.iter().flat_map(|(label, names)| names.iter().map(move |name| (label, name)))
        {
            let id = question.id.clone().or_else(|| question.columns.first().cloned()).unwrap_or_default();
            let refuse = |why: String| SettingsError::Names { question: id.clone(), name: name.clone(), why };
            let key = words.key(name);
            if key.is_empty() {
                return Err(refuse("it has no letter or digit".to_owned()));
            }
            if let Some(other) = known.insert(key, label).filter(|other| other != label) {
                return Err(refuse(format!("it is in two groups, {other:?} and {label:?}")));
            }
        }
    }
    Ok(())
}
