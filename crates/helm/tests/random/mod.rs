//! Random charts from seeds.

mod chart;

pub use chart::random;
