//! What changed between two runs, told from their folders alone.
//!
//! What went in is compared by hash, settings by name, themes by what they hold: two themes are one and the same
//! if they share half of their responses, of those that both runs have with the same text; or a quarter of them and half of
//! their terms; or, where no such response is in either, half of their terms. Pairs are made best first, and a theme is in one at most.

mod read;
mod settings;
mod tell;
mod themes;

use crate::error::Error;
use crate::report::ResourceIdentity;
use read::{Folder, ReadGroup, ReadQuestion};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub use settings::SettingChange;
pub use tell::text;

/// What changed between two runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Diff {
    /// The format of this data.
    pub schema: &'static str,
    /// The versions of canvass.
    pub version: Change<String>,
    /// Whether every output of both is the same, byte for byte.
    pub is_same: bool,
    /// The inputs that are not in both with the same bytes.
    pub inputs: Vec<InputChange>,
    /// The settings that differ, in order of their names.
    pub settings: Vec<SettingChange>,
    /// The built-in resources and libraries that differ: their names.
    pub resources: Vec<String>,
    /// The open questions of the later run, then those that only the earlier one has.
    pub questions: Vec<QuestionDiff>,
}

/// Something then and now; none: it was not there.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Change<T> {
    /// In the earlier run.
    pub before: Option<T>,
    /// In the later run.
    pub after: Option<T>,
}

impl<T: PartialEq> Change<T> {
    /// Whether the two differ.
    pub fn differs(&self) -> bool {
        self.before != self.after
    }
}

/// An input that differs.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct InputChange {
    /// Its base name.
    pub file: String,
    /// What it is read for.
    pub role: crate::ingest::SourceRole,
    /// BLAKE3 of its bytes, in hexadecimal.
    pub blake3: Change<String>,
}

/// An open question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QuestionDiff {
    /// Its id in the later run, else in the earlier one.
    pub id: String,
    /// Its wording.
    pub text: String,
    /// Its base.
    pub base: Change<u64>,
    /// Its base with near-duplicates counted once.
    pub base_once: Change<u64>,
    /// The responses that came or went; none where a run folder does not hold the responses.
    pub responses: Option<ResponseChanges>,
    /// The findings, language by language: the main language first.
    pub groups: Vec<GroupDiff>,
}

/// Responses by id, in the order of the files.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct ResponseChanges {
    /// In the later run only.
    pub came: Vec<String>,
    /// In the earlier run only.
    pub went: Vec<String>,
    /// In both, with another text.
    pub changed: Vec<String>,
    /// In both with the same text, in the base of one only.
    pub moved: Vec<StateChange>,
    /// In both, with the same text and the same part in the base.
    pub n_same: u64,
}

/// A response that came into the base or left it.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct StateChange {
    /// Its id.
    pub response_id: String,
    /// Its state in the ledger.
    pub state: Change<String>,
}

/// The findings in one language.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupDiff {
    /// The language's code.
    pub language: String,
    /// Its base: of the main language the question's.
    pub base: Change<u64>,
    /// The findings of the later run by rank, then those of the earlier one that it has not.
    pub findings: Vec<FindingDiff>,
}

/// What became of a finding.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// A finding in both runs, with the same rank.
    Kept,
    /// A finding in both runs, with another rank.
    Moved,
    /// Now a finding, before a theme below the findings.
    Risen,
    /// Now a finding; the earlier run has no such theme.
    New,
    /// Now a theme below the findings, before a finding.
    Fallen,
    /// Before a finding; the later run has no such theme.
    Gone,
}

/// A finding then and now.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FindingDiff {
    /// What became of it.
    pub fate: Fate,
    /// The theme's id.
    pub theme_id: Change<String>,
    /// Its label.
    pub label: Change<String>,
    /// Its rank.
    pub rank: Change<u64>,
    /// Its respondents.
    pub n_respondents: Change<u64>,
    /// The same, near-duplicates counted once.
    pub n_respondents_once: Change<u64>,
    /// Its share of the base, 0 to 1.
    pub share: Change<f64>,
    /// How the two are known to be one theme; none where there is only one.
    pub likeness: Option<Likeness>,
}

/// How alike two themes are.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Likeness {
    /// The Jaccard similarity of their responses, of those that both runs have with the same text, to four decimals; none where
    /// neither has any such response.
    pub responses: Option<f64>,
    /// The Jaccard similarity of their terms, to four decimals.
    pub terms: f64,
}

/// Compares two run folders.
///
/// # Errors
/// [`Error::NotARunFolder`] for a folder that is none, or is damaged.
pub fn diff(before: &Path, after: &Path) -> Result<Diff, Error> {
    let (before, after) = (Folder::read(before)?, Folder::read(after)?);
    let mut questions: Vec<QuestionDiff> = Vec::new();
    let mut taken: BTreeSet<usize> = BTreeSet::new();
    for now in &after.questions {
        let then = before.find(now, &taken);
        taken.extend(then);
        questions.push(question(then.map(|at| &before.questions[at]), Some(now)));
    }
    let lost = before.questions.iter().enumerate().filter(|(at, _)| !taken.contains(at));
    questions.extend(lost.map(|(_, then)| question(Some(then), None)));
    Ok(Diff {
        schema: "canvass-diff-1",
        version: change(Some(before.manifest.version.clone()), Some(after.manifest.version.clone())),
        is_same: before.manifest.outputs == after.manifest.outputs,
        inputs: inputs(&before, &after),
        settings: settings::compare(&before.settings, &after.settings),
        resources: resources(&before, &after),
        questions,
    })
}

fn change<T>(before: Option<T>, after: Option<T>) -> Change<T> {
    Change { before, after }
}

/// Inputs by role and name; of several of one name those that both runs have with the same bytes are paired first.
fn inputs(before: &Folder, after: &Folder) -> Vec<InputChange> {
    let key = |input: &crate::findings::InputIdentity| (input.role, input.file.clone());
    let mut by_name: BTreeMap<_, (Vec<String>, Vec<String>)> = BTreeMap::new();
    for input in &before.manifest.inputs {
        by_name.entry(key(input)).or_default().0.push(input.blake3.clone());
    }
    for input in &after.manifest.inputs {
        by_name.entry(key(input)).or_default().1.push(input.blake3.clone());
    }
    let mut changes = Vec::new();
    for ((role, file), (mut then, mut now)) in by_name {
        then.retain(|hash| match now.iter().position(|other| other == hash) {
            Some(at) => {
                now.remove(at);
                false
            }
            None => true,
        });
        for at in 0..then.len().max(now.len()) {
            let blake3 = change(then.get(at).cloned(), now.get(at).cloned());
            changes.push(InputChange { file: file.clone(), role, blake3 });
        }
    }
    changes
}

/// The names of resources and libraries that differ.
fn resources(before: &Folder, after: &Folder) -> Vec<String> {
    let resource = |resource: &ResourceIdentity| (resource.name.clone(), resource.blake3.clone());
    let all = |folder: &Folder| -> BTreeSet<(String, String)> {
        let libraries = folder.manifest.libraries.iter().map(|l| (l.purpose.clone(), l.library.clone()));
        folder.manifest.resources.iter().map(resource).chain(libraries).collect()
    };
    let (then, now) = (all(before), all(after));
    let names: BTreeSet<String> = then.symmetric_difference(&now).map(|(name, _)| name.clone()).collect();
    names.into_iter().collect()
}

fn question(then: Option<&ReadQuestion>, now: Option<&ReadQuestion>) -> QuestionDiff {
    let named = now.or(then);
    let responses = match (then, now) {
        (Some(then), Some(now)) => then.responses.as_ref().zip(now.responses.as_ref()).map(|(a, b)| responses(a, b)),
        _ => None,
    };
    let same = match (then, now) {
        (Some(then), Some(now)) => same_responses(then, now),
        _ => BTreeSet::new(),
    };
    let groups = |question: Option<&ReadQuestion>| -> Vec<ReadGroup> {
        question.map(|question| question.groups.clone()).unwrap_or_default()
    };
    let (earlier, later) = (groups(then), groups(now));
    let mut told = Vec::new();
    for group in &later {
        let other = earlier.iter().find(|other| other.language == group.language);
        told.push(themes::group(other, Some(group), &same));
    }
    let lost = earlier.iter().filter(|group| later.iter().all(|other| other.language != group.language));
    told.extend(lost.map(|group| themes::group(Some(group), None, &same)));
    QuestionDiff {
        id: named.map(|question| question.id.clone()).unwrap_or_default(),
        text: named.map(|question| question.text.clone()).unwrap_or_default(),
        base: change(then.map(|question| question.base), now.map(|question| question.base)),
        base_once: change(then.map(|question| question.base_once), now.map(|question| question.base_once)),
        responses,
        groups: told,
    }
}

/// The responses that both runs have with the same text; where a folder does not hold the texts, those of the same id.
fn same_responses(then: &ReadQuestion, now: &ReadQuestion) -> BTreeSet<String> {
    match (&then.responses, &now.responses) {
        (Some(then), Some(now)) => {
            let texts: BTreeMap<&str, &str> = then.iter().map(|r| (r.id.as_str(), r.text.as_str())).collect();
            let same = now.iter().filter(|response| texts.get(response.id.as_str()) == Some(&response.text.as_str()));
            same.map(|response| response.id.clone()).collect()
        }
        _ => then.coded().intersection(&now.coded()).cloned().collect(),
    }
}

fn responses(then: &[read::ReadResponse], now: &[read::ReadResponse]) -> ResponseChanges {
    let earlier: BTreeMap<&str, &read::ReadResponse> = then.iter().map(|r| (r.id.as_str(), r)).collect();
    let later: BTreeSet<&str> = now.iter().map(|r| r.id.as_str()).collect();
    let mut changes = ResponseChanges::default();
    for response in now {
        match earlier.get(response.id.as_str()) {
            None => changes.came.push(response.id.clone()),
            Some(before) if before.text != response.text => changes.changed.push(response.id.clone()),
            Some(before) if before.is_in_base() != response.is_in_base() => changes.moved.push(StateChange {
                response_id: response.id.clone(),
                state: change(Some(before.state.clone()), Some(response.state.clone())),
            }),
            Some(_) => changes.n_same += 1,
        }
    }
    changes.went = then.iter().filter(|r| !later.contains(r.id.as_str())).map(|r| r.id.clone()).collect();
    changes
}
