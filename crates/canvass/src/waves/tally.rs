//! Where respondents stand towards the themes of a model.

use canvass_analysis::{Csr, Nearest};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a point stands towards the themes of a model. A respondent stands where the last of these is that a point of theirs has.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Standing {
    /// It has no word that can carry a theme.
    Silent,
    /// It fits none.
    Unlike,
    /// It holds no word of a theme, but is near this one.
    Near(u32),
    /// It is in a theme.
    Coded,
}

impl Standing {
    /// Where a point stands, then and now by one rule. `near`: the theme that its words are near; `says`: whether it has a word that can carry a theme.
    pub(crate) fn of(is_coded: bool, near: Option<Nearest>, says: bool) -> Self {
        match near {
            _ if is_coded => Self::Coded,
            Some(near) => Self::Near(near.theme_idx),
            None if says => Self::Unlike,
            None => Self::Silent,
        }
    }
}

/// How often the words of a model stand in each point, and how many other words do. For each point its words: by their place in the model,
/// or that they are in none.
///
/// # Shape
/// out: `n_points × n_terms`, and `n_points`.
pub(crate) fn words_of(points: impl Iterator<Item = Vec<Option<u32>>>, n_terms: usize) -> (Csr, Vec<u32>) {
    let (mut counts, mut n_unknown) = (Csr::new(n_terms), Vec::new());
    for words in points {
        let mut known: Vec<u32> = words.iter().copied().flatten().collect();
        n_unknown.push((words.len() - known.len()) as u32);
        counts.push_terms(&mut known);
    }
    (counts, n_unknown)
}

/// How many hold each term, by its number. `held`: terms and who holds them, as often as they do.
pub(crate) fn holding(mut held: Vec<(u32, u32)>, n_terms: usize) -> Vec<u64> {
    held.sort_unstable();
    held.dedup();
    let mut holding = vec![0; n_terms];
    for (term, _) in held {
        holding[term as usize] += 1;
    }
    holding
}

/// How many respondents stand where: each in one of these.
#[derive(Clone, Copy, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// In at least one theme.
    pub in_themes: u64,
    /// In none, but with a point that says in other words what a theme is about.
    pub near: u64,
    /// In none and near none, with something said.
    pub unlike: u64,
    /// Without a word that can carry a theme.
    pub silent: u64,
}

impl Tally {
    /// All of them.
    pub fn all(&self) -> u64 {
        self.in_themes + self.near + self.unlike + self.silent
    }
}

/// Counts: for each point whose it is, and where it stands.
pub(crate) fn tally(points: impl Iterator<Item = (u32, Standing)>) -> Tally {
    let mut of: BTreeMap<u32, Standing> = BTreeMap::new();
    for (whose, standing) in points {
        of.entry(whose).and_modify(|known| *known = standing.max(*known)).or_insert(standing);
    }
    let mut tally = Tally::default();
    for standing in of.into_values() {
        *match standing {
            Standing::Coded => &mut tally.in_themes,
            Standing::Near(_) => &mut tally.near,
            Standing::Unlike => &mut tally.unlike,
            Standing::Silent => &mut tally.silent,
        } += 1;
    }
    tally
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_counted_by_point_and_by_who_holds_them() {
        let points = [vec![Some(1), None, Some(1)], vec![], vec![None, None, Some(0)]];
        let (counts, n_unknown) = words_of(points.into_iter(), 3);
        assert_eq!((counts.n_rows(), counts.row(0).collect::<Vec<_>>()), (3, vec![(1, 2.0)]));
        assert_eq!(n_unknown, [1, 0, 2]);
        assert_eq!(holding(vec![(2, 7), (0, 7), (2, 7), (2, 8)], 3), [1, 0, 2]);
    }

    #[test]
    fn each_stands_in_one_place_the_one_nearest_to_a_theme() {
        use Standing::{Coded, Near, Silent, Unlike};
        let points =
            [(1, Silent), (1, Coded), (2, Near(3)), (2, Unlike), (3, Unlike), (3, Silent), (4, Silent), (1, Near(0))];
        let counted = tally(points.into_iter());
        assert_eq!(counted, Tally { in_themes: 1, near: 1, unlike: 1, silent: 1 });
        assert_eq!(counted.all(), 4);
    }
}
