//! Dirichlet multinomial mixture for short texts.
