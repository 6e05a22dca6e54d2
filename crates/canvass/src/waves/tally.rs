//! Where respondents stand towards the themes of a model.

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
    fn each_stands_in_one_place_the_one_nearest_to_a_theme() {
        use Standing::{Coded, Near, Silent, Unlike};
        let points =
            [(1, Silent), (1, Coded), (2, Near(3)), (2, Unlike), (3, Unlike), (3, Silent), (4, Silent), (1, Near(0))];
        let counted = tally(points.into_iter());
        assert_eq!(counted, Tally { in_themes: 1, near: 1, unlike: 1, silent: 1 });
        assert_eq!(counted.all(), 4);
    }
}
