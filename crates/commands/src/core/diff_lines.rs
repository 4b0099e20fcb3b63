//! Which lines of two texts are the same: Myers' shortest script.

/// A run of lines that differ: from and to in the first text, from and to in the second.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Change {
    pub a: (usize, usize),
    pub b: (usize, usize),
}

/// With more differences than this, all that is between the common ends counts as changed.
const STEPS_MAX: usize = 4_000;

/// All changes in order.
pub(crate) fn changes<T: PartialEq>(a: &[T], b: &[T]) -> Vec<Change> {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let tail = a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    let (left, right) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    let mut all: Vec<Change> = Vec::new();
    if left.is_empty() && right.is_empty() {
        return all;
    }
    let mut put = |a: (usize, usize), b: (usize, usize)| match all.last_mut() {
        Some(last) if last.a.1 == a.0 && last.b.1 == b.0 => (last.a.1, last.b.1) = (a.1, b.1),
        _ => all.push(Change { a, b }),
    };
    match script(left, right) {
        None => put((head, head + left.len()), (head, head + right.len())),
        Some(steps) => {
            for (x, y, removes) in steps {
                let (x, y) = (x + head, y + head);
                if removes { put((x, x + 1), (y, y)) } else { put((x, x), (y, y + 1)) }
            }
        }
    }
    for at in 0..all.len() {
        slide(&mut all, at, a, b);
    }
    all
}

/// Single removals and additions; `None` where there are too many.
fn script<T: PartialEq>(a: &[T], b: &[T]) -> Option<Vec<(usize, usize, bool)>> {
    let (n, m) = (isize::try_from(a.len()).ok()?, isize::try_from(b.len()).ok()?);
    let most = (a.len() + b.len()).min(STEPS_MAX);
    let offset = isize::try_from(most).ok()? + 1;
    let index = |k: isize| usize::try_from(k + offset).unwrap_or(0);
    let mut best = vec![0_isize; 2 * most + 3];
    let mut trace = Vec::new();
    for d in 0..=isize::try_from(most).ok()? {
        trace.push(best.clone());
        let mut k = -d;
        while k <= d {
            let down = k == -d || (k != d && best[index(k - 1)] < best[index(k + 1)]);
            let mut x = if down { best[index(k + 1)] } else { best[index(k - 1)] + 1 };
            let mut y = x - k;
            while x < n && y < m && a[usize::try_from(x).ok()?] == b[usize::try_from(y).ok()?] {
                x += 1;
                y += 1;
            }
            best[index(k)] = x;
            if x >= n && y >= m {
                return Some(backwards(&trace, (n, m), index));
            }
            k += 2;
        }
    }
    None
}

fn backwards(trace: &[Vec<isize>], end: (isize, isize), index: impl Fn(isize) -> usize) -> Vec<(usize, usize, bool)> {
    let (mut x, mut y) = end;
    let mut steps = Vec::new();
    for (d, best) in trace.iter().enumerate().rev() {
        let d = isize::try_from(d).unwrap_or(0);
        if d == 0 {
            break;
        }
        let k = x - y;
        let down = k == -d || (k != d && best[index(k - 1)] < best[index(k + 1)]);
        let before_k = if down { k + 1 } else { k - 1 };
        let (before_x, before_y) = (best[index(before_k)], best[index(before_k)] - before_k);
        let place = |n: isize| usize::try_from(n).unwrap_or(0);
        steps.push((place(before_x), place(before_y), !down));
        (x, y) = (before_x, before_y);
    }
    steps.reverse();
    steps
}

/// As GNU diff does, a run that could stand further down stands there.
fn slide<T: PartialEq>(all: &mut [Change], at: usize, a: &[T], b: &[T]) {
    let next = all.get(at + 1).map_or((a.len(), b.len()), |next| (next.a.0, next.b.0));
    let change = &mut all[at];
    if change.a.0 == change.a.1 {
        while change.b.1 < next.1 && b[change.b.0] == b[change.b.1] {
            *change = Change { a: (change.a.0 + 1, change.a.1 + 1), b: (change.b.0 + 1, change.b.1 + 1) };
        }
    } else if change.b.0 == change.b.1 {
        while change.a.1 < next.0 && a[change.a.0] == a[change.a.1] {
            *change = Change { a: (change.a.0 + 1, change.a.1 + 1), b: (change.b.0 + 1, change.b.1 + 1) };
        }
    }
}
