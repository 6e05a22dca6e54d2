//! Passages that most answers to a question share: what a form had written into the box, a salutation, a standard opening.

use crate::quotation::Quotations;
use crate::words::normalised_words;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// With fewer answers than this, nothing is called boilerplate: most of a few may say one thing in one way.
const MIN_TEXTS: usize = 10;

/// Texts a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 1024;
/// Texts whose counts are in memory beside the sum.
const AT_A_TIME: usize = 64 * CHUNK;

/// Finds the runs of `min_words` words that stand in more than `min_share` of the texts, case and punctuation aside.
///
/// Near-duplicates are to be given once: a campaign is no boilerplate. Fewer than ten texts have none.
///
/// # Cost
/// Two passes over the words; only runs of words that each stand in more than `min_share` of the texts are remembered.
pub(crate) fn find(texts: &[&str], min_words: usize, min_share: f64) -> Quotations {
    if texts.len() < MIN_TEXTS || min_words == 0 || min_share >= 1.0 {
        return Quotations::default();
    }
    let least = min_share * texts.len() as f64;
    let is_common = |count: u32| f64::from(count) > least;
    let common: BTreeSet<String> = counted(texts, |text| normalised_words(text).collect())
        .into_iter()
        .filter(|(_, count)| is_common(*count))
        .map(|(word, _)| word)
        .collect();
    if common.is_empty() {
        return Quotations::default();
    }
    let runs = counted(texts, |text| {
        let words: Vec<String> = normalised_words(text).collect();
        let runs = words.windows(min_words).filter(|run| run.iter().all(|word| common.contains(word)));
        runs.map(|run| run.join(Quotations::BETWEEN)).collect()
    });
    Quotations::of_runs(runs.into_iter().filter(|(_, count)| is_common(*count)).map(|(run, _)| run), min_words)
}

/// In how many texts each thing stands.
fn counted(texts: &[&str], things: impl Fn(&str) -> BTreeSet<String> + Sync) -> BTreeMap<String, u32> {
    let of_chunk = |chunk: &[&str]| {
        let mut counts = BTreeMap::new();
        for thing in chunk.iter().flat_map(|text| things(text)) {
            *counts.entry(thing).or_default() += 1;
        }
        counts
    };
    let mut all = BTreeMap::new();
    for texts in texts.chunks(AT_A_TIME) {
        let counted: Vec<BTreeMap<String, u32>> = texts.par_chunks(CHUNK).map(of_chunk).collect();
        for (thing, count) in counted.into_iter().flatten() {
            *all.entry(thing).or_default() += count;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passage_of_most_answers_is_boilerplate_and_one_of_half_of_them_is_not() {
        let texts: Vec<String> = (0..24)
            .map(|i| match i % 4 {
                0 => format!("The night buses number {i} should run later."),
                _ => format!(
                    "Thank you for asking our opinion on this. Answer {i} is about clinics and schools, I think."
                ),
            })
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let found = find(&texts, 5, 0.5);
        let passages = |text: &str| {
            found.passages(text).iter().map(|span| span.of(text).unwrap_or_default().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(
            passages("Thank you for asking OUR opinion on this; buses"),
            ["Thank you for asking OUR opinion on this"]
        );
        assert!(passages(texts[0]).is_empty());
        // The number of each answer cuts the passage in two; its second half is long enough, too.
        assert_eq!(passages(texts[1])[1], "is about clinics and schools, I think");
    }

    #[test]
    fn few_answers_have_no_boilerplate() {
        assert!(find(&["the same words in every answer"; 9], 5, 0.5).is_empty());
        assert!(!find(&["the same words in every answer"; 10], 5, 0.5).is_empty());
    }
}
