//! Sentences of a language: templates whose slots are filled with words drawn by Zipf's law, some of them rare.
//!
//! A sentence is a template, where there is room with an opening before it or a tail behind it. Every few words one of several is said, so that two
//! answers have hardly ever the same eight words in a row: people who write by themselves do not either.

use super::super::{Draw, GenerateError, written};
use super::parameters::{ThemeWords, Vocabulary};
use super::template::{Piece, Slot, Template, Templates};
use serde::Deserialize;
use std::collections::BTreeMap;

/// Answers of fewer words are no whole sentence.
pub(super) const TINY_BELOW: f64 = 7.0;
/// The last octave of rare words: ranks stay below 2³².
const MOST_OCTAVES: u32 = 11;
/// Words of an opening or a tail, about: with less room there is none.
const MARGIN: f64 = 7.0;
/// Words of a sentence without either, about.
const CORE: f64 = 12.0;
/// The chance of an opening where there is room, and of a tail.
const OPENS: f64 = 0.35;
const TRAILS: f64 = 0.45;
/// What ends a sentence that has no end of its own, by their weights.
const ENDS: [(char, u64); 3] = [('.', 94), ('!', 4), ('?', 2)];
/// Names are fewer than other rare words: their first octave is so many times shorter.
const NAMES: u64 = 16;

/// A language as its file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    tiny: Vec<String>,
    tiny_other: Vec<String>,
    theme: Vec<String>,
    other: Vec<String>,
    opening: Vec<String>,
    tail: Vec<String>,
    parts: BTreeMap<String, Vec<String>>,
    nouns: String,
    verbs: String,
    adjectives: String,
    adverbs: String,
}

/// The languages there are.
const LANGUAGES: [(&str, &str); 3] = [
    ("en", include_str!("words/en.toml")),
    ("fr", include_str!("words/fr.toml")),
    ("es", include_str!("words/es.toml")),
];

/// Words by rank, and the sums of their weights.
struct Ranked {
    words: Vec<String>,
    sums: Vec<f64>,
}

impl Ranked {
    /// Words between commas, or else between white space.
    fn new(list: &str, shift: f64) -> Self {
        let words: Vec<String> = if list.contains(',') {
            list.split(',').map(|word| word.trim().to_owned()).collect()
        } else {
            list.split_whitespace().map(str::to_owned).collect()
        };
        let mut sum = 0.0;
        let sums = (1..=words.len())
            .map(|rank| {
                sum += 1.0 / (rank as f64 + shift);
                sum
            })
            .collect();
        Self { words, sums }
    }

    fn draw(&self, draw: &mut Draw) -> &str {
        let at = draw.unit() * self.sums.last().copied().unwrap_or_default();
        let place = self.sums.partition_point(|sum| *sum <= at);
        &self.words[place.min(self.words.len() - 1)]
    }
}

/// The words of a theme in one language.
#[derive(Default)]
pub(super) struct ThemeLexicon {
    nouns: Vec<String>,
    verbs: Vec<String>,
    adjectives: Vec<String>,
}

impl ThemeLexicon {
    pub(super) fn new(words: &ThemeWords) -> Self {
        Self { nouns: words.nouns.clone(), verbs: words.verbs.clone(), adjectives: words.adjectives.clone() }
    }
}

/// Says sentences in one language.
pub(super) struct Speaker {
    /// Its place among [`LANGUAGES`].
    number: u64,
    tiny: [Vec<Template>; 2],
    whole: [Vec<Template>; 2],
    opening: Vec<Template>,
    tail: Vec<Template>,
    /// What is said of each part, one of several.
    parts: Vec<Vec<Template>>,
    nouns: Ranked,
    verbs: Ranked,
    adjectives: Ranked,
    adverbs: Ranked,
    vocabulary: Vocabulary,
}

impl Speaker {
    pub(super) fn knows(code: &str) -> bool {
        LANGUAGES.iter().any(|(known, _)| *known == code)
    }

    pub(super) fn new(code: &str, vocabulary: &Vocabulary) -> Result<Self, GenerateError> {
        let refuse = |why: String| GenerateError::Parameters { file: "language".into(), what: code.to_owned(), why };
        let known = LANGUAGES.iter().zip(0..).find(|((known, _), _)| *known == code);
        let ((_, text), number) = known.ok_or_else(|| refuse("must be en, fr or es".into()))?;
        let words: Words = toml::from_str(text).map_err(|error| refuse(error.to_string()))?;
        let names: Vec<&str> = words.parts.keys().map(String::as_str).collect();
        let templates = Templates { parts: &names };
        let all = |texts: &[String]| texts.iter().map(|text| templates.read(text)).collect::<Vec<_>>();
        let ranked = |list: &str| Ranked::new(list, vocabulary.shift);
        Ok(Self {
            number,
            tiny: [all(&words.tiny_other), all(&words.tiny)],
            whole: [all(&words.other), all(&words.theme)],
            opening: all(&words.opening),
            tail: all(&words.tail),
            parts: words.parts.values().map(|texts| all(texts)).collect(),
            nouns: ranked(&words.nouns),
            verbs: ranked(&words.verbs),
            adjectives: ranked(&words.adjectives),
            adverbs: ranked(&words.adverbs),
            vocabulary: vocabulary.clone(),
        })
    }

    /// A sentence of no more than about so many words, if there is one so short; about a theme where one is given.
    pub(super) fn sentence(&self, theme: Option<&ThemeLexicon>, room: f64, draw: &mut Draw) -> String {
        let is_tiny = room < TINY_BELOW;
        let templates = &(if is_tiny { &self.tiny } else { &self.whole })[usize::from(theme.is_some())];
        let mut said = Said::new(self, theme, draw);
        let mut room = room - CORE;
        if room >= MARGIN && said.draw.chance(OPENS) {
            room -= MARGIN;
            said.one_of(&self.opening);
        }
        said.one_of(templates);
        if room >= MARGIN && said.draw.chance(TRAILS) {
            said.one_of(&self.tail);
        }
        said.ended()
    }

    /// The words that all themes share.
    #[cfg(test)]
    pub(super) fn all_words(&self) -> std::collections::BTreeSet<&str> {
        let lists = [&self.nouns, &self.verbs, &self.adjectives, &self.adverbs];
        lists.into_iter().flat_map(|list| list.words.iter().map(String::as_str)).collect()
    }

    /// A word of a list, or a rare one.
    fn word(&self, list: &Ranked, draw: &mut Draw) -> String {
        if draw.chance(self.vocabulary.rare) {
            return self.rare(self.rank(self.vocabulary.first_octave, draw));
        }
        list.draw(draw).to_owned()
    }

    /// A name of a person or place.
    pub(super) fn name(&self, draw: &mut Draw) -> String {
        named(self.rank((self.vocabulary.first_octave / NAMES).max(1), draw))
    }

    /// A rank of the rare words: within an octave each is as likely.
    fn rank(&self, first_octave: u64, draw: &mut Draw) -> u64 {
        let (mut start, mut size, mut octave) = (0, first_octave, 0);
        while octave < MOST_OCTAVES && draw.chance(self.vocabulary.next_octave) {
            start += size;
            size *= 2;
            octave += 1;
        }
        start + draw.next() % size
    }

    /// A number as details have it: small ones most often.
    fn number(draw: &mut Draw) -> String {
        let digits = 1 + draw.below(3);
        let most = [9, 90, 900][digits - 1];
        (most / 9 + draw.below(most)).to_string()
    }

    /// The rare word of a rank: one misspelt, two joined, or a name. It depends on the rank and the language alone.
    fn rare(&self, rank: u64) -> String {
        let mut draw = Draw::new(self.number, 11, rank);
        match draw.below(3) {
            0 => misspelt(self.nouns.draw(&mut draw), &mut draw),
            1 if self.number == 0 => {
                // Each of the words as likely, else few pairs would be all that is ever made.
                let words = &self.nouns.words;
                format!("{}{}", words[draw.below(words.len())], words[draw.below(words.len())])
            }
            _ => named(rank),
        }
    }
}

/// A sentence as it is said.
struct Said<'s> {
    speaker: &'s Speaker,
    lexicon: Option<&'s ThemeLexicon>,
    /// The two nouns of the theme.
    nouns: [usize; 2],
    draw: &'s mut Draw,
    text: String,
}

impl<'s> Said<'s> {
    fn new(speaker: &'s Speaker, lexicon: Option<&'s ThemeLexicon>, draw: &'s mut Draw) -> Self {
        let n = lexicon.map_or(0, |lexicon| lexicon.nouns.len());
        let first = draw.below(n);
        let second = (first + 1 + draw.below(n.saturating_sub(1))) % n.max(1);
        Self { speaker, lexicon, nouns: [first, second], draw, text: String::new() }
    }

    fn one_of(&mut self, templates: &'s [Template]) {
        for piece in &templates[self.draw.below(templates.len())] {
            match piece {
                Piece::Text(text) => self.put(text),
                Piece::Slot(slot) => {
                    let word = self.word(*slot);
                    self.put(&word);
                }
                Piece::Choice(templates) => self.one_of(templates),
                Piece::Part(part) => self.one_of(&self.speaker.parts[*part]),
            }
        }
    }

    fn word(&mut self, slot: Slot) -> String {
        let (speaker, draw) = (self.speaker, &mut *self.draw);
        let pick = |list: &[String], draw: &mut Draw| list[draw.below(list.len())].clone();
        match (slot, self.lexicon) {
            (Slot::ThemeNoun, Some(lexicon)) => lexicon.nouns[self.nouns[0]].clone(),
            (Slot::OtherThemeNoun, Some(lexicon)) => lexicon.nouns[self.nouns[1]].clone(),
            (Slot::ThemeVerb, Some(lexicon)) => pick(&lexicon.verbs, draw),
            (Slot::ThemeAdjective, Some(lexicon)) => pick(&lexicon.adjectives, draw),
            (Slot::Noun | Slot::ThemeNoun | Slot::OtherThemeNoun, _) => speaker.word(&speaker.nouns, draw),
            (Slot::Plural, _) => plural(&speaker.word(&speaker.nouns, draw)),
            (Slot::Verb | Slot::ThemeVerb, _) => speaker.word(&speaker.verbs, draw),
            (Slot::Gerund, _) => gerund(speaker.verbs.draw(draw)),
            (Slot::Past, _) => past(speaker.verbs.draw(draw)),
            (Slot::Adjective | Slot::ThemeAdjective, _) => speaker.word(&speaker.adjectives, draw),
            (Slot::Adverb, _) => speaker.adverbs.draw(draw).to_owned(),
            (Slot::Name, _) => speaker.name(draw),
            (Slot::Number, _) => Speaker::number(draw),
        }
    }

    /// Says what comes next: in English "a" before a vowel is "an".
    fn put(&mut self, next: &str) {
        let ends_in_a = self.text == "a " || self.text.ends_with(" a ");
        if self.speaker.number == 0 && ends_in_a && next.starts_with(is_vowel) {
            self.text.insert(self.text.len() - 1, 'n');
        }
        self.text.push_str(next);
    }

    fn ended(mut self) -> String {
        if !self.text.ends_with(['.', '!', '?']) {
            let mut at = self.draw.next() % ENDS.iter().map(|(_, weight)| weight).sum::<u64>();
            let end = ENDS.iter().find(|(_, weight)| {
                let is_here = at < *weight;
                at = at.saturating_sub(*weight);
                is_here
            });
            self.text.push(end.map_or('.', |(end, _)| *end));
        }
        capital(&self.text)
    }
}

fn named(rank: u64) -> String {
    capital(&format!("{}{}", written((rank % 200) as u32), written((rank / 200) as u32)))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// A word with two letters exchanged, one left out, doubled or wrong.
fn misspelt(word: &str, draw: &mut Draw) -> String {
    let mut letters: Vec<char> = word.chars().collect();
    // An article or a first letter stays.
    let from = word.find([' ', '\'']).map_or(1, |at| at + 2);
    let at = from.min(letters.len() - 1) + draw.below(letters.len().saturating_sub(from + 1));
    match draw.below(4) {
        0 if at + 1 < letters.len() => letters.swap(at, at + 1),
        1 if letters.len() > 3 => {
            letters.remove(at);
        }
        2 => letters.insert(at, letters[at]),
        _ => letters[at] = char::from(b'a' + draw.below(26) as u8),
    }
    letters.into_iter().collect()
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u')
}

/// The plural of an English noun that has a regular one.
fn plural(noun: &str) -> String {
    let before_y = noun.strip_suffix('y').filter(|stem| !stem.ends_with(is_vowel));
    match before_y {
        Some(stem) => format!("{stem}ies"),
        None if ["s", "x", "z", "ch", "sh"].iter().any(|end| noun.ends_with(end)) => format!("{noun}es"),
        None => format!("{noun}s"),
    }
}

/// Whether the last consonant of an English verb is doubled: one vowel, one consonant behind it.
fn doubles(verb: &str) -> bool {
    let letters: Vec<char> = verb.chars().collect();
    let n_vowels = letters.iter().filter(|c| is_vowel(**c)).count();
    let [.., before, last] = letters[..] else { return false };
    n_vowels == 1 && is_vowel(before) && !is_vowel(last) && !matches!(last, 'w' | 'x' | 'y')
}

/// The form in -ing of a regular English verb.
fn gerund(verb: &str) -> String {
    match verb.strip_suffix('e').filter(|stem| !stem.ends_with('e')) {
        Some(stem) => format!("{stem}ing"),
        None if doubles(verb) => format!("{verb}{}ing", &verb[verb.len() - 1..]),
        None => format!("{verb}ing"),
    }
}

/// The past of a regular English verb.
fn past(verb: &str) -> String {
    let before_y = verb.strip_suffix('y').filter(|stem| !stem.ends_with(is_vowel));
    match before_y {
        Some(stem) => format!("{stem}ied"),
        None if verb.ends_with('e') => format!("{verb}d"),
        None if doubles(verb) => format!("{verb}{}ed", &verb[verb.len() - 1..]),
        None => format!("{verb}ed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn english_words_are_inflected() {
        let plurals =
            [("city", "cities"), ("day", "days"), ("bus", "buses"), ("church", "churches"), ("road", "roads")];
        assert!(plurals.iter().all(|(noun, expected)| plural(noun) == *expected));
        let verbs = [
            ("use", "using", "used"),
            ("chop", "chopping", "chopped"),
            ("help", "helping", "helped"),
            ("open", "opening", "opened"),
            ("carry", "carrying", "carried"),
            ("fix", "fixing", "fixed"),
            ("agree", "agreeing", "agreed"),
        ];
        for (verb, ing, ed) in verbs {
            assert_eq!((gerund(verb).as_str(), past(verb).as_str()), (ing, ed));
        }
    }

    #[test]
    fn a_rare_word_is_its_ranks_and_most_ranks_differ() {
        let parameters = super::super::Parameters::built_in().unwrap();
        for (code, _) in LANGUAGES {
            let speaker = Speaker::new(code, &parameters.vocabulary).unwrap();
            let words: Vec<String> = (0..20_000).map(|rank| speaker.rare(rank)).collect();
            assert_eq!(words, (0..20_000).map(|rank| speaker.rare(rank)).collect::<Vec<_>>());
            let different: std::collections::BTreeSet<&String> = words.iter().collect();
            assert!(different.len() > 15_000, "{code}: {}", different.len());
        }
    }

    #[test]
    fn every_slot_and_part_of_the_languages_is_known() {
        for (code, text) in LANGUAGES {
            let words: Words = toml::from_str(text).unwrap();
            let names: Vec<&str> = words.parts.keys().map(String::as_str).collect();
            let templates = Templates { parts: &names };
            let lists = [&words.tiny, &words.tiny_other, &words.theme, &words.other, &words.opening, &words.tail];
            for text in lists.into_iter().chain(words.parts.values()).flatten() {
                assert_eq!(templates.misread(text), None, "{code}: {text}");
            }
            for text in [&words.other, &words.tiny_other, &words.opening, &words.tail].into_iter().flatten() {
                assert!(!text.contains("{t"), "{code}: {text} is of no theme");
            }
        }
    }

    #[test]
    fn what_writers_say_by_themselves_is_seldom_the_same_eight_words() {
        let parameters = super::super::Parameters::built_in().unwrap();
        for language in &parameters.language {
            let speaker = Speaker::new(&language.code, &parameters.vocabulary).unwrap();
            let lexicon = &parameters.lexicons(&language.code)[0];
            let mut draw = Draw::new(1, 99, 0);
            let mut seen = std::collections::BTreeSet::new();
            let (mut n_runs, mut n_again, mut n_words) = (0_u32, 0_u32, 0_usize);
            for number in 0..4_000 {
                let sentence = speaker.sentence((number % 5 < 3).then_some(lexicon), 40.0, &mut draw);
                let words: Vec<&str> = sentence.split_whitespace().collect();
                n_words += words.len();
                for run in words.windows(8) {
                    n_runs += 1;
                    n_again += u32::from(!seen.insert(run.join(" ")));
                }
            }
            assert!(n_again * 100 < n_runs, "{}: {n_again} of {n_runs}", language.code);
            assert!((10..20).contains(&(n_words / 4_000)), "{}: {n_words}", language.code);
        }
    }
}
