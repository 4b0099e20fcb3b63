//! Lists: parts of them, and lists with more or less in them. None is changed in place.

use super::types::deep_equal;
use super::{Around, Done, arg, int, size, text, text_of};
use gotemplate::Val;
use order::Arrange;

pub(super) fn signature(name: &str) -> Option<&'static str> {
    Some(match name {
        "list" | "tuple" | "concat" => "a*",
        "first" | "last" | "rest" | "initial" | "reverse" | "uniq" | "sortAlpha" | "toStrings" => "a",
        "append" | "push" | "prepend" | "has" => "aa",
        "without" | "slice" => "aa*",
        "chunk" => "ia",
        "join" => "sa",
        "split" | "splitList" => "ss",
        "splitn" => "sis",
        "until" => "i",
        "untilStep" => "iii",
        "seq" => "i*",
        _ => return None,
    })
}

const NIL: &str = "runtime error: invalid memory address or nil pointer dereference";

/// The items of a list, or what Sprig says of what is none.
fn items_of<'v>(value: &'v Val, told: &str) -> Result<&'v [Val], String> {
    match value.items() {
        Some(items) => Ok(items),
        None if matches!(value, Val::Nil) => Err(NIL.into()),
        None => Err(["Cannot ", told, " on type ", value.kind_name()].concat()),
    }
}

pub(super) fn call(name: &str, args: &[Val], _: &mut Around<'_>) -> Done {
    let first = arg(args, 0);
    Ok(match name {
        "list" | "tuple" => Val::list(args.to_vec()),
        "concat" => concat(args)?,
        "first" => items_of(first, "find first")?.first().cloned().unwrap_or(Val::Nil),
        "last" => items_of(first, "find last")?.last().cloned().unwrap_or(Val::Nil),
        "rest" => Val::list(items_of(first, "find rest")?.get(1..).unwrap_or(&[]).to_vec()),
        "initial" => {
            Val::list(items_of(first, "find initial")?.split_last().map_or(Vec::new(), |(_, rest)| rest.to_vec()))
        }
        "reverse" => Val::list(items_of(first, "find reverse")?.iter().rev().cloned().collect()),
        "uniq" => {
            let mut kept: Vec<Val> = Vec::new();
            for item in items_of(first, "find uniq")? {
                if !kept.iter().any(|have| deep_equal(have, item, 60)) {
                    kept.push(item.clone());
                }
            }
            Val::list(kept)
        }
        "append" | "push" => {
            let mut all = items_of(first, "push")?.to_vec();
            all.push(arg(args, 1).clone());
            Val::list(all)
        }
        "prepend" => {
            let mut all = vec![arg(args, 1).clone()];
            all.extend_from_slice(items_of(first, "prepend")?);
            Val::list(all)
        }
        "has" => match arg(args, 1) {
            Val::Nil => Val::Bool(false),
            list => Val::Bool(items_of(list, "find has")?.iter().any(|item| deep_equal(first, item, 60))),
        },
        "without" => {
            let left = |item: &&Val| !args[1..].iter().any(|omit| deep_equal(omit, item, 60));
            Val::list(items_of(first, "find without")?.iter().filter(left).cloned().collect())
        }
        "slice" => return slice(args),
        "chunk" => {
            let count = size(int(args, 0));
            let items = match arg(args, 1).items() {
                Some(items) => items,
                None => return Err(format!("Cannot chunk type {}", arg(args, 1).kind_name())),
            };
            if count == 0 {
                return Err("runtime error: makeslice: len out of range".into());
            }
            Val::list(items.chunks(count).map(|part| Val::list(part.to_vec())).collect())
        }
        "sortAlpha" => {
            let mut texts = strings(first);
            texts.arrange();
            Val::texts(texts.into_iter().map(Val::text).collect())
        }
        "toStrings" => Val::texts(strings(first).into_iter().map(Val::text).collect()),
        "join" => Val::text(strings(arg(args, 1)).join(text(args, 0))),
        "splitList" => Val::texts(pieces(text(args, 0), text(args, 1), None).into_iter().map(Val::text).collect()),
        "split" => numbered(pieces(text(args, 0), text(args, 1), None)),
        "splitn" => numbered(pieces(text(args, 0), text(args, 2), Some(int(args, 1)))),
        "until" => {
            let count = int(args, 0);
            steps(0, count, if count < 0 { -1 } else { 1 })?
        }
        "untilStep" => steps(int(args, 0), int(args, 1), int(args, 2))?,
        _ => seq(args)?,
    })
}

fn concat(args: &[Val]) -> Done {
    let mut all = Vec::new();
    for list in args {
        match list.items() {
            Some(items) => all.extend_from_slice(items),
            None if matches!(list, Val::Nil) => return Err(NIL.into()),
            None => return Err(format!("Cannot concat type {} as list", list.kind_name())),
        }
    }
    Ok(Val::list(all))
}

/// Sprig's `strslice`: nil items are left out, what is no list is its only item.
fn strings(value: &Val) -> Vec<String> {
    match (value, value.items()) {
        (_, Some(items)) => items.iter().filter(|item| !matches!(item, Val::Nil)).map(text_of).collect(),
        (Val::Nil, None) => Vec::new(),
        (other, None) => vec![text_of(other)],
    }
}

fn pieces(by: &str, text: &str, count: Option<i64>) -> Vec<String> {
    let split: Vec<String> = match (count, by) {
        (Some(0), _) => Vec::new(),
        (Some(n), by) if n > 0 && !by.is_empty() => text.splitn(size(n), by).map(Into::into).collect(),
        (_, "") => text.chars().map(|c| c.to_string()).collect(),
        (_, by) => text.split(by).map(Into::into).collect(),
    };
    split
}

fn numbered(parts: Vec<String>) -> Val {
    let entries = parts.into_iter().enumerate().map(|(index, part)| (format!("_{index}").into(), Val::text(part)));
    Val::map_of(gotemplate::MapKind::Texts, entries.collect())
}

fn slice(args: &[Val]) -> Done {
    let items = match arg(args, 0).items() {
        Some(items) => items,
        None => return Err(format!("list should be type of slice or array but {}", arg(args, 0).kind_name())),
    };
    if items.is_empty() {
        return Ok(Val::Nil);
    }
    let from = args.get(1).map_or(0, super::math::whole);
    let to = args.get(2).map_or(i64::try_from(items.len()).unwrap_or(0), super::math::whole);
    match (usize::try_from(from), usize::try_from(to)) {
        (Ok(from), Ok(to)) if from <= to && to <= items.len() => Ok(Val::list(items[from..to].to_vec())),
        _ => Err("reflect.Value.Slice: slice index out of bounds".into()),
    }
}

fn counted(from: i64, to: i64, step: i64) -> Result<Vec<i64>, String> {
    let mut all = Vec::new();
    let mut at = from;
    while (step > 0 && at < to) || (step < 0 && at > to) {
        all.push(at);
        at = at.saturating_add(step);
        if all.len() > 100_000 {
            return Err("a list as long as this is real, but too much for this sandbox".into());
        }
    }
    Ok(all)
}

fn steps(from: i64, to: i64, step: i64) -> Done {
    let step = if (to < from && step >= 0) || (to >= from && step <= 0) { 0 } else { step };
    Ok(Val::list(counted(from, to, step)?.into_iter().map(Val::Int).collect()))
}

fn seq(args: &[Val]) -> Done {
    let (from, to, step) = match args.len() {
        1 => (1, int(args, 0), None),
        2 => (int(args, 0), int(args, 1), None),
        3 => (int(args, 0), int(args, 2), Some(int(args, 1))),
        _ => return Ok(Val::text("")),
    };
    let edge = if to < from { -1 } else { 1 };
    let step = step.unwrap_or(edge);
    if to < from && step > 0 {
        return Ok(Val::text(""));
    }
    let step = if to >= from && step < 0 { 0 } else { step };
    let all: Vec<String> = counted(from, to.saturating_add(edge), step)?.iter().map(i64::to_string).collect();
    Ok(Val::text(all.join(" ")))
}
