//! What stands between the braces: variables, commands joined by `|`, operands.

use crate::lex::{Kind, Token};
use crate::node::{Command, Operand, Pipe, Shape};
use crate::parse::{Parsed, Parser};
use crate::quote::{quoted, unquoted};
use std::rc::Rc;

impl Parser<'_> {
    pub fn pipeline(&mut self, place: &str, end: Kind) -> Parsed<Pipe> {
        let mut pipe = Pipe { at: self.peek_word().at, vars: Vec::new(), assign: false, commands: Vec::new() };
        self.declarations(place, &mut pipe)?;
        loop {
            let token = self.next_word();
            match token.kind {
                kind if kind == end => {
                    self.check(&pipe, place)?;
                    return Ok(pipe);
                }
                Kind::Bool
                | Kind::CharConstant
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawQuoted
                | Kind::Quoted
                | Kind::Variable
                | Kind::LeftParen => {
                    self.put_back(token);
                    pipe.commands.push(self.command()?);
                }
                _ => return self.unexpected(&token, place),
            }
        }
    }

    fn declarations(&mut self, place: &str, pipe: &mut Pipe) -> Parsed<()> {
        while self.peek_word().kind == Kind::Variable {
            let var = self.next_word();
            let after = self.peek();
            let next = self.peek_word();
            let name: Rc<str> = var.text.as_str().into();
            match next.kind {
                Kind::Assign | Kind::Declare => {
                    pipe.assign = next.kind == Kind::Assign;
                    self.next_word();
                    pipe.vars.push(name.clone());
                    self.vars.push(name);
                }
                Kind::Char if next.text == "," => {
                    self.next_word();
                    pipe.vars.push(name.clone());
                    self.vars.push(name);
                    if place != "range" || pipe.vars.len() >= 2 {
                        return self.fail(&format!("too many declarations in {place}"));
                    }
                    if !matches!(self.peek_word().kind, Kind::Variable | Kind::RightDelim | Kind::RightParen) {
                        return self.fail("range can only initialize variables");
                    }
                    continue;
                }
                _ => {
                    if after.kind == Kind::Space {
                        self.put_back(after);
                    }
                    self.put_back(var);
                }
            }
            break;
        }
        Ok(())
    }

    /// Only the first command may be a plain value.
    fn check(&self, pipe: &Pipe, place: &str) -> Parsed<()> {
        if pipe.commands.is_empty() {
            return self.fail(&format!("missing value for {place}"));
        }
        for (index, command) in pipe.commands.iter().enumerate().skip(1) {
            let first = command.args.first().map(|arg| &arg.shape);
            if let Some(
                Shape::Bool(_) | Shape::Dot | Shape::Nil | Shape::Int(..) | Shape::Float(..) | Shape::Text(..),
            ) = first
            {
                return self.fail(&format!("non executable command in pipeline stage {}", index + 1));
            }
        }
        Ok(())
    }

    fn command(&mut self) -> Parsed<Command> {
        let (at, mut args) = (self.peek_word().at, Vec::new());
        loop {
            self.peek_word();
            if let Some(operand) = self.operand()? {
                args.push(operand);
            }
            let token = self.next();
            match token.kind {
                Kind::Space => continue,
                Kind::RightDelim | Kind::RightParen => self.put_back(token),
                Kind::Pipe => {}
                _ => return self.unexpected(&token, "operand"),
            }
            break;
        }
        if args.is_empty() {
            return self.fail("empty command");
        }
        Ok(Command { at, args })
    }

    /// A term with the fields behind it.
    fn operand(&mut self) -> Parsed<Option<Operand>> {
        let Some(node) = self.term()? else {
            return Ok(None);
        };
        let first = self.peek();
        if first.kind != Kind::Field {
            return Ok(Some(node));
        }
        let mut fields: Vec<Rc<str>> = Vec::new();
        while self.peek().kind == Kind::Field {
            fields.push(self.next().text[1..].into());
        }
        let shape = match node.shape {
            Shape::Field(mut path) => {
                path.append(&mut fields);
                Shape::Field(path)
            }
            Shape::Variable(mut path) => {
                path.append(&mut fields);
                Shape::Variable(path)
            }
            Shape::Bool(_) | Shape::Text(..) | Shape::Int(..) | Shape::Float(..) | Shape::Nil | Shape::Dot => {
                return self.fail(&format!("unexpected . after term {}", quoted(&node.shown())));
            }
            _ => Shape::Chain(Box::new(node), fields),
        };
        Ok(Some(Operand { at: first.at, shape }))
    }

    fn term(&mut self) -> Parsed<Option<Operand>> {
        let token = self.next_word();
        let shape = match token.kind {
            Kind::Identifier => {
                if !(self.known)(&token.text) {
                    return self.fail(&format!("function {} not defined", quoted(&token.text)));
                }
                Shape::Function(token.text.into())
            }
            Kind::Dot => Shape::Dot,
            Kind::Nil => Shape::Nil,
            Kind::Variable => {
                if !self.vars.iter().any(|var| **var == *token.text) {
                    return self.fail(&format!("undefined variable {}", quoted(&token.text)));
                }
                Shape::Variable(vec![token.text.into()])
            }
            Kind::Field => Shape::Field(vec![token.text[1..].into()]),
            Kind::Bool => Shape::Bool(token.text == "true"),
            Kind::CharConstant | Kind::Number => self.number(&token)?,
            Kind::LeftParen => {
                self.nesting += 1;
                if self.nesting > 100 {
                    return self.fail("max expression depth exceeded");
                }
                let pipe = self.pipeline("parenthesized pipeline", Kind::RightParen)?;
                self.nesting -= 1;
                return Ok(Some(Operand { at: pipe.at, shape: Shape::Pipe(Box::new(pipe)) }));
            }
            Kind::Quoted | Kind::RawQuoted => match unquoted(&token.text) {
                Some(text) => Shape::Text(text.into(), token.text),
                None => return self.fail("invalid syntax"),
            },
            _ => {
                self.put_back(token);
                return Ok(None);
            }
        };
        Ok(Some(Operand { at: token.at, shape }))
    }

    fn number(&self, token: &Token) -> Parsed<Shape> {
        let text = &token.text;
        if token.kind == Kind::CharConstant {
            let c = unquoted(text).and_then(|inner| {
                let mut chars = inner.chars();
                chars.next().filter(|_| chars.next().is_none())
            });
            return match c {
                Some(c) => Ok(Shape::Int(i64::from(u32::from(c)), text.clone())),
                None => self.fail(&format!("malformed character constant: {text}")),
            };
        }
        if let Some(n) = integer(text) {
            return Ok(Shape::Int(n, text.clone()));
        }
        match manifest::float_of(&text.replace('_', "")).filter(|x| x.is_finite()) {
            Some(x) if text.contains(['.', 'e', 'E', 'p', 'P']) => Ok(Shape::Float(x, text.clone())),
            Some(_) => self.fail(&format!("integer overflow: {}", quoted(text))),
            None => self.fail(&format!("illegal number syntax: {}", quoted(text))),
        }
    }
}

/// `strconv.ParseInt(text, 0, 64)`.
pub fn integer(text: &str) -> Option<i64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    let lower = digits.to_ascii_lowercase().replace('_', "");
    let (body, radix) = match lower.as_bytes() {
        [b'0', b'x', ..] => (&lower[2..], 16),
        [b'0', b'o', ..] => (&lower[2..], 8),
        [b'0', b'b', ..] => (&lower[2..], 2),
        [b'0', _, ..] => (&lower[1..], 8),
        _ => (lower.as_str(), 10),
    };
    if !body.starts_with(|c: char| c.is_digit(radix)) {
        return None;
    }
    let size = i128::from_str_radix(body, radix).ok()?;
    i64::try_from(if negative { -size } else { size }).ok()
}
