//! What a generated consultation is made of.

use super::super::{Draw, GenerateError};
use super::sentences::{Speaker, ThemeLexicon};
use crate::settings::{SettingsError, parse_toml, read_text};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// What a generated consultation is made of. Shares are of 1, weights are to each other.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Parameters {
    /// Headers.
    pub columns: Columns,
    /// Words of an answer.
    pub length: Length,
    /// What answers are about.
    pub answers: Answers,
    /// How words are drawn.
    pub vocabulary: Vocabulary,
    /// The languages of the answers.
    pub language: Vec<LanguageShare>,
    /// What describes the respondents.
    pub attribute: Vec<Choice>,
    /// Closed questions.
    pub closed: Vec<Choice>,
    /// Standard texts that are sent in.
    #[serde(default)]
    pub campaign: Vec<Campaign>,
    /// What is planted.
    pub theme: Vec<Theme>,
}

/// Headers.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Columns {
    /// Of the id.
    pub id: String,
    /// Of the open question.
    pub open: String,
}

/// Words of an answer: lognormal, cut at both ends.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Length {
    /// On average.
    pub mean_words: f64,
    /// The standard deviation of the logarithm.
    pub sigma: f64,
    /// At least.
    pub least_words: f64,
    /// At most.
    pub most_words: f64,
}

impl Length {
    /// A number of words.
    ///
    /// # Source
    /// Box & Muller (1958) for the normal distribution.
    pub(super) fn draw(&self, draw: &mut Draw) -> f64 {
        // Above 0, so that it has a logarithm.
        let (first, second) = (1.0 - draw.unit(), draw.unit());
        let normal = (-2.0 * libm::log(first)).sqrt() * libm::cos(std::f64::consts::TAU * second);
        let middle = libm::log(self.mean_words) - self.sigma * self.sigma / 2.0;
        libm::exp(middle + self.sigma * normal).clamp(self.least_words, self.most_words)
    }
}

/// What answers are about.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Answers {
    /// The share that is left blank.
    pub blank: f64,
    /// The share without a theme.
    pub without_theme: f64,
    /// An answer has a theme for each so many words.
    pub words_for_each_theme: f64,
    /// But no more than these.
    pub most_themes: usize,
    /// The share of the sentences that speak of a theme.
    pub theme_sentences: f64,
    /// Of those the share that speaks of the main theme.
    pub main_sentences: f64,
}

/// How words are drawn.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Vocabulary {
    /// Words of a list are drawn in proportion to 1 / (rank + shift).
    pub shift: f64,
    /// The share of the slots that have a rare word.
    pub rare: f64,
    /// Ranks in the first octave of rare words; each further octave has twice as many.
    pub first_octave: u64,
    /// The chance that a draw goes on to the next octave.
    pub next_octave: f64,
}

/// A language of the answers.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct LanguageShare {
    /// `en`, `fr` or `es`.
    pub code: String,
    /// The share of the answers that follow no campaign.
    pub share: f64,
}

/// A question with options, each with its weight; a blank one is no answer.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// The header.
    pub header: String,
    /// The options.
    pub options: Vec<(String, f64)>,
}

/// A standard text.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// What it is called in the truth.
    pub name: String,
    /// The share of the answers that are copies.
    pub share: f64,
    /// The theme that it is about.
    pub theme: String,
    /// The share of the copies whose slot is filled with a name.
    pub filled: f64,
    /// The share that has a further sentence behind the text.
    pub extended: f64,
    /// What stands in the slot of the others.
    pub unfilled: String,
    /// The text; `{slot}` is the slot.
    pub text: String,
}

/// A planted theme.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Theme {
    /// What it is called in the truth.
    pub name: String,
    /// How often it is planted.
    pub weight: f64,
    /// Its words in each language.
    #[serde(flatten)]
    pub words: BTreeMap<String, ThemeWords>,
}

/// The words of a theme.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct ThemeWords {
    /// Nouns, at least two.
    pub nouns: Vec<String>,
    /// Verbs, at least one.
    pub verbs: Vec<String>,
    /// Adjectives, at least one.
    pub adjectives: Vec<String>,
}

impl Parameters {
    /// Those of the repository.
    ///
    /// # Errors
    /// Never: a test reads them.
    pub fn built_in() -> Result<Self, crate::Error> {
        Self::parse(super::PARAMETERS, Path::new("parameters.toml"))
    }

    /// Reads a file; hands back its text too.
    ///
    /// # Errors
    /// [`SettingsError`] naming line and column; [`GenerateError::Parameters`].
    pub fn read(path: &Path) -> Result<(Self, String), crate::Error> {
        let text = read_text(path)?;
        Ok((Self::parse(&text, path)?, text))
    }

    fn parse(text: &str, path: &Path) -> Result<Self, crate::Error> {
        let parameters: Self =
            parse_toml::<Self>(text, path).map_err(|error: SettingsError| crate::Error::from(error))?;
        let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        parameters.check().map_err(|(what, why)| GenerateError::Parameters { file, what, why: why.to_owned() })?;
        Ok(parameters)
    }

    /// What is wrong, and why.
    fn check(&self) -> Result<(), (String, &'static str)> {
        let (answers, length, vocabulary) = (&self.answers, &self.length, &self.vocabulary);
        let shares = [
            ("answers.blank", answers.blank),
            ("answers.without_theme", answers.without_theme),
            ("answers.theme_sentences", answers.theme_sentences),
            ("answers.main_sentences", answers.main_sentences),
            ("vocabulary.rare", vocabulary.rare),
        ];
        let campaigns = self.campaign.iter().flat_map(|campaign| {
            [campaign.share, campaign.filled, campaign.extended].map(|share| (campaign.name.as_str(), share))
        });
        let languages = self.language.iter().map(|language| (language.code.as_str(), language.share));
        for (what, share) in shares.into_iter().chain(campaigns).chain(languages) {
            ensure((0.0..=1.0).contains(&share), what, "must have shares from 0 to 1")?;
        }
        let total: f64 = self.campaign.iter().map(|campaign| campaign.share).sum();
        ensure(total <= 1.0, "campaign", "must have shares that come to no more than 1")?;
        let bounds = 1.0 <= length.least_words && length.least_words <= length.most_words && length.most_words <= 1e6;
        ensure(bounds, "length", "must have 1 <= least_words <= most_words <= 1000000")?;
        ensure(
            length.mean_words >= 1.0 && (0.0..=3.0).contains(&length.sigma),
            "length",
            "must have mean_words from 1 and sigma from 0 to 3",
        )?;
        ensure(answers.words_for_each_theme >= 1.0, "answers.words_for_each_theme", "must be at least 1")?;
        ensure((1..=20).contains(&answers.most_themes), "answers.most_themes", "must be from 1 to 20")?;
        ensure((0.0..=1000.0).contains(&vocabulary.shift), "vocabulary.shift", "must be from 0 to 1000")?;
        ensure(
            (1..=1_000_000).contains(&vocabulary.first_octave),
            "vocabulary.first_octave",
            "must be from 1 to 1000000",
        )?;
        ensure((0.0..1.0).contains(&vocabulary.next_octave), "vocabulary.next_octave", "must be from 0 to below 1")?;
        ensure(
            !self.language.is_empty() && self.language.iter().any(|language| language.share > 0.0),
            "language",
            "must name one at least",
        )?;
        for language in &self.language {
            ensure(Speaker::knows(&language.code), &language.code, "must be en, fr or es")?;
        }
        for choice in self.attribute.iter().chain(&self.closed) {
            let sum: f64 = choice.options.iter().map(|(_, weight)| *weight).sum();
            let fits = sum > 0.0 && choice.options.iter().all(|(_, weight)| *weight >= 0.0) && sum.is_finite();
            ensure(fits, &choice.header, "must have options with weights, one above 0")?;
        }
        self.check_themes()
    }

    fn check_themes(&self) -> Result<(), (String, &'static str)> {
        let weights = self.theme.iter().all(|theme| theme.weight > 0.0 && theme.weight.is_finite());
        ensure(!self.theme.is_empty() && weights, "theme", "must be there, each with a weight above 0")?;
        for theme in &self.theme {
            for language in &self.language {
                let fits = theme.words.get(&language.code).is_some_and(|words| {
                    words.nouns.len() > 1 && !words.verbs.is_empty() && !words.adjectives.is_empty()
                });
                ensure(fits, &theme.name, "must have two nouns, a verb and an adjective in each language")?;
            }
        }
        let mut names: Vec<&str> = self.theme.iter().map(|theme| theme.name.as_str()).collect();
        names.sort_unstable();
        ensure(names.windows(2).all(|pair| pair[0] != pair[1]), "theme", "must have names that differ")?;
        ensure(
            names.iter().all(|name| !name.is_empty() && !name.contains(';')),
            "theme",
            "must have names without \";\"",
        )?;
        for campaign in &self.campaign {
            ensure(names.contains(&campaign.theme.as_str()), &campaign.name, "must be about one of the themes")?;
        }
        Ok(())
    }

    /// The words of each theme in a language.
    pub(super) fn lexicons(&self, code: &str) -> Vec<ThemeLexicon> {
        let words = |theme: &Theme| theme.words.get(code).map(ThemeLexicon::new).unwrap_or_default();
        self.theme.iter().map(words).collect()
    }
}

fn ensure(holds: bool, what: &str, why: &'static str) -> Result<(), (String, &'static str)> {
    if holds { Ok(()) } else { Err((what.to_owned(), why)) }
}
