//! Some of the respondents, drawn by a seed.

use super::ThemeInput;
use crate::vectors::Csr;
use std::collections::{BTreeMap, BTreeSet};
use xxhash_rust::xxh3::xxh3_64_with_seed;

impl ThemeInput<'_> {
    /// How many groups these responses are of.
    pub(super) fn n_groups(&self, responses: &[u32]) -> u32 {
        let groups: BTreeSet<u32> = responses.iter().map(|response| self.groups[*response as usize]).collect();
        groups.len() as u32
    }

    /// Draws these groups in their order, each whole, but for those whose first responses would bring more than `max_points`
    /// points together.
    pub(super) fn drawn(&self, order: &[u32], max_points: usize) -> Drawn {
        // By group the first response and its points: copies take no room.
        let mut first: BTreeMap<u32, (u32, usize)> = BTreeMap::new();
        for response in self.responses {
            let (first, n_points) = first.entry(self.groups[*response as usize]).or_insert((*response, 0));
            *n_points += usize::from(first == response);
        }
        let (mut drawn, mut total) = (BTreeSet::new(), 0);
        for group in order {
            let n_points = first[group].1;
            if total + n_points <= max_points || drawn.is_empty() {
                total += n_points;
                drawn.insert(*group);
            }
        }
        let rows: Vec<usize> = (0..self.counts.n_rows())
            .filter(|row| drawn.contains(&self.groups[self.responses[*row] as usize]))
            .collect();
        let responses = rows.iter().map(|row| self.responses[*row]).collect();
        Drawn { counts: self.counts.selected(&rows), responses }
    }
}

/// The points of some respondents.
pub(super) struct Drawn {
    counts: Csr,
    responses: Vec<u32>,
}

impl Drawn {
    /// What themes are found in, with the groups and terms of the whole.
    pub(super) fn input<'a>(&'a self, whole: &ThemeInput<'a>) -> ThemeInput<'a> {
        ThemeInput { counts: &self.counts, responses: &self.responses, ..*whole }
    }
}

/// The groups in the order of a seeded hash of their numbers.
pub(super) fn seeded_order(input: &ThemeInput<'_>, seed: u64) -> Vec<u32> {
    let groups: BTreeSet<u32> = input.responses.iter().map(|response| input.groups[*response as usize]).collect();
    let mut order: Vec<u32> = groups.into_iter().collect();
    order.sort_by_key(|group| (xxh3_64_with_seed(&group.to_le_bytes(), seed), *group));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_drawn_whole_and_within_the_bounds() {
        let rows: Vec<Vec<u32>> = (0..100).map(|i| vec![i % 4]).collect();
        let counts = Csr::from_terms(&rows, 4);
        // Two points a response, two responses a group.
        let responses: Vec<u32> = (0..100).map(|i| i / 2).collect();
        let groups: Vec<u32> = (0..50).map(|i| i / 2).collect();
        let input = ThemeInput {
            counts: &counts,
            responses: &responses,
            groups: &groups,
            naming: &[1.0; 4],
            is_word: &[true; 4],
        };
        let order = seeded_order(&input, 7);
        assert_eq!(order.iter().copied().collect::<BTreeSet<u32>>().len(), 25);
        assert_ne!(order, seeded_order(&input, 8));
        let drawn = input.drawn(&order[..20], 1000);
        assert_eq!(drawn.counts.n_rows(), 80);
        // Of each group the two points of the first response count.
        let few = input.drawn(&order, 5);
        assert_eq!((few.counts.n_rows(), input.n_groups(&few.responses)), (8, 2));
        assert_eq!(input.drawn(&order, 1).counts.n_rows(), 4, "one group at least");
    }
}
