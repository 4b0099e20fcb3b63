//! jq's language: tokens and tree.

use super::json::Json;

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Ast {
    Identity,
    /// `..`
    Recurse,
    Index(Box<Ast>, Box<Ast>),
    Slice(Box<Ast>, Option<Box<Ast>>, Option<Box<Ast>>),
    Each(Box<Ast>),
    Literal(Json),
    /// A text with its `\( )`, and the format that writes them.
    Text(Option<String>, Vec<Part>),
    Format(String),
    Array(Option<Box<Ast>>),
    Object(Vec<(Ast, Ast)>),
    Negate(Box<Ast>),
    Pipe(Box<Ast>, Box<Ast>),
    Comma(Box<Ast>, Box<Ast>),
    Binary(&'static str, Box<Ast>, Box<Ast>),
    Assign(&'static str, Box<Ast>, Box<Ast>),
    If(Box<Ast>, Box<Ast>, Option<Box<Ast>>),
    Try(Box<Ast>, Option<Box<Ast>>),
    Reduce(Box<Ast>, Pattern, Box<Ast>, Box<Ast>),
    Foreach(Box<Ast>, Pattern, Box<Ast>, Box<Ast>, Option<Box<Ast>>),
    Define(Def, Box<Ast>),
    Call(String, Vec<Ast>),
    Var(String),
    As(Box<Ast>, Vec<Pattern>, Box<Ast>),
    Label(String, Box<Ast>),
    Break(String),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Part {
    Text(String),
    Expr(Ast),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Def {
    pub name: String,
    pub params: Vec<String>,
    pub body: Box<Ast>,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Pattern {
    Var(String),
    List(Vec<Pattern>),
    /// Key, the variable that it is also bound to, the pattern of its value.
    Map(Vec<(Ast, Option<String>, Option<Pattern>)>),
}

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(f64),
    Text(Vec<Part>),
    Format(String),
    Var(String),
    /// `.name`
    Field(String),
    Word(String),
    Sign(&'static str),
    End,
}

const SIGNS: [&str; 36] = [
    "?//=", "?//", "//=", "|=", "+=", "-=", "*=", "/=", "%=", "==", "!=", "<=", ">=", "//", "..", "and", "|", ",", ".",
    "[", "]", "(", ")", "{", "}", ":", ";", "=", "<", ">", "+", "-", "*", "/", "%", "?",
];

const DEPTH_MAX: usize = 100;

struct Parser<'a> {
    chars: &'a [char],
    at: usize,
    token: Token,
    /// Where the token at hand begins.
    start: usize,
    depth: usize,
}

type Parsed<T> = Result<T, String>;

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
    fn unexpected(&self) -> String {
        let token = match &self.token {
            Token::End => "$end".to_string(),
            Token::Number(_) => "LITERAL".into(),
            Token::Text(_) => "QQSTRING_START".into(),
            Token::Format(_) => "FORMAT".into(),
            Token::Var(_) => "'$'".into(),
            Token::Field(_) => "FIELD".into(),
            Token::Word(word)
                if matches!(
                    word.as_str(),
                    "then"
                        | "else"
                        | "elif"
                        | "end"
                        | "as"
                        | "def"
                        | "reduce"
                        | "foreach"
                        | "if"
                        | "try"
                        | "catch"
                        | "and"
                        | "or"
                ) =>
            {
                word.clone()
            }
            Token::Word(_) => "IDENT".into(),
            Token::Sign(sign) if sign.len() > 1 => format!("\"{sign}\""),
            Token::Sign(sign) => format!("'{sign}'"),
        };
        format!("syntax error, unexpected {token}")
    }

    fn advance(&mut self) -> Parsed<()> {
        while let Some(c) = self.chars.get(self.at) {
            if *c == '#' {
                while self.chars.get(self.at).is_some_and(|c| *c != '\n') {
                    self.at += 1;
                }
            } else if c.is_whitespace() {
                self.at += 1;
            } else {
                break;
            }
        }
        self.start = self.at;
        self.token = self.read()?;
        Ok(())
    }

    fn name(&mut self) -> String {
        let start = self.at;
        let part = |c: &char| c.is_ascii_alphanumeric() || *c == '_';
        while self.chars.get(self.at).is_some_and(part)
            || (self.chars[self.at.min(self.chars.len())..].starts_with(&[':', ':'])
                && self.chars.get(self.at + 2).is_some_and(part))
        {
            self.at += if self.chars[self.at] == ':' { 2 } else { 1 };
        }
        self.chars[start..self.at].iter().collect()
    }

    fn read(&mut self) -> Parsed<Token> {
        let Some(c) = self.chars.get(self.at).copied() else { return Ok(Token::End) };
        let next = self.chars.get(self.at + 1).copied().unwrap_or(' ');
        if c == '"' {
            return self.string().map(Token::Text);
        }
        if c.is_ascii_digit() || (c == '.' && next.is_ascii_digit()) {
            let start = self.at;
            while self.chars.get(self.at).is_some_and(|c| c.is_ascii_digit() || *c == '.') {
                self.at += 1;
            }
            if matches!(self.chars.get(self.at), Some('e' | 'E')) {
                let sign = usize::from(matches!(self.chars.get(self.at + 1), Some('+' | '-')));
                if self.chars.get(self.at + 1 + sign).is_some_and(char::is_ascii_digit) {
                    self.at += 1 + sign;
                    while self.chars.get(self.at).is_some_and(char::is_ascii_digit) {
                        self.at += 1;
                    }
                }
            }
            let text: String = self.chars[start..self.at].iter().collect();
            let text = if text.starts_with('.') { format!("0{text}") } else { text };
            return manifest::float_of(text.trim_end_matches('.'))
                .map(Token::Number)
                .ok_or_else(|| "syntax error, unexpected INVALID_CHARACTER".into());
        }
        if c == '.' && (next.is_ascii_alphabetic() || next == '_') {
            self.at += 1;
            return Ok(Token::Field(self.name()));
        }
        if c == '$' && (next.is_ascii_alphabetic() || next == '_') {
            self.at += 1;
            return Ok(Token::Var(self.name()));
        }
        if c == '@' && next.is_ascii_alphabetic() {
            self.at += 1;
            return Ok(Token::Format(self.name()));
        }
        if c.is_ascii_alphabetic() || c == '_' {
            return Ok(Token::Word(self.name()));
        }
        let rest: String = self.chars[self.at..].iter().take(4).collect();
        let Some(sign) = SIGNS.into_iter().find(|sign| *sign != "and" && rest.starts_with(sign)) else {
            return Err("syntax error, unexpected INVALID_CHARACTER".into());
        };
        self.at += sign.len();
        Ok(Token::Sign(sign))
    }

    fn string(&mut self) -> Parsed<Vec<Part>> {
        self.at += 1;
        let (mut parts, mut text) = (Vec::new(), String::new());
        loop {
            let Some(c) = self.chars.get(self.at).copied() else { return Err("syntax error, unexpected $end".into()) };
            self.at += 1;
            match c {
                '"' => {
                    if !text.is_empty() || parts.is_empty() {
                        parts.push(Part::Text(text));
                    }
                    return Ok(parts);
                }
                '\\' => {
                    let escape = self.chars.get(self.at).copied().unwrap_or('\\');
                    self.at += 1;
                    match escape {
                        'n' => text.push('\n'),
                        't' => text.push('\t'),
                        'r' => text.push('\r'),
                        'b' => text.push('\x08'),
                        'f' => text.push('\x0c'),
                        'u' => {
                            let digits: String = self.chars[self.at.min(self.chars.len())..].iter().take(4).collect();
                            self.at += 4;
                            let code = u32::from_str_radix(&digits, 16).unwrap_or(0xfffd);
                            text.push(char::from_u32(code).unwrap_or('\u{fffd}'));
                        }
                        '(' => {
                            if !text.is_empty() {
                                parts.push(Part::Text(std::mem::take(&mut text)));
                            }
                            self.advance()?;
                            let inner = self.pipe()?;
                            if self.token != Token::Sign(")") {
                                return Err(self.unexpected());
                            }
                            parts.push(Part::Expr(inner));
                        }
                        other => text.push(other),
                    }
                }
                c => text.push(c),
            }
        }
    }

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

    fn pipe(&mut self) -> Parsed<Ast> {
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

/// The first function or variable of a program that nothing defines.
pub(super) fn undefined(ast: &Ast, functions: Vec<(String, usize)>, names: Vec<String>) -> Option<String> {
    Names { functions, names, found: None }.in_ast(ast)
}

/// What is not written in jq, with how many arguments.
const OWN: &str = "empty/0 error/0 path/1 getpath/1 range/2 range/3 input/0 debug/0 stderr/0 halt/0 halt_error/1 not/0 length/0 \
    utf8bytelength/0 keys/0 keys_unsorted/0 has/1 contains/1 type/0 tostring/0 tojson/0 fromjson/0 tonumber/0 sort/0 min/0 max/0 \
    reverse/0 flatten/0 flatten/1 indices/1 setpath/2 delpaths/1 now/0 infinite/0 nan/0 input_filename/0 ascii_downcase/0 \
    ascii_upcase/0 explode/0 implode/0 ltrimstr/1 rtrimstr/1 startswith/1 endswith/1 trim/0 ltrim/0 rtrim/0 split/1 strftime/1 \
    gmtime/0 localtime/0 mktime/0 timegm/0 fromdate/0 strptime/1 pow/2 atan2/2 fmin/2 fmax/2 floor/0 ceil/0 round/0 sqrt/0 fabs/0 \
    trunc/0 exp/0 exp2/0 exp10/0 log/0 log2/0 log10/0 sin/0 cos/0 tan/0 isnan/0 isinfinite/0 isnormal/0";

struct Names {
    functions: Vec<(String, usize)>,
    names: Vec<String>,
    found: Option<String>,
}

impl Names {
    fn in_ast(mut self, ast: &Ast) -> Option<String> {
        self.ask(ast);
        self.found
    }

    fn ask(&mut self, ast: &Ast) {
        if self.found.is_some() {
            return;
        }
        let (functions, names) = (self.functions.len(), self.names.len());
        match ast {
            Ast::Identity | Ast::Recurse | Ast::Literal(_) | Ast::Format(_) | Ast::Break(_) | Ast::Array(None) => {}
            Ast::Each(a) | Ast::Negate(a) | Ast::Array(Some(a)) | Ast::Try(a, None) | Ast::Label(_, a) => self.ask(a),
            Ast::Index(a, b)
            | Ast::Pipe(a, b)
            | Ast::Comma(a, b)
            | Ast::Binary(_, a, b)
            | Ast::Assign(_, a, b)
            | Ast::Try(a, Some(b))
            | Ast::If(a, b, None) => {
                self.ask(a);
                self.ask(b);
            }
            Ast::Slice(a, b, c) => {
                self.ask(a);
                b.iter().chain(c).for_each(|ast| self.ask(ast));
            }
            Ast::If(a, b, Some(c)) => [a, b, c].into_iter().for_each(|ast| self.ask(ast)),
            Ast::Text(_, parts) => {
                for part in parts {
                    if let Part::Expr(ast) = part {
                        self.ask(ast);
                    }
                }
            }
            Ast::Object(pairs) => pairs.iter().for_each(|(key, value)| {
                self.ask(key);
                self.ask(value);
            }),
            Ast::Reduce(source, pattern, a, b) => {
                self.ask(source);
                self.ask(a);
                self.bind(pattern);
                self.ask(b);
            }
            Ast::Foreach(source, pattern, a, b, c) => {
                self.ask(source);
                self.ask(a);
                self.bind(pattern);
                self.ask(b);
                c.iter().for_each(|ast| self.ask(ast));
            }
            Ast::As(source, patterns, body) => {
                self.ask(source);
                patterns.iter().for_each(|pattern| self.bind(pattern));
                self.ask(body);
            }
            Ast::Define(def, rest) => {
                self.functions.push((def.name.clone(), def.params.len()));
                let inner = (self.functions.len(), self.names.len());
                for param in &def.params {
                    let name = param.trim_start_matches('$').to_string();
                    self.functions.push((name.clone(), 0));
                    self.names.push(name);
                }
                self.ask(&def.body);
                self.functions.truncate(inner.0);
                self.names.truncate(inner.1);
                self.ask(rest);
            }
            Ast::Call(name, args) => {
                let count = args.len();
                let own = format!("{name}/{count}");
                let known = self.functions.iter().any(|(known, params)| known == name && *params == count);
                if !known && !OWN.split_whitespace().any(|known| known == own) {
                    self.found = Some(format!("{own} is not defined"));
                }
                args.iter().for_each(|ast| self.ask(ast));
            }
            Ast::Var(name) => {
                if !matches!(name.as_str(), "ENV" | "__loc__") && !self.names.contains(name) {
                    self.found = Some(format!("${name} is not defined"));
                }
            }
        }
        self.functions.truncate(functions);
        self.names.truncate(names);
    }

    fn bind(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::Var(name) => self.names.push(name.clone()),
            Pattern::List(all) => all.iter().for_each(|pattern| self.bind(pattern)),
            Pattern::Map(all) => {
                for (_, var, pattern) in all {
                    self.names.extend(var.clone());
                    pattern.iter().for_each(|pattern| self.bind(pattern));
                }
            }
        }
    }
}
