//! Sparse matrices of points by terms, their weights, and their reduction to few dimensions.

mod csr;
mod neighbours;
mod svd;
mod tfidf;

pub use csr::Csr;
pub use svd::Svd;
pub use tfidf::{Tfidf, TfidfSettings};
