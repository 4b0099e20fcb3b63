//! `info`: labels of other series (`target_info`) that tell of the same target (`promql/info.go`).

use super::{Evaluated, Query, distinct};
use crate::labels::{Labels, NAME};
use crate::parse::{Expr, Matcher, When};
use crate::value::Sample;
use order::{OrdMap, OrdSet};

/// What tells that two series are of the same target.
const IDENTIFYING: [&str; 2] = ["instance", "job"];

/// Which metrics give labels: those that are named, all that end so where some are only left out, or `target_info`.
fn names(mut chosen: Vec<Matcher>) -> Evaluated<Vec<Matcher>> {
    if !chosen.iter().any(|one| matches!(one.operator(), "=" | "=~")) {
        let (operator, value) = if chosen.is_empty() { ("=", "target_info") } else { ("=~", ".+_info") };
        chosen.push(Matcher::new(NAME, operator, value)?);
    }
    Ok(chosen)
}

/// When the first selector of an expression is read, subqueries around it counted in.
fn first_when(expr: &Expr) -> Option<When> {
    match expr {
        Expr::Number(_) | Expr::Text(_) => None,
        Expr::Select { when, .. } => Some(*when),
        Expr::Subquery { of, when, .. } => first_when(of).map(|inner| match inner.at {
            Some(_) => inner,
            None => When { offset: inner.offset + when.offset, at: when.at },
        }),
        Expr::Negate(of) | Expr::Paren(of) => first_when(of),
        Expr::Binary { left, right, .. } => first_when(left).or_else(|| first_when(right)),
        Expr::Aggregate { of, param, .. } => first_when(of).or_else(|| first_when(param.as_ref()?)),
        Expr::Call { args, .. } => args.iter().find_map(first_when),
    }
}

fn target(labels: &Labels) -> [&str; 2] {
    IDENTIFYING.map(|name| labels.get(name))
}

/// The newest series of each metric and target.
type Infos = OrdMap<Labels, (Labels, i64)>;

impl Query<'_> {
    #[inline(never)]
    pub(super) fn info(self, base: Vec<Sample>, args: &[Expr], now: i64) -> Evaluated<Vec<Sample>> {
        let (mut named, mut wanted) = (Vec::new(), Vec::new());
        if let Some(Expr::Select { matchers, .. }) = args.get(1) {
            (named, wanted) = matchers.iter().cloned().partition(|one| one.name == NAME);
        }
        let named = names(named)?;
        // What is itself such a metric stays as it is.
        let gives = |sample: &Sample| named.iter().all(|one| one.fits(sample.labels.name()));
        let asking: Vec<&Sample> = base.iter().filter(|sample| !gives(sample)).collect();
        let all: Vec<Matcher> = named.iter().chain(&wanted).cloned().collect();
        let infos = self.infos(&asking, &all, first_when(&args[0]).unwrap_or_default(), now)?;
        let needs = wanted.iter().any(|one| !one.fits(""));
        let mut found = Vec::new();
        for sample in &base {
            if gives(sample) {
                found.push(sample.clone());
                continue;
            }
            let (added, any) = added(&sample.labels, &infos, &wanted)?;
            if !any && needs {
                continue;
            }
            let mut sample = sample.clone();
            added.iter().for_each(|(name, value)| sample.labels.put(name, value));
            found.push(sample);
        }
        distinct(found)
    }

    fn infos(self, asking: &[&Sample], matchers: &[Matcher], when: When, now: i64) -> Evaluated<Infos> {
        let values = IDENTIFYING.map(|name| -> OrdSet<&str> {
            asking.iter().map(|sample| sample.labels.get(name)).filter(|value| !value.is_empty()).collect()
        });
        let mut infos = Infos::new();
        if values.iter().all(OrdSet::is_empty) {
            return Ok(infos);
        }
        for sample in self.select(matchers, when, now, true) {
            let (labels, at) = (sample.labels, sample.point.at);
            let of_all = |(values, value): (&OrdSet<&str>, &str)| values.is_empty() || values.contains(&value);
            if !values.iter().zip(target(&labels)).all(of_all) {
                continue;
            }
            let key = labels.grouped(&[NAME, IDENTIFYING[0], IDENTIFYING[1]].map(String::from), false);
            match infos.get(&key) {
                Some((_, other)) if *other > at => continue,
                Some((other, same)) if *same == at => {
                    let (there, new) = (other.listed(), labels.listed());
                    return Err(format!(
                        "found duplicate series for info metric: existing {there} @ {at}, new {new} @ {at}"
                    ));
                }
                _ => {}
            }
            infos.insert(key, (labels, at));
        }
        Ok(infos)
    }
}

/// The labels that a series gets, and whether there was anything to get them from.
fn added(own: &Labels, infos: &Infos, wanted: &[Matcher]) -> Evaluated<(Labels, bool)> {
    let (mut added, mut any) = (Labels::default(), false);
    for (_, (labels, _)) in infos.iter().filter(|(key, _)| target(key) == target(own)) {
        any = true;
        for (name, value) in labels.iter() {
            if name == NAME || !wanted.is_empty() && wanted.iter().all(|one| one.name != name) {
                continue;
            }
            let there = added.get(name);
            if !there.is_empty() && there != value {
                return Err(["conflicting label: ", name].concat());
            }
            if own.get(name).is_empty() {
                added.put(name, value);
            }
        }
    }
    Ok((added, any))
}
