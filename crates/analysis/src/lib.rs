//! Terms in, themes and near-duplicates out; pure, parallel and deterministic.
//!
//! The story in reading order: [`vectors`] holds sparse matrices, weighs terms by TF-IDF and reduces them; [`clusters`]
//! cuts points into groups, each point in one; [`mod@agreement`] says how well such groups agree with others;
//! [`themes`] finds what the points are about, each theme with the terms that define it; [`duplicates`] finds answers that were copied;
//! [`overlaps`] finds which items of several collections speak of the same;
//! [`significance`] says whether a group stands out by more than chance; [`classify`] learns from what people coded.
//!
//! This crate never knows how terms were made: a term is a column. Nothing is read or written, there is no clock and no
//! global state, and every result is the same at any thread count: work is cut into chunks of a fixed size, and what the
//! chunks give is put together in their order.

pub mod agreement;
pub mod classify;
pub mod clusters;
pub mod duplicates;
mod error;
mod numeric;
pub mod overlaps;
mod seeds;
pub mod significance;
pub mod themes;
pub mod vectors;

pub use agreement::{Agreement, agreement, octaves};
pub use duplicates::{
    DuplicateKind, DuplicateSettings, Duplicates, Group, Member, Texts, find_duplicates, find_groups, find_quotations,
};
pub use error::AnalysisError;
pub use overlaps::{Chance, Overlap, OverlapInput, OverlapSettings, Overlaps, PointMatch, find_overlaps};
pub use significance::{FisherTest, adjusted, difference_of_shares, g_squared};
pub use themes::{
    Algorithm, Basis, GivenTheme, Membership, Nearest, ResampleKeeper, Seen, SpacePoints, Stability, Theme, ThemeInput,
    ThemePlace, ThemeSettings, ThemeSpace, Themes, WeightedTerm, describe_themes, fit_themes, measure_stability,
    measure_stability_kept,
};
pub use vectors::{Csr, Neighbours, Smoothing, Svd, Tfidf, TfidfSettings};
