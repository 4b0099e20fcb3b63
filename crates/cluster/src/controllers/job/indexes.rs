//! Completion indexes: `0,2-4` (Kubernetes 1.32, `pkg/controller/job/indexed_job_utils.go`).

use crate::object::Object;
use order::OrdSet;

pub(super) const INDEX: &str = "batch.kubernetes.io/job-completion-index";

pub(super) fn of(pod: &Object) -> Option<i64> {
    pod.annotation(INDEX).parse().ok()
}

#[inline(never)]
pub(super) fn parse(text: &str) -> OrdSet<i64> {
    let mut out = OrdSet::new();
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        if let (Ok(first), Ok(last)) = (first.parse::<i64>(), last.parse::<i64>()) {
            // A job has at most a hundred thousand completions that are tracked.
            for index in first..=last.min(first + 100_000) {
                out.insert(index);
            }
        }
    }
    out
}

#[inline(never)]
pub(super) fn text(indexes: &OrdSet<i64>) -> String {
    let mut spans: Vec<(i64, i64)> = Vec::new();
    for index in indexes.iter() {
        match spans.last_mut() {
            Some((_, last)) if *last + 1 == *index => *last = *index,
            _ => spans.push((*index, *index)),
        }
    }
    let parts: Vec<String> = spans
        .iter()
        .map(|(first, last)| match last - first {
            0 => first.to_string(),
            1 => format!("{first},{last}"),
            _ => format!("{first}-{last}"),
        })
        .collect();
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::{parse, text};

    #[test]
    fn there_and_back() {
        for indexes in ["", "0", "0,1", "0-2", "1,3,4,6-9"] {
            assert_eq!(text(&parse(indexes)), indexes);
        }
    }
}
