//! Answers that were copied: found by what they share, grouped around a representative.

mod document;
mod groups;
mod settings;

pub use document::{Document, Shared};
pub use groups::{DuplicateKind, Group, Member, find_groups};
pub use settings::DuplicateSettings;
