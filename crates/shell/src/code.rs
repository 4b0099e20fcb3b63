//! What the parser makes and the machine runs: words, redirects and a linear code with jumps.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// A word before expansion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word(pub Vec<Part>);

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Part {
    Text {
        text: String,
        quoted: bool,
    },
    /// `~` or `~name` at the start of a word.
    Tilde(String),
    Param {
        param: Box<Param>,
        quoted: bool,
    },
    /// The output of the command's n-th substitution.
    Subst {
        index: usize,
        quoted: bool,
    },
    /// `$((…))`: the expression, whose parameters are expanded first.
    Arith {
        text: Word,
        quoted: bool,
    },
}

/// `${name…}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Param {
    pub name: String,
    pub index: Option<Index>,
    /// `${!name}`: the value is the name of what is meant.
    pub indirect: bool,
    pub op: ParamOp,
}

/// What stands in brackets behind an array's name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Index {
    /// `[@]`
    Each,
    /// `[*]`
    Joined,
    At(Word),
}

/// `name=…`, `name[index]+=…`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assign {
    pub name: String,
    pub index: Option<Word>,
    pub append: bool,
    pub value: AssignValue,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AssignValue {
    Word(Word),
    /// `(a b [key]=c)`
    List(Vec<(Option<Word>, Word)>),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ParamOp {
    Value,
    Length,
    /// `-`, `=`, `+`, `?`; with a colon, empty counts as unset.
    Unset {
        op: char,
        colon: bool,
        word: Word,
    },
    /// `#`, `##`, `%`, `%%`.
    Strip {
        suffix: bool,
        longest: bool,
        pattern: Word,
    },
    /// `/pattern/replacement`, `//` for all, `/#` and `/%` at an end.
    Replace {
        all: bool,
        anchor: Option<char>,
        pattern: Word,
        with: Word,
    },
    /// `:offset` and `:offset:length`, both arithmetic.
    Slice {
        offset: Word,
        length: Option<Word>,
    },
    /// `^`, `^^`, `,`, `,,`, `~`, `~~`.
    Case {
        how: char,
        all: bool,
        pattern: Word,
    },
    /// `${!array[@]}`
    Keys,
    /// `${!prefix*}`
    Names,
    /// `@Q`, `@U`, …
    Transform(char),
    /// What stands in the braces is none of these.
    Bad(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirect {
    pub fd: u8,
    /// `{name}>`: a new descriptor, whose number the variable gets.
    pub var: Option<String>,
    pub kind: RedirectKind,
    pub target: Word,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RedirectKind {
    Read,
    Write,
    /// `>|`
    Clobber,
    /// `<>`
    ReadWrite,
    Append,
    /// `2>&1`.
    Copy,
    /// `&>file`: 1 and 2.
    Both,
    BothAppend,
    /// `<<<word`.
    Text,
    /// `<<END`: the lines up to one that says `END`.
    Here,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Simple {
    pub assigns: Vec<Assign>,
    pub words: Vec<Word>,
    pub redirects: Vec<Redirect>,
    pub substs: Vec<Subst>,
    /// Arguments of `declare` and its like that are assignments, by the word that stands for them.
    pub declared: Vec<(usize, Assign)>,
    /// The words of a `for` or a `case` as they are written, for `set -x`.
    pub text: String,
    pub line: u32,
}

/// `$( )`, `<( )` whose output becomes a file, or `>( )` that reads what is written to a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subst {
    pub code: Arc<Code>,
    /// It stands in a `${name-…}`: it runs only if that is needed.
    pub unless: Option<Guard>,
    pub file: bool,
    pub sink: bool,
}

/// The parameter, operator and colon of a `${name:-…}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guard {
    pub name: String,
    pub op: char,
    pub colon: bool,
}

/// One instruction. Addresses are indices into the same code.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Op {
    Simple(Arc<Simple>),
    /// Each part runs in a subshell, connected by pipes.
    Pipeline(Vec<Arc<Code>>),
    /// `( … )`.
    Subshell(Arc<Code>),
    /// `… &`.
    Background {
        code: Arc<Code>,
        text: String,
    },
    Jump(usize),
    JumpIfFailed(usize),
    JumpIfOk(usize),
    /// `!`.
    Negate,
    /// From here to `CheckOn`, a failure does not end a shell with `set -e`.
    CheckOff,
    CheckOn,
    /// The status of the command before it counts for `set -e`.
    Check,
    /// `for`: expands its words into a new loop.
    For {
        name: String,
        words: Arc<Simple>,
        end: usize,
    },
    /// `select`: as `for`, but each round asks.
    Select {
        name: String,
        words: Arc<Simple>,
        end: usize,
    },
    SelectNext {
        end: usize,
    },
    /// The next round, or a jump to the end.
    ForNext {
        end: usize,
    },
    /// `continue` goes behind this; the first round begins at `enter`.
    While {
        end: usize,
        enter: usize,
    },
    /// The status of a round, which is the loop's if it was the last one.
    EndRound,
    LoopStatus,
    EndLoop,
    /// `((…))`
    Arith(Arc<Simple>),
    /// One test of a `[[ ]]`: a word, an operator and a word, or two words around an operator.
    Cond(Arc<Simple>),
    /// `time`
    Time {
        posix: bool,
    },
    EndTime {
        posix: bool,
    },
    /// Forgets the status: `if` whose condition failed and that has no `else`.
    Ok,
    Redirect(Arc<Simple>),
    EndRedirect,
    Define {
        name: String,
        body: Arc<Code>,
    },
    /// `case`: expands its word.
    Case(Arc<Simple>),
    /// Jumps if no pattern matches.
    CaseArm {
        patterns: Arc<Simple>,
        next: usize,
    },
    EndCase,
}

pub type Code = Vec<Op>;
