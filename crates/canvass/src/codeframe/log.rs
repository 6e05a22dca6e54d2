//! The decisions of a code frame, told one by one.

use super::{Action, CodeFrame, FrameError};
use std::fmt::Write as _;

/// A line for each decision, in their order: its id, when, who, what, why, and whether it was undone.
///
/// # Errors
/// [`FrameError`] if the frame cannot be replayed.
pub fn log(frame: &CodeFrame) -> Result<String, FrameError> {
    let state = frame.replay()?;
    let mut text = String::new();
    for (decision, undone_by) in frame.decisions.iter().zip(&state.undone_by) {
        let question = if decision.question.is_empty() { String::new() } else { format!(" {}:", decision.question) };
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "{}  {}  {} {} {}",
            decision.id,
            decision.time,
            decision.author,
            question,
            told(&decision.action)
        );
        if !decision.reason.is_empty() {
            let _ = write!(text, " ({})", decision.reason);
        }
        if let Some(by) = undone_by {
            let _ = write!(text, " [undone by {}]", frame.decisions[*by].id);
        }
        text.push('\n');
    }
    Ok(if text.is_empty() { "no decisions".to_owned() } else { text })
}

/// An action in words.
pub fn told(action: &Action) -> String {
    let in_language = |language: &str| if language.is_empty() { String::new() } else { format!(" ({language})") };
    let point = |response: &str, start: u32, end: u32| format!("the point {start}-{end} of response {response}");
    match action {
        Action::Rename { theme, name } => format!("{theme} is called {name:?}"),
        Action::Define { theme, definition } => format!("{theme} is defined: {definition:?}"),
        Action::Merge { theme, into } => format!("{theme} is part of {into}"),
        Action::Split { theme, new, name, terms } => {
            format!("{new} {name:?} is split from {theme}: {}", terms.join(", "))
        }
        Action::Delete { theme } => format!("{theme} is deleted"),
        Action::Add { theme, name, include, search, .. } => {
            let search = if search.is_empty() { String::new() } else { format!(", searched for as {search:?}") };
            format!("{theme} {name:?} is added: {}{search}", include.join(", "))
        }
        Action::AddTerm { theme, term, language, exclude } => {
            let what = if *exclude { "excludes" } else { "includes" };
            format!("{theme} {what} {term:?}{}", in_language(language))
        }
        Action::RemoveTerm { theme, term, language, exclude } => {
            let what = if *exclude { "excludes" } else { "includes" };
            format!("{theme} no longer {what} {term:?}{}", in_language(language))
        }
        Action::SetParent { theme, parent } if parent.is_empty() => format!("{theme} stands below no other theme"),
        Action::SetParent { theme, parent } => format!("{theme} stands below {parent}"),
        Action::SignOff { theme } => format!("{theme} is signed off"),
        Action::Reject { theme } => format!("{theme} is rejected"),
        Action::Reopen { theme } => format!("{theme} is open again"),
        Action::PinPoint { theme, response, start, end } => format!("{} is in {theme}", point(response, *start, *end)),
        Action::DropPoint { theme, response, start, end } => {
            format!("{} is not in {theme}", point(response, *start, *end))
        }
        Action::MovePoint { from, to, response, start, end } => {
            format!("{} moves from {from} to {to}", point(response, *start, *end))
        }
        Action::CodeResponse { theme, response } => format!("response {response} is in {theme}"),
        Action::DropResponse { theme, response } => format!("response {response} is not in {theme}"),
        Action::MoveResponse { from, to, response } => format!("response {response} moves from {from} to {to}"),
        Action::CodeExactly { response, themes, open } => {
            let these = match themes.as_slice() {
                [] => "no theme".to_owned(),
                themes => format!("{} and in no other", themes.join(", ")),
            };
            let open = if open.is_empty() { String::new() } else { format!("; {} left open", open.join(", ")) };
            format!("response {response} is in {these}{open}")
        }
        Action::ProposeCoding { theme, responses, without, n_coded, f1, .. } => format!(
            "a classifier learnt from {n_coded} coded responses (F1 {:.2}) puts {} into {theme} and takes {} out",
            f64::from(*f1),
            responses.len(),
            without.len()
        ),
        Action::MarkExemplar { theme, response, start, end } => {
            format!("{} shows what {theme} is", point(response, *start, *end))
        }
        Action::ExcludeVerbatim { theme, response, start, end } => {
            let of = if theme.is_empty() { "anywhere".to_owned() } else { format!("for {theme}") };
            format!("{} is not quoted {of}", point(response, *start, *end))
        }
        Action::Undo { decision } => format!("{decision} is undone"),
    }
}
