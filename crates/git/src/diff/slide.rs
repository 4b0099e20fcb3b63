//! Where a run of changed lines could stand a little higher or lower and say the same, Git has rules for the choice:
//! runs that touch become one; a run goes beside one of the other file if it can; else indentation decides.

use super::equal::Token;

/// How far up the best place is looked for.
const SLIDE_MAX: usize = 100;
/// More blank lines than this are not counted.
const BLANKS_MAX: usize = 20;
/// Deeper indentation than this is not told apart.
const INDENT_MAX: usize = 200;

/// One file's lines, and which of them are changed.
#[derive(Debug)]
pub(crate) struct Side<'a> {
    pub lines: &'a [&'a [u8]],
    /// Equal lines have equal tokens.
    pub tokens: &'a [Token],
    pub changed: Vec<bool>,
}

/// A run of changed lines, perhaps empty, between two that are not.
#[derive(Debug, Clone, Copy)]
struct Run {
    start: usize,
    end: usize,
}

impl Side<'_> {
    fn is_changed(&self, at: usize) -> bool {
        self.changed.get(at).copied().unwrap_or(false)
    }

    fn run_from(&self, start: usize) -> Run {
        let length = self.changed[start..].iter().take_while(|changed| **changed).count();
        Run { start, end: start + length }
    }

    fn next(&self, run: &mut Run) -> bool {
        if run.end == self.lines.len() {
            return false;
        }
        *run = self.run_from(run.end + 1);
        true
    }

    fn previous(&self, run: &mut Run) {
        run.end = run.start.saturating_sub(1);
        run.start = run.end;
        while run.start > 0 && self.is_changed(run.start - 1) {
            run.start -= 1;
        }
    }

    /// Moves a run one line down, if the line after it equals its first; it swallows a run that it meets.
    fn down(&mut self, run: &mut Run) -> bool {
        if run.end >= self.lines.len() || self.tokens[run.start] != self.tokens[run.end] {
            return false;
        }
        self.changed[run.start] = false;
        self.changed[run.end] = true;
        run.start += 1;
        run.end += 1;
        while self.is_changed(run.end) {
            run.end += 1;
        }
        true
    }

    fn up(&mut self, run: &mut Run) -> bool {
        if run.start == 0 || self.tokens[run.start - 1] != self.tokens[run.end - 1] {
            return false;
        }
        run.start -= 1;
        run.end -= 1;
        self.changed[run.start] = true;
        self.changed[run.end] = false;
        while run.start > 0 && self.is_changed(run.start - 1) {
            run.start -= 1;
        }
        true
    }

    /// The indentation of a line; `None` for a blank one.
    fn indent(&self, at: usize) -> Option<usize> {
        let mut width = 0;
        for byte in self.lines[at] {
            match byte {
                b' ' => width += 1,
                b'\t' => width += 8 - width % 8,
                byte if byte.is_ascii_whitespace() || *byte == 11 => {}
                _ => return Some(width),
            }
            if width >= INDENT_MAX {
                return Some(INDENT_MAX);
            }
        }
        None
    }

    /// Blank lines on the way, and the indentation of the first line that is none.
    fn beyond(&self, places: impl Iterator<Item = usize>) -> (usize, Option<usize>) {
        let mut blanks = 0;
        for at in places {
            if let Some(indent) = self.indent(at) {
                return (blanks, Some(indent));
            }
            blanks += 1;
            if blanks == BLANKS_MAX {
                return (blanks, Some(0));
            }
        }
        (blanks, None)
    }

    /// How bad it is to cut the file before this line: less indented is better, then the smaller penalty.
    fn cut(&self, at: usize) -> Cut {
        let own = if at < self.lines.len() { self.indent(at) } else { None };
        let (blanks_before, before) = self.beyond((0..at).rev());
        let (blanks_after, after) = self.beyond(at + 1..self.lines.len());
        let mut penalty = 0;
        if before.is_none() && blanks_before == 0 {
            penalty += 1;
        }
        if at >= self.lines.len() {
            penalty += 21;
        }
        let below = if own.is_none() { 1 + blanks_after } else { 0 };
        let blanks = blanks_before + below;
        penalty += 6 * below.cast_signed() - 30 * blanks.cast_signed();
        let indent = own.or(after);
        if let (Some(indent), Some(before)) = (indent, before) {
            let opens_block = after.is_some_and(|after| after > indent);
            penalty += match (indent.cmp(&before), opens_block, blanks > 0) {
                (std::cmp::Ordering::Greater, _, true) => 10,
                (std::cmp::Ordering::Greater, _, false) => -4,
                (std::cmp::Ordering::Equal, ..) => 0,
                (std::cmp::Ordering::Less, _, true) => 17,
                (std::cmp::Ordering::Less, true, false) => 24,
                (std::cmp::Ordering::Less, false, false) => 23,
            };
        }
        Cut { indent: indent.map_or(-1, usize::cast_signed), penalty }
    }
}

#[derive(Debug, Clone, Copy)]
struct Cut {
    indent: isize,
    penalty: isize,
}

impl Cut {
    fn and(self, other: Self) -> Self {
        Self { indent: self.indent + other.indent, penalty: self.penalty + other.penalty }
    }

    fn not_worse_than(self, other: Self) -> bool {
        60 * (self.indent - other.indent).signum() + self.penalty - other.penalty <= 0
    }
}

/// Puts every run of one side where Git would have it.
pub(crate) fn settle(side: &mut Side<'_>, other: &mut Side<'_>, by_indent: bool) {
    let (mut run, mut beside) = (side.run_from(0), other.run_from(0));
    loop {
        if run.end > run.start {
            settle_run(side, other, &mut run, &mut beside, by_indent);
        }
        if !side.next(&mut run) {
            return;
        }
        other.next(&mut beside);
    }
}

fn settle_run(side: &mut Side<'_>, other: &Side<'_>, run: &mut Run, beside: &mut Run, by_indent: bool) {
    let (mut size, mut highest, mut matches);
    loop {
        size = run.end - run.start;
        matches = false;
        while side.up(run) {
            other.previous(beside);
        }
        highest = run.end;
        matches |= beside.end > beside.start;
        while side.down(run) {
            other.next(beside);
            matches |= beside.end > beside.start;
        }
        if size == run.end - run.start {
            break;
        }
    }
    if run.end == highest {
        return;
    }
    if matches {
        while beside.end == beside.start {
            side.up(run);
            other.previous(beside);
        }
    } else if by_indent {
        let first = highest.max((run.end).saturating_sub(size + 1)).max(run.end.saturating_sub(SLIDE_MAX));
        let mut best: Option<(Cut, usize)> = None;
        for end in first..=run.end {
            let cut = side.cut(end).and(side.cut(end - size));
            if best.is_none_or(|(best, _)| cut.not_worse_than(best)) {
                best = Some((cut, end));
            }
        }
        while best.is_some_and(|(_, end)| run.end > end) {
            side.up(run);
            other.previous(beside);
        }
    }
}
