//! The expressions of `find`: from arguments to a tree.

use super::find_expr::{Count, Expr, Node};
use sim::Time;

struct Parser<'a> {
    args: &'a [String],
    pub at: usize,
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
