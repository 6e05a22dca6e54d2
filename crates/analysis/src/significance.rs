//! Whether a share stands out by more than chance.

use crate::numeric::{exp, ln};

/// 95 of 100 draws of the standard normal distribution lie no further from 0.
const NORMAL_95: f64 = 1.959_963_984_540_054;
/// Outcomes within this factor of the observed one's probability count as equally likely: their sums are rounded.
const TIE: f64 = 1.0 + 1e-7;

/// Fisher's exact test for groups of one population.
///
/// # Cost
/// Eight bytes for each member of the population, once; each test at most as many steps as the group has members.
#[derive(Clone, Debug)]
pub struct FisherTest {
    /// ln(n!) for each n up to the population's size.
    log_factorials: Vec<f64>,
}

impl FisherTest {
    /// For a population of `n_all`.
    pub fn new(n_all: u64) -> Self {
        let mut log_factorials = Vec::with_capacity(n_all as usize + 1);
        let mut sum = 0.0;
        log_factorials.push(sum);
        for n in 1..=n_all {
            sum += ln(n as f64);
            log_factorials.push(sum);
        }
        Self { log_factorials }
    }

    /// The two-sided p-value: how likely it is that a group of `n_group` drawn from all holds a number of the `n_marked` members that
    /// is no more likely than `n_both`. 0 to 1.
    ///
    /// Numbers that no group can have give 1.
    ///
    /// # Source
    /// Fisher (1935), Journal of the Royal Statistical Society 98: 39; two-sided as in R's `fisher.test`
    pub fn p_value(&self, n_both: u64, n_group: u64, n_marked: u64) -> f64 {
        let n_all = self.log_factorials.len() as u64 - 1;
        if n_group > n_all || n_marked > n_all {
            return 1.0;
        }
        let (low, high) = ((n_group + n_marked).saturating_sub(n_all), n_group.min(n_marked));
        if !(low..=high).contains(&n_both) {
            return 1.0;
        }
        let choose = |n: u64, k: u64| {
            let of = |n: u64| self.log_factorials[n as usize];
            of(n) - of(k) - of(n - k)
        };
        let all = choose(n_all, n_group);
        let probability = |n: u64| exp(choose(n_marked, n) + choose(n_all - n_marked, n_group - n) - all);
        let bound = probability(n_both) * TIE;
        let sum: f64 = (low..=high).map(probability).filter(|p| *p <= bound).sum();
        sum.min(1.0)
    }
}

/// How strongly two things go together: Dunning's G² of the four counts. Chance alone passes 10.83 once in a thousand cases.
///
/// `n_both` of `n_all` are both; `n_a` are the one and `n_b` the other. 0 where they stand together no more often than chance would have it, and
/// for numbers that cannot be.
///
/// # Source
/// Dunning (1993), Computational Linguistics 19: 61
pub fn g_squared(n_both: u64, n_a: u64, n_b: u64, n_all: u64) -> f64 {
    if n_both > n_a.min(n_b) || n_a.max(n_b) > n_all || n_a + n_b - n_both > n_all {
        return 0.0;
    }
    let (both, a, b, all) = (n_both as f64, n_a as f64, n_b as f64, n_all as f64);
    if both * all <= a * b {
        return 0.0;
    }
    let part = |observed: f64, expected: f64| if observed > 0.0 { observed * ln(observed / expected) } else { 0.0 };
    let (not_a, not_b) = (all - a, all - b);
    2.0 * (part(both, a * b / all)
        + part(a - both, a * not_b / all)
        + part(b - both, not_a * b / all)
        + part(all - a - b + both, not_a * not_b / all))
}

/// From where to where the difference of two shares goes, the second less the first, in 95 of 100 pairs of samples. Each share is `(n, of)`.
///
/// A share of nothing may be anything from 0 to 1.
///
/// # Guarantees
/// From -1 to 1, the lower first; the difference itself lies between.
///
/// # Source
/// Newcombe (1998), Statistics in Medicine 17: 873, method 10: by the score intervals of Wilson (1927)
pub fn difference_of_shares(first: (u64, u64), second: (u64, u64)) -> (f64, f64) {
    let score = |(n, of): (u64, u64)| -> (f64, f64, f64) {
        if of == 0 {
            return (0.5, 0.0, 1.0);
        }
        let (n, of) = (n.min(of) as f64, of as f64);
        let z = NORMAL_95 * NORMAL_95;
        let share = n / of;
        let half = NORMAL_95 * (z + 4.0 * n * (1.0 - share)).sqrt();
        let bound = |sign: f64| ((2.0 * n + z + sign * half) / (2.0 * (of + z))).clamp(0.0, 1.0);
        (share, bound(-1.0).min(share), bound(1.0).max(share))
    };
    let ((p1, low1, high1), (p2, low2, high2)) = (score(first), score(second));
    let difference = p2 - p1;
    let below = ((p2 - low2) * (p2 - low2) + (high1 - p1) * (high1 - p1)).sqrt();
    let above = ((high2 - p2) * (high2 - p2) + (p1 - low1) * (p1 - low1)).sqrt();
    ((difference - below).max(-1.0), (difference + above).min(1.0))
}

/// p-values adjusted so that of those below a bound no greater share is expected to be chance.
///
/// # Guarantees
/// In the order given; each is at least the p-value, and 1 at most.
///
/// # Source
/// Benjamini & Hochberg (1995), Journal of the Royal Statistical Society B 57: 289
pub fn adjusted(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*b].total_cmp(&p_values[*a]).then(b.cmp(a)));
    let mut adjusted = vec![1.0; p_values.len()];
    let mut least = 1.0_f64;
    for (at, idx) in order.into_iter().enumerate() {
        let place = p_values.len() - at;
        least = least.min(p_values[idx] * p_values.len() as f64 / place as f64);
        adjusted[idx] = least;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_values_are_those_of_the_exact_test() {
        let p = |n_both, n_group, n_marked, n_all| FisherTest::new(n_all).p_value(n_both, n_group, n_marked);
        // Fisher's tea: 2 * (1 + 16) / 70.
        assert!((p(3, 4, 4, 8) - 34.0 / 70.0).abs() < 1e-12);
        // All five of a group of five, and nobody else: 1 / C(10, 5), twice.
        assert!((p(5, 5, 5, 10) - 2.0 / 252.0).abs() < 1e-12);
        // Fisher's convicted twins: 10 of 13, and 2 of 17.
        assert!((p(10, 13, 12, 30) - 0.000_536_724).abs() < 1e-8, "{}", p(10, 13, 12, 30));
        assert!((p(2, 4, 4, 8) - 1.0).abs() < 1e-12);
        assert!((p(9, 4, 4, 8) - 1.0).abs() < f64::EPSILON, "no group holds more than it has");
    }

    #[test]
    fn differences_of_shares_have_the_intervals_of_the_paper() {
        let is = |(first, second): ((u64, u64), (u64, u64)), low: f64, high: f64| {
            let found = difference_of_shares(first, second);
            assert!((found.0 - low).abs() < 5e-5 && (found.1 - high).abs() < 5e-5, "{found:?}");
        };
        // Newcombe's table II, method 10: 56/70 - 48/80, 9/10 - 3/10, 10/10 - 0/10.
        is(((48, 80), (56, 70)), 0.0524, 0.3339);
        is(((3, 10), (9, 10)), 0.1705, 0.8090);
        is(((0, 10), (10, 10)), 0.6075, 1.0);
        // Of nothing any share may be.
        is(((5, 5), (0, 0)), -1.0, 0.1624);
    }

    #[test]
    fn large_populations_have_p_values_too() {
        let test = FisherTest::new(100_000);
        let p = test.p_value(3_300, 10_000, 30_000);
        assert!((1e-15..1e-8).contains(&p), "{p}");
        assert!(test.p_value(3_000, 10_000, 30_000) > 0.99);
    }

    #[test]
    fn adjusted_values_are_those_of_benjamini_and_hochberg() {
        let of = adjusted(&[0.01, 0.04, 0.03, 0.005]);
        let expected = [0.02, 0.04, 0.04, 0.02];
        assert!(of.iter().zip(expected).all(|(a, b): (&f64, f64)| (a - b).abs() < 1e-12), "{of:?}");
        assert!(adjusted(&[]).is_empty());
        assert!(adjusted(&[0.9, 0.95]).iter().all(|q| *q <= 1.0));
    }

    #[test]
    fn association_is_dunnings_and_one_sided() {
        // Worked by hand: 2 (10 ln(10/2.4) + 2 ln(2/9.6) + 10 ln(10/17.6) + 78 ln(78/70.4)).
        let by_hand =
            2.0 * (10.0 * ln(10.0 / 2.4) + 2.0 * ln(2.0 / 9.6) + 10.0 * ln(10.0 / 17.6) + 78.0 * ln(78.0 / 70.4));
        assert!((g_squared(10, 12, 20, 100) - by_hand).abs() < 1e-9);
        assert!((by_hand - 26.95).abs() < 0.1, "{by_hand}");
        for (both, a, b, all) in [(2, 20, 10, 100), (0, 5, 5, 10), (9, 5, 9, 20), (1, 30, 1, 20), (0, 8, 8, 10)] {
            assert!(g_squared(both, a, b, all).abs() < f64::EPSILON, "{both} {a} {b} {all}");
        }
        assert!(g_squared(5, 5, 5, 10) > 10.83);
    }
}
