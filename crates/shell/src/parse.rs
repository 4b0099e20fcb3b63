//! From text to code, one complete command at a time, as bash reads a script.

use crate::code::{Code, Op, Redirect, RedirectKind, Subst};
use crate::compile::{and_or, with_redirects};
use crate::word;
use std::sync::Arc;

/// What the text begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unit {
    /// A command, and where the rest begins.
    Command { code: Code, next: usize, lines: u32 },
    /// Only blanks and comments.
    Nothing,
    /// The text ends in the middle of a command.
    Incomplete(String),
    /// In bash's words, without the `bash: line 1:` before them; and at which line.
    Error(String, u32),
}

/// Nesting deeper than this is refused.
const DEPTH_MAX: usize = 64;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fail {
    Incomplete(String),
    Error(String),
}

pub(crate) type Parsed<T> = Result<T, Fail>;

/// Reads the first complete command (up to the end of a line) of `text`.
pub fn unit(text: &str, first_line: u32, extglob: bool) -> Unit {
    unit_and_starts(text, first_line, extglob).0
}

/// As [`unit`], and where its simple commands begin.
pub(crate) fn unit_and_starts(text: &str, first_line: u32, extglob: bool) -> (Unit, Vec<usize>) {
    let mut parser = Parser { extglob, ..Parser::new(text, first_line) };
    parser.skip_newlines();
    if parser.at_end() {
        return (Unit::Nothing, Vec::new());
    }
    let unit = match parser.line_of_commands() {
        Ok(code) => Unit::Command { code, next: parser.at, lines: parser.line - first_line },
        Err(Fail::Incomplete(what)) => Unit::Incomplete(what),
        Err(Fail::Error(message)) => Unit::Error(message, parser.line),
    };
    (unit, parser.starts)
}

/// All of a text as one code: a trap, `eval`, a file that is sourced, what stands in backticks.
pub(crate) fn whole(text: &str, first_line: u32, extglob: bool) -> Result<Code, (Code, String, u32)> {
    let (mut code, mut at, mut line) = (Code::new(), 0, first_line);
    loop {
        match unit(&text[at..], line, extglob) {
            Unit::Command { code: more, next, lines } => {
                crate::compile::append(&mut code, more);
                at += next;
                line += lines;
            }
            Unit::Nothing => return Ok(code),
            Unit::Incomplete(what) => {
                let below = u32::try_from(text[at..].matches('\n').count()).unwrap_or(0);
                let more = if what.starts_with("syntax error") { below + u32::from(!text.ends_with('\n')) } else { 0 };
                return Err((code, what, line + more));
            }
            Unit::Error(message, line) => return Err((code, message, line)),
        }
    }
}

pub(crate) struct Parser<'a> {
    pub text: &'a str,
    pub at: usize,
    pub line: u32,
    pub depth: usize,
    pub extglob: bool,
    /// Command substitutions of the simple command being read.
    pub substs: Vec<Subst>,
    /// Where the text goes on after the here-documents of the line being read.
    pub after_here: Option<usize>,
    /// Where simple commands begin.
    pub starts: Vec<usize>,
}

impl<'a> Parser<'a> {
    pub fn new(text: &'a str, line: u32) -> Self {
        Self { text, at: 0, line, depth: 0, extglob: false, substs: Vec::new(), after_here: None, starts: Vec::new() }
    }

    pub fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub fn at_end(&self) -> bool {
        self.at >= self.text.len()
    }

    pub fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        if c == '\n' {
            self.line += 1;
            if let Some(after) = self.after_here.take() {
                self.line += u32::try_from(self.text[self.at..after].matches('\n').count()).unwrap_or(0);
                self.at = after;
            }
        }
        Some(c)
    }

    pub fn eat(&mut self, token: &str) -> bool {
        let hit = self.rest().starts_with(token);
        if hit {
            for _ in token.chars() {
                self.bump();
            }
        }
        hit
    }

    /// Goes to a place further on, counting lines.
    pub fn go_to(&mut self, at: usize) {
        while self.at < at {
            self.bump();
        }
    }

    pub fn skip_blanks(&mut self) {
        loop {
            match self.peek() {
                Some(' ' | '\t') => {
                    self.bump();
                }
                Some('\\') if self.rest().starts_with("\\\n") => {
                    self.eat("\\\n");
                }
                Some('#') => {
                    while self.peek().is_some_and(|c| c != '\n') {
                        self.bump();
                    }
                }
                _ => return,
            }
        }
    }

    pub fn skip_newlines(&mut self) {
        loop {
            self.skip_blanks();
            if self.peek() != Some('\n') {
                return;
            }
            self.bump();
        }
    }

    /// The next reserved word or plain word, without taking it.
    pub fn peek_word(&self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || ";&|()<>'\"$`\\".contains(c)).unwrap_or(rest.len());
        &rest[..end]
    }

    pub fn eat_keyword(&mut self, keyword: &str) -> bool {
        let rest = self.rest();
        let hit = self.peek_word() == keyword && !rest[keyword.len()..].starts_with(['\'', '"', '$', '`', '\\']);
        if hit {
            self.at += keyword.len();
        }
        hit
    }

    pub fn unexpected(&self) -> Fail {
        let rest = self.rest();
        let token = match rest.chars().next() {
            None => return Fail::Incomplete("syntax error: unexpected end of file".into()),
            Some('\n') => "newline",
            Some(_) => [";;&", ";;", ";&", "&&", "||", ">>", "<<", ">&", "<&", ">|", ";", "&", "|", "(", ")", "<", ">"]
                .into_iter()
                .find(|token| rest.starts_with(token))
                .unwrap_or_else(|| {
                    let end = rest.find(|c: char| c.is_whitespace() || ";&|()<>".contains(c)).unwrap_or(rest.len());
                    &rest[..end]
                }),
        };
        Fail::Error(format!("syntax error near unexpected token `{token}'"))
    }

    /// As [`Self::unexpected`] where even the end of the text is a wrong token.
    pub fn unexpected_here(&self) -> Fail {
        match self.at_end() {
            true => Fail::Error("syntax error near unexpected token `newline'".into()),
            false => self.unexpected(),
        }
    }

    pub fn expect_keyword(&mut self, keyword: &str) -> Parsed<()> {
        self.skip_newlines();
        if self.eat_keyword(keyword) { Ok(()) } else { Err(self.unexpected()) }
    }

    fn line_of_commands(&mut self) -> Parsed<Code> {
        let code = self.list(&|p| p.peek().is_none_or(|c| c == '\n'), false)?;
        match self.peek() {
            None => {}
            Some('\n') => {
                self.bump();
            }
            Some(_) => return Err(self.unexpected()),
        }
        Ok(code)
    }

    /// Commands separated by `;`, `&` and (inside a compound command) newlines, until `stop`.
    pub fn list(&mut self, stop: &dyn Fn(&Self) -> bool, newlines: bool) -> Parsed<Code> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(Fail::Error("commands are nested too deeply".into()));
        }
        let mut code = Code::new();
        loop {
            if newlines {
                self.skip_newlines();
            } else {
                self.skip_blanks();
            }
            if stop(self) {
                break;
            }
            let start = self.at;
            let item = self.and_or()?;
            self.skip_blanks();
            let text = self.text[start..self.at].trim().to_string();
            if self.rest().starts_with('&') && !self.rest().starts_with("&&") {
                self.bump();
                code.push(Op::Background { code: Arc::new(item), text });
                continue;
            }
            append(&mut code, item);
            if self.rest().starts_with(";;") || self.rest().starts_with(";&") {
                break;
            }
            let newline = newlines && self.peek() == Some('\n');
            if !(self.eat(";") || newline || stop(self)) {
                return Err(self.unexpected());
            }
        }
        self.depth -= 1;
        Ok(code)
    }

    /// The commands of a `$( )`, with its end.
    pub(crate) fn nested_list(&mut self, close: char) -> Parsed<Code> {
        let code = self.list(&|p| p.peek() == Some(close), true)?;
        if self.bump() == Some(close) { Ok(code) } else { Err(self.unexpected()) }
    }

    /// A list that ends before one of these words (or `)`).
    pub fn block(&mut self, ends: &[&str]) -> Parsed<Code> {
        let stop = |p: &Self| {
            ends.iter().any(|end| match *end {
                ")" => p.rest().starts_with(end),
                word => p.peek_word() == word,
            })
        };
        let code = self.list(&stop, true)?;
        if code.is_empty() {
            return Err(self.unexpected());
        }
        Ok(code)
    }

    fn and_or(&mut self) -> Parsed<Code> {
        let mut parts = vec![(true, self.pipeline()?)];
        loop {
            self.skip_blanks();
            let and = if self.eat("&&") {
                true
            } else if self.eat("||") {
                false
            } else {
                return Ok(and_or(parts));
            };
            self.skip_newlines();
            parts.push((and, self.pipeline()?));
        }
    }

    fn pipeline(&mut self) -> Parsed<Code> {
        self.skip_blanks();
        let mut negate = false;
        let mut timed = None;
        loop {
            if self.eat_keyword("!") {
                negate = !negate;
            } else if timed.is_none() && self.eat_keyword("time") {
                self.skip_blanks();
                timed = Some(self.eat_keyword("-p"));
            } else {
                break;
            }
            self.skip_blanks();
        }
        let nothing = self.peek().is_none_or(|c| "\n;&|)".contains(c));
        let mut parts = match nothing && (timed.is_some() || negate) {
            true => vec![vec![Op::Ok]],
            false => vec![self.command()?],
        };
        loop {
            self.skip_blanks();
            if self.rest().starts_with("||") || !self.eat("|") {
                break;
            }
            if self.eat("&") {
                let last = parts.pop().expect("a pipeline has a first command");
                parts.push(with_redirects(last, vec![copy_errors()], Vec::new(), self.line));
            }
            self.skip_newlines();
            parts.push(self.command()?);
        }
        let mut code = match parts.len() {
            1 => parts.pop().expect("one part"),
            _ => vec![Op::Pipeline(parts.into_iter().map(Arc::new).collect()), Op::Check],
        };
        if let Some(posix) = timed {
            code = wrapped(Op::Time { posix }, code, vec![Op::EndTime { posix }]);
        }
        if negate {
            code = wrapped(Op::CheckOff, code, vec![Op::CheckOn, Op::Negate]);
        }
        Ok(code)
    }

    fn command(&mut self) -> Parsed<Code> {
        self.skip_blanks();
        let outer = std::mem::take(&mut self.substs);
        let word = self.peek_word();
        let code = match word {
            "then" | "do" | "done" | "fi" | "else" | "elif" | "esac" | "}" => Err(self.unexpected()),
            "coproc" => Err(Fail::Error(format!("{word} is real bash, but not part of this sandbox yet"))),
            _ => match self.compound(word) {
                Some(code) => code,
                None => {
                    self.starts.push(self.at);
                    let code = self.simple();
                    self.substs = outer;
                    return code;
                }
            },
        };
        let code = code?;
        let redirects = self.redirects()?;
        let substs = std::mem::replace(&mut self.substs, outer);
        Ok(with_redirects(code, redirects, substs, self.line))
    }

    pub fn function(&mut self, name: String) -> Parsed<Code> {
        self.skip_newlines();
        let body = self.command()?;
        Ok(vec![Op::Define { name, body: Arc::new(body) }])
    }
}

fn wrapped(before: Op, inner: Code, after: Code) -> Code {
    let mut code = vec![before];
    append(&mut code, inner);
    code.extend(after);
    code
}

fn copy_errors() -> Redirect {
    Redirect { fd: 2, var: None, kind: RedirectKind::Copy, target: word::plain("1") }
}

pub(crate) fn is_name(word: &str) -> bool {
    let mut chars = word.chars();
    chars.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// Puts one code behind another, moving its addresses.
pub(crate) fn append(code: &mut Code, more: Code) {
    crate::compile::append(code, more);
}
