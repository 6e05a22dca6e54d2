//! Who says it: a finding by attributes, and by the closed question that its question explains.
//!
//! Every number is one of the cross-tables', so what is suppressed there is suppressed here, and nothing here tells more than they do.

use super::{Finding, four_decimals};
use crate::statistics::{CountedAnswer, CrossTable, GroupedBy, Grouping, Percent};
use canvass_analysis::{FisherTest, adjusted};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A finding by the groups of one attribute or of one closed question.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Breakdown {
    /// What the groups are made by.
    pub by: GroupedBy,
    /// The attribute's column, or the closed question's id.
    pub by_name: String,
    /// The groups, in the order of the cross-table; of an attribute those who did not say are the last.
    pub groups: Vec<BreakdownGroup>,
    /// The finding's respondents in none of the groups: who did not answer the closed question. With the groups' `n` they add up
    /// to the finding's respondents. None where a group is suppressed.
    pub n_elsewhere: Option<u64>,
}

/// A group within a finding.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BreakdownGroup {
    /// The value of its respondents.
    pub group: String,
    /// Whether it is those who did not say.
    pub is_unsaid: bool,
    /// Its respondents in the finding; none: suppressed.
    pub n: Option<u64>,
    /// Its respondents who answered the question; none: suppressed.
    pub base: Option<u64>,
    /// `n` / `base`, in per cent.
    pub percent: Option<Percent>,
    /// The group's share / the share of all others who answered, to two decimals; none where either is not told or nobody else
    /// says it.
    pub ratio: Option<f64>,
    /// How likely it is that a group of this size, drawn from those who answered, departs as far from what is expected:
    /// Fisher's exact test, two-sided, to four decimals. None where it was not tested: suppressed, did not say, or a base below
    /// `findings.smallest_group`.
    pub p: Option<f64>,
    /// `p` adjusted for all tests of the question (Benjamini & Hochberg 1995), to four decimals.
    pub q: Option<f64>,
    /// Said where `q` is below 0.05.
    pub representation: Option<Representation>,
}

/// Whether a group stands out in a finding.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Representation {
    /// It says it more often than all others.
    Over,
    /// It says it less often.
    Under,
}

/// A group stands out if no more than this share of those that are said to is expected to by chance.
const MAX_Q: f64 = 0.05;

/// What the groups of one table hold.
struct Tested<'b> {
    group: &'b mut BreakdownGroup,
    /// Over or under what is expected.
    direction: Representation,
    p: f64,
}

/// Completes `ratio`, `p`, `q` and `representation` of breakdowns of one question, each with the number of respondents that it breaks
/// down; all its tests are adjusted together.
///
/// A group is held against all others of the base, whether they are in a group or not. Only what is not suppressed is tested, so the
/// results tell nothing that the numbers do not.
pub(super) fn test<'b>(breakdowns: impl Iterator<Item = (u64, &'b mut Breakdown)>, base: u64, smallest_group: u64) {
    let fisher = FisherTest::new(base);
    let mut tested: Vec<Tested<'b>> = Vec::new();
    for (n_all, breakdown) in breakdowns {
        for group in &mut breakdown.groups {
            let (Some(n), Some(of)) = (group.n, group.base) else { continue };
            let (n_rest, rest) = (n_all.saturating_sub(n), base.saturating_sub(of));
            if of > 0 && rest > 0 && n_rest > 0 {
                group.ratio = Some(two_decimals(n as f64 * rest as f64 / (of as f64 * n_rest as f64)));
            }
            if group.is_unsaid || of < smallest_group.max(1) || rest == 0 {
                continue;
            }
            let is_over = u128::from(n) * u128::from(rest) > u128::from(n_rest) * u128::from(of);
            let direction = if is_over { Representation::Over } else { Representation::Under };
            tested.push(Tested { p: fisher.p_value(n, of, n_all), group, direction });
        }
    }
    let p_values: Vec<f64> = tested.iter().map(|tested| tested.p).collect();
    for (tested, q) in tested.into_iter().zip(adjusted(&p_values)) {
        tested.group.p = Some(four_decimals(tested.p));
        tested.group.q = Some(four_decimals(q));
        tested.group.representation = (q < MAX_Q).then_some(tested.direction);
    }
}

/// The breakdowns of a theme: its column of the cross-tables of its question.
pub(super) fn of_theme(finding: &Finding, tables: &[&CrossTable]) -> Vec<Breakdown> {
    let of_table = |table: &&CrossTable| {
        let is_theme = |answer: &CountedAnswer| answer.theme_id.as_deref() == Some(finding.theme_id.as_str());
        let column = table.answers.iter().position(is_theme)?;
        let groups: Vec<BreakdownGroup> = (table.groups.iter())
            .map(|group| BreakdownGroup {
                group: group.group.clone(),
                is_unsaid: group.is_unsaid,
                n: group.cells[column].n,
                base: group.base,
                percent: group.cells[column].percent,
                ratio: None,
                p: None,
                q: None,
                representation: None,
            })
            .collect();
        let in_groups = groups.iter().map(|group| group.n).sum::<Option<u64>>();
        let n_elsewhere = in_groups.map(|in_groups| finding.n_respondents.saturating_sub(in_groups));
        Some(Breakdown { by: table.by, by_name: table.by_name.clone(), groups, n_elsewhere })
    };
    tables.iter().filter_map(of_table).collect()
}

/// Some respondents by the groups of an attribute. `base` has a submission of each respondent of the base, `counted` those to count.
pub(super) fn of_respondents(grouping: &Grouping, base: &BTreeMap<u32, u32>, counted: &BTreeSet<u32>) -> Breakdown {
    let mut counts = vec![(0_u64, 0_u64); grouping.groups.len()];
    let mut n_elsewhere = 0;
    for (respondent, submission) in base {
        let is_counted = u64::from(counted.contains(respondent));
        match grouping.of_submission[*submission as usize] {
            Some(group) => {
                counts[group as usize].0 += is_counted;
                counts[group as usize].1 += 1;
            }
            None => n_elsewhere += is_counted,
        }
    }
    let last = grouping.groups.len().checked_sub(1).filter(|_| grouping.has_unsaid);
    let groups = grouping.groups.iter().zip(counts).enumerate().filter(|(_, (_, (_, base)))| *base > 0);
    Breakdown {
        by: GroupedBy::Attribute,
        by_name: grouping.name.clone(),
        groups: groups
            .map(|(at, (group, (n, base)))| BreakdownGroup {
                group: group.clone(),
                is_unsaid: last == Some(at),
                n: Some(n),
                base: Some(base),
                percent: Percent::new(n, base),
                ratio: None,
                p: None,
                q: None,
                representation: None,
            })
            .collect(),
        n_elsewhere: Some(n_elsewhere),
    }
}

/// `x` to two decimals.
fn two_decimals(x: f64) -> f64 {
    (x * 100.0).round() / 100.0
}
