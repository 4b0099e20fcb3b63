//! From awk's tokens to a tree: rules, functions, statements.

use super::lex::{Token, tokens};
use super::tree::{Expr, Function, Pattern, Place, Script, Stmt};

/// Expressions and statements nest at most so deep.
pub(super) const DEPTH_MAX: usize = 60;

pub(super) type Parsed<T> = Result<T, String>;

pub(super) struct Parser {
    tokens: Vec<(Token, u32)>,
    pub at: usize,
    pub depth: usize,
    script: Script,
    names: Vec<String>,
    defined: Vec<bool>,
    locals: Vec<String>,
    /// In the list of a `print`, `>` is no comparison; in the head of a `for`, `in` may be none.
    pub no_greater: bool,
    pub no_in: bool,
}

pub(super) fn parse(text: &str, globals: &[&str]) -> Parsed<Script> {
    let mut parser = Parser {
        tokens: tokens(text)?,
        at: 0,
        depth: 0,
        script: Script { globals: globals.iter().map(|name| (*name).to_string()).collect(), ..Script::default() },
        names: Vec::new(),
        defined: Vec::new(),
        locals: Vec::new(),
        no_greater: false,
        no_in: false,
    };
    parser.program()?;
    if let Some(at) = parser.defined.iter().position(|defined| !defined) {
        return Err(format!("function {} never defined", parser.names[at]));
    }
    Ok(parser.script)
}

impl Parser {
    pub fn peek(&self) -> &Token {
        &self.tokens[self.at.min(self.tokens.len() - 1)].0
    }

    pub fn is(&self, sign: &str) -> bool {
        matches!(self.peek(), Token::Sign(found) if *found == sign)
    }

    pub fn eat(&mut self, sign: &str) -> bool {
        let hit = self.is(sign);
        self.at += usize::from(hit);
        hit
    }

    pub fn wrong(&self) -> String {
        let line = self.tokens[self.at.min(self.tokens.len() - 1)].1;
        let near = match self.peek() {
            Token::Sign(sign) => (*sign).to_string(),
            Token::Name(name) | Token::Call(name) => name.clone(),
            Token::Text(text) => format!("\"{text}\""),
            Token::Regex(text) => format!("/{text}/"),
            Token::Number(number) => super::value::number_text(*number, "%.6g"),
            Token::Newline => "end of line".into(),
            Token::End => "end of file".into(),
        };
        format!("line {line}: syntax error at or near {near}")
    }

    pub fn need(&mut self, sign: &str) -> Parsed<()> {
        if self.eat(sign) { Ok(()) } else { Err(self.wrong()) }
    }

    pub fn newlines(&mut self) {
        while *self.peek() == Token::Newline {
            self.at += 1;
        }
    }

    fn ends(&mut self) {
        while *self.peek() == Token::Newline || self.is(";") {
            self.at += 1;
        }
    }

    fn program(&mut self) -> Parsed<()> {
        loop {
            self.ends();
            if *self.peek() == Token::End {
                return Ok(());
            }
            if self.eat("function") {
                self.function()?;
                continue;
            }
            let pattern = if self.eat("BEGIN") {
                Pattern::Begin
            } else if self.eat("END") {
                Pattern::End
            } else if self.is("{") {
                Pattern::Always
            } else {
                let first = self.expr()?;
                if self.eat(",") {
                    self.newlines();
                    Pattern::Range(first, self.expr()?)
                } else {
                    Pattern::When(first)
                }
            };
            let action = if self.is("{") { Some(self.block()?) } else { None };
            if action.is_none() && matches!(pattern, Pattern::Begin | Pattern::End) {
                return Err(self.wrong());
            }
            self.script.rules.push((pattern, action));
        }
    }

    pub fn function_index(&mut self, name: &str) -> usize {
        if let Some(at) = self.names.iter().position(|known| known == name) {
            return at;
        }
        self.names.push(name.to_string());
        self.defined.push(false);
        self.script.functions.push(Function::default());
        self.names.len() - 1
    }

    fn function(&mut self) -> Parsed<()> {
        let name = match self.peek().clone() {
            Token::Name(name) | Token::Call(name) => name,
            _ => return Err(self.wrong()),
        };
        self.at += 1;
        self.need("(")?;
        let mut params = Vec::new();
        while let Token::Name(param) = self.peek().clone() {
            self.at += 1;
            params.push(param);
            self.eat(",");
            self.newlines();
        }
        self.need(")")?;
        self.newlines();
        let index = self.function_index(&name);
        self.defined[index] = true;
        let count = params.len();
        self.locals = params;
        let body = self.block()?;
        self.locals.clear();
        self.script.functions[index] = Function { params: count, body: vec![body] };
        Ok(())
    }

    pub fn place(&mut self, name: &str) -> Place {
        if let Some(at) = self.locals.iter().position(|known| known == name) {
            return Place::Local(at);
        }
        let globals = &mut self.script.globals;
        Place::Global(globals.iter().position(|known| known == name).unwrap_or_else(|| {
            globals.push(name.to_string());
            globals.len() - 1
        }))
    }

    fn block(&mut self) -> Parsed<Stmt> {
        self.need("{")?;
        let mut all = Vec::new();
        loop {
            self.ends();
            if self.eat("}") {
                return Ok(Stmt::Block(all));
            }
            if *self.peek() == Token::End {
                return Err(self.wrong());
            }
            all.push(self.statement()?);
        }
    }

    fn end_of_simple(&mut self) -> Parsed<()> {
        match self.peek() {
            Token::Newline => self.at += 1,
            Token::End => {}
            Token::Sign(";") => self.at += 1,
            Token::Sign("}") => {}
            _ => return Err(self.wrong()),
        }
        Ok(())
    }

    fn body(&mut self) -> Parsed<Box<Stmt>> {
        self.newlines();
        if self.eat(";") {
            return Ok(Box::new(Stmt::Block(Vec::new())));
        }
        Ok(Box::new(self.statement()?))
    }

    fn statement(&mut self) -> Parsed<Stmt> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("the program is nested too deeply".into());
        }
        let stmt = self.statement_inner();
        self.depth -= 1;
        stmt
    }

    fn statement_inner(&mut self) -> Parsed<Stmt> {
        if self.is("{") {
            return self.block();
        }
        if self.eat("if") {
            self.need("(")?;
            let condition = self.expr()?;
            self.need(")")?;
            let then = self.body()?;
            let before = self.at;
            self.ends();
            if self.eat("else") {
                return Ok(Stmt::If(condition, then, Some(self.body()?)));
            }
            self.at = before;
            return Ok(Stmt::If(condition, then, None));
        }
        if self.eat("while") {
            self.need("(")?;
            let condition = self.expr()?;
            self.need(")")?;
            return Ok(Stmt::While(condition, self.body()?));
        }
        if self.eat("do") {
            let body = self.body()?;
            self.ends();
            self.need("while")?;
            self.need("(")?;
            let condition = self.expr()?;
            self.need(")")?;
            self.end_of_simple()?;
            return Ok(Stmt::Do(body, condition));
        }
        if self.eat("for") {
            return self.for_statement();
        }
        let stmt = self.simple()?;
        self.end_of_simple()?;
        Ok(stmt)
    }

    fn for_statement(&mut self) -> Parsed<Stmt> {
        self.need("(")?;
        if let (Token::Name(name), Some((Token::Sign("in"), _))) = (self.peek().clone(), self.tokens.get(self.at + 1))
            && let Some((Token::Name(array), _)) = self.tokens.get(self.at + 2).cloned()
            && matches!(self.tokens.get(self.at + 3), Some((Token::Sign(")"), _)))
        {
            self.at += 4;
            let (name, array) = (self.place(&name), self.place(&array));
            return Ok(Stmt::ForIn(name, array, self.body()?));
        }
        let start = if self.is(";") { None } else { Some(Box::new(self.simple()?)) };
        self.need(";")?;
        self.newlines();
        let condition = if self.is(";") { None } else { Some(self.expr()?) };
        self.need(";")?;
        self.newlines();
        let step = if self.is(")") { None } else { Some(Box::new(self.simple()?)) };
        self.need(")")?;
        Ok(Stmt::For(start, condition, step, self.body()?))
    }

    fn simple(&mut self) -> Parsed<Stmt> {
        let value_follows =
            |parser: &Self| !matches!(parser.peek(), Token::Newline | Token::End | Token::Sign(";" | "}"));
        for (word, stmt) in
            [("break", Stmt::Break), ("continue", Stmt::Continue), ("next", Stmt::Next), ("nextfile", Stmt::NextFile)]
        {
            if self.eat(word) {
                return Ok(stmt);
            }
        }
        if self.eat("exit") {
            return Ok(Stmt::Exit(if value_follows(self) { Some(self.expr()?) } else { None }));
        }
        if self.eat("return") {
            return Ok(Stmt::Return(if value_follows(self) { Some(self.expr()?) } else { None }));
        }
        if self.eat("delete") {
            let Token::Name(name) = self.peek().clone() else { return Err(self.wrong()) };
            self.at += 1;
            let place = self.place(&name);
            let index = if self.eat("[") {
                let index = self.list("]")?;
                Some(index)
            } else {
                None
            };
            return Ok(Stmt::Delete(place, index));
        }
        let formatted = self.is("printf");
        if self.eat("print") || self.eat("printf") {
            return self.print(formatted);
        }
        Ok(Stmt::Expr(self.expr()?))
    }

    fn print(&mut self, formatted: bool) -> Parsed<Stmt> {
        let outer = std::mem::replace(&mut self.no_greater, true);
        let mut args = Vec::new();
        while !matches!(self.peek(), Token::Newline | Token::End | Token::Sign(";" | "}" | ">" | ">>" | "|")) {
            args.push(self.expr()?);
            if !self.eat(",") {
                break;
            }
            self.newlines();
        }
        if let [Expr::Group(_)] = &args[..]
            && let Some(Expr::Group(inner)) = args.pop()
        {
            args = inner;
        }
        let to = if self.eat(">") {
            Some((false, self.concat()?))
        } else if self.eat(">>") {
            Some((true, self.concat()?))
        } else if self.is("|") {
            return Err("printing to a command is real awk, but not part of this sandbox yet".into());
        } else {
            None
        };
        self.no_greater = outer;
        if formatted && args.is_empty() {
            return Err(self.wrong());
        }
        Ok(Stmt::Print(args, formatted, to))
    }
}
