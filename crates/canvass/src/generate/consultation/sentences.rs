//! Sentences of a language: templates whose slots are filled with words drawn by Zipf's law, some of them rare.

use super::super::{Draw, GenerateError, written};
use super::parameters::{ThemeWords, Vocabulary};
use serde::Deserialize;

/// Answers of fewer words are no whole sentence.
pub(super) const TINY_BELOW: f64 = 7.0;
/// The last octave of rare words: ranks stay below 2³².
const MOST_OCTAVES: u32 = 11;
/// Names are fewer than other rare words: their first octave is so many times shorter.
const NAMES: u64 = 8;

/// A language as its file has it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Words {
    tiny: Vec<String>,
    tiny_other: Vec<String>,
    theme: Vec<String>,
    other: Vec<String>,
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

/// What stands in a slot.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Slot {
    ThemeNoun,
    OtherThemeNoun,
    ThemeVerb,
    ThemeAdjective,
    Noun,
    Plural,
    Verb,
    Gerund,
    Past,
    Adjective,
    Adverb,
    Name,
}

/// A part of a template; of a slot whether it begins with a capital.
enum Piece {
    Text(String),
    Slot(Slot, bool),
}

/// A template's parts; what is no slot stays as it is.
fn template(text: &str) -> Vec<Piece> {
    let (mut pieces, mut rest) = (Vec::new(), text);
    while let Some((before, behind)) = rest.split_once('{') {
        let (name, after) = behind.split_once('}').unwrap_or((behind, ""));
        let slot = match name.to_lowercase().as_str() {
            "tn" => Slot::ThemeNoun,
            "tm" => Slot::OtherThemeNoun,
            "tv" => Slot::ThemeVerb,
            "ta" => Slot::ThemeAdjective,
            "n" | "m" => Slot::Noun,
            "ns" => Slot::Plural,
            "v" => Slot::Verb,
            "ing" => Slot::Gerund,
            "ed" => Slot::Past,
            "d" => Slot::Adverb,
            "name" => Slot::Name,
            _ => Slot::Adjective,
        };
        pieces.push(Piece::Text(before.to_owned()));
        pieces.push(Piece::Slot(slot, name.starts_with(char::is_uppercase)));
        rest = after;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    pieces
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
    tiny: [Vec<Vec<Piece>>; 2],
    whole: [Vec<Vec<Piece>>; 2],
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
        let all = |texts: &[String]| texts.iter().map(|text| template(text)).collect::<Vec<_>>();
        let ranked = |list: &str| Ranked::new(list, vocabulary.shift);
        Ok(Self {
            number,
            tiny: [all(&words.tiny_other), all(&words.tiny)],
            whole: [all(&words.other), all(&words.theme)],
            nouns: ranked(&words.nouns),
            verbs: ranked(&words.verbs),
            adjectives: ranked(&words.adjectives),
            adverbs: ranked(&words.adverbs),
            vocabulary: vocabulary.clone(),
        })
    }

    /// A sentence, about a theme where one is given; a few words of one where it is to be tiny.
    pub(super) fn sentence(&self, theme: Option<&ThemeLexicon>, is_tiny: bool, draw: &mut Draw) -> String {
        let templates = &(if is_tiny { &self.tiny } else { &self.whole })[usize::from(theme.is_some())];
        let none = ThemeLexicon::default();
        let lexicon = theme.unwrap_or(&none);
        let pick = |list: &[String], draw: &mut Draw| list[draw.below(list.len())].clone();
        let first = draw.below(lexicon.nouns.len());
        let second = (first + 1 + draw.below(lexicon.nouns.len().saturating_sub(1))) % lexicon.nouns.len().max(1);
        let mut out = String::new();
        for piece in &templates[draw.below(templates.len())] {
            let (slot, is_capital) = match piece {
                Piece::Text(text) => {
                    out.push_str(text);
                    continue;
                }
                Piece::Slot(slot, is_capital) => (*slot, *is_capital),
            };
            let word = match slot {
                Slot::ThemeNoun => lexicon.nouns[first].clone(),
                Slot::OtherThemeNoun => lexicon.nouns[second].clone(),
                Slot::ThemeVerb => pick(&lexicon.verbs, draw),
                Slot::ThemeAdjective => pick(&lexicon.adjectives, draw),
                Slot::Noun => self.word(&self.nouns, draw),
                Slot::Plural => plural(&self.word(&self.nouns, draw)),
                Slot::Verb => self.word(&self.verbs, draw),
                Slot::Gerund => gerund(self.verbs.draw(draw)),
                Slot::Past => past(self.verbs.draw(draw)),
                Slot::Adjective => self.word(&self.adjectives, draw),
                Slot::Adverb => self.adverbs.draw(draw).to_owned(),
                Slot::Name => self.name(draw),
            };
            let takes_an = self.number == 0 && word.starts_with(['a', 'e', 'i', 'o', 'u']);
            if takes_an && (out == "A " || out.ends_with(" a ")) {
                out.insert(out.len() - 1, 'n');
            }
            if is_capital { out.push_str(&capital(&word)) } else { out.push_str(&word) }
        }
        out
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
    fn every_slot_of_the_languages_is_known() {
        for (code, text) in LANGUAGES {
            let words: Words = toml::from_str(text).unwrap();
            for text in [words.tiny, words.tiny_other, words.theme, words.other].into_iter().flatten() {
                for part in text.split('{').skip(1) {
                    let name = part.split('}').next().unwrap().to_lowercase();
                    let known = ["tn", "tm", "tv", "ta", "n", "m", "ns", "v", "ing", "ed", "a", "b", "d", "name"];
                    assert!(known.contains(&name.as_str()), "{code}: {text}");
                }
            }
        }
    }
}
