//! Quantiles and fractions over classic buckets (`promql/quantile.go`).

use super::maths;
use crate::labels::{Labels, NAME};
use crate::value::Sample;
use order::OrdMap;

/// Upper end and count of a bucket.
pub(super) type Bucket = (f64, f64);

/// The buckets of each histogram by its labels without `le`.
pub(super) type Histograms = OrdMap<Labels, Vec<Bucket>>;

/// Counts that differ by less, relatively, are the same.
const TOLERANCE: f64 = 1e-12;

/// As Go's `strconv.ParseFloat` reads the ends of buckets.
fn upper(text: &str) -> Option<f64> {
    match text {
        "+Inf" | "Inf" | "+inf" | "inf" => Some(f64::INFINITY),
        _ => text.parse().ok(),
    }
}

/// What has no good `le` is left out.
pub(super) fn histograms(samples: Vec<Sample>, named: bool) -> Histograms {
    let mut found = Histograms::new();
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

/// In order, each end once; nothing where the last is not endless.
fn whole(buckets: &[Bucket]) -> Option<Vec<Bucket>> {
    let mut sorted = buckets.to_vec();
    order::Arrange::arrange_by(&mut sorted[..], |a, b| maths::ascending(a.0, b.0));
    sorted.last().filter(|(end, _)| *end == f64::INFINITY)?;
    let mut whole: Vec<Bucket> = Vec::new();
    for (end, count) in sorted {
        match whole.last_mut() {
            Some(last) if last.0 == end => last.1 += count,
            _ => whole.push((end, count)),
        }
    }
    Some(whole)
}

/// Whether two counts differ by rounding alone.
fn alike(a: f64, b: f64) -> bool {
    (a - b).abs() < TOLERANCE * (a.abs() + b.abs()).min(f64::MAX)
}

pub(super) fn quantile(q: f64, buckets: &[Bucket]) -> f64 {
    if q.is_nan() {
        return f64::NAN;
    }
    if q < 0.0 {
        return f64::NEG_INFINITY;
    }
    if q > 1.0 {
        return f64::INFINITY;
    }
    let Some(mut whole) = whole(buckets) else { return f64::NAN };
    // Counts never fall: what does is a matter of scrapes at different times.
    let mut most = f64::NEG_INFINITY;
    for bucket in &mut whole {
        if bucket.1 < most || alike(bucket.1, most) {
            bucket.1 = most;
        }
        most = bucket.1;
    }
    let observations = whole.last().map_or(0.0, |last| last.1);
    if whole.len() < 2 || observations == 0.0 {
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

/// Which part of the observations lies between two values.
pub(super) fn fraction(lower: f64, upper: f64, buckets: &[Bucket]) -> f64 {
    let Some(whole) = whole(buckets) else { return f64::NAN };
    let count = whole.last().map_or(0.0, |last| last.1);
    if count == 0.0 || lower.is_nan() || upper.is_nan() {
        return f64::NAN;
    }
    if lower >= upper { 0.0 } else { (below(&whole, upper, count) - below(&whole, lower, count)) / count }
}

/// How many observations lie below a value, were they even in each bucket. Of a bucket without an end none do.
fn below(whole: &[Bucket], value: f64, count: f64) -> f64 {
    let mut start = if whole[0].0 <= 0.0 { f64::NEG_INFINITY } else { 0.0 };
    let mut rank = 0.0_f64;
    for (end, sum) in whole {
        if start >= value {
            return rank.min(count);
        }
        if *end > value {
            let inside =
                if start == f64::NEG_INFINITY { *sum } else { rank + (sum - rank) * (value - start) / (end - start) };
            return if inside > count { count } else { inside };
        }
        (start, rank) = (*end, *sum);
    }
    count
}
