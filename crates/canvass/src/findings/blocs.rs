//! Respondents who share copied text in several questions.

use super::{Bloc, BlocQuestion, four_decimals};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

/// A group of copies as blocs see it.
#[derive(Clone, Debug)]
pub(crate) struct CopiedText {
    /// Its id within the question.
    pub(crate) group_id: String,
    /// The respondents who sent it in, by their number in the consultation, each once, ascending.
    pub(crate) respondents: Vec<u32>,
}

/// The copied texts of a question: groups of near-duplicates without what only has a passage in common, and without texts too
/// short to be anyone's own.
#[derive(Clone, Debug)]
pub(crate) struct CopiedTexts {
    /// The question.
    pub(crate) question: String,
    /// Its base.
    pub(crate) base: u64,
    /// Its groups.
    pub(crate) texts: Vec<CopiedText>,
}

/// A copied text: the question's number and the group's.
type Place = (u32, u32);

/// Finds the blocs of a consultation; `ids` are the respondents', by number.
///
/// A bloc forms around two texts of different questions: of those pairs the one that most respondents in no bloc yet sent in
/// both, two at least. The texts that at least half of these share are its core, and every other respondent in no bloc who sent in
/// core texts of at least two questions belongs to it. So each member shares text in two questions with the core; who took part in
/// two campaigns does not make one bloc of both.
///
/// # Guarantees
/// A respondent is in one bloc at most. The largest bloc comes first, of equals the one with the earliest respondent.
///
/// # Cost
/// Per respondent the square of the copied texts they sent in.
pub(crate) fn blocs(questions: &[CopiedTexts], ids: &[String]) -> Vec<Bloc> {
    let sent = sent_by(questions);
    let mut pairs: BTreeMap<(Place, Place), Vec<u32>> = BTreeMap::new();
    for (respondent, places) in &sent {
        for (at, one) in places.iter().enumerate() {
            for other in places[at + 1..].iter().filter(|other| other.0 != one.0) {
                pairs.entry((*one, *other)).or_default().push(*respondent);
            }
        }
    }
    pairs.retain(|_, respondents| respondents.len() > 1);
    let mut largest: BinaryHeap<(usize, Reverse<(Place, Place)>)> =
        pairs.iter().map(|(pair, respondents)| (respondents.len(), Reverse(*pair))).collect();
    let mut taken: BTreeSet<u32> = BTreeSet::new();
    let mut found: Vec<BTreeSet<u32>> = Vec::new();
    while let Some((size, Reverse(pair))) = largest.pop() {
        let free: Vec<u32> = pairs[&pair].iter().copied().filter(|respondent| !taken.contains(respondent)).collect();
        if free.len() < size {
            // Some have gone into a larger bloc since: its turn comes by those who are left.
            if free.len() > 1 {
                largest.push((free.len(), Reverse(pair)));
            }
            continue;
        }
        let core = core(&free, &sent);
        let mut members: BTreeSet<u32> = free.into_iter().collect();
        for (at, one) in core.iter().enumerate() {
            let both = core[at + 1..].iter().filter_map(|other| pairs.get(&(*one, *other)));
            members.extend(both.flatten().filter(|respondent| !taken.contains(respondent)));
        }
        taken.extend(&members);
        found.push(members);
    }
    found.sort_by_key(|members| (Reverse(members.len()), members.first().copied()));
    let width = found.len().to_string().len().max(2);
    let told = (1..).zip(&found).map(|(number, members)| Bloc {
        bloc_id: format!("b{number:0width$}"),
        n_respondents: members.len() as u64,
        respondents: members.iter().map(|respondent| ids[*respondent as usize].clone()).collect(),
        questions: in_questions(questions, &sent, members),
    });
    told.collect()
}

/// For each respondent the texts they sent in, ascending.
fn sent_by(questions: &[CopiedTexts]) -> BTreeMap<u32, Vec<Place>> {
    let mut sent: BTreeMap<u32, Vec<Place>> = BTreeMap::new();
    for (question_idx, question) in (0..).zip(questions) {
        for (text_idx, text) in (0..).zip(&question.texts) {
            for respondent in &text.respondents {
                sent.entry(*respondent).or_default().push((question_idx, text_idx));
            }
        }
    }
    sent
}

/// The texts that at least half of these respondents sent in, ascending.
fn core(respondents: &[u32], sent: &BTreeMap<u32, Vec<Place>>) -> Vec<Place> {
    let mut counts: BTreeMap<Place, usize> = BTreeMap::new();
    for place in respondents.iter().filter_map(|respondent| sent.get(respondent)).flatten() {
        *counts.entry(*place).or_default() += 1;
    }
    counts.into_iter().filter(|(_, count)| count * 2 >= respondents.len()).map(|(place, _)| place).collect()
}

/// What the members have in common in each question: the texts that several of them sent.
fn in_questions(
    questions: &[CopiedTexts],
    sent: &BTreeMap<u32, Vec<Place>>,
    members: &BTreeSet<u32>,
) -> Vec<BlocQuestion> {
    let mut senders: BTreeMap<Place, Vec<u32>> = BTreeMap::new();
    for member in members {
        for place in sent.get(member).into_iter().flatten() {
            senders.entry(*place).or_default().push(*member);
        }
    }
    let shared: Vec<(Place, Vec<u32>)> = senders.into_iter().filter(|(_, senders)| senders.len() > 1).collect();
    let told = shared.chunk_by(|a, b| a.0.0 == b.0.0).map(|shared| {
        let question = &questions[shared[0].0.0 as usize];
        let senders: BTreeSet<u32> = shared.iter().flat_map(|(_, senders)| senders).copied().collect();
        BlocQuestion {
            question: question.question.clone(),
            groups: shared.iter().map(|((_, text), _)| question.texts[*text as usize].group_id.clone()).collect(),
            n_respondents: senders.len() as u64,
            share: four_decimals(senders.len() as f64 / question.base as f64),
        }
    });
    told.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn consultation(questions: &[&[&[u32]]]) -> Vec<CopiedTexts> {
        let text = |(number, respondents): (usize, &&[u32])| CopiedText {
            group_id: format!("d{:02}", number + 1),
            respondents: respondents.to_vec(),
        };
        let question = |(number, texts): (usize, &&[&[u32]])| CopiedTexts {
            question: format!("q{}", number + 1),
            base: 20,
            texts: texts.iter().enumerate().map(text).collect(),
        };
        questions.iter().enumerate().map(question).collect()
    }

    fn found(questions: &[&[&[u32]]]) -> Vec<Bloc> {
        let ids: Vec<String> = (0..20).map(|id| format!("r{id}")).collect();
        blocs(&consultation(questions), &ids)
    }

    fn members(bloc: &Bloc) -> Vec<&str> {
        bloc.respondents.iter().map(String::as_str).collect()
    }

    #[test]
    fn who_shares_text_in_two_questions_is_one_bloc_with_its_weight() {
        let found = found(&[&[&[1, 2, 3, 4]], &[&[2, 3], &[5, 6]], &[]]);
        assert_eq!(found.len(), 1);
        assert_eq!((found[0].bloc_id.as_str(), found[0].n_respondents), ("b01", 2));
        assert_eq!(members(&found[0]), ["r2", "r3"]);
        let questions: Vec<(&str, u64, f64)> =
            found[0].questions.iter().map(|of| (of.question.as_str(), of.n_respondents, of.share)).collect();
        assert_eq!(questions, [("q1", 2, 0.1), ("q2", 2, 0.1)]);
    }

    #[test]
    fn text_shared_in_one_question_makes_no_bloc() {
        assert_eq!(found(&[&[&[1, 2, 3]], &[&[1, 4], &[2, 5]]]), []);
    }

    #[test]
    fn who_took_part_in_two_campaigns_does_not_join_them() {
        // 0 to 4 share the texts of the first two questions, 4 to 7 those of the last two.
        let first: &[u32] = &[0, 1, 2, 3, 4];
        let second: &[u32] = &[4, 5, 6, 7];
        let found = found(&[&[first], &[first], &[second], &[second]]);
        assert_eq!(
            found.iter().map(members).collect::<Vec<_>>(),
            [vec!["r0", "r1", "r2", "r3", "r4"], vec!["r5", "r6", "r7"]]
        );
        assert_eq!(found[0].questions.len(), 2, "one member's other campaign is not the bloc's");
    }

    #[test]
    fn who_left_a_question_of_the_campaign_out_is_still_in_its_bloc() {
        let found = found(&[&[&[0, 1, 2, 3]], &[&[0, 1, 2]], &[&[0, 1, 2, 3]]]);
        assert_eq!(found.iter().map(members).collect::<Vec<_>>(), [vec!["r0", "r1", "r2", "r3"]]);
        assert_eq!(found[0].questions.iter().map(|of| of.n_respondents).collect::<Vec<_>>(), [4, 3, 4]);
    }

    #[test]
    fn several_texts_to_one_question_are_one_question() {
        assert_eq!(found(&[&[&[1, 2], &[1, 2]]]), []);
    }
}
