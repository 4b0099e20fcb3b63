//! Tokens to trees: Go 1.23's `text/template/parse`, with its errors. Functions are known by their names.

use crate::lex::{Kind, Lexer, Token};
use crate::node::{Control, Node, Tree, is_empty};
use crate::quote::{quoted, unquoted};
use std::rc::Rc;

pub(crate) type Parsed<T> = Result<T, String>;

/// Actions nested deeper are refused, so that no text can fill the stack.
const NESTING_MAX: usize = 120;

/// What ends a list of nodes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ending {
    End,
    /// `{{else}}`, or what stands behind it: `if` or `with`.
    Else,
}

pub(crate) struct Parser<'t> {
    pub file: &'t str,
    text: Rc<str>,
    lexer: Lexer<'t>,
    /// Tokens put back, the next one last.
    back: Vec<Token>,
    /// The line of the newest token, for errors.
    line: usize,
    action_line: usize,
    pub vars: Vec<Rc<str>>,
    ranges: usize,
    pub nesting: usize,
    pub known: &'t dyn Fn(&str) -> bool,
    trees: Vec<Rc<Tree>>,
}

/// All templates of a text: those it defines, then the text's own.
pub(crate) fn parse(file: &str, text: &str, known: &dyn Fn(&str) -> bool) -> Parsed<Vec<Rc<Tree>>> {
    let mut parser = Parser {
        file,
        text: text.into(),
        lexer: Lexer::new(text),
        back: Vec::new(),
        line: 1,
        action_line: 0,
        vars: vec!["$".into()],
        ranges: 0,
        nesting: 0,
        known,
        trees: Vec::new(),
    };
    let root = parser.file_list()?;
    parser.add(file.into(), root)?;
    Ok(parser.trees)
}

impl Parser<'_> {
    pub fn next(&mut self) -> Token {
        let token = self.back.pop().unwrap_or_else(|| self.lexer.next());
        self.line = token.line;
        token
    }

    pub fn put_back(&mut self, token: Token) {
        self.back.push(token);
    }

    pub fn peek(&mut self) -> Token {
        let token = self.next();
        self.put_back(token.clone());
        token
    }

    pub fn next_word(&mut self) -> Token {
        loop {
            let token = self.next();
            if token.kind != Kind::Space {
                return token;
            }
        }
    }

    pub fn peek_word(&mut self) -> Token {
        let token = self.next_word();
        self.put_back(token.clone());
        token
    }

    pub fn fail<T>(&self, told: &str) -> Parsed<T> {
        Err(format!("template: {}:{}: {told}", self.file, self.line))
    }

    pub fn unexpected<T>(&self, token: &Token, place: &str) -> Parsed<T> {
        if token.kind != Kind::Error {
            return self.fail(&format!("unexpected {} in {place}", token.shown()));
        }
        let mut extra = String::new();
        if self.action_line != 0 && self.action_line != token.line {
            extra = format!(" in action started at {}:{}", self.file, self.action_line);
            if token.text.ends_with(" action") {
                extra = extra[" in action".len()..].to_string();
            }
        }
        self.fail(&(token.text.clone() + &extra))
    }

    pub fn expect(&mut self, kind: Kind, place: &str) -> Parsed<Token> {
        let token = self.next_word();
        if token.kind == kind { Ok(token) } else { self.unexpected(&token, place) }
    }

    fn add(&mut self, name: Rc<str>, root: Vec<Node>) -> Parsed<()> {
        let tree = Rc::new(Tree { name, file: self.file.into(), text: self.text.clone(), root });
        match self.trees.iter_mut().find(|old| old.name == tree.name) {
            None => self.trees.push(tree),
            Some(old) if is_empty(&old.root) => *old = tree,
            Some(_) if is_empty(&tree.root) => {}
            Some(_) => {
                return self.fail(&format!("template: multiple definition of template {}", quoted(&tree.name)));
            }
        }
        Ok(())
    }

    fn file_list(&mut self) -> Parsed<Vec<Node>> {
        let mut root = Vec::new();
        loop {
            let token = self.peek();
            if token.kind == Kind::Eof {
                return Ok(root);
            }
            if token.kind == Kind::LeftDelim {
                let delim = self.next();
                let word = self.next_word();
                if word.kind == Kind::Define {
                    self.definition()?;
                    continue;
                }
                self.put_back(word);
                self.put_back(delim);
            }
            match self.text_or_action()? {
                Ok(node) => root.push(node),
                Err(Ending::End) => return self.fail("unexpected {{end}}"),
                Err(Ending::Else) => return self.fail("unexpected {{else}}"),
            }
        }
    }

    fn definition(&mut self) -> Parsed<()> {
        let token = self.next_word();
        let name = self.name_of(&token, "define clause")?;
        self.expect(Kind::RightDelim, "define clause")?;
        let outer = (std::mem::replace(&mut self.vars, vec!["$".into()]), std::mem::take(&mut self.ranges));
        let (list, end) = self.list()?;
        (self.vars, self.ranges) = outer;
        if end != Ending::End {
            return self.fail("unexpected {{else}} in define clause");
        }
        self.add(name.into(), list)
    }

    fn name_of(&self, token: &Token, place: &str) -> Parsed<String> {
        if !matches!(token.kind, Kind::Quoted | Kind::RawQuoted) {
            return self.unexpected(token, place);
        }
        unquoted(&token.text).map_or_else(|| self.fail("invalid syntax"), Ok)
    }

    /// Nodes up to `{{end}}` or `{{else}}`.
    fn list(&mut self) -> Parsed<(Vec<Node>, Ending)> {
        self.nesting += 1;
        if self.nesting > NESTING_MAX {
            return self.fail("max expression depth exceeded");
        }
        let mut list = Vec::new();
        while self.peek_word().kind != Kind::Eof {
            match self.text_or_action()? {
                Ok(node) => list.push(node),
                Err(ending) => {
                    self.nesting -= 1;
                    return Ok((list, ending));
                }
            }
        }
        self.fail("unexpected EOF")
    }

    fn text_or_action(&mut self) -> Parsed<Result<Node, Ending>> {
        let token = self.next_word();
        match token.kind {
            Kind::Text => Ok(Ok(Node::Text(token.text.into()))),
            Kind::LeftDelim => {
                self.action_line = token.line;
                let done = self.action();
                self.action_line = 0;
                done
            }
            _ => self.unexpected(&token, "input"),
        }
    }

    fn action(&mut self) -> Parsed<Result<Node, Ending>> {
        let token = self.next_word();
        let node = match token.kind {
            Kind::Block => self.block()?,
            Kind::Break => self.jump("break", Node::Break)?,
            Kind::Continue => self.jump("continue", Node::Continue)?,
            Kind::Else => {
                if !matches!(self.peek_word().kind, Kind::If | Kind::With) {
                    self.expect(Kind::RightDelim, "else")?;
                }
                return Ok(Err(Ending::Else));
            }
            Kind::End => {
                self.expect(Kind::RightDelim, "end")?;
                return Ok(Err(Ending::End));
            }
            Kind::If => Node::If(self.control("if")?),
            Kind::With => Node::With(self.control("with")?),
            Kind::Range => Node::Range(self.control("range")?),
            Kind::Template => self.template()?,
            _ => {
                self.put_back(token);
                Node::Action(self.pipeline("command", Kind::RightDelim)?)
            }
        };
        Ok(Ok(node))
    }

    fn jump(&mut self, word: &str, node: Node) -> Parsed<Node> {
        let token = self.next_word();
        if token.kind != Kind::RightDelim {
            return self.unexpected(&token, &format!("{{{{{word}}}}}"));
        }
        if self.ranges == 0 {
            return self.fail(&format!("{{{{{word}}}}} outside {{{{range}}}}"));
        }
        Ok(node)
    }

    fn control(&mut self, word: &str) -> Parsed<Control> {
        let vars = self.vars.len();
        let pipe = self.pipeline(word, Kind::RightDelim)?;
        let ranged = usize::from(word == "range");
        self.ranges += ranged;
        let (list, end) = self.list()?;
        self.ranges -= ranged;
        let otherwise = if end == Ending::Else { Some(self.otherwise(word)?) } else { None };
        self.vars.truncate(vars);
        Ok(Control { pipe, list, otherwise })
    }

    fn otherwise(&mut self, word: &str) -> Parsed<Vec<Node>> {
        let chained = matches!((word, self.peek().kind), ("if", Kind::If) | ("with", Kind::With));
        if !chained {
            let (list, end) = self.list()?;
            return if end == Ending::End { Ok(list) } else { self.fail("expected end; found {{else}}") };
        }
        self.next();
        self.nesting += 1;
        if self.nesting > NESTING_MAX {
            return self.fail("max expression depth exceeded");
        }
        let control = self.control(word)?;
        self.nesting -= 1;
        Ok(vec![if word == "if" { Node::If(control) } else { Node::With(control) }])
    }

    fn template(&mut self) -> Parsed<Node> {
        let token = self.next_word();
        let name = self.name_of(&token, "template clause")?;
        let after = self.next_word();
        let mut pipe = None;
        if after.kind != Kind::RightDelim {
            self.put_back(after);
            pipe = Some(self.pipeline("template clause", Kind::RightDelim)?);
        }
        Ok(Node::Template { at: token.at, name: name.into(), pipe })
    }

    fn block(&mut self) -> Parsed<Node> {
        let token = self.next_word();
        let name: Rc<str> = self.name_of(&token, "block clause")?.into();
        let pipe = self.pipeline("block clause", Kind::RightDelim)?;
        let outer = (std::mem::replace(&mut self.vars, vec!["$".into()]), std::mem::take(&mut self.ranges));
        let (list, end) = self.list()?;
        (self.vars, self.ranges) = outer;
        if end != Ending::End {
            return self.fail("unexpected {{else}} in block clause");
        }
        self.add(name.clone(), list)?;
        Ok(Node::Template { at: token.at, name, pipe: Some(pipe) })
    }
}
