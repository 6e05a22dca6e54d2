//! Numbers that a summary gives, checked against the run.
//!
//! A number is checked where a word says what it counts: respondents or answers ("24 answers", "7 of 14 respondents", "a third of the members"),
//! a share of them ("27 %"), or a word for one ("most respondents"). Ids in brackets and lists of ids are no numbers to check; others, such as
//! years, are listed unchecked.

use super::RULE;
use crate::settings::{Quantifier, quantifier};
use serde::Serialize;

/// What became of a number.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberVerdict {
    /// The run has it, or one near it.
    Agrees,
    /// The run has another.
    Differs,
    /// Nothing says what it counts.
    Unchecked,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Counted {
    /// Respondents behind the claim.
    Respondents,
    /// Respondents behind the claim, near-duplicates counted once.
    RespondentsOnce,
    /// The base of the question.
    Base,
    /// The base of the question, near-duplicates counted once.
    BaseOnce,
    /// The share of the base.
    Share,
    /// The share of the base, in words.
    Quantifier,
    /// Not known.
    Unknown,
}

/// A number of a claim.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NumberCheck {
    /// The number with the words around it, as the summary has it.
    pub text: String,
    /// What it counts.
    pub counts: Counted,
    /// Its value: respondents, or a share in percent; none for a word.
    pub value: Option<f64>,
    /// What the run has, in the same unit; none if it is not checked.
    pub found: Option<f64>,
    /// For a word for a share the one that the run's scale has for it; empty: not such a word.
    pub found_word: String,
    /// What became of it.
    pub verdict: NumberVerdict,
}

/// What the run has for a claim, or for its question.
#[derive(Clone, Copy, Debug)]
pub(super) struct Known<'s> {
    /// Respondents behind the claim, raw and once; none for what is said of a whole question.
    pub(super) behind: Option<(u64, u64)>,
    /// The base, raw and once.
    pub(super) base: (u64, u64),
    pub(super) scale: &'s [Quantifier],
}

/// A word of the summary.
struct Word<'t> {
    /// As it is written.
    written: &'t str,
    /// In lower case, without the marks around it.
    form: String,
    start: usize,
}

/// Nouns for those who are counted.
const RESPONDENTS: [&str; 24] = [
    "respondents",
    "respondent",
    "responses",
    "response",
    "answers",
    "answer",
    "members",
    "participants",
    "submissions",
    "contributions",
    "people",
    "organisations",
    "organizations",
    "countries",
    "comments",
    "replies",
    "répondants",
    "réponses",
    "contributions",
    "participants",
    "membres",
    "encuestados",
    "respuestas",
    "participantes",
];
/// What says that near-duplicates count once.
const ONCE: [&str; 4] = ["dedup", "deduplicated", "once", "near-duplicate"];
/// Numbers in words.
const NAMED: [(&str, f64); 20] = [
    ("one", 1.0),
    ("two", 2.0),
    ("three", 3.0),
    ("four", 4.0),
    ("five", 5.0),
    ("six", 6.0),
    ("seven", 7.0),
    ("eight", 8.0),
    ("nine", 9.0),
    ("ten", 10.0),
    ("eleven", 11.0),
    ("twelve", 12.0),
    ("thirteen", 13.0),
    ("fourteen", 14.0),
    ("fifteen", 15.0),
    ("sixteen", 16.0),
    ("seventeen", 17.0),
    ("eighteen", 18.0),
    ("nineteen", 19.0),
    ("twenty", 20.0),
];
/// Words for shares, and the steps of the usual scale that they stand for.
const SHARES: [(&[&str], &str); 12] = [
    (&["nearly", "all"], "nearly_all"),
    (&["almost", "all"], "nearly_all"),
    (&["most"], "most"),
    (&["a", "majority"], "most"),
    (&["the", "majority"], "most"),
    (&["about", "half"], "about_half"),
    (&["half"], "about_half"),
    (&["many"], "many"),
    (&["some"], "some"),
    (&["several"], "some"),
    (&["a", "few"], "a_few"),
    (&["few"], "a_few"),
];
/// Words that may stand between a number and what it counts.
const BETWEEN: [&str; 8] = ["of", "the", "all", "our", "separate", "different", "individual", "des"];

/// The numbers of a text, checked, in its order.
pub(super) fn check(text: &str, known: &Known<'_>) -> Vec<NumberCheck> {
    let words = words(text);
    let mut checks = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let (check, next) = read(text, &words, at, known);
        checks.extend(check);
        at = next;
    }
    checks
}

/// The words of a text, without what stands in brackets and is ids, and without lists of ids.
fn words(text: &str) -> Vec<Word<'_>> {
    let mut words: Vec<Word<'_>> = Vec::new();
    let mut skip_to = 0;
    let mut in_ids = false;
    for (start, written) in pieces(text) {
        if start < skip_to {
            continue;
        }
        if let Some(end) = ids_in_brackets(&text[start..]) {
            skip_to = start + end;
            continue;
        }
        let form = written.trim_matches(|c: char| !c.is_alphanumeric() && c != '%').to_lowercase();
        if in_ids && form.chars().all(|c| c.is_ascii_digit() || matches!(c, '+' | ',')) {
            continue;
        }
        // "Indices: 1, 5, 7", "ids 12, 14".
        in_ids = matches!(form.as_str(), "indices" | "ids" | "id" | "index");
        if !form.is_empty() {
            words.push(Word { written, form, start });
        }
    }
    words
}

fn pieces(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_whitespace().map(|piece| (piece.as_ptr() as usize - text.as_ptr() as usize, piece))
}

/// Where a bracket that holds nothing but ids ends, if the text begins with one: numbers with commas, plus signs and "and".
fn ids_in_brackets(text: &str) -> Option<usize> {
    let closing = match text.chars().next()? {
        '(' => ')',
        '[' => ']',
        _ => return None,
    };
    let end = text.find(closing)?;
    let inner = text.get(1..end)?;
    let is_id = |part: &str| part == "and" || (part.contains(|c: char| c.is_ascii_digit()) && !part.contains('%'));
    let mut parts = inner
        .split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '+'))
        .filter(|part| !part.is_empty())
        .peekable();
    (parts.peek().is_some() && parts.all(is_id)).then_some(end + closing.len_utf8())
}

/// The value of a word, and whether it is a share of a hundred.
fn value(word: &Word<'_>) -> Option<(f64, bool)> {
    if let Some((_, value)) = NAMED.iter().find(|(name, _)| *name == word.form) {
        return Some((*value, false));
    }
    let (digits, is_share) = match word.form.strip_suffix('%') {
        Some(digits) => (digits, true),
        None => (word.form.as_str(), false),
    };
    let is_grouped = |groups: &str| {
        let mut groups = groups.split(',');
        groups.next().is_some_and(|first| (1..=3).contains(&first.len())) && groups.all(|group| group.len() == 3)
    };
    let plain =
        if digits.contains(',') && is_grouped(digits) { digits.replace(',', "") } else { digits.replace(',', ".") };
    if !plain.starts_with(|c: char| c.is_ascii_digit()) || plain.contains(|c: char| !c.is_ascii_digit() && c != '.') {
        return None;
    }
    plain.parse().ok().map(|value| (value, is_share))
}

/// What stands at a word, and the word to go on with.
fn read(text: &str, words: &[Word<'_>], at: usize, known: &Known<'_>) -> (Option<NumberCheck>, usize) {
    let form = |at: usize| words.get(at).map_or("", |word| word.form.as_str());
    let is_noun = |at: usize| RESPONDENTS.contains(&form(at));
    // The first word behind that does not merely join.
    let behind =
        |from: usize| (from..words.len().min(from + 4)).find(|at| !BETWEEN.contains(&form(*at))).unwrap_or(words.len());
    let passage = |to: usize| {
        let last = &words[to.min(words.len() - 1)];
        let end = last.start + last.written.len();
        text[words[at].start..end].trim_matches(|c: char| !c.is_alphanumeric() && c != '%').to_owned()
    };
    if let Some((forms, step)) = SHARES.iter().find(|(forms, _)| (0..forms.len()).all(|n| form(at + n) == forms[n])) {
        let noun = behind(at + forms.len());
        if is_noun(noun) {
            return (Some(of_quantifier(passage(noun), step, known)), noun + 1);
        }
        return (None, at + 1);
    }
    let Some((number, mut is_share)) = value(&words[at]) else { return (None, at + 1) };
    let mut next = at + 1;
    if matches!(form(next), "%" | "percent" | "pct") {
        is_share = true;
        next += 1;
    } else if form(next) == "per" && form(next + 1) == "cent" {
        is_share = true;
        next += 2;
    }
    if is_share {
        let noun = behind(next);
        let to = if is_noun(noun) { noun } else { next - 1 };
        return (Some(of_share(passage(to), number, known)), to + 1);
    }
    // "7 of 14 respondents", "7 out of 14".
    let of = if form(next) == "of" {
        Some(next + 1)
    } else if form(next) == "out" && form(next + 1) == "of" {
        Some(next + 2)
    } else {
        None
    };
    if let Some(whole_at) = of
        && let Some((_, false)) = words.get(whole_at).and_then(value)
    {
        let whole = value(&words[whole_at]).map_or(0.0, |(value, _)| value);
        let next = whole_at + 1 + usize::from(is_noun(whole_at + 1));
        return (Some(of_part(passage(next - 1), number, whole, known)), next);
    }
    let noun = behind(next);
    if ONCE.contains(&form(next)) {
        return (Some(of_respondents(passage(next), number, true, known)), next + 1);
    }
    if is_noun(noun) {
        return (Some(of_respondents(passage(noun), number, false, known)), noun + 1);
    }
    // Words for numbers say too little by themselves.
    let is_digits = words[at].form.starts_with(|c: char| c.is_ascii_digit());
    (is_digits.then(|| unchecked(passage(at), number)), next)
}

fn unchecked(text: String, value: f64) -> NumberCheck {
    let (counts, verdict) = (Counted::Unknown, NumberVerdict::Unchecked);
    NumberCheck { text, counts, value: Some(value), found: None, found_word: String::new(), verdict }
}

fn verdict(agrees: bool) -> NumberVerdict {
    if agrees { NumberVerdict::Agrees } else { NumberVerdict::Differs }
}

/// A part of a whole: checked where the whole is the base. Of another whole, nothing says who is meant.
fn of_part(text: String, part: f64, whole: f64, known: &Known<'_>) -> NumberCheck {
    let is_base = (whole - known.base.0 as f64).abs() < 0.5;
    if is_base { of_respondents(text, part, false, known) } else { unchecked(text, part) }
}

fn of_respondents(text: String, value: f64, is_once: bool, known: &Known<'_>) -> NumberCheck {
    let pick = |(raw, once): (u64, u64)| if is_once { once as f64 } else { raw as f64 };
    let (found, counts) = match (known.behind, is_once) {
        (Some(behind), false) => (pick(behind), Counted::Respondents),
        (Some(behind), true) => (pick(behind), Counted::RespondentsOnce),
        (None, false) => (pick(known.base), Counted::Base),
        (None, true) => (pick(known.base), Counted::BaseOnce),
    };
    // A base is known exactly; who supports a claim is found by words.
    let tolerance =
        if known.behind.is_some() { RULE.respondents_tolerance.max(RULE.number_tolerance * found) } else { 0.0 };
    let verdict = verdict((value - found).abs() <= tolerance);
    NumberCheck { text, counts, value: Some(value), found: Some(found), found_word: String::new(), verdict }
}

/// The share of the base behind a claim, in percent.
fn share(known: &Known<'_>) -> Option<f64> {
    let (behind, _) = known.behind?;
    (known.base.0 > 0).then(|| 100.0 * behind as f64 / known.base.0 as f64)
}

fn of_share(text: String, value: f64, known: &Known<'_>) -> NumberCheck {
    let Some(share) = share(known) else { return unchecked(text, value) };
    let verdict = verdict((value - share).abs() <= RULE.points_tolerance);
    let found = Some((share * 10.0).round() / 10.0);
    NumberCheck { text, counts: Counted::Share, value: Some(value), found, found_word: String::new(), verdict }
}

fn of_quantifier(text: String, step: &str, known: &Known<'_>) -> NumberCheck {
    let (Some(share), Some((behind, _))) = (share(known), known.behind) else {
        let (counts, verdict) = (Counted::Quantifier, NumberVerdict::Unchecked);
        return NumberCheck { text, counts, value: None, found: None, found_word: String::new(), verdict };
    };
    let word = quantifier(known.scale, share / 100.0, behind);
    // On another scale the usual words may be missing: then nothing says what they stand for.
    let is_on_scale = known.scale.iter().any(|of| of.word == step);
    let verdict = if is_on_scale { verdict(word == step) } else { NumberVerdict::Unchecked };
    let found = Some((share * 10.0).round() / 10.0);
    NumberCheck { text, counts: Counted::Quantifier, value: None, found, found_word: word.replace('_', " "), verdict }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::FindingSettings;

    fn told(text: &str) -> Vec<(String, Counted, NumberVerdict)> {
        let scale = FindingSettings::default().quantifiers;
        let known = Known { behind: Some((24, 20)), base: (43, 40), scale: &scale };
        check(text, &known).into_iter().map(|of| (of.text, of.counts, of.verdict)).collect()
    }

    #[test]
    fn numbers_are_checked_where_a_word_says_what_they_count() {
        use Counted::{Quantifier, Respondents, RespondentsOnce, Share, Unknown};
        use NumberVerdict::{Agrees, Differs, Unchecked};
        let of = |text: &str, counts, verdict| vec![(text.to_owned(), counts, verdict)];
        assert_eq!(told("Support: 24 answers."), of("24 answers", Respondents, Agrees));
        assert_eq!(told("Named by 31 of the respondents"), of("31 of the respondents", Respondents, Differs));
        assert_eq!(told("twelve respondents"), of("twelve respondents", Respondents, Differs));
        assert_eq!(told("22 dedup"), of("22 dedup", RespondentsOnce, Agrees));
        assert_eq!(told("56 % of members"), of("56 % of members", Share, Agrees));
        assert_eq!(told("27% want it"), of("27%", Share, Differs));
        assert_eq!(told("7 of 14 respondents"), of("7 of 14 respondents", Unknown, Unchecked));
        assert_eq!(told("12 out of 43 members"), of("12 out of 43 members", Respondents, Differs));
        assert_eq!(told("About half of the respondents"), of("About half of the respondents", Quantifier, Agrees));
        assert_eq!(told("Most respondents want it"), of("Most respondents", Quantifier, Differs));
        assert_eq!(told("in 2028 it begins"), of("2028", Unknown, Unchecked));
        assert_eq!(told("1,024 answers"), of("1,024 answers", Respondents, Differs));
    }

    #[test]
    fn ids_and_names_are_no_numbers() {
        assert_eq!(told("merging some initiatives (41) and others (16, 26+27, 28, 33). Indices: 1, 5, 7."), []);
        assert_eq!(told("Codes Q5-T02; one plan for most Sectors"), []);
    }

    #[test]
    fn what_is_said_of_a_question_is_checked_against_its_base() {
        let scale = FindingSettings::default().quantifiers;
        let known = Known { behind: None, base: (43, 41), scale: &scale };
        let of: Vec<(Counted, NumberVerdict)> = check("(43 answers; 42 once near-duplicates are counted)", &known)
            .into_iter()
            .map(|of| (of.counts, of.verdict))
            .collect();
        assert_eq!(of, [(Counted::Base, NumberVerdict::Agrees), (Counted::BaseOnce, NumberVerdict::Differs)]);
    }
}
