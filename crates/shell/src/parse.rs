//! From text to code, one complete command at a time, as bash reads a script.

use crate::code::{Code, Op, Redirect, RedirectKind, Simple, Word};
use crate::compile::{and_or, case_of, for_loop, if_chain, with_redirects};
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
    /// In bash's words, without the `bash: line 1:` before them.
    Error(String),
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
pub fn unit(text: &str, first_line: u32) -> Unit {
    let mut parser = Parser { text, at: 0, line: first_line, depth: 0, substs: Vec::new(), after_here: None };
    parser.skip_newlines();
    if parser.at_end() {
        return Unit::Nothing;
    }
    match parser.line_of_commands() {
        Ok(code) => Unit::Command { code, next: parser.at, lines: parser.line - first_line },
        Err(Fail::Incomplete(what)) => Unit::Incomplete(what),
        Err(Fail::Error(message)) => Unit::Error(message),
    }
}

pub(crate) struct Parser<'a> {
    pub text: &'a str,
    pub at: usize,
    pub line: u32,
    pub depth: usize,
    /// Command substitutions of the simple command being read.
    pub substs: Vec<Arc<Code>>,
    /// Where the text goes on after the here-documents of the line being read.
    pub after_here: Option<usize>,
}

impl<'a> Parser<'a> {
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

    fn skip_blanks(&mut self) {
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

    fn skip_newlines(&mut self) {
        loop {
            self.skip_blanks();
            if self.peek() != Some('\n') {
                return;
            }
            self.bump();
        }
    }

    /// The next reserved word or plain word, without taking it.
    fn peek_word(&self) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c: char| c.is_whitespace() || ";&|()<>'\"$`\\".contains(c)).unwrap_or(rest.len());
        &rest[..end]
    }

    fn eat_keyword(&mut self, keyword: &str) -> bool {
        let hit = self.peek_word() == keyword;
        if hit {
            self.at += keyword.len();
        }
        hit
    }

    fn unexpected(&self) -> Fail {
        let rest = self.rest();
        let token = match rest.chars().next() {
            None => return Fail::Incomplete("syntax error: unexpected end of file".into()),
            Some('\n') => "newline",
            Some(_) => ["&&", "||", ";;", ">>", "<<", ";", "&", "|", "(", ")", "<", ">"]
                .into_iter()
                .find(|token| rest.starts_with(token))
                .unwrap_or_else(|| self.peek_word()),
        };
        Fail::Error(format!("syntax error near unexpected token `{token}'"))
    }

    fn expect_keyword(&mut self, keyword: &str) -> Parsed<()> {
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
    fn list(&mut self, stop: &dyn Fn(&Self) -> bool, newlines: bool) -> Parsed<Code> {
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
            if self.rest().starts_with(";;") {
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

    /// A list that ends before one of these words (or `)`, or `;;`).
    fn block(&mut self, ends: &[&str]) -> Parsed<Code> {
        let stop = |p: &Self| {
            ends.iter().any(|end| match *end {
                ")" | ";;" => p.rest().starts_with(end),
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
        while self.eat_keyword("!") {
            negate = !negate;
            self.skip_blanks();
        }
        let mut parts = vec![self.command()?];
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
        if negate {
            code.insert(0, Op::CheckOff);
            code.extend([Op::CheckOn, Op::Negate]);
        }
        Ok(code)
    }

    fn command(&mut self) -> Parsed<Code> {
        self.skip_blanks();
        let outer = std::mem::take(&mut self.substs);
        let code = match self.peek_word() {
            "if" => self.if_command(),
            "while" | "until" => self.while_command(),
            "for" => self.for_command(),
            "case" => self.case_command(),
            "{" => self.group(),
            "function" => {
                self.eat_keyword("function");
                self.skip_blanks();
                let name = self.peek_word().to_string();
                self.at += name.len();
                self.skip_blanks();
                self.eat("()");
                self.function(name)
            }
            word @ ("then" | "do" | "done" | "fi" | "else" | "elif" | "esac" | "}" | "in") if word != "in" => {
                Err(self.unexpected())
            }
            "" if self.rest().starts_with('(') => self.subshell(),
            word if is_name(word) && self.rest()[word.len()..].starts_with("()") => {
                let name = word.to_string();
                self.at += name.len() + 2;
                self.function(name)
            }
            _ => {
                let code = self.simple();
                self.substs = outer;
                return code;
            }
        };
        let code = code?;
        let redirects = self.redirects()?;
        let substs = std::mem::replace(&mut self.substs, outer);
        Ok(with_redirects(code, redirects, substs, self.line))
    }

    fn function(&mut self, name: String) -> Parsed<Code> {
        self.skip_newlines();
        let body = self.command()?;
        Ok(vec![Op::Define { name, body: Arc::new(body) }])
    }

    fn group(&mut self) -> Parsed<Code> {
        self.eat_keyword("{");
        let code = self.block(&["}"])?;
        self.expect_keyword("}")?;
        Ok(code)
    }

    fn subshell(&mut self) -> Parsed<Code> {
        self.bump();
        if self.rest().starts_with('(') {
            return Err(Fail::Error("((…)) is real bash, but not part of this sandbox yet".into()));
        }
        let code = self.block(&[")"])?;
        self.skip_newlines();
        if !self.eat(")") {
            return Err(self.unexpected());
        }
        Ok(vec![Op::Subshell(Arc::new(code)), Op::Check])
    }

    fn if_command(&mut self) -> Parsed<Code> {
        self.eat_keyword("if");
        let mut arms = Vec::new();
        loop {
            let condition = self.block(&["then"])?;
            self.expect_keyword("then")?;
            arms.push((condition, self.block(&["elif", "else", "fi"])?));
            if !self.eat_keyword("elif") {
                break;
            }
        }
        let otherwise = if self.eat_keyword("else") { Some(self.block(&["fi"])?) } else { None };
        self.expect_keyword("fi")?;
        Ok(if_chain(arms, otherwise))
    }

    fn while_command(&mut self) -> Parsed<Code> {
        let until = !self.eat_keyword("while");
        if until {
            self.eat_keyword("until");
        }
        let condition = self.block(&["do"])?;
        self.expect_keyword("do")?;
        let body = self.block(&["done"])?;
        self.expect_keyword("done")?;
        Ok(crate::compile::while_loop(condition, body, until))
    }

    fn for_command(&mut self) -> Parsed<Code> {
        self.eat_keyword("for");
        self.skip_blanks();
        let name = self.peek_word().to_string();
        if !is_name(&name) {
            return Err(self.unexpected());
        }
        self.at += name.len();
        self.skip_newlines();
        let words = if self.eat_keyword("in") { self.words()? } else { vec![word::all_arguments()] };
        self.skip_blanks();
        self.eat(";");
        let words = self.simple_of(words);
        self.expect_keyword("do")?;
        let body = self.block(&["done"])?;
        self.expect_keyword("done")?;
        Ok(for_loop(name, words, body))
    }

    fn case_command(&mut self) -> Parsed<Code> {
        self.eat_keyword("case");
        self.skip_blanks();
        let Some(subject) = self.word()? else { return Err(self.unexpected()) };
        let subject = self.simple_of(vec![subject]);
        self.expect_keyword("in")?;
        let mut arms = Vec::new();
        loop {
            self.skip_newlines();
            if self.eat_keyword("esac") {
                return Ok(case_of(subject, arms));
            }
            self.eat("(");
            let mut patterns = Vec::new();
            loop {
                self.skip_blanks();
                let Some(pattern) = self.word()? else { return Err(self.unexpected()) };
                patterns.push(pattern);
                self.skip_blanks();
                if !self.eat("|") {
                    break;
                }
            }
            if !self.eat(")") {
                return Err(self.unexpected());
            }
            let patterns = self.simple_of(patterns);
            let body = self.list(&|p| p.rest().starts_with(";;") || p.peek_word() == "esac", true)?;
            self.eat(";;");
            arms.push((patterns, body));
        }
    }

    fn simple_of(&mut self, words: Vec<Word>) -> Arc<Simple> {
        let substs = std::mem::take(&mut self.substs);
        Arc::new(Simple { assigns: Vec::new(), words, redirects: Vec::new(), substs, line: self.line })
    }

    fn words(&mut self) -> Parsed<Vec<Word>> {
        let mut words = Vec::new();
        loop {
            self.skip_blanks();
            match self.word()? {
                Some(word) => words.push(word),
                None => return Ok(words),
            }
        }
    }

    fn redirects(&mut self) -> Parsed<Vec<Redirect>> {
        let mut all = Vec::new();
        loop {
            self.skip_blanks();
            match self.redirect()? {
                Some(redirect) => all.push(redirect),
                None => return Ok(all),
            }
        }
    }

    fn simple(&mut self) -> Parsed<Code> {
        let line = self.line;
        let mut simple = Simple { assigns: vec![], words: vec![], redirects: vec![], substs: vec![], line };
        loop {
            self.skip_blanks();
            if let Some(redirect) = self.redirect()? {
                simple.redirects.push(redirect);
            } else if let Some((name, length)) = self.assignment().filter(|_| simple.words.is_empty()) {
                self.at += length;
                let value = self.word()?.unwrap_or(Word(Vec::new()));
                simple.assigns.push((name, value));
            } else if let Some(word) = self.word()? {
                simple.words.push(word);
            } else {
                break;
            }
        }
        if simple.words.is_empty() && simple.assigns.is_empty() && simple.redirects.is_empty() {
            return Err(self.unexpected());
        }
        simple.substs = std::mem::take(&mut self.substs);
        Ok(vec![Op::Simple(Arc::new(simple)), Op::Check])
    }

    /// `name=` ahead, and its length.
    fn assignment(&self) -> Option<(String, usize)> {
        let word = self.peek_word();
        let (name, _) = word.split_once('=')?;
        is_name(name).then(|| (name.to_string(), name.len() + 1))
    }

    fn redirect(&mut self) -> Parsed<Option<Redirect>> {
        let rest = self.rest();
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let after = &rest[digits..];
        if !(after.starts_with(['<', '>']) || (digits == 0 && after.starts_with("&>"))) {
            return Ok(None);
        }
        if after.starts_with("<<") && !after.starts_with("<<<") {
            let fd = rest[..digits].parse().unwrap_or(0);
            self.at += digits;
            return Ok(Some(Redirect { fd, kind: RedirectKind::Here, target: self.here_document()? }));
        }
        let number: Option<u8> = if digits > 0 { rest[..digits].parse().ok() } else { None };
        self.at += digits;
        let (kind, default) = if self.eat("&>>") {
            (RedirectKind::BothAppend, 1)
        } else if self.eat("&>") {
            (RedirectKind::Both, 1)
        } else if self.eat("<<<") {
            (RedirectKind::Text, 0)
        } else if self.eat(">>") {
            (RedirectKind::Append, 1)
        } else if self.eat(">&") {
            (RedirectKind::Copy, 1)
        } else if self.eat("<&") {
            (RedirectKind::Copy, 0)
        } else if self.eat(">|") || self.eat(">") {
            (RedirectKind::Write, 1)
        } else {
            self.eat("<");
            (RedirectKind::Read, 0)
        };
        self.skip_blanks();
        let Some(target) = self.word()? else { return Err(self.unexpected()) };
        Ok(Some(Redirect { fd: number.unwrap_or(default), kind, target }))
    }
}

fn copy_errors() -> Redirect {
    Redirect { fd: 2, kind: RedirectKind::Copy, target: word::plain("1") }
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
