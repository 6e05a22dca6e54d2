//! Answers that were copied: found by what they share, classified, grouped around a representative.
//!
//! The story in reading order: [`Texts`] holds answers as runs of *shingles* (w words in a row, three by default; each Han character is a word of its own);
//! [`Banding`] says how many minima find the pairs that are to be found; signatures and passages give candidates; each candidate
//! is compared exactly ([`Compared`]); [`find_duplicates`] groups and lists what is left. Apart from these, [`find_quotations`]
//! groups the answers that quote the same reference text.
//!
//! What answers share with a reference text or the question ([`Shared`]) counts nowhere: not in the similarity, not as a passage. Of two
//! answers, the first rule that holds says the kind:
//!
//! 1. `exact`: all words are the same, in the same order.
//! 2. `near`, `template`: the similarity is at least `min_similarity`, and they share as many different shingles as `min_words` words in a
//!    row have; and either as many as half a passage has, or a Jaccard similarity of shingles of at least `min_similarity` too. `template` where a group of at least three different texts shows slots that each fills in otherwise.
//! 3. `partial`: they share a passage of `passage_words`, or as many shingles as it has and with them the share `min_similarity` of the words of one.
//!
//! Texts with fewer different shingles than `min_words` words have are short: identical ones are told as such and nothing more.
//!
//! # What can be missed
//! Near pairs at the threshold itself, with probability 1 − `target_recall`, more alike ones hardly ever; passages never, but for the
//! bound on large buckets that `candidates` states. Shingles are compared by hashes of 32 bits: a false match of two texts of n and m shingles has
//! probability n · m / 2³².

mod banding;
mod candidates;
mod compare;
mod groups;
mod minhash;
mod pairs;
mod quotations;
mod settings;
mod sorting;
mod template;
mod texts;

pub use banding::Banding;
pub use candidates::{FIRST, SMALL};
pub use compare::{Compared, Passage, jaccard, own_words, passages};
pub use groups::{DuplicateKind, Group, Member};
pub use pairs::{LISTED, LISTED_ACROSS, Pair};
pub use quotations::{Quote, Quoting, QuotingPair, References, find_quotations};
pub use settings::DuplicateSettings;
pub use texts::{Shared, Texts, word_hash};

use crate::error::AnalysisError;
use groups::Related;
use rayon::prelude::*;

/// What was copied.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Duplicates {
    /// In the order of their first members.
    pub groups: Vec<Group>,
    /// Ascending.
    pub pairs: Vec<Pair>,
    /// Related pairs of different texts in different groups that are not among `pairs`: beyond the [`LISTED_ACROSS`] of either text that are most
    /// alike.
    pub n_unlisted: u64,
}

/// Finds what was copied.
///
/// # Guarantees
/// The same result at any thread count. Each copy in a group is verified against its representative; nothing is chained. A text is in at most one group.
///
/// # Cost
/// Linear in the words, times the minima of [`Banding`]; beside the texts some 200 bytes a text, 24 a verified pair and 32 a listed one.
/// Listed are no more than a constant for each text.
///
/// # Errors
/// [`AnalysisError::OutOfRange`] if a setting is.
pub fn find_duplicates(texts: &Texts, settings: &DuplicateSettings) -> Result<Duplicates, AnalysisError> {
    let Grouped { groups, classes, distinct, related } = Grouped::new(texts, settings)?;
    let (pairs, n_unlisted) = pairs::list(texts, &classes, &distinct, related, &groups, settings);
    Ok(Duplicates { groups, pairs, n_unlisted })
}

/// As [`find_duplicates`], without the pairs.
///
/// # Errors
/// As [`find_duplicates`].
pub fn find_groups(texts: &Texts, settings: &DuplicateSettings) -> Result<Vec<Group>, AnalysisError> {
    Ok(Grouped::new(texts, settings)?.groups)
}

/// The groups, and what they were made of.
struct Grouped {
    groups: Vec<Group>,
    classes: Classes,
    /// The first text of each class that is long enough.
    distinct: Vec<u32>,
    related: Related,
}

impl Grouped {
    fn new(texts: &Texts, settings: &DuplicateSettings) -> Result<Self, AnalysisError> {
        settings.check()?;
        let classes = Classes::new(texts);
        let is_long = |text: &&u32| texts.has_shingles(**text, settings.min_shingles());
        // Exact copies are one from here on.
        let distinct: Vec<u32> = classes.firsts.par_iter().filter(is_long).copied().collect();
        let related = Related::new(distinct.len(), groups::edges(texts, &distinct, settings));
        let mut groups = groups::group(texts, &classes, &distinct, &related, settings);
        let short = classes.firsts.par_iter().filter(|text| classes.copies(**text).len() > 1 && !is_long(text));
        let short: Vec<Group> = short.map(|text| short_group(*text, &classes)).collect();
        groups.extend(short);
        groups.par_sort_by_key(|group| group.members[0].document_idx);
        Ok(Self { groups, classes, distinct, related })
    }
}

/// Identical texts too short to be anyone's in particular.
fn short_group(text: u32, classes: &Classes) -> Group {
    let member = |copy: &u32| Member { document_idx: *copy, kind: DuplicateKind::Exact, similarity: 1.0 };
    Group { representative_idx: text, members: classes.copies(text).iter().map(member).collect(), is_short: true }
}

/// Texts of the same words.
struct Classes {
    /// The first of each class, ascending.
    firsts: Vec<u32>,
    /// All texts with a word, class by class, ascending within.
    members: Vec<u32>,
    /// For each text where its class begins in `members`; of the first of a class only.
    starts: Vec<u32>,
    /// For each text how many its class holds; of the first of a class only.
    sizes: Vec<u32>,
}

impl Classes {
    fn new(texts: &Texts) -> Self {
        let n = texts.len();
        let mut members: Vec<u32> = (0..n as u32).filter(|text| texts.whole(*text) != 0).collect();
        members.par_sort_unstable_by_key(|text| (texts.whole(*text), *text));
        let (mut starts, mut sizes) = (vec![0; n], vec![0; n]);
        let (mut firsts, mut start) = (Vec::new(), 0);
        for class in members.chunk_by(|a, b| texts.whole(*a) == texts.whole(*b)) {
            starts[class[0] as usize] = start;
            sizes[class[0] as usize] = class.len() as u32;
            start += class.len() as u32;
            firsts.push(class[0]);
        }
        firsts.par_sort_unstable();
        Self { firsts, members, starts, sizes }
    }

    /// The texts of the class that begins with `first`, it among them.
    fn copies(&self, first: u32) -> &[u32] {
        let start = self.starts[first as usize] as usize;
        &self.members[start..start + self.sizes[first as usize] as usize]
    }
}

#[cfg(test)]
mod tests;
