//! Elementary functions from a pinned library, so that results do not depend on the machine's.

/// The natural logarithm.
pub(crate) fn ln(x: f64) -> f64 {
    libm::log(x)
}

/// The cosine of an angle in radians.
pub(crate) fn cos(x: f64) -> f64 {
    libm::cos(x)
}

/// e to the power of `x`.
pub(crate) fn exp(x: f64) -> f64 {
    libm::exp(x)
}

/// The natural logarithm of the gamma function, for `x` above 0.
pub(crate) fn ln_gamma(x: f64) -> f64 {
    libm::lgamma(x)
}
