//! Prometheus: a store of series and PromQL over it (Prometheus 3.14, `promql/` and `model/labels`), all of it but native
//! histograms and what other feature flags than `promql-experimental-functions` switch on.
//!
//! Three parts that know little of each other: `parse` makes an expression of a text, `eval` computes it, [`Store`] keeps
//! what was scraped. What is scraped comes from outside, and so does the time. Nothing here scrapes, waits or listens.

mod api;
mod eval;
mod labels;
mod numbers;
mod parse;
mod store;
#[cfg(feature = "suite")]
pub mod suite;
mod value;

pub use api::answer;
pub use eval::{Failure, Query};
pub use labels::{Labels, NAME};
pub use numbers::number_text;
pub use parse::{Expr, Features, parse, parse_with};
pub use store::{RETENTION_MS, SCRAPE_MS, Store};
pub use value::{Point, Sample, Series, Value};

#[cfg(test)]
mod tests;
