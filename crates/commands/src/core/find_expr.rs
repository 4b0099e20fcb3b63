//! The expressions of `find`: what they ask of an entry, and what it leads to.

use shell::glob_matches;
use sim::Time;
use vfs::{Kind, Stat};
use world::Cx;

pub(crate) struct Expr {
    pub root: Node,
    pub least: usize,
    pub most: usize,
    pub depth_first: bool,
}

/// What an entry leads to.
pub(crate) enum Act {
    Print(String),
    Delete,
    Prune,
    Quit,
    Run(Vec<String>),
    /// `-exec … +`: the command, to which paths are added in the end.
    Batch(Vec<String>),
}

pub(super) enum Node {
    And(Vec<Node>),
    Or(Vec<Node>),
    /// `,`: all are asked, the last one counts.
    Both(Vec<Node>),
    Not(Box<Node>),
    True,
    False,
    /// Pattern, folded, whole path.
    Name(String, bool, bool),
    Regex(regex_lite::Regex),
    Type(Vec<char>),
    Size(Count, u64),
    Age(Count, u64, Time),
    Newer(u64),
    Newest(String),
    Empty,
    Perm(u32, char),
    Executable,
    Print(&'static str),
    Format(String),
    Delete,
    Prune,
    Quit,
    Exec(Vec<String>, bool),
}

/// `+n`, `-n`, `n`.
#[derive(Clone, Copy)]
pub(super) struct Count {
    pub sign: char,
    pub number: u64,
}

impl Count {
    fn holds(self, value: u64) -> bool {
        match self.sign {
            '+' => value > self.number,
            '-' => value < self.number,
            _ => value == self.number,
        }
    }
}

impl Expr {
    pub fn holds(&self, path: &str, depth: usize, cx: &Cx<'_>, acts: &mut Vec<Act>) {
        let full = cx.path(path);
        if let Ok(stat) = cx.files().lstat(&full) {
            Entry { path, full: &full, stat, depth, cx }.holds(&self.root, acts);
        }
    }
}

struct Entry<'a, 'w> {
    path: &'a str,
    full: &'a str,
    stat: Stat,
    depth: usize,
    cx: &'a Cx<'w>,
}

impl Entry<'_, '_> {
    fn holds(&self, node: &Node, acts: &mut Vec<Act>) -> bool {
        match node {
            Node::And(all) => all.iter().all(|node| self.holds(node, acts)),
            Node::Or(all) => all.iter().any(|node| self.holds(node, acts)),
            Node::Both(all) => all.iter().map(|node| self.holds(node, acts)).next_back().unwrap_or(true),
            Node::Not(node) => !self.holds(node, acts),
            Node::True => true,
            Node::False => false,
            Node::Name(pattern, fold, whole) => {
                let trimmed = self.path.trim_end_matches('/');
                let name =
                    if *whole { self.path } else { vfs::base_name(if trimmed.is_empty() { "/" } else { trimmed }) };
                if *fold {
                    glob_matches(&pattern.to_lowercase(), &name.to_lowercase())
                } else {
                    glob_matches(pattern, name)
                }
            }
            Node::Regex(regex) => regex.is_match(self.path),
            Node::Type(kinds) => kinds.contains(&letter(self.stat.kind)),
            Node::Size(count, unit) => count.holds(self.stat.size.div_ceil(*unit)),
            Node::Age(count, unit, now) => {
                count.holds(now.as_micros().saturating_sub(self.stat.mtime) / 1_000_000 / unit)
            }
            Node::Newer(micros) => self.stat.mtime > *micros,
            Node::Newest(other) => {
                self.cx.files().stat(&self.cx.path(other)).is_ok_and(|other| self.stat.mtime > other.mtime)
            }
            Node::Empty => match self.stat.kind {
                Kind::Dir => self.cx.files().names(self.full).is_ok_and(|names| names.is_empty()),
                _ => self.stat.kind == Kind::File && self.stat.size == 0,
            },
            Node::Perm(mode, sign) => match sign {
                '-' => self.stat.mode & mode == *mode,
                '/' => *mode == 0 || self.stat.mode & mode != 0,
                _ => self.stat.mode & 0o7777 == *mode,
            },
            Node::Executable => self.stat.mode & 0o111 != 0,
            _ => self.act(node, acts),
        }
    }

    fn act(&self, node: &Node, acts: &mut Vec<Act>) -> bool {
        acts.push(match node {
            Node::Print(end) => Act::Print(format!("{}{end}", self.path)),
            Node::Format(format) => Act::Print(self.formatted(format)),
            Node::Delete => Act::Delete,
            Node::Prune => Act::Prune,
            Node::Quit => Act::Quit,
            Node::Exec(command, true) => Act::Batch(command.clone()),
            Node::Exec(command, false) => Act::Run(command.iter().map(|arg| arg.replace("{}", self.path)).collect()),
            _ => return true,
        });
        true
    }

    fn formatted(&self, format: &str) -> String {
        let (text, _) = shell::unescape(format, shell::Escapes::Format);
        let mut out = String::new();
        let mut chars = text.chars();
        while let Some(c) = chars.next() {
            if c != '%' {
                out.push(c);
                continue;
            }
            let name = vfs::base_name(self.path.trim_end_matches('/'));
            match chars.next() {
                Some('p') => out.push_str(self.path),
                Some('f') => out.push_str(if name.is_empty() { self.path } else { name }),
                Some('h') => out.push_str(self.path.rsplit_once('/').map_or(".", |(dir, _)| dir)),
                Some('P') => out.push_str(
                    self.path
                        .splitn(self.depth + 1, '/')
                        .nth(self.depth)
                        .filter(|_| self.depth > 0)
                        .map_or("", |_| tail(self.path, self.depth)),
                ),
                Some('s') => out.push_str(&self.stat.size.to_string()),
                Some('d') => out.push_str(&self.depth.to_string()),
                Some('m') => out.push_str(&format!("{:o}", self.stat.mode & 0o7777)),
                Some('y') => out.push(letter(self.stat.kind)),
                Some('i') => out.push_str(&self.stat.ino.to_string()),
                Some('u' | 'g') => out.push_str(&self.cx.machine().user),
                Some('l') => out.push_str(self.cx.files().read_link(self.full).unwrap_or("")),
                Some('t') => out
                    .push_str(&shell::clock::strftime("%a %b %e %H:%M:%S.%N0 %Y", Time::from_micros(self.stat.mtime))),
                Some('T') => {
                    let conversion: String =
                        chars.next().map_or("%".into(), |c| if c == '@' { "%s.%N0".into() } else { format!("%{c}") });
                    out.push_str(&shell::clock::strftime(&conversion, Time::from_micros(self.stat.mtime)));
                }
                Some('%') => out.push('%'),
                Some(other) => out.extend(['%', other]),
                None => out.push('%'),
            }
        }
        out
    }
}

/// The last parts of a path.
fn tail(path: &str, count: usize) -> &str {
    let mut at = path.len();
    for _ in 0..count {
        at = path[..at].rfind('/').unwrap_or(0);
    }
    path[at..].trim_start_matches('/')
}

fn letter(kind: Kind) -> char {
    match kind {
        Kind::File => 'f',
        Kind::Dir => 'd',
        Kind::Symlink => 'l',
    }
}
