//! Clauses of a point, and the wordings that speak against something in them.

use canvass_text::{Language, Resource, Span};
use serde::Deserialize;
use std::collections::BTreeMap;

/// The lists of each language, in the order of [`Language::ALL`].
const FILES: [(Language, Resource); 6] = [
    (Language::English, Resource { name: "en/clauses.toml", text: include_str!("../../../../models/en/clauses.toml") }),
    (Language::French, Resource { name: "fr/clauses.toml", text: include_str!("../../../../models/fr/clauses.toml") }),
    (Language::Spanish, Resource { name: "es/clauses.toml", text: include_str!("../../../../models/es/clauses.toml") }),
    (Language::Russian, Resource { name: "ru/clauses.toml", text: include_str!("../../../../models/ru/clauses.toml") }),
    (Language::Arabic, Resource { name: "ar/clauses.toml", text: include_str!("../../../../models/ar/clauses.toml") }),
    (Language::Chinese, Resource { name: "zh/clauses.toml", text: include_str!("../../../../models/zh/clauses.toml") }),
];

/// The built-in lists, for the manifest.
pub(crate) fn resource_files() -> impl Iterator<Item = Resource> {
    FILES.into_iter().map(|(_, resource)| resource)
}

/// What a file holds.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Lists {
    joins: Vec<String>,
    hangs: Vec<String>,
    turns: Vec<String>,
    other_side: Vec<String>,
    against_before: Vec<String>,
    against_acts: Vec<String>,
    acts: Vec<String>,
    against_subject: Vec<String>,
    spared_behind: Vec<String>,
    spared_before: Vec<String>,
    asks_names: Vec<String>,
}

/// The words of a language that tell clauses apart, and those that speak against something.
#[derive(Debug, Default)]
pub(super) struct ClauseWords {
    joins: Vec<String>,
    hangs: Vec<String>,
    turns: Vec<String>,
    other_side: Vec<String>,
    /// By their first word: the words, and where what is spoken against stands.
    against: BTreeMap<String, Vec<(Vec<String>, Against)>>,
    acts: Vec<String>,
    spared_behind: Vec<String>,
    spared_before: Vec<String>,
    /// Whether words stand without spaces, so that wordings are found within the text.
    is_unspaced: bool,
}

/// Where what a wording speaks against stands.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
enum Against {
    /// Behind it.
    Object,
    /// Behind it and a verb that would bring it about.
    Outcome,
    /// Right before it.
    Subject,
}

/// The words of all languages.
#[derive(Debug)]
pub(crate) struct ClauseResources {
    languages: BTreeMap<Language, ClauseWords>,
    none: ClauseWords,
    /// Of all languages.
    asks_names: Vec<String>,
}

impl ClauseResources {
    /// Loads the built-in lists.
    ///
    /// # Panics
    /// If a list does not parse; the tests load them all.
    pub(crate) fn load() -> Self {
        let mut asks_names: Vec<String> = Vec::new();
        let of = |(language, file): (Language, Resource)| {
            let mut lists: Lists = toml::from_str(file.text).expect("the built-in lists of clauses parse");
            asks_names.append(&mut lists.asks_names);
            (language, ClauseWords::new(lists, language == Language::Chinese))
        };
        let languages = FILES.into_iter().map(of).collect();
        Self { languages, none: ClauseWords::default(), asks_names }
    }

    /// Whether a question is worded as those that ask for names: it begins so, or a clause of it does.
    pub(super) fn asks_names(&self, wording: &str) -> bool {
        let lower = wording.to_lowercase();
        let clauses = clauses(&lower, &self.none);
        let clauses = clauses.iter().filter_map(|clause| clause.span.of(&lower));
        let begins = |clause: &str, asks: &String| {
            let rest = clause.strip_prefix(asks.as_str());
            rest.is_some_and(|rest| !asks.is_ascii() || rest.chars().next().is_none_or(|c| !c.is_alphanumeric()))
        };
        clauses
            .into_iter()
            .any(|clause| self.asks_names.iter().any(|asks| begins(clause.trim_start_matches(['¿', '"']), asks)))
    }

    pub(super) fn of(&self, language: Language) -> &ClauseWords {
        self.languages.get(&language).unwrap_or(&self.none)
    }
}

impl ClauseWords {
    fn new(lists: Lists, is_unspaced: bool) -> Self {
        let mut against: BTreeMap<String, Vec<(Vec<String>, Against)>> = BTreeMap::new();
        let cues = [
            (&lists.against_before, Against::Object),
            (&lists.against_acts, Against::Outcome),
            (&lists.against_subject, Against::Subject),
        ];
        for (cue, place) in cues.into_iter().flat_map(|(cues, place)| cues.iter().map(move |cue| (cue, place))) {
            let words: Vec<String> =
                if is_unspaced { vec![cue.clone()] } else { words(cue).into_iter().map(|word| word.form).collect() };
            if let Some(first) = words.first().cloned() {
                against.entry(first).or_default().push((words, place));
            }
        }
        // The longest first: "not necessary to" is not "not necessary".
        for cues in against.values_mut() {
            cues.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.cmp(b)));
        }
        let Lists { joins, hangs, turns, other_side, acts, spared_behind, spared_before, .. } = lists;
        Self { joins, hangs, turns, other_side, against, acts, spared_behind, spared_before, is_unspaced }
    }

    /// The words of a text; where they stand without spaces, half of its characters.
    pub(super) fn count(&self, text: &str) -> usize {
        if self.is_unspaced { text.chars().count() / 2 } else { text.split_whitespace().count() }
    }

    /// Whether a text tells the other side too ("good, but dear"): a word of it says so.
    pub(super) fn tells_both_sides(&self, text: &str) -> bool {
        if self.is_unspaced {
            return self.other_side.iter().any(|word| text.contains(word.as_str()));
        }
        each_word(text).any(|(_, word)| self.other_side.contains(&folded(word)))
    }

    /// Whether a clause that begins so is no statement by itself.
    pub(super) fn hangs(&self, clause: &str) -> bool {
        if self.is_unspaced {
            return self.hangs.iter().any(|word| clause.starts_with(word.as_str()));
        }
        first_word(clause).is_some_and(|word| self.hangs.contains(&word))
    }
}

/// What stands at an end of a clause.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Break {
    /// The beginning or the end of the text.
    Edge,
    /// A full stop, a semicolon, a dash, a line break.
    Strong,
    /// A colon.
    Colon,
    /// A bracket that opens or closes.
    Bracket,
    /// A comma and a word that joins clauses.
    Join,
    /// A comma.
    Comma,
}

/// A clause.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) struct Clause {
    /// Where it stands in the text, without white space and the mark that ends it, but for full stops.
    pub(super) span: Span,
    /// What it stands behind.
    pub(super) opens: Break,
    /// What it ends with.
    pub(super) closes: Break,
    /// How many brackets it stands in.
    pub(super) depth: u32,
}

/// Cuts a text into clauses.
///
/// # Guarantees
/// Spans are in order, do not overlap and lie on character boundaries; each holds a letter or digit, and all letters and digits are in one.
pub(super) fn clauses(text: &str, of: &ClauseWords) -> Vec<Clause> {
    let mut clauses: Vec<Clause> = Vec::new();
    let (mut start, mut opens, mut depth) = (0, Break::Edge, 0_u32);
    let mut push = |start: usize, end: usize, opens: Break, closes: Break, depth: u32| {
        let Some(passage) = text.get(start..end) else { return opens };
        let is_mark = |c: char| {
            !c.is_alphanumeric() && !matches!(c, '"' | '“' | '«' | '\'' | '‘' | '’' | '#' | '$' | '€' | '+' | '*')
        };
        let left = passage.trim_start_matches(is_mark);
        let kept = left.trim_end_matches(|c: char| {
            c.is_whitespace()
                || matches!(c, ',' | ';' | ':' | '-' | '–' | '—' | '(' | '[' | '،' | '؛' | '，' | '；' | '：' | '（')
        });
        if !kept.contains(char::is_alphanumeric) {
            // What it stands behind goes on to the next.
            return opens.min(closes);
        }
        let start = end - left.len();
        clauses.push(Clause { span: Span::new(start, start + kept.len()), opens, closes, depth });
        closes
    };
    for (at, c) in text.char_indices() {
        let next = at + c.len_utf8();
        let rest = &text[next..];
        let followed_by_space = rest.chars().next().is_none_or(char::is_whitespace);
        let preceded_by_space = text[..at].chars().next_back().is_none_or(char::is_whitespace);
        let found = match c {
            ';' | '؛' | '；' | '\n' | '—' | '。' | '！' | '？' => Some(Break::Strong),
            '-' | '–' if followed_by_space && preceded_by_space => Some(Break::Strong),
            '.' | '!' | '?' | '؟' if followed_by_space && opens_sentence(rest) => Some(Break::Strong),
            ':' if followed_by_space => Some(Break::Colon),
            '：' => Some(Break::Colon),
            '(' | '[' | '（' | ')' | ']' | '）' => Some(Break::Bracket),
            '،' | '，' => Some(Break::Comma),
            ',' if followed_by_space => {
                let joins = first_word(rest).is_some_and(|word| of.joins.contains(&word));
                Some(if joins { Break::Join } else { Break::Comma })
            }
            _ => None,
        };
        let Some(found) = found else { continue };
        // A full stop belongs to its clause.
        let end = if matches!(c, '.' | '!' | '?' | '؟' | '。' | '！' | '？') { next } else { at };
        opens = push(start, end, opens, found, depth);
        start = next;
        match c {
            '(' | '[' | '（' => depth += 1,
            ')' | ']' | '）' => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    push(start, text.len(), opens, Break::Edge, depth);
    clauses
}

/// Whether what stands behind a full stop may be a sentence: it begins with no small letter.
fn opens_sentence(rest: &str) -> bool {
    rest.trim_start().chars().next().is_none_or(|c| !c.is_lowercase())
}

/// A word of a text.
struct Word {
    span: Span,
    /// In lower case, with straight apostrophes and without vowel signs.
    form: String,
}

fn words(text: &str) -> Vec<Word> {
    each_word(text).map(|(span, word)| Word { span, form: folded(word) }).collect()
}

/// The words of a text, and where they stand.
fn each_word(text: &str) -> impl Iterator<Item = (Span, &str)> {
    let mut start = None;
    let is_inner = |c: char| c.is_alphanumeric() || matches!(c, '\'' | '’' | '-' | '\u{64b}'..='\u{652}');
    text.char_indices().chain([(text.len(), ' ')]).filter_map(move |(at, c)| match (start, is_inner(c)) {
        (None, true) if c.is_alphanumeric() => {
            start = Some(at);
            None
        }
        (Some(from), false) => {
            start = None;
            Some((Span::new(from, at), &text[from..at]))
        }
        _ => None,
    })
}

fn folded(word: &str) -> String {
    let word = word.trim_end_matches(['\'', '’', '-']);
    if word.is_ascii() {
        return word.to_ascii_lowercase();
    }
    let letters = word.chars().filter(|c| !matches!(c, '\u{64b}'..='\u{652}'));
    letters.map(|c| if c == '’' { '\'' } else { c }).flat_map(char::to_lowercase).collect()
}

fn first_word(text: &str) -> Option<String> {
    let start = text.find(char::is_alphanumeric)?;
    let rest = &text[start..];
    let end = rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '\'' | '’' | '-')).unwrap_or(rest.len());
    Some(folded(&rest[..end]))
}

/// What is spoken against begins at most so many words behind the wording that says so, or behind the verb ...
const REACH: usize = 4;
/// ... or ends at most so many before it.
const REACH_BEFORE: usize = 2;
/// Words behind a wording that may turn it round.
const SPARED_BEHIND: usize = 5;
/// Words before one that may make it another.
const SPARED_BEFORE: usize = 3;

/// The wording by which a text speaks against a term that stands at `terms`, if it does: in the clause of the term. Spans are within
/// the text.
pub(super) fn spoken_against(text: &str, terms: &[Span], of: &ClauseWords) -> Option<Span> {
    if of.against.is_empty() {
        return None;
    }
    let clauses = clauses(text, of);
    let mut within = clauses.iter().filter(|clause| terms.iter().any(|term| term.overlaps(&clause.span)));
    within.find_map(|clause| {
        if of.is_unspaced { unspaced(text, clause.span, terms, of) } else { spaced(text, clause.span, terms, of) }
    })
}

fn spaced(text: &str, clause: Span, terms: &[Span], of: &ClauseWords) -> Option<Span> {
    let from = clause.start as usize;
    let mut all = words(clause.of(text)?);
    for word in &mut all {
        word.span = Span::new(word.span.start as usize + from, word.span.end as usize + from);
    }
    let turns = |word: &Word| of.turns.contains(&word.form);
    for part in all.split(turns) {
        let mut at = 0;
        while at < part.len() {
            let reached = |(length, place): &(usize, Against)| {
                // "Besoin d'offices": the term may stand in the last word of the wording.
                let is_elided = part[at + length - 1].form.contains('\'');
                reaches(&part[..at], &part[at + length - usize::from(is_elided)..], *place, terms, of)
            };
            let Some((length, _)) = cues_at(&part[at..], of).find(reached) else {
                at += 1;
                continue;
            };
            let end = at + length;
            let is_spared = part[end..].iter().take(SPARED_BEHIND).any(|word| of.spared_behind.contains(&word.form))
                || part[..at].iter().rev().take(SPARED_BEFORE).any(|word| of.spared_before.contains(&word.form));
            if !is_spared {
                return Some(Span { start: part[at].span.start, end: part[end - 1].span.end });
            }
            at = end;
        }
    }
    None
}

/// Whether a wording between these words speaks against a term among them.
fn reaches(before: &[Word], behind: &[Word], place: Against, terms: &[Span], of: &ClauseWords) -> bool {
    let holds = |words: &[Word]| words.iter().any(|word| terms.iter().any(|term| term.overlaps(&word.span)));
    let near = |words: &[Word]| holds(&words[..words.len().min(REACH)]);
    match place {
        Against::Object => near(behind),
        Against::Outcome => behind
            .iter()
            .take(2)
            .position(|word| of.acts.contains(&word.form))
            .is_some_and(|verb| near(&behind[verb + 1..])),
        Against::Subject => holds(&before[before.len().saturating_sub(REACH_BEFORE)..]),
    }
}

/// The wordings that begin with the first of these words, the longest first: their lengths in words, and where what they speak
/// against stands.
fn cues_at<'w>(words: &'w [Word], of: &'w ClauseWords) -> impl Iterator<Item = (usize, Against)> + 'w {
    let cues = words.first().into_iter().flat_map(|first| {
        // "And" is glued to the next word in Arabic.
        let glued = first.form.strip_prefix('و').unwrap_or(&first.form);
        of.against.get(&first.form).or_else(|| of.against.get(glued)).into_iter().flatten()
    });
    let is_next = |cue: &[String]| {
        cue.len() <= words.len()
            && cue[1..].iter().zip(&words[1..]).all(|(cue, word)| {
                *cue == word.form || word.form.strip_prefix(cue.as_str()).is_some_and(|rest| rest.starts_with('\''))
            })
    };
    cues.filter(move |(cue, _)| is_next(cue)).map(|(cue, place)| (cue.len(), *place))
}

fn unspaced(text: &str, clause: Span, terms: &[Span], of: &ClauseWords) -> Option<Span> {
    let passage = clause.of(text)?;
    for (cue, place) in of.against.values().flatten() {
        let Some(at) = cue.first().and_then(|cue| passage.find(cue.as_str())) else { continue };
        let length = cue[0].len();
        let span = Span::new(clause.start as usize + at, clause.start as usize + at + length);
        let behind: String = passage[at + length..].chars().take(SPARED_BEHIND).collect();
        let is_spared = of.spared_behind.iter().any(|word| behind.contains(word.as_str()));
        let in_clause = |term: &&Span| term.overlaps(&clause) && !term.overlaps(&span);
        let gap = |from: u32, to: u32| Span { start: from, end: to }.of(text).map(|gap| gap.chars().count());
        let reached = terms.iter().filter(in_clause).any(|term| match place {
            Against::Object => term.start >= span.end && gap(span.end, term.start).is_some_and(|n| n <= 2 * REACH),
            Against::Outcome => {
                term.start >= span.end && of.acts.iter().any(|act| passage[at + length..].starts_with(act.as_str()))
            }
            Against::Subject => term.end <= span.start && gap(term.end, span.start).is_some_and(|n| n <= REACH_BEFORE),
        });
        if reached && !is_spared {
            return Some(span);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cue<'t>(language: Language, text: &'t str, term: &str) -> Option<&'t str> {
        let resources = ClauseResources::load();
        let terms: Vec<Span> = text.match_indices(term).map(|(at, term)| Span::new(at, at + term.len())).collect();
        assert!(!terms.is_empty(), "{term:?} in {text:?}");
        spoken_against(text, &terms, resources.of(language)).and_then(|span| span.of(text))
    }

    #[test]
    fn a_wording_speaks_against_the_term_in_its_clause() {
        use Language::{Arabic, Chinese, English, French, Russian, Spanish};
        let told = [
            (English, "We should not hire more staff for this.", "staff", "should not"),
            (English, "The night ferry shouldn’t run in winter.", "ferry", "shouldn’t run"),
            (English, "There is no need for a new office.", "office", "no need for"),
            (English, "The night ferry is not a priority.", "ferry", "is not a priority"),
            (French, "Il ne faut pas ouvrir de bureaux.", "bureaux", "ne faut pas"),
            (French, "Nous n’avons pas besoin d’un bureau.", "bureau", "pas besoin d’un"),
            (Spanish, "El transbordador no debería salir de noche.", "transbordador", "no debería salir"),
            (Russian, "Мы против новых отделений.", "отделений", "против"),
            (Arabic, "لا ينبغي فتح مكتب جديد", "مكتب", "لا ينبغي"),
            (Chinese, "我们不需要新的办公室。", "办公室", "不需要"),
        ];
        for (language, text, term, expected) in told {
            assert_eq!(cue(language, text, term), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_speaks_for_it_or_against_something_else_is_left_alone() {
        use Language::{Chinese, English, French};
        let silent = [
            (English, "The night ferry should not be forgotten.", "ferry"),
            (English, "The ferry should not only run at night.", "ferry"),
            (English, "Protection against floods comes first.", "floods"),
            (English, "We need staff instead of machines.", "staff"),
            (English, "Open offices, but do not hire consultants.", "offices"),
            (English, "There is no ferry at night.", "ferry"),
            (English, "The mayor should not change the office.", "office"),
            (English, "Directors should not judge people by their office.", "office"),
            (French, "Le bac ne doit pas être oublié.", "bac"),
            (Chinese, "不应忽视办公室。", "办公室"),
        ];
        for (language, text, term) in silent {
            assert_eq!(cue(language, text, term), None, "{text}");
        }
    }

    #[test]
    fn both_sides_are_told_by_a_word_of_their_own() {
        let resources = ClauseResources::load();
        let told = |language, text: &str| resources.of(language).tells_both_sides(text);
        assert!(told(Language::English, "The ferry is good, But the fare is not."));
        assert!(!told(Language::English, "A button for the ferry."));
        assert!(told(Language::French, "Le bac est utile, mais trop cher."));
        assert!(told(Language::Chinese, "渡轮很好，但票价太高。"));
        assert!(!told(Language::Chinese, "渡轮不但快，而且便宜。"));
        assert!(!told(Language::Russian, "Новый паром."));
    }

    #[test]
    fn every_list_has_entries_in_lower_case_that_can_be_found() {
        for (language, file) in FILES {
            let lists: Lists = toml::from_str(file.text).unwrap();
            let cues = [&lists.against_before, &lists.against_acts, &lists.acts, &lists.against_subject];
            let all = cues.into_iter().chain([
                &lists.joins,
                &lists.hangs,
                &lists.turns,
                &lists.other_side,
                &lists.spared_behind,
            ]);
            for entry in all.flatten() {
                assert_eq!(*entry, entry.to_lowercase(), "{language}");
                assert!(!words(entry).is_empty(), "{language}: {entry}");
            }
            assert!(lists.against_acts.len() + lists.against_before.len() > 10, "{language}");
        }
    }

    #[test]
    fn clauses_end_at_marks_and_not_within_numbers_or_abbreviations() {
        let resources = ClauseResources::load();
        let text = "Cut 1,000 posts (not ours), and hire e.g. cooks: we are tired; the end.";
        let found = clauses(text, resources.of(Language::English));
        let told: Vec<(&str, Break)> =
            found.iter().map(|clause| (clause.span.of(text).unwrap(), clause.closes)).collect();
        assert_eq!(
            told,
            [
                ("Cut 1,000 posts", Break::Bracket),
                ("not ours", Break::Bracket),
                ("and hire e.g. cooks", Break::Colon),
                ("we are tired", Break::Strong),
                ("the end.", Break::Strong),
            ]
        );
    }

    proptest! {
        #[test]
        fn clauses_are_in_order_and_hold_every_letter(text in "[a-z ,;:.()—\n，。é-]{0,80}|\\PC{0,40}") {
            let resources = ClauseResources::load();
            for language in Language::ALL {
                let found = clauses(&text, resources.of(language));
                let mut end = 0;
                let mut kept = String::new();
                for clause in &found {
                    prop_assert!(clause.span.start >= end && clause.span.start < clause.span.end);
                    end = clause.span.end;
                    kept.push_str(clause.span.of(&text).unwrap());
                }
                let letters = |text: &str| text.chars().filter(|c| c.is_alphanumeric()).collect::<String>();
                prop_assert_eq!(letters(&kept), letters(&text));
                spoken_against(&text, &[Span::new(0, text.len())], resources.of(language));
            }
        }
    }
}
