//! `map.html`: the map as one page that loads nothing.
//!
//! The page is filled from the same data as `map.json`. What the collections say is text everywhere: the engine escapes it, and a policy in
//! the page's head forbids the browser to load or run anything. Every colour of a heat map stands beside its number.

use super::{Collection, Item, ItemRef, Map, OverlapPair, Passage, ThemeCell, Verdict};
use crate::error::Error;
use crate::report::wording::{self, Wording};
use crate::settings::ReportLanguage;
use canvass_text::Language;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{Environment, UndefinedBehavior, context};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The endings make the engine escape for HTML.
const PARTS: [(&str, &str); 3] = [
    ("map.html", include_str!("page/map.html")),
    ("house.css", include_str!("../audit/page/audit.css")),
    ("map.css", include_str!("page/map.css")),
];
/// Pairs shown with their passages; the others stand in `overlaps.csv`.
const PAIRS: usize = 150;
/// Groups shown; the others stand in `duplicated-work.csv`.
const GROUPS: usize = 50;
/// Items of a group that are shown.
const MEMBERS: usize = 30;
/// Rows and columns of a heat map of items.
const SIDE: usize = 20;
/// Heat maps of items: of so many pairs of collections.
const GRIDS: usize = 6;
/// Items without a partner that are named, for each collection.
const LONELY: usize = 200;
/// Passages of a pair that are shown.
const PASSAGES: usize = 3;
/// The darkest step of a heat map.
const STEPS: f64 = 8.0;

/// A passage in pieces, and whether each is a shared word.
type Pieces = Vec<(String, bool)>;

#[derive(Debug, Serialize)]
struct SideView<'m> {
    collection: &'m str,
    id: &'m str,
    title: &'m str,
    place: String,
}

#[derive(Debug, Serialize)]
struct PairView<'m> {
    id: &'m str,
    verdict: &'static str,
    class: &'static str,
    percent: u32,
    bar: u32,
    a: SideView<'m>,
    b: SideView<'m>,
    passages: Vec<(Pieces, Pieces)>,
    terms: Vec<(&'m str, u32)>,
    /// What was copied, in a sentence; may be empty.
    copied: String,
}

#[derive(Debug, Serialize)]
struct GroupView<'m> {
    id: &'m str,
    verdict: &'static str,
    class: &'static str,
    percent: u32,
    name: String,
    collections: String,
    members: Vec<SideView<'m>>,
    n_more: usize,
    /// The pairs that are shown on the page, and how many are not.
    shown: Vec<&'m str>,
    n_unshown: usize,
}

#[derive(Debug, Serialize)]
struct HeatCell {
    text: String,
    step: u32,
    /// The pair to go to; empty: none.
    link: String,
    /// What the cell says, in words; empty: nothing.
    told: String,
}

#[derive(Debug, Serialize)]
struct GridView<'m> {
    a: &'m str,
    b: &'m str,
    columns: Vec<SideView<'m>>,
    rows: Vec<(SideView<'m>, Vec<HeatCell>)>,
    is_cut: bool,
}

#[derive(Debug, Serialize)]
struct ThemeView<'m> {
    label: &'m str,
    language: String,
    terms: String,
    n_items: u64,
    cells: Vec<HeatCell>,
    only_in: &'m str,
}

#[derive(Debug, Serialize)]
struct CollectionView<'m> {
    name: &'m str,
    n_items: u64,
    n_overlapping: u64,
    languages: String,
    files: String,
    house: String,
    /// Items without any partner: (id, title).
    lonely: Vec<(&'m str, &'m str)>,
    n_lonely: usize,
}

/// The page.
///
/// # Errors
/// [`Error::Template`]: a fault of this program.
pub(super) fn render(map: &Map) -> Result<String, Error> {
    let items: BTreeMap<(&str, &str), &Item> =
        map.items.iter().map(|item| ((item.collection.as_str(), item.id.as_str()), item)).collect();
    let viewer = Viewer { map, items };
    let pairs: Vec<PairView<'_>> = map.overlaps.iter().take(PAIRS).map(|pair| viewer.pair(pair)).collect();
    let shown: BTreeSet<&str> = pairs.iter().map(|pair| pair.id).collect();
    let with = |verdict| map.overlaps.iter().filter(|pair| pair.verdict == verdict).count();
    let groups: Vec<GroupView<'_>> =
        map.duplicated_work.iter().take(GROUPS).map(|group| viewer.group(group, &shown)).collect();
    let names: Vec<&str> = map.collections.iter().map(|collection| collection.name.as_str()).collect();
    let alone = map.alone.iter().map(|of| (of.collection.as_str(), language(&of.language), of.n_items));
    let values = context! {
        version => map.version,
        seed => map.seed,
        title => names.join(", "),
        names => Serde(names),
        collections => Serde(map.collections.iter().map(|of| viewer.collection(of)).collect::<Vec<_>>()),
        n_items => map.items.len(),
        n_copied => with(Verdict::Copied),
        n_overlap => with(Verdict::Overlap),
        n_related => with(Verdict::Related),
        n_groups => map.duplicated_work.len(),
        groups => Serde(groups),
        themes => Serde(map.matrix.themes.iter().map(theme).collect::<Vec<_>>()),
        no_theme => Serde(map.matrix.no_theme.iter().map(theme_cell).collect::<Vec<_>>()),
        has_languages => map.matrix.themes.iter().any(|theme| theme.language != map.matrix.themes[0].language),
        grids => Serde(viewer.grids(&shown)),
        pairs => Serde(pairs),
        n_pairs => map.overlaps.len(),
        alone => Serde(alone.collect::<Vec<_>>()),
        set_aside => Serde(&map.set_aside),
        rule => context! {
            related => percent(map.rule.related_from),
            overlap => percent(map.rule.overlap_from),
            copied => map.rule.copied_words,
            chance => percent(map.rule.chance_strength),
            draws => map.rule.chance_draws,
        },
    };
    fill(values).map_err(|error| Error::Template(format!("{error:#}")))
}

fn fill(values: minijinja::Value) -> Result<String, minijinja::Error> {
    let mut environment = Environment::new();
    // A field the model no longer has must fail, not print as nothing.
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    // The sheet has the quotation marks of a language.
    wording::install(&mut environment, &Wording::of(ReportLanguage::English));
    for (name, text) in PARTS {
        environment.add_template(name, text)?;
    }
    environment.get_template("map.html")?.render(values)
}

/// A share from 0 to 1 in whole per cent.
fn percent(share: f64) -> u32 {
    // Rounded as numbers are printed; there is no other way from a float to an integer here.
    format!("{:.0}", share * 100.0).parse().unwrap_or_default()
}

/// The step of a heat map for a share of its greatest.
fn step(share: f64) -> u32 {
    (0..=8_u32).rev().find(|step| f64::from(*step) <= (share * STEPS).ceil()).unwrap_or(0)
}

/// The name of a language.
fn language(code: &str) -> String {
    Language::from_code(code).map_or_else(|| code.to_owned(), |language| language.name().to_owned())
}

fn verdict(verdict: Verdict) -> (&'static str, &'static str) {
    match verdict {
        Verdict::Copied => ("Copied", "not-found"),
        Verdict::Overlap => ("Overlap", "weak"),
        Verdict::Related => ("Related", "none"),
    }
}

fn theme_cell(cell: &ThemeCell) -> HeatCell {
    let text = if cell.n_items == 0 { "0".to_owned() } else { format!("{} ({} %)", cell.n_items, percent(cell.share)) };
    HeatCell { text, step: step(cell.share), link: String::new(), told: String::new() }
}

fn theme(theme: &super::ThemeRow) -> ThemeView<'_> {
    ThemeView {
        label: &theme.label,
        language: language(&theme.language),
        terms: theme.terms.join(", "),
        n_items: theme.n_items,
        cells: theme.cells.iter().map(theme_cell).collect(),
        only_in: theme.only_in.as_deref().unwrap_or_default(),
    }
}

struct Viewer<'m> {
    map: &'m Map,
    items: BTreeMap<(&'m str, &'m str), &'m Item>,
}

impl<'m> Viewer<'m> {
    fn side(&self, of: &'m ItemRef) -> SideView<'m> {
        let item = self.items.get(&(of.collection.as_str(), of.id.as_str()));
        SideView {
            collection: &of.collection,
            id: &of.id,
            title: item.map_or("", |item| &item.title),
            place: item.map_or_else(String::new, |item| format!("{}, {}", item.file, item.place)),
        }
    }

    fn pair(&self, pair: &'m OverlapPair) -> PairView<'m> {
        let (verdict, class) = verdict(pair.verdict);
        let passages = pair.passages.iter().take(PASSAGES).map(|found| (pieces(&found.a), pieces(&found.b)));
        let copied = pair.copied.as_ref().map_or_else(String::new, |copied| {
            format!("{} % of the words of both stand in passages that both have", percent(copied.similarity))
        });
        PairView {
            id: &pair.id,
            verdict,
            class,
            percent: percent(pair.strength),
            bar: percent(pair.strength),
            a: self.side(&pair.a),
            b: self.side(&pair.b),
            passages: passages.collect(),
            terms: pair.terms.iter().map(|term| (term.term.as_str(), percent(term.weight))).collect(),
            copied,
        }
    }

    fn group(&self, group: &'m super::WorkGroup, shown: &BTreeSet<&str>) -> GroupView<'m> {
        let (verdict, class) = verdict(group.verdict);
        let pairs = group.overlaps.iter().map(String::as_str);
        let (on_page, off): (Vec<&str>, Vec<&str>) = pairs.partition(|id| shown.contains(id));
        GroupView {
            id: &group.id,
            verdict,
            class,
            percent: percent(group.strength),
            name: group.terms.iter().take(4).map(|term| term.term.as_str()).collect::<Vec<_>>().join(", "),
            collections: group.collections.join(", "),
            members: group.items.iter().take(MEMBERS).map(|item| self.side(item)).collect(),
            n_more: group.items.len().saturating_sub(MEMBERS),
            shown: on_page,
            n_unshown: off.len(),
        }
    }

    fn collection(&self, of: &'m Collection) -> CollectionView<'m> {
        let is_lonely = |item: &&Item| item.collection == of.name && item.partners.is_empty();
        let lonely: Vec<(&str, &str)> =
            self.map.items.iter().filter(is_lonely).map(|item| (item.id.as_str(), item.title.as_str())).collect();
        let languages = of.languages.iter().map(|of| format!("{} {}", language(&of.language), of.n_items));
        let files = of.inputs.iter().take(5).map(|input| input.file.as_str()).collect::<Vec<_>>().join(", ");
        let n_more = of.inputs.len().saturating_sub(5);
        CollectionView {
            name: &of.name,
            n_items: of.n_items,
            n_overlapping: of.n_overlapping,
            languages: languages.collect::<Vec<_>>().join(", "),
            house: of.house_words.join(", "),
            files: if n_more > 0 { format!("{files} and {n_more} more") } else { files },
            n_lonely: lonely.len(),
            lonely: lonely.into_iter().take(LONELY).collect(),
        }
    }

    /// For each two collections the items that overlap most.
    fn grids(&self, shown: &BTreeSet<&str>) -> Vec<GridView<'m>> {
        let names: Vec<&str> = self.map.collections.iter().map(|of| of.name.as_str()).collect();
        let mut grids = Vec::new();
        for (number, a) in names.iter().enumerate() {
            for b in &names[number + 1..] {
                if grids.len() < GRIDS {
                    grids.extend(self.grid(a, b, shown));
                }
            }
        }
        grids
    }

    fn grid(&self, a: &'m str, b: &'m str, shown: &BTreeSet<&str>) -> Option<GridView<'m>> {
        let is_between = |pair: &&OverlapPair| pair.a.collection == a && pair.b.collection == b;
        let pairs: Vec<&'m OverlapPair> = self.map.overlaps.iter().filter(is_between).collect();
        let (mut rows, mut columns): (Vec<&ItemRef>, Vec<&ItemRef>) = (Vec::new(), Vec::new());
        let mut is_cut = false;
        for pair in &pairs {
            for (side, item) in [(&mut rows, &pair.a), (&mut columns, &pair.b)] {
                if side.contains(&item) {
                    continue;
                }
                if side.len() < SIDE {
                    side.push(item);
                } else {
                    is_cut = true;
                }
            }
        }
        // In the order of the collections, as one looks for an item.
        let places: BTreeMap<(&str, &str), usize> = self
            .map
            .items
            .iter()
            .enumerate()
            .map(|(at, item)| ((item.collection.as_str(), item.id.as_str()), at))
            .collect();
        let place = |item: &&ItemRef| places.get(&(item.collection.as_str(), item.id.as_str())).copied();
        rows.sort_by_key(place);
        columns.sort_by_key(place);
        let found: BTreeMap<(&ItemRef, &ItemRef), &OverlapPair> =
            pairs.iter().map(|pair| ((&pair.a, &pair.b), *pair)).collect();
        let cell = |row: &ItemRef, column: &ItemRef| {
            let Some(pair) = found.get(&(row, column)) else {
                return HeatCell { text: String::new(), step: 0, link: String::new(), told: String::new() };
            };
            let link = if shown.contains(pair.id.as_str()) { pair.id.clone() } else { String::new() };
            let told = format!("{} and {}: {}", row.id, column.id, verdict(pair.verdict).0.to_lowercase());
            HeatCell { text: percent(pair.strength).to_string(), step: step(pair.strength), link, told }
        };
        let row = |row: &&'m ItemRef| (self.side(row), columns.iter().map(|column| cell(row, column)).collect());
        (!rows.is_empty()).then(|| GridView {
            a,
            b,
            rows: rows.iter().map(row).collect(),
            columns: columns.iter().map(|column| self.side(column)).collect(),
            is_cut,
        })
    }
}

/// A passage in pieces. Spans are ascending; one within another adds nothing.
fn pieces(passage: &Passage) -> Pieces {
    let (text, mut pieces, mut at) = (passage.text.as_str(), Pieces::new(), 0);
    for (start, end) in &passage.words {
        let (start, end) = ((*start as usize).max(at), *end as usize);
        if let (Some(plain), Some(marked)) = (text.get(at..start), text.get(start..end)) {
            pieces.push((plain.to_owned(), false));
            pieces.push((marked.to_owned(), true));
            at = end;
        }
    }
    pieces.push((text.get(at..).unwrap_or_default().to_owned(), false));
    pieces.retain(|(piece, _)| !piece.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_passage_is_cut_at_the_shared_words_and_stays_whole() {
        let passage =
            Passage { start: 9, end: 31, text: "Huts open in winter.".into(), words: vec![(0, 4), (0, 9), (13, 19)] };
        let marked: Vec<String> = pieces(&passage).into_iter().filter(|(_, is)| *is).map(|(piece, _)| piece).collect();
        assert_eq!(marked, ["Huts", " open", "winter"]);
        let whole: String = pieces(&passage).into_iter().map(|(piece, _)| piece).collect();
        assert_eq!(whole, passage.text);
    }

    #[test]
    fn steps_and_per_cent_are_the_nearest() {
        assert_eq!([0.0, 0.01, 0.125, 0.126, 0.99, 1.0].map(step), [0, 1, 1, 2, 8, 8]);
        assert_eq!([0.0, 0.004, 0.006, 0.4949, 0.999, 1.0].map(percent), [0, 0, 1, 49, 100, 100]);
    }
}
