//! What was found, against what is known of generated copies.

use super::{DuplicatesError, Found};
use crate::error::Error;
use crate::ingest::{Source, SourceRole};
use canvass_analysis::DuplicateKind;
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// How much of the copies of one kind was found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EditScore {
    /// What was done to them.
    pub edit: String,
    /// To which share of the words.
    pub strength: f64,
    /// Pairs of a source and its copy.
    pub n_pairs: u64,
    /// Those of them that were found: listed, or in one group as copies.
    pub n_found: u64,
    /// Those of them that were found and called near, exact or a template: partial copies left out.
    pub n_copies: u64,
    /// `n_found` / `n_pairs`, 0 to 1.
    pub recall: f64,
    /// Listed pairs with a source or copy of this kind.
    pub n_listed: u64,
    /// Those of them whose answers are of one family.
    pub n_right: u64,
    /// `n_right` / `n_listed`, 0 to 1.
    pub precision: f64,
    /// How many of the pairs found have which kind.
    pub kinds: BTreeMap<&'static str, u64>,
}

/// The truth of one copy.
struct Copy {
    source: u32,
    text: u32,
    cell: usize,
}

/// Compares what was found with the truth that the generator wrote.
///
/// # Errors
/// [`DuplicatesError::Truth`], and what reading the files again says.
pub fn score(found: &Found, truth: &Path) -> Result<Vec<EditScore>, Error> {
    let ids = found.ids()?;
    let mut numbers: Vec<(&str, u32)> = ids.iter().map(String::as_str).zip(0..).collect();
    numbers.sort_unstable();
    let (mut cells, copies) = read(truth, &numbers)?;

    // The source of each answer of a family, and its cell.
    let mut family: Vec<Option<(u32, usize)>> = vec![None; ids.len()];
    for copy in &copies {
        family[copy.text as usize] = Some((copy.source, copy.cell));
        family[copy.source as usize] = Some((copy.source, copy.cell));
    }
    // The generator's answers are to one question, which has no name.
    let duplicates = found.questions()[0].duplicates();
    let mut group_of = vec![u32::MAX; ids.len()];
    for (number, group) in (0..).zip(&duplicates.groups) {
        group.copies().for_each(|copy| group_of[copy as usize] = number);
    }
    for copy in &copies {
        let key = (copy.source.min(copy.text), copy.source.max(copy.text));
        let listed = duplicates.pairs.binary_search_by_key(&key, |pair| (pair.a, pair.b));
        let group = group_of[copy.source as usize];
        let kind = match listed {
            Ok(at) => Some(duplicates.pairs[at].kind),
            Err(_) if group != u32::MAX && group == group_of[copy.text as usize] => Some(DuplicateKind::Near),
            Err(_) => None,
        };
        let cell = &mut cells[copy.cell];
        cell.n_pairs += 1;
        if let Some(kind) = kind {
            cell.n_found += 1;
            cell.n_copies += u64::from(kind.is_copy());
            *cell.kinds.entry(kind.name()).or_default() += 1;
        }
    }
    for pair in &duplicates.pairs {
        let (a, b) = (family[pair.a as usize], family[pair.b as usize]);
        let is_right = matches!((a, b), (Some((a, _)), Some((b, _))) if a == b);
        let mut of: Vec<usize> = [a, b].into_iter().flatten().map(|(_, cell)| cell).collect();
        of.dedup();
        for cell in of {
            cells[cell].n_listed += 1;
            cells[cell].n_right += u64::from(is_right);
        }
    }
    for cell in &mut cells {
        cell.recall = cell.n_found as f64 / cell.n_pairs.max(1) as f64;
        cell.precision = if cell.n_listed == 0 { 1.0 } else { cell.n_right as f64 / cell.n_listed as f64 };
    }
    Ok(cells)
}

/// Reads the truth: the cells in the order of their names, and the copies.
fn read(truth: &Path, numbers: &[(&str, u32)]) -> Result<(Vec<EditScore>, Vec<Copy>), Error> {
    let (source, bytes) = Source::read(truth, SourceRole::Answers)?;
    let file = source.file.to_string();
    let refuse = |row: usize, why: &str| DuplicatesError::Truth { file: file.clone(), row, why: why.to_owned() };
    let text = String::from_utf8(bytes).map_err(|_| refuse(1, "it is not UTF-8 text"))?;
    let mut lines = text.lines();
    if lines.next() != Some("source,copy,edit,strength") {
        return Err(refuse(1, "the header is not source,copy,edit,strength").into());
    }
    let number = |row: usize, id: &str| {
        let at = numbers.binary_search_by_key(&id, |(known, _)| known);
        at.map(|at| numbers[at].1).map_err(|_| refuse(row, &format!("there is no answer {id:?}")))
    };
    let mut rows = Vec::new();
    let mut cells: BTreeMap<(String, u64), usize> = BTreeMap::new();
    for (row, line) in (2..).zip(lines) {
        let parts: Vec<&str> = line.split(',').collect();
        let [source, copy, edit, strength] = parts[..] else { return Err(refuse(row, "it has not four cells").into()) };
        let share: f64 = strength.parse().map_err(|_| refuse(row, "the strength is no number"))?;
        let key = (edit.to_owned(), share.to_bits());
        cells.insert(key.clone(), 0);
        rows.push((number(row, source)?, number(row, copy)?, key));
    }
    // Positive numbers are in the order of their bits.
    cells.values_mut().enumerate().for_each(|(number, cell)| *cell = number);
    let copies = rows.into_iter().map(|(source, text, key)| Copy { source, text, cell: cells[&key] }).collect();
    let empty = |(edit, strength): (String, u64)| EditScore {
        edit,
        strength: f64::from_bits(strength),
        n_pairs: 0,
        n_found: 0,
        n_copies: 0,
        recall: 0.0,
        n_listed: 0,
        n_right: 0,
        precision: 0.0,
        kinds: BTreeMap::new(),
    };
    Ok((cells.into_keys().map(empty).collect(), copies))
}

/// The scores as a table for people.
pub fn table(scores: &[EditScore]) -> String {
    use std::fmt::Write as _;
    let mut text = String::from("edit       strength    pairs  recall  as copies  precision  kinds\n");
    for score in scores {
        let kinds: Vec<String> = score.kinds.iter().map(|(kind, n)| format!("{kind} {n}")).collect();
        let as_copies = score.n_copies as f64 / score.n_pairs.max(1) as f64;
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            "{:<10} {:>8} {:>8} {:>7.4} {:>10.4} {:>10.4}  {}",
            score.edit,
            score.strength,
            score.n_pairs,
            score.recall,
            as_copies,
            score.precision,
            kinds.join(", ")
        );
    }
    text
}

/// The recall of each edit against its strength, as a drawing (SVG).
pub fn plot(scores: &[EditScore]) -> String {
    use std::fmt::Write as _;
    const COLOURS: [&str; 8] = ["#1b6ca8", "#c8553d", "#3b8c4a", "#8a5aa8", "#b8860b", "#4a4a4a", "#c2428a", "#2f8f8f"];
    let most = scores.iter().map(|score| score.strength).fold(0.1, f64::max);
    let x = |strength: f64| 60.0 + 480.0 * strength / most;
    let y = |share: f64| 330.0 - 300.0 * share;
    let mut svg = String::from(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 700 380\" font-family=\"sans-serif\" font-size=\"12\" role=\"img\" aria-label=\"Recall by edit and strength\">\n<rect width=\"700\" height=\"380\" fill=\"white\"/>\n",
    );
    for tick in 0..=5 {
        let share = f64::from(tick) / 5.0;
        let _ = writeln!(
            svg,
            "<path d=\"M60 {0:.1}H540\" stroke=\"#ddd\"/><text x=\"52\" y=\"{1:.1}\" text-anchor=\"end\">{share:.1}</text><text x=\"{2:.1}\" y=\"350\" text-anchor=\"middle\">{3:.0} %</text>",
            y(share),
            y(share) + 4.0,
            x(most * share),
            most * share * 100.0
        );
    }
    svg.push_str("<text x=\"300\" y=\"372\" text-anchor=\"middle\">share of the words touched</text><text x=\"60\" y=\"20\">recall</text>\n");
    let mut by_edit: Vec<&[EditScore]> = scores.chunk_by(|a, b| a.edit == b.edit).collect();
    by_edit.truncate(COLOURS.len());
    for (number, (of_edit, colour)) in by_edit.iter().zip(COLOURS).enumerate() {
        let points: Vec<String> =
            of_edit.iter().map(|score| format!("{:.1},{:.1}", x(score.strength), y(score.recall))).collect();
        let _ = writeln!(
            svg,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/><path d=\"M560 {1}h20\" stroke=\"{colour}\" stroke-width=\"3\"/><text x=\"586\" y=\"{2}\">{3}</text>",
            points.join(" "),
            40 + 20 * number,
            44 + 20 * number,
            of_edit[0].edit
        );
    }
    svg.push_str("</svg>\n");
    svg
}
