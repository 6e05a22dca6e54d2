//! How well coders agree who may put an item into several codes, or into none: Cohen's kappa, Krippendorff's alpha, F1; and how sure that is.

use crate::seeds::{Purpose, stream};
use rand_xoshiro::Xoshiro256Plus;
use rand_xoshiro::rand_core::{RngCore, SeedableRng};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// How often two coders say yes and no to one code, of the same items, each with its weight.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Pairing {
    /// Both say yes.
    pub both: f64,
    /// Only the first does.
    pub only_a: f64,
    /// Only the second does.
    pub only_b: f64,
    /// Neither does.
    pub neither: f64,
}

impl Pairing {
    /// Adds an item.
    pub fn add(&mut self, a: bool, b: bool, weight: f64) {
        *match (a, b) {
            (true, true) => &mut self.both,
            (true, false) => &mut self.only_a,
            (false, true) => &mut self.only_b,
            (false, false) => &mut self.neither,
        } += weight;
    }

    /// Of what the first puts in, the share that the second does too; none if the first puts nothing in.
    pub fn precision(&self) -> Option<f64> {
        share(self.both, self.both + self.only_a)
    }

    /// Of what the second puts in, the share that the first does too; none if the second puts nothing in.
    pub fn recall(&self) -> Option<f64> {
        share(self.both, self.both + self.only_b)
    }

    /// The harmonic mean of both, 0 to 1: 2·both / (2·both + only one); none if neither coder puts anything in.
    pub fn f1(&self) -> Option<f64> {
        share(2.0 * self.both, 2.0 * self.both + self.only_a + self.only_b)
    }

    /// Cohen's kappa: agreement above what two coders would have by chance, each with its own share of yes; none where chance leaves no
    /// room, as when both say yes to everything or to nothing.
    ///
    /// # Source
    /// Cohen (1960), "A coefficient of agreement for nominal scales".
    pub fn kappa(&self) -> Option<f64> {
        let n = self.both + self.only_a + self.only_b + self.neither;
        let (a, b) = (self.both + self.only_a, self.both + self.only_b);
        let observed = share(self.both + self.neither, n)?;
        let expected = (a * b + (n - a) * (n - b)) / (n * n);
        share(observed - expected, 1.0 - expected)
    }

    /// Krippendorff's alpha, nominal, as [`alpha`] gives it for two coders of these many items; none where both say the same of all of them
    /// and leave nothing to tell apart.
    pub fn alpha(&self, n_items: usize) -> Option<f64> {
        let each = share(self.both + self.only_a + self.only_b + self.neither, n_items as f64)?;
        let apart = (self.only_a + self.only_b) / each;
        let (yes, n) = (2.0 * self.both / each + apart, 2.0 * n_items as f64);
        Some(1.0 - share((n - 1.0) * apart, yes * (n - yes))?)
    }
}

/// A quotient, where there is one.
fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 1e-12).then(|| part / whole)
}

/// What coders said of an item: a value of each who said anything, and the item's weight.
#[derive(Clone, Debug, PartialEq)]
pub struct CodedItem {
    /// Values by number; of equal numbers it is agreed.
    pub values: Vec<u32>,
    /// What the item counts; 1 where all count alike.
    pub weight: f64,
}

/// Krippendorff's alpha: 1 - observed / expected disagreement; 1 if all agree, 0 if by chance. None where fewer than two different values stand in
/// items that two coders or more said something of.
///
/// `distance`: how different two values are, 0 for equal ones; nominal: 1 for all others.
///
/// # Shape
/// Weights are brought to a mean of 1, so that the number of values stays what it is.
///
/// # Source
/// Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability".
pub fn alpha<'i>(items: impl IntoIterator<Item = &'i CodedItem>, distance: &dyn Fn(u32, u32) -> f64) -> Option<f64> {
    let items: Vec<&CodedItem> = items.into_iter().filter(|item| item.values.len() > 1).collect();
    let total: f64 = items.iter().map(|item| item.weight).sum();
    let mean = share(total, items.len() as f64)?;
    let mut coincidences: BTreeMap<(u32, u32), f64> = BTreeMap::new();
    for item in items {
        let each = share(item.weight, mean)? / (item.values.len() - 1) as f64;
        for (at, a) in item.values.iter().enumerate() {
            for b in item.values.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, b)| b) {
                *coincidences.entry((*a, *b)).or_default() += each;
            }
        }
    }
    let mut of_value: BTreeMap<u32, f64> = BTreeMap::new();
    for ((a, _), n) in &coincidences {
        *of_value.entry(*a).or_default() += n;
    }
    let n: f64 = of_value.values().sum();
    let observed: f64 = coincidences.iter().map(|((a, b), n)| n * distance(*a, *b)).sum();
    let mut expected = 0.0;
    for (a, n_a) in &of_value {
        for (b, n_b) in of_value.iter().filter(|(b, _)| *b != a) {
            expected += n_a * n_b * distance(*a, *b);
        }
    }
    // Fewer than two values leave nothing to agree about.
    Some(1.0 - share(observed * (n - 1.0), expected)?)
}

/// The nominal distance: 1 between different values.
pub fn nominal(a: u32, b: u32) -> f64 {
    f64::from(u8::from(a != b))
}

/// How different two sets of codes are, 0 to 1: 1 - Jaccard similarity · monotonicity, which is 1 for equal sets, 2/3 where one holds the
/// other, 1/3 where they overlap and 0 where they share nothing. Two empty sets are equal.
///
/// # Source
/// Passonneau (2006), "Measuring Agreement on Set-valued Items (MASI) for Semantic and Pragmatic Annotation".
pub fn masi(a: &BTreeSet<u32>, b: &BTreeSet<u32>) -> f64 {
    if a == b {
        return 0.0;
    }
    let (shared, all) = (a.intersection(b).count(), a.union(b).count());
    let monotonicity = match shared {
        0 => 0.0,
        _ if a.is_subset(b) || b.is_subset(a) => 2.0 / 3.0,
        _ => 1.0 / 3.0,
    };
    1.0 - shared as f64 / all as f64 * monotonicity
}

/// From where to where a figure goes in 95 of 100 resamples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// The 2.5th percentile.
    pub low: f64,
    /// The 97.5th.
    pub high: f64,
}

/// Percentile intervals of figures over items that are drawn again, with replacement, stratum by stratum.
///
/// `strata`: for each item its stratum; one with a single item is drawn together with the next, as alone it would never vary.
/// `figures`: the figures for some items, by their places, which may come several times; always equally many.
///
/// # Guarantees
/// The same bits at any thread count. A figure that fewer than half of the resamples have has no interval.
///
/// # Source
/// Efron & Tibshirani (1993), "An Introduction to the Bootstrap", sections 8 and 13.3.
pub fn bootstrap(
    strata: &[u32],
    n_resamples: u32,
    seed: u64,
    figures: &(dyn Fn(&[u32]) -> Vec<Option<f64>> + Sync),
) -> Vec<Option<Interval>> {
    let groups = collapsed(strata);
    let drawn: Vec<Vec<Option<f64>>> = (0..n_resamples)
        .into_par_iter()
        .map(|resample| {
            let seed = stream(seed, Purpose::Bootstrap, u64::from(resample));
            let mut random = Xoshiro256Plus::seed_from_u64(seed);
            let mut items = Vec::with_capacity(strata.len());
            for group in &groups {
                items.extend((0..group.len()).map(|_| group[below(&mut random, group.len())]));
            }
            figures(&items)
        })
        .collect();
    let n_figures = drawn.first().map_or(0, Vec::len);
    let interval = |figure: usize| {
        let mut values: Vec<f64> = drawn.iter().filter_map(|figures| figures[figure]).collect();
        if values.is_empty() || values.len() * 2 < drawn.len() {
            return None;
        }
        values.sort_unstable_by(f64::total_cmp);
        // The outermost values that leave no more than 2.5 % beyond them, in whole numbers.
        let beyond = values.len() / 40;
        Some(Interval { low: values[beyond], high: values[values.len() - 1 - beyond] })
    };
    (0..n_figures).map(interval).collect()
}

/// A number below `n`, which is small beside 2⁶⁴.
fn below(random: &mut Xoshiro256Plus, n: usize) -> usize {
    ((u128::from(random.next_u64()) * n as u128) >> 64) as usize
}

/// The items of each stratum, in the order of strata; of a single item with those of the next.
fn collapsed(strata: &[u32]) -> Vec<Vec<u32>> {
    let mut of_stratum: BTreeMap<u32, Vec<u32>> = BTreeMap::new();
    for (item, stratum) in (0..).zip(strata) {
        of_stratum.entry(*stratum).or_default().push(item);
    }
    let mut groups: Vec<Vec<u32>> = Vec::new();
    let mut held: Vec<u32> = Vec::new();
    for items in of_stratum.into_values() {
        held.extend(items);
        if held.len() > 1 {
            groups.push(std::mem::take(&mut held));
        }
    }
    match groups.last_mut() {
        Some(last) => last.extend(held),
        None if held.is_empty() => {}
        None => groups.push(held),
    }
    groups
}

/// Some of these many things, drawn without replacement, in the order in which they are drawn; all if there are fewer.
///
/// `index`: of one seed and index the same order, whatever `n` is.
pub fn draw(n_things: usize, n: usize, seed: u64, index: u64) -> Vec<usize> {
    let mut random = Xoshiro256Plus::seed_from_u64(stream(seed, Purpose::HandSample, index));
    let mut things: Vec<usize> = (0..n_things).collect();
    let n = n.min(n_things);
    for place in 0..n {
        let other = place + below(&mut random, n_things - place);
        things.swap(place, other);
    }
    things.truncate(n);
    things
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn close(found: Option<f64>, expected: f64) -> bool {
        found.is_some_and(|found| (found - expected).abs() < 5e-4)
    }

    /// Krippendorff (2011), section C: four observers, twelve units, values missing; there alpha is 0.743.
    #[test]
    fn alpha_of_the_published_example_with_missing_values() {
        let observers = [
            [1, 2, 3, 3, 2, 1, 4, 1, 2, 0, 0, 0],
            [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, 0, 3],
            [0, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 0],
            [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, 0],
        ];
        let unit = |at: usize| observers.iter().map(|values| values[at]).filter(|value| *value > 0).collect();
        let items: Vec<CodedItem> = (0..12).map(|at| CodedItem { values: unit(at), weight: 1.0 }).collect();
        assert!(close(alpha(&items, &nominal), 0.743), "{:?}", alpha(&items, &nominal));
        // Interval distances give 0.849 there.
        let interval = |a: u32, b: u32| f64::from(a.abs_diff(b) * a.abs_diff(b));
        assert!(close(alpha(&items, &interval), 0.849), "{:?}", alpha(&items, &interval));
    }

    /// Krippendorff (2011), section A: two observers, ten units, binary; there alpha is 0.095.
    #[test]
    fn alpha_of_the_published_binary_example() {
        let a = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0];
        let b = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0];
        let items: Vec<CodedItem> =
            a.iter().zip(b).map(|(a, b)| CodedItem { values: vec![*a, b], weight: 2.0 }).collect();
        assert!(close(alpha(&items, &nominal), 0.095), "{:?}", alpha(&items, &nominal));
    }

    #[test]
    fn kappa_and_f1_worked_by_hand() {
        // Observed (20 + 15) / 50 = 0.7; expected (25·30 + 25·20) / 2500 = 0.5.
        let pairing = Pairing { both: 20.0, only_a: 5.0, only_b: 10.0, neither: 15.0 };
        assert!(close(pairing.kappa(), 0.4), "{:?}", pairing.kappa());
        assert!(close(pairing.precision(), 0.8) && close(pairing.recall(), 2.0 / 3.0));
        assert!(close(pairing.f1(), 40.0 / 55.0));
        let nothing = Pairing { neither: 9.0, ..Pairing::default() };
        assert_eq!((nothing.f1(), nothing.kappa(), nothing.precision()), (None, None, None));
    }

    #[test]
    fn sets_differ_by_what_they_share_and_how() {
        let set = |codes: &[u32]| codes.iter().copied().collect::<BTreeSet<u32>>();
        let found = [
            masi(&set(&[1, 2]), &set(&[1, 2])),
            masi(&set(&[1]), &set(&[1, 2])),
            masi(&set(&[1, 2]), &set(&[2, 3])),
            masi(&set(&[1]), &set(&[])),
            masi(&set(&[]), &set(&[])),
        ];
        let expected = [0.0, 1.0 - 0.5 * 2.0 / 3.0, 1.0 - 1.0 / 3.0 / 3.0, 1.0, 0.0];
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{found:?}");
    }

    #[test]
    fn the_interval_of_a_share_is_that_of_the_binomial() {
        // 40 of 100 yes: mean 0.4, standard deviation 0.049; 95 of 100 within 0.304 and 0.496.
        let share = |items: &[u32]| vec![Some(items.iter().filter(|item| **item < 40).count() as f64 / 100.0), None];
        let found = bootstrap(&[0; 100], 4000, 1, &share);
        let Interval { low, high } = found[0].unwrap();
        assert!((low - 0.304).abs() < 0.015 && (high - 0.496).abs() < 0.015, "{low} {high}");
        assert_eq!(found[1], None);
        // Strata of which each says one thing leave nothing to chance.
        let strata: Vec<u32> = (0..100).map(|item| u32::from(item < 40)).collect();
        let found = bootstrap(&strata, 100, 1, &share)[0].unwrap();
        assert!((found.low - 0.4).abs() < 1e-12 && (found.high - 0.4).abs() < 1e-12);
    }

    #[test]
    fn intervals_are_the_same_at_any_thread_count() {
        let figures = |items: &[u32]| vec![Some(items.iter().map(|item| f64::from(*item) * 0.1).sum::<f64>())];
        let strata: Vec<u32> = (0..57).map(|item| item % 5).collect();
        let found = [1, 2, 8].map(|threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| bootstrap(&strata, 500, 7, &figures))
        });
        assert_eq!(found[0], found[1]);
        assert_eq!(found[0], found[2]);
        assert_ne!(found[0], bootstrap(&strata, 500, 8, &figures));
    }

    #[test]
    fn a_stratum_of_one_is_drawn_with_the_next() {
        assert_eq!(collapsed(&[2, 1, 1, 3, 0]), [vec![4, 1, 2], vec![0, 3]]);
        assert_eq!(collapsed(&[0, 0, 5]), [vec![0, 1, 2]]);
        assert_eq!(collapsed(&[5]), [vec![0]]);
    }

    proptest! {
        #[test]
        fn figures_stay_within_their_bounds(items in vec((0_u32..2, 0_u32..2, 1_u32..9), 0..40)) {
            let mut pairing = Pairing::default();
            for (a, b, weight) in &items {
                pairing.add(*a == 1, *b == 1, f64::from(*weight));
            }
            for (figure, least) in [(pairing.f1(), 0.0), (pairing.kappa(), -1.0), (pairing.precision(), 0.0)] {
                prop_assert!(figure.is_none_or(|figure| (least - 1e-9..=1.0 + 1e-9).contains(&figure)), "{:?}", figure);
            }
            let coded = |(a, b, weight): &(u32, u32, u32)| CodedItem { values: vec![*a, *b], weight: f64::from(*weight) };
            let coded: Vec<CodedItem> = items.iter().map(coded).collect();
            let (found, short) = (alpha(&coded, &nominal), pairing.alpha(items.len()));
            prop_assert!(found.is_none_or(|alpha| (-1.0 - 1e-9..=1.0 + 1e-9).contains(&alpha)));
            prop_assert_eq!(found.is_some(), short.is_some());
            prop_assert!((found.unwrap_or_default() - short.unwrap_or_default()).abs() < 1e-9, "{:?} {:?}", found, short);
        }

        #[test]
        fn a_draw_holds_each_thing_once(n_things in 0_usize..60, n in 0_usize..80, seed in 0_u64..9) {
            let drawn = draw(n_things, n, seed, 0);
            let distinct: BTreeSet<usize> = drawn.iter().copied().collect();
            prop_assert_eq!(distinct.len(), n.min(n_things));
            prop_assert_eq!(drawn.len(), n.min(n_things));
            prop_assert!(drawn.iter().all(|thing| *thing < n_things));
        }
    }
}
