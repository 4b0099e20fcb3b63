//! Awk's expressions: from tokens to a tree, one function a precedence.

use super::lex::Token;
use super::parse::{DEPTH_MAX, Parsed, Parser};
use super::tree::Expr;

const BUILTINS: [&str; 22] = [
    "atan2", "close", "cos", "exp", "fflush", "gsub", "index", "int", "length", "log", "match", "mktime", "rand",
    "sin", "split", "sprintf", "sqrt", "srand", "strftime", "sub", "substr", "systime",
];

impl Parser {
    /// Expressions up to a closing sign, which is taken.
    pub fn list(&mut self, close: &str) -> Parsed<Vec<Expr>> {
        let outer = (std::mem::take(&mut self.no_greater), std::mem::take(&mut self.no_in));
        let mut all = Vec::new();
        self.newlines();
        while !self.eat(close) {
            all.push(self.expr()?);
            self.newlines();
            if !self.eat(",") {
                self.need(close)?;
                break;
            }
            self.newlines();
        }
        (self.no_greater, self.no_in) = outer;
        Ok(all)
    }

    pub fn expr(&mut self) -> Parsed<Expr> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("the program is nested too deeply".into());
        }
        let expr = self.ternary();
        self.depth -= 1;
        expr
    }

    fn ternary(&mut self) -> Parsed<Expr> {
        let left = self.or()?;
        if self.eat("?") {
            self.newlines();
            let yes = self.expr()?;
            self.newlines();
            self.need(":")?;
            self.newlines();
            let no = self.expr()?;
            return Ok(Expr::Choose(Box::new(left), Box::new(yes), Box::new(no)));
        }
        let place = matches!(left, Expr::Var(_) | Expr::Field(_) | Expr::Item(..));
        for sign in ["=", "+=", "-=", "*=", "/=", "%=", "^="] {
            if place && self.eat(sign) {
                self.newlines();
                let right = self.expr()?;
                return Ok(Expr::Assign(sign, Box::new(left), Box::new(right)));
            }
        }
        Ok(left)
    }

    fn or(&mut self) -> Parsed<Expr> {
        let mut left = self.and()?;
        while self.eat("||") {
            self.newlines();
            left = Expr::Or(Box::new(left), Box::new(self.and()?));
        }
        Ok(left)
    }

    fn and(&mut self) -> Parsed<Expr> {
        let mut left = self.contained()?;
        while self.eat("&&") {
            self.newlines();
            left = Expr::And(Box::new(left), Box::new(self.contained()?));
        }
        Ok(left)
    }

    fn contained(&mut self) -> Parsed<Expr> {
        let mut left = self.matched()?;
        while !self.no_in && self.eat("in") {
            let Token::Name(name) = self.peek().clone() else { return Err(self.wrong()) };
            self.at += 1;
            let place = self.place(&name);
            let index = match left {
                Expr::Group(all) => all,
                one => vec![one],
            };
            left = Expr::In(index, place);
        }
        Ok(left)
    }

    fn matched(&mut self) -> Parsed<Expr> {
        let mut left = self.compared()?;
        loop {
            let negated = self.is("!~");
            if !(self.eat("~") || self.eat("!~")) {
                return Ok(left);
            }
            left = Expr::Match(Box::new(left), Box::new(self.compared()?), negated);
        }
    }

    fn compared(&mut self) -> Parsed<Expr> {
        let left = self.concat()?;
        for sign in ["<=", ">=", "==", "!=", "<", ">"] {
            if self.is(sign) && !(sign == ">" && self.no_greater) {
                self.at += 1;
                return Ok(Expr::Binary(sign, Box::new(left), Box::new(self.concat()?)));
            }
        }
        if self.is("|") {
            return Err("reading from a command is real awk, but not part of this sandbox yet".into());
        }
        Ok(left)
    }

    pub fn concat(&mut self) -> Parsed<Expr> {
        let mut left = self.sum()?;
        loop {
            let begins = match self.peek() {
                Token::Number(_) | Token::Text(_) | Token::Name(_) | Token::Call(_) | Token::Regex(_) => true,
                Token::Sign(sign) => matches!(*sign, "$" | "!" | "(" | "-" | "+" | "++" | "--"),
                _ => false,
            };
            if !begins {
                return Ok(left);
            }
            left = Expr::Concat(Box::new(left), Box::new(self.sum()?));
        }
    }

    fn sum(&mut self) -> Parsed<Expr> {
        let mut left = self.product()?;
        loop {
            let sign = if self.eat("+") {
                "+"
            } else if self.eat("-") {
                "-"
            } else {
                return Ok(left);
            };
            left = Expr::Binary(sign, Box::new(left), Box::new(self.product()?));
        }
    }

    fn product(&mut self) -> Parsed<Expr> {
        let mut left = self.unary()?;
        'next: loop {
            for sign in ["*", "/", "%"] {
                if self.eat(sign) {
                    left = Expr::Binary(sign, Box::new(left), Box::new(self.unary()?));
                    continue 'next;
                }
            }
            return Ok(left);
        }
    }

    fn unary(&mut self) -> Parsed<Expr> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("the program is nested too deeply".into());
        }
        let expr = if self.eat("!") {
            Expr::Not(Box::new(self.unary()?))
        } else if self.eat("-") {
            Expr::Negate(Box::new(self.unary()?))
        } else if self.eat("+") {
            Expr::Plus(Box::new(self.unary()?))
        } else {
            let base = self.postfix()?;
            if self.eat("^") { Expr::Binary("^", Box::new(base), Box::new(self.unary()?)) } else { base }
        };
        self.depth -= 1;
        Ok(expr)
    }

    fn postfix(&mut self) -> Parsed<Expr> {
        for (sign, by) in [("++", 1.0), ("--", -1.0)] {
            if self.eat(sign) {
                let place = self.primary()?;
                return Ok(Expr::Step(Box::new(place), by, false));
            }
        }
        let left = self.primary()?;
        if matches!(left, Expr::Var(_) | Expr::Field(_) | Expr::Item(..)) {
            for (sign, by) in [("++", 1.0), ("--", -1.0)] {
                if self.eat(sign) {
                    return Ok(Expr::Step(Box::new(left), by, true));
                }
            }
        }
        Ok(left)
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let token = self.peek().clone();
        self.at += 1;
        Ok(match token {
            Token::Number(number) => Expr::Number(number),
            Token::Text(text) => Expr::Text(text),
            Token::Regex(text) => Expr::Regex(text),
            Token::Name(name) if name == "length" => Expr::Builtin("length", Vec::new()),
            Token::Name(name) => {
                let place = self.place(&name);
                if self.eat("[") { Expr::Item(place, self.list("]")?) } else { Expr::Var(place) }
            }
            Token::Call(name) => {
                self.need("(")?;
                let args = self.list(")")?;
                match BUILTINS.into_iter().chain(["tolower", "toupper"]).find(|known| *known == name) {
                    Some(name) => Expr::Builtin(name, args),
                    None if name == "system" => {
                        return Err("system() is real awk, but not part of this sandbox yet".into());
                    }
                    None => Expr::Call(self.function_index(&name), args),
                }
            }
            Token::Sign("$") => {
                let inner = if self.is("++") || self.is("--") || self.is("$") {
                    self.postfix()?
                } else if self.eat("-") {
                    Expr::Negate(Box::new(self.primary()?))
                } else {
                    self.primary()?
                };
                Expr::Field(Box::new(inner))
            }
            Token::Sign("(") => {
                let mut all = self.list(")")?;
                match all.len() {
                    // A print's list in parentheses, or the index of an `in`, knows itself by its length.
                    1 if !matches!(self.peek(), Token::Sign("in")) => {
                        let one = all.remove(0);
                        if matches!(one, Expr::Var(_) | Expr::Field(_) | Expr::Item(..)) {
                            Expr::Group(vec![one])
                        } else {
                            one
                        }
                    }
                    0 => return Err(self.wrong()),
                    _ => Expr::Group(all),
                }
            }
            Token::Sign("getline") => {
                let into = match self.peek() {
                    Token::Name(_) | Token::Sign("$") => Some(Box::new(self.primary()?)),
                    _ => None,
                };
                let from = if self.eat("<") { Some(Box::new(self.primary()?)) } else { None };
                Expr::Getline(into, from)
            }
            Token::Sign("-") => Expr::Negate(Box::new(self.unary()?)),
            Token::Sign("+") => Expr::Plus(Box::new(self.unary()?)),
            Token::Sign("!") => Expr::Not(Box::new(self.unary()?)),
            _ => {
                self.at -= 1;
                return Err(self.wrong());
            }
        })
    }
}
