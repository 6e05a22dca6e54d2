//! Phrases: terms of several words, and where they stand.
//!
//! A phrase is a run of two to five terms of one point, with nothing but white space, a hyphen or a few function words
//! between two of them ("regional office", "right of way"). [`mine`] finds those that stand together more often than
//! chance would have it, and names that are written with capitals; a lexicon adds those that it spells out. [`Patterns`] finds all
//! of them in a text.

use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::atomic::{AtomicU64, Ordering};
use xxhash_rust::xxh3::xxh3_64;

/// Terms in a phrase at most.
pub(crate) const MAX_TERMS: usize = 5;
/// Function words between two terms of a phrase at most.
pub(crate) const MAX_INNER: usize = 2;
/// The fewest answers that make a phrase of words that stand together, ...
const MIN_TEXTS: u32 = 3;
/// ... and of words written with capitals.
const MIN_NAME_TEXTS: u32 = 2;
/// The least association at the weakest joint of a phrase: the value of G² that chance passes once in a thousand cases.
const MIN_ASSOCIATION: f64 = 10.83;
/// At the weakest joint the rarer side stands with the other in at least this share of its occurrences.
const MIN_COHESION: f64 = 0.2;
/// From this cohesion on, terms with function words between them are a fixed expression.
const FIXED: f64 = 0.5;
/// A phrase that stands in a longer one this often is part of that one.
const MAX_ABSORBED: f64 = 0.8;
/// A name is written with capitals in at least this share of the answers that have it.
const MIN_CAPITALS: f64 = 0.6;
/// Texts a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 512;
/// Chunks whose counts are in memory at a time.
const AT_A_TIME: usize = 64;

/// A term in its place, as phrases see it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) struct Element {
    /// The term.
    pub(crate) term: u32,
    /// The function words before it, and in the upper bit whether it is written with a capital.
    packed: u32,
}

/// Nothing but white space or a hyphen stands between two terms: the first of the sorted list of inner words, where it occurs.
pub(crate) const NOTHING: u32 = 0;

/// No phrase goes on here.
pub(crate) const APART: u32 = CAPITAL - 1;

/// The bit of an element that is written with a capital.
const CAPITAL: u32 = 1 << 31;

/// What leads from one term of a phrase to the next: the function words between them, by number, and the next term.
pub(crate) type Step = (u32, u32);

/// The elements of texts: in each text one after the other, the first of a point [`APART`] from what comes before.
#[derive(Debug, Default)]
pub(crate) struct Elements {
    /// Texts in a chunk.
    size: usize,
    /// For each chunk of texts its elements.
    chunks: Vec<ElementChunk>,
}

/// The elements of texts in a row.
#[derive(Debug, Default)]
pub(crate) struct ElementChunk {
    elements: Vec<Element>,
    /// Where each text ends.
    ends: Vec<u32>,
}

impl ElementChunk {
    /// For so many texts with so many elements.
    pub(crate) fn with_capacity(n_texts: usize, n_elements: usize) -> Self {
        Self { elements: Vec::with_capacity(n_elements), ends: Vec::with_capacity(n_texts) }
    }

    /// Adds elements to the text that is not ended yet.
    pub(crate) fn extend(&mut self, elements: impl IntoIterator<Item = Element>) {
        self.elements.extend(elements);
    }

    /// Ends the text.
    pub(crate) fn end_text(&mut self) {
        self.ends.push(self.elements.len() as u32);
    }

    /// Gives the function words between elements the numbers that they have in a list of all.
    pub(crate) fn renumber(&mut self, places: &[u32]) {
        for element in self.elements.iter_mut().filter(|element| element.inner() != APART) {
            element.set_inner(places[element.inner() as usize]);
        }
    }

    /// Keeps no more memory than is used.
    pub(crate) fn shrink(&mut self) {
        self.elements.shrink_to_fit();
    }

    fn of(&self, text: usize) -> &[Element] {
        let start = text.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.elements[start as usize..self.ends[text] as usize]
    }

    /// The texts, each by its elements.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &[Element]> {
        (0..self.ends.len()).map(|text| self.of(text))
    }
}

impl Elements {
    /// Chunks of `size` texts, but for the last.
    pub(crate) fn new(size: usize, chunks: Vec<ElementChunk>) -> Self {
        Self { size, chunks }
    }

    /// The elements of a text.
    pub(crate) fn of(&self, text: usize) -> &[Element] {
        self.chunks[text / self.size].of(text % self.size)
    }

    /// The texts, each by its elements.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &[Element]> {
        self.chunks.iter().flat_map(ElementChunk::texts)
    }

    /// The chunks, and how many texts are in each but the last.
    pub(crate) fn chunks(&self) -> (&[ElementChunk], usize) {
        (&self.chunks, self.size)
    }
}

impl Element {
    /// `inner`: the number of the function words between it and the element before it, or [`APART`] if the two cannot be in one phrase;
    /// `is_capital`: whether it is written with a capital where that says something.
    pub(crate) fn new(term: u32, inner: u32, is_capital: bool) -> Self {
        Self { term, packed: inner | if is_capital { CAPITAL } else { 0 } }
    }

    pub(crate) fn set_inner(&mut self, inner: u32) {
        self.packed = self.packed & CAPITAL | inner;
    }

    fn inner(self) -> u32 {
        self.packed & !CAPITAL
    }

    fn is_capital(self) -> bool {
        self.packed & CAPITAL != 0
    }

    fn step(self) -> Option<Step> {
        (self.inner() != APART).then_some((self.inner(), self.term))
    }
}

/// A phrase that was found.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Phrase {
    /// Its first term.
    pub(crate) first: u32,
    /// The steps to the others.
    pub(crate) steps: Vec<Step>,
    /// How many texts have it.
    pub(crate) n_texts: u32,
    /// Whether it is mostly written with capitals.
    pub(crate) is_name: bool,
}

/// The terms of a phrase in order.
fn terms(first: u32, steps: &[Step]) -> Vec<u32> {
    std::iter::once(first).chain(steps.iter().map(|(_, term)| *term)).collect()
}

/// How often something stands where.
#[derive(Clone, Copy, Debug, Default)]
struct Count {
    occurrences: u32,
    texts: u32,
    capital_texts: u32,
}

impl Count {
    fn add(&mut self, other: Self) {
        self.occurrences += other.occurrences;
        self.texts += other.texts;
        self.capital_texts += other.capital_texts;
    }

    fn is_name(&self) -> bool {
        self.capital_texts >= MIN_NAME_TEXTS && f64::from(self.capital_texts) >= MIN_CAPITALS * f64::from(self.texts)
    }
}

/// A run of terms that occurs often enough to be looked at.
struct Candidate {
    /// Of a pair its first term; of a longer one the number of the run without its last term.
    from: u32,
    /// How many terms it has.
    length: u8,
    /// To its last term.
    last: Step,
    count: Count,
    association: f64,
    cohesion: f64,
}

/// Finds the phrases of texts, each given as its elements; the first of a point is [`APART`] from what comes before.
///
/// The association is Dunning's log-likelihood ratio G² of the two sides of a joint, over all pairs of neighbours; that
/// of a phrase is that of its weakest joint.
///
/// # Cost
/// Two passes over the elements for each length. Counted are only runs that at least two texts seem to have, and of them only those that go on
/// from a run that can be in a phrase: a longer one has no more texts, with capitals or without, and is held together no better.
pub(crate) fn mine(texts: &[&[Element]], is_general: &dyn Fn(u32) -> bool) -> Vec<Phrase> {
    // The number of each frequent run, by the number of what it extends and its last step.
    let mut found: Vec<Candidate> = Vec::new();
    let chunks: Vec<&[&[Element]]> = texts.chunks(CHUNK).collect();
    let of_terms =
        |chunk: &&[&[Element]]| chunk.iter().flat_map(|text| text.iter()).map(|element| element.term).collect();
    // For each chunk for each element the number of the run that begins there: at first its term.
    let mut states: Vec<Vec<u32>> = chunks.par_iter().map(of_terms).collect();
    let (n_pairs, mut firsts, lasts) = marginals(&chunks);
    for length in 2..=MAX_TERMS {
        let counts = count_runs(&chunks, &states, length);
        let base = found.len();
        let mut kept: Vec<Key> = Vec::new();
        for (key, count) in &counts {
            let (from, step) = *key;
            let before = f64::from(firsts.get(&from).copied().unwrap_or_default());
            let behind = f64::from(lasts.get(&step).copied().unwrap_or_default());
            let together = f64::from(count.occurrences);
            let weakest = if length == 2 {
                (f64::INFINITY, f64::INFINITY)
            } else {
                (found[from as usize].association, found[from as usize].cohesion)
            };
            let association = log_likelihood(together, before, behind, n_pairs).min(weakest.0);
            let cohesion = (together / before.min(behind).max(1.0)).min(weakest.1);
            if !is_associated(*count, association, cohesion) && count.capital_texts < MIN_NAME_TEXTS {
                continue;
            }
            kept.push(*key);
            found.push(Candidate { from, length: length as u8, last: step, count: *count, association, cohesion });
        }
        drop(counts);
        if kept.is_empty() {
            break;
        }
        // From now on a state is the number of the run that begins there.
        let number = |key: Key| kept.binary_search(&key).ok().map(|at| (base + at) as u32);
        states = chunks
            .par_iter()
            .zip(states)
            .map(|(texts, states)| {
                let of_text = |(text, states)| advance(text, states, length, &number);
                by_text(texts, &states).flat_map(of_text).collect()
            })
            .collect();
        firsts = following(&chunks, &states, length);
    }
    select(&found, is_general)
}

/// A run by the number of the run without its last term (of a pair: the first term), and the step to that term.
type Key = (u32, Step);

/// The texts of a chunk, each with its part of what stands for all their elements in a row.
fn by_text<'c>(texts: &'c [&'c [Element]], states: &'c [u32]) -> impl Iterator<Item = (&'c [Element], &'c [u32])> {
    let mut rest = states;
    texts.iter().map(move |text| {
        let (own, others) = rest.split_at(text.len());
        rest = others;
        (*text, own)
    })
}

/// Adds counts to others; whole numbers, so in any order.
fn add_all<K: Eq + Hash>(all: &mut HashMap<K, u32>, counts: HashMap<K, u32>) {
    #[expect(clippy::iter_over_hash_type, reason = "sums of whole numbers are the same in any order")]
    for (key, count) in counts {
        *all.entry(key).or_default() += count;
    }
}

/// How many pairs of neighbours there are, and how often each term is the first and each step the second of one. Looked up only.
fn marginals(chunks: &[&[&[Element]]]) -> (f64, HashMap<u32, u32>, HashMap<Step, u32>) {
    let of_chunk = |chunk: &&[&[Element]]| {
        let (mut firsts, mut lasts): (HashMap<u32, u32>, HashMap<Step, u32>) = Default::default();
        for pair in chunk.iter().flat_map(|text| text.windows(2)) {
            if let Some(step) = pair[1].step() {
                *firsts.entry(pair[0].term).or_default() += 1;
                *lasts.entry(step).or_default() += 1;
            }
        }
        (firsts, lasts)
    };
    let (mut firsts, mut lasts) = (HashMap::new(), HashMap::new());
    for chunks in chunks.chunks(AT_A_TIME) {
        for (of_firsts, of_lasts) in chunks.par_iter().map(of_chunk).collect::<Vec<_>>() {
            add_all(&mut firsts, of_firsts);
            add_all(&mut lasts, of_lasts);
        }
    }
    let n_pairs: u64 = firsts.values().map(|count| u64::from(*count)).sum();
    (n_pairs as f64, firsts, lasts)
}

/// How often each run of `length` terms goes on. Looked up only.
fn following(chunks: &[&[&[Element]]], states: &[Vec<u32>], length: usize) -> HashMap<u32, u32> {
    let of_chunk = |(texts, states): (&&[&[Element]], &Vec<u32>)| {
        let mut counts = HashMap::new();
        for (text, states) in by_text(texts, states) {
            for (at, state) in states.iter().enumerate() {
                if *state != APART && text.get(at + length).is_some_and(|next| next.step().is_some()) {
                    *counts.entry(*state).or_default() += 1;
                }
            }
        }
        counts
    };
    let mut all = HashMap::new();
    for (chunks, states) in chunks.chunks(AT_A_TIME).zip(states.chunks(AT_A_TIME)) {
        let counted: Vec<HashMap<u32, u32>> = chunks.par_iter().zip(states).map(of_chunk).collect();
        for counts in counted {
            add_all(&mut all, counts);
        }
    }
    all
}

/// Which runs two texts at least have; of those that one has, a few more: bits of hashes say so.
struct Repeated {
    /// Of each place, whether a run that stands for it was met, and whether it was met again.
    words: Vec<[AtomicU64; 2]>,
}

impl Repeated {
    /// For so many elements: eight bits each, so that hardly a run that one text has shares its place with another; 256 MiB at most.
    fn new(n_elements: usize) -> Self {
        let n_words = (n_elements / 8).next_power_of_two().clamp(1 << 6, 1 << 24);
        Self { words: (0..n_words).map(|_| Default::default()).collect() }
    }

    fn place(&self, key: Key) -> (&[AtomicU64; 2], u64) {
        let (from, (inner, term)) = key;
        let mut bytes = [0; 12];
        for (bytes, number) in bytes.as_chunks_mut().0.iter_mut().zip([from, inner, term]) {
            *bytes = number.to_le_bytes();
        }
        let hash = xxh3_64(&bytes);
        (&self.words[(hash >> 6) as usize & (self.words.len() - 1)], 1 << (hash & 63))
    }

    /// Takes down that a text has a run. What is known after all texts are in is the same in any order.
    fn add(&self, key: Key) {
        let ([once, again], bit) = self.place(key);
        if once.fetch_or(bit, Ordering::Relaxed) & bit != 0 {
            again.fetch_or(bit, Ordering::Relaxed);
        }
    }

    fn has(&self, key: Key) -> bool {
        let ([_, again], bit) = self.place(key);
        again.load(Ordering::Relaxed) & bit != 0
    }
}

/// Hands on, of each text, the runs of `length` terms that are wanted, ascending; all occurrences of one at a time, each with whether it is written
/// with capitals.
fn each_run(
    texts: &[&[Element]],
    states: &[u32],
    length: usize,
    is_wanted: impl Fn(Key) -> bool,
    mut take: impl FnMut(&[(Key, bool)]),
) {
    let mut keys: Vec<(Key, bool)> = Vec::new();
    for (text, states) in by_text(texts, states) {
        keys.clear();
        for at in 0..text.len().saturating_sub(length - 1) {
            let Some(key) = key(text, states, at, length).filter(|key| is_wanted(*key)) else { continue };
            keys.push((key, text[at..at + length].iter().all(|element| element.is_capital())));
        }
        keys.sort_unstable();
        keys.chunk_by(|a, b| a.0 == b.0).for_each(&mut take);
    }
}

/// Counts the runs of `length` terms that go on from a run with a number, ascending; those that fewer than [`MIN_NAME_TEXTS`] texts have are left out.
fn count_runs(chunks: &[&[&[Element]]], states: &[Vec<u32>], length: usize) -> Vec<(Key, Count)> {
    let repeated = Repeated::new(states.iter().map(Vec::len).sum());
    chunks.par_iter().zip(states).for_each(|(texts, states)| {
        each_run(texts, states, length, |_| true, |run| repeated.add(run[0].0));
    });
    let of_chunk = |(texts, states): (&&[&[Element]], &Vec<u32>)| {
        let mut counts: HashMap<Key, Count> = HashMap::new();
        each_run(
            texts,
            states,
            length,
            |key| repeated.has(key),
            |run| {
                let capital_texts = u32::from(run.iter().any(|(_, is_capital)| *is_capital));
                let count = Count { occurrences: run.len() as u32, texts: 1, capital_texts };
                counts.entry(run[0].0).or_default().add(count);
            },
        );
        counts
    };
    // So many chunks at a time that what they count is never in memory twice over.
    let mut all: HashMap<Key, Count> = HashMap::new();
    for (chunks, states) in chunks.chunks(AT_A_TIME).zip(states.chunks(AT_A_TIME)) {
        let counted: Vec<HashMap<Key, Count>> = chunks.par_iter().zip(states).map(of_chunk).collect();
        for counts in counted {
            #[expect(clippy::iter_over_hash_type, reason = "sums of whole numbers are the same in any order")]
            for (key, count) in counts {
                all.entry(key).or_default().add(count);
            }
        }
    }
    let mut counts: Vec<(Key, Count)> = all.into_iter().filter(|(_, count)| count.texts >= MIN_NAME_TEXTS).collect();
    counts.sort_unstable_by_key(|(key, _)| *key);
    counts
}

/// The run of `length` terms that begins at an element, if the run that is one shorter has a number.
fn key(text: &[Element], states: &[u32], at: usize, length: usize) -> Option<Key> {
    let step = text.get(at + length - 1)?.step()?;
    (states[at] != APART).then_some((states[at], step))
}

/// The number of the run of `length` terms that begins at each element, given those of the runs that are one shorter.
fn advance(text: &[Element], states: &[u32], length: usize, number: &(dyn Fn(Key) -> Option<u32> + Sync)) -> Vec<u32> {
    (0..text.len()).map(|at| key(text, states, at, length).and_then(number).unwrap_or(APART)).collect()
}

/// Dunning's log-likelihood ratio of two events over `n`; 0 if they come together no more often than chance would have it.
///
/// # Source
/// T. Dunning, "Accurate methods for the statistics of surprise and coincidence", Computational Linguistics 19 (1993).
fn log_likelihood(together: f64, first: f64, second: f64, n: f64) -> f64 {
    if together * n <= first * second {
        return 0.0;
    }
    let term = |observed: f64, expected: f64| {
        if observed <= 0.0 { 0.0 } else { observed * libm::log(observed / expected) }
    };
    let (only_first, only_second) = (first - together, second - together);
    let neither = (n - first - second + together).max(0.0);
    2.0 * (term(together, first * second / n)
        + term(only_first, first * (n - second) / n)
        + term(only_second, second * (n - first) / n)
        + term(neither, (n - first) * (n - second) / n))
}

/// Whether what so many answers have is held together well enough at its weakest joint.
fn is_associated(count: Count, association: f64, cohesion: f64) -> bool {
    count.texts >= MIN_TEXTS && association >= MIN_ASSOCIATION && cohesion >= MIN_COHESION
}

/// The first term of a candidate, and the steps to the others.
fn path(candidates: &[Candidate], candidate: &Candidate) -> (u32, Vec<Step>) {
    let (mut at, mut steps) = (candidate, vec![candidate.last]);
    while at.length > 2 {
        at = &candidates[at.from as usize];
        steps.push(at.last);
    }
    steps.reverse();
    (at.from, steps)
}

/// Whether a candidate is a phrase: it has no word twice, is associated or a name, and names a subject. "Fixed price" does as
/// long as it does not end in a general word; "right of way", though of general words, if its words hardly go without each other.
fn is_phrase(candidate: &Candidate, (first, steps): &(u32, Vec<Step>), is_general: &dyn Fn(u32) -> bool) -> bool {
    let terms = terms(*first, steps);
    let distinct: BTreeSet<u32> = terms.iter().copied().collect();
    let is_associated = is_associated(candidate.count, candidate.association, candidate.cohesion);
    let ends_general = terms.last().is_some_and(|term| is_general(*term));
    let is_fixed = candidate.cohesion >= FIXED && steps.iter().all(|(inner, _)| *inner != NOTHING);
    distinct.len() == terms.len() && (candidate.count.is_name() || is_associated) && (!ends_general || is_fixed)
}

/// The candidates that are phrases and not merely part of a longer one.
fn select(candidates: &[Candidate], is_general: &dyn Fn(u32) -> bool) -> Vec<Phrase> {
    let phrase = |candidate: &Candidate| {
        let path = path(candidates, candidate);
        let Count { texts, .. } = candidate.count;
        let is_phrase = is_phrase(candidate, &path, is_general);
        let (first, steps) = path;
        is_phrase.then(|| Phrase { first, steps, n_texts: texts, is_name: candidate.count.is_name() })
    };
    let mut phrases: Vec<Phrase> = candidates.iter().filter_map(phrase).collect();
    // The longest first: what stands mostly in a longer phrase is no phrase of its own.
    phrases.sort_by(|a, b| b.steps.len().cmp(&a.steps.len()).then((a.first, &a.steps).cmp(&(b.first, &b.steps))));
    let mut absorbed: BTreeMap<(u32, Vec<Step>), u32> = BTreeMap::new();
    let mut kept = Vec::new();
    for phrase in phrases {
        let within = absorbed.get(&(phrase.first, phrase.steps.clone())).copied().unwrap_or_default();
        if f64::from(within) >= MAX_ABSORBED * f64::from(phrase.n_texts) {
            continue;
        }
        for from in 0..phrase.steps.len() {
            let first = if from == 0 { phrase.first } else { phrase.steps[from - 1].1 };
            for to in from + 1..=phrase.steps.len() {
                let part = (first, phrase.steps[from..to].to_vec());
                let within = absorbed.entry(part).or_default();
                *within = (*within).max(phrase.n_texts);
            }
        }
        kept.push(phrase);
    }
    kept.sort_by(|a, b| (a.first, &a.steps).cmp(&(b.first, &b.steps)));
    kept
}

/// A set of phrases, ready to be found.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    /// By the node a run has come to (terms count as the first nodes) and the next step. Looked up only.
    next: HashMap<(Node, Step), u32>,
    /// For each node behind a step the phrase that ends there.
    ends: Vec<Option<u32>>,
}

/// Where a run has come to.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
enum Node {
    Term(u32),
    Step(u32),
}

impl Patterns {
    /// Adds a phrase; `id` is what is found where it stands. The first of two that are the same stays.
    pub(crate) fn add(&mut self, first: u32, steps: &[Step], id: u32) {
        let mut node = Node::Term(first);
        let mut last = None;
        for step in steps {
            let fresh = self.ends.len() as u32;
            let to = *self.next.entry((node, *step)).or_insert(fresh);
            if to == fresh {
                self.ends.push(None);
            }
            node = Node::Step(to);
            last = Some(to);
        }
        if let Some(last) = last {
            self.ends[last as usize].get_or_insert(id);
        }
    }

    /// The phrases of a point: for each its first and last element and its id, by first element, then by length.
    pub(crate) fn find(&self, point: &[Element]) -> Vec<(usize, usize, u32)> {
        let mut found = Vec::new();
        if self.ends.is_empty() {
            return found;
        }
        for (from, element) in point.iter().enumerate() {
            let mut node = Node::Term(element.term);
            for (to, next) in point.iter().enumerate().skip(from + 1) {
                let Some(reached) = next.step().and_then(|step| self.next.get(&(node, step))) else { break };
                if let Some(id) = self.ends[*reached as usize] {
                    found.push((from, to, id));
                }
                node = Node::Step(*reached);
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Texts of one point each; a word is a term, "|" keeps two apart, capitals are as written.
    fn elements(texts: &[&str]) -> (Vec<Vec<Element>>, Vec<String>) {
        let mut words: Vec<String> =
            texts.iter().flat_map(|text| text.split(' ')).filter(|word| *word != "|").map(str::to_lowercase).collect();
        words.sort();
        words.dedup();
        let texts = texts
            .iter()
            .map(|text| {
                let mut point = Vec::new();
                let mut apart = true;
                for word in text.split(' ') {
                    if word == "|" {
                        apart = true;
                        continue;
                    }
                    let term = words.binary_search(&word.to_lowercase()).expect("a word of the texts") as u32;
                    let inner = if apart { APART } else { 0 };
                    point.push(Element::new(term, inner, word.starts_with(char::is_uppercase)));
                    apart = false;
                }
                point
            })
            .collect();
        (texts, words)
    }

    fn phrases(texts: &[&str]) -> Vec<(String, u32, bool)> {
        let (texts, words) = elements(texts);
        let texts: Vec<&[Element]> = texts.iter().map(Vec::as_slice).collect();
        let written = |phrase: &Phrase| {
            terms(phrase.first, &phrase.steps)
                .iter()
                .map(|term| words[*term as usize].as_str())
                .collect::<Vec<_>>()
                .join(" ")
        };
        mine(&texts, &|_| false).iter().map(|phrase| (written(phrase), phrase.n_texts, phrase.is_name)).collect()
    }

    #[test]
    fn words_that_stand_together_are_a_phrase_and_words_that_meet_by_chance_are_none() {
        let mut texts = vec!["night bus late"; 3];
        texts.extend([
            "night bus early",
            "bus fare",
            "late fare",
            "early train",
            "fare night",
            "train late",
            "late early",
        ]);
        assert_eq!(phrases(&texts), [("night bus".into(), 4, false)]);
        assert!(phrases(&["bus fare", "late fare", "early train", "fare night"]).is_empty());
    }

    #[test]
    fn words_of_different_clauses_are_no_phrase() {
        assert!(phrases(&["night | bus"; 9]).is_empty());
    }

    #[test]
    fn part_of_a_longer_phrase_is_no_phrase_of_its_own() {
        let mut texts =
            vec!["ask valley youth council", "tell valley youth council", "valley youth council | valley road"];
        texts.extend([
            "road tax",
            "ask road",
            "tell tax",
            "tax road",
            "snow road",
            "snow tax",
            "ask snow",
            "tell snow",
        ]);
        let found = phrases(&texts.repeat(3));
        assert_eq!(
            found.iter().map(|(phrase, ..)| phrase.as_str()).collect::<Vec<_>>(),
            ["road tax", "valley youth council"]
        );
    }

    #[test]
    fn a_name_written_with_capitals_needs_two_answers() {
        let found = phrases(&["ask Moreno Trust", "call Moreno Trust", "trust us"]);
        assert_eq!(found, [("moreno trust".into(), 2, true)]);
        assert!(phrases(&["ask moreno trust", "call moreno trust"]).is_empty());
    }

    /// What [`mine`] finds, with every run counted and gone on from.
    fn naive(texts: &[&[Element]], is_general: &dyn Fn(u32) -> bool) -> Vec<Phrase> {
        let (n_pairs, _, lasts) = marginals(&[texts]);
        let mut found: Vec<Candidate> = Vec::new();
        let mut numbers: BTreeMap<(u32, Vec<Step>), u32> = BTreeMap::new();
        for length in 2..=MAX_TERMS {
            let mut counts: BTreeMap<(u32, Vec<Step>), Count> = BTreeMap::new();
            for text in texts {
                let mut of_text: BTreeMap<(u32, Vec<Step>), (u32, bool)> = BTreeMap::new();
                for run in text.windows(length) {
                    let steps: Option<Vec<Step>> = run[1..].iter().map(|element| element.step()).collect();
                    let Some(steps) = steps else { continue };
                    let (n, is_capital) = of_text.entry((run[0].term, steps)).or_default();
                    *n += 1;
                    *is_capital |= run.iter().all(|element| element.is_capital());
                }
                for (run, (occurrences, is_capital)) in of_text {
                    let count = Count { occurrences, texts: 1, capital_texts: u32::from(is_capital) };
                    counts.entry(run).or_default().add(count);
                }
            }
            for ((first, steps), count) in counts.iter().filter(|(_, count)| count.texts >= MIN_NAME_TEXTS) {
                let (last, before) = steps.split_last().expect("a run has a step");
                let from = numbers.get(&(*first, before.to_vec())).copied();
                let weakest = from.map_or((f64::INFINITY, f64::INFINITY), |from| {
                    (found[from as usize].association, found[from as usize].cohesion)
                });
                let goes_on = counts.iter().filter(|((a, b), _)| a == first && b.starts_with(before));
                let n_before: u32 = goes_on.map(|(_, count)| count.occurrences).sum();
                let (together, before, behind) =
                    (f64::from(count.occurrences), f64::from(n_before), f64::from(lasts[last]));
                let association = log_likelihood(together, before, behind, n_pairs).min(weakest.0);
                let cohesion = (together / before.min(behind).max(1.0)).min(weakest.1);
                numbers.insert((*first, steps.clone()), found.len() as u32);
                let (from, length) = (from.unwrap_or(*first), length as u8);
                found.push(Candidate { from, length, last: *last, count: *count, association, cohesion });
            }
        }
        select(&found, is_general)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn runs_that_are_not_counted_or_not_gone_on_from_make_no_phrase(
            texts in proptest::collection::vec(
                proptest::collection::vec((0_u32..24, 1_u32..6, 0_u32..8, 0_u8..4), 0..5), 10..60
            )
        ) {
            // A text is of pieces: terms that follow each other in all texts, so that some runs are held together well and others are not.
            let piece = |(at, (first, n, inner, capital)): (usize, &(u32, u32, u32, u8))| -> Vec<Element> {
                let apart = at == 0 || *inner == 7;
                let element = |nth: u32| {
                    let inner = if nth > 0 { 0 } else if apart { APART } else { inner / 6 };
                    Element::new((first + nth) % 24, inner, *first > 20 || *capital == 0)
                };
                (0..*n).map(element).collect()
            };
            let texts: Vec<Vec<Element>> =
                texts.iter().map(|text| text.iter().enumerate().flat_map(piece).collect()).collect();
            let texts: Vec<&[Element]> = texts.iter().map(Vec::as_slice).collect();
            let is_general = |term: u32| term == 0;
            prop_assert_eq!(mine(&texts, &is_general), naive(&texts, &is_general));
        }
    }

    #[test]
    fn the_log_likelihood_matches_a_table_worked_by_hand() {
        // Observed 3, 1, 1, 5 of 10; expected 1.6, 2.4, 2.4, 3.6.
        let sum = 3.0 * libm::log(3.0 / 1.6) + 2.0 * libm::log(1.0 / 2.4) + 5.0 * libm::log(5.0 / 3.6);
        assert!((log_likelihood(3.0, 4.0, 4.0, 10.0) - 2.0 * sum).abs() < 1e-12);
        assert!(log_likelihood(1.0, 4.0, 4.0, 10.0).abs() < 1e-12);
    }

    #[test]
    fn patterns_are_found_wherever_they_stand_also_within_each_other() {
        let (texts, words) = elements(&["old night bus stop", "night bus | stop"]);
        let term = |word: &str| words.binary_search(&word.to_owned()).expect("a word") as u32;
        let step = |word: &str| (0, term(word));
        let mut patterns = Patterns::default();
        patterns.add(term("night"), &[step("bus"), step("stop")], 0);
        patterns.add(term("night"), &[step("bus")], 1);
        patterns.add(term("bus"), &[step("stop")], 2);
        assert_eq!(patterns.find(&texts[0]), [(1, 2, 1), (1, 3, 0), (2, 3, 2)]);
        assert_eq!(patterns.find(&texts[1]), [(0, 1, 1)]);
    }
}
