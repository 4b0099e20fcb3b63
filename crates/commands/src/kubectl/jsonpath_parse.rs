//! Reading JSONPath templates (client-go `util/jsonpath/parser.go`).

use super::jsonpath::{Node, Part};

type Parsed<T> = Result<T, String>;

/// Expressions inside each other beyond this are refused.
const DEPTH_MAX: usize = 16;

/// Texts, and the expressions in braces between them.
pub(super) fn template(text: &str) -> Parsed<Vec<Part>> {
    let mut reader = Reader { chars: text.chars().collect(), at: 0, depth: 0 };
    let mut parts = Vec::new();
    let mut plain = String::new();
    while let Some(c) = reader.peek() {
        reader.at += 1;
        if c != '{' {
            plain.push(c);
            continue;
        }
        if !plain.is_empty() {
            parts.push(Part::Text(std::mem::take(&mut plain)));
        }
        parts.push(Part::Action(reader.action()?));
    }
    if !plain.is_empty() {
        parts.push(Part::Text(plain));
    }
    Ok(parts)
}

/// What stands in braces, given without them.
fn action(text: &str, depth: usize) -> Parsed<Vec<Node>> {
    if depth > DEPTH_MAX {
        return Err("expressions too deep".into());
    }
    let mut reader = Reader { chars: text.chars().chain(['}']).collect(), at: 0, depth };
    reader.action()
}

struct Reader {
    chars: Vec<char>,
    at: usize,
    depth: usize,
}

/// Whether a name ends here.
fn ends(c: Option<char>) -> bool {
    c.is_none_or(|c| " \t\r\n.,[]$@{}".contains(c))
}

impl Reader {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek();
        self.at += 1;
        c
    }

    fn ahead(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(offset, c)| self.chars.get(self.at + offset) == Some(&c))
    }

    fn text(&self, from: usize, to: usize) -> String {
        self.chars.get(from..to.min(self.chars.len())).unwrap_or(&[]).iter().collect()
    }

    /// Nodes up to the closing brace: each is asked of what the one before found.
    fn action(&mut self) -> Parsed<Vec<Node>> {
        let mut nodes = Vec::new();
        loop {
            if self.ahead("[?(") {
                self.at += 3;
                nodes.push(self.filter()?);
                continue;
            }
            if self.ahead("..") {
                self.at += 2;
                if matches!(nodes.last(), Some(Node::Recursive)) {
                    return Err("invalid multiple recursive descent".into());
                }
                nodes.push(Node::Recursive);
                if self.peek().is_some_and(|c| c == '_' || c.is_alphanumeric()) {
                    nodes.extend(self.field());
                }
                continue;
            }
            let Some(c) = self.next() else { return Err("unclosed action".into()) };
            match c {
                '}' => return Ok(nodes),
                '\r' | '\n' => return Err("unclosed action".into()),
                // `@` and `$`: the object at hand.
                ' ' | '@' | '$' => {}
                '[' => self.array(&mut nodes)?,
                '"' | '\'' => nodes.push(Node::Text(self.quoted(c)?)),
                '.' => nodes.extend(self.field()),
                '+' | '-' => nodes.push(self.number()?),
                c if c.is_numeric() => nodes.push(self.number()?),
                c if c == '_' || c.is_alphabetic() => nodes.push(self.word()),
                c => return Err(format!("unrecognized character in action: U+{:04X} '{c}'", u32::from(c))),
            }
        }
    }

    /// A field's name; a backslash makes the next character part of it. A dot alone is the object itself.
    fn field(&mut self) -> Option<Node> {
        let mut name = String::new();
        while !ends(self.peek()) {
            if self.peek() == Some('\\') {
                self.at += 1;
            }
            name.extend(self.next());
        }
        match name.as_str() {
            "" => None,
            "*" => Some(Node::Wildcard),
            _ => Some(Node::Field(name)),
        }
    }

    /// `range`, `end`, `true`, or a word that means nothing.
    fn word(&mut self) -> Node {
        let from = self.at - 1;
        while !ends(self.peek()) {
            self.at += 1;
        }
        match self.text(from, self.at).as_str() {
            "true" => Node::Bool(true),
            "false" => Node::Bool(false),
            word => Node::Word(word.to_string()),
        }
    }

    fn number(&mut self) -> Parsed<Node> {
        let from = self.at - 1;
        while self.peek().is_some_and(|c| c == '.' || c.is_ascii_digit()) {
            self.at += 1;
        }
        let text = self.text(from, self.at);
        let whole = text.parse().ok().map(Node::Int);
        let float = || manifest::float_of(&text).map(Node::Float);
        whole.or_else(float).ok_or_else(|| format!("cannot parse number {text}"))
    }

    fn quoted(&mut self, quote: char) -> Parsed<String> {
        let mut text = String::new();
        while let Some(c) = self.next() {
            match c {
                c if c == quote => return Ok(text),
                '\n' => break,
                '\\' => text.push(match self.next() {
                    Some('n') => '\n',
                    Some('t') => '\t',
                    Some('r') => '\r',
                    Some(c) => c,
                    None => break,
                }),
                c => text.push(c),
            }
        }
        Err("unterminated quoted string".into())
    }

    /// An index, a slice, a key, or several of them.
    fn array(&mut self, nodes: &mut Vec<Node>) -> Parsed<()> {
        let from = self.at;
        while !matches!(self.peek(), None | Some('\n' | ']')) {
            self.at += 1;
        }
        let text = self.text(from, self.at);
        if self.next() != Some(']') {
            return Err("unterminated array".into());
        }
        if text.contains(',') {
            let each = text.split(',').map(|one| action(&format!("[{}]", one.trim_matches(' ')), self.depth + 1));
            nodes.push(Node::Union(each.collect::<Parsed<_>>()?));
            return Ok(());
        }
        let key = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\''));
        if let Some(key) = key.filter(|key| !key.contains('\'')) {
            nodes.extend(action(&format!(".{key}"), self.depth + 1)?);
            return Ok(());
        }
        nodes.push(slice(if text == "*" { ":" } else { &text })?);
        Ok(())
    }

    /// `@.type=="Ready")]`
    fn filter(&mut self) -> Parsed<Node> {
        let from = self.at;
        // The first quote opens the only text that there may be.
        let (mut pair, mut closed) = (None, false);
        loop {
            match self.next() {
                None | Some('\n') => return Err("unterminated filter".into()),
                Some(c @ ('"' | '\'')) => match pair {
                    None => pair = Some(c),
                    Some(open) if c == open && self.chars[self.at - 2] != '\\' => closed = true,
                    Some(_) => {}
                },
                Some(')') if pair.is_some() == closed => break,
                Some(_) => {}
            }
        }
        let text = self.text(from, self.at - 1);
        if self.next() != Some(']') {
            return Err("unclosed array expect ]".into());
        }
        let sign = |c: char| "!<>=".contains(c);
        let left = text.find(sign).filter(|at| *at > 0);
        let split = left.map(|at| {
            let end = text[at..].find(|c| !sign(c)).map_or(text.len(), |length| at + length);
            (&text[..at], &text[at..end], &text[end..])
        });
        match split {
            Some((left, operator, right)) if !right.is_empty() => {
                let sides = (action(left, self.depth + 1)?, action(right, self.depth + 1)?);
                Ok(Node::Filter(Box::new((sides.0, operator.to_string(), sides.1))))
            }
            _ => Ok(Node::Filter(Box::new((action(&text, self.depth + 1)?, String::new(), Vec::new())))),
        }
    }
}

/// `3`, `-1`, `1:3`, `::2`.
fn slice(text: &str) -> Parsed<Node> {
    let wrong = || format!("invalid array index {text}");
    let parts: Vec<&str> = text.split(':').collect();
    let mut numbers = Vec::new();
    for part in &parts {
        let digits = part.strip_prefix('-').unwrap_or(part);
        if !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(wrong());
        }
        let number = part.parse::<i64>().map_err(|_| format!("array index {part} is not a number"));
        numbers.push(if part.is_empty() { None } else { Some(number?) });
    }
    match numbers[..] {
        [only] => Ok(Node::Slice { from: only, to: only.map(|at| at + 1), step: None, one: true }),
        [from, to] => Ok(Node::Slice { from, to, step: None, one: false }),
        [from, to, step] => Ok(Node::Slice { from, to, step, one: false }),
        _ => Err(wrong()),
    }
}
