//! `eq`, `lt` and their kin: what Go's templates can compare.

use crate::print::shown;
use crate::value::Val;
use std::cmp::Ordering;

#[derive(PartialEq, Eq, Clone, Copy)]
enum Basic {
    Bool,
    Int,
    Float,
    Text,
    Other,
}

fn basic(value: &Val) -> Basic {
    match value {
        Val::Bool(_) => Basic::Bool,
        Val::Int(_) | Val::Long(_) => Basic::Int,
        Val::Float(_) => Basic::Float,
        Val::Str(_) => Basic::Text,
        _ => Basic::Other,
    }
}

/// `eq a b`.
pub fn equal(a: &Val, b: &Val) -> Result<bool, String> {
    let (left, right) = (basic(a), basic(b));
    if left != right {
        let both = !matches!(a, Val::Nil) && !matches!(b, Val::Nil);
        return if both { Err("incompatible types for comparison".into()) } else { Ok(false) };
    }
    Ok(match (a, b) {
        (Val::Bool(a), Val::Bool(b)) => a == b,
        (Val::Int(a) | Val::Long(a), Val::Int(b) | Val::Long(b)) => a == b,
        (Val::Float(a), Val::Float(b)) => a == b,
        (Val::Str(a), Val::Str(b)) => a == b,
        (Val::Nil, Val::Nil) => true,
        (Val::Nil, _) | (_, Val::Nil) => false,
        (Val::Time(a), Val::Time(b)) => a == b,
        (a, b) => {
            return Err(format!(
                "non-comparable types {}: {}, {}: {}",
                crate::format::format("%s", std::slice::from_ref(a)),
                a.type_name(),
                b.type_name(),
                shown(b)
            ));
        }
    })
}

/// `lt` and the others: what is smaller.
pub fn order_of(a: &Val, b: &Val) -> Result<Ordering, String> {
    let (left, right) = (basic(a), basic(b));
    if left == Basic::Other || right == Basic::Other {
        return Err("invalid type for comparison".into());
    }
    if left != right {
        return Err("incompatible types for comparison".into());
    }
    match (a, b) {
        (Val::Int(a) | Val::Long(a), Val::Int(b) | Val::Long(b)) => Ok(a.cmp(b)),
        (Val::Float(a), Val::Float(b)) => Ok(a.partial_cmp(b).unwrap_or(Ordering::Greater)),
        (Val::Str(a), Val::Str(b)) => Ok(a.cmp(b)),
        _ => Err("invalid type for comparison".into()),
    }
}
