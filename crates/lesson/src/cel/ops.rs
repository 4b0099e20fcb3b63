//! Operators between two values: arithmetic, comparison and `in`.

use super::ast::Op;
use super::term::Term;
use crate::error::Error;
use manifest::Value;
use std::cmp::Ordering;

/// Texts and lists that operators make may not be longer, in bytes and items.
const TEXT_BYTES_MAX: usize = 1 << 20;
const ITEMS_MAX: usize = 100_000;

pub(super) fn negate(at: u32, term: &Term) -> Result<Term, Error> {
    match term {
        Term::Data(Value::Int(n)) => n.checked_neg().map(|n| Term::Data(Value::Int(n))).ok_or_else(|| too_big(at)),
        Term::Data(Value::Float(x)) => Ok(Term::Data(Value::Float(-x))),
        Term::Span(micros) => micros.checked_neg().map(Term::Span).ok_or_else(|| too_big(at)),
        other => Err(Error::eval(at, format!("{} has no negative", other.kind()))),
    }
}

pub(super) fn binary(at: u32, op: Op, left: &Term, right: &Term) -> Result<Term, Error> {
    match op {
        Op::Equal => Ok(Term::bool(equal(left, right))),
        Op::NotEqual => Ok(Term::bool(!equal(left, right))),
        Op::Less | Op::LessEqual | Op::Greater | Op::GreaterEqual => {
            let order = compare(left, right).ok_or_else(|| mismatch(at, op, left, right))?;
            Ok(Term::bool(match op {
                Op::Less => order == Some(Ordering::Less),
                Op::Greater => order == Some(Ordering::Greater),
                Op::LessEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
                _ => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
            }))
        }
        Op::In => contains(left, right).map(Term::bool).ok_or_else(|| mismatch(at, op, left, right)),
        Op::Add | Op::Subtract | Op::Multiply | Op::Divide | Op::Remainder => arithmetic(at, op, left, right),
    }
}

fn too_big(at: u32) -> Error {
    Error::eval(at, "this number does not fit")
}

fn mismatch(at: u32, op: Op, left: &Term, right: &Term) -> Error {
    Error::eval(at, format!("`{}` does not work between {} and {}", op.sign(), left.kind(), right.kind()))
}

/// Whether two values are the same; numbers of either kind compare by their value, and values of different kinds
/// are never equal.
fn equal(left: &Term, right: &Term) -> bool {
    match (left, right) {
        (Term::Data(left), Term::Data(right)) => same(left, right),
        (left, right) => left == right,
    }
}

pub(super) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Int(_) | Value::Float(_), Value::Int(_) | Value::Float(_)) => {
            numbers(left, right) == Some(Some(Ordering::Equal))
        }
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| same(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|((k, v), (l, w))| k == l && same(v, w))
        }
        (left, right) => left == right,
    }
}

/// `None` where these are not two numbers; `Some(None)` where one of them is not a number (NaN).
fn numbers(left: &Value, right: &Value) -> Option<Option<Ordering>> {
    match (left, right) {
        (Value::Int(a), Value::Int(b)) => Some(Some(a.cmp(b))),
        _ => Some(left.as_f64()?.partial_cmp(&right.as_f64()?)),
    }
}

/// The order of two values; `None` where they have none.
fn compare(left: &Term, right: &Term) -> Option<Option<Ordering>> {
    match (left, right) {
        (Term::Span(a), Term::Span(b)) | (Term::Moment(a), Term::Moment(b)) => Some(Some(a.cmp(b))),
        (Term::Data(Value::Str(a)), Term::Data(Value::Str(b))) => Some(Some(a.cmp(b))),
        (Term::Data(Value::Bool(a)), Term::Data(Value::Bool(b))) => Some(Some(a.cmp(b))),
        (Term::Data(a), Term::Data(b)) => numbers(a, b),
        _ => None,
    }
}

/// Whether a list has an equal item, or a map the key.
fn contains(item: &Term, all: &Term) -> Option<bool> {
    match (item, all) {
        (Term::Data(item), Term::Data(Value::List(items))) => Some(items.iter().any(|have| same(have, item))),
        (Term::Data(Value::Str(key)), Term::Data(Value::Map(map))) => Some(map.contains(key)),
        _ => None,
    }
}

fn arithmetic(at: u32, op: Op, left: &Term, right: &Term) -> Result<Term, Error> {
    let wrong = || mismatch(at, op, left, right);
    match (left, right) {
        (Term::Data(Value::Int(a)), Term::Data(Value::Int(b))) => ints(at, op, *a, *b),
        (Term::Data(Value::Float(a)), Term::Data(Value::Float(b))) => {
            floats(op, *a, *b).map(|x| Term::Data(Value::Float(x))).ok_or_else(wrong)
        }
        (Term::Data(Value::Str(a)), Term::Data(Value::Str(b))) if op == Op::Add => {
            if a.len() + b.len() > TEXT_BYTES_MAX {
                return Err(Error::eval(at, "this text is too long"));
            }
            Ok(Term::text_of(format!("{a}{b}")))
        }
        (Term::Data(Value::List(a)), Term::Data(Value::List(b))) if op == Op::Add => {
            if a.len() + b.len() > ITEMS_MAX {
                return Err(Error::eval(at, "this list is too long"));
            }
            Ok(Term::Data(a.iter().chain(b.iter()).cloned().collect()))
        }
        (Term::Span(a), Term::Span(b)) => micros(op, *a, *b).map_or_else(|| Err(wrong()), |n| fits(at, n, Term::Span)),
        (Term::Moment(a), Term::Span(b)) => {
            micros(op, *a, *b).map_or_else(|| Err(wrong()), |n| fits(at, n, Term::Moment))
        }
        (Term::Moment(a), Term::Moment(b)) if op == Op::Subtract => fits(at, a.checked_sub(*b), Term::Span),
        _ => Err(wrong()),
    }
}

fn fits(at: u32, micros: Option<i64>, make: fn(i64) -> Term) -> Result<Term, Error> {
    micros.map(make).ok_or_else(|| too_big(at))
}

/// Sum or difference of two lengths of time; the outer `None` for any other operator.
fn micros(op: Op, a: i64, b: i64) -> Option<Option<i64>> {
    match op {
        Op::Add => Some(a.checked_add(b)),
        Op::Subtract => Some(a.checked_sub(b)),
        _ => None,
    }
}

fn ints(at: u32, op: Op, a: i64, b: i64) -> Result<Term, Error> {
    if b == 0 && matches!(op, Op::Divide | Op::Remainder) {
        return Err(Error::eval(at, "division by zero"));
    }
    let result = match op {
        Op::Add => a.checked_add(b),
        Op::Subtract => a.checked_sub(b),
        Op::Multiply => a.checked_mul(b),
        Op::Divide => a.checked_div(b),
        _ => a.checked_rem(b),
    };
    result.map(|n| Term::Data(Value::Int(n))).ok_or_else(|| too_big(at))
}

fn floats(op: Op, a: f64, b: f64) -> Option<f64> {
    match op {
        Op::Add => Some(a + b),
        Op::Subtract => Some(a - b),
        Op::Multiply => Some(a * b),
        Op::Divide => Some(a / b),
        _ => None,
    }
}
