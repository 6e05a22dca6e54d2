//! Moves rows between clusters by naive Bayes on their terms.
