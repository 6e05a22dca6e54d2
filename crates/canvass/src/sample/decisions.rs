//! What people coded, and what was learnt from it, as decisions of a code frame.

use super::classifier::{CodeProposal, Settled, Taken};
use super::draw::codes_of;
use crate::codeframe::{Action, CodeFrame, Decision, FrameState, Thousandths};
use crate::error::Error;
use crate::run_folder::CodedRun;
use std::collections::BTreeSet;

/// When a decision was taken, and by whom where no coder is known.
#[derive(Clone, Debug)]
pub struct Signed {
    /// A date, or a date and time.
    pub time: String,
    /// Who has the classifier's proposals taken up.
    pub author: String,
}

/// The decisions to add, and the responses that the frame codes otherwise already, as (question, response).
#[derive(Clone, Debug, Default)]
pub struct Written {
    /// In the order in which they are to stand.
    pub decisions: Vec<Decision>,
    /// What is left as it is.
    pub contradicted: Vec<(String, String)>,
}

/// A line for each coded response, all that it is in; and one for each code that a classifier proposes responses for.
///
/// What the frame says already is not said again. Where someone has coded a response otherwise before, that stands, and the response is named.
///
/// # Errors
/// [`Error::CodeFrame`] if the frame cannot be replayed.
pub fn decisions(
    run: &CodedRun,
    frame: &CodeFrame,
    settled: &[(String, Settled)],
    proposals: &[CodeProposal],
    signed: &Signed,
) -> Result<Written, Error> {
    let state = frame.replay()?;
    let mut written = Written::default();
    let mut ids: BTreeSet<String> = frame.decisions.iter().map(|decision| decision.id.clone()).collect();
    let mut add = |decision: Decision, written: &mut Written| {
        let decision = decision.with_digest();
        if ids.insert(decision.id.clone()) {
            written.decisions.push(decision);
        }
    };
    let decision = |question: &str, author: &str, reason: String, action: Action| Decision {
        id: String::new(),
        question: question.to_owned(),
        author: author.to_owned(),
        time: signed.time.clone(),
        reason,
        action,
        line: 0,
    };
    for (question, settled) in settled {
        for (id, said) in &settled.responses {
            let known = known(&state, question, id);
            if known.iter().any(|(code, is_in)| !said.open.contains(code) && said.codes.contains(code) != *is_in) {
                written.contradicted.push((question.clone(), id.clone()));
                continue;
            }
            let codes = codes_of(&state, question);
            let is_new = |code: &str| !said.open.contains(code) && !known.iter().any(|(known, _)| known == code);
            if !codes.iter().any(|code| is_new(&code.id)) {
                continue;
            }
            let action = Action::CodeExactly {
                response: id.clone(),
                themes: said.codes.iter().cloned().collect(),
                open: said.open.iter().cloned().collect(),
            };
            let reason = "coded in a sample".to_owned();
            add(decision(question, &said.coders.join(" and "), reason, action), &mut written);
        }
    }
    for proposal in proposals.iter().filter(|proposal| proposal.taken == Taken::Classifier) {
        let Some(of_run) = run.question(&proposal.question) else { continue };
        let of = |is_in: bool| -> Vec<String> {
            let changed = proposal.responses.iter().filter(|of| of.is_in == is_in && of.by_words != is_in);
            let mut ids: Vec<String> =
                changed.map(|of| of_run.responses[of.response as usize].response_id.clone()).collect();
            let mut seen = BTreeSet::new();
            ids.retain(|id| seen.insert(id.clone()));
            ids
        };
        let (responses, without) = (of(true), of(false));
        // An id that stands for several responses is in if one of them is.
        let without = without.into_iter().filter(|id| !responses.contains(id)).collect();
        let figure = |x: Option<f64>| Thousandths::nearest(x.unwrap_or_default());
        let [f1, f1_low, f1_high] = {
            let of = proposal.classifier.unwrap_or_default();
            [figure(of.value), figure(of.low), figure(of.high)]
        };
        let action = Action::ProposeCoding {
            theme: proposal.code.clone(),
            responses,
            without,
            n_coded: proposal.n_coded as u32,
            n_in_theme: proposal.n_in_code as u32,
            f1,
            f1_low,
            f1_high,
        };
        let reason = "learnt from the coded sample".to_owned();
        add(decision(&proposal.question, &signed.author, reason, action), &mut written);
    }
    Ok(written)
}

/// What people have said of a response as a whole, by code.
fn known(state: &FrameState, question: &str, response: &str) -> Vec<(String, bool)> {
    let themes = state.themes.iter().filter(|theme| theme.question == question && theme.is_live());
    let known = themes.filter_map(|theme| {
        let own = &theme.own;
        let pinned = own.pins.iter().find(|(point, _)| point.response == response).map(|(_, pin)| pin);
        Some((theme.id.clone(), own.codes.get(response).or(pinned)?.is_in))
    });
    known.collect()
}
