//! A few dozen queries.
