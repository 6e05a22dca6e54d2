//! Shares, in integers.

use serde::{Serialize, Serializer};

/// A share in tenths of a per cent, half rounded up.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub struct Percent(u32);

impl Percent {
    /// `n` of `base`; none of nothing.
    ///
    /// What is more than none is never 0.0, nor less than all 100.0.
    pub fn new(n: u64, base: u64) -> Option<Self> {
        if base == 0 {
            return None;
        }
        let (n, base) = (u128::from(n.min(base)), u128::from(base));
        let tenths = ((n * 2000 + base) / (2 * base)) as u32;
        let (least, most) = (u32::from(n > 0), 1000 - u32::from(n < base));
        Some(Self(tenths.clamp(least, most)))
    }

    /// In tenths of a per cent, 0 to 1000.
    pub fn tenths(self) -> u32 {
        self.0
    }
}

impl std::fmt::Display for Percent {
    /// `26.7`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

impl Serialize for Percent {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // The nearest double to a decimal of one place is written as that decimal.
        serializer.serialize_f64(f64::from(self.0) / 10.0)
    }
}

/// A mean in hundredths, half rounded up (away from zero).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Mean(i64);

impl Mean {
    /// `sum` / `n`; none of nothing.
    pub fn new(sum: i64, n: u64) -> Option<Self> {
        let n = i128::from(n);
        if n == 0 {
            return None;
        }
        let twice = i128::from(sum) * 200;
        let rounded = (twice.abs() + n) / (2 * n);
        Some(Self((rounded * twice.signum()) as i64))
    }
}

impl std::fmt::Display for Mean {
    /// `3.58`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        write!(f, "{sign}{}.{:02}", self.0.abs() / 100, self.0.abs() % 100)
    }
}

impl Serialize for Mean {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_f64(self.0 as f64 / 100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_have_one_decimal_half_rounded_up() {
        let percent = |n, base| Percent::new(n, base).unwrap().to_string();
        assert_eq!(
            [percent(1, 3), percent(2, 3), percent(1, 8), percent(1, 16), percent(0, 5), percent(5, 5)],
            ["33.3", "66.7", "12.5", "6.3", "0.0", "100.0"]
        );
        assert_eq!((percent(1, 10_000), percent(9_999, 10_000)), ("0.1".into(), "99.9".into()));
        assert_eq!(Percent::new(0, 0), None);
        assert_eq!(serde_json::to_string(&[Percent::new(4, 15), Percent::new(1, 2)]).unwrap(), "[26.7,50.0]");
        for n in 0..=u64::from(u16::MAX) {
            let tenths = Percent::new(n, u64::from(u16::MAX)).unwrap();
            let parsed: f64 = serde_json::to_string(&tenths).unwrap().parse().unwrap();
            assert_eq!(format!("{parsed:.1}"), tenths.to_string());
        }
    }

    #[test]
    fn the_regional_shares_of_a_paper_follow_from_its_counts() {
        let counts = [12, 11, 6, 6, 5, 1, 4];
        assert_eq!(counts.iter().sum::<u64>(), 45);
        let whole: Vec<u32> = counts.iter().map(|n| (Percent::new(*n, 45).unwrap().tenths() + 5) / 10).collect();
        assert_eq!(whole, [27, 24, 13, 13, 11, 2, 9]);
    }

    #[test]
    fn means_have_two_decimals() {
        let mean = |sum, n| Mean::new(sum, n).unwrap().to_string();
        assert_eq!(
            [mean(10, 3), mean(5, 2), mean(1, 8), mean(-1, 8), mean(0, 4)],
            ["3.33", "2.50", "0.13", "-0.13", "0.00"]
        );
        assert_eq!(Mean::new(0, 0), None);
        assert_eq!(serde_json::to_string(&Mean::new(10, 3)).unwrap(), "3.33");
    }
}
