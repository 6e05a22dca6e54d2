//! Sparse matrices of points by terms, their weights, their reduction to few dimensions, and which points are alike.

mod csr;
mod dense;
mod eigen;
mod neighbours;
#[cfg(test)]
mod oracle;
mod smoothing;
mod svd;
mod tfidf;

pub use csr::Csr;
pub use dense::unit_rows;
pub use neighbours::Neighbours;
pub use smoothing::Smoothing;
pub use svd::Svd;
pub use tfidf::{Tfidf, TfidfSettings};
