//! Stemmers: what gives the inflected forms of a word one stem.

use crate::language::Language;
use rust_stemmers::Algorithm;
use std::borrow::Cow;
use std::fmt;

/// Gives the forms of a word one stem. Another implementation may take the place of the built-in ones.
pub trait Stemmer: Send + Sync {
    /// What it is called in the manifest.
    fn name(&self) -> &'static str;

    /// The version of the library behind it: another one may give other stems.
    fn version(&self) -> &'static str;

    /// The stem of a normalised form.
    ///
    /// Called once per distinct form, from any thread.
    fn stem<'f>(&self, form: &'f str) -> Cow<'f, str>;
}

/// A Snowball algorithm.
///
/// # Source
/// The Snowball project's algorithms as the crate `rust-stemmers` has them.
pub struct Snowball {
    name: &'static str,
    stemmer: rust_stemmers::Stemmer,
}

impl fmt::Debug for Snowball {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Snowball").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Snowball {
    fn new(name: &'static str, algorithm: Algorithm) -> Self {
        Self { name, stemmer: rust_stemmers::Stemmer::create(algorithm) }
    }
}

impl Stemmer for Snowball {
    fn name(&self) -> &'static str {
        self.name
    }

    fn version(&self) -> &'static str {
        "rust-stemmers 1.2.0"
    }

    fn stem<'f>(&self, form: &'f str) -> Cow<'f, str> {
        self.stemmer.stem(form)
    }
}

/// Leaves every form as it is: for languages that do not inflect, and for those canvass has no resources for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unstemmed;

impl Stemmer for Unstemmed {
    fn name(&self) -> &'static str {
        "none"
    }

    fn version(&self) -> &'static str {
        ""
    }

    fn stem<'f>(&self, form: &'f str) -> Cow<'f, str> {
        form.into()
    }
}

/// The stemmer of a language.
pub(crate) fn stemmer_of(language: Language) -> Box<dyn Stemmer> {
    match language {
        Language::English => Box::new(Snowball::new("Snowball English", Algorithm::English)),
        Language::French => Box::new(Snowball::new("Snowball French", Algorithm::French)),
        Language::Spanish => Box::new(Snowball::new("Snowball Spanish", Algorithm::Spanish)),
        Language::Russian => Box::new(Snowball::new("Snowball Russian", Algorithm::Russian)),
        Language::Arabic => Box::new(Snowball::new("Snowball Arabic", Algorithm::Arabic)),
        Language::Chinese | Language::Other(_) => Box::new(Unstemmed),
    }
}
