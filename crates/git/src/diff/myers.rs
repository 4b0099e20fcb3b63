//! Myers' search for a short script, from both ends at once, with Git's ways out where it would take too long.

use super::equal::Token;
use super::prune::{about_sqrt, without_ends, worth_searching};
use std::ops::Range;

/// A run of this many equal lines is a good sign.
const SNAKE: isize = 20;
/// After so many steps a path that is good enough is taken.
const GOOD_ENOUGH_AFTER: isize = 256;
/// It is, where it has come this many times as far as there were steps.
const GOOD_ENOUGH_TIMES: isize = 4;
/// At least so many steps are made before the furthest path is taken.
const STEPS_MIN: usize = 256;

/// Marks what changed between two texts of at most `kinds` different lines.
pub(crate) fn mark(old: &[Token], new: &[Token], kinds: usize, removed: &mut [bool], added: &mut [bool]) {
    let counts = |tokens: &[Token]| {
        let mut counts = vec![0; kinds];
        tokens.iter().for_each(|token| counts[*token as usize] += 1);
        counts
    };
    let (old_part, new_part) = without_ends(old, new);
    if old_part.is_empty() || new_part.is_empty() {
        removed[old_part].fill(true);
        added[new_part].fill(true);
        return;
    }
    let (in_old, in_new) = (counts(old), counts(new));
    let a = worth_searching(old, old_part, &in_new, removed);
    let b = worth_searching(new, new_part, &in_old, added);
    let diagonals = a.len() + b.len() + 3;
    let mut search = Search {
        a: a.iter().map(|at| old[*at]).collect(),
        b: b.iter().map(|at| new[*at]).collect(),
        forth: vec![0; diagonals],
        back: vec![0; diagonals],
        zero: (b.len() + 1).cast_signed(),
        steps_max: about_sqrt(diagonals).max(STEPS_MIN).cast_signed(),
    };
    // Parts that are still to be searched: the recursion's own stack.
    let mut parts = vec![(0..a.len(), 0..b.len(), false)];
    while let Some((mut i, mut j, minimal)) = parts.pop() {
        search.shrink(&mut i, &mut j);
        if i.is_empty() || j.is_empty() {
            a[i].iter().for_each(|at| removed[*at] = true);
            b[j].iter().for_each(|at| added[*at] = true);
            continue;
        }
        let split = search.split(&i, &j, minimal);
        parts.push((split.i..i.end, split.j..j.end, split.minimal_after));
        parts.push((i.start..split.i, j.start..split.j, split.minimal_before));
    }
}

/// Where a part is cut in two, and whether each half is then searched without ways out.
struct Split {
    i: usize,
    j: usize,
    minimal_before: bool,
    minimal_after: bool,
}

impl Split {
    fn at(i: isize, j: isize, minimal_before: bool, minimal_after: bool) -> Self {
        Self { i: i.cast_unsigned(), j: j.cast_unsigned(), minimal_before, minimal_after }
    }
}

struct Search {
    a: Vec<Token>,
    b: Vec<Token>,
    /// How far a path has come on each diagonal (`i - j`), from the start and from the end.
    forth: Vec<isize>,
    back: Vec<isize>,
    /// Where the diagonal 0 lies in both.
    zero: isize,
    steps_max: isize,
}

/// A part's borders, and the diagonals that are looked at.
struct Part {
    i: Range<isize>,
    j: Range<isize>,
    /// The diagonals of start and end.
    start: isize,
    end: isize,
    forth: (isize, isize),
    back: (isize, isize),
}

/// Every second diagonal, from the highest.
fn downward((low, high): (isize, isize)) -> impl Iterator<Item = isize> {
    (0..=(high - low) / 2).map(move |n| high - 2 * n)
}

impl Search {
    fn same(&self, i: isize, j: isize) -> bool {
        self.a[i.cast_unsigned()] == self.b[j.cast_unsigned()]
    }

    fn forth(&mut self, d: isize) -> &mut isize {
        &mut self.forth[(d + self.zero).cast_unsigned()]
    }

    fn back(&mut self, d: isize) -> &mut isize {
        &mut self.back[(d + self.zero).cast_unsigned()]
    }

    fn shrink(&self, i: &mut Range<usize>, j: &mut Range<usize>) {
        let start = self.a[i.clone()].iter().zip(&self.b[j.clone()]).take_while(|(a, b)| a == b).count();
        (i.start, j.start) = (i.start + start, j.start + start);
        let ends = self.a[i.clone()].iter().rev().zip(self.b[j.clone()].iter().rev());
        let end = ends.take_while(|(a, b)| a == b).count();
        (i.end, j.end) = (i.end - end, j.end - end);
    }

    fn split(&mut self, i: &Range<usize>, j: &Range<usize>, minimal: bool) -> Split {
        let i = i.start.cast_signed()..i.end.cast_signed();
        let j = j.start.cast_signed()..j.end.cast_signed();
        let (start, end) = (i.start - j.start, i.end - j.end);
        let odd = (start - end) & 1 != 0;
        *self.forth(start) = i.start;
        *self.back(end) = i.end;
        let mut part = Part { i, j, start, end, forth: (start, start), back: (end, end) };
        let mut steps = 0;
        loop {
            steps += 1;
            let mut snake = false;
            self.widen_forth(&mut part);
            for d in downward(part.forth) {
                let i = self.step_forth(&part, d, &mut snake);
                if odd && part.back.0 <= d && d <= part.back.1 && *self.back(d) <= i {
                    return Split::at(i, i - d, true, true);
                }
            }
            self.widen_back(&mut part);
            for d in downward(part.back) {
                let i = self.step_back(&part, d, &mut snake);
                if !odd && part.forth.0 <= d && d <= part.forth.1 && i <= *self.forth(d) {
                    return Split::at(i, i - d, true, true);
                }
            }
            if minimal {
                continue;
            }
            if snake && steps > GOOD_ENOUGH_AFTER {
                if let Some((i, j)) = self.good_forth(&part, steps) {
                    return Split::at(i, j, true, false);
                }
                if let Some((i, j)) = self.good_back(&part, steps) {
                    return Split::at(i, j, false, true);
                }
            }
            if steps >= self.steps_max {
                return self.furthest(&part);
            }
        }
    }

    /// One diagonal more on each side, as far as there are any; else one less.
    fn widen_forth(&mut self, part: &mut Part) {
        let (least, most) = (part.i.start - part.j.end, part.i.end - part.j.start);
        if part.forth.0 > least {
            part.forth.0 -= 1;
            *self.forth(part.forth.0 - 1) = -1;
        } else {
            part.forth.0 += 1;
        }
        if part.forth.1 < most {
            part.forth.1 += 1;
            *self.forth(part.forth.1 + 1) = -1;
        } else {
            part.forth.1 -= 1;
        }
    }

    fn widen_back(&mut self, part: &mut Part) {
        let (least, most) = (part.i.start - part.j.end, part.i.end - part.j.start);
        if part.back.0 > least {
            part.back.0 -= 1;
            *self.back(part.back.0 - 1) = isize::MAX;
        } else {
            part.back.0 += 1;
        }
        if part.back.1 < most {
            part.back.1 += 1;
            *self.back(part.back.1 + 1) = isize::MAX;
        } else {
            part.back.1 -= 1;
        }
    }

    fn step_forth(&mut self, part: &Part, d: isize, snake: &mut bool) -> isize {
        let (below, above) = (*self.forth(d - 1), *self.forth(d + 1));
        let from = if below >= above { below + 1 } else { above };
        let mut i = from;
        while i < part.i.end && i - d < part.j.end && self.same(i, i - d) {
            i += 1;
        }
        *snake |= i - from > SNAKE;
        *self.forth(d) = i;
        i
    }

    fn step_back(&mut self, part: &Part, d: isize, snake: &mut bool) -> isize {
        let (below, above) = (*self.back(d - 1), *self.back(d + 1));
        let from = if below < above { below } else { above - 1 };
        let mut i = from;
        while i > part.i.start && i - d > part.j.start && self.same(i - 1, i - d - 1) {
            i -= 1;
        }
        *snake |= from - i > SNAKE;
        *self.back(d) = i;
        i
    }

    fn good_forth(&mut self, part: &Part, steps: isize) -> Option<(isize, isize)> {
        let (mut best, mut found) = (0, None);
        for d in downward(part.forth) {
            let i = *self.forth(d);
            let j = i - d;
            let way = (i - part.i.start) + (j - part.j.start) - (d - part.start).abs();
            let inside = part.i.start + SNAKE <= i && i < part.i.end && part.j.start + SNAKE <= j && j < part.j.end;
            if way > GOOD_ENOUGH_TIMES * steps && way > best && inside && (1..=SNAKE).all(|k| self.same(i - k, j - k)) {
                best = way;
                found = Some((i, j));
            }
        }
        found
    }

    fn good_back(&mut self, part: &Part, steps: isize) -> Option<(isize, isize)> {
        let (mut best, mut found) = (0, None);
        for d in downward(part.back) {
            let i = *self.back(d);
            let j = i - d;
            let way = (part.i.end - i) + (part.j.end - j) - (d - part.end).abs();
            let inside = part.i.start < i && i <= part.i.end - SNAKE && part.j.start < j && j <= part.j.end - SNAKE;
            if way > GOOD_ENOUGH_TIMES * steps && way > best && inside && (0..SNAKE).all(|k| self.same(i + k, j + k)) {
                best = way;
                found = Some((i, j));
            }
        }
        found
    }

    /// Of all paths, the one that has come furthest from its end.
    fn furthest(&mut self, part: &Part) -> Split {
        let (mut forth, mut forth_i) = (-1, -1);
        for d in downward(part.forth) {
            let i = (*self.forth(d)).min(part.i.end).min(part.j.end + d);
            if forth < i + (i - d) {
                (forth, forth_i) = (i + (i - d), i);
            }
        }
        let (mut back, mut back_i) = (isize::MAX, isize::MAX);
        for d in downward(part.back) {
            let i = (*self.back(d)).max(part.i.start).max(part.j.start + d);
            if i + (i - d) < back {
                (back, back_i) = (i + (i - d), i);
            }
        }
        if part.i.end + part.j.end - back < forth - (part.i.start + part.j.start) {
            Split::at(forth_i, forth - forth_i, true, false)
        } else {
            Split::at(back_i, back - back_i, false, true)
        }
    }
}
