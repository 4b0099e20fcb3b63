//! Awk's programs as trees.

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Expr {
    Number(f64),
    Text(String),
    /// Alone, it is matched against the record.
    Regex(String),
    Var(Place),
    Field(Box<Expr>),
    Item(Place, Vec<Expr>),
    Assign(&'static str, Box<Expr>, Box<Expr>),
    Choose(Box<Expr>, Box<Expr>, Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    In(Vec<Expr>, Place),
    Match(Box<Expr>, Box<Expr>, bool),
    Binary(&'static str, Box<Expr>, Box<Expr>),
    Concat(Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    Negate(Box<Expr>),
    Plus(Box<Expr>),
    /// The place, by how much, and whether the value before counts.
    Step(Box<Expr>, f64, bool),
    Call(usize, Vec<Expr>),
    Builtin(&'static str, Vec<Expr>),
    /// `getline [into] [< file]`.
    Getline(Option<Box<Expr>>, Option<Box<Expr>>),
    Group(Vec<Expr>),
}

/// A variable: of the program, or of the function at hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    Global(usize),
    Local(usize),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Stmt {
    Block(Vec<Stmt>),
    Expr(Expr),
    /// Arguments, whether it is `printf`, and where to.
    Print(Vec<Expr>, bool, Option<(bool, Expr)>),
    If(Expr, Box<Stmt>, Option<Box<Stmt>>),
    While(Expr, Box<Stmt>),
    Do(Box<Stmt>, Expr),
    For(Option<Box<Stmt>>, Option<Expr>, Option<Box<Stmt>>, Box<Stmt>),
    ForIn(Place, Place, Box<Stmt>),
    Break,
    Continue,
    Next,
    NextFile,
    Exit(Option<Expr>),
    Return(Option<Expr>),
    Delete(Place, Option<Vec<Expr>>),
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Pattern {
    Begin,
    End,
    Always,
    When(Expr),
    Range(Expr, Expr),
}

#[derive(Debug, Clone, Default)]
pub(super) struct Function {
    pub params: usize,
    pub body: Vec<Stmt>,
}

#[derive(Debug, Clone, Default)]
pub(super) struct Script {
    pub rules: Vec<(Pattern, Option<Stmt>)>,
    pub functions: Vec<Function>,
    pub globals: Vec<String>,
}
