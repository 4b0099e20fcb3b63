//! The lines beside commits that `--graph` draws. A line of history runs down in a column two characters wide;
//! around a merge, rows are drawn until every line has reached the column where it goes on.

use git::ObjectId;

/// Colours of lines, going round.
const COLORS: [&str; 12] = [
    "\x1b[31m",
    "\x1b[32m",
    "\x1b[33m",
    "\x1b[34m",
    "\x1b[35m",
    "\x1b[36m",
    "\x1b[1;31m",
    "\x1b[1;32m",
    "\x1b[1;33m",
    "\x1b[1;34m",
    "\x1b[1;35m",
    "\x1b[1;36m",
];

/// A line of history: the commit that it leads to.
#[derive(Debug, Clone, Copy)]
struct Column {
    commit: ObjectId,
    color: usize,
}

/// Which kind of row comes next.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Nothing is left to draw for this commit.
    #[default]
    Padding,
    /// Room is made for a merge of three and more.
    PreCommit,
    Commit,
    PostMerge,
    Collapsing,
}

/// The drawing, fed with one commit after another.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    color: bool,
    commit: Option<ObjectId>,
    parents: Vec<ObjectId>,
    /// Lines above the commit, and below it.
    columns: Vec<Column>,
    below: Vec<Column>,
    /// For each character position, the column below that a line there leads to.
    mapping: Vec<Option<usize>>,
    old_mapping: Vec<Option<usize>>,
    state: State,
    last_state: State,
    width: usize,
    expansion: usize,
    at: usize,
    last_at: usize,
    /// Whether a merge's first parent lies to the left (0) or straight below (1).
    layout: usize,
    edges: isize,
    last_edges: isize,
    next_color: usize,
}

impl Graph {
    pub fn new(color: bool) -> Self {
        Self { color, next_color: COLORS.len() - 1, ..Self::default() }
    }

    /// Goes on to the next commit; only parents that are shown too count.
    pub fn update(&mut self, commit: ObjectId, parents: &[ObjectId]) {
        self.commit = Some(commit);
        self.parents = parents.to_vec();
        self.last_at = self.at;
        self.place(commit);
        self.expansion = 0;
        self.state = if self.needs_room() { State::PreCommit } else { State::Commit };
    }

    pub fn finished(&self) -> bool {
        self.state == State::Padding
    }

    fn go(&mut self, state: State) {
        self.last_state = self.state;
        self.state = state;
    }

    fn needs_room(&self) -> bool {
        let dashed = (self.parents.len() + self.layout).saturating_sub(3);
        self.parents.len() >= 3 && self.at + 1 < self.columns.len() && self.expansion < dashed * 2
    }

    /// Finds the columns below the commit, and where each line above goes.
    #[inline(never)]
    fn place(&mut self, commit: ObjectId) {
        self.columns = std::mem::take(&mut self.below);
        self.mapping = vec![None; 2 * (self.columns.len() + self.parents.len())];
        self.width = 0;
        self.last_edges = self.edges;
        self.edges = 0;
        let known = self.columns.iter().any(|column| column.commit == commit);
        let mut lines: Vec<ObjectId> = self.columns.iter().map(|column| column.commit).collect();
        if !known {
            lines.push(commit);
        }
        for (at, line) in lines.into_iter().enumerate() {
            if line != commit {
                self.lead(line, None);
                continue;
            }
            self.at = at;
            self.layout = usize::MAX;
            for parent in self.parents.clone() {
                if self.parents.len() > 1 || !known {
                    self.next_color = (self.next_color + 1) % COLORS.len();
                }
                self.lead(parent, Some(at));
            }
            if self.parents.is_empty() {
                self.width += 2;
            }
        }
        if self.layout == usize::MAX {
            self.layout = 1;
        }
        self.old_mapping.resize(self.mapping.len().max(self.old_mapping.len()), None);
        self.shrink();
    }

    fn shrink(&mut self) {
        while self.mapping.len() > 1 && self.mapping.last() == Some(&None) {
            self.mapping.pop();
        }
    }

    fn set(&mut self, at: usize, target: usize) {
        if at >= self.mapping.len() {
            self.mapping.resize(at + 1, None);
        }
        self.mapping[at] = Some(target);
    }

    /// A line goes to a commit; `from` is its column where it is an edge of the merge being drawn.
    #[inline(never)]
    fn lead(&mut self, commit: ObjectId, from: Option<usize>) {
        let target = self.below.iter().position(|column| column.commit == commit).unwrap_or_else(|| {
            let same = self.columns.iter().find(|column| column.commit == commit);
            let color = same.map_or(self.next_color, |column| column.color);
            self.below.push(Column { commit, color });
            self.below.len() - 1
        });
        let at = match from {
            Some(from) if self.parents.len() > 1 && self.layout == usize::MAX => {
                let left = from > target;
                let shift = if from > target + 1 { 2 * (from - target) - 3 } else { 1 };
                self.layout = usize::from(!left);
                self.edges = self.parents.len().cast_signed() + self.layout.cast_signed() - 2;
                let at = if left { self.width.saturating_sub(shift) } else { self.width };
                self.width += 2 * self.layout;
                at
            }
            _ if self.edges > 0 && self.width >= 2 && self.mapping.get(self.width - 2) == Some(&Some(target)) => {
                self.edges = -1;
                self.width - 2
            }
            _ => {
                self.width += 2;
                self.width - 2
            }
        };
        self.set(at, target);
    }

    fn paint(&self, color: usize, c: char) -> String {
        if self.color { format!("{}{c}\x1b[m", COLORS[color % COLORS.len()]) } else { c.to_string() }
    }

    fn padded(&self, (text, length): (String, usize)) -> String {
        text + &" ".repeat(self.width.saturating_sub(length))
    }

    fn settled(&self) -> bool {
        self.mapping.iter().enumerate().all(|(at, target)| target.is_none_or(|target| target == at / 2))
    }

    /// The next row; true when it is the one with the commit's mark.
    #[inline(never)]
    pub fn row(&mut self, mark: char) -> (String, bool) {
        let here = self.state == State::Commit;
        let row = match self.state {
            State::Padding => {
                let text = self.below.iter().map(|column| self.paint(column.color, '|') + " ").collect();
                (text, self.below.len() * 2)
            }
            State::PreCommit => self.pre_commit_row(),
            State::Commit => self.commit_row(mark),
            State::PostMerge => self.post_merge_row(),
            State::Collapsing => self.collapsing_row(),
        };
        (self.padded(row), here)
    }

    /// What stands before a line that belongs to no row: between entries, beside changes.
    #[inline(never)]
    pub fn padding(&mut self) -> String {
        if self.state != State::Commit {
            return self.row('*').0;
        }
        let (mut text, mut length) = (String::new(), 0);
        for column in &self.columns {
            let wide = Some(column.commit) == self.commit && self.parents.len() > 2;
            let gap = if wide { (self.parents.len() - 2) * 2 } else { 1 };
            text.push_str(&(self.paint(column.color, '|') + &" ".repeat(gap)));
            length += 1 + gap;
        }
        self.last_state = State::Padding;
        self.padded((text, length))
    }

    #[inline(never)]
    fn pre_commit_row(&mut self) -> (String, usize) {
        let (mut text, mut length, mut seen) = (String::new(), 0, false);
        for (n, column) in self.columns.iter().enumerate() {
            let mut gap = 1;
            let mut c = '|';
            if Some(column.commit) == self.commit {
                seen = true;
                gap += self.expansion;
            } else if seen && (self.expansion > 0 || (self.last_state == State::PostMerge && self.last_at < n)) {
                c = '\\';
            }
            text.push_str(&(self.paint(column.color, c) + &" ".repeat(gap)));
            length += 1 + gap;
        }
        self.expansion += 1;
        if !self.needs_room() {
            self.go(State::Commit);
        }
        (text, length)
    }

    #[inline(never)]
    fn commit_row(&mut self, mark: char) -> (String, usize) {
        let (mut text, mut length, mut seen) = (String::new(), 0, false);
        let count = self.columns.len().max(self.at + 1);
        for n in 0..count {
            let column = self.columns.get(n).copied();
            if n == self.at {
                seen = true;
                text.push(mark);
                let dashed = if self.parents.len() > 2 { self.parents.len() + self.layout - 3 } else { 0 };
                for dash in 0..dashed {
                    let target = self.mapping.get((self.at + dash + 2) * 2).copied().flatten();
                    let color = target.and_then(|target| self.below.get(target)).map_or(0, |column| column.color);
                    text.push_str(&self.paint(color, '-'));
                    text.push_str(&self.paint(color, if dash + 1 == dashed { '.' } else { '-' }));
                }
                length += dashed * 2;
            } else if let Some(column) = column {
                let came_down = self.last_state == State::PostMerge && self.last_edges > 0 && self.last_at < n;
                let slides = self.last_state == State::Collapsing
                    && self.old_mapping.get(2 * n + 1) == Some(&Some(n))
                    && self.mapping.get(2 * n).copied().flatten().is_none_or(|target| target < n);
                let c = match seen {
                    true if self.edges > 1 || (self.edges == 1 && came_down) => '\\',
                    true if self.edges == 1 => '|',
                    _ if slides => '/',
                    _ => '|',
                };
                text.push_str(&self.paint(column.color, c));
            }
            text.push(' ');
            length += 2;
        }
        let next = if self.parents.len() > 1 {
            State::PostMerge
        } else if self.settled() {
            State::Padding
        } else {
            State::Collapsing
        };
        self.go(next);
        (text, length)
    }

    #[inline(never)]
    fn post_merge_row(&mut self) -> (String, usize) {
        let (mut text, mut length, mut seen) = (String::new(), 0, false);
        let mut first_parent: Option<Column> = None;
        for n in 0..self.columns.len().max(self.at + 1) {
            let column = self.columns.get(n).copied();
            if n == self.at {
                seen = true;
                let mut shape = self.layout;
                for (order, parent) in self.parents.iter().enumerate() {
                    let color =
                        self.below.iter().find(|column| column.commit == *parent).map_or(0, |column| column.color);
                    text.push_str(&self.paint(color, ['/', '|', '\\'][shape.min(2)]));
                    length += 1;
                    if shape < 2 {
                        shape += 1;
                    } else if self.edges > 0 || order + 1 < self.parents.len() {
                        text.push(' ');
                        length += 1;
                    }
                }
                if self.edges == 0 {
                    text.push(' ');
                    length += 1;
                }
            } else if let Some(column) = column {
                let c = if seen && self.edges > 0 { '\\' } else { '|' };
                text.push_str(&self.paint(column.color, c));
                length += 1;
                if seen || self.layout != 0 || n + 1 != self.at {
                    match first_parent.filter(|_| !seen) {
                        Some(parent) => text.push_str(&self.paint(parent.color, '_')),
                        None => text.push(' '),
                    }
                    length += 1;
                }
            }
            if column.map(|column| column.commit) == self.parents.first().copied() {
                first_parent = column;
            }
        }
        self.go(if self.settled() { State::Padding } else { State::Collapsing });
        (text, length)
    }

    /// Moves every line that is not yet above its column one place to the left.
    #[inline(never)]
    fn collapsing_row(&mut self) -> (String, usize) {
        let size = self.mapping.len();
        let old = std::mem::replace(&mut self.mapping, vec![None; size]);
        // The line that may run along the bottom of the row: (position, column).
        let mut flat: Option<(usize, usize)> = None;
        for (at, target) in old.iter().enumerate().filter_map(|(at, target)| target.map(|target| (at, target))) {
            if target * 2 == at {
                self.mapping[at] = Some(target);
                continue;
            }
            let (to, edge) = match self.mapping[at - 1] {
                None => (at - 1, at),
                Some(other) if other == target => continue,
                Some(_) => (at - 2, at - 1),
            };
            self.mapping[to] = Some(target);
            if flat.is_none() {
                flat = Some((edge, target));
                for along in (target * 2 + 3..at.saturating_sub(2)).step_by(2) {
                    self.mapping[along] = Some(target);
                }
            }
        }
        self.old_mapping.clone_from(&self.mapping);
        if self.mapping.last() == Some(&None) {
            self.mapping.pop();
        }
        let mut text = String::new();
        let mut ran_flat = false;
        for at in 0..self.mapping.len() {
            let Some(target) = self.mapping[at] else {
                text.push(' ');
                continue;
            };
            let c = if target * 2 == at {
                '|'
            } else if flat.is_some_and(|(edge, flat)| flat == target && at + 1 != edge) {
                if at != target * 2 + 3 {
                    self.mapping[at] = None;
                }
                ran_flat = true;
                '_'
            } else {
                if ran_flat && flat.is_some_and(|(edge, _)| at < edge) {
                    self.mapping[at] = None;
                }
                '/'
            };
            text.push_str(&self.paint(self.below.get(target).map_or(0, |column| column.color), c));
        }
        let length = self.mapping.len();
        if self.settled() {
            self.go(State::Padding);
        }
        (text, length)
    }
}
