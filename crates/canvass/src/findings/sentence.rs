//! A finding's sentence: the point that shows it best, cut at clause boundaries where it is long.

use super::Verbatim;
use super::clauses::{Break, Clause, ClauseWords, clauses};
use canvass_text::Span;
use serde::Serialize;

/// Where a finding's sentence stands.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct SentenceSource {
    /// The response it is from: that of the first verbatim.
    pub response_id: String,
    /// Its respondent.
    pub respondent_id: String,
    /// What is kept, in order, each byte for byte; where something is left out between, before or after them the sentence has "[…]".
    pub parts: Vec<SentencePart>,
    /// Whether anything of the point is left out.
    pub is_cut: bool,
}

/// A passage of a response, byte for byte.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct SentencePart {
    /// The passage.
    pub text: String,
    /// Its first byte in the response's cell.
    pub start: u32,
    /// One past its last byte.
    pub end: u32,
}

/// A sentence is cut if it has more words ...
const MAX_WORDS: usize = 40;
/// ... or more characters.
const MAX_CHARACTERS: usize = 240;
/// What is kept has at least so many words.
const MIN_WORDS: usize = 6;
/// On both sides of a comma at which is cut: shorter clauses are items of a list.
const MIN_CLAUSE: usize = 4;
/// Stands where something is left out.
const LEFT_OUT: &str = "[…]";

/// The sentence of a point, and where it stands. `analysed` is the point in the text that was analysed, `terms` what puts it into the
/// theme, there. A point that was analysed in translation is given whole, as its own clauses are not known.
pub(super) fn sentence(
    verbatim: &Verbatim,
    analysed: Span,
    terms: &[Span],
    words: &ClauseWords,
) -> (String, SentenceSource) {
    let kept = if verbatim.translation.is_some() {
        None
    } else {
        let within: Vec<Span> = (terms.iter())
            .filter(|term| term.start >= analysed.start)
            .map(|term| Span { start: term.start - analysed.start, end: term.end - analysed.start })
            .collect();
        cut(&verbatim.text, &within, words)
    };
    let is_cut = kept.is_some();
    let kept = kept.unwrap_or_else(|| vec![Span::new(0, verbatim.text.len())]);
    let part = |span: &Span| SentencePart {
        text: span.of(&verbatim.text).unwrap_or_default().to_owned(),
        start: verbatim.start + span.start,
        end: verbatim.start + span.end,
    };
    let source = SentenceSource {
        response_id: verbatim.response_id.clone(),
        respondent_id: verbatim.respondent_id.clone(),
        parts: kept.iter().map(part).collect(),
        is_cut,
    };
    let texts: Vec<String> =
        source.parts.iter().map(|part| part.text.split_whitespace().collect::<Vec<_>>().join(" ")).collect();
    let mut text = texts.join(&format!(" {LEFT_OUT} "));
    let holds_letters = |span: &Span| span.of(&verbatim.text).is_some_and(|text| text.contains(char::is_alphanumeric));
    if kept.first().is_some_and(|first| holds_letters(&Span { start: 0, end: first.start })) {
        text.insert_str(0, &format!("{LEFT_OUT} "));
    }
    if kept.last().is_some_and(|last| holds_letters(&Span { start: last.end, end: verbatim.text.len() as u32 })) {
        text.push(' ');
        text.push_str(LEFT_OUT);
    }
    (text, source)
}

/// What is kept of a text: nothing if it is short, or if there is no sensible cut.
///
/// Tried in turn: the text without what stands in brackets; the longest beginning that ends with a clause; the first run of whole
/// clauses, as long as may be, that stands behind a strong mark. Each must hold one of the `terms`.
fn cut(text: &str, terms: &[Span], words: &ClauseWords) -> Option<Vec<Span>> {
    if fits(text, words) {
        return None;
    }
    let clauses = clauses(text, words);
    let holds = |span: &Span| terms.iter().any(|term| term.overlaps(span));
    if let Some(parts) = without_brackets(&clauses).filter(|parts| {
        let kept: String = parts.iter().filter_map(|part| part.of(text)).collect::<Vec<_>>().join(" ");
        parts.iter().any(holds) && fits(&kept, words)
    }) {
        return Some(parts);
    }
    let length = |clause: &Clause| clause.span.of(text).map_or(0, |clause| words.count(clause));
    let ends = |at: usize| {
        let is_list =
            || length(&clauses[at]) < MIN_CLAUSE || clauses.get(at + 1).is_some_and(|next| length(next) < MIN_CLAUSE);
        clauses[at].depth == 0
            && match clauses[at].closes {
                Break::Edge | Break::Strong => true,
                Break::Bracket => clauses.get(at + 1).is_none_or(|next| next.depth > 0),
                Break::Join | Break::Comma => !is_list(),
                Break::Colon => false,
            }
    };
    let begins = |at: usize| {
        let clause = &clauses[at];
        clause.depth == 0
            && (at == 0
                || matches!(clause.opens, Break::Strong | Break::Colon)
                    && clause.span.of(text).is_some_and(|clause| !words.hangs(clause)))
    };
    let longest_from = |from: usize| {
        // "If the ferry runs late, ..." says nothing by itself.
        let hangs = clauses[from].span.of(text).is_some_and(|clause| words.hangs(clause));
        let least = from + usize::from(hangs);
        (least..clauses.len())
            .rev()
            .filter(|to| ends(*to))
            .map(|to| Span { start: clauses[from].span.start, end: clauses[to].span.end })
            .find(|span| {
                span.of(text).is_some_and(|kept| fits(kept, words) && words.count(kept) >= MIN_WORDS) && holds(span)
            })
    };
    (0..clauses.len()).filter(|from| begins(*from)).find_map(longest_from).map(|span| vec![span])
}

fn fits(text: &str, words: &ClauseWords) -> bool {
    words.count(text) <= MAX_WORDS && text.trim().chars().count() <= MAX_CHARACTERS
}

/// The runs of clauses outside of brackets; nothing if there are no brackets, or if one of them stands at an end.
fn without_brackets(clauses: &[Clause]) -> Option<Vec<Span>> {
    if clauses.iter().all(|clause| clause.depth == 0) {
        return None;
    }
    let runs = clauses.chunk_by(|a, b| (a.depth == 0) == (b.depth == 0)).filter(|run| run[0].depth == 0);
    let spans = runs.map(|run| Span { start: run[0].span.start, end: run[run.len() - 1].span.end });
    Some(spans.collect())
}

#[cfg(test)]
mod tests {
    use super::super::clauses::ClauseResources;
    use super::*;
    use canvass_text::Language;
    use proptest::prelude::*;

    fn verbatim(text: &str, start: u32) -> Verbatim {
        Verbatim {
            response_id: "7".into(),
            respondent_id: "7".into(),
            file: "a.csv".into(),
            cell: "B2".into(),
            text: text.into(),
            start,
            end: start + text.len() as u32,
            group: None,
            translation: None,
        }
    }

    fn told(text: &str, term: &str) -> (String, SentenceSource) {
        let resources = ClauseResources::load();
        let start = 100;
        let terms: Vec<Span> = text
            .match_indices(term)
            .map(|(at, term)| Span::new(start as usize + at, start as usize + at + term.len()))
            .collect();
        let span = Span { start, end: start + text.len() as u32 };
        sentence(&verbatim(text, start), span, &terms, resources.of(Language::English))
    }

    #[test]
    fn a_short_point_is_its_sentence() {
        let (sentence, source) = told("The ferry\n should run later.", "ferry");
        assert_eq!(sentence, "The ferry should run later.");
        assert!(!source.is_cut);
        assert_eq!((source.parts[0].start, source.parts[0].end), (100, 128));
    }

    #[test]
    fn a_long_point_ends_with_a_whole_clause_that_holds_the_term() {
        let text = "The evening ferry must run later than it does now because nobody who works in the shops can reach it, \
                    and the last train from the city arrives ten minutes after it has left the pier, which leaves people standing in the \
                    cold for a whole night without a place to go.";
        let (sentence, source) = told(text, "ferry");
        assert_eq!(
            sentence,
            "The evening ferry must run later than it does now because nobody who works in the shops can reach it, and the last train \
             from the city arrives ten minutes after it has left the pier […]"
        );
        assert!(source.is_cut);
        let part = &source.parts[0];
        assert_eq!(part.text, text[(part.start - 100) as usize..(part.end - 100) as usize]);
    }

    #[test]
    fn a_list_is_not_cut_between_its_items() {
        let items = "buses, trains, trams, boats, taxis, bicycles, ferries, carts, planes, cable cars, lifts, sledges, skis, canoes, \
                     rafts, horses, donkeys, mules, oxen, camels, llamas, dogs, roller skates, scooters, stilts, kites, balloons, \
                     gliders, rockets, barges, punts, gondolas";
        let (sentence, source) = told(&format!("We need {items}"), "buses");
        assert!(!source.is_cut, "{sentence}");
    }

    #[test]
    fn what_stands_in_brackets_goes_first() {
        let text = "The Union should hold its meetings online (as it did for two years, when travel was out of the question for most \
                    members and when, as all surveys of the time show, more of them took part than ever before or ever since) wherever \
                    the agenda allows it.";
        let (sentence, source) = told(text, "meetings");
        assert_eq!(sentence, "The Union should hold its meetings online […] wherever the agenda allows it.");
        assert_eq!(source.parts.len(), 2);
    }

    #[test]
    fn a_beginning_without_the_term_gives_way_to_the_sentence_that_holds_it() {
        let filler = "Many of us have written to you about this for years and nothing has come of it although promises were made to \
                      every one of the towns along the shore and repeated each spring";
        let (sentence, source) = told(&format!("{filler}; the ferry must run later in the evening."), "ferry");
        assert_eq!(sentence, "[…] the ferry must run later in the evening.");
        assert!(source.is_cut);
    }

    #[test]
    fn without_a_sensible_cut_the_whole_point_stands() {
        let text = "ferry ".repeat(60);
        assert!(!told(&text, "ferry").1.is_cut);
    }

    proptest! {
        #[test]
        fn what_is_kept_is_the_sources_text_and_holds_a_term(text in "([a-z]{1,9}[ ,;:.()é]{1,2}){30,80}") {
            let (_, source) = told(&text, "a");
            for part in &source.parts {
                let span = (part.start - 100) as usize..(part.end - 100) as usize;
                prop_assert_eq!(text.get(span), Some(part.text.as_str()));
            }
            if source.is_cut {
                prop_assert!(source.parts.iter().any(|part| part.text.contains('a')));
            }
        }
    }
}
