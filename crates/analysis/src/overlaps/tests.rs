//! What overlaps are, worked by hand and by law.

use super::*;
use proptest::prelude::*;

/// Items given as points of terms, each with its collection; all of one class.
struct Made {
    counts: Csr,
    item_of: Vec<u32>,
    collection_of: Vec<u32>,
    class_of: Vec<u32>,
}

impl Made {
    fn new(items: &[(u32, Vec<Vec<u32>>)], n_terms: usize) -> Self {
        let mut counts = Csr::new(n_terms);
        let mut item_of = Vec::new();
        for (item, (_, points)) in (0..).zip(items) {
            for point in points {
                counts.push_terms(&mut point.clone());
                item_of.push(item);
            }
        }
        let collection_of: Vec<u32> = items.iter().map(|(collection, _)| *collection).collect();
        let class_of = vec![0; items.len()];
        Self { counts, item_of, collection_of, class_of }
    }

    fn input(&self) -> OverlapInput<'_> {
        let Self { counts, item_of, collection_of, class_of } = self;
        OverlapInput { counts, item_of, collection_of, class_of }
    }

    fn find(&self, seed: u64) -> Overlaps {
        find_overlaps(&self.input(), &OverlapSettings::default(), seed).unwrap()
    }
}

/// Two collections of forty items on subjects of their own, of which items 0 and 40 share a subject, and 1 and 41 one point of three.
fn two() -> Made {
    let own = |subject: u32| {
        vec![
            vec![100 + subject * 6, 101 + subject * 6, 102 + subject * 6, 0],
            vec![103 + subject * 6, 104 + subject * 6, 1],
        ]
    };
    let mut items: Vec<(u32, Vec<Vec<u32>>)> = (0..80).map(|item| (item / 40, own(item))).collect();
    items[40].1 = vec![vec![100, 101, 102, 0], vec![103, 700, 1]];
    let passage = vec![2, 3, 4, 5, 6, 7, 8, 9, 10];
    items[1].1.push(passage.clone());
    items[41].1.extend([passage, vec![701, 702, 703]]);
    Made::new(&items, 800)
}

#[test]
fn what_is_shared_is_found_and_nothing_else() {
    let found = two().find(1);
    let pairs: Vec<(u32, u32)> = found.pairs.iter().map(|pair| (pair.a, pair.b)).collect();
    assert_eq!(pairs.len(), 2, "{found:?}");
    assert!(pairs.contains(&(0, 40)) && pairs.contains(&(1, 41)));
    let passage = found.pairs.iter().find(|pair| pair.a == 1).unwrap();
    // Rows 2 + 2 of items 0 and 1 come before the third point of item 1; 39 items of two points and one of three before those of item 40.
    assert_eq!(passage.matches[0].a, 4);
    assert!(passage.passage > passage.whole, "{passage:?}");
    assert_eq!(passage.strength.to_bits(), passage.passage.to_bits());
    let shares: f64 = passage.terms.iter().map(|term| term.weight).sum();
    assert!((shares - 1.0).abs() < 1e-9);
    // The words that all items have weigh next to nothing.
    assert!(passage.terms.iter().filter(|term| term.term_idx < 2).all(|term| term.weight < 0.01));
}

#[test]
fn strength_is_the_table_worked_by_hand() {
    // Items "a b", "c", "a b", "d"; in each collection two.
    let made = Made::new(&[(0, vec![vec![0, 1]]), (0, vec![vec![2]]), (1, vec![vec![0, 1]]), (1, vec![vec![3]])], 4);
    let weighted = Weighted::new(&made.input());
    // ln(5 / 2.5), ln(5 / 1.5)
    let (common, rare) = (std::f64::consts::LN_2, 1.203_972_804_325_936);
    let value = |item: usize| f64::from(weighted.items.values.row(item).next().unwrap().1);
    assert!((value(0) - common).abs() < 1e-6 && (value(1) - rare).abs() < 1e-6);
    let mean = (4.0 * common * common + 2.0 * rare * rare) / 6.0;
    let expected = 2.0 * common * common / (2.0 * common * common + PRIOR * mean);
    assert!((weighted.items.alike(0, 2) - expected).abs() < 1e-6);
    assert_eq!(weighted.items.alike(0, 1).to_bits(), 0.0_f64.to_bits());
}

#[test]
fn items_of_other_classes_and_of_the_same_collection_are_not_compared() {
    let mut made = two();
    made.class_of[40] = 1;
    made.collection_of[41] = 0;
    let found = made.find(1);
    assert!(found.pairs.iter().all(|pair| (pair.a, pair.b) != (0, 40) && (pair.a, pair.b) != (1, 41)));
}

#[test]
fn chance_is_above_nothing_where_words_are_shared_by_all() {
    let items: Vec<(u32, Vec<Vec<u32>>)> =
        (0..60_u32).map(|item| (item % 2, vec![(0..8).map(|at| (item * 7 + at * at * 13) % 40).collect()])).collect();
    let found = Made::new(&items, 40).find(7);
    assert!(found.chance.n_draws >= 1_000 && found.chance.n_shuffles == 17, "{:?}", found.chance);
    assert!(found.chance.strength > found.chance.mean && found.chance.mean > 0.1, "{:?}", found.chance);
    assert!(found.threshold >= found.chance.strength);
}

#[test]
fn nothing_overlaps_with_nothing() {
    for items in
        [vec![], vec![(0, vec![])], vec![(0, vec![vec![]]), (1, vec![vec![]])], vec![(0, vec![vec![1]]), (1, vec![])]]
    {
        assert!(Made::new(&items, 3).find(1).pairs.is_empty());
    }
}

#[test]
fn settings_out_of_bounds_are_refused() {
    let made = two();
    for (level, least) in [(0.0, 0.1), (1.0, 0.1), (f64::NAN, 0.1), (0.05, 1.5)] {
        assert!(find_overlaps(&made.input(), &OverlapSettings { level, least }, 1).is_err());
    }
}

#[test]
fn the_thread_count_does_not_show() {
    let items: Vec<(u32, Vec<Vec<u32>>)> = (0..600_u32)
        .map(|item| {
            (
                item % 3,
                (0..3).map(|at| (0..9).map(|word| (item * 31 + at * 17 + word * word * 7) % 400).collect()).collect(),
            )
        })
        .collect();
    let made = Made::new(&items, 400);
    let found = |n_threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n_threads).build().unwrap();
        pool.install(|| made.find(3))
    };
    let one = found(1);
    assert!(!one.pairs.is_empty());
    assert!([2, 8].into_iter().all(|n_threads| found(n_threads) == one));
}

proptest! {
    #[test]
    fn strengths_are_those_of_all_pairs_held_against_each_other(
        items in prop::collection::vec((0_u32..3, prop::collection::vec(prop::collection::vec(0_u32..25, 0..7), 0..4)), 0..14)
    ) {
        let mut items = items;
        items.sort_by_key(|(collection, _)| *collection);
        let made = Made::new(&items, 25);
        let input = made.input();
        let found = made.find(1);
        let weighted = Weighted::new(&input);
        let mut expected = Vec::new();
        for a in 0..items.len() as u32 {
            for b in a + 1..items.len() as u32 {
                if items[a as usize].0 != items[b as usize].0 {
                    expected.extend(compare(&weighted, a, b, found.threshold));
                }
            }
        }
        expected.sort_by(|x, y| y.strength.total_cmp(&x.strength).then_with(|| (x.a, x.b).cmp(&(y.a, y.b))));
        prop_assert_eq!(&found.pairs, &expected);
        for pair in &found.pairs {
            prop_assert!(pair.strength <= 1.0 && pair.strength >= found.threshold && !pair.matches.is_empty());
        }
    }

    #[test]
    fn exchanging_the_collections_exchanges_the_items(
        items in prop::collection::vec(prop::collection::vec(prop::collection::vec(0_u32..20, 1..7), 1..3), 2..12), cut in 1_usize..11
    ) {
        let cut = cut.min(items.len() - 1);
        let one: Vec<(u32, Vec<Vec<u32>>)> = items.iter().enumerate().map(|(at, item)| (u32::from(at >= cut), item.clone())).collect();
        let other: Vec<(u32, Vec<Vec<u32>>)> = one.iter().map(|(collection, item)| (1 - collection, item.clone())).collect();
        let strengths = |items: &[(u32, Vec<Vec<u32>>)]| {
            let made = Made::new(items, 20);
            let weighted = Weighted::new(&made.input());
            let alike = |a: u32, b: u32| compare(&weighted, a.min(b), a.max(b), 0.0).map(|pair| pair.strength.to_bits());
            (0..cut as u32).flat_map(|a| (cut as u32..items.len() as u32).map(move |b| (a, b))).map(|(a, b)| alike(a, b)).collect::<Vec<_>>()
        };
        prop_assert_eq!(strengths(&one), strengths(&other));
    }
}
