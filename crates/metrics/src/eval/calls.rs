//! Calls of functions.

use super::histogram::{self, Bucket, Histograms};
use super::{Evaluated, Query, distinct, maths, plain, ranges, relabel};
use crate::labels::{Labels, NAME};
use crate::numbers::open_metrics;
use crate::parse::{Expr, Function, Matcher};
use crate::value::{Kind, Sample, Value};
use order::Arrange;
use sim::Time;

#[expect(clippy::cast_precision_loss, reason = "milliseconds")]
fn secs(millis: i64) -> f64 {
    millis as f64 / 1_000.0
}

fn round_to(value: f64, to: f64) -> f64 {
    // Halves go up.
    let inverse = 1.0 / to;
    libm::floor(value * inverse + 0.5) / inverse
}

/// Functions of one number.
fn plain_function(name: &str, x: f64) -> Option<f64> {
    Some(match name {
        "abs" => x.abs(),
        "ceil" => libm::ceil(x),
        "floor" => libm::floor(x),
        "exp" => libm::exp(x),
        "ln" => libm::log(x),
        "log2" => libm::log2(x),
        "log10" => libm::log10(x),
        "sqrt" => x.sqrt(),
        "sgn" if x == 0.0 || x.is_nan() => x,
        "sgn" => x.signum(),
        "acos" => libm::acos(x),
        "acosh" => libm::acosh(x),
        "asin" => libm::asin(x),
        "asinh" => libm::asinh(x),
        "atan" => libm::atan(x),
        "atanh" => libm::atanh(x),
        "cos" => libm::cos(x),
        "cosh" => libm::cosh(x),
        "sin" => libm::sin(x),
        "sinh" => libm::sinh(x),
        "tan" => libm::tan(x),
        "tanh" => libm::tanh(x),
        "deg" => x * 180.0 / std::f64::consts::PI,
        "rad" => x * std::f64::consts::PI / 180.0,
        _ => return None,
    })
}

/// A part of the date of a moment in seconds.
fn date(name: &str, moment: f64) -> Option<f64> {
    if !matches!(
        name,
        "minute" | "hour" | "day_of_month" | "day_of_week" | "day_of_year" | "days_in_month" | "month" | "year"
    ) {
        return None;
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "moments after 1970")]
    let civil = Time::from_unix_secs(moment.clamp(0.0, 2e11) as u64).civil();
    let leap = civil.year % 4 == 0 && (civil.year % 100 != 0 || civil.year % 400 == 0);
    let days = |month: u32| match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    };
    Some(f64::from(match name {
        "minute" => civil.minute,
        "hour" => civil.hour,
        "day_of_month" => civil.day,
        "day_of_week" => civil.weekday,
        "day_of_year" => (1..civil.month).map(days).sum::<u32>() + civil.day,
        "days_in_month" => days(civil.month),
        "month" => civil.month,
        _ => u32::try_from(civil.year).unwrap_or(0),
    }))
}

impl Query<'_> {
    pub(super) fn call(self, function: &Function, args: &[Expr], now: i64) -> Evaluated<Value> {
        let name = function.name;
        let number = |at: usize| args.get(at).map_or(Ok(f64::NAN), |arg| self.scalar(arg, now));
        if (0..args.len()).any(|at| function.arg(at) == Kind::Matrix) {
            return self.over_range(function, args, now).map(Value::Vector);
        }
        if function.returns() == Kind::Scalar {
            return self.figure(name, args, now).map(Value::Scalar);
        }
        let vector = match args {
            [] => {
                return Ok(Value::Vector(vec![plain(
                    Labels::default(),
                    now,
                    date(name, secs(now)).unwrap_or(f64::NAN),
                )]));
            }
            [first, ..] if function.arg(0) == Kind::Vector && !matches!(name, "timestamp" | "histogram_quantiles") => {
                self.vector(first, now)?
            }
            _ => Vec::new(),
        };
        Ok(match name {
            "vector" => Value::Vector(vec![plain(Labels::default(), now, number(0)?)]),
            "timestamp" => Value::Vector(self.timestamps(&args[0], now)?),
            // None is kept without `--enable-feature=use-start-timestamps`.
            "start_timestamp" => Value::Vector(Vec::new()),
            "info" => Value::Vector(self.info(vector, args, now)?),
            "absent" => Value::Vector(if vector.is_empty() { absent(&args[0], now) } else { Vec::new() }),
            "clamp" => {
                let (least, most) = (number(1)?, number(2)?);
                if most < least {
                    return Ok(Value::Vector(Vec::new()));
                }
                Value::Vector(self.map(vector, |x| clamped(x, least, most)))
            }
            "clamp_min" => {
                let least = number(1)?;
                Value::Vector(self.map(vector, |x| clamped(x, least, f64::INFINITY)))
            }
            "clamp_max" => {
                let most = number(1)?;
                Value::Vector(self.map(vector, |x| clamped(x, f64::NEG_INFINITY, most)))
            }
            "round" => {
                let to = if args.len() > 1 { number(1)? } else { 1.0 };
                Value::Vector(self.map(vector, |x| round_to(x, to)))
            }
            "sort_by_label" | "sort_by_label_desc" => {
                let names = args[1..].iter().map(|arg| self.text(arg, now)).collect::<Evaluated<Vec<String>>>()?;
                Value::Vector(relabel::sort_by(vector, &names, name.ends_with("desc")))
            }
            "sort" | "sort_desc" => Value::Vector(sorted(vector, name == "sort")),
            "histogram_quantile" => {
                let (q, all) = (number(0)?, self.histograms(&args[1], now)?);
                Value::Vector(self.of_histograms(&all, now, &|buckets| histogram::quantile(q, buckets)))
            }
            "histogram_fraction" => {
                let (lower, upper, all) = (number(0)?, number(1)?, self.histograms(&args[2], now)?);
                Value::Vector(self.of_histograms(&all, now, &|buckets| histogram::fraction(lower, upper, buckets)))
            }
            "histogram_quantiles" => Value::Vector(self.quantiles(args, now)?),
            "label_replace" | "label_join" => Value::Vector(self.relabel(name, vector, args, now)?),
            _ => Value::Vector(
                self.map(vector, |x| plain_function(name, x).or_else(|| date(name, x)).unwrap_or(f64::NAN)),
            ),
        })
    }

    /// Functions that give a number.
    fn figure(self, name: &str, args: &[Expr], now: i64) -> Evaluated<f64> {
        let number = |at: usize| self.scalar(&args[at], now);
        Ok(match name {
            "time" => secs(now),
            "pi" => std::f64::consts::PI,
            "start" => secs(self.start),
            "end" => secs(self.end),
            "range" => secs(self.end - self.start),
            "step" if self.start == self.end => 0.0,
            "step" => secs(self.step),
            "max_of" => greater(number(0)?, number(1)?),
            "min_of" => -greater(-number(0)?, -number(1)?),
            _ => match &self.vector(&args[0], now)?[..] {
                [one] => one.point.value,
                _ => f64::NAN,
            },
        })
    }

    fn timestamps(self, arg: &Expr, now: i64) -> Evaluated<Vec<Sample>> {
        let mut inner = arg;
        while let Expr::Paren(of) = inner {
            inner = of;
        }
        let mut samples = match inner {
            Expr::Select { matchers, range: None, when } => self.select(matchers, *when, now, true),
            _ => self.vector(arg, now)?,
        };
        for sample in &mut samples {
            sample.point.value = secs(sample.point.at);
            sample.point.at = now;
            self.unname(&mut sample.labels, &mut sample.drop_name);
        }
        Ok(samples)
    }

    fn over_range(self, function: &Function, args: &[Expr], now: i64) -> Evaluated<Vec<Sample>> {
        let (mut range, mut params) = (&args[0], Vec::new());
        for (at, arg) in args.iter().enumerate() {
            match function.arg(at) {
                Kind::Matrix => range = arg,
                _ => params.push(self.scalar(arg, now)?),
            }
        }
        let (name, window) = (function.name, self.matrix(range, now)?);
        if name == "absent_over_time" {
            return Ok(if window.series.is_empty() { absent(range, now) } else { Vec::new() });
        }
        let mut found = Vec::new();
        for series in window.series {
            let bounds = (window.from, window.until);
            if let Some(value) = ranges::over(name, &series.points, bounds, &params, now)? {
                let mut sample = plain(series.labels, now, value);
                sample.drop_name = series.drop_name;
                if !matches!(name, "last_over_time" | "first_over_time") {
                    self.unname(&mut sample.labels, &mut sample.drop_name);
                }
                found.push(sample);
            }
        }
        Ok(found)
    }

    fn histograms(self, arg: &Expr, now: i64) -> Evaluated<Histograms> {
        Ok(histogram::histograms(self.vector(arg, now)?, self.delayed_names))
    }

    /// A figure of each.
    fn of_histograms(self, all: &Histograms, now: i64, figure: &dyn Fn(&[Bucket]) -> f64) -> Vec<Sample> {
        let one = |(labels, buckets): (&Labels, &Vec<Bucket>)| {
            let mut sample = plain(labels.clone(), now, figure(buckets));
            self.unname(&mut sample.labels, &mut sample.drop_name);
            sample
        };
        all.iter().map(one).collect()
    }

    /// `histogram_quantiles(v, "label", 0.5, 0.9)`: each with its label.
    fn quantiles(self, args: &[Expr], now: i64) -> Evaluated<Vec<Sample>> {
        let (all, label) = (self.histograms(&args[0], now)?, self.text(&args[1], now)?);
        let mut found = Vec::new();
        for arg in &args[2..] {
            let q = self.scalar(arg, now)?;
            let of_one = self.of_histograms(&all, now, &|buckets| histogram::quantile(q, buckets));
            found.extend(of_one.into_iter().map(|mut sample| {
                sample.labels.put(&label, &open_metrics(q));
                sample
            }));
        }
        distinct(found)
    }
}

/// Go's `math.Max`.
fn greater(a: f64, b: f64) -> f64 {
    match (a, b) {
        (f64::INFINITY, _) | (_, f64::INFINITY) => f64::INFINITY,
        _ if a.is_nan() || b.is_nan() => f64::NAN,
        // Of two zeros the positive one.
        _ if a == b => {
            if a.is_sign_negative() {
                b
            } else {
                a
            }
        }
        _ => {
            if a > b {
                a
            } else {
                b
            }
        }
    }
}

fn clamped(x: f64, least: f64, most: f64) -> f64 {
    if x.is_nan() || least.is_nan() || most.is_nan() {
        return f64::NAN;
    }
    if x < least {
        least
    } else if x > most {
        most
    } else {
        x
    }
}

fn sorted(mut samples: Vec<Sample>, ascending: bool) -> Vec<Sample> {
    samples.arrange_by(|a, b| {
        let (a, b) = (a.point.value, b.point.value);
        match (a.is_nan(), b.is_nan()) {
            (false, false) if !ascending => maths::ascending(b, a),
            (false, false) => maths::ascending(a, b),
            (a, b) => a.cmp(&b),
        }
    });
    samples
}

/// One, with the labels that the selector names by `=`.
fn absent(arg: &Expr, now: i64) -> Vec<Sample> {
    let mut inner = arg;
    while let Expr::Paren(of) = inner {
        inner = of;
    }
    let mut labels = Labels::default();
    if let Expr::Select { matchers, .. } = inner {
        let others = |own: &Matcher| matchers.iter().filter(|one| one.name == own.name).count() > 1;
        for matcher in matchers.iter().filter(|one| one.name != NAME && one.operator() == "=" && !others(one)) {
            labels.put(&matcher.name, &matcher.value);
        }
    }
    vec![plain(labels, now, 1.0)]
}
