//! Answers that quote the same passage of a reference text or of the question: no duplicates, and told apart from them.

use super::compare::Passage;
use super::groups::{DuplicateKind, Group, Member};
use super::pairs::LISTED;
use std::cmp::Reverse;

/// The reference texts, ready to be looked up, as hashes of words.
#[derive(Clone, Debug, Default)]
pub struct References {
    min_words: usize,
    texts: Vec<Vec<u64>>,
    /// Every run of `min_words` words by its hash, with its text and its first word; sorted.
    runs: Vec<(u64, u32, u32)>,
}

/// A passage of an answer that stands in a reference text.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Quote {
    /// Its first word in the answer.
    pub start: u32,
    /// Its words.
    pub n_words: u32,
    /// The reference text.
    pub reference: u32,
    /// Its first word there.
    pub reference_start: u32,
}

/// Places of a run in the reference texts that are tried.
const TRIED: usize = 16;

impl References {
    /// Makes ready these texts. A passage is quoted from `min_words` words in a row on; with 0 nothing is.
    pub fn new(texts: Vec<Vec<u64>>, min_words: usize) -> Self {
        let mut runs = Vec::new();
        if min_words > 0 {
            for (number, text) in (0..).zip(&texts) {
                runs.extend((0..).zip(text.windows(min_words)).map(|(start, run)| (hash(run), number, start)));
            }
        }
        runs.sort_unstable();
        Self { min_words, texts, runs }
    }

    /// What an answer quotes, in its order: from left to right the longest passage each.
    pub fn quotes(&self, words: &[u64]) -> Vec<Quote> {
        let mut quotes = Vec::new();
        if self.runs.is_empty() {
            return quotes;
        }
        let mut at = 0;
        while at + self.min_words <= words.len() {
            let run = hash(&words[at..at + self.min_words]);
            let from = self.runs.partition_point(|(known, _, _)| *known < run);
            let places = self.runs[from..].iter().take_while(|(known, _, _)| *known == run).take(TRIED);
            let length = |reference: u32, start: u32| {
                let there = &self.texts[reference as usize][start as usize..];
                words[at..].iter().zip(there).take_while(|(a, b)| a == b).count()
            };
            let longest =
                places.map(|(_, reference, start)| (length(*reference, *start), Reverse(*reference), Reverse(*start)));
            let Some((n_words, Reverse(reference), Reverse(reference_start))) = longest.max() else {
                at += 1;
                continue;
            };
            quotes.push(Quote { start: at as u32, n_words: n_words as u32, reference, reference_start });
            at += n_words.max(1);
        }
        quotes
    }
}

fn hash(words: &[u64]) -> u64 {
    words.iter().fold(0, |hash, word| super::minhash::mix(hash ^ word))
}

/// An answer that quotes, and what.
#[derive(Clone, Debug)]
pub struct Quoting {
    /// Index of the answer.
    pub document_idx: u32,
    /// Its words.
    pub n_words: u32,
    /// What it quotes; not empty.
    pub quotes: Vec<Quote>,
}

impl Quoting {
    fn n_quoted(&self) -> u32 {
        self.quotes.iter().map(|quote| quote.n_words).sum()
    }

    /// The passages that another answer quotes too, of at least `min_words` words.
    pub fn shared(&self, other: &Self, min_words: u32) -> Vec<Passage> {
        let mut shared = Vec::new();
        for ours in &self.quotes {
            for theirs in other.quotes.iter().filter(|theirs| theirs.reference == ours.reference) {
                let start = ours.reference_start.max(theirs.reference_start);
                let end = (ours.reference_start + ours.n_words).min(theirs.reference_start + theirs.n_words);
                if end >= start + min_words {
                    let (start_a, start_b) =
                        (ours.start + start - ours.reference_start, theirs.start + start - theirs.reference_start);
                    shared.push(Passage { start_a, start_b, n_words: end - start });
                }
            }
        }
        shared
    }

    /// The share of the words of both in these passages, and of the one with the larger share.
    fn alike(&self, other: &Self, shared: &[Passage]) -> (f64, f64) {
        let words = f64::from(shared.iter().map(|passage| passage.n_words).sum::<u32>());
        let (ours, theirs) = (f64::from(self.n_words), f64::from(other.n_words));
        ((2.0 * words / (ours + theirs)).min(1.0), (words / ours.min(theirs)).min(1.0))
    }
}

/// Two answers that quote the same passage.
#[derive(Clone, Debug, PartialEq)]
pub struct QuotingPair {
    /// The earlier one.
    pub a: u32,
    /// The later one.
    pub b: u32,
    /// The share of the words of both that stand in the quoted passages, 0 to 1.
    pub similarity: f64,
    /// The same of the one with the larger share.
    pub containment: f64,
    /// The passages.
    pub passages: Vec<Passage>,
}

/// Groups answers that quote the same passage of at least `min_words` words around the one that quotes the most, and lists their pairs.
///
/// An answer alone with its quotation is a group of one. Of groups of up to [`LISTED`] all pairs that share a passage are listed, of
/// larger ones those with the representative.
pub fn find_quotations(quoting: &[Quoting], min_words: u32) -> (Vec<Group>, Vec<QuotingPair>) {
    let mut order: Vec<usize> = (0..quoting.len()).collect();
    order.sort_by_key(|at| (Reverse(quoting[*at].n_quoted()), quoting[*at].document_idx));
    let mut taken = vec![false; quoting.len()];
    let (mut groups, mut pairs) = (Vec::new(), Vec::new());
    for at in order {
        if std::mem::replace(&mut taken[at], true) {
            continue;
        }
        let representative = &quoting[at];
        let mut places = vec![at];
        for other in 0..quoting.len() {
            if !taken[other] && !representative.shared(&quoting[other], min_words).is_empty() {
                taken[other] = true;
                places.push(other);
            }
        }
        places.sort_by_key(|place| quoting[*place].document_idx);
        let member = |place: &usize| {
            let other = &quoting[*place];
            let similarity = representative.alike(other, &representative.shared(other, min_words)).0;
            Member { document_idx: other.document_idx, kind: DuplicateKind::Quotation, similarity }
        };
        let members: Vec<Member> = places.iter().map(member).collect();
        groups.push(Group { representative_idx: representative.document_idx, members, is_short: false });
        let all = places.len() <= LISTED;
        for (number, one) in places.iter().enumerate() {
            let with = if all { &places[number + 1..] } else { std::slice::from_ref(&at) };
            for other in with.iter().filter(|other| *other != one) {
                let (one, other) = (one.min(other), one.max(other));
                let (one, other) = (&quoting[*one], &quoting[*other]);
                let passages = one.shared(other, min_words);
                if !passages.is_empty() {
                    let (similarity, containment) = one.alike(other, &passages);
                    pairs.push(QuotingPair {
                        a: one.document_idx,
                        b: other.document_idx,
                        similarity,
                        containment,
                        passages,
                    });
                }
            }
        }
    }
    groups.sort_by_key(|group| group.members[0].document_idx);
    pairs.sort_by_key(|pair| (pair.a, pair.b));
    (groups, pairs)
}

#[cfg(test)]
mod tests {
    use super::super::texts::word_hash;
    use super::*;

    fn words(text: &str) -> Vec<u64> {
        text.split_whitespace().map(word_hash).collect()
    }

    #[test]
    fn answers_that_quote_one_passage_are_a_group_and_no_duplicates() {
        let reference = "each valley shall have one desk that is open all year and answers within a week";
        let references = References::new(vec![words(reference)], 8);
        let answers = [
            "i say each valley shall have one desk that is open all year now",
            "nothing is quoted here at all my friend of the high valley",
            "one desk that is open all year and answers within a week is fine",
        ];
        let quoting: Vec<Quoting> = (0..)
            .zip(answers)
            .map(|(document_idx, answer)| {
                let words = words(answer);
                Quoting { document_idx, n_words: words.len() as u32, quotes: references.quotes(&words) }
            })
            .filter(|quoting| !quoting.quotes.is_empty())
            .collect();
        assert_eq!(quoting[0].quotes, [Quote { start: 2, n_words: 11, reference: 0, reference_start: 0 }]);
        let (groups, pairs) = find_quotations(&quoting, 3);
        assert_eq!(groups.len(), 1);
        assert_eq!(groups[0].members.iter().map(|member| member.document_idx).collect::<Vec<_>>(), [0, 2]);
        assert_eq!(pairs.len(), 1);
        assert_eq!(pairs[0].passages, [Passage { start_a: 6, start_b: 0, n_words: 7 }]);
    }

    #[test]
    fn without_reference_texts_nothing_is_quoted() {
        assert!(References::default().quotes(&words("each valley shall have one regional desk")).is_empty());
    }
}
