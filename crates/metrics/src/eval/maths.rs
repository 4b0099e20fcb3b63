//! Sums that lose little, quantiles, straight lines.

use crate::value::Point;

/// Kahan's sum in Neumaier's form, as Prometheus adds.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    sum: f64,
    lost: f64,
}

impl Sum {
    pub fn add(&mut self, x: f64) {
        let t = self.sum + x;
        if t.is_infinite() {
            self.lost = 0.0;
        } else if self.sum.abs() >= x.abs() {
            self.lost += (self.sum - t) + x;
        } else {
            self.lost += (x - t) + self.sum;
        }
        self.sum = t;
    }

    pub fn value(self) -> f64 {
        if self.sum.is_infinite() { self.sum } else { self.sum + self.lost }
    }
}

pub(super) fn sum(values: &[f64]) -> f64 {
    let mut all = Sum::default();
    values.iter().for_each(|value| all.add(*value));
    all.value()
}

#[expect(clippy::cast_precision_loss, reason = "counts are small")]
pub(super) fn mean(values: &[f64]) -> f64 {
    let whole = sum(values);
    if whole.is_finite() || values.iter().any(|value| !value.is_finite()) {
        return whole / values.len() as f64;
    }
    // Too big to be summed.
    let mut all = Sum::default();
    values.iter().for_each(|value| all.add(value / values.len() as f64));
    all.value()
}

/// Welford's variance.
#[expect(clippy::cast_precision_loss, reason = "counts are small")]
pub(super) fn variance(values: &[f64]) -> f64 {
    let (mut count, mut mean, mut squares) = (0.0, Sum::default(), Sum::default());
    for value in values {
        count += 1.0;
        let delta = value - mean.value();
        mean.add(delta / count);
        squares.add(delta * (value - mean.value()));
    }
    squares.value() / values.len() as f64
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "places in a list"
)]
pub(super) fn quantile(q: f64, values: &mut [f64]) -> f64 {
    if values.is_empty() || q.is_nan() {
        return f64::NAN;
    }
    if q < 0.0 {
        return f64::NEG_INFINITY;
    }
    if q > 1.0 {
        return f64::INFINITY;
    }
    order::Arrange::arrange_by(values, |a, b| ascending(*a, *b));
    let rank = q * (values.len() as f64 - 1.0);
    let lower = libm::floor(rank).max(0.0) as usize;
    let upper = (lower + 1).min(values.len() - 1);
    let weight = rank - libm::floor(rank);
    values[lower] * (1.0 - weight) + values[upper] * weight
}

/// The median distance from the median.
pub(super) fn deviation(values: &mut [f64]) -> f64 {
    if values.iter().any(|value| value.is_nan()) {
        return f64::NAN;
    }
    let median = quantile(0.5, values);
    for value in values.iter_mut() {
        *value = (*value - median).abs();
    }
    quantile(0.5, values)
}

/// NaN is the smallest.
pub(super) fn ascending(a: f64, b: f64) -> std::cmp::Ordering {
    match (a.is_nan(), b.is_nan()) {
        (true, true) => std::cmp::Ordering::Equal,
        (true, false) => std::cmp::Ordering::Less,
        (false, true) => std::cmp::Ordering::Greater,
        (false, false) => a.partial_cmp(&b).unwrap_or(std::cmp::Ordering::Equal),
    }
}

/// Slope a second, and the value at a moment.
#[expect(clippy::cast_precision_loss, reason = "milliseconds")]
pub(super) fn line(points: &[Point], at: i64) -> (f64, f64) {
    let first = points[0].value;
    let constant = points.iter().all(|point| point.value == first);
    if constant {
        return if first.is_infinite() { (f64::NAN, f64::NAN) } else { (0.0, first) };
    }
    let (mut x, mut y, mut xy, mut xx) = (Sum::default(), Sum::default(), Sum::default(), Sum::default());
    for point in points {
        let dx = (point.at - at) as f64 / 1_000.0;
        x.add(dx);
        y.add(point.value);
        xy.add(dx * point.value);
        xx.add(dx * dx);
    }
    let n = points.len() as f64;
    let (x, y, xy, xx) = (x.value(), y.value(), xy.value(), xx.value());
    let slope = (xy - x * y / n) / (xx - x * x / n);
    (slope, y / n - slope * x / n)
}
