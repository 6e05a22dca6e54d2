//! What happened to one response, told from the run folder alone.

use super::read_manifest;
use crate::error::Error;
use crate::pipeline::LanguageSource;
use crate::report::{FINDINGS, INTERNAL_RESPONSES, PointRecord, RESPONSES, ResponseRecord, TokenRecord, guarded};
use canvass_text::{Language, LeftOut, Span};
use serde_json::Value;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

/// What happened to a response: its cell, its language, its points, the words that count and their terms, why the others do not,
/// its themes with the words that put it there, its group of near-duplicates, and the findings that quote it. For a wide file, one part a question.
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
    // Where small cells are suppressed, it is not among what is published.
    let responses = if folder.join(RESPONSES).is_file() { RESPONSES } else { INTERNAL_RESPONSES };
    for (at, line) in read(responses)?.lines().enumerate() {
        let record: ResponseRecord = serde_json::from_str(line)
            .map_err(|error| refuse(format!("{responses} line {} is damaged: {error}", at + 1)))?;
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

/// A theme of the findings.
struct Known<'v> {
    theme: &'v Value,
    /// Whether it is among the findings.
    is_finding: bool,
    /// Its language, if it is not the main one.
    further: Option<String>,
}

/// All themes of a question: those of the main language, then those of the others.
fn themes_of(question: &Value) -> Vec<Known<'_>> {
    let further = list(question, "languages").iter();
    let groups = std::iter::once((question, None)).chain(further.map(|group| (group, group["language"].as_str())));
    let themes = groups.flat_map(|(group, language)| {
        let n_findings = list(group, "findings").len();
        list(group, "themes").iter().enumerate().map(move |(at, theme)| Known {
            theme,
            is_finding: at < n_findings,
            further: language.map(language_name),
        })
    });
    themes.collect()
}

fn tell(out: &mut String, record: &ResponseRecord, findings: &Value) -> std::fmt::Result {
    let question = list(findings, "questions").iter().find(|question| question["id"] == record.question.as_str());
    let themes = question.map(themes_of).unwrap_or_default();
    writeln!(out, "Question {}: {}", record.question, question.and_then(|q| q["text"].as_str()).unwrap_or_default())?;
    writeln!(out, "Response {} of respondent {}", record.response_id, record.respondent_id)?;
    let sheet = if record.sheet.is_empty() { String::new() } else { format!(", sheet {:?}", record.sheet) };
    writeln!(out, "  cell       {}{sheet}, row {}, column {}", record.file, record.row, record.column)?;
    let reason = if record.reason.is_empty() { String::new() } else { format!(": {}", record.reason) };
    writeln!(out, "  ledger     {}{reason}", record.state.replace('_', " "))?;
    if let Some(language) = &record.language {
        let source = record.language_source.as_deref().unwrap_or_default();
        let confidence = record.language_confidence.map_or(String::new(), |sure| format!(" (confidence {sure:.2})"));
        writeln!(out, "  language   {}, {}{confidence}", language_name(language), language_reason(source))?;
    }
    if !record.text.trim().is_empty() && record.points.is_empty() {
        writeln!(out, "  text       {}", one_line(&record.text))?;
    }
    if record.translation.is_some() {
        writeln!(out, "  original   {}", one_line(&record.text))?;
        writeln!(out, "  analysed   its translation in the file, which the bytes below are into")?;
    }
    let mut tell_passages = |what: &str, passages: &[Span], why: &str| {
        passages.iter().try_for_each(|Span { start, end }| {
            writeln!(out, "  {what:<10} {} (bytes {start} to {end}){why}", passage(record, *start, *end))
        })
    };
    tell_passages("quotation", &record.quotations, "")?;
    tell_passages("shared", &record.boilerplate, ": stands in most answers")?;
    for (number, point) in record.points.iter().enumerate() {
        tell_point(out, record, number + 1, point, &themes)?;
    }
    if record.language.is_some() {
        tell_duplicates(out, record, question)?;
        tell_quoted_in(out, record, &themes)?;
    }
    writeln!(out)
}

fn tell_duplicates(out: &mut String, record: &ResponseRecord, question: Option<&Value>) -> std::fmt::Result {
    let Some(group_id) = &record.duplicate_group else {
        return writeln!(out, "  duplicates none");
    };
    let groups = question.map(|question| list(question, "duplicates")).unwrap_or_default();
    let Some(group) = groups.iter().find(|found| found["group_id"] == group_id.as_str()) else { return Ok(()) };
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
    let short = if group["is_short"] == true { " (too short to be counted once)" } else { "" };
    writeln!(out, "  duplicates group {group_id} of {} responses; {role}{short}", members.len())?;
    let added = list(group, "additions").iter().filter(|added| added["response_id"] == record.response_id.as_str());
    for added in added {
        // Where the translation was analysed, it is what all bytes here are into.
        let passage = if added["translation"].is_object() { &added["translation"] } else { added };
        let (start, end) = (passage["start"].as_u64().unwrap_or_default(), passage["end"].as_u64().unwrap_or_default());
        let text = one_line(passage["text"].as_str().unwrap_or_default());
        writeln!(out, "    adds to the standard text: {text} (bytes {start} to {end})")?;
    }
    Ok(())
}

fn tell_quoted_in(out: &mut String, record: &ResponseRecord, themes: &[Known<'_>]) -> std::fmt::Result {
    let quotes = |known: &&Known<'_>| {
        list(known.theme, "verbatims").iter().any(|verbatim| verbatim["response_id"] == record.response_id.as_str())
    };
    let quoted_in: Vec<String> = themes
        .iter()
        .filter(quotes)
        .map(|known| {
            let what = if known.is_finding { "finding" } else { "theme below the findings, rank" };
            format!("{} ({what} {})", known.label(), known.rank())
        })
        .collect();
    let quoted_in = if quoted_in.is_empty() { "no finding".to_owned() } else { quoted_in.join("; ") };
    writeln!(out, "  quoted in  {quoted_in}")
}

impl Known<'_> {
    fn label(&self) -> &str {
        self.theme["label"].as_str().unwrap_or_default()
    }

    /// Its rank, with the language it is a rank in if that is not the main one.
    fn rank(&self) -> String {
        let rank = self.theme["rank"].as_u64().unwrap_or_default();
        self.further.as_ref().map_or_else(|| rank.to_string(), |language| format!("{rank} in {language}"))
    }
}

fn tell_point(
    out: &mut String,
    record: &ResponseRecord,
    number: usize,
    point: &PointRecord,
    themes: &[Known<'_>],
) -> std::fmt::Result {
    let (start, end) = (point.start, point.end);
    writeln!(out, "  point {number}    {} (bytes {start} to {end})", passage(record, start, end))?;
    if let Some(language) = &point.language {
        writeln!(out, "    language {}, unlike the rest", language_name(language))?;
    }
    let told = |tokens: &[TokenRecord]| {
        let told: Vec<String> = tokens.iter().map(|token| tell_token(record, token)).collect();
        told.join(", ")
    };
    writeln!(out, "    terms    {}", if point.tokens.is_empty() { "none".to_owned() } else { told(&point.tokens) })?;
    if !point.phrases.is_empty() {
        writeln!(out, "    phrases  {}", told(&point.phrases))?;
    }
    if point.themes.is_empty() {
        writeln!(out, "    themes   none")?;
    }
    for theme in &point.themes {
        let known = themes.iter().find(|known| known.theme["theme_id"] == theme.theme_id.as_str());
        let stems: Vec<&str> = known
            .map(|known| list(known.theme, "terms"))
            .unwrap_or_default()
            .iter()
            .filter_map(|term| term["stem"].as_str())
            .collect();
        let mut words: Vec<String> = point
            .tokens
            .iter()
            .chain(&point.phrases)
            .filter(|token| token.left_out.is_none() && stems.contains(&token.stem.as_str()))
            .map(|token| format!("\"{}\"", passage(record, token.start, token.end)))
            .collect();
        let mut seen = std::collections::BTreeSet::new();
        words.retain(|word| seen.insert(word.to_lowercase()));
        let because = if words.is_empty() { String::new() } else { format!(" because of {}", words.join(", ")) };
        let (label, rank) = known.map_or(("", String::new()), |known| (known.label(), known.rank()));
        writeln!(out, "    theme    {} {label} (rank {rank}){because}; strength {}", theme.theme_id, theme.strength)?;
    }
    Ok(())
}

/// A token with its stem, or with the reason why it carries no theme.
fn tell_token(record: &ResponseRecord, token: &TokenRecord) -> String {
    let written = passage(record, token.start, token.end);
    match token.left_out.as_deref() {
        None => format!("{written} [{}]", token.stem),
        Some(name) => format!("{written} ({})", left_out_reason(name)),
    }
}

/// Why a token carries no theme.
fn left_out_reason(name: &str) -> &str {
    let reasons = [
        (LeftOut::Question, "word of the question"),
        (LeftOut::Preamble, "restates the question"),
        (LeftOut::Boilerplate, "in a passage that most answers share"),
        (LeftOut::Quotation, "quoted from a reference text"),
    ];
    reasons.iter().find(|(known, _)| known.name() == name).map_or(name, |(_, reason)| reason)
}

/// How a response's language is known.
fn language_reason(source: &str) -> &str {
    let reasons = [
        (LanguageSource::Identified, "as its text shows"),
        (LanguageSource::Column, "as the file says"),
        (LanguageSource::Translation, "that of its translation"),
        (LanguageSource::Settings, "as the settings want all answers read"),
        (LanguageSource::Main, "the main language, as its own is not sure"),
    ];
    reasons.iter().find(|(known, _)| known.name() == source).map_or(source, |(_, reason)| reason)
}

/// The English name of a language; a code unknown here keeps its own.
fn language_name(code: &str) -> String {
    Language::from_code(code).map_or_else(|| code.to_owned(), |language| language.name().to_owned())
}

fn list<'v>(value: &'v Value, key: &str) -> &'v [Value] {
    value[key].as_array().map(Vec::as_slice).unwrap_or_default()
}

fn passage(record: &ResponseRecord, start: u32, end: u32) -> String {
    let analysed = record.translation.as_ref().unwrap_or(&record.text);
    one_line(analysed.get(start as usize..end as usize).unwrap_or_default())
}

/// White space evened out, and control characters shown as such: an answer must not steer the terminal.
fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_its_words() {
        let reasons = [LeftOut::Question, LeftOut::Preamble, LeftOut::Boilerplate, LeftOut::Quotation];
        let told: std::collections::BTreeSet<&str> =
            reasons.into_iter().map(|reason| left_out_reason(reason.name())).collect();
        assert_eq!(told.len(), reasons.len());
        assert!(reasons.iter().all(|reason| !told.contains(reason.name())), "{told:?}");
        assert_eq!(left_out_reason("unheard of"), "unheard of");
    }

    #[test]
    fn every_source_of_a_language_has_its_words() {
        let sources = [
            LanguageSource::Identified,
            LanguageSource::Column,
            LanguageSource::Translation,
            LanguageSource::Settings,
            LanguageSource::Main,
        ];
        assert!(sources.into_iter().all(|source| language_reason(source.name()).contains(' ')));
    }
}
