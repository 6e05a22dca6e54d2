//! Quotations of a summary, looked up in the answers.
//!
//! A quotation is what stands in double quotation marks and has three words or more; shorter ones are terms. It is exact where an answer has the
//! same words in the same order, whatever the case, the punctuation and the Unicode form; "[…]" may stand for anything. It is altered where an
//! answer has most of its words in its order.

use super::RULE;
use canvass_text::{Span, each_normalised_word};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeMap;

/// What is shorter, in words, is a term.
const MIN_WORDS: usize = 3;

/// What became of a quotation.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum QuotationVerdict {
    /// An answer has these words.
    Exact,
    /// An answer has most of them.
    Altered,
    /// No answer has.
    NotFound,
}

/// A quotation of a claim.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QuotationCheck {
    /// As the summary has it.
    pub text: String,
    /// What became of it.
    pub verdict: QuotationVerdict,
    /// The share of its words that the answer has in the same order.
    pub likeness: f64,
    /// Where it stands in the answers; none if it does not.
    pub found: Option<QuotedPassage>,
    /// Where it differs from the answer, in order; empty for exact ones and those not found.
    pub difference: Vec<Difference>,
}

/// The passage of an answer that a quotation is of.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct QuotedPassage {
    /// The question.
    pub question: String,
    /// The response.
    pub response_id: String,
    /// Its respondent.
    pub respondent_id: String,
    /// The passage, as the response has it.
    pub passage: String,
    /// Its first byte in the text that was analysed.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
}

/// A run of words of a quotation or of the passage it is of.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Difference {
    /// In which of the two it stands.
    pub stands_in: StandsIn,
    /// The words, with normal case and marks.
    pub words: String,
}

/// In which text words stand.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StandsIn {
    /// In both.
    Both,
    /// In the summary alone.
    Summary,
    /// In the answer alone.
    Answer,
}

/// An answer to look in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Searched<'t> {
    pub(super) question: &'t str,
    pub(super) response_id: &'t str,
    pub(super) respondent_id: &'t str,
    pub(super) text: &'t str,
}

/// What a text quotes, in its order.
pub(super) fn quotations(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find(['"', '“', '«', '„']) {
        let mark = rest[open..].chars().next().unwrap_or('"');
        let inner = &rest[open + mark.len_utf8()..];
        let closing: &[char] = match mark {
            '“' => &['”', '"'],
            '«' => &['»'],
            '„' => &['“', '”'],
            _ => &['"', '”'],
        };
        let Some(close) = inner.find(closing) else {
            rest = inner;
            continue;
        };
        let quoted = inner[..close].trim();
        if words(quoted).len() >= MIN_WORDS {
            found.push(quoted.to_owned());
        }
        rest = &inner[close..];
        rest = &rest[rest.chars().next().map_or(0, char::len_utf8)..];
    }
    found
}

/// The words of a text, as they are compared, and where each stands.
fn words(text: &str) -> Vec<(String, Span)> {
    let mut words = Vec::new();
    each_normalised_word(text, |span, word| words.push((word.to_owned(), span)));
    words
}

/// How often each word stands there.
fn counts<'w>(words: impl IntoIterator<Item = &'w (String, Span)>) -> BTreeMap<&'w str, usize> {
    let mut counts = BTreeMap::new();
    for (word, _) in words {
        *counts.entry(word.as_str()).or_default() += 1;
    }
    counts
}

/// The parts of a quotation between places where something was left out.
fn parts(quotation: &str) -> Vec<Vec<(String, Span)>> {
    let marks = ["[…]", "[...]", "(…)", "(...)", "…", "..."];
    let mut pieces = vec![quotation.to_owned()];
    for mark in marks {
        pieces = pieces.iter().flat_map(|piece| piece.split(mark).map(str::to_owned).collect::<Vec<_>>()).collect();
    }
    pieces.iter().map(|piece| words(piece)).filter(|words| !words.is_empty()).collect()
}

/// The best place for a quotation in one answer.
struct Placed {
    n_edits: usize,
    /// Words of the answer: from, to.
    from: usize,
    to: usize,
    steps: Vec<(StandsIn, String)>,
}

/// Looks quotations up, each with the question of its claim: of equally good places one in that question comes first, then the first.
pub(super) fn look_up(quotations: &[(String, Option<&str>)], answers: &[Searched<'_>]) -> Vec<QuotationCheck> {
    let parted: Vec<Vec<Vec<(String, Span)>>> = quotations.iter().map(|(text, _)| parts(text)).collect();
    let lengths: Vec<usize> = parted.iter().map(|parts| parts.iter().map(Vec::len).sum()).collect();
    let quoted: Vec<BTreeMap<&str, usize>> = parted.iter().map(|parts| counts(parts.iter().flatten())).collect();
    // For each answer and quotation the edits it takes; only what may be an altered quotation is laid beside the answer.
    let found: Vec<Vec<(usize, usize)>> = answers
        .par_iter()
        .map(|answer| {
            let of_answer = words(answer.text);
            let held = counts(&of_answer);
            let is_near = |number: &usize| {
                let shared = |(word, n): (&&str, &usize)| held.get(*word).map_or(0, |held| *held.min(n));
                let n_shared: usize = quoted[*number].iter().map(shared).sum();
                n_shared as f64 >= RULE.least_likeness * lengths[*number] as f64
            };
            let near = (0..parted.len()).filter(|number| !held.is_empty() && is_near(number));
            near.filter_map(|number| Some((number, place(&parted[number], &of_answer, false)?.n_edits))).collect()
        })
        .collect();
    let mut best: BTreeMap<usize, (usize, bool, usize)> = BTreeMap::new();
    for (at, of_answer) in found.iter().enumerate() {
        for (number, n_edits) in of_answer {
            let is_elsewhere = quotations[*number].1.is_some_and(|question| question != answers[at].question);
            let key = (*n_edits, is_elsewhere, at);
            best.entry(*number).and_modify(|known| *known = key.min(*known)).or_insert(key);
        }
    }
    let checks = quotations.iter().enumerate().map(|(number, (text, _))| {
        let length = lengths[number].max(1);
        let place_of = |(n_edits, _, at): &(usize, bool, usize)| {
            let likeness = 1.0 - *n_edits as f64 / length as f64;
            (likeness >= RULE.least_likeness).then_some((likeness, *at))
        };
        let Some((likeness, at)) = best.get(&number).and_then(place_of) else {
            let verdict = QuotationVerdict::NotFound;
            return QuotationCheck { text: text.clone(), verdict, likeness: 0.0, found: None, difference: Vec::new() };
        };
        let answer = &answers[at];
        let of_answer = words(answer.text);
        let placed = place(&parted[number], &of_answer, true);
        let found = placed.as_ref().map(|placed| {
            let span = Span { start: of_answer[placed.from].1.start, end: of_answer[placed.to - 1].1.end };
            QuotedPassage {
                question: answer.question.to_owned(),
                response_id: answer.response_id.to_owned(),
                respondent_id: answer.respondent_id.to_owned(),
                passage: span.of(answer.text).unwrap_or_default().to_owned(),
                start: span.start,
                end: span.end,
            }
        });
        let is_exact = placed.as_ref().is_some_and(|placed| placed.n_edits == 0);
        let verdict = if is_exact { QuotationVerdict::Exact } else { QuotationVerdict::Altered };
        let difference = placed.filter(|_| !is_exact).map(|placed| joined(placed.steps)).unwrap_or_default();
        QuotationCheck {
            text: text.clone(),
            verdict,
            likeness: crate::findings::four_decimals(likeness),
            found,
            difference,
        }
    });
    checks.collect()
}

/// Words of one kind that follow each other as one.
fn joined(steps: Vec<(StandsIn, String)>) -> Vec<Difference> {
    let mut runs: Vec<Difference> = Vec::new();
    for (stands_in, word) in steps {
        match runs.last_mut() {
            Some(last) if last.stands_in == stands_in => {
                last.words.push(' ');
                last.words.push_str(&word);
            }
            _ => runs.push(Difference { stands_in, words: word }),
        }
    }
    runs
}

/// Lays the parts of a quotation beside an answer, one behind the other: each where it takes the fewest edits. Without a place for all of them,
/// nothing.
fn place(parts: &[Vec<(String, Span)>], answer: &[(String, Span)], with_steps: bool) -> Option<Placed> {
    let mut all: Option<Placed> = None;
    let mut from = 0;
    for part in parts {
        let placed = place_part(part, answer.get(from..)?, with_steps)?;
        let (start, end) = (from + placed.from, from + placed.to);
        match &mut all {
            None => all = Some(Placed { from: start, to: end, ..placed }),
            Some(known) => {
                known.n_edits += placed.n_edits;
                known.to = end;
                known.steps.push((StandsIn::Both, "[…]".to_owned()));
                known.steps.extend(placed.steps);
            }
        }
        from = end;
    }
    all
}

/// The passage of the answer that takes the fewest edits of words to be the part; of several the first. Edits: a word more, a word less, a word
/// for another.
///
/// # Source
/// Sellers (1980), the theory and computation of evolutionary distances: the edit distance with a free start and end in the text.
fn place_part(part: &[(String, Span)], answer: &[(String, Span)], with_steps: bool) -> Option<Placed> {
    let (m, n) = (part.len(), answer.len());
    if n == 0 {
        return None;
    }
    // Each column is a word of the answer; with the edits stands the word that the passage begins with.
    let mut column: Vec<(usize, usize)> = (0..=m).map(|row| (row, 0)).collect();
    let mut best = (m, 0, 0);
    for (at, (word, _)) in answer.iter().enumerate() {
        let mut next = Vec::with_capacity(m + 1);
        next.push((0, at + 1));
        for (row, (own, _)) in part.iter().enumerate() {
            let cost = usize::from(own != word);
            // The free start of a passage is the word it begins with.
            let start = if row == 0 { at } else { column[row].1 };
            let other = (column[row].0 + cost, start);
            let more = (column[row + 1].0 + 1, column[row + 1].1);
            let less: (usize, usize) = (next[row].0 + 1, next[row].1);
            next.push(other.min(more).min(less));
        }
        column = next;
        let (n_edits, from) = column[m];
        if n_edits < best.0 && from <= at {
            best = (n_edits, from, at + 1);
        }
    }
    let (n_edits, from, to) = best;
    if to <= from {
        return None;
    }
    let steps = if with_steps { steps(part, &answer[from..to]) } else { Vec::new() };
    Some(Placed { n_edits, from, to, steps })
}

/// What two sequences of words share and do not, in order.
fn steps(part: &[(String, Span)], passage: &[(String, Span)]) -> Vec<(StandsIn, String)> {
    let (m, n) = (part.len(), passage.len());
    let mut costs = vec![vec![0_usize; n + 1]; m + 1];
    for (row, costs) in costs.iter_mut().enumerate() {
        costs[0] = row;
    }
    for (at, cost) in costs[0].iter_mut().enumerate() {
        *cost = at;
    }
    for row in 1..=m {
        for at in 1..=n {
            let cost = usize::from(part[row - 1].0 != passage[at - 1].0);
            costs[row][at] = (costs[row - 1][at - 1] + cost).min(costs[row - 1][at] + 1).min(costs[row][at - 1] + 1);
        }
    }
    let (mut row, mut at) = (m, n);
    let mut back = Vec::with_capacity(m + n);
    while row > 0 || at > 0 {
        let is_same = row > 0 && at > 0 && part[row - 1].0 == passage[at - 1].0;
        if is_same && costs[row][at] == costs[row - 1][at - 1] {
            back.push((StandsIn::Both, part[row - 1].0.clone()));
            (row, at) = (row - 1, at - 1);
        } else if row > 0 && at > 0 && costs[row][at] == costs[row - 1][at - 1] + 1 {
            back.push((StandsIn::Answer, passage[at - 1].0.clone()));
            back.push((StandsIn::Summary, part[row - 1].0.clone()));
            (row, at) = (row - 1, at - 1);
        } else if row > 0 && costs[row][at] == costs[row - 1][at] + 1 {
            back.push((StandsIn::Summary, part[row - 1].0.clone()));
            row -= 1;
        } else {
            back.push((StandsIn::Answer, passage[at - 1].0.clone()));
            at -= 1;
        }
    }
    back.reverse();
    back
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANSWERS: [&str; 3] = [
        "The night bus stops at the hospital only twice. We need it every hour, also on Sundays!",
        "Libraries should stay open in the evening, and lend tools.",
        "Büros öffnen spät.",
    ];

    fn check(quotation: &str) -> QuotationCheck {
        let answers =
            ANSWERS.map(|text| Searched { question: "q1", response_id: &text[..3], respondent_id: "r", text });
        look_up(&[(quotation.to_owned(), Some("q1"))], &answers).remove(0)
    }

    #[test]
    fn what_stands_in_quotation_marks_and_has_three_words_is_a_quotation() {
        let text = "They say \"we need it every hour\", “open in the evening” and « la nuit aussi », not \"night bus\" or 5\" pipes";
        assert_eq!(quotations(text), ["we need it every hour", "open in the evening", "la nuit aussi"]);
    }

    #[test]
    fn case_marks_and_unicode_form_do_not_make_a_quotation_altered() {
        let found = check("we need it EVERY hour – also on sundays");
        assert_eq!(found.verdict, QuotationVerdict::Exact);
        let passage = found.found.unwrap();
        assert_eq!(passage.passage, "We need it every hour, also on Sundays");
        assert_eq!(&ANSWERS[0][passage.start as usize..passage.end as usize], passage.passage);
        assert_eq!(check("bu\u{308}ros o\u{308}ffnen spa\u{308}t").verdict, QuotationVerdict::Exact);
    }

    #[test]
    fn what_was_left_out_with_a_mark_is_no_change() {
        assert_eq!(check("The night bus […] only twice").verdict, QuotationVerdict::Exact);
        assert_eq!(check("only twice […] The night bus").verdict, QuotationVerdict::NotFound);
    }

    #[test]
    fn an_altered_quotation_is_shown_with_its_difference() {
        let found = check("the night bus never stops at the hospital");
        assert_eq!(found.verdict, QuotationVerdict::Altered);
        let told: Vec<(StandsIn, &str)> = found.difference.iter().map(|of| (of.stands_in, of.words.as_str())).collect();
        let (both, summary) = (StandsIn::Both, StandsIn::Summary);
        assert_eq!(told, [(both, "the night bus"), (summary, "never"), (both, "stops at the hospital")]);
        let found = check("Libraries should be open in the evening");
        let told: Vec<(StandsIn, &str)> = found.difference.iter().map(|of| (of.stands_in, of.words.as_str())).collect();
        let changed =
            [(both, "libraries should"), (summary, "be"), (StandsIn::Answer, "stay"), (both, "open in the evening")];
        assert_eq!(told, changed);
    }

    #[test]
    fn an_invented_quotation_is_not_found() {
        let found = check("the harbour must be dredged by spring");
        assert_eq!((found.verdict, found.found), (QuotationVerdict::NotFound, None));
    }

    #[test]
    fn of_equal_places_one_in_the_question_of_the_claim_comes_first() {
        let text = "We need the ferry at night";
        let answers = ["q1", "q2"].map(|question| Searched { question, response_id: "1", respondent_id: "1", text });
        let found = look_up(&[("the ferry at night".to_owned(), Some("q2"))], &answers).remove(0);
        assert_eq!(found.found.unwrap().question, "q2");
    }
}
