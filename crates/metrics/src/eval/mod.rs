//! Computes an expression at a moment (`promql/engine.go`). A range of moments is one after the other.

mod aggregate;
mod binary;
mod calls;
mod histogram;
mod info;
mod limit;
mod maths;
mod ranges;
mod relabel;

use crate::labels::{Labels, NAME};
use crate::parse::{At, Expr, Matcher, When};
use crate::store::Store;
use crate::value::{Point, Sample, Series, Value};
use order::OrdMap;

/// An instant vector looks this far back.
const LOOKBACK_MS: i64 = 300_000;
/// The step of a subquery that names none: the evaluation interval.
const DEFAULT_STEP_MS: i64 = 60_000;
/// More moments are refused (`web/api/v1`).
const POINTS_MAX: i64 = 11_000;

/// Why there is no result: what `error` says.
pub type Failure = String;

/// A store, and how it is asked.
#[derive(Debug, Clone, Copy)]
pub struct Query<'s> {
    pub store: &'s Store,
    /// Names stay until the end (`--enable-feature=promql-delayed-name-removal`).
    pub delayed_names: bool,
    start: i64,
    end: i64,
    /// None of an instant.
    step: i64,
}

type Evaluated<T> = Result<T, Failure>;

impl<'s> Query<'s> {
    pub fn new(store: &'s Store) -> Self {
        Self { store, delayed_names: false, start: 0, end: 0, step: 0 }
    }

    /// The value at a moment.
    pub fn instant(mut self, expr: &Expr, at: i64) -> Evaluated<Value> {
        (self.start, self.end) = (at, at);
        let value = self.eval(expr, at)?;
        self.finish(value)
    }

    /// The values from one moment to another.
    pub fn range(mut self, expr: &Expr, start: i64, end: i64, step: i64) -> Evaluated<Value> {
        (self.start, self.end, self.step) = (start, end, step);
        if step <= 0 {
            return Err("zero or negative query resolution step widths are not accepted. Try a positive integer".into());
        }
        if (end - start) / step > POINTS_MAX {
            return Err("exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query \
                        resolution (?step=XX)"
                .into());
        }
        let mut all: OrdMap<Labels, Vec<Point>> = OrdMap::new();
        let mut at = start;
        while at <= end {
            let samples = match self.eval(expr, at)? {
                Value::Scalar(value) => vec![plain(Labels::default(), at, value)],
                other => match self.finish(other)? {
                    Value::Vector(samples) => samples,
                    _ => return Err("invalid expression type for range query, must be Scalar or instant Vector".into()),
                },
            };
            for sample in samples {
                let point = Point { at, value: sample.point.value };
                all.entry(sample.labels).or_default().push(point);
            }
            at += step;
        }
        let series = |(labels, points): (&Labels, &Vec<Point>)| Series {
            labels: labels.clone(),
            points: points.clone(),
            drop_name: false,
        };
        Ok(Value::Matrix(all.iter().map(series).collect()))
    }

    /// Drops names that were to go, and refuses doubles.
    fn finish(self, value: Value) -> Evaluated<Value> {
        match value {
            Value::Vector(mut samples) => {
                for sample in &mut samples {
                    if std::mem::take(&mut sample.drop_name) {
                        sample.labels.remove(NAME);
                    }
                }
                distinct(samples).map(Value::Vector)
            }
            other => Ok(other),
        }
    }

    fn moment(self, when: When, now: i64) -> i64 {
        let base = match when.at {
            None => now,
            Some(At::Time(at)) => at,
            Some(At::Start) => self.start,
            Some(At::End) => self.end,
        };
        base - when.offset
    }

    fn eval(self, expr: &Expr, now: i64) -> Evaluated<Value> {
        match expr {
            Expr::Number(number) => Ok(Value::Scalar(*number)),
            Expr::Text(text) => Ok(Value::Text(text.clone())),
            Expr::Paren(of) => self.eval(of, now),
            Expr::Negate(of) => match self.eval(of, now)? {
                Value::Scalar(value) => Ok(Value::Scalar(-value)),
                Value::Vector(samples) => Ok(Value::Vector(self.map(samples, |value| -value))),
                other => Ok(other),
            },
            Expr::Select { matchers, range: None, when } => Ok(Value::Vector(self.select(matchers, *when, now, false))),
            Expr::Select { .. } | Expr::Subquery { .. } => Ok(Value::Matrix(self.matrix(expr, now)?.series)),
            Expr::Binary { op, left, right, to_bool, matching } => {
                let (left, right) = (self.eval(left, now)?, self.eval(right, now)?);
                self.binary(op, left, right, *to_bool, matching, now)
            }
            Expr::Aggregate { op, of, param, labels, without } => {
                let samples = self.vector(of, now)?;
                let param = match param {
                    Some(param) => Some(self.eval(param, now)?),
                    None => None,
                };
                aggregate::run(op, samples, param.as_ref(), labels, *without, now).map(Value::Vector)
            }
            Expr::Call { function, args } => self.call(function, args, now),
        }
    }

    /// Each sample keeps its own time where that is `asked` for, and has the query's else.
    fn select(self, matchers: &[Matcher], when: When, now: i64, asked: bool) -> Vec<Sample> {
        let until = self.moment(when, now);
        let found = self.store.newest(matchers, until - LOOKBACK_MS, until);
        let sample = |(labels, point): (Labels, Point)| plain(labels, if asked { point.at } else { now }, point.value);
        found.into_iter().map(sample).collect()
    }

    fn vector(self, expr: &Expr, now: i64) -> Evaluated<Vec<Sample>> {
        match self.eval(expr, now)? {
            Value::Vector(samples) => Ok(samples),
            _ => Err("an instant vector is wanted".into()),
        }
    }

    fn scalar(self, expr: &Expr, now: i64) -> Evaluated<f64> {
        match self.eval(expr, now)? {
            Value::Scalar(value) => Ok(value),
            _ => Err("a scalar is wanted".into()),
        }
    }

    fn text(self, expr: &Expr, now: i64) -> Evaluated<String> {
        match self.eval(expr, now)? {
            Value::Text(text) => Ok(text),
            _ => Err("a string is wanted".into()),
        }
    }

    /// A range vector with its window.
    fn matrix(self, expr: &Expr, now: i64) -> Evaluated<ranges::Window> {
        let mut inner = expr;
        while let Expr::Paren(of) = inner {
            inner = of;
        }
        match inner {
            Expr::Select { matchers, range: Some(range), when } => {
                let until = self.moment(*when, now);
                let found = self.store.between(matchers, until - range, until);
                let series = |(labels, points)| Series { labels, points, drop_name: false };
                Ok(ranges::Window { from: until - range, until, series: found.into_iter().map(series).collect() })
            }
            Expr::Subquery { of, range, step, when } => {
                let until = self.moment(*when, now);
                self.subquery(of, until - range, until, step.unwrap_or(DEFAULT_STEP_MS))
            }
            _ => Err("a range vector is wanted".into()),
        }
    }

    fn subquery(self, of: &Expr, from: i64, until: i64, step: i64) -> Evaluated<ranges::Window> {
        if step <= 0 || (until - from) / step > POINTS_MAX {
            return Err("the subquery has too many steps".into());
        }
        let mut all: OrdMap<Labels, Series> = OrdMap::new();
        // Steps are multiples of the step, after the left end.
        let mut at = from.div_euclid(step) * step;
        while at <= from {
            at += step;
        }
        while at <= until {
            let samples = match self.eval(of, at)? {
                Value::Scalar(value) => vec![plain(Labels::default(), at, value)],
                Value::Vector(samples) => samples,
                _ => return Err("a subquery is of instant vectors".into()),
            };
            for sample in samples {
                let new = || Series { labels: sample.labels.clone(), points: Vec::new(), drop_name: sample.drop_name };
                let series = all.entry(sample.labels.clone()).or_insert_with(new);
                series.points.push(Point { at, value: sample.point.value });
            }
            at += step;
        }
        Ok(ranges::Window { from, until, series: all.into_values().collect() })
    }

    /// A sample loses its metric's name: now, or at the end.
    fn unname(self, labels: &mut Labels, drop_name: &mut bool) {
        if self.delayed_names {
            *drop_name = true;
        } else {
            labels.remove(NAME);
        }
    }

    fn map(self, samples: Vec<Sample>, change: impl Fn(f64) -> f64) -> Vec<Sample> {
        self.map_dyn(samples, &change)
    }

    fn map_dyn(self, mut samples: Vec<Sample>, change: &dyn Fn(f64) -> f64) -> Vec<Sample> {
        for sample in &mut samples {
            sample.point.value = change(sample.point.value);
            self.unname(&mut sample.labels, &mut sample.drop_name);
        }
        samples
    }
}

/// Refuses doubles.
fn distinct(samples: Vec<Sample>) -> Evaluated<Vec<Sample>> {
    let mut seen: Vec<&Labels> = samples.iter().map(|sample| &sample.labels).collect();
    order::Arrange::arrange(&mut seen[..]);
    if seen.windows(2).any(|two| two[0] == two[1]) {
        return Err("vector cannot contain metrics with the same labelset".into());
    }
    Ok(samples)
}

fn plain(labels: Labels, at: i64, value: f64) -> Sample {
    Sample { labels, point: Point { at, value }, drop_name: false }
}
