//! Answers that a search for copies is hard put to: what it may cost there is bounded by design, and these show it.

use super::{Draw, GenerateRequest, Language, Word, written_out};

/// What makes generated answers hard.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Adversarial {
    /// All answers are the same.
    Identical,
    /// Each answer is one word over and over, the same in all of them.
    OneWord,
    /// One answer, in the middle of the file, is as long as [`GenerateRequest::huge_megabytes`] says.
    Huge,
    /// All answers end with one sentence, too short to be a passage.
    SharedSentence,
    /// All answers have a passage in common that makes partial copies of them.
    SharedPassage,
}

/// Words in the sentence that answers share.
const SENTENCE_WORDS: usize = 14;
/// Words in the passage that answers share.
const PASSAGE_WORDS: usize = 30;

impl Adversarial {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Identical, Self::OneWord, Self::Huge, Self::SharedSentence, Self::SharedPassage];

    /// What it is called.
    pub fn name(self) -> &'static str {
        match self {
            Self::Identical => "identical",
            Self::OneWord => "one-word",
            Self::Huge => "huge",
            Self::SharedSentence => "shared-sentence",
            Self::SharedPassage => "shared-passage",
        }
    }
}

/// The answer at a place of a file of adversarial answers.
pub(super) fn answer(mode: Adversarial, request: &GenerateRequest, language: &Language, place: u64) -> String {
    let mut common = Draw::new(request.seed, 5, 0);
    let mut own = Draw::new(request.seed, 6, place);
    let shared = |n_words: usize, common: &mut Draw| (0..n_words).map(|_| Word::Known(language.word(common))).collect();
    match mode {
        Adversarial::Identical => written_out(&language.text(&mut common, request.n_words), &mut common),
        Adversarial::OneWord => {
            let word = Word::Known(language.word(&mut common));
            // From half to one and a half times as often as is said.
            let n_words = request.n_words as usize / 2 + own.below(request.n_words as usize + 1);
            written_out(&[vec![word; n_words.max(1)]], &mut own)
        }
        Adversarial::Huge if place == request.n_responses / 2 => {
            let n_bytes = request.huge_megabytes as usize * 1_000_000;
            let mut text = String::with_capacity(n_bytes + 10_000);
            while text.len() < n_bytes {
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(&written_out(&language.text(&mut own, 1000), &mut own));
            }
            text
        }
        Adversarial::Huge => written_out(&language.text(&mut own, request.n_words), &mut own),
        Adversarial::SharedSentence => {
            let mut text = language.text(&mut own, request.n_words);
            // At the end: with a set phrase behind it, it would be a passage.
            text.push(shared(SENTENCE_WORDS, &mut common));
            written_out(&text, &mut own)
        }
        Adversarial::SharedPassage => {
            let mut text = language.text(&mut own, request.n_words);
            text.insert(own.below(text.len() + 1), shared(PASSAGE_WORDS, &mut common));
            written_out(&text, &mut own)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn answers(mode: Adversarial) -> Vec<String> {
        let request = GenerateRequest {
            n_responses: 30,
            adversarial: Some(mode),
            huge_megabytes: 1,
            seed: 5,
            ..GenerateRequest::default()
        };
        let answers = || {
            let mut bytes = Vec::new();
            super::super::generate(&request, &mut bytes, None).unwrap();
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!(answers(), answers());
        answers().lines().skip(1).map(|line| line.split_once(',').unwrap().1.to_lowercase()).collect()
    }

    fn words(text: &str) -> Vec<&str> {
        text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).collect()
    }

    #[test]
    fn each_mode_is_what_its_name_says() {
        assert_eq!(answers(Adversarial::Identical).iter().collect::<BTreeSet<_>>().len(), 1);

        let one_word = answers(Adversarial::OneWord);
        assert_eq!(one_word.iter().flat_map(|answer| words(answer)).collect::<BTreeSet<_>>().len(), 1);
        assert!(one_word.iter().map(String::len).collect::<BTreeSet<_>>().len() > 10);

        let huge = answers(Adversarial::Huge);
        assert!(huge.iter().enumerate().all(|(at, answer)| (answer.len() >= 1_000_000) == (at == 15)));

        for (mode, n_words) in
            [(Adversarial::SharedSentence, SENTENCE_WORDS), (Adversarial::SharedPassage, PASSAGE_WORDS)]
        {
            let answers = answers(mode);
            let has = |answer: &str, run: &[&str]| words(answer).windows(run.len()).any(|window| window == run);
            let first = words(&answers[0]);
            let in_all =
                |n: usize| first.windows(n).filter(|run| answers.iter().all(|answer| has(answer, run))).count();
            assert_eq!((in_all(n_words), in_all(n_words + 1)), (1, 0), "{mode:?}");
        }
    }
}
