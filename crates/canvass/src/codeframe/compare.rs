//! What differs between two code frames.

use super::{CodeFrame, Decision, Fate, FrameError, FrameState, ThemeState};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// What differs between two code frames.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
pub struct FrameDiff {
    /// The themes that differ, by question, those of the first frame first.
    pub themes: Vec<ThemeDiff>,
    /// The decisions that only the first has, in its order: id, action, question.
    pub only_in_a: Vec<DecisionNote>,
    /// Those that only the second has.
    pub only_in_b: Vec<DecisionNote>,
}

/// A decision that one of the frames lacks.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct DecisionNote {
    /// Its id.
    pub id: String,
    /// What it does.
    pub action: &'static str,
    /// The question.
    pub question: String,
    /// Who decided.
    pub author: String,
    /// When.
    pub time: String,
    /// In words.
    pub told: String,
}

/// What differs in a theme.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct ThemeDiff {
    /// The question.
    pub question: String,
    /// The theme.
    pub theme: String,
    /// `gained`, `lost` or `changed`.
    pub fate: &'static str,
    /// What changed: the field, what the first has, what the second has.
    pub changes: Vec<(&'static str, String, String)>,
}

/// Compares what two code frames come to, decisions included.
///
/// # Errors
/// [`FrameError`] if one of them cannot be replayed.
pub fn compare(a: &CodeFrame, b: &CodeFrame) -> Result<FrameDiff, FrameError> {
    let (state_a, state_b) = (a.replay()?, b.replay()?);
    let (themes_a, themes_b) = (there(&state_a), there(&state_b));
    let keys: BTreeSet<&(String, String)> = themes_a.keys().chain(themes_b.keys()).collect();
    let mut diff = FrameDiff::default();
    for key in keys {
        let (fate, changes) = match (themes_a.get(key), themes_b.get(key)) {
            (Some(_), None) => ("lost", Vec::new()),
            (None, Some(_)) => ("gained", Vec::new()),
            (Some(a), Some(b)) => ("changed", changes(a, b)),
            (None, None) => continue,
        };
        if fate != "changed" || !changes.is_empty() {
            diff.themes.push(ThemeDiff { question: key.0.clone(), theme: key.1.clone(), fate, changes });
        }
    }
    let missing = |from: &CodeFrame, other: &CodeFrame| {
        let known: BTreeSet<&str> = other.decisions.iter().map(|decision| decision.id.as_str()).collect();
        let missing = from.decisions.iter().filter(|decision| !known.contains(decision.id.as_str()));
        missing.map(note).collect()
    };
    diff.only_in_a = missing(a, b);
    diff.only_in_b = missing(b, a);
    Ok(diff)
}

fn note(decision: &Decision) -> DecisionNote {
    DecisionNote {
        id: decision.id.clone(),
        action: decision.action.name(),
        question: decision.question.clone(),
        author: decision.author.clone(),
        time: decision.time.clone(),
        told: super::log::told(&decision.action),
    }
}

fn there(state: &FrameState) -> BTreeMap<(String, String), &ThemeState> {
    let there = state.themes.iter().filter(|theme| theme.fate == Fate::There);
    there.map(|theme| ((theme.question.clone(), theme.id.clone()), theme)).collect()
}

fn changes(a: &ThemeState, b: &ThemeState) -> Vec<(&'static str, String, String)> {
    let terms = |theme: &ThemeState, excluded: bool| {
        let of = |(language, term): (canvass_text::Language, &super::FrameTerm)| {
            if language == theme.language { term.text.clone() } else { format!("{} ({})", term.text, language.code()) }
        };
        let terms: BTreeSet<String> =
            if excluded { theme.excluded().map(of).collect() } else { theme.included().map(of).collect() };
        terms.into_iter().collect::<Vec<_>>().join(", ")
    };
    let by_hand = |theme: &ThemeState| {
        let points = theme.all_parts().map(|part| part.pins.len()).sum::<usize>();
        let responses = theme.all_parts().map(|part| part.codes.len()).sum::<usize>();
        format!("{points} points, {responses} responses")
    };
    let proposed = |theme: &ThemeState| {
        let n = theme.all_parts().map(|part| part.proposed.len()).sum::<usize>();
        format!("{n} responses")
    };
    let parent = |theme: &ThemeState| theme.parent.clone().unwrap_or_default();
    let fields = [
        ("name", a.name.clone(), b.name.clone()),
        ("definition", a.definition.clone(), b.definition.clone()),
        ("include", terms(a, false), terms(b, false)),
        ("exclude", terms(a, true), terms(b, true)),
        ("parent", parent(a), parent(b)),
        ("status", a.status.name().to_owned(), b.status.name().to_owned()),
        ("by hand", by_hand(a), by_hand(b)),
        ("by classifier", proposed(a), proposed(b)),
    ];
    fields.into_iter().filter(|(_, a, b)| a != b).collect()
}

/// The differences as lines of text.
pub fn text(diff: &FrameDiff) -> String {
    let mut text = String::new();
    for ThemeDiff { question, theme, fate, changes } in &diff.themes {
        // Writing to a string does not fail.
        let _ = writeln!(text, "{question} {theme}: {fate}");
        for (field, a, b) in changes {
            let _ = writeln!(text, "    {field}: {a:?} -> {b:?}");
        }
    }
    for (name, notes) in [("first", &diff.only_in_a), ("second", &diff.only_in_b)] {
        if !notes.is_empty() {
            let _ = writeln!(text, "only in the {name}:");
        }
        for note in notes {
            let _ = writeln!(text, "    {}  {}  {}  {}: {}", note.id, note.time, note.author, note.question, note.told);
        }
    }
    if text.is_empty() { "no difference".to_owned() } else { text }
}
