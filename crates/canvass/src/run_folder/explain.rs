//! What happened to one response, told from the run folder alone.

use super::read_manifest;
use crate::error::Error;
use crate::report::{FINDINGS, PointRecord, RESPONSES, ResponseRecord, guarded};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// What happened to a response: its cell, its points, the words that count and their terms, its themes with the words that
/// put it there, its group of near-duplicates, and the findings that quote it. For a wide file, one part a question.
///
/// # Errors
/// [`Error::NotARunFolder`]; [`Error::NoSuchResponse`], which names ids there are.
pub fn explain(folder: &Path, response_id: &str, question: Option<&str>) -> Result<String, Error> {
    read_manifest(folder)?;
    let refuse = |why: String| Error::NotARunFolder { folder: folder.to_path_buf(), why };
    let read = |name: &str| {
        fs::read_to_string(folder.join(name)).map_err(|error| refuse(format!("cannot read {name}: {error}")))
    };
    let findings: Value =
        serde_json::from_str(&read(FINDINGS)?).map_err(|error| refuse(format!("{FINDINGS} is damaged: {error}")))?;
    let mut told = String::new();
    let mut available = Vec::new();
    let mut questions: Vec<String> = Vec::new();
    for (at, line) in read(RESPONSES)?.lines().enumerate() {
        let record: ResponseRecord = serde_json::from_str(line)
            .map_err(|error| refuse(format!("{RESPONSES} line {} is damaged: {error}", at + 1)))?;
        if questions.last() != Some(&record.question) {
            questions.push(record.question.clone());
        }
        if question.is_some_and(|question| question != record.question) {
            continue;
        }
        // The tables write an id that a spreadsheet would run with an apostrophe before it.
        if record.response_id == response_id || guarded(&record.response_id) == response_id {
            tell(&mut told, &record, &findings).map_err(|error| refuse(error.to_string()))?;
        } else if available.len() < 5 && !available.contains(&record.response_id) {
            available.push(record.response_id);
        }
    }
    if told.is_empty() {
        return Err(Error::NoSuchResponse {
            folder: folder.to_path_buf(),
            response_id: response_id.to_owned(),
            question: question.map(str::to_owned),
            available,
            questions,
        });
    }
    Ok(told)
}

fn tell(out: &mut String, record: &ResponseRecord, findings: &Value) -> std::fmt::Result {
    let question = list(findings, "questions").iter().find(|question| question["id"] == record.question.as_str());
    let themes = question.map(|question| list(question, "themes")).unwrap_or_default();
    writeln!(out, "Question {}: {}", record.question, question.and_then(|q| q["text"].as_str()).unwrap_or_default())?;
    writeln!(out, "Response {} of respondent {}", record.response_id, record.respondent_id)?;
    let sheet = if record.sheet.is_empty() { String::new() } else { format!(", sheet {:?}", record.sheet) };
    writeln!(out, "  cell       {}{sheet}, row {}, column {}", record.file, record.row, record.column)?;
    let reason = if record.reason.is_empty() { String::new() } else { format!(": {}", record.reason) };
    writeln!(out, "  ledger     {}{reason}", record.state.replace('_', " "))?;
    if let Some(language) = &record.language {
        writeln!(out, "  language   {language}")?;
    }
    if !record.text.trim().is_empty() && record.points.is_empty() {
        writeln!(out, "  text       {}", one_line(&record.text))?;
    }
    for quotation in &record.quotations {
        writeln!(
            out,
            "  quotation  {} (bytes {} to {})",
            passage(record, quotation.start, quotation.end),
            quotation.start,
            quotation.end
        )?;
    }
    for (number, point) in record.points.iter().enumerate() {
        tell_point(out, record, number + 1, point, themes)?;
    }
    if let Some(group) = &record.duplicate_group {
        let group = question
            .and_then(|question| list(question, "duplicates").iter().find(|found| found["group_id"] == group.as_str()));
        if let Some(group) = group {
            let members = list(group, "members");
            let own = members.iter().find(|member| member["response_id"] == record.response_id.as_str());
            let (kind, similarity) = own.map_or(("", 0.0), |own| {
                (own["kind"].as_str().unwrap_or_default(), own["similarity"].as_f64().unwrap_or_default())
            });
            let representative = group["representative"].as_str().unwrap_or_default();
            let role = if representative == record.response_id {
                "the one that stands for it".to_owned()
            } else {
                format!("{kind} copy of response {representative}, similarity {similarity}")
            };
            let group_id = group["group_id"].as_str().unwrap_or_default();
            writeln!(out, "  duplicates group {group_id} of {} responses; {role}", members.len())?;
        }
    } else if record.language.is_some() {
        writeln!(out, "  duplicates none")?;
    }
    let n_findings = question.map_or(0, |question| list(question, "findings").len()) as u64;
    let quotes = |theme: &&Value| {
        list(theme, "verbatims").iter().any(|verbatim| verbatim["response_id"] == record.response_id.as_str())
    };
    let quoted_in: Vec<String> = themes
        .iter()
        .filter(quotes)
        .map(|theme| {
            let rank = theme["rank"].as_u64().unwrap_or_default();
            let what = if rank <= n_findings { "finding" } else { "theme below the findings, rank" };
            format!("{} ({what} {rank})", theme["label"].as_str().unwrap_or_default())
        })
        .collect();
    if record.language.is_some() {
        let quoted_in = if quoted_in.is_empty() { "no finding".to_owned() } else { quoted_in.join("; ") };
        writeln!(out, "  quoted in  {quoted_in}")?;
    }
    writeln!(out)
}

fn tell_point(
    out: &mut String,
    record: &ResponseRecord,
    number: usize,
    point: &PointRecord,
    themes: &[Value],
) -> std::fmt::Result {
    writeln!(
        out,
        "  point {number}    {} (bytes {} to {})",
        passage(record, point.start, point.end),
        point.start,
        point.end
    )?;
    let tokens: Vec<String> = point
        .tokens
        .iter()
        .map(|token| {
            let word = passage(record, token.start, token.end);
            match token.left_out.as_deref() {
                None => format!("{word} [{}]", token.stem),
                Some("question") => format!("{word} (word of the question)"),
                Some(_) => format!("{word} (quoted)"),
            }
        })
        .collect();
    writeln!(out, "    terms    {}", if tokens.is_empty() { "none".to_owned() } else { tokens.join(", ") })?;
    if point.themes.is_empty() {
        writeln!(out, "    themes   none")?;
    }
    for theme in &point.themes {
        let found = themes.iter().find(|found| found["theme_id"] == theme.theme_id.as_str());
        let stems: Vec<&str> = found
            .map(|found| list(found, "terms"))
            .unwrap_or_default()
            .iter()
            .filter_map(|term| term["stem"].as_str())
            .collect();
        let mut words: Vec<String> = point
            .tokens
            .iter()
            .filter(|token| token.left_out.is_none() && stems.contains(&token.stem.as_str()))
            .map(|token| format!("\"{}\"", passage(record, token.start, token.end)))
            .collect();
        let mut seen = std::collections::BTreeSet::new();
        words.retain(|word| seen.insert(word.to_lowercase()));
        let because = if words.is_empty() { String::new() } else { format!(" because of {}", words.join(", ")) };
        writeln!(
            out,
            "    theme    {} {} (rank {}){because}; strength {}",
            theme.theme_id,
            found.and_then(|found| found["label"].as_str()).unwrap_or_default(),
            found.map_or(0, |found| found["rank"].as_u64().unwrap_or_default()),
            theme.strength
        )?;
    }
    Ok(())
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn passage(record: &ResponseRecord, start: u32, end: u32) -> String {
    one_line(record.text.get(start as usize..end as usize).unwrap_or_default())
}

/// White space evened out, and control characters shown as such: an answer must not steer the terminal.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
