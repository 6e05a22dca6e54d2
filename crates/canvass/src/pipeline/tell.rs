//! The findings of the whole consultation, put together from those of its questions.

use super::QuestionRun;
use crate::findings::{
    Bloc, CopiedText, CopiedTexts, DuplicateGroup, Findings, InputIdentity, QuestionFindings, RunIdentity, blocs,
};
use crate::ingest::{Intake, Source};
use crate::ledger::Ledger;
use crate::settings::{Layout, Settings};
use crate::statistics::Statistics;
use canvass_analysis::Group;
use std::collections::{BTreeMap, BTreeSet};

/// What is found in the whole consultation.
pub(super) fn tell(
    settings: &Settings,
    intake: &Intake,
    ledger: &Ledger,
    questions: &[QuestionRun],
    built: Vec<QuestionFindings>,
    statistics: Statistics,
) -> Findings {
    Findings {
        schema: "canvass-findings-1",
        run: RunIdentity {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            settings_blake3: blake3::hash(settings.to_toml().as_bytes()).to_hex().to_string(),
            seed: settings.seed,
        },
        inputs: intake.sources.iter().map(input_identity).collect(),
        respondents_linked: settings.input.layout == Layout::Wide || !settings.input.respondent_column.is_empty(),
        n_submissions: intake.submissions.len() as u64,
        n_submissions_set_aside: ledger.set_aside.iter().filter(|set_aside| **set_aside).count() as u64,
        count_by: settings.findings.count_by,
        quantifiers: settings.findings.quantifiers.clone(),
        blocs: find_blocs(intake, questions, &built),
        questions: built,
        profile: statistics.profile,
        closed_questions: statistics.closed,
        smallest_cell: settings.privacy.smallest_cell,
        crosstabs: statistics.crosstabs,
    }
}

/// Follows the groups of copies across the questions.
fn find_blocs(intake: &Intake, questions: &[QuestionRun], built: &[QuestionFindings]) -> Vec<Bloc> {
    let sender = |question: &QuestionRun, copy: u32| {
        let received = &intake.responses[question.positions[copy as usize]];
        &*intake.submissions[received.submission_idx as usize].respondent_id
    };
    let mut senders: BTreeSet<&str> = BTreeSet::new();
    for question in questions {
        let long = question.copied.groups.iter().filter(|group| !group.is_short);
        senders.extend(long.flat_map(Group::copies).map(|copy| sender(question, copy)));
    }
    // Numbered in the order of the file.
    let mut numbers: BTreeMap<&str, u32> = BTreeMap::new();
    let mut ids: Vec<String> = Vec::new();
    for submission in &intake.submissions {
        if senders.contains(&*submission.respondent_id) && !numbers.contains_key(&*submission.respondent_id) {
            numbers.insert(&submission.respondent_id, ids.len() as u32);
            ids.push(submission.respondent_id.to_string());
        }
    }
    let copied = questions.iter().zip(built).map(|(question, found)| {
        let number = |copy: u32| numbers[sender(question, copy)];
        let texts = question.copied.groups.iter().zip(&found.duplicates).filter(|(group, _)| !group.is_short);
        let text = |(group, told): (&Group, &DuplicateGroup)| {
            let senders: BTreeSet<u32> = group.copies().map(number).collect();
            CopiedText { group_id: told.group_id.clone(), respondents: senders.into_iter().collect() }
        };
        CopiedTexts { question: found.id.clone(), base: found.base, texts: texts.map(text).collect() }
    });
    blocs(&copied.collect::<Vec<_>>(), &ids)
}

/// What the findings say of an input.
pub(crate) fn input_identity(source: &Source) -> InputIdentity {
    InputIdentity { file: source.file.to_string(), role: source.role, size: source.size, blake3: source.blake3.clone() }
}
