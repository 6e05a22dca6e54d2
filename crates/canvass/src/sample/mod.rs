//! A sample coded by people: drawn, read back, compared with the machine, learnt from.
//!
//! [`draw_sample`] draws responses of a run by strata, [`workbook`] and [`text_table`] make a file to code in, [`read_coded`] takes it back.
//! [`measure`] says how far coders agree with each other and with the machine; [`propose`] learns a classifier for each code and says how
//! good it is on responses that it has not seen; [`decisions`] makes both part of a code frame, where what people coded stands above all
//! else and what a classifier proposed is written down response by response, so that no run learns anything again.

mod classifier;
mod coded;
mod decisions;
mod draw;
mod error;
mod measure;
mod sheet;
mod tell;

pub use canvass_analysis::classify::ClassifierSettings;
pub use classifier::{CodeProposal, Proposal, Settled, SettledResponse, Take, Taken, propose, settle};
pub use coded::{CodedFile, CodedRow, read_coded};
pub use decisions::{Signed, Written, decisions};
pub use draw::{
    CodeOnSheet, DrawSettings, DrawnQuestion, DrawnResponse, Identity, SCHEMA, Sample, Stratum, answers_digest,
    draw_sample,
};
pub use error::SampleError;
pub use measure::{
    CodeAgreement, Comparison, Disagreement, Figure, MACHINE, N_RESAMPLES, Overall, measure, words_alone,
};
pub use sheet::{Prefilled, text_table, workbook};
pub use tell::{Outcome, files, tell, tell_sample};

use crate::codeframe::{CodeFrame, Reader};
use crate::error::Error;
use crate::run_folder::CodedRun;

/// The ticks that the machine would set: what the words of a frame say of each response that was drawn.
///
/// # Errors
/// [`Error::CodeFrame`], [`Error::Resource`].
pub fn prefill(run: &CodedRun, frame: &CodeFrame, sample: &Sample) -> Result<Prefilled, Error> {
    let reader = Reader::new(&run.config)?;
    let state = words_alone(frame).replay()?;
    let mut ticks = Prefilled::new();
    for question in &sample.questions {
        let Some(of_run) = run.question(&question.id) else { continue };
        let words = measure::by_words(of_run, &state, &reader);
        for drawn in &question.responses {
            let codes = question
                .codes
                .iter()
                .filter(|code| words.get(&code.id).is_some_and(|responses| responses.contains(&drawn.response)));
            ticks.insert((question.id.clone(), drawn.response), codes.map(|code| code.id.clone()).collect());
        }
    }
    Ok(ticks)
}
