//! A consultation of any size whose themes, campaigns, languages and lengths are known.
//!
//! A row is a submission: an id, two attributes, two closed questions, one open one. Everything that is drawn follows the numbers of
//! [`Parameters`], which are a file of the repository (`parameters.toml`). A row depends on the seed and its own number alone: a
//! smaller consultation is the beginning of a larger one, and any number of rows is made in the same memory.

mod parameters;
mod sentences;
mod template;

use super::{Draw, GenerateError};
use crate::error::Error;
use rayon::prelude::*;
use std::io::Write;

pub use parameters::{
    Answers, Campaign, Choice, Columns, LanguageShare, Length, Parameters, Theme, ThemeWords, Vocabulary,
};
use sentences::{Speaker, ThemeLexicon};

/// The parameters as they stand in the repository.
pub const PARAMETERS: &str = include_str!("parameters.toml");

/// The identity of parameters: BLAKE3 of their text, in hexadecimal.
pub fn identity(parameters: &str) -> String {
    blake3::hash(parameters.as_bytes()).to_hex().to_string()
}

/// Rows that are made together, and how many such blocks at once.
const BLOCK: u64 = 2_000;
const BLOCKS: u64 = 32;

/// Words of the sentence that a copy has of its own, about.
const OWN_SENTENCE: f64 = 12.0;

/// What is known of an answer.
#[derive(Clone, Debug, Default, PartialEq)]
struct Truth {
    language: usize,
    campaign: Option<usize>,
    /// The themes that sentences speak of, the main one first.
    themes: Vec<usize>,
    n_words: usize,
}

/// A row: what is written in its cells, and what is known of the answer.
struct Row {
    cells: Vec<String>,
    truth: Truth,
}

/// Makes rows by their numbers.
struct Generator<'p> {
    parameters: &'p Parameters,
    seed: u64,
    speakers: Vec<Speaker>,
    /// For each language the words of each theme.
    lexicons: Vec<Vec<ThemeLexicon>>,
}

impl<'p> Generator<'p> {
    fn new(parameters: &'p Parameters, seed: u64) -> Result<Self, GenerateError> {
        let mut speakers = Vec::new();
        for language in &parameters.language {
            speakers.push(Speaker::new(&language.code, &parameters.vocabulary)?);
        }
        let lexicons = parameters.language.iter().map(|language| parameters.lexicons(&language.code)).collect();
        Ok(Self { parameters, seed, speakers, lexicons })
    }

    fn row(&self, number: u64) -> Row {
        let mut draw = Draw::new(self.seed, 10, number);
        let mut cells = vec![(number + 1).to_string()];
        for choice in self.parameters.attribute.iter().chain(&self.parameters.closed) {
            cells.push(weighted(&choice.options, &mut draw, |(_, weight)| *weight).0.clone());
        }
        let (text, mut truth) = self.answer(&mut draw);
        truth.n_words = text.split_whitespace().count();
        cells.push(text);
        Row { cells, truth }
    }

    fn answer(&self, draw: &mut Draw) -> (String, Truth) {
        if draw.chance(self.parameters.answers.blank) {
            return (String::new(), Truth::default());
        }
        let mut share = draw.unit();
        for (number, campaign) in self.parameters.campaign.iter().enumerate() {
            if share < campaign.share {
                return self.copy(number, campaign, draw);
            }
            share -= campaign.share;
        }
        let languages = &self.parameters.language;
        let place = weighted_place(languages, draw, |language| language.share);
        let target = self.parameters.length.draw(draw);
        let themes = self.themes(target, draw);
        self.written(place, target, &themes, draw)
    }

    /// The themes of an answer of so many words, the main one first.
    fn themes(&self, target: f64, draw: &mut Draw) -> Vec<usize> {
        let answers = &self.parameters.answers;
        if draw.chance(answers.without_theme) {
            return Vec::new();
        }
        let mut themes = vec![weighted_place(&self.parameters.theme, draw, |theme| theme.weight)];
        let mut further = target / answers.words_for_each_theme - 1.0;
        while themes.len() < answers.most_themes && (further >= 1.0 || draw.chance(further)) {
            let theme = weighted_place(&self.parameters.theme, draw, |theme| theme.weight);
            if !themes.contains(&theme) {
                themes.push(theme);
            }
            further -= 1.0;
        }
        themes
    }

    /// Sentences of about so many words, the first of them about the main theme.
    fn written(&self, language: usize, target: f64, themes: &[usize], draw: &mut Draw) -> (String, Truth) {
        let (answers, speaker) = (&self.parameters.answers, &self.speakers[language]);
        let (mut text, mut n_words, mut said) = (String::new(), 0, vec![0_usize; themes.len()]);
        loop {
            // A sentence that begins an answer may be a few words; later ones are whole.
            let room = if n_words == 0 { target } else { (target - n_words as f64).max(sentences::TINY_BELOW) };
            let of = if themes.is_empty() || (n_words > 0 && !draw.chance(answers.theme_sentences)) {
                None
            } else if n_words == 0 || draw.chance(answers.main_sentences) {
                Some(0)
            } else {
                Some(draw.below(themes.len()))
            };
            let lexicon = of.map(|theme| &self.lexicons[language][themes[theme]]);
            let sentence = speaker.sentence(lexicon, room, draw);
            let n = sentence.split_whitespace().count();
            if n_words > 0 && (n_words as f64) + (n as f64) / 2.0 > target {
                break;
            }
            if let Some(theme) = of {
                said[theme] += 1;
            }
            if n_words > 0 {
                text.push(' ');
            }
            text.push_str(&sentence);
            n_words += n;
        }
        // The main theme is the one that most sentences speak of; of several the first drawn.
        let mut spoken: Vec<(usize, usize)> =
            said.iter().zip(themes).filter(|(n, _)| **n > 0).map(|(n, theme)| (*n, *theme)).collect();
        spoken.sort_by_key(|(n, _)| std::cmp::Reverse(*n));
        let themes = spoken.into_iter().map(|(_, theme)| theme).collect();
        (text, Truth { language, campaign: None, themes, n_words: 0 })
    }

    /// A copy of a campaign's text.
    fn copy(&self, number: usize, campaign: &Campaign, draw: &mut Draw) -> (String, Truth) {
        let language = self.parameters.language.iter().position(|language| language.code == "en").unwrap_or_default();
        let speaker = &self.speakers[language];
        let filling = if draw.chance(campaign.filled) { speaker.name(draw) } else { campaign.unfilled.clone() };
        let mut text = campaign.text.replace("{slot}", &filling);
        if draw.chance(campaign.extended) {
            text.push(' ');
            text.push_str(&speaker.sentence(None, OWN_SENTENCE, draw));
        }
        let themes = self.parameters.theme.iter().position(|theme| theme.name == campaign.theme);
        (text, Truth { language, campaign: Some(number), themes: themes.into_iter().collect(), n_words: 0 })
    }

    /// A row of the truth.
    fn told(&self, row: &Row) -> [String; 6] {
        let name = |theme: &usize| self.parameters.theme[*theme].name.clone();
        let truth = &row.truth;
        let is_blank = truth.n_words == 0;
        [
            row.cells[0].clone(),
            if is_blank { String::new() } else { self.parameters.language[truth.language].code.clone() },
            truth.campaign.map(|campaign| self.parameters.campaign[campaign].name.clone()).unwrap_or_default(),
            truth.themes.first().map(name).unwrap_or_default(),
            truth.themes.iter().map(name).collect::<Vec<_>>().join(";"),
            truth.n_words.to_string(),
        ]
    }
}

/// One of the items, in proportion to their weights.
fn weighted<'i, T>(items: &'i [T], draw: &mut Draw, weight: impl Fn(&T) -> f64) -> &'i T {
    &items[weighted_place(items, draw, weight)]
}

fn weighted_place<T>(items: &[T], draw: &mut Draw, weight: impl Fn(&T) -> f64) -> usize {
    let mut left = draw.unit() * items.iter().map(&weight).sum::<f64>();
    for (place, item) in items.iter().enumerate() {
        left -= weight(item);
        if left < 0.0 {
            return place;
        }
    }
    items.len() - 1
}

/// The header of the truth.
const TRUTH_HEADER: [&str; 6] = ["id", "language", "campaign", "main_theme", "themes", "words"];

/// Writes so many rows as a wide table, and where wanted what is known of each, as
/// `id,language,campaign,main_theme,themes,words`.
///
/// # Guarantees
/// The same bytes at any thread count; with the same seed and parameters fewer rows are the beginning of more.
///
/// # Errors
/// [`GenerateError`]; [`Error::Io`].
pub fn generate(
    parameters: &Parameters,
    n_responses: u64,
    seed: u64,
    answers: &mut dyn Write,
    mut truth: Option<&mut dyn Write>,
) -> Result<(), Error> {
    super::check_responses(n_responses)?;
    let generator = Generator::new(parameters, seed)?;
    let failed = || Error::io("write", "the generated answers");
    let header = [parameters.columns.id.as_str()]
        .into_iter()
        .chain(parameters.attribute.iter().chain(&parameters.closed).map(|choice| choice.header.as_str()))
        .chain([parameters.columns.open.as_str()]);
    answers.write_all(&lines([header])).map_err(failed())?;
    if let Some(truth) = &mut truth {
        truth.write_all(&lines([TRUTH_HEADER])).map_err(failed())?;
    }
    let with_truth = truth.is_some();
    let n_blocks = n_responses.div_ceil(BLOCK);
    for first in (0..n_blocks).step_by(BLOCKS as usize) {
        let blocks: Vec<(Vec<u8>, Vec<u8>)> = (first..(first + BLOCKS).min(n_blocks))
            .into_par_iter()
            .map(|block| {
                let rows: Vec<Row> = (block * BLOCK..((block + 1) * BLOCK).min(n_responses))
                    .map(|number| generator.row(number))
                    .collect();
                let told = if with_truth { lines(rows.iter().map(|row| generator.told(row))) } else { Vec::new() };
                (lines(rows.iter().map(|row| &row.cells)), told)
            })
            .collect();
        for (rows, told) in blocks {
            answers.write_all(&rows).map_err(failed())?;
            if let Some(truth) = &mut truth {
                truth.write_all(&told).map_err(failed())?;
            }
        }
    }
    Ok(())
}

/// Rows as lines of csv.
///
/// # Panics
/// Never: memory takes every row, and all have as many cells.
fn lines<R: IntoIterator<Item = C>, C: AsRef<[u8]>>(rows: impl IntoIterator<Item = R>) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).expect("rows of one width go into memory");
    }
    writer.into_inner().expect("memory takes every row")
}

#[cfg(test)]
mod tests;
