//! k-means, Euclidean and spherical.
