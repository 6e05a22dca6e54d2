//! A theme's label: a short phrase that its respondents use.

use super::coded::Coded;
use canvass_analysis::{Theme, WeightedTerm};
use canvass_text::{Term, TermKind, Token};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};

/// Content words in a phrase at most.
const MAX_TOKENS: usize = 4;
/// Function words between two content words of a phrase at most ("right of the way").
const MAX_INNER: usize = 2;
/// What a phrase of so many content words is worth beside a shorter one of the same support.
const LENGTH_BONUS: [f64; MAX_TOKENS + 1] = [0.0, 0.0, 1.0, 1.3, 1.45];
/// A phrase stands for a theme if at least this share of its respondents use it, ...
const MIN_SHARE: f64 = 0.3;
/// ... or this one, if it holds two of the theme's main terms.
const MIN_SHARE_OF_TWO: f64 = 0.15;
/// What a phrase is worth that holds what another theme is about: "office budget", where "budget" is one of the themes.
const WORTH_OF_SHARED: f64 = 0.6;
/// What it is worth if it begins with a word that mostly says what is done: "avoiding duplication" beside "duplication of work".
const WORTH_OF_VERB: f64 = 0.8;
/// What it is worth with function words in it: "exchange of staff" beside "staff exchange".
const WORTH_OF_JOINED: f64 = 0.9;
/// A word of which less than this share are names says what is done.
const MIN_NOMINAL: f64 = 0.6;
/// Terms of a theme that a label may be made of.
const MAX_HEADS: usize = 4;
/// The smallest weight of such a term.
const MIN_HEAD_WEIGHT: f64 = 0.08;
/// A label is at most this long, in characters.
const MAX_LENGTH: usize = 60;

/// Bits of the place at which a run of stems is counted: some runs are counted at one place, which only makes a few more of them be looked at.
const PLACE_BITS: u32 = 16;

/// Points a parallel step takes at a time: fixed, so that the thread count cannot show.
const CHUNK: usize = 4096;

/// The units that use a phrase, each once, and how often it is written how.
type Usage = (Vec<u32>, BTreeMap<String, u32>);

/// Labels for a theme, the best first: phrases around one of its main terms, then its two main terms, then the first with its
/// companions, then the first alone.
///
/// `points` are the theme's points as (index into `coded.positions`, index of the point in the response); `others` are the terms
/// that other themes were found by.
pub(crate) fn labels(coded: &Coded<'_>, theme: &Theme, points: &[(u32, u32)], others: &BTreeSet<u32>) -> Vec<String> {
    let terms = &coded.analysis.vocabulary.terms;
    let surface = |term_idx: u32| terms[term_idx as usize].surface();
    let heads = heads(theme, terms);
    let Some(head) = heads.first().copied() else { return Vec::new() };
    let with_companions = || {
        let names = coded.companions(theme).into_iter().filter(|companion| companion.nominal() >= MIN_NOMINAL);
        let companions: Vec<&str> = names.take(2).map(Term::surface).collect();
        (!companions.is_empty()).then(|| format!("{} ({})", surface(head), companions.join(", ")))
    };
    if heads.len() == 1 && terms[head as usize].kind != TermKind::Word {
        // A phrase is its own label.
        let labels = std::iter::once(surface(head).to_owned()).chain(with_companions());
        return labels.map(|label| capitalised(&label)).collect();
    }

    // "Duplication in their activities" is no label where duplication is another theme; "operational plan" still is one.
    let worth = |stems: &[u32], is_joined: bool| {
        let shares = stems.iter().any(|term| others.contains(term) && !heads.contains(term));
        let is_verbal = stems.first().is_some_and(|term| terms[*term as usize].nominal() < MIN_NOMINAL);
        let worths = [(shares, WORTH_OF_SHARED), (is_verbal, WORTH_OF_VERB), (is_joined, WORTH_OF_JOINED)];
        let worth = worths.into_iter().fold(1.0, |worth, (holds, factor)| if holds { worth * factor } else { worth });
        (!(shares && is_joined)).then_some(worth)
    };
    let phrases = phrases(coded, &heads, points);
    let mut ranked: Vec<(f64, String)> = phrases
        .into_iter()
        .filter_map(|(stems, (users, forms))| {
            // The first of the most frequent: `max_by` keeps the last, so the order is turned round.
            let (form, _) = forms.into_iter().rev().max_by_key(|(_, count)| *count)?;
            let is_joined = form.split_whitespace().count() > stems.len();
            let value = users.len() as f64 * LENGTH_BONUS[stems.len()] * worth(&stems, is_joined)?;
            (form.chars().count() <= MAX_LENGTH).then_some((value, form))
        })
        .collect();
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
    let mut labels: Vec<String> = ranked.into_iter().map(|(_, label)| label).collect();
    if let [first, second, ..] = heads[..] {
        let is_within = |part: u32, of: u32| {
            let of: Vec<&str> = terms[of as usize].stem.split(' ').collect();
            terms[part as usize].stem.split(' ').all(|stem| of.contains(&stem))
        };
        // "Coverage, mobile coverage" says no more than "mobile coverage".
        labels.push(match () {
            () if is_within(first, second) => surface(second).to_owned(),
            () if is_within(second, first) => surface(first).to_owned(),
            () => format!("{}, {}", surface(first), surface(second)),
        });
    }
    labels.extend(with_companions());
    labels.push(surface(head).to_owned());
    labels.iter().map(|label| capitalised(label)).collect()
}

/// For each run of stems that makes a phrase around one of these terms, and that enough units use: who they are, and how they write it.
///
/// Most runs are used by one or two. So runs of stems are counted first, and only those are written out that occur as often as units
/// would have to use them.
fn phrases(coded: &Coded<'_>, heads: &[u32], points: &[(u32, u32)]) -> BTreeMap<Vec<u32>, Usage> {
    let mut units: Vec<u32> = points.iter().map(|(response, point)| coded.unit_of(*response, *point)).collect();
    units.sort_unstable();
    units.dedup();
    let n_units = units.len() as f64;
    drop(units);
    let least = |n_heads: usize| (n_units * if n_heads > 1 { MIN_SHARE_OF_TWO } else { MIN_SHARE }).max(2.0);
    let tokens_of =
        |(response, point): &(u32, u32)| coded.analysis.texts.point(*response as usize, *point as usize).tokens;
    let n_at: Vec<AtomicU32> = std::iter::repeat_with(AtomicU32::default).take(1 << PLACE_BITS).collect();
    points.par_iter().for_each(|point| {
        each_run(&tokens_of(point), heads, |run| {
            n_at[place(run)].fetch_add(1, Ordering::Relaxed);
        });
    });
    let of_chunk = |points: &[(u32, u32)]| {
        let mut phrases: BTreeMap<Vec<u32>, Usage> = BTreeMap::new();
        for (response, point) in points {
            let unit = coded.unit_of(*response, *point);
            let text = coded.text_of(*response);
            each_run(&tokens_of(&(*response, *point)), heads, |run| {
                let n_heads = heads.iter().filter(|head| run.iter().any(|token| token.term_idx() == **head)).count();
                let is_frequent = f64::from(n_at[place(run)].load(Ordering::Relaxed)) >= least(n_heads);
                if let Some(written) = is_frequent.then(|| phrase(coded, text, run)).flatten() {
                    let (users, forms) = phrases.entry(run.iter().map(Token::term_idx).collect()).or_default();
                    users.push(unit);
                    *forms.entry(written).or_default() += 1;
                }
            });
        }
        phrases
    };
    let mut phrases: BTreeMap<Vec<u32>, Usage> = BTreeMap::new();
    for of_chunk in points.par_chunks(CHUNK).map(of_chunk).collect::<Vec<_>>() {
        for (stems, (users, forms)) in of_chunk {
            let (all_users, all_forms) = phrases.entry(stems).or_default();
            all_users.extend(users);
            for (form, count) in forms {
                *all_forms.entry(form).or_default() += count;
            }
        }
    }
    phrases.retain(|stems, (users, _)| {
        users.sort_unstable();
        users.dedup();
        users.len() as f64 >= least(heads.iter().filter(|head| stems.contains(head)).count())
    });
    phrases
}

/// Calls `take` with each run of two to [`MAX_TOKENS`] tokens that holds a token of these terms, once for each such token.
fn each_run(tokens: &[Token], heads: &[u32], mut take: impl FnMut(&[Token])) {
    for (at, _) in tokens.iter().enumerate().filter(|(_, token)| heads.contains(&token.term_idx())) {
        for from in at.saturating_sub(MAX_TOKENS - 1)..=at {
            for to in (from + 1).max(at)..(from + MAX_TOKENS).min(tokens.len()) {
                take(&tokens[from..=to]);
            }
        }
    }
}

/// Where a run of stems is counted.
fn place(run: &[Token]) -> usize {
    let mixed = run.iter().fold(0_u64, |mixed, token| {
        (mixed.rotate_left(23) ^ u64::from(token.term_idx()) ^ 0xd6e8).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    });
    (mixed >> (u64::BITS - PLACE_BITS)) as usize
}

/// The terms that a label may be made of: those that most answers hold, names of something before what is done.
fn heads(theme: &Theme, terms: &[Term]) -> Vec<u32> {
    let weight = |term: &WeightedTerm| term.weight * terms[term.term_idx as usize].nominal();
    let mut heads: Vec<&WeightedTerm> = theme.terms.iter().collect();
    heads.sort_by(|a, b| weight(b).total_cmp(&weight(a)));
    let n_heads = heads.iter().take(MAX_HEADS).filter(|term| weight(term) >= MIN_HEAD_WEIGHT).count().max(1);
    heads.truncate(n_heads);
    heads.into_iter().map(|term| term.term_idx).collect()
}

/// The words from the first token to the last as a phrase, if nothing but function words stands between them.
fn phrase(coded: &Coded<'_>, text: &str, tokens: &[Token]) -> Option<String> {
    let mut phrase = String::new();
    let mut end: Option<u32> = None;
    for token in tokens {
        if let Some(end) = end {
            let gap = text.get(end as usize..token.span.start as usize)?;
            let plain = |c: char| c.is_alphabetic() || matches!(c, ' ' | '-' | '\'' | '\u{2019}' | '\u{a0}');
            if gap.is_empty() || !gap.chars().all(plain) || gap.split_whitespace().count() > MAX_INNER {
                return None;
            }
            let mut previous = ' ';
            for c in gap.to_lowercase().chars().map(|c| if c.is_whitespace() { ' ' } else { c }) {
                if !(c == ' ' && previous == ' ' && phrase.ends_with(' ')) {
                    phrase.push(c);
                }
                previous = c;
            }
        }
        let written = token.span.of(text)?;
        let forms = &coded.analysis.vocabulary.terms[token.term_idx() as usize].surface_forms;
        // A form is listed with its capital only if it never stands without.
        let keeps_capital = forms.iter().any(|(form, _)| form == written);
        phrase.push_str(&if keeps_capital { written.to_owned() } else { written.to_lowercase() });
        end = Some(token.span.end);
    }
    // "Time delegates" of "first-time delegates" is no phrase that begins there.
    let start = tokens.first()?.span.start as usize;
    if text[..start].ends_with('-') && text[..start - 1].ends_with(char::is_alphanumeric) {
        return None;
    }
    // "UMM" of "UMM's work" is no phrase that ends there.
    let cut = text[end? as usize..].chars().next().is_some_and(|c| matches!(c, '\'' | '\u{2019}' | '-'));
    (!cut).then_some(phrase)
}

fn capitalised(label: &str) -> String {
    let mut characters = label.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
