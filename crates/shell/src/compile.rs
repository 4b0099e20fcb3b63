//! Compound commands as jumps.

use crate::code::{Code, Op, Redirect, Simple, Subst};
use std::sync::Arc;

/// Puts one code behind another, moving its addresses.
pub(crate) fn append(code: &mut Code, more: Code) {
    let by = code.len();
    code.extend(more.into_iter().map(|op| moved(op, by)));
}

fn moved(op: Op, by: usize) -> Op {
    match op {
        Op::Jump(to) => Op::Jump(to + by),
        Op::JumpIfFailed(to) => Op::JumpIfFailed(to + by),
        Op::JumpIfOk(to) => Op::JumpIfOk(to + by),
        Op::For { name, words, end } => Op::For { name, words, end: end + by },
        Op::ForNext { end } => Op::ForNext { end: end + by },
        Op::Select { name, words, end } => Op::Select { name, words, end: end + by },
        Op::SelectNext { end } => Op::SelectNext { end: end + by },
        Op::While { end, enter } => Op::While { end: end + by, enter: enter + by },
        Op::CaseArm { patterns, next } => Op::CaseArm { patterns, next: next + by },
        other => other,
    }
}

/// `a && b || c`: all but the last are conditions, whose failure does not end a shell with `set -e`.
pub(crate) fn and_or(parts: Vec<(bool, Code)>) -> Code {
    if parts.len() == 1 {
        return parts.into_iter().next().map(|(_, code)| code).unwrap_or_default();
    }
    let last = parts.len() - 1;
    let mut code = Code::new();
    for (index, (and, part)) in parts.into_iter().enumerate() {
        let mut piece = Code::new();
        if index < last {
            piece.push(Op::CheckOff);
        }
        append(&mut piece, part);
        if index < last {
            piece.push(Op::CheckOn);
        }
        if index == 0 {
            append(&mut code, piece);
        } else {
            let over = code.len() + 1 + piece.len();
            code.push(if and { Op::JumpIfFailed(over) } else { Op::JumpIfOk(over) });
            append(&mut code, piece);
        }
    }
    code
}

fn unchecked(condition: Code) -> Code {
    let mut code = vec![Op::CheckOff];
    append(&mut code, condition);
    code.push(Op::CheckOn);
    code
}

pub(crate) fn if_chain(arms: Vec<(Code, Code)>, otherwise: Option<Code>) -> Code {
    let mut code = Code::new();
    let mut exits = Vec::new();
    for (condition, body) in arms {
        append(&mut code, unchecked(condition));
        let skip = code.len();
        code.push(Op::JumpIfFailed(0));
        append(&mut code, body);
        exits.push(code.len());
        code.push(Op::Jump(0));
        code[skip] = Op::JumpIfFailed(code.len());
    }
    match otherwise {
        Some(body) => append(&mut code, body),
        None => code.push(Op::Ok),
    }
    let end = code.len();
    for exit in exits {
        code[exit] = Op::Jump(end);
    }
    code
}

pub(crate) fn while_loop(condition: Code, body: Code, until: bool) -> Code {
    let mut code = vec![Op::While { end: 0, enter: 1 }];
    let top = code.len();
    append(&mut code, unchecked(condition));
    let leave = code.len();
    code.push(Op::Ok);
    append(&mut code, body);
    code.extend([Op::EndRound, Op::Jump(top)]);
    let out = code.len();
    code.push(Op::LoopStatus);
    let end = code.len();
    code.push(Op::EndLoop);
    code[0] = Op::While { end, enter: 1 };
    code[leave] = if until { Op::JumpIfOk(out) } else { Op::JumpIfFailed(out) };
    code
}

/// `for ((start; condition; step))`.
pub(crate) fn arith_loop(start: Arc<Simple>, condition: Arc<Simple>, step: Arc<Simple>, body: Code) -> Code {
    // `continue` goes to the step, which stands before the condition.
    let mut code = vec![Op::Arith(start), Op::While { end: 0, enter: 0 }, Op::EndRound, Op::Arith(step)];
    let enter = code.len();
    code.extend([Op::Arith(condition), Op::Ok]);
    append(&mut code, body);
    code.push(Op::Jump(2));
    let out = code.len();
    code.push(Op::LoopStatus);
    let end = code.len();
    code.push(Op::EndLoop);
    code[1] = Op::While { end, enter };
    code[enter + 1] = Op::JumpIfFailed(out);
    code
}

pub(crate) fn for_loop(name: String, words: Arc<Simple>, body: Code) -> Code {
    let mut code = vec![Op::For { name, words, end: 0 }, Op::ForNext { end: 0 }];
    append(&mut code, body);
    code.push(Op::Jump(1));
    let end = code.len();
    code.push(Op::EndLoop);
    if let Op::For { end: to, .. } = &mut code[0] {
        *to = end;
    }
    code[1] = Op::ForNext { end };
    code
}

/// `select`: the same loop, whose rounds ask.
pub(crate) fn select_loop(name: String, words: Arc<Simple>, body: Code) -> Code {
    let mut code = for_loop(name, words, body);
    let end = code.len() - 1;
    if let Op::For { name, words, end } = code[0].clone() {
        code[0] = Op::Select { name, words, end };
    }
    code[1] = Op::SelectNext { end };
    code
}

/// What `;;`, `;&` and `;;&` do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ArmEnd {
    Leave,
    /// On to the next commands.
    Fall,
    /// On to the next patterns.
    Test,
}

pub(crate) struct Arm {
    pub patterns: Arc<Simple>,
    pub body: Code,
    pub end: ArmEnd,
}

pub(crate) fn case_of(subject: Arc<Simple>, arms: Vec<Arm>) -> Code {
    let mut code = vec![Op::Case(subject)];
    let mut exits = Vec::new();
    let mut falls = None;
    for Arm { patterns, body, end } in arms {
        let arm = code.len();
        code.push(Op::Ok);
        if let Some(from) = falls.take() {
            code[from] = Op::Jump(code.len());
        }
        if body.is_empty() {
            code.push(Op::Ok);
        }
        append(&mut code, body);
        match end {
            ArmEnd::Leave => {
                exits.push(code.len());
                code.push(Op::Jump(0));
            }
            ArmEnd::Fall => {
                falls = Some(code.len());
                code.push(Op::Jump(0));
            }
            ArmEnd::Test => {}
        }
        code[arm] = Op::CaseArm { patterns, next: code.len() };
    }
    exits.extend(falls);
    let end = code.len();
    code.push(Op::EndCase);
    for exit in exits {
        code[exit] = Op::Jump(end);
    }
    code
}

pub(crate) fn with_redirects(inner: Code, redirects: Vec<Redirect>, substs: Vec<Subst>, line: u32) -> Code {
    if redirects.is_empty() {
        return inner;
    }
    let simple = Simple { redirects, substs, line, ..Simple::default() };
    let mut code = vec![Op::Redirect(Arc::new(simple))];
    append(&mut code, inner);
    code.extend([Op::EndRedirect, Op::Check]);
    code
}
