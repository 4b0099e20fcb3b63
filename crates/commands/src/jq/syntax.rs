//! jq's language as a tree.

use super::json::Json;

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Ast {
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
pub(crate) enum Part {
    Text(String),
    Expr(Ast),
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Def {
    pub name: String,
    pub params: Vec<String>,
    pub body: Box<Ast>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Pattern {
    Var(String),
    List(Vec<Pattern>),
    /// Key, the variable that it is also bound to, the pattern of its value.
    Map(Vec<(Ast, Option<String>, Option<Pattern>)>),
}
