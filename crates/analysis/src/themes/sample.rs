//! Some of the respondents, drawn by a seed.

use super::ThemeInput;
use crate::seeds::{Purpose, stream};
use crate::vectors::Csr;
use std::collections::{BTreeMap, BTreeSet};

impl ThemeInput<'_> {
    /// How many groups these responses are of.
    pub(super) fn n_groups(&self, responses: &[u32]) -> u32 {
        let groups: BTreeSet<u32> = responses.iter().map(|response| self.groups[*response as usize]).collect();
        groups.len() as u32
    }

    /// For each point whether its response is a copy: of near-duplicates all but the first.
    pub(super) fn are_copies(&self) -> Vec<bool> {
        let mut first: BTreeMap<u32, u32> = BTreeMap::new();
        let is_copy =
            |response: &u32| *first.entry(self.duplicates[*response as usize]).or_insert(*response) != *response;
        self.responses.iter().map(is_copy).collect()
    }
}

/// The groups that can be drawn.
pub(super) struct Groups {
    /// For each group its number and how many points it has, those of copies aside; numbers ascend.
    sizes: Vec<(u32, usize)>,
    /// For each point the place of its group.
    of_points: Vec<u32>,
}

impl Groups {
    pub(super) fn new(input: &ThemeInput<'_>) -> Self {
        let numbers: Vec<u32> = input.responses.iter().map(|response| input.groups[*response as usize]).collect();
        let mut distinct = numbers.clone();
        distinct.sort_unstable();
        distinct.dedup();
        let mut sizes: Vec<(u32, usize)> = distinct.into_iter().map(|number| (number, 0)).collect();
        let place = |number: &u32| sizes.binary_search_by_key(number, |(number, _)| *number).unwrap_or_default() as u32;
        let of_points: Vec<u32> = numbers.iter().map(place).collect();
        for (group, is_copy) in of_points.iter().zip(input.are_copies()) {
            sizes[*group as usize].1 += usize::from(!is_copy);
        }
        Self { sizes, of_points }
    }

    /// How many groups there are.
    pub(super) fn len(&self) -> usize {
        self.sizes.len()
    }

    /// Draws `n` groups by a seeded hash of their numbers, each whole, but for those that would bring more than `max_points`
    /// points together; copies take no room. One group at least.
    pub(super) fn draw(&self, input: &ThemeInput<'_>, n: usize, max_points: usize, seed: u64) -> Drawn {
        let mut order: Vec<(u64, usize)> = self
            .sizes
            .iter()
            .enumerate()
            .map(|(place, (number, _))| (stream(seed, Purpose::Sample, (*number).into()), place))
            .collect();
        order.sort_unstable();
        let (mut is_drawn, mut total) = (vec![false; self.sizes.len()], 0);
        for (at, (_, place)) in order.into_iter().take(n).enumerate() {
            let n_points = self.sizes[place].1;
            if total + n_points <= max_points || at == 0 {
                total += n_points;
                is_drawn[place] = true;
            }
        }
        let is_row_drawn = |row: &usize| is_drawn[self.of_points[*row] as usize];
        let rows: Vec<usize> = (0..self.of_points.len()).filter(is_row_drawn).collect();
        let responses = rows.iter().map(|row| input.responses[*row]).collect();
        Drawn { counts: input.counts.selected(&rows), responses }
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
        let each: Vec<u32> = (0..50).collect();
        let input = ThemeInput {
            counts: &counts,
            responses: &responses,
            groups: &groups,
            duplicates: &groups,
            naming: &[1.0; 4],
            is_word: &[true; 4],
        };
        let of_input = Groups::new(&input);
        assert_eq!(of_input.len(), 25);
        let drawn = of_input.draw(&input, 20, 1000, 7);
        assert_eq!((drawn.counts.n_rows(), input.n_groups(&drawn.responses)), (80, 20));
        assert_ne!(drawn.responses, of_input.draw(&input, 20, 1000, 8).responses);
        // Of each group the two points of the first response count: the other is a copy.
        let few = of_input.draw(&input, 25, 5, 7);
        assert_eq!((few.counts.n_rows(), input.n_groups(&few.responses)), (8, 2));
        assert_eq!(of_input.draw(&input, 25, 1, 7).counts.n_rows(), 4, "one group at least");
        // Answers that differ take room, though one respondent gave them.
        let input = ThemeInput { duplicates: &each, ..input };
        assert_eq!(Groups::new(&input).draw(&input, 25, 5, 7).counts.n_rows(), 4);
    }
}
