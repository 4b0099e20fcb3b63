//! What expressions are worth.

use super::Scope;
use super::data::Data;
use super::functions::{self, upper};
use super::parser::{Expr, Op};
use std::cell::Cell;
use std::cmp::Ordering;
use std::sync::Arc;

/// What an expression may hold in memory, in bytes: the real runner's limit.
const MEMORY_MAX: usize = 1 << 20;

/// An expression's value.
pub(super) fn evaluate(expr: &Expr, contexts: &Data, scope: Scope<'_>) -> Result<Data, String> {
    value(expr, contexts, scope, &Cell::new(0))
}

/// The same; `made` counts the bytes of texts that calls made, two a character.
#[inline(never)]
fn value(expr: &Expr, contexts: &Data, scope: Scope<'_>, made: &Cell<usize>) -> Result<Data, String> {
    let eval = |expr: &Expr| value(expr, contexts, scope, made);
    Ok(match expr {
        Expr::Literal(data) => data.clone(),
        Expr::Context(name) => contexts.member(name).cloned().unwrap_or(Data::Null),
        Expr::Star(base) => star(&eval(base)?),
        Expr::Index(base, index) => {
            let index = eval(index).map_err(|why| ["could not evaluate index for index access: ", &why].concat())?;
            at(&eval(base)?, &index)
        }
        Expr::Not(inner) => Data::Bool(!eval(inner)?.truthy()),
        Expr::Logical(all, parts) => {
            let mut last = Data::Null;
            for part in parts {
                last = eval(part)?;
                if last.truthy() != *all {
                    break;
                }
            }
            last
        }
        Expr::Binary(op, left, right) => Data::Bool(compare(*op, &eval(left)?, &eval(right)?)),
        Expr::Call(name, args) => {
            let args = args.iter().map(eval).collect::<Result<Vec<_>, _>>()?;
            let given = functions::call(name, &args, scope)?;
            if let Data::Text(text) = &given {
                made.set(made.get() + 2 * text.len());
            }
            if made.get() > MEMORY_MAX {
                return Err("The maximum allowed memory size was exceeded".into());
            }
            given
        }
    })
}

fn star(base: &Data) -> Data {
    match base {
        Data::Array(array) if array.filtered => Data::filtered(array.items.iter().flat_map(Data::values).collect()),
        other => Data::filtered(other.values()),
    }
}

fn at(base: &Data, index: &Data) -> Data {
    match base {
        Data::Array(array) if array.filtered => {
            Data::filtered(array.items.iter().filter_map(|item| member(item, index)).collect())
        }
        other => member(other, index).unwrap_or(Data::Null),
    }
}

#[inline(never)]
fn member(base: &Data, index: &Data) -> Option<Data> {
    match base {
        Data::Array(array) => {
            let number = index.to_number();
            if !(number >= 0.0 && number.is_finite()) {
                return None;
            }
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is not negative, and ends")]
            array.items.get(number as usize).cloned()
        }
        Data::Object(_) if index.is_primitive() => base.member(&index.to_text()).cloned(),
        _ => None,
    }
}

/// Both as the same type, as JavaScript's `==` makes them, but for arrays and objects.
#[inline(never)]
fn alike(one: &Data, two: &Data) -> (Data, Data) {
    let turns = |data: &Data, other: &Data| match data {
        Data::Null | Data::Bool(_) => one.kind() != two.kind(),
        Data::Text(_) => matches!(other, Data::Number(_) | Data::Null | Data::Bool(_)),
        _ => false,
    };
    let turned = |data: &Data, other: &Data| {
        if turns(data, other) { Data::Number(data.to_number()) } else { data.clone() }
    };
    (turned(one, two), turned(two, one))
}

#[inline(never)]
pub(super) fn equal(one: &Data, two: &Data) -> bool {
    #[expect(clippy::float_cmp, reason = "the language compares numbers exactly")]
    match alike(one, two) {
        (Data::Null, Data::Null) => true,
        (Data::Bool(one), Data::Bool(two)) => one == two,
        (Data::Number(one), Data::Number(two)) => one == two,
        (Data::Text(one), Data::Text(two)) => upper(&one) == upper(&two),
        // The very same one, not one that looks the same.
        (Data::Array(one), Data::Array(two)) => Arc::ptr_eq(&one, &two),
        (Data::Object(one), Data::Object(two)) => Arc::ptr_eq(&one, &two),
        _ => false,
    }
}

fn order(one: &Data, two: &Data) -> Option<Ordering> {
    match alike(one, two) {
        (Data::Bool(one), Data::Bool(two)) => Some(one.cmp(&two)),
        (Data::Number(one), Data::Number(two)) => one.partial_cmp(&two),
        (Data::Text(one), Data::Text(two)) => Some(upper(&one).encode_utf16().cmp(upper(&two).encode_utf16())),
        _ => None,
    }
}

#[inline(never)]
fn compare(op: Op, one: &Data, two: &Data) -> bool {
    let is = |wanted: Ordering| order(one, two) == Some(wanted);
    match op {
        Op::Equal => equal(one, two),
        Op::NotEqual => !equal(one, two),
        Op::Less => is(Ordering::Less),
        Op::Greater => is(Ordering::Greater),
        Op::LessEqual => equal(one, two) || is(Ordering::Less),
        Op::GreaterEqual => equal(one, two) || is(Ordering::Greater),
    }
}
