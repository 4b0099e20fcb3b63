//! Functions of labels: `label_replace`, `label_join`, and sorting by labels.

use super::{Evaluated, Query, distinct};
use crate::labels::{NAME, is_label};
use crate::parse::Expr;
use crate::value::Sample;
use order::Arrange;
use regex_lite::Regex;
use std::cmp::Ordering;

impl Query<'_> {
    pub(super) fn relabel(
        self,
        name: &str,
        mut samples: Vec<Sample>,
        args: &[Expr],
        now: i64,
    ) -> Evaluated<Vec<Sample>> {
        let texts: Vec<String> = args[1..].iter().map(|arg| self.text(arg, now)).collect::<Evaluated<_>>()?;
        let target = &texts[0];
        let labels = texts.get(if name == "label_join" { 2.. } else { texts.len().. }).unwrap_or_default();
        if let Some(label) = labels.iter().find(|label| !is_label(label)) {
            return Err(["invalid source label name in ", name, "(): ", label].concat());
        }
        if !is_label(target) {
            return Err(["invalid destination label name in ", name, "(): ", target].concat());
        }
        let pattern = if name == "label_replace" {
            let whole = ["^(?s:", &texts[3], ")$"].concat();
            let bad = |_| format!("invalid regular expression in label_replace(): {}", texts[3]);
            Some(Regex::new(&whole).map_err(bad)?)
        } else {
            None
        };
        for sample in &mut samples {
            let value = match &pattern {
                Some(pattern) => {
                    let Some(found) = pattern.captures(sample.labels.get(&texts[2])) else { continue };
                    let mut value = String::new();
                    found.expand(&texts[1], &mut value);
                    value
                }
                None => {
                    let values: Vec<&str> = texts[2..].iter().map(|label| sample.labels.get(label)).collect();
                    values.join(&texts[1])
                }
            };
            sample.labels.put(target, &value);
            if target == NAME {
                sample.drop_name = false;
            }
        }
        distinct(samples)
    }
}

/// `sort_by_label`, `sort_by_label_desc`: by the named labels, then by all of them.
pub(super) fn sort_by(mut samples: Vec<Sample>, names: &[String], descending: bool) -> Vec<Sample> {
    samples.arrange_by(|a, b| {
        let values = names.iter().map(|name| (a.labels.get(name), b.labels.get(name)));
        let ascending = match values.into_iter().find(|(a, b)| a != b) {
            Some((a, b)) if natural(a, b) => Ordering::Less,
            Some(_) => Ordering::Greater,
            None => a.labels.cmp(&b.labels),
        };
        if descending { ascending.reverse() } else { ascending }
    });
    samples
}

/// Digits or what stands between them, and what follows.
fn chunk(text: &str) -> (&str, &str) {
    let digits = text.starts_with(|c: char| c.is_ascii_digit());
    text.split_at(text.find(|c: char| c.is_ascii_digit() != digits).unwrap_or(text.len()))
}

/// Whether one text comes before another that differs, numbers in them counted as numbers (`facette/natsort`).
fn natural(mut a: &str, mut b: &str) -> bool {
    // Unlike Prometheus: a series without the label comes last; there it stays about where it was.
    if a.is_empty() || b.is_empty() {
        return b.is_empty();
    }
    while !a.is_empty() && !b.is_empty() {
        let ((first, more), (second, others)) = (chunk(a), chunk(b));
        match (first.parse::<i64>(), second.parse::<i64>()) {
            (Ok(x), Ok(y)) if x != y => return x < y,
            (Ok(_), Ok(_)) => {}
            _ if first != second => return first < second,
            _ => {}
        }
        if more.is_empty() {
            return true;
        }
        (a, b) = (more, others);
    }
    false
}
