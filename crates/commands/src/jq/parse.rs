//! From jq's tokens to a tree: definitions, pipes, operators.

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

pub(crate) type Parsed<T> = Result<T, String>;

/// A program; what is wrong in jq's words, without the place.
pub(crate) fn parse(text: &str) -> Parsed<Ast> {
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
pub(crate) fn definitions(text: &str) -> Parsed<Vec<Def>> {
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

    pub fn eat(&mut self, sign: &str) -> Parsed<bool> {
        let hit = self.sign(sign) || self.word(sign);
        if hit {
            self.advance()?;
        }
        Ok(hit)
    }

    pub fn need(&mut self, sign: &str) -> Parsed<()> {
        if self.eat(sign)? { Ok(()) } else { Err(self.unexpected()) }
    }

    pub fn deeper(&mut self) -> Parsed<()> {
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

    pub fn alternative(&mut self) -> Parsed<Ast> {
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
            for sign in ["*+", "*", "/", "%"] {
                if self.eat(sign)? {
                    left = Ast::Binary(sign, Box::new(left), Box::new(self.postfix()?));
                    continue 'next;
                }
            }
            return Ok(left);
        }
    }

    pub fn postfix(&mut self) -> Parsed<Ast> {
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
                    // yq's way to reduce.
                    if self.eat("ireduce")? {
                        self.need("(")?;
                        let start = Box::new(self.pipe()?);
                        self.need(";")?;
                        let update = Box::new(self.pipe()?);
                        self.need(")")?;
                        left = Ast::Reduce(Box::new(left), patterns.remove(0), start, update);
                        continue;
                    }
                    self.need("|")?;
                    let body = self.pipe()?;
                    return Ok(Ast::As(Box::new(left), patterns, Box::new(body)));
                }
                _ => return Ok(left),
            }
        }
    }

    pub fn bracket(&mut self, left: Ast) -> Parsed<Ast> {
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

    pub fn pattern(&mut self) -> Parsed<Pattern> {
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
}
