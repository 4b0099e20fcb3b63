//! What a template's text is read as: Go's parse tree, and how its errors write a node back.

use crate::quote::quoted;
use std::rc::Rc;

/// A part of a command: what has a value.
#[derive(Debug, Clone)]
pub(crate) struct Operand {
    /// Where it stands, in bytes.
    pub at: usize,
    pub shape: Shape,
}

#[derive(Debug, Clone)]
pub(crate) enum Shape {
    Bool(bool),
    Dot,
    Nil,
    /// A whole number, and how it was written.
    Int(i64, String),
    Float(f64, String),
    /// A text, and how it was written.
    Text(Rc<str>, String),
    /// `.a.b`.
    Field(Vec<Rc<str>>),
    /// `$a.b`, the first with its `$`.
    Variable(Vec<Rc<str>>),
    /// `(…).a.b`.
    Chain(Box<Operand>, Vec<Rc<str>>),
    Function(Rc<str>),
    Pipe(Box<Pipe>),
}

#[derive(Debug, Clone)]
pub(crate) struct Pipe {
    pub at: usize,
    /// Variables that are declared or, with `assign`, set.
    pub vars: Vec<Rc<str>>,
    pub assign: bool,
    pub commands: Vec<Command>,
}

#[derive(Debug, Clone)]
pub(crate) struct Command {
    pub at: usize,
    pub args: Vec<Operand>,
}

#[derive(Debug, Clone)]
pub(crate) enum Node {
    Text(Rc<str>),
    Action(Pipe),
    If(Control),
    With(Control),
    Range(Control),
    Template { at: usize, name: Rc<str>, pipe: Option<Pipe> },
    Break,
    Continue,
}

#[derive(Debug, Clone)]
pub(crate) struct Control {
    pub pipe: Pipe,
    pub list: Vec<Node>,
    pub otherwise: Option<Vec<Node>>,
}

/// One named template.
#[derive(Debug, Clone)]
pub(crate) struct Tree {
    pub name: Rc<str>,
    /// The name that its text was parsed under: a file's.
    pub file: Rc<str>,
    pub text: Rc<str>,
    pub root: Vec<Node>,
}

impl Tree {
    /// Line and byte of a place, as Go's errors tell it.
    pub fn location(&self, at: usize) -> String {
        let before = &self.text[..at.min(self.text.len())];
        let line = 1 + before.matches('\n').count();
        let column = before.rfind('\n').map_or(before.len(), |end| before.len() - end - 1);
        format!("{}:{line}:{column}", self.file)
    }
}

/// Nothing but space in it, so that it replaces no template.
pub(crate) fn is_empty(nodes: &[Node]) -> bool {
    nodes.iter().all(|node| matches!(node, Node::Text(text) if text.trim().is_empty()))
}

impl Operand {
    pub fn shown(&self) -> String {
        match &self.shape {
            Shape::Bool(on) => on.to_string(),
            Shape::Dot => ".".into(),
            Shape::Nil => "nil".into(),
            Shape::Int(_, text) | Shape::Float(_, text) | Shape::Text(_, text) => text.clone(),
            Shape::Field(path) => dotted(path),
            Shape::Variable(path) => path.join("."),
            Shape::Chain(node, path) => match &node.shape {
                Shape::Pipe(pipe) => format!("({}){}", pipe.shown(), dotted(path)),
                _ => node.shown() + &dotted(path),
            },
            Shape::Function(name) => name.to_string(),
            Shape::Pipe(pipe) => pipe.shown(),
        }
    }
}

fn dotted(path: &[Rc<str>]) -> String {
    path.iter().map(|part| format!(".{part}")).collect()
}

impl Command {
    pub fn shown(&self) -> String {
        let args: Vec<String> = self
            .args
            .iter()
            .map(|arg| if matches!(arg.shape, Shape::Pipe(_)) { format!("({})", arg.shown()) } else { arg.shown() })
            .collect();
        args.join(" ")
    }
}

impl Pipe {
    pub fn shown(&self) -> String {
        let mut out = self.vars.join(", ");
        if !out.is_empty() {
            out.push_str(if self.assign { " = " } else { " := " });
        }
        let commands: Vec<String> = self.commands.iter().map(Command::shown).collect();
        out + &commands.join(" | ")
    }
}

/// `{{template "name" …}}` as an error shows it.
pub(crate) fn template_shown(name: &str, pipe: Option<&Pipe>) -> String {
    let mut out = format!("{{{{template {}", quoted(name));
    if let Some(pipe) = pipe {
        out.push(' ');
        out.push_str(&pipe.shown());
    }
    out + "}}"
}
