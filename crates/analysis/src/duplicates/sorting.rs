//! Lists of numbers in order: by their digits, and two lists as one.
//!
//! # Source
//! Knuth (1998), section 5.2.5: from the last digit to the first, each pass keeping the order of the one before.

use rayon::prelude::*;
use std::ops::Range;

/// Bits of a digit, at most: as many counters stay in the nearest cache.
const DIGIT: u32 = 11;
/// Numbers for which counting digits is not worth while.
const FEW: usize = 512;

/// Sorts numbers by these of their bits; those alike in them keep their order.
pub(super) fn sort_by_bits(numbers: &mut Vec<u64>, bits: Range<u32>) {
    let mask = |n_bits: u32| (1_u64 << n_bits) - 1;
    if numbers.len() <= FEW {
        numbers.sort_by_key(|number| number >> bits.start & mask(bits.end - bits.start));
        return;
    }
    let n_digits = (bits.end - bits.start).div_ceil(DIGIT);
    let width = (bits.end - bits.start).div_ceil(n_digits.max(1));
    let mut sorted = vec![0; numbers.len()];
    for digit in 0..n_digits {
        let from = bits.start + digit * width;
        let mask = mask(width.min(bits.end - from));
        let mut next = [0_usize; 1 << DIGIT];
        for number in &*numbers {
            next[(number >> from & mask) as usize] += 1;
        }
        let mut before = 0;
        for place in &mut next {
            before += std::mem::replace(place, before);
        }
        for number in &*numbers {
            let place = &mut next[(number >> from & mask) as usize];
            sorted[*place] = *number;
            *place += 1;
        }
        std::mem::swap(numbers, &mut sorted);
    }
}

/// Two ascending lists as one, what is in both once.
pub(super) fn merged(a: Vec<u64>, b: Vec<u64>) -> Vec<u64> {
    if a.is_empty() || b.is_empty() {
        return if a.is_empty() { b } else { a };
    }
    let mut merged = Vec::with_capacity(a.len() + b.len());
    let (mut from_a, mut from_b) = (0, 0);
    // Which is next is as good as chance: nothing here branches on it.
    while let (Some(x), Some(y)) = (a.get(from_a), b.get(from_b)) {
        merged.push(*x.min(y));
        from_a += usize::from(x <= y);
        from_b += usize::from(y <= x);
    }
    merged.extend_from_slice(&a[from_a..]);
    merged.extend_from_slice(&b[from_b..]);
    merged
}

/// Ascending lists as one, what is in several once.
pub(super) fn all_merged(mut lists: Vec<Vec<u64>>) -> Vec<u64> {
    while lists.len() > 1 {
        let by_two: Vec<(Vec<u64>, Vec<u64>)> = lists
            .chunks_mut(2)
            .map(|two| (std::mem::take(&mut two[0]), two.get_mut(1).map(std::mem::take).unwrap_or_default()))
            .collect();
        lists = by_two.into_par_iter().map(|(one, other)| merged(one, other)).collect();
    }
    lists.pop().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lists_are_merged() {
        assert_eq!(merged(vec![1, 3, 5], vec![2, 3, 6, 7]), [1, 2, 3, 5, 6, 7]);
        assert_eq!(all_merged(vec![vec![4], vec![1, 9], vec![], vec![4, 5], vec![0]]), [0, 1, 4, 5, 9]);
        assert!(all_merged(Vec::new()).is_empty());
    }

    proptest! {
        #[test]
        fn numbers_are_sorted_by_the_bits_asked_for(
            numbers in prop::collection::vec(any::<u64>(), 0..1500), start in 0_u32..40, n_bits in 0_u32..40
        ) {
            let bits = start..(start + n_bits).min(63);
            let mut expected = numbers.clone();
            expected.sort_by_key(|number| number >> bits.start & ((1 << (bits.end - bits.start)) - 1));
            let mut found = numbers;
            sort_by_bits(&mut found, bits);
            prop_assert_eq!(found, expected);
        }
    }
}
