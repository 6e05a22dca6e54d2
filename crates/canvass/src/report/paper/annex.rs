//! The annex: every response that says something, question by question, with its id and what became of it.

use super::{Block, Paper, paragraph, plain};
use crate::ledger::State;
use crate::report::members::Members;
use std::collections::BTreeMap;

/// Responses to a question that a sample holds.
pub(in crate::report) const SAMPLE: usize = 1_000;

/// Of `n` things those that a sample holds, evenly spread.
pub(in crate::report) fn sample(n: usize, is_sampled: bool) -> Box<dyn Iterator<Item = usize>> {
    if is_sampled && n > SAMPLE { Box::new((0..SAMPLE).map(move |at| at * n / SAMPLE)) } else { Box::new(0..n) }
}

impl Paper<'_> {
    /// The responses to a question.
    pub(super) fn annex(&self, number: usize, is_sampled: bool) -> Vec<Block> {
        let (run, found) = (self.run, &self.findings().questions[number]);
        let question_idx = run.questions[number].question_idx;
        let received = run.intake.responses.iter().enumerate();
        let told: Vec<usize> = received
            .filter(|(at, received)| {
                received.question_idx == question_idx && run.ledger.entries[*at].state != State::Blank
            })
            .map(|(at, _)| at)
            .collect();
        let heading = self.say("annex.title", &[("question", self.heading_of(found).into())]);
        let mut blocks = vec![Block::Heading(1, vec![plain(heading)])];
        let shown: Vec<usize> = sample(told.len(), is_sampled).map(|at| told[at]).collect();
        let key = if shown.len() < told.len() { "annex.sample" } else { "annex.intro" };
        blocks.push(paragraph(self.say(key, &[("n", told.len().into()), ("shown", shown.len().into())])));
        let labels: BTreeMap<&str, &str> = found
            .themes
            .iter()
            .chain(found.languages.iter().flat_map(|group| &group.themes))
            .map(|theme| (theme.theme_id.as_str(), theme.label.as_str()))
            .collect();
        let members = Members::new(&run.questions[number]);
        for at in shown {
            let received = &run.intake.responses[at];
            let state = run.ledger.entries[at].state;
            let (note, language) = match self.analysed[at] {
                Some((_, response)) => {
                    let response = response as usize;
                    let named: Vec<&str> =
                        members.ids_of(response).filter_map(|theme_id| labels.get(theme_id).copied()).collect();
                    let note = if named.is_empty() { self.text("annex.no_theme") } else { named.join("; ") };
                    // A translation was read in its own language.
                    let read_in = run.questions[number].read_in[response].language;
                    (note, received.translation.is_none().then(|| read_in.code()))
                }
                None => (self.state_of_one(state), None),
            };
            blocks.push(Block::Answer {
                id: received.response_id.to_string(),
                note,
                text: received.text.trim().to_owned(),
                language,
            });
        }
        blocks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_spread_evenly_and_holds_no_response_twice() {
        assert_eq!(sample(5, true).collect::<Vec<_>>(), [0, 1, 2, 3, 4]);
        let drawn: Vec<usize> = sample(3 * SAMPLE + 7, true).collect();
        assert_eq!(drawn.len(), SAMPLE);
        assert!(drawn.windows(2).all(|pair| pair[0] < pair[1]) && drawn[SAMPLE - 1] < 3 * SAMPLE + 7);
        assert_eq!(sample(3 * SAMPLE, false).count(), 3 * SAMPLE);
    }
}
