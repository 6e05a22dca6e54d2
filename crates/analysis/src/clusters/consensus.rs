//! The recipe: clusters that several algorithms and starts agree on.
