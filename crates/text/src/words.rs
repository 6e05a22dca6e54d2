//! The words of a text, before any language is considered.

use crate::Span;
use crate::normal::{Normal, is_plain};
use unicode_general_category::{GeneralCategory, get_general_category};
use unicode_segmentation::{UnicodeSegmentation, UnicodeWordIndices};

/// What the word boundary rules ask of a byte; the rules need no more within ASCII.
mod class {
    pub(super) const LETTER: u8 = 1;
    pub(super) const DIGIT: u8 = 1 << 1;
    const UNDERSCORE: u8 = 1 << 2;
    /// What a word is made of.
    pub(super) const CORE: u8 = LETTER | DIGIT | UNDERSCORE;
    /// Does not end a word between two letters.
    pub(super) const JOINS_LETTERS: u8 = 1 << 3;
    /// Does not end a word between two digits.
    pub(super) const JOINS_DIGITS: u8 = 1 << 4;
    /// Part of a character that is not ASCII.
    pub(super) const BEYOND: u8 = 1 << 5;

    /// The class of each byte.
    pub(super) const OF: [u8; 256] = {
        let mut classes = [0; 256];
        let mut byte = 0_u8;
        loop {
            classes[byte as usize] = match byte {
                b'A'..=b'Z' | b'a'..=b'z' => LETTER,
                b'0'..=b'9' => DIGIT,
                b'_' => UNDERSCORE,
                b'.' | b'\'' => JOINS_LETTERS | JOINS_DIGITS,
                b':' => JOINS_LETTERS,
                b',' | b';' => JOINS_DIGITS,
                0x80.. => BEYOND,
                _ => 0,
            };
            if byte == u8::MAX {
                break classes;
            }
            byte += 1;
        }
    };
}

/// The words of a text in order, each with the byte it starts at.
///
/// # Guarantees
/// What `unicode_word_indices` gives, for any text.
///
/// # Cost
/// One look at each byte of what is ASCII; the crate `unicode-segmentation` reads the rest, up to the next white space.
///
/// # Source
/// Unicode Standard Annex 29, word boundaries.
pub(crate) struct Words<'t> {
    text: &'t str,
    /// Where the scan goes on: a word boundary.
    at: usize,
    /// Words of a stretch that is not ASCII, and where it starts.
    stretch: Option<(usize, UnicodeWordIndices<'t>)>,
}

impl<'t> Words<'t> {
    /// The words of `text`.
    pub(crate) fn new(text: &'t str) -> Self {
        Self { text, at: 0, stretch: None }
    }

    /// The next word, if only ASCII was met on the way to its end; else the stretch to be read by the full rules starts here.
    #[inline]
    fn scan(&mut self) -> Option<Scanned> {
        let bytes = self.text.as_bytes();
        let class_at = |at: usize| bytes.get(at).map_or(0, |byte| class::OF[*byte as usize]);
        loop {
            let mut start = self.at;
            while start < bytes.len() && class_at(start) & (class::CORE | class::BEYOND) == 0 {
                start += 1;
            }
            if start == bytes.len() {
                self.at = start;
                return None;
            }
            if class_at(start) & class::BEYOND != 0 {
                return Some(Scanned::Beyond { start: self.before_beyond(start), beyond: start });
            }
            let (mut at, mut seen, mut last) = (start, 0, 0);
            loop {
                let this = class_at(at);
                if this & class::CORE == 0 {
                    let next = class_at(at + 1);
                    if this & class::BEYOND != 0 {
                        return Some(Scanned::Beyond { start, beyond: at });
                    }
                    let joins = this & (class::JOINS_LETTERS | class::JOINS_DIGITS) != 0;
                    if joins && next & class::BEYOND != 0 {
                        return Some(Scanned::Beyond { start, beyond: at + 1 });
                    }
                    let within = this & class::JOINS_LETTERS != 0 && last & next & class::LETTER != 0
                        || this & class::JOINS_DIGITS != 0 && last & next & class::DIGIT != 0;
                    if !within {
                        break;
                    }
                }
                (last, seen) = (this, seen | this);
                at += 1;
            }
            self.at = at;
            // Underscores alone are no word.
            if seen & (class::LETTER | class::DIGIT) != 0 {
                return Some(Scanned::Word { start, end: at });
            }
        }
    }

    /// Where to start so that what stands before `beyond` and may be bound to it (one character, or white space) is read
    /// with it: a combining mark extends even a space.
    fn before_beyond(&self, beyond: usize) -> usize {
        let before = &self.text.as_bytes()[self.at..beyond];
        let spaces = before.iter().rev().take_while(|byte| **byte == b' ').count();
        beyond - spaces.max(1).min(before.len())
    }

    /// The first place behind `beyond` at which white space ends whatever stands before it. White space after white space
    /// does not: those may be one piece, which a combining mark behind them extends.
    fn stretch_end(&self, beyond: usize) -> usize {
        let bytes = self.text.as_bytes();
        let ends = |at: &usize| {
            matches!(bytes[*at], b' ' | b'\t'..=b'\r')
                && !self.text[..*at].chars().next_back().is_some_and(char::is_whitespace)
        };
        (beyond..bytes.len()).find(ends).unwrap_or(bytes.len())
    }
}

/// What the scan of ASCII came to.
enum Scanned {
    /// A word.
    Word { start: usize, end: usize },
    /// A character that is not ASCII, at `beyond`, to be read together with what stands before it from `start`.
    Beyond { start: usize, beyond: usize },
}

impl<'t> Iterator for Words<'t> {
    type Item = (usize, &'t str);

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some((from, words)) = &mut self.stretch {
                if let Some((at, word)) = words.next() {
                    return Some((*from + at, word));
                }
                self.stretch = None;
            }
            match self.scan()? {
                Scanned::Word { start, end } => return Some((start, &self.text[start..end])),
                Scanned::Beyond { start, beyond } => {
                    self.at = self.stretch_end(beyond);
                    self.stretch = Some((start, self.text[start..self.at].unicode_word_indices()));
                }
            }
        }
    }
}

/// The runs of letters, digits and underscores in a text, of at least `min_chars` characters.
///
/// # Guarantees
/// The matches of Python's `\w+` of that length, as far as its version of Unicode has the same characters.
pub(crate) struct AlphanumericWords<'t> {
    text: &'t str,
    at: usize,
    min_chars: usize,
}

impl<'t> AlphanumericWords<'t> {
    /// The words of `text`.
    pub(crate) fn new(text: &'t str, min_chars: usize) -> Self {
        Self { text, at: 0, min_chars }
    }

    /// The length of the character at `at`, if it is part of a word; else 0.
    fn alphanumeric_at(&self, at: usize) -> usize {
        let character = self.text[at..].chars().next();
        character.filter(|c| is_alphanumeric(*c)).map_or(0, char::len_utf8)
    }
}

impl<'t> Iterator for AlphanumericWords<'t> {
    type Item = &'t str;

    #[inline]
    fn next(&mut self) -> Option<&'t str> {
        let bytes = self.text.as_bytes();
        let class_at = |at: usize| bytes.get(at).map_or(0, |byte| class::OF[*byte as usize]);
        let mut at = self.at;
        while at < bytes.len() {
            let start = at;
            let mut n_chars = 0;
            loop {
                let this = class_at(at);
                let length = match this {
                    _ if this & class::CORE != 0 => 1,
                    class::BEYOND => self.alphanumeric_at(at),
                    _ => 0,
                };
                if length == 0 {
                    break;
                }
                at += length;
                n_chars += 1;
            }
            if n_chars > 0 && n_chars >= self.min_chars {
                self.at = at;
                return Some(&self.text[start..at]);
            }
            // Past the character that ended the run: one of ASCII, or the first byte of another and then its rest.
            at += 1;
            while bytes.get(at).is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000) {
                at += 1;
            }
        }
        self.at = at;
        None
    }
}

/// Whether Python's `\w` takes this character: a letter, a number or an underscore. `char::is_alphanumeric` also takes marks.
pub(crate) fn is_alphanumeric(c: char) -> bool {
    match c {
        '\0'..='\u{7f}' => c.is_ascii_alphanumeric() || c == '_',
        // Latin letters, but for two signs among them.
        '\u{c0}'..='\u{24f}' => c != '\u{d7}' && c != '\u{f7}',
        _ => match get_general_category(c) {
            GeneralCategory::UppercaseLetter
            | GeneralCategory::LowercaseLetter
            | GeneralCategory::TitlecaseLetter
            | GeneralCategory::ModifierLetter
            | GeneralCategory::OtherLetter
            | GeneralCategory::DecimalNumber
            | GeneralCategory::LetterNumber
            | GeneralCategory::OtherNumber => true,
            // The standard library may know a later Unicode, in which a capital like U+A7D2 has a small letter known to both.
            GeneralCategory::Unassigned => c.is_alphanumeric(),
            _ => false,
        },
    }
}

/// The text in lower case.
pub(crate) fn lower_case(text: &str) -> String {
    if text.is_ascii() { text.to_ascii_lowercase() } else { text.to_lowercase() }
}

/// A word as it stands, with the hyphen of a bound prefix glued ("inter-regional").
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Word<'t> {
    pub(crate) text: &'t str,
    pub(crate) start: usize,
}

impl Word<'_> {
    pub(crate) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

/// Whether this character is read as a hyphen.
fn is_hyphen(c: char) -> bool {
    matches!(c, '-' | '\u{2010}' | '\u{2011}')
}

/// The words within `span` of `text`, in order. A word that `is_prefix` and stands before a hyphen and another word is one
/// word with it.
///
/// # Source
/// Unicode Standard Annex 29, word boundaries.
pub(crate) fn words_in<'t>(text: &'t str, span: Span, is_prefix: impl Fn(&str) -> bool) -> Vec<Word<'t>> {
    let from = span.start as usize;
    let mut words: Vec<Word<'t>> = Vec::new();
    for (at, word) in Words::new(span.of(text).unwrap_or_default()) {
        let start = from + at;
        if let Some(last) = words.last_mut() {
            let between = &text[last.end()..start];
            let mut characters = between.chars();
            if characters.next().is_some_and(is_hyphen) && characters.next().is_none() && is_prefix(last.text) {
                last.text = &text[last.start..start + word.len()];
                continue;
            }
        }
        words.push(Word { text: word, start });
    }
    words
}

/// The words of a text in lower case, without punctuation: what two answers must share to count as near-duplicates, and
/// an answer a reference text to count as quoting it. They are those of the text's NFKC form, whatever form it came in.
pub fn normalised_words(text: &str) -> impl Iterator<Item = String> {
    normalised_word_indices(text).map(|(_, word)| word)
}

/// Hands each normalised word of a text to `each`, with its span: the words of [`normalised_words`], without setting memory aside for
/// each.
///
/// A span reaches from the first character that has a part in the word to the last; two words of one character, such as "㏇", share it.
pub fn each_normalised_word(text: &str, mut each: impl FnMut(Span, &str)) {
    if is_plain(text) {
        each_word(text, |start, end, word| each(Span::new(start, end), word));
    } else {
        let normal = Normal::new(text);
        each_word(normal.text(), |start, end, word| each(normal.source(start, end), word));
    }
}

/// Hands each word to `each` in lower case, and where it begins and ends.
fn each_word(text: &str, mut each: impl FnMut(usize, usize, &str)) {
    let mut lower = String::new();
    for (at, word) in Words::new(text) {
        if word.is_ascii() {
            lower.clear();
            lower.push_str(word);
            lower.make_ascii_lowercase();
            each(at, at + word.len(), &lower);
        } else {
            // A mark without a letter takes the white space before it into its word; a Hebrew word keeps a straight apostrophe behind it,
            // and no curly one.
            let end = at + word.trim_end_matches('\'').len();
            let word = word.trim_end_matches('\'').trim_start();
            each(end - word.len(), end, &lower_case(word).replace(['\u{2018}', '\u{2019}'], "'"));
        }
    }
}

/// The normalised words of a text, each with its span.
pub(crate) fn normalised_word_indices(text: &str) -> impl Iterator<Item = (Span, String)> {
    let mut words = Vec::new();
    each_normalised_word(text, |span, word| words.push((span, word.to_owned())));
    words.into_iter()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;
    use unicode_normalization::UnicodeNormalization;

    fn words(text: &str) -> Vec<&str> {
        let prefix = |word: &str| matches!(word.to_lowercase().as_str(), "inter" | "co");
        words_in(text, Span::new(0, text.len()), prefix).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn a_bound_prefix_is_one_word_with_what_follows_its_hyphen() {
        assert_eq!(
            words("Inter-regional co-operation, cross-border"),
            ["Inter-regional", "co-operation", "cross", "border"]
        );
        assert_eq!(words("co - operation"), ["co", "operation"]);
    }

    #[test]
    fn each_han_character_is_a_word() {
        let words: Vec<String> = normalised_words("\u{591c}\u{95f4}\u{516c}\u{4ea4}\u{3002}").collect();
        assert_eq!(words, ["\u{591c}", "\u{95f4}", "\u{516c}", "\u{4ea4}"]);
    }

    #[test]
    fn normalised_words_forget_case_and_punctuation() {
        let words: Vec<String> = normalised_words("The mayor\u{2019}s \u{201c}plan\u{201d} -- NOW!").collect();
        assert_eq!(words, ["the", "mayor's", "plan", "now"]);
    }

    #[test]
    fn normalised_words_do_not_depend_on_how_they_are_typed() {
        let words = |text: &str| normalised_words(text).collect::<Vec<_>>();
        let plain = words("L'\u{e9}t\u{e9} d'un office, 20 % : no break");
        for text in [
            "L\u{2019}e\u{301}te\u{301} d\u{2bc}un o\u{fb03}ce, 20\u{202f}%\u{202f}: no\u{a0}break",
            "\u{ff2c}\u{2018}\u{e9}te\u{301} d\u{b4}un of\u{ad}fi\u{200d}ce, \u{ff12}0\u{a0}% : no\u{3000}break",
        ] {
            assert_eq!(words(text), plain, "{text:?}");
        }
        assert_eq!(words("\u{5d2}'"), words("\u{5d2}\u{2019}"));
    }

    #[test]
    fn normalised_words_are_found_again_in_the_text() {
        let text = "A cafe\u{301}\u{202f}! The o\u{fb03}ce\u{2026} co\u{ad}op \u{33c7}";
        let mut found = Vec::new();
        each_normalised_word(text, |span, word| found.push((span.of(text).unwrap().to_owned(), word.to_owned())));
        let expected = [
            ("A", "a"),
            ("cafe\u{301}", "caf\u{e9}"),
            ("The", "the"),
            ("o\u{fb03}ce", "office"),
            ("co\u{ad}op", "coop"),
            ("\u{33c7}", "co"),
        ];
        assert_eq!(found, expected.map(|(source, word)| (source.to_owned(), word.to_owned())));
    }

    /// Characters that the word boundary rules single out, and neighbours of them.
    const SINGLED_OUT: &str = "aZeİΣ09_.:,;'\"-(@  \t\n\r\u{b}\0\u{7f}\u{85}\u{a0}\u{ad}·éß\u{300}\u{345}\u{903}\u{5d0}\u{5f4}\u{600}\
        \u{627}\u{64b}\u{661}\u{1680}\u{180e}\u{2003}\u{200b}\u{200d}\u{200e}\u{2019}\u{2028}\u{202f}\u{203f}\u{2139}\u{24c2}\
        \u{3000}カあ中\u{fe0f}\u{feff}\u{1f1e8}\u{1f468}\u{1f3fd}\u{e0041}";

    pub(crate) fn of_singled_out() -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(SINGLED_OUT.chars().collect::<Vec<_>>()), 0..24)
            .prop_map(String::from_iter)
    }

    fn of_ascii() -> impl Strategy<Value = String> {
        prop::collection::vec(0_u8..128, 0..60).prop_map(|bytes| bytes.into_iter().map(char::from).collect())
    }

    fn of_anything() -> impl Strategy<Value = String> {
        prop::collection::vec(any::<char>(), 0..24).prop_map(String::from_iter)
    }

    fn same_as_the_crate(text: &str) -> Result<(), TestCaseError> {
        let found: Vec<_> = Words::new(text).collect();
        let expected: Vec<_> = text.unicode_word_indices().collect();
        prop_assert_eq!(found, expected, "{:?}", text);
        Ok(())
    }

    /// Normalised words with their places: as they are found, and by way of the normal form whatever the text.
    fn both_ways(text: &str) -> [Vec<(Span, String)>; 2] {
        let (mut found, mut by_form) = (Vec::new(), Vec::new());
        each_normalised_word(text, |span, word| found.push((span, word.to_owned())));
        let normal = Normal::new(text);
        each_word(normal.text(), |start, end, word| by_form.push((normal.source(start, end), word.to_owned())));
        [found, by_form]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn the_short_way_to_normalised_words_gives_what_the_long_way_gives(
            any in of_anything(), singled_out in of_singled_out(),
            common in prop::collection::vec(prop::sample::select("aB1'’‘ -.,…é«»\u{a0}·ж中ع‑%\u{903}\u{301}\u{5d2}".chars().collect::<Vec<_>>()), 0..24),
        ) {
            for text in [any, singled_out, common.iter().collect()] {
                let [found, by_form] = both_ways(&text);
                prop_assert_eq!(found, by_form, "{:?}", text);
            }
        }

        #[test]
        fn normalised_words_are_those_of_the_decomposed_and_the_composed_text(
            any in of_anything(), singled_out in of_singled_out()
        ) {
            for text in [any, singled_out] {
                let words = |text: String| normalised_words(&text).collect::<Vec<_>>();
                let expected = words(text.clone());
                prop_assert_eq!(&words(text.nfc().collect()), &expected, "{:?}", &text);
                prop_assert_eq!(&words(text.nfd().collect()), &expected, "{:?}", &text);
            }
        }

        #[test]
        fn words_of_ascii_are_the_standards(text in of_ascii()) {
            same_as_the_crate(&text)?;
        }

        #[test]
        fn words_of_any_characters_are_the_standards(text in of_anything()) {
            same_as_the_crate(&text)?;
        }

        #[test]
        fn words_of_characters_that_the_rules_single_out_are_the_standards(text in of_singled_out()) {
            same_as_the_crate(&text)?;
        }

        #[test]
        fn words_of_mixed_text_are_the_standards(
            parts in prop::collection::vec(prop_oneof![of_ascii(), of_anything(), of_singled_out(), Just(" ".into())], 0..6)
        ) {
            same_as_the_crate(&parts.concat())?;
        }

        #[test]
        fn words_handed_on_one_by_one_are_the_same(text in of_singled_out()) {
            let mut found = Vec::new();
            each_normalised_word(&text, |span, word| found.push((span, word.to_owned())));
            prop_assert_eq!(found, normalised_word_indices(&text).collect::<Vec<_>>());
        }

        #[test]
        fn lower_case_is_the_standard_librarys(text in of_singled_out()) {
            prop_assert_eq!(lower_case(&text), text.to_lowercase());
        }
    }

    #[test]
    fn a_mark_extends_the_white_space_before_it() {
        for text in
            ["a  \u{903}b", "\u{2003} \u{903} c", "caf\u{e9} \u{200d}\u{24c2}x", "a.\u{300}b", "a_\u{300}", " \u{903}"]
        {
            same_as_the_crate(text).expect("as the crate");
        }
    }
}
