//! Whether the characters of a short form can be found, in order, in a long form.

use tokenizers::NormalizedString;

/// Characters a short form may have besides letters and digits.
const JOINERS: [char; 9] = ['-', '\u{2010}', '\u{2011}', '.', '&', '/', '\'', '\u{2019}', ' '];

/// Latin abbreviations that stand in brackets everywhere and define nothing, should they be written in capitals.
const LATIN: [&str; 6] = ["cf", "eg", "etc", "ie", "nb", "ps"];

/// A word of at most so many letters, all small, may be passed over in a long form: "of", "the", "des", "для".
const MAX_SMALL_WORD: usize = 3;

/// What of a short form must be found in its long form: its letters and digits, the "s" of a plural left out.
#[derive(Debug)]
pub(super) struct ShortForm {
    signs: Vec<Sign>,
}

#[derive(Debug)]
struct Sign {
    folded: char,
    is_capital: bool,
}

/// A letter or digit of a passage.
struct Letter {
    /// Its first byte, in the whole text.
    at: usize,
    folded: char,
    /// Whether it begins a part: a word, or what follows a hyphen, an apostrophe or the like within one.
    begins_part: bool,
    /// Whether it begins a part that no hyphen binds to the part before: a long form begins at no other.
    begins_word: bool,
    /// Number of the word, as white space separates them.
    word: usize,
}

/// A run of letters and digits of a passage.
struct Part {
    /// Index of its first letter.
    first: usize,
    n_letters: usize,
    /// Whether all of it are small letters.
    is_lower: bool,
    /// Whether a hyphen binds it to the part before.
    is_bound: bool,
}

impl Part {
    /// Whether it may go without a letter in the short form.
    fn is_small(&self) -> bool {
        self.is_lower && self.n_letters <= MAX_SMALL_WORD
    }
}

/// A passage that may hold a long form, taken apart.
pub(super) struct Passage {
    letters: Vec<Letter>,
    parts: Vec<Part>,
    /// Whether upper and lower case differ in it: in a text all in capitals a capital says nothing.
    has_small_letter: bool,
}

impl ShortForm {
    /// Reads a short form, or finds that this is none.
    ///
    /// The paper asks for 2 to 10 characters, at most two words, a letter, and a letter or digit at the beginning. Beyond
    /// that the following are refused, for brackets in answers hold much that is no abbreviation:
    ///
    /// - without a capital: "(see below)", "(or not)", "(ii)", "(e.g.)", and all of a script without case, in which an
    ///   abbreviation cannot be told from a word;
    /// - with a word that has neither capital nor digit: "(see IT)", "(an NGO)";
    /// - with fewer than two letters: numbers, years, "(A)", "(1a)", "(B2)";
    /// - Roman numerals up to thirty-nine: "(II)", "(IV)";
    /// - Latin abbreviations: "(NB)", "(E.g.)";
    /// - one letter repeated more than three times: "(XXXX)" stands for what was struck out;
    /// - with other punctuation than stands within abbreviations.
    pub(super) fn parse(written: &str) -> Option<Self> {
        let n_characters = written.chars().take(11).count();
        let words: Vec<&str> = written.split_whitespace().take(3).collect();
        let may_stand = |c: char| c.is_alphanumeric() || is_mark(c) || JOINERS.contains(&c);
        if !(2..=10).contains(&n_characters)
            || words.len() > 2
            || !written.starts_with(char::is_alphanumeric)
            || !written.ends_with(|c: char| c.is_alphanumeric() || is_mark(c) || c == '.')
            || !written.chars().all(may_stand)
            || !words.iter().all(|word| word.chars().any(|c| c.is_uppercase() || c.is_numeric()))
        {
            return None;
        }
        let signs: Vec<Sign> = without_plural(written)
            .chars()
            .filter(|c| c.is_alphanumeric())
            .map(|c| Sign { folded: fold(c), is_capital: c.is_uppercase() })
            .collect();
        let n_letters = signs.iter().filter(|sign| sign.folded.is_alphabetic()).count();
        let folded: String = signs.iter().map(|sign| sign.folded).collect();
        let is_roman_numeral = folded.chars().all(|c| matches!(c, 'i' | 'v' | 'x'));
        let is_struck_out = signs.len() > 3 && signs.iter().all(|sign| sign.folded == signs[0].folded);
        let is_refused = n_letters < 2
            || !signs.iter().any(|sign| sign.is_capital)
            || is_roman_numeral
            || is_struck_out
            || LATIN.contains(&folded.as_str());
        (!is_refused).then_some(Self { signs })
    }

    /// The most words a long form may have: min(|A| + 5, 2 |A|), as the paper has it, with |A| in letters and digits.
    pub(super) fn max_words(&self) -> usize {
        (self.signs.len() + 5).min(2 * self.signs.len())
    }

    /// The byte at which the long form begins that ends where the passage ends.
    pub(super) fn begin_of_long_form(&self, passage: &Passage) -> Option<usize> {
        // The algorithm stops at the nearest word that begins with the first letter: for "American Automobile Association
        // (AAA)" at "Automobile", for "Association" has two. Hence initials are looked for first.
        let initialism = self.initialism(passage, false);
        let first = initialism.or_else(|| self.schwartz_hearst(passage))?;
        let passage = passage.from(first);
        (self.may_name(&passage, initialism.is_some())).then(|| passage.letters[0].at)
    }

    /// Whether the passage as a whole is a long form.
    pub(super) fn is_short_for(&self, passage: &Passage) -> bool {
        let initialism = self.initialism(passage, true);
        passage.letters.first().is_some_and(|letter| letter.folded == self.signs[0].folded)
            && (initialism.is_some() || self.initials(&passage.letters, |_| true).is_some())
            && self.may_name(passage, initialism.is_some())
    }

    /// The index of the first letter of the nearest words whose initials, read to the end of the passage, are the short
    /// form; if `whole`, only all words of the passage will do.
    ///
    /// Small words and what a hyphen binds to the part before may be passed over, though not a small word at the end.
    fn initialism(&self, passage: &Passage, whole: bool) -> Option<usize> {
        let n = self.signs.len();
        // Bit i: the signs from i on are the initials of the parts seen.
        let mut seen = 1_u32 << n;
        for (place, part) in passage.parts.iter().enumerate().rev() {
            let is_last = place + 1 == passage.parts.len();
            let may_be_passed_over = part.is_bound || part.is_small() && !is_last;
            let mut next = if may_be_passed_over { seen } else { 0 };
            for (i, sign) in self.signs.iter().enumerate() {
                if seen & (1 << (i + 1)) != 0 && sign.folded == passage.letters[part.first].folded {
                    next |= 1 << i;
                }
            }
            if next & 1 != 0 && !part.is_bound && (!whole || place == 0) {
                return Some(part.first);
            }
            if next & !1 == 0 {
                return None;
            }
            seen = next & !1;
        }
        None
    }

    /// The algorithm of the paper: from the right, each character of the short form is found in the passage, its first at
    /// the beginning of a word.
    fn schwartz_hearst(&self, passage: &Passage) -> Option<usize> {
        let mut at = passage.letters.len();
        for (place, sign) in self.signs.iter().enumerate().rev() {
            at = passage.letters[..at]
                .iter()
                .rposition(|letter| letter.folded == sign.folded && (place > 0 || letter.begins_word))?;
        }
        Some(at)
    }

    /// How many of the counted signs can stand at the beginning of a part, if the short form can be found at all in these
    /// letters with its first sign at the first.
    fn initials(&self, letters: &[Letter], counted: impl Fn(&Sign) -> bool) -> Option<usize> {
        let mut best: Vec<Option<usize>> = vec![None; self.signs.len() + 1];
        best[0] = Some(0);
        for (place, letter) in letters.iter().enumerate() {
            for (i, sign) in self.signs.iter().enumerate().rev() {
                if sign.folded == letter.folded && (i > 0 || place == 0) {
                    let with_this = best[i].map(|n| n + usize::from(letter.begins_part && counted(sign)));
                    best[i + 1] = best[i + 1].max(with_this);
                }
            }
        }
        best[self.signs.len()]
    }

    /// Whether the passage, in which the short form was found, is likely enough to be what it stands for.
    ///
    /// The paper refuses a long form that is shorter than the short form or has it among its words. Letters are found by
    /// chance in ordinary prose far more often than between the names of proteins, hence these also:
    ///
    /// - two letters must be initials: else "Radiocommunication Bureau (BR)" would be "Bureau"; and the long form may not
    ///   begin with a small word: "in town (IT)";
    /// - of the capitals at least half must be initials, and an initial come on at most two words of more than three
    ///   letters: "a time or expected time either (AM/PM)";
    /// - if there is but one capital ("Unesco"), every letter must be an initial: else it is a name, "(Mary)";
    /// - in a text all in capitals every letter must be an initial;
    /// - if the first two letters are the same, every letter must be an initial: the algorithm would stop at the nearest,
    ///   "Unique Identifier (UUID)";
    /// - without all initials, the long form may not end with a small word: "variables referred to by (VAR)".
    fn may_name(&self, passage: &Passage, is_initialism: bool) -> bool {
        let n_words = passage.letters.last().map_or(0, |last| last.word + 1 - passage.letters[0].word);
        if passage.letters.len() <= self.signs.len() || n_words > self.max_words() || self.is_word_of(passage) {
            return false;
        }
        let begins_small = passage.parts.first().is_some_and(|part| part.is_small() && !passage.binds_second());
        if is_initialism {
            return self.signs.len() > 2 || !begins_small;
        }
        let ends_small = passage.parts.last().is_some_and(|part| part.is_small() && !part.is_bound);
        let is_ventured = self.signs.len() == 2 || self.signs[0].folded == self.signs[1].folded;
        if is_ventured || begins_small || ends_small || !passage.has_small_letter {
            return false;
        }
        let n_capitals = self.signs.iter().filter(|sign| sign.is_capital).count();
        let initials = self.initials(&passage.letters, |_| true).unwrap_or(0);
        let initial_capitals = self.initials(&passage.letters, |sign| sign.is_capital).unwrap_or(0);
        let enough = if n_capitals == 1 { initials == self.signs.len() } else { 2 * initial_capitals >= n_capitals };
        let is_long = |part: &&Part| !part.is_bound && part.n_letters > MAX_SMALL_WORD;
        enough && passage.parts.iter().filter(is_long).count() <= 2 * initials
    }

    /// Whether the short form is itself one of the words of the passage.
    fn is_word_of(&self, passage: &Passage) -> bool {
        passage.letters.chunk_by(|a, b| a.word == b.word).any(|word| {
            let word = word.iter().map(|letter| letter.folded);
            let is_plural = word.len() == self.signs.len() + 1 && word.clone().next_back() == Some('s');
            (word.len() == self.signs.len() || is_plural)
                && self.signs.iter().zip(word).all(|(sign, folded)| sign.folded == folded)
        })
    }
}

impl Passage {
    /// Takes apart what lies between two bytes of a text.
    pub(super) fn read(text: &str, start: usize, end: usize) -> Self {
        let mut passage = Self { letters: Vec::new(), parts: Vec::new(), has_small_letter: false };
        let mut before = text[..start].chars().next_back();
        let mut word = 0;
        for (at, c) in text[start..end].char_indices() {
            if c.is_whitespace() {
                word += 1;
            }
            if c.is_alphanumeric() {
                // A Latin word that stands in Chinese begins though no space is before it.
                let begins_part =
                    before.is_none_or(|before| !is_within_word(before) || is_caseless(before) && !is_caseless(c));
                let is_bound = !passage.letters.is_empty() && before.is_some_and(is_hyphen);
                if begins_part {
                    let first = passage.letters.len();
                    passage.parts.push(Part { first, n_letters: 0, is_lower: true, is_bound });
                }
                if let Some(part) = passage.parts.last_mut() {
                    part.n_letters += 1;
                    part.is_lower &= c.is_lowercase();
                }
                passage.has_small_letter |= c.is_lowercase();
                let begins_word = begins_part && !is_bound;
                passage.letters.push(Letter { at: start + at, folded: fold(c), begins_part, begins_word, word });
            }
            before = Some(c);
        }
        passage
    }

    /// The passage from one of its letters on, which begins a part.
    fn from(&self, first: usize) -> Self {
        let letters = self.letters[first..].iter().map(|letter| Letter { ..*letter }).collect();
        let parts = self.parts.iter().filter(|part| part.first >= first);
        let parts = parts.map(|part| Part { first: part.first - first, ..*part }).collect();
        Self { letters, parts, has_small_letter: self.has_small_letter }
    }

    /// Whether the first part is bound to the second: the "e" of "e-Government".
    fn binds_second(&self) -> bool {
        self.parts.get(1).is_some_and(|part| part.is_bound)
    }
}

/// A short form without the small "s" (or "'s") of a plural behind a capital: "SMEs".
pub(super) fn without_plural(written: &str) -> &str {
    let singular = written.strip_suffix('s').map(|rest| rest.trim_end_matches(['\'', '\u{2019}']));
    singular.filter(|rest| rest.ends_with(char::is_uppercase)).unwrap_or(written)
}

/// A character without its case and accents: "É" is "e", "Ё" is "е".
pub(super) fn fold(c: char) -> char {
    let small = c.to_lowercase().next().unwrap_or(c);
    if small.is_ascii() {
        return small;
    }
    let mut decomposed = NormalizedString::from(small.to_string());
    decomposed.nfd();
    decomposed.get().chars().next().unwrap_or(small)
}

fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{2011}')
}

/// Combining marks and invisible characters, which neither end nor begin a word.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}')
}

fn is_within_word(c: char) -> bool {
    c.is_alphanumeric() || is_mark(c)
}

fn is_caseless(c: char) -> bool {
    c.is_alphabetic() && !c.is_uppercase() && !c.is_lowercase()
}
