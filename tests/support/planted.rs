//! Two collections of generated resolutions that overlap where it is known.
//!
//! An item is four sentences about a subject: half of its words are drawn from the 24 words of the subject, the others from a vocabulary that all share, by
//! Zipf's law; around them stand function words and the formulas of the house. What is planted is one of [`Kind`].

use std::fmt::Write as _;

/// How an item of the second collection overlaps with one of the first.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Kind {
    /// Its words, all of them.
    Copy,
    /// One of its sentences, among others about another subject.
    Passage,
    /// Its sentences with three words in ten exchanged, one in ten dropped, and the others in another order.
    Reworded,
    /// New sentences about the same subject.
    Subject,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Copy, Self::Passage, Self::Reworded, Self::Subject];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Copy => "copy of the whole",
            Self::Passage => "one sentence copied",
            Self::Reworded => "reworded, reordered",
            Self::Subject => "same subject, new sentences",
        }
    }
}

/// The collections as csv, and the pairs that were planted: ids and kind.
#[derive(Debug)]
pub(crate) struct Planted {
    pub(crate) a: String,
    pub(crate) b: String,
    pub(crate) pairs: Vec<(String, String, Kind)>,
}

/// `SplitMix64`.
struct Draw(u64);

impl Draw {
    fn below(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut x = self.0;
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((x ^ (x >> 31)) % n as u64) as usize
    }

    fn shuffle<T>(&mut self, of: &mut [T]) {
        for at in (1..of.len()).rev() {
            let other = self.below(at + 1);
            of.swap(at, other);
        }
    }
}

const SENTENCES: usize = 4;
const WORDS: usize = 9;
const SUBJECT: usize = 24;
const VOCABULARY: usize = 3_000;
/// Words of the house, which any item may use.
const COMMON: usize = 400;

/// A word that no language has.
fn word(number: usize) -> String {
    const ONSETS: [&str; 14] = ["b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "t", "v", "st", "br"];
    const NUCLEI: [&str; 6] = ["a", "o", "u", "ai", "ou", "oo"];
    let (mut rest, mut text) = (number + 7_000, String::new());
    while rest > 0 {
        text.push_str(ONSETS[rest % 14]);
        rest /= 14;
        text.push_str(NUCLEI[rest % 6]);
        rest /= 6;
    }
    text + "k"
}

/// A number below `n`, the small ones more often.
fn zipf(draw: &mut Draw, n: usize) -> usize {
    let sums: Vec<usize> = (1..=n)
        .scan(0, |sum, rank| {
            *sum += 1_000_000 / rank;
            Some(*sum)
        })
        .collect();
    let at = draw.below(sums[n - 1]);
    sums.partition_point(|sum| *sum <= at)
}

fn subject(draw: &mut Draw) -> Vec<usize> {
    (0..SUBJECT).map(|_| COMMON + draw.below(VOCABULARY - COMMON)).collect()
}

/// Sentences as their words.
fn sentences(draw: &mut Draw, subject: &[usize]) -> Vec<Vec<usize>> {
    let any = |draw: &mut Draw| if draw.below(2) == 0 { subject[zipf(draw, SUBJECT)] } else { zipf(draw, COMMON) };
    (0..SENTENCES).map(|_| (0..WORDS).map(|_| any(draw)).collect()).collect()
}

fn reworded(draw: &mut Draw, sentences: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let mut made = sentences.to_vec();
    for sentence in &mut made {
        sentence.retain(|_| draw.below(10) > 0);
        for word in sentence.iter_mut() {
            if draw.below(10) < 3 {
                *word = COMMON + draw.below(VOCABULARY - COMMON);
            }
        }
        draw.shuffle(sentence);
    }
    draw.shuffle(&mut made);
    made
}

/// Sentences in letters, with function words between.
fn written(draw: &mut Draw, sentences: &[Vec<usize>]) -> String {
    const FORMULAS: [&str; 3] = [
        "The Assembly resolves that",
        "It instructs the Secretary to report on how",
        "It invites the members to say whether",
    ];
    const BETWEEN: [&str; 6] = [" of the ", " and ", " in the ", " with ", " ", " for the "];
    let mut text = String::new();
    for sentence in sentences {
        text.push_str(FORMULAS[draw.below(3)]);
        for (at, number) in sentence.iter().enumerate() {
            text.push_str(if at == 0 { " the " } else { BETWEEN[number % 6] });
            text.push_str(&word(*number));
        }
        text.push_str(". ");
    }
    text.trim_end().to_owned()
}

/// Two collections of `n` items, `each` of them with a partner of each kind.
pub(crate) fn planted(n: usize, each: usize, seed: u64) -> Planted {
    let mut draw = Draw(seed);
    let (mut a, mut b) = (String::from("id,text\n"), String::from("id,text\n"));
    let mut order: Vec<usize> = (0..n).collect();
    draw.shuffle(&mut order);
    let mut pairs = Vec::new();
    let mut rows = vec![String::new(); n];
    for (number, place) in order.iter().enumerate() {
        let about = subject(&mut draw);
        let ours = sentences(&mut draw, &about);
        let text = written(&mut draw, &ours);
        let _ = writeln!(a, "a{number},{text}");
        let other = subject(&mut draw);
        let theirs = match Kind::ALL.get(number / each) {
            Some(Kind::Copy) => text,
            Some(Kind::Passage) => {
                let passage = text.split(". ").nth(1).unwrap_or_default().to_owned();
                let own = sentences(&mut draw, &other);
                format!("{} {passage}.", written(&mut draw, &own[..3]))
            }
            Some(Kind::Reworded) => {
                let made = reworded(&mut draw, &ours);
                written(&mut draw, &made)
            }
            Some(Kind::Subject) => {
                let made = sentences(&mut draw, &about);
                written(&mut draw, &made)
            }
            None => {
                let made = sentences(&mut draw, &other);
                written(&mut draw, &made)
            }
        };
        if let Some(kind) = Kind::ALL.get(number / each) {
            pairs.push((format!("a{number}"), format!("b{place}"), *kind));
        }
        rows[*place] = format!("b{place},{theirs}\n");
    }
    b.extend(rows);
    Planted { a, b, pairs }
}
