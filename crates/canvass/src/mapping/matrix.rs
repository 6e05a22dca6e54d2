//! Themes by collection: which of them each collection speaks of, and which only one does.

use super::Item;
use super::collection::Read;
use super::together::Together;
use crate::findings::{Finding, four_decimals};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A theme in a collection.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ThemeCell {
    /// The collection.
    pub collection: String,
    /// Its items with a point in the theme.
    pub n_items: u64,
    /// Their share of its items, 0 to 1.
    pub share: f64,
}

/// A theme.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ThemeRow {
    /// Its id.
    pub theme_id: String,
    /// A short phrase in the words of the items.
    pub label: String,
    /// The language of the items it was found in: code.
    pub language: String,
    /// The words that put an item into it.
    pub terms: Vec<String>,
    /// Its items in all collections.
    pub n_items: u64,
    /// The same, collection by collection.
    pub cells: Vec<ThemeCell>,
    /// The one collection that speaks of it, if there is but one.
    pub only_in: Option<String>,
}

/// Themes by collection.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Matrix {
    /// The themes with most items first.
    pub themes: Vec<ThemeRow>,
    /// The items in no theme.
    pub no_theme: Vec<ThemeCell>,
}

/// Counts the themes, and notes them at their items.
pub(super) fn matrix(together: &Together, read: &Read, items: &mut [Item]) -> Matrix {
    let mut themes: Vec<ThemeRow> = Vec::new();
    let found = &together.run.findings.questions[0];
    let further = found.languages.iter().flat_map(|group| &group.themes);
    let findings: BTreeMap<&str, &Finding> =
        found.themes.iter().chain(further).map(|theme| (theme.theme_id.as_str(), theme)).collect();
    let mut sizes = vec![0_u64; read.names.len()];
    for item in items.iter() {
        sizes[item.collection_idx as usize] += 1;
    }
    let cells = |of: &BTreeSet<u32>, items: &[Item]| -> Vec<ThemeCell> {
        let cell = |(number, collection): (u32, &String)| {
            let is_in = |item: &&u32| items[**item as usize].collection_idx == number;
            let n_items = of.iter().filter(is_in).count() as u64;
            let share = four_decimals(n_items as f64 / sizes[number as usize].max(1) as f64);
            ThemeCell { collection: collection.clone(), n_items, share }
        };
        (0..).zip(&read.names).map(cell).collect()
    };
    for group in &together.question().languages {
        let mut members: Vec<BTreeSet<u32>> = vec![BTreeSet::new(); group.themes.themes.len()];
        for member in &group.themes.memberships {
            members[member.theme_idx as usize].insert(group.points[member.point_idx as usize].0);
        }
        for (of, id) in members.iter().zip(&group.theme_ids) {
            let Some((id, theme)) = id.as_ref().and_then(|id| Some((id, findings.get(id.as_str())?))) else { continue };
            for item in of {
                items[*item as usize].themes.push(id.clone());
            }
            let cells = cells(of, items);
            let mut held = cells.iter().filter(|cell| cell.n_items > 0);
            let only_in = held.next().filter(|_| held.next().is_none()).map(|cell| cell.collection.clone());
            themes.push(ThemeRow {
                theme_id: id.clone(),
                label: theme.label.clone(),
                language: group.language.code().to_owned(),
                terms: theme.terms.iter().filter_map(|term| term.surface_forms.first().cloned()).collect(),
                n_items: of.len() as u64,
                cells,
                only_in,
            });
        }
    }
    themes.sort_by(|a, b| b.n_items.cmp(&a.n_items).then_with(|| a.theme_id.cmp(&b.theme_id)));
    let none: BTreeSet<u32> =
        (0..).zip(items.iter()).filter(|(_, item)| item.themes.is_empty()).map(|(at, _)| at).collect();
    Matrix { no_theme: cells(&none, items), themes }
}
