//! Consultations that nobody held, drawn by a seed.
//!
//! Two kinds: [`consultation`] makes a whole one, with themes, campaigns and languages that are known, for measuring runs; what follows makes
//! answers alone, with copies whose edits are known, for measuring the search for copies.
//!
//! There an answer is a few sentences of words drawn by Zipf's law from a vocabulary of 20,000, a third of the sentences begun with one of 200 set
//! phrases of three to six words: so that answers share short runs of words by chance, as real ones do. A quarter of the
//! answers are families: a source and three copies of it, all with the same kind of edit at the same strength. The same
//! request gives the same bytes on every machine; an answer depends on its number alone, so that any number of them is
//! made in the same memory. Instead of copies there may be what is hard to search: see [`Adversarial`].

mod adversarial;
pub mod consultation;
mod error;

use crate::error::Error;
use std::fmt::Write as _;
use std::io::Write;

pub use adversarial::Adversarial;
pub use error::GenerateError;

/// What is done to a copy.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub enum Edit {
    /// Nothing but the case of letters and punctuation.
    Copies,
    /// Single letters of words, each word anywhere.
    Typos,
    /// A passage of new words put in between two sentences.
    Inserted,
    /// A passage left out.
    Dropped,
    /// Sentences in another order.
    Reordered,
    /// The slots of a form, each of one or two words, filled in anew.
    Slots,
    /// Words in fixed places, each one of four synonyms.
    Spun,
}

impl Edit {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Copies, Self::Typos, Self::Inserted, Self::Dropped, Self::Reordered, Self::Slots, Self::Spun];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Copies => "copies",
            Self::Typos => "typos",
            Self::Inserted => "inserted",
            Self::Dropped => "dropped",
            Self::Reordered => "reordered",
            Self::Slots => "slots",
            Self::Spun => "spun",
        }
    }
}

/// What is to be made.
#[derive(Clone, Debug)]
pub struct GenerateRequest {
    /// Answers.
    pub n_responses: u64,
    /// Words of an answer, on average.
    pub n_words: u32,
    /// What is done to copies; none: there are no copies.
    pub edits: Vec<Edit>,
    /// The shares of the words that edits touch.
    pub strengths: Vec<f64>,
    /// What makes the answers hard to search; then there are no edits.
    pub adversarial: Option<Adversarial>,
    /// The length of the answer that [`Adversarial::Huge`] makes, in millions of bytes.
    pub huge_megabytes: u32,
    /// Of all draws.
    pub seed: u64,
}

impl Default for GenerateRequest {
    fn default() -> Self {
        Self {
            n_responses: 10_000,
            n_words: 40,
            edits: Vec::new(),
            strengths: vec![0.05, 0.1, 0.2, 0.3, 0.4],
            adversarial: None,
            huge_megabytes: 10,
            seed: crate::pipeline::DEFAULT_SEED,
        }
    }
}

/// Answers in a family, its source among them.
const FAMILY: u64 = 4;
/// One in so many answers belongs to a family.
const ONE_IN: u64 = 4;
const VOCABULARY: usize = 20_000;
const SET_PHRASES: usize = 200;
const SYNONYMS: usize = 4;

/// Draws numbers: `SplitMix64` (Steele, Lea & Flood 2014).
struct Draw(u64);

impl Draw {
    fn new(seed: u64, of: u64, number: u64) -> Self {
        let mut draw = Self(seed ^ of.rotate_left(32));
        draw.0 = draw.next() ^ number;
        draw.0 = draw.next();
        draw
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        x ^ (x >> 31)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.next() % n.max(1) as u64) as usize
    }

    /// From 0 to below 1.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Whether what happens with this chance does.
    fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }

    /// `k` different numbers below `n`, ascending.
    fn places(&mut self, n: usize, k: usize) -> Vec<usize> {
        let mut all: Vec<usize> = (0..n).collect();
        for at in 0..k.min(n) {
            let other = at + self.below(n - at);
            all.swap(at, other);
        }
        all.truncate(k);
        all.sort_unstable();
        all
    }
}

/// The words there are, and how often each is drawn.
struct Language {
    /// For each rank the sum of 1 / rank up to it, in whole numbers.
    sums: Vec<u64>,
    phrases: Vec<Vec<u32>>,
}

/// A word: its number in the vocabulary, or one written otherwise.
#[derive(Clone, Debug)]
enum Word {
    Known(u32),
    Written(String),
}

impl Language {
    fn new(seed: u64) -> Self {
        let mut sum = 0;
        let sums = (1..=VOCABULARY as u64)
            .map(|rank| {
                sum += (1 << 40) / rank;
                sum
            })
            .collect();
        let mut language = Self { sums, phrases: Vec::new() };
        let mut draw = Draw::new(seed, 3, 0);
        language.phrases = (0..SET_PHRASES)
            .map(|_| {
                let n = 3 + draw.below(4);
                (0..n).map(|_| language.word(&mut draw)).collect()
            })
            .collect();
        language
    }

    fn word(&self, draw: &mut Draw) -> u32 {
        let at = draw.next() % self.sums[self.sums.len() - 1];
        self.sums.partition_point(|sum| *sum <= at) as u32
    }

    /// Sentences of together about `n_words` words.
    fn text(&self, draw: &mut Draw, n_words: u32) -> Vec<Vec<Word>> {
        // From half to one and a half times as many.
        let wanted = n_words as usize / 2 + draw.below(n_words as usize + 1);
        let (mut sentences, mut n) = (Vec::new(), 0);
        while n < wanted.max(1) {
            let mut sentence: Vec<Word> = Vec::new();
            if draw.below(3) == 0 {
                let phrase = &self.phrases[draw.below(SET_PHRASES)];
                sentence.extend(phrase.iter().map(|word| Word::Known(*word)));
            }
            let length = 6 + draw.below(7);
            sentence.extend((0..length).map(|_| Word::Known(self.word(draw))));
            n += sentence.len();
            sentences.push(sentence);
        }
        sentences
    }
}

/// How a word of the vocabulary is written: syllables by its number, in letters.
fn written(word: u32) -> String {
    const ONSETS: [&str; 20] =
        ["b", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z", "st", "br", "tr"];
    const NUCLEI: [&str; 10] = ["a", "e", "i", "o", "u", "ai", "ea", "ou", "er", "an"];
    let (mut rest, mut text) = (word as usize, String::new());
    loop {
        text.push_str(ONSETS[rest % 20]);
        rest /= 20;
        text.push_str(NUCLEI[rest % 10]);
        rest /= 10;
        if rest == 0 {
            return text;
        }
        rest -= 1;
    }
}

/// An answer as it is written out, and what is known of it.
struct Answer {
    text: String,
    /// The place of its source, and what was done to it; none for a source or an answer of its own.
    copied: Option<(u64, Edit, f64)>,
}

/// Makes answers by their numbers.
struct Generator<'r> {
    request: &'r GenerateRequest,
    language: Language,
    n_families: u64,
}

impl<'r> Generator<'r> {
    fn new(request: &'r GenerateRequest) -> Self {
        let n_families = if request.edits.is_empty() { 0 } else { request.n_responses / ONE_IN / FAMILY };
        Self { request, language: Language::new(request.seed), n_families }
    }

    /// The place at which the item `number` stands: families are spread over the file.
    fn place(&self, number: u64) -> u64 {
        let n = self.request.n_responses;
        ((u128::from(number) * u128::from(self.stride()) + u128::from(n / 3)) % u128::from(n)) as u64
    }

    /// The item that stands at a place.
    fn item(&self, place: u64) -> u64 {
        let n = i128::from(self.request.n_responses);
        // The inverse of the stride, by Euclid's algorithm.
        let (mut a, mut b, mut x, mut y) = (i128::from(self.stride()), n, 1_i128, 0_i128);
        while b != 0 {
            (a, b, x, y) = (b, a % b, y, x - (a / b) * y);
        }
        let offset = i128::from(self.request.n_responses / 3);
        ((i128::from(place) - offset).rem_euclid(n) * x.rem_euclid(n)).rem_euclid(n) as u64
    }

    /// A number that shares no factor with the number of answers, near its golden section.
    fn stride(&self) -> u64 {
        let n = self.request.n_responses;
        let gcd = |mut a: u64, mut b: u64| {
            while b != 0 {
                (a, b) = (b, a % b);
            }
            a
        };
        let first = (u128::from(n) * 618 / 1000) as u64 + 1;
        (first..first + n + 2).find(|stride| gcd(*stride, n) == 1).unwrap_or(1)
    }

    fn answer(&self, place: u64) -> Answer {
        if let Some(mode) = self.request.adversarial {
            return Answer { text: adversarial::answer(mode, self.request, &self.language, place), copied: None };
        }
        let item = self.item(place);
        let (family, member) = (item / FAMILY, item % FAMILY);
        if family >= self.n_families {
            let mut draw = Draw::new(self.request.seed, 1, item);
            let text = self.language.text(&mut draw, self.request.n_words);
            return Answer { text: written_out(&text, &mut draw), copied: None };
        }
        let mut draw = Draw::new(self.request.seed, 2, family);
        let source = self.language.text(&mut draw, self.request.n_words);
        let cells = self.request.edits.len() as u64 * self.request.strengths.len() as u64;
        let cell = (family % cells) as usize;
        let edit = self.request.edits[cell / self.request.strengths.len()];
        let strength = self.request.strengths[cell % self.request.strengths.len()];
        // Where slots are is the form's; what stands in them is each member's.
        let n_words = source.iter().map(Vec::len).sum::<usize>();
        #[allow(clippy::cast_sign_loss, reason = "a share of a number of words is positive")]
        let n_touched = (strength * n_words as f64 + 0.5) as usize;
        let slots = draw.places(n_words, n_touched);
        let mut own = Draw::new(self.request.seed, 4, item);
        let touched = match edit {
            Edit::Slots | Edit::Spun => self.fill(source, &slots, edit, &mut own),
            _ if member == 0 => source,
            _ => self.edited(source, edit, n_touched, &mut own),
        };
        let copied = (member > 0).then(|| (self.place(family * FAMILY), edit, strength));
        Answer { text: written_out(&touched, &mut own), copied }
    }

    /// The source with its slots filled in.
    fn fill(&self, mut source: Vec<Vec<Word>>, slots: &[usize], edit: Edit, own: &mut Draw) -> Vec<Vec<Word>> {
        for (at, word) in source.iter_mut().flatten().enumerate() {
            if slots.binary_search(&at).is_err() {
                continue;
            }
            let filling = match (edit, &*word) {
                (Edit::Spun, Word::Known(known)) => match own.below(SYNONYMS) {
                    0 => continue,
                    synonym => Word::Written(format!("{}{}", written(*known), ["", "el", "om", "ix"][synonym])),
                },
                _ => Word::Written(format!("{}son", written(self.language.word(own)))),
            };
            *word = filling;
        }
        source
    }

    fn edited(&self, mut text: Vec<Vec<Word>>, edit: Edit, n_touched: usize, own: &mut Draw) -> Vec<Vec<Word>> {
        let n_words = text.iter().map(Vec::len).sum::<usize>();
        match edit {
            Edit::Typos => {
                let places = own.places(n_words, n_touched);
                for (at, word) in text.iter_mut().flatten().enumerate() {
                    if places.binary_search(&at).is_ok() {
                        *word = Word::Written(mistyped(word, own));
                    }
                }
            }
            Edit::Inserted => {
                let new = (0..n_touched).map(|_| Word::Known(self.language.word(own))).collect();
                let at = own.below(text.len() + 1);
                text.insert(at, new);
            }
            Edit::Dropped => {
                let start = own.below(n_words - n_touched.min(n_words) + 1);
                let mut at = 0;
                for sentence in &mut text {
                    sentence.retain(|_| {
                        at += 1;
                        at <= start || at > start + n_touched
                    });
                }
            }
            Edit::Reordered => {
                // So many sentences, one at least, go elsewhere.
                let n_moved = (n_touched * text.len()).div_ceil(n_words.max(1)).max(1);
                for _ in 0..n_moved {
                    let sentence = text.remove(own.below(text.len()));
                    let at = own.below(text.len() + 1);
                    text.insert(at, sentence);
                }
            }
            Edit::Copies | Edit::Slots | Edit::Spun => {}
        }
        text
    }
}

/// A word with one letter wrong, left out or doubled.
fn mistyped(word: &Word, own: &mut Draw) -> String {
    let mut letters: Vec<char> = spelled(word).chars().collect();
    let at = own.below(letters.len());
    match own.below(3) {
        0 if letters.len() > 2 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letters[at]),
        _ => letters[at] = if letters[at] == 'q' { 'y' } else { 'q' },
    }
    letters.into_iter().collect()
}

fn spelled(word: &Word) -> String {
    match word {
        Word::Known(word) => written(*word),
        Word::Written(text) => text.clone(),
    }
}

/// The sentences with capitals and stops; some with commas, which `own` draws.
fn written_out(text: &[Vec<Word>], own: &mut Draw) -> String {
    let mut out = String::new();
    for sentence in text.iter().filter(|sentence| !sentence.is_empty()) {
        if !out.is_empty() {
            out.push(' ');
        }
        for (at, word) in sentence.iter().enumerate() {
            let word = spelled(word);
            if at == 0 {
                let (first, rest) = word.split_at(1);
                // Writing to a string does not fail.
                let _ = write!(out, "{}{rest}", first.to_uppercase());
            } else {
                let comma = if own.below(12) == 0 { "," } else { "" };
                let _ = write!(out, "{comma} {word}");
            }
        }
        out.push(if own.below(8) == 0 { '!' } else { '.' });
    }
    out
}

/// Writes the answers as `id,text` and, where wanted, what is known of the copies as `source,copy,edit,strength`.
///
/// # Errors
/// [`GenerateError::OutOfRange`]; [`Error::Io`].
pub fn generate(
    request: &GenerateRequest,
    answers: &mut dyn Write,
    truth: Option<&mut dyn Write>,
) -> Result<(), Error> {
    check(request)?;
    let generator = Generator::new(request);
    let failed = || Error::io("write", "the generated answers");
    answers.write_all(b"id,text\n").map_err(failed())?;
    let mut truth = truth;
    if let Some(truth) = &mut truth {
        truth.write_all(b"source,copy,edit,strength\n").map_err(failed())?;
    }
    for place in 0..request.n_responses {
        let answer = generator.answer(place);
        writeln!(answers, "{},\"{}\"", place + 1, answer.text).map_err(failed())?;
        if let (Some(truth), Some((source, edit, strength))) = (&mut truth, answer.copied) {
            writeln!(truth, "{},{},{},{strength}", source + 1, place + 1, edit.name()).map_err(failed())?;
        }
    }
    Ok(())
}

fn check_responses(n_responses: u64) -> Result<(), GenerateError> {
    if (1..=u64::from(u32::MAX) - 1).contains(&n_responses) {
        return Ok(());
    }
    let (found, expected) = (n_responses.to_string(), "from 1 to 4294967294");
    Err(GenerateError::OutOfRange { what: "--responses", found, expected })
}

fn check(request: &GenerateRequest) -> Result<(), GenerateError> {
    let refuse = |what, found: String, expected| Err(GenerateError::OutOfRange { what, found, expected });
    check_responses(request.n_responses)?;
    if !(1..=100_000).contains(&request.n_words) {
        return refuse("--words", request.n_words.to_string(), "from 1 to 100000");
    }
    if !(1..=1000).contains(&request.huge_megabytes) {
        return refuse("--huge-megabytes", request.huge_megabytes.to_string(), "from 1 to 1000");
    }
    if let (Some(mode), false) = (request.adversarial, request.edits.is_empty()) {
        return refuse("--edits", format!("given with --adversarial {}", mode.name()), "left out there");
    }
    match request.strengths.iter().find(|strength| !(**strength > 0.0 && **strength <= 0.9)) {
        Some(strength) => refuse("--strengths", strength.to_string(), "shares above 0 and up to 0.9"),
        None if request.strengths.is_empty() => refuse("--strengths", "empty".into(), "at least one share"),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(edits: &[Edit]) -> (String, String) {
        let (edits, strengths) = (edits.to_vec(), vec![0.1, 0.2]);
        let request = GenerateRequest { n_responses: 640, edits, strengths, seed: 5, ..GenerateRequest::default() };
        let (mut answers, mut truth) = (Vec::new(), Vec::new());
        generate(&request, &mut answers, Some(&mut truth)).unwrap();
        (String::from_utf8(answers).unwrap(), String::from_utf8(truth).unwrap())
    }

    #[test]
    fn a_seed_gives_the_same_answers_and_every_copy_has_its_source() {
        let (answers, truth) = made(&Edit::ALL);
        assert_eq!((&answers, &truth), (&made(&Edit::ALL).0, &made(&Edit::ALL).1));
        assert_eq!(answers.lines().count(), 641);
        // 640 / 4 answers are in families of four: 40 sources with three copies.
        assert_eq!(truth.lines().count(), 1 + 120);
        let text = |id: &str| {
            let start = format!("{id},");
            answers.lines().find(|line| line.starts_with(&start)).unwrap().split_once(',').unwrap().1.to_owned()
        };
        let words = |text: String| {
            let mut words: Vec<String> = text
                .split(|c: char| !c.is_alphabetic())
                .filter(|word| !word.is_empty())
                .map(str::to_lowercase)
                .collect();
            words.sort();
            words
        };
        for line in truth.lines().skip(1) {
            let cells: Vec<&str> = line.split(',').collect();
            let (source, copy) = (words(text(cells[0])), words(text(cells[1])));
            let strength: f64 = cells[3].parse().unwrap();
            let same = copy.iter().filter(|word| source.contains(word)).count() as f64 / copy.len() as f64;
            let longer = copy.len() as f64 / source.len() as f64 - 1.0;
            match cells[2] {
                "copies" | "reordered" => assert_eq!(source, copy, "{line}"),
                "inserted" => assert!((longer - strength).abs() < 0.05, "{line}"),
                "dropped" => assert!((longer + strength).abs() < 0.05, "{line}"),
                _ => assert!((1.0 - same - strength).abs() < 0.16, "{line}: {same}"),
            }
        }
    }

    #[test]
    fn without_edits_there_are_no_copies() {
        assert_eq!(made(&[]).1.lines().count(), 1);
    }

    #[test]
    fn each_item_has_one_place() {
        for n_responses in [1, 2, 3, 10, 640, 1_001, 65_536] {
            let request = GenerateRequest { n_responses, ..GenerateRequest::default() };
            let generator = Generator::new(&request);
            assert!((0..n_responses).all(|place| generator.place(generator.item(place)) == place), "{n_responses}");
        }
    }
}
