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
}

/// `${name…}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Param {
    pub name: String,
    pub op: ParamOp,
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
    /// `/pattern/replacement`, `//` for all.
    Replace {
        all: bool,
        pattern: Word,
        with: Word,
    },
    /// `:offset` and `:offset:length`.
    Slice {
        offset: i64,
        length: Option<i64>,
    },
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redirect {
    pub fd: u8,
    pub kind: RedirectKind,
    pub target: Word,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RedirectKind {
    Read,
    Write,
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

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Simple {
    pub assigns: Vec<(String, Word)>,
    pub words: Vec<Word>,
    pub redirects: Vec<Redirect>,
    pub substs: Vec<Arc<Code>>,
    pub line: u32,
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
    /// The next round, or a jump to the end.
    ForNext {
        end: usize,
    },
    While {
        end: usize,
    },
    EndLoop,
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
