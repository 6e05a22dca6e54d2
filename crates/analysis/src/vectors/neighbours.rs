//! The nearest neighbours of each row, and vectors smoothed over them.
