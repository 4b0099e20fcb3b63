//! Functions over a range (`promql/functions.go`).

use super::{Evaluated, maths};
use crate::numbers::fixed;
use crate::value::{Point, Series};

/// A range vector: what lies after `from` and until `until`.
#[derive(Debug, Clone)]
pub(super) struct Window {
    pub from: i64,
    pub until: i64,
    pub series: Vec<Series>,
}

#[expect(clippy::cast_precision_loss, reason = "milliseconds")]
fn secs(millis: i64) -> f64 {
    millis as f64 / 1_000.0
}

/// The increase between first and last sample, stretched to the ends of the window where they are near.
#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn extrapolated(points: &[Point], (from, until): (i64, i64), counter: bool, per_second: bool) -> Option<f64> {
    let [first, .., last] = points else { return None };
    let mut result = last.value - first.value;
    if counter {
        let drops = points.windows(2).filter(|two| two[1].value < two[0].value);
        result += drops.map(|two| two[0].value).sum::<f64>();
    }
    let sampled = secs(last.at - first.at);
    let between = sampled / (points.len() - 1) as f64;
    let threshold = between * 1.1;
    let (mut before, mut after) = (secs(first.at - from), secs(until - last.at));
    if before >= threshold {
        before = between / 2.0;
    }
    if counter {
        // It cannot have been below zero.
        let to_zero = if result > 0.0 && first.value >= 0.0 { sampled * (first.value / result) } else { before };
        before = before.min(to_zero);
    }
    if after >= threshold {
        after = between / 2.0;
    }
    let factor = (sampled + before + after) / sampled;
    let factor = if per_second { factor / secs(until - from) } else { factor };
    Some(result * factor)
}

/// From the last two samples.
fn instant(points: &[Point], rate: bool) -> Option<f64> {
    let [.., before, last] = points else { return None };
    let reset = rate && last.value < before.value;
    let result = if reset { last.value } else { last.value - before.value };
    if !rate {
        return Some(result);
    }
    let interval = secs(last.at - before.at);
    (interval != 0.0).then(|| result / interval)
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn count(n: usize) -> Option<f64> {
    Some(n as f64)
}

/// The function's value over one series; nothing where there are too few samples.
pub(super) fn over(
    name: &str,
    points: &[Point],
    window: (i64, i64),
    params: &[f64],
    now: i64,
) -> Evaluated<Option<f64>> {
    let values = || points.iter().map(|point| point.value).collect::<Vec<f64>>();
    let param = params.first().copied().unwrap_or(f64::NAN);
    let at = |point: Option<&Point>| point.map(|point| secs(point.at));
    Ok(match name {
        "rate" => extrapolated(points, window, true, true),
        "increase" => extrapolated(points, window, true, false),
        "delta" => extrapolated(points, window, false, false),
        "irate" => instant(points, true),
        "idelta" => instant(points, false),
        "avg_over_time" => Some(maths::mean(&values())),
        "sum_over_time" => Some(maths::sum(&values())),
        "count_over_time" => count(points.len()),
        "last_over_time" => points.last().map(|point| point.value),
        "first_over_time" => points.first().map(|point| point.value),
        "present_over_time" => Some(1.0),
        "min_over_time" => best(points, |a, b| a < b).map(|point| point.value),
        "max_over_time" => best(points, |a, b| a > b).map(|point| point.value),
        // Of several the last one.
        "ts_of_min_over_time" => at(best(points, |a, b| a <= b)),
        "ts_of_max_over_time" => at(best(points, |a, b| a >= b)),
        "ts_of_first_over_time" => at(points.first()),
        "ts_of_last_over_time" => at(points.last()),
        "mad_over_time" => Some(maths::deviation(&mut values())),
        "double_exponential_smoothing" => smoothed(&values(), param, params.get(1).copied().unwrap_or(f64::NAN))?,
        "stdvar_over_time" => Some(maths::variance(&values())),
        "stddev_over_time" => Some(maths::variance(&values()).sqrt()),
        "quantile_over_time" => Some(maths::quantile(param, &mut values())),
        "changes" => {
            let differ =
                |two: &&[Point]| two[0].value != two[1].value && !(two[0].value.is_nan() && two[1].value.is_nan());
            count(points.windows(2).filter(differ).count())
        }
        "resets" => count(points.windows(2).filter(|two| two[1].value < two[0].value).count()),
        "deriv" if points.len() > 1 => Some(maths::line(points, points[0].at).0),
        "predict_linear" if points.len() > 1 => {
            let (slope, at) = maths::line(points, now);
            Some(slope * param + at)
        }
        _ => None,
    })
}

fn best(points: &[Point], better: fn(f64, f64) -> bool) -> Option<&Point> {
    points.iter().reduce(|a, b| if better(b.value, a.value) || a.value.is_nan() { b } else { a })
}

/// Holt's linear method.
fn smoothed(values: &[f64], smoothing: f64, trend: f64) -> Evaluated<Option<f64>> {
    for (what, short, factor) in [("smoothing", "sf", smoothing), ("trend", "tf", trend)] {
        if factor <= 0.0 || factor >= 1.0 {
            return Err(format!("invalid {what} factor. Expected: 0 < {short} < 1, got: {}", fixed(factor)));
        }
    }
    let [first, second, ..] = values else { return Ok(None) };
    let (mut level, mut slope) = (*first, second - first);
    for (at, value) in values[1..].iter().enumerate() {
        let before = level;
        level = smoothing * value + (1.0 - smoothing) * (before + slope);
        if at + 2 < values.len() {
            slope = trend * (level - before) + (1.0 - trend) * slope;
        }
    }
    Ok(Some(level))
}
