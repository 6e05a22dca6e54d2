//! Non-negative matrix factorisation.
