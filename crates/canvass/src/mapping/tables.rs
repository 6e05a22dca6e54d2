//! The tables of a map. Cells are guarded as those of a run are.

use super::{Item, ItemRef, Map, OverlapPair, SharedTerm};
use crate::report::{Table, decimal};
use std::collections::BTreeMap;

/// The items by collection and id.
fn by_name(map: &Map) -> BTreeMap<(&str, &str), &Item> {
    map.items.iter().map(|item| ((item.collection.as_str(), item.id.as_str()), item)).collect()
}

/// "hut 0.41, winter 0.2".
pub(super) fn words(terms: &[SharedTerm]) -> String {
    terms.iter().map(|term| format!("{} {}", term.term, decimal(term.weight))).collect::<Vec<_>>().join(", ")
}

/// `overlaps.csv`: a line for each pair.
pub(super) fn overlaps(map: &Map) -> Vec<u8> {
    let mut table = Table::new([
        "overlap",
        "verdict",
        "strength",
        "whole",
        "passage",
        "copied_similarity",
        "collection_a",
        "item_a",
        "title_a",
        "place_a",
        "collection_b",
        "item_b",
        "title_b",
        "place_b",
        "terms",
        "spans",
        "passage_a",
        "passage_b",
    ]);
    let items = by_name(map);
    for pair in &map.overlaps {
        let (title_a, place_a) = told(&items, &pair.a);
        let (title_b, place_b) = told(&items, &pair.b);
        let best = pair.passages.first();
        let copied = pair.copied.as_ref().map_or_else(String::new, |copied| decimal(copied.similarity));
        table.cells::<&str>(&[
            &pair.id,
            pair.verdict.name(),
            &decimal(pair.strength),
            &decimal(pair.whole),
            &decimal(pair.passage),
            &copied,
            &pair.a.collection,
            &pair.a.id,
            title_a,
            &place_a,
            &pair.b.collection,
            &pair.b.id,
            title_b,
            &place_b,
            &words(&pair.terms),
            &spans(pair),
            best.map_or("", |best| &best.a.text),
            best.map_or("", |best| &best.b.text),
        ]);
    }
    table.bytes()
}

/// Title and place of an item.
fn told<'m>(items: &BTreeMap<(&str, &str), &'m Item>, of: &ItemRef) -> (&'m str, String) {
    let item = items.get(&(of.collection.as_str(), of.id.as_str()));
    item.map_or(("", String::new()), |item| (item.title.as_str(), format!("{}, {}", item.file, item.place)))
}

/// The passages as `start-end:start-end`, bytes of the first and the second item's text, a space between.
fn spans(pair: &OverlapPair) -> String {
    let span =
        |found: &super::PassagePair| format!("{}-{}:{}-{}", found.a.start, found.a.end, found.b.start, found.b.end);
    pair.passages.iter().map(span).collect::<Vec<_>>().join(" ")
}

/// `matrix.csv`: a line for each theme and collection, those in no theme last.
pub(super) fn matrix(map: &Map) -> Vec<u8> {
    let mut table =
        Table::new(["theme_id", "label", "language", "terms", "collection", "n_items", "base", "share", "only_in"]);
    let base = |name: &str| {
        let of = map.collections.iter().find(|collection| collection.name == name);
        of.map_or(0, |collection| collection.n_items).to_string()
    };
    for theme in &map.matrix.themes {
        for cell in &theme.cells {
            table.cells::<&str>(&[
                &theme.theme_id,
                &theme.label,
                &theme.language,
                &theme.terms.join("; "),
                &cell.collection,
                &cell.n_items.to_string(),
                &base(&cell.collection),
                &decimal(cell.share),
                theme.only_in.as_deref().unwrap_or_default(),
            ]);
        }
    }
    for cell in &map.matrix.no_theme {
        let (n_items, share) = (cell.n_items.to_string(), decimal(cell.share));
        table.cells::<&str>(&[
            "",
            "in no theme",
            "",
            "",
            &cell.collection,
            &n_items,
            &base(&cell.collection),
            &share,
            "",
        ]);
    }
    table.bytes()
}

/// `duplicated-work.csv`: a line for each item of each group.
pub(super) fn work(map: &Map) -> Vec<u8> {
    let mut table = Table::new([
        "group",
        "strength",
        "verdict",
        "n_collections",
        "n_items",
        "collection",
        "item",
        "title",
        "place",
        "overlaps",
        "terms",
        "text",
    ]);
    let items = by_name(map);
    let mut pairs: BTreeMap<&ItemRef, Vec<&OverlapPair>> = BTreeMap::new();
    for pair in map.overlaps.iter().filter(|pair| pair.verdict.is_overlap()) {
        for item in [&pair.a, &pair.b] {
            pairs.entry(item).or_default().push(pair);
        }
    }
    for group in &map.duplicated_work {
        for member in &group.items {
            let (title, place) = told(&items, member);
            let of = pairs.get(member).map_or(&[][..], Vec::as_slice);
            let ids = of.iter().map(|pair| pair.id.as_str()).collect::<Vec<_>>().join(" ");
            let text = items.get(&(member.collection.as_str(), member.id.as_str())).map_or("", |item| &item.text);
            table.cells::<&str>(&[
                &group.id,
                &decimal(group.strength),
                group.verdict.name(),
                &group.collections.len().to_string(),
                &group.items.len().to_string(),
                &member.collection,
                &member.id,
                title,
                &place,
                &ids,
                &words(&group.terms),
                text,
            ]);
        }
    }
    table.bytes()
}
