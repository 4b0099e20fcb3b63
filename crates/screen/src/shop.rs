//! The Shop: Encore as its customers see it.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Shop {
    pub host: String,
    /// Of the page that most customers get; empty while nobody gets one.
    pub headline: String,
    pub version: String,
    pub tickets: Vec<Ticket>,
    /// What customers get instead of a page: `503 Service Unavailable`, with a sentence.
    pub outage: Option<String>,
    pub shares: Vec<VersionShare>,
    /// Latest values and a minute of history, oldest first.
    pub requests_per_second: f64,
    pub requests_history: Vec<f64>,
    pub error_percent: f64,
    pub error_history: Vec<f64>,
    pub p99_ms: f64,
    pub p99_history: Vec<f64>,
    /// Newest first.
    pub recent: Vec<Request>,
    /// The hero's loop: push, CI, image, Argo CD, cluster, shop.
    pub stations: Vec<Station>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ticket {
    pub day: String,
    pub name: String,
    pub detail: String,
    pub price: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VersionShare {
    pub version: String,
    pub percent: f64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    pub time: String,
    pub status: u16,
    /// `GET /tickets`.
    pub line: String,
    pub version: String,
    pub ms: u32,
}

/// A station on a commit's way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Station {
    pub name: String,
    pub text: String,
    /// `idle`, `running`, `done`, `failed`.
    pub state: String,
    /// Something is on its way to the next one.
    pub flow: bool,
}
