//! Elementary functions from a pinned library, so that results do not depend on the machine's.

/// The natural logarithm.
pub(crate) fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// The logarithm to base 2.
pub(crate) fn log2(x: f64) -> f64 {
    libm::log2(x)
}
