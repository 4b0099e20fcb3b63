//! Parsing compound commands: `if`, loops, `case`, groups, `(( ))`, `[[ ]]`, functions.

use crate::code::{Code, Op, Part, Simple, Word};
use crate::compile::{Arm, ArmEnd, and_or, arith_loop, case_of, for_loop, if_chain, select_loop, while_loop};
use crate::parse::{Fail, Parsed, Parser};
use crate::word;
use std::sync::Arc;

impl Parser<'_> {
    /// The compound command that begins with this word; `None` where it begins none.
    pub(crate) fn compound(&mut self, word: &str) -> Option<Parsed<Code>> {
        Some(match word {
            "if" => self.if_command(),
            "while" | "until" => self.while_command(),
            "for" | "select" => self.for_command(),
            "case" => self.case_command(),
            "{" => self.group(),
            "[[" => self.cond_command(),
            "function" => {
                self.eat_keyword("function");
                self.skip_blanks();
                let name = self.peek_word().to_string();
                self.at += name.len();
                self.skip_blanks();
                self.eat("()");
                self.function(name)
            }
            "" if self.rest().starts_with("((") && self.arith_end(self.at + 2).is_some() => self.arith_command(),
            "" if self.rest().starts_with('(') => self.subshell(),
            word if !word.is_empty() && !word.contains(['=', '{', '[', '*', '?', '~', '#']) => {
                let after = self.rest()[word.len()..].trim_start_matches([' ', '\t']);
                let inner = after.strip_prefix('(')?.trim_start_matches([' ', '\t']);
                if !inner.starts_with(')') {
                    return None;
                }
                self.at = self.text.len() - inner.len() + 1;
                self.function(word.to_string())
            }
            _ => return None,
        })
    }

    fn group(&mut self) -> Parsed<Code> {
        self.eat_keyword("{");
        let code = self.block(&["}"])?;
        self.expect_keyword("}")?;
        Ok(code)
    }

    fn subshell(&mut self) -> Parsed<Code> {
        self.bump();
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
        let body = self.loop_body()?;
        Ok(while_loop(condition, body, until))
    }

    /// `do … done`, or `{ … }` after a `for`.
    fn loop_body(&mut self) -> Parsed<Code> {
        self.expect_keyword("do")?;
        let body = self.block(&["done"])?;
        self.expect_keyword("done")?;
        Ok(body)
    }

    fn for_command(&mut self) -> Parsed<Code> {
        let select = self.eat_keyword("select");
        if !select {
            self.eat_keyword("for");
        }
        self.skip_blanks();
        let line = self.line;
        if self.rest().starts_with("((") && !select {
            return self.for_arith();
        }
        let name = self.peek_word().to_string();
        if name.is_empty() {
            return Err(self.unexpected_here());
        }
        self.at += name.len();
        self.skip_newlines();
        let mut text = String::from("\"$@\"");
        let words = if self.eat_keyword("in") {
            let start = self.at;
            let words = self.words()?;
            text = self.text[start..self.at].trim().to_string();
            words
        } else {
            vec![word::all_arguments()]
        };
        self.skip_blanks();
        self.eat(";");
        let mut words = self.simple_of(words, line);
        if let Some(words) = Arc::get_mut(&mut words) {
            words.text = text;
        }
        let body = self.loop_body()?;
        Ok(if select { select_loop(name, words, body) } else { for_loop(name, words, body) })
    }

    fn for_arith(&mut self) -> Parsed<Code> {
        let line = self.line;
        let Some(end) = self.arith_end(self.at + 2) else { return Err(self.unexpected()) };
        let text = self.text[self.at + 2..end].to_string();
        self.go_to(end + 2);
        let parts: Vec<&str> = text.split(';').collect();
        let [start, condition, step] = parts[..] else {
            return Err(Fail::Error("syntax error: arithmetic expression required".into()));
        };
        let mut ops = Vec::new();
        for part in [start, if condition.trim().is_empty() { "1" } else { condition }, step] {
            let word = self.arith_word(part)?;
            ops.push(self.simple_of(vec![word], line));
        }
        self.skip_blanks();
        self.eat(";");
        let body = self.loop_body()?;
        let [start, condition, step] = &ops[..] else { return Err(self.unexpected()) };
        Ok(arith_loop(start.clone(), condition.clone(), step.clone(), body))
    }

    fn arith_command(&mut self) -> Parsed<Code> {
        let line = self.line;
        let Some(end) = self.arith_end(self.at + 2) else { return Err(self.unexpected()) };
        let text = self.text[self.at + 2..end].to_string();
        self.go_to(end + 2);
        let word = self.arith_word(&text)?;
        Ok(vec![Op::Arith(self.simple_of(vec![word], line)), Op::Check])
    }

    /// Where the `))` stands that closes what begins here; `None` where it is a `)` inside a `)`.
    pub(crate) fn arith_end(&self, from: usize) -> Option<usize> {
        let (mut depth, mut quote) = (0_usize, None);
        for (at, c) in self.text[from..].char_indices() {
            match (quote, c) {
                (Some(q), c) if c == q => quote = None,
                (Some(_), _) => {}
                (None, '\'' | '"') => quote = Some(c),
                (None, '(') => depth += 1,
                (None, ')') if depth > 0 => depth -= 1,
                (None, ')') => return self.text[from + at..].starts_with("))").then_some(from + at),
                _ => {}
            }
        }
        None
    }

    fn case_command(&mut self) -> Parsed<Code> {
        self.eat_keyword("case");
        self.skip_blanks();
        let line = self.line;
        let start = self.at;
        let Some(subject) = self.word()? else { return Err(self.unexpected_here()) };
        let text = self.text[start..self.at].to_string();
        let mut subject = self.simple_of(vec![subject], line);
        if let Some(subject) = Arc::get_mut(&mut subject) {
            subject.text = text;
        }
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
            let patterns = self.simple_of(patterns, line);
            let stop = |p: &Self| p.rest().starts_with(";;") || p.rest().starts_with(";&") || p.peek_word() == "esac";
            let body = self.list(&stop, true)?;
            let end = if self.eat(";;&") {
                ArmEnd::Test
            } else if self.eat(";&") {
                ArmEnd::Fall
            } else {
                self.eat(";;");
                ArmEnd::Leave
            };
            arms.push(Arm { patterns, body, end });
        }
    }

    pub(crate) fn simple_of(&mut self, words: Vec<Word>, line: u32) -> Arc<Simple> {
        let substs = std::mem::take(&mut self.substs);
        Arc::new(Simple { words, substs, line, ..Simple::default() })
    }

    fn cond_command(&mut self) -> Parsed<Code> {
        self.eat_keyword("[[");
        let extglob = std::mem::replace(&mut self.extglob, true);
        let code = self.cond_or();
        self.extglob = extglob;
        let mut code = code?;
        self.skip_newlines();
        if !self.eat_keyword("]]") {
            return Err(self.cond_unexpected());
        }
        code.push(Op::Check);
        Ok(code)
    }

    /// The token here, as errors in conditions name it.
    fn cond_token(&self) -> String {
        match self.unexpected_here() {
            Fail::Error(message) => message.split_once('`').map_or("", |(_, rest)| rest.trim_end_matches('\'')).into(),
            Fail::Incomplete(_) => "newline".into(),
        }
    }

    fn cond_unexpected(&self) -> Fail {
        Fail::Error(format!("unexpected token `{}', conditional binary operator expected", self.cond_token()))
    }

    fn cond_argument(&self, operator: &str) -> Fail {
        Fail::Error(format!("unexpected argument `{}' to conditional {operator} operator", self.cond_token()))
    }

    fn cond_or(&mut self) -> Parsed<Code> {
        let mut parts = vec![(true, self.cond_and()?)];
        loop {
            self.skip_newlines();
            if !self.eat("||") {
                return Ok(and_or(parts));
            }
            parts.push((false, self.cond_and()?));
        }
    }

    fn cond_and(&mut self) -> Parsed<Code> {
        let mut parts = vec![(true, self.cond_not()?)];
        loop {
            self.skip_newlines();
            if !self.eat("&&") {
                return Ok(and_or(parts));
            }
            parts.push((true, self.cond_not()?));
        }
    }

    fn cond_not(&mut self) -> Parsed<Code> {
        self.skip_newlines();
        if self.eat_keyword("!") {
            self.depth += 1;
            if self.depth > 60 {
                return Err(Fail::Error("commands are nested too deeply".into()));
            }
            let mut code = self.cond_not()?;
            self.depth -= 1;
            code.push(Op::Negate);
            return Ok(code);
        }
        if self.eat("(") {
            self.depth += 1;
            if self.depth > 60 {
                return Err(Fail::Error("commands are nested too deeply".into()));
            }
            let code = self.cond_or()?;
            self.depth -= 1;
            self.skip_newlines();
            let close = self.eat(")");
            let wrong = || {
                Fail::Error(format!("unexpected token `{}', expected `)' in conditional command", self.cond_token()))
            };
            return if close { Ok(code) } else { Err(wrong()) };
        }
        self.cond_test()
    }

    fn cond_test(&mut self) -> Parsed<Code> {
        let line = self.line;
        if self.peek_word() == "]]" {
            // Bash says nothing about an empty condition.
            return Err(Fail::Error(String::new()));
        }
        let Some(first) = self.word()? else { return Err(self.cond_unexpected()) };
        self.skip_blanks();
        let mut words = vec![first];
        let is_unary =
            matches!(&words[0].0[..], [Part::Text { text, quoted: false }] if text.len() == 2 && text.starts_with('-'));
        let ends = |p: &Self| p.peek_word() == "]]" || p.at_end() || p.rest().starts_with(['&', '|', ')', '\n']);
        if is_unary && !ends(self) && !matches!(self.peek_word(), "==" | "=" | "!=" | "=~") {
            words.push(self.word()?.ok_or_else(|| self.cond_argument("unary"))?);
        } else if is_unary && ends(self) && words[0].0.len() == 1 && !matches!(self.peek(), Some('&' | '|' | ')')) {
            return Err(self.cond_argument("unary"));
        } else if !ends(self) {
            let op = match self.peek() {
                Some(c @ ('<' | '>')) => {
                    self.bump();
                    c.to_string()
                }
                _ => {
                    let op = self.peek_word().to_string();
                    self.at += op.len();
                    op
                }
            };
            if !crate::test_builtin::is_binary(&op) && op != "=~" {
                return Err(Fail::Error("conditional binary operator expected".into()));
            }
            self.skip_blanks();
            if ends(self) {
                return Err(self.cond_argument("binary"));
            }
            let right = if op == "=~" { self.regex_word()? } else { self.word()? };
            words.push(word::plain(&op));
            words.push(right.ok_or_else(|| self.cond_unexpected())?);
        }
        Ok(vec![Op::Cond(self.simple_of(words, line))])
    }
}
