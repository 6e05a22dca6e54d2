//! An attacker with every published number, and hand-made tables.
//!
//! The attacker knows which values each variable has and solves the linear system of all that is published; the unknowns are how many
//! respondents there are of each combination of values. A number can be computed if, and only if, it is a linear combination of the published
//! ones: if the rank of the system stays the same with it.

use super::super::crosstab::{self, CrossTable, GroupedBy};
use super::super::fixture::{intake, question};
use super::super::sides::Known;
use super::*;
use crate::ingest::Intake;
use crate::ledger::judge;
use crate::settings::{PrivacySettings, QuestionKind};
use proptest::prelude::*;

const REGIONS: [&str; 5] = ["", "North", "South", "East", "West"];
const SIZES: [&str; 3] = ["", "small", "large"];
const FIRST: [&str; 4] = ["", "bus", "train", "boat"];
const SECOND: [&str; 4] = ["", "cheap", "dear", "free"];
/// Lists of options: what themes are, any number of answers each.
const LISTS: [&str; 8] = ["", "a;", "b;", "c;", "a;b;", "a;c;", "b;c;", "a;b;c;"];

/// For each respondent the index of the value of each of the five variables.
type Population = Vec<[usize; 5]>;

fn consultation(population: &Population) -> Intake {
    let questions = vec![
        question("q1", QuestionKind::Single, "How do you travel?"),
        question("q2", QuestionKind::Single, "What is it like?"),
        question("q3", QuestionKind::Multiple, "Which?"),
    ];
    let rows = population.iter().map(|[region, size, first, second, list]| {
        let closed = [FIRST[*first], SECOND[*second], LISTS[*list]];
        (vec![REGIONS[*region], SIZES[*size]], closed.to_vec())
    });
    intake(&["Region", "Size"], questions, rows.collect())
}

fn tables(population: &Population, smallest_cell: u32) -> Vec<CrossTable> {
    let intake = consultation(population);
    let ledger = judge(&intake, &crate::settings::LedgerSettings::default());
    let by = ["Region", "Size", "q1", "q2"].map(str::to_owned);
    crosstab::tables(&Known::new(&intake, &ledger), &[], &by, &PrivacySettings { smallest_cell, redact: false })
}

/// A number that is published or kept: how many have each of these values; in a list, how many have one that holds the option.
#[derive(Clone, Debug)]
struct Number(Vec<(usize, Value)>);

#[derive(Clone, Debug)]
enum Value {
    Is(String),
    Holds(String),
    Answered,
}

impl Value {
    fn fits(&self, cell: &str) -> bool {
        match self {
            Self::Is(value) => cell == value || (cell.is_empty() && value == "did not say"),
            Self::Holds(option) => cell.split(';').any(|part| part == option),
            Self::Answered => !cell.is_empty(),
        }
    }
}

/// The variable of a name.
fn variable(name: &str) -> usize {
    ["Region", "Size", "q1", "q2", "q3"].iter().position(|known| *known == name).unwrap()
}

fn values(variable: usize) -> &'static [&'static str] {
    [&REGIONS[..], &SIZES, &FIRST, &SECOND, &LISTS][variable]
}

/// What of the tables is published, and what is kept.
fn numbers(tables: &[CrossTable]) -> (Vec<Number>, Vec<Number>) {
    let (mut published, mut kept) = (Vec::new(), Vec::new());
    for table in tables {
        let (of, by) = (variable(&table.question), variable(&table.by_name));
        for group in &table.groups {
            let own = (by, Value::Is(group.group.clone()));
            let base = Number(vec![own.clone(), (of, Value::Answered)]);
            if group.base.is_some() {
                published.push(base);
            } else {
                kept.push(base);
            }
            for (answer, cell) in table.answers.iter().zip(&group.cells) {
                let label = answer.label.clone();
                let answer = if of == 4 { Value::Holds(label) } else { Value::Is(label) };
                let number = Number(vec![own.clone(), (of, answer)]);
                if cell.n.is_some() { published.push(number) } else { kept.push(number) }
            }
        }
    }
    (published, kept)
}

/// Counts of one variable: the profile and the closed questions. Of the lists even how many gave each list.
fn marginals() -> Vec<Number> {
    let each = (0..5).flat_map(|variable| {
        values(variable).iter().map(move |value| Number(vec![(variable, Value::Is((*value).to_owned()))]))
    });
    each.collect()
}

/// Every combination of values that a respondent may have, of those variables whose values occur.
fn combinations(population: &Population) -> Vec<[usize; 5]> {
    let occurs = |variable: usize| -> Vec<usize> {
        let found = |value: &usize| {
            let cell = values(variable)[*value];
            // What a list may hold is known from its options.
            let known = |part: &str| population.iter().any(|of| Value::Holds(part.to_owned()).fits(LISTS[of[4]]));
            match variable {
                4 => cell.is_empty() || cell.split(';').filter(|part| !part.is_empty()).all(known),
                _ => cell.is_empty() || population.iter().any(|of| of[variable] == *value),
            }
        };
        (0..values(variable).len()).filter(found).collect()
    };
    let mut all = vec![[0; 5]];
    for variable in 0..5 {
        let occurs = occurs(variable);
        all = all
            .iter()
            .flat_map(|of| {
                occurs.iter().map(|value| {
                    let mut of = *of;
                    of[variable] = *value;
                    of
                })
            })
            .collect();
    }
    all
}

/// A prime: what has full rank modulo it has full rank.
const PRIME: u64 = (1 << 61) - 1;

fn product(a: u64, b: u64) -> u64 {
    ((u128::from(a) * u128::from(b)) % u128::from(PRIME)) as u64
}

fn inverse(a: u64) -> u64 {
    let (mut power, mut exponent, mut result) = (a, PRIME - 2, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            result = product(result, power);
        }
        power = product(power, power);
        exponent >>= 1;
    }
    result
}

/// Rows in echelon form, each with the place of its first entry.
#[derive(Default)]
struct System(Vec<(usize, Vec<u64>)>);

impl System {
    /// What is left of a row when all multiples of the others are taken off.
    fn rest(&self, mut row: Vec<u64>) -> Vec<u64> {
        for (lead, known) in &self.0 {
            let factor = row[*lead];
            if factor != 0 {
                for (entry, known) in row.iter_mut().zip(known) {
                    *entry = (*entry + PRIME - product(factor, *known)) % PRIME;
                }
            }
        }
        row
    }

    fn add(&mut self, row: Vec<u64>) {
        let mut row = self.rest(row);
        if let Some(lead) = row.iter().position(|entry| *entry != 0) {
            let inverse = inverse(row[lead]);
            for entry in &mut row {
                *entry = product(*entry, inverse);
            }
            self.0.push((lead, row));
        }
    }

    fn gives(&self, row: Vec<u64>) -> bool {
        self.rest(row).iter().all(|entry| *entry == 0)
    }
}

/// The numbers among the kept ones that the published ones give away.
fn given_away(population: &Population, tables: &[CrossTable]) -> (Vec<Number>, usize) {
    let combinations = combinations(population);
    let row = |number: &Number| -> Vec<u64> {
        let fits = |of: &[usize; 5]| number.0.iter().all(|(at, value)| value.fits(values(*at)[of[*at]]));
        combinations.iter().map(|of| u64::from(fits(of))).collect()
    };
    let (published, kept) = numbers(tables);
    let mut system = System::default();
    for number in marginals().iter().chain(&published) {
        system.add(row(number));
    }
    let n_kept = kept.len();
    (kept.into_iter().filter(|number| system.gives(row(number))).collect(), n_kept)
}

fn populations() -> impl Strategy<Value = Population> {
    // Few values and skewed ones: many small cells.
    let respondent = (0..5_usize, 0..3_usize, 0..4_usize, 0..4_usize, 0..8_usize, 0..3_usize);
    let skewed = respondent.prop_map(|(region, size, first, second, list, skew)| {
        if skew == 0 {
            [region, size, first, second, list]
        } else {
            [region.min(2), size.min(1), first.min(2), second, list]
        }
    });
    proptest::collection::vec(skewed, 1..60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn no_suppressed_number_follows_from_all_that_is_published(population in populations(), k in 2_u32..8) {
        let (found, _) = given_away(&population, &tables(&population, k));
        prop_assert!(found.is_empty(), "{:?}", found);
    }

    #[test]
    fn no_small_number_is_published(population in populations(), k in 2_u32..8) {
        let small = 1..u64::from(k);
        for table in tables(&population, k) {
            let everyone = table.groups.iter().all(|group| group.base.is_some());
            for group in &table.groups {
                // A small base is published only where it is the size of the group, which the profile gives.
                prop_assert!(everyone || group.base.is_none_or(|base| !small.contains(&base)));
                for cell in &group.cells {
                    prop_assert!(cell.n.is_none_or(|n| !small.contains(&n)), "{table:?}");
                    prop_assert_eq!(cell.n.is_none(), cell.percent.is_none() && group.base != Some(0));
                    prop_assert_eq!(cell.n_once, None);
                }
            }
        }
    }
}

#[test]
fn the_attack_succeeds_where_only_small_cells_are_suppressed() {
    // Five of the North go by boat or train; of the others nobody goes by boat.
    let mut population: Population = Vec::new();
    population.extend(vec![[1, 1, 1, 1, 1]; 20]);
    population.extend(vec![[1, 1, 3, 1, 1]; 2]);
    population.extend(vec![[2, 1, 1, 1, 1]; 20]);
    population.extend(vec![[2, 2, 2, 2, 2]; 20]);
    population.extend(vec![[1, 2, 2, 2, 2]; 10]);
    let mut naive = tables(&population, 0);
    for table in &mut naive {
        for cell in table.groups.iter_mut().flat_map(|group| &mut group.cells) {
            cell.n = cell.n.filter(|n| *n == 0 || *n >= 5);
        }
    }
    let (found, n_kept) = given_away(&population, &naive);
    assert!(n_kept > 0 && !found.is_empty());
    let (found, n_kept) = given_away(&population, &tables(&population, 5));
    assert!(n_kept > 0 && found.is_empty(), "{found:?}");
}

#[test]
fn a_population_with_small_cells_keeps_some_and_publishes_others() {
    let population: Population =
        (0..300).map(|n| [1 + n % 4, 1 + n % 2, 1 + (n / 4) % 2 + usize::from(n == 7), 1 + n % 3, 1 + n % 7]).collect();
    let tables = tables(&population, 5);
    let (published, kept) = numbers(&tables);
    assert!(!kept.is_empty() && published.len() > kept.len(), "{} kept, {} published", kept.len(), published.len());
    assert!(tables.iter().any(|table| table.by == GroupedBy::Question));
}

fn pattern(is_partition: bool, totals: &[u64], bases: &[u64], cells: &[&[u64]], k: u64) -> Option<Pattern> {
    let cells: Vec<Vec<u64>> = cells.iter().map(|row| row.to_vec()).collect();
    let answer_totals = (0..cells[0].len()).map(|answer| cells.iter().map(|row| row[answer]).sum()).collect();
    let counts = Counts { is_partition, totals: totals.to_vec(), bases: bases.to_vec(), answer_totals, cells };
    Pattern::new(&counts, k, false)
}

#[test]
fn a_single_small_cell_takes_the_cheapest_rectangle_with_it() {
    let rows: [&[u64]; 3] = [&[20, 3, 30], &[10, 12, 40], &[25, 9, 7]];
    let found = pattern(true, &[60, 70, 50], &[53, 62, 41], &rows, 5).unwrap();
    let expected = [[true, true, false], [true, true, false], [false, false, false]];
    assert_eq!(found.cells, expected);
    assert_eq!(found.groups, [false; 3]);
    let none = pattern(true, &[60, 70, 50], &[53, 62, 41], &rows, 3).unwrap();
    assert!(none.cells.iter().flatten().all(|suppressed| !suppressed));
}

#[test]
fn in_a_column_of_a_theme_one_small_cell_takes_one_more() {
    let rows: [&[u64]; 3] = [&[20, 3], &[10, 12], &[25, 9]];
    let found = pattern(false, &[60, 70, 50], &[53, 62, 41], &rows, 5).unwrap();
    assert_eq!(found.cells, [[false, true], [false, false], [false, true]]);
}

#[test]
fn a_small_base_takes_its_row_and_another_one() {
    let rows: [&[u64]; 3] = [&[1, 1], &[10, 12], &[25, 9]];
    let found = pattern(true, &[8, 30, 50], &[2, 22, 34], &rows, 5).unwrap();
    assert_eq!((found.groups, found.cells[2].clone()), (vec![true, true, false], vec![false, false]));
    // Where everyone answered, the profile gives the bases.
    let found = pattern(true, &[2, 22, 34], &[2, 22, 34], &rows, 5).unwrap();
    assert_eq!(found.groups, [false; 3]);
    assert!(found.cells[0].iter().all(|suppressed| *suppressed));
}

#[test]
fn a_table_that_says_no_more_than_its_sums_is_left_out() {
    assert_eq!(pattern(true, &[9], &[5], &[&[2, 3]], 5), None);
    assert_eq!(pattern(true, &[9, 9], &[5, 4], &[&[5], &[4]], 5), None);
    assert_eq!(pattern(true, &[9, 9], &[5, 4], &[&[5, 0], &[4, 0]], 5), None);
}
