//! From jq's tokens to a tree.

use super::json::Json;
use super::lex::Token;
use super::syntax::{Ast, Def, Pattern};

const DEPTH_MAX: usize = 100;

pub(super) struct Parser<'a> {
    pub chars: &'a [char],
    pub at: usize,
    pub token: Token,
    /// Where the token at hand begins.
    pub start: usize,
    pub depth: usize,
}

pub(super) type Parsed<T> = Result<T, String>;

/// A program; what is wrong in jq's words, without the place.
pub(super) fn parse(text: &str) -> Parsed<Ast> {
    let chars: Vec<char> = text.chars().collect();
    let mut parser = Parser { chars: &chars, at: 0, token: Token::End, start: 0, depth: 0 };
    parser.advance()?;
    if parser.token == Token::End {
        return Ok(Ast::Identity);
    }
    let ast = parser.pipe()?;
    if parser.token == Token::End { Ok(ast) } else { Err(parser.unexpected()) }
}

/// Definitions one after the other.
pub(super) fn definitions(text: &str) -> Parsed<Vec<Def>> {
    let chars: Vec<char> = text.chars().collect();
    let mut parser = Parser { chars: &chars, at: 0, token: Token::End, start: 0, depth: 0 };
    parser.advance()?;
    let mut all = Vec::new();
    while parser.word("def") {
        all.push(parser.def()?);
    }
    Ok(all)
}

impl Parser<'_> {
    fn sign(&self, sign: &str) -> bool {
        matches!(&self.token, Token::Sign(found) if *found == sign)
    }

    fn word(&self, word: &str) -> bool {
        matches!(&self.token, Token::Word(found) if found == word)
    }

    fn eat(&mut self, sign: &str) -> Parsed<bool> {
        let hit = self.sign(sign) || self.word(sign);
        if hit {
            self.advance()?;
        }
        Ok(hit)
    }

    fn need(&mut self, sign: &str) -> Parsed<()> {
        if self.eat(sign)? { Ok(()) } else { Err(self.unexpected()) }
    }

    fn deeper(&mut self) -> Parsed<()> {
        self.depth += 1;
        if self.depth > DEPTH_MAX { Err("the program is nested too deeply".into()) } else { Ok(()) }
    }

    fn def(&mut self) -> Parsed<Def> {
        self.need("def")?;
        let Token::Word(name) = self.token.clone() else { return Err(self.unexpected()) };
        self.advance()?;
        let mut params = Vec::new();
        if self.eat("(")? {
            loop {
                match self.token.clone() {
                    Token::Word(name) => params.push(name),
                    Token::Var(name) => params.push(format!("${name}")),
                    _ => return Err(self.unexpected()),
                }
                self.advance()?;
                if !self.eat(";")? {
                    break;
                }
            }
            self.need(")")?;
        }
        self.need(":")?;
        let body = Box::new(self.pipe()?);
        self.need(";")?;
        Ok(Def { name, params, body })
    }

    pub fn pipe(&mut self) -> Parsed<Ast> {
        self.deeper()?;
        let ast = self.pipe_inner()?;
        self.depth -= 1;
        Ok(ast)
    }

    fn pipe_inner(&mut self) -> Parsed<Ast> {
        if self.word("def") {
            let def = self.def()?;
            return Ok(Ast::Define(def, Box::new(self.pipe()?)));
        }
        if self.eat("label")? {
            let Token::Var(name) = self.token.clone() else { return Err(self.unexpected()) };
            self.advance()?;
            self.need("|")?;
            return Ok(Ast::Label(name, Box::new(self.pipe()?)));
        }
        let left = self.comma()?;
        if self.eat("|")? {
            return Ok(Ast::Pipe(Box::new(left), Box::new(self.pipe()?)));
        }
        Ok(left)
    }

    fn comma(&mut self) -> Parsed<Ast> {
        let mut left = self.assign()?;
        while self.eat(",")? {
            left = Ast::Comma(Box::new(left), Box::new(self.assign()?));
        }
        Ok(left)
    }

    fn assign(&mut self) -> Parsed<Ast> {
        let left = self.alternative()?;
        for sign in ["=", "|=", "+=", "-=", "*=", "/=", "%=", "//="] {
            if self.eat(sign)? {
                let right = self.alternative()?;
                return Ok(Ast::Assign(sign, Box::new(left), Box::new(right)));
            }
        }
        Ok(left)
    }

    fn alternative(&mut self) -> Parsed<Ast> {
        let left = self.or()?;
        if self.eat("//")? {
            self.deeper()?;
            let right = self.alternative()?;
            self.depth -= 1;
            return Ok(Ast::Binary("//", Box::new(left), Box::new(right)));
        }
        Ok(left)
    }

    fn or(&mut self) -> Parsed<Ast> {
        let mut left = self.and()?;
        while self.eat("or")? {
            left = Ast::Binary("or", Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Parsed<Ast> {
        let mut left = self.compared()?;
        while self.eat("and")? {
            left = Ast::Binary("and", Box::new(left), Box::new(self.compared()?));
        }
        Ok(left)
    }

    fn compared(&mut self) -> Parsed<Ast> {
        let left = self.sum()?;
        for sign in ["==", "!=", "<=", ">=", "<", ">"] {
            if self.eat(sign)? {
                return Ok(Ast::Binary(sign, Box::new(left), Box::new(self.sum()?)));
            }
        }
        Ok(left)
    }

    fn sum(&mut self) -> Parsed<Ast> {
        let mut left = self.product()?;
        loop {
            let sign = if self.eat("+")? {
                "+"
            } else if self.eat("-")? {
                "-"
            } else {
                return Ok(left);
            };
            left = Ast::Binary(sign, Box::new(left), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Parsed<Ast> {
        let mut left = self.postfix()?;
        'next: loop {
            for sign in ["*", "/", "%"] {
                if self.eat(sign)? {
                    left = Ast::Binary(sign, Box::new(left), Box::new(self.postfix()?));
                    continue 'next;
                }
            }
            return Ok(left);
        }
    }

    fn postfix(&mut self) -> Parsed<Ast> {
        let mut left = self.term()?;
        loop {
            match self.token.clone() {
                Token::Field(name) => {
                    self.advance()?;
                    left = Ast::Index(Box::new(left), Box::new(Ast::Literal(Json::text(name))));
                }
                Token::Sign("?") => {
                    self.advance()?;
                    left = Ast::Try(Box::new(left), None);
                }
                Token::Sign("[") => left = self.bracket(left)?,
                Token::Sign(".") => {
                    self.advance()?;
                    left = match self.token.clone() {
                        Token::Sign("[") => self.bracket(left)?,
                        Token::Text(parts) => {
                            self.advance()?;
                            Ast::Index(Box::new(left), Box::new(Ast::Text(None, parts)))
                        }
                        _ => return Err(self.unexpected()),
                    };
                }
                Token::Word(word) if word == "as" => {
                    self.advance()?;
                    let mut patterns = vec![self.pattern()?];
                    while self.eat("?//")? {
                        patterns.push(self.pattern()?);
                    }
                    self.need("|")?;
                    let body = self.pipe()?;
                    return Ok(Ast::As(Box::new(left), patterns, Box::new(body)));
                }
                _ => return Ok(left),
            }
        }
    }

    fn bracket(&mut self, left: Ast) -> Parsed<Ast> {
        self.need("[")?;
        if self.eat("]")? {
            return Ok(Ast::Each(Box::new(left)));
        }
        if self.eat(":")? {
            let to = self.pipe()?;
            self.need("]")?;
            return Ok(Ast::Slice(Box::new(left), None, Some(Box::new(to))));
        }
        let index = self.pipe()?;
        if self.eat(":")? {
            let to = if self.sign("]") { None } else { Some(Box::new(self.pipe()?)) };
            self.need("]")?;
            return Ok(Ast::Slice(Box::new(left), Some(Box::new(index)), to));
        }
        self.need("]")?;
        Ok(Ast::Index(Box::new(left), Box::new(index)))
    }

    fn pattern(&mut self) -> Parsed<Pattern> {
        self.deeper()?;
        let pattern = match self.token.clone() {
            Token::Var(name) => {
                self.advance()?;
                Pattern::Var(name)
            }
            Token::Sign("[") => {
                self.advance()?;
                let mut all = vec![self.pattern()?];
                while self.eat(",")? {
                    all.push(self.pattern()?);
                }
                self.need("]")?;
                Pattern::List(all)
            }
            Token::Sign("{") => {
                self.advance()?;
                let mut all = Vec::new();
                loop {
                    let (key, var) = match self.token.clone() {
                        Token::Var(name) => (Ast::Literal(Json::text(&name)), Some(name)),
                        Token::Word(name) => (Ast::Literal(Json::text(&name)), None),
                        Token::Text(parts) => (Ast::Text(None, parts), None),
                        Token::Sign("(") => {
                            self.advance()?;
                            let key = self.pipe()?;
                            if !self.sign(")") {
                                return Err(self.unexpected());
                            }
                            (key, None)
                        }
                        _ => return Err(self.unexpected()),
                    };
                    self.advance()?;
                    let value = if self.eat(":")? { Some(self.pattern()?) } else { None };
                    all.push((key, var, value));
                    if !self.eat(",")? {
                        break;
                    }
                }
                self.need("}")?;
                Pattern::Map(all)
            }
            _ => return Err(self.unexpected()),
        };
        self.depth -= 1;
        Ok(pattern)
    }

    fn term(&mut self) -> Parsed<Ast> {
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
