//! A finding's sentence: the point that shows it best, cut at clause boundaries where it is long.

use serde::Serialize;

/// Where a finding's sentence stands.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct SentenceSource {
    /// The response it is from: that of the first verbatim.
    pub response_id: String,
    /// Its respondent.
    pub respondent_id: String,
    /// What is kept, in order, each byte for byte; where something is left out between, before or after them the sentence has "[…]".
    pub parts: Vec<SentencePart>,
    /// Whether anything of the point is left out.
    pub is_cut: bool,
}

/// A passage of a response, byte for byte.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct SentencePart {
    /// The passage.
    pub text: String,
    /// Its first byte in the response's cell.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
}
