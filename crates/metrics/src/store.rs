//! Series in memory: what was scraped, for an hour.

use crate::labels::{Labels, NAME};
use crate::parse::Matcher;
use crate::value::Point;
use order::OrdMap;
use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::sync::Arc;

/// This long a sample is kept.
pub const RETENTION_MS: i64 = 3_600_000;
/// Targets are scraped this often.
pub const SCRAPE_MS: i64 = 15_000;
/// Samples of a chunk, which forks of a world share.
const CHUNK: usize = 30;

/// A scraped value; nothing where the series went stale.
type Scraped = (i64, Option<f64>);

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Chunks(VecDeque<Arc<Vec<Scraped>>>);

impl Chunks {
    fn last(&self) -> Option<&Scraped> {
        self.0.back()?.last()
    }

    fn push(&mut self, sample: Scraped) {
        match self.0.back_mut().filter(|chunk| chunk.len() < CHUNK) {
            Some(chunk) => Arc::make_mut(chunk).push(sample),
            None => self.0.push_back(Arc::new(vec![sample])),
        }
    }

    /// Chunks that end before a moment go.
    fn forget(&mut self, before: i64) {
        while self.0.front().and_then(|chunk| chunk.last()).is_some_and(|(at, _)| *at < before) {
            self.0.pop_front();
        }
    }
}

/// All series.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Store {
    series: OrdMap<Labels, Chunks>,
}

impl Store {
    /// Adds a sample; none before the last one of its series.
    pub fn append(&mut self, labels: &Labels, at: i64, value: f64) {
        self.push(labels, at, Some(value));
    }

    fn push(&mut self, labels: &Labels, at: i64, value: Option<f64>) {
        let chunks = self.series.entry(labels.clone()).or_default();
        if chunks.last().is_none_or(|(last, _)| *last < at) {
            chunks.push((at, value));
        }
    }

    /// Ends a series.
    pub fn stale(&mut self, labels: &Labels, at: i64) {
        self.push(labels, at, None);
    }

    /// A scrape is over: series that were in the one before and are not in this one end, and what is old goes.
    pub fn scraped(&mut self, at: i64) {
        self.series.retain(|_, chunks| {
            if chunks.last().is_some_and(|(last, value)| *last < at && value.is_some()) {
                chunks.push((at, None));
            }
            chunks.forget(at - RETENTION_MS);
            !chunks.0.is_empty()
        });
    }

    pub fn is_empty(&self) -> bool {
        self.series.is_empty()
    }

    /// The labels of all series, in order.
    pub fn labels(&self) -> impl Iterator<Item = &Labels> {
        self.series.keys()
    }

    fn chosen<'s>(&'s self, matchers: &'s [Matcher]) -> impl Iterator<Item = (&'s Labels, &'s Chunks)> {
        self.series.iter().filter(|(labels, _)| matchers.iter().all(|matcher| matcher.fits(labels.get(&matcher.name))))
    }

    /// The newest value of each series that fits, not older than `after` and not newer than `until`.
    pub(crate) fn newest(&self, matchers: &[Matcher], after: i64, until: i64) -> Vec<(Labels, Point)> {
        let mut found = Vec::new();
        for (labels, chunks) in self.chosen(matchers) {
            let last = chunks.0.iter().rev().flat_map(|chunk| chunk.iter().rev()).find(|(at, _)| *at <= until);
            if let Some((at, Some(value))) = last.filter(|(at, _)| *at > after) {
                found.push((labels.clone(), Point { at: *at, value: *value }));
            }
        }
        found
    }

    /// What each series that fits has after one moment and until another.
    pub(crate) fn between(&self, matchers: &[Matcher], after: i64, until: i64) -> Vec<(Labels, Vec<Point>)> {
        let mut found = Vec::new();
        for (labels, chunks) in self.chosen(matchers) {
            let all = chunks.0.iter().flat_map(|chunk| chunk.iter());
            let inside = all.filter(|(at, _)| *at > after && *at <= until);
            let points: Vec<Point> =
                inside.filter_map(|(at, value)| value.map(|value| Point { at: *at, value })).collect();
            if !points.is_empty() {
                found.push((labels.clone(), points));
            }
        }
        found
    }

    /// The names of all metrics.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self.series.keys().map(|labels| labels.get(NAME).to_string()).collect();
        names.dedup();
        names
    }
}
