//! Themes over time: the themes of one consultation kept as a model, and a later consultation coded with them.
//!
//! [`fit`] makes a [`ThemeModel`] of a finished run: what each theme is called and by which words it is known, how many said it, how often every word
//! was said, and where the themes lie among the answers. A run with a model codes by the words of its themes, under the same ids; finds
//! themes in what fits none of them; and tells for each theme the share then and now ([`Drift`]).

mod drift;
mod error;
mod fit;
mod model;
mod questions;
mod tally;

pub(crate) use drift::{Candidate, GroupNow, Within, drift, is_new, risen, share};
pub use drift::{Drift, DriftChange, DriftTheme, DriftWord, GroupDrift, NewTheme, Outside};
pub use error::ModelError;
pub use fit::fit;
pub(crate) use model::places;
pub use model::{MODEL_SCHEMA, MadeFrom, ModelGroup, ModelQuestion, ModelTerm, ModelTheme, ThemeModel};
pub(crate) use questions::{Matched, frame_here, match_questions};
pub use tally::Tally;
pub(crate) use tally::{Standing, holding, tally, words_of};
