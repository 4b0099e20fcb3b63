//! jq's terms: literals, blocks, calls, arrays and objects.

use super::json::Json;
use super::lex::Token;
use super::parse::{Parsed, Parser};
use super::syntax::Ast;

impl Parser<'_> {
    pub fn term(&mut self) -> Parsed<Ast> {
        let token = self.token.clone();
        let Token::Word(word) = &token else { return self.sign_term(token) };
        self.advance()?;
        Ok(match word.as_str() {
            "if" => {
                let ast = self.condition()?;
                self.need("end")?;
                ast
            }
            "try" => {
                let body = self.postfix_no_as()?;
                let catch = if self.eat("catch")? { Some(Box::new(self.postfix_no_as()?)) } else { None };
                Ast::Try(Box::new(body), catch)
            }
            "reduce" | "foreach" => {
                let source = self.postfix_no_as()?;
                self.need("as")?;
                let pattern = self.pattern()?;
                self.need("(")?;
                let start = Box::new(self.pipe()?);
                self.need(";")?;
                let update = Box::new(self.pipe()?);
                let extract = if word == "foreach" && self.eat(";")? { Some(Box::new(self.pipe()?)) } else { None };
                self.need(")")?;
                match word.as_str() {
                    "reduce" => Ast::Reduce(Box::new(source), pattern, start, update),
                    _ => Ast::Foreach(Box::new(source), pattern, start, update, extract),
                }
            }
            "null" => Ast::Literal(Json::Null),
            "true" => Ast::Literal(Json::Bool(true)),
            "false" => Ast::Literal(Json::Bool(false)),
            "break" => match self.token.clone() {
                Token::Var(name) => {
                    self.advance()?;
                    Ast::Break(name)
                }
                _ => return Err(self.unexpected()),
            },
            "then" | "else" | "elif" | "end" | "as" | "catch" | "and" | "or" => {
                self.token = token;
                return Err(self.unexpected());
            }
            name => {
                let mut args = Vec::new();
                if self.eat("(")? {
                    args.push(self.pipe()?);
                    while self.eat(";")? {
                        args.push(self.pipe()?);
                    }
                    self.need(")")?;
                }
                Ast::Call(name.to_string(), args)
            }
        })
    }

    /// A term with what hangs on it, but for `as`.
    fn postfix_no_as(&mut self) -> Parsed<Ast> {
        let mut left = self.term()?;
        loop {
            left = match self.token.clone() {
                Token::Field(name) => {
                    self.advance()?;
                    Ast::Index(Box::new(left), Box::new(Ast::Literal(Json::text(name))))
                }
                Token::Sign("?") => {
                    self.advance()?;
                    Ast::Try(Box::new(left), None)
                }
                Token::Sign("[") => self.bracket(left)?,
                _ => return Ok(left),
            };
        }
    }

    fn condition(&mut self) -> Parsed<Ast> {
        let condition = Box::new(self.pipe()?);
        self.need("then")?;
        let then = Box::new(self.pipe()?);
        if self.eat("elif")? {
            self.deeper()?;
            let rest = self.condition()?;
            self.depth -= 1;
            return Ok(Ast::If(condition, then, Some(Box::new(rest))));
        }
        let otherwise = if self.eat("else")? { Some(Box::new(self.pipe()?)) } else { None };
        Ok(Ast::If(condition, then, otherwise))
    }

    fn sign_term(&mut self, token: Token) -> Parsed<Ast> {
        if token == Token::End {
            return Err(self.unexpected());
        }
        if let Token::Sign(sign) = token
            && !matches!(sign, "." | ".." | "(" | "[" | "{" | "-")
        {
            return Err(self.unexpected());
        }
        self.advance()?;
        Ok(match token {
            Token::Number(number) => Ast::Literal(Json::Number(number)),
            Token::Text(parts) => Ast::Text(None, parts),
            Token::Format(name) => match self.token.clone() {
                Token::Text(parts) => {
                    self.advance()?;
                    Ast::Text(Some(name), parts)
                }
                _ => Ast::Format(name),
            },
            Token::Var(name) => Ast::Var(name),
            Token::Field(name) => Ast::Index(Box::new(Ast::Identity), Box::new(Ast::Literal(Json::text(name)))),
            Token::Sign("..") => Ast::Recurse,
            Token::Sign(".") => match self.token.clone() {
                Token::Text(parts) => {
                    self.advance()?;
                    Ast::Index(Box::new(Ast::Identity), Box::new(Ast::Text(None, parts)))
                }
                _ => Ast::Identity,
            },
            Token::Sign("(") => {
                let inner = self.pipe()?;
                self.need(")")?;
                inner
            }
            Token::Sign("[") => {
                if self.eat("]")? {
                    return Ok(Ast::Array(None));
                }
                let inner = self.pipe()?;
                self.need("]")?;
                Ast::Array(Some(Box::new(inner)))
            }
            Token::Sign("{") => self.object()?,
            _ => Ast::Negate(Box::new(self.postfix()?)),
        })
    }

    fn object(&mut self) -> Parsed<Ast> {
        let mut pairs = Vec::new();
        while !self.eat("}")? {
            let token = self.token.clone();
            self.advance()?;
            let (key, default) = match token {
                Token::Word(name) => {
                    let key = Ast::Literal(Json::text(&name));
                    (key.clone(), Some(Ast::Index(Box::new(Ast::Identity), Box::new(key))))
                }
                Token::Var(name) => (Ast::Literal(Json::text(&name)), Some(Ast::Var(name))),
                Token::Text(parts) => {
                    let key = Ast::Text(None, parts);
                    (key.clone(), Some(Ast::Index(Box::new(Ast::Identity), Box::new(key))))
                }
                Token::Number(number) => (Ast::Literal(Json::Number(number)), None),
                Token::Format(name) => match self.token.clone() {
                    Token::Text(parts) => {
                        self.advance()?;
                        (Ast::Text(Some(name), parts), None)
                    }
                    _ => (Ast::Format(name), None),
                },
                Token::Sign("(") => {
                    let key = self.pipe()?;
                    self.need(")")?;
                    (key, None)
                }
                other => {
                    self.token = other;
                    return Err(self.unexpected());
                }
            };
            let value = if self.eat(":")? {
                let mut value = self.object_value()?;
                while self.eat("|")? {
                    value = Ast::Pipe(Box::new(value), Box::new(self.object_value()?));
                }
                value
            } else {
                default.ok_or_else(|| self.unexpected())?
            };
            pairs.push((key, value));
            if !self.eat(",")? {
                self.need("}")?;
                break;
            }
        }
        Ok(Ast::Object(pairs))
    }

    fn object_value(&mut self) -> Parsed<Ast> {
        self.alternative()
    }
}
