//! The expressions of `find`.

use shell::glob_matches;
use sim::Time;
use vfs::{Kind, Stat};
use world::Cx;

pub(crate) struct Expr {
    root: Node,
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

enum Node {
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
struct Count {
    sign: char,
    number: u64,
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

struct Parser<'a> {
    args: &'a [String],
    at: usize,
    now: Time,
    acts: bool,
    least: usize,
    most: usize,
    depth_first: bool,
    depth: usize,
}

pub(crate) fn parse(args: &[String], now: Time) -> Result<Expr, String> {
    let mut parser = Parser { args, at: 0, now, acts: false, least: 0, most: usize::MAX, depth_first: false, depth: 0 };
    let mut root = if args.is_empty() { Node::True } else { parser.list()? };
    if let Some(rest) = args.get(parser.at) {
        return Err(match rest.as_str() {
            ")" => "invalid expression; you have too many ')'".into(),
            rest => format!("paths must precede expression: `{rest}'"),
        });
    }
    if !parser.acts {
        root = Node::And(vec![root, Node::Print("\n")]);
    }
    Ok(Expr { root, least: parser.least, most: parser.most, depth_first: parser.depth_first })
}

impl Parser<'_> {
    fn peek(&self) -> Option<&str> {
        self.args.get(self.at).map(String::as_str)
    }

    fn list(&mut self) -> Result<Node, String> {
        self.depth += 1;
        if self.depth > 40 {
            return Err("invalid expression; it is nested too deeply".into());
        }
        let mut all = vec![self.or()?];
        while self.peek() == Some(",") {
            self.at += 1;
            all.push(self.or()?);
        }
        self.depth -= 1;
        Ok(if all.len() == 1 { all.remove(0) } else { Node::Both(all) })
    }

    fn or(&mut self) -> Result<Node, String> {
        let mut all = vec![self.and()?];
        while matches!(self.peek(), Some("-o" | "-or")) {
            self.at += 1;
            all.push(self.and()?);
        }
        Ok(if all.len() == 1 { all.remove(0) } else { Node::Or(all) })
    }

    fn and(&mut self) -> Result<Node, String> {
        let mut all = Vec::new();
        loop {
            match self.peek() {
                None | Some("-o" | "-or" | ")" | ",") => break,
                Some("-a" | "-and") => self.at += 1,
                Some(_) => all.push(self.not()?),
            }
        }
        if all.is_empty() {
            return Err(match self.peek() {
                Some(op @ ("-o" | "-or" | ",")) => {
                    format!("invalid expression; you have used a binary operator '{op}' with nothing before it.")
                }
                Some(_) => "invalid expression; empty parentheses are not allowed.".into(),
                None => "invalid expression; expected an expression".into(),
            });
        }
        Ok(Node::And(all))
    }

    fn not(&mut self) -> Result<Node, String> {
        if matches!(self.peek(), Some("!" | "-not")) {
            self.at += 1;
            self.depth += 1;
            if self.depth > 40 {
                return Err("invalid expression; it is nested too deeply".into());
            }
            let node = self.not()?;
            self.depth -= 1;
            return Ok(Node::Not(Box::new(node)));
        }
        if self.peek() == Some("(") {
            self.at += 1;
            let node = self.list()?;
            if self.peek() != Some(")") {
                return Err("invalid expression; I was expecting to find a ')' somewhere but did not see one.".into());
            }
            self.at += 1;
            return Ok(node);
        }
        self.test()
    }

    fn value(&mut self, test: &str) -> Result<String, String> {
        let value = self.args.get(self.at).cloned().ok_or_else(|| format!("missing argument to `{test}'"))?;
        self.at += 1;
        Ok(value)
    }

    fn count(&mut self, test: &str) -> Result<Count, String> {
        let text = self.value(test)?;
        count_of(&text).ok_or_else(|| format!("invalid argument `{text}' to `{test}'"))
    }

    fn number(&mut self, test: &str) -> Result<usize, String> {
        let text = self.value(test)?;
        text.parse().map_err(|_| format!("Expected a positive decimal integer argument to {test}, but got ‘{text}’"))
    }

    fn test(&mut self) -> Result<Node, String> {
        let test = self.args[self.at].clone();
        self.at += 1;
        Ok(match test.as_str() {
            "-name" | "-iname" => Node::Name(self.value(&test)?, test == "-iname", false),
            "-path" | "-wholename" | "-ipath" => Node::Name(self.value(&test)?, test == "-ipath", true),
            "-regex" | "-iregex" => {
                let text = self.value(&test)?;
                let whole = format!("^\\({text}\\)$");
                Node::Regex(shell::regex::build(&whole, shell::regex::Syntax::Basic, test == "-iregex")?)
            }
            "-type" => {
                let text = self.value(&test)?;
                for c in text.split(',') {
                    if !matches!(c, "f" | "d" | "l" | "b" | "c" | "p" | "s") {
                        return Err(format!("Unknown argument to -type: {c}"));
                    }
                }
                Node::Type(text.chars().filter(|c| *c != ',').collect())
            }
            "-size" => {
                let text = self.value(&test)?;
                let (digits, unit) = match text.chars().last() {
                    Some('c') => (&text[..text.len() - 1], 1),
                    Some('w') => (&text[..text.len() - 1], 2),
                    Some('b') => (&text[..text.len() - 1], 512),
                    Some('k') => (&text[..text.len() - 1], 1 << 10),
                    Some('M') => (&text[..text.len() - 1], 1 << 20),
                    Some('G') => (&text[..text.len() - 1], 1 << 30),
                    _ => (text.as_str(), 512),
                };
                let count = count_of(digits).ok_or_else(|| format!("invalid -size type `{text}'"))?;
                Node::Size(count, unit)
            }
            "-mtime" | "-ctime" | "-atime" => Node::Age(self.count(&test)?, 86_400, self.now),
            "-mmin" | "-cmin" | "-amin" => Node::Age(self.count(&test)?, 60, self.now),
            "-newer" => Node::Newest(self.value(&test)?),
            "-newermt" => {
                let text = self.value(&test)?;
                let time = super::date_parse::parse(&text, self.now)
                    .ok_or_else(|| format!("I cannot figure out how to interpret ‘{text}’ as a date or time"))?;
                Node::Newer(time.as_micros())
            }
            "-empty" => Node::Empty,
            "-executable" => Node::Executable,
            "-readable" | "-writable" | "-true" => Node::True,
            "-false" => Node::False,
            "-perm" => {
                let text = self.value(&test)?;
                let (sign, digits) = match text.chars().next() {
                    Some(c @ ('-' | '/')) => (c, &text[1..]),
                    _ => ('=', text.as_str()),
                };
                let mode = super::chmod::mode_of(digits, 0).ok_or_else(|| format!("invalid mode ‘{text}’"))?;
                Node::Perm(mode, sign)
            }
            "-maxdepth" => {
                self.most = self.number(&test)?;
                Node::True
            }
            "-mindepth" => {
                self.least = self.number(&test)?;
                Node::True
            }
            "-depth" => {
                self.depth_first = true;
                Node::True
            }
            "-xdev" | "-mount" | "-daystart" | "-noleaf" => Node::True,
            other => return self.action(other),
        })
    }

    fn action(&mut self, action: &str) -> Result<Node, String> {
        self.acts |= action != "-prune";
        Ok(match action {
            "-print" => Node::Print("\n"),
            "-print0" => Node::Print("\0"),
            "-printf" => Node::Format(self.value(action)?),
            "-delete" => {
                self.depth_first = true;
                Node::Delete
            }
            "-prune" => Node::Prune,
            "-quit" => Node::Quit,
            "-exec" | "-execdir" => {
                let start = self.at;
                let end =
                    self.args[start..].iter().position(|arg| arg == ";" || arg == "+").map(|length| start + length);
                let Some(end) = end.filter(|end| *end > start) else {
                    return Err(format!("missing argument to `{action}'"));
                };
                self.at = end + 1;
                let mut command = self.args[start..end].to_vec();
                let batch = self.args[end] == "+";
                if batch && command.pop().as_deref() != Some("{}") {
                    return Err(format!("missing argument to `{action}'"));
                }
                Node::Exec(command, batch)
            }
            other
                if matches!(
                    other,
                    "-ok"
                        | "-okdir"
                        | "-ls"
                        | "-fprint"
                        | "-fls"
                        | "-user"
                        | "-group"
                        | "-links"
                        | "-inum"
                        | "-samefile"
                        | "-lname"
                        | "-xtype"
                        | "-anewer"
                        | "-cnewer"
                        | "-used"
                        | "-regextype"
                        | "-nouser"
                        | "-nogroup"
                        | "-uid"
                        | "-gid"
                        | "-fstype"
                ) =>
            {
                return Err(format!("{other}: real find, but not part of this sandbox yet"));
            }
            other if other.starts_with('-') => return Err(format!("unknown predicate `{other}'")),
            other => return Err(format!("paths must precede expression: `{other}'")),
        })
    }
}

fn count_of(text: &str) -> Option<Count> {
    let (sign, digits) = match text.chars().next()? {
        c @ ('+' | '-') => (c, &text[1..]),
        _ => ('=', text),
    };
    Some(Count { sign, number: digits.parse().ok()? })
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
