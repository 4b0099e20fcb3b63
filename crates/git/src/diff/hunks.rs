//! Which changes share a hunk, and how far it reaches: some lines of context, or whole functions (`-W`).

use super::driver::Driver;
use super::lines::LineHunk;

/// Changes that are printed together, and how many lines are printed before and behind them.
pub(crate) struct Group<'a> {
    pub changes: &'a [LineHunk],
    pub lead: usize,
    pub trail: usize,
}

/// Changes whose contexts touch share a hunk.
pub(crate) fn near<'a>(old: &[&[u8]], changes: &'a [LineHunk], context: usize) -> Vec<Group<'a>> {
    let group = |changes: &'a [LineHunk]| {
        let (first, last) = (changes.first(), changes.last());
        Group {
            changes,
            lead: first.map_or(0, |first| context.min(first.old.start)),
            trail: last.map_or(0, |last| context.min(old.len() - last.old.end)),
        }
    };
    changes.chunk_by(|one, next| next.old.start - one.old.end <= 2 * context).map(group).collect()
}

/// Each hunk from the line that starts its function, and what stands right above that, to before the next function.
pub(crate) fn by_function<'a>(
    old: &[&[u8]],
    new: &[&[u8]],
    changes: &'a [LineHunk],
    context: usize,
    driver: Driver,
) -> Vec<Group<'a>> {
    let starts = |line: &[u8]| driver.function_name(line).is_some();
    let blank = |line: &[u8]| line.trim_ascii().is_empty();
    let last_line = old.len().saturating_sub(1);
    let mut out = Vec::new();
    let mut at = 0;
    for group in near(old, changes, context) {
        let from = changes.len() - changes[at..].len();
        let until =
            group.changes.last().map_or(0, |last| changes.partition_point(|one| one.old.start <= last.old.start));
        if until <= from {
            continue;
        }
        let first = &changes[from];
        let appended = first.old.start >= old.len();
        let mut start = first.old.start - context.min(first.old.start);
        if !(appended && new[first.new.start.min(new.len())..].iter().any(|line| starts(line))) {
            let place = first.old.start.min(last_line);
            let mut head = (0..(place + 1).min(old.len())).rev().find(|n| starts(old[*n])).unwrap_or(0);
            while head > 0 && !blank(old[head - 1]) && !starts(old[head - 1]) {
                head -= 1;
            }
            start = start.min(head);
        }
        let mut until = until;
        let end = loop {
            let last = &changes[until - 1];
            let near = last.old.end + context.min(old.len() - last.old.end);
            let next = (last.old.end..old.len()).find(|n| starts(old[*n]));
            let mut far = next.unwrap_or(old.len());
            while next.is_some() && far > 0 && blank(old[far - 1]) {
                far -= 1;
            }
            let end = near.max(far);
            let Some(following) = changes.get(until) else { break end };
            let place = following.old.start.min(last_line);
            let between = (end + 1..=place).any(|n| old.get(n).is_some_and(|line| starts(line)));
            if place.saturating_sub(context) > end && between {
                break end;
            }
            until += 1;
        };
        let last = &changes[until - 1];
        out.push(Group {
            changes: &changes[from..until],
            lead: first.old.start - start,
            trail: end.max(last.old.end) - last.old.end,
        });
        at = until;
    }
    out
}
