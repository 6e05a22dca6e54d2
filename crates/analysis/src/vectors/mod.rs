//! Sparse matrices of points by terms, their weights, and their reduction to few dimensions.

mod csr;
mod dense;
mod eigen;
mod neighbours;
#[cfg(test)]
mod oracle;
mod svd;
mod tfidf;

pub use csr::Csr;
pub use dense::unit_rows;
pub use svd::Svd;
pub use tfidf::{Tfidf, TfidfSettings};
