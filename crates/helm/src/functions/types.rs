//! What values are, and what to take where there is none.

use super::{Around, Done, arg, text};
use gotemplate::Val;

pub(super) fn signature(name: &str) -> Option<&'static str> {
    Some(match name {
        "default" => "aa*",
        "empty" | "typeOf" | "kindOf" | "compact" | "deepCopy" => "a",
        "coalesce" | "all" | "any" => "a*",
        "ternary" => "aab",
        "typeIs" | "typeIsLike" | "kindIs" => "sa",
        "deepEqual" => "aa",
        _ => return None,
    })
}

/// Sprig's `empty`: what is false in an `if`, but for structs.
pub(super) fn empty(value: &Val) -> bool {
    match value {
        Val::Object(object) if !object.type_name.starts_with('*') => false,
        Val::Time(_) => false,
        other => !other.truth(),
    }
}

pub(super) fn call(name: &str, args: &[Val], _: &mut Around<'_>) -> Done {
    let first = arg(args, 0);
    Ok(match name {
        "default" => match args.get(1) {
            Some(given) if !empty(given) => given.clone(),
            _ => first.clone(),
        },
        "empty" => Val::Bool(empty(first)),
        "coalesce" => args.iter().find(|value| !empty(value)).cloned().unwrap_or(Val::Nil),
        "all" => Val::Bool(args.iter().all(|value| !empty(value))),
        "any" => Val::Bool(args.iter().any(|value| !empty(value))),
        "ternary" => arg(args, if arg(args, 2).truth() { 0 } else { 1 }).clone(),
        "typeOf" => Val::text(first.type_name()),
        "kindOf" => Val::text(first.kind_name()),
        "typeIs" => Val::Bool(arg(args, 1).type_name() == text(args, 0)),
        "typeIsLike" => {
            let name = arg(args, 1).type_name();
            Val::Bool(name == text(args, 0) || name.strip_prefix('*') == Some(text(args, 0)))
        }
        "kindIs" => Val::Bool(arg(args, 1).kind_name() == text(args, 0)),
        "deepEqual" => Val::Bool(deep_equal(first, arg(args, 1), 100)),
        "deepCopy" => match first {
            Val::Nil => return Err("reflect: call of reflect.Value.Type on zero Value".into()),
            other => other.deep_copy(),
        },
        _ => match first.items() {
            Some(items) => Val::list(items.iter().filter(|item| !empty(item)).cloned().collect()),
            None if matches!(first, Val::Nil) => {
                return Err("runtime error: invalid memory address or nil pointer dereference".into());
            }
            None => return Err(format!("Cannot compact on type {}", first.kind_name())),
        },
    })
}

/// `reflect.DeepEqual`.
pub(super) fn deep_equal(a: &Val, b: &Val, depth: usize) -> bool {
    if depth == 0 {
        return false;
    }
    match (a, b) {
        (Val::Nil, Val::Nil) => true,
        (Val::Bool(a), Val::Bool(b)) => a == b,
        (Val::Int(a), Val::Int(b)) | (Val::Long(a), Val::Long(b)) | (Val::Time(a), Val::Time(b)) => a == b,
        (Val::Float(a), Val::Float(b)) => a == b,
        (Val::Str(a), Val::Str(b)) => a == b,
        (Val::List(k, a), Val::List(l, b)) => {
            k == l && a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| deep_equal(a, b, depth - 1))
        }
        (Val::Map(a), Val::Map(b)) => {
            let (left, right) = (a.entries.borrow(), b.entries.borrow());
            a.kind == b.kind
                && left.len() == right.len()
                && left.iter().all(|(key, a)| right.get(key).is_some_and(|b| deep_equal(a, b, depth - 1)))
        }
        (Val::Object(a), Val::Object(b)) => std::rc::Rc::ptr_eq(a, b),
        _ => false,
    }
}
