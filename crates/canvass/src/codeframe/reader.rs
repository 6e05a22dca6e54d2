//! What it takes to look for the words of a code frame.

use crate::error::Error;
use crate::settings::Config;
use canvass_text::{Analyser, Lexicon, Resources, TermRules};

/// The language resources, and the words that carry no theme by the settings of a run.
///
/// Own tokenizers are not among them: forms that occur in the answers are known from the run folder, others are read as the built-in pipeline
/// does.
pub struct Reader {
    resources: Resources,
    lexicon: Lexicon,
    stop_words: Vec<String>,
}

impl Reader {
    /// Loads the resources.
    ///
    /// # Errors
    /// [`Error::Resource`]: a fault of this program.
    pub fn new(config: &Config) -> Result<Self, Error> {
        let stop_words = config.text.stop_words.clone();
        Ok(Self { resources: Resources::load()?, lexicon: Lexicon::default(), stop_words })
    }

    /// Reads words as answers are read.
    pub fn analyser(&self) -> Analyser<'_> {
        let rules = TermRules { stop_words: self.stop_words.clone(), ..TermRules::default() };
        Analyser::new(&self.resources, rules, &self.lexicon)
    }
}
