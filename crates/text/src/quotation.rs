//! Passages of an answer that stand word for word in a text sent with the form.

use crate::Span;
use crate::words::{normalised_word_indices, normalised_words};
use std::collections::HashSet;

/// The reference texts of a consultation, ready to be looked up.
///
/// A passage is quoted if at least `min_words` consecutive words of it, case and punctuation aside, stand consecutively
/// in one reference text.
#[derive(Clone, Debug, Default)]
pub struct Quotations {
    min_words: usize,
    /// Every run of `min_words` words, joined by a character no word contains. Asked for membership only.
    runs: HashSet<String>,
}

impl Quotations {
    /// What stands between the words of a run.
    pub(crate) const BETWEEN: &'static str = "\n";

    /// The passages made of these runs of `min_words` words.
    pub(crate) fn of_runs(runs: impl Iterator<Item = String>, min_words: usize) -> Self {
        Self { min_words, runs: runs.collect() }
    }

    /// Whether nothing is ever a quotation.
    #[cfg(test)]
    pub(crate) fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    /// Indexes reference texts. Without a text, or with `min_words` 0, nothing is ever a quotation.
    pub fn new<'t>(texts: impl IntoIterator<Item = &'t str>, min_words: usize) -> Self {
        let mut runs = HashSet::new();
        for text in texts {
            let words: Vec<String> = normalised_words(text).collect();
            if min_words > 0 {
                runs.extend(words.windows(min_words).map(|run| run.join(Self::BETWEEN)));
            }
        }
        Self { min_words, runs }
    }

    /// The quoted passages of a text, in order, overlapping ones joined.
    pub fn passages(&self, text: &str) -> Vec<Span> {
        if self.runs.is_empty() {
            return Vec::new();
        }
        let (spans, words): (Vec<Span>, Vec<String>) = normalised_word_indices(text).unzip();
        let mut passages: Vec<Span> = Vec::new();
        for (run, spans) in words.windows(self.min_words).zip(spans.windows(self.min_words)) {
            if !self.runs.contains(&run.join(Self::BETWEEN)) {
                continue;
            }
            let found = Span { start: spans[0].start, end: spans[spans.len() - 1].end };
            match passages.last_mut() {
                Some(last) if last.overlaps(&found) => last.end = found.end,
                _ => passages.push(found),
            }
        }
        passages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_of_the_given_length_is_a_quotation_and_a_shorter_one_is_not() {
        let quotations = Quotations::new(["Each valley shall have one regional desk, open all year."], 5);
        let text = "As you say: \u{201c}Each VALLEY shall have one regional desk\u{201d} - but ours is shut all year.";
        let passages: Vec<&str> = quotations.passages(text).iter().filter_map(|span| span.of(text)).collect();
        assert_eq!(passages, ["Each VALLEY shall have one regional desk"]);
        assert!(quotations.passages("each valley shall have").is_empty());
    }

    #[test]
    fn without_reference_texts_nothing_is_quoted() {
        assert!(Quotations::default().passages("Each valley shall have one regional desk").is_empty());
        assert!(Quotations::new([""], 5).passages("Each valley shall have one regional desk").is_empty());
    }
}
