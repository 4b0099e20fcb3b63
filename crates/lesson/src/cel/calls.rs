//! Calls: functions, methods, macros over lists, and the forms that look back in time. Names and counts of arguments
//! are checked here, so that a lesson with a misspelt function does not compile.

use super::ast::{Kind, Loop, Node};
use super::methods::METHODS;
use crate::error::Error;
use crate::facts::{BUILT_IN, FUNCTIONS};
use manifest::Value;

/// A function, or one of the forms that look like one: `has`, `once`, `held`, `since`.
pub(super) fn call(at: usize, name: String, args: Vec<Node>) -> Result<Kind, Error> {
    let count = args.len();
    let mut args = args.into_iter();
    let word = name.clone();
    let kind = match (word.as_str(), count, args.next(), args.next()) {
        ("has", 1, Some(Node { kind: Kind::Member(inner, field), .. }), _) => Kind::Has(inner, field),
        ("has", ..) => return Err(Error::syntax(at, "`has` wants one member, as in `has(pod.status)`")),
        ("once", 1, Some(inner), _) => Kind::Once(Box::new(inner)),
        ("once", ..) => return Err(Error::syntax(at, "`once` wants one expression")),
        ("held", 2, Some(Node { kind: Kind::Span(micros), .. }), Some(inner)) => Kind::Held(micros, Box::new(inner)),
        ("held", ..) => {
            return Err(Error::syntax(at, "`held` wants a duration and an expression, as in `held(5m, x > 1)`"));
        }
        ("since", 2, Some(Node { kind: Kind::Literal(Value::Str(step)), .. }), Some(inner)) => {
            Kind::Since(step.to_string(), Box::new(inner))
        }
        ("since", ..) => {
            return Err(Error::syntax(at, "`since` wants a step's id and an expression, as in `since('push', x)`"));
        }
        (_, _, first, second) => {
            known(at, &name, count)?;
            Kind::Call(name, first.into_iter().chain(second).chain(args).collect())
        }
    };
    Ok(kind)
}

/// A method, or one of the macros that walk a list.
pub(super) fn method(at: usize, target: Node, name: String, args: Vec<Node>) -> Result<Kind, Error> {
    let what = match name.as_str() {
        "all" => Loop::All,
        "exists" => Loop::Exists,
        "exists_one" => Loop::ExistsOne,
        "map" => Loop::Map,
        "filter" => Loop::Filter,
        _ => {
            if !METHODS.iter().any(|(have, _)| *have == name) {
                return Err(Error::syntax(at, format!("there is no method `{name}`")));
            }
            return Ok(Kind::Method(Box::new(target), name, args));
        }
    };
    let wrong = || Error::syntax(at, format!("`{name}` wants a name and an expression, as in `.{name}(x, x > 1)`"));
    let count = args.len();
    let mut args = args.into_iter();
    let Some(Node { kind: Kind::Ident(item), .. }) = args.next() else { return Err(wrong()) };
    let (test, body) = match (count, args.next(), args.next()) {
        (2, Some(body), None) => (None, body),
        (3, Some(test), Some(body)) if what == Loop::Map => (Some(Box::new(test)), body),
        _ => return Err(wrong()),
    };
    Ok(Kind::Each { what, over: Box::new(target), item, test, body: Box::new(body) })
}

/// Whether a function exists and takes that many arguments.
fn known(at: usize, name: &str, count: usize) -> Result<(), Error> {
    let built_in = BUILT_IN.iter().find(|(have, _)| *have == name).map(|(_, count)| *count);
    let over_world = FUNCTIONS.iter().find(|function| function.name == name).map(|function| function.params.len());
    match built_in.or(over_world) {
        Some(wanted) if wanted == count => Ok(()),
        Some(wanted) => Err(Error::syntax(at, format!("`{name}` wants {wanted} arguments, not {count}"))),
        None => Err(Error::syntax(at, format!("there is no function `{name}`"))),
    }
}
