//! Themes that are given, not found: what a code frame says is in them.

use super::{Basis, Found, Theme, ThemeInput, Themes, WeightedTerm, association, with_strengths};

/// A theme that is given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GivenTheme {
    /// The terms that put points into it.
    pub terms: Vec<u32>,
    /// The rows of its points, ascending.
    pub points: Vec<u32>,
}

/// Terms that describe a theme at most.
const MAX_COMPANIONS: usize = 10;
/// A companion stands in at least so many points of the theme.
const MIN_TOGETHER: u32 = 2;

/// Weighs the terms of given themes, finds the terms that stand beside them, and measures how well each point fits each of its themes.
///
/// Terms weigh as many answers as hold them among the theme's points, near-duplicates counted once; a term in none of them weighs 0.
///
/// # Guarantees
/// Themes and points stay in the order given.
pub fn describe_themes(input: &ThemeInput<'_>, given: &[GivenTheme], basis: Basis) -> Themes {
    let mut frequencies = vec![0_u32; input.counts.n_columns()];
    for row in 0..input.counts.n_rows() {
        for term in input.counts.columns_of(row) {
            frequencies[*term as usize] += 1;
        }
    }
    let mut together = vec![0_u32; input.counts.n_columns()];
    let found = given.iter().map(|given| {
        let points = &given.points;
        let companions = companions(input, given, &frequencies, &mut together);
        let size = |term: &u32| {
            let holding = points.iter().filter(|point| input.counts.columns_of(**point as usize).contains(term));
            let mut groups: Vec<u32> =
                holding.map(|point| input.groups[input.responses[*point as usize] as usize]).collect();
            groups.sort_unstable();
            groups.dedup();
            groups.len() as f64
        };
        let sizes: Vec<f64> = given.terms.iter().map(size).collect();
        let total = sizes.iter().fold(0.0, |sum, size| sum + size).max(1.0);
        let terms = given.terms.iter().zip(sizes);
        let terms = terms.map(|(term_idx, size)| WeightedTerm { term_idx: *term_idx, weight: size / total });
        Found { theme: Theme { terms: terms.collect(), companions }, points: points.clone() }
    });
    let found = found.collect();
    Themes { basis, ..with_strengths(input.counts, found) }
}

/// The terms that stand in the points of a theme more often than chance would have it. `together` is zero before and after.
fn companions(
    input: &ThemeInput<'_>,
    given: &GivenTheme,
    frequencies: &[u32],
    together: &mut [u32],
) -> Vec<WeightedTerm> {
    let mut touched: Vec<u32> = Vec::new();
    for point in &given.points {
        for term in input.counts.columns_of(*point as usize) {
            if together[*term as usize] == 0 {
                touched.push(*term);
            }
            together[*term as usize] += 1;
        }
    }
    let share = given.points.len() as f64 / input.counts.n_rows().max(1) as f64;
    let mut companions: Vec<WeightedTerm> = Vec::new();
    for term_idx in touched {
        let count = std::mem::take(&mut together[term_idx as usize]);
        let expected = f64::from(frequencies[term_idx as usize]) * share;
        if count >= MIN_TOGETHER && f64::from(count) > expected && !given.terms.contains(&term_idx) {
            companions.push(WeightedTerm { term_idx, weight: association(count.into(), expected) });
        }
    }
    companions.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.term_idx.cmp(&b.term_idx)));
    companions.truncate(MAX_COMPANIONS);
    companions
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{each, with_input};
    use super::*;

    #[test]
    fn given_themes_keep_their_points_and_are_described_by_what_stands_beside_their_terms() {
        // 0 and 1 stand together, 2 stands in every other point, 3 by itself.
        let rows = vec![vec![0, 1], vec![0, 1, 2], vec![0, 1], vec![2, 3], vec![3], vec![2, 3]];
        let given = [
            GivenTheme { terms: vec![0], points: vec![0, 1, 2] },
            GivenTheme { terms: vec![3, 9], points: vec![2, 3, 4, 5] },
            GivenTheme::default(),
        ];
        let themes = with_input(&rows, 10, &each(&rows), |input| describe_themes(input, &given, Basis::default()));
        let members: Vec<(u32, u32)> = themes.memberships.iter().map(|of| (of.theme_idx, of.point_idx)).collect();
        assert_eq!(members, [(0, 0), (0, 1), (0, 2), (1, 2), (1, 3), (1, 4), (1, 5)]);
        assert_eq!(themes.themes[0].companions.iter().map(|term| term.term_idx).collect::<Vec<_>>(), [1]);
        let weights: Vec<f64> = themes.themes[1].terms.iter().map(|term| term.weight).collect();
        assert_eq!(weights, [1.0, 0.0]);
        // A point put in by hand that shares nothing with the others fits least.
        let strength = |point: u32| themes.memberships.iter().find(|of| of.theme_idx == 1 && of.point_idx == point);
        assert!(strength(2).unwrap().strength < strength(4).unwrap().strength);
        assert!(themes.themes[2].terms.is_empty());
    }
}
