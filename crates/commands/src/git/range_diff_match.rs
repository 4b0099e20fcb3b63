//! Which commits of two series belong together: how far changes are apart, and the cheapest way to pair them all.

use git::{diff_lines, split_lines};

/// So many lines a diff of two changes has, its hunk headers too.
#[inline(never)]
pub(crate) fn distance(a: &str, b: &str) -> u64 {
    let (a, b) = (split_lines(a.as_bytes()), split_lines(b.as_bytes()));
    const CONTEXT: usize = 3;
    let (mut lines, mut last_end) = (0_usize, None::<usize>);
    for hunk in diff_lines(&a, &b) {
        let lead = match last_end {
            Some(end) if hunk.old.start - end <= 2 * CONTEXT => hunk.old.start - end,
            Some(end) => {
                // The hunk before ends, a new one begins.
                lines += CONTEXT.min(a.len() - end) + 1;
                CONTEXT.min(hunk.old.start)
            }
            None => {
                lines += 1;
                CONTEXT.min(hunk.old.start)
            }
        };
        lines += lead + hunk.old.len() + hunk.new.len();
        last_end = Some(hunk.old.end);
    }
    if let Some(end) = last_end {
        lines += CONTEXT.min(a.len() - end);
    }
    lines as u64
}

/// Rows to columns at the least cost (Jonker and Volgenant's shortest augmenting paths, in the form of Kuhn's).
#[inline(never)]
pub(crate) fn cheapest(costs: &[Vec<u64>]) -> Vec<usize> {
    let n = costs.len();
    let cost = |i: usize, j: usize| i64::try_from(costs[i][j]).unwrap_or(i64::MAX / 4);
    let (mut row_price, mut column_price) = (vec![0_i64; n + 1], vec![0_i64; n + 1]);
    // Which row a column has; 0 stands for none, rows and columns count from 1.
    let (mut row_of, mut way) = (vec![0_usize; n + 1], vec![0_usize; n + 1]);
    for row in 1..=n {
        row_of[0] = row;
        let mut at = 0;
        let (mut least, mut used) = (vec![i64::MAX / 2; n + 1], vec![false; n + 1]);
        loop {
            used[at] = true;
            let here = row_of[at];
            let (mut delta, mut next) = (i64::MAX / 2, 0);
            for column in 1..=n {
                if used[column] {
                    continue;
                }
                let reduced = cost(here - 1, column - 1) - row_price[here] - column_price[column];
                if reduced < least[column] {
                    (least[column], way[column]) = (reduced, at);
                }
                if least[column] < delta {
                    (delta, next) = (least[column], column);
                }
            }
            for column in 0..=n {
                if used[column] {
                    row_price[row_of[column]] += delta;
                    column_price[column] -= delta;
                } else {
                    least[column] -= delta;
                }
            }
            at = next;
            if row_of[at] == 0 {
                break;
            }
        }
        while at != 0 {
            let before = way[at];
            row_of[at] = row_of[before];
            at = before;
        }
    }
    let mut out = vec![0; n];
    for column in 1..=n {
        out[row_of[column] - 1] = column - 1;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cheapest_pairing_is_found() {
        let costs = vec![vec![4, 1, 3], vec![2, 0, 5], vec![3, 2, 2]];
        assert_eq!(cheapest(&costs), [1, 0, 2]);
        assert_eq!(distance("a\nb\n", "a\nb\n"), 0);
        assert_eq!(distance("a\nb\nc\n", "a\nX\nc\n"), 5);
    }
}
