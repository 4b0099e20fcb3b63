//! Reading JSONPath templates.

use super::jsonpath::{Comparison, Operand, Part, Selector};
use manifest::Value;

type Parsed<T> = Result<T, String>;

pub(super) fn template(text: &str) -> Parsed<Vec<Part>> {
    let mut reader = Reader { chars: text.chars().collect(), at: 0 };
    let (parts, ended) = reader.parts(0)?;
    if ended { Err("not in range, nothing to end".into()) } else { Ok(parts) }
}

struct Reader {
    chars: Vec<char>,
    at: usize,
}

/// Ranges inside each other beyond this are refused.
const DEPTH_MAX: usize = 16;

impl Reader {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn ahead(&self, text: &str) -> bool {
        text.chars().enumerate().all(|(offset, c)| self.chars.get(self.at + offset) == Some(&c))
    }

    fn space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }

    /// Parts up to the end, or to `{end}` (then true).
    fn parts(&mut self, depth: usize) -> Parsed<(Vec<Part>, bool)> {
        if depth > DEPTH_MAX {
            return Err("ranges too deep".into());
        }
        let (mut parts, mut text) = (Vec::new(), String::new());
        while let Some(c) = self.peek() {
            if c != '{' {
                text.push(c);
                self.at += 1;
                continue;
            }
            if !text.is_empty() {
                parts.push(Part::Text(std::mem::take(&mut text)));
            }
            self.at += 1;
            self.space();
            if self.ahead("range") {
                self.at += 5;
                self.space();
                let path = self.path(true)?;
                self.close()?;
                let (inner, ended) = self.parts(depth + 1)?;
                if !ended {
                    return Err("unterminated range".into());
                }
                parts.push(Part::Range(path, inner));
            } else if self.ahead("end") {
                self.at += 3;
                self.close()?;
                return Ok((parts, true));
            } else {
                parts.push(Part::Paths(self.paths()?));
            }
        }
        if !text.is_empty() {
            parts.push(Part::Text(text));
        }
        Ok((parts, false))
    }

    fn close(&mut self) -> Parsed<()> {
        self.space();
        if self.peek() == Some('}') {
            self.at += 1;
            return Ok(());
        }
        match self.peek() {
            None => Err("unclosed action".into()),
            Some(c) => Err(format!("unrecognized character in action: U+{:04X} '{c}'", u32::from(c))),
        }
    }

    fn paths(&mut self) -> Parsed<Vec<Vec<Selector>>> {
        let mut paths = Vec::new();
        loop {
            self.space();
            if self.peek() == Some('}') {
                self.at += 1;
                return Ok(paths);
            }
            let before = self.at;
            paths.push(self.path(true)?);
            if self.at == before {
                return self.close().map(|()| paths);
            }
        }
    }

    fn path(&mut self, outer: bool) -> Parsed<Vec<Selector>> {
        let mut path = Vec::new();
        loop {
            match self.peek() {
                Some('$' | '@') => self.at += 1,
                Some('.') if self.ahead("..") => {
                    self.at += 2;
                    path.push(Selector::Deep);
                    let name = self.word();
                    if name == "*" {
                        path.push(Selector::All);
                    } else if !name.is_empty() {
                        path.push(Selector::Field(name));
                    }
                }
                Some('.') => {
                    self.at += 1;
                    match self.word() {
                        name if name == "*" => path.push(Selector::All),
                        name if !name.is_empty() => path.push(Selector::Field(name)),
                        _ => {}
                    }
                }
                Some('[') => {
                    self.at += 1;
                    path.push(self.brackets()?);
                }
                Some(quote @ ('"' | '\'')) if outer && path.is_empty() => {
                    return Ok(vec![Selector::Literal(self.quoted(quote)?)]);
                }
                Some(c) if outer && path.is_empty() && (c.is_alphanumeric() || c == '_') => {
                    path.push(Selector::Field(self.word()));
                }
                _ => return Ok(path),
            }
        }
    }

    /// A field's name; `\.` is a dot in it.
    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(c) = self.peek() {
            match c {
                '\\' => {
                    self.at += 1;
                    word.extend(self.peek());
                }
                c if c.is_whitespace() || ".[]{}()|,=!<>'\"@$".contains(c) => break,
                c => word.push(c),
            }
            self.at += 1;
        }
        word
    }

    fn quoted(&mut self, quote: char) -> Parsed<String> {
        self.at += 1;
        let mut text = String::new();
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                c if c == quote => return Ok(text),
                '\\' => {
                    let escaped = self.peek();
                    self.at += 1;
                    text.push(match escaped {
                        Some('n') => '\n',
                        Some('t') => '\t',
                        Some('r') => '\r',
                        Some(c) => c,
                        None => break,
                    });
                }
                c => text.push(c),
            }
        }
        Err("unterminated quoted string".into())
    }

    fn brackets(&mut self) -> Parsed<Selector> {
        self.space();
        if self.ahead("?(") {
            self.at += 2;
            return self.filter();
        }
        let mut items: Vec<Vec<Selector>> = Vec::new();
        loop {
            self.space();
            items.push(vec![self.bracket_item()?]);
            self.space();
            match self.peek() {
                Some(',') => self.at += 1,
                Some(']') => {
                    self.at += 1;
                    break;
                }
                _ => return Err("unterminated array".into()),
            }
        }
        match &mut items[..] {
            [only] => only.pop().ok_or_else(|| "invalid array index".to_string()),
            _ => Ok(Selector::Union(items)),
        }
    }

    fn bracket_item(&mut self) -> Parsed<Selector> {
        match self.peek() {
            Some(quote @ ('"' | '\'')) => Ok(Selector::Field(self.quoted(quote)?)),
            Some('*') => {
                self.at += 1;
                Ok(Selector::All)
            }
            _ => {
                let start = self.at;
                while self.peek().is_some_and(|c| c.is_ascii_digit() || c == '-' || c == ':') {
                    self.at += 1;
                }
                let text: String = self.chars[start..self.at].iter().collect();
                index(&text)
            }
        }
    }

    fn filter(&mut self) -> Parsed<Selector> {
        self.space();
        let left = self.operand()?;
        self.space();
        let signs = [
            ("==", Comparison::Equal),
            ("!=", Comparison::NotEqual),
            ("<=", Comparison::LessOrEqual),
            (">=", Comparison::GreaterOrEqual),
            ("<", Comparison::Less),
            (">", Comparison::Greater),
        ];
        let found = signs.into_iter().find(|(sign, _)| self.ahead(sign));
        let right = match found {
            Some((sign, comparison)) => {
                self.at += sign.len();
                self.space();
                Some((comparison, self.operand()?))
            }
            None => None,
        };
        self.space();
        if !self.ahead(")]") {
            return Err("unterminated filter".into());
        }
        self.at += 2;
        Ok(Selector::Filter(Box::new((left, right))))
    }

    fn operand(&mut self) -> Parsed<Operand> {
        match self.peek() {
            Some('@' | '$' | '.') => Ok(Operand::Path(self.path(false)?)),
            Some(quote @ ('"' | '\'')) => Ok(Operand::Value(self.quoted(quote)?.into())),
            _ => {
                let mut text = String::new();
                while let Some(c) = self.peek().filter(|c| !c.is_whitespace() && !")=!<>".contains(*c)) {
                    text.push(c);
                    self.at += 1;
                }
                Value::from_json(&text).map(Operand::Value).map_err(|_| format!("unrecognized identifier {text}"))
            }
        }
    }
}

/// `3`, `-1`, `1:3`, `::2`.
fn index(text: &str) -> Parsed<Selector> {
    let wrong = || format!("invalid array index {text}");
    if !text.contains(':') {
        return text.parse().map(Selector::Index).map_err(|_| wrong());
    }
    let mut numbers = Vec::new();
    for part in text.split(':') {
        numbers.push(if part.is_empty() { None } else { Some(part.parse::<i64>().map_err(|_| wrong())?) });
    }
    match numbers[..] {
        [from, to] => Ok(Selector::Slice(from, to, 1)),
        [from, to, step] if step != Some(0) => Ok(Selector::Slice(from, to, step.unwrap_or(1))),
        _ => Err(wrong()),
    }
}
