//! Chinese: words that no white space separates, in two scripts.

use crate::resources::lines;
use crate::words::Word;
use jieba_rs::Jieba;
use std::collections::HashMap;
use std::sync::OnceLock;

/// Cuts runs of Han characters into words, and gives traditional characters their simplified form.
///
/// # Source
/// The dictionary and the hidden Markov model of the crate `jieba-rs`; the table of characters of `models/zh/traditional.txt`.
pub(crate) struct Han {
    /// Loaded on the first Han character: it takes a second.
    dictionary: OnceLock<Jieba>,
    /// Asked for single characters only.
    simplified: HashMap<char, char>,
}

impl Han {
    /// With the table of traditional characters.
    pub(crate) fn new(table: &'static str) -> Self {
        let pair = |line: &'static str| {
            let mut characters = line.chars().filter(|c| !c.is_whitespace());
            Some((characters.next()?, characters.next()?))
        };
        Self { dictionary: OnceLock::new(), simplified: lines(table).filter_map(pair).collect() }
    }

    /// The text in simplified characters: as many as before.
    pub(crate) fn simplified(&self, text: &str) -> String {
        text.chars().map(|c| self.simplified.get(&c).copied().unwrap_or(c)).collect()
    }

    /// Cuts each run of Han characters, which Unicode's rules leave as words of one character, into words of Chinese.
    pub(crate) fn join<'t>(&self, text: &'t str, words: Vec<Word<'t>>) -> Vec<Word<'t>> {
        if !words.iter().any(|word| is_han(word.text)) {
            return words;
        }
        let mut joined = Vec::with_capacity(words.len());
        for run in words.chunk_by(|a, b| is_han(a.text) && is_han(b.text) && a.end() == b.start) {
            let (first, last) = (&run[0], &run[run.len() - 1]);
            if run.len() == 1 {
                joined.push(*first);
            } else {
                self.cut(&text[first.start..last.end()], first.start, &mut joined);
            }
        }
        joined
    }

    /// Cuts a run that begins at byte `start` of its text.
    fn cut<'t>(&self, run: &'t str, start: usize, words: &mut Vec<Word<'t>>) {
        let simplified = self.simplified(run);
        let mut rest = run;
        for word in self.dictionary.get_or_init(Jieba::new).cut(&simplified, true) {
            // Both scripts have the same number of characters, but not of bytes.
            let n_characters = word.word.chars().count();
            let length = rest.char_indices().nth(n_characters).map_or(rest.len(), |(at, _)| at);
            let (word, behind) = rest.split_at(length);
            words.push(Word { text: word, start: start + run.len() - rest.len() });
            rest = behind;
        }
    }
}

/// Whether all of a word's characters are Han.
pub(crate) fn is_han(word: &str) -> bool {
    !word.is_empty() && word.chars().all(is_han_character)
}

/// Whether this is a Han character.
pub(crate) fn is_han_character(c: char) -> bool {
    matches!(c, '\u{3005}' | '\u{3007}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Span;
    use crate::words::words_in;

    fn words(text: &str) -> Vec<&str> {
        let han = Han::new(include_str!("../../../models/zh/traditional.txt"));
        let words = words_in(text, Span::new(0, text.len()), |_| false);
        han.join(text, words).into_iter().map(|word| &text[word.start..word.end()]).collect()
    }

    #[test]
    fn chinese_is_cut_into_words_in_either_script() {
        assert_eq!(words("公共交通的票价很贵"), ["公共交通", "的", "票价", "很", "贵"]);
        assert_eq!(words("公共交通的票價很貴"), ["公共交通", "的", "票價", "很", "貴"]);
        assert_eq!(words("我们 need 票价 buses。"), ["我们", "need", "票价", "buses"]);
    }

    #[test]
    fn traditional_characters_have_a_simplified_form() {
        let han = Han::new(include_str!("../../../models/zh/traditional.txt"));
        assert_eq!(han.simplified("公共運輸與網路 bus"), "公共运输与网路 bus");
    }
}
