//! Which written names are one.

use super::words::NameWords;
use canvass_text::Abbreviations;
use std::collections::{BTreeMap, BTreeSet};

/// A slip of one letter is looked for in keys of so many letters.
const SLIP_LENGTH: usize = 8;

/// For each key what it counts as: itself, or another key.
pub(super) struct Merged {
    of: BTreeMap<String, String>,
}

impl Merged {
    /// `counts` are the respondents of each key; `texts` the answers, where they define abbreviations.
    ///
    /// An abbreviation counts as what it stands for, if the answers define it in one way. A key of eight letters or more that differs in
    /// one letter from others counts as the one of them that has most respondents, if it has more; of equals the first by text. What
    /// counts as another is nobody else's.
    pub(super) fn new(counts: &BTreeMap<String, usize>, texts: &[&str], words: &NameWords) -> Self {
        let mut of: BTreeMap<String, String> = BTreeMap::new();
        let abbreviations = Abbreviations::collect(texts);
        for abbreviation in abbreviations.iter() {
            let Some(long) = abbreviation.long_form().map(|long| words.key(long)) else { continue };
            let shorts = abbreviation.short_forms.iter().map(|(short, _)| words.key(short));
            let other_longs = abbreviation.meant().map(|meant| words.key(meant));
            for key in shorts.chain(other_longs).filter(|key| *key != long && !key.is_empty()) {
                of.entry(key).or_insert_with(|| long.clone());
            }
        }
        let of = of.iter().filter(|(key, long)| !of.contains_key(*long) && *key != *long);
        let mut of: BTreeMap<String, String> = of.map(|(key, long)| (key.clone(), long.clone())).collect();
        let mut totals: BTreeMap<&str, usize> = BTreeMap::new();
        for (key, n) in counts {
            *totals.entry(of.get(key).unwrap_or(key)).or_default() += n;
        }
        let slips = slips(&totals);
        for (key, right) in slips {
            for known in of.values_mut().filter(|long| **long == key) {
                known.clone_from(&right);
            }
            of.insert(key, right);
        }
        Self { of }
    }

    /// What a key counts as.
    pub(super) fn of<'k>(&'k self, key: &'k str) -> &'k str {
        self.of.get(key).map_or(key, String::as_str)
    }
}

/// Keys that are slips of others, each with the right one.
fn slips(counts: &BTreeMap<&str, usize>) -> Vec<(String, String)> {
    let long: Vec<(&str, usize)> = (counts.iter())
        .filter(|(key, _)| key.chars().filter(|c| c.is_alphanumeric()).count() >= SLIP_LENGTH)
        .map(|(key, n)| (*key, *n))
        .collect();
    // Two keys that differ in one letter are the same without it, or one is the other without a letter.
    let mut alike: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (at, (key, _)) in long.iter().enumerate() {
        alike.entry((*key).to_owned()).or_default().push(at);
        for (from, c) in key.char_indices() {
            let mut without = (*key).to_owned();
            without.replace_range(from..from + c.len_utf8(), "");
            alike.entry(without).or_default().push(at);
        }
    }
    let mut better: BTreeMap<usize, usize> = BTreeMap::new();
    for keys in alike.values().filter(|keys| keys.len() > 1) {
        for a in keys {
            for b in keys {
                let ((one, n_one), (other, n_other)) = (long[*a], long[*b]);
                if n_other <= n_one || !differ_in_one_letter(one, other) {
                    continue;
                }
                let chosen = better.entry(*a).or_insert(*b);
                let (known, n_known) = long[*chosen];
                if (n_other, known) > (n_known, other) {
                    *chosen = *b;
                }
            }
        }
    }
    let wrong: BTreeSet<usize> = better.keys().copied().collect();
    let kept = better.iter().filter(|(_, right)| !wrong.contains(right));
    kept.map(|(key, right)| (long[*key].0.to_owned(), long[*right].0.to_owned())).collect()
}

/// Whether one letter is other, missing or too much; a digit that differs is another name.
fn differ_in_one_letter(a: &str, b: &str) -> bool {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let (short, long) = if a.len() <= b.len() { (&a, &b) } else { (&b, &a) };
    if long.len() - short.len() > 1 {
        return false;
    }
    let same = short.iter().zip(long).take_while(|(x, y)| x == y).count();
    let (left, right) = (&short[same..], &long[same..]);
    let is_slip = |c: Option<&char>| c.is_some_and(|c| c.is_alphabetic() || *c == ' ');
    if short.len() == long.len() {
        !left.is_empty() && left[1..] == right[1..] && is_slip(left.first()) && is_slip(right.first())
    } else {
        left == &right[1..] && is_slip(right.first())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(counts: &[(&str, usize)], texts: &[&str]) -> Vec<String> {
        let counts: BTreeMap<String, usize> = counts.iter().map(|(key, n)| ((*key).to_owned(), *n)).collect();
        let merged = Merged::new(&counts, texts, &NameWords::load());
        counts.keys().map(|key| merged.of(key).to_owned()).collect()
    }

    #[test]
    fn a_slip_counts_as_the_more_frequent_name() {
        assert_eq!(merged(&[("microcorp", 3), ("microkorp", 1), ("mikrocorp", 1)], &[]), ["microcorp"; 3]);
        assert_eq!(merged(&[("microcorp", 3), ("microcrp", 1)], &[]), ["microcorp"; 2]);
    }

    #[test]
    fn what_is_no_slip_is_left_apart() {
        assert_eq!(
            merged(&[("microcorp", 1), ("microkorp", 1)], &[]),
            ["microcorp", "microkorp"],
            "nobody knows which is right"
        );
        assert_eq!(merged(&[("window 10", 3), ("window 11", 1)], &[]), ["window 10", "window 11"], "a digit");
        assert_eq!(merged(&[("cat", 3), ("car", 1)], &[]), ["car", "cat"], "short");
        assert_eq!(merged(&[("microcorp", 3), ("mikrokorp", 1)], &[]), ["microcorp", "mikrokorp"], "two letters");
    }

    #[test]
    fn an_abbreviation_counts_as_what_the_answers_say_it_stands_for() {
        let texts = ["European Ferry Agency (EFA)", "EFA"];
        assert_eq!(merged(&[("efa", 4), ("european ferry agency", 1)], &texts), ["european ferry agency"; 2]);
        assert_eq!(merged(&[("efa", 4), ("european ferry agency", 1)], &[]), ["efa", "european ferry agency"]);
    }
}
