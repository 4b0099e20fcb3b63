//! `sum`, `avg`, `topk` and their like over groups.

use super::{Evaluated, limit, maths, plain};
use crate::labels::{Labels, NAME, is_label, quoted};
use crate::numbers::{number_text, short};
use crate::value::{Sample, Value};
use order::{Arrange, OrdMap};

pub(super) fn run(
    op: &str,
    samples: Vec<Sample>,
    param: Option<&Value>,
    names: &[String],
    without: bool,
    now: i64,
) -> Evaluated<Vec<Sample>> {
    // Without the name that is still to go, unless it is grouped by.
    let by_name = !without && names.iter().any(|name| name == NAME);
    let mut groups: OrdMap<Labels, Vec<Sample>> = OrdMap::new();
    for sample in samples {
        let mut labels = sample.labels.grouped(names, without);
        if op == "count_values"
            && let Some(Value::Text(label)) = param
        {
            if !is_label(label) {
                return Err(["invalid label name ", &quoted(label)].concat());
            }
            labels.put(label, &number_text(sample.point.value));
        }
        groups.entry(labels).or_default().push(sample);
    }
    let number = match param {
        Some(Value::Scalar(number)) => *number,
        _ => 0.0,
    };
    match op {
        "topk" | "bottomk" | "limitk" => return best(groups, op, number),
        "limit_ratio" => return limit::ratio(groups, number),
        _ => {}
    }
    let mut found = Vec::new();
    for (labels, samples) in groups.iter() {
        let mut values: Vec<f64> = samples.iter().map(|sample| sample.point.value).collect();
        #[expect(clippy::cast_precision_loss, reason = "counts are small")]
        let value = match op {
            "sum" => maths::sum(&values),
            "avg" => maths::mean(&values),
            "count" | "count_values" => values.len() as f64,
            "group" => 1.0,
            "stdvar" => maths::variance(&values),
            "stddev" => maths::variance(&values).sqrt(),
            "quantile" => maths::quantile(number, &mut values),
            _ => {
                let better = |a: f64, b: f64| if op == "min" { b < a } else { b > a };
                values.into_iter().reduce(|a, b| if better(a, b) || a.is_nan() { b } else { a }).unwrap_or(f64::NAN)
            }
        };
        let mut sample = plain(labels.clone(), now, value);
        sample.drop_name = by_name && samples.iter().any(|sample| sample.drop_name);
        found.push(sample);
    }
    Ok(found)
}

/// The `k` highest, lowest or first of each group, which keep their labels.
fn best(groups: OrdMap<Labels, Vec<Sample>>, op: &str, k: f64) -> Evaluated<Vec<Sample>> {
    let highest = op == "topk";
    if k < 1.0 {
        return Ok(Vec::new());
    }
    if k.is_nan() {
        return Err("Parameter value is NaN".into());
    }
    if k >= 9.223_372_036_854_776e18 {
        return Err(["Scalar value ", &short(k), " overflows int64"].concat());
    }
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "not below one")]
    let k = k as usize;
    let mut found = Vec::new();
    for mut samples in groups.into_values() {
        if op == "limitk" {
            found.extend(samples.into_iter().take(k));
            continue;
        }
        samples.arrange_by(|a, b| {
            let (a, b) = (a.point.value, b.point.value);
            // NaN comes last in both.
            match (a.is_nan(), b.is_nan()) {
                (false, false) if highest => maths::ascending(b, a),
                (false, false) => maths::ascending(a, b),
                (a, b) => a.cmp(&b),
            }
        });
        found.extend(samples.into_iter().take(k));
    }
    Ok(found)
}
