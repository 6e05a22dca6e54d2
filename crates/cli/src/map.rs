//! Collections held against each other.

use crate::arguments::Map as Arguments;
use crate::commands::counted;
use crate::console::Console;
use crate::progress::Progress;
use canvass::Error;
use canvass::mapping::{ItemRef, MAP_HTML, Map, MapRequest, NAMES, Verdict, files, map};
use canvass::run_folder::{check_set, write_set};
use canvass::settings::read_synonyms;
use serde_json::json;
use std::fmt::Write as _;
use std::process::ExitCode;

/// Groups that are told on the terminal.
const TOLD: usize = 10;

/// Maps; whatever is found, the map was made.
pub(crate) fn execute(arguments: &Arguments, console: Console) -> Result<ExitCode, Error> {
    check_set(&arguments.out, &NAMES, arguments.force)?;
    let mut synonyms = Vec::new();
    for path in &arguments.synonyms {
        synonyms.extend(read_synonyms(path)?);
    }
    let request = MapRequest {
        collections: arguments.collections.clone(),
        names: arguments.names.clone(),
        unit: arguments.items,
        id_column: arguments.id_column.clone(),
        text_column: arguments.text_column.clone(),
        title_column: arguments.title_column.clone(),
        language_column: arguments.language_column.clone(),
        sheet: arguments.sheet.clone(),
        encoding: arguments.encoding.clone(),
        question: arguments.question.clone(),
        synonyms,
        references: arguments.reference.clone(),
        seed: arguments.seed,
    };
    let map = map(&request, &Progress::on_terminals(console))?;
    write_set(&arguments.out, &files(&map)?, arguments.force)?;
    let page = arguments.out.join(MAP_HTML);
    let with = |verdict| map.overlaps.iter().filter(|pair| pair.verdict == verdict).count();
    console.event(&json!({
        "event": "done",
        "report": page.display().to_string(),
        "items": map.items.len(),
        "copied": with(Verdict::Copied),
        "overlap": with(Verdict::Overlap),
        "related": with(Verdict::Related),
        "groups": map.duplicated_work.len(),
    }));
    if !console.is_quiet() {
        console.result(&told(&map));
        console.result(&format!("map: {}", page.display()));
    }
    Ok(ExitCode::SUCCESS)
}

/// The map on a terminal.
fn told(map: &Map) -> String {
    let mut text = String::new();
    // Writing to a string does not fail.
    for collection in &map.collections {
        let n_items = counted(collection.n_items, "item");
        let _ = writeln!(text, "{}: {n_items}, {} overlapping", collection.name, collection.n_overlapping);
    }
    for alone in &map.alone {
        let n_items = counted(alone.n_items, "item");
        let _ = writeln!(
            text,
            "{}: {n_items} in {}, which no other collection has: not compared",
            alone.collection, alone.language
        );
    }
    let with = |verdict| map.overlaps.iter().filter(|pair| pair.verdict == verdict).count() as u64;
    let _ = writeln!(
        text,
        "{} copied, {} overlapping, {} related",
        counted(with(Verdict::Copied), "pair"),
        with(Verdict::Overlap),
        with(Verdict::Related)
    );
    if map.duplicated_work.is_empty() {
        text.push_str("\nno likely duplicated work");
    } else {
        text.push_str("\nlikely duplicated work:\n");
    }
    let item = |item: &ItemRef| format!("{} {}", item.collection, item.id);
    for group in map.duplicated_work.iter().take(TOLD) {
        let items: Vec<String> = group.items.iter().take(4).map(item).collect();
        let more = group.items.len().saturating_sub(4);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let terms: Vec<&str> = group.terms.iter().take(4).map(|term| term.term.as_str()).collect();
        let _ = writeln!(
            text,
            "    {:4} {:7}  {:.2}  {}{more}: {}",
            group.id,
            group.verdict.name(),
            group.strength,
            items.join(" + "),
            terms.join(", ")
        );
    }
    if map.duplicated_work.len() > TOLD {
        let _ = writeln!(text, "    and {} more", map.duplicated_work.len() - TOLD);
    }
    text.trim_end().to_owned()
}
