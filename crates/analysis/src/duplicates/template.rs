//! Which edited copies are fillings of one form.
//!
//! Two texts do not tell an edit from a filled slot; many do. Each near-duplicate is aligned with the representative, and where it departs,
//! the words in that place are its filling. A **slot** is a place with at least three fillings of which none is held by half of the texts:
//! where authors edit a standard text, most leave any given place as it is. And a slot has bounds, as what stands around it is the
//! form's: of the texts that depart from the representative there, three quarters begin to do so at the same word, or cease to (fillings
//! may have their first or last words in common), whereas changes that happen to meet begin and end anywhere. Changes may meet in a place
//! or two and yet most of them stand each in a place of its own; so there is a form only if there are more departures in slots than
//! departures elsewhere whose bounds are no other text's. A text is filled in, not edited, if at least half of the representative's
//! words from which it departs stand in slots.

use super::compare::{Passage, passages};
use super::minhash::mix;
use super::texts::Texts;
use std::ops::Range;

/// Texts that are looked at for slots: those with the lowest indices.
const LOOKED_AT: usize = 200;
/// Passages that are put in order; texts that share more are not aligned.
const MOST_PASSAGES: usize = 500;

/// Where a text departs from the representative.
struct Departure {
    /// The representative's words in this place; none if something was put in.
    words: Range<usize>,
    /// A hash of what stands there instead.
    filling: u64,
    /// The words that stand there instead.
    n_words: usize,
}

impl Departure {
    /// How many of the representative's words in this place stand in slots.
    fn n_in(&self, is_slot: &[bool]) -> usize {
        self.words.clone().filter(|word| is_slot[*word]).count()
    }
}

/// For each of these near-duplicates of a text whether it fills in the text's slots.
pub(super) fn filled(texts: &Texts, representative: u32, near: &[u32]) -> Vec<bool> {
    if near.len() < 2 {
        return vec![false; near.len()];
    }
    let mut looked_at = near.to_vec();
    looked_at.sort_unstable();
    looked_at.truncate(LOOKED_AT);
    let departed: Vec<Departure> = looked_at.iter().flat_map(|text| departures(texts, representative, *text)).collect();
    let n_words = texts.shingles(representative).len() + texts.width() - 1;
    let is_slot = slots(&departed, n_words, looked_at.len() + 1);
    if !is_form(&departed, &is_slot) {
        return vec![false; near.len()];
    }
    let is_filled = |text: &u32| {
        let (mut in_slots, mut elsewhere) = (0, 0);
        for departure in departures(texts, representative, *text) {
            let n_slots = departure.n_in(&is_slot);
            in_slots += n_slots;
            elsewhere += if departure.words.is_empty() { departure.n_words } else { departure.words.len() - n_slots };
        }
        in_slots > 0 && in_slots >= elsewhere
    };
    near.iter().map(is_filled).collect()
}

/// For each word of the representative whether it stands in a slot, from the departures of `n_texts` texts, it among them.
fn slots(departed: &[Departure], n_words: usize, n_texts: usize) -> Vec<bool> {
    let mut places: Vec<(usize, u64, &Range<usize>)> = Vec::new();
    for Departure { words, filling, .. } in departed {
        // What was put in from other places on is another filling.
        let filling = mix(filling ^ words.start as u64);
        places.extend(words.clone().map(|word| (word, filling, words)));
    }
    places.sort_unstable_by_key(|(word, filling, _)| (*word, *filling));
    let mut is_slot = vec![false; n_words];
    for place in places.chunk_by_mut(|a, b| a.0 == b.0) {
        let n_kept = n_texts - place.len();
        let (mut n_fillings, mut commonest) = (usize::from(n_kept > 0), n_kept);
        for filling in place.chunk_by(|a, b| a.1 == b.1) {
            n_fillings += 1;
            commonest = commonest.max(filling.len());
        }
        let mut most_alike = |edge: fn(&Range<usize>) -> usize| {
            place.sort_unstable_by_key(|(_, _, words)| edge(words));
            place.chunk_by(|a, b| edge(a.2) == edge(b.2)).map(<[_]>::len).max().unwrap_or(0)
        };
        let same_bound = most_alike(|words| words.start).max(most_alike(|words| words.end));
        is_slot[place[0].0] = n_fillings >= 3 && 2 * commonest < n_texts && 4 * same_bound >= 3 * place.len();
    }
    is_slot
}

/// Whether the texts depart from the representative in slots more often than each in a place of its own.
fn is_form(departed: &[Departure], is_slot: &[bool]) -> bool {
    let mut places: Vec<(usize, usize, bool)> = departed
        .iter()
        .map(|departure| {
            let n_slots = departure.n_in(is_slot);
            (departure.words.start, departure.words.end, n_slots > 0 && 2 * n_slots >= departure.words.len())
        })
        .collect();
    places.sort_unstable();
    let n_in_slots = places.iter().filter(|(.., in_slots)| *in_slots).count();
    let same = places.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1));
    let n_alone = same.filter(|same| same.len() == 1 && !same[0].2).count();
    n_in_slots > n_alone
}

/// Where `text` departs from the representative, by the passages they share in one order.
fn departures(texts: &Texts, representative: u32, text: u32) -> Vec<Departure> {
    let shared = passages(texts, representative, text);
    if shared.len() > MOST_PASSAGES {
        return Vec::new();
    }
    let width = texts.width();
    let (ours, theirs) = (texts.shingles(representative), texts.shingles(text));
    let end =
        Passage { start_a: (ours.len() + width - 1) as u32, start_b: (theirs.len() + width - 1) as u32, n_words: 0 };
    let mut departures = Vec::new();
    let (mut from_a, mut from_b) = (0, 0);
    for passage in in_order(&shared).into_iter().chain([end]) {
        let (a, b) = (passage.start_a as usize, passage.start_b as usize);
        // Passages may overlap: then nothing lies between them.
        let around = |from: usize, to: usize, shingles: &[u32]| {
            let end = to.min(shingles.len());
            from.saturating_sub(width - 1).min(end)..end
        };
        let (here, there) = (&ours[around(from_a, a, ours)], &theirs[around(from_b, b, theirs)]);
        // Words that a reference text has are in no passage, and may yet be the same.
        if (from_a < a || from_b < b) && here != there {
            let filling = there.iter().fold(0, |hash, shingle| mix(hash ^ u64::from(*shingle)));
            departures.push(Departure { words: from_a.min(a)..a, filling, n_words: b.saturating_sub(from_b) });
        }
        from_a = from_a.max(a + passage.n_words as usize);
        from_b = from_b.max(b + passage.n_words as usize);
    }
    departures
}

/// Of the passages those that stand in the same order in both texts and hold the most words.
fn in_order(shared: &[Passage]) -> Vec<Passage> {
    let mut best: Vec<(u32, Option<usize>)> = Vec::with_capacity(shared.len());
    for (at, passage) in shared.iter().enumerate() {
        let before = (0..at).filter(|other| shared[*other].start_b < passage.start_b);
        let longest = before.max_by_key(|other| (best[*other].0, std::cmp::Reverse(*other)));
        best.push((passage.n_words + longest.map_or(0, |other| best[other].0), longest));
    }
    let mut next = (0..best.len()).max_by_key(|at| (best[*at].0, std::cmp::Reverse(*at)));
    let mut chain = Vec::new();
    while let Some(at) = next {
        chain.push(shared[at]);
        next = best[at].1;
    }
    chain.reverse();
    chain
}

#[cfg(test)]
mod tests {
    use super::super::compare::tests::texts;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_texts_can_be_aligned(all in prop::collection::vec(prop::collection::vec(0_u8..4, 3..40), 3..6)) {
            let joined: Vec<String> =
                all.iter().map(|words| words.iter().map(u8::to_string).collect::<Vec<_>>().join(" ")).collect();
            let all = texts(&joined.iter().map(String::as_str).collect::<Vec<_>>());
            let near: Vec<u32> = (1..joined.len() as u32).collect();
            prop_assert_eq!(filled(&all, 0, &near).len(), near.len());
        }
    }

    #[test]
    fn filled_slots_make_a_template_and_edits_do_not() {
        let form = |name: &str, place: &str| {
            format!(
                "dear minister my name is {name} and i live in {place} please stop the new road through our valley now"
            )
        };
        let letters = [
            form("ann", "ulm"),
            form("bob smith", "bonn"),
            form("carla", "upper kiel"),
            form("dan", "hof"),
            form("eve", "jena"),
        ];
        let all: Vec<&str> = letters.iter().map(String::as_str).collect();
        assert_eq!(filled(&texts(&all), 0, &[1, 2, 3, 4]), [true; 4]);

        let standard = form("ann", "ulm");
        let edits = [
            standard.replace("please", "kindly"),
            standard.replace("new road", "wide road"),
            standard.replace("our valley now", "our valley today"),
            standard.replace("minister", "madam"),
        ];
        let all: Vec<&str> = std::iter::once(&standard).chain(&edits).map(String::as_str).collect();
        assert_eq!(filled(&texts(&all), 0, &[1, 2, 3, 4]), [false; 4]);
    }

    /// Thirty words, with others at these places.
    fn changed(places: &[usize], by: &str) -> String {
        let word = |at: usize| if places.contains(&at) { format!("{by}{at}") } else { format!("w{at}") };
        (0..30).map(word).collect::<Vec<_>>().join(" ")
    }

    fn filled_with(changes: &[(&[usize], &str)]) -> Vec<bool> {
        let all: Vec<String> = changes.iter().map(|(places, by)| changed(places, by)).collect();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        filled(&texts(&all), 0, &(1..all.len() as u32).collect::<Vec<_>>())
    }

    #[test]
    fn changes_that_meet_in_one_place_make_no_form() {
        // All three depart at word 10, and each at another beside.
        assert_eq!(filled_with(&[(&[], ""), (&[3, 10], "a"), (&[10, 20], "b"), (&[10, 25], "c")]), [false; 3]);
        // All three depart at word 10, each with other bounds.
        assert_eq!(filled_with(&[(&[], ""), (&[9, 10], "a"), (&[10, 11], "b"), (&[10], "c")]), [false; 3]);
    }

    #[test]
    fn a_form_may_have_a_slot_that_some_fill_in_alike_and_an_edit_or_two() {
        let same = |by: &'static str| (&[3, 10][..], by);
        assert_eq!(filled_with(&[same("a"), same("b"), same("c"), same("d"), (&[3, 10, 20], "e")]), [true; 4]);
        // The second slot: the representative's filling, and another twice.
        let alike = [(&[5, 15, 25][..], ""), (&[5, 15], "a"), (&[5, 15], "b"), (&[5, 15], "c")];
        assert_eq!(filled_with(&alike), [true; 3]);
    }

    #[test]
    fn two_texts_do_not_tell() {
        let two = texts(&["a b c x d e f", "a b c y d e f"]);
        assert_eq!(filled(&two, 0, &[1]), [false]);
    }

    #[test]
    fn passages_in_another_order_are_left_out_of_the_alignment() {
        let passage = |start_a, start_b, n_words| Passage { start_a, start_b, n_words };
        let shared = [passage(0, 20, 3), passage(5, 0, 8), passage(15, 9, 4)];
        assert_eq!(in_order(&shared), shared[1..]);
    }
}
