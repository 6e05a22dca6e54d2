//! Abbreviations the answers define themselves, each with what it stands for.
//!
//! [`definitions`] finds where one text defines an abbreviation; [`Abbreviations::collect`] settles what each stands for
//! when many texts do.

mod definition;
mod matching;
#[cfg(test)]
mod tests;

pub use definition::{Definition, definitions};

use crate::Resource;
use matching::{fold, without_plural};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Texts a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 256;

/// An abbreviation with its spellings and what it was said to stand for.
///
/// All counts are of texts: one that defines an abbreviation twice in the same words counts once.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Abbreviation {
    /// The spellings of the short form in definitions, the most frequent first, ties in the order of the texts.
    pub short_forms: Vec<(String, u32)>,
    /// What it stands for, in the most frequent spelling of each: the most frequent first, ties in the order of the texts.
    pub long_forms: Vec<(String, u32)>,
    /// How many definitions were found: the sum over the long forms.
    pub n_definitions: u32,
    /// Whether two different long forms are both frequent, so that none can be said to be meant.
    pub ambiguous: bool,
}

impl Abbreviation {
    /// What it stands for, unless it is ambiguous.
    pub fn long_form(&self) -> Option<&str> {
        self.long_forms.first().filter(|_| !self.ambiguous).map(|(long, _)| long.as_str())
    }

    /// What it stands for in the words of all who mean the same: long forms of which one is part of the other. Nothing if it is
    /// ambiguous.
    pub fn meant(&self) -> impl Iterator<Item = &str> {
        let winner = self.long_form();
        let same = move |long: &&str| winner.is_some_and(|winner| !are_different(&long_key(winner), &long_key(long)));
        self.long_forms.iter().map(|(long, _)| long.as_str()).filter(same)
    }

    /// Its most frequent spelling.
    pub fn short_form(&self) -> &str {
        self.short_forms.first().map_or("", |(short, _)| short.as_str())
    }
}

/// The abbreviations defined in a set of texts.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Abbreviations {
    /// Sorted by key.
    entries: Vec<(String, Abbreviation)>,
}

/// A definition of one text, in the words of the text.
struct Found {
    key: String,
    short: String,
    long_key: String,
    long: String,
}

/// What is counted of a thing said in different spellings.
#[derive(Default)]
struct Tally {
    /// Texts it was found in.
    n_texts: u32,
    /// The place of the first of them.
    first: usize,
    /// For each spelling, how many texts have it, and the place of the first.
    spellings: BTreeMap<String, (u32, usize)>,
}

impl Tally {
    fn count(&mut self, spelling: String, place: usize) {
        if self.n_texts == 0 {
            self.first = place;
        }
        self.n_texts += 1;
        self.spell(spelling, place);
    }

    fn spell(&mut self, spelling: String, place: usize) {
        self.spellings.entry(spelling).or_insert((0, place)).0 += 1;
    }

    /// The spellings by frequency.
    fn by_frequency(self) -> Vec<(String, u32)> {
        let mut spellings: Vec<(String, (u32, usize))> = self.spellings.into_iter().collect();
        spellings.sort_by(|(a, (n_a, first_a)), (b, (n_b, first_b))| {
            n_b.cmp(n_a).then(first_a.cmp(first_b)).then_with(|| a.cmp(b))
        });
        spellings.into_iter().map(|(spelling, (n, _))| (spelling, n)).collect()
    }
}

impl Abbreviations {
    /// Finds the definitions in all texts, and for each abbreviation what most of them say.
    ///
    /// Short forms that differ only in case, full stops, hyphens and plural are one ("RBA", "Rba", "R.B.A."). Long forms
    /// are one if they differ only in case, punctuation, and the "s" at the end of words. An abbreviation is ambiguous if
    /// its second long form is at least half as frequent as the first, and neither is part of the other. Translations
    /// are different long forms.
    ///
    /// # Guarantees
    /// The same result at any thread count.
    pub fn collect(texts: &[&str]) -> Self {
        let found: Vec<Vec<Vec<Found>>> =
            texts.par_chunks(CHUNK).map(|chunk| chunk.iter().map(|text| found_in(text)).collect()).collect();

        let mut tallies: BTreeMap<String, (Tally, BTreeMap<String, Tally>)> = BTreeMap::new();
        for (place, found) in found.into_iter().flatten().enumerate() {
            for Found { key, short, long_key, long } in found {
                let (shorts, longs) = tallies.entry(key).or_default();
                shorts.count(short, place);
                longs.entry(long_key).or_default().count(long, place);
            }
        }
        let entries = tallies.into_iter().map(|(key, (shorts, longs))| (key, settled(shorts, longs)));
        Self { entries: entries.collect() }
    }

    /// The built-in files that decide what a definition is, in a fixed order, for the manifest.
    pub fn files() -> [Resource; 2] {
        definition::FILES
    }

    /// All of them, in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = &Abbreviation> {
        self.entries.iter().map(|(_, abbreviation)| abbreviation)
    }

    /// The abbreviation a word of a text is, however spelt.
    ///
    /// A word with fewer than two capitals is one only in a spelling some definition has: "It" is not "IT".
    pub fn find(&self, word: &str) -> Option<&Abbreviation> {
        let key = key(word);
        let at = self.entries.binary_search_by(|(entry, _)| entry.cmp(&key)).ok()?;
        let abbreviation = &self.entries[at].1;
        let is_written_as_one = word.chars().filter(|c| c.is_uppercase()).nth(1).is_some()
            || abbreviation.short_forms.iter().any(|(short, _)| short == word);
        is_written_as_one.then_some(abbreviation)
    }
}

/// A short form without what its spellings differ in: case, accents, full stops, hyphens, and the "s" of a plural.
pub(crate) fn key(short: &str) -> String {
    without_plural(short).chars().filter(|c| c.is_alphanumeric()).map(fold).collect()
}

/// A long form without what its spellings differ in: case, accents, punctuation, and the "s" at the end of words.
pub(crate) fn long_key(long: &str) -> String {
    let words = long.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let words = words.map(|word| {
        let folded: String = word.chars().map(fold).collect();
        folded.strip_suffix('s').filter(|singular| singular.len() > 2).map_or(folded.clone(), str::to_owned)
    });
    words.collect::<Vec<_>>().join(" ")
}

/// The definitions of a text; what it says twice stands once.
fn found_in(text: &str) -> Vec<Found> {
    let mut seen = BTreeSet::new();
    let found = definitions(text).into_iter().filter_map(|definition| {
        let (short, long) = (definition.short.of(text)?, definition.long.of(text)?);
        let (key, long_key) = (key(short), long_key(long));
        let long = long.split_whitespace().collect::<Vec<_>>().join(" ");
        seen.insert((key.clone(), long_key.clone())).then(|| Found { key, short: short.to_owned(), long_key, long })
    });
    found.collect()
}

/// What most definitions of one abbreviation say.
fn settled(shorts: Tally, longs: BTreeMap<String, Tally>) -> Abbreviation {
    let mut longs: Vec<(String, Tally)> = longs.into_iter().collect();
    longs.sort_by(|(_, a), (_, b)| b.n_texts.cmp(&a.n_texts).then(a.first.cmp(&b.first)));
    let ambiguous = longs.first().is_some_and(|(winner, tally)| {
        longs[1..].iter().any(|(other, second)| 2 * second.n_texts >= tally.n_texts && are_different(winner, other))
    });
    let n_definitions = longs.iter().map(|(_, tally)| tally.n_texts).sum();
    let long_forms = longs.into_iter().filter_map(|(_, tally)| {
        let n_texts = tally.n_texts;
        tally.by_frequency().into_iter().next().map(|(long, _)| (long, n_texts))
    });
    let long_forms = long_forms.collect();
    Abbreviation { short_forms: shorts.by_frequency(), long_forms, n_definitions, ambiguous }
}

/// Whether neither of two long forms is the end or the beginning of the other, spaces aside: the words before an
/// abbreviation do not always show where its long form begins, nor do all write "intersectoral" with a hyphen.
fn are_different(a: &str, b: &str) -> bool {
    let (a, b) = (a.replace(' ', ""), b.replace(' ', ""));
    let (short, long) = if a.len() < b.len() { (&a, &b) } else { (&b, &a) };
    !long.starts_with(short.as_str()) && !long.ends_with(short.as_str())
}
