//! A comparison in words.

use super::{Change, Diff, Fate, FindingDiff, GroupDiff, QuestionDiff, ResponseChanges};
use std::fmt::{Display, Result, Write as _};

/// Ids, settings and texts that are listed whole.
const MOST_IDS: usize = 20;
/// Characters of a value or a label.
const LONGEST: usize = 100;

/// The comparison for people, some lines a question.
pub fn text(diff: &Diff) -> String {
    let mut out = String::new();
    // Writing to a string does not fail.
    let _ = tell(&mut out, diff);
    out
}

fn tell(out: &mut String, diff: &Diff) -> Result {
    if diff.is_same {
        writeln!(out, "The two runs are the same: every output has the same bytes.")?;
        return Ok(());
    }
    writeln!(out, "What went in")?;
    let is_alike = diff.inputs.is_empty() && diff.settings.is_empty() && diff.resources.is_empty();
    if is_alike && !diff.version.differs() {
        writeln!(out, "  nothing that went in differs; one of the folders was changed: canvass verify tells which")?;
    }
    if diff.version.differs() {
        writeln!(out, "  version    {}", arrow(&diff.version))?;
    }
    for input in &diff.inputs {
        let what = match (&input.blake3.before, &input.blake3.after) {
            (None, _) => "added".to_owned(),
            (_, None) => "removed".to_owned(),
            (Some(before), Some(after)) => format!("other bytes: BLAKE3 {} -> {}", start(before), start(after)),
        };
        let role = format!("{:?}", input.role).to_lowercase();
        writeln!(out, "  {role:<10} {} {what}", one_line(&input.file))?;
    }
    for setting in &diff.settings {
        let value = |value: &Option<String>| value.as_ref().map_or_else(|| "none".to_owned(), |value| one_line(value));
        writeln!(
            out,
            "  setting    {}: {} -> {}",
            one_line(&setting.setting),
            value(&setting.before),
            value(&setting.after)
        )?;
    }
    for name in &diff.resources {
        writeln!(out, "  resource   {name} differs")?;
    }
    for question in &diff.questions {
        tell_question(out, question)?;
    }
    Ok(())
}

fn tell_question(out: &mut String, question: &QuestionDiff) -> Result {
    writeln!(out, "\n{}  {}", one_line(&question.id), one_line(&question.text))?;
    match (question.base.before, question.base.after) {
        (None, _) => writeln!(out, "  a question of the later run only")?,
        (_, None) => writeln!(out, "  a question of the earlier run only")?,
        _ => {}
    }
    writeln!(out, "  base       {}{}", arrow(&question.base), once(&question.base, &question.base_once))?;
    match &question.responses {
        Some(changes) => tell_responses(out, changes)?,
        None if question.base.before.is_some() && question.base.after.is_some() => {
            writeln!(out, "  responses  not compared: a folder does not hold them")?;
        }
        None => {}
    }
    for (at, group) in question.groups.iter().enumerate() {
        tell_group(out, group, at > 0)?;
    }
    Ok(())
}

fn tell_responses(out: &mut String, changes: &ResponseChanges) -> Result {
    let mut lists = vec![(&changes.came, "came"), (&changes.went, "went"), (&changes.changed, "have another text")];
    lists.retain(|(ids, _)| !ids.is_empty());
    if lists.is_empty() && changes.moved.is_empty() {
        return writeln!(out, "  responses  the same {}", changes.n_same);
    }
    for (ids, what) in lists {
        writeln!(out, "  responses  {} {what}: {}", ids.len(), listed(ids))?;
    }
    for moved in changes.moved.iter().take(MOST_IDS) {
        let state = Change {
            before: moved.state.before.as_ref().map(|state| state.replace('_', " ")),
            after: moved.state.after.as_ref().map(|state| state.replace('_', " ")),
        };
        writeln!(out, "  responses  {}: {}", one_line(&moved.response_id), arrow(&state))?;
    }
    if changes.moved.len() > MOST_IDS {
        writeln!(out, "  responses  {} more came into the base or left it", changes.moved.len() - MOST_IDS)?;
    }
    Ok(())
}

fn tell_group(out: &mut String, group: &GroupDiff, is_further: bool) -> Result {
    let indent = if is_further { "    " } else { "  " };
    if is_further {
        writeln!(out, "  in {}: base {}", group.language, arrow(&group.base))?;
    }
    if group.findings.is_empty() {
        writeln!(out, "{indent}no findings in either run")?;
    }
    for finding in &group.findings {
        tell_finding(out, finding, indent)?;
    }
    Ok(())
}

fn tell_finding(out: &mut String, finding: &FindingDiff, indent: &str) -> Result {
    let (fate, rank) = match finding.fate {
        Fate::Kept => ("kept", format!("rank {}", number(finding.rank.after))),
        Fate::Moved => ("moved", format!("rank {}", arrow(&finding.rank))),
        Fate::Risen => ("risen", format!("rank {}, from below the findings", arrow(&finding.rank))),
        Fate::New => ("new", format!("rank {}", number(finding.rank.after))),
        Fate::Fallen => ("fallen", format!("rank {}, now below the findings", arrow(&finding.rank))),
        Fate::Gone => ("gone", format!("was rank {}", number(finding.rank.before))),
    };
    let label = finding.label.after.as_ref().or(finding.label.before.as_ref()).map_or("", String::as_str);
    let was = match (&finding.label.before, &finding.label.after) {
        (Some(before), Some(after)) if before != after => format!(" (was {})", one_line(before)),
        _ => String::new(),
    };
    write!(out, "{indent}{fate:<7} {}{was}: {rank}; {}", one_line(label), arrow(&finding.n_respondents))?;
    let share = Change { before: finding.share.before.map(percent), after: finding.share.after.map(percent) };
    write!(out, " respondents{} ({})", once(&finding.n_respondents, &finding.n_respondents_once), arrow(&share))?;
    match &finding.likeness {
        Some(likeness) => {
            let responses = likeness.responses.map_or_else(|| "none to compare".to_owned(), |x| format!("{x:.2}"));
            writeln!(out, "; alike by responses {responses}, by terms {:.2}", likeness.terms)
        }
        None => writeln!(out),
    }
}

/// "12 -> 14"; one number where both are the same or one is not there.
fn arrow<T: Display + PartialEq>(change: &Change<T>) -> String {
    match (&change.before, &change.after) {
        (Some(before), Some(after)) if before != after => format!("{before} -> {after}"),
        (Some(only), _) | (None, Some(only)) => only.to_string(),
        (None, None) => "none".to_owned(),
    }
}

/// The count with near-duplicates counted once, where it is another.
fn once(raw: &Change<u64>, once: &Change<u64>) -> String {
    if raw == once { String::new() } else { format!(", {} counted once", arrow(once)) }
}

fn number(n: Option<u64>) -> String {
    n.map_or_else(String::new, |n| n.to_string())
}

fn percent(share: f64) -> String {
    format!("{} %", (share * 100.0).round())
}

/// The first characters of a hash.
fn start(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

fn listed(ids: &[String]) -> String {
    let mut listed: Vec<String> = ids.iter().take(MOST_IDS).map(|id| one_line(id)).collect();
    if ids.len() > MOST_IDS {
        listed.push(format!("and {} more", ids.len() - MOST_IDS));
    }
    listed.join(", ")
}

/// One line, cut where it is long, with control characters shown as such: no cell must steer the terminal.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let even: String = words.join(" ").chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect();
    if even.chars().count() <= LONGEST {
        return even;
    }
    let start: String = even.chars().take(LONGEST - 1).collect();
    format!("{start}…")
}
