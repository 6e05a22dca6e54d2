//! Seeds of all random steps, made from the one seed of the run.

/// What random numbers are for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Purpose {
    /// The first basis of an SVD.
    Basis,
    /// The first rows of clusters.
    Starts,
    /// The clusters that rows are drawn into.
    Draws,
    /// The first, too many, clusters by which the number of clusters is found.
    TooMany,
    /// One of the runs that have a vote.
    Run,
    /// Those who have no say in a run.
    NoSay,
    /// The order in which respondents are drawn.
    Sample,
    /// A resample by which stability is measured.
    Resample,
    /// A resample by which an interval is found.
    Bootstrap,
    /// The responses that people are to code.
    HandSample,
    /// Which part of a coded sample is left out when.
    Folds,
    /// The words of items that are dealt out anew.
    Shuffle,
}

/// The seed of a step: of one seed another one for each purpose and each index below 2⁵⁶.
///
/// # Source
/// The finaliser of `SplitMix64`, which gives no two numbers the same: Steele, Lea & Flood (2014).
pub(crate) fn stream(seed: u64, purpose: Purpose, index: u64) -> u64 {
    mixed(mixed(seed) ^ ((purpose as u64) << 56 | index))
}

fn mixed(x: u64) -> u64 {
    let x = x.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_mixing_is_that_of_splitmix() {
        // The first numbers of SplitMix64 from 0 and from 1234567, as its reference gives them.
        assert_eq!(mixed(0), 0xE220_A839_7B1D_CDAF);
        assert_eq!(mixed(1_234_567), 6_457_827_717_110_365_317);
    }

    #[test]
    fn seeds_next_to_each_other_have_no_stream_in_common() {
        let purposes = [Purpose::Basis, Purpose::Run, Purpose::Resample];
        let of = |seed| {
            purposes.into_iter().flat_map(move |purpose| (0..1000).map(move |index| stream(seed, purpose, index)))
        };
        let streams: BTreeSet<u64> = (0..20).flat_map(of).collect();
        assert_eq!(streams.len(), 20 * 3 * 1000);
        assert!((0..20).all(|seed| !streams.contains(&seed)));
    }
}
