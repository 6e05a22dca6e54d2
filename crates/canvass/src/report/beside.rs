//! Copies beside the text of their group, with the words that differ.

use crate::pipeline::Run;
use canvass_analysis::{DuplicateKind, Group};
use canvass_text::each_normalised_word;
use serde::Serialize;
use std::collections::BTreeMap;

/// Varied copies of a group that are shown beside its text.
const SHOWN: usize = 3;
/// Groups of a question with copies shown.
const MOST_GROUPS: usize = 200;
/// Pairs of words compared at most; of longer texts all is marked between the words they begin and end with.
const MOST_PAIRS: usize = 4_000_000;

/// A varied copy and the text of its group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Beside {
    /// The copy.
    response_id: String,
    /// Its respondent.
    respondent_id: String,
    /// The group's text.
    standard: Vec<Piece>,
    /// The copy's.
    copy: Vec<Piece>,
}

/// A passage that both texts have, or one alone.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
struct Piece {
    text: String,
    /// Whether its words are not in the other text at this place.
    differs: bool,
}

/// The varied copies to show of each group of a question that has any, by the group's id.
pub(super) type BesideGroups<'f> = BTreeMap<&'f str, Vec<Beside>>;

/// For each question the varied copies to show: of a group those that add something first, then in the order of the file.
pub(super) fn beside(run: &Run) -> Vec<BesideGroups<'_>> {
    let of_question = |number: usize| {
        let question = &run.questions[number];
        let received = |response: u32| &run.intake.responses[question.positions[response as usize]];
        let of_group = |group: &Group| {
            let varied = |kind| matches!(kind, DuplicateKind::Near | DuplicateKind::Template);
            let members = group.members.iter().filter(|member| varied(member.kind)).map(|member| member.document_idx);
            let (adding, others): (Vec<u32>, Vec<u32>) =
                members.partition(|response| !question.added.points(*response).is_empty());
            let shown = adding.into_iter().chain(others).take(SHOWN).map(|response| {
                let copy = received(response);
                let text = received(group.representative_idx).text.trim();
                let (standard, varied) = compare(text, copy.text.trim());
                Beside {
                    response_id: copy.response_id.to_string(),
                    respondent_id: run.intake.submissions[copy.submission_idx as usize].respondent_id.to_string(),
                    standard,
                    copy: varied,
                }
            });
            shown.collect::<Vec<Beside>>()
        };
        let told = run.findings.questions[number].duplicates.iter().map(|group| group.group_id.as_str());
        let groups = told.zip(&question.copied.groups).filter(|(_, group)| !group.is_short);
        groups
            .map(|(id, group)| (id, of_group(group)))
            .filter(|(_, shown)| !shown.is_empty())
            .take(MOST_GROUPS)
            .collect()
    };
    (0..run.questions.len()).map(of_question).collect()
}

/// The pieces of two texts: the words of a longest common subsequence are those they share. Case and punctuation aside.
fn compare(a: &str, b: &str) -> (Vec<Piece>, Vec<Piece>) {
    let words = |text: &str| {
        let mut words: Vec<(usize, String)> = Vec::new();
        each_normalised_word(text, |span, word| words.push((span.start as usize, word.to_owned())));
        words
    };
    let (words_a, words_b) = (words(a), words(b));
    let same = |at: usize, other: usize| words_a[at].1 == words_b[other].1;
    let (n, m) = (words_a.len(), words_b.len());
    let start = (0..n.min(m)).take_while(|at| same(*at, *at)).count();
    let end = (0..n.min(m) - start).take_while(|back| same(n - 1 - back, m - 1 - back)).count();
    let (mut kept_a, mut kept_b) = (vec![false; n], vec![false; m]);
    kept_a[..start].fill(true);
    kept_b[..start].fill(true);
    kept_a[n - end..].fill(true);
    kept_b[m - end..].fill(true);
    let (rows, columns) = (n - end - start, m - end - start);
    if rows.saturating_mul(columns) <= MOST_PAIRS {
        // For each pair of places how many words the rests of both have in common.
        let width = columns + 1;
        let mut common = vec![0_u32; (rows + 1) * width];
        for row in (0..rows).rev() {
            for column in (0..columns).rev() {
                common[row * width + column] = if same(start + row, start + column) {
                    common[(row + 1) * width + column + 1] + 1
                } else {
                    common[(row + 1) * width + column].max(common[row * width + column + 1])
                };
            }
        }
        let (mut row, mut column) = (0, 0);
        while row < rows && column < columns {
            if same(start + row, start + column) {
                kept_a[start + row] = true;
                kept_b[start + column] = true;
                row += 1;
                column += 1;
            } else if common[(row + 1) * width + column] >= common[row * width + column + 1] {
                row += 1;
            } else {
                column += 1;
            }
        }
    }
    let starts = |words: &[(usize, String)]| words.iter().map(|(start, _)| *start).collect::<Vec<_>>();
    (pieces(a, &starts(&words_a), &kept_a), pieces(b, &starts(&words_b), &kept_b))
}

/// A text cut where what the other has begins or ends; what follows a word belongs to it.
fn pieces(text: &str, starts: &[usize], kept: &[bool]) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (at, kept) in kept.iter().enumerate() {
        let start = if at == 0 { 0 } else { starts[at] };
        let end = starts.get(at + 1).copied().unwrap_or(text.len());
        let word = text.get(start..end).unwrap_or_default();
        match pieces.last_mut().filter(|last| last.differs != *kept) {
            Some(last) => last.text.push_str(word),
            None => pieces.push(Piece { text: word.to_owned(), differs: !kept }),
        }
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A side with what differs in brackets.
    fn marked(pieces: &[Piece]) -> String {
        pieces
            .iter()
            .map(|piece| if piece.differs { format!("[{}]", piece.text) } else { piece.text.clone() })
            .collect()
    }

    fn both(a: &str, b: &str) -> (String, String) {
        let (a, b) = compare(a, b);
        (marked(&a), marked(&b))
    }

    #[test]
    fn words_that_differ_are_marked_and_nothing_else_is() {
        assert_eq!(
            both("Keep the night ferry, please.", "Please keep the old night ferry!"),
            ("Keep the night ferry, [please.]".into(), "[Please ]keep the [old ]night ferry!".into())
        );
        assert_eq!(both("Keep the ferry", "KEEP THE FERRY."), ("Keep the ferry".into(), "KEEP THE FERRY.".into()));
        assert_eq!(both("One", "Two"), ("[One]".into(), "[Two]".into()));
        assert_eq!(both("", "Two"), (String::new(), "[Two]".into()));
    }

    #[test]
    fn texts_too_long_to_compare_are_marked_between_what_they_begin_and_end_with() {
        let long = |word: &str| format!("first {} last", vec![word; 2_100].join(" "));
        let (a, b) = compare(&long("x y"), &long("y z"));
        assert_eq!(a.iter().map(|piece| piece.differs).collect::<Vec<_>>(), [false, true, false]);
        assert_eq!((b[0].text.as_str(), b[2].text.as_str()), ("first ", "last"));
    }

    #[test]
    fn the_pieces_are_the_text_and_both_sides_share_the_same_words() {
        // All texts of up to four words out of three.
        let mut texts = vec![String::new()];
        for length in 1..=4_u32 {
            texts.extend((0..3_usize.pow(length)).map(|number| {
                let word = |place: u32| ["Ab", "cd,", "é."][number / 3_usize.pow(place) % 3];
                (0..length).map(word).collect::<Vec<_>>().join(" ")
            }));
        }
        let shared = |pieces: &[Piece]| {
            let mut words = Vec::new();
            for piece in pieces.iter().filter(|piece| !piece.differs) {
                each_normalised_word(&piece.text, |_, word| words.push(word.to_owned()));
            }
            words
        };
        for a in &texts {
            for b in &texts {
                let (ours, theirs) = compare(a, b);
                for (text, pieces) in [(a, &ours), (b, &theirs)] {
                    assert_eq!(*text, pieces.iter().map(|piece| piece.text.as_str()).collect::<String>());
                }
                assert_eq!(shared(&ours), shared(&theirs), "{a:?} {b:?}");
                assert!(a != b || ours.iter().all(|piece| !piece.differs));
            }
        }
    }
}
