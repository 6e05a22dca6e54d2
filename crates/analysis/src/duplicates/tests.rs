use super::compare::tests::{texts, texts_beside};
use super::*;
use proptest::prelude::*;

fn found(texts: &Texts) -> Duplicates {
    find_duplicates(texts, &DuplicateSettings::default()).expect("the default settings are in bounds")
}

fn groups(all: &[&str]) -> Vec<(u32, Vec<(u32, DuplicateKind)>)> {
    let of = |group: Group| {
        let members = group.members.iter().map(|member| (member.document_idx, member.kind)).collect();
        (group.representative_idx, members)
    };
    found(&texts(all)).groups.into_iter().map(of).collect()
}

fn kinds(all: &Texts) -> Vec<(u32, u32, DuplicateKind)> {
    found(all).pairs.iter().map(|pair| (pair.a, pair.b, pair.kind)).collect()
}

fn numbered(words: std::ops::Range<usize>) -> String {
    words.map(|word| format!("w{word}")).collect::<Vec<_>>().join(" ")
}

#[test]
fn copies_and_edited_copies_are_one_group_around_the_standard_text() {
    let standard = "we call on the union to stop all tourist flights over the high valleys before the next season";
    let edited = "we call on the union to stop all tourist flights over our quiet valleys before the next season";
    let other = "the night bus should wait for the last train and take bicycles as well as skis";
    let (near, exact) = (DuplicateKind::Near, DuplicateKind::Exact);
    assert_eq!(groups(&[edited, other, standard, standard]), [(2, vec![(0, near), (2, exact), (3, exact)])]);
}

#[test]
fn likeness_is_not_chained() {
    // Neighbours share 18 of 30 words, the ends only 6.
    let (a, b, c) = (numbered(0..30), numbered(12..42), numbered(24..54));
    let found = groups(&[&a, &b, &c]);
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].0, found[0].1.len()), (1, 3));
    assert_eq!(kinds(&texts(&[&a, &b, &c])), [(0, 1, DuplicateKind::Near), (1, 2, DuplicateKind::Near)]);
}

#[test]
fn a_common_opening_makes_no_near_duplicates_of_short_answers() {
    let opening = "thank you very much for asking us";
    let (one, other) = (
        format!("{opening} open the evening ferry office on sundays"),
        format!("{opening} the evening ferry office is never open"),
    );
    assert_eq!(kinds(&texts(&[&one, &other])), []);
}

#[test]
fn short_texts_are_exact_copies_or_nothing() {
    let all = texts(&[
        "yes",
        "yes",
        "",
        "",
        "i agree with all of it",
        "i agree with all of that",
        "no no no no no no no no no no",
        "no no no no no no no no no",
    ]);
    assert_eq!(kinds(&all), [(0, 1, DuplicateKind::Exact)]);
    let groups = found(&all).groups;
    assert!(groups.len() == 1 && groups[0].is_short && groups[0].copies().next().is_none());
}

#[test]
fn a_block_kept_in_a_longer_answer_is_partial() {
    let block = numbered(0..40);
    let longer = format!("{} {block} {}", numbered(100..160), numbered(200..260));
    let all = texts(&[&block, &longer]);
    assert_eq!(kinds(&all), [(0, 1, DuplicateKind::Partial)]);
    let pair = found(&all).pairs[0];
    assert!((pair.containment - 1.0).abs() < 1e-12 && (pair.similarity - 0.4).abs() < 1e-12);
    assert_eq!(passages(&all, 0, 1), [Passage { start_a: 0, start_b: 60, n_words: 40 }]);
    // Each keeps one sentence of twenty words of the same text.
    let (one, other) =
        (format!("{} {}", numbered(300..400), numbered(0..20)), format!("{} {}", numbered(0..20), numbered(500..590)));
    assert_eq!(kinds(&texts(&[&one, &other])), [(0, 1, DuplicateKind::Partial)]);
    let (one, other) =
        (format!("{} {}", numbered(300..400), numbered(0..15)), format!("{} {}", numbered(0..15), numbered(500..590)));
    assert_eq!(kinds(&texts(&[&one, &other])), []);
}

#[test]
fn blocks_in_another_order_are_near() {
    let one = format!("{} {} {}", numbered(0..20), numbered(20..40), numbered(40..60));
    let other = format!("{} {} {}", numbered(40..60), numbered(0..20), numbered(20..40));
    assert_eq!(kinds(&texts(&[&one, &other])), [(0, 1, DuplicateKind::Near)]);
}

#[test]
fn what_only_a_reference_text_explains_is_neither_near_nor_partial() {
    let reference = numbered(0..60);
    let one = format!("{reference} {}", numbered(100..110));
    let other = format!("{} {reference}", numbered(200..210));
    assert_eq!(kinds(&texts(&[&one, &other])).len(), 1);
    assert_eq!(kinds(&texts_beside(&[&one, &other], &[&reference])), []);
}

#[test]
fn a_million_words_of_one_kind_and_a_hundred_thousand_copies_are_no_burden() {
    let repeated = vec!["again"; 300_000].join(" ");
    let copy = "one and the same text sent again and again by very many people";
    let mut all = vec![copy; 100_000];
    all.extend([repeated.as_str(), &repeated[..900_000]]);
    let found = found(&texts(&all));
    assert_eq!(found.groups.len(), 1);
    assert_eq!(found.groups[0].members.len(), 100_000);
    assert_eq!(found.pairs.len(), 99_999);
}

#[test]
fn many_different_texts_with_one_shared_sentence_cost_no_square_and_are_no_near_duplicates() {
    let texts_of = |n: usize| {
        let own = |at: usize| {
            format!("{} {}", numbered(0..12), (0..30).map(|w| format!("x{at}y{w}")).collect::<Vec<_>>().join(" "))
        };
        let all: Vec<String> = (0..n).map(own).collect();
        texts(&all.iter().map(String::as_str).collect::<Vec<_>>())
    };
    let all = texts_of(3000);
    let settings = DuplicateSettings::default();
    let distinct: Vec<u32> = (0..3000).collect();
    let mut n_candidates = 0;
    candidates::each_list(&all, &distinct, &settings, |list| n_candidates += list.len());
    let banding = Banding::new(&settings);
    assert!(n_candidates < 3000 * FIRST * banding.n_blocks * banding.n_bands() / 4, "{n_candidates}");
    assert!(found(&all).pairs.is_empty());
}

#[test]
fn every_member_of_a_campaign_of_many_edits_is_found_through_the_first_ones() {
    // Each has two words of its own among forty: more texts share each band than are compared throughout.
    let edited = |at: usize| {
        let word = |place: usize| match place {
            _ if place == at % 40 || place == (at * 7 + 3) % 40 => format!("own{at}x{place}"),
            _ => format!("w{place}"),
        };
        (0..40).map(word).collect::<Vec<_>>().join(" ")
    };
    let all: Vec<String> = (0..2000).map(edited).collect();
    let found = found(&texts(&all.iter().map(String::as_str).collect::<Vec<_>>()));
    assert_eq!(found.groups.len(), 1);
    assert_eq!(found.groups[0].members.len(), 2000);
}

#[test]
fn the_source_of_many_copies_is_found_wherever_it_stands() {
    // A fifth of the words changed: the copies are like the source, and hardly like each other.
    let edited = |at: usize| {
        let word = |place: usize| match minhash::mix((at * 40 + place) as u64) % 5 {
            0 if at != 1000 => format!("own{at}x{place}"),
            _ => format!("w{place}"),
        };
        (0..40).map(word).collect::<Vec<_>>().join(" ")
    };
    let all: Vec<String> = (0..2000).map(edited).collect();
    let all = texts(&all.iter().map(String::as_str).collect::<Vec<_>>());
    let mut comparer = compare::Comparer::default();
    comparer.load(&all, 1000);
    let settings = DuplicateSettings::default();
    let is_near =
        |text: &u32| groups::relation(&mut comparer, &all, 1000, *text, &settings).is_some_and(|(near, _)| near);
    let expected = (0..2000).filter(is_near).count();
    let found = found(&all);
    let group = found.groups.iter().find(|group| group.representative_idx == 1000).expect("the source stands for them");
    assert!(expected > 1800 && group.members.len() * 100 >= expected * 99, "{} of {expected}", group.members.len());
}

#[test]
fn of_pairs_across_groups_those_most_alike_are_listed_and_the_others_counted() {
    // Windows that move on by two words: each is near to eight before and eight behind, and groups are pieces of the row.
    let all: Vec<String> = (0..160).map(|at| numbered(2 * at..2 * at + 32)).collect();
    let all = texts(&all.iter().map(String::as_str).collect::<Vec<_>>());
    let found = found(&all);
    let group_of =
        |text: u32| found.groups.iter().position(|group| group.members.iter().any(|m| m.document_idx == text));
    let is_listed =
        |a: u32, b: u32| found.pairs.binary_search_by_key(&(a.min(b), a.max(b)), |pair| (pair.a, pair.b)).is_ok();
    let settings = DuplicateSettings::default();
    let mut comparer = compare::Comparer::default();
    let (mut n_across, mut n_listed) = (0_u64, 0_u64);
    for a in 0..160 {
        comparer.load(&all, a);
        let mut related: Vec<(f64, u32)> = Vec::new();
        for b in (0..160).filter(|b| *b != a && (group_of(*b) != group_of(a) || group_of(a).is_none())) {
            let alike = groups::relation(&mut comparer, &all, a, b, &settings);
            related.extend(alike.map(|(_, alike)| (alike.similarity, b)));
        }
        related.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
        assert!(related.iter().take(LISTED_ACROSS).all(|(_, b)| is_listed(a, *b)), "{a}: {related:?}");
        let later = || related.iter().filter(|(_, b)| *b > a);
        n_across += later().count() as u64;
        n_listed += later().filter(|(_, b)| is_listed(a, *b)).count() as u64;
    }
    assert!(n_across > n_listed && found.n_unlisted == n_across - n_listed, "{n_listed} of {n_across}");
}

#[test]
fn the_result_is_the_same_on_any_number_of_threads() {
    let all: Vec<String> = (0..3000_usize)
        .map(|at| format!("{} {}", numbered(at % 70..at % 70 + 25), numbered(at / 3..at / 3 + 9)))
        .collect();
    let all = texts(&all.iter().map(String::as_str).collect::<Vec<_>>());
    let on =
        |threads: usize| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(|| found(&all));
    let one = on(1);
    assert!(one.pairs.len() > 1000);
    assert_eq!(one, on(2));
    assert_eq!(one, on(8));
}

proptest! {
    #[test]
    fn groups_and_pairs_are_what_an_exhaustive_search_confirms(
        texts_of in prop::collection::vec(prop::collection::vec(0_u8..6, 8..30), 0..24)
    ) {
        let joined: Vec<String> =
            texts_of.iter().map(|words| words.iter().map(u8::to_string).collect::<Vec<_>>().join(" ")).collect();
        let all = texts(&joined.iter().map(String::as_str).collect::<Vec<_>>());
        let settings = DuplicateSettings::default();
        let found = found(&all);
        let mut comparer = compare::Comparer::default();
        let mut seen = std::collections::BTreeSet::new();
        for group in found.groups.iter().filter(|group| !group.is_short) {
            prop_assert!(group.members.len() > 1);
            for member in &group.members {
                prop_assert!(seen.insert(member.document_idx));
                let (representative, other) = (group.representative_idx, member.document_idx);
                if all.whole(representative) != all.whole(other) {
                    comparer.load(&all, representative);
                    let related = groups::relation(&mut comparer, &all, representative, other, &settings);
                    prop_assert_eq!(related.map(|(is_near, _)| is_near), Some(member.kind.is_copy()));
                }
            }
        }
        for pair in &found.pairs {
            prop_assert!(pair.a < pair.b);
            prop_assert!(pair.kind == DuplicateKind::Exact || pair.jaccard(&all) < 1.0 || pair.similarity > 0.99);
        }
        // Two dozen texts fill no bucket: what is not found is what chance left out, and may not be much.
        let mut missed = 0;
        for a in 0..all.len() as u32 {
            comparer.load(&all, a);
            for b in a + 1..all.len() as u32 {
                if !(all.has_shingles(a, 6) && all.has_shingles(b, 6)) {
                    continue;
                }
                let near = groups::relation(&mut comparer, &all, a, b, &settings).is_some_and(|(is_near, _)| is_near);
                missed += usize::from(near && found.pairs.binary_search_by_key(&(a, b), |pair| (pair.a, pair.b)).is_err());
            }
        }
        prop_assert!(missed <= 1);
    }
}
