//! `histogram_quantile` over classic buckets (`promql/quantile.go`).

use super::maths;
use crate::labels::{Labels, NAME};
use crate::value::Sample;
use order::OrdMap;

/// Upper end and count of a bucket.
pub(super) type Bucket = (f64, f64);

/// As Go's `strconv.ParseFloat` reads the ends of buckets.
fn upper(text: &str) -> Option<f64> {
    match text {
        "+Inf" | "Inf" | "+inf" | "inf" => Some(f64::INFINITY),
        _ => text.parse().ok(),
    }
}

/// The buckets of each histogram by its labels without `le`; what has no good `le` is left out.
pub(super) fn histograms(samples: Vec<Sample>, named: bool) -> OrdMap<Labels, Vec<Bucket>> {
    let mut found: OrdMap<Labels, Vec<Bucket>> = OrdMap::new();
    for sample in samples {
        let Some(end) = upper(sample.labels.get("le")) else { continue };
        let mut labels = sample.labels;
        labels.remove("le");
        if !named {
            labels.remove(NAME);
        }
        found.entry(labels).or_default().push((end, sample.point.value));
    }
    found
}

pub(super) fn quantile(q: f64, mut buckets: Vec<Bucket>) -> f64 {
    if q.is_nan() {
        return f64::NAN;
    }
    if q < 0.0 {
        return f64::NEG_INFINITY;
    }
    if q > 1.0 {
        return f64::INFINITY;
    }
    order::Arrange::arrange_by(&mut buckets[..], |a, b| maths::ascending(a.0, b.0));
    if buckets.last().is_none_or(|(end, _)| *end != f64::INFINITY) {
        return f64::NAN;
    }
    let mut whole: Vec<Bucket> = Vec::new();
    for (end, count) in buckets {
        match whole.last_mut() {
            Some(last) if last.0 == end => last.1 += count,
            _ => whole.push((end, count)),
        }
    }
    // Counts never fall: what does is a matter of scrapes at different times.
    let mut most = f64::NEG_INFINITY;
    for bucket in &mut whole {
        if bucket.1 < most {
            bucket.1 = most;
        }
        most = bucket.1;
    }
    let observations = whole.last().map_or(0.0, |last| last.1);
    if whole.len() < 2 || observations == 0.0 || observations.is_nan() {
        return f64::NAN;
    }
    let rank = q * observations;
    let at = whole[..whole.len() - 1].iter().position(|(_, count)| *count >= rank).unwrap_or(whole.len() - 1);
    if at == whole.len() - 1 {
        return whole[at - 1].0;
    }
    if at == 0 && whole[0].0 <= 0.0 {
        return whole[0].0;
    }
    let (end, mut count) = whole[at];
    let (mut start, mut rank) = (0.0, rank);
    if at > 0 {
        start = whole[at - 1].0;
        count -= whole[at - 1].1;
        rank -= whole[at - 1].1;
    }
    start + (end - start) * (rank / count)
}
