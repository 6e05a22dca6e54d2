//! What varied copies of a standard text add to it.
//!
//! A copy counts once with its standard text; what its sender added is their own. So added passages are points of their own, and
//! [`Added`] says which points these are and what they count as.

use super::duplicates::Copied;
use crate::findings::units;
use canvass_analysis::duplicates::word_hash;
use canvass_analysis::{AnalysisError, DuplicateKind, DuplicateSettings, Group, Texts, find_groups};
use canvass_text::{AnalysedText, AnalysedTexts, Analysis, Point, Span, Token, each_normalised_word};
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A passage of which at least this share of the words stands in what it replaces is an edit of that, no addition.
const EDITED: f64 = 0.5;

/// What varied copies among the responses to a question add; indices of responses are into `QuestionRun::positions`.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Added {
    /// By response, ascending.
    additions: BTreeMap<u32, Additions>,
}

/// What a varied copy adds.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
struct Additions {
    /// Its points that are additions, ascending; never none.
    points: Vec<u32>,
    /// What they count as: a number of the respondent's own, beyond those of all units of [`units`], shared with those who add the
    /// same text.
    unit: u32,
    /// The response whose additions these are a near-duplicate of; itself if they are none's.
    first: u32,
}

impl Added {
    /// The responses that add something, ascending.
    pub fn responses(&self) -> impl Iterator<Item = u32> {
        self.additions.keys().copied()
    }

    /// The points of a response that are additions, ascending.
    pub fn points(&self, response: u32) -> &[u32] {
        self.additions.get(&response).map_or(&[], |additions| &additions.points)
    }

    /// What the additions of a response count as; none where it has none.
    pub(crate) fn unit(&self, response: u32) -> Option<u32> {
        self.additions.get(&response).map(|additions| additions.unit)
    }

    /// The first response with near-duplicates of the additions of this one.
    pub(crate) fn first(&self, response: u32) -> Option<u32> {
        self.additions.get(&response).map(|additions| additions.first)
    }

    /// Whether a point is an addition.
    pub(crate) fn holds(&self, response: u32, point: u32) -> bool {
        self.points(response).binary_search(&point).is_ok()
    }
}

/// A varied copy, with its text taken apart anew.
struct Varied {
    response: u32,
    /// The group it is a copy in.
    group: u32,
    points: Vec<Point>,
    /// For each of them the point it was cut from.
    from: Vec<u32>,
    /// Those of them that are additions.
    added: Vec<u32>,
    /// The words of the additions.
    words: Vec<u64>,
}

/// Finds what varied copies add and makes it points of their own in `analysis`.
///
/// An addition is a point without a word in shared passages, or a run of at least `min_words` such words within a point that ends
/// with a clause, cut out of it; in both something has to carry a theme, and most words must not stand in what the
/// standard text has in their stead. `texts` and `ids` are those of the responses and of their respondents. `originals` is kept in step.
///
/// # Errors
/// [`AnalysisError`] if a setting is out of bounds.
pub(super) fn find(
    copied: &Copied,
    texts: &[&str],
    ids: &[&str],
    analysis: &mut Analysis,
    originals: &mut BTreeMap<u32, Vec<Span>>,
    settings: &DuplicateSettings,
) -> Result<Added, AnalysisError> {
    let varied = varied_copies(copied, texts, &analysis.texts, settings);
    let added = count_as(&varied, ids, settings)?;
    for varied in varied {
        if let Some(spans) = originals.get_mut(&varied.response) {
            *spans = varied.from.iter().map(|point| spans[*point as usize]).collect();
        }
        let mut analysed = analysis.texts.get(varied.response as usize);
        analysed.points = varied.points.into_boxed_slice();
        analysis.texts.set(varied.response as usize, &analysed);
    }
    Ok(added)
}

/// The additions as passages, by response: of those that are near-duplicates of each other one, as the same addition counts once.
///
/// # Errors
/// As [`find`].
pub(super) fn passages(
    copied: &Copied,
    texts: &[&str],
    ids: &[&str],
    analysed: &AnalysedTexts,
    settings: &DuplicateSettings,
) -> Result<BTreeMap<u32, Vec<Span>>, AnalysisError> {
    let varied = varied_copies(copied, texts, analysed, settings);
    let added = count_as(&varied, ids, settings)?;
    let firsts = varied.iter().filter(|varied| added.first(varied.response) == Some(varied.response));
    let spans = |varied: &Varied| varied.added.iter().map(|point| varied.points[*point as usize].span).collect();
    Ok(firsts.map(|varied| (varied.response, spans(varied))).collect())
}

/// The varied copies that add something, ascending, with their texts taken apart anew.
fn varied_copies(
    copied: &Copied,
    texts: &[&str],
    analysed: &AnalysedTexts,
    settings: &DuplicateSettings,
) -> Vec<Varied> {
    let candidates: Vec<(u32, u32, u32)> = (0..)
        .zip(&copied.groups)
        .filter(|(_, group)| !group.is_short)
        .flat_map(|(number, group)| {
            let varied = |kind| matches!(kind, DuplicateKind::Near | DuplicateKind::Template);
            let members = group.members.iter().filter(move |member| varied(member.kind));
            members.map(move |member| (number, group.representative_idx, member.document_idx))
        })
        .collect();
    let min_words = settings.min_words as usize;
    let mut varied: Vec<Varied> = candidates
        .par_iter()
        .filter_map(|(group, standard, response)| {
            let ours = texts[*response as usize];
            let (kept, replaced) = compared(copied, *standard, *response, texts[*standard as usize], ours)?;
            let varied = Varied {
                group: *group,
                ..take_apart(*response, ours, &analysed.get(*response as usize), &kept, &replaced, min_words)
            };
            (!varied.added.is_empty()).then_some(varied)
        })
        .collect();
    varied.sort_by_key(|varied| varied.response);
    varied
}

/// The spans of a copy that it shares with its standard text, ascending, and the other words of the standard text.
fn compared(
    copied: &Copied,
    standard: u32,
    copy: u32,
    theirs: &str,
    ours: &str,
) -> Option<(Vec<Span>, BTreeSet<String>)> {
    let passages = copied.pairs.of(standard.min(copy), standard.max(copy))?.passages;
    let of = |is_first: bool| {
        let mut spans: Vec<Span> =
            passages.iter().map(|passage| if is_first { passage.a } else { passage.b }).collect();
        spans.sort_by_key(|span| (span.start, span.end));
        spans
    };
    let kept = of(copy < standard);
    let known = of(standard < copy);
    debug_assert!(kept.iter().all(|span| span.of(ours).is_some()));
    let mut replaced = BTreeSet::new();
    each_normalised_word(theirs, |span, word| {
        if !is_within(span, &known) {
            replaced.insert(word.to_owned());
        }
    });
    Some((kept, replaced))
}

/// Whether a span lies in one of these.
fn is_within(span: Span, spans: &[Span]) -> bool {
    spans.iter().any(|other| other.start <= span.start && span.end <= other.end)
}

/// A word of a copy.
struct Word {
    span: Span,
    /// Whether the copy has it of its own: not shared, quoted or boilerplate.
    is_own: bool,
    /// Whether it stands in what the standard text has in its stead.
    is_replaced: bool,
    hash: u64,
}

/// Cuts the additions out of the points of a copy.
fn take_apart(
    response: u32,
    text: &str,
    analysed: &AnalysedText,
    kept: &[Span],
    replaced: &BTreeSet<String>,
    min_words: usize,
) -> Varied {
    let mut words: Vec<Word> = Vec::new();
    each_normalised_word(text, |span, word| {
        let is_given = [kept, &analysed.quotations, &analysed.boilerplate].iter().any(|spans| is_within(span, spans));
        let is_replaced = replaced.contains(word);
        words.push(Word { span, is_own: !is_given, is_replaced, hash: word_hash(word) });
    });
    let mut varied =
        Varied { response, group: 0, points: Vec::new(), from: Vec::new(), added: Vec::new(), words: Vec::new() };
    for (from, point) in (0..).zip(&analysed.points) {
        let first = words.partition_point(|word| word.span.start < point.span.start);
        let end = words.partition_point(|word| word.span.start < point.span.end);
        for (span, of) in pieces(point, &words[first..end], text, min_words) {
            let piece = piece(point, span);
            if let Some(own) = of.filter(|_| piece.carrying().next().is_some()) {
                varied.added.push(varied.points.len() as u32);
                varied.words.extend(own.iter().map(|word| word.hash));
            }
            varied.points.push(piece);
            varied.from.push(from);
        }
    }
    varied
}

/// A point in pieces, each with its words if it is an addition; most points are one piece, and none.
fn pieces<'w>(point: &Point, words: &'w [Word], text: &str, min_words: usize) -> Vec<(Span, Option<&'w [Word]>)> {
    let is_new = |run: &[Word]| {
        let n_replaced = run.iter().filter(|word| word.is_replaced).count();
        !run.is_empty() && (n_replaced as f64) < EDITED * run.len() as f64
    };
    let carries = |run: &[Word]| {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { return false };
        let inside = |token: &Token| token.span.start >= first.span.start && token.span.end <= last.span.end;
        point.carrying().any(inside)
    };
    if words.iter().all(|word| word.is_own) {
        return vec![(point.span, Some(words).filter(|words| is_new(words)))];
    }
    let mut runs: Vec<(usize, usize)> = Vec::new();
    let mut at = 0;
    for run in words.chunk_by(|one, other| one.is_own == other.is_own) {
        let end = at + run.len();
        if run[0].is_own && run.len() >= min_words && ends_clause(words, end, text) && is_new(run) && carries(run) {
            runs.push((at, end));
        }
        at = end;
    }
    // A piece reaches from its first word to the first word of the next.
    let mut cuts: Vec<usize> = runs.iter().flat_map(|(start, end)| [*start, *end]).collect();
    cuts.extend([0, words.len()]);
    cuts.sort_unstable();
    cuts.dedup();
    let starts_at = |word: usize| if word == 0 { point.span.start } else { words[word].span.start };
    let spans = cuts.windows(2).map(|ends| {
        let start = starts_at(ends[0]) as usize;
        let end = if ends[1] == words.len() { point.span.end } else { starts_at(ends[1]) } as usize;
        let length = text.get(start..end).map_or(end - start, |piece| piece.trim_end().len());
        let added = runs.contains(&(ends[0], ends[1])).then(|| &words[ends[0]..ends[1]]);
        (Span::new(start, start + length), added)
    });
    spans.collect()
}

/// Whether punctuation, or nothing, follows the words before `end`: what runs on into the standard text is a rewording of it.
fn ends_clause(words: &[Word], end: usize, text: &str) -> bool {
    let (Some(last), Some(next)) = (words.get(end - 1), words.get(end)) else { return true };
    let between = text.get(last.span.end as usize..next.span.start as usize).unwrap_or_default();
    between.chars().any(|c| !c.is_alphanumeric() && !c.is_whitespace() && !matches!(c, '-' | '\'' | '’'))
}

/// The part of a point within a span; a phrase that goes beyond is left out.
fn piece(point: &Point, span: Span) -> Point {
    let inside = |tokens: &[Token]| -> Box<[Token]> {
        tokens.iter().filter(|token| span.start <= token.span.start && token.span.end <= span.end).copied().collect()
    };
    Point { span, language: point.language, tokens: inside(&point.tokens), phrases: inside(&point.phrases) }
}

/// What the additions count as: those of a respondent once, with all who add the same text.
fn count_as(varied: &[Varied], ids: &[&str], settings: &DuplicateSettings) -> Result<Added, AnalysisError> {
    let mut words = Texts::new(settings);
    let nothing = canvass_analysis::duplicates::Shared::new(std::iter::empty(), settings);
    for varied in varied {
        words.push(&varied.words, &nothing);
    }
    let mut same: Vec<Group> = Vec::new();
    for group in find_groups(&words, settings)? {
        if !group.is_short {
            same.push(group);
            continue;
        }
        // What is short may be added to two standard texts without one having copied the other.
        let mut by_standard: BTreeMap<u32, Vec<canvass_analysis::Member>> = BTreeMap::new();
        for member in group.members {
            by_standard.entry(varied[member.document_idx as usize].group).or_default().push(member);
        }
        let of_standard = by_standard.into_values();
        same.extend(of_standard.map(|members| Group {
            representative_idx: members[0].document_idx,
            members,
            is_short: false,
        }));
    }
    let adding: Vec<&str> = varied.iter().map(|varied| ids[varied.response as usize]).collect();
    let (own, _) = units(&adding, &same);
    let mut first: Vec<u32> = varied.iter().map(|varied| varied.response).collect();
    for group in &same {
        for copy in group.copies() {
            first[copy as usize] = varied[group.representative_idx as usize].response;
        }
    }
    let additions = varied.iter().zip(own).zip(first).map(|((varied, own), first)| {
        let additions = Additions { points: varied.added.clone(), unit: ids.len() as u32 + own, first };
        (varied.response, additions)
    });
    Ok(Added { additions: additions.collect() })
}
