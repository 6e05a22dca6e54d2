//! The code frame of a run: read, checked against the consultation, and its words made terms.

use super::Request;
use crate::codeframe::{CODE_FRAME, CodeFrame, FrameError, FrameState, Reader, check_questions, coding};
use crate::error::Error;
use crate::ingest::{Intake, Source, SourceRole};
use crate::references::{check_hash, locate};
use crate::settings::{Reference, SettingsError};
use canvass_text::{Analyser, Analysis, Language};
use std::collections::BTreeMap;

/// A code frame with what its decisions make of it.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The themes and decisions.
    pub frame: CodeFrame,
    /// The themes as they are now.
    pub state: FrameState,
    /// The themes as the file has them, without decisions.
    pub proposed: FrameState,
    /// Which file it is: always of one name, that of its copy in the run folder.
    pub source: Source,
    /// The file's bytes.
    pub bytes: Vec<u8>,
}

impl Frame {
    /// Takes a frame from the bytes of a file. `file` is its base name, for messages.
    ///
    /// # Errors
    /// [`FrameError`], with the line.
    pub fn from_bytes(file: &str, bytes: Vec<u8>) -> Result<Self, FrameError> {
        let frame = CodeFrame::from_bytes(file, &bytes)?;
        let (state, proposed) = (frame.replay()?, frame.proposed()?);
        let blake3 = blake3::hash(&bytes).to_hex().to_string();
        let source = Source { file: CODE_FRAME.into(), role: SourceRole::Codeframe, size: bytes.len() as u64, blake3 };
        Ok(Self { frame, state, proposed, source, bytes })
    }

    /// The setting that names it.
    pub(super) fn settings(&self) -> Reference {
        Reference { file: self.source.file.to_string(), blake3: self.source.blake3.clone() }
    }
}

/// Reads the code frame: the one given, or else the one that the configuration names, from its folder.
pub(super) fn read(request: &Request) -> Result<Option<Frame>, Error> {
    let named = request.config.codeframe.as_ref();
    let path = match (&request.code_frame, named) {
        (Some(path), _) => path.clone(),
        (None, Some(named)) => {
            let folder = request.config_folder.as_deref();
            locate(&named.file, named.blake3.as_deref(), folder, &[], &mut [])
                .map_err(|file| SettingsError::MissingCodeFrame { file })?
        }
        (None, None) => return Ok(None),
    };
    let (source, bytes) = Source::read(&path, SourceRole::Codeframe)?;
    if request.code_frame.is_none() {
        check_hash(&source, named.and_then(|named| named.blake3.as_deref()))?;
    }
    let frame = Frame::from_bytes(&source.file, bytes)?;
    // Before any answer is read.
    check_terms(&frame, &Reader::new(&request.config)?.analyser())?;
    Ok(Some(frame))
}

/// Checks that a code frame is about these questions, and that its terms can be looked for.
pub(super) fn check(
    frame: Option<&Frame>,
    intake: &Intake,
    positions: &[(u32, Vec<usize>)],
    analyser: &Analyser<'_>,
) -> Result<(), FrameError> {
    let Some(whole) = frame else { return Ok(()) };
    check_terms(whole, analyser)?;
    let open = positions.iter().map(|(question, _)| intake.questions[*question as usize].id.as_str());
    check_questions(&whole.frame, open)
}

/// Checks that the words of a frame can be looked for.
fn check_terms(frame: &Frame, analyser: &Analyser<'_>) -> Result<(), FrameError> {
    let file = &frame.frame.file;
    coding::check_terms(&[&frame.state, &frame.proposed], analyser).map_err(|(line, fault)| FrameError {
        file: file.clone(),
        line,
        fault,
    })
}

/// Makes terms of the words of a frame's themes of a question. For each word, by language and as it is written, its term, if it occurs.
pub(super) fn terms(
    frame: Option<&Frame>,
    question: &str,
    analysis: &mut Analysis,
    texts: &[&str],
    analyser: &Analyser<'_>,
) -> BTreeMap<(Language, String), Option<u32>> {
    let Some(frame) = frame else { return BTreeMap::new() };
    let forms = coding::terms([&frame.state, &frame.proposed], question);
    let terms = canvass_text::add_terms(analysis, texts, &forms, analyser);
    forms.into_iter().zip(terms).collect()
}
