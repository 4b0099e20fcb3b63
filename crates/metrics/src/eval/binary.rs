//! Operators between scalars and vectors, and how the elements of two vectors find each other.

use super::{Evaluated, Query, plain};
use crate::labels::{Labels, NAME};
use crate::parse::{Matching, Side};
use crate::value::{Sample, Value};
use order::{OrdMap, OrdSet};

fn is_comparison(op: &str) -> bool {
    matches!(op, "==" | "!=" | "<=" | ">=" | "<" | ">")
}

fn truth(holds: bool) -> f64 {
    if holds { 1.0 } else { 0.0 }
}

/// The result; a comparison's is one or zero.
fn arithmetic(op: &str, a: f64, b: f64) -> f64 {
    match op {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "/" => a / b,
        "%" => a % b,
        "^" => libm::pow(a, b),
        "atan2" => libm::atan2(a, b),
        "==" => truth(a == b),
        "!=" => truth(a != b),
        "<=" => truth(a <= b),
        ">=" => truth(a >= b),
        "<" => truth(a < b),
        _ => truth(a > b),
    }
}

impl Query<'_> {
    pub(super) fn binary(
        self,
        op: &str,
        left: Value,
        right: Value,
        to_bool: bool,
        matching: &Matching,
        now: i64,
    ) -> Evaluated<Value> {
        match (left, right) {
            (Value::Scalar(a), Value::Scalar(b)) => Ok(Value::Scalar(arithmetic(op, a, b))),
            (Value::Vector(samples), Value::Scalar(number)) => {
                Ok(Value::Vector(self.with_scalar(op, samples, number, false, to_bool)))
            }
            (Value::Scalar(number), Value::Vector(samples)) => {
                Ok(Value::Vector(self.with_scalar(op, samples, number, true, to_bool)))
            }
            (Value::Vector(left), Value::Vector(right)) => match op {
                "and" | "or" | "unless" => Ok(Value::Vector(sets(op, left, right, matching))),
                _ => self.vectors(op, left, right, to_bool, matching, now).map(Value::Vector),
            },
            _ => Err("operators work on scalars and instant vectors".into()),
        }
    }

    fn with_scalar(self, op: &str, samples: Vec<Sample>, number: f64, swapped: bool, to_bool: bool) -> Vec<Sample> {
        let filters = is_comparison(op) && !to_bool;
        let mut found = Vec::new();
        for mut sample in samples {
            let value = sample.point.value;
            let (a, b) = if swapped { (number, value) } else { (value, number) };
            let result = arithmetic(op, a, b);
            if filters {
                if result == 1.0 {
                    found.push(sample);
                }
                continue;
            }
            sample.point.value = result;
            self.unname(&mut sample.labels, &mut sample.drop_name);
            found.push(sample);
        }
        found
    }

    /// The labels of a result, and whether its name is still to go.
    fn joined(self, sample: &Sample, other: &Sample, matching: &Matching, keeps_name: bool) -> (Labels, bool) {
        let (mut labels, mut drop_name) = (sample.labels.clone(), sample.drop_name);
        if !keeps_name || matching.on && matching.side == Side::None {
            self.unname(&mut labels, &mut drop_name);
        }
        if matching.side == Side::None {
            let mut kept = labels.grouped(&matching.labels, !matching.on);
            if (self.delayed_names || keeps_name) && !matching.on {
                kept.put(NAME, labels.name());
            }
            labels = kept;
        }
        for name in &matching.include {
            labels.put(name, other.labels.get(name));
        }
        (labels, drop_name)
    }

    fn vectors(
        self,
        op: &str,
        left: Vec<Sample>,
        right: Vec<Sample>,
        to_bool: bool,
        matching: &Matching,
        now: i64,
    ) -> Evaluated<Vec<Sample>> {
        let swapped = matching.side == Side::Right;
        let (many, one) = if swapped { (right, left) } else { (left, right) };
        if many.is_empty() || one.is_empty() {
            return Ok(Vec::new());
        }
        let mut ones: OrdMap<Labels, Sample> = OrdMap::new();
        for sample in one {
            let key = signature(&sample.labels, matching);
            if let Some(double) = ones.get(&key) {
                let side = if swapped { "left" } else { "right" };
                let (a, b) = (sample.labels.listed(), double.labels.listed());
                let (first, second) = if a <= b { (a, b) } else { (b, a) };
                return Err(format!(
                    "found duplicate series for the match group {} on the {side} hand-side of the operation: [{first}, \
                     {second}];many-to-many matching not allowed: matching labels must be unique on one side",
                    key.listed()
                ));
            }
            ones.insert(key, sample);
        }
        let mut seen: OrdSet<Labels> = OrdSet::new();
        let mut found = Vec::new();
        for sample in many {
            let key = signature(&sample.labels, matching);
            let Some(other) = ones.get(&key) else { continue };
            if matching.side == Side::None && !seen.insert(key.clone()) {
                return Err(
                    "multiple matches for labels: many-to-one matching must be explicit (group_left/group_right)"
                        .into(),
                );
            }
            let (a, b) = if swapped { (other, &sample) } else { (&sample, other) };
            let (a, b) = (a.point.value, b.point.value);
            let result = arithmetic(op, a, b);
            let value = match (is_comparison(op), to_bool) {
                (true, false) if result != 1.0 => continue,
                // A filter keeps the left side's value.
                (true, false) => a,
                _ => result,
            };
            let keeps_name = is_comparison(op) && !to_bool;
            let (labels, drop_name) = self.joined(&sample, other, matching, keeps_name);
            if matching.side != Side::None && !seen.insert(labels.clone()) {
                return Err("multiple matches for labels: grouping labels must ensure unique matches".into());
            }
            let mut made = plain(labels, now, value);
            made.drop_name = drop_name;
            found.push(made);
        }
        Ok(found)
    }
}

fn signature(labels: &Labels, matching: &Matching) -> Labels {
    labels.grouped(&matching.labels, !matching.on)
}

fn sets(op: &str, left: Vec<Sample>, mut right: Vec<Sample>, matching: &Matching) -> Vec<Sample> {
    let keys = |samples: &[Sample]| -> OrdSet<Labels> {
        samples.iter().map(|sample| signature(&sample.labels, matching)).collect()
    };
    if op == "or" {
        let there = keys(&left);
        right.retain(|sample| !there.contains(&signature(&sample.labels, matching)));
        return left.into_iter().chain(right).collect();
    }
    let there = keys(&right);
    let mut found = left;
    found.retain(|sample| there.contains(&signature(&sample.labels, matching)) == (op == "and"));
    found
}
